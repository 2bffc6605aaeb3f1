/* SPDX-License-Identifier: Apache-2.0
 *
 * What is different between two states of a switch? Sets of headers, ports and
 * entries, as text; sets that differ in nothing but the port become one. */
#include "report/difference.h"

#include "change/diff.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "report/deviation.h"

#include <stdlib.h>

struct telling {
    const struct switch_state *states[2];
    struct change_diff diff;
    struct base_arena *arena;
    struct switch_difference *out;
};

static const struct flow_entry *entry_of(const struct telling *telling, int side, size_t entry)
{
    return entry == ENTRY_NONE ? NULL : &telling->diff.wholes[side].flows->entries[entry];
}

/* The rows that take a packet which the entry takes; NULL: there are none. */
static const char *rows_text(struct telling *telling, int side, size_t entry,
                             const struct header *header)
{
    struct base_buffer text = {0};
    space_whole_format_rows(&telling->diff.wholes[side], entry, header, &text);
    bool none = text.n_bytes == 0;
    const char *taken = base_arena_take(telling->arena, &text);
    return none ? NULL : taken;
}

/* ------------------------------------------------------------------ groups */

static int compare_matches(const struct match *a, const struct match *b)
{
    struct match x = match_without_port(a), y = match_without_port(b);
    return memcmp(&x, &y, sizeof x);
}

/* 0: the same in all but the port. */
static int compare_sets(const struct change_difference *a, const struct change_difference *b)
{
    for (int i = 0; i < 2; i++) {
        if (a->entry[i] != b->entry[i]) {
            return a->entry[i] < b->entry[i] ? -1 : 1;
        }
    }
    int order = compare_matches(&a->where.within, &b->where.within);
    if (order == 0 && a->n_except + a->n_except_more != b->n_except + b->n_except_more) {
        order = a->n_except + a->n_except_more < b->n_except + b->n_except_more ? -1 : 1;
    }
    for (size_t i = 0; i < a->n_except && i < b->n_except && order == 0; i++) {
        order = compare_matches(&a->except[i], &b->except[i]);
    }
    return order ? order : a->where.is_whole - b->where.is_whole;
}

static int compare_changes(const void *a, const void *b)
{
    const struct change_difference *x = a, *y = b;
    int order = compare_sets(x, y);
    if (order == 0 && x->others != y->others) {
        return x->others - y->others;
    }
    return order ? order : x->in_port - y->in_port;
}

/* "1-3,7, any other port" */
static const char *ports_text(struct telling *telling, const struct change_difference *first,
                              size_t n)
{
    struct base_buffer text = {0};
    if (n == telling->diff.n_ports) {
        return DIFFERENCE_ALL_PORTS;
    }
    for (size_t i = 0, end; i < n; i = end) {
        end = i + 1;
        base_put_text(&text, i > 0 ? "," : "");
        if (first[i].others) {
            base_put_text(&text, i > 0 ? " " DIFFERENCE_OTHER_PORTS : DIFFERENCE_OTHER_PORTS);
            continue;
        }
        while (end < n && !first[end].others && first[end].in_port == first[end - 1].in_port + 1) {
            end++;
        }
        port_format(first[i].in_port, &text);
        if (end - i > 1) {
            base_put_text(&text, "-");
            port_format(first[end - 1].in_port, &text);
        }
    }
    return base_arena_take(telling->arena, &text);
}

/* ------------------------------------------------------------- differences */

static const char *match_text(struct telling *telling, const struct match *match)
{
    struct match rest = match_without_port(match);
    return ofctl_match_text(&rest, telling->arena);
}

static const char *except_text(struct telling *telling, const struct change_difference *change)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < change->n_except; i++) {
        struct match rest = match_without_port(&change->except[i]);
        base_put_text(&text, i > 0 ? "; " : "");
        ofctl_format_match(&rest, &text);
    }
    return base_arena_take(telling->arena, &text);
}

/* What is missing and extra in the second state, for the example. */
static const char *detail_text(struct telling *telling, const struct change_difference *change,
                               size_t n_ports)
{
    struct base_arena arena = {0};
    struct base_buffer text = {0};
    struct space_behavior behaviors[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        const struct flow_entry *flow = entry_of(telling, i, change->entry[i]);
        if (flow && space_behavior(flow->actions, flow->n_actions, change->in_port,
                                   telling->states[i]->ports, telling->states[i]->n_ports, &arena,
                                   &behaviors[i]) < 0) {
            text.failed = true;
        }
    }
    report_put_deviation(&behaviors[0], &behaviors[1], &change->where.example, &text);
    if (change->by_meters) {
        base_put_text(&text, text.n_bytes > 0 ? ", " : "");
        base_put_text(&text, "other meters, or none, limit it");
    }
    if (n_ports > 1) { /* on the others it may look different: nothing returns to its port */
        base_put_text(&text, " (entering by port ");
        port_format(change->in_port, &text);
        base_put_text(&text, ")");
    }
    base_arena_free(&arena);
    return base_arena_take(telling->arena, &text);
}

static void tell_change(struct telling *telling, const struct change_difference *change,
                        size_t n_ports)
{
    struct difference *difference = &telling->out->items[telling->out->n_items++];
    *difference = (struct difference){.ports = ports_text(telling, change, n_ports),
                                      .match = match_text(telling, &change->where.within),
                                      .n_except_more = change->n_except_more,
                                      .is_part = !change->where.is_whole,
                                      .undecided = change->unknown};
    difference->except = change->n_except > 0 ? except_text(telling, change) : NULL;
    difference->example = ofctl_header_text(&change->where.example, telling->arena);
    difference->detail = change->unknown ? NULL : detail_text(telling, change, n_ports);
    for (int i = 0; i < 2; i++) {
        const struct flow_entry *flow = entry_of(telling, i, change->entry[i]);
        difference->actions[i] = ofctl_actions_text(flow ? flow->actions : NULL,
                                                    flow ? flow->n_actions : 0, telling->arena);
        difference->entry[i] = rows_text(telling, i, change->entry[i], &change->where.example);
    }
}

static int list_in_ports(const struct change_diff *diff, struct base_arena *arena,
                         struct switch_difference *out)
{
    out->in_ports = base_arena_alloc(arena, diff->n_changes * sizeof *out->in_ports);
    for (size_t i = 0; out->in_ports && i < diff->n_changes; i++) {
        out->in_others |= diff->changes[i].others;
        out->in_ports[out->n_in_ports++] = diff->changes[i].in_port;
    }
    return out->in_ports ? 0 : -1;
}

bool report_difference_touches(const struct switch_difference *difference, uint16_t in_port)
{
    bool touches = difference->not_compared || difference->open || difference->in_others ||
                   difference->chooses_otherwise;
    for (size_t i = 0; i < difference->n_in_ports && !touches; i++) {
        touches = difference->in_ports[i] == in_port;
    }
    return touches;
}

static int tell_changes(struct telling *telling)
{
    struct change_diff *diff = &telling->diff;
    telling->out->items =
        base_arena_alloc(telling->arena, diff->n_changes * sizeof *telling->out->items);
    if (!telling->out->items || list_in_ports(diff, telling->arena, telling->out) < 0) {
        return -1;
    }
    if (diff->n_changes > 0) {
        qsort(diff->changes, diff->n_changes, sizeof *diff->changes, compare_changes);
    }
    for (size_t i = 0, end; i < diff->n_changes; i = end) {
        end = i + 1;
        while (end < diff->n_changes && compare_sets(&diff->changes[i], &diff->changes[end]) == 0) {
            end++;
        }
        tell_change(telling, &diff->changes[i], end - i);
    }
    telling->out->open = diff->open ? "not decided within the budget" : NULL;
    return 0;
}

/* ------------------------------------------------------------------- ports */

/* The bits that matter to what a port does with packets, in ovs-ofctl's words. */
static void put_bits(const struct port *port, struct base_buffer *out)
{
    size_t begin = out->n_bytes;
    for (size_t i = 0; port && i < N_PORT_CONFIG_BITS; i++) {
        if (port->config & 1U << i) {
            base_put_format(out, "%s%s", out->n_bytes > begin ? " " : "", port_config_names[i]);
        }
    }
    if (port && port->state & PORT_STATE_LINK_DOWN) {
        base_put_format(out, "%sLINK_DOWN", out->n_bytes > begin ? " " : "");
    }
    if (out->n_bytes == begin) {
        base_put_text(out, port ? "up" : "no such port");
    }
}

static void tell_port(struct telling *telling, const struct port *a, const struct port *b)
{
    struct base_buffer of_a = {0}, of_b = {0}, line = {0};
    put_bits(a, &of_a);
    put_bits(b, &of_b);
    if (strcmp(base_buffer_text(&of_a), base_buffer_text(&of_b)) != 0) {
        base_put_text(&line, "port ");
        port_format(a ? a->number : b->number, &line);
        base_put_format(&line, ": %s in A, %s in B", base_buffer_text(&of_a),
                        base_buffer_text(&of_b));
        telling->out->ports[telling->out->n_ports++] = base_arena_take(telling->arena, &line);
    }
    base_buffer_free(&of_a);
    base_buffer_free(&of_b);
}

static int tell_ports(struct telling *telling)
{
    const struct switch_state *a = telling->states[0], *b = telling->states[1];
    size_t i = 0, j = 0;
    telling->out->ports =
        base_arena_alloc(telling->arena, (a->n_ports + b->n_ports) * sizeof *telling->out->ports);
    while (telling->out->ports && (i < a->n_ports || j < b->n_ports)) {
        const struct port *x = i < a->n_ports ? &a->ports[i] : NULL;
        const struct port *y = j < b->n_ports ? &b->ports[j] : NULL;
        bool has_x = x && (!y || x->number <= y->number),
             has_y = y && (!x || y->number <= x->number);
        tell_port(telling, has_x ? x : NULL, has_y ? y : NULL);
        i += has_x;
        j += has_y;
    }
    return telling->out->ports ? 0 : -1;
}

/* ------------------------------------------------------------------ groups */

/* "group 3: TEXT in A, no such group in B"; of a meter on one line. */
static void tell_group(struct telling *telling, const char *what, uint32_t id,
                       struct base_buffer of[2])
{
    static const char *const names[] = {"in A", "in B"};
    struct base_buffer line = {0};
    base_put_format(&line, "%s %u: ", what, id);
    for (int i = 0; i < 2; i++) {
        for (size_t at = 0; at < of[i].n_bytes; at++) {
            of[i].data[at] = of[i].data[at] == '\n' ? ' ' : of[i].data[at];
        }
        if (of[i].n_bytes == 0) {
            base_put_format(&of[i], "no such %s", what);
        }
        base_put_text(&line, base_buffer_text(&of[i]));
        base_put_format(&line, " %s%s", telling->out->in[i] ? telling->out->in[i] : names[i],
                        i == 0 ? ", " : "");
        line.failed |= of[i].failed;
        base_buffer_free(&of[i]);
    }
    telling->out->groups[telling->out->n_groups++] = base_arena_take(telling->arena, &line);
}

static void compare_group(struct telling *telling, const struct group *a, const struct group *b)
{
    if (!a || !b || !group_equal(a, b)) {
        struct base_buffer of[2] = {{0}, {0}};
        for (int i = 0; i < 2; i++) {
            const struct group *group = i == 0 ? a : b;
            if (group) {
                ofctl_format_group(group, &of[i]);
            }
        }
        tell_group(telling, "group", a ? a->id : b->id, of);
    }
}

static void compare_meter(struct telling *telling, const struct meter *a, const struct meter *b)
{
    if (!a || !b || !meter_equal(a, b)) {
        struct base_buffer of[2] = {{0}, {0}};
        for (int i = 0; i < 2; i++) {
            const struct meter *meter = i == 0 ? a : b;
            if (meter) {
                ofctl_format_meter(meter, &of[i]);
            }
        }
        tell_group(telling, "meter", a ? a->id : b->id, of);
    }
}

/* Whether an entry or a group hands packets to the group. */
static bool is_used(const struct switch_state *state, uint32_t id)
{
    bool used = false;
    for (size_t i = 0; i < state->flows.n_entries && !used; i++) {
        const struct flow_entry *entry = &state->flows.entries[i];
        const struct instructions *more = entry->instructions;
        used = actions_hand_to(entry->actions, entry->n_actions, id) ||
               (more && actions_hand_to(more->written, more->n_written, id));
    }
    for (size_t i = 0; i < state->groups.n_groups && !used; i++) {
        const struct group *group = &state->groups.groups[i];
        for (size_t j = 0; j < group->n_buckets && !used; j++) {
            used = actions_hand_to(group->buckets[j].actions, group->buckets[j].n_actions, id);
        }
    }
    return used;
}

/* Whether one has a group in use that chooses, by ports or as the switch likes, as none of the
 * other does, under whatever number: what it does now may be the same, and other things later. */
static bool chooses_otherwise(const struct switch_state *state, const struct switch_state *other)
{
    bool otherwise = false;
    for (size_t i = 0; i < state->groups.n_groups && !otherwise; i++) {
        const struct group *group = &state->groups.groups[i];
        bool chooses = group->type == GROUP_SELECT || group->type == GROUP_FAILOVER;
        bool has_twin = false;
        for (size_t j = 0; j < other->groups.n_groups && chooses && !has_twin; j++) {
            const struct group *twin = &other->groups.groups[j];
            has_twin = group_equal(group, twin) && is_used(other, twin->id);
        }
        otherwise = chooses && !has_twin && is_used(state, group->id);
    }
    return otherwise;
}

/* Where one of the two was read in OpenFlow 1.0, nothing is known to differ. */
static int tell_groups(struct telling *telling)
{
    const struct switch_state *states[2] = {telling->states[0], telling->states[1]};
    const struct group_table *a = &states[0]->groups, *b = &states[1]->groups;
    if (!switch_state_tells_groups(states[0]) || !switch_state_tells_groups(states[1])) {
        return 0;
    }
    telling->out->groups =
        base_arena_alloc(telling->arena, (a->n_groups + b->n_groups + a->n_meters + b->n_meters) *
                                             sizeof *telling->out->groups);
    if (!telling->out->groups) {
        return -1;
    }
    telling->out->chooses_otherwise =
        chooses_otherwise(states[0], states[1]) || chooses_otherwise(states[1], states[0]);
    for (size_t i = 0; i < a->n_groups; i++) {
        compare_group(telling, &a->groups[i], group_find(b, a->groups[i].id));
    }
    for (size_t i = 0; i < b->n_groups; i++) {
        if (!group_find(a, b->groups[i].id)) {
            compare_group(telling, NULL, &b->groups[i]);
        }
    }
    for (size_t i = 0; i < a->n_meters; i++) {
        compare_meter(telling, &a->meters[i], meter_find(b, a->meters[i].id));
    }
    for (size_t i = 0; i < b->n_meters; i++) {
        if (!meter_find(a, b->meters[i].id)) {
            compare_meter(telling, NULL, &b->meters[i]);
        }
    }
    return 0;
}

/* ----------------------------------------------------------------- entries */

static void tell_entry(struct telling *telling, const struct flow_entry *a,
                       const struct flow_entry *b)
{
    struct entry_difference *difference = &telling->out->entries[telling->out->n_entries++];
    difference->entry[0] = a ? ofctl_flow_text(a, FLOW_NO_STATS, telling->arena) : NULL;
    difference->entry[1] = b ? ofctl_flow_text(b, FLOW_NO_STATS, telling->arena) : NULL;
}

static int tell_entries(struct telling *telling)
{
    const struct flow_table *a = &telling->states[0]->flows, *b = &telling->states[1]->flows;
    size_t *of_a, *of_b;
    if (change_diff_counterparts(a, b, &of_a, &of_b) < 0) {
        return -1;
    }
    telling->out->entries = base_arena_alloc(telling->arena, (a->n_entries + b->n_entries) *
                                                                 sizeof *telling->out->entries);
    for (size_t i = 0; telling->out->entries && i < a->n_entries; i++) {
        const struct flow_entry *other = of_a[i] == ENTRY_NONE ? NULL : &b->entries[of_a[i]];
        if (!other || !flow_equal(&a->entries[i], other)) {
            tell_entry(telling, &a->entries[i], other);
        }
    }
    for (size_t i = 0; telling->out->entries && i < b->n_entries; i++) {
        if (of_b[i] == ENTRY_NONE) {
            tell_entry(telling, NULL, &b->entries[i]);
        }
    }
    free(of_a);
    free(of_b);
    return telling->out->entries ? 0 : -1;
}

int report_difference(const struct switch_state *a, const struct switch_state *b, size_t *budget,
                      struct base_arena *arena, struct switch_difference *out)
{
    struct telling telling = {.states = {a, b}, .arena = arena, .out = out};
    int failed = change_diff(a, b, budget, &telling.diff) < 0 || tell_changes(&telling) < 0 ||
                 tell_ports(&telling) < 0 || tell_groups(&telling) < 0 ||
                 tell_entries(&telling) < 0;
    change_diff_free(&telling.diff);
    return failed || arena->failed ? -1 : 0;
}
