/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and meters: which there are, and which are the same. */
#include "model/group.h"

#include "testing/cmocka.h"

static void a_table_has_what_was_added(void **state)
{
    (void)state;
    struct group_table table = {0};
    assert_null(group_find(&table, 7));
    assert_null(meter_find(&table, 7));
    for (uint32_t id = 7; id < 40; id++) {
        struct group *group = group_table_add(&table);
        struct meter *meter = group_table_add_meter(&table);
        assert_true(group && group->n_buckets == 0 && meter && meter->n_bands == 0);
        *group = (struct group){.id = id, .type = GROUP_SELECT};
        *meter = (struct meter){.id = id + 100, .flags = METER_KBPS};
    }
    assert_ptr_equal(group_find(&table, 7), &table.groups[0]);
    assert_ptr_equal(group_find(&table, 39), &table.groups[32]);
    assert_ptr_equal(meter_find(&table, 107), &table.meters[0]);
    assert_ptr_equal(meter_find(&table, 139), &table.meters[32]);
    assert_null(group_find(&table, 40));
    assert_null(meter_find(&table, 7));
    assert_non_null(base_arena_text(&table.arena, "its buckets"));
    group_table_free(&table);
    assert_int_equal(table.n_groups + table.n_meters, 0);
    group_table_free(&table);
    group_table_free(NULL);
}

static void a_bucket_equals_what_is_the_same_in_every_part(void **state)
{
    (void)state;
    const struct action one = {.port = 1}, two = {.port = 2};
    const struct bucket bucket = {&one, 1, 3, 4, 5};
    const struct bucket others[] = {
        {&two, 1, 3, 4, 5}, {&one, 0, 3, 4, 5}, {&one, 1, 0, 4, 5},
        {&one, 1, 3, 0, 5}, {&one, 1, 3, 4, 0},
    };
    const struct bucket same[] = {bucket, bucket};
    const struct group group = {.id = 1, .n_buckets = 2, .buckets = same};
    assert_true(bucket_equal(&bucket, &same[0]));
    assert_true(group_equal(&group, &(struct group){.id = 2, .n_buckets = 2, .buckets = same}));
    assert_false(group_equal(&group, &(struct group){.n_buckets = 1, .buckets = same}));
    assert_false(group_equal(
        &group, &(struct group){.type = GROUP_SELECT, .n_buckets = 2, .buckets = same}));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct bucket first[] = {others[i], bucket}, last[] = {bucket, others[i]};
        assert_false(bucket_equal(&bucket, &others[i]));
        assert_false(group_equal(&group, &(struct group){.n_buckets = 2, .buckets = first}));
        assert_false(group_equal(&group, &(struct group){.n_buckets = 2, .buckets = last}));
    }
}

static void what_a_meter_dropped_is_known_where_it_counts(void **state)
{
    (void)state;
    static const struct {
        struct meter before, after;
        long n_dropped;
    } cases[] = {
        {{.is_counted = true, .n_in = 5, .n_dropped = 2},
         {.is_counted = true, .n_in = 6, .n_dropped = 2},
         0},
        {{.is_counted = true}, {.is_counted = true, .n_in = 9, .n_dropped = 3}, 3},
        {{.n_in = 5}, {.is_counted = true, .n_in = 6}, -1},
        {{.is_counted = true, .n_in = 5}, {.n_in = 6}, -1},
        {{.is_counted = true}, {.is_counted = true}, -1},
        {{.is_counted = true, .n_in = 5}, {.is_counted = true, .n_in = 5}, -1},
        {{.is_counted = true, .n_in = 5, .n_dropped = 3}, {.is_counted = true, .n_in = 6}, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(meter_dropped_since(&cases[i].before, &cases[i].after),
                         cases[i].n_dropped);
    }
}

static void a_port_is_watched_by_a_bucket(void **state)
{
    (void)state;
    const struct bucket first[] = {{.watch_port = 3}, {.watch_port = 4}},
                        last[] = {{.watch_port = 5}, {.watch_port = 6}, {.watch_port = 7}};
    struct group groups[] = {{.id = 1, .n_buckets = 2, .buckets = first},
                             {.id = 2, .n_buckets = 2, .buckets = last}};
    const struct group_table table = {.groups = groups, .n_groups = 2}, none = {.groups = groups};
    for (uint16_t port = 1; port < 10; port++) {
        assert_int_equal(group_table_watches(&table, port), port >= 3 && port <= 6);
        assert_false(group_table_watches(&none, port));
    }
}

static void a_meter_equals_what_is_the_same_in_every_part(void **state)
{
    (void)state;
    const struct band band = {BAND_DSCP_REMARK, 2, 3, 4};
    const struct band others[] = {{0, 2, 3, 4}, {2, 0, 3, 4}, {2, 2, 0, 4}, {2, 2, 3, 0}};
    const struct meter meter = {
        .id = 1, .flags = METER_KBPS | METER_BURST, .n_bands = 1, .bands = &band};
    struct meter other = meter;
    assert_true(meter_equal(&meter, &other));
    other.flags = METER_PKTPS | METER_BURST;
    assert_false(meter_equal(&meter, &other));
    other = meter;
    other.n_bands = 0;
    assert_false(meter_equal(&meter, &other));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        other = meter;
        other.bands = &others[i];
        assert_false(meter_equal(&meter, &other));
    }
}

/* Open vSwitch reports a burst size whether or not METER_BURST is set. */
static void what_a_meter_does_not_use_does_not_count(void **state)
{
    (void)state;
    const struct band a = {BAND_DROP, 0, 3, 0}, b = {BAND_DROP, 0, 3, 4}, c = {BAND_DROP, 2, 3, 0};
    struct meter meter = {.id = 1, .flags = METER_KBPS, .n_bands = 1, .bands = &a};
    struct meter burst = meter, level = meter;
    burst.bands = &b;
    level.bands = &c;
    assert_true(meter_equal(&meter, &burst));
    assert_true(meter_equal(&meter, &level));
    meter.flags = burst.flags = METER_KBPS | METER_BURST;
    assert_false(meter_equal(&meter, &burst));
}

static void tables_are_alike_in_any_order(void **state)
{
    (void)state;
    struct group a[] = {{.id = 1}, {.id = 2, .type = GROUP_SELECT}},
                 b[] = {{.id = 2, .type = GROUP_SELECT}, {.id = 1}}, c[] = {{.id = 2}, {.id = 1}};
    const struct group_table x = {.groups = a, .n_groups = 2}, y = {.groups = b, .n_groups = 2},
                             other = {.groups = c, .n_groups = 2},
                             less = {.groups = a, .n_groups = 1}, none = {0};
    assert_true(group_tables_alike(&x, &y) && group_tables_alike(&y, &x));
    assert_false(group_tables_alike(&x, &other) || group_tables_alike(&other, &x));
    assert_false(group_tables_alike(&x, &less) || group_tables_alike(&less, &x));
    assert_false(group_tables_alike(&none, &none)); /* they may not have been read */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_meter_dropped_is_known_where_it_counts),
    cmocka_unit_test(a_table_has_what_was_added),
    cmocka_unit_test(a_bucket_equals_what_is_the_same_in_every_part),
    cmocka_unit_test(a_port_is_watched_by_a_bucket),
    cmocka_unit_test(a_meter_equals_what_is_the_same_in_every_part),
    cmocka_unit_test(what_a_meter_does_not_use_does_not_count),
    cmocka_unit_test(tables_are_alike_in_any_order),
};

TEST_MAIN(tests)
