/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow table as a function: which entry takes a header, and an index over a
 * table for callers that ask more than once. The index can follow changes of the
 * table, an entry at a time.
 *
 * Of several entries that take a header the one of the lowest table wins
 * (OpenFlow 1.0.0, section 5.3.5: "consulted first"), there the one of the
 * highest priority (section 3.4); among equals, which the specification leaves
 * open, the first in the order of the dump is meant here. */
#ifndef SPACE_TABLE_H
#define SPACE_TABLE_H

#include "base/intern.h"
#include "model/flow.h"
#include "space/behavior.h"
#include "space/tree.h"

/* An entry of a higher rank wins. */
static inline uint32_t space_rank(const struct flow_entry *entry)
{
    return (uint32_t)(UINT8_MAX - entry->table_id) << 16 | entry->priority;
}

struct space_slot {
    uint32_t tag;   /* more of the hash: most others are told apart without a look at them */
    uint32_t entry; /* and 1; 0: free */
};

/* Ascending indices in the flow table. */
struct space_list {
    uint32_t *entries;
    size_t n, capacity;
};

/* Entries with the same mask: of these, two are equal in match or disjoint
 * (tuple space search, Srinivasan, Suri, Varghese, SIGCOMM 1999). */
struct space_group {
    struct header mask;
    bool is_wide;                /* header_is_wide of the mask */
    uint32_t min_rank, max_rank; /* no entry of it lies outside */
    struct space_list list;
    struct space_slot *slots; /* by hash of the value; built when first needed */
    size_t n_slots, n_filed;
};

/* Entries that name the same ingress port, or none. */
struct space_bucket {
    uint16_t in_port;
    struct space_list list;
};

struct space_actions {
    const struct action *actions;
    uint16_t n_actions;
    const char *open; /* flow_open of the entry */
};

struct space_table {
    const struct flow_table *flows;
    const struct space_holes *const *holes; /* by entry, of a table that is composed: what its match
                                               takes, and it does not; NULL: nothing */
    size_t n_entries;                       /* indexed: without those left out or removed */
    bool *indexed;                          /* by entry */
    uint32_t *action_ids;                   /* by entry: equal lists of actions have equal ids */
    uint32_t *group_ids;                    /* by entry */
    uint32_t *next_same; /* by entry: the next of those with its match, and 1; 0: none. They go by
                            precedence, and only the first is filed in the slots */
    size_t rows_capacity[4]; /* of these four */

    struct base_interner actions, masks;
    struct space_actions *id_actions; /* by action id */
    size_t ids_capacity;
    struct space_group *groups; /* some may have become empty */
    size_t n_groups, groups_capacity;
    struct space_bucket *buckets; /* [0]: without in_port */
    size_t n_buckets, buckets_capacity;
    uint32_t *bucket_ids; /* by in_port; 0: no entry names it */
    size_t n_ports;       /* of bucket_ids: as many as the highest number needs */
    uint32_t *by_rank;    /* groups, the highest max_rank first; by space_table_prepare */
    size_t n_ranked, ranked_capacity;
    struct space_tree tree; /* what overlaps; built when first needed */
    bool has_tree;
};

/* Entries of one bucket. */
struct space_entries {
    const uint32_t *entries; /* ascending */
    size_t n_entries;
};

/* Indexes `flows`, but for entries that never take a packet (flow_never_takes). left_out (by entry,
 * NULL: none): these are treated as if they were not there. Rows that are indexed must stay as they
 * are; to change one, remove it, change it, and insert it again. -1 without memory (or for 2^32 - 1
 * entries), and then there is nothing to free. */
int space_table_index(struct space_table *table, const struct flow_table *flows,
                      const bool *left_out);
void space_table_free(struct space_table *table);

/* One entry more: a row of the flow table (which may have grown) that is not
 * indexed. One that never takes a packet is left out. Everything here is afterwards as if the table
 * had been indexed anew without those rows that are not, except for the numbers of actions and
 * groups; what had been prepared stays so. The action lists of removed entries must live as long as
 * the table. -1 without memory, and then it is not indexed. */
int space_table_insert(struct space_table *table, size_t entry);

/* One less. Its row stays where it is, and may be inserted again. */
void space_table_remove(struct space_table *table, size_t entry);

/* Makes the table ready for space_table_lookup. -1 without memory. */
int space_table_prepare(struct space_table *table);

/* Whether entries a and b (indices), which both take the header, do the same with it. */
typedef bool space_table_same(void *aux, size_t a, size_t b, const struct header *header);

/* What the entry does not take, though it is in its match. NULL: nothing. */
static inline const struct space_holes *space_table_holes(const struct space_table *table,
                                                          size_t entry)
{
    return table->holes ? table->holes[entry] : NULL;
}

/* Whether the entry takes the header, if it is asked. */
static inline bool space_table_takes(const struct space_table *table, size_t entry,
                                     const struct header *header)
{
    return match_takes(&table->flows->entries[entry].match, header) &&
           !space_holes_have(space_table_holes(table, entry), header);
}

/* The index of the entry that takes the header, among those that are indexed; ENTRY_NONE if none
 * does.
 * `*ambiguous` (may be NULL): another one of the same rank takes it, too, and does something else
 * with it; `same` decides that, and is called for such pairs only, with the winner as `a`. The
 * table must be prepared. One look-up by hash in each group that may hold the winner, in the order
 * of their highest rank ("tuple space search with pruning"). */
size_t space_table_lookup(const struct space_table *table, const struct header *header,
                          space_table_same *same, void *aux, bool *ambiguous);

/* Entries that name this port, and those that name none. */
struct space_entries space_table_port(const struct space_table *table, uint16_t in_port);
struct space_entries space_table_any_port(const struct space_table *table);

/* Whether entry a wins over b where both take a header. */
static inline bool space_table_precedes(const struct space_table *table, size_t a, size_t b)
{
    uint32_t x = space_rank(&table->flows->entries[a]), y = space_rank(&table->flows->entries[b]);
    return x > y || (x == y && a < b);
}

/* As space_tree_overlapping, for the entries of the table; without memory it is
 * false, too. */
bool space_table_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                             uint32_t max_rank, size_t *budget, space_tree_visit *visit, void *aux);

/* A list of entries. Zero-initialise, use again as often as needed, free(entries). */
struct space_overlapping {
    uint32_t *entries;
    size_t n_entries, capacity;
};

/* Lists the entries that overlap the cube and whose rank is one of these, in the order in which
 * they are asked for a packet. `*budget` as in space_find. -1 over the budget, or without memory.
 */
int space_list_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                           uint32_t max_rank, size_t *budget, struct space_overlapping *found);

/* Takes everything away from the region that entries surely take before `entry`
 * would; ENTRY_NONE: that any entry takes. Uses budget as space_find does.
 * SPACE_EMPTY: one entry alone takes all of it; SPACE_FOUND: done; SPACE_OPEN:
 * over the budget, or no memory. The excluded cubes belong to the table, until it
 * is changed. */
enum space_answer space_table_exclude(struct space_table *table, size_t entry,
                                      struct space_region *region, size_t *budget);

/* The same, but keeps what entries take of whose conditions it is not known whether they hold
 * (EXTRA_MAY_TAKE): they may leave it to others. */
enum space_answer space_table_exclude_sure(struct space_table *table, size_t entry,
                                           struct space_region *region, size_t *budget);

/* A header of `cube` that `entry` takes, whose match holds the cube; ENTRY_NONE: that no entry
 * takes. As space_find; `example` may be NULL. */
enum space_answer space_table_find(struct space_table *table, size_t entry,
                                   const struct match *cube, size_t *budget,
                                   struct header *example);

/* Why it is not known what becomes of packets in `within`, which has one in_port, that are in the
 * entry's match, too (flow_open). NULL: it is known, also because it makes no difference: whatever
 * else may take such a packet does the same with it. The reason is returned, too, over a
 * budget and without memory. */
const char *space_table_open(struct space_table *table, size_t entry, const struct match *within);

/* Entries that no header reaches because one other entry takes all of theirs:
 * calls `hidden` with the entry and the index of the one that hides it. Entries
 * that only several others together hide are not looked for. -1: over the
 * budget, or no memory; what was reported by then is right. */
int space_table_hidden(struct space_table *table, size_t *budget,
                       void (*hidden)(void *aux, size_t entry, size_t by), void *aux);

#endif
