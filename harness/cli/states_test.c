/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that read tables, of a network in memory or of a saved state: flows,
 * learn, plan, diff, explain, mutate, and check and prove on saved states. */
#include "testing/fake_cli.h"

#include <fcntl.h>

static const char expected[] = "expected/demon/simulated.yaml";
static const char topology[] = "topologies/demon.yaml";

/* The tables of a network, saved to a file; no switch need be asked any more. */
static const char *save(struct fake_cli *cli, const char *flows)
{
    char path[64];
    snprintf(path, sizeof path, "topologies/demon/%s", flows);
    fake_network_change(&cli->network, path, 0);
    EXPECT(cli, 0, "flows", topology, "--save", fake_cli_path(cli, flows));
    cli->network.n_dumps = 0;
    return fake_cli_path(cli, flows);
}

static void flows_are_printed_and_saved(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "flows", topology, "--no-stats");
    fake_cli_says(cli->out, "s1:\n");
    fake_cli_says(cli->out, "in_port=1 actions=output:2,output:6\n");
    assert_null(strstr(cli->out, "n_packets"));
    assert_int_equal(cli->network.what, CHANNEL_FLOWS | CHANNEL_PORTS);
    EXPECT(cli, 0, "flows", topology);
    fake_cli_says(cli->out, "n_packets=0");
    EXPECT(cli, 0, "flows", topology, "--json");
    assert_int_equal(*cli->out, '{');
    EXPECT(cli, 0, "flows", topology, "--save", fake_cli_path(cli, "saved"));
    assert_string_equal(cli->out, "");
    EXPECT(cli, 0, "flows", topology, "--yaml", "--save", fake_cli_path(cli, "saved"));
    char *saved = fake_cli_read(cli, "saved");
    assert_string_equal(saved, cli->out);
    fake_cli_says(saved, "name: \"s3\"");
    free(saved);
    EXPECT(cli, 2, "flows", topology, "--save", fake_cli_path(cli, "no/where"));
    EXPECT(cli, 3, "flows", topology, "--save", "/dev/full");
    fake_cli_close(cli);
}

static void switches_that_were_not_read_are_named(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    fake_network_fault(&cli->network, (struct fake_fault){FAKE_SILENT, .at = "s2"});
    EXPECT(cli, 3, "flows", topology);
    fake_cli_says(cli->out, "fake:s2: did not answer");
    assert_string_equal(cli->err, ""); /* the text has said it */
    EXPECT(cli, 3, "flows", topology, "--json");
    assert_string_equal(cli->err, "tapproof flows: s2: fake:s2: did not answer\n");
    EXPECT(cli, 3, "learn", topology);
    fake_cli_says(cli->err, "tapproof learn: ");
    fake_cli_says(cli->err, "s2");
    EXPECT(cli, 3, "explain", expected, "s2", "1");
    assert_string_equal(cli->err, "tapproof explain: s2: fake:s2: did not answer\n");
    EXPECT(cli, 3, "diff", topology, topology);
    fake_cli_write(cli, "change", "s1:\n  add in_port=6 actions=drop\n");
    EXPECT(cli, 3, "plan", expected, "--change", fake_cli_path(cli, "change"));
    fake_cli_close(cli);
}

static void saved_states_are_judged_without_a_network(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *bad = save(cli, "no-mirror");
    EXPECT(cli, 0, "check", expected, "--state", good);
    fake_cli_says(cli->out, "the tables are those saved in ");
    EXPECT(cli, 1, "check", expected, "--state", bad);
    EXPECT(cli, 0, "prove", expected, "--state", good);
    EXPECT(cli, 1, "prove", expected, "--state", bad);
    assert_int_equal(cli->network.n_dumps, 0);
    assert_int_equal(cli->network.n_sent, 0);
    fake_cli_close(cli);
}

static void states_are_compared(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *bad = save(cli, "no-mirror");
    EXPECT(cli, 0, "diff", good, good);
    EXPECT(cli, 1, "diff", good, bad);
    fake_cli_says(cli->out, "s1");
    EXPECT(cli, 1, "diff", good, bad, "--entries");
    fake_cli_says(cli->out, "-in_port=1 actions=output:2,output:6\n");
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 1, "diff", good, topology); /* the network is the bad one now */
    EXPECT(cli, 0, "diff", topology, bad, "--json", "-");
    assert_int_equal(*cli->out, '{');
    assert_int_equal(cli->network.n_dumps, 2);
    EXPECT(cli, 2, "diff", good, bad, "--json", fake_cli_path(cli, "no/where"));
    EXPECT(cli, 1, "diff", good, bad, "--json", "/dev/full");
    EXPECT(cli, 3, "diff", good, good, "--json", "/dev/full");
    fake_cli_close(cli);
}

/* What is saved is printed as it was read. */
static void saved_flows_are_printed(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *bad = save(cli, "no-mirror");
    EXPECT(cli, 0, "flows", topology, "--no-stats");
    char *live = strdup(cli->out);
    cli->network.n_dumps = 0;
    EXPECT(cli, 0, "flows", topology, "--state", bad, "--no-stats");
    assert_string_equal(cli->out, live);
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 2, "flows", topology, "--state", bad, "--lab", "lab.yaml");
    free(live);
    fake_cli_close(cli);
}

/* A pipe that has this text, and ends. */
static int pipe_of(const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    return ends[0];
}

/* What comes from stdin is seen from the working directory. */
static void pipes_and_stdin_are_read(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *bad = save(cli, "no-mirror");
    int before = dup(STDIN_FILENO);
    int fd = pipe_of("topology: topologies/demon.yaml\nports: {s1: {1: {output: [2]}, 2: drop}}\n"
                     "unlisted: any\n");
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    EXPECT(cli, 1, "check", "-", "--state", good);
    fake_cli_says(cli->out, "source      -:2:17");
    char *saved = fake_cli_read(cli, "simulated"), path[32];
    fd = pipe_of(saved);
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    EXPECT(cli, 0, "diff", path, good); /* which looks at it twice */
    close(fd);
    fd = open(good, O_RDONLY);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    EXPECT(cli, 0, "diff", good, "-"); /* a regular file, twice too */
    EXPECT(cli, 2, "diff", bad, "-", "--json", good);
    fake_cli_says(cli->err, "this command reads it");
    dup2(before, STDIN_FILENO);
    close(before);
    free(saved);
    fake_cli_close(cli);
}

/* A switch that only one of the two has is named, whichever it is. */
static void switches_of_one_side_are_named(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated");
    fake_cli_write(cli, "small.yaml", "name: small\nswitches:\n  s1: {dpid: 1}\n  s9: {dpid: 9}\n");
    fake_cli_write(cli, "lab-b.yaml", "switches: {}\n");
    EXPECT(cli, 3, "diff", good, fake_cli_path(cli, "small.yaml"), "--lab-b",
           fake_cli_path(cli, "lab-b.yaml"));
    fake_cli_says(cli->out, "s3: not compared: B: no such switch");
    fake_cli_says(cli->out, "s9: not compared: A: no such switch");
    fake_cli_says(cli->out, "s1: not compared: B: no endpoint");
    fake_cli_write(cli, "other.yaml", "name: other\nswitches:\n  s9: {dpid: 9}\n");
    EXPECT(cli, 3, "diff", good, fake_cli_path(cli, "other.yaml"), "--lab-b",
           fake_cli_path(cli, "lab-b.yaml"));
    fake_cli_says(cli->out, "s3: not compared: B: no such switch");
    fake_cli_says(cli->out, "s9: not compared: A: no such switch");
    fake_cli_close(cli);
}

/* Why a switch is not in a saved state, or in the network, is said for either side. */
static void switches_that_were_not_read_are_not_compared(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *half = fake_cli_path(cli, "half");
    fake_network_fault(&cli->network, (struct fake_fault){FAKE_SILENT, .at = "s2", .n = 2});
    EXPECT(cli, 3, "flows", topology, "--save", half);
    EXPECT(cli, 3, "diff", good, half);
    fake_cli_says(cli->out, "s2: not compared: B: fake:s2: did not answer");
    EXPECT(cli, 3, "diff", half, good);
    fake_cli_says(cli->out, "s2: not compared: A: fake:s2: did not answer");
    EXPECT(cli, 3, "diff", good, topology);
    fake_cli_says(cli->out, "s2: not compared: B: fake:s2: did not answer");
    EXPECT(cli, 0, "diff", good, topology);
    EXPECT(cli, 3, "check", expected, "--state", half);
    fake_cli_close(cli);
}

static void expectations_are_learned(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "learn", topology);
    fake_cli_says(cli->out, "# What the network \"demon\" does");
    fake_cli_says(cli->out, "{output: [2, 6]}");
    assert_null(strstr(cli->out, "Not said below")); /* all was said */
    assert_string_equal(cli->err, "");
    const char *learned = fake_cli_path(cli, "learned.yaml");
    EXPECT(cli, 0, "learn", topology, "-o", learned);
    assert_string_equal(cli->out, "");
    EXPECT(cli, 0, "check", learned); /* its path to the topology is right */
    EXPECT(cli, 2, "learn", topology, "-o", learned);
    fake_cli_says(cli->err, "learned.yaml exists; --force replaces it");
    EXPECT(cli, 0, "learn", topology, "-o", learned, "--force");
    const char *bad = save(cli, "no-mirror");
    EXPECT(cli, 0, "learn", topology, "--state", bad, "--force", "-o", learned);
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 0, "prove", learned, "--state", bad);
    EXPECT(cli, 2, "learn", topology, "-o", fake_cli_path(cli, "no/where"));
    EXPECT(cli, 3, "learn", topology, "--force", "-o", "/dev/full");
    fake_cli_close(cli);
}

/* Of a switch that was not read nothing is learned: the draft says so, and so does stderr. */
static void what_is_not_learned_is_said(void **state)
{
    (void)state;
    static const char *const switches[] = {"s1", "s2", "s3"};
    for (size_t i = 0; i < 3; i++) {
        struct fake_cli *cli = fake_cli_open("simulated");
        fake_network_fault(&cli->network, (struct fake_fault){FAKE_SILENT, .at = switches[i]});
        EXPECT(cli, 3, "learn", topology);
        fake_cli_says(cli->out, "#\n# Not said below, or wrong as it is:\n# - ");
        fake_cli_says(cli->out, switches[i]);
        fake_cli_says(cli->err, "tapproof learn: ");
        assert_null(strstr(cli->err, "# - "));
        fake_cli_close(cli);
    }
}

static void changes_are_planned(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *bad = save(cli, "no-mirror");
    const char *breaks = fake_cli_path(cli, "breaks"), *mends = fake_cli_path(cli, "mends");
    fake_cli_write(cli, "breaks", "s1:\n  modify in_port=1 actions=output:2\n");
    fake_cli_write(cli, "mends", "s1:\n  modify in_port=1 actions=output:2,output:6\n");
    EXPECT(cli, 1, "plan", expected, "--change", breaks, "--state", good);
    fake_cli_says(cli->out, "traffic/h1/mirrored/h11");
    EXPECT(cli, 0, "plan", expected, "--change", mends, "--state", bad, "-v");
    EXPECT(cli, 0, "plan", expected, "--change", mends, "--state", good, "--json", "-");
    assert_int_equal(*cli->out, '{');
    EXPECT(cli, 0, "plan", expected, "--change", breaks, "--state", good, "-k", "traffic/h3");
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 1, "plan", expected, "--change", breaks); /* of the switches */
    assert_int_equal(cli->network.n_dumps, 1);
    EXPECT(cli, 2, "plan", expected, "--change", breaks, "-k", "nonsense");
    fake_cli_says(cli->err, "nothing is selected by -k");
    fake_cli_write(cli, "whole", "s1:\n  in_port=1 actions=output:2\n");
    EXPECT(cli, 1, "plan", expected, "--change", fake_cli_path(cli, "whole"), "--state", good);
    fake_cli_says(cli->out, "s1: 0 to add, 1 to change, 0 to remove");
    EXPECT(cli, 1, "plan", expected, "--change", fake_cli_path(cli, "whole"), "--state", good,
           "--replace");
    fake_cli_says(cli->out, "s1: 0 to add, 1 to change, 3 to remove");
    EXPECT(cli, 1, "plan", expected, "--change", breaks, "--state", good, "--json", "/dev/full");
    EXPECT(cli, 3, "plan", expected, "--change", mends, "--state", good, "--json", "/dev/full");
    fake_cli_close(cli);
}

static void packets_are_explained(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *bad = save(cli, "no-mirror");
    EXPECT(cli, 0, "explain", expected, "s1", "1", "--state", good);
    fake_cli_says(cli->out, "in_port=1");
    EXPECT(cli, 0, "explain", expected, "s1", "1", "tcp,tp_dst=80", "--state", good);
    fake_cli_says(cli->out, "h11");
    fake_cli_says(cli->out, "dl_vlan, dl_src, dl_dst, nw_src, nw_dst, nw_tos, tp_src\n");
    EXPECT(cli, 0, "explain", expected, "s1:1", "tcp,tp_dst=80", "--state", good);
    fake_cli_says(cli->out, "h11");
    EXPECT(cli, 0, "explain", expected, "h2", "tcp,tp_dst=80", "--state", good); /* its port */
    fake_cli_says(cli->out, "arrives at h1\n");
    EXPECT(cli, 0, "explain", expected, "s1", "1", "dl_vlan=5,dl_type=0x88b5", "--state", good);
    fake_cli_says(cli->out, "dl_vlan_pcp, dl_src, dl_dst\n");
    EXPECT(cli, 1, "explain", expected, "s1", "1", "tcp", "--state", bad, "--json", "-");
    assert_int_equal(*cli->out, '{');
    EXPECT(cli, 0, "explain", expected, "s1", "1", "--state", good, "--frame",
           "02:00:00:00:00:02 020000000001 88B5 01020304");
    fake_cli_says(cli->out, "02000000000202000000000188b501020304");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "--state", good, "--frame", "02zz");
    fake_cli_says(cli->err, "--frame: not hexadecimal at 'zz'");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "--state", good, "--frame", "020");
    fake_cli_says(cli->err, "--frame: not hexadecimal at '0'");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "--state", good, "--frame", "0200");
    fake_cli_says(cli->err, "--frame: 2 bytes are no Ethernet frame");
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 1, "explain", expected, "s1", "1", "tcp"); /* of the switches */
    EXPECT(cli, 1, "explain", expected, "s1", "1", "tcp", "--json", "/dev/full");
    EXPECT(cli, 3, "explain", expected, "s1", "3", "tcp", "--json", "/dev/full");
    EXPECT(cli, 2, "explain", expected, "s1", "3", "tcp", "--json", fake_cli_path(cli, "no/where"));
    fake_cli_close(cli);
}

static void questions_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 2, "explain", expected, "s9", "1");
    fake_cli_says(cli->err, "topologies/demon.yaml has no switch 's9'");
    EXPECT(cli, 2, "explain", expected, "s1", "x");
    fake_cli_says(cli->err, "'x' is not a port");
    EXPECT(cli, 2, "explain", expected, "s1", "0");
    fake_cli_says(cli->err, "'0' is not a port");
    EXPECT(cli, 2, "explain", expected, "s1", "FLOOD");
    fake_cli_says(cli->err, "'FLOOD' is not a port");
    EXPECT(cli, 2, "explain", expected, "s9:1");
    fake_cli_says(cli->err, "topologies/demon.yaml has no switch 's9'");
    EXPECT(cli, 2, "explain", expected, "s1:x");
    fake_cli_says(cli->err, "'x' is not a port");
    EXPECT(cli, 2, "explain", expected, "s1:1", "tcp", "--frame", "00");
    fake_cli_says(cli->err, "a PACKET or a --frame, not both");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "tpc");
    fake_cli_says(cli->err, "PACKET: ");
    assert_null(strstr(cli->err, "--frame"));
    EXPECT(cli, 2, "explain", expected, "s1", "1", "ffffffffffff02000000000188b5");
    fake_cli_says(cli->err, "; a frame is given by --frame");
    EXPECT(cli, 2, "explain", expected, "s1", "1", "in_port=2,tcp");
    fake_cli_says(cli->err, "PACKET: no packet of port 1 is like this");
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 2, "explain", expected, "s1", "77");
    fake_cli_says(cli->err, "tapproof explain: s1 has no port 77, but 1, 2, 3, ");
    cli->network.states[0].n_ports = 9; /* port 10 is cabled, and not there */
    EXPECT(cli, 1, "explain", expected, "s1", "10");
    fake_cli_says(cli->err, "s1 has no port 10");
    cli->network.states[0].n_ports = FAKE_PORTS;
    fake_cli_close(cli);
}

static void mistakes_that_go_unnoticed_are_counted(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    const char *good = save(cli, "simulated"), *bad = save(cli, "no-mirror");
    EXPECT(cli, 0, "mutate", expected, "--state", good);
    EXPECT(cli, 0, "mutate", expected, "--state", good, "--min-score", "50%");
    EXPECT(cli, 0, "mutate", expected, "--state", good, "--limit", "3", "--json", "-");
    assert_int_equal(*cli->out, '{');
    char *first = strdup(cli->out);
    EXPECT(cli, 0, "mutate", expected, "--state", good, "--limit", "3", "--json", "-", "--seed",
           "7");
    assert_string_not_equal(cli->out, first);
    free(first);
    EXPECT(cli, 3, "mutate", expected, "--state", bad);
    fake_cli_says(cli->err, "the network as it is does not conform: no score");
    EXPECT(cli, 2, "mutate", expected, "--state", good, "-k", "nonsense");
    fake_cli_says(cli->err, "nothing is selected by -k");
    EXPECT(cli, 2, "mutate", expected, "--min-score", "101");
    fake_cli_says(cli->err, "from 0 to 100");
    EXPECT(cli, 2, "mutate", expected, "--limit", "0");
    fake_cli_says(cli->err, "at least 1");
    assert_int_equal(cli->network.n_dumps, 0);
    EXPECT(cli, 3, "mutate", expected);
    assert_int_equal(cli->network.n_dumps, 1);
    EXPECT(cli, 3, "mutate", expected, "--state", good, "--limit", "1", "--json", "/dev/full");
    EXPECT(cli, 2, "mutate", expected, "--json", fake_cli_path(cli, "no/where"));
    /* An expectation that says little notices little. */
    fake_cli_write(
        cli, "little.yaml",
        "topology: topology.yaml\ntraffic:\n  - {from: h1, delivered: [h2], mirrored: [h11]}\n");
    char command[256];
    snprintf(command, sizeof command, "cp topologies/demon.yaml %s",
             fake_cli_path(cli, "topology.yaml"));
    assert_int_equal(system(command), 0);
    EXPECT(cli, 1, "mutate", fake_cli_path(cli, "little.yaml"), "--state", good, "--min-score",
           "90");
    fake_cli_close(cli);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(flows_are_printed_and_saved),
    cmocka_unit_test(switches_that_were_not_read_are_named),
    cmocka_unit_test(saved_states_are_judged_without_a_network),
    cmocka_unit_test(states_are_compared),
    cmocka_unit_test(saved_flows_are_printed),
    cmocka_unit_test(pipes_and_stdin_are_read),
    cmocka_unit_test(switches_of_one_side_are_named),
    cmocka_unit_test(switches_that_were_not_read_are_not_compared),
    cmocka_unit_test(expectations_are_learned),
    cmocka_unit_test(what_is_not_learned_is_said),
    cmocka_unit_test(changes_are_planned),
    cmocka_unit_test(packets_are_explained),
    cmocka_unit_test(questions_that_make_no_sense_are_refused),
    cmocka_unit_test(mistakes_that_go_unnoticed_are_counted),
};

TEST_MAIN(tests)
