/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets that are dialled by a helper (base/helper.h), since the process that uses them has given
 * up the privilege to: those of other users, dialled by root. */
#ifndef CHANNEL_DIALLER_H
#define CHANNEL_DIALLER_H

#include "base/helper.h"
#include "channel/socket.h"

#include <stddef.h>

/* Starts one that can dial these addresses and no others. It has a copy of them. -1: no
 * process. base_helper_end ends it. */
int channel_dialler_start(struct base_helper *dialler, const struct channel_address *addresses,
                          size_t n_addresses, struct base_error *error);

/* As channel_socket_dial, of the address of this number. */
int channel_dialler_dial(const struct base_helper *dialler, size_t number, int *fd,
                         struct base_error *error);

#endif
