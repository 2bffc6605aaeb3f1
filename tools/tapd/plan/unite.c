/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions for a frame that several uses take: each output once, with its changes. */
#include "tapd/plan/unite.h"

#include <stdlib.h>
#include <string.h>

/* A destination that frames with this rewrite must reach. */
struct need {
    struct tapd_dest dest;
    uint16_t rewrite;
    uint16_t n_left; /* copies */
};

struct candidate {
    const struct tapd_lane *lane;
    bool production;
    bool taken;
};

struct choice {
    struct need *needs;
    size_t n_needs;
    struct candidate *candidates;
    size_t n_candidates;
    size_t budget; /* of the search */
};

static struct need *find_need(const struct choice *choice, const struct tapd_dest *dest,
                              uint16_t rewrite)
{
    for (size_t i = 0; i < choice->n_needs; i++) {
        struct need *need = &choice->needs[i];
        if (memcmp(&need->dest, dest, sizeof *dest) == 0 && need->rewrite == rewrite) {
            return need;
        }
    }
    return NULL;
}

static void add_needs(struct choice *choice, const struct tapd_lane *lane, uint16_t copies)
{
    for (size_t i = 0; i < lane->dests->n; i++) {
        struct need *need = find_need(choice, &lane->dests->items[i], lane->rewrite);
        if (!need) {
            need = &choice->needs[choice->n_needs++];
            *need = (struct need){lane->dests->items[i], lane->rewrite, 0};
        }
        need->n_left = copies > need->n_left ? copies : need->n_left;
    }
}

static void add_candidate(struct choice *choice, const struct tapd_lane *lane, bool production)
{
    for (size_t i = 0; i < choice->n_candidates; i++) {
        const struct tapd_lane *other = choice->candidates[i].lane;
        if (other->port == lane->port && other->rewrite == lane->rewrite) {
            return;
        }
    }
    choice->candidates[choice->n_candidates++] = (struct candidate){lane, production, false};
}

/* Room for what the uses can need; -1 without memory. */
static int collect(struct choice *choice, const struct tapd_use *const *uses, size_t n_uses)
{
    size_t n_lanes = 0, n_dests = 0;
    for (size_t i = 0; i < n_uses; i++) {
        n_lanes += uses[i]->n_lanes;
        for (size_t j = 0; j < uses[i]->n_lanes; j++) {
            n_dests += uses[i]->lanes[j].dests->n;
        }
    }
    choice->needs = calloc(n_dests + 1, sizeof *choice->needs);
    choice->candidates = calloc(n_lanes + 1, sizeof *choice->candidates);
    if (!choice->needs || !choice->candidates) {
        return -1;
    }
    for (size_t i = 0; i < n_uses; i++) {
        for (size_t j = 0; j < uses[i]->n_lanes; j++) {
            add_needs(choice, &uses[i]->lanes[j], uses[i]->copies);
            add_candidate(choice, &uses[i]->lanes[j], uses[i]->production);
        }
    }
    return 0;
}

static bool is_wanted(const struct choice *choice, const struct tapd_lane *lane)
{
    bool wanted = true;
    for (size_t i = 0; wanted && i < lane->dests->n; i++) {
        wanted = find_need(choice, &lane->dests->items[i], lane->rewrite)->n_left > 0;
    }
    return wanted;
}

static void change_needs(const struct choice *choice, const struct tapd_lane *lane, int by)
{
    for (size_t i = 0; i < lane->dests->n; i++) {
        struct need *need = find_need(choice, &lane->dests->items[i], lane->rewrite);
        need->n_left = (uint16_t)(need->n_left + by);
    }
}

/* Depth first, taking before leaving: the first lanes are the first choice, and
 * where each has one destination the first try is right. */
static bool search(struct choice *choice, size_t at)
{
    size_t n_left = 0;
    for (size_t i = 0; i < choice->n_needs; i++) {
        n_left += choice->needs[i].n_left;
    }
    if (n_left == 0 || at == choice->n_candidates || choice->budget == 0) {
        return n_left == 0;
    }
    choice->budget--;
    struct candidate *candidate = &choice->candidates[at];
    if (is_wanted(choice, candidate->lane)) {
        candidate->taken = true;
        change_needs(choice, candidate->lane, -1);
        if (search(choice, at + 1)) {
            return true;
        }
        change_needs(choice, candidate->lane, 1);
        candidate->taken = false;
    }
    return search(choice, at + 1);
}

static int refuse(const struct choice *choice, const struct topology *topology,
                  struct base_error *error)
{
    const struct need *need = choice->needs;
    for (size_t i = 0; i < choice->n_needs && need->n_left == 0; i++) {
        need++;
    }
    base_fail(error,
              "frames that it and another tap of the same port take cannot reach %s:%u as often as "
              "asked for: the uplinks lead to other destinations too",
              topology->switches[need->dest.sw].name, need->dest.port);
    return 1;
}

static int rank(const struct candidate *candidate)
{
    return candidate->lane->rewrite != TAPD_UNTAGGED ? 2 : !candidate->production;
}

static int by_action(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->taken != y->taken) {
        return x->taken ? -1 : 1;
    }
    if (rank(x) != rank(y)) {
        return rank(x) - rank(y);
    }
    int by_rewrite = x->lane->rewrite - y->lane->rewrite;
    return by_rewrite ? by_rewrite : x->lane->port - y->lane->port;
}

/* How a frame that was changed in the one way is changed in the other. */
static void put_changes(struct tapd_actions *actions, struct action *items, uint16_t from,
                        uint16_t to)
{
    static const struct action push = {.type = ACTION_PUSH_VLAN, .ethertype = DL_TYPE_VLAN};
    static const struct action pop = {.type = ACTION_POP_VLAN};
    bool has_ours = from != TAPD_UNTAGGED;
    if (to == from) {
        return;
    }
    if ((to == TAPD_STRIP) == has_ours) {
        items[actions->n++] = has_ours ? pop : push;
    }
    items[actions->n++] =
        to == TAPD_STRIP ? pop : (struct action){.type = ACTION_SET_VLAN_VID, .vlan_vid = to};
}

static int make_actions(const struct choice *choice, struct base_arena *arena,
                        struct tapd_actions *actions)
{
    struct action *items = base_arena_alloc(arena, 3 * choice->n_candidates * sizeof *items);
    uint16_t rewrite = TAPD_UNTAGGED;
    if (!items) {
        return -1;
    }
    *actions = (struct tapd_actions){.items = items};
    if (choice->n_candidates > 0) {
        qsort(choice->candidates, choice->n_candidates, sizeof *choice->candidates, by_action);
    }
    for (size_t i = 0; i < choice->n_candidates && choice->candidates[i].taken; i++) {
        const struct tapd_lane *lane = choice->candidates[i].lane;
        put_changes(actions, items, rewrite, lane->rewrite);
        rewrite = lane->rewrite;
        items[actions->n++] = (struct action){.type = ACTION_OUTPUT, .port = lane->port};
    }
    return 0;
}

int tapd_unite(const struct tapd_use *const *uses, size_t n_uses, const struct topology *topology,
               struct base_arena *arena, struct tapd_actions *actions, struct base_error *error)
{
    enum { BUDGET = 100000 };
    struct choice choice = {.budget = BUDGET};
    int result = collect(&choice, uses, n_uses);
    if (result == 0) {
        result = search(&choice, 0) ? make_actions(&choice, arena, actions)
                                    : refuse(&choice, topology, error);
    }
    free(choice.needs);
    free(choice.candidates);
    return result;
}
