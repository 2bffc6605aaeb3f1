/* SPDX-License-Identifier: Apache-2.0
 *
 * What a session hears without having asked (OpenFlow 1.3.5, section 7.3.10). */
#ifndef OPENFLOW_OF13_ASYNC_H
#define OPENFLOW_OF13_ASYNC_H

#include "base/buffer.h"

#include <stdint.h>

/* Appends SET_ASYNC: no PACKET_IN, PORT_STATUS or FLOW_REMOVED comes on this session any more, in
 * whatever role. Nothing else changes on the switch, nor for its other controllers. */
void of13_encode_quiet(struct base_buffer *out, uint32_t xid);

#endif
