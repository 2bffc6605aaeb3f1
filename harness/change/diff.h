/* SPDX-License-Identifier: Apache-2.0
 *
 * Two states of one switch, compared as functions: for which headers do they
 * not do the same? Decided for every header that exists, on every port, whatever tables and groups
 * do it, and in whichever version of OpenFlow each was read. Pure.
 *
 * Where both tables choose an entry that is in both, they agree; so only the
 * headers that a changed entry takes are looked at, and a small change of a
 * large table costs little. */
#ifndef CHANGE_DIFF_H
#define CHANGE_DIFF_H

#include "model/state.h"
#include "space/table.h"
#include "space/whole.h"

enum { CHANGE_DIFF_BUDGET = 1000000000, CHANGE_DIFF_EXCEPTIONS = 4 };

/* Why it is not known what a table does with headers that two entries of one priority take. */
#define CHANGE_DIFF_CONTESTED "two entries of the same priority take it"

/* The same of what entries before both may take, or leave. */
#define CHANGE_DIFF_BEHIND_OPEN "an entry before it may take it, or not"

/* A set of headers of one ingress port. Entries: index in the one table of each
 * state (change_diff.wholes), ENTRY_NONE: none takes them. */
struct change_difference {
    uint16_t in_port; /* if `others`: one in place of all that nothing names */
    bool others;
    size_t entry[2];
    struct space_difference where;
    struct match
        except[CHANGE_DIFF_EXCEPTIONS]; /* is_cube is false: largest sets that are not meant */
    size_t n_except, n_except_more;
    bool by_meters;      /* they pass meters that are not the same; else they do other things */
    const char *unknown; /* not NULL: why it is not known whether they differ */
};

/* Zero-initialise before use; it must stay where it is. */
struct change_diff {
    struct space_whole wholes[2];
    struct change_difference *changes; /* by port, others last */
    size_t n_changes, capacity;
    uint16_t *ports; /* that were compared, the one in place of all others last */
    size_t n_ports;
    bool open; /* over the budget: there may be more */
};

/* `*budget` is the number of comparisons of two sets that may be made, and goes
 * down by what was used. A port's number and NO_FLOOD count where an action
 * floods; else the ports are not compared here. What two entries of the same
 * priority take and treat differently is not decided, unless they are the same
 * two in both states. Meters are compared by what they say, not by their numbers. Both states must
 * outlive the diff. -1 only without memory; change_diff_free then, too. */
int change_diff(const struct switch_state *a, const struct switch_state *b, size_t *budget,
                struct change_diff *diff);

/* Frees the arrays; `diff` is empty then. */
void change_diff_free(struct change_diff *diff);

/* For each entry of one table the index of the one of the other with the same table, priority,
 * match and conditions, ENTRY_NONE: there is none; free both. -1 without memory. */
int change_diff_counterparts(const struct flow_table *a, const struct flow_table *b, size_t **of_a,
                             size_t **of_b);

#endif
