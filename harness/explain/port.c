/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entry takes which packets of a port, and where do they go? */
#include "base/memory.h"
#include "explain/explain.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "path/step.h"

#include <stdlib.h>

struct listing {
    struct port_ref in;
    const struct switch_state *state;
    struct path_network network; /* this switch, and the cables */
    struct space_table table;
    size_t *order; /* entries that may take a packet of the port, best first */
    size_t n_order;
    size_t *budget;
    struct base_arena *arena;
    struct explanation *out;
};

static void put_place(struct listing *listing, uint16_t number, struct base_buffer *out)
{
    const struct topology *topology = listing->network.topology;
    struct port_ref ref = {.sw = listing->in.sw, .port = number};
    struct peer peer = topology_peer(topology, ref);
    base_put_text(out, out->n_bytes > 0 ? ", " : "");
    if (peer.kind == PEER_HOST) {
        base_put_text(out, topology->hosts[peer.host].name);
    } else if (peer.kind == PEER_SWITCH) {
        base_put_format(out, "%s:%u", topology->switches[peer.port.sw].name, peer.port.port);
    } else {
        base_put_text(out, "port ");
        port_format(number, out);
    }
}

static const char *take_any(struct listing *listing, struct base_buffer *text)
{
    bool any = text->n_bytes > 0;
    const char *taken = base_arena_take(listing->arena, text);
    return any ? taken : NULL;
}

/* Outputs from which nothing leaves. */
static const char *closed_text(struct listing *listing, const struct flow_entry *flow)
{
    struct base_buffer text = {0};
    struct space_behavior all;
    if (space_behavior(flow->actions, flow->n_actions, listing->in.port, listing->state->ports,
                       listing->state->n_ports, listing->arena, &all) < 0) {
        return NULL;
    }
    for (size_t i = 0; i < all.n_outputs; i++) {
        uint16_t number = all.outputs[i].port;
        const char *why = path_no_exit(&listing->network,
                                       (struct port_ref){.sw = listing->in.sw, .port = number});
        if (why && (i == 0 || all.outputs[i - 1].port != number)) {
            base_put_text(&text, text.n_bytes > 0 ? ", port " : "port ");
            port_format(number, &text);
            base_put_format(&text, " %s", why);
        }
    }
    return take_any(listing, &text);
}

/* Where packets of the port go that this entry takes: "h2, s3:1, port 9". */
static void show_ends(struct listing *listing, size_t entry, struct explained_class *class)
{
    struct base_buffer text = {0};
    struct space_behavior does = {0};
    if (path_outputs_of(&listing->network, listing->in, entry, listing->arena, &does) < 0) {
        return;
    }
    class->unknown = does.unknown;
    listing->out->unknown |= does.unknown != NULL;
    for (size_t i = 0; !does.unknown && i < does.n_outputs; i++) {
        put_place(listing, does.outputs[i].port, &text);
    }
    class->to = take_any(listing, &text);
    class->closed =
        does.unknown ? NULL : closed_text(listing, &listing->state->flows.entries[entry]);
}

/* The one entry that takes all of the cube before `entry` does. ENTRY_NONE: none. */
static size_t find_hider(const struct listing *listing, size_t entry, const struct match *cube)
{
    for (size_t i = 0; i < listing->n_order && listing->order[i] != entry; i++) {
        const struct flow_entry *flow = &listing->state->flows.entries[listing->order[i]];
        if (match_within(cube, &flow->match) && !flow_open(flow)) {
            return listing->order[i];
        }
    }
    return ENTRY_NONE;
}

/* `entry` ENTRY_NONE: what none takes. */
static void add_class(struct listing *listing, size_t entry)
{
    struct explained_class *class = &listing->out->classes[listing->out->n_classes++];
    const struct flow_entry *flow =
        entry == ENTRY_NONE ? NULL : &listing->state->flows.entries[entry];
    struct match cube = match_in_port(listing->in.port);
    struct header example;
    if (flow && !match_intersect(&cube, &flow->match, &cube)) {
        listing->out->n_classes--;
        return;
    }
    class->actions =
        ofctl_actions_text(flow ? flow->actions : NULL, flow ? flow->n_actions : 0, listing->arena);
    class->entry = flow ? ofctl_flow_text(flow, FLOW_NO_STATS, listing->arena) : NULL;
    enum space_answer answer =
        space_table_find(&listing->table, entry, &cube, listing->budget, &example);
    class->open = answer == SPACE_OPEN;
    if (answer == SPACE_FOUND) {
        class->example = ofctl_header_text(&example, listing->arena);
        if (flow) {
            show_ends(listing, entry, class);
        }
    } else if (answer == SPACE_EMPTY && flow) {
        size_t by = find_hider(listing, entry, &cube);
        class->hidden_by = by == ENTRY_NONE ? NULL
                                            : ofctl_flow_text(&listing->state->flows.entries[by],
                                                              FLOW_NO_STATS, listing->arena);
    } else if (answer == SPACE_EMPTY) {
        listing->out->n_classes--; /* every packet is taken */
    }
    listing->out->unknown |= class->open;
}

static int compare_order(const void *a, const void *b, void *aux)
{
    const struct space_table *table = aux;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x == y ? 0 : space_table_precedes(table, x, y) ? -1 : 1;
}

static void list_entries(struct listing *listing)
{
    struct space_entries lists[] = {space_table_any_port(&listing->table),
                                    space_table_port(&listing->table, listing->in.port)};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < lists[i].n_entries; j++) {
            listing->order[listing->n_order++] = lists[i].entries[j];
        }
    }
    qsort_r(listing->order, listing->n_order, sizeof *listing->order, compare_order,
            &listing->table);
}

/* Of the other switches only the cables count. */
static int open_network(struct listing *listing, const struct explain_question *question)
{
    const struct topology *topology = question->expectation->topology;
    const struct switch_state **states = base_calloc(topology->n_switches + 1, sizeof *states);
    int status = -1;
    if (states) {
        states[listing->in.sw] = listing->state;
        status = path_network_open_dumps(&listing->network, topology, states, NULL);
    }
    free(states);
    return status;
}

static int list_classes(struct listing *listing, const struct explain_question *question)
{
    const struct flow_table *flows = &listing->state->flows;
    struct explanation *out = listing->out;
    listing->order = base_calloc(flows->n_entries + 1, sizeof *listing->order);
    out->classes = base_arena_alloc(listing->arena, (flows->n_entries + 1) * sizeof *out->classes);
    if (!listing->order || !out->classes || space_table_index(&listing->table, flows, NULL) < 0) {
        return -1;
    }
    out->at = topology_port_name(question->expectation->topology, listing->in, listing->arena);
    out->refused = path_no_entry(&listing->network, listing->in);
    list_entries(listing);
    for (size_t i = 0; i < listing->n_order; i++) {
        add_class(listing, listing->order[i]);
    }
    add_class(listing, ENTRY_NONE);
    return listing->arena->failed ? -1 : 0;
}

int explain_port(const struct explain_question *question, size_t *budget, struct base_arena *arena,
                 struct explanation *out)
{
    struct listing listing = {.in = question->in,
                              .state = question->states[question->in.sw],
                              .budget = budget,
                              .arena = arena,
                              .out = out};
    *out = (struct explanation){0};
    if (open_network(&listing, question) < 0) {
        return -1;
    }
    int status = list_classes(&listing, question);
    free(listing.order);
    space_table_free(&listing.table);
    path_network_close(&listing.network);
    return status;
}
