/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said on a connection: requests, their replies, and what a switch
 * tells without being asked. */
#include "openflow/error.h"
#include "tapd/install/confirm.h"
#include "tapd/install/session_inside.h"
#include "tapd/log.h"

#include <inttypes.h>

enum {
    /* Flow-mods between two barriers: bounds what waits in memory, and how long a
     * slow switch says nothing. */
    PART_BYTES = 1 << 18,
    MAX_READ_BYTES = 512 << 20,
    MAX_READ_MESSAGES = 1000000,
    MAX_READ_ENTRIES = 2000000,
    /* Asynchronous messages come to one who dialled an Open vSwitch only if this
     * is not 0 (its Documentation/topics/design.rst); packets are not wanted. */
    MISS_SEND_LEN = 1,
    /* Without BARRIER: how often a table is read until it shows the flow-mods, and the time
     * between. Then the round goes on, which reads it once more and sends what is missing. */
    MAX_CONFIRMINGS = 50,
    CONFIRM_REST_MS = 100,
    /* One that reads one message at a time must have read what it does not answer before the next
     * comes: the pause grows when it has not. */
    MIN_PAUSE_MS = 10,
    MAX_PAUSE_MS = 1000,
};

static void send_part(struct tapd_session *session);
static int greeting_message(struct tapd_session *session, const struct of_header *header,
                            struct base_reader *body, struct base_error *error);
static int reading_message(struct tapd_session *session, const struct of_header *header,
                           struct base_reader *body, struct base_error *error);
static int sending_message(struct tapd_session *session, const struct of_header *header,
                           struct base_reader *body, struct base_error *error);
static int take_error(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);
static int take_event(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);

static void rest(struct tapd_session *session, unsigned ms)
{
    session->resting = true;
    tapd_session_set_timer(session, ms);
}

static void pause_before_next(struct tapd_session *session)
{
    session->pause_ms = session->pause_ms ? session->pause_ms : MIN_PAUSE_MS;
    rest(session, session->pause_ms);
}

static void ask_for_table(struct tapd_session *session)
{
    channel_progress_begin(&session->progress, CHANNEL_FLOWS,
                           tapd_session_take_xids(session, CHANNEL_N_REQUESTS),
                           channel_conn_output(session->conn));
    channel_conn_flush(session->conn);
}

/* The last message is not answered: SET_CONFIG, a flow-mod. */
static void begin_reading(struct tapd_session *session)
{
    session->dump = (struct channel_dump){0};
    session->progress = (struct channel_progress){.protocol = session->protocol,
                                                  .limits = {.max_bytes = MAX_READ_BYTES,
                                                             .max_messages = MAX_READ_MESSAGES,
                                                             .max_entries = MAX_READ_ENTRIES},
                                                  .dump = &session->dump,
                                                  .habits = session->progress.habits};
    if (session->progress.habits.odd & CHANNEL_ODD_ONE_BY_ONE) {
        pause_before_next(session);
    } else {
        ask_for_table(session);
    }
}

void tapd_session_read(struct tapd_session *session)
{
    tapd_session_enter(session, STAGE_READING);
    begin_reading(session);
}

void tapd_session_send(struct tapd_session *session, const struct of_flow_mod *mods, size_t n_mods)
{
    session->mods = mods;
    session->n_mods = n_mods;
    session->part_end = 0;
    tapd_session_enter(session, STAGE_SENDING);
    send_part(session);
}

/* Returns its transaction id. */
static uint32_t ask(struct tapd_session *session, enum of_type request)
{
    uint32_t xid = tapd_session_take_xids(session, 1);
    channel_conn_protocol(session->conn)
        ->put_empty(channel_conn_output(session->conn), request, xid);
    channel_conn_flush(session->conn);
    return xid;
}

/* Its transaction ids follow each other: nothing else is sent meanwhile. */
void tapd_session_ask_features(struct tapd_session *session)
{
    uint32_t xid = ask(session, OFPT_FEATURES_REQUEST);
    session->features_xid = session->n_greetings++ > 0 ? session->features_xid : xid;
}

void tapd_session_greet(struct tapd_session *session)
{
    session->n_greetings = 0;
    if (session->version) {
        channel_conn_speak(session->conn, of_protocol(session->version));
        tapd_session_ask_features(session);
    } else {
        channel_conn_hear_first(session->conn, of_versions(), CHANNEL_HIGHEST);
    }
    tapd_session_enter(session, STAGE_GREETING);
}

/* One that is silent may hear first, too. */
static void ask_again_who_it_is(struct tapd_session *session)
{
    if (channel_conn_stage(session->conn) == CHANNEL_CONN_SILENT &&
        channel_conn_hears(session->conn)) {
        channel_conn_hear_no_longer(session->conn);
        tapd_session_ask_features(session);
    } else if (channel_conn_stage(session->conn) == CHANNEL_CONN_GREETED) {
        tapd_session_ask_features(session);
    }
}

static void ask_for_barrier(struct tapd_session *session)
{
    uint32_t xid = ask(session, OFPT_BARRIER_REQUEST);
    session->barrier_xid = session->n_barriers++ > 0 ? session->barrier_xid : xid;
}

void tapd_session_ask_for_echo(struct tapd_session *session)
{
    session->echo_xid = ask(session, OFPT_ECHO_REQUEST);
    session->echo_due = true;
}

static bool reads_table(const struct tapd_session *session)
{
    return session->stage == STAGE_READING ||
           (session->stage == STAGE_SENDING && session->confirming);
}

void tapd_session_go_on(struct tapd_session *session)
{
    tapd_session_enter(session, session->stage);
    if (reads_table(session)) {
        ask_for_table(session);
    } else {
        ask_for_barrier(session);
    }
}

void tapd_session_ask_again(struct tapd_session *session)
{
    if (session->stage == STAGE_GREETING) {
        ask_again_who_it_is(session);
    } else if (!reads_table(session)) {
        ask_for_barrier(session);
    } else if (!session->echo_due) {
        tapd_session_ask_for_echo(session);
    }
}

/* What it was found to do without in one version says nothing of another. */
static void take_version(struct tapd_session *session)
{
    const struct of_protocol *protocol = channel_conn_protocol(session->conn);
    if (session->protocol != protocol) {
        session->progress.habits = (struct channel_habits){0};
        session->protocol = protocol;
        session->control = of_control(protocol->version);
    }
}

void tapd_session_go_up(struct tapd_session *session)
{
    struct base_buffer *output = channel_conn_output(session->conn);
    take_version(session);
    session->control->put_config(output, tapd_session_take_xids(session, 1), MISS_SEND_LEN);
    channel_conn_flush(session->conn);
    session->up_since_ms = tapd_monotonic_ms();
    tapd_log("%s: connected, in OpenFlow %s", session->name, session->protocol->name);
    tapd_session_enter(session, STAGE_IDLE);
    session->ops->up(session->owner);
}

static bool is_event(uint8_t type)
{
    return type == OFPT_PACKET_IN || type == OFPT_FLOW_REMOVED || type == OFPT_PORT_STATUS ||
           type == OFPT_ECHO_REPLY;
}

int tapd_session_take(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
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

/* What is done without, once. */
static void tell_odd(struct tapd_session *session)
{
    unsigned odd = session->progress.habits.odd | session->dump.odd;
    struct channel_dump dump = {.odd = odd & ~session->odd_told,
                                .surplus = session->progress.habits.surplus,
                                .table = session->dump.table};
    struct base_buffer text = {0};
    channel_format_odd(&dump, &text);
    if (dump.odd) {
        tapd_log("%s: %s", session->name, base_buffer_text(&text));
    }
    session->odd_told |= dump.odd;
    base_buffer_free(&text);
}

static void begin_confirming(struct tapd_session *session)
{
    tell_odd(session);
    session->confirming = true;
    session->resting = false;
    session->n_confirmings = 0;
    begin_reading(session);
}

/* The next of the flow-mods, as many as one part holds, and a BARRIER; to a switch that reads one
 * message at a time one, and the BARRIER later. Without BARRIER nothing tells whether it passes
 * over flow-mods as it does over requests. One that can not be encoded keeps its transaction id,
 * and its place. */
static void send_part(struct tapd_session *session)
{
    struct base_buffer *output = channel_conn_output(session->conn);
    size_t n_before = output->n_bytes;
    const unsigned never_told = CHANNEL_ODD_ONE_BY_ONE | CHANNEL_ODD_NO_BARRIER;
    session->one_by_one |= (session->progress.habits.odd & never_told) == never_told;
    unsigned max_bytes = session->one_by_one ? 1 : PART_BYTES;
    session->part_begin = session->part_end;
    session->part_xid = session->next_xid;
    session->part_refused = session->confirming = false;
    session->n_barriers = 0;
    while (session->part_end < session->n_mods && output->n_bytes - n_before < max_bytes) {
        struct base_error error;
        size_t index = session->part_end++;
        if (session->control->put_flow_mod(output, tapd_session_take_xids(session, 1),
                                           &session->mods[index], &error)) {
            session->part_refused = true;
            session->ops->refused(session->owner, index, error.text);
        }
    }
    channel_conn_flush(session->conn);
    if (session->progress.habits.odd & CHANNEL_ODD_NO_BARRIER) {
        begin_confirming(session);
    } else if (session->one_by_one) {
        pause_before_next(session);
    } else {
        ask_for_barrier(session);
    }
}

/* Replies */

static int take_features(struct tapd_session *session, struct base_reader *body,
                         struct base_error *error)
{
    struct switch_state state = {0};
    int status = channel_conn_protocol(session->conn)->features(body, &state, error);
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
    tapd_session_go_up(session);
    return 0;
}

static int greeting_message(struct tapd_session *session, const struct of_header *header,
                            struct base_reader *body, struct base_error *error)
{
    if (header->type == OFPT_FEATURES_REQUEST) {
        return base_fail(error, "is an OpenFlow controller, not a switch");
    }
    if (header->xid - session->features_xid >= session->n_greetings) {
        return 0;
    }
    return header->type == OFPT_FEATURES_REPLY ? take_features(session, body, error)
                                               : base_fail(error, "does not tell its features");
}

/* Switches may bring memory to its end together, each within its own limit: the one that has sent
 * most is given up. Tables that were read before count, too: the owner has them. */
static int check_sum(struct tapd_session *session, struct base_error *error)
{
    const struct tapd_sessions *sessions = session->sessions;
    size_t limit = sessions->options.max_sum_bytes, n_bytes = 0;
    struct tapd_session *largest = session;
    for (size_t i = 0; i < sessions->n_items; i++) {
        struct tapd_session *other = sessions->items[i];
        n_bytes += other->dump.n_bytes;
        largest = other->dump.n_bytes > largest->dump.n_bytes ? other : largest;
    }
    if (limit == 0 || n_bytes <= limit) {
        return 0;
    }
    base_fail(error, "sent %zu bytes, most of all switches, which may send %zu together (--memory)",
              largest->dump.n_bytes, limit);
    if (largest == session) {
        return -1;
    }
    tapd_session_lose(largest, error);
    return 0;
}

/* One message of the table. 1: it is whole. */
static int take_table(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    enum channel_step step;
    if (session->resting) {
        return 0;
    }
    session->echo_due = false;
    if (channel_progress_message(&session->progress, header, body, &step, error) ||
        check_sum(session, error)) {
        return -1;
    }
    if (step == CHANNEL_STEP_AGAIN) {
        ask_for_table(session);
    } else if (step == CHANNEL_STEP_NEXT) {
        channel_progress_next(&session->progress, channel_conn_output(session->conn));
        channel_conn_flush(session->conn);
    } else if (step == CHANNEL_STEP_DONE) {
        tell_odd(session);
    }
    return step == CHANNEL_STEP_DONE;
}

static int reading_message(struct tapd_session *session, const struct of_header *header,
                           struct base_reader *body, struct base_error *error)
{
    session->heard = true;
    int whole = take_table(session, header, body, error);
    if (whole == 1) {
        struct switch_state state = session->dump.state;
        session->dump.state = (struct switch_state){0};
        tapd_session_enter(session, STAGE_IDLE);
        session->ops->read(session->owner, &state);
        switch_state_free(&state);
    }
    return whole < 0 ? -1 : 0;
}

/* What an ERROR says, without the message that it is about: names, or numbers. */
static void put_reason(const struct of_error *of_error, struct base_buffer *text)
{
    const char *type = of_error_type_name(of_error->version, of_error->type);
    const char *code = of_error_code_name(of_error->version, of_error->type, of_error->code);
    if (type && code) {
        base_put_format(text, "%s %s", type, code);
    } else {
        base_put_format(text, "error type %u code %u", of_error->type, of_error->code);
    }
}

/* The flow-mods of a part have been processed. */
static void finish_part(struct tapd_session *session)
{
    if (session->part_end < session->n_mods) {
        send_part(session);
    } else {
        session->n_failures = 0;
        tapd_session_enter(session, STAGE_IDLE);
        session->ops->acknowledged(session->owner);
    }
}

static bool is_barrier(const struct tapd_session *session, const struct of_header *header)
{
    return session->stage == STAGE_SENDING && !session->confirming &&
           header->xid - session->barrier_xid < session->n_barriers;
}

/* The answer to a BARRIER of this part, or its refusal. A switch answers in order: one that answers
 * a later one first has passed over what came together with flow-mods, and perhaps all of them but
 * the first. */
static void take_barrier(struct tapd_session *session, uint32_t place)
{
    bool was_one_by_one = session->one_by_one;
    session->one_by_one |= place > 0;
    if (!was_one_by_one && session->one_by_one) {
        session->progress.habits.odd |= CHANNEL_ODD_ONE_BY_ONE;
        session->part_end = session->part_begin;
        send_part(session);
        return;
    }
    if (place + 1 < session->n_barriers && session->one_by_one) {
        return; /* nothing may be on its way when the next is sent */
    }
    if (place > 0 && session->pause_ms < MAX_PAUSE_MS) {
        session->pause_ms *= 2;
    }
    if (session->progress.habits.odd & CHANNEL_ODD_NO_BARRIER) {
        begin_confirming(session);
    } else {
        finish_part(session);
    }
}

/* An ERROR belongs to the flow-mod that has its transaction id. */
static int take_error(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    struct of_error of_error;
    struct base_buffer text = {0};
    if (of_decode_error(body, header->version, &of_error, error)) {
        return -1;
    }
    put_reason(&of_error, &text);
    uint32_t place = header->xid - session->part_xid;
    if (session->stage == STAGE_SENDING && place < session->part_end - session->part_begin) {
        session->part_refused = true;
        session->ops->refused(session->owner, session->part_begin + place, base_buffer_text(&text));
    } else if (is_barrier(session, header)) {
        session->progress.habits.odd |= CHANNEL_ODD_NO_BARRIER;
        take_barrier(session, header->xid - session->barrier_xid);
    } else {
        tapd_log("%s: does not like what it was sent: %s", session->name, base_buffer_text(&text));
    }
    base_buffer_free(&text);
    return 0;
}

/* A table that does not show them yet is read again; not endlessly, and not for those that were
 * refused. */
static int confirming_message(struct tapd_session *session, const struct of_header *header,
                              struct base_reader *body, struct base_error *error)
{
    int whole = take_table(session, header, body, error);
    if (whole != 1) {
        return whole;
    }
    bool shown = tapd_table_shows(&session->dump.state.flows, session->mods + session->part_begin,
                                  session->part_end - session->part_begin);
    switch_state_free(&session->dump.state);
    if (shown || session->part_refused || ++session->n_confirmings == MAX_CONFIRMINGS) {
        finish_part(session);
    } else {
        rest(session, CONFIRM_REST_MS);
    }
    return 0;
}

static int sending_message(struct tapd_session *session, const struct of_header *header,
                           struct base_reader *body, struct base_error *error)
{
    session->heard = true;
    bool about_table =
        session->confirming && header->xid - session->progress.xid < CHANNEL_N_REQUESTS;
    if (header->type == OFPT_ERROR && !about_table) {
        return take_error(session, header, body, error);
    }
    if (session->confirming) {
        return confirming_message(session, header, body, error);
    }
    if (header->type == OFPT_BARRIER_REPLY && is_barrier(session, header)) {
        take_barrier(session, header->xid - session->barrier_xid);
    }
    return 0;
}

/* A switch answers in order: one that answers ECHO alone has passed over what it was asked before.
 */
static void take_echo(struct tapd_session *session, uint32_t xid)
{
    bool is_due = session->echo_due && xid == session->echo_xid && reads_table(session);
    session->echo_due = false;
    if (is_due && !session->resting && channel_progress_ask_otherwise(&session->progress)) {
        ask_for_table(session);
    }
}

static int take_removed(struct tapd_session *session, struct base_reader *body,
                        struct base_error *error)
{
    struct of_flow_removed removed;
    struct base_arena arena = {0};
    int status = session->control->flow_removed(body, &arena, &removed, error);
    if (status == 0) {
        session->ops->removed(session->owner, &removed);
    }
    base_arena_free(&arena);
    return status;
}

static int take_port_status(struct tapd_session *session, struct base_reader *body,
                            struct base_error *error)
{
    struct of_port_status status;
    if (session->control->port_status(body, &status, error)) {
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
        take_echo(session, header->xid);
        return 0;
    default:
        return 0;
    }
}
