/* SPDX-License-Identifier: Apache-2.0 */
#include "tapd/session.h"

#include "channel/connection.h"
#include "channel/listener.h"
#include "channel/progress.h"
#include "channel/socket.h"
#include "openflow/error.h"
#include "tapd/log.h"

#include <event2/util.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Flow-mods between two barriers: bounds what waits in memory, and how long a
     * slow switch says nothing. */
    PART_BYTES = 1 << 18,
    MAX_CALLERS = 256,    /* that have not said who they are */
    STRANGERS_TOLD = 256, /* each once */
    MAX_READ_BYTES = 512 << 20,
    MAX_READ_MESSAGES = 1000000,
    MAX_READ_ENTRIES = 2000000,
    /* Asynchronous messages come to one who dialled an Open vSwitch only if this
     * is not 0 (its Documentation/topics/design.rst); packets are not wanted. */
    MISS_SEND_LEN = 1,
};

enum stage {
    STAGE_AWAY,     /* no connection; dialled again when the timer ends */
    STAGE_GREETING, /* connecting, or FEATURES has not come */
    STAGE_IDLE,     /* up */
    STAGE_READING,
    STAGE_SENDING,
};

struct tapd_session {
    struct tapd_sessions *sessions;
    const struct tapd_session_ops *ops;
    void *owner;
    char *name;
    char *text; /* the endpoint; NULL: the switch dials */
    uint64_t dpid;
    struct endpoint endpoint;
    struct channel_address *addresses; /* resolved once */
    size_t n_addresses;
    size_t n_tried; /* of the addresses, in this round */
    enum stage stage;
    struct channel_conn *conn; /* NULL: STAGE_AWAY */
    struct event *timer;       /* what is due in this stage if nothing else happens */
    bool heard;                /* since the timer was set: what counts in this stage */
    bool echo_due;             /* an ECHO_REQUEST has not been answered */
    unsigned n_failures;       /* connections in vain since the last that was up */
    uint32_t next_xid;
    uint32_t features_xid;
    struct channel_progress progress; /* STAGE_READING */
    struct channel_dump dump;
    const struct of_flow_mod *mods; /* STAGE_SENDING */
    size_t n_mods;
    size_t part_begin, part_end; /* of mods: sent, their barrier has not been answered */
    uint32_t part_xid;           /* of mods[part_begin] */
    uint32_t barrier_xid;
    struct base_error trouble;
};

struct tapd_sessions {
    struct event_base *base;
    struct tapd_session_options options;
    struct tapd_session **items;
    size_t n_items, capacity;
    struct channel_listener **listeners;
    size_t n_listeners, listeners_capacity;
    uint64_t strangers[STRANGERS_TOLD]; /* datapath ids that were told */
    size_t n_strangers;
    bool started;
};

static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);
static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why);
static void on_timer(evutil_socket_t fd, short events, void *arg);
static bool take_caller(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid);
static void ask_for_table(struct tapd_session *session);
static void enter(struct tapd_session *session, enum stage stage);
static void free_session(struct tapd_session *session);
static void send_part(struct tapd_session *session);

static const struct channel_conn_ops SESSION_OPS = {.message = on_message, .down = on_down};

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
        .handshake_ms = or_default(given->handshake_ms, 5000),
        .idle_ms = or_default(given->idle_ms, 5000),
        .request_ms = or_default(given->request_ms, 30000),
        .backoff_min_ms = or_default(given->backoff_min_ms, 100),
        .backoff_max_ms = or_default(given->backoff_max_ms, 5000),
    };
    return sessions;
}

static int set_endpoint(struct tapd_session *session, const char *endpoint,
                        struct base_error *error)
{
    if (!endpoint) {
        return 0;
    }
    if (endpoint_parse(endpoint, &session->endpoint, error)) {
        return base_fail_in(error, "%s", session->name);
    }
    if (session->endpoint.kind == ENDPOINT_PTCP) {
        return tapd_sessions_listen(session->sessions, endpoint, error);
    }
    session->text = strdup(endpoint);
    return session->text ? 0 : base_fail(error, "out of memory");
}

int tapd_sessions_add(struct tapd_sessions *sessions, const char *name, uint64_t dpid,
                      const char *endpoint, const struct tapd_session_ops *ops, void *owner,
                      struct tapd_session **result, struct base_error *error)
{
    struct tapd_session *session = calloc(1, sizeof *session);
    if (!session || base_grow(&sessions->items, sessions->n_items, &sessions->capacity,
                              sizeof *sessions->items)) {
        free(session);
        return base_fail(error, "out of memory");
    }
    *session = (struct tapd_session){
        .sessions = sessions, .ops = ops, .owner = owner, .dpid = dpid, .name = strdup(name)};
    session->timer = evtimer_new(sessions->base, on_timer, session);
    if (!session->name || !session->timer) {
        free_session(session);
        return base_fail(error, "out of memory");
    }
    if (set_endpoint(session, endpoint, error)) {
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
    if (endpoint_parse(text, &endpoint, error)) {
        return -1;
    }
    if (endpoint.kind != ENDPOINT_PTCP) {
        return base_fail(error, "\"%s\": expected ptcp:[PORT][:HOST]", text);
    }
    for (size_t i = 0; i < sessions->n_listeners; i++) {
        if (channel_listener_is_at(sessions->listeners[i], &endpoint)) {
            return 0;
        }
    }
    if (base_grow(&sessions->listeners, sessions->n_listeners, &sessions->listeners_capacity,
                  sizeof *sessions->listeners)) {
        return base_fail(error, "out of memory");
    }
    struct channel_listener *listener =
        channel_listener_new(sessions->base, &endpoint, MAX_CALLERS, take_caller, sessions, error);
    if (!listener) {
        return base_fail_in(error, "%s", text);
    }
    channel_listener_set_patience(listener, sessions->options.handshake_ms);
    sessions->listeners[sessions->n_listeners++] = listener;
    return 0;
}

void tapd_sessions_start(struct tapd_sessions *sessions)
{
    for (size_t i = 0; i < sessions->n_listeners; i++) {
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
    free(sessions->listeners);
    free(sessions->items);
    free(sessions);
}

void tapd_session_read(struct tapd_session *session)
{
    session->dump = (struct channel_dump){0};
    session->progress = (struct channel_progress){.limits = {.max_bytes = MAX_READ_BYTES,
                                                             .max_messages = MAX_READ_MESSAGES,
                                                             .max_entries = MAX_READ_ENTRIES},
                                                  .dump = &session->dump};
    enter(session, STAGE_READING);
    ask_for_table(session);
}

void tapd_session_send(struct tapd_session *session, const struct of_flow_mod *mods, size_t n_mods)
{
    session->mods = mods;
    session->n_mods = n_mods;
    session->part_end = 0;
    enter(session, STAGE_SENDING);
    send_part(session);
}

bool tapd_session_is_up(const struct tapd_session *session)
{
    return session->stage >= STAGE_IDLE;
}

bool tapd_session_is_idle(const struct tapd_session *session)
{
    return session->stage == STAGE_IDLE;
}

const char *tapd_session_trouble(const struct tapd_session *session)
{
    return tapd_session_is_up(session) ? "" : session->trouble.text;
}

static void free_session(struct tapd_session *session)
{
    if (session->timer) {
        event_free(session->timer);
    }
    channel_conn_free(session->conn);
    switch_state_free(&session->dump.state);
    free(session->addresses);
    free(session->text);
    free(session->name);
    free(session);
}

static void set_timer(struct tapd_session *session, unsigned ms)
{
    const struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    session->heard = false;
    evtimer_add(session->timer, &delay);
}

/* Half of the delay is chance, so that many switches that went away at once are
 * not dialled at once for ever. */
static unsigned backoff_ms(const struct tapd_session *session)
{
    const struct tapd_session_options *options = &session->sessions->options;
    unsigned ms = options->backoff_min_ms;
    for (unsigned i = 1; i < session->n_failures && ms < options->backoff_max_ms; i++) {
        ms *= 2;
    }
    ms = ms < options->backoff_max_ms ? ms : options->backoff_max_ms;
    uint16_t chance;
    evutil_secure_rng_get_bytes(&chance, sizeof chance);
    return ms / 2 + (unsigned)((uint64_t)ms * chance / (2 * UINT16_MAX));
}

/* Every change of the stage goes through here, and sets its timer. */
static void enter(struct tapd_session *session, enum stage stage)
{
    const struct tapd_session_options *options = &session->sessions->options;
    session->stage = stage;
    session->echo_due = false;
    switch (stage) {
    case STAGE_AWAY:
        if (session->text) {
            set_timer(session, backoff_ms(session));
        } else {
            evtimer_del(session->timer);
        }
        break;
    case STAGE_GREETING:
        set_timer(session, options->handshake_ms);
        break;
    case STAGE_IDLE:
        set_timer(session, options->idle_ms);
        break;
    case STAGE_READING:
    case STAGE_SENDING:
        set_timer(session, options->request_ms);
        break;
    }
}

static uint32_t take_xids(struct tapd_session *session, size_t n)
{
    uint32_t first = session->next_xid;
    session->next_xid += (uint32_t)n;
    return first;
}

/* Once, and not with every attempt. */
static void tell_trouble(struct tapd_session *session, const char *why, bool was_up)
{
    struct base_error trouble;
    base_fail(&trouble, "%s%s%s", session->text ? session->text : "", session->text ? ": " : "",
              why);
    if (was_up || strcmp(trouble.text, session->trouble.text) != 0) {
        tapd_log("%s: %s", session->name, trouble.text);
    }
    session->trouble = trouble;
}

/* Away, and why. The owner hears of it if the session was up. */
static void lose(struct tapd_session *session, const struct base_error *why)
{
    bool was_up = tapd_session_is_up(session);
    channel_conn_free(session->conn);
    session->conn = NULL;
    switch_state_free(&session->dump.state);
    session->n_failures += session->n_failures < UINT32_MAX;
    tell_trouble(session, why->text, was_up);
    enter(session, STAGE_AWAY);
    if (was_up) {
        session->ops->down(session->owner, session->trouble.text);
    }
}

static void go_up(struct tapd_session *session)
{
    struct base_buffer *output = channel_conn_output(session->conn);
    of_encode_config(output, OFPT_SET_CONFIG, take_xids(session, 1),
                     &(struct of_config){.miss_send_len = MISS_SEND_LEN});
    channel_conn_flush(session->conn);
    session->n_failures = 0;
    tapd_log("%s: connected", session->name);
    enter(session, STAGE_IDLE);
    session->ops->up(session->owner);
}

/* Dialling */

/* Tries its addresses from the next one on. */
static int dial_next(struct tapd_session *session, struct base_error *error)
{
    int fd, status = -1;
    while (status && session->n_tried < session->n_addresses) {
        status = channel_socket_dial(&session->addresses[session->n_tried++], &fd, error);
    }
    if (status) {
        return -1;
    }
    session->conn = channel_conn_new(session->sessions->base, fd, &SESSION_OPS, session, error);
    if (!session->conn) {
        return -1;
    }
    session->features_xid = take_xids(session, 1);
    of_encode_empty(channel_conn_output(session->conn), OFPT_FEATURES_REQUEST,
                    session->features_xid);
    enter(session, STAGE_GREETING);
    return 0;
}

static void dial(struct tapd_session *session)
{
    struct base_error error = {"no address"};
    session->n_tried = 0;
    if ((!session->addresses && channel_socket_resolve(&session->endpoint, &session->addresses,
                                                       &session->n_addresses, &error)) ||
        dial_next(session, &error)) {
        lose(session, &error);
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
    if (sessions->n_strangers < STRANGERS_TOLD) {
        sessions->strangers[sessions->n_strangers++] = dpid;
        tapd_log("a switch with datapath id %016" PRIx64
                 " dials, which the topology does not have; it is left alone",
                 dpid);
    }
}

/* A switch that dials again has lost its former connection, even if we have
 * not noticed yet. */
static bool take_caller(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid)
{
    (void)listener;
    struct tapd_sessions *sessions = owner;
    struct tapd_session *session = find_session(sessions, dpid);
    if (!session) {
        tell_stranger(sessions, dpid);
        return false;
    }
    if (session->conn) {
        struct base_error error;
        base_fail(&error, "dialled again");
        lose(session, &error);
    }
    channel_conn_set_owner(conn, &SESSION_OPS, session);
    session->conn = conn;
    go_up(session);
    return true;
}

/* Requests */

static void ask_for_table(struct tapd_session *session)
{
    channel_progress_begin(&session->progress, CHANNEL_FLOWS,
                           take_xids(session, CHANNEL_N_REQUESTS),
                           channel_conn_output(session->conn));
    channel_conn_flush(session->conn);
}

/* The next of the flow-mods, as many as one part holds, and a BARRIER. One that
 * can not be encoded keeps its transaction id, and its place. */
static void send_part(struct tapd_session *session)
{
    struct base_buffer *output = channel_conn_output(session->conn);
    size_t n_before = output->n_bytes;
    session->part_begin = session->part_end;
    session->part_xid = session->next_xid;
    while (session->part_end < session->n_mods && output->n_bytes - n_before < PART_BYTES) {
        struct base_error error;
        size_t index = session->part_end++;
        if (of_encode_flow_mod(output, take_xids(session, 1), &session->mods[index], &error)) {
            session->ops->refused(session->owner, index, error.text);
        }
    }
    session->barrier_xid = take_xids(session, 1);
    of_encode_empty(output, OFPT_BARRIER_REQUEST, session->barrier_xid);
    channel_conn_flush(session->conn);
}

/* Replies */

static int take_features(struct tapd_session *session, struct base_reader *body,
                         struct base_error *error)
{
    struct switch_state state = {0};
    int status = of_decode_features(body, &state, error);
    uint64_t dpid = state.datapath_id;
    switch_state_free(&state);
    if (status) {
        return -1;
    }
    if (dpid != session->dpid) {
        return base_fail(error,
                         "another switch, with datapath id %016" PRIx64 " instead of %016" PRIx64,
                         dpid, session->dpid);
    }
    go_up(session);
    return 0;
}

static int greeting_message(struct tapd_session *session, const struct of_header *header,
                            struct base_reader *body, struct base_error *error)
{
    if (header->type == OFPT_FEATURES_REQUEST) {
        return base_fail(error, "is an OpenFlow controller, not a switch");
    }
    if (header->xid != session->features_xid) {
        return 0;
    }
    return header->type == OFPT_FEATURES_REPLY ? take_features(session, body, error)
                                               : base_fail(error, "does not tell its features");
}

static int reading_message(struct tapd_session *session, const struct of_header *header,
                           struct base_reader *body, struct base_error *error)
{
    enum channel_step step;
    session->heard = true;
    if (channel_progress_message(&session->progress, header, body, &step, error)) {
        return -1;
    }
    if (step == CHANNEL_STEP_AGAIN) {
        ask_for_table(session);
    } else if (step == CHANNEL_STEP_DONE) {
        struct switch_state state = session->dump.state;
        session->dump.state = (struct switch_state){0};
        enter(session, STAGE_IDLE);
        session->ops->read(session->owner, &state);
        switch_state_free(&state);
    }
    return 0;
}

static int describe_error(struct base_reader *body, struct base_buffer *text,
                          struct base_error *error)
{
    struct of_error of_error;
    if (of_decode_error(body, &of_error, error)) {
        return -1;
    }
    of_error_format(&of_error, text);
    return 0;
}

/* An ERROR belongs to the flow-mod that has its transaction id. */
static int take_error(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    struct base_buffer text = {0};
    if (describe_error(body, &text, error)) {
        return -1;
    }
    uint32_t place = header->xid - session->part_xid;
    int status = 0;
    if (session->stage == STAGE_SENDING && place < session->part_end - session->part_begin) {
        session->ops->refused(session->owner, session->part_begin + place, base_buffer_text(&text));
    } else if (session->stage == STAGE_SENDING && header->xid == session->barrier_xid) {
        status = base_fail(error, "refused BARRIER: %s", base_buffer_text(&text));
    } else {
        tapd_log("%s: %s", session->name, base_buffer_text(&text));
    }
    base_buffer_free(&text);
    return status;
}

static int sending_message(struct tapd_session *session, const struct of_header *header,
                           struct base_reader *body, struct base_error *error)
{
    session->heard = true;
    if (header->type == OFPT_ERROR) {
        return take_error(session, header, body, error);
    }
    if (header->type != OFPT_BARRIER_REPLY || header->xid != session->barrier_xid) {
        return 0;
    }
    if (session->part_end < session->n_mods) {
        send_part(session);
    } else {
        enter(session, STAGE_IDLE);
        session->ops->acknowledged(session->owner);
    }
    return 0;
}

static int take_removed(struct tapd_session *session, struct base_reader *body,
                        struct base_error *error)
{
    struct of_flow_removed removed;
    if (of_decode_flow_removed(body, &removed, error)) {
        return -1;
    }
    session->ops->removed(session->owner, &removed);
    return 0;
}

static int take_port_status(struct tapd_session *session, struct base_reader *body,
                            struct base_error *error)
{
    struct of_port_status status;
    if (of_decode_port_status(body, &status, error)) {
        return -1;
    }
    session->ops->port_changed(session->owner, &status);
    return 0;
}

/* What a switch says of itself, at any time. Packets are nobody's here. */
static int take_event(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    switch (header->type) {
    case OFPT_FLOW_REMOVED:
        return take_removed(session, body, error);
    case OFPT_PORT_STATUS:
        return take_port_status(session, body, error);
    case OFPT_ECHO_REPLY:
        session->echo_due = false;
        return 0;
    default:
        return 0;
    }
}

static bool is_event(uint8_t type)
{
    return type == OFPT_PACKET_IN || type == OFPT_FLOW_REMOVED || type == OFPT_PORT_STATUS ||
           type == OFPT_ECHO_REPLY;
}

static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    (void)conn;
    struct tapd_session *session = owner;
    if (session->stage == STAGE_GREETING) {
        return greeting_message(session, header, body, error);
    }
    if (is_event(header->type)) {
        session->heard |= session->stage == STAGE_IDLE;
        return take_event(session, header, body, error);
    }
    switch (session->stage) {
    case STAGE_READING:
        return reading_message(session, header, body, error);
    case STAGE_SENDING:
        return sending_message(session, header, body, error);
    default:
        session->heard = true;
        return header->type == OFPT_ERROR ? take_error(session, header, body, error) : 0;
    }
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
    lose(session, &error);
}

/* Silence */

static void ask_for_echo(struct tapd_session *session)
{
    of_encode_empty(channel_conn_output(session->conn), OFPT_ECHO_REQUEST, take_xids(session, 1));
    channel_conn_flush(session->conn);
    set_timer(session, session->sessions->options.idle_ms);
    session->echo_due = true;
}

static void give_up(struct tapd_session *session, const char *what)
{
    struct base_error error;
    base_fail(&error, "%s", what);
    lose(session, &error);
}

static void on_request_timer(struct tapd_session *session)
{
    if (session->heard) {
        set_timer(session, session->sessions->options.request_ms);
        return;
    }
    give_up(session, session->stage == STAGE_READING ? "does not tell its flows"
                                                     : "does not confirm flow-mods (BARRIER)");
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
        give_up(session, channel_conn_stage(session->conn) == CHANNEL_CONN_CONNECTING
                             ? "no connection"
                             : "connected, but it does not answer in OpenFlow");
        break;
    case STAGE_IDLE:
        if (session->heard) {
            set_timer(session, session->sessions->options.idle_ms);
        } else if (session->echo_due) {
            give_up(session, "does not answer ECHO");
        } else {
            ask_for_echo(session);
        }
        break;
    case STAGE_READING:
    case STAGE_SENDING:
        on_request_timer(session);
        break;
    }
}
