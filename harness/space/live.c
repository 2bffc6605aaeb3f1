/* SPDX-License-Identifier: Apache-2.0 */
#include "space/live.h"

#include <stdlib.h>

enum { BUDGET = 100000 };

static struct space_known decide(struct space_live *live, size_t row);
static void begin(const struct space_live *live, size_t row, struct space_effect *effect);
static int add_piece(struct space_effect *effect, const struct space_piece *piece);
static int find_pieces(struct space_live *live, bool leaves, struct space_effect *effect);
static void learn_changed(struct space_live *live, const struct space_effect *effect);
static int appear(struct space_live *live, struct space_effect *effect);
static int hide(struct space_live *live, struct space_effect *effect);

/* ------------------------------------------------------------------- public */

int space_live_open(struct space_live *live, const struct flow_table *flows, const bool *left_out,
                    size_t budget)
{
    *live = (struct space_live){.budget = budget ? budget : BUDGET};
    live->known = calloc(flows->n_entries + 1, sizeof *live->known);
    live->capacity = flows->n_entries + 1;
    for (size_t i = 0; live->known && i < flows->n_entries; i++) {
        struct flow_entry *row = flow_table_add(&live->flows);
        if (!row) {
            break;
        }
        *row = flows->entries[i];
    }
    if (!live->known || live->flows.n_entries < flows->n_entries ||
        space_table_index(&live->table, &live->flows, left_out) < 0) {
        space_live_free(live);
        return -1;
    }
    for (size_t i = 0; i < flows->n_entries; i++) {
        live->known[i] = live->table.indexed[i] ? decide(live, i) : (struct space_known){0};
    }
    return 0;
}

void space_live_free(struct space_live *live)
{
    flow_table_free(&live->flows);
    space_table_free(&live->table);
    free(live->known);
    *live = (struct space_live){0};
}

void space_effect_free(struct space_effect *effect)
{
    free(effect->pieces);
    free(effect->turned);
    free(effect->met);
    *effect = (struct space_effect){0};
}

int space_live_restore(struct space_live *live, size_t row, struct space_effect *effect)
{
    begin(live, row, effect);
    if (find_pieces(live, false, effect) < 0 || space_table_insert(&live->table, row) < 0) {
        return -1;
    }
    learn_changed(live, effect);
    return hide(live, effect);
}

int space_live_add(struct space_live *live, const struct flow_entry *entry, size_t *row,
                   struct space_effect *effect)
{
    struct flow_entry *added = flow_table_add(&live->flows);
    *row = live->flows.n_entries - 1;
    if (!added || base_grow(&live->known, *row, &live->capacity, sizeof *live->known) < 0) {
        return -1;
    }
    *added = *entry;
    return space_live_restore(live, *row, effect);
}

int space_live_remove(struct space_live *live, size_t row, struct space_effect *effect)
{
    begin(live, row, effect);
    space_table_remove(&live->table, row);
    if (live->known[row].answer == SPACE_EMPTY) {
        return 0;
    }
    return find_pieces(live, true, effect) < 0 ? -1 : appear(live, effect);
}

/* It takes what it took before. */
int space_live_modify(struct space_live *live, size_t row, const struct action *actions,
                      size_t n_actions, struct space_effect *effect)
{
    struct flow_entry *entry = &live->flows.entries[row];
    const struct space_known *known = &live->known[row];
    begin(live, row, effect);
    space_table_remove(&live->table, row);
    entry->actions = actions;
    entry->n_actions = (uint16_t)n_actions;
    struct space_piece piece = {.cube = entry->match,
                                .example = known->example,
                                .from = row,
                                .to = row,
                                .is_open = known->answer == SPACE_OPEN};
    if (known->answer != SPACE_EMPTY && add_piece(effect, &piece) < 0) {
        return -1;
    }
    return space_table_insert(&live->table, row);
}

/* Of the two rows the one that wins less, and so has all others that win more
 * out of its way. */
static size_t lesser(const struct space_effect *effect, const struct space_piece *piece)
{
    return piece->from == effect->changed ? piece->to : piece->from;
}

enum space_answer space_live_region(struct space_live *live, const struct space_effect *effect,
                                    const struct space_piece *piece, struct space_region *region)
{
    size_t budget = live->budget;
    *region = (struct space_region){.cube = piece->cube};
    return space_table_exclude_but(&live->table, lesser(effect, piece), effect->changed, region,
                                   &budget);
}

static struct space_actions actions_of(const struct space_live *live,
                                       const struct space_effect *effect, size_t row, bool before)
{
    if (row == SIZE_MAX) {
        return (struct space_actions){0};
    }
    const struct flow_entry *entry = &live->flows.entries[row];
    return before && row == effect->changed
               ? effect->was
               : (struct space_actions){.actions = entry->actions, .n_actions = entry->n_actions};
}

/* What a row does with packets that enter by one port. */
struct doing {
    struct space_actions list;
    struct space_behavior behavior;
    bool known;
};

static int learn_doing(struct space_live *live, size_t row, uint16_t in_port,
                       const struct port *ports, size_t n_ports, struct base_arena *arena,
                       struct doing *doing)
{
    if (space_behavior(doing->list.actions, doing->list.n_actions, in_port, ports, n_ports, arena,
                       &doing->behavior) < 0) {
        return -1;
    }
    doing->known =
        !doing->behavior.unknown && (row == SIZE_MAX || live->flows.entries[row].table_id == 0);
    return 0;
}

/* The packets of the piece that enter by in_port: do the two differ there? */
static enum space_answer differ_at(struct space_live *live, const struct space_effect *effect,
                                   const struct space_piece *piece, uint16_t in_port,
                                   const struct doing *before, const struct doing *after,
                                   struct space_difference *difference)
{
    struct match port = match_in_port(in_port);
    struct space_region region = {0};
    size_t budget = live->budget;
    bool known = before->known && after->known;
    if ((known && space_behavior_equal(&before->behavior, &after->behavior)) ||
        !space_intersect(&piece->cube, &port, &region.cube)) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = space_table_exclude_but(&live->table, lesser(effect, piece),
                                                       effect->changed, &region, &budget);
    if (answer == SPACE_FOUND && known) {
        answer = space_differ(&region, &before->behavior, &after->behavior, &budget, difference);
    } else if (answer == SPACE_FOUND) {
        answer = space_find(&region.cube, region.excluded, region.n_excluded, &budget, NULL);
        answer = answer == SPACE_FOUND ? SPACE_OPEN : answer;
    }
    space_region_free(&region);
    return answer;
}

enum space_answer space_live_differs(struct space_live *live, const struct space_effect *effect,
                                     const struct space_piece *piece, uint16_t in_port,
                                     const struct port *ports, size_t n_ports,
                                     struct space_difference *difference)
{
    struct doing before = {.list = actions_of(live, effect, piece->from, true)};
    struct doing after = {.list = actions_of(live, effect, piece->to, false)};
    struct base_arena arena = {0};
    if (actions_equal(before.list.actions, before.list.n_actions, after.list.actions,
                      after.list.n_actions)) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = SPACE_OPEN;
    if (learn_doing(live, piece->from, in_port, ports, n_ports, &arena, &before) == 0 &&
        learn_doing(live, piece->to, in_port, ports, n_ports, &arena, &after) == 0) {
        answer = differ_at(live, effect, piece, in_port, &before, &after, difference);
    }
    base_arena_free(&arena);
    return answer;
}

/* ----------------------------------------------------------------- questions */

/* A header of the cube that nothing takes before `entry`, not counting `but`. */
static enum space_answer find(struct space_live *live, const struct match *cube, size_t entry,
                              size_t but, struct header *example)
{
    struct space_region region = {.cube = *cube};
    size_t budget = live->budget;
    enum space_answer answer = space_table_exclude_but(&live->table, entry, but, &region, &budget);
    if (answer == SPACE_FOUND) {
        answer = space_find(cube, region.excluded, region.n_excluded, &budget, example);
    }
    space_region_free(&region);
    return answer;
}

static struct space_known decide(struct space_live *live, size_t row)
{
    struct space_known known = {0};
    known.answer = find(live, &live->flows.entries[row].match, row, SIZE_MAX, &known.example);
    return known;
}

/* ------------------------------------------------------------------- effects */

static void begin(const struct space_live *live, size_t row, struct space_effect *effect)
{
    const struct flow_entry *entry = &live->flows.entries[row];
    effect->changed = row;
    effect->was = (struct space_actions){.actions = entry->actions, .n_actions = entry->n_actions};
    effect->n_pieces = effect->n_turned = effect->n_met = 0;
}

static int add_piece(struct space_effect *effect, const struct space_piece *piece)
{
    if (base_grow(&effect->pieces, effect->n_pieces, &effect->pieces_capacity,
                  sizeof *effect->pieces) < 0) {
        return -1;
    }
    effect->pieces[effect->n_pieces++] = *piece;
    return 0;
}

struct meeting {
    struct space_live *live;
    struct space_effect *effect;
    bool no_memory;
};

static bool meet(void *aux, uint32_t entry, const struct match *match)
{
    struct meeting *meeting = aux;
    struct space_effect *effect = meeting->effect;
    (void)match;
    if (!space_table_precedes(&meeting->live->table, effect->changed, entry)) {
        return true;
    }
    meeting->no_memory =
        base_grow(&effect->met, effect->n_met, &effect->met_capacity, sizeof *effect->met) < 0;
    if (!meeting->no_memory) {
        effect->met[effect->n_met++] = entry;
    }
    return !meeting->no_memory;
}

static int compare_precedence(const void *a, const void *b, void *aux)
{
    const uint32_t *x = a, *y = b;
    return space_table_precedes(aux, *x, *y) ? -1 : *x != *y;
}

/* Entries that overlap the changed one and that it goes before, in the order in
 * which they win. */
static int meet_all(struct space_live *live, struct space_effect *effect)
{
    const struct flow_entry *changed = &live->flows.entries[effect->changed];
    struct meeting meeting = {.live = live, .effect = effect};
    size_t budget = SIZE_MAX; /* no more than the table has */
    bool all = space_table_overlapping(&live->table, &changed->match, 0, space_rank(changed),
                                       &budget, meet, &meeting);
    if (effect->n_met > 1) {
        qsort_r(effect->met, effect->n_met, sizeof *effect->met, compare_precedence, &live->table);
    }
    return all && !meeting.no_memory ? 0 : -1;
}

/* What `other` has or would have of the changed entry's headers. */
static int find_piece(struct space_live *live, bool leaves, size_t other,
                      struct space_effect *effect)
{
    size_t changed = effect->changed;
    struct space_piece piece = {.cube = live->flows.entries[changed].match,
                                .from = leaves ? changed : other,
                                .to = leaves ? other : changed};
    if (other != SIZE_MAX &&
        !space_intersect(&piece.cube, &live->flows.entries[other].match, &piece.cube)) {
        return 0;
    }
    enum space_answer answer = find(live, &piece.cube, other, SIZE_MAX, &piece.example);
    piece.is_open = answer == SPACE_OPEN;
    return answer == SPACE_EMPTY ? 0 : add_piece(effect, &piece);
}

/* Who has or would have the changed entry's headers; it is not indexed. */
static int find_pieces(struct space_live *live, bool leaves, struct space_effect *effect)
{
    const struct match *match = &live->flows.entries[effect->changed].match;
    struct space_region region = {.cube = *match};
    size_t budget = live->budget;
    enum space_answer answer = space_table_exclude(&live->table, effect->changed, &region, &budget);
    space_region_free(&region);
    if (answer == SPACE_EMPTY) { /* one entry has them all */
        return 0;
    }
    int status = meet_all(live, effect);
    for (size_t i = 0; i < effect->n_met && status == 0; i++) {
        status = find_piece(live, leaves, effect->met[i], effect);
        if (space_contains(&live->flows.entries[effect->met[i]].match, match)) {
            effect->n_met = i + 1; /* nothing is left for those behind it */
            return status;
        }
    }
    return status < 0 ? -1 : find_piece(live, leaves, SIZE_MAX, effect);
}

/* What has come is known by what it took from others. */
static void learn_changed(struct space_live *live, const struct space_effect *effect)
{
    struct space_known *known = &live->known[effect->changed];
    *known = (struct space_known){.answer = SPACE_EMPTY};
    for (size_t i = 0; i < effect->n_pieces && known->answer != SPACE_FOUND; i++) {
        const struct space_piece *piece = &effect->pieces[i];
        known->answer = piece->is_open ? SPACE_OPEN : SPACE_FOUND;
        known->example = piece->example;
    }
}

static int learn(struct space_live *live, size_t row, const struct space_known *known,
                 struct space_effect *effect)
{
    bool turned = known->answer != live->known[row].answer;
    live->known[row] = *known;
    if (turned && base_grow(&effect->turned, effect->n_turned, &effect->turned_capacity,
                            sizeof *effect->turned) < 0) {
        return -1;
    }
    if (turned) {
        effect->turned[effect->n_turned++] = (uint32_t)row;
    }
    return 0;
}

/* Some of those that lost the header which was known of them have no other. */
static int hide(struct space_live *live, struct space_effect *effect)
{
    const struct match *match = &live->flows.entries[effect->changed].match;
    int status = 0;
    for (size_t i = 0; i < effect->n_met && status == 0; i++) {
        const struct space_known *known = &live->known[effect->met[i]];
        if (known->answer == SPACE_OPEN ||
            (known->answer == SPACE_FOUND && match_takes(match, &known->example))) {
            struct space_known now = decide(live, effect->met[i]);
            status = learn(live, effect->met[i], &now, effect);
        }
    }
    return status;
}

/* Some of those that were hidden have a header now. */
static int appear(struct space_live *live, struct space_effect *effect)
{
    int status = 0;
    for (size_t i = 0; i < effect->n_pieces && status == 0; i++) {
        const struct space_piece *piece = &effect->pieces[i];
        struct space_known now = {.answer = piece->is_open ? SPACE_OPEN : SPACE_FOUND,
                                  .example = piece->example};
        if (piece->to != SIZE_MAX && live->known[piece->to].answer == SPACE_EMPTY) {
            status = learn(live, piece->to, &now, effect);
        }
    }
    for (size_t i = 0; i < effect->n_met && status == 0; i++) {
        if (live->known[effect->met[i]].answer == SPACE_OPEN) {
            struct space_known now = decide(live, effect->met[i]);
            status = learn(live, effect->met[i], &now, effect);
        }
    }
    return status;
}
