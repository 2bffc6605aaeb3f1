/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of a flow-mod by name, and who frees a file of them. */
#include "model/flow_mod.h"

#include <stdlib.h>

const char *flow_command_name(enum flow_command command)
{
    static const char *const names[] = {
        [FLOW_ADD] = "add",
        [FLOW_MODIFY] = "modify",
        [FLOW_MODIFY_STRICT] = "modify_strict",
        [FLOW_DELETE] = "delete",
        [FLOW_DELETE_STRICT] = "delete_strict",
    };
    return names[command];
}

void flow_changes_free(struct flow_changes *changes)
{
    if (changes) {
        free(changes->items);
        group_table_free(&changes->groups);
        base_arena_free(&changes->arena);
        free(changes);
    }
}
