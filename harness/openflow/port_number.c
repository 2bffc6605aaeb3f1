/* SPDX-License-Identifier: Apache-2.0
 *
 * Which port does a number of 32 bits mean? */
#include "openflow/port_number.h"

#include "model/port.h"

enum { RESERVED = 0xffff0000 }; /* what the reserved numbers have above those of 1.0 */

bool of_port_of_wire(uint32_t number, uint16_t *port)
{
    bool is_reserved = number >= RESERVED + (uint32_t)PORT_MAX;
    if (number >= PORT_MAX && !is_reserved) {
        return false;
    }
    *port = (uint16_t)number;
    return true;
}

uint32_t of_port_to_wire(uint16_t port)
{
    return port >= PORT_MAX ? RESERVED + (uint32_t)port : port;
}
