/* SPDX-License-Identifier: Apache-2.0
 *
 * Small changes of flow tables, such as mistakes make, and which of them an
 * expectation would notice: from mutate/mutate.h to report/mutate.h. */
#ifndef MODEL_MUTATION_H
#define MODEL_MUTATION_H

#include "model/expectation.h"
#include "model/result.h"

enum mutation_fate {
    MUTATION_NOTICED,    /* a result fails */
    MUTATION_UNNOTICED,  /* none does, though some packet is treated otherwise */
    MUTATION_EQUIVALENT, /* none does, and every packet is treated as before */
    MUTATION_UNDECIDED,  /* none fails, but one is inconclusive; or it is open whether a packet
                            is treated otherwise */
    N_MUTATION_FATES
};
const char *mutation_fate_name(enum mutation_fate fate); /* "noticed"… */

/* The parts of an expectation that may notice it. */
enum mutation_sense { SENSED_BY_PORTS, SENSED_BY_TRAFFIC, SENSED_BY_ENTRIES, N_MUTATION_SENSES };
const char *mutation_sense_name(enum mutation_sense sense); /* "ports"… */

/* Text is in the arena of the list. */
struct mutation {
    const char *id; /* "mutate/s1/in_port=1/output-removed/6", the same from run to run */
    const char *before, *after; /* the entry; after NULL: it is gone */
    enum mutation_fate fate;
    const char *sensed[N_MUTATION_SENSES]; /* the first result that fails; NULL: none does */
    const char *open;                      /* undecided: why */
    size_t line; /* unnoticed: the port of mutations.lines that would notice it, INDEX_NONE: none */
    const char *ignore; /* else "FILE:LINE:COLUMN": this exception lets it pass */
};

struct mutations {
    struct mutation *items; /* by switch, entry and kind of change */
    size_t n_items, capacity;
    size_t n_deselected, n_unsampled; /* not tried: not asked for; over the limit, or interrupted */
    struct expected_port *lines;      /* `ports:` that would notice what is unnoticed */
    size_t n_lines;
    const bool *lists_switch; /* by switch: the expectation's `ports:` has it already */
    struct report base;       /* of the network as it is; unless it passes, but for n_open,
                                 nothing is tried. base.interrupted: of all of this */
    size_t n_open;   /* results of base that NORMAL leaves open, or what switches choose: what only
                        they could notice is not decided */
    size_t n_chosen; /* of these, what switches choose */
    bool untried;    /* nothing was tried: base says why */
    struct base_arena arena;
};

/* How many had this fate. */
size_t mutations_count(const struct mutations *mutations, enum mutation_fate fate);

/* The share of noticed ones among all that are not equivalent, in percent: what is
 * undecided is not noticed. -1 if there are none. */
double mutations_score(const struct mutations *mutations);

/* Frees all that is in the list, which is empty after that. */
void mutations_free(struct mutations *mutations);

#endif
