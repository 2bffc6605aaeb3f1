/* SPDX-License-Identifier: Apache-2.0
 *
 * Which groups does a switch have, and when are two the same? */
#include "model/group.h"

#include "base/memory.h"

#include <stdlib.h>

const char *const group_type_names[N_GROUP_TYPES] = {"all", "select", "indirect", "ff"};
const char *const meter_flag_names[N_METER_FLAGS] = {"kbps", "pktps", "burst", "stats"};

struct group *group_table_add(struct group_table *table)
{
    if (base_grow(&table->groups, table->n_groups, &table->groups_capacity,
                  sizeof *table->groups)) {
        return NULL;
    }
    struct group *group = &table->groups[table->n_groups++];
    *group = (struct group){0};
    return group;
}

struct meter *group_table_add_meter(struct group_table *table)
{
    if (base_grow(&table->meters, table->n_meters, &table->meters_capacity,
                  sizeof *table->meters)) {
        return NULL;
    }
    struct meter *meter = &table->meters[table->n_meters++];
    *meter = (struct meter){0};
    return meter;
}

const struct group *group_find(const struct group_table *table, uint32_t id)
{
    for (size_t i = 0; i < table->n_groups; i++) {
        if (table->groups[i].id == id) {
            return &table->groups[i];
        }
    }
    return NULL;
}

bool group_table_watches(const struct group_table *table, uint16_t port)
{
    bool watches = false;
    for (size_t i = 0; i < table->n_groups; i++) {
        for (size_t j = 0; j < table->groups[i].n_buckets; j++) {
            watches |= table->groups[i].buckets[j].watch_port == port;
        }
    }
    return watches;
}

bool bucket_equal(const struct bucket *a, const struct bucket *b)
{
    return a->weight == b->weight && a->watch_port == b->watch_port &&
           a->watch_group == b->watch_group &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions);
}

bool group_equal(const struct group *a, const struct group *b)
{
    bool equal = a->type == b->type && a->n_buckets == b->n_buckets;
    for (size_t i = 0; equal && i < a->n_buckets; i++) {
        equal = bucket_equal(&a->buckets[i], &b->buckets[i]);
    }
    return equal;
}

const struct meter *meter_find(const struct group_table *table, uint32_t id)
{
    for (size_t i = 0; i < table->n_meters; i++) {
        if (table->meters[i].id == id) {
            return &table->meters[i];
        }
    }
    return NULL;
}

long meter_dropped_since(const struct meter *before, const struct meter *after)
{
    bool known = before->is_counted && after->is_counted && after->n_in > before->n_in &&
                 after->n_dropped >= before->n_dropped;
    return known ? (long)(after->n_dropped - before->n_dropped) : -1;
}

bool meter_equal(const struct meter *a, const struct meter *b)
{
    bool equal = a->flags == b->flags && a->n_bands == b->n_bands;
    for (size_t i = 0; equal && i < a->n_bands; i++) {
        const struct band *x = &a->bands[i], *y = &b->bands[i];
        equal = x->type == y->type && x->rate == y->rate &&
                (x->type != BAND_DSCP_REMARK || x->prec_level == y->prec_level) &&
                (!(a->flags & METER_BURST) || x->burst_size == y->burst_size);
    }
    return equal;
}

bool group_tables_alike(const struct group_table *a, const struct group_table *b)
{
    bool alike = a->n_groups == b->n_groups && a->n_groups > 0;
    for (size_t i = 0; alike && i < a->n_groups; i++) {
        const struct group *other = group_find(b, a->groups[i].id);
        alike = other && group_equal(&a->groups[i], other);
    }
    return alike;
}

void group_table_free(struct group_table *table)
{
    if (table) {
        free(table->groups);
        free(table->meters);
        base_arena_free(&table->arena);
        *table = (struct group_table){0};
    }
}
