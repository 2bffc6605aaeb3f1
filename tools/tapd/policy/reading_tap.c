/* SPDX-License-Identifier: Apache-2.0
 *
 * A tap: an item of `taps`, or the body of a request. */
#include "tapd/policy/reading.h"

#include "tapd/policy/graph.h"
#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tap_reading {
    struct tapd_tap *tap;
    struct tapd_ends sources, of, uplinks, to;
    struct tapd_matches matches, excepted;
    struct tapd_pairs pairs;
    const struct yaml_node *when;
    bool never_ends; /* as `for` says */
};

/* A name of yaml_name, in which '@' and ':' may be too: taps of rules have them. */
static void read_name(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    enum { NAME_MAX_CHARS = 200 };
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-@:";
    static const char expected[] = "a name of letters, digits, '.', '_', '-', '@' and ':'";
    struct tap_reading *reading = into;
    const char *text = yaml_text(reader, node, expected);
    size_t n = text ? strspn(text, allowed) : 0;
    if (!text) {
        return;
    }
    if (text[n] || n > NAME_MAX_CHARS) {
        yaml_error_in(reader, node, text[n] ? n : 0, "expected %s, at most %d, found %s", expected,
                      NAME_MAX_CHARS, yaml_found(node).text);
        return;
    }
    const struct yaml_entry *first =
        yaml_index_add(&tapd_reading_of(reader)->names, text, n, 0, yaml_place(reader, node));
    if (first) {
        yaml_error(reader, node, "the name %s is used twice, first in %s", yaml_found(node).text,
                   yaml_where(reader->source.file, first->place).text);
    }
    reading->tap->name = yaml_copy(reader, node, expected);
}

static void read_source(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    tapd_read_ends(reader, node, TAPD_END_ANY, &reading->sources);
}

static void read_of(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    tapd_read_ends(reader, node, TAPD_END_EDGE, &reading->of);
}

static void read_line(struct yaml_reader *reader, const struct yaml_node *node, const char **into)
{
    enum { LINE_MAX_BYTES = 500 };
    const char *text = yaml_copy(reader, node, "a line of text");
    for (const char *at = text; at && *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f || at - text == LINE_MAX_BYTES) {
            yaml_error(reader, node, "expected a line of text of at most %d bytes", LINE_MAX_BYTES);
            return;
        }
    }
    *into = text;
}

static void read_note(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    read_line(reader, node, &((struct tap_reading *)into)->tap->note);
}

static void read_owner(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    read_line(reader, node, &((struct tap_reading *)into)->tap->owner);
}

static void read_match(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    tapd_read_matches(reader, node, &((struct tap_reading *)into)->matches);
}

static void read_not(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    tapd_read_matches(reader, node, &((struct tap_reading *)into)->excepted);
}

static void read_uplink(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    tapd_read_ends(reader, node, TAPD_END_LINK, &reading->uplinks);
}

static void read_to(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    tapd_read_ends(reader, node, TAPD_END_EDGE, &reading->to);
}

static void read_copies(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    uint64_t number = 1;
    yaml_number(reader, node, "a number of copies", 1, TAPD_COPIES_MAX, &number);
    reading->tap->copies = (uint16_t)number;
}

static void read_tag(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    const char *text = yaml_text(reader, node, "a VLAN id from 1 to 4094, or \"port\"");
    uint64_t number;
    if (!text) {
        return;
    }
    if (strcmp(text, "port") == 0) {
        reading->tap->tag = TAPD_TAG_PORT;
    } else if (yaml_parse_number(text, strlen(text), &number) && number >= 1 &&
               number <= TAPD_TAG_MAX) {
        reading->tap->tag = (uint16_t)number;
    } else {
        yaml_error(reader, node, "expected a VLAN id from 1 to %d, or \"port\", found %s",
                   TAPD_TAG_MAX, yaml_found(node).text);
    }
}

static void read_strip(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    const char *text = yaml_text(reader, node, "\"true\" or \"false\"");
    reading->tap->strip = text && strcmp(text, "true") == 0;
    if (text && !reading->tap->strip && strcmp(text, "false") != 0) {
        yaml_error(reader, node, "expected \"true\" or \"false\", found %s", yaml_found(node).text);
    }
}

static void read_tap_pairs(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    tapd_read_pairs(reader, node, &reading->pairs);
}

static void read_for(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tap_reading *reading = into;
    bool valid = yaml_lifetime(reader, node, &reading->tap->lifetime_sec);
    reading->never_ends = valid && reading->tap->lifetime_sec == 0;
}

/* Seconds since 1970 of RFC 3339, section 5.6, in UTC and whole seconds; 0: it is written
 * otherwise, or there is no such day or second. */
static time_t parse_until(const char *text)
{
    struct tm parts = {0};
    char again[sizeof "2027-01-01T00:00:00Z"];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    time_t seconds = end && !*end ? timegm(&parts) : 0;
    bool is_same = seconds > 0 && gmtime_r(&seconds, &parts) &&
                   strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0 &&
                   strcmp(text, again) == 0;
    return is_same ? seconds : 0;
}

static void read_until(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "a time as 2027-01-01T00:00:00Z";
    const char *text = yaml_text(reader, node, expected);
    time_t seconds = text ? parse_until(text) : 0;
    if (text && seconds == 0) {
        yaml_error(reader, node, "expected %s, found %s", expected, yaml_found(node).text);
        return;
    }
    ((struct tap_reading *)into)->tap->until_ms = seconds * INT64_C(1000);
}

/* Read at the end: it needs what the tap says. */
static void note_when(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)reader;
    struct tap_reading *reading = into;
    reading->when = node;
}

/* `when` is last: the fields of a tap on demand are those in front of it. */
static const struct yaml_field tap_fields[] = {
    {.name = "name", .read = read_name, .required = true},
    {.name = "source", .read = read_source},
    {.name = "of", .read = read_of},
    {.name = "match", .read = read_match},
    {.name = "not", .read = read_not},
    {.name = "uplink", .read = read_uplink},
    {.name = "to", .read = read_to, .required = true},
    {.name = "copies", .read = read_copies},
    {.name = "tag", .read = read_tag},
    {.name = "strip", .read = read_strip},
    {.name = "pairs", .read = read_tap_pairs},
    {.name = "for", .read = read_for},
    {.name = "until", .read = read_until},
    {.name = "note", .read = read_note},
    {.name = "owner", .read = read_owner},
    {.name = "when", .read = note_when},
};
enum { N_FIELDS = sizeof tap_fields / sizeof *tap_fields };

/* Both directions of a port: what enters there, and what enters where frames for it do. */
static void add_directions(struct yaml_reader *reader, const struct yaml_node *node,
                           struct port_ref port, struct tap_reading *reading)
{
    const struct tapd_policy *policy = tapd_reading_of(reader)->policy;
    struct tapd_ends *sources = &reading->sources;
    tapd_add_end(reader, node, port, sources);
    for (size_t i = 0; i < policy->n_pairs + reading->pairs.n; i++) {
        const struct tapd_pair *pair =
            i < policy->n_pairs ? &policy->pairs[i] : &reading->pairs.items[i - policy->n_pairs];
        bool is_a = port_ref_equal(pair->a, port), is_b = port_ref_equal(pair->b, port);
        if (is_a || is_b) {
            tapd_add_end(reader, node, is_a ? pair->b : pair->a, sources);
        }
    }
    for (size_t i = 0; i < policy->n_always; i++) {
        if (port_ref_equal(policy->always[i].to, port)) {
            tapd_add_end(reader, node, policy->always[i].from, sources);
        }
    }
}

static void find_sources(struct yaml_reader *reader, const struct yaml_node *node,
                         struct tap_reading *reading)
{
    const struct yaml_node *of = yaml_child(node, "of");
    bool is_listed = yaml_child(node, "source") != NULL;
    if (of && is_listed) {
        yaml_error(reader, of->key, "either \"source\" or \"of\" says where frames enter");
    } else if (!of && !is_listed) {
        yaml_error(reader, node, "a tap needs the key \"source\" (or \"of\")");
    }
    for (size_t i = 0; i < reading->of.n; i++) {
        add_directions(reader, of, reading->of.items[i], reading);
    }
    free(reading->of.items);
}

static void check_targets(struct yaml_reader *reader, const struct yaml_node *node,
                          const struct tap_reading *reading)
{
    for (size_t i = 0; i < reading->to.n; i++) {
        for (size_t j = 0; j < reading->sources.n; j++) {
            if (port_ref_equal(reading->to.items[i], reading->sources.items[j])) {
                yaml_error(reader, yaml_child(node, "to"), "%s is a source of this tap",
                           tapd_port_words(reader->topology, reading->to.items[i]).text);
            }
        }
    }
}

static bool has_source(const struct tap_reading *reading, size_t sw)
{
    for (size_t i = 0; i < reading->sources.n; i++) {
        if (reading->sources.items[i].sw == sw) {
            return true;
        }
    }
    return false;
}

/* Of each switch with uplinks: a source, as many uplinks as copies at least, and
 * none too many to be used. */
static void check_uplinks(struct yaml_reader *reader, const struct yaml_node *node,
                          const struct tap_reading *reading)
{
    const struct tapd_ends *uplinks = &reading->uplinks;
    size_t copies = reading->tap->copies;
    for (size_t i = 0; i < uplinks->n; i++) {
        size_t sw = uplinks->items[i].sw, n = 0;
        const char *name = reader->topology->switches[sw].name;
        for (size_t j = 0; j < uplinks->n; j++) {
            n += uplinks->items[j].sw == sw;
        }
        if (!has_source(reading, sw)) {
            yaml_error(reader, node, "uplink %s is not on the switch of a source",
                       tapd_port_words(reader->topology, uplinks->items[i]).text);
        } else if (n < copies) {
            yaml_error(reader, node, "%zu copies need as many uplinks of %s, found %zu", copies,
                       name, n);
        } else if (n > copies * reading->to.n) {
            yaml_error(reader, node,
                       "%zu uplinks of %s, but only %zu copies: \"copies\" says how many there "
                       "should be",
                       n, name, copies * reading->to.n);
        } else {
            continue;
        }
        return;
    }
}

static void check_tap(struct yaml_reader *reader, const struct yaml_node *node,
                      const struct tap_reading *reading)
{
    const struct yaml_node *uplink = yaml_child(node, "uplink"), *strip = yaml_child(node, "strip");
    check_targets(reader, node, reading);
    if (uplink && reading->sources.n > 0 && reading->to.n > 0) {
        check_uplinks(reader, uplink, reading);
    }
    if (strip && reading->tap->strip && !yaml_child(node, "tag")) {
        yaml_error(reader, strip->key, "\"strip\" needs \"tag\": other tags are not touched");
    }
    if (yaml_child(node, "until") && (reading->when || yaml_child(node, "for"))) {
        yaml_error(reader, yaml_child(node, "until")->key,
                   "a tap with \"%s\" ends without \"until\"", reading->when ? "when" : "for");
    }
    if (reading->when && (reading->matches.n > 1 || reading->excepted.n > 0)) {
        yaml_error(reader, reading->when->key, "a tap with \"when\" has one match, and no \"not\"");
    }
    if (reading->when && reading->tap->lifetime_sec == 0 && !yaml_child(node, "for")) {
        yaml_error(reader, reading->when->key,
                   "a tap with \"when\" needs \"for\": how long it stays");
    } else if (reading->when && reading->never_ends) {
        yaml_error(reader, yaml_child(node, "for"), "a tap with \"when\" must end");
    } else if (reading->when && reading->tap->lifetime_sec > 0 &&
               reading->tap->lifetime_sec < TAPD_WHEN_SEC_MIN) {
        yaml_error(reader, yaml_child(node, "for"),
                   "a tap with \"when\" needs at least %ds: samples may come a second late, too "
                   "late to extend it",
                   TAPD_WHEN_SEC_MIN);
    }
}

static void read_tap_when(struct yaml_reader *reader, const struct tap_reading *reading)
{
    struct sflow_threshold *when = yaml_alloc(reader, sizeof *when);
    if (when) {
        tapd_read_when(reader, reading->when, reading->tap, when);
        reading->tap->when = when;
    }
}

/* Without a match it is about everything. */
static void settle_matches(struct yaml_reader *reader, struct tap_reading *reading)
{
    struct tapd_tap *tap = reading->tap;
    struct tapd_matches *matches = &reading->matches, *excepted = &reading->excepted;
    tap->n_matches = matches->n ? matches->n : 1;
    tap->matches = matches->n
                       ? tapd_settle(reader, matches->items, matches->n * sizeof *matches->items)
                       : yaml_alloc(reader, sizeof *tap->matches);
    tap->n_excepted = excepted->n;
    tap->excepted = tapd_settle(reader, excepted->items, excepted->n * sizeof *excepted->items);
}

struct tapd_tap *tapd_read_tap(struct yaml_reader *reader, const struct yaml_node *node,
                               bool on_demand)
{
    struct tap_reading reading = {.tap = yaml_alloc(reader, sizeof *reading.tap)};
    struct tapd_tap *tap = reading.tap;
    if (!tap) {
        return NULL;
    }
    *tap = (struct tapd_tap){.copies = 1, .place = yaml_place(reader, node)};
    yaml_read_fields(reader, node, "a tap", tap_fields, N_FIELDS - on_demand, &reading);
    if (node->kind == YAML_MAPPING) {
        find_sources(reader, node, &reading);
        check_tap(reader, node, &reading);
    }
    tap->n_sources = reading.sources.n;
    tap->sources =
        tapd_settle(reader, reading.sources.items, tap->n_sources * sizeof *tap->sources);
    settle_matches(reader, &reading);
    tap->n_uplinks = reading.uplinks.n;
    tap->uplinks =
        tapd_settle(reader, reading.uplinks.items, tap->n_uplinks * sizeof *tap->uplinks);
    tap->n_to = reading.to.n;
    tap->to = tapd_settle(reader, reading.to.items, tap->n_to * sizeof *tap->to);
    tap->n_pairs = reading.pairs.n;
    tap->pairs = tapd_settle(reader, reading.pairs.items, tap->n_pairs * sizeof *tap->pairs);
    if (reading.when) {
        read_tap_when(reader, &reading);
    }
    return tap;
}
