/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of ports: 16 bits in the model and in OpenFlow 1.0, 32 bits in later versions, whose
 * reserved numbers begin at 0xffffff00 (OpenFlow 1.3.5, section 7.2.1.2). */
#ifndef OPENFLOW_PORT_NUMBER_H
#define OPENFLOW_PORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The model's number (model/port.h). False: it has none, of 65,280 and more up to the reserved
 * numbers; *port is left alone. */
bool of_port_of_wire(uint32_t number, uint16_t *port);

/* The reverse. */
uint32_t of_port_to_wire(uint16_t port);

#endif
