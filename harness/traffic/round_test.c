/* SPDX-License-Identifier: Apache-2.0
 *
 * What arrived in a round, and what that is compared with. */
#include "traffic/round.h"

#include "testing/cmocka.h"

#include <string.h>

/* Two probes: the first one is to arrive at host 1 twice, in two forms. */
static const struct header forms[2] = {{.vlan_tci = VLAN_TAGGED | 30},
                                       {.vlan_tci = VLAN_TAGGED | 40}};
static const struct traffic_expected_arrival arrival = {
    .host = 1, .copies = 2, .as = forms, .n_as = 2};
static struct traffic_probe probes[2] = {{.arrivals = &arrival, .n_arrivals = 1}, {.from = 1}};
static const struct traffic_plan plan = {.probes = probes, .n_probes = 2};

static void begin(struct traffic_round *round, const bool captures[2], unsigned sent)
{
    assert_int_equal(traffic_round_init(round, &plan, captures, 2), 0);
    round->sent[0] = round->sent[1] = sent;
}

static const bool all[2] = {true, true};

/* Each number has a place of its own, whatever the others are. */
static void all_have_room(void **state)
{
    (void)state;
    enum { PROBES = 9, HOSTS = 5 };
    static struct traffic_probe many[PROBES];
    static const bool captures[HOSTS];
    struct traffic_plan nine = {.probes = many, .n_probes = PROBES};
    struct traffic_round round;
    assert_int_equal(traffic_round_init(&round, &nine, captures, HOSTS), 0);
    struct {
        void *at;
        size_t n_bytes;
    } arrays[] = {{round.seen, PROBES * sizeof *round.seen},
                  {round.sent, PROBES * sizeof *round.sent},
                  {round.sent_ns, PROBES * sizeof *round.sent_ns},
                  {round.excuses, PROBES * sizeof *round.excuses},
                  {round.hosts, HOSTS * sizeof *round.hosts}};
    for (size_t i = 0; i < 5; i++) {
        for (size_t b = 0; b < arrays[i].n_bytes; b++) {
            assert_int_equal(((unsigned char *)arrays[i].at)[b], 0);
        }
        memset(arrays[i].at, (int)i + 1, arrays[i].n_bytes);
    }
    for (size_t i = 0; i < 5; i++) {
        for (size_t b = 0; b < arrays[i].n_bytes; b++) {
            assert_int_equal(((unsigned char *)arrays[i].at)[b], i + 1);
        }
    }
    traffic_round_free(&round);
}

static void copies_are_counted_by_form(void **state)
{
    (void)state;
    struct traffic_round round;
    begin(&round, all, 1);
    assert_false(traffic_probe_conforms(&round, &plan, 0));
    assert_true(traffic_probe_conforms(&round, &plan, 1));
    traffic_round_see(&round, 0, 1, 0);
    assert_false(traffic_probe_conforms(&round, &plan, 0));
    traffic_round_see(&round, 0, 1, 1);
    assert_true(traffic_probe_conforms(&round, &plan, 0));
    assert_true(traffic_round_conforms(&round, &plan));
    const struct traffic_seen *seen = traffic_round_seen(&round, 0, 1);
    assert_int_equal(seen->copies, 2);
    assert_int_equal(seen->forms[0], 1);
    assert_int_equal(seen->forms[1], 1);
    traffic_round_see(&round, 0, 1, TRAFFIC_FORMS_MAX + 3); /* those beyond are one form */
    assert_int_equal(traffic_round_seen(&round, 0, 1)->forms[TRAFFIC_FORMS_MAX - 1], 1);
    assert_false(traffic_round_conforms(&round, &plan));
    assert_int_equal(traffic_seen_count(&round, 0, 1), 3);
    assert_int_equal(traffic_seen_count(&round, 0, 0), 0);
    assert_int_equal(traffic_seen_count(&round, 1, 1), 0);
    traffic_round_free(&round);
}

static void a_form_that_came_too_often(void **state)
{
    (void)state;
    struct traffic_round round;
    begin(&round, all, 2);
    for (int i = 0; i < 2; i++) {
        traffic_round_see(&round, 0, 1, 0);
        traffic_round_see(&round, 0, 1, 1);
    }
    assert_int_equal(traffic_round_wrong_form(&round, &plan, 0, 1), FORM_NONE);
    assert_int_equal(traffic_round_wrong_form(&round, &plan, 0, 0), FORM_NONE);
    assert_true(traffic_round_conforms(&round, &plan));
    traffic_round_free(&round);
    begin(&round, all, 2);
    traffic_round_see(&round, 0, 1, 0);
    for (int i = 0; i < 3; i++) {
        traffic_round_see(&round, 0, 1, 1);
    }
    assert_int_equal(traffic_round_wrong_form(&round, &plan, 0, 1), 1);
    assert_false(traffic_round_conforms(&round, &plan));
    traffic_round_free(&round);
}

static void an_altered_copy_is_kept_apart(void **state)
{
    (void)state;
    struct traffic_round round;
    char text[] = "byte 37";
    begin(&round, all, 1);
    traffic_round_see_altered(&round, 1, 0, text);
    text[0] = 'X';
    traffic_round_see_altered(&round, 1, 0, text);
    const struct traffic_seen *seen = traffic_round_seen(&round, 1, 0);
    assert_int_equal(seen->altered, 2);
    assert_int_equal(seen->copies, 0);
    assert_string_equal(seen->alteration, "byte 37");
    assert_int_equal(traffic_seen_count(&round, 1, 0), 2);
    assert_false(traffic_probe_conforms(&round, &plan, 1));
    traffic_round_free(&round);
}

/* What was not sent, and what nobody would have seen, proves nothing. */
static void what_is_left_out(void **state)
{
    (void)state;
    static const bool one[2] = {true, false};
    struct traffic_round round;
    struct path_walk walk = {.n_arrivals = 0, .known = true};
    begin(&round, all, 0);
    assert_true(traffic_round_conforms(&round, &plan));
    traffic_round_free(&round);
    begin(&round, one, 1);
    assert_true(traffic_round_conforms(&round, &plan));
    traffic_round_see(&round, 0, 1, 0);
    assert_true(traffic_probe_follows(&round, 0, &walk));
    traffic_round_see(&round, 0, 0, 0);
    assert_false(traffic_round_conforms(&round, &plan));
    assert_false(traffic_probe_follows(&round, 0, &walk));
    traffic_round_free(&round);
}

static void a_late_copy_does_not_conform(void **state)
{
    (void)state;
    struct traffic_round round;
    begin(&round, all, 1);
    traffic_round_see_late(&round, 0, 1, 7); /* nothing came: nothing is late */
    traffic_round_see(&round, 0, 1, 0);
    traffic_round_see_late(&round, 0, 1, 300);
    traffic_round_see(&round, 0, 1, 1);
    traffic_round_see_late(&round, 0, 1, 200);
    assert_int_equal(traffic_round_seen(&round, 0, 1)->late, 2);
    assert_int_equal(traffic_round_seen(&round, 0, 1)->late_ns, 300);
    assert_false(traffic_probe_conforms(&round, &plan, 0));
    assert_false(traffic_round_conforms(&round, &plan));
    traffic_round_free(&round);
}

static void arrives(struct traffic_round *round, size_t probe, unsigned copies, uint64_t time_ns)
{
    for (unsigned i = 0; i < copies; i++) {
        traffic_round_see(round, probe, 1, i);
        traffic_round_see_time(round, probe, 1, time_ns);
    }
}

/* The first probe, sent at 5, arrives at 100; the second, sent later, at 90. */
static void what_was_sent_later_and_came_before_has_overtaken(void **state)
{
    (void)state;
    static const struct traffic_expected_arrival second = {.host = 1, .copies = 1};
    struct traffic_round round;
    probes[1].arrivals = &second;
    probes[1].n_arrivals = 1;
    for (int i = 0; i < 7; i++) {
        begin(&round, all, 1);
        round.sent_ns[0] = 5;
        round.sent[1] -= i == 3; /* not as often: perhaps earlier */
        traffic_round_see_time(&round, 0, 1, 3);
        arrives(&round, 0, 2, i == 5 ? 0 : 100);
        traffic_round_see_time(&round, 0, 1, 50);                 /* the last one counts */
        arrives(&round, 1, i == 4 ? 2 : i != 6, i == 2 ? 0 : 90); /* too many, none; not known */
        traffic_round_find_overtaken(&round, &plan, i == 1 ? 11 : 10);
        const struct traffic_seen *seen = traffic_round_seen(&round, 0, 1);
        assert_int_equal(seen->overtaken, i == 0);
        assert_int_equal(seen->late, i == 0);
        assert_int_equal(seen->late_ns, i == 0 ? 95 : 0);
        assert_int_equal(traffic_probe_conforms(&round, &plan, 0), i > 0);
        assert_int_equal(traffic_round_came(&round, &plan), i != 4 && i != 6);
        assert_int_equal(traffic_round_seen(&round, 1, 1)->late, 0);
        traffic_round_free(&round);
    }
    probes[1].n_arrivals = 0;
}

static void a_round_fails_by_probes_without_an_excuse(void **state)
{
    (void)state;
    struct traffic_round round;
    begin(&round, all, 1);
    assert_true(traffic_round_fails(&round, &plan));
    round.excuses[0] = "it is young";
    assert_false(traffic_round_fails(&round, &plan));
    traffic_round_see(&round, 1, 0, 0);
    assert_true(traffic_round_fails(&round, &plan));
    traffic_round_free(&round);
}

static void copies_follow_a_walk(void **state)
{
    (void)state;
    struct traffic_round round;
    struct path_walk walk = {.n_arrivals = 1, .known = true};
    walk.arrivals[0].host = 1;
    begin(&round, all, 2);
    traffic_round_see(&round, 0, 1, 0);
    assert_false(traffic_probe_follows(&round, 0, &walk));
    traffic_round_see_altered(&round, 0, 1, "whatever its form");
    assert_true(traffic_probe_follows(&round, 0, &walk));
    traffic_round_see(&round, 0, 0, 0);
    assert_false(traffic_probe_follows(&round, 0, &walk));
    traffic_round_free(&round);
}

/* Of so many sendings each. */
static void rounds_are_compared_by_sending(void **state)
{
    (void)state;
    struct traffic_round one, two;
    begin(&one, all, 1);
    begin(&two, all, 2);
    assert_true(traffic_round_equal(&one, &two, &plan));
    traffic_round_see(&one, 0, 1, 0);
    traffic_round_see(&two, 0, 1, 0);
    assert_false(traffic_round_equal(&one, &two, &plan));
    assert_false(traffic_round_equal(&two, &one, &plan));
    traffic_round_see(&two, 0, 1, 1);
    assert_true(traffic_round_equal(&one, &two, &plan));
    traffic_round_see_altered(&one, 1, 0, "it");
    assert_false(traffic_round_equal(&one, &two, &plan));
    traffic_round_see_altered(&two, 1, 0, "it");
    traffic_round_see_altered(&two, 1, 0, "it");
    assert_true(traffic_round_equal(&one, &two, &plan));
    traffic_round_free(&one);
    traffic_round_free(&two);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_have_room),
    cmocka_unit_test(a_late_copy_does_not_conform),
    cmocka_unit_test(what_was_sent_later_and_came_before_has_overtaken),
    cmocka_unit_test(a_round_fails_by_probes_without_an_excuse),
    cmocka_unit_test(copies_are_counted_by_form),
    cmocka_unit_test(a_form_that_came_too_often),
    cmocka_unit_test(an_altered_copy_is_kept_apart),
    cmocka_unit_test(what_is_left_out),
    cmocka_unit_test(copies_follow_a_walk),
    cmocka_unit_test(rounds_are_compared_by_sending),
};

TEST_MAIN(tests)
