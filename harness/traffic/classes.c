/* SPDX-License-Identifier: Apache-2.0
 *
 * Into which classes an expectation divides what a host sends: its frames are followed as sets, by
 * every case of every port that they are declared to enter. */
#include "traffic/classes.h"

#include "path/step.h"

#include <stdlib.h>

/* Headers of the sender, as sent, that enter a switch behind this rewrite. */
struct wave {
    struct port_ref in;
    struct match headers;
    struct space_rewrite rewrite;
};

struct collector {
    const struct path_declared *declared;
    struct traffic_classes *classes;
    struct match base; /* the sender's port */
    struct wave *waves;
    size_t n_waves, capacity;
    struct base_arena arena;
};

static void add_class(struct collector *collector, const struct match *match)
{
    struct traffic_classes *classes = collector->classes;
    struct match cube = *match;
    cube.value.in_port = collector->base.value.in_port;
    cube.mask.in_port = collector->base.mask.in_port;
    for (size_t i = 0; i < classes->n_cubes; i++) {
        if (match_equal(&classes->cubes[i], &cube)) {
            return;
        }
    }
    if (classes->n_cubes == TRAFFIC_CLASSES_MAX) {
        classes->cut = true;
        return;
    }
    classes->cubes[classes->n_cubes++] = cube;
}

static void add_intersections(struct collector *collector)
{
    struct traffic_classes *classes = collector->classes;
    size_t n = classes->n_cubes;
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 1; j < i && !classes->cut; j++) {
            struct match both;
            if (match_intersect(&classes->cubes[i], &classes->cubes[j], &both)) {
                add_class(collector, &both);
            }
        }
    }
}

/* The part of `headers` that is in `match` behind `rewrite`. */
static size_t carry_back(const struct space_rewrite *rewrite, const struct match *match,
                         const struct match *headers, struct match out[2])
{
    struct match back[2], wanted = match_without_port(match);
    size_t n = space_preimage(rewrite, &wanted, back), n_out = 0;
    for (size_t i = 0; i < n; i++) {
        n_out += match_intersect(&back[i], headers, &out[n_out]);
    }
    return n_out;
}

/* Headers of the sender that enter a switch; false: they are among those that were followed, or
 * there are too many. */
static bool add_wave(struct collector *collector, struct port_ref in, const struct match *headers,
                     const struct space_rewrite *rewrite)
{
    for (size_t i = 0; i < collector->n_waves; i++) {
        const struct wave *wave = &collector->waves[i];
        if (wave->in.sw == in.sw && wave->in.port == in.port &&
            memcmp(&wave->rewrite, rewrite, sizeof *rewrite) == 0 &&
            match_within(headers, &wave->headers)) {
            return false;
        }
    }
    if (collector->n_waves == TRAFFIC_WAVES_MAX ||
        base_grow(&collector->waves, collector->n_waves, &collector->capacity,
                  sizeof *collector->waves) < 0) {
        collector->classes->cut = true;
        return false;
    }
    collector->waves[collector->n_waves++] = (struct wave){in, *headers, *rewrite};
    return true;
}

/* The part of a wave that one case takes goes on to the next switches. */
static void send_on(struct collector *collector, const struct wave *wave, size_t entry,
                    const struct match *part)
{
    const struct path_network *network = &collector->declared->network;
    struct space_behavior behavior;
    if (path_outputs_of(network, wave->in, entry, &collector->arena, &behavior) < 0 ||
        behavior.unknown) {
        return;
    }
    for (size_t i = 0; i < behavior.n_outputs; i++) {
        struct port_ref out = {.sw = wave->in.sw, .port = behavior.outputs[i].port};
        struct peer peer = path_network_peer(network, out);
        if (peer.kind == PEER_SWITCH) {
            struct space_rewrite both =
                space_rewrite_then(&wave->rewrite, &behavior.outputs[i].rewrite);
            add_wave(collector, peer.port, part, &both);
        }
    }
}

static void take_step(struct collector *collector, const struct wave *wave)
{
    const struct path_network *network = &collector->declared->network;
    const struct flow_table *flows = network->switches[wave->in.sw].flows;
    struct space_entries entries = {0};
    if (flows) {
        entries = space_table_port(&network->tables[wave->in.sw], wave->in.port);
    }
    for (size_t i = 0; i < entries.n_entries; i++) {
        size_t entry = entries.entries[i];
        const struct flow_entry *flow = &flows->entries[entry];
        struct match parts[2];
        size_t n = path_declared_case(collector->declared, wave->in.sw, entry)
                       ? carry_back(&wave->rewrite, &flow->match, &wave->headers, parts)
                       : 0;
        for (size_t j = 0; j < n && !collector->classes->cut; j++) {
            add_class(collector, &parts[j]);
            send_on(collector, wave, entry, &parts[j]);
        }
    }
}

void traffic_classes_of(const struct path_declared *declared, size_t host,
                        struct traffic_classes *classes)
{
    const struct expectation *expectation = declared->expectation;
    const struct space_rewrite none = {0};
    struct port_ref port = expectation->topology->hosts[host].port;
    struct collector collector = {
        .declared = declared, .classes = classes, .base = match_in_port(port.port)};
    classes->n_cubes = 0;
    classes->cut = false;
    add_class(&collector, &collector.base);
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == host) {
            add_class(&collector, &expectation->claims[i].match);
        }
    }
    add_wave(&collector, port, &collector.base, &none);
    for (size_t i = 0; i < collector.n_waves && !classes->cut; i++) {
        struct wave wave = collector.waves[i];
        take_step(&collector, &wave);
    }
    add_intersections(&collector);
    free(collector.waves);
    base_arena_free(&collector.arena);
}
