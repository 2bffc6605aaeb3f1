/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/spread.h"

#include "judge/overlap.h"
#include "space/rewrite.h"

#include <stdlib.h>

/* Packets that enter a switch. */
struct wave {
    struct port_ref in;
    struct match cube; /* in_port fixed */
};

struct spread {
    const struct judge_tables *tables;
    size_t *budget;
    void (*reached)(void *aux, size_t sw, size_t entry);
    void *aux;
    struct wave *waves;
    size_t n_waves, capacity;
    size_t n_first; /* of these, not all packets are followed */
    struct base_arena arena;
};

/* More packets to follow, unless they are among those that are followed already. */
static int add_wave(struct spread *spread, struct port_ref in, struct match cube)
{
    cube.value.in_port = in.port;
    cube.mask.in_port = UINT16_MAX;
    for (size_t i = spread->n_first; i < spread->n_waves; i++) {
        const struct wave *wave = &spread->waves[i];
        if (wave->in.sw == in.sw && space_contains(&wave->cube, &cube)) {
            return 0;
        }
    }
    if (*spread->budget < spread->n_waves ||
        base_grow(&spread->waves, spread->n_waves, &spread->capacity, sizeof *spread->waves) < 0) {
        return -1;
    }
    *spread->budget -= spread->n_waves;
    spread->waves[spread->n_waves++] = (struct wave){.in = in, .cube = cube};
    return 0;
}

/* What leaves by this port. */
static int send(struct spread *spread, struct port_ref out, const struct match *cube)
{
    struct peer peer = judge_tables_peer(spread->tables, out);
    return peer.kind == PEER_SWITCH && judge_port_sends(spread->tables->states[out.sw], out.port)
               ? add_wave(spread, peer.port, *cube)
               : 0;
}

/* What an entry sends of which nothing is known. */
static int send_anything(struct spread *spread, size_t sw)
{
    const struct judge_tables *tables = spread->tables;
    struct match any = match_any();
    int status = 0;
    for (size_t i = tables->begins[sw]; i < tables->begins[sw + 1] && status == 0; i++) {
        status = send(spread, tables->cabled[i].port, &any);
    }
    return status;
}

static int pass_entry(struct spread *spread, const struct wave *wave, size_t entry)
{
    const struct switch_state *state = spread->tables->states[wave->in.sw];
    const struct flow_entry *flow = &state->flows.entries[entry];
    struct space_behavior behavior;
    struct match taken;
    if (!space_intersect(&wave->cube, &flow->match, &taken)) {
        return 0;
    }
    spread->reached(spread->aux, wave->in.sw, entry);
    if (space_behavior(flow->actions, flow->n_actions, wave->in.port, state->ports, state->n_ports,
                       &spread->arena, &behavior) < 0) {
        return -1;
    }
    int status = behavior.unknown ? send_anything(spread, wave->in.sw) : 0;
    for (size_t i = 0; i < behavior.n_outputs && status == 0; i++) {
        struct port_ref out = {.sw = wave->in.sw, .port = behavior.outputs[i].port};
        struct match image = space_image(&behavior.outputs[i].rewrite, &taken);
        status = send(spread, out, &image);
    }
    return status;
}

/* Entries in their order, until all of the packets are taken; of one rank, all. */
static int pass_switch(struct spread *spread, struct wave wave, uint32_t max_rank,
                       struct judge_overlap *found)
{
    const struct flow_table *flows = &spread->tables->states[wave.in.sw]->flows;
    uint32_t min_rank = 0;
    if (judge_overlapping(&spread->tables->tables[wave.in.sw], &wave.cube, 0, max_rank,
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
        min_rank = space_contains(&flow->match, &wave.cube) ? space_rank(flow) : min_rank;
    }
    return 0;
}

static int start(struct spread *spread, size_t sw, const struct match *match)
{
    const struct judge_tables *tables = spread->tables;
    int status = 0;
    for (size_t i = tables->begins[sw]; i < tables->begins[sw + 1] && status == 0; i++) {
        struct port_ref in = tables->cabled[i].port;
        if (!match->mask.in_port || match->value.in_port == in.port) {
            status = add_wave(spread, in, *match);
        }
    }
    return status;
}

int judge_spread(const struct judge_tables *tables, size_t sw, const struct match *match,
                 uint32_t rank, size_t *budget, void (*reached)(void *aux, size_t sw, size_t entry),
                 void *aux)
{
    struct spread spread = {.tables = tables, .budget = budget, .reached = reached, .aux = aux};
    struct judge_overlap found = {0};
    int status = start(&spread, sw, match);
    spread.n_first = spread.n_waves;
    for (size_t i = 0; i < spread.n_waves && status == 0; i++) {
        struct wave wave = spread.waves[i];
        const struct switch_state *state = tables->states[wave.in.sw];
        if (state && judge_port_receives(state, wave.in.port)) {
            status = pass_switch(&spread, wave, i < spread.n_first ? rank : UINT32_MAX, &found);
        }
    }
    free(found.entries);
    free(spread.waves);
    base_arena_free(&spread.arena);
    return status;
}
