/* SPDX-License-Identifier: Apache-2.0
 *
 * Which switches dial us? */
#include "channel/listener.h"

#include "base/clock.h"
#include "channel/socket.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IDENTIFY_XID = 0x69640000, /* and one more each time that a caller is asked again */
    MAX_SILENCE_MS = 1000,
    REST_MS = 200, /* after a caller could not be accepted */
};

/* A connection whose other end has not said yet which switch it is. */
struct caller {
    struct channel_listener *listener;
    struct channel_conn *conn; /* NULL once it has another owner */
    struct event *silence;     /* ticks as long as it does not say which switch it is */
    unsigned silence_ms;       /* between two ticks */
    unsigned waited_ms;
    unsigned n_asked;
    bool is_old;      /* of an earlier start */
    bool is_stranger; /* it has named its datapath id, and no target waits for that */
    struct caller *next;
};

struct channel_listener {
    struct event_base *base;
    struct endpoint endpoint;
    struct channel_tls *tls;
    channel_listener_take *take;
    channel_listener_lost *lost; /* may be NULL */
    void *owner;
    int fd;
    struct event *acceptable, *rest;
    struct caller *callers;
    size_t n_callers, max_callers;
    unsigned patience_ms;
    uint32_t versions; /* 0: 1.0 */
    enum channel_preference prefers;
    size_t n_strangers; /* switches that were not taken */
    uint64_t last_stranger;
    size_t n_lost;               /* callers that did not come so far */
    struct base_error last_loss; /* why */
};

static void on_acceptable(evutil_socket_t fd, short events, void *arg);
static void on_rested(evutil_socket_t fd, short events, void *arg);
static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);
static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why);

static void on_greeted(void *owner, struct channel_conn *conn);

static const struct channel_conn_ops CALLER_OPS = {
    .message = on_message, .greeted = on_greeted, .down = on_down};

/* The first of its addresses where one can listen. */
static int listen_at(const struct endpoint *endpoint, int *fd, struct base_error *error)
{
    struct channel_address *addresses;
    size_t n_addresses;
    if (channel_socket_resolve(endpoint, &addresses, &n_addresses, error)) {
        return -1;
    }
    int status = -1;
    for (size_t i = 0; status && i < n_addresses; i++) {
        status = channel_socket_listen(&addresses[i], fd, error);
    }
    free(addresses);
    return status;
}

struct channel_listener *channel_listener_new(struct event_base *base,
                                              const struct endpoint *endpoint,
                                              struct channel_tls *tls, size_t max_callers,
                                              channel_listener_take *take, void *owner,
                                              struct base_error *error)
{
    int fd;
    if (listen_at(endpoint, &fd, error)) {
        return NULL;
    }
    struct channel_listener *listener = calloc(1, sizeof *listener);
    struct event *event = event_new(base, fd, EV_READ | EV_PERSIST, on_acceptable, listener);
    struct event *rest = evtimer_new(base, on_rested, listener);
    if (!listener || !event || !rest) {
        if (event) {
            event_free(event);
        }
        if (rest) {
            event_free(rest);
        }
        free(listener);
        close(fd);
        base_fail(error, "out of memory");
        return NULL;
    }
    *listener = (struct channel_listener){.base = base,
                                          .endpoint = *endpoint,
                                          .tls = tls,
                                          .take = take,
                                          .owner = owner,
                                          .fd = fd,
                                          .acceptable = event,
                                          .rest = rest,
                                          .max_callers = max_callers};
    return listener;
}

bool channel_listener_is_at(const struct channel_listener *listener,
                            const struct endpoint *endpoint, const struct channel_tls *tls)
{
    return listener->tls == tls && listener->endpoint.port == endpoint->port &&
           strcmp(listener->endpoint.host, endpoint->host) == 0;
}

void channel_listener_set_patience(struct channel_listener *listener, unsigned patience_ms)
{
    listener->patience_ms = patience_ms;
}

void channel_listener_tell_lost(struct channel_listener *listener, channel_listener_lost *lost)
{
    listener->lost = lost;
}

void channel_listener_allow(struct channel_listener *listener, uint32_t versions)
{
    listener->versions |= versions;
}

void channel_listener_prefer_highest(struct channel_listener *listener)
{
    listener->prefers = CHANNEL_HIGHEST;
}

void channel_listener_start(struct channel_listener *listener)
{
    listener->n_strangers = listener->n_lost = 0;
    for (struct caller *caller = listener->callers; caller; caller = caller->next) {
        caller->is_old = true;
    }
    event_add(listener->acceptable, NULL);
}

/* Unlinks; the connection is closed if it is still the caller's. */
static void forget(struct caller *caller)
{
    struct channel_listener *listener = caller->listener;
    struct caller **at = &listener->callers;
    while (*at != caller) {
        at = &(*at)->next;
    }
    *at = caller->next;
    listener->n_callers--;
    if (caller->silence) {
        event_free(caller->silence);
    }
    channel_conn_free(caller->conn);
    free(caller);
}

void channel_listener_stop(struct channel_listener *listener)
{
    event_del(listener->acceptable);
    event_del(listener->rest);
}

bool channel_listener_is_called(const struct channel_listener *listener)
{
    struct pollfd waiting = {.fd = listener->fd, .events = POLLIN};
    const struct caller *newest = listener->callers;
    return (newest && !newest->is_old) || poll(&waiting, 1, 0) > 0;
}

void channel_listener_format_others(const struct channel_listener *listener,
                                    struct base_buffer *out)
{
    if (listener->n_strangers > 0) {
        base_put_format(out, "; %zu other%s did, the last with datapath id %016" PRIx64,
                        listener->n_strangers, listener->n_strangers > 1 ? "s" : "",
                        listener->last_stranger);
    }
    if (listener->n_callers > 0) {
        base_put_format(out, "; %zu caller%s nothing, the last of them at ", listener->n_callers,
                        listener->n_callers > 1 ? "s say" : " says");
        channel_conn_format_peer(listener->callers->conn, out);
    }
    if (listener->n_lost > 0) {
        base_put_format(out, "; %zu caller%s not understood, the last: %s", listener->n_lost,
                        listener->n_lost > 1 ? "s were" : " was", listener->last_loss.text);
    }
}

void channel_listener_free(struct channel_listener *listener)
{
    if (!listener) {
        return;
    }
    while (listener->callers) {
        forget(listener->callers);
    }
    event_free(listener->acceptable);
    event_free(listener->rest);
    close(listener->fd);
    free(listener);
}

static void note_loss(struct channel_listener *listener, const struct base_error *why)
{
    listener->n_lost++;
    listener->last_loss = *why;
    if (listener->lost) {
        listener->lost(listener->owner, why);
    }
}

static void lose(struct caller *caller, const struct base_error *why)
{
    struct base_buffer peer = {0};
    struct base_error error = *why;
    channel_conn_format_peer(caller->conn, &peer);
    base_fail_in(&error, "%s", base_buffer_text(&peer));
    base_buffer_free(&peer);
    note_loss(caller->listener, &error);
    forget(caller);
}

static void ask(struct caller *caller)
{
    channel_conn_protocol(caller->conn)
        ->put_empty(channel_conn_output(caller->conn), OFPT_FEATURES_REQUEST,
                    IDENTIFY_XID + caller->n_asked++);
    channel_conn_flush(caller->conn);
}

/* Unless it was asked together with our HELLO. */
static void on_greeted(void *owner, struct channel_conn *conn)
{
    (void)conn;
    struct caller *caller = owner;
    if (caller->n_asked == 0) {
        ask(caller);
    }
}

/* What we say first, unless we hear first what the caller speaks. */
static void speak(struct caller *caller)
{
    uint32_t versions = caller->listener->versions;
    if (versions & (versions - 1)) {
        channel_conn_hear_first(caller->conn, versions, caller->listener->prefers);
        return;
    }
    if (versions) {
        channel_conn_speak(caller->conn, of_protocol((uint8_t)__builtin_ctz(versions)));
    }
    ask(caller);
}

/* A switch may have passed over what came together with HELLO. */
static void on_silence(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct caller *caller = arg;
    unsigned patience_ms = caller->listener->patience_ms;
    caller->waited_ms += caller->silence_ms;
    if (patience_ms > 0 && caller->waited_ms >= patience_ms) {
        struct base_error error;
        base_fail(&error, channel_conn_stage(caller->conn) == CHANNEL_CONN_SECURING
                              ? "did not finish the TLS handshake"
                              : "did not say which switch it is");
        lose(caller, &error);
    } else if (channel_conn_stage(caller->conn) == CHANNEL_CONN_GREETED) {
        ask(caller);
    } else if (channel_conn_hears(caller->conn)) { /* perhaps it hears first, too */
        channel_conn_hear_no_longer(caller->conn);
        ask(caller);
    }
}

/* 0, or -1 without memory. */
static int watch(struct caller *caller)
{
    unsigned patience_ms = caller->listener->patience_ms, quarter_ms = patience_ms / 4 + 1;
    bool is_short = patience_ms > 0 && quarter_ms < MAX_SILENCE_MS;
    caller->silence_ms = is_short ? quarter_ms : MAX_SILENCE_MS;
    const struct timeval silence = base_timeval(caller->silence_ms);
    caller->silence = event_new(caller->listener->base, -1, EV_PERSIST, on_silence, caller);
    return caller->silence ? event_add(caller->silence, &silence) : -1;
}

static int greet(struct channel_listener *listener, int fd_own, struct base_error *error)
{
    struct caller *caller = calloc(1, sizeof *caller);
    if (!caller) {
        close(fd_own);
        return base_fail(error, "out of memory");
    }
    *caller = (struct caller){.listener = listener, .next = listener->callers};
    caller->conn =
        channel_conn_new(listener->base, fd_own, listener->tls, &CALLER_OPS, caller, error);
    if (!caller->conn) {
        free(caller);
        return -1;
    }
    speak(caller);
    listener->callers = caller;
    listener->n_callers++;
    if (watch(caller)) {
        forget(caller);
        return base_fail(error, "out of memory");
    }
    return 0;
}

static void on_rested(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct channel_listener *listener = arg;
    event_add(listener->acceptable, NULL);
}

/* Room for one more: a switch says at once who it is, so it is hardly the one that has been silent
 * longest; and if it is, it dials again. */
static void make_room(struct channel_listener *listener)
{
    struct caller *oldest = listener->callers;
    if (listener->n_callers < listener->max_callers) {
        return;
    }
    while (oldest->next) {
        oldest = oldest->next;
    }
    struct base_error error;
    base_fail(&error, "said nothing while others called");
    lose(oldest, &error);
}

/* Where accepting fails for want of descriptors or memory, the next try waits for a moment. */
static void on_acceptable(evutil_socket_t fd, short events, void *arg)
{
    (void)events;
    struct channel_listener *listener = arg;
    struct base_error error;
    int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (peer < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        base_fail(&error, "can not accept: %s", strerror(errno));
        note_loss(listener, &error);
        event_del(listener->acceptable);
        const struct timeval rest = base_timeval(REST_MS);
        evtimer_add(listener->rest, &rest);
    } else if (peer >= 0) {
        make_room(listener);
        if (greet(listener, peer, &error)) {
            note_loss(listener, &error);
        }
    }
}

static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    struct caller *caller = owner;
    struct channel_listener *listener = caller->listener;
    if (header->type != OFPT_FEATURES_REPLY || header->xid - IDENTIFY_XID >= caller->n_asked) {
        return 0;
    }
    struct switch_state state = {0};
    int status = channel_conn_protocol(conn)->features(body, &state, error);
    uint64_t dpid = state.datapath_id;
    switch_state_free(&state);
    if (status) {
        return -1;
    }
    error->text[0] = '\0';
    if (listener->take(listener->owner, listener, conn, dpid, error)) {
        caller->conn = NULL;
        forget(caller);
        return 0;
    }
    if (error->text[0]) {
        return -1;
    }
    listener->n_strangers++;
    listener->last_stranger = dpid;
    caller->is_stranger = true;
    return base_fail(error, "not a switch that is waited for");
}

static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why)
{
    (void)conn;
    struct caller *caller = owner;
    if (caller->is_stranger) {
        forget(caller);
    } else {
        lose(caller, why);
    }
}
