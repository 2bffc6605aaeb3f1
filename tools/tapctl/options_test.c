/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line, and the tap that it asks for. */
#include "tapctl/options.h"

#include "testing/cmocka.h"

#include <string.h>

#define PARSE(options, error, ...) parse((const char *[]){"tapctl", __VA_ARGS__}, options, error)

static int parse(const char **argv, struct tapctl_options *options, struct base_error *error)
{
    int argc = 0;
    while (argv[argc]) {
        argc++;
    }
    return tapctl_options_parse(argc, (char **)argv, options, error);
}

static void assert_wished(const struct tapctl_options *options, const char *expected)
{
    json_t *tap = tapctl_wish_json(&options->wish, options->operands[0]);
    char *text = json_dumps(tap, 0);
    assert_string_equal(text, expected);
    free(text);
    json_decref(tap);
}

static void a_command_and_operands(void **state)
{
    (void)state;
    struct tapctl_options options;
    assert_int_equal(PARSE(&options, NULL, "rm", "a", "-a", "unix:x", "b", "--timeout", "2s", "-j",
                           "--token-file", "t", NULL),
                     0);
    assert_string_equal(options.command, "rm");
    assert_int_equal(options.n_operands, 2);
    assert_string_equal(options.operands[1], "b");
    assert_string_equal(options.at, "unix:x");
    assert_string_equal(options.token_file, "t");
    assert_int_equal(options.timeout_ms, 2000);
    assert_true(options.json);
    assert_false(options.help || options.version || options.wait);
    assert_true(tapctl_wish_is_empty(&options.wish));
    assert_int_equal(PARSE(&options, NULL, "list", "--state", "up", NULL), 0);
    assert_int_equal(options.timeout_ms, 30000);
    assert_string_equal(options.state, "up");
    assert_int_equal(options.n_operands, 0);
}

static void what_is_no_command_line(void **state)
{
    (void)state;
    struct tapctl_options options;
    struct base_error error;
    assert_int_equal(PARSE(&options, &error, NULL), -1);
    assert_string_equal(error.text, "expected a command");
    assert_int_equal(PARSE(&options, &error, "list", "--jsom", NULL), -1);
    assert_int_equal(PARSE(&options, &error, "list", "--timeout", "0s", NULL), -1);
    assert_int_equal(PARSE(&options, &error, "list", "--timeout", "25h", NULL), -1);
    assert_int_equal(PARSE(&options, &error, "--help", NULL), 0);
    assert_true(options.help);
    assert_int_equal(PARSE(&options, &error, "--version", NULL), 0);
    assert_true(options.version);
}

static void a_tap_in_words(void **state)
{
    (void)state;
    struct tapctl_options options;
    assert_int_equal(PARSE(&options, NULL, "add", "web", "-s", "h1,s2:2", "-t", "h11", "-m",
                           "tcp,tp_dst=80", "-m", "arp", "-n", "ipv6", "-f", "120s", "--uplink",
                           "s1:6", "--copies", "2", "--tag", "30", "--strip", "--pair", "h1,h2",
                           "--pair", "h3,h4", "-w", NULL),
                     0);
    assert_true(options.wait);
    assert_false(tapctl_wish_is_empty(&options.wish));
    assert_wished(&options, "{\"name\": \"web\", \"source\": [\"h1\", \"s2:2\"], \"to\": \"h11\", "
                            "\"match\": [\"tcp,tp_dst=80\", \"arp\"], \"not\": [\"ipv6\"], "
                            "\"for\": \"120s\", \"uplink\": \"s1:6\", "
                            "\"copies\": 2, \"tag\": 30, \"strip\": true, "
                            "\"pairs\": [[\"h1\", \"h2\"], [\"h3\", \"h4\"]]}");
    assert_int_equal(PARSE(&options, NULL, "add", "x", "--of", "h8", "-t", "h11", "--until",
                           "2027-01-01T00:00:00Z", "--note", "a b", "--owner", "ann", NULL),
                     0);
    assert_wished(&options, "{\"name\": \"x\", \"of\": \"h8\", \"to\": \"h11\", "
                            "\"until\": \"2027-01-01T00:00:00Z\", \"note\": \"a b\", "
                            "\"owner\": \"ann\"}");
    assert_int_equal(PARSE(&options, NULL, "add", "x", "-s", "a,", "--tag", "port", "--copies",
                           "1000000000", NULL),
                     0);
    assert_wished(&options, "{\"name\": \"x\", \"source\": [\"a\", \"\"], "
                            "\"copies\": \"1000000000\", \"tag\": \"port\"}");
    static const char *const OPTIONS[] = {"-s",      "-t",     "-m",       "-f", "--uplink",
                                          "--tag",   "--pair", "--copies", "-n", "--of",
                                          "--until", "--note", "--owner"};
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        assert_int_equal(PARSE(&options, NULL, "add", "x", OPTIONS[i], "y", NULL), 0);
        assert_false(tapctl_wish_is_empty(&options.wish));
    }
    assert_int_equal(PARSE(&options, NULL, "add", "x", "--strip", NULL), 0);
    assert_false(tapctl_wish_is_empty(&options.wish));
}

static void help(void **state)
{
    (void)state;
    static const char *const PARTS[] = {"usage: tapctl [OPTION...] COMMAND\n", "  rm NAME...  ",
                                        "  -a, --at ADDRESS", "--version", "\n\nExit status: 0 "};
    struct base_buffer out = {0};
    tapctl_options_format_help(&out);
    const char *at = base_buffer_text(&out);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const char *found = strstr(at, PARTS[i]);
        assert_non_null(found); /* in this order */
        at = found;
    }
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_command_and_operands),
    cmocka_unit_test(what_is_no_command_line),
    cmocka_unit_test(a_tap_in_words),
    cmocka_unit_test(help),
};
TEST_MAIN(tests)
