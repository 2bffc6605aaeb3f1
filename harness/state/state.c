/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a switch do what the expectation says, port by port and entry by entry? The order
 * of the results, and those of a switch that cannot be judged. */
#include "state/state.h"

#include "base/memory.h"
#include "model/port_set.h"
#include "ofctl/flow.h"
#include "state/inside.h"

#include <inttypes.h>
#include <stdlib.h>

enum { DEFAULT_RUN_MS = 5000, HIDDEN_NAMED = 3 };

/* Whose tables these are, if they are not those of the switch. NULL without
 * memory. */
static const struct state_finding *find_other_switch(const struct state_run *run)
{
    const struct topology *topology = run->expectation->topology;
    struct state_finding found = {.kind = STATE_OTHER_SWITCH,
                                  .state = run->state,
                                  .datapath_id = topology->switches[run->sw].dpid};
    for (size_t i = 0; i < topology->n_switches && !found.other; i++) {
        if (topology->switches[i].dpid == run->state->datapath_id) {
            found.other = &topology->switches[i];
        }
    }
    return base_arena_copy(&run->report->arena, &found, sizeof found);
}

static int add_switch(struct state_run *run, const struct state_unseen *unseen)
{
    const struct topology_switch *declared = &run->expectation->topology->switches[run->sw];
    struct base_arena *arena = &run->report->arena;
    struct result *result = state_add_result(
        run, RESULT_SWITCH, base_arena_format(arena, "switch/%s", run->name), declared->place);
    if (!result) {
        return -1;
    }
    result->expected = base_arena_format(arena, "datapath id %016" PRIx64, declared->dpid);
    result->says[SAYS_DECLARED] = result->expected;
    state_excuse(run, unseen, result);
    if (!run->state) {
        result->verdict = VERDICT_INCONCLUSIVE;
        return 0;
    }
    result->observed = base_arena_format(arena, "datapath id %016" PRIx64, run->state->datapath_id);
    result->says[SAYS_ADVERTISED] = result->observed;
    if (declared->dpid != run->state->datapath_id) {
        state_fail_result(result, result->expected, result->observed);
        result->cause_kind = CAUSE_SWITCH;
        result->cause = result->switch_name;
    }
    return 0;
}

/* ---------------------------------------------------------- not looked at */

static int add_unseen_port(struct state_run *run, const struct expected_port *port,
                           enum verdict verdict, const struct state_unseen *unseen)
{
    return state_add_unseen(run, RESULT_STATE, state_port_id(run, port->port.port), port, verdict,
                            unseen);
}

static int add_unseen_entry(struct state_run *run, const struct expected_entry *entry,
                            const struct state_unseen *unseen)
{
    struct base_arena *arena = &run->report->arena;
    struct result *result = state_add_result(
        run, RESULT_ENTRY, base_arena_format(arena, "entry/%s/%zu", run->name, entry->number),
        entry->place);
    if (!result) {
        return -1;
    }
    result->verdict = VERDICT_INCONCLUSIVE;
    state_excuse(run, unseen, result);
    return 0;
}

static int add_unseen(struct state_run *run, const struct state_unseen *unseen)
{
    const struct expectation *expectation = run->expectation;
    int failed = add_switch(run, unseen);
    for (size_t i = 0; i < expectation->n_ports && !failed; i++) {
        const struct expected_port *port = &expectation->ports[i];
        if (port->port.sw == run->sw) {
            struct state_unseen ignored = {.reason = state_ignore_port(run, port->port.port)};
            failed = ignored.reason ? add_unseen_port(run, port, VERDICT_SKIP, &ignored)
                                    : add_unseen_port(run, port, VERDICT_INCONCLUSIVE, unseen);
        }
    }
    for (size_t i = 0; i < expectation->n_entries && !failed; i++) {
        if (expectation->entries[i].sw == run->sw) {
            failed = add_unseen_entry(run, &expectation->entries[i], unseen);
        }
    }
    failed = failed ? failed : state_groups_unseen(run, unseen);
    return failed ? failed : state_failover_unseen(run, unseen);
}

/* ------------------------------------------------------------------- ports */

/* Those that are listed; and of a switch whose others must drop, those of the topology and
 * of the switch, and those, whether there is such a port or not, that an entry names. */
static void collect_ports(const struct state_run *run, struct port_set *ports)
{
    const struct expectation *expectation = run->expectation;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        if (expectation->ports[i].port.sw == run->sw) {
            port_set_add(ports, expectation->ports[i].port.port);
        }
    }
    if (expectation->lists_switch[run->sw] && !expectation->unlisted_any) {
        port_set_add_cabled(ports, expectation->topology, run->sw);
        port_set_add_state(ports, run->state);
    }
}

static int judge_port(struct state_run *run, uint16_t number)
{
    struct port_ref ref = {.sw = run->sw, .port = number};
    const struct expected_port *expected = expectation_port(run->expectation, ref);
    struct state_unseen ignored = {.reason = state_ignore_port(run, number)};
    if (ignored.reason) {
        return expected ? add_unseen_port(run, expected, VERDICT_SKIP, &ignored) : 0;
    }
    struct state_port port = state_port_of(run, number);
    int failed = state_port_decide(&port);
    if (!failed) {
        failed = state_port_result(&port);
    }
    state_port_free(&port);
    return failed;
}

static int judge_ports(struct state_run *run)
{
    struct port_set ports = {0};
    int failed = 0;
    collect_ports(run, &ports);
    for (uint32_t i = port_set_next(&ports, 0); i < PORT_SET_END && !failed;
         i = port_set_next(&ports, i + 1)) {
        failed = judge_port(run, (uint16_t)i);
    }
    return failed;
}

/* ------------------------------------------------------------------- notes */

struct hidden {
    struct state_run *run;
    size_t n;
};

static void note_hidden(void *aux, size_t entry, size_t by)
{
    struct hidden *hidden = aux;
    struct state_run *run = hidden->run;
    const struct flow_entry *entries = run->state->flows.entries;
    if (hidden->n++ < HIDDEN_NAMED) {
        const char *text = ofctl_flow_text(&entries[entry], FLOW_NO_STATS, &run->report->arena);
        const char *by_text = ofctl_flow_text(&entries[by], FLOW_NO_STATS, &run->report->arena);
        report_note(run->report, "%s: no packet ever reaches %s: %s takes them all", run->name,
                    text ? text : "an entry", by_text ? by_text : "another one");
    }
}

static void note_hidden_entries(struct state_run *run)
{
    struct hidden hidden = {.run = run};
    size_t budget = state_budget_of(run, 0);
    if (space_table_hidden(&run->table, &budget, note_hidden, &hidden) < 0) {
        report_note(run->report, "%s: not all hidden entries were looked for", run->name);
    }
    if (hidden.n > HIDDEN_NAMED) {
        report_note(run->report, "%s: %zu more entries are hidden like this", run->name,
                    hidden.n - HIDDEN_NAMED);
    }
}

static void note_meters(struct state_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->state->flows.n_entries; i++) {
        const struct instructions *more = run->state->flows.entries[i].instructions;
        n += more && more->meter != NO_METER;
    }
    if (n > 0) {
        report_note(run->report, "%s: meters may drop what %zu entries take above a rate",
                    run->name, n);
    }
}

/* ------------------------------------------------------------------ switch */

static int judge_tables(struct state_run *run)
{
    size_t n = run->state->flows.n_entries;
    run->left_out = base_calloc(n + 1, sizeof *run->left_out);
    run->expiring = base_calloc(n + 1, sizeof *run->expiring);
    if (!run->left_out || !run->expiring || add_switch(run, &(struct state_unseen){0}) < 0) {
        return -1;
    }
    state_ignore_entries(run);
    if (state_entries_find(run) < 0 || state_run_index(run) < 0 || judge_ports(run) < 0 ||
        state_entries_result(run) < 0 || state_groups_result(run) < 0 ||
        state_failover_result(run) < 0) {
        return -1;
    }
    state_cabling_note(run);
    state_lifetime_note(run);
    if (run->whole.ways) {
        note_meters(run);
    } else {
        note_hidden_entries(run);
    }
    return 0;
}

static int judge_dump(struct state_run *run, const struct switch_dump *known)
{
    const struct topology *topology = run->expectation->topology;
    if (!known->dumped) {
        return add_unseen(
            run, &(struct state_unseen){.reason = known->reason ? known->reason : "not dumped"});
    }
    run->state = known->state;
    if (run->state->datapath_id != topology->switches[run->sw].dpid) {
        struct state_unseen other = {.finding = find_other_switch(run)};
        return other.finding ? add_unseen(run, &other) : -1;
    }
    return judge_tables(run);
}

static int judge_switch(const struct expectation *expectation, size_t sw,
                        const struct switch_dump *known, const struct state_options *options,
                        struct report *report)
{
    struct state_run run = {.expectation = expectation, .report = report, .sw = sw};
    run.options = options ? *options : (struct state_options){0};
    run.options.run_ms = run.options.run_ms ? run.options.run_ms : DEFAULT_RUN_MS;
    run.name = expectation->topology->switches[sw].name;
    int failed = judge_dump(&run, known);
    state_run_free(&run);
    return failed;
}

int state_judge(const struct expectation *expectation, const struct switch_dump *switches,
                const struct state_options *options, struct report *report,
                struct base_error *error)
{
    int failed = state_ignore_list(expectation, report);
    for (size_t sw = 0; sw < expectation->topology->n_switches && !failed; sw++) {
        failed = judge_switch(expectation, sw, &switches[sw], options, report);
    }
    return failed ? base_fail(error, "out of memory") : 0;
}

int state_judge_switch(const struct expectation *expectation, size_t sw,
                       const struct switch_dump *known, const struct state_options *options,
                       struct report *report, struct base_error *error)
{
    int failed = state_ignore_list(expectation, report);
    failed = failed ? failed : judge_switch(expectation, sw, known, options, report);
    return failed ? base_fail(error, "out of memory") : 0;
}
