/* SPDX-License-Identifier: Apache-2.0
 *
 * What is different in a frame, in words, for reports. */
#ifndef FRAME_DIFFERENCE_H
#define FRAME_DIFFERENCE_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends what is different in the frame that was got from the one that was
 * expected, in words divided by "; ": "dl_dst is 00:00:00:00:00:05 instead of
 * 00:00:00:00:00:02; vlan 7 added; byte 37 is 0x01 instead of 0x00; 4 bytes
 * shorter". Fields have OpenFlow's names; bytes are counted from 0, in the
 * frame that was got; a length is compared without its tags. A frame that is
 * shorter than expected is taken for the beginning of a longer one. A checksum
 * that follows from other differences is not one. False, and nothing appended: the
 * same bytes. */
bool frame_difference(const void *expected, size_t n_expected, const void *got, size_t n_got,
                      struct base_buffer *out);

#endif
