/* SPDX-License-Identifier: Apache-2.0
 *
 * A report with everything in it, and one with little, in each form, as a whole. */
#include "report/report.h"

#include "testing/report_sample.h"
#include "testing/whole.h"
#include "yaml/load.h"

static const char long_reason[] =
    "a reason of many words that does not fit on a line of seventy-two columns, with <marks>, "
    "\"quotes\", 'others', {braces}; 100% & a second sentence\nand a second line, as evidence has";

static struct result *add(struct report *report, enum result_kind kind, const char *id,
                          enum verdict verdict, const char *detail)
{
    struct result *result = report_add(report, kind, id);
    result->verdict = verdict;
    result->detail = detail;
    return result;
}

static struct result *add_traffic(struct report *report, const char *id, const char *from,
                                  const char *to, enum verdict verdict, const char *detail)
{
    struct result *result = add(report, RESULT_TRAFFIC, id, verdict, detail);
    result->from = from;
    result->to = to;
    result->is_count = true;
    return result;
}

/* A result of each kind fails; of the second cause two more are consequences. */
static void add_failures(struct report *report)
{
    struct result *result =
        add(report, RESULT_SWITCH, "switch/s3", VERDICT_FAIL, "another switch answers");
    result->switch_name = "s3";
    result->cause = result->suspect = "s3";
    result->cause_kind = CAUSE_SWITCH;
    result = add(report, RESULT_ENTRY, "entry/s1/1", VERDICT_FAIL, long_reason);
    result->switch_name = "s1";
    result->expected = "priority=5,tcp actions=output:1";
    result->observed = "priority=5,tcp actions=output:2\npriority=5,udp actions=drop";
    result->says[SAYS_DECLARED] = result->expected;
    result->says[SAYS_ADVERTISED] = "priority=5,tcp actions=output:2";
    result->source = "a:b/c.yaml:3:4";
    result->disagrees = true;
    result->disagree[1] = SAYS_ADVERTISED;
    result = add(report, RESULT_GROUP, "group/s1/7", VERDICT_FAIL, "s1 has no group 7");
    result->switch_name = "s1";
    result =
        add(report, RESULT_FAILOVER, "failover/s1:6/state/s1/1", VERDICT_FAIL, "with s1:6 down");
    result->port = 0;
    result->expected = "output:7,output:8";
    result->observed = "output:7,output:9";
    result->is_consequence = true;
    result = add(report, RESULT_HOST, "host/h3", VERDICT_FAIL, NULL);
    result->suspect = "h3";
    result->says[SAYS_OBSERVED] = "two hosts answer";
    result = add(report, RESULT_WIRING, "wiring/s1:6 - s3:1", VERDICT_FAIL, "nothing comes");
    result->expected = "s1:6 - s3:1";
    result->observed = "s1:6 - s3:2";
    result->suspect = "s1:6 - s3:1, s1:7 - s3:2";
    result->says[SAYS_COUNTED] = "s1:6 sent 3, s3:1 received 0";
    result->disagrees = true;
    result->disagree[1] = SAYS_COUNTED;
    add(report, RESULT_CHANGE, "change/s2/4", VERDICT_FAIL, "refused\nby the switch");
}

static void add_claims(struct report *report)
{
    struct result *result = add_traffic(report, "traffic/h1/delivered/h2", "h1", "h2", VERDICT_FAIL,
                                        "nothing arrived; and more");
    result->expected_count = 1;
    result->suspect = "s1:6 - s3:1, s1:7 - s3:2";
    result->says[SAYS_ADVERTISED] = "1 copy";
    result->is_consequence = true;
    result = add_traffic(report, "traffic/h3/mirrored/h11", "h3", "h11", VERDICT_FAIL,
                         "too many arrive");
    result->expected_count = 1;
    result->observed_count = 2;
    result->by_tables = true;
    result->example = "in_port=3,tcp";
    result->says[SAYS_OBSERVED] = "not looked for";
    result->is_consequence = true;
    result = add_traffic(report, "traffic/h4/delivered/h3", "h4", "h3", VERDICT_FAIL,
                         "endlessly many arrive");
    result->expected_count = 2;
    result->observed_count = -1;
    add_traffic(report, "traffic/h6/delivered/h7", "h6", "h7", VERDICT_PASS, NULL)->expected_count =
        1;
    result = add_traffic(report, "traffic/h6/mirrored/h11", "h6", "h11", VERDICT_PASS, NULL);
    result->expected_count = result->observed_count = 2;
    add_traffic(report, "traffic/h6/stray/h8", "h6", "h8", VERDICT_PASS, NULL);
    add_traffic(report, "traffic/h6/isolated/all", "h6", "all", VERDICT_INCONCLUSIVE, "open");
    add_traffic(report, "traffic/h6/delivered/h8", "h6", "h8", VERDICT_SKIP, "no station at h8");
    add_traffic(report, "traffic/nobody/isolated/h8", "nobody", "h8", VERDICT_SKIP,
                "no station at h8");
    add_traffic(report, "traffic/h8/isolated/all", "h8", "all", VERDICT_PASS, NULL);
    result = add_traffic(report, "traffic/h9/isolated/all", "h9", "all", VERDICT_SKIP,
                         "a frame arrived");
    result->known = "ticket 7 (until 2027-01-01)";
    add(report, RESULT_TRANSIENT, "transient/h1/h2", VERDICT_PASS, "2 frames were lost");
}

static void add_others(struct report *report)
{
    char id[32];
    for (int i = 1; i <= 23; i++) {
        snprintf(id, sizeof id, "state/s2/%d", i);
        struct result *result = add(report, RESULT_STATE, id, VERDICT_FAIL,
                                    i % 4 == 1 ? NULL : "its table sends elsewhere\nas is shown");
        result->switch_name = "s2";
        result->port = i;
        result->expected = i % 2 ? "output:1" : NULL;
        result->observed = i % 2 ? "drop" : NULL;
        result->suspect = i % 3 ? "s2 in_port=1" : NULL;
        result->source = i % 5 ? "e.yaml:9:8" : NULL;
    }
    for (int i = 1; i <= 10; i++) {
        snprintf(id, sizeof id, "state/s3/%d", i);
        add(report, RESULT_STATE, id, VERDICT_INCONCLUSIVE, i < 10 ? "s3 was not read" : NULL);
    }
}

static void set_coverage(struct report *report)
{
    static struct missed missed[] = {
        {.what = "s3 in_port=2", .reason = "hidden", .by = "s3 priority=9"},
        {.what = "s3 in_port=3", .reason = "hidden", .by = "s3 priority=9"},
        {.what = "s1 in_port=9", .reason = "no host can reach it"},
    };
    static struct missed untold[] = {{.what = "s1:6 - s3:1", .reason = "no frame crosses it"},
                                     {.what = "s1:7 - s3:2", .reason = "both are alike"}};
    static struct missed_pair unprobed[] = {
        {"h1", "h2", "no station"}, {"h1", "h3", "no station"}, {"h2", "h3", "might do harm"}};
    report->coverage = (struct report_coverage){.is_known = true,
                                                .n_entries = 45,
                                                .n_exercised = 42,
                                                .missed = missed,
                                                .n_missed = 3,
                                                .n_pairs = 90,
                                                .n_pairs_probed = 80,
                                                .n_pairs_proved = 7,
                                                .unprobed = unprobed,
                                                .n_unprobed = 3,
                                                .n_cables = 10,
                                                .untold = untold,
                                                .n_untold = 2};
}

static void set_causes(struct report *report)
{
    static size_t of_switch[] = {9}, of_cables[] = {14, 12, 16}, of_host[] = {13}, of_port[] = {18};
    static struct cause causes[] = {
        {CAUSE_SWITCH, "s3", "another switch answers", of_switch, 1},
        {CAUSE_SWAP, "s1:6 - s3:1, s1:7 - s3:2", "nothing comes", of_cables, 3},
        {CAUSE_STATION, "h3", NULL, of_host, 1},
        {CAUSE_UNKNOWN, NULL, "endlessly many arrive", of_port, 1},
    };
    report->causes = causes;
    report->n_causes = 4;
}

static struct report full_report(void)
{
    static struct ignored ignored[] = {
        {"cookie=0x2a/-1", "installed by the monitor", "expected/demon/simulated.yaml:30:5", 3, 0},
        {"s1:9", "a \"spare\" port", NULL, 1, 1},
        {"s1:10", "unused", "e.yaml:31:5", 0, 0},
    };
    static struct unsent unsent[] = {
        {"broadcast", "NORMAL would flood it", 3, "h1", "arp,in_port=1"},
        {"example", "it would go round endlessly", 1, "h2", "tcp,in_port=2"},
        {"arp", "NORMAL would flood it", 2, "h3", "arp,in_port=3"},
    };
    static const char *untried[] = {"frames of h8", "rare loss"};
    struct report report = sample_report();
    add_failures(&report);
    add_claims(&report);
    add_others(&report);
    set_coverage(&report);
    set_causes(&report);
    report_note(&report, "%s", long_reason);
    report.interrupted = true;
    report.ignored = ignored;
    report.n_ignored = 3;
    report.unsent = unsent;
    report.n_unsent = 3;
    report.untried = untried;
    report.n_untried = 2;
    report.n_to_controller = 5;
    report.timing = (struct report_timing){.load_ms = 1.5,
                                           .dump_ms = 2.5,
                                           .compare_ms = 3.5,
                                           .open_ms = 4.5,
                                           .probe_ms = 5.5,
                                           .settle_ms = 6.5,
                                           .count_ms = 7.5,
                                           .close_ms = 8.5,
                                           .total_ms = 12345.678,
                                           .converge_ms = 9.5,
                                           .rounds = 2};
    return report;
}

/* One result that passes, and nothing else. */
static struct report small_report(void)
{
    struct report report = {0};
    report_add(&report, RESULT_SWITCH, "switch/s1");
    return report;
}

/* What the text says is written to harness/report/whole/NAME. */
static void assert_file(struct base_buffer *text, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "harness/report/whole/%s", name);
    assert_false(text->failed);
    assert_whole(base_buffer_text(text), path);
    base_buffer_free(text);
}

static void for_a_person(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct report_text_options options;
    } forms[] = {
        {"plain.txt", {.width = 0}},
        {"narrow.txt", {.width = 72}},
        {"colored.txt", {.color = true, .width = 100}},
        {"quiet.txt", {.quiet = true}},
        {"verbose.txt", {.verbose = true}},
    };
    struct report report = full_report(), small = small_report();
    struct base_buffer text = {0};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        report_text(&report, &forms[i].options, &text);
        base_put_text(&text, "----\n");
        report_text(&small, &forms[i].options, &text);
        assert_file(&text, forms[i].name);
    }
    report_free(&report);
    report_free(&small);
}

static void put_prometheus(const struct report *report, struct base_buffer *out)
{
    report_prometheus(report, 1800000000.5, out);
}

static void put_json(const struct report *report, struct base_buffer *out)
{
    report_json(report, "0.1", out);
}

static void for_programs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*put)(const struct report *report, struct base_buffer *out);
    } forms[] = {
        {"report.json", put_json},      {"report.xml", report_junit},
        {"report.tap", report_tap},     {"report.github", report_github},
        {"report.md", report_markdown}, {"report.prom", put_prometheus},
    };
    struct report report = full_report(), small = small_report();
    struct base_buffer text = {0};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        forms[i].put(&report, &text);
        base_put_text(&text, "----\n");
        forms[i].put(&small, &text);
        assert_file(&text, forms[i].name);
    }
    report_free(&report);
    report_free(&small);
}

static void for_a_browser(void **state)
{
    (void)state;
    struct report report = full_report(), small = small_report();
    struct base_buffer text = {0};
    struct yaml_diagnostics diagnostics = {0};
    struct topology *topology;
    assert_int_equal(
        yaml_load_topology(&yaml_disk, "topologies/demon.yaml", &topology, &diagnostics), 0);
    report_html(&report, topology, "0.1", &text);
    assert_file(&text, "full.html");
    topology_free(topology);
    assert_int_equal(
        yaml_load_topology(&yaml_disk, "topologies/fabric.yaml", &topology, &diagnostics), 0);
    small.causes = &(struct cause){.where = "s1", .results = (size_t[]){0}, .n_results = 1};
    small.n_causes = 1;
    report_html(&small, topology, "<0.2>", &text);
    assert_file(&text, "small.html");
    topology_free(topology);
    report_free(&report);
    report_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(for_a_person),
    cmocka_unit_test(for_programs),
    cmocka_unit_test(for_a_browser),
};

TEST_MAIN(tests)
