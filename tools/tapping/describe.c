/* SPDX-License-Identifier: Apache-2.0
 *
 * What is this frame, in a line of words? */
#include "tapping/describe.h"
#include "base/address.h"
#include "frame/parse.h"

static void put_mac(const uint8_t *mac, struct base_buffer *out)
{
    char text[BASE_MAC_TEXT];
    base_put_text(out, base_mac_format(mac, text));
}

static void put_ip(uint32_t ip, bool with_port, uint16_t port, struct base_buffer *out)
{
    char text[BASE_IP_TEXT];
    base_put_text(out, base_ip_format(ip, text));
    if (with_port) {
        base_put_format(out, ":%u", port);
    }
}

static void put_addresses(const struct header *header, bool with_ports, struct base_buffer *out)
{
    base_put_text(out, " ");
    put_ip(header->nw_src, with_ports, header->tp_src, out);
    base_put_text(out, " > ");
    put_ip(header->nw_dst, with_ports, header->tp_dst, out);
}

static void put_ipv4(const struct frame_view *view, struct base_buffer *out)
{
    const struct header *header = &view->header;
    base_put_text(out, " ipv4");
    if (header->nw_tos) {
        base_put_format(out, " tos 0x%02x", header->nw_tos);
    }
    switch (header->nw_proto) {
    case NW_PROTO_UDP:
        base_put_text(out, " udp");
        break;
    case NW_PROTO_TCP:
        base_put_text(out, " tcp");
        break;
    case NW_PROTO_ICMP:
        base_put_format(out, " icmp type %u code %u", header->tp_src, header->tp_dst);
        break;
    default:
        base_put_format(out, " proto %u", header->nw_proto);
    }
    bool has_ports = header->nw_proto == NW_PROTO_UDP || header->nw_proto == NW_PROTO_TCP;
    put_addresses(header, view->transport && has_ports, out);
}

static void put_arp(const struct header *header, struct base_buffer *out)
{
    enum { REQUEST = 1, REPLY = 2 };
    if (header->nw_proto == REQUEST || header->nw_proto == REPLY) {
        base_put_text(out, header->nw_proto == REQUEST ? " arp request" : " arp reply");
    } else {
        base_put_format(out, " arp opcode %u", header->nw_proto);
    }
    put_addresses(header, false, out);
}

static void put_packet(const struct frame_view *view, struct base_buffer *out)
{
    switch (view->header.dl_type) {
    case DL_TYPE_IP:
        put_ipv4(view, out);
        break;
    case DL_TYPE_ARP:
        put_arp(&view->header, out);
        break;
    case DL_TYPE_NOT_ETH2:
        base_put_text(out, " 802.3");
        break;
    default:
        base_put_format(out, " type 0x%04x", view->header.dl_type);
    }
}

void tapping_describe(const void *bytes, size_t n_bytes, struct base_buffer *out)
{
    struct frame_view view;
    if (!frame_dissect(bytes, n_bytes, 0, &view)) {
        base_put_format(out, "no Ethernet header (%zu bytes)", n_bytes);
        return;
    }
    const struct header *header = &view.header;
    put_mac(header->dl_src, out);
    base_put_text(out, " > ");
    put_mac(header->dl_dst, out);
    if (header->vlan_tci) {
        base_put_format(out, " vlan %u", header->vlan_tci & VLAN_VID);
    }
    if (header->vlan_tci & VLAN_PCP) {
        base_put_format(out, " pcp %u", header->vlan_tci >> VLAN_PCP_SHIFT);
    }
    put_packet(&view, out);
    base_put_format(out, " (%zu bytes)", n_bytes);
}
