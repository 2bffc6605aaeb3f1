/* SPDX-License-Identifier: Apache-2.0
 *
 * The names v, sip_round and the constants are those of the paper, section 2. */
#include "frame/siphash.h"

static uint64_t little_endian(const uint8_t *bytes, size_t n_bytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

static uint64_t rotate(uint64_t x, unsigned n_bits)
{
    return x << n_bits | x >> (64 - n_bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void compress(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t frame_siphash(const uint8_t key[FRAME_KEY_BYTES], const void *bytes, size_t n_bytes)
{
    uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8);
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                     k1 ^ 0x7465646279746573};
    const uint8_t *message = bytes;
    size_t n_whole = n_bytes & ~(size_t)7;
    for (size_t i = 0; i < n_whole; i += 8) {
        compress(v, little_endian(message + i, 8));
    }
    compress(v, (uint64_t)n_bytes << 56 | little_endian(message + n_whole, n_bytes - n_whole));
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++) {
        sip_round(v);
    }
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
