/* SPDX-License-Identifier: Apache-2.0
 *
 * How are mistakes that an expectation would not notice written as text, and as JSON? */
#include "report/mutate.h"

#include "base/memory.h"
#include "report/escape.h"
#include "report/evidence.h"
#include "yaml/write.h"

#include <stdlib.h>

static const struct {
    const char *word;
    enum report_ink ink;
} fates[] = {[MUTATION_NOTICED] = {"noticed", INK_GREEN},
             [MUTATION_UNNOTICED] = {"UNNOTICED", INK_RED},
             [MUTATION_EQUIVALENT] = {"equivalent", INK_DIM},
             [MUTATION_UNDECIDED] = {"UNDECIDED", INK_YELLOW}};

static size_t count_sensed(const struct mutations *mutations, enum mutation_sense by)
{
    size_t n = 0;
    for (size_t i = 0; i < mutations->n_items; i++) {
        n += mutations->items[i].sensed[by] != NULL;
    }
    return n;
}

/* "s1: {1: {output: [2]}}": the port's line and where it belongs. */
static void put_line(const struct mutations *mutations, const struct topology *topology,
                     size_t line, struct base_buffer *out)
{
    const struct expected_port *port = &mutations->lines[line];
    base_put_format(out, "ports: {%s: {", topology->switches[port->port.sw].name);
    yaml_write_port(port, out);
    base_put_text(out, "}}");
}

/* All lines together, as they stand in a file. */
static void put_lines(const struct mutations *mutations, const struct topology *topology,
                      struct base_buffer *out)
{
    bool *lists_switch = base_calloc(topology->n_switches, sizeof *lists_switch);
    struct expectation lines = {.topology = (struct topology *)topology,
                                .ports = mutations->lines,
                                .n_ports = mutations->n_lines,
                                .lists_switch = lists_switch};
    out->failed |= !lists_switch;
    for (size_t i = 0; lists_switch && i < mutations->n_lines; i++) {
        lists_switch[mutations->lines[i].port.sw] = true;
    }
    if (lists_switch) {
        yaml_write_ports(&lines, out);
    }
    free(lists_switch);
}

/* -------------------------------------------------------------------- text */

static void put_headline(const struct report_paper *paper, const struct mutation *mutation)
{
    report_put_ink(paper, fates[mutation->fate].ink, fates[mutation->fate].word);
    report_put_line(paper->out, "  ", mutation->id);
}

static void put_unnoticed(const struct report_paper *paper, const struct mutations *mutations,
                          const struct topology *topology, const struct mutation *mutation)
{
    struct base_buffer *out = paper->out;
    put_headline(paper, mutation);
    base_put_format(out, "      from    %s\n      to      %s\n", mutation->before,
                    mutation->after ? mutation->after : "no entry");
    if (mutation->open) {
        report_put_line(out, "      open    ", mutation->open);
    } else if (mutation->line != INDEX_NONE) {
        base_put_text(out, "      add     ");
        put_line(mutations, topology, mutation->line, out);
        base_put_text(out, "\n");
    } else if (mutation->ignore) {
        report_put_line(out, "      ignored ", mutation->ignore);
    }
}

static void put_other(const struct report_paper *paper, const struct mutation *mutation)
{
    put_headline(paper, mutation);
    for (enum mutation_sense by = 0; by < N_MUTATION_SENSES; by++) {
        if (mutation->sensed[by]) {
            base_put_format(paper->out, "      %-7s", mutation_sense_name(by));
            report_put_line(paper->out, " ", mutation->sensed[by]);
        }
    }
}

static void put_items(const struct report_paper *paper, const struct mutations *mutations,
                      const struct topology *topology, size_t max, bool verbose)
{
    size_t shown = 0, n = 0;
    for (size_t i = 0; i < mutations->n_items; i++) {
        const struct mutation *mutation = &mutations->items[i];
        bool shows = mutation->fate == MUTATION_UNNOTICED || mutation->fate == MUTATION_UNDECIDED;
        n += shows;
        if (shows && (max == 0 || shown < max)) {
            put_unnoticed(paper, mutations, topology, mutation);
            shown++;
        } else if (!shows && verbose) {
            put_other(paper, mutation);
        }
    }
    if (shown < n) {
        base_put_format(paper->out, "and %zu more (-v lists them)\n", n - shown);
    }
}

static void put_summary(const struct report_paper *paper, const struct mutations *mutations)
{
    struct base_buffer *out = paper->out;
    double score = mutations_score(mutations);
    size_t noticed = mutations_count(mutations, MUTATION_NOTICED);
    size_t unnoticed = mutations_count(mutations, MUTATION_UNNOTICED);
    size_t undecided = mutations_count(mutations, MUTATION_UNDECIDED);
    report_put_ink(paper,
                   unnoticed > 0 || score < 0                     ? INK_RED
                   : undecided > 0 || mutations->base.interrupted ? INK_YELLOW
                                                                  : INK_GREEN,
                   "MUTATE");
    base_put_text(out, mutations->base.interrupted ? ": interrupted" : "");
    if (score < 0) {
        base_put_text(out, ": no change that counts");
    } else { /* 100 only if it is all */
        base_put_format(out, ": %.1f %% noticed, %zu of %zu", (double)(long)(score * 10) / 10,
                        noticed, noticed + unnoticed + undecided);
    }
    if (undecided > 0) {
        base_put_format(out, ", %zu not decided", undecided);
    }
    for (enum mutation_sense by = 0; by < N_MUTATION_SENSES; by++) {
        base_put_format(out, "%s%s %zu", by == 0 ? " (by " : ", ", mutation_sense_name(by),
                        count_sensed(mutations, by));
    }
    base_put_format(out, "); %zu equivalent", mutations_count(mutations, MUTATION_EQUIVALENT));
    if (mutations->n_unsampled > 0) {
        base_put_format(out, ", %zu not tried%s", mutations->n_unsampled,
                        mutations->base.interrupted ? "" : " (--limit)");
    }
    if (mutations->n_deselected > 0) {
        base_put_format(out, ", %zu not asked for (-k)", mutations->n_deselected);
    }
    if (mutations->n_open > 0) {
        base_put_format(out, "; %s %zu result%s open as it is",
                        mutations->n_chosen == 0                   ? "NORMAL leaves"
                        : mutations->n_chosen == mutations->n_open ? "choices of switches leave"
                                                                   : "NORMAL and choices leave",
                        mutations->n_open, mutations->n_open == 1 ? "" : "s");
    }
    base_put_text(out, "\n");
}

void report_mutate_text(const struct mutations *mutations, const struct topology *topology,
                        size_t max, const struct report_text_options *options,
                        struct base_buffer *out)
{
    struct report_paper paper = {.out = out, .color = options->color, .width = options->width};
    if (mutations->untried) {
        report_text(&mutations->base, options, out);
        return;
    }
    put_items(&paper, mutations, topology, max, options->verbose);
    if (mutations->n_lines > 0) {
        base_put_text(out, "\nTo notice them, add what is missing of this:\n\n");
        put_lines(mutations, topology, out);
        base_put_text(out, "\n");
    }
    put_summary(&paper, mutations);
}

/* -------------------------------------------------------------------- JSON */

static void put_json_counts(struct report_tree *tree, const struct mutations *mutations)
{
    report_tree_map(tree, "counts", REPORT_ON_ONE_LINE);
    for (enum mutation_fate fate = 0; fate < N_MUTATION_FATES; fate++) {
        report_tree_counter(tree, mutation_fate_name(fate), mutations_count(mutations, fate));
    }
    report_tree_counter(tree, "deselected", mutations->n_deselected);
    report_tree_counter(tree, "not_tried", mutations->n_unsampled);
    if (mutations->n_open > 0) {
        report_tree_counter(tree, "open_as_it_is", mutations->n_open);
    }
    report_tree_close(tree);
    report_tree_map(tree, "by", REPORT_ON_ONE_LINE);
    for (enum mutation_sense by = 0; by < N_MUTATION_SENSES; by++) {
        report_tree_counter(tree, mutation_sense_name(by), count_sensed(mutations, by));
    }
    report_tree_close(tree);
}

static void put_json_item(struct report_tree *tree, const struct mutations *mutations,
                          const struct topology *topology, const struct mutation *mutation)
{
    struct base_buffer line = {0};
    if (mutation->line != INDEX_NONE) {
        put_line(mutations, topology, mutation->line, &line);
    }
    report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
    report_tree_text(tree, "id", mutation->id);
    report_tree_text(tree, "fate", mutation_fate_name(mutation->fate));
    report_tree_text(tree, "before", mutation->before);
    report_tree_text(tree, "after", mutation->after);
    for (enum mutation_sense by = 0; by < N_MUTATION_SENSES; by++) {
        report_tree_text(tree, mutation_sense_name(by), mutation->sensed[by]);
    }
    report_tree_text(tree, "detail", mutation->open);
    report_tree_text(tree, "add", line.n_bytes > 0 ? base_buffer_text(&line) : NULL);
    report_tree_text(tree, "ignore", mutation->ignore);
    report_tree_close(tree);
    report_drop_scratch(&line, tree->out);
}

void report_mutate_json(const struct mutations *mutations, const struct topology *topology,
                        const char *version, struct base_buffer *out)
{
    struct report_tree tree = {.out = out, .syntax = REPORT_JSON};
    struct base_buffer lines = {0};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_tree_number(&tree, "format", 1);
    report_tree_text(&tree, "tapproof", version);
    report_tree_text(&tree, "network", verdict_name(report_verdict(&mutations->base)));
    if (mutations->base.interrupted) {
        report_tree_flag(&tree, "interrupted");
    }
    if (mutations_score(mutations) >= 0) {
        report_tree_real(&tree, "score", mutations_score(mutations));
    }
    put_json_counts(&tree, mutations);
    report_tree_list(&tree, "mutations", REPORT_LINES);
    for (size_t i = 0; i < mutations->n_items; i++) {
        put_json_item(&tree, mutations, topology, &mutations->items[i]);
    }
    report_tree_close(&tree);
    if (mutations->n_lines > 0) {
        put_lines(mutations, topology, &lines);
        report_tree_text(&tree, "add", base_buffer_text(&lines));
    }
    report_tree_close(&tree);
    report_drop_scratch(&lines, out);
}
