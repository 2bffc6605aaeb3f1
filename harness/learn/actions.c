/* SPDX-License-Identifier: Apache-2.0
 *
 * How does an expectation say what an entry does? Its words are the actions of OpenFlow 1.0,
 * set_field of what is modelled besides, failover, and one_of: what a composed entry
 * (space/pipeline.h) does besides is not said. */
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

/* Why the action is not one of those of a case; NULL: it is. */
static const char *why_unsaid(const struct action *action, size_t depth)
{
    const char *reason = NULL;
    bool sets =
        action->type == ACTION_SET_FIELD && space_rewrite_add(&(struct space_rewrite){0}, action);
    if (action->type == ACTION_OPEN) {
        reason = action->reason;
    } else if (action->type > ACTION_ENQUEUE && !sets) {
        reason = space_action_open(action->type);
    } else if (action_sends(action) && !has_port(action)) {
        reason = action->type == ACTION_ENQUEUE ? "a queue of several ports" : "a port";
    } else if (depth > 0 && !action_sends(action)) {
        reason = several_copies;
    }
    return reason;
}

static bool sends_by_number(const struct action *action)
{
    return action->type == ACTION_OUTPUT && action->port <= PORT_MAX;
}

static bool sends_to(const struct learn_actions *said, uint16_t port)
{
    return actions_send_to(said->actions, said->n_actions, port);
}

/* The ways of a choice, at actions[0]: copies of one output each. Returns how many actions these
 * are, 0: something else is among them. */
static size_t read_choice(const struct action *actions, size_t n_actions,
                          struct learn_actions *ports)
{
    size_t at = 1;
    struct action *list = ports->actions;
    for (uint32_t i = 0; i < actions[0].n_ways; i++, at += 3) {
        if (at + 2 >= n_actions || !sends_by_number(&actions[at + 1]) ||
            actions[at + 2].type != ACTION_COPY_END) {
            return 0;
        }
        if (!sends_to(ports, actions[at + 1].port)) {
            list[ports->n_actions++] = (struct action){.port = actions[at + 1].port};
        }
    }
    return at;
}

/* Whether behind all the outputs of a case the choice can be said: a file names each port once. */
static bool can_choose(const struct learn_actions *said, const struct learn_actions *ports)
{
    bool can = true;
    for (size_t i = 0; i < said->n_actions && can; i++) {
        can = sends_by_number(&said->actions[i]) && !sends_to(ports, said->actions[i].port);
    }
    return can;
}

/* The outputs, then a copy by each of the ports; of one port there is no choice. */
static void say_choice(const struct action *choice, const struct learn_actions *ports,
                       struct learn_actions *out)
{
    struct action *list = out->actions;
    if (ports->n_actions == 1) {
        list[out->n_actions++] = ports->actions[0];
        return;
    }
    list[out->n_actions] = *choice;
    list[out->n_actions++].n_ways = (uint32_t)ports->n_actions;
    for (size_t i = 0; i < ports->n_actions; i++) {
        list[out->n_actions++] = (struct action){.type = ACTION_COPY};
        list[out->n_actions++] = ports->actions[i];
        list[out->n_actions++] = (struct action){.type = ACTION_COPY_END};
    }
}

/* The field of set_field is the entry's, which does not live as long as the draft. -1 without
 * memory. */
static int keep_field(struct action *action, struct base_arena *arena)
{
    struct field_value *field = base_arena_alloc(arena, sizeof *field);
    if (!field) {
        return -1;
    }
    *field = *action->field;
    action->field = field;
    return 0;
}

int learn_say(const struct flow_entry *flow, struct base_arena *arena, struct learn_actions *out)
{
    const struct action *choice = NULL;
    struct learn_actions ports = {0};
    size_t depth = 0, max = flow->n_actions + 1u;
    *out = (struct learn_actions){.actions = base_arena_alloc(arena, max * sizeof *out->actions)};
    ports.actions = base_arena_alloc(arena, max * sizeof *ports.actions);
    if (!out->actions || !ports.actions) {
        return -1;
    }
    for (size_t i = 0; i < flow->n_actions && !out->unsaid; i++) {
        struct action plain = action_plain(&flow->actions[i]);
        if (action_chooses(&plain)) {
            size_t n = choice ? 0 : read_choice(&flow->actions[i], flow->n_actions - i, &ports);
            choice = &flow->actions[i];
            out->unsaid = n == 0 ? other_buckets : NULL;
            i += n - 1;
        } else if (action_frames(&plain)) {
            depth += plain.type == ACTION_COPY;
            depth -= plain.type == ACTION_COPY_END;
        } else {
            out->unsaid = why_unsaid(&plain, depth);
            if (plain.type == ACTION_SET_FIELD && keep_field(&plain, arena) < 0) {
                return -1;
            }
            out->actions[out->n_actions++] = plain;
        }
    }
    if (choice && !out->unsaid && !can_choose(out, &ports)) {
        out->unsaid = other_buckets;
    } else if (choice && !out->unsaid) {
        say_choice(choice, &ports, out);
    }
    return 0;
}
