/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation learned from a network as it is: what its tables do, port by
 * port, and what becomes of the frames of each host. It is a first draft for a
 * person to read and to correct, and a record to compare a later state with.
 * Pure. */
#ifndef LEARN_LEARN_H
#define LEARN_LEARN_H

#include "state/state.h"

/* A port that no expectation can say. */
struct learn_unsaid {
    struct port_ref port;
    const char *entry;  /* its packets come to this one ("… and …": or these two), ... */
    const char *reason; /* ... of which it is not known which of them it takes ("nw_ttl ...") */
};

/* What was learned, and what of it a person should look at. */
struct learn_draft {
    struct expectation expectation; /* its topology is the caller's, who must keep it */
    const char **unclaimed;         /* by host: why its traffic could not be said in claims;
                                       NULL: it was */
    struct learn_unsaid *unsaid;    /* by switch and port */
    size_t n_unsaid, unsaid_capacity;
    struct report judged; /* the expectation against the tables that it was learned from */
    size_t ports_capacity, claims_capacity, exceptions_capacity;
};

/* All zero: the defaults. */
struct learn_options {
    size_t budget; /* comparisons of two sets, a port, and a sender; 0: 4,000,000 */
};

/* What is learned holds by construction and is judged once more before it is
 * given out:
 *
 *   ports    every port that a switch has, that is cabled, or that an entry
 *            names, with the cases that its packets come to: entries, the first
 *            that takes a packet first; those that no packet reaches are left out.
 *            A port whose packets come to an entry of which it is not known which
 *            of them it takes is left out (`unsaid`), and `unlisted: any` then says
 *            that it may do anything: to leave out the condition would say more than
 *            the table does. So is one whose packets two entries of one priority compete for:
 *            what it does is not defined, and no expectation would hold.
 *   expires  the hard_timeout of the entries; by case where they differ.
 *   claims   for each sender the hosts where its frames arrive, "mirrored" at a
 *            host whose role is capture and "delivered" at others; by match
 *            where not all of its frames do. A sender whose traffic cannot be
 *            said so (it would need "all but", or is not known) has no claim,
 *            which leaves it to the ports, and a reason in `unclaimed`.
 *
 * A switch that was not read is not listed. What does not pass in `judged` although
 * it was learned is wrong whatever is expected (a port that is down), or cannot be decided
 * (NORMAL). Entries that name a reserved port (LOCAL) as in_port become exceptions with a reason.
 *
 * 0, or -1 without memory; learn_draft_free in either case. What `draft->judged` says
 * points into `switches`. */
int learn_expectation(const struct topology *topology, const struct switch_dump *switches,
                      const struct learn_options *options, struct learn_draft *draft,
                      struct base_error *error);

/* Of that only the ports, for a file like this one: of the same topology and lifetime, and without
 * the entries that its exceptions (`ignore:`) take. No claims, and nothing is judged. 0, or -1
 * without memory; learn_draft_free in either case. */
int learn_ports(const struct expectation *expectation, const struct switch_dump *switches,
                struct learn_draft *draft, struct base_error *error);

/* Frees all that the draft has; it is empty then. */
void learn_draft_free(struct learn_draft *draft);

#endif
