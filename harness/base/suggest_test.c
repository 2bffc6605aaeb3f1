/* SPDX-License-Identifier: Apache-2.0
 *
 * Which word is near, and which is not. */
#include "base/suggest.h"
#include "testing/cmocka.h"

static const char *const fields[] = {"in_port", "dl_src", "dl_dst",  "nw_src", "nw_dst",
                                     "tp_src",  "tp_dst", "dl_vlan", "port"};

static const char *near(const char *word)
{
    return base_suggest(word, fields, sizeof fields / sizeof *fields);
}

static void finds_one_slip(void **state)
{
    (void)state;
    assert_string_equal(near("in_prt"), "in_port");   /* dropped */
    assert_string_equal(near("inn_port"), "in_port"); /* inserted */
    assert_string_equal(near("nw_sec"), "nw_src");    /* changed */
    assert_string_equal(near("dl_vaaln"), "dl_vlan"); /* two slips in eight letters */
    assert_string_equal(near("prot"), "port");        /* swapped: one slip, not two */
    assert_string_equal(near("TP_DST"), "tp_dst");    /* case does not count */
}

static void first_of_equals_wins(void **state)
{
    (void)state;
    assert_string_equal(near("x_src"), "dl_src");
}

static void the_beginning_of_a_word_is_that_word(void **state)
{
    (void)state;
    static const char *const actions[] = {"pop_vlan", "mod_vlan_vid", "mod_vlan_pcp", "output"};
    assert_string_equal(base_suggest("mod_vlan", actions, 4), "mod_vlan_vid");
    assert_string_equal(base_suggest("MOD", actions, 4), "mod_vlan_vid");
    assert_null(base_suggest("mo", actions, 4));
    static const char *const three[] = {"portals", "ports", "sport"};
    assert_string_equal(base_suggest("port", three, 3), "ports"); /* the shortest */
}

static void far_is_nothing(void **state)
{
    (void)state;
    assert_null(near("metadata"));
    assert_null(near("p"));
    assert_null(near(""));
    assert_null(near("port_port_port_port_port_port_port_port_port_port_port"));
    assert_null(base_suggest("port", fields, 0));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_one_slip),
    cmocka_unit_test(first_of_equals_wins),
    cmocka_unit_test(the_beginning_of_a_word_is_that_word),
    cmocka_unit_test(far_is_nothing),
};

TEST_MAIN(tests)
