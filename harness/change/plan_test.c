/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of a network, on copies. */
#include "change/plan.h"

#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"

#include <stdlib.h>
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

/* ------------------------------------------------------------- one change, and all it makes */

/* The lines of a switch's entries, groups and meters. */
struct lines {
    char *texts[16];
    size_t n;
};

static void put_line(struct lines *lines, struct base_buffer *text)
{
    assert_true(lines->n < sizeof lines->texts / sizeof *lines->texts);
    lines->texts[lines->n++] = base_buffer_take_text(text);
}

static struct lines lines_of(const struct switch_state *state)
{
    struct lines lines = {.n = 0};
    struct base_buffer text = {0};
    for (size_t i = 0; i < state->groups.n_groups; i++) {
        ofctl_format_group(&state->groups.groups[i], &text);
        put_line(&lines, &text);
    }
    for (size_t i = 0; i < state->groups.n_meters; i++) {
        ofctl_format_meter(&state->groups.meters[i], &text);
        put_line(&lines, &text);
    }
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        ofctl_format_flow(&state->flows.entries[i], FLOW_NO_STATS, &text);
        put_line(&lines, &text);
    }
    return lines;
}

static void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->n; i++) {
        free(lines->texts[i]);
    }
}

/* Lines that are in `some` and not in `others`, each with this sign in front. */
static void put_missing(char sign, const struct lines *some, const struct lines *others,
                        struct base_buffer *out)
{
    for (size_t i = 0; i < some->n; i++) {
        bool there = false;
        for (size_t j = 0; j < others->n && !there; j++) {
            there = strcmp(some->texts[i], others->texts[j]) == 0;
        }
        if (!there) {
            base_put_format(out, "%s%c %s", base_buffer_text(out)[0] ? "\n" : "", sign,
                            some->texts[i]);
        }
    }
}

static void put_difference(const struct switch_state *before, const struct switch_state *after,
                           struct base_buffer *out)
{
    struct lines was = lines_of(before), is = lines_of(after);
    put_missing('-', &was, &is, out);
    put_missing('+', &is, &was, out);
    lines_free(&was);
    lines_free(&is);
}

/* What is the same after a change but entries, groups and meters. */
static void expect_rest(const struct switch_state *before, const struct switch_state *after)
{
    struct switch_state rest = *after;
    rest.flows = before->flows;
    rest.groups = before->groups;
    assert_memory_equal(&rest, before, sizeof rest);
}

/* Lines of a change, in their order, what the switch makes of the last one, the number that it
 * names (of a group, meter, table or port; 0: none), and what is then no more there, or new. */
struct row {
    const char *lines[2];
    enum change_answer answer;
    unsigned number;
    const char *difference;
};

static void parse_item(const char *line, struct flow_changes *changes)
{
    struct flow_change *item = &changes->items[changes->n_items++];
    int status = ofctl_parse_group_mod(line, &changes->groups, &item->group_mod, NULL, NULL);
    item->of_groups = status == 0;
    if (status == 1) {
        status = ofctl_parse_flow_mod(line, &changes->arena, &item->mod, NULL, NULL);
    }
    assert_int_equal(status, 0);
}

static unsigned number_of(const struct change_effect *effect)
{
    return effect->answer == CHANGE_TAKEN        ? 0
           : effect->answer == CHANGE_NO_PORT    ? effect->action->port
           : effect->answer == CHANGE_BAD_ACTION ? effect->action->type
                                                 : effect->number;
}

static void check_row(const struct switch_state *s1, const struct row *row)
{
    struct flow_change items[2] = {{0}};
    struct flow_changes changes = {.items = items};
    struct change_plan plan;
    struct base_buffer text = {0};
    struct lines before = lines_of(s1);
    for (size_t i = 0; i < 2 && row->lines[i]; i++) {
        parse_item(row->lines[i], &changes);
    }
    assert_int_equal(change_plan_make(&plan, &changes, &s1, 1), 0);
    const struct change_effect *effect = &plan.effects[changes.n_items - 1];
    put_difference(s1, plan.states[0], &text);
    expect_rest(s1, plan.states[0]);
    struct lines after = lines_of(s1); /* it is left alone */
    put_missing('!', &before, &after, &text);
    assert_int_equal(before.n, after.n);
    if (effect->answer != row->answer || number_of(effect) != row->number ||
        strcmp(base_buffer_text(&text), row->difference) != 0) {
        fail_msg("%s: answer %d, number %u:\n%s", row->lines[changes.n_items - 1],
                 (int)effect->answer, number_of(effect), base_buffer_text(&text));
    }
    lines_free(&before);
    lines_free(&after);
    base_buffer_free(&text);
    change_plan_free(&plan);
    group_table_free(&changes.groups);
    base_arena_free(&changes.arena);
}

static void check_rows(struct switch_state *s1, const char *const *flows, const struct row *rows,
                       size_t n)
{
    for (size_t i = 0; flows[i]; i++) {
        assert_int_equal(ofctl_parse_flow(flows[i], &s1->flows, NULL, NULL, NULL), 0);
    }
    for (size_t i = 0; i < n; i++) {
        check_row(s1, &rows[i]);
    }
    flow_table_free(&s1->flows);
    group_table_free(&s1->groups);
}
#define CHECK(s1, flows, rows) check_rows(s1, flows, rows, sizeof(rows) / sizeof *(rows))

static struct port two_ports[] = {{.number = 1}, {.number = 2}};

/* A switch without strip_vlan. */
static void what_a_switch_makes_of_an_item(void **state)
{
    (void)state;
    static const char *const flows[] = {"cookie=1,arp,actions=1", "tcp,actions=1", NULL};
    static const struct row rows[] = {
        {{"udp,actions=1,2,LOCAL"}, CHANGE_TAKEN, 0, "+ udp actions=output:1,output:2,LOCAL"},
        {{"modify actions=1"},
         CHANGE_TAKEN,
         0,
         "- cookie=0x1, arp actions=output:1\n"
         "+ arp actions=output:1"},
        {{"modify udp,actions=1"}, CHANGE_NO_ENTRY, 0, "+ udp actions=output:1"},
        {{"modify cookie=2/2,arp,actions=1"}, CHANGE_NO_ENTRY, 0, ""},
        {{"modify_strict priority=7,tcp,actions=1"},
         CHANGE_NO_ENTRY,
         0,
         "+ priority=7,tcp actions=output:1"},
        {{"delete tcp"}, CHANGE_TAKEN, 0, "- tcp actions=output:1"},
        {{"delete udp"}, CHANGE_NO_ENTRY, 0, ""},
        {{"delete_strict priority=7,tcp"}, CHANGE_NO_ENTRY, 0, ""},
        {{"delete tcp,out_port=9"}, CHANGE_NO_ENTRY, 0, ""},
        {{"udp,actions=1,9,7"}, CHANGE_NO_PORT, 9, "+ udp actions=output:1,output:9,output:7"},
        {{"modify arp,actions=enqueue:9:1"},
         CHANGE_NO_PORT,
         9,
         "- cookie=0x1, arp actions=output:1\n"
         "+ arp actions=enqueue:9:1"},
        {{"modify udp,actions=9"}, CHANGE_NO_PORT, 9, "+ udp actions=output:9"},
        {{"udp,actions=9,strip_vlan,2"}, CHANGE_BAD_ACTION, 3, ""},
        {{"check_overlap,ip,actions=1"}, CHANGE_OVERLAPS, 0, ""},
        {{"check_overlap,ip,actions=9"}, CHANGE_OVERLAPS, 0, ""},
    };
    struct switch_state s1 = {.datapath_id = 1,
                              .ports = two_ports,
                              .n_ports = 2,
                              .supported_actions = 0xfff & ~(1u << ACTION_STRIP_VLAN)};
    CHECK(&s1, flows, rows);
}

static void a_saved_state_does_not_tell(void **state)
{
    (void)state;
    static const char *const flows[] = {"arp,actions=1", NULL};
    static const struct row rows[] = {
        {{"udp,actions=9,strip_vlan,2"},
         CHANGE_TAKEN,
         0,
         "+ udp actions=output:9,strip_vlan,output:2"},
    };
    struct switch_state s1 = {.datapath_id = 1};
    CHECK(&s1, flows, rows);
}

/* Answers as Open vSwitch 3.1 gives them, but for those that it does not give. */
static const struct row rows_of_groups[] = {
    {{"group add group_id=9,type=all,bucket=output:2"},
     CHANGE_TAKEN,
     0,
     "+ group_id=9,type=all,bucket=actions=output:2"},
    {{"group add group_id=1,type=all"}, CHANGE_GROUP_EXISTS, 1, ""},
    {{"group modify group_id=1,type=all"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "+ group_id=1,type=all"},
    {{"group modify group_id=9,type=all"}, CHANGE_GROUP_UNKNOWN, 9, ""},
    {{"group add_or_mod group_id=9,type=all"}, CHANGE_TAKEN, 0, "+ group_id=9,type=all"},
    {{"group add_or_mod group_id=1,type=all"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "+ group_id=1,type=all"},
    {{"group add group_id=9,type=indirect,bucket=1,bucket=output:2"}, CHANGE_GROUP_INVALID, 9, ""},
    {{"group add group_id=0xffffff01,type=all"}, CHANGE_GROUP_INVALID, 4294967041, ""},
    {{"group add group_id=0xffffff00,type=all"}, CHANGE_TAKEN, 0, "+ group_id=4294967040,type=all"},
    {{"group add group_id=9,type=all,bucket=output:7"},
     CHANGE_NO_PORT,
     7,
     "+ group_id=9,type=all,bucket=actions=output:7"},
    {{"group add group_id=9,type=all,bucket=group:8"},
     CHANGE_NO_CALLED,
     8,
     "+ group_id=9,type=all,bucket=actions=group:8"},
    {{"group add group_id=9,type=all,bucket=group:2"},
     CHANGE_TAKEN,
     0,
     "+ group_id=9,type=all,bucket=actions=group:2"},
    {{"group add group_id=9,type=all,bucket=group:9"},
     CHANGE_LOOP,
     9,
     "+ group_id=9,type=all,bucket=actions=group:9"},
    {{"group modify group_id=1,type=all,bucket=group:2"},
     CHANGE_LOOP,
     1,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "+ group_id=1,type=all,bucket=actions=group:2"},
    /* A circle, and what only leads to it. */
    {{"group modify group_id=1,type=all,bucket=group:2",
      "group add group_id=9,type=all,bucket=group:1"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "+ group_id=1,type=all,bucket=actions=group:2\n"
     "+ group_id=9,type=all,bucket=actions=group:1"},
    {{"group delete group_id=1"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "- in_port=1 actions=group:1"},
    {{"group delete group_id=2"},
     CHANGE_TAKEN,
     0,
     "- group_id=2,type=all,bucket=actions=group:1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)"},
    {{"group delete group_id=9"}, CHANGE_NO_ENTRY, 0, ""},
    {{"group delete"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "- group_id=2,type=all,bucket=actions=group:1\n"
     "- in_port=1 actions=group:1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)"},
    {{"group delete group_id=all"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "- group_id=2,type=all,bucket=actions=group:1\n"
     "- in_port=1 actions=group:1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)"},
    {{"group delete group_id=1", "in_port=1 actions=group:1"},
     CHANGE_NO_GROUP,
     1,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "- in_port=1 actions=group:1"},
    {{"group add group_id=9,type=all", "in_port=3 actions=group:9"},
     CHANGE_TAKEN,
     0,
     "+ group_id=9,type=all\n"
     "+ in_port=3 actions=group:9"},
    {{"in_port=3 actions=group:9"}, CHANGE_NO_GROUP, 9, ""},
    {{"in_port=3 actions=write_actions(group:9)"}, CHANGE_NO_GROUP, 9, ""},
    {{"delete in_port=1"}, CHANGE_TAKEN, 0, "- in_port=1 actions=group:1"},
    {{"meter add meter=4 kbps bands=type=drop rate=1"},
     CHANGE_TAKEN,
     0,
     "+ meter=4 kbps bands=\n"
     "type=drop rate=1"},
    {{"meter add meter=3 kbps bands=type=drop rate=1"}, CHANGE_METER_EXISTS, 3, ""},
    {{"meter modify meter=3 kbps bands=type=drop rate=2"},
     CHANGE_TAKEN,
     0,
     "- meter=3 kbps bands=\n"
     "type=drop rate=1\n"
     "+ meter=3 kbps bands=\n"
     "type=drop rate=2"},
    {{"meter modify meter=4 kbps bands=type=drop rate=1"}, CHANGE_METER_UNKNOWN, 4, ""},
    {{"meter delete meter=3"},
     CHANGE_TAKEN,
     0,
     "- meter=3 kbps bands=\n"
     "type=drop rate=1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)"},
    {{"meter delete meter=4"}, CHANGE_NO_ENTRY, 0, ""},
    {{"meter delete"},
     CHANGE_TAKEN,
     0,
     "- meter=3 kbps bands=\n"
     "type=drop rate=1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)"},
    {{"in_port=3 actions=meter:3,output:2"},
     CHANGE_TAKEN,
     0,
     "+ in_port=3 actions=meter:3,output:2"},
    {{"in_port=3 actions=meter:4,output:2"}, CHANGE_NO_METER, 4, ""},
    {{"table=1 actions=goto_table:2"}, CHANGE_TAKEN, 0, "+ table=1, actions=goto_table:2"},
    {{"table=2 actions=goto_table:2"}, CHANGE_BAD_GOTO, 2, ""},
    {{"table=1 actions=goto_table:254"}, CHANGE_BAD_GOTO, 254, ""},
    {{"table=253 actions=drop"}, CHANGE_TAKEN, 0, "+ table=253, actions=drop"},
    {{"table=254 actions=drop"}, CHANGE_NO_TABLE, 254, ""},
    {{"group add group_id=9,type=indirect"}, CHANGE_GROUP_INVALID, 9, ""},
    {{"group modify group_id=1,type=indirect"}, CHANGE_GROUP_INVALID, 1, ""},
    {{"group add group_id=9,type=all,bucket=output:2,output:7,output:8"},
     CHANGE_NO_PORT,
     7,
     "+ group_id=9,type=all,bucket=actions=output:2,output:7,output:8"},
    {{"group add group_id=9,type=all,bucket=output:7,bucket=group:8"},
     CHANGE_NO_PORT,
     7,
     "+ group_id=9,type=all,bucket=actions=output:7,bucket=actions=group:8"},
    {{"group add group_id=9,type=all,bucket=output:7,group:9"},
     CHANGE_LOOP,
     9,
     "+ group_id=9,type=all,bucket=actions=output:7,group:9"},
    {{"group add group_id=9,type=all,bucket=LOCAL"},
     CHANGE_TAKEN,
     0,
     "+ group_id=9,type=all,bucket=actions=LOCAL"},
    {{"meter add meter=4 kbps bands=type=drop rate=1", "meter delete"},
     CHANGE_TAKEN,
     0,
     "- meter=3 kbps bands=\n"
     "type=drop rate=1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)"},
    {{"group add group_id=9,type=all", "group delete group_id=1"},
     CHANGE_TAKEN,
     0,
     "- group_id=1,type=indirect,bucket=actions=output:2\n"
     "- in_port=1 actions=group:1\n"
     "+ group_id=9,type=all"},
    {{"in_port=3 actions=output:7,group:9"}, CHANGE_NO_GROUP, 9, ""},
    {{"in_port=3 actions=output:7"}, CHANGE_NO_PORT, 7, "+ in_port=3 actions=output:7"},
    {{"in_port=3 actions=group:1,group:8,group:9"}, CHANGE_NO_GROUP, 8, ""},
    {{"modify in_port=1 actions=meter:4"}, CHANGE_NO_METER, 4, ""},
    {{"modify in_port=2 actions=output:1"},
     CHANGE_TAKEN,
     0,
     "- in_port=2 actions=meter:3,write_actions(group:2)\n"
     "+ in_port=2 actions=output:1"},
    {{"modify actions=goto_table:1"},
     CHANGE_TAKEN,
     0,
     "- in_port=1 actions=group:1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)\n"
     "+ in_port=1 actions=goto_table:1\n"
     "+ in_port=2 actions=goto_table:1"},
    {{"modify table=1,actions=goto_table:1"}, CHANGE_BAD_GOTO, 1, ""},
    {{"modify actions=goto_table:253"},
     CHANGE_TAKEN,
     0,
     "- in_port=1 actions=group:1\n"
     "- in_port=2 actions=meter:3,write_actions(group:2)\n"
     "+ in_port=1 actions=goto_table:253\n"
     "+ in_port=2 actions=goto_table:253"},
    {{"modify actions=goto_table:254"}, CHANGE_BAD_GOTO, 254, ""},
    {{"modify table=254,actions=drop"}, CHANGE_NO_TABLE, 254, ""},
    {{"delete table=254"}, CHANGE_NO_ENTRY, 0, ""},
};

static void groups_and_meters_change(void **state)
{
    (void)state;
    static const char *const flows[] = {"in_port=1 actions=group:1",
                                        "in_port=2 actions=meter:3,write_actions(group:2)", NULL};
    struct switch_state s1 = {.version = 4, .ports = two_ports, .n_ports = 2, .n_tables = 254};
    ofctl_parse_group("group_id=1,type=indirect,bucket=output:2", &s1.groups, NULL, NULL);
    ofctl_parse_group("group_id=2,type=all,bucket=group:1", &s1.groups, NULL, NULL);
    ofctl_parse_meter("meter=3 kbps bands=type=drop rate=1", &s1.groups, NULL, NULL);
    CHECK(&s1, flows, rows_of_groups);
}

static void openflow_1_0_has_no_groups(void **state)
{
    (void)state;
    static const char *const flows[] = {"in_port=1 actions=2", NULL};
    static const struct row rows[] = {
        {{"group add group_id=9,type=all"}, CHANGE_NOT_IN_10, 0, ""},
        {{"group delete"}, CHANGE_NOT_IN_10, 0, ""},
        {{"meter add meter=4 kbps bands=type=drop rate=1"}, CHANGE_NOT_IN_10, 0, ""},
    };
    struct switch_state s1 = {.version = 1};
    CHECK(&s1, flows, rows);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_and_meters_change),
    cmocka_unit_test(openflow_1_0_has_no_groups),
    cmocka_unit_test(what_a_switch_makes_of_an_item),
    cmocka_unit_test(a_saved_state_does_not_tell),
    cmocka_unit_test(a_change_leaves_the_states_alone),
};

TEST_MAIN(tests)
