/* SPDX-License-Identifier: Apache-2.0
 *
 * What is proved of switches with several tables and groups, which are composed by continuation:
 * at random, against the execution of packets, word by word (testing/random_pipeline.h).
 *
 *   PIPELINES=3000 build/harness/prove/pipeline_test */
#include "prove/prove.h"

#include "testing/cmocka.h"
#include "testing/random_pipeline.h"

#include <stdlib.h>
#include <string.h>

enum { PIPELINES = 60, ENTRIES = 8, HEADERS = 60, N_HOSTS = 3 };

static struct topology_switch switches[] = {{.name = "s1", .dpid = 1}};
static struct topology_host hosts[] = {
    {.name = "h1", .port = {0, 1}}, {.name = "h2", .port = {0, 2}}, {.name = "h3", .port = {0, 3}}};
static struct topology topology = {
    .switches = switches, .n_switches = 1, .hosts = hosts, .n_hosts = N_HOSTS};

/* Copies that come to a port: the least and the most, by the fates of the packet. False: some of
 * them is not known. */
static bool count_copies(const struct switch_state *state, const struct header *header,
                         uint16_t port, size_t *least, size_t *most)
{
    static struct pipeline_fates fates;
    bool known;
    pipeline_simulate(state, header, &fates);
    known = !fates.too_many;
    *least = SIZE_MAX;
    *most = 0;
    for (size_t i = 0; i < fates.n_fates && known; i++) {
        size_t n = 0;
        known = !fates.fates[i].unknown;
        for (size_t j = 0; j < fates.fates[i].n_sent; j++) {
            n += fates.fates[i].sent[j].port == port;
        }
        *least = n < *least ? n : *least;
        *most = n > *most ? n : *most;
    }
    return known;
}

struct tally {
    size_t proved, refuted, open;
};

/* Of a proof no header is an exception; a refutation is one. */
static void check_result(const struct switch_state *state, const struct result *result,
                         const struct prove_findings *findings, const struct claim *claim,
                         const struct universe *universe, struct tally *tally)
{
    uint16_t port = topology.hosts[claim->to].port.port;
    size_t least, most;
    tally->open += result->verdict == VERDICT_INCONCLUSIVE;
    if (result->verdict == VERDICT_FAIL) {
        const struct prove_finding *finding = findings->items;
        while (finding->kind != PROVE_REFUTED || strcmp(result->id, claim->id) != 0) {
            finding++;
        }
        struct header header = finding->example;
        if (!finding->altered && count_copies(state, &header, port, &least, &most)) {
            assert_true(least > claim->copies || most < claim->copies);
        }
        tally->refuted++;
        return;
    }
    for (int h = 0; h < HEADERS && result->verdict == VERDICT_PASS; h++) {
        struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
        header.in_port = topology.hosts[claim->from].port.port;
        if (count_copies(state, &header, port, &least, &most)) {
            assert_true(least == claim->copies && most == claim->copies);
        }
    }
    tally->proved += result->verdict == VERDICT_PASS;
}

static void check_pipeline(const struct switch_state *state, struct claim *claim,
                           const struct universe *universe, struct tally *tally)
{
    bool lists = false, exact = false;
    struct expectation expectation = {.file = "e",
                                      .topology = &topology,
                                      .claims = claim,
                                      .n_claims = 1,
                                      .lists_switch = &lists,
                                      .exact_switch = &exact};
    struct switch_dump dump = {.dumped = true, .state = state};
    struct report report = {0};
    struct prove_findings findings = {0};
    assert_int_equal(prove_claims(&expectation, &dump, NULL, &report, &findings, NULL), 0);
    check_result(state, &report.results[0], &findings, claim, universe, tally);
    prove_findings_free(&findings);
    report_free(&report);
}

static void proofs_hold_for_packets(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    struct tally tally = {0};
    const char *asked = getenv("PIPELINES");
    for (int i = 0; i < (asked ? atoi(asked) : PIPELINES); i++) {
        struct switch_state pipeline = {0};
        random_pipeline(&pipeline, ENTRIES);
        for (size_t e = 0; e < pipeline.flows.n_entries; e++) { /* no two of one priority */
            pipeline.flows.entries[e].priority = (uint16_t)(100 * (e * 7 % 11) + e);
        }
        for (size_t p = 0; p < pipeline.n_ports; p++) { /* all that is sent leaves */
            pipeline.ports[p].state = pipeline.ports[p].config = 0;
        }
        for (unsigned copies = 0; copies < 2; copies++) {
            size_t from = random_below(N_HOSTS);
            struct claim claim = {.id = "claim",
                                  .kind = copies ? CLAIM_DELIVERED : CLAIM_ISOLATED,
                                  .from = from,
                                  .to = (from + 1) % N_HOSTS,
                                  .copies = copies,
                                  .match = match_any(),
                                  .place = {.file = "e"}};
            check_pipeline(&pipeline, &claim, &universe, &tally);
        }
        switch_state_free(&pipeline);
    }
    print_message("# %zu proved, %zu refuted, %zu open\n", tally.proved, tally.refuted, tally.open);
    assert_true(tally.proved > 0 && tally.refuted > 0);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(proofs_hold_for_packets),
};

TEST_MAIN(tests)
