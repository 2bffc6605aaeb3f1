/* SPDX-License-Identifier: Apache-2.0
 *
 * What is the result of a port that was decided? Verdict, what is declared and
 * advertised (as ovs-ofctl writes it), and the finding. */
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "state/inside.h"

#include <string.h>

/* "; may output:3" */
static void put_may(const struct state_case *expected, struct base_buffer *out)
{
    for (size_t i = 0; i < expected->n_may; i++) {
        const struct action may = {.port = expected->unjudged[i], .max_len = UINT16_MAX};
        base_put_text(out, i > 0 ? "," : ", may ");
        ofctl_format_actions(&may, 1, out);
    }
}

/* What the port should do: "output:2", "tcp actions=output:2; actions=drop". */
static const char *cases_text(const struct state_port *port)
{
    struct base_buffer out = {0};
    for (size_t c = 0; c < port->n_cases; c++) {
        const struct state_case *expected = &port->cases[c];
        base_put_text(&out, c > 0 ? "; " : "");
        if (port->n_cases > 1) {
            struct match rest = match_without_port(&expected->match);
            size_t begin = out.n_bytes;
            ofctl_format_match(&rest, &out);
            base_put_text(&out, out.n_bytes > begin ? " actions=" : "actions=");
        }
        ofctl_format_actions(expected->actions, expected->n_actions, &out);
        put_may(expected, &out);
    }
    return base_arena_take(&port->run->report->arena, &out);
}

/* ------------------------------------------------------------- deviations */

static const struct flow_entry *flow_at(const struct state_port *port, size_t entry)
{
    return entry == ENTRY_NONE ? NULL : &port->run->whole.flows->entries[entry];
}

/* Of those that the entry stands for the last that takes the deviation's example. */
static const struct flow_entry *row_at(const struct state_port *port,
                                       const struct state_deviation *deviation, size_t entry)
{
    return state_last_row(port->run, entry, &deviation->where.example);
}

enum space_answer state_port_differs(struct state_port *port, size_t c, size_t entry,
                                     const struct header *header)
{
    static const struct space_behavior drop;
    const struct state_run *run = port->run;
    const struct space_behavior *expected = &port->cases[c].behavior;
    struct space_behavior rest;
    const struct space_behavior *observed = state_port_judged(
        port, c, entry == ENTRY_NONE ? &drop : &run->ids[run->table.action_ids[entry]].behavior,
        &rest);
    struct space_region region = {.cube = match_exactly(header)};
    struct space_difference unused;
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    enum space_answer answer = space_behavior_open(expected) || space_behavior_open(observed)
                                   ? SPACE_OPEN
                                   : space_differ(&region, expected, observed, &budget, &unused);
    space_region_free(&region);
    return answer;
}

/* The best entry that takes the header and does what it should. ENTRY_NONE: none. */
static size_t find_right_entry(struct state_port *port, const struct state_deviation *deviation)
{
    const struct state_run *run = port->run;
    struct space_entries lists[] = {space_table_port(&run->table, port->number),
                                    space_table_any_port(&run->table)};
    size_t right = ENTRY_NONE;
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < lists[i].n_entries; j++) {
            size_t entry = lists[i].entries[j];
            if ((right == ENTRY_NONE || space_table_precedes(&run->table, entry, right)) &&
                space_table_takes(&run->table, entry, &deviation->where.example) &&
                state_port_differs(port, deviation->expected, entry, &deviation->where.example) ==
                    SPACE_EMPTY) {
                right = entry;
            }
        }
    }
    return right;
}

/* Of that entry the row that is named. Where rows were merged their entry takes what is left for it
 * (space/pipeline.h), and none of them need match that. NULL: none does. */
static const struct flow_entry *find_right_row(struct state_port *port,
                                               const struct state_deviation *deviation)
{
    const struct space_whole *whole = &port->run->whole;
    const struct header *example = &deviation->where.example;
    size_t entry = find_right_entry(port, deviation);
    size_t first = space_whole_n_rows(whole, entry) > 0 ? space_whole_row(whole, entry, 0, example)
                                                        : ENTRY_NONE;
    bool takes = first != ENTRY_NONE && match_takes(&whole->rows->entries[first].match, example);
    return takes ? row_at(port, deviation, entry) : NULL;
}

static const char *entry_text(const struct state_port *port,
                              const struct state_deviation *deviation, size_t entry)
{
    struct base_buffer text = {0};
    space_whole_format_rows(&port->run->whole, entry, &deviation->where.example, &text);
    base_put_text(&text, text.n_bytes == 0 ? "no entry" : "");
    return base_arena_take(&port->run->report->arena, &text);
}

static const char *actions_of(const struct state_port *port,
                              const struct state_deviation *deviation, size_t entry)
{
    (void)deviation;
    const struct flow_entry *flow = flow_at(port, entry);
    return flow ? ofctl_actions_text(flow->actions, flow->n_actions, &port->run->report->arena)
                : "drop";
}

typedef const char *text_fn(const struct state_port *port, const struct state_deviation *deviation,
                            size_t entry);

/* What is wrong: an entry, or two rivals, then first the one whose text is first, as the table's
 * order is chance. NULL without memory. */
static const char *wrong_text(struct state_port *port, const struct state_deviation *deviation,
                              text_fn *text, const char *between)
{
    const char *a = text(port, deviation, deviation->entry);
    if (deviation->rival == ENTRY_NONE) {
        return a;
    }
    const char *b = text(port, deviation, deviation->rival);
    bool in_order = a && b && strcmp(a, b) <= 0;
    return a && b ? base_arena_format(&port->run->report->arena, "%s%s%s", in_order ? a : b,
                                      between, in_order ? b : a)
                  : NULL;
}

/* In the order of their text. */
static void sort_rivals(const struct flow_entry **a, const struct flow_entry **b,
                        struct base_arena *arena)
{
    const char *x = *a ? ofctl_flow_text(*a, FLOW_NO_STATS, arena) : NULL;
    const char *y = *b ? ofctl_flow_text(*b, FLOW_NO_STATS, arena) : NULL;
    if (x && y && strcmp(x, y) > 0) {
        const struct flow_entry *first = *b;
        *b = *a;
        *a = first;
    }
}

static void fill_set(struct state_port *port, const struct state_deviation *deviation,
                     struct state_set *set)
{
    const struct state_case *expected = &port->cases[deviation->expected];
    const struct flow_entry *flow = flow_at(port, deviation->entry);
    const struct flow_entry *row = row_at(port, deviation, deviation->entry);
    bool alone = row && deviation->rival == ENTRY_NONE;
    *set = (struct state_set){
        .expected = expected->actions,
        .n_expected = expected->n_actions,
        .tolerated = expected->n_unjudged
                         ? base_arena_copy(&port->run->report->arena, expected->unjudged,
                                           expected->n_unjudged * sizeof *expected->unjudged)
                         : NULL,
        .n_tolerated = expected->n_unjudged,
        .entry = row,
        .rival = row_at(port, deviation, deviation->rival),
        .right = alone ? find_right_row(port, deviation) : NULL,
        .where = deviation->where};
    set->does = flow ? base_arena_copy(&port->run->report->arena, flow->actions,
                                       flow->n_actions * sizeof *flow->actions)
                     : NULL;
    set->n_does = set->does ? flow->n_actions : 0;
    sort_rivals(&set->entry, &set->rival, &port->run->report->arena);
}

/* What the port found, in the arena of the report. NULL without memory. */
static const struct state_finding *keep_finding(struct state_port *port)
{
    struct base_arena *arena = &port->run->report->arena;
    struct state_finding *kept = base_arena_copy(arena, &port->found, sizeof port->found);
    size_t n_bytes = port->found.n_troubles * sizeof *port->found.troubles;
    if (!kept) {
        return NULL;
    }
    for (size_t i = 0; i < kept->n_sets && i < STATE_SETS_SHOWN; i++) {
        fill_set(port, &port->deviations[i], &kept->sets[i]);
    }
    sort_rivals(&kept->open_entry, &kept->open_rival, arena);
    kept->troubles = n_bytes > 0 ? base_arena_copy(arena, kept->troubles, n_bytes) : NULL;
    return kept->troubles || n_bytes == 0 ? kept : NULL;
}

/* ------------------------------------------------------------------ result */

/* Where the case is written, if it is. */
static void show_case(struct state_port *port, size_t c, struct result *result)
{
    if (port->expected && c < port->expected->n_cases) {
        result->source = place_source(port->expected->cases[c].place, &port->run->report->arena);
    }
}

static const char *port_name(const struct state_port *port)
{
    struct port_ref ref = {.sw = port->run->sw, .port = port->number};
    return topology_port_name(port->run->expectation->topology, ref, &port->run->report->arena);
}

/* What the failing result shows: the main deviation. */
static void show_deviation(struct state_port *port, struct result *result)
{
    struct base_arena *arena = &port->run->report->arena;
    const struct state_deviation *deviation = &port->deviations[0];
    const struct state_case *expected = &port->cases[deviation->expected];
    result->example = ofctl_header_text(&deviation->where.example, arena);
    result->expected = ofctl_actions_text(expected->actions, expected->n_actions, arena);
    result->observed = wrong_text(port, deviation, actions_of, "\nor ");
    result->says[SAYS_ADVERTISED] = wrong_text(port, deviation, entry_text, "\n");
    result->suspect = port_name(port);
    result->cause_kind = CAUSE_TABLE;
    result->cause = result->suspect;
    show_case(port, deviation->expected, result);
}

/* A port that has no link is one end of a cable. */
static void show_trouble(struct state_port *port, struct result *result)
{
    const struct topology *topology = port->run->expectation->topology;
    struct base_arena *arena = &port->run->report->arena;
    struct port_ref ref = {.sw = port->run->sw, .port = port->found.troubles[0].port};
    const struct port *known = switch_state_port(port->run->state, ref.port);
    bool is_cable =
        known && !(known->config & PORT_CONFIG_DOWN) && known->state & PORT_STATE_LINK_DOWN;
    result->cause_kind = is_cable ? CAUSE_CABLE : CAUSE_PORT;
    result->cause = is_cable ? topology_cable_name(topology, ref, arena)
                             : topology_port_name(topology, ref, arena);
}

static void show_lifetime(struct state_port *port, struct result *result)
{
    result->cause_kind = CAUSE_TABLE;
    result->cause = port_name(port);
    show_case(port, port->late_case, result);
    result->says[SAYS_ADVERTISED] =
        ofctl_flow_text(port->found.late, FLOW_NO_STATS, &port->run->report->arena);
}

static void fill_failure(struct state_port *port, struct result *result)
{
    state_fail_result(result, result->says[SAYS_DECLARED], NULL);
    if (port->found.n_sets > 0) {
        show_deviation(port, result);
    } else if (port->found.n_troubles > 0) {
        show_trouble(port, result);
    } else {
        show_lifetime(port, result);
    }
}

int state_port_fill(struct state_port *port, struct result *result)
{
    const struct state_finding *found = &port->found;
    bool fails = found->n_sets > 0 || found->n_troubles > 0 || found->late;
    result->port = port->number;
    result->expected = cases_text(port);
    result->says[SAYS_DECLARED] = port->expected ? result->expected : "drop (not listed)";
    if (fails) {
        fill_failure(port, result);
    } else if (found->is_open) {
        result->verdict = VERDICT_INCONCLUSIVE;
        result->cause_kind = CAUSE_TABLE;
        result->cause = port_name(port);
    } else {
        result->observed = result->expected;
        result->says[SAYS_ADVERTISED] = result->expected;
        return 0;
    }
    result->finding = keep_finding(port);
    return result->finding ? 0 : -1;
}

int state_port_result(struct state_port *port)
{
    const struct state_finding *found = &port->found;
    if (port->expected && state_port_trouble(port) < 0) {
        return -1;
    }
    bool conforms = !found->n_sets && !found->n_troubles && !found->late && !found->is_open;
    if (!port->expected && conforms) {
        return 0;
    }
    const char *id = state_port_id(port->run, port->number);
    struct place place = port->expected ? port->expected->place : (struct place){0};
    struct result *result = state_add_result(port->run, RESULT_STATE, id, place);
    return result ? state_port_fill(port, result) : -1;
}
