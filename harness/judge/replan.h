/* SPDX-License-Identifier: Apache-2.0
 *
 * A cover (judge/cover.h) that follows changes: one entry is added, replaced or
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
 * probe are looked for over all headers (judge/reach.h). So are those without a
 * probe whose reason may be another one now: the ones at the switch that overlap
 * with the changed entry and go after it, those downstream (judge/spread.h), and
 * those whose only frames loop or meet competitors, and pass it. Deterministic and pure. */
#ifndef JUDGE_REPLAN_H
#define JUDGE_REPLAN_H

#include "judge/cover.h"

struct judge_replan;

/* Covers these states. They are copied, but not their ports and lists of actions:
 * those, and what `options` points to, must outlive it. Of the options the budget
 * is that of the begin, and of each change. NULL without memory. */
struct judge_replan *judge_replan_begin(const struct topology *topology,
                                        const struct switch_state *const *states,
                                        const struct judge_cover_options *options);
void judge_replan_free(struct judge_replan *replan);

/* Adds an entry to a switch that was read, or replaces that of the same table,
 * priority and match. Its actions must outlive the cover. -1 without memory, and
 * then all that can be done is to free it. */
int judge_replan_put(struct judge_replan *replan, size_t sw, const struct flow_entry *flow);

/* Removes the entry of this table, priority and match. 1: there is none. -1 as above. */
int judge_replan_remove(struct judge_replan *replan, size_t sw, const struct flow_entry *key);

/* Entries as judge_missed numbers them: rows. NULL: there is none any more. It
 * lives until the next change. */
size_t judge_replan_n_rows(const struct judge_replan *replan, size_t sw);
const struct flow_entry *judge_replan_entry(const struct judge_replan *replan, size_t sw,
                                            size_t row);

size_t judge_replan_n_probes(const struct judge_replan *replan);

/* The cover as it is now: probes in no order of worth, `missed` by switch and
 * row. Free it with judge_cover_free. -1 without memory, and then there is nothing
 * to free. */
int judge_replan_tell(const struct judge_replan *replan, struct judge_cover *cover);

/* Probes that have come, and those that have gone, since the begin. The arrays are to be freed.
 * -1 without memory, and then there is nothing to free. */
struct judge_replan_difference {
    struct judge_extra *added, *dropped;
    size_t n_added, n_dropped;
};
int judge_replan_differ(const struct judge_replan *replan,
                        struct judge_replan_difference *difference);

#endif
