/* SPDX-License-Identifier: Apache-2.0
 *
 * Are the entries that overlap a cube, or go before an entry, those that a look at each one finds?
 */
#include "space/table.h"

#include "base/none.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

#include <string.h>

enum { MAX = 60, N_SAMPLES = 200 };

/* Entries of few masks, which look-ups answer, or of as many as they like, which the tree does. */
static void fill(struct flow_table *flows, size_t n, bool few_masks)
{
    for (size_t i = 0; i < n; i++) {
        struct flow_entry *entry = flow_table_add(flows);
        assert_non_null(entry);
        entry->match = few_masks ? match_in_port((uint16_t)(1 + random_below(5))) : random_match();
        if (few_masks && random_below(3) == 0) {
            entry->match = match_any();
        }
        entry->priority = (uint16_t)random_below(6);
        entry->table_id = (uint8_t)(random_below(8) == 0);
    }
}

static bool note(void *aux, uint32_t entry, const struct match *match)
{
    bool *seen = aux;
    (void)match;
    assert_false(seen[entry]);
    seen[entry] = true;
    return true;
}

static bool stop(void *aux, uint32_t entry, const struct match *match)
{
    (void)entry, (void)match;
    ++*(size_t *)aux;
    return false;
}

static bool is_wanted(const struct space_table *table, size_t entry, const struct match *cube,
                      uint32_t min, uint32_t max)
{
    const struct flow_entry *flow = &table->flows->entries[entry];
    return table->indexed[entry] && match_overlaps(&flow->match, cube) && space_rank(flow) >= min &&
           space_rank(flow) <= max;
}

static void assert_overlapping(struct space_table *table, const struct match *cube, uint32_t min,
                               uint32_t max)
{
    bool seen[MAX] = {0};
    size_t budget = 100000, n = 0, n_stopped = 0;
    struct space_overlapping found = {0};
    assert_true(space_table_overlapping(table, cube, min, max, &budget, note, seen));
    assert_int_equal(space_list_overlapping(table, cube, min, max, &budget, &found), 0);
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        assert_int_equal(seen[i], is_wanted(table, i, cube, min, max));
        n += seen[i];
    }
    assert_int_equal(found.n_entries, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(seen[found.entries[i]]);
        assert_true(i == 0 || space_table_precedes(table, found.entries[i - 1], found.entries[i]));
    }
    assert_true(space_table_overlapping(table, cube, min, max, &budget, stop, &n_stopped));
    assert_int_equal(n_stopped, n > 0);
    free(found.entries);
}

static void what_overlaps_is_what_a_look_finds(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 120; round++) {
        struct flow_table flows = {0};
        struct space_table table;
        bool left_out[MAX], few_masks = round % 2;
        size_t n = random_below(MAX);
        fill(&flows, n, few_masks);
        for (size_t i = 0; i < MAX; i++) {
            left_out[i] = random_below(5) == 0;
        }
        assert_int_equal(space_table_index(&table, &flows, left_out), 0);
        for (unsigned i = 0; i < 20; i++) {
            const struct match cube =
                few_masks ? match_in_port((uint16_t)(1 + random_below(6))) : random_match();
            uint32_t min =
                i % 4 ? space_rank(&(struct flow_entry){.priority = (uint16_t)i}) - 10 : 0;
            uint32_t max = i % 3 ? UINT32_MAX : min + 5;
            assert_overlapping(&table, &cube, min, max);
        }
        space_table_free(&table);
        flow_table_free(&flows);
    }
}

/* Whether something goes before the entry for this header. */
static bool is_taken(const struct space_table *table, size_t entry, const struct header *header)
{
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        if (i != entry && match_takes(&table->flows->entries[i].match, header) &&
            (entry == ENTRY_NONE || space_table_precedes(table, i, entry))) {
            return true;
        }
    }
    return false;
}

static void assert_excluded(struct space_table *table, const struct universe *universe,
                            size_t entry, const struct match *cube)
{
    struct space_region region = {.cube = *cube};
    size_t budget = 100000, after = budget;
    enum space_answer answer = space_table_exclude(table, entry, &region, &after);
    assert_int_not_equal(answer, SPACE_OPEN);
    assert_true(after <= budget);
    for (size_t i = 0; i < N_SAMPLES; i++) {
        const struct header *header =
            &universe->headers[random_below((unsigned)universe->n_headers)];
        bool left = answer == SPACE_FOUND && space_region_has(&region, header);
        assert_int_equal(left, match_takes(cube, header) && !is_taken(table, entry, header));
    }
    space_region_free(&region);
}

static void what_goes_before_is_taken_away(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    for (unsigned round = 0; round < 60; round++) {
        struct flow_table flows = {0};
        struct space_table table;
        size_t n = 1 + random_below(MAX - 1);
        fill(&flows, n, round % 2);
        assert_int_equal(space_table_index(&table, &flows, NULL), 0);
        for (unsigned i = 0; i < 20; i++) {
            size_t entry = i % 5 ? random_below((unsigned)n) : ENTRY_NONE;
            struct match cube = entry == ENTRY_NONE ? random_match() : flows.entries[entry].match;
            assert_excluded(&table, &universe, entry, &cube);
        }
        space_table_free(&table);
        flow_table_free(&flows);
    }
    free(universe.headers);
}

/* A look at each group costs one; without that much nothing is said. */
static void a_look_at_groups_is_paid_for(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    for (uint16_t i = 0; i < 12; i++) {
        struct flow_entry *entry = flow_table_add(&flows);
        entry->match = i < 6 ? match_in_port(i) : match_any();
        entry->priority = i < 6 ? 2 : 1;
    }
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    assert_int_equal(table.n_groups, 2);
    const struct match cube = match_in_port(3), other = match_in_port(7);
    size_t budget = 100;
    assert_int_equal(space_table_find(&table, ENTRY_NONE, &cube, &budget, NULL), SPACE_EMPTY);
    assert_int_equal(budget, 98);
    assert_int_equal(space_table_find(&table, 6, &cube, &budget, NULL), SPACE_EMPTY);
    assert_int_equal(budget, 96);
    assert_int_equal(space_table_find(&table, 6, &other, &budget, NULL), SPACE_FOUND);
    assert_true(budget <= 94 && budget > 80);
    space_table_free(&table);
    flow_table_free(&flows);
}

/* Two entries together take all; without one of them the rest has an example. */
static void what_several_take_together_is_not_found(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    const struct match tag = {.mask.vlan_tci = VLAN_TAGGED}, all = match_any();
    for (int i = 0; i < 2; i++) {
        struct flow_entry *entry = flow_table_add(&flows);
        entry->match = tag;
        entry->match.value.vlan_tci = i ? VLAN_TAGGED : 0;
    }
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    size_t budget = 1000;
    struct header example = {.vlan_tci = 7};
    assert_int_equal(space_table_find(&table, ENTRY_NONE, &all, &budget, &example), SPACE_EMPTY);
    space_table_remove(&table, 0);
    assert_int_equal(space_table_find(&table, ENTRY_NONE, &all, &budget, &example), SPACE_FOUND);
    assert_int_equal(example.vlan_tci, 0);
    budget = 0;
    assert_int_equal(space_table_find(&table, ENTRY_NONE, &all, &budget, &example), SPACE_OPEN);
    space_table_free(&table);
    flow_table_free(&flows);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_several_take_together_is_not_found),
    cmocka_unit_test(what_overlaps_is_what_a_look_finds),
    cmocka_unit_test(what_goes_before_is_taken_away),
    cmocka_unit_test(a_look_at_groups_is_paid_for),
};
TEST_MAIN(tests)
