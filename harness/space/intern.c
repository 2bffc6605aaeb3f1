/* SPDX-License-Identifier: Apache-2.0
 *
 * Equal things get equal numbers. */
#include "space/intern.h"

#include "base/arena.h"
#include "base/memory.h"

#include <stdlib.h>

static int grow(struct space_interner *interner)
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

int space_intern(struct space_interner *interner, uint64_t hash, space_same *same, const void *aux,
                 const void *key, uint32_t *id)
{
    if (2 * interner->n_ids >= interner->n_slots && grow(interner) < 0) {
        return -1;
    }
    size_t at = hash & (interner->n_slots - 1);
    for (; interner->slots[at] != 0; at = (at + 1) & (interner->n_slots - 1)) {
        *id = interner->slots[at] - 1;
        if (interner->hashes[*id] == hash && same(aux, *id, key)) {
            return 0;
        }
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

void space_intern_free(struct space_interner *interner)
{
    free(interner->slots);
    free(interner->hashes);
    *interner = (struct space_interner){0};
}
