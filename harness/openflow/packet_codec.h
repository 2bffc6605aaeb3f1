/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets that pass through the controller (OpenFlow 1.0): PACKET_IN and
 * PACKET_OUT. */
#ifndef OPENFLOW_PACKET_CODEC_H
#define OPENFLOW_PACKET_CODEC_H

#include "model/action.h"
#include "openflow/message.h"

/* Section 5.4.1, struct ofp_packet_in. */
struct of_packet_in {
    uint32_t buffer_id; /* OFP_NO_BUFFER: `data` is the whole packet */
    uint16_t total_len; /* of the packet; `data` may be shorter */
    uint16_t in_port;
    uint8_t reason; /* enum of_packet_in_reason */
    const uint8_t *data;
    size_t n_data;
};
int of_decode_packet_in(struct base_reader *body, struct of_packet_in *packet,
                        struct base_error *error);
void of_encode_packet_in(struct base_buffer *out, uint32_t xid, const struct of_packet_in *packet);

/* Section 5.3.6, struct ofp_packet_out. */
struct of_packet_out {
    uint32_t buffer_id; /* OFP_NO_BUFFER: the packet is `data` */
    uint16_t in_port;   /* PORT_NONE: none */
    const struct action *actions;
    size_t n_actions;
    const uint8_t *data; /* empty if there is a buffer_id */
    size_t n_data;
};

/* The actions are in the arena. Fails as of_decode_actions, and if they are
 * longer than the message. */
int of_decode_packet_out(struct base_reader *body, struct base_arena *arena,
                         struct of_packet_out *packet, struct base_error *error);
int of_encode_packet_out(struct base_buffer *out, uint32_t xid, const struct of_packet_out *packet,
                         struct base_error *error);

#endif
