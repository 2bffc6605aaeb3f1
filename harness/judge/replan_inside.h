/* SPDX-License-Identifier: Apache-2.0
 *
 * A cover that follows changes, from inside: what its files share.
 * replan.c begins it and tells of it, replan_change.c finds what a change of an
 * entry touches, replan_decide.c finds probes for what has none. */
#ifndef JUDGE_REPLAN_INSIDE_H
#define JUDGE_REPLAN_INSIDE_H

#include "judge/ledger.h"
#include "judge/overlap.h"
#include "judge/replan.h"

/* A row's `miss`, beside enum judge_miss: not decided yet. */
enum { JUDGE_MISS_UNKNOWN = UINT8_MAX };

struct judge_replan {
    struct judge_cover_options options;
    const struct topology *topology;
    struct switch_state *copies;
    const struct switch_state **states;
    struct judge_tables tables;
    struct judge_numbers *holes; /* by switch: rows that were removed */
    struct judge_ledger ledger;
    size_t n_probes, max_probes;
    size_t n_open;  /* entries without a probe for another reason than being hidden */
    size_t n_limit; /* of these, for want of probes */
    /* Of one change: */
    size_t budget, n_tries;
    struct judge_numbers queue; /* switch, row; ...: to be decided */
    struct judge_numbers again; /* probes to be followed again */
    struct judge_overlap near;  /* entries of the switch, of no higher rank */
    struct judge_trail trail;
};

/* No probe, and not because it is hidden: a change elsewhere may make it another reason. */
bool judge_replan_is_open(uint8_t miss);

/* Frames were found, but would not do. */
bool judge_replan_was_rejected(uint8_t miss);

void judge_replan_set_miss(struct judge_replan *replan, struct judge_row *row, uint8_t miss);

/* Whether there is a probe for the entry, and if not, why, is to be found out. */
void judge_replan_queue(struct judge_replan *replan, size_t sw, size_t index);
void judge_replan_queue_all(struct judge_replan *replan, bool (*wanted)(uint8_t miss));

/* Follows a frame: replan->trail. */
void judge_replan_follow(struct judge_replan *replan, size_t host, const struct header *header);

/* A probe by the trail as it is: one that is there already, a new one. */
void judge_replan_enter_probe(struct judge_replan *replan, uint32_t walk);
void judge_replan_add_probe(struct judge_replan *replan, enum judge_walk_kind kind, size_t host);

/* What may be used for one change. */
void judge_replan_begin_change(struct judge_replan *replan);

/* Queues the entries that have lost their last probe. */
void judge_replan_settle(struct judge_replan *replan);

/* Decides what is queued, and drops the probes that are of no use any more. If
 * some become free, entries that had none for want of them follow. -1 without memory. */
int judge_replan_decide(struct judge_replan *replan);

#endif
