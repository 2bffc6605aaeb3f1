/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: a link between two network namespaces. A veth pair: `near` is in
 * the namespace of the test, `far` in that of a child process. Everything is
 * gone when the processes are. The far end of `exec:` is the test program
 * itself, started with the arguments "tapproof station". */
#ifndef TESTING_STATION_H
#define TESTING_STATION_H

#include "station/remote.h"
#include "station/station.h"
#include "testing/cmocka.h"

#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct fixture {
    const char *program; /* this one */
    const char *problem; /* why nothing can be tested here, or NULL */
    pid_t holder;        /* of the other namespace */
    char netns[64];      /* its path */
};

/* The setup function of a group: makes the link, and the fixture is the state of
 * each test. */
int group_setup(void **state);

/* The fixture. Ends the test (cannot_run) if there is no link. */
struct fixture *fixture_or_skip(void **state);

/* Whether this program was started to be a far end; if so, it has served until
 * its input ended, and *status is its exit status. For main(). */
bool was_far_end(int argc, char **argv, int *status);

/* A deadline. */
int64_t in_ms(int64_t ms);

/* Stations at both ends, open; the caller closes the set. A set that cannot be
 * opened fails the test; of these, open_pair fails it also if a station has a
 * problem. `prefix` is that of an exec: station at the far end. */
struct station_set *open_set(const struct station_spec *specs, size_t n);
struct station_set *open_pair(const struct fixture *fixture);
struct station_set *open_exec_pair(const struct fixture *fixture, const char *prefix);

/* As open_exec_pair with this program at the far end; *pid is its process. */
struct station_set *open_exec_with_pid(const struct fixture *fixture, pid_t *pid);

/* Fails the test with the problem of one of the first n stations, if any has one. */
void assert_no_problem(const struct station_set *set, size_t n);

/* 60 bytes with EtherType 0x88b5, 0xa5 as the last one, and this number. */
void make_frame(uint8_t frame[60], uint32_t number);

/* station_send; fails the test if it fails. */
void assert_send(struct station_set *set, size_t station, const void *frame, size_t n);

/* Frames that arrived: EtherType 0x88b5, tagged or not. */
struct seen {
    size_t n[2];     /* by station */
    size_t n_wanted; /* stop when there are so many in all; 0: never */
    uint32_t next;   /* number expected next, or it counts as disorder */
    size_t n_disorder;
    uint8_t last[2048]; /* the last one, whole */
    size_t n_last;
    uint64_t last_ns;
};

/* The callback of station_receive; `aux` is a struct seen. */
bool see(void *aux, const struct station_arrival *arrival);

/* station_receive with it; fails the test if it fails. */
int receive(struct station_set *set, int64_t deadline_ns, struct seen *seen);

#endif
