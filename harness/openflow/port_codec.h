/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports and the switch that has them (OpenFlow 1.0): FEATURES_REPLY,
 * PORT_STATUS, PORT_MOD. Their counters are in stats.h. */
#ifndef OPENFLOW_PORT_CODEC_H
#define OPENFLOW_PORT_CODEC_H

#include "model/state.h"
#include "openflow/message.h"

/* Section 5.3.1, struct ofp_switch_features. Fills datapath_id, n_buffers,
 * n_tables, capabilities, supported_actions and the ports, ascending; frees the
 * ports that were there and leaves the flows alone. The caller frees the state
 * (switch_state_free), after a failure too. Fails on a body that is not a whole
 * number of ports, on a port number that comes twice, and without memory. */
int of_decode_features(struct base_reader *body, struct switch_state *state,
                       struct base_error *error);
void of_encode_features(struct base_buffer *out, uint32_t xid, const struct switch_state *state);

/* Section 5.4.3, struct ofp_port_status. */
struct of_port_status {
    uint8_t reason; /* enum of_port_reason */
    struct port port;
};
int of_decode_port_status(struct base_reader *body, struct of_port_status *status,
                          struct base_error *error);
void of_encode_port_status(struct base_buffer *out, uint32_t xid,
                           const struct of_port_status *status);

/* Section 5.3.3, struct ofp_port_mod. */
struct of_port_mod {
    uint16_t port;
    uint8_t dl_addr[6]; /* must be the port's own */
    uint32_t config;    /* PORT_CONFIG_* */
    uint32_t mask;      /* which bits of config to change */
    uint32_t advertise; /* OFPPF_*; 0: leave as they are */
};
int of_decode_port_mod(struct base_reader *body, struct of_port_mod *mod, struct base_error *error);
void of_encode_port_mod(struct base_buffer *out, uint32_t xid, const struct of_port_mod *mod);

#endif
