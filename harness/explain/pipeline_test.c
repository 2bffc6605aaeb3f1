/* SPDX-License-Identifier: Apache-2.0
 *
 * What is explained of switches with several tables and groups: at random, against the execution of
 * packets, word by word (testing/random_pipeline.h).
 *
 *   PIPELINES=3000 build/harness/explain/pipeline_test */
#include "explain/explain.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/random_pipeline.h"

#include <stdlib.h>
#include <string.h>

enum { PIPELINES = 100, ENTRIES = 8, HEADERS = 10, N_HOSTS = 3 };

static struct topology_switch switches[] = {{.name = "s1", .dpid = 1}};
static struct topology_host hosts[] = {
    {.name = "h1", .port = {0, 1}}, {.name = "h2", .port = {0, 2}}, {.name = "h3", .port = {0, 3}}};
static struct topology topology = {
    .switches = switches, .n_switches = 1, .hosts = hosts, .n_hosts = N_HOSTS};

struct tally {
    size_t known, chosen, open;
};

/* Packets by the port, in this form; NULL: in any. */
static size_t sent_by(const struct pipeline_fate *fate, uint16_t port, const char *packet)
{
    size_t n = 0;
    for (size_t i = 0; i < fate->n_sent; i++) {
        struct base_buffer text = {0};
        ofctl_format_header(&fate->sent[i].header, &text);
        n += fate->sent[i].port == port && (!packet || !strcmp(base_buffer_text(&text), packet));
        base_buffer_free(&text);
    }
    return n;
}

static size_t told_by(const struct explained_hop *hop, uint16_t port, const char *packet,
                      bool chosen)
{
    size_t n = 0;
    for (size_t i = 0; i < hop->n_outputs; i++) {
        const struct explained_output *output = &hop->outputs[i];
        n += output->port == port && output->chosen == chosen &&
             (!packet || !strcmp(output->packet, packet));
    }
    return n;
}

static void compare_copies(const struct explained_hop *hop, const struct pipeline_fate *fate,
                           uint16_t port, const char *packet)
{
    size_t sure = told_by(hop, port, packet, false), may = told_by(hop, port, packet, true);
    assert_in_range(sent_by(fate, port, packet), sure, sure + may);
}

/* Whatever may become of it: what surely leaves is sent, and besides only what may be chosen. */
static void compare(const struct explained_hop *hop, const struct pipeline_fates *fates)
{
    for (size_t i = 0; i < fates->n_fates; i++) {
        assert_false(fates->fates[i].unknown);
        for (uint16_t port = 1; port <= N_HOSTS; port++) {
            compare_copies(hop, &fates->fates[i], port, NULL);
        }
        for (size_t j = 0; j < hop->n_outputs; j++) {
            compare_copies(hop, &fates->fates[i], hop->outputs[j].port, hop->outputs[j].packet);
        }
    }
}

static void ask(const struct switch_state *state, const struct header *header, struct tally *tally)
{
    static struct pipeline_fates fates;
    bool lists = false, exact = false;
    const struct expectation expectation = {
        .file = "e", .topology = &topology, .lists_switch = &lists, .exact_switch = &exact};
    const struct explain_question question = {
        .expectation = &expectation, .states = &state, .in = {0, header->in_port}};
    struct base_arena arena = {0};
    struct explanation explanation;
    assert_int_equal(explain_packet(&question, header, NULL, 0, &arena, &explanation), 0);
    assert_int_equal(explanation.n_hops, 1);
    pipeline_simulate(state, header, &fates);
    tally->open += explanation.unknown;
    if (!explanation.unknown && !fates.too_many) {
        compare(&explanation.hops[0], &fates);
        tally->known++;
        tally->chosen += explanation.hops[0].ways != NULL;
    }
    base_arena_free(&arena);
}

static void add_choice(struct switch_state *state)
{
    static const char group[] = "group_id=9,type=select,bucket=output:2,bucket=output:3";
    static const char flow[] = "priority=65000,in_port=1,udp actions=output:3,group:9";
    assert_int_equal(ofctl_parse_group(group, &state->groups, NULL, NULL), 0);
    assert_int_equal(ofctl_parse_flow(flow, &state->flows, NULL, NULL, NULL), 0);
}

static void packets_are_explained_as_they_go(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    struct tally tally = {0};
    const char *asked = getenv("PIPELINES");
    for (int i = 0; i < (asked ? atoi(asked) : PIPELINES); i++) {
        struct switch_state pipeline = {0};
        random_pipeline(&pipeline, ENTRIES);
        if (i % 2) { /* such a group is rarely drawn */
            add_choice(&pipeline);
        }
        for (size_t p = 0; p < pipeline.n_ports; p++) { /* all that is sent leaves */
            pipeline.ports[p].state = pipeline.ports[p].config = 0;
        }
        for (int h = 0; h < HEADERS; h++) {
            struct header header = universe.headers[random_below((unsigned)universe.n_headers)];
            header.in_port = (uint16_t)(1 + random_below(N_HOSTS));
            ask(&pipeline, &header, &tally);
        }
        switch_state_free(&pipeline);
    }
    print_message("# %zu known, %zu by choice, %zu open\n", tally.known, tally.chosen, tally.open);
    assert_true(tally.known > 0 && tally.chosen > 0 && tally.open > 0);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(packets_are_explained_as_they_go),
};

TEST_MAIN(tests)
