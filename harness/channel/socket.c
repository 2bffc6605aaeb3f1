/* SPDX-License-Identifier: Apache-2.0
 *
 * Where is an endpoint, and how is it dialled or listened at? */
#include "channel/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

/* Which libevent needs, and one for a session. */
enum { N_DESCRIPTORS = 6 };

static int resolve_unix(const struct endpoint *endpoint, struct channel_address **addresses,
                        size_t *n_addresses, struct base_error *error)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    _Static_assert(sizeof path.sun_path >= sizeof endpoint->path, "a path that was parsed fits");
    memcpy(path.sun_path, endpoint->path, sizeof endpoint->path);
    *addresses = calloc(1, sizeof **addresses);
    if (!*addresses) {
        return base_fail(error, "out of memory");
    }
    memcpy(&(*addresses)->storage, &path, sizeof path);
    (*addresses)->n_bytes = sizeof path;
    *n_addresses = 1;
    return 0;
}

static int copy_addresses(const struct addrinfo *found, struct channel_address **addresses,
                          size_t *n_addresses, struct base_error *error)
{
    size_t n = 0;
    for (const struct addrinfo *one = found; one; one = one->ai_next) {
        n++;
    }
    *addresses = calloc(n, sizeof **addresses);
    if (!*addresses) {
        return base_fail(error, "out of memory");
    }
    *n_addresses = n;
    for (size_t i = 0; i < n; i++, found = found->ai_next) {
        memcpy(&(*addresses)[i].storage, found->ai_addr, found->ai_addrlen);
        (*addresses)[i].n_bytes = found->ai_addrlen;
    }
    return 0;
}

int channel_socket_resolve(const struct endpoint *endpoint, struct channel_address **addresses,
                           size_t *n_addresses, struct base_error *error)
{
    if (endpoint->kind == ENDPOINT_UNIX) {
        return resolve_unix(endpoint, addresses, n_addresses, error);
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
    if (endpoint->kind == ENDPOINT_PTCP) {
        hints.ai_flags |= AI_PASSIVE;
    }
    char port[6];
    snprintf(port, sizeof port, "%u", endpoint->port);
    int status = getaddrinfo(endpoint->host[0] ? endpoint->host : NULL, port, &hints, &found);
    if (status) {
        return base_fail(error, "can not resolve \"%s\": %s", endpoint->host,
                         status == EAI_SYSTEM ? strerror(errno) : gai_strerror(status));
    }
    status = copy_addresses(found, addresses, n_addresses, error);
    freeaddrinfo(found);
    return status;
}

static int new_socket(const struct channel_address *address, struct base_error *error)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? base_fail(error, "can not make a socket: %s", strerror(errno)) : fd;
}

int channel_socket_dial(const struct channel_address *address, int *fd, struct base_error *error)
{
    *fd = new_socket(address, error);
    if (*fd < 0) {
        return -1;
    }
    if (address->storage.ss_family != AF_UNIX) {
        setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    }
    if (connect(*fd, (const struct sockaddr *)&address->storage, address->n_bytes) == 0 ||
        errno == EINPROGRESS) {
        return 0;
    }
    base_fail(error, "can not connect: %s", strerror(errno));
    close(*fd);
    return -1;
}

int channel_socket_listen(const struct channel_address *address, int *fd, struct base_error *error)
{
    *fd = new_socket(address, error);
    if (*fd < 0) {
        return -1;
    }
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(*fd, (const struct sockaddr *)&address->storage, address->n_bytes) == 0 &&
        listen(*fd, SOMAXCONN) == 0) {
        return 0;
    }
    base_fail(error, "can not listen: %s", strerror(errno));
    close(*fd);
    return -1;
}

int channel_socket_check_descriptors(struct base_error *error)
{
    int fds[N_DESCRIPTORS], n = 0, status = 0;
    while (n < N_DESCRIPTORS && status == 0) {
        fds[n] = eventfd(0, EFD_CLOEXEC);
        status = fds[n] < 0
                     ? base_fail(error, "too few file descriptors (ulimit -n): %s", strerror(errno))
                     : 0;
        n += status == 0;
    }
    while (n > 0) {
        close(fds[--n]);
    }
    return status;
}
