/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a process ask another one, which may do what it may not? */
#include "base/helper.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
    int failed;
    struct base_error error;
};

/* What is sent at once: n bytes, and a descriptor unless it is -1. A receiver finds in *fd what
 * came with them, if anything did. False: not all of it was sent or received. */
static bool pass(int at, bool sends, void *bytes, size_t n_bytes, int *fd)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = n_bytes};
    bool with_control = !sends || *fd >= 0;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = with_control ? control.bytes : NULL,
                             .msg_controllen = with_control ? sizeof control.bytes : 0};
    struct cmsghdr *head = with_control ? CMSG_FIRSTHDR(&message) : NULL;
    ssize_t n;
    if (sends && head) {
        *head = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(head), fd, sizeof *fd);
    }
    do {
        n = sends ? sendmsg(at, &message, MSG_NOSIGNAL) : recvmsg(at, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    /* What was sent, what has come, or zeros. */
    if (head && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof(int))) {
        memcpy(fd, CMSG_DATA(head), sizeof *fd);
    }
    return n == (ssize_t)n_bytes;
}

static void serve(int at, base_helper_work *work, void *aux)
{
    struct base_helper_task task = {.fd = -1};
    while (pass(at, false, &task.what, sizeof task.what, &task.fd)) {
        struct answer answer = {0};
        task.answer = -1;
        answer.failed = work(aux, &task, &answer.error);
        bool passed = pass(at, true, &answer, sizeof answer, &task.answer);
        close(task.fd); /* of -1 it does nothing */
        close(task.answer);
        task.fd = -1;
        if (!passed) {
            return;
        }
    }
}

/* fork(2), but the child passes over these signals from its first moment on. */
static pid_t fork_deaf(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t deaf, before;
    sigemptyset(&deaf);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&deaf, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &deaf, &before);
    pid_t pid = fork();
    for (size_t i = 0; pid == 0 && i < sizeof numbers / sizeof *numbers; i++) {
        signal(numbers[i], SIG_IGN);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

int base_helper_start(struct base_helper *helper, base_helper_work *work, void *aux,
                      struct base_error *error)
{
    int ends[2];
    *helper = (struct base_helper){0};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        return base_fail(error, "socketpair: %s", strerror(errno));
    }
    pid_t parent = getpid(), pid = fork_deaf();
    if (pid == 0) {
        close(ends[0]);
        /* It may wait for something that never comes, as for the reader of a pipe. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(0);
        }
        serve(ends[1], work, aux);
        _exit(0);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return base_fail(error, "fork: %s", strerror(errno));
    }
    *helper = (struct base_helper){.pid = pid, .fd = ends[0]};
    return 0;
}

int base_helper_ask(const struct base_helper *helper, struct base_helper_task *task,
                    struct base_error *error)
{
    struct answer answer;
    task->answer = -1;
    if (!pass(helper->fd, true, &task->what, sizeof task->what, &task->fd) ||
        !pass(helper->fd, false, &answer, sizeof answer, &task->answer)) {
        return base_fail(error, "the process that was to do it has ended");
    }
    return answer.failed ? base_fail(error, "%s", answer.error.text) : 0;
}

/* shutdown, since others that were started later may hold the same end. */
void base_helper_end(struct base_helper *helper)
{
    if (helper->pid > 0) {
        shutdown(helper->fd, SHUT_RDWR);
        close(helper->fd);
        while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    *helper = (struct base_helper){0};
}
