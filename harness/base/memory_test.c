/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocation that fails is noted, and leaves what there was as it is. */
#include "base/memory.h"

#include "base/arena.h"
#include "testing/cmocka.h"
#include "testing/failing.h"

#include <string.h>

static int take_each(void *aux)
{
    size_t *n_noted = aux;
    base_memory_begin();
    char *a = base_malloc(3), *b = base_calloc(2, 2);
    char *c = a ? base_realloc(a, 100) : NULL;
    bool failed = !a || !b || !c;
    assert_int_equal(base_memory_ran_out(), failed);
    assert_true(!b || (b[0] == 0 && b[3] == 0));
    *n_noted += base_memory_ran_out();
    free(c ? c : a);
    free(b);
    return failed ? -1 : 0;
}

static void failures_are_noted(void **state)
{
    (void)state;
    size_t n_noted = 0;
    assert_int_equal(failing_each(take_each, &n_noted), 3);
    assert_int_equal(n_noted, 3);
    base_memory_begin();
    assert_null(base_calloc(SIZE_MAX / 2, 4));
    assert_true(base_memory_ran_out());
    base_memory_begin();
    void *none = base_calloc(0, 8);
    assert_non_null(none);
    free(none);
    assert_false(base_memory_ran_out());
}

static int fill_arena(void *aux)
{
    (void)aux;
    struct base_arena arena = {0};
    struct base_buffer buffer = {0};
    base_memory_begin();
    base_arena_alloc(&arena, 10);
    base_arena_alloc(&arena, 100000);
    base_put_text(&buffer, "text");
    const char *text = base_arena_take(&arena, &buffer);
    bool failed = arena.failed;
    assert_int_equal(failed, base_memory_ran_out());
    assert_true(failed || strcmp(text, "text") == 0);
    base_arena_free(&arena);
    return failed ? -1 : 0;
}

static void an_arena_has_failed_if_one_piece_of_it_has(void **state)
{
    (void)state;
    assert_int_equal(failing_each(fill_arena, NULL), 4);
}

static int fill_buffer(void *aux)
{
    (void)aux;
    struct base_buffer buffer = {0};
    char *text = NULL;
    for (int i = 0; i < 300; i++) {
        base_put_decimal(&buffer, 7);
        base_put_format(&buffer, "%s", "x");
    }
    bool failed = buffer.failed;
    text = base_buffer_take_text(&buffer);
    assert_int_equal(!text, failed);
    assert_true(failed || strlen(text) == 600);
    free(text);
    return failed ? -1 : 0;
}

static void a_buffer_that_failed_has_no_text(void **state)
{
    (void)state;
    assert_true(failing_each(fill_buffer, NULL) > 2);
}

static int grow(void *aux)
{
    (void)aux;
    int *items = NULL, status = 0;
    size_t capacity = 0, n = 0;
    base_memory_begin();
    while (n < 40 && (status = base_grow(&items, n, &capacity, sizeof *items)) == 0) {
        items[n] = (int)n;
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(items[i], i);
    }
    assert_int_equal(status < 0, base_memory_ran_out());
    free(items);
    return status;
}

static void an_array_that_cannot_grow_stays(void **state)
{
    (void)state;
    assert_int_equal(failing_each(grow, NULL), 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(failures_are_noted),
    cmocka_unit_test(an_arena_has_failed_if_one_piece_of_it_has),
    cmocka_unit_test(a_buffer_that_failed_has_no_text),
    cmocka_unit_test(an_array_that_cannot_grow_stays),
};

TEST_MAIN(tests)
