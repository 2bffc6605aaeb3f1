/* SPDX-License-Identifier: Apache-2.0
 *
 * Where all headers that enter by one port go, split by the entries that take them. */
#include "path/forward.h"

#include "space/rewrite.h"

#include <stdlib.h>

/* What one more step costs besides its comparisons: memory, above all. */
enum { STEP_COST = 64 };

/* What is excluded from a cube. */
struct taken {
    struct match cube;
    const struct match *same;        /* NULL, or this cube where it stays */
    const struct space_holes *holes; /* and these stay in it; NULL: nothing does */
};

/* Holes of entries, by what they are behind a hop's rewrite. */
struct path_carried {
    const struct space_holes *holes;
    struct space_holes carried;
    struct path_carried *next;
};

/* One exploration. The arrays are stacks, or scratch. */
struct explorer {
    const struct path_network *network;
    struct path_reach *reach;
    const struct path_reach_watch *watch;
    size_t *budget;
    uint32_t *entries; /* a stack: candidates of every switch on the way */
    size_t n_entries, entries_capacity;
    struct taken *taken; /* what is excluded from the cube that is being looked at */
    size_t n_taken, taken_capacity;
    struct space_region left; /* which is, without these */
    uint32_t *rivals;         /* entries of the same rank that overlap and come later */
    size_t n_rivals, rivals_capacity;
    bool no_memory;
};

static void explore(struct explorer *explorer, struct path_reach_hop *hop,
                    const struct match *cube);

static bool spend(struct explorer *explorer, size_t cost)
{
    bool enough = *explorer->budget > cost;
    *explorer->budget = enough ? *explorer->budget - cost : 0;
    explorer->reach->exhausted |= !enough;
    return enough;
}

static void *allocate(struct explorer *explorer, size_t n_bytes)
{
    void *memory = base_arena_alloc(&explorer->reach->arena, n_bytes);
    explorer->no_memory |= !memory;
    return memory;
}

static bool grow(struct explorer *explorer, void *items, size_t n, size_t *capacity, size_t bytes)
{
    bool grown = base_grow(items, n, capacity, bytes) == 0;
    explorer->no_memory |= !grown;
    return grown;
}

static struct path_reach_hop *copy_hop(struct explorer *explorer, const struct path_reach_hop *hop)
{
    struct path_reach_hop *copy = allocate(explorer, sizeof *copy);
    if (copy) {
        *copy = *hop;
    }
    return copy;
}

/* ------------------------------------------------- entries that overlap a cube */

static bool push_entry(struct explorer *explorer, uint32_t entry)
{
    if (!grow(explorer, &explorer->entries, explorer->n_entries, &explorer->entries_capacity,
              sizeof *explorer->entries)) {
        return false;
    }
    explorer->entries[explorer->n_entries++] = entry;
    return true;
}

static bool push_overlapping(void *aux, uint32_t entry, const struct match *match)
{
    (void)match;
    return push_entry(aux, entry);
}

/* Pushes the entries of at least this rank that overlap the cube (in the
 * coordinates of the switch, in_port fixed). False: over the budget, or no memory. */
static bool push_entries(struct explorer *explorer, struct space_table *table,
                         const struct match *cube, uint32_t min_rank)
{
    bool all = space_table_overlapping(table, cube, min_rank, UINT32_MAX, explorer->budget,
                                       push_overlapping, explorer);
    explorer->reach->exhausted |= !all;
    return all && !explorer->no_memory;
}

/* The cube, which fixes in_port, as it enters here. */
static struct match at_switch(const struct path_reach_hop *hop, const struct match *cube)
{
    struct match image = space_image(&hop->rewrite, cube);
    image.value.in_port = hop->in.port;
    return image;
}

/* The part of `cube` that the entry's match takes, behind the hop's rewrite. */
static size_t part_of(const struct path_reach_hop *hop, const struct flow_entry *entry,
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

/* Takes `excluded` away; false: then nothing is left, or memory is short. `left`: holes that are
 * taken away, too. */
static bool take(struct explorer *explorer, const struct taken *excluded,
                 const struct space_holes *left, const struct match *cube)
{
    if (!match_overlaps(&excluded->cube, cube)) {
        return true;
    }
    bool cuts = space_holes_meet(excluded->holes, left, cube);
    if ((!cuts && match_within(cube, &excluded->cube)) ||
        !grow(explorer, &explorer->taken, explorer->n_taken, &explorer->taken_capacity,
              sizeof *explorer->taken)) {
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
        carried = spend(explorer, holes->n_cubes) ? allocate(explorer, sizeof *carried) : NULL;
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
            struct taken hole = {holes->cubes[i], &holes->cubes[i], NULL};
            left = take(explorer, &hole, NULL, cube);
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

static const struct path_settled *settled_with(const struct path_reach_hop *hop, uint32_t entry)
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
    const struct path_settled *settled = settled_with(hop, entry);
    if (settled ? settled->same : same_behavior(explorer, hop, entry, hop->entry)) {
        return entry < hop->entry;
    }
    if (notes_rivals && entry > hop->entry &&
        grow(explorer, &explorer->rivals, explorer->n_rivals, &explorer->rivals_capacity,
             sizeof *explorer->rivals)) {
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
    size_t n = part_of(hop, &flows->entries[entry], cube, parts);
    for (size_t i = 0; i < n && any; i++) {
        struct taken part = {parts[i], NULL, holes_at(explorer, hop, entry)};
        any = take(explorer, &part, left, cube);
    }
    return any;
}

/* Takes away from the cube what did not come this way at one hop. */
static bool take_at(struct explorer *explorer, const struct path_reach_hop *hop,
                    const struct match *cube, bool is_last)
{
    for (const struct path_bar *bar = hop->bars; bar; bar = bar->next) {
        struct taken barred = {bar->cube, &bar->cube, NULL};
        if (!take(explorer, &barred, NULL, cube)) {
            return false;
        }
    }
    if (hop->entry == ENTRY_NONE) {
        return true;
    }
    struct space_table *table = &explorer->network->tables[hop->in.sw];
    const struct space_holes *own = holes_at(explorer, hop, hop->entry);
    struct match local = at_switch(hop, cube);
    size_t begin = explorer->n_entries;
    bool left =
        take_holes(explorer, own, cube) &&
        (!hop->either || take_holes(explorer, holes_at(explorer, hop, hop->rival), cube)) &&
        push_entries(explorer, table, &local, space_rank(&table->flows->entries[hop->entry]));
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
        const struct taken *taken = &explorer->taken[i];
        const struct match *taken_cube = taken->same ? taken->same : &taken->cube;
        if (!grow(explorer, &left->excluded, left->n_excluded, &left->capacity,
                  sizeof(*left->excluded)) ||
            !grow(explorer, &left->cuts, left->n_cuts, &left->cuts_capacity, sizeof *left->cuts)) {
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

/* Whether a header of `cube` comes the way of `hop`; what of the cube does so then stands in
 * explorer->left. */
static bool passes(struct explorer *explorer, const struct path_reach_hop *hop,
                   const struct match *cube, struct header *example)
{
    explorer->n_taken = explorer->n_rivals = 0;
    for (const struct path_reach_hop *at = hop; at; at = at->previous) {
        if (!take_at(explorer, at, cube, at == hop)) {
            return false;
        }
    }
    if (!lay_out(explorer, cube)) {
        return false;
    }
    enum space_answer answer = space_region_find(&explorer->left, explorer->budget, example);
    explorer->reach->exhausted |= answer == SPACE_OPEN;
    return answer == SPACE_FOUND;
}

/* A cube that was taken away, for good. */
static const struct match *keep_cube(struct explorer *explorer, const struct taken *taken)
{
    struct match *copy = taken->same ? NULL : allocate(explorer, sizeof *copy);
    if (copy) {
        *copy = taken->cube;
    }
    return taken->same ? taken->same : copy;
}

/* The region that `passes` has just looked at, for good. False: over the
 * budget, or no memory. */
static bool keep(struct explorer *explorer, struct space_region *region)
{
    const struct space_region *left = &explorer->left;
    size_t n = explorer->n_taken;
    *region = (struct space_region){.cube = left->cube};
    if (n == 0) {
        return true;
    }
    bool kept = spend(explorer, n);
    region->excluded =
        kept ? allocate(explorer, (left->n_excluded + 1) * sizeof(*region->excluded)) : NULL;
    region->cuts = kept ? allocate(explorer, (left->n_cuts + 1) * sizeof *region->cuts) : NULL;
    kept = region->excluded && region->cuts;
    for (size_t i = 0; kept && i < n; i++) {
        const struct taken *taken = &explorer->taken[i];
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

/* ----------------------------------------------------------------------- notes */

/* `passes` was asked just before. */
static void note_unknown(struct explorer *explorer, const struct path_reach_hop *hop,
                         const struct header *example, const char *reason)
{
    struct path_reach *reach = explorer->reach;
    struct path_unknown unknown = {.example = *example, .reason = reason, .hop = hop};
    if (keep(explorer, &unknown.region) &&
        grow(explorer, &reach->unknowns, reach->n_unknowns, &reach->unknowns_capacity,
             sizeof *reach->unknowns)) {
        reach->unknowns[reach->n_unknowns++] = unknown;
    }
}

static void note_loop(struct explorer *explorer, const struct path_reach_hop *first,
                      const struct path_reach_hop *again, const struct match *cube)
{
    struct path_reach *reach = explorer->reach;
    struct path_loop loop = {.first = first, .again = again};
    if (passes(explorer, again, cube, &loop.example) && keep(explorer, &loop.region) &&
        grow(explorer, &reach->loops, reach->n_loops, &reach->loops_capacity,
             sizeof *reach->loops)) {
        reach->loops[reach->n_loops++] = loop;
    }
}

static void note_arrival(struct explorer *explorer, const struct path_arrival *arrival)
{
    struct path_reach *reach = explorer->reach;
    if (grow(explorer, &reach->arrivals, reach->n_arrivals, &reach->arrivals_capacity,
             sizeof *reach->arrivals)) {
        reach->arrivals[reach->n_arrivals++] = *arrival;
    }
}

/* ----------------------------------------------------------------------- loops */

static const struct path_reach_hop *earlier(const struct path_reach_hop *hop, struct port_ref in)
{
    while (hop && (hop->in.sw != in.sw || hop->in.port != in.port)) {
        hop = hop->previous;
    }
    return hop;
}

static const struct path_bar *bar(struct explorer *explorer, const struct path_bar *next,
                                  const struct match *cube)
{
    struct path_bar *made = allocate(explorer, sizeof *made);
    if (made) {
        *made = (struct path_bar){.next = next, .cube = *cube};
    }
    return made;
}

/* Bars what belongs to a narrower class. */
static const struct path_bar *bar_narrower(struct explorer *explorer, const struct path_bar *bars,
                                           enum space_class class)
{
    for (int c = 0; c < N_SPACE_CLASSES; c++) {
        if (c != SPACE_NOT_IP && space_class_around((enum space_class)c) == class) {
            bars = bar(explorer, bars, &space_class_cubes[c]);
        }
    }
    return bars;
}

static void enter_behind(struct explorer *explorer, struct path_reach_hop *hop,
                         const struct path_reach_hop *behind, const struct match *cube);

/* The port was entered before, in another form at least of some headers. Those
 * of one class: where both forms are the same, they loop; the others go on. */
static void enter_again(struct explorer *explorer, const struct path_reach_hop *hop,
                        const struct path_reach_hop *before, const struct match *cube,
                        enum space_class class)
{
    struct match of_class, equal, same;
    struct path_reach_hop *rest = copy_hop(explorer, hop);
    if (!rest || !match_intersect(cube, &space_class_cubes[class], &of_class)) {
        return;
    }
    if (space_rewrites_beyond_l2(&before->rewrite) || space_rewrites_beyond_l2(&hop->rewrite)) {
        rest->bars = bar_narrower(explorer, rest->bars, class);
    }
    if (space_rewrite_equal(&before->rewrite, &hop->rewrite, class, &equal)) {
        struct path_reach_hop *loop = copy_hop(explorer, rest);
        if (loop && match_intersect(&of_class, &equal, &same)) {
            note_loop(explorer, before, loop, &same);
        }
        rest->bars = bar(explorer, rest->bars, &equal);
    }
    enter_behind(explorer, rest, before->previous, &of_class);
}

/* Enters hop->in, which no hop up to `behind` has been compared with so far. */
static void enter_behind(struct explorer *explorer, struct path_reach_hop *hop,
                         const struct path_reach_hop *behind, const struct match *cube)
{
    const struct path_reach_hop *before = earlier(behind, hop->in);
    struct header example;
    if (!before && hop->depth < PATH_DEPTH) {
        explore(explorer, hop, cube);
    } else if (!before) {
        if (passes(explorer, hop, cube, &example)) {
            note_unknown(explorer, hop, &example, PATH_TOO_DEEP);
        }
    } else if (memcmp(&before->rewrite, &hop->rewrite, sizeof hop->rewrite) == 0) {
        note_loop(explorer, before, hop, cube);
    } else if (passes(explorer, hop, cube, &example)) {
        bool by_class =
            space_rewrites_beyond_l2(&before->rewrite) || space_rewrites_beyond_l2(&hop->rewrite);
        for (int c = 0; c < (by_class ? N_SPACE_CLASSES : 1); c++) {
            enter_again(explorer, hop, before, cube, (enum space_class)c);
        }
    }
}

/* ------------------------------------------------------------------------ hops */

/* One packet that leaves hop's switch towards another one. */
static void cross(struct explorer *explorer, const struct path_reach_hop *hop, struct port_ref in,
                  const struct space_output *output, const struct match *cube)
{
    struct path_reach_hop *next = allocate(explorer, sizeof *next);
    struct path_carried **carried = allocate(explorer, sizeof *carried);
    if (!next || !carried || path_no_entry(explorer->network, in)) {
        return;
    }
    *carried = NULL;
    *next = (struct path_reach_hop){.previous = hop,
                                    .carried = carried,
                                    .in = in,
                                    .out = output->port,
                                    .depth = (uint16_t)(hop->depth + 1),
                                    .entry = ENTRY_NONE,
                                    .rewrite = space_rewrite_then(&hop->rewrite, &output->rewrite)};
    enter_behind(explorer, next, hop, cube);
}

/* `passes` was asked just before. */
static void arrive(struct explorer *explorer, const struct path_reach_hop *hop,
                   const struct header *example, const struct space_behavior *behavior)
{
    struct path_arrival arrival = {.example = *example, .hop = hop};
    bool kept = false;
    for (size_t i = 0; i < behavior->n_outputs; i++) {
        const struct space_output *output = &behavior->outputs[i];
        struct port_ref out = {.sw = hop->in.sw, .port = output->port};
        struct peer peer = path_network_peer(explorer->network, out);
        if (peer.kind != PEER_HOST) {
            continue;
        }
        kept = kept || keep(explorer, &arrival.region);
        if (!kept) {
            return;
        }
        arrival.host = peer.host;
        arrival.out = output->port;
        arrival.rewrite = space_rewrite_then(&hop->rewrite, &output->rewrite);
        note_arrival(explorer, &arrival);
    }
}

static void leave(struct explorer *explorer, const struct path_reach_hop *hop,
                  const struct match *cube, const struct space_behavior *behavior)
{
    for (size_t i = 0; i < behavior->n_outputs && !explorer->no_memory; i++) {
        const struct space_output *output = &behavior->outputs[i];
        struct port_ref out = {.sw = hop->in.sw, .port = output->port};
        struct peer peer = path_network_peer(explorer->network, out);
        if (peer.kind == PEER_SWITCH) {
            cross(explorer, hop, peer.port, output, cube);
        }
    }
}

static void follow(struct explorer *explorer, const struct path_reach_hop *hop,
                   const struct match *cube);

/* The hop, with one entry more of which it is known whether it does the same. */
static struct path_reach_hop *settle(struct explorer *explorer, const struct path_reach_hop *hop,
                                     uint32_t entry, bool same)
{
    struct path_reach_hop *copy = copy_hop(explorer, hop);
    struct path_settled *settled = allocate(explorer, sizeof *settled);
    if (!copy || !settled) {
        return NULL;
    }
    *settled = (struct path_settled){.next = hop->settled, .entry = entry, .same = same};
    copy->settled = settled;
    return copy;
}

/* What an entry does with packets that are as they were at the ingress. */
static bool behavior_from_ingress(struct explorer *explorer, const struct path_reach_hop *hop,
                                  size_t entry, struct space_behavior *behavior, bool *by_class)
{
    struct base_arena *arena = &explorer->reach->arena;
    if (path_outputs_of(explorer->network, hop->in, entry, arena, behavior) < 0) {
        explorer->no_memory = true;
        return false;
    }
    size_t n_bytes = (behavior->n_outputs + 1) * sizeof *behavior->outputs;
    struct space_output *outputs = allocate(explorer, n_bytes);
    for (size_t i = 0; outputs && i < behavior->n_outputs; i++) {
        outputs[i] = behavior->outputs[i];
        outputs[i].rewrite = space_rewrite_then(&hop->rewrite, &outputs[i].rewrite);
        *by_class = *by_class || space_rewrites_beyond_l2(&outputs[i].rewrite);
    }
    behavior->outputs = outputs;
    return outputs != NULL;
}

/* Parts the headers of one class into those with which the hop's entry and the rival do the same,
 * and the others. */
static void follow_class(struct explorer *explorer, const struct path_reach_hop *hop,
                         const struct match *cube, uint32_t rival, const struct match *equal)
{
    struct match agreeing;
    struct path_reach_hop *differs = settle(explorer, hop, rival, false);
    const struct path_reach_hop *same = equal ? settle(explorer, hop, rival, true) : NULL;
    if (same && match_intersect(cube, equal, &agreeing)) {
        follow(explorer, same, &agreeing);
    }
    if (differs) {
        differs->bars = equal ? bar(explorer, differs->bars, equal) : differs->bars;
        follow(explorer, differs, cube);
    }
}

/* Follows the hop, whose entry competes with another of its rank unless they happen to do the same
 * with a header. */
static void follow_beside(struct explorer *explorer, const struct path_reach_hop *hop,
                          const struct match *cube, uint32_t rival)
{
    struct space_behavior a, b;
    struct match equal[N_SPACE_CLASSES];
    bool agree[N_SPACE_CLASSES], by_class = false, any = false;
    if (!behavior_from_ingress(explorer, hop, hop->entry, &a, &by_class) ||
        !behavior_from_ingress(explorer, hop, rival, &b, &by_class)) {
        return;
    }
    int n_classes = by_class ? N_SPACE_CLASSES : 1;
    for (int c = 0; c < n_classes; c++) {
        agree[c] = space_agree(&a, &b, (enum space_class)c, &equal[c]);
        any = any || agree[c];
    }
    if (!any) {
        follow_class(explorer, hop, cube, rival, NULL);
    }
    for (int c = 0; c < n_classes && any; c++) {
        struct match of_class;
        struct path_reach_hop *part = copy_hop(explorer, hop);
        if (part && match_intersect(cube, &space_class_cubes[c], &of_class)) {
            part->bars =
                by_class ? bar_narrower(explorer, part->bars, (enum space_class)c) : part->bars;
            follow_class(explorer, part, &of_class, rival, agree[c] ? &equal[c] : NULL);
        }
    }
}

/* A rival that was found just now and of which nothing is known yet; none: false. */
static bool find_unsettled(const struct explorer *explorer, const struct path_reach_hop *hop,
                           uint32_t *rival)
{
    bool found = false;
    for (size_t i = 0; i < explorer->n_rivals && !found; i++) {
        *rival = explorer->rivals[i];
        found = !settled_with(hop, *rival);
    }
    return found;
}

/* Where entries of one rank overlap and do different things. */
static void note_rivals(struct explorer *explorer, const struct path_reach_hop *hop,
                        const struct match *cube)
{
    const struct flow_entry *entries = explorer->network->tables[hop->in.sw].flows->entries;
    size_t begin = explorer->n_entries, n = explorer->n_rivals;
    for (size_t i = 0; i < n && push_entry(explorer, explorer->rivals[i]); i++) {
    }
    for (size_t i = begin; i < explorer->n_entries; i++) {
        struct match parts[2];
        struct header example;
        struct path_reach_hop *either = copy_hop(explorer, hop);
        size_t n_parts = part_of(hop, &entries[explorer->entries[i]], cube, parts);
        for (size_t j = 0; j < n_parts && either; j++) {
            either->either = true;
            either->rival = explorer->entries[i];
            if (passes(explorer, either, &parts[j], &example)) {
                note_unknown(explorer, either, &example, SPACE_COMPETITION);
            }
        }
    }
    explorer->n_entries = begin;
}

/* The part of the headers that this hop's entry takes. */
static void follow(struct explorer *explorer, const struct path_reach_hop *hop,
                   const struct match *cube)
{
    struct header example;
    struct space_behavior behavior;
    bool found = passes(explorer, hop, cube, &example);
    uint32_t rival;
    if (find_unsettled(explorer, hop, &rival)) {
        follow_beside(explorer, hop, cube, rival);
        return;
    }
    if (explorer->n_rivals > 0) {
        note_rivals(explorer, hop, cube);
        found = found && passes(explorer, hop, cube, &example);
    }
    if (!found) {
        return;
    }
    if (!explorer->watch->takes(explorer->watch->aux, hop, cube)) {
        explorer->reach->exhausted = true;
        return;
    }
    if (path_outputs_of(explorer->network, hop->in, hop->entry, &explorer->reach->arena,
                        &behavior) < 0) {
        explorer->no_memory = true;
        return;
    }
    if (behavior.unknown) {
        note_unknown(explorer, hop, &example, behavior.unknown);
    } else {
        arrive(explorer, hop, &example, &behavior);
        leave(explorer, hop, cube, &behavior);
    }
}

/* What the table of hop's switch does with the cube; hop->entry is not set. */
static void explore(struct explorer *explorer, struct path_reach_hop *hop, const struct match *cube)
{
    const struct path_switch *sw = &explorer->network->switches[hop->in.sw];
    struct header example;
    if (!sw->flows) {
        if (passes(explorer, hop, cube, &example)) {
            note_unknown(explorer, hop, &example, sw->unknown);
        }
        return;
    }
    struct match local = at_switch(hop, cube);
    size_t begin = explorer->n_entries;
    push_entries(explorer, &explorer->network->tables[hop->in.sw], &local, 0);
    size_t end = explorer->n_entries;
    for (size_t i = begin; i < end && !explorer->no_memory && !explorer->reach->exhausted; i++) {
        uint32_t entry = explorer->entries[i];
        struct match parts[2];
        size_t n = part_of(hop, &sw->flows->entries[entry], cube, parts);
        for (size_t j = 0; j < n && spend(explorer, STEP_COST); j++) {
            struct path_reach_hop *taken = copy_hop(explorer, hop);
            if (taken) {
                taken->entry = entry;
                follow(explorer, taken, &parts[j]);
            }
        }
    }
    explorer->n_entries = begin;
}

/* ---------------------------------------------------------------------- public */

int path_reach_watched(const struct path_network *network, size_t sw, const struct match *within,
                       const struct path_reach_watch *watch, size_t *budget,
                       struct path_reach *reach)
{
    struct explorer explorer = {
        .network = network, .reach = reach, .watch = watch, .budget = budget};
    struct port_ref port = {.sw = sw, .port = within->value.in_port};
    *reach = (struct path_reach){0};
    if (!path_no_entry(network, port)) {
        struct path_reach_hop *first = allocate(&explorer, sizeof *first);
        if (first) {
            *first = (struct path_reach_hop){.in = port, .entry = ENTRY_NONE};
            explore(&explorer, first, within);
        }
    }
    free(explorer.entries);
    free(explorer.taken);
    space_region_free(&explorer.left);
    free(explorer.rivals);
    return explorer.no_memory ? -1 : 0;
}

static bool go_on(void *aux, const struct path_reach_hop *hop, const struct match *cube)
{
    (void)aux;
    (void)hop;
    (void)cube;
    return true;
}

int path_reach_within(const struct path_network *network, size_t sw, const struct match *within,
                      size_t *budget, struct path_reach *reach)
{
    static const struct path_reach_watch nobody = {.takes = go_on};
    return path_reach_watched(network, sw, within, &nobody, budget, reach);
}

int path_reach(const struct path_network *network, struct port_ref port, size_t *budget,
               struct path_reach *reach)
{
    struct match all = match_in_port(port.port);
    return path_reach_within(network, port.sw, &all, budget, reach);
}

void path_reach_free(struct path_reach *reach)
{
    free(reach->arrivals);
    free(reach->loops);
    free(reach->unknowns);
    base_arena_free(&reach->arena);
    *reach = (struct path_reach){0};
}

bool path_hop_leads(const struct path_reach_hop *through, const struct path_reach_hop *hop)
{
    while (hop && hop != through) {
        hop = hop->previous;
    }
    return hop != NULL;
}
