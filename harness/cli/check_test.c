/* SPDX-License-Identifier: Apache-2.0
 *
 * `tapproof check` and `prove` on a network in memory: exit statuses, and where
 * the reports go. */
#include "testing/fake_cli.h"

#include <signal.h>

static const char expected[] = "expected/demon/simulated.yaml";

static void a_network_that_conforms_exits_0(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "check", expected);
    fake_cli_says(cli->out, "PASS");
    assert_null(strstr(cli->out, "\033[")); /* no terminal, no colour */
    assert_string_equal(cli->err, "");
    char *brief = strdup(cli->out);
    EXPECT(cli, 0, "check", expected, "-v");
    assert_true(strlen(cli->out) > strlen(brief) + 500);
    fake_cli_says(cli->out, "traffic/h1/mirrored/h11");
    free(brief);
    fake_cli_close(cli);
}

static void a_network_that_deviates_exits_1(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("no-mirror");
    EXPECT(cli, 1, "check", expected);
    fake_cli_says(cli->out, "FAIL");
    fake_cli_says(cli->out, "traffic/h1/mirrored/h11");
    fake_cli_close(cli);
}

/* What could not be looked at is no pass; beside something that deviates it is
 * no excuse. */
static void what_could_not_be_judged_exits_3(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    fake_network_fault(&cli->network, (struct fake_fault){FAKE_SILENT, .at = "s2"});
    EXPECT(cli, 3, "check", expected);
    fake_cli_says(cli->out, "fake:s2: did not answer");
    EXPECT(cli, 3, "check", expected, "--only", "state");
    EXPECT(cli, 3, "prove", expected);
    fake_network_change(&cli->network, "topologies/demon/no-mirror", 0);
    EXPECT(cli, 1, "check", expected);
    EXPECT(cli, 1, "prove", expected);
    fake_cli_close(cli);
}

static void only_one_kind_is_judged(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "check", expected, "--only", "state", "-v");
    assert_int_equal(cli->network.n_sent, 0);
    assert_null(strstr(cli->out, "traffic/"));
    EXPECT(cli, 0, "check", expected, "--only", "traffic", "-v");
    assert_true(cli->network.n_sent > 0);
    assert_null(strstr(cli->out, "state/"));
    fake_cli_close(cli);
}

static void text_is_as_short_and_colourful_as_wanted(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("no-mirror");
    EXPECT(cli, 1, "check", expected, "-q");
    assert_memory_equal(cli->out, "FAIL: ", 6);
    assert_true(strchr(cli->out, '\n') == cli->out + strlen(cli->out) - 1);
    EXPECT(cli, 1, "check", expected, "-q", "--color=always");
    assert_memory_equal(cli->out, "\x1b[1;31mFAIL", 11);
    EXPECT(cli, 1, "prove", expected, "--quiet", "--color", "never");
    assert_memory_equal(cli->out, "FAIL: ", 6);
    EXPECT(cli, 2, "check", expected, "--color=maybe");
    fake_cli_says(cli->err, "--color: 'maybe' is none of auto, always and never");
    fake_cli_close(cli);
}

static void ids_are_listed(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "check", expected, "--list", "-k", "traffic/h1/", "-k", "switch/s1");
    assert_string_equal(cli->out, "switch/s1\ntraffic/h1/delivered/h2\ntraffic/h1/mirrored/h11\n");
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 0, "check", expected, "--list", "--only", "traffic", "-k", "h1/delivered");
    assert_string_equal(cli->out, "traffic/h1/delivered/h2\n");
    EXPECT(cli, 2, "check", expected, "--list", "-k", "nonsense");
    assert_string_equal(cli->err, "tapproof check: expected/demon/simulated.yaml: nothing is "
                                  "selected by -k; what only a check may find, as "
                                  "traffic/FROM/stray/TO and transient/FROM/TO, is not listed\n");
    EXPECT(cli, 0, "check", expected, "--list", "-k", "wiring/s1:6");
    assert_string_equal(cli->out, "wiring/s1:6 - s3:1\n");
    EXPECT(cli, 0, "check", expected, "--list", "-k", "traffic/h1/ and not mirrored");
    assert_string_equal(cli->out, "traffic/h1/delivered/h2\n");
    EXPECT(cli, 2, "check", expected, "--list", "-k", "traffic/h1/ and");
    assert_string_equal(cli->err, "tapproof check: -k: 'traffic/h1/ and': a pattern is missing at "
                                  "the end; see tapproof check --help\n");
    fake_cli_close(cli);
}

static void a_selection_of_nothing_is_an_error(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 2, "check", expected, "-k", "nonsense");
    fake_cli_says(cli->err, "nothing is selected by -k\n");
    assert_string_equal(cli->out, "");
    EXPECT(cli, 2, "prove", expected, "-k", "nonsense");
    fake_cli_says(cli->err, "nothing is selected by -k\n");
    EXPECT(cli, 0, "prove", expected, "-k", "traffic/h1/");
    fake_cli_close(cli);
}

static void each_report_goes_where_it_should(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("no-mirror");
    EXPECT(cli, 1, "check", expected, "--json", "-");
    assert_int_equal(*cli->out, '{');
    fake_cli_says(cli->out, "\"verdict\": \"fail\"");
    EXPECT(cli, 1, "check", expected, "--tap");
    fake_cli_says(cli->out, "\n1..");
    fake_cli_says(cli->out, "not ok ");
    EXPECT(cli, 1, "check", expected, "--junit", "-");
    fake_cli_says(cli->out, "<testsuite");
    EXPECT(cli, 1, "check", expected, "--json", fake_cli_path(cli, "j"), "--junit",
           fake_cli_path(cli, "u"), "--pcapng", fake_cli_path(cli, "p"));
    fake_cli_says(cli->out, "FAIL");
    char *json = fake_cli_read(cli, "j"), *junit = fake_cli_read(cli, "u"),
         *frames = fake_cli_read(cli, "p");
    fake_cli_says(json, "\"verdict\": \"fail\"");
    fake_cli_says(junit, "<testsuite");
    assert_memory_equal(frames, "\x0a\x0d\x0d\x0a", 4); /* a section header */
    free(json);
    free(junit);
    free(frames);
    char tap[160];
    snprintf(tap, sizeof tap, "--tap=%s", fake_cli_path(cli, "t"));
    EXPECT(cli, 1, "check", expected, tap);
    fake_cli_says(cli->out, "FAIL");
    char *lines = fake_cli_read(cli, "t");
    fake_cli_says(lines, "\n1..");
    free(lines);
    fake_cli_close(cli);
}

static void github_and_prometheus_are_told(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("no-mirror");
    EXPECT(cli, 1, "check", expected);
    assert_null(strstr(cli->err, "::error "));
    fake_cli_write(cli, "s", "before\n");
    setenv("GITHUB_STEP_SUMMARY", fake_cli_path(cli, "s"), 1);
    EXPECT(cli, 1, "check", expected, "--github", "--prometheus", fake_cli_path(cli, "m"), "--html",
           fake_cli_path(cli, "h"));
    fake_cli_says(cli->err, "::error file=expected/demon/simulated.yaml,line=");
    char *summary = fake_cli_read(cli, "s"), *metrics = fake_cli_read(cli, "m"),
         *html = fake_cli_read(cli, "h");
    assert_memory_equal(summary, "before\n### fail: ", 17);
    fake_cli_says(metrics, "tapproof_conforms{expectation=\"expected/demon/simulated.yaml\"} 0\n");
    fake_cli_says(html, "</html>");
    free(summary);
    free(metrics);
    free(html);
    setenv("GITHUB_ACTIONS", "true", 1); /* a workflow needs no option */
    EXPECT(cli, 1, "prove", expected);
    fake_cli_says(cli->err, "::error ");
    setenv("GITHUB_STEP_SUMMARY", "/nonexistent/s", 1);
    EXPECT(cli, 2, "check", expected);
    fake_cli_says(cli->err, "GITHUB_STEP_SUMMARY: /nonexistent/s: No such file");
    EXPECT(cli, 2, "prove", expected);
    EXPECT(cli, 0, "flows", "topologies/demon.yaml"); /* which has no summary */
    unsetenv("GITHUB_ACTIONS");
    EXPECT(cli, 1, "check", expected);
    unsetenv("GITHUB_STEP_SUMMARY");
    EXPECT(cli, 2, "prove", expected, "--json", "-", "--html", "-");
    fake_cli_says(cli->err, "only one report can go to stdout");
    EXPECT(cli, 1, "prove", expected, "--html", "-");
    assert_memory_equal(cli->out, "<!DOCTYPE html>", 15);
    fake_cli_close(cli);
}

static void load_time_is_part_of_the_whole(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "check", expected, "--only", "state", "--json", "-");
    fake_cli_says(cli->out, "\"load\"");
    fake_cli_close(cli);
}

/* A path that cannot be written costs no run; a full disk makes the report
 * worthless, unless the exit status says that something deviates. */
static void reports_that_cannot_be_written_are_no_pass(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *nowhere = fake_cli_path(cli, "no/where");
    EXPECT(cli, 2, "check", expected, "--json", nowhere);
    fake_cli_says(cli->err, "no/where: No such file or directory\n");
    EXPECT(cli, 2, "prove", expected, "--json", nowhere);
    EXPECT(cli, 2, "check", expected, "--pcapng", nowhere);
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 3, "check", expected, "--json", "/dev/full");
    fake_cli_says(cli->err, "cannot write /dev/full: No space left on device\n");
    fake_cli_says(cli->err, "without that report the exit status is 3, not 0\n");
    EXPECT(cli, 3, "check", expected, "--pcapng", "/dev/full");
    EXPECT(cli, 3, "prove", expected, "--json", "/dev/full");
    fake_network_change(&cli->network, "topologies/demon/no-mirror", 0);
    EXPECT(cli, 1, "check", expected, "--json", "/dev/full");
    fake_cli_says(cli->err, "cannot write /dev/full: ");
    assert_null(strstr(cli->err, "exit status"));
    EXPECT(cli, 1, "prove", expected, "--json", "/dev/full");
    fake_cli_close(cli);
}

/* What a report is made of is not lost by naming it as the report. */
static void an_input_is_not_replaced(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *lab = fake_cli_path(cli, "lab.yaml"), *link_to = fake_cli_path(cli, "link");
    char *before = fake_cli_read(cli, "lab.yaml");
    assert_int_equal(symlink("lab.yaml", link_to), 0);
    EXPECT(cli, 2, "check", expected, "--json", lab);
    fake_cli_says(cli->err, "lab.yaml: this command reads it, and does not replace it\n");
    EXPECT(cli, 2, "check", expected, "--junit", link_to);
    EXPECT(cli, 2, "check", expected, "--pcapng", lab);
    EXPECT(cli, 2, "prove", expected, "--json", lab);
    EXPECT(cli, 2, "mutate", expected, "--json", lab);
    EXPECT(cli, 2, "flows", "topologies/demon.yaml", "--save", lab);
    EXPECT(cli, 2, "learn", "topologies/demon.yaml", "--force", "-o", link_to);
    assert_int_equal(cli->network.n_packet_outs + cli->network.n_sent, 0);
    fake_cli_write(cli, "change", "s1:\ndelete,in_port=1\n");
    EXPECT(cli, 2, "plan", expected, "--change", fake_cli_path(cli, "change"), "--json",
           fake_cli_path(cli, "change"));
    EXPECT(cli, 0, "flows", "topologies/demon.yaml", "--save", fake_cli_path(cli, "saved"));
    EXPECT(cli, 2, "diff", fake_cli_path(cli, "saved"), "topologies/demon.yaml", "--json",
           fake_cli_path(cli, "saved"));
    char *after = fake_cli_read(cli, "lab.yaml");
    assert_string_equal(before, after);
    free(before);
    free(after);
    fake_cli_close(cli);
}

/* Whoever asks for the first line only has seen what he wanted. */
static void a_reader_who_goes_away_changes_nothing(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    static const char *const arguments[][FAKE_ARGUMENTS] = {
        {"check", expected, "-v", NULL}, {"check", expected, "--list", NULL}, {"--help", NULL}};
    for (size_t i = 0; i < 3; i++) {
        int ends[2], before = dup(STDOUT_FILENO);
        assert_int_equal(pipe(ends), 0);
        close(ends[0]);
        fflush(stdout);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[1]);
        char *argv[] = {(char *)"tapproof", (char *)arguments[i][0], (char *)arguments[i][1],
                        (char *)arguments[i][2], NULL};
        int argc = 1, number;
        for (; argv[argc]; argc++) {
        }
        void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
        int status = cli_main(&cli->network.world, argc, argv, &number);
        signal(SIGPIPE, handler);
        dup2(before, STDOUT_FILENO);
        close(before);
        assert_int_equal(status, 0);
    }
    fake_cli_close(cli);
}

static void a_run_that_is_interrupted_reports_what_it_has_judged(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *json = fake_cli_path(cli, "report.json");
    cli->network.raises_at_frame = 5;
    EXPECT(cli, 3, "check", expected, "-v", "--json", json);
    assert_int_equal(cli->interrupt, SIGTERM);
    fake_cli_says(cli->out, "state/s1/1");
    fake_cli_says(cli->out, "interrupted: what had not been judged is inconclusive");
    char *report = fake_cli_read(cli, "report.json");
    fake_cli_says(report, "\"interrupted\": true");
    free(report);
    assert_null(strstr(cli->out, "FAIL"));
    assert_null(strstr(cli->out, "pass         traffic/"));
    /* While the switches are read: nothing is sent any more. */
    unsigned n_sent = cli->network.n_sent;
    cli->network.raises_at_dump = cli->network.n_dumps + 1;
    EXPECT(cli, 3, "check", expected, "-v");
    assert_int_equal(cli->interrupt, SIGTERM);
    assert_int_equal(cli->network.n_sent, n_sent);
    assert_null(strstr(cli->out, "pass         traffic/"));
    fake_cli_says(cli->out, "traffic/h1/mirrored/h11");
    cli->network.raises_at_dump = cli->network.n_dumps + 1;
    EXPECT(cli, 3, "prove", expected, "--json", "-");
    assert_int_equal(cli->interrupt, SIGTERM);
    fake_cli_says(cli->out, "\"interrupted\": true");
    assert_null(strstr(cli->out, "\"pass\",\"from"));
    cli->network.raises_at_dump = cli->network.n_dumps + 1;
    EXPECT(cli, 3, "mutate", expected, "--json", "-");
    assert_int_equal(cli->interrupt, SIGTERM);
    fake_cli_says(cli->out, "\"interrupted\": true");
    fake_cli_says(cli->out, "\"noticed\": 0");
    /* The next one is as if nothing had been. */
    EXPECT(cli, 0, "check", expected);
    assert_int_equal(cli->interrupt, 0);
    assert_null(strstr(cli->out, "interrupted"));
    fake_cli_close(cli);
}

/* What deviates does so, whatever was still to come. */
static void a_deviation_survives_an_interruption(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("no-mirror");
    cli->network.raises_at_frame = 5;
    EXPECT(cli, 1, "check", expected, "-v");
    assert_int_equal(cli->interrupt, SIGTERM);
    fake_cli_says(cli->out, "FAIL");
    fake_cli_close(cli);
}

static void options_of_the_run_reach_it(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    fake_network_fault(&cli->network, (struct fake_fault){FAKE_ALTER, .at = "h11"});
    EXPECT(cli, 1, "check", expected, "--converge", "1s");
    assert_int_equal(cli->network.n_packet_outs, 0);
    EXPECT(cli, 1, "check", expected, "--packet-out");
    assert_true(cli->network.n_packet_outs > 0);
    fake_cli_close(cli);
}

static void proofs_are_reported_and_confirmed(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "prove", expected);
    fake_cli_says(cli->out, "PASS");
    assert_int_equal(cli->network.n_sent, 0);
    fake_network_change(&cli->network, "topologies/demon/no-mirror", 0);
    EXPECT(cli, 1, "prove", expected, "--confirm", "--json", "-");
    assert_int_equal(*cli->out, '{');
    fake_cli_says(cli->out, "confirmed: sent, it arrived at h2");
    EXPECT(cli, 1, "prove", expected, "-v");
    fake_cli_says(cli->out, "traffic/h7/mirrored/h11");
    fake_cli_close(cli);
}

/* A run that ends without a report says why. */
static void a_run_that_cannot_go_on_exits_3(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    fake_network_fault(&cli->network, (struct fake_fault){.kind = FAKE_BROKEN});
    EXPECT(cli, 3, "check", expected);
    assert_string_equal(cli->err, "tapproof check: no event loop\n");
    assert_string_equal(cli->out, "");
    EXPECT(cli, 3, "prove", expected);
    assert_string_equal(cli->err, "tapproof prove: no event loop\n");
    EXPECT(cli, 3, "flows", "topologies/demon.yaml");
    assert_string_equal(cli->err, "tapproof flows: no event loop\n");
    EXPECT(cli, 3, "learn", "topologies/demon.yaml");
    EXPECT(cli, 3, "mutate", expected);
    EXPECT(cli, 3, "explain", expected, "s1", "1");
    EXPECT(cli, 3, "diff", "topologies/demon.yaml", "topologies/demon.yaml");
    assert_string_equal(cli->err, "tapproof diff: no event loop\n");
    fake_cli_close(cli);
}

/* On stderr, once it has taken five seconds. */
static void a_long_run_says_what_it_does(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    fake_network_fault(&cli->network, (struct fake_fault){FAKE_REPEATS, .at = "h2", .ms = 20});
    EXPECT(cli, 1, "check", expected, "--converge", "0");
    fake_cli_says(cli->err, "frames and tables disagree: looking again\n");
    assert_null(strstr(cli->err, "opening the captures"));
    assert_null(strchr(cli->err, '\r')); /* it is no terminal */
    fake_cli_close(cli);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_long_run_says_what_it_does),
    cmocka_unit_test(a_run_that_cannot_go_on_exits_3),
    cmocka_unit_test(a_network_that_conforms_exits_0),
    cmocka_unit_test(a_network_that_deviates_exits_1),
    cmocka_unit_test(what_could_not_be_judged_exits_3),
    cmocka_unit_test(only_one_kind_is_judged),
    cmocka_unit_test(text_is_as_short_and_colourful_as_wanted),
    cmocka_unit_test(ids_are_listed),
    cmocka_unit_test(a_selection_of_nothing_is_an_error),
    cmocka_unit_test(each_report_goes_where_it_should),
    cmocka_unit_test(github_and_prometheus_are_told),
    cmocka_unit_test(load_time_is_part_of_the_whole),
    cmocka_unit_test(reports_that_cannot_be_written_are_no_pass),
    cmocka_unit_test(an_input_is_not_replaced),
    cmocka_unit_test(a_reader_who_goes_away_changes_nothing),
    cmocka_unit_test(a_run_that_is_interrupted_reports_what_it_has_judged),
    cmocka_unit_test(a_deviation_survives_an_interruption),
    cmocka_unit_test(options_of_the_run_reach_it),
    cmocka_unit_test(proofs_are_reported_and_confirmed),
};

TEST_MAIN(tests)
