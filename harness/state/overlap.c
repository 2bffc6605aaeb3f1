/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of one priority that take the same header and do different things
 * with it: OpenFlow does not say which one wins. It is a deviation where none of
 * them does what is expected, and else open. Only priorities which have entries
 * of different behaviour are looked at. */
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

/* Asks those of one rank that take a packet whether one of them may do what the case says. */
struct asking {
    struct state_port *port;
    size_t c;
    const struct header *header;
    bool may_be_right;
};

static bool ask(void *aux, uint32_t entry, const struct match *match)
{
    struct asking *asking = aux;
    (void)match;
    asking->may_be_right =
        space_table_takes(&asking->port->run->table, entry, asking->header) &&
        (flow_open(&asking->port->run->whole.flows->entries[entry]) ||
         state_port_differs(asking->port, asking->c, entry, asking->header) != SPACE_FOUND);
    return !asking->may_be_right;
}

/* Whether all who may win this packet do something else than the case says. False over the budget,
 * too. */
static bool all_deviate(struct state_port *port, size_t c, uint32_t rank,
                        const struct header *header)
{
    struct asking asking = {.port = port, .c = c, .header = header};
    struct match packet = match_exactly(header);
    return space_table_overlapping(&port->run->table, &packet, rank, rank, &port->budget, ask,
                                   &asking) &&
           !asking.may_be_right;
}

/* Two entries of one priority whose matches overlap. */
struct contest {
    struct state_port *port;
    uint32_t first, second;
};

/* The headers of a case for which they compete: does the difference matter? What they do is a
 * deviation where no one of those that take it is right; else it is open. */
static bool examine_case(void *aux, uint32_t c, const struct match *match)
{
    const struct contest *contest = aux;
    struct state_port *port = contest->port;
    struct state_run *run = port->run;
    uint32_t first = contest->first, second = contest->second;
    const struct flow_entry *entries = run->whole.flows->entries;
    const struct state_id *of_first = &run->ids[run->table.action_ids[first]];
    const struct state_id *of_second = &run->ids[run->table.action_ids[second]];
    struct state_deviation deviation = {.expected = c, .entry = first, .rival = second};
    struct space_behavior rests[2];
    struct space_region region = {0};
    (void)match;
    enum space_answer answer = state_port_region(port, c, first, &entries[second].match, &region);
    if (answer == SPACE_FOUND) {
        answer = space_leave_holes(&region, space_table_holes(&run->table, second));
    }
    const char *unknown = space_behavior_open(&of_first->behavior);
    uint32_t of_unknown = unknown ? first : second;
    unknown = unknown ? unknown : space_behavior_open(&of_second->behavior);
    if (answer == SPACE_FOUND && unknown) {
        note_unknown(port, of_unknown, unknown, &region);
        answer = SPACE_EMPTY;
    }
    if (answer == SPACE_FOUND) {
        answer = space_differ(&region, state_port_judged(port, c, &of_first->behavior, &rests[0]),
                              state_port_judged(port, c, &of_second->behavior, &rests[1]),
                              &port->budget, &deviation.where);
    }
    if (answer == SPACE_FOUND &&
        all_deviate(port, c, space_rank(&entries[first]), &deviation.where.example)) {
        state_port_add(port, &deviation);
    } else if (answer == SPACE_FOUND) {
        state_port_contested(port, &deviation);
    } else if (answer == SPACE_OPEN) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
    space_region_free(&region);
    return true;
}

static void examine(struct state_port *port, uint32_t a, uint32_t b)
{
    const struct flow_entry *entries = port->run->whole.flows->entries;
    struct contest contest = {port, a < b ? a : b, a < b ? b : a};
    struct match in_port = match_in_port(port->number), both;
    /* Conditions that are not known were noted already; entries of two tables do not compete. */
    bool named = entries[a].match.mask.in_port || entries[b].match.mask.in_port;
    if ((port->named_only && !named) || flow_open(&entries[a]) || flow_open(&entries[b]) ||
        !match_intersect(&entries[a].match, &entries[b].match, &both) ||
        !match_intersect(&both, &in_port, &both)) {
        return;
    }
    if (!state_port_cases(port, &both, port->n_cases, examine_case, &contest)) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
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

/* Whether the entry may meet one: what is found is so for all ports. Over the budget it may. */
static bool may_meet(struct state_run *run, uint32_t entry)
{
    if (run->meets[entry] == MEETS_NOT_ASKED) {
        const struct flow_entry *flow = &run->whole.flows->entries[entry];
        uint32_t rank = space_rank(flow);
        struct meeting meeting = {.run = run, .entry = entry};
        bool done = space_table_overlapping(&run->table, &flow->match, rank, rank,
                                            &run->meets_budget, meet_any, &meeting);
        run->meets[entry] = done && !meeting.met ? MEETS_NONE : MEETS_ANOTHER;
    }
    return run->meets[entry] == MEETS_ANOTHER;
}

/* Takes from a region what others of the entry's rank may take, unless they do the same. */
struct leaving {
    struct state_port *port;
    size_t entry;
    struct space_region *region;
    enum space_answer answer;
};

static bool leave_rival(void *aux, uint32_t other, const struct match *match)
{
    struct leaving *leaving = aux;
    const struct space_table *table = &leaving->port->run->table;
    const struct state_id *ids = leaving->port->run->ids;
    if (other != leaving->entry &&
        ids[table->action_ids[other]].class != ids[table->action_ids[leaving->entry]].class) {
        leaving->answer = space_leave_cut(leaving->region, match, space_table_holes(table, other),
                                          space_table_holes(table, leaving->entry));
    }
    return leaving->answer == SPACE_FOUND;
}

enum space_answer state_port_leave_rivals(struct state_port *port, size_t entry,
                                          struct space_region *region)
{
    struct state_run *run = port->run;
    struct leaving leaving = {port, entry, region, SPACE_FOUND};
    uint32_t rank = space_rank(&run->whole.flows->entries[entry]);
    if (!may_meet(run, (uint32_t)entry)) {
        return SPACE_FOUND;
    }
    return space_table_overlapping(&port->run->table, &region->cube, rank, rank, &port->budget,
                                   leave_rival, &leaving)
               ? leaving.answer
               : SPACE_OPEN;
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

static void search(struct state_port *port, struct space_entries list)
{
    struct state_run *run = port->run;
    struct match in_port = match_in_port(port->number), cube;
    for (size_t i = 0; i < list.n_entries; i++) {
        uint32_t entry = list.entries[i];
        const struct flow_entry *flow = &run->whole.flows->entries[entry];
        uint32_t rank = space_rank(flow);
        struct rivals rivals = {port, entry, run->priorities[flow->priority].class};
        if (run->ids[run->table.action_ids[entry]].class != rivals.first_class &&
            may_meet(run, entry) && match_intersect(&flow->match, &in_port, &cube) &&
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
    if (!run->priorities &&
        !(run->priorities = base_calloc(UINT16_MAX + 1u, sizeof *run->priorities))) {
        return -1;
    }
    struct space_entries own = space_table_port(&run->table, port->number);
    struct space_entries any = space_table_any_port(&run->table);
    bool mixed = mark_priorities(port, any);
    if (!mark_priorities(port, own) && !mixed) {
        return 0;
    }
    search(port, any);
    search(port, own);
    return 0;
}
