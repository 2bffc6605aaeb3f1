/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes that exercise the entries of the dumped tables: each entry that a
 * frame of some host can reach is taken by at least one probe, and there are
 * as few probes as a greedy cover needs (the "automatic test packet
 * generation" of Zeng, Kazemian, Varghese, McKeown, CoNEXT 2012). Deterministic
 * and pure.
 *
 * Packets that entries take are sampled, and followed from the hosts through
 * the indexed tables. What no sample exercises is searched for exactly, from
 * the entry back to the hosts, over all headers (path/backward.h). */
#ifndef TRAFFIC_COVER_H
#define TRAFFIC_COVER_H

#include "path/network.h"
#include "traffic/plan.h"

/* Why an entry is exercised by no probe. */
enum traffic_miss {
    TRAFFIC_MISS_NONE,        /* it is exercised */
    TRAFFIC_MISS_HIDDEN,      /* entries that go before it take all of its packets */
    TRAFFIC_MISS_UNREACHABLE, /* proved: no frame of a host that sends gets there as it must be */
    TRAFFIC_MISS_LOOP,        /* proved: frames that get there never stop; they are not sent */
    TRAFFIC_MISS_AMBIGUOUS,   /* proved: it can be had only past entries of one rank that compete */
    TRAFFIC_MISS_NEVER,       /* no packet meets its conditions (flow_never_takes) */
    TRAFFIC_MISS_HARM,        /* frames that get there were found, but they may not be sent */
    TRAFFIC_MISS_LIMIT,       /* more probes would be needed than are allowed */
    TRAFFIC_MISS_OPEN, /* not decided: over the budget, behind a switch that is not known, or frames
                          that get there go further than they are followed */
};

struct traffic_missed {
    size_t sw;
    uint32_t entry; /* a row of the switch's own table (path_row_entry) */
    enum traffic_miss why;
    uint32_t hidden_by; /* TRAFFIC_MISS_HIDDEN: an entry that takes some of its packets; the one
                           that takes them all, if there is one */
};

struct traffic_cover {
    struct traffic_extra *probes; /* in the order of the cover: the most useful first */
    size_t n_probes;              /* to be sent; behind them stand those over the limit: ... */
    size_t n_wanted;              /* ... with these so many would be needed */
    size_t n_kept;                /* of n_wanted, the first that are of options->kept */
    size_t capacity;
    struct traffic_missed *missed; /* by switch and entry */
    size_t n_missed;
    size_t n_entries, n_exercised; /* of all switches that were read */
};

/* All zero: the defaults. */
struct traffic_cover_options {
    const bool *sends;                /* by host: it may send; NULL: every host */
    const struct traffic_plan *plan;  /* probes that are planned already; NULL: none */
    const struct traffic_cover *kept; /* of the tables before a change: of its probes, in their
                                         order, those stay that exercise what none before them
                                         does; NULL: none */
    size_t max_probes;                /* 0: 4,096 */
    size_t max_walks;                 /* packets that may be followed; 0: 400,000 */
    size_t budget;                    /* comparisons of two sets, in all; 0: 400,000,000 */
    const struct traffic_harmless *harmless; /* what may be sent; NULL: whatever there is */
};

/* Plans probes until each entry that a frame of a host can exercise is exercised, by
 * them or by the plan, and says of every other entry why it is not. -1 without
 * memory: then there is nothing to free. */
int traffic_cover(const struct path_network *network, const struct traffic_cover_options *options,
                  struct traffic_cover *cover);

/* Frees probes and missed entries; `cover` is empty then. */
void traffic_cover_free(struct traffic_cover *cover);

#endif
