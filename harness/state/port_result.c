/* SPDX-License-Identifier: Apache-2.0
 *
 * A port that was decided → its result. */
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "state/inside.h"

#include <stdlib.h>

/* ------------------------------------------------------------- deviations */

static void put_match(const struct match *match, struct base_buffer *out)
{
    struct match rest = match_without_port(match);
    ofctl_format_match(&rest, out);
}

static bool is_whole_port(const struct match *match)
{
    struct match any = match_any(), rest = match_without_port(match);
    return match_equal(&rest, &any);
}

/* What the port should do: "output:2", "tcp actions=output:2; actions=drop". */
static void put_cases(const struct state_port *port, struct base_buffer *out)
{
    for (size_t c = 0; c < port->n_cases; c++) {
        const struct state_case *expected = &port->cases[c];
        base_put_text(out, c > 0 ? "; " : "");
        if (port->n_cases > 1) {
            size_t begin = out->n_bytes;
            put_match(&expected->match, out);
            base_put_text(out, out->n_bytes > begin ? " actions=" : "actions=");
        }
        ofctl_format_actions(expected->actions, expected->n_actions, out);
    }
}

static const struct flow_entry *flow_at(const struct state_port *port, size_t entry)
{
    return &port->run->state->flows.entries[entry];
}

static const struct space_behavior *behavior_at(const struct state_port *port, size_t entry)
{
    static const struct space_behavior drop;
    const struct state_run *run = port->run;
    return entry == ENTRY_NONE ? &drop : &run->ids[run->table.action_ids[entry]].behavior;
}

typedef void put_entry_fn(const struct state_port *port, size_t entry, struct base_buffer *out);

static void put_actions(const struct state_port *port, size_t entry, struct base_buffer *out)
{
    if (entry == ENTRY_NONE) {
        base_put_text(out, "drop");
    } else {
        ofctl_format_actions(flow_at(port, entry)->actions, flow_at(port, entry)->n_actions, out);
    }
}

static void put_entry(const struct state_port *port, size_t entry, struct base_buffer *out)
{
    if (entry == ENTRY_NONE) {
        base_put_text(out, "no entry");
    } else {
        ofctl_format_flow(flow_at(port, entry), FLOW_NO_STATS, out);
    }
}

/* Whether the entry does with the deviation's example what it should. */
static bool is_right(const struct state_port *port, const struct state_deviation *deviation,
                     size_t entry)
{
    const struct space_behavior *expected = &port->cases[deviation->expected].behavior;
    struct space_region region = {.cube = match_exactly(&deviation->where.example)};
    struct space_difference unused;
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    bool right =
        !expected->unknown && !behavior_at(port, entry)->unknown &&
        space_differ(&region, expected, behavior_at(port, entry), &budget, &unused) == SPACE_EMPTY;
    space_region_free(&region);
    return right;
}

/* The best entry that takes the header and does what it should. ENTRY_NONE: none. */
static size_t find_right_entry(const struct state_port *port,
                               const struct state_deviation *deviation)
{
    const struct state_run *run = port->run;
    struct space_entries lists[] = {space_table_port(&run->table, port->number),
                                    space_table_any_port(&run->table)};
    size_t right = ENTRY_NONE;
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < lists[i].n_entries; j++) {
            size_t entry = lists[i].entries[j];
            if ((right == ENTRY_NONE || space_table_precedes(&run->table, entry, right)) &&
                match_takes(&flow_at(port, entry)->match, &deviation->where.example) &&
                is_right(port, deviation, entry)) {
                right = entry;
            }
        }
    }
    return right;
}

/* Of two rivals first the one whose text is first: the table's order is chance. */
static void put_rivals(const struct state_port *port, const struct state_deviation *deviation,
                       put_entry_fn *put, const char *between, struct base_buffer *out)
{
    struct base_buffer a = {0}, b = {0};
    put(port, deviation->entry, &a);
    put(port, deviation->rival, &b);
    bool in_order = strcmp(base_buffer_text(&a), base_buffer_text(&b)) <= 0;
    base_put_text(out, base_buffer_text(in_order ? &a : &b));
    base_put_text(out, between);
    base_put_text(out, base_buffer_text(in_order ? &b : &a));
    base_buffer_free(&a);
    base_buffer_free(&b);
}

/* What is wrong: an entry, or that of two rivals which is, or both. */
static void put_wrong(const struct state_port *port, const struct state_deviation *deviation,
                      put_entry_fn *put, const char *between, struct base_buffer *out)
{
    bool has_rival = deviation->rival != ENTRY_NONE;
    if (has_rival && is_right(port, deviation, deviation->entry)) {
        put(port, deviation->rival, out);
    } else if (!has_rival || is_right(port, deviation, deviation->rival)) {
        put(port, deviation->entry, out);
    } else {
        put_rivals(port, deviation, put, between, out);
    }
}

static void put_deviation(const struct state_port *port, const struct state_deviation *deviation,
                          struct base_buffer *out)
{
    const struct space_difference *where = &deviation->where;
    if (where->is_cube && !is_whole_port(&where->within)) {
        base_put_text(out, "for ");
        ofctl_format_match(&where->within, out);
        base_put_text(out, ": ");
    }
    if (deviation->rival != ENTRY_NONE) {
        base_put_text(out, "two entries of one priority take it, which of them wins is not "
                           "defined: ");
        put_rivals(port, deviation, put_entry, " and ", out);
    } else if (deviation->entry == ENTRY_NONE) {
        base_put_text(out, "the table drops it: no entry takes it");
    } else {
        state_put_difference(&port->cases[deviation->expected].behavior,
                             behavior_at(port, deviation->entry), &where->example, out);
        if (deviation != &port->deviations[0]) { /* its entry is what is advertised */
            base_put_text(out, " (");
            ofctl_format_flow(flow_at(port, deviation->entry), FLOW_NO_STATS, out);
            base_put_text(out, ")");
        }
    }
}

static void put_hidden_right_entry(const struct state_port *port,
                                   const struct state_deviation *deviation, struct base_buffer *out)
{
    if (deviation->entry == ENTRY_NONE || deviation->rival != ENTRY_NONE) {
        return;
    }
    size_t right = find_right_entry(port, deviation);
    if (right != ENTRY_NONE) {
        base_put_text(out, "\nthe entry that would, ");
        ofctl_format_flow(flow_at(port, right), FLOW_NO_STATS, out);
        base_put_text(out, ", is hidden by ");
        ofctl_format_flow(flow_at(port, deviation->entry), FLOW_NO_STATS, out);
    }
}

static void put_deviations(const struct state_port *port, struct base_buffer *out)
{
    size_t n = port->n_deviations;
    for (size_t i = 0; i < n && i < STATE_DEVIATIONS_SHOWN; i++) {
        base_put_text(out, i > 0 ? "\n" : "");
        put_deviation(port, &port->deviations[i], out);
        if (i > 0) {
            base_put_text(out, "; example ");
            ofctl_format_header(&port->deviations[i].where.example, out);
        }
        put_hidden_right_entry(port, &port->deviations[i], out);
    }
    if (n > STATE_DEVIATIONS_SHOWN) {
        base_put_format(out, "\nand %zu more sets of headers", n - STATE_DEVIATIONS_SHOWN);
    }
}

/* ---------------------------------------------------------------- lifetime */

static void put_timeouts(const struct flow_entry *entry, struct base_buffer *out)
{
    if (entry->idle_timeout) {
        base_put_format(out, "idle_timeout=%u,", entry->idle_timeout);
    }
    base_put_format(out, "hard_timeout=%u", entry->hard_timeout);
}

static void put_expected_lifetime(const struct state_port *port, struct base_buffer *out)
{
    uint32_t expires = port->cases[port->late_case].expires_sec;
    if (expires == 0) {
        base_put_text(out, "no timeout");
    } else {
        base_put_format(out, "hard_timeout=%u", expires);
    }
}

static void put_lifetime(const struct state_port *port, struct base_buffer *out)
{
    const struct flow_entry *entry = flow_at(port, port->late_entry);
    put_timeouts(entry, out);
    base_put_text(out, " where the expectation says ");
    put_expected_lifetime(port, out);
    base_put_text(out, " (");
    ofctl_format_flow(entry, FLOW_NO_STATS, out);
    base_put_text(out, ")");
    if (port->n_late > 1) {
        base_put_format(out, ", one of %zu entries with a wrong lifetime", port->n_late);
    }
}

/* ------------------------------------------------------------------ result */

static const char *text_of(struct state_port *port,
                           void (*put)(const struct state_port *, struct base_buffer *))
{
    struct base_buffer text = {0};
    put(port, &text);
    return base_arena_take(&port->run->report->arena, &text);
}

static const char *actions_text(struct state_port *port, const struct state_case *expected)
{
    return ofctl_actions_text(expected->actions, expected->n_actions, &port->run->report->arena);
}

static const char *wrong_text(struct state_port *port, const struct state_deviation *deviation,
                              put_entry_fn *put, const char *between)
{
    struct base_buffer text = {0};
    put_wrong(port, deviation, put, between, &text);
    return base_arena_take(&port->run->report->arena, &text);
}

/* Where the case is written, if it is. */
static void show_case(struct state_port *port, size_t c, struct result *result)
{
    if (port->expected && c < port->expected->n_cases) {
        result->source = state_source(port->run->report, port->expected->cases[c].place);
    }
}

static const char *place_text(struct state_port *port)
{
    struct base_buffer text = {0};
    base_put_format(&text, "%s:", port->run->name);
    port_format(port->number, &text);
    return base_arena_take(&port->run->report->arena, &text);
}

/* What the failing result shows: the main deviation. */
static void show_deviation(struct state_port *port, struct result *result)
{
    struct report *report = port->run->report;
    const struct state_deviation *deviation = &port->deviations[0];
    result->example = ofctl_header_text(&deviation->where.example, &report->arena);
    result->expected = actions_text(port, &port->cases[deviation->expected]);
    result->observed = wrong_text(port, deviation, put_actions, "\nor ");
    result->says[SAYS_ADVERTISED] = wrong_text(port, deviation, put_entry, "\n");
    result->suspect = place_text(port);
    result->cause_kind = CAUSE_TABLE;
    result->cause = result->suspect;
    show_case(port, deviation->expected, result);
}

static void show_lifetime(struct state_port *port, struct result *result)
{
    struct base_buffer observed = {0};
    result->cause_kind = CAUSE_TABLE;
    result->cause = place_text(port);
    put_timeouts(flow_at(port, port->late_entry), &observed);
    result->observed = base_arena_take(&port->run->report->arena, &observed);
    result->expected = text_of(port, put_expected_lifetime);
    show_case(port, port->late_case, result);
    result->says[SAYS_ADVERTISED] =
        ofctl_flow_text(flow_at(port, port->late_entry), FLOW_NO_STATS, &port->run->report->arena);
}

/* Of an entry that is dead, for want of its port. */
static void put_absence(const struct state_port *port, struct base_buffer *out)
{
    size_t entry = port->deviations[0].entry;
    bool is_port = port->number != PORT_CONTROLLER && port->number != PORT_NONE;
    if (!port->expected && entry != ENTRY_NONE && flow_at(port, entry)->match.mask.in_port &&
        is_port && !switch_state_port(port->run->state, port->number)) {
        base_put_text(out, "entry for port ");
        port_format(port->number, out);
        base_put_text(out, ", which the switch does not have: ");
    }
}

static void put_detail(const struct state_port *port, struct base_buffer *out)
{
    const char *between = "";
    if (port->n_deviations > 0) {
        put_absence(port, out);
        put_deviations(port, out);
        between = "\n";
    }
    if (port->troubles.n_bytes > 0) {
        base_put_text(out, between);
        base_put_bytes(out, port->troubles.data, port->troubles.n_bytes);
        between = "\n";
    }
    if (port->late_entry != ENTRY_NONE) {
        base_put_text(out, between);
        put_lifetime(port, out);
        between = "\n";
    }
    if (port->open.n_bytes > 0) {
        base_put_text(out, between);
        base_put_bytes(out, port->open.data, port->open.n_bytes);
    }
}

/* A port that has no link is one end of a cable. */
static void show_trouble(struct state_port *port, struct result *result)
{
    const struct state_run *run = port->run;
    struct port_ref ref = {.sw = run->sw, .port = port->trouble_port};
    result->cause_kind = port->trouble_kind;
    result->cause = port->trouble_kind == CAUSE_CABLE
                        ? topology_cable_name(run->expectation->topology, ref, &run->report->arena)
                        : topology_port_name(run->expectation->topology, ref, &run->report->arena);
}

static void fill_failure(struct state_port *port, struct result *result)
{
    state_fail_result(result, result->says[SAYS_DECLARED], NULL);
    if (port->n_deviations > 0) {
        show_deviation(port, result);
    } else if (port->troubles.n_bytes > 0) {
        result->observed =
            base_arena_text(&port->run->report->arena, base_buffer_text(&port->troubles));
        result->says[SAYS_ADVERTISED] = result->observed;
        show_trouble(port, result);
    } else {
        show_lifetime(port, result);
    }
}

int state_port_result(struct state_port *port)
{
    if (port->expected) {
        state_port_trouble(port);
    }
    bool fails =
        port->n_deviations > 0 || port->troubles.n_bytes > 0 || port->late_entry != ENTRY_NONE;
    bool open = port->open.n_bytes > 0;
    if (!port->expected && !fails && !open) {
        return 0;
    }
    const char *id = state_port_id(port->run, port->number);
    struct place place = port->expected ? port->expected->place : (struct place){0};
    struct result *result = state_add_result(port->run, RESULT_STATE, id, place);
    if (!result) {
        return -1;
    }
    result->port = port->number;
    result->expected = text_of(port, put_cases);
    result->says[SAYS_DECLARED] = port->expected ? result->expected : "drop (not listed)";
    if (fails) {
        fill_failure(port, result);
    } else if (open) {
        result->verdict = VERDICT_INCONCLUSIVE;
        result->cause_kind = CAUSE_TABLE;
        result->cause = place_text(port);
    } else {
        result->observed = result->expected;
        result->says[SAYS_ADVERTISED] = result->expected;
    }
    result->detail = fails || open ? text_of(port, put_detail) : NULL;
    return 0;
}
