/* SPDX-License-Identifier: Apache-2.0
 *
 * The stations of a lab by the names of its hosts, for programs that want some
 * of them: hosts are chosen and their stations opened. (run/stations.h is for a
 * check, which goes on without a station.) */
#ifndef STATIONS_LAB_H
#define STATIONS_LAB_H

#include "model/topology.h"
#include "station/station.h"

/* Hosts are indices of the topology. Initialise with the first two members, and `confines`. */
struct stations_lab {
    const struct topology *topology; /* borrowed; both outlive this */
    const struct lab *lab;
    bool confines; /* the process needs nothing more than the stations: base_sandbox_enter */
    struct base_error unconfined; /* what was missing for that, here or at a far end; "": nothing */
    struct station_set *set;      /* NULL: not open */
    size_t *station_of;           /* by host; STATION_NONE: it was not chosen */
    size_t *host_of;              /* by station */
    size_t n_stations;
};

/* Whether the lab says where the station of a host is. */
bool stations_lab_has(const struct stations_lab *lab, size_t host);

/* Chooses the hosts of a list: "h1,h2", or "all", which is every host that has
 * a station and is not chosen yet. Each one gets these bits:
 * chosen[host] |= bits. Fails on a host that the topology does not have (with
 * the nearest name), one without a station, an empty name; on "all" if no host
 * has a station. */
int stations_lab_choose(const struct stations_lab *lab, const char *list, unsigned bits,
                        unsigned *chosen, struct base_error *error);

/* Opens the stations of all hosts whose chosen[host] is not 0, at once, confines the process if
 * that is wanted, and has them capture. Fails if one of them cannot be opened; the error names its
 * host. Close after a failure too. */
int stations_lab_open(struct stations_lab *lab, const unsigned *chosen, struct base_error *error);

/* Fails if a station has a problem or its capture lost frames; the error names
 * the first such host. Call it after station_sync. */
int stations_lab_check(const struct stations_lab *lab, struct base_error *error);

/* Closes the stations and frees what stations_lab_open allocated. */
void stations_lab_close(struct stations_lab *lab);

#endif
