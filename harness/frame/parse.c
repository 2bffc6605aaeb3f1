/* SPDX-License-Identifier: Apache-2.0
 *
 * Which OpenFlow header does this frame have? */
#include "frame/parse.h"

#include "base/reader.h"

enum {
    TYPE_SERVICE_TAG = 0x88a8, /* IEEE 802.1ad */
    TYPE_MIN = 0x600,          /* below, the field is a length: IEEE 802.3, 3.2.6 */
    IPV4_MIN = 20,
    IPV6_BYTES = 40,
    TCP_MIN = 20,
    UDP_BYTES = 8,
    ICMP_BYTES = 8,
};

/* One frame on its way through the parser. */
struct parser {
    struct base_reader reader;
    const uint8_t *start;
    size_t n_cut; /* bytes of the frame that are behind the end of the reader */
    struct frame_view *view;
    struct header *header;
};

static size_t offset(const struct parser *parser)
{
    return (size_t)(parser->reader.at - parser->start);
}

/* What the type field says: itself, or the type of a SNAP header behind it. */
static uint16_t read_type(struct base_reader *reader)
{
    static const uint8_t snap[6] = {0xaa, 0xaa, 0x03, 0, 0, 0}; /* RFC 1042 */
    uint16_t type = base_read_be16(reader);
    if (type >= TYPE_MIN) {
        return type;
    }
    struct base_reader ahead = *reader;
    const uint8_t *llc = base_read_bytes(&ahead, sizeof snap);
    uint16_t snap_type = base_read_be16(&ahead);
    if (ahead.failed || memcmp(llc, snap, sizeof snap) != 0 || snap_type < TYPE_MIN) {
        return DL_TYPE_NOT_ETH2;
    }
    *reader = ahead;
    return snap_type;
}

/* Skips the transport header; what `header` has of it is filled in. */
static void parse_transport(struct parser *parser, uint8_t proto, struct header *header)
{
    struct base_reader reader = parser->reader;
    size_t n_bytes = 0;
    if (proto == NW_PROTO_ICMP && base_reader_left(&reader) >= ICMP_BYTES) {
        header->tp_src = base_read_u8(&reader);
        header->tp_dst = base_read_u8(&reader);
        n_bytes = ICMP_BYTES;
    } else if ((proto == NW_PROTO_UDP && base_reader_left(&reader) >= UDP_BYTES) ||
               (proto == NW_PROTO_TCP && base_reader_left(&reader) >= TCP_MIN)) {
        header->tp_src = base_read_be16(&reader);
        header->tp_dst = base_read_be16(&reader);
        n_bytes = UDP_BYTES;
        if (proto == NW_PROTO_TCP) {
            base_read_skip(&reader, 8);
            n_bytes = (size_t)(base_read_u8(&reader) >> 4) * 4;
        }
    }
    base_read_skip(&parser->reader, n_bytes);
}

static void parse_ipv4(struct parser *parser)
{
    struct base_reader reader = parser->reader;
    size_t header_bytes = (size_t)(base_read_u8(&reader) & 0x0f) * 4;
    uint8_t tos = base_read_u8(&reader);
    size_t total_bytes = base_read_be16(&reader);
    base_read_skip(&reader, 2);
    uint16_t fragment = base_read_be16(&reader) & 0x3fff; /* more fragments, or an offset */
    base_read_skip(&reader, 1);
    uint8_t proto = base_read_u8(&reader);
    base_read_skip(&reader, 2);
    uint32_t src = base_read_be32(&reader), dst = base_read_be32(&reader);
    size_t left = base_reader_left(&parser->reader);
    if (reader.failed || header_bytes < IPV4_MIN || total_bytes < header_bytes ||
        total_bytes > left + parser->n_cut) {
        return;
    }
    parser->header->nw_tos = tos & 0xfc;
    parser->header->nw_proto = proto;
    parser->header->nw_src = src;
    parser->header->nw_dst = dst;
    parser->reader = base_read_child(&parser->reader, total_bytes < left ? total_bytes : left);
    base_read_skip(&parser->reader, header_bytes);
    if (!fragment) {
        parser->view->transport = offset(parser);
        parse_transport(parser, proto, parser->header);
    } else if (fragment == 0x2000) {
        parse_transport(parser, proto, &(struct header){0});
    }
}

/* Nothing of it is in the header. Extension headers are not understood. */
static void parse_ipv6(struct parser *parser)
{
    struct base_reader reader = parser->reader;
    base_read_skip(&reader, 6);
    uint8_t next_header = base_read_u8(&reader);
    if (base_reader_left(&parser->reader) >= IPV6_BYTES) {
        base_read_skip(&parser->reader, IPV6_BYTES);
        parse_transport(parser, next_header, &(struct header){0});
    }
}

static void parse_arp(struct parser *parser)
{
    struct base_reader reader = parser->reader;
    uint64_t kind = (uint64_t)base_read_be32(&reader) << 16 | base_read_be16(&reader);
    uint16_t opcode = base_read_be16(&reader);
    base_read_skip(&reader, 6);
    uint32_t spa = base_read_be32(&reader);
    base_read_skip(&reader, 6);
    uint32_t tpa = base_read_be32(&reader);
    /* Ethernet and IPv4, addresses of 6 and 4 bytes: RFC 826. */
    if (reader.failed || kind != 0x000108000604) {
        return;
    }
    parser->header->nw_proto = opcode & 0xff;
    parser->header->nw_src = spa;
    parser->header->nw_dst = tpa;
    parser->reader = reader;
}

static void parse_network(struct parser *parser, uint16_t type)
{
    parser->view->network = offset(parser);
    if (type == DL_TYPE_IP) {
        parse_ipv4(parser);
    } else if (type == DL_TYPE_ARP) {
        parse_arp(parser);
    } else if (type == DL_TYPE_IPV6) {
        parse_ipv6(parser);
    }
    parser->view->payload = parser->reader.failed ? 0 : offset(parser);
}

static bool is_tag(uint16_t type)
{
    return type == DL_TYPE_VLAN || type == TYPE_SERVICE_TAG;
}

static bool dissect(const void *bytes, size_t n_bytes, size_t n_cut, uint16_t in_port,
                    struct frame_view *view)
{
    *view = (struct frame_view){.header = {.in_port = in_port}};
    struct header *header = &view->header, behind_tags = {0};
    struct parser parser = {.reader = base_reader_over(bytes, n_bytes),
                            .start = bytes,
                            .n_cut = n_cut,
                            .view = view,
                            .header = header};
    base_read_copy(&parser.reader, header->dl_dst, sizeof header->dl_dst);
    base_read_copy(&parser.reader, header->dl_src, sizeof header->dl_src);
    uint16_t type = read_type(&parser.reader);
    if (parser.reader.failed) {
        *view = (struct frame_view){0};
        return false;
    }
    header->dl_type = type;
    while (is_tag(type) && base_reader_left(&parser.reader) >= 4) {
        uint16_t tci = base_read_be16(&parser.reader);
        bool seen = type == DL_TYPE_VLAN && view->n_tags == 0;
        type = read_type(&parser.reader);
        view->n_tags++;
        if (seen) {
            header->vlan_tci = (tci & (VLAN_PCP | VLAN_VID)) | VLAN_TAGGED;
            header->dl_type = type;
        } else {
            parser.header = &behind_tags; /* the switch looks no deeper */
        }
    }
    view->type = type;
    parse_network(&parser, type);
    return true;
}

bool frame_dissect(const void *bytes, size_t n_bytes, uint16_t in_port, struct frame_view *view)
{
    return dissect(bytes, n_bytes, 0, in_port, view);
}

bool frame_dissect_cut(const void *bytes, size_t n_bytes, size_t frame_bytes, uint16_t in_port,
                       struct frame_view *view)
{
    return dissect(bytes, n_bytes, frame_bytes > n_bytes ? frame_bytes - n_bytes : 0, in_port,
                   view);
}

bool frame_parse(const void *bytes, size_t n_bytes, uint16_t in_port, struct header *header)
{
    struct frame_view view;
    bool parsed = frame_dissect(bytes, n_bytes, in_port, &view);
    *header = view.header;
    return parsed;
}

bool frame_parse_cut(const void *bytes, size_t n_bytes, size_t frame_bytes, uint16_t in_port,
                     struct header *header)
{
    struct frame_view view;
    bool parsed = frame_dissect_cut(bytes, n_bytes, frame_bytes, in_port, &view);
    *header = view.header;
    return parsed;
}
