/* SPDX-License-Identifier: Apache-2.0
 *
 * How is the difference of two states written as text, and as JSON? */
#include "report/diff.h"

#include "report/escape.h"
#include "report/tree.h"

#include <string.h>

static bool differs(const struct report_diff *diff, const struct switch_difference *sw)
{
    if (diff->entries) {
        return sw->n_entries > 0 || sw->n_groups > 0;
    }
    for (size_t i = 0; i < sw->n_items; i++) {
        if (!sw->items[i].undecided) {
            return true;
        }
    }
    return sw->n_ports > 0 || sw->chooses_otherwise;
}

static bool is_undecided(const struct report_diff *diff, const struct switch_difference *sw)
{
    return sw->not_compared || (!diff->entries && (sw->open || sw->n_items > 0));
}

static size_t count_different(const struct report_diff *diff)
{
    size_t n = 0;
    for (size_t i = 0; i < diff->n_switches; i++) {
        n += differs(diff, &diff->switches[i]);
    }
    return n;
}

enum report_diff_verdict report_diff_verdict(const struct report_diff *diff)
{
    bool undecided = false;
    for (size_t i = 0; i < diff->n_switches; i++) {
        undecided |= is_undecided(diff, &diff->switches[i]);
    }
    return count_different(diff) > 0 ? REPORT_DIFF_DIFFERENT
           : undecided               ? REPORT_DIFF_UNDECIDED
                                     : REPORT_DIFF_SAME;
}

/* -------------------------------------------------------------------- text */

void report_put_set(const struct difference *difference, struct base_buffer *out)
{
    base_put_text(out, difference->is_part ? "some of " : "");
    base_put_text(out, *difference->match ? difference->match : "every packet");
    if (difference->except) {
        base_put_text(out, " except ");
        base_put_text(out, difference->except);
    }
    if (difference->n_except_more > 0) {
        base_put_format(out, " and %zu more", difference->n_except_more);
    }
}

static void put_difference(const struct switch_difference *sw, const struct difference *difference,
                           struct base_buffer *out)
{
    const char *word = strncmp(difference->ports, "any", 3) == 0 ? ""
                       : strpbrk(difference->ports, ",-")        ? "ports "
                                                                 : "port ";
    base_put_format(out, "%s %s%s: ", sw->name, word, difference->ports);
    report_put_set(difference, out);
    base_put_text(out, "\n");
    if (difference->undecided) {
        base_put_format(out, "  not decided: %s\n", difference->undecided);
    } else {
        base_put_format(out, "  %s\n", difference->detail);
    }
    for (int i = 0; i < 2; i++) {
        const char *entry = difference->entry[i] ? difference->entry[i] : "no entry takes it";
        base_put_format(out, "  %c        %s    (%s)\n", 'A' + i, difference->actions[i], entry);
    }
    base_put_format(out, "  example  %s\n\n", difference->example);
}

static void put_groups(const struct switch_difference *sw, struct base_buffer *out)
{
    for (size_t i = 0; i < sw->n_groups; i++) {
        base_put_format(out, "%s %s\n%s", sw->name, sw->groups[i],
                        i + 1 == sw->n_groups ? "\n" : "");
    }
}

static void put_behavior(const struct switch_difference *sw, size_t max, struct base_buffer *out)
{
    size_t shown = max > 0 && sw->n_items > max ? max : sw->n_items;
    for (size_t i = 0; i < shown; i++) {
        put_difference(sw, &sw->items[i], out);
    }
    if (shown < sw->n_items) {
        base_put_format(out, "%s: %zu more sets of packets (-v lists them)\n\n", sw->name,
                        sw->n_items - shown);
    }
    for (size_t i = 0; i < sw->n_ports; i++) {
        base_put_format(out, "%s %s\n%s", sw->name, sw->ports[i], i + 1 == sw->n_ports ? "\n" : "");
    }
    put_groups(sw, out);
    if (sw->open) {
        base_put_format(out, "%s: %s\n\n", sw->name, sw->open);
    }
}

static void put_entries(const struct switch_difference *sw, struct base_buffer *out)
{
    if (sw->n_entries > 0) {
        base_put_format(out, "%s:\n", sw->name);
    }
    for (size_t i = 0; i < sw->n_entries; i++) {
        for (int j = 0; j < 2; j++) {
            if (sw->entries[i].entry[j]) {
                base_put_format(out, "%c%s\n", j == 0 ? '-' : '+', sw->entries[i].entry[j]);
            }
        }
    }
}

void report_diff_text(const struct report_diff *diff, size_t max, struct base_buffer *out)
{
    static const char *const words[] = {[REPORT_DIFF_SAME] = "SAME",
                                        [REPORT_DIFF_DIFFERENT] = "DIFFERENT",
                                        [REPORT_DIFF_UNDECIDED] = "NOT DECIDED"};
    size_t n_unseen = 0;
    for (size_t i = 0; i < diff->n_switches; i++) {
        const struct switch_difference *sw = &diff->switches[i];
        n_unseen += sw->not_compared != NULL;
        if (sw->not_compared) {
            base_put_format(out, "%s: not compared", sw->name);
            report_put_line(out, ": ", sw->not_compared);
            base_put_text(out, "\n");
        } else if (diff->entries) {
            put_entries(sw, out);
            put_groups(sw, out);
        } else {
            put_behavior(sw, max, out);
        }
    }
    base_put_format(out, "%s: %zu of %zu switches differ", words[report_diff_verdict(diff)],
                    count_different(diff), diff->n_switches);
    base_put_text(out, diff->entries ? " by entries" : "");
    if (n_unseen > 0) {
        base_put_format(out, ", %zu not compared", n_unseen);
    }
    base_put_format(out, " (A: %s, B: %s)\n", diff->names[0], diff->names[1]);
}

/* -------------------------------------------------------------------- JSON */

void report_put_difference(struct report_tree *tree, const struct difference *item,
                           const char *const keys[2])
{
    report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
    report_tree_text(tree, "ports", item->ports);
    report_tree_text(tree, "match", item->match);
    report_tree_text(tree, "except", item->except);
    if (item->n_except_more > 0) {
        report_tree_counter(tree, "except_more", item->n_except_more);
    }
    if (item->is_part) {
        report_tree_text(tree, "part", "some of these");
    }
    report_tree_text(tree, "example", item->example);
    for (int i = 0; i < 2; i++) {
        report_tree_map(tree, keys[i], REPORT_ON_ONE_LINE);
        report_tree_text(tree, "actions", item->actions[i]);
        report_tree_text(tree, "entry", item->entry[i]);
        report_tree_close(tree);
    }
    report_tree_text(tree, "detail", item->detail);
    report_tree_text(tree, "undecided", item->undecided);
    report_tree_close(tree);
}

void report_put_entries(struct report_tree *tree, const struct switch_difference *sw,
                        const char *const keys[2])
{
    report_tree_list(tree, "entries", REPORT_LINES);
    for (size_t i = 0; i < sw->n_entries; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, keys[0], sw->entries[i].entry[0]);
        report_tree_text(tree, keys[1], sw->entries[i].entry[1]);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_switch(struct report_tree *tree, const struct switch_difference *sw)
{
    static const char *const keys[] = {"a", "b"};
    report_tree_map(tree, NULL, REPORT_LINES);
    report_tree_text(tree, "switch", sw->name);
    report_tree_text(tree, "not_compared", sw->not_compared);
    report_tree_list(tree, "differences", REPORT_LINES);
    for (size_t i = 0; i < sw->n_items; i++) {
        report_put_difference(tree, &sw->items[i], keys);
    }
    report_tree_close(tree);
    report_tree_text(tree, "open", sw->open);
    report_tree_texts(tree, "ports", sw->ports, sw->n_ports);
    if (sw->n_groups > 0) {
        report_tree_texts(tree, "groups", sw->groups, sw->n_groups);
    }
    report_put_entries(tree, sw, keys);
    report_tree_close(tree);
}

void report_diff_json(const struct report_diff *diff, const char *version, struct base_buffer *out)
{
    static const char *const words[] = {[REPORT_DIFF_SAME] = "same",
                                        [REPORT_DIFF_DIFFERENT] = "different",
                                        [REPORT_DIFF_UNDECIDED] = "undecided"};
    struct report_tree tree = {.out = out, .syntax = REPORT_JSON};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_tree_text(&tree, "verdict", words[report_diff_verdict(diff)]);
    report_tree_text(&tree, "a", diff->names[0]);
    report_tree_text(&tree, "b", diff->names[1]);
    report_tree_list(&tree, "switches", REPORT_LINES);
    for (size_t i = 0; i < diff->n_switches; i++) {
        put_switch(&tree, &diff->switches[i]);
    }
    report_tree_close(&tree);
    report_tree_text(&tree, "tapproof", version);
    report_tree_number(&tree, "format", 1);
    report_tree_close(&tree);
}
