/* SPDX-License-Identifier: Apache-2.0
 *
 * The box in a cable: it hands on frames, and loses, doubles, changes, cuts or delays some. */
#include "faults/relay.h"

#include "faults/command.h"
#include "faults/packet_socket.h"
#include "faults/random.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    FRAME_MAX = 9216,
    HELD_MAX = 4096,
    DELAY_MS = 30,
    HOLD_MS = 5,
    QUIET_MS = 300,
    LATE_MS = 900,
    TAG = 77,
    ADDRESSES = 12, /* bytes in front of the Ethernet type, and of a tag */
    TAG_BYTES = 4
};

struct frame {
    size_t n_bytes, to;
    uint64_t due_ms;
    uint8_t bytes[2048];
};

struct box {
    struct relay relay;
    int fds[RELAY_ENDS_MAX];
    unsigned long n_seen;
    uint64_t random;
    struct frame held[HELD_MAX]; /* a ring */
    size_t first, n_held;
    uint64_t last_ms; /* when a frame was last seen */
};

static struct box box; /* the child's own; too large for a stack */

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void emit(size_t to, const uint8_t *bytes, size_t n_bytes)
{
    if (send(box.fds[to], bytes, n_bytes, 0) < 0) {
        return; /* the other end is down: as with a cable */
    }
}

static void hold(size_t to, const uint8_t *bytes, size_t n_bytes, uint64_t ms)
{
    if (box.n_held < HELD_MAX && n_bytes <= sizeof box.held->bytes) {
        struct frame *frame = &box.held[(box.first + box.n_held++) % HELD_MAX];
        *frame = (struct frame){.n_bytes = n_bytes, .to = to, .due_ms = now_ms() + ms};
        memcpy(frame->bytes, bytes, n_bytes);
    }
}

static void release(uint64_t until_ms)
{
    while (box.n_held > 0 && box.held[box.first].due_ms <= until_ms) {
        struct frame *frame = &box.held[box.first];
        emit(frame->to, frame->bytes, frame->n_bytes);
        box.first = (box.first + 1) % HELD_MAX;
        box.n_held--;
    }
}

static void emit_tagged(size_t to, const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t tag[] = {0x81, 0x00, 0x00, TAG};
    uint8_t tagged[FRAME_MAX + sizeof tag];
    memcpy(tagged, bytes, ADDRESSES);
    memcpy(tagged + ADDRESSES, tag, sizeof tag);
    memcpy(tagged + ADDRESSES + sizeof tag, bytes + ADDRESSES, n_bytes - ADDRESSES);
    emit(to, tagged, n_bytes + sizeof tag);
}

static unsigned word_at(const uint8_t *bytes, size_t n_bytes, size_t at)
{
    return at + 1 < n_bytes ? (unsigned)bytes[at] << 8 | bytes[at + 1] : 0;
}

static bool is_tag(unsigned type)
{
    return type == 0x8100 || type == 0x88a8;
}

static bool is_eaten(const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t broadcast[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    size_t at = ADDRESSES;
    while (is_tag(word_at(bytes, n_bytes, at))) {
        at += TAG_BYTES;
    }
    unsigned type = word_at(bytes, n_bytes, at);
    size_t ip = at + 2, l4 = ip + 4 * (ip < n_bytes ? bytes[ip] & 15u : 0);
    bool is_tcp = type == 0x0800 && ip + 9 < n_bytes && bytes[ip + 9] == 6;
    switch (box.relay.eaten) {
    case EATEN_LONG:
        return n_bytes > box.relay.limit;
    case EATEN_IPV6:
        return type == 0x86dd;
    case EATEN_MULTICAST:
        return (bytes[0] & 1) && memcmp(bytes, broadcast, sizeof broadcast) != 0;
    case EATEN_SYN:
        return is_tcp && (word_at(bytes, n_bytes, l4 + 12) & 0x12) == 0x02;
    case EATEN_ARP_REPLY:
        return type == 0x0806 && word_at(bytes, n_bytes, ip + 6) == 2;
    case EATEN_FRAGMENT:
        return type == 0x0800 && (word_at(bytes, n_bytes, ip + 6) & 0x3fff);
    }
    return false;
}

/* Takes the second of two tags out. Returns the new length. */
static size_t strip_second(uint8_t *bytes, size_t n_bytes)
{
    size_t at = ADDRESSES + TAG_BYTES;
    if (!is_tag(word_at(bytes, n_bytes, ADDRESSES)) || !is_tag(word_at(bytes, n_bytes, at))) {
        return n_bytes;
    }
    memmove(bytes + at, bytes + at + TAG_BYTES, n_bytes - at - TAG_BYTES);
    return n_bytes - TAG_BYTES;
}

static void reorder(size_t to, const uint8_t *bytes, size_t n_bytes)
{
    if (box.n_held == 0 && box.n_seen % 4 == 0) {
        hold(to, bytes, n_bytes, HOLD_MS);
        return;
    }
    emit(to, bytes, n_bytes);
    release(UINT64_MAX);
}

static bool is_lost(const uint8_t *bytes, size_t n_bytes, uint64_t quiet_ms)
{
    switch (box.relay.fault) {
    case RELAY_ONE_WAY:
        return true;
    case RELAY_LOSES:
        return box.n_seen % 5 == 0;
    case RELAY_DROPS_KIND:
        return frame_kind_of(bytes, n_bytes) == box.relay.kind;
    case RELAY_EATS:
        return is_eaten(bytes, n_bytes);
    case RELAY_SLEEPS:
        return quiet_ms > QUIET_MS;
    default:
        return false;
    }
}

/* Frames that go on otherwise than at once and as they are: whether that is done. */
static bool goes_otherwise(size_t to, uint8_t *bytes, size_t n_bytes)
{
    switch (box.relay.fault) {
    case RELAY_DELAYS:
        hold(to, bytes, n_bytes, DELAY_MS);
        return true;
    case RELAY_LATE:
        hold(to, bytes, n_bytes, LATE_MS);
        return true;
    case RELAY_REORDERS:
        reorder(to, bytes, n_bytes);
        return true;
    case RELAY_TAGS:
        emit_tagged(to, bytes, n_bytes);
        return true;
    default:
        return false;
    }
}

/* Changes bytes; returns how many they are then. */
static size_t change(uint8_t *bytes, size_t n_bytes)
{
    switch (box.relay.fault) {
    case RELAY_CORRUPTS:
        bytes[random_below(&box.random, n_bytes)] ^= box.n_seen % 3 ? 0 : 0x10;
        return n_bytes;
    case RELAY_ZEROES_PCP:
        bytes[ADDRESSES + 2] &= is_tag(word_at(bytes, n_bytes, ADDRESSES)) ? 0x1f : 0xff;
        return n_bytes;
    case RELAY_TRUNCATES:
        return n_bytes - (n_bytes > 24 ? 10 : 0);
    case RELAY_CUTS:
        return n_bytes > box.relay.limit ? box.relay.limit : n_bytes;
    case RELAY_STRIPS:
        return strip_second(bytes, n_bytes);
    default:
        return n_bytes;
    }
}

/* What is sent besides. */
static void send_more(size_t to, const uint8_t *bytes, size_t n_bytes)
{
    bool third = box.n_seen % 3 == 0;
    if (box.relay.fault == RELAY_JOINS) {
        emit(3, bytes, n_bytes); /* the other host */
    } else if (box.relay.fault == RELAY_DOUBLES && third) {
        emit(to, bytes, n_bytes);
    } else if (box.relay.fault == RELAY_FOLLOWS && third) {
        hold(to, bytes, n_bytes, QUIET_MS);
    } else if (box.relay.fault == RELAY_REFLECTS && third) {
        emit(to ^ 1, bytes, n_bytes);
    }
}

/* A frame that suffers. */
static void spoil(size_t to, uint8_t *bytes, size_t n_bytes)
{
    uint64_t quiet_ms = now_ms() - box.last_ms;
    box.last_ms += quiet_ms;
    box.n_seen++;
    if (!is_lost(bytes, n_bytes, quiet_ms) && !goes_otherwise(to, bytes, n_bytes)) {
        n_bytes = change(bytes, n_bytes);
        send_more(to, bytes, n_bytes);
        emit(to, bytes, n_bytes);
    }
}

static void carry(size_t from)
{
    uint8_t bytes[FRAME_MAX];
    ssize_t n = packet_socket_receive(box.fds[from], bytes, sizeof bytes, NULL);
    size_t to = from ^ 1;
    if (n < 14) {
        return;
    }
    if (to == box.relay.bad_end) {
        spoil(to, bytes, (size_t)n);
    } else {
        emit(to, bytes, (size_t)n);
    }
}

static void carry_all(void *aux)
{
    (void)aux;
    struct pollfd fds[RELAY_ENDS_MAX];
    for (;;) {
        for (size_t i = 0; i < box.relay.n_interfaces; i++) {
            fds[i] = (struct pollfd){.fd = box.fds[i], .events = POLLIN};
        }
        poll(fds, box.relay.n_interfaces, box.n_held ? 1 : -1);
        for (size_t i = 0; i < box.relay.n_interfaces; i++) {
            if (fds[i].revents & POLLIN) {
                carry(i);
            }
        }
        release(now_ms());
    }
}

pid_t relay_start(const struct relay *relay, struct base_error *error)
{
    memset(&box, 0, sizeof box);
    box.relay = *relay;
    box.random = relay->dice;
    pid_t pid = -1;
    size_t n = 0;
    for (; n < relay->n_interfaces; n++) {
        if ((box.fds[n] = packet_socket_open(NULL, relay->interfaces[n], error)) < 0) {
            break;
        }
    }
    if (n == relay->n_interfaces) {
        pid = command_fork(carry_all, NULL, error);
    }
    while (n-- > 0) {
        close(box.fds[n]);
    }
    return pid;
}
