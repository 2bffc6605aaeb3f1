/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the entry of a group that takes a match found, however many there are, come and go? */
#include "space/groups.h"

#include "testing/cmocka.h"

#include <string.h>

enum { N = 300 };

/* N entries of one mask, each match twice: the second time of a lower, or of the same, priority. */
static void fill(struct flow_table *flows)
{
    for (size_t i = 0; i < N; i++) {
        struct flow_entry *entry = flow_table_add(flows);
        assert_non_null(entry);
        entry->match = match_in_port((uint16_t)(i % (N / 2) + 1));
        entry->priority = (uint16_t)(i < N / 2 ? 20 : i % 2 ? 10 : 20);
    }
}

/* The first of the entries there that have this match, by precedence. */
static size_t find(const struct space_table *table, const struct match *match)
{
    size_t best = ENTRY_NONE;
    for (size_t i = 0; i < N; i++) {
        if (table->indexed[i] && match_equal(&table->flows->entries[i].match, match) &&
            (best == ENTRY_NONE || space_table_precedes(table, i, best))) {
            best = i;
        }
    }
    return best;
}

static void assert_all_found(struct space_table *table)
{
    struct space_group *group = &table->groups[0];
    size_t n_filed = 0;
    for (uint16_t port = 0; port < N / 2 + 3; port++) {
        const struct match match = match_in_port(port);
        size_t wanted = find(table, &match), taker;
        assert_int_equal(space_group_find(table, group, &match), wanted);
        assert_int_equal(space_group_taker(table, group, &match, &taker), 0);
        assert_int_equal(taker, wanted);
        n_filed += wanted != ENTRY_NONE;
    }
    assert_int_equal(group->n_filed, n_filed);
    assert_true(group->n_slots >= n_filed + 1); /* else the search for one that is not there ends
                                                   nowhere */
}

static void the_taker_is_found(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    fill(&flows);
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    assert_int_equal(table.n_groups, 1);
    assert_int_equal(space_group_index(&table, &table.groups[0]), 0);
    assert_true(table.groups[0].n_slots >= 2 * N); /* as many as it has entries are not filed */
    assert_all_found(&table);
    for (size_t i = 0; i < N; i++) { /* every third stays */
        if (i % 3) {
            space_table_remove(&table, i);
            assert_all_found(&table);
        }
    }
    for (size_t i = N; i-- > 0;) {
        if (i % 3) {
            assert_int_equal(space_table_insert(&table, i), 0);
        }
    }
    assert_all_found(&table);
    space_table_free(&table);
    flow_table_free(&flows);
}

/* From an empty one that is asked already. */
static void it_grows(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    bool left_out[N];
    struct space_table table;
    memset(left_out, true, sizeof left_out);
    left_out[0] = false;
    fill(&flows);
    assert_int_equal(space_table_index(&table, &flows, left_out), 0);
    assert_int_equal(space_table_prepare(&table), 0);
    assert_int_equal(table.groups[0].n_slots, 16);
    for (size_t i = 1; i < N; i++) {
        assert_int_equal(space_table_insert(&table, i), 0);
        const struct space_group *group = &table.groups[0];
        assert_true(2 * group->n_filed <= group->n_slots + 2);
        assert_true(group->n_slots <= 4 * group->n_filed + 16);
    }
    assert_all_found(&table);
    space_table_free(&table);
    flow_table_free(&flows);
}

/* Values that are near each other go far from each other: no long run of slots is in use. */
static void values_are_spread(void **state)
{
    (void)state;
    enum { MANY = 4096, RUN_MAX = 64 };
    static const struct header masks[] = {
        {.in_port = UINT16_MAX},
        {.nw_src = UINT32_MAX, .dl_type = UINT16_MAX},
        {.dl_src = {255, 255, 255, 255, 255, 255}},
        {.tp_dst = UINT16_MAX, .nw_proto = UINT8_MAX, .dl_type = UINT16_MAX},
        {.vlan_tci = UINT16_MAX},
    };
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++) {
        struct flow_table flows = {0};
        struct space_table table;
        for (uint16_t i = 0; i < MANY; i++) {
            const struct header value = {.in_port = i,
                                         .nw_src = UINT32_C(0x0a000000) + i,
                                         .dl_src = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i},
                                         .nw_proto = NW_PROTO_TCP,
                                         .dl_type = DL_TYPE_IP,
                                         .tp_dst = i,
                                         .vlan_tci = (uint16_t)(i | VLAN_TAGGED)};
            struct flow_entry *entry = flow_table_add(&flows);
            entry->match = (struct match){header_and(&value, &masks[m]), masks[m]};
        }
        assert_int_equal(space_table_index(&table, &flows, NULL), 0);
        assert_int_equal(space_table_prepare(&table), 0);
        const struct space_group *group = &table.groups[0];
        assert_int_equal(space_group_index(&table, &table.groups[0]), 0);
        size_t run = 0, longest = 0;
        for (size_t i = 0; i < 2 * group->n_slots; i++) {
            run = group->slots[i % group->n_slots].entry ? run + 1 : 0;
            longest = run > longest ? run : longest;
        }
        assert_in_range(longest, 1, RUN_MAX);
        space_table_free(&table);
        flow_table_free(&flows);
    }
}

/* What asks for fewer bits takes all of what asks for more. */
static void a_group_asks_less_if_its_bits_are_all_asked_for(void **state)
{
    (void)state;
    const struct space_group group = {.mask = {.in_port = UINT16_MAX, .nw_src = 0xffff0000}};
    const struct header more = {.in_port = UINT16_MAX, .nw_src = 0xffffff00, .tp_dst = 1};
    const struct header other = {.in_port = UINT16_MAX, .nw_src = 0xff000000, .tp_dst = 1};
    assert_true(space_group_asks_less(&group, &group.mask));
    assert_true(space_group_asks_less(&group, &more));
    assert_false(space_group_asks_less(&group, &other));
    assert_false(space_group_asks_less(&group, &(struct header){0}));
}

/* Once the table is prepared, the groups stay in the order of their highest rank. */
static void groups_stay_in_the_order_of_their_ranks(void **state)
{
    (void)state;
    enum { N_GROUPS = 24 };
    struct flow_table flows = {0};
    struct space_table table;
    bool left_out[2 * N_GROUPS];
    for (size_t i = 0; i < 2 * N_GROUPS; i++) {
        struct flow_entry *entry = flow_table_add(&flows);
        entry->match.mask.nw_dst = UINT32_MAX << (i % N_GROUPS);
        entry->priority = (uint16_t)(i * 37 % 101);
        left_out[i] = i != 5;
    }
    assert_int_equal(space_table_index(&table, &flows, left_out), 0);
    assert_int_equal(space_table_prepare(&table), 0);
    for (size_t i = 0; i < 2 * N_GROUPS; i++) {
        assert_int_equal(i == 5 ? 0 : space_table_insert(&table, i), 0);
        assert_int_equal(table.n_ranked, table.n_groups);
        for (size_t k = 1; k < table.n_ranked; k++) {
            assert_true(table.groups[table.by_rank[k - 1]].max_rank >=
                        table.groups[table.by_rank[k]].max_rank);
        }
    }
    assert_int_equal(table.n_groups, N_GROUPS);
    space_table_free(&table);
    flow_table_free(&flows);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_taker_is_found),
    cmocka_unit_test(it_grows),
    cmocka_unit_test(values_are_spread),
    cmocka_unit_test(a_group_asks_less_if_its_bits_are_all_asked_for),
    cmocka_unit_test(groups_stay_in_the_order_of_their_ranks),
};
TEST_MAIN(tests)
