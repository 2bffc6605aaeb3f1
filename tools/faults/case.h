/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases: a fault is made, looked for, unmade, and the network looked at again. */
#ifndef FAULTS_CASE_H
#define FAULTS_CASE_H

#include "faults/fault.h"
#include "faults/score.h"

struct case_options {
    const char *expected;
    unsigned long long seed, n_cases; /* 0: one of each kind */
    const struct fault *kind;         /* NULL: one after another */
    const char *group;                /* NULL: all */
    bool pairs;
    bool no_packet_out; /* switches are not told to send */
    const char *log;    /* a line a case is appended; NULL: nowhere */
    bool verbose;
};

/* Runs them all and adds them to the score; a miss is printed at once.
 * Fails if the lab cannot be used, or does not become right again. */
int cases_run(const struct case_options *options, struct score *score, struct base_error *error);

#endif
