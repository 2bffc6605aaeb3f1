/* SPDX-License-Identifier: Apache-2.0
 *
 * Where two behaviours differ: struct space_difference of space/behavior.h. */
#include "space/rewrite.h"

#include "base/memory.h"

#include <stdlib.h>

/* How many packets with different rewrites may go to one port before we give
 * up; every one of them may be the counterpart of every other. */
enum { COUNTERPARTS_MAX = 8 };

/* The outputs that only one of the two has, in the same order of ports. */
struct comparison {
    struct space_region *region;
    struct unlike {
        const struct space_output *a, *b;
        bool taken; /* b is the counterpart of one of a */
    } * unlike;
    size_t n;
    enum space_class class;
    size_t *budget;
    struct space_difference *difference;
};

static bool same_way_out(const struct space_output *a, const struct space_output *b)
{
    return a->port == b->port && a->max_len == b->max_len && a->queued == b->queued &&
           a->queue_id == b->queue_id;
}

/* A header of the region within `cube`, outside of `equals`. */
static enum space_answer find_in(struct comparison *comparison, const struct match *cube,
                                 const struct match *equals, size_t n_equals)
{
    struct space_region *region = comparison->region;
    struct match whole = region->cube;
    size_t n_excluded = region->n_excluded;
    enum space_answer answer = SPACE_EMPTY;
    region->cube = *cube;
    for (size_t i = 0; i < n_equals && answer == SPACE_EMPTY; i++) {
        answer = space_exclude(region, &equals[i]) < 0 ? SPACE_OPEN : SPACE_EMPTY;
    }
    if (answer == SPACE_EMPTY) {
        answer = space_region_find_in(region, cube, comparison->budget,
                                      &comparison->difference->example);
    }
    if (answer == SPACE_FOUND) {
        comparison->difference->within = *cube;
        comparison->difference->is_whole = n_equals == 0;
        comparison->difference->is_cube = region->n_excluded == 0 && region->n_cuts == 0;
    }
    region->n_excluded = n_excluded;
    region->cube = whole;
    return answer;
}

/* From the i-th output of a on, within `cube`: the headers for which it has no
 * counterpart in b; then, for each possible counterpart, the headers for which
 * it is one, with both out of the way. */
static enum space_answer differ_from(struct comparison *comparison, size_t i,
                                     const struct match *cube)
{
    struct match equals[COUNTERPARTS_MAX] = {0};
    size_t counterparts[COUNTERPARTS_MAX], n = 0;
    if (i == comparison->n) {
        return SPACE_EMPTY;
    }
    for (size_t j = 0; j < comparison->n; j++) {
        const struct space_output *a = comparison->unlike[i].a, *b = comparison->unlike[j].b;
        struct match equal;
        if (!comparison->unlike[j].taken && same_way_out(a, b) &&
            space_rewrite_equal(&a->rewrite, &b->rewrite, comparison->class, &equal)) {
            if (n == COUNTERPARTS_MAX) {
                return SPACE_OPEN;
            }
            counterparts[n] = j;
            equals[n++] = equal;
        }
    }
    enum space_answer answer = find_in(comparison, cube, equals, n);
    for (size_t k = 0; k < n && answer == SPACE_EMPTY; k++) {
        struct match both;
        if (match_intersect(cube, &equals[k], &both)) {
            comparison->unlike[counterparts[k]].taken = true;
            answer = differ_from(comparison, i + 1, &both);
            comparison->unlike[counterparts[k]].taken = false;
        }
    }
    return answer;
}

static bool rewrites_beyond_l2(const struct comparison *comparison)
{
    bool beyond = false;
    for (size_t i = 0; i < comparison->n && !beyond; i++) {
        beyond = space_rewrites_beyond_l2(&comparison->unlike[i].a->rewrite) ||
                 space_rewrites_beyond_l2(&comparison->unlike[i].b->rewrite);
    }
    return beyond;
}

static enum space_answer differ_in_rewrites(struct comparison *comparison)
{
    int n_classes = rewrites_beyond_l2(comparison) ? N_SPACE_CLASSES : 1;
    enum space_answer answer = SPACE_EMPTY;
    for (int i = 0; i < n_classes && answer == SPACE_EMPTY; i++) {
        struct match cube;
        comparison->class = (enum space_class)i;
        if (match_intersect(&comparison->region->cube, &space_class_cubes[i], &cube)) {
            answer = differ_from(comparison, 0, &cube);
        }
    }
    return answer;
}

/* Fills in what a and b do not have in common. True: as many of each, by the
 * same ways out. */
static bool pair_up(struct comparison *comparison, const struct space_behavior *a,
                    const struct space_behavior *b)
{
    size_t i = 0, j = 0, n_a = 0, n_b = 0;
    while (i < a->n_outputs || j < b->n_outputs) {
        const struct space_output *x = i < a->n_outputs ? &a->outputs[i] : NULL;
        const struct space_output *y = j < b->n_outputs ? &b->outputs[j] : NULL;
        int order = !x ? 1 : !y ? -1 : space_output_compare(x, y);
        if (order < 0) {
            comparison->unlike[n_a++].a = x;
        } else if (order > 0) {
            comparison->unlike[n_b++].b = y;
        }
        i += order <= 0;
        j += order >= 0;
    }
    comparison->n = n_a;
    bool paired = n_a == n_b;
    for (size_t k = 0; k < n_a && paired; k++) {
        paired = same_way_out(comparison->unlike[k].a, comparison->unlike[k].b);
    }
    return paired;
}

/* Of two that have one way each. */
static enum space_answer differ(struct space_region *region, const struct space_behavior *a,
                                const struct space_behavior *b, size_t *budget,
                                struct space_difference *difference)
{
    if (space_behavior_equal(a, b)) {
        return SPACE_EMPTY;
    }
    size_t max = a->n_outputs + b->n_outputs;
    struct comparison comparison = {.region = region, .budget = budget, .difference = difference};
    comparison.unlike = base_calloc(max, sizeof *comparison.unlike);
    if (!comparison.unlike) {
        return SPACE_OPEN;
    }
    enum space_answer answer = pair_up(&comparison, a, b)
                                   ? differ_in_rewrites(&comparison)
                                   : find_in(&comparison, &region->cube, NULL, 0);
    free(comparison.unlike);
    return answer;
}

/* The ways of a behaviour: those of the switch's choice, or itself. */
static size_t list_ways(const struct space_behavior *behavior, const struct space_behavior **ways)
{
    *ways = behavior->n_ways > 0 ? behavior->ways : behavior;
    return behavior->n_ways > 0 ? behavior->n_ways : 1;
}

static enum space_answer miss_all(struct space_region *region, const struct space_behavior *way,
                                  const struct space_behavior *others, size_t *budget,
                                  struct space_difference *difference)
{
    const struct space_behavior *ways;
    size_t n = list_ways(others, &ways);
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < n && answer == SPACE_FOUND; i++) {
        answer = differ(region, way, &ways[i], budget, difference);
    }
    return answer;
}

/* Whether one way is none of the others', for some header. */
static enum space_answer differ_from_all(struct space_region *region,
                                         const struct space_behavior *way,
                                         const struct space_behavior *others, size_t *budget,
                                         struct space_difference *difference)
{
    enum space_answer answer = miss_all(region, way, others, budget, difference);
    if (answer == SPACE_FOUND && others->n_ways > 1) { /* what the last one misses, all must */
        struct space_region one = {.cube = match_exactly(&difference->example)};
        struct space_difference unused;
        bool all = miss_all(&one, way, others, budget, &unused) == SPACE_FOUND;
        answer = all ? SPACE_FOUND : SPACE_OPEN;
        difference->is_whole = difference->is_cube = false;
        space_region_free(&one);
    }
    return answer;
}

enum space_answer space_differ(struct space_region *region, const struct space_behavior *a,
                               const struct space_behavior *b, size_t *budget,
                               struct space_difference *difference)
{
    const struct space_behavior *const sides[] = {a, b}, *ways;
    enum space_answer answer = SPACE_EMPTY;
    if (a->n_ways == 0 && b->n_ways == 0) {
        return differ(region, a, b, budget, difference);
    }
    for (size_t s = 0; s < 2 && answer == SPACE_EMPTY; s++) {
        size_t n = list_ways(sides[s], &ways);
        for (size_t i = 0; i < n && answer == SPACE_EMPTY; i++) {
            answer = differ_from_all(region, &ways[i], sides[!s], budget, difference);
        }
    }
    return answer;
}

bool space_agree(const struct space_behavior *a, const struct space_behavior *b,
                 enum space_class class, struct match *equal)
{
    *equal = match_any();
    bool agree = !a->unknown && !b->unknown && a->n_outputs == b->n_outputs;
    for (size_t i = 0; i < a->n_outputs && agree; i++) {
        const struct space_output *x = &a->outputs[i], *y = &b->outputs[i];
        struct match here;
        agree = same_way_out(x, y) && space_rewrite_equal(&x->rewrite, &y->rewrite, class, &here) &&
                match_overlaps(&here, equal);
        if (agree) {
            equal->value = header_or(&equal->value, &here.value);
            equal->mask = header_or(&equal->mask, &here.mask);
        }
    }
    return agree;
}
