/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of mutate. Functions that return int return -1 without
 * memory. */
#ifndef MUTATE_INSIDE_H
#define MUTATE_INSIDE_H

#include "learn/learn.h"
#include "mutate/mutants.h"
#include "mutate/mutate.h"
#include "prove/whatif.h"

struct mutate_run {
    const struct expectation *expectation;
    const struct switch_dump *switches;
    const struct mutate_options *options;
    struct mutations *mutations;
    struct base_error *error;

    struct prove_whatif *whatif;
    struct learn_draft draft; /* ports; when first needed */
    bool has_draft;
    bool *wanted; /* by port of the draft: a line of it would notice something */

    size_t sw; /* whose mutants are made */
    const struct switch_state *state;
    struct space_table table;
    bool composed;         /* its tables are composed, */
    bool any_composed;     /* those of some switch are: claims are proved anew for each mutant */
    bool tries;            /* else they are counted */
    size_t n_left, n_open; /* to be chosen, of so many that are still to come */
    uint64_t random;
};

/* One mutant being tried. */
struct mutate_trial {
    struct mutate_run *run;
    const struct mutate_mutant *mutant;
    struct mutation *mutation;
    struct match region;
    bool whole;     /* the region is everything, and nothing is cut down */
    uint32_t *rows; /* that overlap the region, in the order of the dump */
    size_t n_rows;
    struct base_arena arena;
};

/* state.c: finds the rows; what state_judge would say. */
int mutate_trial_open(struct mutate_trial *trial);
void mutate_trial_close(struct mutate_trial *trial);
int mutate_trial_state(struct mutate_trial *trial);

/* Adds the entry, cut down to the region; nothing, if it takes no packet of it. */
int mutate_trial_cut(const struct mutate_trial *trial, const struct flow_entry *entry,
                     struct flow_table *out);

/* whole.c: takes note of a result: of the first that fails, and of the first that is inconclusive.
 */
void mutate_trial_sense(struct mutate_trial *trial, enum mutation_sense by, enum verdict verdict,
                        const char *id);

/* The row in the mutant; NULL: it is gone. */
const struct flow_entry *mutate_trial_row(const struct mutate_trial *trial, size_t row);

/* The switch as the mutant has it (expires: once what has a lifetime is gone); to be
 * closed even if there was no memory. And what prove_claims would say. */
int mutate_whole_open(const struct mutate_trial *trial, bool expires, struct switch_state *out);
void mutate_whole_close(struct switch_state *state);
int mutate_whole_claims(struct mutate_trial *trial);

/* line.c: of a mutant that nothing notices the fate, and the line; if it is open whether anything
 * does, that stays open, unless no packet is treated otherwise. */
int mutate_trial_compare(struct mutate_trial *trial);

/* In the end: the lines for the report. */
int mutate_keep_lines(struct mutate_run *run);

#endif
