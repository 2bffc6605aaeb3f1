/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of frames that a failing check leaves: which frames are in it, on which
 * interface, in which order, and what their comments say. */
#include "run/frames.h"

#include "testing/fake_run.h"

#include <stdlib.h>

enum { INTERFACES = 32 };

struct decoded {
    struct base_buffer lines; /* of each frame: "INTERFACE DIRECTION: COMMENT" */
    char interfaces[INTERFACES][32];
    size_t n_interfaces, n_frames;
    uint64_t last_ns;
    const uint8_t *last; /* bytes of the last frame */
    size_t n_last;
};

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The value of an option; NULL: it is not there. */
static const uint8_t *find_option(const uint8_t *at, const uint8_t *end, unsigned code, size_t *n)
{
    while (at + 4 <= end && (at[0] || at[1])) {
        *n = (size_t)at[2] << 8 | at[3];
        if (at[1] == code) {
            return at + 4;
        }
        at += 4 + (*n + 3) / 4 * 4;
    }
    return NULL;
}

static void decode_frame(struct decoded *decoded, const uint8_t *block, const uint8_t *end)
{
    static const char *const directions[] = {"-", "in", "out"};
    uint32_t interface = be32(block + 8), n_bytes = be32(block + 20);
    uint64_t time_ns = (uint64_t)be32(block + 12) << 32 | be32(block + 16);
    const uint8_t *options = block + 28 + (n_bytes + 3) / 4 * 4;
    size_t n_comment = 0, n_flags = 0;
    const uint8_t *comment = find_option(options, end, 1, &n_comment);
    const uint8_t *flags = find_option(options, end, 2, &n_flags);
    assert_true(interface < decoded->n_interfaces);
    assert_true(time_ns >= decoded->last_ns);
    assert_non_null(comment);
    base_put_format(&decoded->lines, "%s %s: %.*s\n", decoded->interfaces[interface],
                    directions[flags ? flags[3] & 3 : 0], (int)n_comment, (const char *)comment);
    decoded->last_ns = time_ns;
    decoded->last = block + 28;
    decoded->n_last = n_bytes;
    decoded->n_frames++;
}

static void decode(struct decoded *decoded, const struct base_buffer *file)
{
    *decoded = (struct decoded){0};
    for (size_t at = 0; at < file->n_bytes; at += be32(file->data + at + 4)) {
        const uint8_t *block = file->data + at, *end = block + be32(block + 4) - 4;
        if (be32(block) == 1) {
            size_t n = 0;
            const uint8_t *name = find_option(block + 16, end, 2, &n);
            assert_true(decoded->n_interfaces < INTERFACES && name && n < 32);
            memcpy(decoded->interfaces[decoded->n_interfaces++], name, n);
        } else if (be32(block) == 6) {
            decode_frame(decoded, block, end);
        }
    }
}

static size_t count_lines(struct decoded *decoded, const char *words)
{
    size_t n = 0;
    for (const char *at = base_buffer_text(&decoded->lines); (at = strstr(at, words)); at++) {
        n++;
    }
    return n;
}

static void check(struct fake_run *run, const char *flows, struct fake_fault fault,
                  struct base_buffer *file, struct decoded *decoded)
{
    const char *const pattern = "traffic/h1/*";
    fake_run_open_demon(run, flows);
    if (fault.from) {
        fake_run_fault(run, fault);
    }
    run->options.patterns = &pattern;
    run->options.n_patterns = 1;
    run->options.pcapng = file;
    fake_run_check(run);
    decode(decoded, file);
}

static void a_lost_copy_is_shown_beside_what_came(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_buffer file = {0};
    struct decoded decoded;
    check(&run, "no-mirror", (struct fake_fault){0}, &file, &decoded);
    assert_int_equal(decoded.n_interfaces, 22);
    assert_string_equal(decoded.interfaces[10], "h11");
    assert_string_equal(decoded.interfaces[21], "h11 expected");
    const struct result *lost = fake_run_result(&run, "traffic/h1/mirrored/h11");
    assert_int_equal(lost->observed_count, 0);
    /* Each sending of the last round, each copy at h2, and once each form that h11 lacks. */
    size_t n_probes = count_lines(&decoded, "h11 expected -: ");
    assert_true(n_probes > 0);
    assert_int_equal(count_lines(&decoded, "h1 out: traffic/h1/mirrored/h11: probe "),
                     3 * n_probes);
    assert_int_equal(count_lines(&decoded, "h2 in: traffic/h1/delivered/h2: probe "), 3 * n_probes);
    assert_int_equal(decoded.n_frames, 7 * n_probes);
    assert_int_equal(count_lines(&decoded, "as h1 sent it\n"), 3 * n_probes);
    assert_int_equal(count_lines(&decoded, "as it came to h2, where 1 copy was expected\n"),
                     3 * n_probes);
    assert_int_equal(count_lines(&decoded, "of h1 as 1 copy was expected at h11, of 3 sendings\n"),
                     n_probes);
    base_buffer_free(&decoded.lines);
    base_buffer_free(&file);
    fake_run_close(&run);
}

/* Only of the round that counts, with each claim that the probe does not bear out. */
static void frames_are_those_of_the_last_round(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_buffer file = {0};
    struct decoded decoded;
    check(&run, "simulated", (struct fake_fault){FAKE_LOSE, .from = "h1"}, &file, &decoded);
    assert_true(run.report.timing.rounds > 2);
    size_t n_probes = count_lines(&decoded, "h11 expected -: ");
    assert_true(n_probes > 0);
    assert_int_equal(count_lines(&decoded, "h2 expected -: "), n_probes);
    assert_int_equal(
        count_lines(&decoded, "h1 out: traffic/h1/delivered/h2, traffic/h1/mirrored/h11: probe "),
        16 * n_probes);
    assert_int_equal(decoded.n_frames, 18 * n_probes);
    base_buffer_free(&decoded.lines);
    base_buffer_free(&file);
    fake_run_close(&run);
}

static void only_hosts_where_a_probe_deviates_expect_something(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_buffer file = {0};
    struct decoded decoded;
    check(&run, "simulated", (struct fake_fault){FAKE_ALTER, .from = "h1", .at = "h2"}, &file,
          &decoded);
    size_t n_probes = count_lines(&decoded, "h2 expected -: ");
    assert_true(n_probes > 0);
    assert_int_equal(count_lines(&decoded, "h11 expected"), 0); /* there all is well */
    assert_int_equal(run.report.timing.rounds, 1); /* as many copies as the tables say */
    assert_int_equal(count_lines(&decoded, "h11 in: "), 3 * n_probes);
    assert_int_equal(count_lines(&decoded, "where 1 copy was expected"), 2 * 3 * n_probes);
    base_buffer_free(&decoded.lines);
    base_buffer_free(&file);
    fake_run_close(&run);
}

static void without_failures_the_file_has_no_frames(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_buffer file = {0};
    struct decoded decoded;
    check(&run, "simulated", (struct fake_fault){0}, &file, &decoded);
    assert_int_equal(report_verdict(&run.report), VERDICT_PASS);
    assert_true(file.n_bytes > 0);
    assert_int_equal(decoded.n_frames, 0);
    base_buffer_free(&decoded.lines);
    base_buffer_free(&file);
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_lost_copy_is_shown_beside_what_came),
    cmocka_unit_test(frames_are_those_of_the_last_round),
    cmocka_unit_test(only_hosts_where_a_probe_deviates_expect_something),
    cmocka_unit_test(without_failures_the_file_has_no_frames),
};

TEST_MAIN(tests)
