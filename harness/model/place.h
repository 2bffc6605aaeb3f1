/* SPDX-License-Identifier: Apache-2.0
 *
 * Where something was written. */
#ifndef MODEL_PLACE_H
#define MODEL_PLACE_H

#include "base/arena.h"

struct place {
    const char *file; /* NULL: nowhere; owned by what was loaded from it */
    int line;         /* from 1 */
    int column;       /* from 1 */
};

/* "FILE:LINE:COLUMN" in the arena. NULL: nowhere, or without memory. */
static inline const char *place_source(struct place place, struct base_arena *arena)
{
    return place.file ? base_arena_format(arena, "%s:%d:%d", place.file, place.line, place.column)
                      : NULL;
}

#endif
