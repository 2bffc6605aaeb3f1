/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the tables do with the packets of each port? Cases and lifetimes, as
 * the expectation would write them. */
#include "learn/inside.h"
#include "model/port_set.h"
#include "ofctl/flow.h"
#include "space/table.h"
#include "space/whole.h"

#include <stdlib.h>

/* A switch being learned. */
struct learning {
    struct learn_run *run;
    size_t sw;
    const struct switch_state *state;
    struct space_whole whole;
    struct space_table table;       /* of whole.flows */
    struct space_overlapping order; /* scratch: entries that may take a packet of a port */
};

/* --------------------------------------------------------------------- cases */

/* Whether a packet of the port comes to the entry; in doubt it does. */
static bool is_reached(struct learning *learning, size_t entry, const struct match *cube,
                       size_t *budget)
{
    return space_table_find(&learning->table, entry, cube, budget, NULL) != SPACE_EMPTY;
}

static bool same_behavior(const struct expected_case *a, const struct expected_case *b)
{
    return a->has_expires == b->has_expires && a->expires_sec == b->expires_sec &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions);
}

static bool takes_everything(const struct expected_case *last)
{
    struct match all = match_in_port(last->match.value.in_port);
    return match_equal(&last->match, &all);
}

/* Leaves out what goes without saying: a case in front of one that takes its
 * packets too and does the same with them, and at the end those that drop. */
static void simplify(struct expected_port *port)
{
    size_t n = port->n_cases;
    while (n > 0 && port->cases[n - 1].n_actions == 0 && !port->cases[n - 1].has_expires) {
        n--;
    }
    while (n > 1 && takes_everything(&port->cases[n - 1]) &&
           same_behavior(&port->cases[n - 2], &port->cases[n - 1])) {
        port->cases[n - 2] = port->cases[n - 1];
        n--;
    }
    port->n_cases = n;
}

/* The lifetime that the case of an entry has, EXPECTATION_ANY_LIFETIME where entries of several
 * tables that take part differ from what the file expects. */
static uint32_t lifetime_of(const struct learning *learning, size_t entry)
{
    const struct space_whole *whole = &learning->whole;
    uint32_t expires_sec = learning->run->draft->expectation.expires_sec;
    if (!whole->ways) {
        return whole->rows->entries[entry].hard_timeout;
    }
    for (size_t i = 0; i < space_whole_n_rows(whole, entry); i++) {
        if (whole->rows->entries[space_whole_row(whole, entry, i, NULL)].hard_timeout !=
            expires_sec) {
            return EXPECTATION_ANY_LIFETIME;
        }
    }
    return expires_sec;
}

/* The case that an entry makes of the port's packets in the cube. */
static struct expected_case case_of(const struct learning *learning, size_t entry,
                                    const struct match *cube, const struct learn_actions *said)
{
    uint32_t lifetime = lifetime_of(learning, entry);
    bool odd = lifetime != learning->run->draft->expectation.expires_sec;
    return (struct expected_case){.match = *cube,
                                  .actions = said->actions,
                                  .n_actions = said->n_actions,
                                  .has_expires = odd,
                                  .expires_sec = lifetime};
}

int learn_leave_out(struct learn_run *run, struct port_ref port, const char *entry,
                    const char *reason)
{
    struct learn_draft *draft = run->draft;
    if (!entry || base_grow(&draft->unsaid, draft->n_unsaid, &draft->unsaid_capacity,
                            sizeof *draft->unsaid) < 0) {
        return -1;
    }
    draft->expectation.unlisted_any = true;
    draft->unsaid[draft->n_unsaid++] =
        (struct learn_unsaid){.port = port, .entry = entry, .reason = reason};
    return 0;
}

static int learn_port(struct learning *learning, uint16_t number)
{
    struct learn_draft *draft = learning->run->draft;
    struct expectation *expectation = &draft->expectation;
    size_t budget = learning->run->budget;
    struct match all = match_in_port(number);
    struct expected_port port = {.port = {learning->sw, number}};
    struct space_overlapping *order = &learning->order;
    size_t unlimited = BUDGET_UNLIMITED;
    if (space_list_overlapping(&learning->table, &all, 0, UINT32_MAX, &unlimited, order) < 0) {
        return -1;
    }
    port.cases = base_arena_alloc(&expectation->arena, (order->n_entries + 1) * sizeof *port.cases);
    if (!port.cases || base_grow(&expectation->ports, expectation->n_ports, &draft->ports_capacity,
                                 sizeof *expectation->ports) < 0) {
        return -1;
    }
    for (size_t i = 0; i < order->n_entries; i++) {
        const struct flow_entry *flow = &learning->whole.flows->entries[order->entries[i]];
        struct learn_actions said = {0};
        struct match cube;
        if (!match_intersect(&all, &flow->match, &cube) ||
            !is_reached(learning, order->entries[i], &cube, &budget)) {
            continue;
        }
        const char *open = space_table_open(&learning->table, order->entries[i], &cube);
        if (!open && learn_say(flow, &expectation->arena, &said) < 0) {
            return -1;
        }
        if (open || said.unsaid) {
            return learn_leave_out(learning->run, port.port,
                                   ofctl_flow_text(flow, FLOW_NO_STATS, &expectation->arena),
                                   open ? open : said.unsaid);
        }
        port.cases[port.n_cases++] = case_of(learning, order->entries[i], &cube, &said);
    }
    simplify(&port);
    expectation->ports[expectation->n_ports++] = port;
    return 0;
}

/* ------------------------------------------------------------------ switches */

/* Frames of the network do not enter by such a port, and no key can name it. */
static int except_reserved(struct learning *learning, uint16_t number)
{
    struct learn_draft *draft = learning->run->draft;
    struct expectation *expectation = &draft->expectation;
    if (base_grow(&expectation->exceptions, expectation->n_exceptions, &draft->exceptions_capacity,
                  sizeof *expectation->exceptions) < 0) {
        return -1;
    }
    expectation->exceptions[expectation->n_exceptions++] =
        (struct exception){.sw = learning->sw,
                           .has_match = true,
                           .match = match_in_port(number),
                           .reason = "no frame of the network enters by this port"};
    return 0;
}

static int learn_entries(struct learning *learning)
{
    struct port_set ports = {0}, excepted = {0};
    const struct flow_table *flows = &learning->state->flows;
    int status = 0;
    for (size_t i = 0; i < flows->n_entries && status == 0; i++) {
        const struct match *match = &flows->entries[i].match;
        bool is_port = match->value.in_port != 0 && match->value.in_port <= PORT_MAX;
        if (match->mask.in_port == UINT16_MAX && !is_port &&
            !port_set_has(&excepted, match->value.in_port)) {
            port_set_add(&excepted, match->value.in_port);
            status = except_reserved(learning, match->value.in_port);
        }
    }
    if (status < 0 || space_whole_open(learning->state, NULL, &learning->whole) < 0 ||
        space_whole_index(&learning->whole, &learning->table) < 0) {
        return -1;
    }
    port_set_add_cabled(&ports, learning->run->topology, learning->sw);
    port_set_add_state(&ports, learning->state);
    for (uint32_t i = port_set_next(&ports, 1); i <= PORT_MAX && status == 0;
         i = port_set_next(&ports, i + 1)) {
        status = learn_port(learning, (uint16_t)i);
    }
    space_table_free(&learning->table);
    return status;
}

/* The entries that count. */
static int copy_entries(const struct learn_run *run, size_t sw, struct flow_table *out)
{
    const struct flow_table *flows = &run->switches[sw].state->flows;
    for (size_t i = 0; i < flows->n_entries; i++) {
        if (run->excepting && state_ignored_entry(run->excepting, sw, &flows->entries[i])) {
            continue;
        }
        struct flow_entry *entry = flow_table_add(out);
        if (!entry) {
            return -1;
        }
        *entry = flows->entries[i];
    }
    return 0;
}

static int learn_switch(struct learn_run *run, size_t sw)
{
    const struct switch_dump *known = &run->switches[sw];
    if (!known->dumped) {
        return 0;
    }
    struct switch_state state = *known->state;
    struct learning learning = {.run = run, .sw = sw, .state = &state};
    state.flows = (struct flow_table){0};
    run->draft->expectation.lists_switch[sw] = true;
    int status = copy_entries(run, sw, &state.flows);
    status = status == 0 ? learn_entries(&learning) : status;
    space_whole_close(&learning.whole);
    flow_table_free(&state.flows);
    free(learning.order.entries);
    return status;
}

int learn_switches(struct learn_run *run, uint16_t expires_sec)
{
    struct learn_draft *draft = run->draft;
    struct expectation *expectation = &draft->expectation;
    const struct topology *topology = run->topology;
    *draft = (struct learn_draft){.expectation = {.topology = (struct topology *)topology}};
    size_t n_flags = topology->n_switches + 1;
    expectation->lists_switch = base_arena_alloc(&expectation->arena, n_flags);
    expectation->exact_switch = base_arena_alloc(&expectation->arena, n_flags);
    expectation->expires_sec = expires_sec;
    int status = expectation->lists_switch && expectation->exact_switch ? 0 : -1;
    for (size_t sw = 0; sw < topology->n_switches && status == 0; sw++) {
        status = learn_switch(run, sw);
    }
    return status;
}
