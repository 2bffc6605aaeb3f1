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

static uint64_t stalled(const char *text)
{
    char path[] = "/tmp/machine_test.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    uint64_t ns = station_machine_stalled(path);
    close(fd);
    unlink(path);
    assert_int_equal(station_machine_stalled(path), 0);
    return ns;
}

static void stalls_are_read(void **state)
{
    (void)state;
    assert_int_equal(stalled("some avg10=0.00 avg60=9.00 avg300=8.10 total=50950\n"
                             "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"),
                     50950000);
    assert_int_equal(stalled("full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"), 0);
    assert_int_equal(stalled("some avg10=0.00\n"), 0);
    assert_int_equal(stalled(""), 0);
}

/* In a network of its own: what goes by a socket that has no room for it. One that is read loses
 * it; what one that nobody reads loses is nobody's. */
static int overflow(void)
{
    enum { N = 100, CANNOT = 2 };
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int room = 1;
    char frame[64];
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 && unshare(CLONE_NEWNET) < 0) {
        return CANNOT;
    }
    int fd = station_machine_open(), sender = socket(AF_INET, SOCK_DGRAM, 0),
        full = socket(AF_PACKET, SOCK_RAW, htons(3)); /* ETH_P_ALL */
    if (ioctl(sender, SIOCSIFFLAGS, &loopback) < 0 ||
        setsockopt(full, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0) {
        return CANNOT;
    }
    struct station_machine before = station_machine_read(fd);
    for (int i = 0; i < N; i++) {
        sendto(sender, "", 1, 0, (const void *)&to, sizeof to);
    }
    struct station_machine unread = station_machine_read(fd);
    while (recv(full, frame, sizeof frame, MSG_DONTWAIT) > 0) {
    }
    struct station_machine after = station_machine_read(fd), blind = station_machine_read(-1);
    uint64_t lost = station_machine_lost(&before, &after);
    bool told = lost >= N && lost <= 4 * N && station_machine_lost(&before, &unread) == 0 &&
                station_machine_lost(&unread, &after) == 0 && blind.n_sockets == 0;
    return told ? 0 : 1;
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

static void a_socket_counts_if_it_was_there_before(void **state)
{
    (void)state;
    struct station_machine before = {.n_lost = 5, .sockets = {{7, 10, false}}, .n_sockets = 1};
    struct station_machine after = {
        .n_lost = 6, .sockets = {{8, 4000, false}, {7, 13, false}}, .n_sockets = 2};
    assert_int_equal(station_machine_lost(&before, &after), 1 + 3);
    after.sockets[1].is_full = true;
    assert_int_equal(station_machine_lost(&before, &after), 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(columns_are_summed),
    cmocka_unit_test(stalls_are_read),
    cmocka_unit_test(a_socket_counts_if_it_was_there_before),
    cmocka_unit_test(what_sockets_lose_is_told),
};

TEST_MAIN(tests)
