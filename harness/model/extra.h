/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions of a flow entry on fields that struct header does not have
 * (model/field.h), which switches match in an OpenFlow 1.0 table as well.
 *
 * What such an entry takes is not known from its match alone: of the packets
 * that the match takes it may take all, some or none. */
#ifndef MODEL_EXTRA_H
#define MODEL_EXTRA_H

#include "model/field.h"

/* What the conditions of an entry mean for a packet that enters the switch and
 * is in table 0. */
enum extra_effect {
    EXTRA_NOTHING,  /* nothing: they hold for every packet */
    EXTRA_NEVER,    /* no packet meets them */
    EXTRA_MAY_TAKE, /* not known; `*which` is the first of them */
};
enum extra_effect extra_effect(const struct field_value *extras, size_t n_extras,
                               const struct field_value **which);

/* Why it is not known whether the entry takes a packet, a constant: "whether an
 * entry takes it depends on nw_ttl". */
const char *extra_reason(const struct field_value *which);

/* Whether every packet that meets `a` meets `b`: the same field, and a mask that has every bit of
 * the other. */
bool extra_within(const struct field_value *a, const struct field_value *b);

/* Puts a condition where it belongs in a list sorted by id, and of FIELD_OTHER by header, which has
 * room for one more. False: the list has a condition on this field already. */
bool extras_insert(struct field_value *extras, size_t *n_extras, const struct field_value *extra);

/* An order of lists of conditions, which are sorted by id: negative, 0 or positive, as for qsort.
 * 0: the same conditions. */
int extras_compare(const struct field_value *a, size_t n_a, const struct field_value *b,
                   size_t n_b);

/* The same conditions. Both are sorted by id. */
bool extras_equal(const struct field_value *a, size_t n_a, const struct field_value *b, size_t n_b);

#endif
