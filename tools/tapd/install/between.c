/* SPDX-License-Identifier: Apache-2.0
 *
 * The table that sends what both the old and the new table send, exactly. */
#include "tapd/install/between.h"

#include "tapd/install/action_set.h"
#include "tapd/plan/cube.h"

#include <stdlib.h>

enum { CUBES_MAX = 2048 };

/* Headers that the same rows take, but for those in smaller cubes. */
struct cube {
    struct match match;
    int n_bits; /* that the match fixes */
    unsigned priority;
    struct tapd_actions both;
    bool kept; /* it has an entry */
};

struct cubes {
    struct cube *items;
    size_t n, capacity;
    bool too_many;
};

int tapd_compare_rows(const void *a, const void *b)
{
    const struct tapd_row *x = a, *y = b;
    return x->priority != y->priority ? y->priority - x->priority
                                      : memcmp(&x->match, &y->match, sizeof x->match);
}

/* ------------------------------------------------------------------- cubes */

static int add_cube(struct cubes *cubes, const struct match *match)
{
    for (size_t i = 0; i < cubes->n; i++) {
        if (match_equal(&cubes->items[i].match, match)) {
            return 0;
        }
    }
    if (cubes->n == CUBES_MAX) {
        cubes->too_many = true;
        return 0;
    }
    if (base_grow(&cubes->items, cubes->n, &cubes->capacity, sizeof *cubes->items) < 0) {
        return -1;
    }
    cubes->items[cubes->n++] = (struct cube){.match = *match, .n_bits = tapd_fixed_bits(match)};
    return 0;
}

static int by_bits(const void *a, const void *b)
{
    const struct cube *x = a, *y = b;
    if (x->match.mask.in_port != y->match.mask.in_port) {
        return x->match.mask.in_port < y->match.mask.in_port ? -1 : 1;
    }
    return x->n_bits != y->n_bits ? (x->n_bits < y->n_bits ? -1 : 1)
                                  : memcmp(&x->match, &y->match, sizeof x->match);
}

/* A cube comes behind all those that it is part of. */
static int make_cubes(struct cubes *cubes, const struct tapd_rows *rows)
{
    for (size_t i = 0; i < rows->n && !cubes->too_many; i++) {
        const struct match *match = &rows->items[i].match;
        size_t n_before = cubes->n;
        int result = add_cube(cubes, match);
        for (size_t j = 0; j < n_before && result == 0; j++) {
            struct match both;
            if (match_intersect(&cubes->items[j].match, match, &both)) {
                result = add_cube(cubes, &both);
            }
        }
        if (result < 0) {
            return -1;
        }
    }
    if (cubes->n > 1) {
        qsort(cubes->items, cubes->n, sizeof *cubes->items, by_bits);
    }
    return 0;
}

/* The uppermost row of a table that takes all of the cube. */
static const struct tapd_row *find_winner(const struct tapd_rows *rows, const struct cube *cube,
                                          bool wanted)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct tapd_row *row = &rows->items[i];
        if ((wanted ? row->wanted : row->old) && match_within(&cube->match, &row->match)) {
            return row;
        }
    }
    return NULL;
}

static struct tapd_actions old_actions(const struct tapd_row *row)
{
    return (struct tapd_actions){row->old->actions, row->old->n_actions};
}

static int find_both(const struct tapd_rows *rows, struct cube *cube, struct base_arena *arena,
                     struct tapd_between *between)
{
    const struct tapd_row *old_row = find_winner(rows, cube, false);
    const struct tapd_row *wanted_row = find_winner(rows, cube, true);
    struct tapd_actions old = {0}, wanted = {0};
    if (old_row) {
        old = old_actions(old_row);
    }
    if (wanted_row) {
        wanted = wanted_row->then;
    }
    between->from_old &= tapd_sends_within(&old, &wanted);
    between->to_wanted &= tapd_sends_within(&wanted, &old);
    return tapd_common(&old, &wanted, arena, &cube->both);
}

/* ----------------------------------------------------------------- entries */

/* At least that of each row that takes all of it, and above each cube that does. */
static void find_priority(const struct tapd_rows *rows, const struct cubes *cubes,
                          struct cube *cube)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct tapd_row *row = &rows->items[i];
        if (row->priority > cube->priority && match_within(&cube->match, &row->match)) {
            cube->priority = row->priority;
        }
    }
    for (const struct cube *other = cubes->items; other < cube; other++) {
        if (other->priority >= cube->priority && match_within(&cube->match, &other->match)) {
            cube->priority = other->priority + 1;
        }
    }
}

/* Whether the old table, with what is written so far, does the same with the
 * cube's headers anyway. */
static bool is_done_anyway(const struct tapd_rows *rows, const struct cubes *cubes,
                           const struct cube *cube)
{
    const struct tapd_row *row = find_winner(rows, cube, false);
    struct tapd_actions now = {0};
    bool found = row != NULL;
    unsigned priority = row ? row->priority : 0;
    if (row) {
        now = old_actions(row);
    }
    for (const struct cube *other = cubes->items; other < cube; other++) {
        if (other->kept && match_within(&cube->match, &other->match) &&
            (!found || other->priority >= priority)) {
            if (found && other->priority == priority && !tapd_sends_same(&now, &other->both)) {
                return false; /* it would not be sure which of them wins */
            }
            now = other->both;
            priority = other->priority;
            found = true;
        }
    }
    return tapd_sends_same(&now, &cube->both);
}

static size_t keep_cubes(const struct tapd_rows *rows, struct cubes *cubes)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < cubes->n; i++) {
        struct cube *cube = &cubes->items[i];
        find_priority(rows, cubes, cube);
        cube->kept = !is_done_anyway(rows, cubes, cube);
        cubes->too_many |= cube->priority > UINT16_MAX;
        n_kept += cube->kept;
    }
    return n_kept;
}

static struct tapd_row *find_row(const struct tapd_rows *rows, const struct cube *cube)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct tapd_row *row = &rows->items[i];
        if (row->priority == cube->priority && match_equal(&row->match, &cube->match)) {
            return row;
        }
    }
    return NULL;
}

static int write_cubes(struct tapd_rows *rows, const struct cubes *cubes, size_t n_kept,
                       struct base_arena *arena)
{
    struct tapd_rows more = {
        .items = base_arena_alloc(arena, (rows->n + n_kept) * sizeof *more.items), .n = rows->n};
    if (!more.items) {
        return -1;
    }
    memcpy(more.items, rows->items, rows->n * sizeof *rows->items);
    for (size_t i = 0; i < cubes->n; i++) {
        const struct cube *cube = &cubes->items[i];
        struct tapd_row *row = cube->kept ? find_row(&more, cube) : NULL;
        if (cube->kept && !row) {
            row = &more.items[more.n++];
            *row = (struct tapd_row){.match = cube->match, .priority = (uint16_t)cube->priority};
        }
        if (row) {
            row->is_between = true;
            row->between = cube->both;
        }
    }
    qsort(more.items, more.n, sizeof *more.items, tapd_compare_rows);
    *rows = more;
    return 0;
}

/* Unless nothing changes. */
static void send_nothing(struct tapd_rows *rows, struct tapd_between *between)
{
    bool same = true;
    for (size_t i = 0; i < rows->n && same; i++) {
        struct tapd_actions old = {0};
        if (rows->items[i].old) {
            old = old_actions(&rows->items[i]);
        }
        same = rows->items[i].old && rows->items[i].wanted &&
               tapd_sends_same(&old, &rows->items[i].then);
    }
    *between = (struct tapd_between){same, same};
    for (size_t i = 0; i < rows->n && !same; i++) {
        struct tapd_row *row = &rows->items[i];
        row->is_between = row->old != NULL;
        row->between = (struct tapd_actions){0};
    }
}

int tapd_between_find(struct tapd_rows *rows, struct base_arena *arena,
                      struct tapd_between *between)
{
    struct cubes cubes = {0};
    int result = make_cubes(&cubes, rows);
    *between = (struct tapd_between){true, true};
    for (size_t i = 0; i < cubes.n && result == 0 && !cubes.too_many; i++) {
        result = find_both(rows, &cubes.items[i], arena, between);
    }
    if (result == 0 && !cubes.too_many && !between->from_old && !between->to_wanted) {
        size_t n_kept = keep_cubes(rows, &cubes);
        result = cubes.too_many ? 0 : write_cubes(rows, &cubes, n_kept, arena);
    }
    if (cubes.too_many) {
        send_nothing(rows, between);
    }
    free(cubes.items);
    return result;
}
