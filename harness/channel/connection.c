/* SPDX-License-Identifier: Apache-2.0
 *
 * Which messages does a peer send, and is it OpenFlow at all? */
#include "channel/connection.h"

#include "channel/not_openflow.h"
#include "channel/stream.h"
#include "openflow/error.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    /* Twice the longest message: behind a cut one there is still room for a
     * read of 64 KiB. */
    INPUT_BYTES = 2 * 65536,
    /* Answers to echo requests that a peer does not read. */
    MAX_OUTPUT_BYTES = 1 << 20,
    /* CR LF twice: a server that waits for a line (HTTP, SMTP) answers at once,
     * and can be told from a switch that is silent. */
    HELLO_XID = 0x0d0a0d0a,
};

struct channel_conn {
    const struct channel_conn_ops *ops;
    void *owner;
    int fd; /* the stream's */
    struct channel_stream *stream;
    const struct of_protocol *protocol;
    uint32_t offers; /* by the peer's HELLO */
    uint32_t hears;  /* our versions, while that is waited for; else 0 */
    enum channel_preference prefers;
    enum channel_conn_stage stage;
    bool closed;
    struct event *readable;
    struct event *writable;
    uint8_t *input; /* INPUT_BYTES, of which the first n_input are a message that is cut */
    size_t n_input;
    struct base_buffer output;
    size_t n_sent; /* of output */
};

static void on_readable(evutil_socket_t fd, short events, void *arg);
static void on_writable(evutil_socket_t fd, short events, void *arg);

struct channel_conn *channel_conn_new(struct event_base *base, int fd_own, struct channel_tls *tls,
                                      const struct channel_conn_ops *ops, void *owner,
                                      struct base_error *error)
{
    struct channel_stream *stream = channel_stream_new(fd_own, tls, error);
    struct channel_conn *conn = stream ? calloc(1, sizeof *conn) : NULL;
    if (!conn) {
        channel_stream_free(stream);
        base_fail(error, "out of memory");
        return NULL;
    }
    *conn = (struct channel_conn){.ops = ops, .owner = owner, .fd = fd_own, .stream = stream};
    conn->input = malloc(INPUT_BYTES);
    conn->readable = event_new(base, fd_own, EV_READ | EV_PERSIST, on_readable, conn);
    conn->writable = event_new(base, fd_own, EV_WRITE, on_writable, conn);
    channel_conn_speak(conn, of_protocol(OFP_VERSION));
    if (!conn->input || !conn->readable || !conn->writable || conn->output.failed ||
        event_add(conn->writable, NULL)) {
        channel_conn_free(conn);
        base_fail(error, "out of memory");
        return NULL;
    }
    return conn;
}

static const struct of_protocol *lowest(uint32_t versions)
{
    return of_protocol((uint8_t)__builtin_ctz(versions));
}

static const struct of_protocol *highest(uint32_t versions)
{
    return of_protocol((uint8_t)(31 - __builtin_clz(versions)));
}

void channel_conn_hear_first(struct channel_conn *conn, uint32_t versions,
                             enum channel_preference prefers)
{
    conn->hears = versions;
    conn->prefers = prefers;
    conn->output.n_bytes = 0;
}

bool channel_conn_hears(const struct channel_conn *conn)
{
    return conn->hears != 0;
}

void channel_conn_hear_no_longer(struct channel_conn *conn)
{
    channel_conn_speak(conn, lowest(conn->hears));
    channel_conn_flush(conn);
}

void channel_conn_speak(struct channel_conn *conn, const struct of_protocol *protocol)
{
    conn->hears = 0;
    conn->protocol = protocol;
    conn->output.n_bytes = 0;
    of_encode_hello(&conn->output, HELLO_XID, UINT32_C(1) << protocol->version);
}

const struct of_protocol *channel_conn_protocol(const struct channel_conn *conn)
{
    return conn->protocol;
}

const struct of_protocol *channel_conn_alternative(const struct channel_conn *conn)
{
    const struct of_protocol *found = NULL;
    bool differs = conn->offers && !(conn->offers >> conn->protocol->version & 1);
    for (uint8_t version = 1; differs && version < 32 && !found; version++) {
        found = conn->offers >> version & 1 ? of_protocol(version) : NULL;
    }
    return found;
}

uint32_t channel_conn_offers(const struct channel_conn *conn)
{
    return conn->offers;
}

void channel_conn_set_owner(struct channel_conn *conn, const struct channel_conn_ops *ops,
                            void *owner)
{
    conn->ops = ops;
    conn->owner = owner;
}

struct base_buffer *channel_conn_output(struct channel_conn *conn)
{
    return &conn->output;
}

void channel_conn_flush(struct channel_conn *conn)
{
    event_add(conn->writable, NULL);
}

enum channel_conn_stage channel_conn_stage(const struct channel_conn *conn)
{
    return conn->stage == CHANNEL_CONN_SILENT && conn->n_input > 0 ? CHANNEL_CONN_BABBLES
                                                                   : conn->stage;
}

void channel_conn_format_peer(const struct channel_conn *conn, struct base_buffer *out)
{
    struct sockaddr_storage peer;
    socklen_t n_bytes = sizeof peer;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getpeername(conn->fd, (struct sockaddr *)&peer, &n_bytes) ||
        getnameinfo((struct sockaddr *)&peer, n_bytes, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV)) {
        base_put_text(out, "?");
    } else {
        base_put_format(out, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    }
}

int channel_conn_check_peer(const struct channel_conn *conn, const struct endpoint_tls *files,
                            struct base_error *error)
{
    return channel_stream_check_peer(conn->stream, files, error);
}

bool channel_conn_was_closed(const struct channel_conn *conn)
{
    return conn->closed;
}

void channel_conn_free(struct channel_conn *conn)
{
    if (!conn) {
        return;
    }
    if (conn->readable) {
        event_free(conn->readable);
    }
    if (conn->writable) {
        event_free(conn->writable);
    }
    channel_stream_free(conn->stream);
    free(conn->input);
    base_buffer_free(&conn->output);
    free(conn);
}

/* Sends what the socket takes. */
static int send_output(struct channel_conn *conn, struct base_error *error)
{
    struct base_buffer *output = &conn->output;
    if (output->failed) {
        return base_fail(error, "out of memory");
    }
    enum channel_io result = CHANNEL_IO_DONE;
    while (result == CHANNEL_IO_DONE && conn->n_sent < output->n_bytes) {
        size_t n = 0;
        result = channel_stream_write(conn->stream, output->data + conn->n_sent,
                                      output->n_bytes - conn->n_sent, &n);
        conn->n_sent += n;
    }
    if (conn->n_sent == output->n_bytes) {
        output->n_bytes = conn->n_sent = 0;
        result = channel_stream_flush(conn->stream);
    }
    if (result != CHANNEL_IO_DONE) {
        channel_conn_flush(conn);
    }
    return output->n_bytes > MAX_OUTPUT_BYTES
               ? base_fail(error, "sends requests but does not read the replies")
               : 0;
}

static int finish_connecting(struct channel_conn *conn, struct base_error *error)
{
    int failure = 0;
    if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &failure, &(socklen_t){sizeof failure})) {
        failure = errno;
    }
    if (failure) {
        return base_fail(error, "can not connect: %s", strerror(failure));
    }
    conn->stage = CHANNEL_CONN_SECURING;
    return event_add(conn->readable, NULL) ? base_fail(error, "out of memory") : 0;
}

/* 0 also if it takes longer. */
static int finish_securing(struct channel_conn *conn, struct base_error *error)
{
    enum channel_io result = channel_stream_secure(conn->stream, error);
    if (result == CHANNEL_IO_DONE) {
        conn->stage = CHANNEL_CONN_SILENT;
    } else if (result == CHANNEL_IO_WRITE) {
        channel_conn_flush(conn);
    }
    conn->closed = result == CHANNEL_IO_ENDED;
    return result == CHANNEL_IO_ENDED || result == CHANNEL_IO_FAILED ? -1 : 0;
}

/* Up to where messages can be exchanged, and sends ours. */
static int advance(struct channel_conn *conn, struct base_error *error)
{
    if ((conn->stage == CHANNEL_CONN_CONNECTING && finish_connecting(conn, error)) ||
        (conn->stage == CHANNEL_CONN_SECURING && finish_securing(conn, error))) {
        return -1;
    }
    return conn->stage > CHANNEL_CONN_SECURING ? send_output(conn, error) : 0;
}

static void on_writable(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct channel_conn *conn = arg;
    struct base_error error;
    if (advance(conn, &error)) {
        conn->ops->down(conn->owner, conn, &error);
    }
}

/* A peer that speaks something else; perhaps a record of TLS (RFC 8446, section 5.1). */
static int not_openflow(const struct base_reader *input, struct base_error *error)
{
    const uint8_t *bytes = input->at;
    return bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3
               ? base_fail(error, "speaks TLS: its endpoint is ssl: or pssl:, not tcp: or ptcp:")
               : channel_not_openflow(bytes, base_reader_left(input), "OpenFlow", error);
}

/* A session begins with HELLO, or with an ERROR against ours. Both have their
 * layout in every version. */
static bool may_be_openflow(const struct base_reader *input)
{
    struct base_reader peek = *input;
    uint8_t version = base_read_u8(&peek);
    uint8_t type = base_read_u8(&peek);
    return version != 0 && (type == OFPT_HELLO || type == OFPT_ERROR);
}

static int hello_failed(const struct channel_conn *conn, struct base_reader body,
                        struct base_error *error)
{
    struct of_error of_error;
    struct base_buffer text = {0};
    if (of_decode_error(&body, OFP_VERSION, &of_error, error)) {
        return -1;
    }
    of_error_format(&of_error, &text);
    base_fail(error, "does not speak OpenFlow %s: %s", conn->protocol->name,
              base_buffer_text(&text));
    base_buffer_free(&text);
    return -1;
}

static bool is_hello_failed(struct base_reader body)
{
    return base_read_be16(&body) == OFPET_HELLO_FAILED && !body.failed;
}

/* The version that is spoken is the highest that both have, or, where one has no list, the lower
 * one of the headers (OpenFlow 1.3.5, section 6.3.1); we say one, and choose it, where we
 * hear the peer first, of those that both have. */
static int take_hello(struct channel_conn *conn, const struct of_header *header,
                      const struct base_reader *body, struct base_error *error)
{
    uint32_t ours = conn->hears ? conn->hears : UINT32_C(1) << conn->protocol->version;
    conn->stage = CHANNEL_CONN_GREETED;
    conn->offers = of_decode_hello(header, *body);
    if (!(conn->offers & ours)) {
        struct base_buffer text = {0};
        of_format_versions(conn->offers, &text);
        base_put_text(&text, ", not ");
        of_format_versions(ours, &text);
        base_fail(error, "speaks OpenFlow %s", base_buffer_text(&text));
        base_buffer_free(&text);
        return -1;
    }
    if (conn->hears) {
        ours &= conn->offers;
        channel_conn_speak(conn, conn->prefers == CHANNEL_HIGHEST ? highest(ours) : lowest(ours));
    }
    if (conn->ops->greeted) {
        conn->ops->greeted(conn->owner, conn);
    }
    return 0;
}

static int take_message(struct channel_conn *conn, const struct of_header *header,
                        struct base_reader *body, struct base_error *error)
{
    switch (header->type) {
    case OFPT_HELLO:
        return take_hello(conn, header, body, error);
    case OFPT_ECHO_REQUEST:
        conn->protocol->put_bytes(&conn->output, OFPT_ECHO_REPLY, header->xid, body->at,
                                  base_reader_left(body));
        return 0;
    case OFPT_ERROR:
        if (conn->stage != CHANNEL_CONN_GREETED || is_hello_failed(*body)) {
            return hello_failed(conn, *body, error);
        }
        break;
    }
    return conn->ops->message(conn->owner, conn, header, body, error);
}

/* Takes every message that is whole; what is left is the beginning of one. */
static int take_input(struct channel_conn *conn, struct base_reader *input,
                      struct base_error *error)
{
    for (;;) {
        size_t n_left = base_reader_left(input), n_message;
        if (conn->stage != CHANNEL_CONN_GREETED && n_left >= 2 && !may_be_openflow(input)) {
            return not_openflow(input, error);
        }
        if (of_frame(input->at, n_left, &n_message, error)) {
            return -1;
        }
        if (n_message == 0 || n_message > n_left) {
            return 0;
        }
        struct of_header header;
        struct base_reader body;
        if (conn->protocol->open(base_read_bytes(input, n_message), n_message, &header, &body,
                                 error) ||
            take_message(conn, &header, &body, error)) {
            return -1;
        }
    }
}

static int read_input(struct channel_conn *conn, struct base_error *error)
{
    size_t n;
    enum channel_io result = channel_stream_read(conn->stream, conn->input + conn->n_input,
                                                 INPUT_BYTES - conn->n_input, &n, error);
    if (result == CHANNEL_IO_READ) {
        return 0;
    }
    conn->closed = result == CHANNEL_IO_ENDED;
    if (conn->closed && conn->n_input > 0) {
        struct base_error how = *error;
        return base_fail(error, "%s in the middle of a message", how.text);
    }
    if (result != CHANNEL_IO_DONE) {
        return -1;
    }
    struct base_reader input = base_reader_over(conn->input, conn->n_input + n);
    if (take_input(conn, &input, error)) {
        return -1;
    }
    conn->n_input = base_reader_left(&input);
    memmove(conn->input, input.at, conn->n_input);
    if (channel_stream_holds(conn->stream)) {
        event_active(conn->readable, EV_READ, 0);
    }
    return send_output(conn, error);
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct channel_conn *conn = arg;
    struct base_error error;
    if ((conn->stage == CHANNEL_CONN_SECURING && advance(conn, &error)) ||
        (conn->stage > CHANNEL_CONN_SECURING && read_input(conn, &error))) {
        conn->ops->down(conn->owner, conn, &error);
    }
}
