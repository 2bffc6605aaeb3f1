/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the programs that faults are made with (ovs-ofctl, ovs-vsctl, ip), and reports what
 * they print to stderr as a failure. */
#include "faults/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 1024 };

struct pipes {
    int out[2], err[2];
};

static int run(struct base_buffer *out, int *status, struct base_buffer *complaint,
               struct base_error *error, const char *format, va_list args);

int command_run(struct base_buffer *out, struct base_error *error, const char *format, ...)
{
    struct base_buffer complaint = {0};
    int status;
    va_list args;
    va_start(args, format);
    int result = run(out, &status, &complaint, error, format, args);
    va_end(args);
    if (result == 0 && (status != 0 || complaint.n_bytes > 0)) {
        va_start(args, format);
        char command[256];
        vsnprintf(command, sizeof command, format, args);
        va_end(args);
        result = base_fail(error, "%s: exit status %d: %s", command, status,
                           base_buffer_text(&complaint));
    }
    base_buffer_free(&complaint);
    return result;
}

int command_status(struct base_buffer *out, int *status, struct base_error *error,
                   const char *format, ...)
{
    struct base_buffer complaint = {0};
    va_list args;
    va_start(args, format);
    int result = run(out, status, &complaint, error, format, args);
    va_end(args);
    base_buffer_free(&complaint);
    return result;
}

pid_t command_fork(void (*body)(void *aux), void *aux, struct base_error *error)
{
    pid_t pid = fork();
    if (pid < 0) {
        return base_fail(error, "cannot fork: %s", strerror(errno));
    }
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        body(aux);
        _exit(0);
    }
    return pid;
}

void command_end(pid_t pid)
{
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

static void split(char *line, char *words[WORDS_MAX])
{
    size_t n = 0;
    char *rest = line;
    for (char *word; n + 1 < WORDS_MAX && (word = strtok_r(rest, " ", &rest));) {
        words[n++] = word;
    }
    words[n] = NULL;
}

static void become(struct pipes *pipes, char **words)
{
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(pipes->out[1], STDOUT_FILENO);
    dup2(pipes->err[1], STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(words[0], words);
    fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

/* False at the end of what the pipe has to give. */
static bool take(int fd, struct base_buffer *into)
{
    char bytes[16384];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n > 0 && into) {
        base_put_bytes(into, bytes, (size_t)n);
    }
    return n > 0 || (n < 0 && errno == EINTR);
}

static void drain(struct pipes *pipes, struct base_buffer *out, struct base_buffer *complaint)
{
    struct pollfd fds[] = {{.fd = pipes->out[0], .events = POLLIN},
                           {.fd = pipes->err[0], .events = POLLIN}};
    struct base_buffer *into[] = {out, complaint};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            if (fds[i].fd >= 0 && fds[i].revents && !take(fds[i].fd, into[i])) {
                fds[i].fd = -1;
            }
        }
    }
}

static int spawn(char **words, struct base_buffer *out, int *status, struct base_buffer *complaint,
                 struct base_error *error)
{
    struct pipes pipes;
    if (pipe2(pipes.out, O_CLOEXEC) < 0) {
        return base_fail(error, "cannot make a pipe: %s", strerror(errno));
    }
    if (pipe2(pipes.err, O_CLOEXEC) < 0) {
        close(pipes.out[0]);
        close(pipes.out[1]);
        return base_fail(error, "cannot make a pipe: %s", strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0) {
        become(&pipes, words);
    }
    close(pipes.out[1]);
    close(pipes.err[1]);
    if (pid > 0) {
        drain(&pipes, out, complaint);
        while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
        }
        *status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    }
    close(pipes.out[0]);
    close(pipes.err[0]);
    return pid > 0 ? 0 : base_fail(error, "cannot fork: %s", strerror(errno));
}

static int run(struct base_buffer *out, int *status, struct base_buffer *complaint,
               struct base_error *error, const char *format, va_list args)
{
    char *line = NULL, *words[WORDS_MAX];
    if (vasprintf(&line, format, args) < 0) {
        return base_fail(error, "out of memory");
    }
    split(line, words);
    int result = spawn(words, out, status, complaint, error);
    free(line);
    return result;
}
