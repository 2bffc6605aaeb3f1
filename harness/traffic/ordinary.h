/* SPDX-License-Identifier: Apache-2.0
 *
 * What a class of headers leaves open becomes an ordinary frame of its sender. */
#ifndef TRAFFIC_ORDINARY_H
#define TRAFFIC_ORDINARY_H

#include "model/expectation.h"
#include "model/match.h"

/* Narrows the cube to ordinary frames of this host, as far as it leaves room for them. The
 * receiver's address is of a network that no host answers for (RFC 5737, RFC 3849), so that its
 * kernel stays silent; port 9 is "discard", protocol 253 is for experiments (RFC 3692).
 * `to`: the host whose hardware address they are for; HOST_NONE: one to which the claims say that
 * something goes, or any. Prerequisites come first. The cube is normal. */
void traffic_prefer_ordinary(const struct expectation *expectation, size_t from, size_t to,
                             struct match *cube);

#endif
