/* SPDX-License-Identifier: Apache-2.0
 *
 * The stations of a lab: one for each host that the lab gives an interface. */
#ifndef RUN_STATIONS_H
#define RUN_STATIONS_H

#include "model/topology.h"
#include "report/report.h"
#include "run/world.h"

struct run_stations {
    const struct run_world *world; /* borrowed */
    struct station_set *set;       /* NULL: none could be opened */
    size_t n_hosts;
    size_t *station_of;        /* by host; STATION_NONE: it has none */
    size_t *host_of;           /* by station */
    const char **problems;     /* by host: why it cannot be trusted, NULL: it can */
    const uint8_t **addresses; /* by host: of its interface; NULL: not known */
    unsigned *mtus;            /* by host: of its interface; 0: not known */
    bool *captures;            /* by host */
    bool *is_far; /* by host: behind a command, which says late what came and went when */
    struct base_arena arena;
};

/* Opens the stations of all hosts at once; none captures yet. World and topology must outlive
 * `stations`. -1 only without memory; run_stations_close all the same. */
int run_stations_open(struct run_stations *stations, const struct run_world *world,
                      const struct topology *topology, const struct lab *lab,
                      struct base_error *error);

/* Has all of them capture. A station that cannot be opened, or does not capture, is a problem of
 * its host. The report notes which far ends are not confined. */
void run_stations_start(struct run_stations *stations, const struct topology *topology,
                        struct report *report);

/* From here on this is the problem of every host. The text must outlive `stations`. */
void run_stations_distrust(struct run_stations *stations, const char *problem);

/* Asks every capture whether it lost frames, or failed, and whether nothing that it sent left it:
 * from then on that is the problem of its host. */
void run_stations_check_drops(struct run_stations *stations);

/* The report notes where the other end of an interface takes no long frames (station_swallowed). */
void run_stations_note_swallowed(const struct run_stations *stations,
                                 const struct topology *topology, struct report *report);

/* Closes all stations. One of zeros is legal. */
void run_stations_close(struct run_stations *stations);

#endif
