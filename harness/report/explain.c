/* SPDX-License-Identifier: Apache-2.0
 *
 * How is an explanation written as text, and as JSON? */
#include "report/explain.h"

#include "report/deviation.h"
#include "report/escape.h"
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------------- text */

static void put_line(struct base_buffer *out, const char *label, const char *text)
{
    if (text) {
        base_put_format(out, "  %-9s", label);
        report_put_line(out, " ", text);
    }
}

static void put_output(const struct explained_hop *hop, const struct explained_output *output,
                       struct base_buffer *out)
{
    base_put_format(out, "  %-9s %s", output->chosen ? "perhaps" : "output", output->port_text);
    if (output->queue) {
        base_put_format(out, " (%s)", output->queue);
    }
    const char *nowhere = *output->port_text >= '0' && *output->port_text <= '9'
                              ? "nothing is cabled there"
                              : "leaves the network";
    if (output->closed) {
        base_put_format(out, " -> nowhere: the port %s\n", output->closed);
        return;
    }
    base_put_format(out, " -> %s", output->to ? output->to : nowhere);
    if (strcmp(output->packet, hop->packet) != 0) {
        base_put_format(out, "  as %s", output->packet);
    }
    base_put_text(out, "\n");
    if (output->frame) {
        base_put_format(out, "            %s\n", output->frame);
    }
}

/* What the switch chooses between. */
static void put_ways(const struct explained_hop *hop, struct base_buffer *out)
{
    if (hop->ways) {
        base_put_text(out, "  one of    ");
        report_put_ways(hop->ways, &hop->header, out);
        base_put_text(out, "\n");
    }
}

static void put_hop(const struct explanation *explanation, const struct explained_hop *hop,
                    struct base_buffer *out)
{
    base_put_text(out, hop->at);
    if (hop->previous != HOP_NONE) {
        base_put_format(out, "  %sfrom %s", hop->chosen ? "perhaps " : "",
                        explanation->hops[hop->previous].at);
    }
    base_put_format(out, "  %s\n", hop->packet);
    put_line(out, "entry",
             hop->n_tables > 0              ? hop->tables[0]
             : hop->entry                   ? hop->entry
             : hop->unknown || hop->refused ? NULL
                                            : "none takes it: dropped");
    for (size_t i = 1; i < hop->n_tables; i++) {
        put_line(out, "then", hop->tables[i]);
    }
    for (size_t i = 0; i < hop->n_groups; i++) {
        put_line(out, "group", hop->groups[i]);
    }
    for (size_t i = 0; i < hop->n_hidden; i++) {
        put_line(out, i == 0 ? "hides" : "", hop->hidden[i]);
    }
    if (hop->n_hidden_more > 0) {
        base_put_format(out, "            and %zu more\n", hop->n_hidden_more);
    }
    put_line(out, "unknown", hop->unknown);
    put_ways(hop, out);
    if (hop->refused) {
        base_put_format(out, "  refused   the port %s\n", hop->refused);
    }
    for (size_t i = 0; i < hop->n_outputs; i++) {
        put_output(hop, &hop->outputs[i], out);
    }
    if (hop->entry && hop->n_outputs == 0 && !hop->unknown) {
        put_line(out, "output", "none: dropped");
    }
    if (hop->expected) {
        base_put_format(out, "  expected  %s  (%s)\n", hop->expected,
                        hop->source ? hop->source : "not listed");
    } else {
        put_line(out, "expected", "nothing is said of this port");
    }
    if (hop->declared) {
        base_put_text(out, "  deviates  ");
        report_put_deviation(hop->declared, hop->advertised, &hop->header, out);
        base_put_text(out, "\n");
    } else if (hop->kept_back) {
        put_line(out, "deviates", "a port keeps the switch from it");
    }
    base_put_text(out, "\n");
}

/* Hosts, with the copies that surely come, and whether some come as switches choose. */
struct arrivals {
    struct arrival {
        const char *host;
        size_t n_copies;
        bool chosen;
    } * items;
    size_t n, capacity;
};

static struct arrival *arrival_at(struct arrivals *arrivals, const char *host)
{
    size_t at = 0;
    while (at < arrivals->n && strcmp(arrivals->items[at].host, host) != 0) {
        at++;
    }
    if (at == arrivals->n) {
        if (base_grow(&arrivals->items, at, &arrivals->capacity, sizeof *arrivals->items) < 0) {
            return NULL;
        }
        arrivals->items[arrivals->n++] = (struct arrival){.host = host};
    }
    return &arrivals->items[at];
}

/* Each host once, with the number of copies. */
static void list_arrivals(const struct explanation *explanation, struct arrivals *arrivals,
                          struct base_buffer *out)
{
    for (size_t i = 0; i < explanation->n_hops; i++) {
        const struct explained_hop *hop = &explanation->hops[i];
        for (size_t j = 0; j < hop->n_outputs; j++) {
            const struct explained_output *output = &hop->outputs[j];
            bool arrives = output->to && !strchr(output->to, ':');
            struct arrival *arrival = arrives ? arrival_at(arrivals, output->to) : NULL;
            out->failed |= arrives && !arrival;
            if (arrival) {
                arrival->n_copies += !hop->chosen && !output->chosen;
                arrival->chosen |= hop->chosen || output->chosen;
            }
        }
    }
}

/* "h2, h3 (2 times)"; of those to which more may come, "h2 or h3". How many. */
static size_t put_hosts(const struct arrivals *arrivals, bool chosen, const char *before,
                        struct base_buffer *out)
{
    size_t n = 0;
    for (size_t i = 0; i < arrivals->n; i++) {
        const struct arrival *arrival = &arrivals->items[i];
        if (chosen ? !arrival->chosen : arrival->n_copies == 0) {
            continue;
        }
        base_put_format(out, "%s%s", n++ == 0 ? before : chosen ? " or " : ", ", arrival->host);
        if (!chosen && arrival->n_copies > 1) {
            base_put_format(out, " (%zu times)", arrival->n_copies);
        }
    }
    return n;
}

static void put_arrivals(const struct explanation *explanation, struct base_buffer *out)
{
    struct arrivals arrivals = {0};
    list_arrivals(explanation, &arrivals, out);
    size_t n = put_hosts(&arrivals, false, "arrives at ", out);
    n += put_hosts(&arrivals, true,
                   n > 0 ? "; as switches choose, also at " : "arrives, as switches choose, at ",
                   out);
    base_put_text(out, n == 0 ? "arrives at no host" : "");
    free(arrivals.items);
    base_put_text(out, explanation->unknown    ? "; not everything is known\n"
                       : explanation->deviates ? "; deviates from the expectation\n"
                                               : "\n");
}

static void put_class(const struct explained_class *class, struct base_buffer *out)
{
    base_put_text(out, class->entry ? class->entry : "no entry: everything else is dropped");
    base_put_text(out, "\n");
    if (class->open) {
        put_line(out, "open", "not decided within the budget whether a packet reaches it");
    } else if (class->example) {
        put_line(out, "unknown", class->unknown);
        put_line(out, "surely", class->unknown ? class->to : NULL);
        if (class->entry && !class->unknown) {
            put_line(out, "to", class->to ? class->to : "nowhere");
            put_line(out, "closed", class->closed);
        }
        put_line(out, "example", class->example);
    } else {
        put_line(out, "hidden",
                 class->hidden_by ? class->hidden_by : "several entries together take all of it");
    }
}

void report_explain_text(const struct explanation *explanation, struct base_buffer *out)
{
    if (explanation->n_hops == 0) {
        base_put_format(out, "%s, by entry, the best first:\n\n", explanation->at);
        if (explanation->refused) {
            base_put_format(out, "no packet enters: the port %s\n\n", explanation->refused);
        }
        for (size_t i = 0; i < explanation->n_classes; i++) {
            put_class(&explanation->classes[i], out);
        }
        return;
    }
    if (explanation->chosen) {
        base_put_format(out, "not said, and chosen: %s\n\n", explanation->chosen);
    }
    for (size_t i = 0; i < explanation->n_hops; i++) {
        put_hop(explanation, &explanation->hops[i], out);
    }
    put_arrivals(explanation, out);
}

/* -------------------------------------------------------------------- JSON */

static void put_outputs(struct report_tree *tree, const struct explained_hop *hop)
{
    report_tree_list(tree, "outputs", REPORT_LINES);
    for (size_t i = 0; i < hop->n_outputs; i++) {
        const struct explained_output *output = &hop->outputs[i];
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        if (strspn(output->port_text, "0123456789") == strlen(output->port_text)) {
            report_tree_number(tree, "port", output->port);
        } else {
            report_tree_text(tree, "port", output->port_text);
        }
        report_tree_text(tree, "queue", output->queue);
        report_tree_text(tree, "packet", output->packet);
        report_tree_text(tree, "frame", output->frame);
        report_tree_text(tree, "closed", output->closed);
        if (output->chosen) {
            report_tree_flag(tree, "chosen");
        }
        report_tree_text(tree, "to", output->to);
        if (output->hop != HOP_NONE) {
            report_tree_counter(tree, "hop", output->hop);
        }
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_hop_tree(struct report_tree *tree, const struct explained_hop *hop)
{
    report_tree_map(tree, NULL, REPORT_LINES);
    report_tree_text(tree, "at", hop->at);
    if (hop->previous != HOP_NONE) {
        report_tree_counter(tree, "from", hop->previous);
    }
    report_tree_text(tree, "packet", hop->packet);
    report_tree_text(tree, "entry", hop->entry);
    if (hop->n_tables > 1) {
        report_tree_texts(tree, "tables", hop->tables, hop->n_tables);
    }
    if (hop->n_groups > 0) {
        report_tree_texts(tree, "groups", hop->groups, hop->n_groups);
    }
    report_tree_text(tree, "refused", hop->refused);
    report_tree_text(tree, "unknown", hop->unknown);
    if (hop->ways) {
        report_tree_list(tree, "one_of", REPORT_ON_ONE_LINE);
        for (size_t i = 0; i < hop->ways->n_ways; i++) {
            struct base_buffer way = {0};
            report_put_ways(&hop->ways->ways[i], &hop->header, &way);
            report_tree_text(tree, NULL, base_buffer_text(&way));
            report_drop_scratch(&way, tree->out);
        }
        report_tree_close(tree);
    }
    report_tree_texts(tree, "hidden", hop->hidden, hop->n_hidden);
    put_outputs(tree, hop);
    report_tree_text(tree, "expected", hop->expected);
    if (hop->declared) {
        struct base_buffer deviation = {0};
        report_put_deviation(hop->declared, hop->advertised, &hop->header, &deviation);
        report_tree_text(tree, "deviation", base_buffer_text(&deviation));
        report_drop_scratch(&deviation, tree->out);
    }
    report_tree_text(tree, "source", hop->source);
    report_tree_close(tree);
}

static void put_packet(struct report_tree *tree, const struct explanation *explanation)
{
    report_tree_text(tree, "packet", explanation->hops[0].packet);
    report_tree_text(tree, "chosen", explanation->chosen);
    report_tree_text(tree, "entry", explanation->hops[0].entry);
    put_outputs(tree, &explanation->hops[0]);
    report_tree_list(tree, "hops", REPORT_LINES);
    for (size_t i = 0; i < explanation->n_hops; i++) {
        put_hop_tree(tree, &explanation->hops[i]);
    }
    report_tree_close(tree);
}

static void put_classes(struct report_tree *tree, const struct explanation *explanation)
{
    report_tree_list(tree, "classes", REPORT_LINES);
    for (size_t i = 0; i < explanation->n_classes; i++) {
        const struct explained_class *class = &explanation->classes[i];
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "entry", class->entry);
        report_tree_text(tree, "actions", class->actions);
        report_tree_text(tree, "to", class->to);
        report_tree_text(tree, "closed", class->closed);
        report_tree_text(tree, "unknown", class->unknown);
        report_tree_text(tree, "example", class->example);
        report_tree_text(tree, "hidden_by", class->hidden_by);
        report_tree_text(tree, "open", class->open ? "not decided within the budget" : NULL);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

void report_explain_json(const struct explanation *explanation, const char *version,
                         struct base_buffer *out)
{
    struct report_tree tree = {.out = out, .syntax = REPORT_JSON};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_tree_text(&tree, "at", explanation->at);
    if (explanation->n_hops > 0) {
        put_packet(&tree, explanation);
    } else {
        report_tree_text(&tree, "refused", explanation->refused);
        put_classes(&tree, explanation);
    }
    report_tree_text(&tree, "tapproof", version);
    report_tree_number(&tree, "format", 1);
    report_tree_close(&tree);
}
