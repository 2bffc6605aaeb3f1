/* SPDX-License-Identifier: Apache-2.0
 *
 * Which way does the packet of a refuted claim take? */
#include "report/proof.h"

#include "base/memory.h"
#include "blame/proof.h"
#include "ofctl/flow.h"
#include "path/declared.h"

#include <stdlib.h>
#include <string.h>

enum { WAYS_MAX = 8 };

static void put_port(const struct blame_view *view, struct port_ref port, struct base_buffer *out)
{
    base_put_format(out, "%s:", view->topology->switches[port.sw].name);
    port_format(port.port, out);
}

static void put_entry(const struct blame_view *view, const struct path_hop *hop,
                      struct base_buffer *out)
{
    const struct switch_state *state = view->states[hop->in.sw];
    size_t n_rows = state ? path_n_rows(view->tables, hop->in.sw, hop->entry) : 0;
    base_put_text(out, "  ");
    if (n_rows == 0) {
        base_put_text(out, state ? "no entry takes it" : "not read");
    }
    if (n_rows > 0) {
        const char *rows =
            path_rows_text(view->tables, hop->in.sw, hop->entry, &hop->header, view->arena);
        base_put_text(out, rows ? rows : "");
    }
}

/* "s1:6 -> s3:1": over the cable into a port. previous: HOP_NONE for the sender. */
static void put_cable(const struct blame_view *view, size_t previous, uint16_t out_port,
                      struct port_ref in, struct base_buffer *out)
{
    base_put_text(out, "\n");
    if (previous == HOP_NONE) {
        base_put_text(out, view->topology->hosts[view->from].name);
    } else {
        struct port_ref from = {.sw = view->advertised.hops[previous].in.sw, .port = out_port};
        put_port(view, from, out);
    }
    base_put_text(out, " -> ");
    put_port(view, in, out);
}

/* A line for each switch, up to a hop: "s1:6 -> s3:1  in_port=1 actions=output:11". */
static void put_way(const struct blame_view *view, size_t last, struct base_buffer *out)
{
    struct path_way way;
    path_way_to(&view->advertised, last, &way);
    for (size_t i = 0; i < way.n_hops; i++) {
        const struct path_hop *hop = &view->advertised.hops[way.hops[i]];
        put_cable(view, hop->previous, hop->out, hop->in, out);
        put_entry(view, hop, out);
    }
}

static void put_circle(const struct blame_view *view, struct base_buffer *out)
{
    const struct path_walk *walk = &view->advertised;
    if (walk->loops) {
        const struct path_hop *first = &walk->hops[walk->loop_first];
        struct peer back = path_network_peer(view->tables, first->in);
        put_way(view, walk->loop_last, out);
        put_cable(view, walk->loop_last, back.port.port, first->in, out);
        base_put_text(out, "  where it came before, in the same form");
    }
}

static bool same_form(const struct header *a, const struct header *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* The ways to the receiver; of altered copies only those in that form; of many,
 * the first. */
static void put_arrivals(const struct blame_view *view, const struct prove_finding *finding,
                         struct base_buffer *out)
{
    const struct path_walk *walk = &view->advertised;
    size_t n = 0;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        struct port_ref from = {.sw = walk->hops[arrival->hop].in.sw,
                                .port = arrival->header.in_port};
        if (arrival->host != finding->to ||
            (finding->altered && !same_form(&arrival->header, &finding->arrives)) ||
            n++ >= WAYS_MAX) {
            continue;
        }
        put_way(view, arrival->hop, out);
        base_put_text(out, "\n");
        put_port(view, from, out);
        base_put_format(out, " -> %s", view->topology->hosts[arrival->host].name);
    }
    if (n > WAYS_MAX) {
        base_put_format(out, "\nand by %zu more ways", n - WAYS_MAX);
    }
}

/* How far a packet comes that should have arrived, and the port that stops it. */
static void put_missing(const struct blame_view *view, const struct blame_place *place,
                        struct base_buffer *out)
{
    size_t last = place->hop != HOP_NONE ? place->hop : view->advertised.n_hops - 1;
    put_way(view, last, out);
    if (place->cause_kind == CAUSE_PORT || place->cause_kind == CAUSE_CABLE) {
        base_put_format(out, "\n%s", place->why);
    }
}

/* The way to the place where it is not known what becomes of the packet. */
static void put_open(const struct blame_view *view, struct port_ref at, struct base_buffer *out)
{
    const struct path_walk *walk = &view->advertised;
    for (size_t i = 0; i < walk->n_hops; i++) {
        if (walk->hops[i].in.sw == at.sw && walk->hops[i].in.port == at.port) {
            put_way(view, i, out);
            return;
        }
    }
}

static void tell(struct blame_view *view, const struct prove_finding *finding,
                 struct report *report)
{
    struct result *result = &report->results[finding->result];
    struct blame_place place;
    struct base_buffer text = {0};
    blame_finding(view, finding, report, &place);
    base_put_text(&text, result->detail);
    if (finding->kind == PROVE_OPEN || finding->reason) {
        put_open(view, finding->at, &text);
    } else if (finding->kind == PROVE_LOOPS || finding->copies < 0) {
        put_circle(view, &text);
    } else {
        put_arrivals(view, finding, &text);
    }
    if (finding->kind == PROVE_REFUTED && !finding->reason && !finding->altered &&
        finding->copies >= 0 && finding->copies < result->expected_count) {
        put_missing(view, &place, &text);
    }
    result->detail = base_arena_take(&report->arena, &text);
}

static int tell_all(const struct switch_state *const *states, const struct path_network *expected,
                    const struct prove_findings *findings, struct report *report)
{
    struct path_network tables;
    if (path_network_open_dumps(&tables, expected->topology, states, NULL) < 0) {
        return -1;
    }
    for (size_t i = 0; i < findings->n_items; i++) {
        struct blame_view view = {
            .expected = expected, .tables = &tables, .states = states, .arena = &report->arena};
        tell(&view, &findings->items[i], report);
    }
    path_network_close(&tables);
    return 0;
}

int report_proofs(const struct expectation *expectation, const struct switch_dump *switches,
                  const struct prove_findings *findings, struct report *report)
{
    size_t n = expectation->topology->n_switches;
    struct path_declared declared;
    if (findings->n_items == 0) {
        return 0;
    }
    const struct switch_state **states = base_calloc(n, sizeof(*states));
    if (!states || path_declared_open(&declared, expectation) < 0) {
        free(states);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        states[i] = switches[i].dumped ? switches[i].state : NULL;
    }
    int status = tell_all(states, &declared.network, findings, report);
    path_declared_close(&declared);
    free(states);
    return status;
}
