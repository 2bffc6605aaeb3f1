/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of one packet, hop by hop, and what should? */
#include "explain/explain.h"

#include "base/memory.h"
#include "frame/parse.h"
#include "frame/rewrite.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "path/declared.h"
#include "path/follow.h"

#include <stdlib.h>
#include <string.h>

struct explaining {
    const struct explain_question *question;
    struct base_arena *arena;
    struct explanation *out;
    struct path_network network;
    struct path_declared declared;
    const void *frame; /* NULL: none was given */
    size_t n_frame_bytes;
    struct base_buffer *frames; /* by hop, and one more: as it enters */
    struct path_walk walk;
    bool no_memory;
};

/* ------------------------------------------------------------------- frames */

static const char *frame_text(struct explaining *explaining, const struct base_buffer *frame)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < frame->n_bytes; i++) {
        base_put_format(&text, "%02x", frame->data[i]);
    }
    return base_arena_take(explaining->arena, &text);
}

/* A frame comes to a hop: its header is that of its bytes, as what a stripped tag uncovers only
 * they know. */
static void enter_frame(void *aux, const struct path_walk *walk, struct path_hop *hop)
{
    struct explaining *explaining = aux;
    struct base_buffer *frame = &explaining->frames[walk->n_hops];
    base_buffer_free(frame);
    if (hop->previous == HOP_NONE) {
        base_put_bytes(frame, explaining->frame, explaining->n_frame_bytes);
    } else {
        const struct base_buffer *old = &explaining->frames[hop->previous];
        explaining->no_memory |= !frame_rewrite(old->data, old->n_bytes, &hop->header, frame);
        frame_parse(frame->data, frame->n_bytes, hop->in.port, &hop->header);
    }
    explaining->no_memory |= frame->failed;
}

/* ------------------------------------------------------------------ outputs */

/* The hop that the nth packet of a hop comes to; HOP_NONE: it is not followed. */
static size_t hop_behind(const struct path_walk *walk, size_t hop, size_t nth)
{
    size_t i = hop + 1;
    while (i < walk->n_hops && (walk->hops[i].previous != hop || walk->hops[i].nth != nth)) {
        i++;
    }
    return i < walk->n_hops ? i : HOP_NONE;
}

static void follow_output(struct explaining *explaining, size_t i, size_t nth,
                          struct explained_output *output)
{
    const struct topology *topology = explaining->network.topology;
    struct port_ref from = {.sw = explaining->walk.hops[i].in.sw, .port = output->port};
    struct peer peer = path_network_peer(&explaining->network, from);
    struct explained_hop *hop = &explaining->out->hops[i];
    if (peer.kind == PEER_HOST) {
        output->to = topology->hosts[peer.host].name;
    } else if (peer.kind == PEER_SWITCH) {
        output->to = topology_port_name(topology, peer.port, explaining->arena);
        output->hop = hop_behind(&explaining->walk, i, nth);
        hop->unknown = output->hop == HOP_NONE ? explaining->walk.cut : hop->unknown;
    }
}

/* One more packet that leaves, as the nth that does (`chosen`: only by some ways of a choice), or
 * does not, as its port is closed. */
static void add_output(struct explaining *explaining, size_t i, size_t nth, bool chosen,
                       const struct space_emission *sent)
{
    struct explained_hop *hop = &explaining->out->hops[i];
    struct base_arena *arena = explaining->arena;
    struct explained_output *output = &hop->outputs[hop->n_outputs++];
    struct port_ref from = {.sw = explaining->walk.hops[i].in.sw, .port = sent->port};
    struct base_buffer frame = {0};
    *output = (struct explained_output){.port = sent->port,
                                        .port_text = port_text(sent->port, arena),
                                        .packet = ofctl_header_text(&sent->header, arena),
                                        .closed = path_no_exit(&explaining->network, from),
                                        .chosen = chosen,
                                        .hop = HOP_NONE};
    output->queue = sent->queued ? base_arena_format(arena, "queue %u", sent->queue_id) : NULL;
    if (output->closed) {
        return;
    }
    if (explaining->frame) {
        const struct base_buffer *old = &explaining->frames[i];
        explaining->no_memory |= !frame_rewrite(old->data, old->n_bytes, &sent->header, &frame);
        output->frame = frame_text(explaining, &frame);
        base_buffer_free(&frame);
    }
    follow_output(explaining, i, nth, output);
}

/* What one way sends of what may leave, the first of which is the nth; or only what it would send
 * by ports from which nothing leaves. */
static void list_way(struct explaining *explaining, size_t i, const struct space_behavior *way,
                     bool only_closed)
{
    const struct path_hop *step = &explaining->walk.hops[i];
    size_t nth = 0;
    for (size_t j = 0; j < way->n_outputs; j++) {
        const struct space_output *output = &way->outputs[j];
        const struct space_emission sent = {.port = output->port,
                                            .queued = output->queued,
                                            .queue_id = output->queue_id,
                                            .header =
                                                space_rewritten(&output->rewrite, &step->header)};
        struct port_ref from = {.sw = step->in.sw, .port = sent.port};
        bool closed = path_no_exit(&explaining->network, from) != NULL;
        if (sent.port != PORT_NORMAL && (closed || !only_closed)) { /* NORMAL: nobody knows where */
            add_output(explaining, i, nth, only_closed, &sent);
        }
        nth += !closed;
    }
}

static bool make_outputs(struct explaining *explaining, struct explained_hop *hop, size_t max)
{
    hop->outputs = base_arena_alloc(explaining->arena, max * sizeof *hop->outputs);
    return hop->outputs != NULL;
}

/* What leaves by all ways, what by some, and what would leave if its port did not keep it back. */
static void list_ways(struct explaining *explaining, size_t i, const struct space_behavior *all)
{
    const struct path_hop *hop = &explaining->walk.hops[i];
    struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    size_t max = 0;
    path_step(&explaining->network, hop->in.sw, &hop->header, out, &step);
    for (size_t w = 0; w < all->n_ways; w++) {
        max += all->ways[w].n_outputs;
    }
    if (!make_outputs(explaining, &explaining->out->hops[i], max)) {
        return;
    }
    for (size_t n = 0; n < step.n_told + step.n_chosen; n++) {
        add_output(explaining, i, n, n >= step.n_told, &out[n]);
    }
    for (size_t w = 0; w < all->n_ways; w++) {
        list_way(explaining, i, &all->ways[w], true);
    }
}

/* What an entry sends, and what it would send by ports from which nothing leaves. */
static void list_outputs(struct explaining *explaining, size_t i, const struct space_behavior *all)
{
    struct explained_hop *hop = &explaining->out->hops[i];
    if (all->n_ways > 0) {
        hop->ways = base_arena_copy(explaining->arena, all, sizeof *all);
        list_ways(explaining, i, all);
    } else if (make_outputs(explaining, hop, all->n_outputs)) {
        list_way(explaining, i, all, false);
    }
}

/* ------------------------------------------------------------------ hidden */

/* The entries that would take the header, were it not for the one that does; best first. */
static void list_hidden(struct explaining *explaining, const struct path_hop *step,
                        struct explained_hop *hop)
{
    struct space_table *table = &explaining->network.tables[step->in.sw];
    const struct flow_entry *entries = table->flows->entries;
    const struct match packet = match_exactly(&step->header);
    struct space_overlapping found = {0};
    size_t budget = BUDGET_UNLIMITED;
    hop->hidden = base_arena_alloc(explaining->arena, EXPLAIN_HIDDEN * sizeof *hop->hidden);
    explaining->no_memory |=
        !hop->hidden || space_list_overlapping(table, &packet, 0, UINT32_MAX, &budget, &found) < 0;
    for (size_t i = 0; hop->hidden && i < found.n_entries; i++) {
        const struct flow_entry *entry = &entries[found.entries[i]];
        if (found.entries[i] == step->entry || entry->table_id != entries[step->entry].table_id) {
            continue;
        }
        if (hop->n_hidden < EXPLAIN_HIDDEN) {
            hop->hidden[hop->n_hidden++] = ofctl_flow_text(entry, FLOW_NO_STATS, explaining->arena);
        } else {
            hop->n_hidden_more++;
        }
    }
    free(found.entries);
}

/* ---------------------------------------------------------------- expected */

/* Whether both are known, and do different things with the packet. */
static bool differs(const struct space_behavior *a, const struct space_behavior *b,
                    const struct header *header)
{
    struct space_region region = {.cube = match_exactly(header)};
    struct space_difference unused;
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    bool found = !space_behavior_open(a) && !space_behavior_open(b) &&
                 space_differ(&region, a, b, &budget, &unused) == SPACE_FOUND;
    space_region_free(&region);
    return found;
}

/* Whether a port keeps the switch from what is declared. FLOOD and ALL mean the ports that are
 * cabled. */
static bool is_kept_back(const struct explaining *explaining, const struct path_hop *step,
                         const struct expected_case *expected,
                         const struct space_behavior *declared)
{
    bool kept = step->refused && declared->n_outputs > 0;
    for (size_t i = 0; i < declared->n_ways && !kept; i++) {
        kept = is_kept_back(explaining, step, expected, &declared->ways[i]);
    }
    for (size_t i = 0; expected && i < declared->n_outputs && !kept; i++) {
        struct port_ref port = {.sw = step->in.sw, .port = declared->outputs[i].port};
        kept = path_no_exit(&explaining->network, port) &&
               (actions_send_to(expected->actions, expected->n_actions, port.port) ||
                path_network_peer(&explaining->network, port).kind != PEER_NONE);
    }
    return kept;
}

/* "output:2, may output:3" */
static const char *expected_text(const struct expected_case *expected, struct base_arena *arena)
{
    struct base_buffer text = {0};
    ofctl_format_actions(expected ? expected->actions : NULL, expected ? expected->n_actions : 0,
                         &text);
    for (size_t i = 0; expected && i < expected->n_may; i++) {
        const struct action may = {.port = expected->may[i], .max_len = UINT16_MAX};
        base_put_text(&text, i > 0 ? "," : ", may ");
        ofctl_format_actions(&may, 1, &text);
    }
    return base_arena_take(arena, &text);
}

/* The place where it is said what the switch does with the packet; NULL: nothing is. */
static const struct place *find_expected(const struct explaining *explaining,
                                         const struct path_hop *step, struct explained_hop *hop,
                                         const struct expected_case **expected)
{
    const struct expectation *expectation = explaining->question->expectation;
    struct path_taker taker =
        path_taker_of(&explaining->declared.network, step->in.sw, &step->header);
    const struct expected_port *port = expectation_port(expectation, step->in);
    bool is_said = port || (expectation->lists_switch[step->in.sw] && !expectation->unlisted_any);
    *expected = path_declared_case(&explaining->declared, step->in.sw, taker.entry);
    hop->expected = is_said ? expected_text(*expected, explaining->arena) : NULL;
    return *expected ? &(*expected)->place : port ? &port->place : NULL;
}

/* Both without what the expectation does not judge. -1: there is no memory for that. */
static int leave_unjudged(const struct explaining *explaining, const struct expected_case *expected,
                          struct space_behavior behaviors[2])
{
    uint16_t *ports =
        base_arena_alloc(explaining->arena, expectation_max_may(expected) * sizeof *ports);
    size_t n = ports ? expectation_unjudged(explaining->question->expectation, expected, ports) : 0;
    int status = 0;
    for (int i = 0; i < 2 && n > 0 && status == 0; i++) {
        struct space_behavior all = behaviors[i];
        status = space_behavior_without(&all, ports, n, explaining->arena, &behaviors[i]);
    }
    return status;
}

/* What is declared for the packet, and whether the entry (NULL: none takes it) does something else.
 */
static void compare_expected(struct explaining *explaining, const struct path_hop *step,
                             const struct flow_entry *entry, struct explained_hop *hop)
{
    const struct expected_case *expected;
    struct space_behavior *behaviors = base_arena_alloc(explaining->arena, 2 * sizeof *behaviors);
    const struct place *place = find_expected(explaining, step, hop, &expected);
    if (!behaviors || !hop->expected) {
        return;
    }
    hop->source = place ? place_source(*place, explaining->arena) : NULL;
    if ((expected && path_behavior(&explaining->network, step->in, expected->actions,
                                   expected->n_actions, explaining->arena, &behaviors[0]) < 0) ||
        (entry && path_behavior(&explaining->network, step->in, entry->actions, entry->n_actions,
                                explaining->arena, &behaviors[1]) < 0) ||
        leave_unjudged(explaining, expected, behaviors) < 0) {
        explaining->no_memory = true;
        return;
    }
    if (!step->refused && differs(&behaviors[0], &behaviors[1], &step->header)) {
        hop->declared = &behaviors[0];
        hop->advertised = &behaviors[1];
    }
    hop->kept_back = is_kept_back(explaining, step, expected, &behaviors[0]);
    explaining->out->deviates |= hop->declared || hop->kept_back;
}

/* ------------------------------------------------------------------- a hop */

/* Whether the group is listed; else there is room for one more, and it is. */
static bool list_group(struct explaining *explaining, const struct group *group,
                       struct explained_hop *hop)
{
    struct base_buffer text = {0};
    const char **groups = base_arena_alloc(explaining->arena, (hop->n_groups + 1) * sizeof *groups);
    ofctl_format_group(group, &text);
    const char *line = base_arena_take(explaining->arena, &text);
    bool listed = !groups || !line; /* without memory */
    for (size_t i = 0; i < hop->n_groups && !listed; i++) {
        groups[i] = hop->groups[i];
        listed = strcmp(groups[i], line) == 0;
    }
    if (!listed) {
        groups[hop->n_groups++] = line;
        hop->groups = groups;
    }
    return listed;
}

/* The groups that these actions call, and those that they call. */
static void list_groups(struct explaining *explaining, size_t sw, const struct action *actions,
                        size_t n, struct explained_hop *hop)
{
    const struct switch_state *state = explaining->question->states[sw];
    for (size_t i = 0; i < n; i++) {
        const struct group *group = actions[i].type == ACTION_GROUP
                                        ? group_find(&state->groups, actions[i].group_id)
                                        : NULL;
        if (!group || list_group(explaining, group, hop)) {
            continue;
        }
        for (size_t b = 0; b < group->n_buckets; b++) {
            list_groups(explaining, sw, group->buckets[b].actions, group->buckets[b].n_actions,
                        hop);
        }
    }
}

/* Table by table; the last may be one of which no entry takes the packet. */
static void list_tables(struct explaining *explaining, const struct path_hop *step,
                        struct explained_hop *hop)
{
    const struct path_network *network = &explaining->network;
    size_t sw = step->in.sw, n = path_n_rows(network, sw, step->entry);
    const struct instructions *last = NULL;
    hop->tables = base_arena_alloc(explaining->arena, (n + 1) * sizeof *hop->tables);
    for (size_t i = 0; hop->tables && i < n; i++) {
        const struct flow_entry *row =
            path_row_entry(network, sw, path_row(network, sw, step->entry, i, &step->header));
        hop->tables[hop->n_tables++] = ofctl_flow_text(row, FLOW_NO_STATS, explaining->arena);
        list_groups(explaining, sw, row->actions, row->n_actions, hop);
        last = row->instructions;
        if (last) {
            list_groups(explaining, sw, last->written, last->n_written, hop);
        }
    }
    if (hop->tables && last && last->goto_table != NO_GOTO && !step->open) {
        hop->tables[hop->n_tables++] =
            base_arena_format(explaining->arena, "no entry of table %u takes it", last->goto_table);
    }
}

static void show_entry(struct explaining *explaining, size_t i, const struct flow_entry *entry)
{
    const struct path_hop *step = &explaining->walk.hops[i];
    struct explained_hop *hop = &explaining->out->hops[i];
    struct space_behavior all;
    const struct path_network *network = &explaining->network;
    if (!path_is_composed(network, step->in.sw)) {
        list_hidden(explaining, step, hop);
    }
    hop->entry =
        path_rows_text(network, step->in.sw, step->entry, &step->header, explaining->arena);
    list_tables(explaining, step, hop);
    if (step->open && step->open != path_normal) { /* beside NORMAL the rest is certain */
        return;
    }
    if (path_behavior(&explaining->network, step->in, entry->actions, entry->n_actions,
                      explaining->arena, &all) < 0) {
        explaining->no_memory = true;
        return;
    }
    list_outputs(explaining, i, &all);
}

static void explain_hop(struct explaining *explaining, size_t i)
{
    const struct path_hop *step = &explaining->walk.hops[i];
    const struct flow_table *flows = explaining->network.switches[step->in.sw].flows;
    bool is_miss = path_is_miss(&explaining->network, step->in.sw, step->entry);
    const struct flow_entry *entry = is_miss ? NULL : &flows->entries[step->entry];
    struct explained_hop *hop = &explaining->out->hops[i];
    *hop = (struct explained_hop){
        .at = topology_port_name(explaining->network.topology, step->in, explaining->arena),
        .header = step->header,
        .packet = ofctl_header_text(&step->header, explaining->arena),
        .previous = step->previous,
        .chosen = step->doubt == PATH_CHOSEN,
        .refused = step->refused,
        .unknown = step->open};
    if (entry) {
        show_entry(explaining, i, entry);
    }
    if (flows && (step->is_taken || !entry)) {
        compare_expected(explaining, step, entry, hop);
    } else if (flows) { /* what it does is not known, but what it should do is */
        const struct expected_case *expected;
        const struct place *place = find_expected(explaining, step, hop, &expected);
        hop->source = place ? place_source(*place, explaining->arena) : NULL;
    }
}

static void explain_walk(struct explaining *explaining, const struct header *header)
{
    struct explanation *out = explaining->out;
    const struct path_watch watch = {.tells = true,
                                     .every_way = true,
                                     .enters = explaining->frame ? enter_frame : NULL,
                                     .aux = explaining};
    path_follow(&explaining->network, explaining->question->in, header, &watch, &explaining->walk);
    out->unknown = !explaining->walk.known;
    out->n_hops = explaining->walk.n_hops;
    out->hops = base_arena_alloc(explaining->arena, out->n_hops * sizeof *out->hops);
    for (size_t i = 0; out->hops && i < out->n_hops && !explaining->no_memory; i++) {
        explain_hop(explaining, i);
    }
}

static int open_networks(struct explaining *explaining)
{
    const struct explain_question *question = explaining->question;
    const struct expectation *expectation = question->expectation;
    explaining->frames = base_calloc(PATH_HOPS + 1, sizeof *explaining->frames);
    return !explaining->frames ||
                   path_network_open_dumps(&explaining->network, expectation->topology,
                                           question->states, question->reasons) < 0 ||
                   path_declared_open(&explaining->declared, expectation) < 0
               ? -1
               : 0;
}

int explain_packet(const struct explain_question *question, const struct header *header,
                   const void *frame, size_t n_frame_bytes, struct base_arena *arena,
                   struct explanation *out)
{
    struct explaining *explaining = base_calloc(1, sizeof *explaining);
    *out = (struct explanation){
        .at = topology_port_name(question->expectation->topology, question->in, arena)};
    if (!explaining) {
        return -1;
    }
    explaining->question = question;
    explaining->arena = arena;
    explaining->out = out;
    explaining->frame = frame;
    explaining->n_frame_bytes = n_frame_bytes;
    explaining->no_memory = open_networks(explaining) < 0;
    if (!explaining->no_memory) {
        explain_walk(explaining, header);
    }
    bool failed = explaining->no_memory || arena->failed;
    for (size_t i = 0; explaining->frames && i <= PATH_HOPS; i++) {
        base_buffer_free(&explaining->frames[i]);
    }
    free(explaining->frames);
    path_network_close(&explaining->network);
    path_declared_close(&explaining->declared);
    free(explaining);
    return failed ? -1 : 0;
}
