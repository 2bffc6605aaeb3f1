/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches as text: the order of the fields and their spelling are ovs-ofctl's
 * (checked against it in ofctl_test.c). */
#include "ofctl/match.h"

#include "base/address.h"
#include "model/port.h"
#include "ofctl/extra.h"
#include "ofctl/match_reader.h"

/* A list of fields, divided by commas. */
struct list {
    struct base_buffer *out;
    size_t start;
};

/* Conditions on other fields, by id, that are not written yet. */
struct extras {
    const struct field_value *at;
    size_t n;
};

static void put_key(const struct list *list, const char *key)
{
    if (list->out->n_bytes > list->start) {
        base_put_u8(list->out, ',');
    }
    base_put_text(list->out, key);
}

static void put_name(const struct list *list, const char *name)
{
    put_key(list, name);
    base_put_u8(list->out, '=');
}

static void put_0x(struct base_buffer *out, uint64_t value)
{
    base_put_text(out, "0x");
    base_put_hex(out, value);
}

static void put_0x4(struct base_buffer *out, uint16_t value)
{
    base_put_text(out, "0x");
    for (int shift = 12; shift >= 0; shift -= 4) {
        base_put_hex(out, value >> shift & 0xf);
    }
}

/* Decimal, or VALUE/MASK in hexadecimal: OpenFlow 1.0 has no such mask, but
 * sets of headers do. */
static void put_number(const struct list *list, const char *name, uint16_t value, uint16_t mask,
                       uint16_t ones)
{
    if (mask == 0) {
        return;
    }
    put_name(list, name);
    if (mask == ones) {
        base_put_decimal(list->out, value);
    } else {
        put_0x(list->out, value);
        base_put_u8(list->out, '/');
        put_0x(list->out, mask);
    }
}

static void put_in_port(const struct list *list, const struct match *match)
{
    if (match->mask.in_port == UINT16_MAX) {
        put_name(list, "in_port");
        port_format(match->value.in_port, list->out);
    } else {
        put_number(list, "in_port", match->value.in_port, match->mask.in_port, UINT16_MAX);
    }
}

/* The id with its tag, and the priority with its, have words of their own. said: the mask as it was
 * said; 0: that of the match. */
static void put_vlan(const struct list *list, const struct match *match, uint16_t said)
{
    uint16_t tci = match->value.vlan_tci, mask = said ? said : match->mask.vlan_tci;
    uint16_t vid = mask & VLAN_VID, pcp = mask & VLAN_PCP;
    bool whole = (vid == 0 || vid == VLAN_VID) && (pcp == 0 || pcp == VLAN_PCP) && (vid | pcp);
    if (mask == 0) {
        return;
    }
    if (whole && tci & mask & VLAN_TAGGED) {
        put_number(list, "dl_vlan", tci & VLAN_VID, vid, VLAN_VID);
        put_number(list, "dl_vlan_pcp", tci >> VLAN_PCP_SHIFT, pcp, VLAN_PCP);
        return;
    }
    if (!said && tci == 0) { /* untagged, all of it */
        mask = UINT16_MAX;
    }
    put_name(list, "vlan_tci");
    put_0x4(list->out, tci & mask);
    if (mask != UINT16_MAX) {
        base_put_u8(list->out, '/');
        put_0x4(list->out, mask);
    }
}

static void put_mac(const struct list *list, const char *name, const uint8_t mac[BASE_MAC_BYTES],
                    const uint8_t mask[BASE_MAC_BYTES])
{
    char text[BASE_MAC_TEXT];
    uint8_t any = 0, all = UINT8_MAX;
    for (int i = 0; i < BASE_MAC_BYTES; i++) {
        any |= mask[i];
        all &= mask[i];
    }
    if (!any) {
        return;
    }
    put_name(list, name);
    base_put_text(list->out, base_mac_format(mac, text));
    if (all != UINT8_MAX) {
        base_put_u8(list->out, '/');
        base_put_text(list->out, base_mac_format(mask, text));
    }
}

static void put_ip(const struct list *list, const char *name, uint32_t ip, uint32_t mask)
{
    char text[BASE_IP_TEXT];
    if (mask == 0) {
        return;
    }
    put_name(list, name);
    base_put_text(list->out, base_ip_format(ip, text));
    if (mask == UINT32_MAX) {
        return;
    }
    base_put_u8(list->out, '/');
    if ((~mask & (~mask + 1)) == 0) {
        base_put_decimal(list->out, 32 - (unsigned)__builtin_ctz(mask));
    } else {
        base_put_text(list->out, base_ip_format(mask, text));
    }
}

static void put_ipv6(const struct list *list, enum field_id id, const uint8_t value[16],
                     const uint8_t mask[16])
{
    static const uint8_t none[16];
    struct field_value field = {.id = (uint8_t)id, .n_bytes = sizeof none};
    if (memcmp(mask, none, sizeof none) != 0) {
        memcpy(field.value, value, sizeof none);
        memcpy(field.mask, mask, sizeof none);
        put_key(list, "");
        ofctl_format_extra(&field, list->out);
    }
}

/* The word that stands for dl_type and perhaps nw_proto; NULL: there is none. */
static const char *keyword(const struct match *match, bool *says_proto)
{
    uint16_t dl_type = match->value.dl_type;
    const char *name = header_has_ip(&match->value) && match->mask.nw_proto == UINT8_MAX
                           ? match_keyword(dl_type, match->value.nw_proto)
                           : NULL;
    *says_proto = name != NULL;
    if (match->mask.dl_type != UINT16_MAX) {
        return NULL;
    }
    return name ? name : match_keyword(dl_type, -1);
}

static void put_dl_type(const struct list *list, uint16_t dl_type, uint16_t mask)
{
    if (mask == 0) {
        return;
    }
    put_name(list, "dl_type");
    put_0x4(list->out, dl_type);
    if (mask != UINT16_MAX) {
        base_put_u8(list->out, '/');
        put_0x4(list->out, mask);
    }
}

/* Those extras that stand in front of a mark. */
static void put_extras(const struct list *list, struct extras *left, enum field_id mark)
{
    while (left->n > 0 && left->at->id < mark) {
        put_key(list, "");
        ofctl_format_extra(left->at, list->out);
        left->at++;
        left->n--;
    }
}

static void put_network(const struct list *list, const struct match *match, struct extras *extras,
                        bool says_proto)
{
    const struct header *value = &match->value, *mask = &match->mask;
    bool arp = mask->dl_type == UINT16_MAX && value->dl_type == DL_TYPE_ARP;
    bool icmp = says_proto && header_is_icmp(value);
    put_ipv6(list, FIELD_IPV6_SRC, value->ipv6_src, mask->ipv6_src);
    put_ipv6(list, FIELD_IPV6_DST, value->ipv6_dst, mask->ipv6_dst);
    put_extras(list, extras, FIELD_IP_SRC);
    put_ip(list, arp ? "arp_spa" : "nw_src", value->nw_src, mask->nw_src);
    put_ip(list, arp ? "arp_tpa" : "nw_dst", value->nw_dst, mask->nw_dst);
    put_number(list, arp ? "arp_op" : "nw_proto", value->nw_proto, says_proto ? 0 : mask->nw_proto,
               UINT8_MAX);
    put_extras(list, extras, FIELD_IP_DSCP);
    put_number(list, "nw_tos", value->nw_tos, mask->nw_tos, 0xfc);
    put_extras(list, extras, FIELD_ICMPV6_TYPE);
    put_number(list, icmp ? "icmp_type" : "tp_src", value->tp_src, mask->tp_src, UINT16_MAX);
    put_number(list, icmp ? "icmp_code" : "tp_dst", value->tp_dst, mask->tp_dst, UINT16_MAX);
    put_extras(list, extras, N_FIELD_IDS);
}

void ofctl_format_conditions(const struct flow_entry *entry, struct base_buffer *out)
{
    struct list list = {.out = out, .start = out->n_bytes};
    struct extras extras = {.at = entry->extras, .n = entry->n_extras};
    const struct match *match = &entry->match;
    bool says_proto;
    const char *word = keyword(match, &says_proto);
    put_extras(&list, &extras, FIELD_KEYWORD);
    if (word) {
        put_key(&list, word);
    }
    put_extras(&list, &extras, FIELD_IN_PORT);
    put_in_port(&list, match);
    put_extras(&list, &extras, FIELD_VLAN_VID);
    put_vlan(&list, match, entry->tci_mask);
    put_mac(&list, "dl_src", match->value.dl_src, match->mask.dl_src);
    put_mac(&list, "dl_dst", match->value.dl_dst, match->mask.dl_dst);
    put_dl_type(&list, match->value.dl_type, word ? 0 : match->mask.dl_type);
    put_network(&list, match, &extras, says_proto);
}

void ofctl_format_match(const struct match *match, struct base_buffer *out)
{
    const struct flow_entry entry = {.match = *match};
    ofctl_format_conditions(&entry, out);
}

void ofctl_format_header(const struct header *header, struct base_buffer *out)
{
    struct match match = match_exactly(header);
    ofctl_format_match(&match, out);
}

const char *ofctl_match_text(const struct match *match, struct base_arena *arena)
{
    struct base_buffer text = {0};
    ofctl_format_match(match, &text);
    return base_arena_take(arena, &text);
}

const char *ofctl_header_text(const struct header *header, struct base_arena *arena)
{
    struct base_buffer text = {0};
    ofctl_format_header(header, &text);
    return base_arena_take(arena, &text);
}

int ofctl_parse_match(const char *text, struct match *match, size_t *column,
                      struct base_error *error)
{
    struct match_reader reader = {.wrong = text};
    struct token token;
    const char *at = text;
    int failed = 0;
    while (!failed && token_next(&at, &token)) {
        failed = match_reader_take(&reader, &token, error);
    }
    if (failed || match_reader_finish(&reader, error)) {
        if (column) {
            *column = (size_t)(reader.wrong - text);
        }
        return -1;
    }
    *match = reader.match;
    return 0;
}
