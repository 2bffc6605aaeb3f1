/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups, meters, ports and the switch in OpenFlow 1.3, as Open vSwitch 3.1 sent them. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "ofctl/group.h"
#include "openflow/of13/group_codec.h"
#include "openflow/of13/multipart.h"
#include "openflow/of13/port_codec.h"
#include "testing/golden.h"
#include "testing/openflow_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char groups_hex[] =
    "006000000000000100200000ffffffffffffffff00000000000000100000000100000000"
    "0000000000380000ffffffffffffffff0000000000110008810000000019001080000c02"
    "106400000000000000000010000000020000000000000000002802000000000400200000"
    "ffffffffffffffff00000000000000100000000300000000000000000040030000000003"
    "0020000000000001ffffffff000000000000001000000001000000000000000000180000"
    "ffffffff00000004000000000016000800000004004801000000000200200002ffffffff"
    "ffffffff000000000000001000000001000000000000000000200000ffffffffffffffff"
    "0000000000000010000000020000000000000000";
static const char meters_hex[] =
    "0018000d0000000100010010000003e80000006400000000001800020000000400010010"
    "0000000a0000000a00000000";
static const char ports_hex[] =
    "0000000600000000aa55aa55000700007036000000000000000000000000000000000000"
    "000000040000000000000000000000000000000000000000000000000000000400000000"
    "aa55aa550005000070340000000000000000000000000000000000000000000400000000"
    "0000000000000000000000000000000000000000";

static const char *const group_texts[] = {
    "group_id=1,type=all,bucket=actions=output:1,"
    "bucket=actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:2",
    "group_id=4,type=indirect,bucket=actions=output:3",
    "group_id=3,type=ff,bucket=watch_port:1,actions=output:1,"
    "bucket=watch_group:4,actions=group:4",
    "group_id=2,type=select,bucket=weight:2,actions=output:1,bucket=weight:0,actions=output:2",
};
enum { N_GROUPS = sizeof group_texts / sizeof *group_texts };

static void groups_mean_what_ovs_ofctl_prints(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct group_table table = {0}, parsed = {0};
    struct base_error error = {""};
    unhex(groups_hex, &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_groups(&body, &table, &error), 0);
    assert_int_equal(table.n_groups, N_GROUPS);
    for (size_t i = 0; i < N_GROUPS; i++) {
        struct base_buffer text = {0}, again = {0}, once_more = {0};
        const struct group *group = NULL;
        ofctl_format_group(&table.groups[i], &text);
        bool known = false;
        for (size_t j = 0; j < N_GROUPS; j++) {
            known = known || strcmp(group_texts[j], base_buffer_text(&text)) == 0;
        }
        assert_true(known);
        if (ofctl_parse_group(base_buffer_text(&text), &parsed, NULL, &error)) {
            fail_msg("%s: %s", base_buffer_text(&text), error.text);
        }
        group = group_find(&parsed, table.groups[i].id);
        assert_non_null(group);
        assert_true(group_equal(group, &table.groups[i]));
        assert_int_equal(group_equal(group, &table.groups[(i + 1) % N_GROUPS]), false);
        assert_int_equal(peer_put_buckets(&again, &table.groups[i], &error), 0);
        assert_int_equal(peer_put_buckets(&once_more, group, &error), 0);
        assert_int_equal(again.n_bytes, once_more.n_bytes);
        assert_memory_equal(again.data, once_more.data, again.n_bytes);
        bool found = false; /* in what the switch sent */
        for (size_t at = 0; at + again.n_bytes <= bytes.n_bytes && !found; at++) {
            found = memcmp(bytes.data + at, again.data, again.n_bytes) == 0;
        }
        assert_true(found);
        base_buffer_free(&text);
        base_buffer_free(&again);
        base_buffer_free(&once_more);
    }
    assert_null(group_find(&table, 99));
    base_buffer_free(&bytes);
    group_table_free(&table);
    group_table_free(&parsed);
}

static void meters_mean_what_ovs_ofctl_prints(void **state)
{
    (void)state;
    struct base_buffer bytes = {0}, text = {0};
    struct group_table table = {0};
    unhex(meters_hex, &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_meters(&body, &table, NULL), 0);
    for (size_t i = 0; i < table.n_meters; i++) {
        ofctl_format_meter(&table.meters[i], &text);
        base_put_text(&text, "|");
    }
    assert_string_equal(base_buffer_text(&text),
                        "meter=1 kbps burst stats bands=\ntype=drop rate=1000 burst_size=100|"
                        "meter=4 pktps bands=\ntype=drop rate=10|");
    base_buffer_free(&text);
    base_buffer_free(&bytes);
    group_table_free(&table);
}

/* Each with bands enough that none has its place by chance. */
static void all_bands_of_all_meters_are_kept(void **state)
{
    (void)state;
    enum { METERS = 3, BANDS = 9 };
    struct base_buffer bytes = {0};
    struct group_table table = {0};
    for (uint32_t i = 0; i < METERS; i++) {
        base_put_be16(&bytes, 8 + BANDS * 16);
        base_put_be16(&bytes, 1);
        base_put_be32(&bytes, i);
        for (uint32_t k = 0; k < BANDS; k++) {
            unhex("0002 0010", &bytes);
            base_put_be32(&bytes, 100 * i + k);
            base_put_be32(&bytes, k);
            unhex("05 00*3", &bytes);
        }
    }
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_meters(&body, &table, NULL), 0);
    assert_int_equal(table.n_meters, METERS);
    for (uint32_t i = 0; i < METERS; i++) {
        assert_int_equal(table.meters[i].n_bands, BANDS);
        for (uint32_t k = 0; k < BANDS; k++) {
            assert_int_equal(table.meters[i].bands[k].type, 2);
            assert_int_equal(table.meters[i].bands[k].rate, 100 * i + k);
            assert_int_equal(table.meters[i].bands[k].burst_size, k);
            assert_int_equal(table.meters[i].bands[k].prec_level, 5);
        }
    }
    base_buffer_free(&bytes);
    group_table_free(&table);
}

#define STATS(id, length, n_in)                                                                    \
    "000000" id " " length " 0000 00000000 00000003 " n_in " 1111111111111111 22222222 33333333"
#define TOOK(n) n " 4444444444444444"
#define ZERO    "0000000000000000"
#define ALL     "ffffffffffffffff"

/* Meter 1 has a band that drops, one that remarks, and one of a type of its own; 4 has none. */
static void counters_go_to_their_meters(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        bool is_counted[2];
        uint64_t n_in[2], n_dropped;
    } cases[] = {
        {"", {false, false}, {0, 0}, 0},
        {STATS("01", "0058", "0000000100000009") TOOK("0000000200000001") TOOK("0000000000000020")
             TOOK("0000000000000004") STATS("09", "0038", ZERO) TOOK(ZERO)
                 STATS("04", "0028", "0000000000000007"),
         {true, true},
         {0x100000009, 7},
         0x200000005},
        {STATS("01", "0058", ALL) TOOK(ZERO) TOOK(ZERO) TOOK(ZERO), {false, false}, {0, 0}, 0},
        {STATS("01", "0058", ZERO) TOOK(ZERO) TOOK(ZERO) TOOK(ALL), {false, false}, {0, 0}, 0},
        {STATS("01", "0048", ZERO) TOOK(ZERO) TOOK(ZERO), {false, false}, {0, 0}, 0},
        {STATS("04", "0038", ZERO) TOOK(ZERO), {false, false}, {0, 0}, 0},
    };
    static const struct band bands[] = {
        {.type = BAND_DROP}, {.type = BAND_DSCP_REMARK}, {.type = 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct base_buffer bytes = {0};
        struct group_table table = {0};
        *group_table_add_meter(&table) = (struct meter){.id = 1, .n_bands = 3, .bands = bands};
        *group_table_add_meter(&table) = (struct meter){.id = 4};
        unhex(cases[i].hex, &bytes);
        struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of13_decode_meter_stats(&body, &table, NULL), 0);
        for (size_t m = 0; m < 2; m++) {
            const struct meter *meter = &table.meters[m];
            assert_int_equal(meter->is_counted, cases[i].is_counted[m]);
            assert_true(!meter->is_counted || meter->n_in == cases[i].n_in[m]);
            assert_true(!meter->is_counted || meter->n_dropped == (m ? 0 : cases[i].n_dropped));
        }
        base_buffer_free(&bytes);
        group_table_free(&table);
    }
}

static void bad_counters_of_meters_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *text;
    } bad[] = {
        {"0000000100", "meter statistics 1: length 0, 5 bytes are left, a record has 40 or more"},
        {STATS("01", "0027", ZERO),
         "meter statistics 1: length 39, 40 bytes are left, a record has 40 or more"},
        {STATS("01", "0028", ZERO) STATS("04", "0029", ZERO),
         "meter statistics 2: length 41, 40 bytes are left, a record has 40 or more"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct base_buffer bytes = {0};
        struct group_table table = {0};
        struct base_error error = {""};
        unhex(bad[i].hex, &bytes);
        struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of13_decode_meter_stats(&body, &table, &error), -1);
        assert_string_equal(error.text, bad[i].text);
        base_buffer_free(&bytes);
    }
}

static void ports_are_read(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {0};
    unhex(ports_hex, &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_port_desc(&body, &sw, NULL), 0);
    assert_int_equal(sw.n_ports, 2);
    assert_true(sw.ports[0].number < sw.ports[1].number);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sw.ports[i].name[0], 'p');
        assert_int_equal(sw.ports[i].name[1], '0' + sw.ports[i].number);
        assert_int_equal(sw.ports[i].state, PORT_STATE_LIVE);
        assert_true(sw.ports[i].flood_untold);
        assert_int_equal(sw.ports[i].dl_addr[0], 0xaa);
    }
    struct base_error error;
    body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_port_desc(&body, &sw, &error), -1);
    assert_non_null(strstr(error.text, "comes twice"));
    base_buffer_free(&bytes);
    switch_state_free(&sw);
}

/* 1 Gb/s over fibre with pause, and 40 Gb/s, which OpenFlow 1.0 does not know (1.3.5,
 * section 7.2.1, enum ofp_port_features): what a port has, advertises, supports, and its peer
 * advertises. */
static void speeds_are_told_as_in_1_0(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {0};
    unhex("00000006 00*4 02*6 0000 00*16 00*8 00005020 00000021 0000fc80 000000a0 00*8", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_port_desc(&body, &sw, NULL), 0);
    assert_int_equal(sw.ports[0].curr, 0x520);
    assert_int_equal(sw.ports[0].advertised, 0x21);
    assert_int_equal(sw.ports[0].supported, 0xf80);
    assert_int_equal(sw.ports[0].peer, 0x20);
    base_buffer_free(&bytes);
    switch_state_free(&sw);
}

static void counters_go_to_their_ports(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {.n_ports = 1};
    sw.ports = calloc(1, sizeof *sw.ports);
    sw.ports[0].number = PORT_LOCAL;
    for (int i = 0; i < 2; i++) {
        unhex(i ? "00000007" : "fffffffe", &bytes);
        unhex("00*4", &bytes);
        for (uint64_t n = 1; n <= N_PORT_COUNTERS; n++) {
            base_put_be64(&bytes, n + 100 * (uint64_t)i);
        }
        unhex("00000001 00000002", &bytes);
    }
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_port_counters(&body, &sw, NULL), 0);
    assert_true(sw.ports[0].has_counters);
    assert_int_equal(sw.ports[0].counters.rx_packets, 1);
    assert_int_equal(sw.ports[0].counters.tx_packets, 2);
    assert_int_equal(sw.ports[0].counters.collisions, N_PORT_COUNTERS);
    body = base_reader_over(bytes.data, bytes.n_bytes - 1);
    assert_int_equal(of13_decode_port_counters(&body, &sw, NULL), -1);
    base_buffer_free(&bytes);
    switch_state_free(&sw);
}

static void the_switch_says_who_it_is(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {0};
    uint8_t auxiliary;
    unhex("0000000000000001 00000002 fe 03 0000 0000004f 00000000", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_features(&body, &sw, &auxiliary, NULL), 0);
    assert_int_equal(sw.datapath_id, 1);
    assert_int_equal(sw.n_buffers, 2);
    assert_int_equal(sw.n_tables, 0xfe);
    assert_int_equal(auxiliary, 3);
    assert_int_equal(sw.capabilities, 0x4f);
    assert_int_equal(sw.version, 4);
    base_buffer_free(&bytes);
}

/* What ovs-ofctl sent for dump-flows, dump-aggregate, dump-ports, dump-groups, dump-meters and
 * dump-ports-desc, but for the transaction id. */
static void requests_are_those_of_ovs_ofctl(void **state)
{
    (void)state;
    static const struct {
        enum of_stats_kind kind;
        const char *hex;
    } requests[] = {
        {OFPST_FLOW, "04 12 0038 00000009 0001 0000 00*4 ff 00*3 ffffffff ffffffff 00*4 00*8 00*8 "
                     "0001 0004 00*4"},
        {OFPST_AGGREGATE, "04 12 0038 00000009 0002 0000 00*4 ff 00*3 ffffffff ffffffff 00*4 00*8 "
                          "00*8 0001 0004 00*4"},
        {OFPST_PORT, "04 12 0018 00000009 0004 0000 00*4 ffffffff 00*4"},
        {OFPST_GROUP_DESC, "04 12 0010 00000009 0007 0000 00*4"},
        {OFPST_GROUP, "04 12 0018 00000009 0006 0000 00*4 ffffffff 00*4"},
        {OFPST_METER_CONFIG, "04 12 0018 00000009 000a 0000 00*4 ffffffff 00*4"},
        {OFPST_PORT_DESC, "04 12 0010 00000009 000d 0000 00*4"},
        {OFPST_DESC, "04 12 0010 00000009 0000 0000 00*4"},
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct base_buffer expected = {0}, out = {0};
        unhex(requests[i].hex, &expected);
        of13_encode_request(&out, 9, requests[i].kind);
        assert_int_equal(out.n_bytes, expected.n_bytes);
        assert_memory_equal(out.data, expected.data, out.n_bytes);
        base_buffer_free(&expected);
        base_buffer_free(&out);
    }
}

static void messages_are_opened(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int type; /* -1: refused */
    } messages[] = {
        {"04 00 0008 00000001", OFPT_HELLO},
        {"06 00 0010 00000001 0001 0008 00000012", OFPT_HELLO},
        {"04 14 0008 00000001", OFPT_BARRIER_REQUEST},
        {"04 15 0008 00000001", OFPT_BARRIER_REPLY},
        {"04 13 0010 00000001 00*8", OFPT_STATS_REPLY},
        {"04 0f 0010 00000001 00*8", OF_N_TYPES},
        {"04 1d 0010 00000001 00*8", OF_N_TYPES},
        {"04 1e 0010 00000001 00*8", UINT8_MAX}, /* METER_MOD is the last one */
        {"04 63 0010 00000001 00*8", UINT8_MAX},
        {"01 15 0008 00000001", -1},
        {"04 15 0009 00000001 00", -1},
        {"04 13 0008 00000001", -1},
        {"04 13 0018 00000001 00*8", -1},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct base_buffer bytes = {0};
        struct of_header header = {0};
        struct base_reader body;
        struct base_error error = {""};
        unhex(messages[i].hex, &bytes);
        int status = of13_open(bytes.data, bytes.n_bytes, &header, &body, &error);
        assert_int_equal(status == 0, error.text[0] == '\0');
        assert_int_equal(status, messages[i].type < 0 ? -1 : 0);
        if (status == 0) {
            assert_int_equal(header.type, messages[i].type);
            assert_int_equal(header.xid, 1);
        }
        base_buffer_free(&bytes);
    }
    struct base_buffer out = {0};
    of13_encode_empty(&out, OFPT_BARRIER_REQUEST, 7);
    assert_memory_equal(out.data, "\4\x14\0\10\0\0\0\7", 8);
    base_buffer_free(&out);
}

static void replies_have_the_length_of_their_kind(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        bool fits;
    } replies[] = {
        {"0001 0000 00*4", true},         {"0001 0001 00*4 00*7", true},
        {"0002 0000 00*4 00*24", true},   {"0002 0000 00*4 00*23", false},
        {"0004 0000 00*4 00*112", true},  {"0004 0000 00*4 00*111", false},
        {"000d 0000 00*4 00*128", true},  {"000d 0000 00*4 00*63", false},
        {"0003 0000 00*4 00*24", true},   {"0003 0000 00*4 00*25", false},
        {"0000 0000 00*4 00*1056", true}, {"0000 0000 00*4", false},
        {"0005 0000 00*4 00*41", false},  {"0002 0000", false},
    };
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        struct base_buffer bytes = {0};
        struct of_stats stats = {0};
        struct base_error error;
        unhex(replies[i].hex, &bytes);
        struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of13_open_multipart(&body, &stats, &error), replies[i].fits ? 0 : -1);
        assert_int_equal(stats.more, i == 1);
        base_buffer_free(&bytes);
    }
}

static void damaged_groups_are_refused(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    unhex(groups_hex, &bytes);
    for (size_t n = 0; n < bytes.n_bytes; n++) {
        for (int bit = 0; bit < 9; bit++) {
            struct group_table table = {0};
            struct base_error error = {""};
            size_t n_bytes = bit < 8 ? bytes.n_bytes : n;
            bytes.data[n] ^= (uint8_t)(1 << bit);
            uint8_t *copy = malloc(n_bytes + 1);
            memcpy(copy, bytes.data, n_bytes);
            struct base_reader body = base_reader_over(copy, n_bytes);
            size_t record;
            if (of13_decode_groups(&body, &table, &error) < 0) { /* those before it are there */
                assert_int_equal(sscanf(error.text, "group record %zu", &record), 1);
                assert_int_equal(table.n_groups, record - 1);
            }
            free(copy);
            bytes.data[n] ^= (uint8_t)(1 << bit);
            group_table_free(&table);
        }
    }
    base_buffer_free(&bytes);
}

/* One byte of those messages is another one: what is told, with its place. */
static void damage_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        size_t at;
        uint8_t byte;
        size_t n_before; /* groups or meters that are there all the same */
        const char *text;
    } rows[] = {
        {groups_hex, 1, 7, 0,
         "group record 1: length 7, 272 bytes are left, a record has 8 or more"},
        {groups_hex, 1, 8, 1,
         "group record 2: group 4294967295, bucket 1: length 65535, 24 bytes are left, a record "
         "has 16 or more"},
        {groups_hex, 1, 0xff, 0,
         "group record 1: group 1, bucket 3: action 1 (ff ff ff ff 00 00 00 00 00 00 00 10 00 00 "
         "00 03 …): length 65535, 24 bytes are left"},
        {groups_hex, 9, 15, 0,
         "group record 1: group 1, bucket 1: length 15, 88 bytes are left, a record has 16 or "
         "more"},
        {groups_hex, 9, 16, 0,
         "group record 1: group 1, bucket 2: length 0, 72 bytes are left, a record has 16 or more"},
        {groups_hex, 9, 0xf0, 0,
         "group record 1: group 1, bucket 1: length 240, 88 bytes are left, a record has 16 or "
         "more"},
        {groups_hex, 41, 0x3f, 0,
         "group record 1: group 1, bucket 2: length 63, 56 bytes are left, a record has 16 or "
         "more"},
        {groups_hex, 97, 0x30, 1,
         "group record 2: group 4, bucket 2: length 64, 8 bytes are left, a record has 16 or more"},
        {groups_hex, 12, 0, 0,
         "group record 1: group 1, bucket 1: watch port 16777215: ports above 65279 are not "
         "supported"},
        {groups_hex, 27, 15, 0,
         "group record 1: group 1, bucket 1: action 1 (00 00 00 0f 00 00 00 01 00 00 00 00 00 00 "
         "00 00): length 15, 16 bytes are left"},
        {groups_hex, 137, 0, 2,
         "group record 3: length 0, 136 bytes are left, a record has 8 or more"},
        {meters_hex, 1, 7, 0,
         "meter record 1: length 7, 48 bytes are left, a record has 8 or more"},
        {meters_hex, 1, 0x19, 0,
         "meter record 1: meter 1, band 2: length 0, 2 bytes are left, a record has 16 or more"},
        {meters_hex, 11, 15, 0,
         "meter record 1: meter 1, band 1: length 15, 16 bytes are left, a record has 16 or more"},
        {meters_hex, 11, 17, 0,
         "meter record 1: meter 1, band 1: length 17, 16 bytes are left, a record has 16 or more"},
        {meters_hex, 25, 9, 1,
         "meter record 2: meter 4, band 1: length 0, 2 bytes are left, a record has 16 or more"},
        {meters_hex, 25, 12, 1,
         "meter record 2: meter 4, band 1: length 16, 4 bytes are left, a record has 16 or more"},
        {meters_hex, 35, 0, 1,
         "meter record 2: meter 4, band 1: length 0, 16 bytes are left, a record has 16 or more"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_buffer bytes = {0};
        struct group_table table = {0};
        struct base_error error = {""};
        unhex(rows[i].hex, &bytes);
        bytes.data[rows[i].at] = rows[i].byte;
        struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
        bool is_group = rows[i].hex == groups_hex;
        int status = is_group ? of13_decode_groups(&body, &table, &error)
                              : of13_decode_meters(&body, &table, &error);
        assert_int_equal(status, -1);
        assert_string_equal(error.text, rows[i].text);
        assert_int_equal(table.n_groups, is_group ? rows[i].n_before : 0);
        assert_int_equal(table.n_meters, is_group ? 0 : rows[i].n_before);
        base_buffer_free(&bytes);
        group_table_free(&table);
    }
}

static void bad_texts_of_groups_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"type=all", "a group needs group_id="},
        {"group_id=1", "a group needs type="},
        {"group_id=x,type=all", "bad word \"group_id\""},
        {"group_id=1,type=some", "bad word \"type\""},
        {"group_id=1,type=all,bucket=weight:x,actions=output:1", "bad word \"weight\""},
        {"group_id=1,type=all,bucket=watch_port:x", "bad word \"watch_port\""},
        {"group_id=1,type=all,bucket=watch_group:x", "bad word \"watch_group\""},
        {"group_id=1,type=all,bucket=actions=outputs:1", "unknown action"},
        {"group_id=1,type=all,nonsense", "bad word \"nonsense\""},
    };
    struct group_table table = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct base_error error = {""};
        assert_int_equal(ofctl_parse_group(bad[i].text, &table, NULL, &error), -1);
        if (!strstr(error.text, bad[i].why)) {
            fail_msg("%s: %s", bad[i].text, error.text);
        }
        assert_int_equal(table.n_groups, 0);
    }
    group_table_free(&table);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(counters_go_to_their_meters),
    cmocka_unit_test(bad_counters_of_meters_are_refused),
    cmocka_unit_test(groups_mean_what_ovs_ofctl_prints),
    cmocka_unit_test(meters_mean_what_ovs_ofctl_prints),
    cmocka_unit_test(all_bands_of_all_meters_are_kept),
    cmocka_unit_test(ports_are_read),
    cmocka_unit_test(speeds_are_told_as_in_1_0),
    cmocka_unit_test(counters_go_to_their_ports),
    cmocka_unit_test(the_switch_says_who_it_is),
    cmocka_unit_test(requests_are_those_of_ovs_ofctl),
    cmocka_unit_test(messages_are_opened),
    cmocka_unit_test(replies_have_the_length_of_their_kind),
    cmocka_unit_test(damaged_groups_are_refused),
    cmocka_unit_test(damage_is_told_with_its_place),
    cmocka_unit_test(bad_texts_of_groups_are_refused),
};

TEST_MAIN(tests)
