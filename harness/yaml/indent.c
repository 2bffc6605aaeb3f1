/* SPDX-License-Identifier: Apache-2.0
 *
 * Is wrong indentation what libyaml stumbled over, and which columns would fit. */
#include "yaml/indent.h"

#include <string.h>

/* Where a line can begin: the columns, from 0, of what is open above it. */
struct open_columns {
    size_t columns[2 * YAML_DEPTH_MAX];
    size_t n;
};

static size_t indent_of(const char *text, size_t n_bytes)
{
    size_t n = 0;
    while (n < n_bytes && text[n] == ' ') {
        n++;
    }
    return n;
}

static bool push(struct open_columns *open, size_t column)
{
    while (open->n > 0 && open->columns[open->n - 1] >= column) {
        open->n--;
    }
    if (open->n == sizeof open->columns / sizeof *open->columns) {
        return false;
    }
    open->columns[open->n++] = column;
    return true;
}

/* "  - - a: 1" opens three columns. */
static bool push_line(struct open_columns *open, const char *text, size_t n_bytes)
{
    size_t column = indent_of(text, n_bytes);
    if (column == n_bytes || text[column] == '#') {
        return true;
    }
    bool fits = push(open, column);
    while (fits && column + 1 < n_bytes && text[column] == '-' && text[column + 1] == ' ') {
        column += 1 + indent_of(text + column + 1, n_bytes - column - 1);
        fits = push(open, column);
    }
    return fits;
}

/* The line of this number, and what is open above it. */
static bool find_line(const struct yaml_source *source, int number, struct open_columns *open,
                      const char **text, size_t *n_bytes)
{
    struct base_reader reader = base_reader_over(source->bytes.data, source->bytes.n_bytes);
    for (int at = 1; yaml_next_line(&reader, text, n_bytes); at++) {
        if (at == number) {
            return true;
        }
        if (!push_line(open, *text, *n_bytes)) {
            return false;
        }
    }
    return false;
}

static bool is_tab(const char *text, size_t n_bytes, size_t column)
{
    size_t n_blanks = 0;
    while (n_blanks < n_bytes && (text[n_blanks] == ' ' || text[n_blanks] == '\t')) {
        n_blanks++;
    }
    return column < n_blanks && text[column] == '\t';
}

/* Whether the parser stumbled over the beginning of the line: over its first
 * character, or over the colon behind its key. */
static bool is_beginning(const char *text, size_t n_bytes, size_t column, const char *problem)
{
    static const char *const at_first[] = {"did not find expected key",
                                           "did not find expected '-' indicator",
                                           "did not find expected <document start>"};
    size_t at = indent_of(text, n_bytes);
    for (size_t i = 0; i < sizeof at_first / sizeof *at_first; i++) {
        if (strcmp(problem, at_first[i]) == 0) {
            return column == at;
        }
    }
    if (strcmp(problem, "mapping values are not allowed in this context") != 0) {
        return false;
    }
    while (at < n_bytes && !(text[at] == ':' && (at + 1 == n_bytes || text[at + 1] == ' '))) {
        at++;
    }
    return column == yaml_count_characters(text, at);
}

static bool is_open(const struct open_columns *open, size_t column)
{
    for (size_t i = 0; i < open->n; i++) {
        if (open->columns[i] == column) {
            return true;
        }
    }
    return false;
}

static void report_columns(const struct yaml_source *source, int line, size_t column,
                           const struct open_columns *open)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < open->n; i++) {
        base_put_format(&text, "%s%zu",
                        i == 0            ? ""
                        : i + 1 < open->n ? ", "
                                          : " or ",
                        open->columns[i] + 1);
    }
    yaml_error_at(source, line, (int)column + 1,
                  "wrong indentation: this line begins in column %zu; by the lines above it can "
                  "begin in column %s",
                  column + 1, base_buffer_text(&text));
    base_buffer_free(&text);
}

bool yaml_report_indent(const struct yaml_source *source, int line, int column, const char *problem)
{
    struct open_columns open = {.n = 0};
    const char *text;
    size_t n_bytes;
    if (!find_line(source, line, &open, &text, &n_bytes)) {
        return false;
    }
    if (is_tab(text, n_bytes, (size_t)column - 1)) {
        yaml_error_at(source, line, column, "a tab is used for indentation; YAML needs spaces");
        return true;
    }
    size_t indent = indent_of(text, n_bytes);
    if (open.n == 0 || is_open(&open, indent) ||
        !is_beginning(text, n_bytes, (size_t)column - 1, problem)) {
        return false;
    }
    report_columns(source, line, indent, &open);
    return true;
}
