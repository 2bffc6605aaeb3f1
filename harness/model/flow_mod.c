/* SPDX-License-Identifier: Apache-2.0 */
#include "model/flow_mod.h"

#include "model/flow_reader.h"

#include <stdlib.h>

static const struct {
    const char *name;
    enum flow_use use;
} commands[] = {
    [FLOW_ADD] = {"add", FLOW_OF_ADD},
    [FLOW_MODIFY] = {"modify", FLOW_OF_MODIFY},
    [FLOW_MODIFY_STRICT] = {"modify_strict", FLOW_OF_MODIFY},
    [FLOW_DELETE] = {"delete", FLOW_OF_DELETE},
    [FLOW_DELETE_STRICT] = {"delete_strict", FLOW_OF_DELETE_STRICT},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

const char *flow_command_name(enum flow_command command)
{
    return commands[command].name;
}

/* The command in front of the flow, behind which `*at` stands after it. */
static enum flow_command read_command(const char **at)
{
    const char *next = *at;
    struct token token;
    bool has_word = token_next(&next, &token) && !token.divider;
    if (has_word && word_is(token.key, "flow")) { /* as in a file for `ovs-ofctl bundle` */
        *at = next;
        has_word = token_next(&next, &token) && !token.divider;
    }
    for (int i = 0; has_word && i < N_COMMANDS; i++) {
        if (word_is(token.key, commands[i].name)) {
            *at = next;
            return (enum flow_command)i;
        }
    }
    return FLOW_ADD;
}

int flow_mod_parse(const char *text, struct base_arena *arena, struct flow_mod *mod, size_t *column,
                   struct base_error *error)
{
    const char *at = text;
    size_t ignored;
    struct flow_reader reader;
    column = column ? column : &ignored;
    enum flow_command command = read_command(&at);
    if (flow_read(at, commands[command].use, &reader, arena, column, error) < 0) {
        *column += (size_t)(at - text);
        return -1;
    }
    *mod = (struct flow_mod){
        .command = command,
        .flow = reader.entry,
        .cookie_mask = reader.cookie_mask,
        .out_port = reader.out_port,
        .any_table = !(reader.given & FLOW_HAS_TABLE),
        .check_overlap = reader.check_overlap,
    };
    return 0;
}

void flow_changes_free(struct flow_changes *changes)
{
    if (changes) {
        free(changes->items);
        base_arena_free(&changes->arena);
        free(changes);
    }
}
