/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets for endpoints, all of them non-blocking. */
#ifndef CHANNEL_SOCKET_H
#define CHANNEL_SOCKET_H

#include "base/error.h"
#include "model/endpoint.h"

#include <sys/socket.h>

struct channel_address {
    struct sockaddr_storage storage;
    socklen_t n_bytes;
};

/* Every address of an endpoint, in the order in which to try them
 * (getaddrinfo(3), which may ask a name server and wait for it). *addresses is
 * malloc'd; the caller frees it. Fails if the name cannot be resolved, and
 * without memory. */
int channel_socket_resolve(const struct endpoint *endpoint, struct channel_address **addresses,
                           size_t *n_addresses, struct base_error *error);

/* Makes a socket that is connected or connecting: it becomes writable, and
 * SO_ERROR then says whether it is connected. The caller closes *fd. Fails if
 * the connection was refused at once. */
int channel_socket_dial(const struct channel_address *address, int *fd, struct base_error *error);

/* Makes a listening TCP socket; the caller closes *fd. Fails if the address is in
 * use or not of this machine. */
int channel_socket_listen(const struct channel_address *address, int *fd, struct base_error *error);

/* Fails if there are not enough file descriptors for a session: libevent ends the program if none
 * are left for an event base. */
int channel_socket_check_descriptors(struct base_error *error);

#endif
