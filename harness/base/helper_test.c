/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks done by another process, and what becomes of it. */
#include "base/helper.h"

#include "testing/cmocka.h"
#include "testing/pretended.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITE, OPEN, WHO, FAIL, DIE, NOTHING, WAIT, NONSENSE, MURDER };

/* aux: a text of the process that started it. */
static int work(void *aux, struct base_helper_task *task, struct base_error *error)
{
    int ends[2];
    switch (task->what) {
    case WRITE:
        return write(task->fd, aux, strlen(aux)) > 0 ? 0 : base_fail(error, "nowhere to write");
    case OPEN:
        task->answer = open("/dev/zero", O_RDONLY);
        return 0;
    case WHO:
        if (pipe(ends)) {
            return base_fail(error, "no pipe");
        }
        dprintf(ends[1], "%ld", (long)getpid());
        close(ends[1]);
        task->answer = ends[0];
        return 0;
    case DIE:
        _exit(1);
    case NOTHING:
        return task->fd == -1 ? 0 : base_fail(error, "there is a descriptor");
    case WAIT: /* until somebody writes */
        return read(task->fd, &(char){0}, 1) == 1 ? 0 : base_fail(error, "nothing came");
    case MURDER:
        kill(getppid(), SIGKILL);
        pause();
        return 0;
    case NONSENSE:
        task->answer = 9999; /* which cannot be sent */
        return 0;
    default:
        return base_fail(error, "no such task: %u", task->what);
    }
}

static void ask(const struct base_helper *helper, struct base_helper_task *task)
{
    struct base_error error = {""};
    if (base_helper_ask(helper, task, &error) < 0) {
        fail_msg("%s", error.text);
    }
}

static void descriptors_go_there_and_back(void **state)
{
    (void)state;
    struct base_helper helper;
    char text[] = "before", got[16] = "";
    int ends[2];
    assert_int_equal(base_helper_start(&helper, work, text, NULL), 0);
    strcpy(text, "behind"); /* of this process alone */
    assert_int_equal(pipe(ends), 0);
    ask(&helper, &(struct base_helper_task){.what = WRITE, .fd = ends[1]});
    assert_int_equal(read(ends[0], got, sizeof got), 6);
    assert_string_equal(got, "before");
    close(ends[1]);
    assert_int_equal(read(ends[0], got, sizeof got), 0); /* nobody holds the other end any more */
    close(ends[0]);
    struct base_helper_task task = {.what = OPEN, .fd = -1};
    ask(&helper, &task);
    assert_int_equal(read(task.answer, got, 1), 1);
    assert_int_equal(fcntl(task.answer, F_GETFD), FD_CLOEXEC);
    close(task.answer);
    task = (struct base_helper_task){.what = WHO, .fd = -1};
    ask(&helper, &task);
    memset(got, 0, sizeof got);
    assert_true(read(task.answer, got, sizeof got - 1) > 0);
    assert_int_equal(atol(got), helper.pid);
    assert_int_not_equal(helper.pid, getpid());
    close(task.answer);
    base_helper_end(&helper);
}

/* Otherwise it could not do it so often. */
static void it_keeps_no_descriptor(void **state)
{
    (void)state;
    struct base_helper helper;
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){.rlim_cur = 20, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(base_helper_start(&helper, work, (char[]){"x"}, NULL), 0);
    few.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    struct base_helper none = {.pid = 7};
    assert_int_equal(base_helper_start(&none, work, NULL, NULL), -1);
    assert_int_equal(none.pid, 0);
    setrlimit(RLIMIT_NOFILE, &before);
    int null = open("/dev/null", O_WRONLY);
    for (int i = 0; i < 50; i++) {
        struct base_helper_task task = {.what = OPEN, .fd = -1};
        ask(&helper, &task);
        assert_true(task.answer >= 0);
        close(task.answer);
        task = (struct base_helper_task){.what = WRITE, .fd = null};
        ask(&helper, &task);
        assert_int_equal(task.answer, -1);
    }
    close(null);
    struct base_helper_task task = {.what = WRITE, .fd = -1}; /* not the one of before */
    assert_int_equal(base_helper_ask(&helper, &task, NULL), -1);
    base_helper_end(&helper);
}

/* Also what it has got is what came with this task. */
static void it_finds_no_descriptor_that_was_not_given(void **state)
{
    (void)state;
    struct base_helper helper;
    int null = open("/dev/null", O_WRONLY);
    assert_int_equal(base_helper_start(&helper, work, (char[]){"x"}, NULL), 0);
    ask(&helper, &(struct base_helper_task){.what = NOTHING, .fd = -1});
    ask(&helper, &(struct base_helper_task){.what = WRITE, .fd = null});
    ask(&helper, &(struct base_helper_task){.what = NOTHING, .fd = -1});
    close(null);
    base_helper_end(&helper);
}

/* A task that takes longer than the time to a signal, in a helper that is slow to end. */
static void interrupted(int number)
{
    (void)number;
}

static void signals_do_not_hurry_it(void **state)
{
    (void)state;
    struct base_helper helper;
    struct sigaction before, action = {.sa_handler = interrupted}; /* no SA_RESTART */
    const struct itimerval soon = {.it_interval.tv_usec = 5000, .it_value.tv_usec = 5000},
                           never = {.it_value.tv_usec = 0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(base_helper_start(&helper, work, NULL, NULL), 0);
    pid_t pid = helper.pid, slow = fork();
    if (slow == 0) {
        usleep(50000);
        (void)!write(ends[1], "x", 1);
        do {
            usleep(50000);
        } while (kill(pid, SIGCONT) == 0);
        _exit(0);
    }
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    ask(&helper, &(struct base_helper_task){.what = WAIT, .fd = ends[0]});
    kill(pid, SIGSTOP);
    base_helper_end(&helper);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(waitpid(slow, NULL, 0), slow);
    close(ends[0]);
    close(ends[1]);
}

/* Who started it and nobody else goes on behind base_helper_start: its status tells. */
static void only_the_one_who_started_it_goes_on(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct base_helper helper;
        base_helper_start(&helper, work, NULL, NULL);
        bool answers =
            base_helper_ask(&helper, &(struct base_helper_task){.what = NOTHING, .fd = -1}, NULL) ==
            0;
        _exit(answers && helper.pid > 0 && helper.pid != getpid() ? 42 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 42 << 8);
}

static void where_there_is_no_process_nothing_is_left(void **state)
{
    (void)state;
    struct base_helper helper = {.pid = 7, .fd = 7};
    struct base_error error = {""};
    int before = dup(STDIN_FILENO);
    close(before);
    pretended()->no_process = true;
    assert_int_equal(base_helper_start(&helper, work, NULL, &error), -1);
    pretended()->no_process = false;
    assert_string_equal(error.text, "fork: Resource temporarily unavailable");
    assert_int_equal(helper.pid + helper.fd, 0);
    int after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
}

/* What is on the stack before. */
static void __attribute__((noinline)) dirty(void)
{
    volatile char bytes[4096];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)0xff;
    }
}

static void it_is_deaf_from_its_first_moment(void **state)
{
    (void)state;
    struct base_helper helper;
    sigset_t after;
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before[3], action = {.sa_handler = SIG_DFL};
    for (int i = 0; i < 3; i++) { /* a shell may have it ignore them */
        sigaction(numbers[i], &action, &before[i]);
    }
    pretended()->ends_at_once = true;
    dirty();
    assert_int_equal(base_helper_start(&helper, work, NULL, NULL), 0);
    pretended()->ends_at_once = false;
    assert_false(pretended()->blocked_others);
    ask(&helper, &(struct base_helper_task){.what = NOTHING, .fd = -1});
    base_helper_end(&helper);
    sigprocmask(SIG_BLOCK, NULL, &after);
    for (int i = 0; i < 3; i++) {
        assert_false(sigismember(&after, numbers[i]));
        sigaction(numbers[i], &before[i], NULL);
    }
}

static void errors_come_back(void **state)
{
    (void)state;
    struct base_helper helper;
    struct base_error error = {""};
    assert_int_equal(base_helper_start(&helper, work, NULL, NULL), 0);
    struct base_helper_task task = {.what = FAIL, .fd = -1};
    assert_int_equal(base_helper_ask(&helper, &task, &error), -1);
    assert_string_equal(error.text, "no such task: 3");
    assert_int_equal(task.answer, -1);
    ask(&helper, &(struct base_helper_task){.what = WHO, .fd = -1}); /* it goes on */
    task = (struct base_helper_task){.what = NONSENSE, .fd = -1};
    assert_int_equal(base_helper_ask(&helper, &task, &error), -1);
    assert_string_equal(error.text, "the process that was to do it has ended");
    base_helper_end(&helper);
    assert_int_equal(base_helper_start(&helper, work, NULL, NULL), 0);
    task = (struct base_helper_task){.what = DIE, .fd = -1};
    assert_int_equal(base_helper_ask(&helper, &task, &error), -1);
    assert_string_equal(error.text, "the process that was to do it has ended");
    base_helper_end(&helper);
}

static void it_ends_when_it_is_to(void **state)
{
    (void)state;
    struct base_helper first, second;
    assert_int_equal(base_helper_start(&first, work, NULL, NULL), 0);
    assert_int_equal(base_helper_start(&second, work, NULL, NULL), 0);
    pid_t pid = first.pid;
    kill(pid, SIGINT);
    kill(pid, SIGTERM);
    kill(pid, SIGHUP);
    ask(&first, &(struct base_helper_task){.what = OPEN, .fd = -1});
    base_helper_end(&first); /* although the second one has its descriptors */
    assert_int_equal(first.pid, 0);
    assert_int_equal(kill(pid, 0), -1);
    base_helper_end(&first);
    base_helper_end(&second);
}

/* Its helper goes with a process that is killed. */
static void it_ends_with_its_process(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct base_helper helper;
        base_helper_start(&helper, work, NULL, NULL);
        kill(getpid(), SIGKILL);
    }
    close(ends[1]); /* which the child and its helper hold */
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

/* ... whatever it is doing. */
static void it_ends_in_the_middle_of_its_task(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct base_helper helper;
        base_helper_start(&helper, work, NULL, NULL);
        base_helper_ask(&helper, &(struct base_helper_task){.what = MURDER, .fd = -1}, NULL);
        _exit(1);
    }
    close(ends[1]); /* which the child and its helper hold */
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(descriptors_go_there_and_back),
    cmocka_unit_test(it_keeps_no_descriptor),
    cmocka_unit_test(it_finds_no_descriptor_that_was_not_given),
    cmocka_unit_test(errors_come_back),
    cmocka_unit_test(signals_do_not_hurry_it),
    cmocka_unit_test(only_the_one_who_started_it_goes_on),
    cmocka_unit_test(where_there_is_no_process_nothing_is_left),
    cmocka_unit_test(it_is_deaf_from_its_first_moment),
    cmocka_unit_test(it_ends_when_it_is_to),
    cmocka_unit_test(it_ends_with_its_process),
    cmocka_unit_test(it_ends_in_the_middle_of_its_task),
};

TEST_MAIN(tests)
