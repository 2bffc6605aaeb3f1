/* SPDX-License-Identifier: Apache-2.0
 *
 * JUnit's XML, letter by letter and as an XML parser of another make sees it. */
#include "report/report.h"

#include "testing/report_sample.h"
#include "testing/tool.h"

static const char PARSE[] = "/usr/bin/python3 -c 'import sys, xml.etree.ElementTree as e\n"
                            "for c in e.parse(sys.argv[1]).iter(\"testcase\"):\n"
                            "  print(ascii(c.get(\"name\")), [k.tag for k in c])' $1 2>&1";

static void test_golden(void **state)
{
    (void)state;
    struct report report = {.n_deselected = 1, .timing = {.total_ms = 181.4}};
    report_add(&report, RESULT_SWITCH, "switch/s1");
    sample_failures(&report);
    sample_add(&report, RESULT_SWITCH, "switch/s2", VERDICT_INCONCLUSIVE, "no <answer>\nat all");
    report.results[report.n_results - 1].source = "c:/e.yaml:3:14";
    sample_add(&report, RESULT_SWITCH, "switch/s3", VERDICT_SKIP, "not \"asked\"");
    struct base_buffer out = {0};
    report_junit(&report, &out);
    assert_string_equal(
        base_buffer_text(&out),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"tapproof\" tests=\"5\" failures=\"2\" errors=\"1\" skipped=\"1\" "
        "time=\"0.181\">\n"
        "  <properties>\n"
        "    <property name=\"verdict\" value=\"fail\"/>\n"
        "    <property name=\"deselected\" value=\"1\"/>\n"
        "  </properties>\n"
        "  <testcase classname=\"switch\" name=\"switch/s1\"/>\n"
        "  <testcase classname=\"state\" name=\"state/s1/2\" "
        "file=\"expected/demon/simulated.yaml\" line=\"9\">\n"
        "    <failure message=\"expected output:1, observed output:1,output:6\" "
        "type=\"declared ≠ advertised\">\n"
        "      s1 sends to port 6 too what enters port 2\n"
        "      declared    output:1\n"
        "      advertised  output:1,output:6    extra: output:6\n"
        "      counted     3 packets\n"
        "      example     in_port=2,dl_type=0x88b5\n"
        "      suspect     s1 priority=32768,in_port=2 actions=output:1,output:6\n"
        "      source      expected/demon/simulated.yaml:9:8\n"
        "    </failure>\n"
        "  </testcase>\n"
        "  <testcase classname=\"traffic\" name=\"traffic/h2/isolated/h11\" "
        "file=\"expected/demon/simulated.yaml\" line=\"24\">\n"
        "    <failure message=\"expected 0 copies, observed 1 copy\" "
        "type=\"declared ≠ observed\">\n"
        "      a frame of h2 arrived at h11\n"
        "      declared    0 copies\n"
        "      observed    1 copy\n"
        "      source      expected/demon/simulated.yaml:24:5\n"
        "    </failure>\n"
        "  </testcase>\n"
        "  <testcase classname=\"switch\" name=\"switch/s2\" file=\"c:/e.yaml\" line=\"3\">\n"
        "    <error message=\"no &lt;answer&gt;\" type=\"inconclusive\">\n"
        "      no &lt;answer&gt;\n"
        "      at all\n"
        "      source      c:/e.yaml:3:14\n"
        "    </error>\n"
        "  </testcase>\n"
        "  <testcase classname=\"switch\" name=\"switch/s3\">\n"
        "    <skipped message=\"not &quot;asked&quot;\"/>\n"
        "  </testcase>\n"
        "</testsuite>\n");
    base_buffer_free(&out);
    report_free(&report);
}

static void test_what_a_run_left_out(void **state)
{
    (void)state;
    struct report report = sample_report();
    struct base_buffer out = {0};
    report_junit(&report, &out);
    assert_non_null(
        strstr(base_buffer_text(&out),
               "    <property name=\"ignored\" value=\"cookie=0x2a/-1: 3 entries, "
               "0 ports: installed by the monitor\"/>\n"
               "    <property name=\"note\" value=\"an entry of s1 expires in 8 s\"/>\n"));
    base_buffer_free(&out);
    report_free(&report);
}

static void test_another_parser_reads_it(void **state)
{
    (void)state;
    tool_needs("/usr/bin/python3 -c 'import xml.etree.ElementTree'", "python3");
    struct report report = sample_report();
    sample_add(&report, RESULT_STATE, "a\nb\t\"<&é\x1b]]>", VERDICT_FAIL, "]]>");
    struct base_buffer out = {0}, said = {0};
    report_junit(&report, &out);
    int status = tool_run(PARSE, &out, &said);
    assert_string_equal(base_buffer_text(&said), "'state/s1/1' []\n"
                                                 "'switch/s1' []\n"
                                                 "'state/s1/2' ['failure']\n"
                                                 "'traffic/h2/isolated/h11' ['failure']\n"
                                                 "'switch/s2' ['error']\n"
                                                 "'state/s2/1' ['error']\n"
                                                 "'state/s2/2' ['error']\n"
                                                 "'traffic/h5/isolated/all' ['skipped']\n"
                                                 "'traffic/h1/delivered/h2' []\n"
                                                 "'a\\nb\\t\"<&\\xe9\\\\x1b]]>' ['failure']\n");
    assert_int_equal(status, 0);
    base_buffer_free(&out);
    base_buffer_free(&said);
    report_free(&report);
}

static void test_random_bytes_are_well_formed(void **state)
{
    (void)state;
    tool_needs("/usr/bin/python3 -c 'import xml.etree.ElementTree'", "python3");
    enum { N_RESULTS = 400, TEXT_BYTES = 48 };
    struct report report = {0};
    unsigned seed = 2;
    for (int i = 0; i < N_RESULTS; i++) {
        char *text = base_arena_alloc(&report.arena, TEXT_BYTES);
        tool_random_text(&seed, text, TEXT_BYTES);
        struct result *result = report_add(&report, RESULT_STATE, text);
        result->verdict = (enum verdict)(i % N_VERDICTS);
        result->detail = result->expected = result->observed = result->source = text;
        result->example = result->suspect = result->says[SAYS_COUNTED] = text;
        report_note(&report, "%s", text);
    }
    struct base_buffer out = {0}, said = {0};
    report_junit(&report, &out);
    int status = tool_run(PARSE, &out, &said);
    size_t n_lines = 0;
    for (const char *at = base_buffer_text(&said); *at; at++) {
        n_lines += *at == '\n';
    }
    assert_int_equal(n_lines, N_RESULTS);
    assert_int_equal(status, 0);
    base_buffer_free(&out);
    base_buffer_free(&said);
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
    report_junit(&report, &out);
    assert_non_null(
        strstr(base_buffer_text(&out), "<system-out>in round 1 of 3: s1 was young</system-out>\n"));
    base_buffer_free(&out);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(transients_say_what_happened),
    cmocka_unit_test(test_golden),
    cmocka_unit_test(test_what_a_run_left_out),
    cmocka_unit_test(test_another_parser_reads_it),
    cmocka_unit_test(test_random_bytes_are_well_formed),
};

TEST_MAIN(tests)
