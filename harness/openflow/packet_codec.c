/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/packet_codec.h"
#include "openflow/action_codec.h"
#include "openflow/check.h"

/* PACKET_OUT up to the actions; their length in bytes stands at its end. */
enum { HEAD_BYTES = 16 };

int of_decode_packet_in(struct base_reader *body, struct of_packet_in *packet,
                        struct base_error *error)
{
    packet->buffer_id = base_read_be32(body);
    packet->total_len = base_read_be16(body);
    packet->in_port = base_read_be16(body);
    packet->reason = base_read_u8(body);
    base_read_skip(body, 1);
    packet->n_data = base_reader_left(body);
    packet->data = base_read_bytes(body, packet->n_data);
    return of_check_read(body, "packet in", error);
}

void of_encode_packet_in(struct base_buffer *out, uint32_t xid, const struct of_packet_in *packet)
{
    size_t begin = of_begin(out, OFPT_PACKET_IN, xid);
    base_put_be32(out, packet->buffer_id);
    base_put_be16(out, packet->total_len);
    base_put_be16(out, packet->in_port);
    base_put_u8(out, packet->reason);
    base_put_u8(out, 0);
    base_put_bytes(out, packet->data, packet->n_data);
    of_end(out, begin);
}

int of_decode_packet_out(struct base_reader *body, struct base_arena *arena,
                         struct of_packet_out *packet, struct base_error *error)
{
    packet->buffer_id = base_read_be32(body);
    packet->in_port = base_read_be16(body);
    size_t n_action_bytes = base_read_be16(body);
    size_t left = base_reader_left(body);
    struct base_reader actions = base_read_child(body, n_action_bytes);
    if (body->failed) {
        return base_fail(error, "packet out: %zu bytes of actions, %zu are left", n_action_bytes,
                         left);
    }
    if (of_decode_actions(&actions, arena, &packet->actions, &packet->n_actions, error)) {
        return base_fail_in(error, "packet out");
    }
    packet->n_data = base_reader_left(body);
    packet->data = base_read_bytes(body, packet->n_data);
    return 0;
}

int of_encode_packet_out(struct base_buffer *out, uint32_t xid, const struct of_packet_out *packet,
                         struct base_error *error)
{
    size_t begin = of_begin(out, OFPT_PACKET_OUT, xid);
    base_put_be32(out, packet->buffer_id);
    base_put_be16(out, packet->in_port);
    base_put_be16(out, 0);
    if (of_encode_actions(out, packet->actions, packet->n_actions, error)) {
        out->n_bytes = begin;
        return -1;
    }
    size_t n_head = out->n_bytes - begin;
    if (n_head + packet->n_data > OFP_MAX_MESSAGE_BYTES) {
        out->n_bytes = begin;
        return base_fail(error, "a packet of %zu bytes is too long for a message", packet->n_data);
    }
    base_patch_be16(out, begin + HEAD_BYTES - 2, (uint16_t)(n_head - HEAD_BYTES));
    base_put_bytes(out, packet->data, packet->n_data);
    of_end(out, begin);
    return 0;
}
