/* SPDX-License-Identifier: Apache-2.0
 *
 * What would a change do? */
#include "report/plan.h"

#include "base/memory.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "report/coverage.h"
#include "report/diff.h"
#include "report/escape.h"
#include "report/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------- transitions */

/* The results of a report by id. */
struct index {
    const struct result **results;
    size_t n;
};

static int by_id(const void *a, const void *b)
{
    const struct result *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

/* Without memory it is empty. */
static struct index make_index(const struct report *report)
{
    struct index index = {base_calloc(report->n_results, sizeof *index.results), 0};
    for (size_t i = 0; index.results && i < report->n_results; i++) {
        index.results[index.n++] = &report->results[i];
    }
    if (index.n > 0) {
        qsort(index.results, index.n, sizeof *index.results, by_id);
    }
    return index;
}

static const struct result *find(const struct index *index, const struct result *result)
{
    const struct result *const *found =
        index->n > 0 ? bsearch(&result, index->results, index->n, sizeof *index->results, by_id)
                     : NULL;
    return found ? *found : NULL;
}

/* Whether something is open of the packets of this result's sender. */
static bool is_sender_open(const struct index *index, const struct result *result)
{
    bool open = false;
    for (size_t i = 0; result->from && i < index->n && !open; i++) {
        const struct result *other = index->results[i];
        open = other->verdict == VERDICT_INCONCLUSIVE && other->from &&
               strcmp(other->from, result->from) == 0;
    }
    return open;
}

/* What is not in a report (a port that drops, a host where nothing strays) is as it should be,
 * if that was decided: strays and loops that are not known for sure have no result of their own. */
static enum verdict verdict_of(const struct index *index, const struct result *result)
{
    const struct result *found = find(index, result);
    return found                           ? found->verdict
           : is_sender_open(index, result) ? VERDICT_INCONCLUSIVE
                                           : VERDICT_PASS;
}

/* The ids whose verdict becomes this one, in the order of the reports: those of the report after,
 * then those that only `before` has. Free them; without memory there are none. */
static size_t list_turn(const struct report_plan *plan, enum verdict to, const char ***ids)
{
    struct index before = make_index(plan->before), after = make_index(plan->after);
    size_t n = 0;
    *ids = base_calloc(plan->before->n_results + plan->after->n_results, sizeof **ids);
    for (size_t i = 0; *ids && i < plan->after->n_results; i++) {
        const struct result *result = &plan->after->results[i];
        if (result->kind != RESULT_CHANGE && result->verdict == to &&
            verdict_of(&before, result) != to) {
            (*ids)[n++] = result->id;
        }
    }
    for (size_t i = 0; *ids && i < plan->before->n_results; i++) {
        const struct result *result = &plan->before->results[i];
        bool judged = result->verdict == VERDICT_FAIL || result->verdict == VERDICT_INCONCLUSIVE;
        if (judged && result->verdict != to && !find(&after, result) &&
            verdict_of(&after, result) == to) {
            (*ids)[n++] = result->id;
        }
    }
    free(before.results);
    free(after.results);
    return n;
}

static const struct {
    enum verdict to;
    const char *key, *label;
    enum report_ink ink;
} turns[] = {
    {VERDICT_FAIL, "breaks", "breaks", INK_RED},
    {VERDICT_PASS, "becomes_true", "becomes true", INK_GREEN},
    {VERDICT_INCONCLUSIVE, "becomes_undecided", "becomes undecided", INK_YELLOW},
};
enum { N_TURNS = sizeof turns / sizeof *turns };

/* ----------------------------------------------------------------- counts */

struct counts {
    size_t added, changed, removed, groups, switches; /* groups: and meters */
};

static struct counts count(const struct switch_difference *switches, size_t n)
{
    struct counts counts = {0};
    for (size_t i = 0; i < n; i++) {
        const struct switch_difference *sw = &switches[i];
        for (size_t j = 0; j < sw->n_entries; j++) {
            counts.added += !sw->entries[j].entry[0];
            counts.removed += !sw->entries[j].entry[1];
            counts.changed += sw->entries[j].entry[0] && sw->entries[j].entry[1];
        }
        counts.groups += sw->n_groups;
        counts.switches += sw->n_entries + sw->n_groups > 0;
    }
    return counts;
}

/* -------------------------------------------------------------------- text */

static void put_counts(const struct counts *counts, struct base_buffer *out)
{
    base_put_format(out, "%zu to add, %zu to change, %zu to remove", counts->added, counts->changed,
                    counts->removed);
    if (counts->groups > 0) {
        base_put_format(out, ", %zu group%s or meter%s otherwise", counts->groups,
                        counts->groups == 1 ? "" : "s", counts->groups == 1 ? "" : "s");
    }
}

static void put_entries(const struct report_paper *paper, const struct switch_difference *sw)
{
    for (size_t i = 0; i < sw->n_entries; i++) {
        const struct entry_difference *entry = &sw->entries[i];
        const char *sign = !entry->entry[0] ? "  + " : entry->entry[1] ? "  ~ " : "  - ";
        enum report_ink ink = !entry->entry[0] ? INK_GREEN : entry->entry[1] ? INK_YELLOW : INK_RED;
        report_put_ink(paper, ink, sign);
        base_put_text(paper->out, entry->entry[0] ? entry->entry[0] : entry->entry[1]);
        if (entry->entry[0] && entry->entry[1]) {
            base_put_format(paper->out, "\n   -> %s", entry->entry[1]);
        }
        base_put_text(paper->out, "\n");
    }
}

static void put_port(const struct report_paper *paper, const struct difference *set)
{
    struct base_buffer *out = paper->out;
    bool any = strncmp(set->ports, "any", 3) == 0;
    base_put_format(out, "  %s%s: ", any ? "" : "port ", set->ports);
    report_put_set(set, out);
    base_put_format(out, "\n      %s -> %s\n", set->actions[0], set->actions[1]);
    if (set->undecided) {
        base_put_format(out, "      not decided: %s\n", set->undecided);
    }
    base_put_format(out, "      example %s\n", set->example);
}

static void put_switch(const struct report_paper *paper, const struct switch_difference *sw,
                       size_t max)
{
    struct counts counts = count(sw, 1);
    size_t shown = max > 0 && sw->n_items > max ? max : sw->n_items;
    if (sw->not_compared) {
        base_put_format(paper->out, "%s: not read", sw->name);
        report_put_line(paper->out, ": ", sw->not_compared);
        base_put_text(paper->out, "\n");
        return;
    }
    if (sw->n_entries + sw->n_groups + sw->n_items == 0) {
        return;
    }
    base_put_format(paper->out, "%s: ", sw->name);
    put_counts(&counts, paper->out);
    base_put_text(paper->out, "\n");
    put_entries(paper, sw);
    for (size_t i = 0; i < sw->n_groups; i++) {
        report_put_ink(paper, INK_YELLOW, "  ~ ");
        base_put_format(paper->out, "%s\n", sw->groups[i]);
    }
    for (size_t i = 0; i < shown; i++) {
        put_port(paper, &sw->items[i]);
    }
    if (shown < sw->n_items) {
        base_put_format(paper->out, "  %zu more sets of packets (-v lists them)\n",
                        sw->n_items - shown);
    }
    if (sw->n_items == 0 && !sw->open) {
        base_put_text(paper->out, "  no packet is treated otherwise\n");
    }
    base_put_format(paper->out, sw->open ? "  %s\n\n" : "\n", sw->open);
}

/* Returns how many there are. */
static size_t put_turn(const struct report_paper *paper, const struct report_plan *plan,
                       size_t turn)
{
    const char **ids;
    size_t n = list_turn(plan, turns[turn].to, &ids);
    for (size_t i = 0; i < n; i++) {
        report_put_ink(paper, turns[turn].ink, turns[turn].label);
        report_put_line(paper->out, "  ", ids[i]);
    }
    free(ids);
    return n;
}

static void put_place(const struct flow_change *item, struct base_buffer *out)
{
    base_put_format(out, "%s:%d:%d", item->place.file, item->place.line, item->place.column);
}

/* Of the group, meter or table of this number. */
static const char *const reasons[N_CHANGE_ANSWERS] = {
    [CHANGE_NO_CALLED] =
        "a bucket calls group %u, which the switch does not have, and it may refuse that",
    [CHANGE_LOOP] = "group %u would call itself, and the switch may refuse that (OFPGMFC_LOOP)",
    [CHANGE_NO_GROUP] = "the switch has no group %u (OFPBAC_BAD_OUT_GROUP)",
    [CHANGE_NO_METER] = "the switch has no meter %u (OFPMMFC_INVALID_METER)",
    [CHANGE_NO_TABLE] = "the switch has no table %u (OFPFMFC_BAD_TABLE_ID)",
    [CHANGE_BAD_GOTO] = "table %u is not a further one of the switch (OFPBIC_BAD_TABLE_ID)",
    [CHANGE_GROUP_EXISTS] = "the switch has a group %u (OFPGMFC_GROUP_EXISTS)",
    [CHANGE_GROUP_UNKNOWN] = "the switch has no group %u (OFPGMFC_UNKNOWN_GROUP)",
    [CHANGE_GROUP_INVALID] = "no group %u can be like this (OFPGMFC_INVALID_GROUP)",
    [CHANGE_METER_EXISTS] = "the switch has a meter %u (OFPMMFC_METER_EXISTS)",
    [CHANGE_METER_UNKNOWN] = "the switch has no meter %u (OFPMMFC_UNKNOWN_METER)",
};

/* Why a switch would refuse an item of the change, or may. */
static void put_reason(const struct change_effect *effect, struct base_buffer *out)
{
    if (effect->answer == CHANGE_OVERLAPS) {
        base_put_text(out, "overlaps with ");
        ofctl_format_flow(effect->overlaps, FLOW_NO_STATS, out);
        base_put_text(out, " (OFPFMFC_OVERLAP)");
    } else if (effect->answer == CHANGE_BAD_ACTION) {
        base_put_text(out, "by its features the switch has no ");
        ofctl_format_actions(effect->action, 1, out);
        base_put_text(out, " (OFPBAC_BAD_TYPE)");
    } else if (effect->answer == CHANGE_NO_PORT) {
        base_put_format(out, "the switch has no port %u, and may refuse it (OFPBAC_BAD_OUT_PORT)",
                        effect->action->port);
    } else if (effect->answer == CHANGE_NOT_IN_10) {
        base_put_text(
            out,
            "the switch was read in OpenFlow 1.0, which has no groups and meters "
            "(OFPBRC_BAD_TYPE); if it has 1.3, `version: 1.3` in the lab file has it read in that");
    } else {
        const char *reason = reasons[effect->answer], *number = strstr(reason, "%u");
        base_put_format(out, "%.*s%u%s", (int)(number - reason), reason, effect->number,
                        number + strlen("%u"));
    }
}

static void put_refused(const struct report_paper *paper, const struct report_plan *plan)
{
    for (size_t i = 0; i < plan->changes->n_items; i++) {
        const struct flow_change *item = &plan->changes->items[i];
        if (change_is_refused(plan->effects[i].answer)) {
            report_put_ink(paper, INK_RED, "refused");
            base_put_text(paper->out, "  ");
            put_place(item, paper->out);
            base_put_text(paper->out, ": ");
            report_put_clean(paper->out, item->text);
            base_put_text(paper->out, ": ");
            put_reason(&plan->effects[i], paper->out);
            base_put_text(paper->out, "\n");
        }
    }
}

static void put_probe_list(const struct report_paper *paper, const char *sign, enum report_ink ink,
                           const struct named_probe *probes, size_t n, size_t max)
{
    for (size_t i = 0; i < n && (max == 0 || i < max); i++) {
        report_put_ink(paper, ink, sign);
        report_put_clean(paper->out, probes[i].from);
        base_put_format(paper->out, ": %s\n", probes[i].packet);
    }
    if (max > 0 && n > max) {
        base_put_format(paper->out, "%s%zu more (-v lists them)\n", sign, n - max);
    }
}

static void put_probes(const struct report_paper *paper, const struct probe_difference *probes,
                       size_t max)
{
    if (!probes || !probes->after.is_known) {
        return;
    }
    base_put_format(paper->out, "probes: %zu new, %zu no longer needed; ", probes->n_added,
                    probes->n_dropped);
    report_put_exercised(&probes->after, paper->out);
    base_put_text(paper->out, "\n");
    put_probe_list(paper, "  + ", INK_GREEN, probes->added, probes->n_added, max);
    put_probe_list(paper, "  - ", INK_RED, probes->dropped, probes->n_dropped, max);
}

void report_plan_text(const struct report_plan *plan, size_t max,
                      const struct report_text_options *options, struct base_buffer *out)
{
    struct report_paper paper = {.out = out, .color = options->color, .width = options->width};
    struct counts counts = count(plan->switches, plan->n_switches);
    size_t n[N_TURNS], n_open = report_count(plan->after, VERDICT_INCONCLUSIVE);
    for (size_t i = 0; i < plan->n_switches; i++) {
        put_switch(&paper, &plan->switches[i], max);
    }
    put_refused(&paper, plan);
    for (size_t i = 0; i < N_TURNS; i++) {
        n[i] = put_turn(&paper, plan, i);
    }
    put_probes(&paper, plan->probes, max);
    base_put_text(out, "PLAN: ");
    put_counts(&counts, out);
    base_put_format(out, " on %zu switch%s; %zu break%s, %zu become%s true", counts.switches,
                    counts.switches == 1 ? "" : "es", n[0], n[0] == 1 ? "s" : "", n[1],
                    n[1] == 1 ? "s" : "");
    if (n_open > 0) {
        base_put_format(out, ", %zu not decided", n_open);
    }
    base_put_text(out, "\n\nAfter the change:\n");
    report_text(plan->after, options, out);
}

/* -------------------------------------------------------------------- JSON */

static void put_json_switch(struct report_tree *tree, const struct switch_difference *sw)
{
    static const char *const keys[] = {"before", "after"};
    report_tree_map(tree, NULL, REPORT_LINES);
    report_tree_text(tree, "switch", sw->name);
    report_tree_text(tree, "not_compared", sw->not_compared);
    report_put_entries(tree, sw, keys);
    report_tree_list(tree, "ports", REPORT_LINES);
    for (size_t i = 0; i < sw->n_items; i++) {
        report_put_difference(tree, &sw->items[i], keys);
    }
    report_tree_close(tree);
    report_tree_text(tree, "open", sw->open);
    if (sw->n_groups > 0) {
        report_tree_texts(tree, "groups", sw->groups, sw->n_groups);
    }
    report_tree_close(tree);
}

static void put_json_refused(struct report_tree *tree, const struct report_plan *plan)
{
    struct base_buffer place = {0}; /* and the reason */
    report_tree_list(tree, "refused", REPORT_LINES);
    for (size_t i = 0; i < plan->changes->n_items; i++) {
        const struct flow_change *item = &plan->changes->items[i];
        if (change_is_refused(plan->effects[i].answer)) {
            place.n_bytes = 0;
            put_place(item, &place);
            report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
            report_tree_text(tree, "source", base_buffer_text(&place));
            report_tree_text(tree, "flow_mod", item->text);
            place.n_bytes = 0;
            put_reason(&plan->effects[i], &place);
            report_tree_text(tree, "reason", base_buffer_text(&place));
            report_tree_close(tree);
        }
    }
    report_tree_close(tree);
    report_drop_scratch(&place, tree->out);
}

static void put_json_probe_list(struct report_tree *tree, const char *key,
                                const struct named_probe *probes, size_t n)
{
    report_tree_list(tree, key, REPORT_LINES);
    for (size_t i = 0; i < n; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "from", probes[i].from);
        report_tree_text(tree, "packet", probes[i].packet);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_json_probes(struct report_tree *tree, const struct probe_difference *probes)
{
    if (!probes || !probes->after.is_known) {
        return;
    }
    report_tree_map(tree, "probes", REPORT_LINES);
    put_json_probe_list(tree, "new", probes->added, probes->n_added);
    put_json_probe_list(tree, "dropped", probes->dropped, probes->n_dropped);
    report_put_exercised_tree(tree, &probes->after);
    report_tree_close(tree);
}

static void put_json_change(struct report_tree *tree, const struct report_plan *plan)
{
    struct counts counts = count(plan->switches, plan->n_switches);
    report_tree_map(tree, "change", REPORT_LINES);
    report_tree_text(tree, "file", plan->changes->file);
    report_tree_map(tree, "entries", REPORT_ON_ONE_LINE);
    report_tree_counter(tree, "add", counts.added);
    report_tree_counter(tree, "change", counts.changed);
    report_tree_counter(tree, "remove", counts.removed);
    report_tree_close(tree);
    report_tree_counter(tree, "groups_and_meters", counts.groups);
    report_tree_list(tree, "switches", REPORT_LINES);
    for (size_t i = 0; i < plan->n_switches; i++) {
        put_json_switch(tree, &plan->switches[i]);
    }
    report_tree_close(tree);
    put_json_refused(tree, plan);
    for (size_t i = 0; i < N_TURNS; i++) {
        const char **ids;
        size_t n = list_turn(plan, turns[i].to, &ids);
        report_tree_texts(tree, turns[i].key, ids, n);
        free(ids);
    }
    put_json_probes(tree, plan->probes);
    report_tree_close(tree);
}

void report_plan_json(const struct report_plan *plan, const char *version, struct base_buffer *out)
{
    struct report_tree tree = {.out = out, .syntax = REPORT_JSON};
    report_tree_map(&tree, NULL, REPORT_LINES);
    put_json_change(&tree, plan);
    report_put_report(&tree, plan->after, version);
    report_tree_close(&tree);
}

/* ------------------------------------------------------------- single items */

/* An item that the switch would refuse, or may. */
static int add_result(const struct flow_change *item, const struct change_effect *effect,
                      const struct topology *topology, struct report *report)
{
    const char *name = topology->switches[item->sw].name;
    const char *id = base_arena_format(&report->arena, "change/%s/%d", name, item->place.line);
    struct result *result = id ? report_add(report, RESULT_CHANGE, id) : NULL;
    struct base_buffer text = {0};
    if (!result) {
        return -1;
    }
    result->switch_name = name;
    result->verdict = change_is_refused(effect->answer) ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
    put_place(item, &text);
    result->source = base_arena_take(&report->arena, &text);
    base_put_text(&text, item->text);
    base_put_text(&text, ": ");
    put_reason(effect, &text);
    result->detail = base_arena_take(&report->arena, &text);
    return result->source && result->detail ? 0 : -1;
}

/* What was done, and the first few of those for which it did nothing. */
struct notes {
    const struct topology *topology;
    struct report *report;
    size_t n_ports, n_entries;
};
enum { NOTED_MAX = 8 };

static void note(struct notes *notes, size_t *n, const struct flow_change *item, const char *what)
{
    if ((*n)++ < NOTED_MAX) {
        report_note(notes->report, "%s:%d: %s has no %s", item->place.file, item->place.line,
                    notes->topology->switches[item->sw].name, what);
    }
}

static void note_port(struct notes *notes, const struct flow_change *item,
                      const struct switch_state *state)
{
    const struct match *match = &item->mod.flow.match;
    uint16_t port = match->value.in_port;
    bool is_delete = item->mod.command == FLOW_DELETE || item->mod.command == FLOW_DELETE_STRICT;
    if (!is_delete && state->n_ports > 0 && match->mask.in_port == UINT16_MAX && port > 0 &&
        port <= PORT_MAX && !switch_state_port(state, port)) {
        char what[16];
        snprintf(what, sizeof what, "port %u", port);
        note(notes, &notes->n_ports, item, what);
    }
}

/* To delete everything from an empty table is how a whole new one begins. */
static void note_entry(struct notes *notes, const struct flow_change *item)
{
    const struct flow_mod *mod = &item->mod;
    const struct match all = match_any();
    bool is_delete = mod->command == FLOW_DELETE || mod->command == FLOW_DELETE_STRICT;
    if (item->of_groups) {
        note(notes, &notes->n_entries, item,
             item->group_mod.of_meters ? "meter that this deletes" : "group that this deletes");
        return;
    }
    if (mod->command == FLOW_DELETE && match_equal(&mod->flow.match, &all)) {
        return;
    }
    note(notes, &notes->n_entries, item,
         is_delete          ? "entry that this deletes"
         : mod->cookie_mask ? "entry that this modifies"
                            : "entry that this modifies: it adds one");
}

int report_plan_items(const struct flow_changes *changes, const struct change_effect *effects,
                      const struct switch_state *const *before, const struct topology *topology,
                      struct report *report)
{
    struct notes notes = {.topology = topology, .report = report};
    int status = 0;
    for (size_t i = 0; i < changes->n_items && status == 0; i++) {
        const struct flow_change *item = &changes->items[i];
        if (!before[item->sw]) {
            continue;
        }
        if (!item->of_groups) {
            note_port(&notes, item, before[item->sw]);
        }
        if (effects[i].answer == CHANGE_NO_ENTRY) {
            note_entry(&notes, item);
        } else if (effects[i].answer != CHANGE_TAKEN) {
            status = add_result(item, &effects[i], topology, report);
        }
    }
    if (notes.n_ports > NOTED_MAX) {
        report_note(report, "%zu more lines of the change name ports that the switch does not have",
                    notes.n_ports - NOTED_MAX);
    }
    if (notes.n_entries > NOTED_MAX) {
        report_note(report, "%zu more lines of the change modify or delete no entry",
                    notes.n_entries - NOTED_MAX);
    }
    return status;
}
