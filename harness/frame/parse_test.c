/* SPDX-License-Identifier: Apache-2.0
 *
 * What a frame's header is, is asked of Open vSwitch (`ovs-ofctl parse-pcap`),
 * for whole frames, for frames cut anywhere, and for frames with a byte
 * changed. */
#include "frame/parse.h"

#include "base/address.h"
#include "base/buffer.h"
#include "frame/probe.h"
#include "testing/cmocka.h"
#include "testing/frame_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sample {
    uint8_t bytes[FRAME_PROBE_BYTES + 48];
    size_t n_bytes;
};

static void parses_snap_tags_and_fragments(void **state)
{
    (void)state;
    struct frame_view view;
    static const uint8_t snap[60] = {2, [12] = 0, 46, 0xaa, 0xaa, 3, 0, 0, 0, 8, 6};
    assert_true(frame_dissect(snap, sizeof snap, 9, &view));
    assert_int_equal(view.header.dl_type, DL_TYPE_ARP);
    assert_int_equal(view.header.in_port, 9);
    assert_int_equal(view.network, 22);
    static const uint8_t cisco[60] = {2, [12] = 0, 46, 0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0};
    assert_true(frame_dissect(cisco, sizeof cisco, 9, &view));
    assert_int_equal(view.header.dl_type, DL_TYPE_NOT_ETH2);
    static const uint8_t twice[60] = {2, [12] = 0x81, 0, 0x60, 5, 0x81, 0, 0, 6, 0x88, 0xb5};
    assert_true(frame_dissect(twice, sizeof twice, 9, &view));
    assert_int_equal(view.header.dl_type, DL_TYPE_VLAN);
    assert_int_equal(view.header.vlan_tci, VLAN_TAGGED | 3 << VLAN_PCP_SHIFT | 5);
    assert_int_equal(view.type, DL_TYPE_PROBE);
    assert_int_equal(view.n_tags, 2);
    static const uint8_t fragment[60] = {2, [12] = 8, 0, 0x45, 3, 0, 46, 0, 0, 0x20, 0,  64, 17, 0,
                                         0, 1,        1, 1,    1, 2, 2,  2, 2, 0,    53, 0,  53};
    assert_true(frame_dissect(fragment, sizeof fragment, 9, &view));
    assert_int_equal(view.header.nw_src, 0x01010101);
    assert_int_equal(view.header.nw_tos, 0);
    assert_int_equal(view.header.tp_dst, 0);
    assert_int_equal(view.transport, 0);
}

/* A TCP header is as long as it says: there is none shorter than 20 bytes, nor longer than the
 * packet. */
static void a_tcp_header_says_its_length(void **state)
{
    (void)state;
    enum { TCP_AT = 34, OFFSET_AT = TCP_AT + 12, IP_BYTES = 20 + 28 };
    uint8_t frame[TCP_AT + 28] = {2, [12] = 8, 0, 0x45, 0, 0, IP_BYTES, 0, 0, 0, 0,  64, 6, 0,
                                  0, 1,        1, 1,    1, 2, 2,        2, 2, 0, 53, 0,  80};
    for (unsigned words = 0; words < 16; words++) {
        struct frame_view view;
        frame[OFFSET_AT] = (uint8_t)(words << 4);
        assert_true(frame_dissect(frame, sizeof frame, 9, &view));
        bool is_whole = words >= 5 && words <= 7;
        assert_int_equal(view.transport, TCP_AT);
        assert_int_equal(view.segment, is_whole ? TCP_AT : 0);
        assert_int_equal(view.header.tp_src, is_whole ? 53 : 0);
        assert_int_equal(view.header.tp_dst, is_whole ? 80 : 0);
        assert_int_equal(view.payload, TCP_AT + (is_whole ? 4 * words : 0));
    }
}

static void nothing_shorter_than_a_header(void **state)
{
    (void)state;
    static const uint8_t bytes[14] = {2, [12] = 0x88, 0xb5};
    struct header header, zero = {0};
    for (size_t n = 0; n < sizeof bytes; n++) {
        assert_false(frame_parse(bytes, n, 9, &header));
        assert_memory_equal(&header, &zero, sizeof zero);
    }
    assert_true(frame_parse(bytes, sizeof bytes, 9, &header));
}

/* A sample of 128 bytes has the header of the whole frame, and so has one that
 * ends behind the transport header; one that ends within it has no ports. */
static void a_cut_frame_has_the_header_of_the_whole(void **state)
{
    (void)state;
    static const uint8_t frame[1514] = {
        2, [12] = 8, 0, 0x45, 0, 1500 >> 8, 1500 & 0xff, 0, 0, 0, 0,  64, 6,  0,
        0, 1,        1, 1,    1, 2,         2,           2, 2, 0, 53, 0,  80, [46] = 0x50};
    struct header whole, cut;
    assert_true(frame_parse(frame, sizeof frame, 9, &whole));
    assert_int_equal(whole.tp_dst, 80);
    for (size_t n_bytes = 54; n_bytes <= 128; n_bytes++) {
        assert_true(frame_parse_cut(frame, n_bytes, sizeof frame, 9, &cut));
        assert_memory_equal(&cut, &whole, sizeof cut);
    }
    assert_true(frame_parse_cut(frame, 53, sizeof frame, 9, &cut));
    assert_int_equal(cut.nw_src, whole.nw_src);
    assert_int_equal(cut.tp_dst, 0);
    assert_true(frame_parse_cut(frame, 128, 1513, 9, &cut)); /* shorter than its IPv4 length */
    assert_int_equal(cut.nw_src, 0);
}

static void build(uint64_t *seed, struct sample *sample)
{
    static const struct frame_run run = {.nonce = 1};
    static const struct frame_mark mark = {.kind = FRAME_PROBE};
    struct header header = sample_header(seed);
    struct base_buffer out = {0};
    assert_int_equal(frame_build(&run, &mark, &header, &header, &out, NULL), 0);
    sample->n_bytes = out.n_bytes;
    memcpy(sample->bytes, out.data, out.n_bytes);
    base_buffer_free(&out);
}

/* pcap(5): the file's header, then 16 bytes in front of each frame. */
static void write_pcap(FILE *file, const struct sample *samples, size_t n)
{
    const uint32_t head[6] = {0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1};
    fwrite(head, sizeof head, 1, file);
    for (size_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)samples[i].n_bytes, record[4] = {0, 0, length, length};
        fwrite(record, sizeof record, 1, file);
        fwrite(samples[i].bytes, length, 1, file);
    }
    assert_int_equal(fflush(file), 0);
}

enum { FIELD_TEXT = 48 };

/* The number or address behind "name=", with "," in front, or `missing`. */
static const char *field(const char *line, const char *name, const char *missing,
                         char value[FIELD_TEXT])
{
    char key[32];
    snprintf(key, sizeof key, ",%s=", name);
    const char *at = strstr(line, key);
    if (!at) {
        return missing;
    }
    at += strlen(key);
    snprintf(value, FIELD_TEXT, "%.*s", (int)strcspn(at, ",/\n"), at);
    return value;
}

static void assert_number(const char *line, const char *name, const char *missing, unsigned ours)
{
    char value[FIELD_TEXT];
    unsigned theirs = (unsigned)strtoul(field(line, name, missing, value), NULL, 0);
    if (theirs != ours) {
        fail_msg("%s: %u here, %s", name, ours, line);
    }
}

static void assert_address(const char *line, const char *name, const char *missing,
                           const char *ours)
{
    char value[FIELD_TEXT];
    if (strcmp(field(line, name, missing, value), ours) != 0) {
        fail_msg("%s: %s here, %s", name, ours, line);
    }
}

static void assert_type(const char *line, const struct header *header)
{
    static const struct {
        const char *word;
        uint16_t dl_type;
        uint8_t nw_proto;
    } words[] = {
        {"arp,", DL_TYPE_ARP, 0},
        {"udp,", DL_TYPE_IP, NW_PROTO_UDP},
        {"tcp,", DL_TYPE_IP, NW_PROTO_TCP},
        {"icmp,", DL_TYPE_IP, NW_PROTO_ICMP},
        {"ip,", DL_TYPE_IP, 0},
        {"sctp,", DL_TYPE_IP, NW_PROTO_SCTP},
        {"tcp6,", DL_TYPE_IPV6, NW_PROTO_TCP},
        {"udp6,", DL_TYPE_IPV6, NW_PROTO_UDP},
        {"sctp6,", DL_TYPE_IPV6, NW_PROTO_SCTP},
        {"icmp6,", DL_TYPE_IPV6, NW_PROTO_ICMPV6},
        {"ipv6,", DL_TYPE_IPV6, 0},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(line, words[i].word, strlen(words[i].word)) == 0) {
            assert_int_equal(header->dl_type, words[i].dl_type);
            char proto[8];
            snprintf(proto, sizeof proto, "%u", words[i].nw_proto);
            assert_number(line, header->dl_type == DL_TYPE_ARP ? "arp_op" : "nw_proto", proto,
                          header->nw_proto);
            return;
        }
    }
    assert_number(line, "dl_type", "0", header->dl_type);
}

static void assert_same_header(const char *line, const struct header *header)
{
    char text[BASE_MAC_TEXT];
    bool is_arp = header->dl_type == DL_TYPE_ARP;
    bool is_icmp = header_is_icmp(header);
    assert_type(line, header);
    assert_address(line, "dl_src", "0.0.0.0", base_mac_format(header->dl_src, text));
    assert_address(line, "dl_dst", "0.0.0.0", base_mac_format(header->dl_dst, text));
    assert_int_equal(strstr(line, ",dl_vlan=") != NULL, (header->vlan_tci & VLAN_TAGGED) != 0);
    assert_number(line, "dl_vlan", "0", header->vlan_tci & VLAN_VID);
    assert_number(line, "dl_vlan_pcp", "0", header->vlan_tci >> VLAN_PCP_SHIFT);
    assert_number(line, "nw_tos", "0", header->nw_tos);
    assert_address(line, is_arp ? "arp_spa" : "nw_src", "0.0.0.0",
                   base_ip_format(header->nw_src, text));
    assert_address(line, is_arp ? "arp_tpa" : "nw_dst", "0.0.0.0",
                   base_ip_format(header->nw_dst, text));
    if (header->dl_type == DL_TYPE_IPV6) {
        char ipv6[BASE_IPV6_TEXT];
        assert_address(line, "ipv6_src", "::", base_ipv6_format(header->ipv6_src, ipv6));
        assert_address(line, "ipv6_dst", "::", base_ipv6_format(header->ipv6_dst, ipv6));
    }
    /* Of ICMP in IPv6, and of first fragments, it knows more than any entry can match. */
    if (header_has_tp(header) && !strstr(line, "nw_frag=first")) {
        assert_number(line, is_icmp ? "icmp_type" : "tp_src", "0", header->tp_src);
        assert_number(line, is_icmp ? "icmp_code" : "tp_dst", "0", header->tp_dst);
    }
}

static void compare_with_open_vswitch(const struct sample *samples, size_t n)
{
    char path[] = "/tmp/frame-XXXXXX", command[128], line[1024];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    write_pcap(file, samples, n);
    snprintf(command, sizeof command, "ovs-ofctl parse-pcap %s 2>/dev/null", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n_lines = 0;
    for (; n_lines < n && fgets(line, sizeof line, pipe); n_lines++) {
        struct header header;
        assert_true(frame_parse(samples[n_lines].bytes, samples[n_lines].n_bytes, 0, &header));
        assert_same_header(line, &header);
    }
    pclose(pipe);
    fclose(file);
    unlink(path);
    assert_int_equal(n_lines, n);
}

static bool is_untagged_ipv4(const struct sample *sample)
{
    return sample->bytes[12] == 0x08 && sample->bytes[13] == 0x00;
}

/* A header that extends that of IPv6 between it and the rest; of a fragment any of its parts. */
static void extend(uint64_t *seed, struct sample *sample)
{
    static const uint8_t kinds[] = {0, 43, 44, 44, 51, 60};
    enum { IPV6 = 14, END = IPV6 + 40 };
    uint8_t kind = kinds[sample_random(seed) % sizeof kinds], *ip = sample->bytes + IPV6;
    size_t words = sample_random(seed) % 2, n = kind == 51 ? 8 + 4 * words : 8 + 8 * words;
    n = kind == 44 ? 8 : n;
    memmove(sample->bytes + END + n, sample->bytes + END, sample->n_bytes - END);
    memset(sample->bytes + END, 0, n);
    sample->bytes[END] = ip[6];
    sample->bytes[END + 1] = (uint8_t)words;
    if (kind == 44 && sample_random(seed) % 2) {
        sample->bytes[END + 2 + sample_random(seed) % 2] = (uint8_t)sample_random(seed);
    }
    ip[5] = (uint8_t)(ip[5] + n);
    ip[6] = kind;
    sample->n_bytes += n;
}

static bool is_untagged_ipv6(const struct sample *sample)
{
    return sample->bytes[12] == 0x86 && sample->bytes[13] == 0xdd;
}

static void sees_what_open_vswitch_sees(void **state)
{
    (void)state;
    enum { N = 3000 };
    if (system("ovs-ofctl --version >/dev/null 2>&1") != 0) {
        cannot_run("ovs-ofctl is not installed");
    }
    uint64_t seed = 4;
    static struct sample samples[N];
    for (size_t i = 0; i < N; i++) {
        build(&seed, &samples[i]);
        size_t random = sample_random(&seed);
        for (size_t n = is_untagged_ipv6(&samples[i]) ? random % 4 : 0; n > 0; n--) {
            extend(&seed, &samples[i]);
        }
        if (i % 4 == 1) { /* cut, but not within the Ethernet header */
            samples[i].n_bytes = 18 + random % (samples[i].n_bytes - 18);
        } else if (i % 4 == 2) { /* one byte of what follows the types */
            samples[i].bytes[18 + random % (samples[i].n_bytes - 18)] ^= (uint8_t)(random >> 32);
        } else if (i % 4 == 3 && is_untagged_ipv4(&samples[i])) { /* another total length */
            samples[i].bytes[17] = random % 80;
        }
    }
    compare_with_open_vswitch(samples, N);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parses_snap_tags_and_fragments),
    cmocka_unit_test(a_tcp_header_says_its_length),
    cmocka_unit_test(nothing_shorter_than_a_header),
    cmocka_unit_test(a_cut_frame_has_the_header_of_the_whole),
    cmocka_unit_test(sees_what_open_vswitch_sees),
};
TEST_MAIN(tests)
