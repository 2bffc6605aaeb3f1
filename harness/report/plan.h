/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof plan` prints: what a change would do. Pure, as
 * report/report.h. */
#ifndef REPORT_PLAN_H
#define REPORT_PLAN_H

#include "change/plan.h"
#include "model/flow_mod.h"
#include "model/state.h"
#include "model/topology.h"
#include "report/difference.h"
#include "report/report.h"

struct report_plan {
    const struct flow_changes *changes;
    const struct change_effect *effects;      /* by item of the changes */
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

/* What there is to say of each item. Results change/SWITCH/LINE, which fail where the switch would
 * refuse it, and are inconclusive where it may; notes where no entry matches a modify or delete,
 * and where an item brings an entry for an in_port that the switch does not have: of many the
 * first 8 of each kind, and how many more. `before`: by switch, NULL: not read. -1 without
 * memory. */
int report_plan_items(const struct flow_changes *changes, const struct change_effect *effects,
                      const struct switch_state *const *before, const struct topology *topology,
                      struct report *report);

#endif
