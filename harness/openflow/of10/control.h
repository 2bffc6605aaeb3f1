/* SPDX-License-Identifier: Apache-2.0
 *
 * The messages that change a switch (OpenFlow 1.0): FLOW_MOD and SET_CONFIG.
 * For controllers. `tapproof` never sends them and does not link this file. */
#ifndef OPENFLOW_OF10_CONTROL_H
#define OPENFLOW_OF10_CONTROL_H

#include "openflow/control.h"

/* Appends one FLOW_MOD. Fails, having written nothing, on an unknown command,
 * a match that of_encode_match refuses, and actions that of_encode_actions
 * refuses. */
int of_encode_flow_mod(struct base_buffer *out, uint32_t xid, const struct of_flow_mod *mod,
                       struct base_error *error);

/* Appends one SET_CONFIG (section 5.3.2) with normal handling of fragments.
 * `miss_send_len`: how many bytes of a packet that matches no entry go to the
 * controller. */
void of_encode_set_config(struct base_buffer *out, uint32_t xid, uint16_t miss_send_len);

#endif
