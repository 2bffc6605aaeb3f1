/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames in words. */
#include "tapping/describe.h"

#include "frame/probe.h"
#include "testing/cmocka.h"

static const struct frame_run run = {.nonce = 1};
static const struct frame_mark mark = {.number = 7, .round = 2, .kind = FRAME_PROBE};
#define FROM_1_TO_2 .in_port = 1, .dl_src = {0, 0, 0, 0, 0, 1}, .dl_dst = {0, 0, 0, 0, 0, 2}
#define IP_1_TO_2   FROM_1_TO_2, .dl_type = DL_TYPE_IP, .nw_src = 0x0a000001, .nw_dst = 0x0a000002
#define UDP_1_TO_2  IP_1_TO_2, .nw_proto = NW_PROTO_UDP, .tp_src = 1, .tp_dst = 2

static struct base_buffer build(struct header header)
{
    struct base_buffer frame = {0};
    assert_int_equal(frame_build(&run, &mark, &header, &header, &frame, NULL), 0);
    return frame;
}

static void assert_described(struct header header, const char *text)
{
    struct base_buffer frame = build(header), out = {0};
    tapping_describe(frame.data, frame.n_bytes, &out);
    assert_string_equal(base_buffer_text(&out), text);
    base_buffer_free(&frame);
    base_buffer_free(&out);
}

#define MACS "00:00:00:00:00:01 > 00:00:00:00:00:02"

static void describes_frames(void **state)
{
    (void)state;
    assert_described((struct header){FROM_1_TO_2, .dl_type = DL_TYPE_PROBE},
                     MACS " type 0x88b5 (60 bytes)");
    assert_described((struct header){FROM_1_TO_2, .dl_type = DL_TYPE_NOT_ETH2},
                     MACS " 802.3 (60 bytes)");
    assert_described((struct header){UDP_1_TO_2, .vlan_tci = VLAN_TAGGED | 5},
                     MACS " vlan 5 ipv4 udp 10.0.0.1:1 > 10.0.0.2:2 (78 bytes)");
    assert_described((struct header){IP_1_TO_2, .nw_proto = NW_PROTO_ICMP, .tp_src = 3, .tp_dst = 1,
                                     .vlan_tci = VLAN_TAGGED | 3 << VLAN_PCP_SHIFT},
                     MACS " vlan 0 pcp 3 ipv4 icmp type 3 code 1 10.0.0.1 > 10.0.0.2 (78 bytes)");
    assert_described((struct header){IP_1_TO_2, .nw_proto = 47, .nw_tos = 0x20},
                     MACS " ipv4 tos 0x20 proto 47 10.0.0.1 > 10.0.0.2 (66 bytes)");
    struct header arp = {IP_1_TO_2, .nw_proto = 1};
    arp.dl_type = DL_TYPE_ARP;
    assert_described(arp, MACS " arp request 10.0.0.1 > 10.0.0.2 (74 bytes)");
    assert_described(
        (struct header){IP_1_TO_2, .nw_proto = NW_PROTO_TCP, .tp_src = 1, .tp_dst = 80},
        MACS " ipv4 tcp 10.0.0.1:1 > 10.0.0.2:80 (86 bytes)");
    arp.nw_proto = 2;
    assert_described(arp, MACS " arp reply 10.0.0.1 > 10.0.0.2 (74 bytes)");
    arp.nw_proto = 3;
    assert_described(arp, MACS " arp opcode 3 10.0.0.1 > 10.0.0.2 (74 bytes)");
    struct base_buffer out = {0};
    tapping_describe("short", 5, &out);
    assert_string_equal(base_buffer_text(&out), "no Ethernet header (5 bytes)");
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(describes_frames),
};

TEST_MAIN(tests)
