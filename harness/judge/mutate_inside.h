/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of judge/mutate. Functions that return int return -1 without
 * memory. */
#ifndef JUDGE_MUTATE_INSIDE_H
#define JUDGE_MUTATE_INSIDE_H

#include "judge/learn.h"
#include "judge/mutants.h"
#include "judge/mutate.h"
#include "judge/whatif.h"

struct judge_mutator {
    const struct expectation *expectation;
    const struct judge_switch *switches;
    const struct judge_mutate_options *options;
    struct mutations *mutations;
    struct base_error *error;

    struct judge_whatif *whatif;
    struct judge_learned learned; /* ports; when first needed */
    bool has_learned;
    bool *wanted; /* by learned port: a line of it would notice something */

    size_t sw; /* whose mutants are made */
    const struct switch_state *state;
    struct space_table table;
    bool tries;            /* else they are counted */
    size_t n_left, n_open; /* to be chosen, of so many that are still to come */
    uint64_t random;
};

/* One mutant being tried. */
struct judge_trial {
    struct judge_mutator *mutator;
    const struct judge_mutant *mutant;
    struct mutation *told;
    struct match region;
    bool whole;     /* the region is everything, and nothing is cut down */
    uint32_t *rows; /* that overlap the region, in the order of the dump */
    size_t n_rows, rows_capacity;
    struct base_arena arena;
};

/* mutate_state.c: finds the rows; what judge_state would say. */
int judge_trial_open(struct judge_trial *trial);
void judge_trial_close(struct judge_trial *trial);
int judge_trial_state(struct judge_trial *trial);

/* A result of this verdict is told. */
void judge_trial_sense(struct judge_trial *trial, enum mutation_sense by, enum verdict verdict,
                       const char *id);

/* The row in the mutant; NULL: it is gone. */
const struct flow_entry *judge_trial_row(const struct judge_trial *trial, size_t row);

/* Adds the entry, cut down to the region. */
int judge_trial_cut(const struct judge_trial *trial, const struct flow_entry *entry,
                    struct flow_table *out);

/* mutate_line.c: of a mutant that nothing notices the fate, and the line. */
int judge_trial_compare(struct judge_trial *trial);

/* In the end: the lines for the report. */
int judge_mutator_keep_lines(struct judge_mutator *mutator);

#endif
