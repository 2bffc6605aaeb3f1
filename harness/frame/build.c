/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes does a probe with this header have? */
#include "frame/checksum.h"
#include "frame/parse.h"
#include "frame/probe.h"

#include <string.h>

enum { TCP_RST = 0x04, MORE_FRAGMENTS = 0x2000, DONT_FRAGMENT = 0x4000, LATER_BYTES = 1480 };

/* A frame that is to be written. */
struct draft {
    const struct header *sent, *as;
    const struct frame_shape *shape;
    const struct base_buffer *payload; /* the mark, and what makes the frame longer */
};

/* The parts from `start` to the end of the buffer; the pointer lives until the
 * next put. */
static uint8_t *part(struct base_buffer *out, size_t start)
{
    return out->failed ? NULL : out->data + start;
}

/* The addresses, the tags, and the type behind them; returns it. */
static uint16_t put_ethernet(const struct draft *draft, struct base_buffer *out)
{
    const struct header *as = draft->as;
    uint16_t inner = draft->shape->inner_tci;
    bool has_inner = inner && as->dl_type == DL_TYPE_VLAN;
    uint16_t type = has_inner ? DL_TYPE_PROBE : as->dl_type;
    base_put_bytes(out, as->dl_dst, sizeof as->dl_dst);
    base_put_bytes(out, as->dl_src, sizeof as->dl_src);
    if (as->vlan_tci) {
        base_put_be16(out, DL_TYPE_VLAN);
        base_put_be16(out, as->vlan_tci & (VLAN_PCP | VLAN_VID));
    }
    if (has_inner) {
        base_put_be16(out, DL_TYPE_VLAN);
        base_put_be16(out, inner & (VLAN_PCP | VLAN_VID));
    }
    return type;
}

/* RFC 826. The hardware addresses are those of the header as it was sent: a
 * switch that rewrites dl_src or dl_dst does not touch them. */
static void put_arp(const struct draft *draft, struct base_buffer *out)
{
    static const uint8_t unknown[6] = {0};
    const struct header *sent = draft->sent, *as = draft->as;
    const uint8_t *sha = draft->shape->arp_sha;
    bool is_request = as->nw_proto == 1;
    base_put_be16(out, 1);
    base_put_be16(out, DL_TYPE_IP);
    base_put_u8(out, 6);
    base_put_u8(out, 4);
    base_put_be16(out, as->nw_proto);
    base_put_bytes(out, sha ? sha : sent->dl_src, sizeof sent->dl_src);
    base_put_be32(out, as->nw_src);
    base_put_bytes(out, is_request ? unknown : sent->dl_dst, sizeof unknown);
    base_put_be32(out, as->nw_dst);
}

/* RFC 791. An atomic datagram has DF and no identification (RFC 6864). */
static void put_ipv4(const struct draft *draft, size_t payload_bytes, struct base_buffer *out)
{
    const struct header *as = draft->as;
    static const uint16_t fragments[] = {[FRAME_WHOLE] = DONT_FRAGMENT,
                                         [FRAME_FIRST_FRAGMENT] = MORE_FRAGMENTS,
                                         [FRAME_LATER_FRAGMENT] = LATER_BYTES / 8};
    size_t start = out->n_bytes;
    base_put_u8(out, 0x45);
    base_put_u8(out, as->nw_tos);
    base_put_be16(out, (uint16_t)(20 + payload_bytes));
    base_put_be16(out, draft->shape->fragment ? 1 : 0);
    base_put_be16(out, fragments[draft->shape->fragment]);
    base_put_u8(out, 64);
    base_put_u8(out, as->nw_proto);
    base_put_be16(out, 0);
    base_put_be32(out, as->nw_src);
    base_put_be32(out, as->nw_dst);
    if (!out->failed) {
        base_patch_be16(out, start + 10, frame_checksum(part(out, start), 20));
    }
}

/* RFC 8200. The receiver is nobody, or a group that nobody is in. */
static void put_ipv6(const struct draft *draft, size_t payload_bytes, struct base_buffer *out)
{
    static const uint8_t network[8] = {0x20, 0x01, 0x0d, 0xb8};                   /* RFC 3849 */
    static const uint8_t groups[12] = {0xff, 0x0e, [8] = 0, [9] = 0, 0x0d, 0xb8}; /* RFC 6676 */
    const uint8_t *to = draft->sent->dl_dst;
    bool is_group = to[0] == 0x33 && to[1] == 0x33;
    base_put_be32(out, 6u << 28);
    base_put_be16(out, (uint16_t)payload_bytes);
    base_put_u8(out, NW_PROTO_UDP);
    base_put_u8(out, 64);
    base_put_bytes(out, network, sizeof network);
    base_put_zeros(out, 2);
    base_put_bytes(out, draft->sent->dl_src, sizeof draft->sent->dl_src);
    base_put_bytes(out, is_group ? groups : network, is_group ? sizeof groups : sizeof network);
    base_put_zeros(out, is_group ? 0 : 2);
    base_put_bytes(out, is_group ? to + 2 : to, is_group ? 4 : 6);
}

static void put_icmp(const struct draft *draft, struct base_buffer *out)
{
    size_t start = out->n_bytes;
    base_put_u8(out, (uint8_t)draft->as->tp_src);
    base_put_u8(out, (uint8_t)draft->as->tp_dst);
    base_put_zeros(out, 6);
    base_put_bytes(out, draft->payload->data, draft->payload->n_bytes);
    if (!out->failed) {
        base_patch_be16(out, start + 2,
                        frame_checksum(part(out, start), 8 + draft->payload->n_bytes));
    }
}

/* The checksum at `at` of the segment at `start`, to the end, behind the IP header at `ip`. A sum
 * of 0 is sent as its other form, since 0 means "none" in UDP (RFC 768). */
static void patch_transport_checksum(struct base_buffer *out, size_t ip, size_t start, size_t at)
{
    if (out->failed) {
        return;
    }
    const uint8_t *header = part(out, ip), *segment = part(out, start);
    size_t n_bytes = out->n_bytes - start;
    bool is_ipv6 = header[0] >> 4 == 6, is_udp = is_ipv6 || header[9] == NW_PROTO_UDP;
    uint16_t checksum = is_ipv6 ? frame_checksum_over_ipv6(header, segment, n_bytes)
                                : frame_checksum_over_ipv4(header, segment, n_bytes);
    base_patch_be16(out, at, checksum == 0 && is_udp ? 0xffff : checksum);
}

/* ip: where its IP header is. A fragment has no checksum: it would be that of the whole. */
static void put_udp(const struct draft *draft, uint16_t src, uint16_t dst, size_t ip,
                    struct base_buffer *out)
{
    size_t start = out->n_bytes;
    bool is_part = draft->shape->fragment != FRAME_WHOLE;
    base_put_be16(out, src);
    base_put_be16(out, dst);
    base_put_be16(out, (uint16_t)(8 + draft->payload->n_bytes + (is_part ? LATER_BYTES : 0)));
    base_put_be16(out, 0);
    base_put_bytes(out, draft->payload->data, draft->payload->n_bytes);
    if (!is_part) {
        patch_transport_checksum(out, ip, start, start + 6);
    }
}

/* A bare RST, where nothing else is wanted: the one segment that no kernel answers (RFC 9293,
 * 3.10.7). */
static void put_tcp(const struct draft *draft, size_t ip, struct base_buffer *out)
{
    size_t start = out->n_bytes;
    uint8_t flags = draft->shape->tcp_flags ? draft->shape->tcp_flags : TCP_RST;
    base_put_be16(out, draft->as->tp_src);
    base_put_be16(out, draft->as->tp_dst);
    base_put_zeros(out, 8);
    base_put_be16(out, 0x5000 | flags);
    base_put_zeros(out, 6);
    base_put_bytes(out, draft->payload->data, draft->payload->n_bytes);
    patch_transport_checksum(out, ip, start, start + 16);
}

static void put_ipv4_packet(const struct draft *draft, struct base_buffer *out)
{
    size_t ip = out->n_bytes, n_bytes = draft->payload->n_bytes;
    uint8_t proto = draft->as->nw_proto;
    if (draft->shape->fragment == FRAME_LATER_FRAGMENT) {
        proto = 0; /* of its transport header nothing is in it */
    }
    switch (proto) {
    case NW_PROTO_ICMP:
        put_ipv4(draft, 8 + n_bytes, out);
        put_icmp(draft, out);
        break;
    case NW_PROTO_UDP:
        put_ipv4(draft, 8 + n_bytes, out);
        put_udp(draft, draft->as->tp_src, draft->as->tp_dst, ip, out);
        break;
    case NW_PROTO_TCP:
        put_ipv4(draft, 20 + n_bytes, out);
        put_tcp(draft, ip, out);
        break;
    default:
        put_ipv4(draft, n_bytes, out);
        base_put_bytes(out, draft->payload->data, n_bytes);
    }
}

static void put_ipv6_packet(const struct draft *draft, struct base_buffer *out)
{
    enum { DISCARD = 9 };
    size_t ip = out->n_bytes;
    put_ipv6(draft, 8 + draft->payload->n_bytes, out);
    put_udp(draft, DISCARD, DISCARD, ip, out);
}

/* IEEE 802.3: length, and a UI frame to the null SAP (IEEE 802.2). Where no length can say it,
 * what is too much is padding. */
static void put_8023(const struct draft *draft, struct base_buffer *out)
{
    enum { ETHERNET_BYTES = 14, LENGTH_MIN = FRAME_MIN_BYTES - ETHERNET_BYTES, LENGTH_MAX = 1500 };
    static const uint8_t null_llc[3] = {0, 0, 3};
    size_t n_bytes = sizeof null_llc + draft->payload->n_bytes;
    base_put_be16(out,
                  (uint16_t)(n_bytes > LENGTH_MIN && n_bytes <= LENGTH_MAX ? n_bytes : LENGTH_MIN));
    base_put_bytes(out, null_llc, sizeof null_llc);
    base_put_bytes(out, draft->payload->data, draft->payload->n_bytes);
}

static void put_all(const struct draft *draft, struct base_buffer *out)
{
    uint16_t type = put_ethernet(draft, out);
    if (type == DL_TYPE_NOT_ETH2) {
        put_8023(draft, out);
        return;
    }
    base_put_be16(out, type);
    if (type == DL_TYPE_IP) {
        put_ipv4_packet(draft, out);
    } else if (type == DL_TYPE_IPV6) {
        put_ipv6_packet(draft, out);
    } else {
        if (type == DL_TYPE_ARP) {
            put_arp(draft, out);
        }
        base_put_bytes(out, draft->payload->data, draft->payload->n_bytes);
    }
}

static void fill(struct base_buffer *payload, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        base_put_u8(payload, (uint8_t)i);
    }
}

/* A frame that shall have more bytes than it has with the mark alone is written again. */
static void put_frame(const struct draft *draft, struct base_buffer *payload,
                      struct base_buffer *out)
{
    size_t start = out->n_bytes,
           n_tags = (draft->as->vlan_tci != 0) + (draft->shape->inner_tci != 0);
    put_all(draft, out);
    size_t n_bytes = out->n_bytes - start - 4 * n_tags, wanted_bytes = draft->shape->n_bytes;
    if (n_bytes < wanted_bytes && wanted_bytes >= FRAME_MIN_BYTES && !out->failed) {
        fill(payload, wanted_bytes - n_bytes);
        out->n_bytes = start;
        put_all(draft, out);
    } else if (n_bytes < FRAME_MIN_BYTES) {
        base_put_zeros(out, FRAME_MIN_BYTES - n_bytes);
    }
}

/* What was written is read back: whatever no frame can have shows there. The type
 * is that behind all tags: a switch would see tags behind the first one. */
static bool has_header(const uint8_t *frame, size_t n_bytes, const struct draft *draft)
{
    const struct header *as = draft->as;
    bool has_inner = draft->shape->inner_tci != 0;
    bool is_fragment = draft->shape->fragment != FRAME_WHOLE;
    bool is_udp = as->dl_type == DL_TYPE_IP && as->nw_proto == NW_PROTO_UDP;
    bool is_tcp = as->dl_type == DL_TYPE_IP && as->nw_proto == NW_PROTO_TCP;
    struct frame_view view;
    return frame_dissect(frame, n_bytes, as->in_port, &view) &&
           memcmp(&view.header, as, sizeof *as) == 0 &&
           view.type == (has_inner ? DL_TYPE_PROBE : as->dl_type) &&
           view.n_tags == (as->vlan_tci ? 1u : 0) + has_inner && (!is_fragment || is_udp) &&
           (draft->shape->tcp_flags == 0 || is_tcp);
}

int frame_build(const struct frame_run *run, const struct frame_mark *mark,
                const struct header *sent, const struct header *as, struct base_buffer *out,
                struct base_error *error)
{
    static const struct frame_shape ordinary = {0};
    return frame_build_shaped(run, mark, sent, as, &ordinary, out, error);
}

int frame_build_shaped(const struct frame_run *run, const struct frame_mark *mark,
                       const struct header *sent, const struct header *as,
                       const struct frame_shape *shape, struct base_buffer *out,
                       struct base_error *error)
{
    struct base_buffer payload = {0};
    struct draft draft = {.sent = sent, .as = as, .shape = shape, .payload = &payload};
    size_t start = out->n_bytes;
    frame_mark_put(run, mark, &payload);
    put_frame(&draft, &payload, out);
    bool failed = out->failed || payload.failed;
    base_buffer_free(&payload);
    if (failed) {
        out->n_bytes = start;
        return base_fail(error, "no memory for a frame");
    }
    if (!has_header(out->data + start, out->n_bytes - start, &draft)) {
        out->n_bytes = start;
        return base_fail(error,
                         "no frame has the header vlan_tci=0x%04x dl_type=0x%04x nw_tos=%u "
                         "nw_proto=%u nw_src=0x%08x nw_dst=0x%08x tp_src=%u tp_dst=%u",
                         as->vlan_tci, as->dl_type, as->nw_tos, as->nw_proto, as->nw_src,
                         as->nw_dst, as->tp_src, as->tp_dst);
    }
    return 0;
}
