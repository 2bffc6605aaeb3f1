/* SPDX-License-Identifier: Apache-2.0 */
#include "path/network.h"

#include <stdlib.h>

static int compare_ports(struct port_ref a, struct port_ref b)
{
    return a.sw != b.sw ? (a.sw > b.sw) - (a.sw < b.sw) : (a.port > b.port) - (a.port < b.port);
}

static int compare_cables(const void *a, const void *b)
{
    const struct path_cable *x = a, *y = b;
    return compare_ports(x->port, y->port);
}

static int lay_cables(struct path_network *network)
{
    const struct topology *topology = network->topology;
    struct path_cable *cables =
        calloc(2 * topology->n_links + topology->n_hosts + 1, sizeof *cables);
    size_t n = 0;
    if (!cables) {
        return -1;
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        cables[n++] = (struct path_cable){link->a, {.kind = PEER_SWITCH, .port = link->b}};
        cables[n++] = (struct path_cable){link->b, {.kind = PEER_SWITCH, .port = link->a}};
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        cables[n++] = (struct path_cable){topology->hosts[i].port, {.kind = PEER_HOST, .host = i}};
    }
    qsort(cables, n, sizeof *cables, compare_cables);
    network->cables = cables;
    network->n_cables = n;
    return 0;
}

int path_network_init(struct path_network *network, const struct topology *topology,
                      const struct path_switch *switches)
{
    size_t n = topology->n_switches;
    *network = (struct path_network){.topology = topology};
    network->switches = calloc(n + 1, sizeof *network->switches);
    network->tables = calloc(n + 1, sizeof *network->tables);
    int status = network->switches && network->tables ? lay_cables(network) : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        network->switches[i] = switches[i];
        if (switches[i].flows) {
            status = space_table_index(&network->tables[i], switches[i].flows, NULL);
        }
    }
    if (status < 0) {
        path_network_free(network);
    }
    return status;
}

void path_network_free(struct path_network *network)
{
    for (size_t i = 0; network->tables && i < network->topology->n_switches; i++) {
        space_table_free(&network->tables[i]);
    }
    free(network->switches);
    free(network->tables);
    free(network->cables);
    *network = (struct path_network){0};
}

struct peer path_network_peer(const struct path_network *network, struct port_ref port)
{
    struct path_cable key = {.port = port};
    const struct path_cable *cable =
        bsearch(&key, network->cables, network->n_cables, sizeof key, compare_cables);
    return cable ? cable->peer : (struct peer){.kind = PEER_NONE};
}

static int compare_numbers(const void *a, const void *b)
{
    const struct port *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static const char *why_silent(const struct path_network *network, struct port_ref ref,
                              uint32_t config, const char *configured)
{
    const struct path_switch *sw = &network->switches[ref.sw];
    struct port key = {.number = ref.port};
    if (!sw->ports || sw->n_ports == 0) {
        return NULL;
    }
    const struct port *port = bsearch(&key, sw->ports, sw->n_ports, sizeof key, compare_numbers);
    if (!port) {
        return "is absent";
    }
    if (port->config & PORT_CONFIG_DOWN) {
        return "is switched off";
    }
    if (port->state & PORT_STATE_LINK_DOWN) {
        return "has no link";
    }
    return port->config & config ? configured : NULL;
}

const char *path_network_mute(const struct path_network *network, struct port_ref port)
{
    return why_silent(network, port, PORT_CONFIG_NO_FWD, "does not send");
}

const char *path_network_deaf(const struct path_network *network, struct port_ref port)
{
    return why_silent(network, port, PORT_CONFIG_NO_RECV, "does not receive");
}
