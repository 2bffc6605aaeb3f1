/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of one result as rows, on one line and as a tree. */
#include "report/evidence.h"

#include "testing/cmocka.h"

static void check(struct base_buffer *out, const char *expected)
{
    assert_string_equal(base_buffer_text(out), expected);
    base_buffer_free(out);
}

static void check_evidence(const struct result *result, const char *expected)
{
    struct base_buffer out = {0};
    report_put_evidence(&(struct report_paper){.out = &out}, result);
    check(&out, expected);
}

static void check_compared(const struct result *result, const char *expected)
{
    struct base_buffer out = {0};
    report_put_compared(&(struct report_paper){.out = &out}, result);
    check(&out, expected);
}

static void ink_is_for_colour_only(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct report_paper paper = {.out = &out};
    report_put_ink(&paper, INK_RED, "a\x1b");
    check(&out, "a\\x1b");
    paper.color = true;
    report_put_ink(&paper, INK_PLAIN, "a");
    report_put_ink(&paper, INK_GREEN, "b");
    report_put_ink(&paper, INK_DIM, "c");
    check(&out, "a\x1b[1;32mb\x1b[0m\x1b[2mc\x1b[0m");
}

/* Lines as wide as the paper are full; words that are wider stay whole. */
static void prose_is_wrapped_at_blanks(void **state)
{
    (void)state;
    static const struct {
        unsigned width;
        const char *text, *expected;
    } rows[] = {
        {0, "aa bb cc", "aa bb cc"},
        {7, "aa bb cc", "aa bb\n  cc"},
        {6, "aa bb cc", "aa\n  bb\n  cc"},
        {6, "aaaaaaaaa b", "aaaaaaaaa\n  b"},
        {7, "aa\nbb cc", "aa\n  bb cc"},
        {7, "aa\n", "aa"},
        {7, "", ""},
        {7, "é≠ bb c", "é≠ bb\n  c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_buffer out = {0};
        struct report_paper paper = {.out = &out, .width = rows[i].width};
        report_put_prose(&paper, 2, rows[i].text);
        check(&out, rows[i].expected);
    }
}

static void copies_are_compared(void **state)
{
    (void)state;
    struct result result = {.is_count = true, .expected_count = 1, .observed_count = 2};
    check_compared(&result, "expected 1 copy, observed 2 copies");
    result.observed_count = -1;
    check_compared(&result, "expected 1 copy, observed not known");
    result.by_tables = true;
    result.observed_count = 0;
    check_compared(&result, "expected 1 copy, advertised 0 copies");
    check_compared(&(struct result){.expected = "x", .observed = "y"}, "expected x, observed y");
    check_compared(&(struct result){0}, "expected , observed ");
}

static void the_pair_that_disagrees_is_named(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct report_paper paper = {.out = &out};
    struct result result = {.disagree = {SAYS_DECLARED, SAYS_COUNTED}};
    report_put_disagreement(&paper, &result);
    assert_int_equal(out.n_bytes, 0);
    result.disagrees = true;
    report_put_disagreement(&paper, &result);
    check(&out, "declared ≠ counted");
}

/* What of a list the other one lacks, if they have anything in common. */
static void lists_of_actions_show_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *expected, *observed, *rows;
    } rows[] = {
        {"output:1,output:2", "output:1,output:3",
         "      declared    output:1,output:2    missing: output:2\n"
         "      advertised  output:1,output:3    extra: output:3\n"},
        {"output:1", "output:2",
         "      declared    output:1\n"
         "      advertised  output:2\n"},
        {"output:1,output:1", "output:1",
         "      declared    output:1,output:1    missing: output:1\n"
         "      advertised  output:1\n"},
        {"controller(max_len=9,x),output:1", "output:1",
         "      declared    controller(max_len=9,x),output:1    "
         "missing: controller(max_len=9,x)\n"
         "      advertised  output:1\n"},
        {"output:1,output:2,output:4", "output:1",
         "      declared    output:1,output:2,output:4    missing: output:2,output:4\n"
         "      advertised  output:1\n"},
        {"a", "b\nor c",
         "      declared    a\n"
         "      advertised  b\n"
         "                  or c\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result result = {.expected = rows[i].expected, .observed = rows[i].observed};
        check_evidence(&result, rows[i].rows);
    }
}

/* Each statement once. */
static void statements_are_not_repeated(void **state)
{
    (void)state;
    struct result state_result = {
        .expected = "output:1",
        .observed = "output:2",
        .detail = "why",
        .example = "tcp",
        .suspect = "s1:1",
        .source = "e.yaml:1:2",
        .says = {"tcp actions=output:1", "in_port=1 actions=output:2", "3 packets", "output:2"}};
    check_evidence(&state_result, "      why\n"
                                  "      declared    output:1\n"
                                  "      advertised  output:2\n"
                                  "      entry       in_port=1 actions=output:2\n"
                                  "      counted     3 packets\n"
                                  "      example     tcp\n"
                                  "      suspect     s1:1\n"
                                  "      source      e.yaml:1:2\n");
    struct result traffic = {.is_count = true,
                             .expected_count = 1,
                             .observed_count = 0,
                             .says = {"1 copy", "1 copy, altered", NULL, NULL}};
    check_evidence(&traffic, "      declared    1 copy\n"
                             "      advertised  1 copy, altered\n"
                             "      observed    0 copies\n");
    traffic.says[SAYS_OBSERVED] = "none";
    traffic.expected_count = -1;
    check_evidence(&traffic, "      advertised  1 copy, altered\n"
                             "      observed    none\n");
    traffic.says[SAYS_OBSERVED] = NULL;
    traffic.by_tables = true;
    check_evidence(&traffic, "      advertised  1 copy, altered\n");
}

static void check_fields(const struct result *result, const char *expected)
{
    struct base_buffer out = {0};
    struct report_tree tree = {.out = &out, .syntax = REPORT_YAML};
    report_tree_map(&tree, NULL, REPORT_ON_ONE_LINE);
    report_put_fields(&tree, result);
    report_tree_close(&tree);
    check(&out, expected);
}

static void fields_that_are_not_known_are_absent(void **state)
{
    (void)state;
    struct result result = {.id = "state/s1/0",
                            .kind = RESULT_STATE,
                            .switch_name = "s1",
                            .expected = "drop",
                            .observed = "output:1",
                            .says = {"drop", NULL, NULL, NULL},
                            .disagrees = true,
                            .disagree = {SAYS_DECLARED, SAYS_ADVERTISED}};
    check_fields(&result,
                 "{id: \"state/s1/0\", kind: \"state\", switch: \"s1\", port: 0, verdict: "
                 "\"pass\", expected: \"drop\", observed: \"output:1\", disagree: [\"declared\", "
                 "\"advertised\"], statements: {declared: \"drop\"}}\n");
    result = (struct result){.id = "x",
                             .kind = RESULT_TRAFFIC,
                             .port = -1,
                             .is_count = true,
                             .expected_count = 1,
                             .observed_count = -1};
    check_fields(&result, "{id: \"x\", kind: \"traffic\", verdict: \"pass\", expected: 1}\n");
    result.observed_count = 0;
    check_fields(&result,
                 "{id: \"x\", kind: \"traffic\", verdict: \"pass\", expected: 1, observed: 0}\n");
    result.by_tables = true;
    check_fields(&result, "{id: \"x\", kind: \"traffic\", verdict: \"pass\", expected: 1}\n");
    result =
        (struct result){.id = "x", .port = -1, .expected = "a", .observed = "b", .by_tables = true};
    check_fields(&result, "{id: \"x\", kind: \"switch\", verdict: \"pass\", expected: \"a\"}\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ink_is_for_colour_only),
    cmocka_unit_test(prose_is_wrapped_at_blanks),
    cmocka_unit_test(copies_are_compared),
    cmocka_unit_test(the_pair_that_disagrees_is_named),
    cmocka_unit_test(lists_of_actions_show_what_is_missing),
    cmocka_unit_test(statements_are_not_repeated),
    cmocka_unit_test(fields_that_are_not_known_are_absent),
};

TEST_MAIN(tests)
