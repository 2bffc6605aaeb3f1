/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entry takes a header, what overlaps a cube, what is left for an entry, and what
 * hides it? Against looking at all entries. */
#include "space/table.h"

#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/naive.h"
#include "testing/random_space.h"

enum { PLENTY = 1000000 };

static void add_flow(struct flow_table *table, const char *text)
{
    struct base_error error;
    if (ofctl_parse_flow(text, table, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

static struct header member(const char *text)
{
    struct match match;
    struct header header;
    assert_int_equal(ofctl_parse_match(text, &match, NULL, NULL), 0);
    assert_true(space_member(&match, &header));
    return header;
}

static void highest_priority_wins(void **state)
{
    (void)state;
    struct flow_table table = {0};
    add_flow(&table, "priority=1 actions=output:9");
    add_flow(&table, "priority=10,in_port=1 actions=output:2");
    add_flow(&table, "priority=20,in_port=1,tcp actions=output:3");
    bool ambiguous = true;
    struct header header = member("in_port=1");
    assert_int_equal(naive_lookup(&table, &header, &ambiguous), 1);
    assert_false(ambiguous);
    header = member("in_port=1,tcp");
    assert_int_equal(naive_lookup(&table, &header, NULL), 2);
    header = member("in_port=2,tcp");
    assert_int_equal(naive_lookup(&table, &header, NULL), 0);
    add_flow(&table, "table=1,priority=30 actions=output:3"); /* asked if table 0 has nothing */
    assert_int_equal(naive_lookup(&table, &header, NULL), 0);
    table.entries[0].match = match_in_port(7);
    assert_int_equal(naive_lookup(&table, &header, NULL), 3);
    table.n_entries = 0;
    assert_true(naive_lookup(&table, &header, &ambiguous) == ENTRY_NONE);
    assert_false(ambiguous);
    table.n_entries = 4;
    flow_table_free(&table);
}

static void rivals_are_ambiguous_if_they_differ_here(void **state)
{
    (void)state;
    struct flow_table table = {0};
    add_flow(&table, "priority=10,in_port=1 actions=output:2,output:3");
    add_flow(&table, "priority=10,tcp actions=output:3,output:2");
    add_flow(&table, "priority=10,udp actions=mod_vlan_vid:5,output:2,output:3");
    add_flow(&table, "priority=10,arp actions=mod_vlan_vid:5,output:2,mod_vlan_vid:5,output:3");
    bool ambiguous = true;
    struct header header = member("in_port=1,tcp");
    assert_int_equal(naive_lookup(&table, &header, &ambiguous), 0);
    assert_false(ambiguous); /* only written differently */
    header = member("in_port=1,udp");
    naive_lookup(&table, &header, &ambiguous);
    assert_true(ambiguous);
    header = member("in_port=1,arp,dl_vlan=5");
    naive_lookup(&table, &header, &ambiguous);
    assert_false(ambiguous); /* it has the tag that the other one sets */
    add_flow(&table, "priority=11,udp actions=drop");
    header = member("in_port=1,udp");
    assert_int_equal(naive_lookup(&table, &header, &ambiguous), 4);
    assert_false(ambiguous);
    flow_table_free(&table);
}

/* -------------------------------------------------------- against a dumb oracle */

static const struct action outputs[] = {{.type = ACTION_OUTPUT, .port = 2},
                                        {.type = ACTION_OUTPUT, .port = 3},
                                        {.type = ACTION_OUTPUT, .port = 4}};

static void random_table(struct flow_table *table, size_t n, bool few_masks)
{
    for (size_t i = 0; i < n; i++) {
        struct flow_entry *entry = flow_table_add(table);
        entry->match = random_match();
        if (few_masks) {
            entry->match.mask.vlan_tci = entry->match.value.vlan_tci = 0;
            entry->match.mask.nw_src = entry->match.value.nw_src = 0;
            entry->match.mask.nw_tos = entry->match.value.nw_tos = 0;
        }
        if (random_below(3)) {
            entry->match.mask.in_port = 0xffff;
            entry->match.value.in_port = (uint16_t)(1 + random_below(2));
        }
        entry->priority = (uint16_t)random_below(4);
        entry->table_id = random_below(8) == 0;
        entry->actions = outputs;
        entry->n_actions = (uint16_t)random_below(4);
    }
}

static size_t count_in(struct space_entries list, uint32_t entry)
{
    size_t n = 0;
    for (size_t i = 0; i < list.n_entries; i++) {
        n += list.entries[i] == entry;
    }
    return n;
}

static void every_entry_has_its_places(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    bool left_out[300] = {[7] = true, [8] = true, [200] = true};
    random_table(&flows, 300, false);
    assert_int_equal(space_table_index(&table, &flows, left_out), 0);
    assert_int_equal(table.n_entries, 297);
    for (uint32_t i = 0; i < 300; i++) {
        const struct flow_entry *entry = &flows.entries[i];
        bool any = entry->match.mask.in_port == 0;
        for (uint16_t port = 1; port <= 2; port++) {
            bool here = !left_out[i] && !any && entry->match.value.in_port == port;
            assert_int_equal(count_in(space_table_port(&table, port), i), here);
        }
        assert_int_equal(count_in(space_table_any_port(&table), i), any && !left_out[i]);
        for (uint32_t j = 0; j < i && !left_out[i]; j++) {
            const struct flow_entry *other = &flows.entries[j];
            bool same_mask =
                memcmp(&entry->match.mask, &other->match.mask, sizeof entry->match.mask) == 0;
            if (!left_out[j]) {
                assert_int_equal(table.group_ids[i] == table.group_ids[j], same_mask);
                assert_int_equal(table.action_ids[i] == table.action_ids[j],
                                 entry->n_actions == other->n_actions &&
                                     flow_open(entry) == flow_open(other));
            }
        }
    }
    assert_int_equal(space_table_port(&table, 65535).n_entries, 0);
    assert_int_equal(space_table_port(&table, 0).n_entries, 0);
    space_table_free(&table);
    flow_table_free(&flows);
}

/* The regions that space_table_exclude makes are where naive_lookup says so. */
static void regions_are_what_lookup_says(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t *takers = calloc(universe.n_headers, sizeof *takers);
    for (int round = 0; round < 8; round++) {
        struct flow_table flows = {0};
        struct space_table table;
        bool few_masks = round % 2 == 0; /* then look-ups by group are tried */
        random_table(&flows, few_masks ? 60 : 25, few_masks);
        assert_int_equal(space_table_index(&table, &flows, NULL), 0);
        for (size_t h = 0; h < universe.n_headers; h++) {
            takers[h] = naive_lookup(&flows, &universe.headers[h], NULL);
        }
        for (size_t i = 0; i <= flows.n_entries; i++) {
            size_t entry = i < flows.n_entries ? i : ENTRY_NONE, budget = PLENTY;
            struct match in_port = match_in_port(1);
            struct space_region region = {.cube = in_port};
            bool any = i == flows.n_entries ||
                       match_intersect(&flows.entries[i].match, &in_port, &region.cube);
            enum space_answer answer =
                any ? space_table_exclude(&table, entry, &region, &budget) : SPACE_EMPTY;
            for (size_t h = 0; h < universe.n_headers; h++) {
                bool in = answer == SPACE_FOUND && match_takes(&region.cube, &universe.headers[h]);
                for (size_t k = 0; k < region.n_excluded && in; k++) {
                    in = !match_takes(region.excluded[k], &universe.headers[h]);
                }
                assert_int_equal(in, takers[h] == entry);
            }
            space_region_free(&region);
        }
        space_table_free(&table);
        flow_table_free(&flows);
    }
    free(takers);
    free(universe.headers);
}

static void collect_hidden(void *aux, size_t entry, size_t by)
{
    size_t *hidden_by = aux;
    assert_true(hidden_by[entry] == ENTRY_NONE); /* told once */
    hidden_by[entry] = by;
}

static void hidden_entries_are_found(void **state)
{
    (void)state;
    enum { N = 200 };
    struct flow_table flows = {0};
    struct space_table table;
    size_t hidden_by[N], budget = PLENTY, n_hidden = 0;
    random_table(&flows, N, false);
    memset(hidden_by, 0xff, sizeof hidden_by);
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    assert_int_equal(space_table_hidden(&table, &budget, collect_hidden, hidden_by), 0);
    for (size_t i = 0; i < N; i++) {
        const struct flow_entry *entry = &flows.entries[i];
        bool hidden = false;
        for (size_t j = 0; j < N; j++) {
            const struct flow_entry *other = &flows.entries[j];
            bool hides = space_rank(other) > space_rank(entry) &&
                         other->table_id == entry->table_id && !flow_open(other) &&
                         match_within(&entry->match, &other->match);
            hidden |= hides;
            assert_true(hides || hidden_by[i] != j);
        }
        assert_int_equal(hidden_by[i] != ENTRY_NONE, hidden);
        n_hidden += hidden;
    }
    assert_in_range(n_hidden, 10, 180);
    budget = 3;
    memset(hidden_by, 0xff, sizeof hidden_by);
    assert_int_equal(space_table_hidden(&table, &budget, collect_hidden, hidden_by), -1);
    space_table_free(&table);
    flow_table_free(&flows);
}

static void index_looks_up_what_the_table_says(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    for (int round = 0; round < 60; round++) {
        struct flow_table flows = {0};
        struct space_table table;
        random_table(&flows, random_below(60), round % 2);
        for (size_t i = 1; i < flows.n_entries; i += 7) {
            flows.entries[i].match = flows.entries[i - 1].match; /* twins, if of equal priority */
        }
        assert_int_equal(space_table_index(&table, &flows, NULL), 0);
        assert_int_equal(space_table_prepare(&table), 0);
        for (int i = 0; i < 500; i++) {
            struct header header = universe.headers[random_below((unsigned)universe.n_headers)];
            header.in_port = (uint16_t)(1 + random_below(3));
            bool ambiguous = true, expected = false;
            size_t taker = naive_lookup(&flows, &header, &expected);
            assert_true(indexed_lookup(&table, &header, &ambiguous) == taker);
            assert_int_equal(ambiguous, expected);
        }
        space_table_free(&table);
        flow_table_free(&flows);
    }
    free(universe.headers);
}

static void budget_of_exclude_is_kept(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    random_table(&flows, 50, false);
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    struct space_region region = {.cube = match_in_port(1)};
    size_t budget = 5;
    assert_int_equal(space_table_exclude(&table, ENTRY_NONE, &region, &budget), SPACE_OPEN);
    assert_int_equal(budget, 0);
    space_region_free(&region);
    space_table_free(&table);
    flow_table_free(&flows);
}

static void a_table_that_was_freed_is_empty(void **state)
{
    (void)state;
    static const struct space_table empty;
    struct flow_table flows = {0};
    struct space_table table;
    add_flow(&flows, "in_port=1,tcp actions=output:3");
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    space_table_free(&table);
    assert_memory_equal(&table, &empty, sizeof table);
    space_table_free(&table);
    flow_table_free(&flows);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(highest_priority_wins),
    cmocka_unit_test(rivals_are_ambiguous_if_they_differ_here),
    cmocka_unit_test(every_entry_has_its_places),
    cmocka_unit_test(regions_are_what_lookup_says),
    cmocka_unit_test(hidden_entries_are_found),
    cmocka_unit_test(index_looks_up_what_the_table_says),
    cmocka_unit_test(budget_of_exclude_is_kept),
    cmocka_unit_test(a_table_that_was_freed_is_empty),
};

TEST_MAIN(tests)
