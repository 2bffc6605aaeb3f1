/* SPDX-License-Identifier: Apache-2.0
 *
 * The switch and its ports in OpenFlow 1.3 (1.3.5): FEATURES_REPLY, which has no ports any more,
 * the multipart reply that has them, and their counters. */
#ifndef OPENFLOW_OF13_PORT_CODEC_H
#define OPENFLOW_OF13_PORT_CODEC_H

#include "base/error.h"
#include "base/reader.h"
#include "model/state.h"

/* Section 7.3.1. Fills datapath_id, n_buffers, n_tables, capabilities; the ports stay as they are.
 * Fails on a body that is cut short. An auxiliary connection is none of a switch of its own:
 * *auxiliary_id tells (0: it is the main one). */
int of13_decode_features(struct base_reader *body, struct switch_state *state,
                         uint8_t *auxiliary_id, struct base_error *error);

/* Section 7.2.1: one port, 64 bytes; without counters. Fails on a number that the model cannot say;
 * whether there were so many bytes, of_check_read tells. */
int of13_decode_port(struct base_reader *in, struct port *port, struct base_error *error);

/* Section 7.3.5.7: appends the ports of one reply, ascending with those that are there. Fails on a
 * part of a port, a number that comes twice or that the model cannot say, and without memory. */
int of13_decode_port_desc(struct base_reader *body, struct switch_state *state,
                          struct base_error *error);

/* Section 7.3.5.6: as of_decode_port_counters. */
int of13_decode_port_counters(struct base_reader *body, struct switch_state *state,
                              struct base_error *error);

#endif
