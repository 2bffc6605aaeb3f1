/* SPDX-License-Identifier: Apache-2.0
 *
 * A cover that follows changes, from inside: what its files share.
 * replan.c begins it and tells of it, replan_change.c finds what a change of an
 * entry touches, replan_decide.c finds probes for what has none. */
#ifndef CHANGE_REPLAN_INSIDE_H
#define CHANGE_REPLAN_INSIDE_H

#include "change/ledger.h"
#include "change/replan.h"
#include "space/table.h"

/* A row's `miss`, beside enum traffic_miss: not decided yet. */
enum { CHANGE_MISS_UNKNOWN = UINT8_MAX };

struct change_replan {
    struct traffic_cover_options options;
    const struct topology *topology;
    struct switch_state *copies;
    const struct switch_state **states;
    struct path_network network;
    struct change_numbers *holes; /* by switch: rows that were removed */
    struct change_ledger ledger;
    size_t n_probes, max_probes;
    size_t n_open;  /* entries without a probe for another reason than being hidden */
    size_t n_limit; /* of these, for want of probes */
    /* Of one change: */
    size_t budget, n_tries;
    struct change_numbers queue;   /* switch, row; ...: to be decided */
    struct change_numbers again;   /* probes to be followed again */
    struct space_overlapping near; /* entries of the switch, of no higher rank */
    struct path_walk walk;
};

/* No probe, and not because it is hidden: a change elsewhere may make it another reason. */
bool change_replan_is_open(uint8_t miss);

/* Frames were found, but would not do. */
bool change_replan_was_rejected(uint8_t miss);

/* A row of a new entry: it is to be decided why it has no probe, unless it never takes a packet. */
void change_replan_open_row(struct change_replan *replan, struct change_row *row,
                            const struct flow_entry *flow);

/* Why the row has no probe (enum traffic_miss; TRAFFIC_MISS_NONE: it has one) or
 * CHANGE_MISS_UNKNOWN. What was noted of frames that would not do is dropped unless it is still the
 * reason. */
void change_replan_set_miss(struct change_replan *replan, struct change_row *row, uint8_t miss);

/* Whether there is a probe for the entry, and if not, why, is to be found out. */
void change_replan_queue(struct change_replan *replan, size_t sw, size_t index);
void change_replan_queue_all(struct change_replan *replan, bool (*wanted)(uint8_t miss));

/* Follows a frame: replan->walk. */
void change_replan_follow(struct change_replan *replan, size_t host, const struct header *header);

/* The frame that was followed last (replan->walk) is a probe: one that is there already, a new
 * one. */
void change_replan_enter_probe(struct change_replan *replan, uint32_t walk);
void change_replan_add_probe(struct change_replan *replan, enum change_walk_kind kind, size_t host);

/* What may be used for one change. */
void change_replan_begin_change(struct change_replan *replan);

/* Queues the entries that have lost their last probe. */
void change_replan_settle(struct change_replan *replan);

/* Decides what is queued, and drops the probes that are of no use any more. If
 * some become free, entries that had none for want of them are decided again. -1 without memory. */
int change_replan_decide(struct change_replan *replan);

#endif
