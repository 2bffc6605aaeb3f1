/* SPDX-License-Identifier: Apache-2.0
 *
 * What is at the other end of a port, and what is that place called. */
#include "model/topology.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "model/port.h"

#include <stdlib.h>
#include <string.h>

struct peer topology_peer(const struct topology *topology, struct port_ref port)
{
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        if (port_ref_equal(link->a, port)) {
            return (struct peer){.kind = PEER_SWITCH, .port = link->b};
        }
        if (port_ref_equal(link->b, port)) {
            return (struct peer){.kind = PEER_SWITCH, .port = link->a};
        }
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        if (port_ref_equal(topology->hosts[i].port, port)) {
            return (struct peer){.kind = PEER_HOST, .host = i};
        }
    }
    return (struct peer){.kind = PEER_NONE};
}

const char *topology_port_name(const struct topology *topology, struct port_ref port,
                               struct base_arena *arena)
{
    struct base_buffer text = {0};
    base_put_format(&text, "%s:", topology->switches[port.sw].name);
    port_format(port.port, &text);
    return base_arena_take(arena, &text);
}

const char *topology_cable_name(const struct topology *topology, struct port_ref port,
                                struct base_arena *arena)
{
    const char *name = topology_port_name(topology, port, arena);
    struct peer peer = topology_peer(topology, port);
    if (peer.kind == PEER_HOST) {
        return base_arena_format(arena, "%s - %s", topology->hosts[peer.host].name, name);
    }
    if (peer.kind == PEER_NONE) {
        return base_arena_format(arena, "%s - nothing", name);
    }
    const char *other = topology_port_name(topology, peer.port, arena);
    for (size_t i = 0; i < topology->n_links; i++) {
        if (port_ref_equal(topology->links[i].b, port)) {
            return base_arena_format(arena, "%s - %s", other, name);
        }
    }
    return base_arena_format(arena, "%s - %s", name, other);
}

size_t topology_find_switch(const struct topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->n_switches; i++) {
        if (strcmp(topology->switches[i].name, name) == 0) {
            return i;
        }
    }
    return SWITCH_NONE;
}

size_t topology_find_host(const struct topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->n_hosts; i++) {
        if (strcmp(topology->hosts[i].name, name) == 0) {
            return i;
        }
    }
    return HOST_NONE;
}

const char *topology_nearest_host(const struct topology *topology, const char *name)
{
    const char **names = base_calloc(topology->n_hosts + 1, sizeof *names);
    for (size_t i = 0; names && i < topology->n_hosts; i++) {
        names[i] = topology->hosts[i].name;
    }
    const char *nearest = names ? base_suggest(name, names, topology->n_hosts) : NULL;
    free(names);
    return nearest;
}

void topology_free(struct topology *topology)
{
    if (topology) {
        base_arena_free(&topology->arena);
        free(topology);
    }
}

void lab_free(struct lab *lab)
{
    if (lab) {
        base_arena_free(&lab->arena);
        free(lab);
    }
}
