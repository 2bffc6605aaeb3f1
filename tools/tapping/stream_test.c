/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs over a link: frames arrive, do not, and arrive where they must not. */
#include "tapping/stream.h"

#include "tapping/describe.h"
#include "testing/failing.h"
#include "testing/station.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

enum { H1, H2, N_HOSTS };

static struct topology_host hosts[N_HOSTS] = {
    {.name = "h1", .mac = {2, 0, 0, 0, 0, 1}, .has_ip = true, .ip = 0x0a000001},
    {.name = "h2", .mac = {2, 0, 0, 0, 0, 2}, .has_ip = true, .ip = 0x0a000002},
};
static const struct topology topology = {.file = "net.yaml", .hosts = hosts, .n_hosts = N_HOSTS};

struct scene {
    struct lab_host places[N_HOSTS];
    struct lab lab;
    struct stations_lab stations;
    struct tapping_options options;
    struct tapping_form form;
    struct tapping_stream stream;
    volatile sig_atomic_t stop;
};

/* The command line `words`, up to the stations being open. -1: refused. */
static int open_scene(struct scene *scene, const struct fixture *fixture, char *words, bool *usage,
                      struct base_error *error)
{
    static char program[] = "tapping";
    char *argv[16] = {program}, *rest = words;
    int argc = 1;
    while (rest) {
        argv[argc++] = strsep(&rest, " ");
    }
    memset(scene, 0, sizeof *scene);
    scene->places[H1].interface = "near";
    scene->places[H2] = (struct lab_host){.interface = "far", .netns = fixture->netns};
    scene->lab = (struct lab){.hosts = scene->places};
    scene->stations = (struct stations_lab){.topology = &topology, .lab = &scene->lab};
    if (tapping_options_parse(argc, argv, &scene->options, error) ||
        tapping_form_make(&scene->options, &topology, &scene->form, error)) {
        *usage = false;
        return -1;
    }
    scene->stream = (struct tapping_stream){.options = &scene->options,
                                            .lab = &scene->stations,
                                            .form = &scene->form,
                                            .stop = &scene->stop};
    return tapping_stream_open(&scene->stream, usage, error);
}

static void run(struct scene *scene, const struct fixture *fixture, const char *line)
{
    static char words[256];
    struct base_error error;
    bool usage;
    snprintf(words, sizeof words, "%s", line);
    if (open_scene(scene, fixture, words, &usage, &error)) {
        fail_msg("%s", error.text);
    }
    tapping_stream_run(&scene->stream);
    assert_string_equal(scene->stream.problem.text, "");
}

static void close_scene(struct scene *scene)
{
    tapping_stream_close(&scene->stream);
    stations_lab_close(&scene->stations);
}

static void each_frame_arrives_once(void **state)
{
    struct scene scene;
    run(&scene, fixture_or_skip(state), "h1 h2 -c 200 -f");
    const struct tapping_tally *tally = &scene.stream.tally;
    assert_int_equal(tally->n_places, 1);
    assert_string_equal(tally->places[0].name, "h2");
    assert_int_equal(tally->places[0].role, TAPPING_DELIVERED);
    assert_int_equal(tally->n_sent, 200);
    assert_true(scene.stream.duration_ns > 0);
    assert_int_equal(tally->places[0].n_came, 200);
    assert_int_equal(tally->places[0].n_arrived, 200);
    assert_int_equal(tally->places[0].n_lost + tally->places[0].n_altered, 0);
    close_scene(&scene);
}

/* Whichever host is the first of the topology. */
static void and_the_other_way(void **state)
{
    struct scene scene;
    run(&scene, fixture_or_skip(state), "h2 h1 -c 3 -f");
    const struct tapping_tally *tally = &scene.stream.tally;
    assert_int_equal(tally->n_places, 1);
    assert_string_equal(tally->places[0].name, "h1");
    assert_int_equal(tally->places[0].n_came, 3);
    close_scene(&scene);
}

static void what_does_not_come_back_is_lost(void **state)
{
    struct scene scene;
    run(&scene, fixture_or_skip(state), "h1 h2 -e -c 2 -i 1ms -W 50ms");
    const struct tapping_place *place = &scene.stream.tally.places[0];
    assert_int_equal(place->role, TAPPING_ANSWERED);
    assert_int_equal(place->n_lost, 2); /* the kernel of h2 has no address */
    assert_true(scene.stream.pace.window > 1);
    close_scene(&scene);
}

static void a_frame_where_none_may_come_is_a_leak(void **state)
{
    struct scene scene;
    run(&scene, fixture_or_skip(state), "h1 --isolated h2 -m dl_dst=02:00:00:00:00:09 -c 3 -f");
    const struct tapping_place *place = &scene.stream.tally.places[0];
    assert_int_equal(place->role, TAPPING_ISOLATED);
    assert_int_equal(place->n_arrived, 3);
    assert_int_equal(place->n_lost, 0);
    close_scene(&scene);
}

/* For how long a run waits, in milliseconds, with this command line. */
static int64_t ms_of(const struct fixture *fixture, const char *line)
{
    struct scene scene;
    int64_t start_ns = station_now_ns();
    run(&scene, fixture, line);
    int64_t ms = (station_now_ns() - start_ns) / 1000000;
    close_scene(&scene);
    return ms;
}

/* For what has to come, as long as it may take; for what must not, until all has settled. */
static void what_may_still_come_is_waited_for(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    assert_true(ms_of(fixture, "h1 h2 -e -c 1 -W 150ms") >= 150);
    assert_true(ms_of(fixture, "h1 --isolated h2 -m dl_dst=02:00:00:00:00:09 -c 1") >= 100);
    assert_true(ms_of(fixture, "h1 h2 -c 1 -W 1h") < 1000000);
    assert_true(ms_of(fixture, "h1 h2 -i 20ms -w 70ms") >= 70);
}

/* Between two frames there is nothing to do. */
static void waiting_takes_no_time_of_a_processor(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    clock_t before = clock();
    int64_t ms = ms_of(fixture, "h1 h2 -c 4 -i 100ms");
    assert_true(ms >= 300);
    assert_true((clock() - before) * 1000 / CLOCKS_PER_SEC < ms / 2);
}

static struct scene *interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted->stop++;
}

/* The first time no more is sent, the second time nothing is waited for. */
static void two_stops_end_all(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -e -i 1h -W 1h";
    struct base_error error;
    bool usage;
    interrupted = &scene;
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), words, &usage, &error), 0);
    signal(SIGALRM, interrupt);
    const struct itimerval each = {{0, 20000}, {0, 20000}}, none = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &each, NULL);
    tapping_stream_run(&scene.stream);
    setitimer(ITIMER_REAL, &none, NULL);
    assert_true(scene.stop >= 2);
    assert_int_equal(scene.stream.tally.n_sent, 1);
    assert_int_equal(scene.stream.tally.places[0].n_lost, 1);
    close_scene(&scene);
}

static void must(const char *format, const char *netns)
{
    char command[256];
    snprintf(command, sizeof command, format, netns);
    assert_int_equal(system(command), 0);
}

/* Of what is longer than what a station captures, too. */
static void long_frames_are_known_by_what_is_captured(void **state)
{
    struct scene scene;
    const struct fixture *fixture = fixture_or_skip(state);
    must("ip link set near mtu 9000 && nsenter --net=%s ip link set far mtu 9000", fixture->netns);
    run(&scene, fixture, "h1 h2 -t udp -s 4000 -c 2 -f");
    assert_int_equal(scene.stream.tally.places[0].n_came, 2);
    assert_int_equal(scene.stream.tally.places[0].n_lost, 0);
    close_scene(&scene);
}

/* The kernels have the addresses now, and answer. */
static void what_answers_is_told(void **state)
{
    static const char *const lines[] = {"h1 h2 -e -c 3 -i 1ms", "h1 h2 -e -t arp -c 3 -i 1ms"};
    const struct fixture *fixture = fixture_or_skip(state);
    must("ip link set near address 02:00:00:00:00:01 && ip address add 10.0.0.1/8 dev near%s", "");
    must("nsenter --net=%s sh -c 'ip link set far address 02:00:00:00:00:02 && "
         "ip address add 10.0.0.2/8 dev far'",
         fixture->netns);
    for (size_t i = 0; i < 2; i++) {
        struct scene scene;
        run(&scene, fixture, lines[i]);
        const struct tapping_place *place = &scene.stream.tally.places[0];
        assert_int_equal(place->role, TAPPING_ANSWERED);
        assert_int_equal(place->n_came, 3);
        assert_int_equal(place->n_lost + place->n_duplicates, 0);
        assert_int_equal(scene.stream.pace.window == 1, i == 1);
        close_scene(&scene);
    }
}

/* An answer is none of ours that was altered. */
static void an_answer_gets_a_line(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -e -c 2 -i 1ms";
    struct base_error error;
    char *text = NULL;
    size_t n_text;
    bool usage;
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), words, &usage, &error), 0);
    scene.stream.lines = open_memstream(&text, &n_text);
    tapping_stream_run(&scene.stream);
    fclose(scene.stream.lines);
    assert_non_null(strstr(text, " from h2: seq=0 time="));
    assert_non_null(strstr(text, " from h2: seq=1 time="));
    assert_null(strstr(text, "altered"));
    assert_int_equal(scene.stream.tally.places[0].n_altered, 0);
    free(text);
    close_scene(&scene);
}

static void a_station_that_fails_is_the_problem(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -c 10 -i 1ms";
    struct base_error error;
    bool usage;
    const struct fixture *fixture = fixture_or_skip(state);
    assert_int_equal(open_scene(&scene, fixture, words, &usage, &error), 0);
    must("nsenter --net=%s ip link set far down", fixture->netns);
    tapping_stream_run(&scene.stream);
    assert_true(strncmp(scene.stream.problem.text, "h1: ", 4) == 0 ||
                strncmp(scene.stream.problem.text, "h2: ", 4) == 0);
    assert_true(scene.stream.tally.n_sent < 10);
    close_scene(&scene);
}

static void a_stop_ends_it(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -i 1h";
    struct base_error error;
    bool usage;
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), words, &usage, &error), 0);
    scene.stop = 1;
    tapping_stream_run(&scene.stream);
    assert_int_equal(scene.stream.tally.n_sent, 0);
    close_scene(&scene);
}

static void each_arrival_gets_a_line(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -c 2 -f";
    struct base_error error;
    char *text = NULL;
    size_t n_text;
    bool usage;
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), words, &usage, &error), 0);
    scene.stream.lines = open_memstream(&text, &n_text);
    tapping_stream_run(&scene.stream);
    fclose(scene.stream.lines);
    assert_non_null(strstr(text, "60 bytes at h2: seq=0 time="));
    assert_non_null(strstr(text, "60 bytes at h2: seq=1 time="));
    free(text);
    close_scene(&scene);
}

/* A socket for frames that go out besides those of a run: of `far`, in its namespace, or `near`. */
static int open_end(const char *netns)
{
    struct sockaddr_ll end = {.sll_family = AF_PACKET};
    int home = open("/proc/self/ns/net", O_RDONLY), there = netns ? open(netns, O_RDONLY) : -1;
    assert_true(!netns || setns(there, CLONE_NEWNET) == 0);
    end.sll_ifindex = (int)if_nametoindex(netns ? "far" : "near");
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&end, sizeof end), 0);
    assert_int_equal(setns(home, CLONE_NEWNET), 0);
    close(home);
    close(there);
    return fd;
}

static int tamperer = -1;
static uint8_t altered[128], foreign[128];
static size_t n_tampered; /* bytes of each */

/* Once the first frame has come, or has been sent. */
static void tamper(int number)
{
    (void)number;
    bool echo = interrupted->options.echo;
    const struct tapping_tally *tally = &interrupted->stream.tally;
    if ((echo ? tally->n_sent : tally->n_complete) > 0 && interrupted->stop == 0) {
        interrupted->stop =
            write(tamperer, altered, n_tampered) < 0 || write(tamperer, foreign, n_tampered);
    }
}

static void copy_frame(const struct scene *scene)
{
    n_tampered = scene->stream.frame.n_bytes;
    assert_in_range(n_tampered, 60, sizeof altered);
    memcpy(altered, scene->stream.frame.data, n_tampered);
    memcpy(foreign, altered, n_tampered);
}

/* It is counted and said where a frame comes once more, and altered; what is none of ours is not.
 */
static void what_was_altered_is_told(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -c 2 -i 1h -W 1h";
    struct base_error error;
    char *text = NULL;
    size_t n_text;
    bool usage;
    interrupted = &scene;
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), words, &usage, &error), 0);
    copy_frame(&scene);
    memset(foreign + 34, 0, sizeof foreign - 34); /* no mark */
    altered[5] ^= 0x80;                           /* dl_dst */
    tamperer = open_end(NULL);
    scene.stream.lines = open_memstream(&text, &n_text);
    signal(SIGALRM, tamper);
    const struct itimerval each = {{0, 5000}, {0, 5000}}, none = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &each, NULL);
    tapping_stream_run(&scene.stream);
    setitimer(ITIMER_REAL, &none, NULL);
    close(tamperer);
    fclose(scene.stream.lines);
    const struct tapping_place *place = &scene.stream.tally.places[0];
    assert_int_equal(place->n_arrived, 2);
    assert_int_equal(place->n_duplicates, 1);
    assert_int_equal(place->n_altered, 1);
    assert_non_null(strstr(text, "60 bytes at h2: seq=0 (duplicate) altered: "));
    assert_non_null(strstr(text, "02:00:00:00:00:82"));
    free(text);
    close_scene(&scene);
}

/* Frames of ours that come back to the sender are no answers of the other host. */
static void what_comes_back_is_no_answer(void **state)
{
    struct scene scene;
    static char words[] = "h1 h2 -e --isolated h1 -c 2 -i 1h -W 50ms";
    struct base_error error;
    bool usage;
    const struct fixture *fixture = fixture_or_skip(state);
    interrupted = &scene;
    if (open_scene(&scene, fixture, words, &usage, &error)) {
        fail_msg("%s", error.text);
    }
    copy_frame(&scene);
    tamperer = open_end(fixture->netns);
    signal(SIGALRM, tamper);
    const struct itimerval each = {{0, 5000}, {0, 5000}}, none = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &each, NULL);
    tapping_stream_run(&scene.stream);
    setitimer(ITIMER_REAL, &none, NULL);
    close(tamperer);
    const struct tapping_tally *tally = &scene.stream.tally;
    assert_int_equal(tally->n_places, 2);
    assert_int_equal(tally->places[0].role, TAPPING_ANSWERED);
    assert_int_equal(tally->places[0].n_arrived, 0);
    assert_string_equal(tally->places[1].name, "h1");
    assert_int_equal(tally->places[1].n_arrived, 2);
    close_scene(&scene);
}

/* With the tag, where there is one. */
static void frames_are_as_long_as_they_were_asked_for(void **state)
{
    static const char *const lines[] = {"h1 h2 -s 100 -c 1", "h1 h2 -s 101 -c 1 -m dl_vlan=7",
                                        "h1 h2 -s 64 -c 1 -m dl_vlan=7"};
    static const size_t n_bytes[] = {100, 101, 64};
    const struct fixture *fixture = fixture_or_skip(state);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct scene scene;
        static char words[64];
        struct base_error error;
        bool usage;
        snprintf(words, sizeof words, "%s", lines[i]);
        assert_int_equal(open_scene(&scene, fixture, words, &usage, &error), 0);
        assert_int_equal(scene.stream.frame.n_bytes, n_bytes[i]);
        struct base_buffer described = {0}, expected = {0};
        tapping_describe(scene.stream.frame.data, n_bytes[i], &expected);
        tapping_stream_describe(&scene.stream, &described);
        assert_true(expected.n_bytes > 0);
        assert_string_equal(base_buffer_text(&described), base_buffer_text(&expected));
        base_buffer_free(&described);
        base_buffer_free(&expected);
        close_scene(&scene);
    }
}

/* ARP asks for one at a time: the next one goes when the one before it has had its time. */
static void what_is_not_answered_holds_no_other_back(void **state)
{
    struct scene scene;
    run(&scene, fixture_or_skip(state), "h1 h2 -e -t arp -c 3 -i 1ms -W 10ms");
    assert_int_equal(scene.stream.tally.n_sent, 3);
    assert_int_equal(scene.stream.tally.places[0].n_lost, 3);
    assert_true(scene.stream.duration_ns >= 20000000);
    close_scene(&scene);
}

static int open_once(void *aux)
{
    struct scene scene;
    struct base_error error = {""};
    char words[] = "h1 h2 -c 2";
    bool usage;
    int status = open_scene(&scene, aux, words, &usage, &error);
    if (status && !strstr(error.text, "memory")) {
        fail_msg("%s", error.text);
    }
    close_scene(&scene);
    return status;
}

static void without_memory_it_is_not_opened(void **state)
{
    assert_true(failing_each(open_once, fixture_or_skip(state)) > 5);
}

static void contradictions_are_refused(void **state)
{
    struct scene scene;
    static char both[] = "h1 h2 --isolated h2";
    struct base_error error;
    bool usage = false;
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), both, &usage, &error), -1);
    assert_true(usage);
    assert_string_equal(error.text, "frames must arrive at h2, and must not (--isolated)");
    close_scene(&scene);
    static char nowhere[] = "h1 10.9.9.9";
    assert_int_equal(open_scene(&scene, fixture_or_skip(state), nowhere, &usage, &error), -1);
    assert_string_equal(error.text, "no host captures the frames to 10.9.9.9: it is no host of "
                                    "net.yaml (--echo, or --watch all)");
    close_scene(&scene);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_frame_arrives_once),
    cmocka_unit_test(and_the_other_way),
    cmocka_unit_test(what_does_not_come_back_is_lost),
    cmocka_unit_test(a_frame_where_none_may_come_is_a_leak),
    cmocka_unit_test(a_stop_ends_it),
    cmocka_unit_test(each_arrival_gets_a_line),
    cmocka_unit_test(what_was_altered_is_told),
    cmocka_unit_test(what_comes_back_is_no_answer),
    cmocka_unit_test(frames_are_as_long_as_they_were_asked_for),
    cmocka_unit_test(what_is_not_answered_holds_no_other_back),
    cmocka_unit_test(without_memory_it_is_not_opened),
    cmocka_unit_test(contradictions_are_refused),
    cmocka_unit_test(what_may_still_come_is_waited_for),
    cmocka_unit_test(waiting_takes_no_time_of_a_processor),
    cmocka_unit_test(two_stops_end_all),
    cmocka_unit_test(long_frames_are_known_by_what_is_captured),
    cmocka_unit_test(what_answers_is_told),
    cmocka_unit_test(an_answer_gets_a_line),
    cmocka_unit_test(a_station_that_fails_is_the_problem),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
