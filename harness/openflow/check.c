/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this length right, and what do these bytes look like in an error? */
#include "openflow/check.h"

#include <stdio.h>

bool of_length_fits(struct of_length_rule rule, size_t n_bytes)
{
    if (rule.step == 0 || n_bytes < rule.min) {
        return n_bytes == rule.min;
    }
    return (n_bytes - rule.min) % rule.step == 0;
}

struct of_words of_length_words(struct of_length_rule rule)
{
    struct of_words words;
    if (rule.step == 0) {
        snprintf(words.text, sizeof words.text, "%u", rule.min);
    } else if (rule.step == 1) {
        snprintf(words.text, sizeof words.text, "%u or more", rule.min);
    } else {
        snprintf(words.text, sizeof words.text, "%u + n * %u", rule.min, rule.step);
    }
    return words;
}

struct of_words of_hex(const uint8_t *bytes, size_t n_bytes)
{
    enum { SHOWN = 16 };
    struct of_words words = {.text = "no bytes"};
    size_t n_shown = n_bytes < SHOWN ? n_bytes : SHOWN;
    size_t at = 0;
    for (size_t i = 0; i < n_shown; i++) {
        at += (size_t)snprintf(words.text + at, sizeof words.text - at, i > 0 ? " %02x" : "%02x",
                               bytes[i]);
    }
    if (n_bytes > SHOWN) {
        snprintf(words.text + at, sizeof words.text - at, " …");
    }
    return words;
}

int of_check_read(const struct base_reader *in, const char *what, struct base_error *error)
{
    return in->failed ? base_fail(error, "%s is cut short", what) : 0;
}

void of_read_text(struct base_reader *in, char *text, size_t n_bytes)
{
    base_read_copy(in, text, n_bytes);
    text[n_bytes] = 0;
}
