/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines on a stderr that is a pipe: one that nobody reads, names with control characters, repeats
 * and floods. */
#include "tapd/log.h"

#include "testing/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct world {
    int kept, reader;
    char text[1 << 17];
};

static void begin(struct world *world)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    world->kept = dup(STDERR_FILENO);
    world->reader = ends[0];
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
}

/* What was written since the last time. */
static const char *said(struct world *world)
{
    ssize_t n = read(world->reader, world->text, sizeof world->text - 1);
    world->text[n > 0 ? n : 0] = '\0';
    return world->text;
}

static void end(struct world *world)
{
    dup2(world->kept, STDERR_FILENO);
    close(world->kept);
    close(world->reader);
}

static void names_cannot_forge_lines(void **state)
{
    (void)state;
    static struct world world;
    begin(&world);
    tapd_log("port %s", "a\x1b[2J\ntapd: s1: connected\r\x9b\x7f~");
    assert_string_equal(said(&world),
                        "tapd: port a\\x1b[2J\n      tapd: s1: connected\\x0d\\x9b\\x7f~\n");
    tapd_log("not reloaded:\nwhy\n");
    assert_string_equal(said(&world), "tapd: not reloaded:\n      why\n");
    end(&world);
}

static void details_are_for_who_asks(void **state)
{
    (void)state;
    static struct world world;
    begin(&world);
    tapd_log_detail("%s: read", "s1");
    assert_string_equal(said(&world), "");
    tapd_log_set_verbose(true);
    tapd_log_detail("%s: read", "s1");
    assert_string_equal(said(&world), "tapd: s1: read\n");
    tapd_log_set_verbose(false);
    tapd_log_detail("%s: read", "s2");
    assert_string_equal(said(&world), "");
    end(&world);
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    static struct world world;
    char name[3000];
    memset(name, 1, sizeof name);
    name[sizeof name - 1] = '\0';
    begin(&world);
    tapd_log("%s", name);
    size_t n = strlen(said(&world));
    assert_in_range(n, 4000, 4096);
    assert_int_equal(world.text[n - 1], '\n');
    end(&world);
}

static void repeats_are_counted(void **state)
{
    (void)state;
    static struct world world;
    begin(&world);
    for (int i = 0; i < 5; i++) {
        tapd_log("s1: not here");
    }
    assert_string_equal(said(&world), "tapd: s1: not here\n");
    tapd_log("s2: not here");
    assert_string_equal(said(&world), "tapd: 4 more of these\ntapd: s2: not here\n");
    end(&world);
}

/* A pipe has room for some hundreds of them. */
static void a_reader_that_does_not_read_stops_nothing(void **state)
{
    (void)state;
    static struct world world;
    char line[1000];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    begin(&world);
    for (int i = 0; i < 200; i++) {
        tapd_log("%d %s", i, line);
    }
    assert_non_null(strstr(said(&world), "tapd: 0 x"));
    assert_null(strstr(world.text, "tapd: 199 x"));
    tapd_log("again");
    assert_non_null(strstr(said(&world), " lines were left out here\ntapd: again\n"));
    end(&world);
}

static void a_flood_is_cut_off(void **state)
{
    (void)state;
    static struct world world;
    size_t n = 0;
    begin(&world);
    for (int i = 0; i < 3000; i++) {
        tapd_log("flood %d", i);
        n += *said(&world) != '\0';
    }
    assert_in_range(n, 100, 1500);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_cannot_forge_lines),
        cmocka_unit_test(details_are_for_who_asks),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(repeats_are_counted),
        cmocka_unit_test(a_reader_that_does_not_read_stops_nothing),
        cmocka_unit_test(a_flood_is_cut_off),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
