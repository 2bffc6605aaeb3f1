/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of OpenFlow 1.3 Open vSwitch tells as others in 1.0. */
#include "channel/hidden.h"

#include "ofctl/flow.h"
#include "testing/cmocka.h"

static void what_is_left_out_in_10_is_hidden(void **state)
{
    (void)state;
    static const struct {
        const char *flow;
        bool hidden;
        uint16_t flags;
    } rows[] = {
        {"in_port=1 actions=write_actions(output:2)", true, 0},
        {"in_port=1 actions=clear_actions", true, 0},
        {"in_port=1 actions=meter:1,output:2", true, 0},
        {"in_port=1 actions=push_vlan:0x8100,set_field:4105->vlan_vid,output:2", true, 0},
        {"in_port=1 actions=push_vlan:0x8100,set_field:4105->vlan_vid,output:2", false,
         FLOW_RESETS_COUNTS},
        {"in_port=1 actions=meter:1,output:2", true, FLOW_RESETS_COUNTS},
        {"in_port=1 actions=set_field:4105->vlan_vid,output:2", false, 0},
        {"in_port=1 actions=output:2,goto_table:1", false, 0}, /* told as resubmit */
        {"in_port=1 actions=group:1", false, 0},
        {"in_port=1 actions=output:2", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow_table table = {0};
        assert_int_equal(ofctl_parse_flow("priority=3 actions=output:7", &table, NULL, NULL, NULL),
                         0);
        assert_int_equal(ofctl_parse_flow(rows[i].flow, &table, NULL, NULL, NULL), 0);
        table.entries[1].flags = rows[i].flags;
        if (channel_hides(&table) != rows[i].hidden) {
            fail_msg("%s", rows[i].flow);
        }
        flow_table_free(&table);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_left_out_in_10_is_hidden)};

TEST_MAIN(tests)
