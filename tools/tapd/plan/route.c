/* SPDX-License-Identifier: Apache-2.0
 *
 * Each hop goes nearer to the destinations, so no way ever closes a loop. */
#include "tapd/plan/route.h"

#include <stdlib.h>
#include <string.h>

/* A link and what it carried before. */
struct tapd_undo {
    uint32_t link;
    struct tapd_class *classes;
};

/* What a search for a route carries along. */
struct search {
    struct tapd_router *router;
    uint16_t tag;
    size_t avoid;
    const struct tapd_user *user;
    struct tapd_refusal *refusal;
};

static bool route(const struct search *search, uint32_t link, const struct tapd_dests *dests);

/* -------------------------------------------------------------------- sets */

int tapd_router_init(struct tapd_router *router, struct tapd_graph *graph, struct base_arena *arena)
{
    size_t n = graph->n_links;
    *router = (struct tapd_router){
        .graph = graph,
        .classes = base_arena_alloc(arena, n * sizeof(struct tapd_class *)),
        .preferred = base_arena_alloc(arena, n * sizeof *router->preferred),
        .round = 1,
        .arena = arena,
    };
    router->failed = !router->classes || !router->preferred;
    return router->failed ? -1 : 0;
}

void tapd_router_free(struct tapd_router *router)
{
    yaml_index_free(&router->turns);
    yaml_index_free(&router->sets);
    free(router->journal);
    free(router->dests);
}

/* Without padding: it is compared as bytes. */
struct turn_key {
    uint64_t in;
    uint32_t sw;
    uint16_t port, tag;
};
_Static_assert(sizeof(struct turn_key) == 16, "a key of bytes");

static struct turn_key key_of(const struct tapd_turn *turn)
{
    return (struct turn_key){turn->in, turn->sw, turn->port, turn->tag};
}

void tapd_router_learn(struct tapd_router *router, const struct tapd_turn *turn)
{
    struct turn_key key = key_of(turn);
    router->knows = true;
    yaml_index_add(&router->turns, &key, sizeof key, turn->out, (struct place){0});
}

uint32_t tapd_router_turn(const struct tapd_router *router, const struct tapd_turn *turn)
{
    struct turn_key key = key_of(turn);
    const struct yaml_entry *known = yaml_index_find(&router->turns, &key, sizeof key);
    return known ? (uint32_t)known->number : UINT32_MAX;
}

static int by_place(const void *a, const void *b)
{
    const struct tapd_dest *x = a, *y = b;
    if (x->sw != y->sw) {
        return x->sw < y->sw ? -1 : 1;
    }
    return x->port != y->port ? x->port - y->port : x->strip - y->strip;
}

const struct tapd_dests *tapd_router_dests(struct tapd_router *router, struct tapd_dest *items,
                                           size_t n)
{
    size_t n_bytes = n * sizeof *items;
    if (n > 1) {
        qsort(items, n, sizeof *items, by_place);
    }
    const struct yaml_entry *known = yaml_index_find(&router->sets, items, n_bytes);
    if (known) {
        return router->dests[known->number];
    }
    struct tapd_dests *dests = base_arena_alloc(router->arena, sizeof *dests + n_bytes);
    if (!dests || base_grow(&router->dests, router->n_dests, &router->dests_capacity,
                            sizeof(const struct tapd_dests *)) < 0) {
        router->failed = true;
        return NULL;
    }
    dests->n = n;
    if (n > 0) {
        memcpy(dests->items, items, n_bytes);
    }
    yaml_index_add(&router->sets, dests->items, n_bytes, router->n_dests, (struct place){0});
    router->dests[router->n_dests++] = dests;
    return dests;
}

/* ----------------------------------------------------------------- classes */

/* The class that serves these, NULL if there is none; *busy: one that stands in
 * the way of a new one. */
static struct tapd_class *find_class(struct tapd_class *first, const struct tapd_dests *dests,
                                     uint16_t tag, const struct tapd_class **busy)
{
    *busy = NULL;
    for (struct tapd_class *at = first; at; at = at->next) {
        bool same = at->dests == dests;
        if (at->tag == TAPD_UNTAGGED || at->tag == tag) {
            *busy = same ? NULL : at;
            return same ? at : NULL;
        }
        if (tag == TAPD_UNTAGGED && !same) {
            *busy = at;
            return NULL;
        }
    }
    return NULL;
}

const struct tapd_class *tapd_router_class(const struct tapd_router *router, uint32_t link,
                                           const struct tapd_dests *dests, uint16_t tag)
{
    const struct tapd_class *busy;
    return find_class(router->classes[link], dests, tag, &busy);
}

static struct tapd_class *add_class(struct tapd_router *router, uint32_t link,
                                    const struct tapd_class *content)
{
    struct tapd_class *class = base_arena_copy(router->arena, content, sizeof *content);
    if (!class || base_grow(&router->journal, router->n_journal, &router->journal_capacity,
                            sizeof *router->journal) < 0) {
        router->failed = true;
        return NULL;
    }
    router->journal[router->n_journal++] = (struct tapd_undo){link, router->classes[link]};
    class->next = router->classes[link];
    router->classes[link] = class;
    return class;
}

void tapd_router_undo(struct tapd_router *router, size_t n_journal)
{
    while (router->n_journal > n_journal) {
        const struct tapd_undo *undo = &router->journal[--router->n_journal];
        router->classes[undo->link] = undo->classes;
    }
}

int tapd_router_fix(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                    const struct tapd_user *user)
{
    const struct tapd_class *first = router->classes[link];
    if (first) {
        return first->dests == dests ? 0 : -1;
    }
    struct tapd_class class = {.fixed = true, .dests = dests, .user = user};
    return add_class(router, link, &class) ? 0 : -1;
}

void tapd_router_prefer_none(struct tapd_router *router)
{
    router->round++;
}

void tapd_router_prefer(struct tapd_router *router, uint32_t link)
{
    router->preferred[link] = router->round;
}

/* ------------------------------------------------------------------- hops */

static unsigned distance(struct tapd_router *router, size_t sw, const struct tapd_dest *dest)
{
    const uint16_t *distances = tapd_graph_distances(router->graph, dest->sw);
    router->failed |= !distances;
    return distances ? distances[sw] : TAPD_FAR;
}

bool tapd_leads_to(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                   size_t avoid, unsigned *n_hops)
{
    size_t peer = router->graph->links[link].to.sw;
    *n_hops = 0;
    if (!tapd_graph_has(router->graph, link)) {
        return false;
    }
    for (size_t i = 0; i < dests->n; i++) {
        unsigned far = distance(router, peer, &dests->items[i]);
        if (peer == avoid || far == TAPD_FAR || far > distance(router, avoid, &dests->items[i])) {
            return false;
        }
        *n_hops = far + 1 > *n_hops ? far + 1 : *n_hops;
    }
    return true;
}

static bool is_nearer(const struct search *search, uint32_t link, const struct tapd_dest *dest)
{
    const struct tapd_link *hop = &search->router->graph->links[link];
    return tapd_graph_has(search->router->graph, link) && hop->to.sw != search->avoid &&
           distance(search->router, hop->to.sw, dest) <
               distance(search->router, hop->from.sw, dest);
}

/* Destinations that are not served yet, and the outs to those that are. */
struct spreading {
    struct tapd_dest *left, *some; /* some: those of `left` for which a link is right */
    size_t n_left, n_some;
    struct tapd_out *outs;
    size_t n_outs;
};

/* The i-th of the links of a switch in the order in which they are tried:
 * preferred ones before, then by port, beginning at a place that depends on where
 * the frames come from, so that parallel links share the load. */
static uint32_t nth_link(const struct search *search, const struct tapd_node *node, uint16_t start,
                         size_t i)
{
    size_t n = node->n_ends;
    bool first = i < n;
    uint32_t link = n > 0 ? node->ends[(start + i) % n].link : UINT32_MAX;
    bool preferred = link != UINT32_MAX && search->router->preferred[link] == search->router->round;
    return preferred == first ? link : UINT32_MAX;
}

static void choose_some(const struct search *search, struct spreading *spreading, uint32_t link)
{
    spreading->n_some = 0;
    for (size_t i = 0; i < spreading->n_left; i++) {
        if (is_nearer(search, link, &spreading->left[i])) {
            spreading->some[spreading->n_some++] = spreading->left[i];
        }
    }
}

static void drop_some(struct spreading *spreading)
{
    size_t n = 0;
    for (size_t i = 0; i < spreading->n_left; i++) {
        bool served = false;
        for (size_t j = 0; j < spreading->n_some; j++) {
            served |= by_place(&spreading->left[i], &spreading->some[j]) == 0;
        }
        if (!served) {
            spreading->left[n++] = spreading->left[i];
        }
    }
    spreading->n_left = n;
}

/* Serves `share` of what is left by one link. */
static bool serve_some(const struct search *search, struct spreading *spreading, size_t sw,
                       uint16_t start, size_t share)
{
    struct tapd_router *router = search->router;
    const struct tapd_node *node = &router->graph->nodes[sw];
    for (size_t i = 0; i < 2 * node->n_ends; i++) {
        uint32_t link = nth_link(search, node, start, i);
        if (link == UINT32_MAX) {
            continue;
        }
        choose_some(search, spreading, link);
        if (spreading->n_some < share) {
            continue;
        }
        spreading->n_some = share;
        const struct tapd_dests *dests =
            tapd_router_dests(router, spreading->some, spreading->n_some);
        if (dests && route(search, link, dests)) {
            spreading->outs[spreading->n_outs++] = (struct tapd_out){
                .port = router->graph->links[link].from.port, .link = link, .dests = dests};
            drop_some(spreading);
            return true;
        }
    }
    return false;
}

/* The link by which the destination was gone on to the last time, where it is still right. */
static uint32_t known_turn(const struct search *search, uint32_t in, const struct tapd_dest *dest)
{
    struct tapd_turn turn = {.in = in, .sw = dest->sw, .port = dest->port, .tag = search->tag};
    uint32_t out = tapd_router_turn(search->router, &turn);
    return out != UINT32_MAX && is_nearer(search, out, dest) ? out : UINT32_MAX;
}

/* Serves what went on by the same link as the destination with this number. */
static bool serve_known(const struct search *search, struct spreading *spreading, uint32_t in,
                        size_t number)
{
    struct tapd_router *router = search->router;
    uint32_t out = known_turn(search, in, &spreading->left[number]);
    spreading->n_some = 0;
    for (size_t i = 0; out != UINT32_MAX && i < spreading->n_left; i++) {
        if (known_turn(search, in, &spreading->left[i]) == out) {
            spreading->some[spreading->n_some++] = spreading->left[i];
        }
    }
    const struct tapd_dests *dests =
        spreading->n_some > 0 ? tapd_router_dests(router, spreading->some, spreading->n_some)
                              : NULL;
    if (!dests || !route(search, out, dests)) {
        return false;
    }
    spreading->outs[spreading->n_outs++] =
        (struct tapd_out){.port = router->graph->links[out].from.port, .link = out, .dests = dests};
    drop_some(spreading);
    return true;
}

static void serve_all_known(const struct search *search, struct spreading *spreading, uint32_t in)
{
    for (size_t i = 0; i < spreading->n_left;) {
        i = serve_known(search, spreading, in, i) ? 0 : i + 1;
    }
}

/* The most destinations that one link can lead nearer to. */
static size_t largest_share(const struct search *search, struct spreading *spreading, size_t sw)
{
    const struct tapd_node *node = &search->router->graph->nodes[sw];
    size_t most = 0;
    for (size_t i = 0; i < node->n_ends; i++) {
        if (node->ends[i].link != UINT32_MAX) {
            choose_some(search, spreading, node->ends[i].link);
            most = spreading->n_some > most ? spreading->n_some : most;
        }
    }
    return most;
}

static void serve_here(const struct search *search, struct spreading *spreading, size_t sw,
                       const struct tapd_dests *dests)
{
    for (size_t i = 0; i < dests->n; i++) {
        struct tapd_dest dest = dests->items[i];
        if (dest.sw == sw) {
            spreading->outs[spreading->n_outs++] =
                (struct tapd_out){.port = dest.port,
                                  .strip = dest.strip,
                                  .link = UINT32_MAX,
                                  .dests = tapd_router_dests(search->router, &dest, 1)};
        } else {
            spreading->left[spreading->n_left++] = dest;
        }
    }
}

/* From the switch behind the link on; as the last time, as far as that is known. */
static bool spread_by(const struct search *search, struct tapd_class *class, uint32_t link,
                      bool as_known)
{
    struct tapd_router *router = search->router;
    struct port_ref enters = router->graph->links[link].to;
    size_t n = class->dests->n;
    struct spreading spreading = {
        .left = base_arena_alloc(router->arena, n * sizeof *spreading.left),
        .some = base_arena_alloc(router->arena, n * sizeof *spreading.some),
        .outs = base_arena_alloc(router->arena, n * sizeof *spreading.outs),
    };
    if (!spreading.left || !spreading.some || !spreading.outs) {
        router->failed = true;
        return false;
    }
    serve_here(search, &spreading, enters.sw, class->dests);
    if (as_known) {
        serve_all_known(search, &spreading, link);
    }
    while (spreading.n_left > 0 && !router->failed) {
        size_t most = largest_share(search, &spreading, enters.sw);
        bool served = most > 0 && (serve_some(search, &spreading, enters.sw, enters.port, most) ||
                                   serve_some(search, &spreading, enters.sw, enters.port, 1));
        if (!served) {
            return false;
        }
    }
    class->outs = spreading.outs;
    class->n_outs = spreading.n_outs;
    return !router->failed;
}

static bool spread(const struct search *search, struct tapd_class *class, uint32_t link)
{
    struct tapd_router *router = search->router;
    size_t n_journal = router->n_journal;
    bool knows = router->knows && spread_by(search, class, link, true);
    if (!knows) {
        tapd_router_undo(router, n_journal);
    }
    return knows || spread_by(search, class, link, false);
}

/* One that is used for longer than before. */
static void use_longer(const struct search *search, struct tapd_class *class)
{
    if (class->fixed ||
        (class->user != search->user && !tapd_outlives(search->user, class->user))) {
        return;
    }
    class->user = search->user;
    for (size_t i = 0; i < class->n_outs; i++) {
        const struct tapd_class *busy;
        uint32_t link = class->outs[i].link;
        struct tapd_class *next = link == UINT32_MAX
                                      ? NULL
                                      : find_class(search->router->classes[link],
                                                   class->outs[i].dests, search->tag, &busy);
        if (next) {
            use_longer(search, next);
        }
    }
}

static bool route(const struct search *search, uint32_t link, const struct tapd_dests *dests)
{
    struct tapd_router *router = search->router;
    const struct tapd_class *busy;
    struct tapd_class *class = find_class(router->classes[link], dests, search->tag, &busy);
    if (class || busy) {
        if (busy && !search->refusal->by) {
            *search->refusal = (struct tapd_refusal){busy, link};
        }
        return class != NULL;
    }
    size_t n_journal = router->n_journal;
    struct tapd_class content = {.tag = search->tag, .dests = dests, .user = search->user};
    class = add_class(router, link, &content);
    if (class && spread(search, class, link)) {
        return true;
    }
    tapd_router_undo(router, n_journal);
    return false;
}

bool tapd_route(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                uint16_t tag, size_t avoid, const struct tapd_user *user,
                struct tapd_refusal *refusal)
{
    const struct tapd_class *busy;
    struct search search = {router, tag, avoid, user, refusal};
    *refusal = (struct tapd_refusal){.link = link};
    if (!route(&search, link, dests)) {
        return false;
    }
    struct tapd_class *class = find_class(router->classes[link], dests, tag, &busy);
    use_longer(&search, class);
    return true;
}

bool tapd_route_try(struct tapd_router *router, uint32_t link, const struct tapd_dests *dests,
                    uint16_t tag, size_t avoid, const struct tapd_user *user,
                    struct tapd_refusal *refusal, size_t *n_more)
{
    struct search search = {router, tag, avoid, user, refusal};
    size_t n_before = router->n_journal;
    *refusal = (struct tapd_refusal){.link = link};
    bool routed = route(&search, link, dests);
    size_t n_new = router->n_journal - n_before;
    *n_more = n_new > 0 ? n_new - 1 : 0;
    tapd_router_undo(router, n_before);
    return routed;
}
