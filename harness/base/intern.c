/* SPDX-License-Identifier: Apache-2.0
 *
 * Equal things get equal numbers. */
#include "base/intern.h"

#include "base/arena.h"
#include "base/memory.h"

#include <stdlib.h>

static int grow(struct base_interner *interner)
{
    size_t n_slots = interner->n_slots ? 2 * interner->n_slots : 64;
    uint32_t *slots = base_calloc(n_slots, sizeof *slots);
    if (!slots) {
        return -1;
    }
    for (size_t id = 0; id < interner->n_ids; id++) {
        size_t at = interner->hashes[id] & (n_slots - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (n_slots - 1);
        }
        slots[at] = (uint32_t)id + 1;
    }
    free(interner->slots);
    interner->slots = slots;
    interner->n_slots = n_slots;
    return 0;
}

/* Where the number of what equals `key` is, or belongs. */
static size_t find_slot(const struct base_interner *interner, uint64_t hash, base_same *same,
                        const void *aux, const void *key)
{
    size_t at = hash & (interner->n_slots - 1);
    for (; interner->slots[at] != 0; at = (at + 1) & (interner->n_slots - 1)) {
        uint32_t id = interner->slots[at] - 1;
        if (interner->hashes[id] == hash && same(aux, id, key)) {
            break;
        }
    }
    return at;
}

int base_intern(struct base_interner *interner, uint64_t hash, base_same *same, const void *aux,
                const void *key, uint32_t *id)
{
    if (2 * interner->n_ids >= interner->n_slots && grow(interner) < 0) {
        return -1;
    }
    size_t at = find_slot(interner, hash, same, aux, key);
    if (interner->slots[at] != 0) {
        *id = interner->slots[at] - 1;
        return 0;
    }
    if (base_grow(&interner->hashes, interner->n_ids, &interner->capacity,
                  sizeof *interner->hashes) < 0) {
        return -1;
    }
    *id = (uint32_t)interner->n_ids;
    interner->hashes[*id] = hash;
    interner->slots[at] = (uint32_t)++interner->n_ids;
    return 0;
}

bool base_intern_find(const struct base_interner *interner, uint64_t hash, base_same *same,
                      const void *aux, const void *key, uint32_t *id)
{
    size_t at = interner->n_slots > 0 ? find_slot(interner, hash, same, aux, key) : 0;
    bool found = interner->n_slots > 0 && interner->slots[at] != 0;
    *id = found ? interner->slots[at] - 1 : UINT32_MAX;
    return found;
}

void base_intern_free(struct base_interner *interner)
{
    free(interner->slots);
    free(interner->hashes);
    *interner = (struct base_interner){0};
}
