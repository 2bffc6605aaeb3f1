/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a tree of cubes visit what a list of them would, also when it changes? */
#include "space/tree.h"

#include "testing/cmocka.h"
#include "testing/random_space.h"

enum { N = 400, PLENTY = 1000000 };

struct kept {
    struct space_item items[N];
    bool is_in[N];
    struct space_tree tree;
};

static void make_items(struct kept *kept, bool prefixes)
{
    for (uint32_t i = 0; i < N; i++) {
        struct space_item *item = &kept->items[i];
        *item = (struct space_item){.match = random_match(), .rank = random_below(50), .entry = i};
        if (prefixes) {
            unsigned length = random_below(33);
            uint32_t mask = length ? UINT32_MAX << (32 - length) : 0;
            item->match = match_any();
            item->match.mask.nw_dst = mask;
            item->match.value.nw_dst = (random_below(4) << 24 | random_below(1 << 20)) & mask;
        }
        if (random_below(2)) {
            item->match.mask.in_port = UINT16_MAX;
            item->match.value.in_port = (uint16_t)(1 + random_below(3));
        }
    }
}

static bool count(void *aux, uint32_t entry, const struct match *match)
{
    unsigned *seen = aux;
    (void)match;
    seen[entry]++;
    return true;
}

static void expect_what_a_list_has(const struct kept *kept)
{
    for (int round = 0; round < 20; round++) {
        struct match cube = round == 0 ? match_any() : kept->items[random_below(N)].match;
        uint32_t min = random_below(40), max = random_below(2) ? UINT32_MAX : min + random_below(9);
        unsigned seen[N] = {0};
        size_t budget = PLENTY;
        assert_true(space_tree_overlapping(&kept->tree, &cube, min, max, &budget, count, seen));
        for (size_t i = 0; i < N; i++) {
            const struct space_item *item = &kept->items[i];
            bool wanted = kept->is_in[i] && item->rank >= min && item->rank <= max &&
                          match_overlaps(&item->match, &cube);
            assert_int_equal(seen[i], wanted);
        }
    }
}

static void finds_what_a_list_has(void **state)
{
    (void)state;
    struct kept *kept = calloc(1, sizeof *kept);
    for (int prefixes = 0; prefixes < 2; prefixes++) {
        make_items(kept, prefixes);
        for (size_t n = 0; n <= N; n += n < 30 ? 1 : 37) {
            memset(kept->is_in, 0, sizeof kept->is_in);
            memset(kept->is_in, true, n);
            assert_int_equal(space_tree_build(&kept->tree, kept->items, n), 0);
            expect_what_a_list_has(kept);
            space_tree_free(&kept->tree);
        }
    }
    free(kept);
}

static void follows_changes(void **state)
{
    (void)state;
    struct kept *kept = calloc(1, sizeof *kept);
    for (int round = 0; round < 4; round++) {
        memset(kept->is_in, 0, sizeof kept->is_in);
        make_items(kept, round % 2);
        for (int change = 0; change < 4000; change++) {
            size_t i = random_below(N);
            bool empties = change / 1000 % 2; /* the tree is filled and emptied in turn */
            if (kept->is_in[i] && (empties || random_below(3) == 0)) {
                space_tree_remove(&kept->tree, &kept->items[i]);
                kept->is_in[i] = false;
            } else if (!kept->is_in[i] && (!empties || random_below(9) == 0)) {
                assert_int_equal(space_tree_insert(&kept->tree, &kept->items[i]), 0);
                kept->is_in[i] = true;
            }
            if (change % 97 == 0) {
                expect_what_a_list_has(kept);
            }
        }
        for (size_t i = 0; i < N; i++) {
            if (kept->is_in[i]) {
                space_tree_remove(&kept->tree, &kept->items[i]);
            }
        }
        assert_null(kept->tree.root);
    }
    free(kept);
}

static bool only_one(void *aux, uint32_t entry, const struct match *match)
{
    (void)entry;
    (void)match;
    ++*(unsigned *)aux;
    return false;
}

static void ends_when_it_is_told(void **state)
{
    (void)state;
    struct kept *kept = calloc(1, sizeof *kept);
    struct match all = match_any();
    unsigned n = 0;
    size_t budget = PLENTY;
    make_items(kept, true);
    assert_int_equal(space_tree_build(&kept->tree, kept->items, N), 0);
    assert_true(space_tree_overlapping(&kept->tree, &all, 0, UINT32_MAX, &budget, only_one, &n));
    assert_int_equal(n, 1);
    unsigned seen[N] = {0};
    budget = 100;
    assert_false(space_tree_overlapping(&kept->tree, &all, 0, UINT32_MAX, &budget, count, seen));
    assert_int_equal(budget, 0);
    space_tree_free(&kept->tree);
    free(kept);
}

static struct match of_address(uint32_t nw_dst)
{
    return (struct match){.value.nw_dst = nw_dst, .mask.nw_dst = UINT32_MAX};
}

static size_t spent(const struct kept *kept, uint32_t nw_dst, unsigned *seen)
{
    size_t budget = PLENTY;
    const struct match cube = of_address(nw_dst);
    assert_true(space_tree_overlapping(&kept->tree, &cube, 0, UINT32_MAX, &budget, count, seen));
    return PLENTY - budget;
}

/* What nodes know of that below them narrows when something goes: a search for what has gone sees
 * at the root that nothing is there. */
static void what_has_gone_is_not_looked_for(void **state)
{
    (void)state;
    struct kept *kept = calloc(1, sizeof *kept);
    unsigned seen[N] = {0};
    for (uint32_t i = 0; i < N; i++) {
        kept->items[i] = (struct space_item){.match = of_address(i), .rank = i, .entry = i};
    }
    assert_int_equal(space_tree_build(&kept->tree, kept->items, N), 0);
    for (uint32_t i = 0; i < N; i++) {
        if (i % 8) {
            space_tree_remove(&kept->tree, &kept->items[i]);
        }
    }
    size_t least = spent(kept, UINT32_MAX, seen);
    for (uint32_t i = 0; i < N; i++) {
        assert_true(spent(kept, i, seen) == least || i % 8 == 0);
        assert_int_equal(seen[i], i % 8 == 0);
    }
    space_tree_free(&kept->tree);
    free(kept);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_what_a_list_has),
    cmocka_unit_test(follows_changes),
    cmocka_unit_test(ends_when_it_is_told),
    cmocka_unit_test(what_has_gone_is_not_looked_for),
};

TEST_MAIN(tests)
