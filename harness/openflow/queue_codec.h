/* SPDX-License-Identifier: Apache-2.0
 *
 * The queues of a port (OpenFlow 1.0, sections 5.2.2 and 5.3.4):
 * QUEUE_GET_CONFIG_REQUEST and _REPLY. Their counters are in stats.h. */
#ifndef OPENFLOW_QUEUE_CODEC_H
#define OPENFLOW_QUEUE_CODEC_H

#include "base/arena.h"
#include "openflow/message.h"

struct of_queue {
    uint32_t queue_id;
    bool has_min_rate;
    uint16_t min_rate; /* in 1/10 %; above 1000: not enforced */
};
int of_decode_queue_config_request(struct base_reader *body, uint16_t *port,
                                   struct base_error *error);
void of_encode_queue_config_request(struct base_buffer *out, uint32_t xid, uint16_t port);

/* The queues are in the arena, NULL when there are none. Properties of other
 * kinds are passed over. Fails on lengths that do not fit, and names the queue. */
int of_decode_queue_config(struct base_reader *body, struct base_arena *arena, uint16_t *port,
                           const struct of_queue **queues, size_t *n_queues,
                           struct base_error *error);
void of_encode_queue_config(struct base_buffer *out, uint32_t xid, uint16_t port,
                            const struct of_queue *queues, size_t n_queues);

#endif
