/* SPDX-License-Identifier: Apache-2.0
 *
 * How does ovs-ofctl write meters? */
#include "ofctl/group.h"

#include "base/memory.h"
#include "base/token.h"

#include <stdlib.h>

/* ---------------------------------------------------------------------- format */

static const char *band_type_name(uint16_t type)
{
    return type == BAND_DROP ? "drop" : type == BAND_DSCP_REMARK ? "dscp_remark" : NULL;
}

static void put_band(const struct meter *meter, const struct band *band, struct base_buffer *out)
{
    const char *name = band_type_name(band->type);
    base_put_text(out, "\ntype=");
    if (name) {
        base_put_text(out, name);
    } else {
        base_put_format(out, "%u", band->type);
    }
    base_put_format(out, " rate=%u", band->rate);
    if (meter->flags & METER_BURST) {
        base_put_format(out, " burst_size=%u", band->burst_size);
    }
    if (band->type == BAND_DSCP_REMARK) {
        base_put_format(out, " prec_level=%u", band->prec_level);
    }
}

void ofctl_format_meter(const struct meter *meter, struct base_buffer *out)
{
    base_put_format(out, "meter=%u ", meter->id);
    for (int bit = 0; bit < N_METER_FLAGS; bit++) {
        if (meter->flags >> bit & 1) {
            base_put_format(out, "%s ", meter_flag_names[bit]);
        }
    }
    base_put_text(out, "bands=");
    for (size_t i = 0; i < meter->n_bands; i++) {
        put_band(meter, &meter->bands[i], out);
    }
}

/* ----------------------------------------------------------------------- parse */

struct reading {
    struct meter meter;
    struct band *bands;
    size_t capacity;
    bool has_id, no_memory;
};

static bool take_flag(struct reading *reading, struct word name)
{
    for (int bit = 0; bit < N_METER_FLAGS; bit++) {
        if (word_is(name, meter_flag_names[bit])) {
            reading->meter.flags |= (uint16_t)(1U << bit);
            return true;
        }
    }
    return false;
}

static bool begin_band(struct reading *reading, struct word type)
{
    uint64_t number = 0;
    for (uint16_t known = BAND_DROP; known <= BAND_DSCP_REMARK && number == 0; known++) {
        number = word_is(type, band_type_name(known)) ? known : 0;
    }
    if (number == 0 && !word_number(type, UINT16_MAX, &number)) {
        return false;
    }
    if (base_grow(&reading->bands, reading->meter.n_bands, &reading->capacity,
                  sizeof *reading->bands) < 0) {
        reading->no_memory = true;
        return false;
    }
    reading->bands[reading->meter.n_bands++] = (struct band){.type = (uint16_t)number};
    return true;
}

static bool take_of_band(struct reading *reading, struct word name, struct word value)
{
    if (reading->meter.n_bands == 0) {
        return false;
    }
    struct band *band = &reading->bands[reading->meter.n_bands - 1];
    bool is_level = word_is(name, "prec_level");
    uint64_t number = 0;
    bool valid = word_number(value, is_level ? UINT8_MAX : UINT32_MAX, &number);
    if (is_level) {
        band->prec_level = (uint8_t)number;
    } else if (word_is(name, "rate")) {
        band->rate = (uint32_t)number;
    } else if (word_is(name, "burst_size")) {
        band->burst_size = (uint32_t)number;
    } else {
        valid = false;
    }
    return valid;
}

static bool take(struct reading *reading, const struct token *token)
{
    struct word name = token->key, value = token->value, rest;
    uint64_t number = 0;
    if (word_is(name, "meter")) {
        reading->has_id = word_number(value, UINT32_MAX, &number) && number > 0;
        reading->meter.id = (uint32_t)number;
        return reading->has_id;
    }
    bool is_list = word_is(name, "bands");
    if (is_list && value.n_chars == 0) {
        return true;
    }
    if ((is_list || word_is(name, "band")) && word_split(&value, "=", &rest)) { /* of add-meter */
        return word_is(value, "type") && begin_band(reading, rest);
    }
    if (word_is(name, "type")) {
        return begin_band(reading, value);
    }
    return token->divider ? take_of_band(reading, name, value) : take_flag(reading, name);
}

static int keep(struct reading *reading, struct group_table *table, struct base_error *error)
{
    if (!reading->has_id) {
        return base_fail(error, "a meter needs meter=NUMBER");
    }
    reading->meter.bands = base_arena_copy(&table->arena, reading->bands,
                                           reading->meter.n_bands * sizeof *reading->bands);
    struct meter *meter = group_table_add_meter(table);
    if (!meter || (reading->meter.n_bands > 0 && !reading->meter.bands)) {
        return base_fail(error, "out of memory");
    }
    *meter = reading->meter;
    return 0;
}

int ofctl_parse_meter(const char *text, struct group_table *table, size_t *column,
                      struct base_error *error)
{
    struct reading reading = {.has_id = false};
    struct token token;
    int status = 0;
    if (column) {
        *column = 0;
    }
    for (const char *at = text; status == 0 && token_next(&at, &token);) {
        if (!take(&reading, &token)) {
            status = reading.no_memory
                         ? base_fail(error, "out of memory")
                         : base_fail(error, "bad word \"%.*s\" of a meter", WORD(token.key));
        }
        if (column) {
            *column = status ? (size_t)(token.key.at - text) : 0;
        }
    }
    status = status ? status : keep(&reading, table, error);
    free(reading.bands);
    return status;
}
