/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in a cube less other cubes, some of which have holes. */
#include "space/region.h"

#include "base/arena.h"
#include "base/memory.h"

#include <stdlib.h>

int space_exclude(struct space_region *region, const struct match *cube)
{
    if (!match_overlaps(&region->cube, cube)) {
        return 0;
    }
    if (base_grow(&region->excluded, region->n_excluded, &region->capacity,
                  sizeof *region->excluded) < 0) {
        return -1;
    }
    region->excluded[region->n_excluded++] = cube;
    return 0;
}

enum space_answer space_leave(struct space_region *region, const struct match *cube)
{
    return match_within(&region->cube, cube) ? SPACE_EMPTY
           : space_exclude(region, cube) < 0 ? SPACE_OPEN
                                             : SPACE_FOUND;
}

/* ----------------------------------------------------------------------- holes */

static bool is_among(const struct space_holes *holes, const struct space_holes *list)
{
    while (list && list != holes) {
        list = list->next;
    }
    return list != NULL;
}

bool space_holes_within(const struct space_holes *holes, const struct space_holes *others)
{
    while (holes && is_among(holes, others)) {
        holes = holes->next;
    }
    return holes == NULL;
}

bool space_holes_meet(const struct space_holes *holes, const struct space_holes *but,
                      const struct match *cube)
{
    bool meets = false;
    for (; holes && !meets; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && !meets && !is_among(holes, but); i++) {
            meets = match_overlaps(cube, &holes->cubes[i]);
        }
    }
    return meets;
}

enum space_answer space_leave_cut(struct space_region *region, const struct match *cube,
                                  const struct space_holes *holes, const struct space_holes *left)
{
    if (!match_overlaps(&region->cube, cube)) {
        return SPACE_FOUND;
    }
    if (!space_holes_meet(holes, left, &region->cube)) {
        return space_leave(region, cube);
    }
    if (base_grow(&region->cuts, region->n_cuts, &region->cuts_capacity, sizeof *region->cuts) <
        0) {
        return SPACE_OPEN;
    }
    region->cuts[region->n_cuts++] = (struct space_cut){cube, holes};
    return SPACE_FOUND;
}

enum space_answer space_leave_holes(struct space_region *region, const struct space_holes *holes)
{
    enum space_answer answer = SPACE_FOUND;
    for (; holes && answer == SPACE_FOUND; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && answer == SPACE_FOUND; i++) {
            answer = space_leave(region, &holes->cubes[i]);
        }
    }
    return answer;
}

enum space_answer space_leave_region(struct space_region *region, const struct space_region *other)
{
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < other->n_excluded && answer == SPACE_FOUND; i++) {
        answer = space_leave(region, other->excluded[i]);
    }
    for (size_t i = 0; i < other->n_cuts && answer == SPACE_FOUND; i++) {
        answer = space_leave_cut(region, other->cuts[i].cube, other->cuts[i].holes, NULL);
    }
    return answer;
}

void space_region_free(struct space_region *region)
{
    free(region->excluded);
    free(region->cuts);
    *region = (struct space_region){0};
}

const struct match *space_hole_of(const struct space_holes *holes, const struct header *header)
{
    for (; holes; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes; i++) {
            if (match_takes(&holes->cubes[i], header)) {
                return &holes->cubes[i];
            }
        }
    }
    return NULL;
}

/* The cut that the header is in; NULL: it is in none. */
static const struct space_cut *cut_of(const struct space_region *region,
                                      const struct header *header)
{
    const struct space_cut *found = NULL;
    for (size_t i = 0; i < region->n_cuts && !found; i++) {
        const struct space_cut *cut = &region->cuts[i];
        found =
            match_takes(cut->cube, header) && !space_holes_have(cut->holes, header) ? cut : NULL;
    }
    return found;
}

bool space_region_has(const struct space_region *region, const struct header *header)
{
    bool has = match_takes(&region->cube, header);
    for (size_t i = 0; i < region->n_excluded && has; i++) {
        has = !match_takes(region->excluded[i], header);
    }
    return has && !cut_of(region, header);
}

/* ------------------------------------------------------------------------ find */

/* A search in a region with cuts: outside of the cubes that stand on the stack. */
struct finding {
    const struct space_region *region;
    const struct match **excluded;
    size_t n_excluded;
    size_t *budget;
    struct header *example;
};

static enum space_answer find(struct finding *finding, const struct match *cube);

/* What is of the cube in a hole. */
static enum space_answer find_in_holes(struct finding *finding, const struct match *cube,
                                       const struct space_holes *holes)
{
    enum space_answer answer = SPACE_EMPTY;
    for (; holes && answer == SPACE_EMPTY; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && answer == SPACE_EMPTY; i++) {
            struct match part;
            if (match_intersect(cube, &holes->cubes[i], &part)) {
                answer = find(finding, &part);
            }
        }
        size_t cost = holes->n_cubes < *finding->budget ? holes->n_cubes : *finding->budget;
        *finding->budget -= cost;
    }
    return answer;
}

/* A header outside of the excluded cubes is tried first; if it is in a cut, then what is outside of
 * that one, and what is in its holes. */
static enum space_answer find(struct finding *finding, const struct match *cube)
{
    enum space_answer answer =
        space_find(cube, finding->excluded, finding->n_excluded, finding->budget, finding->example);
    const struct space_cut *cut =
        answer == SPACE_FOUND ? cut_of(finding->region, finding->example) : NULL;
    if (!cut) {
        return answer;
    }
    answer = SPACE_EMPTY;
    if (!match_within(cube, cut->cube)) {
        finding->excluded[finding->n_excluded++] = cut->cube;
        answer = find(finding, cube);
        finding->n_excluded--;
    }
    return answer == SPACE_EMPTY ? find_in_holes(finding, cube, cut->holes) : answer;
}

enum space_answer space_region_find_in(const struct space_region *region, const struct match *cube,
                                       size_t *budget, struct header *example)
{
    struct header unused;
    if (region->n_cuts == 0) {
        return space_find(cube, region->excluded, region->n_excluded, budget, example);
    }
    struct finding finding = {.region = region,
                              .n_excluded = region->n_excluded,
                              .budget = budget,
                              .example = example ? example : &unused};
    finding.excluded = base_calloc(region->n_excluded + region->n_cuts, sizeof(*finding.excluded));
    if (!finding.excluded) {
        return SPACE_OPEN;
    }
    if (region->n_excluded > 0) {
        memcpy(finding.excluded, region->excluded, region->n_excluded * sizeof(*finding.excluded));
    }
    enum space_answer answer = find(&finding, cube);
    free(finding.excluded);
    return answer;
}

enum space_answer space_region_find(const struct space_region *region, size_t *budget,
                                    struct header *example)
{
    return space_region_find_in(region, &region->cube, budget, example);
}
