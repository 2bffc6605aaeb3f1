/* SPDX-License-Identifier: Apache-2.0
 *
 * Which switches do the copies of a tap cross, and by which ports? */
#include "tapd/plan/compiling.h"

#include <stdlib.h>

/* The hops of all taps, before they are dealt to their ways. */
struct walking {
    struct tapd_compiling *c;
    struct tapd_hop *hops;
    size_t n_hops, capacity;
    size_t first; /* of the tap */
    size_t n_lost;
    const char *lost; /* why the first of the tap's sources has no way */
    bool failed;
};

/* Its index in the way; TAPD_NO_HOP without memory. */
static uint32_t add_hop(struct walking *walking, const struct tapd_hop *hop)
{
    if (base_grow(&walking->hops, walking->n_hops, &walking->capacity, sizeof *walking->hops)) {
        walking->failed = true;
        return TAPD_NO_HOP;
    }
    walking->hops[walking->n_hops] = *hop;
    return (uint32_t)(walking->n_hops++ - walking->first);
}

static void follow_link(struct walking *walking, uint32_t link, const struct tapd_dests *dests,
                        uint16_t tag, uint32_t before);

/* Behind a link whose frames rules of `always` decide. */
static void follow_rules(struct walking *walking, uint32_t link, uint32_t before)
{
    const struct tapd_policy *policy = walking->c->policy;
    struct port_ref in = policy->graph->links[link].to;
    bool any = false;
    for (size_t i = 0; i < policy->n_always && !walking->failed; i++) {
        const struct tapd_always *rule = &policy->always[i];
        if (!port_ref_equal(rule->from, in)) {
            continue;
        }
        uint32_t next = tapd_graph_end(policy->graph, rule->to)->link;
        uint32_t hop = add_hop(walking, &(struct tapd_hop){.in = in,
                                                           .out = rule->to.port,
                                                           .before = before,
                                                           .ends = next == UINT32_MAX});
        any = true;
        if (next != UINT32_MAX && hop != TAPD_NO_HOP) {
            follow_rules(walking, next, hop);
        }
    }
    if (!any && !walking->failed) {
        walking->hops[walking->first + before].ends = true;
    }
}

static void follow_out(struct walking *walking, const struct tapd_class *class, struct port_ref in,
                       const struct tapd_out *out, uint32_t before)
{
    uint32_t hop = add_hop(walking, &(struct tapd_hop){.in = in,
                                                       .out = out->port,
                                                       .tag = class->tag,
                                                       .before = before,
                                                       .ends = out->link == UINT32_MAX});
    if (out->link != UINT32_MAX && hop != TAPD_NO_HOP) {
        follow_link(walking, out->link, out->dests, class->tag, hop);
    }
}

static void follow_link(struct walking *walking, uint32_t link, const struct tapd_dests *dests,
                        uint16_t tag, uint32_t before)
{
    const struct tapd_compiling *c = walking->c;
    const struct tapd_class *class = tapd_router_class(&c->router, link, dests, tag);
    if (class && class->fixed) {
        follow_rules(walking, link, before);
    } else if (class) {
        for (size_t i = 0; i < class->n_outs && !walking->failed; i++) {
            follow_out(walking, class, c->policy->graph->links[link].to, &class->outs[i], before);
        }
    }
}

static void follow_trail(struct walking *walking, const struct tapd_trail *trail)
{
    const struct tapd_graph *graph = walking->c->policy->graph;
    walking->n_lost += trail->lost != NULL;
    walking->lost = walking->lost ? walking->lost : trail->lost;
    for (size_t i = 0; i < trail->n_lanes && !walking->failed; i++) {
        const struct tapd_lane *lane = &trail->lanes[i];
        struct port_ref out = {trail->source.sw, lane->port};
        uint32_t link = tapd_graph_end(graph, out)->link;
        uint32_t hop = add_hop(walking, &(struct tapd_hop){.in = trail->source,
                                                           .out = lane->port,
                                                           .before = TAPD_NO_HOP,
                                                           .ends = link == UINT32_MAX});
        if (link != UINT32_MAX && hop != TAPD_NO_HOP) {
            follow_link(walking, link, lane->dests, trail->tag, hop);
        }
    }
}

static int by_user(const void *a, const void *b)
{
    const struct tapd_trail *x = a, *y = b;
    if (x->user != y->user) {
        return x->user < y->user ? -1 : 1;
    }
    if (x->source.sw != y->source.sw) {
        return x->source.sw < y->source.sw ? -1 : 1;
    }
    return x->source.port - y->source.port;
}

/* A hop and whose it is. */
struct owned_hop {
    struct tapd_hop *hop;
    const struct tapd_way *way;
};

static int by_place(const void *a, const void *b)
{
    const struct tapd_hop *x = ((const struct owned_hop *)a)->hop;
    const struct tapd_hop *y = ((const struct owned_hop *)b)->hop;
    if (x->in.sw != y->in.sw) {
        return x->in.sw < y->in.sw ? -1 : 1;
    }
    if (x->in.port != y->in.port) {
        return x->in.port - y->in.port;
    }
    return x->out != y->out ? x->out - y->out : x->tag - y->tag;
}

/* Which hops are taken by more than one tap. -1 without memory. */
static int mark_shared(const struct tapd_way *ways, size_t n_ways, struct tapd_hop *hops,
                       size_t n_hops)
{
    struct owned_hop *owned = calloc(n_hops + 1, sizeof *owned);
    size_t n = 0;
    if (!owned) {
        return -1;
    }
    for (size_t i = 0; i < n_ways; i++) {
        for (size_t j = 0; j < ways[i].n_hops; j++) {
            owned[n] = (struct owned_hop){&hops[n], &ways[i]};
            n++;
        }
    }
    qsort(owned, n, sizeof *owned, by_place);
    for (size_t first = 0, end; first < n; first = end) {
        bool shared = false;
        for (end = first; end < n && by_place(&owned[first], &owned[end]) == 0; end++) {
            shared |= owned[end].way != owned[first].way;
        }
        for (size_t i = first; i < end; i++) {
            owned[i].hop->shared = shared;
        }
    }
    free(owned);
    return 0;
}

/* The ways point into hops, which are all behind each other. */
static int deal(const struct walking *walking, struct tapd_way *ways, size_t n_ways,
                struct tapd_network *network)
{
    struct tapd_hop *hops =
        base_arena_copy(&network->arena, walking->hops, walking->n_hops * sizeof *walking->hops);
    if (walking->n_hops > 0 && !hops) {
        return -1;
    }
    size_t first = 0;
    for (size_t i = 0; i < n_ways; i++) {
        ways[i].hops = hops ? hops + first : NULL;
        first += ways[i].n_hops;
    }
    network->ways = ways;
    network->n_ways = n_ways;
    return mark_shared(ways, n_ways, hops, walking->n_hops);
}

int tapd_find_ways(struct tapd_compiling *c, const struct tapd_user *users, size_t n_users,
                   struct tapd_network *network)
{
    struct walking walking = {.c = c};
    struct tapd_way *ways = base_arena_alloc(&network->arena, n_users * sizeof *ways);
    if (c->n_trails > 1) {
        qsort(c->trails, c->n_trails, sizeof *c->trails, by_user);
    }
    walking.failed = !ways;
    for (size_t i = 0, at = 0; i < n_users && !walking.failed; i++) {
        walking.first = walking.n_hops;
        walking.n_lost = 0;
        walking.lost = NULL;
        for (; at < c->n_trails && c->trails[at].user == &users[i]; at++) {
            follow_trail(&walking, &c->trails[at]);
        }
        ways[i] = (struct tapd_way){.tap = users[i].tap,
                                    .n_hops = walking.n_hops - walking.first,
                                    .n_lost = walking.n_lost};
        if (walking.lost) {
            ways[i].lost = base_arena_text(&network->arena, walking.lost);
            walking.failed |= !ways[i].lost;
        }
    }
    int status = walking.failed ? -1 : deal(&walking, ways, n_users, network);
    free(walking.hops);
    return status;
}
