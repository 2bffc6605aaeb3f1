/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that give up their privileges before they read a switch: what they still bring about,
 * and what they say if they could not. */
#include "testing/fake_cli.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char expected[] = "expected/demon/simulated.yaml";
static const char topology[] = "topologies/demon.yaml";

static void what_is_missing_is_told(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    cli->network.missing = "libwhat is not there";
    EXPECT(cli, 0, "check", expected, "--json", fake_cli_path(cli, "report"));
    fake_cli_says(cli->out, "not confined: libwhat is not there");
    char *json = fake_cli_read(cli, "report");
    fake_cli_says(json, "\"not confined: libwhat is not there\"");
    free(json);
    EXPECT(cli, 0, "prove", expected);
    fake_cli_says(cli->out, "not confined: libwhat is not there");
    EXPECT(cli, 0, "flows", topology, "--save", fake_cli_path(cli, "saved"));
    assert_string_equal(cli->err, "tapproof flows: warning: not confined: libwhat is not there\n");
    EXPECT(cli, 0, "diff", topology, topology);
    assert_string_equal(cli->err, "tapproof diff: warning: not confined: libwhat is not there\n");
    EXPECT(cli, 0, "diff", fake_cli_path(cli, "saved"), fake_cli_path(cli, "saved"));
    EXPECT(cli, 0, "prove", expected, "--state", fake_cli_path(cli, "saved"));
    assert_null(strstr(cli->out, "confined")); /* nothing is read from the network */
    fake_cli_close(cli);
}

/* As the program does it. */
static int confine(const struct run_world *world, struct base_error *missing)
{
    ((struct fake_network *)world->aux)->confined = true;
    return run_world_live.confine(world, missing);
}

enum { NOT_CONFINED = 77, CAN_WRITE = 78 };

/* Runs it in a child, which is confined behind it. Its exit status. */
static int run_confined(struct fake_cli *cli, const char *const *arguments)
{
    int status;
    cli->network.world.confine = confine;
    pid_t child = fork();
    if (child == 0) {
        status = fake_cli_run(cli, arguments);
        fputs(cli->err, stderr);
        _exit(strstr(cli->out, "not confined") || strstr(cli->err, "not confined") ? NOT_CONFINED
              : open(fake_cli_path(cli, "other"), O_WRONLY | O_CREAT, 0600) >= 0   ? CAN_WRITE
                                                                                   : status);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_CONFINED) {
        fake_cli_close(cli);
        cannot_run("libcap-ng, libseccomp, or the kernel's leave to filter");
    }
    return WEXITSTATUS(status);
}

#define CONFINED(cli, ...) run_confined(cli, (const char *const[]){__VA_ARGS__, NULL})

/* Where it is root that runs this, in a directory of somebody else: what it is permitted by
 * capabilities that it gives up. */
static void reports_are_written_all_the_same(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    if (geteuid() == 0) {
        (void)!chown(cli->directory, 65534, 65534); /* fails where there is only one user */
    }
    assert_int_equal(CONFINED(cli, "check", expected, "--json", fake_cli_path(cli, "a"), "--junit",
                              fake_cli_path(cli, "b"), "--tap", "--pcapng",
                              fake_cli_path(cli, "c")),
                     0);
    for (const char *name = "a\0b\0c\0"; *name; name += 2) {
        struct stat status;
        assert_int_equal(stat(fake_cli_path(cli, name), &status), 0);
        assert_true(status.st_size > 0);
    }
    char *json = fake_cli_read(cli, "a");
    fake_cli_says(json, "\"verdict\": \"pass\"");
    free(json);
    assert_int_equal(CONFINED(cli, "learn", topology, "-o", fake_cli_path(cli, "d")), 0);
    assert_int_equal(access(fake_cli_path(cli, "d"), R_OK), 0);
    assert_int_equal(CONFINED(cli, "check", expected, "--json", "/dev/full"), 3);
    fake_cli_close(cli);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_missing_is_told),
    cmocka_unit_test(reports_are_written_all_the_same),
};

TEST_MAIN(tests)
