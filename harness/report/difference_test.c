/* SPDX-License-Identifier: Apache-2.0
 *
 * What two states do differently, in words. */
#include "report/difference.h"

#include "change/diff.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"

#include <string.h>

static void add_flow(struct switch_state *state, const char *text)
{
    struct base_error error;
    if (ofctl_parse_flow(text, &state->flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

/* Four ports; flows divided by "; ". */
static struct switch_state make_state(const char *flows)
{
    static struct port ports[] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
    struct switch_state state = {.ports = ports, .n_ports = 4};
    char text[512], *rest = text;
    strcpy(text, flows);
    for (char *flow; (flow = strsep(&rest, ";"));) {
        if (*flow) {
            add_flow(&state, flow);
        }
    }
    return state;
}

/* Each set of headers as "PORTS MATCH [except …]: DETAIL" on a line. */
static void assert_told(const char *flows_a, const char *flows_b, const char *expected)
{
    struct switch_state a = make_state(flows_a), b = make_state(flows_b);
    struct base_arena arena = {0};
    struct base_buffer out = {0};
    struct switch_difference told = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(report_difference(&a, &b, &budget, &arena, &told), 0);
    for (size_t i = 0; i < told.n_items; i++) {
        const struct difference *item = &told.items[i];
        base_put_format(&out, "%s%s %s%s%s: %s\n", item->is_part ? "part of " : "", item->ports,
                        item->match, item->except ? " except " : "",
                        item->except ? item->except : "",
                        item->undecided ? item->undecided : item->detail);
    }
    assert_string_equal(base_buffer_text(&out), expected);
    assert_null(told.open);
    base_buffer_free(&out);
    base_arena_free(&arena);
    flow_table_free(&a.flows);
    flow_table_free(&b.flows);
}

static void test_same(void **state)
{
    (void)state;
    assert_told("", "", "");
    assert_told("in_port=1 actions=2,3", "in_port=1 actions=3,2", "");
    assert_told("priority=5,tcp actions=2;priority=4,tcp,tp_dst=1 actions=3",
                "priority=5,tcp actions=2", ""); /* hidden */
    assert_told("ip actions=2", "ip,nw_dst=0.0.0.0/1 actions=2;ip,nw_dst=128.0.0.0/1 actions=2",
                "");
    assert_told("in_port=1 actions=normal", "in_port=1 actions=normal", "");
    assert_told("in_port=1 actions=1", "", ""); /* nothing returns to its port */
    assert_told("dl_vlan=5 actions=mod_vlan_vid:5,2", "dl_vlan=5 actions=2", "");
}

static void test_sets(void **state)
{
    (void)state;
    assert_told("in_port=1 actions=2,3", "in_port=1 actions=2", "1 : output:3 is missing\n");
    assert_told("in_port=1 actions=2", "", "1 : output:2 is missing\n");
    assert_told("priority=5,in_port=1,tcp actions=2;priority=1,in_port=1 actions=3",
                "priority=5,in_port=1,tcp,tp_dst=80 actions=2;priority=1,in_port=1 actions=3",
                "1 tcp except tcp,tp_dst=80: output:3 instead of output:2\n");
    assert_told("in_port=1 actions=mod_nw_tos:4,2", "in_port=1 actions=2",
                "part of 1 ip: mod_nw_tos:4 is missing on output:2\n"
                "part of 1 ipv6: mod_nw_tos:4 is missing on output:2\n");
    assert_told("in_port=1 actions=normal", "in_port=1 actions=2",
                "1 : output:2 instead of NORMAL\n");
}

/* Which of two of one priority wins is not defined. */
static void test_rivals(void **state)
{
    (void)state;
    assert_told("priority=200,in_port=1,icmp actions=2",
                "priority=200,in_port=1,icmp actions=2;"
                "priority=200,in_port=1,icmp,icmp_type=8 actions=2,3",
                "1 icmp,icmp_type=8: two entries of the same priority take it\n");
}

static void test_ports(void **state)
{
    (void)state;
    assert_told("tcp actions=9", "",
                "1-4, any other port tcp: output:9 is missing (entering by "
                "port 1)\n");
    assert_told("tcp actions=controller:9", "",
                "any port tcp: CONTROLLER:9 is missing (entering by port 1)\n");
}

/* A port that is gone is one by which a flood no longer leaves. */
static void test_ports_change(void **state)
{
    (void)state;
    struct switch_state a = make_state("in_port=1 actions=flood"),
                        b = make_state("in_port=1 actions=flood");
    static struct port fewer[] = {{.number = 1, .state = PORT_STATE_LINK_DOWN},
                                  {.number = 2},
                                  {.number = 4, .config = PORT_CONFIG_NO_FLOOD}};
    struct base_arena arena = {0};
    struct switch_difference told = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    b.ports = fewer;
    b.n_ports = 3;
    assert_int_equal(report_difference(&a, &b, &budget, &arena, &told), 0);
    assert_int_equal(told.n_items, 1);
    assert_string_equal(told.items[0].detail, "output:3 is missing, output:4 is missing");
    assert_int_equal(told.n_ports, 3);
    assert_string_equal(told.ports[0], "port 1: up in A, LINK_DOWN in B");
    assert_string_equal(told.ports[1], "port 3: up in A, no such port in B");
    assert_string_equal(told.ports[2], "port 4: up in A, NO_FLOOD in B");
    assert_int_equal(told.n_entries, 0);
    base_arena_free(&arena);
    flow_table_free(&a.flows);
    flow_table_free(&b.flows);
}

static void test_entries(void **state)
{
    (void)state;
    struct switch_state a = make_state("priority=5,tcp actions=2;udp actions=2;arp actions=1"),
                        b = make_state("arp actions=1;cookie=0x1,priority=5,tcp actions=2;icmp "
                                       "actions=2");
    struct base_arena arena = {0};
    struct switch_difference told = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(report_difference(&a, &b, &budget, &arena, &told), 0);
    assert_int_equal(told.n_entries, 3);
    assert_string_equal(told.entries[0].entry[1], "cookie=0x1, priority=5,tcp actions=output:2");
    assert_string_equal(told.entries[1].entry[0], "udp actions=output:2");
    assert_null(told.entries[1].entry[1]);
    assert_null(told.entries[2].entry[0]);
    assert_string_equal(told.entries[2].entry[1], "icmp actions=output:2");
    base_arena_free(&arena);
    flow_table_free(&a.flows);
    flow_table_free(&b.flows);
}

static void assert_groups(const char *const groups[2], const char *const meters[2],
                          const uint8_t versions[2], const char *expected)
{
    struct switch_state states[2];
    struct base_arena arena = {0};
    struct base_buffer out = {0};
    struct switch_difference told = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    for (int i = 0; i < 2; i++) {
        states[i] = make_state("in_port=1 actions=output:2");
        states[i].version = versions[i];
        if (groups[i]) {
            assert_int_equal(ofctl_parse_group(groups[i], &states[i].groups, NULL, NULL), 0);
        }
        if (meters[i]) {
            assert_int_equal(ofctl_parse_meter(meters[i], &states[i].groups, NULL, NULL), 0);
        }
    }
    assert_int_equal(report_difference(&states[0], &states[1], &budget, &arena, &told), 0);
    for (size_t i = 0; i < told.n_groups; i++) {
        base_put_format(&out, "%s\n", told.groups[i]);
    }
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
    base_arena_free(&arena);
    for (int i = 0; i < 2; i++) {
        flow_table_free(&states[i].flows);
        group_table_free(&states[i].groups);
    }
}

static void test_groups_and_meters(void **state)
{
    (void)state;
    static const char *const no[] = {NULL, NULL};
    static const char *const groups[] = {"group_id=3,type=all,bucket=output:1",
                                         "group_id=3,type=all,bucket=output:2"};
    static const char *const same[] = {"group_id=3,type=all", "group_id=3,type=all"};
    static const char *const meters[] = {"meter=1 kbps type=drop rate=5",
                                         "meter=2 kbps type=drop rate=5"};
    static const uint8_t both[] = {4, 4}, one[] = {1, 4};
    assert_groups(groups, no, both,
                  "group 3: group_id=3,type=all,bucket=actions=output:1 in A, "
                  "group_id=3,type=all,bucket=actions=output:2 in B\n");
    assert_groups(same, meters, both,
                  "meter 1: meter=1 kbps bands= type=drop rate=5 in A, no such meter in B\n"
                  "meter 2: no such meter in A, meter=2 kbps bands= type=drop rate=5 in B\n");
    assert_groups(same, no, both, "");
    assert_groups(groups, meters, one, ""); /* 1.0 does not tell them */
}

/* Two states of 1.3; of the first difference the detail and the rows. */
static void assert_composed(const char *const flows[2], const char *const groups[2],
                            const char *detail, const char *const rows[2], bool chooses_otherwise)
{
    struct switch_state states[2];
    struct base_arena arena = {0};
    struct switch_difference told = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    for (int i = 0; i < 2; i++) {
        states[i] = make_state(flows[i]);
        states[i].version = 4;
        assert_int_equal(ofctl_parse_group(groups[i], &states[i].groups, NULL, NULL), 0);
    }
    assert_int_equal(report_difference(&states[0], &states[1], &budget, &arena, &told), 0);
    assert_int_equal(told.n_items, detail != NULL);
    assert_int_equal(told.chooses_otherwise, chooses_otherwise);
    if (detail) {
        assert_string_equal(told.items[0].detail, detail);
        assert_string_equal(told.items[0].entry[0], rows[0]);
        assert_string_equal(told.items[0].entry[1], rows[1]);
    }
    base_arena_free(&arena);
    for (int i = 0; i < 2; i++) {
        flow_table_free(&states[i].flows);
        group_table_free(&states[i].groups);
    }
}

#define TO_1    "in_port=1 actions=goto_table:1"
#define GROUP_1 "in_port=1 actions=group:1"

static void test_pipelines(void **state)
{
    (void)state;
    static const char *const none[] = {"group_id=1,type=all", "group_id=1,type=all"};
    static const char *const select[] = {"group_id=1,type=select,bucket=output:2,bucket=output:3",
                                         "group_id=1,type=select,bucket=output:2"};
    static const char *const same[] = {"group_id=1,type=select,bucket=output:2,bucket=output:3",
                                       "group_id=1,type=select,bucket=output:3,bucket=output:2"};
    static const char *const failover[] = {
        "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3",
        "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:4,output:4"};
    static const char *const tables[] = {TO_1 ";table=1,actions=2", TO_1 ";table=1,actions=3"};
    static const char *const to_group[] = {GROUP_1, GROUP_1};
    static const char *const from_2[] = {GROUP_1 ";in_port=2 actions=3",
                                         GROUP_1 ";in_port=2 actions=3"};
    static const char *const metered[] = {"in_port=1 actions=meter:1,2", "in_port=1 actions=2"};
    static const char *const metered_more[] = {"in_port=1 actions=meter:1,2",
                                               "in_port=1 actions=3"};
    assert_composed(tables, none, "output:3 instead of output:2",
                    (const char *const[]){TO_1 ", then table=1, actions=output:2",
                                          TO_1 ", then table=1, actions=output:3"},
                    false);
    assert_composed(to_group, select,
                    "output:2 instead of output:2 or output:3, as the switch chooses", to_group,
                    true);
    assert_composed(from_2, same, NULL, NULL, true); /* the shares, perhaps */
    assert_composed(to_group, failover, NULL, NULL, true);
    assert_composed(tables, (const char *const[]){failover[0], failover[0]},
                    "output:3 instead of output:2",
                    (const char *const[]){TO_1 ", then table=1, actions=output:2",
                                          TO_1 ", then table=1, actions=output:3"},
                    false);
    assert_composed((const char *const[]){tables[0], tables[0]}, failover, NULL, NULL, false);
    assert_composed(
        metered, none, "other meters, or none, limit it",
        (const char *const[]){"in_port=1 actions=meter:1,output:2", "in_port=1 actions=output:2"},
        false);
    assert_composed(
        metered_more, none, "output:3 instead of output:2, other meters, or none, limit it",
        (const char *const[]){"in_port=1 actions=meter:1,output:2", "in_port=1 actions=output:3"},
        false);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pipelines),    cmocka_unit_test(test_groups_and_meters),
    cmocka_unit_test(test_same),         cmocka_unit_test(test_sets),
    cmocka_unit_test(test_rivals),       cmocka_unit_test(test_ports),
    cmocka_unit_test(test_ports_change), cmocka_unit_test(test_entries),
};

TEST_MAIN(tests)
