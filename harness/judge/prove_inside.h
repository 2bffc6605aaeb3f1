/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of judge/prove: a proof under way. */
#ifndef JUDGE_PROVE_INSIDE_H
#define JUDGE_PROVE_INSIDE_H

#include "judge/prove.h"
#include "space/reach.h"

struct judge_proof {
    const struct expectation *expectation;
    const struct topology *topology;
    const struct switch_state **states;    /* by switch; NULL: not read */
    struct space_network actual, declared; /* as the tables are; as the expectation wants them */
    struct flow_table *declared_flows;     /* by switch */
    struct port **cabled;                  /* by switch: what FLOOD means in the expectation */
    bool **spreads; /* by switch: by host, whether what the switch may send can arrive there; NULL:
                       not asked so far */
    size_t budget;
    struct report *report;
};

/* The arrivals of a reach, by host. */
struct judge_arrivals {
    size_t *first; /* by host: where its arrivals begin in `all`; then where they end */
    const struct space_arrival **all;
};

/* What one sender's headers do. */
struct judge_prover {
    struct judge_proof *proof;
    size_t from;
    const size_t *claims; /* the numbers of all its claims */
    size_t n_claims;
    struct space_reach actual, declared;
    struct judge_arrivals arrivals, expected; /* of these two */
    const struct space_region **regions; /* scratch: those of arrivals at a host, then unknown */
};

/* Why a claim does not hold. */
struct judge_refutation {
    struct header example;
    size_t to;
    long expected, copies;               /* -1: without end */
    const struct space_arrival *arrival; /* one that is too many or altered; NULL: one is missing */
    const struct space_loop *loop;
    bool altered;
};

/* prove_declared.c: the expectation as tables. -1 without memory. */
int judge_proof_declare(struct judge_proof *proof);

/* prove_words.c: fills in verdict, example, detail, suspect and statements. */
void judge_refute(struct judge_prover *prover, const struct judge_refutation *refutation,
                  struct result *result);
void judge_refute_loop(struct judge_prover *prover, const struct space_loop *loop,
                       struct result *result);
/* unknown NULL: over the budget. */
void judge_leave_open(struct judge_prover *prover, const struct space_unknown *unknown,
                      struct result *result);

#endif
