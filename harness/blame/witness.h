/* SPDX-License-Identifier: Apache-2.0
 *
 * What counters and frames say of each port: fills in SAYS_COUNTED and
 * SAYS_OBSERVED of the state results, and adds to the detail of a port that
 * deviates which claims it breaks. Pure. */
#ifndef BLAME_WITNESS_H
#define BLAME_WITNESS_H

#include "traffic/traffic.h"

/* `report` holds the results of state_judge and traffic_judge. Counted: packets
 * since `before` by the entries of the port, and, where the port deviates, by
 * those of the ports behind its outputs ("in all", if there is no `after`).
 * Observed: at which hosts the probes that enter by this port arrived. What
 * does not fit into memory is left out. */
void blame_witness(const struct traffic_evidence *evidence, struct report *report);

#endif
