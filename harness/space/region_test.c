/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left of a cube, and where do two behaviours agree? */
#include "space/region.h"

#include "space/rewrite.h"
#include "testing/cmocka.h"

static const struct match tagged = {{.vlan_tci = VLAN_TAGGED}, {.vlan_tci = VLAN_TAGGED}};
static const struct match untagged = {{0}, {.vlan_tci = VLAN_TAGGED}};

static void what_is_excluded_is_not_in_the_region(void **state)
{
    (void)state;
    struct space_region region = {.cube = match_in_port(1)};
    const struct header plain = {.in_port = 1, .dl_type = DL_TYPE_PROBE};
    const struct header elsewhere = {.in_port = 2, .dl_type = DL_TYPE_PROBE};
    struct header example;
    size_t budget = 100;
    assert_true(space_region_has(&region, &plain));
    assert_false(space_region_has(&region, &elsewhere));
    assert_int_equal(space_exclude(&region, &untagged), 0);
    assert_false(space_region_has(&region, &plain));
    assert_int_equal(space_region_find(&region, &budget, &example), SPACE_FOUND);
    assert_true(space_region_has(&region, &example));
    assert_true(example.vlan_tci & VLAN_TAGGED);
    assert_int_equal(space_exclude(&region, &tagged), 0);
    assert_int_equal(region.n_excluded, 2);
    assert_int_equal(space_region_find(&region, &budget, NULL), SPACE_EMPTY);
    space_region_free(&region);
    assert_int_equal(region.n_excluded, 0);
}

static void it_is_told_what_leaves_nothing(void **state)
{
    (void)state;
    const struct match any = match_any();
    struct space_region region = {.cube = match_in_port(1)};
    assert_int_equal(space_leave(&region, &untagged), SPACE_FOUND);
    assert_int_equal(region.n_excluded, 1);
    assert_int_equal(space_leave(&region, &any), SPACE_EMPTY);
    space_region_free(&region);
}

static void what_does_not_overlap_is_not_noted(void **state)
{
    (void)state;
    const struct match other = match_in_port(2);
    struct space_region region = {.cube = match_in_port(1)};
    assert_int_equal(space_exclude(&region, &other), 0);
    assert_int_equal(region.n_excluded, 0);
    space_region_free(&region);
}

static void behaviors_agree_where_a_rewrite_changes_nothing(void **state)
{
    (void)state;
    struct space_output strips = {.port = 2, .rewrite.mask.vlan_tci = UINT16_MAX};
    struct space_output sends = {.port = 2}, elsewhere = {.port = 3};
    const struct space_output twice[] = {sends, strips};
    struct space_behavior a = {.outputs = &strips, .n_outputs = 1};
    struct space_behavior b = {.outputs = &sends, .n_outputs = 1};
    struct space_behavior c = {.outputs = &elsewhere, .n_outputs = 1};
    struct space_behavior d = {.outputs = twice, .n_outputs = 2};
    const struct header plain = {.dl_type = DL_TYPE_PROBE};
    const struct header in_vlan = {.dl_type = DL_TYPE_PROBE, .vlan_tci = VLAN_TAGGED | 1};
    struct match equal;
    assert_true(space_agree(&a, &b, SPACE_NOT_IP, &equal));
    assert_true(match_takes(&equal, &plain));
    assert_false(match_takes(&equal, &in_vlan));
    assert_false(space_agree(&b, &c, SPACE_NOT_IP, &equal));
    assert_false(space_agree(&b, &d, SPACE_NOT_IP, &equal));
    assert_false(space_agree(&d, &d, SPACE_NOT_IP, &equal)); /* not decided */
    b.unknown = "NORMAL";
    assert_false(space_agree(&a, &b, SPACE_NOT_IP, &equal));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_excluded_is_not_in_the_region),
    cmocka_unit_test(it_is_told_what_leaves_nothing),
    cmocka_unit_test(what_does_not_overlap_is_not_noted),
    cmocka_unit_test(behaviors_agree_where_a_rewrite_changes_nothing),
};

TEST_MAIN(tests)
