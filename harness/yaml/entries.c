/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:`, by switch: flows in the syntax of ovs-ofctl(8), in the YAML itself
 * or in a flow file. */
#include "ofctl/flow.h"
#include "yaml/expectation.h"
#include "yaml/flow_lines.h"
#include "yaml/value.h"

/* The entries of one switch. */
struct switch_entries {
    struct yaml_reading *reading;
    size_t sw;
    size_t n;
};

static void check_unique(struct switch_entries *entries, const struct yaml_flow_line *flow,
                         const struct expected_entry *entry)
{
    struct yaml_reading *reading = entries->reading;
    const struct yaml_entry *first =
        yaml_index_flow(&reading->flows, entries->sw,
                        &reading->expectation->entry_flows.entries[entry->flow], entry->place);
    if (first) {
        yaml_error_at(flow->source, flow->line, flow->column,
                      "the same match and priority as in %s: a switch keeps only one of them",
                      yaml_where(flow->source->file, first->place).text);
    }
}

static void add_entry(void *into, const struct yaml_flow_line *flow)
{
    struct switch_entries *entries = into;
    struct yaml_reading *reading = entries->reading;
    struct expectation *x = reading->expectation;
    struct base_error error;
    size_t column;
    unsigned given = 0;
    if (base_grow(&x->entries, x->n_entries, &reading->entries_capacity, sizeof *x->entries) < 0) {
        yaml_flow_error(flow, 0, "out of memory");
        return;
    }
    if (ofctl_parse_flow(flow->text, &x->entry_flows, &given, &column, &error) < 0) {
        yaml_flow_error(flow, column, error.text);
        return;
    }
    struct expected_entry *entry = &x->entries[x->n_entries++];
    *entry = (struct expected_entry){
        .sw = entries->sw,
        .number = ++entries->n,
        .flow = x->entry_flows.n_entries - 1,
        .given = given,
        .place = yaml_flow_place(flow),
    };
    check_unique(entries, flow, entry);
}

void yaml_read_entries(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    struct yaml_reading *reading = yaml_reading_of(reader);
    for (const struct yaml_node *at = yaml_by_switch(reader, node); at; at = at->next) {
        struct switch_entries entries = {.reading = reading, .sw = yaml_switch(reader, at->key)};
        if (entries.sw == SWITCH_NONE) {
            continue;
        }
        reading->expectation->exact_switch[entries.sw] = true;
        const struct yaml_flow_lines lines = {"a flow", add_entry, &entries};
        yaml_read_flow_lines(reader, at, &lines);
    }
}
