/* SPDX-License-Identifier: Apache-2.0
 *
 * When do two entries have the same instructions? */
#include "model/instructions.h"

bool instructions_equal(const struct instructions *a, const struct instructions *b)
{
    static const struct instructions none;
    a = a ? a : &none;
    b = b ? b : &none;
    return a->writes == b->writes && a->clears == b->clears && a->goto_table == b->goto_table &&
           a->meter == b->meter && a->writes_metadata == b->writes_metadata &&
           a->metadata == b->metadata && a->metadata_mask == b->metadata_mask &&
           a->experimenter == b->experimenter && a->unknown == b->unknown &&
           actions_equal(a->written, a->n_written, b->written, b->n_written);
}

const char *instructions_open(const struct instructions *instructions)
{
    if (!instructions) {
        return NULL;
    }
    if (instructions->experimenter) {
        return "an instruction of an experimenter";
    }
    if (instructions->unknown) {
        return "an instruction of an unknown type";
    }
    if (instructions->goto_table != NO_GOTO) {
        return "goto_table";
    }
    if (instructions->n_written > 0) {
        return "write_actions";
    }
    return instructions->meter != NO_METER ? "a meter" : NULL;
}
