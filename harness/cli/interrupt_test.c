/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals: the first is told, the next one ends the process, ignored ones stay so. */
#include "cli/interrupt.h"

#include "testing/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

/* Whoever started the tests may ignore some of them (a shell does, for what is in the background).
 */
static int ignore_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        signal(signals[i], SIG_DFL);
    }
    return 0;
}

static bool is_told(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    return poll(&polled, 1, 0) > 0 && (polled.revents & POLLIN);
}

static void the_first_one_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        int fd = cli_interrupt_catch();
        assert_true(fd > 0);
        assert_false(is_told(fd));
        raise(signals[i]);
        assert_true(is_told(fd));
        assert_int_equal(cli_interrupt_release(), signals[i]);
        assert_int_equal(cli_interrupt_release(), 0);
        assert_false(is_told(fd)); /* closed */
    }
    cli_interrupt_catch();
    assert_int_equal(cli_interrupt_release(), 0);
}

/* How a process ends that gets these signals, and leaves with 7 if it lives on. */
static int status_after(void (*prepare)(void), int first, int second)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        prepare();
        raise(first);
        raise(second);
        _exit(7);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void catch_them(void)
{
    cli_interrupt_catch();
}

static void catch_and_release(void)
{
    cli_interrupt_catch();
    cli_interrupt_release();
}

static void catch_but_the_ignored(void)
{
    signal(SIGHUP, SIG_IGN);
    cli_interrupt_catch();
}

static void catch_twice(void)
{
    cli_interrupt_catch();
    raise(SIGTERM);
    cli_interrupt_catch();
}

static void the_next_one_ends_the_process(void **state)
{
    (void)state;
    int status = status_after(catch_them, SIGINT, SIGINT);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    status = status_after(catch_and_release, SIGTERM, SIGTERM);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    status = status_after(catch_but_the_ignored, SIGHUP, SIGHUP);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    status = status_after(catch_twice, SIGTERM, SIGHUP);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

/* A signal that finds the pipe full changes nothing for whom it interrupts. */
static void errno_stays_as_it_is(void **state)
{
    (void)state;
    char path[32];
    int fd = cli_interrupt_catch();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int end = open(path, O_WRONLY | O_NONBLOCK);
    assert_true(end >= 0);
    while (write(end, "", 1) == 1) {
    }
    close(end);
    errno = EDOM;
    raise(SIGTERM);
    assert_int_equal(errno, EDOM);
    assert_int_equal(cli_interrupt_release(), SIGTERM);
}

/* What was opened the first time is closed. */
static void no_descriptor_is_left(void **state)
{
    (void)state;
    int fd = cli_interrupt_catch();
    assert_int_equal(cli_interrupt_catch(), fd);
    cli_interrupt_release();
    int next = dup(0);
    assert_int_equal(next, fd);
    close(next);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(the_first_one_is_told, ignore_none),
    cmocka_unit_test_setup(the_next_one_ends_the_process, ignore_none),
    cmocka_unit_test_setup(errno_stays_as_it_is, ignore_none),
    cmocka_unit_test_setup(no_descriptor_is_left, ignore_none),
};

TEST_MAIN(tests)
