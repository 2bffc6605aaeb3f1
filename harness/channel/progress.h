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
#include "openflow/protocol.h"

enum channel_request {
    CHANNEL_FEATURES,
    CHANNEL_PORT_DESC, /* these four in OpenFlow 1.3 only */
    CHANNEL_GROUP,
    CHANNEL_METER,
    CHANNEL_METER_STATS,
    CHANNEL_FLOW,
    CHANNEL_AGGREGATE,
    CHANNEL_PORT,
    CHANNEL_CONFIGURATION,
    CHANNEL_BARRIER,
    CHANNEL_N_REQUESTS
};

/* How a switch wants to be asked; all zero is a switch that can do everything. */
struct channel_habits {
    bool is_plain;   /* it has no NXST_FLOW: OFPST_FLOW is asked for */
    unsigned odd;    /* CHANNEL_ODD_* */
    int64_t surplus; /* AGGREGATE counts so many entries more than FLOW lists, at rest */
};

struct channel_progress {
    const struct of_protocol *protocol; /* NULL until it begins: OpenFlow 1.0 */
    struct channel_options limits;      /* all set */
    struct channel_dump *dump;          /* filled in */
    unsigned pending;                   /* bit n: request n has not been answered to the end */
    unsigned asked;                     /* bit n: request n belongs to this attempt */
    unsigned unsent;                    /* of these, what has not been asked yet: one by one */
    struct channel_habits habits;       /* keep them from dump to dump of one switch */
    bool refused_extended;              /* it said so, or nothing, just now */
    bool lists_flows;                   /* CHANNEL_FLOWS */
    bool has_before;                    /* hash_before is of the attempt before */
    uint32_t xid;                       /* of request 0; request n has xid + n */
    uint32_t n_aggregate;               /* entries, says AGGREGATE */
    size_t n_messages;
    uint64_t hash_before; /* of its entries */
};

/* Appends the requests for `what` (CHANNEL_FLOWS, CHANNEL_PORTS, CHANNEL_CONFIG) to `out`, with
 * transaction ids from xid on. Called again, it starts anew, but what was received
 * so far still counts against the limits. */
void channel_progress_begin(struct channel_progress *progress, unsigned what, uint32_t xid,
                            struct base_buffer *out);

/* Appends the next request after CHANNEL_STEP_NEXT. */
void channel_progress_next(struct channel_progress *progress, struct base_buffer *out);

/* For a switch that is alive and passes over what it was asked: whether there is another way to
 * ask, unless entries are coming. If so, begin anew with other transaction ids. First all is asked
 * one by one, each request after the answer to the one before, and from the beginning until the
 * first is answered; then entries with OFPST_FLOW. */
bool channel_progress_ask_otherwise(struct channel_progress *progress);

enum channel_step {
    CHANNEL_STEP_ON,   /* more is to come */
    CHANNEL_STEP_NEXT, /* the next request is due */
    CHANNEL_STEP_DONE, /* the state is whole */
    CHANNEL_STEP_AGAIN /* the table moved meanwhile, or the entries must be asked for otherwise:
                          begin again */
};

/* Takes one message. Fails if the switch refused FEATURES or FLOW stats, sent what cannot be
 * decoded, or more than the limits allow; or if the table kept changing: a dump is taken when
 * AGGREGATE counts what FLOW lists, or two attempts in a row list the same. */
int channel_progress_message(struct channel_progress *progress, const struct of_header *header,
                             struct base_reader *body, enum channel_step *step,
                             struct base_error *error);

/* Appends what has not been answered yet: "FLOW stats (1,200 entries so far), BARRIER". */
void channel_progress_format_pending(const struct channel_progress *progress,
                                     struct base_buffer *out);

#endif
