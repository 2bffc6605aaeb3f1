/* SPDX-License-Identifier: Apache-2.0
 *
 * Where does each switch and host stand in the picture of a topology, and which of them are
 * marked? */
#include "report/drawing.h"

#include "base/memory.h"
#include "report/escape.h"

#include <stdlib.h>
#include <string.h>

enum {
    PER_ROW = 14, /* nodes beside each other; a layer of more has several rows */
    COLUMN = 84,  /* from one node to the next */
    LAYER = 96,   /* from one layer to the next */
    ROW = 64,     /* from one row of a layer to the next */
    MARGIN = 48,
    BESIDE = 26, /* from one cable between two nodes to the next, where they lean most */
    SWEEPS = 6,  /* of ordering: enough for trees and fabrics to unfold */
    MAX_CABLES_NUMBERED = 80 /* cables whose ports are written beside them */
};

/* Switches first, then hosts. */
struct node {
    unsigned layer;
    size_t index; /* in the topology */
    bool is_host;
    double at; /* where it wants to stand in its layer, from left to right */
    int x, y;  /* of its middle */
};

struct cable {
    size_t a, b;                    /* nodes */
    int bend_x, bend_y;             /* the point that its curve leans to */
    struct port_ref port_a, port_b; /* the former of a cable to a host is the host's: not used */
};

struct drawing {
    const struct topology *topology;
    const struct report *report;
    struct node *nodes;
    size_t n_nodes;
    struct cable *cables;
    size_t n_cables;
    size_t *order; /* nodes by layer, and from left to right in each */
    int width, height;
    struct base_arena names;
    struct base_buffer *out;
};

/* -------------------------------------------------------------- where it is */

static void list_nodes(struct drawing *drawing)
{
    const struct topology *topology = drawing->topology;
    for (size_t i = 0; i < drawing->n_nodes; i++) {
        bool is_host = i >= topology->n_switches;
        drawing->nodes[i] = (struct node){.layer = UINT32_MAX,
                                          .index = is_host ? i - topology->n_switches : i,
                                          .is_host = is_host};
        drawing->order[i] = i;
    }
}

static void list_cables(struct drawing *drawing)
{
    const struct topology *topology = drawing->topology;
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        drawing->cables[i] =
            (struct cable){.a = link->a.sw, .b = link->b.sw, .port_a = link->a, .port_b = link->b};
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        struct port_ref port = topology->hosts[i].port;
        drawing->cables[topology->n_links + i] = (struct cable){
            .a = topology->n_switches + i, .b = port.sw, .port_a = port, .port_b = port};
    }
}

/* The first layer: capture hosts; without one, all hosts. */
static bool is_first(const struct drawing *drawing, const struct node *node, bool any_captures)
{
    return node->is_host && (!any_captures || drawing->topology->hosts[node->index].capture);
}

static bool any_captures(const struct topology *topology)
{
    for (size_t i = 0; i < topology->n_hosts; i++) {
        if (topology->hosts[i].capture) {
            return true;
        }
    }
    return false;
}

static bool reach(struct drawing *drawing, size_t from, size_t to, unsigned layer)
{
    struct node *node = &drawing->nodes[to];
    if (drawing->nodes[from].layer != layer || node->layer != UINT32_MAX) {
        return false;
    }
    node->layer = layer + 1;
    return true;
}

/* Each node's distance from the first layer, in cables; what no cable leads to comes last. */
static void find_layers(struct drawing *drawing)
{
    bool captures = any_captures(drawing->topology), more = true;
    unsigned layer = 0;
    for (size_t i = 0; i < drawing->n_nodes; i++) {
        if (is_first(drawing, &drawing->nodes[i], captures)) {
            drawing->nodes[i].layer = 0;
        }
    }
    for (; more; layer++) {
        more = false;
        for (size_t i = 0; i < drawing->n_cables; i++) {
            const struct cable *cable = &drawing->cables[i];
            more |= reach(drawing, cable->a, cable->b, layer);
            more |= reach(drawing, cable->b, cable->a, layer);
        }
    }
    for (size_t i = 0; i < drawing->n_nodes; i++) {
        if (drawing->nodes[i].layer == UINT32_MAX) {
            drawing->nodes[i].layer = layer;
        }
    }
}

static int compare_nodes(const void *a, const void *b, void *context)
{
    const struct drawing *drawing = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const struct node *left = &drawing->nodes[i], *right = &drawing->nodes[j];
    if (left->layer != right->layer) {
        return left->layer < right->layer ? -1 : 1;
    }
    if (left->at != right->at) {
        return left->at < right->at ? -1 : 1;
    }
    return (i > j) - (i < j);
}

static size_t layer_end(const struct drawing *drawing, size_t begin)
{
    size_t end = begin;
    while (end < drawing->n_nodes && drawing->nodes[drawing->order[end]].layer ==
                                         drawing->nodes[drawing->order[begin]].layer) {
        end++;
    }
    return end;
}

/* Sorts each layer by `at`, and sets it to the place that came of it: 0 to 1. */
static void sort(struct drawing *drawing)
{
    qsort_r(drawing->order, drawing->n_nodes, sizeof *drawing->order, compare_nodes, drawing);
    for (size_t begin = 0, end; begin < drawing->n_nodes; begin = end) {
        end = layer_end(drawing, begin);
        for (size_t i = begin; i < end; i++) {
            drawing->nodes[drawing->order[i]].at =
                ((double)(i - begin) + 0.5) / (double)(end - begin);
        }
    }
}

/* Each node of a layer goes to the middle of its neighbours in the layer before (or behind): few
 * cables cross then (Sugiyama's barycentre heuristic). */
static void sweep(struct drawing *drawing, bool down, double *sums, size_t *counts)
{
    memset(sums, 0, drawing->n_nodes * sizeof *sums);
    memset(counts, 0, drawing->n_nodes * sizeof *counts);
    for (size_t i = 0; i < 2 * drawing->n_cables; i++) {
        const struct cable *cable = &drawing->cables[i / 2];
        size_t to = i % 2 ? cable->a : cable->b, from = i % 2 ? cable->b : cable->a;
        unsigned here = drawing->nodes[to].layer, there = drawing->nodes[from].layer;
        if (down ? there < here : there > here) {
            sums[to] += drawing->nodes[from].at;
            counts[to]++;
        }
    }
    for (size_t i = 0; i < drawing->n_nodes; i++) {
        if (counts[i] > 0) {
            drawing->nodes[i].at = sums[i] / (double)counts[i];
        }
    }
    sort(drawing);
}

static int order_nodes(struct drawing *drawing)
{
    double *sums = base_calloc(drawing->n_nodes, sizeof *sums);
    size_t *counts = base_calloc(drawing->n_nodes, sizeof *counts);
    int status = sums && counts ? 0 : -1;
    if (status == 0) {
        sort(drawing);
        for (int i = 0; i < SWEEPS; i++) {
            sweep(drawing, i % 2 == 0, sums, counts);
        }
    }
    free(sums);
    free(counts);
    return status;
}

/* A layer in as many rows as it needs; rows are filled from left to right. */
static void place_nodes(struct drawing *drawing)
{
    int y = MARGIN;
    drawing->width = PER_ROW * COLUMN + 2 * MARGIN;
    for (size_t begin = 0, end; begin < drawing->n_nodes; begin = end) {
        end = layer_end(drawing, begin);
        size_t n = end - begin, n_rows = (n + PER_ROW - 1) / PER_ROW;
        for (size_t i = begin; i < end; i++) {
            size_t nth = i - begin, row = nth % n_rows;
            struct node *node = &drawing->nodes[drawing->order[i]];
            node->x = MARGIN + (int)((2 * nth + 1) * PER_ROW * COLUMN / (2 * n));
            node->y = y + (int)row * ROW;
        }
        y += (int)(n_rows - 1) * ROW + LAYER;
    }
    drawing->height = y - LAYER + 2 * MARGIN - MARGIN / 2;
}

static bool is_beside(const struct cable *cable, const struct cable *other)
{
    return (cable->a == other->a && cable->b == other->b) ||
           (cable->a == other->b && cable->b == other->a);
}

/* Of the cables between two nodes each leans further to one side; a cable within a row leans
 * down, or it would go through what stands between. */
static void bend_cable(struct drawing *drawing, size_t i)
{
    struct cable *cable = &drawing->cables[i];
    const struct node *a = &drawing->nodes[cable->a], *b = &drawing->nodes[cable->b];
    int before = 0, behind = 0;
    for (size_t k = 0; k < drawing->topology->n_links && i < drawing->topology->n_links; k++) {
        bool beside = k != i && is_beside(cable, &drawing->cables[k]);
        before += beside && k < i;
        behind += beside && k > i;
    }
    int lean = (cable->a < cable->b ? before - behind : behind - before) * BESIDE;
    int down = a->y == b->y ? ROW / 2 + before * BESIDE : 0;
    int dx = b->x - a->x, dy = b->y - a->y, longer = abs(dx) > abs(dy) ? abs(dx) : abs(dy);
    cable->bend_x = (a->x + b->x) / 2 + (longer > 0 ? -dy * lean / longer : 0);
    cable->bend_y = (a->y + b->y) / 2 + (longer > 0 && down == 0 ? dx * lean / longer : 0) + down;
}

/* -------------------------------------------------------------------- marks */

bool report_names_place(const char *where, const char *place)
{
    size_t length = strlen(place);
    for (const char *at = where; at && *at;) {
        size_t n = strcspn(at, ",");
        if (n == length && memcmp(at, place, n) == 0) {
            return true;
        }
        at += n;
        at += strspn(at, ", ");
    }
    return false;
}

/* The number, from 1, of the first cause at this place; 0: none. */
static size_t cause_at(const struct drawing *drawing, const char *place)
{
    const struct report *report = drawing->report;
    for (size_t i = 0; place && i < report->n_causes; i++) {
        if (report->causes[i].where && report_names_place(report->causes[i].where, place)) {
            return i + 1;
        }
    }
    return 0;
}

static void begin_mark(const struct drawing *drawing, size_t cause)
{
    if (cause > 0) {
        base_put_format(drawing->out, "<a href=\"#cause-%zu\" class=\"bad\">", cause);
    }
}

static void end_mark(const struct drawing *drawing, size_t cause)
{
    base_put_text(drawing->out, cause > 0 ? "</a>\n" : "\n");
}

static void put_title(const struct drawing *drawing, const char *text)
{
    base_put_text(drawing->out, "<title>");
    report_put_xml(drawing->out, text);
    base_put_text(drawing->out, "</title>");
}

/* A cross, which no colour is needed to see. */
static void put_cross(const struct drawing *drawing, int x, int y)
{
    base_put_format(drawing->out, "<path class=\"cross\" d=\"M%d %dl16 16m0 -16l-16 16\"/>", x - 8,
                    y - 8);
}

/* ------------------------------------------------------------------- pieces */

static void put_cable(struct drawing *drawing, const struct cable *cable)
{
    const struct node *a = &drawing->nodes[cable->a], *b = &drawing->nodes[cable->b];
    const char *name = topology_cable_name(drawing->topology, cable->port_b, &drawing->names);
    size_t cause = cause_at(drawing, name);
    begin_mark(drawing, cause);
    base_put_format(drawing->out, "<path class=\"cable\" d=\"M%d %dQ%d %d %d %d\">", a->x, a->y,
                    cable->bend_x, cable->bend_y, b->x, b->y);
    put_title(drawing, name ? name : "");
    base_put_text(drawing->out, "</path>");
    if (cause > 0) {
        put_cross(drawing, (a->x + 2 * cable->bend_x + b->x) / 4,
                  (a->y + 2 * cable->bend_y + b->y) / 4);
    }
    end_mark(drawing, cause);
}

/* The number of a port beside its switch; a port at fault has a diamond around it. */
static void put_port(struct drawing *drawing, const struct node *here, const struct cable *cable,
                     struct port_ref port)
{
    enum { FROM_MIDDLE = 30 };
    const char *name = topology_port_name(drawing->topology, port, &drawing->names);
    size_t cause = cause_at(drawing, name);
    if (cause == 0 && drawing->n_cables > MAX_CABLES_NUMBERED) {
        return;
    }
    int dx = cable->bend_x - here->x, dy = cable->bend_y - here->y;
    int longer = abs(dx) / 2 > abs(dy) ? abs(dx) / 2 : abs(dy) > 0 ? abs(dy) : 1;
    int x = here->x + dx * FROM_MIDDLE / longer, y = here->y + dy * FROM_MIDDLE / longer;
    begin_mark(drawing, cause);
    if (cause > 0) {
        base_put_format(drawing->out,
                        "<path class=\"diamond\" d=\"M%d %dl11 11l-11 11l-11 -11z\"/>", x, y - 11);
    }
    base_put_format(drawing->out, "<text class=\"port\" x=\"%d\" y=\"%d\">%u</text>", x, y + 3,
                    port.port);
    end_mark(drawing, cause);
}

static void put_ports(struct drawing *drawing, const struct cable *cable)
{
    const struct node *a = &drawing->nodes[cable->a], *b = &drawing->nodes[cable->b];
    if (!a->is_host) {
        put_port(drawing, a, cable, cable->port_a);
    }
    put_port(drawing, b, cable, cable->port_b);
}

static const char *name_of(const struct drawing *drawing, const struct node *node)
{
    return node->is_host ? drawing->topology->hosts[node->index].name
                         : drawing->topology->switches[node->index].name;
}

static void put_switch(const struct drawing *drawing, const struct node *node, size_t cause)
{
    base_put_format(drawing->out,
                    "<rect class=\"switch\" x=\"%d\" y=\"%d\" width=\"56\" height=\"30\" "
                    "rx=\"%d\"/>",
                    node->x - 28, node->y - 15, cause > 0 ? 0 : 6);
}

static void put_host(const struct drawing *drawing, const struct node *node)
{
    base_put_format(drawing->out, "<circle class=\"host\" cx=\"%d\" cy=\"%d\" r=\"9\"/>", node->x,
                    node->y);
    if (drawing->topology->hosts[node->index].capture) {
        base_put_format(drawing->out, "<circle class=\"host\" cx=\"%d\" cy=\"%d\" r=\"13\"/>",
                        node->x, node->y);
    }
}

static void put_node(const struct drawing *drawing, const struct node *node)
{
    const char *name = name_of(drawing, node);
    size_t cause = cause_at(drawing, name);
    begin_mark(drawing, cause);
    base_put_text(drawing->out, "<g>");
    put_title(drawing, name);
    if (node->is_host) {
        put_host(drawing, node);
    } else {
        put_switch(drawing, node, cause);
    }
    base_put_format(drawing->out, "<text x=\"%d\" y=\"%d\">", node->x,
                    node->y + (!node->is_host     ? 4
                               : node->layer == 0 ? -19
                                                  : 27));
    report_put_xml(drawing->out, name);
    base_put_text(drawing->out, "</text></g>");
    if (cause > 0) {
        put_cross(drawing, node->x + (node->is_host ? 0 : 28), node->y - (node->is_host ? 0 : 15));
    }
    end_mark(drawing, cause);
}

static void put_all(struct drawing *drawing)
{
    base_put_format(drawing->out,
                    "<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">",
                    drawing->width, drawing->height);
    put_title(drawing, "The topology, and where it deviates");
    base_put_text(drawing->out, "\n");
    for (size_t i = 0; i < drawing->n_cables; i++) {
        put_cable(drawing, &drawing->cables[i]);
    }
    for (size_t i = 0; i < drawing->n_nodes; i++) {
        put_node(drawing, &drawing->nodes[i]);
    }
    for (size_t i = 0; i < drawing->n_cables; i++) {
        put_ports(drawing, &drawing->cables[i]);
    }
    base_put_text(drawing->out, "</svg>\n");
}

static int draw(struct drawing *drawing)
{
    list_nodes(drawing);
    list_cables(drawing);
    find_layers(drawing);
    if (order_nodes(drawing) < 0) {
        return -1;
    }
    place_nodes(drawing);
    for (size_t i = 0; i < drawing->n_cables; i++) {
        bend_cable(drawing, i);
    }
    put_all(drawing);
    return 0;
}

void report_put_drawing(struct base_buffer *out, const struct topology *topology,
                        const struct report *report)
{
    struct drawing drawing = {
        .topology = topology,
        .report = report,
        .n_nodes = topology->n_switches + topology->n_hosts,
        .n_cables = topology->n_links + topology->n_hosts,
        .out = out,
    };
    drawing.nodes = base_calloc(drawing.n_nodes, sizeof *drawing.nodes);
    drawing.cables = base_calloc(drawing.n_cables, sizeof *drawing.cables);
    drawing.order = base_calloc(drawing.n_nodes, sizeof *drawing.order);
    if (!drawing.nodes || !drawing.cables || !drawing.order || draw(&drawing) < 0) {
        out->failed = true;
    }
    base_arena_free(&drawing.names);
    free(drawing.nodes);
    free(drawing.cables);
    free(drawing.order);
}
