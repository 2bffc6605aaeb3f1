/* SPDX-License-Identifier: Apache-2.0
 *
 * One packet through the network. */
#include "explain/explain.h"

#include "frame/parse.h"
#include "frame/rewrite.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "space/table.h"

#include <stdlib.h>

enum { EMISSIONS_MAX = 1024 };

/* A packet about to enter a hop. */
struct arriving {
    struct port_ref in;
    struct header header;
    struct base_buffer frame; /* empty: none was given */
};

struct explaining {
    const struct explain_question *question;
    struct base_arena *arena;
    struct explanation *out;
    struct arriving *packets; /* by hop */
    struct space_emission *emissions;
    bool has_frame;
    bool no_memory;
};

/* ------------------------------------------------------------------- words */

static const char *frame_text(struct explaining *explaining, const struct base_buffer *frame)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < frame->n_bytes; i++) {
        base_put_format(&text, "%02x", frame->data[i]);
    }
    return base_arena_take(explaining->arena, &text);
}

/* -------------------------------------------------------------------- hops */

static bool came_before(const struct explaining *explaining, size_t hop,
                        const struct arriving *packet)
{
    for (; hop != HOP_NONE; hop = explaining->out->hops[hop].previous) {
        const struct arriving *before = &explaining->packets[hop];
        if (before->in.sw == packet->in.sw &&
            memcmp(&before->header, &packet->header, sizeof packet->header) == 0) {
            return true;
        }
    }
    return false;
}

/* The hop that the packet comes to, HOP_NONE if it is not followed. The frame
 * goes to the hop. */
static size_t add_hop(struct explaining *explaining, size_t previous, struct arriving *packet)
{
    struct explanation *out = explaining->out;
    bool loop = came_before(explaining, previous, packet);
    if (loop || out->n_hops == EXPLAIN_HOPS) {
        out->hops[previous].unknown =
            loop ? "a loop: the same packet was there before" : "it does not end: too many hops";
        out->unknown = true;
        base_buffer_free(&packet->frame);
        return HOP_NONE;
    }
    size_t hop = out->n_hops++;
    explaining->packets[hop] = *packet;
    out->hops[hop] =
        (struct explained_hop){.at = topology_port_name(explaining->question->expectation->topology,
                                                        packet->in, explaining->arena),
                               .header = packet->header,
                               .packet = ofctl_header_text(&packet->header, explaining->arena),
                               .previous = previous};
    return hop;
}

static void follow(struct explaining *explaining, size_t hop, struct explained_output *output,
                   const struct header *header, struct base_buffer *frame)
{
    const struct topology *topology = explaining->question->expectation->topology;
    struct port_ref from = {.sw = explaining->packets[hop].in.sw, .port = output->port};
    struct peer peer = topology_peer(topology, from);
    if (peer.kind == PEER_HOST) {
        output->to = topology->hosts[peer.host].name;
    } else if (peer.kind == PEER_SWITCH) {
        struct arriving next = {.in = peer.port, .header = *header, .frame = *frame};
        *frame = (struct base_buffer){0};
        next.header.in_port = peer.port.port;
        if (explaining->has_frame) { /* what a stripped tag uncovers, only the bytes know */
            frame_parse(next.frame.data, next.frame.n_bytes, peer.port.port, &next.header);
        }
        output->to = topology_port_name(explaining->question->expectation->topology, peer.port,
                                        explaining->arena);
        output->hop = add_hop(explaining, hop, &next);
    }
}

static void add_output(struct explaining *explaining, size_t hop,
                       const struct space_emission *emission)
{
    struct explained_hop *at = &explaining->out->hops[hop];
    struct explained_output *output = &at->outputs[at->n_outputs++];
    struct base_buffer frame = {0};
    *output =
        (struct explained_output){.port = emission->port,
                                  .port_text = port_text(emission->port, explaining->arena),
                                  .packet = ofctl_header_text(&emission->header, explaining->arena),
                                  .hop = HOP_NONE};
    if (emission->queued) {
        output->queue = base_arena_format(explaining->arena, "queue %u", emission->queue_id);
    }
    if (explaining->has_frame) {
        const struct base_buffer *old = &explaining->packets[hop].frame;
        explaining->no_memory |= !frame_rewrite(old->data, old->n_bytes, &emission->header, &frame);
        output->frame = frame_text(explaining, &frame);
    }
    follow(explaining, hop, output, &emission->header, &frame);
    base_buffer_free(&frame);
}

/* ------------------------------------------------------------------ hidden */

/* The entries that take the header and come after `taker`, best first. */
static void list_hidden(struct explaining *explaining, struct explained_hop *hop,
                        const struct flow_table *table, size_t taker, const struct header *header)
{
    size_t best[EXPLAIN_HIDDEN], n = 0, n_all = 0;
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        if (i == taker || !match_takes(&entry->match, header)) {
            continue;
        }
        size_t at = n;
        n_all++;
        while (at > 0 && space_rank(entry) > space_rank(&table->entries[best[at - 1]])) {
            at--;
        }
        if (at < EXPLAIN_HIDDEN) {
            n += n < EXPLAIN_HIDDEN;
            memmove(&best[at + 1], &best[at], (n - at - 1) * sizeof *best);
            best[at] = i;
        }
    }
    hop->hidden = base_arena_alloc(explaining->arena, (n + 1) * sizeof *hop->hidden);
    for (size_t i = 0; hop->hidden && i < n; i++) {
        hop->hidden[hop->n_hidden++] =
            ofctl_flow_text(&table->entries[best[i]], FLOW_NO_STATS, explaining->arena);
    }
    hop->n_hidden_more = n_all - n;
}

/* ---------------------------------------------------------------- expected */

static const struct expected_case *find_case(const struct expected_port *port,
                                             const struct header *header)
{
    for (size_t i = 0; port && i < port->n_cases; i++) {
        if (match_takes(&port->cases[i].match, header)) {
            return &port->cases[i];
        }
    }
    return NULL;
}

/* Whether both are known, and do different things with the packet. */
static bool differs(const struct space_behavior *a, const struct space_behavior *b,
                    const struct header *header)
{
    struct space_region region = {.cube = match_exactly(header)};
    struct space_difference unused;
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    return !a->unknown && !b->unknown &&
           space_differ(&region, a, b, &budget, &unused) == SPACE_FOUND;
}

/* What is declared for the packet, and whether the entry does something else. */
static void compare_expected(struct explaining *explaining, struct explained_hop *hop,
                             const struct arriving *packet, const struct flow_entry *entry)
{
    const struct expectation *expectation = explaining->question->expectation;
    const struct switch_state *state = explaining->question->states[packet->in.sw];
    const struct expected_port *port = expectation_port(expectation, packet->in);
    const struct expected_case *expected = find_case(port, &packet->header);
    if (!port && (!expectation->lists_switch[packet->in.sw] || expectation->unlisted_any)) {
        return;
    }
    struct base_arena *arena = explaining->arena;
    struct space_behavior *behaviors = base_arena_alloc(arena, 2 * sizeof *behaviors);
    const struct place *place = expected ? &expected->place : port ? &port->place : NULL;
    hop->expected = ofctl_actions_text(expected ? expected->actions : NULL,
                                       expected ? expected->n_actions : 0, explaining->arena);
    hop->source = place ? base_arena_format(explaining->arena, "%s:%d:%d", place->file, place->line,
                                            place->column)
                        : NULL;
    bool failed =
        !behaviors ||
        (expected && space_behavior(expected->actions, expected->n_actions, packet->in.port,
                                    state->ports, state->n_ports, arena, &behaviors[0]) < 0) ||
        (entry && space_behavior(entry->actions, entry->n_actions, packet->in.port, state->ports,
                                 state->n_ports, arena, &behaviors[1]) < 0);
    explaining->no_memory |= failed;
    if (!failed && differs(&behaviors[0], &behaviors[1], &packet->header)) {
        hop->declared = &behaviors[0];
        hop->advertised = &behaviors[1];
        explaining->out->deviates = true;
    }
}

/* ------------------------------------------------------------------- a hop */

static void give_up(struct explaining *explaining, struct explained_hop *hop, const char *reason)
{
    hop->unknown = base_arena_text(explaining->arena, reason);
    explaining->out->unknown = true;
}

static void send_on(struct explaining *explaining, size_t i, const struct flow_entry *entry)
{
    const struct arriving packet = explaining->packets[i];
    const struct switch_state *state = explaining->question->states[packet.in.sw];
    struct explained_hop *hop = &explaining->out->hops[i];
    const char *reason = "another table than 0 decides";
    int n = entry->table_id != 0
                ? -1
                : space_apply(entry->actions, entry->n_actions, state->ports, state->n_ports,
                              &packet.header, explaining->emissions, EMISSIONS_MAX, &reason);
    if (n < 0) {
        give_up(explaining, hop, reason);
        return;
    }
    hop->outputs = base_arena_alloc(explaining->arena, ((size_t)n + 1) * sizeof *hop->outputs);
    for (int j = 0; hop->outputs && j < n; j++) {
        add_output(explaining, i, &explaining->emissions[j]);
    }
}

static void explain_hop(struct explaining *explaining, size_t i)
{
    const struct explain_question *question = explaining->question;
    const struct arriving *packet = &explaining->packets[i];
    const struct switch_state *state = question->states[packet->in.sw];
    struct explained_hop *hop = &explaining->out->hops[i];
    if (!state) {
        const char *reason = question->reasons[packet->in.sw];
        give_up(explaining, hop, reason ? reason : "the switch was not read");
        return;
    }
    bool ambiguous = false;
    size_t taker = space_lookup(&state->flows, &packet->header, &ambiguous);
    const struct flow_entry *entry = taker == ENTRY_NONE ? NULL : &state->flows.entries[taker];
    if (entry) {
        list_hidden(explaining, hop, &state->flows, taker, &packet->header);
        hop->entry = ofctl_flow_text(entry, FLOW_NO_STATS, explaining->arena);
    }
    if (ambiguous) {
        give_up(explaining, hop,
                "another entry of the same priority takes it too, and does "
                "something else");
        return;
    }
    compare_expected(explaining, hop, packet, entry);
    if (entry) {
        send_on(explaining, i, entry);
    }
}

int explain_packet(const struct explain_question *question, const struct header *header,
                   const void *frame, size_t n_frame_bytes, struct base_arena *arena,
                   struct explanation *out)
{
    struct explaining explaining = {
        .question = question, .arena = arena, .out = out, .has_frame = frame != NULL};
    struct arriving first = {.in = question->in, .header = *header};
    *out = (struct explanation){
        .at = topology_port_name(question->expectation->topology, question->in, arena)};
    out->hops = base_arena_alloc(arena, EXPLAIN_HOPS * sizeof *out->hops);
    explaining.packets = calloc(EXPLAIN_HOPS, sizeof *explaining.packets);
    explaining.emissions = calloc(EMISSIONS_MAX, sizeof *explaining.emissions);
    explaining.no_memory = !out->hops || !explaining.packets || !explaining.emissions;
    if (!explaining.no_memory) {
        base_put_bytes(&first.frame, frame, n_frame_bytes);
        explaining.no_memory |= first.frame.failed;
        add_hop(&explaining, HOP_NONE, &first);
    }
    for (size_t i = 0; i < out->n_hops && !explaining.no_memory && !arena->failed; i++) {
        explain_hop(&explaining, i);
    }
    for (size_t i = 0; i < out->n_hops; i++) {
        base_buffer_free(&explaining.packets[i].frame);
    }
    free(explaining.packets);
    free(explaining.emissions);
    return explaining.no_memory || arena->failed ? -1 : 0;
}
