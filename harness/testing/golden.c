/* SPDX-License-Identifier: Apache-2.0
 *
 * What do messages look like that others wrote? */
#include "testing/golden.h"

#include <stdlib.h>
#include <string.h>

const struct golden goldens[] = {
    {"hello", "ovs-ofctl", true, "0100000800000001"},
    {"hello_version_6", "a peer of versions 1, 4 and 6", false, "06000010000000010001000800000052"},
    {"error_bad_stat", "Open vSwitch", true, "0101001800000004000100020110000c0000000400630000"},
    {"error_bad_action", "Open vSwitch", true,
     "0101005c000000ac00020001010e0050000000ac003820ff00*43 5500*7 64ffffffff"
     "ffff00000001000c00050000"},
    {"error_hello_failed", "Open vSwitch, to a peer of version 4", false,
     "0401005200*8 576520737570706f72742076657273696f6e20307830312c20796f7520"
     "737570706f72742076657273696f6e20307830342c206e6f20636f6d6d6f6e2076657273"
     "696f6e732e"},
    {"echo_request", "hand", true, "0102000c0000000370696e67"},
    {"echo_reply", "Open vSwitch", true, "0103000c0000000370696e67"},
    {"vendor", "hand", true, "0104001400000009000023200000001200000000"},
    {"features_request", "ovs-ofctl", true, "0105000800000002"},
    {"features_reply", "Open vSwitch: LOCAL comes first, we sort", false,
     "010600e00000000200*7 a100000000fe000000000000c700000ffffffe9e0b8e291442"
     "62723000*38 01aa55aa550002703100*39 02aa55aa550003703200*39 03aa55aa5500"
     "04703300*38"},
    {"get_config_request", "ovs-ofctl", true, "0107000800000002"},
    {"get_config_reply", "Open vSwitch", true, "0108000c000000060000ffff"},
    {"set_config", "ovs-ofctl", true, "0109000c0000000300010000"},
    {"packet_in", "hand", true,
     "010a0052000000240badcafe05dc00090100000102030405060708090a0b0c0d0e0f1011"
     "12131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435"
     "363738393a3b3c3d3e3f"},
    {"packet_in_ovs", "Open vSwitch", true,
     "010a005200000000ffffffff004000010100ffffffffffff00000000000188b500010203"
     "04050607080900*40"},
    {"flow_removed", "hand", true,
     "010b0058000000210038084e000300*16 0800001100000a010200*8 35112233445566"
     "778803e801000000003d1dcd6507001e00*8 30390000000000679794"},
    {"flow_removed_ovs", "Open vSwitch", true,
     "010b005800000000003820ff00*43 55006402000000000301d905c000*11 0100*7 40"},
    {"port_status", "hand", true,
     "010c0040000000220200*8 0702000000000773312d6574683700*12 11000000010000"
     "0040000000c0000002c000000080"},
    {"port_status_ovs", "Open vSwitch", true, "010c004000*13 09aa55aa550005703900*38"},
    {"packet_out", "hand", true,
     "010d003600000025ffffffff0004001000000008fffd00800000000800050000ffffffff"
     "ffff02000000000188b574617070726f6f66"},
    {"packet_out_ofctl", "ovs-ofctl", true,
     "010d002c00000006fffffffffffd00080000000800010000ffffffffffff000000000001"
     "88b5000102030405"},
    {"flow_mod", "hand", true,
     "010e00500000002c0038084e000300*16 0800001100000a010200*8 3500000000feed"
     "face000400050006000701020304000800030000000800020000"},
    {"flow_mod_all_actions", "ovs-ofctl", true,
     "010e00f0000000060008104c000100*13 0503000800200600000a0100*9 5000000000"
     "000012340000000a00140007ffffffffffff000100010008000900000002000802000000"
     "000000080002000000030008000000000004001000112233445500*7 05001066778899"
     "aabb00*7 06000801020304000700080506070800080008400000000009000800630000"
     "000a000800640000000b0010000300*9 0100000008fffd004d00000008fff800000000"
     "0008fffe000000000008fffb000000000008fffc000000000008fffa0000"},
    {"flow_mod_untagged", "ovs-ofctl: no wildcard for dl_vlan_pcp, we set it", false,
     "010e005000000006002820fd00*14 ffff00*34 8000ffffffffffff0000000000080002"
     "0000"},
    {"port_mod", "hand", true, "010f002000000023000702000000000700000010000000310000004000000000"},
    {"port_mod_ofctl", "ovs-ofctl", true, "010f0020000000040002aa55aa550003000000100000001000*8"},
    {"desc_request", "ovs-ofctl", true, "0110000c0000000200000000"},
    {"desc_reply", "Open vSwitch", true,
     "0111042c00000002000000004e69636972612c20496e632e00*244 4f70656e20765377"
     "6974636800*244 332e312e3000*251 4e6f6e6500*28 4e6f6e6500*252"},
    {"flow_request_all", "ovs-ofctl", true, "011000380000000200010000003820ff00*36 ff00ffff"},
    {"flow_request", "hand", true,
     "011000380000002b000100000038084e000300*16 0800001100000a010200*8 350200"
     "0006"},
    {"flow_reply", "hand", true,
     "011100c40000002d00010001006001000038084e000300*16 0800001100000a010200*8"
     " 350000003d1dcd650703e8001e002800*12 0abc00*7 0c0000000000000d8000000008"
     "0002000000580000003820ff00*39 0100000002000300*18 ff*8 00*8"},
    {"flow_reply_ovs", "Open vSwitch, with an untagged entry", false,
     "01110224000000020001000000600000002820fd00*14 ffff00*24 1298be008000*38 "
     "080002000000600000003820ff00*39 6422921900*40 08fffa000000580000003820ff"
     "00*41 4c4b408000*35 010000000008104c000100*13 0503000800200600000a0100*9"
     " 50000000001312d0000007000a001400*12 123400*17 010008000900000002000802"
     "000000000000080002000000030008000000000004001000112233445500*7 05001066"
     "778899aabb00*7 06000801020304000700080506070800080008400000000009000800"
     "630000000a000800640000000b0010000300*9 0100000008fffd004d00000008fff800"
     "0000000008fffe000000000008fffb000000000008fffc000000000008fffa0000"},
    {"aggregate_request", "ovs-ofctl", true, "011000380000000200020000003820ff00*36 ff00ffff"},
    {"aggregate_reply", "hand", true,
     "01110024000000290002000000000001000000010000000200000002000186a000000000"},
    {"table_request", "ovs-ofctl", true, "0110000c0000000200030000"},
    {"table_reply", "hand", true,
     "0111008c000000260003000100000000636c617373696669657200*23 3fffff000f4240"
     "00000011000000000001e240000000000000ff9801000000787878787878787878787878"
     "7878787878787878787878787878787878787800003820ff000000400000000200*7 63"
     "00*7 62"},
    {"port_request", "ovs-ofctl", true, "011000140000000200040000ffff000000000000"},
    {"port_reply", "hand", true,
     "011100dc0000002700040000000300*13 6500*7 6600*7 6700*7 6800*7 6900*7 6a"
     "00*7 6b00*7 6c00*7 6d00*7 6e00*7 6f00*7 70fffe000000000000ff*96"},
    {"port_reply_ovs", "Open vSwitch", true,
     "011101ac0000000200040000fffe00*38 ff*64 000100*38 ff*64 000200*38 ff*64 "
     "000300*38 ff*64"},
    {"queue_request", "ovs-ofctl", true, "011000140000000200050000fffc0000ffffffff"},
    {"queue_reply", "hand", true, "0111002c0000002800050000000300000000123400*7 0b00*7 1600*7 21"},
    {"queue_reply_ovs", "Open vSwitch", true,
     "0111008c0000000200050000fffe000000000000ff*24 0001000000000000ff*24 0002"
     "000000000000ff*24 0003000000000000ff*24"},
    {"vendor_stats_reply", "hand", true, "0111001400000099ffff00000000232000000007"},
    {"barrier_request", "ovs-ofctl", true, "0112000800000007"},
    {"barrier_reply", "Open vSwitch", true, "0113000800000007"},
    {"queue_config_request", "ovs-ofctl", true, "0114000c0000000200010000"},
    {"queue_config_reply", "hand", true,
     "011500300000002a000200*9 0100180000000100100000000000fa00*9 0900080000"},
    {"queue_config_reply_ovs", "Open vSwitch", true, "0115001800000005000100*11 080000"},
};
const size_t n_goldens = sizeof goldens / sizeof goldens[0];

void unhex(const char *text, struct base_buffer *out)
{
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        char digits[3] = {text[0], text[1], 0};
        char *end = (char *)text + 2;
        unsigned long n_times = *end == '*' ? strtoul(end + 1, &end, 10) : 1;
        for (; n_times > 0; n_times--) {
            base_put_u8(out, (uint8_t)strtoul(digits, NULL, 16));
        }
        text = end;
    }
}

struct base_reader golden_body(const char *name, struct base_buffer *bytes,
                               struct of_header *header)
{
    struct base_reader body = {.failed = true};
    for (size_t i = 0; i < n_goldens; i++) {
        if (strcmp(goldens[i].name, name) == 0) {
            unhex(goldens[i].hex, bytes);
            body.failed = of_open(bytes->data, bytes->n_bytes, header, &body, NULL) != 0;
        }
    }
    return body;
}
