/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a session with one switch: dialled or called, lost, tried again.
 * session_talk.c has the messages, session_stage.c the stages. */
#include "tapd/install/session.h"

#include "tapd/install/session_inside.h"
#include "tapd/log.h"

#include <event2/util.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_CALLERS = 256, /* that have not said which switch they are */
    HANDSHAKE_MS = 5000,
    IDLE_MS = 4000,
    REQUEST_MS = 30000,
    BACKOFF_MIN_MS = 100,
    BACKOFF_MAX_MS = 5000,
};

static void on_greeted(void *owner, struct channel_conn *conn);
static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);
static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why);
static void on_timer(evutil_socket_t fd, short events, void *arg);
static bool take_caller(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid, struct base_error *why);
static void on_lost_caller(void *owner, const struct base_error *why);
static void free_session(struct tapd_session *session);

static const struct channel_conn_ops SESSION_OPS = {
    .message = on_message, .greeted = on_greeted, .down = on_down};

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

struct tapd_sessions *tapd_sessions_new(struct event_base *base,
                                        const struct tapd_session_options *options)
{
    struct tapd_sessions *sessions = calloc(1, sizeof *sessions);
    if (!sessions) {
        return NULL;
    }
    const struct tapd_session_options *given = options ? options : &sessions->options;
    sessions->base = base;
    sessions->options = (struct tapd_session_options){
        .handshake_ms = or_default(given->handshake_ms, HANDSHAKE_MS),
        .idle_ms = or_default(given->idle_ms, IDLE_MS),
        .request_ms = or_default(given->request_ms, REQUEST_MS),
        .backoff_min_ms = or_default(given->backoff_min_ms, BACKOFF_MIN_MS),
        .backoff_max_ms = or_default(given->backoff_max_ms, BACKOFF_MAX_MS),
        .max_sum_bytes = given->max_sum_bytes,
        .tls = given->tls,
    };
    return sessions;
}

/* A second time at the same place is no error. */
static int listen_at(struct tapd_sessions *sessions, const struct endpoint *endpoint,
                     struct channel_tls *tls, struct base_error *error)
{
    for (size_t i = 0; i < sessions->n_listeners; i++) {
        if (channel_listener_is_at(sessions->listeners[i], endpoint, tls)) {
            return 0;
        }
    }
    if (base_grow(&sessions->listeners, sessions->n_listeners, &sessions->listeners_capacity,
                  sizeof *sessions->listeners)) {
        return base_fail(error, "out of memory");
    }
    struct channel_listener *listener = channel_listener_new(
        sessions->base, endpoint, tls, MAX_CALLERS, take_caller, sessions, error);
    if (!listener) {
        return -1;
    }
    channel_listener_set_patience(listener, sessions->options.handshake_ms);
    channel_listener_tell_lost(listener, on_lost_caller);
    channel_listener_prefer_highest(listener);
    sessions->listeners[sessions->n_listeners++] = listener;
    return 0;
}

static int set_endpoint(struct tapd_session *session, const char *endpoint, struct endpoint_tls tls,
                        struct base_error *error)
{
    struct tapd_sessions *sessions = session->sessions;
    endpoint_tls_complete(&tls, &sessions->options.tls);
    session->peer = tls;
    session->peer.key = session->peer.certificate = session->peer.ca = NULL; /* the caller's */
    if (!endpoint) {
        return 0;
    }
    if (endpoint_parse(endpoint, &session->endpoint, error) ||
        channel_tls_get(&sessions->tls, &session->endpoint, &tls, &session->tls, error)) {
        return base_fail_in(error, "%s", session->name);
    }
    if (session->endpoint.kind == ENDPOINT_PTCP) {
        return listen_at(sessions, &session->endpoint, session->tls, error)
                   ? base_fail_in(error, "%s", endpoint)
                   : 0;
    }
    session->text = strdup(endpoint);
    return session->text ? 0 : base_fail(error, "out of memory");
}

int tapd_sessions_add(struct tapd_sessions *sessions, const char *name, uint64_t dpid,
                      const struct lab_switch *at, const struct tapd_session_ops *ops, void *owner,
                      struct tapd_session **result, struct base_error *error)
{
    struct tapd_session *session = calloc(1, sizeof *session);
    if (!session || base_grow(&sessions->items, sessions->n_items, &sessions->capacity,
                              sizeof *sessions->items)) {
        free(session);
        return base_fail(error, "out of memory");
    }
    *session = (struct tapd_session){.sessions = sessions,
                                     .ops = ops,
                                     .owner = owner,
                                     .dpid = dpid,
                                     .version = at->version,
                                     .name = strdup(name)};
    session->timer = evtimer_new(sessions->base, on_timer, session);
    if (!session->name || !session->timer) {
        free_session(session);
        return base_fail(error, "out of memory");
    }
    if (set_endpoint(session, at->openflow, at->tls, error)) {
        free_session(session);
        return -1;
    }
    base_fail(&session->trouble, session->text ? "not dialled yet" : "has not dialled yet");
    sessions->items[sessions->n_items++] = session;
    *result = session;
    return 0;
}

int tapd_sessions_listen(struct tapd_sessions *sessions, const char *text, struct base_error *error)
{
    struct endpoint endpoint;
    struct channel_tls *tls;
    if (endpoint_parse(text, &endpoint, error)) {
        return -1;
    }
    if (endpoint.kind != ENDPOINT_PTCP) {
        return base_fail(error, "\"%s\": expected ptcp:[PORT][:HOST] or pssl:[PORT][:HOST]", text);
    }
    return channel_tls_get(&sessions->tls, &endpoint, &sessions->options.tls, &tls, error) ||
                   listen_at(sessions, &endpoint, tls, error)
               ? base_fail_in(error, "%s", text)
               : 0;
}

/* That are spoken with switches that dial: which one that is shows later. */
static uint32_t versions_of_callers(const struct tapd_sessions *sessions)
{
    uint32_t versions = 0;
    for (size_t i = 0; i < sessions->n_items; i++) {
        const struct tapd_session *session = sessions->items[i];
        if (!session->text) {
            versions |= session->version ? UINT32_C(1) << session->version : of_versions();
        }
    }
    return versions;
}

void tapd_sessions_start(struct tapd_sessions *sessions)
{
    for (size_t i = 0; i < sessions->n_listeners; i++) {
        channel_listener_allow(sessions->listeners[i], versions_of_callers(sessions));
        channel_listener_start(sessions->listeners[i]);
    }
    for (size_t i = 0; i < sessions->n_items; i++) {
        if (sessions->items[i]->text) {
            event_active(sessions->items[i]->timer, EV_TIMEOUT, 0);
        }
    }
}

void tapd_sessions_free(struct tapd_sessions *sessions)
{
    if (!sessions) {
        return;
    }
    for (size_t i = 0; i < sessions->n_listeners; i++) {
        channel_listener_free(sessions->listeners[i]);
    }
    for (size_t i = 0; i < sessions->n_items; i++) {
        free_session(sessions->items[i]);
    }
    channel_tls_pool_free(&sessions->tls);
    free(sessions->listeners);
    free(sessions->items);
    free(sessions);
}

const char *tapd_session_trouble(struct tapd_session *session)
{
    const struct tapd_sessions *sessions = session->sessions;
    if (tapd_session_is_up(session)) {
        return "";
    }
    session->awaited.n_bytes = 0;
    base_put_text(&session->awaited, session->trouble.text);
    for (size_t i = 0; !session->text && i < sessions->n_listeners; i++) {
        channel_listener_format_others(sessions->listeners[i], &session->awaited);
    }
    return base_buffer_text(&session->awaited);
}

static void free_session(struct tapd_session *session)
{
    if (session->timer) {
        event_free(session->timer);
    }
    channel_conn_free(session->conn);
    switch_state_free(&session->dump.state);
    base_buffer_free(&session->awaited);
    free(session->addresses);
    free(session->text);
    free(session->name);
    free(session);
}

static void on_lost_caller(void *owner, const struct base_error *why)
{
    (void)owner;
    tapd_log("a caller: %s", why->text);
}

/* Dialling */

/* Tries its addresses from the next one on. */
static int dial_next(struct tapd_session *session, struct base_error *error)
{
    int fd = -1, status = -1;
    while (status && session->n_tried < session->n_addresses) {
        status = channel_socket_dial(&session->addresses[session->n_tried++], &fd, error);
    }
    if (status) {
        return -1;
    }
    session->conn =
        channel_conn_new(session->sessions->base, fd, session->tls, &SESSION_OPS, session, error);
    if (!session->conn) {
        return -1;
    }
    tapd_session_greet(session);
    return 0;
}

static void dial(struct tapd_session *session)
{
    struct base_error error = {"no address"};
    session->n_tried = 0;
    if ((!session->addresses && channel_socket_resolve(&session->endpoint, &session->addresses,
                                                       &session->n_addresses, &error)) ||
        dial_next(session, &error)) {
        tapd_session_lose(session, &error);
    }
}

/* Being dialled */

static struct tapd_session *find_session(struct tapd_sessions *sessions, uint64_t dpid)
{
    for (size_t i = 0; i < sessions->n_items; i++) {
        if (sessions->items[i]->dpid == dpid) {
            return sessions->items[i];
        }
    }
    return NULL;
}

static void tell_stranger(struct tapd_sessions *sessions, uint64_t dpid)
{
    for (size_t i = 0; i < sessions->n_strangers; i++) {
        if (sessions->strangers[i] == dpid) {
            return;
        }
    }
    if (sessions->n_strangers < TAPD_STRANGERS_TOLD) {
        sessions->strangers[sessions->n_strangers++] = dpid;
        tapd_log("a switch with datapath id %016" PRIx64
                 " dials, which the topology does not have; it is left alone",
                 dpid);
    }
}

/* A switch that dials again has lost its former connection, even if we have
 * not noticed yet. */
static bool take_caller(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid, struct base_error *why)
{
    (void)listener;
    struct tapd_sessions *sessions = owner;
    struct tapd_session *session = find_session(sessions, dpid);
    const struct of_protocol *protocol = channel_conn_protocol(conn);
    if (!session) {
        tell_stranger(sessions, dpid);
        return false;
    }
    if (channel_conn_check_peer(conn, &session->peer, why)) {
        return false;
    }
    if (session->version && session->version != protocol->version) {
        base_fail(why, "%s speaks OpenFlow %s; its \"version\" in the lab file is another",
                  session->name, protocol->name);
        return false;
    }
    if (session->conn) {
        struct base_error error;
        base_fail(&error, "dialled again");
        tapd_session_lose(session, &error);
    }
    channel_conn_set_owner(conn, &SESSION_OPS, session);
    session->conn = conn;
    tapd_session_go_up(session);
    return true;
}

static void on_greeted(void *owner, struct channel_conn *conn);
static void on_greeted(void *owner, struct channel_conn *conn)
{
    (void)conn;
    struct tapd_session *session = owner;
    if (session->n_greetings == 0) {
        tapd_session_ask_features(session);
    }
}

static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    (void)conn;
    return tapd_session_take(owner, header, body, error);
}

/* A dialled one that does not even connect may have another address. */
static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why)
{
    struct tapd_session *session = owner;
    struct base_error error = *why;
    if (channel_conn_stage(conn) == CHANNEL_CONN_CONNECTING) {
        channel_conn_free(conn);
        session->conn = NULL;
        if (dial_next(session, &error) == 0) {
            return;
        }
    }
    tapd_session_lose(session, &error);
}

/* Silence */

static void give_up(struct tapd_session *session, const char *what)
{
    struct base_error error;
    base_fail(&error, "%s", what);
    tapd_session_lose(session, &error);
}

static void on_greeting_timer(struct tapd_session *session)
{
    enum channel_conn_stage stage = channel_conn_stage(session->conn);
    if (tapd_session_is_patient(session)) {
        tapd_session_ask_again(session);
    } else {
        give_up(session, stage == CHANNEL_CONN_CONNECTING ? "no connection"
                         : stage == CHANNEL_CONN_SECURING
                             ? "connected, but the TLS handshake does not end"
                             : "connected, but it does not answer in OpenFlow");
    }
}

static void on_idle_timer(struct tapd_session *session)
{
    unsigned limit_ms = session->sessions->options.idle_ms, step_ms = tapd_session_step_ms(session);
    session->silent_ms = session->heard ? 0 : session->silent_ms + step_ms;
    if (session->silent_ms >= limit_ms) {
        give_up(session, "does not answer ECHO");
        return;
    }
    if (!session->heard && !session->echo_due) {
        tapd_session_ask_for_echo(session);
    }
    tapd_session_set_timer(session, step_ms);
}

static void on_request_timer(struct tapd_session *session)
{
    if (session->resting) {
        tapd_session_go_on(session);
    } else if (session->heard) {
        tapd_session_enter(session, session->stage);
    } else if (tapd_session_is_patient(session)) {
        tapd_session_ask_again(session);
    } else {
        give_up(session, session->stage == STAGE_READING ? "does not tell its flows"
                                                         : "does not confirm flow-mods");
    }
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct tapd_session *session = arg;
    switch (session->stage) {
    case STAGE_AWAY:
        dial(session);
        break;
    case STAGE_GREETING:
        on_greeting_timer(session);
        break;
    case STAGE_IDLE:
        on_idle_timer(session);
        break;
    case STAGE_READING:
    case STAGE_SENDING:
        on_request_timer(session);
        break;
    }
}
