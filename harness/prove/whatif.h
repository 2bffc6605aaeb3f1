/* SPDX-License-Identifier: Apache-2.0
 *
 * What if one entry were another? The claims of an expectation (prove/prove.h),
 * kept decided while entries of the tables change, and change back. Pure.
 *
 * A change concerns only headers whose way leads to the changed entry. They are
 * looked for backwards, from the entry over the cables to the hosts; only they
 * are followed again, and only claims and strays of theirs are decided again. */
#ifndef PROVE_WHATIF_H
#define PROVE_WHATIF_H

#include "prove/prove.h"

struct prove_whatif;

/* One verdict: there is one for each claim of the expectation, in its order; then,
 * for each host, whether nothing that it sends strays; then, for each host, whether
 * nothing that it sends goes round endlessly. (Where neither a claim nor a port of the
 * expectation says anything, the verdict is pass.) */
struct prove_standing {
    enum verdict verdict;
    struct header example; /* VERDICT_FAIL: a header that refutes it; in_port: its sender's */
    size_t to;             /* the host at which it does; HOST_NONE: at none */
    bool unclear; /* of strays: somewhere it is not known what becomes of the host's headers */
};

/* Copies the tables and decides everything; what `switches` point to must outlive
 * it. Rows are entries: of none are tables composed (space_pipeline_has). Of the options only the
 * budget matters. -1 without memory: then *whatif is NULL. */
int prove_whatif_open(const struct expectation *expectation, const struct switch_dump *switches,
                      const struct prove_options *options, struct prove_whatif **whatif,
                      struct base_error *error);
void prove_whatif_free(struct prove_whatif *whatif);

/* All of them; valid until it is freed. */
const struct prove_standing *prove_whatif_standings(const struct prove_whatif *whatif, size_t *n);

/* One change of a switch that was read. Rows are the entries as dumped, then
 * those added. The actions must live as long as `whatif`. Afterwards every
 * standing has the verdict that prove_whatif_open would give it for the changed
 * tables; with a budget that is used up one may be inconclusive where the other is
 * not. -1 without memory: then it can only be freed. */
int prove_whatif_add(struct prove_whatif *whatif, size_t sw, const struct flow_entry *entry,
                     size_t *row);
int prove_whatif_remove(struct prove_whatif *whatif, size_t sw, size_t row);
int prove_whatif_modify(struct prove_whatif *whatif, size_t sw, size_t row,
                        const struct action *actions, size_t n_actions);

/* For callers that only want to know whether anything fails: from now on a change
 * stops deciding once a standing fails, and leaves the others as they were. Such a
 * change must be taken back before the next one. */
void prove_whatif_hurry(struct prove_whatif *whatif, bool hurries);

/* Takes back the last change that has not been taken back: nothing is decided
 * again. Row numbers of added entries may be given anew. -1 without memory. */
int prove_whatif_undo(struct prove_whatif *whatif);

#endif
