/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables as controllers write them, for any number of hosts: line by line, as ovs-ofctl does. Host
 * i is on port 1 + i % REAL_PORTS, at 02:00:00:00:XX:YY and 10.0.X.Y. */
#ifndef TESTING_REAL_PIPELINES_H
#define TESTING_REAL_PIPELINES_H

#include "model/expectation.h"
#include "model/state.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { REAL_PORTS = 48, REAL_KINDS = 5 };
__attribute__((unused)) static const char *const real_names[REAL_KINDS] = {
    "learning", "faucet", "overlay", "fabric", "allowed"};

static inline unsigned real_port(unsigned host)
{
    return 1 + host % REAL_PORTS;
}

__attribute__((format(printf, 2, 3))) static inline void real_add(struct switch_state *state,
                                                                  const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bool is_group = strncmp(text, "group_id", 8) == 0;
    struct base_error error;
    int status = is_group ? ofctl_parse_group(text, &state->groups, NULL, &error)
                          : ofctl_parse_flow(text, &state->flows, NULL, NULL, &error);
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", text, error.text);
        abort();
    }
}

#define REAL_MAC       "02:00:00:00:%02x:%02x"
#define REAL_MAC_OF(i) (i) / 256, (i) % 256

/* ALL with a bucket for each port: what floods. */
static inline void real_flood(struct switch_state *state, unsigned id, const char *first)
{
    char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text, "group_id=%u,type=all", id);
    for (unsigned port = 1; port <= REAL_PORTS; port++) {
        n += (size_t)snprintf(text + n, sizeof text - n, ",bucket=%soutput:%u", first, port);
    }
    real_add(state, "%s", text);
}

/* A learning switch in four tables: admission, sources that are learned, VLAN, destinations. */
static inline void real_learning(struct switch_state *state, unsigned n_hosts)
{
    real_flood(state, 1, "");
    real_add(state, "table=0,priority=20,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 actions=drop");
    for (unsigned port = 1; port <= REAL_PORTS; port++) {
        real_add(state, "table=0,priority=10,in_port=%u actions=goto_table:1", port);
    }
    for (unsigned i = 0; i < n_hosts; i++) {
        real_add(state, "table=1,priority=10,dl_src=" REAL_MAC " actions=goto_table:2",
                 REAL_MAC_OF(i));
        real_add(state, "table=3,priority=10,dl_dst=" REAL_MAC " actions=output:%u", REAL_MAC_OF(i),
                 real_port(i));
    }
    real_add(state, "table=1,priority=0 actions=CONTROLLER:128,goto_table:2");
    real_add(state, "table=2,priority=10,vlan_tci=0/0x1000 actions=goto_table:3");
    real_add(state, "table=2,priority=10,dl_vlan=100 actions=drop");
    real_add(state, "table=3,priority=0 actions=group:1");
}

static inline const struct action *real_output(struct base_arena *arena, uint16_t port)
{
    struct action *action = base_arena_alloc(arena, sizeof *action);
    if (!action) {
        abort();
    }
    *action = (struct action){.port = port, .max_len = UINT16_MAX};
    return action;
}

/* What a port of that learning switch does, in n_hosts + 3 cases, besides what goes to the
 * controller. */
static inline struct expected_case *real_learning_cases(struct base_arena *arena, uint16_t port,
                                                        unsigned n_hosts)
{
    struct expected_case *cases = base_arena_alloc(arena, (n_hosts + 3) * sizeof *cases);
    const uint8_t reserved[] = {0x01, 0x80, 0xc2}, bits[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xf0};
    if (!cases) {
        abort();
    }
    for (unsigned i = 0; i < n_hosts + 3; i++) {
        cases[i] = (struct expected_case){.match = match_in_port(port), .n_actions = 1};
    }
    memcpy(cases[0].match.value.dl_dst, reserved, sizeof reserved);
    memcpy(cases[0].match.mask.dl_dst, bits, sizeof bits);
    cases[1].match.value.vlan_tci = cases[1].match.mask.vlan_tci = VLAN_TAGGED;
    cases[0].n_actions = cases[1].n_actions = 0;
    for (unsigned i = 0; i < n_hosts; i++) {
        const uint8_t mac[] = {2, 0, 0, 0, (uint8_t)(i / 256), (uint8_t)i};
        memcpy(cases[2 + i].match.value.dl_dst, mac, sizeof mac);
        memset(cases[2 + i].match.mask.dl_dst, 0xff, sizeof mac);
        cases[2 + i].actions = real_output(arena, (uint16_t)real_port(i));
    }
    cases[2 + n_hosts].actions = real_output(arena, PORT_ALL);
    return cases;
}

/* As faucet does: port ACL, VLAN, VLAN ACL, classification, sources, routes, VIP, destinations,
 * flood. */
static inline void real_faucet(struct switch_state *state, unsigned n_hosts)
{
    real_flood(state, 1, "pop_vlan,");
    for (unsigned port = 1; port <= REAL_PORTS; port++) {
        real_add(state, "table=0,priority=20,tcp,in_port=%u,tp_dst=25 actions=drop", port);
        real_add(state,
                 "table=1,priority=10,in_port=%u,vlan_tci=0/0x1fff "
                 "actions=push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2",
                 port);
    }
    real_add(state, "table=0,priority=0 actions=goto_table:1");
    real_add(state, "table=2,priority=20,udp,dl_vlan=100,tp_dst=67 actions=CONTROLLER:96");
    real_add(state, "table=2,priority=0 actions=goto_table:3");
    real_add(state, "table=3,priority=30,dl_vlan=100,dl_src=0e:00:00:00:00:01 actions=drop");
    real_add(state, "table=3,priority=30,dl_src=01:00:00:00:00:00/01:00:00:00:00:00 actions=drop");
    real_add(state, "table=3,priority=0 actions=goto_table:4");
    real_add(state, "table=4,priority=20,ip,dl_vlan=100,dl_dst=0e:00:00:00:00:01 "
                    "actions=goto_table:5");
    real_add(state,
             "table=4,priority=20,arp,dl_vlan=100,arp_tpa=10.0.255.254 actions=goto_table:7");
    for (unsigned i = 0; i < n_hosts; i++) {
        real_add(state,
                 "table=4,priority=10,in_port=%u,dl_vlan=100,dl_src=" REAL_MAC
                 " actions=goto_table:8",
                 real_port(i), REAL_MAC_OF(i));
        real_add(state,
                 "table=5,priority=20,ip,dl_vlan=100,nw_dst=10.0.%u.%u "
                 "actions=set_field:0e:00:00:00:00:01->eth_src,set_field:" REAL_MAC
                 "->eth_dst,goto_table:8",
                 REAL_MAC_OF(i), REAL_MAC_OF(i));
        real_add(state,
                 "table=8,priority=10,dl_vlan=100,dl_dst=" REAL_MAC " actions=pop_vlan,output:%u",
                 REAL_MAC_OF(i), real_port(i));
    }
    real_add(state, "table=4,priority=5,dl_vlan=100 actions=CONTROLLER:96,goto_table:8");
    real_add(state, "table=7,priority=20,arp actions=CONTROLLER:64");
    real_add(state, "table=8,priority=0 actions=goto_table:9");
    real_add(state, "table=9,priority=10,dl_vlan=100 actions=group:1");
}

/* As OVN does: the datapath and the port in metadata, who may send from a port, an ACL, addresses,
 * then the port again. */
static inline void real_overlay(struct switch_state *state, unsigned n_hosts)
{
    real_flood(state, 1, "");
    for (unsigned port = 1; port <= REAL_PORTS; port++) {
        real_add(state,
                 "table=0,priority=100,in_port=%u "
                 "actions=write_metadata:0x%x/0xffffffff,goto_table:8",
                 port, 0x10000 | port);
        real_add(state,
                 "table=33,priority=100,metadata=0x%x00000000/0xffff00000000 "
                 "actions=output:%u",
                 port, port);
    }
    for (unsigned i = 0; i < n_hosts; i++) {
        real_add(state,
                 "table=8,priority=90,metadata=0x%x/0xffffffff,dl_src=" REAL_MAC
                 " actions=goto_table:9",
                 0x10000 | real_port(i), REAL_MAC_OF(i));
        real_add(state,
                 "table=10,priority=50,metadata=0x10000/0xffff0000,dl_dst=" REAL_MAC
                 " actions=write_metadata:0x%x00000000/0xffff00000000,goto_table:33",
                 REAL_MAC_OF(i), real_port(i));
    }
    for (unsigned i = 0; i < 10; i++) {
        real_add(state,
                 "table=9,priority=1001,tcp,metadata=0x10000/0xffff0000,tp_dst=%u "
                 "actions=drop",
                 1000 + i);
    }
    real_add(state, "table=9,priority=0 actions=goto_table:10");
    real_add(state, "table=10,priority=70,metadata=0x10000/0xffff0000,"
                    "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=group:1");
}

/* As ONOS' fabric does: VLAN by port, router's address or bridging, groups written into the action
 * set, an ACL behind. */
static inline void real_fabric(struct switch_state *state, unsigned n_hosts)
{
    real_flood(state, 1000, "");
    for (unsigned port = 1; port <= REAL_PORTS; port++) {
        real_add(state, "group_id=%u,type=indirect,bucket=output:%u", port, port);
        real_add(state, "table=0,priority=10,in_port=%u,vlan_tci=0/0x1000 actions=goto_table:20",
                 port);
    }
    real_add(state, "group_id=500,type=select,bucket=output:1,bucket=output:2");
    real_add(state, "table=20,priority=10,ip,dl_dst=0e:00:00:00:00:01 actions=goto_table:30");
    real_add(state, "table=20,priority=0 actions=goto_table:50");
    for (unsigned i = 0; i < n_hosts; i++) {
        real_add(state,
                 "table=30,priority=32,ip,nw_dst=10.0.%u.%u "
                 "actions=write_actions(set_field:" REAL_MAC "->eth_dst,group:%u),goto_table:60",
                 REAL_MAC_OF(i), REAL_MAC_OF(i), real_port(i));
        real_add(state,
                 "table=50,priority=10,dl_dst=" REAL_MAC
                 " actions=write_actions(group:%u),goto_table:60",
                 REAL_MAC_OF(i), real_port(i));
    }
    real_add(state, "table=30,priority=0,ip actions=write_actions(group:500),goto_table:60");
    real_add(state, "table=50,priority=0 actions=write_actions(group:1000),goto_table:60");
    real_add(state, "table=60,priority=40000,arp actions=CONTROLLER:65535");
    real_add(state, "table=60,priority=40000,dl_type=0x88cc actions=CONTROLLER:65535,"
                    "clear_actions");
    real_add(state, "table=60,priority=30000,tcp,tp_dst=23 actions=clear_actions");
    real_add(state, "table=60,priority=0 actions=");
}

/* Sources that are allowed, then destinations: what comes from others is dropped. */
static inline void real_allowed(struct switch_state *state, unsigned n_hosts)
{
    for (unsigned i = 0; i < n_hosts; i++) {
        real_add(state, "table=0,priority=10,ip,nw_src=10.0.%u.%u actions=goto_table:1",
                 REAL_MAC_OF(i));
        real_add(state, "table=1,priority=10,ip,nw_dst=10.0.%u.%u actions=output:%u",
                 REAL_MAC_OF(i), real_port(i));
    }
}

/* Fills the state, which must be empty, with a pipeline of this kind, and its ports. */
static inline void real_pipeline(struct switch_state *state, int kind, unsigned n_hosts)
{
    static void (*const makes[REAL_KINDS])(struct switch_state *, unsigned) = {
        real_learning, real_faucet, real_overlay, real_fabric, real_allowed};
    state->version = 4;
    state->datapath_id = 1;
    state->n_ports = REAL_PORTS;
    state->ports = calloc(REAL_PORTS, sizeof *state->ports);
    for (uint16_t i = 0; state->ports && i < REAL_PORTS; i++) {
        state->ports[i].number = (uint16_t)(i + 1);
    }
    makes[kind](state, n_hosts);
}

#endif
