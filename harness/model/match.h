/* SPDX-License-Identifier: Apache-2.0
 *
 * A match: the headers that agree with `value` in every bit of `mask`. The
 * twelve fields and their wildcards are those of OpenFlow 1.0 (section 5.2.3);
 * it is at the same time the ternary cube that harness/space computes with.
 *
 * A match is *normal* when (a) value has no bit outside mask, (b) fields whose
 * prerequisite is not fixed by the match are wildcards (nw_* need dl_type IP or
 * ARP, tp_* need IP and nw_proto ICMP, TCP or UDP; nw_tos needs IP; a VLAN
 * vid or pcp needs VLAN_TAGGED), as Open vSwitch normalises them. Every
 * function here returns normal matches and expects them. */
#ifndef MODEL_MATCH_H
#define MODEL_MATCH_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/header.h"

struct match {
    struct header value;
    struct header mask; /* 1: the bit must agree */
};

/* Every header. (All zero, so `(struct match){0}` is the same.) */
struct match match_any(void);

/* Every header that enters by this port. */
struct match match_in_port(uint16_t in_port);

/* Exactly this header. */
struct match match_exactly(const struct header *header);

/* Removes what has no prerequisite or no mask bit. */
void match_normalize(struct match *match);

bool match_equal(const struct match *a, const struct match *b);
bool match_takes(const struct match *match, const struct header *header);

#endif
