/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of fields (model/field.h), and conditions on those that struct header
 * does not have, in the syntax of ovs-ofctl(8), both ways: "nw_ttl=64",
 * "ct_state=+est+trk", "reg0=0x1/0xff". */
#ifndef OFCTL_EXTRA_H
#define OFCTL_EXTRA_H

#include "base/buffer.h"
#include "base/token.h"
#include "model/extra.h"

/* Appends NAME=VALUE or NAME=VALUE/MASK, as ovs-ofctl prints it. A field that
 * it has no name for: "field_0xHEADER=0xVALUE/0xMASK", which can be parsed
 * back. */
void ofctl_format_extra(const struct field_value *extra, struct base_buffer *out);

/* Appends the value, and the mask where it is not all ones. */
void ofctl_format_value(const struct field_value *extra, struct base_buffer *out);

/* The field that is written so as a condition beyond struct header; false: none is. */
bool ofctl_find_extra(struct word name, enum field_id *id, uint32_t *header);

/* The field that is written so behind "->" of set_field; false: none is. */
bool ofctl_find_field(struct word name, enum field_id *id, uint32_t *header);

/* Parses a value of this field, with a mask where `/` stands. The value is cut
 * to the mask. False: it is none. */
bool ofctl_parse_extra(struct word value, enum field_id id, struct field_value *extra);

/* What a value of the field looks like, for an error: "expected ...". */
const char *ofctl_extra_expected(enum field_id id);

#endif
