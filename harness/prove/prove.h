/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims proved or refuted for every header that their sender can send, from
 * the flow tables alone: no frame is needed. Pure. */
#ifndef PROVE_PROVE_H
#define PROVE_PROVE_H

#include "base/error.h"
#include "model/expectation.h"
#include "model/result.h"
#include "model/state.h"
#include "traffic/forbidden.h"

struct prove_options {
    size_t budget;        /* comparisons of two sets a sender, and a claim; 0: 20,000,000, and
                             2,000 for each entry */
    const bool *selected; /* by claim; NULL: all */
};

/* Adds to the report, with the ids of traffic_judge:
 *
 *   traffic/FROM/…         each selected claim, in the order of the expectation.
 *                          Proved (pass): every header of its match arrives at
 *                          each host of the claim exactly as often as it says,
 *                          and with the rewrites that `ports:` declares for it
 *                          (none where they declare no way). Refuted (fail):
 *                          the example does not; `detail` is its way, hop by
 *                          hop, `suspect` where table and expectation part.
 *   traffic/FROM/stray/TO  headers that arrive at TO and that no claim of FROM
 *                          allows; `…/stray/all` if that could not be decided.
 *                          If all claims are selected: of a host of which none
 *                          speaks, what arrives beyond what `ports:` declare, and
 *                          traffic/FROM/delivered/TO of what they declare and does
 *                          not; `…/stray/all` passes if there is neither.
 *   traffic/FROM/loop      headers that go round for ever, whatever the claims.
 *
 * Inconclusive: nothing refutes the claim, but a header of it comes to a place
 * where it is not known what becomes of it (path/forward.h), or the budget is
 * over. A switch that was not read costs only claims of headers that come to it,
 * at hosts that something which leaves it can reach. -1 only without memory. */
int prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                 const struct prove_options *options, struct report *report,
                 struct base_error *error);

/* Proves of pairs that no frame would show that nothing forbidden arrives: takes
 * them off the list of the unprobed, and counts them. Where the tables let
 * something through there is a result traffic/FROM/stray/TO more, as above; where
 * it stays open, the reason says so. `options`: the budget, of all that together
 * (0: 100,000,000). -1 only without memory. */
int prove_forbidden(const struct expectation *expectation, const struct switch_dump *switches,
                    const struct prove_options *options, struct traffic_forbidden *forbidden,
                    struct report *report, struct base_error *error);

#endif
