/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow entry with its counters (OpenFlow 1.0, section 5.3.5; 1.3.5, section
 * 7.3.5.2; ofp_flow_stats) and a table of them. */
#ifndef MODEL_FLOW_H
#define MODEL_FLOW_H

#include "base/arena.h"
#include "base/none.h"
#include "model/action.h"
#include "model/extra.h"
#include "model/instructions.h"
#include "model/match.h"

enum { FLOW_PRIORITY_DEFAULT = 32768, FLOW_TABLE_MAX = 254 };

/* Of an entry of OpenFlow 1.3 (1.3.5, section 7.3.4.1, OFPFF_*), bit by bit. */
enum {
    FLOW_SENDS_REMOVED = 1 << 0,
    FLOW_CHECKS_OVERLAP = 1 << 1,
    FLOW_RESETS_COUNTS = 1 << 2,
    FLOW_NO_PACKET_COUNTS = 1 << 3,
    FLOW_NO_BYTE_COUNTS = 1 << 4,
    N_FLOW_FLAGS = 5,
};
/* As ovs-ofctl names them: "send_flow_rem". */
extern const char *const flow_flag_names[N_FLOW_FLAGS];

struct flow_entry {
    struct match match;
    const struct action *actions; /* owned by the table's arena */
    uint64_t cookie;
    uint64_t n_packets, n_bytes; /* UINT64_MAX: not counted */
    uint32_t duration_sec, duration_nsec;
    uint16_t n_actions;
    uint16_t priority;
    uint16_t idle_timeout; /* seconds, 0: never */
    uint16_t hard_timeout; /* seconds, 0: never */
    uint8_t table_id;
    uint8_t n_extras;
    uint16_t tci_mask; /* of vlan_tci, as it was said, where match has another one that means the
                          same: for printing. 0: it has none */
    uint16_t flags;    /* FLOW_* */
    const struct field_value *extras; /* further conditions, by id; owned by the table's arena */
    const struct instructions *instructions; /* beside the actions; NULL: none; in the same arena */
};

struct flow_table {
    struct flow_entry *entries; /* in the order in which the switch sent them */
    size_t n_entries;
    size_t capacity;
    struct base_arena arena; /* actions */
};

/* Appends a zeroed entry and returns it; the pointer lives until the next one is
 * added. NULL without memory. */
struct flow_entry *flow_table_add(struct flow_table *table);

/* Frees entries and actions; the table is empty and usable after that. NULL is
 * legal. */
void flow_table_free(struct flow_table *table);

/* Why it is not known what becomes of a packet that the entry's match takes: an entry of another
 * table than 0 takes it (OpenFlow 1.0 does not say how packets get there), or the entry has
 * conditions on fields that struct header does not have, or instructions beside its actions. A
 * constant text; NULL: it is known, as far
 * as the actions say it. */
const char *flow_open(const struct flow_entry *entry);

/* Whether it hands packets to a group, at once or by its action set. */
bool flow_uses_group(const struct flow_entry *entry);

/* Whether no packet that enters the switch meets the conditions of the entry. */
bool flow_never_takes(const struct flow_entry *entry);

/* An order of what makes an entry another one than those beside it (section 4.6): table, priority
 * (the highest first), match and further conditions; as for qsort. 0: a switch can have only one of
 * the two. */
int flow_compare_keys(const struct flow_entry *a, const struct flow_entry *b);
/* Whether it is 0. */
bool flow_same_key(const struct flow_entry *a, const struct flow_entry *b);

/* The same key, actions, instructions, cookie and timeouts; not the counters, and not the flags, of
 * which OpenFlow 1.0 says nothing. */
bool flow_equal(const struct flow_entry *a, const struct flow_entry *b);

/* Whether one table has an entry that the other has not, in whatever order. */
bool flow_tables_differ(const struct flow_table *a, const struct flow_table *b);

#endif
