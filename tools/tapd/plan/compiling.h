/* SPDX-License-Identifier: Apache-2.0
 *
 * A policy being compiled: from pairs, rules of `always` (production.c) and taps
 * (lanes.c) by links (ways.c) to uses of ports, and what way each tap got (hops.c). */
#ifndef TAPD_PLAN_COMPILING_H
#define TAPD_PLAN_COMPILING_H

#include "tapd/plan/classify.h"
#include "tapd/policy/reading.h"
#include "yaml/read.h"

/* The copies of one source of a tap: where they leave its switch. */
struct tapd_trail {
    const struct tapd_user *user;
    struct port_ref source;
    uint16_t tag; /* VLAN id, or TAPD_UNTAGGED */
    const struct tapd_lane *lanes;
    size_t n_lanes;
    const char *lost; /* why there are none; NULL: there are */
};

struct tapd_compiling {
    const struct tapd_policy *policy;
    const uint8_t *grades;                  /* by link; NULL: whatever cannot be had is an error */
    struct tapd_graph views[TAPD_N_GRADES]; /* with grades: what the router sees at each level */
    struct base_error refused;              /* with grades: the last that could not be had */
    /* With grades: whose way was of this grade the last time are routed, by links that may work; at
     * last, TAPD_N_GRADES, all those who got none, by any. */
    unsigned turn;
    struct yaml_index routed; /* who got one */
    struct tapd_router router;
    struct tapd_use *uses;
    size_t n_uses, uses_capacity;
    struct tapd_uplink *uplinks;
    size_t n_uplinks, uplinks_capacity;
    struct tapd_trail *trails;
    size_t n_trails, trails_capacity;
    struct tapd_turn *turns;
    size_t n_turns, turns_capacity;
    struct yaml_index chosen, before; /* source, destination, tag, nth → uplink */
    struct base_arena arena;
    struct yaml_diagnostics *diagnostics;
};

/* How often all users are gone through. */
static inline unsigned tapd_n_turns(const struct tapd_compiling *c)
{
    return c->grades ? TAPD_N_GRADES + 1 : 1;
}

/* Routing is tried from one level to another, each time with more of the links. */
static inline unsigned tapd_first_level(const struct tapd_compiling *c)
{
    return c->grades && c->turn == TAPD_N_GRADES ? TAPD_LINK_FAILED : TAPD_LINK_GOOD;
}
static inline unsigned tapd_end_level(const struct tapd_compiling *c)
{
    return !c->grades ? 1 : c->turn == TAPD_N_GRADES ? TAPD_N_GRADES : TAPD_LINK_FAILED;
}

/* With grades: whether it is the turn of a user, one of whose ports this is and whose way was of
 * this grade the last time. */
bool tapd_is_due(const struct tapd_compiling *c, const struct tapd_user *user, struct port_ref port,
                 enum tapd_grade before);

/* The user has got a way from this port. */
void tapd_note_routed(struct tapd_compiling *c, const struct tapd_user *user, struct port_ref port);

/* From now on links of this grade and better ones are routed by. */
static inline void tapd_set_level(struct tapd_compiling *c, unsigned level)
{
    if (c->grades) {
        c->router.graph = &c->views[level];
    }
}

/* An error at the place of the user; with grades it is only noted in `refused`. */
void tapd_refuse(struct tapd_compiling *c, const struct tapd_user *user, const char *format, ...)
    BASE_PRINTF(3, 4);

/* Why there is no route, at the place of the user: `what` could not be done. The
 * advice is for one whose links carry something else. */
void tapd_refuse_route(struct tapd_compiling *c, const struct tapd_user *user, const char *what,
                       const char *advice, const struct tapd_refusal *refusal);

/* Adds a use of a port; `lanes` are copied, in_port is added to the match. False
 * without memory. */
bool tapd_use_port(struct tapd_compiling *c, const struct tapd_use *use);

/* The links by which frames may leave the switch of `from`, in the order in which
 * they are to be tried: to those destinations, the nearest ways before others,
 * those marked as preferred first of all. `only` (n_only 0: all): ends of links,
 * at either side, of which those at this switch may be used, if there are any. The
 * list is in the arena; NULL without memory. */
uint32_t *tapd_list_links(struct tapd_compiling *c, struct port_ref from,
                          const struct tapd_dests *dests, const struct port_ref *only,
                          size_t n_only, size_t *n_links);

/* All rules of `always`; to be called first: their links cannot be chosen. */
void tapd_add_always(struct tapd_compiling *c, const struct tapd_user *users);

/* Both directions of a pair. */
void tapd_add_pair(struct tapd_compiling *c, const struct tapd_pair *pair,
                   const struct tapd_user *user);

/* A choice that was made the last time. */
void tapd_learn_uplink(struct tapd_compiling *c, const struct tapd_uplink *uplink);

/* What is kept the next time; and what was kept the last time. */
void tapd_note_turn(struct tapd_compiling *c, const struct tapd_turn *turn);
void tapd_note_turns(struct tapd_compiling *c);
void tapd_learn_turns(struct tapd_compiling *c, const struct tapd_network *before);

/* The grade of the worst link on the way that frames took to the destination the last time, when
 * they left by this link, and at least doubted if it is not the nearest any more; UINT32_MAX, no
 * link: the worst there is. */
enum tapd_grade tapd_way_grade(struct tapd_compiling *c, uint32_t link,
                               const struct tapd_dest *dest, uint16_t tag);

/* The copies of a tap: of those sources where it names uplinks, or of the others. */
void tapd_add_copies(struct tapd_compiling *c, const struct tapd_user *user, uint32_t order,
                     bool named);

/* The ways of the taps of these users, in their order, when all is routed: in the arena of the
 * network. -1 without memory. */
int tapd_find_ways(struct tapd_compiling *c, const struct tapd_user *users, size_t n_users,
                   struct tapd_network *network);

#endif
