/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a packet in several tables, executed word by word? */
#include "testing/random_pipeline.h"

#include <string.h>

/* --------------------------------------------------------------------- tables */

static struct action *random_set(struct switch_state *state, struct action *action)
{
    static const uint8_t fields[] = {FIELD_DL_SRC,  FIELD_VLAN_VID, FIELD_VLAN_PCP, FIELD_IP_SRC,
                                     FIELD_TCP_DST, FIELD_UDP_DST,  FIELD_METADATA};
    struct field_value *field = base_arena_alloc(&state->flows.arena, sizeof *field);
    field->id = fields[random_below(UNIVERSE_COUNT(fields))];
    field->n_bytes = field_of(field->id)->n_bytes;
    memset(field->mask, 0xff, field->n_bytes);
    uint32_t number = field->id == FIELD_DL_SRC     ? universe_mac[random_below(3)]
                      : field->id == FIELD_VLAN_VID ? VLAN_TAGGED | random_below(3)
                      : field->id == FIELD_IP_SRC   ? universe_nw[random_below(3)]
                      : field->id == FIELD_METADATA ? random_below(4)
                      : field->id == FIELD_VLAN_PCP ? random_below(3)
                                                    : universe_tp[random_below(3)];
    if (field->id == FIELD_DL_SRC) {
        field->value[0] = (uint8_t)number;
    } else {
        for (int i = field->n_bytes - 1; i >= 0 && number; i--, number >>= 8) {
            field->value[i] = (uint8_t)number;
        }
    }
    *action = (struct action){.type = ACTION_SET_FIELD, .field = field};
    return action;
}

static void random_action(struct switch_state *state, uint32_t max_group, struct action *action)
{
    static const uint16_t outputs[] = {
        1, 2, 3, 4, PORT_IN_PORT, PORT_FLOOD, PORT_ALL, PORT_CONTROLLER};
    *action = (struct action){.type = ACTION_OUTPUT,
                              .port = outputs[random_below(random_below(3) ? 4 : 8)]};
    switch (random_below(12)) {
    case 0:
    case 1:
    case 2:
        random_set(state, action);
        break;
    case 3:
        *action = (struct action){.type = ACTION_PUSH_VLAN, .ethertype = DL_TYPE_VLAN};
        break;
    case 4:
        *action = (struct action){.type = ACTION_POP_VLAN};
        break;
    case 5:
        *action = (struct action){.type = ACTION_SET_QUEUE, .queue_id = random_below(3)};
        break;
    case 6:
    case 7:
        if (max_group > 0) {
            *action =
                (struct action){.type = ACTION_GROUP, .group_id = 1 + random_below(max_group)};
        }
        break;
    case 8:
        if (random_below(6) == 0) {
            *action = (struct action){.type = ACTION_DEC_NW_TTL};
        }
        break;
    default:
        break;
    }
}

static const struct action *random_actions(struct switch_state *state, uint32_t max_group,
                                           uint16_t *n)
{
    *n = (uint16_t)random_below(4);
    struct action *actions = base_arena_alloc(&state->flows.arena, 4 * sizeof *actions);
    for (uint16_t i = 0; i < *n; i++) {
        random_action(state, max_group, &actions[i]);
    }
    return actions;
}

static void random_groups(struct switch_state *state, uint32_t n_groups)
{
    for (uint32_t id = 1; id <= n_groups; id++) {
        struct group *group = group_table_add(&state->groups);
        struct bucket *buckets = base_arena_alloc(&state->groups.arena, 3 * sizeof *buckets);
        uint8_t type = (uint8_t)random_below(random_below(4) ? N_GROUP_TYPES : 1);
        *group = (struct group){.id = id, .type = type, .buckets = buckets};
        group->n_buckets = type == GROUP_INDIRECT ? 1 : random_below(4);
        for (size_t i = 0; i < group->n_buckets; i++) {
            buckets[i].actions = random_actions(state, random_below(3) ? id - 1 : n_groups + 1,
                                                &buckets[i].n_actions);
            buckets[i].weight = type == GROUP_SELECT ? (uint16_t)random_below(3) : 0;
            bool watches = type == GROUP_FAILOVER || random_below(4) == 0;
            buckets[i].watch_port =
                watches && random_below(4) ? (uint16_t)(1 + random_below(5)) : PORT_NONE;
            buckets[i].watch_group =
                watches && random_below(4) == 0 ? 1 + random_below(n_groups) : GROUP_NONE;
        }
    }
}

static const struct instructions *random_instructions(struct switch_state *state, uint8_t table,
                                                      uint32_t n_groups, bool goes_on)
{
    struct instructions *more = base_arena_alloc(&state->flows.arena, sizeof *more);
    if (random_below(4) == 0) {
        more->written = random_actions(state, n_groups, &more->n_written);
        more->writes = true;
    }
    more->clears = random_below(8) == 0;
    if (random_below(4) == 0) {
        more->writes_metadata = true;
        more->metadata_mask = 1 + random_below(3);
        more->metadata = random_below(4) & more->metadata_mask;
    }
    if (table + 1 < PIPELINE_TABLES && (goes_on || random_below(3))) {
        more->goto_table = (uint8_t)(table + 1 + random_below(PIPELINE_TABLES - 1u - table));
    }
    more->meter = random_below(10) == 0;
    return goes_on || random_below(8) ? more : NULL;
}

/* An entry; of a table that learns many do what another one does, and few compete. */
static void random_entry(struct switch_state *state, uint32_t n_groups, bool learns)
{
    bool learned = learns && random_below(4);
    size_t n_before = state->flows.n_entries;
    struct flow_entry *flow = flow_table_add(&state->flows);
    size_t like_at = random_below(learned && n_before > 2 ? 3 : (unsigned)n_before + 1);
    const struct flow_entry *like = &state->flows.entries[like_at];
    flow->match = random_below(4) ? random_match() : match_any();
    if (random_below(3) == 0) {
        flow->match.mask.in_port = UINT16_MAX;
        flow->match.value.in_port = (uint16_t)(1 + random_below(2));
    }
    flow->priority = (uint16_t)random_below(learns ? 40 : 5);
    flow->table_id = learned && like != flow
                         ? like->table_id
                         : (uint8_t)random_below(random_below(2) ? 1 : PIPELINE_TABLES);
    if (flow->table_id > 0 && random_below(3) == 0) {
        struct field_value *metadata = base_arena_alloc(&state->flows.arena, sizeof *metadata);
        *metadata = (struct field_value){.id = FIELD_METADATA, .n_bytes = 8};
        metadata->mask[7] = (uint8_t)(1 + random_below(3));
        metadata->value[7] = (uint8_t)random_below(4) & metadata->mask[7];
        flow->extras = metadata;
        flow->n_extras = 1;
    }
    if (like != flow && like->table_id == flow->table_id && (learned || random_below(2))) {
        flow->actions = like->actions;
        flow->n_actions = like->n_actions;
        flow->instructions = like->instructions;
        return;
    }
    flow->actions = random_actions(state, n_groups, &flow->n_actions);
    flow->instructions = random_instructions(state, flow->table_id, n_groups, learns);
}

void random_pipeline(struct switch_state *state, size_t max_entries)
{
    uint32_t n_groups = random_below(4);
    size_t n_entries = 1 + random_below((unsigned)max_entries);
    state->version = 4;
    state->n_ports = 4;
    state->ports = calloc(4, sizeof *state->ports);
    for (uint16_t i = 0; i < 4; i++) {
        bool is_down = random_below(5) == 0;
        state->ports[i] =
            (struct port){.number = (uint16_t)(i + 1), .state = is_down ? PORT_STATE_LINK_DOWN : 0};
    }
    bool learns = random_below(3) == 0;
    random_groups(state, n_groups);
    for (size_t i = 0; i < n_entries; i++) {
        random_entry(state, n_groups, learns);
    }
}

/* -------------------------------------------------------------------- execution */

/* A packet as it is being processed. */
struct packet {
    struct header header;
    uint64_t metadata;
    bool queued, unknown;
    bool is_impossible; /* there is no such choice */
    uint32_t queue_id;
    struct action set[32]; /* the action set, in the order of writing */
    size_t n_set;
    struct pipeline_sent sent[PIPELINE_SENT];
    size_t n_sent;
    int depth;
    uint32_t choices; /* of each SELECT with several buckets, which: digits in base 4 */
    uint32_t weight;  /* 4 to the power of those that were met */
};

static void emit(struct packet *packet, uint16_t port)
{
    if (packet->n_sent == PIPELINE_SENT) {
        packet->unknown = true;
        return;
    }
    struct pipeline_sent *sent = &packet->sent[packet->n_sent++];
    memset(sent, 0, sizeof *sent);
    sent->port = port;
    sent->header = packet->header;
    sent->queued = packet->queued && port != PORT_CONTROLLER;
    sent->queue_id = sent->queued ? packet->queue_id : 0;
}

static void output(struct packet *packet, uint16_t port)
{
    uint16_t in_port = packet->header.in_port;
    if (port == PORT_FLOOD || port == PORT_ALL) {
        for (uint16_t i = 1; i <= 4; i++) {
            if (i != in_port) {
                emit(packet, i);
            }
        }
    } else if (port == PORT_IN_PORT || port != in_port) {
        emit(packet, port == PORT_IN_PORT ? in_port : port);
    }
}

static uint32_t value_of(const struct field_value *field)
{
    uint32_t number = 0;
    for (int i = 0; i < field->n_bytes; i++) {
        number = number << 8 | field->value[i];
    }
    return number;
}

static bool is_of(const struct header *header, uint8_t proto)
{
    return (header->dl_type == DL_TYPE_IP || header->dl_type == DL_TYPE_IPV6) &&
           header->nw_proto == proto;
}

static void set(struct packet *packet, const struct field_value *field)
{
    struct header *header = &packet->header;
    bool is_tagged = header->vlan_tci & VLAN_TAGGED;
    switch (field->id) {
    case FIELD_DL_SRC:
        memcpy(header->dl_src, field->value, 6);
        break;
    case FIELD_METADATA:
        packet->metadata = value_of(field);
        break;
    case FIELD_VLAN_VID:
        packet->unknown |= !is_tagged;
        header->vlan_tci = (uint16_t)((header->vlan_tci & ~VLAN_VID) | value_of(field));
        break;
    case FIELD_VLAN_PCP:
        packet->unknown |= !is_tagged;
        header->vlan_tci =
            (uint16_t)((header->vlan_tci & ~VLAN_PCP) | value_of(field) << VLAN_PCP_SHIFT);
        break;
    case FIELD_IP_SRC:
        header->nw_src = header->dl_type == DL_TYPE_IP ? value_of(field) : header->nw_src;
        break;
    case FIELD_TCP_DST:
        header->tp_dst = is_of(header, NW_PROTO_TCP) ? (uint16_t)value_of(field) : header->tp_dst;
        break;
    case FIELD_UDP_DST:
        header->tp_dst = is_of(header, NW_PROTO_UDP) ? (uint16_t)value_of(field) : header->tp_dst;
        break;
    default:
        packet->unknown = true;
        break;
    }
}

static void execute(const struct switch_state *state, struct packet *packet,
                    const struct action *action);

/* Section 5.10: pop, push, dec_ttl, set, queue, group, output. */
static void execute_set(const struct switch_state *state, struct packet *packet)
{
    static const uint16_t order[] = {ACTION_POP_VLAN,   ACTION_STRIP_VLAN, ACTION_PUSH_VLAN,
                                     ACTION_DEC_NW_TTL, ACTION_SET_FIELD,  ACTION_SET_QUEUE,
                                     ACTION_GROUP,      ACTION_OUTPUT};
    bool has_group = false, has_output = false;
    for (size_t i = 0; i < packet->n_set; i++) {
        has_group |= packet->set[i].type == ACTION_GROUP;
        has_output |= packet->set[i].type == ACTION_OUTPUT;
    }
    for (size_t o = 0; o < UNIVERSE_COUNT(order) && (has_group || has_output); o++) {
        for (size_t i = 0; i < packet->n_set; i++) {
            if (packet->set[i].type == order[o] && !(has_group && order[o] == ACTION_OUTPUT)) {
                execute(state, packet, &packet->set[i]);
            }
        }
    }
}

static void write_action(struct packet *packet, const struct action *action)
{
    size_t n = 0;
    for (size_t i = 0; i < packet->n_set; i++) {
        const struct action *old = &packet->set[i];
        bool same = old->type == action->type &&
                    (old->type != ACTION_SET_FIELD || old->field->id == action->field->id);
        if (!same) {
            packet->set[n++] = *old;
        }
    }
    packet->set[n++] = *action;
    packet->n_set = n;
}

static const struct group *find(const struct switch_state *state, uint32_t id)
{
    for (size_t i = 0; i < state->groups.n_groups; i++) {
        if (state->groups.groups[i].id == id) {
            return &state->groups.groups[i];
        }
    }
    return NULL;
}

static bool lives(const struct switch_state *state, const struct bucket *bucket, int depth)
{
    bool any = bucket->watch_port == PORT_NONE && bucket->watch_group == GROUP_NONE;
    for (size_t i = 0; i < state->n_ports; i++) {
        any |= state->ports[i].number == bucket->watch_port && state->ports[i].state == 0;
    }
    const struct group *group = find(state, bucket->watch_group);
    for (size_t i = 0; group && i < group->n_buckets && depth < 8; i++) {
        any |= (group->type != GROUP_SELECT || group->buckets[i].weight > 0) &&
               lives(state, &group->buckets[i], depth + 1);
    }
    return any;
}

/* The bucket gets a copy; what it does stays with that. */
static void execute_bucket(const struct switch_state *state, struct packet *packet,
                           const struct bucket *bucket)
{
    struct packet copy = *packet;
    copy.n_set = 0;
    copy.depth++;
    for (size_t i = 0; i < bucket->n_actions; i++) {
        write_action(&copy, &bucket->actions[i]);
    }
    execute_set(state, &copy);
    memcpy(packet->sent, copy.sent, sizeof copy.sent);
    packet->n_sent = copy.n_sent;
    packet->unknown |= copy.unknown;
    packet->is_impossible |= copy.is_impossible;
    packet->choices = copy.choices;
    packet->weight = copy.weight;
}

static void execute_group(const struct switch_state *state, struct packet *packet, uint32_t id)
{
    const struct group *group = find(state, id);
    size_t n_live = 0, nth = 0;
    if (!group || packet->depth > 8) {
        packet->unknown = true;
        return;
    }
    bool selects = group->type == GROUP_SELECT;
    for (size_t i = 0; i < group->n_buckets; i++) {
        const struct bucket *bucket = &group->buckets[i];
        n_live += lives(state, bucket, 0) && (!selects || bucket->weight > 0);
    }
    if (selects && n_live > 1) {
        nth = packet->choices % 4;
        packet->choices /= 4;
        packet->weight *= 4;
        packet->is_impossible |= nth >= n_live;
    }
    for (size_t i = 0; i < group->n_buckets; i++) {
        const struct bucket *bucket = &group->buckets[i];
        bool all = group->type == GROUP_ALL || group->type == GROUP_INDIRECT;
        bool live = lives(state, bucket, 0) && (!selects || bucket->weight > 0);
        if (all || (live && nth-- == 0)) {
            execute_bucket(state, packet, bucket);
        }
    }
}

static void execute(const struct switch_state *state, struct packet *packet,
                    const struct action *action)
{
    struct header *header = &packet->header;
    switch (action->type) {
    case ACTION_OUTPUT:
        output(packet, action->port);
        break;
    case ACTION_GROUP:
        execute_group(state, packet, action->group_id);
        break;
    case ACTION_SET_QUEUE:
        packet->queued = true;
        packet->queue_id = action->queue_id;
        break;
    case ACTION_POP_VLAN:
    case ACTION_STRIP_VLAN: /* as text is read */
        header->vlan_tci = 0;
        break;
    case ACTION_PUSH_VLAN:
        packet->unknown |= header->vlan_tci & VLAN_TAGGED;
        header->vlan_tci = VLAN_TAGGED;
        break;
    case ACTION_SET_FIELD:
        set(packet, action->field);
        break;
    default:
        packet->unknown = true;
        break;
    }
}

static int compare_sent(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct pipeline_sent));
}

static void note(struct pipeline_fates *fates, struct packet *packet)
{
    struct pipeline_fate *fate = &fates->fates[fates->n_fates];
    fates->too_many |= packet->weight > 64 || fates->n_fates + 1 == PIPELINE_FATES;
    if (packet->is_impossible || packet->choices > 0) {
        return;
    }
    *fate = (struct pipeline_fate){.n_sent = packet->n_sent, .unknown = packet->unknown};
    memcpy(fate->sent, packet->sent, packet->n_sent * sizeof *packet->sent);
    qsort(fate->sent, fate->n_sent, sizeof *fate->sent, compare_sent);
    fates->n_fates += fates->n_fates + 1 < PIPELINE_FATES;
}

static bool takes(const struct flow_entry *flow, const struct packet *packet)
{
    bool meets = match_takes(&flow->match, &packet->header);
    if (flow->n_extras > 0) {
        meets &= ((packet->metadata ^ flow->extras->value[7]) & flow->extras->mask[7]) == 0;
    }
    return meets;
}

static void enter(const struct switch_state *state, const struct packet *packet, uint8_t table,
                  struct pipeline_fates *fates);

static void take(const struct switch_state *state, struct packet packet,
                 const struct flow_entry *flow, struct pipeline_fates *fates)
{
    static const struct instructions none;
    const struct instructions *more = flow->instructions ? flow->instructions : &none;
    for (size_t i = 0; i < flow->n_actions; i++) {
        execute(state, &packet, &flow->actions[i]);
    }
    packet.n_set = more->clears ? 0 : packet.n_set;
    for (size_t i = 0; i < more->n_written; i++) {
        write_action(&packet, &more->written[i]);
    }
    if (more->writes_metadata) {
        packet.metadata = (packet.metadata & ~more->metadata_mask) | more->metadata;
    }
    if (more->goto_table) {
        enter(state, &packet, more->goto_table, fates);
    } else {
        execute_set(state, &packet);
        note(fates, &packet);
    }
}

static void enter(const struct switch_state *state, const struct packet *packet, uint8_t table,
                  struct pipeline_fates *fates)
{
    int best = -1;
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        const struct flow_entry *flow = &state->flows.entries[i];
        if (flow->table_id == table && takes(flow, packet) && flow->priority > best) {
            best = flow->priority;
        }
    }
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        const struct flow_entry *flow = &state->flows.entries[i];
        if (flow->table_id == table && takes(flow, packet) && flow->priority == best) {
            take(state, *packet, flow, fates);
        }
    }
    if (best < 0) { /* it is dropped; Open vSwitch would execute the set */
        struct packet last = *packet;
        last.unknown |= last.n_set > 0;
        note(fates, &last);
    }
}

void pipeline_simulate(const struct switch_state *state, const struct header *header,
                       struct pipeline_fates *fates)
{
    fates->n_fates = 0;
    fates->too_many = false;
    for (uint32_t choices = 0; choices < 64; choices++) {
        struct packet packet = {.header = *header, .choices = choices, .weight = 1};
        enter(state, &packet, 0, fates);
    }
}
