/* SPDX-License-Identifier: Apache-2.0
 *
 * SipHash-2-4: a keyed hash for short messages (Aumasson and Bernstein,
 * "SipHash: a fast short-input PRF", INDOCRYPT 2012). */
#ifndef FRAME_SIPHASH_H
#define FRAME_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { FRAME_KEY_BYTES = 16 };

/* The hash of any bytes with this key. */
uint64_t frame_siphash(const uint8_t key[FRAME_KEY_BYTES], const void *bytes, size_t n_bytes);

#endif
