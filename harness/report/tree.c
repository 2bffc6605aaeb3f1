/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON and YAML from the same calls. */
#include "report/tree.h"

#include "report/escape.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static bool on_one_line(const struct report_tree *tree)
{
    return tree->one_line > 0 && tree->depth >= tree->one_line;
}

static bool in_list(const struct report_tree *tree)
{
    return tree->depth > 0 && tree->closers[tree->depth - 1] == ']';
}

/* The top map of YAML has no indentation of its own; JSON has a brace there. */
static void new_line(struct report_tree *tree, unsigned depth)
{
    if (tree->out->n_bytes > 0 && tree->out->data[tree->out->n_bytes - 1] != '\n') {
        base_put_text(tree->out, "\n");
    }
    unsigned steps = tree->syntax == REPORT_YAML && depth > 0 ? depth - 1 : depth;
    base_put_format(tree->out, "%*s", (int)(tree->margin + 2 * steps), "");
}

/* All that stands in front of a value. */
static void begin_value(struct report_tree *tree, const char *key)
{
    bool json = tree->syntax == REPORT_JSON;
    bool behind_dash = tree->after_dash;
    tree->after_dash = false;
    if (tree->depth > 0 && !tree->empty && (json || on_one_line(tree))) {
        base_put_text(tree->out, on_one_line(tree) ? ", " : ",");
    }
    if (tree->depth > 0 && !on_one_line(tree) && !behind_dash) {
        new_line(tree, tree->depth);
        base_put_text(tree->out, in_list(tree) && !json ? "- " : "");
    }
    tree->empty = false;
    if (key) {
        base_put_format(tree->out, json ? "\"%s\":" : "%s:", key);
    }
}

static void put_scalar(struct report_tree *tree, const char *key, const char *text)
{
    begin_value(tree, key);
    base_put_text(tree->out, key ? " " : "");
    base_put_text(tree->out, text);
}

static void open_container(struct report_tree *tree, const char *key, enum report_layout layout,
                           const char *brackets)
{
    assert(tree->depth < REPORT_TREE_DEPTH);
    bool item = in_list(tree);
    begin_value(tree, key);
    tree->closers[tree->depth++] = brackets[1];
    if (tree->one_line == 0 && layout == REPORT_ON_ONE_LINE) {
        tree->one_line = tree->depth;
    }
    if (tree->syntax == REPORT_JSON || on_one_line(tree)) {
        base_put_format(tree->out, "%s%c", key ? " " : "", brackets[0]);
    } else {
        tree->after_dash = item;
    }
    tree->empty = true;
}

void report_tree_map(struct report_tree *tree, const char *key, enum report_layout layout)
{
    open_container(tree, key, layout, "{}");
}

void report_tree_list(struct report_tree *tree, const char *key, enum report_layout layout)
{
    open_container(tree, key, layout, "[]");
}

void report_tree_close(struct report_tree *tree)
{
    bool compact = on_one_line(tree);
    char closer = tree->closers[--tree->depth];
    if (compact) {
        base_put_format(tree->out, "%c", closer);
    } else if (tree->syntax == REPORT_JSON) {
        if (!tree->empty) {
            new_line(tree, tree->depth);
        }
        base_put_format(tree->out, "%c", closer);
    } else if (tree->empty) {
        base_put_text(tree->out, closer == '}' ? " {}" : " []");
    }
    if (tree->depth < tree->one_line) {
        tree->one_line = 0;
    }
    tree->empty = false;
    tree->after_dash = false;
    if (tree->depth == 0) {
        base_put_text(tree->out, "\n");
    }
}

void report_tree_text(struct report_tree *tree, const char *key, const char *text)
{
    if (text) {
        begin_value(tree, key);
        base_put_text(tree->out, key ? " " : "");
        report_put_quoted(tree->out, text);
    }
}

void report_tree_texts(struct report_tree *tree, const char *key, const char *const *texts,
                       size_t n_texts)
{
    report_tree_list(tree, key, REPORT_LINES);
    for (size_t i = 0; i < n_texts; i++) {
        report_tree_text(tree, NULL, texts[i]);
    }
    report_tree_close(tree);
}

void report_tree_number(struct report_tree *tree, const char *key, int64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, number);
    put_scalar(tree, key, text);
}

void report_tree_counter(struct report_tree *tree, const char *key, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, number);
    put_scalar(tree, key, text);
}

void report_tree_flag(struct report_tree *tree, const char *key)
{
    put_scalar(tree, key, "true");
}

void report_tree_real(struct report_tree *tree, const char *key, double number)
{
    char text[352]; /* DBL_MAX has 309 digits in front of its point */
    snprintf(text, sizeof text, "%.3f", number);
    put_scalar(tree, key, isfinite(number) ? text : "null");
}

void report_tree_hex(struct report_tree *tree, const char *key, uint64_t number, int n_digits)
{
    char text[32];
    snprintf(text, sizeof text, "\"0x%0*" PRIx64 "\"", n_digits, number);
    put_scalar(tree, key, text);
}
