/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tables of a network prove, as they are, and if a port is down that something watches. */
#ifndef RUN_CLAIMS_H
#define RUN_CLAIMS_H

#include "prove/prove.h"

/* Decides the claims (prove/prove.h), and says of what is refuted which way the packet takes, and
 * whose fault it is. -1: no memory. */
int run_prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                     const struct prove_options *options, struct report *report,
                     struct base_error *error);

/* Decides them once more for each port that is up and that a bucket of its
 * switch watches, or that is a way of a `failover:`, as if it, and the port at the other end of its
 * cable, were switched off. Results are added as failover/SWITCH:PORT/ID, ID being that of
 * prove_claims, of kind RESULT_FAILOVER; those about a host that is cut off are left out. If there
 * is no such port, a note says so. -1: no memory. */
int run_prove_failover(const struct expectation *expectation, const struct switch_dump *switches,
                       const struct prove_options *options, struct report *report,
                       struct base_error *error);

#endif
