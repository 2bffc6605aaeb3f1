/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a box in a cable do to the frames that come by? */
#include "faults/relay.h"

#include "faults/command.h"
#include "faults/packet_socket.h"
#include "testing/cmocka.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The interfaces are sockets here: `ours` are the ends at which frames are sent and come out. */
static int ours[RELAY_ENDS_MAX], n_open;
static const char *missing; /* the interface that is not there */

int packet_socket_open(const char *netns, const char *interface, struct base_error *error)
{
    int ends[2];
    assert_null(netns);
    if (missing && strcmp(interface, missing) == 0) {
        return base_fail(error, "%s: cannot be listened to", interface);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    ours[n_open++] = ends[1];
    return ends[0];
}

ssize_t packet_socket_receive(int fd, uint8_t *bytes, size_t max, struct sockaddr_ll *from)
{
    assert_null(from);
    return recv(fd, bytes, max, 0);
}

/* Frames suffer on the way from end 0 to end 1, or from 1 to 0 where cables are joined. */
static pid_t start(struct relay relay)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    struct base_error error = {""};
    n_open = 0;
    relay.n_interfaces = relay.n_interfaces ? relay.n_interfaces : 2;
    relay.bad_end = relay.fault == RELAY_JOINS ? 0 : 1;
    memcpy(relay.interfaces, names, sizeof names);
    pid_t pid = relay_start(&relay, &error);
    if (pid <= 0) {
        fail_msg("%s", error.text);
    }
    return pid;
}

static void stop(pid_t pid)
{
    command_end(pid);
    while (n_open > 0) {
        close(ours[--n_open]);
    }
}

/* A frame of a type, with a number as its last byte. */
struct frame {
    size_t n;
    uint8_t bytes[256];
};

static struct frame make_frame(size_t n, uint16_t type, uint8_t number)
{
    struct frame frame = {.n = n};
    frame.bytes[12] = (uint8_t)(type >> 8);
    frame.bytes[13] = (uint8_t)type;
    frame.bytes[n - 1] = number;
    return frame;
}

static void put(int end, const struct frame *frame)
{
    assert_int_equal(send(ours[end], frame->bytes, frame->n, 0), frame->n);
}

/* The next frame there; its length is 0 if there is none within so many milliseconds. */
static struct frame get(int end, int ms)
{
    struct frame frame = {0};
    struct pollfd fd = {.fd = ours[end], .events = POLLIN};
    if (poll(&fd, 1, ms) == 1) {
        ssize_t n = recv(ours[end], frame.bytes, sizeof frame.bytes, 0);
        frame.n = n > 0 ? (size_t)n : 0;
    }
    return frame;
}

enum { LONG_MS = 20000 };

static struct frame plain(size_t i)
{
    return make_frame(60, 0x88b5, (uint8_t)i);
}

/* Waits until so many frames that were sent before have been carried to the bad end: as many go the
 * other way, where nothing suffers, and those of both ends are carried in turn. */
static void settle(size_t n)
{
    struct frame other = make_frame(60, 0x1234, 0xee);
    for (size_t i = 0; i < n; i++) {
        put(1, &other);
        struct frame got = get(0, LONG_MS);
        assert_int_equal(got.n, other.n);
        assert_memory_equal(got.bytes, other.bytes, other.n);
    }
}

/* What comes out at the bad end of so many frames, as their numbers, "1 2 2 3": an 'x' behind one
 * that is not as it was. */
static const char *sent(struct relay relay, size_t n)
{
    static char text[256];
    pid_t pid = start(relay);
    *text = '\0';
    for (size_t i = 1; i <= n; i++) {
        struct frame frame = plain(i);
        put(0, &frame);
    }
    settle(n);
    for (struct frame got; (got = get(1, 0)).n > 0;) {
        struct frame frame = plain(got.bytes[59]);
        bool same = got.n == frame.n && memcmp(got.bytes, frame.bytes, got.n) == 0;
        snprintf(text + strlen(text), 16, "%s%u%s", *text ? " " : "", got.bytes[59],
                 same ? "" : "x");
    }
    stop(pid);
    return text;
}

/* The third of three comes out at both ends. */
static void frames_come_back(void **state)
{
    (void)state;
    pid_t pid = start((struct relay){.fault = RELAY_REFLECTS});
    for (size_t i = 1; i <= 3; i++) {
        struct frame frame = plain(i);
        put(0, &frame);
    }
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(get(1, LONG_MS).bytes[59], i);
    }
    assert_int_equal(get(0, LONG_MS).bytes[59], 3);
    assert_int_equal(get(0, 0).n, 0);
    stop(pid);
}

static void frames_are_lost_doubled_and_overtaken(void **state)
{
    (void)state;
    assert_string_equal(sent((struct relay){.fault = RELAY_GOOD}, 7), "1 2 3 4 5 6 7");
    assert_string_equal(sent((struct relay){.fault = RELAY_ONE_WAY}, 7), "");
    assert_string_equal(sent((struct relay){.fault = RELAY_LOSES}, 11), "1 2 3 4 6 7 8 9 11");
    assert_string_equal(sent((struct relay){.fault = RELAY_DOUBLES}, 7), "1 2 3 3 4 5 6 6 7");
    assert_string_equal(sent((struct relay){.fault = RELAY_REORDERS}, 9), "1 2 3 5 4 6 7 9 8");
    assert_string_equal(sent((struct relay){.fault = RELAY_DROPS_KIND, .kind = FRAMES_OWN}, 2), "");
    assert_string_equal(sent((struct relay){.fault = RELAY_DROPS_KIND, .kind = FRAMES_ARP}, 2),
                        "1 2");
}

/* One frame, as it comes out; 0 bytes: it does not. */
static struct frame through(struct relay relay, struct frame frame)
{
    pid_t pid = start(relay);
    put(0, &frame);
    settle(1);
    struct frame got = get(1, 0);
    stop(pid);
    return got;
}

static void frames_are_changed(void **state)
{
    (void)state;
    struct frame frame = plain(9), got = through((struct relay){.fault = RELAY_TAGS}, frame);
    static const uint8_t tag[] = {0x81, 0x00, 0x00, 77};
    assert_int_equal(got.n, 64);
    assert_memory_equal(got.bytes + 12, tag, 4);
    assert_memory_equal(got.bytes + 16, frame.bytes + 12, 48);
    got = through((struct relay){.fault = RELAY_TRUNCATES}, frame);
    assert_int_equal(got.n, 50);
    assert_memory_equal(got.bytes, frame.bytes, 50);
    assert_int_equal(through((struct relay){.fault = RELAY_TRUNCATES}, make_frame(24, 1, 1)).n, 24);
    assert_int_equal(through((struct relay){.fault = RELAY_TRUNCATES}, make_frame(25, 1, 1)).n, 15);
    assert_int_equal(through((struct relay){.fault = RELAY_CUTS, .limit = 59}, frame).n, 59);
    assert_int_equal(through((struct relay){.fault = RELAY_CUTS, .limit = 61}, frame).n, 60);
    frame.bytes[14] = 0xff;
    assert_int_equal(through((struct relay){.fault = RELAY_ZEROES_PCP}, frame).bytes[14], 0xff);
    frame.bytes[12] = 0x81;
    frame.bytes[13] = 0x00;
    got = through((struct relay){.fault = RELAY_ZEROES_PCP}, frame);
    assert_int_equal(got.bytes[14], 0x1f);
    frame.bytes[14] = 0x1f;
    assert_int_equal(got.n, 60);
    assert_memory_equal(got.bytes + 15, frame.bytes + 15, 45);
    assert_int_equal(through((struct relay){.fault = RELAY_STRIPS}, frame).n, 60);
    frame.bytes[16] = 0x88;
    frame.bytes[17] = 0xa8;
    got = through((struct relay){.fault = RELAY_STRIPS}, frame);
    assert_int_equal(got.n, 56);
    assert_memory_equal(got.bytes, frame.bytes, 16);
    assert_memory_equal(got.bytes + 16, frame.bytes + 20, 40);
}

/* One bit of one byte of each third frame; the others are as they were. */
static void frames_are_corrupted(void **state)
{
    (void)state;
    pid_t pid = start((struct relay){.fault = RELAY_CORRUPTS, .dice = 5});
    for (size_t i = 1; i <= 6; i++) {
        struct frame frame = make_frame(100, 0x88b5, (uint8_t)i);
        put(0, &frame);
    }
    settle(6);
    for (size_t i = 1; i <= 6; i++) {
        struct frame frame = make_frame(100, 0x88b5, (uint8_t)i), got = get(1, 0);
        size_t n_wrong = 0;
        assert_int_equal(got.n, 100);
        for (size_t at = 0; at < 100; at++) {
            n_wrong += got.bytes[at] != frame.bytes[at];
            assert_true(got.bytes[at] == frame.bytes[at] ||
                        got.bytes[at] == (frame.bytes[at] ^ 0x10));
        }
        assert_int_equal(n_wrong, i % 3 == 0);
    }
    stop(pid);
}

static bool eaten(enum relay_eaten what, struct frame frame)
{
    return through((struct relay){.fault = RELAY_EATS, .eaten = what, .limit = 100}, frame).n == 0;
}

static void kinds_of_frames_are_eaten(void **state)
{
    (void)state;
    assert_true(eaten(EATEN_LONG, make_frame(101, 0x88b5, 0)));
    assert_false(eaten(EATEN_LONG, make_frame(100, 0x88b5, 0)));
    assert_true(eaten(EATEN_IPV6, make_frame(60, 0x86dd, 0)));
    assert_false(eaten(EATEN_IPV6, make_frame(60, 0x0800, 0)));
    struct frame frame = make_frame(64, 0x8100, 0);
    frame.bytes[16] = 0x86; /* behind a tag, and behind two */
    frame.bytes[17] = 0xdd;
    assert_true(eaten(EATEN_IPV6, frame));
    memcpy(frame.bytes + 12, "\x88\xa8\0\0\x81\0\0\0\x86\xdd", 10);
    assert_true(eaten(EATEN_IPV6, frame));
    frame = make_frame(60, 0x88b5, 0);
    frame.bytes[0] = 0x01;
    assert_true(eaten(EATEN_MULTICAST, frame));
    memset(frame.bytes, 0xff, 6);
    assert_false(eaten(EATEN_MULTICAST, frame));
    frame.bytes[0] = 0xfe;
    assert_false(eaten(EATEN_MULTICAST, frame));
}

/* A TCP segment with these flags behind an IPv4 header with options. */
static struct frame segment(uint8_t protocol, uint8_t flags)
{
    struct frame frame = make_frame(80, 0x0800, 0);
    frame.bytes[14] = 0x46;
    frame.bytes[23] = protocol;
    frame.bytes[14 + 24 + 13] = flags;
    return frame;
}

static void kinds_of_packets_are_eaten(void **state)
{
    (void)state;
    assert_true(eaten(EATEN_SYN, segment(6, 0x02)));
    assert_true(eaten(EATEN_SYN, segment(6, 0xc2)));
    assert_false(eaten(EATEN_SYN, segment(6, 0x12)));
    assert_false(eaten(EATEN_SYN, segment(6, 0x10)));
    assert_false(eaten(EATEN_SYN, segment(17, 0x02)));
    struct frame frame = make_frame(60, 0x0806, 0);
    frame.bytes[14 + 7] = 1;
    assert_false(eaten(EATEN_ARP_REPLY, frame));
    frame.bytes[14 + 7] = 2;
    assert_true(eaten(EATEN_ARP_REPLY, frame));
    frame.bytes[13] = 0;
    assert_false(eaten(EATEN_ARP_REPLY, frame));
    assert_true(eaten(EATEN_FRAGMENT, frame)); /* by its offset */
    frame.bytes[14 + 7] = 0;
    assert_false(eaten(EATEN_FRAGMENT, frame));
    frame.bytes[14 + 6] = 0x40; /* not to be fragmented */
    assert_false(eaten(EATEN_FRAGMENT, frame));
    frame.bytes[14 + 6] = 0x20;
    assert_true(eaten(EATEN_FRAGMENT, frame));
    frame.bytes[13] = 0x06;
    assert_false(eaten(EATEN_FRAGMENT, frame));
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Frames come out in their order, and not sooner than they may. */
static void frames_come_late(void **state)
{
    (void)state;
    static const struct {
        enum relay_fault fault;
        int64_t ms;
    } late[] = {{RELAY_DELAYS, 30}, {RELAY_FOLLOWS, 300}};
    for (size_t i = 0; i < 2; i++) {
        pid_t pid = start((struct relay){.fault = late[i].fault});
        int64_t begin_ms = now_ms();
        for (size_t n = 1; n <= 3; n++) {
            struct frame frame = plain(n);
            put(0, &frame);
        }
        for (size_t n = 1; n <= 3; n++) {
            assert_int_equal(get(1, LONG_MS).bytes[59], n);
        }
        if (late[i].fault == RELAY_FOLLOWS) { /* the third one, again */
            assert_int_equal(get(1, LONG_MS).bytes[59], 3);
        }
        assert_true(now_ms() - begin_ms >= late[i].ms - 1);
        stop(pid);
    }
}

/* How long something lasts is not measured here: the first frame comes behind quiet that was long.
 */
static void some_frames_do_not_come_at_once(void **state)
{
    (void)state;
    assert_string_equal(sent((struct relay){.fault = RELAY_LATE}, 2), "");
    assert_null(strchr(sent((struct relay){.fault = RELAY_SLEEPS}, 2), '1'));
}

/* What comes in at the first end goes out at the second and the last; the other way as ever. */
static void two_cables_are_joined(void **state)
{
    (void)state;
    pid_t pid = start((struct relay){.fault = RELAY_JOINS, .n_interfaces = 4});
    struct frame frame = plain(1), other = plain(2);
    put(1, &frame);
    assert_int_equal(get(0, LONG_MS).bytes[59], 1);
    assert_int_equal(get(3, LONG_MS).bytes[59], 1);
    put(2, &other);
    assert_int_equal(get(3, LONG_MS).bytes[59], 2);
    put(3, &other);
    assert_int_equal(get(2, LONG_MS).bytes[59], 2);
    assert_int_equal(get(0, 0).n + get(1, 0).n + get(2, 0).n + get(3, 0).n, 0);
    stop(pid);
}

static void an_interface_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct base_error error = {""};
    const struct relay relay = {.interfaces = {"a", "b"}, .n_interfaces = 2};
    n_open = 0;
    missing = "b";
    assert_int_equal(relay_start(&relay, &error), -1);
    assert_string_equal(error.text, "b: cannot be listened to");
    char byte;
    assert_int_equal(recv(ours[0], &byte, 1, 0), 0); /* the other one was closed */
    missing = NULL;
    stop(0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_are_lost_doubled_and_overtaken),
    cmocka_unit_test(frames_come_back),
    cmocka_unit_test(frames_are_changed),
    cmocka_unit_test(frames_are_corrupted),
    cmocka_unit_test(kinds_of_frames_are_eaten),
    cmocka_unit_test(kinds_of_packets_are_eaten),
    cmocka_unit_test(frames_come_late),
    cmocka_unit_test(some_frames_do_not_come_at_once),
    cmocka_unit_test(two_cables_are_joined),
    cmocka_unit_test(an_interface_that_is_not_there_is_told),
};
TEST_MAIN(tests)
