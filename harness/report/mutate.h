/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof mutate` prints: which mistakes an expectation would not notice.
 * Pure, as report/report.h. */
#ifndef REPORT_MUTATE_H
#define REPORT_MUTATE_H

#include "model/mutation.h"
#include "report/report.h"

/* A paragraph for each change that is unnoticed or undecided (at most `max`, 0:
 * all; the others are counted), then `ports:` that would notice those that are
 * unnoticed, then the score. Verbose: a line for each of the others, too. If the
 * network as it is does not pass: the report on it alone. */
void report_mutate_text(const struct mutations *mutations, const struct topology *topology,
                        size_t max, const struct report_text_options *options,
                        struct base_buffer *out);

/* {"format", "tapproof", "network": verdict on the network as it is, "score" (not
 * if nothing counts), "interrupted": true (if it was), "counts": {"noticed", "unnoticed",
 * "equivalent", "undecided", "deselected", "not_tried"}, "by": {"ports", "traffic", "entries"},
 * "mutations": [{"id", "fate", "before", "after", "ports", "traffic", "entries": the first result
 * that fails, "detail", "add", "ignore"}], "add": YAML}. */
void report_mutate_json(const struct mutations *mutations, const struct topology *topology,
                        const char *version, struct base_buffer *out);

#endif
