/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a switch asked to send a packet? */
#include "openflow/of10/packet_codec.h"
#include "openflow/of10/action_codec.h"

/* PACKET_OUT up to the actions, and where their length in bytes stands in it. */
enum { HEAD_BYTES = 16, LENGTH_AT = 14 };

int of_encode_packet_out(struct base_buffer *out, uint32_t xid, const struct of_packet_out *packet,
                         struct base_error *error)
{
    size_t begin = of_begin(out, OFPT_PACKET_OUT, xid);
    base_put_be32(out, OFP_NO_BUFFER);
    base_put_be16(out, packet->in_port);
    (void)base_put_zeros(out, HEAD_BYTES - LENGTH_AT);
    if (of_encode_actions(out, packet->actions, packet->n_actions, error)) {
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
