/* SPDX-License-Identifier: Apache-2.0
 *
 * Does an expression of -k select an id, and is it an expression? */
#include "run/pattern.h"

#include <fnmatch.h>
#include <string.h>

struct reading {
    const char *word; /* the one that comes next; "" at the end */
    size_t length;    /* of it */
    const char *id;
    int depth;
    struct base_error *error;
    bool failed;
};

static void next(struct reading *reading)
{
    const char *word = reading->word + reading->length;
    word += strspn(word, " \t\n");
    reading->word = word;
    reading->length = *word && strchr("()", *word) ? 1 : strcspn(word, " \t\n()");
}

static bool comes(const struct reading *reading, const char *word)
{
    return strlen(word) == reading->length && memcmp(reading->word, word, reading->length) == 0;
}

static bool ends_pattern(const struct reading *reading)
{
    return reading->length == 0 || comes(reading, "(") || comes(reading, ")") ||
           comes(reading, "and") || comes(reading, "or") || comes(reading, "not");
}

/* The first thing that is wrong is reported; the rest is not read. */
static bool fail(struct reading *reading, const char *what)
{
    if (!reading->failed && reading->length > 0) {
        base_fail(reading->error, "%s before '%.*s'", what, (int)reading->length, reading->word);
    } else if (!reading->failed) {
        base_fail(reading->error, "%s at the end", what);
    }
    reading->failed = true;
    reading->word = "";
    reading->length = 0;
    return false;
}

static bool matches(const char *pattern, const char *id)
{
    bool glob = strpbrk(pattern, "*?[") != NULL;
    return glob ? fnmatch(pattern, id, 0) == 0 : strstr(id, pattern) != NULL;
}

static bool read_pattern(struct reading *reading)
{
    char pattern[RUN_PATTERN_MAX + 1];
    const char *begin = reading->word, *end = begin;
    if (ends_pattern(reading)) {
        return fail(reading, "a pattern is missing");
    }
    for (; !ends_pattern(reading); next(reading)) {
        end = reading->word + reading->length;
    }
    size_t length = (size_t)(end - begin);
    if (length > RUN_PATTERN_MAX) {
        return fail(reading, "a pattern is too long");
    }
    memcpy(pattern, begin, length);
    pattern[length] = '\0';
    return matches(pattern, reading->id);
}

static bool read_expression(struct reading *reading);

static bool read_inner(struct reading *reading)
{
    if (reading->depth == RUN_PATTERN_DEPTH) {
        return fail(reading, "too many parentheses");
    }
    reading->depth++;
    next(reading);
    bool selected = read_expression(reading);
    reading->depth--;
    if (!comes(reading, ")")) {
        return fail(reading, "')' is missing");
    }
    next(reading);
    return selected;
}

static bool read_factor(struct reading *reading)
{
    bool negated = false;
    for (; comes(reading, "not"); next(reading)) {
        negated = !negated;
    }
    bool selected = comes(reading, "(") ? read_inner(reading) : read_pattern(reading);
    return selected != negated;
}

static bool read_one(struct reading *reading)
{
    bool selected = read_factor(reading);
    while (comes(reading, "and")) {
        next(reading);
        selected = read_factor(reading) && selected;
    }
    return selected;
}

static bool read_expression(struct reading *reading)
{
    bool selected = read_one(reading);
    while (comes(reading, "or")) {
        next(reading);
        selected = read_one(reading) || selected;
    }
    return selected;
}

static bool read_all(struct reading *reading, const char *expression)
{
    reading->word = expression;
    next(reading);
    bool selected = reading->length == 0 || read_expression(reading);
    if (reading->length > 0) {
        fail(reading, comes(reading, ")") ? "'(' is missing" : "'and' or 'or' is missing");
    }
    return selected && !reading->failed;
}

int run_pattern_check(const char *expression, struct base_error *error)
{
    struct reading reading = {.id = "", .error = error};
    read_all(&reading, expression);
    return reading.failed ? -1 : 0;
}

bool run_pattern_selects(const char *expression, const char *id)
{
    struct reading reading = {.id = id};
    return read_all(&reading, expression);
}
