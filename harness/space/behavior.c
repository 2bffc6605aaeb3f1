/* SPDX-License-Identifier: Apache-2.0
 *
 * What a list of actions sends, whatever packet comes in. */
#include "space/behavior.h"

#include "base/none.h"
#include "space/rewrite.h"

#include <stdlib.h>
#include <string.h>

/* Where outputs go while a list of actions is read. */
struct builder {
    uint16_t in_port;
    const struct port *ports; /* NULL: not known */
    size_t n_ports;
    struct space_rewrite rewrite; /* of the actions so far */
    struct space_output *outputs;
    size_t n_outputs;
    struct space_choices choices;
};

static void send(struct builder *builder, uint16_t port, const struct action *action)
{
    struct space_output *output = &builder->outputs[builder->n_outputs++];
    *output = (struct space_output){.port = port, .rewrite = builder->rewrite};
    if (action->type == ACTION_ENQUEUE) {
        output->queued = 1;
        output->queue_id = action->queue_id;
    } else if (port == PORT_CONTROLLER) {
        output->max_len = action->max_len;
    }
}

static void send_to_many(struct builder *builder, const struct action *action)
{
    for (size_t i = 0; i < builder->n_ports; i++) {
        const struct port *port = &builder->ports[i];
        bool excepted = action->port == PORT_FLOOD && port->config & PORT_CONFIG_NO_FLOOD;
        if (port->number != builder->in_port && !excepted) {
            send(builder, port->number, action);
        }
    }
}

/* Whether it is not known of a port that a flood may leave by. */
static bool is_untold(const struct builder *builder)
{
    bool untold = false;
    for (size_t i = 0; i < builder->n_ports && !untold; i++) {
        untold = builder->ports[i].flood_untold && builder->ports[i].number != builder->in_port;
    }
    return untold;
}

/* NULL, or why it is not known what it does. */
static const char *add_output(struct builder *builder, const struct action *action)
{
    switch (action->port) {
    case PORT_NORMAL:
        if (!header_is_zero(&builder->rewrite.mask)) {
            return SPACE_NORMAL_REWRITTEN;
        }
        send(builder, PORT_NORMAL, action);
        return NULL;
    case PORT_TABLE:
        return "output to TABLE";
    case PORT_NONE:
        return NULL;
    case PORT_IN_PORT:
        send(builder, builder->in_port, action);
        return NULL;
    case PORT_FLOOD:
    case PORT_ALL:
        if (action->port == PORT_FLOOD && is_untold(builder)) {
            return SPACE_FLOOD_UNTOLD;
        }
        if (builder->ports) {
            send_to_many(builder, action);
            return NULL;
        }
        break;
    default:
        break;
    }
    if (action->port != builder->in_port) {
        send(builder, action->port, action);
    }
    return NULL;
}

const char *space_action_open(uint16_t type)
{
    static const char *const names[] = {
        [ACTION_GROUP] = "a group",
        [ACTION_SET_FIELD] = "set_field",
        [ACTION_PUSH_VLAN] = "push_vlan",
        [ACTION_PUSH_MPLS] = "push_mpls",
        [ACTION_POP_MPLS] = "pop_mpls",
        [ACTION_PUSH_PBB] = "push_pbb",
        [ACTION_POP_PBB] = "pop_pbb",
        [ACTION_SET_QUEUE] = "set_queue",
        [ACTION_SET_NW_TTL] = "mod_nw_ttl",
        [ACTION_DEC_NW_TTL] = "dec_ttl",
        [ACTION_SET_MPLS_TTL] = "set_mpls_ttl",
        [ACTION_DEC_MPLS_TTL] = "dec_mpls_ttl",
        [ACTION_COPY_TTL_OUT] = "copy_ttl_out",
        [ACTION_COPY_TTL_IN] = "copy_ttl_in",
    };
    bool known = type < sizeof names / sizeof *names && names[type];
    return type == ACTION_VENDOR ? "a vendor action"
           : known               ? names[type]
                                 : "an action of an unknown type";
}

static const char *add_action(struct builder *builder, const struct action *action)
{
    switch (action->type) {
    case ACTION_OUTPUT:
    case ACTION_ENQUEUE:
        return add_output(builder, action);
    case ACTION_OPEN:
        return action->reason;
    default:
        break;
    }
    struct action plain = action_plain(action);
    return space_rewrite_add(&builder->rewrite, &plain) ? NULL : space_action_open(action->type);
}

/* Behind the end of the copy that begins at `at`. */
static size_t behind_copy(const struct action *actions, size_t n_actions, size_t at)
{
    size_t depth = 0;
    for (; at < n_actions; at++) {
        depth += actions[at].type == ACTION_COPY;
        depth -= actions[at].type == ACTION_COPY_END && depth > 0;
        if (depth == 0) {
            return at + 1;
        }
    }
    return at;
}

/* Whether what the copy sends can leave now. */
static bool is_up(const struct builder *builder, const struct action *actions, size_t begin,
                  size_t end)
{
    bool up = true;
    for (size_t i = begin; i < end && up; i++) {
        up = !action_sends(&actions[i]) || !builder->ports ||
             !port_no_exit(builder->ports, builder->n_ports, actions[i].port);
    }
    return up;
}

/* The number of the way that is taken: of a choice of the switch's, the one whose turn it is.
 * n_ways or more: none. */
static size_t choose(struct builder *builder, const struct action *actions, size_t n_actions,
                     size_t at)
{
    const struct action *choice = &actions[at - 1];
    size_t way = 0;
    if (choice->type == ACTION_FAILOVER) {
        for (size_t end; way < choice->n_ways; way++, at = end) {
            end = behind_copy(actions, n_actions, at);
            if (is_up(builder, actions, at, end)) {
                break;
            }
        }
        return way;
    }
    size_t taken = space_choices_take(&builder->choices, choice->n_ways);
    if (taken != INDEX_NONE) {
        builder->choices.met[builder->choices.n_met - 1].by = choice->chosen_by;
    }
    return taken;
}

/* Whether the group has chosen for this packet already. */
static bool chooses_again(const struct builder *builder, const struct action *choice)
{
    bool again = false;
    for (size_t i = 0; i < builder->choices.n_met && choice->type == ACTION_ONE_OF; i++) {
        again |= choice->chosen_by != 0 && builder->choices.met[i].by == choice->chosen_by;
    }
    return again;
}

static const char *add_actions(struct builder *builder, const struct action *actions,
                               size_t n_actions, size_t *at);

/* What happens to a copy, up to its end: the packet goes on as it was. */
static const char *add_copy(struct builder *builder, const struct action *actions, size_t n_actions,
                            size_t *at)
{
    const struct space_rewrite before = builder->rewrite;
    const char *unknown = add_actions(builder, actions, n_actions, at);
    builder->rewrite = before;
    return unknown;
}

/* One of the copies that follow, and none of the others. */
static const char *add_choice(struct builder *builder, const struct action *actions,
                              size_t n_actions, size_t *at)
{
    const char *unknown = chooses_again(builder, &actions[*at - 1]) ? SPACE_CHOOSES_AGAIN : NULL;
    size_t n_ways = actions[*at - 1].n_ways, taken = choose(builder, actions, n_actions, *at);
    if (taken == INDEX_NONE) {
        return "more than 8 choices of the switch's";
    }
    for (size_t i = 0; i < n_ways && !unknown; i++) {
        size_t end = behind_copy(actions, n_actions, *at), begin = *at + 1;
        unknown = i == taken ? add_copy(builder, actions, n_actions, &begin) : NULL;
        *at = end;
    }
    return unknown;
}

/* Up to the end of the copy that begins before `*at`, or of the list. */
static const char *add_actions(struct builder *builder, const struct action *actions,
                               size_t n_actions, size_t *at)
{
    const char *unknown = NULL;
    while (*at < n_actions && !unknown) {
        const struct action *action = &actions[(*at)++];
        if (action->type == ACTION_COPY_END) {
            break;
        }
        unknown = action->type == ACTION_COPY ? add_copy(builder, actions, n_actions, at)
                  : action_chooses(action)    ? add_choice(builder, actions, n_actions, at)
                                              : add_action(builder, action);
    }
    return unknown;
}

static size_t count_outputs(const struct action *actions, size_t n_actions, size_t n_ports)
{
    size_t n = 0;
    for (size_t i = 0; i < n_actions; i++) {
        bool to_many = actions[i].port == PORT_FLOOD || actions[i].port == PORT_ALL;
        if (action_sends(&actions[i])) {
            n += to_many && n_ports > 0 ? n_ports : 1;
        }
    }
    return n;
}

int space_output_compare(const void *a, const void *b)
{
    const struct space_output *x = a, *y = b;
    return x->port != y->port ? (x->port > y->port) - (x->port < y->port) : memcmp(x, y, sizeof *x);
}

/* By the choices that are set. */
static int build(struct builder *builder, const struct action *actions, size_t n_actions,
                 struct base_arena *arena, struct space_behavior *out)
{
    *out = (struct space_behavior){0};
    builder->rewrite = (struct space_rewrite){0};
    builder->n_outputs = builder->choices.n_met = 0;
    size_t max = count_outputs(actions, n_actions, builder->n_ports);
    if (max > 0) {
        builder->outputs = base_arena_alloc(arena, max * sizeof *builder->outputs);
        if (!builder->outputs) {
            return -1;
        }
    }
    size_t at = 0;
    out->unknown = add_actions(builder, actions, n_actions, &at);
    if (builder->n_outputs > 1) {
        qsort(builder->outputs, builder->n_outputs, sizeof *builder->outputs, space_output_compare);
    }
    out->outputs = builder->outputs;
    out->n_outputs = builder->n_outputs;
    return 0;
}

static int compare_ways(const void *a, const void *b)
{
    const struct space_behavior *x = a, *y = b;
    int order = (x->n_outputs > y->n_outputs) - (x->n_outputs < y->n_outputs);
    for (size_t i = 0; i < x->n_outputs && order == 0; i++) {
        order = space_output_compare(&x->outputs[i], &y->outputs[i]);
    }
    return order;
}

int space_behavior_of_ways(struct space_behavior *ways, size_t n_ways, struct base_arena *arena,
                           struct space_behavior *out)
{
    size_t n = 0;
    qsort(ways, n_ways, sizeof *ways, compare_ways);
    for (size_t i = 0; i < n_ways; i++) {
        if (n == 0 || compare_ways(&ways[n - 1], &ways[i]) != 0) {
            ways[n++] = ways[i];
        }
    }
    *out = n == 1 ? ways[0] : (struct space_behavior){.unknown = SPACE_ONE_OF, .n_ways = n};
    if (n > 1) {
        out->ways = base_arena_copy(arena, ways, n * sizeof *ways);
    }
    return n > 1 && !out->ways ? -1 : 0;
}

int space_behavior(const struct action *actions, size_t n_actions, uint16_t in_port,
                   const struct port *ports, size_t n_ports, struct base_arena *arena,
                   struct space_behavior *out)
{
    struct builder builder = {.in_port = in_port, .ports = ports, .n_ports = n_ports};
    struct space_behavior ways[SPACE_WAYS_MAX];
    size_t n = 0;
    if (build(&builder, actions, n_actions, arena, out) < 0) {
        return -1;
    }
    if (builder.choices.n_met == 0 || out->unknown) {
        return 0;
    }
    for (ways[n++] = *out; space_choices_next(&builder.choices); n++) {
        struct space_behavior way;
        if (build(&builder, actions, n_actions, arena, &way) < 0) {
            return -1;
        }
        if (n == SPACE_WAYS_MAX || way.unknown) {
            *out = (struct space_behavior){
                .unknown = way.unknown ? way.unknown : "more than 64 ways by choice of the switch"};
            return 0;
        }
        ways[n] = way;
    }
    return space_behavior_of_ways(ways, n, arena, out);
}

bool space_behavior_has(const struct space_behavior *behavior, uint16_t port)
{
    size_t i = 0;
    while (i < behavior->n_outputs && behavior->outputs[i].port < port) {
        i++;
    }
    return i < behavior->n_outputs && behavior->outputs[i].port == port;
}

bool space_behavior_equal(const struct space_behavior *a, const struct space_behavior *b)
{
    bool equal = !space_behavior_open(a) && !space_behavior_open(b) && a->n_ways == b->n_ways;
    for (size_t i = 0; i < a->n_ways && equal; i++) {
        equal = compare_ways(&a->ways[i], &b->ways[i]) == 0;
    }
    return equal && compare_ways(a, b) == 0;
}
