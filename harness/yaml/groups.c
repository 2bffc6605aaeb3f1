/* SPDX-License-Identifier: Apache-2.0
 *
 * Which groups must a switch have (`groups:`), and what are its tables called (`names:`)? */
#include "ofctl/group.h"
#include "yaml/expectation.h"
#include "yaml/flow_lines.h"
#include "yaml/value.h"

/* ---------------------------------------------------------------------- groups */

/* The groups of one switch. */
struct switch_groups {
    struct yaml_reading *reading;
    size_t sw;
};

static void check_unique(const struct switch_groups *groups, const struct yaml_flow_line *line)
{
    const struct expectation *x = groups->reading->expectation;
    const struct expected_group *added = &x->expected_groups[x->n_expected_groups - 1];
    uint32_t id = x->groups.groups[added->group].id;
    for (const struct expected_group *first = x->expected_groups; first < added; first++) {
        if (first->sw == groups->sw && x->groups.groups[first->group].id == id) {
            yaml_error_at(line->source, line->line, line->column,
                          "group %u of this switch is there twice, first in %s", id,
                          yaml_where(line->source->file, first->place).text);
            return;
        }
    }
}

static void add_group(void *into, const struct yaml_flow_line *line)
{
    const struct switch_groups *groups = into;
    struct expectation *x = groups->reading->expectation;
    struct base_error error;
    size_t column;
    if (base_grow(&x->expected_groups, x->n_expected_groups, &groups->reading->groups_capacity,
                  sizeof *x->expected_groups) < 0) {
        yaml_flow_error(line, 0, "out of memory");
        return;
    }
    if (ofctl_parse_group(line->text, &x->groups, &column, &error) < 0) {
        yaml_flow_error(line, column, error.text);
        return;
    }
    x->expected_groups[x->n_expected_groups++] = (struct expected_group){
        .sw = groups->sw, .group = x->groups.n_groups - 1, .place = yaml_flow_place(line)};
    check_unique(groups, line);
}

void yaml_read_groups(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    struct yaml_reading *reading = yaml_reading_of(reader);
    for (const struct yaml_node *at = yaml_by_switch(reader, node); at; at = at->next) {
        struct switch_groups groups = {.reading = reading, .sw = yaml_switch(reader, at->key)};
        if (groups.sw != SWITCH_NONE) {
            const struct yaml_flow_lines lines = {"a group", add_group, &groups};
            reading->expectation->lists_groups[groups.sw] = true;
            yaml_read_flow_lines(reader, at, &lines);
        }
    }
}

/* ----------------------------------------------------------------------- names */

static void read_table_name(struct yaml_reader *reader, const struct yaml_node *node, size_t sw)
{
    struct yaml_reading *reading = yaml_reading_of(reader);
    struct expectation *x = reading->expectation;
    uint64_t number = 0;
    struct table_name named = {.sw = sw, .name = yaml_name(reader, node)};
    if (yaml_number(reader, node->key, "a table", 0, FLOW_TABLE_MAX, &number) && named.name) {
        named.table = (uint8_t)number;
        yaml_append(reader, node, &x->table_names, &x->n_table_names, &reading->names_capacity,
                    sizeof named, &named);
    }
}

void yaml_read_names(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    for (const struct yaml_node *at = yaml_by_switch(reader, node); at; at = at->next) {
        size_t sw = yaml_switch(reader, at->key);
        const struct yaml_node *table =
            yaml_first(reader, at, YAML_MAPPING, "names by table, as {0: acl, 1: vlan}");
        for (; table && sw != SWITCH_NONE; table = table->next) {
            read_table_name(reader, table, sw);
        }
    }
}
