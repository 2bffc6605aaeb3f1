/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches of a tap: one, several, ranges of numbers, and what is excepted. */
#include "tapd/policy/policy.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPOLOGY                                                                                   \
    "name: t\nswitches: {s1: {dpid: 1}}\nhosts:\n"                                                 \
    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"                                                 \
    "  c1: {mac: 00:00:00:00:00:c1, port: s1:9, role: capture}\n"

static struct tapd_policy *policy;

/* The part of the tap's text that says what it is about; or the errors. */
static void assert_about(const char *matches, const char *expected)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer json = {0}, got = {0};
    struct tapd_tap *tap = NULL;
    base_put_format(&json, "{name: x, source: h1, %s, to: c1}", matches);
    if (tapd_tap_read(policy, "r", base_buffer_text(&json), json.n_bytes, &tap, &diagnostics)) {
        memory_errors(&diagnostics, &got);
    } else {
        tapd_tap_format(policy, tap, &got);
    }
    const char *text = base_buffer_text(&got), *at = strstr(text, "\"s1:1\"], ");
    size_t n = at ? strlen("\"s1:1\"], ") : 0;
    const char *end = at ? strstr(at + n, "\"to\"") : NULL;
    struct base_buffer part = {0};
    base_put_bytes(&part, at ? at + n : text, at ? (size_t)(end - at) - n : strlen(text));
    assert_string_equal(base_buffer_text(&part), expected);
    base_buffer_free(&part);
    base_buffer_free(&json);
    base_buffer_free(&got);
    yaml_diagnostics_free(&diagnostics);
    tapd_tap_free(tap);
}

static void one_or_several(void **state)
{
    (void)state;
    assert_about("match: \"\"", "");
    assert_about("match: tcp", "\"match\": \"tcp\", ");
    assert_about("match: [tcp]", "\"match\": \"tcp\", ");
    assert_about("match: [tcp, \"udp,tp_dst=53\"]", "\"match\": [\"tcp\", \"udp,tp_dst=53\"], ");
    assert_about("match: tcp, not: \"tcp,tp_dst=22\"",
                 "\"match\": \"tcp\", \"not\": \"tcp,tp_dst=22\", ");
    assert_about("not: [arp, \"ipv6\"]", "\"not\": [\"arp\", \"ipv6\"], ");
}

static void ranges_are_masks(void **state)
{
    (void)state;
    assert_about("match: \"tcp,tp_dst=80-80\"", "\"match\": \"tcp,tp_dst=80\", ");
    assert_about("match: \"tcp,tp_dst=1000-1003\"", "\"match\": \"tcp,tp_dst=0x3e8/0xfffc\", ");
    assert_about("match: \"tcp,tp_dst=0-65535,nw_src=10.0.0.1\"",
                 "\"match\": \"tcp,nw_src=10.0.0.1\", ");
    assert_about("match: \"udp,tp_src=5-10\"",
                 "\"match\": [\"udp,tp_src=5\", \"udp,tp_src=0x6/0xfffe\", "
                 "\"udp,tp_src=0x8/0xfffe\", \"udp,tp_src=10\"], ");
    assert_about("match: \"udp,tp_src=1-2,tp_dst=6-7\"",
                 "\"match\": [\"udp,tp_src=1,tp_dst=0x6/0xfffe\", "
                 "\"udp,tp_src=2,tp_dst=0x6/0xfffe\"], ");
    assert_about("match: \"tcp,tp_dst=65535-65535\"", "\"match\": \"tcp,tp_dst=65535\", ");
}

/* Each number of a range, and no other, is in just one of its masks. */
static void every_number_once(void **state)
{
    (void)state;
    static const unsigned RANGES[][2] = {{1, 65534}, {1, 1}, {1000, 2000}, {32767, 32768}};
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++) {
        struct yaml_diagnostics diagnostics = {0};
        struct tapd_tap *tap;
        char text[128];
        snprintf(text, sizeof text, "{name: x, source: h1, to: c1, match: \"udp,tp_dst=%u-%u\"}",
                 RANGES[i][0], RANGES[i][1]);
        assert_int_equal(tapd_tap_read(policy, "r", text, strlen(text), &tap, &diagnostics), 0);
        for (unsigned port = 0; port <= 65535; port++) {
            unsigned n = 0;
            for (size_t j = 0; j < tap->n_matches; j++) {
                const struct match *match = &tap->matches[j];
                n += ((port ^ match->value.tp_dst) & match->mask.tp_dst) == 0;
            }
            assert_int_equal(n, port >= RANGES[i][0] && port <= RANGES[i][1]);
        }
        assert_true(tap->n_matches <= 30);
        tapd_tap_free(tap);
    }
}

static void what_is_no_match(void **state)
{
    (void)state;
    assert_about("match: \"tcp,tp_dst=9-8\"",
                 "r:1:42: expected a range as 1000-2000, at most 65535\n");
    assert_about("match: \"tcp,tp_dst=9-65536\"",
                 "r:1:42: expected a range as 1000-2000, at most 65535\n");
    assert_about("match: \"tcpp,tp_dst=9-10\"",
                 "r:1:31: unknown field \"tcpp\" (did you mean tcp?)\n");
    assert_about("match: \"dl_vlan=10-20\"", "r:1:39: this field takes no range, found 10-20\n");
    assert_about("match: [tcp, \"in_port=1\"]",
                 "r:1:36: \"source\" says the port, not the match\n");
    assert_about("match: []", "r:1:30: expected at least one match, found an empty list\n");
    assert_about("not: \"tp_dst=1-2\"",
                 "r:1:29: tp_dst needs tcp, udp, sctp or icmp, or one of these with 6\n");
    assert_about(
        "match: [\"udp,tp_src=1-65534,tp_dst=1-65534\", \"tcp,tp_src=1-65534,tp_dst=1-65534\"]",
        "r:1:68: it takes more than 1024 matches\n");
}

static int load(void **state)
{
    (void)state;
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", "topology: t\n", 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    return tapd_policy_load_from(&from, "p", &policy, &diagnostics);
}

static int unload(void **state)
{
    (void)state;
    tapd_policy_free(policy);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_or_several),
        cmocka_unit_test(ranges_are_masks),
        cmocka_unit_test(every_number_once),
        cmocka_unit_test(what_is_no_match),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load, unload);
}
