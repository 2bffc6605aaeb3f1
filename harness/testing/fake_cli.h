/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of commands: whole command lines, run in this process on a network in
 * memory, with what they print and return. */
#ifndef TESTING_FAKE_CLI_H
#define TESTING_FAKE_CLI_H

#include "cli/cli.h"
#include "testing/cmocka.h"
#include "testing/fake_stations.h"
#include "yaml/load.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FAKE_OUT_BYTES = 1 << 17, FAKE_ARGUMENTS = 24 };

struct fake_cli {
    struct topology *topology;
    struct fake_network network;
    char directory[64];       /* for files of the test; removed with all that is in it */
    char out[FAKE_OUT_BYTES]; /* stdout of the last command line */
    char err[FAKE_OUT_BYTES]; /* stderr */
    int interrupt;            /* the signal that ended it early; 0: none */
    int n_left_open;          /* files of this process that it has opened, and not closed */
};

static inline const char *fake_cli_path(const struct fake_cli *cli, const char *name)
{
    static char paths[32][128];
    static unsigned next;
    char *path = paths[next++ % 32];
    snprintf(path, sizeof paths[0], "%s/%s", cli->directory, name);
    return path;
}

static inline void fake_cli_write(const struct fake_cli *cli, const char *name, const char *text)
{
    FILE *file = fopen(fake_cli_path(cli, name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* The content of a file; free it. */
static inline char *fake_cli_read(const struct fake_cli *cli, const char *name)
{
    FILE *file = fopen(fake_cli_path(cli, name), "r");
    assert_non_null(file);
    char *text = calloc(1, FAKE_OUT_BYTES);
    assert_non_null(text);
    (void)!fread(text, 1, FAKE_OUT_BYTES - 1, file);
    fclose(file);
    return text;
}

/* Before fake_cli_begin: where a test writes the files of a network of its own. */
static inline struct fake_cli *fake_cli_make(void)
{
    struct fake_cli *cli = calloc(1, sizeof *cli);
    assert_non_null(cli);
    strcpy(cli->directory, "/tmp/cli-test-XXXXXX");
    assert_non_null(mkdtemp(cli->directory));
    return cli;
}

/* The network of this topology, with the tables in a directory; $TAPPROOF_LAB says where its
 * switches and hosts are. */
static inline void fake_cli_begin(struct fake_cli *cli, const char *topology, const char *flows)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer lab = {0};
    assert_int_equal(yaml_load_topology(&yaml_disk, topology, &cli->topology, &diagnostics), 0);
    fake_network_open(&cli->network, cli->topology, flows);
    fake_stations_attach(&cli->network);
    base_put_text(&lab, "rate: unlimited\nswitches:\n");
    for (size_t i = 0; i < cli->topology->n_switches; i++) {
        base_put_format(&lab, "  %s: {openflow: \"tcp:127.0.0.1:1\"}\n",
                        cli->topology->switches[i].name);
    }
    base_put_text(&lab, "hosts:\n");
    for (size_t i = 0; i < cli->topology->n_hosts; i++) {
        base_put_format(&lab, "  %s: {interface: fake}\n", cli->topology->hosts[i].name);
    }
    fake_cli_write(cli, "lab.yaml", base_buffer_text(&lab));
    base_buffer_free(&lab);
    unsetenv("GITHUB_ACTIONS");
    unsetenv("GITHUB_STEP_SUMMARY");
    setenv("TAPPROOF_LAB", fake_cli_path(cli, "lab.yaml"), 1);
}

/* The reference network with the tables of topologies/demon/FLOWS. */
static inline struct fake_cli *fake_cli_open(const char *flows)
{
    struct fake_cli *cli = fake_cli_make();
    char path[128];
    snprintf(path, sizeof path, "topologies/demon/%s", flows);
    fake_cli_begin(cli, "topologies/demon.yaml", path);
    return cli;
}

/* stdout or stderr goes to a file in memory; returns what it was. */
static inline int fake_cli_capture(FILE *stream, int fd, int *memory)
{
    fflush(stream);
    int before = dup(fd);
    *memory = memfd_create("captured", 0);
    assert_true(before >= 0 && *memory >= 0 && dup2(*memory, fd) == fd);
    return before;
}

static inline void fake_cli_release(FILE *stream, int fd, int before, int memory, char *text)
{
    fflush(stream);
    clearerr(stream);
    dup2(before, fd);
    close(before);
    ssize_t n = pread(memory, text, FAKE_OUT_BYTES - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(memory);
}

/* How many files this process has open, in memory or not; sockets may be those of a fake. */
static inline int fake_cli_open_files(void)
{
    struct stat status;
    int n = 0;
    for (int fd = 0; fd < 256; fd++) {
        n += fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    }
    return n;
}

/* Runs `tapproof ...`, up to a NULL, and returns its exit status. */
static inline int fake_cli_run(struct fake_cli *cli, const char *const *arguments)
{
    char *argv[FAKE_ARGUMENTS + 2] = {(char *)"tapproof"}; /* may be reordered */
    int argc = 1, out, err, n_files = fake_cli_open_files();
    for (; arguments[argc - 1] && argc <= FAKE_ARGUMENTS; argc++) {
        argv[argc] = (char *)arguments[argc - 1];
    }
    int old_out = fake_cli_capture(stdout, STDOUT_FILENO, &out);
    int old_err = fake_cli_capture(stderr, STDERR_FILENO, &err);
    int status = cli_main(&cli->network.world, argc, argv, &cli->interrupt);
    fake_cli_release(stdout, STDOUT_FILENO, old_out, out, cli->out);
    fake_cli_release(stderr, STDERR_FILENO, old_err, err, cli->err);
    cli->n_left_open = fake_cli_open_files() - n_files;
    return status;
}

/* Runs a command line and asserts its exit status, and that it leaves no file open. */
#define EXPECT(cli, status, ...)                                                                   \
    do {                                                                                           \
        int got = fake_cli_run(cli, (const char *const[]){__VA_ARGS__, NULL});                     \
        if (got != (status)) {                                                                     \
            fail_msg("exit status %d instead of %d\n%s%s", got, (status), (cli)->out, (cli)->err); \
        }                                                                                          \
        assert_int_equal((cli)->n_left_open, 0);                                                   \
    } while (0)

static inline void fake_cli_says(const char *text, const char *words)
{
    if (!strstr(text, words)) {
        fail_msg("not \"%s\" in:\n%s", words, text);
    }
}

static inline void fake_cli_close(struct fake_cli *cli)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", cli->directory);
    assert_int_equal(system(command), 0);
    fake_network_close(&cli->network);
    topology_free(cli->topology);
    free(cli);
}

#endif
