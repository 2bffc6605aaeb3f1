/* SPDX-License-Identifier: Apache-2.0
 *
 * Which OpenFlow header does this frame have? */
#include "frame/parse.h"

#include "base/reader.h"
#include "frame/transport.h"

enum {
    TYPE_SERVICE_TAG = 0x88a8, /* IEEE 802.1ad */
    TYPE_MIN = 0x600,          /* below, the field is a length: IEEE 802.3, 3.2.6 */
    IPV4_MIN = 20,
    IPV6_BYTES = 40,
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
static void parse_transport(struct parser *parser, uint16_t type, uint8_t proto,
                            struct header *header)
{
    const struct frame_transport *row = frame_transport_of(type, proto);
    struct base_reader reader = parser->reader;
    if (!row || base_reader_left(&reader) < row->min_bytes) {
        return;
    }
    struct base_reader ahead = reader;
    size_t n_bytes = row->min_bytes;
    if (proto == NW_PROTO_TCP) {
        base_read_skip(&ahead, 12);
        n_bytes = (size_t)(base_read_u8(&ahead) >> 4) * 4;
    }
    if (n_bytes < row->min_bytes || n_bytes > base_reader_left(&reader) + parser->n_cut) {
        return; /* nor do switches see a TCP header of no such length */
    }
    parser->view->segment = offset(parser);
    header->tp_src = row->tp_bytes == 1 ? base_read_u8(&reader) : base_read_be16(&reader);
    header->tp_dst = row->tp_bytes == 1 ? base_read_u8(&reader) : base_read_be16(&reader);
    base_read_skip(&parser->reader, n_bytes);
}

/* The rest of the packet behind its IP headers; whether it is the first and the last fragment. */
static void parse_rest(struct parser *parser, uint16_t type, bool is_first, bool is_last)
{
    struct header unseen = {0};
    uint8_t proto = parser->header->nw_proto;
    if (is_first && is_last) {
        parser->view->transport = offset(parser);
        parse_transport(parser, type, proto, parser->header);
    } else if (is_first) {
        parse_transport(parser, type, proto, &unseen);
    }
}

static void parse_ipv4(struct parser *parser)
{
    struct base_reader reader = parser->reader;
    size_t header_bytes = (size_t)(base_read_u8(&reader) & 0x0f) * 4;
    uint8_t tos = base_read_u8(&reader);
    size_t total_bytes = base_read_be16(&reader);
    base_read_skip(&reader, 2);
    uint16_t fragment = base_read_be16(&reader);
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
    parser->view->end = offset(parser) + total_bytes;
    parser->reader = base_read_child(&parser->reader, total_bytes < left ? total_bytes : left);
    base_read_skip(&parser->reader, header_bytes);
    parse_rest(parser, DL_TYPE_IP, (fragment & 0x1fff) == 0, (fragment & 0x2000) == 0);
}

/* Skips a header that extends that of IPv6 (RFC 8200, section 4; RFC 4302, section 2.2); what
 * comes behind it goes to `*next`. False: it is none, or one that is not whole. A later fragment
 * has its own number. */
static bool skip_extension(struct base_reader *reader, uint8_t *next, bool *is_first, bool *is_last)
{
    enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, DESTINATION = 60 };
    struct base_reader ahead = *reader;
    uint8_t kind = *next, behind = base_read_u8(&ahead);
    size_t n_words = base_read_u8(&ahead);
    uint16_t fragment = base_read_be16(&ahead);
    size_t n_bytes = kind == AUTHENTICATION ? (n_words + 2) * 4
                     : kind == FRAGMENT     ? 8
                                            : (n_words + 1) * 8;
    bool is_known = kind == HOP_BY_HOP || kind == ROUTING || kind == FRAGMENT ||
                    kind == AUTHENTICATION || kind == DESTINATION;
    if (!is_known || !*is_first) {
        return false;
    }
    base_read_skip(reader, n_bytes);
    if (kind == FRAGMENT) {
        *is_first = (fragment & 0xfff8) == 0;
        *is_last = *is_last && (fragment & 1) == 0;
    }
    *next = *is_first ? behind : kind;
    return !reader->failed;
}

/* RFC 8200, section 3. */
static void parse_ipv6(struct parser *parser)
{
    struct base_reader reader = parser->reader;
    uint32_t first_word = base_read_be32(&reader);
    size_t total_bytes = (size_t)IPV6_BYTES + base_read_be16(&reader);
    uint8_t next = base_read_u8(&reader);
    size_t left = base_reader_left(&parser->reader);
    if (left < IPV6_BYTES || total_bytes > left + parser->n_cut) {
        return;
    }
    bool is_first = true, is_last = true;
    struct base_reader packet = parser->reader;
    packet = base_read_child(&packet, total_bytes < left ? total_bytes : left);
    base_read_skip(&packet, IPV6_BYTES);
    while (skip_extension(&packet, &next, &is_first, &is_last)) {
    }
    if (packet.failed) {
        return;
    }
    parser->view->end = offset(parser) + total_bytes;
    base_read_skip(&reader, 1);
    base_read_copy(&reader, parser->header->ipv6_src, sizeof parser->header->ipv6_src);
    base_read_copy(&reader, parser->header->ipv6_dst, sizeof parser->header->ipv6_dst);
    parser->header->nw_tos = first_word >> 20 & 0xfc;
    parser->header->nw_proto = next;
    parser->reader = packet;
    parse_rest(parser, DL_TYPE_IPV6, is_first, is_last);
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
    parser->header->nw_proto = opcode <= UINT8_MAX ? (uint8_t)opcode : 0; /* as Open vSwitch */
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
