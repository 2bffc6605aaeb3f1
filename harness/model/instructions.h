/* SPDX-License-Identifier: Apache-2.0
 *
 * What an entry does besides its list of actions (OpenFlow 1.3.5, section 5.10): the instructions.
 * The list itself is apply_actions. In the order in which they are executed: meter, apply, clear,
 * write, metadata, goto. */
#ifndef MODEL_INSTRUCTIONS_H
#define MODEL_INSTRUCTIONS_H

#include "model/action.h"

enum { NO_METER = 0, NO_GOTO = 0 }; /* no meter and no goto has the number 0 */

struct instructions {
    const struct action *written; /* write_actions; in the table's arena */
    uint16_t n_written;
    bool writes;          /* write_actions is there, if only with an empty list */
    bool clears;          /* clear_actions */
    bool writes_metadata; /* metadata = (metadata & ~mask) | value */
    uint8_t goto_table;   /* NO_GOTO: the pipeline ends */
    uint32_t meter;       /* NO_METER */
    uint64_t metadata, metadata_mask;
    uint32_t experimenter; /* the id of an instruction that nothing here knows; 0: there is none */
    uint16_t unknown;      /* the type of another one; 0: there is none */
};

/* Whether both say the same, in every instruction; NULL is an entry without any. */
bool instructions_equal(const struct instructions *a, const struct instructions *b);

/* Why the list of actions is not all that the entry does, a constant ("goto_table"), the first of
 * the instructions; NULL: it is (clear_actions in the first table clears nothing). */
const char *instructions_open(const struct instructions *instructions);

#endif
