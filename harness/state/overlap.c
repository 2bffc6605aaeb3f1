/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of one priority that take the same header and do different things
 * with it: OpenFlow 1.0 does not say which one wins. Only priorities which have
 * entries of different behaviour are looked at, and there pairs of entries with
 * different masks; with one mask two are disjoint, or equal, which no switch
 * should have. */
#include "base/memory.h"
#include "state/inside.h"

#include <stdlib.h>

struct overlaps {
    struct state_port *port;
    uint32_t *entries; /* of the port, of mixed priorities; by priority, mask, match */
    size_t n_entries;
};

/* Learns which priorities of the list are mixed. True: some are. */
static bool mark_priorities(struct state_port *port, struct space_entries list)
{
    struct state_run *run = port->run;
    bool mixed = false;
    for (size_t i = 0; i < list.n_entries; i++) {
        uint32_t entry = list.entries[i];
        uint32_t class = run->ids[run->table.action_ids[entry]].class;
        struct state_priority *priority =
            &run->priorities[run->state->flows.entries[entry].priority];
        if (priority->stamp != port->number + 1u) {
            *priority = (struct state_priority){.stamp = port->number + 1u, .class = class};
        } else if (priority->class != class) {
            priority->class = STATE_MIXED;
            mixed = true;
        }
    }
    return mixed;
}

static void collect(struct overlaps *overlaps, struct space_entries list)
{
    const struct state_run *run = overlaps->port->run;
    for (size_t i = 0; i < list.n_entries; i++) {
        const struct flow_entry *flow = &run->state->flows.entries[list.entries[i]];
        if (run->priorities[flow->priority].class == STATE_MIXED) {
            overlaps->entries[overlaps->n_entries++] = list.entries[i];
        }
    }
}

static int compare_entries(const void *a, const void *b, void *aux)
{
    const struct state_run *run = aux;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const struct flow_entry *entries = run->state->flows.entries;
    const uint32_t *groups = run->table.group_ids;
    if (entries[x].priority != entries[y].priority) {
        return entries[x].priority < entries[y].priority ? 1 : -1;
    }
    if (groups[x] != groups[y]) {
        return groups[x] > groups[y] ? 1 : -1;
    }
    int order = memcmp(&entries[x].match, &entries[y].match, sizeof entries[x].match);
    return order ? order : (x > y) - (x < y);
}

static size_t first_case(const struct state_port *port, const struct header *header)
{
    size_t c = 0;
    while (c + 1 < port->n_cases && !match_takes(&port->cases[c].match, header)) {
        c++;
    }
    return c;
}

/* Two entries of one priority whose matches overlap: does the difference matter? */
static void examine(struct state_port *port, uint32_t a, uint32_t b)
{
    struct state_run *run = port->run;
    const struct flow_entry *entries = run->state->flows.entries;
    const struct state_id *of_a = &run->ids[run->table.action_ids[a]];
    const struct state_id *of_b = &run->ids[run->table.action_ids[b]];
    struct match in_port = match_in_port(port->number);
    struct space_region region = {0};
    /* What is unknown was noted already; entries of two tables do not compete. */
    bool named = entries[a].match.mask.in_port || entries[b].match.mask.in_port;
    if ((port->named_only && !named) || of_a->behavior.unknown || of_b->behavior.unknown ||
        flow_open(&entries[a]) || flow_open(&entries[b]) ||
        !match_intersect(&entries[a].match, &entries[b].match, &region.cube) ||
        !match_intersect(&region.cube, &in_port, &region.cube)) {
        return;
    }
    uint32_t first = a < b ? a : b;
    struct state_deviation deviation = {.entry = a, .rival = b};
    enum space_answer answer = space_table_exclude(&run->table, first, &region, &port->budget);
    if (answer == SPACE_FOUND) {
        answer = space_differ(&region, &of_a->behavior, &of_b->behavior, &port->budget,
                              &deviation.where);
    }
    if (answer == SPACE_FOUND) {
        deviation.expected = first_case(port, &deviation.where.example);
        state_port_forget(port, &deviation.where);
        state_port_add(port, &deviation);
    } else if (answer == SPACE_OPEN) {
        state_port_open(port, NULL, ENTRY_NONE);
    }
    space_region_free(&region);
}

/* One entry, and those of its rank that overlap it. */
struct rivals {
    struct state_port *port;
    uint32_t entry;
};

/* Two of different masks meet once; two of one mask are disjoint, or equal. */
static bool meet(void *aux, uint32_t other, const struct match *match)
{
    const struct rivals *rivals = aux;
    const struct state_run *run = rivals->port->run;
    const struct space_table *table = &run->table;
    (void)match;
    if (table->group_ids[other] > table->group_ids[rivals->entry] &&
        run->ids[table->action_ids[other]].class !=
            run->ids[table->action_ids[rivals->entry]].class) {
        examine(rivals->port, rivals->entry, other);
    }
    return true;
}

/* Pairs of one priority, entries [begin, end): each with those of the same match,
 * and with those of other groups that overlap it. */
static void search_priority(struct overlaps *overlaps, size_t begin, size_t end)
{
    struct state_port *port = overlaps->port;
    struct state_run *run = port->run;
    const uint32_t *entries = overlaps->entries;
    uint32_t last = run->table.group_ids[entries[end - 1]];
    size_t same = begin; /* the first of this match */
    for (size_t i = begin; i < end; i++) {
        const struct flow_entry *flow = &run->state->flows.entries[entries[i]];
        struct rivals rivals = {.port = port, .entry = entries[i]};
        struct match in_port = match_in_port(port->number), cube;
        if (!match_equal(&flow->match, &run->state->flows.entries[entries[same]].match)) {
            same = i;
        } else if (run->ids[run->table.action_ids[entries[same]]].class !=
                   run->ids[run->table.action_ids[entries[i]]].class) {
            examine(port, entries[same], entries[i]);
        }
        if (run->table.group_ids[entries[i]] < last &&
            match_intersect(&flow->match, &in_port, &cube) &&
            !space_table_overlapping(&run->table, &cube, space_rank(flow), space_rank(flow),
                                     &port->budget, meet, &rivals)) {
            state_port_open(port, NULL, ENTRY_NONE);
            return;
        }
    }
}

static void search_all(struct overlaps *overlaps)
{
    const struct flow_entry *flows = overlaps->port->run->state->flows.entries;
    const uint32_t *entries = overlaps->entries;
    for (size_t begin = 0, end; begin < overlaps->n_entries; begin = end) {
        end = begin + 1;
        while (end < overlaps->n_entries &&
               flows[entries[end]].priority == flows[entries[begin]].priority) {
            end++;
        }
        search_priority(overlaps, begin, end);
    }
}

static bool has_one_class(const struct state_run *run)
{
    for (size_t i = 1; i < run->n_present; i++) {
        if (run->ids[run->present[i]].class != run->ids[run->present[0]].class) {
            return false;
        }
    }
    return true;
}

int state_port_overlaps(struct state_port *port)
{
    struct state_run *run = port->run;
    if (has_one_class(run)) {
        return 0;
    }
    if (!run->priorities && !(run->priorities = base_calloc(65536, sizeof *run->priorities))) {
        return -1;
    }
    struct space_entries own = space_table_port(&run->table, port->number);
    struct space_entries any = space_table_any_port(&run->table);
    bool mixed = mark_priorities(port, any);
    if (!mark_priorities(port, own) && !mixed) {
        return 0;
    }
    struct overlaps overlaps = {.port = port};
    overlaps.entries = base_calloc(own.n_entries + any.n_entries, sizeof *overlaps.entries);
    if (!overlaps.entries) {
        return -1;
    }
    collect(&overlaps, any);
    collect(&overlaps, own);
    qsort_r(overlaps.entries, overlaps.n_entries, sizeof *overlaps.entries, compare_entries, run);
    search_all(&overlaps);
    free(overlaps.entries);
    return 0;
}
