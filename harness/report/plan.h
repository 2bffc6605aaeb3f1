/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof plan` prints: what a change would do. Pure, as
 * report/report.h. */
#ifndef REPORT_PLAN_H
#define REPORT_PLAN_H

#include "model/flow_mod.h"
#include "model/state.h"
#include "model/topology.h"
#include "report/difference.h"
#include "report/report.h"

struct report_plan {
    const struct flow_changes *changes;
    const struct flow_entry *const *overlaps; /* by item of the changes: because of which entry a
                                                 switch would refuse it; NULL: it would not */
    const struct switch_difference *switches; /* from as it is to as it would be */
    size_t n_switches;
    const struct report *before, *after;   /* the verdicts on both */
    const struct probe_difference *probes; /* NULL: not looked at */
};

/* By switch the entries that are added (+), changed (~) and removed (-), and the
 * sets of packets that are treated otherwise (at most `max` of a switch, 0:
 * all); which results break, become true or can no longer be decided; which
 * probes would be new (at most `max`), and which are needed no longer; then the
 * report on the network after the change, whose summary is the last line. */
void report_plan_text(const struct report_plan *plan, size_t max,
                      const struct report_text_options *options, struct base_buffer *out);

/* As report_json of the network after the change, with "change": {"file",
 * "entries": {"add", "change", "remove"}, "switches": [{"switch",
 * "not_compared", "entries": [{"before", "after"}], "ports": [{"ports", "match",
 * "except", "except_more", "part", "example", "before": {"actions", "entry"},
 * "after": {…}, "detail", "undecided"}], "open"}], "refused": [{"source",
 * "flow_mod", "reason"}], "breaks": [id…], "becomes_true": [id…],
 * "becomes_undecided": [id…], "probes": {"new": [{"from", "packet"}],
 * "dropped": […], "exercised", "entries", "missed": [{"entry", "reason",
 * "by"}]}} in front. */
void report_plan_json(const struct report_plan *plan, const char *version, struct base_buffer *out);

/* Notes each item that brings an entry for, or to, a port that its switch does not
 * have: in_port, output, enqueue. Of many the first 8, and how many more. `before`: by
 * switch, NULL: not read. */
void report_plan_note_ports(const struct flow_changes *changes,
                            const struct switch_state *const *before,
                            const struct topology *topology, struct report *report);

#endif
