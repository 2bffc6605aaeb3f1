/* SPDX-License-Identifier: Apache-2.0
 *
 * Which headers of a cube come the way of a hop, and what takes the others away? */
#include "path/forward_inside.h"

#include "base/memory.h"

#include <stdlib.h>

bool path_explorer_spend(struct explorer *explorer, size_t cost)
{
    bool enough = *explorer->budget > cost;
    *explorer->budget = enough ? *explorer->budget - cost : 0;
    explorer->reach->exhausted |= !enough;
    return enough;
}

void *path_explorer_allocate(struct explorer *explorer, size_t n_bytes)
{
    void *memory = base_arena_alloc(&explorer->reach->arena, n_bytes);
    explorer->no_memory |= !memory;
    return memory;
}

bool path_explorer_grow(struct explorer *explorer, void *items, size_t n, size_t *capacity,
                        size_t bytes)
{
    bool grown = base_grow(items, n, capacity, bytes) == 0;
    explorer->no_memory |= !grown;
    return grown;
}

struct path_reach_hop *path_explorer_copy(struct explorer *explorer,
                                          const struct path_reach_hop *hop)
{
    struct path_reach_hop *copy = path_explorer_allocate(explorer, sizeof *copy);
    if (copy) {
        *copy = *hop;
    }
    return copy;
}

/* ------------------------------------------------- entries that overlap a cube */

bool path_explorer_push(struct explorer *explorer, uint32_t entry)
{
    if (!path_explorer_grow(explorer, &explorer->entries, explorer->n_entries,
                            &explorer->entries_capacity, sizeof *explorer->entries)) {
        return false;
    }
    explorer->entries[explorer->n_entries++] = entry;
    return true;
}

static bool push_overlapping(void *aux, uint32_t entry, const struct match *match)
{
    (void)match;
    return path_explorer_push(aux, entry);
}

bool path_explorer_push_all(struct explorer *explorer, struct space_table *table,
                            const struct match *cube, uint32_t min_rank)
{
    bool all = space_table_overlapping(table, cube, min_rank, UINT32_MAX, explorer->budget,
                                       push_overlapping, explorer);
    explorer->reach->exhausted |= !all;
    return all && !explorer->no_memory;
}

struct match path_hop_at_switch(const struct path_reach_hop *hop, const struct match *cube)
{
    struct match image = space_image(&hop->rewrite, cube);
    image.value.in_port = hop->in.port;
    return image;
}

size_t path_hop_part(const struct path_reach_hop *hop, const struct flow_entry *entry,
                     const struct match *cube, struct match parts[2])
{
    struct match match = entry->match, back[2];
    match.value.in_port = match.mask.in_port = 0;
    size_t n = space_preimage(&hop->rewrite, &match, back), n_parts = 0;
    for (size_t i = 0; i < n; i++) {
        n_parts += match_intersect(&back[i], cube, &parts[n_parts]);
    }
    return n_parts;
}

/* ------------------------------------------ what is excluded from a cube, and why */

static bool same_behavior(struct explorer *explorer, const struct path_reach_hop *hop, size_t a,
                          size_t b)
{
    const struct path_network *network = explorer->network;
    const uint32_t *ids = network->tables[hop->in.sw].action_ids;
    struct space_behavior one, other;
    if (ids[a] == ids[b]) {
        return true;
    }
    struct base_arena arena = {0};
    bool same = path_outputs_of(network, hop->in, a, &arena, &one) == 0 &&
                path_outputs_of(network, hop->in, b, &arena, &other) == 0 &&
                space_behavior_equal(&one, &other);
    base_arena_free(&arena);
    return same;
}

/* Takes `excluded` away; false: then nothing is left, or memory is short. */
static bool take(struct explorer *explorer, const struct path_taken *excluded,
                 const struct match *cube)
{
    if (!match_overlaps(&excluded->cube, cube)) {
        return true;
    }
    bool cuts = space_holes_meet(excluded->holes, excluded->left, cube);
    if ((!cuts && match_within(cube, &excluded->cube)) ||
        !path_explorer_grow(explorer, &explorer->taken, explorer->n_taken,
                            &explorer->taken_capacity, sizeof *explorer->taken)) {
        return false;
    }
    explorer->taken[explorer->n_taken] = *excluded;
    explorer->taken[explorer->n_taken++].holes = cuts ? excluded->holes : NULL;
    return true;
}

/* Holes of an entry, as it takes packets at the hop, in ingress coordinates: always the same for
 * the same holes. Over the budget, and without memory, some are missing: more is taken away. */
static const struct space_holes *carry(struct explorer *explorer, const struct path_reach_hop *hop,
                                       const struct space_holes *holes)
{
    if (!holes || !hop->previous) {
        return holes;
    }
    struct path_carried *carried = *hop->carried;
    while (carried && carried->holes != holes) {
        carried = carried->next;
    }
    if (!carried) {
        carried = path_explorer_spend(explorer, holes->n_cubes)
                      ? path_explorer_allocate(explorer, sizeof *carried)
                      : NULL;
        if (!carried || space_preimage_holes(&hop->rewrite, holes, hop->in.port,
                                             &explorer->reach->arena, &carried->carried) < 0) {
            explorer->no_memory |= carried != NULL;
            return NULL;
        }
        carried->holes = holes;
        carried->next = *hop->carried;
        *hop->carried = carried;
        carried->carried.next = carry(explorer, hop, holes->next);
    }
    return &carried->carried;
}

static bool take_holes(struct explorer *explorer, const struct space_holes *holes,
                       const struct match *cube)
{
    bool left = true;
    for (; holes && left; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && left; i++) {
            struct path_taken hole = {.cube = holes->cubes[i], .same = &holes->cubes[i]};
            left = take(explorer, &hole, cube);
        }
    }
    return left;
}

static const struct space_holes *holes_at(struct explorer *explorer,
                                          const struct path_reach_hop *hop, size_t entry)
{
    const struct space_table *table = &explorer->network->tables[hop->in.sw];
    return carry(explorer, hop, space_table_holes(table, entry));
}

const struct path_settled *path_hop_settled(const struct path_reach_hop *hop, uint32_t entry)
{
    const struct path_settled *settled = hop->settled;
    while (settled && settled->entry != entry) {
        settled = settled->next;
    }
    return settled;
}

/* Whether `entry` goes before the hop's; notes rivals, if they are wanted. */
static bool goes_before(struct explorer *explorer, const struct path_reach_hop *hop, uint32_t entry,
                        bool notes_rivals)
{
    const struct space_table *table = &explorer->network->tables[hop->in.sw];
    const struct flow_entry *entries = table->flows->entries;
    if (entry == hop->entry) {
        return false;
    }
    if (space_rank(&entries[entry]) > space_rank(&entries[hop->entry])) {
        return true;
    }
    if (hop->either) {
        return false;
    }
    const struct path_settled *settled = path_hop_settled(hop, entry);
    if (settled ? settled->same : same_behavior(explorer, hop, entry, hop->entry)) {
        return entry < hop->entry;
    }
    if (notes_rivals && entry > hop->entry &&
        path_explorer_grow(explorer, &explorer->rivals, explorer->n_rivals,
                           &explorer->rivals_capacity, sizeof *explorer->rivals)) {
        explorer->rivals[explorer->n_rivals++] = entry;
    }
    return true;
}

/* Takes away what `entry` takes before the hop's entry does. */
static bool take_before(struct explorer *explorer, const struct path_reach_hop *hop, uint32_t entry,
                        const struct space_holes *left, const struct match *cube)
{
    const struct flow_table *flows = explorer->network->tables[hop->in.sw].flows;
    struct match parts[2];
    bool any = true;
    size_t n = path_hop_part(hop, &flows->entries[entry], cube, parts);
    for (size_t i = 0; i < n && any; i++) {
        struct path_taken part = {
            .cube = parts[i], .holes = holes_at(explorer, hop, entry), .left = left};
        any = take(explorer, &part, cube);
    }
    return any;
}

/* Takes away from the cube what did not come this way at one hop. */
static bool take_at(struct explorer *explorer, const struct path_reach_hop *hop,
                    const struct match *cube, bool is_last)
{
    for (const struct path_bar *bar = hop->bars; bar; bar = bar->next) {
        struct path_taken barred = {.cube = bar->cube, .same = &bar->cube};
        if (!take(explorer, &barred, cube)) {
            return false;
        }
    }
    if (hop->entry == ENTRY_NONE) {
        return true;
    }
    struct space_table *table = &explorer->network->tables[hop->in.sw];
    const struct space_holes *own = holes_at(explorer, hop, hop->entry);
    struct match local = path_hop_at_switch(hop, cube);
    size_t begin = explorer->n_entries;
    bool left = take_holes(explorer, own, cube) &&
                (!hop->either || take_holes(explorer, holes_at(explorer, hop, hop->rival), cube)) &&
                path_explorer_push_all(explorer, table, &local,
                                       space_rank(&table->flows->entries[hop->entry]));
    for (size_t i = begin; i < explorer->n_entries && left; i++) {
        uint32_t entry = explorer->entries[i];
        left = !goes_before(explorer, hop, entry, is_last) ||
               take_before(explorer, hop, entry, own, cube);
    }
    explorer->n_entries = begin;
    return left;
}

/* The cube without what was taken away. False: no memory. */
static bool lay_out(struct explorer *explorer, const struct match *cube)
{
    struct space_region *left = &explorer->left;
    left->cube = *cube;
    left->n_excluded = left->n_cuts = 0;
    for (size_t i = 0; i < explorer->n_taken; i++) {
        const struct path_taken *taken = &explorer->taken[i];
        const struct match *taken_cube = taken->same ? taken->same : &taken->cube;
        if (!path_explorer_grow(explorer, &left->excluded, left->n_excluded, &left->capacity,
                                sizeof(*left->excluded)) ||
            !path_explorer_grow(explorer, &left->cuts, left->n_cuts, &left->cuts_capacity,
                                sizeof *left->cuts)) {
            return false;
        }
        if (taken->holes) {
            left->cuts[left->n_cuts++] = (struct space_cut){taken_cube, taken->holes};
        } else {
            left->excluded[left->n_excluded++] = taken_cube;
        }
    }
    return true;
}

/* Takes away from the cube what did not come this way up to the hop. */
static bool take_on_the_way(struct explorer *explorer, const struct path_reach_hop *hop,
                            const struct match *cube)
{
    bool left = true;
    for (; hop && !hop->gone && left; hop = hop->previous) {
        left = take_at(explorer, hop, cube, false);
    }
    for (size_t i = 0; hop && i < hop->n_gone && left; i++) {
        left = take(explorer, &hop->gone[i], cube);
    }
    return left;
}

bool path_explorer_passes(struct explorer *explorer, const struct path_reach_hop *hop,
                          const struct match *cube, struct header *example)
{
    explorer->n_taken = explorer->n_rivals = 0;
    if (!take_on_the_way(explorer, hop->previous, cube) || !take_at(explorer, hop, cube, true) ||
        !lay_out(explorer, cube)) {
        return false;
    }
    enum space_answer answer = space_region_find(&explorer->left, explorer->budget, example);
    explorer->reach->exhausted |= answer == SPACE_OPEN;
    return answer == SPACE_FOUND;
}

/* A cube that was taken away, for good. */
static const struct match *keep_cube(struct explorer *explorer, const struct path_taken *taken)
{
    struct match *copy = taken->same ? NULL : path_explorer_allocate(explorer, sizeof *copy);
    if (copy) {
        *copy = taken->cube;
    }
    return taken->same ? taken->same : copy;
}

void path_explorer_note_gone(struct explorer *explorer, struct path_reach_hop *hop)
{
    size_t n = explorer->n_taken;
    if (!path_explorer_spend(explorer, n)) {
        return;
    }
    struct path_taken *gone = base_malloc((n + 1) * sizeof *gone);
    explorer->no_memory |= !gone;
    for (size_t i = 0; gone && i < n; i++) {
        gone[i] = explorer->taken[i];
    }
    hop->gone = gone;
    hop->n_gone = n;
}

void path_explorer_forget_gone(struct path_reach_hop *hop)
{
    free((void *)hop->gone);
    hop->gone = NULL;
}

bool path_explorer_keep(struct explorer *explorer, struct space_region *region)
{
    const struct space_region *left = &explorer->left;
    size_t n = explorer->n_taken;
    *region = (struct space_region){.cube = left->cube};
    if (n == 0) {
        return true;
    }
    bool kept = path_explorer_spend(explorer, n);
    region->excluded =
        kept ? path_explorer_allocate(explorer, (left->n_excluded + 1) * sizeof(*region->excluded))
             : NULL;
    region->cuts =
        kept ? path_explorer_allocate(explorer, (left->n_cuts + 1) * sizeof *region->cuts) : NULL;
    kept = region->excluded && region->cuts;
    for (size_t i = 0; kept && i < n; i++) {
        const struct path_taken *taken = &explorer->taken[i];
        const struct match *cube = keep_cube(explorer, taken);
        if (taken->holes) {
            region->cuts[region->n_cuts++] = (struct space_cut){cube, taken->holes};
        } else {
            region->excluded[region->n_excluded++] = cube;
        }
        kept = cube != NULL;
    }
    return kept;
}
