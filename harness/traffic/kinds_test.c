/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds of frames: each can be built, no two are alike, and none is longer than an interface
 * takes. */
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
        assert_null(traffic_kind_more(i, 1500, 7, kind));
        assert_known_again(kind, &n_bytes);
        assert_true(n_bytes <= 1514);
        assert_int_equal(n_bytes == 1514, strcmp(kind->name, "full-size") == 0);
        for (size_t j = 0; j < TRAFFIC_KINDS + i; j++) {
            assert_string_not_equal(kinds[j].name, kind->name);
        }
    }
}

/* Whether it is in the way of the MTU; its length, if not. */
static const char *reason(const char *name, unsigned mtu, unsigned *n_bytes)
{
    for (size_t i = 0; i < TRAFFIC_KINDS_MORE; i++) {
        struct traffic_kind kind;
        const char *why = traffic_kind_more(i, mtu, 0, &kind);
        if (strcmp(kind.name, name) == 0) {
            *n_bytes = kind.shape.n_bytes;
            return why;
        }
    }
    fail();
    return NULL;
}

static void frames_are_as_long_as_interfaces_take(void **state)
{
    (void)state;
    unsigned n_bytes;
    assert_null(reason("full-size", 1400, &n_bytes));
    assert_int_equal(n_bytes, 1414);
    assert_null(reason("full-size", 9000, &n_bytes)); /* more is not captured whole */
    assert_int_equal(n_bytes, 1514);
    assert_string_equal(reason("full-size", 0, &n_bytes), "the MTU of the interfaces is not known");
    assert_null(reason("1100-bytes", 0, &n_bytes));
    assert_null(reason("1100-bytes", 1086, &n_bytes));
    assert_string_equal(reason("1100-bytes", 1085, &n_bytes),
                        "it is longer than the MTU of an interface");
}

static void one_kind_is_new_in_each_run(void **state)
{
    (void)state;
    struct traffic_kind kind, other;
    traffic_kind_more(TRAFFIC_KINDS_MORE - 1, 1500, 0xffff, &kind);
    traffic_kind_more(TRAFFIC_KINDS_MORE - 1, 1500, 0x1234, &other);
    assert_string_equal(kind.name, "fresh");
    assert_int_equal(kind.essential.value.dl_type, 0x9fff);
    assert_int_equal(other.essential.value.dl_type, 0x9e34);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_is_a_frame),
    cmocka_unit_test(frames_are_as_long_as_interfaces_take),
    cmocka_unit_test(one_kind_is_new_in_each_run),
};

TEST_MAIN(tests)
