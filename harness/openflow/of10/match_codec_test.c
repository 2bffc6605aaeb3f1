/* SPDX-License-Identifier: Apache-2.0
 *
 * The expected meanings are those that `ovs-ofctl ofp-print` gives to the same
 * bytes; ofctl_test.c compares thousands more. */
#include "testing/cmocka.h"

#include <stdio.h>

#include "openflow/of10/match_codec.h"
#include "testing/golden.h"

static struct match decode(const char *hex, bool *exact)
{
    struct base_buffer bytes = {0};
    struct match match;
    unhex(hex, &bytes);
    assert_int_equal(bytes.n_bytes, OF_MATCH_BYTES);
    struct base_reader in = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_match(&in, &match, exact, NULL), 0);
    assert_int_equal(base_reader_left(&in), 0);
    base_buffer_free(&bytes);
    return match;
}

static void assert_encodes(const struct match *match, const char *hex)
{
    struct base_buffer expected = {0}, out = {0};
    unhex(hex, &expected);
    assert_int_equal(of_encode_match(&out, match, NULL), 0);
    assert_int_equal(out.n_bytes, OF_MATCH_BYTES);
    assert_memory_equal(out.data, expected.data, OF_MATCH_BYTES);
    base_buffer_free(&expected);
    base_buffer_free(&out);
}

static void every_field(void **state)
{
    (void)state;
    /* 802.1Q 5, priority 3, TCP 10.1.0.0/16:4660 -> 10.2.3.4:80, DSCP 32 */
    const char *hex = "00001000 0001 020000000001 020000000002 0005 03 00 0800 80 06 0000"
                      "0a010000 0a020304 1234 0050";
    bool exact;
    struct match match = decode(hex, &exact);
    const struct header *value = &match.value, *mask = &match.mask;
    assert_false(exact);
    assert_int_equal(value->in_port, 1);
    assert_int_equal(mask->in_port, 0xffff);
    assert_int_equal(value->dl_src[5], 1);
    assert_int_equal(value->dl_dst[5], 2);
    assert_int_equal(mask->dl_src[0] & mask->dl_dst[5], 0xff);
    assert_int_equal(value->vlan_tci, 3 << 13 | VLAN_TAGGED | 5);
    assert_int_equal(mask->vlan_tci, 0xffff);
    assert_int_equal(value->dl_type, 0x0800);
    assert_int_equal(value->nw_tos, 0x80);
    assert_int_equal(mask->nw_tos, 0xfc);
    assert_int_equal(value->nw_proto, 6);
    assert_int_equal(value->nw_src, 0x0a010000);
    assert_int_equal(mask->nw_src, 0xffff0000);
    assert_int_equal(value->nw_dst, 0x0a020304);
    assert_int_equal(mask->nw_dst, 0xffffffff);
    assert_int_equal(value->tp_src, 0x1234);
    assert_int_equal(value->tp_dst, 80);
    assert_encodes(&match, hex);
}

static void no_field(void **state)
{
    (void)state;
    struct match any = decode("003820ff 00*36", NULL), none = match_any();
    assert_true(match_equal(&any, &none));
    assert_encodes(&any, "003820ff 00*36");
    /* 63 wildcard bits of an address are 32; unused bits and values do not count */
    any = decode("ffffffff ff*36", NULL);
    assert_true(match_equal(&any, &none));
}

static void one_wildcard_at_a_time(void **state)
{
    (void)state;
    static const uint32_t flags[] = {OFPFW_IN_PORT, OFPFW_DL_SRC, OFPFW_DL_DST,
                                     OFPFW_TP_SRC,  OFPFW_TP_DST, OFPFW_NW_TOS};
    const char *rest = "0001 020000000001 020000000002 0005 03 00 0800 80 06 0000"
                       "0a010203 0a020304 1234 0050";
    char hex[128];
    struct match all = decode(strcat(strcpy(hex, "00000000"), rest), NULL);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        snprintf(hex, sizeof hex, "%08x%s", flags[i], rest);
        struct match match = decode(hex, NULL);
        assert_false(match_equal(&match, &all));
        struct base_buffer out = {0};
        assert_int_equal(of_encode_match(&out, &match, NULL), 0);
        assert_int_equal(out.data[0] << 24 | out.data[1] << 16 | out.data[2] << 8 | out.data[3],
                         flags[i]);
        base_buffer_free(&out);
    }
}

static void prefixes(void **state)
{
    (void)state;
    for (unsigned wild = 0; wild < 64; wild++) {
        char hex[128];
        uint32_t wildcards = 0x3820ff & ~0x10u & ~0x3f00u;
        snprintf(hex, sizeof hex, "%08x 00*14 00000000 0800 0000 0000 ffffffff 00*8",
                 wildcards | wild << OFPFW_NW_SRC_SHIFT);
        uint32_t expected = wild >= 32 ? 0 : UINT32_MAX << wild;
        struct match match = decode(hex, NULL);
        assert_int_equal(match.mask.nw_src, expected);
        assert_int_equal(match.value.nw_src, expected);
        assert_int_equal(match.mask.nw_dst, 0);
    }
}

static void exact_means_no_wildcard_on_the_wire(void **state)
{
    (void)state;
    bool exact = false;
    decode("00000000 00*14 ffff0000 88b5 00*16", &exact);
    assert_true(exact); /* although nothing of layer 3 is left of this match */
    decode("ffc00000 00*14 ffff0000 88b5 00*16", &exact);
    assert_true(exact); /* the upper bits mean nothing */
    decode("00000100 00*14 ffff0000 88b5 00*16", &exact);
    assert_false(exact);
}

static void fields_without_prerequisite_are_wildcards(void **state)
{
    (void)state;
    struct match arp =
        decode("00000000 00*14 00000000 0806 ff02 0000 0a000001 0a000002 11*4", NULL);
    assert_int_equal(arp.value.nw_proto, 2);
    assert_int_equal(arp.mask.nw_src, UINT32_MAX);
    assert_int_equal(arp.mask.nw_tos | arp.mask.tp_src | arp.mask.tp_dst, 0);
    struct match other = decode("00000000 00*14 00000000 88b5 ff02 0000 11*12", NULL);
    assert_int_equal(other.mask.nw_proto | other.mask.nw_src | other.mask.nw_dst, 0);
    struct match ipv6 = decode("00000000 00*14 00000000 86dd fc06 0000 11*12", NULL);
    assert_int_equal(ipv6.mask.dl_type, UINT16_MAX); /* and that is all */
    assert_int_equal(ipv6.mask.nw_tos | ipv6.mask.nw_proto | ipv6.mask.nw_src, 0);
    assert_int_equal(ipv6.mask.nw_dst | ipv6.mask.tp_src | ipv6.mask.tp_dst, 0);
}

static void untagged(void **state)
{
    (void)state;
    struct match with_pcp = decode("002820fd 00*14 ffff 05 00 00*18", NULL);
    struct match without = decode("003820fd 00*14 ffff 05 00 00*18", NULL);
    assert_true(match_equal(&with_pcp, &without));
    assert_int_equal(without.mask.vlan_tci, VLAN_TAGGED);
    assert_int_equal(without.value.vlan_tci, 0);
    assert_encodes(&without, "003820fd 00*14 ffff 00 00 00*18");
}

static void vlan_fields_alone(void **state)
{
    (void)state;
    struct match vid = decode("003820fd 00*14 f005 07 00 00*18", NULL);
    assert_int_equal(vid.mask.vlan_tci, VLAN_TAGGED | VLAN_VID);
    assert_int_equal(vid.value.vlan_tci, VLAN_TAGGED | 5);
    assert_encodes(&vid, "003820fd 00*14 0005 00 00 00*18");
    struct match pcp = decode("002820ff 00*14 0005 ff 00 00*18", NULL);
    assert_int_equal(pcp.mask.vlan_tci, VLAN_TAGGED | VLAN_PCP);
    assert_int_equal(pcp.value.vlan_tci, VLAN_TAGGED | 7 << 13);
    assert_encodes(&pcp, "002820ff 00*14 0000 07 00 00*18");
}

static void what_1_0_can_not_say_is_refused(void **state)
{
    (void)state;
    struct match any_tag = {.value.vlan_tci = VLAN_TAGGED, .mask.vlan_tci = VLAN_TAGGED};
    struct match some_vids = {.value.vlan_tci = VLAN_TAGGED, .mask.vlan_tci = VLAN_TAGGED | 0xff0};
    struct match some_ports = {.mask.in_port = 0xfff0};
    struct match oui = {.mask.dl_src = {0xff, 0xff, 0xff}};
    struct match holes = {
        .value.dl_type = 0x800, .mask.dl_type = 0xffff, .mask.nw_dst = 0xff00ff00};
    const struct {
        const struct match *match;
        const char *reason;
    } cases[] = {{&any_tag, "any VLAN"},
                 {&some_vids, "part of dl_vlan (mask 0xff0)"},
                 {&some_ports, "in_port"},
                 {&oui, "dl_src"},
                 {&holes, "mask 0xff00ff00 of nw_dst is not a prefix"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct base_error error = {""};
        struct base_buffer out = {0};
        assert_int_equal(of_encode_match(&out, cases[i].match, &error), -1);
        assert_int_equal(out.n_bytes, 0);
        assert_non_null(strstr(error.text, cases[i].reason));
        base_buffer_free(&out);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_field),
    cmocka_unit_test(no_field),
    cmocka_unit_test(one_wildcard_at_a_time),
    cmocka_unit_test(prefixes),
    cmocka_unit_test(exact_means_no_wildcard_on_the_wire),
    cmocka_unit_test(fields_without_prerequisite_are_wildcards),
    cmocka_unit_test(untagged),
    cmocka_unit_test(vlan_fields_alone),
    cmocka_unit_test(what_1_0_can_not_say_is_refused),
};
TEST_MAIN(tests)
