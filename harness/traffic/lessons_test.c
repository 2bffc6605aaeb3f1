/* SPDX-License-Identifier: Apache-2.0
 *
 * Who says what to whom so that two switches that do NORMAL learn, and nobody else hears it? */
#include "traffic/lessons.h"

#include "testing/line.h"

/* a and b at s1, c at s2, each with an address of its own; nothing is at any other port. */
static void make(struct line *line, const char *s1, const char *s2)
{
    line_make(line);
    for (uint8_t i = 0; i < LINE_HOSTS; i++) {
        memcpy(line->hosts[i].mac, (uint8_t[]){2, 0, 0, 0, 0, (uint8_t)(10 + i)}, 6);
    }
    line_port(line, 0, 4)->config = line_port(line, 1, 3)->config = PORT_CONFIG_NO_FWD;
    line_port(line, 1, 4)->config = PORT_CONFIG_NO_FWD;
    line_flow(line, 0, s1);
    line_flow(line, 1, s2);
    line_open(line);
}

static struct traffic_lessons *learn(const struct line *line, const bool *speaks)
{
    struct traffic_speakers speakers = {.network = &line->network,
                                        .speaks = speaks,
                                        .vlan_tci = VLAN_TAGGED | 3 << 13 | 5,
                                        .dl_type = 0x9c00};
    struct traffic_lessons *lessons = traffic_lessons_new(&speakers);
    assert_non_null(lessons);
    assert_int_equal(lessons->vid, 5);
    return lessons;
}

/* "a->a s1:1; c->a s1:3": what is said, and what it teaches. */
static void expect_lessons(const struct line *line, const struct traffic_lessons *lessons,
                           const char *wanted)
{
    static const char *const names = "abc";
    struct base_buffer text = {0};
    for (size_t i = 0; i < lessons->n_speeches; i++) {
        const struct header *header = &lessons->speeches[i].header;
        assert_int_equal(header->dl_src[5] - 10, lessons->speeches[i].from);
        assert_int_equal(header->vlan_tci, VLAN_TAGGED | 3 << 13 | 5);
        base_put_format(&text, "%s%c->%c", i ? "; " : "", names[header->dl_src[5] - 10],
                        names[header->dl_dst[5] - 10]);
        for (size_t k = 0; k < lessons->places.n; k++) {
            const struct path_place *place = &lessons->places.at[k];
            if (place->source == i) {
                assert_memory_equal(place->mac, header->dl_src, 6);
                assert_int_equal(place->vid, 5);
                base_put_format(&text, " %s:%u", line->switches[place->port.sw].name,
                                place->port.port);
            }
        }
    }
    if (strcmp(base_buffer_text(&text), wanted) != 0) {
        fail_msg("%s\ninstead of\n%s", base_buffer_text(&text), wanted);
    }
    base_buffer_free(&text);
}

static const bool all[LINE_HOSTS] = {true, true, true};

static void a_host_alone_at_its_switch_speaks_to_others_first(void **state)
{
    (void)state;
    struct line line;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    struct traffic_lessons *lessons = learn(&line, all);
    expect_lessons(&line, lessons,
                   "a->a s1:1; b->b s1:2; c->c s2:2; c->a s1:3; a->c s2:1; b->c s2:1");
    traffic_lessons_free(lessons);
    /* It is not asked for. */
    lessons = learn(&line, (bool[]){true, true, false});
    expect_lessons(&line, lessons, "a->a s1:1; b->b s1:2");
    traffic_lessons_free(lessons);
    line_close(&line);
}

static void nothing_is_said_that_others_might_hear(void **state)
{
    (void)state;
    struct line line;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    line_port(&line, 1, 4)->config = 0; /* who is there? */
    struct traffic_lessons *lessons = learn(&line, all);
    expect_lessons(&line, lessons, "a->a s1:1; b->b s1:2; c->c s2:2");
    traffic_lessons_free(lessons);
    line_close(&line);
    /* What a switch does otherwise is certain, or nothing is said. */
    make(&line, "actions=NORMAL,output:2", "actions=mod_vlan_vid:4,NORMAL");
    lessons = learn(&line, all);
    expect_lessons(&line, lessons, "a->a s1:1; b->b s1:2");
    traffic_lessons_free(lessons);
    line_close(&line);
}

/* Switches that forward by entries learn nothing, and carry what is said. */
static void only_normal_learns(void **state)
{
    (void)state;
    struct line line;
    make(&line, "actions=NORMAL", "in_port=1 actions=output:2");
    line_flow(&line, 1, "in_port=2 actions=output:1");
    path_network_close(&line.network);
    line_open(&line);
    struct traffic_lessons *lessons = learn(&line, all);
    expect_lessons(&line, lessons, "a->a s1:1; b->b s1:2; c->a s1:3");
    traffic_lessons_free(lessons);
    line_close(&line);
}

static bool may_say(const struct line *line, const struct traffic_lessons *lessons,
                    const struct traffic_speech *speech)
{
    static struct path_walk walk;
    struct path_touch touch;
    path_follow_touch(&line->network, line->hosts[speech->from].port, &speech->header,
                      &lessons->places, &touch, &walk);
    return traffic_lessons_suffice(speech->header.dl_dst[5] - 10u, &touch, &walk);
}

/* Each speech in turn is not heard; what needs it teaches nothing then, and what does not, does. */
static void what_was_not_heard_teaches_nothing(void **state)
{
    (void)state;
    static const char *const heard[] = {
        "b->b s1:2; c->c s2:2",
        "a->a s1:1; c->c s2:2; c->a s1:3; a->c s2:1; b->c s2:1 s1:2",
        "a->a s1:1; b->b s1:2; c->a s1:3 s2:2; a->c s2:1; b->c s2:1",
        "a->a s1:1; b->b s1:2; c->c s2:2",
        "a->a s1:1; b->b s1:2; c->c s2:2; c->a s1:3; b->c s2:1",
        "a->a s1:1; b->b s1:2; c->c s2:2; c->a s1:3; a->c s2:1",
    };
    struct line line;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    struct traffic_lessons *all_said = learn(&line, all);
    assert_int_equal(all_said->n_speeches, 6);
    for (size_t unheard = 0; unheard < 6; unheard++) {
        struct traffic_lessons *lessons = traffic_lessons_none(5);
        for (size_t i = 0; i < 6; i++) {
            const struct traffic_speech *speech = &all_said->speeches[i];
            if (i != unheard && may_say(&line, lessons, speech)) {
                traffic_lessons_hear(lessons, &line.network, speech->header.dl_dst[5] - 10u,
                                     speech);
            }
        }
        expect_lessons(&line, lessons, heard[unheard]);
        traffic_lessons_free(lessons);
    }
    traffic_lessons_free(all_said);
    line_close(&line);
}

static void only_what_is_needed_is_wanted(void **state)
{
    (void)state;
    static const struct header to_c = {.in_port = 1,
                                       .vlan_tci = VLAN_TAGGED | 5,
                                       .dl_dst = {2, 0, 0, 0, 0, 12}},
                               to_b = {.in_port = 1,
                                       .vlan_tci = VLAN_TAGGED | 5,
                                       .dl_dst = {2, 0, 0, 0, 0, 11}};
    struct line line;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    for (int i = 0; i < 2; i++) {
        struct traffic_lessons *lessons = learn(&line, all);
        traffic_lessons_want(lessons, &line.network, LINE_A, i ? &to_c : &to_b);
        traffic_lessons_complete(lessons, &line.network);
        for (size_t k = 0; k < lessons->n_speeches; k++) {
            bool wanted = i ? k == 0 || k == 2 || k == 3 : k == 1;
            assert_int_equal(lessons->speeches[k].wanted, wanted);
        }
        traffic_lessons_free(lessons);
    }
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_host_alone_at_its_switch_speaks_to_others_first),
    cmocka_unit_test(nothing_is_said_that_others_might_hear),
    cmocka_unit_test(only_normal_learns),
    cmocka_unit_test(what_was_not_heard_teaches_nothing),
    cmocka_unit_test(only_what_is_needed_is_wanted),
};

TEST_MAIN(tests)
