/* SPDX-License-Identifier: Apache-2.0
 *
 * Does somebody else write entries with our cookie? */
#include "tapd/install/installer_inside.h"

#include <stdlib.h>

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x100000001b3); /* FNV-1a, by words */
}

/* Of what makes it do something else than another. */
static uint64_t hash_entry(const struct flow_entry *entry)
{
    uint64_t hash = mix(match_hash(&entry->match, 0), entry->priority);
    for (size_t i = 0; i < entry->n_actions; i++) {
        const struct action *action = &entry->actions[i];
        uint16_t tag = action->type == ACTION_SET_VLAN_VID ? action->vlan_vid : 0;
        hash = mix(hash, (uint64_t)action->type << 32 | (uint64_t)action->port << 16 | tag);
    }
    return hash;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Hashes of the own entries of the table, ascending; NULL without memory. */
static uint64_t *list_own(const struct tapd_target *target, size_t *n)
{
    uint64_t *own = calloc(target->table.n_entries + 1, sizeof *own);
    *n = 0;
    for (size_t i = 0; own && i < target->table.n_entries; i++) {
        const struct flow_entry *entry = &target->table.entries[i];
        if (tapd_target_is_own(target, entry)) {
            own[(*n)++] = hash_entry(entry);
        }
    }
    if (own) {
        qsort(own, *n, sizeof *own, by_value);
    }
    return own;
}

bool tapd_target_is_contested(struct tapd_target *target)
{
    size_t n;
    uint64_t *own = list_own(target, &n);
    bool contested = false;
    for (size_t i = 0; own && target->seen && !target->sent && i < n; i++) {
        contested |= !bsearch(&own[i], target->seen, target->n_seen, sizeof *own, by_value);
    }
    free(target->seen);
    target->seen = own;
    target->n_seen = n;
    target->sent = false;
    return contested;
}

void tapd_target_forget_seen(struct tapd_target *target)
{
    free(target->seen);
    target->seen = NULL;
    target->n_seen = 0;
}
