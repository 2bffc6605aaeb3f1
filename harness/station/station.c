/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the stations of a set send and capture? All are opened and closed at
 * once, and one loop receives for all of them. */
#include "station/station.h"

#include "station/backend.h"
#include "station/machine.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One station on its way through for_each. */
struct job {
    struct station *station;
    void (*work)(struct station *station);
    pthread_t thread;
    bool started;
};

struct station_set {
    struct station *stations;
    struct pollfd *polled; /* one a station, in the same order; the last is interrupt_fd */
    struct job *jobs;      /* one a station */
    int interrupt_fd;      /* -1: none */
    int machine_fd;        /* station_machine_open */
    size_t n;
    bool started;
    bool synced; /* nothing was sent or received since the last station_sync */
};

static void *run_job(void *aux)
{
    struct job *job = aux;
    job->work(job->station);
    return NULL;
}

/* Starts the threads with all signals blocked, so that none is handled there. */
static void start_jobs(struct job *jobs, size_t n)
{
    enum { STACK_BYTES = 256 << 10 };
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (size_t i = 0; i < n; i++) {
        jobs[i].started = pthread_create(&jobs[i].thread, &attributes, run_job, &jobs[i]) == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

/* Does the work for each station, each on a thread of its own: it may change
 * its namespace, and waiting for the kernel costs once instead of n times. False: not all
 * jobs were `started`, and the others were left. */
static bool for_each(struct station_set *set, void (*work)(struct station *station))
{
    bool all_started = true;
    for (size_t i = 0; i < set->n; i++) {
        set->jobs[i] = (struct job){.station = &set->stations[i], .work = work};
    }
    start_jobs(set->jobs, set->n);
    for (size_t i = 0; i < set->n; i++) {
        all_started &= set->jobs[i].started;
        if (set->jobs[i].started) {
            pthread_join(set->jobs[i].thread, NULL);
        }
    }
    return all_started;
}

/* One step further, for a station that has come so far; NULL: nothing is to be done. */
static void go(struct station *station,
               int (*step)(struct station *station, struct base_error *error))
{
    struct base_error error;
    if (!station->failed && step && step(station, &error)) {
        station_fail(station, &error);
    }
}

static void open_one(struct station *station)
{
    go(station, station->backend->open);
}

static void close_one(struct station *station)
{
    station->backend->close(station);
}

static char *copy(const char *text, bool *failed)
{
    char *copied = text ? strdup(text) : NULL;
    *failed |= text && !copied;
    return copied;
}

static bool init_station(struct station *station, const struct station_spec *spec)
{
    bool failed = false;
    *station = (struct station){
        .name = copy(spec->name, &failed),
        .netns = copy(spec->netns, &failed),
        .interface = copy(spec->interface, &failed),
        .exec = copy(spec->exec, &failed),
        .backend = spec->exec ? &station_exec : &station_local,
        .fd = -1,
    };
    return !failed;
}

static void prepare(struct station *station)
{
    struct base_error error;
    if (!station->interface) {
        base_fail(&error, "no interface is named for it");
        station_fail(station, &error);
    }
    go(station, station->backend->prepare);
}

static struct station_set *new_set(const struct station_spec *specs, size_t n)
{
    struct station_set *set = calloc(1, sizeof *set);
    if (!set) {
        return NULL;
    }
    set->interrupt_fd = -1;
    set->machine_fd = station_machine_open();
    set->stations = calloc(n + 1, sizeof *set->stations);
    set->polled = calloc(n + 1, sizeof *set->polled);
    set->jobs = calloc(n + 1, sizeof *set->jobs);
    bool failed = !set->stations || !set->polled || !set->jobs;
    while (!failed && set->n < n) {
        failed = !init_station(&set->stations[set->n], &specs[set->n]);
        set->n++;
    }
    if (failed) {
        station_close(set);
        return NULL;
    }
    return set;
}

int station_open(const struct station_spec *specs, size_t n_specs, struct station_set **set,
                 struct base_error *error)
{
    *set = new_set(specs, n_specs);
    if (!*set) {
        return base_fail(error, "no memory for %zu stations", n_specs);
    }
    for (size_t i = 0; i < n_specs; i++) {
        prepare(&(*set)->stations[i]);
    }
    if (!for_each(*set, open_one)) {
        station_close(*set);
        *set = NULL;
        return base_fail(error, "not enough threads to open %zu stations", n_specs);
    }
    return 0;
}

void station_start(struct station_set *set)
{
    if (set->started) {
        return;
    }
    set->started = true;
    for (size_t i = 0; i < set->n; i++) {
        go(&set->stations[i], set->stations[i].backend->start);
    }
    for (size_t i = 0; i < set->n; i++) {
        go(&set->stations[i], set->stations[i].backend->await);
    }
}

const char *station_problem(const struct station_set *set, size_t station)
{
    const struct station *it = &set->stations[station];
    return it->failed ? it->problem.text : NULL;
}

const uint8_t *station_address(const struct station_set *set, size_t station)
{
    const struct station *it = &set->stations[station];
    return it->has_address ? it->address : NULL;
}

unsigned station_mtu(const struct station_set *set, size_t station)
{
    return set->stations[station].mtu;
}

const char *station_unconfined(const struct station_set *set, size_t station)
{
    const char *why = set->stations[station].unconfined.text;
    return *why ? why : NULL;
}

static int refuse(const struct station *station, struct base_error *error)
{
    return base_fail(error, "%s", station->problem.text);
}

int station_send(struct station_set *set, size_t station, const void *frame, size_t n_bytes,
                 struct base_error *error)
{
    struct station *it = &set->stations[station];
    set->synced = false;
    return it->failed ? refuse(it, error) : it->backend->send(it, frame, n_bytes, error);
}

/* Whether the sink said stop. A station that fails is left out from here on. */
static bool drain(struct station_set *set, size_t i, const struct station_sink *sink)
{
    struct station *station = &set->stations[i];
    struct base_error error;
    int result = station->failed ? 0 : station->backend->drain(station, sink, &error);
    if (result < 0) {
        station_fail(station, &error);
    }
    return result > 0;
}

static bool drain_all(struct station_set *set, bool ready_only, struct station_sink *sink)
{
    for (size_t i = 0; i < set->n; i++) {
        sink->station = i;
        if ((!ready_only || set->polled[i].revents) && drain(set, i, sink)) {
            return true;
        }
    }
    return false;
}

static bool is_any_open(const struct station_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (!set->stations[i].failed) {
            return true;
        }
    }
    return false;
}

/* 0: something is ready, or the time is over. ppoll and not epoll: a set has
 * some dozens of descriptors, and epoll_wait counts in milliseconds. */
static int wait_until(struct station_set *set, int64_t time_left_ns, struct base_error *error)
{
    struct timespec timeout = {.tv_sec = time_left_ns / 1000000000,
                               .tv_nsec = time_left_ns % 1000000000};
    for (size_t i = 0; i < set->n; i++) {
        const struct station *station = &set->stations[i];
        set->polled[i] = (struct pollfd){
            .fd = station->fd, .events = (short)(POLLIN | (station->unsent ? POLLOUT : 0))};
    }
    set->polled[set->n] = (struct pollfd){.fd = set->interrupt_fd, .events = POLLIN};
    return ppoll(set->polled, set->n + 1, &timeout, NULL) < 0 && errno != EINTR
               ? base_fail(error, "poll: %s", strerror(errno))
               : 0;
}

static bool is_interrupted(const struct station_set *set)
{
    struct pollfd polled = {.fd = set->interrupt_fd, .events = POLLIN};
    return set->interrupt_fd >= 0 && poll(&polled, 1, 0) > 0;
}

void station_interrupt_at(struct station_set *set, int fd)
{
    set->interrupt_fd = fd;
}

static bool is_any_asked(const struct station_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (!set->stations[i].failed && set->stations[i].n_asked > 0) {
            return true;
        }
    }
    return false;
}

/* Until the deadline, or (`syncing`) until every station has answered. */
static int receive_until(struct station_set *set, int64_t deadline_ns, bool syncing,
                         struct station_sink *sink, struct base_error *error)
{
    bool ready_only = false; /* what was left over from before need not be ready */
    set->synced = false;
    for (;;) {
        int64_t now_ns = station_now_ns(); /* before draining: what came by then is reported */
        if (drain_all(set, ready_only && now_ns < deadline_ns, sink)) {
            return 1;
        }
        if (!is_any_open(set)) {
            return base_fail(error, "no station captures");
        }
        if (now_ns >= deadline_ns || (syncing && !is_any_asked(set))) {
            return 0;
        }
        if (wait_until(set, deadline_ns - now_ns, error)) {
            return -1;
        }
        if (set->polled[set->n].revents) {
            deadline_ns = now_ns;
        }
        ready_only = true;
    }
}

int station_receive(struct station_set *set, int64_t deadline_ns, station_on_arrival *on_arrival,
                    void *aux, struct base_error *error)
{
    struct station_sink sink = {.on_arrival = on_arrival, .aux = aux};
    return receive_until(set, deadline_ns, false, &sink, error);
}

static void ask_all(struct station_set *set)
{
    struct base_error error;
    for (size_t i = 0; i < set->n; i++) {
        struct station *station = &set->stations[i];
        if (!station->failed && station->backend->ask && station->backend->ask(station, &error)) {
            station_fail(station, &error);
        }
    }
}

static void fail_unanswered(struct station_set *set, int64_t waited_ns)
{
    for (size_t i = 0; i < set->n; i++) {
        struct station *station = &set->stations[i];
        struct base_error error;
        if (station->n_asked > 0) {
            base_fail(&error, "%s did not answer within %lld ms", station->exec,
                      (long long)(waited_ns + 999999) / 1000000);
            station_fail(station, &error);
        }
    }
}

int station_sync(struct station_set *set, int64_t deadline_ns, station_on_arrival *on_arrival,
                 void *aux, struct base_error *error)
{
    struct station_sink sink = {.on_arrival = on_arrival, .aux = aux};
    int64_t start_ns = station_now_ns();
    ask_all(set);
    int result = receive_until(set, deadline_ns, true, &sink, error);
    if (result == 0) {
        result = drain_all(set, false, &sink); /* what the last one sent is at a local one now */
    }
    if (result == 0) {
        if (!is_interrupted(set)) {
            fail_unanswered(set, deadline_ns > start_ns ? deadline_ns - start_ns : 0);
        }
        set->synced = true;
    }
    return result;
}

struct station_swallowed station_swallowed(const struct station_set *set, size_t station)
{
    return set->stations[station].swallowed;
}

uint64_t station_drops(struct station_set *set, size_t station)
{
    struct station *it = &set->stations[station];
    struct base_error error;
    uint64_t drops;
    if (it->failed) {
        return STATION_DROPS_UNKNOWN;
    }
    if (it->backend->ask && set->synced) {
        return it->drops;
    }
    if (it->backend->drops(it, &drops, &error)) {
        station_fail(it, &error);
        return STATION_DROPS_UNKNOWN;
    }
    return drops;
}

struct station_machine station_machine(const struct station_set *set)
{
    return station_machine_read(set->machine_fd);
}

void station_close(struct station_set *set)
{
    if (!set) {
        return;
    }
    if (set->machine_fd >= 0) {
        close(set->machine_fd);
    }
    for_each(set, close_one);
    for (size_t i = 0; i < set->n; i++) {
        struct station *station = &set->stations[i];
        if (!set->jobs[i].started) {
            close_one(station);
        }
        free(station->name);
        free(station->netns);
        free(station->interface);
        free(station->exec);
    }
    free(set->stations);
    free(set->polled);
    free(set->jobs);
    free(set);
}
