/* SPDX-License-Identifier: Apache-2.0
 *
 * A proof: the tables of a network, live or saved, against the claims. No frame
 * is sent, unless the packets that refute a claim shall be tried. */
#ifndef RUN_PROVE_H
#define RUN_PROVE_H

#include "run/run.h"
#include "run/source.h"

struct run_prove_options {
    struct run_options run; /* patterns, timeout_ms, progress */
    bool confirm;           /* send the example of each refutation; live only */
    bool failover;          /* also with each watched port down (run/claims.h) */
};

/* Reads the source and judges it (prove/prove.h). With `confirm` the packet of
 * each refuted claim is sent from its host, and SAYS_OBSERVED of the result says
 * where it arrived; the detail, whether the tables had said so. The verdict is that
 * of the tables. A packet that would go round endlessly is not sent. 0 whatever
 * the verdict; -1 as run_check. */
int run_prove(const struct expectation *expectation, struct run_source *source,
              const struct run_prove_options *options, struct report *report,
              struct base_error *error);

#endif
