/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes does a probe with this header have? */
#include "frame/checksum.h"
#include "frame/parse.h"
#include "frame/probe.h"
#include "frame/transport.h"

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

/* RFC 8200. */
static void put_ipv6(const struct draft *draft, size_t payload_bytes, struct base_buffer *out)
{
    const struct header *as = draft->as;
    base_put_be32(out, 6u << 28 | (uint32_t)as->nw_tos << 20);
    base_put_be16(out, (uint16_t)payload_bytes);
    base_put_u8(out, as->nw_proto);
    base_put_u8(out, 64);
    base_put_bytes(out, as->ipv6_src, sizeof as->ipv6_src);
    base_put_bytes(out, as->ipv6_dst, sizeof as->ipv6_dst);
}

static void put_ports(const struct draft *draft, struct base_buffer *out)
{
    base_put_be16(out, draft->as->tp_src);
    base_put_be16(out, draft->as->tp_dst);
}

static void put_icmp(const struct draft *draft, struct base_buffer *out)
{
    base_put_u8(out, (uint8_t)draft->as->tp_src);
    base_put_u8(out, (uint8_t)draft->as->tp_dst);
    base_put_zeros(out, 6);
}

static void put_udp(const struct draft *draft, struct base_buffer *out)
{
    size_t n_behind = draft->shape->fragment ? LATER_BYTES : 0;
    put_ports(draft, out);
    base_put_be16(out, (uint16_t)(8 + draft->payload->n_bytes + n_behind));
    base_put_be16(out, 0);
}

/* A bare RST, where nothing else is wanted: the one segment that no kernel answers (RFC 9293,
 * 3.10.7). */
static void put_tcp(const struct draft *draft, struct base_buffer *out)
{
    uint8_t flags = draft->shape->tcp_flags ? draft->shape->tcp_flags : TCP_RST;
    put_ports(draft, out);
    base_put_zeros(out, 8);
    base_put_be16(out, 0x5000 | flags);
    base_put_zeros(out, 6);
}

/* An ABORT, which is not answered (RFC 9260, section 8.4). */
static void put_sctp(const struct draft *draft, struct base_buffer *out)
{
    enum { ABORT = 6 };
    put_ports(draft, out);
    base_put_zeros(out, 8);
    base_put_u8(out, ABORT);
    base_put_u8(out, 0);
    base_put_be16(out, (uint16_t)(FRAME_SCTP_CHUNK + draft->payload->n_bytes));
}

/* A fragment has no checksum: it would be that of the whole. */
static void put_ip_packet(const struct draft *draft, struct base_buffer *out)
{
    static const struct {
        uint8_t proto, n_bytes;
        void (*put)(const struct draft *draft, struct base_buffer *out);
    } kinds[] = {{NW_PROTO_UDP, 8, put_udp},
                 {NW_PROTO_TCP, 20, put_tcp},
                 {NW_PROTO_SCTP, 12 + FRAME_SCTP_CHUNK, put_sctp},
                 {NW_PROTO_ICMP, 8, put_icmp},
                 {NW_PROTO_ICMPV6, 8, put_icmp}};
    const struct header *as = draft->as;
    const struct frame_transport *row = frame_transport_of(as->dl_type, as->nw_proto);
    size_t ip = out->n_bytes, kind = 0;
    while (row && kinds[kind].proto != row->proto) {
        kind++;
    }
    bool has_header = row && draft->shape->fragment != FRAME_LATER_FRAGMENT;
    size_t n_bytes = draft->payload->n_bytes + (has_header ? kinds[kind].n_bytes : 0);
    (as->dl_type == DL_TYPE_IP ? put_ipv4 : put_ipv6)(draft, n_bytes, out);
    size_t segment = out->n_bytes;
    if (has_header) {
        kinds[kind].put(draft, out);
    }
    base_put_bytes(out, draft->payload->data, draft->payload->n_bytes);
    if (has_header && !draft->shape->fragment && !out->failed) {
        frame_transport_seal(row, as->dl_type, part(out, ip), part(out, segment),
                             out->n_bytes - segment);
    }
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
    if (type == DL_TYPE_IP || type == DL_TYPE_IPV6) {
        put_ip_packet(draft, out);
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
    bool is_tcp = header_has_ip(as) && as->nw_proto == NW_PROTO_TCP;
    struct frame_view view;
    return frame_dissect(frame, n_bytes, as->in_port, &view) &&
           memcmp(&view.header, as, sizeof *as) == 0 && (!header_has_ip(as) || view.end) &&
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
