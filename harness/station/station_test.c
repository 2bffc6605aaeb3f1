/* SPDX-License-Identifier: Apache-2.0
 *
 * Stations on a veth pair (testing/station.h): on this machine and behind commands.
 * sync_test.c has the commands that take their time. */
#include "station/station.h"

#include "base/clock.h"
#include "base/sandbox.h"
#include "testing/station.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void frames_cross_the_link(void **state)
{
    struct station_set *set = open_pair(fixture_or_skip(state));
    struct seen seen = {.n_wanted = 1};
    uint8_t frame[60];
    for (uint32_t i = 0; i < 2; i++) { /* there and back */
        uint64_t before_ns = base_wall_ns();
        make_frame(frame, i);
        assert_send(set, i, frame, sizeof frame);
        seen.n[0] = seen.n[1] = 0;
        assert_int_equal(receive(set, in_ms(5000), &seen), 1);
        assert_int_equal(seen.n[1 - i], 1); /* and not where it was sent */
        assert_int_equal(seen.n_last, sizeof frame);
        assert_memory_equal(seen.last, frame, sizeof frame);
        assert_in_range(seen.last_ns, before_ns, base_wall_ns());
    }
    /* The answer to the second frame's arrival came behind it: had its sender
     * heard the frame itself, it would be here by now. */
    assert_int_equal(receive(set, 0, &seen), 0);
    assert_int_equal(seen.n[0] + seen.n[1], 1);
    assert_int_equal(station_drops(set, 0), 0);
    assert_int_equal(station_drops(set, 1), 0);
    station_close(set);
}

/* That of an interface, as ip(8) has it, here and behind a command. */
static void addresses_are_those_of_interfaces(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    static const uint8_t near[] = {2, 0, 0, 0, 0, 0x4e}, far[] = {2, 0, 0, 0, 0, 0x4f};
    char command[256];
    snprintf(
        command, sizeof command,
        "ip link set near address 02:00:00:00:00:4e && nsenter --net=%s ip link set far address "
        "02:00:00:00:00:4f",
        fixture->netns);
    assert_int_equal(system(command), 0);
    struct station_set *sets[] = {open_pair(fixture), open_exec_pair(fixture, fixture->program)};
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(station_address(sets[i], 0), near, 6);
        assert_memory_equal(station_address(sets[i], 1), far, 6);
        station_close(sets[i]);
    }
}

/* The kernel takes the outer tag out, libpcap puts it back. */
static void tags_arrive_in_their_place(void **state)
{
    static const uint8_t tags[][8] = {
        {0x81, 0, 0x60, 5},                /* vid 5, pcp 3 */
        {0x81, 0, 0xa0, 0},                /* vid 0, pcp 5 */
        {0x81, 0, 0, 7, 0x81, 0, 0, 8},    /* two */
        {0x88, 0xa8, 0, 9, 0x81, 0, 0, 8}, /* service and customer */
    };
    struct station_set *set = open_pair(fixture_or_skip(state));
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        uint8_t plain[60], frame[68];
        size_t n_tags = tags[i][4] ? 8 : 4;
        struct seen seen = {.n_wanted = 1};
        make_frame(plain, 0);
        memcpy(frame, plain, 12);
        memcpy(frame + 12, tags[i], n_tags);
        memcpy(frame + 12 + n_tags, plain + 12, sizeof plain - 12);
        assert_send(set, 0, frame, sizeof plain + n_tags);
        assert_int_equal(receive(set, in_ms(5000), &seen), 1);
        assert_int_equal(seen.n_last, sizeof plain + n_tags);
        assert_memory_equal(seen.last, frame, sizeof plain + n_tags);
    }
    station_close(set);
}

/* A program that is started without a standard input gets its number for something else. */
static void descriptor_0_is_one_like_others(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    const struct station_spec far = {.name = "h2", .interface = "far", .netns = fixture->netns};
    struct station_set *set;
    int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    close(STDIN_FILENO);
    assert_int_equal(station_open(&far, 1, &set, NULL), 0);
    station_start(set);
    assert_no_problem(set, 1);
    station_close(set);
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
}

static void loses_none_of_many(void **state)
{
    enum { N_FRAMES = 30000 };
    struct station_set *set = open_pair(fixture_or_skip(state));
    struct seen seen = {0};
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        uint8_t frame[60];
        make_frame(frame, i);
        assert_send(set, 0, frame, sizeof frame);
        if ((i + 1) % STATION_WINDOW_FRAMES == 0 || i + 1 == N_FRAMES) {
            seen.n_wanted = i + 1;
            assert_int_equal(receive(set, in_ms(5000), &seen), 1);
        }
    }
    assert_int_equal(seen.n[1], N_FRAMES);
    assert_int_equal(seen.n_disorder, 0);
    assert_int_equal(station_drops(set, 1), 0);
    station_close(set);
}

/* Many windows wait unread: those of all stations may end at one. What does not
 * fit is counted. */
static void keeps_what_is_not_yet_read(void **state)
{
    enum { N_KEPT = STATION_UNREAD_FRAMES - 10, N_TOO_MANY = 6000 };
    struct station_set *set = open_pair(fixture_or_skip(state));
    struct seen seen = {.n_wanted = N_KEPT};
    uint8_t frame[60];
    for (uint32_t i = 0; i < N_KEPT; i++) {
        make_frame(frame, i);
        assert_send(set, 0, frame, sizeof frame);
    }
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_int_equal(seen.n_disorder, 0);
    assert_int_equal(station_drops(set, 1), 0);
    for (uint32_t i = 0; i < N_TOO_MANY; i++) {
        assert_send(set, 0, frame, sizeof frame);
    }
    seen = (struct seen){0};
    assert_int_equal(receive(set, in_ms(200), &seen), 0);
    assert_true(station_drops(set, 1) > 0);
    assert_int_equal(seen.n[1] + station_drops(set, 1), N_TOO_MANY);
    station_close(set);
}

static void assert_stops_and_goes_on(struct station_set *set)
{
    struct seen seen = {.n_wanted = 3};
    for (uint32_t i = 0; i < 10; i++) {
        uint8_t frame[60];
        make_frame(frame, i);
        assert_send(set, 0, frame, sizeof frame);
    }
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_int_equal(seen.n[1], 3);
    assert_int_equal(station_drops(set, 1), 0); /* a command's answer comes behind the frames */
    seen.n_wanted = 10;
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_int_equal(seen.n_disorder, 0);
    station_close(set);
}

static void stops_when_told_and_goes_on(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    assert_stops_and_goes_on(open_pair(fixture));
    assert_stops_and_goes_on(open_exec_pair(fixture, fixture->program));
}

static void waits_until_the_deadline(void **state)
{
    struct station_set *set = open_pair(fixture_or_skip(state));
    struct seen seen = {0};
    int64_t deadline_ns = station_now_ns() + 20500000;
    assert_int_equal(receive(set, deadline_ns, &seen), 0);
    assert_true(station_now_ns() >= deadline_ns);
    assert_int_equal(seen.n[0] + seen.n[1], 0);
    station_close(set);
}

/* Both stations are opened, the process is confined, and then they start; 0: as ever. */
static int work_confined(const struct station_spec *specs)
{
    struct station_set *set;
    struct seen seen = {.n_wanted = 2};
    uint8_t frame[60];
    make_frame(frame, 0);
    if (station_open(specs, 2, &set, NULL) || base_sandbox_enter(BASE_SANDBOX_READS, NULL)) {
        return 1;
    }
    station_start(set);
    if (station_problem(set, 0) || station_problem(set, 1)) {
        return 2;
    }
    if (station_send(set, 0, frame, 60, NULL) || station_send(set, 1, frame, 60, NULL)) {
        return 3;
    }
    if (station_receive(set, in_ms(5000), see, &seen, NULL) != 1 || seen.n[0] != 1) {
        return 4;
    }
    if (station_sync(set, in_ms(5000), see, &seen, NULL) || station_drops(set, 0) ||
        station_drops(set, 1)) {
        return 5;
    }
    station_close(set);
    return 0;
}

/* When all is open, no privilege is needed. */
static void stations_work_in_a_sandbox(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    for (int i = 0; i < 2; i++) {
        const struct station_spec specs[] = {
            {.name = "h1", .interface = "near"},
            {.name = "h2",
             .interface = "far",
             .netns = fixture->netns,
             .exec = i ? fixture->program : NULL},
        };
        int status;
        pid_t child = fork();
        if (child == 0) {
            _exit(work_confined(specs));
        }
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
    }
}

/* However many frames come meanwhile, also where they take no place later. */
static void nothing_is_captured_before_the_start(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    const struct station_spec specs[] = {
        {.name = "h1", .interface = "near"},
        {.name = "h2", .interface = "far", .netns = fixture->netns},
    };
    struct station_set *sender = open_pair(fixture), *set = NULL;
    struct seen seen = {.n_wanted = 1};
    uint8_t frame[60];
    assert_int_equal(station_open(specs, 2, &set, NULL), 0);
    for (uint32_t i = 0; i < 2 * STATION_UNREAD_FRAMES; i++) {
        make_frame(frame, i);
        assert_send(sender, 0, frame, sizeof frame);
    }
    station_start(set);
    make_frame(frame, UINT32_MAX);
    assert_send(sender, 0, frame, sizeof frame);
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_memory_equal(seen.last, frame, sizeof frame);
    assert_int_equal(station_drops(set, 1), 0);
    station_close(set);
    station_close(sender);
}

/* What the kernel says of a process; 0: no privilege, and calls are filtered. */
static int check_confined(pid_t pid)
{
    char command[256];
    snprintf(command, sizeof command,
             "cat /proc/%ld/task/*/status | awk '/^CapEff:/ { if ($2 !~ /^0*$/) exit 1 }"
             " /^NoNewPrivs:/ { if ($2 != 1) exit 2 } /^Seccomp:/ { if ($2 != 2) exit 3 }'",
             (long)pid);
    return system(command);
}

static void a_far_end_is_confined(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    pid_t pid;
    struct station_set *set = open_exec_with_pid(fixture, &pid);
    assert_int_equal(check_confined(pid), 0);
    assert_null(station_unconfined(set, 0));
    assert_null(station_unconfined(set, 1));
    station_close(set);
}

static void a_far_end_that_is_not_confined_says_so(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    char prefix[4096 + 64];
    snprintf(prefix, sizeof prefix, "env TAPPROOF_SANDBOX=off %s", fixture->program);
    struct station_set *set = open_exec_pair(fixture, prefix);
    assert_no_problem(set, 2);
    assert_string_equal(station_unconfined(set, 1), "TAPPROOF_SANDBOX=off");
    assert_int_equal(station_mtu(set, 1), 1500);
    station_close(set);
}

static void a_command_is_a_station(void **state)
{
    enum { N_FRAMES = 5000 };
    struct fixture *fixture = fixture_or_skip(state);
    struct station_set *set = open_exec_pair(fixture, fixture->program);
    assert_no_problem(set, 2);
    struct seen seen = {0};
    uint8_t frame[60];
    for (uint32_t i = 0; i < N_FRAMES; i++) { /* to it */
        make_frame(frame, i);
        assert_send(set, 0, frame, sizeof frame);
        if ((i + 1) % STATION_WINDOW_FRAMES == 0 || i + 1 == N_FRAMES) {
            seen.n_wanted = i + 1;
            assert_int_equal(receive(set, in_ms(5000), &seen), 1);
        }
    }
    assert_int_equal(seen.n[1], N_FRAMES);
    assert_int_equal(seen.n_disorder, 0);
    assert_memory_equal(seen.last, frame, sizeof frame);
    assert_send(set, 1, frame, sizeof frame); /* and from it */
    seen.n_wanted++;
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_int_equal(seen.n[0], 1);
    assert_int_equal(station_drops(set, 1), 0);
    station_close(set);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* only the fixture's child is left */
}

/* Both sides write more than their socket holds before either one is read. */
static void nobody_waits_for_each_other(void **state)
{
    enum { N_FRAMES = 3000 };
    struct fixture *fixture = fixture_or_skip(state);
    struct station_set *set = open_exec_pair(fixture, fixture->program);
    assert_no_problem(set, 2);
    static uint8_t frame[1514];
    make_frame(frame, 0);
    for (int i = 0; i < N_FRAMES; i++) {
        assert_send(set, 0, frame, sizeof frame);
        assert_send(set, 1, frame, sizeof frame);
    }
    struct seen seen = {.n_wanted = 2 * N_FRAMES};
    receive(set, in_ms(2000), &seen);
    assert_int_equal(seen.n[0] + station_drops(set, 0), N_FRAMES);
    assert_int_equal(seen.n[1] + station_drops(set, 1), N_FRAMES);
    station_close(set);
}

/* A pipe whose other end only the far end holds tells when it has gone. */
static void a_command_dies_with_us(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    int held[2];
    assert_int_equal(pipe(held), 0);
    fcntl(held[0], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        struct station_set *set = open_exec_pair(fixture, fixture->program);
        kill(getpid(), station_problem(set, 1) ? SIGTERM : SIGKILL);
    }
    close(held[1]);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    struct pollfd gone = {.fd = held[0], .events = POLLIN};
    assert_int_equal(poll(&gone, 1, 10000), 1);
    assert_true(gone.revents & POLLHUP);
    close(held[0]);
}

static bool ignore_arrival(void *aux, const struct station_arrival *arrival)
{
    (void)aux;
    (void)arrival;
    return false;
}

/* Nobody sends anything: both would wait for a minute. */
static void an_interruption_is_a_deadline(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    int ends[2];
    int64_t start_ns = station_now_ns(), minute_ns = 60000000000;
    struct station_set *set = open_exec_pair(fixture, fixture->program);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    station_interrupt_at(set, ends[0]);
    assert_int_equal(station_receive(set, start_ns + minute_ns, ignore_arrival, NULL, NULL), 0);
    assert_int_equal(station_sync(set, start_ns + minute_ns, ignore_arrival, NULL, NULL), 0);
    assert_true(station_now_ns() - start_ns < minute_ns / 2);
    assert_null(station_problem(set, 0));
    assert_null(station_problem(set, 1));
    station_close(set);
    close(ends[0]);
    close(ends[1]);
}

static size_t count_entries(const char *path)
{
    size_t n = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory)) {
        n++;
    }
    closedir(directory);
    return n;
}

/* The kernel takes a thread that has ended out of the list somewhat later. */
static bool threads_become(size_t n)
{
    for (int i = 0; i < 10000 && count_entries("/proc/self/task") != n; i++) {
        poll(NULL, 0, 1);
    }
    return count_entries("/proc/self/task") == n;
}

/* Nothing that a set opens is inherited by a command that is started while it is open. */
static void no_command_inherits_a_descriptor(void **state)
{
    enum { N = 256 };
    struct fixture *fixture = fixture_or_skip(state);
    bool was_open[N];
    size_t n_new = 0;
    for (int fd = 0; fd < N; fd++) {
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    for (int behind_command = 0; behind_command < 2; behind_command++) {
        struct station_set *set =
            behind_command ? open_exec_pair(fixture, fixture->program) : open_pair(fixture);
        for (int fd = 0; fd < N; fd++) {
            int flags = was_open[fd] ? -1 : fcntl(fd, F_GETFD);
            assert_true(flags < 0 || flags & FD_CLOEXEC);
            n_new += flags >= 0;
        }
        station_close(set);
    }
    assert_true(n_new > 6);
}

static void leaves_nothing_open(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    size_t n_fds = count_entries("/proc/self/fd"), n_threads = count_entries("/proc/self/task");
    station_close(open_pair(fixture));
    station_close(open_exec_pair(fixture, fixture->program));
    station_close(open_exec_pair(fixture, "false"));
    station_close(open_set(NULL, 0));
    station_close(NULL);
    assert_int_equal(count_entries("/proc/self/fd"), n_fds);
    assert_true(threads_become(n_threads));
}

/* Sanitizers take more memory than any limit. */
#ifndef __SANITIZE_ADDRESS__
static void *end_at_once(void *aux)
{
    return aux;
}

/* The C library keeps stacks of threads that have ended, up to 40 MiB. */
static void forget_stacks(void)
{
    pthread_attr_t large;
    pthread_t thread;
    pthread_attr_init(&large);
    pthread_attr_setstacksize(&large, 64 << 20);
    if (pthread_create(&thread, &large, end_at_once, NULL) == 0) {
        pthread_join(thread, NULL);
    }
}

/* In a child that has no memory for the stacks of threads any more; 0: nothing is opened then, and
 * all that is open can be closed. */
static int is_short_of_threads(void)
{
    enum { N = 12, ROOM_BYTES = 160 << 10 };
    struct station_spec specs[N];
    struct station_set *set, *none;
    struct base_error error = {""};
    struct rlimit most;
    size_t n_pages = 0, n_fds = count_entries("/proc/self/fd");
    for (size_t i = 0; i < N; i++) {
        specs[i] =
            (struct station_spec){.name = "h", .interface = "near", .exec = i > 0 ? "true" : NULL};
    }
    int failed = station_open(specs, N, &set, NULL);
    forget_stacks();
    FILE *size = fopen("/proc/self/statm", "re");
    if (failed || !size || fscanf(size, "%zu", &n_pages) != 1) {
        return 1;
    }
    fclose(size);
    getrlimit(RLIMIT_AS, &most);
    most.rlim_cur = n_pages * 4096 + ROOM_BYTES;
    setrlimit(RLIMIT_AS, &most);
    if (station_open(specs, N, &none, &error) == 0 || none ||
        strcmp(error.text, "not enough threads to open 12 stations") != 0) {
        return 2;
    }
    station_close(set);
    return waitpid(-1, NULL, WNOHANG) == -1 && count_entries("/proc/self/fd") == n_fds ? 0 : 3;
}

static void without_threads_nothing_is_left(void **state)
{
    int status;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        _exit(is_short_of_threads());
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}
#endif

static void signals_are_blocked_only_for_its_threads(void **state)
{
    (void)state;
    const struct station_spec spec = {.name = "h1", .interface = "nowhere"};
    sigset_t after;
    station_close(open_set(&spec, 1));
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    assert_int_equal(sigismember(&after, SIGTERM), 0);
}

/* Whoever types at it is told, and it does not hang. */
static void the_far_end_refuses_strangers(void **state)
{
    (void)state;
    static const char *const inputs[] = {"hello\n", "tapproof station 2\n\x07\x00\x00",
                                         "tapproof station 2\n\x01\x00\x01\x61",
                                         "tapproof station 2\n\x04\x00\x00"};
    static const char *const reasons[] = {
        "this is the far end of an exec: host; it is not for typing",
        "a message of type 7 where none is expected", "a wrong request to open",
        "a message of type 4 where none is expected"};
    static const size_t lengths[] = {6, 22, 23, 22};
    for (size_t i = 0; i < 4; i++) {
        int in[2], out[2];
        struct base_error error = {{0}};
        assert_int_equal(pipe(in) | pipe(out), 0);
        assert_int_equal(write(in[1], inputs[i], lengths[i]), lengths[i]);
        close(in[1]);
        assert_int_equal(station_serve(in[0], out[1], false, &error), -1);
        assert_string_equal(error.text, reasons[i]);
        close(in[0]);
        close(out[0]);
        close(out[1]);
    }
}

static void the_far_end_says_what_cannot_be_read_or_written(void **state)
{
    (void)state;
    struct base_error error = {{0}};
    int directory = open("/", O_RDONLY | O_CLOEXEC), nowhere = open("/dev/null", O_WRONLY);
    assert_int_equal(station_serve(directory, -1, false, &error), -1);
    assert_string_equal(error.text, "writing: Bad file descriptor");
    assert_int_equal(station_serve(directory, nowhere, false, &error), -1);
    assert_string_equal(error.text, "reading: Is a directory");
    close(directory);
    close(nowhere);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_cross_the_link),
    cmocka_unit_test(addresses_are_those_of_interfaces),
    cmocka_unit_test(tags_arrive_in_their_place),
    cmocka_unit_test(descriptor_0_is_one_like_others),
    cmocka_unit_test(loses_none_of_many),
    cmocka_unit_test(keeps_what_is_not_yet_read),
    cmocka_unit_test(stops_when_told_and_goes_on),
    cmocka_unit_test(waits_until_the_deadline),
    cmocka_unit_test(stations_work_in_a_sandbox),
    cmocka_unit_test(nothing_is_captured_before_the_start),
    cmocka_unit_test(a_far_end_is_confined),
    cmocka_unit_test(a_far_end_that_is_not_confined_says_so),
    cmocka_unit_test(a_command_is_a_station),
    cmocka_unit_test(nobody_waits_for_each_other),
    cmocka_unit_test(a_command_dies_with_us),
    cmocka_unit_test(an_interruption_is_a_deadline),
    cmocka_unit_test(no_command_inherits_a_descriptor),
    cmocka_unit_test(leaves_nothing_open),
#ifndef __SANITIZE_ADDRESS__
    cmocka_unit_test(without_threads_nothing_is_left),
#endif
    cmocka_unit_test(signals_are_blocked_only_for_its_threads),
    cmocka_unit_test(the_far_end_refuses_strangers),
    cmocka_unit_test(the_far_end_says_what_cannot_be_read_or_written),
};

int main(int argc, char **argv)
{
    int status;
    if (was_far_end(argc, argv, &status)) {
        return status;
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
