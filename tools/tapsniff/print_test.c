/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines as tcpdump 4.99.3 prints them with -e -n -S -t, and those in which this
 * room says more or less than tcpdump. */
#include "tapsniff/print.h"

#include "frame/probe.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

struct pair {
    const char *hex, *line;
};

/* The frames were built by scapy 2.5. */
static const struct pair as_tcpdump[] = {
    {"00000000000200000000000108004500005400010000400166a60a0000010a0000020800cac800070003"
     "787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
     "7878787878787878787878787878",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 98: 10.0.0.1 "
     "> 10.0.0.2: ICMP echo request, id 7, seq 3, length 64"},
    {"00000000000200000000000108004500005400010000400166a60a0000010a0000020000d2c800070003"
     "787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
     "7878787878787878787878787878",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 98: 10.0.0.1 "
     "> 10.0.0.2: ICMP echo reply, id 7, seq 3, length 64"},
    {"0000000000020000000000018100600508004500003c00010000401166ae0a0000010a0000029c400009"
     "0028c7ca7878787878787878787878787878787878787878787878787878787878787878",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype 802.1Q (0x8100), length 78: vlan 5,"
     " p 3, ethertype IPv4 (0x0800), 10.0.0.1.40000 > 10.0.0.2.9: UDP, length 32"},
    {"00000000000200000000000188a8000a8100100508004500001d00010000401166cd0a0000010a000002"
     "00010009000973cf78",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype 802.1Q-QinQ (0x88a8), length 51: vl"
     "an 10, p 0, ethertype 802.1Q (0x8100), vlan 5, p 0, DEI, ethertype IPv4 (0x0800), 10"
     ".0.0.1.1 > 10.0.0.2.9: UDP, length 1"},
    {"ffffffffffff000000000001080600010800060400010000000000010a0000010000000000000a000002",
     "00:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request wh"
     "o-has 10.0.0.2 tell 10.0.0.1, length 28"},
    {"000000000002000000000001080600010800060400020000000000010a0000010000000000020a000002",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype ARP (0x0806), length 42: Reply 10.0"
     ".0.1 is-at 00:00:00:00:00:01, length 28"},
    {"00000000000200000000000108004500002800010000400666cd0a0000010a0000029c409c4100000064"
     "000000005002020060fa0000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 54: 10.0.0.1."
     "40000 > 10.0.0.2.40001: Flags [S], seq 100, win 512, length 0"},
    {"00000000000200000000000108004500002d00010000400666c80a0000010a0000029c409c4100000064"
     "00000007501802001d06000068656c6c6f",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 59: 10.0.0.1."
     "40000 > 10.0.0.2.40001: Flags [P.], seq 100:105, ack 7, win 512, length 5"},
    {"00000000000200000000000108004500004800010000400666ad0a0000010a0000029c409c4100000000"
     "0000000050040000cba40000797979797979797979797979797979797979797979797979797979797979"
     "7979",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 86: 10.0.0.1."
     "40000 > 10.0.0.2.40001: Flags [R], seq 0:32, win 0, length 32"},
    {"00000000000200000000000108004500002800010000400666cd0a0000010a0000029c409c4100000005"
     "0000000050000000635b0000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 54: 10.0.0.1."
     "40000 > 10.0.0.2.40001: Flags [none], win 0, length 0"},
    {"00000000000200000000000108004500002800010000400666cd0a0000010a0000029c409c4100000005"
     "0000000950d1000162800000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 54: 10.0.0.1."
     "40000 > 10.0.0.2.40001: Flags [F.EW], seq 5, ack 9, win 1, length 0"},
    {"00000000000200000000000186dd60000000000c3a40fe800000000000000000000000000001fe800000"
     "0000000000000000000000028000bdea0001000261626364",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 66: fe80::1 >"
     " fe80::2: ICMP6, echo request, id 1, seq 2, length 12"},
    {"00000000000200000000000186dd6000000000183afffe800000000000000000000000000001fe800000"
     "00000000000000000000000287007d2500000000fe800000000000000000000000000002",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 78: fe80::1 >"
     " fe80::2: ICMP6, neighbor solicitation, who has fe80::2, length 24"},
    {"00000000000200000000000186dd6000000000183afffe800000000000000000000000000001fe800000"
     "0000000000000000000000028800dc24a0000000fe800000000000000000000000000002",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 78: fe80::1 >"
     " fe80::2: ICMP6, neighbor advertisement, tgt is fe80::2, length 24"},
    {"00000000000200000000000186dd6000000000083afffe800000000000000000000000000001fe800000"
     "00000000000000000000000285007db800000000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 62: fe80::1 >"
     " fe80::2: ICMP6, router solicitation, length 8"},
    {"00000000000200000000000186dd60000000000c1140fe800000000000000000000000000001fe800000"
     "0000000000000000000000029c400009000ca1c161626364",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 66: fe80::1.4"
     "0000 > fe80::2.9: UDP, length 4"},
    {"00000000000200000000000186dd6000000000140640fe800000000000000000000000000001fe800000"
     "0000000000000000000000029c409c410000000100000002501200037a460000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 74: fe80::1.4"
     "0000 > fe80::2.40001: Flags [S.], seq 1, ack 2, win 3, length 0"},
};

/* tcpdump reads fragments, LLC, LLDP and ICMP errors otherwise. */
static const struct pair our_own[] = {
    {"0000000000020000000000010800450000180001000040fd65e60a0000010a00000261626364",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 38: 10.0.0.1 "
     "> 10.0.0.2: ip-proto-253 4"},
    {"000000000002000000000001080045000028000100b9401166090a0000010a0000027a7a7a7a7a7a7a7a"
     "7a7a7a7a7a7a7a7a7a7a7a7a",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 54: 10.0.0.1 "
     "> 10.0.0.2: ip-proto-17, fragment from byte 1480 on, length 20"},
    {"00000000000200000000000186dd6000000000102c40fe800000000000000000000000000001fe800000"
     "00000000000000000000000211000001000000079c40000900100000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 70: fe80::1.4"
     "0000 > fe80::2.9: UDP, length 8"}, /* the first fragment */
    {"00000000000200000000000186dd6000000000102c40fe800000000000000000000000000001fe800000"
     "000000000000000000000002110005c8000000077a7a7a7a7a7a7a7a",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 70: fe80::1 >"
     " fe80::2: ip-proto-17, fragment from byte 1480 on, length 8"},
    {"00000000000200000000000108060001080006040001",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype ARP (0x0806), length 22: [|arp], le"
     "ngth 8"},
    {"00000000000200000000000108004500002800010000400666cd0a0000010a0000029c409c4100000064"
     "000000004002020060fa0000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 54: 10.0.0.1 "
     "> 10.0.0.2: [|tcp]"}, /* a header of 16 bytes */
    {"00000000000200000000000186dd6000000000100040fe800000000000000000000000000001fe800000"
     "0000000000000000000000023a000104000000008f0073b800000000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv6 (0x86dd), length 70: fe80::1 >"
     " fe80::2: ICMP6, multicast listener report v2, length 8"},
    {"0180c200000e00000000000188cc02070400000000000104050565746830060200780000000000000000"
     "000000000000000000000000000000000000",
     "00:00:00:00:00:01 > 01:80:c2:00:00:0e, ethertype LLDP (0x88cc), length 60: LLDP, cha"
     "ssis 00:00:00:00:00:01, port eth0, length 46"},
    {"00000000000200000000000188b500000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype Unknown (0x88b5), length 60: 46 byt"
     "es"},
    {"000000000002000000000001002e42420300000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, 802.3, length 46: LLC, dsap 0x42, ssap 0x42"},
    {"00000000000200000000000108004500003800010000400166c20a0000010a0000020303111900000000"
     "4500001c00010000401166ce0a0000020a000001000100090008ebd1",
     "00:00:00:00:00:01 > 00:00:00:00:00:02, ethertype IPv4 (0x0800), length 70: 10.0.0.1 "
     "> 10.0.0.2: ICMP destination unreachable, code 3, length 36"},
};

static size_t from_hex(const char *hex, uint8_t *bytes)
{
    size_t n_bytes = strlen(hex) / 2;
    for (size_t i = 0; i < n_bytes; i++) {
        assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &bytes[i]), 1);
    }
    return n_bytes;
}

static void assert_lines(const struct pair *pairs, size_t n)
{
    uint8_t bytes[256];
    for (size_t i = 0; i < n; i++) {
        struct base_buffer out = {0};
        size_t n_bytes = from_hex(pairs[i].hex, bytes);
        tapsniff_print(bytes, n_bytes, n_bytes, &out);
        assert_string_equal(base_buffer_text(&out), pairs[i].line);
        base_buffer_free(&out);
    }
}

static void prints_as_tcpdump(void **state)
{
    (void)state;
    assert_lines(as_tcpdump, sizeof as_tcpdump / sizeof *as_tcpdump);
}

static void prints_what_tcpdump_does_not(void **state)
{
    (void)state;
    assert_lines(our_own, sizeof our_own / sizeof *our_own);
}

/* By the numbers of IANA's registry of ICMPv6 types. */
static void names_types_of_icmpv6(void **state)
{
    (void)state;
    static const char frame[] =
        "00000000000200000000000186dd6000000000083a40fe800000000000000000000000000001fe800000"
        "0000000000000000000000020000000000000000";
    static const struct {
        uint8_t type;
        const char *name;
    } rows[] = {
        {0, "type 0, code 0"},
        {1, "destination unreachable"},
        {2, "packet too big"},
        {3, "time exceeded"},
        {4, "parameter problem"},
        {5, "type 5, code 0"},
        {128, "echo request"},
        {129, "echo reply"},
        {130, "multicast listener query"},
        {131, "multicast listener report"},
        {132, "type 132, code 0"},
        {133, "router solicitation"},
        {134, "router advertisement"},
        {137, "type 137, code 0"},
        {143, "multicast listener report v2"},
    };
    uint8_t bytes[sizeof frame / 2];
    size_t n_bytes = from_hex(frame, bytes);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_buffer out = {0};
        char name[64];
        bytes[54] = rows[i].type;
        tapsniff_print(bytes, n_bytes, n_bytes, &out);
        snprintf(name, sizeof name, ": ICMP6, %s,", rows[i].name);
        if (!strstr(base_buffer_text(&out), name)) {
            fail_msg("%u: %s", rows[i].type, base_buffer_text(&out));
        }
        base_buffer_free(&out);
    }
}

/* Cut after any byte it says so, or says less; it never reads on. */
static void survives_every_cut(void **state)
{
    (void)state;
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof as_tcpdump / sizeof *as_tcpdump; i++) {
        size_t n_bytes = from_hex(as_tcpdump[i].hex, bytes);
        for (size_t n = 0; n < n_bytes; n++) {
            struct base_buffer out = {0};
            uint8_t *cut = test_malloc(n + 1);
            memcpy(cut, bytes, n);
            tapsniff_print(cut, n, n_bytes, &out);
            assert_int_equal(strncmp(base_buffer_text(&out), "[|ether], length", 16) == 0, n < 14);
            test_free(cut);
            base_buffer_free(&out);
        }
    }
}

static void names_our_marks(void **state)
{
    (void)state;
    static const struct frame_run run = {.nonce = 0xfeed, .key = {1}};
    static const struct frame_mark mark = {.number = 7, .round = 2, .kind = FRAME_SENTINEL};
    struct header header = {.dl_type = DL_TYPE_PROBE, .dl_src = {0, 0, 0, 0, 0, 1}};
    struct base_buffer frame = {0}, out = {0};
    assert_int_equal(frame_build(&run, &mark, &header, &header, &frame, NULL), 0);
    tapsniff_print(frame.data, frame.n_bytes, frame.n_bytes, &out);
    assert_string_equal(base_buffer_text(&out),
                        "00:00:00:00:00:01 > 00:00:00:00:00:00, ethertype Unknown (0x88b5), length "
                        "60: 46 bytes, tapproof sentinel 7, round 2, run 000000000000feed");
    base_buffer_free(&frame);
    base_buffer_free(&out);
}

static void prints_hex_as_tcpdump(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    tapsniff_print_hex("\x02\0\0\0\0\2\x02\0\0\0\0\1\x88\xb5tapproof!", 23, &out);
    assert_string_equal(base_buffer_text(&out),
                        "\t0x0000:  0200 0000 0002 0200 0000 0001 88b5 7461  ..............ta\n"
                        "\t0x0010:  7070 726f 6f66 21                        pproof!\n");
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(prints_as_tcpdump),     cmocka_unit_test(prints_what_tcpdump_does_not),
    cmocka_unit_test(names_types_of_icmpv6), cmocka_unit_test(survives_every_cut),
    cmocka_unit_test(names_our_marks),       cmocka_unit_test(prints_hex_as_tcpdump),
};
TEST_MAIN(tests)
