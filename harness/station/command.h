/* SPDX-License-Identifier: Apache-2.0
 *
 * A command that speaks on its stdin and stdout, which are one socket. Its
 * stderr is kept, to say why it ended. It ends when that socket is closed, by
 * us or by our death; one that does not is killed. Within this room only. */
#ifndef STATION_COMMAND_H
#define STATION_COMMAND_H

#include "base/error.h"

#include <sys/types.h>

struct station_command {
    pid_t pid;  /* 0: not started, or reaped */
    int fd;     /* our end of the socket, non-blocking; -1: closed */
    int errors; /* a memory file, its stderr; -1: none */
};

/* Starts `/bin/sh -c 'exec PREFIX PROGRAM'`. Fails if there is no shell, no
 * memory or no descriptor; call station_command_end then too. */
int station_command_start(struct station_command *command, const char *prefix, const char *program,
                          struct base_error *error);

/* Waits until a command that has closed its output ends (up to two seconds,
 * then it is killed), and returns -1 with the reason: PREFIX, how it ended, and
 * the last line that it wrote to stderr. */
int station_command_fail(struct station_command *command, const char *prefix,
                         struct base_error *error);

/* Closes the socket, waits for the end (up to two seconds, then the command is
 * killed), and frees everything. */
void station_command_end(struct station_command *command);

#endif
