/* SPDX-License-Identifier: Apache-2.0 */
#include "change/change.h"

#include "ofctl/flow.h"
#include "space/cube.h"

#include <stdlib.h>

/* -------------------------------------------------------------------- rows */

static bool same_key(const void *aux, uint32_t row, const void *key)
{
    const struct flow_entry *a = &((const struct flow_table *)aux)->entries[row], *b = key;
    return a->table_id == b->table_id && a->priority == b->priority &&
           match_equal(&a->match, &b->match);
}

static uint64_t hash_key(const struct flow_entry *entry)
{
    return match_hash(&entry->match, (uint64_t)entry->table_id << 16 | entry->priority);
}

/* The row of this key, one more that is gone if there was none. */
static int find_row(struct change_edit *edit, const struct flow_entry *key, size_t *row)
{
    struct flow_table *rows = &edit->rows;
    uint32_t id;
    if (base_grow(&edit->gone, rows->n_entries, &edit->capacity, sizeof *edit->gone) < 0 ||
        !flow_table_add(rows)) {
        return -1;
    }
    rows->n_entries--; /* room, if it is needed */
    if (space_intern(&edit->keys, hash_key(key), same_key, rows, key, &id) < 0) {
        return -1;
    }
    *row = id;
    if (id == rows->n_entries) {
        rows->entries[rows->n_entries++] = *key;
        edit->gone[id] = true;
    }
    return 0;
}

int change_edit_begin(struct change_edit *edit, const struct flow_table *table)
{
    *edit = (struct change_edit){0};
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        size_t row;
        if (find_row(edit, entry, &row) < 0) {
            return -1;
        }
        edit->gone[row] = false;
        edit->last_table = entry->table_id > edit->last_table ? entry->table_id : edit->last_table;
    }
    return 0;
}

struct flow_table change_edit_end(struct change_edit *edit)
{
    struct flow_table table = edit->rows;
    size_t n = 0;
    for (size_t i = 0; i < table.n_entries; i++) {
        if (!edit->gone[i]) {
            table.entries[n++] = table.entries[i];
        }
    }
    table.n_entries = n;
    edit->rows = (struct flow_table){0};
    return table;
}

void change_edit_free(struct change_edit *edit)
{
    flow_table_free(&edit->rows);
    free(edit->gone);
    space_intern_free(&edit->keys);
    *edit = (struct change_edit){0};
}

/* --------------------------------------------------------------- flow-mods */

static bool is_strict(const struct flow_mod *mod)
{
    return mod->command == FLOW_MODIFY_STRICT || mod->command == FLOW_DELETE_STRICT;
}

static bool deletes(const struct flow_mod *mod)
{
    return mod->command == FLOW_DELETE || mod->command == FLOW_DELETE_STRICT;
}

static bool sends_to(const struct flow_entry *entry, uint16_t port)
{
    for (size_t i = 0; i < entry->n_actions; i++) {
        const struct action *action = &entry->actions[i];
        if ((action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE) &&
            action->port == port) {
            return true;
        }
    }
    return false;
}

/* Whether a modify or delete is about this entry. */
static bool chooses(const struct flow_mod *mod, const struct flow_entry *entry)
{
    const struct flow_entry *flow = &mod->flow;
    return (is_strict(mod)
                ? flow->priority == entry->priority && match_equal(&flow->match, &entry->match)
                : match_within(&entry->match, &flow->match)) &&
           (mod->any_table || flow->table_id == entry->table_id) &&
           ((flow->cookie ^ entry->cookie) & mod->cookie_mask) == 0 &&
           (!deletes(mod) || mod->out_port == PORT_NONE || sends_to(entry, mod->out_port));
}

/* Returns how many entries this row is: 0 or 1. */
static size_t change_row(struct change_edit *edit, const struct flow_mod *mod, size_t row)
{
    struct flow_entry *entry = &edit->rows.entries[row];
    if (edit->gone[row] || !chooses(mod, entry)) {
        return 0;
    }
    edit->gone[row] = deletes(mod);
    if (!deletes(mod)) {
        entry->actions = mod->flow.actions;
        entry->n_actions = mod->flow.n_actions;
        entry->cookie = mod->cookie_mask ? entry->cookie : mod->flow.cookie;
    }
    return 1;
}

/* Changes all entries that the flow-mod chooses: `*n` of them. */
static int change_rows(struct change_edit *edit, const struct flow_mod *mod, size_t *n)
{
    *n = 0;
    if (!is_strict(mod)) {
        for (size_t row = 0; row < edit->rows.n_entries; row++) {
            *n += change_row(edit, mod, row);
        }
        return 0;
    }
    struct flow_entry key = mod->flow;
    unsigned first = mod->any_table ? 0 : key.table_id;
    unsigned last = mod->any_table ? edit->last_table : key.table_id;
    for (unsigned table = first; table <= last; table++) {
        size_t row;
        key.table_id = (uint8_t)table;
        if (find_row(edit, &key, &row) < 0) {
            return -1;
        }
        *n += change_row(edit, mod, row);
    }
    return 0;
}

/* An entry of the same priority that takes a packet of this one's, too. */
static const struct flow_entry *find_overlap(const struct change_edit *edit,
                                             const struct flow_entry *flow)
{
    for (size_t row = 0; row < edit->rows.n_entries; row++) {
        const struct flow_entry *entry = &edit->rows.entries[row];
        if (!edit->gone[row] && entry->table_id == flow->table_id &&
            entry->priority == flow->priority && match_overlaps(&entry->match, &flow->match)) {
            return entry;
        }
    }
    return NULL;
}

static int add(struct change_edit *edit, const struct flow_mod *mod,
               const struct flow_entry **overlaps)
{
    struct flow_entry added = mod->flow;
    size_t row;
    added.n_packets = added.n_bytes = 0;
    added.duration_sec = added.duration_nsec = 0;
    if (find_row(edit, &added, &row) < 0) {
        return -1;
    }
    if (mod->check_overlap && edit->gone[row]) {
        *overlaps = find_overlap(edit, &added);
        if (*overlaps) {
            return 1;
        }
    }
    edit->rows.entries[row] = added;
    edit->gone[row] = false;
    edit->last_table = added.table_id > edit->last_table ? added.table_id : edit->last_table;
    return 0;
}

int change_edit_apply(struct change_edit *edit, const struct flow_mod *mod,
                      const struct flow_entry **overlaps)
{
    struct flow_mod effective = *mod;
    size_t n = 0;
    if (match_is_exact(&mod->flow.match) && mod->cookie_mask == 0) {
        effective.flow.priority = UINT16_MAX;
    }
    if (mod->command != FLOW_ADD && change_rows(edit, &effective, &n) < 0) {
        return -1;
    }
    bool adds = mod->command == FLOW_ADD || (!deletes(mod) && n == 0 && mod->cookie_mask == 0);
    return adds ? add(edit, &effective, overlaps) : 0;
}

/* ----------------------------------------------------------------- network */

static int refuse(struct change_outcome *change, size_t item, const struct flow_entry *overlaps)
{
    struct base_buffer text = {0};
    base_put_text(&text, "overlaps with ");
    ofctl_format_flow(overlaps, FLOW_NO_STATS, &text);
    base_put_text(&text, " (OFPFMFC_OVERLAP)");
    change->refused[item] = base_arena_take(&change->arena, &text);
    return change->refused[item] ? 0 : -1;
}

static int change_switch(struct change_outcome *change, const struct flow_changes *changes,
                         const struct switch_state *before, size_t sw)
{
    struct change_edit edit;
    const struct flow_entry *overlaps;
    int status = change_edit_begin(&edit, &before->flows);
    for (size_t i = 0; i < changes->n_items && status >= 0; i++) {
        if (changes->items[i].sw == sw) {
            status = change_edit_apply(&edit, &changes->items[i].mod, &overlaps);
            status = status == 1 ? refuse(change, i, overlaps) : status;
        }
    }
    if (status >= 0) {
        change->copies[sw] = *before;
        change->copies[sw].flows = change_edit_end(&edit);
        change->states[sw] = &change->copies[sw];
    }
    change_edit_free(&edit);
    return status;
}

int change_outcome_make(struct change_outcome *change, const struct flow_changes *changes,
                        const struct switch_state *const *before, size_t n_switches)
{
    *change = (struct change_outcome){.n_switches = n_switches};
    change->copies = calloc(n_switches + 1, sizeof *change->copies);
    change->states = calloc(n_switches + 1, sizeof *change->states);
    change->refused = calloc(changes->n_items + 1, sizeof *change->refused);
    int status = change->copies && change->states && change->refused ? 0 : -1;
    for (size_t sw = 0; sw < n_switches && status == 0; sw++) {
        status = before[sw] ? change_switch(change, changes, before[sw], sw) : 0;
    }
    if (status < 0) {
        change_outcome_free(change);
    }
    return status;
}

void change_outcome_free(struct change_outcome *change)
{
    for (size_t sw = 0; change->copies && sw < change->n_switches; sw++) {
        flow_table_free(&change->copies[sw].flows);
    }
    free(change->copies);
    free(change->states);
    free(change->refused);
    base_arena_free(&change->arena);
    *change = (struct change_outcome){0};
}

/* ----------------------------------------------------------------------- ports */

static void put_foreign(const struct switch_state *state, uint16_t number, struct base_buffer *out)
{
    if (number > 0 && number <= PORT_MAX && !switch_state_port(state, number)) {
        base_put_format(out, "%s%u", out->n_bytes > 0 ? ", " : "", number);
    }
}

/* The ports that an item names and the switch does not have: "99, 77". */
static void put_foreign_ports(const struct flow_mod *mod, const struct switch_state *state,
                              struct base_buffer *out)
{
    bool is_delete = mod->command == FLOW_DELETE || mod->command == FLOW_DELETE_STRICT;
    if (!is_delete && mod->flow.match.mask.in_port == UINT16_MAX) {
        put_foreign(state, mod->flow.match.value.in_port, out);
    }
    for (size_t i = 0; i < mod->flow.n_actions; i++) {
        const struct action *action = &mod->flow.actions[i];
        if (action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE) {
            put_foreign(state, action->port, out);
        }
    }
}

void change_note_ports(const struct flow_changes *changes, const struct switch_state *const *before,
                       const struct topology *topology, struct report *report)
{
    enum { NOTED_MAX = 8 };
    struct base_buffer ports = {0};
    size_t n = 0;
    for (size_t i = 0; i < changes->n_items; i++) {
        const struct flow_change *item = &changes->items[i];
        const struct switch_state *state = before[item->sw];
        ports.n_bytes = 0;
        if (state && state->n_ports > 0) { /* a saved state may leave its ports out */
            put_foreign_ports(&item->mod, state, &ports);
        }
        if (ports.n_bytes > 0 && n++ < NOTED_MAX) {
            report_note(report, "%s:%d: %s has no port %s", item->place.file, item->place.line,
                        topology->switches[item->sw].name, base_buffer_text(&ports));
        }
    }
    if (n > NOTED_MAX) {
        report_note(report, "%zu more lines of the change name ports that the switch does not have",
                    n - NOTED_MAX);
    }
    base_buffer_free(&ports);
}
