/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and meters of a switch (OpenFlow 1.3.5, sections 5.6 and 5.7). */
#ifndef MODEL_GROUP_H
#define MODEL_GROUP_H

#include "base/arena.h"
#include "model/action.h"

#define GROUP_NONE UINT32_MAX /* OFPG_ANY */

/* The numbers are those of the wire, OFPGT_*. */
enum group_type { GROUP_ALL, GROUP_SELECT, GROUP_INDIRECT, GROUP_FAILOVER, N_GROUP_TYPES };

/* As ovs-ofctl names them: "all", "select", "indirect", "ff". */
extern const char *const group_type_names[N_GROUP_TYPES];

struct bucket {
    const struct action *actions;
    uint16_t n_actions;
    uint16_t weight;      /* SELECT: 0 is never taken */
    uint16_t watch_port;  /* PORT_NONE: none */
    uint32_t watch_group; /* GROUP_NONE */
};

struct group {
    uint32_t id;
    uint8_t type; /* enum group_type, or another */
    size_t n_buckets;
    const struct bucket *buckets; /* in the table's arena */
};

/* Bit by bit of a meter's flags, and a band of one (section 7.3.4.5). */
enum { METER_KBPS = 1, METER_PKTPS = 2, METER_BURST = 4, METER_STATS = 8, N_METER_FLAGS = 4 };
extern const char *const meter_flag_names[N_METER_FLAGS];

enum band_type { BAND_DROP = 1, BAND_DSCP_REMARK = 2 };
struct band {
    uint16_t type; /* enum band_type, or another */
    uint8_t prec_level;
    uint32_t rate, burst_size;
};

struct meter {
    uint32_t id;
    uint16_t flags;
    size_t n_bands;
    const struct band *bands; /* in the table's arena */
    bool is_counted;          /* METER stats told these two */
    uint64_t n_in, n_dropped; /* packets that came to it; of these, that a band took which is not
                                 known to let them pass */
};

/* Zero-initialise. */
struct group_table {
    struct group *groups; /* in the order in which the switch sent them */
    size_t n_groups, groups_capacity;
    struct meter *meters;
    size_t n_meters, meters_capacity;
    struct base_arena arena;
};

/* Appends a zeroed group, or meter; the pointer lives until the next one is added. NULL without
 * memory. */
struct group *group_table_add(struct group_table *table);
struct meter *group_table_add_meter(struct group_table *table);

/* The group of this number; NULL: there is none. */
const struct group *group_find(const struct group_table *table, uint32_t id);

/* Whether both are the same in every part. */
bool bucket_equal(const struct bucket *a, const struct bucket *b);

/* Whether both do the same in the same words: type, and buckets in their order. */
bool group_equal(const struct group *a, const struct group *b);

/* Whether both do the same: a burst size counts where the flags have METER_BURST, and a level of
 * precedence in a band BAND_DSCP_REMARK (section 7.3.4.5); a switch may report either without. */
bool meter_equal(const struct meter *a, const struct meter *b);

/* How many packets it has dropped since `before`, which is the same meter earlier. -1: that is not
 * known: one of the two was not counted, no packet was counted in between (not every switch counts,
 * or does at once), or it began anew. */
long meter_dropped_since(const struct meter *before, const struct meter *after);

/* The meter of this number; NULL: there is none. */
const struct meter *meter_find(const struct group_table *table, uint32_t id);

/* Whether a bucket of a group watches this port. */
bool group_table_watches(const struct group_table *table, uint16_t port);

/* Whether both are known to have the same groups, whatever their order: one without any may be one
 * of which they were not read. */
bool group_tables_alike(const struct group_table *a, const struct group_table *b);

/* Frees all; the table is empty and usable after that. NULL is legal. */
void group_table_free(struct group_table *table);

#endif
