/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of prove: a proof under way. */
#ifndef PROVE_INSIDE_H
#define PROVE_INSIDE_H

#include "path/declared.h"
#include "path/follow.h"
#include "path/forward.h"
#include "prove/prove.h"

struct prove_context {
    const struct expectation *expectation;
    const struct topology *topology;
    const struct switch_state **states; /* by switch; NULL: not read */
    struct path_network actual;         /* as the tables are */
    struct path_declared declared;      /* as the expectation wants them */
    bool **spreads; /* by switch: by host, whether what the switch may send can arrive there; NULL:
                       not asked so far */
    size_t *claims; /* numbers of claims, by sender, ascending */
    size_t *begins; /* by sender, and one more: its first in claims */
    size_t budget;  /* of a question; 0 before it is opened: the default */
    size_t spent;   /* by all questions so far */
    struct base_arena arena; /* which switches were not read */
    struct report *report;   /* NULL: nothing is told */
};

/* The arrivals of a reach, by host. */
struct prove_arrivals {
    size_t *first; /* by host: where its arrivals begin in `all`; then where they end */
    const struct path_arrival **all;
};

/* What one sender's headers do. */
struct prove_sender {
    struct prove_context *proof;
    size_t from;
    struct match within;  /* these of them; in_port fixed */
    const size_t *claims; /* the numbers of all its claims */
    size_t n_claims;
    struct path_reach actual, declared;
    struct prove_arrivals arrivals, expected; /* of these two */
    const struct space_region **regions; /* scratch: those of arrivals at a host, then others */
};

/* Why a claim does not hold. */
struct prove_refutation {
    struct header example;
    size_t to;
    long expected, copies;              /* -1: without end */
    const struct path_arrival *arrival; /* one that is too many or altered; NULL: one is missing */
    const struct path_loop *loop;
    bool altered;
};

/* What keeps something from being proved although nothing refutes it. */
struct prove_opening {
    bool open;                          /* over the budget */
    const struct path_unknown *unknown; /* or this place */
};

/* prove_sender.c. -1 without memory; close them all the same. */
/* Not read: `reasons` by switch (an entry, or all, may be NULL). */
int prove_context_open(struct prove_context *proof);
void prove_context_close(struct prove_context *proof);

/* Follows the sender's headers that are in `within`. */
int prove_sender_open(struct prove_sender *prover, struct prove_context *proof, size_t from,
                      const struct match *within);
void prove_sender_close(struct prove_sender *prover);

/* SPACE_FOUND: surely refuted. SPACE_EMPTY: not, and proved unless something is
 * open. SPACE_OPEN: no memory. */
enum space_answer prove_sender_claim(struct prove_sender *prover, const struct claim *claim,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening);

/* The same of headers that arrive at `to` though no claim of the sender allows
 * it; of a sender of whom no claim speaks, that arrive more or less often than
 * `ports:` declare. */
enum space_answer prove_sender_stray(struct prove_sender *prover, size_t to,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening);

/* Both, for all headers of which the expectation forbids that they arrive at `to`. */
enum space_answer prove_sender_forbidden(struct prove_sender *prover, size_t to,
                                         struct prove_refutation *refutation,
                                         struct prove_opening *opening);

/* prove_decide.c: as above. */
/* The set at one receiver, where refutation->expected of each are to arrive. */
enum space_answer prove_sender_set(struct prove_sender *prover, const struct space_region *set,
                                   size_t to, size_t *budget, struct prove_refutation *refutation,
                                   struct prove_opening *opening);

/* Everything at one receiver, where no more may arrive than is declared, and no less. */
enum space_answer prove_sender_extra(struct prove_sender *prover, size_t to, size_t *budget,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening);
enum space_answer prove_sender_missing(struct prove_sender *prover, size_t to, size_t *budget,
                                       struct prove_refutation *refutation,
                                       struct prove_opening *opening);

/* prove_words.c: "1 copy", "copies without end" if negative; in the report's arena. */
const char *prove_copies_text(const struct prove_context *proof, long n);

/* ... fills in verdict, example, detail, suspect and statements. */
void prove_refute(struct prove_sender *prover, const struct prove_refutation *refutation,
                  struct result *result);
void prove_refute_loop(struct prove_sender *prover, const struct path_loop *loop,
                       struct result *result);
/* unknown NULL: over the budget. */
void prove_leave_open(struct prove_sender *prover, const struct path_unknown *unknown,
                      struct result *result);

#endif
