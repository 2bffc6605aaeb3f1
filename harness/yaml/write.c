/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes an expectation as the YAML that a person would have written. */
#include "yaml/write.h"

#include "base/memory.h"
#include "model/port.h"
#include "ofctl/action.h"
#include "ofctl/match.h"

#include <stdlib.h>
#include <string.h>

/* Between double quotes, as YAML 1.1 has it (section 5.6). */
static void put_quoted(struct base_buffer *out, const char *text)
{
    base_put_text(out, "\"");
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\') {
            base_put_text(out, "\\");
        }
        if (*at == '\n' || *at == '\t') {
            base_put_text(out, *at == '\n' ? "\\n" : "\\t");
        } else {
            base_put_bytes(out, at, 1);
        }
    }
    base_put_text(out, "\"");
}

/* A name or a path, in quotes if it could be read as something else. */
static void put_name(struct base_buffer *out, const char *name)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
    if (strspn(name, plain) == strlen(name) && *name != '-' && *name) {
        base_put_text(out, name);
    } else {
        put_quoted(out, name);
    }
}

/* "match: "…", "; the texts of ofctl need no escapes. */
static void put_match(struct base_buffer *out, const struct match *match)
{
    base_put_text(out, "match: \"");
    ofctl_format_match(match, out);
    base_put_text(out, "\", ");
}

/* Nothing for a match of everything. */
static void put_match_without_port(struct base_buffer *out, const struct match *match)
{
    struct match without = match_without_port(match), any = match_any();
    if (!match_equal(&without, &any)) {
        put_match(out, &without);
    }
}

/* --------------------------------------------------------------------- ports */

static bool same_case(const struct expected_case *a, const struct expected_case *b)
{
    struct match of_a = match_without_port(&a->match), of_b = match_without_port(&b->match);
    return match_equal(&of_a, &of_b) && a->has_expires == b->has_expires &&
           a->expires_sec == b->expires_sec && a->n_may == b->n_may &&
           (a->n_may == 0 || memcmp(a->may, b->may, a->n_may * sizeof *a->may) == 0) &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions);
}

static bool same_cases(const struct expected_port *a, const struct expected_port *b)
{
    bool same = a->n_cases == b->n_cases;
    for (size_t i = 0; i < a->n_cases && same; i++) {
        same = same_case(&a->cases[i], &b->cases[i]);
    }
    return same;
}

/* How many actions stand in front of a choice of ways. */
static size_t before_choice(const struct expected_case *written)
{
    size_t n = 0;
    while (n < written->n_actions && written->actions[n].type != ACTION_ONE_OF &&
           written->actions[n].type != ACTION_FAILOVER) {
        n++;
    }
    return n;
}

static bool is_output(const struct action *action)
{
    return action->type == ACTION_OUTPUT && action->port <= PORT_MAX;
}

static bool only_outputs(const struct action *actions, size_t n_actions)
{
    bool only = n_actions > 0;
    for (size_t i = 0; i < n_actions && only; i++) {
        only = is_output(&actions[i]) || action_frames(&actions[i]);
    }
    return only;
}

/* "[2, 6]": the ports of these actions. */
static void put_output_list(struct base_buffer *out, const struct action *actions, size_t n_actions)
{
    const char *divider = "[";
    for (size_t i = 0; i < n_actions; i++) {
        if (is_output(&actions[i])) {
            base_put_format(out, "%s%u", divider, actions[i].port);
            divider = ", ";
        }
    }
    base_put_text(out, "]");
}

/* ", may: [3, controller]" */
static void put_may(struct base_buffer *out, const struct expected_case *written)
{
    for (size_t i = 0; i < written->n_may; i++) {
        base_put_text(out, i > 0 ? ", " : ", may: [");
        if (written->may[i] <= PORT_MAX) {
            base_put_format(out, "%u", written->may[i]);
        } else {
            base_put_text(out, written->may[i] == PORT_CONTROLLER ? "controller" : "local");
        }
    }
    base_put_text(out, written->n_may > 0 ? "]" : "");
}

/* "mod_vlan_vid: 5, ": what may stand in front of a choice besides outputs. */
static void put_rewrites(struct base_buffer *out, const struct action *actions, size_t n_actions)
{
    for (size_t i = 0; i < n_actions; i++) {
        struct base_buffer text = {0};
        if (!is_output(&actions[i])) {
            ofctl_format_actions(&actions[i], 1, &text);
            const char *name = base_buffer_text(&text), *value = strchr(name, ':');
            base_put_format(out, "%.*s: %s, ", (int)strcspn(name, ":"), name,
                            value ? value + 1 : "true");
        }
        base_buffer_free(&text);
    }
}

static void put_choice(struct base_buffer *out, const struct expected_case *written, size_t begin)
{
    bool outputs = false;
    for (size_t i = 0; i < begin && !outputs; i++) {
        outputs = is_output(&written->actions[i]);
    }
    put_rewrites(out, written->actions, begin);
    if (outputs) {
        base_put_text(out, "output: ");
        put_output_list(out, written->actions, begin);
        base_put_text(out, ", ");
    }
    base_put_text(out, written->actions[begin].type == ACTION_ONE_OF ? "one_of: " : "failover: ");
    put_output_list(out, written->actions + begin, written->n_actions - begin);
}

static void put_expires(struct base_buffer *out, uint32_t seconds)
{
    if (seconds == 0 || seconds == EXPECTATION_ANY_LIFETIME) {
        base_put_text(out, seconds ? "expires: any" : "expires: never");
    } else {
        base_put_format(out, "expires: %us", seconds);
    }
}

/* Without braces: "output: [2, 6]". */
static void put_actions(struct base_buffer *out, const struct expected_case *written)
{
    size_t begin = before_choice(written);
    if (begin < written->n_actions) {
        put_choice(out, written, begin);
    } else if (only_outputs(written->actions, written->n_actions)) {
        base_put_text(out, "output: ");
        put_output_list(out, written->actions, written->n_actions);
    } else {
        base_put_text(out, "actions: \"");
        ofctl_format_actions(written->actions, written->n_actions, out);
        base_put_text(out, "\"");
    }
    put_may(out, written);
    if (written->has_expires) {
        base_put_text(out, ", ");
        put_expires(out, written->expires_sec);
    }
}

static void put_case(struct base_buffer *out, const struct expected_case *written)
{
    base_put_text(out, "{");
    put_match_without_port(out, &written->match);
    put_actions(out, written);
    base_put_text(out, "}");
}

static bool is_plain(const struct expected_port *port)
{
    struct match all = match_in_port(port->port.port);
    return port->n_cases == 1 && match_equal(&port->cases[0].match, &all);
}

static void put_cases(struct base_buffer *out, const struct expected_port *port)
{
    if (port->n_cases == 0) {
        base_put_text(out, " drop\n");
    } else if (is_plain(port)) {
        base_put_text(out, " ");
        put_case(out, &port->cases[0]);
        base_put_text(out, "\n");
    } else {
        base_put_text(out, "\n");
        for (size_t i = 0; i < port->n_cases; i++) {
            base_put_text(out, "      - ");
            put_case(out, &port->cases[i]);
            base_put_text(out, "\n");
        }
    }
}

void yaml_write_port(const struct expected_port *port, struct base_buffer *out)
{
    bool list = port->n_cases > 0 && !is_plain(port);
    base_put_format(out, "%u: %s", port->port.port, list ? "[" : "");
    for (size_t i = 0; i < port->n_cases; i++) {
        base_put_text(out, i > 0 ? ", " : "");
        put_case(out, &port->cases[i]);
    }
    base_put_text(out, port->n_cases == 0 ? "drop" : list ? "]" : "");
}

/* Ports of one switch that do the same, as one key: "1-4", or "1-4,6" in quotes. */
static void put_ports(struct base_buffer *out, const struct expected_port *ports, size_t n,
                      size_t first, bool *written)
{
    struct base_buffer key = {0};
    bool list = false;
    for (size_t i = first; i < n; i++) {
        if (written[i] || !same_cases(&ports[first], &ports[i])) {
            continue;
        }
        size_t last = i;
        written[i] = true;
        while (last + 1 < n && !written[last + 1] &&
               ports[last + 1].port.port == ports[last].port.port + 1 &&
               same_cases(&ports[first], &ports[last + 1])) {
            written[++last] = true;
        }
        list = list || i != first;
        base_put_format(&key, last > i ? "%s%u-%u" : "%s%u", i != first ? "," : "",
                        ports[i].port.port, ports[last].port.port);
    }
    base_put_format(out, list ? "    \"%s\":" : "    %s:", base_buffer_text(&key));
    out->failed |= key.failed;
    base_buffer_free(&key);
    put_cases(out, &ports[first]);
}

static void put_switch(struct base_buffer *out, const struct expectation *expectation, size_t sw)
{
    const struct expected_port *ports = expectation->ports;
    size_t first = 0, n = 0;
    while (first < expectation->n_ports && ports[first].port.sw < sw) {
        first++;
    }
    while (first + n < expectation->n_ports && ports[first + n].port.sw == sw) {
        n++;
    }
    base_put_text(out, "  ");
    put_name(out, expectation->topology->switches[sw].name);
    base_put_text(out, n > 0 ? ":\n" : ": {}\n");
    bool *written = base_calloc(n + 1, sizeof *written);
    out->failed |= !written;
    for (size_t i = 0; written && i < n; i++) {
        if (!written[i]) {
            put_ports(out, ports + first, n, i, written);
        }
    }
    free(written);
}

void yaml_write_ports(const struct expectation *expectation, struct base_buffer *out)
{
    bool any = false;
    for (size_t sw = 0; sw < expectation->topology->n_switches; sw++) {
        any = any || expectation->lists_switch[sw];
    }
    base_put_text(out, any ? "ports:\n" : "ports: {}\n");
    for (size_t sw = 0; sw < expectation->topology->n_switches; sw++) {
        if (expectation->lists_switch[sw]) {
            put_switch(out, expectation, sw);
        }
    }
}

/* ------------------------------------------------------------------- traffic */

/* The senders of a group, and where their claims begin: those of each are the same. */
static void put_senders(struct base_buffer *out, const struct expectation *expectation,
                        const struct claim *claims, size_t n)
{
    bool many = claims[0].from != claims[n - 1].from;
    base_put_text(out, many ? "from: [" : "from: ");
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || claims[i].from != claims[i - 1].from) {
            base_put_text(out, i > 0 ? ", " : "");
            put_name(out, expectation->topology->hosts[claims[i].from].name);
        }
    }
    base_put_text(out, many ? "], " : ", ");
}

static void put_receivers(struct base_buffer *out, const struct expectation *expectation,
                          const struct claim *claims, size_t n, enum claim_kind kind)
{
    size_t n_written = 0;
    for (size_t i = 0; i < n && claims[i].from == claims[0].from; i++) {
        if (claims[i].kind != kind) {
            continue;
        }
        if (claims[i].to == HOST_ALL) {
            base_put_text(out, ", isolated: all");
            return;
        }
        if (n_written++ == 0) {
            base_put_format(out, ", %s: [", claim_kind_name(kind));
        } else {
            base_put_text(out, ", ");
        }
        put_name(out, expectation->topology->hosts[claims[i].to].name);
    }
    base_put_text(out, n_written > 0 ? "]" : "");
}

static void put_claim(struct base_buffer *out, const struct expectation *expectation,
                      const struct claim *claims, size_t n)
{
    unsigned copies = 1;
    base_put_text(out, "  - {");
    put_senders(out, expectation, claims, n);
    put_match_without_port(out, &claims[0].match);
    out->n_bytes -= out->n_bytes > 2 ? 2 : 0; /* the last ", " */
    for (enum claim_kind kind = CLAIM_DELIVERED; kind <= CLAIM_ISOLATED; kind++) {
        put_receivers(out, expectation, claims, n, kind);
    }
    for (size_t i = 0; i < n; i++) {
        copies = claims[i].copies > copies ? claims[i].copies : copies;
    }
    if (copies > 1) {
        base_put_format(out, ", copies: %u", copies);
    }
    base_put_text(out, "}\n");
}

static void put_traffic(struct base_buffer *out, const struct expectation *expectation)
{
    base_put_text(out, expectation->n_claims > 0 ? "\ntraffic:\n" : "");
    for (size_t i = 0, n; i < expectation->n_claims; i += n) {
        const struct claim *claims = expectation->claims + i;
        for (n = 1; i + n < expectation->n_claims && claims[n].group == claims[0].group; n++) {
        }
        put_claim(out, expectation, claims, n);
    }
}

/* -------------------------------------------------------------------- ignore */

static void put_exceptions(struct base_buffer *out, const struct expectation *expectation)
{
    base_put_text(out, expectation->n_exceptions > 0 ? "\nignore:\n" : "");
    for (size_t i = 0; i < expectation->n_exceptions; i++) {
        const struct exception *exception = &expectation->exceptions[i];
        base_put_text(out, "  - {");
        if (exception->sw != SWITCH_ALL) {
            base_put_text(out, "switch: ");
            put_name(out, expectation->topology->switches[exception->sw].name);
            base_put_text(out, ", ");
        }
        if (exception->has_port) {
            base_put_format(out, "port: %u, ", exception->port);
        }
        if (exception->has_cookie) {
            base_put_format(out, "cookie: 0x%llx/0x%llx, ", (unsigned long long)exception->cookie,
                            (unsigned long long)exception->cookie_mask);
        }
        if (exception->has_table) {
            base_put_format(out, "table: %u, ", exception->table);
        }
        if (exception->has_match) {
            put_match(out, &exception->match);
        }
        base_put_text(out, "reason: ");
        put_quoted(out, exception->reason);
        base_put_text(out, "}\n");
    }
}

static void put_known(struct base_buffer *out, const struct expectation *expectation)
{
    base_put_text(out, expectation->n_known > 0 ? "\nknown:\n" : "");
    for (size_t i = 0; i < expectation->n_known; i++) {
        const struct known_failure *known = &expectation->known[i];
        base_put_text(out, "  - {id: ");
        put_quoted(out, known->id);
        base_put_text(out, ", reason: ");
        put_quoted(out, known->reason);
        base_put_format(out, ", until: %s}\n", known->day);
    }
}

void yaml_write_expectation(const struct expectation *expectation, const char *topology_path,
                            struct base_buffer *out)
{
    base_put_text(out, "topology: ");
    put_name(out, topology_path);
    base_put_text(out, "\n");
    if (expectation->expires_sec > 0) {
        put_expires(out, expectation->expires_sec);
        base_put_text(out, "\n");
    }
    base_put_text(out, expectation->unlisted_any ? "unlisted: any\n" : "");
    base_put_text(out, expectation->controller_any ? "controller: any\n" : "");
    base_put_text(out, "\n");
    yaml_write_ports(expectation, out);
    put_traffic(out, expectation);
    put_exceptions(out, expectation);
    put_known(out, expectation);
}
