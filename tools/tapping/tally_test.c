/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies, losses, leaks and strays are counted. */
#include "tapping/tally.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

#include <string.h>

enum { H2, H11, H3, N_PLACES };
static const uint64_t ms = 1000000;

struct fixture {
    struct tapping_place places[N_PLACES];
    struct tapping_tally tally;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.places = {{.name = "h2", .role = TAPPING_DELIVERED},
                                          {.name = "h11", .role = TAPPING_MIRRORED},
                                          {.name = "h3", .role = TAPPING_ISOLATED}}};
    *state = &fixture;
    return tapping_tally_init(&fixture.tally, fixture.places, N_PLACES, NULL);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    tapping_tally_free(&fixture->tally);
    return 0;
}

/* Frames 1 ms from one another. */
static void send(struct fixture *fixture, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t now = 1000 * ms + fixture->tally.n_sent * ms;
        tapping_tally_send(&fixture->tally, now, now + 7);
    }
}

static enum tapping_sight arrive(struct fixture *fixture, size_t place, uint64_t number)
{
    uint64_t latency_ns;
    return tapping_tally_arrive(&fixture->tally, place, number, 1000 * ms + number * ms + 7 + 500,
                                false, &latency_ns);
}

static void counts_each_fate(void **state)
{
    struct fixture *fixture = *state;
    send(fixture, 7);
    assert_int_equal(arrive(fixture, H2, 0), TAPPING_FIRST);
    assert_int_equal(arrive(fixture, H2, 5), TAPPING_FIRST);
    assert_int_equal(arrive(fixture, H2, 1), TAPPING_REORDERED);
    assert_int_equal(arrive(fixture, H2, 1), TAPPING_DUPLICATE);
    assert_int_equal(arrive(fixture, H2, 2), TAPPING_REORDERED);
    assert_int_equal(arrive(fixture, H2, 6), TAPPING_FIRST);
    assert_int_equal(arrive(fixture, H2, 7), TAPPING_UNSENT);
    assert_int_equal(arrive(fixture, H3, 4), TAPPING_FIRST);
    tapping_tally_end(&fixture->tally);
    assert_int_equal(arrive(fixture, H2, 3), TAPPING_LATE);
    const struct tapping_place *h2 = &fixture->places[H2];
    assert_int_equal(h2->n_arrived, 7);
    assert_int_equal(h2->n_came, 5);
    assert_int_equal(h2->n_duplicates, 1);
    assert_int_equal(h2->n_reordered, 2);
    assert_int_equal(h2->n_late, 1);
    assert_int_equal(h2->n_lost, 2);
    assert_int_equal(h2->latency.min_ns, 500);
    assert_int_equal(fixture->places[H11].n_lost, 7);
    assert_int_equal(fixture->places[H3].n_lost, 0);
    assert_int_equal(fixture->places[H3].n_arrived, 1);
}

static void names_outages(void **state)
{
    struct fixture *fixture = *state;
    send(fixture, 20);
    for (uint64_t number = 0; number < 20; number++) {
        bool lost = (number >= 3 && number < 8) || number >= 18;
        if (!lost) {
            arrive(fixture, H2, number);
        }
    }
    tapping_tally_end(&fixture->tally);
    const struct tapping_place *h2 = &fixture->places[H2];
    assert_int_equal(h2->n_outages, 2);
    assert_int_equal(h2->outages[0].first, 3);
    assert_int_equal(h2->outages[0].n_frames, 5);
    assert_int_equal(h2->outages[0].begin_ns, 3 * ms);
    assert_int_equal(h2->outages[0].end_ns, 8 * ms);
    assert_int_equal(h2->outages[1].first, 18);
    assert_int_equal(h2->outages[1].n_frames, 2);
    assert_int_equal(h2->outages[1].end_ns, 19 * ms);
}

/* More outages than are kept are counted all the same. */
static void counts_more_outages_than_it_keeps(void **state)
{
    struct fixture *fixture = *state;
    enum { N = 4 * TAPPING_OUTAGES_MAX };
    send(fixture, N);
    for (uint64_t number = 0; number < N; number += 2) {
        arrive(fixture, H2, number);
    }
    tapping_tally_end(&fixture->tally);
    assert_int_equal(fixture->places[H2].n_outages, N / 2);
    assert_int_equal(fixture->places[H2].n_lost, N / 2);
    const struct tapping_outage *last = &fixture->places[H2].outages[TAPPING_OUTAGES_MAX - 1];
    assert_int_equal(last->first, 2 * TAPPING_OUTAGES_MAX - 1);
    assert_int_equal(last->n_frames, 1);
}

/* A frame flies until it has come everywhere where it must, or is given up. */
static void knows_what_is_in_flight(void **state)
{
    struct fixture *fixture = *state;
    send(fixture, 3);
    assert_int_equal(fixture->tally.n_flying, 3);
    arrive(fixture, H2, 1);
    assert_int_equal(fixture->tally.n_flying, 3);
    arrive(fixture, H11, 1);
    assert_int_equal(fixture->tally.n_flying, 2);
    assert_int_equal(fixture->tally.n_complete, 1);
    tapping_tally_land(&fixture->tally, 1000 * ms + 1);
    assert_int_equal(fixture->tally.n_flying, 1);
    arrive(fixture, H2, 0);
    arrive(fixture, H11, 0); /* after all: it flies no longer, and is complete */
    assert_int_equal(fixture->tally.n_flying, 1);
    assert_int_equal(fixture->tally.n_complete, 2);
    tapping_tally_land(&fixture->tally, UINT64_MAX);
    assert_int_equal(fixture->tally.n_flying, 0);
}

/* What is kept of a frame is forgotten, and its fate is not. */
static void runs_for_long(void **state)
{
    struct fixture *fixture = *state;
    uint64_t n_lost = 0, n_twice = 0;
    for (uint64_t number = 0; number < 3 * TAPPING_KEPT_FRAMES + 5; number++) {
        send(fixture, 1);
        if (number % 1000 == 7) {
            n_lost++;
            continue;
        }
        assert_int_equal(arrive(fixture, H2, number), TAPPING_FIRST);
        if (number % 777 == 1) {
            n_twice++;
            assert_int_equal(arrive(fixture, H2, number), TAPPING_DUPLICATE);
        }
    }
    assert_int_equal(arrive(fixture, H2, 7), TAPPING_LATE);
    tapping_tally_end(&fixture->tally);
    const struct tapping_place *h2 = &fixture->places[H2];
    assert_int_equal(h2->n_lost, n_lost);
    assert_int_equal(h2->n_came, fixture->tally.n_sent - n_lost);
    assert_int_equal(h2->n_duplicates, n_twice);
    assert_int_equal(h2->n_reordered, 0);
}

static unsigned below(unsigned n)
{
    static uint64_t state = 0x9e3779b97f4a7c15;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

/* What the fates of frames amount to, from a table of who came where, how often. */
static void assert_outages(const struct tapping_place *place, const unsigned *came, unsigned n_sent)
{
    size_t n = 0;
    uint64_t n_lost = 0;
    for (unsigned i = 0; i < n_sent; i++) {
        unsigned first = i;
        while (i < n_sent && came[i] == 0) {
            i++;
        }
        if (i > first) {
            const struct tapping_outage *outage = &place->outages[n];
            if (n++ < TAPPING_OUTAGES_MAX) {
                assert_int_equal(outage->first, first);
                assert_int_equal(outage->n_frames, i - first);
                assert_int_equal(outage->begin_ns, first * ms);
                assert_int_equal(outage->end_ns, (i < n_sent ? i : n_sent - 1) * ms);
            }
            n_lost += i - first;
        }
    }
    assert_int_equal(place->n_outages, n);
    assert_int_equal(place->n_lost, n_lost);
}

/* Random runs, counted again by hand. */
static void all_fates_are_counted(void **state)
{
    (void)state;
    enum { MOST = 120 };
    for (unsigned round = 0; round < 200; round++) {
        struct fixture fixture;
        void *made = NULL;
        set_up(&made);
        memcpy(&fixture, made, sizeof fixture);
        fixture.tally.places = fixture.places;
        unsigned came[N_PLACES][MOST] = {{0}}, n_arrived[N_PLACES] = {0}, n_twice[N_PLACES] = {0},
                 n_reordered[N_PLACES] = {0}, next[N_PLACES] = {0}, n_flying = 0, n_complete = 0;
        while (fixture.tally.n_sent < 1 + below(MOST)) {
            if (fixture.tally.n_sent == 0 || below(3) == 0) {
                send(&fixture, 1);
                n_flying++;
                continue;
            }
            unsigned number = below((unsigned)fixture.tally.n_sent), at = below(N_PLACES);
            bool again = came[at][number]++, late = number < next[at];
            assert_int_equal(arrive(&fixture, at, number), again  ? TAPPING_DUPLICATE
                                                           : late ? TAPPING_REORDERED
                                                                  : TAPPING_FIRST);
            n_arrived[at]++;
            n_twice[at] += again;
            n_reordered[at] += late && !again;
            next[at] = late ? next[at] : number + 1;
            bool complete = !again && at != H3 && came[H2 + H11 - at][number] > 0;
            n_complete += complete;
            n_flying -= complete;
            assert_int_equal(fixture.tally.n_flying, n_flying);
            assert_int_equal(fixture.tally.n_complete, n_complete);
        }
        tapping_tally_end(&fixture.tally);
        for (size_t at = 0; at < N_PLACES; at++) {
            const struct tapping_place *place = &fixture.places[at];
            assert_int_equal(place->n_arrived, n_arrived[at]);
            assert_int_equal(place->n_came, n_arrived[at] - n_twice[at]);
            assert_int_equal(place->n_duplicates, n_twice[at]);
            assert_int_equal(place->n_reordered, n_reordered[at]);
            assert_int_equal(place->latency.n, place->n_came);
            if (at != H3) {
                assert_outages(place, came[at], (unsigned)fixture.tally.n_sent);
            }
        }
        tapping_tally_free(&fixture.tally);
    }
}

static int make_once(void *aux)
{
    (void)aux;
    struct tapping_place places[] = {{.role = TAPPING_DELIVERED}, {.role = TAPPING_WATCHED}};
    struct tapping_tally tally;
    struct base_error error = {""};
    if (tapping_tally_init(&tally, places, 2, &error)) {
        assert_string_equal(error.text, "no memory to keep 262144 frames at 2 places");
        return -1;
    }
    assert_int_equal(tally.n_must, 1);
    tapping_tally_free(&tally);
    return 0;
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(failing_each(make_once, NULL), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(counts_each_fate),
    TEST(names_outages),
    TEST(counts_more_outages_than_it_keeps),
    TEST(knows_what_is_in_flight),
    TEST(runs_for_long),
    cmocka_unit_test(all_fates_are_counted),
    cmocka_unit_test(without_memory_there_is_none),
};
TEST_MAIN(tests)
