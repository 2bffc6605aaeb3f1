/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts into which several regions divide a set of headers, one at a time. */
#include "space/atoms.h"

#include "base/memory.h"
#include "base/none.h"
#include "space/rewrite.h"
#include "space/tree.h"

#include <stdlib.h>

/* Regions, or what one excludes: looked at one by one up to so many. */
enum { FEW = 16, MANY = 64 };

struct search {
    const struct space_region *const *regions;
    size_t n_regions;
    size_t *budget;
    space_atom_visit *visit;
    void *aux;
    const struct match **excluded; /* a stack: those of every level */
    size_t n_excluded, capacity;
    struct space_cut *cuts; /* the same */
    size_t n_cuts, cuts_capacity;
    uint32_t *inside;
    size_t n_inside;
    struct space_tree tree;   /* of the regions' cubes by number, if they are many */
    struct space_tree *trees; /* by region: of what it excludes, if that is much */
    uint32_t *listed;         /* a stack: the regions that every level is about */
    size_t n_listed, listed_capacity;
};

/* A height of both stacks. */
struct mark {
    size_t excluded, cuts;
};

static enum space_answer search(struct search *state, const struct match *cube, struct mark begin,
                                size_t next);

static struct mark top(const struct search *state)
{
    return (struct mark){state->n_excluded, state->n_cuts};
}

static void pop(struct search *state, struct mark mark)
{
    state->n_excluded = mark.excluded;
    state->n_cuts = mark.cuts;
}

static bool spend(struct search *state, size_t cost)
{
    bool enough = *state->budget > cost;
    *state->budget = enough ? *state->budget - cost : 0;
    return enough;
}

/* SPACE_FOUND: something is left of the cube; SPACE_EMPTY: `excluded` takes all
 * of it; SPACE_OPEN: no memory. */
static enum space_answer push(struct search *state, const struct match *cube,
                              const struct match *excluded)
{
    if (!match_overlaps(cube, excluded)) {
        return SPACE_FOUND;
    }
    if (match_within(cube, excluded)) {
        return SPACE_EMPTY;
    }
    if (base_grow(&state->excluded, state->n_excluded, &state->capacity, sizeof(*state->excluded)) <
        0) {
        return SPACE_OPEN;
    }
    state->excluded[state->n_excluded++] = excluded;
    return SPACE_FOUND;
}

/* The same of a cut, of which nobody asks here whether what it leaves is excluded already. */
static enum space_answer push_cut(struct search *state, const struct match *cube,
                                  struct space_cut cut)
{
    if (!match_overlaps(cube, cut.cube)) {
        return SPACE_FOUND;
    }
    if (!space_holes_meet(cut.holes, NULL, cube)) {
        return push(state, cube, cut.cube);
    }
    if (base_grow(&state->cuts, state->n_cuts, &state->cuts_capacity, sizeof *state->cuts) < 0) {
        return SPACE_OPEN;
    }
    state->cuts[state->n_cuts++] = cut;
    return SPACE_FOUND;
}

/* Takes away from `cube` what was from `begin` to `end`. */
static enum space_answer push_again(struct search *state, const struct match *cube,
                                    struct mark begin, struct mark end)
{
    size_t cost = end.excluded - begin.excluded + end.cuts - begin.cuts + 1;
    enum space_answer answer = spend(state, cost) ? SPACE_FOUND : SPACE_OPEN;
    for (size_t i = begin.excluded; i < end.excluded && answer == SPACE_FOUND; i++) {
        answer = push(state, cube, state->excluded[i]);
    }
    for (size_t i = begin.cuts; i < end.cuts && answer == SPACE_FOUND; i++) {
        answer = push_cut(state, cube, state->cuts[i]);
    }
    return answer;
}

/* And all that a region does not have. */
static enum space_answer push_region(struct search *state, const struct match *cube,
                                     const struct space_region *region)
{
    enum space_answer answer =
        spend(state, region->n_excluded + region->n_cuts) ? SPACE_FOUND : SPACE_OPEN;
    for (size_t i = 0; i < region->n_excluded && answer == SPACE_FOUND; i++) {
        answer = push(state, cube, region->excluded[i]);
    }
    for (size_t i = 0; i < region->n_cuts && answer == SPACE_FOUND; i++) {
        answer = push_cut(state, cube, region->cuts[i]);
    }
    return answer;
}

/* And what is in the holes. */
static enum space_answer push_holes(struct search *state, const struct match *cube,
                                    const struct space_holes *holes)
{
    enum space_answer answer = SPACE_FOUND;
    for (; holes && answer == SPACE_FOUND; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && answer == SPACE_FOUND; i++) {
            answer = push(state, cube, &holes->cubes[i]);
        }
        answer = spend(state, holes->n_cubes) ? answer : SPACE_OPEN;
    }
    return answer;
}

/* One level deeper: the cube without what was excluded from `begin` on. */
static enum space_answer descend(struct search *state, const struct match *cube, struct mark begin,
                                 size_t next)
{
    struct mark end = top(state);
    enum space_answer answer = push_again(state, cube, begin, end);
    if (answer == SPACE_FOUND) {
        answer = search(state, cube, end, next);
    }
    pop(state, end);
    return answer;
}

static enum space_answer ask(struct search *state, const struct match *cube, struct mark begin,
                             bool is_whole, bool *leave_out)
{
    struct space_atom atom = {.set = {.cube = *cube,
                                      .excluded = state->excluded + begin.excluded,
                                      .n_excluded = state->n_excluded - begin.excluded,
                                      .cuts = state->cuts + begin.cuts,
                                      .n_cuts = state->n_cuts - begin.cuts},
                              .inside = state->inside,
                              .n_inside = state->n_inside,
                              .is_whole = is_whole};
    return state->visit(state->aux, &atom, leave_out);
}

/* The headers of the cube, without what was excluded from `begin` on, that are in the region. */
static enum space_answer search_inside(struct search *state, const struct match *cube,
                                       struct mark begin, size_t next,
                                       const struct space_region *region)
{
    enum space_answer answer = push_region(state, cube, region);
    bool leave_out = false;
    if (answer == SPACE_FOUND) {
        state->inside[state->n_inside++] = (uint32_t)(next - 1);
        answer = ask(state, cube, begin, false, &leave_out);
        if (answer == SPACE_EMPTY && !leave_out) {
            answer = search(state, cube, begin, next);
        }
        state->n_inside--;
    }
    return answer;
}

static struct space_tree *tree_of_excluded(struct search *state, size_t number)
{
    const struct space_region *region = state->regions[number];
    struct space_tree *tree = &state->trees[number];
    struct space_item *items = tree->root ? NULL : base_calloc(region->n_excluded, sizeof *items);
    for (size_t i = 0; items && i < region->n_excluded; i++) {
        items[i] = (struct space_item){
            .match = *region->excluded[i], .rank = (uint32_t)i, .entry = (uint32_t)i};
    }
    if (items) {
        space_tree_build(tree, items, region->n_excluded); /* without memory they are read */
    }
    free(items);
    return tree->root ? tree : NULL;
}

struct containing {
    const struct match *cube;
    bool found;
};

static bool look_at(void *aux, uint32_t unused, const struct match *match)
{
    struct containing *containing = aux;
    (void)unused;
    containing->found = match_within(containing->cube, match);
    return !containing->found;
}

struct pushing {
    struct search *state;
    const struct match *cube;
    enum space_answer answer;
};

static bool push_one(void *aux, uint32_t unused, const struct match *excluded)
{
    struct pushing *pushing = aux;
    (void)unused;
    pushing->answer = push(pushing->state, pushing->cube, excluded);
    return pushing->answer == SPACE_FOUND;
}

/* Whether one excluded cube, or cut, takes all of `cube`: then none of it is in the
 * region. (So what is searched below is a narrower cube, unless a cut leaves some of it, and the
 * depth of the recursion is bounded by the bits of a header and the regions that have cuts.) */
static bool takes_nothing(struct search *state, size_t number, const struct match *cube)
{
    const struct space_region *region = state->regions[number];
    struct containing containing = {.cube = cube};
    size_t budget = BUDGET_UNLIMITED; /* no more than reading them all */
    struct space_tree *tree = region->n_excluded > MANY ? tree_of_excluded(state, number) : NULL;
    if (tree) {
        space_tree_overlapping(tree, cube, 0, UINT32_MAX, &budget, look_at, &containing);
    }
    for (size_t i = 0; !tree && i < region->n_excluded && !containing.found; i++) {
        look_at(&containing, 0, region->excluded[i]);
    }
    for (size_t i = 0; i < region->n_cuts && !containing.found; i++) {
        containing.found = match_within(cube, region->cuts[i].cube) &&
                           !space_holes_meet(region->cuts[i].holes, NULL, cube);
    }
    return containing.found;
}

static bool list_region(void *aux, uint32_t region, const struct match *cube)
{
    struct search *state = aux;
    (void)cube;
    if (base_grow(&state->listed, state->n_listed, &state->listed_capacity, sizeof *state->listed) <
        0) {
        return false;
    }
    state->listed[state->n_listed++] = region;
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Lists the regions [first, last] whose cubes overlap this one, ascending. False:
 * over the budget, or no memory. */
static bool list_regions(struct search *state, const struct match *cube, size_t first, size_t last)
{
    size_t begin = state->n_listed;
    if (state->tree.root) {
        if (!space_tree_overlapping(&state->tree, cube, (uint32_t)first, (uint32_t)last,
                                    state->budget, list_region, state)) {
            return false;
        }
        if (state->n_listed > begin + 1) {
            qsort(state->listed + begin, state->n_listed - begin, sizeof *state->listed,
                  compare_numbers);
        }
        return true;
    }
    bool listed = spend(state, last + 1 - first);
    for (size_t i = first; i <= last && listed; i++) {
        listed = !match_overlaps(&state->regions[i]->cube, cube) ||
                 list_region(state, (uint32_t)i, NULL);
    }
    return listed;
}

/* Whether the region, or one that all of this is inside of, has nothing of a cube. */
static bool is_idle(struct search *state, size_t number, const struct match *cube)
{
    bool idle = takes_nothing(state, number, cube);
    for (size_t i = 0; i < state->n_inside && !idle; i++) {
        idle = takes_nothing(state, state->inside[i], cube);
    }
    return idle;
}

/* Of the regions listed from `begin` on those stay that may have something of the
 * cube. */
static void drop_idle(struct search *state, const struct match *cube, size_t begin)
{
    size_t kept = begin;
    for (size_t k = begin; k < state->n_listed; k++) {
        uint32_t number = state->listed[k];
        struct match both;
        if (match_intersect(cube, &state->regions[number]->cube, &both) &&
            !is_idle(state, number, &both)) {
            state->listed[kept++] = state->listed[k];
        }
    }
    state->n_listed = kept;
}

/* Takes the cubes of regions that are listed before the k-th away from `cube`. */
static enum space_answer push_earlier(struct search *state, const struct match *cube, size_t begin,
                                      size_t k)
{
    enum space_answer answer = SPACE_FOUND;
    if (!state->tree.root || k - begin <= FEW) {
        for (size_t i = begin; i < k && answer == SPACE_FOUND; i++) {
            answer = push(state, cube, &state->regions[state->listed[i]]->cube);
        }
        return spend(state, k - begin) ? answer : SPACE_OPEN;
    }
    size_t end = state->n_listed;
    if (!list_regions(state, cube, state->listed[begin], state->listed[k] - 1)) {
        answer = SPACE_OPEN;
    }
    for (size_t i = end; i < state->n_listed && answer == SPACE_FOUND; i++) {
        uint32_t region = state->listed[i];
        if (bsearch(&region, state->listed + begin, k - begin, sizeof region, compare_numbers)) {
            answer = push(state, cube, &state->regions[region]->cube);
        }
    }
    state->n_listed = end;
    return answer;
}

/* What a region excludes, up to the n-th: taken away from `cube`. */
static enum space_answer push_excluded(struct search *state, const struct match *cube,
                                       size_t number, size_t n)
{
    const struct space_region *region = state->regions[number];
    struct space_tree *tree = n > MANY ? tree_of_excluded(state, number) : NULL;
    struct pushing pushing = {.state = state, .cube = cube, .answer = SPACE_FOUND};
    if (tree) {
        return space_tree_overlapping(tree, cube, 0, (uint32_t)n - 1, state->budget, push_one,
                                      &pushing)
                   ? pushing.answer
                   : SPACE_OPEN;
    }
    for (size_t i = 0; i < n && pushing.answer == SPACE_FOUND; i++) {
        push_one(&pushing, 0, region->excluded[i]);
    }
    return spend(state, n) ? pushing.answer : SPACE_OPEN;
}

/* One piece of what the k-th of the listed regions does not have, which lies in what it excludes or
 * cuts before the n-th of these (of the cuts: 0 while excluded cubes are looked through). */
static enum space_answer search_piece(struct search *state, const struct match *piece,
                                      struct mark begin, size_t list, size_t k, struct mark before)
{
    uint32_t number = state->listed[k];
    const struct space_region *region = state->regions[number];
    struct mark end = top(state);
    enum space_answer answer = push_earlier(state, piece, list, k);
    answer = answer == SPACE_FOUND ? push_excluded(state, piece, number, before.excluded) : answer;
    for (size_t i = 0; i < before.cuts && answer == SPACE_FOUND; i++) {
        answer = push_cut(state, piece, region->cuts[i]);
    }
    if (answer == SPACE_FOUND && before.excluded == region->n_excluded) {
        answer = push_holes(state, piece, region->cuts[before.cuts].holes);
    }
    answer = answer == SPACE_FOUND ? descend(state, piece, begin, number + 1u) : answer;
    pop(state, end);
    return answer;
}

static int compare_pointers(const void *a, const void *b)
{
    const struct match *x = *(const struct match *const *)a, *y = *(const struct match *const *)b;
    return (x > y) - (x < y);
}

/* What is excluded from `begin` on, by address, if a region excludes that much that it pays to look
 * there first: regions that come from one table exclude the same. NULL: read them. */
static const struct match **sort_excluded(const struct search *state, struct mark begin,
                                          const struct space_region *region, size_t *n)
{
    *n = state->n_excluded - begin.excluded;
    const struct match **sorted =
        region->n_excluded > MANY && *n > MANY ? base_calloc(*n, sizeof(*sorted)) : NULL;
    if (sorted) {
        memcpy(sorted, state->excluded + begin.excluded, *n * sizeof(*sorted));
        qsort(sorted, *n, sizeof(*sorted), compare_pointers);
    }
    return sorted;
}

/* The headers of the cube that the k-th of the listed regions excludes, and that
 * no earlier one has. */
static enum space_answer search_excluded(struct search *state, const struct match *cube,
                                         struct mark begin, size_t list, size_t k)
{
    const struct space_region *region = state->regions[state->listed[k]];
    enum space_answer answer = SPACE_EMPTY;
    struct match piece;
    size_t n;
    const struct match **sorted = sort_excluded(state, begin, region, &n);
    for (size_t i = 0; i < region->n_excluded && answer == SPACE_EMPTY; i++) {
        const struct match **one = (const struct match **)&region->excluded[i];
        if (!spend(state, 1)) {
            answer = SPACE_OPEN;
        } else if (!(sorted && bsearch(one, sorted, n, sizeof(*one), compare_pointers)) &&
                   match_intersect(cube, *one, &piece)) {
            answer = search_piece(state, &piece, begin, list, k, (struct mark){i, 0});
        }
    }
    free(sorted);
    for (size_t i = 0; i < region->n_cuts && answer == SPACE_EMPTY; i++) {
        if (match_intersect(cube, region->cuts[i].cube, &piece)) {
            struct mark before = {region->n_excluded, i};
            answer = search_piece(state, &piece, begin, list, k, before);
        }
    }
    return answer;
}

/* The k-th of the listed regions, without what earlier ones have. */
static enum space_answer search_region(struct search *state, const struct match *cube,
                                       struct mark begin, size_t list, size_t k)
{
    uint32_t number = state->listed[k];
    const struct space_region *region = state->regions[number];
    struct mark end = top(state);
    struct match both;
    match_intersect(cube, &region->cube, &both); /* drop_idle has asked */
    enum space_answer answer = push_earlier(state, &both, list, k);
    struct mark middle = top(state);
    answer = answer == SPACE_FOUND ? push_again(state, &both, begin, middle) : answer;
    bool left = answer == SPACE_FOUND;
    answer = left ? search_inside(state, &both, middle, number + 1u, region) : answer;
    pop(state, end);
    return left && answer == SPACE_EMPTY ? search_excluded(state, &both, begin, list, k) : answer;
}

static enum space_answer search(struct search *state, const struct match *cube, struct mark begin,
                                size_t next)
{
    size_t list = state->n_listed;
    enum space_answer answer = SPACE_EMPTY;
    bool unused = false;
    if (next < state->n_regions && !list_regions(state, cube, next, state->n_regions - 1)) {
        return SPACE_OPEN;
    }
    drop_idle(state, cube, list);
    size_t end = state->n_listed;
    for (size_t k = list; k < end && answer == SPACE_EMPTY; k++) {
        answer = search_region(state, cube, begin, list, k);
    }
    bool left = answer == SPACE_EMPTY;
    for (size_t k = list; k < end && left && answer == SPACE_EMPTY; k++) {
        enum space_answer pushed = push(state, cube, &state->regions[state->listed[k]]->cube);
        left = pushed == SPACE_FOUND;
        answer = pushed == SPACE_OPEN ? SPACE_OPEN : SPACE_EMPTY;
    }
    state->n_listed = list;
    return left ? ask(state, cube, begin, true, &unused) : answer;
}

/* Of the regions that the search may come to. */
static bool build_tree(struct search *state, const struct match *cube)
{
    struct space_item *items = base_calloc(state->n_regions, sizeof *items);
    size_t n = 0;
    for (size_t i = 0; items && i < state->n_regions; i++) {
        if (match_overlaps(&state->regions[i]->cube, cube)) {
            items[n++] = (struct space_item){
                .match = state->regions[i]->cube, .rank = (uint32_t)i, .entry = (uint32_t)i};
        }
    }
    bool built = items && space_tree_build(&state->tree, items, n) == 0;
    free(items);
    return built;
}

enum space_answer space_atoms(const struct space_region *set,
                              const struct space_region *const *regions, size_t n_regions,
                              size_t *budget, space_atom_visit *visit, void *aux)
{
    struct search state = {
        .regions = regions, .n_regions = n_regions, .budget = budget, .visit = visit, .aux = aux};
    state.inside = base_calloc(n_regions + 1, sizeof *state.inside);
    state.trees = base_calloc(n_regions + 1, sizeof *state.trees);
    enum space_answer answer = SPACE_OPEN;
    if (state.inside && state.trees && (n_regions <= FEW || build_tree(&state, &set->cube))) {
        answer = push_region(&state, &set->cube, set);
        answer =
            answer == SPACE_FOUND ? search(&state, &set->cube, (struct mark){0, 0}, 0) : answer;
    }
    for (size_t i = 0; state.trees && i < n_regions; i++) {
        space_tree_free(&state.trees[i]);
    }
    space_tree_free(&state.tree);
    free(state.trees);
    free(state.listed);
    free(state.inside);
    free(state.excluded);
    free(state.cuts);
    return answer;
}

/* Takes the headers of a class to which the rewrite does what one of the others does away. */
static enum space_answer leave_equal(const struct space_rewrite *rewrite,
                                     const struct space_rewrite *const *others, size_t n_others,
                                     enum space_class class, struct match *equals,
                                     struct space_region *region)
{
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < n_others && answer == SPACE_FOUND; i++) {
        if (space_rewrite_equal(rewrite, others[i], class, &equals[i])) {
            answer = space_leave(region, &equals[i]);
        }
    }
    return answer;
}

enum space_answer space_differs_from_all(const struct space_region *set,
                                         const struct space_rewrite *rewrite,
                                         const struct space_rewrite *const *others, size_t n_others,
                                         size_t *budget, struct header *example)
{
    struct match *equals = base_calloc(n_others + 1, sizeof *equals);
    enum space_answer answer = equals ? SPACE_EMPTY : SPACE_OPEN;
    /* They differ where they differ in the fields of some class. */
    bool by_class = space_rewrites_beyond_l2(rewrite);
    for (size_t i = 0; i < n_others && !by_class; i++) {
        by_class = space_rewrites_beyond_l2(others[i]);
    }
    int n_classes = by_class ? N_SPACE_CLASSES : 1;
    for (int c = 0; c < n_classes && answer == SPACE_EMPTY; c++) {
        struct space_region region = {0};
        if (match_intersect(&set->cube, &space_class_cubes[c], &region.cube)) {
            answer = leave_equal(rewrite, others, n_others, (enum space_class)c, equals, &region);
            answer = answer == SPACE_FOUND ? space_leave_region(&region, set) : answer;
            answer = answer == SPACE_FOUND ? space_region_find(&region, budget, example) : answer;
        }
        space_region_free(&region);
    }
    free(equals);
    return answer;
}
