/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/locate.h"

#include "judge/count.h"

/* The way of one copy, from the sender on. */
struct way {
    size_t hops[JUDGE_WALK_HOPS]; /* indices in the walk */
    size_t n_hops;
};

struct view {
    const struct judge_evidence *evidence;
    const struct topology *topology;
    struct judge_walk declared, advertised;
    struct base_arena *arena;
    size_t from, to;
};

static void way_to(const struct judge_walk *walk, size_t last, struct way *way)
{
    way->n_hops = 0;
    for (size_t hop = last; hop != SIZE_MAX; hop = walk->hops[hop].previous) {
        way->hops[way->n_hops++] = hop;
    }
    for (size_t i = 0; i < way->n_hops / 2; i++) {
        size_t other = way->n_hops - 1 - i, hop = way->hops[i];
        way->hops[i] = way->hops[other];
        way->hops[other] = hop;
    }
}

/* The first copy of the walk that arrives at `host`, SIZE_MAX: none. */
static size_t arrival_at(const struct judge_walk *walk, size_t host)
{
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        if (walk->arrivals[i].host == host) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool has_hop(const struct judge_walk *walk, struct port_ref in)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        if (walk->hops[i].in.sw == in.sw && walk->hops[i].in.port == in.port) {
            return true;
        }
    }
    return false;
}

static const char *port_text(const struct view *view, struct port_ref port)
{
    return base_arena_format(view->arena, "%s:%u", view->topology->switches[port.sw].name,
                             port.port);
}

static const char *entry_text(const struct view *view, size_t sw, size_t entry)
{
    const struct switch_state *state = view->evidence->before[sw];
    if (!state || entry >= state->flows.n_entries) {
        return "no entry takes it";
    }
    struct base_buffer text = {0};
    flow_format(&state->flows.entries[entry], FLOW_NO_STATS, &text);
    const char *copy = base_arena_text(view->arena, base_buffer_text(&text));
    base_buffer_free(&text);
    return copy;
}

/* The first hop of `way` (a way of `walk`) whose next step `other` does not
 * make: there the two statements part. SIZE_MAX: they go together to the end. */
static size_t parting(const struct judge_walk *walk, const struct way *way,
                      const struct judge_walk *other, size_t host)
{
    for (size_t i = 0; i + 1 < way->n_hops; i++) {
        if (!has_hop(other, walk->hops[way->hops[i + 1]].in)) {
            return i;
        }
    }
    return arrival_at(other, host) == SIZE_MAX ? way->n_hops - 1 : SIZE_MAX;
}

static size_t advertised_entry(const struct view *view, struct port_ref in)
{
    for (size_t i = 0; i < view->advertised.n_hops; i++) {
        const struct judge_hop *hop = &view->advertised.hops[i];
        if (hop->in.sw == in.sw && hop->in.port == in.port) {
            return hop->entry;
        }
    }
    return SIZE_MAX;
}

/* Packets counted by the entry that takes the probe at this hop; -1: unknown. */
static long entry_delta(const struct view *view, const struct judge_hop *hop)
{
    const struct judge_evidence *evidence = view->evidence;
    const struct switch_state *after = evidence->after ? evidence->after[hop->in.sw] : NULL;
    return judge_count_since(evidence->before[hop->in.sw], hop->entry, after);
}

/* The cable to a host. */
static const char *last_segment(const struct view *view)
{
    const struct topology_host *host = &view->topology->hosts[view->to];
    return base_arena_format(view->arena, "%s -> %s", port_text(view, host->port), host->name);
}

static const char *segment_behind(const struct view *view, const struct way *way, size_t i)
{
    const struct judge_walk *walk = &view->advertised;
    const struct judge_hop *hop = &walk->hops[way->hops[i]];
    if (i + 1 < way->n_hops) {
        const struct judge_hop *next = &walk->hops[way->hops[i + 1]];
        struct port_ref out = {.sw = hop->in.sw, .port = next->out};
        return base_arena_format(view->arena, "%s -> %s", port_text(view, out),
                                 port_text(view, next->in));
    }
    return last_segment(view);
}

/* The tables are right and the frame did not come: the last hop whose counter
 * moved, and the cable behind it. */
static void locate_by_counters(struct view *view, const struct way *way,
                               struct judge_location *location)
{
    struct base_buffer counted = {0};
    size_t moved = SIZE_MAX;
    bool known = false;
    for (size_t i = 0; i < way->n_hops; i++) {
        const struct judge_hop *hop = &view->advertised.hops[way->hops[i]];
        long delta = entry_delta(view, hop);
        known = known || delta >= 0;
        moved = delta > 0 ? i : moved;
        base_put_format(&counted, delta < 0 ? "%s%s not counted" : "%s%s +%ld packets",
                        i ? ", " : "", port_text(view, hop->in), delta);
    }
    location->counted = base_arena_text(view->arena, base_buffer_text(&counted));
    base_buffer_free(&counted);
    if (!known) {
        return;
    }
    if (moved == SIZE_MAX) {
        location->suspect =
            base_arena_format(view->arena, "%s -> %s", view->topology->hosts[view->from].name,
                              port_text(view, view->topology->hosts[view->from].port));
        location->why = "no entry on its way counted it";
    } else {
        location->suspect = segment_behind(view, way, moved);
        location->why =
            base_arena_format(view->arena, "the tables would deliver it; %s counted it last",
                              port_text(view, view->advertised.hops[way->hops[moved]].in));
    }
}

static void locate_missing(struct view *view, struct judge_location *location)
{
    struct way way;
    size_t arrival = arrival_at(&view->declared, view->to);
    if (arrival != SIZE_MAX && view->advertised.known) {
        way_to(&view->declared, view->declared.arrivals[arrival].hop, &way);
        size_t i = parting(&view->declared, &way, &view->advertised, view->to);
        if (i != SIZE_MAX) {
            struct port_ref in = view->declared.hops[way.hops[i]].in;
            location->suspect = port_text(view, in);
            location->why =
                base_arena_format(view->arena, "the table of %s does not send it on: %s",
                                  view->topology->switches[in.sw].name,
                                  entry_text(view, in.sw, advertised_entry(view, in)));
            location->disagree[0] = SAYS_DECLARED;
            location->disagree[1] = SAYS_ADVERTISED;
            return;
        }
    }
    arrival = arrival_at(&view->advertised, view->to);
    if (arrival != SIZE_MAX) {
        way_to(&view->advertised, view->advertised.arrivals[arrival].hop, &way);
        locate_by_counters(view, &way, location);
    }
}

static void locate_extra(struct view *view, struct judge_location *location)
{
    struct way way;
    size_t arrival = arrival_at(&view->advertised, view->to);
    if (arrival == SIZE_MAX) {
        location->suspect = last_segment(view);
        location->why = "no table sends it there";
        return;
    }
    way_to(&view->advertised, view->advertised.arrivals[arrival].hop, &way);
    size_t i = view->declared.known ? parting(&view->advertised, &way, &view->declared, view->to)
                                    : way.n_hops - 1;
    if (i != SIZE_MAX) {
        const struct judge_hop *hop = &view->advertised.hops[way.hops[i]];
        location->suspect = port_text(view, hop->in);
        location->why = base_arena_format(view->arena, "the table of %s sends it on: %s",
                                          view->topology->switches[hop->in.sw].name,
                                          entry_text(view, hop->in.sw, hop->entry));
        location->disagree[0] = SAYS_DECLARED;
        location->disagree[1] = SAYS_ADVERTISED;
    }
}

struct judge_location judge_locate(const struct judge_evidence *evidence, size_t probe, size_t host,
                                   bool extra, struct base_arena *arena)
{
    struct judge_location location = {.disagree = {SAYS_ADVERTISED, SAYS_OBSERVED},
                                      .advertised = -1};
    const struct judge_probe *sent = &evidence->plan->probes[probe];
    struct view view = {.evidence = evidence,
                        .topology = evidence->expectation->topology,
                        .arena = arena,
                        .from = sent->from,
                        .to = host};
    struct judge_forwarding declared = judge_declared_by(evidence->expectation);
    struct judge_forwarding advertised = judge_advertised_by(evidence->before);
    judge_walk_from(view.topology, &declared, sent->from, &sent->header, &view.declared);
    judge_walk_from(view.topology, &advertised, sent->from, &sent->header, &view.advertised);
    if (view.advertised.known) {
        location.advertised = (long)judge_walk_copies(&view.advertised, host);
    }
    if (extra) {
        locate_extra(&view, &location);
    } else {
        locate_missing(&view, &location);
    }
    if (location.advertised < 0) {
        location.disagree[0] = SAYS_DECLARED;
        location.disagree[1] = SAYS_OBSERVED;
    }
    return location;
}

bool judge_entered(const struct judge_evidence *evidence, size_t host)
{
    struct port_ref ref = evidence->expectation->topology->hosts[host].port;
    const struct switch_state *before = evidence->before[ref.sw];
    const struct switch_state *after = evidence->after ? evidence->after[ref.sw] : NULL;
    const struct port *old = before ? switch_state_port(before, ref.port) : NULL;
    const struct port *new = after ? switch_state_port(after, ref.port) : NULL;
    return old && new &&
           old->has_counters &&new->has_counters &&new->counters.rx_packets !=
               UINT64_MAX &&new->counters.rx_packets > old->counters.rx_packets;
}
