/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof explain` prints. Pure, as report/report.h. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "base/buffer.h"
#include "explain/explain.h"

/* A paragraph for each hop, or a line for each class of the port's packets. */
void report_explain_text(const struct explanation *explanation, struct base_buffer *out);

/* {"at", "packet", "chosen", "entry", "outputs", "hops"} with, in hops, the first one
 * too: {"at", "from" (index of the hop before), "packet", "entry", "unknown",
 * "hidden": […], "outputs": [{"port", "queue", "packet", "frame", "to",
 * "hop"}], "expected", "deviation", "source"}. "entry" and "outputs" at the top
 * are those of the first hop; without an entry that takes the packet there is no "entry". Without a
 * packet
 * {"at", "refused", "classes": [{"entry", "actions", "to", "closed", "unknown", "example",
 * "hidden_by", "open"}]}. */
void report_explain_json(const struct explanation *explanation, const char *version,
                         struct base_buffer *out);

#endif
