/* SPDX-License-Identifier: Apache-2.0
 *
 * One result, as the formats of report/report.h share it: its evidence as
 * rows of text, and its fields as a tree. Within this room only. */
#ifndef REPORT_EVIDENCE_H
#define REPORT_EVIDENCE_H

#include "model/result.h"
#include "report/tree.h"

#include <stdbool.h>

enum { REPORT_INDENT = 6 }; /* columns in front of what belongs to a headline */

enum report_ink { INK_PLAIN, INK_RED, INK_GREEN, INK_YELLOW, INK_CYAN, INK_DIM, N_INKS };

/* Where text goes and how it looks there. */
struct report_paper {
    struct base_buffer *out;
    bool color;
    unsigned width; /* columns; 0: endless */
};

/* A piece of one line. */
void report_put_ink(const struct report_paper *paper, enum report_ink ink, const char *text);

/* Prose of one or more lines, the first one beginning in this column of a line
 * that has been begun, all others indented to it; wrapped at blanks. */
void report_put_prose(const struct report_paper *paper, size_t column, const char *text);

/* "declared ≠ advertised"; nothing if the result names no pair. */
void report_put_disagreement(const struct report_paper *paper, const struct result *result);

/* What was observed, on one line; nothing if there is nothing to say. */
void report_put_observed(const struct report_paper *paper, const struct result *result);

/* "expected 1 copy, observed 0 copies"; "advertised" where the tables say it. */
void report_put_compared(const struct report_paper *paper, const struct result *result);

/* What one of the four statements says of this, in one or more lines; nothing if it says
 * nothing. */
void report_put_statement(const struct report_paper *paper, const struct result *result,
                          enum statement statement);

/* The reason, then a row for each piece of evidence. */
void report_put_evidence(const struct report_paper *paper, const struct result *result);

/* The cause that this result of the report tells best; NULL: it tells none. */
const struct cause *report_cause_told_by(const struct report *report, const struct result *result);

/* "12 passed, 1 failed, 0 inconclusive, 0 skipped"; behind it what is known and what was
 * deselected, if there is any. */
void report_put_counts(const struct report *report, struct base_buffer *out);

/* Where in an expectation a result is declared: "FILE:LINE:COLUMN", in which FILE may have colons
 * itself. The pieces are pointers into it. */
struct report_source {
    size_t n_file;    /* bytes of FILE, from the beginning */
    const char *line; /* n_line bytes */
    size_t n_line;
    const char *column; /* to the end */
};

/* False: it is no such place, or NULL. */
bool report_split_source(const char *source, struct report_source *place);

/* The fields as keys of the map that is open. */
void report_put_fields(struct report_tree *tree, const struct result *result);

/* The whole report as keys of the map that is open; see report_json. */
void report_put_report(struct report_tree *tree, const struct report *report, const char *version);

#endif
