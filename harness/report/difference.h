/* SPDX-License-Identifier: Apache-2.0
 *
 * What is different between two states of a switch, in words: what report/diff.h
 * and report/plan.h write. In pairs, [0] is the first state and [1] the second. */
#ifndef REPORT_DIFFERENCE_H
#define REPORT_DIFFERENCE_H

#include "model/result.h"
#include "model/state.h"

#include <stdbool.h>

/* A set of headers with which the two do different things. */
struct difference {
    const char *ports;    /* where they enter: "1", "1-5,7", "LOCAL"; or one of the two below */
    const char *match;    /* the set, as ovs-ofctl writes a match, without in_port; "": all */
    const char *except;   /* less these, "; " between them; NULL: less nothing */
    size_t n_except_more; /* and so many more, by other entries */
    bool is_part;         /* the headers are within the set, but not all of it */
    const char *example;  /* one packet, as ofctl_format_header writes it */
    const char *actions[2];
    const char *entry[2];  /* that takes them; NULL: none does */
    const char *detail;    /* what is missing and extra in the second */
    const char *undecided; /* not NULL: why it is not known whether there is a difference */
};
#define DIFFERENCE_OTHER_PORTS "any other port" /* that neither the tables nor the switch name */
#define DIFFERENCE_ALL_PORTS   "any port"

/* One entry that is not in both, or not the same. */
struct entry_difference {
    const char *entry[2]; /* NULL: it is not there */
};

struct switch_difference {
    const char *name;
    const char *in[2];        /* how lines call the two states; NULL: "in A" and "in B" */
    const char *not_compared; /* why not; then nothing else follows */
    struct difference *items;
    size_t n_items;
    const char *open;   /* why not everything could be decided; NULL: it was */
    uint16_t *in_ports; /* by which sets of headers enter that are treated otherwise, perhaps */
    size_t n_in_ports;
    bool in_others;     /* and ports that nothing names */
    const char **ports; /* of the ports themselves, a line each: "port 3: LINK_DOWN in B" */
    size_t n_ports;
    const char **groups; /* groups and meters that are not the same, a line each */
    size_t n_groups;
    bool chooses_otherwise; /* one of these, in use, depends on ports or on the switch's choice: it
                               is a difference, though what it does now may be none */
    struct entry_difference *entries; /* by priority, then match */
    size_t n_entries;
};

/* Compares (change/diff.h), and says in words how the two differ, in behaviour, ports
 * and entries; `out->name` and `out->in` are the caller's. Sets of headers that differ in nothing
 * but the port become one. What is compared of a port: whether it is there, config and link state;
 * of an entry: as flow_equal. `*budget` as for change_diff. Text and all is in the arena. 0, or -1
 * without memory. */
int report_difference(const struct switch_state *a, const struct switch_state *b, size_t *budget,
                      struct base_arena *arena, struct switch_difference *out);

/* Whether packets that enter by this port may be treated otherwise; true where it is not known. */
bool report_difference_touches(const struct switch_difference *difference, uint16_t in_port);

/* A frame by which an entry is exercised. */
struct named_probe {
    const char *from;   /* a host */
    const char *packet; /* as ofctl_format_header writes it */
};

/* How the probes that exercise the entries of a network change with its tables. */
struct probe_difference {
    struct named_probe *added, *dropped;
    size_t n_added, n_dropped;
    struct report_coverage after; /* is_known: it was looked at. No pairs */
};

#endif
