/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions with choices: what a switch may do by them, and where two differ. */
#include "space/behavior.h"

#include "testing/cmocka.h"

enum { MOST = 64 };

static const struct port ports[] = {{.number = 1},
                                    {.number = 2},
                                    {.number = 3},
                                    {.number = 4, .config = PORT_CONFIG_DOWN},
                                    {.number = 5}};

/* A list, a letter an action: a digit is an output, "|N" one of the next N copies, "?N" the first
 * of them that can be sent, "(" and ")" a copy, "v" a VLAN id of 5. */
static size_t list(const char *text, struct action *actions)
{
    size_t n = 0;
    for (const char *at = text; *at; at++) {
        struct action *action = &actions[n++];
        *action = (struct action){.type = ACTION_OUTPUT};
        switch (*at) {
        case '|':
        case '?':
            action->type = *at == '|' ? ACTION_ONE_OF : ACTION_FAILOVER;
            action->n_ways = (uint32_t)(*++at - '0');
            break;
        case '(':
        case ')':
            action->type = *at == '(' ? ACTION_COPY : ACTION_COPY_END;
            break;
        case 'v':
            *action = (struct action){.type = ACTION_SET_VLAN_VID, .vlan_vid = 5};
            break;
        default:
            action->port = (uint16_t)(*at - '0');
        }
    }
    return n;
}

static struct space_behavior behavior_of(const char *text, struct base_arena *arena)
{
    struct action actions[MOST];
    struct space_behavior behavior;
    assert_int_equal(space_behavior(actions, list(text, actions), 1, ports, 5, arena, &behavior),
                     0);
    return behavior;
}

static void put_way(const struct space_behavior *way, struct base_buffer *out)
{
    for (size_t i = 0; i < way->n_outputs; i++) {
        base_put_format(out, "%u%s", way->outputs[i].port,
                        header_is_zero(&way->outputs[i].rewrite.mask) ? "" : "v");
    }
}

/* "2 23": the ways, by what they send. */
static const char *ways_text(const struct space_behavior *behavior, struct base_buffer *out)
{
    out->n_bytes = 0;
    for (size_t i = 0; i < behavior->n_ways; i++) {
        base_put_text(out, i > 0 ? " " : "");
        put_way(&behavior->ways[i], out);
    }
    if (behavior->n_ways == 0) {
        put_way(behavior, out);
    }
    return base_buffer_text(out);
}

static void choices_make_ways(void **state)
{
    (void)state;
    static const struct {
        const char *actions, *ways;
    } rows[] = {
        {"2|2(3)(5)", "23 25"},
        {"|2(3)(5)2", "23 25"},
        {"|2(v3)(5)2", "23v 25"}, /* the rewrite of a copy stays in it */
        {"|3(3)(5)(3)", "3 5"},
        {"|2(3)(3)", "3"},
        {"|2(3)()", " 3"},
        {"|2(2)(3)|2(3)(5)", "23 25 33 35"},
        {"|2(|2(2)(3))(5)", "2 3 5"}, /* one within the other */
        {"?2(3)(5)", "3"},
        {"?3(4)(5)(3)", "5"}, /* port 4 is off */
        {"?1(4)2", "2"},
        {"|2(?2(4)(3))(2)", "2 3"},
    };
    struct base_buffer text = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_arena arena = {0};
        struct space_behavior behavior = behavior_of(rows[i].actions, &arena);
        const char *ways = ways_text(&behavior, &text);
        if (strcmp(ways, rows[i].ways) != 0) {
            fail_msg("%s: %s", rows[i].actions, ways);
        }
        assert_null(space_behavior_open(&behavior));
        assert_int_equal(behavior.unknown != NULL, behavior.n_ways > 0);
        assert_true(behavior.n_ways != 1);
        base_arena_free(&arena);
    }
    base_buffer_free(&text);
}

static void what_is_too_much_is_unknown(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct space_behavior behavior =
        behavior_of("|4(2)(3)(5)()|4(2)(3)(5)()|4(2)(3)(5)()|2(2)(3)", &arena);
    assert_int_equal(behavior.n_ways, 0);
    assert_non_null(strstr(space_behavior_open(&behavior), "more than 64 ways"));
    behavior = behavior_of("|1(2)|1(2)|1(2)|1(2)|1(2)|1(2)|1(2)|1(2)|1(2)", &arena);
    assert_non_null(strstr(space_behavior_open(&behavior), "more than 8 choices"));
    base_arena_free(&arena);
}

static void ports_are_left_out_of_each_way(void **state)
{
    (void)state;
    static const uint16_t out[] = {3, 5};
    struct base_arena arena = {0};
    struct base_buffer text = {0};
    struct space_behavior all = behavior_of("2|3(3)(5)(2)", &arena), rest;
    assert_int_equal(space_behavior_without(&all, out, 2, &arena, &rest), 0);
    assert_string_equal(ways_text(&rest, &text), "2 22");
    assert_int_equal(space_behavior_without(&all, out, 1, &arena, &rest), 0);
    assert_string_equal(ways_text(&rest, &text), "2 22 25");
    all = behavior_of("2|2(3)(5)", &arena);
    assert_int_equal(space_behavior_without(&all, out, 2, &arena, &rest), 0);
    assert_string_equal(ways_text(&rest, &text), "2");
    assert_null(rest.unknown);
    base_buffer_free(&text);
    base_arena_free(&arena);
}

/* As two sets of ways, in whichever order they are asked. */
static void ways_are_compared_as_sets(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        enum space_answer answer;
    } rows[] = {
        {"3", "|2(3)(5)", SPACE_FOUND},
        {"2", "|2(3)(5)", SPACE_FOUND},
        {"35", "|2(3)(5)", SPACE_FOUND},
        {"", "|2(3)(5)", SPACE_FOUND},
        {"5", "|2(v3)(v5)", SPACE_FOUND},
        {"3", "3", SPACE_EMPTY},
        {"3", "5", SPACE_FOUND},
        {"|2(3)(5)", "|3(5)(3)(3)", SPACE_EMPTY},
        {"|2(3)(5)2", "2|2(5)(3)", SPACE_EMPTY},
        {"|2(3)(5)", "|3(3)(5)(2)", SPACE_FOUND},
        {"|2(3)(v5)", "|2(3)(5)", SPACE_FOUND},
        {"|2(v3)(v5)", "|2(v5)(v3)", SPACE_EMPTY},
        {"|2(|2(2)(3))(5)", "|3(2)(3)(5)", SPACE_EMPTY},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct base_arena arena = {0};
        struct space_behavior a = behavior_of(i % 2 ? rows[i / 2].b : rows[i / 2].a, &arena);
        struct space_behavior b = behavior_of(i % 2 ? rows[i / 2].a : rows[i / 2].b, &arena);
        struct space_region region = {.cube = match_in_port(1)};
        struct space_difference where;
        size_t budget = 100000;
        enum space_answer answer = space_differ(&region, &a, &b, &budget, &where);
        if (answer != rows[i / 2].answer ||
            space_behavior_equal(&a, &b) != (answer == SPACE_EMPTY)) {
            fail_msg("%s and %s: %d", rows[i / 2].a, rows[i / 2].b, (int)answer);
        }
        assert_true(answer != SPACE_FOUND || match_takes(&region.cube, &where.example));
        space_region_free(&region);
        base_arena_free(&arena);
    }
}

/* A rewrite to what some have already. */
static void a_way_may_be_one_of_the_others_for_some(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct space_behavior a = behavior_of("|2(v3)(5)", &arena), b = behavior_of("|2(3)(5)", &arena);
    struct space_region region = {.cube = match_in_port(1)};
    struct space_difference where;
    size_t budget = 100000;
    assert_int_equal(space_differ(&region, &a, &b, &budget, &where), SPACE_FOUND);
    region.cube = match_exactly(&where.example);
    assert_int_equal(space_differ(&region, &a, &b, &budget, &where), SPACE_FOUND);
    struct space_rewrite rewrite = a.ways[0].outputs[0].port == 3 ? a.ways[0].outputs[0].rewrite
                                                                  : a.ways[1].outputs[0].rewrite;
    struct header already = space_rewritten(&rewrite, &where.example);
    region.cube = match_exactly(&already);
    assert_int_equal(space_differ(&region, &a, &b, &budget, &where), SPACE_EMPTY);
    space_region_free(&region);
    base_arena_free(&arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(choices_make_ways),
    cmocka_unit_test(what_is_too_much_is_unknown),
    cmocka_unit_test(ports_are_left_out_of_each_way),
    cmocka_unit_test(ways_are_compared_as_sets),
    cmocka_unit_test(a_way_may_be_one_of_the_others_for_some),
};

TEST_MAIN(tests)
