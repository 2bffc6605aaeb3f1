/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process can and cannot do any more, in children: nothing brings it back. */
#include "base/sandbox.h"

#include "testing/cmocka.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_ENTERED = 77 };

/* The status of a child that enters (with this kind of files) and then acts, as waitpid(2). */
static int enters_and(enum base_sandbox_files files, int (*act)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct base_error error;
        if (base_sandbox_enter(files, &error) < 0) {
            printf("# %s\n", error.text);
            fflush(stdout);
            _exit(NOT_ENTERED);
        }
        _exit(act());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_ENTERED) {
        cannot_run("libcap-ng, libseccomp, or the kernel's leave to filter");
    }
    return status;
}

/* The number, in base 16, behind a name in /proc/self/status. */
static unsigned long long status_of(const char *name)
{
    char text[4096] = "";
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    const char *at = n > 0 ? strstr(text, name) : NULL;
    return at ? strtoull(at + strlen(name), NULL, 16) : 99;
}

static int is_without_privileges(void)
{
    return status_of("\nCapEff:")            ? 1
           : status_of("\nCapPrm:")          ? 2
           : status_of("\nCapInh:")          ? 3
           : status_of("\nCapAmb:")          ? 4
           : status_of("\nNoNewPrivs:") != 1 ? 5
           : status_of("\nSeccomp:") != 2    ? 6
                                             : 0;
}

static void nothing_is_left_of_the_privileges(void **state)
{
    (void)state;
    assert_int_equal(enters_and(BASE_SANDBOX_READS, is_without_privileges), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_WRITES, is_without_privileges), 0);
}

static void assert_in_a_child(int (*act)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(act());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* 0: nor can a program have any that it starts. Who may change the bounding set is who has
 * CAP_SETPCAP, which a namespace of its own gives. */
static int is_bounded(void)
{
    enum { SETPCAP = 8 }; /* CAP_SETPCAP of Linux's capability.h */
    struct base_error error;
    unshare(CLONE_NEWUSER);
    bool may = status_of("\nCapEff:") >> SETPCAP & 1; /* not where namespaces are refused */
    return may && base_sandbox_enter(BASE_SANDBOX_READS, &error) == 0 && status_of("\nCapBnd:");
}

/* 0: where no library can be loaded, this much is done, and the reason is that of the first. */
static int is_without_libraries(void)
{
    struct rlimit files, none;
    struct base_error error = {""};
    getrlimit(RLIMIT_NOFILE, &files);
    none = (struct rlimit){0, files.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    int entered = base_sandbox_enter(BASE_SANDBOX_READS, &error);
    setrlimit(RLIMIT_NOFILE, &files);
    return entered == 0                                                   ? 1
           : strncmp(error.text, "libcap-ng ", strlen("libcap-ng ")) != 0 ? 2
           : status_of("\nNoNewPrivs:") != 1                              ? 3
                                                                          : 0;
}

static void what_needs_no_library_is_given_up_without_one(void **state)
{
    (void)state;
    assert_in_a_child(is_bounded);
    assert_in_a_child(is_without_libraries);
}

/* --------------------------------------------------------------- what goes on */

static void *answer(void *aux)
{
    int fd = accept(*(int *)aux, NULL, NULL);
    bool written = write(fd, "hello", 5) == 5;
    close(fd);
    return written ? aux : NULL;
}

/* A session, a thread, the time; 0: as ever. */
static int talks(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n_bytes = sizeof name;
    char text[5];
    void *answered;
    pthread_t thread;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&name, sizeof name) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&name, &n_bytes) ||
        pthread_create(&thread, NULL, answer, &listener)) {
        return 1;
    }
    int caller = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct pollfd polled = {.fd = caller, .events = POLLIN};
    if (connect(caller, (struct sockaddr *)&name, sizeof name) && errno != EINPROGRESS) {
        return 2;
    }
    poll(&polled, 1, 10000);
    bool right = recv(caller, text, 5, 0) == 5 && memcmp(text, "hello", 5) == 0;
    pthread_join(thread, &answered);
    return right && answered ? 0 : 3;
}

static int looks_names_up(void)
{
    struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
    int status = getaddrinfo("localhost", "6653", &hints, &found);
    if (status == 0) {
        freeaddrinfo(found);
    }
    return status;
}

static int reads_files(void)
{
    int fd = open("/proc/self/status", O_RDONLY);
    char byte;
    return fd >= 0 && read(fd, &byte, 1) == 1 ? 0 : 1;
}

static void what_a_check_does_goes_on(void **state)
{
    (void)state;
    assert_int_equal(enters_and(BASE_SANDBOX_READS, talks), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_READS, looks_names_up), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_READS, reads_files), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_WRITES, talks), 0);
}

/* ------------------------------------------------------------ what is refused */

static int starts_a_program(void)
{
    char name[] = "true", *arguments[] = {name, NULL};
    return execv("/bin/true", arguments);
}

static int enters_a_namespace(void)
{
    return setns(open("/proc/self/ns/net", O_RDONLY), CLONE_NEWNET);
}

static int makes_a_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}

static int mounts(void)
{
    return mount("none", "/tmp", "tmpfs", 0, NULL);
}

static int loads_bpf(void)
{
    return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int asks_for_keys(void)
{
    return (int)syscall(SYS_keyctl, 0, -3, 0);
}

static int reads_another_process(void)
{
    return (int)syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

#ifndef __SANITIZE_ADDRESS__
static int traces_its_parent(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
#endif

static void what_only_an_intruder_does_ends_it(void **state)
{
    (void)state;
    int (*const acts[])(void) = {
        starts_a_program,  enters_a_namespace, makes_a_namespace,     mounts,
        loads_bpf,         asks_for_keys,      reads_another_process,
#ifndef __SANITIZE_ADDRESS__
        traces_its_parent,
#endif
    };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        for (int files = BASE_SANDBOX_READS; files <= BASE_SANDBOX_WRITES; files++) {
            int status = enters_and((enum base_sandbox_files)files, acts[i]);
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), SIGSYS);
        }
    }
}

/* 0: none of these is possible; else which one is. */
static int tries_what_it_may_not(void)
{
    if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EPERM) {
        return 1;
    }
    if (socket(AF_NETLINK, SOCK_RAW, 0) >= 0) {
        return 2;
    }
#ifndef __SANITIZE_ADDRESS__
    if (syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) >= 0) {
        return 3;
    }
#endif
    if (syscall(SYS_clone3, NULL, 0) >= 0 || errno != ENOSYS) {
        return 4;
    }
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 ||
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
            MAP_FAILED) {
        return 5;
    }
    return ioctl(0, TIOCSTI, "x") == 0 || errno != ENOSYS ? 6 : 0;
}

/* 0: no file can be made, changed or removed. */
static int tries_to_write(void)
{
    return open("/tmp/tapproof-sandbox", O_WRONLY | O_CREAT, 0600) >= 0        ? 1
           : open("/dev/null", O_RDWR) >= 0                                    ? 2
           : open("/dev/null", O_RDONLY | O_TRUNC) >= 0                        ? 3
           : unlink("/tmp/tapproof-sandbox") == 0 || errno != ENOSYS           ? 4
           : rename("/tmp/tapproof-sandbox", "/tmp/x") == 0 || errno != ENOSYS ? 5
           : truncate("/tmp/tapproof-sandbox", 0) == 0 || errno != ENOSYS      ? 6
                                                                               : 0;
}

static int writes_a_file(void)
{
    char path[] = "/tmp/tapproof-sandbox-XXXXXX";
    int fd = mkstemp(path);
    return fd >= 0 && write(fd, "x", 1) == 1 && unlink(path) == 0 ? 0 : 1;
}

static void the_rest_is_refused(void **state)
{
    (void)state;
    assert_int_equal(enters_and(BASE_SANDBOX_READS, tries_what_it_may_not), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_WRITES, tries_what_it_may_not), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_READS, tries_to_write), 0);
    assert_int_equal(enters_and(BASE_SANDBOX_WRITES, writes_a_file), 0);
}

/* --------------------------------------------------------- where it is not entered */

/* 0: it was not entered, for this reason, and nothing was given up. */
static int is_not_entered(const char *reason)
{
    unsigned long long before = status_of("\nCapEff:");
    struct base_error error = {""};
    return base_sandbox_enter(BASE_SANDBOX_READS, &error) == 0 ? 1
           : strcmp(error.text, reason) != 0                   ? 2
           : status_of("\nCapEff:") != before                  ? 3
           : status_of("\nNoNewPrivs:") != 0                   ? 4
                                                               : 0;
}

static int is_switched_off(void)
{
    setenv("TAPPROOF_SANDBOX", "off", 1);
    return is_not_entered("TAPPROOF_SANDBOX=off");
}

static void *sleep_on(void *aux)
{
    (void)aux;
    pause();
    return NULL;
}

static int has_a_thread(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, sleep_on, NULL) ? 9
                                                         : is_not_entered("another thread runs");
}

/* The first thread has ended, and stands in the list of threads as long as this one runs. */
static void *enters_alone(void *aux)
{
    char text[512] = "";
    struct base_error error = {""};
    while (!strstr(text, ") Z ")) {
        int fd = open("/proc/self/stat", O_RDONLY);
        text[0] = 0;
        if (read(fd, text, sizeof text - 1) < 0 || close(fd) < 0) {
            _exit(1);
        }
        sched_yield();
    }
    base_sandbox_enter(BASE_SANDBOX_READS, &error);
    _exit(strcmp(error.text, "another thread runs") == 0 ? 2 : 0);
    return aux;
}

static int has_had_a_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, enters_alone, NULL)) {
        return 9;
    }
    pthread_exit(NULL);
}

static void why_it_is_not_entered_is_said(void **state)
{
    (void)state;
    assert_in_a_child(is_switched_off);
    assert_in_a_child(has_a_thread);
}

static void a_thread_that_has_ended_keeps_nothing(void **state)
{
    (void)state;
    assert_in_a_child(has_had_a_thread);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_left_of_the_privileges),
    cmocka_unit_test(what_needs_no_library_is_given_up_without_one),
    cmocka_unit_test(what_a_check_does_goes_on),
    cmocka_unit_test(what_only_an_intruder_does_ends_it),
    cmocka_unit_test(the_rest_is_refused),
    cmocka_unit_test(why_it_is_not_entered_is_said),
    cmocka_unit_test(a_thread_that_has_ended_keeps_nothing),
};

TEST_MAIN(tests)
