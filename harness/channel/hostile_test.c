/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps of what is no switch, is a broken one, or means harm: each ends soon,
 * with a reason that helps. */
#include "channel/channel.h"

#include "testing/channel.h"
#include "testing/hostile.h"

static void a_peer_that_refuses_1_0_is_named(void **state)
{
    (void)state;
    expect_failure((struct fake_switch){.answer = refuse_hello, .hello_version = 4}, &PATIENT,
                   "does not speak OpenFlow 1.0: OFPET_HELLO_FAILED");
}

static void what_is_not_openflow_is_recognised(void **state)
{
    (void)state;
    expect_failure((struct fake_switch){.banner = "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"},
                   &PATIENT, "answers, but not in OpenFlow: \"HTTP/1.1 400 Bad Request\"");
    expect_failure((struct fake_switch){.banner = "SSH-2.0-OpenSSH_9.2\r\n"}, &PATIENT,
                   "answers, but not in OpenFlow: \"SSH-2.0-OpenSSH_9.2\"");
    expect_failure((struct fake_switch){.banner = "\x19\x03\x01"}, &PATIENT,
                   "answers, but not in OpenFlow (first bytes 19 03)");
    expect_failure((struct fake_switch){.banner = "\x14\x04\x01"}, &PATIENT,
                   "answers, but not in OpenFlow (first bytes 14 04)");
    expect_failure((struct fake_switch){.banner = "\x15\x03\x01"}, &PATIENT,
                   "speaks TLS: its endpoint is ssl: or pssl:, not tcp: or ptcp:");
    expect_failure((struct fake_switch){.banner = "\x14\x03\x01"}, &PATIENT, "speaks TLS");
    expect_failure((struct fake_switch){.banner = "\x18\x03\x01"}, &PATIENT, "speaks TLS");
}

static void silence_ends_with_the_timeout(void **state)
{
    (void)state;
    const struct channel_options hasty = {.timeout_ms = 300, .plain = true};
    expect_failure((struct fake_switch){.mute = true}, &hasty,
                   "timed out after 300 ms: connected, but nothing came");
    expect_failure((struct fake_switch){.banner = "\x01"}, &hasty, "less than a message");
}

/* Connections end after each number of bytes that there can be. */
static void a_connection_cut_anywhere_is_a_failure(void **state)
{
    (void)state;
    struct fake_switch whole = {.n_flows = 2, .flows_a_part = 1};
    struct channel_dump dump = dump_once(&whole, &PATIENT);
    assert_ok(&dump, 2);
    switch_state_free(&dump.state);
    for (size_t n = 1; n < whole.n_sent; n++) {
        struct fake_switch cut = {.n_flows = 2, .flows_a_part = 1, .close_after = n};
        dump = dump_once(&cut, &PATIENT);
        assert_failed(&dump, cut.endpoint, "connection"); /* closed, or lost by a reset */
        switch_state_free(&dump.state);
    }
}

static void what_is_still_to_come_is_said(void **state)
{
    (void)state;
    const struct channel_options hasty = {.timeout_ms = 2500, .plain = true};
    expect_failure((struct fake_switch){.n_flows = 4, .answer = lose_flows}, &hasty,
                   "timed out after 2500 ms: still to come: FLOW stats (2 entries so far)");
    expect_failure((struct fake_switch){.n_flows = 4, .answer = lose_flows, .hangs_up = true},
                   &PATIENT, "the connection: still to come: FLOW stats (2 entries so far)");
}

static void a_peer_that_does_not_read_is_given_up(void **state)
{
    (void)state;
    expect_failure((struct fake_switch){.answer = flood_with_echoes}, &PATIENT,
                   "sends requests but does not read the replies");
}

static void a_reply_that_never_ends_is_given_up(void **state)
{
    (void)state;
    const struct fake_switch endless = {.answer = go_on_for_ever, .flows_a_part = 1};
    const struct fake_switch hollow = {.answer = go_on_for_ever};
    expect_failure(endless, &(struct channel_options){.max_entries = 500}, "500");
    expect_failure(endless, &(struct channel_options){.max_bytes = 30000},
                   "sent more than 30000 bytes");
    expect_failure(hollow, &(struct channel_options){.max_messages = 700},
                   "sent more than 700 messages");
}

/* Two send endlessly, one is as it should be: the two are given up, one by one, before memory
 * is. */
static void bombs_are_given_up_together(void **state)
{
    (void)state;
    struct fake_switch fakes[] = {{.answer = go_on_for_ever, .flows_a_part = 1, .n_flows = 1},
                                  {.n_flows = 3},
                                  {.answer = go_on_for_ever, .flows_a_part = 1, .n_flows = 1}};
    struct channel_target targets[3];
    struct channel_dump dumps[3];
    struct channel_options options = {.timeout_ms = 20000, .plain = true, .max_sum_bytes = 1 << 16};
    struct channel *channel;
    for (size_t i = 0; i < 3; i++) {
        assert_true(fake_switch_start(&fakes[i]));
        targets[i] = (struct channel_target){.name = "s", .endpoint = fakes[i].endpoint};
    }
    assert_int_equal(channel_open(targets, 3, &options, &channel, NULL), 0);
    dump_all(channel, BOTH, dumps);
    assert_failed(&dumps[0], fakes[0].endpoint, "most of all switches");
    assert_ok(&dumps[1], 3);
    assert_failed(&dumps[2], fakes[2].endpoint, "most of all switches");
    assert_true(dumps[0].n_bytes <= 1 << 17 && dumps[2].n_bytes <= 1 << 17);
    for (size_t i = 0; i < 3; i++) {
        switch_state_free(&dumps[i].state);
    }
    channel_close(channel);
    for (size_t i = 0; i < 3; i++) {
        stop(&fakes[i]);
    }
}

/* Most of what is allowed, and never the rest of it. */
static void send_much_and_stop(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put_flows(fake, xid, 600, true);
        sem_post(fake->wait_for);
    } else if (type != FAKE_BARRIER_REQUEST) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void wait_for_the_other(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_FEATURES_REQUEST) {
        sem_wait(fake->wait_for);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void expect_large_to_go(size_t max_sum_bytes)
{
    sem_t sent;
    assert_int_equal(sem_init(&sent, 0, 0), 0);
    struct fake_switch large = {.answer = send_much_and_stop, .wait_for = &sent};
    struct fake_switch small = {.answer = wait_for_the_other, .wait_for = &sent, .n_flows = 5};
    assert_true(fake_switch_start(&large) && fake_switch_start(&small));
    const struct channel_target targets[] = {{.name = "small", .endpoint = small.endpoint},
                                             {.name = "large", .endpoint = large.endpoint}};
    struct channel_dump dumps[2];
    struct channel_options options = {
        .timeout_ms = 20000, .plain = true, .max_sum_bytes = max_sum_bytes};
    struct channel *channel;
    assert_int_equal(channel_open(targets, 2, &options, &channel, NULL), 0);
    dump_all(channel, BOTH, dumps);
    assert_ok(&dumps[0], 5);
    assert_failed(&dumps[1], large.endpoint, "most of all switches");
    for (size_t i = 0; i < 2; i++) {
        switch_state_free(&dumps[i].state);
    }
    channel_close(channel);
    stop(&large);
    stop(&small);
    sem_destroy(&sent);
}

/* Whoever crosses the limit, it is the one that has sent most that goes, with all that it sent. */
static void a_small_table_is_not_given_up_for_a_large_one(void **state)
{
    (void)state;
    expect_large_to_go(58200); /* all but for little, and the small one sends more than that */
    expect_large_to_go(10000); /* less than one message of the large one */
}

static void a_wrong_answer_is_a_failure(void **state)
{
    (void)state;
    expect_failure((struct fake_switch){.n_flows = 2, .answer = forget_more}, &PATIENT,
                   "sent one reply more to FLOW stats than was asked for");
    expect_failure((struct fake_switch){.answer = cut_body}, &PATIENT, "reply to FLOW stats: ");
    expect_failure((struct fake_switch){.answer = answer_flow_with_aggregate}, &PATIENT,
                   "answered FLOW stats with STATS_REPLY of kind 2");
    expect_failure((struct fake_switch){.answer = answer_flow_with_barrier}, &PATIENT,
                   "answered FLOW stats with BARRIER_REPLY");
    expect_failure((struct fake_switch){.answer = answer_features_with_barrier}, &PATIENT,
                   "answered FEATURES with BARRIER_REPLY");
    expect_failure((struct fake_switch){.answer = refuse_flow}, &PATIENT,
                   "refused FLOW stats: OFPET_BAD_REQUEST OFPBRC_BAD_STAT");
    expect_failure((struct fake_switch){.answer = be_a_controller}, &PATIENT,
                   "is an OpenFlow controller, not a switch");
    expect_failure((struct fake_switch){.answer = answer_features_last}, &PATIENT,
                   "reply to PORT stats: came before the reply to FEATURES");
}

/* All at once, beside one that is as it should be. */
static void each_costs_its_own_dump(void **state)
{
    (void)state;
    struct fake_switch fakes[N_HOSTILE + 1] = {[N_HOSTILE] = {.n_flows = 3}};
    struct channel_target targets[N_HOSTILE + 1];
    struct channel_dump dumps[N_HOSTILE + 1];
    const struct channel_options options = {.timeout_ms = 8000, .max_messages = 700};
    struct channel *channel;
    for (size_t i = 0; i <= N_HOSTILE; i++) {
        fakes[i] = i < N_HOSTILE ? HOSTILE[i].fake : fakes[i];
        assert_true(fake_switch_start(&fakes[i]));
        targets[i] = (struct channel_target){.name = "s", .endpoint = fakes[i].endpoint};
    }
    assert_int_equal(channel_open(targets, N_HOSTILE + 1, &options, &channel, NULL), 0);
    dump_all(channel, BOTH, dumps);
    for (size_t i = 0; i < N_HOSTILE; i++) {
        if (HOSTILE[i].why) {
            assert_failed(&dumps[i], fakes[i].endpoint, HOSTILE[i].why);
        } else {
            assert_true(dumps[i].ok || *dumps[i].reason);
        }
        switch_state_free(&dumps[i].state);
    }
    assert_ok(&dumps[N_HOSTILE], 3);
    switch_state_free(&dumps[N_HOSTILE].state);
    channel_close(channel);
    for (size_t i = 0; i <= N_HOSTILE; i++) {
        stop(&fakes[i]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_peer_that_refuses_1_0_is_named),
    cmocka_unit_test(what_is_not_openflow_is_recognised),
    cmocka_unit_test(silence_ends_with_the_timeout),
    cmocka_unit_test(a_connection_cut_anywhere_is_a_failure),
    cmocka_unit_test(what_is_still_to_come_is_said),
    cmocka_unit_test(a_reply_that_never_ends_is_given_up),
    cmocka_unit_test(bombs_are_given_up_together),
    cmocka_unit_test(a_small_table_is_not_given_up_for_a_large_one),
    cmocka_unit_test(a_peer_that_does_not_read_is_given_up),
    cmocka_unit_test(a_wrong_answer_is_a_failure),
    cmocka_unit_test(each_costs_its_own_dump),
};
TEST_MAIN(tests)
