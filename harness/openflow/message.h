/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of OpenFlow 1.0: framing, header, the catalogue of types with their
 * length rules, and the messages without a structure of their own (HELLO, ECHO,
 * requests without parameters, BARRIER). Pure: bytes in, bytes out.
 *
 * Reading:  of_frame says how long the message at the front of a stream is;
 *           of_open checks a whole message and gives its body; then the
 *           decoder for header.type: of_decode_*.
 * Writing:  of_encode_* appends one whole message to a buffer; several can
 *           be in one buffer, one after the other. Where there is no
 *           `error` parameter nothing can fail but memory, and a message over
 *           65,535 bytes; both make the buffer `failed`.
 * Pointers in decoded structs point into the message's own bytes (or into the
 * arena that was given) and live as long as those. */
#ifndef OPENFLOW_MESSAGE_H
#define OPENFLOW_MESSAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/reader.h"
#include "openflow/wire.h"

/* Section 5.1, struct ofp_header. */
struct of_header {
    uint8_t version;
    uint8_t type;    /* enum of_type, or one that we do not know */
    uint16_t length; /* of the whole message */
    uint32_t xid;
};

/* How long is the message that begins at `bytes`? *n_message gets its length
 * from its header (it may be more than n_bytes: read on), or 0 when fewer than
 * 8 bytes are there. Fails if the length is below 8: the stream can not be
 * followed any further. The version is not looked at: a caller that meets a
 * peer for the first time checks that byte 0 is a version and byte 1 OFPT_HELLO
 * (or OFPT_ERROR) before it believes the length. */
int of_frame(const void *bytes, size_t n_bytes, size_t *n_message, struct base_error *error);

/* Reads the header of one whole message of n_bytes, and gives its body (what
 * is behind the header). A type that we do not know is no error: the header is
 * filled in, of_type_name(type) is NULL, and the message can be skipped.
 *
 * Fails, with type, xid and the first bytes in the text, on: fewer than 8
 * bytes, a length other than n_bytes, a version other than 1 (HELLO and ERROR
 * may have any: their layout never changed), a length against the rule of the
 * type. */
int of_open(const void *bytes, size_t n_bytes, struct of_header *header, struct base_reader *body,
            struct base_error *error);

/* "FLOW_MOD"; NULL for a type that OpenFlow 1.0 does not have. */
const char *of_type_name(uint8_t type);

/* Begins a message at the end of the buffer: header with length 0. The value
 * that it returns is for of_end, which writes the length. In between: body. */
size_t of_begin(struct base_buffer *out, enum of_type type, uint32_t xid);
void of_end(struct base_buffer *out, size_t begin);

/* A message without body: HELLO, FEATURES_REQUEST, GET_CONFIG_REQUEST,
 * BARRIER_REQUEST, BARRIER_REPLY; and HELLO or ECHO with an empty one. */
void of_encode_empty(struct base_buffer *out, enum of_type type, uint32_t xid);

/* HELLO (OpenFlow 1.3.5, section 7.5.1). `versions`: bit n is version n on the wire. The header has
 * the highest of them; above 1.0 they are listed in an element behind it. */
void of_encode_hello(struct base_buffer *out, uint32_t xid, uint32_t versions);

/* The versions that the peer speaks, by its HELLO: those of the element, or, where there is none,
 * all up to that of the header. */
uint32_t of_decode_hello(const struct of_header *header, struct base_reader body);

/* Appends "1.0, 1.3". */
void of_format_versions(uint32_t versions, struct base_buffer *out);

/* A message whose body is bytes that mean nothing to us: ECHO_REQUEST and
 * ECHO_REPLY (sections 5.5.2, 5.5.3: the reply carries the request's bytes). */
void of_encode_bytes(struct base_buffer *out, enum of_type type, uint32_t xid, const void *bytes,
                     size_t n_bytes);

#endif
