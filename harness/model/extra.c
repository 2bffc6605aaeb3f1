/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a condition beyond struct header mean for a packet? */
#include "model/extra.h"

#include <string.h>

const char *extra_reason(const struct field_value *which)
{
    return field_of(which->id)->depends;
}

static bool is_zero(const struct field_value *extra)
{
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof extra->value; i++) {
        any |= extra->value[i];
    }
    return any == 0;
}

enum extra_effect extra_effect(const struct field_value *extras, size_t n_extras,
                               const struct field_value **which)
{
    *which = NULL;
    for (size_t i = 0; i < n_extras; i++) {
        if (!field_of(extras[i].id)->starts_at_zero) {
            *which = *which ? *which : &extras[i];
        } else if (!is_zero(&extras[i])) {
            return EXTRA_NEVER;
        }
    }
    return *which ? EXTRA_MAY_TAKE : EXTRA_NOTHING;
}

bool extra_within(const struct field_value *a, const struct field_value *b)
{
    bool within = a->id == b->id && a->header == b->header;
    for (size_t i = 0; i < FIELD_BYTES_MAX && within; i++) {
        within = (b->mask[i] & ~a->mask[i]) == 0 && ((a->value[i] ^ b->value[i]) & b->mask[i]) == 0;
    }
    return within;
}

static int compare_fields(const struct field_value *a, const struct field_value *b)
{
    int order = (a->id > b->id) - (a->id < b->id);
    return order ? order : (a->header > b->header) - (a->header < b->header);
}

bool extras_insert(struct field_value *extras, size_t *n_extras, const struct field_value *extra)
{
    size_t at = *n_extras;
    while (at > 0 && compare_fields(&extras[at - 1], extra) > 0) {
        at--;
    }
    if (at > 0 && compare_fields(&extras[at - 1], extra) == 0) {
        return false;
    }
    memmove(&extras[at + 1], &extras[at], (*n_extras - at) * sizeof *extras);
    extras[at] = *extra;
    ++*n_extras;
    return true;
}

static int compare_conditions(const struct field_value *a, const struct field_value *b)
{
    int order = compare_fields(a, b);
    order = order ? order : (a->n_bytes > b->n_bytes) - (a->n_bytes < b->n_bytes);
    order = order ? order : memcmp(a->value, b->value, sizeof a->value);
    return order ? order : memcmp(a->mask, b->mask, sizeof a->mask);
}

int extras_compare(const struct field_value *a, size_t n_a, const struct field_value *b, size_t n_b)
{
    int order = (n_a > n_b) - (n_a < n_b);
    for (size_t i = 0; i < n_a && order == 0; i++) {
        order = compare_conditions(&a[i], &b[i]);
    }
    return order;
}

bool extras_equal(const struct field_value *a, size_t n_a, const struct field_value *b, size_t n_b)
{
    return extras_compare(a, n_a, b, n_b) == 0;
}
