/* SPDX-License-Identifier: Apache-2.0
 *
 * What is behind a station: a local interface (local.c) or a command (exec.c).
 * Within this room only. */
#ifndef STATION_BACKEND_H
#define STATION_BACKEND_H

#include "station/station.h"

struct station {
    char *name, *netns, *interface, *exec; /* as in station_spec; owned */
    const struct station_backend *backend;
    void *state;      /* of the backend; NULL: not open */
    int fd;           /* readable when frames may be there; -1: not yet, or never again */
    bool unsent;      /* when `fd` is writable, drain has something to write */
    unsigned n_asked; /* questions of `ask` that have no answer yet */
    uint64_t drops;   /* said with the last answer, as is what follows */
    struct station_swallowed swallowed;
    bool has_address;
    uint8_t address[6];           /* of the interface, when it was opened */
    unsigned mtu;                 /* of it; 0: not known */
    struct base_error unconfined; /* why its far end is not confined; "": it is, or there is none */
    bool failed;                  /* then `problem` says why */
    struct base_error problem;
};

/* Where a backend reports what it captured. */
struct station_sink {
    size_t station; /* its index */
    station_on_arrival *on_arrival;
    void *aux;
};

/* Each function works on one station. Those that return int follow the
 * convention of base/error.h. */
struct station_backend {
    /* Before any thread runs: what must not happen at the same time as other
     * opening. May be NULL. */
    int (*prepare)(struct station *station, struct base_error *error);

    /* On a thread of its own, which ends with it: it may enter namespaces. All that needs
     * a privilege happens here and in `prepare`. May be NULL. */
    int (*open)(struct station *station, struct base_error *error);

    /* Begins to have it capture, and does not wait. */
    int (*start)(struct station *station, struct base_error *error);

    /* For a remote station, otherwise NULL. Waits until it captures. */
    int (*await)(struct station *station, struct base_error *error);

    int (*send)(struct station *station, const void *frame, size_t n_bytes,
                struct base_error *error);

    /* Reports at least all that was there when it was called, and never waits.
     * 1: the sink said stop; 0: all reported; -1: it captures no more. */
    int (*drain)(struct station *station, const struct station_sink *sink,
                 struct base_error *error);

    int (*drops)(struct station *station, uint64_t *drops, struct base_error *error);

    /* For a remote station, otherwise NULL. Asks whether all that it was given
     * to send is sent, and for all that it has captured; never waits. The answer
     * comes after those frames: `drain` finds it. */
    int (*ask)(struct station *station, struct base_error *error);

    /* After a failed `open` too; on a thread of its own. */
    void (*close)(struct station *station);
};

extern const struct station_backend station_local;
extern const struct station_backend station_exec;

/* Marks the station as failed, with this reason, unless it has one already. */
static inline void station_fail(struct station *station, const struct base_error *reason)
{
    if (!station->failed) {
        station->failed = true;
        station->problem = *reason;
    }
    station->fd = -1;
}

#endif
