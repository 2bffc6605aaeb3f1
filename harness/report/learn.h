/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof learn` says beside the expectation that it writes. Pure, as
 * report/report.h. */
#ifndef REPORT_LEARN_H
#define REPORT_LEARN_H

#include "base/buffer.h"
#include "learn/learn.h"

/* What a person should look at, each in a line that begins with `prefix`: switches
 * that were not read, hosts without claims, and results that are neither pass nor
 * skip although they were learned. `switches` are those that were learned from. */
void report_learn_remarks(const struct learn_draft *draft, const struct switch_dump *switches,
                          const char *prefix, struct base_buffer *out);

#endif
