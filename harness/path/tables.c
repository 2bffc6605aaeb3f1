/* SPDX-License-Identifier: Apache-2.0 */
#include "path/tables.h"

#include "space/rewrite.h"

#include <stdlib.h>

static int compare_cabled(const void *a, const void *b)
{
    const struct port_ref *x = &((const struct path_cabled *)a)->port;
    const struct port_ref *y = &((const struct path_cabled *)b)->port;
    return x->sw != y->sw ? (x->sw > y->sw) - (x->sw < y->sw)
                          : (x->port > y->port) - (x->port < y->port);
}

static int list_cabled(struct path_tables *tables)
{
    const struct topology *topology = tables->topology;
    size_t n = 0, at = 0;
    tables->cabled = calloc(topology->n_hosts + 2 * topology->n_links + 1, sizeof *tables->cabled);
    tables->begins = calloc(topology->n_switches + 1, sizeof *tables->begins);
    if (!tables->cabled || !tables->begins) {
        return -1;
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        tables->cabled[n++] = (struct path_cabled){.port = topology->hosts[i].port,
                                                   .peer = {.kind = PEER_HOST, .host = i}};
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        tables->cabled[n++] =
            (struct path_cabled){.port = link->a, .peer = {.kind = PEER_SWITCH, .port = link->b}};
        tables->cabled[n++] =
            (struct path_cabled){.port = link->b, .peer = {.kind = PEER_SWITCH, .port = link->a}};
    }
    qsort(tables->cabled, n, sizeof *tables->cabled, compare_cabled);
    for (size_t sw = 0; sw <= topology->n_switches; sw++) {
        while (at < n && tables->cabled[at].port.sw < sw) {
            at++;
        }
        tables->begins[sw] = at;
    }
    return 0;
}

static int index_all(struct path_tables *tables)
{
    static const struct flow_table nothing = {0};
    size_t n = tables->topology->n_switches;
    tables->tables = calloc(n + 1, sizeof *tables->tables);
    tables->rewritten = calloc(n + 1, sizeof *tables->rewritten);
    if (!tables->tables || !tables->rewritten || list_cabled(tables) < 0) {
        return -1;
    }
    for (size_t sw = 0; sw < n; sw++) {
        const struct flow_table *flows = tables->states[sw] ? &tables->states[sw]->flows : &nothing;
        if (space_table_index(&tables->tables[sw], flows, NULL) < 0 ||
            space_table_prepare(&tables->tables[sw]) < 0) {
            return -1;
        }
        for (size_t i = 0; i < flows->n_entries; i++) {
            path_tables_note(tables, sw, &flows->entries[i]);
        }
    }
    return 0;
}

int path_tables_index(struct path_tables *tables, const struct topology *topology,
                      const struct switch_state *const *states)
{
    *tables = (struct path_tables){.topology = topology, .states = states};
    int status = index_all(tables);
    if (status < 0) {
        path_tables_free(tables);
    }
    return status;
}

void path_tables_free(struct path_tables *tables)
{
    for (size_t sw = 0; tables->tables && sw < tables->topology->n_switches; sw++) {
        space_table_free(&tables->tables[sw]);
    }
    free(tables->tables);
    free(tables->cabled);
    free(tables->begins);
    free(tables->rewritten);
    *tables = (struct path_tables){0};
}

void path_tables_note(struct path_tables *tables, size_t sw, const struct flow_entry *flow)
{
    struct header bits = path_rewritten_by(flow);
    struct space_words more = space_words(&bits), all = space_words(&tables->rewritten[sw]);
    for (int i = 0; i < SPACE_WORDS; i++) {
        all.word[i] |= more.word[i];
    }
    memcpy(&tables->rewritten[sw], &all, sizeof all);
}

struct peer path_tables_peer(const struct path_tables *tables, struct port_ref port)
{
    const struct path_cabled key = {.port = port};
    const struct path_cabled *begin = &tables->cabled[tables->begins[port.sw]];
    size_t n = tables->begins[port.sw + 1] - tables->begins[port.sw];
    const struct path_cabled *found = bsearch(&key, begin, n, sizeof key, compare_cabled);
    return found ? found->peer : (struct peer){.kind = PEER_NONE};
}

static int forward(const void *aux, size_t sw, const struct header *header,
                   struct space_emission *out, size_t max, size_t *entry, const char **reason)
{
    const struct path_tables *tables = aux;
    const struct switch_state *state = tables->states[sw];
    *entry = SIZE_MAX;
    if (!state) {
        *reason = "the switch was not read";
        return -1;
    }
    if (!switch_state_receives(state, header->in_port)) {
        return 0;
    }
    bool ambiguous;
    *entry = space_table_lookup(&tables->tables[sw], header, &ambiguous);
    return path_apply_entry(state, *entry, ambiguous, header, out, max, reason);
}

struct path_forwarding path_looked_up_in(const struct path_tables *tables)
{
    return (struct path_forwarding){.forward = forward, .aux = tables};
}
