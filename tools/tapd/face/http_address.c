/* SPDX-License-Identifier: Apache-2.0
 *
 * Where does the HTTP server listen, and who can reach it there? */
#include "tapd/face/http_inside.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket file that somebody left behind may go; one where somebody answers may not. */
static bool is_stale(const struct sockaddr_un *path)
{
    struct stat file;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool stale = lstat(path->sun_path, &file) == 0 && S_ISSOCK(file.st_mode) && fd >= 0 &&
                 connect(fd, (const struct sockaddr *)path, sizeof *path) != 0 &&
                 errno == ECONNREFUSED;
    if (fd >= 0) {
        close(fd);
    }
    return stale;
}

static int new_socket(int family, int *fd, struct base_error *error)
{
    *fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return *fd < 0 ? base_fail(error, "can not make a socket: %s", strerror(errno)) : 0;
}

/* The file is there for nobody else, not even for a moment: the umask says so. */
static int open_unix(const char *text, int *fd, char **path, struct base_error *error)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(text) == 0 || strlen(text) >= sizeof name.sun_path) {
        return base_fail(error, "expected a path of 1 to %zu bytes", sizeof name.sun_path - 1);
    }
    memcpy(name.sun_path, text, strlen(text));
    if (new_socket(AF_UNIX, fd, error)) {
        return -1;
    }
    if (is_stale(&name)) {
        unlink(name.sun_path);
    }
    mode_t mask = umask(0177);
    int status = bind(*fd, (const struct sockaddr *)&name, sizeof name);
    int failure = errno;
    umask(mask);
    if (status) {
        close(*fd);
        return base_fail(error, "can not listen: %s", strerror(failure));
    }
    *path = strdup(text);
    return 0;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static int open_inet(const struct addrinfo *found, bool has_token, int *fd,
                     struct base_error *error)
{
    if (!has_token && !is_loopback(found->ai_addr)) {
        return base_fail(error, "other machines can reach this address; it needs --token-file");
    }
    if (new_socket(found->ai_family, fd, error)) {
        return -1;
    }
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(*fd, found->ai_addr, found->ai_addrlen)) {
        close(*fd);
        return base_fail(error, "can not listen: %s", strerror(errno));
    }
    return 0;
}

/* "HOST:PORT" in its parts; brackets of an IPv6 address are taken off. */
static int split_address(const char *address, char host[256], const char **port,
                         struct base_error *error)
{
    const char *colon = strrchr(address, ':');
    size_t n_host = colon ? (size_t)(colon - address) : 0;
    if (n_host >= 2 && address[0] == '[' && address[n_host - 1] == ']') {
        address++;
        n_host -= 2;
    } else if (memchr(address, ':', n_host)) {
        n_host = 0;
    }
    if (n_host == 0 || n_host >= 256) {
        return base_fail(error, "expected unix:PATH, HOST:PORT or [ADDRESS]:PORT");
    }
    memcpy(host, address, n_host);
    host[n_host] = '\0';
    *port = colon + 1;
    return 0;
}

int tapd_http_listen(const char *address, bool has_token, int *fd, char **path,
                     struct base_error *error)
{
    static const char unix_prefix[] = "unix:";
    if (strncmp(address, unix_prefix, strlen(unix_prefix)) == 0) {
        return open_unix(address + strlen(unix_prefix), fd, path, error);
    }
    char host[256];
    const char *port = "";
    if (split_address(address, host, &port, error)) {
        return -1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure) {
        return base_fail(error, "%s", gai_strerror(failure));
    }
    int status = open_inet(found, has_token, fd, error);
    freeaddrinfo(found);
    return status;
}
