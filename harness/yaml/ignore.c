/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run leaves out, each with its reason: `ignore:` of an expectation. */
#include "model/port.h"
#include "yaml/expectation.h"
#include "yaml/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void read_port(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct exception *exception = into;
    uint64_t number = 0;
    exception->has_port = yaml_number(reader, node, "a port", 1, PORT_MAX, &number);
    exception->port = (uint16_t)number;
}

/* Decimal or 0x…, up to 64 bits, ending at `end`. */
static bool parse_cookie(const char *text, size_t n_chars, uint64_t *cookie)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    if (n_chars < 2 || text[0] != '0' || (text[1] | 0x20) != 'x') {
        return yaml_parse_number(text, n_chars, cookie);
    }
    size_t n = strspn(text + 2, digits);
    *cookie = strtoull(text + 2, NULL, 16);
    return n == n_chars - 2 && n >= 1 && n <= 16;
}

static void read_cookie(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "a cookie as 0x1, or with a mask as 0x1/0xff";
    struct exception *exception = into;
    const char *text = yaml_text(reader, node, expected);
    if (!text) {
        return;
    }
    size_t n = strcspn(text, "/");
    exception->cookie_mask = UINT64_MAX;
    exception->has_cookie =
        parse_cookie(text, n, &exception->cookie) &&
        (!text[n] || parse_cookie(text + n + 1, strlen(text + n + 1), &exception->cookie_mask));
    if (!exception->has_cookie) {
        yaml_refuse(reader, node, expected);
    } else if (exception->cookie & ~exception->cookie_mask) {
        yaml_error(reader, node,
                   "no cookie agrees with %s: 0x%" PRIx64 " has bits outside the mask",
                   yaml_found(node).text, exception->cookie);
    }
}

static void read_table(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct exception *exception = into;
    uint64_t number = 0;
    exception->has_table = yaml_number(reader, node, "a table", 0, FLOW_TABLE_MAX, &number);
    exception->table = (uint8_t)number;
}

static void read_match(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct exception *exception = into;
    exception->has_match = yaml_match(reader, node, &exception->match);
}

const char *yaml_reason(struct yaml_reader *reader, const struct yaml_node *node)
{
    const char *reason = yaml_copy(reader, node, "a reason");
    if (reason && !reason[strspn(reason, " \t\n")]) {
        yaml_error(reader, node, "expected a reason, found only blanks");
    }
    return reason;
}

static void read_reason(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct exception *exception = into;
    exception->reason = yaml_reason(reader, node);
}

static const struct yaml_field fields[] = {
    {.name = "switch", .read = yaml_read_switch, .at = offsetof(struct exception, sw)},
    {.name = "port", .read = read_port},
    {.name = "cookie", .read = read_cookie},
    {.name = "table", .read = read_table},
    {.name = "match", .read = read_match},
    {.name = "reason", .read = read_reason, .required = true},
};

/* "switch s1, cookie 0x1/0xff": the conditions in the order of the file. */
static const char *describe(const struct yaml_reader *reader, const struct yaml_node *node)
{
    struct base_buffer text = {0};
    for (const struct yaml_node *at = node->child; at; at = at->next) {
        if (strcmp(at->key->text, "reason") != 0) {
            base_put_format(&text, "%s%s %s", text.n_bytes > 0 ? ", " : "", at->key->text,
                            at->text);
        }
    }
    return base_arena_take(reader->arena, &text);
}

static void read_exception(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct yaml_reading *reading = yaml_reading_of(reader);
    struct expectation *x = reading->expectation;
    struct exception exception = {.sw = SWITCH_ALL, .place = yaml_place(reader, node)};
    (void)into;
    if (!yaml_read_fields(reader, node, "an exception", YAML_FIELDS(fields), &exception)) {
        return;
    }
    if (node->n_children < 2) {
        yaml_error(reader, node,
                   "this would leave out everything; expected at least one of "
                   "\"switch\", \"port\", \"cookie\", \"table\" and \"match\"");
        return;
    }
    exception.text = describe(reader, node);
    if (!exception.text) {
        yaml_error(reader, node, "out of memory");
        return;
    }
    yaml_append(reader, node, &x->exceptions, &x->n_exceptions, &reading->exceptions_capacity,
                sizeof exception, &exception);
}

void yaml_read_ignore(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (reader->topology && yaml_expect(reader, node, YAML_SEQUENCE, "a list of exceptions")) {
        yaml_each(reader, node, read_exception, into);
    }
}
