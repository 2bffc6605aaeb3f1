/* SPDX-License-Identifier: Apache-2.0
 *
 * Which headers of a port belong to which case of the expectation, and which of
 * those come to which entry of the table? */
#include "base/memory.h"
#include "state/inside.h"

#include <stdlib.h>

enum { FEW_CASES = 8 }; /* looked at one by one */

/* The ports of the case, the controller, where nothing that goes there is judged, and what is down.
 */
static int list_unjudged(struct state_port *port, const struct expected_case *expected,
                         struct state_case *added)
{
    const struct state_run *run = port->run;
    size_t n = expectation_max_may(expected) + run->n_down;
    uint16_t *unjudged = base_arena_alloc(&port->arena, n * sizeof *unjudged);
    added->n_may = unjudged ? expectation_unjudged(run->expectation, expected, unjudged) : 0;
    added->n_unjudged = added->n_may;
    for (size_t i = 0; unjudged && i < run->n_down; i++) {
        unjudged[added->n_unjudged++] = run->down[i];
    }
    added->unjudged = unjudged;
    return unjudged ? 0 : -1;
}

static int add_case(struct state_port *port, const struct expected_case *expected)
{
    const struct switch_state *state = port->run->state;
    struct match in_port = match_in_port(port->number);
    struct state_case *added = &port->cases[port->n_cases];
    *added =
        (struct state_case){.match = in_port, .expires_sec = port->run->expectation->expires_sec};
    if (expected) {
        if (!match_intersect(&expected->match, &in_port, &added->match)) {
            return 0;
        }
        added->actions = expected->actions;
        added->n_actions = expected->n_actions;
        added->expires_sec = expected->has_expires ? expected->expires_sec : added->expires_sec;
    }
    port->n_cases++;
    struct space_behavior all;
    if (list_unjudged(port, expected, added) < 0 ||
        space_behavior(added->actions, added->n_actions, port->number, state->ports, state->n_ports,
                       &port->arena, &all) < 0) {
        return -1;
    }
    added->behavior = *state_port_judged(port, port->n_cases - 1, &all, &added->behavior);
    return 0;
}

const struct space_behavior *state_port_judged(struct state_port *port, size_t c,
                                               const struct space_behavior *observed,
                                               struct space_behavior *scratch)
{
    const struct state_case *expected = &port->cases[c];
    if (expected->n_unjudged == 0) {
        return observed;
    }
    if (space_behavior_without(observed, expected->unjudged, expected->n_unjudged, &port->arena,
                               scratch) < 0) {
        *scratch = (struct space_behavior){.unknown = "out of memory"};
    }
    return scratch;
}

/* Of cases as items of a tree: the first ones come first. */
static uint32_t rank_of(size_t c)
{
    return UINT32_MAX - (uint32_t)c;
}

static int build_tree(struct state_port *port)
{
    struct space_item *items = base_calloc(port->n_cases, sizeof *items);
    for (size_t c = 0; items && c < port->n_cases; c++) {
        items[c] = (struct space_item){
            .match = port->cases[c].match, .rank = rank_of(c), .entry = (uint32_t)c};
    }
    int status = items ? space_tree_build(&port->tree, items, port->n_cases) : -1;
    free(items);
    return status;
}

/* What no case takes must be dropped: one case more. */
int state_port_prepare(struct state_port *port)
{
    size_t n = port->expected ? port->expected->n_cases : 0;
    struct match all = match_in_port(port->number);
    port->cases = base_arena_alloc(&port->arena, (n + 1) * sizeof *port->cases);
    int failed = port->cases ? 0 : -1;
    for (size_t i = 0; i < n && !failed; i++) {
        failed = add_case(port, &port->expected->cases[i]);
    }
    bool complete = port->n_cases > 0 && match_equal(&port->cases[port->n_cases - 1].match, &all);
    failed = failed || complete ? failed : add_case(port, NULL);
    return failed || port->n_cases <= FEW_CASES ? failed : build_tree(port);
}

bool state_port_cases(struct state_port *port, const struct match *cube, size_t end,
                      space_tree_visit *visit, void *aux)
{
    if (port->tree.root) {
        return end == 0 || space_tree_overlapping(&port->tree, cube, rank_of(end - 1), UINT32_MAX,
                                                  &port->budget, visit, aux);
    }
    for (size_t c = 0; c < end; c++) {
        if (match_overlaps(&port->cases[c].match, cube) &&
            !visit(aux, (uint32_t)c, &port->cases[c].match)) {
            return true;
        }
    }
    return true;
}

/* ----------------------------------------------------------------- regions */

/* Earlier cases are taken away. */
struct excluding {
    struct space_region *region;
    enum space_answer answer;
};

static bool exclude_case(void *aux, uint32_t c, const struct match *match)
{
    struct excluding *excluding = aux;
    (void)c;
    excluding->answer = space_leave(excluding->region, match);
    return excluding->answer == SPACE_FOUND;
}

enum space_answer state_port_region(struct state_port *port, size_t c, size_t entry,
                                    const struct match *within, struct space_region *region)
{
    const struct state_case *expected = &port->cases[c];
    const struct flow_entry *entries = port->run->whole.flows->entries;
    struct excluding excluding = {.region = region, .answer = SPACE_FOUND};
    region->cube = expected->match;
    if ((entry != ENTRY_NONE &&
         !match_intersect(&region->cube, &entries[entry].match, &region->cube)) ||
        (within && !match_intersect(&region->cube, within, &region->cube))) {
        return SPACE_EMPTY;
    }
    if (!state_port_cases(port, &region->cube, c, exclude_case, &excluding)) {
        return SPACE_OPEN;
    }
    return excluding.answer != SPACE_FOUND
               ? excluding.answer
               : space_table_exclude(&port->run->table, entry, region, &port->budget);
}
