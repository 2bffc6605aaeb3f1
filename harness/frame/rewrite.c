/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a switch make of this frame? */
#include "frame/rewrite.h"

#include "frame/parse.h"
#include "frame/transport.h"

#include <string.h>

enum {
    ADDRESSES = 12, /* bytes of both MAC addresses */
    TAG = 4,
    IPV4_CHECKSUM = 10,
    IPV4_SRC = 12,
    IPV4_DST = 16,
    IPV4_BYTES = 4,
    IPV6_SRC = 8,
    IPV6_DST = 24,
};

/* An IP packet being rewritten in place. */
struct packet {
    uint8_t *ip;
    uint8_t *segment; /* with a header that is whole; NULL: there is none, or it is not all there */
    size_t segment_bytes;
    const struct frame_transport *row; /* of the segment */
    uint8_t *checksum; /* of the segment; NULL: it has none, or one that is no sum of words */
};

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* RFC 1624, equation 3: HC' = ~(~HC + ~m + m'). */
static void update(uint8_t *checksum, uint16_t old, uint16_t new)
{
    uint32_t sum = (uint16_t)~get16(checksum) + (uint32_t)(uint16_t)~old + new;
    sum = (sum >> 16) + (sum & 0xffff);
    sum += sum >> 16;
    put16(checksum, (uint16_t)~sum);
}

static void update_segment(struct packet *packet, uint16_t old, uint16_t new)
{
    if (packet->checksum) {
        update(packet->checksum, old, new);
        if (packet->row->proto == NW_PROTO_UDP && get16(packet->checksum) == 0) {
            put16(packet->checksum, 0xffff); /* RFC 768 */
        }
    }
}

/* An address; the segment's checksum may be over it. */
static void set_address(struct packet *packet, size_t offset, const uint8_t *address,
                        size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i += 2) {
        uint8_t *at = packet->ip + offset + i;
        uint16_t old = get16(at), new = get16(address + i);
        if (old == new) {
            continue;
        }
        put16(at, new);
        if (n_bytes == IPV4_BYTES) {
            update(packet->ip + IPV4_CHECKSUM, old, new);
        }
        if (packet->row && packet->row->sum == FRAME_SUM_WITH_ADDRS) {
            update_segment(packet, old, new);
        }
    }
}

static void set_ipv4_address(struct packet *packet, size_t offset, uint32_t address)
{
    uint8_t bytes[IPV4_BYTES];
    put16(bytes, (uint16_t)(address >> 16));
    put16(bytes + 2, (uint16_t)address);
    set_address(packet, offset, bytes, sizeof bytes);
}

/* The traffic class stands behind the four bits of the version in IPv6, four bits further on than
 * in IPv4; congestion marks stay. */
static void set_tos(struct packet *packet, bool is_ipv6, uint8_t tos)
{
    uint16_t old = get16(packet->ip), shift = is_ipv6 ? 4 : 0, dscp = (uint16_t)(0xfc << shift);
    put16(packet->ip, (uint16_t)((old & ~dscp) | tos << shift));
    if (!is_ipv6) {
        update(packet->ip + IPV4_CHECKSUM, old, get16(packet->ip));
    }
}

static void set_word(struct packet *packet, size_t offset, uint16_t value)
{
    uint8_t *at = packet->segment + offset;
    uint16_t old = get16(at);
    put16(at, value);
    update_segment(packet, old, value);
}

/* What a CRC is off by, it is off by afterwards. */
static void update_crc(struct packet *packet, uint32_t before)
{
    uint8_t *at = packet->segment + packet->row->checksum;
    uint32_t change =
        before ^ frame_crc32c(packet->segment, packet->segment_bytes, packet->row->checksum);
    for (int i = 0; i < 4; i++) {
        at[i] ^= (uint8_t)(change >> 8 * i);
    }
}

/* Ports, or type and code, an octet each. What `as` leaves as it was is left alone: in a fragment
 * `old` has 0, whatever is there. */
static void set_transport(struct packet *packet, const struct header *old, const struct header *as)
{
    bool src = as->tp_src != old->tp_src, dst = as->tp_dst != old->tp_dst;
    bool has_crc = packet->row->sum == FRAME_CRC32C;
    uint32_t crc =
        has_crc ? frame_crc32c(packet->segment, packet->segment_bytes, packet->row->checksum) : 0;
    if (packet->row->tp_bytes == 1) {
        uint8_t type = src ? (uint8_t)as->tp_src : packet->segment[0];
        uint8_t code = dst ? (uint8_t)as->tp_dst : packet->segment[1];
        set_word(packet, 0, (uint16_t)(type << 8 | code));
    } else if (src) {
        set_word(packet, 0, as->tp_src);
    }
    if (packet->row->tp_bytes == 2 && dst) {
        set_word(packet, 2, as->tp_dst);
    }
    if (has_crc) {
        update_crc(packet, crc);
    }
}

/* Where the parts of the packet are, which begins at `ip` and of which n_bytes are there. */
static struct packet find_parts(uint8_t *ip, size_t n_bytes, const struct frame_view *view)
{
    struct packet packet = {.ip = ip};
    size_t end = view->end - view->network;
    if (view->segment && end <= n_bytes) {
        packet.segment = ip + (view->segment - view->network);
        packet.segment_bytes = end - (view->segment - view->network);
        packet.row = frame_transport_of(view->header.dl_type, view->header.nw_proto);
        packet.checksum = packet.segment + packet.row->checksum;
        bool has_none = packet.row->sum == FRAME_CRC32C ||
                        (packet.row->proto == NW_PROTO_UDP && get16(packet.checksum) == 0);
        packet.checksum = has_none ? NULL : packet.checksum;
    }
    return packet;
}

static void rewrite_ip(uint8_t *ip, size_t n_bytes, const struct frame_view *view,
                       const struct header *as)
{
    struct packet packet = find_parts(ip, n_bytes, view);
    bool is_ipv6 = view->header.dl_type == DL_TYPE_IPV6;
    if (is_ipv6) {
        set_address(&packet, IPV6_SRC, as->ipv6_src, sizeof as->ipv6_src);
        set_address(&packet, IPV6_DST, as->ipv6_dst, sizeof as->ipv6_dst);
    } else {
        set_ipv4_address(&packet, IPV4_SRC, as->nw_src);
        set_ipv4_address(&packet, IPV4_DST, as->nw_dst);
    }
    if (as->nw_tos != view->header.nw_tos) {
        set_tos(&packet, is_ipv6, as->nw_tos);
    }
    if (packet.segment &&
        (as->tp_src != view->header.tp_src || as->tp_dst != view->header.tp_dst)) {
        set_transport(&packet, &view->header, as);
    }
}

/* Appends the tag that the frame has afterwards; returns where the rest of the
 * old frame begins. */
static size_t put_tag(const uint8_t *bytes, const struct header *old, const struct header *as,
                      struct base_buffer *out)
{
    bool was_tagged = old->vlan_tci & VLAN_TAGGED, tagged = as->vlan_tci & VLAN_TAGGED;
    if (tagged && as->vlan_tci == old->vlan_tci) {
        base_put_bytes(out, bytes + ADDRESSES, TAG);
    } else if (tagged) {
        base_put_be16(out, DL_TYPE_VLAN);
        base_put_be16(out, as->vlan_tci & (VLAN_PCP | VLAN_VID));
    }
    return was_tagged ? ADDRESSES + TAG : ADDRESSES;
}

bool frame_rewrite(const void *bytes, size_t n_bytes, const struct header *as,
                   struct base_buffer *out)
{
    struct frame_view view;
    if (!frame_dissect(bytes, n_bytes, 0, &view)) {
        return false;
    }
    base_put_bytes(out, as->dl_dst, sizeof as->dl_dst);
    base_put_bytes(out, as->dl_src, sizeof as->dl_src);
    size_t rest = put_tag(bytes, &view.header, as, out);
    size_t network = out->n_bytes + view.network - rest;
    base_put_bytes(out, (const uint8_t *)bytes + rest, n_bytes - rest);
    if (!out->failed && header_has_ip(&view.header) && view.end) {
        rewrite_ip(out->data + network, out->n_bytes - network, &view, as);
    }
    return !out->failed;
}
