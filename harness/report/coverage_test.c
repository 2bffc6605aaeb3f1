/* SPDX-License-Identifier: Apache-2.0
 *
 * What the probes of a run exercised, in text and as a tree. */
#include "report/coverage.h"

#include "testing/cmocka.h"

#include <string.h>

static const char hidden[] = "hidden", far[] = "no frame comes there";

static void check_text(const struct report_coverage *coverage, const char *expected)
{
    struct base_buffer out = {0};
    report_put_coverage(coverage, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void nothing_is_said_of_what_was_not_looked_at(void **state)
{
    (void)state;
    struct report_coverage coverage = {.n_entries = 3, .n_pairs = 2};
    struct base_buffer out = {0};
    struct report_tree tree = {.out = &out, .syntax = REPORT_JSON};
    check_text(&coverage, "");
    report_put_coverage_tree(&tree, &coverage);
    assert_int_equal(out.n_bytes, 0);
}

static void cables_are_grouped_by_reason(void **state)
{
    (void)state;
    static const char idle[] = "no frame is known to have crossed it", alike[] = "alike";
    struct missed untold[10] = {{.what = "a - b", .reason = idle},
                                {.what = "c - d", .reason = alike}};
    for (size_t i = 2; i < 10; i++) {
        untold[i] = (struct missed){.what = "e - f", .reason = idle};
    }
    struct report_coverage coverage = {.n_cables = 12, .untold = untold, .n_untold = 3};
    check_text(
        &coverage,
        "cables told 9/12, not a - b, e - f (no frame is known to have crossed it), not c - d "
        "(alike)");
    coverage.n_untold = 10;
    check_text(&coverage,
               "cables told 2/12, not a - b, e - f, e - f, e - f, e - f, e - f, e - f, "
               "e - f and 1 more (no frame is known to have crossed it), not c - d (alike)");
    coverage.n_untold = 1;
    coverage.is_known = true;
    check_text(&coverage, "entries exercised 0/0; forbidden pairs probed 0/0; cables told 11/12, "
                          "not a - b (no frame is known to have crossed it)");
    coverage.is_known = false;
    struct base_buffer out = {0};
    struct report_tree tree = {.out = &out, .syntax = REPORT_JSON};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_put_coverage_tree(&tree, &coverage);
    report_tree_close(&tree);
    assert_non_null(strstr(base_buffer_text(&out), "\"cables_told\": 11"));
    assert_non_null(
        strstr(base_buffer_text(&out),
               "{\"cable\": \"a - b\", \"reason\": \"no frame is known to have crossed it\"}"));
    assert_null(strstr(base_buffer_text(&out), "exercised"));
    base_buffer_free(&out);
}

/* Each reason once, whatever is between; equal texts that are not one pointer too. */
static void entries_are_grouped_by_reason(void **state)
{
    (void)state;
    char again[] = "hidden";
    struct missed missed[] = {{.what = "s1 tcp", .reason = hidden, .by = "ip"},
                              {.what = "s1 arp", .reason = far},
                              {.what = "s2 \x01udp", .reason = again},
                              {.what = "s3 ip", .reason = far}};
    struct report_coverage coverage = {.is_known = true,
                                       .n_entries = 9,
                                       .n_exercised = 5,
                                       .missed = missed,
                                       .n_missed = 4,
                                       .n_pairs = 3,
                                       .n_pairs_probed = 3};
    check_text(&coverage,
               "entries exercised 5/9; hidden: s1 tcp (by ip), s2 \\x01udp; no frame comes there: "
               "s1 arp, s3 ip; forbidden pairs probed 3/3");
}

static void eight_are_named_and_the_others_counted(void **state)
{
    (void)state;
    struct missed missed[10];
    struct missed_pair pairs[9];
    for (size_t i = 0; i < 10; i++) {
        missed[i] = (struct missed){.what = "e", .reason = hidden};
    }
    for (size_t i = 0; i < 9; i++) {
        pairs[i] = (struct missed_pair){"h1", "h2", "why"};
    }
    struct report_coverage coverage = {.is_known = true,
                                       .n_entries = 10,
                                       .missed = missed,
                                       .n_missed = 10,
                                       .n_pairs = 9,
                                       .n_pairs_proved = 1,
                                       .unprobed = pairs,
                                       .n_unprobed = 9};
    check_text(&coverage, "entries exercised 0/10; hidden: e, e, e, e, e, e, e, e and 2 more; "
                          "forbidden pairs probed 0/9, proved 1, not h1 -> h2 (why), h1 -> h2 (why)"
                          ", h1 -> h2 (why), h1 -> h2 (why), h1 -> h2 (why), h1 -> h2 (why), "
                          "h1 -> h2 (why), h1 -> h2 (why) and 1 more");
    coverage.n_missed = coverage.n_unprobed = 8;
    coverage.n_pairs_proved = 0;
    check_text(&coverage, "entries exercised 0/10; hidden: e, e, e, e, e, e, e, e; "
                          "forbidden pairs probed 0/9, not h1 -> h2 (why), h1 -> h2 (why)"
                          ", h1 -> h2 (why), h1 -> h2 (why), h1 -> h2 (why), h1 -> h2 (why), "
                          "h1 -> h2 (why), h1 -> h2 (why)");
}

static void the_tree_has_all_of_it(void **state)
{
    (void)state;
    struct missed missed[] = {{.what = "s1 tcp", .reason = hidden, .by = "ip"}};
    struct missed_pair pair = {"h1", "h2", "why"};
    struct report_coverage coverage = {.is_known = true,
                                       .n_entries = 9,
                                       .n_exercised = 8,
                                       .missed = missed,
                                       .n_missed = 1,
                                       .n_pairs = 3,
                                       .n_pairs_probed = 2,
                                       .n_pairs_proved = 1,
                                       .unprobed = &pair,
                                       .n_unprobed = 1};
    struct base_buffer out = {0};
    struct report_tree tree = {.out = &out, .syntax = REPORT_YAML};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_put_coverage_tree(&tree, &coverage);
    report_tree_close(&tree);
    assert_string_equal(base_buffer_text(&out),
                        "coverage:\n"
                        "  exercised: 8\n"
                        "  entries: 9\n"
                        "  missed:\n"
                        "    - {entry: \"s1 tcp\", reason: \"hidden\", by: \"ip\"}\n"
                        "  pairs_probed: 2\n"
                        "  pairs_proved: 1\n"
                        "  pairs_forbidden: 3\n"
                        "  pairs_missed:\n"
                        "    - {from: \"h1\", to: \"h2\", reason: \"why\"}\n");
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_said_of_what_was_not_looked_at),
    cmocka_unit_test(cables_are_grouped_by_reason),
    cmocka_unit_test(entries_are_grouped_by_reason),
    cmocka_unit_test(eight_are_named_and_the_others_counted),
    cmocka_unit_test(the_tree_has_all_of_it),
};

TEST_MAIN(tests)
