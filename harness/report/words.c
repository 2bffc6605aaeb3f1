/* SPDX-License-Identifier: Apache-2.0
 *
 * Why does a result of room state not pass? One or more lines, the most
 * important first. */
#include "report/words.h"

#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/instructions.h"
#include "ofctl/match.h"
#include "report/deviation.h"
#include "state/finding.h"

#include <inttypes.h>
#include <string.h>

static void put_entry(const struct flow_entry *entry, struct base_buffer *out)
{
    ofctl_format_flow(entry, FLOW_NO_STATS, out);
}

static void put_in_brackets(const struct flow_entry *entry, struct base_buffer *out)
{
    base_put_text(out, " (");
    put_entry(entry, out);
    base_put_text(out, ")");
}

static void put_rivals(const struct flow_entry *a, const struct flow_entry *b,
                       struct base_buffer *out)
{
    base_put_text(out, ": ");
    put_entry(a, out);
    base_put_text(out, " and ");
    put_entry(b, out);
}

/* ------------------------------------------------------------ sets of headers */

static bool is_whole_port(const struct match *match)
{
    struct match any = match_any(), rest = match_without_port(match);
    return match_equal(&rest, &any);
}

/* What is missing and extra, where one entry takes the packets. */
static void put_deviation(const struct state_finding *found, const struct state_set *set,
                          struct base_buffer *out)
{
    const struct switch_state *state = found->state;
    struct space_behavior all[2], expected, observed;
    struct base_arena arena = {0};
    if (space_behavior(set->expected, set->n_expected, found->port, state->ports, state->n_ports,
                       &arena, &all[0]) < 0 ||
        space_behavior(set->does, set->n_does, found->port, state->ports, state->n_ports, &arena,
                       &all[1]) < 0 ||
        space_behavior_without(&all[0], set->tolerated, set->n_tolerated, &arena, &expected) < 0 ||
        space_behavior_without(&all[1], set->tolerated, set->n_tolerated, &arena, &observed) < 0) {
        out->failed = true;
    } else if (set->n_expected == 0 && observed.n_outputs == 1 &&
               observed.outputs[0].port == PORT_NORMAL) {
        base_put_text(out, "the table hands it to NORMAL where drop is declared");
    } else {
        report_put_deviation(&expected, &observed, &set->where.example, out);
    }
    base_arena_free(&arena);
}

static void put_set(const struct state_finding *found, size_t i, struct base_buffer *out)
{
    const struct state_set *set = &found->sets[i];
    if (set->where.is_cube && !is_whole_port(&set->where.within)) {
        base_put_text(out, "for ");
        ofctl_format_match(&set->where.within, out);
        base_put_text(out, ": ");
    }
    if (set->rival) {
        base_put_text(out, "two entries of one priority take it, which of them wins is not "
                           "defined");
        put_rivals(set->entry, set->rival, out);
    } else if (!set->entry) {
        base_put_text(out, "the table drops it: no entry takes it");
    } else {
        put_deviation(found, set, out);
        if (i > 0) { /* the entry of the first is what is advertised */
            put_in_brackets(set->entry, out);
        }
    }
    if (i > 0) {
        base_put_text(out, "; example ");
        ofctl_format_header(&set->where.example, out);
    }
    if (set->right) {
        base_put_text(out, "\nthe entry that would, ");
        put_entry(set->right, out);
        base_put_text(out, ", is hidden by ");
        put_entry(set->entry, out);
    }
}

/* An entry for a port that is not there is dead. */
static void put_absence(const struct state_finding *found, struct base_buffer *out)
{
    const struct flow_entry *entry = found->sets[0].entry;
    bool is_port = found->port != PORT_CONTROLLER && found->port != PORT_NONE;
    if (!found->is_listed && entry && entry->match.mask.in_port && is_port &&
        !switch_state_port(found->state, found->port)) {
        base_put_text(out, "entry for port ");
        port_format(found->port, out);
        base_put_text(out, ", which the switch does not have: ");
    }
}

static void put_sets(const struct state_finding *found, struct base_buffer *out)
{
    put_absence(found, out);
    for (size_t i = 0; i < found->n_sets && i < STATE_SETS_SHOWN; i++) {
        base_put_text(out, i > 0 ? "\n" : "");
        put_set(found, i, out);
    }
    if (found->n_sets > STATE_SETS_SHOWN) {
        base_put_format(out, "\nand %zu more sets of headers", found->n_sets - STATE_SETS_SHOWN);
    }
}

/* ---------------------------------------------------------------------- ports */

static void put_troubles(const struct state_finding *found, struct base_buffer *out)
{
    for (size_t i = 0; i < found->n_troubles; i++) {
        const struct state_trouble *trouble = &found->troubles[i];
        base_put_format(out, "%s%s ", i > 0 ? "; " : "",
                        trouble->is_egress ? "output port" : "port");
        port_format(trouble->port, out);
        base_put_format(out, " %s", trouble->why);
    }
}

static void put_timeouts(const struct state_finding *found, struct base_buffer *out)
{
    if (found->late->idle_timeout) {
        base_put_format(out, "idle_timeout=%u,", found->late->idle_timeout);
    }
    base_put_format(out, "hard_timeout=%u", found->late->hard_timeout);
}

static void put_expected_timeouts(const struct state_finding *found, struct base_buffer *out)
{
    base_put_format(out, found->late_expires_sec ? "hard_timeout=%u" : "no timeout",
                    found->late_expires_sec);
}

static void put_lifetime(const struct state_finding *found, struct base_buffer *out)
{
    put_timeouts(found, out);
    base_put_text(out, " where the expectation says ");
    put_expected_timeouts(found, out);
    put_in_brackets(found->late, out);
    if (found->n_late > 1) {
        base_put_format(out, ", one of %zu entries with a wrong lifetime", found->n_late);
    }
}

static void put_open(const struct state_finding *found, struct base_buffer *out)
{
    bool is_normal = found->open && strcmp(found->open, SPACE_NORMAL_REWRITTEN) == 0;
    base_put_text(out, found->open ? "not decided: " : "not decided within the budget");
    base_put_text(out, is_normal     ? "what NORMAL does with a packet that was rewritten depends "
                                       "on what the switch has learned"
                       : found->open ? found->open
                                     : "");
    if (found->open_entry && found->open_rival) {
        put_rivals(found->open_entry, found->open_rival, out);
    } else if (found->open_entry) {
        put_in_brackets(found->open_entry, out);
    }
}

/* "with port 3 and port 4 down: " */
static void put_down(const struct state_finding *found, struct base_buffer *out)
{
    for (size_t i = 0; i < found->n_down; i++) {
        base_put_format(out, "%s port ", i > 0 ? " and" : "with");
        port_format(found->down[i], out);
    }
    base_put_text(out, found->n_down > 0 ? " down: " : "");
}

static void put_port(const struct state_finding *found, struct base_buffer *out)
{
    put_down(found, out);
    size_t begin = out->n_bytes;
    static void (*const put[])(const struct state_finding *, struct base_buffer *) = {
        put_sets, put_troubles, put_lifetime, put_open};
    const bool has[] = {found->n_sets > 0, found->n_troubles > 0, found->late, found->is_open};
    for (size_t i = 0; i < sizeof has / sizeof *has; i++) {
        if (has[i]) {
            base_put_text(out, out->n_bytes > begin ? "\n" : "");
            put[i](found, out);
        }
    }
}

/* -------------------------------------------------------------------- entries */

static void put_number(const char *field, unsigned expected, unsigned observed,
                       struct base_buffer *out)
{
    if (expected != observed) {
        base_put_format(out, "%s%s is %u instead of %u", out->n_bytes > 0 ? ", " : "", field,
                        observed, expected);
    }
}

static void put_entry_difference(const struct state_finding *found, struct base_buffer *out)
{
    const struct flow_entry *expected = found->expected, *observed = found->observed;
    if (!actions_equal(expected->actions, expected->n_actions, observed->actions,
                       observed->n_actions) ||
        !instructions_equal(expected->instructions, observed->instructions)) {
        base_put_text(out, "actions are ");
        ofctl_format_instructions(observed, out);
        base_put_text(out, " instead of ");
        ofctl_format_instructions(expected, out);
    }
    put_number("table", expected->table_id, observed->table_id, out);
    if (found->given & FLOW_HAS_COOKIE && expected->cookie != observed->cookie) {
        base_put_format(out, "%scookie is 0x%" PRIx64 " instead of 0x%" PRIx64,
                        out->n_bytes > 0 ? ", " : "", observed->cookie, expected->cookie);
    }
    if (found->given & FLOW_HAS_IDLE_TIMEOUT) {
        put_number("idle_timeout", expected->idle_timeout, observed->idle_timeout, out);
    }
    if (found->given & FLOW_HAS_HARD_TIMEOUT) {
        put_number("hard_timeout", expected->hard_timeout, observed->hard_timeout, out);
    }
}

static void put_table_name(const struct state_finding *found, struct base_buffer *out)
{
    const struct flow_entry *entry = found->observed ? found->observed : found->expected;
    if (found->table_name) {
        base_put_format(out, " (table %u: %s)", entry->table_id, found->table_name);
    }
}

/* --------------------------------------------------------------------- groups */

static const char *group_type(const struct group *group)
{
    return group->type < N_GROUP_TYPES ? group_type_names[group->type] : "not known";
}

static void put_group_difference(const struct state_finding *found, struct base_buffer *out)
{
    const struct group *expected = found->expected_group, *observed = found->observed_group;
    if (expected->type != observed->type) {
        base_put_format(out, "the type is %s instead of %s", group_type(observed),
                        group_type(expected));
        return;
    }
    size_t i = 0;
    while (i < expected->n_buckets && i < observed->n_buckets &&
           bucket_equal(&expected->buckets[i], &observed->buckets[i])) {
        i++;
    }
    if (expected->n_buckets != observed->n_buckets) {
        base_put_format(out, "%zu bucket%s instead of %zu; ", observed->n_buckets,
                        observed->n_buckets == 1 ? "" : "s", expected->n_buckets);
    }
    base_put_format(out, "bucket %zu is %s", i + 1,
                    i == observed->n_buckets   ? "missing"
                    : i == expected->n_buckets ? "extra"
                                               : "another one");
}

/* ------------------------------------------------------------------- findings */

static void put_other_switch(const struct state_finding *found, struct base_buffer *out)
{
    base_put_format(out,
                    "another switch answers here%s%s, datapath id %016" PRIx64
                    " instead of %016" PRIx64 "; %s?",
                    found->other ? ": " : "", found->other ? found->other->name : "",
                    found->state->datapath_id, found->datapath_id,
                    found->other ? "are the endpoints swapped"
                                 : "is the endpoint wrong, or the topology");
}

static void put_finding(const struct state_finding *found, struct base_buffer *out)
{
    switch (found->kind) {
    case STATE_OTHER_SWITCH:
        put_other_switch(found, out);
        break;
    case STATE_PORT:
        put_port(found, out);
        break;
    case STATE_ENTRY_DIFFERS:
        put_entry_difference(found, out);
        put_table_name(found, out);
        break;
    case STATE_ENTRY_MISSING:
        base_put_text(out, "there is no entry of this match and priority");
        put_table_name(found, out);
        break;
    case STATE_ENTRY_UNLISTED:
        base_put_text(out, "tables: exact, and no entry of the expectation names it");
        put_table_name(found, out);
        break;
    case STATE_ENTRY_AGAIN:
        base_put_text(out, "tables: exact, and the table has another entry of this match and "
                           "priority, which is the one that the expectation names");
        put_table_name(found, out);
        break;
    case STATE_GROUP_DIFFERS:
        put_group_difference(found, out);
        break;
    case STATE_GROUP_MISSING:
        base_put_text(out, "the switch has no such group");
        break;
    case STATE_GROUP_UNLISTED:
        base_put_text(out, "`groups:` of the expectation does not name it");
        break;
    }
}

static const char *text_of(const struct state_finding *found, struct base_arena *arena,
                           void (*put)(const struct state_finding *, struct base_buffer *))
{
    struct base_buffer text = {0};
    put(found, &text);
    return base_arena_take(arena, &text);
}

/* What is compared, where a port fails for nothing that its entries do. */
static void say_statements(struct result *result, struct base_arena *arena)
{
    const struct state_finding *found = result->finding;
    if (found->kind != STATE_PORT || found->n_sets > 0) {
        return;
    }
    if (found->n_troubles > 0) {
        result->observed = text_of(found, arena, put_troubles);
        result->says[SAYS_ADVERTISED] = result->observed;
    } else if (found->late) {
        result->expected = text_of(found, arena, put_expected_timeouts);
        result->observed = text_of(found, arena, put_timeouts);
    }
}

int report_words(struct report *report)
{
    for (size_t i = 0; i < report->n_results; i++) {
        struct result *result = &report->results[i];
        if (result->finding && !result->detail) {
            result->detail = text_of(result->finding, &report->arena, put_finding);
            say_statements(result, &report->arena);
        }
    }
    return report->arena.failed ? -1 : 0;
}
