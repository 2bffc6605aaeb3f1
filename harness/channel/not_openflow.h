/* SPDX-License-Identifier: Apache-2.0
 *
 * What a peer says that speaks another protocol. Within this room only. */
#ifndef CHANNEL_NOT_OPENFLOW_H
#define CHANNEL_NOT_OPENFLOW_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* "answers, but not in OpenFlow: "HTTP/1.1 400 Bad Request"": the first line of at least two bytes,
 * as far as it can be printed, or the bytes. `protocol` was expected. Always -1. */
int channel_not_openflow(const uint8_t *bytes, size_t n_bytes, const char *protocol,
                         struct base_error *error);

#endif
