/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides one port: what the table does with every header that enters it,
 * against the cases of the expectation.
 *
 * The headers of a case which an entry takes (the entry's match and the case's,
 * without earlier cases and entries that go before) are a region; the table is
 * right if on each region the entry's behaviour is the case's. Almost always
 * it is for every header, and no region need be computed. */
#include "state/inside.h"

#include <stdlib.h>

enum { DEFAULT_BUDGET = 4000000, BUDGET_AN_ENTRY = 1000 };

/* Large tables may take long, but not much longer than they are. */
size_t state_budget_of(const struct state_run *run, size_t n_cases)
{
    return run->options.budget
               ? run->options.budget
               : DEFAULT_BUDGET + BUDGET_AN_ENTRY * (run->table.n_entries + n_cases);
}

bool state_port_is_nowhere(const struct topology *topology, const struct switch_state *state,
                           struct port_ref port)
{
    return (port.port > PORT_MAX || !switch_state_port(state, port.port)) &&
           topology_peer(topology, port).kind == PEER_NONE;
}

struct state_port state_port_of(struct state_run *run, uint16_t number)
{
    struct port_ref ref = {.sw = run->sw, .port = number};
    const struct expected_port *expected = expectation_port(run->expectation, ref);
    return (struct state_port){
        .run = run,
        .number = number,
        .expected = expected,
        .named_only =
            !expected && state_port_is_nowhere(run->expectation->topology, run->state, ref),
        .budget = state_budget_of(run, expected ? expected->n_cases : 0),
        .found = {.kind = STATE_PORT,
                  .state = run->state,
                  .port = number,
                  .is_listed = expected != NULL}};
}

/* ----------------------------------------------------------------- actions */

/* Cheap and one-sided: true is sure, false means that it must be looked at. */
static bool surely_agrees(struct state_port *port, size_t c, const struct space_actions *list,
                          const struct space_behavior *behavior)
{
    const struct state_case *expected = &port->cases[c];
    struct space_behavior rest;
    return !list->open &&
           (space_behavior_equal(&expected->behavior,
                                 state_port_judged(port, c, behavior, &rest)) ||
            actions_equal(expected->actions, expected->n_actions, list->actions, list->n_actions));
}

static int learn_actions(struct state_port *port, uint32_t action_id)
{
    struct state_run *run = port->run;
    struct state_id *id = &run->ids[action_id];
    const struct space_actions *list = &run->table.id_actions[action_id];
    *id = (struct state_id){
        .stamp = port->number + 1u, .class = action_id, .agrees = true, .is_open = list->open};
    if (space_behavior(list->actions, list->n_actions, port->number, run->state->ports,
                       run->state->n_ports, &port->arena, &id->behavior) < 0) {
        return -1;
    }
    for (size_t i = 0; i < port->n_cases && id->agrees; i++) {
        id->agrees = surely_agrees(port, i, list, &id->behavior);
    }
    enum { COMPARED = 16 };
    for (size_t i = 0; i < run->n_present && i < COMPARED; i++) {
        const struct state_id *other = &run->ids[run->present[i]];
        if (space_behavior_equal(&id->behavior, &other->behavior)) {
            id->class = other->class;
            break;
        }
    }
    run->present[run->n_present++] = action_id;
    return 0;
}

static int learn_all_actions(struct state_port *port, struct space_entries list)
{
    struct state_run *run = port->run;
    for (size_t i = 0; i < list.n_entries; i++) {
        uint32_t id = run->table.action_ids[list.entries[i]];
        if (run->ids[id].stamp != port->number + 1u && learn_actions(port, id) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ------------------------------------------------------------- comparison */

static const char *why_unknown(struct state_port *port, const struct state_case *expected,
                               size_t entry, const struct match *within,
                               const struct space_behavior *behavior)
{
    const char *open =
        entry == ENTRY_NONE ? NULL : space_table_open(&port->run->table, entry, within);
    const char *declared = space_behavior_open(&expected->behavior);
    return open ? open : declared ? declared : space_behavior_open(behavior);
}

/* What `entry` (ENTRY_NONE: the lack of one) does with headers of case `c`. */
static void compare(struct state_port *port, size_t c, size_t entry)
{
    const struct state_run *run = port->run;
    const struct state_case *expected = &port->cases[c];
    static const struct state_id drop;
    const struct state_id *id =
        entry == ENTRY_NONE ? &drop : &run->ids[run->table.action_ids[entry]];
    struct space_behavior rest;
    const struct space_behavior *behavior = state_port_judged(port, c, &id->behavior, &rest);
    struct state_deviation deviation = {.expected = c, .entry = entry, .rival = ENTRY_NONE};
    struct space_region region = {0};
    if (!id->is_open && space_behavior_equal(behavior, &expected->behavior)) {
        return;
    }
    enum space_answer answer = state_port_region(port, c, entry, NULL, &region);
    const char *unknown =
        answer == SPACE_FOUND ? why_unknown(port, expected, entry, &region.cube, behavior) : NULL;
    if (answer == SPACE_FOUND && unknown) {
        struct header example;
        answer = space_region_find(&region, &port->budget, &example);
        if (answer == SPACE_FOUND) {
            state_port_open(port, unknown, entry, &example);
        }
    } else if (answer == SPACE_FOUND) {
        answer =
            space_differ(&region, &expected->behavior, behavior, &port->budget, &deviation.where);
        size_t n_left = region.n_excluded + region.n_cuts;
        if (answer == SPACE_FOUND && entry != ENTRY_NONE) { /* what others may take is theirs */
            answer = state_port_leave_rivals(port, entry, &region);
        }
        if (answer == SPACE_FOUND && region.n_excluded + region.n_cuts > n_left) {
            answer = space_differ(&region, &expected->behavior, behavior, &port->budget,
                                  &deviation.where);
        }
        if (answer == SPACE_FOUND) {
            state_port_add(port, &deviation);
        }
    }
    if (answer == SPACE_OPEN) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
    space_region_free(&region);
}

/* One entry that is compared with cases. */
struct comparing {
    struct state_port *port;
    uint32_t entry;
};

static bool compare_case(void *aux, uint32_t c, const struct match *match)
{
    struct state_port *port = ((struct comparing *)aux)->port;
    uint32_t entry = ((struct comparing *)aux)->entry;
    const struct space_table *table = &port->run->table;
    uint32_t id = table->action_ids[entry];
    (void)match;
    if (!surely_agrees(port, c, &table->id_actions[id], &port->run->ids[id].behavior)) {
        compare(port, c, entry);
    }
    return true;
}

static void compare_entry(struct state_port *port, uint32_t entry)
{
    const struct state_run *run = port->run;
    const struct flow_entry *flow = &run->whole.flows->entries[entry];
    if (run->ids[run->table.action_ids[entry]].agrees) {
        return;
    }
    struct comparing comparing = {.port = port, .entry = entry};
    if (!state_port_cases(port, &flow->match, port->n_cases, compare_case, &comparing)) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
}

static void compare_entries(struct state_port *port, struct space_entries list)
{
    const struct state_run *run = port->run;
    bool all_agree = true;
    for (size_t i = 0; i < run->n_present && all_agree; i++) {
        all_agree = run->ids[run->present[i]].agrees;
    }
    for (size_t i = 0; i < list.n_entries && !all_agree; i++) {
        compare_entry(port, list.entries[i]);
    }
}

int state_port_decide(struct state_port *port)
{
    struct state_run *run = port->run;
    struct space_entries own = space_table_port(&run->table, port->number);
    struct space_entries any = space_table_any_port(&run->table);
    run->n_present = 0;
    if (state_port_prepare(port) < 0 || learn_all_actions(port, any) < 0 ||
        learn_all_actions(port, own) < 0) {
        return -1;
    }
    if (!port->named_only) {
        compare_entries(port, any);
    }
    compare_entries(port, own);
    for (size_t c = 0; c < port->n_cases; c++) {
        const struct space_behavior *behavior = &port->cases[c].behavior;
        if (behavior->n_outputs > 0 || behavior->unknown) {
            compare(port, c, ENTRY_NONE);
        }
    }
    if (state_port_overlaps(port) < 0) {
        return -1;
    }
    if (port->expected && run->n_down == 0) {
        state_port_lifetimes(port);
    }
    return 0;
}

void state_port_free(struct state_port *port)
{
    free(port->found.troubles);
    space_tree_free(&port->tree);
    base_arena_free(&port->arena);
}
