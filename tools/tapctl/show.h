/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps as tapd tells them (JSON), as text for people. What an older or newer tapd leaves out is
 * left out. */
#ifndef TAPCTL_SHOW_H
#define TAPCTL_SHOW_H

#include "base/buffer.h"

#include <jansson.h>

/* A line a tap of the array. */
void tapctl_show_list(const json_t *taps, struct base_buffer *out);

/* All that there is of one tap. */
void tapctl_show_tap(const json_t *tap, struct base_buffer *out);

#endif
