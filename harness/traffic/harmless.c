/* SPDX-License-Identifier: Apache-2.0
 *
 * May this frame be sent, and if not, whom would it harm? */
#include "traffic/harmless.h"

#include "base/memory.h"
#include "traffic/kinds.h"

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

/* What is known of NORMAL where hosts have spoken, in each VLAN that was asked for. */
struct traffic_learned {
    struct traffic_lessons **lessons;
    size_t n_lessons, lessons_capacity;
    struct traffic_speech *others; /* what hosts say to themselves in a form that lessons lack */
    size_t n_others, others_capacity;
    bool *speaks; /* by host */
    bool listens; /* only what was heard counts, not what hosts could say */
};

int traffic_harmless_open(struct traffic_harmless *harmless, const struct path_network *tables,
                          const struct path_declared *declared)
{
    *harmless = (struct traffic_harmless){.topology = tables->topology,
                                          .expectation = declared ? declared->expectation : NULL,
                                          .network = tables,
                                          .learned = base_calloc(1, sizeof *harmless->learned)};
    int status = harmless->learned ? 0 : -1;
    if (status == 0 && !is_read(tables)) {
        status = complete(harmless, tables, declared);
    }
    if (status < 0) {
        free(harmless->learned);
        *harmless = (struct traffic_harmless){0};
    }
    return status;
}

static void forget(struct traffic_learned *learned)
{
    for (size_t i = 0; i < learned->n_lessons; i++) {
        traffic_lessons_free(learned->lessons[i]);
    }
    learned->n_lessons = 0;
}

void traffic_harmless_close(struct traffic_harmless *harmless)
{
    struct traffic_learned *learned = harmless->learned;
    if (learned) {
        forget(learned);
        free(learned->lessons);
        free(learned->others);
        free(learned->speaks);
    }
    free(learned);
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

static bool speaks(const struct traffic_harmless *harmless, size_t host)
{
    return (!harmless->sends || harmless->sends[host]) && is_addressed(harmless, host);
}

static const bool *find_speakers(const struct traffic_harmless *harmless)
{
    struct traffic_learned *learned = harmless->learned;
    if (!learned->speaks) {
        learned->speaks = base_calloc(harmless->topology->n_hosts + 1, sizeof *learned->speaks);
    }
    for (size_t host = 0; learned->speaks && host < harmless->topology->n_hosts; host++) {
        learned->speaks[host] = speaks(harmless, host);
    }
    return learned->speaks;
}

/* What hosts can teach in the VLAN of the header; none, if only what was heard counts. */
static struct traffic_lessons *new_lessons(const struct traffic_harmless *harmless,
                                           const struct header *header)
{
    struct traffic_speakers speakers = {.network = harmless->network,
                                        .speaks = find_speakers(harmless),
                                        .vlan_tci = header->vlan_tci,
                                        .dl_type = traffic_fresh_type(harmless->fresh)};
    if (harmless->learned->listens) {
        return traffic_lessons_none(path_vid(header));
    }
    return speakers.speaks ? traffic_lessons_new(&speakers) : NULL;
}

/* What NORMAL knows in the VLAN of the header. NULL without memory. */
static struct traffic_lessons *find_lessons(const struct traffic_harmless *harmless,
                                            const struct header *header)
{
    struct traffic_learned *learned = harmless->learned;
    for (size_t i = 0; i < learned->n_lessons; i++) {
        if (learned->lessons[i]->vid == path_vid(header)) {
            return learned->lessons[i];
        }
    }
    struct traffic_lessons *lessons = new_lessons(harmless, header);
    if (lessons && base_grow(&learned->lessons, learned->n_lessons, &learned->lessons_capacity,
                             sizeof *learned->lessons) < 0) {
        traffic_lessons_free(lessons);
        lessons = NULL;
    }
    if (lessons) {
        learned->lessons[learned->n_lessons++] = lessons;
    }
    return lessons;
}

/* A frame of this host to itself that looks like `header`, where no other one is learned. */
static bool find_speech(const struct traffic_harmless *harmless, size_t host,
                        const struct header *header, struct header *speech)
{
    const struct topology_host *speaker = &harmless->topology->hosts[host];
    struct path_walk walk;
    if (!speaks(harmless, host) || header->dl_type == DL_TYPE_ARP) {
        return false;
    }
    *speech = *header;
    speech->nw_src = header->nw_dst;
    speech->nw_dst = header->nw_src;
    speech->in_port = speaker->port.port;
    memcpy(speech->dl_src, speaker->mac, sizeof speech->dl_src);
    memcpy(speech->dl_dst, speaker->mac, sizeof speech->dl_dst);
    return traffic_lessons_teach(harmless->network, host, speech, &walk);
}

/* What NORMAL knows when a frame with this header comes, which is for `to` (HOST_NONE: nobody);
 * `one` may become a part of it. other: what `to` must say then, which lessons lack. */
static struct path_places find_places(const struct traffic_harmless *harmless, size_t to,
                                      const struct header *header, struct path_place *one,
                                      struct header *other, bool *has_other)
{
    struct traffic_lessons *lessons = find_lessons(harmless, header);
    struct path_places places = lessons ? lessons->places : (struct path_places){0};
    bool is_known =
        to == HOST_NONE || path_find_place(&places, harmless->topology->hosts[to].port.sw,
                                           path_vid(header), header->dl_dst);
    *has_other =
        !is_known && !harmless->learned->listens && find_speech(harmless, to, header, other);
    return *has_other ? path_place_of(harmless->topology, to, header, one) : places;
}

bool traffic_harm_is_flood(const char *reason)
{
    return strcmp(reason, HARM_FLOOD) == 0 || strcmp(reason, HARM_UNPLACED) == 0 ||
           strcmp(reason, HARM_RING) == 0;
}

/* Of a frame that NORMAL gets, or of which something else is open. ends: does it, even if no switch
 * has learned anything? */
static const char *harm_by_flood(const struct traffic_harmless *harmless, size_t from,
                                 struct port_ref in, const struct header *header, bool ends)
{
    struct path_touch touch;
    struct path_walk walk;
    struct path_place one;
    struct header other;
    size_t to = receiver_of(harmless, header);
    bool has_other, is_own_place = to == from && !is_addressed(harmless, from);
    struct path_places places = find_places(harmless, to, header, &one, &other, &has_other);
    path_follow_touch(harmless->network, in, header, &places, &touch, &walk);
    if (touch.normal && (header->dl_dst[0] & 1)) {
        return HARM_FLOOD;
    }
    if (touch.normal && (is_own_place || !traffic_lessons_suffice(to, &touch, &walk))) {
        return ends ? HARM_UNPLACED : HARM_RING;
    }
    return ends || (!touch.floods && !touch.open) ? NULL : HARM_RING;
}

/* What ICMPv6 tells about neighbours, routers and listeners (RFC 4443, section 2.1; IANA's types
 * from 130 up to those for experiments). Errors quote something, and echoes say nothing. */
static bool tells_of_neighbours(const struct header *header)
{
    enum { AFTER_ECHO = 130, EXPERIMENTS = 200 };
    return header->dl_type == DL_TYPE_IPV6 && header_is_icmp(header) &&
           header->tp_src >= AFTER_ECHO && header->tp_src < EXPERIMENTS;
}

/* Whether hosts discard that, as the frames of a probe have a hop limit of 64: solicitations and
 * advertisements of neighbours (RFC 4861, sections 7.1.1 and 7.1.2). */
static bool is_discarded(const struct header *header)
{
    enum { SOLICITATION = 135, ADVERTISEMENT = 136 };
    return header->tp_src == SOLICITATION || header->tp_src == ADVERTISEMENT;
}

/* Whom it would harm where it may come to. */
static const char *harm_on_way(const struct traffic_harmless *harmless, size_t from,
                               struct port_ref in, const struct header *header,
                               struct path_touch *touch)
{
    struct path_walk walk;
    bool own = is_own(harmless, from, header->dl_src);
    bool tells = header->dl_type == DL_TYPE_ARP && !tells_nothing(header);
    path_follow_touch(harmless->network, in, header, NULL, touch, &walk);
    if (tells_of_neighbours(header) &&
        (touch->normal || touch->open || touch->controller || touch->missed)) {
        return HARM_NEIGHBOURS;
    }
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

/* Whom any frame with this header would harm that gets to a host or a controller. */
static const char *harm_anywhere(const struct traffic_harmless *harmless,
                                 const struct header *header)
{
    bool is_false = header->dl_type == DL_TYPE_ARP && !arp_is_true(harmless, header);
    if (header->dl_type == DL_TYPE_LLDP || header->dl_type == DL_TYPE_BDDP) {
        return HARM_TOPOLOGY;
    }
    if (tells_of_neighbours(header) && !is_discarded(header)) {
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

static int note_other(struct traffic_learned *learned, size_t from, const struct header *header)
{
    for (size_t i = 0; i < learned->n_others; i++) {
        if (header_equal(&learned->others[i].header, header)) {
            return 0;
        }
    }
    if (base_grow(&learned->others, learned->n_others, &learned->others_capacity,
                  sizeof *learned->others) < 0) {
        return -1;
    }
    learned->others[learned->n_others++] =
        (struct traffic_speech){.from = from, .header = *header, .wanted = true};
    return 0;
}

int traffic_harmless_prepare(const struct traffic_harmless *harmless, size_t from,
                             const struct header *header)
{
    struct path_touch touch;
    struct path_walk walk;
    struct path_place one;
    struct header other;
    bool has_other;
    size_t to = receiver_of(harmless, header);
    if (to == HOST_NONE || to == from) {
        return 0;
    }
    path_follow_touch(harmless->network, harmless->topology->hosts[from].port, header, NULL, &touch,
                      &walk);
    struct traffic_lessons *lessons = touch.normal ? find_lessons(harmless, header) : NULL;
    if (!lessons) {
        return touch.normal ? -1 : 0;
    }
    find_places(harmless, to, header, &one, &other, &has_other);
    if (has_other) {
        return note_other(harmless->learned, to, &other);
    }
    traffic_lessons_want(lessons, harmless->network, from, header);
    return 0;
}

void traffic_harmless_listen(const struct traffic_harmless *harmless)
{
    forget(harmless->learned);
    harmless->learned->n_others = 0;
    harmless->learned->listens = true;
}

void traffic_harmless_hear(const struct traffic_harmless *harmless,
                           const struct traffic_speech *speech)
{
    struct traffic_lessons *lessons = find_lessons(harmless, &speech->header);
    size_t to = receiver_of(harmless, &speech->header);
    if (lessons && to != HOST_NONE) {
        traffic_lessons_hear(lessons, harmless->network, to, speech);
    }
}

struct traffic_speech *traffic_harmless_speeches(const struct traffic_harmless *harmless, size_t *n)
{
    const struct traffic_learned *learned = harmless->learned;
    *n = learned->n_others;
    for (size_t i = 0; i < learned->n_lessons; i++) {
        *n += learned->lessons[i]->n_speeches;
    }
    struct traffic_speech *speeches = *n > 0 ? base_calloc(*n, sizeof *speeches) : NULL;
    if (!speeches) {
        return NULL;
    }
    *n = 0;
    for (size_t i = 0; i < learned->n_others; i++) {
        speeches[(*n)++] = learned->others[i];
    }
    for (size_t i = 0; i < learned->n_lessons; i++) {
        struct traffic_lessons *lessons = learned->lessons[i];
        traffic_lessons_complete(lessons, harmless->network);
        for (size_t k = 0; k < lessons->n_speeches; k++) {
            if (lessons->speeches[k].wanted) {
                speeches[(*n)++] = lessons->speeches[k];
            }
        }
    }
    return speeches;
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
