/* SPDX-License-Identifier: Apache-2.0
 *
 * What do counters and frames say of each port, and which claims does a wrong one break? */
#include "blame/witness.h"

#include "model/port_set.h"
#include "ofctl/match.h"

struct witness {
    const struct traffic_evidence *evidence;
    const struct topology *topology;
    struct report *report;
};

/* Whether entries tell what came by each port: none takes packets of several. */
static bool entries_tell(const struct switch_state *state)
{
    bool tell = state != NULL;
    for (size_t i = 0; tell && i < state->flows.n_entries; i++) {
        tell = state->flows.entries[i].match.mask.in_port == UINT16_MAX;
    }
    return tell;
}

static uint64_t count_port(const struct switch_state *state, uint16_t port)
{
    uint64_t n = 0;
    for (size_t i = 0; state && i < state->flows.n_entries; i++) {
        const struct flow_entry *entry = &state->flows.entries[i];
        if (entry->match.mask.in_port && entry->match.value.in_port == port &&
            entry->n_packets != UINT64_MAX) {
            n += entry->n_packets;
        }
    }
    return n;
}

static void put_count(const struct witness *witness, struct port_ref port, struct base_buffer *out)
{
    const struct traffic_evidence *evidence = witness->evidence;
    bool tell = entries_tell(evidence->before[port.sw]);
    long came = tell || !evidence->after
                    ? -1
                    : traffic_count_rx(evidence->before, evidence->after, port, NULL);
    uint64_t before = count_port(evidence->before[port.sw], port.port);
    if (!tell && came < 0) {
        return;
    }
    base_put_format(out, "%s%s:", out->n_bytes ? ", " : "",
                    witness->topology->switches[port.sw].name);
    port_format(port.port, out);
    base_put_text(out, " ");
    if (!tell) {
        base_put_format(out, "+%ld packets", came);
    } else if (evidence->after && evidence->after[port.sw]) {
        uint64_t after = count_port(evidence->after[port.sw], port.port);
        base_put_format(out, "+%llu packets",
                        (unsigned long long)(after > before ? after - before : 0));
    } else {
        base_put_format(out, "%llu packets in all", (unsigned long long)before);
    }
}

static void add_outputs(const struct action *actions, size_t n_actions, struct port_set *outputs)
{
    for (size_t i = 0; i < n_actions; i++) {
        if (actions[i].type == ACTION_OUTPUT) {
            port_set_add(outputs, actions[i].port);
        }
    }
}

/* At the other ends of the cables to which a port sends, by the expectation or by the table. */
static void put_counts_behind(const struct witness *witness, struct port_ref port,
                              struct base_buffer *out)
{
    const struct expected_port *expected = expectation_port(witness->evidence->expectation, port);
    const struct switch_state *state = witness->evidence->before[port.sw];
    struct port_set outputs = {0};
    for (size_t i = 0; expected && i < expected->n_cases; i++) {
        add_outputs(expected->cases[i].actions, expected->cases[i].n_actions, &outputs);
    }
    for (size_t i = 0; state && i < state->flows.n_entries; i++) {
        const struct flow_entry *entry = &state->flows.entries[i];
        if (entry->match.mask.in_port && entry->match.value.in_port == port.port) {
            add_outputs(entry->actions, entry->n_actions, &outputs);
        }
    }
    for (uint32_t i = port_set_next(&outputs, 0); i < PORT_SET_END;
         i = port_set_next(&outputs, i + 1)) {
        struct port_ref by = {.sw = port.sw, .port = (uint16_t)i};
        struct peer peer = path_network_peer(witness->evidence->tables, by);
        if (peer.kind == PEER_SWITCH) {
            put_count(witness, peer.port, out);
        }
    }
}

/* "27 frames: h1 27, h11 27". */
static void put_frames(const struct witness *witness, size_t from, struct base_buffer *out)
{
    const struct traffic_plan *plan = witness->evidence->plan;
    const struct traffic_round *round = witness->evidence->round;
    size_t n_sent = 0;
    for (size_t p = 0; p < plan->n_probes; p++) {
        n_sent += plan->probes[p].from == from ? round->sent[p] : 0;
    }
    if (n_sent == 0) {
        return;
    }
    base_put_format(out, "%zu frames:", n_sent);
    size_t begin = out->n_bytes;
    for (size_t host = 0; host < round->n_hosts; host++) {
        size_t n = 0;
        for (size_t p = 0; p < plan->n_probes; p++) {
            n += plan->probes[p].from == from ? traffic_seen_count(round, p, host) : 0;
        }
        if (n > 0) {
            base_put_format(out, "%s %s %zu", out->n_bytes > begin ? "," : "",
                            witness->topology->hosts[host].name, n);
        }
    }
    if (out->n_bytes == begin) {
        base_put_text(out, " none arrived");
    }
}

/* Whether the packet enters this port on its way, and is not treated there as is declared. */
static bool is_mistreated(const struct witness *witness, const struct path_walk *walk,
                          struct port_ref port)
{
    const struct traffic_evidence *evidence = witness->evidence;
    bool found = false;
    for (size_t i = 0; i < walk->n_hops && !found; i++) {
        found = port_ref_equal(walk->hops[i].in, port) &&
                !path_treat_alike(&evidence->declared->network, evidence->tables, port.sw,
                                  &walk->hops[i].header);
    }
    return found;
}

/* Whether the packet of a failed claim meets what is wrong with this port, on its way by the
 * expectation or by the tables. */
static bool is_broken_by(const struct witness *witness, const struct result *claim,
                         struct port_ref port)
{
    struct match packet;
    size_t from = claim->from ? topology_find_host(witness->topology, claim->from) : HOST_NONE;
    if (claim->kind != RESULT_TRAFFIC || claim->verdict != VERDICT_FAIL || !claim->example ||
        from == HOST_NONE || ofctl_parse_match(claim->example, &packet, NULL, NULL) < 0) {
        return false;
    }
    struct path_walk walk;
    path_follow_from(&witness->evidence->declared->network, from, &packet.value, &walk);
    if (is_mistreated(witness, &walk, port)) {
        return true;
    }
    path_follow_from(witness->evidence->tables, from, &packet.value, &walk);
    return is_mistreated(witness, &walk, port);
}

static void put_broken_claims(const struct witness *witness, struct port_ref port,
                              struct base_buffer *out)
{
    size_t n_broken = 0;
    for (size_t i = 0; i < witness->report->n_results; i++) {
        const struct result *claim = &witness->report->results[i];
        if (is_broken_by(witness, claim, port)) {
            base_put_format(out, "%s%s", n_broken++ ? ", " : "\nbreaks ", claim->id);
        }
    }
}

static const char *take(const struct witness *witness, struct base_buffer *text)
{
    return text->n_bytes > 0 ? base_arena_take(&witness->report->arena, text) : NULL;
}

static void fill_port(const struct witness *witness, struct result *result)
{
    struct base_buffer text = {0};
    struct port_ref port = {.sw = topology_find_switch(witness->topology, result->switch_name),
                            .port = (uint16_t)result->port};
    if (witness->evidence->before[port.sw]) {
        put_count(witness, port, &text);
        if (result->verdict == VERDICT_FAIL) {
            put_counts_behind(witness, port, &text);
        }
        result->says[SAYS_COUNTED] = take(witness, &text);
    }
    struct peer peer = path_network_peer(witness->evidence->tables, port);
    if (peer.kind == PEER_HOST && witness->evidence->plan->n_probes > 0) {
        put_frames(witness, peer.host, &text);
        result->says[SAYS_OBSERVED] = take(witness, &text);
    }
    if (result->verdict == VERDICT_FAIL && result->detail) {
        base_put_text(&text, result->detail);
        put_broken_claims(witness, port, &text);
        const char *detail = take(witness, &text);
        result->detail = detail ? detail : result->detail;
    }
}

void blame_witness(const struct traffic_evidence *evidence, struct report *report)
{
    struct witness witness = {
        .evidence = evidence, .topology = evidence->expectation->topology, .report = report};
    for (size_t i = 0; i < report->n_results; i++) {
        if (report->results[i].kind == RESULT_STATE) {
            fill_port(&witness, &report->results[i]);
        }
    }
}
