/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: one message and more of every type, none of them written by our
 * encoder. Where they come from: what Open vSwitch 3.1 and ovs-ofctl sent to
 * each other; "hand": packed from the structs of the specification, with a
 * different value in every field, and read back with `ovs-ofctl ofp-print`. */
#ifndef TESTING_GOLDEN_H
#define TESTING_GOLDEN_H

#include "base/buffer.h"
#include "openflow/message.h"

struct golden {
    const char *name;
    const char *from;
    bool canonical;  /* our encoder writes the same bytes */
    const char *hex; /* for unhex */
};
extern const struct golden goldens[];
extern const size_t n_goldens;

/* Appends the bytes of a hexadecimal text: "01 00*24" is one byte 01 and 24
 * bytes 00. Blanks are passed over. */
void unhex(const char *text, struct base_buffer *out);

/* Appends the golden message of that name to `bytes`, which the caller frees;
 * returns its body, and its header in *header. The reader is failed if there is
 * no such message or of_open refuses it. */
struct base_reader golden_body(const char *name, struct base_buffer *bytes,
                               struct of_header *header);

#endif
