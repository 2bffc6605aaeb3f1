/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: one packet that does not fare as expected, as all who
 * look for the place of its fault see it, and the place that they find. */
#ifndef BLAME_INSIDE_H
#define BLAME_INSIDE_H

#include "model/result.h"
#include "path/part.h"
#include "traffic/traffic.h"

struct blame_view {
    const struct path_network *expected; /* the expectation, as a network */
    const struct path_network *tables;   /* the tables */
    const struct topology *topology;
    const struct switch_state *const *states; /* by switch; NULL: not read */
    size_t from, to;
    bool altered;                            /* it arrives, but in another form than expected */
    struct path_walk declared, advertised;   /* the packet, by the expectation and by the tables */
    const struct traffic_evidence *evidence; /* of frames; NULL: only tables are known */
    long observed, sent;                     /* copies that arrived, of so many sendings */
    struct base_arena *arena;                /* of all texts */
};

/* All texts are in the arena of the view; NULL where nothing is known. */
struct blame_place {
    const char *suspect; /* "s1:6 -> s3:1", "s1:3", "h1 -> s1:1" */
    enum cause_kind cause_kind;
    const char *cause;   /* the same place, as all results name it that it is the cause of */
    const char *why;     /* one sentence */
    const char *counted; /* "s1:1 +7 packets, s3:1 +0 packets" */
    enum statement disagree[2];
    long advertised; /* copies that the tables deliver; -1: not known */
};

/* (tables.c) Starts a view, whose networks, states and arena are set, and a
 * place: follows the packet by the expectation and by the tables. */
void blame_open(struct blame_view *view, size_t from, const struct header *header, size_t to,
                struct blame_place *place);

/* (tables.c) The tables do what was observed: finds the first place where they
 * part from the expectation. False if they go along with it to the end, or
 * nothing is known of one of the two. */
bool blame_tables(const struct blame_view *view, struct blame_place *place);

/* A packet goes round endlessly by the walk: blames the table of a port of the
 * circle; one that a state result of the report blames already, if there is any.
 * The walk must loop. */
void blame_circle(const struct topology *topology, const struct path_walk *walk,
                  const struct report *report, struct base_arena *arena, struct blame_place *place);

#endif
