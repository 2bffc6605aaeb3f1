/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of tapctl. */
#ifndef TAPCTL_COMMANDS_H
#define TAPCTL_COMMANDS_H

#include "tapctl/options.h"
#include "tapctl/server.h"

/* Exit statuses. */
enum { TAPCTL_DONE = 0, TAPCTL_NOT_SO = 1, TAPCTL_USAGE = 2, TAPCTL_UNDONE = 3 };

/* Whether there is such a command, and the options suit it. TAPCTL_DONE, or TAPCTL_USAGE with an
 * error. */
int tapctl_check(const struct tapctl_options *options, struct base_error *error);

/* Runs it, once it is checked. Appends what stdout and what stderr get; returns the exit status:
 * the worst, where it is about several taps. */
int tapctl_run(const struct tapctl_options *options, struct tapctl_server *server,
               struct base_buffer *out, struct base_buffer *err);

#endif
