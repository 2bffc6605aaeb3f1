/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalogue, its templates, and the numbers by which places are drawn. */
#include "faults/words.h"

#include "faults/random.h"
#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <string.h>

/* One switch s1 with h1 on port 1 and a cable from port 2 to s2:7. */
struct small {
    struct topology_switch switches[2];
    struct topology_host hosts[2];
    struct topology topology;
    struct channel_dump right[2];
    struct port ports[3];
    struct cable cables[2];
    struct faults_lab lab;
};

static void build(struct small *small, const char *flow)
{
    *small = (struct small){
        .switches = {{.name = "s1"}, {.name = "s2"}},
        .hosts = {{.name = "h1", .port = {0, 1}}, {.name = "h2", .port = {0, 3}}},
        .ports = {{.number = 1, .name = "s1-eth1"}, {.number = 2}, {.number = 3}},
        .cables = {{{{.port = {0, 1}}, {.is_host = true, .host = 0}}},
                   {{{.port = {0, 2}}, {.port = {1, 7}}}}},
    };
    small->topology = (struct topology){
        .switches = small->switches, .n_switches = 2, .hosts = small->hosts, .n_hosts = 2};
    small->right[0].state.ports = small->ports;
    small->right[0].state.n_ports = 3;
    small->right[1].state.ports = small->ports;
    small->right[1].state.n_ports = 1;
    assert_int_equal(ofctl_parse_flow(flow, &small->right[0].state.flows, NULL, NULL, NULL), 0);
    small->lab = (struct faults_lab){.topology = &small->topology,
                                     .right = small->right,
                                     .cables = small->cables,
                                     .n_cables = 2};
}

static void expect_filled(const struct small *small, const struct spot *spot, const char *template,
                          const char *expected)
{
    struct base_buffer text = {0};
    words_fill(&small->lab, spot, template, &text);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

static void templates_are_filled(void **state)
{
    (void)state;
    struct small small;
    build(&small, "priority=200,tcp,in_port=1,tp_dst=80 actions=output:2,mod_vlan_vid:5,output:3");
    struct spot spot = {.port = 1, .output = 2, .other = 9, .cable = 1, .end = 1, .host2 = 1};
    expect_filled(&small, &spot, "$s:$p $o $x", "s1:1 2 9");
    expect_filled(&small, &spot, "$a - $b, $c - $d", "s1:2 - s2:7, s1:1 - h1");
    expect_filled(&small, &spot, "$h $g $i", "h1 h2 s1-eth1");
    expect_filled(&small, &spot, "$q $z", "1 $z");
    expect_filled(&small, &spot, "priority=$+,$M", "priority=201,tcp,in_port=1,tp_dst=80");
    expect_filled(&small, &spot, "$P $A", "200 output:2,mod_vlan_vid:5,output:3");
    expect_filled(&small, &spot, "$W|$X",
                  "mod_vlan_vid:5,output:3|output:9,mod_vlan_vid:5,output:3");
    flow_table_free(&small.right[0].state.flows);
}

static void places_are_matched(void **state)
{
    (void)state;
    struct small small;
    build(&small, "in_port=1 actions=output:2");
    struct spot spot = {.port = 1, .output = 2};
    assert_true(words_match(&small.lab, &spot, "$s:$p", "s1:1"));
    assert_false(words_match(&small.lab, &spot, "$s:$p", "s1:11"));
    assert_true(words_match(&small.lab, &spot, "$s|$s:*", "s1:11"));
    assert_false(words_match(&small.lab, &spot, "$s", "s1:11"));
    assert_false(words_match(&small.lab, &spot, NULL, "s1"));
    flow_table_free(&small.right[0].state.flows);
}

static void the_same_seed_is_the_same_place(void **state)
{
    (void)state;
    struct small small;
    build(&small, "in_port=1 actions=output:2");
    const struct fault *fault = fault_find("output-missing");
    struct spot a, b;
    assert_true(fault_draw(&small.lab, fault, 7, &a));
    assert_true(fault_draw(&small.lab, fault, 7, &b));
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(a.output, 2);
    /* Nothing comes out of a cable here. */
    assert_false(fault_draw(&small.lab, fault_find("one-way"), 7, &a));
    flow_table_free(&small.right[0].state.flows);
}

/* Whatever is drawn is there, and belongs together; and all that is there is drawn. */
static void a_place_is_one_of_the_network(void **state)
{
    (void)state;
    struct small small;
    const struct fault any = {.name = "any"};
    bool kinds[N_FRAMES] = {0}, ends[2][2] = {0}, hosts[2] = {0}, others[4] = {0};
    unsigned n_outputs[4] = {0};
    build(&small, "in_port=1 actions=output:2,output:3");
    small.cables[1].ends[0].frames[FRAMES_ARP] = 1;
    small.cables[1].ends[0].frames[FRAMES_TCP] = 3;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct spot spot;
        assert_true(fault_draw(&small.lab, &any, seed, &spot));
        assert_in_range(spot.sw, 0, 1);
        assert_true(spot.sw == 1 || (spot.entry == 0 && spot.port == 1));
        assert_true(spot.sw == 0 ? spot.output == 2 || spot.output == 3 : spot.output == PORT_NONE);
        assert_true(spot.other == PORT_NONE || spot.sw == 1); /* s1 has no other port */
        assert_true(spot.other != spot.port);
        bool any_comes = spot.cable == 1 && spot.end == 0;
        assert_true(any_comes ? spot.kind == FRAMES_ARP || spot.kind == FRAMES_TCP
                              : spot.kind == FRAMES_OWN);
        kinds[spot.kind] = ends[spot.cable][spot.end] = hosts[spot.host] = true;
        others[spot.other & 3] = true;
        n_outputs[spot.output & 3]++;
    }
    assert_true(kinds[FRAMES_ARP] && kinds[FRAMES_TCP] && ends[0][0] && ends[0][1] && ends[1][0]);
    assert_true(ends[1][1] && hosts[0] && hosts[1] && n_outputs[2] > 20 && n_outputs[3] > 20);
    assert_true(others[PORT_NONE & 3]);
    flow_table_free(&small.right[0].state.flows);
}

/* Faults may be made together if they touch no cable, and no switch, in common. */
static void faults_apart_touch_nothing_in_common(void **state)
{
    (void)state;
    struct small small;
    build(&small, "in_port=1 actions=output:2");
    struct cable cables[8] = {{{{.port = {0, 1}}, {.is_host = true}}},
                              {{{.port = {0, 2}}, {.port = {1, 7}}}},
                              {{{.port = {1, 3}}, {.is_host = true}}}};
    for (size_t i = 3; i < 8; i++) {
        cables[i].ends[0].port = cables[i].ends[1].port = (struct port_ref){2, (uint16_t)i};
    }
    small.lab.cables = cables;
    small.lab.n_cables = 8;
    const struct spot none = {.sw = 0,
                              .port = 9,
                              .output = 9,
                              .other = 9,
                              .cable = 3,
                              .cable2 = 3,
                              .host = 4,
                              .host2 = 4};
    const struct spot far = {.sw = 1,
                             .port = 9,
                             .output = 9,
                             .other = 9,
                             .cable = 5,
                             .cable2 = 5,
                             .host = 6,
                             .host2 = 6};
    struct spot near[] = {far, far, far, far, far, far, far};
    assert_true(fault_apart(&small.lab, &none, &far));
    near[0].sw = 0;
    near[1].cable = 3;
    near[2].cable2 = 4;
    near[3].host = 3;
    near[4].host2 = 4;
    for (size_t i = 0; i < 5; i++) {
        assert_false(fault_apart(&small.lab, &none, &near[i]));
        assert_false(fault_apart(&small.lab, &near[i], &none));
    }
    struct spot at_cable = none; /* that of s1:2 and s2:7, by whichever of its ports */
    at_cable.port = 2;
    near[0] = near[1] = near[2] = far;
    near[0].port = near[1].output = near[2].other = 7;
    for (size_t i = 0; i < 3; i++) {
        assert_false(fault_apart(&small.lab, &at_cable, &near[i]));
        assert_true(fault_apart(&small.lab, &none, &near[i]));
    }
    flow_table_free(&small.right[0].state.flows);
}

static void the_catalogue_is_complete(void **state)
{
    (void)state;
    assert_true(fault_count() >= 60);
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_number(i);
        assert_ptr_equal(fault_find(fault->name), fault);
        assert_non_null(fault->text);
        assert_non_null(fault->inject);
        assert_true(*fault_group_of(fault));
        if (fault->outcome <= OUTCOME_OPEN && !(fault->found && fault->where)) {
            fail_msg("%s does not say what must be found, or where", fault->name);
        }
        if (fault->outcome == OUTCOME_UNSEEN && !fault->reason) {
            fail_msg("%s does not say why it cannot be seen", fault->name);
        }
    }
    assert_null(fault_number(fault_count()));
    assert_null(fault_find("no-such-fault"));
    assert_string_equal(fault_group_of(&(struct fault){.name = "another"}), "");
}

static void frames_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        uint16_t type;
        uint8_t protocol;
        enum frame_kind kind;
    } FRAMES[] = {{0x8100, 6, FRAMES_VLAN}, {0x88b5, 6, FRAMES_OWN}, {0x0806, 6, FRAMES_ARP},
                  {0x0800, 17, FRAMES_UDP}, {0x0800, 6, FRAMES_TCP}, {0x0800, 1, FRAMES_ICMP},
                  {0x0800, 2, N_FRAMES},    {0x0800, 58, N_FRAMES},  {0x86dd, 6, N_FRAMES},
                  {0x0801, 6, N_FRAMES},    {0x0000, 17, N_FRAMES}};
    for (size_t i = 0; i < sizeof FRAMES / sizeof *FRAMES; i++) {
        uint8_t bytes[60] = {0};
        bytes[12] = (uint8_t)(FRAMES[i].type >> 8);
        bytes[13] = (uint8_t)FRAMES[i].type;
        bytes[23] = FRAMES[i].protocol;
        assert_int_equal(frame_kind_of(bytes, sizeof bytes), FRAMES[i].kind);
        assert_int_equal(frame_kind_of(bytes, 24), FRAMES[i].kind);
        assert_int_equal(frame_kind_of(bytes, 23), N_FRAMES);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(templates_are_filled),
    cmocka_unit_test(places_are_matched),
    cmocka_unit_test(the_same_seed_is_the_same_place),
    cmocka_unit_test(a_place_is_one_of_the_network),
    cmocka_unit_test(faults_apart_touch_nothing_in_common),
    cmocka_unit_test(the_catalogue_is_complete),
    cmocka_unit_test(frames_are_told_apart),
};

TEST_MAIN(tests)
