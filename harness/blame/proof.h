/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is that a claim does not hold for every header. Pure. */
#ifndef BLAME_PROOF_H
#define BLAME_PROOF_H

#include "blame/place.h"
#include "prove/prove.h"

/* Opens the view (blame_open) of a finding of prove_claims or prove_forbidden,
 * and finds its place. Fills in suspect, cause and cause_kind of its result in the
 * report; nothing of a result that was left open. */
void blame_finding(struct blame_view *view, const struct prove_finding *finding,
                   struct report *report, struct blame_place *place);

#endif
