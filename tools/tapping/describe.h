/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame in words. */
#ifndef TAPPING_DESCRIBE_H
#define TAPPING_DESCRIBE_H

#include "base/buffer.h"

#include <stddef.h>

/* Appends one line without newline:
 * "00:00:00:00:00:01 > 00:00:00:00:00:02 vlan 5 ipv4 udp 10.0.0.1:1 > 10.0.0.2:2 (78 bytes)". */
void tapping_describe(const void *bytes, size_t n_bytes, struct base_buffer *out);

#endif
