/* SPDX-License-Identifier: Apache-2.0
 *
 * tapd says where in a request something is wrong: "request:1:34: unknown host". Which key of the
 * tap is that? */
#ifndef TAPCTL_PLACE_H
#define TAPCTL_PLACE_H

#include "base/buffer.h"

#include <jansson.h>

/* Appends what tapd said of a tap that was asked for, a line each, "request:1:34" as `name: key`
 * where that place is in a key of it, or its value, and without the text of the request; `name`
 * names the tap. */
void tapctl_place_put(const char *said, const json_t *tap, const char *name,
                      struct base_buffer *out);

#endif
