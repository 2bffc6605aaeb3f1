/* SPDX-License-Identifier: Apache-2.0 */
#include "space/atoms.h"

#include "space/rewrite.h"

#include <stdlib.h>

struct search {
    const struct space_region *const *regions;
    size_t n_regions;
    size_t *budget;
    space_atom_visit *visit;
    void *aux;
    const struct match **excluded; /* a stack: those of every level */
    size_t n_excluded, capacity;
    uint32_t *inside;
    size_t n_inside;
};

static enum space_answer search(struct search *state, const struct match *cube, size_t begin,
                                size_t next);

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
    if (!space_overlaps(cube, excluded)) {
        return SPACE_FOUND;
    }
    if (space_contains(excluded, cube)) {
        return SPACE_EMPTY;
    }
    if (base_grow(&state->excluded, state->n_excluded, &state->capacity, sizeof(*state->excluded)) <
        0) {
        return SPACE_OPEN;
    }
    state->excluded[state->n_excluded++] = excluded;
    return SPACE_FOUND;
}

/* One level deeper: the cube without what was excluded from `begin` on, and
 * without the `more`. */
static enum space_answer descend(struct search *state, const struct match *cube, size_t begin,
                                 const struct match *const *more, size_t n_more, size_t next)
{
    size_t end = state->n_excluded;
    enum space_answer answer = spend(state, end - begin + n_more + 1) ? SPACE_FOUND : SPACE_OPEN;
    for (size_t i = begin; i < end && answer == SPACE_FOUND; i++) {
        answer = push(state, cube, state->excluded[i]);
    }
    for (size_t i = 0; i < n_more && answer == SPACE_FOUND; i++) {
        answer = push(state, cube, more[i]);
    }
    if (answer == SPACE_FOUND) {
        answer = search(state, cube, end, next);
    }
    state->n_excluded = end;
    return answer;
}

static enum space_answer ask(struct search *state, const struct match *cube, size_t begin,
                             bool is_whole, bool *leave_out)
{
    struct space_atom atom = {.set = {.cube = *cube,
                                      .excluded = state->excluded + begin,
                                      .n_excluded = state->n_excluded - begin},
                              .inside = state->inside,
                              .n_inside = state->n_inside,
                              .is_whole = is_whole};
    return state->visit(state->aux, &atom, leave_out);
}

/* The headers of the cube that are in the region's cube, but excluded there. */
static enum space_answer search_excluded(struct search *state, const struct match *cube,
                                         size_t begin, size_t next,
                                         const struct space_region *region)
{
    size_t end = state->n_excluded;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < region->n_excluded && answer == SPACE_EMPTY; i++) {
        struct match piece;
        if (!spend(state, 1)) {
            answer = SPACE_OPEN;
        } else if (space_intersect(cube, region->excluded[i], &piece)) {
            answer = descend(state, &piece, begin, NULL, 0, next);
            enum space_answer pushed =
                answer == SPACE_EMPTY ? push(state, cube, region->excluded[i]) : answer;
            if (pushed == SPACE_EMPTY) {
                break;
            }
            answer = pushed == SPACE_OPEN ? SPACE_OPEN : answer;
        }
    }
    state->n_excluded = end;
    return answer;
}

/* The headers of the cube that are in the region. */
static enum space_answer search_inside(struct search *state, const struct match *cube, size_t begin,
                                       size_t next, const struct space_region *region)
{
    size_t end = state->n_excluded;
    enum space_answer answer =
        spend(state, end - begin + region->n_excluded + 1) ? SPACE_FOUND : SPACE_OPEN;
    bool leave_out = false;
    for (size_t i = begin; i < end && answer == SPACE_FOUND; i++) {
        answer = push(state, cube, state->excluded[i]);
    }
    for (size_t i = 0; i < region->n_excluded && answer == SPACE_FOUND; i++) {
        answer = push(state, cube, region->excluded[i]);
    }
    if (answer == SPACE_FOUND) {
        state->inside[state->n_inside++] = (uint32_t)(next - 1);
        answer = ask(state, cube, end, false, &leave_out);
        if (answer == SPACE_EMPTY && !leave_out) {
            answer = search(state, cube, end, next);
        }
        state->n_inside--;
    }
    state->n_excluded = end;
    return answer;
}

/* Whether one excluded cube takes all of `cube`: then none of it is in the
 * region. (So what is searched below is always a narrower cube, and the depth of
 * the recursion is bounded by the bits of a header.) */
static bool takes_nothing(const struct space_region *region, const struct match *cube)
{
    for (size_t i = 0; i < region->n_excluded; i++) {
        if (space_contains(region->excluded[i], cube)) {
            return true;
        }
    }
    return false;
}

static enum space_answer search(struct search *state, const struct match *cube, size_t begin,
                                size_t next)
{
    bool unused = false;
    for (size_t i = next; i < state->n_regions; i++) {
        const struct space_region *region = state->regions[i];
        struct match both;
        if (!spend(state, 1)) {
            return SPACE_OPEN;
        }
        if (!space_intersect(cube, &region->cube, &both) || takes_nothing(region, &both)) {
            continue;
        }
        enum space_answer answer = search_inside(state, &both, begin, i + 1, region);
        if (answer == SPACE_EMPTY) {
            answer = search_excluded(state, &both, begin, i + 1, region);
        }
        if (answer != SPACE_EMPTY) {
            return answer;
        }
        answer = push(state, cube, &region->cube);
        if (answer != SPACE_FOUND) {
            return answer;
        }
    }
    return ask(state, cube, begin, true, &unused);
}

enum space_answer space_atoms(const struct space_region *set,
                              const struct space_region *const *regions, size_t n_regions,
                              size_t *budget, space_atom_visit *visit, void *aux)
{
    struct search state = {
        .regions = regions, .n_regions = n_regions, .budget = budget, .visit = visit, .aux = aux};
    state.inside = calloc(n_regions + 1, sizeof *state.inside);
    enum space_answer answer =
        state.inside ? descend(&state, &set->cube, 0, set->excluded, set->n_excluded, 0)
                     : SPACE_OPEN;
    free(state.inside);
    free(state.excluded);
    return answer;
}

enum space_answer space_differs_from_all(const struct space_region *set,
                                         const struct space_rewrite *rewrite,
                                         const struct space_rewrite *const *others, size_t n_others,
                                         size_t *budget, struct header *example)
{
    size_t n = set->n_excluded;
    struct match *equals = calloc(n_others + 1, sizeof *equals);
    const struct match **excluded = calloc(n + n_others + 1, sizeof(*excluded));
    enum space_answer answer = equals && excluded ? SPACE_EMPTY : SPACE_OPEN;
    /* They differ where they differ in the fields of some class. */
    for (int c = 0; c < N_SPACE_CLASSES && answer == SPACE_EMPTY; c++) {
        struct match cube;
        size_t n_equal = 0;
        if (!space_intersect(&set->cube, &space_class_cubes[c], &cube)) {
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            excluded[i] = set->excluded[i];
        }
        for (size_t i = 0; i < n_others; i++) {
            if (space_rewrite_equal(rewrite, others[i], (enum space_class)c, &equals[n_equal])) {
                excluded[n + n_equal] = &equals[n_equal];
                n_equal++;
            }
        }
        answer = space_find(&cube, excluded, n + n_equal, budget, example);
    }
    free(equals);
    free(excluded);
    return answer;
}
