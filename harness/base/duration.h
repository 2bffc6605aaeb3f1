/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as people write them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* Reads "2s", "500ms", "20us", "1m" or "1min", "2h", or a number of seconds such
 * as "3" or "0.2", into nanoseconds. False: it is none of these, or longer than
 * 30 days; `*ns` is unchanged. */
bool base_duration_parse(const char *text, uint64_t *ns);

#endif
