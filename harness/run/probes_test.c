/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes that come and go from one cover to the next, with a limit to what is sent. */
#include "run/probes.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

/* A probe a letter, a capital one if of another host; what stands behind the bar is over the
 * limit. Of the later cover the first n_kept are of the one before. */
static struct traffic_cover cover_of(const char *text, size_t n_kept, struct traffic_extra *probes)
{
    struct traffic_cover cover = {.probes = probes, .n_kept = n_kept};
    for (; *text; text++) {
        if (*text == '|') {
            cover.n_probes = cover.n_wanted;
            continue;
        }
        probes[cover.n_wanted++] = (struct traffic_extra){
            .from = *text < 'a', .header.in_port = (uint16_t)((*text | ' ') - 'a' + 1)};
    }
    return cover;
}

static void assert_told(const struct named_probe *probes, size_t n, const char *expected)
{
    static const char *const hosts[] = {"a", "b"};
    char text[16];
    assert_int_equal(n, strlen(expected));
    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "in_port=%d,", (expected[i] | ' ') - 'a' + 1);
        assert_string_equal(probes[i].from, hosts[expected[i] < 'a']);
        assert_memory_equal(probes[i].packet, text, strlen(text));
    }
}

static void what_is_sent_counts(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        size_t n_kept;
        const char *dropped, *added;
    } rows[] = {
        {"|", "|", 0, "", ""},
        {"abc|", "abc|", 3, "", ""},
        {"abc|", "bc|", 2, "a", ""},
        {"abc|", "acde|", 2, "b", "de"},
        {"abc|", "|", 0, "abc", ""},
        {"a|", "A|", 0, "a", "A"},
        {"aA|", "A|", 1, "a", ""},
        /* The same letter, but not of those that are kept. */
        {"ab|", "ab|", 1, "b", "b"},
        /* Over the limit before, then not; and the other way round. */
        {"ab|cd", "abc|d", 4, "", "c"},
        {"abc|d", "ab|cd", 4, "c", ""},
        {"ab|cd", "bc|d", 3, "a", "c"},
        {"ab|cd", "d|e", 1, "ab", "d"},
        /* Over it both times, or only to go. */
        {"a|b", "a|b", 2, "", ""},
        {"a|b", "a|", 1, "", ""},
        {"a|", "a|b", 1, "", ""},
    };
    static const struct topology_host hosts[] = {{.name = "a"}, {.name = "b"}};
    const struct topology topology = {.hosts = (struct topology_host *)hosts, .n_hosts = 2};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct traffic_extra old[8], new[8];
        struct traffic_cover before = cover_of(rows[r].before, 0, old);
        struct traffic_cover after = cover_of(rows[r].after, rows[r].n_kept, new);
        struct base_arena arena = {0};
        struct probe_difference told = {0};
        assert_int_equal(run_probes_tell(&topology, &before, &after, &arena, &told), 0);
        assert_told(told.dropped, told.n_dropped, rows[r].dropped);
        assert_told(told.added, told.n_added, rows[r].added);
        base_arena_free(&arena);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_sent_counts),
};

TEST_MAIN(tests)
