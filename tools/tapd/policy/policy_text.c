/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps as text, and the taps that rules ask for. */
#include "tapd/policy/policy.h"

#include "ofctl/match.h"
#include "tapd/policy/graph.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void put_port(const struct topology *topology, struct port_ref port, struct base_buffer *out)
{
    base_put_format(out, "\"%s:%u\"", topology->switches[port.sw].name, port.port);
}

static void put_ports(const struct topology *topology, const struct port_ref *ports, size_t n,
                      struct base_buffer *out)
{
    base_put_u8(out, '[');
    for (size_t i = 0; i < n; i++) {
        base_put_text(out, i ? ", " : "");
        put_port(topology, ports[i], out);
    }
    base_put_u8(out, ']');
}

static void put_pairs(const struct topology *topology, const struct tapd_tap *tap,
                      struct base_buffer *out)
{
    base_put_text(out, ", \"pairs\": [");
    for (size_t i = 0; i < tap->n_pairs; i++) {
        const struct tapd_pair *pair = &tap->pairs[i];
        const struct port_ref ends[] = {pair->a, pair->b};
        base_put_text(out, i ? ", {\"between\": " : "{\"between\": ");
        put_ports(topology, ends, 2, out);
        if (pair->n_via > 0) {
            base_put_text(out, ", \"via\": ");
            put_ports(topology, pair->via, pair->n_via, out);
        }
        base_put_u8(out, '}');
    }
    base_put_u8(out, ']');
}

/* One of them as it is, several as a list. */
static void put_matches(const char *key, const struct match *matches, size_t n,
                        struct base_buffer *out)
{
    base_put_format(out, ", \"%s\": %s", key, n > 1 ? "[" : "");
    for (size_t i = 0; i < n; i++) {
        base_put_text(out, i > 0 ? ", \"" : "\"");
        ofctl_format_match(&matches[i], out);
        base_put_u8(out, '"');
    }
    base_put_text(out, n > 1 ? "]" : "");
}

static void put_what(const struct tapd_tap *tap, struct base_buffer *out)
{
    struct match any = match_any();
    if (tap->n_matches > 1 || !match_equal(tap->matches, &any)) {
        put_matches("match", tap->matches, tap->n_matches, out);
    }
    if (tap->n_excepted > 0) {
        put_matches("not", tap->excepted, tap->n_excepted, out);
    }
}

static void put_tag(const struct tapd_tap *tap, struct base_buffer *out)
{
    if (tap->tag == TAPD_TAG_PORT) {
        base_put_text(out, ", \"tag\": \"port\"");
    } else if (tap->tag != TAPD_UNTAGGED) {
        base_put_format(out, ", \"tag\": %u", tap->tag);
    }
    base_put_text(out, tap->strip ? ", \"strip\": true" : "");
}

static void put_line(const char *key, const char *text, struct base_buffer *out)
{
    if (text) {
        json_t *value = json_string(text);
        char *quoted = json_dumps(value, JSON_ENCODE_ANY);
        base_put_format(out, ", \"%s\": ", key);
        base_put_text(out, quoted);
        free(quoted);
        json_decref(value);
    }
}

static void put_until(int64_t until_ms, struct base_buffer *out)
{
    char text[32];
    time_t seconds = (time_t)(until_ms / 1000);
    struct tm parts;
    if (until_ms > 0 && gmtime_r(&seconds, &parts) &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0) {
        base_put_format(out, ", \"until\": \"%s\"", text);
    }
}

void tapd_tap_format(const struct tapd_policy *policy, const struct tapd_tap *tap,
                     struct base_buffer *out)
{
    const struct topology *topology = policy->topology;
    base_put_format(out, "{\"name\": \"%s\", \"source\": ", tap->name);
    put_ports(topology, tap->sources, tap->n_sources, out);
    put_what(tap, out);
    if (tap->n_uplinks > 0) {
        base_put_text(out, ", \"uplink\": ");
        put_ports(topology, tap->uplinks, tap->n_uplinks, out);
    }
    base_put_text(out, ", \"to\": ");
    put_ports(topology, tap->to, tap->n_to, out);
    if (tap->copies > 1) {
        base_put_format(out, ", \"copies\": %u", tap->copies);
    }
    put_tag(tap, out);
    if (tap->n_pairs > 0) {
        put_pairs(topology, tap, out);
    }
    put_line("note", tap->note, out);
    put_line("owner", tap->owner, out);
    if (tap->lifetime_sec > 0) {
        base_put_format(out, ", \"for\": \"%us\"", tap->lifetime_sec);
    }
    put_until(tap->until_ms, out);
    base_put_u8(out, '}');
}

/* ------------------------------------------------------------------- rules */

/* FNV-1a, 32 bits: only so that flows of one rule have names of their own. */
static uint32_t hash_flow(const struct match *flow)
{
    const uint8_t *bytes = (const uint8_t *)flow;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < sizeof *flow; i++) {
        hash = (hash ^ bytes[i]) * 16777619u;
    }
    return hash;
}

/* The flow's headers, among those of the tap. Of IPv6, OpenFlow 1.0 matches nothing but the type.
 */
static void narrow(struct match *match, const struct header *flow)
{
    struct match whole = match_exactly(flow);
    struct header *value = &match->value, *mask = &match->mask;
    value->dl_type = whole.value.dl_type;
    mask->dl_type = whole.mask.dl_type;
    value->nw_proto = whole.value.nw_proto;
    mask->nw_proto = whole.mask.nw_proto;
    value->nw_src = whole.value.nw_src;
    mask->nw_src = whole.mask.nw_src;
    value->nw_dst = whole.value.nw_dst;
    mask->nw_dst = whole.mask.nw_dst;
    value->tp_src = whole.value.tp_src;
    mask->tp_src = whole.mask.tp_src;
    value->tp_dst = whole.value.tp_dst;
    mask->tp_dst = whole.mask.tp_dst;
    if (value->dl_type == DL_TYPE_IPV6) {
        mask->nw_proto = 0;
    }
    match_normalize(match);
}

/* An uplink of another switch is of no use to the tap. */
static size_t keep_uplinks(const struct tapd_tap *rule, size_t sw, struct port_ref *uplinks)
{
    size_t n = 0;
    for (size_t i = 0; i < rule->n_uplinks; i++) {
        if (rule->uplinks[i].sw == sw) {
            uplinks[n++] = rule->uplinks[i];
        }
    }
    return n;
}

static bool specialize(const struct tapd_policy *policy, const struct tapd_tap *rule,
                       const struct sflow_key *key, struct tapd_tap *tap)
{
    const char *sw = policy->topology->switches[key->sw].name;
    unsigned port = key->flow.in_port;
    struct port_ref *source = base_arena_alloc(tap->own, sizeof *source);
    struct port_ref *uplinks = base_arena_alloc(tap->own, (rule->n_uplinks + 1) * sizeof *uplinks);
    if (!source || !uplinks) {
        return false;
    }
    struct match *match = base_arena_copy(tap->own, rule->matches, sizeof *match);
    if (!match) {
        return false;
    }
    tap->matches = match;
    *source = (struct port_ref){key->sw, key->flow.in_port};
    tap->sources = source;
    tap->n_sources = 1;
    tap->n_uplinks = keep_uplinks(rule, key->sw, uplinks);
    tap->uplinks = uplinks;
    if (rule->when->per == SFLOW_PER_FLOW) {
        narrow(match, &key->flow);
        tap->name =
            base_arena_format(tap->own, "%s@%s:%u.%08x", rule->name, sw, port, hash_flow(match));
    } else {
        tap->name = base_arena_format(tap->own, "%s@%s:%u", rule->name, sw, port);
    }
    return tap->name != NULL;
}

struct tapd_tap *tapd_tap_of_rule(const struct tapd_policy *policy, const struct tapd_tap *rule,
                                  const struct sflow_key *key)
{
    struct base_arena *own = calloc(1, sizeof *own);
    struct tapd_tap *tap = own ? base_arena_copy(own, rule, sizeof *rule) : NULL;
    if (tap) {
        tap->own = own;
        tap->when = NULL;
    }
    if (!tap || (rule->when->per != SFLOW_PER_THRESHOLD && !specialize(policy, rule, key, tap))) {
        if (own) {
            base_arena_free(own);
            free(own);
        }
        return NULL;
    }
    return tap;
}
