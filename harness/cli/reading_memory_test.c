/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that read a switch of OpenFlow 1.3, tables, groups and meters, where an allocation
 * fails: exit status 3, and that there was no memory, wherever it failed. */
#include "testing/failing.h"
#include "testing/fake_cli.h"
#include "testing/fake_switch.h"

struct line {
    struct fake_cli *cli;
    const char *const *words;
    int status; /* with enough memory */
    char out[FAKE_OUT_BYTES];
};

static int run(void *aux)
{
    struct line *line = aux;
    struct fake_cli *cli = line->cli;
    int status = fake_cli_run(cli, line->words);
    if (status == line->status && strcmp(cli->out, line->out) == 0) {
        return 0;
    }
    if (status != CLI_UNJUDGED || !(strstr(cli->err, "memory") || strstr(cli->out, "memory"))) {
        fail_msg("exit status %d, with:\n%s%s", status, cli->out, cli->err);
    }
    return -1;
}

static void run_line(struct fake_cli *cli, const char *const *words)
{
    struct line *line = malloc(sizeof *line);
    assert_non_null(line);
    *line = (struct line){.cli = cli, .words = words};
    line->status = fake_cli_run(cli, words);
    strcpy(line->out, cli->out);
    assert_true(line->status != CLI_USAGE && *line->out);
    assert_true(failing_each_piece(run, line) > 30);
    free(line);
}

#define LINE(cli, ...) run_line(cli, (const char *const[]){__VA_ARGS__, NULL})

static int confine_nothing(const struct run_world *world, struct base_error *missing)
{
    (void)world, (void)missing;
    return 0;
}

/* A switch, really read, with one host that has no station. */
static struct fake_cli *open_it(struct fake_switch *fake)
{
    char lab[256];
    assert_true(fake_switch_start(fake));
    struct fake_cli *cli = fake_cli_make();
    fake_cli_write(cli, "t.yaml",
                   "name: one\nswitches: {s1: {dpid: 1}}\n"
                   "hosts: {a: {mac: \"00:00:00:00:00:01\", port: \"s1:1\"}}\nlinks: []\n");
    fake_cli_write(cli, "e.yaml",
                   "topology: t.yaml\nports: {s1: {1: {output: [2]}}}\n"
                   "traffic: [{from: a, isolated: all}]\n");
    fake_cli_write(cli, "s1.flows", "in_port=1 actions=output:2\n");
    fake_cli_begin(cli, fake_cli_path(cli, "t.yaml"), cli->directory);
    snprintf(lab, sizeof lab, "switches: {s1: {openflow: \"%s\", version: 1.3}}\n", fake->endpoint);
    fake_cli_write(cli, "lab.yaml", lab);
    cli->network.world.confine = confine_nothing;
    cli->network.world.channel_open = run_world_live.channel_open;
    cli->network.world.channel_dump = run_world_live.channel_dump;
    cli->network.world.channel_close = run_world_live.channel_close;
    return cli;
}

static void close_it(struct fake_cli *cli, struct fake_switch *fake)
{
    fake_cli_close(cli);
    fake_switch_stop(fake);
}

static void flows_groups_and_meters(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = 4, .has_groups = true, .dpid = 1, .n_flows = 1};
    struct fake_cli *cli = open_it(&fake);
    const char *t = fake_cli_path(cli, "t.yaml");
    LINE(cli, "flows", t, "--no-stats");
    LINE(cli, "flows", t, "--yaml");
    LINE(cli, "flows", t, "--groups");
    LINE(cli, "flows", t, "--meters");
    close_it(cli, &fake);
}

static void what_they_do(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = 4, .has_groups = true, .dpid = 1, .n_flows = 1};
    struct fake_cli *cli = open_it(&fake);
    const char *e = fake_cli_path(cli, "e.yaml");
    const char *saved = fake_cli_path(cli, "saved");
    LINE(cli, "prove", e);
    LINE(cli, "check", e, "--only", "state");
    /* The switch is in this process, too, and closes its end when it comes to it: open files are
     * not counted. */
    const char *save[] = {"flows", fake_cli_path(cli, "t.yaml"), "--save", saved, NULL};
    assert_int_equal(fake_cli_run(cli, save), CLI_CONFORMS);
    LINE(cli, "diff", saved, saved);
    LINE(cli, "explain", e, "s1", "1");
    close_it(cli, &fake);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(flows_groups_and_meters),
    cmocka_unit_test(what_they_do),
};
TEST_MAIN(tests)
