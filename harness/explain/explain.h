/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a packet, entry by entry and hop by hop, beside what the
 * expectation says of it. Pure. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "base/arena.h"
#include "model/expectation.h"
#include "model/explanation.h"
#include "model/state.h"

enum { EXPLAIN_HOPS = 256, EXPLAIN_HIDDEN = 4, EXPLAIN_BUDGET = 20000000 };

/* What is asked: the network, and where the packet enters it. */
struct explain_question {
    const struct expectation *expectation;
    const struct switch_state *const *states; /* by switch, NULL: not read */
    const char *const *reasons;               /* by switch: why not */
    struct port_ref in;
};

/* A packet; with a `frame` its header is that of the frame, and the outputs
 * are frames too (frame/rewrite.h). It is followed until it has left the
 * network or came a second time, unchanged, to a port on its way: that is
 * unknown, "a loop", as are two entries of one priority that do different
 * things, and more than EXPLAIN_HOPS hops. Text and all is in the arena.
 * -1 only without memory. */
int explain_packet(const struct explain_question *question, const struct header *header,
                   const void *frame, size_t n_frame_bytes, struct base_arena *arena,
                   struct explanation *out);

/* All packets of the port: every entry that may take one, best first, and at
 * last what none takes. The switch must have been read. */
int explain_port(const struct explain_question *question, size_t *budget, struct base_arena *arena,
                 struct explanation *out);

#endif
