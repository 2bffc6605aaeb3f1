/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a program that was run, and when does a child end? */
#include "faults/command.h"

#include "testing/cmocka.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that says its words on stdout, a '/' behind each, unless the first one has it do
 * something else. */
static char script[] = "/tmp/command-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    static const char text[] = "#!/bin/sh\n"
                               "case $1 in\n"
                               "fails) echo one; exit 3;;\n"
                               "complains) echo two >&2;;\n"
                               "dies) kill -TERM $$;;\n"
                               "much) head -c 200000 /dev/zero; head -c 200000 /dev/zero >&2;;\n"
                               "reads) cat;;\n"
                               "slow) sleep 0.1; echo late;;\n"
                               "*) for word in \"$@\"; do printf '%s/' \"$word\"; done;;\n"
                               "esac\n";
    int fd = mkstemp(script);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, 0700), 0);
    return close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(script);
}

static void words_are_divided_by_blanks(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct base_error error;
    assert_int_equal(command_run(&out, &error, "%s a  b,c=%d  'd ", script, 7), 0);
    assert_string_equal(base_buffer_text(&out), "a/b,c=7/'d/");
    base_buffer_free(&out);
    assert_int_equal(command_run(NULL, &error, "%s reads", script), 0); /* of nothing */
}

static void what_went_wrong_is_told(void **state)
{
    (void)state;
    struct base_error error;
    char expected[128];
    assert_int_equal(command_run(NULL, &error, "%s fails x", script), -1);
    snprintf(expected, sizeof expected, "%s fails x: exit status 3: ", script);
    assert_string_equal(error.text, expected);
    assert_int_equal(command_run(NULL, &error, "%s complains", script), -1);
    snprintf(expected, sizeof expected, "%s complains: exit status 0: two\n", script);
    assert_string_equal(error.text, expected);
    assert_int_equal(command_run(NULL, &error, "%s dies", script), -1);
    assert_non_null(strstr(error.text, ": exit status 143: "));
    assert_int_equal(command_run(NULL, &error, "/nowhere/x"), -1);
    assert_string_equal(error.text,
                        "/nowhere/x: exit status 127: /nowhere/x: No such file or directory\n");
}

static void a_status_is_an_answer(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct base_error error;
    int status = -1;
    assert_int_equal(command_status(&out, &status, &error, "%s fails", script), 0);
    assert_int_equal(status, 3);
    assert_string_equal(base_buffer_text(&out), "one\n");
    base_buffer_free(&out);
    assert_int_equal(command_status(NULL, &status, &error, "%s complains", script), 0);
    assert_int_equal(status, 0);
    /* More than a pipe holds, on both. */
    assert_int_equal(command_status(&out, &status, &error, "%s much", script), 0);
    assert_int_equal(out.n_bytes, 200000);
    base_buffer_free(&out);
}

static void pass_over(int number)
{
    (void)number;
}

/* Each signal ends a system call. */
static void signals_end_nothing(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct base_error error = {""};
    const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = pass_over}, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    int status = command_run(&out, &error, "%s slow", script);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_string_equal(error.text, "");
    assert_int_equal(status, 0);
    assert_string_equal(base_buffer_text(&out), "late\n");
    base_buffer_free(&out);
}

/* Two pipes have four ends. */
static void without_descriptors_there_is_no_program(void **state)
{
    (void)state;
    struct base_error error;
    struct rlimit all;
    int status, first = dup(0);
    close(first);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
    for (rlim_t n = 0; n < 4; n++) {
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)first + n, all.rlim_max});
        int result = command_status(NULL, &status, &error, "%s", script);
        setrlimit(RLIMIT_NOFILE, &all);
        assert_int_equal(result, -1);
        assert_string_equal(error.text, "cannot make a pipe: Too many open files");
        assert_int_equal(dup(0), first); /* none was left open */
        close(first);
    }
}

static void say_and_wait(void *aux)
{
    const int *out = aux;
    if (write(*out, "x", 1) == 1) {
        pause();
    }
}

static void a_child_ends_when_it_is_told_to(void **state)
{
    (void)state;
    int pipes[2];
    char byte;
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = command_fork(say_and_wait, &pipes[1], &(struct base_error){""});
    assert_true(pid > 0);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(kill(pid, 0), 0);
    command_end(pid);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    command_end(0);
    close(pipes[0]);
    close(pipes[1]);
}

/* The child of one that is gone is gone, too: the other end of the pipe is closed then. */
static void a_child_ends_with_its_parent(void **state)
{
    (void)state;
    int pipes[2];
    char byte;
    assert_int_equal(pipe(pipes), 0);
    pid_t parent = fork();
    if (parent == 0) {
        close(pipes[0]);
        command_fork(say_and_wait, &pipes[1], NULL);
        pause();
    }
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    assert_int_equal(read(pipes[0], &byte, 1), 0);
    close(pipes[0]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_are_divided_by_blanks),
    cmocka_unit_test(what_went_wrong_is_told),
    cmocka_unit_test(a_status_is_an_answer),
    cmocka_unit_test(without_descriptors_there_is_no_program),
    cmocka_unit_test(signals_end_nothing),
    cmocka_unit_test(a_child_ends_when_it_is_told_to),
    cmocka_unit_test(a_child_ends_with_its_parent),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
