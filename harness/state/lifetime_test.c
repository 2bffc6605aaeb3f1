/* SPDX-License-Identifier: Apache-2.0
 *
 * Timeouts that entries have, and those that they should have. */

#include "testing/state_of.h"

#include <stdio.h>

static void expires_is_the_hard_timeout(void **state)
{
    (void)state;
    static const struct {
        const char *flow;
        bool is_wrong;
    } rows[] = {
        {"hard_timeout=120,in_port=1 actions=output:2", false},
        {"idle_timeout=120,hard_timeout=120,in_port=1 actions=output:2", false},
        {"idle_timeout=119,hard_timeout=120,in_port=1 actions=output:2", true},
        {"in_port=1 actions=output:2", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        world.expectation.expires_sec = 120;
        expect(&world, 1, "", "output:2");
        add_flow(&world, rows[i].flow);
        judge(&world);
        check_result(&world, "state/s1/1", rows[i].is_wrong ? VERDICT_FAIL : VERDICT_PASS);
        free_world(&world);
    }
}

/* Each case may have a lifetime of its own. */
static void a_case_may_have_its_own_lifetime(void **state)
{
    (void)state;
    static const struct {
        uint16_t expires; /* of the expectation; TCP: 60, UDP: never */
        const char *tcp, *udp, *rest;
        const char *late;     /* NULL: all have the right one */
        uint32_t expires_sec; /* of that one's case */
    } rows[] = {
        {0, "hard_timeout=60,", "", "", NULL, 0},
        {120, "hard_timeout=60,", "", "hard_timeout=120,", NULL, 0},
        {0, "", "", "", "priority=9,tcp,in_port=1 actions=output:2", 60},
        {60, "hard_timeout=60,", "hard_timeout=60,", "hard_timeout=60,",
         "hard_timeout=60, priority=9,udp,in_port=1 actions=output:3", 0},
        {0, "hard_timeout=60,", "", "hard_timeout=60,",
         "hard_timeout=60, priority=8,in_port=1 actions=output:4", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        char text[3][100];
        make_world(&world);
        world.expectation.expires_sec = rows[i].expires;
        expect(&world, 1, "tcp", "output:2");
        expect(&world, 1, "udp", "output:3");
        expect(&world, 1, "", "output:4");
        world.expected[0].cases[0].has_expires = world.expected[0].cases[1].has_expires = true;
        world.expected[0].cases[0].expires_sec = 60;
        snprintf(text[0], sizeof text[0], "%spriority=9,tcp,in_port=1 actions=output:2",
                 rows[i].tcp);
        snprintf(text[1], sizeof text[1], "%spriority=9,udp,in_port=1 actions=output:3",
                 rows[i].udp);
        snprintf(text[2], sizeof text[2], "%spriority=8,in_port=1 actions=output:4", rows[i].rest);
        for (size_t j = 0; j < 3; j++) {
            add_flow(&world, text[j]);
        }
        judge(&world);
        check_result(&world, "state/s1/1", rows[i].late ? VERDICT_FAIL : VERDICT_PASS);
        const struct result *result = get_result(&world, "state/s1/1");
        if (rows[i].late) {
            assert_int_equal(result->finding->late_expires_sec, rows[i].expires_sec);
            assert_int_equal(result->finding->n_late, 1);
            check_text("entry", result->says[SAYS_ADVERTISED], rows[i].late);
        }
        free_world(&world);
    }
}

/* What `entries:` writes, and only that, is expected of the entry that it means. */
static void timeouts_of_listed_entries_are_expected(void **state)
{
    (void)state;
    static const struct {
        const char *listed, *flow;
        bool right;
    } rows[] = {
        {"hard_timeout=120,in_port=1 actions=output:2",
         "hard_timeout=120,in_port=1 actions=output:2", true},
        {"hard_timeout=120,idle_timeout=9,in_port=1 actions=output:2",
         "hard_timeout=120,idle_timeout=9,in_port=1 actions=output:2", true},
        {"in_port=1 actions=output:2", "hard_timeout=120,in_port=1 actions=output:2", false},
        {"idle_timeout=9,in_port=1 actions=output:2",
         "hard_timeout=120,idle_timeout=9,in_port=1 actions=output:2", false},
        {"hard_timeout=120,in_port=1 actions=output:2",
         "hard_timeout=120,idle_timeout=9,in_port=1 actions=output:2", false},
        {"priority=5,hard_timeout=120,in_port=1 actions=output:2",
         "hard_timeout=120,in_port=1 actions=output:2", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        expect(&world, 1, "", "output:2");
        add_entry(&world, rows[i].listed);
        add_flow(&world, rows[i].flow);
        judge(&world);
        check_result(&world, "state/s1/1", rows[i].right ? VERDICT_PASS : VERDICT_FAIL);
        free_world(&world);
    }
}

static void entries_about_to_expire_are_noted(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.expectation.expires_sec = 120;
    expect(&world, 1, "", "output:2");
    add_flow(&world, "hard_timeout=120,in_port=1 actions=output:2");
    world.state.flows.entries[0].duration_sec = 114;
    world.state.flows.entries[0].duration_nsec = 900000000;
    judge(&world);
    assert_int_equal(world.report.n_notes, 0);
    world.state.flows.entries[0].duration_sec = 118;
    judge(&world);
    check_note(&world, "s1: hard_timeout=120, in_port=1 actions=output:2 may expire during the "
                       "run, in 1.1 s");
    assert_int_equal(world.report.n_notes, 1);
    world.options.run_ms = 1000;
    judge(&world);
    assert_int_equal(world.report.n_notes, 0);
    /* Nobody knows when it was last used. */
    world.state.flows.entries[0].idle_timeout = 1;
    world.options.run_ms = 999;
    judge(&world);
    assert_int_equal(world.report.n_notes, 0);
    world.options.run_ms = 1000;
    judge(&world);
    assert_int_equal(world.report.n_notes, 1);
    free_world(&world);
}

/* Three of them by name, and how many more; each once, whichever cases it takes headers of. */
static void many_about_to_expire_are_counted(void **state)
{
    (void)state;
    static const char *const more[] = {NULL, "s1: 1 more entries may expire during the run",
                                       "s1: 2 more entries may expire during the run"};
    for (unsigned n = 3; n <= 5; n++) {
        struct world world;
        make_world(&world);
        world.expectation.expires_sec = 120;
        expect(&world, 1, "tcp,tp_src=7", "output:2");
        expect(&world, 1, "", "output:2");
        for (unsigned i = 0; i < n; i++) {
            char flow[100];
            snprintf(flow, sizeof flow, "hard_timeout=120,in_port=1,tcp,tp_dst=%u actions=output:2",
                     i + 1);
            add_flow(&world, flow);
            world.state.flows.entries[i].duration_sec = 119;
        }
        judge(&world);
        assert_int_equal(world.report.n_notes, n > 3 ? 4 : 3);
        for (unsigned i = 0; i < 3; i++) {
            char note[150];
            snprintf(note, sizeof note,
                     "s1: hard_timeout=120, tcp,in_port=1,tp_dst=%u actions=output:2 may expire "
                     "during the run, in 1.0 s",
                     i + 1);
            check_note(&world, note);
        }
        if (more[n - 3]) {
            check_note(&world, more[n - 3]);
        }
        free_world(&world);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(expires_is_the_hard_timeout),
    cmocka_unit_test(a_case_may_have_its_own_lifetime),
    cmocka_unit_test(timeouts_of_listed_entries_are_expected),
    cmocka_unit_test(entries_about_to_expire_are_noted),
    cmocka_unit_test(many_about_to_expire_are_counted),
};

TEST_MAIN(tests)
