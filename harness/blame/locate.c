/* SPDX-License-Identifier: Apache-2.0 */
#include "blame/locate.h"

#include "blame/cause.h"
#include "blame/inside.h"
#include "ofctl/flow.h"

#include <string.h>

void blame_way_to(const struct path_walk *walk, size_t last, struct blame_way *way)
{
    way->n_hops = 0;
    for (size_t hop = last; hop != HOP_NONE; hop = walk->hops[hop].previous) {
        way->hops[way->n_hops++] = hop;
    }
    for (size_t i = 0; i < way->n_hops / 2; i++) {
        size_t other = way->n_hops - 1 - i, hop = way->hops[i];
        way->hops[i] = way->hops[other];
        way->hops[other] = hop;
    }
}

static const char *entry_text(const struct blame_view *view, size_t sw, size_t entry)
{
    const struct switch_state *state = view->evidence->before[sw];
    if (!state || entry >= state->flows.n_entries) {
        return "no entry takes it";
    }
    return ofctl_flow_text(&state->flows.entries[entry], FLOW_NO_STATS, view->arena);
}

static bool same_step(struct port_ref a, const struct header *a_header, struct port_ref b,
                      const struct header *b_header)
{
    return a.sw == b.sw && a.port == b.port && memcmp(a_header, b_header, sizeof *a_header) == 0;
}

/* Whether two hops, of these walks, enter the same port with the same header
 * after the same way: several copies may meet on one cable. */
static bool same_hop(const struct path_walk *a, size_t i, const struct path_walk *b, size_t j)
{
    while (i != HOP_NONE && j != HOP_NONE) {
        const struct path_hop *x = &a->hops[i], *y = &b->hops[j];
        if (!same_step(x->in, &x->header, y->in, &y->header)) {
            return false;
        }
        i = x->previous;
        j = y->previous;
    }
    return i == j;
}

static size_t count_hops(const struct path_walk *walk, const struct path_walk *of, size_t like)
{
    size_t n = 0;
    for (size_t i = 0; i < walk->n_hops; i++) {
        n += same_hop(walk, i, of, like);
    }
    return n;
}

/* How often it arrives at this host, in this form, by this way. */
static size_t count_arrivals(const struct path_walk *walk, const struct path_walk *of,
                             const struct path_walk_arrival *like)
{
    size_t n = 0;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        n += arrival->host == like->host &&
             memcmp(&arrival->header, &like->header, sizeof like->header) == 0 &&
             same_hop(walk, arrival->hop, of, like->hop);
    }
    return n;
}

/* The first hop on the way of one arrival whose next step `other` makes less
 * often: there the two walks part. HOP_NONE: they go together to the end. */
static size_t parting(const struct path_walk *walk, const struct path_walk_arrival *arrival,
                      const struct path_walk *other)
{
    struct blame_way way;
    blame_way_to(walk, arrival->hop, &way);
    for (size_t i = 0; i + 1 < way.n_hops; i++) {
        size_t next = way.hops[i + 1];
        if (count_hops(other, walk, next) < count_hops(walk, walk, next)) {
            return way.hops[i];
        }
    }
    return count_arrivals(other, walk, arrival) < count_arrivals(walk, walk, arrival) ? arrival->hop
                                                                                      : HOP_NONE;
}

/* ... of all its arrivals at the host; HOP_NONE: none parts. */
static size_t first_parting(const struct path_walk *walk, size_t host,
                            const struct path_walk *other)
{
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        size_t hop =
            walk->arrivals[i].host == host ? parting(walk, &walk->arrivals[i], other) : HOP_NONE;
        if (hop != HOP_NONE) {
            return hop;
        }
    }
    return HOP_NONE;
}

/* What the table does with packets that enter like this. */
static size_t advertised_entry(const struct blame_view *view, const struct path_hop *like)
{
    for (size_t i = 0; i < view->advertised.n_hops; i++) {
        const struct path_hop *hop = &view->advertised.hops[i];
        if (same_step(hop->in, &hop->header, like->in, &like->header)) {
            return hop->entry;
        }
    }
    return HOP_NONE;
}

static void blame_table(const struct blame_view *view, const struct path_hop *hop, const char *what,
                        struct blame_location *location)
{
    location->suspect = topology_port_name(view->topology, hop->in, view->arena);
    location->cause_kind = CAUSE_TABLE;
    location->cause = location->suspect;
    location->why =
        base_arena_format(view->arena, "%s %s: %s", view->topology->switches[hop->in.sw].name, what,
                          entry_text(view, hop->in.sw, advertised_entry(view, hop)));
    location->disagree[0] = SAYS_DECLARED;
    location->disagree[1] = SAYS_ADVERTISED;
}

/* Whether a port of the way does not do its part: then it is not the table. */
static bool blame_port(const struct blame_view *view, struct port_ref port, bool receives,
                       struct blame_location *location)
{
    const struct switch_state *state = view->evidence->before[port.sw];
    const struct port *found = state ? switch_state_port(state, port.port) : NULL;
    uint32_t stops =
        receives ? PORT_CONFIG_DOWN | PORT_CONFIG_NO_RECV : PORT_CONFIG_DOWN | PORT_CONFIG_NO_FWD;
    if (!state || port.port > PORT_MAX ||
        (found && !(found->config & stops) &&
         (receives || !(found->state & PORT_STATE_LINK_DOWN)))) {
        return false;
    }
    bool cable = found && !(found->config & stops);
    const char *name = topology_port_name(view->topology, port, view->arena);
    location->suspect = name;
    location->cause_kind = cable ? CAUSE_CABLE : CAUSE_PORT;
    location->cause = cable ? topology_cable_name(view->topology, port, view->arena) : name;
    location->why = base_arena_format(view->arena, "%s %s", name,
                                      !found     ? "is not on the switch"
                                      : cable    ? "has no link"
                                      : receives ? "does not receive"
                                                 : "does not send");
    location->disagree[0] = SAYS_DECLARED;
    location->disagree[1] = SAYS_ADVERTISED;
    return true;
}

/* ... of those by which the i-th hop of a walk is entered and left. */
static bool blame_ports_of(const struct blame_view *view, const struct path_walk *walk, size_t i,
                           struct blame_location *location)
{
    const struct path_hop *hop = &walk->hops[i];
    if (blame_port(view, hop->in, true, location)) {
        return true;
    }
    for (size_t j = i + 1; j < walk->n_hops; j++) {
        struct port_ref out = {.sw = hop->in.sw, .port = walk->hops[j].out};
        if (walk->hops[j].previous == i && blame_port(view, out, false, location)) {
            return true;
        }
    }
    for (size_t j = 0; j < walk->n_arrivals; j++) {
        struct port_ref out = {.sw = hop->in.sw, .port = walk->arrivals[j].header.in_port};
        if (walk->arrivals[j].hop == i && blame_port(view, out, false, location)) {
            return true;
        }
    }
    return false;
}

/* The expectation says the way, and the tables go another one, or rewrite the
 * packet otherwise. */
static bool locate_by_ways(struct blame_view *view, struct blame_location *location)
{
    if (!view->declared.known || !view->advertised.known) {
        return false;
    }
    size_t hop = first_parting(&view->declared, view->to, &view->advertised);
    if (hop != HOP_NONE) {
        if (!blame_ports_of(view, &view->declared, hop, location)) {
            blame_table(view, &view->declared.hops[hop], "does not send it on as declared",
                        location);
        }
        return true;
    }
    hop = first_parting(&view->advertised, view->to, &view->declared);
    if (hop != HOP_NONE) {
        blame_table(view, &view->advertised.hops[hop], "sends it on", location);
        return true;
    }
    return false;
}

/* Whether the expectation says what is done with what enters like this. */
static bool declares(const struct blame_view *view, const struct path_hop *hop)
{
    struct path_forwarding declared = path_declared_by(view->evidence->expectation);
    struct space_emission out[PATH_WALK_ARRIVALS];
    const char *reason;
    size_t entry;
    return declared.forward(declared.aux, hop->in.sw, &hop->header, out, PATH_WALK_ARRIVALS, &entry,
                            &reason) >= 0;
}

static bool goes_on(const struct path_walk *walk, size_t hop)
{
    for (size_t i = hop + 1; i < walk->n_hops; i++) {
        if (walk->hops[i].previous == hop) {
            return true;
        }
    }
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        if (walk->arrivals[i].hop == hop) {
            return true;
        }
    }
    return false;
}

/* Where a copy comes to and is not sent on; of several, one at the receiver's
 * switch, or else the last. HOP_NONE: all arrive somewhere. */
static size_t dead_end(const struct blame_view *view)
{
    const struct path_walk *walk = &view->advertised;
    size_t end = HOP_NONE, sw = view->topology->hosts[view->to].port.sw;
    for (size_t i = 0; i < walk->n_hops; i++) {
        if (!goes_on(walk, i) && (end == HOP_NONE || walk->hops[end].in.sw != sw)) {
            end = i;
        }
    }
    return end;
}

/* The ports that the hop's entry names, too: of what they do not send, the walk
 * shows nothing. */
static bool blame_ports_named(const struct blame_view *view, const struct path_hop *hop,
                              struct blame_location *location)
{
    const struct switch_state *state = view->evidence->before[hop->in.sw];
    if (blame_port(view, hop->in, true, location)) {
        return true;
    }
    for (size_t i = 0; hop->entry != ENTRY_NONE && i < state->flows.entries[hop->entry].n_actions;
         i++) {
        const struct action *action = &state->flows.entries[hop->entry].actions[i];
        struct port_ref out = {.sw = hop->in.sw, .port = action->port};
        if (action->type == ACTION_OUTPUT && blame_port(view, out, false, location)) {
            return true;
        }
    }
    return false;
}

/* None arrives by the tables: they lose it where the way ends, unless it left
 * what is declared of the way before. */
static bool locate_loss(const struct blame_view *view, struct blame_location *location)
{
    const struct path_walk *walk = &view->advertised;
    size_t end = dead_end(view);
    struct blame_way way;
    if (end == HOP_NONE) {
        return false;
    }
    blame_way_to(walk, end, &way);
    for (size_t i = 0; i + 1 < way.n_hops; i++) {
        const struct path_hop *hop = &walk->hops[way.hops[i]];
        if (count_hops(&view->declared, walk, way.hops[i + 1]) == 0 && declares(view, hop)) {
            blame_table(view, hop, "does not send it on as declared", location);
            return true;
        }
    }
    if (!blame_ports_named(view, &walk->hops[end], location)) {
        blame_table(view, &walk->hops[end], "does not send it on", location);
    }
    return true;
}

/* Where a table on the way to the receiver rewrites the packet; HOP_NONE: none does. */
static size_t first_rewriting(const struct path_walk *walk, size_t host)
{
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        struct blame_way way;
        blame_way_to(walk, walk->arrivals[i].hop, &way);
        for (size_t j = 0; j + 1 < way.n_hops && walk->arrivals[i].host == host; j++) {
            struct header next = walk->hops[way.hops[j + 1]].header;
            next.in_port = walk->hops[way.hops[j]].header.in_port;
            if (memcmp(&next, &walk->hops[way.hops[j]].header, sizeof next) != 0) {
                return way.hops[j];
            }
        }
    }
    return HOP_NONE;
}

/* The expectation does not say the way. The tables do what was seen: it is
 * they that are not as claimed, where they lose the packet, or rewrite it, or
 * else where it leaves what is declared of its way, which may be where it
 * enters. */
static bool locate_by_tables(struct blame_view *view, struct blame_location *location)
{
    const struct path_walk *walk = &view->advertised;
    if (!walk->known || walk->n_hops == 0 || (view->altered && view->declared.known)) {
        return false; /* or it does say it, and the tables go along with it to the end */
    }
    if (location->advertised == 0 && locate_loss(view, location)) {
        return true;
    }
    size_t hop = first_rewriting(walk, view->to);
    if (hop != HOP_NONE) {
        blame_table(view, &walk->hops[hop], "rewrites it", location);
        return true;
    }
    if (view->altered) {
        return false; /* no table rewrites it */
    }
    hop = first_parting(walk, view->to, &view->declared);
    blame_table(view, &walk->hops[hop != HOP_NONE ? hop : 0],
                walk->n_hops > 1 ? "sends it on" : "does this", location);
    return true;
}

struct blame_location blame_locate(const struct traffic_evidence *evidence, size_t probe,
                                   size_t host, bool altered, struct base_arena *arena)
{
    struct blame_location location = {.disagree = {SAYS_ADVERTISED, SAYS_OBSERVED},
                                      .advertised = -1};
    const struct traffic_probe *sent = &evidence->plan->probes[probe];
    struct blame_view view = {.evidence = evidence,
                              .topology = evidence->expectation->topology,
                              .arena = arena,
                              .probe = probe,
                              .from = sent->from,
                              .to = host,
                              .observed = -1,
                              .sent = 1,
                              .altered = altered};
    struct path_forwarding declared = path_declared_by(evidence->expectation);
    struct path_forwarding advertised = path_advertised_by(evidence->before);
    path_walk_from(view.topology, &declared, sent->from, &sent->header, &view.declared);
    path_walk_from(view.topology, &advertised, sent->from, &sent->header, &view.advertised);
    if (view.advertised.known) {
        location.advertised = (long)path_walk_copies(&view.advertised, host);
    } else {
        location.disagree[0] = SAYS_DECLARED;
    }
    if (evidence->round) {
        view.observed = (long)traffic_seen_count(evidence->round, probe, host);
        view.sent = (long)evidence->round->sent[probe];
    } else {
        view.observed = location.advertised;
    }
    bool tables_explain = location.advertised * view.sent == view.observed;
    if (!(tables_explain &&
          (locate_by_ways(&view, &location) || locate_by_tables(&view, &location)))) {
        blame_locate_frames(&view, &location);
    }
    return location;
}

bool blame_entered(const struct traffic_evidence *evidence, size_t host)
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

bool blame_may_enter(const struct traffic_evidence *evidence, size_t host)
{
    struct port_ref ref = evidence->expectation->topology->hosts[host].port;
    const struct switch_state *state = evidence->before[ref.sw];
    const struct port *port = state ? switch_state_port(state, ref.port) : NULL;
    return !state || (port && !(port->config & (PORT_CONFIG_DOWN | PORT_CONFIG_NO_RECV)) &&
                      !(port->state & PORT_STATE_LINK_DOWN));
}
