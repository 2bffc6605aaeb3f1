/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of ovs-ofctl's syntax: how a line is cut, and what its words are. */
#include "base/token.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

static struct word word(const char *text)
{
    return (struct word){text, strlen(text)};
}

/* "key<divider>value;…" of all tokens of a line. */
static const char *cut(const char *line)
{
    static char out[256];
    struct token token;
    size_t n = 0;
    out[0] = 0;
    while (token_next(&line, &token)) {
        char divider = token.divider ? token.divider : '-';
        n += (size_t)snprintf(out + n, sizeof out - n, "%.*s<%c>%.*s;", WORD(token.key), divider,
                              WORD(token.value));
    }
    assert_int_equal(*line, 0);
    return out;
}

static void a_line_is_cut_into_tokens(void **state)
{
    (void)state;
    assert_string_equal(cut(""), "");
    assert_string_equal(cut(" ,\t\r\n"), "");
    assert_string_equal(cut("tcp"), "tcp<->;");
    assert_string_equal(cut("tcp,in_port=1"), "tcp<->;in_port<=>1;");
    assert_string_equal(cut(" a=1 b=2\tc=3\rd=4\ne"), "a<=>1;b<=>2;c<=>3;d<=>4;e<->;");
    assert_string_equal(cut("output:2,enqueue:3:4"), "output<:>2;enqueue<:>3:4;");
    assert_string_equal(cut("dl_src=00:11=2"), "dl_src<=>00:11=2;");
    assert_string_equal(cut("a=,b="), "a<=>;b<=>;");
    assert_string_equal(cut("=1"), "<=>1;");
}

static void parentheses_hold_a_value_together(void **state)
{
    (void)state;
    assert_string_equal(cut("controller(max_len=64,x),drop"), "controller<(>max_len=64,x;drop<->;");
    assert_string_equal(cut("a(b(c),d(e)),f"), "a<(>b(c),d(e);f<->;");
    assert_string_equal(cut("a()b"), "a<(>;b<->;");
    assert_string_equal(cut("a(b,c"), "a<(>(b;c<->;"); /* not closed: part of the value */
    assert_string_equal(cut("a=b(c,d)"), "a<=>b(c;d)<->;");
}

static void words_are_compared(void **state)
{
    (void)state;
    assert_true(word_is(word("tcp"), "tcp"));
    assert_false(word_is(word("tcp"), "tcp6"));
    assert_false(word_is(word("tcp6"), "tcp"));
    assert_false(word_is(word("tcq"), "tcp"));
    assert_false(word_is(word("ucp"), "tcp"));
    assert_false(word_is(word("TCP"), "tcp"));
    assert_true(word_is((struct word){"tcp6", 3}, "tcp"));
    assert_true(word_is(word(""), ""));
    assert_true(word_is_nocase(word("Local"), "LOCAL"));
    assert_false(word_is_nocase(word("LOCA"), "LOCAL"));
    assert_false(word_is_nocase(word("LOCALS"), "LOCAL"));
    assert_false(word_is_nocase(word("LOCAM"), "LOCAL"));
}

static void a_word_is_split_at_the_first_divider(void **state)
{
    (void)state;
    struct word whole = word("10.0.0.0/8/9"), rest = {0};
    assert_true(word_split(&whole, "/", &rest));
    assert_true(word_is(whole, "10.0.0.0") && word_is(rest, "8/9"));
    assert_false(word_split(&whole, "/", &rest));
    assert_true(word_is(whole, "10.0.0.0") && word_is(rest, "8/9"));
    whole = word("3q4:5");
    assert_true(word_split(&whole, ":,q", &rest));
    assert_true(word_is(whole, "3") && word_is(rest, "4:5"));
    whole = word("3:");
    assert_true(word_split(&whole, ":", &rest));
    assert_true(word_is(whole, "3") && word_is(rest, ""));
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t max, number;
    } good[] = {
        {"0", 0, 0},
        {"7", 7, 7},
        {"65535", 65535, 65535},
        {"010", 99, 8},
        {"07", 7, 7},
        {"0x10", 99, 16},
        {"0XfF", 255, 255},
        {"0xA", 10, 10},
        {"18446744073709551615", UINT64_MAX, UINT64_MAX},
        {"0xffffffffffffffff", UINT64_MAX, UINT64_MAX},
        {"0000", 5, 0},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t number = 77;
        assert_true(word_number(word(good[i].text), good[i].max, &number));
        assert_true(number == good[i].number);
    }
    static const struct {
        const char *text;
        uint64_t max;
    } bad[] = {
        {"", 9},
        {"8", 7},
        {"10", 9},
        {"65536", 65535},
        {"08", 99},
        {"0x", 99},
        {"0xg", 99},
        {"1a", 99},
        {"-1", 99},
        {"+1", 99},
        {" 1", 99},
        {"1 ", 99},
        {"0x100", 255},
        {"/", 99},
        {":", 99},
        {"a", 99},
        {"0x@", 99},
        {"0x`", 99},
        {"0x/", 99},
        {"1", 0},
        {"18446744073709551616", UINT64_MAX},
        {"0x10000000000000000", UINT64_MAX},
        {"99999999999999999999", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t number;
        assert_false(word_number(word(bad[i].text), bad[i].max, &number));
    }
}

static void addresses(void **state)
{
    (void)state;
    uint8_t mac[6];
    uint32_t ip = 0;
    assert_true(word_mac(word("0:1:fF:a:00:9e"), mac));
    assert_memory_equal(mac, "\x00\x01\xff\x0a\x00\x9e", 6);
    static const char *const bad[] = {"",           "0:1:2:3:4",   "0:1:2:3:4:5:6",
                                      "0:1:2:3:4:", "0:1:2:3:4:g", "000:1:2:3:4:5",
                                      "0::2:3:4:5", "0:1:2:3:4:G1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(word_mac(word(bad[i]), mac));
    }
    assert_true(word_ip((struct word){"10.0.0.1/8", 8}, &ip));
    assert_int_equal(ip, 0x0a000001);
    assert_true(word_ip(word("255.255.255.255"), &ip));
    assert_int_equal(ip, UINT32_MAX);
    assert_false(word_ip(word("255.255.255.2555"), &ip));
    assert_false(word_ip(word("10.0.0"), &ip));
}

static void a_hint_names_the_nearest_word(void **state)
{
    (void)state;
    static const char *const known[] = {"in_port", "dl_src",
                                        "a_name_of_more_than_forty_characters_in_all_for_this"};
    assert_string_equal(token_hint((struct word){"in_prt=1", 6}, known, 2).text,
                        " (did you mean in_port?)");
    assert_string_equal(token_hint(word("xyz"), known, 2).text, "");
    assert_string_equal(token_hint(word("a_name_of_more_than_forty_characters_in"), known, 3).text,
                        " (did you mean a_name_of_more_than_forty_characters_in_?)");
    /* a word that is too long to be anything */
    assert_string_equal(
        token_hint(word("a_name_of_more_than_forty_characters_in_all_for_"), known, 3).text, "");
    assert_string_not_equal(
        token_hint(word("a_name_of_more_than_forty_characters_in_all_for"), known, 3).text, "");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_is_cut_into_tokens),
    cmocka_unit_test(parentheses_hold_a_value_together),
    cmocka_unit_test(words_are_compared),
    cmocka_unit_test(a_word_is_split_at_the_first_divider),
    cmocka_unit_test(numbers),
    cmocka_unit_test(addresses),
    cmocka_unit_test(a_hint_names_the_nearest_word),
};

TEST_MAIN(tests)
