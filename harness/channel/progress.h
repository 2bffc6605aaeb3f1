/* SPDX-License-Identifier: Apache-2.0
 *
 * The requests and replies of one dump of one switch. No socket and no clock:
 * messages in, messages out, and a switch state that grows.
 *
 * Entries are asked for with Open vSwitch's NXST_FLOW, which has the whole match; of a switch that
 * does not know it, all is asked for again with OFPST_FLOW.
 *
 * A reply is taken when its transaction id, its type and its kind of
 * statistics are those of a request. One with the id of no request is counted as a stray:
 * it may belong to an attempt that was given up. */
#ifndef CHANNEL_PROGRESS_H
#define CHANNEL_PROGRESS_H

#include "channel/channel.h"
#include "openflow/message.h"

enum channel_request {
    CHANNEL_FEATURES,
    CHANNEL_FLOW,
    CHANNEL_AGGREGATE,
    CHANNEL_PORT,
    CHANNEL_BARRIER,
    CHANNEL_N_REQUESTS
};

struct channel_progress {
    struct channel_options limits; /* all set */
    struct channel_dump *dump;     /* filled in */
    unsigned pending;              /* bit n: request n has not been answered to the end */
    bool is_plain;                 /* the switch has no NXST_FLOW: OFPST_FLOW is asked for */
    bool refused_extended;         /* it said so, or nothing, just now */
    uint32_t xid;                  /* of request 0; request n has xid + n */
    uint32_t n_aggregate;          /* entries, says AGGREGATE */
    size_t n_messages;
};

/* Appends the requests for `what` (CHANNEL_FLOWS, CHANNEL_PORTS) to `out`, with
 * transaction ids from xid on. Called again, it starts anew, but what was received
 * so far still counts against the limits. */
void channel_progress_begin(struct channel_progress *progress, unsigned what, uint32_t xid,
                            struct base_buffer *out);

enum channel_step {
    CHANNEL_STEP_ON,   /* more is to come */
    CHANNEL_STEP_DONE, /* the state is whole */
    CHANNEL_STEP_AGAIN /* the table moved meanwhile, or the entries must be asked for otherwise:
                          begin again */
};

/* Takes one message. Fails if the switch refused a request, sent what cannot be
 * decoded, or more than the limits allow; or if the table kept changing. */
int channel_progress_message(struct channel_progress *progress, const struct of_header *header,
                             struct base_reader *body, enum channel_step *step,
                             struct base_error *error);

/* Appends what has not been answered yet: "FLOW stats (1,200 entries so far), BARRIER". */
void channel_progress_format_pending(const struct channel_progress *progress,
                                     struct base_buffer *out);

#endif
