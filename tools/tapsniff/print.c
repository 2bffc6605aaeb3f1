/* SPDX-License-Identifier: Apache-2.0
 *
 * How would tcpdump print this frame? */
#include "tapsniff/print.h"

#include "base/address.h"
#include "base/reader.h"
#include "frame/mark.h"
#include "model/header.h"
#include "tapsniff/print_ip.h"

#include <inttypes.h>

enum {
    TYPE_MIN = 0x600, /* below, the field is a length: IEEE 802.3, 3.2.6 */
    TYPE_IPV6 = 0x86dd,
    TYPE_SERVICE_TAG = 0x88a8, /* IEEE 802.1ad */
    TYPE_LLDP = 0x88cc,        /* IEEE 802.1AB */
};

static const char *name_of_type(uint16_t type)
{
    switch (type) {
    case DL_TYPE_IP:
        return "IPv4";
    case DL_TYPE_ARP:
        return "ARP";
    case DL_TYPE_VLAN:
        return "802.1Q";
    case TYPE_SERVICE_TAG:
        return "802.1Q-QinQ";
    case TYPE_IPV6:
        return "IPv6";
    case TYPE_LLDP:
        return "LLDP";
    default:
        return "Unknown";
    }
}

static void put_mac(struct base_reader *reader, struct base_buffer *out)
{
    uint8_t mac[BASE_MAC_BYTES];
    char text[BASE_MAC_TEXT];
    base_read_copy(reader, mac, sizeof mac);
    base_put_text(out, base_mac_format(mac, text));
}

static void put_ip(struct base_reader *reader, struct base_buffer *out)
{
    char text[BASE_IP_TEXT];
    base_put_text(out, base_ip_format(base_read_be32(reader), text));
}

static void put_arp_body(uint16_t opcode, struct base_reader *sender, struct base_reader *target,
                         struct base_buffer *out)
{
    enum { REQUEST = 1, REPLY = 2 };
    struct base_reader sender_ip = *sender, target_ip = *target;
    base_read_skip(&sender_ip, BASE_MAC_BYTES);
    base_read_skip(&target_ip, BASE_MAC_BYTES);
    if (opcode == REQUEST) {
        base_put_text(out, "Request who-has ");
        put_ip(&target_ip, out);
        base_put_text(out, " tell ");
        put_ip(&sender_ip, out);
    } else if (opcode == REPLY) {
        base_put_text(out, "Reply ");
        put_ip(&sender_ip, out);
        base_put_text(out, " is-at ");
        put_mac(sender, out);
    } else {
        base_put_format(out, "opcode %u", opcode);
    }
}

/* RFC 826, of Ethernet and IPv4. */
static void put_arp(struct base_reader *reader, struct base_buffer *out)
{
    size_t n_bytes = base_reader_left(reader);
    uint64_t kind = (uint64_t)base_read_be32(reader) << 16 | base_read_be16(reader);
    uint16_t opcode = base_read_be16(reader);
    struct base_reader sender = base_read_child(reader, 10), target = base_read_child(reader, 10);
    if (reader->failed) {
        base_put_text(out, "[|arp]");
    } else if (kind != 0x000108000604) {
        base_put_format(out, "ARP of another kind, opcode %u", opcode);
    } else {
        put_arp_body(opcode, &sender, &target, out);
    }
    base_put_format(out, ", length %zu", n_bytes);
}

/* What a stranger wrote, for one line. */
static void put_text(struct base_reader *reader, struct base_buffer *out)
{
    while (base_reader_left(reader) > 0) {
        uint8_t byte = base_read_u8(reader);
        base_put_u8(out, byte >= 0x20 && byte < 0x7f ? byte : '.');
    }
}

/* Chassis and port id: IEEE 802.1AB, 8.5.2 and 8.5.3. */
static void put_lldp_id(const char *what, uint8_t mac_subtype, struct base_reader *value,
                        struct base_buffer *out)
{
    uint8_t subtype = base_read_u8(value);
    base_put_format(out, ", %s ", what);
    if (subtype == mac_subtype && base_reader_left(value) == BASE_MAC_BYTES) {
        put_mac(value, out);
    } else {
        put_text(value, out);
    }
}

static void put_lldp(struct base_reader *reader, struct base_buffer *out)
{
    enum { END = 0, CHASSIS = 1, PORT = 2, CHASSIS_MAC = 4, PORT_MAC = 3 };
    size_t n_bytes = base_reader_left(reader);
    base_put_text(out, "LLDP");
    for (;;) {
        uint16_t head = base_read_be16(reader);
        struct base_reader value = base_read_child(reader, head & 0x1ff);
        if (reader->failed || head >> 9 == END) {
            break;
        }
        if (head >> 9 == CHASSIS) {
            put_lldp_id("chassis", CHASSIS_MAC, &value, out);
        } else if (head >> 9 == PORT) {
            put_lldp_id("port", PORT_MAC, &value, out);
        }
    }
    base_put_format(out, ", length %zu", n_bytes);
}

/* IEEE 802.2. */
static void put_llc(struct base_reader *reader, struct base_buffer *out)
{
    uint8_t dsap = base_read_u8(reader), ssap = base_read_u8(reader);
    if (reader->failed) {
        base_put_text(out, "[|llc]");
    } else {
        base_put_format(out, "LLC, dsap 0x%02x, ssap 0x%02x", dsap, ssap);
    }
}

static void put_packet(uint16_t type, struct base_reader *reader, struct base_buffer *out)
{
    if (type < TYPE_MIN) {
        put_llc(reader, out);
        return;
    }
    switch (type) {
    case DL_TYPE_IP:
        frame_print_ipv4(reader, out);
        break;
    case TYPE_IPV6:
        frame_print_ipv6(reader, out);
        break;
    case DL_TYPE_ARP:
        put_arp(reader, out);
        break;
    case TYPE_LLDP:
        put_lldp(reader, out);
        break;
    default:
        base_put_format(out, "%zu bytes", base_reader_left(reader));
    }
}

/* The tag at the reader, and the type behind it. */
static uint16_t put_tag(struct base_reader *reader, struct base_buffer *out)
{
    uint16_t tci = base_read_be16(reader), type = base_read_be16(reader);
    base_put_format(out, "vlan %u, p %u%s, ", tci & VLAN_VID, tci >> VLAN_PCP_SHIFT,
                    tci & 0x1000 ? ", DEI" : "");
    if (type >= TYPE_MIN) {
        base_put_format(out, "ethertype %s (0x%04x), ", name_of_type(type), type);
    } else {
        base_put_format(out, "802.3, ");
    }
    return type;
}

static void put_mark(const void *bytes, size_t n_bytes, struct base_buffer *out)
{
    struct frame_mark mark;
    uint64_t nonce;
    size_t at = frame_mark_find(bytes, n_bytes, 0);
    if (at != FRAME_NO_MARK && frame_mark_peek(bytes, n_bytes, at, &nonce, &mark)) {
        base_put_format(out, ", tapproof %s %" PRIu32 ", round %u, run %016" PRIx64,
                        mark.kind == FRAME_SENTINEL ? "sentinel" : "probe", mark.number, mark.round,
                        nonce);
    }
}

void tapsniff_print(const void *bytes, size_t n_bytes, size_t wire_bytes, struct base_buffer *out)
{
    struct base_reader reader = base_reader_over(bytes, n_bytes), dst = base_read_child(&reader, 6);
    size_t start = out->n_bytes;
    put_mac(&reader, out);
    base_put_text(out, " > ");
    put_mac(&dst, out);
    uint16_t type = base_read_be16(&reader);
    if (reader.failed) {
        out->n_bytes = start;
        base_put_format(out, "[|ether], length %zu", wire_bytes);
        return;
    }
    if (type >= TYPE_MIN) {
        base_put_format(out, ", ethertype %s (0x%04x), length %zu: ", name_of_type(type), type,
                        wire_bytes);
    } else {
        base_put_format(out, ", 802.3, length %u: ", type);
    }
    while ((type == DL_TYPE_VLAN || type == TYPE_SERVICE_TAG) && base_reader_left(&reader) >= 4) {
        type = put_tag(&reader, out);
    }
    put_packet(type, &reader, out);
    put_mark(bytes, n_bytes, out);
}

static void put_hex_line(const uint8_t *bytes, size_t n, size_t offset, struct base_buffer *out)
{
    enum { COLUMNS = 16 };
    base_put_format(out, "\t0x%04zx: ", offset);
    for (size_t i = 0; i < COLUMNS; i++) {
        base_put_text(out, i % 2 == 0 ? " " : "");
        if (i < n) {
            base_put_format(out, "%02x", bytes[i]);
        } else {
            base_put_text(out, "  ");
        }
    }
    struct base_reader text = base_reader_over(bytes, n);
    base_put_text(out, "  ");
    put_text(&text, out);
    base_put_text(out, "\n");
}

void tapsniff_print_hex(const void *bytes, size_t n_bytes, struct base_buffer *out)
{
    struct base_reader reader = base_reader_over(bytes, n_bytes);
    for (size_t offset = 0; offset < n_bytes; offset += 16) {
        size_t left = base_reader_left(&reader), n = left < 16 ? left : 16;
        put_hex_line(base_read_bytes(&reader, n), n, offset, out);
    }
}
