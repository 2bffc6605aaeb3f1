/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of a network, on copies. */
#include "change/plan.h"

#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "testing/cmocka.h"

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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_switch_makes_of_an_item),
    cmocka_unit_test(a_change_leaves_the_states_alone),
};

TEST_MAIN(tests)
