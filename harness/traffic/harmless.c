/* SPDX-License-Identifier: Apache-2.0
 *
 * May this frame be sent, and if not, whom would it harm? */
#include "traffic/harmless.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define HARM_ARP    "hosts would take its ARP sender address for that of another host"
#define HARM_LEARNS "a learning switch would believe its source address, which is not the sender's"
#define HARM_VLAN   "a learning switch would believe its sender in a VLAN of our own choice"
#define HARM_TAUGHT "a controller would believe its source address, which is not the sender's"
#define HARM_FLOOD  "NORMAL would flood it (--allow-flood)"
#define HARM_UNPLACED                                                                              \
    "NORMAL has not learned where its receiver is, and would flood it (--allow-flood)"
#define HARM_RING "it might go round a ring of switches endlessly (--allow-flood)"
#define HARM_NEIGHBOURS                                                                            \
    "hosts and switches would take it for neighbour discovery, or for a listener to multicast"
#define HARM_TOPOLOGY "controllers would take it for a report of a link"

enum {
    ARP_REQUEST = 1,
    ARP_REPLY = 2,
    ARP_EXPERIMENT = 25,     /* RFC 5494 */
    ICMPV6_EXPERIMENT = 200, /* RFC 4443, section 2.1 */
    DL_TYPE_LLDP = 0x88cc,
    DL_TYPE_BDDP = 0x8942
};

/* RFC 5737: nobody has these. */
static bool is_documentation(uint32_t ip)
{
    return (ip & 0xffffff00) == 0xc0000200 || (ip & 0xffffff00) == 0xc6336400 ||
           (ip & 0xffffff00) == 0xcb007100;
}

/* ------------------------------------------------------------------ the network */

static bool is_read(const struct path_network *tables)
{
    for (size_t i = 0; i < tables->topology->n_switches; i++) {
        if (!tables->switches[i].flows) {
            return false;
        }
    }
    return true;
}

static int complete(struct traffic_harmless *harmless, const struct path_network *tables,
                    const struct path_declared *declared)
{
    size_t n = tables->topology->n_switches;
    struct path_switch *switches = base_calloc(n + 1, sizeof *switches);
    int status = -1;
    for (size_t i = 0; switches && i < n; i++) {
        switches[i] =
            tables->switches[i].flows ? tables->switches[i] : declared->network.switches[i];
    }
    if (switches) {
        status = path_network_open(&harmless->completed, tables->topology, switches);
    }
    free(switches);
    harmless->network = &harmless->completed;
    return status;
}

int traffic_harmless_open(struct traffic_harmless *harmless, const struct path_network *tables,
                          const struct path_declared *declared)
{
    *harmless = (struct traffic_harmless){.topology = tables->topology,
                                          .expectation = declared ? declared->expectation : NULL,
                                          .network = tables};
    return is_read(tables) ? 0 : complete(harmless, tables, declared);
}

void traffic_harmless_close(struct traffic_harmless *harmless)
{
    path_network_close(&harmless->completed);
    *harmless = (struct traffic_harmless){0};
}

/* -------------------------------------------------------------------- addresses */

/* The address that the topology says is that of the host's interface, as far as it is known. */
static bool is_addressed(const struct traffic_harmless *harmless, size_t host)
{
    const uint8_t *address = harmless->addresses ? harmless->addresses[host] : NULL;
    return !address || memcmp(address, harmless->topology->hosts[host].mac, 6) == 0;
}

static bool is_own(const struct traffic_harmless *harmless, size_t from, const uint8_t *mac)
{
    return is_addressed(harmless, from) && memcmp(harmless->topology->hosts[from].mac, mac, 6) == 0;
}

size_t traffic_arp_owner(const struct traffic_harmless *harmless, const struct header *header)
{
    for (size_t i = 0; i < harmless->topology->n_hosts; i++) {
        const struct topology_host *host = &harmless->topology->hosts[i];
        if (host->has_ip && host->ip == header->nw_src) {
            return is_addressed(harmless, i) ? i : HOST_NONE;
        }
    }
    return HOST_NONE;
}

/* Whether no host keeps what this ARP frame tells: of the opcodes only requests and replies are
 * understood; 0.0.0.0 is "no address yet" (RFC 5227). */
static bool tells_nothing(const struct header *header)
{
    return (header->nw_proto != ARP_REQUEST && header->nw_proto != ARP_REPLY) ||
           header->nw_src == 0 || is_documentation(header->nw_src);
}

static size_t receiver_of(const struct traffic_harmless *harmless, const struct header *header)
{
    for (size_t i = 0; i < harmless->topology->n_hosts; i++) {
        if (memcmp(harmless->topology->hosts[i].mac, header->dl_dst, 6) == 0) {
            return i;
        }
    }
    return HOST_NONE;
}

/* ----------------------------------------------------------------- what it touches */

/* Whether NORMAL of the host's switch learns by this frame where the host is, and does nothing
 * else with it. */
static bool is_learned(const struct traffic_harmless *harmless, size_t host,
                       const struct header *speech)
{
    struct port_ref port = harmless->topology->hosts[host].port;
    struct path_touch touch;
    struct path_walk walk;
    path_follow_touch(harmless->network, port, speech, host, &touch, &walk);
    return walk.ends && !touch.floods && !touch.open && !walk.known && walk.reason == path_normal &&
           port_ref_equal(walk.unknown_at, port);
}

/* A frame of this host to itself, in the VLAN of `header`: one of our own type, or else one that
 * looks like `header`. */
static bool find_speech(const struct traffic_harmless *harmless, size_t host,
                        const struct header *header, struct header *speech)
{
    const struct topology_host *speaker = &harmless->topology->hosts[host];
    struct header forms[] = {{.vlan_tci = header->vlan_tci, .dl_type = DL_TYPE_PROBE}, *header};
    size_t n_forms = header->dl_type == DL_TYPE_ARP ? 1 : 2;
    bool sends = !harmless->sends || harmless->sends[host];
    bool found = false;
    forms[1].nw_src = header->nw_dst;
    forms[1].nw_dst = header->nw_src;
    for (size_t i = 0; i < n_forms && !found && sends && is_addressed(harmless, host); i++) {
        forms[i].in_port = speaker->port.port;
        memcpy(forms[i].dl_src, speaker->mac, sizeof forms[i].dl_src);
        memcpy(forms[i].dl_dst, speaker->mac, sizeof forms[i].dl_dst);
        found = is_learned(harmless, host, &forms[i]);
        *speech = forms[i];
    }
    return found;
}

/* The receiver of a frame that NORMAL may get, if its place is learned by then. */
static size_t find_place(const struct traffic_harmless *harmless, size_t from,
                         const struct header *header)
{
    struct header speech;
    size_t to = receiver_of(harmless, header);
    bool placed = to != HOST_NONE && (to == from ? is_addressed(harmless, from)
                                                 : find_speech(harmless, to, header, &speech));
    return placed ? to : HOST_NONE;
}

/* Of a frame that NORMAL gets, or of which something else is open. ends: does it, even if no switch
 * has learned anything? */
static const char *harm_by_flood(const struct traffic_harmless *harmless, size_t from,
                                 struct port_ref in, const struct header *header, bool ends)
{
    struct path_touch touch;
    struct path_walk walk;
    size_t place = find_place(harmless, from, header);
    path_follow_touch(harmless->network, in, header, place, &touch, &walk);
    if (touch.normal && (header->dl_dst[0] & 1)) {
        return HARM_FLOOD;
    }
    if (touch.normal && place == HOST_NONE) {
        return HARM_UNPLACED;
    }
    return ends || (!touch.floods && !touch.open) ? NULL : HARM_RING;
}

/* Whom it would harm where it may come to. */
static const char *harm_on_way(const struct traffic_harmless *harmless, size_t from,
                               struct port_ref in, const struct header *header,
                               struct path_touch *touch)
{
    struct path_walk walk;
    bool own = is_own(harmless, from, header->dl_src);
    bool tells = header->dl_type == DL_TYPE_ARP && !tells_nothing(header);
    path_follow_touch(harmless->network, in, header, HOST_NONE, touch, &walk);
    if ((touch->normal || touch->open) && !own) {
        return HARM_LEARNS;
    }
    if ((touch->controller || touch->missed) &&
        (!own || (tells && traffic_arp_owner(harmless, header) != from))) {
        return HARM_TAUGHT;
    }
    bool known = !touch->normal && !touch->open; /* else a loop is endless.h's matter */
    return harmless->allow_flood || known ? NULL
                                          : harm_by_flood(harmless, from, in, header, walk.ends);
}

/* Whether hosts learn nothing untrue by an ARP frame with this header: nothing at all (neither a
 * request nor a reply; no sender address, or one of RFC 5737), or the address of its owner. */
static bool arp_is_true(const struct traffic_harmless *harmless, const struct header *header)
{
    return tells_nothing(header) || traffic_arp_owner(harmless, header) != HOST_NONE;
}

/* What ICMPv6 tells about neighbours, routers and listeners (RFC 4443, section 2.1; IANA's types
 * from 130 up to those for experiments). Errors quote something, and echoes say nothing. */
static bool tells_of_neighbours(const struct header *header)
{
    enum { AFTER_ECHO = 130, EXPERIMENTS = 200 };
    return header->dl_type == DL_TYPE_IPV6 && header_is_icmp(header) &&
           header->tp_src >= AFTER_ECHO && header->tp_src < EXPERIMENTS;
}

/* Whom any frame with this header would harm that gets to a host or a controller. */
static const char *harm_anywhere(const struct traffic_harmless *harmless,
                                 const struct header *header)
{
    bool is_false = header->dl_type == DL_TYPE_ARP && !arp_is_true(harmless, header);
    if (header->dl_type == DL_TYPE_LLDP || header->dl_type == DL_TYPE_BDDP) {
        return HARM_TOPOLOGY;
    }
    if (tells_of_neighbours(header)) {
        return HARM_NEIGHBOURS;
    }
    return is_false ? HARM_ARP : NULL;
}

const char *traffic_harm_at(const struct traffic_harmless *harmless, size_t from,
                            struct port_ref in, const struct header *header,
                            struct path_touch *touch)
{
    struct path_touch own;
    const char *harm = harm_anywhere(harmless, header);
    return harm ? harm : harm_on_way(harmless, from, in, header, touch ? touch : &own);
}

const char *traffic_harm(const struct traffic_harmless *harmless, size_t from,
                         const struct header *header, struct path_touch *touch)
{
    return traffic_harm_at(harmless, from, harmless->topology->hosts[from].port, header, touch);
}

bool traffic_harmless_speech(const struct traffic_harmless *harmless, size_t from,
                             const struct header *header, size_t *to, struct header *speech)
{
    struct path_touch touch;
    struct path_walk walk;
    *to = receiver_of(harmless, header);
    if (*to == HOST_NONE || *to == from) {
        return false;
    }
    path_follow_touch(harmless->network, harmless->topology->hosts[from].port, header, *to, &touch,
                      &walk);
    return touch.normal && find_speech(harmless, *to, header, speech);
}

/* -------------------------------------------------------------------------- mended */

static void send_to(const struct topology *topology, size_t to, struct header *header)
{
    memcpy(header->dl_dst, topology->hosts[to].mac, sizeof header->dl_dst);
}

/* To a host to which a claim says that it is delivered then. */
static bool send_as_claimed(const struct traffic_harmless *harmless, size_t from,
                            struct header *header)
{
    const struct expectation *expectation = harmless->expectation;
    for (size_t i = 0; expectation && i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        struct header sent = *header;
        if (claim->from == from && claim->kind == CLAIM_DELIVERED) {
            send_to(harmless->topology, claim->to, &sent);
            if (match_takes(&claim->match, &sent)) {
                *header = sent;
                return true;
            }
        }
    }
    return false;
}

static bool send_to_neighbour(const struct topology *topology, size_t from, struct header *header)
{
    for (size_t i = 0; i < topology->n_hosts; i++) {
        if (i != from && topology->hosts[i].port.sw == topology->hosts[from].port.sw) {
            send_to(topology, i, header);
            return true;
        }
    }
    return false;
}

bool traffic_harmless_mend(const struct traffic_harmless *harmless, size_t from, unsigned step,
                           struct header *header)
{
    if (step == 1) {
        return receiver_of(harmless, header) == HOST_NONE &&
               (send_as_claimed(harmless, from, header) ||
                send_to_neighbour(harmless->topology, from, header));
    }
    memcpy(header->dl_src, harmless->topology->hosts[from].mac, sizeof header->dl_src);
    if (header->dl_type == DL_TYPE_ARP && !arp_is_true(harmless, header)) {
        header->nw_proto = ARP_EXPERIMENT;
    }
    if (tells_of_neighbours(header)) {
        header->tp_src = ICMPV6_EXPERIMENT;
    }
    return step == 0;
}

const char *traffic_harm_by_tag(const struct header *header, const struct path_touch *touch)
{
    return touch->normal && header->vlan_tci ? HARM_VLAN : NULL;
}
