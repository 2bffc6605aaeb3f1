/* SPDX-License-Identifier: Apache-2.0
 *
 * What do switches say that are none, are broken, or mean harm? */
#include "testing/hostile.h"

#include "testing/cmocka.h"

#include <string.h>

void refuse_hello(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    (void)kind;
    size_t begin = fake->out.n_bytes;
    if (type == FAKE_HELLO) {
        fake_switch_put(fake, FAKE_ERROR, xid, "\0\0\0\0only 1.3", 12);
        fake->out.data[begin] = 4;
    }
}

void lose_flows(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put_flows(fake, xid, 2, true);
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

void go_on_for_ever(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        for (size_t i = 0; i < 1000; i++) {
            fake_switch_put_flows(fake, xid, fake->flows_a_part, true);
        }
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

/* More than the buffers of both sockets hold, none of it read by the sender. */
void flood_with_echoes(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t zeros[60000];
    (void)kind;
    for (size_t i = 0; type == FAKE_HELLO && i < 800; i++) {
        fake_switch_put(fake, FAKE_ECHO_REQUEST, xid, zeros, sizeof zeros);
    }
}

void forget_more(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake_switch_answer(fake, type, xid, kind);
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put_flows(fake, xid, 1, false);
    }
}

void cut_body(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t half_a_record[4 + 40] = {0, FAKE_FLOW, 0, 0, 0, FAKE_FLOW_BYTES};
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put(fake, FAKE_STATS_REPLY, xid, half_a_record, sizeof half_a_record);
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

void answer_flow_with_aggregate(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake_switch_answer(fake, type, xid, kind == FAKE_FLOW ? FAKE_AGGREGATE : kind);
}

void answer_flow_with_barrier(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    bool flow = type == FAKE_STATS_REQUEST && kind == FAKE_FLOW;
    fake_switch_answer(fake, flow ? FAKE_BARRIER_REQUEST : type, xid, kind);
}

void answer_features_with_barrier(struct fake_switch *fake, uint8_t type, uint32_t xid,
                                  uint16_t kind)
{
    bool features = type == FAKE_FEATURES_REQUEST;
    fake_switch_answer(fake, features ? FAKE_BARRIER_REQUEST : type, xid, kind);
}

void refuse_flow(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put(fake, FAKE_ERROR, xid, "\0\1\0\2", 4);
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

void be_a_controller(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    (void)kind;
    if (type == FAKE_HELLO) {
        fake_switch_put(fake, FAKE_FEATURES_REQUEST, xid, NULL, 0);
    }
}

void answer_features_last(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_BARRIER_REQUEST) {
        fake_switch_answer(fake, FAKE_FEATURES_REQUEST, xid - 4, 0);
    }
    if (type != FAKE_FEATURES_REQUEST) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

/* What a switch says of itself, before it answers: of ports with names that are no names, of
 * entries of nobody, of packets. */
static void put_event(struct fake_switch *fake, uint8_t type, size_t n_bytes, uint8_t filling)
{
    uint8_t body[1024];
    memset(body, filling, sizeof body);
    fake_switch_put(fake, type, 0, body, n_bytes);
}

static void send_events(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    for (unsigned i = 0; i < 20; i++) {
        put_event(fake, FAKE_PORT_STATUS, 8 + 48, (uint8_t)(i * 11));
        put_event(fake, FAKE_FLOW_REMOVED, 80, (uint8_t)(i * 13));
        put_event(fake, FAKE_PACKET_IN, 10 + 64, 0xff);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void send_short_port_status(struct fake_switch *fake, uint8_t type, uint32_t xid,
                                   uint16_t kind)
{
    if (type == FAKE_FEATURES_REQUEST) {
        put_event(fake, FAKE_PORT_STATUS, 0, 0);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void send_unknown_types(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    for (uint8_t unknown = 22; unknown < 255; unknown = (uint8_t)(unknown + 29)) {
        put_event(fake, unknown, unknown, unknown);
    }
    fake_switch_answer(fake, type, xid, kind);
}

/* An ERROR about everything that it is sent, and an answer. */
static void complain(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake_switch_put(fake, FAKE_ERROR, xid + 1000000, "\0\3\0\0", 4);
    if (type == FAKE_FLOW_MOD) {
        fake_switch_put(fake, FAKE_ERROR, xid, "\xff\xff\xff\xff", 4);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void answer_other_xids(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake_switch_answer(fake, type, type == FAKE_FEATURES_REQUEST ? xid : xid ^ 0x80000000, kind);
}

static void confirm_nothing(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type != FAKE_BARRIER_REQUEST) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void answer_twice(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake_switch_answer(fake, type, xid, kind);
    fake_switch_answer(fake, type, xid, kind);
}

static uint16_t lie(unsigned kind, uint16_t truth)
{
    const uint16_t said[LIAR_KINDS] = {0, 0xffff, (uint16_t)(truth + 1), (uint16_t)(truth - 1),
                                       (uint16_t)(truth + 8)};
    return said[kind];
}

void answer_with_a_lie(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    const struct liar *liar = (const struct liar *)fake;
    size_t begin = fake->n_sent, n_before = fake->out.n_bytes;
    fake_switch_answer(fake, type, xid, kind);
    for (size_t i = n_before; i + 1 < fake->out.n_bytes; i++) {
        if (begin + i == liar->at) {
            uint16_t truth = (uint16_t)(fake->out.data[i] << 8 | fake->out.data[i + 1]);
            uint16_t said = lie(liar->kind, truth);
            fake->out.data[i] = (uint8_t)(said >> 8);
            fake->out.data[i + 1] = (uint8_t)said;
        }
    }
}

const struct hostile HOSTILE[N_HOSTILE] = {
    {{.answer = refuse_hello, .hello_version = 4},
     "OFPET_HELLO_FAILED OFPHFC_INCOMPATIBLE: \"only 1.3\""},
    {{.banner = "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"},
     "not in OpenFlow: \"HTTP/1.1 400"},
    {{.banner = "SSH-2.0-OpenSSH_9.2\r\n"}, "not in OpenFlow: \"SSH-2.0-OpenSSH_9.2\""},
    {{.banner = "\x01"}, NULL},
    {{.mute = true}, NULL},
    {{.answer = be_a_controller}, "is an OpenFlow controller, not a switch"},
    {{.answer = flood_with_echoes}, "sends requests but does not read the replies"},
    {{.n_flows = 4, .answer = lose_flows}, NULL},
    {{.answer = go_on_for_ever, .flows_a_part = 1}, NULL},
    {{.answer = go_on_for_ever}, NULL},
    {{.n_flows = 2, .answer = forget_more}, "sent one reply more to FLOW stats"},
    {{.answer = cut_body}, "reply to FLOW stats: "},
    {{.answer = answer_flow_with_aggregate}, "answered FLOW stats with STATS_REPLY of kind 2"},
    {{.answer = answer_flow_with_barrier}, "answered FLOW stats with BARRIER_REPLY"},
    {{.answer = answer_features_with_barrier}, NULL},
    {{.answer = answer_features_last}, NULL},
    {{.answer = refuse_flow}, "refused FLOW stats: OFPET_BAD_REQUEST OFPBRC_BAD_"},
    {{.n_flows = 3, .answer = send_short_port_status}, NULL},
    {{.n_flows = 3, .answer = send_events}, NULL},
    {{.n_flows = 3, .answer = send_unknown_types}, NULL},
    {{.n_flows = 3, .answer = complain}, NULL},
    {{.n_flows = 3, .answer = answer_other_xids}, NULL},
    {{.n_flows = 3, .answer = confirm_nothing}, NULL},
    {{.n_flows = 3, .answer = answer_twice}, NULL},
    {{.n_flows = 3, .piece_bytes = 1}, NULL},
    {{.n_flows = 3, .hangs_up = true}, NULL},
    {{.n_flows = 3, .grows = true}, NULL},
    {{.n_flows = 3, .no_echo = true, .no_barrier = true, .one_a_read = true}, NULL},
};
