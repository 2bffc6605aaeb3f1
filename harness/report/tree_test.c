/* SPDX-License-Identifier: Apache-2.0
 *
 * The same calls, written as JSON and as YAML. */
#include "report/tree.h"

#include "testing/cmocka.h"

#include <math.h>

/* Every kind of value, nested over several lines and on one. */
static void put_all(struct report_tree *tree)
{
    report_tree_map(tree, NULL, REPORT_LINES);
    report_tree_text(tree, "text", "a \"b\"");
    report_tree_text(tree, "absent", NULL);
    report_tree_number(tree, "number", -3);
    report_tree_counter(tree, "counter", UINT64_MAX);
    report_tree_real(tree, "real", 1.23456);
    report_tree_real(tree, "infinite", INFINITY);
    report_tree_hex(tree, "hex", 0xab, 4);
    report_tree_list(tree, "empty", REPORT_LINES);
    report_tree_close(tree);
    report_tree_map(tree, "none", REPORT_LINES);
    report_tree_close(tree);
    report_tree_list(tree, "rows", REPORT_LINES);
    for (int i = 0; i < 2; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_number(tree, "i", i);
        report_tree_list(tree, "deep", REPORT_LINES); /* on that line, too */
        report_tree_number(tree, NULL, 1);
        report_tree_number(tree, NULL, 2);
        report_tree_close(tree);
        report_tree_close(tree);
    }
    report_tree_map(tree, NULL, REPORT_LINES); /* over several lines again */
    report_tree_number(tree, "x", 1);
    report_tree_number(tree, "y", 2);
    report_tree_close(tree);
    report_tree_close(tree);
    report_tree_close(tree);
}

static void check(enum report_syntax syntax, unsigned margin, const char *expected)
{
    struct base_buffer out = {0};
    struct report_tree tree = {.out = &out, .syntax = syntax, .margin = margin};
    put_all(&tree);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void json(void **state)
{
    (void)state;
    check(REPORT_JSON, 0,
          "{\n"
          "  \"text\": \"a \\\"b\\\"\",\n"
          "  \"number\": -3,\n"
          "  \"counter\": 18446744073709551615,\n"
          "  \"real\": 1.235,\n"
          "  \"infinite\": null,\n"
          "  \"hex\": \"0x00ab\",\n"
          "  \"empty\": [],\n"
          "  \"none\": {},\n"
          "  \"rows\": [\n"
          "    {\"i\": 0, \"deep\": [1, 2]},\n"
          "    {\"i\": 1, \"deep\": [1, 2]},\n"
          "    {\n"
          "      \"x\": 1,\n"
          "      \"y\": 2\n"
          "    }\n"
          "  ]\n"
          "}\n");
}

static void yaml(void **state)
{
    (void)state;
    check(REPORT_YAML, 0,
          "text: \"a \\\"b\\\"\"\n"
          "number: -3\n"
          "counter: 18446744073709551615\n"
          "real: 1.235\n"
          "infinite: null\n"
          "hex: \"0x00ab\"\n"
          "empty: []\n"
          "none: {}\n"
          "rows:\n"
          "  - {i: 0, deep: [1, 2]}\n"
          "  - {i: 1, deep: [1, 2]}\n"
          "  - x: 1\n"
          "    y: 2\n");
}

static void a_margin_is_in_front_of_every_line(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct report_tree tree = {.out = &out, .syntax = REPORT_YAML, .margin = 3};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_tree_number(&tree, "a", 1);
    report_tree_list(&tree, "b", REPORT_LINES);
    report_tree_number(&tree, NULL, 2);
    report_tree_close(&tree);
    report_tree_close(&tree);
    assert_string_equal(base_buffer_text(&out), "   a: 1\n   b:\n     - 2\n");
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(json),
    cmocka_unit_test(yaml),
    cmocka_unit_test(a_margin_is_in_front_of_every_line),
};

TEST_MAIN(tests)
