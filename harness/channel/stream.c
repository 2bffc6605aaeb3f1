/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes come over a socket, and which go, plain or in TLS? OpenSSL sees no socket, only
 * memory: what came is put in, what is to go is taken out. */
#include "channel/stream.h"

#include "base/buffer.h"
#include "channel/tls_inside.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_EMPTY_BYTES = 256 << 10, /* of TLS without content; a long chain of certificates has less */
    MAX_UNSENT_BYTES = 1 << 20,  /* which the peer does not read */
    CHUNK_BYTES = 16 << 10,
};

struct channel_stream {
    int fd;
    struct channel_tls_peer peer; /* .ssl is NULL: plain */
    BIO *came, *goes;             /* the SSL's */
    struct base_buffer unsent;    /* of what goes */
    size_t n_sent;                /* of unsent */
    size_t n_empty;               /* bytes that came since there was content */
    bool holds;
    enum channel_io ending; /* ENDED or FAILED: to be told when all has been read */
    struct base_error why;
};

static int begin_tls(struct channel_stream *stream, struct channel_tls *tls)
{
    const struct channel_openssl *lib = &tls->lib;
    SSL *ssl = lib->SSL_new(tls->context);
    stream->came = lib->BIO_new(lib->BIO_s_mem());
    stream->goes = lib->BIO_new(lib->BIO_s_mem());
    stream->peer = (struct channel_tls_peer){.tls = tls, .ssl = ssl};
    if (!ssl || !stream->came || !stream->goes) {
        lib->BIO_free(stream->came);
        lib->BIO_free(stream->goes);
        return -1; /* channel_stream_free frees the SSL */
    }
    lib->SSL_set_bio(ssl, stream->came, stream->goes);
    (tls->accepts ? lib->SSL_set_accept_state : lib->SSL_set_connect_state)(ssl);
    return 0;
}

struct channel_stream *channel_stream_new(int fd_own, struct channel_tls *tls,
                                          struct base_error *error)
{
    struct channel_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        close(fd_own);
        base_fail(error, "out of memory");
        return NULL;
    }
    stream->fd = fd_own;
    if (tls && begin_tls(stream, tls)) {
        channel_stream_free(stream);
        base_fail(error, "out of memory");
        return NULL;
    }
    return stream;
}

/* The socket */

static bool is_early(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

static enum channel_io receive(struct channel_stream *stream, void *bytes, size_t size, size_t *n,
                               struct base_error *error)
{
    ssize_t n_read = read(stream->fd, bytes, size);
    *n = n_read > 0 ? (size_t)n_read : 0;
    if (n_read > 0) {
        return CHANNEL_IO_DONE;
    }
    if (n_read < 0 && is_early(errno)) {
        return CHANNEL_IO_READ;
    }
    if (n_read < 0) {
        base_fail(error, "connection lost (%s)", strerror(errno));
    } else {
        base_fail(error, "closed the connection");
    }
    return CHANNEL_IO_ENDED;
}

static enum channel_io transmit(struct channel_stream *stream, const void *bytes, size_t size,
                                size_t *n)
{
    ssize_t n_sent = send(stream->fd, bytes, size, MSG_NOSIGNAL);
    if (n_sent < 0 && is_early(errno)) {
        return CHANNEL_IO_WRITE;
    }
    *n = n_sent < 0 ? size : (size_t)n_sent;
    return CHANNEL_IO_DONE;
}

/* TLS */

enum channel_io channel_stream_flush(struct channel_stream *stream)
{
    struct base_buffer *unsent = &stream->unsent;
    while (stream->n_sent < unsent->n_bytes) {
        size_t n;
        if (transmit(stream, unsent->data + stream->n_sent, unsent->n_bytes - stream->n_sent, &n) ==
            CHANNEL_IO_WRITE) {
            return CHANNEL_IO_WRITE;
        }
        stream->n_sent += n;
    }
    unsent->n_bytes = stream->n_sent = 0;
    return CHANNEL_IO_DONE;
}

/* What OpenSSL wants to send. */
static enum channel_io take_out(struct channel_stream *stream)
{
    char chunk[CHUNK_BYTES];
    int n;
    while ((n = stream->peer.tls->lib.BIO_read(stream->goes, chunk, sizeof chunk)) > 0) {
        base_put_bytes(&stream->unsent, chunk, (size_t)n);
    }
    return channel_stream_flush(stream);
}

static enum channel_io refuse(struct base_error *error, const char *what)
{
    base_fail(error, "%s", what);
    return CHANNEL_IO_FAILED;
}

static enum channel_io end(const struct channel_stream *stream, const char *how,
                           struct base_error *error)
{
    channel_tls_explain_end(&stream->peer, how, error);
    return CHANNEL_IO_ENDED;
}

/* What came, for OpenSSL: DONE, or why nothing did. */
static enum channel_io put_in(struct channel_stream *stream, struct base_error *error)
{
    struct channel_tls_peer *peer = &stream->peer;
    struct base_error how;
    char chunk[CHUNK_BYTES];
    size_t n, n_room = sizeof peer->first - peer->n_first;
    enum channel_io result = receive(stream, chunk, sizeof chunk, &n, &how);
    if (result != CHANNEL_IO_DONE) {
        return result == CHANNEL_IO_ENDED ? end(stream, how.text, error) : result;
    }
    memcpy(peer->first + peer->n_first, chunk, n < n_room ? n : n_room);
    peer->n_first += n < n_room ? n : n_room;
    stream->n_empty += n;
    if (stream->n_empty > MAX_EMPTY_BYTES) {
        return refuse(error, "sends TLS without end, and nothing in it");
    }
    if (stream->unsent.n_bytes > MAX_UNSENT_BYTES) {
        return refuse(error, "has TLS answered, but does not read the answers");
    }
    return peer->tls->lib.BIO_write(stream->came, chunk, (int)n) == (int)n && !stream->unsent.failed
               ? CHANNEL_IO_DONE
               : refuse(error, "out of memory");
}

/* A call of OpenSSL returned `status`. DONE: it succeeded, or can be tried again with more that has
 * come. */
static enum channel_io go_on(struct channel_stream *stream, int status, struct base_error *error)
{
    int code =
        status > 0 ? SSL_ERROR_NONE : stream->peer.tls->lib.SSL_get_error(stream->peer.ssl, status);
    take_out(stream);
    switch (code) {
    case SSL_ERROR_NONE:
        return CHANNEL_IO_DONE;
    case SSL_ERROR_WANT_READ:
        return put_in(stream, error);
    case SSL_ERROR_ZERO_RETURN:
        return end(stream, "closed the connection", error);
    default:
        channel_tls_explain_failure(&stream->peer, error);
        return CHANNEL_IO_FAILED;
    }
}

enum channel_io channel_stream_secure(struct channel_stream *stream, struct base_error *error)
{
    struct channel_tls_peer *peer = &stream->peer;
    enum channel_io result = CHANNEL_IO_DONE;
    while (peer->ssl && !peer->is_secure && result == CHANNEL_IO_DONE) {
        peer->tls->lib.ERR_clear_error();
        int status = peer->tls->lib.SSL_do_handshake(peer->ssl);
        peer->is_secure = status == 1;
        result = go_on(stream, status, error);
    }
    if (result == CHANNEL_IO_DONE && peer->ssl &&
        channel_stream_check_peer(stream, &peer->tls->files, error)) {
        return CHANNEL_IO_FAILED;
    }
    return result == CHANNEL_IO_READ && stream->unsent.n_bytes > 0 ? CHANNEL_IO_WRITE : result;
}

static enum channel_io read_tls(struct channel_stream *stream, uint8_t *bytes, size_t size,
                                size_t *n)
{
    struct channel_tls_peer *peer = &stream->peer;
    enum channel_io result = stream->ending;
    while (result == CHANNEL_IO_DONE && *n < size) {
        size_t n_room = size - *n;
        peer->tls->lib.ERR_clear_error();
        int n_read = peer->tls->lib.SSL_read(peer->ssl, bytes + *n,
                                             n_room < INT_MAX ? (int)n_room : INT_MAX);
        if (n_read > 0) {
            *n += (size_t)n_read;
            stream->n_empty = 0;
            peer->has_spoken = true;
        }
        result = go_on(stream, n_read, &stream->why);
    }
    return result;
}

enum channel_io channel_stream_read(struct channel_stream *stream, void *bytes, size_t size,
                                    size_t *n, struct base_error *error)
{
    if (!stream->peer.ssl) {
        return receive(stream, bytes, size, n, error);
    }
    *n = 0;
    enum channel_io result = read_tls(stream, bytes, size, n);
    stream->ending = result == CHANNEL_IO_READ ? CHANNEL_IO_DONE : result;
    stream->holds = *n > 0 && result != CHANNEL_IO_READ;
    if (*n > 0) {
        return CHANNEL_IO_DONE;
    }
    if (result != CHANNEL_IO_READ) {
        *error = stream->why;
    }
    return result;
}

bool channel_stream_holds(const struct channel_stream *stream)
{
    return stream->holds;
}

enum channel_io channel_stream_write(struct channel_stream *stream, const void *bytes, size_t size,
                                     size_t *n)
{
    const struct channel_tls_peer *peer = &stream->peer;
    if (!peer->ssl) {
        return transmit(stream, bytes, size, n);
    }
    if (channel_stream_flush(stream) == CHANNEL_IO_WRITE) {
        return CHANNEL_IO_WRITE;
    }
    peer->tls->lib.ERR_clear_error();
    int n_written =
        peer->tls->lib.SSL_write(peer->ssl, bytes, size < CHUNK_BYTES ? (int)size : CHUNK_BYTES);
    take_out(stream);
    *n = n_written > 0 ? (size_t)n_written : size;
    return CHANNEL_IO_DONE;
}

int channel_stream_check_peer(const struct channel_stream *stream, const struct endpoint_tls *files,
                              struct base_error *error)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (!files->has_fingerprint || !stream->peer.ssl) {
        return 0;
    }
    const struct channel_openssl *lib = &stream->peer.tls->lib;
    X509 *certificate = lib->SSL_get1_peer_certificate(stream->peer.ssl);
    int known = certificate && lib->X509_digest(certificate, lib->EVP_sha256(), digest, NULL) == 1;
    lib->X509_free(certificate);
    if (known && memcmp(digest, files->fingerprint, ENDPOINT_FINGERPRINT_BYTES) == 0) {
        return 0;
    }
    struct base_buffer text = {0};
    for (size_t i = 0; known && i < ENDPOINT_FINGERPRINT_BYTES; i++) {
        base_put_format(&text, i ? ":%02X" : "%02X", digest[i]);
    }
    base_fail(error, "shows a certificate with another fingerprint than is expected: %s",
              base_buffer_text(&text));
    base_buffer_free(&text);
    return -1;
}

void channel_stream_free(struct channel_stream *stream)
{
    if (!stream) {
        return;
    }
    if (stream->peer.ssl) {
        const struct channel_openssl *lib = &stream->peer.tls->lib;
        if (stream->peer.is_secure && !stream->ending) {
            lib->SSL_shutdown(stream->peer.ssl);
            take_out(stream);
        }
        lib->SSL_free(stream->peer.ssl);
        lib->ERR_clear_error();
    }
    close(stream->fd);
    base_buffer_free(&stream->unsent);
    free(stream);
}
