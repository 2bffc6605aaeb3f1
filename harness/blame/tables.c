/* SPDX-License-Identifier: Apache-2.0
 *
 * Where do the tables part from the expectation, for one packet? The same
 * account for frames that were seen and for headers of a proof. */
#include "blame/place.h"

#include "ofctl/flow.h"

#include <string.h>

static const char *entry_text(const struct blame_view *view, const struct path_hop *hop)
{
    const struct switch_state *state = view->states[hop->in.sw];
    size_t row =
        state ? path_last_row(view->tables, hop->in.sw, hop->entry, &hop->header) : ENTRY_NONE;
    return row == ENTRY_NONE
               ? "no entry takes it"
               : ofctl_flow_text(&state->flows.entries[row], FLOW_NO_STATS, view->arena);
}

/* The hop by the tables where the packet enters like this. */
static size_t advertised_hop(const struct blame_view *view, const struct path_hop *like)
{
    for (size_t i = 0; i < view->advertised.n_hops; i++) {
        const struct path_hop *hop = &view->advertised.hops[i];
        if (hop->in.sw == like->in.sw &&
            memcmp(&hop->header, &like->header, sizeof like->header) == 0) {
            return i;
        }
    }
    return HOP_NONE;
}

static void at_port(const struct blame_view *view, struct port_ref port, enum cause_kind kind,
                    struct blame_place *place)
{
    place->suspect = topology_port_name(view->topology, port, view->arena);
    place->cause_kind = kind;
    place->cause = kind == CAUSE_CABLE ? topology_cable_name(view->topology, port, view->arena)
                                       : place->suspect;
    place->disagree[0] = SAYS_DECLARED;
    place->disagree[1] = SAYS_ADVERTISED;
}

/* The table of the switch at this hop of the walk by the tables. */
static void blame_table(const struct blame_view *view, size_t i, const char *what,
                        struct blame_place *place)
{
    const struct path_hop *hop = &view->advertised.hops[i];
    at_port(view, hop->in, CAUSE_TABLE, place);
    place->hop = i;
    place->why =
        base_arena_format(view->arena, "%s %s: %s", view->topology->switches[hop->in.sw].name, what,
                          entry_text(view, hop));
}

/* Whether the other end of the port's cable is a port that is switched off, for which it has no
 * link: then that one is at fault. */
static bool blame_other_end(const struct blame_view *view, struct port_ref port,
                            struct blame_place *place)
{
    struct peer peer = topology_peer(view->topology, port);
    const struct switch_state *state = peer.kind == PEER_SWITCH ? view->states[peer.port.sw] : NULL;
    const struct port *end = state ? port_find(state->ports, state->n_ports, peer.port.port) : NULL;
    bool is_off = end && end->config & PORT_CONFIG_DOWN;
    if (is_off) {
        at_port(view, peer.port, CAUSE_PORT, place);
        place->why = base_arena_format(view->arena, "%s is switched off", place->suspect);
    }
    return is_off;
}

/* Whether a port of the way is closed: then it is not the table. A port that has no
 * link is not at fault, but its cable. */
bool blame_closed(const struct blame_view *view, struct port_ref port, bool enters,
                  struct blame_place *place)
{
    const struct switch_state *state = view->states[port.sw];
    const struct port *ports = state ? state->ports : NULL;
    size_t n = state ? state->n_ports : 0;
    const char *closed =
        enters ? port_no_entry(ports, n, port.port) : port_no_exit(ports, n, port.port);
    if (!closed) {
        return false;
    }
    const struct port *found = port_find(ports, n, port.port);
    uint32_t stops = PORT_CONFIG_DOWN | (enters ? PORT_CONFIG_NO_RECV : PORT_CONFIG_NO_FWD);
    bool cable = found && !(found->config & stops);
    if (cable && blame_other_end(view, port, place)) {
        return true;
    }
    at_port(view, port, cable ? CAUSE_CABLE : CAUSE_PORT, place);
    place->why = base_arena_format(view->arena, "%s %s", place->suspect, closed);
    return true;
}

/* The expectation says the way, and the tables do not make it. */
static bool locate_missed(const struct blame_view *view, struct blame_place *place)
{
    uint16_t port;
    size_t parts = path_part(&view->declared, view->to, &view->advertised, &port);
    size_t hop = parts == HOP_NONE ? HOP_NONE : advertised_hop(view, &view->declared.hops[parts]);
    if (hop == HOP_NONE || view->advertised.hops[hop].open) {
        return false;
    }
    struct port_ref in = view->advertised.hops[hop].in, out = {.sw = in.sw, .port = port};
    if (blame_closed(view, in, true, place) || blame_closed(view, out, false, place)) {
        place->hop = hop;
    } else {
        blame_table(view, hop, "does not send it on as declared", place);
    }
    return true;
}

/* The expectation says the way, and the tables go another one, or rewrite the
 * packet otherwise. */
static bool locate_by_ways(const struct blame_view *view, struct blame_place *place)
{
    uint16_t port;
    if (locate_missed(view, place)) {
        return true;
    }
    size_t hop = view->declared.known && view->advertised.known
                     ? path_part(&view->advertised, view->to, &view->declared, &port)
                     : HOP_NONE;
    if (hop != HOP_NONE) {
        blame_table(view, hop, "sends it on", place);
    }
    return hop != HOP_NONE;
}

/* ------------------------------------------------------- no way is declared */

/* Whether the expectation says what the switch does with what comes to this hop,
 * and that is not to send it on to `next`. */
static bool declares_otherwise(const struct blame_view *view, const struct path_hop *hop,
                               const struct path_hop *next)
{
    struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    path_step(view->expected, hop->in.sw, &hop->header, out, &step);
    for (size_t i = 0; i < step.n_sent; i++) {
        struct header as_entered = out[i].header;
        as_entered.in_port = next->header.in_port;
        if (out[i].port == next->out &&
            memcmp(&as_entered, &next->header, sizeof as_entered) == 0) {
            return false;
        }
    }
    return !step.open;
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

/* Whether the port by which the hop enters is closed, or one that its entry names and that may lead
 * to the receiver: of what such a port does not send, the walk shows nothing. */
static bool blame_ports_named(const struct blame_view *view, size_t i, struct blame_place *place)
{
    const struct path_hop *hop = &view->advertised.hops[i];
    const struct flow_table *flows = view->tables->switches[hop->in.sw].flows;
    const struct flow_entry *entry =
        flows && hop->entry < flows->n_entries ? &flows->entries[hop->entry] : NULL;
    bool found = blame_closed(view, hop->in, true, place);
    for (size_t a = 0; entry && a < entry->n_actions && !found; a++) {
        struct port_ref out = {.sw = hop->in.sw, .port = entry->actions[a].port};
        struct peer peer = topology_peer(view->topology, out);
        found = entry->actions[a].type == ACTION_OUTPUT &&
                (peer.kind != PEER_HOST || peer.host == view->to) &&
                blame_closed(view, out, false, place);
    }
    place->hop = found ? i : place->hop;
    return found;
}

/* The first hop at a port that is closed, if no copy ends at the receiver's switch. */
static bool locate_closed(const struct blame_view *view, size_t end, struct blame_place *place)
{
    const struct path_walk *walk = &view->advertised;
    size_t sw = view->topology->hosts[view->to].port.sw;
    bool found = false;
    for (size_t i = 0; (end == HOP_NONE || walk->hops[end].in.sw != sw) && i < walk->n_hops; i++) {
        found = found || blame_ports_named(view, i, place);
    }
    return found;
}

/* None arrives by the tables: they lose it at a port that is closed or where the way ends, unless
 * it left what is declared of the way before. */
static bool locate_loss(const struct blame_view *view, struct blame_place *place)
{
    const struct path_walk *walk = &view->advertised;
    size_t end = dead_end(view);
    struct path_way way = {0};
    if (end != HOP_NONE) {
        path_way_to(walk, end, &way);
    }
    for (size_t i = 0; i + 1 < way.n_hops; i++) {
        const struct path_hop *hop = &walk->hops[way.hops[i]];
        if (declares_otherwise(view, hop, &walk->hops[way.hops[i + 1]])) {
            blame_table(view, way.hops[i], "does not send it on as declared", place);
            return true;
        }
    }
    if (locate_closed(view, end, place)) {
        return true;
    }
    if (end != HOP_NONE && !blame_ports_named(view, end, place)) {
        blame_table(view, end, "does not send it on", place);
    }
    return end != HOP_NONE;
}

/* The expectation does not say the way. The tables do what was observed: it is
 * they that are not as claimed, where they lose the packet, or rewrite it, or
 * else where it leaves what is declared of its way, which may be where it
 * enters. */
static bool locate_by_tables(const struct blame_view *view, struct blame_place *place)
{
    const struct path_walk *walk = &view->advertised;
    if (!walk->known || walk->n_hops == 0 || (view->altered && view->declared.known)) {
        return false; /* or it does say it, and the tables go along with it to the end */
    }
    if (place->advertised == 0 && locate_loss(view, place)) {
        return true;
    }
    size_t hop = path_part_rewrites(walk, view->to);
    if (hop != HOP_NONE) {
        blame_table(view, hop, "rewrites it", place);
        return true;
    }
    if (view->altered) {
        return false; /* no table rewrites it */
    }
    uint16_t port;
    hop = path_part(walk, view->to, &view->declared, &port);
    blame_table(view, hop != HOP_NONE ? hop : 0, walk->n_hops > 1 ? "sends it on" : "does this",
                place);
    return true;
}

bool blame_tables(const struct blame_view *view, struct blame_place *place)
{
    return locate_by_ways(view, place) || locate_by_tables(view, place);
}

void blame_open(struct blame_view *view, size_t from, const struct header *header, size_t to,
                struct blame_place *place)
{
    view->topology = view->tables->topology;
    view->from = from;
    view->to = to;
    path_follow_from(view->expected, from, header, &view->declared);
    path_follow_sure(view->tables, from, header, &view->advertised);
    bool known = view->advertised.known;
    *place = (struct blame_place){
        .hop = HOP_NONE,
        .disagree = {known ? SAYS_ADVERTISED : SAYS_DECLARED, SAYS_OBSERVED},
        .advertised = known ? (long)path_walk_copies(&view->advertised, to) : -1};
}
