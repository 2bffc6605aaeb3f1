/* SPDX-License-Identifier: Apache-2.0
 *
 * Where all headers that enter by one port go, split by the entries that take them. */
#include "path/forward.h"

#include "path/forward_inside.h"

#include <stdlib.h>

/* What one more step costs besides its comparisons: memory, above all. */
enum { STEP_COST = 64 };

static void explore(struct explorer *explorer, struct path_reach_hop *hop,
                    const struct match *cube);

/* ----------------------------------------------------------------------- notes */

/* `passes` was asked just before. */
static void note_unknown(struct explorer *explorer, const struct path_reach_hop *hop,
                         const struct header *example, const char *reason)
{
    struct path_reach *reach = explorer->reach;
    struct path_unknown unknown = {.example = *example, .reason = reason, .hop = hop};
    if (path_explorer_keep(explorer, &unknown.region) &&
        path_explorer_grow(explorer, &reach->unknowns, reach->n_unknowns, &reach->unknowns_capacity,
                           sizeof *reach->unknowns)) {
        reach->unknowns[reach->n_unknowns++] = unknown;
    }
}

static void note_loop(struct explorer *explorer, const struct path_reach_hop *first,
                      const struct path_reach_hop *again, const struct match *cube)
{
    struct path_reach *reach = explorer->reach;
    struct path_loop loop = {.first = first, .again = again};
    if (path_explorer_passes(explorer, again, cube, &loop.example) &&
        path_explorer_keep(explorer, &loop.region) &&
        path_explorer_grow(explorer, &reach->loops, reach->n_loops, &reach->loops_capacity,
                           sizeof *reach->loops)) {
        reach->loops[reach->n_loops++] = loop;
    }
}

static void note_arrival(struct explorer *explorer, const struct path_arrival *arrival)
{
    struct path_reach *reach = explorer->reach;
    if (path_explorer_grow(explorer, &reach->arrivals, reach->n_arrivals, &reach->arrivals_capacity,
                           sizeof *reach->arrivals)) {
        reach->arrivals[reach->n_arrivals++] = *arrival;
    }
}

/* ----------------------------------------------------------------------- loops */

static const struct path_reach_hop *earlier(const struct path_reach_hop *hop, struct port_ref in)
{
    while (hop && (hop->in.sw != in.sw || hop->in.port != in.port)) {
        hop = hop->previous;
    }
    return hop;
}

static const struct path_bar *bar(struct explorer *explorer, const struct path_bar *next,
                                  const struct match *cube)
{
    struct path_bar *made = path_explorer_allocate(explorer, sizeof *made);
    if (made) {
        *made = (struct path_bar){.next = next, .cube = *cube};
    }
    return made;
}

/* Bars what belongs to a narrower class. */
static const struct path_bar *bar_narrower(struct explorer *explorer, const struct path_bar *bars,
                                           enum space_class class)
{
    for (int c = 0; c < N_SPACE_CLASSES; c++) {
        if (c != SPACE_NOT_IP && space_class_around((enum space_class)c) == class) {
            bars = bar(explorer, bars, &space_class_cubes[c]);
        }
    }
    return bars;
}

static void enter_behind(struct explorer *explorer, struct path_reach_hop *hop,
                         const struct path_reach_hop *behind, const struct match *cube);

/* The port was entered before, in another form at least of some headers. Those
 * of one class: where both forms are the same, they loop; the others go on. */
static void enter_again(struct explorer *explorer, const struct path_reach_hop *hop,
                        const struct path_reach_hop *before, const struct match *cube,
                        enum space_class class)
{
    struct match of_class, equal, same;
    struct path_reach_hop *rest = path_explorer_copy(explorer, hop);
    if (!rest || !match_intersect(cube, &space_class_cubes[class], &of_class)) {
        return;
    }
    if (space_rewrites_beyond_l2(&before->rewrite) || space_rewrites_beyond_l2(&hop->rewrite)) {
        rest->bars = bar_narrower(explorer, rest->bars, class);
    }
    if (space_rewrite_equal(&before->rewrite, &hop->rewrite, class, &equal)) {
        struct path_reach_hop *loop = path_explorer_copy(explorer, rest);
        if (loop && match_intersect(&of_class, &equal, &same)) {
            note_loop(explorer, before, loop, &same);
        }
        rest->bars = bar(explorer, rest->bars, &equal);
    }
    enter_behind(explorer, rest, before->previous, &of_class);
}

/* Enters hop->in, which no hop up to `behind` has been compared with so far. */
static void enter_behind(struct explorer *explorer, struct path_reach_hop *hop,
                         const struct path_reach_hop *behind, const struct match *cube)
{
    const struct path_reach_hop *before = earlier(behind, hop->in);
    struct header example;
    if (!before && hop->depth < PATH_DEPTH) {
        explore(explorer, hop, cube);
    } else if (!before) {
        if (path_explorer_passes(explorer, hop, cube, &example)) {
            note_unknown(explorer, hop, &example, PATH_TOO_DEEP);
        }
    } else if (memcmp(&before->rewrite, &hop->rewrite, sizeof hop->rewrite) == 0) {
        note_loop(explorer, before, hop, cube);
    } else if (path_explorer_passes(explorer, hop, cube, &example)) {
        bool by_class =
            space_rewrites_beyond_l2(&before->rewrite) || space_rewrites_beyond_l2(&hop->rewrite);
        for (int c = 0; c < (by_class ? N_SPACE_CLASSES : 1); c++) {
            enter_again(explorer, hop, before, cube, (enum space_class)c);
        }
    }
}

/* ------------------------------------------------------------------------ hops */

/* One packet that leaves hop's switch towards another one. */
static void cross(struct explorer *explorer, const struct path_reach_hop *hop, struct port_ref in,
                  const struct space_output *output, const struct match *cube)
{
    struct path_reach_hop *next = path_explorer_allocate(explorer, sizeof *next);
    struct path_carried **carried = path_explorer_allocate(explorer, sizeof *carried);
    if (!next || !carried || path_no_entry(explorer->network, in)) {
        return;
    }
    *carried = NULL;
    *next = (struct path_reach_hop){.previous = hop,
                                    .carried = carried,
                                    .in = in,
                                    .out = output->port,
                                    .depth = (uint16_t)(hop->depth + 1),
                                    .entry = ENTRY_NONE,
                                    .rewrite = space_rewrite_then(&hop->rewrite, &output->rewrite)};
    enter_behind(explorer, next, hop, cube);
}

/* `passes` was asked just before. */
static void arrive(struct explorer *explorer, const struct path_reach_hop *hop,
                   const struct header *example, const struct space_behavior *behavior)
{
    struct path_arrival arrival = {.example = *example, .hop = hop};
    bool kept = false;
    for (size_t i = 0; i < behavior->n_outputs; i++) {
        const struct space_output *output = &behavior->outputs[i];
        struct port_ref out = {.sw = hop->in.sw, .port = output->port};
        struct peer peer = path_network_peer(explorer->network, out);
        if (peer.kind != PEER_HOST) {
            continue;
        }
        kept = kept || path_explorer_keep(explorer, &arrival.region);
        if (!kept) {
            return;
        }
        arrival.host = peer.host;
        arrival.out = output->port;
        arrival.rewrite = space_rewrite_then(&hop->rewrite, &output->rewrite);
        note_arrival(explorer, &arrival);
    }
}

/* `passes` was asked just before. */
static void leave(struct explorer *explorer, struct path_reach_hop *hop, const struct match *cube,
                  const struct space_behavior *behavior)
{
    path_explorer_note_gone(explorer, hop);
    for (size_t i = 0; i < behavior->n_outputs && !explorer->no_memory; i++) {
        const struct space_output *output = &behavior->outputs[i];
        struct port_ref out = {.sw = hop->in.sw, .port = output->port};
        struct peer peer = path_network_peer(explorer->network, out);
        if (peer.kind == PEER_SWITCH) {
            cross(explorer, hop, peer.port, output, cube);
        }
    }
    path_explorer_forget_gone(hop);
}

static void follow(struct explorer *explorer, struct path_reach_hop *hop, const struct match *cube);

/* The hop, with one entry more of which it is known whether it does the same. */
static struct path_reach_hop *settle(struct explorer *explorer, const struct path_reach_hop *hop,
                                     uint32_t entry, bool same)
{
    struct path_reach_hop *copy = path_explorer_copy(explorer, hop);
    struct path_settled *settled = path_explorer_allocate(explorer, sizeof *settled);
    if (!copy || !settled) {
        return NULL;
    }
    *settled = (struct path_settled){.next = hop->settled, .entry = entry, .same = same};
    copy->settled = settled;
    return copy;
}

/* What is done with packets, as they were at the ingress. */
static bool from_ingress(struct explorer *explorer, const struct path_reach_hop *hop,
                         struct space_behavior *behavior, bool *by_class)
{
    size_t n_bytes = (behavior->n_outputs + 1) * sizeof *behavior->outputs;
    struct space_output *outputs = path_explorer_allocate(explorer, n_bytes);
    for (size_t i = 0; outputs && i < behavior->n_outputs; i++) {
        outputs[i] = behavior->outputs[i];
        outputs[i].rewrite = space_rewrite_then(&hop->rewrite, &outputs[i].rewrite);
        *by_class = *by_class || space_rewrites_beyond_l2(&outputs[i].rewrite);
    }
    behavior->outputs = outputs;
    return outputs != NULL;
}

static bool behavior_from_ingress(struct explorer *explorer, const struct path_reach_hop *hop,
                                  size_t entry, struct space_behavior *behavior, bool *by_class)
{
    if (path_outputs_of(explorer->network, hop->in, entry, &explorer->reach->arena, behavior) < 0) {
        explorer->no_memory = true;
        return false;
    }
    return from_ingress(explorer, hop, behavior, by_class);
}

/* Parts the headers of one class into those with which the hop's entry and the rival do the same,
 * and the others. */
static void follow_class(struct explorer *explorer, const struct path_reach_hop *hop,
                         const struct match *cube, uint32_t rival, const struct match *equal)
{
    struct match agreeing;
    struct path_reach_hop *differs = settle(explorer, hop, rival, false);
    struct path_reach_hop *same = equal ? settle(explorer, hop, rival, true) : NULL;
    if (same && match_intersect(cube, equal, &agreeing)) {
        follow(explorer, same, &agreeing);
    }
    if (differs) {
        differs->bars = equal ? bar(explorer, differs->bars, equal) : differs->bars;
        follow(explorer, differs, cube);
    }
}

/* Follows the hop, whose entry competes with another of its rank unless they happen to do the same
 * with a header. */
static void follow_beside(struct explorer *explorer, const struct path_reach_hop *hop,
                          const struct match *cube, uint32_t rival)
{
    struct space_behavior a, b;
    struct match equal[N_SPACE_CLASSES];
    bool agree[N_SPACE_CLASSES], by_class = false, any = false;
    if (!behavior_from_ingress(explorer, hop, hop->entry, &a, &by_class) ||
        !behavior_from_ingress(explorer, hop, rival, &b, &by_class)) {
        return;
    }
    int n_classes = by_class ? N_SPACE_CLASSES : 1;
    for (int c = 0; c < n_classes; c++) {
        agree[c] = space_agree(&a, &b, (enum space_class)c, &equal[c]);
        any = any || agree[c];
    }
    if (!any) {
        follow_class(explorer, hop, cube, rival, NULL);
    }
    for (int c = 0; c < n_classes && any; c++) {
        struct match of_class;
        struct path_reach_hop *part = path_explorer_copy(explorer, hop);
        if (part && match_intersect(cube, &space_class_cubes[c], &of_class)) {
            part->bars =
                by_class ? bar_narrower(explorer, part->bars, (enum space_class)c) : part->bars;
            follow_class(explorer, part, &of_class, rival, agree[c] ? &equal[c] : NULL);
        }
    }
}

/* A rival that was found just now and of which nothing is known yet; none: false. */
static bool find_unsettled(const struct explorer *explorer, const struct path_reach_hop *hop,
                           uint32_t *rival)
{
    bool found = false;
    for (size_t i = 0; i < explorer->n_rivals && !found; i++) {
        *rival = explorer->rivals[i];
        found = !path_hop_settled(hop, *rival);
    }
    return found;
}

/* Where entries of one rank overlap and do different things. */
static void note_rivals(struct explorer *explorer, const struct path_reach_hop *hop,
                        const struct match *cube)
{
    const struct flow_entry *entries = explorer->network->tables[hop->in.sw].flows->entries;
    size_t begin = explorer->n_entries, n = explorer->n_rivals;
    for (size_t i = 0; i < n && path_explorer_push(explorer, explorer->rivals[i]); i++) {
    }
    for (size_t i = begin; i < explorer->n_entries; i++) {
        struct match parts[2];
        struct header example;
        struct path_reach_hop *either = path_explorer_copy(explorer, hop);
        size_t n_parts = path_hop_part(hop, &entries[explorer->entries[i]], cube, parts);
        for (size_t j = 0; j < n_parts && either; j++) {
            either->either = true;
            either->rival = explorer->entries[i];
            if (path_explorer_passes(explorer, either, &parts[j], &example)) {
                note_unknown(explorer, either, &example, SPACE_COMPETITION);
            }
        }
    }
    explorer->n_entries = begin;
}

/* What the entry surely does with these. */
static void send_on(struct explorer *explorer, struct path_reach_hop *hop, const struct match *cube,
                    const struct header *example, const struct space_behavior *behavior)
{
    if (behavior->unknown) {
        note_unknown(explorer, hop, example, behavior->unknown);
    } else {
        arrive(explorer, hop, example, behavior);
        leave(explorer, hop, cube, behavior);
    }
}

/* What the entry's actions do, whatever its conditions, and as packets are at the ingress. */
static bool actions_from_ingress(struct explorer *explorer, const struct path_reach_hop *hop,
                                 size_t entry, struct space_behavior *behavior)
{
    const struct flow_entry *flow = &explorer->network->switches[hop->in.sw].flows->entries[entry];
    bool unused = false;
    if (path_behavior(explorer->network, hop->in, flow->actions, flow->n_actions,
                      &explorer->reach->arena, behavior) < 0) {
        explorer->no_memory = true;
        return false;
    }
    return from_ingress(explorer, hop, behavior, &unused) && !behavior->unknown;
}

/* Whether of those that were just looked at (explorer->left) the other entry surely takes all, if
 * the hop's does not, and does the same. */
static bool does_the_same(struct explorer *explorer, const struct path_reach_hop *hop,
                          uint32_t other)
{
    struct space_table *table = &explorer->network->tables[hop->in.sw];
    struct space_behavior a, b;
    struct space_difference where;
    return !flow_open(&table->flows->entries[other]) && !space_table_holes(table, other) &&
           !space_table_holes(table, hop->entry) &&
           actions_from_ingress(explorer, hop, hop->entry, &a) &&
           actions_from_ingress(explorer, hop, other, &b) &&
           space_differ(&explorer->left, &a, &b, explorer->budget, &where) == SPACE_EMPTY;
}

/* Those of the cube that the other entry would take, if the condition of the hop's did not hold. */
static void follow_instead(struct explorer *explorer, struct path_reach_hop *hop, uint32_t other,
                           bool is_alone, const struct match *cube, const char *reason)
{
    const struct path_network *network = explorer->network;
    struct space_behavior behavior;
    struct header example;
    struct match parts[2];
    size_t n =
        path_hop_part(hop, &network->switches[hop->in.sw].flows->entries[other], cube, parts);
    if (path_outputs_of(network, hop->in, other, &explorer->reach->arena, &behavior) < 0) {
        explorer->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n && path_explorer_spend(explorer, STEP_COST); i++) {
        struct path_reach_hop *part = path_explorer_copy(explorer, hop);
        if (part && path_explorer_passes(explorer, part, &parts[i], &example)) {
            behavior.unknown =
                is_alone && does_the_same(explorer, part, other) ? behavior.unknown : reason;
            send_on(explorer, part, &parts[i], &example, &behavior);
        }
        hop->bars = bar(explorer, hop->bars, &parts[i]);
    }
}

/* Whether no other of the list has the rank of its nth, and takes packets of it. */
static bool is_alone(const struct flow_entry *entries, const struct space_overlapping *list,
                     size_t nth, size_t but)
{
    const struct flow_entry *entry = &entries[list->entries[nth]];
    bool alone = true;
    for (size_t i = 0; i < list->n_entries && alone; i++) {
        const struct flow_entry *other = &entries[list->entries[i]];
        alone = i == nth || list->entries[i] == but || space_rank(other) != space_rank(entry) ||
                !match_overlaps(&other->match, &entry->match);
    }
    return alone;
}

/* It is not known whether the hop's entry takes these: parted by the entries that do otherwise,
 * the first of them first, it may make no difference. What is left is taken by none. */
static void follow_open(struct explorer *explorer, const struct path_reach_hop *hop,
                        const struct match *cube, const struct space_behavior *behavior)
{
    const struct path_network *network = explorer->network;
    struct space_table *table = &network->tables[hop->in.sw];
    uint32_t rank = space_rank(&table->flows->entries[hop->entry]);
    struct match local = path_hop_at_switch(hop, cube);
    struct path_reach_hop *rest = path_explorer_copy(explorer, hop);
    struct space_overlapping others = {0};
    struct space_behavior does = *behavior;
    struct header example;
    if (!rest || space_list_overlapping(table, &local, 0, rank, explorer->budget, &others) < 0) {
        explorer->reach->exhausted = true;
        return;
    }
    for (size_t i = 0; i < others.n_entries && !explorer->no_memory; i++) {
        if (others.entries[i] != hop->entry) {
            bool alone = is_alone(table->flows->entries, &others, i, hop->entry);
            follow_instead(explorer, rest, others.entries[i], alone, cube, behavior->unknown);
        }
    }
    free(others.entries);
    if (path_behavior(network, hop->in, table->flows->entries[hop->entry].actions,
                      table->flows->entries[hop->entry].n_actions, &explorer->reach->arena,
                      &does) < 0) {
        explorer->no_memory = true;
    } else if (!space_behavior_drops(&does) &&
               path_explorer_passes(explorer, rest, cube, &example)) {
        note_unknown(explorer, rest, &example, behavior->unknown);
    }
}

/* The part of the headers that this hop's entry takes. */
static void follow(struct explorer *explorer, struct path_reach_hop *hop, const struct match *cube)
{
    struct header example;
    struct space_behavior behavior;
    bool found = path_explorer_passes(explorer, hop, cube, &example);
    uint32_t rival;
    if (find_unsettled(explorer, hop, &rival)) {
        follow_beside(explorer, hop, cube, rival);
        return;
    }
    if (explorer->n_rivals > 0) {
        note_rivals(explorer, hop, cube);
        found = found && path_explorer_passes(explorer, hop, cube, &example);
    }
    if (!found) {
        return;
    }
    if (!explorer->watch->takes(explorer->watch->aux, hop, cube)) {
        explorer->reach->exhausted = true;
        return;
    }
    if (path_outputs_of(explorer->network, hop->in, hop->entry, &explorer->reach->arena,
                        &behavior) < 0) {
        explorer->no_memory = true;
        return;
    }
    if (behavior.unknown && path_is_conditional(explorer->network, hop->in.sw, hop->entry)) {
        follow_open(explorer, hop, cube, &behavior);
    } else {
        send_on(explorer, hop, cube, &example, &behavior);
    }
}

/* What the table of hop's switch does with the cube; hop->entry is not set. */
static void explore(struct explorer *explorer, struct path_reach_hop *hop, const struct match *cube)
{
    const struct path_switch *sw = &explorer->network->switches[hop->in.sw];
    struct header example;
    if (!sw->flows) {
        if (path_explorer_passes(explorer, hop, cube, &example)) {
            note_unknown(explorer, hop, &example, sw->unknown);
        }
        return;
    }
    struct match local = path_hop_at_switch(hop, cube);
    size_t begin = explorer->n_entries;
    path_explorer_push_all(explorer, &explorer->network->tables[hop->in.sw], &local, 0);
    size_t end = explorer->n_entries;
    for (size_t i = begin; i < end && !explorer->no_memory && !explorer->reach->exhausted; i++) {
        uint32_t entry = explorer->entries[i];
        struct match parts[2];
        size_t n = path_hop_part(hop, &sw->flows->entries[entry], cube, parts);
        for (size_t j = 0; j < n && path_explorer_spend(explorer, STEP_COST); j++) {
            struct path_reach_hop *taken = path_explorer_copy(explorer, hop);
            if (taken) {
                taken->entry = entry;
                follow(explorer, taken, &parts[j]);
            }
        }
    }
    explorer->n_entries = begin;
}

/* ---------------------------------------------------------------------- public */

int path_reach_watched(const struct path_network *network, size_t sw, const struct match *within,
                       const struct path_reach_watch *watch, size_t *budget,
                       struct path_reach *reach)
{
    struct explorer explorer = {
        .network = network, .reach = reach, .watch = watch, .budget = budget};
    struct port_ref port = {.sw = sw, .port = within->value.in_port};
    *reach = (struct path_reach){0};
    if (!path_no_entry(network, port)) {
        struct path_reach_hop *first = path_explorer_allocate(&explorer, sizeof *first);
        if (first) {
            *first = (struct path_reach_hop){.in = port, .entry = ENTRY_NONE};
            explore(&explorer, first, within);
        }
    }
    free(explorer.entries);
    free(explorer.taken);
    space_region_free(&explorer.left);
    free(explorer.rivals);
    return explorer.no_memory ? -1 : 0;
}

static bool go_on(void *aux, const struct path_reach_hop *hop, const struct match *cube)
{
    (void)aux;
    (void)hop;
    (void)cube;
    return true;
}

int path_reach_within(const struct path_network *network, size_t sw, const struct match *within,
                      size_t *budget, struct path_reach *reach)
{
    static const struct path_reach_watch nobody = {.takes = go_on};
    return path_reach_watched(network, sw, within, &nobody, budget, reach);
}

int path_reach(const struct path_network *network, struct port_ref port, size_t *budget,
               struct path_reach *reach)
{
    struct match all = match_in_port(port.port);
    return path_reach_within(network, port.sw, &all, budget, reach);
}

void path_reach_free(struct path_reach *reach)
{
    free(reach->arrivals);
    free(reach->loops);
    free(reach->unknowns);
    base_arena_free(&reach->arena);
    *reach = (struct path_reach){0};
}

bool path_hop_leads(const struct path_reach_hop *through, const struct path_reach_hop *hop)
{
    while (hop && hop != through) {
        hop = hop->previous;
    }
    return hop != NULL;
}

bool path_hops_exclude(const struct path_reach_hop *a, const struct path_reach_hop *b)
{
    while (a->depth > b->depth) {
        a = a->previous;
    }
    while (b->depth > a->depth) {
        b = b->previous;
    }
    while (a->previous != b->previous) {
        a = a->previous;
        b = b->previous;
    }
    return a->in.sw == b->in.sw && a->in.port == b->in.port && a->entry != ENTRY_NONE &&
           b->entry != ENTRY_NONE && a->entry != b->entry &&
           memcmp(&a->rewrite, &b->rewrite, sizeof a->rewrite) == 0;
}
