/* SPDX-License-Identifier: Apache-2.0
 *
 * What an expectation says of ports, as flow tables. */
#include "path/declared.h"

#include "base/memory.h"
#include "path/step.h"

#include <stdlib.h>

/* Priorities of entries that no case stands for: PATH_UNLISTED, and what drops at listed ports. */
enum { DROP_PRIORITY = PATH_UNLISTED + 1, FIRST_CASE_PRIORITY = UINT16_MAX };

static int add_entry(struct flow_table *table, const struct flow_entry *entry)
{
    struct flow_entry *added = flow_table_add(table);
    if (added) {
        *added = *entry;
    }
    return added ? 0 : -1;
}

static bool has_choice(const struct expected_case *c, enum action_type type)
{
    return expected_case_action(c, type) < c->n_actions;
}

/* Whether copies may arrive by ports that hosts are behind. */
static bool may_more(const struct expected_case *c)
{
    bool more = false;
    for (size_t i = 0; i < c->n_may && !more; i++) {
        more = c->may[i] <= PORT_MAX;
    }
    return more;
}

static bool knows_ports(const struct path_declared *declared, size_t sw)
{
    return declared->states && declared->states[sw] && declared->states[sw]->n_ports > 0;
}

/* Whether all that is sent between these two can leave now. */
static bool is_up(const struct switch_state *now, const struct action *actions, size_t begin,
                  size_t end)
{
    bool up = true;
    for (size_t i = begin; i < end && up; i++) {
        up = !action_sends(&actions[i]) || !port_no_exit(now->ports, now->n_ports, actions[i].port);
    }
    return up;
}

/* A case's actions, with the copy that failover takes now in place of all of
 * them. Returns how many. */
static size_t take_failover(const struct switch_state *now, const struct expected_case *c,
                            struct action *out)
{
    size_t n = 0, n_left = 0, begin = 0;
    bool taken = false;
    for (size_t i = 0; i < c->n_actions; i++) {
        const struct action *action = &c->actions[i];
        if (action->type == ACTION_FAILOVER) {
            n_left = action->n_ways;
            taken = false;
        } else if (n_left == 0) {
            out[n++] = *action;
        } else if (action->type == ACTION_COPY) {
            begin = i;
        } else if (action->type == ACTION_COPY_END) {
            n_left--;
            bool takes = !taken && is_up(now, c->actions, begin, i);
            for (size_t j = begin; j <= i && takes; j++) {
                out[n++] = c->actions[j];
            }
            taken |= takes;
        }
    }
    return n;
}

/* A case's actions, with a copy for each of the ways that a switch may choose, and one for each
 * port by which copies may leave. Returns how many. */
static size_t take_all(const struct expected_case *c, bool more, struct action *out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_actions; i++) {
        if (!action_chooses(&c->actions[i])) {
            out[n++] = c->actions[i];
        }
    }
    for (size_t i = 0; i < c->n_may && more; i++) {
        if (c->may[i] <= PORT_MAX) {
            out[n++] = (struct action){.type = ACTION_OUTPUT, .port = c->may[i]};
        }
    }
    return n;
}

static bool rewrites(const struct expected_case *c)
{
    bool some = false;
    for (size_t i = 0; i < c->n_actions && !some; i++) {
        some = !action_sends(&c->actions[i]) && !action_frames(&c->actions[i]);
    }
    return some;
}

/* The most that the case allows. -1 without memory. */
static int compile_most(struct path_declared *declared, size_t sw, const struct expected_case *c,
                        struct flow_entry *entry)
{
    static const struct action several = {.type = ACTION_OPEN, .reason = path_several};
    bool by_ports = has_choice(c, ACTION_FAILOVER) && knows_ports(declared, sw);
    bool more = may_more(c), is_open = more && rewrites(c);
    struct action *actions = base_arena_alloc(&declared->flows[sw].arena,
                                              (c->n_actions + c->n_may + 1) * sizeof *actions);
    if (!actions || c->n_actions + c->n_may > UINT16_MAX) {
        return -1;
    }
    struct expected_case taken = *c;
    if (by_ports && !is_open) {
        taken.n_actions = take_failover(declared->states[sw], c, actions);
        taken.actions = actions; /* none of which chooses: each stays where it is */
    }
    size_t n = is_open ? 0 : take_all(&taken, more, actions);
    if (is_open) {
        actions[n++] = several;
    }
    entry->actions = actions;
    entry->n_actions = (uint16_t)n;
    return 0;
}

/* What the case does, and what is open behind that. -1 without memory. */
static int compile_actions(struct path_declared *declared, size_t sw, const struct expected_case *c,
                           struct flow_entry *entry)
{
    static const struct action several = {.type = ACTION_OPEN, .reason = path_several};
    bool fails_over = has_choice(c, ACTION_FAILOVER);
    bool more = may_more(c) && declared->allowed != PATH_ALLOWED_LEAST;
    bool is_open =
        (fails_over && !knows_ports(declared, sw)) || (more && has_choice(c, ACTION_ONE_OF));
    if (declared->allowed == PATH_ALLOWED_MOST &&
        (more || fails_over || has_choice(c, ACTION_ONE_OF))) {
        return compile_most(declared, sw, c, entry);
    }
    entry->actions = c->actions;
    entry->n_actions = (uint16_t)c->n_actions;
    if (!fails_over && !more) {
        return 0;
    }
    struct action *actions =
        base_arena_alloc(&declared->flows[sw].arena, (c->n_actions + 1) * sizeof *actions);
    if (!actions || c->n_actions == UINT16_MAX) {
        return -1;
    }
    size_t n = 0;
    if (fails_over && !is_open) {
        n = take_failover(declared->states[sw], c, actions);
    } else if (!is_open) {
        for (; n < c->n_actions; n++) {
            actions[n] = c->actions[n];
        }
    }
    if (is_open || more) {
        actions[n++] = several;
    }
    entry->actions = actions;
    entry->n_actions = (uint16_t)n;
    return 0;
}

/* Cases beyond the last priority compete with each other, and so are open. */
static int compile_port(struct path_declared *declared, const struct expected_port *port,
                        size_t *n_cases)
{
    enum { MOST = FIRST_CASE_PRIORITY - DROP_PRIORITY - 1 };
    for (size_t i = 0; i < port->n_cases; i++) {
        const struct expected_case *c = &port->cases[i];
        struct flow_entry entry = {
            .match = c->match, .priority = (uint16_t)(FIRST_CASE_PRIORITY - (i < MOST ? i : MOST))};
        size_t sw = port->port.sw;
        if (compile_actions(declared, sw, c, &entry) < 0 ||
            add_entry(&declared->flows[sw], &entry) < 0) {
            return -1;
        }
        declared->cases[(*n_cases)++] = c;
    }
    return 0;
}

/* Ports are in the order of switches. */
static int compile_ports(struct path_declared *declared)
{
    const struct expectation *expectation = declared->expectation;
    size_t n_cases = 0, at = 0;
    for (size_t sw = 0; sw < expectation->topology->n_switches; sw++) {
        declared->begins[sw] = n_cases;
        for (; at < expectation->n_ports && expectation->ports[at].port.sw == sw; at++) {
            if (compile_port(declared, &expectation->ports[at], &n_cases) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* `unlisted: any`: what no case of a port takes drops, what enters by others is open. */
static int leave_unlisted(struct path_declared *declared)
{
    const struct expectation *expectation = declared->expectation;
    const struct flow_entry unlisted = {.priority = PATH_UNLISTED};
    int status = 0;
    for (size_t i = 0; i < expectation->n_ports && status == 0; i++) {
        struct port_ref port = expectation->ports[i].port;
        struct flow_entry drop = {.match = match_in_port(port.port), .priority = DROP_PRIORITY};
        status = add_entry(&declared->flows[port.sw], &drop);
    }
    for (size_t sw = 0; sw < expectation->topology->n_switches && status == 0; sw++) {
        status = expectation->lists_switch[sw] ? add_entry(&declared->flows[sw], &unlisted) : 0;
    }
    return status;
}

static size_t count_cases(const struct expectation *expectation)
{
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        n += expectation->ports[i].n_cases;
    }
    return n;
}

static int compile(struct path_declared *declared)
{
    size_t n = declared->expectation->topology->n_switches;
    declared->flows = base_calloc(n + 1, sizeof *declared->flows);
    declared->begins = base_calloc(n + 1, sizeof *declared->begins);
    declared->cases = base_calloc(count_cases(declared->expectation) + 1, sizeof *declared->cases);
    if (!declared->flows || !declared->begins || !declared->cases || compile_ports(declared) < 0) {
        return -1;
    }
    return declared->expectation->unlisted_any ? leave_unlisted(declared) : 0;
}

/* The ports that FLOOD and ALL mean: the cabled ones. */
static int name_ports(struct path_declared *declared)
{
    struct path_network *network = &declared->network;
    declared->ports = base_calloc(network->n_cables + 1, sizeof *declared->ports);
    for (size_t i = 0; declared->ports && i < network->n_cables; i++) {
        declared->ports[i].number = network->cables[i].port.port;
    }
    for (size_t sw = 0; declared->ports && sw < network->topology->n_switches; sw++) {
        network->switches[sw].ports = &declared->ports[network->begins[sw]];
        network->switches[sw].n_ports = network->begins[sw + 1] - network->begins[sw];
    }
    return declared->ports ? 0 : -1;
}

static int open_network(struct path_declared *declared)
{
    const struct expectation *expectation = declared->expectation;
    size_t n = expectation->topology->n_switches;
    struct path_switch *switches = base_calloc(n + 1, sizeof *switches);
    for (size_t i = 0; switches && i < n; i++) {
        switches[i] =
            (struct path_switch){.flows = expectation->lists_switch[i] ? &declared->flows[i] : NULL,
                                 .unknown = "the expectation does not list this switch",
                                 .declared = true};
    }
    int status =
        switches ? path_network_open(&declared->network, expectation->topology, switches) : -1;
    free(switches);
    return status < 0 ? -1 : name_ports(declared);
}

int path_declared_open(struct path_declared *declared, const struct expectation *expectation)
{
    return path_declared_open_now(declared, expectation, NULL);
}

int path_declared_open_now(struct path_declared *declared, const struct expectation *expectation,
                           const struct switch_state *const *states)
{
    return path_declared_open_allowed(declared, expectation, states, PATH_ALLOWED_OPEN);
}

int path_declared_open_allowed(struct path_declared *declared,
                               const struct expectation *expectation,
                               const struct switch_state *const *states, enum path_allowed allowed)
{
    *declared =
        (struct path_declared){.expectation = expectation, .states = states, .allowed = allowed};
    int status = compile(declared) < 0 ? -1 : open_network(declared);
    if (status < 0) {
        path_declared_close(declared);
    }
    return status;
}

void path_declared_close(struct path_declared *declared)
{
    path_network_close(&declared->network);
    for (size_t i = 0; declared->flows && i < declared->expectation->topology->n_switches; i++) {
        flow_table_free(&declared->flows[i]);
    }
    free(declared->flows);
    free(declared->ports);
    free(declared->cases);
    free(declared->begins);
    *declared = (struct path_declared){0};
}

const struct expected_case *path_declared_case(const struct path_declared *declared, size_t sw,
                                               size_t entry)
{
    if (entry == ENTRY_NONE || declared->flows[sw].entries[entry].priority <= DROP_PRIORITY) {
        return NULL;
    }
    return declared->cases[declared->begins[sw] + entry];
}
