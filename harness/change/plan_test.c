/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of a network, on copies. */
#include "change/plan.h"

#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

/* All items of a change, each for its switch; a switch that was not read. */
static void a_change_leaves_the_states_alone(void **state)
{
    (void)state;
    struct switch_state s1 = {.datapath_id = 1}, s2 = {.datapath_id = 2};
    const struct switch_state *before[] = {&s1, NULL, &s2};
    struct flow_change items[3] = {{.sw = 2}, {.sw = 1}, {.sw = 2}};
    struct flow_changes changes = {.items = items, .n_items = 3};
    struct change_plan plan;
    assert_int_equal(ofctl_parse_flow("n_packets=3,arp,actions=1", &s2.flows, NULL, NULL, NULL), 0);
    ofctl_parse_flow_mod("check_overlap,actions=3", &changes.arena, &items[0].mod, NULL, NULL);
    ofctl_parse_flow_mod("actions=3", &changes.arena, &items[1].mod, NULL, NULL);
    ofctl_parse_flow_mod("udp,actions=4", &changes.arena, &items[2].mod, NULL, NULL);
    assert_int_equal(change_plan_make(&plan, &changes, before, 3), 0);
    assert_int_equal(s2.flows.n_entries, 1);
    assert_int_equal(plan.states[0]->flows.n_entries, 0);
    assert_null(plan.states[1]);
    const struct flow_table *flows = &plan.states[2]->flows;
    assert_int_equal(flows->n_entries, 2);
    assert_int_equal(flows->entries[0].n_packets, 3);
    assert_int_equal(flows->entries[1].match.value.nw_proto, 17);
    assert_int_equal(plan.effects[0].answer, CHANGE_OVERLAPS);
    assert_true(flow_equal(plan.effects[0].overlaps, &s2.flows.entries[0]));
    assert_int_equal(plan.effects[1].answer, CHANGE_TAKEN);
    assert_int_equal(plan.effects[2].answer, CHANGE_TAKEN);
    change_plan_free(&plan);
    flow_table_free(&s2.flows);
    base_arena_free(&changes.arena);
}

/* What a switch with ports 1 and 2, without strip_vlan, makes of one flow-mod; an entry for arp
 * and one for tcp are there. `*n`: entries afterwards. */
static enum change_answer answer_to(const char *text, bool tells, size_t *n)
{
    struct port ports[] = {{.number = 1}, {.number = 2}};
    struct switch_state s1 = {.datapath_id = 1};
    const struct switch_state *before = &s1;
    struct flow_change item = {0};
    struct flow_changes changes = {.items = &item, .n_items = 1};
    struct change_plan plan;
    if (tells) {
        s1.ports = ports;
        s1.n_ports = 2;
        s1.supported_actions = 0xfff & ~(1u << ACTION_STRIP_VLAN);
    }
    assert_int_equal(ofctl_parse_flow("cookie=1,arp,actions=1", &s1.flows, NULL, NULL, NULL), 0);
    assert_int_equal(ofctl_parse_flow("tcp,actions=1", &s1.flows, NULL, NULL, NULL), 0);
    assert_int_equal(ofctl_parse_flow_mod(text, &changes.arena, &item.mod, NULL, NULL), 0);
    assert_int_equal(change_plan_make(&plan, &changes, &before, 1), 0);
    enum change_answer answer = plan.effects[0].answer;
    *n = plan.states[0]->flows.n_entries;
    change_plan_free(&plan);
    flow_table_free(&s1.flows);
    base_arena_free(&changes.arena);
    return answer;
}

static void what_a_switch_makes_of_an_item(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum change_answer answer;
        size_t n;
    } rows[] = {
        {"udp,actions=1,2,LOCAL", CHANGE_TAKEN, 3},
        {"modify actions=1", CHANGE_TAKEN, 2},
        {"modify udp,actions=1", CHANGE_NO_ENTRY, 3},
        {"modify cookie=2/2,arp,actions=1", CHANGE_NO_ENTRY, 2},
        {"modify_strict priority=7,tcp,actions=1", CHANGE_NO_ENTRY, 3},
        {"delete tcp", CHANGE_TAKEN, 1},
        {"delete udp", CHANGE_NO_ENTRY, 2},
        {"delete_strict priority=7,tcp", CHANGE_NO_ENTRY, 2},
        {"delete tcp,out_port=9", CHANGE_NO_ENTRY, 2},
        {"udp,actions=1,9,7", CHANGE_NO_PORT, 3},
        {"modify arp,actions=enqueue:9:1", CHANGE_NO_PORT, 2},
        {"modify udp,actions=9", CHANGE_NO_PORT, 3},
        {"udp,actions=9,strip_vlan,2", CHANGE_BAD_ACTION, 2},
        {"check_overlap,ip,actions=1", CHANGE_OVERLAPS, 2},
        {"check_overlap,ip,actions=9", CHANGE_OVERLAPS, 2},
    };
    size_t n;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum change_answer answer = answer_to(rows[i].text, true, &n);
        if (answer != rows[i].answer || n != rows[i].n) {
            fail_msg("%s: answer %d, %zu entries", rows[i].text, answer, n);
        }
    }
    /* A saved state does not tell. */
    assert_int_equal(answer_to("udp,actions=9,strip_vlan,2", false, &n), CHANGE_TAKEN);
}

/* A switch with group 1 to port 2, group 2 to group 1, and meter 3, whose entries use them; what it
 * makes of the last of these lines, and "GROUPS METERS ENTRIES", how many it has afterwards. */
static enum change_answer answer_of_groups(const char *const lines[3], uint8_t version,
                                           char counts[16])
{
    static const char *const flows[] = {"in_port=1 actions=group:1",
                                        "in_port=2 actions=meter:3,write_actions(group:2)"};
    struct port ports[] = {{.number = 1}, {.number = 2}};
    struct switch_state s1 = {.version = version, .ports = ports, .n_ports = 2, .n_tables = 254};
    const struct switch_state *before = &s1;
    struct flow_change items[3] = {{0}};
    struct flow_changes changes = {.items = items};
    struct change_plan plan;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ofctl_parse_flow(flows[i], &s1.flows, NULL, NULL, NULL), 0);
    }
    ofctl_parse_group("group_id=1,type=indirect,bucket=output:2", &s1.groups, NULL, NULL);
    ofctl_parse_group("group_id=2,type=all,bucket=group:1", &s1.groups, NULL, NULL);
    ofctl_parse_meter("meter=3 kbps bands=type=drop rate=1", &s1.groups, NULL, NULL);
    for (size_t n = 0; n < 3 && lines[n]; n++) {
        struct flow_change *item = &items[changes.n_items++];
        int status = ofctl_parse_group_mod(lines[n], &changes.groups, &item->group_mod, NULL, NULL);
        item->of_groups = status == 0;
        if (status == 1) {
            status = ofctl_parse_flow_mod(lines[n], &changes.arena, &item->mod, NULL, NULL);
        }
        assert_int_equal(status, 0);
    }
    assert_int_equal(change_plan_make(&plan, &changes, &before, 1), 0);
    const struct switch_state *after = plan.states[0];
    snprintf(counts, 16, "%zu %zu %zu", after->groups.n_groups, after->groups.n_meters,
             after->flows.n_entries);
    enum change_answer answer = plan.effects[changes.n_items - 1].answer;
    assert_int_equal(s1.groups.n_groups, 2); /* as it was */
    assert_int_equal(s1.flows.n_entries, 2);
    change_plan_free(&plan);
    flow_table_free(&s1.flows);
    group_table_free(&s1.groups);
    group_table_free(&changes.groups);
    base_arena_free(&changes.arena);
    return answer;
}

/* Answers as Open vSwitch 3.1 gives them, but for those that it does not give. */
static void groups_and_meters_change(void **state)
{
    (void)state;
    static const struct {
        const char *lines[3];
        enum change_answer answer;
        const char *counts;
    } rows[] = {
        {{"group add group_id=9,type=all,bucket=output:2"}, CHANGE_TAKEN, "3 1 2"},
        {{"group add group_id=1,type=all"}, CHANGE_GROUP_EXISTS, "2 1 2"},
        {{"group modify group_id=1,type=all"}, CHANGE_TAKEN, "2 1 2"},
        {{"group modify group_id=9,type=all"}, CHANGE_GROUP_UNKNOWN, "2 1 2"},
        {{"group add_or_mod group_id=9,type=all"}, CHANGE_TAKEN, "3 1 2"},
        {{"group add_or_mod group_id=1,type=all"}, CHANGE_TAKEN, "2 1 2"},
        {{"group add group_id=9,type=indirect,bucket=1,bucket=output:2"},
         CHANGE_GROUP_INVALID,
         "2 1 2"},
        {{"group add group_id=0xffffff01,type=all"}, CHANGE_GROUP_INVALID, "2 1 2"},
        {{"group add group_id=0xffffff00,type=all"}, CHANGE_TAKEN, "3 1 2"},
        {{"group add group_id=9,type=all,bucket=output:7"}, CHANGE_NO_PORT, "3 1 2"},
        {{"group add group_id=9,type=all,bucket=group:8"}, CHANGE_NO_CALLED, "3 1 2"},
        {{"group add group_id=9,type=all,bucket=group:2"}, CHANGE_TAKEN, "3 1 2"},
        {{"group add group_id=9,type=all,bucket=group:9"}, CHANGE_LOOP, "3 1 2"},
        {{"group modify group_id=1,type=all,bucket=group:2"}, CHANGE_LOOP, "2 1 2"},
        /* A circle, and what only leads to it. */
        {{"group modify group_id=1,type=all,bucket=group:2",
          "group add group_id=9,type=all,bucket=group:1"},
         CHANGE_TAKEN,
         "3 1 2"},
        {{"group delete group_id=1"}, CHANGE_TAKEN, "1 1 1"},
        {{"group delete group_id=2"}, CHANGE_TAKEN, "1 1 1"},
        {{"group delete group_id=9"}, CHANGE_NO_ENTRY, "2 1 2"},
        {{"group delete"}, CHANGE_TAKEN, "0 1 0"},
        {{"group delete group_id=all"}, CHANGE_TAKEN, "0 1 0"},
        {{"group delete group_id=1", "in_port=1 actions=group:1"}, CHANGE_NO_GROUP, "1 1 1"},
        {{"group add group_id=9,type=all", "in_port=3 actions=group:9"}, CHANGE_TAKEN, "3 1 3"},
        {{"in_port=3 actions=group:9"}, CHANGE_NO_GROUP, "2 1 2"},
        {{"in_port=3 actions=write_actions(group:9)"}, CHANGE_NO_GROUP, "2 1 2"},
        {{"delete in_port=1"}, CHANGE_TAKEN, "2 1 1"},
        {{"meter add meter=4 kbps bands=type=drop rate=1"}, CHANGE_TAKEN, "2 2 2"},
        {{"meter add meter=3 kbps bands=type=drop rate=1"}, CHANGE_METER_EXISTS, "2 1 2"},
        {{"meter modify meter=3 kbps bands=type=drop rate=2"}, CHANGE_TAKEN, "2 1 2"},
        {{"meter modify meter=4 kbps bands=type=drop rate=1"}, CHANGE_METER_UNKNOWN, "2 1 2"},
        {{"meter delete meter=3"}, CHANGE_TAKEN, "2 0 1"},
        {{"meter delete meter=4"}, CHANGE_NO_ENTRY, "2 1 2"},
        {{"meter delete"}, CHANGE_TAKEN, "2 0 1"},
        {{"in_port=3 actions=meter:3,output:2"}, CHANGE_TAKEN, "2 1 3"},
        {{"in_port=3 actions=meter:4,output:2"}, CHANGE_NO_METER, "2 1 2"},
        {{"table=1 actions=goto_table:2"}, CHANGE_TAKEN, "2 1 3"},
        {{"table=2 actions=goto_table:2"}, CHANGE_BAD_GOTO, "2 1 2"},
        {{"table=1 actions=goto_table:254"}, CHANGE_BAD_GOTO, "2 1 2"},
        {{"table=253 actions=drop"}, CHANGE_TAKEN, "2 1 3"},
        {{"table=254 actions=drop"}, CHANGE_NO_TABLE, "2 1 2"},
    };
    char counts[16];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum change_answer answer = answer_of_groups(rows[i].lines, 4, counts);
        if (answer != rows[i].answer || strcmp(counts, rows[i].counts) != 0) {
            fail_msg("%s: answer %d, %s", rows[i].lines[0], (int)answer, counts);
        }
    }
    static const char *const add[3] = {"group add group_id=9,type=all"};
    assert_int_equal(answer_of_groups(add, 1, counts), CHANGE_NOT_IN_10);
    assert_string_equal(counts, "2 1 2");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_and_meters_change),
    cmocka_unit_test(what_a_switch_makes_of_an_item),
    cmocka_unit_test(a_change_leaves_the_states_alone),
};

TEST_MAIN(tests)
