/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/reach.h"

/* Switches on a way; longer ones are not looked for. */
enum { DEPTH_MAX = 32 };

struct search {
    const struct judge_tables *tables;
    const bool *sends;
    size_t *budget;
    struct judge_reach *reach;
    judge_reach_accepts *accepts;
    void *aux;
    struct base_arena arena;
    struct port_ref way[DEPTH_MAX];
    size_t depth;
    size_t n_pure; /* of the last ports of the way: no rewrite between them */
    bool open;     /* something was left undecided */
};

/* Packets that enter the last port of the way are wanted: can they come? */
static enum space_answer come_from(struct search *search, const struct space_region *region);

static enum space_answer undecided(struct search *search)
{
    search->open = true;
    return SPACE_EMPTY;
}

/* What the entry takes of the packets in `cube` (in_port fixed). */
static enum space_answer effective(const struct judge_tables *tables, size_t sw, size_t entry,
                                   size_t *budget, struct space_region *region)
{
    enum space_answer answer = space_table_exclude(&tables->tables[sw], entry, region, budget);
    return answer != SPACE_FOUND
               ? answer
               : space_find(&region->cube, region->excluded, region->n_excluded, budget, NULL);
}

/* The cubes of `from` without in_port, carried back through the rewrite, are
 * taken away from `region`. */
static int exclude_carried(struct search *search, const struct space_rewrite *rewrite,
                           const struct space_region *from, struct space_region *region)
{
    for (size_t i = 0; i < from->n_excluded; i++) {
        struct match excluded = *from->excluded[i];
        excluded.value.in_port = excluded.mask.in_port = 0;
        struct match *back = base_arena_alloc(&search->arena, 2 * sizeof *back);
        size_t n = back ? space_preimage(rewrite, &excluded, back) : 0;
        for (size_t j = 0; j < n; j++) {
            if (space_exclude(region, &back[j]) < 0) {
                return -1;
            }
        }
        if (!back) {
            return -1;
        }
    }
    return 0;
}

static bool rewrites(const struct space_rewrite *rewrite)
{
    struct space_words mask = space_words(&rewrite->mask);
    uint64_t any = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        any |= mask.word[i];
    }
    return any != 0;
}

/* Packets in `cube` that entry `f` takes at `in` and sends where they become
 * those of `wanted`. */
static enum space_answer through(struct search *search, struct port_ref in, size_t f,
                                 const struct space_rewrite *rewrite, const struct match *cube,
                                 const struct space_region *wanted)
{
    struct space_region region = {.cube = *cube};
    enum space_answer answer = SPACE_OPEN;
    size_t n_pure = search->n_pure;
    if (exclude_carried(search, rewrite, wanted, &region) == 0) {
        answer = effective(search->tables, in.sw, f, search->budget, &region);
    }
    if (answer == SPACE_FOUND) {
        search->n_pure = rewrites(rewrite) ? 0 : n_pure;
        search->way[search->depth++] = in;
        search->n_pure++;
        answer = come_from(search, &region);
        search->depth--;
        search->n_pure = n_pure;
    }
    space_region_free(&region);
    return answer == SPACE_OPEN ? undecided(search) : answer;
}

/* Whether the actions may send by this port at all: a glance before the work. */
static bool may_send(const struct flow_entry *flow, uint16_t out, uint16_t in_port)
{
    for (size_t i = 0; i < flow->n_actions; i++) {
        const struct action *action = &flow->actions[i];
        bool sends = action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE;
        if (action->type == ACTION_VENDOR ||
            (sends &&
             (action->port == out || action->port == PORT_FLOOD || action->port == PORT_ALL ||
              action->port == PORT_NORMAL || action->port == PORT_TABLE ||
              (action->port == PORT_IN_PORT && in_port == out)))) {
            return true;
        }
    }
    return false;
}

/* Packets that entry `f` takes at `in` and sends by `out`, as those of `wanted`. */
static enum space_answer through_entry(struct search *search, struct port_ref in, size_t f,
                                       uint16_t out, const struct space_region *wanted)
{
    const struct switch_state *state = search->tables->states[in.sw];
    const struct flow_entry *flow = &state->flows.entries[f];
    struct match in_port = match_in_port(in.port), taken, target = wanted->cube;
    struct space_behavior behavior;
    if (!may_send(flow, out, in.port) || !space_intersect(&flow->match, &in_port, &taken)) {
        return SPACE_EMPTY;
    }
    if (space_behavior(flow->actions, flow->n_actions, in.port, state->ports, state->n_ports,
                       &search->arena, &behavior) < 0 ||
        behavior.unknown) {
        return undecided(search);
    }
    target.value.in_port = target.mask.in_port = 0;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < behavior.n_outputs && answer != SPACE_FOUND; i++) {
        struct match back[2];
        const struct space_rewrite *rewrite = &behavior.outputs[i].rewrite;
        size_t n = behavior.outputs[i].port == out ? space_preimage(rewrite, &target, back) : 0;
        for (size_t j = 0; j < n && answer != SPACE_FOUND; j++) {
            struct match cube;
            if (space_intersect(&back[j], &taken, &cube)) {
                answer = through(search, in, f, rewrite, &cube, wanted);
            }
        }
    }
    return answer;
}

static enum space_answer through_list(struct search *search, struct port_ref in,
                                      struct space_entries list, uint16_t out,
                                      const struct space_region *wanted)
{
    enum space_answer answer = SPACE_EMPTY;
    if (*search->budget < list.n_entries) {
        *search->budget = 0;
        return undecided(search);
    }
    *search->budget -= list.n_entries;
    for (size_t i = 0; i < list.n_entries && answer != SPACE_FOUND; i++) {
        answer = through_entry(search, in, list.entries[i], out, wanted);
    }
    return answer;
}

/* A packet that comes by a port twice without having changed goes round for
 * ever, or did not need the round. */
static bool goes_round(const struct search *search, struct port_ref port)
{
    for (size_t i = search->depth - search->n_pure; i < search->depth; i++) {
        if (search->way[i].sw == port.sw && search->way[i].port == port.port) {
            return true;
        }
    }
    return false;
}

/* Packets that leave a switch by `out`: from its hosts first, then from others. */
static enum space_answer come_through(struct search *search, struct port_ref out,
                                      const struct space_region *wanted)
{
    const struct judge_tables *tables = search->tables;
    enum space_answer answer = SPACE_EMPTY;
    if (!tables->states[out.sw] || search->depth == DEPTH_MAX) {
        return undecided(search);
    }
    for (int hosts = 1; hosts >= 0; hosts--) {
        for (size_t i = tables->begins[out.sw]; i < tables->begins[out.sw + 1]; i++) {
            const struct judge_cabled *in = &tables->cabled[i];
            struct space_table *table = &tables->tables[out.sw];
            if ((in->peer.kind == PEER_HOST) != hosts || goes_round(search, in->port)) {
                continue;
            }
            answer = through_list(search, in->port, space_table_port(table, in->port.port),
                                  out.port, wanted);
            if (answer != SPACE_FOUND) {
                answer =
                    through_list(search, in->port, space_table_any_port(table), out.port, wanted);
            }
            if (answer == SPACE_FOUND) {
                return answer;
            }
        }
    }
    return answer;
}

/* What packets may be, for whoever did not accept the first one. */
static const struct match kinds[] = {
    {.mask = {0}},
    {.mask = {.vlan_tci = VLAN_TAGGED}},
    {.value = {.dl_type = DL_TYPE_ARP}, .mask = {.dl_type = 0xffff}},
    {.value = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP},
     .mask = {.dl_type = 0xffff, .nw_proto = 0xff}},
    {.value = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP},
     .mask = {.dl_type = 0xffff, .nw_proto = 0xff}},
    {.value = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP},
     .mask = {.dl_type = 0xffff, .nw_proto = 0xff}},
    {.value = {.vlan_tci = VLAN_TAGGED}, .mask = {.vlan_tci = VLAN_TAGGED}},
};

/* A packet of the region that this host sends. */
static enum space_answer sent_by(struct search *search, size_t host,
                                 const struct space_region *region)
{
    struct judge_reach *reach = search->reach;
    enum space_answer answer = SPACE_EMPTY;
    reach->host = host;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct match cube;
        if (!space_intersect(&region->cube, &kinds[i], &cube)) {
            continue;
        }
        answer =
            space_find(&cube, region->excluded, region->n_excluded, search->budget, &reach->header);
        if (answer == SPACE_FOUND && search->accepts(search->aux, host, &reach->header)) {
            return SPACE_FOUND;
        }
        reach->was_rejected = reach->was_rejected || answer == SPACE_FOUND;
        if (i == 0 && answer != SPACE_FOUND) {
            return answer;
        }
    }
    return SPACE_EMPTY;
}

static enum space_answer come_from(struct search *search, const struct space_region *region)
{
    struct peer peer = judge_tables_peer(search->tables, search->way[search->depth - 1]);
    if (peer.kind == PEER_SWITCH) {
        return come_through(search, peer.port, region);
    }
    if (peer.kind == PEER_NONE || (search->sends && !search->sends[peer.host])) {
        return SPACE_EMPTY;
    }
    return sent_by(search, peer.host, region);
}

/* An entry that goes before this one and takes some of its packets; all, if
 * there is such a one. */
static size_t name_hider(const struct space_table *table, size_t entry)
{
    const struct flow_entry *flows = table->flows->entries;
    size_t some = SIZE_MAX;
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        if (i == entry || !space_table_precedes(table, i, entry)) {
            continue;
        }
        if (space_contains(&flows[i].match, &flows[entry].match)) {
            return i;
        }
        if (some == SIZE_MAX && space_overlaps(&flows[i].match, &flows[entry].match)) {
            some = i;
        }
    }
    return some;
}

/* The entry's packets that enter by one port. */
static enum space_answer reach_by(struct search *search, struct port_ref in, size_t entry)
{
    struct match in_port = match_in_port(in.port);
    struct space_region region = {0};
    const struct flow_entry *flow = &search->tables->states[in.sw]->flows.entries[entry];
    if (!space_intersect(&flow->match, &in_port, &region.cube)) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = effective(search->tables, in.sw, entry, search->budget, &region);
    if (answer == SPACE_FOUND) {
        search->reach->is_hidden = false;
        search->way[0] = in;
        search->depth = search->n_pure = 1;
        answer = come_from(search, &region);
    }
    space_region_free(&region);
    return answer == SPACE_OPEN ? undecided(search) : answer;
}

enum space_answer judge_reach_entry(const struct judge_tables *tables, const bool *sends, size_t sw,
                                    size_t entry, size_t *budget, judge_reach_accepts *accepts,
                                    void *aux, struct judge_reach *reach)
{
    struct search search = {.tables = tables,
                            .sends = sends,
                            .budget = budget,
                            .reach = reach,
                            .accepts = accepts,
                            .aux = aux};
    const struct match *match = &tables->states[sw]->flows.entries[entry].match;
    enum space_answer answer = SPACE_EMPTY;
    bool enters = match->mask.in_port || tables->begins[sw] < tables->begins[sw + 1];
    *reach = (struct judge_reach){.is_hidden = enters, .hidden_by = SIZE_MAX};
    if (match->mask.in_port) {
        answer = reach_by(&search, (struct port_ref){sw, match->value.in_port}, entry);
    }
    for (size_t i = tables->begins[sw];
         !match->mask.in_port && i < tables->begins[sw + 1] && answer != SPACE_FOUND; i++) {
        answer = reach_by(&search, tables->cabled[i].port, entry);
    }
    base_arena_free(&search.arena);
    if (answer != SPACE_FOUND && search.open) {
        return SPACE_OPEN;
    }
    if (answer != SPACE_FOUND && reach->is_hidden) {
        reach->hidden_by = name_hider(&tables->tables[sw], entry);
        reach->is_hidden = reach->hidden_by != SIZE_MAX;
    }
    return answer;
}

enum space_answer judge_reach_sample(const struct judge_tables *tables, size_t sw, size_t entry,
                                     uint16_t in_port, size_t *budget, struct header *header)
{
    const struct flow_entry *flow = &tables->states[sw]->flows.entries[entry];
    struct match port = match_in_port(in_port);
    struct space_region region = {0};
    if (!space_intersect(&flow->match, &port, &region.cube) ||
        !space_member(&region.cube, header)) {
        return SPACE_EMPTY;
    }
    if (space_table_lookup(&tables->tables[sw], header, NULL) == entry) {
        return SPACE_FOUND;
    }
    enum space_answer answer = space_table_exclude(&tables->tables[sw], entry, &region, budget);
    if (answer == SPACE_FOUND) {
        answer = space_find(&region.cube, region.excluded, region.n_excluded, budget, header);
    }
    space_region_free(&region);
    return answer;
}
