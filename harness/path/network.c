/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a network, indexed: tables, cables, and the bits that each switch may rewrite.
 */
#include "path/network.h"

#include "base/memory.h"
#include "space/rewrite.h"

#include <stdlib.h>

/* -------------------------------------------------------------------- cables */

static int compare_cables(const void *a, const void *b)
{
    const struct port_ref *x = &((const struct path_cable *)a)->port;
    const struct port_ref *y = &((const struct path_cable *)b)->port;
    return x->sw != y->sw ? (x->sw > y->sw) - (x->sw < y->sw)
                          : (x->port > y->port) - (x->port < y->port);
}

static size_t list_cables(const struct topology *topology, struct path_cable *cables)
{
    size_t n = 0;
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        cables[n++] = (struct path_cable){link->a, {.kind = PEER_SWITCH, .port = link->b}};
        cables[n++] = (struct path_cable){link->b, {.kind = PEER_SWITCH, .port = link->a}};
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        cables[n++] = (struct path_cable){topology->hosts[i].port, {.kind = PEER_HOST, .host = i}};
    }
    return n;
}

static int index_cables(struct path_network *network)
{
    const struct topology *topology = network->topology;
    size_t max = 2 * topology->n_links + topology->n_hosts, at = 0;
    network->cables = base_calloc(max + 1, sizeof *network->cables);
    network->begins = base_calloc(topology->n_switches + 1, sizeof *network->begins);
    if (!network->cables || !network->begins) {
        return -1;
    }
    size_t n = network->n_cables = list_cables(topology, network->cables);
    qsort(network->cables, n, sizeof *network->cables, compare_cables);
    for (size_t sw = 0; sw <= topology->n_switches; sw++) {
        while (at < n && network->cables[at].port.sw < sw) {
            at++;
        }
        network->begins[sw] = at;
    }
    return 0;
}

struct peer path_network_peer(const struct path_network *network, struct port_ref port)
{
    const struct path_cable key = {.port = port};
    size_t begin = network->begins[port.sw], n = network->begins[port.sw + 1] - begin;
    const struct path_cable *cable =
        bsearch(&key, &network->cables[begin], n, sizeof key, compare_cables);
    return cable ? cable->peer : (struct peer){.kind = PEER_NONE};
}

/* ------------------------------------------------------------------ rewriting */

struct header path_rewritten_by(const struct flow_entry *flow)
{
    struct space_rewrite rewrite = {0};
    bool known = true;
    for (size_t i = 0; i < flow->n_actions && known; i++) {
        const struct action *action = &flow->actions[i];
        known = action_sends(action) ? action->port != PORT_TABLE
                                     : action_frames(action) || space_rewrite_add(&rewrite, action);
    }
    if (!known) {
        memset(&rewrite.mask, 0xff, sizeof rewrite.mask);
    }
    return rewrite.mask;
}

void path_network_note(struct path_network *network, size_t sw, const struct flow_entry *flow)
{
    struct header bits = path_rewritten_by(flow);
    network->rewritten[sw] = header_or(&network->rewritten[sw], &bits);
}

/* ---------------------------------------------------------------------- tables */

static int index_switch(struct path_network *network, size_t sw)
{
    const struct flow_table *flows = network->switches[sw].flows;
    if (!flows) {
        memset(&network->rewritten[sw], 0xff, sizeof network->rewritten[sw]);
        return 0;
    }
    for (size_t i = 0; i < flows->n_entries; i++) {
        path_network_note(network, sw, &flows->entries[i]);
    }
    return network->switches[sw].whole
               ? space_whole_index(network->switches[sw].whole, &network->tables[sw])
               : space_table_index(&network->tables[sw], flows, NULL);
}

static int index_all(struct path_network *network, const struct path_switch *switches)
{
    size_t n = network->topology->n_switches;
    network->switches = base_calloc(n + 1, sizeof *network->switches);
    network->tables = base_calloc(n + 1, sizeof *network->tables);
    network->rewritten = base_calloc(n + 1, sizeof *network->rewritten);
    if (!network->switches || !network->tables || !network->rewritten) {
        return -1;
    }
    for (size_t sw = 0; sw < n; sw++) {
        network->switches[sw] = switches[sw];
        if (index_switch(network, sw) < 0) {
            return -1;
        }
    }
    return index_cables(network);
}

int path_network_open(struct path_network *network, const struct topology *topology,
                      const struct path_switch *switches)
{
    *network = (struct path_network){.topology = topology};
    int status = index_all(network, switches);
    if (status < 0) {
        path_network_close(network);
    }
    return status;
}

/* What is known of a switch by its dump. */
static int describe(const struct switch_state *state, struct space_whole *whole,
                    struct path_switch *sw)
{
    static const struct space_composition merged = {.merges = true};
    int status = space_whole_open(state, &merged, whole);
    *sw = (struct path_switch){.flows = whole->flows,
                               .whole = whole,
                               .ports = state->n_ports > 0 ? state->ports : NULL,
                               .n_ports = state->n_ports};
    return status;
}

static void close_wholes(struct space_whole *wholes, size_t n)
{
    for (size_t i = 0; wholes && i < n; i++) {
        space_whole_close(&wholes[i]);
    }
    free(wholes);
}

int path_network_open_dumps(struct path_network *network, const struct topology *topology,
                            const struct switch_state *const *states, const char *const *reasons)
{
    size_t n = topology->n_switches;
    struct path_switch *switches = base_calloc(n + 1, sizeof *switches);
    struct space_whole *wholes = base_calloc(n + 1, sizeof *wholes);
    int status = switches && wholes ? 0 : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        switches[i].unknown = reasons && reasons[i] ? reasons[i] : "the switch was not read";
        status = states[i] ? describe(states[i], &wholes[i], &switches[i]) : 0;
    }
    if (status == 0) {
        status = path_network_open(network, topology, switches);
    }
    if (status == 0) {
        network->wholes = wholes;
    } else {
        close_wholes(wholes, n);
    }
    free(switches);
    return status;
}

static const struct space_whole *whole_of(const struct path_network *network, size_t sw)
{
    return network->switches[sw].whole;
}

bool path_is_composed(const struct path_network *network, size_t sw)
{
    return whole_of(network, sw) && whole_of(network, sw)->ways;
}

const struct space_way *path_way(const struct path_network *network, size_t sw, size_t entry)
{
    return path_is_composed(network, sw) && entry != ENTRY_NONE
               ? &whole_of(network, sw)->ways[entry]
               : NULL;
}

bool path_is_miss(const struct path_network *network, size_t sw, size_t entry)
{
    const struct space_way *way = path_way(network, sw, entry);
    return entry == ENTRY_NONE ||
           (way && way->n_rows == 0 && network->switches[sw].flows->entries[entry].n_actions == 0);
}

size_t path_n_rows(const struct path_network *network, size_t sw, size_t entry)
{
    return whole_of(network, sw) ? space_whole_n_rows(whole_of(network, sw), entry)
                                 : entry != ENTRY_NONE;
}

size_t path_row(const struct path_network *network, size_t sw, size_t entry, size_t nth,
                const struct header *header)
{
    return whole_of(network, sw) ? space_whole_row(whole_of(network, sw), entry, nth, header)
                                 : entry;
}

size_t path_last_row(const struct path_network *network, size_t sw, size_t entry,
                     const struct header *header)
{
    size_t n = path_n_rows(network, sw, entry);
    return n == 0 ? ENTRY_NONE : path_row(network, sw, entry, n - 1, header);
}

const struct flow_table *path_rows(const struct path_network *network, size_t sw)
{
    return whole_of(network, sw) ? whole_of(network, sw)->rows : network->switches[sw].flows;
}

const struct flow_entry *path_row_entry(const struct path_network *network, size_t sw, size_t row)
{
    return &path_rows(network, sw)->entries[row];
}

const char *path_rows_text(const struct path_network *network, size_t sw, size_t entry,
                           const struct header *header, struct base_arena *arena)
{
    struct base_buffer text = {0};
    if (whole_of(network, sw)) {
        space_whole_format_rows(whole_of(network, sw), entry, header, &text);
    }
    return base_arena_take(arena, &text);
}

int path_network_recable(const struct path_network *network, const struct topology *topology,
                         struct path_network *other)
{
    *other = (struct path_network){.topology = topology,
                                   .switches = network->switches,
                                   .tables = network->tables,
                                   .rewritten = network->rewritten,
                                   .borrows = true};
    int status = index_cables(other);
    if (status < 0) {
        path_network_close(other);
    }
    return status;
}

void path_network_close(struct path_network *network)
{
    if (!network->borrows) {
        for (size_t i = 0; network->tables && i < network->topology->n_switches; i++) {
            space_table_free(&network->tables[i]);
        }
        free(network->switches);
        free(network->tables);
        free(network->rewritten);
        close_wholes(network->wholes, network->topology ? network->topology->n_switches : 0);
    }
    free(network->cables);
    free(network->begins);
    *network = (struct path_network){0};
}
