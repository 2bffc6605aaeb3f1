/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw frames as they are on an interface (packet(7)), VLAN tag included, which
 * the kernel takes out of the frame and hands over beside it. */
#ifndef FAULTS_PACKET_SOCKET_H
#define FAULTS_PACKET_SOCKET_H

#include "base/error.h"

#include <linux/if_packet.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A socket on an interface, in the network namespace of this path (NULL: our
 * own); on all interfaces, what they send included, if `interface` is NULL,
 * else on one, what it sends left out. The caller closes it. */
int packet_socket_open(const char *netns, const char *interface, struct base_error *error);

/* One frame, waiting for it; its length, at most `max`, or -1. `from` may be NULL. */
ssize_t packet_socket_receive(int fd, uint8_t *bytes, size_t max, struct sockaddr_ll *from);

/* Runs `function(aux)` in the network namespace of this path, and comes back. */
int in_namespace(const char *netns, int (*function)(void *aux, struct base_error *error), void *aux,
                 struct base_error *error);

#endif
