/* SPDX-License-Identifier: Apache-2.0
 *
 * Two rich states of a switch, as a whole: how each is written, what differs between them, and how
 * packets through them are explained. */
#include "change/diff.h"
#include "frame/parse.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "report/diff.h"
#include "report/explain.h"
#include "report/flows.h"
#include "report/plan.h"
#include "testing/reference_network.h"
#include "testing/whole.h"

/* As of the first switch in OpenFlow 1.3, and what they become; lines that are the same in both
 * stand in `same`. */
static const char *const same[] = {
    "priority=900,ip,nw_src=10.0.0.1 actions=output:2",
    "priority=100,in_port=5 actions=goto_table:1",
    "table=1,priority=7,tcp actions=group:3,goto_table:2",
    "table=1,priority=6,udp actions=write_actions(group:1,output:2),goto_table:2",
    NULL,
};
static const char *const flows[2][24] = {
    {
        "priority=800,in_port=1,tcp actions=output:2,output:3",
        "priority=700,in_port=1,udp actions=mod_vlan_vid:5,mod_nw_tos:8,output:2,output:3",
        "priority=690,in_port=1,dl_vlan=7 actions=strip_vlan,output:2",
        ("priority=680,in_port=1,ipv6,ipv6_src=2001:db8::/32 "
         "actions=set_field:2001:db8::11->ipv6_src,set_field:2001:db8::12->ipv6_dst,output:2"),
        "priority=670,in_port=1,icmp actions=set_queue:3,output:2",
        "priority=660,in_port=1,arp actions=mod_dl_src:02:00:00:00:00:01,output:2",
        "priority=650,in_port=2 actions=output:1",
        "priority=650,in_port=3 actions=output:1",
        "priority=650,in_port=4 actions=output:1",
        "priority=640,dl_type=0x88b5 actions=output:6",
        "priority=630,in_port=6,sctp actions=group:2",
        "table=2,priority=3,tcp actions=output:2,output:4",
        "cookie=0x2a,idle_timeout=60,priority=20,dl_type=0x9000 actions=drop",
    },
    {
        "priority=800,in_port=1,tcp actions=output:2,output:4,controller:64",
        "priority=790,in_port=1,tcp,tp_dst=80 actions=drop",
        ("priority=700,in_port=1,udp actions=mod_vlan_vid:6,mod_vlan_pcp:3,mod_nw_dst:10.9.9.9,"
         "output:2,output:4"),
        "priority=690,in_port=1,dl_vlan=7 actions=mod_dl_dst:02:00:00:00:00:02,output:2",
        ("priority=680,in_port=1,ipv6,ipv6_src=2001:db8::/32 "
         "actions=set_field:2001:db8::3->ipv6_src,output:2"),
        "priority=670,in_port=1,icmp actions=set_queue:4,output:2",
        "priority=660,in_port=1,arp actions=output:2,output:2",
        "priority=650,in_port=2 actions=output:3",
        "priority=650,in_port=3 actions=output:3",
        "priority=650,in_port=4 actions=output:3",
        "priority=640,dl_type=0x88b5 actions=output:7",
        "priority=630,in_port=6,sctp actions=group:4",
        "table=2,priority=3,tcp actions=output:2",
        "priority=20,dl_type=0x9000 actions=drop",
        "priority=10,in_port=8 actions=normal,output:2",
        "priority=9,in_port=9 actions=output:2",
        "priority=9,tcp actions=output:3",
    },
};
static const char *const groups[2][8] = {
    {"group_id=1,type=all,bucket=output:2,bucket=output:3",
     "group_id=2,type=select,"
     "bucket=weight:1,output:2,bucket=weight:2,output:3",
     "group_id=3,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:6,output:6"},
    {"group_id=1,type=all,bucket=output:2",
     "group_id=4,type=select,"
     "bucket=weight:1,output:2,bucket=weight:1,output:7",
     "group_id=3,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:7,output:7"},
};
static const char *const meters[2][4] = {
    {"meter=1 kbps bands=type=drop rate=1000", "meter=2 kbps bands=type=drop rate=7"},
    {"meter=1 kbps bands=type=drop rate=2000", "meter=3 pktps bands=type=drop rate=9"},
};

struct pair {
    struct network networks[2];
    struct base_arena arena;
    struct base_buffer text;
};

static void add(struct switch_state *state, const char *const *lines)
{
    struct base_error error;
    for (; *lines; lines++) {
        if (ofctl_parse_flow(*lines, &state->flows, NULL, NULL, &error) < 0) {
            fail_msg("%s: %s", *lines, error.text);
        }
    }
}

static struct switch_state *open_state(struct network *network, int which)
{
    struct base_error error;
    network_load(network, "expected/demon/simulated.yaml", "simulated");
    struct switch_state *state = &network->states[0];
    flow_table_free(&state->flows);
    state->version = 4;
    state->n_tables = 3;
    add(state, same);
    add(state, flows[which]);
    for (size_t i = 0; i < 8 && groups[which][i]; i++) {
        if (ofctl_parse_group(groups[which][i], &state->groups, NULL, &error) < 0) {
            fail_msg("%s: %s", groups[which][i], error.text);
        }
    }
    for (size_t i = 0; i < 4 && meters[which][i]; i++) {
        if (ofctl_parse_meter(meters[which][i], &state->groups, NULL, &error) < 0) {
            fail_msg("%s: %s", meters[which][i], error.text);
        }
    }
    for (size_t i = 0; i < state->n_ports; i++) {
        snprintf(state->ports[i].name, sizeof state->ports[i].name, "eth%d", (int)i + 1);
        state->ports[i].dl_addr[5] = (uint8_t)(i + 1);
        state->ports[i].counters.rx_packets = i;
    }
    return state;
}

static void open_pair(struct pair *pair)
{
    *pair = (struct pair){0};
    open_state(&pair->networks[0], 0);
    struct switch_state *after = open_state(&pair->networks[1], 1);
    after->ports[3].state = PORT_STATE_LINK_DOWN;
    after->ports[4].config = PORT_CONFIG_NO_FLOOD | PORT_CONFIG_NO_RECV;
    after->n_ports -= 1;
}

static void close_pair(struct pair *pair)
{
    base_buffer_free(&pair->text);
    base_arena_free(&pair->arena);
    network_free(&pair->networks[0]);
    network_free(&pair->networks[1]);
}

static void assert_file(struct base_buffer *text, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "harness/report/whole/%s", name);
    assert_false(text->failed);
    assert_whole(base_buffer_text(text), path);
    base_buffer_free(text);
}

static void states_are_written(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    pair.networks[1].states[2].flows.entries[0].duration_sec = 7;
    const struct report_flows_switch switches[] = {
        {.name = "before", .state = &pair.networks[0].states[0]},
        {.name = "unread", .reason = "did not answer"},
        {.name = "after", .state = &pair.networks[1].states[0]},
        {.name = "old", .state = &pair.networks[1].states[2]},
    };
    struct base_buffer *text = &pair.text;
    report_flows(switches, 4, REPORT_FLOWS_TEXT, false, text);
    assert_file(text, "flows.txt");
    report_flows(switches, 4, REPORT_FLOWS_TEXT, true, text);
    report_groups(switches, 4, REPORT_GROUPS, text);
    report_groups(switches, 4, REPORT_METERS, text);
    assert_file(text, "groups.txt");
    report_flows(switches, 4, REPORT_FLOWS_YAML, false, text);
    assert_file(text, "flows.yaml");
    report_flows(switches, 4, REPORT_FLOWS_JSON, true, text);
    assert_file(text, "flows.json");
    close_pair(&pair);
}

static void differences_are_told(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct base_buffer *text = &pair.text;
    struct switch_difference switches[] = {{.name = "s1"},
                                           {.name = "s2", .not_compared = "B: refused"},
                                           {.name = "s3"},
                                           {.name = "s4"}};
    const struct switch_state *a = pair.networks[0].states, *b = pair.networks[1].states;
    const struct switch_state *const sides[][2] = {
        {&a[0], &b[0]}, {NULL, NULL}, {&a[2], &b[2]}, {&b[0], &a[0]}};
    for (size_t i = 0; i < 4; i++) {
        size_t budget = CHANGE_DIFF_BUDGET;
        if (sides[i][0]) {
            assert_int_equal(
                report_difference(sides[i][0], sides[i][1], &budget, &pair.arena, &switches[i]), 0);
        }
        base_put_format(text, "%s %zu", switches[i].name, switches[i].n_in_ports);
        for (unsigned port = 1; port <= 12; port++) {
            base_put_text(text,
                          report_difference_touches(&switches[i], (uint16_t)port) ? " x" : " -");
        }
        base_put_text(text, "\n");
    }
    struct report_diff diff = {.names = {"before", "after"}, .switches = switches, .n_switches = 4};
    report_diff_text(&diff, 0, text);
    base_put_text(text, "----\n");
    report_diff_text(&diff, 2, text);
    base_put_text(text, "----\n");
    diff.entries = true;
    report_diff_text(&diff, 0, text);
    assert_file(text, "diff.txt");
    report_diff_json(&diff, "0.1", text);
    assert_file(text, "diff.json");
    close_pair(&pair);
}

static void explain(struct pair *pair, uint16_t port, const char *packet, bool in_bytes)
{
    static const uint8_t bytes[] = {2, 0,    0, 0, 0, 2,    2,    0,   0,   0,  0,
                                    1, 0x81, 0, 0, 7, 0x88, 0xb5, 'a', 'b', 'c'};
    static const char *const reasons[3] = {NULL};
    const struct explain_question question = {.expectation = pair->networks[1].expectation,
                                              .states = pair->networks[1].before,
                                              .reasons = reasons,
                                              .in = {.sw = 0, .port = port}};
    struct explanation answer;
    struct match match;
    struct header header;
    size_t budget = EXPLAIN_BUDGET;
    if (packet) {
        assert_int_equal(ofctl_parse_match(packet, &match, NULL, NULL), 0);
        match.mask.in_port = 0xffff;
        match.value.in_port = port;
        assert_true(in_bytes ? frame_parse(bytes, sizeof bytes, port, &header)
                             : space_member(&match, &header));
        assert_int_equal(explain_packet(&question, &header, in_bytes ? bytes : NULL, sizeof bytes,
                                        &pair->arena, &answer),
                         0);
    } else {
        assert_int_equal(explain_port(&question, &budget, &pair->arena, &answer), 0);
    }
    base_put_format(&pair->text, "==== %u %s\n", port, packet ? packet : "all");
    report_explain_text(&answer, &pair->text);
    report_explain_json(&answer, "0.1", &pair->text);
}

static void packets_are_explained(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    pair.networks[1].before[1] = NULL;
    explain(&pair, 1, "tcp,tp_dst=80", false);
    explain(&pair, 1, "udp,tp_dst=80", false);
    explain(&pair, 1, "dl_vlan=7", true);
    explain(&pair, 3, "tcp", false);
    explain(&pair, 5, "tcp", false);
    explain(&pair, 8, "tcp", false);
    explain(&pair, 9, "tcp", false);
    explain(&pair, 10, "arp", false);
    pair.networks[1].states[0].ports[4].config = 0;
    explain(&pair, 5, "tcp,tp_dst=80", false);
    explain(&pair, 5, "udp", false);
    explain(&pair, 1, NULL, false);
    explain(&pair, 9, NULL, false);
    assert_file(&pair.text, "explain.txt");
    close_pair(&pair);
}

/* -------------------------------------------------------------------- plans */

enum { N_ITEMS = 48 };

/* Lines of a change: of the first ones each has another answer, ten name ports that are not there,
 * and ten do nothing. */
static void make_changes(struct flow_changes *changes, struct change_effect *effects,
                         const struct switch_state *state)
{
    static const struct action to_port = {.type = ACTION_OUTPUT, .port = 77};
    static const struct action strip = {.type = ACTION_STRIP_VLAN};
    static const enum flow_command commands[] = {FLOW_DELETE, FLOW_DELETE_STRICT, FLOW_MODIFY};
    static struct flow_change items[N_ITEMS];
    size_t n = 0;
    *changes = (struct flow_changes){.file = "c.txt", .items = items};
    for (int answer = 0; answer < N_CHANGE_ANSWERS; answer++) {
        effects[n++] = (struct change_effect){
            .answer = (enum change_answer)answer,
            .overlaps = &state->flows.entries[0],
            .action = answer == CHANGE_NO_PORT ? &to_port : &strip,
            .number = (uint32_t)answer + 100,
        };
    }
    for (size_t i = 0; i < 10; i++) {
        items[n].mod.flow.match = match_in_port((uint16_t)(20 + i));
        items[n].mod.command = i == 9 ? FLOW_DELETE : FLOW_ADD;
        effects[n++].answer = CHANGE_TAKEN;
    }
    for (size_t i = 0; i < 12; i++) {
        items[n].of_groups = i > 3 && i < 6;
        items[n].group_mod.of_meters = i > 4;
        items[n].mod.command = commands[i % 3];
        items[n].mod.cookie_mask = i / 3;
        items[n].mod.flow.match = i % 4 == 0 ? match_any() : match_in_port(2);
        effects[n++].answer = CHANGE_NO_ENTRY;
    }
    items[n].sw = 1; /* was not read */
    effects[n++].answer = CHANGE_NO_ENTRY;
    for (size_t i = 0; i < n; i++) {
        items[i].text = i % 2 ? "add actions=drop" : "delete tcp\x1b";
        items[i].place = (struct place){"c.txt", (int)i + 2, 3};
    }
    changes->n_items = n;
}

/* Each verdict becomes each other one, or there is no such result in one of the two. */
static void make_verdicts(struct report *before, struct report *after)
{
    char id[64];
    for (int from = 0; from <= N_VERDICTS; from++) {
        for (int to = 0; to <= N_VERDICTS; to++) {
            struct report *reports[] = {before, after};
            int verdicts[] = {from, to};
            snprintf(id, sizeof id, "traffic/h%d/stray/h%d", from, to);
            for (int i = 0; i < 2; i++) {
                if (verdicts[i] < N_VERDICTS) {
                    struct result *result = report_add(reports[i], RESULT_TRAFFIC, id);
                    result->verdict = (enum verdict)verdicts[i];
                    result->from = from % 2 ? "h1" : "h2";
                    result->detail = "why";
                }
            }
        }
    }
}

static void plans_are_told(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct base_buffer *text = &pair.text;
    struct change_effect effects[N_ITEMS] = {{0}};
    struct flow_changes changes;
    struct report before = {0}, after = {0};
    struct switch_difference switches[] = {{.name = "s1", .in = {"now", "then"}},
                                           {.name = "s2", .not_compared = "refused"},
                                           {.name = "s3"}};
    struct named_probe probes[] = {{"h1", "tcp"}, {"h2", "udp"}, {"h\x1b", "arp"}};
    struct missed missed[] = {{.what = "s1 in_port=9", .reason = "hidden", .by = "s1 tcp"}};
    const struct probe_difference difference = {
        .added = probes,
        .n_added = 3,
        .dropped = &probes[1],
        .n_dropped = 2,
        .after = {
            .is_known = true, .n_entries = 9, .n_exercised = 8, .missed = missed, .n_missed = 1}};
    size_t budget = CHANGE_DIFF_BUDGET;
    const struct switch_state *const *now = pair.networks[0].before;
    assert_int_equal(
        report_difference(now[0], pair.networks[1].before[0], &budget, &pair.arena, &switches[0]),
        0);
    make_changes(&changes, effects, now[0]);
    make_verdicts(&before, &after);
    pair.networks[0].before[1] = NULL;
    assert_int_equal(
        report_plan_items(&changes, effects, now, pair.networks[0].expectation->topology, &after),
        0);
    struct report_plan plan = {.changes = &changes,
                               .effects = effects,
                               .switches = switches,
                               .n_switches = 3,
                               .before = &before,
                               .after = &after,
                               .probes = &difference};
    report_plan_text(&plan, 0, &(struct report_text_options){.verbose = true}, text);
    assert_file(text, "plan.txt");
    report_plan_text(&plan, 2, &(struct report_text_options){.color = true}, text);
    base_put_text(text, "----\n");
    plan.switches = &switches[2];
    plan.n_switches = 1;
    plan.before = plan.after;
    changes.n_items = 0;
    plan.probes = NULL;
    report_plan_text(&plan, 2, &(struct report_text_options){.quiet = true}, text);
    assert_file(text, "plan-short.txt");
    plan.switches = switches;
    plan.n_switches = 3;
    plan.probes = &difference;
    plan.before = &before;
    changes.n_items = N_CHANGE_ANSWERS;
    report_plan_json(&plan, "0.1", text);
    assert_file(text, "plan.json");
    report_free(&before);
    report_free(&after);
    close_pair(&pair);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(states_are_written),
    cmocka_unit_test(differences_are_told),
    cmocka_unit_test(packets_are_explained),
    cmocka_unit_test(plans_are_told),
};

TEST_MAIN(tests)
