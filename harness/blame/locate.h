/* SPDX-License-Identifier: Apache-2.0
 *
 * Where on its way a probe went wrong: the first place at which what the
 * expectation declares, what the tables advertise and what the counters count
 * part from each other. Pure. */
#ifndef BLAME_LOCATE_H
#define BLAME_LOCATE_H

#include "traffic/traffic.h"

/* All text is in the arena that was given; NULL where nothing is known. */
struct blame_location {
    const char *suspect; /* "s1:6 -> s3:1", "s1:3", "h1 -> s1:1" */
    enum cause_kind cause_kind;
    const char *cause;   /* the place, as blame/cause.h names it */
    const char *why;     /* one sentence */
    const char *counted; /* "s1:1 +7 packets, s3:1 +0 packets" */
    enum statement disagree[2];
    long advertised; /* copies that the tables would deliver; -1: not known */
};

/* Probe `probe` did not arrive at `host` as often, or in the form, that it
 * should have. */
struct blame_location blame_locate(const struct traffic_evidence *evidence, size_t probe,
                                   size_t host, bool altered, struct base_arena *arena);

/* Whether a counter shows that frames of this host entered its switch: the
 * packets received on its port since `before`. False too if none was taken. */
bool blame_entered(const struct traffic_evidence *evidence, size_t host);

/* Whether the switch says that it takes frames at this host's port: it is
 * there, up, and receives. True if the switch was not read. */
bool blame_may_enter(const struct traffic_evidence *evidence, size_t host);

#endif
