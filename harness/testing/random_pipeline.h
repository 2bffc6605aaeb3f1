/* SPDX-License-Identifier: Apache-2.0
 *
 * The oracle for pipelines: random small tables and groups of OpenFlow 1.3, and what becomes of one
 * packet there, executed word by word of the specification (1.3.5, sections 5.1 to 5.10). */
#ifndef TESTING_RANDOM_PIPELINE_H
#define TESTING_RANDOM_PIPELINE_H

#include "model/state.h"
#include "testing/random_space.h"

enum { PIPELINE_TABLES = 4, PIPELINE_SENT = 64, PIPELINE_FATES = 64 };

/* A packet that leaves. */
struct pipeline_sent {
    uint16_t port;
    bool queued;
    uint32_t queue_id;
    struct header header;
};

/* What may become of a packet: each entry of one priority may take it, and each bucket of a group
 * SELECT that lives. */
struct pipeline_fate {
    struct pipeline_sent sent[PIPELINE_SENT]; /* sorted, as bytes */
    size_t n_sent;
    bool unknown; /* it does something that is not modelled */
};

struct pipeline_fates {
    struct pipeline_fate fates[PIPELINE_FATES];
    size_t n_fates;
    bool too_many; /* and there may be more */
};

/* Fills the state, which must be empty: up to `max_entries` entries in tables 0 to 3, groups,
 * ports 1 to 4 of which some are down. */
void random_pipeline(struct switch_state *state, size_t max_entries);

/* All that may become of the packet, which enters by header->in_port. */
void pipeline_simulate(const struct switch_state *state, const struct header *header,
                       struct pipeline_fates *fates);

#endif
