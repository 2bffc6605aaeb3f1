/* SPDX-License-Identifier: Apache-2.0
 *
 * Which groups and meters does a switch report? */
#include "openflow/of13/group_codec.h"

#include "model/port.h"
#include "openflow/check.h"
#include "openflow/of13/action_codec.h"
#include "openflow/of13/wire.h"
#include "openflow/port_number.h"
#include "openflow/records.h"

/* How many records there are, if they are right: each says its length, behind `skip` bytes. */
static size_t count(struct base_reader in, size_t skip)
{
    size_t n = 0;
    while (base_reader_left(&in) >= skip + 2) {
        base_read_skip(&in, skip);
        size_t length = base_read_be16(&in);
        base_read_skip(&in, length < skip + 2 ? SIZE_MAX : length - skip - 2);
        n++;
    }
    return n + 1;
}

static int decode_bucket(struct base_reader *body, struct base_arena *arena, struct bucket *bucket,
                         struct base_error *error)
{
    struct base_reader record;
    if (of_open_record(body, 0, OF13_BUCKET_MIN_BYTES, &record, error)) {
        return -1;
    }
    *bucket = (struct bucket){.weight = base_read_be16(&record), .watch_port = PORT_NONE};
    uint32_t port = base_read_be32(&record);
    if (!of_port_of_wire(port, &bucket->watch_port)) {
        return base_fail(error, "watch port %u: ports above 65279 are not supported", port);
    }
    bucket->watch_group = base_read_be32(&record);
    base_read_skip(&record, 4);
    return of13_decode_actions(&record, arena, &bucket->actions, &bucket->n_actions, error);
}

static int decode_group(struct base_reader *body, struct group_table *table,
                        struct base_error *error)
{
    struct base_reader record;
    struct group *group = group_table_add(table);
    if (!group) {
        return base_fail(error, "out of memory");
    }
    if (of_open_record(body, 0, OF13_GROUP_DESC_MIN_BYTES, &record, error)) {
        return -1;
    }
    group->type = base_read_u8(&record);
    base_read_skip(&record, 1);
    group->id = base_read_be32(&record);
    struct bucket *buckets = base_arena_alloc(&table->arena, count(record, 0) * sizeof *buckets);
    group->buckets = buckets;
    if (!buckets) {
        return base_fail(error, "out of memory");
    }
    for (size_t n = 0; base_reader_left(&record) > 0; n++) {
        if (decode_bucket(&record, &table->arena, &buckets[n], error)) {
            return base_fail_in(error, "group %u, bucket %zu", group->id, n + 1);
        }
        group->n_buckets = n + 1;
    }
    return 0;
}

int of13_decode_groups(struct base_reader *body, struct group_table *table,
                       struct base_error *error)
{
    for (size_t n = 1; base_reader_left(body) > 0; n++) {
        size_t n_before = table->n_groups;
        if (decode_group(body, table, error)) {
            table->n_groups = n_before;
            return base_fail_in(error, "group record %zu", n);
        }
    }
    return 0;
}

static int decode_band(struct base_reader *body, struct band *band, struct base_error *error)
{
    struct base_reader record;
    *band = (struct band){.type = base_read_be16(body)};
    if (of_open_record(body, sizeof band->type, OF13_BAND_BYTES, &record, error)) {
        return -1;
    }
    band->rate = base_read_be32(&record);
    band->burst_size = base_read_be32(&record);
    band->prec_level = base_read_u8(&record);
    return 0;
}

static int decode_meter(struct base_reader *body, struct group_table *table,
                        struct base_error *error)
{
    struct base_reader record;
    struct meter *meter = group_table_add_meter(table);
    if (!meter) {
        return base_fail(error, "out of memory");
    }
    if (of_open_record(body, 0, OF13_METER_CONFIG_MIN_BYTES, &record, error)) {
        return -1;
    }
    meter->flags = base_read_be16(&record);
    meter->id = base_read_be32(&record);
    struct band *bands = base_arena_alloc(&table->arena, count(record, 2) * sizeof *bands);
    meter->bands = bands;
    if (!bands) {
        return base_fail(error, "out of memory");
    }
    for (size_t n = 0; base_reader_left(&record) > 0; n++) {
        if (decode_band(&record, &bands[n], error)) {
            return base_fail_in(error, "meter %u, band %zu", meter->id, n + 1);
        }
        meter->n_bands = n + 1;
    }
    return 0;
}

int of13_decode_meters(struct base_reader *body, struct group_table *table,
                       struct base_error *error)
{
    for (size_t n = 1; base_reader_left(body) > 0; n++) {
        size_t n_before = table->n_meters;
        if (decode_meter(body, table, error)) {
            table->n_meters = n_before;
            return base_fail_in(error, "meter record %zu", n);
        }
    }
    return 0;
}

/* The bands of a meter stand in its statistics in the order of its configuration. */
static void count_bands(struct base_reader *record, struct meter *meter)
{
    size_t n = 0;
    meter->n_dropped = 0;
    for (; base_reader_left(record) >= OF13_BAND_STATS_BYTES; n++) {
        uint64_t n_taken = base_read_be64(record);
        base_read_skip(record, 8); /* bytes */
        meter->is_counted &= n_taken != UINT64_MAX;
        if (n < meter->n_bands && meter->bands[n].type != BAND_DSCP_REMARK) {
            meter->n_dropped += n_taken;
        }
    }
    meter->is_counted &= n == meter->n_bands;
}

static int decode_meter_stats(struct base_reader *body, struct group_table *table,
                              struct base_error *error)
{
    struct base_reader record;
    uint32_t id = base_read_be32(body);
    if (of_open_record(body, sizeof id, OF13_METER_STATS_MIN_BYTES, &record, error)) {
        return -1;
    }
    base_read_skip(&record, 6 + 4); /* how many entries use it */
    const struct meter *found = meter_find(table, id);
    if (found) {
        struct meter *meter = &table->meters[found - table->meters];
        meter->n_in = base_read_be64(&record);
        base_read_skip(&record, 8 + 4 + 4); /* bytes, how long it is there */
        meter->is_counted = meter->n_in != UINT64_MAX;
        count_bands(&record, meter);
    }
    return 0;
}

int of13_decode_meter_stats(struct base_reader *body, struct group_table *table,
                            struct base_error *error)
{
    for (size_t n = 1; base_reader_left(body) > 0; n++) {
        if (decode_meter_stats(body, table, error)) {
            return base_fail_in(error, "meter statistics %zu", n);
        }
    }
    return 0;
}
