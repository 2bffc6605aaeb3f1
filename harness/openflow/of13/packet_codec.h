/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets that a switch is asked to send (OpenFlow 1.3): PACKET_OUT. */
#ifndef OPENFLOW_OF13_PACKET_CODEC_H
#define OPENFLOW_OF13_PACKET_CODEC_H

#include "openflow/of10/packet_codec.h"

/* OpenFlow 1.3.5, section 7.3.6, struct ofp_packet_out, as of_encode_packet_out. Where there is no
 * in_port (PORT_NONE) it is the controller's, as the section asks. */
int of13_encode_packet_out(struct base_buffer *out, uint32_t xid,
                           const struct of_packet_out *packet, struct base_error *error);

#endif
