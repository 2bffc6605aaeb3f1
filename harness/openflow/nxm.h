/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches as TLVs: Nicira's extended match (NXM) of Open vSwitch, and OpenFlow's
 * own (OXM: OpenFlow 1.3.5, section 7.2.3), which has the same form. ovs-fields(7)
 * lists the fields. */
#ifndef OPENFLOW_NXM_H
#define OPENFLOW_NXM_H

#include "base/arena.h"
#include "base/error.h"
#include "base/reader.h"
#include "model/flow.h"

/* One TLV. The bytes are those of the message. */
struct of_tlv {
    uint32_t field;       /* class << 16 | number << 9 */
    uint8_t n_bytes;      /* of the value, and of the mask */
    const uint8_t *value; /* big-endian */
    const uint8_t *mask;  /* NULL: every bit must agree */
};

/* Reads one TLV. -1: it is cut short, or has a mask that is not as long as its
 * value. */
int of_read_tlv(struct base_reader *in, struct of_tlv *tlv, struct base_error *error);

/* The same as a value of a field. Of one that nothing here knows, of which there may be more, the
 * first 16 bytes. */
struct field_value of_tlv_value(const struct of_tlv *tlv);

/* Reads TLVs until `in` is at its end, into the entry's match (normal: the fields that struct
 * header has), extras (the others, by id; in the arena), n_extras and tci_mask. -1, naming the
 * field: as of_read_tlv; a length that is not the field's; a value outside the mask; a field twice;
 * no memory. */
int of_decode_tlv_match(struct base_reader *in, struct base_arena *arena, struct flow_entry *entry,
                        struct base_error *error);

#endif
