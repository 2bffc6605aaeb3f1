/* SPDX-License-Identifier: Apache-2.0
 *
 * All stations of a run: the interfaces where frames are injected and
 * captured. A station may be on this machine, in this or another network
 * namespace, or on another one, reached through a command (station/remote.h).
 * Nothing is started that outlives station_close: no process, no namespace.
 *
 * One thread at a time uses a set. No signal handler is installed, and none
 * runs on the threads that opening and closing start. */
#ifndef STATION_STATION_H
#define STATION_STATION_H

#include "base/clock.h"
#include "base/error.h"
#include "base/none.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a station is. The strings are copied. */
struct station_spec {
    const char *name;  /* of the host; for messages */
    const char *netns; /* path of a network namespace; NULL: the one that is there */
    const char *interface;
    const char *exec; /* command prefix, for /bin/sh; NULL: this machine */
};

struct station_set;

enum {
    STATION_SNAP_BYTES = 1920,       /* captured of a frame at most */
    STATION_WINDOW_FRAMES = 64,      /* in flight from one station, a switch loses none of them */
    STATION_UNREAD_FRAMES = 2048,    /* as many wait at one station to be received, not more */
    STATION_EXEC_TIMEOUT_MS = 15000, /* what a command behind `exec` may take to answer */
};

/* Opens all stations at once, and reads nothing that comes from outside. 0: `*set` is there, and
 * each of its stations is ready for station_start, or has a station_problem. -1
 * only without memory or threads. The caller closes the set.
 *
 * Needs CAP_NET_RAW in the namespace of the interface, and to enter another
 * namespace CAP_SYS_ADMIN there and here (setns(2)), and starts the commands; once this has
 * returned no capability is needed any more (base/sandbox.h). */
int station_open(const struct station_spec *specs, size_t n_specs, struct station_set **set,
                 struct base_error *error);

/* Has all stations capture, at once, the first time that it is called; call it before anything but
 * station_problem and station_close. When it returns, each of them captures and can send, or has a
 * station_problem. Before, no frame takes room in a ring: however long ago the set was opened, none
 * is lost. Waits for `exec` stations, STATION_EXEC_TIMEOUT_MS at most. */
void station_start(struct station_set *set);

/* Why this station cannot be relied on, or NULL: it captures, has captured all
 * the time, and can send. Without the station's name: "no interface h1-eth0 in
 * /proc/4711/ns/net". Lives as long as the set; a station that fails during
 * the run gets its problem then. */
const char *station_problem(const struct station_set *set, size_t station);

/* The MAC address that the station's interface had when it was opened: six
 * bytes, as long as the set. NULL: not known, or not started. */
const uint8_t *station_address(const struct station_set *set, size_t station);

/* The MTU that the station's interface had when it was opened, in bytes without the Ethernet
 * header. 0: not known. */
unsigned station_mtu(const struct station_set *set, size_t station);

/* Why the process at the far end of an `exec` station is not confined (base/sandbox.h), as it says
 * itself. NULL: it is, or there is none. As long as the set. */
const char *station_unconfined(const struct station_set *set, size_t station);

/* Sends one complete Ethernet frame (without FCS) and returns when the kernel
 * has taken it; through `exec`, when it is on its way (station_sync waits
 * until it has been sent). A station does not
 * receive what it sent itself. -1: the station has a problem, the frame is
 * over the MTU, the interface is down or its queue is full.
 *
 * A caller with more than STATION_WINDOW_FRAMES to send from one station must
 * receive between the windows. */
int station_send(struct station_set *set, size_t station, const void *frame, size_t n_bytes,
                 struct base_error *error);

/* One captured frame, of any sender. */
struct station_arrival {
    size_t station;
    uint64_t time_ns;     /* CLOCK_REALTIME: when the kernel saw it; `exec`: when it came here */
    const uint8_t *bytes; /* VLAN tags in their place; lives until the callback returns */
    size_t n_bytes;       /* captured */
    size_t wire_bytes;    /* more than n_bytes if it was longer than STATION_SNAP_BYTES */
};

/* Gets each frame; returns true to stop receiving. */
typedef bool station_on_arrival(void *aux, const struct station_arrival *arrival);

/* Calls back for each frame that was or is captured, until the callback says
 * stop (returns 1) or the deadline (CLOCK_MONOTONIC) has passed (returns 0);
 * then whatever had arrived by the deadline has been reported. A deadline in
 * the past reports what is there. Frames of one station come in their order;
 * frames not yet reported wait for the next call. -1: no station is left that
 * captures, or poll(2) failed. */
int station_receive(struct station_set *set, int64_t deadline_ns, station_on_arrival *on_arrival,
                    void *aux, struct base_error *error);

/* Waits for the remote stations. 0: every station that has no problem
 * now has (a) sent all that station_send was given, and (b) called back for all
 * that it had captured when it said so: at the earliest when this was called.
 * All `exec` stations are asked at once, and answer behind their frames: one
 * round trip to the slowest. A local one has nothing to wait for, and is
 * drained before this returns; a set without `exec` stations does not wait at
 * all. A station that has not answered by the deadline (CLOCK_MONOTONIC) gets
 * its problem: "ssh h11 did not answer within 2000 ms".
 *
 * Time in which frames cross the network counts from (a): sync after sending,
 * and again, for (b), when that time is over.
 *
 * 1: the callback said stop; neither (a) nor (b) is known then, frames not yet
 * reported wait, and the next call asks anew. -1: as station_receive. */
int station_sync(struct station_set *set, int64_t deadline_ns, station_on_arrival *on_arrival,
                 void *aux, struct base_error *error);

/* As soon as `fd` can be read, station_receive and station_sync return as if their deadline
 * had passed; a station that has not answered by then gets no problem. The
 * descriptor is borrowed, and not read from. */
void station_interrupt_at(struct station_set *set, int fd);

/* CLOCK_MONOTONIC in nanoseconds, for deadlines. */
static inline int64_t station_now_ns(void)
{
    return (int64_t)base_now_ns();
}

#define STATION_DROPS_UNKNOWN UINT64_MAX

/* Frames that this station's capture lost so far, as the kernel (or the
 * interface) counts them: not 0 makes absence inconclusive; 0 proves nothing
 * by itself. STATION_DROPS_UNKNOWN: the station has a problem; it gets one here
 * if its interface is no longer up and linked. Call it at the end of a run,
 * after station_sync: an `exec` station sends its count with its answer there.
 * If a frame was sent or received since, it is asked again, and waited for. */
uint64_t station_drops(struct station_set *set, size_t station);

/* Frames that station_send was given and the kernel threw away (ENOBUFS), where each was longer
 * than all that went: what is at the other end of the interface takes no such frames, as a veth
 * does whose peer has a smaller MTU. They count as sent. Where a frame as short went, the queue was
 * full: then station_send fails. As drops, it is said of an `exec` station with its answer. */
struct station_swallowed {
    uint32_t n;
    uint32_t shortest_bytes; /* of them; 0: there is none */
    uint32_t longest_bytes;  /* of those that went */
};
struct station_swallowed station_swallowed(const struct station_set *set, size_t station);

enum { STATION_SOCKETS = 512 };

/* One socket of packet(7): its inode, what it threw away so far, and whether its queue is full. */
struct station_socket {
    uint32_t inode, n_drops;
    bool is_full;
};

/* What the kernel of this machine says of itself, since it began. */
struct station_machine {
    uint64_t n_lost; /* frames that it threw away in front of the interfaces, as a queue was full
                        (/proc/net/softnet_stat) */
    /* The first sockets of packet(7) in the namespace of this process (sock_diag(7)), by which
     * software switches, too, get frames. */
    struct station_socket sockets[STATION_SOCKETS];
    size_t n_sockets;
    uint64_t waited_ns;  /* for a processor, of this thread (/proc/thread-self/schedstat), ... */
    uint64_t stalled_ns; /* ... and of some task of the machine (/proc/pressure/cpu) */
};

/* How many frames it threw away between two readings. What a socket did that was full at the end
 * counts for none: nobody reads it, and what it drops has only gone by. */
uint64_t station_machine_lost(const struct station_machine *before,
                              const struct station_machine *after);

/* What is not told is 0. */
struct station_machine station_machine(const struct station_set *set);

/* Closes all stations, at once, and ends and reaps all commands. The kernel
 * takes 25 to 40 ms for it, however many they are. NULL is legal. */
void station_close(struct station_set *set);

#endif
