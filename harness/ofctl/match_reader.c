/* SPDX-License-Identifier: Apache-2.0
 *
 * ovs-ofctl's match syntax, read. A field becomes a cube of its own, and the
 * match is the intersection of these cubes. What ovs-ofctl would cut off or
 * drop with a warning (dl_vlan=4096, tp_dst without tcp) is an error here: a
 * match that means something else than it says proves nothing. */
#include "ofctl/match_reader.h"

#include "model/port.h"
#include "ofctl/extra.h"
#include "ofctl/port_word.h"

#include <string.h>

struct match_field {
    const char *name;
    enum match_field_id id;
    enum field_needs needs;
    bool (*parse)(struct word value, const struct match_field *field, struct match *cube);
    const char *expected; /* "expected ...": what a value looks like */
    uint16_t offset;      /* parse_number, parse_mac, parse_ip: in struct header */
    uint16_t max;         /* parse_number */
    uint8_t bytes;        /* parse_number: 1 or 2 */
    bool masks;           /* parse_number: NUMBER/MASK too */
};

static void put_bits(struct match *cube, size_t offset, const void *value, const void *mask,
                     size_t n_bytes)
{
    memcpy((uint8_t *)&cube->value + offset, value, n_bytes);
    memcpy((uint8_t *)&cube->mask + offset, mask, n_bytes);
}

/* NUMBER or NUMBER/MASK; what the mask leaves out of the value is cut off, as ovs-ofctl does. */
static bool parse_number(struct word value, const struct match_field *field, struct match *cube)
{
    struct word mask_word;
    uint64_t number, mask = field->bytes == 1 ? UINT8_MAX : UINT16_MAX;
    if (field->masks && word_split(&value, "/", &mask_word) &&
        !word_number(mask_word, mask, &mask)) {
        return false;
    }
    if (!word_number(value, field->max, &number)) {
        return false;
    }
    uint16_t wide[2] = {(uint16_t)(number & mask), (uint16_t)mask};
    uint8_t narrow[2] = {(uint8_t)wide[0], (uint8_t)wide[1]};
    bool is_narrow = field->bytes == 1;
    put_bits(cube, field->offset, is_narrow ? (void *)&narrow[0] : (void *)&wide[0],
             is_narrow ? (void *)&narrow[1] : (void *)&wide[1], field->bytes);
    return true;
}

static bool parse_in_port(struct word value, const struct match_field *field, struct match *cube)
{
    (void)field;
    cube->mask.in_port = UINT16_MAX;
    return port_word(value, &cube->value.in_port);
}

static bool parse_mac(struct word value, const struct match_field *field, struct match *cube)
{
    struct word mask_word;
    uint8_t mac[6], mask[6];
    memset(mask, 0xff, sizeof mask);
    if ((word_split(&value, "/", &mask_word) && !word_mac(mask_word, mask)) ||
        !word_mac(value, mac)) {
        return false;
    }
    put_bits(cube, field->offset, mac, mask, sizeof mac);
    return true;
}

/* LENGTH, or a netmask of any shape. */
static bool parse_netmask(struct word word, uint32_t *mask)
{
    uint64_t length;
    if (word_number(word, 32, &length)) {
        *mask = length == 0 ? 0 : UINT32_MAX << (32 - length);
        return true;
    }
    return word_ip(word, mask);
}

static bool parse_ip(struct word value, const struct match_field *field, struct match *cube)
{
    struct word netmask;
    uint32_t ip, mask = UINT32_MAX;
    if (word_split(&value, "/", &netmask) && !parse_netmask(netmask, &mask)) {
        return false;
    }
    if (!word_ip(value, &ip)) {
        return false;
    }
    put_bits(cube, field->offset, &ip, &mask, sizeof ip);
    return true;
}

/* ADDRESS, ADDRESS/LENGTH or ADDRESS/MASK. */
static bool parse_ipv6(struct word value, const struct match_field *field, struct match *cube)
{
    struct field_value ipv6;
    bool parsed = ofctl_parse_extra(value, FIELD_IPV6_SRC, &ipv6);
    put_bits(cube, field->offset, ipv6.value, ipv6.mask, ipv6.n_bytes);
    return parsed;
}

static void put_vlan(struct match *cube, uint64_t tci, uint16_t mask)
{
    cube->value.vlan_tci = (uint16_t)(tci & mask);
    cube->mask.vlan_tci = mask;
}

/* 65535 is OFP_VLAN_NONE. */
static bool parse_dl_vlan(struct word value, const struct match_field *field, struct match *cube)
{
    (void)field;
    uint64_t vid;
    if (!word_number(value, UINT16_MAX, &vid) || (vid > VLAN_VID && vid != UINT16_MAX)) {
        return false;
    }
    if (vid == UINT16_MAX) {
        put_vlan(cube, 0, UINT16_MAX);
    } else {
        put_vlan(cube, VLAN_TAGGED | vid, VLAN_TAGGED | VLAN_VID);
    }
    return true;
}

/* TCI or TCI/MASK, of tagged frames or of untagged ones: where a bit of the value is set there is
 * a tag. */
static bool put_tci(struct match *cube, uint64_t tci, uint64_t mask)
{
    tci &= mask;
    put_vlan(cube, tci, (uint16_t)mask);
    if (tci == 0) {
        return mask == 0 || mask & VLAN_TAGGED;
    }
    return tci & VLAN_TAGGED || !(mask & VLAN_TAGGED);
}

static bool parse_vlan_pcp(struct word value, const struct match_field *field, struct match *cube)
{
    (void)field;
    uint64_t pcp;
    if (!word_number(value, 7, &pcp)) {
        return false;
    }
    put_vlan(cube, VLAN_TAGGED | pcp << VLAN_PCP_SHIFT, VLAN_TAGGED | VLAN_PCP);
    return true;
}

/* vlan_tci, and vlan_vid: its bits but for the priority. */
static bool parse_tci(struct word value, const struct match_field *field, struct match *cube)
{
    struct word mask_word;
    uint64_t tci, mask = field->max;
    if (word_split(&value, "/", &mask_word) && !word_number(mask_word, mask, &mask)) {
        return false;
    }
    return word_number(value, field->max, &tci) && put_tci(cube, tci, mask);
}

/* The lower two bits are ECN's; a value with them set matches nothing. */
static bool parse_nw_tos(struct word value, const struct match_field *field, struct match *cube)
{
    return parse_number(value, field, cube) && (cube->value.nw_tos & 3) == 0;
}

static bool parse_dscp(struct word value, const struct match_field *field, struct match *cube)
{
    (void)field;
    uint64_t dscp;
    cube->mask.nw_tos = 0xfc;
    if (!word_number(value, 63, &dscp)) {
        return false;
    }
    cube->value.nw_tos = (uint8_t)(dscp << 2);
    return true;
}

#define AT(member) .offset = offsetof(struct header, member)
#define U8(member)                                                                                 \
    .parse = parse_number, AT(member), .bytes = 1, .max = UINT8_MAX,                               \
    .expected = "a number from 0 to 255"
#define U16(member)                                                                                \
    .parse = parse_number, AT(member), .bytes = 2, .max = UINT16_MAX,                              \
    .expected = "a number from 0 to 65535"
#define TP(member)                                                                                 \
    .parse = parse_number, AT(member), .bytes = 2, .max = UINT16_MAX, .masks = true,               \
    .expected = "a number from 0 to 65535, perhaps with /MASK"
#define ICMP(member)                                                                               \
    .parse = parse_number, AT(member), .bytes = 2, .max = UINT8_MAX,                               \
    .expected = "a number from 0 to 255"
#define MAC(member)                                                                                \
    .parse = parse_mac, AT(member), .expected = "xx:xx:xx:xx:xx:xx, perhaps with /MASK"
#define IP(member)                                                                                 \
    .parse = parse_ip, AT(member), .expected = "a.b.c.d, a.b.c.d/LENGTH or a.b.c.d/NETMASK"
#define IPV6(member)                                                                               \
    .parse = parse_ipv6, AT(member), .expected = "an IPv6 address, perhaps with /LENGTH or /MASK"
#define PORT    .parse = parse_in_port, .expected = "a port up to 65280 or a reserved port"
#define DL_VLAN .parse = parse_dl_vlan, .expected = "0 to 4095, or 65535 for untagged"
#define VID                                                                                        \
    .parse = parse_tci, .max = VLAN_TAGGED | VLAN_VID,                                             \
    .expected = "0x1000 + VLAN id, or 0 for untagged, perhaps with /MASK"
#define PCP .parse = parse_vlan_pcp, .expected = "a number from 0 to 7"
#define TCI                                                                                        \
    .parse = parse_tci, .max = UINT16_MAX,                                                         \
    .expected = "0 for untagged, or a tag with bit 0x1000, perhaps with /MASK"
#define TOS                                                                                        \
    .parse = parse_nw_tos, AT(nw_tos), .bytes = 1, .max = UINT8_MAX,                               \
    .expected = "a multiple of 4 from 0 to 252"
#define DSCP .parse = parse_dscp, .expected = "a number from 0 to 63"

/* ovs-fields(7); the first name of a field is the one of OpenFlow 1.0. */
static const struct match_field fields[] = {
    {"in_port", MATCH_IN_PORT, FIELD_OF_ALL, PORT},
    {"dl_vlan", MATCH_VLAN_VID, FIELD_OF_ALL, DL_VLAN},
    {"vlan_vid", MATCH_VLAN_VID, FIELD_OF_ALL, VID},
    {"dl_vlan_pcp", MATCH_VLAN_PCP, FIELD_OF_ALL, PCP},
    {"vlan_pcp", MATCH_VLAN_PCP, FIELD_OF_ALL, PCP},
    {"vlan_tci", MATCH_VLAN_TCI, FIELD_OF_ALL, TCI},
    {"dl_src", MATCH_DL_SRC, FIELD_OF_ALL, MAC(dl_src)},
    {"eth_src", MATCH_DL_SRC, FIELD_OF_ALL, MAC(dl_src)},
    {"dl_dst", MATCH_DL_DST, FIELD_OF_ALL, MAC(dl_dst)},
    {"eth_dst", MATCH_DL_DST, FIELD_OF_ALL, MAC(dl_dst)},
    {"dl_type", MATCH_DL_TYPE, FIELD_OF_ALL, U16(dl_type)},
    {"eth_type", MATCH_DL_TYPE, FIELD_OF_ALL, U16(dl_type)},
    {"nw_src", MATCH_NW_SRC, FIELD_OF_NW, IP(nw_src)},
    {"ip_src", MATCH_NW_SRC, FIELD_OF_NW, IP(nw_src)},
    {"arp_spa", MATCH_NW_SRC, FIELD_OF_ARP, IP(nw_src)},
    {"nw_dst", MATCH_NW_DST, FIELD_OF_NW, IP(nw_dst)},
    {"ip_dst", MATCH_NW_DST, FIELD_OF_NW, IP(nw_dst)},
    {"arp_tpa", MATCH_NW_DST, FIELD_OF_ARP, IP(nw_dst)},
    {"ipv6_src", MATCH_IPV6_SRC, FIELD_OF_IPV6, IPV6(ipv6_src)},
    {"ipv6_dst", MATCH_IPV6_DST, FIELD_OF_IPV6, IPV6(ipv6_dst)},
    {"nw_proto", MATCH_NW_PROTO, FIELD_OF_PROTO, U8(nw_proto)},
    {"ip_proto", MATCH_NW_PROTO, FIELD_OF_PROTO, U8(nw_proto)},
    {"arp_op", MATCH_NW_PROTO, FIELD_OF_ARP, U8(nw_proto)},
    {"nw_tos", MATCH_NW_TOS, FIELD_OF_IP, TOS},
    {"ip_dscp", MATCH_NW_TOS, FIELD_OF_IP, DSCP},
    {"tp_src", MATCH_TP_SRC, FIELD_OF_TP, TP(tp_src)},
    {"tcp_src", MATCH_TP_SRC, FIELD_OF_TCP, TP(tp_src)},
    {"udp_src", MATCH_TP_SRC, FIELD_OF_UDP, TP(tp_src)},
    {"icmp_type", MATCH_TP_SRC, FIELD_OF_ANY_ICMP, ICMP(tp_src)},
    {"icmpv6_type", MATCH_TP_SRC, FIELD_OF_ICMPV6, ICMP(tp_src)},
    {"sctp_src", MATCH_TP_SRC, FIELD_OF_SCTP, TP(tp_src)},
    {"tp_dst", MATCH_TP_DST, FIELD_OF_TP, TP(tp_dst)},
    {"tcp_dst", MATCH_TP_DST, FIELD_OF_TCP, TP(tp_dst)},
    {"udp_dst", MATCH_TP_DST, FIELD_OF_UDP, TP(tp_dst)},
    {"icmp_code", MATCH_TP_DST, FIELD_OF_ANY_ICMP, ICMP(tp_dst)},
    {"icmpv6_code", MATCH_TP_DST, FIELD_OF_ICMPV6, ICMP(tp_dst)},
    {"sctp_dst", MATCH_TP_DST, FIELD_OF_SCTP, TP(tp_dst)},
};
enum { N_FIELDS = sizeof fields / sizeof *fields, ANY_PROTO = -1 };

/* Words without a value; dl_type 0 is every type. Of two for the same, the
 * first is the one that ovs-ofctl prints. */
static const struct {
    const char *name;
    uint16_t dl_type;
    int16_t nw_proto; /* ANY_PROTO: every one */
} keywords[] = {
    {"ip", DL_TYPE_IP, ANY_PROTO},
    {"tcp", DL_TYPE_IP, NW_PROTO_TCP},
    {"udp", DL_TYPE_IP, NW_PROTO_UDP},
    {"icmp", DL_TYPE_IP, NW_PROTO_ICMP},
    {"arp", DL_TYPE_ARP, ANY_PROTO},
    {"rarp", 0x8035, ANY_PROTO},
    {"ipv6", DL_TYPE_IPV6, ANY_PROTO},
    {"mpls", 0x8847, ANY_PROTO},
    {"mplsm", 0x8848, ANY_PROTO},
    {"sctp", DL_TYPE_IP, NW_PROTO_SCTP},
    {"tcp6", DL_TYPE_IPV6, NW_PROTO_TCP},
    {"udp6", DL_TYPE_IPV6, NW_PROTO_UDP},
    {"sctp6", DL_TYPE_IPV6, NW_PROTO_SCTP},
    {"icmp6", DL_TYPE_IPV6, NW_PROTO_ICMPV6},
    {"ipv4", DL_TYPE_IP, ANY_PROTO},
    {"ip4", DL_TYPE_IP, ANY_PROTO},
    {"eth", 0, ANY_PROTO},
    {"*", 0, ANY_PROTO},
    {"ANY", 0, ANY_PROTO},
};
enum { N_KEYWORDS = sizeof keywords / sizeof *keywords };

/* Known to ovs-ofctl, and to nothing here. */
static const char *const later[] = {"skb_priority", "packet_type", "in_port_oxm"};

static const char *const needs_text[] = {
    [FIELD_OF_NW] = "ip or arp",
    [FIELD_OF_PROTO] = "ip, ipv6 or arp",
    [FIELD_OF_IP] = "ip or ipv6",
    [FIELD_OF_IPV6] = "ipv6",
    [FIELD_OF_ARP] = "arp",
    [FIELD_OF_TP] = "tcp, udp, sctp or icmp, or one of these with 6",
    [FIELD_OF_TCP] = "tcp or tcp6",
    [FIELD_OF_UDP] = "udp or udp6",
    [FIELD_OF_SCTP] = "sctp or sctp6",
    [FIELD_OF_ANY_ICMP] = "icmp or icmp6",
    [FIELD_OF_ICMPV6] = "icmp6",
};

static const struct match_field *find_field(struct word name)
{
    for (int i = 0; i < N_FIELDS; i++) {
        if (word_is(name, fields[i].name)) {
            return &fields[i];
        }
    }
    return NULL;
}

/* Whether it is a field that an OpenFlow 1.0 match does not have. */
static bool is_later(struct word name)
{
    enum field_id id;
    uint32_t header;
    bool found = ofctl_find_extra(name, &id, &header);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        found = found || word_is(name, later[i]);
    }
    return found;
}

/* "NXST_FLOW reply (xid=0x4):", "OFPST_FLOW reply (OF1.3) (xid=0x2):" */
static bool is_head_line(struct word name)
{
    return word_is(name, "NXST_FLOW") || word_is(name, "OFPST_FLOW");
}

static int unknown(const struct match_reader *reader, struct word name, struct base_error *error)
{
    if (is_head_line(name)) {
        return base_fail(error, "the head line of a dump is no flow: delete this line");
    }
    if (is_later(name)) {
        return base_fail(error, "%.*s is of a later OpenFlow: version 1.0 cannot match it",
                         WORD(name));
    }
    const char *known[N_FIELDS + N_KEYWORDS + 32];
    size_t n = 0;
    for (size_t i = 0; i < reader->n_also && i < 32; i++) {
        known[n++] = reader->also[i];
    }
    for (int i = 0; i < N_FIELDS; i++) {
        known[n++] = fields[i].name;
    }
    for (int i = 0; i < N_KEYWORDS; i++) {
        known[n++] = keywords[i].name;
    }
    return base_fail(error, "unknown field \"%.*s\"%s", WORD(name),
                     token_hint(name, known, n).text);
}

static bool intersect(struct match *match, const struct match *cube)
{
    uint8_t *value = (uint8_t *)&match->value, *mask = (uint8_t *)&match->mask;
    const uint8_t *more = (const uint8_t *)&cube->value, *more_mask = (const uint8_t *)&cube->mask;
    uint8_t differ = 0;
    for (size_t i = 0; i < sizeof match->value; i++) {
        differ |= (value[i] ^ more[i]) & mask[i] & more_mask[i];
        value[i] |= more[i];
        mask[i] |= more_mask[i];
    }
    return differ == 0;
}

static bool take_keyword(struct word name, struct match *cube)
{
    for (int i = 0; i < N_KEYWORDS; i++) {
        if (word_is(name, keywords[i].name)) {
            cube->value.dl_type = keywords[i].dl_type;
            cube->mask.dl_type = keywords[i].dl_type ? UINT16_MAX : 0;
            if (keywords[i].nw_proto != ANY_PROTO) {
                cube->value.nw_proto = (uint8_t)keywords[i].nw_proto;
                cube->mask.nw_proto = UINT8_MAX;
            }
            return true;
        }
    }
    return false;
}

static int add_extra(struct match_reader *reader, const struct field_value *extra,
                     struct base_error *error)
{
    if (reader->n_extras == MATCH_EXTRAS_MAX) {
        return base_fail(error, "more than %d fields", MATCH_EXTRAS_MAX);
    }
    return extras_insert(reader->extras, &reader->n_extras, extra)
               ? 0
               : base_fail(error, "the same field twice");
}

/* A field beyond those of OpenFlow 1.0. 1: it is none. */
static int take_extra(struct match_reader *reader, const struct token *token,
                      struct base_error *error)
{
    struct field_value extra;
    enum field_id id;
    uint32_t header;
    if (!reader->takes_extras || !ofctl_find_extra(token->key, &id, &header)) {
        return 1;
    }
    reader->wrong = token->value.at;
    if (!ofctl_parse_extra(token->value, id, &extra)) {
        return base_fail(error, "bad value \"%.*s\" for %.*s: expected %s", WORD(token->value),
                         WORD(token->key), ofctl_extra_expected(id));
    }
    extra.header = header;
    reader->wrong = token->key.at;
    return add_extra(reader, &extra, error);
}

/* A mask of the tag that is neither one of tagged frames nor one of untagged ones. */
static int take_tci(struct match_reader *reader, const struct token *token,
                    struct base_error *error)
{
    struct field_value extra;
    bool parsed = reader->takes_extras && word_is(token->key, "vlan_tci") &&
                  ofctl_parse_extra(token->value, FIELD_VLAN_TCI, &extra);
    return parsed ? add_extra(reader, &extra, error) : 1;
}

static bool parse_value(const struct match_reader *reader, const struct match_field *field,
                        struct word value, struct match *cube)
{
    struct match_field any = *field;
    if (reader->from_switch && field->bytes == 2) {
        any.max = UINT16_MAX;
    }
    return field->parse(value, &any, cube) &&
           (reader->from_switch || port_is_defined(cube->value.in_port));
}

/* `dl_vlan=0xffff` of OpenFlow 1.0: what has no tag has no priority, so that one written beside
 * it means nothing, as on the wire. */
static void ignore_priority(struct match_reader *reader, enum match_field_id id, struct match *cube)
{
    const struct match_field *vid = reader->written[MATCH_VLAN_VID].field;
    bool has_priority = reader->written[MATCH_VLAN_PCP].field != NULL;
    struct match *priority = id == MATCH_VLAN_PCP ? cube : &reader->match;
    const struct match *untagged = id == MATCH_VLAN_PCP ? &reader->match : cube;
    bool applies = (id == MATCH_VLAN_PCP || id == MATCH_VLAN_VID) && has_priority && vid &&
                   vid->parse == parse_dl_vlan && !reader->written[MATCH_VLAN_TCI].field;
    if (applies && !(untagged->value.vlan_tci & VLAN_TAGGED)) {
        priority->value.vlan_tci = priority->mask.vlan_tci = 0;
    }
}

static int refuse_value(const struct match_field *field, struct word value,
                        struct base_error *error)
{
    return base_fail(error, "bad value \"%.*s\" for %s: expected %s%s", WORD(value), field->name,
                     field->expected, field->id == MATCH_IN_PORT ? port_name_hint(value) : "");
}

static int take_field(struct match_reader *reader, const struct token *token, struct match *cube,
                      struct base_error *error)
{
    const struct match_field *field = find_field(token->key);
    if (!field) {
        int status = take_extra(reader, token, error);
        return status <= 0 ? status : unknown(reader, token->key, error);
    }
    if (reader->written[field->id].at) {
        return base_fail(error, "%s: the same field twice", field->name);
    }
    reader->written[field->id].at = token->key.at;
    if (word_is(token->value, "*")) {
        return 0;
    }
    reader->wrong = token->value.at;
    if (!parse_value(reader, field, token->value, cube)) {
        int status = take_tci(reader, token, error);
        *cube = match_any();
        return status <= 0 ? status : refuse_value(field, token->value, error);
    }
    reader->written[field->id].field = field;
    ignore_priority(reader, field->id, cube);
    return 0;
}

int match_reader_take(struct match_reader *reader, const struct token *token,
                      struct base_error *error)
{
    struct match cube = {0};
    reader->wrong = token->key.at;
    bool is_keyword = !token->divider && take_keyword(token->key, &cube);
    if (!is_keyword && take_field(reader, token, &cube, error)) {
        return -1;
    }
    if (!intersect(&reader->match, &cube)) {
        reader->wrong = token->key.at;
        return base_fail(error, "%.*s contradicts what is in front of it", WORD(token->key));
    }
    return 0;
}

int match_reader_finish(struct match_reader *reader, struct base_error *error)
{
    struct match *match = &reader->match;
    for (int i = 0; i < N_MATCH_FIELDS; i++) {
        const struct match_field *field = reader->written[i].field;
        if (!field) {
            continue;
        }
        reader->wrong = reader->written[i].at;
        if (!field_is_of(field->needs, match)) {
            return base_fail(error, "%s needs %s", field->name, needs_text[field->needs]);
        }
        uint16_t number = i == MATCH_TP_SRC ? match->value.tp_src : match->value.tp_dst;
        if (!reader->from_switch && i >= MATCH_TP_SRC && header_is_icmp(&match->value) &&
            number > UINT8_MAX) {
            return base_fail(error, "%s: an ICMP type or code is at most 255", field->name);
        }
    }
    reader->tci_mask = match->mask.vlan_tci;
    if (match->value.vlan_tci) { /* so there is a tag */
        match->value.vlan_tci |= VLAN_TAGGED;
        match->mask.vlan_tci |= VLAN_TAGGED;
    }
    match_normalize(match);
    return 0;
}

const char *match_keyword(uint16_t dl_type, int nw_proto)
{
    for (int i = 0; i < N_KEYWORDS; i++) {
        if (dl_type && keywords[i].dl_type == dl_type && keywords[i].nw_proto == nw_proto) {
            return keywords[i].name;
        }
    }
    return NULL;
}
