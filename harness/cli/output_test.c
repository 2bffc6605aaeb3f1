/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it noticed that a report could not be written to the end, unless nobody reads it any more? How
 * is text laid out on a terminal? */
#include "cli/cli.h"

#include "testing/fake_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What cli_flush says in a process whose stdout is this, with so much to write: as its status. */
static int flush_to(int fd, size_t n_bytes)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGPIPE, SIG_IGN);
        dup2(fd, STDOUT_FILENO);
        for (size_t i = 0; i < n_bytes; i++) {
            putchar('x');
        }
        int failed = cli_flush();
        _exit(failed ? failed : ferror(stdout) ? 255 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_full_disk_is_noticed(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY), null = open("/dev/null", O_WRONLY);
    assert_true(full >= 0 && null >= 0);
    assert_int_equal(flush_to(full, 1), ENOSPC);
    assert_int_equal(flush_to(full, 100000), ENOSPC);
    assert_int_equal(flush_to(full, 0), 0);
    assert_int_equal(flush_to(null, 100000), 0);
    close(full);
    close(null);
}

/* As behind "| head -1". */
static void a_reader_that_has_gone_wanted_no_more(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(flush_to(ends[1], 1), 0);
    assert_int_equal(flush_to(ends[1], 100000), 0);
    close(ends[1]);
}

/* How many columns a text has on stdout, and whether it is coloured: 0 or 1 more. Asked in a child,
 * whose stdout it is. */
static int look(int fd, enum cli_color how, const char *name, const char *value)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fd, STDOUT_FILENO);
        unsetenv("NO_COLOR");
        setenv("TERM", "xterm", 1);
        setenv(name, value, 1);
        const struct cli_job job = {.verbose = true, .color = how};
        struct report_text_options options = cli_text_options(&job);
        _exit(!options.verbose ? 255 : (int)options.width + options.color);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_terminal_gets_colours_and_short_lines(void **state)
{
    (void)state;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY), null = open("/dev/null", O_WRONLY);
    assert_true(terminal >= 0 && null >= 0);
    assert_int_equal(look(terminal, CLI_COLOR_AUTO, "NO_COLOR", ""), 101);
    assert_int_equal(look(terminal, CLI_COLOR_AUTO, "NO_COLOR", "1"), 100);
    assert_int_equal(look(terminal, CLI_COLOR_AUTO, "TERM", "dumb"), 100);
    assert_int_equal(look(null, CLI_COLOR_AUTO, "NO_COLOR", ""), 0);
    assert_int_equal(look(null, CLI_COLOR_ALWAYS, "NO_COLOR", "1"), 1);
    assert_int_equal(look(terminal, CLI_COLOR_NEVER, "NO_COLOR", ""), 100);
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    assert_int_equal(look(terminal, CLI_COLOR_NEVER, "NO_COLOR", ""), 80);
    for (unsigned short columns = 39; columns <= 40; columns++) { /* nobody reads fewer */
        size.ws_col = columns;
        assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
        assert_int_equal(look(terminal, CLI_COLOR_NEVER, "NO_COLOR", ""), columns < 40 ? 100 : 40);
    }
    close(terminal);
    close(null);
}

/* By a process of its own, which has been started before it is confined. */
static void what_goes_to_a_file_is_in_it(void **state)
{
    (void)state;
    struct fake_cli *cli = fake_cli_open("simulated");
    EXPECT(cli, 0, "flows", "topologies/demon.yaml", "--save", fake_cli_path(cli, "saved"));
    EXPECT(cli, 0, "check", "expected/demon/simulated.yaml", "--state", fake_cli_path(cli, "saved"),
           "--json", fake_cli_path(cli, "json"));
    char *json = fake_cli_read(cli, "json");
    fake_cli_says(json, "{\n  \"verdict\": \"pass\"");
    fake_cli_says(json, "  \"format\": 1\n}\n");
    free(json);
    fake_cli_close(cli);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_terminal_gets_colours_and_short_lines),
    cmocka_unit_test(what_goes_to_a_file_is_in_it),
    cmocka_unit_test(a_full_disk_is_noticed),
    cmocka_unit_test(a_reader_that_has_gone_wanted_no_more),
};
TEST_MAIN(tests)
