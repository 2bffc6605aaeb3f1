/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches as ternary vectors. Their text is in match_text.c. */
#include "model/match.h"

#include <string.h>

enum { N_WORDS = sizeof(struct header) / sizeof(uint64_t) };

struct words {
    uint64_t at[N_WORDS];
};

static struct words words_of(const struct header *header)
{
    struct words words;
    memcpy(&words, header, sizeof words);
    return words;
}

struct match match_any(void)
{
    return (struct match){0};
}

struct match match_in_port(uint16_t in_port)
{
    return (struct match){.value.in_port = in_port, .mask.in_port = UINT16_MAX};
}

struct match match_exactly(const struct header *header)
{
    struct match match = {.value = *header};
    memset(&match.mask, 0xff, sizeof match.mask);
    match_normalize(&match);
    return match;
}

static void drop_values_outside_mask(struct match *match)
{
    struct words value = words_of(&match->value), mask = words_of(&match->mask);
    for (int i = 0; i < N_WORDS; i++) {
        value.at[i] &= mask.at[i];
    }
    memcpy(&match->value, &value, sizeof value);
}

void match_normalize(struct match *match)
{
    struct header *mask = &match->mask;
    if (!(mask->vlan_tci & match->value.vlan_tci & VLAN_TAGGED)) {
        mask->vlan_tci &= VLAN_TAGGED; /* what has no tag has neither vid nor pcp */
    }
    bool has_type = mask->dl_type == UINT16_MAX;
    bool has_proto = mask->nw_proto == UINT8_MAX;
    if (!has_type || !header_has_nw(&match->value)) {
        mask->nw_src = mask->nw_dst = 0;
        mask->nw_proto = 0;
    }
    mask->nw_tos &= has_type && match->value.dl_type == DL_TYPE_IP ? 0xfc : 0;
    if (!has_type || !has_proto || !header_has_tp(&match->value)) {
        mask->tp_src = mask->tp_dst = 0;
    }
    drop_values_outside_mask(match);
}

bool match_equal(const struct match *a, const struct match *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

bool match_takes(const struct match *match, const struct header *header)
{
    struct words value = words_of(&match->value), mask = words_of(&match->mask);
    struct words bits = words_of(header);
    uint64_t differ = 0;
    for (int i = 0; i < N_WORDS; i++) {
        differ |= (bits.at[i] ^ value.at[i]) & mask.at[i];
    }
    return differ == 0;
}
