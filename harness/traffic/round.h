/* SPDX-License-Identifier: Apache-2.0
 *
 * What one round of probes showed, and how it compares with the expectation,
 * with the dumped tables, with another round. A run sends, receives and notes
 * here what arrives. Hosts without a working capture, and probes that could not
 * be sent, are left out of every comparison. Pure. */
#ifndef TRAFFIC_ROUND_H
#define TRAFFIC_ROUND_H

#include "traffic/plan.h"

enum { TRAFFIC_FORMS_MAX = 16 };

/* What arrived of one probe at one host. */
struct traffic_seen {
    struct traffic_seen *next;
    size_t host;
    unsigned copies;                   /* in a form that was expected, byte for byte */
    unsigned forms[TRAFFIC_FORMS_MAX]; /* of these: by the expected arrival's form */
    unsigned altered;                  /* known by their mark, but not what was expected */
    const char *alteration;            /* in words, of the first altered one */
    uint64_t last_ns;                  /* when the last one came; 0: not known exactly */
    unsigned late;                     /* of all these: came when the round was over, or */
    unsigned overtaken;                /* ... behind what was sent after it */
    uint64_t late_ns;                  /* how long after its sending the latest of them came */
};

/* What one host sent and got in a round. */
struct traffic_round_host {
    uint64_t sent_bytes;    /* of our frames, those below with them */
    unsigned n_spoken;      /* frames of ours that are no probes: so that NORMAL learns */
    uint64_t arrived_bytes; /* of all frames */
    uint64_t n_others;      /* frames that are not, or no longer, known for ours */
};

/* Every probe of the plan, sent once or several times. */
struct traffic_round {
    struct traffic_seen **seen; /* by probe */
    unsigned *sent;             /* by probe: how often the station could send it */
    uint64_t *sent_ns;    /* by probe: when it was last sent, by a clock that never goes back */
    const char **excuses; /* by probe: what was changing on its way, so that what it did says
                             nothing of the network at rest; NULL: nothing */
    uint16_t number;      /* of the round, from 1 on */
    uint64_t over_ns;     /* what came after this time, of the same clock, is late; 0: it is
                             under way */
    uint64_t n_lost;      /* frames that the kernel of this machine threw away meanwhile */
    uint64_t waited_ns;   /* how long the sender waited for a processor */
    uint64_t stalled_ns;  /* what took no longer may be late since something on this machine, a
                             switch  perhaps, waited for a processor; 0: nothing did for long */
    struct traffic_round_host *hosts;
    const bool *captures; /* by host, borrowed */
    size_t n_hosts;
    struct base_arena arena;
};

/* An empty round: nothing sent, nothing seen. captures: by host, whether its
 * capture works; borrowed. -1 without memory; free it even then. */
int traffic_round_init(struct traffic_round *round, const struct traffic_plan *plan,
                       const bool *captures, size_t n_hosts);
void traffic_round_free(struct traffic_round *round);

/* Notes one arrival, byte for byte in this form of the expected arrival (an index
 * of its forms; 0 where nothing is expected)... */
void traffic_round_see(struct traffic_round *round, size_t probe, size_t host, size_t form);

/* ... or in none of the expected forms; the text, which says how it differs, is
 * copied. Without memory an arrival is not noted. */
void traffic_round_see_altered(struct traffic_round *round, size_t probe, size_t host,
                               const char *alteration);

/* The copy that was noted last came late, so long after its sending. */
void traffic_round_see_late(struct traffic_round *round, size_t probe, size_t host, uint64_t ns);

/* Notes when the copy that was noted last came, by the clock of sent_ns. Only where this is known
 * exactly, and when the copy was sent, too. */
void traffic_round_see_time(struct traffic_round *round, size_t probe, size_t host,
                            uint64_t time_ns);

/* Of a round that is over: a copy is late, too, if another probe was sent no sooner and had
 * arrived `least_ns` before it. That a round takes long, or the machine is busy, makes no copy
 * late: then all wait. Probes were sent in the order of their numbers, all of them before any was
 * sent again. */
void traffic_round_find_overtaken(struct traffic_round *round, const struct traffic_plan *plan,
                                  uint64_t least_ns);

/* What arrived of a probe at a host; never NULL: all zero if nothing did. */
const struct traffic_seen *traffic_round_seen(const struct traffic_round *round, size_t probe,
                                              size_t host);

/* How many copies arrived, unaltered and altered ones together. */
unsigned traffic_seen_count(const struct traffic_round *round, size_t probe, size_t host);

/* The expected forms of which more copies than expected came to this host,
 * instead of others: FORM_NONE if there is none. */
size_t traffic_round_wrong_form(const struct traffic_round *round, const struct traffic_plan *plan,
                                size_t probe, size_t host);

/* How a probe came that has ways, of all hosts together. */
enum traffic_ways_fate {
    TRAFFIC_WAYS_TAKEN, /* as by one of them; or it is not known: a host does not capture */
    TRAFFIC_WAYS_LOST,  /* by none: at the hosts of the way that is nearest something is missing, */
    TRAFFIC_WAYS_EXTRA  /* or at least as much is there that should not be */
};

/* The fate of the p-th probe, and how many copies should have come of each sending, and did in all.
 * Of several sendings each may take another way: the number of all copies decides. */
enum traffic_ways_fate traffic_ways_fate(const struct traffic_round *round,
                                         const struct traffic_plan *plan, size_t p,
                                         unsigned *wanted, unsigned *came);

/* Whether the frames are what the expectation wants, no more and no less, and none of
 * them late: of one probe at one host, of one probe, of all. What does not capture conforms. */
bool traffic_seen_conforms(const struct traffic_round *round, const struct traffic_plan *plan,
                           size_t probe, size_t host);
bool traffic_probe_conforms(const struct traffic_round *round, const struct traffic_plan *plan,
                            size_t probe);
bool traffic_round_conforms(const struct traffic_round *round, const struct traffic_plan *plan);

/* Whether the frames would conform if none of them had been overtaken. */
bool traffic_round_came(const struct traffic_round *round, const struct traffic_plan *plan);

/* Whether of a probe that a switch hands to one of several hosts less came to all of them. */
bool traffic_round_misses(const struct traffic_round *round, const struct traffic_plan *plan);

/* Whether a probe without an excuse does not conform. */
bool traffic_round_fails(const struct traffic_round *round, const struct traffic_plan *plan);

/* Of one probe as many copies as this walk delivers, at every host. */
bool traffic_probe_follows(const struct traffic_round *round, size_t probe,
                           const struct path_walk *walk);

/* Frames as the dumped tables would forward them, wherever the tables say it. */
bool traffic_round_follows(const struct traffic_round *round, const struct traffic_plan *plan,
                           const struct path_network *tables);

/* The same arrivals for each frame that was sent in both. */
bool traffic_round_equal(const struct traffic_round *a, const struct traffic_round *b,
                         const struct traffic_plan *plan);

#endif
