/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames is a tap about? Matches of ovs-ofctl, in which a value may be a range of numbers:
 * "tcp,tp_dst=1000-2000" is as many matches as it takes of masks. */
#include "tapd/policy/reading.h"

#include "ofctl/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_MAX = 0xffff };

/* "=1000-2000" in a match. */
struct range {
    size_t at, n_bytes; /* of its text, behind the "=" */
    unsigned first, last;
};

/* The first one; false if there is none. */
static bool find_range(const char *text, struct range *range)
{
    for (const char *at = strchr(text, '='); at; at = strchr(at + 1, '=')) {
        size_t n = strspn(at + 1, "0123456789"), m;
        if (n == 0 || n > 5 || at[1 + n] != '-') {
            continue;
        }
        m = strspn(at + 2 + n, "0123456789");
        if (m > 0 && m <= 5 && !strchr("xX.:/", at[2 + n + m] ? at[2 + n + m] : ' ')) {
            *range = (struct range){(size_t)(at + 1 - text), n + 1 + m,
                                    (unsigned)strtoul(at + 1, NULL, 10),
                                    (unsigned)strtoul(at + 2 + n, NULL, 10)};
            return true;
        }
    }
    return false;
}

static void add_match(struct yaml_reader *reader, const struct yaml_node *node, size_t offset,
                      const char *text, struct tapd_matches *matches)
{
    struct match match;
    size_t column = 0;
    struct base_error error;
    if (ofctl_parse_match(text, &match, &column, &error) < 0) {
        yaml_error_in(reader, node, column < offset ? column : offset, "%s", error.text);
        matches->failed = true;
    } else if (match.mask.in_port) {
        yaml_error(reader, node, "\"source\" says the port, not the match");
        matches->failed = true;
    } else if (matches->n == TAPD_MATCHES_MAX) {
        yaml_error(reader, node, "it takes more than %d matches", TAPD_MATCHES_MAX);
        matches->failed = true;
    } else if (base_grow(&matches->items, matches->n, &matches->capacity, sizeof *matches->items) <
               0) {
        yaml_error(reader, node, "out of memory");
        matches->failed = true;
    } else {
        matches->items[matches->n++] = match;
    }
}

/* Bits that may be free in a number: the block of 2^bits numbers begins there and ends by `last`.
 */
static unsigned free_bits(unsigned first, unsigned last)
{
    unsigned bits = 0;
    while (bits < 16 && (first & ((2U << bits) - 1)) == 0 && first + (2U << bits) - 1 <= last) {
        bits++;
    }
    return bits;
}

/* Whether a match is refused for a mask that a range became. */
static bool refuses_mask(const char *text, const char *number)
{
    struct match match;
    size_t column = 0;
    struct base_error error;
    return strchr(number, '/') && ofctl_parse_match(text, &match, &column, &error) < 0 &&
           strstr(error.text, number);
}

/* What stands in `text`, in which columns from `offset` on are not those of the node. */
static void add_ranges(struct yaml_reader *reader, const struct yaml_node *node, size_t offset,
                       const char *text, struct tapd_matches *matches)
{
    struct range range;
    if (!find_range(text, &range)) {
        add_match(reader, node, offset, text, matches);
        return;
    }
    offset = range.at < offset ? range.at : offset;
    if (range.first > range.last || range.last > RANGE_MAX) {
        yaml_error_in(reader, node, offset, "expected a range as 1000-2000, at most %d", RANGE_MAX);
        matches->failed = true;
    }
    for (unsigned first = range.first; first <= range.last && !matches->failed;) {
        unsigned bits = free_bits(first, range.last);
        struct base_buffer one = {0};
        char number[32];
        snprintf(number, sizeof number, bits ? "0x%x/0x%x" : "0x%x", first,
                 (unsigned)RANGE_MAX << bits & RANGE_MAX);
        base_put_bytes(&one, text, range.at);
        base_put_text(&one, number);
        base_put_text(&one, text + range.at + range.n_bytes);
        if (refuses_mask(base_buffer_text(&one), number)) {
            yaml_error_in(reader, node, offset, "this field takes no range, found %.*s",
                          (int)range.n_bytes, text + range.at);
            matches->failed = true;
        } else {
            add_ranges(reader, node, offset, base_buffer_text(&one), matches);
        }
        base_buffer_free(&one);
        first += 1U << bits;
    }
}

static void read_one(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (yaml_expect(reader, node, YAML_SCALAR, "a match in the syntax of ovs-ofctl")) {
        add_ranges(reader, node, SIZE_MAX, node->text, into); /* it may be empty */
    }
}

void tapd_read_matches(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (node->kind != YAML_SEQUENCE) {
        read_one(reader, node, into);
    } else if (!node->child) {
        yaml_error(reader, node, "expected at least one match, found an empty list");
    } else {
        yaml_each(reader, node, read_one, into);
    }
}
