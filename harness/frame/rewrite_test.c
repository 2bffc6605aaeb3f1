/* SPDX-License-Identifier: Apache-2.0
 *
 * Rewritten frames against those that Open vSwitch 3.1 sent: packets given to a
 * dummy port (netdev-dummy/receive), what left by another one (tx_pcap). One is
 * not what it sent: in `frag2`, a later fragment of UDP, Open vSwitch "updates"
 * two bytes of the data where a checksum would be. */
#include "frame/rewrite.h"

#include "frame/parse.h"
#include "model/action.h"
#include "ofctl/action.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct golden {
    const char *name, *actions, *in, *out;
} goldens[] = {
    {"tcp", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3",
     "02000000000202000000000108004500002f12340000400654930a0000010a00000203e8005000000001000000025"
     "002020030ab000068656c6c6f2121",
     "02000000000202000000000108004500002f123400004006a1dfc0a80709ff01000303e8005000000001000000025"
     "00202007df7000068656c6c6f2121"},
    {"tcp", "mod_tp_src:65535,mod_tp_dst:1",
     "02000000000202000000000108004500002f12340000400654930a0000010a00000203e8005000000001000000025"
     "002020030ab000068656c6c6f2121",
     "02000000000202000000000108004500002f12340000400654930a0000010a000002ffff000100000001000000025"
     "002020034e2000068656c6c6f2121"},
    {"tcp",
     "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3,mod_nw_tos:184,mod_tp_dst:443,mod_dl_src:0a:0b:"
     "0c:0d:0e:0f,mod_dl_dst:ff:ff:ff:ff:ff:ff,mod_vlan_vid:300,mod_vlan_pcp:5",
     "02000000000202000000000108004500002f12340000400654930a0000010a00000203e8005000000001000000025"
     "002020030ab000068656c6c6f2121",
     "ffffffffffff0a0b0c0d0e0f8100a12c080045b8002f123400004006a127c0a80709ff01000303e801bb000000010"
     "0000002500202007c8c000068656c6c6f2121"},
    {"udp", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3",
     "02000000000202000000000108004500001f12340000401154980a0000010a00000203e80035000b2356616263000"
     "000000000000000000000000000",
     "02000000000202000000000108004500001f123400004011a1e4c0a80709ff01000303e80035000b70a2616263000"
     "000000000000000000000000000"},
    {"udp", "mod_tp_src:7,mod_tp_dst:9",
     "02000000000202000000000108004500001f12340000401154980a0000010a00000203e80035000b2356616263000"
     "000000000000000000000000000",
     "02000000000202000000000108004500001f12340000401154980a0000010a00000200070009000b2763616263000"
     "000000000000000000000000000"},
    {"udp0", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3,mod_tp_dst:9",
     "02000000000202000000000108004500001f12340000401154980a0000010a00000203e80035000b0000616263000"
     "000000000000000000000000000",
     "02000000000202000000000108004500001f123400004011a1e4c0a80709ff01000303e80009000b0000616263000"
     "000000000000000000000000000"},
    {"icmp", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3",
     "02000000000202000000000108004500002012340000400154a70a0000010a000002080019270007000170696e670"
     "000000000000000000000000000",
     "020000000002020000000001080045000020123400004001a1f3c0a80709ff010003080019270007000170696e670"
     "000000000000000000000000000"},
    {"icmp", "mod_tp_src:0,mod_tp_dst:3",
     "02000000000202000000000108004500002012340000400154a70a0000010a000002080019270007000170696e670"
     "000000000000000000000000000",
     "02000000000202000000000108004500002012340000400154a70a0000010a000002000321240007000170696e670"
     "000000000000000000000000000"},
    {"vlan", "strip_vlan",
     "020000000002020000000001810070050800452b002f12340000400654680a0000010a00000203e80050000000010"
     "00000025002020030ab000068656c6c6f2121",
     "0200000000020200000000010800452b002f12340000400654680a0000010a00000203e8005000000001000000025"
     "002020030ab000068656c6c6f2121"},
    {"vlan", "mod_vlan_vid:9",
     "020000000002020000000001810070050800452b002f12340000400654680a0000010a00000203e80050000000010"
     "00000025002020030ab000068656c6c6f2121",
     "020000000002020000000001810060090800452b002f12340000400654680a0000010a00000203e80050000000010"
     "00000025002020030ab000068656c6c6f2121"},
    {"vlan", "mod_vlan_pcp:1,mod_nw_tos:64",
     "020000000002020000000001810070050800452b002f12340000400654680a0000010a00000203e80050000000010"
     "00000025002020030ab000068656c6c6f2121",
     "0200000000020200000000018100200508004543002f12340000400654500a0000010a00000203e80050000000010"
     "00000025002020030ab000068656c6c6f2121"},
    {"vlan", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3",
     "020000000002020000000001810070050800452b002f12340000400654680a0000010a00000203e80050000000010"
     "00000025002020030ab000068656c6c6f2121",
     "020000000002020000000001810070050800452b002f123400004006a1b4c0a80709ff01000303e80050000000010"
     "0000002500202007df7000068656c6c6f2121"},
    {"opt", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3,mod_tp_dst:81",
     "020000000002020000000001080046000033123400004006518d0a0000010a0000020101010103e80050000000010"
     "00000025002020030ab000068656c6c6f2121",
     "0200000000020200000000010800460000331234000040069ed9c0a80709ff0100030101010103e80051000000010"
     "0000002500202007df6000068656c6c6f2121"},
    {"frag1", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3,mod_tp_dst:9",
     "02000000000202000000000108004500003412342000401134830a0000010a00000203e80035002041e9787878787"
     "878787878787878787878787878787878787878",
     "02000000000202000000000108004500003412342000401181cfc0a80709ff01000303e8000900208f61787878787"
     "878787878787878787878787878787878787878"},
    {"frag2", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3,mod_tp_dst:9",
     "02000000000202000000000108004500002c12340003401154880a0000010a0000027979797979797979797979797"
     "97979797979797979797979",
     "02000000000202000000000108004500002c123400034011a1d4c0a80709ff0100037979797979797979797979797"
     "97979797979797979797979"},
    {"esp", "mod_nw_src:192.168.7.9,mod_nw_dst:255.1.0.3,mod_nw_tos:4",
     "02000000000202000000000108004500001c123400004032547a0a0000010a0000023132333435363738000000000"
     "000000000000000000000000000",
     "02000000000202000000000108004504001c123400004032a1c2c0a80709ff0100033132333435363738000000000"
     "000000000000000000000000000"},
    {"arp", "mod_nw_src:1.2.3.4,mod_dl_dst:0a:0b:0c:0d:0e:0f",
     "020000000002020000000001080600010800060400010200000000010a0000010000000000000a000002000000000"
     "000000000000000000000000000",
     "0a0b0c0d0e0f020000000001080600010800060400010200000000010a0000010000000000000a000002000000000"
     "000000000000000000000000000"},
    {"raw", "mod_vlan_vid:0,mod_tp_dst:5",
     "02000000000202000000000188b501020000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000",
     "0200000000020200000000018100000088b5010200000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000"},
    {"raw", "mod_vlan_pcp:7",
     "02000000000202000000000188b501020000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000",
     "0200000000020200000000018100e00088b5010200000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000"},
    {"llc", "mod_vlan_vid:12",
     "020000000002020000000001002642420300000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000",
     "0200000000020200000000018100000c0026424203000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000"},
    {"qinq", "strip_vlan",
     "020000000002020000000001810020078100000908004500001f12340000401154980a0000010a00000203e800350"
     "00b235661626300000000000000",
     "0200000000020200000000018100000908004500001f12340000401154980a0000010a00000203e80035000b23566"
     "1626300000000000000"},
    {"qinq", "mod_vlan_vid:1",
     "020000000002020000000001810020078100000908004500001f12340000401154980a0000010a00000203e800350"
     "00b235661626300000000000000",
     "020000000002020000000001810020018100000908004500001f12340000401154980a0000010a00000203e800350"
     "00b235661626300000000000000"},
    {"dei", "mod_vlan_vid:8",
     "0200000000020200000000018100300708004500001f12340000401154980a0000010a00000203e80035000b23566"
     "162630000000000000000000000",
     "0200000000020200000000018100200808004500001f12340000401154980a0000010a00000203e80035000b23566"
     "162630000000000000000000000"},
    {"dei", "mod_dl_src:0a:0b:0c:0d:0e:0f",
     "0200000000020200000000018100300708004500001f12340000401154980a0000010a00000203e80035000b23566"
     "162630000000000000000000000",
     "0200000000020a0b0c0d0e0f8100300708004500001f12340000401154980a0000010a00000203e80035000b23566"
     "162630000000000000000000000"},
};

static size_t from_hex(const char *text, uint8_t *bytes)
{
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], 0};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static void set_vlan(struct header *header, uint16_t value, uint16_t mask)
{
    header->vlan_tci = (header->vlan_tci & (uint16_t)~mask) | value | VLAN_TAGGED;
}

/* OpenFlow 1.0.0, section 5.2.4, without harness/space. */
static void apply(const struct action *action, struct header *header)
{
    bool ip = header->dl_type == DL_TYPE_IP;
    switch (action->type) {
    case ACTION_SET_VLAN_VID:
        set_vlan(header, action->vlan_vid, VLAN_VID);
        break;
    case ACTION_SET_VLAN_PCP:
        set_vlan(header, (uint16_t)(action->vlan_pcp << VLAN_PCP_SHIFT), VLAN_PCP);
        break;
    case ACTION_STRIP_VLAN:
        header->vlan_tci = 0;
        break;
    case ACTION_SET_DL_SRC:
        memcpy(header->dl_src, action->dl_addr, sizeof header->dl_src);
        break;
    case ACTION_SET_DL_DST:
        memcpy(header->dl_dst, action->dl_addr, sizeof header->dl_dst);
        break;
    case ACTION_SET_NW_SRC:
        header->nw_src = ip ? action->nw_addr : header->nw_src;
        break;
    case ACTION_SET_NW_DST:
        header->nw_dst = ip ? action->nw_addr : header->nw_dst;
        break;
    case ACTION_SET_NW_TOS:
        header->nw_tos = ip ? action->nw_tos : header->nw_tos;
        break;
    case ACTION_SET_TP_SRC:
        header->tp_src = header_has_tp(header) ? action->tp_port : header->tp_src;
        break;
    case ACTION_SET_TP_DST:
        header->tp_dst = header_has_tp(header) ? action->tp_port : header->tp_dst;
        break;
    default:
        fail();
    }
}

static void check(const struct golden *golden)
{
    uint8_t in[256], expected[256];
    size_t n_in = from_hex(golden->in, in), n_expected = from_hex(golden->out, expected);
    struct base_arena arena = {0};
    struct base_buffer out = {0};
    const struct action *actions;
    size_t n_actions;
    struct header header;
    assert_true(frame_parse(in, n_in, 1, &header));
    assert_int_equal(ofctl_parse_actions(golden->actions, &arena, &actions, &n_actions, NULL, NULL),
                     0);
    for (size_t i = 0; i < n_actions; i++) {
        apply(&actions[i], &header);
    }
    assert_true(frame_rewrite(in, n_in, &header, &out));
    if (out.n_bytes != n_expected || memcmp(out.data, expected, n_expected) != 0) {
        base_put_format(&out, "%c", 0);
        char text[600] = "";
        for (size_t i = 0; i + 1 < out.n_bytes; i++) {
            sprintf(text + 2 * i, "%02x", out.data[i]);
        }
        print_error("%s, %s:\n%s instead of\n%s\n", golden->name, golden->actions, text,
                    golden->out);
        fail();
    }
    base_buffer_free(&out);
    base_arena_free(&arena);
}

static void test_as_the_switch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        check(&goldens[i]);
    }
}

/* Any bytes, any header: nothing outside is touched (the sanitizers see to
 * it), and a header that is the frame's own changes nothing. */
static void test_any_bytes(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252;
    for (int i = 0; i < 20000; i++) {
        uint8_t in[128];
        const struct golden *golden = &goldens[(size_t)i % (sizeof goldens / sizeof *goldens)];
        size_t n = from_hex(golden->in, in);
        struct header header, other = {.vlan_tci = VLAN_TAGGED, .nw_dst = 7, .tp_dst = 9};
        struct base_buffer out = {0};
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        in[random % (n ? n : 1)] = (uint8_t)(random >> 32);
        n = random >> 60 == 0 ? (random >> 20) % (n ? n : 1) : n;
        uint8_t *exact = malloc(n + 1);
        memcpy(exact, in, n);
        bool parsed = frame_parse(exact, n, 0, &header);
        assert_int_equal(frame_rewrite(exact, n, &header, &out), parsed);
        assert_int_equal(out.n_bytes, parsed ? n : 0);
        assert_true(!parsed || memcmp(out.data, exact, n) == 0);
        frame_rewrite(exact, n, &other, &out);
        base_buffer_free(&out);
        free(exact);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_as_the_switch),
    cmocka_unit_test(test_any_bytes),
};

TEST_MAIN(tests)
