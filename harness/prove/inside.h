/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: a proof under way. */
#ifndef PROVE_INSIDE_H
#define PROVE_INSIDE_H

#include "path/declared.h"
#include "path/forward.h"
#include "prove/prove.h"

struct prove_context {
    const struct expectation *expectation;
    const struct topology *topology;
    const struct switch_state **states; /* by switch; NULL: not read; owned */
    struct path_network actual;         /* as the tables are */
    struct path_declared declared;      /* as the expectation wants them: the least */
    struct path_declared most;          /* the most that it allows */
    bool **spreads; /* by switch: by host, whether what the switch may send can arrive there; NULL:
                       not asked so far */
    size_t *claims; /* numbers of claims, by sender, ascending */
    size_t *begins; /* by sender, and one more: its first in claims */
    size_t budget;  /* of a question; 0 before it is opened: the default */
    size_t spent;   /* by all questions so far */
    struct base_arena arena;         /* which switches were not read */
    struct report *report;           /* NULL: nobody wants results */
    struct prove_findings *findings; /* NULL: nobody wants findings */
};

/* The arrivals of a reach, by host. */
struct prove_arrivals {
    size_t *first; /* by host: the first of its arrivals in `all`; and one more: their number */
    const struct path_arrival **all;
};

/* What one sender's headers do. */
struct prove_sender {
    struct prove_context *context;
    size_t from;
    struct match within;  /* these of them; in_port fixed */
    const size_t *claims; /* the numbers of all its claims */
    size_t n_claims;
    struct path_reach actual, declared, most; /* the most: only of a sender without claims */
    struct prove_arrivals arrivals, expected, allowed; /* of these */
    const struct space_region **regions; /* scratch: those of arrivals at a host, then others */
    const struct space_region **beside;  /* scratch: some of these */
};

/* Why a claim does not hold. */
struct prove_refutation {
    struct header example;
    size_t to;
    long expected, copies;              /* -1: without end */
    const struct path_arrival *arrival; /* one that is too many or altered; NULL: one is missing */
    bool altered;
    const struct path_unknown *either; /* of an `arrival` of NULL: whatever happens there, ... */
    bool elsewhere; /* ... and in another number, or at another host, if something else does */
};

/* What keeps something from being proved although nothing refutes it. */
struct prove_opening {
    bool open;                          /* over the budget */
    const struct path_unknown *unknown; /* or this place */
    const struct path_unknown *either;  /* one where something known happens, but it is not known
                                           which of several things */
    struct header example;              /* to which this header comes */
};

/* (sender.c) `states`, `expectation`, `topology` and `budget` are set; without `states` what is
 * declared is proved of itself. -1 without memory; to be closed all the same. */
int prove_context_open(struct prove_context *context);

/* Of the budget of all questions together, what the next one may use: no more than a share, and
 * than is left. */
void prove_context_share(struct prove_context *context, size_t budget);

/* The same; sets `states`, too. */
int prove_context_read(struct prove_context *context, const struct switch_dump *switches);
void prove_context_close(struct prove_context *context);

/* Follows the sender's headers that are in `within`. */
int prove_sender_open(struct prove_sender *sender, struct prove_context *context, size_t from,
                      const struct match *within);
void prove_sender_close(struct prove_sender *sender);

/* SPACE_FOUND: surely refuted. SPACE_EMPTY: not, and proved unless something is
 * open. SPACE_OPEN: no memory. */
enum space_answer prove_sender_claim(struct prove_sender *sender, const struct claim *claim,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening);

/* The same of headers that arrive at `to` though no claim of the sender allows
 * it; of a sender without any claim, that arrive more often than
 * `ports:` allow, or less often than they declare. */
enum space_answer prove_sender_stray(struct prove_sender *sender, size_t to,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening);

/* Both, for all headers of which the expectation forbids that they arrive at `to`. */
enum space_answer prove_sender_forbidden(struct prove_sender *sender, size_t to,
                                         struct prove_refutation *refutation,
                                         struct prove_opening *opening);

/* (unknown.c) Whether what is unknown may arrive at the host; true in doubt, over a part
 * of the budget or without memory. */
bool prove_may_reach(const struct prove_sender *sender, const struct path_unknown *unknown,
                     size_t to);

/* (decide.c) As above. The set at one receiver, where refutation->expected of each are to arrive.
 */
enum space_answer prove_sender_set(struct prove_sender *sender, const struct space_region *set,
                                   size_t to, size_t *budget, struct prove_refutation *refutation,
                                   struct prove_opening *opening);

/* Everything at one receiver, where no more may arrive than is declared, and no less. */
enum space_answer prove_sender_extra(struct prove_sender *sender, size_t to, size_t *budget,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening);
enum space_answer prove_sender_missing(struct prove_sender *sender, size_t to, size_t *budget,
                                       struct prove_refutation *refutation,
                                       struct prove_opening *opening);

/* (anyhow.c) Whether what the claim says (NULL: that nothing strays) is false of opening->example
 * whichever of several things happens at opening->either, and at others like it. */
bool prove_anyhow(const struct prove_sender *sender, const struct claim *claim,
                  const struct prove_opening *opening, struct prove_refutation *refutation);

/* (decide.c) The number of arrivals that a header is in; *last: one of them. */
long prove_copies_of(const struct prove_arrivals *arrivals, const struct header *header, size_t to,
                     const struct path_arrival **last);

/* Whether a claim of the sender speaks of this receiver. */
bool prove_claim_names(const struct prove_sender *sender, const struct claim *claim, size_t host);

/* One result more, of a claim; of a sender's headers ("stray", "delivered",
 * "loop") at a host, or HOST_ALL. It passes so far. -1 without memory. */
int prove_add_claim(const struct prove_context *context, const struct claim *claim);
int prove_add_result(const struct prove_sender *sender, const char *kind, size_t to);

/* Fills in a result of the report, by its index, and adds a finding: it is
 * refuted; by the sender's first loop; left open at a place (NULL: over the
 * budget). -1 without memory. */
int prove_refute(const struct prove_sender *sender, const struct prove_refutation *refutation,
                 size_t index);
int prove_refute_loop(const struct prove_sender *sender, size_t index);
int prove_leave_open(const struct prove_sender *sender, const struct path_unknown *unknown,
                     size_t index);

#endif
