/* SPDX-License-Identifier: Apache-2.0
 *
 * What texts become, and what of the catalogue finds something in them. */
#include "faults/edit.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"

#include <stdlib.h>

static void expect_edited(const char *pattern, const char *argument, const char *text,
                          const char *expected)
{
    struct fault fault = {.pattern = pattern, .argument = argument};
    char *edited = edit_text(&fault, text);
    if (expected) {
        assert_string_equal(edited, expected);
    } else {
        assert_null(edited);
    }
    free(edited);
}

static void a_pattern_is_replaced(void **state)
{
    (void)state;
    expect_edited("b+", "x", "abbcb", "axcb");
    expect_edited("(b)(c)", "\\2-\\1", "abcd", "ac-bd");
    expect_edited("z", "x", "abc", NULL);
    expect_edited("b", "b", "abc", NULL);
    expect_edited("(", "b", "abc", NULL);
    expect_edited("^.*$", "", "abc", "");
    expect_edited(",goto_table:[0-9]+", "", "arp,actions=output:1,goto_table:12",
                  "arp,actions=output:1");
    expect_edited("goto_table:[0-9]+", "", "arp,actions=goto_table:12", "arp,actions=drop");
    expect_edited("z", "", "z=", "=");
}

static void texts_have_no_blanks(void **state)
{
    (void)state;
    struct channel_dump right = {0};
    struct faults_lab lab = {.right = &right};
    struct spot spot = {.entry = 1};
    struct base_buffer text = {0};
    assert_int_equal(ofctl_parse_flow("in_port=1 actions=output:2,output:3", &right.state.flows,
                                      NULL, NULL, NULL),
                     0);
    edit_flow_text(&lab, &spot, &text);
    edit_group_text(&lab, &spot, &text);
    edit_meter_text(&lab, &spot, &text);
    assert_string_equal(base_buffer_text(&text), "");
    assert_int_equal(ofctl_parse_flow("table=2,priority=7,arp,in_port=1 actions=goto_table:3",
                                      &right.state.flows, NULL, NULL, NULL),
                     0);
    edit_flow_text(&lab, &spot, &text);
    assert_string_equal(base_buffer_text(&text),
                        "table=2,priority=7,arp,in_port=1,actions=goto_table:3");
    base_buffer_free(&text);
    spot.entry = 0;
    edit_flow_text(&lab, &spot, &text);
    assert_string_equal(base_buffer_text(&text),
                        "table=0,priority=32768,in_port=1,actions=output:2,output:3");
    base_buffer_free(&text);
    static const char group[] = "group_id=7,type=all,bucket=actions=output:1";
    assert_int_equal(ofctl_parse_group(group, &right.state.groups, NULL, NULL), 0);
    edit_group_text(&lab, &spot, &text);
    assert_string_equal(base_buffer_text(&text), group);
    base_buffer_free(&text);
    static const struct band band = {.type = BAND_DROP, .rate = 5, .burst_size = 6};
    *group_table_add_meter(&right.state.groups) =
        (struct meter){.id = 1, .flags = METER_KBPS | METER_BURST, .n_bands = 1, .bands = &band};
    edit_meter_text(&lab, &spot, &text);
    assert_string_equal(base_buffer_text(&text),
                        "meter=1,kbps,burst,bands=type=drop,rate=5,burst_size=6");
    base_buffer_free(&text);
    switch_state_free(&right.state);
}

/* Each kind of its group changes something of one of these. */
static void a_kind_fits_where_its_pattern_stands(void **state)
{
    (void)state;
    struct channel_dump right = {.state.version = 4};
    struct faults_lab lab = {.right = &right};
    struct spot spot = {.entry = 0};
    struct fault plain = {0}, later = {.pattern = "^table=[1-9]", .text_of = edit_flow_text};
    assert_int_equal(
        ofctl_parse_flow("table=1,arp actions=drop", &right.state.flows, NULL, NULL, NULL), 0);
    assert_true(edit_fits(&lab, &plain, &spot));
    later.argument = "table=9";
    assert_true(edit_fits(&lab, &later, &spot));
    later.argument = "table=1";
    assert_false(edit_fits(&lab, &later, &spot));
    later.pattern = "^table=0";
    assert_false(edit_fits(&lab, &later, &spot));
    switch_state_free(&right.state);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pattern_is_replaced),
    cmocka_unit_test(texts_have_no_blanks),
    cmocka_unit_test(a_kind_fits_where_its_pattern_stands),
};

TEST_MAIN(tests)
