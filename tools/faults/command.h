/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that are run for their effect: ovs-ofctl, ovs-vsctl, ip, tapproof. */
#ifndef FAULTS_COMMAND_H
#define FAULTS_COMMAND_H

#include "base/buffer.h"
#include "base/error.h"

#include <sys/types.h>

/* Runs the command, whose words are divided by blanks, to its end; stdout goes
 * to `out`, NULL: nobody wants it. 0 if it exited with 0 and wrote nothing to
 * stderr: ovs-vsctl(8) exits with 0 although a bridge could not be made. */
int command_run(struct base_buffer *out, struct base_error *error, const char *format, ...)
    BASE_PRINTF(3, 4);

/* The same; 0 whatever it wrote to stderr, and its exit status in `*status`. */
int command_status(struct base_buffer *out, int *status, struct base_error *error,
                   const char *format, ...) BASE_PRINTF(4, 5);

/* A child that runs `body(aux)` until command_end ends it, or this process
 * ends; -1 if there can be none. It has every thread's memory and none of the threads. */
pid_t command_fork(void (*body)(void *aux), void *aux, struct base_error *error);

/* Ends a child of command_fork and waits for it; 0: there is none. */
void command_end(pid_t pid);

#endif
