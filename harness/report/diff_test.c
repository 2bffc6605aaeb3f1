/* SPDX-License-Identifier: Apache-2.0
 *
 * Differences as text and as JSON. */
#include "report/diff.h"

#include "testing/cmocka.h"

#include <jansson.h>

static struct difference items[] = {
    {.ports = "1-3",
     .match = "tcp",
     .except = "tcp,tp_dst=80",
     .n_except_more = 2,
     .example = "tcp,in_port=1",
     .actions = {"output:2", "drop"},
     .entry = {"tcp actions=output:2", NULL},
     .detail = "output:2 is missing"},
    {.ports = DIFFERENCE_ALL_PORTS,
     .match = "",
     .is_part = true,
     .example = "in_port=1",
     .actions = {"NORMAL", "drop"},
     .entry = {"actions=NORMAL", NULL},
     .undecided = "NORMAL"},
};
static const char *ports[] = {"port 3: up in A, LINK_DOWN in B"};
static struct entry_difference entries[] = {{{"tcp actions=output:2", NULL}},
                                            {{"arp actions=output:1", "arp actions=drop"}}};

static void assert_text(const struct report_diff *diff, size_t max, const char *expected)
{
    struct base_buffer out = {0};
    report_diff_text(diff, max, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void test_behavior(void **state)
{
    (void)state;
    struct switch_difference switches[] = {
        {.name = "s1", .items = items, .n_items = 2, .ports = ports, .n_ports = 1},
        {.name = "s2", .not_compared = "B: refused\x1b"},
    };
    struct report_diff diff = {.names = {"a", "b"}, .switches = switches, .n_switches = 2};
    assert_int_equal(report_diff_verdict(&diff), REPORT_DIFF_DIFFERENT);
    assert_text(&diff, 1,
                "s1 ports 1-3: tcp except tcp,tp_dst=80 and 2 more\n"
                "  output:2 is missing\n"
                "  A        output:2    (tcp actions=output:2)\n"
                "  B        drop    (no entry takes it)\n"
                "  example  tcp,in_port=1\n\n"
                "s1: 1 more sets of packets (-v lists them)\n\n"
                "s1 port 3: up in A, LINK_DOWN in B\n\n"
                "s2: not compared: B: refused\\x1b\n\n"
                "DIFFERENT: 1 of 2 switches differ, 1 not compared (A: a, B: b)\n");
}

static void test_entries(void **state)
{
    (void)state;
    struct switch_difference sw = {.name = "s1", .entries = entries, .n_entries = 2};
    struct report_diff diff = {
        .names = {"a", "b"}, .switches = &sw, .n_switches = 1, .entries = true};
    assert_text(&diff, 0,
                "s1:\n-tcp actions=output:2\n-arp actions=output:1\n+arp actions=drop\n"
                "DIFFERENT: 1 of 1 switches differ by entries (A: a, B: b)\n");
    diff.entries = false;
    assert_int_equal(report_diff_verdict(&diff), REPORT_DIFF_SAME);
}

/* What is not known is neither the same nor different. */
static void test_verdicts(void **state)
{
    (void)state;
    struct switch_difference sw = {.name = "s1", .items = &items[1], .n_items = 1};
    struct report_diff diff = {.names = {"a", "b"}, .switches = &sw, .n_switches = 1};
    assert_int_equal(report_diff_verdict(&diff), REPORT_DIFF_UNDECIDED);
    sw = (struct switch_difference){.name = "s1", .open = "over the budget"};
    assert_int_equal(report_diff_verdict(&diff), REPORT_DIFF_UNDECIDED);
    sw = (struct switch_difference){.name = "s1", .not_compared = "A: refused"};
    diff.entries = true;
    assert_int_equal(report_diff_verdict(&diff), REPORT_DIFF_UNDECIDED);
    sw = (struct switch_difference){.name = "s1"};
    assert_int_equal(report_diff_verdict(&diff), REPORT_DIFF_SAME);
}

static void test_json(void **state)
{
    (void)state;
    const char *group = "group 3: x in A, y in B";
    struct switch_difference switches[] = {
        {.name = "s1",
         .items = items,
         .n_items = 2,
         .ports = ports,
         .n_ports = 1,
         .entries = entries,
         .n_entries = 2,
         .groups = &group,
         .n_groups = 1,
         .open = "over the budget"},
        {.name = "s2", .not_compared = "B: refused"},
    };
    struct report_diff diff = {.names = {"a", "b"}, .switches = switches, .n_switches = 2};
    struct base_buffer out = {0};
    report_diff_json(&diff, "0", &out);
    assert_string_equal(
        base_buffer_text(&out),
        "{\n"
        "  \"verdict\": \"different\",\n"
        "  \"a\": \"a\",\n"
        "  \"b\": \"b\",\n"
        "  \"switches\": [\n"
        "    {\n"
        "      \"switch\": \"s1\",\n"
        "      \"differences\": [\n"
        "        {\"ports\": \"1-3\", \"match\": \"tcp\", \"except\": \"tcp,tp_dst=80\", "
        "\"except_more\": 2, \"example\": \"tcp,in_port=1\", \"a\": {\"actions\": \"output:2\", "
        "\"entry\": \"tcp actions=output:2\"}, \"b\": {\"actions\": \"drop\"}, \"detail\": "
        "\"output:2 is missing\"},\n"
        "        {\"ports\": \"any port\", \"match\": \"\", \"part\": \"some of these\", "
        "\"example\": \"in_port=1\", \"a\": {\"actions\": \"NORMAL\", \"entry\": "
        "\"actions=NORMAL\"}, \"b\": {\"actions\": \"drop\"}, \"undecided\": \"NORMAL\"}\n"
        "      ],\n"
        "      \"open\": \"over the budget\",\n"
        "      \"ports\": [\n"
        "        \"port 3: up in A, LINK_DOWN in B\"\n"
        "      ],\n"
        "      \"groups\": [\n"
        "        \"group 3: x in A, y in B\"\n"
        "      ],\n"
        "      \"entries\": [\n"
        "        {\"a\": \"tcp actions=output:2\"},\n"
        "        {\"a\": \"arp actions=output:1\", \"b\": \"arp actions=drop\"}\n"
        "      ]\n"
        "    },\n"
        "    {\n"
        "      \"switch\": \"s2\",\n"
        "      \"not_compared\": \"B: refused\",\n"
        "      \"differences\": [],\n"
        "      \"ports\": [],\n"
        "      \"entries\": []\n"
        "    }\n"
        "  ],\n"
        "  \"tapproof\": \"0\",\n"
        "  \"format\": 1\n"
        "}\n");
    json_t *root = json_loads(base_buffer_text(&out), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_decref(root);
    base_buffer_free(&out);
}

/* Groups are told; alone they make entries different, and what is done only if they choose. */
static void test_groups_differ(void **state)
{
    (void)state;
    const char *line = "group 3: x in A, y in B";
    struct switch_difference sw = {.name = "s1", .groups = &line, .n_groups = 1};
    struct report_diff diff = {.names = {"a", "b"}, .switches = &sw, .n_switches = 1};
    for (int i = 0; i < 4; i++) {
        struct base_buffer text = {0}, json = {0};
        diff.entries = i % 2;
        sw.chooses_otherwise = i / 2;
        assert_int_equal(report_diff_verdict(&diff),
                         i == 0 ? REPORT_DIFF_SAME : REPORT_DIFF_DIFFERENT);
        report_diff_text(&diff, 0, &text);
        assert_non_null(strstr(base_buffer_text(&text), "s1 group 3: x in A, y in B\n"));
        report_diff_json(&diff, "1", &json);
        assert_non_null(strstr(base_buffer_text(&json), "\"groups\""));
        base_buffer_free(&text);
        base_buffer_free(&json);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_groups_differ), cmocka_unit_test(test_behavior),
    cmocka_unit_test(test_entries),       cmocka_unit_test(test_verdicts),
    cmocka_unit_test(test_json),
};

TEST_MAIN(tests)
