/* SPDX-License-Identifier: Apache-2.0
 *
 * Explanations as a whole: everything that they say of a packet, or of a port. */
#include "explain/explain.h"

#include "frame/parse.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/reference_network.h"
#include "testing/whole.h"

struct asking {
    struct network network;
    struct base_arena arena;
    struct explanation answer;
    struct base_buffer text;
    const char *reasons[3];
};

static void open_version(struct asking *asking, uint8_t version)
{
    *asking = (struct asking){0};
    network_load(&asking->network, "expected/demon/simulated.yaml", "simulated");
    asking->network.states[0].version = version;
}

static void close_all(struct asking *asking)
{
    base_buffer_free(&asking->text);
    base_arena_free(&asking->arena);
    network_free(&asking->network);
}

/* Replaces the table of a switch; flows divided by ";". */
static void set_flows(struct asking *asking, size_t sw, const char *flows)
{
    struct flow_table *table = &asking->network.states[sw].flows;
    char text[1024], *rest = text;
    flow_table_free(table);
    strcpy(text, flows);
    for (char *flow; (flow = strsep(&rest, ";"));) {
        assert_int_equal(ofctl_parse_flow(flow, table, NULL, NULL, NULL), 0);
    }
}

static void set_groups(struct asking *asking, size_t sw, const char *groups)
{
    char text[1024], *rest = text;
    strcpy(text, groups);
    for (char *group; (group = strsep(&rest, ";"));) {
        assert_int_equal(ofctl_parse_group(group, &asking->network.states[sw].groups, NULL, NULL),
                         0);
    }
}

/* ------------------------------------------------------------------ as text */

static void put_line(struct base_buffer *out, const char *what, const char *value)
{
    if (value) {
        base_put_format(out, "  %s: %s\n", what, value);
    }
}

static void put_output(const struct explained_output *output, struct base_buffer *out)
{
    base_put_format(out, "  %u = %s -> %s", output->port, output->port_text,
                    output->to ? output->to : "nothing");
    if (output->hop != HOP_NONE) {
        base_put_format(out, ", hop %zu", output->hop);
    }
    base_put_text(out, "\n");
    put_line(out, "  queue", output->queue);
    put_line(out, "  packet", output->packet);
    put_line(out, "  frame", output->frame);
    put_line(out, "  closed", output->closed);
}

static void put_hop(const struct explained_hop *hop, struct base_buffer *out)
{
    base_put_format(out, "%s", hop->at);
    if (hop->previous != HOP_NONE) {
        base_put_format(out, " from hop %zu", hop->previous);
    }
    base_put_text(out, hop->kept_back ? ", kept back\n" : "\n");
    put_line(out, "packet", hop->packet);
    put_line(out, "entry", hop->entry);
    for (size_t i = 0; i < hop->n_tables; i++) {
        put_line(out, "table", hop->tables[i]);
    }
    for (size_t i = 0; i < hop->n_groups; i++) {
        put_line(out, "group", hop->groups[i]);
    }
    put_line(out, "refused", hop->refused);
    put_line(out, "unknown", hop->unknown);
    for (size_t i = 0; i < hop->n_hidden; i++) {
        put_line(out, "hidden", hop->hidden[i]);
    }
    if (hop->n_hidden_more > 0) {
        base_put_format(out, "  hidden: %zu more\n", hop->n_hidden_more);
    }
    for (size_t i = 0; i < hop->n_outputs; i++) {
        put_output(&hop->outputs[i], out);
    }
    put_line(out, "expected", hop->expected);
    put_line(out, "source", hop->source);
    if (hop->declared || hop->advertised) {
        base_put_format(out, "  differs: %zu outputs declared, %zu advertised\n",
                        hop->declared->n_outputs, hop->advertised->n_outputs);
    }
}

static void put_class(const struct explained_class *class, struct base_buffer *out)
{
    base_put_format(out, "%s\n", class->entry ? class->entry : "no entry");
    put_line(out, "actions", class->actions);
    put_line(out, "to", class->to);
    put_line(out, "closed", class->closed);
    put_line(out, "unknown", class->unknown);
    put_line(out, "example", class->example);
    put_line(out, "hidden by", class->hidden_by);
    put_line(out, "open", class->open ? "yes" : NULL);
}

/* `name`: of a file in harness/explain/whole. */
static void assert_says(struct asking *asking, const char *name)
{
    char path[256];
    const struct explanation *answer = &asking->answer;
    struct base_buffer *out = &asking->text;
    base_buffer_free(out);
    base_put_format(out, "%s%s%s%s%s\n", answer->at, answer->deviates ? ", deviates" : "",
                    answer->unknown ? ", unknown" : "", answer->refused ? ", " : "",
                    answer->refused ? answer->refused : "");
    for (size_t i = 0; i < answer->n_hops; i++) {
        put_hop(&answer->hops[i], out);
    }
    for (size_t i = 0; i < answer->n_classes; i++) {
        put_class(&answer->classes[i], out);
    }
    snprintf(path, sizeof path, "harness/explain/whole/%s.txt", name);
    assert_whole(base_buffer_text(out), path);
}

/* ------------------------------------------------------------------- asking */

static struct explain_question question_of(struct asking *asking, size_t sw, uint16_t port)
{
    return (struct explain_question){.expectation = asking->network.expectation,
                                     .states = asking->network.before,
                                     .reasons = asking->reasons,
                                     .in = {.sw = sw, .port = port}};
}

static void ask(struct asking *asking, uint16_t port, const char *packet, const char *name)
{
    const struct explain_question question = question_of(asking, 0, port);
    struct match match;
    struct header header;
    assert_int_equal(ofctl_parse_match(packet, &match, NULL, NULL), 0);
    match.mask.in_port = 0xffff;
    match.value.in_port = port;
    assert_true(space_member(&match, &header));
    assert_int_equal(explain_packet(&question, &header, NULL, 0, &asking->arena, &asking->answer),
                     0);
    assert_says(asking, name);
}

static void ask_port(struct asking *asking, uint16_t port, size_t budget, const char *name)
{
    const struct explain_question question = question_of(asking, 0, port);
    assert_int_equal(explain_port(&question, &budget, &asking->arena, &asking->answer), 0);
    assert_says(asking, name);
}

/* ------------------------------------------------------------------ packets */

static void a_way_as_declared(void **state)
{
    (void)state;
    struct asking asking;
    open_version(&asking, 1);
    ask(&asking, 1, "tcp,tp_dst=80", "declared");
    close_all(&asking);
}

/* Copies are taken to be lost, altered, queued, sent back, to nobody and to the controller. */
static void a_way_with_all_kinds_of_outputs(void **state)
{
    (void)state;
    struct asking asking;
    open_version(&asking, 1);
    set_flows(&asking, 0,
              "in_port=1 actions=normal,output:6,mod_nw_tos:8,output:7,enqueue:2:3,"
              "output:3,output:11,local,controller,mod_vlan_vid:5,output:8,in_port;"
              "priority=1,tcp actions=drop;priority=2 actions=output:2;"
              "table=1,priority=9 actions=drop;priority=3,in_port=2 actions=drop");
    set_flows(&asking, 2,
              "priority=5,tcp actions=output:11;priority=7,in_port=1 actions=output:3,output:2");
    asking.network.states[0].ports[2].state = PORT_STATE_LINK_DOWN;
    asking.network.states[2].ports[2].config = PORT_CONFIG_DOWN;
    ask(&asking, 1, "tcp,tp_dst=80", "outputs");
    close_all(&asking);
}

static void a_way_through_tables_and_groups(void **state)
{
    (void)state;
    struct asking asking;
    open_version(&asking, 4);
    set_flows(&asking, 0,
              "in_port=1 actions=group:7,goto_table:1;"
              "table=1,udp actions=group:8,group:7,write_actions(group:9),goto_table:2;"
              "table=2,ip actions=output:3");
    set_groups(&asking, 0,
               "group_id=7,type=all,bucket=output:2;group_id=8,type=indirect,bucket=output:6;"
               "group_id=9,type=all,bucket=output:3,bucket=output:4,group:8");
    ask(&asking, 1, "udp", "written");
    set_flows(&asking, 0,
              "in_port=1 actions=group:7,goto_table:1;table=1,tcp actions=group:8,output:9,"
              "goto_table:2;table=2,udp actions=output:3");
    ask(&asking, 1, "tcp,tp_dst=80", "groups");
    close_all(&asking);
}

static void ends_that_are_not_known(void **state)
{
    (void)state;
    struct asking asking;
    open_version(&asking, 1);
    asking.network.before[2] = NULL;
    asking.reasons[2] = "connection refused";
    ask(&asking, 1, "tcp,tp_dst=80", "second_unread");
    asking.network.before[0] = NULL;
    asking.reasons[0] = "did not answer";
    ask(&asking, 1, "tcp,tp_dst=80", "unread");
    close_all(&asking);
}

/* Of a frame the bytes are told; what comes to the second hop is what the first one made of it. */
static void the_way_of_a_frame(void **state)
{
    (void)state;
    static const uint8_t frame[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 'a', 'b', 'c'};
    struct asking asking;
    struct header header;
    open_version(&asking, 1);
    set_flows(&asking, 0,
              "in_port=1 actions=mod_vlan_vid:5,output:6,output:3,mod_vlan_vid:6,output:7");
    set_flows(&asking, 2, "dl_vlan=5 actions=strip_vlan,output:11;dl_vlan=6 actions=output:11");
    asking.network.states[0].ports[2].state = PORT_STATE_LINK_DOWN;
    const struct explain_question question = question_of(&asking, 0, 1);
    assert_true(frame_parse(frame, sizeof frame, 1, &header));
    assert_int_equal(
        explain_packet(&question, &header, frame, sizeof frame, &asking.arena, &asking.answer), 0);
    assert_says(&asking, "frame");
    close_all(&asking);
}

/* -------------------------------------------------------------------- ports */

static void a_port_entry_by_entry(void **state)
{
    (void)state;
    struct asking asking;
    open_version(&asking, 1);
    set_flows(&asking, 0,
              "priority=99,udp,tp_dst=53 actions=normal,output:2,output:6,local;"
              "priority=98,tcp,tp_dst=53 actions=output:3,output:3,output:6,output:12,output:13;"
              "priority=97,tcp,tp_dst=53,nw_tos=4 actions=output:2;"
              "priority=96,in_port=2 actions=output:1;"
              "priority=95,in_port=1,arp actions=drop;"
              "priority=94,icmp,nw_src=0.0.0.0/1 actions=output:11;"
              "priority=93,icmp,nw_src=128.0.0.0/1 actions=controller;"
              "priority=92,icmp actions=output:2;"
              "priority=91,ip,nw_tos=4 actions=output:2;priority=91,ip,nw_src=10.0.0.1 actions=6;"
              "table=3,priority=90,dl_vlan=9 actions=output:2");
    asking.network.states[0].ports[2].state = PORT_STATE_LINK_DOWN;
    ask_port(&asking, 1, EXPLAIN_BUDGET, "port");
    ask_port(&asking, 1, 0, "port_budget");
    asking.network.states[0].ports[0].config = PORT_CONFIG_DOWN;
    set_flows(&asking, 0, "actions=output:2");
    ask_port(&asking, 1, EXPLAIN_BUDGET, "port_closed");
    close_all(&asking);
}

/* Rows that go on alike are told once. */
static void a_port_of_a_pipeline(void **state)
{
    (void)state;
    struct asking asking;
    open_version(&asking, 4);
    set_flows(&asking, 0,
              "priority=2,tcp,tp_dst=80 actions=goto_table:1;"
              "priority=2,tcp,tp_dst=81 actions=goto_table:1;"
              "priority=2,tcp,tp_dst=82 actions=output:3,goto_table:1;priority=1 actions=output:3;"
              "table=1,in_port=1 actions=output:2;table=1,priority=1 actions=output:9");
    ask_port(&asking, 1, EXPLAIN_BUDGET, "pipeline");
    close_all(&asking);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_way_as_declared),
    cmocka_unit_test(a_way_with_all_kinds_of_outputs),
    cmocka_unit_test(a_way_through_tables_and_groups),
    cmocka_unit_test(ends_that_are_not_known),
    cmocka_unit_test(the_way_of_a_frame),
    cmocka_unit_test(a_port_entry_by_entry),
    cmocka_unit_test(a_port_of_a_pipeline),
};

TEST_MAIN(tests)
