/* SPDX-License-Identifier: Apache-2.0
 *
 * Rounds of probes on the wire: sends every probe of a plan, receives at every
 * station, and fills in a traffic_round.
 *
 * A round is over when no frame of ours has come for one settling time. It is
 * the same for everything that is in flight, measured from the slowest frame
 * so far with a floor of RUN_SETTLE_MS: no claim is waited for alone. A copy
 * that comes later is charged to its own round, and lengthens the settling
 * time of the next ones; the round has it as late if it took RUN_LATE_MS, and so
 * has it one that came in time, so long behind frames that were sent after it. */
#ifndef RUN_PROBING_H
#define RUN_PROBING_H

#include "frame/probe.h"
#include "run/frames.h"
#include "run/network.h"
#include "run/stations.h"
#include "traffic/traffic.h"

enum {
    RUN_SETTLE_MS = 100,
    RUN_SETTLE_MAX_MS = 1000,
    /* A copy that comes behind the settling time is late if it took so long; a busy machine
     * may make one slower than the settling time. */
    RUN_LATE_MS = 250,
    /* Frames in flight, of all senders together, since all may come to the same
     * port: of small ones Open vSwitch's userspace datapath loses those above
     * 256 for one ingress port. A probe of which several copies come to one
     * place counts as so many. */
    RUN_WINDOW = 64,
    RUN_RATE = 1000, /* frames a second, of all stations, where nobody says otherwise */
    RUN_STORM =
        256, /* so many copies, and RUN_STORM_LOADS for each that is expected, are a storm */
    RUN_STORM_LOADS = 8,
    RUN_WINDOW_MS = 20,     /* how long a window waits for what must arrive */
    RUN_WINDOW_LOST_MS = 3, /* ... and for copies of a probe of which some did not */
    RUN_SYNC_MS = 5000,     /* what a station behind a command may take to answer */
    /* Thorough: of so many frames from one host to another one is lost with 99 %, if 1 in 100
     * is: (1 - 0.01)^459 < 0.01. */
    RUN_SENDINGS = 459,
    RUN_REPEATS = 3,          /* sendings of each probe in a round */
    RUN_SHOTS = 32,           /* sendings of a frame by a switch */
    RUN_REPEATS_CONFIRM = 16, /* ... in one that confirms another: a loss of 10 % shows */
};

struct run_probing {
    const struct traffic_plan *plan;
    const struct topology *topology;
    struct run_stations *stations;
    struct frame_run run;          /* nonce and key of this run, random */
    struct traffic_round *round;   /* the one that is under way, or was last */
    struct traffic_round **rounds; /* all so far, borrowed: they get their late copies */
    size_t n_rounds;
    struct run_frames *frames; /* keeps what is sent and seen; NULL: not wanted */
    uint16_t round_number;
    unsigned *loads;    /* by probe: as many frames in flight does it count as; 0: not to be sent */
    const char **harms; /* by probe: why it is not sent (traffic_harm); NULL: it does none */
    struct path_touch *touches; /* by probe: what may see it */
    uint64_t gap_ns;            /* between two sendings, wherever; 0: none */
    uint64_t next_ns;           /* before it nothing may be sent */
    size_t n_loads, n_copies;   /* in the round under way: loads of what was sent; copies seen */
    /* As they were weighed last, and the round under way is sent: borrowed. */
    const struct path_network *tables;
    const struct traffic_harmless *harmless;
    bool *heard; /* by speech of the round: it came to whom it is for, or was sent to itself */
    size_t listens_for; /* which speech is waited for */
    bool storms;        /* frames multiply: nothing more is sent */
    uint64_t spoke_ns;  /* when hosts first spoke to NORMAL; 0: they did not */
    uint64_t last_ns;   /* when a frame of ours was last sent or seen */
    uint64_t slowest_ns;
    /* Copies that the window under way waits for, by probe. One that an earlier window gave up
     * stands in for none of another probe. */
    unsigned *awaited;
    size_t n_awaited, n_trusted; /* of all probes; of those that are not given up */
    bool *given_up;              /* by probe: some window has waited for it in vain */
    size_t n_sent, n_arrived, n_background, n_late, n_replies;
    bool shoots;                /* the round under way is one of shots: late copies count as such */
    size_t n_told;              /* sent, and by the tables sent to a controller */
    size_t n_missed;            /* sent, and by the tables taken by no entry somewhere */
    double probe_ms, settle_ms; /* of all rounds together */
};

/* Prepares rounds of this plan, with fresh marks. The plan, topology and stations must
 * outlive `probing`; members such as `frames` and `rounds` may be set behind it. -1
 * without memory, or if the system has no random numbers; run_probing_free all the same. */
int run_probing_init(struct run_probing *probing, const struct traffic_plan *plan,
                     const struct topology *topology, struct run_stations *stations,
                     struct base_error *error);
void run_probing_free(struct run_probing *probing);

/* How many frames a second may be sent: `rate`, if it is not 0, else what the lab says, else
 * RUN_RATE; LAB_RATE_UNLIMITED: as many as can be. `lab` may be NULL. */
void run_probing_limit(struct run_probing *probing, const struct lab *lab, uint64_t rate);

/* Sets how many frames in flight each probe counts as: as many as are expected at one
 * place, or as these tables make of it, whichever is more. A probe that would go round
 * endlessly by the tables, or harm somebody, counts as 0, and is not sent. Both must outlive the
 * rounds that follow. */
void run_probing_weigh(struct run_probing *probing, const struct path_network *tables,
                       const struct traffic_harmless *harmless);

/* Has hosts say what NORMAL must learn of them, then sends every probe that may be sent by what it
 * has learned `repeats` times, and receives until the round is over (see above).
 * `round` must be initialised, and live as long as anything is received. A station that fails
 * meanwhile is a problem of its host. */
void run_probing_round(struct run_probing *probing, struct traffic_round *round, unsigned repeats);

/* Sends each probe `times` times (by probe), and receives what comes back at once: it is not waited
 * for what does not come. `round` gets it, as in run_probing_round. */
void run_probing_burst(struct run_probing *probing, struct traffic_round *round,
                       const unsigned *times);

/* Has switches send the frames of the shots, RUN_SHOTS times each, all shots of one depth
 * before those of the next; fills in `sent` and `good` of each shot. -1 without memory, or
 * if the event loop cannot run. */
int run_probing_shoot(struct run_probing *probing, struct run_network *network,
                      struct traffic_shot *shots, size_t n_shots, struct base_error *error);

/* Receives for `ms` milliseconds, so that no capture overflows while something else is
 * waited for. */
void run_probing_drain(struct run_probing *probing, unsigned ms);

#endif
