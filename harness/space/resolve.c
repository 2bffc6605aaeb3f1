/* SPDX-License-Identifier: Apache-2.0
 *
 * In which order do actions of OpenFlow 1.3 happen, and what do groups make of them? */
#include "space/resolve.h"

#include "space/stage.h"

#include <stdlib.h>

static bool goes_on(const struct space_resolving *resolving)
{
    return !resolving->open && !resolving->needs_tag && !resolving->is_exhausted;
}

static void put(struct space_resolving *resolving, const struct action *action)
{
    struct space_list_of_actions *out = resolving->out;
    resolving->is_exhausted |=
        base_grow(&out->actions, out->n, &out->capacity, sizeof *out->actions) < 0;
    if (!resolving->is_exhausted) {
        out->actions[out->n++] = *action;
    }
}

static void put_rewrite(struct space_resolving *resolving, const struct action *action)
{
    if (space_rewrite_add(&resolving->rewrite, action)) {
        put(resolving, action);
    } else {
        resolving->open = space_action_open(action->type);
    }
}

/* -------------------------------------------------------------- what packets have */

/* Whether the packets have a tag. False, and needs_tag: some have. */
static bool is_tagged(struct space_resolving *resolving)
{
    const struct match set = {resolving->rewrite.value, resolving->rewrite.mask};
    const struct match *known = set.mask.vlan_tci & VLAN_TAGGED ? &set : &resolving->cube;
    resolving->needs_tag |= !(known->mask.vlan_tci & VLAN_TAGGED);
    return known->mask.vlan_tci & known->value.vlan_tci & VLAN_TAGGED;
}

static void push_vlan(struct space_resolving *resolving, const struct action *action)
{
    bool tagged = is_tagged(resolving);
    if (resolving->needs_tag) {
        return;
    }
    if (tagged) {
        resolving->open = "push_vlan on a packet that has a tag";
    } else if (action->ethertype != DL_TYPE_VLAN) {
        resolving->open = "push_vlan of another type than 0x8100";
    } else {
        put_rewrite(resolving, &(struct action){.type = ACTION_SET_VLAN_VID});
        put_rewrite(resolving, &(struct action){.type = ACTION_SET_VLAN_PCP});
    }
}

/* Whether a port or type is set, which space_rewritten sets of whatever protocol the packet is. */
static bool is_of_one_protocol(enum field_needs needs)
{
    return needs >= FIELD_OF_TCP && needs <= FIELD_OF_ICMPV6;
}

static bool some_have(const struct space_resolving *resolving, enum field_needs needs)
{
    bool some = false;
    for (int c = 0; c < N_SPACE_CLASSES && !some; c++) {
        some = !(resolving->without >> c & 1) && field_is_of(needs, &space_class_cubes[c]) &&
               match_overlaps(&resolving->cube, &space_class_cubes[c]);
    }
    return some;
}

static void set_field(struct space_resolving *resolving, const struct action *action)
{
    const struct field_value *field = action->field;
    enum field_needs needs = (enum field_needs)field_of((enum field_id)field->id)->place.needs;
    bool asks = is_of_one_protocol(needs);
    struct action plain = action_plain(action);
    if (field->id == FIELD_METADATA) {
        uint64_t mask = space_field_number(field->mask), value = space_field_number(field->value);
        resolving->metadata = (resolving->metadata & ~mask) | (value & mask);
        return;
    }
    if (field->id == FIELD_VLAN_VID || field->id == FIELD_VLAN_PCP) {
        bool tagged = is_tagged(resolving);
        resolving->open =
            tagged || resolving->needs_tag ? NULL : "set_field of a tag that is not there";
    }
    if (!goes_on(resolving) || (asks && !some_have(resolving, needs))) {
        return; /* a packet that lacks the field stays as it is */
    }
    if (asks && !field_is_of(needs, &resolving->cube)) {
        resolving->open = "set_field of a field that only some of the packets have";
        resolving->needs_protocol = needs;
        return;
    }
    put_rewrite(resolving, &plain);
}

/* -------------------------------------------------------------------------- groups */

static void resolve_group(struct space_resolving *resolving, uint32_t id);

static bool group_lives(const struct switch_state *state, uint32_t id, size_t depth);

/* By its LIVE bit; on a switch that sets none, by its link. */
static bool port_lives(const struct switch_state *state, uint16_t number)
{
    const struct port *port = port_find(state->ports, state->n_ports, number);
    uint32_t any = 0;
    for (size_t i = 0; i < state->n_ports; i++) {
        any |= state->ports[i].state & PORT_STATE_LIVE;
    }
    return port && !(port->config & PORT_CONFIG_DOWN) && !(port->state & PORT_STATE_LINK_DOWN) &&
           (port->state & any) == any;
}

static bool watches(const struct bucket *bucket)
{
    return bucket->watch_port != PORT_NONE || bucket->watch_group != GROUP_NONE;
}

/* OpenFlow 1.3.5, section 5.6.1: a bucket lives by its port or its group; one that watches nothing
 * lives, as in Open vSwitch. */
static bool bucket_lives(const struct switch_state *state, const struct bucket *bucket,
                         size_t depth)
{
    return !watches(bucket) || port_lives(state, bucket->watch_port) ||
           (bucket->watch_group != GROUP_NONE && group_lives(state, bucket->watch_group, depth));
}

/* Of one of its buckets that may be used. */
static bool group_lives(const struct switch_state *state, uint32_t id, size_t depth)
{
    const struct group *group = group_find(&state->groups, id);
    bool lives = false;
    for (size_t i = 0; group && depth < SPACE_GROUPS_DEEP && i < group->n_buckets && !lives; i++) {
        lives = (group->type != GROUP_SELECT || group->buckets[i].weight > 0) &&
                bucket_lives(state, &group->buckets[i], depth + 1);
    }
    return lives;
}

static void resolve_bucket(struct space_resolving *resolving, const struct bucket *bucket)
{
    const struct space_resolving before = *resolving;
    put(resolving, &(struct action){.type = ACTION_COPY});
    if (goes_on(resolving)) {
        space_resolve_set(resolving, bucket->actions, bucket->n_actions);
    }
    put(resolving, &(struct action){.type = ACTION_COPY_END});
    resolving->rewrite = before.rewrite;
    resolving->metadata = before.metadata;
    resolving->queue_id = before.queue_id;
    resolving->queued = before.queued;
}

/* The first bucket from `begin` on that the switch may use. */
static size_t next_live(const struct space_resolving *resolving, const struct group *group,
                        size_t begin)
{
    size_t i = begin;
    while (i < group->n_buckets &&
           ((group->type == GROUP_SELECT && group->buckets[i].weight == 0) ||
            !bucket_lives(resolving->state, &group->buckets[i], 0))) {
        i++;
    }
    return i;
}

/* Whether some bucket lives by what is not known. */
static bool depends_on_ports(const struct space_resolving *resolving, const struct group *group)
{
    bool depends = false;
    for (size_t i = 0; i < group->n_buckets; i++) {
        depends |= watches(&group->buckets[i]);
    }
    return depends && resolving->state->n_ports == 0;
}

/* Whether each bucket only sends by the port that it watches, and each port lives as long as it
 * lets packets out: then the group is one of the choices that space_behavior knows. */
static bool fails_over_by_ports(const struct switch_state *state, const struct group *group)
{
    bool does = group->type == GROUP_FAILOVER && group->n_buckets > 1;
    for (size_t i = 0; i < group->n_buckets && does; i++) {
        const struct bucket *bucket = &group->buckets[i];
        uint16_t port = bucket->watch_port;
        does = bucket->watch_group == GROUP_NONE && bucket->n_actions == 1 &&
               bucket->actions[0].type == ACTION_OUTPUT && bucket->actions[0].port == port &&
               port <= PORT_MAX &&
               port_lives(state, port) == !port_no_exit(state->ports, state->n_ports, port);
    }
    return does;
}

static void resolve_failover(struct space_resolving *resolving, const struct group *group)
{
    put(resolving, &(struct action){.type = ACTION_FAILOVER, .n_ways = (uint32_t)group->n_buckets});
    for (size_t i = 0; i < group->n_buckets; i++) {
        resolve_bucket(resolving, &group->buckets[i]);
    }
}

/* One of the buckets that live: the first, or, of a SELECT, whichever the switch chooses. */
static void resolve_one(struct space_resolving *resolving, const struct group *group)
{
    size_t first = next_live(resolving, group, 0), at = resolving->out->n;
    bool chooses =
        group->type == GROUP_SELECT && next_live(resolving, group, first + 1) < group->n_buckets;
    uint32_t n_ways = 0;
    if (depends_on_ports(resolving, group)) {
        resolving->open = "a group that depends on ports, and these are not known";
    } else if (fails_over_by_ports(resolving->state, group)) {
        resolve_failover(resolving, group);
        return;
    } else if (chooses) {
        put(resolving, &(struct action){.type = ACTION_ONE_OF, .chosen_by = group->id + 1});
    }
    for (size_t i = first; i < group->n_buckets && goes_on(resolving) && (chooses || n_ways == 0);
         i = next_live(resolving, group, i + 1)) {
        resolve_bucket(resolving, &group->buckets[i]);
        n_ways++;
    }
    if (chooses && n_ways > 0 && !resolving->is_exhausted) {
        resolving->out->actions[at].n_ways = n_ways;
    }
}

static void resolve_type(struct space_resolving *resolving, const struct group *group)
{
    switch (group->type) {
    case GROUP_ALL:
    case GROUP_INDIRECT:
        for (size_t i = 0; i < group->n_buckets && goes_on(resolving); i++) {
            resolve_bucket(resolving, &group->buckets[i]);
        }
        break;
    case GROUP_SELECT:
    case GROUP_FAILOVER:
        resolve_one(resolving, group);
        break;
    default:
        resolving->open = "a group of an unknown type";
    }
}

static void resolve_group(struct space_resolving *resolving, uint32_t id)
{
    const struct group *group = group_find(&resolving->state->groups, id);
    bool calls_itself = false;
    for (size_t i = 0; i < resolving->n_groups; i++) {
        calls_itself |= resolving->groups[i] == id;
    }
    if (!group) {
        resolving->open = "a group that the switch does not have";
    } else if (calls_itself) {
        resolving->open = "groups that call each other in a circle";
    } else if (resolving->n_groups == SPACE_GROUPS_DEEP) {
        resolving->open = "more than 16 groups, each called by the one before";
    } else {
        resolving->groups[resolving->n_groups++] = id;
        resolve_type(resolving, group);
        resolving->n_groups--;
    }
}

/* ------------------------------------------------------------------- lists and sets */

static void resolve(struct space_resolving *resolving, const struct action *action)
{
    struct action plain = *action;
    switch ((enum action_type)action->type) {
    case ACTION_OUTPUT:
        if (resolving->queued && action->port != PORT_CONTROLLER) {
            plain = (struct action){
                .type = ACTION_ENQUEUE, .port = action->port, .queue_id = resolving->queue_id};
        }
        put(resolving, &plain);
        break;
    case ACTION_ENQUEUE:
        put(resolving, action);
        break;
    case ACTION_SET_QUEUE:
        resolving->queued = true;
        resolving->queue_id = action->queue_id;
        break;
    case ACTION_GROUP:
        resolve_group(resolving, action->group_id);
        break;
    case ACTION_PUSH_VLAN:
        push_vlan(resolving, action);
        break;
    case ACTION_SET_FIELD:
        set_field(resolving, action);
        break;
    default:
        plain = action_plain(action);
        put_rewrite(resolving, &plain);
        break;
    }
}

void space_resolve_list(struct space_resolving *resolving, const struct action *actions,
                        size_t n_actions)
{
    for (size_t i = 0; i < n_actions && goes_on(resolving); i++) {
        resolve(resolving, &actions[i]);
    }
}

/* When an action of a set is executed: section 5.10. */
enum { TURN_GROUP = 9, TURN_OUTPUT = 10, N_TURNS };

static int turn_of(uint16_t type)
{
    switch ((enum action_type)type) {
    case ACTION_COPY_TTL_IN:
        return 0;
    case ACTION_STRIP_VLAN:
    case ACTION_POP_VLAN:
    case ACTION_POP_MPLS:
    case ACTION_POP_PBB:
        return 1;
    case ACTION_PUSH_MPLS:
        return 2;
    case ACTION_PUSH_PBB:
        return 3;
    case ACTION_PUSH_VLAN:
        return 4;
    case ACTION_COPY_TTL_OUT:
        return 5;
    case ACTION_DEC_NW_TTL:
    case ACTION_DEC_MPLS_TTL:
        return 6;
    case ACTION_SET_QUEUE:
        return 8;
    case ACTION_GROUP:
        return TURN_GROUP;
    case ACTION_OUTPUT:
    case ACTION_ENQUEUE:
        return TURN_OUTPUT;
    default:
        return 7; /* fields that are set */
    }
}

/* Whether the second is written over the first. */
static bool is_same_kind(const struct action *a, const struct action *b)
{
    return a->type == b->type && (a->type != ACTION_SET_FIELD || a->field->id == b->field->id);
}

static bool is_last_of_its_kind(const struct action *written, size_t n_written, size_t at)
{
    bool last = true;
    for (size_t i = at + 1; i < n_written && last; i++) {
        last = !is_same_kind(&written[at], &written[i]);
    }
    return last;
}

void space_resolve_set(struct space_resolving *resolving, const struct action *written,
                       size_t n_written)
{
    bool by_turn[N_TURNS] = {false};
    for (size_t i = 0; i < n_written; i++) {
        by_turn[turn_of(written[i].type)] = true;
    }
    int last = by_turn[TURN_GROUP] ? TURN_GROUP : TURN_OUTPUT;
    for (int turn = 0; turn <= last && by_turn[last]; turn++) { /* else nothing is sent */
        for (size_t i = 0; i < n_written && by_turn[turn] && goes_on(resolving); i++) {
            if (turn_of(written[i].type) == turn && is_last_of_its_kind(written, n_written, i)) {
                resolve(resolving, &written[i]);
            }
        }
    }
}
