/* SPDX-License-Identifier: Apache-2.0
 *
 * The copies of a tap at one source: by which ways they leave its switch. */
#include "tapd/plan/compiling.h"

#include <stdio.h>

/* One tap at one source. */
struct copying {
    struct tapd_compiling *c;
    const struct tapd_user *user;
    const struct tapd_tap *tap;
    struct port_ref source;
    uint16_t tag; /* VLAN id */
    struct tapd_lane *lanes;
    size_t n_lanes;
    const char *lost; /* why there are none; NULL: there are, or it is an error */
};

/* What makes a choice of an uplink the same one again. */
struct choice_key {
    uint64_t source, to, tag, nth;
};

static uint64_t port_number(struct port_ref port)
{
    return (uint64_t)port.sw << 16 | port.port;
}

static struct choice_key key_of(const struct tapd_uplink *uplink)
{
    return (struct choice_key){port_number(uplink->source), port_number(uplink->to), uplink->tag,
                               uplink->nth};
}

void tapd_learn_uplink(struct tapd_compiling *c, const struct tapd_uplink *uplink)
{
    const struct tapd_graph *graph = c->policy->graph;
    struct choice_key key = key_of(uplink);
    const struct tapd_end *end = uplink->uplink.sw < graph->topology->n_switches
                                     ? tapd_graph_end(graph, uplink->uplink)
                                     : NULL;
    if (end && end->link != UINT32_MAX) {
        yaml_index_add(&c->before, &key, sizeof key, end->link, (struct place){0});
    }
}

static void note_uplink(struct copying *copying, const struct tapd_dest *dest, uint32_t link,
                        uint16_t nth)
{
    struct tapd_compiling *c = copying->c;
    struct tapd_uplink uplink = {
        .tap = copying->tap,
        .source = copying->source,
        .to = {dest->sw, dest->port},
        .uplink = c->policy->graph->links[link].from,
        .tag = copying->tag,
        .nth = nth,
    };
    struct choice_key key = key_of(&uplink);
    yaml_index_add(&c->chosen, &key, sizeof key, link, (struct place){0});
    if (base_grow(&c->uplinks, c->n_uplinks, &c->uplinks_capacity, sizeof *c->uplinks) < 0) {
        c->router.failed = true;
    } else {
        c->uplinks[c->n_uplinks++] = uplink;
    }
}

static void add_lane(struct copying *copying, uint16_t port, uint16_t rewrite,
                     const struct tapd_dests *dests)
{
    copying->lanes[copying->n_lanes++] = (struct tapd_lane){port, rewrite, dests};
}

static struct yaml_words words_of(const struct copying *copying, const struct tapd_dest *dest)
{
    return tapd_port_words(copying->c->policy->topology, (struct port_ref){dest->sw, dest->port});
}

static bool refuse_route(struct copying *copying, const struct tapd_dest *dest,
                         const struct tapd_refusal *refusal)
{
    char what[600];
    snprintf(what, sizeof what, "copies from %s cannot reach %s",
             tapd_port_words(copying->c->policy->topology, copying->source).text,
             words_of(copying, dest).text);
    tapd_refuse_route(copying->c, copying->user, what,
                      "; another uplink, or a \"tag\" on both, would tell them apart", refusal);
    return false;
}

static struct tapd_dest dest_of(const struct tapd_tap *tap, size_t i)
{
    return (struct tapd_dest){(uint32_t)tap->to[i].sw, tap->to[i].port, tap->strip};
}

/* The link that was chosen before for the same copy; UINT32_MAX: none was. */
static uint32_t known_link(const struct copying *copying, const struct yaml_index *index,
                           const struct tapd_dest *dest, uint16_t nth)
{
    struct tapd_uplink uplink = {
        .source = copying->source, .to = {dest->sw, dest->port}, .tag = copying->tag, .nth = nth};
    struct choice_key key = key_of(&uplink);
    const struct yaml_entry *known = yaml_index_find(index, &key, sizeof key);
    return known ? (uint32_t)known->number : UINT32_MAX;
}

/* Of the ways that copies of the source took the last time, the worst. One on its own switch has no
 * choice. */
static enum tapd_grade grade_before(const struct copying *copying)
{
    const struct tapd_tap *tap = copying->tap;
    enum tapd_grade worst = TAPD_LINK_GOOD;
    for (size_t i = 0; i < tap->n_to; i++) {
        struct tapd_dest dest = dest_of(tap, i);
        for (uint16_t nth = 0; dest.sw != copying->source.sw && nth < tap->copies; nth++) {
            uint32_t link = known_link(copying, &copying->c->before, &dest, nth);
            enum tapd_grade grade = tapd_way_grade(copying->c, link, &dest, copying->tag);
            worst = grade > worst ? grade : worst;
        }
    }
    return worst;
}

/* On the source's switch no link is needed. */
static bool add_local(struct copying *copying, struct tapd_dest dest)
{
    uint16_t rewrite = dest.strip ? TAPD_UNTAGGED : copying->tag;
    dest.strip = 0;
    const struct tapd_dests *dests = tapd_router_dests(&copying->c->router, &dest, 1);
    if (copying->tap->copies > 1) {
        tapd_refuse(copying->c, copying->user,
                    "%s is on the switch of %s: there is one way to it, for one copy",
                    words_of(copying, &dest).text,
                    tapd_port_words(copying->c->policy->topology, copying->source).text);
        return false;
    }
    if (dests) {
        add_lane(copying, dest.port, rewrite, dests);
    }
    return dests != NULL;
}

/* ----------------------------------------------------------- named uplinks */

/* The uplinks of the source's switch, and what each of them is for. */
struct named {
    uint32_t *links;
    size_t n;
    struct tapd_dest *dests; /* n_to for each link */
    size_t *n_dests;         /* by link */
};

static bool list_named(const struct copying *copying, struct named *named)
{
    const struct tapd_tap *tap = copying->tap;
    struct base_arena *arena = &copying->c->arena;
    named->links = base_arena_alloc(arena, tap->n_uplinks * sizeof *named->links);
    named->n_dests = base_arena_alloc(arena, tap->n_uplinks * sizeof *named->n_dests);
    named->dests = base_arena_alloc(arena, tap->n_uplinks * tap->n_to * sizeof *named->dests);
    for (size_t i = 0; named->links && i < tap->n_uplinks; i++) {
        if (tap->uplinks[i].sw == copying->source.sw) {
            named->links[named->n++] =
                tapd_graph_end(copying->c->policy->graph, tap->uplinks[i])->link;
        }
    }
    return named->links && named->n_dests && named->dests;
}

/* Gives a destination as many uplinks as copies, in turn. */
static bool share_out(struct copying *copying, struct named *named, size_t nth,
                      struct tapd_dest dest)
{
    struct tapd_router *router = &copying->c->router;
    const struct tapd_dests *dests = tapd_router_dests(router, &dest, 1);
    uint16_t n_given = 0;
    for (size_t i = 0; dests && i < named->n && n_given < copying->tap->copies; i++) {
        size_t at = (nth + i) % named->n;
        unsigned n_hops;
        if (tapd_leads_to(router, named->links[at], dests, copying->source.sw, &n_hops)) {
            named->dests[at * copying->tap->n_to + named->n_dests[at]++] = dest;
            note_uplink(copying, &dest, named->links[at], n_given++);
        }
    }
    if (n_given < copying->tap->copies) {
        tapd_refuse(copying->c, copying->user, "of the uplinks of %s too few lead to %s",
                    copying->c->policy->topology->switches[copying->source.sw].name,
                    words_of(copying, &dest).text);
        return false;
    }
    return true;
}

static bool add_named(struct copying *copying)
{
    struct tapd_compiling *c = copying->c;
    struct named named = {0};
    size_t n_remote = 0;
    bool done = list_named(copying, &named);
    for (size_t i = 0; done && i < copying->tap->n_to; i++) {
        struct tapd_dest dest = dest_of(copying->tap, i);
        done = dest.sw == copying->source.sw ? add_local(copying, dest)
                                             : share_out(copying, &named, n_remote++, dest);
    }
    for (size_t i = 0; done && i < named.n; i++) {
        struct tapd_dest *items = &named.dests[i * copying->tap->n_to];
        struct tapd_refusal refusal;
        if (named.n_dests[i] == 0) {
            continue;
        }
        const struct tapd_dests *dests = tapd_router_dests(&c->router, items, named.n_dests[i]);
        if (!dests || !tapd_route(&c->router, named.links[i], dests, copying->tag,
                                  copying->source.sw, copying->user, &refusal)) {
            return dests ? refuse_route(copying, &items[0], &refusal) : false;
        }
        add_lane(copying, c->policy->graph->links[named.links[i]].from.port, copying->tag, dests);
    }
    return done;
}

/* ---------------------------------------------------------- chosen uplinks */

/* Whether this link is among those of the tap's lanes that go to `dests`. */
static bool is_used(const struct copying *copying, uint32_t link, const struct tapd_dests *dests)
{
    uint16_t port = copying->c->policy->graph->links[link].from.port;
    for (size_t i = 0; i < copying->n_lanes; i++) {
        if (copying->lanes[i].port == port && copying->lanes[i].dests == dests) {
            return true;
        }
    }
    return false;
}

static bool try_link(struct copying *copying, uint32_t link, const struct tapd_dests *dests,
                     struct tapd_refusal *first, size_t *n_more)
{
    struct tapd_router *router = &copying->c->router;
    struct tapd_refusal refusal;
    unsigned n_hops;
    if (is_used(copying, link, dests) ||
        !tapd_leads_to(router, link, dests, copying->source.sw, &n_hops)) {
        return false;
    }
    bool routed = tapd_route_try(router, link, dests, copying->tag, copying->source.sw,
                                 copying->user, &refusal, n_more);
    if (!routed && !first->by) {
        *first = refusal;
    }
    return routed;
}

/* What was chosen before, or the first of the links that needs the fewest others
 * behind it: those between the layers are few. UINT32_MAX: none is left. */
static uint32_t find_link(struct copying *copying, const struct tapd_dests *dests, uint16_t nth,
                          const uint32_t *links, size_t n_links, struct tapd_refusal *refusal)
{
    struct tapd_compiling *c = copying->c;
    uint32_t known[] = {known_link(copying, &c->chosen, &dests->items[0], nth),
                        known_link(copying, &c->before, &dests->items[0], nth)};
    uint32_t best = UINT32_MAX;
    size_t n_more, fewest = SIZE_MAX;
    for (int i = 0; i < 2; i++) {
        if (known[i] != UINT32_MAX && try_link(copying, known[i], dests, refusal, &n_more)) {
            return known[i];
        }
    }
    for (size_t i = 0; i < n_links && fewest > 0; i++) {
        if (try_link(copying, links[i], dests, refusal, &n_more) && n_more < fewest) {
            fewest = n_more;
            best = links[i];
        }
    }
    return best;
}

/* One copy for these destinations. */
static bool choose_link(struct copying *copying, const struct tapd_dests *dests, uint16_t nth,
                        const uint32_t *links, size_t n_links, struct tapd_refusal *refusal)
{
    struct tapd_compiling *c = copying->c;
    struct tapd_refusal ignored;
    uint32_t link = find_link(copying, dests, nth, links, n_links, refusal);
    if (link == UINT32_MAX || !tapd_route(&c->router, link, dests, copying->tag, copying->source.sw,
                                          copying->user, &ignored)) {
        return false;
    }
    add_lane(copying, c->policy->graph->links[link].from.port, copying->tag, dests);
    for (size_t i = 0; i < dests->n; i++) {
        note_uplink(copying, &dests->items[i], link, nth);
    }
    return true;
}

static bool choose_links(struct copying *copying, const struct tapd_dests *dests,
                         struct tapd_refusal *refusal)
{
    size_t n_links;
    uint32_t *links = tapd_list_links(copying->c, copying->source, dests, NULL, 0, &n_links);
    bool done = links != NULL;
    for (uint16_t nth = 0; done && nth < copying->tap->copies; nth++) {
        done = choose_link(copying, dests, nth, links, n_links, refusal);
    }
    return done;
}

/* The destinations on other switches; NULL: none, or no memory. */
static struct tapd_dest *list_remote(const struct copying *copying, size_t *n)
{
    const struct tapd_tap *tap = copying->tap;
    struct tapd_dest *remote = base_arena_alloc(&copying->c->arena, tap->n_to * sizeof *remote);
    *n = 0;
    for (size_t i = 0; remote && i < tap->n_to; i++) {
        struct tapd_dest dest = dest_of(tap, i);
        if (dest.sw != copying->source.sw) {
            remote[(*n)++] = dest;
        }
    }
    return remote;
}

/* Whether all destinations were served by one uplink the last time. */
static bool were_one(const struct copying *copying, const struct tapd_dest *remote, size_t n_remote)
{
    uint32_t first = UINT32_MAX;
    for (size_t i = 0; i < n_remote; i++) {
        uint32_t link = known_link(copying, &copying->c->before, &remote[i], 0);
        first = i == 0 ? link : first;
        if (link == UINT32_MAX || link != first) {
            return false;
        }
    }
    return n_remote > 1;
}

/* One uplink for all of them, as the last time. */
static bool add_together(struct copying *copying, const struct tapd_dest *remote, size_t n_remote)
{
    struct tapd_compiling *c = copying->c;
    size_t n_journal = c->router.n_journal, n_uplinks = c->n_uplinks, n_lanes = copying->n_lanes;
    struct tapd_refusal ignored = {0};
    struct tapd_dest *sorted = base_arena_copy(&c->arena, remote, n_remote * sizeof *remote);
    const struct tapd_dests *dests =
        sorted ? tapd_router_dests(&c->router, sorted, n_remote) : NULL;
    if (dests && choose_links(copying, dests, &ignored)) {
        return true;
    }
    tapd_router_undo(&c->router, n_journal);
    c->n_uplinks = n_uplinks;
    copying->n_lanes = n_lanes;
    return false;
}

/* An uplink for each destination; where there are not enough of them, one for
 * all. */
static bool add_chosen(struct copying *copying)
{
    struct tapd_compiling *c = copying->c;
    struct tapd_refusal refusal = {0}, ignored = {0};
    const struct tapd_dests *dests = NULL;
    size_t n_remote, n_journal = c->router.n_journal, n_uplinks = c->n_uplinks, n_lanes;
    struct tapd_dest *remote = list_remote(copying, &n_remote);
    bool done = remote != NULL;
    for (size_t i = 0; done && i < copying->tap->n_to; i++) {
        struct tapd_dest dest = dest_of(copying->tap, i);
        if (dest.sw == copying->source.sw && !add_local(copying, dest)) {
            return false;
        }
    }
    if (done && were_one(copying, remote, n_remote) && add_together(copying, remote, n_remote)) {
        return true;
    }
    n_lanes = copying->n_lanes;
    size_t failed = 0;
    for (; done && failed < n_remote; failed++) {
        dests = tapd_router_dests(&c->router, &remote[failed], 1);
        if (!dests || !choose_links(copying, dests, &refusal)) {
            break;
        }
    }
    if (!done || failed == n_remote) {
        return done;
    }
    tapd_router_undo(&c->router, n_journal);
    c->n_uplinks = n_uplinks;
    copying->n_lanes = n_lanes;
    struct tapd_dest without = remote[failed];
    dests = n_remote > 1 ? tapd_router_dests(&c->router, remote, n_remote) : NULL;
    return (dests && choose_links(copying, dests, &ignored)) ||
           refuse_route(copying, &without, &refusal);
}

/* -------------------------------------------------------------------- taps */

static bool names_uplinks(const struct tapd_tap *tap, size_t sw)
{
    for (size_t i = 0; i < tap->n_uplinks; i++) {
        if (tap->uplinks[i].sw == sw) {
            return true;
        }
    }
    return false;
}

/* By good links, or else by others. */
static bool find_lanes(struct copying *copying, bool named)
{
    struct tapd_compiling *c = copying->c;
    size_t n_journal = c->router.n_journal, n_uplinks = c->n_uplinks;
    bool done = false;
    for (unsigned level = tapd_first_level(c); level < tapd_end_level(c) && !done; level++) {
        tapd_router_undo(&c->router, n_journal);
        c->n_uplinks = n_uplinks;
        copying->n_lanes = 0;
        tapd_set_level(c, level);
        done = named ? add_named(copying) : add_chosen(copying);
    }
    tapd_set_level(c, TAPD_LINK_GOOD);
    if (!done && c->grades) {
        tapd_router_undo(&c->router, n_journal);
        c->n_uplinks = n_uplinks;
        copying->n_lanes = 0;
        copying->lost =
            c->turn == TAPD_N_GRADES ? base_arena_text(&c->arena, c->refused.text) : NULL;
    }
    return done;
}

static void note_trail(const struct copying *copying)
{
    struct tapd_compiling *c = copying->c;
    if (base_grow(&c->trails, c->n_trails, &c->trails_capacity, sizeof *c->trails) < 0) {
        c->router.failed = true;
        return;
    }
    c->trails[c->n_trails++] = (struct tapd_trail){.user = copying->user,
                                                   .source = copying->source,
                                                   .tag = copying->tag,
                                                   .lanes = copying->lanes,
                                                   .n_lanes = copying->n_lanes,
                                                   .lost = copying->lost};
}

/* Whatever match of the tap takes a frame, it goes the same ways. */
static void use_source(struct copying *copying, uint32_t order)
{
    const struct tapd_tap *tap = copying->tap;
    struct tapd_use use = {.at = copying->source,
                           .order = order,
                           .copies = tap->copies,
                           .excepted = tap->excepted,
                           .n_excepted = tap->n_excepted,
                           .lanes = copying->lanes,
                           .n_lanes = copying->n_lanes,
                           .user = copying->user};
    for (size_t i = 0; i < tap->n_matches; i++) {
        use.match = tap->matches[i];
        tapd_use_port(copying->c, &use);
    }
}

static void add_source(struct copying *copying, uint32_t order, bool named)
{
    struct tapd_compiling *c = copying->c;
    const struct tapd_tap *tap = copying->tap;
    size_t n_most = tap->n_to * tap->copies + tap->n_uplinks;
    copying->lanes = base_arena_alloc(&c->arena, n_most * sizeof *copying->lanes);
    copying->tag = tap->tag == TAPD_TAG_PORT ? copying->source.port : tap->tag;
    if (copying->tag > TAPD_TAG_MAX) {
        tapd_refuse(c, copying->user, "the number of %s is no VLAN id: the last one is %d",
                    tapd_port_words(c->policy->topology, copying->source).text, TAPD_TAG_MAX);
        return;
    }
    if (c->grades && !tapd_is_due(c, copying->user, copying->source, grade_before(copying))) {
        return;
    }
    if (copying->lanes && find_lanes(copying, named)) {
        use_source(copying, order);
        note_trail(copying);
        tapd_note_routed(c, copying->user, copying->source);
    } else if (copying->lost) {
        note_trail(copying);
    }
}

void tapd_add_copies(struct tapd_compiling *c, const struct tapd_user *user, uint32_t order,
                     bool named)
{
    const struct tapd_tap *tap = user->tap;
    for (size_t i = 0; i < tap->n_sources; i++) {
        struct copying copying = {.c = c, .user = user, .tap = tap, .source = tap->sources[i]};
        if (names_uplinks(tap, copying.source.sw) == named) {
            add_source(&copying, order, named);
        }
    }
}
