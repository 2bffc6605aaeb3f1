/* SPDX-License-Identifier: Apache-2.0
 *
 * How does ovs-ofctl write a condition on a field that OpenFlow 1.0 does not
 * have (checked against it in ofctl_test.c), and what does it read. */
#include "ofctl/extra.h"

#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { FRAG_ANY = 1, FRAG_LATER = 2 };

/* nw_frag: a word for each pair of value and mask. */
static const struct {
    const char *word;
    uint8_t value, mask;
} frags[] = {
    {"no", 0, FRAG_ANY | FRAG_LATER},
    {"first", FRAG_ANY, FRAG_ANY | FRAG_LATER},
    {"later", FRAG_ANY | FRAG_LATER, FRAG_ANY | FRAG_LATER},
    {"yes", FRAG_ANY, FRAG_ANY},
    {"no", 0, FRAG_ANY},
    {"later", FRAG_LATER, FRAG_LATER},
    {"not_later", 0, FRAG_LATER},
};
enum { N_FRAGS = sizeof frags / sizeof *frags };

static uint64_t number_of(const uint8_t *bytes, size_t n_bytes)
{
    uint64_t number = 0;
    for (size_t i = n_bytes > 8 ? n_bytes - 8 : 0; i < n_bytes; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

static void put_number(uint64_t number, uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = n_bytes; i-- > 0; number >>= 8) {
        bytes[i] = (uint8_t)number;
    }
}

static bool is_whole(const struct field_value *extra)
{
    uint8_t all = UINT8_MAX;
    for (size_t i = 0; i < extra->n_bytes && i < FIELD_BYTES_MAX; i++) {
        all &= extra->mask[i];
    }
    return all == UINT8_MAX;
}

/* ---------------------------------------------------------------------- format */

/* Without leading zeros, as printf's "%#x" has it: 0 alone has no 0x. */
static void put_hex(const uint8_t *bytes, size_t n_bytes, struct base_buffer *out)
{
    size_t i = 0;
    while (i < n_bytes && bytes[i] == 0) {
        i++;
    }
    base_put_format(out, i < n_bytes ? "0x%x" : "0", i < n_bytes ? bytes[i] : 0u);
    for (i++; i < n_bytes; i++) {
        base_put_format(out, "%02x", bytes[i]);
    }
}

static void put_ipv6(const uint8_t *bytes, struct base_buffer *out)
{
    char text[INET6_ADDRSTRLEN];
    base_put_text(out, inet_ntop(AF_INET6, bytes, text, sizeof text));
}

/* The number of ones of a mask that has them in front; -1: it has not. */
static int prefix_of(const uint8_t *mask, size_t n_bytes)
{
    int length = 0, n_bits = (int)n_bytes * 8;
    while (length < n_bits && mask[length / 8] & (0x80 >> length % 8)) {
        length++;
    }
    for (int i = length; i < n_bits; i++) {
        if (mask[i / 8] & (0x80 >> i % 8)) {
            return -1;
        }
    }
    return length;
}

static void put_address(const struct field_value *extra, const uint8_t *bytes,
                        struct base_buffer *out)
{
    char text[BASE_MAC_TEXT];
    if (extra->n_bytes == 16) {
        put_ipv6(bytes, out);
    } else if (extra->n_bytes == 6) {
        base_put_text(out, base_mac_format(bytes, text));
    } else {
        base_put_text(out, base_ip_format((uint32_t)number_of(bytes, 4), text));
    }
}

static void put_masked_address(const struct field_value *extra, struct base_buffer *out)
{
    put_address(extra, extra->value, out);
    if (is_whole(extra)) {
        return;
    }
    int length = extra->n_bytes == 6 ? -1 : prefix_of(extra->mask, extra->n_bytes);
    base_put_u8(out, '/');
    if (length >= 0) {
        base_put_decimal(out, (uint64_t)length);
    } else {
        put_address(extra, extra->mask, out);
    }
}

static void put_plain(const struct field_value *extra, enum field_style style,
                      struct base_buffer *out)
{
    bool whole = is_whole(extra);
    if (whole && style == FIELD_DECIMAL) {
        base_put_decimal(out, number_of(extra->value, extra->n_bytes));
        return;
    }
    size_t n = extra->n_bytes < FIELD_BYTES_MAX ? extra->n_bytes : FIELD_BYTES_MAX;
    if (style == FIELD_DECIMAL && number_of(extra->value, n) == 0) {
        base_put_text(out, "0x"); /* of these, 0 has it, too */
    }
    put_hex(extra->value, n, out);
    if (!whole) {
        base_put_u8(out, '/');
        put_hex(extra->mask, n, out);
    }
}

/* Bits that have no word make it a number. */
static void put_frag(const struct field_value *extra, struct base_buffer *out)
{
    for (int i = 0; i < N_FRAGS; i++) {
        if (frags[i].value == extra->value[0] && frags[i].mask == extra->mask[0]) {
            base_put_text(out, frags[i].word);
            return;
        }
    }
    put_plain(extra, FIELD_HEX, out);
}

/* All bits: "syn|ack"; some: "+syn-ack". Bits without a name make it a number. */
static void put_flags(const struct field_value *extra, const char *const *names,
                      struct base_buffer *out)
{
    uint64_t value = number_of(extra->value, extra->n_bytes);
    uint64_t mask = number_of(extra->mask, extra->n_bytes), known = 0;
    for (int bit = 0; names[bit]; bit++) {
        known |= UINT64_C(1) << bit;
    }
    bool whole = extra->id == FIELD_TCP_FLAGS ? mask == known : is_whole(extra);
    const char *divider = "";
    if (mask == 0 || (whole ? value : mask) & ~known) {
        put_plain(extra, FIELD_HEX, out);
        return;
    }
    if (whole && value == 0) {
        base_put_u8(out, '0');
    }
    for (int bit = 0; names[bit]; bit++) {
        bool is_set = value >> bit & 1;
        if (whole && is_set) {
            base_put_format(out, "%s%s", divider, names[bit]);
            divider = "|";
        } else if (!whole && mask >> bit & 1) {
            base_put_format(out, "%c%s", is_set ? '+' : '-', names[bit]);
        }
    }
}

/* Every digit: how many bytes the field has, nothing else tells. */
static void put_other(const struct field_value *extra, struct base_buffer *out)
{
    size_t n = extra->n_bytes < FIELD_BYTES_MAX ? extra->n_bytes : FIELD_BYTES_MAX;
    base_put_text(out, "0x");
    for (size_t i = 0; i < n; i++) {
        base_put_format(out, "%02x", extra->value[i]);
    }
    base_put_text(out, is_whole(extra) ? "" : "/0x");
    for (size_t i = 0; i < n && !is_whole(extra); i++) {
        base_put_format(out, "%02x", extra->mask[i]);
    }
}

/* Five digits at least, as ovs-ofctl has it. */
static void put_label(const struct field_value *extra, struct base_buffer *out)
{
    base_put_format(out, "0x%05x", (unsigned)number_of(extra->value, extra->n_bytes));
    if (!is_whole(extra)) {
        base_put_format(out, "/0x%05x", (unsigned)number_of(extra->mask, extra->n_bytes));
    }
}

void ofctl_format_extra(const struct field_value *extra, struct base_buffer *out)
{
    if (extra->id == FIELD_OTHER) {
        base_put_format(out, "field_0x%08x=", extra->header);
    } else {
        base_put_format(out, "%s=", field_of(extra->id)->name);
    }
    ofctl_format_value(extra, out);
}

void ofctl_format_value(const struct field_value *extra, struct base_buffer *out)
{
    const struct field *field = field_of(extra->id);
    if (extra->id == FIELD_OTHER) {
        put_other(extra, out);
        return;
    }
    switch (field->style) {
    case FIELD_MAC:
    case FIELD_IPV4:
    case FIELD_IPV6:
        put_masked_address(extra, out);
        break;
    case FIELD_FRAG:
        put_frag(extra, out);
        break;
    case FIELD_FLAGS:
        put_flags(extra, field->flags, out);
        break;
    default:
        if (extra->id == FIELD_IPV6_LABEL) {
            put_label(extra, out);
        } else if (extra->id == FIELD_VLAN_TCI) {
            base_put_format(out, "0x%02x%02x/0x%02x%02x", extra->value[0], extra->value[1],
                            extra->mask[0], extra->mask[1]);
        } else {
            put_plain(extra, field->style, out);
        }
    }
}

/* ----------------------------------------------------------------------- parse */

/* A header that stands for a field without a name. */
static bool find_other(struct word name, uint32_t *header)
{
    static const char other[] = "field_0x";
    uint64_t number = 0;
    struct word digits = {name.at + sizeof other - 3, name.n_chars - sizeof other + 3};
    bool found = name.n_chars >= sizeof other && strncmp(name.at, other, sizeof other - 1) == 0 &&
                 word_number(digits, UINT32_MAX, &number);
    *header = found ? (uint32_t)number : 0;
    return found;
}

bool ofctl_find_extra(struct word name, enum field_id *id, uint32_t *header)
{
    *header = 0;
    for (int i = 0; i < FIELD_OTHER; i++) {
        const struct field *field = field_of((enum field_id)i);
        if (field->depends && field->name &&
            (word_is(name, field->name) || (field->alias && word_is(name, field->alias)))) {
            *id = (enum field_id)i;
            return true;
        }
    }
    *id = FIELD_OTHER;
    return find_other(name, header);
}

bool ofctl_find_field(struct word name, enum field_id *id, uint32_t *header)
{
    *header = 0;
    for (int i = 0; i < FIELD_OTHER; i++) {
        const struct field *field = field_of((enum field_id)i);
        bool settable = field->name && field_tlv((enum field_id)i);
        if (settable &&
            (word_is(name, field->name) || (field->alias && word_is(name, field->alias)))) {
            *id = (enum field_id)i;
            return true;
        }
    }
    *id = FIELD_OTHER;
    return find_other(name, header);
}

/* 0x and any number of digits, or decimal. Of no bytes there are no digits. */
static bool parse_digits(struct word word, uint8_t *bytes, size_t n_bytes)
{
    uint64_t number, max = n_bytes < 8 ? (UINT64_C(1) << n_bytes * 8) - 1 : UINT64_MAX;
    if (n_bytes > 0 && word_number(word, max, &number)) {
        memset(bytes, 0, n_bytes);
        put_number(number, bytes + (n_bytes > 8 ? n_bytes - 8 : 0), n_bytes > 8 ? 8 : n_bytes);
        return true;
    }
    if (word.n_chars < (n_bytes > 0 ? 3 : 2) || word.at[0] != '0' || (word.at[1] | 0x20) != 'x') {
        return false;
    }
    memset(bytes, 0, n_bytes);
    for (size_t i = word.n_chars, nibble = 0; i-- > 2; nibble++) {
        struct word digit = {&word.at[i], 1};
        char text[5] = {'0', 'x', *digit.at};
        if (!word_number((struct word){text, 3}, 15, &number) || nibble / 2 >= n_bytes) {
            return false;
        }
        bytes[n_bytes - 1 - nibble / 2] |= (uint8_t)(number << nibble % 2 * 4);
    }
    return true;
}

static bool parse_address(struct word word, uint8_t *bytes, size_t n_bytes)
{
    char text[INET6_ADDRSTRLEN + 1];
    uint32_t ip;
    if (n_bytes == BASE_MAC_BYTES) {
        return word_mac(word, bytes);
    }
    if (n_bytes == 4 && word_ip(word, &ip)) {
        put_number(ip, bytes, 4);
        return true;
    }
    int n = snprintf(text, sizeof text, "%.*s", (int)word.n_chars, word.at);
    return n_bytes == 16 && n < (int)sizeof text && inet_pton(AF_INET6, text, bytes) == 1;
}

static bool parse_address_mask(struct word word, uint8_t *bytes, size_t n_bytes)
{
    uint64_t length;
    if (n_bytes != BASE_MAC_BYTES && word_number(word, n_bytes * 8, &length)) {
        for (size_t bit = 0; bit < n_bytes * 8; bit++) {
            bytes[bit / 8] = (uint8_t)(bytes[bit / 8] & ~(0x80 >> bit % 8));
            bytes[bit / 8] |= (uint8_t)(bit < length ? 0x80 >> bit % 8 : 0);
        }
        return true;
    }
    return parse_address(word, bytes, n_bytes);
}

static int find_flag(const char *const *names, struct word name)
{
    for (int bit = 0; names[bit]; bit++) {
        if (word_is(name, names[bit])) {
            return bit;
        }
    }
    return -1;
}

/* "+syn-ack", "syn|ack". */
static bool parse_flags(struct word word, const char *const *names, struct field_value *extra)
{
    uint64_t value = 0, mask = 0;
    bool some = word.n_chars > 0 && (*word.at == '+' || *word.at == '-');
    for (size_t i = 0; i < word.n_chars;) {
        char sign = word.at[i];
        i += sign == '+' || sign == '-' || sign == '|';
        size_t n = strcspn(word.at + i, "+-|");
        n = n < word.n_chars - i ? n : word.n_chars - i;
        int bit = find_flag(names, (struct word){word.at + i, n});
        if (bit < 0 || (some && sign != '+' && sign != '-')) {
            return false;
        }
        value |= (uint64_t)(sign != '-') << bit;
        mask |= UINT64_C(1) << bit;
        i += n;
    }
    put_number(value, extra->value, extra->n_bytes);
    put_number(some ? mask : UINT64_MAX, extra->mask, extra->n_bytes);
    return word.n_chars > 0;
}

static bool parse_frag(struct word word, struct field_value *extra)
{
    for (int i = 0; i < N_FRAGS; i++) {
        if (word_is(word, frags[i].word)) {
            extra->value[0] = frags[i].value;
            extra->mask[0] = frags[i].mask;
            return true;
        }
    }
    return false;
}

bool ofctl_parse_extra(struct word value, enum field_id id, struct field_value *extra)
{
    const struct field *field = field_of(id);
    struct word mask = {NULL, 0};
    bool is_address =
        field->style == FIELD_MAC || field->style == FIELD_IPV4 || field->style == FIELD_IPV6;
    *extra = (struct field_value){.id = (uint8_t)id,
                                  .n_bytes = id == FIELD_OTHER ? FIELD_BYTES_MAX : field->n_bytes};
    memset(extra->mask, 0xff, extra->n_bytes);
    if ((field->style == FIELD_FRAG && parse_frag(value, extra)) ||
        (field->style == FIELD_FLAGS && parse_flags(value, field->flags, extra))) {
        field_value_trim(extra);
        return true;
    }
    bool has_mask = word_split(&value, "/", &mask);
    if (id == FIELD_OTHER && value.n_chars >= 2 && value.n_chars <= 2 + 2 * FIELD_BYTES_MAX) {
        extra->n_bytes = (uint8_t)((value.n_chars - 2) / 2);
        memset(extra->mask + extra->n_bytes, 0, sizeof extra->mask - extra->n_bytes);
    }
    bool parsed = is_address
                      ? parse_address(value, extra->value, extra->n_bytes) &&
                            (!has_mask || parse_address_mask(mask, extra->mask, extra->n_bytes))
                      : parse_digits(value, extra->value, extra->n_bytes) &&
                            (!has_mask || parse_digits(mask, extra->mask, extra->n_bytes));
    for (size_t i = 0; i < extra->n_bytes; i++) {
        extra->value[i] &= extra->mask[i];
    }
    field_value_trim(extra);
    return parsed;
}

const char *ofctl_extra_expected(enum field_id id)
{
    static const char *const expected[] = {
        [FIELD_DECIMAL] = "a number, perhaps with /MASK",
        [FIELD_HEX] = "a number, perhaps with /MASK",
        [FIELD_MAC] = "xx:xx:xx:xx:xx:xx, perhaps with /MASK",
        [FIELD_IPV4] = "a.b.c.d, perhaps with /LENGTH or /MASK",
        [FIELD_IPV6] = "an IPv6 address, perhaps with /LENGTH or /MASK",
        [FIELD_FRAG] = "no, yes, first, later or not_later",
        [FIELD_FLAGS] = "+NAME and -NAME of each bit, or a number",
    };
    return expected[field_of(id)->style];
}
