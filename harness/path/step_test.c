/* SPDX-License-Identifier: Apache-2.0
 *
 * One packet at one switch, and the rules that it consists of. */
#include "path/step.h"

#include "ofctl/group.h"
#include "testing/line.h"

static const struct header frame = {.in_port = 1, .dl_type = 0x88b5};

/* Puts the packet that enters s1:1 through the table as it is now. */
static void step_with(struct line *line, const struct header *header,
                      struct space_emission out[PATH_OUTPUTS], struct path_step *step)
{
    line_open(line);
    path_step(&line->network, 0, header, out, step);
    path_network_close(&line->network);
}

static void check_sent(struct line *line, size_t n, const uint16_t *ports)
{
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    step_with(line, &frame, out, &step);
    assert_null(step.refused);
    assert_null(step.open);
    assert_int_equal(step.n_sent, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(out[i].port, ports[i]);
    }
}

static void check_open(struct line *line, const char *reason)
{
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    step_with(line, &frame, out, &step);
    assert_null(step.refused);
    assert_non_null(step.open);
    assert_string_equal(step.open, reason);
    assert_int_equal(step.n_sent, 0);
}

static void check_refused(struct line *line, const char *reason)
{
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    step_with(line, &frame, out, &step);
    assert_non_null(step.refused);
    assert_string_equal(step.refused, reason);
    assert_null(step.open);
    assert_int_equal(step.taker.entry, ENTRY_NONE);
    assert_int_equal(step.n_sent, 0);
}

#define SENT(line, ...)                                                                            \
    check_sent((line), sizeof((uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t),                       \
               (uint16_t[]){__VA_ARGS__})

static void make_with(struct line *line, const char *flow)
{
    line_make(line);
    line_flow(line, 0, flow);
}

static void every_kind_of_output_asks_the_port(void **state)
{
    (void)state;
    static const struct {
        const char *actions;
        uint16_t port; /* that one which is closed */
    } cases[] = {{"output:2", 2}, {"enqueue:2:1", 2}, {"flood", 2},
                 {"all", 2},      {"in_port", 1},     {"mod_nw_tos:32,output:2", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        struct base_buffer text = {0};
        base_put_format(&text, "actions=%s,output:4", cases[i].actions);
        bool many = cases[i].actions[0] == 'f' || cases[i].actions[0] == 'a';
        make_with(&line, base_buffer_text(&text));
        base_buffer_free(&text);
        struct port *port = line_port(&line, 0, cases[i].port);
        for (int how = 0; how < 3; how++) {
            port->config = how == 0 ? PORT_CONFIG_NO_FWD : how == 1 ? PORT_CONFIG_DOWN : 0;
            port->state = how == 2 ? PORT_STATE_LINK_DOWN : 0;
            if (cases[i].port == 1 && how > 0) {
                check_refused(&line, how == 1 ? "is switched off" : "has no link");
            } else if (many) {
                SENT(&line, 3, 4, 4);
            } else {
                SENT(&line, 4);
            }
        }
        port->config = port->state = 0;
        if (many) {
            SENT(&line, 2, 3, 4, 4);
        } else {
            SENT(&line, cases[i].port, 4);
        }
        line_close(&line);
    }
}

static void floods_as_open_flow_says(void **state)
{
    (void)state;
    struct line line;
    make_with(&line, "actions=flood");
    line_port(&line, 0, 2)->config = PORT_CONFIG_NO_FLOOD;
    SENT(&line, 3, 4);
    line_close(&line);
    make_with(&line, "actions=all");
    line_port(&line, 0, 2)->config = PORT_CONFIG_NO_FLOOD;
    SENT(&line, 2, 3, 4);
    line_close(&line);
}

static void absent_ports_do_not_send(void **state)
{
    (void)state;
    struct line line;
    make_with(&line, "actions=output:9,output:2,LOCAL,CONTROLLER:64");
    SENT(&line, 2, PORT_CONTROLLER, PORT_LOCAL);
    line.states[0].n_ports = 0; /* not known: not held against it */
    SENT(&line, 2, 9, PORT_CONTROLLER, PORT_LOCAL);
    line_close(&line);
}

static void a_closed_port_lets_nothing_in(void **state)
{
    (void)state;
    struct line line;
    make_with(&line, "actions=output:2");
    line_port(&line, 0, 1)->config = PORT_CONFIG_DOWN;
    check_refused(&line, "is switched off");
    line_port(&line, 0, 1)->config = PORT_CONFIG_NO_RECV;
    check_refused(&line, "does not receive");
    line_port(&line, 0, 1)->config = 0;
    line_port(&line, 0, 1)->state = PORT_STATE_LINK_DOWN;
    check_refused(&line, "has no link");
    line_port(&line, 0, 1)->state = 0;
    line_port(&line, 0, 1)->config = PORT_CONFIG_NO_FWD | PORT_CONFIG_NO_FLOOD;
    SENT(&line, 2);
    line.states[0].ports = &line.ports[0][1];
    line.states[0].n_ports = 3;
    check_refused(&line, "is absent");
    line_close(&line);
}

static void what_is_not_known_is_open(void **state)
{
    (void)state;
    static const char *const flows[][2] = {
        {"actions=normal", "NORMAL"},
        {"actions=output:2,normal", "NORMAL"},
        {"actions=table", "output to TABLE"},
        {"table=1,actions=output:2", "another table than 0 decides"},
    };
    struct line line;
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
        make_with(&line, flows[i][0]);
        check_open(&line, flows[i][1]);
        line_close(&line);
    }
    make_with(&line, "actions=flood");
    line.states[0].n_ports = 0;
    check_open(&line, "it floods, and the ports of the switch are not known");
    line.by_switch[0] = NULL;
    check_open(&line, "the switch was not read");
    line_close(&line);
}

static void table_0_goes_before_others(void **state)
{
    (void)state;
    struct line line;
    make_with(&line, "table=1,priority=9,actions=output:2");
    line_flow(&line, 0, "priority=1,actions=output:3");
    SENT(&line, 3);
    line_close(&line);
}

static void rivals_leave_it_open_unless_they_do_the_same(void **state)
{
    (void)state;
    struct line line;
    make_with(&line, "priority=5,in_port=1 actions=output:2");
    line_flow(&line, 0, "priority=5,dl_type=0x88b5 actions=output:3");
    check_open(&line, "two entries of the same priority take it");
    /* What would make the difference does not leave. */
    line_port(&line, 0, 2)->config = PORT_CONFIG_NO_FWD;
    check_open(&line, "two entries of the same priority take it");
    line_port(&line, 0, 3)->config = PORT_CONFIG_DOWN;
    check_sent(&line, 0, NULL);
    line_close(&line);
    /* Rewritten to what it has already. */
    make_with(&line, "priority=5,in_port=1 actions=output:2");
    line_flow(&line, 0, "priority=5,dl_type=0x88b5 actions=mod_dl_src:00:00:00:00:00:00,output:2");
    SENT(&line, 2);
    line_close(&line);
    /* Nothing is known of either, but it is the same. */
    make_with(&line, "priority=5,in_port=1 actions=output:2,normal");
    line_flow(&line, 0, "priority=5,dl_type=0x88b5 actions=normal,output:2");
    check_open(&line, "NORMAL");
    line_close(&line);
    make_with(&line, "priority=5,in_port=1 actions=output:2,normal");
    line_flow(&line, 0, "priority=5,dl_type=0x88b5 actions=normal");
    check_open(&line, "two entries of the same priority take it");
    line_close(&line);
}

static void nobody_takes_it(void **state)
{
    (void)state;
    struct line line;
    make_with(&line, "in_port=2 actions=output:1");
    check_sent(&line, 0, NULL);
    line_close(&line);
}

static void sends_it_rewritten(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    struct line line;
    make_with(&line, "actions=output:3,mod_vlan_vid:7,enqueue:2:5");
    step_with(&line, &frame, out, &step);
    assert_int_equal(step.n_sent, 2);
    assert_int_equal(step.taker.entry, 0);
    assert_true(out[0].queued && out[0].queue_id == 5);
    assert_int_equal(out[0].header.vlan_tci, VLAN_TAGGED | 7);
    assert_false(out[1].queued);
    assert_int_equal(out[1].header.vlan_tci, 0);
    line_close(&line);
}

static void too_many_packets_at_once_are_open(void **state)
{
    (void)state;
    struct line line;
    struct base_buffer text = {0};
    base_put_text(&text, "actions=output:2");
    for (int i = 1; i < PATH_OUTPUTS; i++) {
        base_put_text(&text, ",output:2");
    }
    static uint16_t ports[PATH_OUTPUTS];
    for (int i = 0; i < PATH_OUTPUTS; i++) {
        ports[i] = 2;
    }
    make_with(&line, base_buffer_text(&text));
    check_sent(&line, PATH_OUTPUTS, ports);
    line_close(&line);
    base_put_text(&text, ",output:2");
    make_with(&line, base_buffer_text(&text));
    check_open(&line, "it sends more than 1024 packets at once");
    line_close(&line);
    base_buffer_free(&text);
}

static void sets_compete_where_packets_do(void **state)
{
    (void)state;
    struct line line;
    struct space_difference difference;
    struct space_region region = {.cube = match_in_port(1)};
    const struct port_ref in = {0, 1};
    size_t budget = 10000;
    make_with(&line, "priority=5,in_port=1 actions=output:2");
    line_flow(&line, 0, "priority=5 actions=mod_dl_src:00:00:00:00:00:09,output:2");
    line_flow(&line, 0, "priority=5 actions=normal");
    line_open(&line);
    assert_int_equal(path_compete(&line.network, in, 0, 1, &region, &budget, &difference),
                     SPACE_FOUND);
    assert_int_not_equal(difference.example.dl_src[5], 9);
    assert_int_equal(path_compete(&line.network, in, 0, 2, &region, &budget, &difference),
                     SPACE_FOUND);
    assert_true(difference.is_whole);
    assert_int_equal(path_compete(&line.network, in, 2, 2, &region, &budget, NULL), SPACE_EMPTY);
    region.cube.value.dl_src[5] = 9;
    memset(region.cube.mask.dl_src, 0xff, 6);
    assert_int_equal(path_compete(&line.network, in, 0, 1, &region, &budget, NULL), SPACE_EMPTY);
    budget = 0;
    region.cube = match_in_port(1);
    assert_int_equal(path_compete(&line.network, in, 0, 1, &region, &budget, NULL), SPACE_OPEN);
    space_region_free(&region);
    line_close(&line);
}

/* Whether two such tables of s1 do the same with the frame. */
static bool alike(const char *a, const char *b, bool refuses)
{
    struct line one, other;
    make_with(&one, a);
    make_with(&other, b);
    line_port(&other, 0, 1)->config = refuses ? PORT_CONFIG_NO_RECV : 0;
    line_open(&one);
    line_open(&other);
    bool same = path_treat_alike(&one.network, &other.network, 0, &frame);
    line_close(&one);
    line_close(&other);
    return same;
}

static void two_networks_treat_a_packet_alike(void **state)
{
    (void)state;
    assert_true(alike("in_port=1 actions=output:2,output:3", "actions=output:3,output:2", false));
    assert_false(alike("actions=output:2", "actions=output:2,output:3", false));
    assert_true(alike("in_port=2 actions=output:3", "actions=drop", false));
    assert_false(alike("in_port=2 actions=output:3", "actions=output:3", false));
    assert_false(alike("actions=output:2", "actions=output:2", true));
    assert_true(alike("actions=drop", "actions=output:2", true));
    assert_true(alike("actions=normal,output:2", "actions=output:2,normal", false));
    assert_false(alike("actions=normal,output:2", "actions=output:2", false));
    assert_false(alike("table=1 actions=drop", "table=1 actions=drop", false));
}

/* Of a bucket whose port is closed the copy does not leave; if that leaves one way, it is known. */
static void each_way_asks_the_port(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    struct line line;
    make_with(&line, "actions=output:3,group:1");
    line.states[0].version = 4;
    assert_int_equal(ofctl_parse_group("group_id=1,type=select,bucket=output:2,bucket=output:4",
                                       &line.states[0].groups, NULL, NULL),
                     0);
    step_with(&line, &frame, out, &step);
    assert_string_equal(step.open, SPACE_ONE_OF);
    assert_int_equal(step.n_sent, 0);
    assert_int_equal(step.n_told, 1);
    assert_int_equal(out[0].port, 3);
    assert_int_equal(step.n_chosen, 2);
    line_port(&line, 0, 4)->config = PORT_CONFIG_DOWN;
    step_with(&line, &frame, out, &step);
    assert_int_equal(step.n_chosen, 1);
    assert_int_equal(out[1].port, 2);
    line_port(&line, 0, 2)->config = PORT_CONFIG_DOWN;
    SENT(&line, 3);
    group_table_free(&line.states[0].groups);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_way_asks_the_port),
    cmocka_unit_test(every_kind_of_output_asks_the_port),
    cmocka_unit_test(floods_as_open_flow_says),
    cmocka_unit_test(absent_ports_do_not_send),
    cmocka_unit_test(a_closed_port_lets_nothing_in),
    cmocka_unit_test(what_is_not_known_is_open),
    cmocka_unit_test(table_0_goes_before_others),
    cmocka_unit_test(rivals_leave_it_open_unless_they_do_the_same),
    cmocka_unit_test(nobody_takes_it),
    cmocka_unit_test(sends_it_rewritten),
    cmocka_unit_test(too_many_packets_at_once_are_open),
    cmocka_unit_test(sets_compete_where_packets_do),
    cmocka_unit_test(two_networks_treat_a_packet_alike),
};

TEST_MAIN(tests)
