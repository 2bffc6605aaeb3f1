/* SPDX-License-Identifier: Apache-2.0
 *
 * What is shown, saved and counted of frames that cross a link. */
#include "tapsniff/sniff.h"

#include "frame/pcapng.h"
#include "testing/station.h"

#include <stdlib.h>

enum { H1, H2, H3, N_HOSTS };

static struct topology_host hosts[N_HOSTS] = {{.name = "h1"}, {.name = "h2"}, {.name = "h3"}};
static const struct topology topology = {.file = "net.yaml", .hosts = hosts, .n_hosts = N_HOSTS};

struct scene {
    struct lab_host places[N_HOSTS];
    struct lab lab;
    struct stations_lab stations;
    struct tapsniff_options options;
    struct tapsniff_filter filter;
    struct tapsniff_sniff sniff;
    volatile sig_atomic_t stop;
    char *lines, *errors;
    size_t n_lines, n_errors;
    FILE *errors_file;
};

static void open_scene(struct scene *scene, const struct fixture *fixture, const char *match)
{
    struct base_error error;
    memset(scene, 0, sizeof *scene);
    scene->places[H1].interface = "near";
    scene->places[H2] = (struct lab_host){.interface = "far", .netns = fixture->netns};
    scene->lab = (struct lab){.hosts = scene->places};
    scene->stations = (struct stations_lab){.topology = &topology, .lab = &scene->lab};
    if (stations_lab_open(&scene->stations, (unsigned[N_HOSTS]){1, 1, 0}, &error) ||
        tapsniff_filter_make(&scene->filter, NULL, match, &error)) {
        fail_msg("%s", error.text);
    }
    scene->options.no_time = true;
    scene->sniff = (struct tapsniff_sniff){.options = &scene->options,
                                           .filter = &scene->filter,
                                           .lab = &scene->stations,
                                           .stop = &scene->stop,
                                           .lines = open_memstream(&scene->lines, &scene->n_lines)};
    scene->errors_file = open_memstream(&scene->errors, &scene->n_errors);
}

/* Sends frames 1 .. n from one station, then sniffs until enough was shown. */
static void run(struct scene *scene, size_t from, uint32_t n)
{
    struct base_error error;
    for (uint32_t i = 1; i <= n; i++) {
        uint8_t frame[60];
        make_frame(frame, i);
        assert_send(scene->stations.set, from, frame, sizeof frame);
    }
    if (tapsniff_sniff_run(&scene->sniff, scene->errors_file, &error)) {
        fail_msg("%s", error.text);
    }
    fflush(scene->sniff.lines);
    fflush(scene->errors_file);
}

static void close_scene(struct scene *scene)
{
    tapsniff_sniff_free(&scene->sniff);
    tapsniff_filter_free(&scene->filter);
    stations_lab_close(&scene->stations);
    fclose(scene->sniff.lines);
    fclose(scene->errors_file);
    free(scene->lines);
    free(scene->errors);
}

static size_t n_lines_of(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '\n')); text++) {
        n++;
    }
    return n;
}

static void arrivals_are_shown_and_counted(void **state)
{
    struct scene scene;
    struct base_buffer counters = {0};
    open_scene(&scene, fixture_or_skip(state), NULL);
    scene.options.count = 3;
    run(&scene, 0, 5);
    assert_int_equal(scene.sniff.n_shown, 3);
    assert_int_equal(n_lines_of(scene.lines), 3);
    assert_non_null(strstr(scene.lines, "h2"));
    assert_non_null(strstr(scene.lines, "02:00:00:00:00:01 > 02:00:00:00:00:02"));
    assert_null(strstr(scene.lines, "h1")); /* what a host sends itself is not shown */
    tapsniff_sniff_count(&scene.sniff, &counters);
    assert_non_null(strstr(base_buffer_text(&counters), "h2: 3 captured, 3 shown, 0 lost"));
    assert_false(scene.sniff.failed);
    assert_int_equal(scene.n_errors, 0);
    base_buffer_free(&counters);
    close_scene(&scene);
}

static void what_the_filter_refuses_is_counted_only(void **state)
{
    struct scene scene;
    struct base_buffer counters = {0};
    open_scene(&scene, fixture_or_skip(state), "dl_type=0x0800");
    scene.options.duration_ns = 200000000;
    run(&scene, 1, 4);
    assert_int_equal(scene.sniff.n_shown, 0);
    assert_int_equal(scene.n_lines, 0);
    tapsniff_sniff_count(&scene.sniff, &counters);
    assert_non_null(strstr(base_buffer_text(&counters), "h1: 4 captured, 0 shown, 0 lost"));
    base_buffer_free(&counters);
    close_scene(&scene);
}

static void bytes_are_shown_in_hexadecimal(void **state)
{
    struct scene scene;
    open_scene(&scene, fixture_or_skip(state), NULL);
    scene.options.count = 1;
    scene.options.hex = true;
    run(&scene, 0, 1);
    assert_int_equal(n_lines_of(scene.lines), 1 + 4);
    assert_non_null(strstr(scene.lines, "0200 0000 0002 0200 0000 0001 88b5"));
    close_scene(&scene);
}

static void a_stop_ends_it(void **state)
{
    struct scene scene;
    open_scene(&scene, fixture_or_skip(state), NULL);
    scene.stop = 1;
    run(&scene, 0, 0);
    assert_int_equal(scene.sniff.n_shown, 0);
    close_scene(&scene);
}

static void shown_frames_are_saved(void **state)
{
    struct scene scene;
    char *saved = NULL;
    size_t n_saved = 0;
    open_scene(&scene, fixture_or_skip(state), NULL);
    scene.options.count = 2;
    scene.sniff.save = open_memstream(&saved, &n_saved);
    run(&scene, 0, 2);
    fclose(scene.sniff.save);
    assert_true(n_saved > 2 * 60);
    assert_memory_equal(saved, "\x0a\x0d\x0d\x0a", 4);
    uint8_t frame[60];
    make_frame(frame, 2);
    assert_non_null(memmem(saved, n_saved, frame, sizeof frame));
    free(saved);
    close_scene(&scene);
}

/* What was saved is shown as it was heard, and what is cut off is told behind what was whole. */
static void files_are_shown(void **state)
{
    (void)state;
    struct base_buffer saved = {0}, counters = {0};
    struct base_error error;
    uint8_t frame[60];
    frame_pcapng_begin((const char *[]){"h2"}, 1, &saved);
    for (uint32_t i = 1; i <= 3; i++) {
        make_frame(frame, i);
        frame_pcapng_put(&(struct frame_captured){.bytes = frame,
                                                  .n_bytes = sizeof frame,
                                                  .time_ns = i * UINT64_C(1000000000) + 1000 * i,
                                                  .direction = FRAME_INBOUND},
                         &saved);
    }
    for (size_t n_cut = 0; n_cut <= 8; n_cut += 8) {
        char reason[PCAP_ERRBUF_SIZE], *lines = NULL;
        size_t n_lines = 0;
        volatile sig_atomic_t stop = 0;
        struct tapsniff_filter filter = {0};
        struct tapsniff_options options = {.recorded = "x"};
        struct topology one = {.hosts = &hosts[H2], .n_hosts = 1};
        struct stations_lab lab = {.topology = &one, .n_stations = 1, .host_of = (size_t[]){0}};
        struct tapsniff_sniff sniff = {.options = &options,
                                       .filter = &filter,
                                       .lab = &lab,
                                       .stop = &stop,
                                       .lines = open_memstream(&lines, &n_lines)};
        FILE *stream = fmemopen(saved.data, saved.n_bytes - n_cut, "r");
        pcap_t *file =
            pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, reason);
        assert_non_null(file);
        assert_int_equal(tapsniff_sniff_replay(&sniff, file, &error), n_cut ? -1 : 0);
        assert_int_equal(n_lines_of(lines), n_cut ? 2 : 3);
        assert_non_null(strstr(lines, ":02.000002 h2 "));
        tapsniff_sniff_count(&sniff, &counters);
        assert_non_null(
            strstr(base_buffer_text(&counters), n_cut ? "h2: 2 captured" : "h2: 3 captured"));
        counters.n_bytes = 0;
        pcap_close(file);
        fclose(sniff.lines);
        free(lines);
        tapsniff_sniff_free(&sniff);
    }
    base_buffer_free(&saved);
    base_buffer_free(&counters);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(arrivals_are_shown_and_counted),
    cmocka_unit_test(what_the_filter_refuses_is_counted_only),
    cmocka_unit_test(bytes_are_shown_in_hexadecimal),
    cmocka_unit_test(a_stop_ends_it),
    cmocka_unit_test(shown_frames_are_saved),
    cmocka_unit_test(files_are_shown),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
