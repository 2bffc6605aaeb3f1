/* SPDX-License-Identifier: Apache-2.0
 *
 * A proof: the tables of a network, live or saved, against the claims. No frame
 * is sent, unless the packets that refute a claim shall be tried. */
#ifndef RUN_PROVE_H
#define RUN_PROVE_H

#include "prove/prove.h"
#include "run/run.h"
#include "run/source.h"

/* Decides the claims (prove/prove.h), and says of what is refuted which way the packet takes, and
 * whose fault it is. -1: no memory. */
int run_prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                     const struct prove_options *options, struct report *report,
                     struct base_error *error);

struct run_prove_options {
    struct run_options run; /* patterns, timeout_ms, progress */
    bool confirm;           /* send the example of each refutation; live only */
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
