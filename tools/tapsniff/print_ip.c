/* SPDX-License-Identifier: Apache-2.0
 *
 * How would tcpdump print this IP packet? */
#include "tapsniff/print_ip.h"

#include "base/address.h"
#include "model/header.h"

#include <arpa/inet.h>
#include <inttypes.h>

/* What an IP header says, whichever version. */
struct packet {
    char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
    uint8_t proto;
    size_t n_bytes; /* of the payload as the header says; the capture may have less */
};

static void put_hosts(const struct packet *packet, struct base_buffer *out)
{
    base_put_format(out, "%s > %s: ", packet->src, packet->dst);
}

static void put_hosts_and_ports(const struct packet *packet, uint16_t sport, uint16_t dport,
                                struct base_buffer *out)
{
    base_put_format(out, "%s.%u > %s.%u: ", packet->src, sport, packet->dst, dport);
}

static void put_udp(const struct packet *packet, struct base_reader *reader,
                    struct base_buffer *out)
{
    uint16_t sport = base_read_be16(reader), dport = base_read_be16(reader);
    uint16_t n_bytes = base_read_be16(reader);
    if (reader->failed || n_bytes < 8) {
        put_hosts(packet, out);
        base_put_text(out, "[|udp]");
        return;
    }
    put_hosts_and_ports(packet, sport, dport, out);
    base_put_format(out, "UDP, length %u", n_bytes - 8);
}

/* As tcpdump writes them: F S R P . U E W. */
static void put_tcp_flags(uint8_t flags, struct base_buffer *out)
{
    static const char letters[] = "FSRP.UEW";
    base_put_text(out, "Flags [");
    for (int i = 0; i < 8; i++) {
        if (flags & 1 << i) {
            base_put_u8(out, (uint8_t)letters[i]);
        }
    }
    base_put_text(out, flags ? "]" : "none]");
}

/* RFC 9293, section 3.1. Sequence numbers as they are, those of what it carries. */
static void put_tcp(const struct packet *packet, struct base_reader *reader,
                    struct base_buffer *out)
{
    enum { SYN = 2, FIN = 1, RST = 4, ACK = 16 };
    uint16_t sport = base_read_be16(reader), dport = base_read_be16(reader);
    uint32_t seq = base_read_be32(reader), ack = base_read_be32(reader);
    size_t header_bytes = (size_t)(base_read_u8(reader) >> 4) * 4;
    uint8_t flags = base_read_u8(reader);
    uint16_t window = base_read_be16(reader);
    if (reader->failed || header_bytes < 20 || header_bytes > packet->n_bytes) {
        put_hosts(packet, out);
        base_put_text(out, "[|tcp]");
        return;
    }
    size_t n_bytes = packet->n_bytes - header_bytes;
    put_hosts_and_ports(packet, sport, dport, out);
    put_tcp_flags(flags, out);
    if (n_bytes > 0) {
        base_put_format(out, ", seq %" PRIu32 ":%" PRIu32, seq, (uint32_t)(seq + n_bytes));
    } else if (flags & (SYN | FIN | RST)) {
        base_put_format(out, ", seq %" PRIu32, seq);
    }
    if (flags & ACK) {
        base_put_format(out, ", ack %" PRIu32, ack);
    }
    base_put_format(out, ", win %u, length %zu", window, n_bytes);
}

/* RFC 792. */
static void put_icmp(const struct packet *packet, struct base_reader *reader,
                     struct base_buffer *out)
{
    static const char *const names[] = {
        [0] = "echo reply",           [3] = "destination unreachable",
        [4] = "source quench",        [5] = "redirect",
        [8] = "echo request",         [9] = "router advertisement",
        [10] = "router solicitation", [11] = "time exceeded",
        [12] = "parameter problem"};
    uint8_t type = base_read_u8(reader), code = base_read_u8(reader);
    base_read_skip(reader, 2);
    uint16_t id = base_read_be16(reader), seq = base_read_be16(reader);
    put_hosts(packet, out);
    if (reader->failed) {
        base_put_text(out, "[|icmp]");
        return;
    }
    const char *name = type < sizeof names / sizeof *names ? names[type] : NULL;
    base_put_format(out, name ? "ICMP %s" : "ICMP", name);
    if (type == 0 || type == 8) {
        base_put_format(out, ", id %u, seq %u", id, seq);
    } else if (name) {
        base_put_format(out, ", code %u", code);
    } else {
        base_put_format(out, " type %u, code %u", type, code);
    }
    base_put_format(out, ", length %zu", packet->n_bytes);
}

static void read_ipv6(struct base_reader *reader, char text[INET6_ADDRSTRLEN])
{
    struct in6_addr address;
    base_read_copy(reader, &address, sizeof address);
    inet_ntop(AF_INET6, &address, text, INET6_ADDRSTRLEN);
}

/* Neighbour discovery names the address it is about: RFC 4861, 4.3 and 4.4. */
static void put_target(const char *words, struct base_reader *reader, struct base_buffer *out)
{
    char target[INET6_ADDRSTRLEN];
    base_read_skip(reader, 4);
    read_ipv6(reader, target);
    base_put_format(out, ", %s %s", words, reader->failed ? "[|icmp6]" : target);
}

/* RFC 4443, RFC 4861, RFC 3810. */
static void put_icmpv6(const struct packet *packet, struct base_reader *reader,
                       struct base_buffer *out)
{
    enum { ECHO_REQUEST = 128, ECHO_REPLY = 129, SOLICITATION = 135, ADVERTISEMENT = 136 };
    static const char *const names[256] = {[1] = "destination unreachable",
                                           [2] = "packet too big",
                                           [3] = "time exceeded",
                                           [4] = "parameter problem",
                                           [ECHO_REQUEST] = "echo request",
                                           [ECHO_REPLY] = "echo reply",
                                           [130] = "multicast listener query",
                                           [131] = "multicast listener report",
                                           [133] = "router solicitation",
                                           [134] = "router advertisement",
                                           [SOLICITATION] = "neighbor solicitation",
                                           [ADVERTISEMENT] = "neighbor advertisement",
                                           [143] = "multicast listener report v2"};
    uint8_t type = base_read_u8(reader), code = base_read_u8(reader);
    base_read_skip(reader, 2);
    put_hosts(packet, out);
    if (reader->failed) {
        base_put_text(out, "[|icmp6]");
        return;
    }
    if (names[type]) {
        base_put_format(out, "ICMP6, %s", names[type]);
    } else {
        base_put_format(out, "ICMP6, type %u, code %u", type, code);
    }
    if (type == ECHO_REQUEST || type == ECHO_REPLY) {
        uint16_t id = base_read_be16(reader), seq = base_read_be16(reader);
        base_put_format(out, ", id %u, seq %u", id, seq);
    } else if (type == SOLICITATION) {
        put_target("who has", reader, out);
    } else if (type == ADVERTISEMENT) {
        put_target("tgt is", reader, out);
    }
    base_put_format(out, ", length %zu", packet->n_bytes);
}

static void put_transport(const struct packet *packet, struct base_reader *reader,
                          struct base_buffer *out)
{
    switch (packet->proto) {
    case NW_PROTO_UDP:
        put_udp(packet, reader, out);
        break;
    case NW_PROTO_TCP:
        put_tcp(packet, reader, out);
        break;
    case NW_PROTO_ICMP:
        put_icmp(packet, reader, out);
        break;
    case NW_PROTO_ICMPV6:
        put_icmpv6(packet, reader, out);
        break;
    default:
        put_hosts(packet, out);
        base_put_format(out, "ip-proto-%u %zu", packet->proto, packet->n_bytes);
    }
}

static void put_fragment(const struct packet *packet, unsigned offset, struct base_buffer *out)
{
    put_hosts(packet, out);
    base_put_format(out, "ip-proto-%u, fragment from byte %u on, length %zu", packet->proto, offset,
                    packet->n_bytes);
}

void frame_print_ipv4(struct base_reader *reader, struct base_buffer *out)
{
    struct packet packet = {0};
    size_t header_bytes = (size_t)(base_read_u8(reader) & 0x0f) * 4;
    base_read_skip(reader, 1);
    size_t total_bytes = base_read_be16(reader);
    base_read_skip(reader, 2);
    unsigned offset = (base_read_be16(reader) & 0x1fffu) * 8;
    base_read_skip(reader, 1);
    packet.proto = base_read_u8(reader);
    base_read_skip(reader, 2);
    base_ip_format(base_read_be32(reader), packet.src);
    base_ip_format(base_read_be32(reader), packet.dst);
    if (reader->failed || header_bytes < 20 || total_bytes < header_bytes) {
        base_put_text(out, "[|ip]");
        return;
    }
    packet.n_bytes = total_bytes - header_bytes;
    base_read_skip(reader, header_bytes - 20);
    if (offset > 0) {
        put_fragment(&packet, offset, out);
    } else {
        put_transport(&packet, reader, out);
    }
}

/* Headers in front of the payload: RFC 8200, section 4. True: it is a later
 * fragment, from the byte `*offset` on. */
static bool skip_extensions(struct packet *packet, struct base_reader *reader, unsigned *offset)
{
    enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };
    while (!reader->failed && (packet->proto == HOP_BY_HOP || packet->proto == ROUTING ||
                               packet->proto == FRAGMENT || packet->proto == DESTINATION)) {
        bool is_fragment = packet->proto == FRAGMENT;
        packet->proto = base_read_u8(reader);
        size_t n_bytes = 8 + (is_fragment ? 0 : 8 * (size_t)base_read_u8(reader));
        base_read_skip(reader, is_fragment);
        *offset = base_read_be16(reader) & 0xfff8u;
        base_read_skip(reader, n_bytes - 4);
        packet->n_bytes -= packet->n_bytes < n_bytes ? packet->n_bytes : n_bytes;
        if (is_fragment && *offset > 0) {
            return true;
        }
    }
    return false;
}

void frame_print_ipv6(struct base_reader *reader, struct base_buffer *out)
{
    struct packet packet = {0};
    unsigned offset;
    base_read_skip(reader, 4);
    packet.n_bytes = base_read_be16(reader);
    packet.proto = base_read_u8(reader);
    base_read_skip(reader, 1);
    read_ipv6(reader, packet.src);
    read_ipv6(reader, packet.dst);
    bool is_later = skip_extensions(&packet, reader, &offset);
    if (reader->failed) {
        base_put_text(out, "[|ip6]");
    } else if (is_later) {
        put_fragment(&packet, offset, out);
    } else {
        put_transport(&packet, reader, out);
    }
}
