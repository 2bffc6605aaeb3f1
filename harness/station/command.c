/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a command started, and why did it end? */
#include "station/command.h"

#include "base/buffer.h"
#include "station/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { END_TIMEOUT_MS = 2000 }; /* for a command to end after its input has */

static int spawn(struct station_command *command, int child_fd, const char *line)
{
    const char *arguments[] = {"sh", "-c", line, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, child_fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, child_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, command->errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0); /* so that what it starts can be ended with it */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    int failed = posix_spawn(&command->pid, "/bin/sh", &actions, &attributes,
                             (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed) {
        command->pid = 0;
    }
    return failed;
}

int station_command_start(struct station_command *command, const char *prefix, const char *program,
                          struct base_error *error)
{
    struct base_buffer line = {0};
    int fds[2];
    *command = (struct station_command){.fd = -1, .errors = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)) {
        return base_fail(error, "socketpair: %s", strerror(errno));
    }
    command->fd = fds[0];
    command->errors = memfd_create("stderr", MFD_CLOEXEC);
    fcntl(command->fd, F_SETFL, O_NONBLOCK);
    base_put_format(&line, "exec %s %s", prefix, program);
    int failed = command->errors < 0 ? errno : spawn(command, fds[1], base_buffer_text(&line));
    base_buffer_free(&line);
    close(fds[1]);
    return failed ? base_fail(error, "%s: %s", prefix, strerror(failed)) : 0;
}

enum { STILL_RUNS = -1 }; /* in place of a status */

/* Waits for the command's end, and kills it when that takes too long; with it, in any case, what
 * it has started and left behind. Returns its status as waitpid(2) does. One that has become
 * another user's (`sudo -u`) may not be killed without a privilege: it is left, without an input.
 */
static int reap(struct station_command *command, int timeout_ms)
{
    int status = STILL_RUNS, fd = (int)syscall(SYS_pidfd_open, command->pid, 0);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    if (fd >= 0) {
        poll(&ended, 1, timeout_ms);
    }
    /* As long as nobody has waited for it, the group is its own. */
    int how = kill(-command->pid, SIGKILL) < 0 && errno == EPERM ? WNOHANG : 0;
    if (fd >= 0) {
        close(fd);
    }
    while (waitpid(command->pid, &status, how) < 0 && errno == EINTR) {
    }
    command->pid = 0;
    return status;
}

/* The last line of its stderr, "" if there is none. */
static void last_words(const struct station_command *command, char *text, size_t size)
{
    off_t end = lseek(command->errors, 0, SEEK_END);
    off_t from = end > (off_t)size - 1 ? end - ((off_t)size - 1) : 0;
    ssize_t n = pread(command->errors, text, size - 1, from);
    size_t length = n > 0 ? (size_t)n : 0;
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
        length--;
    }
    text[length] = '\0';
    const char *newline = strrchr(text, '\n');
    if (newline) {
        memmove(text, newline + 1, strlen(newline + 1) + 1);
    }
    station_wire_tame(text);
}

int station_command_fail(struct station_command *command, const char *prefix,
                         struct base_error *error)
{
    char words[256], how[64];
    int status = reap(command, END_TIMEOUT_MS);
    last_words(command, words, sizeof words);
    if (status == STILL_RUNS) {
        snprintf(how, sizeof how, "has closed its output, and runs on");
    } else if (WIFSIGNALED(status)) {
        snprintf(how, sizeof how, "was ended by signal %d", WTERMSIG(status));
    } else {
        snprintf(how, sizeof how, "ended with exit status %d", WEXITSTATUS(status));
    }
    return base_fail(error, "%s %s%s%s", prefix, how, words[0] ? ": " : "", words);
}

void station_command_end(struct station_command *command)
{
    if (command->fd >= 0) {
        close(command->fd);
    }
    if (command->pid > 0) {
        reap(command, END_TIMEOUT_MS);
    }
    if (command->errors >= 0) {
        close(command->errors);
    }
}
