/* SPDX-License-Identifier: Apache-2.0
 *
 * Which switch is this, and which ports does it have? */
#include "openflow/of10/port_codec.h"
#include "base/memory.h"
#include "openflow/check.h"

#include <stdlib.h>

/* Section 5.2.1, struct ofp_phy_port: 48 bytes. */
static struct port read_port(struct base_reader *in)
{
    struct port port = {0};
    port.number = base_read_be16(in);
    base_read_copy(in, port.dl_addr, sizeof port.dl_addr);
    of_read_text(in, port.name, sizeof port.name - 1);
    port.config = base_read_be32(in);
    port.state = base_read_be32(in);
    port.curr = base_read_be32(in);
    port.advertised = base_read_be32(in);
    port.supported = base_read_be32(in);
    port.peer = base_read_be32(in);
    return port;
}

static int by_number(const void *a, const void *b)
{
    const struct port *left = a, *right = b;
    return (int)left->number - (int)right->number;
}

static int check_ports(const struct switch_state *state, struct base_error *error)
{
    for (size_t i = 1; i < state->n_ports; i++) {
        if (state->ports[i].number == state->ports[i - 1].number) {
            return base_fail(error, "features: port %u comes twice", state->ports[i].number);
        }
    }
    return 0;
}

static int decode_ports(struct base_reader *body, struct switch_state *state,
                        struct base_error *error)
{
    if (base_reader_left(body) % OF_PORT_BYTES != 0) {
        return base_fail(error, "features: %zu bytes of ports, a port has 48",
                         base_reader_left(body));
    }
    size_t n_ports = base_reader_left(body) / OF_PORT_BYTES;
    struct port *ports = base_calloc(n_ports + 1, sizeof *ports);
    if (!ports) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < n_ports; i++) {
        ports[i] = read_port(body);
    }
    qsort(ports, n_ports, sizeof *ports, by_number);
    free(state->ports);
    state->ports = ports;
    state->n_ports = n_ports;
    return check_ports(state, error);
}

int of_decode_features(struct base_reader *body, struct switch_state *state,
                       struct base_error *error)
{
    state->datapath_id = base_read_be64(body);
    state->n_buffers = base_read_be32(body);
    state->n_tables = base_read_u8(body);
    base_read_skip(body, 3);
    state->capabilities = base_read_be32(body);
    state->supported_actions = base_read_be32(body);
    state->version = OFP_VERSION;
    if (of_check_read(body, "features", error)) {
        return -1;
    }
    return decode_ports(body, state, error);
}

int of_decode_port_status(struct base_reader *body, struct of_port_status *status,
                          struct base_error *error)
{
    status->reason = base_read_u8(body);
    base_read_skip(body, 7);
    status->port = read_port(body);
    return of_check_read(body, "port status", error);
}
