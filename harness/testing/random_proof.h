/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests and benchmarks of proofs: small networks made by hand.
 *
 *   h1 -1 a 3---3 b 1- h3        a:4---c:3    b:4---c:4
 *   h2 -2 a                      h4 -1 c      h5 -5 b */
#ifndef TESTING_RANDOM_PROOF_H
#define TESTING_RANDOM_PROOF_H

#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "path/follow.h"
#include "prove/prove.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_SWITCHES = 3, N_HOSTS = 5, N_PORTS = 5, CLAIMS_MAX = 8 };

struct small {
    struct topology topology;
    struct switch_state states[N_SWITCHES];
    const struct switch_state *by_switch[N_SWITCHES];
    struct switch_dump switches[N_SWITCHES];
    struct port ports[N_SWITCHES][N_PORTS];
    struct expectation expectation;
    struct expected_port expected[8];
    struct expected_case cases[8];
    struct claim claims[CLAIMS_MAX];
    bool lists[N_SWITCHES];
    struct report report;
    struct prove_findings findings;
    struct base_arena arena;
};

static struct topology_switch small_switches[] = {
    {.name = "a", .dpid = 1}, {.name = "b", .dpid = 2}, {.name = "c", .dpid = 3}};
static struct topology_host small_hosts[] = {{.name = "h1", .port = {0, 1}},
                                             {.name = "h2", .port = {0, 2}},
                                             {.name = "h3", .port = {1, 1}},
                                             {.name = "h4", .port = {2, 1}},
                                             {.name = "h5", .port = {1, 5}}};
static struct topology_link small_links[] = {
    {.a = {0, 3}, .b = {1, 3}}, {.a = {0, 4}, .b = {2, 3}}, {.a = {1, 4}, .b = {2, 4}}};

static inline void small_init(struct small *small)
{
    *small = (struct small){.topology = {.switches = small_switches,
                                         .n_switches = N_SWITCHES,
                                         .hosts = small_hosts,
                                         .n_hosts = N_HOSTS,
                                         .links = small_links,
                                         .n_links = 3}};
    for (size_t i = 0; i < N_SWITCHES; i++) {
        for (uint16_t p = 0; p < N_PORTS; p++) {
            small->ports[i][p].number = p + 1;
        }
        small->states[i].ports = small->ports[i];
        small->states[i].n_ports = N_PORTS;
        small->by_switch[i] = &small->states[i];
        small->switches[i] = (struct switch_dump){.dumped = true, .state = &small->states[i]};
    }
    small->expectation = (struct expectation){.file = "test",
                                              .topology = &small->topology,
                                              .ports = small->expected,
                                              .claims = small->claims,
                                              .lists_switch = small->lists};
}

static inline void small_flow(struct small *small, size_t sw, const char *text)
{
    struct base_error error = {0};
    if (ofctl_parse_flow(text, &small->states[sw].flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

/* `to` HOST_ALL: all others. The claims of one call are a group each. */
static inline void small_claim(struct small *small, const char *id, size_t from, size_t to,
                               unsigned copies, const char *match)
{
    struct claim *claim = &small->claims[small->expectation.n_claims];
    *claim = (struct claim){.id = id,
                            .kind = copies ? CLAIM_DELIVERED : CLAIM_ISOLATED,
                            .from = from,
                            .to = to,
                            .copies = copies,
                            .group = small->expectation.n_claims++,
                            .place = {.file = "test", .line = 1, .column = 1}};
    assert_int_equal(ofctl_parse_match(match, &claim->match, NULL, NULL), 0);
}

/* What is declared of a port: one case. In the order of the ports. */
static inline void small_expect(struct small *small, size_t sw, uint16_t port, const char *actions)
{
    size_t n = small->expectation.n_ports++;
    small->cases[n].match = match_in_port(port);
    assert_int_equal(ofctl_parse_actions(actions, &small->arena, &small->cases[n].actions,
                                         &small->cases[n].n_actions, NULL, NULL),
                     0);
    small->expected[n] = (struct expected_port){
        .port = {.sw = sw, .port = port}, .cases = &small->cases[n], .n_cases = 1};
    small->lists[sw] = true;
}

static inline void small_prove(struct small *small, const struct prove_options *options)
{
    report_free(&small->report);
    small->report = (struct report){0};
    prove_findings_free(&small->findings);
    assert_int_equal(prove_claims(&small->expectation, small->switches, options, &small->report,
                                  &small->findings, NULL),
                     0);
}

static inline const struct result *small_result(const struct small *small, const char *id)
{
    for (size_t i = 0; i < small->report.n_results; i++) {
        if (strcmp(small->report.results[i].id, id) == 0) {
            return &small->report.results[i];
        }
    }
    fail_msg("no result %s", id);
    return NULL;
}

static inline void small_free(struct small *small)
{
    for (size_t i = 0; i < N_SWITCHES; i++) {
        flow_table_free(&small->states[i].flows);
    }
    report_free(&small->report);
    prove_findings_free(&small->findings);
    base_arena_free(&small->arena);
}

static inline void random_flow(struct small *small, size_t sw, unsigned priority)
{
    static const char *const actions[] = {"output:%u",
                                          "output:%u,output:%u",
                                          "mod_vlan_vid:1,output:%u",
                                          "strip_vlan,output:%u",
                                          "mod_vlan_pcp:1,output:%u",
                                          "mod_tp_dst:80,output:%u",
                                          "mod_nw_src:10.0.0.1,output:%u",
                                          "output:%u,mod_nw_tos:32,output:%u",
                                          "flood",
                                          "in_port"};
    char text[64];
    struct flow_entry *entry = flow_table_add(&small->states[sw].flows);
    const struct action *list;
    size_t n;
    snprintf(text, sizeof text, actions[random_below(UNIVERSE_COUNT(actions))],
             1 + random_below(N_PORTS), 1 + random_below(N_PORTS));
    assert_int_equal(ofctl_parse_actions(text, &small->arena, &list, &n, NULL, NULL), 0);
    entry->match = random_match();
    if (random_below(2)) {
        entry->match.mask.in_port = UINT16_MAX;
        entry->match.value.in_port = (uint16_t)(1 + random_below(N_PORTS));
    }
    entry->priority = (uint16_t)priority;
    entry->actions = list;
    entry->n_actions = (uint16_t)n;
}

static inline void random_network(struct small *small)
{
    small_init(small);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        for (unsigned i = 0; i < 7; i++) {
            /* Now and then two of one priority. */
            random_flow(small, sw, 10 + i - (random_below(8) == 0 && i > 0));
        }
    }
}

#endif
