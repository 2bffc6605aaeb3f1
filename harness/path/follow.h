/* SPDX-License-Identifier: Apache-2.0
 *
 * One packet through a network: by which hops its copies go, which entries take them, where they
 * arrive, in what form, whether they loop. Each hop is a path_step. The network may be that of the
 * dumped tables or that of an expectation (path/declared.h). Pure. */
#ifndef PATH_FOLLOW_H
#define PATH_FOLLOW_H

#include "base/address.h"
#include "path/step.h"

/* How far one packet is followed, besides the limits of path/step.h; beyond that its walk is not
 * known, and says so (path_walk.reason). */
enum {
    PATH_HOPS = 1024,     /* copies at switches, of all ways together */
    PATH_ARRIVALS = 1024, /* copies at hosts */
};

/* Why a copy comes only perhaps: the first reason on its way (path_follow_touch). */
enum path_doubt {
    PATH_SURE,
    PATH_CHOSEN,           /* a switch may have chosen this way; its form is known */
    PATH_NORMAL,           /* NORMAL may have sent it here */
    PATH_NORMAL_REWRITTEN, /* the same, and its form is not known */
    PATH_OPEN              /* it is not known what a switch did with it */
};

/* One copy at one switch. */
struct path_hop {
    struct port_ref in;
    struct header header; /* as it enters; in_port: in.port */
    size_t entry;         /* ENTRY_NONE: none takes it, it does not get in, or the switch was not
                             read; where `open`, perhaps not this one */
    size_t previous;      /* index of the hop that it comes from; HOP_NONE: it is the first */
    const char *refused;  /* why it does not get in ("is switched off"); NULL: it does */
    const char *open;     /* why it is not known what comes out; NULL: it is */
    uint16_t out;         /* of the previous hop: the port by which it left, ... */
    uint16_t nth;         /* ... and as which of the packets that the step sent, from 0 */
    uint16_t depth;       /* hops before this one on its way */
    bool is_taken;        /* `entry`, and no other, takes it */
    enum path_doubt doubt;
};

struct path_walk_arrival {
    size_t host;
    struct header header; /* as it arrives; in_port: the port by which it left the last switch */
    size_t hop;           /* the last hop */
    enum path_doubt doubt;
};

struct path_walk {
    struct path_hop hops[PATH_HOPS]; /* [0]: where it enters; each comes after its previous one */
    size_t n_hops;
    struct path_walk_arrival arrivals[PATH_ARRIVALS];
    size_t n_arrivals;
    bool known;         /* what becomes of every copy: none is open, loops, or goes too far */
    const char *reason; /* if not: "NORMAL", "it comes back unchanged: a loop", ... (a constant, or
                           path_switch.unknown) */
    struct port_ref unknown_at; /* and the place; of several, the first one that was met */
    bool ends;                  /* no copy loops, and none goes too far */
    const char *cut; /* if not: why a copy, the first such, is not followed further; else NULL */
    /* A copy comes back to a port in the form in which it had entered it, and goes round
     * endlessly: it is not followed any further. */
    bool loops;
    size_t loop_first;     /* of the first loop found: the hop that is repeated ... */
    size_t loop_last;      /* ... and the one before it is, at the end of the round */
    struct path_hop again; /* how it comes back: another hop at loop_first's port */
};

/* How to follow. Zero is a good beginning. */
struct path_watch {
    bool stops;     /* as soon as a copy loops, or goes too far */
    bool tells;     /* of what NORMAL makes unknown the copies that surely leave beside it, too */
    bool every_way; /* a choice between known ways is not open: what leaves only by some of them is
                       PATH_CHOSEN */
    /* NULL, or called with each hop before it is entered, as hops[walk->n_hops]: may change its
     * header. (Several calls with one walk->n_hops: only the last of those hops was entered.) */
    void (*enters)(void *aux, const struct path_walk *walk, struct path_hop *hop);
    void *aux;
};

/* What may see a packet that believes what it sees, or may send it on by many ports. */
struct path_touch {
    bool normal;     /* NORMAL, which learns where its source address is */
    bool floods;     /* NORMAL may send it by every port of its switch, ... */
    bool leaks;      /* ... also by one of which the topology does not say what is there */
    bool controller; /* a controller: an entry sends it there, ... */
    bool missed; /* ... or none takes it, and a switch may send it there (OpenFlow 1.0.0, 3.4) */
    const char
        *open; /* why else it is not known what some switch does with it; NULL: it is known */
};

/* Where a switch that does NORMAL has learned an address to be: `port` is one of its ports. */
struct path_place {
    struct port_ref port;
    uint16_t
        vid; /* it is known in this VLAN; 0: of frames without a tag, or with one of priority */
    uint8_t mac[BASE_MAC_BYTES];
    size_t source; /* a number of whoever makes the list */
};
struct path_places {
    struct path_place *at;
    size_t n;
};

/* The VLAN in which NORMAL takes a frame with this header. */
uint16_t path_vid(const struct header *header);

/* The place of a host (HOST_NONE: nobody's) at its own switch, in the VLAN of the header; `place`
 * is what the result points to. */
struct path_places path_place_of(const struct topology *topology, size_t host,
                                 const struct header *header, struct path_place *place);

/* Where an address is known to be at a switch, in this VLAN: NULL, it is not. */
const struct path_place *path_find_place(const struct path_places *places, size_t sw, uint16_t vid,
                                         const uint8_t *mac);

/* Follows a packet by every way that it may take, also where it is not known which one it takes:
 * NORMAL sends it as it came by all cabled ports but the one that it came by; only by the port at
 * which it knows the receiver's address to be, if that is among `places` (NULL: none), and nowhere
 * if that is the port it came by. It knows of the sender's address, too, since it learns before it
 * forwards (IEEE 802.1Q, 8.7 and 8.8). What else is open goes by all ports. walk->ends, loops and
 * cut say whether it may go round endlessly; the rest of the walk is what it may do, and, where a
 * hop or an arrival is PATH_SURE, does. */
void path_follow_touch(const struct path_network *network, struct port_ref in,
                       const struct header *header, const struct path_places *places,
                       struct path_touch *touch, struct path_walk *walk);

/* The same, where choices between known ways are taken as `choices` say: nothing is PATH_CHOSEN. */
void path_follow_chosen(const struct path_network *network, struct port_ref in,
                        const struct header *header, const struct path_places *places,
                        struct space_choices *choices, struct path_walk *walk);

/* Follows a packet that enters by `in` (header->in_port does not matter). watch: NULL for none. */
void path_follow(const struct path_network *network, struct port_ref in,
                 const struct header *header, const struct path_watch *watch,
                 struct path_walk *walk);

/* The same of what a host sends. */
void path_follow_from(const struct path_network *network, size_t host, const struct header *header,
                      struct path_walk *walk);

/* The same, where NORMAL makes it unknown also with the copies that surely leave beside it: then
 * the walk has the least that comes. */
void path_follow_sure(const struct path_network *network, size_t host, const struct header *header,
                      struct path_walk *walk);

/* How many copies arrive at `host`, as far as the walk is known. */
unsigned path_walk_copies(const struct path_walk *walk, size_t host);

/* How many copies come to the port or to the host that most of them come to; at least 1. */
unsigned path_walk_load(const struct path_walk *walk);

/* Whether a copy comes through a meter, which may drop it, on its way to `host`, or, where the walk
 * is not known, on any way: the hop of the nth such meter, from 0, and its number. HOP_NONE: there
 * are no more. */
size_t path_walk_metered(const struct path_network *network, const struct path_walk *walk,
                         size_t host, size_t nth, uint32_t *meter);

/* Whether the entry takes a copy that enters the switch in this region (NULL: in any form), and it
 * alone. */
bool path_walk_exercises(const struct path_walk *walk, size_t sw, size_t entry,
                         const struct space_region *within);

#endif
