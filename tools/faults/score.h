/* SPDX-License-Identifier: Apache-2.0
 *
 * The table: a line a kind of fault. */
#ifndef FAULTS_SCORE_H
#define FAULTS_SCORE_H

#include "faults/fault.h"

#include <stdio.h>

struct score_case {
    const struct fault *fault; /* of a pair: the first one */
    uint64_t seed;
    bool pair;
    bool found;       /* as the record says; of what must pass or cannot be seen: it passed */
    bool located;     /* a cause at its place, and none elsewhere */
    unsigned n_named; /* faults of which a cause names the place */
    bool seed_way;    /* would have noticed it */
    bool clean_after; /* the first check after it was undone passed */
    double ms;        /* that the check took */
};

struct score {
    struct score_case *cases;
    size_t n_cases, capacity;
};

/* Copies the case; without memory it is left out. */
void score_add(struct score *score, const struct score_case *row);
void score_free(struct score *score);

/* Not found, not located, or not silent. */
bool score_is_miss(const struct score_case *row);

/* The goals are met: all found, 95 of 100 located, nothing that is right told
 * as wrong; of pairs one named in every case, both in 80 of 100. */
bool score_is_clean(const struct score *score);

/* Appends a case to a file as a line; NULL: nowhere. score_read adds all lines
 * of a file. */
void score_log(const struct score_case *row, const char *path);
int score_read(struct score *score, const char *path, struct base_error *error);

/* The table, in Markdown. */
void score_print(const struct score *score, FILE *out);

#endif
