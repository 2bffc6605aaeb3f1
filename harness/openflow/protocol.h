/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check sends and receives, whatever the version of OpenFlow: callers that talk to a switch
 * have one of these for its version, and need not ask which version it is. */
#ifndef OPENFLOW_PROTOCOL_H
#define OPENFLOW_PROTOCOL_H

#include "model/state.h"
#include "openflow/message.h"
#include "openflow/of10/packet_codec.h"
#include "openflow/of10/stats.h"

struct of_protocol {
    uint8_t version;  /* on the wire */
    const char *name; /* "1.0" */

    /* As of_open and of_encode_empty. */
    int (*open)(const void *bytes, size_t n_bytes, struct of_header *header,
                struct base_reader *body, struct base_error *error);
    void (*put_empty)(struct base_buffer *out, enum of_type type, uint32_t xid);
    void (*put_bytes)(struct base_buffer *out, enum of_type type, uint32_t xid, const void *bytes,
                      size_t n_bytes);

    /* Appends what keeps all from this session that it has not asked for; NULL: this version
     * cannot, and a switch sends nothing of the kind before it is asked to. */
    void (*put_quiet)(struct base_buffer *out, uint32_t xid);

    /* Asks the switch to send a packet. */
    int (*put_packet_out)(struct base_buffer *out, uint32_t xid, const struct of_packet_out *packet,
                          struct base_error *error);

    /* Appends a request for everything of this kind. */
    void (*ask)(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind);
    /* As of_open_stats. */
    int (*open_stats)(struct base_reader *body, struct of_stats *stats, struct base_error *error);

    /* Of Open vSwitch in 1.0: the entries with their whole matches. NULL: `flows` has them. */
    void (*ask_whole)(struct base_buffer *out, uint32_t xid);
    int (*whole_flows)(struct base_reader *body, struct flow_table *table, size_t max_entries,
                       struct base_error *error);

    /* Into the state: FEATURES, and replies of these kinds; NULL: this version has none. Each takes
     * one message, and adds to what others brought. */
    int (*features)(struct base_reader *body, struct switch_state *state, struct base_error *error);
    int (*flows)(struct base_reader *body, struct flow_table *table, size_t max_entries,
                 struct base_error *error);
    int (*ports)(struct base_reader *body, struct switch_state *state, struct base_error *error);
    int (*counters)(struct base_reader *body, struct switch_state *state, struct base_error *error);
    int (*groups)(struct base_reader *body, struct group_table *table, struct base_error *error);
    int (*meters)(struct base_reader *body, struct group_table *table, struct base_error *error);
    int (*meter_counters)(struct base_reader *body, struct group_table *table,
                          struct base_error *error);
};

/* The protocol of this version on the wire, 1 or 4; NULL: none that is spoken here. */
const struct of_protocol *of_protocol(uint8_t version);

/* All that are spoken here; bit n is version n on the wire. */
uint32_t of_versions(void);

#endif
