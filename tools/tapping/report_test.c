/* SPDX-License-Identifier: Apache-2.0
 *
 * Summaries, and the exit status that follows from them. */
#include "tapping/report.h"

#include "testing/cmocka.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { H2, H11, H3, H4, N_PLACES };

struct fixture {
    struct tapping_place places[N_PLACES];
    struct tapping_tally tally;
    struct tapping_summary summary;
    struct base_buffer out;
};

/* Ten frames; h2 lacks two of them, h11 has all and one twice, h3 and h4 see none. */
static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.places = {{.name = "h2", .role = TAPPING_DELIVERED},
                                          {.name = "h11", .role = TAPPING_MIRRORED},
                                          {.name = "h3", .role = TAPPING_ISOLATED},
                                          {.name = "h4", .role = TAPPING_ISOLATED}},
                               .summary = {.from = "h1",
                                           .to = "h2",
                                           .frame = "a frame",
                                           .tally = &fixture.tally,
                                           .duration_ns = 9000000,
                                           .max_loss = 100}};
    struct tapping_tally *tally = &fixture.tally;
    uint64_t latency_ns;
    assert_int_equal(tapping_tally_init(tally, fixture.places, N_PLACES, NULL), 0);
    for (uint64_t number = 0; number < 10; number++) {
        tapping_tally_send(tally, 1000000 * number, 1000000 * number);
        for (size_t place = H2; place <= H11; place++) {
            if (place == H11 || (number != 4 && number != 5)) {
                uint64_t latency = place == H2 ? 150000 : 150000 + 10000 * number;
                tapping_tally_arrive(tally, place, number, 1000000 * number + latency, false,
                                     &latency_ns);
            }
        }
    }
    tapping_tally_arrive(tally, H11, 9, 9999999, true, &latency_ns);
    tapping_tally_end(tally);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    fixture->tally.n_places = N_PLACES; /* a test may have left some out */
    tapping_tally_free(&fixture->tally);
    base_buffer_free(&fixture->out);
    return 0;
}

static void tells_a_run(void **state)
{
    struct fixture *fixture = *state;
    tapping_report_text(&fixture->summary, &fixture->out);
    assert_string_equal(base_buffer_text(&fixture->out),
                        "--- h1 > h2: 10 frames sent in 9 ms ---\n"
                        "h2 delivered: 8 arrived, 2 lost (20%)\n"
                        "  one way min/p50/p90/p99/max = 0.150/0.150/0.150/0.150/0.150 ms\n"
                        "  seq 4 to 5 lost, from 0.004 s on, for 2.000 ms\n"
                        "h11 mirrored: 11 arrived, 0 lost (0%), 1 duplicate, 1 altered\n"
                        "  one way min/p50/p90/p99/max = 0.150/0.190/0.231/0.240/0.240 ms\n"
                        "nothing arrived at h3 h4 (isolated)\n");
}

/* One of each is no plural. */
static void tells_a_single_frame(void **state)
{
    (void)state;
    struct tapping_place places[] = {{.name = "h2", .role = TAPPING_DELIVERED}};
    struct tapping_tally tally;
    struct tapping_summary summary = {
        .from = "h1", .to = "h2", .tally = &tally, .duration_ns = 1000000, .max_loss = 100};
    struct base_buffer out = {0};
    assert_int_equal(tapping_tally_init(&tally, places, 1, NULL), 0);
    tapping_tally_send(&tally, 0, 0);
    tapping_tally_end(&tally);
    tapping_report_text(&summary, &out);
    assert_string_equal(base_buffer_text(&out), "--- h1 > h2: 1 frame sent in 1 ms ---\n"
                                                "h2 delivered: 0 arrived, 1 lost (100%)\n"
                                                "  seq 0 lost, from 0.000 s on, for 0.000 ms\n");
    base_buffer_free(&out);
    tapping_tally_free(&tally);
}

/* More than all tables of frames lead to. */
static struct tapping_place busy_place(enum tapping_role role, uint64_t n_outages)
{
    struct tapping_place place = {.name = "h9",
                                  .role = role,
                                  .n_arrived = 100,
                                  .n_came = 97,
                                  .n_duplicates = 3,
                                  .n_reordered = 4,
                                  .n_altered = 5,
                                  .n_late = 6,
                                  .n_lost = 7,
                                  .n_outages = n_outages};
    for (uint64_t i = 1; i <= 100; i++) {
        tapping_latency_add(&place.latency, i * 1000000);
    }
    for (uint64_t i = 0; i < TAPPING_OUTAGES_MAX; i++) {
        place.outages[i] = (struct tapping_outage){10 * i, 1 + i % 2, i * 1000000, i * 3000000};
    }
    return place;
}

/* What is told of such a place: its first line, and the number of lines. */
static size_t told(enum tapping_role role, uint64_t n_outages, struct base_buffer *out)
{
    struct tapping_place place = busy_place(role, n_outages);
    struct tapping_tally tally = {.places = &place, .n_places = 1, .n_sent = 1000};
    const struct tapping_summary summary = {.from = "h1", .tally = &tally, .duration_ns = 1500000};
    size_t n = 0;
    base_buffer_free(out);
    tapping_report_text(&summary, out);
    for (const char *at = base_buffer_text(out); (at = strchr(at, '\n')); at++) {
        n++;
    }
    return n;
}

static void tells_a_busy_place(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    assert_int_equal(told(TAPPING_ANSWERED, 3, &out), 6);
    assert_string_equal(base_buffer_text(&out),
                        "--- h1: 1000 frames sent in 2 ms ---\n"
                        "h9 answered: 100 arrived, 7 lost (0.7%), 3 duplicates, 4 reordered, "
                        "5 altered, 6 late\n"
                        "  there and back min/p50/p90/p99/max = "
                        "1.000/50.332/90.178/99.615/100.000 ms\n"
                        "  seq 0 lost, from 0.000 s on, for 0.000 ms\n"
                        "  seq 10 to 11 lost, from 0.001 s on, for 2.000 ms\n"
                        "  seq 20 lost, from 0.002 s on, for 4.000 ms\n");
    assert_int_equal(told(TAPPING_ISOLATED, 0, &out), 3);
    assert_non_null(strstr(base_buffer_text(&out), "h9 isolated: 100 arrived, 3 duplicates, 4 "
                                                   "reordered, 5 altered, 6 late: LEAKED\n"));
    assert_int_equal(told(TAPPING_WATCHED, 0, &out), 3);
    assert_null(strstr(base_buffer_text(&out), "LEAKED"));
    assert_int_equal(told(TAPPING_MIRRORED, 32, &out), 3 + 32);
    assert_null(strstr(base_buffer_text(&out), " more"));
    assert_int_equal(told(TAPPING_MIRRORED, 33, &out), 3 + 33);
    assert_non_null(strstr(base_buffer_text(&out), "  and 1 time more\n"));
    assert_int_equal(told(TAPPING_MIRRORED, 34, &out), 3 + 33);
    assert_non_null(strstr(base_buffer_text(&out), "  and 2 times more\n"));
    base_buffer_free(&out);
}

static void a_busy_place_as_json(void **state)
{
    (void)state;
    struct tapping_place place = busy_place(TAPPING_DELIVERED, 34);
    struct tapping_tally tally = {.places = &place, .n_places = 1, .n_sent = 1000};
    const struct tapping_summary summary = {
        .from = "h1", .frame = "a frame", .tally = &tally, .duration_ns = 1500000};
    struct base_buffer out = {0};
    tapping_report_json(&summary, &out);
    json_t *root = json_loads(base_buffer_text(&out), 0, NULL), *outages;
    json_t *host = json_object_get(json_object_get(root, "hosts"), "h9");
    json_t *expected = json_loads(
        "{\"role\": \"delivered\", \"arrived\": 100, \"frames\": 97, \"duplicates\": 3, "
        "\"reordered\": 4, \"altered\": 5, \"late\": 6, \"lost\": 7, \"loss_percent\": 0.7, "
        "\"n_outages\": 34, \"latency_us\": {\"min\": 1000.0, \"p50\": 50331.647, "
        "\"p90\": 90177.535, \"p99\": 99614.719, \"max\": 100000.0, \"mean\": 50500.0}}",
        0, NULL);
    assert_non_null(expected);
    outages = json_incref(json_object_get(host, "outages"));
    json_object_del(host, "outages");
    char *text = json_dumps(host, JSON_SORT_KEYS), *wanted = json_dumps(expected, JSON_SORT_KEYS);
    assert_string_equal(text, wanted);
    assert_int_equal(json_array_size(outages), TAPPING_OUTAGES_MAX);
    assert_true(json_is_null(json_object_get(root, "to")));
    free(text);
    free(wanted);
    json_decref(outages);
    json_decref(expected);
    json_decref(root);
    base_buffer_free(&out);
}

static void assert_line(const struct tapping_place *place, enum tapping_sight sight,
                        const char *note, const char *expected)
{
    struct base_buffer out = {0};
    tapping_report_line(place, sight, 3, 84000, 60, note, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void tells_a_frame(void **state)
{
    struct fixture *fixture = *state;
    const struct tapping_place *h2 = &fixture->places[H2];
    struct tapping_place answered = {.name = "h2", .role = TAPPING_ANSWERED};
    assert_line(h2, TAPPING_FIRST, "", "60 bytes at h2: seq=3 time=0.084 ms\n");
    assert_line(h2, TAPPING_REORDERED, "", "60 bytes at h2: seq=3 time=0.084 ms (reordered)\n");
    assert_line(h2, TAPPING_DUPLICATE, "", "60 bytes at h2: seq=3 (duplicate)\n");
    assert_line(h2, TAPPING_LATE, "", "60 bytes at h2: seq=3 (late)\n");
    assert_line(h2, TAPPING_FIRST, "vlan 7 added",
                "60 bytes at h2: seq=3 time=0.084 ms altered: vlan 7 added\n");
    assert_line(&fixture->places[H3], TAPPING_FIRST, "",
                "60 bytes at h3: seq=3 time=0.084 ms LEAKED\n");
    assert_line(&answered, TAPPING_FIRST, "", "60 bytes from h2: seq=3 time=0.084 ms\n");
}

static json_int_t number_in(const json_t *root, const char *host, const char *key)
{
    const json_t *object = host ? json_object_get(json_object_get(root, "hosts"), host) : root;
    assert_true(json_is_integer(json_object_get(object, key)));
    return json_integer_value(json_object_get(object, key));
}

static void is_json(void **state)
{
    struct fixture *fixture = *state;
    tapping_report_json(&fixture->summary, &fixture->out);
    json_t *root = json_loads(base_buffer_text(&fixture->out), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_int_equal(number_in(root, NULL, "sent"), 10);
    assert_int_equal(number_in(root, NULL, "lost"), 2);
    assert_int_equal(number_in(root, NULL, "duplicates"), 1);
    assert_int_equal(number_in(root, NULL, "leaked"), 0);
    assert_int_equal(number_in(root, NULL, "status"), 0);
    assert_int_equal(number_in(root, "h2", "lost"), 2);
    assert_int_equal(number_in(root, "h2", "frames"), 8);
    assert_int_equal(number_in(root, "h11", "arrived"), 11);
    assert_int_equal(number_in(root, "h3", "arrived"), 0);
    assert_true(json_is_null(json_object_get(root, "problem")));
    const json_t *h2 = json_object_get(json_object_get(root, "hosts"), "h2");
    assert_int_equal(json_array_size(json_object_get(h2, "outages")), 1);
    const json_t *p50 = json_object_get(json_object_get(h2, "latency_us"), "p50");
    assert_true(json_real_value(p50) > 149.9 && json_real_value(p50) < 150.1);
    json_decref(root);
}

#define COUNTS(arrived, frames, duplicates, altered)                                               \
    "\"arrived\": " arrived ", \"frames\": " frames ", \"duplicates\": " duplicates                \
    ", \"reordered\": 0, \"altered\": " altered ", \"late\": 0, "
#define ISOLATED "{\"role\": \"isolated\", " COUNTS("0", "0", "0", "0") "\"latency_us\": null}"
static const char EXPECTED_JSON[] =
    "{\"from\": \"h1\", \"to\": \"h2\", \"frame\": \"a frame\", \"sent\": 10, \"duration_ms\": "
    "9.0, "
    "\"lost\": 2, \"duplicates\": 1, \"leaked\": 0, \"status\": 0, \"problem\": null, \"answers\": "
    "null, "
    "\"hosts\": {\"h2\": {\"role\": \"delivered\", " COUNTS(
        "8", "8", "0",
        "0") "\"latency_us\": "
             "{\"min\": 150.0, \"p50\": 150.0, \"p90\": 150.0, \"p99\": 150.0, \"max\": 150.0, "
             "\"mean\": 150.0}, "
             "\"lost\": 2, \"loss_percent\": 20.0, \"n_outages\": 1, \"outages\": "
             "[{\"first\": 4, \"frames\": 2, \"begin_ms\": 4.0, \"duration_ms\": 2.0}]}, "
             "\"h11\": {\"role\": \"mirrored\", " COUNTS(
                 "11", "10", "1",
                 "1") "\"latency_us\": "
                      "{\"min\": 150.0, \"p50\": 190.463, \"p90\": 231.423, \"p99\": 240.0, "
                      "\"max\": 240.0, \"mean\": 195.0}, "
                      "\"lost\": 0, \"loss_percent\": 0.0, \"n_outages\": 0, \"outages\": []}, "
                      "\"h3\": " ISOLATED ", \"h4\": " ISOLATED "}}";

/* Every key, of which others read one or another. */
static void json_has_all_that_is_known(void **state)
{
    struct fixture *fixture = *state;
    struct tapping_place answered = {.name = "h2", .role = TAPPING_ANSWERED, .n_lost = 10};
    tapping_report_json(&fixture->summary, &fixture->out);
    json_t *root = json_loads(base_buffer_text(&fixture->out), JSON_REJECT_DUPLICATES, NULL);
    json_t *expected = json_loads(EXPECTED_JSON, 0, NULL);
    assert_non_null(expected);
    assert_true(json_equal(root, expected));
    json_decref(root);
    json_decref(expected);
    base_buffer_free(&fixture->out);
    answered.seen = fixture->places[H4].seen;
    fixture->places[H4] = answered;
    fixture->summary.problem = "h1: no";
    fixture->places[H3].n_arrived = 3;
    tapping_report_json(&fixture->summary, &fixture->out);
    root = json_loads(base_buffer_text(&fixture->out), JSON_REJECT_DUPLICATES, NULL);
    assert_string_equal(json_string_value(json_object_get(root, "problem")), "h1: no");
    assert_int_equal(number_in(root, NULL, "leaked"), 3);
    assert_int_equal(number_in(root, NULL, "lost"), 12);
    assert_int_equal(number_in(root, NULL, "status"), 1);
    const json_t *answers = json_object_get(root, "answers");
    assert_int_equal(number_in(answers, NULL, "lost"), 10);
    assert_true(json_is_null(json_object_get(answers, "latency_us")));
    assert_null(json_object_get(json_object_get(root, "hosts"), "h4"));
    json_decref(root);
}

static void has_a_status(void **state)
{
    struct fixture *fixture = *state;
    struct tapping_summary *summary = &fixture->summary;
    assert_int_equal(tapping_report_status(summary), 0);
    summary->max_loss = 20;
    assert_int_equal(tapping_report_status(summary), 0);
    summary->max_loss = 19.9;
    assert_int_equal(tapping_report_status(summary), 1);
    summary->problem = "h3: its capture lost 1 frames";
    assert_int_equal(tapping_report_status(summary), 3);
    fixture->places[H3].n_arrived = 1; /* a leak stays one, whatever else was not seen */
    assert_int_equal(tapping_report_status(summary), 1);
}

static void nothing_came(void **state)
{
    struct fixture *fixture = *state;
    fixture->places[H2].n_came = 0;
    fixture->places[H2].n_lost = 10;
    assert_int_equal(tapping_report_status(&fixture->summary), 1);
    fixture->tally.n_places = 1;
    fixture->places[H2].role = TAPPING_WATCHED;
    assert_int_equal(tapping_report_status(&fixture->summary), 1);
    fixture->places[H2].role = TAPPING_ISOLATED;
    fixture->places[H2].n_arrived = 0;
    assert_int_equal(tapping_report_status(&fixture->summary), 0);
    fixture->tally.n_sent = 0;
    assert_int_equal(tapping_report_status(&fixture->summary), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(tells_a_run),
    cmocka_unit_test(tells_a_single_frame),
    cmocka_unit_test(tells_a_busy_place),
    cmocka_unit_test(a_busy_place_as_json),
    TEST(tells_a_frame),
    TEST(is_json),
    TEST(has_a_status),
    TEST(nothing_came),
    TEST(json_has_all_that_is_known),
};
TEST_MAIN(tests)
