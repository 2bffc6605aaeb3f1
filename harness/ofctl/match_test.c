/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches in ovs-ofctl's syntax: printed, read, refused. */
#include "model/match.h"

#include "ofctl/match.h"
#include "testing/cmocka.h"

#include <string.h>

static struct match parsed(const char *text)
{
    struct match match;
    struct base_error error = {""};
    if (ofctl_parse_match(text, &match, NULL, &error)) {
        fail_msg("\"%s\": %s", text, error.text);
    }
    return match;
}

static void assert_text(const struct match *match, const char *text)
{
    struct base_buffer out = {0};
    ofctl_format_match(match, &out);
    assert_string_equal(base_buffer_text(&out), text);
    base_buffer_free(&out);
}

/* What is written `text` is printed `printed`, and means the same again. */
static void assert_printed(const char *text, const char *printed)
{
    struct match match = parsed(text), again = parsed(printed);
    assert_text(&match, printed);
    assert_true(match_equal(&match, &again));
}

static void normal_form_drops_what_has_no_prerequisite(void **state)
{
    (void)state;
    struct header all = {.in_port = 1,
                         .vlan_tci = 0xf005,
                         .dl_type = 0x88b5,
                         .nw_tos = 0xff,
                         .nw_proto = 6,
                         .tp_src = 1,
                         .tp_dst = 2,
                         .nw_src = 3,
                         .nw_dst = 4};
    struct match match = match_exactly(&all);
    assert_int_equal(match.mask.nw_src | match.mask.nw_dst | match.mask.nw_tos, 0);
    assert_int_equal(match.value.nw_src | match.value.nw_dst | match.value.nw_tos, 0);
    assert_int_equal(match.mask.nw_proto | match.mask.tp_src | match.mask.tp_dst, 0);
    assert_int_equal(match.value.vlan_tci, 0xf005);

    all.dl_type = DL_TYPE_ARP;
    match = match_exactly(&all);
    assert_int_equal(match.mask.nw_src, UINT32_MAX);
    assert_int_equal(match.mask.nw_proto, UINT8_MAX);
    assert_int_equal(match.mask.nw_tos, 0);
    assert_int_equal(match.mask.tp_src, 0);

    all.dl_type = DL_TYPE_IP;
    match = match_exactly(&all);
    assert_int_equal(match.mask.nw_tos, 0xfc);
    assert_int_equal(match.value.nw_tos, 0xfc);
    assert_int_equal(match.mask.tp_src, UINT16_MAX);

    all.nw_proto = 47;
    match = match_exactly(&all);
    assert_int_equal(match.mask.tp_src, 0);
}

static void untagged_has_neither_vid_nor_pcp(void **state)
{
    (void)state;
    struct match match = {.value.vlan_tci = 0x0005, .mask.vlan_tci = 0xffff};
    match_normalize(&match);
    assert_int_equal(match.mask.vlan_tci, VLAN_TAGGED);
    assert_int_equal(match.value.vlan_tci, 0);

    struct match vid = {.value.vlan_tci = 0x0005, .mask.vlan_tci = 0x0fff};
    match_normalize(&vid);
    struct match any = match_any();
    assert_true(match_equal(&vid, &any));
}

static void bits_outside_the_mask_do_not_count(void **state)
{
    (void)state;
    struct match plain = parsed("vlan_tci=0x0000/0x1fff"), more = parsed("vlan_tci=0xe000/0x1fff");
    assert_true(match_equal(&plain, &more));
    plain = parsed("dl_dst=01:00:00:00:00:00/01:00:00:00:00:00");
    more = parsed("dl_dst=ff:00:00:00:00:05/01:00:00:00:00:00");
    assert_true(match_equal(&plain, &more));
    plain = parsed("vlan_tci=0x1005/0x1fff");
    more = parsed("vlan_tci=0xf005/0x1fff");
    assert_true(match_equal(&plain, &more));
}

static void takes_by_mask(void **state)
{
    (void)state;
    struct match match = parsed("tcp,in_port=1,nw_src=10.0.0.0/8,dl_src=00:00:00:00:00:01");
    struct header header = {.in_port = 1,
                            .dl_type = DL_TYPE_IP,
                            .nw_proto = NW_PROTO_TCP,
                            .nw_src = 0x0a010203,
                            .dl_src = {0, 0, 0, 0, 0, 1},
                            .tp_dst = 80};
    assert_true(match_takes(&match, &header));
    struct header other = header;
    other.nw_src = 0x0b010203;
    assert_false(match_takes(&match, &other));
    other = header;
    other.dl_src[5] = 2;
    assert_false(match_takes(&match, &other));
    other = header;
    other.in_port = 2;
    assert_false(match_takes(&match, &other));
    match = match_any();
    assert_true(match_takes(&match, &other));
    match = match_in_port(2);
    assert_true(match_takes(&match, &other));
    assert_false(match_takes(&match, &header));
}

/* Right-hand sides: ovs-ofctl 3.1.0 over OpenFlow 1.0. */
static void prints_as_ovs_ofctl(void **state)
{
    (void)state;
    assert_printed("", "");
    assert_printed("*", "");
    assert_printed("in_port=*,eth", "");
    assert_printed("nw_src=10.0.0.0/0,ip", "ip");
    assert_printed("in_port=1,dl_vlan=65535", "in_port=1,vlan_tci=0x0000");
    assert_printed("dl_vlan=0xffff,dl_vlan_pcp=0", "vlan_tci=0x0000");
    assert_printed("dl_vlan_pcp=7,dl_vlan=65535", "vlan_tci=0x0000");
    assert_printed("dl_vlan_pcp=7,dl_vlan=5", "dl_vlan=5,dl_vlan_pcp=7");
    assert_printed("vlan_tci=0x1005", "dl_vlan=5,dl_vlan_pcp=0");
    assert_printed("vlan_tci=0x1005/0x1fff", "dl_vlan=5");
    assert_printed("vlan_tci=0x1000/0x1000", "vlan_tci=0x1000/0x1000");
    assert_printed("vlan_tci=0x1005/0x0fff", "dl_vlan=5"); /* an id that is not 0 needs a tag */
    assert_printed("vlan_tci=0x1005/0x100f", "vlan_tci=0x1005/0x100f");
    assert_printed("dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
                   "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00");
    assert_printed("ip,nw_src=10.0.0.1/255.0.0.255", "ip,nw_src=10.0.0.1/255.0.0.255");
    assert_printed("tcp,tp_dst=1024/0xfc00", "tcp,tp_dst=0x400/0xfc00");
    assert_printed("vlan_tci=0xf000/0xf000", "dl_vlan_pcp=7");
    assert_printed("vlan_tci=0/0x1000", "vlan_tci=0x0000");
    assert_printed("vlan_vid=0x1005,vlan_pcp=3", "dl_vlan=5,dl_vlan_pcp=3");
    assert_printed("vlan_vid=0", "vlan_tci=0x0000");
    assert_printed("dl_type=0x0800,nw_proto=6,tp_src=1", "tcp,tp_src=1");
    assert_printed("icmp,tp_src=3,tp_dst=1", "icmp,icmp_type=3,icmp_code=1");
    assert_printed("arp,nw_proto=2,nw_src=10.1.1.1", "arp,arp_spa=10.1.1.1,arp_op=2");
    assert_printed("ip,ip_dscp=8", "ip,nw_tos=32");
    assert_printed("ip,nw_src=10.1.2.3/255.255.0.0", "ip,nw_src=10.1.0.0/16");
    assert_printed("ip,nw_src=10.1.2.3/32", "ip,nw_src=10.1.2.3");
    assert_printed("ip,nw_proto=47", "ip,nw_proto=47");
    assert_printed("ip,nw_proto=132", "sctp");
    assert_printed("dl_type=0x8035", "rarp");
    assert_printed("ip,nw_proto=132,sctp_src=4", "sctp,tp_src=4");
    assert_printed("dl_type=0x86dd,nw_proto=6,tp_dst=80,nw_tos=32", "tcp6,nw_tos=32,tp_dst=80");
    assert_printed("udp6,udp_src=1024/0xfc00", "udp6,tp_src=0x400/0xfc00");
    assert_printed("sctp6,sctp_dst=1", "sctp6,tp_dst=1");
    assert_printed("icmp6,icmpv6_type=135,icmpv6_code=0", "icmp6,icmp_type=135,icmp_code=0");
    assert_printed("ipv6,nw_proto=1", "ipv6,nw_proto=1");
    assert_printed("ip,nw_proto=58", "ip,nw_proto=58");
    assert_printed("dl_type=0", "dl_type=0x0000");
    assert_printed("dl_type=5", "dl_type=0x0005");
    assert_printed("in_port=65534", "in_port=LOCAL");
    assert_printed("in_port=any", "in_port=ANY");
    assert_printed("in_port:010", "in_port=10"); /* ports are decimal … */
    assert_printed("dl_vlan=010", "dl_vlan=8");  /* … everything else is C's */
    assert_printed("tp_dst=2,nw_dst=10.0.0.0/30\ttp_src=1 nw_src=10.0.0.0/8,nw_tos=4,"
                   "dl_dst=0:0:0:0:0:2,dl_src=00:00:00:00:00:AB,dl_vlan_pcp=1,dl_vlan=3,"
                   "in_port=1,tcp",
                   "tcp,in_port=1,dl_vlan=3,dl_vlan_pcp=1,dl_src=00:00:00:00:00:ab,"
                   "dl_dst=00:00:00:00:00:02,nw_src=10.0.0.0/8,nw_dst=10.0.0.0/30,nw_tos=4,"
                   "tp_src=1,tp_dst=2");
}

static void prints_masks_that_only_sets_have(void **state)
{
    (void)state;
    struct match match = {.value = {.in_port = 2, .vlan_tci = 0x1000, .nw_src = 1},
                          .mask = {.in_port = 0xfffe, .vlan_tci = 0x1000}};
    assert_text(&match, "in_port=0x2/0xfffe,vlan_tci=0x1000/0x1000");
    match = (struct match){.value = {.dl_src = {1}}, .mask = {.dl_src = {1}}};
    assert_text(&match, "dl_src=01:00:00:00:00:00/01:00:00:00:00:00");
    match = parsed("tcp,tp_dst=80");
    match.mask.tp_dst = 0xfff0;
    match.mask.nw_src = 0x000000ff;
    match.value.nw_src = 7;
    assert_text(&match, "tcp,nw_src=0.0.0.7/0.0.0.255,tp_dst=0x50/0xfff0");
    match = (struct match){.value.dl_type = 0x0800, .mask.dl_type = 0xff00};
    assert_text(&match, "dl_type=0x0800/0xff00");
}

static void prints_headers_in_full(void **state)
{
    (void)state;
    struct header header = {.in_port = 1, .dl_type = DL_TYPE_ARP, .nw_proto = 1};
    struct base_buffer out = {0};
    ofctl_format_header(&header, &out);
    assert_string_equal(base_buffer_text(&out),
                        "arp,in_port=1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,"
                        "dl_dst=00:00:00:00:00:00,arp_spa=0.0.0.0,arp_tpa=0.0.0.0,arp_op=1");
    base_buffer_free(&out);
}

/* Refused, at this column, with these words in the message. */
static void assert_refused(const char *text, size_t column, const char *words)
{
    struct match match;
    struct base_error error = {""};
    size_t at = SIZE_MAX;
    if (ofctl_parse_match(text, &match, &at, &error) != -1) {
        fail_msg("\"%s\" was accepted", text);
    }
    if (!strstr(error.text, words)) {
        fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, error.text, words);
    }
    assert_int_equal(at, column);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("in_prt=1", 0, "unknown field \"in_prt\" (did you mean in_port?)");
    assert_refused("in_port=1, tpc", 11, "(did you mean tcp?)");
    assert_refused("ip,zzzzzzz=1", 3, "unknown field \"zzzzzzz\"");
    assert_refused("IN_PORT=1", 0, "(did you mean in_port?)");
    assert_refused("in_port=1,in_port=1", 10, "in_port: the same field twice");
    assert_refused("tcp,tp_dst=1,tcp_dst=2", 13, "twice");
    assert_refused("tcp,udp", 4, "udp contradicts");
    assert_refused("dl_vlan=5,vlan_tci=0", 10, "vlan_tci contradicts");
    assert_refused("vlan_tci=0,dl_vlan_pcp=1", 11, "dl_vlan_pcp contradicts");
    assert_refused("vlan_vid=0,dl_vlan_pcp=1", 11, "dl_vlan_pcp contradicts");
    assert_refused("dl_vlan_pcp=1,vlan_vid=0", 14, "vlan_vid contradicts");
    assert_refused("vlan_tci=0x1005,dl_vlan_pcp=0,dl_vlan=65535", 30, "dl_vlan contradicts");
    assert_refused("NXST_FLOW reply (xid=0x4):", 0, "head line of a dump is no flow: delete this");
    assert_refused("OFPST_FLOW reply (xid=0x2):", 0, "head line of a dump is no flow: delete");
    assert_refused("metadata=1", 0, "later OpenFlow");
    assert_refused("in_port_oxm=1", 0, "later OpenFlow");
}

static void refuses_what_a_switch_would_ignore(void **state)
{
    (void)state;
    assert_refused("in_port=1,tp_dst=80", 10, "tp_dst needs tcp, udp, sctp or icmp, or one");
    assert_refused("ip,tp_src=80", 3, "tp_src needs tcp, udp, sctp or icmp, or one");
    assert_refused("nw_src=10.0.0.1", 0, "nw_src needs ip or arp");
    assert_refused("arp,nw_tos=4", 4, "nw_tos needs ip");
    assert_refused("ip,arp_op=1", 3, "arp_op needs arp");
    assert_refused("udp,tcp_dst=1", 4, "tcp_dst needs tcp");
    assert_refused("tcp,icmp_type=1", 4, "icmp_type needs icmp");
    assert_refused("nw_proto=6", 0, "nw_proto needs ip, ipv6 or arp");
    assert_refused("ipv6,nw_src=10.0.0.1", 5, "nw_src needs ip or arp");
    assert_refused("udp6,sctp_dst=1", 5, "sctp_dst needs sctp or sctp6");
    assert_refused("icmp,icmpv6_type=1", 5, "icmpv6_type needs icmp6");
    assert_refused("icmp6,tp_src=256", 6, "at most 255");
    assert_refused("icmp,tp_src=256", 5, "at most 255");
}

static void refuses_bad_values(void **state)
{
    (void)state;
    assert_refused("in_port=", 8, "bad value \"\" for in_port");
    assert_refused("in_port", 7, "bad value");
    assert_refused("in_port=65281", 8, "65281");
    assert_refused("in_port=s1-eth1", 8,
                   "\"s1-eth1\" for in_port: expected a port up to 65280 or a reserved port; names "
                   "of ports are unknown here, dump with ovs-ofctl --no-names");
    assert_refused("in_port=\"s1-eth1\"", 8, "dump with ovs-ofctl --no-names");
    assert_refused("dl_vlan=4096", 8, "0 to 4095");
    assert_refused("dl_vlan=-1", 8, "0 to 4095");
    assert_refused("vlan_vid=5", 9, "0x1000");
    assert_refused("vlan_tci=5", 9, "0x1000");
    assert_refused("vlan_tci=0x0000/0x0fff", 9, "bad value"); /* some tagged, some not */
    assert_refused("vlan_tci=0x0005/0x1fff", 9, "bad value"); /* no frame */
    assert_refused("dl_vlan_pcp=8", 12, "0 to 7");
    assert_refused("dl_src=1:2:3:4:5", 7, "bad value");
    assert_refused("dl_src=1:2:3:4:5:6:7", 7, "bad value");
    assert_refused("dl_src=1:2:3:4:5:g0", 7, "bad value");
    assert_refused("dl_src=1:2:3:4:5:", 7, "bad value");
    assert_refused("dl_type=0x10000", 8, "65535");
    assert_refused("dl_type=0x", 8, "65535");
    assert_refused("dl_vlan=08", 8, "bad value");
    assert_refused("ip,nw_src=10.0.0.0/33", 10, "LENGTH");
    assert_refused("ip,nw_src=10.0.0", 10, "a.b.c.d");
    assert_refused("ip,nw_src=10.0.0.0.0.0.0.0.0.0", 10, "a.b.c.d");
    assert_refused("ip,nw_tos=33", 10, "multiple of 4");
    assert_refused("ip,nw_tos=256", 10, "multiple of 4");
    assert_refused("ip,nw_proto=256", 12, "255");
    assert_refused("tcp,tp_dst=65536", 11, "65535");
    assert_refused("tcp,tp_dst=18446744073709551696", 11, "65535");
    assert_refused("tcp,tp_dst(80", 10, "bad value");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(normal_form_drops_what_has_no_prerequisite),
    cmocka_unit_test(untagged_has_neither_vid_nor_pcp),
    cmocka_unit_test(bits_outside_the_mask_do_not_count),
    cmocka_unit_test(takes_by_mask),
    cmocka_unit_test(prints_as_ovs_ofctl),
    cmocka_unit_test(prints_masks_that_only_sets_have),
    cmocka_unit_test(prints_headers_in_full),
    cmocka_unit_test(says_what_is_wrong),
    cmocka_unit_test(refuses_what_a_switch_would_ignore),
    cmocka_unit_test(refuses_bad_values),
};

TEST_MAIN(tests)
