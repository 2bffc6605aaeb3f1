/* SPDX-License-Identifier: Apache-2.0
 *
 * Switch states as text, YAML and JSON. The lines of entries are what Open
 * vSwitch 3.1's ovs-ofctl printed for the same stats reply. */
#include "report/flows.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/tool.h"

#include <jansson.h>

static const struct action mirror[] = {
    {.type = ACTION_OUTPUT, .port = 2},
    {.type = ACTION_OUTPUT, .port = 6},
};

static struct switch_state sample_state(void)
{
    static struct port ports[] = {
        {.number = 1,
         .dl_addr = {0xaa, 0x55, 0xaa, 0x55, 0, 1},
         .name = "s1-\xff\"eth1",
         .config = PORT_CONFIG_NO_FLOOD | PORT_CONFIG_DOWN | 1U << 31,
         .state = PORT_STATE_LINK_DOWN | 0x200,
         .curr = 0x40,
         .has_counters = true},
        {.number = PORT_LOCAL, .name = "s1"},
    };
    struct port_counters *counters = &ports[0].counters;
    memset(counters, 0xff, sizeof *counters);
    counters->rx_packets = 5;
    counters->tx_dropped = 0;
    static struct flow_entry entries[2];
    entries[0] = (struct flow_entry){
        .actions = mirror,
        .n_actions = 2,
        .cookie = 0x2a,
        .hard_timeout = 120,
        .priority = 32768,
        .n_packets = 3,
        .n_bytes = 180,
        .duration_sec = 1,
        .duration_nsec = 500000000,
    };
    entries[0].match = match_in_port(1);
    entries[1] = (struct flow_entry){.priority = 100, .duration_sec = 7};
    assert_int_equal(ofctl_parse_match("tcp,tp_dst=80", &entries[1].match, NULL, NULL), 0);
    return (struct switch_state){
        .datapath_id = 0x1f,
        .n_tables = 254,
        .capabilities = 0xc7,
        .supported_actions = 0xfff,
        .ports = ports,
        .n_ports = 2,
        .flows = {.entries = entries, .n_entries = 2},
    };
}

static void assert_flows(enum report_flows_format format, bool no_stats, const char *expected)
{
    struct switch_state state = sample_state();
    struct report_flows_switch switches[] = {
        {.name = "s1", .state = &state},
        {.name = "s2", .reason = "connect to 127.0.0.1:6635: refused\x1b"},
    };
    struct base_buffer out = {0};
    report_flows(switches, 2, format, no_stats, &out);
    assert_false(out.failed);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void test_text(void **state)
{
    (void)state;
    assert_flows(REPORT_FLOWS_TEXT, false,
                 "s1:\n"
                 " cookie=0x2a, duration=1.500s, table=0, n_packets=3, n_bytes=180, "
                 "hard_timeout=120, in_port=1 actions=output:2,output:6\n"
                 " cookie=0x0, duration=7s, table=0, n_packets=0, n_bytes=0, "
                 "priority=100,tcp,tp_dst=80 actions=drop\n"
                 "s2: not read: connect to 127.0.0.1:6635: refused\\x1b\n");
    assert_flows(REPORT_FLOWS_TEXT, true,
                 "s1:\n"
                 " cookie=0x2a, hard_timeout=120, in_port=1 actions=output:2,output:6\n"
                 " priority=100,tcp,tp_dst=80 actions=drop\n"
                 "s2: not read: connect to 127.0.0.1:6635: refused\\x1b\n");
}

static void test_yaml(void **state)
{
    (void)state;
    assert_flows(
        REPORT_FLOWS_YAML, false,
        "tapproof-state: 1\n"
        "switches:\n"
        "  - name: \"s1\"\n"
        "    dpid: \"0x000000000000001f\"\n"
        "    n_buffers: 0\n"
        "    n_tables: 254\n"
        "    capabilities: \"0xc7\"\n"
        "    actions: \"0xfff\"\n"
        "    ports:\n"
        "      - {number: 1, name: \"s1-\\\\xff\\\"eth1\", mac: \"aa:55:aa:55:00:01\", "
        "config: [\"PORT_DOWN\", \"NO_FLOOD\", \"0x80000000\"], state: [\"LINK_DOWN\", \"0x200\"], "
        "curr: \"0x40\", advertised: \"0x0\", supported: \"0x0\", peer: \"0x0\", rx_packets: 5, "
        "tx_dropped: 0}\n"
        "      - {number: \"LOCAL\", name: \"s1\", mac: \"00:00:00:00:00:00\", config: [], "
        "state: [], curr: \"0x0\", advertised: \"0x0\", supported: \"0x0\", peer: \"0x0\"}\n"
        "    flows:\n"
        "      - {table: 0, priority: 32768, match: \"in_port=1\", "
        "actions: \"output:2,output:6\", cookie: \"0x2a\", idle_timeout: 0, hard_timeout: 120, "
        "duration: 1.500, n_packets: 3, n_bytes: 180, text: \"cookie=0x2a, duration=1.500s, "
        "table=0, n_packets=3, n_bytes=180, hard_timeout=120, in_port=1 "
        "actions=output:2,output:6\"}\n"
        "      - {table: 0, priority: 100, match: \"tcp,tp_dst=80\", actions: \"drop\", "
        "cookie: \"0x0\", idle_timeout: 0, hard_timeout: 0, duration: 7.000, n_packets: 0, "
        "n_bytes: 0, text: \"cookie=0x0, duration=7s, table=0, n_packets=0, n_bytes=0, "
        "priority=100,tcp,tp_dst=80 actions=drop\"}\n"
        "  - name: \"s2\"\n"
        "    not_read: \"connect to 127.0.0.1:6635: refused\\\\x1b\"\n");
}

static json_t *load_json(bool no_stats)
{
    struct switch_state sw = sample_state();
    struct report_flows_switch switches[] = {{.name = "s1", .state = &sw},
                                             {.name = "s2", .reason = "gone"}};
    struct base_buffer out = {0};
    report_flows(switches, 2, REPORT_FLOWS_JSON, no_stats, &out);
    json_t *root = json_loadb((const char *)out.data, out.n_bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    base_buffer_free(&out);
    return root;
}

static void test_json(void **state)
{
    (void)state;
    json_t *root = load_json(false);
    const char *dpid, *name, *text, *not_read;
    json_int_t version, n_packets;
    assert_int_equal(json_unpack(root, "{sIs[{sss[{ss}]s[{sIss}]}{ss}]}", "tapproof-state",
                                 &version, "switches", "dpid", &dpid, "ports", "name", &name,
                                 "flows", "n_packets", &n_packets, "text", &text, "not_read",
                                 &not_read),
                     0);
    assert_int_equal(version, 1);
    assert_string_equal(dpid, "0x000000000000001f");
    assert_string_equal(name, "s1-\\xff\"eth1");
    assert_int_equal(n_packets, 3);
    assert_string_equal(text, "cookie=0x2a, duration=1.500s, table=0, n_packets=3, n_bytes=180, "
                              "hard_timeout=120, in_port=1 actions=output:2,output:6");
    assert_string_equal(not_read, "gone");
    json_decref(root);
}

/* Two states saved at two times are the same file. */
static void test_no_stats_leaves_out_all_that_moves(void **state)
{
    (void)state;
    json_t *root = load_json(true);
    json_t *first = json_array_get(json_object_get(root, "switches"), 0);
    json_t *port = json_array_get(json_object_get(first, "ports"), 0);
    json_t *flow = json_array_get(json_object_get(first, "flows"), 0);
    assert_null(json_object_get(port, "rx_packets"));
    assert_null(json_object_get(flow, "n_packets"));
    assert_null(json_object_get(flow, "duration"));
    assert_string_equal(json_string_value(json_object_get(flow, "text")),
                        "cookie=0x2a, hard_timeout=120, in_port=1 actions=output:2,output:6");
    json_decref(root);
}

static void test_yaml_and_json_say_the_same(void **state)
{
    (void)state;
    tool_needs("/usr/bin/python3 -c 'import yaml'", "python3-yaml");
    static const char compare[] =
        "/usr/bin/python3 -c 'import sys, json, yaml\n"
        "y, j = open(sys.argv[1], encoding=\"utf-8\").read().split(\"%%%%\\n\")\n"
        "print(yaml.safe_load(y) == json.loads(j), len(json.loads(j)[\"switches\"]))' $1 2>&1";
    struct switch_state sw = sample_state();
    struct switch_state empty = {0};
    struct report_flows_switch switches[] = {{.name = "s1", .state = &sw},
                                             {.name = "on", .state = &empty},
                                             {.name = "s3: é\n", .reason = "# \"gone\""}};
    struct base_buffer out = {0}, said = {0};
    report_flows(switches, 3, REPORT_FLOWS_YAML, false, &out);
    base_put_text(&out, "%%%%\n");
    report_flows(switches, 3, REPORT_FLOWS_JSON, false, &out);
    int status = tool_run(compare, &out, &said);
    assert_string_equal(base_buffer_text(&said), "True 3\n");
    assert_int_equal(status, 0);
    base_buffer_free(&out);
    base_buffer_free(&said);
}

/* A condition beyond struct header stands in `match`, too, and not only in `text`. */
static void test_a_match_is_whole(void **state)
{
    (void)state;
    struct switch_state sw = {0};
    struct base_error error;
    assert_int_equal(ofctl_parse_flow("ip,nw_ttl=64 actions=drop", &sw.flows, NULL, NULL, &error),
                     0);
    struct report_flows_switch one = {.name = "s1", .state = &sw};
    struct base_buffer out = {0};
    report_flows(&one, 1, REPORT_FLOWS_YAML, true, &out);
    assert_non_null(strstr(base_buffer_text(&out), "match: \"ip,nw_ttl=64\""));
    base_buffer_free(&out);
    switch_state_free(&sw);
}

static void assert_groups(enum report_groups_kind kind, const struct switch_state *state,
                          const char *expected)
{
    struct report_flows_switch one = {.name = "s1", .state = state};
    struct base_buffer out = {0};
    report_groups(&one, 1, kind, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void test_what_has_no_groups_says_so(void **state)
{
    (void)state;
    struct switch_state of_10 = {.version = 1}, unknown = {0}, of_13 = {.version = 4};
    assert_groups(REPORT_GROUPS, &of_10, "s1: OpenFlow 1.0 has no groups\n");
    assert_groups(REPORT_METERS, &unknown, "s1: OpenFlow 1.0 has no meters\n");
    assert_groups(REPORT_GROUPS, &of_13, "s1:\n");
}

/* Format 2, where there are groups; and of OpenFlow 1.0 nothing is another. */
static void test_groups_are_saved(void **state)
{
    (void)state;
    struct switch_state sw = {.version = 4};
    assert_int_equal(
        ofctl_parse_group("group_id=3,type=all,bucket=output:1", &sw.groups, NULL, NULL), 0);
    assert_int_equal(ofctl_parse_meter("meter=1 kbps type=drop rate=5", &sw.groups, NULL, NULL), 0);
    struct report_flows_switch gone = {.name = "s0", .reason = "gone"},
                               here = {.name = "s1", .state = &sw};
    for (int first = 0; first < 2; first++) {
        struct report_flows_switch switches[] = {first ? here : gone, first ? gone : here};
        struct base_buffer out = {0};
        report_flows(switches, 2, REPORT_FLOWS_YAML, true, &out);
        const char *text = base_buffer_text(&out);
        assert_ptr_equal(strstr(text, "tapproof-state: 2\n"), text);
        assert_non_null(strstr(text, "    openflow: \"1.3\"\n"
                                     "    groups:\n"
                                     "      - \"group_id=3,type=all,bucket=actions=output:1\"\n"
                                     "    meters:\n"
                                     "      - \"meter=1 kbps bands= type=drop rate=5\"\n"));
        base_buffer_free(&out);
    }
    group_table_free(&sw.groups);
}

/* What has no name is a number: up to OFPP_MAX. */
static void test_ports_are_numbers_or_names(void **state)
{
    (void)state;
    struct port ports[] = {{.number = PORT_MAX}, {.number = PORT_LOCAL}};
    struct switch_state sw = {.ports = ports, .n_ports = 2};
    struct report_flows_switch item = {.name = "s1", .state = &sw};
    struct base_buffer out = {0};
    report_flows(&item, 1, REPORT_FLOWS_JSON, true, &out);
    assert_non_null(strstr(base_buffer_text(&out), "{\"number\": 65280, "));
    assert_non_null(strstr(base_buffer_text(&out), "{\"number\": \"LOCAL\", "));
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_groups_are_saved),
    cmocka_unit_test(test_a_match_is_whole),
    cmocka_unit_test(test_what_has_no_groups_says_so),
    cmocka_unit_test(test_ports_are_numbers_or_names),
    cmocka_unit_test(test_text),
    cmocka_unit_test(test_yaml),
    cmocka_unit_test(test_json),
    cmocka_unit_test(test_no_stats_leaves_out_all_that_moves),
    cmocka_unit_test(test_yaml_and_json_say_the_same),
};

TEST_MAIN(tests)
