/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line, right and wrong. */
#include "tapping/options.h"

#include "testing/cmocka.h"

#include <string.h>

#define PARSE(options, error, ...)                                                                 \
    parse((const char *[]){"tapping", __VA_ARGS__, NULL}, options, error)

static int parse(const char **argv, struct tapping_options *options, struct base_error *error)
{
    int argc = 0;
    while (argv[argc]) {
        argc++;
    }
    return tapping_options_parse(argc, (char **)argv, options, error);
}

#define ASSERT_REFUSED(words, ...)                                                                 \
    do {                                                                                           \
        struct tapping_options refused;                                                            \
        struct base_error error;                                                                   \
        assert_int_equal(PARSE(&refused, &error, __VA_ARGS__), -1);                                \
        if (!strstr(error.text, words)) {                                                          \
            fail_msg("'%s' does not say '%s'", error.text, words);                                 \
        }                                                                                          \
    } while (0)

static void has_defaults(void **state)
{
    (void)state;
    struct tapping_options options;
    assert_int_equal(PARSE(&options, NULL, "h1", "h2"), 0);
    assert_string_equal(options.from, "h1");
    assert_string_equal(options.to, "h2");
    assert_int_equal(options.form.value.dl_type, DL_TYPE_PROBE);
    assert_int_equal(options.count, 0);
    assert_int_equal(options.interval_ns, 1000000000);
    assert_int_equal(options.timeout_ns, 1000000000);
    assert_true(options.max_loss >= 100);
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "--echo"), 0);
    assert_int_equal(options.form.value.dl_type, DL_TYPE_IP);
    assert_int_equal(options.form.value.nw_proto, NW_PROTO_ICMP);
}

static void takes_every_option(void **state)
{
    (void)state;
    struct tapping_options options;
    assert_int_equal(PARSE(&options, NULL, "-t", "udp", "-V", "5", "-m", "tp_dst=53", "-s", "1400",
                           "h1", "-c", "7", "-i", "20ms", "-w", "1m", "-W", "2s", "-q",
                           "--max-loss", "1.5%", "--json", "-", "--topology", "net.yaml", "--lab",
                           "lab.yaml", "--mirrored", "h11", "--isolated", "all", "--watch", "h3"),
                     0);
    assert_int_equal(options.form.value.tp_dst, 53);
    assert_int_equal(options.form.value.vlan_tci, VLAN_TAGGED | 5);
    assert_int_equal(options.size, 1400);
    assert_null(options.to);
    assert_int_equal(options.count, 7);
    assert_int_equal(options.interval_ns, 20000000);
    assert_int_equal(options.duration_ns, 60000000000);
    assert_int_equal(options.timeout_ns, 2000000000);
    assert_true(options.quiet && options.max_loss > 1.4 && options.max_loss < 1.6);
    assert_string_equal(options.json, "-");
    assert_string_equal(options.topology, "net.yaml");
    assert_string_equal(options.lab, "lab.yaml");
    assert_string_equal(options.mirrored, "h11");
    assert_string_equal(options.isolated, "all");
    assert_string_equal(options.watch, "h3");
}

static void has_three_ways_to_say_how_fast(void **state)
{
    (void)state;
    struct tapping_options options;
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "-r", "1000"), 0);
    assert_int_equal(options.interval_ns, 1000000);
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "--flood"), 0);
    assert_int_equal(options.interval_ns, 0);
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "-i", "0.5"), 0);
    assert_int_equal(options.interval_ns, 500000000);
}

/* The type may be in the match, and need not be said twice. */
static void takes_the_type_from_the_match(void **state)
{
    (void)state;
    struct tapping_options options;
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "-m", "tcp,tp_dst=80"), 0);
    assert_int_equal(options.form.value.nw_proto, NW_PROTO_TCP);
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "-m", "dl_src=02:00:00:00:00:09"), 0);
    assert_int_equal(options.form.value.dl_type, DL_TYPE_PROBE);
    assert_int_equal(options.form.value.dl_src[5], 9);
    assert_int_equal(PARSE(&options, NULL, "h1", "h2", "-e", "-V", "0"), 0);
    assert_int_equal(options.form.value.nw_proto, NW_PROTO_ICMP);
    assert_int_equal(options.form.value.vlan_tci, VLAN_TAGGED);
}

static void refuses_what_it_cannot_do(void **state)
{
    (void)state;
    ASSERT_REFUSED("from which host?", "-q");
    ASSERT_REFUSED("to which host", "h1");
    ASSERT_REFUSED("who is to answer?", "h1", "-e", "--watch", "h2");
    ASSERT_REFUSED("'h3' is too many", "h1", "h2", "h3");
    ASSERT_REFUSED("unknown option '--fast'", "h1", "h2", "--fast");
    ASSERT_REFUSED("-c needs a value", "h1", "h2", "-c");
    ASSERT_REFUSED("--count: '0' is not a number from 1", "h1", "h2", "-c", "0");
    ASSERT_REFUSED("--count: '-1' is not", "h1", "h2", "-c", "-1");
    ASSERT_REFUSED("--count: '5x' is not", "h1", "h2", "-c", "5x");
    ASSERT_REFUSED("--size: '59' is not a number from 60 to 9216", "h1", "h2", "-s", "59");
    ASSERT_REFUSED("--vlan: '4096' is not", "h1", "h2", "-V", "4096");
    ASSERT_REFUSED("--interval: '1y' is not a time", "h1", "h2", "-i", "1y");
    ASSERT_REFUSED("--interval: '0' is not a time", "h1", "h2", "-i", "0");
    ASSERT_REFUSED("--rate: '0' is not", "h1", "h2", "-r", "0");
    ASSERT_REFUSED("--max-loss: '101' is not", "h1", "h2", "--max-loss", "101");
    ASSERT_REFUSED("--max-loss: '' is not", "h1", "h2", "--max-loss", "");
    ASSERT_REFUSED("--type: 'ip' is none of", "h1", "h2", "-t", "ip");
    ASSERT_REFUSED("--match: tp_dst needs tcp, udp, sctp or icmp, or one of these with 6", "h1",
                   "h2", "-m", "tp_dst=80");
    ASSERT_REFUSED("leave in_port out", "h1", "h2", "-m", "in_port=1");
}

static void helps(void **state)
{
    (void)state;
    struct tapping_options options;
    struct base_buffer help = {0};
    assert_int_equal(PARSE(&options, NULL, "-q", "--help", "--nonsense"), 0);
    assert_true(options.help);
    assert_int_equal(PARSE(&options, NULL, "--version"), 0);
    assert_true(options.version && !options.help);
    tapping_options_format_help(&help);
    assert_non_null(strstr(base_buffer_text(&help), "usage: tapping FROM [TO] [options]\n"));
    assert_non_null(strstr(base_buffer_text(&help), "\n  -V, --vlan VID "));
    assert_non_null(strstr(base_buffer_text(&help), "Exit status: 0 frames came"));
    base_buffer_free(&help);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(helps),
    cmocka_unit_test(has_defaults),
    cmocka_unit_test(takes_every_option),
    cmocka_unit_test(has_three_ways_to_say_how_fast),
    cmocka_unit_test(takes_the_type_from_the_match),
    cmocka_unit_test(refuses_what_it_cannot_do),
};
TEST_MAIN(tests)
