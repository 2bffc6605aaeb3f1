/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in a cube less other cubes. */
#include "space/region.h"

#include "base/arena.h"

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

void space_region_free(struct space_region *region)
{
    free(region->excluded);
    *region = (struct space_region){0};
}

bool space_region_has(const struct space_region *region, const struct header *header)
{
    bool has = match_takes(&region->cube, header);
    for (size_t i = 0; i < region->n_excluded && has; i++) {
        has = !match_takes(region->excluded[i], header);
    }
    return has;
}
