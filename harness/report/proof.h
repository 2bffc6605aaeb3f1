/* SPDX-License-Identifier: Apache-2.0
 *
 * What a proof found, in words: the way of the packet, hop by hop, up to where it
 * goes wrong, and whose fault that is. Pure. */
#ifndef REPORT_PROOF_H
#define REPORT_PROOF_H

#include "prove/prove.h"

/* Of each finding of prove_claims or prove_forbidden, for the same expectation and
 * switches: adds the way to the detail of its result, and fills in suspect and
 * cause. -1 without memory. */
int report_proofs(const struct expectation *expectation, const struct switch_dump *switches,
                  const struct prove_findings *findings, struct report *report);

#endif
