/* SPDX-License-Identifier: Apache-2.0
 *
 * What the decoders of this room share: length rules, fixed-size text, and
 * bytes shown in errors. */
#ifndef OPENFLOW_CHECK_H
#define OPENFLOW_CHECK_H

#include "base/error.h"
#include "base/reader.h"

/* Which lengths are right: `min` bytes, or with step > 0 also min + n * step. */
struct of_length_rule {
    uint16_t min;
    uint16_t step; /* 0: exactly min */
};

/* Whether a length is right. */
bool of_length_fits(struct of_length_rule rule, size_t n_bytes);

/* A text for an error. */
struct of_words {
    char text[64];
};

/* The rule in words: "12", "8 or more", "32 + n * 48". */
struct of_words of_length_words(struct of_length_rule rule);

/* The first 16 bytes as "01 0e 00 48 …"; "no bytes" when there are none. */
struct of_words of_hex(const uint8_t *bytes, size_t n_bytes);

/* 0, or -1 with "<what> is cut short" if a read went past the end. */
int of_check_read(const struct base_reader *in, const char *what, struct base_error *error);

/* A text field of n_bytes on the wire, which need not end with a zero there.
 * `text` has n_bytes + 1. */
void of_read_text(struct base_reader *in, char *text, size_t n_bytes);

#endif
