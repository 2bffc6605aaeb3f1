/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps that come and go, taken over from policy to policy and from the store. */
#include "tapd/face/roster.h"

#include "base/memory.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/yaml_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPOLOGY                                                                                   \
    "name: t\n"                                                                                    \
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"                                                   \
    "hosts:\n"                                                                                     \
    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"                                                 \
    "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"                                                 \
    "  c1: {mac: 00:00:00:00:00:c1, port: s2:9, role: capture}\n"                                  \
    "links: [[s1:5, s2:1]]\n"
#define POLICY(taps) "topology: t\ntaps:\n" taps
#define STAYS        "  - {name: stays, source: h2, to: c1}\n"
#define ENDS         "  - {name: ends, source: h1, to: c1, for: 60s}\n"

enum { NOW = 1000000 }; /* ms */

static struct tapd_policy *load(const char *text)
{
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    assert_int_equal(tapd_policy_load_from(&from, "p", &policy, &diagnostics), 0);
    return policy;
}

static struct tapd_tap *read_tap(const struct tapd_policy *policy, const char *json)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_tap *tap;
    assert_int_equal(tapd_tap_read(policy, "request", json, strlen(json), &tap, &diagnostics), 0);
    return tap;
}

static int take_over(const struct tapd_roster *from, const struct tapd_policy *old,
                     const struct tapd_policy *policy, int64_t now_ms, struct tapd_roster *roster,
                     struct yaml_diagnostics *diagnostics)
{
    struct tapd_records records;
    assert_int_equal(tapd_roster_to_records(from, old, &records), 0);
    int status = tapd_roster_from_records(&records, policy, "state", now_ms, roster, diagnostics);
    tapd_records_free(&records);
    return status;
}

static struct tapd_roster begin(const struct tapd_policy *policy)
{
    const struct tapd_records none = {.next_id = 1};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_roster roster;
    assert_int_equal(tapd_roster_from_records(&none, policy, "", NOW, &roster, &diagnostics), 0);
    return roster;
}

static void taps_of_a_policy_begin(void **state)
{
    (void)state;
    struct tapd_policy *policy = load(POLICY(STAYS ENDS));
    struct tapd_roster roster = begin(policy);
    assert_int_equal(roster.n_items, 1);
    assert_string_equal(roster.items[0].tap->name, "ends");
    assert_int_equal(roster.items[0].id, 1);
    assert_true(roster.items[0].expires_ms == NOW + 60000);
    assert_true(tapd_roster_next_ms(&roster) == NOW + 60000);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

static void one_takes_the_place_of_another(void **state)
{
    (void)state;
    struct tapd_policy *policy = load(POLICY(STAYS));
    struct tapd_roster roster = begin(policy);
    struct tapd_tap *first =
        read_tap(policy, "{\"name\": \"a\", \"source\": \"h1\", \"to\": \"c1\", "
                         "\"for\": \"60s\"}");
    struct tapd_tap *second =
        read_tap(policy, "{\"name\": \"a\", \"source\": \"h2\", \"to\": \"c1\", "
                         "\"for\": \"70s\"}");
    struct tapd_tap *third =
        read_tap(policy, "{\"name\": \"a\", \"source\": \"h1\", \"to\": \"c1\"}");
    assert_int_equal(tapd_roster_add(&roster, first, TAPD_FROM_REQUEST, NOW), 0);
    assert_int_equal(roster.n_asked, 1);
    tapd_roster_settle(&roster);
    tapd_roster_replace(&roster, 0, second, NOW + 5);
    assert_int_equal(roster.n_items, 1);
    assert_int_equal(roster.n_asked, 2);
    assert_ptr_equal(roster.items[0].tap, second);
    assert_int_equal(roster.items[0].id, 1);
    assert_true(roster.items[0].expires_ms == NOW + 70005);
    assert_true(roster.items[0].fresh);
    tapd_roster_replace(&roster, 0, third, NOW);
    assert_int_equal(roster.items[0].id, 0);
    assert_true(tapd_roster_next_ms(&roster) == INT64_MAX);
    tapd_roster_replace(&roster, 0, first, NOW);
    assert_int_equal(roster.items[0].id, 2);
    tapd_tap_free(second);
    tapd_tap_free(third);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

/* More than an entry can say: it is cut, and renewed in time. */
static void one_ends_at_a_date(void **state)
{
    (void)state;
    struct tapd_policy *policy =
        load(POLICY("  - {name: d, source: h1, to: c1, until: \"1970-01-02T00:00:00Z\"}\n" ENDS));
    struct tapd_roster roster = begin(policy);
    size_t n_active;
    enum { DATE = 24 * 3600 * 1000, MOST = 65535 * 1000 };
    assert_int_equal(roster.n_items, 2);
    assert_true(roster.items[0].expires_ms == DATE);
    struct tapd_active *active = tapd_roster_active(&roster, NOW, &n_active);
    assert_int_equal(active[0].left_sec, UINT16_MAX);
    free(active);
    tapd_roster_settle(&roster);
    assert_false(tapd_roster_renew(&roster, DATE - MOST));
    assert_false(roster.items[0].fresh);
    assert_true(tapd_roster_renew(&roster, DATE - MOST - 1));
    assert_true(roster.items[0].fresh);
    assert_false(roster.items[1].fresh);
    assert_int_equal(tapd_roster_expire(&roster, DATE), 2);
    assert_false(tapd_roster_renew(&roster, 0));
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

static void they_do_not_begin_again(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy = load(POLICY(ENDS)), *same = load(POLICY(STAYS ENDS)),
                       *other = load(POLICY("  - {name: ends, source: h1, to: c1, for: 90s}\n"));
    struct tapd_roster roster = begin(policy), again, changed;
    assert_int_equal(take_over(&roster, policy, same, NOW + 40000, &again, &diagnostics), 0);
    assert_true(again.items[0].expires_ms == NOW + 60000);
    assert_int_equal(again.items[0].id, 1);
    assert_int_equal(take_over(&roster, policy, other, NOW + 40000, &changed, &diagnostics), 0);
    assert_true(changed.items[0].expires_ms == NOW + 130000);
    assert_int_equal(changed.items[0].id, 2);
    tapd_roster_free(&again, NULL);

    assert_int_equal(tapd_roster_expire(&roster, NOW + 60000), 1);
    assert_true(roster.items[0].over);
    assert_true(tapd_roster_next_ms(&roster) == INT64_MAX);
    assert_int_equal(take_over(&roster, policy, same, NOW + 70000, &again, &diagnostics), 0);
    assert_true(again.n_items == 1 && again.items[0].over);
    tapd_roster_free(&again, NULL);
    assert_int_equal(take_over(&roster, policy, same, NOW + 1, &again, &diagnostics), 0);
    assert_true(again.n_items == 1 && again.items[0].over); /* by whichever clock */
    tapd_roster_free(&again, NULL);
    tapd_roster_free(&changed, NULL);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
    tapd_policy_free(same);
    tapd_policy_free(other);
}

static void taps_on_demand_are_taken_over(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy = load(POLICY(STAYS)), *same = load(POLICY(STAYS));
    struct tapd_roster roster = begin(policy), again;
    struct tapd_tap *lasting =
        read_tap(policy, "{\"name\": \"a\", \"source\": \"h1\", \"to\": \"c1\"}");
    struct tapd_tap *ending =
        read_tap(policy, "{\"name\": \"b\", \"source\": \"h1\", \"to\": \"c1\", \"for\": \"30s\"}");
    assert_int_equal(tapd_roster_add(&roster, lasting, TAPD_FROM_REQUEST, NOW), 0);
    assert_int_equal(tapd_roster_add(&roster, ending, TAPD_FROM_REQUEST, NOW), 0);
    assert_int_equal(roster.items[0].id, 0);
    assert_int_equal(tapd_roster_find_id(&roster, 1), 1);
    assert_int_equal(take_over(&roster, policy, same, NOW + 29999, &again, &diagnostics), 0);
    assert_int_equal(again.n_items, 2);
    assert_int_equal(again.next_id, 2);
    tapd_roster_free(&again, NULL);
    assert_int_equal(take_over(&roster, policy, same, NOW + 30000, &again, &diagnostics), 0);
    assert_int_equal(again.n_items, 1);
    assert_string_equal(again.items[0].tap->name, "a");
    tapd_roster_free(&again, NULL);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
    tapd_policy_free(same);
}

#define TAP_A "{\"name\": \"a\", \"source\": \"h1\", \"to\": \"c1\"}"
#define TAP_B "{\"name\": \"b\", \"source\": \"h1\", \"to\": \"c1\", \"for\": \"30s\"}"

/* As only a hand that has edited the file puts them there. */
static void two_of_one_name_are_refused(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    struct tapd_record twice[] = {{.origin = TAPD_FROM_REQUEST, .tap = (char[]){TAP_A}},
                                  {.origin = TAPD_FROM_REQUEST, .tap = (char[]){TAP_A}}};
    const struct tapd_records records = {.items = twice, .n_items = 2, .next_id = 1};
    struct tapd_policy *policy = load(POLICY(STAYS));
    struct tapd_roster roster;
    assert_int_equal(
        tapd_roster_from_records(&records, policy, "state", NOW, &roster, &diagnostics), -1);
    assert_string_equal(memory_errors(&diagnostics, &words),
                        "state:0:0: two taps have the name \"a\"\n");
    assert_int_equal(roster.n_items, 1);
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

/* Numbers begin anew after 2^32 taps, and pass over those of taps that are there, or are still to
 * be taken over. */
static void no_two_have_one_number(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_record kept = {
        .origin = TAPD_FROM_REQUEST, .tap = (char[]){TAP_B}, .id = 1, .expires_ms = NOW + 30000};
    struct tapd_records records = {.items = &kept, .n_items = 1, .next_id = 1};
    struct tapd_policy *policy = load(POLICY(STAYS ENDS));
    struct tapd_roster roster;
    assert_int_equal(
        tapd_roster_from_records(&records, policy, "state", NOW, &roster, &diagnostics), 0);
    assert_int_equal(roster.items[0].id, 2);
    assert_int_equal(roster.items[1].id, 1);
    tapd_roster_free(&roster, NULL);
    records.next_id = UINT32_MAX;
    assert_int_equal(
        tapd_roster_from_records(&records, policy, "state", NOW, &roster, &diagnostics), 0);
    assert_int_equal(roster.items[0].id, UINT32_MAX);
    assert_int_equal(tapd_roster_add(&roster, read_tap(policy, TAP_B), TAPD_FROM_REQUEST, NOW), 0);
    assert_int_equal(roster.items[2].id, 2);
    assert_int_equal(roster.next_id, 3);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

static void what_a_policy_makes_impossible_is_told(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    struct tapd_policy *policy = load(POLICY(STAYS)),
                       *named = load(POLICY(STAYS "  - {name: a, source: h1, to: c1}\n"));
    struct tapd_roster roster = begin(policy), again;
    struct tapd_tap *tap =
        read_tap(policy, "{\"name\": \"a\", \"source\": \"h1\", \"to\": \"c1\"}");
    assert_int_equal(tapd_roster_add(&roster, tap, TAPD_FROM_REQUEST, NOW), 0);
    assert_int_equal(take_over(&roster, policy, named, NOW, &again, &diagnostics), -1);
    assert_non_null(strstr(memory_errors(&diagnostics, &words), "p:4:"));
    assert_non_null(strstr(memory_errors(&diagnostics, &words), "was asked for on demand"));
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
    tapd_roster_free(&again, NULL);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
    tapd_policy_free(named);
}

/* A tap that traffic has asked for stays as long as its rule does: RULE, or RULE@PORT. */
static void a_tap_of_traffic_has_a_rule(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool stays;
    } cases[] = {{"busy", true},   {"busy@s1:1", true},   {"bus", false},
                 {"busy2", false}, {"busy2@s1:1", false}, {"stays@s1:1", false}};
    struct tapd_policy *policy =
        load(POLICY(STAYS "  - {name: busy, source: h1, to: c1, for: 60s, when: {above: 0pps}}\n"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[128];
        snprintf(json, sizeof json,
                 "{\"name\": \"%s\", \"source\": \"h1\", \"to\": \"c1\", \"for\": \"30s\"}",
                 cases[i].name);
        struct tapd_record record = {
            .origin = TAPD_FROM_TRAFFIC, .tap = json, .id = 1, .expires_ms = NOW + 1};
        const struct tapd_records records = {.items = &record, .n_items = 1, .next_id = 2};
        struct yaml_diagnostics diagnostics = {0};
        struct tapd_roster roster;
        assert_int_equal(
            tapd_roster_from_records(&records, policy, "state", NOW, &roster, &diagnostics), 0);
        assert_int_equal(roster.n_items, cases[i].stays);
        tapd_roster_free(&roster, NULL);
    }
    tapd_policy_free(policy);
}

static void seconds_that_are_left(void **state)
{
    (void)state;
    struct tapd_policy *policy = load(POLICY(ENDS));
    struct tapd_roster roster = begin(policy);
    static const struct {
        int64_t now_ms;
        uint16_t left_sec;
    } cases[] = {{NOW, 60},        {NOW + 1, 60},    {NOW + 1000, 59},
                 {NOW + 59999, 1}, {NOW + 60000, 1}, {NOW + 99999, 1},
                 {NOW - 1000, 61}, {0, 1060},        {-INT64_C(90000000), UINT16_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n;
        struct tapd_active *active = tapd_roster_active(&roster, cases[i].now_ms, &n);
        assert_int_equal(n, 1);
        assert_int_equal(active[0].left_sec, cases[i].left_sec);
        free(active);
    }
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

/* A change that is not kept leaves what was there, and frees only what is new. */
static void a_copy_may_be_dropped(void **state)
{
    (void)state;
    struct tapd_policy *policy = load(POLICY(STAYS));
    struct tapd_roster roster = begin(policy), copy;
    const char *json = "{\"name\": \"a\", \"source\": \"h1\", \"to\": \"c1\"}";
    assert_int_equal(tapd_roster_add(&roster, read_tap(policy, json), TAPD_FROM_REQUEST, NOW), 0);
    assert_int_equal(tapd_roster_copy(&roster, &copy), 0);
    assert_int_equal(tapd_roster_add(&copy, read_tap(policy, json), TAPD_FROM_REQUEST, NOW), 0);
    tapd_roster_free(&copy, &roster);
    assert_string_equal(roster.items[0].tap->name, "a");
    const struct tapd_tap *tap = roster.items[0].tap;
    tapd_roster_end(&roster, 0); /* the tap is ours again */
    assert_int_equal(roster.n_items, 0);
    tapd_tap_free((struct tapd_tap *)(uintptr_t)tap);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

struct restart {
    const struct tapd_roster *roster;
    const struct tapd_policy *policy;
};

/* What is there is written down, and taken over. */
static int restart_once(void *aux)
{
    struct restart *restart = aux;
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_records records;
    struct tapd_roster roster = {0}, copy = {0};
    size_t n;
    base_memory_begin();
    int status = tapd_roster_to_records(restart->roster, restart->policy, &records);
    if (status == 0) {
        status = tapd_roster_from_records(&records, restart->policy, "state", NOW, &roster,
                                          &diagnostics);
        assert_true(status == 0 || diagnostics.n_items + diagnostics.n_more > 0);
    }
    if (status == 0) {
        assert_true(roster.n_items == 2 || base_memory_ran_out());
        status = tapd_roster_copy(&roster, &copy);
    }
    struct tapd_active *active = status == 0 ? tapd_roster_active(&copy, NOW, &n) : NULL;
    tapd_records_free(&records);
    tapd_roster_drop(&copy);
    tapd_roster_free(&roster, NULL);
    yaml_diagnostics_free(&diagnostics);
    free(active);
    return active && !base_memory_ran_out() ? 0 : -1;
}

static void without_memory_nothing_is_taken_over_in_silence(void **state)
{
    (void)state;
    struct tapd_policy *policy = load(POLICY(STAYS ENDS));
    struct tapd_roster roster = begin(policy);
    struct restart restart = {&roster, policy};
    assert_int_equal(tapd_roster_add(&roster, read_tap(policy, TAP_B), TAPD_FROM_REQUEST, NOW), 0);
    assert_true(failing_each(restart_once, &restart) > 5);
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taps_of_a_policy_begin),
        cmocka_unit_test(one_ends_at_a_date),
        cmocka_unit_test(one_takes_the_place_of_another),
        cmocka_unit_test(they_do_not_begin_again),
        cmocka_unit_test(taps_on_demand_are_taken_over),
        cmocka_unit_test(two_of_one_name_are_refused),
        cmocka_unit_test(no_two_have_one_number),
        cmocka_unit_test(what_a_policy_makes_impossible_is_told),
        cmocka_unit_test(a_tap_of_traffic_has_a_rule),
        cmocka_unit_test(seconds_that_are_left),
        cmocka_unit_test(a_copy_may_be_dropped),
        cmocka_unit_test(without_memory_nothing_is_taken_over_in_silence),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
