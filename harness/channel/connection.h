/* SPDX-License-Identifier: Apache-2.0
 *
 * One socket that speaks OpenFlow, 1.0 unless another version is set: bytes are cut into messages,
 * HELLO is exchanged, ECHO answered, and a peer that speaks something else recognised. Everything
 * else goes to the owner, message by message, from the one buffer that the bytes were read into. */
#ifndef CHANNEL_CONNECTION_H
#define CHANNEL_CONNECTION_H

#include "channel/tls.h"
#include "openflow/protocol.h"

#include <event2/event.h>
#include <stdbool.h>

struct channel_conn;

/* What the owner of a connection does. All are called from the event loop only. */
struct channel_conn_ops {
    /* Takes one message, neither HELLO nor ECHO_REQUEST. `body` lives until this
     * returns. -1: the connection is useless, and `down` follows with the same
     * error. May give the connection to another owner; may not free it. */
    int (*message)(void *owner, struct channel_conn *conn, const struct of_header *header,
                   struct base_reader *body, struct base_error *error);
    /* The peer's HELLO has come, and the version is known. May be NULL. */
    void (*greeted)(void *owner, struct channel_conn *conn);
    /* The connection is dead, and why. The owner frees it before this returns. */
    void (*down)(void *owner, struct channel_conn *conn, const struct base_error *why);
};

/* Owns the socket from now on, connected or connecting, and closes it after a
 * failure too. `tls` is NULL for a plain one, and must outlive it. Our HELLO is the first thing
 * that it sends. Returns NULL and an error without memory. The caller frees it (channel_conn_free).
 */
struct channel_conn *channel_conn_new(struct event_base *base, int fd_own, struct channel_tls *tls,
                                      const struct channel_conn_ops *ops, void *owner,
                                      struct base_error *error);

/* For a connection that has sent nothing: its HELLO and all behind it are of this version, and
 * messages must be. A peer whose HELLO lists others only is a failure. */
void channel_conn_speak(struct channel_conn *conn, const struct of_protocol *protocol);

/* For a connection that has sent nothing: it hears the peer's HELLO before it says its own, and
 * speaks the lowest version that both have, or the highest; `versions` has ours (bit n is version n
 * on the wire). Nothing may be sent before `greeted`. */
enum channel_preference { CHANNEL_LOWEST, CHANNEL_HIGHEST };
void channel_conn_hear_first(struct channel_conn *conn, uint32_t versions,
                             enum channel_preference prefers);

/* Whether our HELLO still waits for the peer's; and to wait no longer: the lowest is spoken. */
bool channel_conn_hears(const struct channel_conn *conn);
void channel_conn_hear_no_longer(struct channel_conn *conn);

/* What it speaks. */
const struct of_protocol *channel_conn_protocol(const struct channel_conn *conn);

/* What it would speak instead, by its HELLO, with a peer that does not speak this; NULL: nothing.
 */
const struct of_protocol *channel_conn_alternative(const struct channel_conn *conn);

/* The versions that the peer's HELLO offers, in a list or by its header alone; 0: none came. */
uint32_t channel_conn_offers(const struct channel_conn *conn);

/* From now on messages and the end go to another owner. */
void channel_conn_set_owner(struct channel_conn *conn, const struct channel_conn_ops *ops,
                            void *owner);

/* Append messages to this buffer, then call channel_conn_flush: it sends what the
 * socket takes, and the rest when it takes more. */
struct base_buffer *channel_conn_output(struct channel_conn *conn);
void channel_conn_flush(struct channel_conn *conn);

/* How far a connection has come; to explain why it went no further. */
enum channel_conn_stage {
    CHANNEL_CONN_CONNECTING,
    CHANNEL_CONN_SECURING, /* connected; the TLS handshake is under way */
    CHANNEL_CONN_SILENT,   /* connected; nothing has come */
    CHANNEL_CONN_BABBLES,  /* some bytes, not yet a message */
    CHANNEL_CONN_GREETED,  /* HELLO has come */
};

/* The stage of a connection. */
enum channel_conn_stage channel_conn_stage(const struct channel_conn *conn);

/* Appends the address of the peer: "192.0.2.1:6653", "[2001:db8::1]:6653"; "?" if it is not known.
 */
void channel_conn_format_peer(const struct channel_conn *conn, struct base_buffer *out);

/* Whether the peer's certificate has the fingerprint that `files` asks for; true of a plain
 * connection. -1 and the error: another. */
int channel_conn_check_peer(const struct channel_conn *conn, const struct endpoint_tls *files,
                            struct base_error *error);

/* For `down`: true if the peer or the network ended the connection; false if the
 * peer sent something wrong or memory ran out. */
bool channel_conn_was_closed(const struct channel_conn *conn);

/* Closes the socket and frees the connection. NULL is legal. */
void channel_conn_free(struct channel_conn *conn);

#endif
