/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow statistics of OpenFlow 1.3: records that Open vSwitch 3.1 sent, and what ovs-ofctl printed
 * of them; cut, and damaged in every byte. */
#include "testing/cmocka.h"

#include "ofctl/flow.h"
#include "openflow/of13/action_codec.h"
#include "openflow/of13/flow_codec.h"
#include "openflow/of13/match_codec.h"
#include "testing/golden.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { FIXED_BYTES = 48 }; /* in front of the match */

static const struct {
    const char *text, *hex;
} records[] = {
    {"priority=49,tun_id=0x5/0xff,dl_type=0x1234 actions=drop",
     "005000000000000000000000003100000000000000000000000000000000000000000000"
     "0000000000000000000000000001001e80000a02123480004d1000000000000000050000"
     "0000000000ff0000"},
    {"priority=48,tcp,tcp_flags=+syn-ack actions=drop",
     "005000000000000000000000003000000000000000000000000000000000000000000000"
     "0000000000000000000000000001001b80000a0208008000140106ffff55084f4e460000"
     "0200120000000000"},
    {"priority=47,mpls,mpls_label=5,mpls_tc=3,mpls_bos=1 actions=drop",
     "005000000000000000000000002f00000000000000000000000000000000000000000000"
     "0000000000000000000000000001001c80000a0288478000460103800048010180004404"
     "0000000500000000"},
    {"priority=46,sctp,dl_src=00:00:00:00:00:05,tp_dst=0x10/0xfff0 actions=drop",
     "005800000000000000000000002e00000000000000000000000000000000000000000000"
     "000000000000000000000000000100218000080600000000000580000a02080080001401"
     "84800025040010fff000000000000000"},
    {"priority=45,icmp6,icmp_type=135,nd_target=fe80::1,"
     "nd_sll=00:00:00:00:00:01 actions=drop",
     "006800000000000000000000002d00000000000000000000000000000000000000000000"
     "0000000000000000000000000001003280000a0286dd800014013a80003a018780003e10"
     "fe80000000000000000000000000000180004006000000000001000000000000"},
    {"priority=21,icmp6,icmp_type=135,"
     "icmp_code=0 actions=set_field:::2->nd_target,"
     "set_field:00:11:22:33:44:55->nd_sll,output:7",
     "009000000000000000000000001500000000000000000000000000000000000000000000"
     "0000000000000000000000000001001980000a0286dd800014013a80003a018780003c01"
     "000000000000000000040040000000000019001880003e10000000000000000000000000"
     "000000020019001080004006001122334455000000000010000000070000000000000000"},
    {"priority=44,icmp,icmp_type=8,icmp_code=0 actions=clear_actions",
     "005800000000000000000000002c00000000000000000000000000000000000000000000"
     "0000000000000000000000000001001980000a0208008000140101800026010880002801"
     "00000000000000000005000800000000"},
    {"priority=26,dl_vlan=3 actions=set_field:3->vlan_pcp,pop_vlan,"
     "push_vlan:0x88a8,set_field:0x12->metadata,set_field:0x9->tun_id,output:1",
     "009800000000000000000000001a00000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000c0210030000000000000004005800000000"
     "0019001080000e01030000000000000000120008000000000011000888a8000000190010"
     "8000040800000000000000120019001080004c0800000000000000090000001000000001"
     "0000000000000000"},
    {"priority=27,dl_vlan=3 actions=write_metadata:0x5,goto_table:9",
     "006000000000000000000000001b00000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000c0210030000000000000002001800000000"
     "0000000000000005ffffffffffffffff0001000809000000"},
    {"priority=28,dl_vlan=3 actions=meter:4,output:3,clear_actions",
     "006800000000000000000000001c00000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000c0210030000000000000006000800000004"
     "0004001800000000000000100000000300000000000000000005000800000000"},
    {"priority=43,vlan_tci=0x0000/0x1fff actions=drop",
     "004000000000000000000000002b00000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000c020000000000000000"},
    {"priority=42,udp,nw_src=10.0.0.0/8,nw_dst=10.1.2.3,nw_tos=32,"
     "tp_src=53 actions=drop",
     "006000000000000000000000002a00000000000000000000000000000000000000000000"
     "0000000000000000000000000001002e80000a020800800017080a000000ff0000008000"
     "18040a0102038000100108800014011180001e0200350000"},
    {"priority=41,tcp6,ipv6_src=2001:db8::/32,nw_tos=4,nw_ecn=2,nw_ttl=4,"
     "tp_dst=80 actions=TABLE",
     "009000000000000000000000002900000000000000000000000000000000000000000000"
     "0000000000000000000000000001004880000a0286dd8000352020010db8000000000000"
     "000000000000ffffffff0000000000000000000000008000100101800012010200013a01"
     "04800014010680001c020050000400180000000000000010fffffff90000000000000000"},
    {"priority=40,in_port=LOCAL,vlan_tci=0x1000/0x1000,"
     "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:3",
     "007000000000000000000000002800000000000000000000000000000000000000000000"
     "0000000000000000000000000001002480000004fffffffe8000070c0100000000000100"
     "0000000080000d0410001000000000000004001800000000000000100000000300000000"
     "00000000"},
    {"priority=33,ip,nw_frag=later actions=set_field:2->nw_ecn,output:3",
     "006800000000000000000000002100000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000a0208000001340103000004002800000000"
     "0019001080001201020000000000000000000010000000030000000000000000"},
    {"priority=29,metadata=0x5/0xf actions=drop",
     "004800000000000000000000001d00000000000000000000000000000000000000000000"
     "00000000000000000000000000010018800005100000000000000005000000000000000f"},
    {"priority=20,arp actions=set_field:1->arp_op,set_field:1.2.3.4->arp_spa,"
     "set_field:1.2.3.4->arp_tpa,set_field:00:11:22:33:44:55->arp_sha,"
     "set_field:00:11:22:33:44:55->arp_tha,output:7",
     "00a800000000000000000000001400000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000a0208060000000000000004006800000000"
     "0019001080002a0200010000000000000019001080002c04010203040000000000190010"
     "80002e040102030400000000001900108000300600112233445500000019001080003206"
     "001122334455000000000010000000070000000000000000"},
    {"priority=23,ipv6 actions=set_field:0x12345->ipv6_label,"
     "set_field:fe80::1->ipv6_src,output:2",
     "008000000000000000000000001700000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000a0286dd0000000000000004004000000000"
     "001900108000380400012345000000000019001880003410fe8000000000000000000000"
     "0000000100000010000000020000000000000000"},
    {"priority=24,mpls actions=set_field:7->mpls_label,set_field:3->mpls_tc,"
     "dec_mpls_ttl,set_mpls_ttl(5),pop_mpls:0x0800,output:1",
     "009000000000000000000000001800000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000a0288470000000000000004005000000000"
     "001900108000440400000007000000000019001080004601030000000000000000100008"
     "00000000000f000805000000001400080800000000000010000000010000000000000000"},
    {"priority=25,ip actions=push_mpls:0x8847,set_field:100->mpls_label,output:1",
     "007000000000000000000000001900000000000000000000000000000000000000000000"
     "0000000000000000000000000001000a80000a0208000000000000000004003000000000"
     "001300088847000000190010800044040000006400000000000000100000000100000000"
     "00000000"},
    {"priority=16,tcp actions=set_field:10.0.0.1->ip_src,set_field:80->tcp_dst,"
     "set_field:00:11:22:33:44:55->eth_src,set_field:5->ip_dscp,"
     "set_field:1->nw_ecn,set_field:3->nw_ttl,output:1",
     "00b800000000000000000000001000000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000a0208008000140106000004007800000000"
     "00190010800016040a000001000000000019001080001c02005000000000000000190010"
     "800008060011223344550000001900108000100105000000000000000019001080001201"
     "01000000000000000019001000013a010300000000000000000000100000000100000000"
     "00000000"},
    {"priority=17,udp actions=set_field:53->udp_dst,set_field:53->udp_src,"
     "set_queue:3,dec_ttl,mod_nw_ttl:4,CONTROLLER:128,ALL,FLOOD,NORMAL,LOCAL,"
     "clear_actions,write_actions(group:1),goto_table:3",
     "00f000000000000000000000001100000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000a0208008000140111000004009000000000"
     "001900108000200200350000000000000019001080001e02003500000000000000150008"
     "000000030018000800000000001700080400000000000010fffffffd0080000000000000"
     "00000010fffffffc000000000000000000000010fffffffb000000000000000000000010"
     "fffffffa000000000000000000000010fffffffe00000000000000000005000800000000"
     "000300100000000000160008000000010001000803000000"},
    {"priority=18,icmp actions=set_field:3->icmp_type,set_field:4->icmp_code,"
     "output:7",
     "007800000000000000000000001200000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000a0208008000140101000004003800000000"
     "001900108000260103000000000000000019001080002801040000000000000000000010"
     "000000070000000000000000"},
    {"priority=19,icmp6 actions=set_field:3->icmpv6_type,set_field:4->icmpv6_code,"
     "output:7",
     "007800000000000000000000001300000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000a0286dd800014013a000004003800000000"
     "0019001080003a0103000000000000000019001080003c01040000000000000000000010"
     "000000070000000000000000"},
    {"priority=22,sctp actions=set_field:3->sctp_src,set_field:3->sctp_dst,"
     "output:3",
     "007800000000000000000000001600000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000a0208008000140184000004003800000000"
     "001900108000220200030000000000000019001080002402000300000000000000000010"
     "000000030000000000000000"},
    {"idle_timeout=5, send_flow_rem reset_counts no_packet_counts priority=15,"
     "in_port=1 actions=IN_PORT",
     "005800000000000000000000000f00050000000d00000000000000000000000000000000"
     "0000000000000000000000000001000c8000000400000001000000000004001800000000"
     "00000010fffffff80000000000000000"},
    {"priority=11,tcp,tp_src=0x100/0xff00 actions=meter:1,group:2",
     "006000000000000000000000000b00000000000000000000000000000000000000000000"
     "0000000000000000000000000001001780000a020800800014010680001b040100ff0000"
     "000600080000000100040010000000000016000800000002"},
    {"priority=10,arp,arp_spa=10.0.0.0/255.0.255.0,arp_op=1,"
     "arp_tha=00:00:00:00:00:02 actions=group:1",
     "006800000000000000000000000a00000000000000000000000000000000000000000000"
     "0000000000000000000000000001002680000a02080680002a02000180002d080a000000"
     "ff00ff0080003206000000000002000000040010000000000016000800000001"},
    {"priority=8,ipv6,"
     "ipv6_label=0x00005 actions=write_actions(set_field:::1->ipv6_dst,output:1)",
     "007800000000000000000000000800000000000000000000000000000000000000000000"
     "0000000000000000000000000001001280000a0286dd8000380400000005000000000000"
     "000300300000000000190018800036100000000000000000000000000000000100000010"
     "000000010000000000000000"},
    {"priority=1,dl_vlan=100,dl_vlan_pcp=3 actions=write_metadata:0x5/0xff,"
     "goto_table:2",
     "006000000000000000000000000100000000000000000000000000000000000000000000"
     "0000000000000000000000000001000f80000c02106480000e0103000002001800000000"
     "000000000000000500000000000000ff0001000802000000"},
    {"table=1, priority=4096,in_port=1,vlan_tci=0x0000/0x1fff actions=output:4,"
     "push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2",
     "008001000000000000000000100000000000000000000000000000000000000000000000"
     "00000000000000000000000000010012800000040000000180000c020000000000000000"
     "000400300000000000000010000000040000000000000000001100088100000000190010"
     "80000c0210640000000000000001000802000000"},
};
enum { N_RECORDS = sizeof records / sizeof *records };

static int decode(const void *bytes, size_t n_bytes, struct flow_table *table,
                  struct base_error *error)
{
    struct base_reader body = base_reader_over(bytes, n_bytes);
    return of13_decode_flow_stats(&body, table, 100, error);
}

static void records_mean_what_ovs_ofctl_prints(void **state)
{
    (void)state;
    for (int i = 0; i < N_RECORDS; i++) {
        struct base_buffer bytes = {0}, text = {0};
        struct flow_table table = {0};
        struct base_error error = {""};
        unhex(records[i].hex, &bytes);
        if (decode(bytes.data, bytes.n_bytes, &table, &error)) {
            fail_msg("%s: %s", records[i].text, error.text);
        }
        ofctl_format_flow(&table.entries[0], FLOW_NO_STATS, &text);
        assert_string_equal(base_buffer_text(&text), records[i].text);
        base_buffer_free(&bytes);
        base_buffer_free(&text);
        flow_table_free(&table);
    }
}

/* Whether the match is written with other fields, or in another order, than Open vSwitch has them:
 * tcp_flags of an experimenter; the fields of MPLS, and the protocol of IPv6 behind others. */
static bool is_written_otherwise(const char *text)
{
    return strstr(text, "tcp_flags") || strstr(text, "mpls_label=5") || strstr(text, "tcp6");
}

/* As it was read, and as it is read from ovs-ofctl's text. */
static void records_are_written_as_they_were_read(void **state)
{
    (void)state;
    for (int i = 0; i < N_RECORDS; i++) {
        struct base_buffer bytes = {0};
        struct flow_table table = {0};
        struct base_error error = {""};
        unhex(records[i].hex, &bytes);
        assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, NULL), 0);
        assert_int_equal(ofctl_parse_reported_flow(records[i].text, &table, NULL, &error), 0);
        for (int j = 0; j < 2 && !is_written_otherwise(records[i].text); j++) {
            struct base_buffer again = {0};
            assert_int_equal(of13_encode_match(&again, &table.entries[j], &error), 0);
            assert_int_equal(of13_encode_instructions(&again, &table.entries[j], &error), 0);
            assert_false(again.failed);
            if (again.n_bytes != bytes.n_bytes - FIXED_BYTES ||
                memcmp(again.data, bytes.data + FIXED_BYTES, again.n_bytes) != 0) {
                base_buffer_free(&bytes);
                for (size_t at = 0; at < again.n_bytes; at++) {
                    base_put_format(&bytes, "%02x", again.data[at]);
                }
                fail_msg("%s (%d): %s", records[i].text, j, base_buffer_text(&bytes));
            }
            base_buffer_free(&again);
        }
        base_buffer_free(&bytes);
        flow_table_free(&table);
    }
}

/* ... and so are those that are written otherwise: then what is read again is the same. */
static void what_is_written_is_read_as_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < N_RECORDS; i++) {
        struct base_buffer bytes = {0}, again = {0};
        struct flow_table table = {0};
        struct base_error error = {""};
        unhex(records[i].hex, &bytes);
        assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, NULL), 0);
        base_put_bytes(&again, bytes.data, FIXED_BYTES);
        assert_int_equal(of13_encode_match(&again, &table.entries[0], &error), 0);
        assert_int_equal(of13_encode_instructions(&again, &table.entries[0], &error), 0);
        base_patch_be16(&again, 0, (uint16_t)again.n_bytes);
        if (decode(again.data, again.n_bytes, &table, &error) ||
            !flow_equal(&table.entries[0], &table.entries[1])) {
            fail_msg("%s: %s", records[i].text, error.text);
        }
        base_buffer_free(&bytes);
        base_buffer_free(&again);
        flow_table_free(&table);
    }
}

/* All bits but the highest are not all. */
static void masks_that_leave_one_bit_out_are_masks(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "tcp,tp_dst=0x100/0x7fff actions=drop",
        "ip,nw_src=10.0.0.1/127.255.255.255 actions=drop",
        "arp,arp_tpa=10.0.0.1/127.255.255.255 actions=drop",
        "dl_dst=01:00:00:00:00:00/7f:ff:ff:ff:ff:ff actions=drop",
        "dl_src=01:00:00:00:00:00/ff:ff:ff:ff:ff:fe actions=drop",
        "vlan_tci=0x1005/0x17ff actions=drop",
        "ipv6,ipv6_src=::1/7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff actions=drop",
        "ipv6,ipv6_dst=::2/ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe actions=drop",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct base_buffer bytes = {0};
        struct flow_table table = {0};
        struct base_arena arena = {0};
        struct flow_entry again = {0};
        struct base_error error = {""};
        if (ofctl_parse_reported_flow(texts[i], &table, NULL, &error) ||
            of13_encode_match(&bytes, &table.entries[0], &error)) {
            fail_msg("%s: %s", texts[i], error.text);
        }
        struct base_reader in = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of13_decode_match(&in, &arena, &again, &error), 0);
        if (!match_equal(&again.match, &table.entries[0].match)) {
            fail_msg("%s", texts[i]);
        }
        base_buffer_free(&bytes);
        base_arena_free(&arena);
        flow_table_free(&table);
    }
}

/* Which bits of a field beyond the header are asked for: how many bytes of value and mask are
 * written again, of the field with the value 0, if it was read with this mask (its last 32 bits; 0:
 * without one). Those bytes are the same. */
static size_t bytes_written(enum field_id id, uint32_t mask)
{
    size_t n = field_of(id)->n_bytes * (mask ? 2u : 1u), n_bytes = n < 4 ? n / 2 : 4;
    uint8_t bytes[4 + 4 + 2 * FIELD_BYTES_MAX + 8] = {0, 1, 0, (uint8_t)(8 + n)};
    uint32_t tlv = htobe32(field_tlv(id) | (mask ? 0x100 : 0) | (uint32_t)n);
    struct base_reader in = base_reader_over(bytes, (8 + n + 7) / 8 * 8);
    struct base_arena arena = {0};
    struct base_buffer again = {0};
    struct base_error error = {""};
    struct flow_entry entry = {0};
    memcpy(bytes + 4, &tlv, sizeof tlv);
    for (size_t i = 0; i < n_bytes; i++) {
        bytes[7 + n - i] = (uint8_t)(mask >> 8 * i);
    }
    if (of13_decode_match(&in, &arena, &entry, &error) ||
        of13_encode_match(&again, &entry, &error)) {
        fail_msg("%s: %s", field_of(id)->name, error.text);
    }
    assert_int_equal(entry.n_extras, 1);
    assert_int_equal(entry.extras[0].id, id);
    size_t n_written = again.data[3] - 8u;
    if (n_written == n && memcmp(again.data, bytes, again.n_bytes) != 0) {
        fail_msg("%s with the mask %x is written otherwise", field_of(id)->name, mask);
    }
    base_buffer_free(&again);
    base_arena_free(&arena);
    return n_written;
}

/* Without a mask where all bits of the field are asked for: of some that is less than their bytes
 * have. */
static void fields_beyond_the_header_are_written_as_they_were_read(void **state)
{
    (void)state;
    static const uint32_t bits[N_FIELD_IDS] = {
        [FIELD_IPV6_LABEL] = 0xfffff, [FIELD_MPLS_LABEL] = 0xfffff, [FIELD_MPLS_TC] = 7,
        [FIELD_MPLS_BOS] = 1,         [FIELD_NW_ECN] = 3,           [FIELD_TCP_FLAGS] = 0xfff,
        [FIELD_NW_FRAG] = 3,
    };
    size_t n_fields = 0;
    for (enum field_id id = FIELD_NONE; id < N_FIELD_IDS; id++) {
        const struct field *field = field_of(id);
        if (field->depends && field->place.n_bytes == 0 && field_tlv(id)) {
            size_t n = field->n_bytes;
            uint32_t all =
                bits[id] ? bits[id] : (uint32_t)((UINT64_C(1) << (n < 4 ? 8 * n : 32)) - 1);
            assert_int_equal(bytes_written(id, 0), n);
            assert_int_equal(bytes_written(id, all), n > 4 ? 2 * n : n);
            if (all > 1) { /* and of its highest bit alone */
                assert_int_equal(bytes_written(id, all - all / 2), 2 * n);
            }
            n_fields++;
        }
    }
    assert_true(n_fields > 30);
}

/* In memory of its own, so that a sanitizer sees a read behind it. */
static void decode_alone(const uint8_t *bytes, size_t n_bytes)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    uint8_t *copy = malloc(n_bytes + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n_bytes);
    if (decode(copy, n_bytes, &table, &error)) {
        assert_true(error.text[0]);
    }
    free(copy);
    flow_table_free(&table);
}

static void damage_is_refused_or_understood(void **state)
{
    (void)state;
    for (int i = 0; i < N_RECORDS; i++) {
        struct base_buffer bytes = {0};
        unhex(records[i].hex, &bytes);
        for (size_t n = 1; n < bytes.n_bytes; n++) {
            decode_alone(bytes.data, n);
            for (int bit = 0; bit < 8; bit++) {
                bytes.data[n] ^= (uint8_t)(1 << bit);
                decode_alone(bytes.data, bytes.n_bytes);
                bytes.data[n] ^= (uint8_t)(1 << bit);
            }
        }
        base_buffer_free(&bytes);
    }
}

static void counters_that_are_not_kept_are_not_known(void **state)
{
    (void)state;
    struct flow_table table = {0};
    struct base_buffer bytes = {0};
    unhex("0038 01 00 00000007 00000008 0009 000a 000b", &bytes);
    unhex("0018 00000000 0000000000000005 0000000000000006 0000000000000007", &bytes);
    unhex("0001 0004 00000000", &bytes);
    assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, NULL), 0);
    const struct flow_entry *entry = &table.entries[0];
    assert_int_equal(entry->table_id, 1);
    assert_int_equal(entry->duration_sec, 7);
    assert_int_equal(entry->duration_nsec, 8);
    assert_int_equal(entry->priority, 9);
    assert_int_equal(entry->idle_timeout, 10);
    assert_int_equal(entry->hard_timeout, 11);
    assert_int_equal(entry->cookie, 5);
    assert_int_equal(entry->flags, FLOW_NO_PACKET_COUNTS | FLOW_NO_BYTE_COUNTS);
    assert_true(entry->n_packets == UINT64_MAX && entry->n_bytes == UINT64_MAX);
    bytes.data[19] = 0;
    assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, NULL), 0);
    assert_int_equal(table.entries[1].n_packets, 6);
    assert_int_equal(table.entries[1].n_bytes, 7);
    base_buffer_free(&bytes);
    flow_table_free(&table);
}

static void no_actions_are_none(void **state)
{
    (void)state;
    const struct action some, *actions = &some;
    uint16_t n = 1;
    struct base_arena arena = {0};
    struct base_reader in = base_reader_over("", 0);
    assert_int_equal(of13_decode_actions(&in, &arena, &actions, &n, NULL), 0);
    assert_null(actions);
    assert_int_equal(n, 0);
    base_arena_free(&arena);
}

/* An experimenter's, which is kept as it is, behind another, and one of an unknown type; fields
 * of numbers that nothing here knows. */
static void actions_of_others_are_kept(void **state)
{
    (void)state;
    const struct action *actions;
    uint16_t n;
    struct base_arena arena = {0};
    struct base_buffer bytes = {0}, again = {0};
    struct base_error error = {""};
    unhex("0000 0010 00000001 ffff 00*6 ffff 0018 00002320 000100020003000400050006 00*4", &bytes);
    struct base_reader in = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of13_decode_actions(&in, &arena, &actions, &n, &error), 0);
    assert_int_equal(n, 2);
    assert_int_equal(actions[1].type, ACTION_VENDOR);
    assert_int_equal(of13_encode_actions(&again, actions, n, &error), 0);
    assert_int_equal(again.n_bytes, bytes.n_bytes);
    assert_memory_equal(again.data + 16, bytes.data + 16, again.n_bytes - 16);
    static const struct {
        enum action_type type;
        const char *hex;
    } rows[] = {{ACTION_UNKNOWN, "0777 0008 00*4"},
                {ACTION_SET_FIELD, "0019 0010 8000fe03 010203 00*5"}, /* a field of a number */
                {ACTION_SET_FIELD, "0019 0010 8000ff04 0102 0fff 00*4"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        base_buffer_free(&bytes);
        again.n_bytes = 0;
        unhex(rows[i].hex, &bytes);
        in = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of13_decode_actions(&in, &arena, &actions, &n, &error), 0);
        assert_int_equal(actions[0].type, rows[i].type);
        assert_int_equal(of13_encode_actions(&again, actions, n, &error), 0);
        assert_int_equal(again.n_bytes, bytes.n_bytes);
        assert_memory_equal(again.data, bytes.data, bytes.n_bytes);
    }
    base_buffer_free(&bytes);
    base_buffer_free(&again);
    base_arena_free(&arena);
}

/* Instructions behind an empty match; in table 2. */
static void assert_refused(const char *hex, const char *why)
{
    struct flow_table table = {0};
    struct base_buffer bytes = {0};
    struct base_error error = {""};
    unhex("0000 02 00*45 0001 0004 00000000", &bytes);
    unhex(hex, &bytes);
    base_patch_be16(&bytes, 0, (uint16_t)bytes.n_bytes);
    assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, &error), -1);
    if (!strstr(error.text, why)) {
        fail_msg("%s: %s", hex, error.text);
    }
    base_buffer_free(&bytes);
    flow_table_free(&table);
}

static void instructions_are_checked(void **state)
{
    (void)state;
    assert_refused("0001 0008 02 000000", "goto_table 2, and the entry is in table 2");
    assert_refused("0000 0008 00000000", "instruction type 0");
    assert_refused("0005 0008 00000000 0005 0008 00000000", "two instructions of type 5");
    assert_refused("0005 0004", "length 4");
    assert_refused("0005 000c 00*8", "length 12");
    assert_refused("0005 0010 00000000", "length 16, 8 bytes are left");
    assert_refused("0002 0010 00*12", "length 16");
    assert_refused("0004 0010 00000000 0001 0009 00000000", "length 9");
    assert_refused("0004 0018 00000000 00fe 000c 00*12", "length 12, 16 bytes are left");
    assert_refused("0004 0010 00000000 0012 0010 00000000", "length 16, 8 bytes are left");
    assert_refused("0004 0018 00000000 0012 0010 00000000 00*8", "length 16, type 18 has 8");
    assert_refused("0004 0018 00000000 0000 0010 0000ff00 00*8", "port 65280");
    assert_refused("0004 0018 00000000 0019 0010 80000610 00*8", "cut short");
    assert_refused("0004 0018 00000000 0019 0010 80000604 00*8", "4 bytes instead of 6");
    assert_refused("0003 000c 00*8", "length 12");
}

/* One entry that is not understood is open, by its name; the others are read. */
static void what_is_unknown_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *instructions, *actions, *open;
        bool sent;
    } rows[] = {
        {"0004 0018 00000000 001d 0010 0102030405060708090a0b0c",
         "unknown(0x001d0010,0102030405060708090a0b0c)", NULL, true},
        {"0009 0010 00000000 ff*8 0001 0008 03 000000", "instruction:9,goto_table:3",
         "an instruction of an unknown type", false},
        {"0004 0018 00000000 0009 0008 0050 0000 000a 0008 0051 0000", /* Open vSwitch 3.1 */
         "mod_tp_src:80,mod_tp_dst:81", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow_table table = {0};
        struct base_buffer bytes = {0}, text = {0}, out = {0};
        unhex("0000 00 00*45 0001 0004 00000000", &bytes);
        unhex(rows[i].instructions, &bytes);
        base_patch_be16(&bytes, 0, (uint16_t)bytes.n_bytes);
        unhex("0038 00 00*45 0001 0004 00000000", &bytes);
        assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, NULL), 0);
        assert_int_equal(table.n_entries, 2);
        ofctl_format_flow(&table.entries[0], FLOW_NO_STATS, &text);
        assert_string_equal(strstr(base_buffer_text(&text), "actions=") + strlen("actions="),
                            rows[i].actions);
        assert_int_equal(ofctl_parse_reported_flow(base_buffer_text(&text), &table, NULL, NULL), 0);
        assert_true(flow_equal(&table.entries[0], &table.entries[2]));
        const char *open = instructions_open(table.entries[0].instructions);
        assert_true(rows[i].open ? open && !strcmp(open, rows[i].open) : !open);
        bool sent = of13_encode_instructions(&out, &table.entries[0], NULL) == 0;
        assert_int_equal(sent, rows[i].sent);
        assert_int_equal(out.n_bytes, sent ? 24 : 0);
        assert_memory_equal(out.data, bytes.data + 56, out.n_bytes);
        base_buffer_free(&bytes);
        base_buffer_free(&text);
        base_buffer_free(&out);
        flow_table_free(&table);
    }
}

/* mod_tp_src is not in 1.3; what was written before stays, and nothing of the entry. */
static void what_1_3_does_not_have_is_not_written(void **state)
{
    (void)state;
    const struct action list[] = {{.type = ACTION_OUTPUT, .port = 1},
                                  {.type = ACTION_SET_TP_SRC, .tp_port = 80}};
    const struct instructions writes = {
        .meter = 1, .writes = true, .written = list, .n_written = 2, .goto_table = NO_GOTO};
    const struct flow_entry entries[] = {{.actions = list, .n_actions = 2},
                                         {.instructions = &writes}};
    for (size_t i = 0; i < 2; i++) {
        struct base_buffer out = {0};
        struct base_error error = {""};
        base_put_text(&out, "before");
        assert_int_equal(of13_encode_instructions(&out, &entries[i], &error), -1);
        assert_string_equal(error.text, "action 2: OpenFlow 1.3 has no action of type 9 of 1.0");
        assert_int_equal(out.n_bytes, strlen("before"));
        base_buffer_free(&out);
    }
}

static void an_experimenter_is_passed_over_by_its_length(void **state)
{
    (void)state;
    struct flow_table table = {0};
    struct base_buffer bytes = {0};
    unhex("0060 02 00*45 0001 0004 00000000 ffff 0018 12345678 ff*16", &bytes);
    unhex("0001 0008 03 000000", &bytes);
    base_patch_be16(&bytes, 0, (uint16_t)bytes.n_bytes);
    assert_int_equal(decode(bytes.data, bytes.n_bytes, &table, NULL), 0);
    assert_int_equal(table.entries[0].instructions->experimenter, 0x12345678);
    assert_int_equal(table.entries[0].instructions->goto_table, 3);
    assert_string_equal(flow_open(&table.entries[0]), "another table than 0 decides");
    struct base_buffer again = {0};
    base_buffer_free(&bytes);
    unhex("ffff 0008 12345678 0001 0008 03 000000", &bytes); /* without what only it knows */
    assert_int_equal(of13_encode_instructions(&again, &table.entries[0], NULL), 0);
    assert_int_equal(again.n_bytes, bytes.n_bytes);
    assert_memory_equal(again.data, bytes.data, bytes.n_bytes);
    base_buffer_free(&again);
    base_buffer_free(&bytes);
    flow_table_free(&table);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(records_mean_what_ovs_ofctl_prints),
    cmocka_unit_test(records_are_written_as_they_were_read),
    cmocka_unit_test(what_is_written_is_read_as_the_same),
    cmocka_unit_test(fields_beyond_the_header_are_written_as_they_were_read),
    cmocka_unit_test(masks_that_leave_one_bit_out_are_masks),
    cmocka_unit_test(no_actions_are_none),
    cmocka_unit_test(actions_of_others_are_kept),
    cmocka_unit_test(damage_is_refused_or_understood),
    cmocka_unit_test(counters_that_are_not_kept_are_not_known),
    cmocka_unit_test(instructions_are_checked),
    cmocka_unit_test(what_is_unknown_is_kept),
    cmocka_unit_test(what_1_3_does_not_have_is_not_written),
    cmocka_unit_test(an_experimenter_is_passed_over_by_its_length),
};

TEST_MAIN(tests)
