/* SPDX-License-Identifier: Apache-2.0
 *
 * No command gives a verdict, crashes or leaks where an allocation fails: it says so, and its
 * exit status is 3. */
#include "testing/failing.h"
#include "testing/fake_cli.h"
#include "testing/spared.h"

struct line {
    struct fake_cli *cli;
    int status; /* with enough memory */
    const char *words[16];
};

static int run(void *aux)
{
    struct line *line = aux;
    int status = fake_cli_run(line->cli, line->words);
    if (status == CLI_UNJUDGED && strstr(line->cli->err, "out of memory") && !*line->cli->out) {
        return -1;
    }
    if (status != line->status || strstr(line->cli->err, "out of memory")) {
        fail_msg("exit status %d, with:\n%s%s", status, line->cli->out, line->cli->err);
    }
    return 0;
}

#define LINE(expected, ...)                                                                        \
    do {                                                                                           \
        struct line line = {cli, expected, {__VA_ARGS__}};                                         \
        assert_true(failing_each_piece(run, &line) > 10);                                          \
    } while (0)

/* Two switches in a line, a host on each. */
static const char topology[] = "name: small\n"
                               "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                               "hosts:\n"
                               "  a: {mac: \"00:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
                               "  b: {mac: \"00:00:00:00:00:02\", ip: 10.0.0.2, port: \"s2:1\"}\n"
                               "links: [[\"s1:2\", \"s2:2\"]]\n";
static const char expectation[] = "topology: topology.yaml\n"
                                  "ports:\n"
                                  "  s1: {1: {output: [2]}, 2: {output: [1]}}\n"
                                  "  s2:\n"
                                  "    1: [{match: tcp, output: [2]}, drop]\n"
                                  "    2: {output: [1]}\n"
                                  "traffic:\n"
                                  "  - {from: a, delivered: [b]}\n"
                                  "  - {from: b, match: tcp, delivered: [a]}\n";
static const char state_of[] = "tapproof-state: 1\n"
                               "switches:\n"
                               "  - name: s1\n"
                               "    dpid: 1\n"
                               "    ports: [{number: 1}, {number: 2}]\n"
                               "    flows:\n"
                               "      - {text: \"in_port=1 actions=output:2\"}\n"
                               "      - {text: \"in_port=2 actions=output:1\"}\n"
                               "  - name: s2\n"
                               "    dpid: 2\n"
                               "    ports: [{number: 1}, {number: 2}]\n"
                               "    flows:\n"
                               "      - {text: \"%s,in_port=1 actions=output:2\"}\n"
                               "      - {text: \"in_port=2 actions=output:1\"}\n";

static const char *e, *good, *bad, *t;

/* The switches, read, do what they should. */
static struct fake_cli *open_small(void)
{
    struct fake_cli *cli = fake_cli_make();
    char text[sizeof state_of + 8];
    fake_cli_write(cli, "topology.yaml", topology);
    fake_cli_write(cli, "s1.flows", "in_port=1 actions=output:2\nin_port=2 actions=output:1\n");
    fake_cli_write(cli, "s2.flows", "in_port=1,tcp actions=output:2\nin_port=2 actions=output:1\n");
    fake_cli_begin(cli, fake_cli_path(cli, "topology.yaml"), cli->directory);
    fake_cli_write(cli, "e.yaml", expectation);
    snprintf(text, sizeof text, state_of, "tcp");
    fake_cli_write(cli, "good", text);
    snprintf(text, sizeof text, state_of, "udp");
    fake_cli_write(cli, "bad", text);
    spare_network(&cli->network.world);
    t = fake_cli_path(cli, "topology.yaml");
    e = fake_cli_path(cli, "e.yaml");
    fake_cli_write(cli, "other.yaml",
                   "topology: topology.yaml\n"
                   "traffic:\n"
                   "  - {from: a, isolated: all}\n"
                   "  - {from: b, match: tcp, delivered: [a], copies: 2}\n");
    good = fake_cli_path(cli, "good");
    bad = fake_cli_path(cli, "bad");
    return cli;
}

static void diff(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "diff", good, good);
    LINE(1, "diff", good, bad);
    fake_cli_close(cli);
}

static void prove(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "prove", e, "--state", good);
    LINE(1, "prove", e, "--state", bad);
    fake_cli_close(cli);
}

static void check(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "check", e, "--state", good);
    LINE(1, "check", e, "--state", bad);
    fake_cli_close(cli);
}

/* Each frame allocates much: what is not in cli is left to the tests of the rooms. */
static void frames(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "check", e, "--only", "traffic", "-k", "traffic/a/");
    LINE(1, "check", fake_cli_path(cli, "other.yaml"), "--only", "traffic", "-k", "traffic/b/");
    fake_cli_close(cli);
}

static void flows(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "flows", t);
    LINE(0, "flows", t, "--json");
    LINE(0, "flows", t, "--yaml", "--no-stats");
    fake_cli_close(cli);
}

/* Reports go to files: what is there stays. */
static void reports(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    const char *json = fake_cli_path(cli, "json"), *junit = fake_cli_path(cli, "junit");
    LINE(1, "check", e, "--state", bad, "-v", "--json", json, "--junit", junit);
    LINE(1, "check", e, "--state", bad, "--tap");
    fake_cli_close(cli);
}

static void explain(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "explain", e, "s1", "1", "--state", good);
    LINE(1, "explain", e, "s2", "1", "udp", "--state", bad, "--json", "-");
    fake_cli_close(cli);
}

static void learn(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "learn", t, "--state", good);
    fake_cli_close(cli);
}

static void plan(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    fake_cli_write(cli, "breaks", "s2:\n  modify in_port=1,tcp actions=drop\n");
    LINE(1, "plan", e, "--change", fake_cli_path(cli, "breaks"), "--state", good);
    fake_cli_write(cli, "whole", "s1:\n  in_port=1 actions=output:2\n");
    LINE(1, "plan", e, "--change", fake_cli_path(cli, "whole"), "--state", good, "--replace");
    fake_cli_close(cli);
}

static void mutate(void **state)
{
    (void)state;
    struct fake_cli *cli = open_small();
    LINE(0, "mutate", e, "--state", good, "--limit", "4");
    fake_cli_close(cli);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(diff),    cmocka_unit_test(prove),  cmocka_unit_test(check),
    cmocka_unit_test(explain), cmocka_unit_test(learn),  cmocka_unit_test(plan),
    cmocka_unit_test(mutate),  cmocka_unit_test(frames), cmocka_unit_test(flows),
    cmocka_unit_test(reports),
};

TEST_MAIN(tests)
