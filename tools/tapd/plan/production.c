/* SPDX-License-Identifier: Apache-2.0
 *
 * What is forwarded whether it is tapped or not: rules of `always`, and pairs. */
#include "tapd/plan/compiling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ always */

/* The rules, by port where they begin; and the links whose frames they decide. */
struct rules {
    struct tapd_compiling *c;
    const struct tapd_user *users; /* by rule */
    const struct tapd_always **sorted;
    size_t n;
    uint8_t *visiting; /* by link */
};

static int compare_ports(struct port_ref a, struct port_ref b)
{
    return a.sw != b.sw ? (a.sw < b.sw ? -1 : 1) : a.port - b.port;
}

static int by_from(const void *a, const void *b)
{
    const struct tapd_always *x = *(const struct tapd_always *const *)a;
    const struct tapd_always *y = *(const struct tapd_always *const *)b;
    int order = compare_ports(x->from, y->from);
    return order ? order : compare_ports(x->to, y->to);
}

/* The first rule of a port; `n` if there is none. */
static size_t find_rules(const struct rules *rules, struct port_ref from)
{
    size_t low = 0, high = rules->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_ports(rules->sorted[middle]->from, from) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < rules->n && port_ref_equal(rules->sorted[low]->from, from) ? low : rules->n;
}

static const struct tapd_user *user_of(const struct rules *rules, const struct tapd_always *rule)
{
    return &rules->users[rule - rules->c->policy->always];
}

static const struct tapd_dests *fix_link(struct rules *rules, uint32_t link,
                                         const struct tapd_always *rule);

/* Where the frames of one rule end. */
static const struct tapd_dests *follow(struct rules *rules, const struct tapd_always *rule)
{
    struct tapd_compiling *c = rules->c;
    const struct tapd_end *end = tapd_graph_end(c->policy->graph, rule->to);
    struct tapd_dest dest = {.sw = (uint32_t)rule->to.sw, .port = rule->to.port};
    return end->link == UINT32_MAX ? tapd_router_dests(&c->router, &dest, 1)
                                   : fix_link(rules, end->link, rule);
}

/* The union of where the rules of a port end; NULL after an error. */
static const struct tapd_dests *follow_all(struct rules *rules, size_t first)
{
    struct tapd_compiling *c = rules->c;
    struct tapd_dest *items = NULL;
    size_t n = 0, capacity = 0;
    bool failed = false;
    struct port_ref from = rules->sorted[first]->from;
    for (size_t i = first; i < rules->n && port_ref_equal(rules->sorted[i]->from, from); i++) {
        const struct tapd_dests *dests = follow(rules, rules->sorted[i]);
        failed |= !dests;
        for (size_t j = 0; dests && j < dests->n; j++) {
            bool known = false;
            for (size_t k = 0; k < n; k++) {
                known |= memcmp(&items[k], &dests->items[j], sizeof *items) == 0;
            }
            if (!known && base_grow(&items, n, &capacity, sizeof *items) == 0) {
                items[n++] = dests->items[j];
            }
        }
    }
    const struct tapd_dests *all = failed ? NULL : tapd_router_dests(&c->router, items, n);
    free(items);
    return all;
}

/* Where all frames of a link end, which `rule` sends there. Behind a link without
 * a rule the policy knows nothing: its far end stands for that. */
static const struct tapd_dests *fix_link(struct rules *rules, uint32_t link,
                                         const struct tapd_always *rule)
{
    struct tapd_compiling *c = rules->c;
    struct port_ref enters = c->policy->graph->links[link].to;
    const struct tapd_class *known = c->router.classes[link];
    if (known) {
        return known->dests;
    }
    if (rules->visiting[link]) {
        tapd_refuse(c, user_of(rules, rule),
                    "a loop: what enters %s comes back to it by this and other rules",
                    tapd_port_words(c->policy->topology, enters).text);
        return NULL;
    }
    rules->visiting[link] = 1;
    size_t first = find_rules(rules, enters);
    struct tapd_dest unknown = {.sw = (uint32_t)enters.sw, .port = enters.port};
    const struct tapd_dests *dests =
        first < rules->n ? follow_all(rules, first) : tapd_router_dests(&c->router, &unknown, 1);
    rules->visiting[link] = 0;
    if (dests && tapd_router_fix(&c->router, link, dests, user_of(rules, rule)) < 0) {
        return NULL;
    }
    return dests;
}

static void add_rule(struct rules *rules, const struct tapd_always *rule)
{
    struct tapd_compiling *c = rules->c;
    const struct tapd_end *end = tapd_graph_end(c->policy->graph, rule->from);
    const struct tapd_dests *dests = follow(rules, rule);
    bool known = dests && (end->link == UINT32_MAX || fix_link(rules, end->link ^ 1, rule));
    if (known) {
        struct tapd_lane lane = {rule->to.port, TAPD_UNTAGGED, dests};
        tapd_use_port(c, &(struct tapd_use){.at = rule->from,
                                            .production = true,
                                            .copies = 1,
                                            .lanes = &lane,
                                            .n_lanes = 1,
                                            .user = user_of(rules, rule)});
    }
}

void tapd_add_always(struct tapd_compiling *c, const struct tapd_user *users)
{
    const struct tapd_policy *policy = c->policy;
    size_t n_errors = yaml_errors_count(c->diagnostics);
    struct rules rules = {
        .c = c,
        .users = users,
        .sorted =
            base_arena_alloc(&c->arena, policy->n_always * sizeof(const struct tapd_always *)),
        .n = policy->n_always,
        .visiting = base_arena_alloc(&c->arena, policy->graph->n_links),
    };
    if (!rules.sorted || !rules.visiting) {
        c->router.failed = true;
        return;
    }
    for (size_t i = 0; i < policy->n_always; i++) {
        rules.sorted[i] = &policy->always[i];
    }
    if (rules.n > 1) {
        qsort(rules.sorted, rules.n, sizeof(const struct tapd_always *), by_from);
    }
    for (size_t i = 0; i < policy->n_always; i++) {
        if (yaml_errors_count(c->diagnostics) == n_errors) {
            add_rule(&rules, &policy->always[i]);
        }
    }
}

/* ------------------------------------------------------------------- pairs */

/* The other direction takes the same links. */
static void mark_way_back(struct tapd_compiling *c, uint32_t link, const struct tapd_dests *dests)
{
    while (link != UINT32_MAX) {
        const struct tapd_class *class = tapd_router_class(&c->router, link, dests, TAPD_UNTAGGED);
        tapd_router_prefer(&c->router, link ^ 1);
        link = class && class->n_outs > 0 ? class->outs[0].link : UINT32_MAX;
    }
}

/* Whether one of the links that a pair must take is on the way, which is marked. */
static bool takes_via(const struct tapd_compiling *c, const struct tapd_pair *pair)
{
    bool takes = pair->n_via == 0;
    for (size_t i = 0; i < pair->n_via && !takes; i++) {
        uint32_t link = tapd_graph_end(c->policy->graph, pair->via[i])->link;
        takes = c->router.preferred[link] == c->router.round ||
                c->router.preferred[link ^ 1] == c->router.round;
    }
    return takes;
}

static void prefer_via(struct tapd_compiling *c, const struct tapd_pair *pair)
{
    for (size_t i = 0; i < pair->n_via; i++) {
        uint32_t link = tapd_graph_end(c->policy->graph, pair->via[i])->link;
        tapd_router_prefer(&c->router, link);
        tapd_router_prefer(&c->router, link ^ 1);
    }
}

/* By which link the pair's frames left the switch the last time, without `out`. */
static struct tapd_turn first_turn(struct port_ref from, struct port_ref to)
{
    return (struct tapd_turn){.in = TAPD_TURN_PORT | (uint64_t)from.sw << 16 | from.port,
                              .sw = (uint32_t)to.sw,
                              .port = to.port};
}

static uint32_t known_first(const struct tapd_compiling *c, struct port_ref from,
                            struct port_ref to)
{
    struct tapd_turn turn = first_turn(from, to);
    return tapd_router_turn(&c->router, &turn);
}

/* The link by which frames from one end to the other leave its switch;
 * UINT32_MAX after an error. */
static uint32_t route_pair(struct tapd_compiling *c, const struct tapd_pair *pair,
                           struct port_ref from, struct port_ref to, const struct tapd_dests *dests,
                           const struct tapd_user *user)
{
    const struct topology *topology = c->policy->topology;
    struct tapd_refusal refusal = {0}, first = {0};
    size_t n_links;
    unsigned n_hops;
    uint32_t *links = tapd_list_links(c, from, dests, pair->via, pair->n_via, &n_links);
    bool same = c->grades || pair->n_via == 0; /* `via` may be other links than the last time */
    uint32_t known = same ? known_first(c, from, to) : UINT32_MAX;
    if (known != UINT32_MAX && tapd_leads_to(&c->router, known, dests, from.sw, &n_hops) &&
        tapd_route(&c->router, known, dests, TAPD_UNTAGGED, from.sw, user, &refusal)) {
        return known;
    }
    for (size_t i = 0; links && i < n_links; i++) {
        if (tapd_route(&c->router, links[i], dests, TAPD_UNTAGGED, from.sw, user, &refusal)) {
            return links[i];
        }
        first = first.by ? first : refusal;
    }
    char what[600];
    snprintf(what, sizeof what, "%s cannot reach %s", tapd_port_words(topology, from).text,
             tapd_port_words(topology, to).text);
    tapd_refuse_route(c, user, what, "", &first);
    return UINT32_MAX;
}

/* One direction; false after an error. */
static bool add_direction(struct tapd_compiling *c, const struct tapd_pair *pair, bool back,
                          const struct tapd_user *user)
{
    struct port_ref from = back ? pair->b : pair->a, to = back ? pair->a : pair->b;
    struct tapd_dest dest = {.sw = (uint32_t)to.sw, .port = to.port};
    const struct tapd_dests *dests = tapd_router_dests(&c->router, &dest, 1);
    struct tapd_lane lane = {to.port, TAPD_UNTAGGED, dests};
    if (dests && from.sw != to.sw) {
        uint32_t link = route_pair(c, pair, from, to, dests, user);
        if (link == UINT32_MAX) {
            return false;
        }
        lane.port = c->policy->graph->links[link].from.port;
        struct tapd_turn turn = first_turn(from, to);
        turn.out = link;
        tapd_note_turn(c, &turn);
        tapd_router_prefer_none(&c->router);
        mark_way_back(c, link, dests);
        if (!takes_via(c, pair)) {
            tapd_refuse(c, user, "no way between %s and %s takes a link of \"via\"",
                        tapd_port_words(c->policy->topology, pair->a).text,
                        tapd_port_words(c->policy->topology, pair->b).text);
            return false;
        }
    }
    return dests && tapd_use_port(c, &(struct tapd_use){.at = from,
                                                        .production = true,
                                                        .copies = 1,
                                                        .lanes = &lane,
                                                        .n_lanes = 1,
                                                        .user = user});
}

/* Of the ways that the pair's frames took the last time, the worst. */
static enum tapd_grade grade_before(struct tapd_compiling *c, const struct tapd_pair *pair)
{
    struct tapd_dest a = {.sw = (uint32_t)pair->a.sw, .port = pair->a.port};
    struct tapd_dest b = {.sw = (uint32_t)pair->b.sw, .port = pair->b.port};
    if (a.sw == b.sw) {
        return TAPD_LINK_GOOD;
    }
    enum tapd_grade to = tapd_way_grade(c, known_first(c, pair->a, pair->b), &b, TAPD_UNTAGGED);
    enum tapd_grade from = tapd_way_grade(c, known_first(c, pair->b, pair->a), &a, TAPD_UNTAGGED);
    return to > from ? to : from;
}

/* By links of this level; what was routed in vain is taken back. */
static bool try_pair(struct tapd_compiling *c, const struct tapd_pair *pair,
                     const struct tapd_user *user, unsigned level)
{
    size_t n_journal = c->router.n_journal, n_uses = c->n_uses, n_turns = c->n_turns;
    tapd_set_level(c, level);
    tapd_router_prefer_none(&c->router);
    prefer_via(c, pair);
    bool done = add_direction(c, pair, false, user) && add_direction(c, pair, true, user);
    tapd_router_prefer_none(&c->router);
    tapd_set_level(c, TAPD_LINK_GOOD);
    if (!done && c->grades) {
        tapd_router_undo(&c->router, n_journal);
        c->n_uses = n_uses;
        c->n_turns = n_turns;
    }
    return done;
}

void tapd_add_pair(struct tapd_compiling *c, const struct tapd_pair *pair,
                   const struct tapd_user *user)
{
    bool done = false;
    if (c->grades && !tapd_is_due(c, user, pair->a, grade_before(c, pair))) {
        return;
    }
    for (unsigned level = tapd_first_level(c); level < tapd_end_level(c) && !done; level++) {
        done = try_pair(c, pair, user, level);
    }
    if (done) {
        tapd_note_routed(c, user, pair->a);
    }
}
