/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of two states are the same, and which have changed? */
#include "base/memory.h"
#include "change/inside.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- counterparts */

/* Items of two lists, numbered as one: first those of the first. */
struct pairing {
    int (*compare)(const struct pairing *pairing, size_t x, size_t y);
    const struct flow_table *tables[2];
    const struct space_whole *wholes[2];
    const size_t *ids[2]; /* by row: equal keys have equal ids */
    size_t n_first;
};

static int compare_items(const void *a, const void *b, void *aux)
{
    const struct pairing *pairing = aux;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = pairing->compare(pairing, x, y);
    return order ? order : (x > y) - (x < y);
}

/* Of those that are equal, the nth of one list is the counterpart of the nth of the other. */
static int pair_up(struct pairing *pairing, size_t n, size_t *of_first, size_t *of_second)
{
    size_t n_first = pairing->n_first, *order = base_calloc(n + 1, sizeof *order);
    if (!order) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        *(i < n_first ? &of_first[i] : &of_second[i - n_first]) = ENTRY_NONE;
    }
    qsort_r(order, n, sizeof *order, compare_items, pairing);
    for (size_t begin = 0, end; begin < n; begin = end) {
        size_t second = begin; /* of the run, the first item of the second list */
        for (end = begin;
             end < n && (end == begin || pairing->compare(pairing, order[begin], order[end]) == 0);
             end++) {
            second += order[end] < n_first;
        }
        for (size_t i = 0; begin + i < second && second + i < end; i++) {
            size_t x = order[begin + i], y = order[second + i] - n_first;
            of_first[x] = y;
            of_second[y] = x;
        }
    }
    free(order);
    return 0;
}

static const struct flow_entry *row_of(const struct pairing *pairing, size_t item)
{
    size_t s = item >= pairing->n_first;
    return &pairing->tables[s]->entries[item - (s ? pairing->n_first : 0)];
}

static int compare_rows(const struct pairing *pairing, size_t x, size_t y)
{
    return flow_compare_keys(row_of(pairing, x), row_of(pairing, y));
}

int change_diff_counterparts(const struct flow_table *a, const struct flow_table *b, size_t **of_a,
                             size_t **of_b)
{
    struct pairing pairing = {.compare = compare_rows, .tables = {a, b}, .n_first = a->n_entries};
    *of_a = base_calloc(a->n_entries + 1, sizeof **of_a);
    *of_b = base_calloc(b->n_entries + 1, sizeof **of_b);
    if (*of_a && *of_b && pair_up(&pairing, a->n_entries + b->n_entries, *of_a, *of_b) == 0) {
        return 0;
    }
    free(*of_a);
    free(*of_b);
    *of_a = *of_b = NULL;
    return -1;
}

/* -1, 0 or 1; the same cubes in the same order. */
static int compare_holes(const struct space_holes *a, const struct space_holes *b)
{
    int order = 0;
    for (; a && b && order == 0; a = a->next, b = b->next) {
        order = (a->n_cubes > b->n_cubes) - (a->n_cubes < b->n_cubes);
        order = order || a->n_cubes == 0
                    ? order
                    : memcmp(a->cubes, b->cubes, a->n_cubes * sizeof *a->cubes);
    }
    return order ? order : (a != NULL) - (b != NULL);
}

static const struct space_holes *holes_of(const struct space_whole *whole, size_t entry)
{
    return whole->pipeline.holes ? whole->pipeline.holes[entry] : NULL;
}

/* By the rows that they stand for, then by the packets of these that they take. */
static int compare_entries(const struct pairing *pairing, size_t x, size_t y)
{
    size_t of[] = {x >= pairing->n_first, y >= pairing->n_first};
    size_t entry[] = {x - (of[0] ? pairing->n_first : 0), y - (of[1] ? pairing->n_first : 0)};
    const struct space_whole *a = pairing->wholes[of[0]], *b = pairing->wholes[of[1]];
    size_t n_a = space_whole_n_rows(a, entry[0]), n_b = space_whole_n_rows(b, entry[1]);
    int order = (n_a > n_b) - (n_a < n_b);
    for (size_t i = 0; i < n_a && order == 0; i++) {
        size_t p = pairing->ids[of[0]][space_whole_row(a, entry[0], i, NULL)];
        size_t q = pairing->ids[of[1]][space_whole_row(b, entry[1], i, NULL)];
        order = (p > q) - (p < q);
    }
    order = order ? order
                  : memcmp(&a->flows->entries[entry[0]].match, &b->flows->entries[entry[1]].match,
                           sizeof(struct match));
    return order ? order : compare_holes(holes_of(a, entry[0]), holes_of(b, entry[1]));
}

/* Of composed entries, whose order is that in which they take packets: those that come before
 * another in one state, and behind it or beside it in the other, have no counterparts. */
static void unpair_moved(struct change_side sides[2])
{
    const struct flow_entry *a = sides[0].whole->flows->entries;
    const struct flow_entry *b = sides[1].whole->flows->entries;
    size_t last = ENTRY_NONE;
    for (size_t i = 0; i < sides[0].whole->flows->n_entries; i++) {
        size_t j = sides[0].counterparts[i];
        bool moved = false;
        if (j == ENTRY_NONE) {
            continue;
        }
        if (last != ENTRY_NONE) {
            size_t before = sides[0].counterparts[last];
            moved = j < before || (space_rank(&a[last]) == space_rank(&a[i])) !=
                                      (space_rank(&b[before]) == space_rank(&b[j]));
        }
        if (moved) {
            sides[0].counterparts[i] = sides[1].counterparts[j] = ENTRY_NONE;
        } else {
            last = i;
        }
    }
}

/* Of composed entries, from the counterparts of rows, which become ids: that of the second state,
 * or one that no row of it has. */
static int pair_entries(struct change_side sides[2], size_t *of_rows[2])
{
    const struct space_whole *a = sides[0].whole, *b = sides[1].whole;
    struct pairing pairing = {.compare = compare_entries,
                              .wholes = {a, b},
                              .ids = {of_rows[0], of_rows[1]},
                              .n_first = a->flows->n_entries};
    size_t n = a->flows->n_entries + b->flows->n_entries;
    for (size_t i = 0; i < a->rows->n_entries; i++) {
        of_rows[0][i] = of_rows[0][i] == ENTRY_NONE ? b->rows->n_entries + i : of_rows[0][i];
    }
    for (size_t i = 0; i < b->rows->n_entries; i++) {
        of_rows[1][i] = i;
    }
    int status = pair_up(&pairing, n, sides[0].counterparts, sides[1].counterparts);
    if (status == 0) {
        unpair_moved(sides);
    }
    return status;
}

/* ------------------------------------------------------------- the same in words */

const struct flow_entry *change_side_flow(const struct change_side *side, size_t entry)
{
    return entry == ENTRY_NONE ? NULL : &side->whole->flows->entries[entry];
}

static const struct flow_entry *nth_row(const struct change_side *side, size_t entry, size_t nth)
{
    return &side->whole->rows->entries[space_whole_row(side->whole, entry, nth, NULL)];
}

static bool groups_alike(const struct switch_state *a, const struct switch_state *b)
{
    bool none = switch_state_tells_groups(a) && switch_state_tells_groups(b) &&
                a->groups.n_groups == 0 && b->groups.n_groups == 0;
    return a == b || none || group_tables_alike(&a->groups, &b->groups);
}

/* Whether two rows do the same, whatever they match. */
static bool rows_say_the_same(const struct flow_entry *a, const struct flow_entry *b)
{
    return a->table_id == b->table_id &&
           extras_equal(a->extras, a->n_extras, b->extras, b->n_extras) &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions) &&
           instructions_equal(a->instructions, b->instructions);
}

/* Whether more rows decide than those that it names: of a pipeline that is too large all, of
 * rivals one more, and where it is open already what an entry does those of further tables. */
static bool depends_on_others(const struct change_side *side, size_t entry)
{
    const struct flow_entry *flow = change_side_flow(side, entry);
    const struct action *last = flow->n_actions > 0 ? &flow->actions[flow->n_actions - 1] : NULL;
    size_t n = space_whole_n_rows(side->whole, entry);
    const struct instructions *more = n > 0 ? nth_row(side, entry, n - 1)->instructions : NULL;
    return n == 0 || (last && last->type == ACTION_OPEN &&
                      ((more && more->goto_table != NO_GOTO) ||
                       strcmp(last->reason, SPACE_COMPETITION) == 0));
}

bool change_sides_say_the_same(const struct change_side *a, size_t x, const struct change_side *b,
                               size_t y)
{
    if (x == ENTRY_NONE || y == ENTRY_NONE) {
        return false;
    }
    size_t n = space_whole_n_rows(a->whole, x);
    bool same = n == space_whole_n_rows(b->whole, y);
    bool groups = groups_alike(a->state, b->state);
    for (size_t i = 0; i < n && same; i++) {
        const struct flow_entry *row = nth_row(a, x, i);
        same = rows_say_the_same(row, nth_row(b, y, i)) && (groups || !flow_uses_group(row));
    }
    return same &&
           (a->is_alike || a == b || (!depends_on_others(a, x) && !depends_on_others(b, y)));
}

/* ----------------------------------------------------------------------- meters */

/* The next row from the nth on that has a meter; the number of rows: none has. */
static size_t next_metered(const struct change_side *side, size_t entry, size_t nth)
{
    size_t n = space_whole_n_rows(side->whole, entry);
    while (nth < n && (!nth_row(side, entry, nth)->instructions ||
                       nth_row(side, entry, nth)->instructions->meter == NO_METER)) {
        nth++;
    }
    return nth;
}

/* A meter that the switch does not have, or was not asked for, is known by its number alone. */
static bool same_meter(const struct change_side *a, uint32_t id_a, const struct change_side *b,
                       uint32_t id_b)
{
    const struct meter *x = meter_find(&a->state->groups, id_a);
    const struct meter *y = meter_find(&b->state->groups, id_b);
    struct meter renamed = x ? *x : (struct meter){0};
    renamed.id = id_b;
    return x && y ? meter_equal(&renamed, y) : !x && !y && id_a == id_b;
}

bool change_sides_meter_alike(const struct change_side *a, size_t x, const struct change_side *b,
                              size_t y)
{
    if (!a->is_metered && !b->is_metered) {
        return true;
    }
    size_t i = next_metered(a, x, 0), j = next_metered(b, y, 0);
    size_t n_a = space_whole_n_rows(a->whole, x), n_b = space_whole_n_rows(b->whole, y);
    bool alike = true;
    while (alike && i < n_a && j < n_b) {
        alike = same_meter(a, nth_row(a, x, i)->instructions->meter, b,
                           nth_row(b, y, j)->instructions->meter);
        i = next_metered(a, x, i + 1);
        j = next_metered(b, y, j + 1);
    }
    return alike && i == n_a && j == n_b;
}

/* ---------------------------------------------------------------------- changed */

static bool floods(const struct flow_entry *entry)
{
    return actions_send_to(entry->actions, entry->n_actions, PORT_FLOOD) ||
           actions_send_to(entry->actions, entry->n_actions, PORT_ALL);
}

static bool flood_alike(const struct switch_state *a, const struct switch_state *b)
{
    bool alike = a->n_ports == b->n_ports;
    for (size_t i = 0; i < a->n_ports && alike; i++) {
        alike = a->ports[i].number == b->ports[i].number &&
                !((a->ports[i].config ^ b->ports[i].config) & PORT_CONFIG_NO_FLOOD);
    }
    return alike;
}

/* What is open at the end of a list is equal to nothing; a condition that is open, and the same on
 * both sides, leaves the same to others. */
static bool is_changed(const struct change_side *side, const struct change_side *other,
                       size_t entry, bool alike)
{
    size_t counterpart = side->counterparts[entry];
    const struct flow_entry *flow = change_side_flow(side, entry);
    const struct flow_entry *same = change_side_flow(other, counterpart);
    return !same ||
           !actions_equal(flow->actions, flow->n_actions, same->actions, same->n_actions) ||
           !extras_equal(flow->extras, flow->n_extras, same->extras, same->n_extras) ||
           (!alike && floods(flow)) || !change_sides_meter_alike(side, entry, other, counterpart);
}

/* Whether each meter of the one is the other's, too. */
static bool meters_alike(const struct change_side *a, const struct change_side *b)
{
    const struct group_table *meters = &a->state->groups;
    bool alike = !a->is_metered || meters->n_meters == b->state->groups.n_meters;
    for (size_t i = 0; a->is_metered && i < meters->n_meters && alike; i++) {
        alike = same_meter(a, meters->meters[i].id, b, meters->meters[i].id);
    }
    return alike;
}

static int mark_changed(struct change_side *side, const struct change_side *other)
{
    bool alike = flood_alike(side->state, other->state);
    size_t n = side->whole->flows->n_entries;
    side->changed = base_calloc(n + 1, sizeof *side->changed);
    side->alone = base_calloc(n + 1, sizeof *side->alone);
    side->asked = base_calloc(n + 1, sizeof *side->asked);
    side->learned = base_calloc(side->table.actions.n_ids + 1, sizeof *side->learned);
    if (!side->changed || !side->alone || !side->asked || !side->learned) {
        return -1;
    }
    bool nothing = side->is_alike && alike && meters_alike(side, other); /* in whatever order */
    for (size_t i = 0; i < n; i++) {
        side->changed[i] = !nothing && is_changed(side, other, i, alike);
        side->has_open |= flow_open(change_side_flow(side, i)) != NULL;
    }
    return 0;
}

/* ------------------------------------------------------------------------- both */

/* Whether the rows of the two states are the same; the counterparts are those of rows. */
static bool tables_alike(const struct change_side sides[2], const size_t *of_rows)
{
    const struct flow_table *a = sides[0].whole->rows, *b = sides[1].whole->rows;
    bool alike = a->n_entries == b->n_entries;
    for (size_t i = 0; i < a->n_entries && alike; i++) {
        alike =
            of_rows[i] != ENTRY_NONE && rows_say_the_same(&a->entries[i], &b->entries[of_rows[i]]);
    }
    return alike && groups_alike(sides[0].state, sides[1].state);
}

static int open_side(struct change_side *side, const struct switch_state *state,
                     struct space_whole *whole)
{
    *side = (struct change_side){.state = state, .whole = whole};
    side->kinds = base_calloc(state->flows.n_entries + 1, sizeof *side->kinds);
    for (size_t i = 0; side->kinds && i < state->flows.n_entries; i++) {
        const struct instructions *more = state->flows.entries[i].instructions;
        bool metered = more && more->meter != NO_METER;
        side->is_metered |= metered;
        side->kinds[i] = metered ? SPACE_SINGLE : 0;
    }
    const struct space_composition how = {.merges = true, .kinds = side->kinds};
    return !side->kinds || space_whole_open(state, &how, whole) < 0
               ? -1
               : space_whole_index(whole, &side->table);
}

/* Rows first; where nothing is composed, they are the entries. */
static int find_counterparts(struct change_side sides[2])
{
    size_t *of_rows[2] = {NULL, NULL};
    bool composed = sides[0].whole->ways || sides[1].whole->ways;
    int status = change_diff_counterparts(sides[0].whole->rows, sides[1].whole->rows, &of_rows[0],
                                          &of_rows[1]);
    if (status == 0) {
        sides[0].is_alike = sides[1].is_alike = tables_alike(sides, of_rows[0]);
    }
    for (size_t s = 0; s < 2 && status == 0; s++) {
        size_t n = sides[s].whole->flows->n_entries;
        sides[s].counterparts = composed ? base_calloc(n + 1, sizeof *of_rows[s]) : of_rows[s];
        status = sides[s].counterparts ? 0 : -1;
    }
    if (composed) {
        status = status == 0 ? pair_entries(sides, of_rows) : status;
        free(of_rows[0]);
        free(of_rows[1]);
    }
    return status;
}

int change_sides_open(struct change_side sides[2], const struct switch_state *const states[2],
                      struct space_whole wholes[2])
{
    bool failed = open_side(&sides[0], states[0], &wholes[0]) < 0 ||
                  open_side(&sides[1], states[1], &wholes[1]) < 0 || find_counterparts(sides) < 0 ||
                  mark_changed(&sides[0], &sides[1]) < 0 || mark_changed(&sides[1], &sides[0]) < 0;
    return failed ? -1 : 0;
}

void change_sides_close(struct change_side sides[2])
{
    for (size_t s = 0; s < 2; s++) {
        space_table_free(&sides[s].table);
        free(sides[s].counterparts);
        free(sides[s].changed);
        free(sides[s].alone);
        free(sides[s].asked);
        free(sides[s].learned);
        free(sides[s].kinds);
    }
}
