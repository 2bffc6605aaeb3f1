/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left of a cube, and where do two behaviours agree? */
#include "space/region.h"

#include "space/rewrite.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

#include <stdlib.h>

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

enum { REGIONS = 4000, CUTS = 3, HOLES = 4, LISTS = 5 };

/* A region with cuts, and the same said once more. */
struct cut_region {
    struct match cube, excluded, cuts[CUTS], cubes[LISTS][HOLES];
    struct space_holes lists[LISTS]; /* each behind another one, or none */
    const struct space_holes *holes[CUTS], *own;
    struct space_region region;
};

static enum space_answer make_cut_region(struct cut_region *made)
{
    *made = (struct cut_region){.cube = random_match(), .excluded = random_match()};
    made->region.cube = made->cube;
    for (int i = 0; i < LISTS; i++) {
        for (int j = 0; j < HOLES; j++) {
            made->cubes[i][j] = random_match();
        }
        made->lists[i] = (struct space_holes){
            made->cubes[i], 1 + random_below(HOLES),
            i > 0 && random_below(2) ? &made->lists[random_below((unsigned)i)] : NULL};
    }
    made->own = random_below(2) ? &made->lists[random_below(LISTS)] : NULL;
    enum space_answer answer = space_leave(&made->region, &made->excluded);
    for (int i = 0; i < CUTS && answer == SPACE_FOUND; i++) {
        made->cuts[i] = random_match();
        made->holes[i] = random_below(4) ? &made->lists[random_below(LISTS)] : NULL;
        answer = space_leave_cut(&made->region, &made->cuts[i], made->holes[i], made->own);
    }
    return answer == SPACE_FOUND ? space_leave_holes(&made->region, made->own) : answer;
}

static bool is_in(const struct space_holes *holes, const struct header *header)
{
    bool in = false;
    for (; holes; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes; i++) {
            in |= match_takes(&holes->cubes[i], header);
        }
    }
    return in;
}

static bool should_have(const struct cut_region *made, const struct header *header)
{
    bool has = match_takes(&made->cube, header) && !match_takes(&made->excluded, header) &&
               !is_in(made->own, header);
    for (int i = 0; i < CUTS; i++) {
        has = has && !(match_takes(&made->cuts[i], header) && !is_in(made->holes[i], header));
    }
    return has;
}

/* What is cut out, but for its holes, is not in the region; and what is not in it is not found. */
static void holes_stay_in_the_region(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_found = 0, n_empty = 0, n_cut = 0;
    for (int round = 0; round < REGIONS; round++) {
        struct cut_region made;
        struct header example;
        size_t budget = 1000000;
        enum space_answer answer = make_cut_region(&made);
        n_cut += made.region.n_cuts > 0;
        if (answer == SPACE_FOUND) {
            answer = space_region_find(&made.region, &budget, &example);
        }
        assert_true(answer != SPACE_OPEN);
        n_found += answer == SPACE_FOUND;
        n_empty += answer == SPACE_EMPTY;
        assert_true(answer == SPACE_EMPTY || should_have(&made, &example));
        for (size_t i = 0; i < universe.n_headers; i += 1 + random_below(40)) {
            const struct header *header = &universe.headers[i];
            bool should = should_have(&made, header);
            assert_false(should && answer == SPACE_EMPTY);
            assert_true(answer == SPACE_EMPTY || space_region_has(&made.region, header) == should);
        }
        space_region_free(&made.region);
    }
    assert_true(n_found > REGIONS / 8 && n_empty > REGIONS / 8 && n_cut > REGIONS / 8);
    free(universe.headers);
}

static void behaviors_agree_where_a_rewrite_changes_nothing(void **state)
{
    (void)state;
    struct space_output strips = {.port = 2, .rewrite.mask.vlan_tci = UINT16_MAX};
    struct space_output sends = {.port = 2}, elsewhere = {.port = 3};
    const struct space_output twice[] = {sends, strips}, same[] = {sends, sends};
    struct space_behavior a = {.outputs = &strips, .n_outputs = 1};
    struct space_behavior b = {.outputs = &sends, .n_outputs = 1};
    struct space_behavior c = {.outputs = &elsewhere, .n_outputs = 1};
    struct space_behavior d = {.outputs = twice, .n_outputs = 2};
    struct space_behavior e = {.outputs = same, .n_outputs = 2};
    const struct header plain = {.dl_type = DL_TYPE_PROBE};
    const struct header in_vlan = {.dl_type = DL_TYPE_PROBE, .vlan_tci = VLAN_TAGGED | 1};
    struct match equal;
    assert_true(space_agree(&a, &b, SPACE_NOT_IP, &equal));
    assert_true(match_takes(&equal, &plain));
    assert_false(match_takes(&equal, &in_vlan));
    assert_false(space_agree(&b, &c, SPACE_NOT_IP, &equal));
    assert_false(space_agree(&b, &d, SPACE_NOT_IP, &equal));
    assert_true(space_agree(&d, &d, SPACE_NOT_IP, &equal));
    assert_true(match_takes(&equal, &in_vlan));
    assert_true(space_agree(&d, &e, SPACE_NOT_IP, &equal)); /* the second is as the first */
    assert_true(match_takes(&equal, &plain));
    assert_false(match_takes(&equal, &in_vlan));
    b.unknown = "NORMAL";
    assert_false(space_agree(&a, &b, SPACE_NOT_IP, &equal));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_excluded_is_not_in_the_region),
    cmocka_unit_test(it_is_told_what_leaves_nothing),
    cmocka_unit_test(what_does_not_overlap_is_not_noted),
    cmocka_unit_test(holes_stay_in_the_region),
    cmocka_unit_test(behaviors_agree_where_a_rewrite_changes_nothing),
};

TEST_MAIN(tests)
