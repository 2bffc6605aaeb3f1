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

/* Every address that the endpoint stands for, in the order in which to try
 * them (getaddrinfo(3), which may ask a name server and wait for it). malloc'd;
 * the caller frees. Fails if the name can not be resolved. */
int channel_socket_resolve(const struct endpoint *endpoint, struct channel_address **addresses,
                           size_t *n_addresses, struct base_error *error);

/* A socket that is connected or connecting: it becomes writable, and SO_ERROR
 * then says which. *fd is the caller's to close. Fails if it was refused at once. */
int channel_socket_dial(const struct channel_address *address, int *fd, struct base_error *error);

/* A listening TCP socket. */
int channel_socket_listen(const struct channel_address *address, int *fd, struct base_error *error);

#endif
