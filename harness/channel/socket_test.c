/* SPDX-License-Identifier: Apache-2.0
 *
 * Endpoints are resolved, dialled and listened at. */
#include "channel/socket.h"

#include "testing/cmocka.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static struct channel_address resolve(const struct endpoint *endpoint)
{
    struct channel_address *addresses = NULL, first;
    size_t n_addresses = 0;
    assert_int_equal(channel_socket_resolve(endpoint, &addresses, &n_addresses, NULL), 0);
    assert_true(n_addresses > 0);
    first = addresses[0];
    free(addresses);
    return first;
}

static struct channel_address resolve_text(const char *text)
{
    struct endpoint endpoint;
    assert_int_equal(endpoint_parse(text, &endpoint, NULL), 0);
    return resolve(&endpoint);
}

static void endpoints_have_addresses(void **state)
{
    (void)state;
    struct channel_address tcp = resolve_text("tcp:127.0.0.1:6634"),
                           path = resolve_text("unix:/tmp/a.mgmt");
    const struct sockaddr_in *in = (const struct sockaddr_in *)&tcp.storage;
    assert_int_equal(in->sin_family, AF_INET);
    assert_int_equal(ntohl(in->sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(ntohs(in->sin_port), 6634);
    assert_int_equal(tcp.n_bytes, sizeof *in);
    const struct sockaddr_un *un = (const struct sockaddr_un *)&path.storage;
    assert_int_equal(un->sun_family, AF_UNIX);
    assert_string_equal(un->sun_path, "/tmp/a.mgmt");
}

static void a_name_that_nobody_has_is_refused(void **state)
{
    (void)state;
    struct endpoint endpoint = {.kind = ENDPOINT_TCP, .host = "no such host", .port = 1};
    struct channel_address *addresses;
    struct base_error error = {""};
    size_t n_addresses;
    assert_int_equal(channel_socket_resolve(&endpoint, &addresses, &n_addresses, &error), -1);
    assert_non_null(strstr(error.text, "can not resolve \"no such host\": "));
}

/* Listens at a port of the kernel's choice; `address` becomes its address. */
static int listen_anywhere(struct channel_address *address)
{
    int fd;
    *address = resolve(&(struct endpoint){.kind = ENDPOINT_PTCP, .host = "127.0.0.1", .port = 0});
    assert_int_equal(channel_socket_listen(address, &fd, NULL), 0);
    socklen_t n_bytes = sizeof address->storage;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address->storage, &n_bytes), 0);
    return fd;
}

static void a_dialled_socket_is_connected_without_waiting(void **state)
{
    (void)state;
    struct channel_address address;
    int listener = listen_anywhere(&address), fd, failure = -1;
    assert_int_equal(channel_socket_dial(&address, &fd, NULL), 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    assert_int_equal(poll(&writable, 1, 20000), 1);
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &(socklen_t){sizeof failure});
    assert_int_equal(failure, 0);
    close(fd);
    close(listener);
}

static int option_of(int fd, int level, int name)
{
    int value = 0;
    assert_int_equal(getsockopt(fd, level, name, &value, &(socklen_t){sizeof value}), 0);
    return value != 0;
}

/* A program that is started anew can listen where it did, while connections of before linger. */
static void sockets_are_set_up_for_messages(void **state)
{
    (void)state;
    struct channel_address address;
    int listener = listen_anywhere(&address), fd;
    assert_int_equal(channel_socket_dial(&address, &fd, NULL), 0);
    assert_true(option_of(fd, IPPROTO_TCP, TCP_NODELAY));
    assert_false(option_of(fd, SOL_SOCKET, SO_REUSEADDR));
    assert_true(option_of(listener, SOL_SOCKET, SO_REUSEADDR));
    assert_true(fcntl(listener, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listener, F_GETFD) & FD_CLOEXEC);
    close(fd);
    close(listener);
}

static void an_address_in_use_is_refused(void **state)
{
    (void)state;
    struct channel_address address;
    struct base_error error = {""};
    int listener = listen_anywhere(&address), fd;
    assert_int_equal(channel_socket_listen(&address, &fd, &error), -1);
    assert_string_equal(error.text, "can not listen: Address already in use");
    close(listener);
}

static void a_path_without_a_socket_is_refused_at_once(void **state)
{
    (void)state;
    struct channel_address address = resolve_text("unix:/nonexistent/socket");
    struct base_error error = {""};
    int fd;
    assert_int_equal(channel_socket_dial(&address, &fd, &error), -1);
    assert_string_equal(error.text, "can not connect: No such file or directory");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(endpoints_have_addresses),
    cmocka_unit_test(a_name_that_nobody_has_is_refused),
    cmocka_unit_test(a_dialled_socket_is_connected_without_waiting),
    cmocka_unit_test(sockets_are_set_up_for_messages),
    cmocka_unit_test(an_address_in_use_is_refused),
    cmocka_unit_test(a_path_without_a_socket_is_refused_at_once),
};
TEST_MAIN(tests)
