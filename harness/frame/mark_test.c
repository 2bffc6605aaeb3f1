/* SPDX-License-Identifier: Apache-2.0
 *
 * Marks are written as documented, and nothing else is taken for one. */
#include "frame/mark.h"

#include "frame/siphash.h"
#include "testing/cmocka.h"

#include <string.h>

static const struct frame_run run = {.nonce = 0x1122334455667788, .key = "0123456789abcde"};
static const struct frame_mark mark = {.number = 0x01020304, .round = 0x0506, .kind = 1};

static struct base_buffer put(size_t n_before)
{
    struct base_buffer out = {0};
    base_put_zeros(&out, n_before);
    frame_mark_put(&run, &mark, &out);
    return out;
}

static void a_mark_has_32_bytes(void **state)
{
    (void)state;
    struct base_buffer out = put(0);
    assert_int_equal(out.n_bytes, FRAME_MARK_BYTES);
    assert_memory_equal(out.data, "tapproof\x11\x22\x33\x44\x55\x66\x77\x88\1\2\3\4\5\6\1\0", 24);
    uint64_t tag = frame_siphash(run.key, out.data, 24);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(out.data[24 + i], (uint8_t)(tag >> (56 - 8 * i)));
    }
    base_buffer_free(&out);
}

static void a_mark_is_read_where_it_is(void **state)
{
    (void)state;
    struct base_buffer out = put(5);
    base_put_zeros(&out, 3);
    for (size_t at = 0; at < 40; at++) {
        struct frame_mark got = {0};
        assert_int_equal(frame_mark_read(&run, out.data, out.n_bytes, at, &got), at == 5);
        assert_int_equal(got.number, at == 5 ? mark.number : 0);
        assert_int_equal(got.round, at == 5 ? mark.round : 0);
        assert_int_equal(got.kind, at == 5 ? mark.kind : 0);
    }
    struct frame_mark got;
    assert_true(frame_mark_read(&run, out.data, 5 + FRAME_MARK_BYTES, 5, &got));
    assert_false(frame_mark_read(&run, out.data, 4 + FRAME_MARK_BYTES, 5, &got));
    base_buffer_free(&out);
}

static void a_changed_bit_or_another_run_is_refused(void **state)
{
    (void)state;
    struct base_buffer out = put(0);
    struct frame_mark got;
    for (size_t bit = 0; bit < 8 * FRAME_MARK_BYTES; bit++) {
        out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(frame_mark_read(&run, out.data, out.n_bytes, 0, &got));
        out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    struct frame_run other = run;
    other.key[15] ^= 1;
    assert_false(frame_mark_read(&other, out.data, out.n_bytes, 0, &got));
    other = run;
    other.nonce++;
    assert_false(frame_mark_read(&other, out.data, out.n_bytes, 0, &got));
    base_buffer_free(&out);
}

static void a_mark_of_any_run_can_be_looked_at(void **state)
{
    (void)state;
    struct base_buffer out = put(2);
    struct frame_mark got;
    uint64_t nonce = 0;
    out.data[2 + 31] ^= 1; /* the tag does not matter */
    assert_true(frame_mark_peek(out.data, out.n_bytes, 2, &nonce, &got));
    assert_true(nonce == run.nonce);
    assert_int_equal(got.number, mark.number);
    assert_int_equal(got.round, mark.round);
    assert_false(frame_mark_peek(out.data, out.n_bytes, 1, &nonce, &got));
    for (size_t i = 2; i < 2 + 8; i++) { /* the magic */
        out.data[i] ^= 1;
        assert_false(frame_mark_peek(out.data, out.n_bytes, 2, &nonce, &got));
        out.data[i] ^= 1;
    }
    assert_false(frame_mark_peek(out.data, 2 + 23, 2, &nonce, &got));
    assert_true(frame_mark_peek(out.data, 2 + 24, 2, &nonce, &got));
    base_buffer_free(&out);
}

static void marks_are_found(void **state)
{
    (void)state;
    struct base_buffer out = put(7);
    frame_mark_put(&run, &mark, &out);
    assert_int_equal(frame_mark_find(out.data, out.n_bytes, 0), 7);
    assert_int_equal(frame_mark_find(out.data, out.n_bytes, 7), 7);
    assert_int_equal(frame_mark_find(out.data, out.n_bytes, 8), 7 + FRAME_MARK_BYTES);
    assert_true(frame_mark_find(out.data, out.n_bytes, 8 + FRAME_MARK_BYTES) == FRAME_NO_MARK);
    assert_true(frame_mark_find(out.data, 7 + 7, 0) == FRAME_NO_MARK);
    assert_true(frame_mark_find(NULL, 0, 0) == FRAME_NO_MARK);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_mark_has_32_bytes),
    cmocka_unit_test(a_mark_is_read_where_it_is),
    cmocka_unit_test(a_changed_bit_or_another_run_is_refused),
    cmocka_unit_test(a_mark_of_any_run_can_be_looked_at),
    cmocka_unit_test(marks_are_found),
};
TEST_MAIN(tests)
