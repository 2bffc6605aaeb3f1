/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that speak, end, fail, and do not end. */
#include "station/command.h"

#include "base/sandbox.h"
#include "testing/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the command says until it closes its output. */
static size_t hear(const struct station_command *command, char *text, size_t size)
{
    size_t n_bytes = 0;
    struct pollfd readable = {.fd = command->fd, .events = POLLIN};
    for (ssize_t n = 1; n > 0 && n_bytes<size - 1; n_bytes += n> 0 ? (size_t)n : 0) {
        assert_int_equal(poll(&readable, 1, 20000), 1);
        n = read(command->fd, text + n_bytes, size - 1 - n_bytes);
    }
    text[n_bytes] = '\0';
    return n_bytes;
}

static void its_stdin_and_stdout_are_the_socket(void **state)
{
    (void)state;
    struct station_command command;
    char text[64];
    assert_int_equal(station_command_start(&command, "sed", "'s/^/got-/;1q'", NULL), 0);
    assert_true(fcntl(command.fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(command.fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(command.fd, "it\n", 3), 3);
    hear(&command, text, sizeof text);
    assert_string_equal(text, "got-it\n");
    pid_t pid = command.pid;
    station_command_end(&command);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* The kernel takes no argument of so many bytes. */
static void one_that_cannot_be_started_says_so(void **state)
{
    (void)state;
    static char prefix[256 << 10];
    struct station_command command;
    struct base_error error = {""};
    memset(prefix, 'a', sizeof prefix - 1);
    assert_int_equal(station_command_start(&command, prefix, "", &error), -1);
    assert_int_equal(command.pid, 0);
    station_command_end(&command);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(station_command_start(&command, "true", "", &error), 0);
    assert_true(command.pid > 0);
    station_command_end(&command);
}

/* A pipe that only a process in the background holds tells when it has gone. */
static void what_it_leaves_behind_goes_with_it(void **state)
{
    (void)state;
    struct station_command command;
    char text[64], line[64];
    int held[2];
    assert_int_equal(pipe(held), 0);
    fcntl(held[0], F_SETFD, FD_CLOEXEC);
    snprintf(line, sizeof line, "sh -c 'sleep 1000 <&- >&- 2>&- & echo up'");
    assert_int_equal(station_command_start(&command, line, "", NULL), 0);
    close(held[1]);
    hear(&command, text, sizeof text);
    assert_string_equal(text, "up\n");
    struct pollfd gone = {.fd = held[0], .events = POLLIN};
    assert_int_equal(poll(&gone, 1, 0), 0);
    station_command_end(&command);
    assert_int_equal(poll(&gone, 1, 20000), 1);
    close(held[0]);
}

static void assert_fails(const char *prefix, const char *program, const char *why)
{
    struct station_command command;
    struct base_error error;
    char text[64];
    assert_int_equal(station_command_start(&command, prefix, program, NULL), 0);
    hear(&command, text, sizeof text);
    assert_int_equal(station_command_fail(&command, prefix, &error), -1);
    assert_int_equal(command.pid, 0);
    assert_string_equal(error.text, why);
    station_command_end(&command);
}

static void how_it_ended_is_said_with_its_last_line(void **state)
{
    (void)state;
    assert_fails("true", "x", "true ended with exit status 0");
    assert_fails("sh -c 'exit 7'", "x", "sh -c 'exit 7' ended with exit status 7");
    assert_fails("sh -c 'kill -9 $$'", "x", "sh -c 'kill -9 $$' was ended by signal 9");
    assert_fails("sh -c 'echo first >&2; echo last >&2; exit 1'", "x",
                 "sh -c 'echo first >&2; echo last >&2; exit 1' ended with exit status 1: last");
    assert_fails("sh -c 'printf \"a\\r\\n\\n\" >&2'", "x",
                 "sh -c 'printf \"a\\r\\n\\n\" >&2' ended with exit status 0: a");
}

static void the_last_line_is_cut_at_255_bytes(void **state)
{
    (void)state;
    struct station_command command;
    struct base_error error;
    char text[8], tail[256];
    assert_int_equal(
        station_command_start(&command, "sh -c", "'printf b%0999d 0 >&2; printf e >&2'", NULL), 0);
    hear(&command, text, sizeof text);
    station_command_fail(&command, "x", &error);
    memset(tail, '0', sizeof tail);
    memcpy(tail + 254, "e", 2);
    assert_string_equal(error.text + strlen("x ended with exit status 0: "), tail);
    station_command_end(&command);
}

static void one_that_does_not_end_is_killed(void **state)
{
    (void)state;
    struct station_command command;
    struct base_error error;
    char text[8];
    assert_int_equal(station_command_start(&command, "sh -c",
                                           "'trap \"\" TERM HUP; exec >&- <&-; while :; do sleep 9 "
                                           "2>/dev/null; done'",
                                           NULL),
                     0);
    assert_int_equal(hear(&command, text, sizeof text), 0);
    station_command_fail(&command, "x", &error);
    assert_string_equal(error.text, "x was ended by signal 9");
    station_command_end(&command);
}

enum { CANNOT = 77 };

/* Without the privilege to end it; 0: nobody waits for its end. */
static int leave_a_stranger(void)
{
    struct station_command command;
    char text[8];
    struct base_error error;
    if (station_command_start(&command, "setpriv --reuid=65534 --clear-groups sh -c",
                              "'echo up; exec >&- <&-; exec sleep 20'", NULL)) {
        return 1;
    }
    hear(&command, text, sizeof text);
    if (strcmp(text, "up\n") != 0) {
        return CANNOT; /* only root can become another user */
    }
    if (base_sandbox_enter(BASE_SANDBOX_READS, NULL) < 0) {
        return CANNOT;
    }
    station_command_fail(&command, "x", &error);
    return strcmp(error.text, "x has closed its output, and runs on") == 0 ? 0 : 2;
}

static void one_that_may_not_be_killed_is_left(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(15);
        _exit(leave_a_stranger());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CANNOT);
}

static void signals_are_not_blocked_in_it(void **state)
{
    (void)state;
    struct station_command command;
    sigset_t all, before;
    char text[4096];
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    assert_int_equal(station_command_start(&command, "grep", "SigBlk /proc/self/status", NULL), 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    hear(&command, text, sizeof text);
    assert_string_equal(text, "SigBlk:\t0000000000000000\n");
    station_command_end(&command);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(its_stdin_and_stdout_are_the_socket),
    cmocka_unit_test(one_that_cannot_be_started_says_so),
    cmocka_unit_test(what_it_leaves_behind_goes_with_it),
    cmocka_unit_test(how_it_ended_is_said_with_its_last_line),
    cmocka_unit_test(the_last_line_is_cut_at_255_bytes),
    cmocka_unit_test(one_that_does_not_end_is_killed),
    cmocka_unit_test(one_that_may_not_be_killed_is_left),
    cmocka_unit_test(signals_are_not_blocked_in_it),
};
TEST_MAIN(tests)
