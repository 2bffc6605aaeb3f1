/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims proved or refuted for every header that their sender can send, from
 * the flow tables alone: no frame is needed. Pure. */
#ifndef PROVE_PROVE_H
#define PROVE_PROVE_H

#include "base/error.h"
#include "model/expectation.h"
#include "model/pair.h"
#include "model/result.h"
#include "model/state.h"

struct prove_options {
    size_t budget;        /* comparisons of two sets of headers for each sender, and again for each
                             claim; 0: 20,000,000, and 2,000 for each entry */
    const bool *selected; /* by claim; NULL: all */
    /* Senders without claims have no result where only a choice between ways is not decided: for
     * who judges the ports by state, which decides it, besides. */
    bool skips_choices;
    /* Asked before each sender; once it says true, what has not been decided is inconclusive:
     * "interrupted". NULL: never. */
    bool (*stops)(const void *aux);
    const void *aux;
};

/* Why a result is not a pass: what is needed to follow the packet again. */
struct prove_finding {
    size_t result; /* index in the report */
    enum prove_finding_kind {
        PROVE_REFUTED, /* the packet arrives at `to` too often, too seldom, or altered */
        PROVE_LOOPS,   /* it goes round endlessly, whatever the claims say */
        PROVE_OPEN     /* it is not known what becomes of it at port `at` */
    } kind;
    size_t from;
    struct header example; /* as sent */
    size_t to;             /* PROVE_REFUTED; otherwise HOST_NONE */
    long copies;           /* PROVE_REFUTED: that arrive by the tables; -1: endlessly many */
    bool altered;          /* PROVE_REFUTED: its number is right, its form is not */
    struct header arrives; /* altered: in this form, in_port: by which port it left the network */
    struct port_ref at;    /* PROVE_OPEN: there, ... */
    const char *reason; /* ... since this is so (path/step.h). PROVE_REFUTED: whichever of several
                           things happens there; NULL: it is known what does */
};

/* Zero-initialise before use. */
struct prove_findings {
    struct prove_finding *items;
    size_t n_items, capacity;
};

/* Frees the items; `findings` is empty and usable then. */
void prove_findings_free(struct prove_findings *findings);

/* Adds to the report, with the ids of traffic_judge:
 *
 *   traffic/FROM/…         each selected claim, in the order of the expectation.
 *                          Proved (pass): every header of its match arrives at
 *                          each host of the claim exactly as often as it says,
 *                          and with the rewrites that `ports:` declares for it
 *                          (none where they declare no way). Refuted (fail):
 *                          the example does not, whichever of two entries of one
 *                          priority takes it, whichever way a switch chooses.
 *   traffic/FROM/stray/TO  headers that arrive at TO and that no claim of FROM
 *                          allows; `…/stray/all` if that could not be decided.
 *                          If all claims are selected: of a host without any
 *                          claim, what arrives beyond what `ports:` allow, `may`
 *                          and each way of `one_of` and `failover` included, and
 *                          traffic/FROM/delivered/TO of what they declare and does
 *                          not; `…/stray/all` passes if there is neither,
 *                          and is inconclusive where NORMAL, or a
 *                          choice between ways, which `ports:` declare, decides.
 *   traffic/FROM/loop      headers that go round endlessly, whatever the claims.
 *
 * Inconclusive: nothing refutes the claim, but it is not known what becomes of
 * one of its headers at some switch (path/forward.h), or the budget is used up.
 * A switch that was not read costs only claims of headers that come to it, at
 * hosts that something which leaves it can reach.
 *
 * `detail` is one line. For the way of the packet and the suspect hand the
 * findings on to report_proofs (report/proof.h); NULL if they are not wanted, and
 * otherwise to be freed even after an error. switches: by switch. -1 only without
 * memory. */
int prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                 const struct prove_options *options, struct report *report,
                 struct prove_findings *findings, struct base_error *error);

/* An expectation that contradicts itself: of a packet that `from` sends, more or fewer copies
 * arrive at `to` by `ports:` than its claims say. */
struct prove_contradiction {
    size_t claim; /* by index; a sender's first one where it is that no claim allows the arrival */
    bool strays;  /* so it is */
    size_t from, to;
    struct header example; /* as sent */
    long wanted, copies;   /* -1: endlessly many */
};

/* Compares the claims with `ports:`, for every header: calls `each` once for each claim and once
 * for each pair of hosts that contradict. No network can do what both say. Nothing is
 * contradicted where `ports:` leave open what becomes of a packet, nor what is over the budget (0:
 * 2,000,000 comparisons of two sets in all). -1 without memory (base_memory_ran_out). */
int prove_contradictions(const struct expectation *expectation, size_t budget,
                         void (*each)(void *aux, const struct prove_contradiction *contradiction),
                         void *aux);

/* Proves of pairs for which no frame would show it that nothing forbidden
 * arrives: those that are proved leave the list, the order of the others stays,
 * and their reasons, in the arena of the report, say more. `pairs` is sorted by
 * sender. Where the tables let something through there is a result
 * traffic/FROM/stray/TO more, as above. `options`: the budget, of all that
 * together (0: 100,000,000). Findings and errors as for prove_claims. */
int prove_forbidden(const struct expectation *expectation, const struct switch_dump *switches,
                    const struct prove_options *options, struct unprobed_pair *pairs,
                    size_t *n_pairs, struct report *report, struct prove_findings *findings,
                    struct base_error *error);

#endif
