/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines that are asked for help, or are wrong, before anything is run. */
#include "base/version.h"
#include "testing/fake_cli.h"

#include <sys/wait.h>

static const char expected[] = "expected/demon/simulated.yaml";
static const char topology[] = "topologies/demon.yaml";

static const char *const commands[] = {"check",  "diff", "explain", "flows",  "learn",
                                       "mutate", "plan", "prove",   "station"};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void help_lists_all_commands(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "--help");
    char *overview = strdup(cli->out);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        char line[32];
        snprintf(line, sizeof line, "\n  %-8s ", commands[i]);
        fake_cli_says(overview, line);
    }
    EXPECT(cli, 0, "help");
    assert_string_equal(cli->out, overview);
    EXPECT(cli, 0, "-h");
    assert_string_equal(cli->out, overview);
    assert_int_equal(fake_cli_run(cli, (const char *const[]){NULL}), 2);
    assert_string_equal(cli->err, overview);
    assert_string_equal(cli->out, "");
    free(overview);
    fake_cli_close(cli);
}

static void the_version_is_printed(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "--version");
    assert_string_equal(cli->out, "tapproof " BASE_VERSION "\n");
    EXPECT(cli, 0, "-V");
    assert_string_equal(cli->out, "tapproof " BASE_VERSION "\n");
    fake_cli_close(cli);
}

/* Usage, options and exit statuses; the same by three ways. */
static void every_command_has_help(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        char usage[64];
        EXPECT(cli, 0, "help", commands[i]);
        char *help = strdup(cli->out);
        snprintf(usage, sizeof usage, "usage: tapproof %s", commands[i]);
        assert_int_equal(strncmp(help, usage, strlen(usage)), 0);
        assert_null(strstr(help, "\n\n\n"));
        EXPECT(cli, 0, commands[i], "--help");
        assert_string_equal(cli->out, help);
        EXPECT(cli, 0, commands[i], "-h");
        assert_string_equal(cli->out, help);
        free(help);
        fake_cli_says(cli->out, strcmp(commands[i], "station") ? "Exit status" : "exec: ssh");
    }
    EXPECT(cli, 0, "help", "check");
    fake_cli_says(cli->out, "usage: tapproof check EXPECTED... [--lab LAB]\n\ncompare the");
    fake_cli_says(cli->out, "\n\n  -l, --lab LAB ");
    fake_cli_says(cli->out, "\n      --tap[=FILE] ");
    fake_cli_says(cli->out, "\n\nNothing on a switch is changed.");
    EXPECT(cli, 0, "help", "diff");
    fake_cli_says(cli->out, "\n\nA and B are each a state");
    fake_cli_close(cli);
}

static void unknown_commands_are_refused(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 2, "chekc");
    assert_string_equal(
        cli->err, "tapproof: no command 'chekc' (did you mean check?); see tapproof --help\n");
    EXPECT(cli, 2, "help", "nonsense");
    assert_string_equal(cli->err, "tapproof: no command 'nonsense'; see tapproof --help\n");
    EXPECT(cli, 2, "expectatoin"); /* a format is no command */
    assert_string_equal(cli->err, "tapproof: no command 'expectatoin'; see tapproof --help\n");
    EXPECT(cli, 2, "help", "expectatoin");
    fake_cli_says(cli->err, "(did you mean expectation?)");
    fake_cli_close(cli);
}

/* Each is the page of its format, to its end. */
static void formats_have_help(void **state)
{
    (void)state;
    static const char *const formats[][3] = {
        {"expectation", "# tapproof-expectation(5): ", "\n- `traffic`: "},
        {"topology", "# tapproof-topology(5): ", "\n- `links`: "},
        {"lab", "# tapproof-lab(5): ", "\n- `rate`: "},
        {"policy", "# tapd-policy(5): ", "\n- `taps`: "},
    };
    struct fake_cli *cli = fake_cli_open("simulated");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        EXPECT(cli, 0, "help", formats[i][0]);
        assert_int_equal(strncmp(cli->out, formats[i][1], strlen(formats[i][1])), 0);
        fake_cli_says(cli->out, formats[i][2]);
        fake_cli_says(cli->out, "\n## See also\n");
    }
    fake_cli_close(cli);
}

static void unknown_options_are_refused(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 2, "check", "--verbsoe", expected);
    assert_string_equal(cli->err, "tapproof check: unknown option '--verbsoe' (did you mean "
                                  "--verbose?); see tapproof check --help\n");
    EXPECT(cli, 2, "flows", topology, "--timeout", "soon");
    assert_string_equal(cli->err, "tapproof flows: --timeout: 'soon' is not a time such as 2s or "
                                  "500ms; see tapproof flows --help\n");
    EXPECT(cli, 2, "flows", topology, "--timeout", "25h");
    EXPECT(cli, 2, "check", "-k");
    fake_cli_says(cli->err, "-k needs a value");
    assert_int_equal(cli->network.n_dumps, 0);
    fake_cli_close(cli);
}

static void operands_are_counted(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *const of_expectations[] = {"check", "mutate", "prove", "plan"};
    const char *const of_topologies[] = {"flows", "learn"};
    for (size_t i = 0; i < 4; i++) {
        EXPECT(cli, 2, of_expectations[i]);
        fake_cli_says(cli->err, ": which expectation?; see");
    }
    EXPECT(cli, 2, "mutate", expected, expected);
    fake_cli_says(cli->err, ": one expectation at a time; see");
    EXPECT(cli, 2, "plan", expected, expected);
    fake_cli_says(cli->err, ": one expectation at a time; see");
    for (size_t i = 0; i < 2; i++) {
        EXPECT(cli, 2, of_topologies[i]);
        fake_cli_says(cli->err, ": which topology?; see");
        EXPECT(cli, 2, of_topologies[i], topology, topology);
        fake_cli_says(cli->err, ": one topology at a time; see");
    }
    EXPECT(cli, 2, "diff", topology);
    fake_cli_says(cli->err, "which two states?");
    EXPECT(cli, 2, "explain", expected, "s1");
    fake_cli_says(cli->err, "expected EXPECTED PLACE [PACKET | --frame HEX], PLACE: SWITCH:PORT");
    EXPECT(cli, 2, "explain", expected, "s1:1", "tcp", "udp");
    fake_cli_says(cli->err, "expected EXPECTED PLACE");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "tcp", "udp");
    fake_cli_says(cli->err, "expected EXPECTED PLACE [PACKET | --frame HEX], PLACE: SWITCH:PORT");
    EXPECT(cli, 2, "station", "x");
    fake_cli_says(cli->err, "it takes no arguments");
    fake_cli_close(cli);
}

static void options_that_do_not_go_together_are_refused(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 2, "check", expected, "--lab", "x", "--state", "y");
    fake_cli_says(cli->err, "--lab or --state, not both");
    EXPECT(cli, 2, "check", expected, "--only", "traffic", "--state", "y");
    fake_cli_says(cli->err, "--state cannot go with --only traffic");
    EXPECT(cli, 2, "check", expected, "--only", "frames");
    fake_cli_says(cli->err, "--only: 'frames' is neither state nor traffic");
    EXPECT(cli, 2, "check", expected, "--json", "-", "--tap");
    fake_cli_says(cli->err, "only one report can go to stdout");
    char tap[160];
    snprintf(tap, sizeof tap, "--tap=%s", fake_cli_path(cli, "x"));
    EXPECT(cli, 2, "check", expected, "--json", fake_cli_path(cli, "x"), tap);
    fake_cli_says(cli->err, "two reports cannot go to ");
    EXPECT(cli, 2, "prove", expected, "--confirm", "--state", "y");
    fake_cli_says(cli->err, "--state cannot go with --confirm");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "tcp", "--frame", "00");
    fake_cli_says(cli->err, "a PACKET or a --frame, not both");
    EXPECT(cli, 2, "plan", expected);
    fake_cli_says(cli->err, "which change? --change FILE");
    assert_int_equal(cli->network.n_dumps, 0);
    fake_cli_close(cli);
}

static void input_errors_have_a_place(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 2, "check", "nowhere.yaml");
    fake_cli_says(cli->err, "nowhere.yaml: ");
    fake_cli_write(cli, "bad.yaml", "name: x\nnonsense: 1\n");
    EXPECT(cli, 2, "flows", fake_cli_path(cli, "bad.yaml"));
    fake_cli_says(cli->err, "bad.yaml:2:1: error: ");
    EXPECT(cli, 2, "check", expected, "--lab", "nowhere.yaml");
    fake_cli_says(cli->err, "nowhere.yaml");
    EXPECT(cli, 2, "prove", expected, "--state", "nowhere.yaml");
    fake_cli_says(cli->err, "nowhere.yaml");
    EXPECT(cli, 2, "plan", expected, "--change", "nowhere.flows");
    fake_cli_says(cli->err, "nowhere.flows");
    EXPECT(cli, 2, "diff", "nowhere.yaml", "nowhere-else.yaml");
    fake_cli_says(cli->err, "nowhere.yaml");
    fake_cli_says(cli->err, "nowhere-else.yaml");
    assert_string_equal(cli->out, "");
    assert_int_equal(cli->network.n_dumps, 0);
    fake_cli_close(cli);
}

static void the_lab_is_that_of_the_option_else_of_the_environment(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "flows", topology);
    fake_cli_write(cli, "half.yaml", "switches:\n  s1: {openflow: \"tcp:127.0.0.1:1\"}\n");
    EXPECT(cli, 3, "flows", topology, "--lab", fake_cli_path(cli, "half.yaml"));
    fake_cli_says(cli->out, "no endpoint");
    setenv("TAPPROOF_LAB", "", 1);
    EXPECT(cli, 3, "flows", topology);
    fake_cli_close(cli);
}

/* `tapproof station` in a process of its own, with this on stdin, and nobody who reads: how it
 * ends. */
static int serve(const char *text)
{
    int ends[2], status;
    struct fake_cli *cli = fake_cli_open("simulated");
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        status = fake_cli_run(cli, (const char *const[]){"station", NULL});
        _exit(status + (strstr(cli->err, "tapproof station: ") ? 100 : 0));
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    fake_cli_close(cli);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_far_end_serves_until_its_input_ends(void **state)
{
    (void)state;
    assert_int_equal(serve(""), CLI_CONFORMS);
    assert_int_equal(serve("GET / HTTP/1.1\r\n\r\n"), 100 + CLI_UNJUDGED);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(help_lists_all_commands),
    cmocka_unit_test(the_version_is_printed),
    cmocka_unit_test(every_command_has_help),
    cmocka_unit_test(unknown_commands_are_refused),
    cmocka_unit_test(formats_have_help),
    cmocka_unit_test(unknown_options_are_refused),
    cmocka_unit_test(operands_are_counted),
    cmocka_unit_test(options_that_do_not_go_together_are_refused),
    cmocka_unit_test(input_errors_have_a_place),
    cmocka_unit_test(the_lab_is_that_of_the_option_else_of_the_environment),
    cmocka_unit_test(a_far_end_serves_until_its_input_ends),
};

TEST_MAIN(tests)
