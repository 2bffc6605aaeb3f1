/* SPDX-License-Identifier: Apache-2.0
 *
 * One dump, reply by reply, as a switch may send them. */
#include "channel/progress.h"

#include "testing/cmocka.h"
#include "testing/openflow_peer.h"

#include <string.h>

enum { XID = 100, BOTH = CHANNEL_FLOWS | CHANNEL_PORTS };

struct fixture {
    struct channel_dump dump;
    struct channel_progress progress;
    struct base_buffer out;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.dump = {.ok = false}};
    fixture.progress = (struct channel_progress){
        .limits = {.timeout_ms = 1, .max_bytes = 5000, .max_messages = 30, .max_entries = 20},
        .habits = {.is_plain = true},
        .dump = &fixture.dump};
    channel_progress_begin(&fixture.progress, BOTH, XID, &fixture.out);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    switch_state_free(&fixture->dump.state);
    base_buffer_free(&fixture->out);
    return 0;
}

/* Gives every message of the buffer, and frees it. The step of the last one, or -1. */
static int take(struct fixture *fixture, struct base_buffer *messages, struct base_error *error)
{
    struct base_reader in = base_reader_over(messages->data, messages->n_bytes);
    enum channel_step step = CHANNEL_STEP_ON;
    int status = 0;
    while (status == 0 && base_reader_left(&in) > 0) {
        struct of_header header;
        struct base_reader body;
        size_t n_bytes;
        assert_int_equal(of_frame(in.at, base_reader_left(&in), &n_bytes, NULL), 0);
        assert_int_equal(of_open(base_read_bytes(&in, n_bytes), n_bytes, &header, &body, NULL), 0);
        status = channel_progress_message(&fixture->progress, &header, &body, &step, error);
    }
    base_buffer_free(messages);
    return status ? -1 : (int)step;
}

static void assert_refused(struct fixture *fixture, struct base_buffer *messages, const char *why)
{
    struct base_error error = {""};
    assert_int_equal(take(fixture, messages, &error), -1);
    if (!strstr(error.text, why)) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, why);
    }
}

static void put_features(struct base_buffer *out)
{
    struct port port = {.number = 3, .name = "p3"};
    struct switch_state state = {.datapath_id = 0xa1, .n_tables = 1, .ports = &port, .n_ports = 1};
    peer_put_features(out, XID + CHANNEL_FEATURES, &state);
}

static void put_flows(struct base_buffer *out, size_t n, bool more)
{
    size_t begin = peer_begin_stats(out, XID + CHANNEL_FLOW, OFPST_FLOW, more);
    for (size_t i = 0; i < n; i++) {
        peer_put_flow_stats(out, &(struct flow_entry){.priority = 7});
    }
    of_end(out, begin);
}

static void put_aggregate(struct base_buffer *out, uint32_t n_flows)
{
    size_t begin = peer_begin_stats(out, XID + CHANNEL_AGGREGATE, OFPST_AGGREGATE, false);
    peer_put_aggregate(out, &(struct of_aggregate){.n_flows = n_flows});
    of_end(out, begin);
}

static void put_ports(struct base_buffer *out)
{
    size_t begin = peer_begin_stats(out, XID + CHANNEL_PORT, OFPST_PORT, false);
    peer_put_port_stats(out, 3, &(struct port_counters){.rx_packets = 5});
    of_end(out, begin);
}

static void put_barrier(struct base_buffer *out)
{
    of_encode_empty(out, OFPT_BARRIER_REPLY, XID + CHANNEL_BARRIER);
}

static void put_refusal(struct base_buffer *out, enum channel_request which)
{
    peer_put_error(out, XID + which, &(struct of_error){OFPET_BAD_REQUEST, 2, NULL, 0, 0});
}

static void assert_requests(const struct base_buffer *out, const char *types)
{
    struct base_reader in = base_reader_over(out->data, out->n_bytes);
    for (uint32_t xid = XID; *types; types++) {
        struct of_header header;
        struct base_reader body;
        size_t n_bytes;
        assert_int_equal(of_frame(in.at, base_reader_left(&in), &n_bytes, NULL), 0);
        assert_int_equal(of_open(base_read_bytes(&in, n_bytes), n_bytes, &header, &body, NULL), 0);
        assert_int_equal(header.type, *types == 'f'   ? OFPT_FEATURES_REQUEST
                                      : *types == 'b' ? OFPT_BARRIER_REQUEST
                                      : *types == 'c' ? OFPT_GET_CONFIG_REQUEST
                                                      : OFPT_STATS_REQUEST);
        xid = header.xid;
        assert_in_range(xid, XID, XID + CHANNEL_N_REQUESTS - 1);
        if (header.type == OFPT_STATS_REQUEST) {
            assert_int_equal(base_read_be16(&body), *types == 'v' ? OFPST_VENDOR : *types - '0');
        }
    }
    assert_int_equal(base_reader_left(&in), 0);
}

static void it_asks_for_what_is_wanted(void **state)
{
    struct fixture *fixture = *state;
    assert_requests(&fixture->out, "f124b");
    fixture->out.n_bytes = 0;
    channel_progress_begin(&fixture->progress, CHANNEL_PORTS, XID, &fixture->out);
    assert_requests(&fixture->out, "f4b");
    fixture->out.n_bytes = 0;
    channel_progress_begin(&fixture->progress, 0, XID, &fixture->out);
    assert_requests(&fixture->out, "fb");
}

static void a_dump_is_done_with_the_last_reply(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    put_features(&in);
    put_flows(&in, 2, true);
    put_flows(&in, 1, false);
    put_aggregate(&in, 3);
    put_ports(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
    put_barrier(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
    const struct switch_state *got = &fixture->dump.state;
    assert_int_equal(got->datapath_id, 0xa1);
    assert_int_equal(got->flows.n_entries, 3);
    assert_int_equal(got->ports[0].counters.rx_packets, 5);
    assert_int_equal(fixture->dump.repeats, 0);
}

/* What it does with fragments nobody needs to know: neither one that refuses to say it nor one that
 * passes over the question is waited for. */
static void a_configuration_is_done_without(void **state)
{
    static const struct {
        uint8_t flags, fragments;
    } rows[] = {{0, FRAGMENTS_PASS},
                {1, FRAGMENTS_DROP},
                {2, FRAGMENTS_REASSEMBLE},
                {3, FRAGMENTS_UNKNOWN}};
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    for (size_t i = 0; i < 6; i++) {
        fixture->out.n_bytes = 0;
        channel_progress_begin(&fixture->progress, CHANNEL_CONFIG, XID, &fixture->out);
        assert_requests(&fixture->out, "fcb");
        put_features(&in);
        if (i < 4) {
            size_t begin = of_begin(&in, OFPT_GET_CONFIG_REPLY, XID + CHANNEL_CONFIGURATION);
            base_put_be16(&in, rows[i].flags);
            base_put_be16(&in, 128);
            of_end(&in, begin);
        } else if (i == 5) {
            put_refusal(&in, CHANNEL_CONFIGURATION);
        }
        assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
        put_barrier(&in);
        assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
        assert_int_equal(fixture->dump.state.fragments,
                         i < 4 ? rows[i].fragments : FRAGMENTS_UNKNOWN);
    }
    assert_int_equal(fixture->dump.odd, CHANNEL_ODD_NO_CONFIG);
    for (unsigned odd = 0; odd < 3;
         odd++) { /* of others nothing would show that they pass over it */
        static const unsigned odds[] = {CHANNEL_ODD_NO_CONFIG, CHANNEL_ODD_ONE_BY_ONE,
                                        CHANNEL_ODD_NO_BARRIER};
        fixture->progress.habits.odd = odds[odd];
        fixture->out.n_bytes = 0;
        channel_progress_begin(&fixture->progress, CHANNEL_CONFIG, XID, &fixture->out);
        assert_requests(&fixture->out, odd == 0 ? "fb" : "f");
    }
}

static void a_table_that_moved_is_asked_for_again(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    for (unsigned i = 1; i <= 10; i++) {
        put_features(&in);
        put_flows(&in, i % 2, false);
        put_aggregate(&in, 2);
        put_ports(&in);
        put_barrier(&in);
        fixture->progress.n_messages = 0;
        fixture->dump.n_bytes = 0;
        if (i == 10) {
            assert_refused(fixture, &in,
                           "in 10 dumps FLOW stats never had as many entries as AGGREGATE said, at "
                           "last 0 instead of 2, and no two in a row listed the same");
            break;
        }
        assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_AGAIN);
        assert_int_equal(fixture->dump.repeats, i);
        channel_progress_begin(&fixture->progress, BOTH, XID, &fixture->out);
    }
}

/* Everything but the ports, of a table with one entry, which AGGREGATE counts as two. */
static void put_miscounted(struct base_buffer *in, uint16_t priority, uint64_t n_packets)
{
    put_features(in);
    size_t begin = peer_begin_stats(in, XID + CHANNEL_FLOW, OFPST_FLOW, false);
    peer_put_flow_stats(in, &(struct flow_entry){.priority = priority, .n_packets = n_packets});
    of_end(in, begin);
    put_aggregate(in, 2);
    put_barrier(in);
}

static void as_many_entries_are_not_the_same_entries(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    static const uint16_t priorities[] = {7, 8, 7, 7};
    for (uint64_t i = 0; i < 4; i++) {
        channel_progress_begin(&fixture->progress, CHANNEL_FLOWS, XID, &fixture->out);
        put_miscounted(&in, priorities[i], i);
        assert_int_equal(take(fixture, &in, NULL), i < 3 ? CHANNEL_STEP_AGAIN : CHANNEL_STEP_DONE);
    }
    assert_int_equal(fixture->dump.odd, CHANNEL_ODD_COUNT);
    assert_int_equal(fixture->dump.surplus, 1);
    channel_progress_begin(&fixture->progress, CHANNEL_FLOWS, XID, &fixture->out);
    put_miscounted(&in, 9, 0);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
}

static void what_was_refused_is_not_asked_again(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    for (int i = 0; i < 2; i++) {
        put_features(&in);
        put_flows(&in, 1, false);
        if (i == 0) {
            put_refusal(&in, CHANNEL_AGGREGATE);
            put_refusal(&in, CHANNEL_PORT);
            put_refusal(&in, CHANNEL_BARRIER);
        }
        assert_int_equal(take(fixture, &in, NULL), i ? CHANNEL_STEP_DONE : CHANNEL_STEP_AGAIN);
        fixture->out.n_bytes = 0;
        channel_progress_begin(&fixture->progress, BOTH, XID, &fixture->out);
        assert_requests(&fixture->out, "f1");
    }
    put_refusal(&in, CHANNEL_FEATURES);
    assert_refused(fixture, &in, "refused FEATURES: OFPET_BAD_REQUEST OFPBRC_BAD_STAT");
}

static void one_by_one_each_waits_for_the_one_before(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    assert_true(channel_progress_ask_otherwise(&fixture->progress));
    fixture->out.n_bytes = 0;
    channel_progress_begin(&fixture->progress, CHANNEL_FLOWS, XID, &fixture->out);
    assert_requests(&fixture->out, "f");
    assert_true(channel_progress_ask_otherwise(&fixture->progress)); /* from the beginning */
    put_features(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_NEXT);
    channel_progress_next(&fixture->progress, &fixture->out);
    assert_requests(&fixture->out, "f1");
    assert_false(channel_progress_ask_otherwise(&fixture->progress)); /* entries: plainly already */
    put_flows(&in, 1, true);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
    fixture->progress.habits.is_plain = false;
    assert_false(channel_progress_ask_otherwise(&fixture->progress)); /* they are coming */
    fixture->progress.habits.is_plain = true;
    put_flows(&in, 1, false);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_NEXT);
    channel_progress_next(&fixture->progress, &fixture->out);
    put_aggregate(&in, 2);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_NEXT);
    channel_progress_next(&fixture->progress, &fixture->out);
    assert_requests(&fixture->out, "f12b");
    put_barrier(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
    assert_int_equal(fixture->dump.odd, CHANNEL_ODD_ONE_BY_ONE);
}

static void wrong_replies_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    put_ports(&in);
    assert_refused(fixture, &in, "reply to PORT stats: came before the reply to FEATURES");
    of_end(&in, peer_begin_stats(&in, XID + CHANNEL_FLOW, OFPST_PORT, false));
    assert_refused(fixture, &in, "answered FLOW stats with STATS_REPLY of kind 4");
    of_encode_empty(&in, OFPT_BARRIER_REPLY, XID + CHANNEL_FEATURES);
    assert_refused(fixture, &in, "answered FEATURES with BARRIER_REPLY of kind 0");
    put_aggregate(&in, 0);
    put_aggregate(&in, 0);
    assert_refused(fixture, &in, "sent one reply more to AGGREGATE stats than was asked for");
    of_encode_empty(&in, OFPT_FEATURES_REQUEST, 1);
    assert_refused(fixture, &in, "is an OpenFlow controller, not a switch");
    peer_put_error(&in, XID + CHANNEL_FLOW, &(struct of_error){OFPET_BAD_REQUEST, 2, NULL, 0, 0});
    assert_refused(fixture, &in, "refused FLOW stats: OFPET_BAD_REQUEST OFPBRC_BAD_STAT");
    of_end(&in, peer_begin_stats(&in, XID + CHANNEL_AGGREGATE, OFPST_AGGREGATE, false));
    assert_refused(fixture, &in, "reply to AGGREGATE stats: STATS_REPLY of AGGREGATE: the body");
    put_flows(&in, 21, false);
    assert_refused(fixture, &in, "the table has more than 20 entries");
}

/* FEATURES says that there is one table; what lists two contradicts it. */
static void only_one_table_is_taken_as_table_0(void **state)
{
    struct fixture *fixture = *state;
    for (uint8_t second = 24; second < 26; second++) {
        struct base_buffer in = {0};
        channel_progress_begin(&fixture->progress, CHANNEL_FLOWS, XID, &fixture->out);
        put_features(&in);
        size_t begin = peer_begin_stats(&in, XID + CHANNEL_FLOW, OFPST_FLOW, false);
        peer_put_flow_stats(&in, &(struct flow_entry){.table_id = 24, .priority = 1});
        peer_put_flow_stats(&in, &(struct flow_entry){.table_id = second, .priority = 2});
        of_end(&in, begin);
        put_aggregate(&in, 2);
        put_barrier(&in);
        assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
        bool is_one = second == 24;
        assert_int_equal(fixture->dump.odd, is_one ? CHANNEL_ODD_TABLE : 0);
        assert_int_equal(fixture->dump.table, is_one ? 24 : 0);
        assert_int_equal(fixture->dump.state.flows.entries[0].table_id, is_one ? 0 : 24);
        assert_int_equal(fixture->dump.state.flows.entries[1].table_id, is_one ? 0 : 25);
        base_buffer_free(&in);
    }
}

static void what_belongs_to_no_request_is_passed_over(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    of_encode_empty(&in, OFPT_BARRIER_REPLY, XID - 1);
    of_encode_empty(&in, OFPT_BARRIER_REPLY, XID + CHANNEL_N_REQUESTS);
    peer_put_error(&in, XID - 1, &(struct of_error){.n_data = 0});
    of_encode_bytes(&in, OFPT_PACKET_IN, XID, "0123456789", 10);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
    assert_int_equal(fixture->dump.n_strays, 3);
}

static void limits_are_kept(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    fixture->progress.n_messages = 29;
    put_barrier(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
    of_encode_empty(&in, OFPT_ECHO_REPLY, 1);
    assert_refused(fixture, &in, "sent more than 30 messages");
    fixture->progress.n_messages = 0;
    fixture->dump.n_bytes = 5000 - 8;
    of_encode_empty(&in, OFPT_ECHO_REPLY, 1);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
    of_encode_empty(&in, OFPT_ECHO_REPLY, 1);
    assert_refused(fixture, &in, "sent more than 5000 bytes");
}

static void what_is_still_to_come_is_listed(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0}, text = {0};
    channel_progress_format_pending(&fixture->progress, &text);
    assert_string_equal(base_buffer_text(&text),
                        "FEATURES, FLOW stats, AGGREGATE stats, PORT stats, BARRIER");
    put_features(&in);
    put_flows(&in, 2, true);
    put_barrier(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_ON);
    text.n_bytes = 0;
    channel_progress_format_pending(&fixture->progress, &text);
    assert_string_equal(base_buffer_text(&text),
                        "FLOW stats (2 entries so far), AGGREGATE stats, PORT stats");
    base_buffer_free(&text);
}

/* The same with the extended request. */
static int set_up_extended(void **state)
{
    set_up(state);
    struct fixture *fixture = *state;
    fixture->progress.habits.is_plain = false;
    fixture->out.n_bytes = 0;
    channel_progress_begin(&fixture->progress, CHANNEL_FLOWS, XID, &fixture->out);
    return 0;
}

static void put_extended(struct base_buffer *out)
{
    size_t begin = peer_begin_stats(out, XID + CHANNEL_FLOW, OFPST_VENDOR, false);
    base_put_be32(out, 0x2320);
    base_put_be64(out, 0);
    of_end(out, begin);
}

static void extended_entries_are_asked_for_first(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    assert_requests(&fixture->out, "fv2b");
    put_features(&in);
    put_extended(&in);
    put_aggregate(&in, 0);
    put_barrier(&in);
    assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
    assert_int_equal(fixture->dump.repeats, 0);
}

static void a_switch_that_refuses_them_is_asked_plainly(void **state)
{
    for (int way = 0; way < 2; way++) {
        struct fixture *fixture = *state;
        struct base_buffer in = {0};
        put_features(&in);
        if (way == 0) {
            peer_put_error(&in, XID + CHANNEL_FLOW,
                           &(struct of_error){OFPET_BAD_REQUEST, 3, NULL, 0, 0});
        }
        put_aggregate(&in, 0);
        put_barrier(&in); /* and, the other way, the request was passed over */
        assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_AGAIN);
        assert_int_equal(fixture->dump.repeats, 0);
        fixture->out.n_bytes = 0;
        channel_progress_begin(&fixture->progress, CHANNEL_FLOWS, XID, &fixture->out);
        assert_requests(&fixture->out, "f12b");
        put_features(&in);
        put_flows(&in, 1, false);
        put_aggregate(&in, 1);
        put_barrier(&in);
        assert_int_equal(take(fixture, &in, NULL), CHANNEL_STEP_DONE);
        tear_down(state);
        set_up_extended(state);
    }
}

static void a_plain_reply_to_the_extended_request_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    struct base_buffer in = {0};
    put_flows(&in, 0, false);
    assert_refused(fixture, &in, "answered FLOW stats with STATS_REPLY of kind 1");
}

#define TEST(name)     cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define EXTENDED(name) cmocka_unit_test_setup_teardown(name, set_up_extended, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(it_asks_for_what_is_wanted),
    TEST(a_dump_is_done_with_the_last_reply),
    TEST(a_configuration_is_done_without),
    TEST(a_table_that_moved_is_asked_for_again),
    TEST(as_many_entries_are_not_the_same_entries),
    TEST(what_was_refused_is_not_asked_again),
    TEST(one_by_one_each_waits_for_the_one_before),
    TEST(wrong_replies_are_refused),
    TEST(only_one_table_is_taken_as_table_0),
    TEST(what_belongs_to_no_request_is_passed_over),
    TEST(limits_are_kept),
    TEST(what_is_still_to_come_is_listed),
    EXTENDED(extended_entries_are_asked_for_first),
    EXTENDED(a_switch_that_refuses_them_is_asked_plainly),
    EXTENDED(a_plain_reply_to_the_extended_request_is_wrong),
};
TEST_MAIN(tests)
