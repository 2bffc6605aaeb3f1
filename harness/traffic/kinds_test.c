/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds of frames: each can be built, and no two are alike. */
#include "traffic/kinds.h"

#include "space/cube.h"
#include "testing/cmocka.h"

#include <string.h>

static const struct frame_run run = {.nonce = 7, .key = {9}};

/* The frame of a kind, from and to addresses that hosts have; free it. */
static struct base_buffer build(const struct traffic_kind *kind)
{
    static const struct frame_mark mark = {.round = 1, .number = 1, .kind = FRAME_PROBE};
    static const uint8_t from[] = {0, 0, 0, 0, 0, 1}, to[] = {0, 0, 0, 0, 0, 2};
    struct match cube = kind->essential;
    struct base_buffer frame = {0};
    struct base_error error;
    memcpy(cube.value.dl_src, from, sizeof from);
    if (!cube.mask.dl_dst[0]) {
        memcpy(cube.value.dl_dst, to, sizeof to);
    }
    cube.value.dl_type = cube.mask.dl_type ? cube.value.dl_type : DL_TYPE_PROBE;
    if (frame_build_shaped(&run, &mark, &cube.value, &cube.value, &kind->shape, &frame, &error) <
        0) {
        fail_msg("%s: %s", kind->name, error.text);
    }
    return frame;
}

static void assert_known_again(const struct traffic_kind *kind, size_t *n_bytes)
{
    struct frame_mark mark;
    struct base_buffer frame = build(kind);
    if (frame_recognize(&run, frame.data, frame.n_bytes, &mark) != FRAME_MARKED) {
        fail_msg("%s is not known again", kind->name);
    }
    *n_bytes = frame.n_bytes;
    base_buffer_free(&frame);
}

static void each_kind_is_a_frame(void **state)
{
    (void)state;
    struct traffic_kind kinds[TRAFFIC_KINDS + TRAFFIC_KINDS_MORE];
    size_t n_bytes;
    for (size_t i = 0; i < TRAFFIC_KINDS; i++) {
        kinds[i] = traffic_kind(i);
        assert_known_again(&kinds[i], &n_bytes);
    }
    for (size_t i = 0; i < TRAFFIC_KINDS_MORE; i++) {
        struct traffic_kind *kind = &kinds[TRAFFIC_KINDS + i];
        *kind = traffic_kind_more(i, 7);
        assert_int_equal(kind->shape.n_bytes == TRAFFIC_FULL_SIZE,
                         strcmp(kind->name, "full-size") == 0);
        kind->shape.n_bytes = kind->shape.n_bytes == TRAFFIC_FULL_SIZE ? 9014 : kind->shape.n_bytes;
        assert_known_again(kind, &n_bytes);
        assert_true(n_bytes <= 1114 || n_bytes == 9014);
        for (size_t j = 0; j < TRAFFIC_KINDS + i; j++) {
            assert_string_not_equal(kinds[j].name, kind->name);
        }
    }
}

static void one_kind_is_new_in_each_run(void **state)
{
    (void)state;
    struct traffic_kind kind = traffic_kind_more(TRAFFIC_KINDS_MORE - 1, 0xffff);
    struct traffic_kind other = traffic_kind_more(TRAFFIC_KINDS_MORE - 1, 0x1234);
    assert_string_equal(kind.name, "fresh");
    assert_int_equal(kind.essential.value.dl_type, 0x9fff);
    assert_int_equal(other.essential.value.dl_type, 0x9e34);
}

static void assert_hop_limit(const struct traffic_kind *kind, uint8_t hop_limit)
{
    struct base_buffer frame = build(kind);
    assert_int_equal(frame.data[14 + 7], hop_limit);
    base_buffer_free(&frame);
}

/* Hosts take neighbour discovery with a hop limit of 255 alone. An echo of IPv6 is a request: a
 * reply would be taken for an answer. */
static void ipv6_has_its_own_kinds(void **state)
{
    (void)state;
    unsigned n = 0;
    for (size_t i = 0; i < TRAFFIC_KINDS_MORE; i++) {
        struct traffic_kind kind = traffic_kind_more(i, 0);
        const struct header *value = &kind.essential.value;
        if (strcmp(kind.name, "icmp6-echo") == 0) {
            assert_int_equal(value->nw_proto, 58);
            assert_int_equal(value->tp_src, 128);
            assert_int_equal(kind.essential.mask.tp_src, 0xffff);
            assert_int_equal(kind.essential.mask.tp_dst, 0xffff);
            n++;
        } else if (strncmp(kind.name, "neighbour-", 10) == 0) {
            assert_int_equal(value->nw_proto, 58);
            assert_int_equal(value->tp_src, kind.name[10] == 's' ? 135 : 136);
            assert_hop_limit(&kind, 64);
            n++;
        } else if (strncmp(kind.name, "sctp", 4) == 0) {
            assert_int_equal(value->nw_proto, 132);
            assert_int_equal(value->dl_type, kind.name[4] ? 0x86dd : 0x0800);
            n++;
        }
    }
    assert_int_equal(n, 5);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_is_a_frame),
    cmocka_unit_test(ipv6_has_its_own_kinds),
    cmocka_unit_test(one_kind_is_new_in_each_run),
};

TEST_MAIN(tests)
