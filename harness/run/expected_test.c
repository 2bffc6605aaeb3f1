/* SPDX-License-Identifier: Apache-2.0
 *
 * Expectations that contradict themselves are refused, with both lines. */
#include "run/expected.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <fnmatch.h>
#include <string.h>

static const char topology[] =
    "name: net\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
    "hosts:\n"
    "  a:   {mac: \"00:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  b:   {mac: \"00:00:00:00:00:0b\", ip: 10.0.0.2, port: \"s1:2\"}\n"
    "  cap: {mac: \"00:00:00:00:00:0c\", port: \"s2:2\", role: capture}\n"
    "links: [[\"s1:3\", \"s2:1\"]]\n";

/* s1:1 mirrors to s1:3 what is to tcp port 80 only. */
static const char ports[] = "topology: net.yaml\n"
                            "ports:\n"
                            "  s1:\n"
                            "    1:\n"
                            "      - {match: \"tcp,tp_dst=80\", output: [2, 3]}\n"
                            "      - {output: [2]}\n"
                            "    2: {output: [1]}\n"
                            "  s2: {1: {output: [2]}}\n";

/* What is said of the ports with these lines behind them, as a pattern; "": nothing. */
static void expect(const char *rest, const char *wanted)
{
    char text[2048];
    struct base_buffer said = {0};
    struct expectation *expectation;
    struct yaml_diagnostics diagnostics = {0};
    struct memory_file files[] = {{"net.yaml", topology, 0}, {"x", text, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    snprintf(text, sizeof text, "%s%s", ports, rest);
    int status = run_load_expectation(&from, "x", &expectation, &diagnostics);
    const char *errors = memory_errors(&diagnostics, &said);
    if (fnmatch(wanted, errors, 0) != 0) {
        fail_msg("%s:\n%sinstead of\n%s", rest, errors, wanted);
    }
    assert_int_equal(status, *wanted ? -1 : 0);
    assert_int_equal(expectation == NULL, *wanted != 0);
    base_buffer_free(&said);
    yaml_diagnostics_free(&diagnostics);
    expectation_free(expectation);
}

static void what_agrees_is_loaded(void **state)
{
    (void)state;
    expect("", "");
    expect("traffic:\n  - {from: a, delivered: [b]}\n"
           "  - {from: a, match: \"tcp,tp_dst=80\", mirrored: [cap]}\n"
           "  - {from: a, match: \"udp\", isolated: [cap]}\n"
           "  - {from: b, delivered: [a], isolated: [cap]}\n  - {from: cap, isolated: all}\n",
           "");
}

#define ITSELF "the expectation contradicts itself: "

static void a_claim_against_the_ports_names_both_lines(void **state)
{
    (void)state;
    expect("traffic:\n  - {from: b, delivered: [a], mirrored: [cap]}\n",
           "x:10:42: " ITSELF
           "traffic/b/mirrored/cap wants 1 copy, but `ports:` sends 0 to cap, of "
           "in_port=2,*, by s1:2 (x:7:8)\n");
    expect("traffic:\n  - {from: b, isolated: all}\n",
           "x:10:25: " ITSELF
           "traffic/b/isolated/all wants 0 copies, but `ports:` sends 1 to a, of "
           "in_port=2,*, by s1:2 (x:7:8); isolate others than a, or with a match that leaves these "
           "out\n");
}

/* The one port that is mirrored, behind another switch. */
static void a_single_header_is_found(void **state)
{
    (void)state;
    expect("traffic:\n  - {from: a, delivered: [b], isolated: [cap]}\n",
           "x:10:42: " ITSELF "traffic/a/isolated/cap wants 0 copies, but `ports:` sends 1 to cap, "
           "of tcp,in_port=1,*,tp_dst=80, by s1:1 (x:5:9), s2:1 (x:8:11); isolate others than cap, "
           "or with a match that leaves these out\n");
}

/* An arrival that the ports want, and of which no claim speaks. */
static void what_no_claim_allows_is_found(void **state)
{
    (void)state;
    expect("traffic:\n  - {from: a, delivered: [b]}\n",
           "x:10:27: " ITSELF "no claim of a allows arrivals, but `ports:` sends 1 to cap, of "
           "tcp,in_port=1,*,tp_dst=80, by s1:1 (x:5:9), s2:1 (x:8:11); add {from: a, match: "
           "\"tcp,tp_dst=80\", delivered: \\[cap\\]}, or leave a to `ports:`, without claims\n");
}

static void a_port_that_is_not_listed_drops(void **state)
{
    (void)state;
    expect("traffic:\n  - {from: cap, delivered: [a]}\n",
           "x:10:29: " ITSELF "traffic/cap/delivered/a wants 1 copy, but `ports:` sends 0 to a, of "
           "in_port=2,*, by s2:2 (not listed: drop)\n");
    expect("unlisted: any\ntraffic:\n  - {from: cap, delivered: [a]}\n", "");
}

/* Entries that are ignored may do what the claim says. */
static void what_is_ignored_contradicts_nothing(void **state)
{
    (void)state;
    static const char claims[] = "traffic:\n  - {from: b, isolated: all}\n";
    char text[256];
    snprintf(text, sizeof text, "ignore:\n  - {cookie: 7, reason: ntp}\n%s", claims);
    expect(text, "");
    snprintf(text, sizeof text, "ignore:\n  - {switch: s1, cookie: 7, reason: ntp}\n%s", claims);
    expect(text, "");
    snprintf(text, sizeof text, "%signore:\n  - {switch: s2, cookie: 7, reason: ntp}\n", claims);
    expect(text, "x:10:25: *\n");
}

static void all_contradictions_are_told(void **state)
{
    (void)state;
    expect("traffic:\n  - {from: b, isolated: [a], mirrored: [cap]}\n"
           "  - {from: cap, delivered: [a]}\n",
           "x:10:26: *\nx:10:41: *\nx:11:29: *\n");
}

static void other_errors_come_first(void **state)
{
    (void)state;
    expect("traffic:\n  - {from: b, isolated: all}\nnonsense: 1\n", "x:11:1: unknown key*");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_agrees_is_loaded),
    cmocka_unit_test(a_claim_against_the_ports_names_both_lines),
    cmocka_unit_test(a_single_header_is_found),
    cmocka_unit_test(what_no_claim_allows_is_found),
    cmocka_unit_test(a_port_that_is_not_listed_drops),
    cmocka_unit_test(what_is_ignored_contradicts_nothing),
    cmocka_unit_test(all_contradictions_are_told),
    cmocka_unit_test(other_errors_come_first),
};

TEST_MAIN(tests)
