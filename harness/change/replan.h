/* SPDX-License-Identifier: Apache-2.0
 *
 * A cover (traffic/cover.h) that follows changes: one entry is added, replaced or
 * removed, and only what this can have touched is planned again. Afterwards it is
 * a cover as one made anew would be: what it exercises, and why it does not
 * exercise the rest, are the same, unless a budget or the limit of probes is used
 * up. The probes need not be the same: those that are there stay as long as they
 * are of use.
 *
 * How many probes: none is there that could be left out. So each has an entry
 * that it alone exercises, there are at most as many as entries are exercised,
 * and at most as many as the fewest possible times the entries that one probe
 * exercises at most. (A cover made anew is within the logarithm of that. Over
 * 20,000 random changes of a backbone the two stay within 0.1 % of each other: cover_bench.)
 *
 * How a change is followed. The probes that pass the switch with a packet that
 * the old or the new entry takes are walked again. Entries that lose their last
 * probe are looked for over all headers (path/backward.h). So are those without a
 * probe whose reason may be another one now: the ones at the switch that overlap
 * with the changed entry and go after it, those downstream (path/spread.h), and
 * those whose only frames loop or meet competitors, and pass it. Deterministic and pure. */
#ifndef CHANGE_REPLAN_H
#define CHANGE_REPLAN_H

#include "traffic/cover.h"

struct change_replan;

/* Covers these states. They are copied, but not their ports and lists of actions:
 * those, and what `options` points to, must outlive it. Of the options the budget
 * is that of the begin, and of each change. NULL without memory. */
struct change_replan *change_replan_begin(const struct topology *topology,
                                          const struct switch_state *const *states,
                                          const struct traffic_cover_options *options);

/* NULL is fine. */
void change_replan_free(struct change_replan *replan);

/* Adds an entry to a switch that was read, or replaces that of the same table,
 * priority and match. Its actions must outlive the cover. -1 without memory, and
 * then all that can be done is to free it. */
int change_replan_put(struct change_replan *replan, size_t sw, const struct flow_entry *flow);

/* Removes the entry of this table, priority and match. 1: there is none. -1 as above. */
int change_replan_remove(struct change_replan *replan, size_t sw, const struct flow_entry *key);

/* Entries as traffic_missed numbers them: rows. NULL: there is none any more. It
 * lives until the next change. */
size_t change_replan_n_rows(const struct change_replan *replan, size_t sw);
const struct flow_entry *change_replan_entry(const struct change_replan *replan, size_t sw,
                                             size_t row);

/* Frames that would be sent now, beside those of options->plan. */
size_t change_replan_n_probes(const struct change_replan *replan);

/* The cover as it is now: probes in no order of worth, `missed` by switch and
 * row. Free it with traffic_cover_free. -1 without memory, and then there is nothing
 * to free. */
int change_replan_tell(const struct change_replan *replan, struct traffic_cover *cover);

/* Probes that have come, and those that have gone, since the begin. The arrays are to be freed.
 * -1 without memory, and then there is nothing to free. */
struct change_replan_difference {
    struct traffic_extra *added, *dropped;
    size_t n_added, n_dropped;
};
int change_replan_differ(const struct change_replan *replan,
                         struct change_replan_difference *difference);

#endif
