/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes exercise the entries of a network, as it is now? Begins a cover that follows
 * changes, and says what it has become. */
#include "change/replan.h"

#include "base/memory.h"
#include "change/replan_inside.h"

#include <stdlib.h>

static int copy_states(struct change_replan *replan, const struct switch_state *const *states)
{
    size_t n = replan->topology->n_switches;
    replan->copies = base_calloc(n + 1, sizeof *replan->copies);
    replan->states = base_calloc(n + 1, sizeof *replan->states);
    replan->holes = base_calloc(n + 1, sizeof *replan->holes);
    if (!replan->copies || !replan->states || !replan->holes) {
        return -1;
    }
    for (size_t sw = 0; sw < n; sw++) {
        if (!states[sw]) {
            continue;
        }
        struct flow_table *flows = &replan->copies[sw].flows;
        replan->copies[sw] = *states[sw];
        *flows = (struct flow_table){0};
        replan->states[sw] = &replan->copies[sw];
        for (size_t i = 0; i < states[sw]->flows.n_entries; i++) {
            struct flow_entry *entry = flow_table_add(flows);
            if (!entry) {
                return -1;
            }
            *entry = states[sw]->flows.entries[i];
        }
    }
    return path_network_open_dumps(&replan->network, replan->topology, replan->states, NULL);
}

static int open_rows(struct change_replan *replan)
{
    for (size_t sw = 0; sw < replan->topology->n_switches; sw++) {
        for (size_t i = 0; i < replan->copies[sw].flows.n_entries; i++) {
            struct change_row *row = change_ledger_open(&replan->ledger, sw, i);
            if (!row) {
                return -1;
            }
            row->is_there = true;
            change_replan_open_row(replan, row, &replan->copies[sw].flows.entries[i]);
        }
    }
    return 0;
}

static void take_over(struct change_replan *replan, const struct traffic_cover *cover)
{
    const struct traffic_plan *plan = replan->options.plan;
    for (size_t i = 0; plan && i < plan->n_probes; i++) {
        change_replan_follow(replan, plan->probes[i].from, &plan->probes[i].header);
        change_replan_add_probe(replan, CHANGE_WALK_PLANNED, plan->probes[i].from);
    }
    for (size_t i = 0; i < cover->n_probes; i++) {
        change_replan_follow(replan, cover->probes[i].from, &cover->probes[i].header);
        change_replan_add_probe(replan, CHANGE_WALK_PROBE, cover->probes[i].from);
    }
    for (size_t i = 0; i < cover->n_missed; i++) {
        const struct traffic_missed *missed = &cover->missed[i];
        struct change_row *row = change_ledger_row(&replan->ledger, missed->sw, missed->entry);
        row->hidden_by = missed->hidden_by;
        change_replan_set_miss(replan, row, (uint8_t)missed->why);
        if (change_replan_was_rejected(row->miss)) {
            change_replan_queue(replan, missed->sw, missed->entry);
        }
    }
}

static int begin(struct change_replan *replan, const struct switch_state *const *states)
{
    struct traffic_cover cover = {0};
    if (replan->ledger.no_memory || copy_states(replan, states) < 0 || open_rows(replan) < 0 ||
        traffic_cover(&replan->network, &replan->options, &cover) < 0) {
        return -1;
    }
    change_replan_begin_change(replan);
    take_over(replan, &cover);
    traffic_cover_free(&cover);
    int status = change_replan_decide(replan);
    for (size_t i = 0; i < replan->ledger.n_walks; i++) {
        replan->ledger.walks[i].is_kept = replan->ledger.walks[i].kind == CHANGE_WALK_PROBE;
    }
    return status;
}

struct change_replan *change_replan_begin(const struct topology *topology,
                                          const struct switch_state *const *states,
                                          const struct traffic_cover_options *options)
{
    struct change_replan *replan = base_calloc(1, sizeof *replan);
    if (!replan) {
        return NULL;
    }
    replan->topology = topology;
    replan->options = *options;
    replan->max_probes = options->max_probes ? options->max_probes : TRAFFIC_COVER_PROBES;
    change_ledger_init(&replan->ledger, topology->n_switches);
    if (begin(replan, states) < 0) {
        change_replan_free(replan);
        return NULL;
    }
    return replan;
}

void change_replan_free(struct change_replan *replan)
{
    if (!replan) {
        return;
    }
    path_network_close(&replan->network);
    for (size_t sw = 0; replan->copies && sw < replan->topology->n_switches; sw++) {
        flow_table_free(&replan->copies[sw].flows);
        if (replan->holes) {
            free(replan->holes[sw].items);
        }
    }
    free(replan->copies);
    free(replan->states);
    free(replan->holes);
    change_ledger_free(&replan->ledger);
    free(replan->queue.items);
    free(replan->again.items);
    free(replan->near.entries);
    free(replan);
}

size_t change_replan_n_rows(const struct change_replan *replan, size_t sw)
{
    return replan->ledger.switches[sw].n_rows;
}

const struct flow_entry *change_replan_entry(const struct change_replan *replan, size_t sw,
                                             size_t row)
{
    return change_ledger_row(&replan->ledger, sw, row)->is_there
               ? &replan->copies[sw].flows.entries[row]
               : NULL;
}

size_t change_replan_n_probes(const struct change_replan *replan)
{
    return replan->n_probes;
}

static struct traffic_extra extra_of(const struct change_walked *walk)
{
    return (struct traffic_extra){.from = walk->host, .header = walk->header, .kind = "entry"};
}

static int tell_missed(const struct change_replan *replan, struct traffic_cover *cover)
{
    size_t capacity = 0;
    for (size_t sw = 0; sw < replan->ledger.n_switches; sw++) {
        for (size_t i = 0; i < replan->ledger.switches[sw].n_rows; i++) {
            const struct change_row *row = change_ledger_row(&replan->ledger, sw, i);
            cover->n_entries += row->is_there;
            if (!row->is_there || row->miss == TRAFFIC_MISS_NONE) {
                continue;
            }
            if (base_grow(&cover->missed, cover->n_missed, &capacity, sizeof *cover->missed) < 0) {
                return -1;
            }
            cover->missed[cover->n_missed++] = (struct traffic_missed){
                sw, (uint32_t)i, (enum traffic_miss)row->miss, row->hidden_by};
        }
    }
    cover->n_exercised = cover->n_entries - cover->n_missed;
    return 0;
}

int change_replan_tell(const struct change_replan *replan, struct traffic_cover *cover)
{
    *cover = (struct traffic_cover){.capacity = replan->n_probes};
    cover->probes = base_calloc(replan->n_probes + 1, sizeof *cover->probes);
    if (!cover->probes || tell_missed(replan, cover) < 0) {
        traffic_cover_free(cover);
        return -1;
    }
    for (size_t i = 0; i < replan->ledger.n_walks; i++) {
        const struct change_walked *walk = &replan->ledger.walks[i];
        if (walk->kind == CHANGE_WALK_PROBE) {
            cover->probes[cover->n_probes++] = extra_of(walk);
        }
    }
    return 0;
}

int change_replan_differ(const struct change_replan *replan,
                         struct change_replan_difference *difference)
{
    size_t n = replan->ledger.n_walks + 1;
    *difference =
        (struct change_replan_difference){.added = base_calloc(n, sizeof(struct traffic_extra)),
                                          .dropped = base_calloc(n, sizeof(struct traffic_extra))};
    if (!difference->added || !difference->dropped) {
        free(difference->added);
        free(difference->dropped);
        *difference = (struct change_replan_difference){0};
        return -1;
    }
    for (size_t i = 0; i < replan->ledger.n_walks; i++) {
        const struct change_walked *walk = &replan->ledger.walks[i];
        if (walk->kind == CHANGE_WALK_PROBE && !walk->is_kept) {
            difference->added[difference->n_added++] = extra_of(walk);
        } else if (walk->kind == CHANGE_WALK_FREE && walk->is_kept) {
            difference->dropped[difference->n_dropped++] = extra_of(walk);
        }
    }
    return 0;
}
