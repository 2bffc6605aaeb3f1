/* SPDX-License-Identifier: Apache-2.0
 *
 * A change touches no header outside a region (mutate/mutants.h). So entries and
 * cases are cut down to that region, which leaves few of them, and the rest of
 * the header space is made to drop on either side: what state_judge then says of
 * the ports is what it would say of the whole table. */
#include "state/state.h"
#include "mutate/inside.h"

#include <stdlib.h>

enum { ROWS_FEW = 2 };

/* -------------------------------------------------------------- the region only */

static int compare_rows(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool is_nowhere(const struct mutate_run *run, uint16_t port)
{
    return state_port_is_nowhere(run->expectation->topology, run->state,
                                 (struct port_ref){.sw = run->sw, .port = port});
}

/* Not cut down: where `entries:` speak of entries as they are written, and where
 * it counts which of them name a port. */
int mutate_trial_open(struct mutate_trial *trial)
{
    struct mutate_run *run = trial->run;
    const struct match *region = &trial->mutant->region;
    size_t budget = BUDGET_UNLIMITED;
    trial->whole = run->composed || run->expectation->exact_switch[run->sw] ||
                   (region->mask.in_port && is_nowhere(run, region->value.in_port));
    trial->region = trial->whole ? match_any() : *region;
    struct space_overlapping found = {0};
    int status =
        space_list_overlapping(&run->table, &trial->region, 0, UINT32_MAX, &budget, &found);
    trial->rows = found.entries;
    trial->n_rows = found.n_entries;
    if (status == 0 && trial->n_rows > 0) {
        qsort(trial->rows, trial->n_rows, sizeof *trial->rows, compare_rows);
    }
    return status;
}

void mutate_trial_close(struct mutate_trial *trial)
{
    free(trial->rows);
    base_arena_free(&trial->arena);
}

int mutate_trial_cut(const struct mutate_trial *trial, const struct flow_entry *entry,
                     struct flow_table *out)
{
    struct match match;
    if (!match_intersect(&entry->match, &trial->region, &match)) {
        return 0;
    }
    struct flow_entry *added = flow_table_add(out);
    if (!added) {
        return -1;
    }
    *added = *entry;
    added->match = match;
    return 0;
}

static int cut_ports(struct mutate_trial *trial, struct expectation *cut)
{
    const struct expectation *expectation = trial->run->expectation;
    cut->ports = base_arena_alloc(&trial->arena, (expectation->n_ports + 1) * sizeof *cut->ports);
    cut->n_ports = 0;
    for (size_t i = 0; cut->ports && i < expectation->n_ports; i++) {
        const struct expected_port *port = &expectation->ports[i];
        struct match in_port = match_in_port(port->port.port);
        if (port->port.sw != trial->run->sw || !match_overlaps(&in_port, &trial->region)) {
            continue;
        }
        struct expected_port *to = &cut->ports[cut->n_ports++];
        *to = *port;
        to->n_cases = 0;
        to->cases = base_arena_alloc(&trial->arena, (port->n_cases + 1) * sizeof *to->cases);
        if (!to->cases) {
            return -1;
        }
        for (size_t c = 0; c < port->n_cases; c++) {
            to->cases[to->n_cases] = port->cases[c];
            to->n_cases += match_intersect(&port->cases[c].match, &trial->region,
                                           &to->cases[to->n_cases].match);
        }
    }
    return cut->ports ? 0 : -1;
}

/* Exceptions of entries go by the match as it is: they were applied before. */
static int cut_exceptions(struct mutate_trial *trial, struct expectation *cut)
{
    const struct expectation *expectation = trial->run->expectation;
    size_t n = expectation->n_exceptions;
    cut->exceptions = base_arena_alloc(&trial->arena, (n + 1) * sizeof *cut->exceptions);
    cut->n_exceptions = 0;
    for (size_t i = 0; cut->exceptions && i < n; i++) {
        if (!expectation->exceptions[i].has_cookie && !expectation->exceptions[i].has_match) {
            cut->exceptions[cut->n_exceptions++] = expectation->exceptions[i];
        }
    }
    return cut->exceptions ? 0 : -1;
}

/* --------------------------------------------------------------------- state */

static int judge(struct mutate_trial *trial, const struct expectation *cut,
                 const struct switch_state *state)
{
    struct mutate_run *run = trial->run;
    struct report report = {0};
    struct switch_dump known = {.dumped = true, .state = state};
    int status = state_judge_switch(cut, run->sw, &known, NULL, &report, run->error);
    for (size_t i = 0; i < report.n_results && status == 0; i++) {
        const struct result *result = &report.results[i];
        bool by_entries = result->kind == RESULT_ENTRY || result->kind == RESULT_GROUP;
        mutate_trial_sense(trial, by_entries ? SENSED_BY_ENTRIES : SENSED_BY_PORTS, result->verdict,
                           result->id);
    }
    report_free(&report);
    return status;
}

static int try_region(struct mutate_trial *trial)
{
    const struct mutate_run *run = trial->run;
    struct expectation cut = *run->expectation;
    struct flow_table flows = {0};
    int status =
        trial->whole || (cut_ports(trial, &cut) == 0 && cut_exceptions(trial, &cut) == 0) ? 0 : -1;
    for (size_t i = 0; i < trial->n_rows && status == 0; i++) {
        const struct flow_entry *entry = mutate_trial_row(trial, trial->rows[i]);
        bool left_out =
            !entry || (!trial->whole && state_ignored_entry(run->expectation, run->sw, entry));
        status = left_out ? 0 : mutate_trial_cut(trial, entry, &flows);
    }
    struct switch_state state = *run->state;
    state.flows = flows;
    status = status == 0 ? judge(trial, &cut, &state) : status;
    flow_table_free(&flows);
    return status;
}

static int try_whole(struct mutate_trial *trial)
{
    struct switch_state state;
    int status = mutate_whole_open(trial, false, &state);
    status = status == 0 ? judge(trial, trial->run->expectation, &state) : status;
    mutate_whole_close(&state);
    return status;
}

/* What touches much and every port fails at one port, as a rule: each is looked at
 * alone, until one does. */
static int try_ports(struct mutate_trial *trial)
{
    const struct expectation *expectation = trial->run->expectation;
    struct match region = trial->region;
    int status = 0;
    for (size_t i = 0; i < expectation->n_ports && status == 0; i++) {
        struct port_ref port = expectation->ports[i].port;
        if (port.sw == trial->run->sw && !is_nowhere(trial->run, port.port) &&
            !trial->mutation->sensed[SENSED_BY_PORTS]) {
            trial->region.mask.in_port = UINT16_MAX;
            trial->region.value.in_port = port.port;
            status = try_region(trial);
        }
    }
    trial->region = region;
    return status;
}

int mutate_trial_state(struct mutate_trial *trial)
{
    int status = 0;
    if (trial->run->composed) {
        return try_whole(trial);
    }
    if (!trial->whole && trial->n_rows > ROWS_FEW && !trial->region.mask.in_port) {
        status = try_ports(trial);
    }
    return status < 0 || trial->mutation->sensed[SENSED_BY_PORTS] ? status : try_region(trial);
}
