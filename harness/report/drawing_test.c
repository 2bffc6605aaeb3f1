/* SPDX-License-Identifier: Apache-2.0
 *
 * Where switches, hosts and cables stand in the picture of a topology. */
#include "report/drawing.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void places_are_told_apart(void **state)
{
    (void)state;
    assert_true(report_names_place("s1:6 - s3:1", "s1:6 - s3:1"));
    assert_true(report_names_place("s1:6 - s3:1, s1:7 - s3:2", "s1:6 - s3:1"));
    assert_true(report_names_place("s1:6 - s3:1, s1:7 - s3:2", "s1:7 - s3:2"));
    assert_false(report_names_place("s1:6 - s3:1, s1:7 - s3:2", "s1:7 - s3:20"));
    assert_false(report_names_place("s1:6 - s3:1", "s1:6"));
    assert_false(report_names_place("s10", "s1"));
    assert_false(report_names_place("", "s1"));
}

/* s1 and s2 on two cables; cap at s1, a and b at s2; lone is cabled to nothing. */
static struct topology_switch switches[] = {{.name = "s1"}, {.name = "s2"}, {.name = "lone"}};
static struct topology_host hosts[] = {
    {.name = "cap", .capture = true, .port = {0, 1}},
    {.name = "a", .port = {1, 1}},
    {.name = "b", .port = {1, 2}},
};
static struct topology_link links[] = {{.a = {0, 2}, .b = {1, 3}}, {.a = {1, 4}, .b = {0, 3}}};

static struct topology topology = {.switches = switches,
                                   .n_switches = 3,
                                   .hosts = hosts,
                                   .n_hosts = 3,
                                   .links = links,
                                   .n_links = 2};

static const char *draw(const struct report *report, struct base_buffer *svg)
{
    base_buffer_free(svg);
    report_put_drawing(svg, &topology, report);
    assert_false(svg->failed);
    return base_buffer_text(svg);
}

/* The number behind `attribute` in what belongs to a node of this name. */
static int number_of(const char *svg, const char *name, const char *attribute)
{
    char title[64];
    snprintf(title, sizeof title, "<title>%s</title>", name);
    const char *at = strstr(svg, title);
    assert_non_null(at);
    at = strstr(at, attribute);
    assert_non_null(at);
    return atoi(at + strlen(attribute));
}

static void each_layer_is_a_cable_further_from_the_capture_host(void **state)
{
    (void)state;
    struct base_buffer svg = {0};
    const char *text = draw(&(struct report){0}, &svg);
    int cap = number_of(text, "cap", " cy=\""), s1 = number_of(text, "s1", " y=\"");
    int s2 = number_of(text, "s2", " y=\""), a = number_of(text, "a", " cy=\"");
    assert_true(cap < s1 && s1 < s2 && s2 < a);
    assert_int_equal(a, number_of(text, "b", " cy=\""));
    assert_true(number_of(text, "a", " cx=\"") < number_of(text, "b", " cx=\""));
    assert_true(number_of(text, "lone", " y=\"") > a);
    hosts[0].capture = false; /* then all hosts are the first layer */
    text = draw(&(struct report){0}, &svg);
    assert_int_equal(number_of(text, "cap", " cy=\""), number_of(text, "a", " cy=\""));
    hosts[0].capture = true;
    base_buffer_free(&svg);
}

static void cables_beside_each_other_lean_apart(void **state)
{
    (void)state;
    struct base_buffer svg = {0};
    const char *text = draw(&(struct report){0}, &svg);
    int x1, y1, x2, y2, n = 0;
    const char *at = strstr(text, "<path class=\"cable\"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "<path class=\"cable\" d=\"M%*d %*dQ%d %d%n", &x1, &y1, &n), 2);
    at = strstr(at + n, "<path class=\"cable\"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "<path class=\"cable\" d=\"M%*d %*dQ%d %d", &x2, &y2), 2);
    assert_true(abs(x1 - x2) + abs(y1 - y2) > 20);
    base_buffer_free(&svg);
}

/* Two switches of one layer, each with a capture host. */
static void cables_of_one_row_lean_apart(void **state)
{
    (void)state;
    struct topology_host captures[] = {{.name = "c1", .capture = true, .port = {0, 1}},
                                       {.name = "c2", .capture = true, .port = {1, 1}}};
    struct topology twins = topology;
    twins.hosts = captures;
    twins.n_hosts = 2;
    struct base_buffer svg = {0};
    report_put_drawing(&svg, &twins, &(struct report){0});
    const char *text = base_buffer_text(&svg);
    assert_int_equal(number_of(text, "s1", " y=\""), number_of(text, "s2", " y=\""));
    int y1, y2, n = 0;
    const char *at = strstr(text, "<path class=\"cable\"");
    assert_int_equal(sscanf(at, "<path class=\"cable\" d=\"M%*d %*dQ%*d %d%n", &y1, &n), 1);
    at = strstr(at + n, "<path class=\"cable\"");
    assert_int_equal(sscanf(at, "<path class=\"cable\" d=\"M%*d %*dQ%*d %d", &y2), 1);
    assert_true(abs(y1 - y2) > 20);
    base_buffer_free(&svg);
}

/* A row holds a few; sixty hosts of one switch are in the picture, too, and none on another. */
static void nothing_stands_on_another(void **state)
{
    (void)state;
    enum { N = 60 };
    static struct topology_host many[N];
    static char names[N][8];
    for (size_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "h%zu", i);
        many[i] = (struct topology_host){.name = names[i], .port = {1, (uint16_t)(i + 10)}};
    }
    struct topology wide = topology;
    wide.hosts = many;
    wide.n_hosts = N;
    struct base_buffer svg = {0};
    report_put_drawing(&svg, &wide, &(struct report){0});
    int x[N], y[N], width = 0, height = 0;
    assert_int_equal(sscanf(base_buffer_text(&svg), "<svg viewBox=\"0 0 %d %d\"", &width, &height),
                     2);
    for (size_t i = 0; i < N; i++) {
        x[i] = number_of(base_buffer_text(&svg), names[i], " cx=\"");
        y[i] = number_of(base_buffer_text(&svg), names[i], " cy=\"");
        assert_in_range(x[i], 10, width - 10);
        assert_in_range(y[i], 10, height - 10);
        for (size_t k = 0; k < i; k++) {
            assert_true(abs(x[i] - x[k]) >= 30 || abs(y[i] - y[k]) >= 30);
        }
    }
    base_buffer_free(&svg);
}

static void marks_have_shapes_of_their_own(void **state)
{
    (void)state;
    struct cause causes[] = {{.where = "s1:2 - s2:3, s2:4 - s1:3"},
                             {.where = "s2:1"},
                             {.where = "lone"},
                             {.where = "b"},
                             {.where = NULL}};
    struct report report = {.causes = causes, .n_causes = 5};
    struct base_buffer svg = {0};
    const char *text = draw(&report, &svg);
    const char *first = strstr(text, "<a href=\"#cause-1\" class=\"bad\"><path class=\"cable\"");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "<a href=\"#cause-1\" class=\"bad\"><path class=\"cable\""));
    assert_non_null(strstr(text, "<a href=\"#cause-2\" class=\"bad\"><path class=\"diamond\""));
    assert_non_null(strstr(text, "<a href=\"#cause-3\" class=\"bad\"><g><title>lone</title>"));
    assert_non_null(strstr(text, "<a href=\"#cause-4\" class=\"bad\"><g><title>b</title>"));
    assert_null(strstr(text, "cause-5"));
    base_buffer_free(&svg);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(places_are_told_apart),
    cmocka_unit_test(each_layer_is_a_cable_further_from_the_capture_host),
    cmocka_unit_test(cables_beside_each_other_lean_apart),
    cmocka_unit_test(cables_of_one_row_lean_apart),
    cmocka_unit_test(nothing_stands_on_another),
    cmocka_unit_test(marks_have_shapes_of_their_own),
};

TEST_MAIN(tests)
