/* SPDX-License-Identifier: Apache-2.0
 *
 * Which headers of which hosts may come to an entry: backwards, whole cubes at a time. */
#include "path/affected.h"

#include "path/step.h"

#include <stdlib.h>

/* Sets of headers that are looked for, and of a host's; with more of them it is
 * quicker to follow everything again. */
enum { WANTED_MAX = 4096, HEADERS_MAX = 32 };

/* Packets that enter a switch. in_port is fixed, or any. */
struct path_wanted {
    size_t sw;
    struct match cube;
};

struct search {
    struct path_network *network;
    struct path_affected *affected;
    struct base_arena arena; /* behaviours of one step */
    struct port_ref out;     /* packets leave by this one ... */
    struct match cube;       /* ... as these */
    bool no_memory;
};

static void want(struct search *search, size_t sw, const struct match *cube)
{
    struct path_affected *affected = search->affected;
    for (size_t i = 0; i < affected->n_wanted; i++) {
        if (affected->wanted[i].sw == sw && match_within(cube, &affected->wanted[i].cube)) {
            return;
        }
    }
    if (base_grow(&affected->wanted, affected->n_wanted, &affected->wanted_capacity,
                  sizeof *affected->wanted) < 0) {
        search->no_memory = true;
        return;
    }
    affected->wanted[affected->n_wanted++] = (struct path_wanted){.sw = sw, .cube = *cube};
}

static void send(struct search *search, size_t host, const struct match *cube)
{
    struct path_affected *affected = search->affected;
    if (base_grow(&affected->headers, affected->n_headers, &affected->capacity,
                  sizeof *affected->headers) < 0) {
        search->no_memory = true;
        return;
    }
    affected->headers[affected->n_headers++] = (struct path_headers){.host = host, .cube = *cube};
}

/* ------------------------------------------------------------------ one entry */

/* Packets in `taken` may leave as wanted after this rewrite. */
static void want_before(struct search *search, const struct space_rewrite *rewrite, size_t entry,
                        const struct match *taken)
{
    struct space_table *table = &search->network->tables[search->out.sw];
    struct match back[2];
    size_t n = space_preimage(rewrite, &search->cube, back);
    for (size_t i = 0; i < n; i++) {
        struct space_region region = {0};
        size_t budget = BUDGET_UNLIMITED; /* one look through the table */
        if (match_intersect(&back[i], taken, &region.cube) &&
            space_table_exclude(table, entry, &region, &budget) != SPACE_EMPTY) {
            want(search, search->out.sw, &region.cube);
        }
        space_region_free(&region);
    }
}

/* What the entry does with packets that enter by in_port. */
static void ask_behavior(struct search *search, size_t entry, uint16_t in_port,
                         const struct match *taken)
{
    struct port_ref in = {.sw = search->out.sw, .port = in_port};
    struct space_behavior behavior;
    if (path_outputs_of(search->network, in, entry, &search->arena, &behavior) < 0) {
        search->no_memory = true;
        return;
    }
    if (behavior.unknown) {
        want(search, in.sw, taken);
        return;
    }
    for (size_t i = 0; i < behavior.n_outputs; i++) {
        if (behavior.outputs[i].port == search->out.port) {
            want_before(search, &behavior.outputs[i].rewrite, entry, taken);
        }
    }
}

/* Whether all it does is to send packets by another port: most entries do, and need not be asked.
 */
static bool sends_elsewhere(const struct search *search, size_t entry)
{
    const struct path_switch *sw = &search->network->switches[search->out.sw];
    const struct flow_entry *flow = &sw->flows->entries[entry];
    return flow->n_actions == 1 && flow->actions[0].type == ACTION_OUTPUT &&
           flow->actions[0].port <= PORT_MAX && flow->actions[0].port != search->out.port &&
           !sw->declared && !flow_open(flow);
}

/* An ingress port that no packet has stands for all but the one by which the
 * packets leave. */
static bool ask_entry(void *aux, uint32_t entry, const struct match *match)
{
    struct search *search = aux;
    struct match by_out = match_in_port(search->out.port), taken;
    if (sends_elsewhere(search, entry)) {
        return true;
    }
    if (match->mask.in_port) {
        ask_behavior(search, entry, match->value.in_port, match);
    } else {
        ask_behavior(search, entry, PORT_NONE, match);
        if (match_intersect(match, &by_out, &taken)) {
            ask_behavior(search, entry, search->out.port, &taken);
        }
    }
    return true;
}

/* ------------------------------------------------------------------- one step */

/* Packets that leave a switch by a port, as these. */
static void come_through(struct search *search, struct port_ref out, const struct match *cube)
{
    const struct path_switch *sw = &search->network->switches[out.sw];
    struct match wide = {.mask = header_without(&cube->mask, &search->network->rewritten[out.sw])};
    size_t budget = BUDGET_UNLIMITED;
    if (!sw->flows) {
        want(search, out.sw, &(struct match){0});
        return;
    }
    wide.value = header_and(&cube->value, &wide.mask);
    search->out = out;
    search->cube = *cube;
    if (!space_table_overlapping(&search->network->tables[out.sw], &wide, 0, UINT32_MAX, &budget,
                                 ask_entry, search)) {
        search->no_memory = true;
    }
    base_arena_free(&search->arena);
}

/* By all ports of the switch by which such packets may enter. */
static void step_back(struct search *search, const struct path_wanted *wanted)
{
    const struct path_network *network = search->network;
    size_t end = network->begins[wanted->sw + 1];
    for (size_t i = network->begins[wanted->sw]; i < end && !search->no_memory; i++) {
        const struct path_cable *cable = &network->cables[i];
        struct match cube = match_in_port(cable->port.port);
        if (path_no_entry(network, cable->port) || !match_intersect(&cube, &wanted->cube, &cube)) {
            continue;
        }
        if (cable->peer.kind == PEER_HOST) {
            send(search, cable->peer.host, &cube);
        } else if (cable->peer.kind == PEER_SWITCH && !path_no_exit(network, cable->peer.port)) {
            cube.value.in_port = cube.mask.in_port = 0;
            come_through(search, cable->peer.port, &cube);
        }
    }
}

/* ------------------------------------------------------------------- the hosts */

static int compare_headers(const void *a, const void *b)
{
    const struct path_headers *x = a, *y = b;
    return x->host != y->host ? (x->host > y->host) - (x->host < y->host)
                              : memcmp(&x->cube, &y->cube, sizeof x->cube);
}

/* Keeps those of one host that no other contains; all that it can send, if they
 * are too many. Returns how many. */
static size_t reduce(struct path_headers *headers, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool contained = false;
        for (size_t j = 0; j < n && !contained; j++) {
            contained = j != i && match_within(&headers[i].cube, &headers[j].cube) &&
                        (j < i || !match_within(&headers[j].cube, &headers[i].cube));
        }
        if (!contained) {
            headers[kept++] = headers[i];
        }
    }
    return kept;
}

static void reduce_all(struct path_affected *affected)
{
    struct path_headers *headers = affected->headers;
    size_t kept = 0, end;
    if (affected->n_headers > 1) {
        qsort(headers, affected->n_headers, sizeof *headers, compare_headers);
    }
    for (size_t begin = 0; begin < affected->n_headers; begin = end) {
        for (end = begin + 1; end < affected->n_headers && headers[end].host == headers[begin].host;
             end++) {
        }
        size_t n = end - begin;
        if (n > HEADERS_MAX) {
            headers[begin].cube = match_in_port(headers[begin].cube.value.in_port);
            n = 1;
        } else {
            n = reduce(&headers[begin], n);
        }
        memmove(&headers[kept], &headers[begin], n * sizeof *headers);
        kept += n;
    }
    affected->n_headers = kept;
}

static void send_everything(struct search *search)
{
    const struct topology *topology = search->network->topology;
    search->affected->n_headers = 0;
    for (size_t host = 0; host < topology->n_hosts && !search->no_memory; host++) {
        struct match all = match_in_port(topology->hosts[host].port.port);
        send(search, host, &all);
    }
}

int path_affected_find(struct path_network *network, size_t sw, size_t entry,
                       struct path_affected *affected)
{
    struct search search = {.network = network, .affected = affected};
    affected->n_headers = affected->n_wanted = 0;
    want(&search, sw, &network->switches[sw].flows->entries[entry].match);
    for (size_t i = 0; i < affected->n_wanted && i < WANTED_MAX && !search.no_memory; i++) {
        struct path_wanted wanted = affected->wanted[i];
        step_back(&search, &wanted);
    }
    if (affected->n_wanted > WANTED_MAX) {
        send_everything(&search);
    }
    reduce_all(affected);
    return search.no_memory ? -1 : 0;
}

void path_affected_free(struct path_affected *affected)
{
    free(affected->headers);
    free(affected->wanted);
    *affected = (struct path_affected){0};
}
