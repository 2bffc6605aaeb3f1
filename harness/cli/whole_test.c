/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole command lines on a small network in memory: all that they print, and their exit status. */
#include "testing/fake_cli.h"
#include "testing/whole.h"

/* Two switches in a line, a host on each, one that gets copies. */
static const char topology[] =
    "name: small\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
    "hosts:\n"
    "  a: {mac: \"00:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  b: {mac: \"00:00:00:00:00:02\", ip: 10.0.0.2, port: \"s2:1\"}\n"
    "  m: {mac: \"00:00:00:00:00:03\", ip: 10.0.0.3, port: \"s1:3\", role: capture}\n"
    "links: [[\"s1:2\", \"s2:2\"]]\n";
static const char expectation[] = "topology: topology.yaml\n"
                                  "ports:\n"
                                  "  s1: {1: {output: [2, 3]}, 2: {output: [1]}}\n"
                                  "  s2:\n"
                                  "    1: [{match: tcp, output: [2]}, drop]\n"
                                  "    2: {output: [1]}\n"
                                  "traffic:\n"
                                  "  - {from: a, delivered: [b], mirrored: [m]}\n"
                                  "  - {from: b, match: tcp, delivered: [a]}\n";
static const char little[] = "topology: topology.yaml\n"
                             "traffic: [{from: a, delivered: [b], mirrored: [m]}]\n";
static const char state_of[] = "tapproof-state: 1\n"
                               "switches:\n"
                               "  - name: s1\n"
                               "    dpid: 1\n"
                               "    ports: [{number: 1}, {number: 2}, {number: 3}]\n"
                               "    flows:\n"
                               "      - {text: \"in_port=1 actions=output:2,output:3\"}\n"
                               "      - {text: \"in_port=2 actions=output:1\"}\n"
                               "      - {text: \"priority=7,in_port=2 actions=output:3\"}\n"
                               "  - name: s2\n"
                               "    dpid: 2\n"
                               "    ports: [{number: 1}, {number: 2}]\n"
                               "    flows:\n"
                               "      - {text: \"%s,in_port=1 actions=output:2\"}\n"
                               "      - {text: \"in_port=2 actions=output:1\"}\n";

static struct fake_cli *open_small(void)
{
    struct fake_cli *cli = fake_cli_make();
    char text[sizeof state_of + 8];
    fake_cli_write(cli, "topology.yaml", topology);
    fake_cli_write(cli, "s1.flows",
                   "in_port=1 actions=output:2,output:3\nin_port=2 actions=output:1\n");
    fake_cli_write(cli, "s2.flows", "in_port=1,tcp actions=output:2\nin_port=2 actions=output:1\n");
    fake_cli_begin(cli, fake_cli_path(cli, "topology.yaml"), cli->directory);
    fake_cli_write(cli, "e.yaml", expectation);
    fake_cli_write(cli, "little.yaml", little);
    fake_cli_write(cli, "wrong.yaml", "topology: topology.yaml\nports: {s9: {}}\n");
    snprintf(text, sizeof text, state_of, "tcp");
    fake_cli_write(cli, "good", text);
    snprintf(text, sizeof text, state_of, "udp");
    fake_cli_write(cli, "bad", text);
    fake_cli_write(cli, "few",
                   "tapproof-state: 1\nswitches:\n  - {name: s1, dpid: 1, ports: [{number: 1}], "
                   "flows: []}\n  - {name: s2, dpid: 2, ports: [], flows: []}\n");
    fake_cli_write(cli, "half", "tapproof-state: 1\nswitches: [{name: s1, not_read: refused}]\n");
    fake_cli_write(cli, "breaks", "s2:\n  modify in_port=1,tcp actions=drop\n");
    fake_cli_write(cli, "mends", "s2:\n  modify in_port=1,tcp actions=output:2\n");
    fake_cli_write(cli, "refused", "s2:\n  add check_overlap,tcp actions=drop\n  add nonsense\n");
    assert_int_equal(mkdir(fake_cli_path(cli, "sub"), 0700), 0);
    return cli;
}

/* What was printed, without the directory of the test. Time is that of the network. */
static void put_printed(const struct fake_cli *cli, const char *text, struct base_buffer *out)
{
    const char *next;
    for (; (next = strstr(text, cli->directory)); text = next + strlen(cli->directory)) {
        base_put_bytes(out, text, (size_t)(next - text));
        base_put_text(out, "DIR");
    }
    base_put_text(out, text);
}

/* Runs the command lines, words divided by blanks; @NAME is a file of the directory, which `cat`
 * shows. */
static void assert_transcript(const char *const *lines, const char *name)
{
    struct fake_cli *cli = open_small();
    struct base_buffer out = {0};
    size_t n_directory = strlen(cli->directory);
    char path[256];
    for (; *lines; lines++) {
        char line[256], *rest = strcpy(line, *lines);
        const char *words[FAKE_ARGUMENTS] = {NULL};
        size_t n = 0;
        for (char *word; (word = strsep(&rest, " "));) {
            words[n++] = *word == '@' ? fake_cli_path(cli, word + 1) : word;
        }
        if (strcmp(words[0], "cat") == 0) {
            char *text = fake_cli_read(cli, words[1] + n_directory + 1);
            base_put_format(&out, "$ %s\n", *lines);
            put_printed(cli, text, &out);
            free(text);
            continue;
        }
        int status = fake_cli_run(cli, words);
        assert_int_equal(cli->n_left_open, 0);
        assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
        base_put_format(&out, "$ tapproof %s\n", *lines);
        put_printed(cli, cli->out, &out);
        base_put_text(&out, *cli->err ? "stderr:\n" : "");
        put_printed(cli, cli->err, &out);
        base_put_format(&out, "exit status %d\n\n", status);
    }
    snprintf(path, sizeof path, "harness/cli/whole/%s.txt", name);
    assert_whole(base_buffer_text(&out), path);
    base_buffer_free(&out);
    fake_cli_close(cli);
}

static void check(void **state)
{
    (void)state;
    static const char *const lines[] = {"check @e.yaml",
                                        "check @e.yaml -v",
                                        "check @e.yaml -q",
                                        "check @e.yaml --state @good",
                                        "check @e.yaml --state @bad",
                                        "check @e.yaml --state @bad --json -",
                                        "check @e.yaml --state @bad --tap",
                                        "check @e.yaml --state @bad --junit -",
                                        "check @e.yaml --state @bad --only traffic",
                                        "check @e.yaml --state @half",
                                        "check @e.yaml --state @few",
                                        "check @e.yaml --state @bad --json - --tap",
                                        "check @e.yaml --state @bad --json @x --junit @x",
                                        "check @e.yaml --state @bad --json @x --tap",
                                        "check @e.yaml --state @bad --json @e.yaml",
                                        "check @e.yaml --list",
                                        "check @e.yaml --list -k traffic",
                                        "check @e.yaml --list -k nonsense",
                                        "check @e.yaml -k nonsense",
                                        "check @e.yaml -k traffic/b",
                                        "check @e.yaml --only nonsense",
                                        "check @e.yaml --only state",
                                        "check @e.yaml --only traffic",
                                        "check @e.yaml --github --state @bad",
                                        "check @wrong.yaml",
                                        "check @none.yaml",
                                        "check @e.yaml --lab @none.yaml",
                                        "check @e.yaml --state @none",
                                        "check",
                                        "check @e.yaml more",
                                        "check @e.yaml --nonsense",
                                        NULL};
    assert_transcript(lines, "check");
}

static void prove(void **state)
{
    (void)state;
    static const char *const lines[] = {"prove @e.yaml",
                                        "prove @e.yaml --state @bad",
                                        "prove @e.yaml --state @bad -v --color=always",
                                        "prove @e.yaml --state @bad --json -",
                                        "prove @e.yaml --state @half",
                                        "prove @e.yaml --state @bad --confirm",
                                        "prove @e.yaml --confirm",
                                        "prove @e.yaml --failover",
                                        "prove @e.yaml -k nonsense",
                                        "prove @e.yaml -k traffic/a --state @bad",
                                        "prove @wrong.yaml",
                                        NULL};
    assert_transcript(lines, "prove");
}

static void flows_and_diff(void **state)
{
    (void)state;
    static const char *const lines[] = {"flows @topology.yaml",
                                        "flows @topology.yaml --no-stats",
                                        "flows @topology.yaml --yaml --no-stats",
                                        "flows @topology.yaml --json --no-stats",
                                        "flows @topology.yaml --groups",
                                        "flows @topology.yaml --meters",
                                        "flows @topology.yaml --groups --json",
                                        "flows @topology.yaml s2",
                                        "flows @topology.yaml s9",
                                        "flows @topology.yaml --save @saved",
                                        "flows @topology.yaml --save @topology.yaml",
                                        "flows @none.yaml",
                                        "diff @good @bad",
                                        "diff @good @good",
                                        "diff @good @bad --entries",
                                        "diff @good @bad --json",
                                        "diff @good @half",
                                        "diff @half @good",
                                        "diff @topology.yaml @bad",
                                        "diff @good @topology.yaml",
                                        "diff @saved @topology.yaml",
                                        "diff @good",
                                        "diff @good @none",
                                        "diff @good @bad -v",
                                        NULL};
    assert_transcript(lines, "flows_and_diff");
}

static void explain(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "explain @e.yaml s1 1 --state @good",
        "explain @e.yaml s1:2 --state @good",
        "explain @e.yaml b udp --state @bad",
        "explain @e.yaml b tcp,tp_dst=80 --state @bad --json -",
        "explain @e.yaml b tcp,dl_src=02:00:00:00:00:09 --state @bad",
        "explain @e.yaml s2 1 arp",
        "explain @e.yaml s1 1 --frame 02000000000202000000000188b501020304 --state @good",
        "explain @e.yaml s1 1 tcp --state @half",
        "explain @e.yaml s1 1 --state @half",
        "explain @e.yaml nobody",
        "explain @e.yaml b ip --state @bad",
        "explain @e.yaml b ip,nw_src=10.9.9.9 --state @bad",
        "explain @e.yaml b udp,nw_src=10.0.0.0/8 --state @good",
        "explain @e.yaml s1 4 --state @good",
        "explain @e.yaml s1 2 --state @few",
        "explain @e.yaml s1 4 --state @few",
        "explain @e.yaml s2 4 --state @few",
        "explain @e.yaml s2 1 tcp --state @few",
        "explain @e.yaml s1",
        "explain @e.yaml s1 LOCAL --state @good",
        NULL};
    assert_transcript(lines, "explain");
}

static void learn(void **state)
{
    (void)state;
    static const char *const lines[] = {"learn @topology.yaml -o @learned",
                                        "cat @learned",
                                        "learn @topology.yaml -o @learned",
                                        "learn @topology.yaml -o @topology.yaml --force",
                                        "learn @topology.yaml -o @learned --force --state @bad",
                                        "cat @learned",
                                        "learn @topology.yaml -o @half.yaml --state @half",
                                        "cat @half.yaml",
                                        "learn @topology.yaml -o @sub/learned --state @good",
                                        "cat @sub/learned",
                                        "check @sub/learned --state @good",
                                        NULL};
    assert_transcript(lines, "learn");
}

static void plan(void **state)
{
    (void)state;
    static const char *const lines[] = {"plan @e.yaml --change @breaks --state @good",
                                        "plan @e.yaml --change @mends --state @good",
                                        "plan @e.yaml --change @mends --state @bad -v",
                                        "plan @e.yaml --change @breaks --state @good --replace",
                                        "plan @e.yaml --change @breaks --state @good --json -",
                                        "plan @e.yaml --change @breaks --state @half",
                                        "plan @e.yaml --change @breaks -k traffic/b",
                                        "plan @e.yaml --change @breaks -k nonsense",
                                        "plan @e.yaml --change @refused",
                                        "plan @e.yaml --change @none",
                                        "plan @e.yaml",
                                        NULL};
    assert_transcript(lines, "plan");
}

static void mutate(void **state)
{
    (void)state;
    static const char *const lines[] = {"mutate @e.yaml --state @good",
                                        "mutate @e.yaml --state @good -v",
                                        "mutate @little.yaml --state @good --min-score 38",
                                        "mutate @little.yaml --state @good --min-score 46",
                                        "mutate @little.yaml --state @good --min-score 47 --json -",
                                        "mutate @e.yaml --state @bad",
                                        "mutate @e.yaml --state @half",
                                        "mutate @e.yaml --state @good --limit 2 --seed 3",
                                        "mutate @e.yaml --state @good -k nonsense",
                                        "mutate @e.yaml --state @good -k s2",
                                        NULL};
    assert_transcript(lines, "mutate");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(check),   cmocka_unit_test(prove), cmocka_unit_test(flows_and_diff),
    cmocka_unit_test(explain), cmocka_unit_test(learn), cmocka_unit_test(plan),
    cmocka_unit_test(mutate),
};

TEST_MAIN(tests)
