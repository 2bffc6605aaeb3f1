/* SPDX-License-Identifier: Apache-2.0
 *
 * In which order do hosts speak, so that nothing that they say is flooded to others, and which of
 * it is needed? */
#include "traffic/lessons.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* So many pairs of hosts are looked at, and so many frames are followed, at most, to find those
 * that teach something. */
enum { PAIRS_TRIED = 100000, FRAMES_TRIED = 10000 };

struct learning {
    const struct traffic_speakers *speakers;
    const struct topology *topology;
    struct traffic_lessons *lessons;
    size_t n_pairs, n_frames;
    bool failed; /* no memory */
};

void traffic_lessons_free(struct traffic_lessons *lessons)
{
    if (lessons) {
        free(lessons->places.at);
        free(lessons->speeches);
    }
    free(lessons);
}

bool traffic_lessons_suffice(size_t to, const struct path_touch *touch,
                             const struct path_walk *walk)
{
    bool suffice = !touch->leaks && (to != HOST_NONE || !touch->floods);
    for (size_t i = 0; i < walk->n_arrivals && suffice; i++) {
        enum path_doubt doubt = walk->arrivals[i].doubt;
        suffice = walk->arrivals[i].host == to ||
                  (doubt != PATH_NORMAL && doubt != PATH_NORMAL_REWRITTEN);
    }
    return suffice;
}

bool traffic_lessons_teach(const struct path_network *network, size_t host,
                           const struct header *speech, struct path_walk *scratch)
{
    struct port_ref port = network->topology->hosts[host].port;
    struct path_touch touch;
    path_follow_touch(network, port, speech, NULL, &touch, scratch);
    return scratch->ends && !touch.floods && !touch.open && !scratch->known &&
           scratch->reason == path_normal && port_ref_equal(scratch->unknown_at, port);
}

/* ------------------------------------------------------------------------- learning */

static struct header speech_of(const struct learning *learning, size_t from, size_t to)
{
    const struct topology_host *hosts = learning->topology->hosts;
    struct header header = {.in_port = hosts[from].port.port,
                            .vlan_tci = learning->speakers->vlan_tci,
                            .dl_type = learning->speakers->dl_type};
    memcpy(header.dl_src, hosts[from].mac, sizeof header.dl_src);
    memcpy(header.dl_dst, hosts[to].mac, sizeof header.dl_dst);
    return header;
}

/* The speech that is being considered teaches this switch where its sender is. False: it knows. */
static bool note_place(struct learning *learning, struct port_ref port, const uint8_t *mac)
{
    struct traffic_lessons *lessons = learning->lessons;
    struct path_place place = {.port = port, .vid = lessons->vid, .source = lessons->n_speeches};
    memcpy(place.mac, mac, sizeof place.mac);
    if (path_find_place(&lessons->places, port.sw, lessons->vid, mac)) {
        return false;
    }
    if (base_grow(&lessons->places.at, lessons->places.n, &lessons->places_capacity, sizeof place) <
        0) {
        learning->failed = true;
        return false;
    }
    lessons->places.at[lessons->places.n++] = place;
    return true;
}

static bool note_speech(struct learning *learning, size_t from, const struct header *speech)
{
    struct traffic_lessons *lessons = learning->lessons;
    if (base_grow(&lessons->speeches, lessons->n_speeches, &lessons->speeches_capacity,
                  sizeof *lessons->speeches) < 0) {
        learning->failed = true;
        return false;
    }
    lessons->speeches[lessons->n_speeches++] =
        (struct traffic_speech){.from = from, .header = *speech};
    return true;
}

static void speak_to_itself(struct learning *learning, size_t host)
{
    struct header speech = speech_of(learning, host, host);
    if (traffic_lessons_teach(learning->speakers->network, host, &speech,
                              &learning->lessons->walk) &&
        note_place(learning, learning->topology->hosts[host].port, speech.dl_src)) {
        note_speech(learning, host, &speech);
    }
}

/* Whether there are other hosts at its switch: what that floods comes to them, which is known
 * without following it. */
static bool has_company(const struct topology *topology, size_t host)
{
    bool has = false;
    for (size_t i = 0; i < topology->n_hosts && !has; i++) {
        has = i != host && topology->hosts[i].port.sw == topology->hosts[host].port.sw;
    }
    return has;
}

/* What came to `to` was surely at the switches on its way. */
static bool note_way(struct learning *learning, const struct header *speech, size_t to)
{
    const struct path_walk *walk = &learning->lessons->walk;
    bool taught = false;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        size_t hop = walk->arrivals[i].host == to ? walk->arrivals[i].hop : HOP_NONE;
        for (; hop != HOP_NONE; hop = walk->hops[hop].previous) {
            taught |= path_is_normal(walk->hops[hop].open) &&
                      note_place(learning, walk->hops[hop].in, speech->dl_src);
        }
    }
    return taught;
}

static bool speak_to(struct learning *learning, size_t from, size_t to, bool in_company)
{
    struct traffic_lessons *lessons = learning->lessons;
    const struct topology_host *hosts = learning->topology->hosts;
    size_t sw = hosts[from].port.sw;
    struct path_touch touch;
    if (hosts[to].port.sw == sw || learning->n_pairs++ >= PAIRS_TRIED ||
        (in_company && !path_find_place(&lessons->places, sw, lessons->vid, hosts[to].mac)) ||
        learning->n_frames++ >= FRAMES_TRIED) {
        return false;
    }
    struct header speech = speech_of(learning, from, to);
    path_follow_touch(learning->speakers->network, learning->topology->hosts[from].port, &speech,
                      &lessons->places, &touch, &lessons->walk);
    return lessons->walk.ends && !touch.open &&
           traffic_lessons_suffice(to, &touch, &lessons->walk) && note_way(learning, &speech, to) &&
           note_speech(learning, from, &speech);
}

static bool is_known_everywhere(const struct learning *learning, size_t host)
{
    const struct path_places *places = &learning->lessons->places;
    size_t n = 0;
    for (size_t i = 0; i < places->n; i++) {
        n += memcmp(places->at[i].mac, learning->topology->hosts[host].mac, BASE_MAC_BYTES) == 0;
    }
    return n >= learning->topology->n_switches;
}

/* A host to every other one, once. */
static bool speak_to_all(struct learning *learning, size_t from)
{
    const bool *speaks = learning->speakers->speaks;
    bool taught = false, in_company = has_company(learning->topology, from);
    bool ready = !speaks[from] || is_known_everywhere(learning, from);
    for (size_t to = 0; to < learning->topology->n_hosts && !ready; to++) {
        if (speaks[to] && speak_to(learning, from, to, in_company)) {
            taught = true;
            ready = is_known_everywhere(learning, from);
        }
    }
    return taught;
}

static bool speak_all(struct learning *learning)
{
    bool taught = false;
    for (size_t from = 0; from < learning->topology->n_hosts; from++) {
        taught |= speak_to_all(learning, from);
    }
    return taught;
}

struct traffic_lessons *traffic_lessons_new(const struct traffic_speakers *speakers)
{
    struct traffic_lessons *lessons = base_calloc(1, sizeof *lessons);
    struct learning learning = {
        .speakers = speakers, .topology = speakers->network->topology, .lessons = lessons};
    if (!lessons) {
        return NULL;
    }
    lessons->vid = path_vid(&(struct header){.vlan_tci = speakers->vlan_tci});
    for (size_t host = 0; host < learning.topology->n_hosts; host++) {
        if (speakers->speaks[host]) {
            speak_to_itself(&learning, host);
        }
    }
    while (learning.topology->n_switches > 1 && !learning.failed && speak_all(&learning)) {
    }
    if (learning.failed) {
        traffic_lessons_free(lessons);
        return NULL;
    }
    return lessons;
}

/* ------------------------------------------------------------------------- heard */

struct traffic_lessons *traffic_lessons_none(uint16_t vid)
{
    struct traffic_lessons *lessons = base_calloc(1, sizeof *lessons);
    if (lessons) {
        lessons->vid = vid;
    }
    return lessons;
}

void traffic_lessons_hear(struct traffic_lessons *lessons, const struct path_network *network,
                          size_t to, const struct traffic_speech *speech)
{
    struct learning learning = {.topology = network->topology, .lessons = lessons};
    struct port_ref port = network->topology->hosts[speech->from].port;
    struct path_touch touch;
    bool taught;
    if (to == speech->from) {
        taught = traffic_lessons_teach(network, to, &speech->header, &lessons->walk) &&
                 note_place(&learning, port, speech->header.dl_src);
    } else {
        path_follow_touch(network, port, &speech->header, &lessons->places, &touch, &lessons->walk);
        taught = lessons->walk.ends && !touch.open && note_way(&learning, &speech->header, to);
    }
    if (taught) {
        note_speech(&learning, speech->from, &speech->header);
    }
}

/* ---------------------------------------------------------------------- what is needed */

/* What the switches on the way of the frame know of its receiver, by what is said before the n-th
 * speech, must have been said. */
static void want_way(struct traffic_lessons *lessons, const struct path_network *network,
                     size_t from, const struct header *header, size_t n)
{
    struct path_touch touch;
    struct path_places places = {.at = lessons->places.at};
    while (places.n < lessons->places.n && places.at[places.n].source < n) {
        places.n++; /* they are in this order */
    }
    path_follow_touch(network, network->topology->hosts[from].port, header, &places, &touch,
                      &lessons->walk);
    for (size_t i = 0; i < lessons->walk.n_hops; i++) {
        const struct path_hop *hop = &lessons->walk.hops[i];
        const struct path_place *place =
            path_is_normal(hop->open)
                ? path_find_place(&places, hop->in.sw, lessons->vid, header->dl_dst)
                : NULL;
        if (place) {
            lessons->speeches[place->source].wanted = true;
        }
    }
}

void traffic_lessons_want(struct traffic_lessons *lessons, const struct path_network *network,
                          size_t from, const struct header *header)
{
    want_way(lessons, network, from, header, lessons->n_speeches);
}

void traffic_lessons_complete(struct traffic_lessons *lessons, const struct path_network *network)
{
    for (size_t i = lessons->n_speeches; i-- > 0;) {
        const struct traffic_speech *speech = &lessons->speeches[i];
        if (speech->wanted) {
            want_way(lessons, network, speech->from, &speech->header, i);
        }
    }
}
