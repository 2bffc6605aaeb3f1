/* SPDX-License-Identifier: Apache-2.0
 *
 * The threshold at which a tap comes by itself: `when:` of a tap. */
#include "tapd/policy/reading.h"

#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

enum {
    OVER_MS_DEFAULT = 1000,
    TAPS_DEFAULT = 16,
    TAPS_MAX = 1000,
};

struct when_reading {
    struct sflow_threshold *when;
    struct tapd_ends ports;
    bool has_below;
    enum sflow_unit below_unit;
};

static void read_match(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct when_reading *reading = into;
    if (yaml_match(reader, node, &reading->when->match) && reading->when->match.mask.in_port) {
        yaml_error(reader, node, "\"at\" says the port, not the match");
    }
}

static void read_at(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct when_reading *reading = into;
    tapd_read_ends(reader, node, TAPD_END_ANY, &reading->ports);
}

static bool read_rate(struct yaml_reader *reader, const struct yaml_node *node, uint64_t *value,
                      enum sflow_unit *unit)
{
    struct base_error error;
    const char *text = yaml_text(reader, node, "a rate as 10Mbps or 100pps");
    if (text && sflow_threshold_parse(text, value, unit, &error) < 0) {
        yaml_error(reader, node, "%s", error.text);
        return false;
    }
    return text != NULL;
}

static void read_above(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct when_reading *reading = into;
    read_rate(reader, node, &reading->when->above, &reading->when->unit);
}

static void read_below(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct when_reading *reading = into;
    reading->has_below = read_rate(reader, node, &reading->when->below, &reading->below_unit);
}

/* "500ms", "2s", "1m" */
static void read_over(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const struct {
        const char *name;
        uint32_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    enum { OVER_MS_MAX = 3600000 };
    struct when_reading *reading = into;
    static const char expected[] = "a time from 100ms to 60m, as 500ms, 2s or 1m";
    const char *text = yaml_text(reader, node, expected);
    size_t n_digits = text ? strspn(text, "0123456789") : 0;
    uint64_t number = 0, ms = 0;
    for (size_t i = 0; text && i < sizeof units / sizeof *units; i++) {
        if (strcmp(text + n_digits, units[i].name) == 0 &&
            yaml_parse_number(text, n_digits, &number) && number <= OVER_MS_MAX / units[i].ms) {
            ms = number * units[i].ms;
        }
    }
    if (text && ms < SFLOW_WINDOW_MIN_MS) {
        yaml_error(reader, node, "expected %s, found %s", expected, yaml_found(node).text);
    }
    reading->when->over_ms = (uint32_t)ms;
}

static void read_per(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char *const names[] = {
        [SFLOW_PER_PORT] = "port", [SFLOW_PER_FLOW] = "flow", [SFLOW_PER_THRESHOLD] = "tap"};
    struct when_reading *reading = into;
    const char *text = yaml_text(reader, node, "\"port\", \"flow\" or \"tap\"");
    for (int i = 0; text && i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            reading->when->per = (enum sflow_per)i;
            return;
        }
    }
    if (text) {
        yaml_error(reader, node, "expected \"port\", \"flow\" or \"tap\", found %s",
                   yaml_found(node).text);
    }
}

static void read_samples(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct when_reading *reading = into;
    uint64_t number = 1;
    yaml_number(reader, node, "a number of samples", 1, 1000000, &number);
    reading->when->min_samples = (uint32_t)number;
}

static void read_max(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct when_reading *reading = into;
    yaml_number(reader, node, "a number of taps", 1, TAPS_MAX, &reading->when->max_taps);
}

static const struct yaml_field when_fields[] = {
    {.name = "match", .read = read_match},
    {.name = "at", .read = read_at},
    {.name = "above", .read = read_above, .required = true},
    {.name = "below", .read = read_below},
    {.name = "over", .read = read_over},
    {.name = "per", .read = read_per},
    {.name = "samples", .read = read_samples},
    {.name = "max", .read = read_max},
};

static void check_below(struct yaml_reader *reader, const struct yaml_node *node,
                        const struct when_reading *reading)
{
    const struct yaml_node *below = yaml_child(node, "below");
    if (reading->below_unit != reading->when->unit) {
        yaml_error(reader, below, "\"below\" and \"above\" must be of one unit");
    } else if (reading->when->below > reading->when->above) {
        yaml_error(reader, below, "\"below\" is more than \"above\"");
    }
}

void tapd_read_when(struct yaml_reader *reader, const struct yaml_node *node,
                    const struct tapd_tap *tap, struct sflow_threshold *when)
{
    struct when_reading reading = {.when = when};
    *when = (struct sflow_threshold){
        .match = tap->matches ? *tap->matches : match_any(),
        .over_ms = OVER_MS_DEFAULT,
        .lifetime_ms = tap->lifetime_sec * UINT32_C(1000),
        .per = SFLOW_PER_PORT,
        .max_taps = TAPS_DEFAULT,
    };
    yaml_read_fields(reader, node, "\"when\"", YAML_FIELDS(when_fields), &reading);
    when->ports = tap->sources;
    when->n_ports = tap->n_sources;
    if (reading.ports.n > 0) {
        when->n_ports = reading.ports.n;
        when->ports =
            tapd_settle(reader, reading.ports.items, reading.ports.n * sizeof *when->ports);
    }
    if (reading.has_below) {
        check_below(reader, node, &reading);
    } else {
        when->below = when->above / 2;
    }
    const struct yaml_node *at = yaml_child(node, "at");
    if (at && when->per != SFLOW_PER_THRESHOLD) {
        yaml_error(reader, at->key,
                   "\"at\" needs \"per: tap\": a tap for each port or flow is of the sources");
    }
}
