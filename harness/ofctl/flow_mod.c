/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a change file: which command of a flow-mod it is, and for which entries. */
#include "ofctl/flow_mod.h"

#include "ofctl/flow.h"
#include "ofctl/flow_reader.h"

#include <string.h>

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

/* A first word that is no field may be meant for a command. */
static int hint_command(const char *at, struct base_error *error)
{
    const char *names[N_COMMANDS];
    struct token token;
    for (int i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i].name;
    }
    if (token_next(&at, &token) && !token.divider) {
        struct token_hint hint = token_hint(token.key, names, N_COMMANDS);
        if (hint.text[0]) {
            return base_fail(error, "unknown command \"%.*s\"%s", WORD(token.key), hint.text);
        }
    }
    return -1;
}

int ofctl_parse_flow_mod(const char *text, struct base_arena *arena, struct flow_mod *mod,
                         size_t *column, struct base_error *error)
{
    const char *at = text;
    size_t ignored;
    struct flow_reader reader;
    column = column ? column : &ignored;
    enum flow_command command = read_command(&at);
    if (ofctl_read_flow(at, commands[command].use, &reader, arena, column, error) < 0) {
        bool is_first = *column == 0 && error && strncmp(error->text, "unknown field", 13) == 0;
        *column += (size_t)(at - text);
        return is_first ? hint_command(at, error) : -1;
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
