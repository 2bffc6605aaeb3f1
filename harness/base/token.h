/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of ovs-ofctl's syntax: what the text forms of matches, actions and
 * flows share. A line is a list of KEY, KEY=VALUE, KEY:VALUE or KEY(VALUE),
 * divided by commas and white space. Words point into the text; nothing is
 * copied. */
#ifndef BASE_TOKEN_H
#define BASE_TOKEN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not zero-terminated. For printf: "%.*s", WORD(word). */
struct word {
    const char *at;
    size_t n_chars;
};
#define WORD(word) (int)((word).n_chars < 60 ? (word).n_chars : 60), (word).at

struct token {
    struct word key, value;
    char divider; /* '=', ':' or '(' in front of the value; 0: there is none */
};

/* The next token of the zero-terminated text at `*at`, which moves on behind
 * it. False at the end of the text. A parenthesis that is not closed belongs
 * to the value. */
bool token_next(const char **at, struct token *token);

/* Whether the word is this text, all of it; the second ignores letter case. */
bool word_is(struct word word, const char *text);
bool word_is_nocase(struct word word, const char *text);

/* Cuts `*word` at the first of the characters in `dividers`; what is behind
 * it goes to `*rest`. False, and both left alone, if there is none. */
bool word_split(struct word *word, const char *dividers, struct word *rest);

/* A whole word as a number up to `max`: decimal, 0x… or octal 0…, as
 * strtoull(3) with base 0 and as ovs-ofctl reads them. False: it is none, or is
 * larger. */
bool word_number(struct word word, uint64_t max, uint64_t *number);

/* A whole word as an Ethernet address, six groups of one or two hexadecimal
 * digits divided by ':', or as an IPv4 address in host order. False: it is none;
 * `mac` may have been written to. */
bool word_mac(struct word word, uint8_t mac[6]);
bool word_ip(struct word word, uint32_t *ip);

/* " (did you mean NAME?)" for a misspelt word, "" if no known one is near. */
struct token_hint {
    char text[64];
};
struct token_hint token_hint(struct word word, const char *const *known, size_t n_known);

#endif
