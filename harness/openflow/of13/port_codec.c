/* SPDX-License-Identifier: Apache-2.0
 *
 * Which switch is this in OpenFlow 1.3, which ports does it have, and what do they count? */
#include "openflow/of13/port_codec.h"

#include "base/memory.h"
#include "openflow/check.h"
#include "openflow/of13/wire.h"
#include "openflow/port_number.h"

#include <stdlib.h>
#include <string.h>

int of13_decode_features(struct base_reader *body, struct switch_state *state,
                         uint8_t *auxiliary_id, struct base_error *error)
{
    state->datapath_id = base_read_be64(body);
    state->n_buffers = base_read_be32(body);
    state->n_tables = base_read_u8(body);
    *auxiliary_id = base_read_u8(body);
    base_read_skip(body, 2);
    state->capabilities = base_read_be32(body);
    state->version = OF13_VERSION;
    return of_check_read(body, "features", error);
}

/* Which speeds and media, in the bits of OpenFlow 1.0 (section 5.2.1, enum ofp_port_features),
 * which has none above 10 Gb/s. */
static uint32_t port_features(uint32_t wire)
{
    enum { SPEEDS = 0x7f, REST = 0xf80, SHIFT = 4 };
    return (wire & SPEEDS) | (wire >> SHIFT & REST);
}

int of13_decode_port(struct base_reader *in, struct port *port, struct base_error *error)
{
    uint32_t number = base_read_be32(in);
    *port = (struct port){.flood_untold = true};
    if (!of_port_of_wire(number, &port->number)) {
        return base_fail(error, "port %u: ports above 65279 are not supported", number);
    }
    base_read_skip(in, 4);
    base_read_copy(in, port->dl_addr, sizeof port->dl_addr);
    base_read_skip(in, 2);
    of_read_text(in, port->name, sizeof port->name - 1);
    port->config = base_read_be32(in);
    port->state = base_read_be32(in);
    port->curr = port_features(base_read_be32(in));
    port->advertised = port_features(base_read_be32(in));
    port->supported = port_features(base_read_be32(in));
    port->peer = port_features(base_read_be32(in));
    base_read_skip(in, 8); /* speeds */
    return 0;
}

static int by_number(const void *a, const void *b)
{
    const struct port *left = a, *right = b;
    return (int)left->number - (int)right->number;
}

int of13_decode_port_desc(struct base_reader *body, struct switch_state *state,
                          struct base_error *error)
{
    size_t n_new = base_reader_left(body) / OF13_PORT_BYTES, n = state->n_ports;
    struct port *ports = base_calloc(n + n_new + 1, sizeof *ports);
    if (!ports) {
        return base_fail(error, "out of memory");
    }
    if (n > 0) {
        memcpy(ports, state->ports, n * sizeof *ports);
    }
    free(state->ports);
    state->ports = ports;
    for (; n_new > 0; n_new--) {
        if (of13_decode_port(body, &ports[state->n_ports], error)) {
            return -1;
        }
        state->n_ports++;
    }
    qsort(ports, state->n_ports, sizeof *ports, by_number);
    for (size_t i = 1; i < state->n_ports; i++) {
        if (ports[i].number == ports[i - 1].number) {
            return base_fail(error, "port %u comes twice", ports[i].number);
        }
    }
    return base_reader_left(body) == 0 ? 0 : base_fail(error, "a port is cut short");
}

int of13_decode_port_counters(struct base_reader *body, struct switch_state *state,
                              struct base_error *error)
{
    while (base_reader_left(body) > 0) {
        uint64_t counters[N_PORT_COUNTERS];
        uint32_t wire = base_read_be32(body);
        uint16_t number = PORT_NONE;
        base_read_skip(body, 4);
        for (size_t i = 0; i < N_PORT_COUNTERS; i++) {
            counters[i] = base_read_be64(body);
        }
        base_read_skip(body, 8); /* how long it has been there */
        if (of_check_read(body, "port statistics", error)) {
            return -1;
        }
        const struct port *port =
            of_port_of_wire(wire, &number) ? switch_state_port(state, number) : NULL;
        if (port) {
            size_t i = (size_t)(port - state->ports);
            memcpy(&state->ports[i].counters, counters, sizeof counters);
            state->ports[i].has_counters = true;
        }
    }
    return 0;
}
