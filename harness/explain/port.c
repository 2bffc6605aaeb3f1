/* SPDX-License-Identifier: Apache-2.0
 *
 * All packets of a port: which entry takes which. */
#include "explain/explain.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "space/table.h"

#include <stdlib.h>

struct listing {
    const struct explain_question *question;
    const struct switch_state *state;
    struct space_table table;
    size_t *order; /* entries that may take a packet of the port, best first */
    size_t n_order;
    size_t *budget;
    struct base_arena *arena;
    struct explanation *out;
};

/* "h2, s3:1, port 9": where a packet of the port goes with these actions. */
static const char *ends_text(struct listing *listing, const struct flow_entry *entry,
                             const struct header *example)
{
    enum { EMISSIONS_MAX = 256 };
    struct space_emission out[EMISSIONS_MAX];
    const struct topology *topology = listing->question->expectation->topology;
    struct base_buffer text = {0};
    const char *reason;
    int n = space_apply(entry->actions, entry->n_actions, listing->state->ports,
                        listing->state->n_ports, example, out, EMISSIONS_MAX, &reason);
    for (int i = 0; i < n; i++) {
        struct port_ref ref = {.sw = listing->question->in.sw, .port = out[i].port};
        struct peer peer = topology_peer(topology, ref);
        base_put_text(&text, i > 0 ? ", " : "");
        if (peer.kind == PEER_HOST) {
            base_put_text(&text, topology->hosts[peer.host].name);
        } else if (peer.kind == PEER_SWITCH) {
            base_put_format(&text, "%s:%u", topology->switches[peer.port.sw].name, peer.port.port);
        } else {
            base_put_text(&text, "port ");
            port_format(out[i].port, &text);
        }
    }
    bool any = text.n_bytes > 0;
    const char *ends = base_arena_take(listing->arena, &text);
    return any ? ends : NULL;
}

/* The one entry that takes all of the cube before `entry` does. ENTRY_NONE: none. */
static size_t find_hider(const struct listing *listing, size_t entry, const struct match *cube)
{
    for (size_t i = 0; i < listing->n_order && listing->order[i] != entry; i++) {
        if (match_within(cube, &listing->state->flows.entries[listing->order[i]].match)) {
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
    struct match cube = match_in_port(listing->question->in.port);
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
        class->to = flow ? ends_text(listing, flow, &example) : NULL;
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
                                    space_table_port(&listing->table, listing->question->in.port)};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < lists[i].n_entries; j++) {
            listing->order[listing->n_order++] = lists[i].entries[j];
        }
    }
    qsort_r(listing->order, listing->n_order, sizeof *listing->order, compare_order,
            &listing->table);
}

int explain_port(const struct explain_question *question, size_t *budget, struct base_arena *arena,
                 struct explanation *out)
{
    struct listing listing = {.question = question,
                              .state = question->states[question->in.sw],
                              .budget = budget,
                              .arena = arena,
                              .out = out};
    const struct flow_table *flows = &listing.state->flows;
    *out = (struct explanation){0};
    if (space_table_index(&listing.table, flows, NULL) < 0) {
        return -1;
    }
    out->at = topology_port_name(question->expectation->topology, question->in, arena);
    listing.order = calloc(flows->n_entries + 1, sizeof *listing.order);
    out->classes = base_arena_alloc(arena, (flows->n_entries + 1) * sizeof *out->classes);
    if (listing.order && out->classes) {
        list_entries(&listing);
        for (size_t i = 0; i < listing.n_order; i++) {
            add_class(&listing, listing.order[i]);
        }
        add_class(&listing, ENTRY_NONE);
    }
    bool failed = !listing.order || arena->failed;
    free(listing.order);
    space_table_free(&listing.table);
    return failed ? -1 : 0;
}
