/* SPDX-License-Identifier: Apache-2.0
 *
 * Which links are to be gone around: those that fail, and those that have failed not long ago. Each
 * time that a link fails it is doubted for twice as long when it works again, unless it has been
 * good for a while; so one that comes and goes does not move taps to and fro. */
#ifndef TAPD_FACE_OUTAGE_H
#define TAPD_FACE_OUTAGE_H

#include "tapd/install/installer.h"
#include "tapd/policy/graph.h"

struct tapd_doubt {
    unsigned n_failures; /* since it was good for long */
    int64_t failed_ms;   /* when it was last seen to fail */
};

struct tapd_outage {
    uint8_t *grades; /* enum tapd_grade, by link of the graph; NULL: no link has ever failed */
    struct tapd_doubt *doubts;
    size_t n_links;
    size_t n_failed; /* links */
};

/* Why no frame gets through the link; NULL: they do. */
typedef const char *tapd_link_trouble(const void *context, const struct tapd_link *link);

/* How good the links are now, at so many ms of a clock that nobody sets. What changes is logged
 * (`trouble`). 1: a grade has changed; 0: none has, or -1 without memory. */
int tapd_outage_look(struct tapd_outage *outage, const struct tapd_graph *graph,
                     tapd_link_trouble *trouble, const void *context, int64_t now_ms);

/* Forgets all. */
void tapd_outage_free(struct tapd_outage *outage);

#endif
