/* SPDX-License-Identifier: Apache-2.0
 *
 * One table of a pipeline: which of its entries do the same next, and which compete. */
#ifndef SPACE_STAGE_H
#define SPACE_STAGE_H

#include "space/table.h"

/* Entries of one rank that take the same packet, and do not go on alike. */
struct space_rivals {
    uint32_t a, b;
};

/* Zero-initialise. */
struct space_stage {
    bool is_ready;
    struct space_table table;
    struct space_rivals *rivals;
    size_t n_rivals, capacity;
    uint32_t *classes; /* by row: those of one class do the same, and compete with no others;
                          SPACE_ALONE: no other row is like this one */
    uint32_t n_classes;
};
enum { SPACE_ALONE = UINT32_MAX };

/* Indexes the rows of `flows` but for those of `others`. kinds: as in struct space_composition;
 * matched: by table, the bits of metadata that entries from there on match; the others make no
 * difference. Uses budget as space_find does.
 * -1 without memory, or over the budget (then it is 0). Free the stage even then. */
int space_stage_index(struct space_stage *stage, const struct flow_table *flows, const bool *others,
                      const uint64_t matched[UINT8_MAX + 1], const uint8_t *kinds, size_t *budget);

/* Frees what is in it; the stage is empty and usable then. */
void space_stage_free(struct space_stage *stage);

/* The number that a field of up to 8 bytes says. */
uint64_t space_field_number(const uint8_t bytes[8]);

/* Whether the pipeline does not end with the entry. */
static inline bool space_goes_on(const struct flow_entry *flow)
{
    return flow->instructions && flow->instructions->goto_table != NO_GOTO;
}

#endif
