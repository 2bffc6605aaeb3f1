/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions beyond OpenFlow 1.0 as ovs-ofctl 3.1 prints them (what it prints
 * of a live switch is compared in channel/live_test.c), and read back. */
#include "ofctl/flow.h"

#include "testing/cmocka.h"

#include <string.h>

static void assert_printed(const char *written, const char *printed)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    struct base_buffer out = {0}, line = {0};
    base_put_format(&line, "%s actions=drop", written);
    if (ofctl_parse_flow(base_buffer_text(&line), &table, NULL, NULL, &error)) {
        fail_msg("\"%s\": %s", written, error.text);
    }
    ofctl_format_flow(&table.entries[0], FLOW_NO_STATS, &out);
    line.n_bytes = 0;
    base_put_format(&line, "%s actions=drop", printed);
    assert_string_equal(base_buffer_text(&out), base_buffer_text(&line));
    /* ... and once more: what is printed means the same. */
    if (ofctl_parse_flow(printed[0] ? base_buffer_text(&out) : "actions=drop", &table, NULL, NULL,
                         &error)) {
        fail_msg("\"%s\": %s", base_buffer_text(&out), error.text);
    }
    assert_true(flow_equal(&table.entries[0], &table.entries[1]));
    flow_table_free(&table);
    base_buffer_free(&out);
    base_buffer_free(&line);
}

static void prints_as_ovs_ofctl(void **state)
{
    (void)state;
    static const char *const same[] = {
        "ip,in_port=1,nw_ttl=64",
        "ip,nw_tos=32,nw_ecn=1,nw_ttl=3",
        "arp,arp_op=1,arp_sha=00:00:00:00:00:05",
        "arp,arp_spa=10.0.0.0/255.0.255.0,arp_tha=00:00:00:00:00:05/ff:00:00:00:00:ff",
        "ip,nw_frag=no",
        "ip,nw_frag=yes",
        "ip,nw_frag=first",
        "ip,nw_frag=later",
        "ip,nw_frag=not_later",
        "ipv6,ipv6_dst=2001:db8::/32",
        "tcp6,ipv6_src=::1,tp_dst=80",
        "udp6,tp_src=0x10/0xfff0",
        "icmp6,icmp_type=135,nd_target=fe80::1,nd_sll=00:00:00:00:00:07",
        "icmp6,icmp_type=136,icmp_code=0,nd_tll=00:00:00:00:00:07",
        "ipv6,nw_proto=99,nw_tos=8,nw_ecn=1,nw_ttl=255",
        "ipv6,ipv6_label=0x00005",
        "ipv6,ipv6_label=0x00010/0x000ff",
        "ipv6,ipv6_dst=::5/::f",
        "sctp,tp_src=5,tp_dst=0x100/0xff00",
        "metadata=0x5/0xff",
        "reg0=0x1/0xff,in_port=1",
        "reg3=0",
        "xxreg1=0x10000000000000002",
        "tun_id=0/0xff",
        "tun_dst=1.2.3.0/24",
        "tun_flags=+oam",
        "pkt_mark=0x7",
        "ct_state=+est+trk,ip",
        "ct_state=est|trk,ip",
        "ct_zone=5",
        "ct_label=0x123456789abcdef0123",
        "ct_mark=0x1/0x3",
        "conj_id=7,ip",
        "mpls,mpls_label=100,mpls_tc=2,mpls_bos=1",
        "tcp,tcp_flags=+syn-ack",
        "tcp,tp_src=5,tcp_flags=syn|ack",
        "tcp,tcp_flags=0",
        "tcp,tcp_flags=0x1012",
        "tun_flags=0x102",
        "ct_state=0x104/0x104,ip",
        "tcp,tcp_flags=0/0xf000",
        "tcp,tcp_flags=0/0",
        "ip,nw_frag=0x7",
        "ip,nw_frag=0x4/0x7",
        "ipv6,ipv6_label=0x100005/0x1fffff",
        "in_port=1,vlan_tci=0x0000/0x0fff",
        "vlan_tci=0x0005/0x0fff",
        "vlan_tci=0x0000/0x1fff",
        "field_0xffff0200=0x0005/0x00ff",
        "field_0xffff0200=0x",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_printed(same[i], same[i]);
    }
    assert_printed("tcp,tcp_flags=0x2/0x2", "tcp,tcp_flags=+syn");
    assert_printed("tcp,tcp_flags=0x2/0xfff", "tcp,tcp_flags=syn");
    assert_printed("tcp,tcp_flags=0x2/0xffff", "tcp,tcp_flags=syn");
    assert_printed("tcp,tcp_flags=0x2", "tcp,tcp_flags=syn");
    assert_printed("ip,nw_frag=0x1", "ip,nw_frag=first");
    assert_printed("ip,ip_ecn=2", "ip,nw_ecn=2");
    assert_printed("nw_ttl=1,ip,in_port=2", "ip,in_port=2,nw_ttl=1");
    assert_printed("dl_type=0x86dd,nw_proto=6,tcp_dst=80", "tcp6,tp_dst=80");
    assert_printed("ip,nw_proto=132,sctp_src=7", "sctp,tp_src=7");
    assert_printed("tunnel_id=5", "tun_id=0x5");
    assert_printed("reg0=0xff/0xf", "reg0=0xf/0xf");
    assert_printed("tun_src=1.2.3.4/255.255.0.255", "tun_src=1.2.0.4/255.255.0.255");
}

static void assert_refused(const char *text, const char *part)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    if (ofctl_parse_flow(text, &table, NULL, NULL, &error) == 0) {
        fail_msg("\"%s\" was accepted", text);
    }
    if (!strstr(error.text, part)) {
        fail_msg("\"%s\": \"%s\" instead of \"%s\"", text, error.text, part);
    }
    flow_table_free(&table);
}

static void refuses_what_is_no_value(void **state)
{
    (void)state;
    assert_refused("ip,nw_ttl=256 actions=drop", "a number");
    assert_refused("ip,nw_ttl=x actions=drop", "a number");
    assert_refused("ip,nw_frag=maybe actions=drop", "not_later");
    assert_refused("tcp,tcp_flags=+zap actions=drop", "+NAME");
    assert_refused("tcp,tcp_flags=+syn|ack actions=drop", "+NAME");
    assert_refused("arp,arp_sha=1.2.3.4 actions=drop", "xx:xx");
    assert_refused("ipv6,ipv6_src=1.2.3.4 actions=drop", "an IPv6 address");
    assert_refused("ipv6,ipv6_src=::/129 actions=drop", "an IPv6 address");
    assert_refused("reg0=0x1ffffffff actions=drop", "a number");
    assert_refused("xxreg0=0x1000000000000000000000000000000000 actions=drop", "a number");
    assert_refused("reg0=1,reg0=1 actions=drop", "twice");
    assert_refused("skb_priority=1 actions=drop", "later OpenFlow");
    assert_refused("ipv6,tp_dst=80 actions=drop", "needs");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(prints_as_ovs_ofctl),
    cmocka_unit_test(refuses_what_is_no_value),
};

TEST_MAIN(tests)
