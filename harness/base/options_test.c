/* SPDX-License-Identifier: Apache-2.0
 *
 * What a table of options makes of a command line, and of itself as help. */
#include "base/options.h"

#include "testing/cmocka.h"

#include <string.h>

struct mine {
    bool all, verbose;
    const char *lab, *tap;
    struct base_option_list patterns;
    uint64_t count, seed, wait_ns, memory;
    unsigned timeout_ms;
    double score;
    int form;
};

static int set_tap(const struct base_option *option, void *at, const char *value,
                   struct base_error *error)
{
    return base_option_text(option, at, value ? value : "-", error);
}

static const struct base_option rows[] = {
    {"lab", 'l', "LAB", base_option_text, offsetof(struct mine, lab), .help = "where it runs"},
    {NULL, 'k', "PATTERN", base_option_list, offsetof(struct mine, patterns),
     .help =
         "only what the pattern selects, or all of it; may be repeated as often as anybody likes"},
    {"all", 0, NULL, base_option_flag, offsetof(struct mine, all), .help = "everything"},
    {"verbose", 'v', NULL, base_option_flag, offsetof(struct mine, verbose), .help = "more"},
    {"tap", 0, "FILE", set_tap, offsetof(struct mine, tap), .help = "as TAP", .is_optional = true},
    {"count", 'c', "N", base_option_number, offsetof(struct mine, count), .help = "so many",
     .min = 1},
    {"seed", 0, "N", base_option_number, offsetof(struct mine, seed), .help = "seed", .min = 5,
     .max = 9},
    {"wait", 0, "TIME", base_option_ns, offsetof(struct mine, wait_ns), .help = "so long",
     .min = 1},
    {"timeout", 0, "TIME", base_option_ms, offsetof(struct mine, timeout_ms), .help = "at most",
     .max = 60000},
    {"memory", 0, "SIZE", base_option_size, offsetof(struct mine, memory), .help = "size",
     .min = 1024},
    {"score-that-counts", 0, "PERCENT", base_option_percent, offsetof(struct mine, score),
     .help = "score"},
    {"yaml", 0, NULL, base_option_choice, offsetof(struct mine, form), .help = "as YAML", .min = 3},
    {"xml", 0, NULL, base_option_choice, offsetof(struct mine, form), .help = "as XML", .min = 4},
    {0},
};

#define PARSE(mine, error, ...)                                                                    \
    parse((const char *[]){"program", __VA_ARGS__, NULL}, (mine), (error))

/* The operands, with a blank behind each, are left in `operands`. */
static char operands[128];

static int parse(const char **argv, struct mine *mine, struct base_error *error)
{
    int argc = 0;
    while (argv[argc]) {
        argc++;
    }
    *mine = (struct mine){0};
    *operands = '\0';
    int first = base_options_parse(rows, mine, argc, (char **)argv, error);
    for (int i = first; i > 0 && i < argc; i++) {
        strcat(strcat(operands, argv[i]), " ");
    }
    return first;
}

static void values_go_where_the_rows_say(void **state)
{
    (void)state;
    struct mine mine;
    assert_int_equal(PARSE(&mine, NULL, "--lab", "x.yaml", "-k", "a", "-vkb", "--count=7", "--seed",
                           "9", "--wait", "20us", "--timeout", "1m", "--score-that-counts", "2.5%"),
                     15);
    assert_string_equal(mine.lab, "x.yaml");
    assert_int_equal(mine.patterns.n, 2);
    assert_string_equal(mine.patterns.items[0], "a");
    assert_string_equal(mine.patterns.items[1], "b");
    assert_true(mine.verbose);
    assert_false(mine.all);
    assert_null(mine.tap);
    assert_int_equal(mine.count, 7);
    assert_int_equal(mine.seed, 9);
    assert_int_equal(mine.wait_ns, 20000);
    assert_int_equal(mine.timeout_ms, 60000);
    assert_true(mine.score > 2.4 && mine.score < 2.6);
    assert_true(PARSE(&mine, NULL, "--all", "-l", "y", "--seed", "5", "--score-that-counts", "100",
                      "--timeout", "0") > 0);
    assert_true(mine.all && !mine.verbose);
    assert_string_equal(mine.lab, "y");
    assert_int_equal(mine.seed, 5);
    assert_true(mine.score > 99);
}

static void sizes_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"1024", 1024},
                {"1k", 1024},
                {"512M", 512 << 20},
                {"2GiB", 2ull << 30},
                {"16777215T", 16777215ull << 40}};
    static const char *const bad[] = {"",
                                      "M",
                                      "1023",
                                      "1x",
                                      "1MB",
                                      "1Mi",
                                      "-1M",
                                      " 1M",
                                      "1.5M",
                                      "16777216T",
                                      "1M ",
                                      "0x1000",
                                      "99999999999999999999"};
    struct mine mine;
    struct base_error error;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(PARSE(&mine, &error, "--memory", good[i].text), 3);
        assert_true(mine.memory == good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(PARSE(&mine, &error, "--memory", bad[i]), -1);
        assert_non_null(strstr(error.text, "is not a size such as 512M or 2GiB"));
    }
}

static void operands_may_stand_anywhere(void **state)
{
    (void)state;
    struct mine mine;
    assert_int_equal(PARSE(&mine, NULL, "one", "-v", "two", "--lab", "x", "three"), 4);
    assert_string_equal(operands, "one two three ");
    assert_string_equal(mine.lab, "x");
    assert_int_equal(PARSE(&mine, NULL, "-v", "--", "--all"), 3);
    assert_string_equal(operands, "--all ");
    assert_false(mine.all);
    assert_int_equal(PARSE(&mine, NULL, "--verb"), 2); /* a name may be cut */
    assert_true(mine.verbose);
}

static void the_last_choice_counts(void **state)
{
    (void)state;
    struct mine mine;
    assert_true(PARSE(&mine, NULL, "--yaml") > 0);
    assert_int_equal(mine.form, 3);
    assert_true(PARSE(&mine, NULL, "--yaml", "--xml") > 0);
    assert_int_equal(mine.form, 4);
}

static void a_value_may_be_optional(void **state)
{
    (void)state;
    struct mine mine;
    assert_true(PARSE(&mine, NULL, "--tap", "file") > 0);
    assert_string_equal(mine.tap, "-");
    assert_string_equal(operands, "file ");
    assert_true(PARSE(&mine, NULL, "--tap=file") > 0);
    assert_string_equal(mine.tap, "file");
}

static void help_is_known_to_every_table(void **state)
{
    (void)state;
    struct mine mine;
    assert_int_equal(PARSE(&mine, NULL, "--help"), BASE_OPTIONS_HELP_WANTED);
    assert_int_equal(PARSE(&mine, NULL, "one", "-vh", "--nonsense"), BASE_OPTIONS_HELP_WANTED);
}

#define ASSERT_REFUSED(words, ...)                                                                 \
    do {                                                                                           \
        struct mine mine;                                                                          \
        struct base_error error;                                                                   \
        assert_int_equal(PARSE(&mine, &error, __VA_ARGS__), -1);                                   \
        assert_string_equal(error.text, words);                                                    \
    } while (0)

static void refusals_name_the_option(void **state)
{
    (void)state;
    ASSERT_REFUSED("unknown option '--nonsense'", "one", "--nonsense");
    ASSERT_REFUSED("unknown option '--timeuot=3' (did you mean --timeout?)", "--timeuot=3");
    ASSERT_REFUSED("unknown option '--hlep' (did you mean --help?)", "--hlep");
    ASSERT_REFUSED("unknown option '-x'", "--all", "-vx");
    ASSERT_REFUSED("--lab needs a value", "--lab");
    ASSERT_REFUSED("-l needs a value", "-l");
    ASSERT_REFUSED("--all takes no value", "--all=yes");
    ASSERT_REFUSED("--verbose takes no value", "--verbose=yes");
    ASSERT_REFUSED("--help takes no value", "--help=all");
}

static void refusals_say_what_a_value_may_be(void **state)
{
    (void)state;
    ASSERT_REFUSED("--count: '0' is not a number, at least 1", "-c", "0");
    ASSERT_REFUSED("--count: '' is not a number, at least 1", "-c", "");
    ASSERT_REFUSED("--count: '-1' is not a number, at least 1", "--count=-1");
    ASSERT_REFUSED("--count: '5x' is not a number, at least 1", "-c5x");
    ASSERT_REFUSED("--count: '18446744073709551616' is not a number, at least 1", "-c",
                   "18446744073709551616");
    ASSERT_REFUSED("--seed: '4' is not a number from 5 to 9", "--seed", "4");
    ASSERT_REFUSED("--seed: '10' is not a number from 5 to 9", "--seed", "10");
    ASSERT_REFUSED("--wait: '0' is not a time such as 2s or 500ms", "--wait", "0");
    ASSERT_REFUSED("--timeout: 'soon' is not a time such as 2s or 500ms", "--timeout", "soon");
    ASSERT_REFUSED("--timeout: '61s' is not a time such as 2s or 500ms", "--timeout", "61s");
    ASSERT_REFUSED("--score-that-counts: '101' is not a percentage from 0 to 100",
                   "--score-that-counts", "101");
    ASSERT_REFUSED("--score-that-counts: '-1' is not a percentage from 0 to 100",
                   "--score-that-counts", "-1");
    ASSERT_REFUSED("--score-that-counts: '' is not a percentage from 0 to 100",
                   "--score-that-counts", "");
    ASSERT_REFUSED("--score-that-counts: '5x' is not a percentage from 0 to 100",
                   "--score-that-counts", "5x");
    ASSERT_REFUSED("--score-that-counts: 'nan' is not a percentage from 0 to 100",
                   "--score-that-counts", "nan");
}

static void a_list_has_an_end(void **state)
{
    (void)state;
    const char *argv[2 * BASE_OPTION_LIST_MAX + 4] = {"program"};
    struct mine mine;
    struct base_error error;
    for (int i = 0; i <= 2 * BASE_OPTION_LIST_MAX; i += 2) {
        argv[1 + i] = "-k";
        argv[2 + i] = "x";
    }
    assert_int_equal(parse(argv, &mine, &error), -1);
    assert_string_equal(error.text, "-k: given more than 64 times");
    assert_int_equal(mine.patterns.n, 64);
    argv[1 + 2 * BASE_OPTION_LIST_MAX] = NULL;
    assert_true(parse(argv, &mine, &error) > 0);
}

static void help_is_made_from_the_rows(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    base_options_format(rows, &out);
    assert_string_equal(
        base_buffer_text(&out),
        "  -l, --lab LAB       where it runs\n"
        "  -k PATTERN          only what the pattern selects, or all of it; may be\n"
        "                      repeated as often as anybody likes\n"
        "      --all           everything\n"
        "  -v, --verbose       more\n"
        "      --tap[=FILE]    as TAP\n"
        "  -c, --count N       so many\n"
        "      --seed N        seed\n"
        "      --wait TIME     so long\n"
        "      --timeout TIME  at most\n"
        "      --memory SIZE   size\n"
        "      --score-that-counts PERCENT\n"
        "                      score\n"
        "      --yaml          as YAML\n"
        "      --xml           as XML\n");
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_go_where_the_rows_say),
    cmocka_unit_test(sizes_have_units),
    cmocka_unit_test(operands_may_stand_anywhere),
    cmocka_unit_test(the_last_choice_counts),
    cmocka_unit_test(a_value_may_be_optional),
    cmocka_unit_test(help_is_known_to_every_table),
    cmocka_unit_test(refusals_name_the_option),
    cmocka_unit_test(refusals_say_what_a_value_may_be),
    cmocka_unit_test(a_list_has_an_end),
    cmocka_unit_test(help_is_made_from_the_rows),
};

TEST_MAIN(tests)
