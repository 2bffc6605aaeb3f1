/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof diff` prints. Pure, as report/report.h. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "base/buffer.h"
#include "report/difference.h"
#include "report/tree.h"

#include <stddef.h>

struct report_diff {
    const char *names[2]; /* the two that are compared, as the user called them */
    const struct switch_difference *switches;
    size_t n_switches;
    bool entries; /* compare by entries, not by what they do */
};

/* What a diff amounts to. */
enum report_diff_verdict { REPORT_DIFF_SAME, REPORT_DIFF_DIFFERENT, REPORT_DIFF_UNDECIDED };
enum report_diff_verdict report_diff_verdict(const struct report_diff *diff);

/* By behaviour: a paragraph for each set of headers; at most `max` of a switch
 * (0: all), the others are counted. By entries: lines beginning with - (only or
 * otherwise in the first) and + (in the second), in the manner of `ovs-ofctl
 * diff-flows`, under a line "SWITCH:". The last line sums up. */
void report_diff_text(const struct report_diff *diff, size_t max, struct base_buffer *out);

/* {"verdict": "same" | "different" | "undecided", "a": …, "b": …, "switches":
 * [{"switch", "not_compared", "differences": [{"ports", "match", "except",
 * "except_more", "part", "example", "a": {"actions", "entry"}, "b": {…},
 * "detail", "undecided"}], "open", "ports": […], "entries": [{"a", "b"}]}]}.
 * Both views, whatever `entries` says; the verdict is that of the one asked for. */
void report_diff_json(const struct report_diff *diff, const char *version, struct base_buffer *out);

/* For the other reports of this room: the set of a difference in words, and the
 * difference as a map of a list; the two states under these keys. */
void report_put_set(const struct difference *difference, struct base_buffer *out);
void report_put_difference(struct report_tree *tree, const struct difference *difference,
                           const char *const keys[2]);

/* The entries that differ, as the list "entries" of the map that is open; keys as above. */
void report_put_entries(struct report_tree *tree, const struct switch_difference *sw,
                        const char *const keys[2]);

#endif
