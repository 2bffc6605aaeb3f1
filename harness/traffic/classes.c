/* SPDX-License-Identifier: Apache-2.0
 *
 * Into which classes an expectation divides what a host sends: its frames are followed as sets, by
 * every case of every port that they are declared to enter. */
#include "traffic/classes.h"

#include "path/forward.h"

enum { BUDGET = 20000000 };

struct collector {
    const struct path_declared *declared;
    struct traffic_classes *classes;
    uint16_t in_port; /* of the sender */
};

static void add_class(struct collector *collector, const struct match *match)
{
    struct traffic_classes *classes = collector->classes;
    struct match cube = *match;
    cube.value.in_port = collector->in_port;
    cube.mask.in_port = UINT16_MAX;
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

/* Headers of the sender come to an entry: a class, if it is one of the expectation's cases. */
static bool takes(void *aux, const struct path_reach_hop *hop, const struct match *cube)
{
    struct collector *collector = aux;
    if (path_declared_case(collector->declared, hop->in.sw, hop->entry)) {
        add_class(collector, cube);
    }
    return !collector->classes->cut;
}

int traffic_classes_of(const struct path_declared *declared, size_t host,
                       struct traffic_classes *classes)
{
    const struct expectation *expectation = declared->expectation;
    struct port_ref port = expectation->topology->hosts[host].port;
    struct match all = match_in_port(port.port);
    struct collector collector = {.declared = declared, .classes = classes, .in_port = port.port};
    const struct path_reach_watch watch = {takes, &collector};
    struct path_reach reach;
    size_t budget = BUDGET;
    classes->n_cubes = 0;
    classes->cut = false;
    add_class(&collector, &all);
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == host) {
            add_class(&collector, &expectation->claims[i].match);
        }
    }
    int status = path_reach_watched(&declared->network, port.sw, &all, &watch, &budget, &reach);
    classes->cut = classes->cut || reach.exhausted;
    path_reach_free(&reach);
    add_intersections(&collector);
    return status;
}
