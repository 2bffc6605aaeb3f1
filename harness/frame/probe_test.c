/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes are built, and recognised however they come back. */
#include "frame/probe.h"

#include "frame/parse.h"
#include "testing/cmocka.h"
#include "testing/frame_sample.h"

#include <stdio.h>
#include <string.h>

static const struct frame_run run = {
    .nonce = 0x1122334455667788,
    .key = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'}};
static const struct frame_mark mark = {.number = 7, .round = 2, .kind = FRAME_PROBE};
#define MARK        "74617070726f6f661122334455667788000000070002010047aaaf6873a5e87d"
#define FROM_1_TO_2 .in_port = 1, .dl_src = {0, 0, 0, 0, 0, 1}, .dl_dst = {0, 0, 0, 0, 0, 2}
#define IP_1_TO_2   FROM_1_TO_2, .nw_src = 0x0a000001, .nw_dst = 0x0a000002

static struct base_buffer build_as(const struct header *sent, const struct header *as)
{
    struct base_buffer frame = {0};
    struct base_error error;
    if (frame_build(&run, &mark, sent, as, &frame, &error)) {
        fail_msg("%s", error.text);
    }
    return frame;
}

static struct base_buffer build(const struct header *header)
{
    return build_as(header, header);
}

/* Decoded by tcpdump 4.99 (all checksums "correct") and ovs-ofctl 3.1
 * parse-pcap; the tag by an implementation of SipHash in another language. */
static const struct {
    struct header header;
    const char *hex;
} golden[] = {
    {{FROM_1_TO_2, .dl_type = DL_TYPE_PROBE},
     "00000000000200000000000188b5" MARK "0000000000000000000000000000"},
    {{FROM_1_TO_2, .dl_type = DL_TYPE_PROBE, .vlan_tci = VLAN_TAGGED | 5 | 3 << VLAN_PCP_SHIFT},
     "0000000000020000000000018100600588b5" MARK "0000000000000000000000000000"},
    {{FROM_1_TO_2, .dl_type = DL_TYPE_NOT_ETH2},
     "000000000002000000000001002e000003" MARK "0000000000000000000000"},
    {{IP_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = 1},
     "000000000002000000000001080600010800060400010000000000010a0000010000000000000a000002" MARK},
    {{IP_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = 2},
     "000000000002000000000001080600010800060400020000000000010a0000010000000000020a000002" MARK},
    {{IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP, .nw_tos = 0x20, .tp_src = 1000,
      .tp_dst = 53},
     "00000000000200000000000108004520003c000040004011268f0a0000010a00000203e800350028bb42" MARK},
    {{IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP, .vlan_tci = VLAN_TAGGED | 7,
      .tp_src = 1000, .tp_dst = 80},
     "0000000000020000000000018100000708004500004800004000400626ae0a0000010a00000203e80050000000000"
     "0000000500400006b4a0000" MARK},
    {{IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP, .tp_src = 8},
     "00000000000200000000000108004500003c00004000400126bf0a0000010a0000020800cbc300000000" MARK},
    {{IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = 47},
     "00000000000200000000000108004500003400004000402f26990a0000010a000002" MARK},
};
enum { N_GOLDEN = sizeof golden / sizeof golden[0] };

static void to_hex(const struct base_buffer *frame, char hex[2 * FRAME_PROBE_BYTES + 1])
{
    assert_true(frame->n_bytes <= FRAME_PROBE_BYTES);
    for (size_t i = 0; i < frame->n_bytes; i++) {
        snprintf(hex + 2 * i, 3, "%02x", frame->data[i]);
    }
}

static void builds_the_golden_frames(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_GOLDEN; i++) {
        char hex[2 * FRAME_PROBE_BYTES + 1];
        struct base_buffer frame = build(&golden[i].header);
        to_hex(&frame, hex);
        assert_string_equal(hex, golden[i].hex);
        base_buffer_free(&frame);
    }
}

static void every_header_comes_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        struct header header = sample_header(&seed), parsed;
        struct frame_mark found;
        struct base_buffer frame = build(&header);
        assert_in_range(frame.n_bytes, FRAME_MIN_BYTES + (header.vlan_tci ? 4 : 0),
                        FRAME_PROBE_BYTES);
        assert_true(frame_parse(frame.data, frame.n_bytes, header.in_port, &parsed));
        assert_memory_equal(&parsed, &header, sizeof header);
        assert_int_equal(frame_recognize(&run, frame.data, frame.n_bytes, &found), FRAME_MARKED);
        assert_int_equal(found.number, mark.number);
        assert_int_equal(found.round, mark.round);
        assert_int_equal(found.kind, mark.kind);
        base_buffer_free(&frame);
    }
}

static void a_tag_changes_nothing_else(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < 1000; i++) {
        struct header header = sample_header(&seed), stripped = header;
        header.vlan_tci |= VLAN_TAGGED;
        stripped.vlan_tci = 0;
        struct base_buffer tagged = build(&header), untagged = build_as(&header, &stripped);
        assert_int_equal(tagged.n_bytes, untagged.n_bytes + 4);
        assert_memory_equal(tagged.data, untagged.data, 12);
        assert_memory_equal(tagged.data + 16, untagged.data + 12, untagged.n_bytes - 12);
        base_buffer_free(&tagged);
        base_buffer_free(&untagged);
    }
}

/* A switch that sets dl_src and dl_dst leaves the body of ARP alone. */
static void a_rewrite_leaves_arp_addresses(void **state)
{
    (void)state;
    struct header sent = {IP_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = 2}, as = sent;
    as.dl_src[5] = 0x15;
    as.dl_dst[5] = 0x16;
    struct base_buffer before = build(&sent), after = build_as(&sent, &as);
    assert_int_equal(after.data[5], 0x16);
    assert_int_equal(after.data[11], 0x15);
    assert_int_equal(before.n_bytes, after.n_bytes);
    assert_memory_equal(before.data + 12, after.data + 12, before.n_bytes - 12);
    base_buffer_free(&before);
    base_buffer_free(&after);
}

static void refuses_headers_that_no_frame_has(void **state)
{
    (void)state;
    static const struct header impossible[] = {
        {FROM_1_TO_2, .dl_type = DL_TYPE_VLAN},
        {FROM_1_TO_2, .dl_type = DL_TYPE_VLAN, .vlan_tci = VLAN_TAGGED | 1},
        {FROM_1_TO_2, .dl_type = 0x88a8},
        {FROM_1_TO_2, .dl_type = 0x05dc},
        {FROM_1_TO_2, .dl_type = 0},
        {FROM_1_TO_2, .dl_type = DL_TYPE_PROBE, .vlan_tci = 5},
        {IP_1_TO_2, .dl_type = DL_TYPE_PROBE},
        {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_tos = 1},
        {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = 47, .tp_dst = 80},
        {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP, .tp_src = 256},
        {IP_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = 1, .nw_tos = 4},
        {IP_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = 1, .tp_src = 1},
    };
    for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        struct base_buffer out = {0};
        struct base_error error = {{0}};
        base_put_u8(&out, 0x55);
        assert_int_equal(frame_build(&run, &mark, &impossible[i], &impossible[i], &out, &error),
                         -1);
        assert_non_null(strstr(error.text, "no frame has the header"));
        assert_int_equal(out.n_bytes, 1);
        base_buffer_free(&out);
    }
}

static void knows_only_its_own_marks(void **state)
{
    (void)state;
    struct header header = {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP};
    struct base_buffer frame = build(&header);
    struct frame_mark found;
    struct frame_run other_key = run, other_nonce = run;
    other_key.key[15] ^= 1;
    other_nonce.nonce ^= 1;
    assert_int_equal(frame_recognize(&other_key, frame.data, frame.n_bytes, &found),
                     FRAME_OTHER_RUN);
    assert_int_equal(frame_recognize(&other_nonce, frame.data, frame.n_bytes, &found),
                     FRAME_OTHER_RUN);
    for (size_t at = 42; at < 42 + FRAME_MARK_BYTES; at++) {
        frame.data[at] ^= 0x10;
        enum frame_sight sight = frame_recognize(&run, frame.data, frame.n_bytes, &found);
        assert_int_equal(sight, at < 42 + 8 ? FRAME_FOREIGN : FRAME_OTHER_RUN);
        frame.data[at] ^= 0x10;
    }
    for (size_t n = 0; n < frame.n_bytes; n++) {
        assert_true(frame_recognize(&run, frame.data, n, &found) < FRAME_MARKED);
    }
    base_buffer_free(&frame);
}

static void random_bytes_are_foreign(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 5000; i++) {
        uint8_t bytes[128];
        struct frame_mark found;
        size_t n = sample_random(&seed) % sizeof bytes;
        sample_fill(&seed, bytes, n);
        assert_int_equal(frame_recognize(&run, bytes, n, &found), FRAME_FOREIGN);
        if (n >= 8) { /* with our magic somewhere it is still not ours */
            memcpy(bytes + sample_random(&seed) % (n - 7), "tapproof", 8);
            assert_int_equal(frame_recognize(&run, bytes, n, &found), FRAME_OTHER_RUN);
        }
    }
}

/* The frame behind these many bytes of something else. */
static enum frame_sight recognize_behind(const uint8_t *front, size_t n_front, size_t skip,
                                         const struct base_buffer *frame)
{
    struct base_buffer out = {0};
    struct frame_mark found = {0};
    base_put_bytes(&out, front, n_front);
    base_put_bytes(&out, frame->data + skip, frame->n_bytes - skip);
    enum frame_sight sight = frame_recognize(&run, out.data, out.n_bytes, &found);
    base_buffer_free(&out);
    if (sight >= FRAME_MARKED) {
        assert_int_equal(found.number, mark.number);
    }
    return sight;
}

static void tells_where_a_mark_stands(void **state)
{
    (void)state;
    struct header header = {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP};
    struct base_buffer frame = build(&header);
    static const uint8_t ethernet[12] = {2}, service[16] = {2, [12] = 0x88, 0xa8, 0, 9};
    static const uint8_t outer[16] = {2, [12] = 0x81, 0, 0, 9};
    assert_int_equal(recognize_behind(ethernet, 12, 12, &frame), FRAME_MARKED);
    assert_int_equal(recognize_behind(service, 16, 12, &frame), FRAME_MARKED);
    assert_int_equal(recognize_behind(outer, 16, 12, &frame), FRAME_MARKED);
    /* Encapsulated: a whole frame behind another Ethernet header. */
    static const uint8_t encapsulation[14] = {2, [12] = 0x65, 0x58};
    assert_int_equal(recognize_behind(encapsulation, 14, 0, &frame), FRAME_DISPLACED);
    /* ICMP port unreachable: Ethernet, IPv4 of 88 bytes, ICMP, then the quoted datagram. */
    static const uint8_t unreachable[42] = {
        2, [12] = 8, 0, 0x45, 0xc0, 0, 88, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1, 3, 3,
    };
    assert_int_equal(recognize_behind(unreachable, 42, 14, &frame), FRAME_QUOTED);
    base_buffer_free(&frame);
}

static void knows_an_echo_reply(void **state)
{
    (void)state;
    struct header request = {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP,
                             .tp_src = 8};
    struct header reply = request, unreachable = request;
    reply.tp_src = 0;
    unreachable.tp_src = 3;
    assert_true(frame_is_echo_reply(&request, &reply));
    assert_false(frame_is_echo_reply(&request, &request));
    assert_false(frame_is_echo_reply(&reply, &reply));
    assert_false(frame_is_echo_reply(&request, &unreachable));
}

/* RFC 826: behind Ethernet's 14 bytes and 8 of its own comes the hardware address of the sender. */
static void arp_tells_the_address_of_its_shape(void **state)
{
    (void)state;
    static const uint8_t sha[6] = {2, 0, 0, 0, 0, 77};
    struct header request = {FROM_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = 1,
                             .nw_src = 0x0a000007};
    struct frame_shape shape = {.arp_sha = sha};
    struct base_buffer frame = {0}, plain = build(&request);
    assert_int_equal(frame_build_shaped(&run, &mark, &request, &request, &shape, &frame, NULL), 0);
    assert_memory_equal(frame.data + 22, sha, sizeof sha);
    assert_memory_equal(plain.data + 22, request.dl_src, sizeof request.dl_src);
    assert_memory_equal(frame.data, plain.data, 22);
    assert_memory_equal(frame.data + 28, plain.data + 28, plain.n_bytes - 28);
    base_buffer_free(&frame);
    base_buffer_free(&plain);
}

static void datagrams_are_sent_back_by_echo_services(void **state)
{
    (void)state;
    struct header sent = {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP, .tp_src = 9,
                          .tp_dst = 7};
    struct header back = sent, copy = sent;
    back.nw_src = sent.nw_dst;
    back.nw_dst = sent.nw_src;
    back.tp_src = 7;
    back.tp_dst = 9;
    assert_true(frame_is_answer(&sent, &back));
    assert_false(frame_is_answer(&sent, &copy));
    copy.nw_src = copy.nw_dst;
    assert_false(frame_is_answer(&sent, &copy));
    copy = back;
    copy.tp_dst = 8;
    assert_false(frame_is_answer(&sent, &copy));
    copy = back;
    copy.nw_proto = NW_PROTO_TCP;
    assert_false(frame_is_answer(&sent, &copy));
    back.dl_type = sent.dl_type = DL_TYPE_ARP;
    assert_false(frame_is_answer(&sent, &back));
    /* To itself: an answer cannot be told from a copy. */
    copy =
        (struct header){.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP, .nw_src = 5, .nw_dst = 5};
    assert_false(frame_is_answer(&copy, &copy));
    struct header request = {IP_1_TO_2, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP,
                             .tp_src = 8};
    struct header reply = request;
    reply.tp_src = 0;
    assert_true(frame_is_answer(&request, &reply));
}

/* Of the size that was asked for, with the same header, and a mark where it was;
 * and as short as can be if that is more. */
static void frames_of_a_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 59, 60, 61, 64, 90, 91, 1514, 9216};
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        const struct header *header = &golden[i].header;
        struct base_buffer least = build(header);
        size_t tag_bytes = header->vlan_tci ? 4 : 0;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct base_buffer frame = {0};
            struct header parsed;
            struct frame_mark read;
            struct frame_shape shape = {.n_bytes = (uint16_t)sizes[s]};
            assert_int_equal(frame_build_shaped(&run, &mark, header, header, &shape, &frame, NULL),
                             0);
            size_t wanted = sizes[s] + tag_bytes;
            assert_int_equal(frame.n_bytes, wanted > least.n_bytes ? wanted : least.n_bytes);
            assert_true(frame_parse(frame.data, frame.n_bytes, 1, &parsed));
            assert_memory_equal(&parsed, header, sizeof parsed);
            assert_int_equal(frame_recognize(&run, frame.data, frame.n_bytes, &read), FRAME_MARKED);
            base_buffer_free(&frame);
        }
        base_buffer_free(&least);
    }
}

#define IPV6_1_TO_2                                                                                \
    FROM_1_TO_2, .dl_type = DL_TYPE_IPV6, .ipv6_src = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},          \
                 .ipv6_dst = {0x20, 0x01, 0x0d, 0xb8, [15] = 2}
#define TO_NOBODY FROM_1_TO_2, .dl_type = DL_TYPE_IP, .nw_src = 0x0a000001, .nw_dst = 0xc6336402
#define TWO_TAGS  FROM_1_TO_2, .dl_type = DL_TYPE_VLAN, .vlan_tci = VLAN_TAGGED | 5 << 13 | 2049

/* Decoded by tshark 4.0: all checksums "correct". */
static const struct {
    struct header header;
    struct frame_shape shape;
    const char *hex;
} shaped[] = {
    {{IPV6_1_TO_2, .nw_proto = NW_PROTO_UDP, .tp_src = 9, .tp_dst = 9},
     {0},
     "00000000000200000000000186dd600000000028114020010db800000000000000000000000120010db8000000000"
     "00000000000000200090009002877db" MARK},
    {{.in_port = 1,
      .dl_type = DL_TYPE_IPV6,
      .nw_proto = NW_PROTO_UDP,
      .tp_src = 9,
      .tp_dst = 9,
      .dl_src = {0, 0, 0, 0, 0, 1},
      .dl_dst = {0x33, 0x33, 0xc6, 0x33, 0x64, 2},
      .ipv6_src = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},
      .ipv6_dst = {0xff, 0x0e, [10] = 0x0d, 0xb8, 0xc6, 0x33, 0x64, 2}},
     {0},
     "3333c633640200000000000186dd600000000028114020010db8000000000000000000000001ff0e0000000000000"
     "0000db8c63364020009000900286e99" MARK},
    {{IPV6_1_TO_2, .nw_tos = 32, .nw_proto = NW_PROTO_TCP, .tp_dst = 9},
     {0},
     "00000000000200000000000186dd620000000034064020010db800000000000000000000000120010db8000000000"
     "0000000000000020000000900000000000000005004000028070000" MARK},
    {{IPV6_1_TO_2, .nw_proto = NW_PROTO_ICMPV6, .tp_src = 128},
     {0},
     "00000000000200000000000186dd6000000000283a4020010db800000000000000000000000120010db8000000000"
     "0000000000000028000f7eb00000000" MARK},
    {{IPV6_1_TO_2, .nw_proto = NW_PROTO_SCTP, .tp_src = 7, .tp_dst = 9},
     {0},
     "00000000000200000000000186dd600000000030844020010db800000000000000000000000120010db8000000000"
     "0000000000000020007000900000000d6a2275b06000024" MARK},
    {{IPV6_1_TO_2, .nw_proto = 253},
     {0},
     "00000000000200000000000186dd600000000020fd4020010db800000000000000000000000120010db8000000000"
     "000000000000002" MARK},
    {{TO_NOBODY, .nw_proto = NW_PROTO_SCTP, .tp_src = 7, .tp_dst = 9},
     {0},
     "00000000000200000000000108004500004400004000408406000a000001c63364020007000900000000d6a2275b0"
     "6000024" MARK},
    {{TO_NOBODY, .nw_proto = NW_PROTO_TCP, .tp_src = 9, .tp_dst = 9},
     {.tcp_flags = 0x02},
     "000000000002000000000001080045000048000040004006067a0a000001c63364020009000900000000000000005"
     "00200004f3e0000" MARK},
    {{TO_NOBODY, .nw_proto = NW_PROTO_UDP},
     {.fragment = FRAME_FIRST_FRAGMENT},
     "00000000000200000000000108004500003c000120004011267a0a000001c63364020000000005f00000" MARK},
    {{TO_NOBODY, .nw_proto = NW_PROTO_UDP},
     {.fragment = FRAME_LATER_FRAGMENT},
     "000000000002000000000001080045000034000100b9401145c90a000001c6336402" MARK},
    {{TWO_TAGS},
     {.inner_tci = VLAN_TAGGED | 3 << 13 | 2050},
     "0000000000020000000000018100a8018100680288b5" MARK "0000000000000000000000000000"},
    {{FROM_1_TO_2, .dl_type = DL_TYPE_PROBE},
     {.n_bytes = 64},
     "00000000000200000000000188b5" MARK "000102030405060708090a0b0c0d0e0f1011"},
};
enum { N_SHAPED = sizeof shaped / sizeof *shaped };

static struct base_buffer build_shaped(size_t i)
{
    struct base_buffer frame = {0};
    const struct header *header = &shaped[i].header;
    assert_int_equal(
        frame_build_shaped(&run, &mark, header, header, &shaped[i].shape, &frame, NULL), 0);
    return frame;
}

static void builds_the_golden_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SHAPED; i++) {
        char hex[2 * FRAME_PROBE_BYTES + 1];
        struct base_buffer frame = build_shaped(i);
        to_hex(&frame, hex);
        assert_string_equal(hex, shaped[i].hex);
        base_buffer_free(&frame);
    }
}

/* However long they are: the mark is where it is looked for, and the header that of a plain one. */
static void shapes_are_recognized_at_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SHAPED; i++) {
        for (uint16_t n_bytes = 0; n_bytes <= 1514; n_bytes += 757) {
            struct base_buffer frame = {0};
            struct frame_shape shape = shaped[i].shape;
            struct header parsed;
            struct frame_mark found;
            shape.n_bytes = n_bytes ? n_bytes : shape.n_bytes;
            const struct header *header = &shaped[i].header;
            assert_int_equal(frame_build_shaped(&run, &mark, header, header, &shape, &frame, NULL),
                             0);
            assert_true(frame_parse(frame.data, frame.n_bytes, 1, &parsed));
            assert_memory_equal(&parsed, header, sizeof parsed);
            assert_int_equal(frame_recognize(&run, frame.data, frame.n_bytes, &found),
                             FRAME_MARKED);
            assert_int_equal(found.number, mark.number);
            base_buffer_free(&frame);
        }
    }
}

/* Cut anywhere behind the mark, it is known; cut within it, not. */
static void a_cut_frame_is_recognized_by_its_mark(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SHAPED; i++) {
        struct base_buffer frame = build_shaped(i);
        struct frame_mark found = {0};
        size_t ends = frame_mark_find(frame.data, frame.n_bytes, 0) + FRAME_MARK_BYTES;
        for (size_t n = 0; n <= frame.n_bytes; n++) {
            enum frame_sight sight = frame_recognize(&run, frame.data, n, &found);
            assert_int_equal(sight >= FRAME_MARKED, n >= ends);
        }
        assert_int_equal(found.number, mark.number);
        base_buffer_free(&frame);
    }
}

static void what_makes_a_frame_longer_counts_up(void **state)
{
    (void)state;
    const struct header header = {FROM_1_TO_2, .dl_type = DL_TYPE_PROBE};
    const struct frame_shape shape = {.n_bytes = 1514};
    struct base_buffer frame = {0};
    assert_int_equal(frame_build_shaped(&run, &mark, &header, &header, &shape, &frame, NULL), 0);
    for (size_t i = 14 + FRAME_MARK_BYTES + 1; i < frame.n_bytes; i++) {
        assert_int_not_equal(frame.data[i], frame.data[i - 1]);
    }
    base_buffer_free(&frame);
}

/* What a switch rewrites is not what the shape adds. */
static void a_shape_outlives_a_rewrite(void **state)
{
    (void)state;
    const struct header sent = {TWO_TAGS};
    struct header as = sent;
    const struct frame_shape shape = {.inner_tci = VLAN_TAGGED | 2050};
    struct base_buffer frame = {0};
    struct frame_view view;
    as.vlan_tci = VLAN_TAGGED | 7;
    assert_int_equal(frame_build_shaped(&run, &mark, &sent, &as, &shape, &frame, NULL), 0);
    assert_true(frame_dissect(frame.data, frame.n_bytes, 1, &view));
    assert_int_equal(view.n_tags, 2);
    assert_int_equal(view.type, DL_TYPE_PROBE);
    base_buffer_free(&frame);
}

static void refuses_shapes_that_a_header_does_not_have(void **state)
{
    (void)state;
    static const struct {
        struct header header;
        struct frame_shape shape;
    } impossible[] = {
        {{TWO_TAGS}, {0}},
        {{FROM_1_TO_2, .dl_type = DL_TYPE_VLAN}, {.inner_tci = VLAN_TAGGED | 5}},
        {{FROM_1_TO_2, .dl_type = DL_TYPE_PROBE}, {.inner_tci = VLAN_TAGGED | 5}},
        {{TO_NOBODY, .nw_proto = NW_PROTO_UDP, .tp_dst = 9}, {.fragment = FRAME_FIRST_FRAGMENT}},
        {{TO_NOBODY, .nw_proto = NW_PROTO_UDP, .tp_src = 9}, {.fragment = FRAME_LATER_FRAGMENT}},
        {{TO_NOBODY, .nw_proto = NW_PROTO_TCP}, {.fragment = FRAME_FIRST_FRAGMENT}},
        {{TO_NOBODY, .nw_proto = NW_PROTO_UDP}, {.tcp_flags = 2}},
        {{FROM_1_TO_2, .dl_type = DL_TYPE_PROBE}, {.tcp_flags = 2}},
        {{FROM_1_TO_2, .dl_type = DL_TYPE_ARP, .nw_proto = NW_PROTO_UDP}, {.fragment = 1}},
    };
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        struct base_buffer out = {0};
        const struct header *header = &impossible[i].header;
        assert_int_equal(
            frame_build_shaped(&run, &mark, header, header, &impossible[i].shape, &out, NULL), -1);
        assert_int_equal(out.n_bytes, 0);
        base_buffer_free(&out);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(builds_the_golden_shapes),
    cmocka_unit_test(shapes_are_recognized_at_every_size),
    cmocka_unit_test(a_cut_frame_is_recognized_by_its_mark),
    cmocka_unit_test(what_makes_a_frame_longer_counts_up),
    cmocka_unit_test(a_shape_outlives_a_rewrite),
    cmocka_unit_test(refuses_shapes_that_a_header_does_not_have),
    cmocka_unit_test(frames_of_a_size),
    cmocka_unit_test(builds_the_golden_frames),
    cmocka_unit_test(every_header_comes_back),
    cmocka_unit_test(a_tag_changes_nothing_else),
    cmocka_unit_test(a_rewrite_leaves_arp_addresses),
    cmocka_unit_test(arp_tells_the_address_of_its_shape),
    cmocka_unit_test(datagrams_are_sent_back_by_echo_services),
    cmocka_unit_test(refuses_headers_that_no_frame_has),
    cmocka_unit_test(knows_only_its_own_marks),
    cmocka_unit_test(random_bytes_are_foreign),
    cmocka_unit_test(tells_where_a_mark_stands),
    cmocka_unit_test(knows_an_echo_reply),
};
TEST_MAIN(tests)
