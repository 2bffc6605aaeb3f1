/* SPDX-License-Identifier: Apache-2.0
 *
 * Which transport headers are there, and are their checksums right? */
#include "frame/transport.h"

#include "frame/checksum.h"
#include "model/header.h"

static const struct frame_transport rows[] = {
    {0, NW_PROTO_UDP, 8, 2, 6, FRAME_SUM_WITH_ADDRS},
    {0, NW_PROTO_TCP, 20, 2, 16, FRAME_SUM_WITH_ADDRS},
    {0, NW_PROTO_SCTP, 12, 2, 8, FRAME_CRC32C},
    {DL_TYPE_IP, NW_PROTO_ICMP, 8, 1, 2, FRAME_SUM},
    {DL_TYPE_IPV6, NW_PROTO_ICMPV6, 8, 1, 2, FRAME_SUM_WITH_ADDRS},
};

const struct frame_transport *frame_transport_of(uint16_t dl_type, uint8_t proto)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].proto == proto && (rows[i].dl_type == 0 || rows[i].dl_type == dl_type)) {
            return &rows[i];
        }
    }
    return NULL;
}

uint32_t frame_crc32c(const uint8_t *segment, size_t n_bytes, size_t checksum)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n_bytes; i++) {
        crc ^= i - checksum < 4 ? 0 : segment[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
        }
    }
    return ~crc;
}

static uint16_t sum_of(const struct frame_transport *row, uint16_t dl_type, const uint8_t *ip,
                       const uint8_t *segment, size_t n_bytes)
{
    return row->sum == FRAME_SUM ? frame_checksum(segment, n_bytes)
                                 : frame_checksum_over(dl_type, ip, row->proto, segment, n_bytes);
}

bool frame_transport_is_right(const struct frame_transport *row, uint16_t dl_type,
                              const uint8_t *ip, const uint8_t *segment, size_t n_bytes)
{
    const uint8_t *at = segment + row->checksum;
    uint32_t crc = row->sum == FRAME_CRC32C ? frame_crc32c(segment, n_bytes, row->checksum) : 0;
    return row->sum == FRAME_CRC32C
               ? at[0] == (uint8_t)crc && at[1] == (uint8_t)(crc >> 8) &&
                     at[2] == (uint8_t)(crc >> 16) && at[3] == (uint8_t)(crc >> 24)
               : sum_of(row, dl_type, ip, segment, n_bytes) == 0;
}

void frame_transport_seal(const struct frame_transport *row, uint16_t dl_type, const uint8_t *ip,
                          uint8_t *segment, size_t n_bytes)
{
    uint8_t *at = segment + row->checksum;
    if (row->sum == FRAME_CRC32C) {
        uint32_t crc = frame_crc32c(segment, n_bytes, row->checksum);
        for (int i = 0; i < 4; i++) {
            at[i] = (uint8_t)(crc >> 8 * i);
        }
        return;
    }
    at[0] = at[1] = 0;
    uint16_t sum = sum_of(row, dl_type, ip, segment, n_bytes);
    sum = sum == 0 && row->proto == NW_PROTO_UDP ? UINT16_MAX : sum;
    at[0] = (uint8_t)(sum >> 8);
    at[1] = (uint8_t)sum;
}
