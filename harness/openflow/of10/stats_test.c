/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics but for the records of OFPST_FLOW (flow_codec_test.c). */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/stats.h"
#include "testing/golden.h"

#include <string.h>

static struct base_reader open_golden(const char *golden, struct base_buffer *bytes,
                                      struct of_stats *stats)
{
    struct of_header header;
    struct base_reader body = golden_body(golden, bytes, &header);
    assert_int_equal(of_open_stats(&body, stats, NULL), 0);
    return body;
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
    struct port local = {.number = PORT_LOCAL};
    struct switch_state sw = {.ports = &local, .n_ports = 1};
    struct base_buffer bytes = {0};
    struct of_stats stats;
    struct base_reader body = open_golden("port_reply", &bytes, &stats);
    assert_int_equal(of_decode_port_counters(&body, &sw, NULL), 0);
    assert_true(local.has_counters);
    assert_true(local.counters.rx_packets == UINT64_MAX);
    assert_true(local.counters.collisions == UINT64_MAX);
    base_buffer_free(&bytes);
}

static void half_a_record_is_refused(void **state)
{
    (void)state;
    struct port port = {.number = 3};
    struct switch_state sw = {.ports = &port, .n_ports = 1};
    struct base_buffer bytes = {0};
    struct base_error error = {""};
    unhex("0003 00*101", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_port_counters(&body, &sw, &error), -1);
    assert_string_equal(error.text, "port statistics is cut short");
    assert_false(port.has_counters);
    base_buffer_free(&bytes);
}

/* The requests that ovs-ofctl sends for everything are those that we send. */
static void everything_is_asked_for_as_ovs_ofctl_does(void **state)
{
    (void)state;
    static const char *const names[] = {"flow_request_all", "aggregate_request", "port_request"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct base_buffer bytes = {0}, out = {0};
        struct of_header header;
        assert_false(golden_body(names[i], &bytes, &header).failed);
        if (i < 2) {
            of_encode_flow_request(&out, header.xid, i == 0 ? OFPST_FLOW : OFPST_AGGREGATE);
        } else {
            of_encode_port_request(&out, header.xid);
        }
        assert_int_equal(out.n_bytes, bytes.n_bytes);
        assert_memory_equal(out.data, bytes.data, bytes.n_bytes);
        base_buffer_free(&bytes);
        base_buffer_free(&out);
    }
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
    assert_int_equal(of_open_stats(&body, &stats, NULL), 0);
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
        {"01110010 00000001 0003 0000 00*4", "TABLE: the body has 4 bytes, must have 0 + n * 64"},
        {"0111002d 00000001 0005 0000 00*33", "QUEUE: the body has 33 bytes, must have 0 + n * 32"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct base_buffer bytes = {0};
        struct base_error error = {""};
        struct base_reader body;
        struct of_header header;
        struct of_stats stats;
        unhex(bad[i].hex, &bytes);
        assert_int_equal(of_open(bytes.data, bytes.n_bytes, &header, &body, NULL), 0);
        assert_int_equal(of_open_stats(&body, &stats, &error), -1);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
        base_buffer_free(&bytes);
    }
}

static void more_is_the_lowest_flag(void **state)
{
    (void)state;
    static const char *const bodies[] = {"0001 0000", "0001 0001", "0001 fffe", "0001 0003"};
    for (size_t i = 0; i < 4; i++) {
        struct base_buffer bytes = {0};
        struct of_stats stats;
        unhex(bodies[i], &bytes);
        struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of_open_stats(&body, &stats, NULL), 0);
        assert_int_equal(stats.more, i % 2);
        base_buffer_free(&bytes);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(aggregate),
    cmocka_unit_test(port_counters_go_to_their_ports),
    cmocka_unit_test(ports_without_counters_say_so),
    cmocka_unit_test(half_a_record_is_refused),
    cmocka_unit_test(everything_is_asked_for_as_ovs_ofctl_does),
    cmocka_unit_test(unknown_kinds_can_be_skipped),
    cmocka_unit_test(lengths_are_checked),
    cmocka_unit_test(more_is_the_lowest_flag),
};
TEST_MAIN(tests)
