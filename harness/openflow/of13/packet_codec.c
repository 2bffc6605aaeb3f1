/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a switch of OpenFlow 1.3 asked to send a packet? */
#include "openflow/of13/packet_codec.h"

#include "model/port.h"
#include "openflow/of13/action_codec.h"
#include "openflow/of13/multipart.h"
#include "openflow/port_number.h"

/* PACKET_OUT up to the actions, and where their length in bytes stands in it. */
enum { HEAD_BYTES = 24, LENGTH_AT = 16 };

int of13_encode_packet_out(struct base_buffer *out, uint32_t xid,
                           const struct of_packet_out *packet, struct base_error *error)
{
    size_t begin = of13_begin(out, OFPT_PACKET_OUT, xid);
    uint16_t in_port = packet->in_port == PORT_NONE ? PORT_CONTROLLER : packet->in_port;
    base_put_be32(out, OFP_NO_BUFFER);
    base_put_be32(out, of_port_to_wire(in_port));
    (void)base_put_zeros(out, HEAD_BYTES - LENGTH_AT);
    if (of13_encode_actions(out, packet->actions, packet->n_actions, error)) {
        out->n_bytes = begin;
        return -1;
    }
    size_t n_head = out->n_bytes - begin;
    if (n_head + packet->n_data > OFP_MAX_MESSAGE_BYTES) {
        out->n_bytes = begin;
        return base_fail(error, "a packet of %zu bytes is too long for a message", packet->n_data);
    }
    base_patch_be16(out, begin + LENGTH_AT, (uint16_t)(n_head - HEAD_BYTES));
    base_put_bytes(out, packet->data, packet->n_data);
    of_end(out, begin);
    return 0;
}
