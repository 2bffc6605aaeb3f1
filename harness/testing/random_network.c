/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the random networks of testing/random_network.h. */
#include "testing/random_network.h"

#include "ofctl/flow.h"
#include "space/table.h"

#include <stdlib.h>
#include <string.h>

enum { PORTS = 6, ACTIONS = 4 };

static const char *const switch_names[RANDOM_SWITCHES] = {"s1", "s2", "s3", "s4", "s5", "s6"};
static const char *const host_names[RANDOM_HOSTS] = {"h1", "h2", "h3", "h4", "h5"};

#define IPV6_ONES                                                                                  \
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
#define COUNT(values) (sizeof(values) / sizeof *(values))

static bool chance(struct random_network *network, uint32_t one_in)
{
    return roll(&network->dice, one_in) == 0;
}

static bool may(struct random_network *network, unsigned feature, uint32_t one_in)
{
    return network->features & feature && chance(network, one_in);
}

/* --------------------------------------------------------------------- universe */

/* Of each field the values that matches ask for and rewrites set, and one that
 * no match asks for. */
static const uint16_t tcis[] = {0, 0x1001, 0x3001, 0x1000, 0x1002, 0x3fff};
static const uint8_t macs[] = {2, 4, 6};
static const uint32_t addresses[] = {0x0a000001, 0x0a010001, 0xc0a80001};
static const uint16_t tp_ports[] = {80, 7};

static void add(struct random_network *network, const struct header *header)
{
    if (network->n_universe < RANDOM_UNIVERSE) {
        network->universe[network->n_universe++] = *header;
    }
}

/* In an address of IPv6, or its mask, a byte on either side of what struct header has no words for
 * in OpenFlow 1.0. */
static void spread(uint32_t nw, uint8_t ipv6[16])
{
    for (int i = 0; i < 4; i++) {
        ipv6[4 * i + 1] = (uint8_t)(nw >> (24 - 8 * i));
    }
}

static void add_of_protocol(struct random_network *network, struct header header, uint16_t dl_type,
                            uint8_t nw_proto)
{
    header.dl_type = dl_type;
    header.nw_proto = nw_proto;
    bool has_tp = header_has_tp(&header);
    for (size_t i = 0; i < COUNT(addresses); i++) {
        if (dl_type == DL_TYPE_IPV6) {
            spread(addresses[i], header.ipv6_src);
        } else {
            header.nw_src = addresses[i];
        }
        for (size_t j = 0; j < (has_tp ? COUNT(tp_ports) : 1); j++) {
            header.tp_dst = has_tp ? tp_ports[j] : 0;
            add(network, &header);
        }
    }
    if (header_has_ip(&header) && !has_tp) {
        header.nw_tos = 0x20;
        add(network, &header);
    }
}

static void add_payloads(struct random_network *network, struct header header)
{
    header.dl_type = DL_TYPE_PROBE;
    add(network, &header);
    if (network->has_ip) {
        add_of_protocol(network, header, DL_TYPE_ARP, 1);
        add_of_protocol(network, header, DL_TYPE_IP, 2);
        add_of_protocol(network, header, DL_TYPE_IP, NW_PROTO_TCP);
        add_of_protocol(network, header, DL_TYPE_IP, NW_PROTO_ICMP);
        add_of_protocol(network, header, DL_TYPE_IPV6, 2);
        add_of_protocol(network, header, DL_TYPE_IPV6, NW_PROTO_TCP);
        add_of_protocol(network, header, DL_TYPE_IPV6, NW_PROTO_ICMPV6);
        add_of_protocol(network, header, DL_TYPE_IPV6, NW_PROTO_ICMP);
    }
}

static void fill_universe(struct random_network *network)
{
    size_t n_tcis = network->has_vlan ? COUNT(tcis) : 1;
    size_t n_macs = network->has_mac ? COUNT(macs) : 1;
    for (size_t t = 0; t < n_tcis; t++) {
        for (size_t m = 0; m < n_macs; m++) {
            struct header header = {
                .vlan_tci = tcis[t], .dl_src = {macs[m], 0, 0, 0, 0, 1}, .dl_dst = {2}};
            add_payloads(network, header);
        }
    }
}

/* ------------------------------------------------------------------------ wires */

static struct port_ref free_port(struct random_network *network, bool used[][PORTS + 1])
{
    struct port_ref port;
    do {
        port.sw = roll(&network->dice, (uint32_t)network->topology.n_switches);
        port.port = (uint16_t)(1 + roll(&network->dice, PORTS));
    } while (used[port.sw][port.port]);
    used[port.sw][port.port] = true;
    return port;
}

/* Any two ports may be linked: rings, links in parallel, a switch with itself. */
static void lay_wires(struct random_network *network)
{
    bool used[RANDOM_SWITCHES][PORTS + 1] = {{false}};
    struct topology *topology = &network->topology;
    topology->n_switches = 1 + roll(&network->dice, RANDOM_SWITCHES);
    size_t n_free = topology->n_switches * PORTS;
    topology->n_hosts = 1 + roll(&network->dice, RANDOM_HOSTS);
    size_t n_links = roll(&network->dice, (uint32_t)(topology->n_switches + 3));
    for (size_t i = 0; i < topology->n_switches; i++) {
        network->switches[i] = (struct topology_switch){.name = switch_names[i], .dpid = i + 1};
    }
    for (size_t i = 0; i < topology->n_hosts; i++, n_free--) {
        network->hosts[i] =
            (struct topology_host){.name = host_names[i], .port = free_port(network, used)};
    }
    for (; topology->n_links < n_links && n_free >= 2; n_free -= 2) {
        struct topology_link *link = &network->links[topology->n_links++];
        link->a = free_port(network, used);
        link->b = free_port(network, used);
    }
}

static bool list_ports(struct random_network *network, struct switch_state *state)
{
    static const uint32_t configs[] = {PORT_CONFIG_DOWN, PORT_CONFIG_NO_RECV, PORT_CONFIG_NO_FWD,
                                       PORT_CONFIG_NO_FLOOD, PORT_CONFIG_NO_FLOOD};
    if (may(network, RANDOM_NO_LISTS, 5)) {
        return true;
    }
    state->ports = calloc(PORTS + 1, sizeof *state->ports);
    for (uint16_t number = 1; state->ports && number <= PORTS; number++) {
        struct port port = {.number = number};
        if (may(network, RANDOM_PORTS, 12)) {
            continue; /* absent */
        }
        if (may(network, RANDOM_PORTS, 8)) {
            port.config = configs[roll(&network->dice, COUNT(configs))];
        }
        port.state = may(network, RANDOM_PORTS, 16) ? PORT_STATE_LINK_DOWN : 0;
        state->ports[state->n_ports++] = port;
    }
    if (state->ports && chance(network, 2)) {
        state->ports[state->n_ports++] = (struct port){.number = PORT_LOCAL};
    }
    return state->ports != NULL;
}

/* ----------------------------------------------------------------------- entries */

static void match_vlan(struct random_network *network, struct match *match)
{
    static const uint16_t masks[] = {VLAN_TAGGED, VLAN_TAGGED | VLAN_VID, 0xffff,
                                     VLAN_TAGGED | VLAN_PCP};
    match->mask.vlan_tci = masks[roll(&network->dice, COUNT(masks))];
    match->value.vlan_tci = tcis[roll(&network->dice, COUNT(tcis) - 1)];
}

static void match_ip(struct random_network *network, struct match *match)
{
    static const uint16_t types[] = {DL_TYPE_IP,   DL_TYPE_IP,   DL_TYPE_IP,   DL_TYPE_ARP,
                                     DL_TYPE_IPV6, DL_TYPE_IPV6, DL_TYPE_PROBE};
    static const uint32_t nw_masks[] = {0, 0, 0xff000000, 0xffff0000, UINT32_MAX};
    static const uint8_t protocols[] = {
        NW_PROTO_TCP, NW_PROTO_TCP, NW_PROTO_ICMP, NW_PROTO_ICMPV6, 2, 1};
    match->mask.dl_type = UINT16_MAX;
    match->value.dl_type = types[roll(&network->dice, COUNT(types))];
    match->mask.nw_src = nw_masks[roll(&network->dice, COUNT(nw_masks))];
    match->value.nw_src = addresses[roll(&network->dice, 2)];
    spread(match->mask.nw_src, match->mask.ipv6_src);
    spread(match->value.nw_src, match->value.ipv6_src);
    match->mask.nw_proto = chance(network, 2) ? UINT8_MAX : 0;
    match->value.nw_proto = protocols[roll(&network->dice, COUNT(protocols))];
    match->mask.nw_tos = chance(network, 6) ? 0xfc : 0;
    match->value.nw_tos = chance(network, 2) ? 0x20 : 0;
    match->mask.tp_dst = chance(network, 2) ? UINT16_MAX : 0;
    match->value.tp_dst = tp_ports[0];
}

struct match random_network_match(struct random_network *network)
{
    struct match match = {0};
    if (chance(network, 2)) {
        match = match_in_port((uint16_t)(1 + roll(&network->dice, PORTS)));
    }
    if (network->has_vlan && chance(network, 2)) {
        match_vlan(network, &match);
    }
    if (network->has_ip && chance(network, 2)) {
        match_ip(network, &match);
    }
    if (network->has_mac && chance(network, 3)) {
        match.mask.dl_src[0] = UINT8_MAX;
        match.value.dl_src[0] = macs[roll(&network->dice, 2)];
        memset(&match.mask.dl_src[1], UINT8_MAX, 5);
        match.value.dl_src[5] = 1;
    }
    match_normalize(&match);
    return match;
}

/* The addresses that matches ask for, as spread() has them. */
static const struct field_value IPV6_SOURCES[] = {
    {.id = FIELD_IPV6_SRC, .n_bytes = 16, .value = {0, 0x0a, [13] = 1}, .mask = {IPV6_ONES}},
    {.id = FIELD_IPV6_SRC,
     .n_bytes = 16,
     .value = {0, 0x0a, [5] = 1, [13] = 1},
     .mask = {IPV6_ONES}},
};

static struct action rewrite(struct random_network *network)
{
    struct action action = {.type = ACTION_STRIP_VLAN};
    if (network->has_mac && chance(network, 3)) {
        action.type = ACTION_SET_DL_SRC;
        action.dl_addr[0] = macs[roll(&network->dice, 2)];
        action.dl_addr[5] = 1;
    } else if (network->has_ip && chance(network, 2)) {
        static const uint16_t types[] = {ACTION_SET_NW_SRC, ACTION_SET_TP_DST, ACTION_SET_NW_TOS,
                                         ACTION_SET_FIELD};
        action.type = types[roll(&network->dice, COUNT(types))];
        if (action.type == ACTION_SET_NW_SRC) {
            action.nw_addr = addresses[roll(&network->dice, 2)];
        } else if (action.type == ACTION_SET_TP_DST) {
            action.tp_port = tp_ports[0];
        } else if (action.type == ACTION_SET_FIELD) {
            action.field = &IPV6_SOURCES[roll(&network->dice, 2)];
        } else {
            action.nw_tos = 0x20;
        }
    } else if (chance(network, 3)) {
        action.type = ACTION_SET_VLAN_PCP;
        action.vlan_pcp = (uint8_t)roll(&network->dice, 2);
    } else if (chance(network, 2)) {
        action.type = ACTION_SET_VLAN_VID;
        action.vlan_vid = (uint16_t)(1 + roll(&network->dice, 2));
    }
    return action;
}

static struct action output(struct random_network *network)
{
    static const uint16_t floods[] = {PORT_FLOOD, PORT_ALL, PORT_IN_PORT, PORT_CONTROLLER};
    struct action action = {.type = ACTION_OUTPUT,
                            .port = (uint16_t)(1 + roll(&network->dice, PORTS))};
    if (may(network, RANDOM_FLOODS, 6)) {
        action.port = floods[roll(&network->dice, COUNT(floods))];
        action.max_len = action.port == PORT_CONTROLLER ? 128 : 0;
    } else if (may(network, RANDOM_NORMAL, 24)) {
        action.port = chance(network, 2) ? PORT_NORMAL : PORT_TABLE;
    } else if (chance(network, 12)) {
        action.type = ACTION_ENQUEUE;
        action.queue_id = 1;
    }
    return action;
}

bool random_network_actions(struct random_network *network, struct base_arena *arena,
                            struct flow_entry *entry)
{
    struct action *actions = base_arena_alloc(arena, ACTIONS * sizeof *actions);
    uint32_t n = roll(&network->dice, ACTIONS);
    entry->n_actions = 0;
    entry->actions = actions;
    for (uint32_t i = 0; i < n && actions && entry->n_actions < ACTIONS; i++) {
        if (entry->n_actions + 1 < ACTIONS && may(network, RANDOM_REWRITES, 3)) {
            actions[entry->n_actions++] = rewrite(network);
        }
        actions[entry->n_actions++] = output(network);
    }
    return actions != NULL;
}

/* One that always holds, one that never does, and some of which that is not known. */
static const struct field_value CONDITIONS[] = {
    {.id = FIELD_REG0, .n_bytes = 4, .mask = {0xff, 0xff, 0xff, 0xff}},
    {.id = FIELD_REG0, .n_bytes = 4, .value = {1}, .mask = {0xff, 0xff, 0xff, 0xff}},
    {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {0xff}},
    {.id = FIELD_TUN_ID, .n_bytes = 8, .mask = {0xff}},
};
enum { N_CONDITIONS = sizeof CONDITIONS / sizeof *CONDITIONS };

static bool fill_table(struct random_network *network, struct switch_state *state)
{
    uint32_t n = roll(&network->dice, RANDOM_ENTRIES + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct flow_entry *entry = flow_table_add(&state->flows);
        if (!entry || !random_network_actions(network, &state->flows.arena, entry)) {
            return false;
        }
        entry->match = random_network_match(network);
        /* Each has a priority of its own, in no order, or one of few. */
        entry->priority = (uint16_t)(may(network, RANDOM_RIVALS, 3) ? 3 + roll(&network->dice, 3)
                                                                    : 10 + (i * 5) % 7);
        entry->table_id =
            (uint8_t)(may(network, RANDOM_TABLES, 8) ? 1 + roll(&network->dice, 2) : 0);
        if (may(network, RANDOM_CONDITIONS, 8)) {
            entry->extras = &CONDITIONS[roll(&network->dice, N_CONDITIONS)];
            entry->n_extras = 1;
        }
    }
    return true;
}

static bool is_open_by_any(struct space_table *table, size_t entry)
{
    bool open = true;
    for (uint16_t port = 1; port <= PORTS && open; port++) {
        struct match within = match_in_port(port);
        open = space_table_open(table, entry, &within) != NULL;
    }
    return open;
}

/* Conditions that make no difference (space/idle_test.c) are left out: an oracle that looks at one
 * packet cannot tell them. */
static bool leave_out_idle(struct switch_state *state)
{
    bool again = true, right = true;
    while (again && right) {
        struct space_table table;
        again = false;
        right = space_table_index(&table, &state->flows, NULL) == 0;
        for (size_t i = 0; i < state->flows.n_entries && right && !again; i++) {
            struct flow_entry *entry = &state->flows.entries[i];
            if (entry->table_id == 0 && flow_open(entry) && !is_open_by_any(&table, i)) {
                entry->n_extras = 0;
                again = true;
            }
        }
        space_table_free(&table);
    }
    return right;
}

bool random_network_make(struct random_network *network, uint64_t seed, unsigned features)
{
    *network =
        (struct random_network){.dice = {seed * 0x9e3779b97f4a7c15 + 1}, .features = features};
    network->topology = (struct topology){.name = "random",
                                          .switches = network->switches,
                                          .hosts = network->hosts,
                                          .links = network->links};
    for (int i = 0; i < 8; i++) {
        roll(&network->dice, 2); /* near seeds give near states at first */
    }
    network->has_vlan = !chance(network, 3);
    network->has_ip = !network->has_vlan || chance(network, 2);
    network->has_mac = !(network->has_vlan && network->has_ip) && chance(network, 2);
    fill_universe(network);
    lay_wires(network);
    bool made = true;
    for (size_t i = 0; i < network->topology.n_switches && made; i++) {
        struct switch_state *state = &network->states[i];
        state->datapath_id = i + 1;
        made = list_ports(network, state) && fill_table(network, state) && leave_out_idle(state);
        network->read[i] = may(network, RANDOM_UNREAD, 10) ? NULL : state;
    }
    if (!made) {
        random_network_free(network);
    }
    return made;
}

void random_network_free(struct random_network *network)
{
    for (size_t i = 0; i < RANDOM_SWITCHES; i++) {
        switch_state_free(&network->states[i]);
    }
}

/* -------------------------------------------------------------------------- text */

static void describe_ports(const struct switch_state *state, struct base_buffer *out)
{
    if (state->n_ports == 0) {
        base_put_text(out, " ports unknown");
    }
    for (size_t i = 0; i < state->n_ports; i++) {
        const struct port *port = &state->ports[i];
        base_put_format(out, " %u%s%s%s%s%s", port->number,
                        port->config & PORT_CONFIG_DOWN ? "(down)" : "",
                        port->config & PORT_CONFIG_NO_RECV ? "(no-receive)" : "",
                        port->config & PORT_CONFIG_NO_FWD ? "(no-forward)" : "",
                        port->config & PORT_CONFIG_NO_FLOOD ? "(no-flood)" : "",
                        port->state & PORT_STATE_LINK_DOWN ? "(no-link)" : "");
    }
    base_put_text(out, "\n");
}

void random_network_describe(const struct random_network *network, struct base_buffer *out)
{
    const struct topology *topology = &network->topology;
    for (size_t i = 0; i < topology->n_hosts; i++) {
        base_put_format(out, "h%zu on s%zu:%u\n", i + 1, topology->hosts[i].port.sw + 1,
                        topology->hosts[i].port.port);
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        base_put_format(out, "s%zu:%u - s%zu:%u\n", link->a.sw + 1, link->a.port, link->b.sw + 1,
                        link->b.port);
    }
    for (size_t i = 0; i < topology->n_switches; i++) {
        const struct switch_state *state = &network->states[i];
        base_put_format(out, "s%zu:%s", i + 1, network->read[i] ? "" : " not read,");
        describe_ports(state, out);
        for (size_t j = 0; network->read[i] && j < state->flows.n_entries; j++) {
            base_put_format(out, "  %zu: table=%u ", j, state->flows.entries[j].table_id);
            ofctl_format_flow(&state->flows.entries[j], FLOW_NO_STATS, out);
            base_put_text(out, "\n");
        }
    }
}
