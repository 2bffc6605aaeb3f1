/* SPDX-License-Identifier: Apache-2.0
 *
 * struct ofp_match (OpenFlow 1.0, section 5.2.3) to and from struct match.
 *
 * Where the specification leaves a choice, Open vSwitch is followed: dl_vlan
 * 0xffff takes untagged packets whatever dl_vlan_pcp says; a dl_vlan_pcp
 * without dl_vlan takes tagged packets of any VLAN; only the lower 12 bits of
 * dl_vlan, 3 of dl_vlan_pcp and the upper 6 of nw_tos count; the unused bits of
 * `wildcards` are ignored. */
#ifndef OPENFLOW_OF10_MATCH_CODEC_H
#define OPENFLOW_OF10_MATCH_CODEC_H

#include "model/match.h"
#include "openflow/message.h"

/* Reads 40 bytes. The match is normal (model/match.h): fields without their
 * prerequisite are wildcards. *exact, if not NULL: the wire had no wildcard at
 * all, and such an entry has the highest priority whatever its priority field
 * says (section 3.4). Fails only if fewer than 40 bytes are left. */
int of_decode_match(struct base_reader *in, struct match *match, bool *exact,
                    struct base_error *error);

/* Writes 40 bytes, a wildcard in every field that is not normal. Fails, having
 * written nothing, on a mask that OpenFlow 1.0 can not say: an address mask
 * that is no prefix, part of another field, "tagged, with any VLAN". */
int of_encode_match(struct base_buffer *out, const struct match *match, struct base_error *error);

#endif
