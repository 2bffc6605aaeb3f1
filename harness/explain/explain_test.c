/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a packet, in the reference network and with tables that
 * rewrite, hide, loop and contradict. */
#include "explain/explain.h"

#include "frame/parse.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/reference_network.h"

struct asking {
    struct network network;
    struct base_arena arena;
    struct explanation answer;
    const char *reasons[3];
};

static void setup(struct asking *asking)
{
    *asking = (struct asking){0};
    network_load(&asking->network, "expected/demon/simulated.yaml", "simulated");
}

static void teardown(struct asking *asking)
{
    base_arena_free(&asking->arena);
    network_free(&asking->network);
}

/* Replaces the table of a switch; flows divided by ";". */
static void set_flows(struct asking *asking, size_t sw, const char *flows)
{
    struct flow_table *table = &asking->network.states[sw].flows;
    char text[512], *rest = text;
    flow_table_free(table);
    *table = (struct flow_table){0};
    strcpy(text, flows);
    for (char *flow; (flow = strsep(&rest, ";"));) {
        assert_int_equal(ofctl_parse_flow(flow, table, NULL, NULL, NULL), 0);
    }
}

static struct explain_question question_of(struct asking *asking, size_t sw, uint16_t port)
{
    return (struct explain_question){.expectation = asking->network.expectation,
                                     .states = asking->network.before,
                                     .reasons = asking->reasons,
                                     .in = {.sw = sw, .port = port}};
}

static const struct explanation *ask(struct asking *asking, uint16_t port, const char *packet)
{
    struct explain_question question = question_of(asking, 0, port);
    struct match match;
    struct header header;
    assert_int_equal(ofctl_parse_match(packet, &match, NULL, NULL), 0);
    match.mask.in_port = 0xffff;
    match.value.in_port = port;
    assert_true(space_member(&match, &header));
    assert_int_equal(explain_packet(&question, &header, NULL, 0, &asking->arena, &asking->answer),
                     0);
    return &asking->answer;
}

static void test_way(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    const struct explanation *answer = ask(&asking, 1, "tcp");
    assert_int_equal(answer->n_hops, 2);
    assert_false(answer->unknown || answer->deviates);
    assert_string_equal(answer->hops[0].at, "s1:1");
    assert_string_equal(answer->hops[0].entry, "in_port=1 actions=output:2,output:6");
    assert_string_equal(answer->hops[0].expected, "output:2,output:6");
    assert_int_equal(answer->hops[0].n_outputs, 2);
    assert_string_equal(answer->hops[0].outputs[0].to, "h2");
    assert_true(answer->hops[0].outputs[0].hop == HOP_NONE);
    assert_string_equal(answer->hops[0].outputs[1].to, "s3:1");
    assert_int_equal(answer->hops[0].outputs[1].hop, 1);
    assert_string_equal(answer->hops[1].at, "s3:1");
    assert_string_equal(answer->hops[1].outputs[0].to, "h11");
    teardown(&asking);
}

/* A port that the list of its switch does not name drops, as far as is declared. */
static void test_not_listed(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    const struct explanation *answer = ask(&asking, 11, "tcp");
    assert_string_equal(answer->hops[0].expected, "drop");
    assert_false(answer->deviates);
    set_flows(&asking, 0, "in_port=11 actions=output:1");
    answer = ask(&asking, 11, "tcp");
    assert_string_equal(answer->hops[0].expected, "drop");
    assert_true(answer->deviates);
    asking.network.expectation->lists_switch[0] = false;
    answer = ask(&asking, 11, "tcp");
    assert_null(answer->hops[0].expected);
    assert_false(answer->deviates);
    teardown(&asking);
}

/* What a case tolerates by `may:` is no deviation; by any other port it is one. */
static void what_may_leave_does_not_deviate(void **state)
{
    (void)state;
    struct asking asking;
    const uint16_t may[] = {5};
    setup(&asking);
    const struct port_ref at = {.sw = 0, .port = 1};
    const struct expected_port *port = expectation_port(asking.network.expectation, at);
    set_flows(&asking, 0, "in_port=1 actions=output:2,output:5,output:6");
    assert_true(ask(&asking, 1, "tcp")->deviates);
    for (size_t i = 0; i < port->n_cases; i++) {
        port->cases[i].may = may;
        port->cases[i].n_may = 1;
    }
    assert_false(ask(&asking, 1, "tcp")->deviates);
    assert_string_equal(asking.answer.hops[0].expected, "output:2,output:6, may output:5");
    set_flows(&asking, 0, "in_port=1 actions=output:2,output:4,output:6");
    assert_true(ask(&asking, 1, "tcp")->deviates);
    set_flows(&asking, 0, "in_port=1 actions=output:2,output:6,CONTROLLER");
    assert_true(ask(&asking, 1, "tcp")->deviates);
    asking.network.expectation->controller_any = true;
    assert_false(ask(&asking, 1, "tcp")->deviates);
    teardown(&asking);
}

static void test_drop_and_miss(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0, "in_port=5 actions=drop");
    const struct explanation *answer = ask(&asking, 5, "tcp");
    assert_string_equal(answer->hops[0].entry, "in_port=5 actions=drop");
    assert_int_equal(answer->hops[0].n_outputs, 0);
    assert_false(answer->deviates);
    answer = ask(&asking, 1, "tcp");
    assert_null(answer->hops[0].entry);
    assert_int_equal(answer->hops[0].declared->n_outputs, 2);
    assert_int_equal(answer->hops[0].advertised->n_outputs, 0);
    assert_true(answer->deviates && !answer->unknown);
    teardown(&asking);
}

static void test_hidden(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0,
              "priority=1 actions=drop;priority=9,tcp actions=2;priority=3,ip actions=3;"
              "priority=7,udp actions=4;priority=4,in_port=1 actions=4;"
              "priority=2 actions=5;priority=5,tcp,tp_dst=80 actions=1");
    const struct explained_hop *hop = &ask(&asking, 1, "tcp,tp_dst=80")->hops[0];
    assert_string_equal(hop->entry, "priority=9,tcp actions=output:2");
    assert_int_equal(hop->n_hidden, 4);
    assert_string_equal(hop->hidden[0], "priority=5,tcp,tp_dst=80 actions=output:1");
    assert_string_equal(hop->hidden[1], "priority=4,in_port=1 actions=output:4");
    assert_string_equal(hop->hidden[2], "priority=3,ip actions=output:3");
    assert_string_equal(hop->hidden[3], "priority=2 actions=output:5");
    assert_int_equal(hop->n_hidden_more, 1);
    teardown(&asking);
}

static void test_unknown(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0, "priority=5,tcp actions=2;priority=5,in_port=1 actions=3");
    assert_true(ask(&asking, 1, "tcp")->unknown);
    assert_non_null(asking.answer.hops[0].unknown);
    assert_int_equal(asking.answer.hops[0].n_outputs, 0);
    assert_string_equal(asking.answer.hops[0].expected, "output:2,output:6");
    assert_non_null(asking.answer.hops[0].source);
    set_flows(&asking, 0, "actions=normal");
    assert_string_equal(ask(&asking, 1, "tcp")->hops[0].unknown, "NORMAL");
    assert_int_equal(asking.answer.hops[0].n_outputs, 0);
    set_flows(&asking, 0, "actions=normal,2,6"); /* beside it what is certain is told */
    assert_true(ask(&asking, 1, "tcp")->unknown);
    assert_string_equal(asking.answer.hops[0].unknown, "NORMAL");
    assert_int_equal(asking.answer.hops[0].n_outputs, 2);
    assert_string_equal(asking.answer.hops[0].outputs[0].to, "h2");
    assert_string_equal(asking.answer.hops[0].outputs[1].to, "s3:1");
    assert_int_equal(asking.answer.hops[0].outputs[1].hop, 1);
    set_flows(&asking, 0, "in_port=1 actions=6;in_port=6 actions=in_port");
    set_flows(&asking, 2, "actions=in_port");
    assert_string_equal(ask(&asking, 1, "tcp")->hops[2].unknown, "it comes back unchanged: a loop");
    assert_int_equal(asking.answer.n_hops, 3);
    asking.network.before[2] = NULL;
    asking.reasons[2] = "connection refused";
    assert_string_equal(ask(&asking, 1, "tcp")->hops[1].unknown, "connection refused");
    teardown(&asking);
}

/* A tag is set and another address; the next switch takes the tag off again. */
static void test_frame(void **state)
{
    (void)state;
    static const uint8_t frame[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 'a', 'b', 'c'};
    struct asking asking;
    struct header header;
    setup(&asking);
    set_flows(&asking, 0, "in_port=1 actions=mod_vlan_vid:5,mod_dl_src:0a:00:00:00:00:09,6");
    set_flows(&asking, 2, "dl_vlan=5 actions=strip_vlan,11");
    struct explain_question question = question_of(&asking, 0, 1);
    assert_true(frame_parse(frame, sizeof frame, 1, &header));
    assert_int_equal(
        explain_packet(&question, &header, frame, sizeof frame, &asking.arena, &asking.answer), 0);
    assert_int_equal(asking.answer.n_hops, 2);
    assert_string_equal(asking.answer.hops[0].outputs[0].frame,
                        "0200000000020a00000000098100000588b5616263");
    assert_string_equal(asking.answer.hops[1].outputs[0].frame,
                        "0200000000020a000000000988b5616263");
    assert_int_equal(asking.answer.hops[0].declared->n_outputs, 2);
    assert_int_equal(asking.answer.hops[0].advertised->n_outputs, 1);
    assert_int_equal(asking.answer.hops[0].header.dl_type, 0x88b5);
    teardown(&asking);
}

/* What a stripped tag uncovers only the bytes say. */
static void test_second_tag(void **state)
{
    (void)state;
    static const uint8_t frame[] = {2, 0, 0, 0,    0, 2, 2, 0,    0,    0,   0,   1,  0x81,
                                    0, 0, 5, 0x81, 0, 0, 7, 0x88, 0xb5, 'a', 'b', 'c'};
    struct asking asking;
    struct header header;
    setup(&asking);
    set_flows(&asking, 0, "in_port=1 actions=strip_vlan,6");
    set_flows(&asking, 2, "dl_vlan=7 actions=11");
    struct explain_question question = question_of(&asking, 0, 1);
    assert_true(frame_parse(frame, sizeof frame, 1, &header));
    assert_int_equal(
        explain_packet(&question, &header, frame, sizeof frame, &asking.arena, &asking.answer), 0);
    assert_int_equal(asking.answer.n_hops, 2);
    assert_string_equal(asking.answer.hops[1].entry, "dl_vlan=7 actions=output:11");
    teardown(&asking);
}

static void test_classes(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0,
              "priority=1,ip,nw_dst=10.0.0.1 actions=drop;priority=9,tcp actions=2,6;"
              "priority=5,in_port=1,tcp,tp_dst=80 actions=3;priority=8,in_port=2 actions=1;"
              "priority=4,dl_vlan=0xffff actions=12;priority=3,dl_vlan=7 actions=9;"
              "priority=2,dl_vlan_pcp=1,dl_vlan=7 actions=9");
    struct explain_question question = question_of(&asking, 0, 1);
    size_t budget = EXPLAIN_BUDGET;
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    const struct explained_class *classes = asking.answer.classes;
    assert_int_equal(asking.answer.n_classes, 7); /* not in_port=2; what none takes */
    assert_string_equal(classes[0].entry, "priority=9,tcp actions=output:2,output:6");
    assert_string_equal(classes[0].to, "h2, s3:1");
    assert_non_null(classes[0].example);
    assert_null(classes[1].example);
    assert_string_equal(classes[1].hidden_by, classes[0].entry);
    assert_null(classes[2].to);
    assert_string_equal(classes[2].closed, "port 12 is absent");
    assert_string_equal(classes[4].hidden_by, "priority=3,dl_vlan=7 actions=output:9");
    assert_null(classes[5].hidden_by);
    assert_non_null(classes[5].example);
    assert_null(classes[6].entry);
    assert_non_null(classes[6].example);
    budget = 0;
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    assert_true(asking.answer.unknown && asking.answer.classes[0].open);
    teardown(&asking);
}

/* Ports as they are now, and entries that it is open of what they do. */
static void test_closed_ports(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0,
              "priority=9,tcp actions=2,6;priority=8,udp actions=normal,6;"
              "table=1,priority=7,icmp actions=2");
    struct explain_question question = question_of(&asking, 0, 1);
    size_t budget = EXPLAIN_BUDGET;
    asking.network.states[0].ports[1].config = PORT_CONFIG_NO_FWD;
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    const struct explained_class *classes = asking.answer.classes;
    assert_null(asking.answer.refused);
    assert_string_equal(classes[0].to, "s3:1");
    assert_string_equal(classes[0].closed, "port 2 does not send");
    assert_null(classes[0].unknown);
    assert_string_equal(classes[1].unknown, "NORMAL");
    assert_string_equal(classes[1].to, "s3:1");
    assert_string_equal(classes[2].unknown, "another table than 0 decides");
    assert_null(classes[2].to);
    assert_true(asking.answer.unknown);
    asking.network.states[0].ports[0].state = PORT_STATE_LINK_DOWN;
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    assert_string_equal(asking.answer.refused, "has no link");
    teardown(&asking);
}

/* A packet is not followed through a port that is closed. */
static void test_closed_way(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    struct port *ports = asking.network.states[0].ports;
    ports[1].config = PORT_CONFIG_NO_FWD;
    const struct explanation *answer = ask(&asking, 1, "tcp");
    assert_true(answer->deviates && !answer->unknown);
    assert_true(answer->hops[0].kept_back);
    assert_null(answer->hops[0].declared);
    assert_int_equal(answer->hops[0].n_outputs, 2);
    assert_string_equal(answer->hops[0].outputs[0].closed, "does not send");
    assert_null(answer->hops[0].outputs[0].to);
    assert_null(answer->hops[0].outputs[1].closed);
    assert_int_equal(answer->hops[0].outputs[1].hop, 1);
    ports[1].config = 0;
    asking.network.states[2].ports[0].config = PORT_CONFIG_DOWN;
    answer = ask(&asking, 1, "tcp");
    assert_true(answer->deviates && !answer->unknown);
    assert_false(answer->hops[0].kept_back);
    assert_string_equal(answer->hops[1].refused, "is switched off");
    assert_null(answer->hops[1].entry);
    assert_string_equal(answer->hops[1].expected, "output:11");
    assert_true(answer->hops[1].kept_back);
    assert_int_equal(answer->hops[1].n_outputs, 0);
    ports[4].config = PORT_CONFIG_DOWN; /* what enters there is to be dropped */
    answer = ask(&asking, 5, "tcp");
    assert_string_equal(answer->hops[0].refused, "is switched off");
    assert_false(answer->deviates || answer->unknown);
    teardown(&asking);
}

/* What a group does is said with it. */
static void groups_are_shown_with_their_buckets(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    struct switch_state *s1 = &asking.network.states[0];
    s1->version = 4;
    assert_int_equal(ofctl_parse_group("group_id=7,type=all,bucket=output:2,bucket=output:6",
                                       &s1->groups, NULL, NULL),
                     0);
    set_flows(&asking, 0, "in_port=1 actions=group:7;in_port=2 actions=output:1");
    const struct explained_hop *hop = &ask(&asking, 1, "udp")->hops[0];
    assert_int_equal(hop->n_groups, 1);
    assert_non_null(strstr(hop->groups[0], "group_id=7,type=all,bucket="));
    assert_int_equal(ask(&asking, 2, "udp")->hops[0].n_groups, 0);
    group_table_free(&s1->groups);
    s1->groups = (struct group_table){0};
    teardown(&asking);
}

/* Each way of a choice is followed, and compared with what is declared. */
static void each_way_of_a_choice_is_followed(void **state)
{
    (void)state;
    static const struct action two_or_six[] = {{.type = ACTION_ONE_OF, .n_ways = 2},
                                               {.type = ACTION_COPY},
                                               {.port = 2},
                                               {.type = ACTION_COPY_END},
                                               {.type = ACTION_COPY},
                                               {.port = 6},
                                               {.type = ACTION_COPY_END}};
    struct asking asking;
    setup(&asking);
    struct switch_state *s1 = &asking.network.states[0];
    struct expected_case *expected = asking.network.expectation->ports[0].cases;
    s1->version = 4;
    assert_int_equal(ofctl_parse_group("group_id=7,type=select,bucket=output:2,bucket=group:8",
                                       &s1->groups, NULL, NULL),
                     0);
    assert_int_equal(
        ofctl_parse_group("group_id=8,type=indirect,bucket=output:6", &s1->groups, NULL, NULL), 0);
    set_flows(&asking, 0, "in_port=1 actions=group:7");
    ask(&asking, 1, "udp");
    assert_true(asking.answer.deviates);
    assert_false(asking.answer.unknown);
    expected->actions = two_or_six;
    expected->n_actions = 7;
    const struct explained_hop *hops = ask(&asking, 1, "udp")->hops;
    assert_false(asking.answer.deviates || asking.answer.unknown);
    assert_int_equal(hops[0].ways->n_ways, 2);
    assert_int_equal(hops[0].n_groups, 2);
    assert_non_null(strstr(hops[0].groups[1], "group_id=8,type=indirect"));
    assert_null(hops[0].unknown);
    assert_string_equal(hops[0].expected, "one_of(output:2 or output:6)");
    assert_int_equal(hops[0].n_outputs, 2);
    assert_true(hops[0].outputs[0].chosen && hops[0].outputs[1].chosen);
    assert_string_equal(hops[0].outputs[0].to, "h2");
    assert_string_equal(hops[0].outputs[1].to, "s3:1");
    assert_int_equal(asking.answer.n_hops, 2);
    assert_int_equal(hops[0].outputs[1].hop, 1);
    assert_true(hops[1].chosen && !hops[0].chosen);
    assert_string_equal(hops[1].outputs[0].to, "h11");

    struct explain_question question = question_of(&asking, 0, 1);
    size_t budget = EXPLAIN_BUDGET;
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    assert_false(asking.answer.unknown);
    assert_string_equal(asking.answer.classes[0].to, "h2 or s3:1");

    s1->ports[5].state = PORT_STATE_LINK_DOWN; /* that is one of its ways */
    hops = ask(&asking, 1, "udp")->hops;
    assert_true(asking.answer.deviates && hops[0].kept_back);
    assert_int_equal(hops[0].n_outputs, 2);
    assert_string_equal(hops[0].outputs[1].closed, "has no link");
    assert_int_equal(asking.answer.n_hops, 1);
    group_table_free(&s1->groups);
    s1->groups = (struct group_table){0};
    teardown(&asking);
}

/* Ports that are not cabled may well be down. */
static void test_closed_flood(void **state)
{
    (void)state;
    struct asking asking;
    static const struct action flood = {.type = ACTION_OUTPUT, .port = PORT_FLOOD};
    setup(&asking);
    struct expectation *expectation = asking.network.expectation;
    expectation->ports[0].cases[0].actions = &flood;
    expectation->ports[0].cases[0].n_actions = 1;
    set_flows(&asking, 0, "actions=flood");
    asking.network.states[0].ports[10].config = PORT_CONFIG_DOWN;
    assert_false(ask(&asking, 1, "tcp")->hops[0].kept_back);
    asking.network.states[0].ports[1].config = PORT_CONFIG_DOWN;
    assert_true(ask(&asking, 1, "tcp")->hops[0].kept_back);
    teardown(&asking);
}

/* It is not said where an entry of another table sends it. */
static void test_other_table(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0, "table=1,in_port=1 actions=2");
    const struct explained_hop *hop = &ask(&asking, 1, "tcp")->hops[0];
    assert_true(asking.answer.unknown);
    assert_false(asking.answer.deviates);
    assert_string_equal(hop->unknown, "another table than 0 decides");
    assert_string_equal(hop->entry, "table=1, in_port=1 actions=output:2");
    assert_int_equal(hop->n_outputs, 0);
    teardown(&asking);
}

/* Of OpenFlow 1.3 it is: table by table, to the one that has no entry for it. */
static void test_tables(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    asking.network.states[0].version = 4;
    set_flows(&asking, 0,
              "in_port=1 actions=goto_table:1;"
              "table=1,tcp actions=output:2,goto_table:2;"
              "table=2,udp actions=output:3");
    const struct explained_hop *hop = &ask(&asking, 1, "tcp")->hops[0];
    assert_null(hop->unknown);
    assert_string_equal(hop->entry, "in_port=1 actions=goto_table:1, then table=1, tcp "
                                    "actions=output:2,goto_table:2");
    assert_int_equal(hop->n_tables, 3);
    assert_string_equal(hop->tables[0], "in_port=1 actions=goto_table:1");
    assert_string_equal(hop->tables[1], "table=1, tcp actions=output:2,goto_table:2");
    assert_string_equal(hop->tables[2], "no entry of table 2 takes it");
    assert_int_equal(hop->n_outputs, 1);
    hop = &ask(&asking, 1, "udp")->hops[0];
    assert_string_equal(hop->tables[1], "no entry of table 1 takes it");
    assert_int_equal(hop->n_outputs, 0);
    teardown(&asking);
}

/* Hidden by one entry before it, by several together, and nothing left for none. */
static void test_hiders(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0,
              "priority=9,ip,nw_src=0.0.0.0/1 actions=2;priority=8,ip,nw_src=128.0.0.0/1 actions=2;"
              "priority=7,ip actions=3;priority=6 actions=4;priority=5,arp actions=5");
    struct explain_question question = question_of(&asking, 0, 1);
    size_t budget = EXPLAIN_BUDGET;
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    const struct explained_class *classes = asking.answer.classes;
    assert_int_equal(asking.answer.n_classes, 5); /* priority 6 leaves nothing */
    assert_null(classes[2].example);
    assert_null(classes[2].hidden_by);
    assert_false(classes[2].open);
    assert_null(classes[4].example);
    assert_string_equal(classes[4].hidden_by, "priority=6 actions=output:4");
    assert_string_equal(classes[3].actions, "output:4");
    assert_true(budget < EXPLAIN_BUDGET);
    teardown(&asking);
}

/* Of two entries of one priority either may take a packet; above both one does. */
static void test_rivals(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    struct explain_question question = question_of(&asking, 0, 1);
    size_t budget = EXPLAIN_BUDGET;
    set_flows(&asking, 0,
              "priority=5,tcp actions=2;priority=5,dl_dst=02:00:00:00:00:02 actions=6;"
              "priority=5,udp actions=2");
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(asking.answer.classes[i].unknown,
                            "two entries of the same priority take it");
        assert_null(asking.answer.classes[i].to);
    }
    assert_true(asking.answer.unknown);
    set_flows(&asking, 0,
              "priority=7,ip,dl_dst=02:00:00:00:00:02 actions=6;priority=5,tcp actions=2;"
              "priority=5,dl_dst=02:00:00:00:00:02 actions=6");
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    assert_false(asking.answer.unknown);
    assert_string_equal(asking.answer.classes[1].to, "h2");
    for (int half = 0; half < 2; half++) { /* that a better one takes of what both take */
        set_flows(&asking, 0,
                  half ? "priority=7,tcp,dl_dst=02:00:00:00:00:02,nw_src=128.0.0.0/1 actions=6;"
                         "priority=5,tcp actions=2;priority=5,dl_dst=02:00:00:00:00:02 actions=6"
                       : "priority=7,tcp,dl_dst=02:00:00:00:00:02,nw_src=0.0.0.0/1 actions=6;"
                         "priority=5,tcp actions=2;priority=5,dl_dst=02:00:00:00:00:02 actions=6");
        assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
        assert_string_equal(asking.answer.classes[1].unknown,
                            "two entries of the same priority take it");
    }
    set_flows(&asking, 0, "actions=local,2");
    assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
    assert_int_equal(asking.answer.n_classes, 1);
    assert_string_equal(asking.answer.classes[0].to, "h2, port LOCAL");
    bool is_open = false;
    set_flows(&asking, 0,
              "priority=5,tcp actions=mod_nw_tos:4,2;priority=5,ip actions=mod_nw_tos:8,2");
    for (size_t of = 0; of < 100 && !is_open; of++) {
        budget = of;
        assert_int_equal(explain_port(&question, &budget, &asking.arena, &asking.answer), 0);
        const char *unknown = asking.answer.classes[0].unknown;
        is_open = unknown && strcmp(unknown, "not decided within the budget whether another entry "
                                             "takes it") == 0;
    }
    assert_true(is_open && asking.answer.unknown);
    teardown(&asking);
}

static void test_queue(void **state)
{
    (void)state;
    struct asking asking;
    setup(&asking);
    set_flows(&asking, 0, "in_port=1 actions=enqueue:2:7,6");
    const struct explained_hop *hop = &ask(&asking, 1, "tcp")->hops[0];
    assert_string_equal(hop->outputs[0].queue, "queue 7");
    assert_string_equal(hop->outputs[0].port_text, "2");
    assert_null(hop->outputs[1].queue);
    teardown(&asking);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_are_shown_with_their_buckets),
    cmocka_unit_test(test_way),
    cmocka_unit_test(each_way_of_a_choice_is_followed),
    cmocka_unit_test(what_may_leave_does_not_deviate),
    cmocka_unit_test(test_drop_and_miss),
    cmocka_unit_test(test_not_listed),
    cmocka_unit_test(test_hidden),
    cmocka_unit_test(test_unknown),
    cmocka_unit_test(test_frame),
    cmocka_unit_test(test_second_tag),
    cmocka_unit_test(test_classes),
    cmocka_unit_test(test_hiders),
    cmocka_unit_test(test_queue),
    cmocka_unit_test(test_closed_ports),
    cmocka_unit_test(test_closed_way),
    cmocka_unit_test(test_closed_flood),
    cmocka_unit_test(test_other_table),
    cmocka_unit_test(test_tables),
    cmocka_unit_test(test_rivals),
};

TEST_MAIN(tests)
