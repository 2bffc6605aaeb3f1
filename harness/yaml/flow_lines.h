/* SPDX-License-Identifier: Apache-2.0
 *
 * Flows as lines of text, in flow files, change files and YAML, each with its place. */
#ifndef YAML_FLOW_LINES_H
#define YAML_FLOW_LINES_H

#include "model/flow.h"
#include "yaml/index.h"
#include "yaml/read.h"
#include "yaml/source.h"

/* A text that holds one flow, without its comment and blanks around it. */
struct yaml_flow_line {
    const struct yaml_source *source;
    const char *text;
    int line, column;    /* of the text */
    bool columns_follow; /* a place in the text is a place in the file */
};

/* Calls `read` for each line of a file that says something. A line with a byte of zero is
 * reported, and the lines behind it are not read. */
void yaml_each_flow_line(const struct yaml_source *source,
                         void (*read)(void *into, const struct yaml_flow_line *line), void *into);

/* Reads a node that is a list of such texts, or {file: PATH}: calls `read` for each. `what`: of one
 * of them, for messages ("a flow"). What is wrong with the node is reported. */
struct yaml_flow_lines {
    const char *what;
    void (*read)(void *into, const struct yaml_flow_line *line);
    void *into;
};
void yaml_read_flow_lines(struct yaml_reader *reader, const struct yaml_node *node,
                          const struct yaml_flow_lines *lines);

/* Reports what is wrong at byte `offset` of the text. */
void yaml_flow_error(const struct yaml_flow_line *line, size_t offset, const char *message);

/* The place in the file where the text begins. */
struct place yaml_flow_place(const struct yaml_flow_line *line);

/* Adds an entry of a switch to the index by what makes two entries of it one: table, match,
 * further conditions and priority (OpenFlow 1.0, section 4.6). The one that is there already, or
 * NULL. */
const struct yaml_entry *yaml_index_flow(struct yaml_index *index, size_t sw,
                                         const struct flow_entry *flow, struct place place);

#endif
