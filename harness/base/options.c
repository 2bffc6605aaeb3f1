/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a command line say, by a table of options; and how does help print
 * that table? */
#include "base/options.h"

#include "base/duration.h"
#include "base/suggest.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CODE = 256, /* getopt's code of a row without a letter: this and its index */
    WIDTH = 80,       /* columns of help */
    INDENT_MAX = 26,  /* column where the texts begin, unless an option is shorter */
};

/* ------------------------------------------------------------------ values */

int base_option_flag(const struct base_option *option, void *at, const char *value,
                     struct base_error *error)
{
    (void)option;
    (void)value;
    (void)error;
    *(bool *)at = true;
    return 0;
}

int base_option_choice(const struct base_option *option, void *at, const char *value,
                       struct base_error *error)
{
    (void)value;
    (void)error;
    *(int *)at = (int)option->min;
    return 0;
}

int base_option_text(const struct base_option *option, void *at, const char *value,
                     struct base_error *error)
{
    (void)option;
    (void)error;
    *(const char **)at = value;
    return 0;
}

int base_option_list(const struct base_option *option, void *at, const char *value,
                     struct base_error *error)
{
    (void)option;
    struct base_option_list *list = at;
    if (list->n == BASE_OPTION_LIST_MAX) {
        return base_fail(error, "given more than %d times", BASE_OPTION_LIST_MAX);
    }
    list->items[list->n++] = value;
    return 0;
}

static int refuse_number(const struct base_option *option, const char *value,
                         struct base_error *error)
{
    if (option->max > 0) {
        return base_fail(error, "'%s' is not a number from %llu to %llu", value,
                         (unsigned long long)option->min, (unsigned long long)option->max);
    }
    return option->min > 0 ? base_fail(error, "'%s' is not a number, at least %llu", value,
                                       (unsigned long long)option->min)
                           : base_fail(error, "'%s' is not a number", value);
}

static bool in_bounds(const struct base_option *option, uint64_t value)
{
    return value >= option->min && (option->max == 0 || value <= option->max);
}

int base_option_number(const struct base_option *option, void *at, const char *value,
                       struct base_error *error)
{
    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);
    if (!*value || value[strspn(value, "0123456789")] || errno || !in_bounds(option, number)) {
        return refuse_number(option, value, error);
    }
    *(uint64_t *)at = number;
    return 0;
}

int base_option_percent(const struct base_option *option, void *at, const char *value,
                        struct base_error *error)
{
    (void)option;
    char *end;
    double percent = strtod(value, &end);
    if (end == value || (*end && strcmp(end, "%") != 0) || !(percent >= 0 && percent <= 100)) {
        return base_fail(error, "'%s' is not a percentage from 0 to 100", value);
    }
    *(double *)at = percent;
    return 0;
}

int base_option_size(const struct base_option *option, void *at, const char *value,
                     struct base_error *error)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    uint64_t number = strtoull(value, &end, 10), shift = 0;
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    if (unit) {
        shift = 10 * (uint64_t)(unit - units + 1);
        end += strcmp(end + 1, "iB") == 0 ? 3 : 1;
    }
    if (value[0] < '0' || value[0] > '9' || *end || errno || number > UINT64_MAX >> shift ||
        !in_bounds(option, number << shift)) {
        return base_fail(error, "'%s' is not a size such as 512M or 2GiB", value);
    }
    *(uint64_t *)at = number << shift;
    return 0;
}

static int parse_time(const struct base_option *option, const char *value, uint64_t unit_ns,
                      uint64_t *units, struct base_error *error)
{
    uint64_t ns;
    if (!base_duration_parse(value, &ns) || !in_bounds(option, ns / unit_ns)) {
        return base_fail(error, "'%s' is not a time such as 2s or 500ms", value);
    }
    *units = ns / unit_ns;
    return 0;
}

/* A duration is at most 30 days: its milliseconds fit. */
int base_option_ms(const struct base_option *option, void *at, const char *value,
                   struct base_error *error)
{
    uint64_t ms = 0;
    int status = parse_time(option, value, 1000000, &ms, error);
    *(unsigned *)at = status == 0 ? (unsigned)ms : *(unsigned *)at;
    return status;
}

int base_option_ns(const struct base_option *option, void *at, const char *value,
                   struct base_error *error)
{
    return parse_time(option, value, 1, at, error);
}

/* ----------------------------------------------------------------- parsing */

static bool is_end(const struct base_option *row)
{
    return !row->name && !row->letter;
}

/* The rows as getopt_long(3) wants them; zeros are empty ones. */
struct tables {
    struct option names[BASE_OPTIONS_MAX + 2];
    char letters[3 * BASE_OPTIONS_MAX + 4];
    const char *known[BASE_OPTIONS_MAX + 1]; /* names, for suggestions */
    size_t n_known;
};

static void add_name(struct tables *tables, const char *name, int has_argument, int code)
{
    tables->names[tables->n_known] = (struct option){name, has_argument, NULL, code};
    tables->known[tables->n_known++] = name;
}

static void make_tables(const struct base_option *rows, struct tables *tables)
{
    char *letter = tables->letters;
    *letter++ = ':';
    *letter++ = 'h';
    add_name(tables, "help", no_argument, 'h');
    for (int i = 0; i < BASE_OPTIONS_MAX && !is_end(&rows[i]); i++) {
        const struct base_option *row = &rows[i];
        int has_argument = !row->argument     ? no_argument
                           : row->is_optional ? optional_argument
                                              : required_argument;
        if (row->name) {
            add_name(tables, row->name, has_argument, row->letter ? row->letter : FIRST_CODE + i);
        }
        if (row->letter) {
            *letter++ = row->letter;
            memset(letter, ':', (size_t)has_argument);
            letter += has_argument;
        }
    }
}

/* NULL: no row has this code. */
static const struct base_option *find_row(const struct base_option *rows, int code)
{
    for (int i = 0; !is_end(&rows[i]); i++) {
        if (code == (rows[i].letter ? rows[i].letter : FIRST_CODE + i)) {
            return &rows[i];
        }
    }
    return NULL;
}

static int refuse_word(const struct tables *tables, const char *word, struct base_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    const char *nearest = base_suggest(name, tables->known, tables->n_known);
    return nearest ? base_fail(error, "unknown option '%s' (did you mean --%s?)", word, nearest)
                   : base_fail(error, "unknown option '%s'", word);
}

/* What getopt answered '?' or ':' to; optopt is 0 for a long name that it does
 * not know, and the code of what it knows. */
static int refuse(const struct base_option *rows, const struct tables *tables, int answer,
                  const char *word, struct base_error *error)
{
    if (answer == ':') {
        return base_fail(error, "%s needs a value", word);
    }
    if (optopt == 0) {
        return refuse_word(tables, word, error);
    }
    const struct base_option *row = find_row(rows, optopt);
    if (row || optopt == 'h') {
        return base_fail(error, "--%s takes no value", row ? row->name : "help");
    }
    return base_fail(error, "unknown option '-%c'", optopt);
}

int base_options_parse(const struct base_option *rows, void *into, int argc, char **argv,
                       struct base_error *error)
{
    struct tables tables = {0};
    int code;
    make_tables(rows, &tables);
    optind = 0; /* a new command line */
    opterr = 0;
    while ((code = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1) {
        if (code == '?' || code == ':') {
            return refuse(rows, &tables, code, argv[optind - 1], error);
        }
        if (code == 'h') {
            return BASE_OPTIONS_HELP_WANTED;
        }
        const struct base_option *row = find_row(rows, code);
        if (row->set(row, (char *)into + row->offset, optarg, error) < 0) {
            return row->name ? base_fail_in(error, "--%s", row->name)
                             : base_fail_in(error, "-%c", row->letter);
        }
    }
    return optind;
}

/* -------------------------------------------------------------------- help */

/* "  -l, --lab LAB" */
static void put_option(const struct base_option *row, struct base_buffer *out)
{
    if (row->letter) {
        base_put_format(out, "  -%c%s", row->letter, row->name ? ", " : "");
    } else {
        base_put_text(out, "      ");
    }
    base_put_format(out, "%s%s", row->name ? "--" : "", row->name ? row->name : "");
    if (row->argument) {
        base_put_format(out, row->is_optional ? "[=%s]" : " %s", row->argument);
    }
}

static size_t width_of(const struct base_option *row)
{
    struct base_buffer text = {0};
    put_option(row, &text);
    size_t width = text.n_bytes;
    base_buffer_free(&text);
    return width;
}

/* The text from column `indent` on, of a line that has `column` columns already. */
static void put_wrapped(const char *text, size_t column, size_t indent, struct base_buffer *out)
{
    base_put_format(out, "%*s", (int)(indent - column), "");
    column = indent;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column > indent && column + 1 + n >= WIDTH) {
            base_put_format(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        base_put_format(out, "%s%.*s", column > indent ? " " : "", (int)n, text);
        column += n + (column > indent);
        text += n + strspn(text + n, " ");
    }
    base_put_text(out, "\n");
}

void base_options_format(const struct base_option *rows, struct base_buffer *out)
{
    size_t indent = 0;
    for (const struct base_option *row = rows; !is_end(row); row++) {
        size_t width = width_of(row) + 2;
        indent = width > indent && width <= INDENT_MAX ? width : indent;
    }
    for (const struct base_option *row = rows; !is_end(row); row++) {
        size_t width = width_of(row);
        put_option(row, out);
        if (width + 2 > indent) {
            base_put_text(out, "\n");
            width = 0;
        }
        put_wrapped(row->help, width, indent, out);
    }
}
