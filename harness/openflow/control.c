/* SPDX-License-Identifier: Apache-2.0
 *
 * Which functions control a switch in which version? */
#include "openflow/control.h"

#include "openflow/of10/control.h"
#include "openflow/of13/control.h"
#include "openflow/of13/wire.h"

static int flow_removed_10(struct base_reader *body, struct base_arena *arena,
                           struct of_flow_removed *removed, struct base_error *error)
{
    (void)arena;
    return of_decode_flow_removed(body, removed, error);
}

static const struct of_control controls[] = {
    {
        .version = OFP_VERSION,
        .put_flow_mod = of_encode_flow_mod,
        .put_config = of_encode_set_config,
        .flow_removed = flow_removed_10,
        .port_status = of_decode_port_status,
    },
    {
        .version = OF13_VERSION,
        .put_flow_mod = of13_encode_flow_mod,
        .put_config = of13_encode_set_config,
        .flow_removed = of13_decode_flow_removed,
        .port_status = of13_decode_port_status,
    },
};

const struct of_control *of_control(uint8_t version)
{
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        if (controls[i].version == version) {
            return &controls[i];
        }
    }
    return NULL;
}
