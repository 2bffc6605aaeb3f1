/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as people write them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* "2s", "500ms", "20us", "1m" or "1min", "2h"; a number alone is seconds; "0.2"
 * too. False: it is not that, or is over 30 days; *ns stays as it was. */
bool base_duration_parse(const char *text, uint64_t *ns);

#endif
