/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a flow-mod do to a flow table? */
#include "change/edit.h"

#include <stdlib.h>

/* -------------------------------------------------------------------- rows */

static bool same_key(const void *aux, uint32_t row, const void *key)
{
    const struct flow_entry *a = &((const struct flow_table *)aux)->entries[row], *b = key;
    return flow_same_key(a, b);
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
    if (base_intern(&edit->keys, hash_key(key), same_key, rows, key, &id) < 0) {
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
    base_intern_free(&edit->keys);
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

/* Whether each condition of `flow` is one of the entry, so that the entry is within it. */
static bool has_conditions(const struct flow_entry *entry, const struct flow_entry *flow)
{
    bool has = true;
    for (size_t i = 0; i < flow->n_extras && has; i++) {
        bool found = false;
        for (size_t j = 0; j < entry->n_extras && !found; j++) {
            found = extra_within(&entry->extras[j], &flow->extras[i]);
        }
        has = found;
    }
    return has;
}

/* Whether a modify or delete is about this entry; strictly: among those of its key. */
static bool chooses(const struct flow_mod *mod, const struct flow_entry *entry)
{
    const struct flow_entry *flow = &mod->flow;
    return (is_strict(mod) ||
            (match_within(&entry->match, &flow->match) && has_conditions(entry, flow) &&
             (mod->any_table || flow->table_id == entry->table_id))) &&
           ((flow->cookie ^ entry->cookie) & mod->cookie_mask) == 0 &&
           (!deletes(mod) || mod->out_port == PORT_NONE ||
            actions_send_to(entry->actions, entry->n_actions, mod->out_port));
}

/* Whether the row is one that it is about. */
static bool change_row(struct change_edit *edit, const struct flow_mod *mod, size_t row)
{
    struct flow_entry *entry = &edit->rows.entries[row];
    if (edit->gone[row] || !chooses(mod, entry)) {
        return false;
    }
    edit->gone[row] = deletes(mod);
    if (!deletes(mod)) {
        entry->actions = mod->flow.actions;
        entry->n_actions = mod->flow.n_actions;
        entry->instructions = mod->flow.instructions;
        entry->cookie = mod->cookie_mask ? entry->cookie : mod->flow.cookie;
    }
    return true;
}

/* Changes all entries that the flow-mod chooses. */
static int change_rows(struct change_edit *edit, const struct flow_mod *mod)
{
    if (!is_strict(mod)) {
        for (size_t row = 0; row < edit->rows.n_entries; row++) {
            edit->chose |= change_row(edit, mod, row);
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
        edit->chose |= change_row(edit, mod, row);
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
    edit->chose = false;
    if (match_is_exact(&mod->flow.match) && mod->cookie_mask == 0) {
        effective.flow.priority = UINT16_MAX;
    }
    if (mod->command != FLOW_ADD && change_rows(edit, &effective) < 0) {
        return -1;
    }
    bool adds =
        mod->command == FLOW_ADD || (!deletes(mod) && !edit->chose && mod->cookie_mask == 0);
    return adds ? add(edit, &effective, overlaps) : 0;
}

/* ------------------------------------------------------------------- groups */

static bool uses(const struct flow_entry *entry, uint32_t group_id, uint32_t meter_id)
{
    const struct instructions *more = entry->instructions;
    return actions_hand_to(entry->actions, entry->n_actions, group_id) ||
           (more && (actions_hand_to(more->written, more->n_written, group_id) ||
                     (meter_id != NO_METER && more->meter == meter_id)));
}

void change_edit_delete_users(struct change_edit *edit, uint32_t group_id, uint32_t meter_id)
{
    for (size_t row = 0; row < edit->rows.n_entries; row++) {
        edit->gone[row] |= uses(&edit->rows.entries[row], group_id, meter_id);
    }
}
