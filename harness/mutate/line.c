/* SPDX-License-Identifier: Apache-2.0
 *
 * A mutant that nothing notices: does it treat any packet otherwise, and what would
 * have to be written to notice that? */
#include "base/memory.h"
#include "change/diff.h"
#include "mutate/inside.h"
#include "state/state.h"

#include <stdlib.h>

/* The ports as they are. */
static int learn(struct mutate_run *run)
{
    int status = learn_ports(run->expectation, run->switches, &run->draft, run->error);
    run->wanted = base_calloc(run->draft.expectation.n_ports + 1, sizeof(bool));
    run->has_draft = true;
    return status < 0 || !run->wanted ? -1 : 0;
}

/* Wants the line of this port; of a switch that is not listed so far, of all its ports. */
static int want_line(struct mutate_trial *trial, uint16_t number)
{
    struct mutate_run *run = trial->run;
    if (!run->has_draft && learn(run) < 0) {
        return -1;
    }
    const struct expectation *draft = &run->draft.expectation;
    bool all = !run->expectation->lists_switch[run->sw] && !run->expectation->unlisted_any;
    for (size_t i = 0; i < draft->n_ports; i++) {
        bool here = draft->ports[i].port.sw == run->sw;
        bool is_it = here && draft->ports[i].port.port == number;
        run->wanted[i] |= is_it || (here && all);
        trial->mutation->line = is_it ? i : trial->mutation->line;
    }
    return 0;
}

/* The exception because of which a change of the row is not seen at this port. */
static const struct exception *exception_of(const struct mutate_trial *trial, uint16_t number)
{
    const struct mutate_run *run = trial->run;
    const struct expectation *expectation = run->expectation;
    const size_t rows[] = {trial->mutant->row, trial->mutant->other};
    struct port_ref port = {.sw = run->sw, .port = number};
    const struct exception *exception = state_ignored_port(expectation, port);
    for (size_t i = 0; i < 2 && rows[i] != ENTRY_NONE && !exception; i++) {
        const struct flow_entry *now = mutate_trial_row(trial, rows[i]);
        exception = state_ignored_entry(expectation, run->sw, &run->state->flows.entries[rows[i]]);
        if (!exception && now) {
            exception = state_ignored_entry(expectation, run->sw, now);
        }
    }
    return exception;
}

/* From a port where packets are treated otherwise: what would notice that. */
static int propose(struct mutate_trial *trial, const struct change_diff *diff)
{
    struct mutate_run *run = trial->run;
    struct mutation *mutation = trial->mutation;
    const struct exception *exception = NULL;
    const char *pending = mutation->open; /* what is not decided might notice it */
    mutation->fate = diff->open ? MUTATION_UNDECIDED : MUTATION_EQUIVALENT;
    mutation->open = diff->open ? "over the budget" : NULL;
    for (size_t i = 0; i < diff->n_changes; i++) {
        const struct change_difference *change = &diff->changes[i];
        struct port_ref port = {.sw = run->sw, .port = change->in_port};
        if (change->others || state_port_is_nowhere(run->expectation->topology, run->state, port)) {
            continue;
        }
        if (change->unknown) {
            mutation->fate =
                mutation->fate == MUTATION_EQUIVALENT ? MUTATION_UNDECIDED : mutation->fate;
            mutation->open = change->unknown;
            continue;
        }
        mutation->fate = pending ? MUTATION_UNDECIDED : MUTATION_UNNOTICED;
        mutation->open = pending;
        if (pending) {
            return 0;
        }
        if (change->by_meters) {
            continue; /* of which `ports:` say nothing */
        }
        exception = exception_of(trial, change->in_port);
        if (!exception) {
            return want_line(trial, change->in_port);
        }
    }
    mutation->ignore = exception ? place_source(exception->place, &run->mutations->arena) : NULL;
    return 0;
}

/* Both tables, cut down to the region. */
static int cut_both(struct mutate_trial *trial, struct switch_state *before,
                    struct switch_state *after)
{
    const struct mutate_run *run = trial->run;
    int status = 0;
    *before = *after = *run->state;
    before->flows = after->flows = (struct flow_table){0};
    for (size_t i = 0; i < trial->n_rows && status == 0; i++) {
        size_t row = trial->rows[i];
        const struct flow_entry *now = mutate_trial_row(trial, row);
        bool gone = !now || (trial->mutant->is_lifetime && row == trial->mutant->row);
        status = mutate_trial_cut(trial, &run->state->flows.entries[row], &before->flows);
        status = status == 0 && !gone ? mutate_trial_cut(trial, now, &after->flows) : status;
    }
    return status;
}

/* What a group of type ff does when its ports are others: it is the same now, at most. */
static void doubt_failover(struct mutate_trial *trial)
{
    const struct mutate_mutant *mutant = trial->mutant;
    struct mutation *mutation = trial->mutation;
    const struct group *before =
        mutant->row == ENTRY_NONE ? &trial->run->state->groups.groups[mutant->group] : NULL;
    if (mutation->fate == MUTATION_EQUIVALENT && before && before->type == GROUP_FAILOVER) {
        mutation->fate = MUTATION_UNDECIDED;
        mutation->open = "it makes a difference when ports go down, perhaps";
    }
}

/* Whether some packet is treated otherwise. */
static int compare(struct mutate_trial *trial, const struct switch_state *before,
                   const struct switch_state *after)
{
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    int status = change_diff(before, after, &budget, &diff);
    status = status == 0 ? propose(trial, &diff) : status;
    change_diff_free(&diff);
    return status;
}

int mutate_trial_compare(struct mutate_trial *trial)
{
    struct switch_state before, after;
    int status;
    if (trial->run->composed) {
        status = mutate_whole_open(trial, true, &after);
        status = status == 0 ? compare(trial, trial->run->state, &after) : status;
        mutate_whole_close(&after);
        doubt_failover(trial);
        return status;
    }
    status = cut_both(trial, &before, &after);
    status = status == 0 ? compare(trial, &before, &after) : status;
    flow_table_free(&before.flows);
    flow_table_free(&after.flows);
    return status;
}

/* --------------------------------------------------------------------- lines */

/* Copies what lives in the arena of the draft. */
static int keep_line(const struct expected_port *line, struct base_arena *arena,
                     struct expected_port *kept)
{
    struct expected_case *cases =
        base_arena_copy(arena, line->cases, line->n_cases * sizeof *cases);
    for (size_t i = 0; cases && i < line->n_cases; i++) {
        cases[i].actions =
            base_arena_copy(arena, cases[i].actions, cases[i].n_actions * sizeof *cases[i].actions);
    }
    *kept = *line;
    kept->cases = cases;
    return arena->failed ? -1 : 0;
}

/* Copies the wanted ones, and lets their mutations point to the copies. */
int mutate_keep_lines(struct mutate_run *run)
{
    struct mutations *mutations = run->mutations;
    const struct expectation *draft = &run->draft.expectation;
    struct base_arena *arena = &mutations->arena;
    size_t *lines = base_calloc(draft->n_ports + 1, sizeof *lines);
    mutations->lines = base_arena_alloc(arena, (draft->n_ports + 1) * sizeof *mutations->lines);
    int status = lines && mutations->lines ? 0 : -1;
    for (size_t i = 0; i < draft->n_ports && status == 0; i++) {
        if (run->wanted[i]) {
            lines[i] = mutations->n_lines++;
            status = keep_line(&draft->ports[i], arena, &mutations->lines[lines[i]]);
        }
    }
    for (size_t i = 0; i < mutations->n_items && status == 0; i++) {
        size_t *line = &mutations->items[i].line;
        *line = *line == INDEX_NONE ? INDEX_NONE : lines[*line];
    }
    free(lines);
    return status;
}
