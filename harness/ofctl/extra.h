/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions on fields beyond those of OpenFlow 1.0 in the syntax of
 * ovs-ofctl(8), both ways: "nw_ttl=64", "ct_state=+est+trk", "reg0=0x1/0xff". */
#ifndef OFCTL_EXTRA_H
#define OFCTL_EXTRA_H

#include "base/buffer.h"
#include "base/token.h"
#include "model/extra.h"

/* Appends NAME=VALUE or NAME=VALUE/MASK, as ovs-ofctl prints it. A field that
 * it has no name for: "field_0xHEADER=0xVALUE/0xMASK", which can be parsed
 * back. */
void ofctl_format_extra(const struct extra *extra, struct base_buffer *out);

/* The field that is written so; false: none is. */
bool ofctl_find_extra(struct word name, enum extra_id *id, uint32_t *header);

/* Parses a value of this field, with a mask where `/` stands. The value is cut
 * to the mask. False: it is none. */
bool ofctl_parse_extra(struct word value, enum extra_id id, struct extra *extra);

/* What a value of the field looks like, for an error: "expected ...". */
const char *ofctl_extra_expected(enum extra_id id);

#endif
