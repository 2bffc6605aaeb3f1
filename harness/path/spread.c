/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries may take packets that leave one place of the network. */
#include "path/spread.h"

#include "space/groups.h"
#include "space/rewrite.h"

#include <stdlib.h>

/* Packets that enter a switch. */
struct wave {
    struct port_ref in;
    struct match cube;       /* in_port fixed */
    struct header rewritten; /* bits that may have been, since the start */
};

struct spread {
    const struct path_network *network;
    size_t *budget;
    void (*reached)(void *aux, size_t sw, size_t entry);
    void *aux;
    struct wave *waves;
    size_t n_waves, capacity;
    size_t n_first; /* of these, not all packets are followed */
    size_t sw;      /* where it starts: what entries of a higher rank take there stays */
    uint32_t rank;
    struct base_arena arena;
};

/* Whether `a` has all bits of `b`. */
static bool has_bits(const struct header *a, const struct header *b)
{
    struct header more = header_without(b, a);
    return header_is_zero(&more);
}

/* More packets to follow, unless they are among those that are followed already. */
static int add_wave(struct spread *spread, struct wave wave)
{
    wave.cube.value.in_port = wave.in.port;
    wave.cube.mask.in_port = UINT16_MAX;
    for (size_t i = spread->n_first; i < spread->n_waves; i++) {
        const struct wave *other = &spread->waves[i];
        if (other->in.sw == wave.in.sw && match_within(&wave.cube, &other->cube) &&
            has_bits(&other->rewritten, &wave.rewritten)) {
            return 0;
        }
    }
    if (*spread->budget < spread->n_waves ||
        base_grow(&spread->waves, spread->n_waves, &spread->capacity, sizeof *spread->waves) < 0) {
        return -1;
    }
    *spread->budget -= spread->n_waves;
    spread->waves[spread->n_waves++] = wave;
    return 0;
}

/* Packets that have been rewritten leave by this port. */
static int send(struct spread *spread, const struct wave *from, uint16_t out,
                const struct match *cube, const struct header *rewritten)
{
    struct port_ref port = {.sw = from->in.sw, .port = out};
    struct peer peer = path_network_peer(spread->network, port);
    if (peer.kind != PEER_SWITCH || path_no_exit(spread->network, port)) {
        return 0;
    }
    return add_wave(spread, (struct wave){.in = peer.port,
                                          .cube = *cube,
                                          .rewritten = header_or(&from->rewritten, rewritten)});
}

/* 1: the packets were taken by another entry where all starts, whatever they were before they were
 * rewritten. 0: that is not sure. -1 without memory. */
static int stays(const struct spread *spread, const struct wave *wave, const struct match *cube)
{
    struct space_table *table = &spread->network->tables[spread->sw];
    struct match first = {.value = cube->value,
                          .mask = header_without(&cube->mask, &wave->rewritten)};
    first.mask.in_port = 0;
    match_normalize(&first);
    for (size_t i = 0; i < table->n_groups; i++) {
        struct space_group *group = &table->groups[i];
        size_t taker;
        if (group->max_rank <= spread->rank || !space_group_asks_less(group, &first.mask)) {
            continue;
        }
        if (space_group_taker(table, group, &first, &taker) < 0) {
            return -1;
        }
        if (taker != ENTRY_NONE && space_rank(&table->flows->entries[taker]) > spread->rank) {
            return 1;
        }
    }
    return 0;
}

/* What a switch or an entry sends of which nothing is known. */
static int send_anything(struct spread *spread, const struct wave *from)
{
    const struct path_network *network = spread->network;
    struct match any = match_any();
    struct header all;
    size_t sw = from->in.sw;
    int status = 0;
    memset(&all, 0xff, sizeof all);
    for (size_t i = network->begins[sw]; i < network->begins[sw + 1] && status == 0; i++) {
        status = send(spread, from, network->cables[i].port.port, &any, &all);
    }
    return status;
}

static int pass_entry(struct spread *spread, const struct wave *wave, size_t entry)
{
    const struct flow_table *flows = spread->network->switches[wave->in.sw].flows;
    const struct flow_entry *flow = &flows->entries[entry];
    struct space_behavior behavior;
    struct match taken;
    if (!match_intersect(&wave->cube, &flow->match, &taken)) {
        return 0;
    }
    int status = stays(spread, wave, &taken);
    if (status != 0) {
        return status < 0 ? -1 : 0;
    }
    spread->reached(spread->aux, wave->in.sw, entry);
    if (path_outputs_of(spread->network, wave->in, entry, &spread->arena, &behavior) < 0) {
        return -1;
    }
    status = behavior.unknown ? send_anything(spread, wave) : 0;
    for (size_t i = 0; i < behavior.n_outputs && status == 0; i++) {
        const struct space_output *output = &behavior.outputs[i];
        struct match image = space_image(&output->rewrite, &taken);
        status = send(spread, wave, output->port, &image, &output->rewrite.mask);
    }
    return status;
}

/* Entries in their order, until all of the packets are taken; of one rank, all. */
static int pass_switch(struct spread *spread, struct wave wave, uint32_t max_rank,
                       struct space_overlapping *found)
{
    const struct flow_table *flows = spread->network->switches[wave.in.sw].flows;
    uint32_t min_rank = 0;
    if (path_no_entry(spread->network, wave.in)) {
        return 0;
    }
    if (!flows) {
        return send_anything(spread, &wave);
    }
    if (space_list_overlapping(&spread->network->tables[wave.in.sw], &wave.cube, 0, max_rank,
                               spread->budget, found) < 0) {
        return -1;
    }
    for (size_t i = 0; i < found->n_entries; i++) {
        const struct flow_entry *flow = &flows->entries[found->entries[i]];
        if (space_rank(flow) < min_rank) {
            break;
        }
        if (pass_entry(spread, &wave, found->entries[i]) < 0) {
            return -1;
        }
        min_rank = match_within(&wave.cube, &flow->match) ? space_rank(flow) : min_rank;
    }
    return 0;
}

static int start(struct spread *spread, size_t sw, const struct match *match)
{
    const struct path_network *network = spread->network;
    int status = 0;
    for (size_t i = network->begins[sw]; i < network->begins[sw + 1] && status == 0; i++) {
        struct port_ref in = network->cables[i].port;
        if (!match->mask.in_port || match->value.in_port == in.port) {
            status = add_wave(spread, (struct wave){.in = in, .cube = *match});
        }
    }
    return status;
}

int path_spread(const struct path_network *network, size_t sw, const struct match *match,
                uint32_t rank, size_t *budget, void (*reached)(void *aux, size_t sw, size_t entry),
                void *aux)
{
    struct spread spread = {.network = network,
                            .budget = budget,
                            .reached = reached,
                            .aux = aux,
                            .sw = sw,
                            .rank = rank};
    struct space_overlapping found = {0};
    int status = start(&spread, sw, match);
    spread.n_first = spread.n_waves;
    for (size_t i = 0; i < spread.n_waves && status == 0; i++) {
        status =
            pass_switch(&spread, spread.waves[i], i < spread.n_first ? rank : UINT32_MAX, &found);
    }
    free(found.entries);
    free(spread.waves);
    base_arena_free(&spread.arena);
    return status;
}
