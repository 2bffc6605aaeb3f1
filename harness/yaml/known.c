/* SPDX-License-Identifier: Apache-2.0
 *
 * Which results are known to deviate, why, and until when: `known:` of an expectation. */
#include "yaml/expectation.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void read_id(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct known_failure *known = into;
    known->id = yaml_copy(reader, node, "the id of a result");
}

static void read_reason(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct known_failure *known = into;
    known->reason = yaml_reason(reader, node);
}

/* The second in which the day is over; -1: there is no such day. */
static int64_t end_of(const char *day)
{
    struct tm date = {0}, same;
    int n = 0;
    if (strlen(day) != 10 ||
        sscanf(day, "%4d-%2d-%2d%n", &date.tm_year, &date.tm_mon, &date.tm_mday, &n) != 3 ||
        n != 10 || date.tm_year < 1970) {
        return -1;
    }
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    same = date;
    time_t begin = timegm(&same); /* 31 February becomes a day of March */
    return same.tm_mon == date.tm_mon && same.tm_mday == date.tm_mday ? begin + 86400 : -1;
}

static void read_until(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct known_failure *known = into;
    known->day = yaml_copy(reader, node, "a day such as 2027-01-31");
    int64_t end = known->day ? end_of(known->day) : 0;
    if (end < 0) {
        yaml_error(reader, node, "expected a day such as 2027-01-31, found \"%s\"", known->day);
    }
    known->until = end > 0 ? (uint64_t)end : 0;
}

static const struct yaml_field fields[] = {
    {.name = "id", .read = read_id, .required = true},
    {.name = "reason", .read = read_reason, .required = true},
    {.name = "until", .read = read_until, .required = true},
};

static void read_failure(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct yaml_reading *reading = yaml_reading_of(reader);
    struct expectation *x = reading->expectation;
    struct known_failure known = {.place = yaml_place(reader, node)};
    (void)into;
    if (!yaml_read_fields(reader, node, "a known failure", YAML_FIELDS(fields), &known)) {
        return;
    }
    for (size_t i = 0; known.id && i < x->n_known; i++) {
        if (x->known[i].id && strcmp(x->known[i].id, known.id) == 0) {
            yaml_error(reader, node, "\"%s\" is known already, line %d", known.id,
                       x->known[i].place.line);
        }
    }
    yaml_append(reader, node, &x->known, &x->n_known, &reading->known_capacity, sizeof known,
                &known);
}

void yaml_read_known(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (yaml_expect(reader, node, YAML_SEQUENCE, "a list of known failures")) {
        yaml_each(reader, node, read_failure, into);
    }
}
