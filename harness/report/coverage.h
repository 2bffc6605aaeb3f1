/* SPDX-License-Identifier: Apache-2.0
 *
 * What the probes of a run exercised, in text and as a tree. Within this room
 * only. */
#ifndef REPORT_COVERAGE_H
#define REPORT_COVERAGE_H

#include "model/result.h"
#include "report/tree.h"

/* "entries exercised 42/45; hidden: s1 in_port=1,tcp (by in_port=1)": nothing if
 * the run did not look at it. Behind it pairs of hosts, and cables. */
void report_put_coverage(const struct report_coverage *coverage, struct base_buffer *out);

/* The same without the pairs. */
void report_put_exercised(const struct report_coverage *coverage, struct base_buffer *out);

/* "exercised", "entries" and "missed", in the map that is open. */
void report_put_exercised_tree(struct report_tree *tree, const struct report_coverage *coverage);

/* As the key "coverage" of the map that is open. */
void report_put_coverage_tree(struct report_tree *tree, const struct report_coverage *coverage);

#endif
