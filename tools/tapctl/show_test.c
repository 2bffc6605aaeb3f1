/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps as people see them. */
#include "tapctl/show.h"

#include "testing/cmocka.h"

#define TALLY(packets, rate, exact)                                                                \
    "{\"packets\": " packets ", \"bytes\": 640, \"packets_per_s\": 1.0, \"bits_per_s\": " rate     \
    ", \"exact\": " exact "}"
#define WEB                                                                                        \
    "{\"name\": \"web\", \"source\": [\"s1:3\", \"s2:4\"], \"match\": \"tcp,tp_dst=80\", "         \
    "\"to\": [\"s3:11\"], \"tag\": 30, \"strip\": true, "                                          \
    "\"pairs\": [[\"s1:1\", \"s1:2\"], {\"between\": [\"s1:3\", \"s1:4\"]}], \"for\": \"120s\", "  \
    "\"origin\": \"request\", \"ends_in_s\": 90061, \"state\": \"up\", "                           \
    "\"since\": \"2026-01-01T00:00:00.000Z\", "                                                    \
    "\"path\": [{\"switch\": \"s1\", \"in\": 3, \"out\": 6}, "                                     \
    "{\"switch\": \"s3\", \"in\": 1, \"out\": 11, \"tag\": 30}], "                                 \
    "\"in\": " TALLY("12", "999.4", "false") ", \"out\": " TALLY("10", "12345678.0", "true") "}"
#define DOWN                                                                                       \
    "{\"name\": \"b\", \"source\": [\"s1:1\"], \"to\": [\"s3:11\"], \"origin\": \"policy\", "      \
    "\"state\": \"down\", \"why\": \"no way to s3:11\\u001b[0m\"}"

static void assert_text(void (*show)(const json_t *value, struct base_buffer *out),
                        const char *json, const char *expected)
{
    struct base_buffer out = {0};
    json_t *value = json_loads(json, 0, NULL);
    assert_non_null(value);
    show(value, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
    json_decref(value);
}

static void a_line_each(void **state)
{
    (void)state;
    assert_text(
        tapctl_show_list, "[" WEB ", " DOWN "]",
        "NAME  STATE  SOURCE     MATCH          TO     ENDS      IN    OUT  RATE         WHY\n"
        "web   up     s1:3,s2:4  tcp,tp_dst=80  s3:11  1d1h1m1s  <=12  10   12.3 Mbit/s\n"
        "b     down   s1:1                      s3:11                                    "
        "no way to s3:11\\x1b[0m\n");
    assert_text(tapctl_show_list, "[]", "");
}

static void all_about_one(void **state)
{
    (void)state;
    assert_text(tapctl_show_tap, WEB,
                "web       up\n"
                "  since   2026-01-01T00:00:00.000Z\n"
                "  source  s1:3, s2:4\n"
                "  match   tcp,tp_dst=80\n"
                "  to      s3:11\n"
                "  tag     30\n"
                "  strip   yes\n"
                "  pairs   s1:1-s1:2, s1:3-s1:4\n"
                "  for     120s\n"
                "  ends    in 1d1h1m1s\n"
                "  origin  request\n"
                "  path    s1:3 -> s1:6, s3:1 -> s3:11 (tag 30)\n"
                "  in      12 packets, 640 bytes, 999 bit/s, with frames of others\n"
                "  out     10 packets, 640 bytes, 12.3 Mbit/s\n");
    assert_text(tapctl_show_tap, "{}", "\n");
}

static void rates(void **state)
{
    (void)state;
    static const char *const RATES[][2] = {{"0.0", "0 bit/s"},         {"999.0", "999 bit/s"},
                                           {"1000.0", "1.0 kbit/s"},   {"99900.0", "99.9 kbit/s"},
                                           {"100000.0", "100 kbit/s"}, {"120000.0", "120 kbit/s"},
                                           {"5e9", "5.0 Gbit/s"},      {"5e12", "5000 Gbit/s"}};
    for (size_t i = 0; i < sizeof RATES / sizeof *RATES; i++) {
        struct base_buffer json = {0}, expected = {0};
        base_put_format(&json, "{\"name\": \"n\", \"out\": {\"packets\": 1, \"bits_per_s\": %s}}",
                        RATES[i][0]);
        base_put_format(&expected, "n\n  out  1 packets, 0 bytes, %s\n", RATES[i][1]);
        assert_text(tapctl_show_tap, base_buffer_text(&json), base_buffer_text(&expected));
        base_buffer_free(&json);
        base_buffer_free(&expected);
    }
}

static void times(void **state)
{
    (void)state;
    static const struct {
        int seconds;
        const char *text;
    } TIMES[] = {{0, "0s"},           {59, "59s"},         {60, "1m0s"},
                 {3599, "59m59s"},    {3600, "1h0m0s"},    {86399, "23h59m59s"},
                 {86400, "1d0h0m0s"}, {90061, "1d1h1m1s"}, {176523, "2d1h2m3s"}};
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        struct base_buffer json = {0}, expected = {0};
        base_put_format(&json, "{\"name\": \"n\", \"ends_in_s\": %d}", TIMES[i].seconds);
        base_put_format(&expected, "n\n  ends  in %s\n", TIMES[i].text);
        assert_text(tapctl_show_tap, base_buffer_text(&json), base_buffer_text(&expected));
        base_buffer_free(&json);
        base_buffer_free(&expected);
    }
}

/* Each key of a tap, in the order in which they are shown. */
static void all_keys(void **state)
{
    (void)state;
    assert_text(
        tapctl_show_tap,
        "{\"name\": \"n\", \"state\": \"down\", \"why\": \"w\", \"since\": \"s\", "
        "\"source\": \"a\", \"match\": [\"arp\", \"tcp\"], \"not\": [\"udp\", \"ip\"], "
        "\"to\": \"b\", \"uplink\": [\"s1:6\", \"s1:7\"], \"copies\": 2, \"tag\": \"port\", "
        "\"strip\": false, \"pairs\": [], \"for\": \"1s\", \"until\": \"u\", "
        "\"note\": \"x\", \"owner\": \"ann\", \"ends_in_s\": 1, \"origin\": \"policy\", "
        "\"path\": [{}], \"in\": {}, \"out\": {\"packets\": 1, \"bytes\": 2, "
        "\"bits_per_s\": 3}}",
        "n         down\n"
        "  why     w\n"
        "  since   s\n"
        "  source  a\n"
        "  match   arp | tcp\n"
        "  not     udp | ip\n"
        "  to      b\n"
        "  uplink  s1:6, s1:7\n"
        "  copies  2\n"
        "  tag     port\n"
        "  strip   no\n"
        "  pairs\n"
        "  for     1s\n"
        "  until   u\n"
        "  note    x\n"
        "  owner   ann\n"
        "  ends    in 1s\n"
        "  origin  policy\n"
        "  path    ?:0 -> ?:0\n"
        "  in      0 packets, 0 bytes, 0 bit/s\n"
        "  out     1 packets, 2 bytes, 3 bit/s\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_each), cmocka_unit_test(all_about_one), cmocka_unit_test(rates),
    cmocka_unit_test(times),       cmocka_unit_test(all_keys),
};
TEST_MAIN(tests)
