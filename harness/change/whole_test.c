/* SPDX-License-Identifier: Apache-2.0
 *
 * Is all that this room says of some random states what harness/change/whole says? Tests of parts
 * know what is right; here stands how it is told: in which order, of which entries, but for what.
 * WRITE=1 writes the file; with SHOW the text of which it has sums goes to stdout. */
#include "change/diff.h"
#include "change/group_edit.h"
#include "change/plan.h"
#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/random_pipeline.h"
#include "testing/whole.h"

#include <inttypes.h>

enum { PAIRS = 700, PLANS = 300, MODS = 10 };

static struct base_buffer out, sums;

#define ONE_OF(...)                                                                                \
    ((const char *const[]){                                                                        \
        __VA_ARGS__}[random_below(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))])

/* A line for what was put. */
static void put_sum(const char *what, size_t n)
{
    char name[64];
    snprintf(name, sizeof name, "%s %zu", what, n);
    put_whole_sum(&sums, name, &out);
}

/* ----------------------------------------------------------------------- states */

static void add_flow(struct switch_state *state, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &state->flows, NULL, NULL, NULL), 0);
}

static void add_meter(struct switch_state *state, unsigned id, const char *how)
{
    char text[96];
    struct group_mod mod;
    snprintf(text, sizeof text, "meter add meter=%u %s", id, how);
    assert_int_equal(ofctl_parse_group_mod(text, &state->groups, &mod, NULL, NULL), 0);
}

static void add_meters(struct switch_state *state)
{
    for (unsigned id = 1; id <= 2; id++) {
        if (random_below(5)) {
            add_meter(state, id,
                      random_below(6) ? "kbps bands=type=drop rate=1"
                                      : "pktps bands=type=drop rate=9");
        }
    }
}

static void add_odd_flows(struct switch_state *state)
{
    for (unsigned n = random_below(4); n > 0; n--) {
        struct base_buffer text = {0};
        base_put_text(&text, ONE_OF("priority=7", "priority=8", "priority=8,table=1"));
        base_put_text(&text, ONE_OF(",ip", ",tcp", ",in_port=1", "", ",udp,tp_dst=80"));
        base_put_text(&text, ONE_OF(" actions=meter:1,2", " actions=meter:2,2",
                                    " actions=meter:1,goto_table:2", " actions=flood",
                                    " actions=normal", " actions=2,3", " actions=meter:1"));
        add_flow(state, base_buffer_text(&text));
        base_buffer_free(&text);
    }
}

/* All that is borrowed is the other's. */
static void copy(const struct switch_state *from, struct switch_state *to)
{
    *to = *from;
    to->flows = (struct flow_table){0};
    to->groups = (struct group_table){0};
    to->ports = malloc(from->n_ports * sizeof *to->ports);
    memcpy(to->ports, from->ports, from->n_ports * sizeof *to->ports);
    assert_int_equal(change_groups_copy(&from->groups, &to->groups), 0);
    size_t turn = random_below(4) || from->flows.n_entries == 0
                      ? 0
                      : random_below((unsigned)from->flows.n_entries);
    for (size_t i = 0; i < from->flows.n_entries; i++) {
        struct flow_entry *entry = flow_table_add(&to->flows);
        *entry = from->flows.entries[(i + turn) % from->flows.n_entries];
    }
}

static void change_entry(struct flow_table *flows)
{
    struct flow_entry *entry = &flows->entries[random_below((unsigned)flows->n_entries)];
    const struct flow_entry *other = &flows->entries[random_below((unsigned)flows->n_entries)];
    switch (random_below(5)) {
    case 0:
        *entry = flows->entries[--flows->n_entries];
        break;
    case 1:
        entry->priority = other->priority;
        break;
    case 2:
        entry->actions = other->actions;
        entry->n_actions = other->n_actions;
        break;
    case 3:
        entry->match = other->match;
        break;
    default:
        entry->n_actions -= entry->n_actions > 0;
        break;
    }
}

static void change_groups(struct switch_state *state)
{
    struct group_table *groups = &state->groups;
    if (groups->n_groups > 0) {
        struct group *group = &groups->groups[random_below((unsigned)groups->n_groups)];
        group->n_buckets -= group->n_buckets > 0 && random_below(2);
        group->type = random_below(3) ? group->type : GROUP_ALL;
    }
    if (groups->n_meters > 0 && random_below(2)) {
        struct meter *meter = &groups->meters[random_below((unsigned)groups->n_meters)];
        meter->id = random_below(3) ? meter->id : 3 - meter->id;
        meter->n_bands -= random_below(2);
    }
}

static void change(struct switch_state *state)
{
    for (unsigned n = random_below(4); n > 0 && state->flows.n_entries > 0; n--) {
        change_entry(&state->flows);
    }
    if (random_below(4) == 0) {
        change_groups(state);
    }
    if (random_below(4) == 0) {
        add_odd_flows(state);
    }
    if (random_below(5) == 0) {
        state->ports[random_below(4)].config ^= PORT_CONFIG_NO_FLOOD;
    }
    if (random_below(12) == 0) {
        state->n_ports--;
    }
    if (random_below(12) == 0) {
        state->version = 1;
    }
}

/* ------------------------------------------------------------------- differences */

static void put_match(const char *before, const struct match *match)
{
    base_put_text(&out, before);
    ofctl_format_match(match, &out);
}

static void put_entry(const struct space_whole *whole, size_t entry)
{
    if (entry == ENTRY_NONE) {
        base_put_text(&out, " none");
    } else {
        base_put_format(&out, " %zu: ", entry);
        space_whole_format_rows(whole, entry, NULL, &out);
    }
}

static void put_change(const struct change_diff *diff, const struct change_difference *change)
{
    base_put_format(&out, "port %u%s", change->in_port, change->others ? " and others" : "");
    base_put_format(&out, "%s%s%s%s", change->by_meters ? ", meters" : "",
                    change->where.is_whole ? ", whole" : "", change->where.is_cube ? ", cube" : "",
                    change->unknown ? ", unknown: " : "");
    base_put_text(&out, change->unknown ? change->unknown : "");
    put_match("\n  ", &change->where.within);
    for (size_t i = 0; i < change->n_except; i++) {
        put_match(" but ", &change->except[i]);
    }
    base_put_format(&out, " and %zu more\n  ", change->n_except_more);
    ofctl_format_header(&change->where.example, &out);
    put_entry(&diff->wholes[0], change->entry[0]);
    put_entry(&diff->wholes[1], change->entry[1]);
    base_put_text(&out, "\n");
}

static void put_diff(const struct switch_state *a, const struct switch_state *b, size_t budget)
{
    struct change_diff diff = {0};
    assert_int_equal(change_diff(a, b, &budget, &diff), 0);
    for (size_t i = 0; i < diff.n_changes; i++) {
        put_change(&diff, &diff.changes[i]);
    }
    for (size_t i = 0; i < diff.n_ports; i++) {
        base_put_format(&out, " %u", diff.ports[i]);
    }
    base_put_format(&out, "%s\n", diff.open ? " open" : "");
    change_diff_free(&diff);
}

static void put_counterparts(const struct switch_state *a, const struct switch_state *b)
{
    size_t *of[2];
    assert_int_equal(change_diff_counterparts(&a->flows, &b->flows, &of[0], &of[1]), 0);
    for (size_t i = 0; i < 2; i++) {
        const struct switch_state *state = i ? b : a;
        for (size_t j = 0; j < state->flows.n_entries; j++) {
            base_put_format(&out, " %zd", (ssize_t)of[i][j]);
        }
        base_put_text(&out, "\n");
        free(of[i]);
    }
}

static void pairs_differ(void)
{
    for (size_t i = 0; i < PAIRS; i++) {
        struct switch_state a = {0}, b;
        random_pipeline(&a, 10);
        add_meters(&a);
        if (random_below(2)) {
            add_odd_flows(&a);
        }
        copy(&a, &b);
        change(&b);
        put_counterparts(&a, &b);
        put_diff(&a, &b, 100000);
        put_diff(&b, &a, i % 10 ? 100000 : random_below(60));
        put_diff(&a, &a, 100000);
        put_sum("pair", i);
        switch_state_free(&b);
        switch_state_free(&a);
    }
}

/* ------------------------------------------------------------------------- plans */

static void put_mod_match(struct base_buffer *text)
{
    base_put_text(text, ONE_OF("", "table=1", "table=2"));
    base_put_text(text, ONE_OF("", ",in_port=1", ",in_port=2"));
    base_put_text(text, ONE_OF("", ",ip", ",tcp", ",udp,tp_dst=80", ",arp"));
}

static void put_flow_mod(struct base_buffer *text)
{
    const char *command =
        ONE_OF("add ", "add ", "modify ", "modify_strict ", "delete ", "delete_strict ");
    bool deletes = command[0] == 'd', strict = strchr(command, '_') || command[0] == 'a';
    base_put_text(text, command);
    put_mod_match(text);
    base_put_text(text, strict ? ONE_OF("", ",priority=7", ",priority=8") : "");
    base_put_text(text, command[0] == 'a' ? ONE_OF(",cookie=1", ",cookie=6", "")
                                          : ONE_OF("", "", ",cookie=1/1", ",cookie=6/-1"));
    if (deletes) {
        base_put_text(text, ONE_OF("", "", ",out_port=2", ",out_port=3"));
        return;
    }
    base_put_text(text, command[0] == 'a' ? ONE_OF("", ",check_overlap") : "");
    base_put_text(text, ONE_OF("", ",idle_timeout=60", ",send_flow_rem"));
    base_put_text(text, ",actions=");
    base_put_text(text, ONE_OF("1", "2", "3,9", "2,3", "group:1", "group:7", "meter:1,2",
                               "meter:2,goto_table:3", "goto_table:2", "drop", "strip_vlan,3"));
}

static void put_group_mod(struct base_buffer *text)
{
    if (random_below(3) == 0) {
        base_put_text(text, ONE_OF("meter add ", "meter modify "));
        base_put_text(text, ONE_OF("meter=1 ", "meter=2 "));
        base_put_text(text, ONE_OF("kbps bands=type=drop rate=1", "pktps bands=type=drop rate=2"));
        return;
    }
    base_put_text(text, ONE_OF("group add ", "group modify ", "group add_or_mod "));
    base_put_text(text, ONE_OF("group_id=1,", "group_id=2,", "group_id=7,"));
    base_put_text(text, ONE_OF("type=all,bucket=output:1,bucket=output:2", "type=select",
                               "type=indirect,bucket=group:1", "type=all,bucket=group:2",
                               "type=ff,bucket=watch_port:1,output:9"));
}

static void put_mod(struct base_buffer *text)
{
    switch (random_below(12)) {
    case 0:
        base_put_text(text, ONE_OF("group delete group_id=1", "group delete group_id=7",
                                   "meter delete meter=1", "meter delete meter=2", "group delete",
                                   "meter delete"));
        break;
    case 1:
    case 2:
    case 3:
        put_group_mod(text);
        break;
    default:
        put_flow_mod(text);
        break;
    }
}

static void add_mod(struct flow_changes *changes, struct flow_change *item)
{
    struct base_buffer text = {0};
    put_mod(&text);
    const char *line = base_buffer_text(&text);
    int status = ofctl_parse_group_mod(line, &changes->groups, &item->group_mod, NULL, NULL);
    item->of_groups = status == 0;
    if (status == 1) {
        status = ofctl_parse_flow_mod(line, &changes->arena, &item->mod, NULL, NULL);
    }
    if (status != 0) {
        fail_msg("%s", line);
    }
    item->sw = random_below(2);
    base_put_format(&out, "s%zu %s\n", item->sw + 1, line);
    base_buffer_free(&text);
}

static void put_effect(const struct change_effect *effect)
{
    base_put_format(&out, "  %d %u", effect->answer, effect->number);
    if (effect->action) {
        base_put_format(&out, " action %d to %u", effect->action->type, effect->action->port);
    }
    if (effect->overlaps) {
        base_put_text(&out, " overlaps ");
        ofctl_format_flow(effect->overlaps, FLOW_NO_STATS, &out);
    }
    base_put_text(&out, "\n");
}

static void put_state(const struct switch_state *state)
{
    for (size_t i = 0; i < state->groups.n_groups; i++) {
        ofctl_format_group(&state->groups.groups[i], &out);
        base_put_text(&out, "\n");
    }
    for (size_t i = 0; i < state->groups.n_meters; i++) {
        ofctl_format_meter(&state->groups.meters[i], &out);
        base_put_text(&out, "\n");
    }
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        base_put_format(&out, "  %" PRIx64 " ", state->flows.entries[i].cookie);
        ofctl_format_flow(&state->flows.entries[i], FLOW_NO_STATS, &out);
        base_put_text(&out, "\n");
    }
}

static void plans_are_made(void)
{
    for (size_t i = 0; i < PLANS; i++) {
        struct switch_state states[2] = {0};
        const struct switch_state *before[] = {&states[0], random_below(9) ? &states[1] : NULL};
        struct flow_change items[MODS] = {0};
        struct flow_changes changes = {.items = items, .n_items = MODS};
        struct change_plan plan;
        for (size_t sw = 0; sw < 2; sw++) {
            random_pipeline(&states[sw], 8);
            add_meters(&states[sw]);
            add_odd_flows(&states[sw]);
            states[sw].n_tables = random_below(3) ? 4 : 0;
            states[sw].version = random_below(8) ? 4 : 1;
            states[sw].supported_actions = random_below(8) ? 0 : 1;
        }
        for (size_t n = 0; n < MODS; n++) {
            add_mod(&changes, &items[n]);
        }
        assert_int_equal(change_plan_make(&plan, &changes, before, 2), 0);
        for (size_t n = 0; n < MODS; n++) {
            put_effect(&plan.effects[n]);
        }
        for (size_t sw = 0; sw < 2; sw++) {
            if (plan.states[sw]) {
                put_state(plan.states[sw]);
                put_diff(before[sw], plan.states[sw], 100000);
            }
        }
        put_sum("plan", i);
        change_plan_free(&plan);
        group_table_free(&changes.groups);
        base_arena_free(&changes.arena);
        switch_state_free(&states[0]);
        switch_state_free(&states[1]);
    }
}

static void all_that_is_said_of_random_states(void **state)
{
    (void)state;
    pairs_differ();
    plans_are_made();
    assert_whole(base_buffer_text(&sums), "harness/change/whole/sums.txt");
    base_buffer_free(&out);
    base_buffer_free(&sums);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_is_said_of_random_states),
};

TEST_MAIN(tests)
