/* SPDX-License-Identifier: Apache-2.0
 *
 * A topology: what is cabled to what; and a lab: where it runs now. Both come
 * from YAML (yaml/load.h) and do not change after loading. Switches and hosts
 * are known by their index everywhere. */
#ifndef MODEL_TOPOLOGY_H
#define MODEL_TOPOLOGY_H

#include "base/arena.h"
#include "base/none.h"
#include "model/endpoint.h"
#include "model/place.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct port_ref {
    size_t sw; /* index of the switch */
    uint16_t port;
};

/* Whether both are the same port of the same switch. */
static inline bool port_ref_equal(struct port_ref a, struct port_ref b)
{
    return a.sw == b.sw && a.port == b.port;
}

/* Negative, 0 or positive: by switch, then by port. */
static inline int port_ref_compare(struct port_ref a, struct port_ref b)
{
    return a.sw != b.sw ? (a.sw > b.sw) - (a.sw < b.sw) : (a.port > b.port) - (a.port < b.port);
}

struct topology_switch {
    const char *name;
    uint64_t dpid;
    const char *openflow; /* endpoint, or NULL: the lab file says it */
    struct place place;
};

/* Where a host's station is. */
struct lab_host {
    const char *netns;     /* path; NULL: this namespace */
    const char *interface; /* NULL: no station for this host */
    const char *exec;      /* command prefix, or NULL: this machine */
    struct place place;
};

struct topology_host {
    const char *name;
    uint8_t mac[6];
    bool has_ip;
    uint32_t ip;
    bool has_ipv6;
    uint8_t ipv6[16]; /* in the order of the wire */
    struct port_ref port;
    bool capture;            /* role: capture */
    struct lab_host station; /* as the topology file says it; a lab file goes before it */
    struct place place;
};

struct topology_link {
    struct port_ref a, b;
    struct place place;
};

struct topology {
    const char *file;
    const char *name;
    struct topology_switch *switches;
    size_t n_switches;
    struct topology_host *hosts;
    size_t n_hosts;
    struct topology_link *links;
    size_t n_links;
    struct base_arena arena; /* owns all of the above */
};

/* What is at the other end of the cable at a port. */
enum peer_kind { PEER_NONE, PEER_HOST, PEER_SWITCH };
struct peer {
    enum peer_kind kind;
    size_t host;          /* PEER_HOST */
    struct port_ref port; /* PEER_SWITCH: the port where a frame enters */
};
/* Looks through all links and hosts; for many questions see path/network.h. */
struct peer topology_peer(const struct topology *topology, struct port_ref port);

/* The name of a port, "s1:6", and of the cable at it, "s1:6 - s3:1" (in the order
 * of the topology file), "h1 - s1:1", or "s1:6 - nothing". All messages and
 * results name places by these. In the arena; NULL without memory. */
const char *topology_port_name(const struct topology *topology, struct port_ref port,
                               struct base_arena *arena);
const char *topology_cable_name(const struct topology *topology, struct port_ref port,
                                struct base_arena *arena);

/* The index of a switch or host; SWITCH_NONE, HOST_NONE if none has that name. */
size_t topology_find_switch(const struct topology *topology, const char *name);
size_t topology_find_host(const struct topology *topology, const char *name);

/* The name of the host that a misspelt one may mean; NULL if none is near. It
 * belongs to the topology. */
const char *topology_nearest_host(const struct topology *topology, const char *name);

/* Frees the topology and all that is in it. NULL is legal. */
void topology_free(struct topology *topology);

struct lab_switch {
    const char *openflow;    /* endpoint; NULL: not in the lab */
    struct endpoint_tls tls; /* complete: with what the lab says for all */
    uint8_t version;         /* of OpenFlow, on the wire: 1, 4; 0: not said */
};

#define LAB_RATE_UNLIMITED UINT64_MAX

struct lab {
    const char *file;            /* NULL: no lab file was given */
    struct lab_switch *switches; /* by index of the topology */
    struct lab_host *hosts;      /* by index of the topology */
    struct endpoint_tls tls;     /* for all */
    uint64_t rate;               /* of frames a second, from all hosts; 0: not said */
    struct base_arena arena;
};

/* Frees the lab and all that is in it. NULL is legal. */
void lab_free(struct lab *lab);

#endif
