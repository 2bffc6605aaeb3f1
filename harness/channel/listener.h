/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches that dial us (ptcp:). Whoever calls is asked for its features; once
 * its datapath id is known, the owner takes the connection or does not. */
#ifndef CHANNEL_LISTENER_H
#define CHANNEL_LISTENER_H

#include "channel/connection.h"
#include "model/endpoint.h"

#include <stdbool.h>

struct channel_listener;

/* A switch has said which one it is. True: the connection has got another
 * owner (channel_conn_set_owner). False: it is closed. */
typedef bool channel_listener_take(void *owner, struct channel_listener *listener,
                                   struct channel_conn *conn, uint64_t dpid);

/* Listens from now on; calls are answered from channel_listener_start on. At
 * most max_callers connections are open that have not been taken. NULL, with an error, if
 * the address can not be had. */
struct channel_listener *channel_listener_new(struct event_base *base,
                                              const struct endpoint *endpoint, size_t max_callers,
                                              channel_listener_take *take, void *owner,
                                              struct base_error *error);

/* Same port and host, as they are written. */
bool channel_listener_is_at(const struct channel_listener *listener,
                            const struct endpoint *endpoint);

/* From the next start on, hangs up on a caller that has not said who it is after
 * so long. 0, as without this call: it may take as long as it likes. */
void channel_listener_set_patience(struct channel_listener *listener, unsigned patience_ms);

void channel_listener_start(struct channel_listener *listener);

/* Hangs up on those who have not been taken; later callers wait in the queue of the kernel. */
void channel_listener_stop(struct channel_listener *listener);

/* Who has called since the start and was not taken: "; 2 other switches did,
 * the last with datapath id 0000000000000005"; "" if nobody did. */
void channel_listener_format_others(const struct channel_listener *listener,
                                    struct base_buffer *out);

/* NULL is legal. */
void channel_listener_free(struct channel_listener *listener);

#endif
