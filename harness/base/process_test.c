/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program finds when it begins, in children that were given something else. */
#include "base/process.h"

#include "testing/cmocka.h"
#include "testing/pretended.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child does when all is prepared; its exit status. */
static int in_a_child(int (*prepare)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct base_error error = {""};
        int prepared = prepare();
        _exit(prepared                             ? prepared
              : base_process_begin(&error) == 0    ? 0
              : strstr(error.text, "set-uid and ") ? 1
                                                   : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int as_it_is(void)
{
    return 0;
}

/* Copies that really have the bits: suites/setuid_test.sh. */
static int by_another(void)
{
    pretended()->other_user = true;
    return 0;
}

static int in_another_group(void)
{
    pretended()->other_group = true;
    return 0;
}

static void set_uid_is_refused(void **state)
{
    (void)state;
    assert_int_equal(in_a_child(as_it_is), 0);
    assert_int_equal(in_a_child(by_another), 1);
    assert_int_equal(in_a_child(in_another_group), 1);
}

/* 0: the streams are there, a new descriptor is none of them, and what is printed is missed. */
static int without_streams(void)
{
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    int failed = base_process_begin(NULL);
    int fd = dup(STDERR_FILENO);
    char byte;
    return !failed && fd > STDERR_FILENO && read(STDIN_FILENO, &byte, 1) == 0 &&
                   write(STDOUT_FILENO, "x", 1) < 0 && write(STDERR_FILENO, "x", 1) == 1
               ? 0
               : 3;
}

static int without_one(void)
{
    int before = dup(STDIN_FILENO);
    close(before);
    base_process_begin(NULL);
    int after = dup(STDIN_FILENO); /* nothing was left open */
    return before == after ? 0 : 4;
}

static void streams_that_were_closed_are_opened(void **state)
{
    (void)state;
    assert_int_equal(in_a_child(without_streams), 0);
    assert_int_equal(in_a_child(without_one), 0);
}

static int limit(int what, rlim_t most)
{
    return setrlimit(what, &(struct rlimit){most, most});
}

static int with_a_small_stack(void)
{
    return limit(RLIMIT_STACK, 64 << 10);
}

static int without_memory(void)
{
    return limit(RLIMIT_AS, 1 << 20);
}

/* More than a process has at first. */
static __attribute__((noinline)) char use_stack(void)
{
    volatile char bytes[1 << 20];
    bytes[0] = bytes[sizeof bytes / 2] = 1;
    return bytes[0];
}

/* It may have no more memory than it has; 0: it lives. */
static int when_memory_is_short(void)
{
    return base_process_begin(NULL) < 0 || limit(RLIMIT_AS, 1 << 20) < 0 || use_stack() != 1 ? 5
                                                                                             : 0;
}

static void the_stack_is_there_from_the_beginning(void **state)
{
    (void)state;
    int status;
    assert_int_equal(in_a_child(with_a_small_stack), 2);
    assert_int_equal(in_a_child(without_memory), 2);
    pid_t child = fork();
    if (child == 0) {
        _exit(when_memory_is_short());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_stack_is_there_from_the_beginning),
    cmocka_unit_test(set_uid_is_refused),
    cmocka_unit_test(streams_that_were_closed_are_opened),
};

TEST_MAIN(tests)
