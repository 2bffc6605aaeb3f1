/* SPDX-License-Identifier: Apache-2.0
 *
 * Where is each cable between two switches, and that of each host? The counters of the ports at
 * both ends say it, once frames of ours have crossed it: what surely left one end cannot have come
 * out at a port that counted less, nor at one that counted more than what left. Background traffic
 * can only add to counters, and adds to both ends. A host has sent what we had it send, and perhaps
 * more. Pure. */
#ifndef BLAME_WIRING_H
#define BLAME_WIRING_H

#include "traffic/traffic.h"

/* What ports counted between two readings, of which so much was surely ours (sure_rx, sure_tx). */
struct blame_reading {
    const struct switch_state *const *before, *const *after; /* by switch; NULL: not read */
    const struct traffic_count *count;                       /* of `before` */
};

enum blame_wired {
    BLAME_WIRED_RIGHT, /* as the topology says, and nowhere else */
    BLAME_WIRED_WRONG, /* elsewhere */
    /* Not told: */
    BLAME_WIRED_IDLE,      /* no frame is known to have crossed it */
    BLAME_WIRED_OPEN,      /* a frame may have, but its way is not known */
    BLAME_WIRED_SPARED,    /* so it is, since a frame might do harm behind it; never decided here */
    BLAME_WIRED_UNCOUNTED, /* a port does not count packets */
    BLAME_WIRED_LATE,      /* a counter has not moved so far */
    BLAME_WIRED_ALIKE,     /* the ports at its ends counted as those of another cable */
    BLAME_WIRED_OTHERWISE, /* they do not agree, and no other cable explains it */
    BLAME_WIRED_STILL,     /* no port at one end's switch has counted anything */
    BLAME_WIRED_MANY,      /* there are too many */
    BLAME_WIRED_DISPUTED,  /* OTHERWISE twice, and all readings together */
};

/* What an end is that of. A link of the topology may end at a port of any link, or at one without
 * a cable; the cable of a host at the port of any host, or at one without a cable. */
enum blame_end_kind { BLAME_END_LINK, BLAME_END_HOST, BLAME_END_HOST_PORT, BLAME_END_SPARE };

/* One end of a cable, or a port that has none; and what it counted in the last reading. */
struct blame_end {
    enum blame_end_kind kind;
    size_t host;          /* of BLAME_END_HOST */
    struct port_ref port; /* of the others */
    long tx, rx;          /* -1: not known */
    long sure;            /* left here surely: came to a host as by the tables */
    long left;            /* left here by the counter, and may be ours, as switches choose */
    long ours;            /* one of these, or left by the tables */
    bool live;            /* its switch has counted frames of ours */
    bool moves;           /* ... or anything at all */
};

/* What all readings say of two ends: of so many. */
struct blame_ends {
    uint8_t fits, misfits; /* a cable between them explains the counters, contradicts them */
    uint8_t deficits;      /* of these: less came out than surely went in */
    uint8_t alike;         /* as much went in as came out, ours or not */
    bool gone;             /* one of the two is surely cabled elsewhere */
};

/* A cable that is elsewhere: one end of it, by that reading which counted most. */
struct blame_elsewhere {
    size_t x, real;                      /* the end, and the one at which its cable ends */
    struct blame_end here, there, other; /* these, and the one at which it should end */
};

struct blame_wiring {
    const struct topology *topology;
    size_t n_cables;        /* links, then the cables of hosts */
    struct blame_end *ends; /* a and b of each link in turn, each host and its port, then ports
                               without a cable */
    size_t n_ends;
    struct blame_end *sums;    /* by end: of all readings together */
    struct blame_ends *pairs;  /* n_ends times n_ends, symmetric */
    bool *crossed, *may_cross; /* by cable: surely, or by its counters; by ways that are not
                                  known */
    bool is_followed;          /* may_cross is known */
    enum blame_wired *wired;   /* by cable; blame_wiring_decide */
    size_t *really;            /* by end: the end at which its cable ends, INDEX_NONE: not known */
    struct blame_elsewhere *elsewhere; /* by cable, where wired says WRONG */
};

/* With more ports than this at the ends of cables and without one only the former are compared;
 * with more of those only links, and with more ends of links, none: no cable is
 * checked (BLAME_WIRED_MANY).
 */
enum { BLAME_ENDS_MAX = 2048 };

/* No cable has been checked yet. `states`: which ports there are. -1 without memory;
 * blame_wiring_close all the same. The topology must outlive it. */
int blame_wiring_open(struct blame_wiring *wiring, const struct topology *topology,
                      const struct switch_state *const *states);
void blame_wiring_close(struct blame_wiring *wiring);

/* From best to worst. */
enum blame_counted {
    BLAME_COUNTED,           /* all that surely left a port has been counted at some other, where
                                ports count at all */
    BLAME_COUNTED_OTHERWISE, /* not so, though the switches that lack something have counted frames
                                of ours, or what should have left a port by the tables has not been
                                counted: reading again helps only while some are on their way */
    BLAME_COUNTED_STILL,     /* not yet, and no port of a switch that lacks something has counted
                                anything: it may be refreshed long after, or never */
    BLAME_COUNTED_LATE,      /* not yet: reading again may help */
};

/* Takes in a reading. */
enum blame_counted blame_wiring_read(struct blame_wiring *wiring,
                                     const struct blame_reading *reading);

/* The reading that was taken in last becomes evidence. */
void blame_wiring_note(struct blame_wiring *wiring);

/* Decides from all evidence. Cables that counted alike are told apart by how the frames of `first`,
 * of which `reading` was taken, would have gone if they were exchanged. A cable is wrong only if
 * two readings say so. -1 without memory. */
int blame_wiring_decide(struct blame_wiring *wiring, const struct traffic_evidence *first,
                        const struct blame_reading *reading);

/* Of a cable that is elsewhere: its name, with that of the other one if two are exchanged, as a
 * cause is named; and in words where it is. In the arena; NULL without memory. */
const char *blame_wiring_cause(const struct blame_wiring *wiring, size_t cable,
                               struct base_arena *arena, enum cause_kind *kind);
const char *blame_wiring_text(const struct blame_wiring *wiring, size_t cable,
                              struct base_arena *arena);

/* How often to send each probe of the round again, so that each cable that frames crossed and that
 * is not told carries another number of them: `times`, by probe, which are zero before. nth: of
 * several such bursts, from 0. False: no more of them would help. */
bool blame_wiring_aim(const struct blame_wiring *wiring, const struct traffic_evidence *evidence,
                      unsigned nth, unsigned *times);

/* The same for the cables of hosts: a probe of each host whose cable is not checked, if it has
 * one that goes to no controller, so that each host sends another number of frames. */
bool blame_wiring_aim_hosts(const struct blame_wiring *wiring,
                            const struct traffic_evidence *evidence, unsigned nth, unsigned *times);

/* Of the k-th of n cables: so many frames tell it from the others, in the nth of several bursts. */
unsigned blame_wiring_number(size_t k, size_t n, unsigned nth);

/* Adds a result `wiring/A - B` for each cable that was checked, an inconclusive one for each that
 * is disputed, and lists the others in report->coverage; hosts that have sent nothing are left out.
 * One that ends at a port which the expectation (NULL: none) ignores is skipped. -1 without memory.
 */
int blame_wiring_report(const struct blame_wiring *wiring, const struct expectation *expectation,
                        struct report *report);

#endif
