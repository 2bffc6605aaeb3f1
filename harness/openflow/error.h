/* SPDX-License-Identifier: Apache-2.0
 *
 * OFPT_ERROR (OpenFlow 1.0, section 5.4.4): what a peer did not like, by name. */
#ifndef OPENFLOW_ERROR_H
#define OPENFLOW_ERROR_H

#include "openflow/message.h"

struct of_error {
    uint16_t type; /* enum of_error_type, or a later or vendor's one */
    uint16_t code;
    const uint8_t *data; /* at least 64 bytes of the offending message; HELLO_FAILED: text */
    size_t n_data;
    uint8_t version; /* of the message; 0 is 1.0 */
};

/* Fails if the body is shorter than type and code. `version` is of the header that was in front of
 * it. */
int of_decode_error(struct base_reader *body, uint8_t version, struct of_error *of_error,
                    struct base_error *error);

/* "OFPET_BAD_REQUEST", "OFPBRC_BAD_STAT"; NULL for what this version, 1.0 or 1.3, does
 * not have. */
const char *of_error_type_name(uint8_t version, uint16_t type);
const char *of_error_code_name(uint8_t version, uint16_t type, uint16_t code);

/* One line: "OFPET_BAD_REQUEST OFPBRC_BAD_STAT about STATS_REQUEST xid 0x7
 * (01 10 00 0c …)"; names that are not known are given as numbers, the text of
 * HELLO_FAILED in quotes. */
void of_error_format(const struct of_error *of_error, struct base_buffer *out);

#endif
