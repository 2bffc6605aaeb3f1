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

static void begin_reading(struct tapd_session *session)
{
    session->dump = (struct channel_dump){0};
    session->progress = (struct channel_progress){.limits = {.max_bytes = MAX_READ_BYTES,
                                                             .max_messages = MAX_READ_MESSAGES,
                                                             .max_entries = MAX_READ_ENTRIES},
                                                  .dump = &session->dump,
                                                  .habits = session->progress.habits};
    tapd_session_ask_for_table(session);
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

void tapd_session_greet(struct tapd_session *session)
{
    session->features_xid = tapd_session_take_xids(session, 1);
    of_encode_empty(channel_conn_output(session->conn), OFPT_FEATURES_REQUEST,
                    session->features_xid);
    channel_conn_flush(session->conn);
    tapd_session_enter(session, STAGE_GREETING);
}

void tapd_session_go_up(struct tapd_session *session)
{
    struct base_buffer *output = channel_conn_output(session->conn);
    of_encode_set_config(output, tapd_session_take_xids(session, 1), MISS_SEND_LEN);
    channel_conn_flush(session->conn);
    session->up_since_ms = tapd_monotonic_ms();
    tapd_log("%s: connected", session->name);
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

void tapd_session_ask_for_table(struct tapd_session *session)
{
    channel_progress_begin(&session->progress, CHANNEL_FLOWS,
                           tapd_session_take_xids(session, CHANNEL_N_REQUESTS),
                           channel_conn_output(session->conn));
    channel_conn_flush(session->conn);
}

/* What is done without, once. */
static void tell_odd(struct tapd_session *session)
{
    struct channel_dump dump = {.odd = session->progress.habits.odd & ~session->odd_told,
                                .surplus = session->progress.habits.surplus};
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

/* The next of the flow-mods, as many as one part holds, and a BARRIER. One that
 * can not be encoded keeps its transaction id, and its place. */
static void send_part(struct tapd_session *session)
{
    struct base_buffer *output = channel_conn_output(session->conn);
    size_t n_before = output->n_bytes;
    session->part_begin = session->part_end;
    session->part_xid = session->next_xid;
    session->part_refused = session->confirming = false;
    while (session->part_end < session->n_mods && output->n_bytes - n_before < PART_BYTES) {
        struct base_error error;
        size_t index = session->part_end++;
        if (of_encode_flow_mod(output, tapd_session_take_xids(session, 1), &session->mods[index],
                               &error)) {
            session->part_refused = true;
            session->ops->refused(session->owner, index, error.text);
        }
    }
    if (session->progress.habits.odd & CHANNEL_ODD_NO_BARRIER) {
        begin_confirming(session);
        return;
    }
    session->barrier_xid = tapd_session_take_xids(session, 1);
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
    tapd_session_go_up(session);
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

/* One message of the table. 1: it is whole. */
static int take_table(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    enum channel_step step;
    if (channel_progress_message(&session->progress, header, body, &step, error)) {
        return -1;
    }
    if (step == CHANNEL_STEP_AGAIN) {
        tapd_session_ask_for_table(session);
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
    const char *type = of_error_type_name(of_error->type);
    const char *code = of_error_code_name(of_error->type, of_error->code);
    if (type && code) {
        base_put_format(text, "%s %s", type, code);
    } else {
        base_put_format(text, "error type %u code %u", of_error->type, of_error->code);
    }
}

/* An ERROR belongs to the flow-mod that has its transaction id. */
static int take_error(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    struct of_error of_error;
    struct base_buffer text = {0};
    if (of_decode_error(body, &of_error, error)) {
        return -1;
    }
    put_reason(&of_error, &text);
    uint32_t place = header->xid - session->part_xid;
    if (session->stage == STAGE_SENDING && place < session->part_end - session->part_begin) {
        session->part_refused = true;
        session->ops->refused(session->owner, session->part_begin + place, base_buffer_text(&text));
    } else if (session->stage == STAGE_SENDING && !session->confirming &&
               header->xid == session->barrier_xid) {
        session->progress.habits.odd |= CHANNEL_ODD_NO_BARRIER;
        begin_confirming(session);
    } else {
        tapd_log("%s: does not like what it was sent: %s", session->name, base_buffer_text(&text));
    }
    base_buffer_free(&text);
    return 0;
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

/* A table that does not show them yet is read again; not endlessly, and not for those that were
 * refused. */
static int confirming_message(struct tapd_session *session, const struct of_header *header,
                              struct base_reader *body, struct base_error *error)
{
    if (session->resting) {
        return 0;
    }
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
        session->resting = true;
        tapd_session_set_timer(session, CONFIRM_REST_MS);
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
    if (header->type != OFPT_BARRIER_REPLY || header->xid != session->barrier_xid) {
        return 0;
    }
    finish_part(session);
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
