/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters in the words of tcpdump and of ovs-ofctl. */
#include "tapsniff/filter.h"

#include "frame/probe.h"
#include "testing/cmocka.h"

#include <string.h>

static const struct frame_run run = {.nonce = 1};
static const struct frame_mark mark = {.kind = FRAME_PROBE};
static const struct header web = {.dl_type = DL_TYPE_IP,
                                  .nw_proto = NW_PROTO_TCP,
                                  .tp_src = 40000,
                                  .tp_dst = 80,
                                  .nw_src = 0x0a000001,
                                  .nw_dst = 0x0a000002};

static bool takes(const char *expression, const char *match, uint16_t vlan_tci)
{
    struct tapsniff_filter filter;
    struct base_error error;
    struct header header = web;
    struct base_buffer frame = {0};
    header.vlan_tci = vlan_tci;
    if (tapsniff_filter_make(&filter, expression, match, &error) < 0) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(frame_build(&run, &mark, &header, &header, &frame, NULL), 0);
    bool result = tapsniff_filter_takes(&filter, frame.data, frame.n_bytes, frame.n_bytes);
    base_buffer_free(&frame);
    tapsniff_filter_free(&filter);
    assert_false(filter.has_program || filter.has_match);
    return result;
}

enum { UNTAGGED = 0, VLAN_7 = VLAN_TAGGED | 7 };

static void takes_what_tcpdump_takes(void **state)
{
    (void)state;
    assert_true(takes(NULL, NULL, UNTAGGED));
    assert_true(takes("tcp port 80 and host 10.0.0.1", NULL, UNTAGGED));
    assert_false(takes("udp", NULL, UNTAGGED));
    assert_false(takes("tcp", NULL, VLAN_7));
    assert_true(takes("vlan 7 and tcp", NULL, VLAN_7));
    assert_false(takes("vlan 8 and tcp", NULL, VLAN_7));
}

static void takes_what_a_switch_takes(void **state)
{
    (void)state;
    assert_true(takes(NULL, "tcp,tp_dst=80", UNTAGGED));
    assert_true(takes(NULL, "tcp,tp_dst=80", VLAN_7));
    assert_true(takes(NULL, "tcp,dl_vlan=7", VLAN_7));
    assert_false(takes(NULL, "tcp,dl_vlan=8", VLAN_7));
    assert_false(takes(NULL, "udp", UNTAGGED));
    assert_false(takes("ip", "udp", UNTAGGED));
    assert_false(takes("udp", "tcp", UNTAGGED));
}

/* A frame longer than what is captured is filtered by what is there. */
static void takes_what_was_cut(void **state)
{
    (void)state;
    struct tapsniff_filter filter;
    struct base_buffer frame = {0};
    static const struct frame_shape shape = {.n_bytes = 1500};
    assert_int_equal(frame_build_shaped(&run, &mark, &web, &web, &shape, &frame, NULL), 0);
    assert_int_equal(tapsniff_filter_make(&filter, "tcp", "tcp,tp_dst=80", NULL), 0);
    assert_true(tapsniff_filter_takes(&filter, frame.data, 64, frame.n_bytes));
    tapsniff_filter_free(&filter);
    base_buffer_free(&frame);
}

static void assert_refused(const char *expression, const char *match, const char *words)
{
    struct tapsniff_filter filter;
    struct base_error error;
    assert_int_equal(tapsniff_filter_make(&filter, expression, match, &error), -1);
    if (!strstr(error.text, words)) {
        fail_msg("'%s' does not say '%s'", error.text, words);
    }
    tapsniff_filter_free(&filter);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("tcp prt 80", NULL, "the filter 'tcp prt 80': ");
    assert_refused(NULL, "tp_dst=80",
                   "--match: tp_dst needs tcp, udp, sctp or icmp, or one of these with 6");
    assert_refused(NULL, "in_port=1", "a host has no in_port");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(takes_what_tcpdump_takes),
    cmocka_unit_test(takes_what_a_switch_takes),
    cmocka_unit_test(takes_what_was_cut),
    cmocka_unit_test(says_what_is_wrong),
};
TEST_MAIN(tests)
