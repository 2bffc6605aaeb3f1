/* SPDX-License-Identifier: Apache-2.0
 *
 * What the controller tells on stderr: one line an event. */
#ifndef TAPD_LOG_H
#define TAPD_LOG_H

#include "base/error.h"

#include <stdbool.h>

/* "tapd: TEXT" and a newline, in one write. */
void tapd_log(const char *format, ...) BASE_PRINTF(1, 2);

/* The same, but only if the user asked for details. */
void tapd_log_detail(const char *format, ...) BASE_PRINTF(1, 2);

/* Whether the user asked for details. */
void tapd_log_set_verbose(bool verbose);

#endif
