/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses of one port of a switch to disjoint classes of headers, as entries with priorities. */
#include "tapd/plan/classify.h"

#include "tapd/plan/cube.h"
#include "tapd/plan/unite.h"

#include <stdlib.h>

enum { BANDS = (UINT16_MAX - FLOW_PRIORITY_DEFAULT) / TAPD_BAND };

struct cube {
    struct match match;
    struct tapd_actions actions;
    uint16_t priority;
    bool dropped;               /* what is below does the same */
    const struct tapd_use *use; /* the first that made it */
};

/* What is there equally long: all that stays, or one tap that ends. */
struct layer {
    const struct tapd_user *user;
    size_t first, n; /* of its cubes */
    unsigned band;
    bool dropped;
};

struct classifying {
    const struct tapd_policy *policy;
    const struct tapd_use *uses;
    size_t n_uses;
    size_t *layer_of; /* by use */
    size_t *kind_of;  /* by use: the first one of its layer that does the same, perhaps with other
                         headers */
    struct layer *layers;
    size_t n_layers;
    struct cube *cubes;
    size_t n_cubes, capacity;
    const struct tapd_use **some; /* scratch: the first of each kind that takes all of a cube */
    bool *is_hit;                 /* scratch: by use, whether it is one of them */
    struct base_arena arena;
    const struct tapd_use *culprit;
    struct base_error *error;
};

/* ------------------------------------------------------------------ layers */

/* Those that are there longest are first. */
static int by_end(const void *a, const void *b)
{
    const struct tapd_user *x = ((const struct layer *)a)->user;
    const struct tapd_user *y = ((const struct layer *)b)->user;
    return tapd_outlives(y, x) - tapd_outlives(x, y);
}

/* Layer 0 is what stays, whether there is something or not. */
static void make_layers(struct classifying *at)
{
    at->n_layers = 1;
    at->layers[0] = (struct layer){.user = NULL};
    for (size_t i = 0; i < at->n_uses; i++) {
        const struct tapd_user *user = at->uses[i].user;
        size_t j = user->id == 0 ? 0 : 1;
        while (j > 0 && j < at->n_layers && at->layers[j].user->id != user->id) {
            j++;
        }
        if (j == at->n_layers) {
            at->layers[at->n_layers++] = (struct layer){.user = user};
        }
    }
    qsort(at->layers + 1, at->n_layers - 1, sizeof *at->layers, by_end);
    for (size_t i = 0; i < at->n_uses; i++) {
        const struct tapd_user *user = at->uses[i].user;
        size_t j = user->id == 0 ? 0 : 1;
        while (j > 0 && at->layers[j].user->id != user->id) {
            j++;
        }
        at->layer_of[i] = j;
    }
}

/* ------------------------------------------------------------------- cubes */

static int add_cube(struct classifying *at, struct layer *layer, const struct match *match,
                    const struct tapd_use *use)
{
    for (size_t i = layer->first; i < layer->first + layer->n; i++) {
        if (match_equal(&at->cubes[i].match, match)) {
            return 0;
        }
    }
    if (at->n_cubes == TAPD_PORT_ENTRIES_MAX) {
        base_fail(at->error, "the taps of %s:%u overlap in too many ways: more than %d entries",
                  at->policy->topology->switches[use->at.sw].name, use->at.port,
                  TAPD_PORT_ENTRIES_MAX);
        at->culprit = use;
        return 1;
    }
    if (base_grow(&at->cubes, at->n_cubes, &at->capacity, sizeof *at->cubes) < 0) {
        return -1;
    }
    at->cubes[at->n_cubes++] = (struct cube){.match = *match, .use = use};
    layer->n++;
    return 0;
}

static bool same_lanes(const struct tapd_use *a, const struct tapd_use *b)
{
    bool same =
        a->n_lanes == b->n_lanes && a->copies == b->copies && a->production == b->production;
    same = same && a->n_excepted == b->n_excepted;
    for (size_t i = 0; same && a->excepted != b->excepted && i < a->n_excepted; i++) {
        same = match_equal(&a->excepted[i], &b->excepted[i]);
    }
    for (size_t i = 0; same && i < a->n_lanes; i++) {
        const struct tapd_lane *x = &a->lanes[i], *y = &b->lanes[i];
        same = x->port == y->port && x->rewrite == y->rewrite && x->dests == y->dests;
    }
    return same;
}

static void find_kinds(struct classifying *at)
{
    for (size_t i = 0; i < at->n_uses; i++) {
        size_t kind = 0;
        while (kind < i && (at->layer_of[kind] != at->layer_of[i] || at->kind_of[kind] != kind ||
                            !same_lanes(&at->uses[kind], &at->uses[i]))) {
            kind++;
        }
        at->kind_of[i] = kind;
    }
}

/* Headers of the use, and what they have in common with each of the first cubes. */
static int add_headers(struct classifying *at, struct layer *layer, size_t n_before,
                       const struct match *match, const struct tapd_use *use)
{
    int result = add_cube(at, layer, match, use);
    for (size_t i = 0; i < n_before && result == 0; i++) {
        struct match both;
        if (match_intersect(&at->cubes[i].match, match, &both)) {
            result = add_cube(at, layer, &both, use);
        }
    }
    return result;
}

/* What the use excepts of its own. */
static int add_excepted(struct classifying *at, struct layer *layer, size_t n_before,
                        const struct tapd_use *use)
{
    int result = 0;
    for (size_t i = 0; i < use->n_excepted && result == 0; i++) {
        struct match both;
        if (match_intersect(&use->match, &use->excepted[i], &both)) {
            result = add_headers(at, layer, n_before, &both, use);
        }
    }
    return result;
}

/* Whether it takes all headers of the cube. */
static bool takes(const struct tapd_use *use, const struct match *cube)
{
    bool all = match_within(cube, &use->match);
    for (size_t i = 0; i < use->n_excepted && all; i++) {
        all = !match_within(cube, &use->excepted[i]);
    }
    return all;
}

/* Uses of a kind do the same together as one of them: the first stands for all, so that the actions
 * do not depend on which of them take the cube. */
static int unite(struct classifying *at, const struct cube *cube, size_t n_layers,
                 struct tapd_actions *actions)
{
    size_t n = 0;
    for (size_t i = 0; i < at->n_uses; i++) {
        at->is_hit[i] = false;
    }
    for (size_t i = 0; i < at->n_uses; i++) {
        at->is_hit[at->kind_of[i]] |=
            at->layer_of[i] < n_layers && takes(&at->uses[i], &cube->match);
    }
    for (size_t i = 0; i < at->n_uses; i++) {
        if (at->is_hit[i]) {
            at->some[n++] = &at->uses[i];
        }
    }
    int result = tapd_unite(at->some, n, at->policy->topology, &at->arena, actions, at->error);
    if (result > 0) {
        at->culprit = cube->use;
    }
    return result;
}

static bool same_actions(const struct tapd_actions *a, const struct tapd_actions *b)
{
    return actions_equal(a->items, a->n, b->items, b->n);
}

/* Gives each cube of the layer its actions. The layer is dropped if they are
 * those of the layers below everywhere. */
static int fill_layer(struct classifying *at, size_t number)
{
    struct layer *layer = &at->layers[number];
    layer->dropped = true;
    for (size_t i = layer->first; i < layer->first + layer->n; i++) {
        struct tapd_actions below = {0};
        struct cube *cube = &at->cubes[i];
        int result = unite(at, cube, number + 1, &cube->actions);
        if (result == 0 && number > 0) {
            result = unite(at, cube, number, &below);
        }
        if (result != 0) {
            return result;
        }
        layer->dropped &= same_actions(&cube->actions, &below);
    }
    return 0;
}

static int by_bits(const void *a, const void *b)
{
    const struct cube *x = a, *y = b;
    int n = tapd_fixed_bits(&x->match), m = tapd_fixed_bits(&y->match);
    return n != m ? (n < m ? -1 : 1) : memcmp(&x->match, &y->match, sizeof x->match);
}

/* Whether the entry that would win without this one, among those of the layer
 * that are less particular, does the same. Those are decided already. */
static bool is_redundant(const struct cube *first, const struct cube *cube)
{
    int most = 0;
    bool same = false;
    for (const struct cube *other = cube; other-- > first;) {
        int n = tapd_fixed_bits(&other->match);
        if (same && n < most) {
            break; /* sorted: what follows is below it */
        }
        if (!other->dropped && match_within(&cube->match, &other->match)) {
            if (!same_actions(&other->actions, &cube->actions)) {
                return false;
            }
            most = n;
            same = true;
        }
    }
    return same;
}

/* One more than the highest band of those below that it overlaps with. */
static int choose_band(struct classifying *at, size_t number)
{
    struct layer *layer = &at->layers[number];
    layer->band = number > 0;
    for (size_t i = 1; i < number; i++) {
        const struct layer *below = &at->layers[i];
        bool above = below->dropped || below->band < layer->band;
        for (size_t j = 0; j < below->n && !above; j++) {
            for (size_t k = 0; k < layer->n && !above; k++) {
                above = match_overlaps(&at->cubes[below->first + j].match,
                                       &at->cubes[layer->first + k].match);
                layer->band = above ? below->band + 1 : layer->band;
            }
        }
    }
    if (layer->band < BANDS) {
        return 0;
    }
    at->culprit = at->cubes[layer->first].use;
    base_fail(at->error, "more than %d taps that end overlap on %s:%u", BANDS - 1,
              at->policy->topology->switches[at->culprit->at.sw].name, at->culprit->at.port);
    return 1;
}

/* What two uses of a kind have in common needs no entry of its own: either does what both do. */
static int add_kind(struct classifying *at, struct layer *layer, size_t kind)
{
    size_t n_before = at->n_cubes;
    int result = 0;
    for (size_t i = kind; i < at->n_uses && result == 0; i++) {
        if (at->kind_of[i] == kind) {
            result = add_headers(at, layer, n_before, &at->uses[i].match, &at->uses[i]);
        }
    }
    n_before = at->n_cubes;
    for (size_t i = kind; i < at->n_uses && result == 0; i++) {
        if (at->kind_of[i] == kind) {
            result = add_excepted(at, layer, n_before, &at->uses[i]);
        }
    }
    return result;
}

static int make_layer(struct classifying *at, size_t number)
{
    struct layer *layer = &at->layers[number];
    int result = 0;
    layer->first = at->n_cubes;
    for (size_t kind = 0; kind < at->n_uses && result == 0; kind++) {
        if (at->layer_of[kind] == number && at->kind_of[kind] == kind) {
            result = add_kind(at, layer, kind);
        }
    }
    if (layer->n == 0) {
        return result;
    }
    struct cube *first = &at->cubes[layer->first];
    qsort(first, layer->n, sizeof *first, by_bits);
    if (result == 0) {
        result = fill_layer(at, number);
    }
    if (result == 0 && !layer->dropped) {
        result = choose_band(at, number);
    }
    for (size_t i = 0; i < layer->n && result == 0; i++) {
        first[i].dropped = layer->dropped || is_redundant(first, &first[i]);
        first[i].priority = match_is_exact(&first[i].match)
                                ? UINT16_MAX
                                : (uint16_t)(FLOW_PRIORITY_DEFAULT + layer->band * TAPD_BAND +
                                             tapd_fixed_bits(&first[i].match));
    }
    return result;
}

/* ----------------------------------------------------------------- entries */

/* A match without wildcards has one priority only: of several layers the one
 * that ends first has it. */
static void drop_exact_twins(struct classifying *at)
{
    for (size_t i = 0; i < at->n_cubes; i++) {
        for (size_t j = i + 1; at->cubes[i].priority == UINT16_MAX && j < at->n_cubes; j++) {
            at->cubes[i].dropped |= !at->cubes[j].dropped && at->cubes[j].priority == UINT16_MAX &&
                                    match_equal(&at->cubes[i].match, &at->cubes[j].match);
        }
    }
}

static int add_entry(const struct classifying *at, const struct cube *cube,
                     const struct tapd_user *user, struct flow_table *table)
{
    size_t n_bytes = cube->actions.n * sizeof *cube->actions.items;
    struct flow_entry *entry = flow_table_add(table);
    struct action *actions =
        entry ? base_arena_copy(&table->arena, cube->actions.items, n_bytes) : NULL;
    if (!actions) {
        return -1;
    }
    entry->match = cube->match;
    entry->actions = actions;
    entry->n_actions = (uint16_t)cube->actions.n;
    entry->priority = cube->priority;
    entry->cookie = (uint64_t)at->policy->cookie << 32 | (user ? user->id : 0);
    entry->idle_timeout = user ? 0 : at->policy->idle_timeout_sec;
    entry->hard_timeout = user ? user->left_sec : at->policy->hard_timeout_sec;
    return 0;
}

static int by_priority(const void *a, const void *b)
{
    const struct flow_entry *x = a, *y = b;
    return x->priority != y->priority ? y->priority - x->priority
                                      : memcmp(&x->match, &y->match, sizeof x->match);
}

static int add_entries(struct classifying *at, struct flow_table *table)
{
    size_t n_before = table->n_entries;
    drop_exact_twins(at);
    for (size_t i = 0; i < at->n_layers; i++) {
        const struct layer *layer = &at->layers[i];
        for (size_t j = layer->first; j < layer->first + layer->n; j++) {
            if (!at->cubes[j].dropped && add_entry(at, &at->cubes[j], layer->user, table) < 0) {
                return -1;
            }
        }
    }
    if (table->n_entries > n_before) {
        qsort(table->entries + n_before, table->n_entries - n_before, sizeof *table->entries,
              by_priority);
    }
    return 0;
}

int tapd_classify(const struct tapd_policy *policy, const struct tapd_use *uses, size_t n_uses,
                  struct flow_table *table, const struct tapd_use **culprit,
                  struct base_error *error)
{
    struct classifying at = {
        .policy = policy,
        .uses = uses,
        .n_uses = n_uses,
        .layer_of = calloc(n_uses + 1, sizeof *at.layer_of),
        .kind_of = calloc(n_uses + 1, sizeof *at.kind_of),
        .is_hit = calloc(n_uses + 1, sizeof *at.is_hit),
        .layers = calloc(n_uses + 1, sizeof *at.layers),
        .some = calloc(n_uses + 1, sizeof(const struct tapd_use *)),
        .error = error,
    };
    int result = at.layer_of && at.kind_of && at.is_hit && at.layers && at.some ? 0 : -1;
    if (result == 0) {
        make_layers(&at);
        find_kinds(&at);
    }
    for (size_t i = 0; result == 0 && i < at.n_layers; i++) {
        result = make_layer(&at, i);
    }
    if (result == 0) {
        result = add_entries(&at, table);
    }
    *culprit = at.culprit;
    free(at.layer_of);
    free(at.kind_of);
    free(at.is_hit);
    free(at.layers);
    free(at.some);
    free(at.cubes);
    base_arena_free(&at.arena);
    return result;
}
