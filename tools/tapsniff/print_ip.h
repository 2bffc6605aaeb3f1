/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of print.h for IP and what it carries. Within this room only. */
#ifndef TAPSNIFF_PRINT_IP_H
#define TAPSNIFF_PRINT_IP_H

#include "base/buffer.h"
#include "base/reader.h"

/* Appends the packet as tapsniff_print does. The reader is at the IP header, and ends
 * where the capture does. */
void frame_print_ipv4(struct base_reader *reader, struct base_buffer *out);
void frame_print_ipv6(struct base_reader *reader, struct base_buffer *out);

#endif
