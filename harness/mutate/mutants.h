/* SPDX-License-Identifier: Apache-2.0
 *
 * The small changes of one switch's tables and groups that a mistake would make. Pure; what
 * becomes of them is decided by mutate/mutate.c. */
#ifndef MUTATE_MUTANTS_H
#define MUTATE_MUTANTS_H

#include "model/state.h"
#include "space/table.h"

/* One changed switch: a row that is another one now, or gone; or two rows; or a group that is
 * another one now. */
struct mutate_mutant {
    const char *id;    /* mutate/SWITCH/ENTRY/KIND[/WHAT]; it lives until the visit is over */
    size_t row, other; /* row: ENTRY_NONE, a group has changed. other: ENTRY_NONE, or the row whose
                          priority was swapped with it */
    size_t group;      /* then: which of the switch's */
    struct group group_now; /* its buckets as the id */
    bool gone;              /* the row */
    bool is_lifetime;       /* no packet is treated otherwise as long as the entry lives */
    struct flow_entry now;  /* the row, if it is not gone; its actions as the id */
    struct flow_entry other_now;
    struct match region; /* no packet outside is treated otherwise */
};

/* 0: go on; else the end. */
typedef int mutate_mutant_visit(void *aux, const struct mutate_mutant *mutant);

/* Calls `visit` for each, row by row, always in the same order:
 *
 *   removed                    the entry
 *   output-removed/PORT        an output
 *   output-moved/PORT/PORT     to the next lower and the next higher port of the switch
 *   output-added/PORT          those next to an output, or to the entry's in_port
 *   rewrite-dropped/ACTION     another action
 *   widened/FIELD              a field of the match taken away
 *   narrowed/FIELDS            to some packets of its match: ip, tcp, untagged, one TCP or
 *                              UDP port, the first port of the switch
 *   priority-swapped/ENTRY     with the best of those behind it that overlap
 *   timeout-added              hard_timeout=60; timeout-dropped where there is one
 *
 * and where a switch has several tables or groups (space_pipeline_has):
 *
 *   group-dropped/group:ID     and an action that is written: written-dropped/ACTION
 *   goto-dropped               goto_table; goto-moved/TABLE, to the next one
 *   write-applied              what is written is applied at once; applied-written the other way
 *                              round, of a list that sends
 *   metadata-bit               the lowest bit of write_metadata is the other one
 *   meter-dropped
 *   bucket-dropped/N           of a group (mutate/SWITCH/group_id=ID/KIND): its Nth bucket
 *   bucket-moved/N/PORT        its output to the next lower, and the next higher port
 *   watch-moved/N/PORT         what it watches, the same
 *   order-swapped              the first two buckets of a group of type ff
 *   type-changed/TYPE          all for select, and select for any other
 *
 * Of what stands several times in a list of actions the second is KIND/WHAT@2. What
 * would have table, priority and match of another entry is left out, as a switch
 * cannot hold both. `table` has all entries of the switch. Returns what the last
 * visit did; -1 without memory. */
int mutate_mutants_each(const char *name, const struct switch_state *state,
                        struct space_table *table, mutate_mutant_visit *visit, void *aux);

#endif
