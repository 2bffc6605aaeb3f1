/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of OpenFlow 1.3 (1.3.5): header and types, in the neutral words of openflow/wire.h, and
 * the multipart requests that a check sends (section 7.3.5). */
#ifndef OPENFLOW_OF13_MULTIPART_H
#define OPENFLOW_OF13_MULTIPART_H

#include "openflow/message.h"
#include "openflow/of10/stats.h"

/* As of_open and of_begin, of version 4; `type` is that of of_header, the neutral one. A type that
 * is not known, or that a check has no use for, is OF_N_TYPES or above. */
int of13_open(const void *bytes, size_t n_bytes, struct of_header *header, struct base_reader *body,
              struct base_error *error);
size_t of13_begin(struct base_buffer *out, enum of_type type, uint32_t xid);

/* "MULTIPART_REQUEST", of a number on the wire; NULL: OpenFlow 1.3 has no such type. */
const char *of13_type_name(uint8_t wire);

/* A message without body. */
void of13_encode_empty(struct base_buffer *out, enum of_type type, uint32_t xid);

/* As of_open_stats, of a MULTIPART_REPLY. */
int of13_open_multipart(struct base_reader *body, struct of_stats *stats, struct base_error *error);

/* Appends a request for all that there is of this kind: every entry of every table (OFPST_FLOW,
 * OFPST_AGGREGATE), every port, group, meter, and their descriptions. Never one of OFPST 12,
 * TABLE_FEATURES, whose reply has megabytes, and whose request with a body changes the switch. */
void of13_encode_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind);

#endif
