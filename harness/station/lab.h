/* SPDX-License-Identifier: Apache-2.0
 *
 * The stations of a lab by the names of its hosts, for programs that want some
 * of them: topology and lab file are loaded, hosts chosen, their stations
 * opened. (run/stations.h is for a check, which goes on without a station.) */
#ifndef STATION_LAB_H
#define STATION_LAB_H

#include "model/topology.h"
#include "station/station.h"
#include "yaml/load.h"

/* Zero-initialise before use. Hosts are indices of the topology. */
struct station_lab {
    struct topology *topology;
    struct lab *lab;
    struct station_set *set; /* NULL: not open */
    size_t *station_of;      /* by host; SIZE_MAX: it has none, or was not chosen */
    size_t *host_of;         /* by station */
    size_t n_stations;
};

/* Loads the files. A path that is NULL is that of $TAPPROOF_TOPOLOGY, and of
 * $TAPPROOF_LAB, as a lab sets them; without a lab file the topology says where
 * stations are. -1: no topology is named, or there are input errors: `diagnostics`
 * gets them, as text for a terminal. */
int station_lab_load(struct station_lab *lab, const char *topology_path, const char *lab_path,
                     struct base_buffer *diagnostics);

/* Whether the lab says where the station of a host is. */
bool station_lab_has(const struct station_lab *lab, size_t host);

/* Chooses the hosts of a list, "h1,h2", or "all": those that have a station and
 * are not chosen yet. Each one sets its bits: chosen[host] |= bits. -1: a host
 * that the topology does not have (with the nearest name), one without a station,
 * an empty name. */
int station_lab_choose(const struct station_lab *lab, const char *list, unsigned bits,
                       unsigned *chosen, struct base_error *error);

/* Opens the stations of all hosts whose chosen[host] is not 0, at once. -1: one
 * of them cannot be opened; the error names its host. */
int station_lab_open(struct station_lab *lab, const unsigned *chosen, struct base_error *error);

/* The first host whose station has a problem or lost frames of its capture: the
 * error says which, and -1 is returned. To be asked behind station_sync. */
int station_lab_check(const struct station_lab *lab, struct base_error *error);

/* Closes and frees everything. */
void station_lab_close(struct station_lab *lab);

#endif
