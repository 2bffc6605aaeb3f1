/* SPDX-License-Identifier: Apache-2.0
 *
 * Instructions and actions of OpenFlow 1.3 as text, both ways. */
#include "testing/cmocka.h"

#include "ofctl/flow.h"
#include "ofctl/instructions.h"

#include <stdio.h>
#include <string.h>

/* What ovs-ofctl 3.1 printed of a switch that had taken these. */
static const char *const printed[] = {
    "priority=33,ip,nw_frag=later actions=set_field:2->nw_ecn,output:3",
    "priority=29,metadata=0x5/0xf actions=drop",
    "priority=26,dl_vlan=3 actions=set_field:3->vlan_pcp,pop_vlan,push_vlan:0x88a8,"
    "set_field:0x12->metadata,set_field:0x9->tun_id,output:1",
    "priority=27,dl_vlan=3 actions=write_metadata:0x5,goto_table:9",
    "priority=28,dl_vlan=3 actions=meter:4,output:3,clear_actions",
    "priority=20,arp actions=set_field:1->arp_op,set_field:1.2.3.4->arp_spa,"
    "set_field:1.2.3.4->arp_tpa,set_field:00:11:22:33:44:55->arp_sha,"
    "set_field:00:11:22:33:44:55->arp_tha,output:7",
    "priority=23,ipv6 actions=set_field:0x12345->ipv6_label,set_field:fe80::1->ipv6_src,output:2",
    "priority=24,mpls actions=set_field:7->mpls_label,set_field:3->mpls_tc,dec_mpls_ttl,"
    "set_mpls_ttl(5),pop_mpls:0x0800,output:1",
    "priority=25,ip actions=push_mpls:0x8847,set_field:100->mpls_label,output:1",
    "priority=16,tcp actions=set_field:10.0.0.1->ip_src,set_field:80->tcp_dst,"
    "set_field:00:11:22:33:44:55->eth_src,set_field:5->ip_dscp,set_field:1->nw_ecn,"
    "set_field:3->nw_ttl,output:1",
    "priority=17,udp actions=set_field:53->udp_dst,set_field:53->udp_src,set_queue:3,dec_ttl,"
    "mod_nw_ttl:4,CONTROLLER:128,ALL,FLOOD,NORMAL,LOCAL,clear_actions,write_actions(group:1),"
    "goto_table:3",
    "priority=18,icmp actions=set_field:3->icmp_type,set_field:4->icmp_code,output:7",
    "priority=19,icmp6 actions=set_field:3->icmpv6_type,set_field:4->icmpv6_code,output:7",
    "priority=22,sctp actions=set_field:3->sctp_src,set_field:3->sctp_dst,output:3",
    "priority=21,icmp6,icmp_type=135,icmp_code=0 actions=set_field:::2->nd_target,"
    "set_field:00:11:22:33:44:55->nd_sll,output:7",
    "idle_timeout=5, send_flow_rem reset_counts no_packet_counts priority=15,in_port=1 "
    "actions=IN_PORT",
    "priority=11,tcp,tp_src=0x100/0xff00 actions=meter:1,group:2",
    "priority=10,arp,arp_spa=10.0.0.0/255.0.255.0,arp_op=1,arp_tha=00:00:00:00:00:02 "
    "actions=group:1",
    "priority=8,ipv6,ipv6_label=0x00005 actions=write_actions(set_field:::1->ipv6_dst,output:1)",
    "priority=1,dl_vlan=100,dl_vlan_pcp=3 actions=write_metadata:0x5/0xff,goto_table:2",
    "table=1, priority=4096,in_port=1,vlan_tci=0x0000/0x1fff "
    "actions=output:4,push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2",
    "dl_vlan=3 actions=write_metadata:0/0,goto_table:3",
    "dl_vlan=3 actions=set_queue:1,output:2,group:4",
    "dl_vlan=3 actions=write_actions(drop),goto_table:2",
};

static void what_a_switch_has_is_read_and_written_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        struct flow_table table = {0};
        struct base_buffer out = {0};
        struct base_error error = {""};
        size_t column;
        if (ofctl_parse_reported_flow(printed[i], &table, &column, &error)) {
            fail_msg("%s: %zu: %s", printed[i], column, error.text);
        }
        ofctl_format_flow(&table.entries[0], FLOW_NO_STATS, &out);
        assert_string_equal(base_buffer_text(&out), printed[i]);
        base_buffer_free(&out);
        flow_table_free(&table);
    }
}

static void assert_refused(const char *text, const char *why, const char *where)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    size_t column = 0;
    assert_int_equal(ofctl_parse_flow(text, &table, NULL, &column, &error), -1);
    if (!strstr(error.text, why)) {
        fail_msg("%s: %s", text, error.text);
    }
    assert_int_equal(column, where - text);
    flow_table_free(&table);
}

static void order_and_values_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why, *wrong;
    } bad[] = {
        {"actions=goto_table:3,output:1", "output must stand in front", "output"},
        {"actions=write_actions(output:1),clear_actions", "must stand in front", "clear"},
        {"actions=output:1,meter:1", "meter must stand in front", "meter"},
        {"actions=goto_table:1,goto_table:2", "must stand in front", "goto_table:2"},
        {"actions=goto_table:0", "bad value \"0\" for goto_table", "goto"},
        {"actions=goto_table:255", "bad value", "goto"},
        {"actions=meter:0", "bad value", "meter"},
        {"actions=write_metadata:x", "bad value", "write"},
        {"actions=write_metadata:1/x", "bad value", "write"},
        {"actions=clear_actions:1", "bad value", "clear"},
        {"actions=write_actions(outputs:1)", "unknown action", "write"},
        {"actions=output:1,group:x", "bad action group \"x\": expected a group's number", "group"},
        {"actions=set_field:3", "expected VALUE->FIELD", "set"},
        {"actions=set_field:3->nonsense", "expected VALUE->FIELD", "set"},
        {"actions=set_field:x->eth_src", "expected xx:xx", "set"},
        {"actions=drop,goto_table:3", "drop must stand alone", "actions"},
        {"actions=dec_ttl:1", "expected nothing", "dec"},
        {"actions=mod_nw_ttl:256", "from 0 to 255", "mod"},
        {"actions=push_vlan:0x10000", "an EtherType", "push"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *wrong = strstr(bad[i].text, bad[i].wrong);
        assert_refused(bad[i].text, bad[i].why,
                       wrong == bad[i].text ? bad[i].text + strlen("actions=") : wrong);
    }
}

static const char *open_of(const char *text, struct flow_table *table)
{
    flow_table_free(table);
    assert_int_equal(ofctl_parse_flow(text, table, NULL, NULL, NULL), 0);
    return flow_open(&table->entries[0]);
}

/* An entry whose list of actions is not all that it does is open, with the name of what is more. */
static void instructions_are_open_by_name(void **state)
{
    (void)state;
    struct flow_table table = {0};
    assert_string_equal(open_of("actions=output:1,goto_table:3", &table), "goto_table");
    assert_string_equal(open_of("actions=write_actions(output:1)", &table), "write_actions");
    assert_string_equal(open_of("actions=meter:3,output:1", &table), "a meter");
    assert_string_equal(open_of("actions=experimenter:3", &table),
                        "an instruction of an experimenter");
    assert_string_equal(open_of("actions=instruction:9", &table),
                        "an instruction of an unknown type");
    assert_null(open_of("actions=output:1,clear_actions", &table));
    assert_null(open_of("actions=write_metadata:1", &table));
    assert_null(open_of("actions=output:1", &table));
    flow_table_free(&table);
}

/* Those that no text of ours is read as, too. */
static void instructions_of_others_are_named(void **state)
{
    (void)state;
    const struct action output = {.type = ACTION_OUTPUT, .port = 3};
    const struct instructions more[] = {
        {.meter = NO_METER, .goto_table = NO_GOTO, .unknown = 77},
        {.meter = NO_METER, .goto_table = NO_GOTO, .experimenter = 0x2320},
        {.meter = 5, .goto_table = 6, .unknown = 77, .experimenter = 0x2320, .clears = true},
    };
    static const char *const texts[][2] = {
        {"instruction:77", "output:3,instruction:77"},
        {"experimenter(0x00002320)", "output:3,experimenter(0x00002320)"},
        {"meter:5,clear_actions,experimenter(0x00002320),instruction:77,goto_table:6",
         "meter:5,output:3,clear_actions,experimenter(0x00002320),instruction:77,goto_table:6"}};
    for (size_t i = 0; i < 3; i++) {
        for (uint16_t n = 0; n < 2; n++) {
            const struct flow_entry entry = {
                .actions = &output, .n_actions = n, .instructions = &more[i]};
            struct base_buffer out = {0};
            ofctl_format_instructions(&entry, &out);
            assert_string_equal(base_buffer_text(&out), texts[i][n]);
            base_buffer_free(&out);
        }
    }
}

static void entries_differ_by_their_instructions(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "output:1",
        "output:1,goto_table:3",
        "output:1,goto_table:4",
        "meter:1,output:1",
        "meter:2,output:1",
        "output:1,clear_actions",
        "output:1,write_actions(output:2)",
        "output:1,write_actions(output:3)",
        "output:1,write_metadata:1",
        "output:1,write_metadata:0x1/0x3",
        "output:1,experimenter:1",
        "output:1,instruction:1",
        "output:1,instruction:2",
        "group:1",
        "group:2",
        "set_field:1->nw_ttl",
        "set_field:2->nw_ttl",
        "push_vlan:0x8100",
        "push_vlan:0x88a8",
        "set_queue:1",
        "mod_nw_ttl:1",
        "mod_nw_ttl:2",
        "dec_ttl",
        "strip_vlan",
    };
    enum { N = sizeof lists / sizeof *lists };
    struct flow_table table = {0};
    for (int i = 0; i < N; i++) {
        char text[100];
        snprintf(text, sizeof text, "actions=%s", lists[i]);
        assert_int_equal(ofctl_parse_flow(text, &table, NULL, NULL, NULL), 0);
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            assert_int_equal(flow_equal(&table.entries[i], &table.entries[j]), i == j);
        }
    }
    flow_table_free(&table);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_switch_has_is_read_and_written_alike),
    cmocka_unit_test(order_and_values_are_checked),
    cmocka_unit_test(instructions_are_open_by_name),
    cmocka_unit_test(instructions_of_others_are_named),
    cmocka_unit_test(entries_differ_by_their_instructions),
};

TEST_MAIN(tests)
