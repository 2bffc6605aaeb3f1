/* SPDX-License-Identifier: Apache-2.0
 *
 * One packet that does not fare as expected, and the place of the fault: the first
 * one where the tables part from the expectation. The same account for frames that
 * were observed (blame/frames.h) and for headers of a proof (blame/proof.h). Pure. */
#ifndef BLAME_PLACE_H
#define BLAME_PLACE_H

#include "model/result.h"
#include "path/part.h"

struct traffic_evidence;
struct blame_leaving;

struct blame_view {
    /* To be set before it is opened: */
    const struct path_network *expected;      /* the expectation, as a network */
    const struct path_network *tables;        /* the tables */
    const struct switch_state *const *states; /* by switch: with these tables; NULL: not read */
    struct base_arena *arena;                 /* of all texts */
    bool altered;                             /* it arrives, but in another form than expected */
    /* Set when it is opened: */
    const struct topology *topology;
    size_t from, to;
    struct path_walk declared, advertised; /* the packet, by the expectation and by the tables */
    /* Of frames only (blame/frames.c): */
    const struct traffic_evidence *evidence;
    struct blame_leaving *leaving; /* [2]: of all failures (blame/normal.h) */
    long observed, sent;           /* copies that arrived, of so many sendings ... */
    long wanted;                   /* ... so many of which had to */
    size_t probe;                  /* index in the plan */
    bool late;      /* they are what was expected, but came when the round was over */
    bool early;     /* counters are those of when the round was just over */
    bool fragments; /* of what the host sent there only IP fragments are missing */
};

/* All texts are in the arena of the view; NULL where nothing is known. */
struct blame_place {
    const char *suspect; /* "s1:6 -> s3:1", "s1:3", "h1 -> s1:1" */
    enum cause_kind cause_kind;
    const char *cause; /* the same place, in the name that all results share which it is the
                          cause of */
    const char *why;
    long n_lost;         /* how many frames are missing there, where counters tell, ... */
    size_t nth;          /* ... at the nth switch on the way, or in the cable in front of it */
    size_t hop;          /* of view.advertised: the last one that is as it should be, or where the
                            packet is lost; HOP_NONE: not known */
    const char *counted; /* "s1:1 +7 packets, s3:1 +0 packets" */
    enum statement disagree[2];
    long advertised; /* copies that the tables deliver; -1: not known */
};

/* Follows a packet that `from` sends, and that fares at `to` otherwise than
 * expected, by the expectation and by the tables. The place is empty then, but
 * for `advertised` and a guess at what disagrees. */
void blame_open(struct blame_view *view, size_t from, const struct header *header, size_t to,
                struct blame_place *place);

/* The tables do what was observed: finds the first place where they part from
 * the expectation: a port that is closed, or the table of the port by which the
 * packet comes. False if they go along with the expectation to the end, or
 * what they do is not known there. */
bool blame_tables(const struct blame_view *view, struct blame_place *place);

/* Whether no packet enters (or, if not `enters`, leaves) by the port: then it is the place. */
bool blame_closed(const struct blame_view *view, struct port_ref port, bool enters,
                  struct blame_place *place);

#endif
