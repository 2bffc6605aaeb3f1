/* SPDX-License-Identifier: Apache-2.0
 *
 * The topology and the lab that a command line names, or else the environment
 * (topologies/lab sets it for the programs that it runs). */
#ifndef STATIONS_ENVIRONMENT_H
#define STATIONS_ENVIRONMENT_H

#include "base/buffer.h"
#include "model/topology.h"

/* Loads both; the caller frees them (topology_free, lab_free). A path that is
 * NULL is that of $TAPPROOF_TOPOLOGY, and of $TAPPROOF_LAB; without a lab file
 * the topology says where switches and stations are. Returns -1 if no topology
 * is named or if there are input errors; both results are NULL then, and
 * `diagnostics` gets the errors as text for a terminal. */
int stations_load_environment(const char *topology_path, const char *lab_path,
                              struct topology **topology, struct lab **lab,
                              struct base_buffer *diagnostics);

#endif
