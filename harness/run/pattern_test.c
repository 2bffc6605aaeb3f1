/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions of -k: what they select, and what is wrong with them. */
#include "run/pattern.h"

#include "testing/cmocka.h"

#include <string.h>

static void a_pattern_is_contained_or_matches_as_a_whole(void **state)
{
    (void)state;
    assert_true(run_pattern_selects("s1/1", "state/s1/11"));
    assert_false(run_pattern_selects("s1/1", "state/s2/1"));
    assert_true(run_pattern_selects("state/s?/1", "state/s1/1"));
    assert_false(run_pattern_selects("state/s?/1", "state/s1/11"));
    assert_true(run_pattern_selects("traffic/*/h11", "traffic/h1/mirrored/h11"));
    assert_true(run_pattern_selects(" s1:3 - s2:1 ", "wiring/s1:3 - s2:1"));
    assert_true(run_pattern_selects("", "state/s1/1"));
    assert_true(run_pattern_selects(" ", "state/s1/1"));
}

/* Bit 0: ids with an a are selected, and so on: what the expression says of all ids. */
static unsigned table_of(const char *expression)
{
    static const char *const ids[] = {"-", "a", "b", "ab", "c", "ac", "bc", "abc"};
    unsigned table = 0;
    for (unsigned i = 0; i < 8; i++) {
        table |= (unsigned)run_pattern_selects(expression, ids[i]) << i;
    }
    return table;
}

static void not_binds_before_and_before_or(void **state)
{
    (void)state;
    enum { A = 0xaa, B = 0xcc, C = 0xf0, ALL = 0xff };
    assert_int_equal(table_of("a"), A);
    assert_int_equal(table_of("not a"), ALL & ~A);
    assert_int_equal(table_of("not not a"), A);
    assert_int_equal(table_of("a and b"), A & B);
    assert_int_equal(table_of("a or b"), A | B);
    assert_int_equal(table_of("a or b and c"), A | (B & C));
    assert_int_equal(table_of("a and b or c"), (A & B) | C);
    assert_int_equal(table_of("(a or b) and c"), (A | B) & C);
    assert_int_equal(table_of("not a and b"), B & ~A);
    assert_int_equal(table_of("not (a and b)"), ALL & ~(A & B));
    assert_int_equal(table_of("not(a or b)or(c and not b)"), (ALL & ~(A | B)) | (C & ~B));
    assert_int_equal(table_of("a and b and not c"), A & B & ~C);
    assert_int_equal(table_of("a or b or c"), A | B | C);
}

static void words_in_a_pattern_are_part_of_it(void **state)
{
    (void)state;
    assert_true(run_pattern_selects("land", "state/land/1"));
    assert_true(run_pattern_selects("notary or x", "state/notary/1"));
    assert_true(run_pattern_selects("or1 and nothing", "or1/nothing"));
    assert_true(run_pattern_selects("s1:3 - s2:1 and not x", "wiring/s1:3 - s2:1"));
    assert_false(run_pattern_selects("s1:3 - s2:2 and not x", "wiring/s1:3 - s2:1"));
}

static void says(const char *expression, const char *what)
{
    struct base_error error = {0};
    assert_int_equal(run_pattern_check(expression, &error), -1);
    assert_string_equal(error.text, what);
    assert_false(run_pattern_selects(expression, "a"));
}

static void what_is_no_expression_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run_pattern_check("a and (b or not c)", NULL), 0);
    assert_int_equal(run_pattern_check("", NULL), 0);
    says("a and", "a pattern is missing at the end");
    says("or a", "a pattern is missing before 'or'");
    says("a and or b", "a pattern is missing before 'or'");
    says("not", "a pattern is missing at the end");
    says("()", "a pattern is missing before ')'");
    says("(a", "')' is missing at the end");
    says("(a (a)", "')' is missing before '('");
    says("a)", "'(' is missing before ')'");
    says("a not b", "'and' or 'or' is missing before 'not'");
    says("a (b)", "'and' or 'or' is missing before '('");
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    char text[2 * RUN_PATTERN_MAX + 8];
    memset(text, 'a', sizeof text);
    text[RUN_PATTERN_MAX] = '\0';
    assert_int_equal(run_pattern_check(text, NULL), 0);
    text[RUN_PATTERN_MAX] = 'a';
    text[RUN_PATTERN_MAX + 1] = '\0';
    says(text, "a pattern is too long at the end");
    char nested[2 * RUN_PATTERN_DEPTH + 4] = "";
    memset(nested, '(', RUN_PATTERN_DEPTH);
    nested[RUN_PATTERN_DEPTH] = 'a';
    memset(nested + RUN_PATTERN_DEPTH + 1, ')', RUN_PATTERN_DEPTH);
    assert_int_equal(run_pattern_check(nested, NULL), 0);
    nested[RUN_PATTERN_DEPTH] = '(';
    says(nested, "too many parentheses before '('");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pattern_is_contained_or_matches_as_a_whole),
    cmocka_unit_test(not_binds_before_and_before_or),
    cmocka_unit_test(words_in_a_pattern_are_part_of_it),
    cmocka_unit_test(what_is_no_expression_is_refused),
    cmocka_unit_test(what_is_too_large_is_refused),
};

TEST_MAIN(tests)
