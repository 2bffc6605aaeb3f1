/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entry takes which packets of a port, and where do they go? */
#include "explain/explain.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "path/step.h"

#include <stdlib.h>

struct listing {
    struct port_ref in;
    const struct switch_state *state;
    struct path_network network;
    struct space_overlapping order; /* entries that may take a packet of the port, best first */
    size_t *budget;
    struct base_arena *arena;
    struct explanation *out;
};

static struct space_table *table_of(struct listing *listing)
{
    return &listing->network.tables[listing->in.sw];
}

static void put_place(struct listing *listing, uint16_t number, struct base_buffer *out)
{
    const struct topology *topology = listing->network.topology;
    struct port_ref ref = {.sw = listing->in.sw, .port = number};
    struct peer peer = path_network_peer(&listing->network, ref);
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

static void put_closed(struct listing *listing, const struct space_behavior *all,
                       struct base_buffer *text)
{
    for (size_t i = 0; i < all->n_outputs; i++) {
        uint16_t number = all->outputs[i].port;
        const char *why = path_no_exit(&listing->network,
                                       (struct port_ref){.sw = listing->in.sw, .port = number});
        if (why && (i == 0 || all->outputs[i - 1].port != number)) {
            base_put_text(text, text->n_bytes > 0 ? ", port " : "port ");
            port_format(number, text);
            base_put_format(text, " %s", why);
        }
    }
}

/* Outputs from which nothing leaves. */
static const char *closed_text(struct listing *listing, const struct flow_entry *flow)
{
    struct base_buffer text = {0};
    struct space_behavior all;
    if (path_behavior(&listing->network, listing->in, flow->actions, flow->n_actions,
                      listing->arena, &all) < 0) {
        return NULL;
    }
    put_closed(listing, &all, &text);
    for (size_t i = 0; i < all.n_ways; i++) {
        put_closed(listing, &all.ways[i], &text);
    }
    return take_any(listing, &text);
}

/* "h2, s3:1, port 9" */
static void put_places(struct listing *listing, const struct space_behavior *way,
                       struct base_buffer *out)
{
    size_t begin = out->n_bytes;
    for (size_t i = 0; i < way->n_outputs; i++) {
        if (way->outputs[i].port != PORT_NORMAL) {
            base_put_text(out, out->n_bytes > begin ? ", " : "");
            put_place(listing, way->outputs[i].port, out);
        }
    }
}

/* The same of each way of a choice. */
static void put_choice(struct listing *listing, const struct space_behavior *does,
                       struct base_buffer *out)
{
    for (size_t i = 0; i < does->n_ways; i++) {
        base_put_text(out, i > 0 ? " or " : "");
        put_places(listing, &does->ways[i], out);
        base_put_text(out, does->ways[i].n_outputs == 0 ? "nowhere" : "");
    }
}

static const struct flow_table *flows_of(const struct listing *listing)
{
    return listing->network.switches[listing->in.sw].flows;
}

/* The rows that an entry stands for; where some are merged, those of the header (NULL: of none in
 * particular), and that there are more. */
static const char *rows_text(const struct listing *listing, size_t entry,
                             const struct header *header)
{
    const struct space_way *way = path_way(&listing->network, listing->in.sw, entry);
    const char *text =
        path_rows_text(&listing->network, listing->in.sw, entry, header, listing->arena);
    bool is_merged = false;
    for (size_t i = 0; header && way && i < way->n_rows; i++) {
        is_merged |= way->merged[i] != NULL;
    }
    return is_merged && text
               ? base_arena_format(listing->arena, "%s (and others that go on alike)", text)
               : text;
}

static const char over_budget[] = "not decided within the budget whether another entry takes it";

/* Whether one of two entries of one rank takes some of a region, or the other: why, or NULL. */
static const char *competition(struct listing *listing, size_t entry, size_t other,
                               struct space_region *region)
{
    struct space_difference difference;
    switch (path_compete(&listing->network, listing->in, entry, other, region, listing->budget,
                         &difference)) {
    case SPACE_FOUND:
        return path_taker_of(&listing->network, listing->in.sw, &difference.example).open;
    case SPACE_OPEN:
        return over_budget;
    default:
        return NULL;
    }
}

/* Takes away what entries of a higher rank take. */
static enum space_answer exclude_better(struct listing *listing, uint32_t rank,
                                        struct space_region *region)
{
    const struct flow_entry *entries = flows_of(listing)->entries;
    const uint32_t *order = listing->order.entries;
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < listing->order.n_entries && space_rank(&entries[order[i]]) > rank &&
                       answer == SPACE_FOUND;
         i++) {
        const struct space_holes *holes = space_table_holes(table_of(listing), order[i]);
        answer = space_leave_cut(region, &entries[order[i]].match, holes, NULL);
    }
    return answer;
}

/* Why it is not known which of two entries of one rank takes what both do, of this cube. */
static const char *rivalry(struct listing *listing, size_t entry, size_t other,
                           struct space_region *region)
{
    struct space_table *table = table_of(listing);
    uint32_t rank = space_rank(&flows_of(listing)->entries[entry]);
    enum space_answer answer = space_leave_holes(region, space_table_holes(table, entry));
    answer =
        answer == SPACE_FOUND ? space_leave_holes(region, space_table_holes(table, other)) : answer;
    answer = answer == SPACE_FOUND ? exclude_better(listing, rank, region) : answer;
    return answer == SPACE_FOUND  ? competition(listing, entry, other, region)
           : answer == SPACE_OPEN ? path_no_memory
                                  : NULL;
}

/* Why it is not known whether the entry takes all that no better one takes; NULL: it does. */
static const char *rival_of(struct listing *listing, size_t entry, const struct match *cube)
{
    const struct flow_entry *entries = flows_of(listing)->entries;
    uint32_t rank = space_rank(&entries[entry]);
    struct space_overlapping found = {0};
    const char *open =
        space_list_overlapping(table_of(listing), cube, rank, rank, listing->budget, &found) < 0
            ? over_budget
            : NULL;
    for (size_t i = 0; i < found.n_entries && !open; i++) {
        struct space_region region = {0};
        if (found.entries[i] != entry &&
            match_intersect(cube, &entries[found.entries[i]].match, &region.cube)) {
            open = rivalry(listing, entry, found.entries[i], &region);
        }
        space_region_free(&region);
    }
    free(found.entries);
    return open;
}

/* Where packets of the port go that this entry takes. */
static void show_ends(struct listing *listing, size_t entry, const struct match *cube,
                      struct explained_class *class)
{
    struct base_buffer text = {0};
    struct space_behavior does = {0};
    if (path_outputs_of(&listing->network, listing->in, entry, listing->arena, &does) < 0) {
        return;
    }
    class->unknown = space_behavior_open(&does);
    class->unknown = class->unknown ? class->unknown : rival_of(listing, entry, cube);
    listing->out->unknown |= class->unknown != NULL;
    if (!class->unknown || class->unknown == path_normal) {
        put_places(listing, &does, &text);
        put_choice(listing, &does, &text);
    }
    class->to = take_any(listing, &text);
    class->closed =
        class->unknown ? NULL : closed_text(listing, &flows_of(listing)->entries[entry]);
}

/* The one entry that takes all of the cube before `entry`, which is in the order, does. ENTRY_NONE:
 * none. */
static size_t find_hider(struct listing *listing, size_t entry, const struct match *cube)
{
    const uint32_t *order = listing->order.entries;
    for (size_t i = 0; order[i] != entry; i++) {
        const struct flow_entry *flow = &flows_of(listing)->entries[order[i]];
        if (match_within(cube, &flow->match) && !flow_open(flow) &&
            !space_holes_meet(space_table_holes(table_of(listing), order[i]), NULL, cube)) {
            return order[i];
        }
    }
    return ENTRY_NONE;
}

/* `entry` ENTRY_NONE: what none takes. */
static void add_class(struct listing *listing, size_t entry)
{
    struct explained_class *class = &listing->out->classes[listing->out->n_classes++];
    const struct flow_entry *flow = entry == ENTRY_NONE ? NULL : &flows_of(listing)->entries[entry];
    struct match cube = match_in_port(listing->in.port);
    struct header example;
    if (flow && !match_intersect(&cube, &flow->match, &cube)) {
        listing->out->n_classes--;
        return;
    }
    class->actions =
        ofctl_actions_text(flow ? flow->actions : NULL, flow ? flow->n_actions : 0, listing->arena);
    bool is_miss = path_is_miss(&listing->network, listing->in.sw, entry);
    enum space_answer answer =
        space_table_find(table_of(listing), entry, &cube, listing->budget, &example);
    class->open = answer == SPACE_OPEN;
    class->entry =
        is_miss ? NULL : rows_text(listing, entry, answer == SPACE_FOUND ? &example : NULL);
    if (answer == SPACE_FOUND) {
        class->example = ofctl_header_text(&example, listing->arena);
        if (flow) {
            show_ends(listing, entry, &cube, class);
        }
    } else if (answer == SPACE_EMPTY && !is_miss) {
        size_t by = find_hider(listing, entry, &cube);
        class->hidden_by = by == ENTRY_NONE ? NULL : rows_text(listing, by, NULL);
    } else if (answer == SPACE_EMPTY) {
        listing->out->n_classes--; /* every packet is taken */
    }
    listing->out->unknown |= class->open;
}

static int list_classes(struct listing *listing, const struct explain_question *question)
{
    const struct flow_table *flows = flows_of(listing);
    struct explanation *out = listing->out;
    const struct match all = match_in_port(listing->in.port);
    size_t unlimited = BUDGET_UNLIMITED;
    out->classes = base_arena_alloc(listing->arena, (flows->n_entries + 1) * sizeof *out->classes);
    if (!out->classes || space_list_overlapping(table_of(listing), &all, 0, UINT32_MAX, &unlimited,
                                                &listing->order) < 0) {
        return -1;
    }
    out->at = topology_port_name(question->expectation->topology, listing->in, listing->arena);
    out->refused = path_no_entry(&listing->network, listing->in);
    for (size_t i = 0; i < listing->order.n_entries; i++) {
        add_class(listing, listing->order.entries[i]);
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
    if (path_network_open_dumps(&listing.network, question->expectation->topology, question->states,
                                question->reasons) < 0) {
        return -1;
    }
    int status = list_classes(&listing, question);
    free(listing.order.entries);
    path_network_close(&listing.network);
    return status;
}
