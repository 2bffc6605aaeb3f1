/* SPDX-License-Identifier: Apache-2.0
 *
 * The report for a person, letter by letter. */
#include "report/report.h"

#include "testing/cmocka.h"
#include "testing/report_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char golden[] =
    "FAIL  state/s1/2                declared ≠ advertised\n"
    "      s1 sends to port 6 too what enters port 2\n"
    "      declared    output:1\n"
    "      advertised  output:1,output:6    extra: output:6\n"
    "      counted     3 packets\n"
    "      example     in_port=2,dl_type=0x88b5\n"
    "      suspect     s1 priority=32768,in_port=2 actions=output:1,output:6\n"
    "      source      expected/demon/simulated.yaml:9:8\n"
    "\n"
    "FAIL  traffic/h2/isolated/h11   declared ≠ observed\n"
    "      a frame of h2 arrived at h11\n"
    "      declared    0 copies\n"
    "      observed    1 copy\n"
    "      source      expected/demon/simulated.yaml:24:5\n"
    "\n"
    "INCONCLUSIVE  3 results, for one reason\n"
    "      s2 does not answer: connect to 127.0.0.1:6635: refused\n"
    "      switch/s2, state/s2/1, state/s2/2\n"
    "\n"
    "SKIP  traffic/h5/isolated/all\n"
    "      h5 has no station\n"
    "\n"
    "suspect  s1 priority=32768,in_port=2 actions=output:1,output:6 (1 failure)\n"
    "note     an entry of s1 expires in 8 s\n"
    "ignored  cookie=0x2a/-1 hid 3 entries: installed by the monitor "
    "(expected/demon/simulated.yaml:30:5)\n"
    "FAIL: 3 passed, 2 failed, 3 inconclusive, 1 skipped, 2 deselected in 181 ms "
    "(2 switches, 4 ports, 3 claims, 77 probes)\n";

/* The caller frees. */
static char *text_of(const struct report *report, struct report_text_options options)
{
    struct base_buffer out = {0};
    report_text(report, &options, &out);
    assert_false(out.failed);
    return base_buffer_take_text(&out);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part)) {
        fail_msg("\"%s\" is in:\n%s", part, text);
    }
}

static void test_golden(void **state)
{
    (void)state;
    struct report report = sample_report();
    char *text = text_of(&report, (struct report_text_options){0});
    assert_string_equal(text, golden);
    free(text);
    report_free(&report);
}

/* Colour adds ANSI sequences and changes nothing else. */
static void test_color_is_only_color(void **state)
{
    (void)state;
    struct report report = sample_report();
    char *text = text_of(&report, (struct report_text_options){.color = true});
    char *to = text;
    size_t n_sequences = 0;
    for (const char *from = text; *from;) {
        size_t n = *from == '\x1b' ? strcspn(from, "m") + 1 : 0;
        n_sequences += n > 0;
        from += n;
        if (n == 0) {
            *to++ = *from++;
        }
    }
    *to = 0;
    assert_string_equal(text, golden);
    assert_true(n_sequences > 10 && n_sequences % 2 == 0);
    free(text);
    report_free(&report);
}

static void test_verbose_shows_passes_and_time(void **state)
{
    (void)state;
    struct report report = sample_report();
    char *text = text_of(&report, (struct report_text_options){.verbose = true});
    assert_has(text, "PASS  state/s1/1                output:2,output:6\n"
                     "PASS  switch/s1\n"
                     "PASS  traffic/h1/delivered/h2\n\n");
    assert_has(text, "INCONCLUSIVE  state/s2/2\n      s2 does not answer");
    assert_has(text, "frames   77 sent, 75 copies arrived, 4 frames of others seen\n");
    assert_has(text, "dump 1.2, compare 0.1, open 0.0, probe 9.8, settle 0.0");
    free(text);
    report_free(&report);
}

static void test_one_line_summaries(void **state)
{
    (void)state;
    struct report report = {0};
    char *text = text_of(&report, (struct report_text_options){0});
    assert_string_equal(text, "INCONCLUSIVE: 0 passed, 0 failed, 0 inconclusive, 0 skipped in "
                              "0.0 ms (nothing was looked at)\n");
    free(text);
    report_add(&report, RESULT_ENTRY, "entry/s1/1");
    report_add(&report, RESULT_STATE, "state/s1/1");
    report.timing.total_ms = 12345;
    report.timing.converge_ms = 31.25;
    report.timing.rounds = 3;
    text = text_of(&report, (struct report_text_options){0});
    assert_string_equal(text, "note     frames and tables agreed only after 31.2 ms, in round 3\n"
                              "PASS: 2 passed, 0 failed, 0 inconclusive, 0 skipped in 12.3 s "
                              "(1 port, 1 entry)\n");
    free(text);
    report_free(&report);
}

static size_t count_parts(const char *text, const char *part)
{
    size_t n = 0;
    while ((text = strstr(text, part))) {
        n++;
        text++;
    }
    return n;
}

static void test_hundreds_of_failures(void **state)
{
    (void)state;
    struct report report = {0};
    for (int i = 1; i <= 300; i++) {
        char id[32];
        snprintf(id, sizeof id, "state/s1/%d", i);
        struct result *result = report_add(&report, RESULT_STATE, id);
        result->verdict = VERDICT_FAIL;
        result->expected = "drop";
        result->observed = "output:9";
        result->source = "e.yaml:3:1";
        result->disagrees = true;
        result->disagree[1] = SAYS_ADVERTISED;
    }
    char *text = text_of(&report, (struct report_text_options){0});
    assert_int_equal(count_parts(text, "      declared    drop\n"), 20);
    assert_int_equal(count_parts(text, "FAIL  state/s1/"), 300);
    assert_has(text, "\n280 more, a line each (all of it: --verbose, --json)\n"
                     "FAIL  state/s1/21    declared ≠ advertised   expected drop, observed "
                     "output:9   e.yaml:3:1\n");
    free(text);
    text = text_of(&report, (struct report_text_options){.verbose = true});
    assert_int_equal(count_parts(text, "      declared    drop\n"), 300);
    assert_has_not(text, " more, a line each");
    free(text);
    report_free(&report);
}

static void test_a_dead_switch_is_one_piece_of_news(void **state)
{
    (void)state;
    struct report report = {0};
    for (int i = 1; i <= 64; i++) {
        char id[32];
        snprintf(id, sizeof id, "state/s2/%d", i);
        sample_add(&report, RESULT_STATE, id, VERDICT_INCONCLUSIVE, i <= 60 ? "gone" : "other");
    }
    sample_add(&report, RESULT_SWITCH, "switch/s3", VERDICT_INCONCLUSIVE, NULL);
    char *text = text_of(&report, (struct report_text_options){0});
    assert_has(text, "INCONCLUSIVE  60 results, for one reason\n      gone\n      state/s2/1, ");
    assert_has(text, ", state/s2/8 and 52 more\n");
    assert_has(text, "INCONCLUSIVE  4 results, for one reason\n      other\n      state/s2/61, "
                     "state/s2/62, state/s2/63, state/s2/64\n\nINCONCLUSIVE  switch/s3\n");
    free(text);
    report_free(&report);
}

/* What is said behind the two lists of actions. */
static void test_missing_and_extra(void **state)
{
    (void)state;
    static const struct {
        const char *expected, *observed, *expected_row, *observed_row;
    } rows[] = {
        {"output:2,output:6", "output:2", "output:2,output:6    missing: output:6\n", "output:2\n"},
        {"output:1", "output:11", "output:1\n", "output:11\n"},
        {"output:1", "output:1,output:11", "output:1\n",
         "output:1,output:11    extra: output:11\n"},
        {"output:1", "output:1,output:1,output:1", "output:1\n",
         "output:1,output:1,output:1    extra: output:1,output:1\n"},
        {"output:1,output:2", "output:2,output:3", "output:1,output:2    missing: output:1\n",
         "output:2,output:3    extra: output:3\n"},
        {"drop", "output:6", "drop\n", "output:6\n"},
        {"mod_vlan_vid:5,output:1", "output:1,mod_vlan_vid:5", "mod_vlan_vid:5,output:1\n",
         "output:1,mod_vlan_vid:5\n"},
        {"controller(max_len=9,id=1),output:1", "output:1",
         "controller(max_len=9,id=1),output:1    missing: controller(max_len=9,id=1)\n",
         "output:1\n"},
        {"vendor(0x1,02),output:1", "vendor(0x2,02),output:1",
         "vendor(0x1,02),output:1    missing: vendor(0x1,02)\n",
         "vendor(0x2,02),output:1    extra: vendor(0x2,02)\n"},
        {"", "a)),(b", "\n", "a)),(b\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = {0};
        struct result *result = report_add(&report, RESULT_STATE, "state/s1/1");
        result->verdict = VERDICT_FAIL;
        result->expected = rows[i].expected;
        result->observed = rows[i].observed;
        char *text = text_of(&report, (struct report_text_options){0});
        char expected[256];
        snprintf(expected, sizeof expected,
                 "FAIL  state/s1/1\n      declared    %s      advertised  %s\n",
                 rows[i].expected_row, rows[i].observed_row);
        assert_memory_equal(text, expected, strlen(expected));
        free(text);
        report_free(&report);
    }
}

static void test_prose_wraps_and_evidence_does_not(void **state)
{
    (void)state;
    struct report report = {0};
    struct result *result = report_add(&report, RESULT_STATE, "state/s1/1");
    result->verdict = VERDICT_FAIL;
    result->detail = "one two three four five six\nseven eight nine ten eleven";
    result->suspect = "s1 priority=1,in_port=1 actions=output:1,output:2,output:3";
    char *text = text_of(&report, (struct report_text_options){.width = 24});
    assert_has(text,
               "FAIL  state/s1/1\n"
               "      one two three four\n"
               "      five six\n"
               "      seven eight nine\n"
               "      ten eleven\n"
               "      suspect     s1 priority=1,in_port=1 actions=output:1,output:2,output:3\n");
    free(text);
    report_free(&report);
}

static void test_no_terminal_sequence_gets_through(void **state)
{
    (void)state;
    static const char evil[] = "\x1b]0;owned\x07\nFAIL\r";
    struct report report = {0};
    struct result *result = report_add(&report, RESULT_STATE, evil);
    result->verdict = VERDICT_FAIL;
    result->detail = result->expected = result->observed = result->example = evil;
    result->suspect = result->source = result->says[SAYS_COUNTED] = evil;
    report_note(&report, "%s", evil);
    char *text = text_of(&report, (struct report_text_options){.verbose = true});
    for (const char *at = text; *at; at++) {
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
    }
    assert_has(text, "FAIL  \\x1b]0;owned\\x07\\x0aFAIL\\x0d\n");
    assert_has_not(text, "\nFAIL\\x0d"); /* a line of ours begins with what we wrote */
    free(text);
    report_free(&report);
}

static void coverage_names_what_is_missed(void **state)
{
    (void)state;
    static const char hidden[] = "hidden", unreachable[] = "unreachable";
    struct missed missed[] = {{.what = "s1 tcp", .reason = hidden, .by = "ip"},
                              {.what = "s2 in_port=3", .reason = unreachable},
                              {.what = "s3 arp", .reason = hidden, .by = "priority=9,arp"}};
    struct missed_pair pair = {.from = "h1", .to = "h2", .reason = "the sender sends nothing"};
    struct report report = {.coverage = {.is_known = true,
                                         .n_entries = 45,
                                         .n_exercised = 42,
                                         .missed = missed,
                                         .n_missed = 3,
                                         .n_pairs = 2,
                                         .n_pairs_probed = 1,
                                         .unprobed = &pair,
                                         .n_unprobed = 1}};
    struct report_text_options options = {0};
    struct base_buffer out = {0};
    report_text(&report, &options, &out);
    assert_non_null(strstr(base_buffer_text(&out),
                           "coverage entries exercised 42/45; hidden: s1 tcp (by ip), s3 arp (by "
                           "priority=9,arp); unreachable: s2 in_port=3; forbidden pairs probed "
                           "1/2, not h1 -> h2 (the sender sends nothing)\n"));
    base_buffer_free(&out);
    report_json(&report, "1", &out);
    assert_non_null(strstr(base_buffer_text(&out),
                           "{\"entry\": \"s1 tcp\", \"reason\": \"hidden\", \"by\": \"ip\"}"));
    base_buffer_free(&out);
}

/* Whoever asks for more is told; JSON always has it. */
static void what_was_not_tried_is_listed(void **state)
{
    (void)state;
    const char *untried[] = {"frames of more than 1514 bytes", "rare loss"};
    struct report report = {.untried = untried, .n_untried = 2};
    struct report_text_options options = {0};
    struct base_buffer out = {0};
    report_text(&report, &options, &out);
    assert_null(strstr(base_buffer_text(&out), "untried"));
    base_buffer_free(&out);
    options.verbose = true;
    report_text(&report, &options, &out);
    assert_non_null(
        strstr(base_buffer_text(&out), "untried  frames of more than 1514 bytes; rare loss\n"));
    base_buffer_free(&out);
    report_json(&report, "1", &out);
    assert_non_null(strstr(base_buffer_text(&out), "\"not_tried\": [\n"));
    assert_non_null(strstr(base_buffer_text(&out), "\"rare loss\"\n"));
    base_buffer_free(&out);
}

static void what_was_not_sent_is_listed(void **state)
{
    (void)state;
    static const char flood[] = "NORMAL would flood it", arp[] = "untrue";
    struct unsent unsent[] = {
        {.kind = "broadcast", .reason = flood, .n = 3, .from = "h1", .example = "ip"},
        {.kind = "arp", .reason = arp, .n = 1, .from = "h2", .example = "arp"},
        {.kind = "arp", .reason = flood, .n = 2, .from = "h1", .example = "arp"}};
    struct report report = {.unsent = unsent, .n_unsent = 3, .n_to_controller = 12};
    struct report_text_options options = {0};
    struct base_buffer out = {0};
    report_text(&report, &options, &out);
    assert_non_null(strstr(base_buffer_text(&out), "not sent 6 probes, which might do harm ("));
    assert_null(strstr(base_buffer_text(&out), "flood"));
    base_buffer_free(&out);
    options.verbose = true;
    report_text(&report, &options, &out);
    assert_null(strstr(base_buffer_text(&out), "6 probes"));
    assert_non_null(strstr(base_buffer_text(&out),
                           "not sent 3 broadcast, 2 arp: NORMAL would flood it "
                           "(h1: ip)\nnot sent 1 arp: untrue (h2: arp)\n"));
    base_buffer_free(&out);
    report_json(&report, "1", &out);
    assert_non_null(strstr(base_buffer_text(&out), "\"to_controller\": 12"));
    assert_non_null(strstr(base_buffer_text(&out),
                           "{\"kind\": \"broadcast\", \"probes\": 3, \"reason\": \"NORMAL would "
                           "flood it\", \"from\": \"h1\", \"example\": \"ip\"}"));
    base_buffer_free(&out);
}

/* What fails for the same cause stands below what tells the cause, a line each. */
static void test_consequences(void **state)
{
    (void)state;
    struct report report = sample_report();
    size_t told_by[] = {2, 3};
    struct cause cause = {
        .kind = CAUSE_TABLE, .where = "s1:2", .why = "why", .results = told_by, .n_results = 2};
    report.causes = &cause;
    report.n_causes = 1;
    assert_string_equal(report.results[3].id, "traffic/h2/isolated/h11");
    report.results[3].is_consequence = true;
    struct report_text_options options = {0};
    struct base_buffer out = {0};
    report_text(&report, &options, &out);
    const char *text = base_buffer_text(&out);
    assert_non_null(
        strstr(text, "therefore   traffic/h2/isolated/h11: a frame of h2 arrived at h11\n"));
    assert_null(strstr(text, "FAIL  traffic/h2/isolated/h11"));
    base_buffer_free(&out);
    options.verbose = true;
    report_text(&report, &options, &out);
    assert_non_null(strstr(base_buffer_text(&out), "FAIL  traffic/h2/isolated/h11"));
    base_buffer_free(&out);
    report_json(&report, "1", &out);
    assert_non_null(strstr(base_buffer_text(&out),
                           "{\"where\": \"s1:2\", \"kind\": \"table\", \"why\": \"why\", "
                           "\"results\": [\"state/s1/2\", \"traffic/h2/isolated/h11\"]}"));
    base_buffer_free(&out);
    report_free(&report);
}

/* It passes, and yet its reason is to be seen. */
static void transients_say_what_happened(void **state)
{
    (void)state;
    struct report report = {0};
    struct base_buffer out = {0};
    sample_add(&report, RESULT_TRANSIENT, "transient/h1/h11", VERDICT_PASS,
               "in round 1 of 3: s1 was young");
    report_text(&report, &(struct report_text_options){0}, &out);
    assert_non_null(strstr(base_buffer_text(&out),
                           "note     transient/h1/h11: in round 1 of 3: s1 was young\n"));
    base_buffer_free(&out);
    report_free(&report);
}

/* Set aside, and counted apart. */
static void what_is_known_is_counted_apart(void **state)
{
    (void)state;
    struct report report = {0};
    struct base_buffer text = {0}, tap = {0}, json = {0};
    report_add(&report, RESULT_SWITCH, "switch/s1");
    sample_add(&report, RESULT_SWITCH, "switch/s2", VERDICT_SKIP,
               "known until 2027-01-31: why\nno");
    report.results[1].known = "until 2027-01-31: why";
    sample_add(&report, RESULT_SWITCH, "switch/s3", VERDICT_SKIP, "left out");
    report_text(&report, &(struct report_text_options){0}, &text);
    assert_non_null(strstr(base_buffer_text(&text), "KNOWN  switch/s2\n"
                                                    "      known until 2027-01-31: why\n"
                                                    "      no\n"));
    assert_non_null(strstr(base_buffer_text(&text), "SKIP  switch/s3\n"));
    assert_non_null(strstr(base_buffer_text(&text),
                           "PASS: 1 passed, 0 failed, 0 inconclusive, 1 skipped, 1 known in "));
    report_tap(&report, &tap);
    assert_non_null(
        strstr(base_buffer_text(&tap), "not ok 2 - switch/s2 # TODO known until 2027-01-31: why"));
    assert_non_null(strstr(base_buffer_text(&tap), "\nok 3 - switch/s3 # SKIP left out"));
    report_json(&report, "0", &json);
    assert_non_null(strstr(base_buffer_text(&json), "\"known\": \"until 2027-01-31: why\""));
    assert_non_null(strstr(base_buffer_text(&json), "\"skip\": 2, \"known\": 1}"));
    base_buffer_free(&text);
    base_buffer_free(&tap);
    base_buffer_free(&json);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(transients_say_what_happened),
    cmocka_unit_test(test_consequences),
    cmocka_unit_test(test_golden),
    cmocka_unit_test(test_color_is_only_color),
    cmocka_unit_test(test_verbose_shows_passes_and_time),
    cmocka_unit_test(test_one_line_summaries),
    cmocka_unit_test(test_hundreds_of_failures),
    cmocka_unit_test(test_a_dead_switch_is_one_piece_of_news),
    cmocka_unit_test(test_missing_and_extra),
    cmocka_unit_test(test_prose_wraps_and_evidence_does_not),
    cmocka_unit_test(test_no_terminal_sequence_gets_through),
    cmocka_unit_test(coverage_names_what_is_missed),
    cmocka_unit_test(what_was_not_sent_is_listed),
    cmocka_unit_test(what_was_not_tried_is_listed),
    cmocka_unit_test(what_is_known_is_counted_apart),
};

TEST_MAIN(tests)
