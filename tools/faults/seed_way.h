/* SPDX-License-Identifier: Apache-2.0
 *
 * What the seed's way of checking would have noticed: the text of ovs-ofctl is
 * taken apart, and the outputs of each port are compared. */
#ifndef FAULTS_SEED_WAY_H
#define FAULTS_SEED_WAY_H

#include "faults/lab.h"

/* Appends what it reads of a switch: a line for each port, "1 2,6". */
int seed_way_read(struct faults_lab *lab, size_t sw, struct base_buffer *out,
                  struct base_error *error);

/* Whether it reads of any switch something else than when all is right. A
 * switch that cannot be read is noticed as well. */
bool seed_way_notices(struct faults_lab *lab);

#endif
