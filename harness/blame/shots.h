/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames switches should send by their own ports, to show which cable of a
 * way loses or alters frames: where two cables carry the same frames and no
 * others, what hosts observe cannot tell them apart. Pure. */
#ifndef BLAME_SHOTS_H
#define BLAME_SHOTS_H

#include "traffic/traffic.h"

/* Lists shots (all but how they fared) for what arrived otherwise than the tables say, for one
 * probe of each sender and receiver, and along its way from the end to the beginning. To be freed
 * with free(). -1 without memory. */
int blame_shots(const struct traffic_evidence *evidence, struct traffic_shot **shots,
                size_t *n_shots);

#endif
