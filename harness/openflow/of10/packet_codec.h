/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets that a switch is asked to send (OpenFlow 1.0): PACKET_OUT. */
#ifndef OPENFLOW_OF10_PACKET_CODEC_H
#define OPENFLOW_OF10_PACKET_CODEC_H

#include "model/action.h"
#include "openflow/message.h"

/* Section 5.3.6, struct ofp_packet_out, with the packet in the message. */
struct of_packet_out {
    uint16_t in_port; /* PORT_NONE: none */
    const struct action *actions;
    size_t n_actions;
    const uint8_t *data;
    size_t n_data;
};

/* Appends one PACKET_OUT. Fails, having written nothing, on actions that
 * of_encode_actions refuses and on a packet that does not fit into a message. */
int of_encode_packet_out(struct base_buffer *out, uint32_t xid, const struct of_packet_out *packet,
                         struct base_error *error);

#endif
