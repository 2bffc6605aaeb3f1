/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a line of ovs-ofctl's syntax cut into words, and what does a word say. */
#include "base/token.h"

#include "base/address.h"
#include "base/suggest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The end of a value in parentheses, whose first character is at `at`: the
 * parenthesis that closes it. NULL if none does. */
static const char *closing(const char *at)
{
    int depth = 1;
    for (; *at; at++) {
        if (*at == '(') {
            depth++;
        } else if (*at == ')' && --depth == 0) {
            return at;
        }
    }
    return NULL;
}

static bool is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_divider(char c)
{
    return c == '=' || c == ':' || c == '(';
}

static const char *word_end(const char *at)
{
    while (*at && !is_separator(*at)) {
        at++;
    }
    return at;
}

bool token_next(const char **at, struct token *token)
{
    const char *key = *at;
    while (is_separator(*key)) {
        key++;
    }
    const char *end = key;
    while (*end && !is_separator(*end) && !is_divider(*end)) {
        end++;
    }
    *token = (struct token){.key = {key, (size_t)(end - key)}, .value = {end, 0}};
    *at = end;
    if (!is_divider(*end)) {
        return end > key;
    }
    const char *close = *end == '(' ? closing(end + 1) : NULL;
    token->divider = *end;
    token->value.at = *end == '(' && !close ? end : end + 1;
    *at = close ? close : word_end(token->value.at);
    token->value.n_chars = (size_t)(*at - token->value.at);
    *at += close != NULL;
    return true;
}

bool word_is(struct word word, const char *text)
{
    for (size_t i = 0; i < word.n_chars; i++) { /* fails early: names are searched in tables */
        if (word.at[i] != text[i]) {
            return false;
        }
    }
    return text[word.n_chars] == 0;
}

bool word_is_nocase(struct word word, const char *text)
{
    return strncasecmp(word.at, text, word.n_chars) == 0 && text[word.n_chars] == 0;
}

bool word_split(struct word *word, const char *dividers, struct word *rest)
{
    for (size_t i = 0; i < word->n_chars; i++) {
        if (strchr(dividers, word->at[i])) {
            *rest = (struct word){word->at + i + 1, word->n_chars - i - 1};
            word->n_chars = i;
            return true;
        }
    }
    return false;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    char lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a' + 10) : 99;
}

bool word_number(struct word word, uint64_t max, uint64_t *number)
{
    unsigned base = 10;
    size_t i = 0;
    if (word.n_chars > 1 && word.at[0] == '0') {
        base = (word.at[1] | 0x20) == 'x' ? 16 : 8;
        i = base == 16 ? 2 : 1;
    }
    uint64_t value = 0;
    bool any = i < word.n_chars;
    for (; i < word.n_chars; i++) {
        unsigned digit = digit_value(word.at[i]);
        if (digit >= base || value > (max - (digit < max ? digit : max)) / base) {
            return false;
        }
        value = value * base + digit;
    }
    *number = value;
    return any && value <= max;
}

bool word_mac(struct word word, uint8_t mac[6])
{
    for (int i = 0; i < 6; i++) {
        struct word group = word, rest = {0};
        if (word_split(&group, ":", &rest) != (i < 5) || group.n_chars < 1 || group.n_chars > 2) {
            return false;
        }
        unsigned value = 0;
        for (size_t j = 0; j < group.n_chars; j++) {
            unsigned digit = digit_value(group.at[j]);
            if (digit > 15) {
                return false;
            }
            value = value << 4 | digit;
        }
        mac[i] = (uint8_t)value;
        word = rest;
    }
    return true;
}

bool word_ip(struct word word, uint32_t *ip)
{
    char text[BASE_IP_TEXT];
    if (word.n_chars >= sizeof text) {
        return false;
    }
    memcpy(text, word.at, word.n_chars);
    text[word.n_chars] = 0;
    return base_ip_parse(text, ip);
}

struct token_hint token_hint(struct word word, const char *const *known, size_t n_known)
{
    char text[48];
    struct token_hint hint = {""};
    if (word.n_chars < sizeof text) {
        memcpy(text, word.at, word.n_chars);
        text[word.n_chars] = 0;
        const char *near = base_suggest(text, known, n_known);
        if (near) {
            snprintf(hint.text, sizeof hint.text, " (did you mean %.40s?)", near);
        }
    }
    return hint;
}
