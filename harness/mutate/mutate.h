/* SPDX-License-Identifier: Apache-2.0
 *
 * How good is an expectation? The small changes that a mistake would make are
 * tried on copies of the flow tables, one at a time, and judged: which of them
 * would nobody notice (mutation testing, DeMillo, Lipton, Sayward, 1978)? Pure. */
#ifndef MUTATE_MUTATE_H
#define MUTATE_MUTATE_H

#include "model/mutation.h"
#include "prove/prove.h"
#include "state/state.h"

/* All zero: the defaults. */
struct mutate_options {
    bool (*selects)(void *aux, const char *id); /* NULL: all */
    /* Asked before each change is tried, and before each sender is proved; once it says true the
     * rest is left: mutations->base.interrupted. NULL: never. */
    bool (*stops)(const void *aux);
    void *aux;
    size_t limit;  /* of those selected so many are tried, chosen at random; 0: all */
    uint64_t seed; /* of that choice */
};

/* Tries the mutants of each switch that was read (mutate/mutants.h). One is
 * noticed if state_judge or prove_claims, of the network with this change alone,
 * has a result that fails: what is said here is what they say, though only what
 * the change can touch is judged again. Whether one that nobody notices treats
 * some packet otherwise (from a port that is there) is decided for every header
 * (change/diff.h); if not, it is equivalent, and says nothing of the expectation.
 * Of a timeout that counts which would count if the entry were gone. A group of type ff that does
 * the same as long as ports are as they are is undecided.
 *
 * For each unnoticed one there is a port whose line would notice it: as its table
 * is, with no `ignore:`. Of a switch that `ports:` did not list lines has all
 * ports, as those that are not listed must drop.
 *
 * If the network as it is does not pass (mutations->base) nothing is tried, as
 * a mistake more would show nothing; `findings` (NULL: not wanted; free them) are
 * those of prove_claims. -1 only without memory; mutations_free
 * then, too. What it was made from must outlive it. */
int mutate_expectation(const struct expectation *expectation, const struct switch_dump *switches,
                       const struct mutate_options *options, struct mutations *mutations,
                       struct prove_findings *findings, struct base_error *error);

#endif
