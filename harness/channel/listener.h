/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches that dial us (ptcp:). Each caller is asked for its features; once
 * its datapath id is known, the owner takes the connection or does not. */
#ifndef CHANNEL_LISTENER_H
#define CHANNEL_LISTENER_H

#include "channel/connection.h"
#include "model/endpoint.h"

#include <stdbool.h>

struct channel_listener;

/* Gets a switch that has named its datapath id. Returns true if it gave the
 * connection another owner (channel_conn_set_owner); false: it is closed, as a switch that is not
 * waited for, or, if that set *why, for this reason. */
typedef bool channel_listener_take(void *owner, struct channel_listener *listener,
                                   struct channel_conn *conn, uint64_t dpid,
                                   struct base_error *why);

/* Listens from now on, in TLS unless `tls`, which must outlive it, is NULL; connections are
 * accepted from channel_listener_start on. At most max_callers connections are open that have not
 * been taken; one more takes the place of the one that has been silent longest, so that nobody can
 * keep switches out by saying nothing. Returns NULL and an error if the address cannot be resolved
 * or is in use, and without memory. The caller frees it (channel_listener_free). */
struct channel_listener *channel_listener_new(struct event_base *base,
                                              const struct endpoint *endpoint,
                                              struct channel_tls *tls, size_t max_callers,
                                              channel_listener_take *take, void *owner,
                                              struct base_error *error);

/* Whether it listens at this endpoint: same port and host, as they are written, both plain or with
 * the same TLS. */
bool channel_listener_is_at(const struct channel_listener *listener,
                            const struct endpoint *endpoint, const struct channel_tls *tls);

/* From now on the owner hears of each caller that leaves before it said which switch it is,
 * and why: "192.0.2.1:4242: answers, but not in OpenFlow: ...". */
typedef void channel_listener_lost(void *owner, const struct base_error *why);
void channel_listener_tell_lost(struct channel_listener *listener, channel_listener_lost *lost);

/* The versions (bit n is version n on the wire) that callers may speak, besides those that were
 * allowed before; without a call: 1.0. Where there are several, the lowest that the caller has too
 * is spoken, and its HELLO is waited for. */
void channel_listener_allow(struct channel_listener *listener, uint32_t versions);

/* From now on the highest instead. */
void channel_listener_prefer_highest(struct channel_listener *listener);

/* From now on, closes a new connection whose switch has not named its datapath id after so long.
 * After each quarter of it, at most a second, the switch is asked again: it may have passed over
 * what came together with HELLO. 0 (the default): waits endlessly. */
void channel_listener_set_patience(struct channel_listener *listener, unsigned patience_ms);

/* Accepts connections from now on, and forgets what channel_listener_format_others
 * says of earlier ones. */
void channel_listener_start(struct channel_listener *listener);

/* Later connections wait in the kernel. Those that have not been taken stay, and are heard when the
 * event loop runs again. */
void channel_listener_stop(struct channel_listener *listener);

/* Whether somebody calls, or has called since the start, who has not said yet which switch it is.
 */
bool channel_listener_is_called(const struct channel_listener *listener);

/* Appends which callers since the start were not taken, and why: "; 2 others did,
 * the last with datapath id 0000000000000005; 1 caller was not understood, the
 * last: did not say which switch it is; 3 callers say nothing, the last of them at
 * 192.0.2.9:50123"; nothing if there were none. */
void channel_listener_format_others(const struct channel_listener *listener,
                                    struct base_buffer *out);

/* Stops and frees it. NULL is legal. */
void channel_listener_free(struct channel_listener *listener);

#endif
