/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes over one socket, plain or in TLS. Nothing waits. */
#ifndef CHANNEL_STREAM_H
#define CHANNEL_STREAM_H

#include "channel/tls.h"

struct channel_stream;

enum channel_io {
    CHANNEL_IO_DONE,
    CHANNEL_IO_READ,   /* again when the socket can be read */
    CHANNEL_IO_WRITE,  /* again when it can be written */
    CHANNEL_IO_ENDED,  /* by the peer or the network; the error says how */
    CHANNEL_IO_FAILED, /* the peer is not what it should be, or memory ran out; the error says why
                        */
};

/* Owns the socket from now on, connected or connecting, and closes it after a failure too. `tls`
 * must outlive it; NULL: plain. NULL and an error without memory. The caller frees it
 * (channel_stream_free). */
struct channel_stream *channel_stream_new(int fd_own, struct channel_tls *tls,
                                          struct base_error *error);

/* The TLS handshake, once the socket is connected; DONE at once for a plain one. After DONE the
 * peer's certificate is good, but ours may not be for the peer: in TLS 1.3 a client learns that by
 * what it reads next. */
enum channel_io channel_stream_secure(struct channel_stream *stream, struct base_error *error);

/* Reads at most `size` bytes: DONE and *n > 0, or another result but WRITE. A peer that sends
 * 256 KiB of TLS with nothing in it (new keys, endlessly) has failed. */
enum channel_io channel_stream_read(struct channel_stream *stream, void *bytes, size_t size,
                                    size_t *n, struct base_error *error);

/* Whether channel_stream_read has more although the socket may have nothing. */
bool channel_stream_holds(const struct channel_stream *stream);

/* Writes what the socket takes: DONE and *n > 0, or WRITE. A connection that has ended swallows
 * all: reading tells how it ended, after what the peer said before. */
enum channel_io channel_stream_write(struct channel_stream *stream, const void *bytes, size_t size,
                                     size_t *n);

/* Sends what TLS still holds: DONE, or WRITE. */
enum channel_io channel_stream_flush(struct channel_stream *stream);

/* Whether the peer's certificate has the fingerprint of `files`, if that has one and the stream is
 * in TLS. -1: it has another, which the error has. */
int channel_stream_check_peer(const struct channel_stream *stream, const struct endpoint_tls *files,
                              struct base_error *error);

/* Says goodbye in TLS if the socket takes it, and closes the socket. NULL is legal. */
void channel_stream_free(struct channel_stream *stream);

#endif
