/* SPDX-License-Identifier: Apache-2.0
 *
 * Where one packet goes: hop by hop, all of its copies. */
#include "path/follow.h"

#include <string.h>

#define LOOP              "it comes back unchanged: a loop"
#define TOO_MANY_HOPS     "more than 1024 copies of it are under way: they were not followed further"
#define TOO_MANY_ARRIVALS "more than 1024 copies of it arrive: they were not followed further"

/* A walk under way. */
struct following {
    const struct path_network *network;
    const struct path_watch *watch;
    struct path_walk *walk;
    struct path_touch *touch; /* by every way that it may take; NULL: by those that are known */
    const struct path_places *places;
    struct space_choices *choices; /* NULL: all ways are followed */
    enum path_doubt doubt;         /* of what leaves */
};

static void give_up(struct path_walk *walk, struct port_ref at, const char *reason)
{
    if (walk->known) {
        walk->known = false;
        walk->reason = reason;
        walk->unknown_at = at;
    }
}

static void end(struct path_walk *walk, struct port_ref at, const char *reason)
{
    give_up(walk, at, reason);
    walk->cut = walk->ends ? reason : walk->cut;
    walk->ends = false;
}

/* The hop on the way of `hop` which it repeats; HOP_NONE: there is none. */
static size_t find_same(const struct path_walk *walk, const struct path_hop *hop)
{
    size_t i = hop->previous;
    while (i != HOP_NONE &&
           (walk->hops[i].in.sw != hop->in.sw ||
            memcmp(&walk->hops[i].header, &hop->header, sizeof hop->header) != 0)) {
        i = walk->hops[i].previous;
    }
    return i;
}

static void note_loop(struct path_walk *walk, size_t first, const struct path_hop *again)
{
    if (!walk->loops) {
        walk->loops = true;
        walk->loop_first = first;
        walk->loop_last = again->previous;
        walk->again = *again;
    }
}

static void enter(struct following *following, struct path_hop *hop)
{
    struct path_walk *walk = following->walk;
    hop->header.in_port = hop->in.port;
    if (following->watch->enters) {
        following->watch->enters(following->watch->aux, walk, hop);
    }
    size_t same = find_same(walk, hop);
    if (same != HOP_NONE) {
        end(walk, hop->in, LOOP);
        note_loop(walk, same, hop);
    } else if (hop->depth == PATH_DEPTH) {
        if (!path_no_entry(following->network, hop->in)) {
            end(walk, hop->in, PATH_TOO_DEEP);
        }
    } else if (walk->n_hops == PATH_HOPS) {
        end(walk, hop->in, TOO_MANY_HOPS);
    } else {
        walk->hops[walk->n_hops++] = *hop;
    }
}

static void arrive(struct following *following, size_t host, size_t hop,
                   const struct space_emission *packet)
{
    struct path_walk *walk = following->walk;
    if (walk->n_arrivals == PATH_ARRIVALS) {
        end(walk, walk->hops[hop].in, TOO_MANY_ARRIVALS);
        return;
    }
    struct path_walk_arrival *arrival = &walk->arrivals[walk->n_arrivals++];
    *arrival = (struct path_walk_arrival){
        .host = host, .header = packet->header, .hop = hop, .doubt = following->doubt};
    arrival->header.in_port = packet->port;
}

/* The nth packet that leaves hop's switch: over the cable to whatever is there. */
static void leave(struct following *following, size_t index, const struct space_emission *packet,
                  size_t nth)
{
    const struct path_hop *hop = &following->walk->hops[index];
    struct port_ref out = {.sw = hop->in.sw, .port = packet->port};
    struct peer peer = path_network_peer(following->network, out);
    if (peer.kind == PEER_HOST) {
        arrive(following, peer.host, index, packet);
    } else if (peer.kind == PEER_SWITCH) {
        struct path_hop next = {.in = peer.port,
                                .header = packet->header,
                                .entry = ENTRY_NONE,
                                .previous = index,
                                .out = out.port,
                                .nth = (uint16_t)nth,
                                .depth = (uint16_t)(hop->depth + 1),
                                .doubt = following->doubt};
        enter(following, &next);
    }
}

uint16_t path_vid(const struct header *header)
{
    return header->vlan_tci & VLAN_TAGGED ? header->vlan_tci & VLAN_VID : 0;
}

struct path_places path_place_of(const struct topology *topology, size_t host,
                                 const struct header *header, struct path_place *place)
{
    if (host == HOST_NONE) {
        return (struct path_places){0};
    }
    *place = (struct path_place){.port = topology->hosts[host].port, .vid = path_vid(header)};
    memcpy(place->mac, topology->hosts[host].mac, sizeof place->mac);
    return (struct path_places){.at = place, .n = 1};
}

const struct path_place *path_find_place(const struct path_places *places, size_t sw, uint16_t vid,
                                         const uint8_t *mac)
{
    for (size_t i = 0; places && i < places->n; i++) {
        const struct path_place *place = &places->at[i];
        if (place->port.sw == sw && place->vid == vid &&
            memcmp(place->mac, mac, sizeof place->mac) == 0) {
            return place;
        }
    }
    return NULL;
}

/* Whether NORMAL knows by which port of this switch the packet must leave. */
static bool is_placed(const struct following *following, const struct path_hop *hop, uint16_t *port)
{
    const struct header *header = &hop->header;
    if (memcmp(header->dl_dst, header->dl_src, sizeof header->dl_dst) == 0) {
        *port = hop->in.port;
        return true;
    }
    const struct path_place *place =
        path_find_place(following->places, hop->in.sw, path_vid(header), header->dl_dst);
    *port = place ? place->port.port : 0;
    return place != NULL;
}

static bool is_among(const struct space_emission *out, size_t n, uint16_t port)
{
    size_t i = 0;
    while (i < n && out[i].port != port) {
        i++;
    }
    return i < n;
}

/* Whether it may leave by a port with nothing at it that is known. */
static bool may_leak(const struct following *following, const struct path_hop *hop)
{
    const struct path_switch *sw = &following->network->switches[hop->in.sw];
    bool leaks = false;
    for (size_t i = 0; i < sw->n_ports && sw->ports && !leaks; i++) {
        struct port_ref port = {.sw = hop->in.sw, .port = sw->ports[i].number};
        leaks = port.port < PORT_MAX && port.port != hop->in.port &&
                path_network_peer(following->network, port).kind == PEER_NONE &&
                !path_no_exit(following->network, port);
    }
    return leaks;
}

/* It may leave as it came, by every port but that by which it came, and those of `out`. */
static void leave_anywhere(struct following *following, size_t index, enum path_doubt doubt,
                           const struct space_emission *out, size_t n_out)
{
    const struct path_network *network = following->network;
    const struct path_hop *hop = &following->walk->hops[index];
    uint16_t known = 0;
    bool is_known = doubt == PATH_NORMAL && is_placed(following, hop, &known);
    bool floods = doubt != PATH_OPEN && !is_known;
    following->touch->floods |= floods;
    following->touch->leaks |= floods && may_leak(following, hop);
    following->doubt = hop->doubt == PATH_SURE     ? doubt
                       : hop->doubt == PATH_CHOSEN ? PATH_OPEN
                                                   : hop->doubt;
    for (size_t i = network->begins[hop->in.sw]; i < network->begins[hop->in.sw + 1]; i++) {
        struct port_ref port = network->cables[i].port;
        struct space_emission packet = {.port = port.port, .header = hop->header};
        if (port.port != hop->in.port && (!is_known || port.port == known) &&
            !is_among(out, n_out, port.port) && !path_no_exit(network, port)) {
            leave(following, index, &packet, i);
        }
    }
    following->doubt = hop->doubt;
}

/* It may leave by each of these. */
static void leave_by_choice(struct following *following, size_t index,
                            const struct space_emission *out, size_t begin, size_t end)
{
    const struct path_hop *hop = &following->walk->hops[index];
    following->doubt = hop->doubt == PATH_SURE ? PATH_CHOSEN : hop->doubt;
    for (size_t i = begin; i < end; i++) {
        leave(following, index, &out[i], i);
    }
    following->doubt = hop->doubt;
}

/* What sees the packet at this step, and where it may go that is not known. */
static void touch_step(struct following *following, size_t index, const struct path_step *step,
                       const struct space_emission *out)
{
    struct path_touch *touch = following->touch;
    size_t sw = following->walk->hops[index].in.sw;
    touch->missed |=
        !step->refused && !step->open && path_is_miss(following->network, sw, step->taker.entry);
    touch->normal |= path_is_normal(step->open);
    for (size_t i = 0; i < step->n_told; i++) {
        touch->controller |= out[i].port == PORT_CONTROLLER;
        if (out[i].port == PORT_NORMAL) {
            leave_anywhere(following, index, PATH_NORMAL, NULL, 0);
        } else if (step->open) {
            leave(following, index, &out[i], i);
        }
    }
    if (step->n_chosen > 0) {
        touch->open = step->open;
        leave_by_choice(following, index, out, step->n_told, step->n_told + step->n_chosen);
    } else if (step->open && step->open != path_normal) {
        touch->open = step->open;
        leave_anywhere(following, index,
                       path_is_normal(step->open) ? PATH_NORMAL_REWRITTEN : PATH_OPEN, out,
                       step->n_told);
    }
}

static void take_step(struct following *following, size_t index)
{
    struct space_emission out[PATH_OUTPUTS];
    struct path_walk *walk = following->walk;
    struct path_hop *hop = &walk->hops[index];
    struct path_step step;
    following->doubt = hop->doubt;
    path_step_chosen(following->network, hop->in.sw, &hop->header, following->choices, out, &step);
    bool every_way = following->watch->every_way && step.n_chosen > 0;
    hop->entry = step.taker.entry;
    hop->refused = step.refused;
    hop->open = every_way ? NULL : step.open;
    hop->is_taken = step.taker.entry != ENTRY_NONE && !step.taker.open;
    if (hop->open) {
        give_up(walk, hop->in, hop->open);
    }
    if (following->touch) {
        touch_step(following, index, &step, out);
    }
    bool told = every_way || (following->watch->tells && step.open == path_normal);
    size_t n = told ? step.n_told : step.n_sent;
    for (size_t i = 0; i < n && (walk->ends || !following->watch->stops); i++) {
        leave(following, index, &out[i], i);
    }
    if (every_way) {
        leave_by_choice(following, index, out, step.n_told, step.n_told + step.n_chosen);
    }
}

static void follow(struct following *following, struct port_ref in, const struct header *header)
{
    struct path_walk *walk = following->walk;
    struct path_hop first = {
        .in = in, .header = *header, .entry = ENTRY_NONE, .previous = HOP_NONE};
    size_t n_followed = 0;
    walk->n_hops = walk->n_arrivals = 0;
    walk->known = walk->ends = true;
    walk->loops = false;
    walk->reason = walk->cut = NULL;
    enter(following, &first);
    while (n_followed < walk->n_hops && (walk->ends || !following->watch->stops)) {
        take_step(following, n_followed++);
    }
    walk->n_hops = n_followed;
}

void path_follow(const struct path_network *network, struct port_ref in,
                 const struct header *header, const struct path_watch *watch,
                 struct path_walk *walk)
{
    static const struct path_watch nothing = {0};
    struct following following = {
        .network = network, .watch = watch ? watch : &nothing, .walk = walk};
    follow(&following, in, header);
}

void path_follow_touch(const struct path_network *network, struct port_ref in,
                       const struct header *header, const struct path_places *places,
                       struct path_touch *touch, struct path_walk *walk)
{
    static const struct path_watch until_loop = {.stops = true};
    struct following following = {
        .network = network, .watch = &until_loop, .walk = walk, .touch = touch, .places = places};
    *touch = (struct path_touch){0};
    follow(&following, in, header);
}

void path_follow_chosen(const struct path_network *network, struct port_ref in,
                        const struct header *header, const struct path_places *places,
                        struct space_choices *choices, struct path_walk *walk)
{
    static const struct path_watch until_loop = {.stops = true};
    struct path_touch touch = {0};
    struct following following = {.network = network,
                                  .watch = &until_loop,
                                  .walk = walk,
                                  .touch = &touch,
                                  .places = places,
                                  .choices = choices};
    choices->n_met = 0;
    follow(&following, in, header);
}

void path_follow_from(const struct path_network *network, size_t host, const struct header *header,
                      struct path_walk *walk)
{
    path_follow(network, network->topology->hosts[host].port, header, NULL, walk);
}

void path_follow_sure(const struct path_network *network, size_t host, const struct header *header,
                      struct path_walk *walk)
{
    static const struct path_watch beside_normal = {.tells = true};
    path_follow(network, network->topology->hosts[host].port, header, &beside_normal, walk);
}

unsigned path_walk_copies(const struct path_walk *walk, size_t host)
{
    unsigned n = 0;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        n += walk->arrivals[i].host == host;
    }
    return n;
}

static unsigned copies_into(const struct path_walk *walk, struct port_ref port)
{
    unsigned n = 0;
    for (size_t i = 0; i < walk->n_hops; i++) {
        n += walk->hops[i].in.sw == port.sw && walk->hops[i].in.port == port.port;
    }
    return n;
}

unsigned path_walk_load(const struct path_walk *walk)
{
    unsigned load = 1;
    for (size_t i = 0; i < walk->n_hops; i++) {
        unsigned n = copies_into(walk, walk->hops[i].in);
        load = n > load ? n : load;
    }
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        unsigned n = path_walk_copies(walk, walk->arrivals[i].host);
        load = n > load ? n : load;
    }
    return load;
}

/* The nth meter, from 0, of the entries that take the packet at this hop. NO_METER: they have no
 * more, and *nth is less by as many as they have. */
static uint32_t meter_of(const struct path_network *network, const struct path_hop *hop,
                         size_t *nth)
{
    size_t n = hop->is_taken ? path_n_rows(network, hop->in.sw, hop->entry) : 0;
    for (size_t i = 0; i < n; i++) {
        size_t row = path_row(network, hop->in.sw, hop->entry, i, &hop->header);
        const struct flow_entry *entry = path_row_entry(network, hop->in.sw, row);
        uint32_t meter = entry->instructions ? entry->instructions->meter : NO_METER;
        if (meter != NO_METER && (*nth)-- == 0) {
            return meter;
        }
    }
    return NO_METER;
}

/* Whether the hop is on a way to the host. */
static bool leads_to(const struct path_walk *walk, size_t hop, size_t host)
{
    bool leads = false;
    for (size_t i = 0; i < walk->n_arrivals && !leads; i++) {
        size_t at = walk->arrivals[i].host == host ? walk->arrivals[i].hop : HOP_NONE;
        while (at != HOP_NONE && at != hop) {
            at = walk->hops[at].previous;
        }
        leads = at == hop;
    }
    return leads;
}

size_t path_walk_metered(const struct path_network *network, const struct path_walk *walk,
                         size_t host, size_t nth, uint32_t *meter)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        bool may = !walk->known || leads_to(walk, i, host);
        *meter = may ? meter_of(network, &walk->hops[i], &nth) : NO_METER;
        if (*meter != NO_METER) {
            return i;
        }
    }
    return HOP_NONE;
}

bool path_walk_exercises(const struct path_walk *walk, size_t sw, size_t entry,
                         const struct space_region *within)
{
    bool exercises = false;
    for (size_t i = 0; i < walk->n_hops && !exercises; i++) {
        const struct path_hop *hop = &walk->hops[i];
        exercises = hop->is_taken && hop->in.sw == sw && hop->entry == entry &&
                    (!within || space_region_has(within, &hop->header));
    }
    return exercises;
}
