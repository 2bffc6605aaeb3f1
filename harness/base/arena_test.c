/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of the arena: apart, zeroed, aligned; texts; growing arrays. */
#include "base/arena.h"

#include "testing/cmocka.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    enum { PIECES = 5000 };
    static unsigned char *pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        size_t n_bytes = i % 100;
        pieces[i] = base_arena_alloc(&arena, n_bytes);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t j = 0; j < n_bytes; j++) {
            assert_int_equal(pieces[i][j], 0);
        }
        memset(pieces[i], (int)(i % 251) + 1, n_bytes);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t j = 0; j < i % 100; j++) {
            assert_int_equal(pieces[i][j], i % 251 + 1);
        }
    }
    assert_false(arena.failed);
    base_arena_free(&arena);
    assert_null(arena.chunks);
    assert_int_equal(arena.n_bytes, 0);
}

static void small_pieces_share_a_chunk(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    char *first = base_arena_alloc(&arena, 1), *second = base_arena_alloc(&arena, 1);
    size_t taken = arena.n_bytes;
    assert_in_range(taken, CHUNK_BYTES, CHUNK_BYTES + 100);
    assert_ptr_equal(second, first + alignof(max_align_t));
    /* what is left of the chunk, to the last byte, and then one more */
    assert_non_null(base_arena_alloc(&arena, CHUNK_BYTES - 2 * alignof(max_align_t)));
    assert_int_equal(arena.n_bytes, taken);
    assert_non_null(base_arena_alloc(&arena, 1));
    assert_int_equal(arena.n_bytes, 2 * taken);
    /* a piece larger than a chunk has one of its own */
    unsigned char *large = base_arena_alloc(&arena, 3 * CHUNK_BYTES);
    memset(large, 1, 3 * CHUNK_BYTES);
    assert_int_equal(arena.n_bytes, 3 * taken + 2 * CHUNK_BYTES);
    base_arena_free(&arena);
}

static void what_cannot_be_had_is_null_and_noted(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    assert_null(base_arena_alloc(&arena, SIZE_MAX));
    assert_true(arena.failed);
    base_arena_free(&arena);
    assert_false(arena.failed);
    assert_null(base_arena_copy(&arena, "x", SIZE_MAX));
    assert_true(arena.failed);
    base_arena_free(&arena);
}

static void copies_and_texts(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    char bytes[] = "ab\0cd";
    char *copy = base_arena_copy(&arena, bytes, sizeof bytes);
    bytes[0] = 'x';
    assert_memory_equal(copy, "ab\0cd", sizeof bytes);
    assert_memory_equal(base_arena_copy(&arena, "y", 1), "y", 1);
    assert_non_null(base_arena_copy(&arena, NULL, 0));
    assert_string_equal(base_arena_text(&arena, "s1:6"), "s1:6");
    assert_string_equal(base_arena_format(&arena, "%s:%d", "s1", 6), "s1:6");
    assert_string_equal(base_arena_format(&arena, "%s", ""), "");
    base_arena_free(&arena);
}

static void taking_a_buffer(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct base_buffer buffer = {0};
    assert_string_equal(base_arena_take(&arena, &buffer), "");
    base_put_text(&buffer, "output:2");
    assert_string_equal(base_arena_take(&arena, &buffer), "output:2");
    assert_null(buffer.data);
    assert_int_equal(buffer.n_bytes, 0);
    assert_false(arena.failed);

    base_put_text(&buffer, "cut");
    buffer.failed = true;
    assert_null(base_arena_take(&arena, &buffer));
    assert_true(arena.failed);
    assert_null(buffer.data);
    assert_false(buffer.failed);
    base_arena_free(&arena);
}

static void growing(void **state)
{
    (void)state;
    uint32_t *items = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(base_grow(&items, i, &capacity, sizeof *items), 0);
        assert_true(capacity > i);
        items[i] = i;
    }
    assert_int_equal(capacity, 128);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(items[i], i);
    }
    uint32_t *before = items;
    assert_int_equal(base_grow(&items, 127, &capacity, sizeof *items), 0);
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, 128);
    /* too large for any memory: nothing changes */
    assert_int_equal(base_grow(&items, 128, &capacity, SIZE_MAX / 4), -1);
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, 128);
    free(items);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
    cmocka_unit_test(small_pieces_share_a_chunk),
    cmocka_unit_test(what_cannot_be_had_is_null_and_noted),
    cmocka_unit_test(copies_and_texts),
    cmocka_unit_test(taking_a_buffer),
    cmocka_unit_test(growing),
};

TEST_MAIN(tests)
