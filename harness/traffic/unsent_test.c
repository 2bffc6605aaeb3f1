/* SPDX-License-Identifier: Apache-2.0
 *
 * What a frame that was not sent leaves of claims. */
#include "traffic/unsent.h"

#include "testing/line.h"

#define FLOODS "NORMAL would flood it (--allow-flood)"
#define LEARNS "a learning switch would believe its source address, which is not the sender's"

/* Of a broadcast of a, where `ports:` and tables of s1 are these, and s2 sends on to c. */
static enum traffic_unsent_answer answer(const char *declared_s1, const char *s1,
                                         const char *reason, size_t to, unsigned wanted)
{
    struct line declared_line, line;
    static struct traffic_unsent unsent;
    struct path_declared declared = {0};
    struct header header = {.dl_type = 0x88b5, .dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    unsigned copies;
    line_make(&declared_line);
    line_flow(&declared_line, 0, declared_s1);
    line_open(&declared_line);
    line_make(&line);
    line_flow(&line, 0, s1);
    line_flow(&line, 1, "in_port=1 actions=output:2");
    line_open(&line);
    declared.network = declared_line.network;
    traffic_unsent_follow(&line.network, &declared, LINE_A, &header, reason, &unsent);
    enum traffic_unsent_answer is = traffic_unsent_at(&unsent, to, wanted, &copies);
    assert_int_equal(copies, strstr(s1, "output:2") && to == LINE_B);
    line_close(&line);
    line_close(&declared_line);
    return is;
}

static void tables_decide_what_they_know(void **state)
{
    (void)state;
    static const char to_b[] = "in_port=1 actions=output:2";
    assert_int_equal(answer(to_b, to_b, LEARNS, LINE_B, 1), TRAFFIC_UNSENT_HOLDS);
    assert_int_equal(answer(to_b, to_b, LEARNS, LINE_B, 0), TRAFFIC_UNSENT_REFUTES);
    assert_int_equal(answer(to_b, to_b, LEARNS, LINE_B, 2), TRAFFIC_UNSENT_REFUTES);
    assert_int_equal(answer(to_b, to_b, LEARNS, LINE_C, 0), TRAFFIC_UNSENT_HOLDS);
    assert_int_equal(answer(to_b, to_b, LEARNS, LINE_C, 1), TRAFFIC_UNSENT_REFUTES);
}

static void what_normal_does_is_open(void **state)
{
    (void)state;
    static const char drop[] = "in_port=1 actions=drop", normal[] = "in_port=1 actions=NORMAL",
                      beside[] = "in_port=1 actions=output:2,NORMAL";
    for (size_t to = LINE_B; to <= LINE_C; to++) {
        assert_int_equal(answer(drop, normal, FLOODS, to, 1), TRAFFIC_UNSENT_OPEN);
        assert_int_equal(answer(drop, normal, FLOODS, to, 0), TRAFFIC_UNSENT_OPEN);
        assert_int_equal(answer(drop, normal, FLOODS, to, 2), TRAFFIC_UNSENT_REFUTES);
    }
    assert_int_equal(answer(drop, beside, FLOODS, LINE_B, 0), TRAFFIC_UNSENT_REFUTES);
    assert_int_equal(answer(drop, beside, FLOODS, LINE_B, 1), TRAFFIC_UNSENT_OPEN);
    assert_int_equal(answer(drop, normal, FLOODS, LINE_A, 0), TRAFFIC_UNSENT_HOLDS);
}

static void where_normal_is_declared_frames_decide(void **state)
{
    (void)state;
    static const char normal[] = "in_port=1 actions=NORMAL",
                      beside[] = "in_port=1 actions=output:2,NORMAL";
    assert_int_equal(answer(normal, normal, FLOODS, LINE_B, 1), TRAFFIC_UNSENT_HOLDS);
    assert_int_equal(answer(beside, beside, FLOODS, LINE_B, 1), TRAFFIC_UNSENT_HOLDS);
    assert_int_equal(answer(normal, normal, LEARNS, LINE_B, 0), TRAFFIC_UNSENT_HOLDS);
    assert_int_equal(answer(normal, normal, FLOODS, LINE_B, 0), TRAFFIC_UNSENT_OPEN);
    assert_int_equal(answer(normal, beside, FLOODS, LINE_B, 0), TRAFFIC_UNSENT_REFUTES);
}

/* A circle has no end at which it would be known how often it comes. */
static void what_goes_round_is_open(void **state)
{
    (void)state;
    struct line line;
    static struct traffic_unsent unsent;
    struct path_declared declared = {0};
    struct header header = {.dl_type = 0x88b5};
    unsigned copies;
    line_make(&line);
    line_flow(&line, 0, "actions=output:3,in_port");
    line_flow(&line, 1, "actions=in_port");
    line_open(&line);
    declared.network = line.network;
    traffic_unsent_follow(&line.network, &declared, LINE_A, &header, LEARNS, &unsent);
    assert_false(unsent.walk.ends);
    assert_int_equal(traffic_unsent_at(&unsent, LINE_B, 0, &copies), TRAFFIC_UNSENT_OPEN);
    assert_int_equal(traffic_unsent_at(&unsent, LINE_B, 1, &copies), TRAFFIC_UNSENT_OPEN);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(tables_decide_what_they_know),
    cmocka_unit_test(what_normal_does_is_open),
    cmocka_unit_test(where_normal_is_declared_frames_decide),
    cmocka_unit_test(what_goes_round_is_open),
};

TEST_MAIN(tests)
