/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line, right and wrong. */
#include "tapsniff/options.h"

#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

#define PARSE(options, error, ...) parse((const char *[]){"tapsniff", __VA_ARGS__}, options, error)

static int parse(const char **argv, struct tapsniff_options *options, struct base_error *error)
{
    int argc = 0;
    while (argv[argc]) {
        argc++;
    }
    return tapsniff_options_parse(argc, (char **)argv, options, error);
}

static void shows_all_by_default(void **state)
{
    (void)state;
    struct tapsniff_options options;
    assert_int_equal(PARSE(&options, NULL, NULL), 0);
    assert_string_equal(options.hosts, "all");
    assert_null(options.filter);
    assert_null(options.match);
    assert_int_equal(options.count, 0);
    assert_int_equal(options.duration_ns, 0);
}

static void takes_every_option(void **state)
{
    (void)state;
    struct tapsniff_options options;
    assert_int_equal(PARSE(&options, NULL, "-x", "h1,h2", "tcp", "port", "80", "-c", "3", "-q",
                           "-t", "--duration", "2s", "-w", "x.pcapng", "-m", "tcp", "--topology",
                           "a", "-l", "b", NULL),
                     0);
    assert_string_equal(options.hosts, "h1,h2");
    assert_string_equal(options.filter, "tcp port 80");
    assert_string_equal(options.match, "tcp");
    assert_string_equal(options.save, "x.pcapng");
    assert_string_equal(options.topology, "a");
    assert_string_equal(options.lab, "b");
    assert_int_equal(options.count, 3);
    assert_int_equal(options.duration_ns, 2000000000);
    assert_true(options.hex && options.quiet && options.no_time);
    free(options.filter);
}

#define ASSERT_REFUSED(words, ...)                                                                 \
    do {                                                                                           \
        struct tapsniff_options refused;                                                           \
        struct base_error error;                                                                   \
        assert_int_equal(PARSE(&refused, &error, __VA_ARGS__, NULL), -1);                          \
        assert_non_null(strstr(error.text, words));                                                \
        free(refused.filter);                                                                      \
    } while (0)

static void refuses_what_it_cannot_do(void **state)
{
    (void)state;
    ASSERT_REFUSED("unknown option '--fast'", "--fast");
    ASSERT_REFUSED("-c needs a value", "-c");
    ASSERT_REFUSED("--count: '0' is not", "-c", "0");
    ASSERT_REFUSED("--duration: '0' is not a time", "--duration", "0");
    ASSERT_REFUSED("--duration: 'soon' is not a time", "--duration", "soon");
}

/* As people type who know tcpdump. */
static void takes_the_habits_of_tcpdump(void **state)
{
    (void)state;
    struct tapsniff_options options;
    struct base_error error;
    assert_int_equal(PARSE(&options, NULL, "-n", "-e", "-i", "h11", "tcp", "port", "80", NULL), 0);
    assert_string_equal(options.hosts, "h11");
    assert_string_equal(options.filter, "tcp port 80");
    assert_null(options.recorded);
    free(options.filter);
    assert_int_equal(PARSE(&options, NULL, "-ner", "x.pcap", "arp", NULL), 0);
    assert_string_equal(options.recorded, "x.pcap");
    assert_string_equal(options.filter, "arp");
    assert_null(options.hosts);
    free(options.filter);
    assert_int_equal(PARSE(&options, &error, "-r", "x", "-i", "h1", NULL), -1);
    assert_non_null(strstr(error.text, "one of them"));
}

static void helps(void **state)
{
    (void)state;
    struct tapsniff_options options;
    struct base_buffer help = {0};
    assert_int_equal(PARSE(&options, NULL, "-q", "--help", NULL), 0);
    assert_true(options.help);
    assert_int_equal(PARSE(&options, NULL, "--version", NULL), 0);
    assert_true(options.version && !options.help);
    tapsniff_options_format_help(&help);
    assert_non_null(strstr(base_buffer_text(&help), "usage: tapsniff [options]"));
    assert_non_null(strstr(base_buffer_text(&help), "\n  -w, --write FILE "));
    assert_non_null(strstr(base_buffer_text(&help), "Exit status: 0 frames were shown"));
    base_buffer_free(&help);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(helps),
    cmocka_unit_test(shows_all_by_default),
    cmocka_unit_test(takes_every_option),
    cmocka_unit_test(takes_the_habits_of_tcpdump),
    cmocka_unit_test(refuses_what_it_cannot_do),
};
TEST_MAIN(tests)
