/* SPDX-License-Identifier: Apache-2.0
 *
 * Several expectations in one run, on a network in memory. */
#include "testing/fake_cli.h"

static const char simulated[] = "expected/demon/simulated.yaml";

/* An expectation of one claim about the reference network. */
static void write_claim(const struct fake_cli *cli, const char *name, const char *claim)
{
    char text[512], here[256];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(text, sizeof text, "topology: %s/topologies/demon.yaml\ntraffic:\n  - %s\n", here,
             claim);
    fake_cli_write(cli, name, text);
}

/* In no-mirror tapped.yaml and tapped2.yaml fail for one reason, and silent.yaml passes. */
static struct fake_cli *open_claims(const char *flows)
{
    struct fake_cli *cli = fake_cli_open(flows);
    assert_int_equal(mkdir(fake_cli_path(cli, "d"), 0700), 0);
    assert_int_equal(mkdir(fake_cli_path(cli, "d/e"), 0700), 0);
    write_claim(cli, "d/silent.yaml", "{from: h11, isolated: all}");
    write_claim(cli, "d/tapped.yaml", "{from: h1, delivered: [h2], mirrored: [h11]}");
    write_claim(cli, "d/e/tapped2.yml", "{from: h1, delivered: [h2], mirrored: [h11]}");
    fake_cli_write(cli, "d/tapproof.yaml", "not: an expectation\n");
    fake_cli_write(cli, "d/.hidden.yaml", "not: an expectation\n");
    fake_cli_write(cli, "d/notes.txt", "nor: this\n");
    return cli;
}

static size_t count(const char *text, const char *words)
{
    size_t n = 0;
    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words)) {
        n++;
    }
    return n;
}

/* Files below a directory, by name; what is named twice is judged once. */
static void directories_are_searched(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("simulated");
    const char *d = fake_cli_path(cli, "d"), *silent = fake_cli_path(cli, "d/silent.yaml");
    EXPECT(cli, 0, "check", d, silent, "--list", "-k", "traffic/");
    char text[512];
    snprintf(text, sizeof text,
             "%s/e/tapped2.yml::traffic/h1/delivered/h2\n"
             "%s/e/tapped2.yml::traffic/h1/mirrored/h11\n"
             "%s/silent.yaml::traffic/h11/isolated/all\n"
             "%s/tapped.yaml::traffic/h1/delivered/h2\n"
             "%s/tapped.yaml::traffic/h1/mirrored/h11\n",
             d, d, d, d, d);
    assert_string_equal(cli->out, text);
    EXPECT(cli, 0, "check", silent, silent, "--list", "-k", "traffic/");
    assert_string_equal(cli->out, "traffic/h11/isolated/all\n");
    assert_int_equal(mkdir(fake_cli_path(cli, "empty"), 0700), 0);
    EXPECT(cli, 2, "check", fake_cli_path(cli, "empty"), silent);
    fake_cli_says(cli->err, "/empty: error: no expectation (*.yaml, *.yml) is in this directory");
    assert_int_equal(symlink("nowhere", fake_cli_path(cli, "empty/gone.yaml")), 0);
    EXPECT(cli, 2, "check", fake_cli_path(cli, "empty"), silent);
    fake_cli_says(cli->err, "/empty/gone.yaml: error: no such file");
    fake_cli_close(cli);
}

/* One without claims is left out beside others, which are judged. */
static void what_has_no_claims_is_left_out(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("no-mirror");
    const char *tapped = fake_cli_path(cli, "d/tapped.yaml"),
               *entries = fake_cli_path(cli, "entries.yaml");
    char text[512], here[256];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(text, sizeof text, "topology: %s/topologies/demon.yaml\nentries: {s1: []}\n", here);
    fake_cli_write(cli, "entries.yaml", text);
    EXPECT(cli, 2, "prove", entries);
    EXPECT(cli, 1, "prove", tapped, entries);
    fake_cli_says(cli->out, "traffic/h1/mirrored/h11");
    fake_cli_says(cli->out, "entries.yaml: no claim in `traffic:`");
    fake_cli_close(cli);
}

static void each_form_has_all_of_them(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("no-mirror");
    const char *d = fake_cli_path(cli, "d");
    EXPECT(cli, 1, "check", d);
    fake_cli_says(cli->out, "d/tapped.yaml::traffic/h1/mirrored/h11");
    fake_cli_says(cli->out, "d/e/tapped2.yml::traffic/h1/mirrored/h11");
    fake_cli_says(cli->out, "FAIL  /tmp/");
    assert_int_equal(count(cli->out, "PASS  /tmp/"), 1);
    assert_int_equal(cli->network.n_open, 0);
    EXPECT(cli, 1, "check", d, "--json", "-");
    fake_cli_says(cli->out, "\"expectations\": [");
    assert_int_equal(count(cli->out, "\"verdict\": \"fail\"}"), 2);
    assert_int_equal(count(cli->out, "\"where\": "), 1); /* one cause of both */
    EXPECT(cli, 1, "check", d, "--junit", "-");
    assert_int_equal(count(cli->out, "tapped2.yml::traffic/h1/mirrored/h11\""), 1);
    EXPECT(cli, 1, "check", d, "--tap");
    assert_int_equal(count(cli->out, "tapped2.yml::traffic/h1/mirrored/h11\n"), 1);
    fake_cli_close(cli);
}

/* Beside one that passes, one that could not be judged is no pass; nor is one that only has what
 * is known. */
static void the_worst_of_them_counts(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("no-mirror");
    const char *silent = fake_cli_path(cli, "d/silent.yaml");
    const char *tapped = fake_cli_path(cli, "d/tapped.yaml"), *known = fake_cli_path(cli, "k.yaml");
    EXPECT(cli, 1, "check", silent, tapped, "--only", "traffic");
    EXPECT(cli, 1, "prove", tapped, silent);
    EXPECT(cli, 0, "prove", tapped, silent, "-k", "isolated");
    fake_cli_says(cli->out, "tapped.yaml: nothing is selected by -k");
    EXPECT(cli, 2, "prove", tapped, silent, "-k", "nonsense");
    EXPECT(cli, 2, "prove", silent, fake_cli_path(cli, "none.yaml"));
    write_claim(cli, "k.yaml",
                "{from: h1, delivered: [h2], mirrored: [h11]}\n"
                "known: [{id: traffic/h1/mirrored/h11, reason: why, until: 2199-01-01}]");
    EXPECT(cli, 3, "prove", known, "-k", "mirrored");
    EXPECT(cli, 3, "prove", silent, known, "-k", "mirrored", "-k", "isolated");
    fake_cli_close(cli);
}

static void the_first_that_deviates_ends_it(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("no-mirror");
    const char *tapped = fake_cli_path(cli, "d/tapped.yaml");
    const char *silent = fake_cli_path(cli, "d/silent.yaml");
    EXPECT(cli, 1, "check", silent, tapped, simulated, "-x");
    fake_cli_says(cli->out, "PASS  /tmp/");
    fake_cli_says(cli->out, "SKIP  expected/demon/simulated.yaml: not judged: one before it");
    assert_null(strstr(cli->out, "simulated.yaml::"));
    EXPECT(cli, 1, "prove", tapped, silent, "--exitfirst", "--json", "-");
    fake_cli_says(cli->out, "\"not_judged\": \"not judged: one before it deviates (-x)\"");
    fake_cli_close(cli);
}

/* A proof reads a lab once; a check as often as frames want it, in the same sessions. */
static void switches_are_read_once(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("simulated");
    EXPECT(cli, 0, "prove", fake_cli_path(cli, "d/tapped.yaml"));
    size_t n_dumps = cli->network.n_dumps;
    EXPECT(cli, 0, "prove", fake_cli_path(cli, "d"));
    assert_int_equal(cli->network.n_dumps, 2 * n_dumps);
    assert_int_equal(cli->network.n_open, 0);
    EXPECT(cli, 0, "check", fake_cli_path(cli, "d"));
    assert_int_equal(cli->network.n_open, 0);
    fake_cli_close(cli);
}

static void a_page_shows_one_network(void **state)
{
    (void)state;
    struct fake_cli *cli = open_claims("simulated");
    const char *page = fake_cli_path(cli, "p.html");
    EXPECT(cli, 0, "flows", "topologies/demon.yaml", "--save", fake_cli_path(cli, "saved"));
    EXPECT(cli, 2, "prove", simulated, "expected/patch-panel/patched.yaml", "--state",
           fake_cli_path(cli, "saved"), "--html", page);
    fake_cli_says(cli->err, "--html shows one network: expected/demon/simulated.yaml is of ");
    EXPECT(cli, 0, "prove", fake_cli_path(cli, "d"), "--html", page);
    fake_cli_close(cli);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(directories_are_searched),
    cmocka_unit_test(what_has_no_claims_is_left_out),
    cmocka_unit_test(each_form_has_all_of_them),
    cmocka_unit_test(the_worst_of_them_counts),
    cmocka_unit_test(the_first_that_deviates_ends_it),
    cmocka_unit_test(switches_are_read_once),
    cmocka_unit_test(a_page_shows_one_network),
};

TEST_MAIN(tests)
