/* SPDX-License-Identifier: Apache-2.0 */
#include "traffic/classes.h"

#include "space/behavior.h"

enum { DEPTH_MAX = 16 };

struct collector {
    const struct expectation *expectation;
    struct traffic_classes *classes;
    struct match base; /* the sender's port */
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

/* Headers of the sender (before any rewrite) that enter `port` behind
 * `rewrite`. */
static void descend(struct collector *collector, struct port_ref port, const struct match *headers,
                    const struct space_rewrite *rewrite, int depth);

static void follow_case(struct collector *collector, struct port_ref port,
                        const struct expected_case *c, const struct match *headers,
                        const struct space_rewrite *rewrite, int depth)
{
    struct space_behavior behavior;
    if (space_behavior(c->actions, c->n_actions, port.port, NULL, 0, &collector->arena, &behavior) <
            0 ||
        behavior.unknown) {
        return;
    }
    for (size_t i = 0; i < behavior.n_outputs; i++) {
        struct port_ref out = {.sw = port.sw, .port = behavior.outputs[i].port};
        struct peer peer = topology_peer(collector->expectation->topology, out);
        if (peer.kind == PEER_SWITCH) {
            struct space_rewrite both = space_rewrite_then(rewrite, &behavior.outputs[i].rewrite);
            descend(collector, peer.port, headers, &both, depth + 1);
        }
    }
}

static void descend(struct collector *collector, struct port_ref port, const struct match *headers,
                    const struct space_rewrite *rewrite, int depth)
{
    const struct expected_port *expected = expectation_port(collector->expectation, port);
    for (size_t i = 0; expected && depth < DEPTH_MAX && i < expected->n_cases; i++) {
        struct match parts[2];
        size_t n = carry_back(rewrite, &expected->cases[i].match, headers, parts);
        for (size_t j = 0; j < n && !collector->classes->cut; j++) {
            add_class(collector, &parts[j]);
            follow_case(collector, port, &expected->cases[i], &parts[j], rewrite, depth);
        }
    }
}

void traffic_classes_of(const struct expectation *expectation, size_t host,
                        struct traffic_classes *classes)
{
    struct port_ref port = expectation->topology->hosts[host].port;
    struct collector collector = {
        .expectation = expectation, .classes = classes, .base = match_in_port(port.port)};
    classes->n_cubes = 0;
    classes->cut = false;
    add_class(&collector, &collector.base);
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == host) {
            add_class(&collector, &expectation->claims[i].match);
        }
    }
    const struct space_rewrite none = {0};
    descend(&collector, port, &collector.base, &none, 0);
    add_intersections(&collector);
    base_arena_free(&collector.arena);
}
