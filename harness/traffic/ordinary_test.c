/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a frame look of which only some fields matter? As a host would send it. */
#include "traffic/ordinary.h"

#include "ofctl/match.h"
#include "testing/cmocka.h"

#include <string.h>

static struct topology_host hosts[] = {
    {.name = "a", .mac = {0, 0, 0, 0, 0, 0xa}, .ip = 0x0a00000a, .has_ip = true},
    {.name = "b", .mac = {0, 0, 0, 0, 0, 0xb}, .ip = 0x0a00000b, .has_ip = true},
    {.name = "c", .mac = {0, 0, 0, 0, 0, 0xc}, .has_ipv6 = true, .ipv6 = {0xfd, [15] = 0xc}},
};
static struct topology topology = {.hosts = hosts, .n_hosts = 3};

/* What a frame of this host is, if it must match `cube`. */
static void check(const struct expectation *expectation, size_t from, const char *cube,
                  const char *expected)
{
    struct base_buffer text = {0};
    struct match match;
    assert_int_equal(ofctl_parse_match(cube, &match, NULL, NULL), 0);
    traffic_prefer_ordinary(expectation, from, HOST_NONE, &match);
    ofctl_format_match(&match, &text);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

static void what_is_free_is_as_usual(void **state)
{
    (void)state;
    struct claim claims[] = {{.kind = CLAIM_ISOLATED, .from = 1, .to = 0},
                             {.kind = CLAIM_DELIVERED, .from = 0, .to = 1},
                             {.kind = CLAIM_DELIVERED, .from = 1, .to = 2}};
    const struct expectation alone = {.topology = &topology},
                             claimed = {.topology = &topology, .claims = claims, .n_claims = 3};
    check(&alone, 0, "",
          "vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,dl_type=0x88b5");
    check(&alone, 1, "",
          "vlan_tci=0x0000,dl_src=00:00:00:00:00:0b,dl_dst=00:00:00:00:00:0a,dl_type=0x88b5");
    check(&claimed, 1, "",
          "vlan_tci=0x0000,dl_src=00:00:00:00:00:0b,dl_dst=00:00:00:00:00:0c,dl_type=0x88b5");
    check(&alone, 0, "ip",
          "ip,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,nw_src=10.0.0.10,"
          "nw_dst=198.51.100.2,nw_proto=253,nw_tos=0");
    check(&alone, 0, "tcp,tp_dst=80",
          "tcp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,nw_src=10.0.0.10,"
          "nw_dst=198.51.100.2,nw_tos=0,tp_src=9,tp_dst=80");
    check(&alone, 0, "icmp",
          "icmp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,nw_src=10.0.0.10,"
          "nw_dst=198.51.100.2,nw_tos=0,icmp_type=0,icmp_code=0");
    check(
        &alone, 0, "dl_vlan=5",
        "dl_vlan=5,dl_vlan_pcp=0,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,dl_type=0x88b5");
    check(&alone, 0, "dl_src=02:00:00:00:00:00,dl_dst=ff:ff:ff:ff:ff:ff,ip,nw_tos=8",
          "ip,vlan_tci=0x0000,dl_src=02:00:00:00:00:00,dl_dst=ff:ff:ff:ff:ff:ff,nw_src=10.0.0.10,"
          "nw_dst=198.51.100.2,nw_proto=253,nw_tos=8");
    check(&alone, 2, "ipv6",
          "ipv6,vlan_tci=0x0000,dl_src=00:00:00:00:00:0c,dl_dst=00:00:00:00:00:0a,ipv6_src=fd00::c,"
          "ipv6_dst=2001:db8::a,nw_proto=253,nw_tos=0");
    check(&alone, 0, "udp6,dl_dst=33:33:00:00:00:01",
          "udp6,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=33:33:00:00:00:01,ipv6_src=2001:"
          "db8::a,ipv6_dst=ff0e::db8:0:1,nw_tos=0,tp_src=9,tp_dst=9");
    check(&alone, 0, "icmp6",
          "icmp6,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,ipv6_src=2001:"
          "db8::a,ipv6_dst=2001:db8::b,nw_tos=0,icmp_type=129,icmp_code=0");
}

/* The own address, if it may be; else that of a host that has one; else none. */
static void who_asks_by_arp_tells_an_address(void **state)
{
    (void)state;
    const struct expectation alone = {.topology = &topology};
    check(&alone, 0, "arp",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,arp_spa=10.0.0.10,"
          "arp_tpa=198.51.100.2,arp_op=1");
    check(&alone, 1, "arp,nw_src=10.0.0.10/31",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0b,dl_dst=00:00:00:00:00:0a,arp_spa=10.0.0.11,"
          "arp_tpa=198.51.100.2,arp_op=1");
    check(&alone, 1, "arp,nw_src=10.0.0.10/32",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0b,dl_dst=00:00:00:00:00:0a,arp_spa=10.0.0.10,"
          "arp_tpa=198.51.100.2,arp_op=1");
    check(&alone, 2, "arp,nw_src=10.0.0.0/24",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0c,dl_dst=00:00:00:00:00:0a,arp_spa=10.0.0.10,"
          "arp_tpa=198.51.100.2,arp_op=1");
    check(&alone, 2, "arp",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0c,dl_dst=00:00:00:00:00:0a,arp_spa=0.0.0.0,"
          "arp_tpa=198.51.100.2,arp_op=1");
    check(&alone, 0, "arp,nw_src=192.0.2.0/24",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,arp_spa=192.0.2.0/"
          "24,arp_tpa=198.51.100.2,arp_op=1");
    check(&alone, 0, "arp,arp_op=2",
          "arp,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,dl_dst=00:00:00:00:00:0b,arp_spa=10.0.0.10,"
          "arp_tpa=198.51.100.2,arp_op=2");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_free_is_as_usual),
    cmocka_unit_test(who_asks_by_arp_tells_an_address),
};

TEST_MAIN(tests)
