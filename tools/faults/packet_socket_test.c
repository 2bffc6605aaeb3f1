/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames does a socket see, here and in another namespace, and with which tag? */
#include "faults/packet_socket.h"

#include "testing/station.h"

#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A frame with two bytes behind its type, 60 in all. */
static void put(int fd, uint16_t type, uint8_t a, uint8_t b)
{
    uint8_t frame[60] = {0x02,          0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, (uint8_t)(type >> 8),
                         (uint8_t)type, a, b};
    frame[16] = 0x88; /* inside, if the type is that of a tag */
    frame[17] = 0xb5;
    frame[59] = 0x5a;
    assert_int_equal(send(fd, frame, sizeof frame, 0), sizeof frame);
}

/* The next frame of that inner or outer type 0x88b5. */
static ssize_t get(int fd, uint8_t *bytes, size_t max, struct sockaddr_ll *from)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    while (poll(&polled, 1, 10000) == 1) {
        ssize_t n = packet_socket_receive(fd, bytes, max, from);
        if (n >= 18 && ((bytes[12] == 0x88 && bytes[13] == 0xb5) ||
                        (bytes[16] == 0x88 && bytes[17] == 0xb5))) {
            return n;
        }
    }
    return -1;
}

static int open_socket(const char *netns, const char *interface)
{
    struct base_error error = {""};
    int fd = packet_socket_open(netns, interface, &error);
    if (fd < 0) {
        fail_msg("%s", error.text);
    }
    return fd;
}

static void frames_come_with_their_tags(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    int near = open_socket(NULL, "near"), far = open_socket(fixture->netns, "far");
    uint8_t bytes[128] = {0};
    put(near, 0x88b5, 1, 2);
    assert_int_equal(get(far, bytes, sizeof bytes, NULL), 60);
    assert_int_equal(bytes[14] << 8 | bytes[15], 0x0102);
    static const uint16_t tags[] = {0x8100, 0x88a8};
    for (size_t i = 0; i < 2; i++) {
        put(near, tags[i], 0x60, 5);
        assert_int_equal(get(far, bytes, sizeof bytes, NULL), 60);
        assert_int_equal(bytes[5], 1);
        assert_int_equal(bytes[11], 2);
        assert_int_equal(bytes[12] << 8 | bytes[13], tags[i]);
        assert_int_equal(bytes[14] << 8 | bytes[15], 0x6005);
        assert_int_equal(bytes[59], 0x5a);
    }
    put(near, 0x8100, 0x60, 5);
    bytes[18] = 0x77;
    assert_int_equal(get(far, bytes, 18, NULL), 18); /* no more than there is room for */
    assert_int_equal(bytes[14] << 8 | bytes[15], 0x6005);
    assert_int_equal(bytes[18], 0x77);
    put(near, 0x8100, 0x60, 5);
    assert_int_equal(packet_socket_receive(far, bytes, 15, NULL), 15); /* none for a tag */
    close(near);
    close(far);
}

/* At one interface what it sends is left out; at all of them it is seen, too. */
static void what_is_sent_is_seen_at_all_interfaces(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    int all = open_socket(NULL, NULL), near = open_socket(NULL, "near");
    int far = open_socket(fixture->netns, "far"), other = open_socket(NULL, "near");
    struct sockaddr_ll from = {0};
    uint8_t bytes[128] = {0};
    put(near, 0x88b5, 1, 0);
    assert_int_equal(get(all, bytes, sizeof bytes, &from), 60);
    assert_int_equal(from.sll_ifindex, if_nametoindex("near"));
    assert_int_equal(from.sll_pkttype, PACKET_OUTGOING);
    put(other, 0x88b5, 3, 0);
    assert_int_equal(get(all, bytes, sizeof bytes, &from), 60);
    assert_int_equal(bytes[14], 3);
    put(far, 0x88b5, 2, 0);
    assert_int_equal(get(all, bytes, sizeof bytes, &from), 60);
    assert_int_equal(from.sll_ifindex, if_nametoindex("near"));
    assert_int_not_equal(from.sll_pkttype, PACKET_OUTGOING);
    assert_int_equal(get(near, bytes, sizeof bytes, NULL), 60);
    assert_int_equal(bytes[14], 2);
    close(all);
    close(near);
    close(other);
    close(far);
}

static int count_calls(void *aux, struct base_error *error)
{
    ++*(int *)aux;
    return if_nametoindex("far") ? 0 : base_fail(error, "not there");
}

static void what_cannot_be_opened_is_told(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    struct base_error error = {""};
    int n = 0;
    assert_int_equal(packet_socket_open(NULL, "far", &error), -1);
    assert_int_equal(strncmp(error.text, "far: cannot be listened to: ", 28), 0);
    assert_int_equal(packet_socket_open("/nowhere", "far", &error), -1);
    assert_string_equal(error.text, "/nowhere: cannot be entered: No such file or directory");
    assert_int_equal(in_namespace("/nowhere", count_calls, &n, &error), -1);
    assert_int_equal(n, 0);
    assert_int_equal(in_namespace(NULL, count_calls, &n, &error), -1);
    assert_string_equal(error.text, "not there");
    assert_int_equal(in_namespace(fixture->netns, count_calls, &n, &error), 0);
    assert_int_equal(n, 2);
    assert_int_not_equal(if_nametoindex("near"), 0); /* back again */
}

static int give_up_privileges(void *aux, struct base_error *error)
{
    (void)aux, (void)error;
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {{0}};
    return (int)syscall(SYS_capset, &head, none);
}

static void one_that_stays_there_is_told(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct base_error error = {""};
        bool failed = in_namespace(fixture->netns, give_up_privileges, NULL, &error) < 0;
        _exit(failed && strncmp(error.text, "cannot come back from /proc/", 28) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_come_with_their_tags),
    cmocka_unit_test(what_is_sent_is_seen_at_all_interfaces),
    cmocka_unit_test(what_cannot_be_opened_is_told),
    cmocka_unit_test(one_that_stays_there_is_told),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
