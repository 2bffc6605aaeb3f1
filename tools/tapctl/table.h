/* SPDX-License-Identifier: Apache-2.0
 *
 * A table for people: columns as wide as what stands in them. What would be no text on a terminal
 * (control characters, a broken UTF-8 sequence) is written as \xNN. */
#ifndef TAPCTL_TABLE_H
#define TAPCTL_TABLE_H

#include "base/buffer.h"

enum { TAPCTL_COLUMNS_MAX = 16 };

struct tapctl_table {
    char **cells; /* row by row */
    size_t n_columns, n_cells, capacity;
    bool has_heading; /* the first row */
    bool failed;      /* no memory: so does what it is put into */
};

/* The next cell, which is copied; NULL is empty. Rows begin as soon as the last one is full. */
void tapctl_table_put(struct tapctl_table *table, const char *text);

/* Appends the rows, two blanks between columns, no blank at the end of a line; a column
 * in which nothing stands, but for its heading, is left out. Frees what the table has. */
void tapctl_table_format(struct tapctl_table *table, struct base_buffer *out);

/* Appends the text as a terminal may have it. */
void tapctl_put_printable(struct base_buffer *out, const char *text);

#endif
