/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes does a probe with this header have? */
#include "frame/checksum.h"
#include "frame/parse.h"
#include "frame/probe.h"

#include <string.h>

/* The parts from `start` to the end of the buffer; the pointer lives until the
 * next put. */
static uint8_t *part(struct base_buffer *out, size_t start)
{
    return out->failed ? NULL : out->data + start;
}

static void put_ethernet(const struct header *as, struct base_buffer *out)
{
    base_put_bytes(out, as->dl_dst, sizeof as->dl_dst);
    base_put_bytes(out, as->dl_src, sizeof as->dl_src);
    if (as->vlan_tci) {
        base_put_be16(out, DL_TYPE_VLAN);
        base_put_be16(out, as->vlan_tci & (VLAN_PCP | VLAN_VID));
    }
}

/* RFC 826. The hardware addresses are those of the header as it was sent: a
 * switch that rewrites dl_src or dl_dst does not touch them. */
static void put_arp(const struct header *sent, const struct header *as,
                    const struct frame_shape *shape, struct base_buffer *out)
{
    static const uint8_t unknown[6] = {0};
    bool is_request = as->nw_proto == 1;
    base_put_be16(out, 1);
    base_put_be16(out, DL_TYPE_IP);
    base_put_u8(out, 6);
    base_put_u8(out, 4);
    base_put_be16(out, as->nw_proto);
    base_put_bytes(out, shape->arp_sha ? shape->arp_sha : sent->dl_src, sizeof sent->dl_src);
    base_put_be32(out, as->nw_src);
    base_put_bytes(out, is_request ? unknown : sent->dl_dst, sizeof unknown);
    base_put_be32(out, as->nw_dst);
}

/* RFC 791, with an atomic datagram's DF and identification (RFC 6864). */
static void put_ipv4(const struct header *as, size_t payload_bytes, struct base_buffer *out)
{
    size_t start = out->n_bytes;
    base_put_u8(out, 0x45);
    base_put_u8(out, as->nw_tos);
    base_put_be16(out, (uint16_t)(20 + payload_bytes));
    base_put_be32(out, 0x00004000);
    base_put_u8(out, 64);
    base_put_u8(out, as->nw_proto);
    base_put_be16(out, 0);
    base_put_be32(out, as->nw_src);
    base_put_be32(out, as->nw_dst);
    if (!out->failed) {
        base_patch_be16(out, start + 10, frame_checksum(part(out, start), 20));
    }
}

static void put_icmp(const struct header *as, const struct base_buffer *mark,
                     struct base_buffer *out)
{
    size_t start = out->n_bytes;
    base_put_u8(out, (uint8_t)as->tp_src);
    base_put_u8(out, (uint8_t)as->tp_dst);
    base_put_zeros(out, 6);
    base_put_bytes(out, mark->data, mark->n_bytes);
    if (!out->failed) {
        base_patch_be16(out, start + 2, frame_checksum(part(out, start), 8 + mark->n_bytes));
    }
}

/* The checksum at `at` of what follows the IPv4 header at `ipv4`. A sum of 0 is
 * sent as its other form, since 0 means "none" in UDP (RFC 768). */
static void patch_transport_checksum(struct base_buffer *out, size_t ipv4, size_t at)
{
    if (out->failed) {
        return;
    }
    size_t start = ipv4 + 20;
    const uint8_t *header = part(out, ipv4);
    uint16_t checksum = frame_checksum_over_ipv4(header, part(out, start), out->n_bytes - start);
    bool is_udp = header[9] == NW_PROTO_UDP;
    base_patch_be16(out, at, checksum == 0 && is_udp ? 0xffff : checksum);
}

static void put_udp(const struct header *as, const struct base_buffer *mark,
                    struct base_buffer *out)
{
    size_t start = out->n_bytes;
    base_put_be16(out, as->tp_src);
    base_put_be16(out, as->tp_dst);
    base_put_be16(out, (uint16_t)(8 + mark->n_bytes));
    base_put_be16(out, 0);
    base_put_bytes(out, mark->data, mark->n_bytes);
    patch_transport_checksum(out, start - 20, start + 6);
}

/* A bare RST: the one segment that no kernel answers (RFC 9293, 3.10.7). */
static void put_tcp(const struct header *as, const struct base_buffer *mark,
                    struct base_buffer *out)
{
    size_t start = out->n_bytes;
    base_put_be16(out, as->tp_src);
    base_put_be16(out, as->tp_dst);
    base_put_zeros(out, 8);
    base_put_be16(out, 0x5004);
    base_put_zeros(out, 6);
    base_put_bytes(out, mark->data, mark->n_bytes);
    patch_transport_checksum(out, start - 20, start + 16);
}

static void put_ip_packet(const struct header *as, const struct base_buffer *mark,
                          struct base_buffer *out)
{
    switch (as->nw_proto) {
    case NW_PROTO_ICMP:
        put_ipv4(as, 8 + mark->n_bytes, out);
        put_icmp(as, mark, out);
        break;
    case NW_PROTO_UDP:
        put_ipv4(as, 8 + mark->n_bytes, out);
        put_udp(as, mark, out);
        break;
    case NW_PROTO_TCP:
        put_ipv4(as, 20 + mark->n_bytes, out);
        put_tcp(as, mark, out);
        break;
    default:
        put_ipv4(as, mark->n_bytes, out);
        base_put_bytes(out, mark->data, mark->n_bytes);
    }
}

/* Type or length, and everything behind it. */
static void put_packet(const struct header *sent, const struct header *as,
                       const struct frame_shape *shape, const struct base_buffer *mark,
                       struct base_buffer *out)
{
    enum { ETHERNET_BYTES = 14 };
    static const uint8_t null_llc[3] = {0, 0, 3}; /* a UI frame to the null SAP: IEEE 802.2 */
    bool is_8023 = as->dl_type == DL_TYPE_NOT_ETH2;
    base_put_be16(out, is_8023 ? FRAME_MIN_BYTES - ETHERNET_BYTES : as->dl_type);
    if (is_8023) {
        base_put_bytes(out, null_llc, sizeof null_llc);
    }
    if (as->dl_type == DL_TYPE_IP) {
        put_ip_packet(as, mark, out);
    } else {
        if (as->dl_type == DL_TYPE_ARP) {
            put_arp(sent, as, shape, out);
        }
        base_put_bytes(out, mark->data, mark->n_bytes);
    }
}

/* The mark becomes longer, by zeros, if the frame is to have more bytes. */
static void put_frame(const struct header *sent, const struct header *as,
                      const struct frame_shape *shape, struct base_buffer *mark,
                      struct base_buffer *out)
{
    size_t start = out->n_bytes, tag_bytes = as->vlan_tci ? 4 : 0;
    put_ethernet(as, out);
    put_packet(sent, as, shape, mark, out);
    size_t n_bytes = out->n_bytes - start - tag_bytes;
    if (n_bytes < shape->n_bytes && shape->n_bytes >= FRAME_MIN_BYTES && !out->failed) {
        base_put_zeros(mark, shape->n_bytes - n_bytes);
        out->n_bytes = start;
        put_ethernet(as, out);
        put_packet(sent, as, shape, mark, out);
    } else if (n_bytes < FRAME_MIN_BYTES) {
        base_put_zeros(out, FRAME_MIN_BYTES - n_bytes);
    }
}

/* What was written is read back: whatever no frame can have shows there. The
 * second reading is for tags that a switch would see behind the first one. */
static bool has_header(const uint8_t *frame, size_t n_bytes, const struct header *as)
{
    struct frame_view view;
    return frame_dissect(frame, n_bytes, as->in_port, &view) &&
           memcmp(&view.header, as, sizeof *as) == 0 && view.type == as->dl_type &&
           view.n_tags == (as->vlan_tci ? 1 : 0);
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
    struct base_buffer mark_bytes = {0};
    size_t start = out->n_bytes;
    frame_mark_put(run, mark, &mark_bytes);
    put_frame(sent, as, shape, &mark_bytes, out);
    bool failed = out->failed || mark_bytes.failed;
    base_buffer_free(&mark_bytes);
    if (failed) {
        out->n_bytes = start;
        return base_fail(error, "no memory for a frame");
    }
    if (!has_header(out->data + start, out->n_bytes - start, as)) {
        out->n_bytes = start;
        return base_fail(error,
                         "no frame has the header vlan_tci=0x%04x dl_type=0x%04x nw_tos=%u "
                         "nw_proto=%u nw_src=0x%08x nw_dst=0x%08x tp_src=%u tp_dst=%u",
                         as->vlan_tci, as->dl_type, as->nw_tos, as->nw_proto, as->nw_src,
                         as->nw_dst, as->tp_src, as->tp_dst);
    }
    return 0;
}
