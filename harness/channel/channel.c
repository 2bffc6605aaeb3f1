/* SPDX-License-Identifier: Apache-2.0
 *
 * What does each switch say of itself now? Sessions to all of them at once. */
#include "channel/channel.h"

#include "base/clock.h"
#include "channel/channel_inside.h"
#include "channel/hidden.h"
#include "channel/socket.h"
#include "openflow/of13/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Connections beyond the switches that are waited for: strangers, port scanners. */
enum { MAX_STRANGERS = 16 };

static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);
static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why);

static int on_rival_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                            struct base_reader *body, struct base_error *error);
static void on_rival_down(void *owner, struct channel_conn *conn, const struct base_error *why);

static const struct channel_conn_ops SESSION_OPS = {.message = on_message, .down = on_down};
static int on_kept_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                           struct base_reader *body, struct base_error *error);
static void on_kept_down(void *owner, struct channel_conn *conn, const struct base_error *why);

static const struct channel_conn_ops KEPT_OPS = {.message = on_kept_message, .down = on_kept_down};
static const struct channel_conn_ops RIVAL_OPS = {.message = on_rival_message,
                                                  .down = on_rival_down};

/* The end of a dump: "" is success. */
static void finish(struct session *session, const char *why)
{
    struct channel_dump *dump = session->progress.dump;
    dump->ok = !*why;
    dump->ms = base_ms_since(session->channel->started_ns);
    session->silent_ms =
        *why && dump->first_byte_ms == 0 && dump->ms >= CHANNEL_GRACE_MS ? dump->ms : 0;
    if (*why) {
        snprintf(dump->reason, sizeof dump->reason, "%s: %s", session->text, why);
    }
    session->running = false;
    if (--session->channel->n_running == 0) {
        event_base_loopbreak(session->channel->base);
    }
}

static void hang_up(struct session *session)
{
    channel_conn_free(session->conn);
    session->conn = NULL;
    session->reused = false;
}

static void hang_up_rival(struct session *session)
{
    channel_conn_free(session->rival);
    session->rival = NULL;
}

static void ask(struct session *session)
{
    session->progress.protocol = channel_conn_protocol(session->conn);
    channel_progress_begin(&session->progress, session->channel->what, session->next_xid,
                           channel_conn_output(session->conn));
    session->next_xid += CHANNEL_N_REQUESTS;
    session->heard = true;
    session->echo_due = false;
    channel_conn_flush(session->conn);
}

/* For nothing that we have not asked for. */
static void hush(struct session *session, struct channel_conn *conn)
{
    const struct of_protocol *protocol = channel_conn_protocol(conn);
    if (protocol->put_quiet) {
        protocol->put_quiet(channel_conn_output(conn), session->next_xid++);
        channel_conn_flush(conn);
    }
}

/* Dials the next of its addresses; the requests go out with the HELLO. */
static int dial_next(struct session *session, struct base_error *error)
{
    struct channel *channel = session->channel;
    int fd = -1;
    while (session->n_tried < session->n_addresses) {
        size_t tried = session->n_tried++;
        int failed = channel->dialler.pid && session->endpoint.kind == ENDPOINT_UNIX
                         ? channel_dialler_dial(&channel->dialler,
                                                (size_t)(session - channel->sessions), &fd, error)
                         : channel_socket_dial(&session->addresses[tried], &fd, error);
        if (!failed) {
            session->conn =
                channel_conn_new(channel->base, fd, session->tls, &SESSION_OPS, session, error);
            if (!session->conn) {
                return -1;
            }
            channel_conn_speak(session->conn, session->protocol);
            hush(session, session->conn);
            ask(session);
            return 0;
        }
    }
    return -1;
}

/* A switch with a ptcp: endpoint is waited for. */
static void dial(struct session *session)
{
    struct base_error error = {"no address"};
    session->n_tried = 0;
    if (!session->listener && dial_next(session, &error)) {
        finish(session, error.text);
    }
}

/* Two switches with one datapath id; the reason of this dump and of each later one. */
static void find_twins(struct session *session, const struct channel_conn *other)
{
    struct base_buffer text = {0};
    base_put_format(&text, "two switches have datapath id %016" PRIx64 ", at ", session->dpid);
    channel_conn_format_peer(session->conn, &text);
    base_put_text(&text, " and ");
    channel_conn_format_peer(other, &text);
    base_put_text(&text, ": which of them is meant is not known");
    base_fail(&session->unusable, "%s", base_buffer_text(&text));
    base_buffer_free(&text);
    if (!session->running) { /* it was too early to say that the dump is good */
        session->running = true;
        session->channel->n_running++;
    }
    finish(session, session->unusable.text);
}

/* Whether the switch says something now, which it has not said before it died. */
static bool is_answer(const struct session *session, const struct of_header *header)
{
    bool is_reply = header->type == OFPT_FEATURES_REPLY || header->type == OFPT_STATS_REPLY ||
                    header->type == OFPT_BARRIER_REPLY || header->type == OFPT_ERROR ||
                    header->type == OFPT_ECHO_REPLY;
    return is_reply && header->xid - session->first_xid < session->next_xid - session->first_xid;
}

/* A switch answers in order: one that answers ECHO alone has passed over what it was asked
 * before. */
static void take_echo(struct session *session, uint32_t xid)
{
    if (session->echo_due && xid == session->echo_xid &&
        channel_progress_ask_otherwise(&session->progress)) {
        ask(session);
    }
    session->echo_due = false;
}

/* What a session has sent; of `now` the message that comes to `n_bytes`, too. */
static size_t sent_by(const struct session *session, const struct session *now, size_t n_bytes)
{
    return session->progress.dump->n_bytes + (session == now ? n_bytes : 0);
}

/* Of all that are still running, the one that has sent most. */
static struct session *largest(struct channel *channel, const struct session *now, size_t n_bytes)
{
    struct session *found = NULL;
    size_t most = 0;
    for (size_t i = 0; i < channel->n_sessions; i++) {
        struct session *session = &channel->sessions[i];
        size_t sent = session->running ? sent_by(session, now, n_bytes) : 0;
        if (sent > most) {
            found = session;
            most = sent;
        }
    }
    return found;
}

/* Switches may bring memory to its end together, each within its own limit. */
static int check_sum(struct session *session, size_t n_bytes, struct base_error *error)
{
    struct channel *channel = session->channel;
    struct session *victim = NULL;
    channel->n_bytes += n_bytes;
    if (channel->n_bytes > channel->options.max_sum_bytes) {
        victim = largest(channel, session, n_bytes);
    }
    if (!victim) {
        return 0;
    }
    struct channel_dump *dump = victim->progress.dump;
    size_t sent = sent_by(victim, session, n_bytes);
    base_fail(error, "sent %zu bytes, most of all switches, which may send %zu together (--memory)",
              sent, channel->options.max_sum_bytes);
    channel->n_bytes -= sent < channel->n_bytes ? sent : channel->n_bytes;
    if (victim == session) {
        return -1;
    }
    finish(victim, error->text);
    hang_up(victim);
    switch_state_free(&dump->state);
    return 0;
}

static int on_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    struct session *session = owner;
    struct channel_progress *progress = &session->progress;
    enum channel_step step;
    session->silent_ms = 0;
    if (!session->running) {
        return 0;
    }
    if (is_answer(session, header)) {
        bool was_before = session->reused;
        session->reused = false;
        if (was_before && session->rival) {
            find_twins(session, session->rival);
            return base_fail(error, "%s", session->unusable.text);
        }
    }
    if (progress->dump->first_byte_ms == 0) {
        progress->dump->first_byte_ms = base_ms_since(session->channel->started_ns);
    }
    session->heard = true;
    if (header->type == OFPT_ECHO_REPLY) {
        take_echo(session, header->xid);
        return 0;
    }
    session->echo_due = false;
    if (check_sum(session, header->length, error) < 0 ||
        channel_progress_message(progress, header, body, &step, error) < 0) {
        return -1;
    }
    if (step == CHANNEL_STEP_AGAIN) {
        ask(session);
    } else if (step == CHANNEL_STEP_NEXT) {
        channel_progress_next(progress, channel_conn_output(conn));
        channel_conn_flush(conn);
    } else if (step == CHANNEL_STEP_DONE) {
        finish(session, "");
    }
    return 0;
}

/* "<text>: <how far it came>" */
static void finish_waiting(struct session *session, const char *text)
{
    struct base_buffer why = {0};
    base_put_format(&why, "%s: ", text);
    channel_session_explain(session, &why);
    finish(session, base_buffer_text(&why));
    base_buffer_free(&why);
}

/* It is the switch, which has dialled again; unless the connection of before answers after all. */
static void take_rival(struct session *session)
{
    struct channel_conn *before = session->conn;
    session->conn = session->rival;
    session->rival = before;
    session->reused = false;
    channel_conn_set_owner(session->conn, &SESSION_OPS, session);
    if (before) {
        channel_conn_set_owner(before, &RIVAL_OPS, session);
    }
    ask(session);
}

static int on_rival_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                            struct base_reader *body, struct base_error *error)
{
    (void)body;
    struct session *session = owner;
    if (!session->conn || session->reused || !is_answer(session, header)) {
        return 0;
    }
    find_twins(session, conn);
    return base_fail(error, "%s", session->unusable.text);
}

static void on_rival_down(void *owner, struct channel_conn *conn, const struct base_error *why)
{
    (void)conn;
    (void)why;
    hang_up_rival(owner);
}

/* 1.0 is said first, which every switch that has it is read in. One that says in its HELLO that it
 * has not, and has 1.3, is dialled once more. False: that is not so. */
static bool speak_otherwise(struct session *session, const struct channel_conn *conn)
{
    const struct of_protocol *other = channel_conn_alternative(conn);
    if (!session->running || session->listener || session->insists || !other) {
        return false;
    }
    session->protocol = other;
    session->n_tried--; /* the same address */
    return true;
}

static void on_down(void *owner, struct channel_conn *conn, const struct base_error *why)
{
    struct session *session = owner;
    struct base_error error = *why;
    bool closed = channel_conn_was_closed(conn);
    bool again = session->running && session->reused && closed;
    again |= session->running && session->rival; /* it has dialled again */
    bool next = session->running && channel_conn_stage(conn) == CHANNEL_CONN_CONNECTING &&
                session->n_tried < session->n_addresses;
    next = next || speak_otherwise(session, conn);
    if (session->running && !again && !next) {
        if (closed) {
            finish_waiting(session, why->text);
        } else {
            finish(session, why->text);
        }
    }
    hang_up(session);
    if (session->running && session->rival) {
        take_rival(session);
    } else if (again) {
        dial(session);
    } else if (next && dial_next(session, &error)) {
        finish(session, error.text);
    }
}

/* Whose switch is it? A target that takes any is bound to the first. */
static struct session *find_dpid(struct channel *channel, const struct channel_listener *listener,
                                 uint64_t dpid)
{
    struct session *any = NULL;
    for (size_t i = 0; i < channel->n_sessions; i++) {
        struct session *session = &channel->sessions[i];
        if (session->listener == listener && !session->any_dpid && session->dpid == dpid) {
            return session;
        }
        if (session->listener == listener && session->any_dpid && !any) {
            any = session;
        }
    }
    return any;
}

static bool on_switch(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                      uint64_t dpid, struct base_error *why)
{
    struct session *session = find_dpid(owner, listener, dpid);
    if (!session || channel_conn_check_peer(conn, &session->peer, why)) {
        return false;
    }
    hush(session, conn);
    /* A switch that dials again has given up the connection of an earlier dump: it does not
     * answer there any more. */
    if (session->rival || (session->conn && !session->reused)) {
        find_twins(session, conn);
        return false;
    }
    if (session->conn && session->running) {
        session->rival = conn;
        channel_conn_set_owner(conn, &RIVAL_OPS, session);
        if (base_ms_since(session->channel->started_ns) > CHANNEL_GRACE_MS) {
            take_rival(session);
        }
        return true;
    }
    hang_up(session);
    session->dpid = dpid;
    session->any_dpid = false;
    session->silent_ms = 0;
    session->conn = conn;
    channel_conn_set_owner(conn, &SESSION_OPS, session);
    if (session->running) {
        ask(session);
    }
    return true;
}

static void begin(struct session *session, struct channel_dump *dump)
{
    *dump = (struct channel_dump){.ok = false};
    struct channel_habits habits = session->progress.habits;
    habits.is_plain |= session->channel->options.plain;
    session->progress = (struct channel_progress){
        .limits = session->channel->options, .dump = dump, .habits = habits};
    session->running = true;
    session->reused = session->conn;
    session->first_xid = session->next_xid;
    if (session->unusable.text[0]) {
        finish(session, session->unusable.text);
    } else if (session->conn) {
        ask(session);
    } else {
        dial(session);
    }
}

static void give_up(struct session *session)
{
    char text[64];
    double before_ms = session->silent_ms;
    if (session->channel->interrupted) {
        snprintf(text, sizeof text, "interrupted");
    } else if (before_ms > 0) {
        snprintf(text, sizeof text, "did not answer before (%.3g s), nor now", before_ms / 1e3);
    } else {
        snprintf(text, sizeof text, "timed out after %u ms", session->channel->options.timeout_ms);
    }
    finish_waiting(session, text);
    session->silent_ms = before_ms > 0 ? before_ms : session->silent_ms;
    hang_up(session);
}

static void on_grace(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct channel *channel = arg;
    for (size_t i = 0; i < channel->n_sessions; i++) {
        struct session *session = &channel->sessions[i];
        if (session->running && session->silent_ms > 0 && !session->rival) {
            give_up(session);
        } else if (session->running && session->reused && session->rival) {
            take_rival(session);
        }
    }
}

/* A switch that is greeted and says nothing: is it alive? */
static void on_silence(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct channel *channel = arg;
    for (size_t i = 0; i < channel->n_sessions; i++) {
        struct session *session = &channel->sessions[i];
        if (session->running && session->conn && !session->heard &&
            channel_conn_stage(session->conn) == CHANNEL_CONN_GREETED) {
            session->echo_due = true;
            session->echo_xid = session->next_xid++;
            channel_conn_protocol(session->conn)
                ->put_empty(channel_conn_output(session->conn), OFPT_ECHO_REQUEST,
                            session->echo_xid);
            channel_conn_flush(session->conn);
        }
        session->heard = false;
    }
}

static bool is_called(const struct channel *channel)
{
    bool called = false;
    for (size_t i = 0; i < channel->n_listeners; i++) {
        called |= channel_listener_is_called(channel->listeners[i]);
    }
    return called;
}

/* All have answered. Somebody who calls now, or called before and says now who it is, may be the
 * twin of one of them. */
static void hear_callers(struct channel *channel)
{
    uint64_t start_ns = base_now_ns();
    const struct timeval grace = base_timeval(CHANNEL_GRACE_MS);
    if (channel->n_listeners > 0) {
        event_base_loop(channel->base, EVLOOP_NONBLOCK);
    }
    if (channel->interrupted || !is_called(channel) || event_add(channel->grace, &grace)) {
        return;
    }
    do {
        event_base_loop(channel->base, EVLOOP_ONCE);
    } while (is_called(channel) && base_ms_since(start_ns) < CHANNEL_GRACE_MS);
    event_del(channel->grace);
}

/* ------------------------------------------------- what is not told in 1.0 */

static int on_kept_message(void *owner, struct channel_conn *conn, const struct of_header *header,
                           struct base_reader *body, struct base_error *error)
{
    (void)owner, (void)conn, (void)header, (void)body, (void)error;
    return 0;
}

static void on_kept_down(void *owner, struct channel_conn *conn, const struct base_error *why)
{
    (void)why;
    ((struct session *)owner)->kept = NULL;
    channel_conn_free(conn);
}

/* Whether the switch may have said less in 1.0 than it would in 1.3. Open vSwitch with all its
 * versions, as it is unless told otherwise, lists none of them. One that dials cannot be asked
 * in both. */
static bool may_hide(const struct session *session, const struct channel_dump *dump)
{
    uint32_t newer = of_versions() & ~((UINT32_C(2) << OFP_VERSION) - 1);
    return dump->ok && session->conn && !session->listener &&
           session->protocol->version == OFP_VERSION &&
           (channel_conn_offers(session->conn) & newer);
}

/* Asks in 1.3 as well; the session of 1.0 stays open beside it. */
static void begin_beside(struct session *session, struct channel_dump *other)
{
    session->kept = session->conn;
    session->kept_habits = session->progress.habits;
    session->conn = NULL;
    channel_conn_set_owner(session->kept, &KEPT_OPS, session);
    session->protocol = of_protocol(OF13_VERSION);
    session->silent_ms = CHANNEL_BESIDE_MS;
    session->channel->n_running++;
    begin(session, other);
}

/* What hides something in 1.0 is asked in 1.3 from now on. */
static void end_beside(struct session *session, struct channel_dump *dump,
                       struct channel_dump *other)
{
    if (session->running) {
        give_up(session);
    }
    if (other->ok && channel_hides(&other->state.flows)) {
        switch_state_free(&dump->state);
        *dump = *other;
        channel_conn_free(session->kept);
    } else {
        dump->odd |= other->ok ? 0 : CHANNEL_ODD_UNTOLD;
        session->takes_one = !other->ok && other->first_byte_ms == 0;
        switch_state_free(&other->state);
        hang_up(session);
        session->protocol = of_protocol(OFP_VERSION);
        session->progress.habits = session->kept_habits;
        session->conn = session->kept;
        session->silent_ms = 0;
        if (session->conn) {
            channel_conn_set_owner(session->conn, &SESSION_OPS, session);
        }
    }
    session->kept = NULL;
}

static int dump_beside(struct channel *channel, struct channel_dump *dumps,
                       struct base_error *error)
{
    struct channel_dump *others = calloc(channel->n_sessions + 1, sizeof *others);
    if (!others) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < channel->n_sessions && !channel->interrupted; i++) {
        if (!may_hide(&channel->sessions[i], &dumps[i])) {
            continue;
        }
        if (channel->sessions[i].insists) {
            dumps[i].odd |= CHANNEL_ODD_INSISTED;
        } else if (channel->sessions[i].takes_one) {
            dumps[i].odd |= CHANNEL_ODD_UNTOLD;
        } else {
            begin_beside(&channel->sessions[i], &others[i]);
        }
    }
    int status = channel_loop_run(channel, CHANNEL_BESIDE_MS, error);
    for (size_t i = 0; i < channel->n_sessions; i++) {
        if (channel->sessions[i].kept || channel->sessions[i].progress.dump == &others[i]) {
            end_beside(&channel->sessions[i], &dumps[i], &others[i]);
        }
    }
    free(others);
    return status;
}

static int dump_all(struct channel *channel, unsigned what, struct channel_dump *dumps,
                    struct base_error *error)
{
    channel->started_ns = base_now_ns();
    channel->what = what;
    channel->n_running = channel->n_sessions;
    channel->n_bytes = 0;
    for (size_t i = 0; i < channel->n_listeners; i++) {
        channel_listener_start(channel->listeners[i]);
    }
    for (size_t i = 0; i < channel->n_sessions; i++) {
        begin(&channel->sessions[i], &dumps[i]);
    }
    int status = channel_loop_run(channel, CHANNEL_GRACE_MS, error);
    for (size_t i = 0; i < channel->n_sessions; i++) {
        if (channel->sessions[i].running) {
            give_up(&channel->sessions[i]);
        }
    }
    hear_callers(channel);
    for (size_t i = 0; i < channel->n_sessions; i++) {
        hang_up_rival(&channel->sessions[i]);
    }
    for (size_t i = 0; i < channel->n_listeners; i++) {
        channel_listener_stop(channel->listeners[i]);
    }
    return status;
}

int channel_dump(struct channel *channel, unsigned what, struct channel_dump *dumps,
                 struct base_error *error)
{
    int status = dump_all(channel, what, dumps, error);
    return status == 0 && (what & CHANNEL_FLOWS) ? dump_beside(channel, dumps, error) : status;
}

int channel_packet_out(struct channel *channel, size_t target, uint16_t port, const void *frame,
                       size_t n_bytes, struct base_error *error)
{
    struct session *session = &channel->sessions[target];
    struct action output = {.type = ACTION_OUTPUT, .port = port};
    struct of_packet_out packet = {
        .in_port = PORT_NONE, .actions = &output, .n_actions = 1, .data = frame, .n_data = n_bytes};
    if (!session->conn) {
        return base_fail(error, "%s: no session", session->text);
    }
    return channel_conn_protocol(session->conn)
        ->put_packet_out(channel_conn_output(session->conn), session->next_xid++, &packet, error);
}

static void set_options(struct channel_options *options, const struct channel_options *given)
{
    *options = given ? *given : (struct channel_options){0};
    options->timeout_ms = options->timeout_ms ? options->timeout_ms : 10000;
    options->max_bytes = options->max_bytes ? options->max_bytes : (size_t)512 << 20;
    options->max_sum_bytes = options->max_sum_bytes ? options->max_sum_bytes : SIZE_MAX;
    options->max_messages = options->max_messages ? options->max_messages : 1000000;
    options->max_entries = options->max_entries ? options->max_entries : 2000000;
}

/* The listener of a ptcp: endpoint, shared with the targets before this one; or the error. */
static void attach_listener(struct session *session, struct base_error *error)
{
    struct channel *channel = session->channel;
    for (size_t i = 0; i < channel->n_listeners; i++) {
        if (channel_listener_is_at(channel->listeners[i], &session->endpoint, session->tls)) {
            session->listener = channel->listeners[i];
            return;
        }
    }
    if (base_grow(&channel->listeners, channel->n_listeners, &channel->listeners_capacity,
                  sizeof *channel->listeners)) {
        base_fail(error, "out of memory");
        return;
    }
    session->listener =
        channel_listener_new(channel->base, &session->endpoint, session->tls,
                             channel->n_sessions + MAX_STRANGERS, on_switch, channel, error);
    if (session->listener) {
        channel_listener_set_patience(session->listener, channel->options.timeout_ms);
        channel->listeners[channel->n_listeners++] = session->listener;
    }
}

static int open_session(struct session *session, struct channel *channel,
                        const struct channel_target *target, struct base_error *error)
{
    *session =
        (struct session){.channel = channel,
                         .text = strdup(target->endpoint),
                         .dpid = target->dpid,
                         .peer = target->tls,
                         .any_dpid = target->any_dpid,
                         .protocol = of_protocol(target->version ? target->version : OFP_VERSION),
                         .insists = target->version != 0,
                         .next_xid = 1};
    session->peer.key = session->peer.certificate = session->peer.ca = NULL; /* the caller's */
    if (!session->text) {
        return base_fail(error, "out of memory");
    }
    if (endpoint_parse(target->endpoint, &session->endpoint, error)) {
        return base_fail_in(error, "switch %s", target->name);
    }
    if (channel_tls_get(&channel->tls, &session->endpoint, &target->tls, &session->tls,
                        &session->unusable) == 0) {
        /* As of the files: an error is the reason of each of its dumps. */
        if (session->endpoint.kind == ENDPOINT_PTCP) {
            attach_listener(session, &session->unusable);
        } else {
            (void)channel_socket_resolve(&session->endpoint, &session->addresses,
                                         &session->n_addresses, &session->unusable);
        }
        if (session->listener) {
            channel_listener_allow(session->listener, target->version
                                                          ? UINT32_C(1) << target->version
                                                          : of_versions());
        }
    }
    return 0;
}

/* Of the first address of each session, where there is a Unix socket at all. */
static int start_dialler(struct channel *channel, struct base_error *error)
{
    size_t n = channel->n_sessions, n_sockets = 0;
    struct channel_address *addresses = calloc(n + 1, sizeof *addresses);
    for (size_t i = 0; addresses && i < n; i++) {
        const struct session *session = &channel->sessions[i];
        if (session->endpoint.kind == ENDPOINT_UNIX && session->n_addresses > 0) {
            addresses[i] = session->addresses[0];
            n_sockets++;
        }
    }
    int status = !addresses      ? base_fail(error, "out of memory")
                 : n_sockets > 0 ? channel_dialler_start(&channel->dialler, addresses, n, error)
                                 : 0;
    free(addresses);
    return status;
}

int channel_open(const struct channel_target *targets, size_t n_targets,
                 const struct channel_options *options, struct channel **channel,
                 struct base_error *error)
{
    *channel = NULL;
    if (channel_socket_check_descriptors(error) < 0) {
        return -1;
    }
    struct channel *new = calloc(1, sizeof *new);
    if (!new) {
        return base_fail(error, "out of memory");
    }
    set_options(&new->options, options);
    new->base = event_base_new();
    new->deadline = new->base ? evtimer_new(new->base, channel_loop_end, new->base) : NULL;
    new->grace = new->deadline ? evtimer_new(new->base, on_grace, new) : NULL;
    new->silence =
        new->grace ? event_new(new->base, -1, EV_PERSIST | EV_TIMEOUT, on_silence, new) : NULL;
    bool failed = !new->silence;
    if (!failed && new->options.interrupt_fd > 0) {
        new->interrupt =
            event_new(new->base, new->options.interrupt_fd, EV_READ, channel_loop_interrupt, new);
        failed = !new->interrupt;
    }
    new->sessions = calloc(n_targets + 1, sizeof *new->sessions);
    int status = !failed && new->sessions ? 0 : base_fail(error, "out of memory");
    new->n_sessions = status ? 0 : n_targets;
    for (size_t i = 0; !status && i < n_targets; i++) {
        status = open_session(&new->sessions[i], new, &targets[i], error);
    }
    if (!status && new->options.helped) {
        status = start_dialler(new, error);
    }
    if (status) {
        channel_close(new);
        return -1;
    }
    *channel = new;
    return 0;
}

void channel_close(struct channel *channel)
{
    if (!channel) {
        return;
    }
    base_helper_end(&channel->dialler);
    for (size_t i = 0; i < channel->n_sessions; i++) {
        channel_conn_free(channel->sessions[i].conn);
        channel_conn_free(channel->sessions[i].rival);
        free(channel->sessions[i].addresses);
        free(channel->sessions[i].text);
    }
    for (size_t i = 0; i < channel->n_listeners; i++) {
        channel_listener_free(channel->listeners[i]);
    }
    channel_tls_pool_free(&channel->tls);
    free(channel->listeners);
    free(channel->sessions);
    struct event *const events[] = {channel->deadline, channel->grace, channel->silence,
                                    channel->interrupt};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (events[i]) {
            event_free(events[i]);
        }
    }
    if (channel->base) {
        event_base_free(channel->base);
    }
    free(channel);
}
