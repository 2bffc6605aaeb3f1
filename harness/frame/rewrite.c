/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a switch make of this frame? */
#include "frame/rewrite.h"

#include "frame/parse.h"

#include <string.h>

enum {
    ADDRESSES = 12, /* bytes of both MAC addresses */
    TAG = 4,
    IPV4_TOS = 1,
    IPV4_FRAGMENT = 6,
    IPV4_CHECKSUM = 10,
    IPV4_SRC = 12,
    IPV4_DST = 16,
    TCP_CHECKSUM = 16,
    UDP_CHECKSUM = 6,
    ICMP_CHECKSUM = 2,
};

/* An IPv4 packet being rewritten in place. */
struct packet {
    uint8_t *ipv4;
    uint8_t *segment;    /* TCP, UDP or ICMP; NULL: there is none, or its header is not whole */
    uint8_t *checksum;   /* of the segment; NULL: it has none */
    bool over_addresses; /* the segment's checksum is (TCP and UDP: the pseudo header) */
    bool zero_is_none;
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
        if (packet->zero_is_none && get16(packet->checksum) == 0) {
            put16(packet->checksum, 0xffff); /* RFC 768 */
        }
    }
}

static void set_address(struct packet *packet, size_t offset, uint32_t address)
{
    for (int i = 0; i < 2; i++) {
        uint8_t *at = packet->ipv4 + offset + 2 * i;
        uint16_t old = get16(at), new = (uint16_t)(address >> (i ? 0 : 16));
        if (old == new) {
            continue;
        }
        put16(at, new);
        update(packet->ipv4 + IPV4_CHECKSUM, old, new);
        if (packet->over_addresses) {
            update_segment(packet, old, new);
        }
    }
}

static void set_tos(struct packet *packet, uint8_t tos)
{
    uint16_t old = get16(packet->ipv4);
    packet->ipv4[IPV4_TOS] = tos | (packet->ipv4[IPV4_TOS] & 3);
    update(packet->ipv4 + IPV4_CHECKSUM, old, get16(packet->ipv4));
}

static void set_word(struct packet *packet, size_t offset, uint16_t value)
{
    uint8_t *at = packet->segment + offset;
    uint16_t old = get16(at);
    put16(at, value);
    update_segment(packet, old, value);
}

/* TCP and UDP: the ports; ICMP: type and code, an octet each. What `as` leaves
 * as it was is left alone: in a fragment `old` has 0, whatever is there. */
static void set_transport(struct packet *packet, const struct header *old, const struct header *as)
{
    bool src = as->tp_src != old->tp_src, dst = as->tp_dst != old->tp_dst;
    if (old->nw_proto == NW_PROTO_ICMP) {
        uint8_t type = src ? (uint8_t)as->tp_src : packet->segment[0];
        uint8_t code = dst ? (uint8_t)as->tp_dst : packet->segment[1];
        set_word(packet, 0, (uint16_t)(type << 8 | code));
        return;
    }
    if (src) {
        set_word(packet, 0, as->tp_src);
    }
    if (dst) {
        set_word(packet, 2, as->tp_dst);
    }
}

/* Where the parts of the packet are; its bytes end at `end`. */
static struct packet find_parts(uint8_t *ipv4, const uint8_t *end, uint8_t proto)
{
    static const struct {
        uint8_t proto, min_bytes, checksum;
    } rows[] = {{NW_PROTO_TCP, 20, TCP_CHECKSUM},
                {NW_PROTO_UDP, 8, UDP_CHECKSUM},
                {NW_PROTO_ICMP, 8, ICMP_CHECKSUM}};
    struct packet packet = {.ipv4 = ipv4};
    size_t header_bytes = (size_t)(ipv4[0] & 0x0f) * 4, total_bytes = get16(ipv4 + 2);
    bool first = (get16(ipv4 + IPV4_FRAGMENT) & 0x1fff) == 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && first; i++) {
        if (rows[i].proto == proto && total_bytes >= header_bytes + rows[i].min_bytes &&
            (size_t)(end - ipv4) >= total_bytes) {
            packet.segment = ipv4 + header_bytes;
            packet.checksum = packet.segment + rows[i].checksum;
            packet.over_addresses = proto != NW_PROTO_ICMP;
            packet.zero_is_none = proto == NW_PROTO_UDP;
        }
    }
    if (packet.zero_is_none && get16(packet.checksum) == 0) {
        packet.checksum = NULL;
    }
    return packet;
}

/* As frame/parse.h: whether the switch sees addresses and a protocol there. */
static bool is_ipv4(const uint8_t *ipv4, size_t n_bytes)
{
    enum { MIN_BYTES = 20 };
    size_t header_bytes = n_bytes > 0 ? (size_t)(ipv4[0] & 0x0f) * 4 : 0;
    return n_bytes >= MIN_BYTES && header_bytes >= MIN_BYTES && get16(ipv4 + 2) >= header_bytes &&
           get16(ipv4 + 2) <= n_bytes;
}

static void rewrite_ipv4(uint8_t *ipv4, const uint8_t *end, const struct frame_view *view,
                         const struct header *as)
{
    struct packet packet = find_parts(ipv4, end, view->header.nw_proto);
    set_address(&packet, IPV4_SRC, as->nw_src);
    set_address(&packet, IPV4_DST, as->nw_dst);
    if (as->nw_tos != view->header.nw_tos) {
        set_tos(&packet, as->nw_tos);
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
    if (!out->failed && view.header.dl_type == DL_TYPE_IP &&
        is_ipv4(out->data + network, out->n_bytes - network)) {
        rewrite_ipv4(out->data + network, out->data + out->n_bytes, &view, as);
    }
    return !out->failed;
}
