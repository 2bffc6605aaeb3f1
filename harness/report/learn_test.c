/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said beside an expectation that was learned. */
#include "report/learn.h"

#include "testing/cmocka.h"

struct drafted {
    struct topology_switch switches[2];
    struct topology_host hosts[2];
    struct topology topology;
    struct switch_dump dumps[2];
    const char *unclaimed[2];
    struct learn_draft draft;
};

static void begin(struct drafted *drafted)
{
    *drafted = (struct drafted){.switches = {{.name = "s1"}, {.name = "s2"}},
                                .hosts = {{.name = "h1"}, {.name = "h2"}},
                                .dumps = {{.dumped = true}, {.dumped = true}}};
    drafted->topology = (struct topology){
        .switches = drafted->switches, .n_switches = 2, .hosts = drafted->hosts, .n_hosts = 2};
    drafted->draft.expectation.topology = &drafted->topology;
    drafted->draft.unclaimed = drafted->unclaimed;
}

static void add(struct drafted *drafted, enum result_kind kind, const char *id, const char *sw,
                enum verdict verdict, const char *detail)
{
    struct result *result = report_add(&drafted->draft.judged, kind, id);
    assert_non_null(result);
    result->switch_name = sw;
    result->verdict = verdict;
    result->detail = detail;
}

static void check(struct drafted *drafted, const char *expected)
{
    struct base_buffer text = {0};
    report_learn_remarks(&drafted->draft, drafted->dumps, "# ", &text);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
    report_free(&drafted->draft.judged);
}

static void nothing_to_say(void **state)
{
    (void)state;
    struct drafted drafted;
    begin(&drafted);
    add(&drafted, RESULT_SWITCH, "switch/s1", "s1", VERDICT_PASS, "fine");
    add(&drafted, RESULT_STATE, "state/s1/1", "s1", VERDICT_SKIP, "ignored");
    check(&drafted, "");
}

/* A switch that was not read: once, and what follows of it. */
static void everything_to_say(void **state)
{
    (void)state;
    struct drafted drafted;
    begin(&drafted);
    drafted.dumps[1] = (struct switch_dump){.reason = "connection refused"};
    drafted.unclaimed[0] = "NORMAL";
    add(&drafted, RESULT_SWITCH, "switch/s1", "s1", VERDICT_FAIL, "another one");
    add(&drafted, RESULT_SWITCH, "switch/s2", "s2", VERDICT_INCONCLUSIVE, "connection refused");
    add(&drafted, RESULT_STATE, "state/s1/1", "s1", VERDICT_FAIL, "port 1 is down\nand more");
    add(&drafted, RESULT_STATE, "state/s2/1", "s2", VERDICT_INCONCLUSIVE, "not read");
    add(&drafted, RESULT_STATE, "state/s2/2", "s2", VERDICT_INCONCLUSIVE, NULL);
    add(&drafted, RESULT_TRAFFIC, "traffic/h1/stray/all", NULL, VERDICT_INCONCLUSIVE, "NORMAL");
    add(&drafted, RESULT_TRAFFIC, "traffic/h2/stray/all", NULL, VERDICT_INCONCLUSIVE, "open");
    add(&drafted, RESULT_TRAFFIC, "traffic/h1/loop", NULL, VERDICT_FAIL, "endless");
    for (size_t i = 5; i < 8; i++) {
        drafted.draft.judged.results[i].from = i == 6 ? "h2" : "h1";
    }
    check(&drafted, "# s2 is not in here: connection refused\n"
                    "# h1 has no claims: NORMAL\n"
                    "# switch/s1: fail: another one\n"
                    "# state/s1/1: fail: port 1 is down\n"
                    "# state/s2/1: inconclusive: not read\n"
                    "# traffic/h2/stray/all: inconclusive: open\n"
                    "# traffic/h1/loop: fail: endless\n");
}

static void ports_that_are_left_out(void **state)
{
    (void)state;
    struct drafted drafted;
    struct learn_unsaid unsaid = {{1, 3}, "nw_ttl=64 actions=drop", "it depends on nw_ttl"};
    begin(&drafted);
    drafted.draft.unsaid = &unsaid;
    drafted.draft.n_unsaid = 1;
    check(&drafted, "# s2:3 is left out, and may do anything (`unlisted: any`): it depends on "
                    "nw_ttl, of nw_ttl=64 actions=drop\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_to_say),
    cmocka_unit_test(everything_to_say),
    cmocka_unit_test(ports_that_are_left_out),
};

TEST_MAIN(tests)
