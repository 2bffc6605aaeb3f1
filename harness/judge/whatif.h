/* SPDX-License-Identifier: Apache-2.0
 *
 * What if one entry were another? The claims of an expectation (judge/prove.h),
 * kept decided while entries of the tables change, and change back. Pure.
 *
 * A change concerns only headers whose way leads to the changed entry. They are
 * looked for backwards, from the entry over the cables to the hosts; only they
 * are followed again, and only claims and strays of theirs are decided again. */
#ifndef JUDGE_WHATIF_H
#define JUDGE_WHATIF_H

#include "judge/prove.h"

struct judge_whatif;

/* What is decided: each claim of the expectation, in its order; then, for each
 * host, that nothing of it strays; then, for each host, that nothing of it goes
 * round for ever. (What no claim and no port of the expectation speaks of passes.) */
struct judge_standing {
    enum verdict verdict;
    struct header example; /* VERDICT_FAIL: a header that refutes it; in_port: its sender's */
    size_t to;             /* the host at which it does; SIZE_MAX: at none */
    bool unclear; /* of strays: somewhere it is not known what becomes of the host's headers */
};

struct judge_turn {
    size_t what; /* index of a standing */
    struct judge_standing before;
};

/* Decides all, for copies of the tables; what `switches` point to must outlive
 * it. Of the options the budget counts. Errors: no memory; then *whatif is NULL. */
int judge_whatif_open(const struct expectation *expectation, const struct judge_switch *switches,
                      const struct judge_prove_options *options, struct judge_whatif **whatif,
                      struct base_error *error);
void judge_whatif_free(struct judge_whatif *whatif);

const struct judge_standing *judge_whatif_standings(const struct judge_whatif *whatif, size_t *n);

/* One change of a switch that was read. Rows are the entries as dumped, then
 * those added. The actions must live as long as `whatif`. Afterwards every
 * standing has the verdict that a start from nothing would give it; with a budget
 * that is used up one may be inconclusive where the other is not. -1 without
 * memory, and then it can only be freed. */
int judge_whatif_add(struct judge_whatif *whatif, size_t sw, const struct flow_entry *entry,
                     size_t *row);
int judge_whatif_remove(struct judge_whatif *whatif, size_t sw, size_t row);
int judge_whatif_modify(struct judge_whatif *whatif, size_t sw, size_t row,
                        const struct action *actions, size_t n_actions);

/* For whoever asks only whether anything fails: from now on a change decides no
 * more once a standing fails, and leaves the others as they were. It must be taken
 * back before the next one. */
void judge_whatif_hurry(struct judge_whatif *whatif, bool hurries);

/* The standings whose verdict the last change turned, and how they stood. */
const struct judge_turn *judge_whatif_turned(const struct judge_whatif *whatif, size_t *n);

/* Takes back the last change that has not been taken back: nothing is decided
 * again. Row numbers of added entries may be given anew. -1 without memory. */
int judge_whatif_undo(struct judge_whatif *whatif);

#endif
