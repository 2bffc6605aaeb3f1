/* SPDX-License-Identifier: Apache-2.0
 *
 * struct ofp_match (OpenFlow 1.3.5, section 7.2.3) to and from a flow entry. */
#ifndef OPENFLOW_OF13_MATCH_CODEC_H
#define OPENFLOW_OF13_MATCH_CODEC_H

#include "base/buffer.h"
#include "base/reader.h"
#include "model/flow.h"

/* Reads match, extras and tci_mask of the entry, and the bytes that fill the match up to a multiple
 * of 8. Fails on another type than OXM, a length that is not there, and as of_decode_tlv_match. */
int of13_decode_match(struct base_reader *in, struct base_arena *arena, struct flow_entry *entry,
                      struct base_error *error);

/* Appends the match of the entry; nothing can be said of vlan_tci but by vlan_vid and vlan_pcp,
 * whole or as Open vSwitch masks them. Fails, having written nothing, on a condition that OXM has
 * no field for, and on a port with a mask. */
int of13_encode_match(struct base_buffer *out, const struct flow_entry *entry,
                      struct base_error *error);

#endif
