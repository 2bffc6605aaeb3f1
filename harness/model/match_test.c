/* SPDX-License-Identifier: Apache-2.0
 *
 * The arithmetic of matches and headers: beside hand-made cases, a dumb oracle
 * that tries every header of a few bits. */
#include "model/match.h"

#include "testing/cmocka.h"

static const struct header web = {.in_port = 3,
                                  .dl_type = DL_TYPE_IP,
                                  .nw_proto = NW_PROTO_TCP,
                                  .nw_tos = 0x20,
                                  .tp_src = 1024,
                                  .tp_dst = 80,
                                  .nw_src = 0x0a000001,
                                  .nw_dst = 0x0a000002,
                                  .dl_src = {2, 0, 0, 0, 0, 1},
                                  .dl_dst = {2, 0, 0, 0, 0, 2}};

/* A match with all bits of the mask of this field, and the value of `web`. */
#define WEB(...) of_web((struct header){__VA_ARGS__})
static struct match of_web(struct header mask)
{
    return (struct match){.value = header_and(&web, &mask), .mask = mask};
}

static struct match normal(struct match match)
{
    match_normalize(&match);
    return match;
}

/* ------------------------------------------------------------------ headers */

static void headers_as_sets_of_bits(void **state)
{
    (void)state;
    const struct header a = {.in_port = 0xf0, .dl_dst = {0, 0, 0, 0, 0, 0xff}},
                        b = {.in_port = 0x3c, .vlan_tci = 1, .dl_dst = {0, 0, 0, 0, 0, 0x0f}};
    struct header both = header_and(&a, &b), any = header_or(&a, &b), rest = header_without(&a, &b);
    const struct header zero = {0};
    assert_true(header_equal(&both, &(struct header){.in_port = 0x30, .dl_dst = {[5] = 0x0f}}));
    assert_true(header_equal(
        &any, &(struct header){.in_port = 0xfc, .vlan_tci = 1, .dl_dst = {[5] = 0xff}}));
    assert_true(header_equal(&rest, &(struct header){.in_port = 0xc0, .dl_dst = {[5] = 0xf0}}));
    assert_false(header_equal(&a, &b));
    assert_true(header_is_zero(&zero));
    assert_false(header_is_zero(&a));
    assert_int_equal(header_count_bits(&zero), 0);
    assert_int_equal(header_count_bits(&a), 12);
    for (size_t i = 0; i < sizeof a; i++) { /* no byte is left out */
        struct header one = {0};
        ((uint8_t *)&one)[i] = 0x10;
        assert_false(header_is_zero(&one));
        assert_int_equal(header_count_bits(&one), 1);
        assert_true(header_hash(&one, 0) != header_hash(&zero, 0));
        both = header_and(&one, &one);
        assert_true(header_equal(&both, &one));
        any = header_or(&zero, &one);
        assert_true(header_equal(&any, &one));
        rest = header_without(&one, &one);
        assert_true(header_is_zero(&rest));
        assert_true(match_hash(&(struct match){.mask = one}, 0) !=
                    match_hash(&(struct match){.value = one}, 0));
    }
    assert_true(header_hash(&a, 0) == header_hash(&a, 0));
    assert_true(header_hash(&a, 0) != header_hash(&a, 1));
}

static void what_a_header_has(void **state)
{
    (void)state;
    static const struct {
        uint16_t dl_type;
        uint8_t nw_proto;
        bool has_nw, has_proto, has_tp;
    } rows[] = {
        {DL_TYPE_IP, NW_PROTO_TCP, true, true, true},
        {DL_TYPE_IP, NW_PROTO_UDP, true, true, true},
        {DL_TYPE_IP, NW_PROTO_SCTP, true, true, true},
        {DL_TYPE_IP, NW_PROTO_ICMP, true, true, true},
        {DL_TYPE_IP, NW_PROTO_ICMPV6, true, true, false},
        {DL_TYPE_IP, 2, true, true, false},
        {DL_TYPE_ARP, NW_PROTO_TCP, true, true, false},
        {DL_TYPE_IPV6, NW_PROTO_TCP, false, true, true},
        {DL_TYPE_IPV6, NW_PROTO_UDP, false, true, true},
        {DL_TYPE_IPV6, NW_PROTO_SCTP, false, true, true},
        {DL_TYPE_IPV6, NW_PROTO_ICMPV6, false, true, true},
        {DL_TYPE_IPV6, NW_PROTO_ICMP, false, true, false},
        {DL_TYPE_PROBE, NW_PROTO_TCP, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct header header = {.dl_type = rows[i].dl_type, .nw_proto = rows[i].nw_proto};
        assert_int_equal(header_has_nw(&header), rows[i].has_nw);
        assert_int_equal(header_has_proto(&header), rows[i].has_proto);
        assert_int_equal(header_has_tp(&header), rows[i].has_tp);
    }
}

/* ------------------------------------------------------------------ normal */

/* What the words behind those of OpenFlow 1.0 say counts as the others. */
static void addresses_of_ipv6_are_parts_of_a_match(void **state)
{
    (void)state;
    struct match net = {.value = {.dl_type = DL_TYPE_IPV6, .ipv6_dst = {0x20, 0x01}},
                        .mask = {.dl_type = UINT16_MAX, .ipv6_dst = {0xff, 0xff}}};
    struct match host = net, other = net, both;
    host.value.ipv6_dst[15] = other.value.ipv6_dst[15] = 1;
    host.mask.ipv6_dst[15] = other.mask.ipv6_dst[15] = 0xff;
    other.value.ipv6_dst[1] = 2;
    assert_true(match_overlaps(&net, &host));
    assert_false(match_overlaps(&net, &other));
    assert_true(match_within(&host, &net));
    assert_false(match_within(&net, &host));
    assert_false(match_within(&other, &net));
    assert_true(match_takes(&net, &host.value));
    assert_false(match_takes(&net, &other.value));
    assert_true(match_intersect(&net, &host, &both) && match_equal(&both, &host));
    assert_false(match_equal(&net, &host));
    assert_true(match_hash(&host, 0) != match_hash(&net, 0));
    assert_true(header_is_wide(&net.mask) && !header_is_zero(&net.mask));
    assert_int_equal(header_count_bits(&host.mask), 40);
    struct match exactly = match_exactly(&host.value);
    assert_int_equal(exactly.mask.ipv6_src[0] & exactly.mask.ipv6_dst[15], 0xff);
    host.value.dl_type = DL_TYPE_IP;
    exactly = match_exactly(&host.value);
    assert_false(header_is_wide(&exactly.mask) || header_is_wide(&exactly.value));
    net.mask.dl_type = 0xfffe;
    match_normalize(&net);
    assert_false(header_is_wide(&net.mask) || header_is_wide(&net.value));
}

static void what_lacks_its_prerequisite_is_a_wildcard(void **state)
{
    (void)state;
    struct header all;
    memset(&all, 0xff, sizeof all);
    struct match match = normal((struct match){.value = web, .mask = all});
    assert_int_equal(match.mask.vlan_tci, VLAN_TAGGED); /* untagged: neither vid nor pcp */
    assert_int_equal(match.mask.nw_tos, 0xfc);
    assert_int_equal(match.mask.tp_dst, 0xffff);
    struct match exactly = match_exactly(&web);
    assert_true(match_equal(&match, &exactly));

    struct header header = web;
    header.vlan_tci = VLAN_TAGGED | 5;
    match = match_exactly(&header);
    assert_int_equal(match.mask.vlan_tci, 0xffff);
    match.mask.vlan_tci = VLAN_VID; /* a vid, but perhaps no tag */
    match = normal(match);
    assert_int_equal(match.mask.vlan_tci, 0);
    assert_int_equal(match.value.vlan_tci, 0);

    header = web;
    header.nw_proto = 2; /* IGMP: no ports */
    match = match_exactly(&header);
    assert_int_equal(match.mask.tp_src | match.mask.tp_dst, 0);
    assert_int_equal(match.mask.nw_proto, 0xff);
    header.dl_type = DL_TYPE_ARP;
    match = match_exactly(&header);
    assert_int_equal(match.mask.nw_tos, 0);
    assert_int_equal(match.mask.nw_src, UINT32_MAX);
    header.dl_type = 0x86dd;
    match = match_exactly(&header);
    assert_int_equal(match.mask.nw_src | match.mask.nw_dst, 0);
    assert_int_equal(match.value.nw_src | match.value.nw_dst, 0);
    assert_int_equal(match.mask.nw_proto, 0xff);
    assert_int_equal(match.mask.nw_tos, 0xfc);
    assert_int_equal(match.mask.tp_src | match.mask.tp_dst, 0);
    header.nw_proto = NW_PROTO_ICMPV6;
    match = match_exactly(&header);
    assert_int_equal(match.mask.tp_src & match.mask.tp_dst, 0xffff);
    header.dl_type = DL_TYPE_PROBE;
    match = match_exactly(&header);
    assert_int_equal(match.mask.nw_proto | match.mask.nw_tos, 0);

    match = normal(WEB(.dl_type = 0x0800, .nw_src = 0xff, .nw_tos = 0xfc)); /* half a type */
    assert_int_equal(match.mask.nw_src, 0);
    assert_int_equal(match.mask.nw_tos, 0);
    match = normal(WEB(.dl_type = 0xffff, .nw_proto = 0x0f, .tp_dst = 0xffff));
    assert_int_equal(match.mask.tp_dst, 0);
    assert_int_equal(match.mask.nw_proto, 0x0f);
}

static void matches_by_port(void **state)
{
    (void)state;
    struct match any = match_any(), port = match_in_port(3);
    struct header other = web;
    other.in_port = 4;
    assert_true(match_takes(&any, &web) && match_takes(&any, &other));
    assert_true(match_takes(&port, &web));
    assert_false(match_takes(&port, &other));
    struct match tcp = WEB(.in_port = 0xffff, .dl_type = 0xffff, .nw_proto = 0xff);
    struct match without = match_without_port(&tcp);
    struct match wanted = WEB(.dl_type = 0xffff, .nw_proto = 0xff);
    assert_true(match_equal(&without, &wanted));
    assert_false(match_equal(&without, &tcp));
    assert_false(match_equal(&tcp, &without));
    struct match masked = wanted;
    masked.mask.nw_src = 1; /* the same values, another mask */
    assert_false(match_equal(&masked, &wanted));
}

static void exact_is_without_any_wildcard_on_the_wire(void **state)
{
    (void)state;
    struct match match = match_exactly(&web);
    assert_true(match_is_exact(&match));
    match.mask.in_port = 0;
    match.value.in_port = 0;
    assert_false(match_is_exact(&match));
    match = match_exactly(&web);
    match.mask.nw_dst = 0xffffff00;
    match = normal(match);
    assert_false(match_is_exact(&match));
    struct header igmp = web;
    igmp.nw_proto = 2;
    igmp.tp_src = igmp.tp_dst = 0;
    match = match_exactly(&igmp);
    assert_false(match_is_exact(&match)); /* tp_src and tp_dst are wildcards */
}

/* --------------------------------------------------------------- existence */

static void patterns_that_no_packet_has(void **state)
{
    (void)state;
    const struct {
        struct match match;
        bool empty;
    } rows[] = {
        {{{0}, {0}}, false},
        {{{.vlan_tci = 0}, {.vlan_tci = VLAN_TAGGED}}, false},
        {{{.vlan_tci = 5}, {.vlan_tci = VLAN_TAGGED | VLAN_VID}}, true}, /* a vid, no tag */
        {{{.vlan_tci = VLAN_TAGGED | 5}, {.vlan_tci = VLAN_TAGGED | VLAN_VID}}, false},
        {{{.vlan_tci = 5}, {.vlan_tci = VLAN_VID}}, false}, /* perhaps with a tag */
        {{{.nw_tos = 1}, {.nw_tos = 1}}, true},
        {{{.nw_tos = 2}, {.nw_tos = 2}}, true},
        {{{.nw_tos = 4}, {.nw_tos = 4}}, false},
        {{{.dl_type = DL_TYPE_NOT_ETH2}, {.dl_type = 0xffff}}, false},
        {{{.dl_type = DL_TYPE_NOT_ETH2 - 1}, {.dl_type = 0xffff}}, true},
        {{{.dl_type = 0}, {.dl_type = 0xfe00}}, true},             /* 0x000 to 0x1ff */
        {{{.dl_type = 0x400}, {.dl_type = 0xfe00}}, false},        /* 0x400 to 0x5ff */
        {{{.dl_type = DL_TYPE_VLAN}, {.dl_type = 0xffff}}, false}, /* behind a tag */
        {{{.dl_type = DL_TYPE_VLAN}, {.dl_type = 0xffff, .vlan_tci = VLAN_TAGGED}}, true},
        {{{.dl_type = DL_TYPE_VLAN, .vlan_tci = VLAN_TAGGED},
          {.dl_type = 0xffff, .vlan_tci = VLAN_TAGGED}},
         false},
        /* the highest type of the pattern is DL_TYPE_VLAN, and another one is below it */
        {{{.dl_type = 0x8000}, {.dl_type = 0xfeff, .vlan_tci = VLAN_TAGGED}}, false},
        {{{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP, .tp_src = 0x100},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0x100}},
         true},
        {{{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP, .tp_dst = 0x100},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_dst = 0x100}},
         true},
        {{{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP, .tp_dst = 0xff},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_dst = 0xffff}},
         false},
        {{{.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_ICMPV6, .tp_src = 0x100},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0x100}},
         true},
        {{{.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_ICMP, .tp_src = 0x100},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0x100}},
         false},
        {{{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP, .tp_dst = 0x100},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_dst = 0x100}},
         false},
        {{{.dl_type = DL_TYPE_IP, .tp_dst = 0x100}, {.dl_type = 0xffff, .tp_dst = 0x100}}, false},
        {{{.nw_proto = NW_PROTO_ICMP, .tp_dst = 0x100}, {.nw_proto = 0xff, .tp_dst = 0x100}},
         false},
        {{{.dl_type = DL_TYPE_ARP, .nw_proto = NW_PROTO_ICMP, .tp_dst = 0x100},
          {.dl_type = 0xffff, .nw_proto = 0xff, .tp_dst = 0x100}},
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (match_is_empty(&rows[i].match) != rows[i].empty) {
            fail_msg("row %zu: is %sempty", i, rows[i].empty ? "not " : "");
        }
    }
    const struct match tagged = {{.vlan_tci = VLAN_TAGGED}, {.vlan_tci = VLAN_TAGGED}};
    const struct match vid = {{.vlan_tci = 5}, {.vlan_tci = VLAN_VID}};
    const struct match untagged = {{0}, {.vlan_tci = VLAN_TAGGED}};
    struct match both = tagged;
    assert_true(match_overlaps(&vid, &untagged));
    assert_false(match_intersect(&vid, &untagged, &both)); /* patterns, but no packet */
    assert_true(match_equal(&both, &tagged));              /* left alone */
    assert_true(match_intersect(&vid, &tagged, &both));
    assert_int_equal(both.value.vlan_tci, VLAN_TAGGED | 5);
}

/* ------------------------------------------------------- beside an oracle */

/* Three bits of three words, two of them in one word: 27 matches, 8 headers. */
static struct header spread(unsigned bits)
{
    return (struct header){.in_port = bits & 1,
                           .nw_src = bits >> 1 & 1,
                           .dl_dst = {0, 0, 0, 0, 0, (uint8_t)((bits >> 2 & 1) << 7)}};
}

static struct match match_of(unsigned number)
{
    unsigned value = 0, mask = 0;
    for (unsigned bit = 0; bit < 3; bit++, number /= 3) {
        mask |= (unsigned)(number % 3 != 2) << bit;
        value |= (unsigned)(number % 3 == 1) << bit;
    }
    return (struct match){.value = spread(value), .mask = spread(mask)};
}

/* The headers that it takes, one bit each. */
static unsigned members(const struct match *match)
{
    unsigned set = 0;
    for (unsigned bits = 0; bits < 8; bits++) {
        struct header header = spread(bits);
        bool takes = true;
        for (size_t i = 0; i < sizeof header; i++) {
            takes &= ((((const uint8_t *)&header)[i] ^ ((const uint8_t *)&match->value)[i]) &
                      ((const uint8_t *)&match->mask)[i]) == 0;
        }
        assert_int_equal(match_takes(match, &header), takes);
        set |= (unsigned)takes << bits;
    }
    return set;
}

static void agrees_with_sets_of_headers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 27; i++) {
        for (unsigned j = 0; j < 27; j++) {
            struct match a = match_of(i), b = match_of(j), both = match_any();
            unsigned in_a = members(&a), in_b = members(&b);
            assert_int_equal(match_overlaps(&a, &b), (in_a & in_b) != 0);
            assert_int_equal(match_within(&a, &b), (in_a & ~in_b) == 0);
            assert_int_equal(match_intersect(&a, &b, &both), (in_a & in_b) != 0);
            if (in_a & in_b) {
                assert_int_equal(members(&both), in_a & in_b);
                assert_true(match_intersect(&a, &b, &a)); /* in place */
                assert_true(match_equal(&a, &both));
            }
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_as_sets_of_bits),
    cmocka_unit_test(what_a_header_has),
    cmocka_unit_test(addresses_of_ipv6_are_parts_of_a_match),
    cmocka_unit_test(what_lacks_its_prerequisite_is_a_wildcard),
    cmocka_unit_test(matches_by_port),
    cmocka_unit_test(exact_is_without_any_wildcard_on_the_wire),
    cmocka_unit_test(patterns_that_no_packet_has),
    cmocka_unit_test(agrees_with_sets_of_headers),
};

TEST_MAIN(tests)
