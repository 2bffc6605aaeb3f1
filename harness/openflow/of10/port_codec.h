/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports, and the switch that has them (OpenFlow 1.0): FEATURES_REPLY and
 * PORT_STATUS. Their counters are in stats.h. */
#ifndef OPENFLOW_OF10_PORT_CODEC_H
#define OPENFLOW_OF10_PORT_CODEC_H

#include "model/state.h"
#include "openflow/message.h"

/* Section 5.3.1, struct ofp_switch_features. Fills datapath_id, n_buffers,
 * n_tables, capabilities, supported_actions and the ports, ascending; frees the
 * ports that were there and leaves the flows alone. The caller frees the state
 * (switch_state_free), after a failure too. Fails on a body that is not a whole
 * number of ports, on a port number that comes twice, and without memory. */
int of_decode_features(struct base_reader *body, struct switch_state *state,
                       struct base_error *error);

/* Section 5.4.3, struct ofp_port_status. */
struct of_port_status {
    uint8_t reason;   /* enum of_port_reason */
    struct port port; /* as it is now; without counters */
};

/* Fails if the body is cut short. */
int of_decode_port_status(struct base_reader *body, struct of_port_status *status,
                          struct base_error *error);

#endif
