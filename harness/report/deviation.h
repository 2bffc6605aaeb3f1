/* SPDX-License-Identifier: Apache-2.0
 *
 * Two behaviours compared in words. Within this room only. */
#ifndef REPORT_DEVIATION_H
#define REPORT_DEVIATION_H

#include "base/buffer.h"
#include "space/behavior.h"

/* How what the observed actions do with `header` differs from what the expected
 * ones do, as "output:6 is missing, output:7 is extra", or, where a switch chooses, "output:2
 * instead of output:2 or output:3, as the switch chooses"; nothing if it does not. Both must be
 * known but for such choices. */
void report_put_deviation(const struct space_behavior *expected,
                          const struct space_behavior *observed, const struct header *header,
                          struct base_buffer *out);

/* What it does with `header`, way by way, as "output:4 or mod_vlan_vid:5,output:5". Known but for
 * that choice. */
void report_put_ways(const struct space_behavior *behavior, const struct header *header,
                     struct base_buffer *out);

#endif
