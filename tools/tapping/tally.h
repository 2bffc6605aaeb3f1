/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of each frame, at each place where it was looked for: came, came
 * twice, came behind a later one, did not come. Exact, in constant memory: a
 * frame is decided when TAPPING_KEPT_FRAMES more have been sent, or at the end.
 * Pure: the caller tells the time. */
#ifndef TAPPING_TALLY_H
#define TAPPING_TALLY_H

#include "base/error.h"
#include "tapping/latency.h"

#include <stdbool.h>
#include <stddef.h>

/* What a place is to the frames. The names are those of a claim about traffic. */
enum tapping_role {
    TAPPING_WATCHED = 1,   /* counted, whatever comes */
    TAPPING_ISOLATED = 2,  /* each one that comes is a leak */
    TAPPING_DELIVERED = 4, /* each one must come */
    TAPPING_MIRRORED = 8,  /* each one must come */
    TAPPING_ANSWERED = 16, /* back at the sender: each one must be answered */
};
enum { TAPPING_MUST_COME = TAPPING_DELIVERED | TAPPING_MIRRORED | TAPPING_ANSWERED };

enum {
    TAPPING_KEPT_FRAMES = 1 << 18, /* a power of two */
    TAPPING_OUTAGES_MAX = 32,
};

/* Frames in a row that did not come. */
struct tapping_outage {
    uint64_t first;    /* number */
    uint64_t n_frames; /* lost */
    uint64_t begin_ns; /* when the first one was sent, from the start of the run */
    uint64_t end_ns;   /* when the next one that came was sent; or the last one at all */
};

struct tapping_place {
    const char *name;
    enum tapping_role role;
    uint64_t n_arrived;    /* all that came, duplicates and late ones too */
    uint64_t n_came;       /* different frames */
    uint64_t n_duplicates; /* came once more */
    uint64_t n_reordered;  /* came behind one with a higher number (RFC 4737) */
    uint64_t n_altered;    /* came, but not as they were sent */
    uint64_t n_late;       /* came after they had been decided */
    uint64_t n_lost;       /* TAPPING_MUST_COME only */
    struct tapping_latency latency;
    uint64_t n_outages;
    struct tapping_outage outages[TAPPING_OUTAGES_MAX]; /* the first ones */
    /* The rest is the tally's own. */
    uint64_t next; /* one more than the highest number that came */
    bool out;      /* the last frame that was decided is lost */
    uint8_t *seen; /* how often, by number; up to 255 */
};

struct tapping_tally {
    struct tapping_place *places;
    size_t n_places;
    uint64_t n_sent;
    uint64_t n_complete; /* came everywhere where they must */
    uint64_t n_flying;   /* neither complete nor older than the flight */
    /* The rest is the tally's own. */
    size_t n_must;      /* places with TAPPING_MUST_COME */
    uint64_t n_decided; /* frames from 0 on */
    uint64_t n_landed;  /* frames from 0 on that are not in flight */
    uint64_t start_ns;
    struct tapping_sent *sent; /* by number */
};

/* Starts a tally over places whose names and roles are set; the caller keeps
 * them, and they must outlive the tally. Fails without memory. */
int tapping_tally_init(struct tapping_tally *tally, struct tapping_place *places, size_t n_places,
                       struct base_error *error);

/* Notes a frame that is sent now; its number is n_sent before the call. Times by
 * both clocks: wall_ns is compared with that of arrivals. */
void tapping_tally_send(struct tapping_tally *tally, uint64_t now_ns, uint64_t wall_ns);

/* From now on frames sent before this time are no longer in flight. */
void tapping_tally_land(struct tapping_tally *tally, uint64_t before_ns);

enum tapping_sight {
    TAPPING_FIRST,
    TAPPING_REORDERED, /* and the first of its number */
    TAPPING_DUPLICATE,
    TAPPING_LATE,
    TAPPING_UNSENT, /* a number that was not sent: not counted */
};

/* Notes a frame that came to a place, and says what it is. `*latency_ns` is the
 * time since it was sent, for the first two results. */
enum tapping_sight tapping_tally_arrive(struct tapping_tally *tally, size_t place, uint64_t number,
                                        uint64_t wall_ns, bool altered, uint64_t *latency_ns);

/* Ends the run: what has not come until now is lost. */
void tapping_tally_end(struct tapping_tally *tally);

/* Frees what the tally has allocated, in the places too. */
void tapping_tally_free(struct tapping_tally *tally);

#endif
