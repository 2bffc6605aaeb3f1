/* SPDX-License-Identifier: Apache-2.0
 *
 * How does an expectation say what an entry does? Its words are the actions of OpenFlow 1.0, and
 * one_of: what a composed entry (space/pipeline.h) does besides is not said. */
#include "learn/inside.h"
#include "model/port.h"
#include "space/rewrite.h"

static const char several_copies[] = "a rewrite of some copies only";
static const char other_buckets[] =
    "a group of type select whose buckets do more than to send by one port each";

/* Whether a file may name the port of an output (ofctl/action.h). */
static bool has_port(const struct action *action)
{
    uint16_t port = action->port;
    if (action->type == ACTION_ENQUEUE) {
        return port <= PORT_MAX || port == PORT_IN_PORT || port == PORT_LOCAL;
    }
    return port <= PORT_MAX || (port >= PORT_IN_PORT && port != PORT_NONE);
}

/* The actions as a list without copies; what is rewritten in one alone cannot be said so. */
static int flatten(const struct flow_entry *flow, struct base_arena *arena,
                   struct learn_actions *out)
{
    struct action *list = base_arena_alloc(arena, (flow->n_actions + 1u) * sizeof *list);
    size_t depth = 0;
    *out = (struct learn_actions){.actions = list};
    for (size_t i = 0; list && i < flow->n_actions && !out->unsaid; i++) {
        struct action plain = action_plain(&flow->actions[i]);
        bool is_other = plain.type == ACTION_VENDOR || plain.type == ACTION_UNKNOWN;
        if (action_frames(&plain)) {
            depth += plain.type == ACTION_COPY;
            depth -= plain.type == ACTION_COPY_END;
        } else if (plain.type == ACTION_OPEN) {
            out->unsaid = plain.reason;
        } else if (plain.type > ACTION_ENQUEUE && !is_other) {
            out->unsaid = space_action_open(plain.type);
        } else if (action_sends(&plain) && !has_port(&plain)) {
            out->unsaid = plain.type == ACTION_ENQUEUE ? "a queue of several ports" : "a port";
        } else if (depth > 0 && !action_sends(&plain)) {
            out->unsaid = several_copies;
        } else {
            list[out->n_actions++] = plain;
        }
    }
    return list ? 0 : -1;
}

/* Whether two lists are not alike in just one place, and which; SIZE_MAX: in none. */
static bool differ_in_one(const struct learn_actions *a, const struct learn_actions *b, size_t *at)
{
    size_t n = 0;
    *at = SIZE_MAX;
    for (size_t i = 0; i < a->n_actions && i < b->n_actions; i++) {
        if (!action_equal(&a->actions[i], &b->actions[i])) {
            *at = i;
            n++;
        }
    }
    return a->n_actions == b->n_actions && n <= 1;
}

static bool sends_by_number(const struct action *action)
{
    return action->type == ACTION_OUTPUT && action->port <= PORT_MAX;
}

static bool only_sends(const struct learn_actions *said)
{
    bool only = true;
    for (size_t i = 0; i < said->n_actions && only; i++) {
        only = sends_by_number(&said->actions[i]);
    }
    return only;
}

/* Ways being collected: what they have in common, and the ports by which they differ. */
struct choosing {
    struct learn_actions first;
    size_t at; /* the place of the port; SIZE_MAX: no other way was seen */
    uint16_t ports[SPACE_WAYS_MAX];
    size_t n_ports;
};

static bool add_port(struct choosing *choosing, uint16_t port)
{
    size_t i = 0;
    while (i < choosing->n_ports && choosing->ports[i] != port) {
        i++;
    }
    if (i < choosing->n_ports) {
        return true;
    }
    if (choosing->n_ports == SPACE_WAYS_MAX) {
        return false;
    }
    choosing->ports[choosing->n_ports++] = port;
    return true;
}

/* False: it is not one more way that differs in the same port. */
static bool add_way(struct choosing *choosing, const struct learn_actions *said)
{
    size_t at;
    bool one = differ_in_one(&choosing->first, said, &at);
    if (one && at == SIZE_MAX) {
        return true;
    }
    bool same_place = choosing->at == SIZE_MAX || choosing->at == at;
    if (!one || !same_place || !only_sends(said) || !only_sends(&choosing->first)) {
        return false;
    }
    choosing->at = at;
    return add_port(choosing, choosing->first.actions[at].port) &&
           add_port(choosing, said->actions[at].port);
}

/* Whether a port of a way is one that all ways send to: then no case says it. */
static bool is_said_twice(const struct choosing *choosing)
{
    bool twice = false;
    for (size_t i = 0; i < choosing->first.n_actions && !twice; i++) {
        for (size_t j = 0; j < choosing->n_ports && i != choosing->at && !twice; j++) {
            twice = choosing->first.actions[i].port == choosing->ports[j];
        }
    }
    return twice;
}

/* The common outputs, then a copy by each of the ports. */
static int say_choice(const struct choosing *choosing, struct base_arena *arena,
                      struct learn_actions *out)
{
    size_t n = 0, n_all = choosing->first.n_actions + 3 * choosing->n_ports;
    struct action *list = base_arena_alloc(arena, n_all * sizeof *list);
    if (!list) {
        return -1;
    }
    for (size_t i = 0; i < choosing->first.n_actions; i++) {
        if (i != choosing->at) {
            list[n++] = choosing->first.actions[i];
        }
    }
    list[n++] = (struct action){.type = ACTION_ONE_OF, .n_ways = (uint32_t)choosing->n_ports};
    for (size_t i = 0; i < choosing->n_ports; i++) {
        list[n++] = (struct action){.type = ACTION_COPY};
        list[n++] = (struct action){.port = choosing->ports[i]};
        list[n++] = (struct action){.type = ACTION_COPY_END};
    }
    *out = (struct learn_actions){.actions = list, .n_actions = n};
    return 0;
}

int learn_say(const struct flow_table *flows, const struct space_overlapping *list, size_t i,
              struct base_arena *arena, struct learn_actions *out)
{
    const struct flow_entry *flow = &flows->entries[list->entries[i]];
    struct choosing choosing = {.at = SIZE_MAX};
    if (flatten(flow, arena, out) < 0) {
        return -1;
    }
    choosing.first = *out;
    for (size_t j = 0; j < list->n_entries && !out->unsaid; j++) {
        const struct flow_entry *other = &flows->entries[list->entries[j]];
        struct learn_actions said;
        if (j == i || !space_are_alternatives(flow, other)) {
            continue;
        }
        if (j < i) {
            out->is_again = true;
            return 0;
        }
        if (flatten(other, arena, &said) < 0) {
            return -1;
        }
        out->unsaid = said.unsaid ? said.unsaid : add_way(&choosing, &said) ? NULL : other_buckets;
    }
    if (out->unsaid || choosing.n_ports == 0) {
        return 0;
    }
    if (is_said_twice(&choosing)) {
        out->unsaid = other_buckets;
        return 0;
    }
    return say_choice(&choosing, arena, out);
}
