/* SPDX-License-Identifier: Apache-2.0
 *
 * What Open vSwitch sent is read field by field; what it never sends (expanded
 * samples, other interfaces, other enterprises) was written by hand after the
 * specification; all of it is refused when it is cut anywhere. */
#include "sflow/datagram.h"

#include "base/buffer.h"
#include "sflow/golden.h"
#include "testing/cmocka.h"

#include <string.h>

static struct sflow_datagram open_checked(const void *bytes, size_t n_bytes)
{
    struct base_error error = {""};
    struct sflow_datagram datagram;
    assert_int_equal(sflow_check(bytes, n_bytes, &error), 0);
    assert_int_equal(sflow_open(bytes, n_bytes, &datagram, &error), 0);
    return datagram;
}

static struct sflow_sample next(struct sflow_datagram *datagram)
{
    struct base_error error = {""};
    struct sflow_sample sample;
    assert_int_equal(sflow_next(datagram, &sample, &error), 1);
    return sample;
}

static void no_more(struct sflow_datagram *datagram)
{
    struct sflow_sample sample;
    assert_int_equal(sflow_next(datagram, &sample, NULL), 0);
}

static void assert_port(struct sflow_port port, enum sflow_port_kind kind, uint32_t value)
{
    assert_int_equal(port.kind, kind);
    assert_int_equal(port.value, value);
}

static void reads_flow_samples(void **state)
{
    (void)state;
    char text[SFLOW_ADDRESS_TEXT];
    struct sflow_datagram datagram = open_checked(golden_two_flows, sizeof golden_two_flows);
    assert_string_equal(sflow_address_format(&datagram.agent, text), "127.0.0.1");
    assert_int_equal(datagram.sub_agent, 0);
    assert_int_equal(datagram.sequence, 1);
    assert_int_equal(datagram.uptime_ms, 3000);
    struct sflow_sample first = next(&datagram), second = next(&datagram);
    no_more(&datagram);
    assert_int_equal(first.kind, SFLOW_FLOW);
    assert_int_equal(first.sequence, 1);
    assert_int_equal(first.source_class, 2);
    assert_int_equal(first.source_index, 1000);
    assert_int_equal(first.flow.sampling_rate, 1);
    assert_int_equal(first.flow.sample_pool, 1);
    assert_int_equal(first.flow.drops, 0);
    assert_port(first.flow.input, SFLOW_PORT_ONE, 2);
    assert_port(first.flow.output, SFLOW_PORT_SEVERAL, 2);
    assert_int_equal(first.flow.frame_bytes, 14 + 20 + 8 + 1000 + 4);
    assert_int_equal(first.flow.stripped_bytes, 4);
    assert_int_equal(first.flow.n_header_bytes, 64);
    assert_memory_equal(first.flow.header, "\0\0\0\0\0\2\0\0\0\0\0\1\x08\0\x45", 15);
    assert_true(first.flow.has_switch);
    assert_int_equal(first.flow.in_vlan, 0);
    assert_int_equal(first.n_skipped, 0);
    assert_port(second.flow.input, SFLOW_PORT_ONE, 3);
    assert_port(second.flow.output, SFLOW_PORT_ONE, 2);
}

static void reads_what_a_switch_dropped(void **state)
{
    (void)state;
    struct sflow_datagram datagram = open_checked(golden_dropped, sizeof golden_dropped);
    struct sflow_sample sample = next(&datagram);
    no_more(&datagram);
    assert_int_equal(datagram.sub_agent, 2);
    assert_port(sample.flow.input, SFLOW_PORT_ONE, 9);
    assert_port(sample.flow.output, SFLOW_PORT_DISCARDED, 256); /* unknown reason */
}

static void reads_counter_samples(void **state)
{
    (void)state;
    struct sflow_datagram datagram = open_checked(golden_counters, sizeof golden_counters);
    struct sflow_sample sample = next(&datagram);
    no_more(&datagram);
    assert_int_equal(sample.kind, SFLOW_COUNTERS);
    assert_int_equal(sample.source_class, 0);
    assert_int_equal(sample.source_index, 12);
    assert_true(sample.counters.has_interface);
    assert_int_equal(sample.counters.if_index, 12);
    assert_int_equal(sample.counters.if_type, 6); /* ethernetCsmacd */
    assert_int_equal(sample.counters.if_speed_bps, 10000000000u);
    assert_int_equal(sample.counters.if_status, 3); /* admin up, oper up */
    assert_int_equal(sample.counters.in_octets, 0);
    assert_int_equal(sample.counters.out_octets, 2084); /* two pings of 1,042 bytes */
    assert_int_equal(sample.counters.out_unicast, 2);
    assert_int_equal(sample.counters.out_discards, 0);
    assert_true(sample.counters.has_openflow);
    assert_int_equal(sample.counters.dpid, 3);
    assert_int_equal(sample.counters.port, 11);
    assert_int_equal(sample.n_skipped, 2); /* Ethernet counters and port name */
}

/* Another value in each field (sFlow version 5, 5.3, struct if_counters). */
static void reads_each_counter_of_an_interface(void **state)
{
    (void)state;
    static const uint8_t record[] = {0, 0, 0, 1, 0, 0, 0, 0x58};
    uint8_t bytes[sizeof golden_counters];
    memcpy(bytes, golden_counters, sizeof bytes);
    uint8_t *at = memmem(bytes, sizeof bytes, record, sizeof record);
    assert_non_null(at);
    for (uint8_t i = 0; i < 0x58; i++) {
        at[sizeof record + i] = i;
    }
    struct sflow_datagram datagram = open_checked(bytes, sizeof bytes);
    struct sflow_sample sample = next(&datagram);
    const struct sflow_counters *counters = &sample.counters;
    assert_int_equal(counters->if_index, 0x00010203);
    assert_int_equal(counters->if_type, 0x04050607);
    assert_true(counters->if_speed_bps == 0x08090a0b0c0d0e0f);
    assert_int_equal(counters->if_status, 0x14151617);
    assert_true(counters->in_octets == 0x18191a1b1c1d1e1f);
    assert_int_equal(counters->in_unicast, 0x20212223);
    assert_int_equal(counters->in_discards, 0x2c2d2e2f);
    assert_int_equal(counters->in_errors, 0x30313233);
    assert_true(counters->out_octets == 0x38393a3b3c3d3e3f);
    assert_int_equal(counters->out_unicast, 0x40414243);
    assert_int_equal(counters->out_discards, 0x4c4d4e4f);
    assert_int_equal(counters->out_errors, 0x50515253);
}

/* An agent with an IPv6 address: an expanded flow sample, expanded counters,
 * and a sample of another enterprise. */
static void put_expanded(struct base_buffer *out)
{
    static const uint8_t agent[16] = {0x20, 1, 0xd, 0xb8, [15] = 7};
    static const uint32_t flow[] = {
        3, 88,     7, 0,    900000, 1000, 5000,       3,
        0, 900001, 1, 5,    2,      77,   4,          0xfeedface, /* a record of nobody's */
        1, 24,     1, 1518, 4,      5,    0x01020304, 0x05000000};
    static const uint32_t counters[] = {4, 36, 8, 3, 900000, 1, 1004, 12, 0, 2, 3};
    static const uint32_t other[] = {0x1234001, 5, 0x61626364, 0x65000000}; /* padded */
    base_put_be32(out, 5);
    base_put_be32(out, 2);
    base_put_bytes(out, agent, sizeof agent);
    for (uint32_t i = 0; i < 4; i++) {
        base_put_be32(out, i == 3 ? 3 : UINT32_MAX - i);
    }
    for (size_t i = 0; i < sizeof flow / sizeof *flow; i++) {
        base_put_be32(out, flow[i]);
    }
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        base_put_be32(out, counters[i]);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        base_put_be32(out, other[i]);
    }
}

static void reads_expanded_samples(void **state)
{
    (void)state;
    char text[SFLOW_ADDRESS_TEXT];
    struct base_buffer bytes = {0};
    put_expanded(&bytes);
    struct sflow_datagram datagram = open_checked(bytes.data, bytes.n_bytes);
    assert_string_equal(sflow_address_format(&datagram.agent, text), "[2001:db8::7]");
    assert_int_equal(datagram.sub_agent, UINT32_MAX);
    assert_int_equal(datagram.sequence, UINT32_MAX - 1);
    struct sflow_sample flow = next(&datagram), counters = next(&datagram), other = next(&datagram);
    no_more(&datagram);
    assert_int_equal(flow.kind, SFLOW_FLOW);
    assert_int_equal(flow.source_index, 900000);
    assert_int_equal(flow.flow.sampling_rate, 1000);
    assert_int_equal(flow.flow.drops, 3);
    assert_port(flow.flow.input, SFLOW_PORT_ONE, 900001);
    assert_port(flow.flow.output, SFLOW_PORT_DISCARDED, 5);
    assert_int_equal(flow.flow.frame_bytes, 1518);
    assert_int_equal(flow.flow.n_header_bytes, 5);
    assert_memory_equal(flow.flow.header, "\1\2\3\4\5", 5);
    assert_int_equal(flow.n_skipped, 1);
    assert_int_equal(counters.kind, SFLOW_COUNTERS);
    assert_int_equal(counters.source_class, 3);
    assert_int_equal(counters.counters.dpid, 2);
    assert_int_equal(counters.counters.port, 3);
    assert_int_equal(other.kind, SFLOW_OTHER);
    assert_int_equal(other.type, 0x1234001);
    base_buffer_free(&bytes);
}

static struct sflow_sample read_words(const uint32_t *words, size_t n)
{
    struct base_buffer bytes = {0};
    for (size_t i = 0; i < n; i++) {
        base_put_be32(&bytes, words[i]);
    }
    struct sflow_datagram datagram = open_checked(bytes.data, bytes.n_bytes);
    struct sflow_sample sample = next(&datagram);
    no_more(&datagram);
    base_buffer_free(&bytes);
    return sample;
}

/* Of records of one kind the first counts; so does that of a frame on Ethernet (protocol 1). */
static void of_two_records_the_first_counts(void **state)
{
    (void)state;
    static const uint32_t flow[] = {
        5,    1,  0x7f000001, 0,    1,  3000, 1,          1,  164, 7,  0x02000005, 9,
        9,    0,  1,          2,    5,  1001, 16,         11, 12,  13, 14, /* extended switch */
        1001, 16, 21,         22,   23, 24,                                /* another */
        1,    20, 2,          1000, 4,  4,    0xaaaaaaaa,                  /* no Ethernet */
        1,    20, 1,          1001, 5,  4,    0xbbbbbbbb,                  /* this one */
        1,    20, 1,          1002, 6,  4,    0xcccccccc,
    };
    struct sflow_sample sample = read_words(flow, sizeof flow / sizeof *flow);
    assert_int_equal(sample.flow.in_vlan, 11);
    assert_int_equal(sample.flow.in_priority, 12);
    assert_int_equal(sample.flow.out_vlan, 13);
    assert_int_equal(sample.flow.out_priority, 14);
    assert_int_equal(sample.flow.frame_bytes, 1001);
    assert_int_equal(sample.flow.stripped_bytes, 5);
    assert_int_equal(sample.flow.n_header_bytes, 4);
    assert_int_equal(sample.source_class, 2);
    assert_int_equal(sample.source_index, 5);
    assert_int_equal(sample.n_skipped, 3);
    uint32_t counters[12 + 2 * (2 + 3) + 2 * (2 + 22)] = {5, 1, 0x7f000001,           0, 1, 3000,
                                                          1, 2, 12 + 2 * 20 + 2 * 96, 7, 5, 4};
    uint32_t *at = counters + 12;
    for (uint32_t i = 0; i < 2; i++) {
        *at++ = 1004, *at++ = 12, *at++ = 0, *at++ = 7 + i, *at++ = 3 + i;
    }
    for (uint32_t i = 0; i < 2; i++) {
        *at++ = 1, *at++ = 88, *at = 20 + i;
        at += 22;
    }
    sample = read_words(counters, sizeof counters / sizeof *counters);
    assert_int_equal(sample.counters.dpid, 7);
    assert_int_equal(sample.counters.port, 3);
    assert_int_equal(sample.counters.if_index, 20);
    assert_int_equal(sample.n_skipped, 2);
}

/* The output field of the dropped frame is the last word before the number of records. */
static void reads_every_form_of_an_output(void **state)
{
    (void)state;
    static const struct {
        uint32_t wire;
        struct sflow_port port;
    } rows[] = {
        {0, {SFLOW_PORT_UNKNOWN, 0}},
        {SFLOW_IFINDEX_MAX, {SFLOW_PORT_UNKNOWN, 0}},
        {42, {SFLOW_PORT_ONE, 42}},
        {0x3ffffffe, {SFLOW_PORT_ONE, 0x3ffffffe}},
        {0x40000000, {SFLOW_PORT_DISCARDED, 0}},
        {0x40000101, {SFLOW_PORT_DISCARDED, 257}},
        {0x80000000, {SFLOW_PORT_SEVERAL, 0}},
        {0x80000007, {SFLOW_PORT_SEVERAL, 7}},
        {0xc0000001, {SFLOW_PORT_UNKNOWN, 0}},
    };
    enum { OUTPUT = 28 + 8 + 24 };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_buffer bytes = {0};
        base_put_bytes(&bytes, golden_dropped, sizeof golden_dropped);
        base_patch_be16(&bytes, OUTPUT, (uint16_t)(rows[i].wire >> 16));
        base_patch_be16(&bytes, OUTPUT + 2, (uint16_t)rows[i].wire);
        struct sflow_datagram datagram = open_checked(bytes.data, bytes.n_bytes);
        assert_port(next(&datagram).flow.output, rows[i].port.kind, rows[i].port.value);
        base_buffer_free(&bytes);
    }
}

static void refuses_what_is_cut_anywhere(void **state)
{
    (void)state;
    struct base_buffer expanded = {0};
    put_expanded(&expanded);
    const struct {
        const void *bytes;
        size_t n_bytes;
    } whole[] = {{golden_two_flows, sizeof golden_two_flows},
                 {golden_counters, sizeof golden_counters},
                 {expanded.data, expanded.n_bytes}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        for (size_t n_bytes = 0; n_bytes < whole[i].n_bytes; n_bytes++) {
            struct base_error error = {""};
            assert_int_equal(sflow_check(whole[i].bytes, n_bytes, &error), -1);
            assert_non_null(strstr(error.text, "cut short"));
        }
    }
    base_buffer_free(&expanded);
}

/* A datagram with one word changed. */
static void assert_refused(size_t offset, uint32_t word, const char *text)
{
    struct base_buffer bytes = {0};
    struct base_error error = {""};
    base_put_bytes(&bytes, golden_dropped, sizeof golden_dropped);
    base_patch_be16(&bytes, offset, (uint16_t)(word >> 16));
    base_patch_be16(&bytes, offset + 2, (uint16_t)word);
    assert_int_equal(sflow_check(bytes.data, bytes.n_bytes, &error), -1);
    assert_string_equal(error.text, text);
    base_buffer_free(&bytes);
}

/* The sample of a datagram with one word changed, and what is said of it. */
static struct sflow_sample changed(const uint8_t *golden, size_t n_bytes, size_t offset,
                                   uint32_t word, const char *text)
{
    static uint8_t bytes[512]; /* what the sample points to */
    struct base_error error = {""};
    struct sflow_datagram datagram;
    struct sflow_sample sample;
    assert_in_range(n_bytes, offset, sizeof bytes);
    memcpy(bytes, golden, n_bytes);
    for (int i = 0; i < 4; i++) {
        bytes[offset + (size_t)i] = (uint8_t)(word >> (24 - 8 * i));
    }
    assert_int_equal(sflow_check(bytes, n_bytes, &error), 0);
    assert_int_equal(sflow_open(bytes, n_bytes, &datagram, &error), 0);
    assert_int_equal(sflow_next(&datagram, &sample, &error), 1);
    assert_string_equal(error.text, text);
    no_more(&datagram);
    return sample;
}

static struct sflow_sample changed_dropped(size_t offset, uint32_t word, const char *text)
{
    return changed(golden_dropped, sizeof golden_dropped, offset, word, text);
}

/* One record of it is. */
static void assert_broken(const struct sflow_sample *sample, size_t n_header_bytes, bool has_switch)
{
    assert_int_equal(sample->kind, SFLOW_FLOW);
    assert_int_equal(sample->n_broken, 1);
    assert_int_equal(sample->flow.n_header_bytes, n_header_bytes);
    assert_int_equal(sample->flow.has_switch, has_switch);
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    enum { SAMPLE = 28, RECORD = SAMPLE + 8 + 32, RAW = RECORD + 8 + 16 };
    assert_refused(0, 4, "version 4, expected sFlow version 5");
    assert_refused(4, 3, "agent address of type 3, expected 1 (IPv4) or 2 (IPv6)");
    assert_refused(24, 2, "sample 2 of 2: cut short");
    assert_refused(24, 0, "152 bytes behind the last sample");
    assert_refused(SAMPLE + 4, 0xfffffffd, "sample 1 of 1: cut short");
    struct sflow_sample sample;
    sample =
        changed_dropped(SAMPLE + 8 + 8, 0, "sample 1 (flow): sampling rate 0, expected at least 1");
    assert_int_equal(sample.kind, SFLOW_BROKEN);
    sample = changed_dropped(SAMPLE + 8 + 28, 0xffffffff, "sample 1 (flow): record 3: cut short");
    assert_broken(&sample, 64, true);
    sample =
        changed_dropped(SAMPLE + 8 + 28, 1, "sample 1 (flow): 88 bytes behind the last record");
    assert_broken(&sample, 0, true);
    sample = changed_dropped(RECORD + 4, 0xffffffff, "sample 1 (flow): record 1: cut short");
    assert_broken(&sample, 0, false);
    sample = changed_dropped(RAW + 8 + 12, 65,
                             "sample 1 (flow): record 2 (raw packet header): cut short");
    assert_broken(&sample, 0, true);
    sample = changed_dropped(RAW + 8 + 12, 0xffffffff,
                             "sample 1 (flow): record 2 (raw packet header): cut short");
    assert_broken(&sample, 0, true);
    assert_port(sample.flow.input, SFLOW_PORT_ONE, 9);
    sample = changed(golden_counters, sizeof golden_counters, SAMPLE + 8 + 12, 1,
                     "sample 1 (counters): record 1 (generic interface): cut short");
    assert_int_equal(sample.n_broken, 1);
    assert_int_equal(sample.counters.if_index, 12); /* of the next one */
    assert_int_equal(sample.counters.port, 11);
}

/* The good flow sample beside a broken one is read. */
static void what_is_broken_costs_itself_alone(void **state)
{
    (void)state;
    enum { SAMPLE = 28, RECORDS = SAMPLE + 8 + 28 };
    uint8_t bytes[sizeof golden_two_flows];
    struct base_error error = {""};
    struct sflow_datagram datagram;
    struct sflow_sample sample;
    memcpy(bytes, golden_two_flows, sizeof bytes);
    bytes[RECORDS + 3] = 200;
    assert_int_equal(sflow_check(bytes, sizeof bytes, &error), 0);
    assert_int_equal(sflow_open(bytes, sizeof bytes, &datagram, &error), 0);
    assert_int_equal(sflow_next(&datagram, &sample, &error), 1);
    assert_int_equal(sample.n_broken, 1);
    assert_string_equal(error.text, "sample 1 (flow): record 3: cut short");
    error.text[0] = '\0';
    assert_int_equal(sflow_next(&datagram, &sample, &error), 1);
    assert_int_equal(sample.kind, SFLOW_FLOW);
    assert_int_equal(sample.n_broken, 0);
    assert_int_equal(sample.flow.n_header_bytes, 64);
    assert_string_equal(error.text, "");
    no_more(&datagram);
}

static void addresses_are_text_and_back(void **state)
{
    (void)state;
    char text[SFLOW_ADDRESS_TEXT];
    struct sflow_address address = {0};
    assert_string_equal(sflow_address_format(&address, text), "an unknown address");
    assert_true(sflow_address_parse("192.0.2.1", &address));
    assert_string_equal(sflow_address_format(&address, text), "192.0.2.1");
    assert_true(sflow_address_parse("2001:DB8::1", &address));
    assert_true(sflow_address_parse("[2001:db8:0::1]", &address));
    assert_string_equal(sflow_address_format(&address, text), "[2001:db8::1]");
    static const char *const bad[] = {
        "",
        "[]",
        "192.0.2",
        "[192.0.2.1]x",
        "2001:db8::1]",
        "localhost",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(sflow_address_parse(bad[i], &address));
    }
    assert_int_equal(address.n_bytes, 16);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_flow_samples),
    cmocka_unit_test(reads_what_a_switch_dropped),
    cmocka_unit_test(reads_counter_samples),
    cmocka_unit_test(reads_each_counter_of_an_interface),
    cmocka_unit_test(reads_expanded_samples),
    cmocka_unit_test(of_two_records_the_first_counts),
    cmocka_unit_test(reads_every_form_of_an_output),
    cmocka_unit_test(refuses_what_is_cut_anywhere),
    cmocka_unit_test(says_what_is_wrong_and_where),
    cmocka_unit_test(what_is_broken_costs_itself_alone),
    cmocka_unit_test(addresses_are_text_and_back),
};

TEST_MAIN(tests)
