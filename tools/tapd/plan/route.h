/* SPDX-License-Identifier: Apache-2.0
 *
 * Which links carry what. On a link all frames have the same destinations, or
 * all frames of one VLAN id have: a switch tells them apart by in_port, or by
 * in_port and tag. What is routed stays, unless it is taken back. */
#ifndef TAPD_PLAN_ROUTE_H
#define TAPD_PLAN_ROUTE_H

#include "tapd/plan/compile.h"
#include "tapd/policy/graph.h"
#include "yaml/index.h"

/* Where frames leave the network. */
struct tapd_dest {
    uint32_t sw;
    uint16_t port;
    uint16_t strip; /* their tag is taken off */
};
_Static_assert(sizeof(struct tapd_dest) == 8, "sets of them are compared as bytes");

/* A set of them, ascending; equal sets have equal addresses. */
struct tapd_dests {
    size_t n;
    struct tapd_dest items[];
};

/* Who asks for something: a pair, a rule of `always`, or a tap. */
struct tapd_user {
    const struct tapd_tap *tap; /* NULL: a pair or rule */
    const struct yaml_source *source;
    struct place place;
    uint32_t id;       /* 0: it stays */
    uint16_t left_sec; /* with an id */
};

/* Whether a's entries are there longer than b's. In the same second, the tap that
 * came later is likely to: what ends in the same order has the same order always. */
static inline bool tapd_outlives(const struct tapd_user *a, const struct tapd_user *b)
{
    if (a->id == 0 || b->id == 0) {
        return a->id == 0 && b->id != 0;
    }
    return a->left_sec != b->left_sec ? a->left_sec > b->left_sec : a->id > b->id;
}

/* A way out of a switch. */
struct tapd_out {
    uint16_t port;
    bool strip;
    uint32_t link; /* UINT32_MAX: here the frame leaves the network */
    const struct tapd_dests *dests;
};

/* Frames of a link with the same destinations. */
struct tapd_class {
    struct tapd_class *next; /* of the same link */
    uint16_t tag;            /* TAPD_UNTAGGED: every frame, then it is the first */
    bool fixed;              /* by `always`: its outs are not ours to choose */
    const struct tapd_dests *dests;
    struct tapd_out *outs; /* of the switch behind the link */
    size_t n_outs;
    const struct tapd_user *user; /* the one that is there longest */
};

/* Why there is no route, for an error. */
struct tapd_refusal {
    const struct tapd_class *by; /* it carries that already… */
    uint32_t link;               /* … on this link; by is NULL: no path */
};

struct tapd_router {
    struct tapd_graph *graph;
    struct tapd_class **classes; /* by link */
    uint32_t *preferred;         /* by link: `round` if it goes before others */
    uint32_t round;
    struct tapd_undo *journal;
    size_t n_journal, journal_capacity;
    struct yaml_index turns; /* as the last time: struct tapd_turn without `out` → link */
    struct yaml_index sets;
    const struct tapd_dests **dests; /* by number in `sets` */
    size_t n_dests, dests_capacity;
    struct base_arena *arena;
    bool knows;  /* turns */
    bool failed; /* out of memory, for good */
};

/* -1 without memory; tapd_router_free in any case. */
int tapd_router_init(struct tapd_router *router, struct tapd_graph *graph,
                     struct base_arena *arena);
void tapd_router_free(struct tapd_router *router);

/* A turn that was taken the last time is tried first, where it still leads nearer. */
void tapd_router_learn(struct tapd_router *router, const struct tapd_turn *turn);

/* The link of a turn that was learnt; UINT32_MAX: none was. `out` is not looked at. */
uint32_t tapd_router_turn(const struct tapd_router *router, const struct tapd_turn *turn);

/* The set; sorts the items. NULL without memory. */
const struct tapd_dests *tapd_router_dests(struct tapd_router *router, struct tapd_dest *items,
                                           size_t n);

/* Links marked after this go before others where there is a choice. */
void tapd_router_prefer_none(struct tapd_router *router);
void tapd_router_prefer(struct tapd_router *router, uint32_t link);

/* Sees to it that the link's frames of this tag arrive at the destinations, and
 * nowhere else, without a way through `avoid` (a switch). False with *refusal,
 * and then nothing has changed. */
bool tapd_route(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                uint16_t tag, size_t avoid, const struct tapd_user *user,
                struct tapd_refusal *refusal);

/* The same without doing it: *n_more is how many links behind this one would get
 * frames that they do not carry so far. */
bool tapd_route_try(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                    uint16_t tag, size_t avoid, const struct tapd_user *user,
                    struct tapd_refusal *refusal, size_t *n_more);

/* Whether all destinations can be reached from here at all, going out by the
 * link, and not through `avoid`; *n_hops: how many links to the farthest. */
bool tapd_leads_to(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                   size_t avoid, unsigned *n_hops);

/* What was routed since the journal had n_journal items is taken back. */
void tapd_router_undo(struct tapd_router *router, size_t n_journal);

/* The class of a link that serves these. */
const struct tapd_class *tapd_router_class(const struct tapd_router *router, uint32_t link,
                                           const struct tapd_dests *dests, uint16_t tag);

/* All frames of the link have these destinations by other rules. -1: it was
 * fixed with others before, or no memory. */
int tapd_router_fix(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                    const struct tapd_user *user);

#endif
