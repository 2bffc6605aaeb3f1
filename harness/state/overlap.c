/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of one priority that take the same header and do different things
 * with it: OpenFlow 1.0 does not say which one wins. Only priorities which have
 * entries of different behaviour are looked at. */
#include "base/memory.h"
#include "state/inside.h"

#include <stdlib.h>

/* Learns the first class of each priority of the list. True: some have others, too. */
static bool mark_priorities(struct state_port *port, struct space_entries list)
{
    struct state_run *run = port->run;
    bool mixed = false;
    for (size_t i = 0; i < list.n_entries; i++) {
        uint32_t entry = list.entries[i];
        uint32_t class = run->ids[run->table.action_ids[entry]].class;
        struct state_priority *priority =
            &run->priorities[run->whole.flows->entries[entry].priority];
        if (priority->stamp != port->number + 1u) {
            *priority = (struct state_priority){.stamp = port->number + 1u, .class = class};
        }
        mixed = mixed || priority->class != class;
    }
    return mixed;
}

/* The case that judges a header: the last one takes all that no other does. */
static size_t first_case(const struct state_port *port, const struct header *header)
{
    size_t c = 0;
    while (!match_takes(&port->cases[c].match, header)) {
        c++;
    }
    return c;
}

/* Whether the difference of two entries is one of what the case judges. SPACE_OPEN: another case
 * may judge some of the headers. */
static enum space_answer beyond_may(struct state_port *port, size_t c, const struct state_id *a,
                                    const struct state_id *b, struct space_region *region)
{
    const struct state_case *expected = &port->cases[c];
    struct space_behavior rests[2];
    struct space_difference unused;
    if (expected->n_may == 0) {
        return SPACE_FOUND;
    }
    enum space_answer answer =
        space_differ(region, state_port_judged(port, c, &a->behavior, &rests[0]),
                     state_port_judged(port, c, &b->behavior, &rests[1]), &port->budget, &unused);
    bool judges_all = match_within(&region->cube, &expected->match);
    return answer == SPACE_EMPTY && !judges_all ? SPACE_OPEN : answer;
}

/* Of two entries that take packets of the region it is not known what the one does. */
static void note_unknown(struct state_port *port, uint32_t entry, const char *unknown,
                         const struct space_region *region)
{
    struct header example;
    enum space_answer answer = space_region_find(region, &port->budget, &example);
    if (answer == SPACE_FOUND) {
        state_port_open(port, unknown, entry, &example);
    } else if (answer == SPACE_OPEN) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
}

/* Two entries of one priority whose matches overlap: does the difference matter? */
static void examine(struct state_port *port, uint32_t a, uint32_t b)
{
    struct state_run *run = port->run;
    const struct flow_entry *entries = run->whole.flows->entries;
    const struct state_id *of_a = &run->ids[run->table.action_ids[a]];
    const struct state_id *of_b = &run->ids[run->table.action_ids[b]];
    struct match in_port = match_in_port(port->number);
    struct space_region region = {0};
    /* Conditions that are not known were noted already; entries of two tables do not compete. */
    bool named = entries[a].match.mask.in_port || entries[b].match.mask.in_port;
    if ((port->named_only && !named) || flow_open(&entries[a]) || flow_open(&entries[b]) ||
        !match_intersect(&entries[a].match, &entries[b].match, &region.cube) ||
        !match_intersect(&region.cube, &in_port, &region.cube)) {
        return;
    }
    uint32_t first = a < b ? a : b;
    struct state_deviation deviation = {.entry = a, .rival = b};
    enum space_answer answer = space_table_exclude(&run->table, first, &region, &port->budget);
    if (answer == SPACE_FOUND) { /* the holes of `first` are taken away */
        answer = space_leave_holes(&region, space_table_holes(&run->table, first == a ? b : a));
    }
    const char *of_first = space_behavior_open(&of_a->behavior);
    const char *unknown = of_first ? of_first : space_behavior_open(&of_b->behavior);
    if (answer == SPACE_FOUND && unknown) {
        note_unknown(port, of_first ? a : b, unknown, &region);
        answer = SPACE_EMPTY;
    }
    if (answer == SPACE_FOUND) {
        answer = space_differ(&region, &of_a->behavior, &of_b->behavior, &port->budget,
                              &deviation.where);
    }
    if (answer == SPACE_FOUND) {
        deviation.expected = first_case(port, &deviation.where.example);
        answer = beyond_may(port, deviation.expected, of_a, of_b, &region);
    }
    if (answer == SPACE_FOUND) {
        state_port_forget(port, &deviation.where);
        state_port_add(port, &deviation);
    } else if (answer == SPACE_OPEN) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
    space_region_free(&region);
}

/* One entry, and those of its rank that overlap it. */
struct rivals {
    struct state_port *port;
    uint32_t entry;
    uint32_t first_class; /* of the priority: such entries are not asked about theirs */
};

/* Two meet once. */
static bool meet(void *aux, uint32_t other, const struct match *match)
{
    const struct rivals *rivals = aux;
    const struct state_run *run = rivals->port->run;
    uint32_t class = run->ids[run->table.action_ids[other]].class;
    bool is_own = class == run->ids[run->table.action_ids[rivals->entry]].class;
    (void)match;
    if (!is_own && (class == rivals->first_class || other > rivals->entry)) {
        examine(rivals->port, rivals->entry, other);
    }
    return true;
}

/* Whether an entry meets another of its rank that does something else. */
struct meeting {
    const struct state_run *run;
    uint32_t entry;
    bool met;
};

static bool meet_any(void *aux, uint32_t other, const struct match *match)
{
    struct meeting *meeting = aux;
    const uint32_t *ids = meeting->run->table.action_ids;
    (void)match;
    meeting->met = ids[other] != ids[meeting->entry];
    return !meeting->met;
}

/* Fills in run->meets, of entries that name no port: what is found for one port is so for all. Over
 * the budget they may meet. */
static int find_meeting(struct state_port *port, struct space_entries any)
{
    struct state_run *run = port->run;
    size_t budget = port->budget;
    run->meets = base_calloc(run->whole.flows->n_entries + 1, sizeof *run->meets);
    for (size_t i = 0; i < any.n_entries && run->meets; i++) {
        uint32_t entry = any.entries[i];
        const struct flow_entry *flow = &run->whole.flows->entries[entry];
        uint32_t rank = space_rank(flow);
        struct meeting meeting = {.run = run, .entry = entry};
        run->meets[entry] = !space_table_overlapping(&run->table, &flow->match, rank, rank, &budget,
                                                     meet_any, &meeting) ||
                            meeting.met;
    }
    return run->meets ? 0 : -1;
}

/* meets: by entry, those that are asked for; NULL: all. */
static void search(struct state_port *port, struct space_entries list, const bool *meets)
{
    struct state_run *run = port->run;
    struct match in_port = match_in_port(port->number), cube;
    for (size_t i = 0; i < list.n_entries; i++) {
        uint32_t entry = list.entries[i];
        if (meets && !meets[entry]) {
            continue;
        }
        const struct flow_entry *flow = &run->whole.flows->entries[entry];
        uint32_t rank = space_rank(flow);
        struct rivals rivals = {port, entry, run->priorities[flow->priority].class};
        if (run->ids[run->table.action_ids[entry]].class != rivals.first_class &&
            match_intersect(&flow->match, &in_port, &cube) &&
            !space_table_overlapping(&run->table, &cube, rank, rank, &port->budget, meet,
                                     &rivals)) {
            state_port_open(port, NULL, ENTRY_NONE, NULL);
            return;
        }
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
    if (!run->meets && find_meeting(port, any) < 0) {
        return -1;
    }
    search(port, any, run->meets);
    search(port, own, NULL);
    return 0;
}
