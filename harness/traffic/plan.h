/* SPDX-License-Identifier: Apache-2.0
 *
 * From an expectation to the probes that test it, and what must arrive of
 * each. What is expected comes from the expectation alone. Pure.
 *
 * A sender's headers fall into classes: those that its claims, the cases of
 * the ports on the way, and the differences found in the tables tell apart.
 * Of each class one probe is planned for each kind of frame that the class has
 * (a claim without a match is about all of them): our own EtherType to one
 * receiver and to all, ARP, UDP, TCP, ICMP, VLAN-tagged. */
#ifndef TRAFFIC_PLAN_H
#define TRAFFIC_PLAN_H

#include "frame/probe.h"
#include "path/declared.h"
#include "path/follow.h"
#include "traffic/harmless.h"

/* What is not listed must not arrive. */
struct traffic_expected_arrival {
    size_t host;
    unsigned copies;         /* so many must arrive, ... */
    unsigned more;           /* ... and so many more may: those that NORMAL, where it is declared,
                                may send here, or a switch that chooses */
    const struct header *as; /* the forms in which it may arrive, n_as of them; NULL: in any */
    size_t n_as;
};
enum { TRAFFIC_COPIES_ANY = 1 << 20 }; /* as `more`: however many */

/* How many copies must arrive together, and how many more may, if switches that choose choose this
 * way: by index in `arrivals`. */
struct traffic_way {
    const struct traffic_way_copies {
        unsigned copies, more;
    } * at;
};

struct traffic_probe {
    size_t from;
    struct header header; /* as sent; in_port: the port of the sender */
    struct frame_shape shape;
    const char *kind; /* "udp", "broadcast"… */
    bool sentinel;    /* sent behind all others of its sender; its arrivals are certain */
    const struct traffic_expected_arrival *arrivals;
    size_t n_arrivals;
    const struct traffic_way *ways; /* not 0 of them: it must arrive as by one of these */
    size_t n_ways;
};

/* A probe that would test something, and is not sent. */
struct traffic_withheld {
    size_t from;
    struct header header;
    const char *kind, *reason;
    bool harms; /* the reason is that of traffic_harm, and not that nobody could judge it */
};

struct traffic_plan {
    struct traffic_probe *probes; /* by sender; a sender's sentinels last */
    size_t n_probes, capacity;
    struct traffic_withheld *withheld; /* by sender */
    size_t n_withheld, withheld_capacity;
    struct traffic_speech *speeches; /* sent before all probes, in this order */
    size_t n_speeches;
    size_t n_cut; /* senders of whose classes only the first are probed (traffic/classes.h) */
    struct base_arena arena;
};

/* A header to probe besides, whatever the expectation says: an example of a
 * difference found in a table, or one that exercises an entry. */
struct traffic_extra {
    size_t from;
    struct header header;
    const char *kind; /* of the probe */
};

struct traffic_plan_options {
    const bool *sends;    /* by host: whether it may send */
    const bool *selected; /* by claim: whether probes are planned for it; NULL: for all */
    const struct traffic_extra *extras;
    size_t n_extras;
    const unsigned *mtus; /* by host: of its interface, 0: not known; NULL: nothing is sent but what
                             tells classes apart, and not what traffic looks like */
    uint16_t fresh;       /* random (traffic_kind_more) */
    bool extras_only;     /* plan nothing else, and extras exactly as they are */
    const struct traffic_harmless *harmless; /* NULL: whatever there is may be sent */
};

/* Whether probes of this host are planned: it may send, and has a selected
 * claim; or no claim at all, but a port whose behaviour is declared. */
bool traffic_plan_sends(const struct expectation *expectation,
                        const struct traffic_plan_options *options, size_t host);

/* Plans the probes of all hosts for which traffic_plan_sends. What must arrive of
 * them is what claims say; for a sender without any claim, what `ports:` say. Where `ports:` hand
 * them to NORMAL, they may besides arrive at any host to which it may send them and of which no
 * claim speaks (path_follow_touch); of a sender without any claim also where `ports:` leave open
 * what becomes of them. Where `ports:` say `one_of`, they must arrive as by one of the ways; what
 * has more of them than are told apart is withheld. -1 without memory: then there is nothing to
 * free. */
int traffic_plan(const struct path_declared *declared, const struct traffic_plan_options *options,
                 struct traffic_plan *plan, struct base_error *error);
void traffic_plan_free(struct traffic_plan *plan);

/* What must arrive of this probe at `host`: NULL if nothing. */
const struct traffic_expected_arrival *traffic_plan_arrival(const struct traffic_probe *probe,
                                                            size_t host);

/* Why a probe that the claim speaks of is withheld, if none is planned; else NULL. */
const char *traffic_plan_withholds(const struct traffic_plan *plan, const struct claim *claim);

/* How often the plan must be sent so that from each host to each other one to which anything must
 * go, at least so many frames go; to hosts one of which must get it, together. At least 1; 0
 * without memory. */
unsigned traffic_plan_repeats(const struct traffic_plan *plan, size_t n_hosts, unsigned n_frames);

/* How many copies of it must arrive: 0 if none. */
unsigned traffic_plan_copies(const struct traffic_probe *probe, size_t host);

/* How many may: 0 if none. */
unsigned traffic_plan_most(const struct traffic_probe *probe, size_t host);

/* Whether a claim of `from` names `to` for this header: the claim, or NULL. */
const struct claim *traffic_claim_for(const struct expectation *expectation, size_t from, size_t to,
                                      const struct header *header);

#endif
