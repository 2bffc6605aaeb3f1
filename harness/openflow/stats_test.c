/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics but for the records of OFPST_FLOW (flow_codec_test.c). */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/stats.h"
#include "testing/golden.h"

static struct base_reader open_golden(const char *golden, struct base_buffer *bytes,
                                      struct of_stats *stats)
{
    struct of_header header;
    struct base_reader body = golden_body(golden, bytes, &header);
    assert_int_equal(of_open_stats(&header, &body, stats, NULL), 0);
    return body;
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(of_stats_name(OFPST_AGGREGATE), "AGGREGATE");
    assert_string_equal(of_stats_name(OFPST_QUEUE), "QUEUE");
    assert_string_equal(of_stats_name(OFPST_VENDOR), "VENDOR");
    assert_null(of_stats_name(6));
    assert_null(of_stats_name(0xfffe));
}

static void desc(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct of_desc desc;
    struct base_reader body = open_golden("desc_reply", &bytes, &stats);
    assert_int_equal(stats.kind, OFPST_DESC);
    assert_int_equal(of_decode_desc(&body, &desc, NULL), 0);
    assert_string_equal(desc.manufacturer, "Nicira, Inc.");
    assert_string_equal(desc.hardware, "Open vSwitch");
    assert_string_equal(desc.serial, "None");
    assert_string_equal(desc.datapath, "None");
    assert_int_equal(base_reader_left(&body), 0);
    base_buffer_free(&bytes);
}

static void text_need_not_end_with_a_zero(void **state)
{
    (void)state;
    struct base_buffer bytes = {0}, out = {0};
    struct of_desc desc;
    unhex("41*256 42*256 43*256 44*32 45*256", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_desc(&body, &desc, NULL), 0);
    assert_int_equal(strlen(desc.manufacturer), 256);
    assert_int_equal(strlen(desc.serial), 32);
    of_encode_desc(&out, &desc);
    assert_int_equal(out.n_bytes, OF_DESC_BYTES);
    assert_memory_equal(out.data, bytes.data, OF_DESC_BYTES);
    base_buffer_free(&bytes);
    base_buffer_free(&out);
}

static void aggregate(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct of_aggregate aggregate;
    struct base_reader body = open_golden("aggregate_reply", &bytes, &stats);
    assert_int_equal(of_decode_aggregate(&body, &aggregate, NULL), 0);
    assert_true(aggregate.n_packets == 4294967297);
    assert_true(aggregate.n_bytes == 8589934594);
    assert_int_equal(aggregate.n_flows, 100000);
    base_buffer_free(&bytes);
}

static void tables(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct of_table_stats table;
    struct base_reader body = open_golden("table_reply", &bytes, &stats);
    assert_true(stats.more);
    assert_int_equal(of_decode_table_stats(&body, &table, NULL), 0);
    assert_int_equal(table.table_id, 0);
    assert_string_equal(table.name, "classifier");
    assert_int_equal(table.wildcards, OFPFW_ALL);
    assert_int_equal(table.max_entries, 1000000);
    assert_int_equal(table.n_active, 17);
    assert_int_equal(table.n_lookups, 123456);
    assert_int_equal(table.n_matched, 65432);
    assert_int_equal(of_decode_table_stats(&body, &table, NULL), 0);
    assert_int_equal(table.table_id, 1);
    assert_int_equal(strlen(table.name), 31);
    assert_int_equal(base_reader_left(&body), 0);
    base_buffer_free(&bytes);
}

static void port_counters_go_to_their_ports(void **state)
{
    (void)state;
    struct port ports[] = {{.number = 2}, {.number = 3}};
    struct switch_state sw = {.ports = ports, .n_ports = 2};
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct base_reader body = open_golden("port_reply", &bytes, &stats);
    assert_int_equal(of_decode_port_counters(&body, &sw, NULL), 0);
    assert_false(ports[0].has_counters);
    assert_true(ports[1].has_counters);
    const struct port_counters *counters = &ports[1].counters;
    const uint64_t in_order[] = {
        counters->rx_packets,     counters->tx_packets,    counters->rx_bytes,
        counters->tx_bytes,       counters->rx_dropped,    counters->tx_dropped,
        counters->rx_errors,      counters->tx_errors,     counters->rx_frame_errors,
        counters->rx_over_errors, counters->rx_crc_errors, counters->collisions,
    };
    for (unsigned i = 0; i < 12; i++) {
        assert_int_equal(in_order[i], 101 + i);
    }
    base_buffer_free(&bytes);
}

static void ports_without_counters_say_so(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct of_port_stats port;
    struct base_reader body = open_golden("port_reply", &bytes, &stats);
    assert_int_equal(of_decode_port_stats(&body, &port, NULL), 0);
    assert_int_equal(of_decode_port_stats(&body, &port, NULL), 0);
    assert_int_equal(port.port, PORT_LOCAL);
    assert_true(port.counters.rx_packets == UINT64_MAX);
    assert_true(port.counters.collisions == UINT64_MAX);
    base_buffer_free(&bytes);
}

static void queues(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct of_queue_stats queue;
    struct base_reader body = open_golden("queue_reply", &bytes, &stats);
    assert_int_equal(of_decode_queue_stats(&body, &queue, NULL), 0);
    assert_int_equal(queue.port, 3);
    assert_int_equal(queue.queue_id, 0x1234);
    assert_int_equal(queue.tx_bytes, 11);
    assert_int_equal(queue.tx_packets, 22);
    assert_int_equal(queue.tx_errors, 33);
    base_buffer_free(&bytes);
}

static void requests(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct of_flow_request flows;
    struct of_queue_request queue;
    uint16_t port;
    struct base_reader body = open_golden("flow_request", &bytes, &stats);
    assert_int_equal(of_decode_flow_request(&body, &flows, NULL), 0);
    assert_int_equal(flows.table_id, 2);
    assert_int_equal(flows.out_port, 6);
    assert_int_equal(flows.match.value.tp_dst, 53);
    base_buffer_free(&bytes);
    body = open_golden("port_request", &bytes, &stats);
    assert_int_equal(of_decode_port_stats_request(&body, &port, NULL), 0);
    assert_int_equal(port, PORT_NONE);
    base_buffer_free(&bytes);
    body = open_golden("queue_request", &bytes, &stats);
    assert_int_equal(of_decode_queue_stats_request(&body, &queue, NULL), 0);
    assert_int_equal(queue.port, PORT_ALL);
    assert_true(queue.queue_id == OFPQ_ALL);
    base_buffer_free(&bytes);
}

/* The request that ovs-ofctl sends for all flows is the one that we send. */
static void every_flow_is_asked_for_as_ovs_ofctl_does(void **state)
{
    (void)state;
    struct base_buffer bytes = {0}, out = {0};
    struct of_header header;
    struct of_flow_request all = of_every_flow();
    golden_body("flow_request_all", &bytes, &header);
    assert_int_equal(of_encode_flow_request(&out, header.xid, OFPST_FLOW, &all, NULL), 0);
    assert_int_equal(out.n_bytes, bytes.n_bytes);
    assert_memory_equal(out.data, bytes.data, bytes.n_bytes);
    base_buffer_free(&bytes);
    base_buffer_free(&out);
}

static void unknown_kinds_can_be_skipped(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct base_reader body = open_golden("vendor_stats_reply", &bytes, &stats);
    assert_int_equal(stats.kind, OFPST_VENDOR);
    assert_int_equal(base_reader_left(&body), 8);
    base_patch_be16(&bytes, 8, 77);
    struct of_header header;
    assert_int_equal(of_open(bytes.data, bytes.n_bytes, &header, &body, NULL), 0);
    assert_int_equal(of_open_stats(&header, &body, &stats, NULL), 0);
    assert_int_equal(stats.kind, 77);
    base_buffer_free(&bytes);
}

static void lengths_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *reason;
    } bad[] = {
        {"0111000d 00000001 0002 0000 00", "STATS_REPLY of AGGREGATE: the body has 1 bytes, must "
                                           "have 24 (section 5.3.5)"},
        {"0111000c 00000001 0000 0000", "DESC: the body has 0 bytes, must have 1056"},
        {"01110073 00000001 0004 0000 00*103", "PORT: the body has 103 bytes, must have 0 + n * "
                                               "104"},
        {"0110000c 00000001 0001 0000", "STATS_REQUEST of FLOW: the body has 0 bytes, must have "
                                        "44"},
        {"01100010 00000001 0003 0000 00*4", "TABLE: the body has 4 bytes, must have 0"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct base_buffer bytes = {0};
        struct base_error error = {""};
        struct base_reader body;
        struct of_header header;
        struct of_stats stats;
        unhex(bad[i].hex, &bytes);
        assert_int_equal(of_open(bytes.data, bytes.n_bytes, &header, &body, NULL), 0);
        assert_int_equal(of_open_stats(&header, &body, &stats, &error), -1);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
        base_buffer_free(&bytes);
    }
}

static void more_belongs_to_replies(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct base_reader body;
    struct of_header header;
    struct of_stats stats;
    of_end(&out, of_begin_stats(&out, OFPT_STATS_REPLY, 9, OFPST_FLOW, true));
    assert_int_equal(of_open(out.data, out.n_bytes, &header, &body, NULL), 0);
    assert_int_equal(of_open_stats(&header, &body, &stats, NULL), 0);
    assert_true(stats.more);
    base_buffer_free(&out);
    of_end(&out, of_begin_stats(&out, OFPT_STATS_REQUEST, 9, OFPST_TABLE, true));
    assert_int_equal(of_open(out.data, out.n_bytes, &header, &body, NULL), 0);
    assert_int_equal(of_open_stats(&header, &body, &stats, NULL), 0);
    assert_false(stats.more);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(kinds_have_names),
    cmocka_unit_test(desc),
    cmocka_unit_test(text_need_not_end_with_a_zero),
    cmocka_unit_test(aggregate),
    cmocka_unit_test(tables),
    cmocka_unit_test(port_counters_go_to_their_ports),
    cmocka_unit_test(ports_without_counters_say_so),
    cmocka_unit_test(queues),
    cmocka_unit_test(requests),
    cmocka_unit_test(every_flow_is_asked_for_as_ovs_ofctl_does),
    cmocka_unit_test(unknown_kinds_can_be_skipped),
    cmocka_unit_test(lengths_are_checked),
    cmocka_unit_test(more_belongs_to_replies),
};
TEST_MAIN(tests)
