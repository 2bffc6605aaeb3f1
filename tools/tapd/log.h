/* SPDX-License-Identifier: Apache-2.0
 *
 * What the controller tells on stderr: one line an event. It never waits for a reader: what cannot
 * be written at once is left out, and counted. */
#ifndef TAPD_LOG_H
#define TAPD_LOG_H

#include "base/error.h"

#include <stdbool.h>

/* "tapd: TEXT" and a newline, in one write. Bytes that are not printable ASCII are written as \xNN
 * (names come from switches and clients); a line after the first is indented. The same line again
 * within 10 s is counted, and so is what is beyond 1,000 lines at once and 20 a second; how many is
 * told with the next line that is written. */
void tapd_log(const char *format, ...) BASE_PRINTF(1, 2);

/* The same, but only if the user asked for details. */
void tapd_log_detail(const char *format, ...) BASE_PRINTF(1, 2);

/* Whether the user asked for details. */
void tapd_log_set_verbose(bool verbose);

#endif
