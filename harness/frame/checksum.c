/* SPDX-License-Identifier: Apache-2.0
 *
 * What is the Internet checksum of these bytes? */
#include "frame/checksum.h"

/* Frames are far below the 128 KiB that a sum of 32 bits can take. */
static uint32_t sum(uint32_t so_far, const uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        so_far += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    }
    return so_far;
}

static uint16_t fold(uint32_t sum32)
{
    sum32 = (sum32 >> 16) + (sum32 & 0xffff);
    sum32 += sum32 >> 16;
    return (uint16_t)~sum32;
}

uint16_t frame_checksum(const uint8_t *bytes, size_t n_bytes)
{
    return fold(sum(0, bytes, n_bytes));
}

uint16_t frame_checksum_over_ipv4(const uint8_t *ipv4, const uint8_t *segment, size_t n_bytes)
{
    const uint8_t *addresses = ipv4 + 12, *proto = ipv4 + 9;
    uint32_t pseudo = sum(0, addresses, 8) + *proto + (uint32_t)n_bytes;
    return fold(sum(pseudo, segment, n_bytes));
}

uint16_t frame_checksum_over_ipv6(const uint8_t *ipv6, const uint8_t *segment, size_t n_bytes)
{
    const uint8_t *addresses = ipv6 + 8, *next_header = ipv6 + 6;
    uint32_t pseudo = sum(0, addresses, 32) + *next_header + (uint32_t)n_bytes;
    return fold(sum(pseudo, segment, n_bytes));
}
