/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/queue_codec.h"
#include "openflow/check.h"

enum { QUEUE_HEAD_BYTES = 8, PROPERTY_HEAD_BYTES = 8, MIN_RATE_BYTES = 16 };

int of_decode_queue_config_request(struct base_reader *body, uint16_t *port,
                                   struct base_error *error)
{
    *port = base_read_be16(body);
    base_read_skip(body, 2);
    return of_check_read(body, "queue config request", error);
}

void of_encode_queue_config_request(struct base_buffer *out, uint32_t xid, uint16_t port)
{
    size_t begin = of_begin(out, OFPT_QUEUE_GET_CONFIG_REQUEST, xid);
    base_put_be16(out, port);
    base_put_be16(out, 0);
    of_end(out, begin);
}

static int decode_property(struct base_reader *in, struct of_queue *queue, struct base_error *error)
{
    size_t left = base_reader_left(in);
    uint16_t kind = base_read_be16(in);
    size_t length = base_read_be16(in);
    if (left < PROPERTY_HEAD_BYTES || length < PROPERTY_HEAD_BYTES || length > left) {
        return base_fail(error, "property of %zu bytes, %zu are left", length, left);
    }
    struct base_reader body = base_read_child(in, length - 4);
    if (kind == OFPQT_MIN_RATE) {
        base_read_skip(&body, 4);
        queue->has_min_rate = true;
        queue->min_rate = base_read_be16(&body);
    }
    return of_check_read(&body, "minimum rate", error);
}

static int decode_queue(struct base_reader *in, struct of_queue *queue, struct base_error *error)
{
    size_t left = base_reader_left(in);
    queue->queue_id = base_read_be32(in);
    size_t length = base_read_be16(in);
    base_read_skip(in, 2);
    if (left < QUEUE_HEAD_BYTES || length < QUEUE_HEAD_BYTES || length > left) {
        return base_fail(error, "queue of %zu bytes, %zu are left", length, left);
    }
    struct base_reader properties = base_read_child(in, length - QUEUE_HEAD_BYTES);
    while (base_reader_left(&properties) > 0) {
        if (decode_property(&properties, queue, error)) {
            return base_fail_in(error, "queue id %u", queue->queue_id);
        }
    }
    return 0;
}

int of_decode_queue_config(struct base_reader *body, struct base_arena *arena, uint16_t *port,
                           const struct of_queue **queues, size_t *n_queues,
                           struct base_error *error)
{
    *queues = NULL;
    *n_queues = 0;
    *port = base_read_be16(body);
    base_read_skip(body, 6);
    if (of_check_read(body, "queue config", error)) {
        return -1;
    }
    size_t most = (base_reader_left(body) + QUEUE_HEAD_BYTES - 1) / QUEUE_HEAD_BYTES;
    struct of_queue *list = most > 0 ? base_arena_alloc(arena, most * sizeof *list) : NULL;
    if (most > 0 && !list) {
        return base_fail(error, "out of memory");
    }
    size_t n = 0;
    for (; base_reader_left(body) > 0; n++) {
        if (decode_queue(body, &list[n], error)) {
            return base_fail_in(error, "queue config: queue %zu", n + 1);
        }
    }
    *queues = list;
    *n_queues = n;
    return 0;
}

static void put_min_rate(struct base_buffer *out, uint16_t min_rate)
{
    base_put_be16(out, OFPQT_MIN_RATE);
    base_put_be16(out, MIN_RATE_BYTES);
    base_put_be32(out, 0);
    base_put_be16(out, min_rate);
    (void)base_put_zeros(out, 6);
}

void of_encode_queue_config(struct base_buffer *out, uint32_t xid, uint16_t port,
                            const struct of_queue *queues, size_t n_queues)
{
    size_t begin = of_begin(out, OFPT_QUEUE_GET_CONFIG_REPLY, xid);
    base_put_be16(out, port);
    (void)base_put_zeros(out, 6);
    for (size_t i = 0; i < n_queues; i++) {
        bool rate = queues[i].has_min_rate;
        base_put_be32(out, queues[i].queue_id);
        base_put_be16(out, rate ? QUEUE_HEAD_BYTES + MIN_RATE_BYTES : QUEUE_HEAD_BYTES);
        base_put_be16(out, 0);
        if (rate) {
            put_min_rate(out, queues[i].min_rate);
        }
    }
    of_end(out, begin);
}
