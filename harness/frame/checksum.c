/* SPDX-License-Identifier: Apache-2.0
 *
 * What is the Internet checksum of these bytes? */
#include "frame/checksum.h"

#include "model/header.h"

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

uint16_t frame_checksum_over(uint16_t dl_type, const uint8_t *ip, uint8_t proto,
                             const uint8_t *segment, size_t n_bytes)
{
    uint32_t pseudo = dl_type == DL_TYPE_IPV6 ? sum(0, ip + 8, 32) : sum(0, ip + 12, 8);
    return fold(sum(pseudo + proto + (uint32_t)n_bytes, segment, n_bytes));
}
