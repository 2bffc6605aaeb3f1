/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a table show what flow-mods asked for? */
#include "tapd/install/confirm.h"

#include "tapd/install/action_set.h"

#include <stdlib.h>

struct row {
    uint64_t hash; /* of match and priority */
    const struct flow_entry *entry;
};

static uint64_t hash_of(const struct flow_entry *entry)
{
    return match_hash(&entry->match, entry->priority);
}

static int by_hash(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static const struct flow_entry *find(const struct row *rows, size_t n,
                                     const struct flow_entry *like)
{
    size_t first = 0, end = n;
    uint64_t hash = hash_of(like);
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (rows[middle].hash < hash) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    for (; first < n && rows[first].hash == hash; first++) {
        if (flow_same_key(rows[first].entry, like)) {
            return rows[first].entry;
        }
    }
    return NULL;
}

static bool is_shown(const struct row *rows, size_t n, const struct of_flow_mod *mod)
{
    const struct flow_entry *there = find(rows, n, &mod->entry);
    if (mod->command == OFPFC_DELETE_STRICT) {
        return !there;
    }
    if (mod->command != OFPFC_ADD && mod->command != OFPFC_MODIFY_STRICT) {
        return true;
    }
    struct tapd_actions wanted = {mod->entry.actions, mod->entry.n_actions};
    struct tapd_actions actions = {there ? there->actions : NULL, there ? there->n_actions : 0};
    return there && tapd_does_same(&actions, &wanted);
}

bool tapd_table_shows(const struct flow_table *table, const struct of_flow_mod *mods, size_t n_mods)
{
    size_t n = table->n_entries;
    struct row *rows = calloc(n + 1, sizeof *rows);
    if (!rows) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct row){hash_of(&table->entries[i]), &table->entries[i]};
    }
    qsort(rows, n, sizeof *rows, by_hash);
    bool all = true;
    for (size_t i = 0; all && i < n_mods; i++) {
        all = is_shown(rows, n, &mods[i]);
    }
    free(rows);
    return all;
}
