/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a change file: is it a group- or a meter-mod, and which? */
#include "base/token.h"
#include "ofctl/flow_mod.h"
#include "ofctl/group.h"

#include <stdio.h>

static const struct {
    const char *name;
    enum flow_command command;
    bool adds_too, of_groups;
} commands[] = {
    {"add", FLOW_ADD, false, false},
    {"modify", FLOW_MODIFY, false, false},
    {"delete", FLOW_DELETE, false, false},
    {"add_or_mod", FLOW_MODIFY, true, true}, /* as in a file for `ovs-ofctl bundle` */
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static int read_command(const char **at, bool of_meters, struct group_mod *mod,
                        struct base_error *error)
{
    struct token token;
    bool has = token_next(at, &token) && !token.divider;
    for (int i = 0; i < N_COMMANDS && has; i++) {
        if (word_is(token.key, commands[i].name) && !(commands[i].of_groups && of_meters)) {
            *mod = (struct group_mod){.of_meters = of_meters,
                                      .command = commands[i].command,
                                      .adds_too = commands[i].adds_too};
            return 0;
        }
    }
    return base_fail(error, of_meters ? "expected add, modify or delete"
                                      : "expected add, modify, add_or_mod or delete");
}

/* "group_id=3", "group_id=all", or nothing: all. */
static int read_deleted(const char *at, struct group_mod *mod, struct group_table *table,
                        struct base_error *error)
{
    const char *name = mod->of_meters ? "meter" : "group_id";
    struct token token;
    uint64_t number = 0;
    mod->all =
        !token_next(&at, &token) || (word_is(token.key, name) && word_is(token.value, "all"));
    if (mod->all) {
        return 0;
    }
    if (!word_is(token.key, name) || !word_number(token.value, UINT32_MAX, &number) ||
        token_next(&at, &token)) {
        return base_fail(error, "expected %s=NUMBER, %s=all, or nothing", name, name);
    }
    struct group *group = mod->of_meters ? NULL : group_table_add(table);
    struct meter *meter = mod->of_meters ? group_table_add_meter(table) : NULL;
    if (!group && !meter) {
        return base_fail(error, "out of memory");
    }
    *(group ? &group->id : &meter->id) = (uint32_t)number;
    return 0;
}

int ofctl_parse_group_mod(const char *text, struct group_table *table, struct group_mod *mod,
                          size_t *column, struct base_error *error)
{
    const char *at = text;
    struct token token;
    size_t ignored;
    column = column ? column : &ignored;
    bool has = token_next(&at, &token) && !token.divider;
    bool of_meters = has && word_is(token.key, "meter");
    if (!of_meters && !(has && word_is(token.key, "group"))) {
        return 1;
    }
    *column = (size_t)(at - text);
    if (read_command(&at, of_meters, mod, error) < 0) {
        return -1;
    }
    size_t begin = (size_t)(at - text);
    *column = 0;
    int status = mod->command == FLOW_DELETE ? read_deleted(at, mod, table, error)
                 : of_meters                 ? ofctl_parse_meter(at, table, column, error)
                                             : ofctl_parse_group(at, table, column, error);
    *column += begin;
    mod->nth = (of_meters ? table->n_meters : table->n_groups) - 1;
    return status;
}
