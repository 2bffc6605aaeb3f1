/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow tables: how they grow, and when two entries are the same. */
#include "model/flow.h"

#include "base/none.h"

#include <stdlib.h>
#include <string.h>

const char *const flow_flag_names[N_FLOW_FLAGS] = {
    "send_flow_rem", "check_overlap", "reset_counts", "no_packet_counts", "no_byte_counts",
};

struct flow_entry *flow_table_add(struct flow_table *table)
{
    if (base_grow(&table->entries, table->n_entries, &table->capacity, sizeof *table->entries)) {
        return NULL;
    }
    struct flow_entry *entry = &table->entries[table->n_entries++];
    *entry = (struct flow_entry){0};
    return entry;
}

void flow_table_free(struct flow_table *table)
{
    if (table) {
        free(table->entries);
        base_arena_free(&table->arena);
        *table = (struct flow_table){0};
    }
}

const char *flow_open(const struct flow_entry *entry)
{
    const struct field_value *which;
    if (entry->table_id != 0) {
        return "another table than 0 decides";
    }
    if (entry->n_extras > 0 &&
        extra_effect(entry->extras, entry->n_extras, &which) == EXTRA_MAY_TAKE) {
        return extra_reason(which);
    }
    return instructions_open(entry->instructions);
}

static bool has_group(const struct action *actions, size_t n_actions)
{
    bool found = false;
    for (size_t i = 0; i < n_actions && !found; i++) {
        found = actions[i].type == ACTION_GROUP;
    }
    return found;
}

bool flow_uses_group(const struct flow_entry *entry)
{
    const struct instructions *more = entry->instructions;
    return has_group(entry->actions, entry->n_actions) ||
           (more && has_group(more->written, more->n_written));
}

bool flow_never_takes(const struct flow_entry *entry)
{
    const struct field_value *which;
    return entry->table_id == 0 && entry->n_extras > 0 &&
           extra_effect(entry->extras, entry->n_extras, &which) == EXTRA_NEVER;
}

int flow_compare_keys(const struct flow_entry *a, const struct flow_entry *b)
{
    int order = (a->table_id > b->table_id) - (a->table_id < b->table_id);
    order = order ? order : (a->priority < b->priority) - (a->priority > b->priority);
    order = order ? order : memcmp(&a->match, &b->match, sizeof a->match);
    return order ? order : extras_compare(a->extras, a->n_extras, b->extras, b->n_extras);
}

bool flow_same_key(const struct flow_entry *a, const struct flow_entry *b)
{
    return flow_compare_keys(a, b) == 0;
}

bool flow_equal(const struct flow_entry *a, const struct flow_entry *b)
{
    return flow_same_key(a, b) && a->cookie == b->cookie && a->idle_timeout == b->idle_timeout &&
           a->hard_timeout == b->hard_timeout &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions) &&
           instructions_equal(a->instructions, b->instructions);
}

/* The entry of the table that is equal, from `at` on and round; ENTRY_NONE: there is none. */
static size_t find_equal(const struct flow_table *table, const struct flow_entry *entry, size_t at)
{
    for (size_t i = 0; i < table->n_entries; i++) {
        size_t index = (at + i) % table->n_entries;
        if (flow_equal(&table->entries[index], entry)) {
            return index;
        }
    }
    return ENTRY_NONE;
}

bool flow_tables_differ(const struct flow_table *a, const struct flow_table *b)
{
    bool differ = a->n_entries != b->n_entries;
    size_t at = 0; /* most often in the same order */
    for (size_t i = 0; i < a->n_entries && !differ; i++) {
        size_t found = find_equal(b, &a->entries[i], at);
        differ = found == ENTRY_NONE;
        at = found + 1;
    }
    return differ;
}
