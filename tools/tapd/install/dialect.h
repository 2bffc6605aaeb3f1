/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wanted of a switch, as its version of OpenFlow can say it. Tables are compiled for 1.3:
 * a tag is pushed in front of those that a frame has, and popped. 1.0 sets the tag in the place of
 * the one that the frame has, and has no condition on what its match has no field or mask for. */
#ifndef TAPD_INSTALL_DIALECT_H
#define TAPD_INSTALL_DIALECT_H

#include "base/error.h"
#include "model/flow.h"

/* The entry in this version (on the wire); where it is another, in the arena. 0; 1 if the version
 * cannot say it, and why; -1 without memory. */
int tapd_dialect(const struct flow_entry *wanted, uint8_t version, struct base_arena *arena,
                 const struct flow_entry **said, struct base_error *why);

#endif
