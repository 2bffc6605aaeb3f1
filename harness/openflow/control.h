/* SPDX-License-Identifier: Apache-2.0
 *
 * What a controller says and hears in one version of OpenFlow, beside openflow/protocol.h: the
 * messages that change a switch, and what it then tells unasked. `tapproof` sends none of them and
 * does not link this. */
#ifndef OPENFLOW_CONTROL_H
#define OPENFLOW_CONTROL_H

#include "openflow/of10/flow_codec.h"
#include "openflow/of10/port_codec.h"

/* OpenFlow 1.0, section 5.3.3; 1.3.5, section 7.3.4.1, struct ofp_flow_mod. */
struct of_flow_mod {
    uint16_t command;        /* enum of_flow_command */
    uint16_t flags;          /* OFPFF_* */
    uint16_t out_port;       /* deletes: only entries that send there; else PORT_NONE */
    uint32_t buffer_id;      /* OFP_NO_BUFFER: none */
    struct flow_entry entry; /* match, actions, cookie, priority, timeouts; 1.3: table_id,
                                extras, instructions, too */
};

struct of_control {
    uint8_t version; /* on the wire */

    /* Appends one FLOW_MOD. Fails, having written nothing, on what this version cannot say: a
     * command, a match, an action. */
    int (*put_flow_mod)(struct base_buffer *out, uint32_t xid, const struct of_flow_mod *mod,
                        struct base_error *error);
    /* As of_encode_set_config. */
    void (*put_config)(struct base_buffer *out, uint32_t xid, uint16_t miss_send_len);

    /* FLOW_REMOVED and PORT_STATUS. What the entry needs is in the arena. Fail on a body that is
     * cut short, and on a match or port that the model cannot say. */
    int (*flow_removed)(struct base_reader *body, struct base_arena *arena,
                        struct of_flow_removed *removed, struct base_error *error);
    int (*port_status)(struct base_reader *body, struct of_port_status *status,
                       struct base_error *error);
};

/* Of this version on the wire, 1 or 4; NULL: of none that is spoken here. */
const struct of_control *of_control(uint8_t version);

#endif
