/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes nested maps and lists as JSON (RFC 8259) or block YAML 1.1, straight
 * into a buffer: a table of 100,000 entries needs no tree in memory. Both
 * syntaxes carry the same values under the same keys.
 *
 * A container is written over several lines, or, from one that is opened
 * `on_one_line` downwards, on one: records such as ports, entries and results
 * stay one line each, so that grep and diff work on them. */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum report_syntax { REPORT_YAML, REPORT_JSON };
enum report_layout { REPORT_LINES, REPORT_ON_ONE_LINE };

enum { REPORT_TREE_DEPTH = 8 }; /* containers open at the same time */

struct report_tree {
    struct base_buffer *out;
    enum report_syntax syntax;
    unsigned margin; /* columns in front of every line */
    /* private */
    unsigned depth;    /* containers that are open */
    unsigned one_line; /* depth from which on all is on one line; 0: not yet */
    bool empty;        /* the innermost container holds nothing yet */
    bool after_dash;   /* YAML: the first key of a list item goes on behind its dash */
    char closers[REPORT_TREE_DEPTH];
};

/* `key` names the value within a map: one of our own identifiers, as they need
 * no quotes in YAML. It is NULL in a list and at the top. */
void report_tree_map(struct report_tree *tree, const char *key, enum report_layout layout);
void report_tree_list(struct report_tree *tree, const char *key, enum report_layout layout);

/* Closes the innermost container; behind the last one comes a newline. */
void report_tree_close(struct report_tree *tree);

/* Text that is NULL is left out, key and all. */
void report_tree_text(struct report_tree *tree, const char *key, const char *text);
void report_tree_number(struct report_tree *tree, const char *key, int64_t number);
void report_tree_counter(struct report_tree *tree, const char *key, uint64_t number);

/* true. What is not so is left out. */
void report_tree_flag(struct report_tree *tree, const char *key);

/* Rounded to the thousandth; null if it is not finite. */
void report_tree_real(struct report_tree *tree, const char *key, double number);

/* A list of texts, a line each. */
void report_tree_texts(struct report_tree *tree, const char *key, const char *const *texts,
                       size_t n_texts);

/* The number as a string: "0x" and at least n_digits. */
void report_tree_hex(struct report_tree *tree, const char *key, uint64_t number, int n_digits);

#endif
