/* SPDX-License-Identifier: Apache-2.0
 *
 * Do atoms divide a set as its headers say, one by one? */
#include "space/atoms.h"

#include "base/none.h"
#include "space/rewrite.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

enum { N_SAMPLES = 300, MAX_REGIONS = 40, MAX_EXCLUDED = 100, MAX_CUTS = 2, HOLES = 3 };

/* What a region is made of. */
struct parts {
    struct match excluded[MAX_EXCLUDED], cuts[MAX_CUTS], cubes[MAX_CUTS][HOLES];
    struct space_holes holes[MAX_CUTS];
};

/* A set and regions; the last parts are the set's. */
struct division {
    struct space_region set, regions[MAX_REGIONS];
    const struct space_region *all[MAX_REGIONS];
    size_t n_regions;
    struct parts parts[MAX_REGIONS + 1];
    struct header samples[N_SAMPLES];
    bool visited[N_SAMPLES];
    size_t n_visits;
    enum space_answer answer; /* of the visits */
    size_t most_inside;       /* what is in so many regions is left out; 0: nothing is */
};

static void draw_region(struct space_region *region, struct parts *parts, size_t n, size_t n_cuts)
{
    *region = (struct space_region){.cube = random_match()};
    for (size_t i = 0; i < n; i++) {
        parts->excluded[i] = random_match();
        assert_int_equal(space_exclude(region, &parts->excluded[i]), 0);
    }
    for (size_t i = 0; i < n_cuts; i++) {
        parts->cuts[i] = random_match();
        for (size_t j = 0; j < HOLES; j++) {
            parts->cubes[i][j] = random_match();
        }
        parts->holes[i] = (struct space_holes){parts->cubes[i], 1 + random_below(HOLES), NULL};
        space_leave_cut(region, &parts->cuts[i], &parts->holes[i], NULL);
    }
}

static void draw(struct division *division, const struct universe *universe, size_t n_regions,
                 size_t n_excluded)
{
    *division = (struct division){.n_regions = n_regions, .answer = SPACE_EMPTY};
    bool cuts = random_below(2);
    draw_region(&division->set, &division->parts[MAX_REGIONS], random_below(3),
                cuts ? random_below(MAX_CUTS) : 0);
    for (size_t i = 0; i < n_regions; i++) {
        draw_region(&division->regions[i], &division->parts[i], n_excluded,
                    cuts ? random_below(MAX_CUTS + 1) : 0);
        division->all[i] = &division->regions[i];
    }
    for (size_t i = 0; i < N_SAMPLES; i++) {
        division->samples[i] = universe->headers[random_below((unsigned)universe->n_headers)];
    }
}

static void forget(struct division *division)
{
    space_region_free(&division->set);
    for (size_t i = 0; i < division->n_regions; i++) {
        space_region_free(&division->regions[i]);
    }
}

static bool is_inside(const struct space_atom *atom, size_t region)
{
    for (size_t i = 0; i < atom->n_inside; i++) {
        if (atom->inside[i] == region) {
            return true;
        }
    }
    return false;
}

/* A header of the atom is in its regions and, if that is whole, in no other. */
static void check_header(const struct division *division, const struct space_atom *atom, size_t i)
{
    assert_true(space_region_has(&division->set, &division->samples[i]));
    for (size_t k = 0; k < division->n_regions; k++) {
        bool has = space_region_has(&division->regions[k], &division->samples[i]);
        assert_true(has || !is_inside(atom, k));
        assert_true(!has || is_inside(atom, k) || !atom->is_whole);
    }
}

static enum space_answer visit(void *aux, const struct space_atom *atom, bool *leave_out)
{
    struct division *division = aux;
    division->n_visits++;
    for (size_t i = 1; i < atom->n_inside; i++) {
        assert_true(atom->inside[i - 1] < atom->inside[i]);
    }
    for (size_t i = 0; i < N_SAMPLES; i++) {
        if (space_region_has(&atom->set, &division->samples[i])) {
            check_header(division, atom, i);
            assert_false(atom->is_whole && division->visited[i]); /* once */
            division->visited[i] |= atom->is_whole;
        }
    }
    *leave_out = division->most_inside > 0 && atom->n_inside >= division->most_inside;
    assert_false(atom->is_whole && *leave_out);
    return division->answer;
}

static enum space_answer divide(struct division *division, size_t budget)
{
    return space_atoms(&division->set, division->all, division->n_regions, &budget, visit,
                       division);
}

/* Of the set all, but for those in too many regions. */
static void assert_all_visited(const struct division *division)
{
    for (size_t i = 0; i < N_SAMPLES; i++) {
        const struct header *header = &division->samples[i];
        bool wanted = space_region_has(&division->set, header);
        size_t n_inside = 0;
        for (size_t k = 0; k < division->n_regions; k++) {
            n_inside += space_region_has(&division->regions[k], header);
        }
        wanted = wanted && (division->most_inside == 0 || n_inside < division->most_inside);
        assert_int_equal(division->visited[i], wanted);
    }
}

static void each_header_is_in_one_atom(void **state)
{
    static struct division division;
    struct universe *universe = *state;
    for (unsigned i = 0; i < 400; i++) {
        draw(&division, universe, random_below(6), random_below(4));
        assert_int_equal(divide(&division, BUDGET_UNLIMITED), SPACE_EMPTY);
        assert_all_visited(&division);
        forget(&division);
    }
}

static void nor_is_it_lost_where_much_is_excluded(void **state)
{
    static struct division division;
    for (unsigned i = 0; i < 10; i++) {
        draw(&division, *state, 3, MAX_EXCLUDED);
        assert_int_equal(divide(&division, BUDGET_UNLIMITED), SPACE_EMPTY);
        assert_all_visited(&division);
        forget(&division);
    }
}

static void what_is_in_many_regions_may_be_left_out(void **state)
{
    static struct division division;
    for (unsigned i = 0; i < 60; i++) {
        draw(&division, *state, i % 3 == 0 ? MAX_REGIONS : 8, random_below(3));
        division.most_inside = 1 + i % 2;
        assert_int_equal(divide(&division, BUDGET_UNLIMITED), SPACE_EMPTY);
        assert_all_visited(&division);
        forget(&division);
    }
}

static void a_visit_may_end_it(void **state)
{
    static struct division division;
    static const enum space_answer answers[] = {SPACE_FOUND, SPACE_OPEN};
    for (size_t i = 0; i < 2; i++) {
        draw(&division, *state, 3, 1);
        space_region_free(&division.set);
        division.set.cube = match_any();
        division.answer = answers[i];
        assert_int_equal(divide(&division, BUDGET_UNLIMITED), answers[i]);
        assert_int_equal(division.n_visits, 1);
        forget(&division);
    }
}

/* However little more it would need. */
static void over_the_budget_it_is_open(void **state)
{
    static struct division division;
    for (unsigned i = 0; i < 20; i++) {
        size_t most = BUDGET_UNLIMITED / 2, budget = most, spent;
        draw(&division, *state, i % 5 == 0 ? MAX_REGIONS : 4, i % 4 == 3 ? MAX_EXCLUDED : 2);
        division.most_inside = i % 5 == 0;
        assert_int_equal(
            space_atoms(&division.set, division.all, division.n_regions, &budget, visit, &division),
            SPACE_EMPTY);
        spent = most - budget;
        for (size_t less = 0; less < spent; less += 1 + spent / 50) {
            memset(division.visited, 0, sizeof division.visited);
            budget = less;
            assert_int_equal(space_atoms(&division.set, division.all, division.n_regions, &budget,
                                         visit, &division),
                             SPACE_OPEN);
            assert_int_equal(budget, 0);
        }
        forget(&division);
    }
}

/* Of headers with a tag of their own; the rewrites set or strip it. */
static void where_a_rewrite_is_like_none_of_others(void **state)
{
    (void)state;
    static const struct match tagged = {{.vlan_tci = VLAN_TAGGED}, {.vlan_tci = VLAN_TAGGED}};
    const struct match in_vlan = {{.vlan_tci = VLAN_TAGGED | 5}, {.vlan_tci = UINT16_MAX}};
    const struct space_rewrite nothing = {0}, strip = {.mask.vlan_tci = UINT16_MAX},
                               set = {.value.vlan_tci = VLAN_TAGGED | 5,
                                      .mask.vlan_tci = UINT16_MAX};
    const struct space_rewrite *const both[] = {&nothing, &strip}, *const other[] = {&strip};
    const struct match *excluded[] = {&in_vlan};
    struct space_region of_tagged = {.cube = tagged, .excluded = excluded};
    struct header example;
    size_t budget = 1000;
    assert_int_equal(space_differs_from_all(&of_tagged, &set, both, 2, &budget, &example),
                     SPACE_FOUND);
    assert_true(example.vlan_tci & VLAN_TAGGED);
    assert_int_not_equal(example.vlan_tci, VLAN_TAGGED | 5);
    of_tagged.cube = in_vlan;
    assert_int_equal(space_differs_from_all(&of_tagged, &set, both, 2, &budget, &example),
                     SPACE_EMPTY);
    assert_int_equal(space_differs_from_all(&of_tagged, &set, other, 1, &budget, &example),
                     SPACE_FOUND);
    of_tagged.n_excluded = 1;
    assert_int_equal(space_differs_from_all(&of_tagged, &set, other, 1, &budget, &example),
                     SPACE_EMPTY);
    of_tagged.n_excluded = 0;
    assert_int_equal(space_differs_from_all(&of_tagged, &set, NULL, 0, &budget, &example),
                     SPACE_FOUND);
    of_tagged.cube = tagged;
    budget = 1;
    assert_int_equal(space_differs_from_all(&of_tagged, &set, both, 2, &budget, &example),
                     SPACE_OPEN);
}

/* Whatever kind of packet it is of. */
static void each_class_is_looked_at(void **state)
{
    (void)state;
    const struct space_rewrite set = {.value.vlan_tci = VLAN_TAGGED | 5,
                                      .mask.vlan_tci = UINT16_MAX};
    for (int c = 0; c < N_SPACE_CLASSES; c++) {
        const struct space_region region = {.cube = space_class_cubes[c]};
        struct header example;
        size_t budget = 1000;
        assert_int_equal(space_differs_from_all(&region, &set, NULL, 0, &budget, &example),
                         SPACE_FOUND);
        assert_true(match_takes(&space_class_cubes[c], &example));
    }
}

static int make_universe(void **state)
{
    static struct universe universe;
    universe = universe_make();
    *state = &universe;
    return 0;
}

static int free_universe(void **state)
{
    free(((struct universe *)*state)->headers);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_header_is_in_one_atom),
    cmocka_unit_test(nor_is_it_lost_where_much_is_excluded),
    cmocka_unit_test(what_is_in_many_regions_may_be_left_out),
    cmocka_unit_test(a_visit_may_end_it),
    cmocka_unit_test(over_the_budget_it_is_open),
    cmocka_unit_test(where_a_rewrite_is_like_none_of_others),
    cmocka_unit_test(each_class_is_looked_at),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_universe, free_universe);
}
