/* SPDX-License-Identifier: Apache-2.0
 *
 * Port numbers as words of a line. Within this room only. */
#ifndef OFCTL_PORT_WORD_H
#define OFCTL_PORT_WORD_H

#include "base/token.h"

/* A whole word as a port: as word_port, and besides every other number of 16 bits, since a
 * switch may report one. False: it is none. */
bool port_word(struct word word, uint16_t *port);

/* Whether OpenFlow 1.0 (section 5.2.1) gives the number a meaning: a physical port, or a
 * reserved one. */
bool port_is_defined(uint16_t port);

/* What to add to the error about a bad port: if the word looks like a port's name, how to
 * dump numbers; else "". */
const char *port_name_hint(struct word word);

#endif
