/* SPDX-License-Identifier: Apache-2.0
 *
 * The messages that change a switch (OpenFlow 1.3.5), and what it says unasked when it has changed.
 * For controllers. `tapproof` never sends them and does not link this file. */
#ifndef OPENFLOW_OF13_CONTROL_H
#define OPENFLOW_OF13_CONTROL_H

#include "openflow/control.h"

/* Section 7.3.4.1: as of_encode_flow_mod, about the table that the entry says; no group and no bit
 * of the cookie limits a delete. Fails, having written nothing, on an unknown command, and as
 * of13_encode_match and of13_encode_instructions. */
int of13_encode_flow_mod(struct base_buffer *out, uint32_t xid, const struct of_flow_mod *mod,
                         struct base_error *error);

/* Section 7.3.2: as of_encode_set_config. */
void of13_encode_set_config(struct base_buffer *out, uint32_t xid, uint16_t miss_send_len);

/* Section 7.4.2. What the entry's match needs is in the arena. Fails as of13_decode_match. */
int of13_decode_flow_removed(struct base_reader *body, struct base_arena *arena,
                             struct of_flow_removed *removed, struct base_error *error);

/* Section 7.4.3. Fails on a body that is cut short, and on a port that the model cannot say. */
int of13_decode_port_status(struct base_reader *body, struct of_port_status *status,
                            struct base_error *error);

#endif
