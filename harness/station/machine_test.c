/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it told what the kernel threw away? */
#include "station/machine.h"

#include "testing/cmocka.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void columns_are_summed(void **state)
{
    (void)state;
    char path[] = "/tmp/machine_test.XXXXXX";
    int fd = mkstemp(path);
    static const char text[] = "0d0eab3c 0000001f 00000001\n0cb84c24 00000002 00000003\nx\n";
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    assert_int_equal(station_machine_column(path, 1, 16), 0x21);
    assert_int_equal(station_machine_column(path, 2, 16), 4);
    assert_int_equal(station_machine_column(path, 3, 16), 0);
    close(fd);
    unlink(path);
    assert_int_equal(station_machine_column(path, 1, 16), 0);
}

/* In a network of its own: a socket that nobody reads has no room for what goes by. */
static int overflow(void)
{
    enum { N = 100, CANNOT = 2 };
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int room = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 && unshare(CLONE_NEWNET) < 0) {
        return CANNOT;
    }
    int fd = station_machine_open(), sender = socket(AF_INET, SOCK_DGRAM, 0),
        unread = socket(AF_PACKET, SOCK_RAW, htons(3)); /* ETH_P_ALL */
    if (ioctl(sender, SIOCSIFFLAGS, &loopback) < 0 ||
        setsockopt(unread, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0) {
        return CANNOT;
    }
    uint64_t before = station_machine_read(fd).n_lost;
    for (int i = 0; i < N; i++) {
        sendto(sender, "", 1, 0, (const void *)&to, sizeof to);
    }
    uint64_t lost = station_machine_read(fd).n_lost - before;
    return lost >= N && lost <= 4 * N && station_machine_read(-1).n_lost <= before ? 0 : 1;
}

static void what_sockets_lose_is_told(void **state)
{
    (void)state;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(overflow());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) {
        cannot_run("no network namespace");
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(columns_are_summed),
    cmocka_unit_test(what_sockets_lose_is_told),
};

TEST_MAIN(tests)
