/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/count.h"

#include "judge/tables.h"

static void count_probe(struct judge_count *count, const struct judge_walk *walk)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        const struct judge_hop *hop = &walk->hops[i];
        if (hop->entry != SIZE_MAX && count->packets[hop->in.sw]) {
            count->packets[hop->in.sw][hop->entry]++;
        }
    }
}

int judge_count_init(struct judge_count *count, const struct judge_plan *plan,
                     const struct judge_round *round, const struct topology *topology,
                     const struct switch_state *const *before)
{
    *count = (struct judge_count){0};
    count->packets =
        base_arena_alloc(&count->arena, (topology->n_switches + 1) * sizeof *count->packets);
    if (!count->packets) {
        return -1;
    }
    for (size_t sw = 0; sw < topology->n_switches; sw++) {
        size_t n = before[sw] ? before[sw]->flows.n_entries : 0;
        count->packets[sw] = base_arena_alloc(&count->arena, (n + 1) * sizeof **count->packets);
        if (!count->packets[sw]) {
            return -1;
        }
    }
    struct judge_tables tables;
    if (judge_tables_index(&tables, topology, before) < 0) {
        return -1;
    }
    struct judge_forwarding advertised = judge_looked_up_in(&tables);
    struct judge_walk walk;
    for (size_t p = 0; p < plan->n_probes; p++) {
        if (round->sent[p]) {
            judge_walk_from(topology, &advertised, plan->probes[p].from, &plan->probes[p].header,
                            &walk);
            count_probe(count, &walk);
        }
    }
    judge_tables_free(&tables);
    return 0;
}

void judge_count_free(struct judge_count *count)
{
    base_arena_free(&count->arena);
    *count = (struct judge_count){0};
}

static bool same_entry(const struct flow_entry *a, const struct flow_entry *b)
{
    return a->priority == b->priority && a->table_id == b->table_id &&
           match_equal(&a->match, &b->match);
}

static const struct flow_entry *find_entry(const struct flow_table *table, size_t likely,
                                           const struct flow_entry *wanted)
{
    if (likely < table->n_entries && same_entry(&table->entries[likely], wanted)) {
        return &table->entries[likely];
    }
    for (size_t i = 0; i < table->n_entries; i++) {
        if (same_entry(&table->entries[i], wanted)) {
            return &table->entries[i];
        }
    }
    return NULL;
}

long judge_count_since(const struct switch_state *before, size_t entry,
                       const struct switch_state *after)
{
    if (!before || !after || entry >= before->flows.n_entries) {
        return -1;
    }
    const struct flow_entry *old = &before->flows.entries[entry];
    const struct flow_entry *new = find_entry(&after->flows, entry, old);
    bool counts = new &&new->n_packets != UINT64_MAX &&new->n_packets >= old->n_packets;
    return counts ? (long)(new->n_packets - old->n_packets) : -1;
}

bool judge_count_reached(const struct judge_count *count, size_t n_switches,
                         const struct switch_state *const *before,
                         const struct switch_state *const *after)
{
    for (size_t sw = 0; sw < n_switches; sw++) {
        size_t n = before[sw] && after[sw] ? before[sw]->flows.n_entries : 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t wanted = count->packets[sw][i];
            if (wanted > 0 && judge_count_since(before[sw], i, after[sw]) < (long)wanted) {
                return false;
            }
        }
    }
    return true;
}
