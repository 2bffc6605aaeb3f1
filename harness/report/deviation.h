/* SPDX-License-Identifier: Apache-2.0
 *
 * Two behaviours compared in words. Within this room only. */
#ifndef REPORT_DEVIATION_H
#define REPORT_DEVIATION_H

#include "base/buffer.h"
#include "space/behavior.h"

/* How what the observed actions do with `header` differs from what the expected
 * ones do, as "output:6 is missing, output:7 is extra"; nothing if it does not.
 * Both must be known. */
void report_put_deviation(const struct space_behavior *expected,
                          const struct space_behavior *observed, const struct header *header,
                          struct base_buffer *out);

/* What it sends, as "output:4 or output:5, as the switch chooses,"; without what it rewrites. Known
 * but for that choice. */
void report_put_ways(const struct space_behavior *behavior, struct base_buffer *out);

#endif
