/* SPDX-License-Identifier: Apache-2.0
 *
 * From a policy and the taps that are active now to one flow table a switch.
 * Pure: the same input gives the same tables.
 *
 * What a table does with a header is the union of what pairs, `always` and taps
 * ask for it; the priority of an entry is FLOW_PRIORITY_DEFAULT and the number
 * of bits that its match fixes besides in_port, so that where two overlap the
 * entry for both is above both, and a tap that comes or goes moves no other
 * entry. Production output comes first in an entry, then copies as they are,
 * then tagged copies.
 *
 * Copies travel by links whose every frame, or every frame of one VLAN id, has
 * the same destinations: the switch behind knows a copy by its in_port, and by
 * its tag where the tap has one. A link that another tap uses for other
 * destinations is not chosen, and refused where the policy names it.
 * Each hop leads nearer to the destination (the first one not farther away), so
 * no copy ever goes round; longer ways are not looked for.
 *
 * A tap that ends has entries of its own above what is there without it, with a
 * hard_timeout: if nobody comes to remove it, the switch ends it, and what is
 * below is the network as it was. Of two that overlap the one that ends first
 * is above.
 *
 * Neighbours: compiling.h (what is asked for), route.h (which links), classify.h and
 * unite.h (union → entries). */
#ifndef TAPD_PLAN_COMPILE_H
#define TAPD_PLAN_COMPILE_H

#include "model/flow.h"
#include "tapd/policy/policy.h"

/* A tap that is there now besides those of the policy that stay: one that ends,
 * one that traffic or a request asked for. */
struct tapd_active {
    const struct tapd_tap *tap;
    uint32_t id;       /* one that ends: not 0, like no other's, in the cookie of its entries;
                          0: it stays until it is removed */
    uint16_t left_sec; /* with an id: until its end, at least 1 */
};

/* How a tap's frames get from a source to a destination. */
struct tapd_uplink {
    const struct tapd_tap *tap; /* not looked at in `before`: it may be gone by then */
    struct port_ref source, to;
    struct port_ref uplink; /* by which they leave the source's switch */
    uint16_t tag;           /* VLAN id of the copy, or TAPD_UNTAGGED */
    uint16_t nth;           /* of the copies, from 0 */
};

/* One switch on the way of a tap's copies. */
struct tapd_hop {
    struct port_ref in; /* where they enter it: a source, or the end of a link */
    uint16_t out;       /* by which port they leave it */
    uint16_t tag;       /* VLAN id by which it knows them; TAPD_UNTAGGED: by the port alone */
    uint32_t before;    /* the hop in front, in the same way; TAPD_NO_HOP: `in` is a source */
    bool ends;          /* `out` is where they leave the network, as far as the policy knows */
    bool shared;        /* copies of other taps may take it too; not told of a source */
};
enum { TAPD_NO_HOP = UINT32_MAX };

/* All ways of a tap, from each source to each destination. */
struct tapd_way {
    const struct tapd_tap *tap;
    const struct tapd_hop *hops; /* each behind the one in front of it */
    size_t n_hops;
    size_t n_lost;    /* sources that have no way (tapd_compile_around) */
    const char *lost; /* why the first of them has none; NULL: all have */
};

/* Where frames of a link, or of a pair's port, go on to a destination: what is kept the next time.
 */
struct tapd_turn {
    uint64_t in; /* a link of the graph, or TAPD_TURN_PORT and a port */
    uint32_t sw; /* of the destination */
    uint16_t port, tag;
    uint32_t out; /* link */
};
#define TAPD_TURN_PORT (UINT64_C(1) << 63)

/* How much a link is to be trusted. */
enum tapd_grade {
    TAPD_LINK_GOOD,
    TAPD_LINK_DOUBTED, /* has failed not long ago: only where there is no other way */
    TAPD_LINK_FAILED,  /* only where there is none at all: frames may get through again */
    TAPD_N_GRADES,
};

struct tapd_network {
    const struct tapd_policy *policy;
    struct flow_table *tables; /* by switch; empty for one that is not owned. Cookies: the
                                  policy's in the upper half, an id in the lower */
    uint16_t *layers;          /* by switch: links between it and the nearest destination of a tap;
                                  UINT16_MAX: none is reached from there */
    struct tapd_uplink *uplinks; /* what was named or chosen */
    size_t n_uplinks;
    const struct tapd_way *ways; /* of the taps of the policy that stay, then of the active ones */
    size_t n_ways;
    const struct tapd_turn *turns;
    size_t n_turns;
    int64_t since_ms; /* when the lifetimes in it began, CLOCK_MONOTONIC: set by the owner */
    struct base_arena arena;
};

/* Compiles the taps of the policy that stay and `active`. `before`, if not NULL,
 * is what was compiled last: links that it chose are kept where they are still
 * right (it may be of another policy with the same topology). 0 and *network
 * (tapd_network_free), or -1, NULL and at least one diagnostic at the place in
 * the policy (or of the request) that asks for what is impossible: no path from
 * a source to a destination, a named uplink or `via` that does not lead there or
 * carries other frames already, no link left, a loop of layers, two overlapping
 * taps whose named uplinks would bring a copy too many, a source number that is no
 * VLAN id, more entries on one port than TAPD_PORT_ENTRIES_MAX. */
enum { TAPD_PORT_ENTRIES_MAX = 4096 };
int tapd_compile(const struct tapd_policy *policy, const struct tapd_active *active,
                 size_t n_active, const struct tapd_network *before, struct tapd_network **network,
                 struct yaml_diagnostics *diagnostics);

/* The same around links that fail: each pair and each source of a tap goes by good links, else by
 * doubted ones, else by any. What goes by good links only stays where it is, before others look for
 * a way. Grades: by link of the policy's graph. A tap for a source of which there is no way left
 * beside the others is marked so (tapd_way), and is no error. */
int tapd_compile_around(const struct tapd_policy *policy, const struct tapd_active *active,
                        size_t n_active, const struct tapd_network *before, const uint8_t *grades,
                        struct tapd_network **network, struct yaml_diagnostics *diagnostics);

/* Whether a policy that was just read can be put into force: it compiles with
 * its taps that end, and besides with each of those that traffic may ask for.
 * -1 after at least one diagnostic. */
int tapd_compile_check(const struct tapd_policy *policy, struct yaml_diagnostics *diagnostics);

/* Whose cookie it is: the policy's. */
static inline bool tapd_is_own(const struct tapd_policy *policy, uint64_t cookie)
{
    return cookie >> 32 == policy->cookie;
}

/* NULL is legal. */
void tapd_network_free(struct tapd_network *network);

/* Appends the tables as `tapproof flows --no-stats` prints them: a line
 * "SWITCH:" for each owned switch, then a line an entry in ovs-ofctl's syntax,
 * by in_port and then from the highest priority down. */
void tapd_network_format(const struct tapd_network *network, struct base_buffer *out);

#endif
