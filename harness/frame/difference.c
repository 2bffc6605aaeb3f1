/* SPDX-License-Identifier: Apache-2.0
 *
 * What differs in two frames? First the fields that OpenFlow names, by name, then
 * whatever else differs after the Ethernet header, byte by byte. */
#include "frame/difference.h"
#include "base/address.h"
#include "base/reader.h"
#include "frame/checksum.h"
#include "frame/parse.h"
#include "frame/transport.h"

enum layer { LAYER_ETHERNET, LAYER_NETWORK, LAYER_TRANSPORT };
enum form { FORM_NUMBER, FORM_HEX, FORM_MAC, FORM_IP, FORM_IPV6 };

/* A field, and the frames that have it. */
struct field {
    const char *name;
    uint8_t n_bytes;
    enum form form;
    enum layer layer;
    uint16_t dl_type; /* 0: any */
    uint8_t nw_proto; /* 0: any */
    uint8_t offset;   /* within its layer */
    bool is_checksum; /* never named: judged by whether it is right */
};

static const struct field fields[] = {
    {"dl_dst", 6, FORM_MAC, LAYER_ETHERNET, 0, 0, 0, false},
    {"dl_src", 6, FORM_MAC, LAYER_ETHERNET, 0, 0, 6, false},
    {"nw_tos", 1, FORM_HEX, LAYER_NETWORK, DL_TYPE_IP, 0, 1, false},
    {"ttl", 1, FORM_NUMBER, LAYER_NETWORK, DL_TYPE_IP, 0, 8, false},
    {"IPv4 checksum", 2, FORM_HEX, LAYER_NETWORK, DL_TYPE_IP, 0, 10, true},
    {"nw_src", 4, FORM_IP, LAYER_NETWORK, DL_TYPE_IP, 0, 12, false},
    {"nw_dst", 4, FORM_IP, LAYER_NETWORK, DL_TYPE_IP, 0, 16, false},
    {"arp_op", 2, FORM_NUMBER, LAYER_NETWORK, DL_TYPE_ARP, 0, 6, false},
    {"arp_sha", 6, FORM_MAC, LAYER_NETWORK, DL_TYPE_ARP, 0, 8, false},
    {"arp_spa", 4, FORM_IP, LAYER_NETWORK, DL_TYPE_ARP, 0, 14, false},
    {"arp_tha", 6, FORM_MAC, LAYER_NETWORK, DL_TYPE_ARP, 0, 18, false},
    {"arp_tpa", 4, FORM_IP, LAYER_NETWORK, DL_TYPE_ARP, 0, 24, false},
    {"class and label", 4, FORM_HEX, LAYER_NETWORK, DL_TYPE_IPV6, 0, 0, false},
    {"hop limit", 1, FORM_NUMBER, LAYER_NETWORK, DL_TYPE_IPV6, 0, 7, false},
    {"ipv6_src", 16, FORM_IPV6, LAYER_NETWORK, DL_TYPE_IPV6, 0, 8, false},
    {"ipv6_dst", 16, FORM_IPV6, LAYER_NETWORK, DL_TYPE_IPV6, 0, 24, false},
    {"tp_src", 2, FORM_NUMBER, LAYER_TRANSPORT, 0, NW_PROTO_UDP, 0, false},
    {"tp_dst", 2, FORM_NUMBER, LAYER_TRANSPORT, 0, NW_PROTO_UDP, 2, false},
    {"UDP checksum", 2, FORM_HEX, LAYER_TRANSPORT, 0, NW_PROTO_UDP, 6, true},
    {"tp_src", 2, FORM_NUMBER, LAYER_TRANSPORT, 0, NW_PROTO_TCP, 0, false},
    {"tp_dst", 2, FORM_NUMBER, LAYER_TRANSPORT, 0, NW_PROTO_TCP, 2, false},
    {"TCP checksum", 2, FORM_HEX, LAYER_TRANSPORT, 0, NW_PROTO_TCP, 16, true},
    {"tp_src", 2, FORM_NUMBER, LAYER_TRANSPORT, 0, NW_PROTO_SCTP, 0, false},
    {"tp_dst", 2, FORM_NUMBER, LAYER_TRANSPORT, 0, NW_PROTO_SCTP, 2, false},
    {"SCTP checksum", 4, FORM_HEX, LAYER_TRANSPORT, 0, NW_PROTO_SCTP, 8, true},
    {"icmp_type", 1, FORM_NUMBER, LAYER_TRANSPORT, DL_TYPE_IP, NW_PROTO_ICMP, 0, false},
    {"icmp_code", 1, FORM_NUMBER, LAYER_TRANSPORT, DL_TYPE_IP, NW_PROTO_ICMP, 1, false},
    {"ICMP checksum", 2, FORM_HEX, LAYER_TRANSPORT, DL_TYPE_IP, NW_PROTO_ICMP, 2, true},
    {"icmp_type", 1, FORM_NUMBER, LAYER_TRANSPORT, DL_TYPE_IPV6, NW_PROTO_ICMPV6, 0, false},
    {"icmp_code", 1, FORM_NUMBER, LAYER_TRANSPORT, DL_TYPE_IPV6, NW_PROTO_ICMPV6, 1, false},
    {"ICMPv6 checksum", 2, FORM_HEX, LAYER_TRANSPORT, DL_TYPE_IPV6, NW_PROTO_ICMPV6, 2, true},
};
enum { N_FIELDS = sizeof fields / sizeof fields[0] };

struct frame {
    const uint8_t *bytes;
    size_t n_bytes;
    struct frame_view view;
};

/* What is said so far. */
struct findings {
    struct base_buffer *out;
    size_t n;
};

/* Begins one more. */
static struct base_buffer *say(struct findings *findings)
{
    if (findings->n++) {
        base_put_text(findings->out, "; ");
    }
    return findings->out;
}

/* Where the field is in this frame; false if the frame has none. */
static bool field_at(const struct field *field, const struct frame *frame, size_t *at)
{
    const struct frame_view *view = &frame->view;
    size_t layer = field->layer == LAYER_NETWORK     ? view->network
                   : field->layer == LAYER_TRANSPORT ? view->transport
                                                     : 0;
    if ((field->layer != LAYER_ETHERNET && layer == 0) ||
        (field->dl_type && field->dl_type != view->header.dl_type) ||
        (field->nw_proto && field->nw_proto != view->header.nw_proto)) {
        return false;
    }
    *at = layer + field->offset;
    return *at + field->n_bytes <= frame->n_bytes;
}

static void put_value(const struct field *field, const uint8_t *bytes, struct base_buffer *out)
{
    char text[BASE_IPV6_TEXT];
    struct base_reader reader = base_reader_over(bytes, field->n_bytes);
    switch (field->form) {
    case FORM_MAC:
        base_put_text(out, base_mac_format(bytes, text));
        break;
    case FORM_IP:
        base_put_text(out, base_ip_format(base_read_be32(&reader), text));
        break;
    case FORM_IPV6:
        base_put_text(out, base_ipv6_format(bytes, text));
        break;
    case FORM_HEX:
    case FORM_NUMBER:
        base_put_format(out, field->form == FORM_HEX ? "0x%02x" : "%u",
                        field->n_bytes == 1   ? base_read_u8(&reader)
                        : field->n_bytes == 2 ? base_read_be16(&reader)
                                              : base_read_be32(&reader));
    }
}

/* Whether the part of a frame that a checksum covers is right, or not all there. */
static bool checksum_is_right(const struct field *field, const struct frame *frame)
{
    const struct frame_view *view = &frame->view;
    const uint8_t *ip = frame->bytes + view->network;
    if (field->layer == LAYER_NETWORK) {
        size_t header_bytes = (size_t)(ip[0] & 0x0f) * 4;
        return view->network + header_bytes <= frame->n_bytes &&
               frame_checksum(ip, header_bytes) == 0;
    }
    const struct frame_transport *row = frame_transport_of(view->header.dl_type, field->nw_proto);
    return !row || view->end > frame->n_bytes ||
           frame_transport_is_right(row, view->header.dl_type, ip, frame->bytes + view->transport,
                                    view->end - view->transport);
}

static void compare_field(const struct field *field, const struct frame *expected,
                          const struct frame *got, struct findings *findings)
{
    size_t in_expected, in_got;
    if (!field_at(field, expected, &in_expected) || !field_at(field, got, &in_got)) {
        return;
    }
    const uint8_t *want = expected->bytes + in_expected, *have = got->bytes + in_got;
    bool is_same = memcmp(want, have, field->n_bytes) == 0;
    if (field->is_checksum) {
        if (!checksum_is_right(field, got) && !(is_same && !checksum_is_right(field, expected))) {
            base_put_format(say(findings), "%s is wrong", field->name);
        }
        return;
    }
    if (is_same) {
        return;
    }
    base_put_format(say(findings), "%s is ", field->name);
    put_value(field, have, findings->out);
    base_put_text(findings->out, " instead of ");
    put_value(field, want, findings->out);
}

static void compare_tags(const struct frame *expected, const struct frame *got,
                         struct findings *findings)
{
    uint16_t want = expected->view.header.vlan_tci, have = got->view.header.vlan_tci;
    unsigned want_vid = want & VLAN_VID, have_vid = have & VLAN_VID;
    if (!want && have) {
        base_put_format(say(findings), "vlan %u added", have_vid);
    } else if (want && !have) {
        base_put_format(say(findings), "vlan %u is missing", want_vid);
    } else if (want_vid != have_vid) {
        base_put_format(say(findings), "vlan is %u instead of %u", have_vid, want_vid);
    }
    if (want && have && ((want ^ have) & VLAN_PCP)) {
        base_put_format(say(findings), "vlan_pcp is %u instead of %u", have >> VLAN_PCP_SHIFT,
                        want >> VLAN_PCP_SHIFT);
    }
    unsigned want_more = expected->view.n_tags - (want != 0);
    unsigned have_more = got->view.n_tags - (have != 0);
    if (want_more != have_more) {
        base_put_format(say(findings), "%u tag%s instead of %u", got->view.n_tags,
                        got->view.n_tags == 1 ? "" : "s", expected->view.n_tags);
    }
}

/* False: the packets are of different types, and their bytes say nothing. */
static bool compare_types(const struct frame *expected, const struct frame *got,
                          struct findings *findings)
{
    const struct frame_view *want = &expected->view, *have = &got->view;
    if (want->type != have->type) {
        base_put_format(say(findings), "dl_type is 0x%04x instead of 0x%04x", have->type,
                        want->type);
        return false;
    }
    if (header_has_ip(&want->header) && want->header.dl_type == have->header.dl_type &&
        want->header.nw_proto != have->header.nw_proto) {
        base_put_format(say(findings), "nw_proto is %u instead of %u", have->header.nw_proto,
                        want->header.nw_proto);
        return false;
    }
    return true;
}

/* Whether a named field covers this byte, counted from the network layer, in
 * both frames: then it has been compared. */
static bool is_compared(const struct frame *expected, const struct frame *got, size_t offset)
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        const struct field *field = &fields[i];
        size_t in_expected, in_got, at = expected->view.network + offset;
        if (field_at(field, expected, &in_expected) && field_at(field, got, &in_got) &&
            at >= in_expected && at < in_expected + field->n_bytes) {
            return true;
        }
    }
    return false;
}

static void compare_rest(const struct frame *expected, const struct frame *got,
                         struct findings *findings)
{
    enum { MAX_SHOWN = 4 };
    const uint8_t *want = expected->bytes + expected->view.network;
    const uint8_t *have = got->bytes + got->view.network;
    size_t n_want = expected->n_bytes - expected->view.network;
    size_t n_have = got->n_bytes - got->view.network, n_different = 0;
    for (size_t i = 0; i < n_want && i < n_have; i++) {
        if (want[i] == have[i] || is_compared(expected, got, i)) {
            continue;
        }
        if (n_different++ < MAX_SHOWN) {
            base_put_format(say(findings), "byte %zu is 0x%02x instead of 0x%02x",
                            got->view.network + i, have[i], want[i]);
        }
    }
    if (n_different > MAX_SHOWN) {
        base_put_format(say(findings), "%zu more bytes differ", n_different - MAX_SHOWN);
    }
    if (n_have != n_want) {
        size_t n = n_have > n_want ? n_have - n_want : n_want - n_have;
        base_put_format(say(findings), "%zu byte%s %s", n, n == 1 ? "" : "s",
                        n_have > n_want ? "longer" : "shorter");
    }
}

/* What has no name: the length of 802.3, a tag's DEI bit. */
static void compare_raw(const struct frame *expected, const struct frame *got,
                        struct findings *findings)
{
    size_t i = 0;
    while (i < expected->n_bytes && i < got->n_bytes && expected->bytes[i] == got->bytes[i]) {
        i++;
    }
    if (i < expected->n_bytes && i < got->n_bytes) {
        base_put_format(say(findings), "byte %zu is 0x%02x instead of 0x%02x", i, got->bytes[i],
                        expected->bytes[i]);
    }
}

bool frame_difference(const void *expected, size_t n_expected, const void *got, size_t n_got,
                      struct base_buffer *out)
{
    if (n_expected == n_got && memcmp(expected, got, n_got) == 0) {
        return false;
    }
    struct frame want = {.bytes = expected, .n_bytes = n_expected};
    struct frame have = {.bytes = got, .n_bytes = n_got};
    struct findings findings = {.out = out};
    if (!frame_dissect(expected, n_expected, 0, &want.view) ||
        !frame_dissect_cut(got, n_got, n_expected, 0, &have.view)) {
        base_put_format(say(&findings), "%zu bytes instead of %zu", n_got, n_expected);
        return true;
    }
    for (size_t i = 0; i < N_FIELDS; i++) {
        compare_field(&fields[i], &want, &have, &findings);
    }
    compare_tags(&want, &have, &findings);
    if (compare_types(&want, &have, &findings)) {
        compare_rest(&want, &have, &findings);
    }
    if (findings.n == 0) {
        compare_raw(&want, &have, &findings);
    }
    return true;
}
