/* SPDX-License-Identifier: Apache-2.0
 *
 * Stations behind commands that take their time. Such a command is this
 * program with the arguments "delay MS PROGRAM tapproof station": it starts
 * the program, and passes on what that reads and writes MS milliseconds late. With "trickle
 * PROGRAM tapproof station" it passes on one byte at a time of what that writes. */
#include "station/station.h"

#include "station/wire.h"
#include "testing/failing.h"
#include "testing/station.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DELAY_MS = 150, N_FRAMES = 20, PATIENCE_MS = 10000 };

/* One direction of a delay. */
struct lane {
    int from, to; /* -1: at its end */
    struct late {
        int64_t due_ns;
        size_t n_bytes;
        uint8_t bytes[2048];
    } queue[512]; /* from `first` on, around */
    size_t first, n;
};

static void take_in(struct lane *lane, int64_t due_ns)
{
    struct late *late = &lane->queue[(lane->first + lane->n) % 512];
    ssize_t n_read = read(lane->from, late->bytes, sizeof late->bytes);
    late->due_ns = due_ns;
    late->n_bytes = n_read > 0 ? (size_t)n_read : 0;
    lane->from = n_read > 0 ? lane->from : -1;
    lane->n += n_read > 0;
}

static void pass_on(struct lane *lane, int64_t now_ns)
{
    while (lane->n > 0 && lane->queue[lane->first].due_ns <= now_ns) {
        const struct late *late = &lane->queue[lane->first];
        (void)!write(lane->to, late->bytes, late->n_bytes);
        lane->first = (lane->first + 1) % 512;
        lane->n--;
    }
    if (lane->n == 0 && lane->from < 0) {
        close(lane->to);
        lane->to = -1;
    }
}

static int ms_until_due(const struct lane *lanes, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    for (size_t i = 0; i < 2; i++) {
        int64_t first_ns = lanes[i].queue[lanes[i].first].due_ns;
        due_ns = lanes[i].n > 0 && first_ns < due_ns ? first_ns : due_ns;
    }
    return due_ns == INT64_MAX ? -1 : due_ns < now_ns ? 0 : (int)((due_ns - now_ns) / 1000000) + 1;
}

static void relay(struct lane lanes[2], int64_t delay_ns)
{
    while (lanes[0].to >= 0 || lanes[1].to >= 0) {
        struct pollfd polled[2];
        for (size_t i = 0; i < 2; i++) {
            polled[i] =
                (struct pollfd){.fd = lanes[i].n < 512 ? lanes[i].from : -1, .events = POLLIN};
        }
        poll(polled, 2, ms_until_due(lanes, station_now_ns()));
        for (size_t i = 0; i < 2; i++) {
            if (polled[i].revents) {
                take_in(&lanes[i], station_now_ns() + delay_ns);
            }
            if (lanes[i].to >= 0) {
                pass_on(&lanes[i], station_now_ns());
            }
        }
    }
}

/* argv: delay MS PROGRAM ARGUMENT... */
static int be_a_delay(char **argv)
{
    static struct lane lanes[2];
    int in[2], out[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
        return 1;
    }
    if (fork() == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    lanes[0] = (struct lane){.from = STDIN_FILENO, .to = in[1]};
    lanes[1] = (struct lane){.from = out[0], .to = STDOUT_FILENO};
    relay(lanes, (int64_t)atoi(argv[1]) * 1000000);
    return 0;
}

/* argv: trickle PROGRAM ARGUMENT... A byte is written when the one before has been read. */
static int be_a_trickle(char **argv)
{
    int out[2], n_unread;
    char byte;
    if (pipe2(out, O_CLOEXEC)) {
        return 1;
    }
    if (fork() == 0) {
        dup2(out[1], STDOUT_FILENO);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    close(out[1]);
    while (read(out[0], &byte, 1) == 1 && write(STDOUT_FILENO, &byte, 1) == 1) {
        while (ioctl(STDOUT_FILENO, SIOCOUTQ, &n_unread) == 0 && n_unread > 0) {
            poll(NULL, 0, 1);
        }
    }
    return 0;
}

static struct station_set *open_late_pair(const struct fixture *fixture)
{
    char prefix[512];
    snprintf(prefix, sizeof prefix, "%s delay %d %s", fixture->program, DELAY_MS, fixture->program);
    struct station_set *set = open_exec_pair(fixture, prefix);
    assert_no_problem(set, 2);
    return set;
}

static void send_frames(struct station_set *set, size_t station)
{
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        uint8_t frame[60];
        make_frame(frame, i);
        assert_send(set, station, frame, sizeof frame);
    }
}

static int sync_until(struct station_set *set, int64_t deadline_ns, struct seen *seen)
{
    struct base_error error = {{0}};
    int result = station_sync(set, deadline_ns, see, seen, &error);
    if (result < 0) {
        fail_msg("%s", error.text);
    }
    return result;
}

static int64_t ms_since(int64_t start_ns)
{
    return (station_now_ns() - start_ns) / 1000000;
}

/* No time is given to the frames: what was sent is there. */
static void all_that_was_handed_over_is_injected(void **state)
{
    struct station_set *set = open_late_pair(fixture_or_skip(state));
    struct seen seen = {0};
    int64_t start_ns = station_now_ns();
    send_frames(set, 1);
    assert_true(ms_since(start_ns) < 2 * DELAY_MS); /* it does not wait by itself */
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    assert_in_range(ms_since(start_ns), 2 * DELAY_MS, PATIENCE_MS / 2);
    assert_int_equal(seen.n[0], N_FRAMES);
    assert_int_equal(seen.n_disorder, 0);
    assert_no_problem(set, 2);
    station_close(set);
}

static void all_that_was_captured_is_reported(void **state)
{
    struct station_set *set = open_late_pair(fixture_or_skip(state));
    struct seen seen = {0};
    send_frames(set, 0);
    assert_int_equal(receive(set, 0, &seen), 0);
    assert_int_equal(seen.n[1], 0); /* captured, and on their way */
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    assert_int_equal(seen.n[1], N_FRAMES);
    assert_int_equal(seen.n_disorder, 0);
    station_close(set);
}

static void messages_may_come_byte_by_byte(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    char prefix[512];
    snprintf(prefix, sizeof prefix, "%s trickle %s", fixture->program, fixture->program);
    struct station_set *set = open_exec_pair(fixture, prefix);
    struct seen seen = {.n_wanted = 1};
    uint8_t frame[60];
    assert_no_problem(set, 2);
    assert_int_equal(station_mtu(set, 1), 1500);
    make_frame(frame, 0);
    assert_send(set, 0, frame, sizeof frame);
    assert_int_equal(receive(set, in_ms(PATIENCE_MS), &seen), 1);
    assert_memory_equal(seen.last, frame, sizeof frame);
    assert_int_equal(seen.n_last, sizeof frame);
    station_close(set);
}

/* Frames to send, and the question behind them. */
static void put_script(struct base_buffer *out, size_t frame_bytes)
{
    uint8_t frame[1000] = {0};
    base_put_text(out, STATION_WIRE_GREETING);
    station_wire_put(out, STATION_WIRE_OPEN, "", 1, "lo", 2);
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        make_frame(frame, i);
        station_wire_put(out, STATION_WIRE_SEND, frame, frame_bytes, NULL, 0);
    }
    station_wire_put(out, STATION_WIRE_SYNC, NULL, 0, NULL, 0);
}

/* A far end that finds all of that at once. */
static int serve_script(size_t frame_bytes, int out_fd, struct base_error *error)
{
    struct base_buffer script = {0};
    int in[2];
    assert_int_equal(pipe(in), 0);
    put_script(&script, frame_bytes);
    assert_int_equal(write(in[1], script.data, script.n_bytes), script.n_bytes);
    base_buffer_free(&script);
    close(in[1]);
    int status = station_serve(in[0], out_fd, false, error);
    close(in[0]);
    return status;
}

/* What it says behind its greeting. */
static struct base_reader hear_script(void)
{
    static uint8_t said[1 << 16];
    int out[2];
    assert_int_equal(pipe(out), 0);
    assert_int_equal(serve_script(60, out[1], NULL), 0);
    close(out[1]);
    ssize_t n_said = read(out[0], said, sizeof said);
    close(out[0]);
    assert_true(n_said > (ssize_t)strlen(STATION_WIRE_GREETING));
    struct base_reader reader = base_reader_over(said, (size_t)n_said);
    base_read_skip(&reader, strlen(STATION_WIRE_GREETING));
    return reader;
}

/* The first of what it says fits into the pipe, which nobody reads. */
static void what_does_not_get_out_is_an_error(void **state)
{
    struct base_error error = {""};
    int out[2];
    fixture_or_skip(state);
    assert_int_equal(system("ip link set lo up"), 0);
    assert_int_equal(pipe2(out, O_NONBLOCK), 0);
    assert_int_equal(fcntl(out[1], F_SETPIPE_SZ, 4096), 4096);
    assert_int_equal(serve_script(1000, out[1], &error), -1);
    assert_string_equal(error.text, "writing: Resource temporarily unavailable");
    close(out[0]);
    close(out[1]);
}

/* On lo it hears its own frames, and has not looked for them when it comes to the question. lo has
 * no address; an MTU beyond 16 bits is not said. */
static void the_far_end_looks_before_it_answers(void **state)
{
    static const uint8_t opened[2][6 + 2] = {{0}, {[6] = 0xff, 0xff}};
    fixture_or_skip(state);
    for (size_t i = 0; i < 2; i++) {
        size_t n_arrivals = 0;
        uint8_t type = 0;
        struct base_reader body;
        assert_int_equal(system(i ? "ip link set lo mtu 65535" : "ip link set lo up mtu 65536"), 0);
        struct base_reader reader = hear_script();
        assert_true(station_wire_take(&reader, &type, &body));
        assert_int_equal(type, STATION_WIRE_OPENED);
        assert_int_equal(base_reader_left(&body), sizeof opened[i]);
        assert_memory_equal(body.at, opened[i], sizeof opened[i]);
        while (type != STATION_WIRE_SYNCED && station_wire_take(&reader, &type, &body)) {
            n_arrivals += type == STATION_WIRE_ARRIVAL;
        }
        assert_int_equal(type, STATION_WIRE_SYNCED);
        assert_int_equal(n_arrivals, N_FRAMES);
        assert_int_equal(base_reader_left(&reader), 0);
    }
}

static void all_stations_are_asked_at_once(void **state)
{
    enum { N = 6 };
    struct fixture *fixture = fixture_or_skip(state);
    char prefix[512];
    struct station_spec specs[N];
    struct seen seen = {0};
    snprintf(prefix, sizeof prefix, "%s delay %d %s", fixture->program, DELAY_MS, fixture->program);
    for (size_t i = 0; i < N; i++) {
        specs[i] = (struct station_spec){.name = "h", .interface = "near", .exec = prefix};
    }
    struct station_set *set = open_set(specs, N);
    assert_no_problem(set, N);
    int64_t start_ns = station_now_ns();
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    assert_in_range(ms_since(start_ns), 2 * DELAY_MS, 10 * DELAY_MS); /* not 2 * N */
    assert_no_problem(set, N);
    station_close(set);
}

static void who_never_answers_is_waited_for(void **state)
{
    fixture_or_skip(state);
    const struct station_spec spec = {
        .name = "h",
        .interface = "near",
        .exec = "sh -c 'printf \"tapproof station 2\\n\\002\\000\\000\"; cat >/dev/null'"};
    struct station_set *set = open_set(&spec, 1);
    struct seen seen = {0};
    assert_no_problem(set, 1);
    int64_t start_ns = station_now_ns();
    assert_int_equal(sync_until(set, in_ms(50), &seen), 0);
    assert_in_range(ms_since(start_ns), 50, PATIENCE_MS / 2);
    assert_non_null(station_problem(set, 0));
    assert_non_null(strstr(station_problem(set, 0), "did not answer within 50 ms"));
    station_close(set);
}

/* Neither with nor without frames there is anything to wait for here. */
static void local_stations_are_drained(void **state)
{
    struct station_set *set = open_pair(fixture_or_skip(state));
    struct seen seen = {0};
    int64_t start_ns = station_now_ns();
    send_frames(set, 0);
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    assert_int_equal(seen.n[1], N_FRAMES);
    assert_int_equal(sync_until(set, 0, &seen), 0);
    assert_no_problem(set, 2);
    assert_true(ms_since(start_ns) < PATIENCE_MS / 2);
    station_close(set);
}

static void who_does_not_answer_is_left_out(void **state)
{
    pid_t pid;
    struct seen seen = {0};
    struct station_set *set = open_exec_with_pid(fixture_or_skip(state), &pid);
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    kill(pid, SIGSTOP);
    int64_t start_ns = station_now_ns();
    send_frames(set, 0);
    send_frames(set, 1);
    assert_int_equal(sync_until(set, in_ms(200), &seen), 0);
    assert_in_range(ms_since(start_ns), 200, PATIENCE_MS / 2);
    assert_non_null(station_problem(set, 1));
    assert_non_null(strstr(station_problem(set, 1), "did not answer within 200 ms"));
    assert_null(station_problem(set, 0));
    assert_true(station_drops(set, 1) == STATION_DROPS_UNKNOWN);
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0); /* nobody is waited for */
    assert_true(ms_since(start_ns) < PATIENCE_MS / 2);
    kill(pid, SIGKILL);
    station_close(set);
}

static void who_died_is_left_out(void **state)
{
    pid_t pid;
    struct seen seen = {0};
    struct station_set *set = open_exec_with_pid(fixture_or_skip(state), &pid);
    kill(pid, SIGKILL);
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    assert_non_null(station_problem(set, 1));
    assert_non_null(strstr(station_problem(set, 1), "was ended by signal 9"));
    station_close(set);
}

/* A frame cannot be sent then, and one that arrives cannot be kept: the station has failed, and
 * says why. */
static void without_memory_a_station_has_failed(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    for (size_t from = 0; from < 2; from++) {
        struct station_set *set = open_exec_pair(fixture, fixture->program);
        struct seen seen = {0};
        struct base_error error = {""};
        uint8_t frame[1400] = {0};
        make_frame(frame, 0);
        failing_begin(0, true);
        assert_int_equal(station_send(set, from, frame, sizeof frame, &error), from == 1 ? -1 : 0);
        station_sync(set, in_ms(PATIENCE_MS), see, &seen, &error);
        assert_true(failing_end());
        assert_non_null(station_problem(set, 1));
        assert_string_equal(station_problem(set, 1), from == 1 ? "no memory for a message"
                                                               : "no memory for captured frames");
        assert_null(station_problem(set, 0));
        station_close(set);
    }
}

/* Sockets that capture are others now, which count nothing. */
static void drops_that_are_not_counted_are_unknown(void **state)
{
    struct station_set *set = open_pair(fixture_or_skip(state));
    int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), domain;
    assert_true(station_drops(set, 0) == 0);
    for (int fd = 0; fd < 1000; fd++) {
        if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &(socklen_t){sizeof domain}) == 0 &&
            domain == AF_PACKET) {
            assert_int_equal(dup2(other, fd), fd);
        }
    }
    assert_true(station_drops(set, 0) == STATION_DROPS_UNKNOWN);
    assert_non_null(strstr(station_problem(set, 0), "capturing on "));
    close(other);
    station_close(set);
}

/* Greets, opens nothing, and answers at once. */
static void an_answer_that_nobody_asked_for_is_refused(void **state)
{
    struct station_set *set =
        open_exec_pair(fixture_or_skip(state),
                       "sh -c 'printf \"tapproof station 2\\n\\002\\000\\000\\007\\000\\010"
                       "\\000\\000\\000\\000\\000\\000\\000\\000\"; cat >/dev/null'");
    struct seen seen = {0};
    int64_t deadline_ns = in_ms(PATIENCE_MS);
    while (!station_problem(set, 1) && station_now_ns() < deadline_ns) {
        receive(set, in_ms(1), &seen);
    }
    assert_non_null(station_problem(set, 1));
    assert_non_null(strstr(station_problem(set, 1), "an answer that was not asked for"));
    station_close(set);
}

/* The last arrival. */
struct noted {
    size_t n, wire_bytes, n_bytes;
};

static bool note(void *aux, const struct station_arrival *arrival)
{
    struct noted *noted = aux;
    *noted = (struct noted){noted->n + 1, arrival->wire_bytes, arrival->n_bytes};
    return true;
}

/* A far end that greets, opens, and says this. */
static struct station_set *open_saying(const struct fixture *fixture, const char *octal)
{
    char command[256];
    snprintf(command, sizeof command,
             "sh -c 'printf \"tapproof station 2\\n\\002\\000\\000%s\"; cat >/dev/null'", octal);
    return open_exec_pair(fixture, command);
}

/* Of a frame all may be cut off but its length; where that is missing, too, it is refused. */
static void an_arrival_has_a_length(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    struct station_set *set = open_saying(fixture, "\\005\\000\\006\\000\\001\\002\\003ab"
                                                   "\\005\\000\\004\\000\\000\\000\\074");
    struct noted noted = {0};
    struct base_error error;
    int64_t deadline_ns = in_ms(PATIENCE_MS);
    assert_int_equal(station_receive(set, deadline_ns, note, &noted, &error), 1);
    assert_int_equal(noted.wire_bytes, 0x010203);
    assert_int_equal(noted.n_bytes, 2);
    assert_int_equal(station_receive(set, deadline_ns, note, &noted, &error), 1);
    assert_int_equal(noted.wire_bytes, 60);
    assert_int_equal(noted.n_bytes, 0);
    assert_null(station_problem(set, 1));
    station_close(set);
    set = open_saying(fixture, "\\005\\000\\003\\000\\000\\000");
    while (!station_problem(set, 1) && station_now_ns() < deadline_ns) {
        station_receive(set, in_ms(1), note, &noted, &error);
    }
    assert_non_null(station_problem(set, 1));
    assert_non_null(strstr(station_problem(set, 1), "an arrival without a length"));
    assert_int_equal(noted.n, 2);
    station_close(set);
}

/* An answer that came late is not taken for that of the next call. */
static void stops_when_told_and_asks_anew(void **state)
{
    struct station_set *set = open_late_pair(fixture_or_skip(state));
    struct seen seen = {.n_wanted = 1};
    send_frames(set, 0);
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 1);
    assert_int_equal(seen.n[1], 1);
    send_frames(set, 1);
    seen = (struct seen){0};
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    assert_int_equal(seen.n[1], N_FRAMES - 1);
    assert_int_equal(seen.n[0], N_FRAMES);
    station_close(set);
}

static void the_answer_carries_the_drops(void **state)
{
    struct station_set *set = open_late_pair(fixture_or_skip(state));
    struct seen seen = {0};
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    int64_t start_ns = station_now_ns();
    assert_int_equal(station_drops(set, 1), 0);
    assert_true(ms_since(start_ns) < 2 * DELAY_MS);
    send_frames(set, 0); /* from here on that counter is an old one */
    start_ns = station_now_ns();
    assert_int_equal(station_drops(set, 1), 0);
    assert_true(ms_since(start_ns) >= 2 * DELAY_MS);
    station_close(set);
}

static void the_drops_are_those_until_the_answer(void **state)
{
    enum { N_TOO_MANY = 4 * STATION_UNREAD_FRAMES };
    pid_t pid;
    struct seen seen = {0};
    uint8_t frame[60];
    struct station_set *set = open_exec_with_pid(fixture_or_skip(state), &pid);
    make_frame(frame, 0);
    kill(pid, SIGSTOP); /* nobody reads what its interface captures */
    for (int i = 0; i < N_TOO_MANY; i++) {
        assert_send(set, 0, frame, sizeof frame);
    }
    kill(pid, SIGCONT);
    assert_int_equal(sync_until(set, in_ms(PATIENCE_MS), &seen), 0);
    uint64_t drops = station_drops(set, 1);
    assert_true(drops > 0);
    assert_int_equal(seen.n[1] + drops, N_TOO_MANY);
    station_close(set);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_was_handed_over_is_injected),
    cmocka_unit_test(all_that_was_captured_is_reported),
    cmocka_unit_test(messages_may_come_byte_by_byte),
    cmocka_unit_test(the_far_end_looks_before_it_answers),
    cmocka_unit_test(what_does_not_get_out_is_an_error),
    cmocka_unit_test(all_stations_are_asked_at_once),
    cmocka_unit_test(who_never_answers_is_waited_for),
    cmocka_unit_test(local_stations_are_drained),
    cmocka_unit_test(who_does_not_answer_is_left_out),
    cmocka_unit_test(who_died_is_left_out),
    cmocka_unit_test(without_memory_a_station_has_failed),
    cmocka_unit_test(drops_that_are_not_counted_are_unknown),
    cmocka_unit_test(an_answer_that_nobody_asked_for_is_refused),
    cmocka_unit_test(an_arrival_has_a_length),
    cmocka_unit_test(stops_when_told_and_asks_anew),
    cmocka_unit_test(the_answer_carries_the_drops),
    cmocka_unit_test(the_drops_are_those_until_the_answer),
};

int main(int argc, char **argv)
{
    int status;
    if (was_far_end(argc, argv, &status)) {
        return status;
    }
    if (argc > 3 && strcmp(argv[1], "delay") == 0) {
        return be_a_delay(argv + 1);
    }
    if (argc > 2 && strcmp(argv[1], "trickle") == 0) {
        return be_a_trickle(argv + 1);
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
