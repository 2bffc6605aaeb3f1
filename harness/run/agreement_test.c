/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the commands agree about a network? On random networks (testing/random_network.h) what
 * prove, explain, diff and the cover of the entries say is compared with what the simulator
 * of testing/simulator.h does with each header of each host. (path/agreement_test.c asks the same
 * of what they are built on.)
 *
 *   NETWORKS=20000 SEED=1 FEATURES=0xff build/harness/run/agreement_test
 */
#include "change/diff.h"
#include "explain/explain.h"
#include "ofctl/match.h"
#include "prove/prove.h"
#include "testing/cmocka.h"
#include "testing/simulator.h"
#include "traffic/cover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLAIMS = RANDOM_HOSTS * RANDOM_HOSTS };

enum command { PROVE, LOOPS, COVER, EXPLAIN, DIFF, N_COMMANDS };

struct disagreement {
    unsigned long n_asked, n_networks;
    uint64_t last_seed;
    struct base_buffer first; /* what and where, of the first */
};

struct trial {
    struct random_network network;
    struct simulated_fate fates[RANDOM_HOSTS][RANDOM_UNIVERSE];
    struct switch_dump dumps[RANDOM_SWITCHES];
    struct expectation expectation;
    struct claim claims[CLAIMS];
    bool lists[RANDOM_SWITCHES];
    uint64_t seed;
};

static struct disagreement disagreements[N_COMMANDS];

static void disagree(const struct trial *trial, enum command command, const char *what, size_t host,
                     const struct header *header)
{
    struct disagreement *disagreement = &disagreements[command];
    if (disagreement->n_networks > 0 && disagreement->last_seed == trial->seed) {
        return;
    }
    disagreement->last_seed = trial->seed;
    if (disagreement->n_networks++ > 0) {
        return;
    }
    base_put_format(&disagreement->first, "SEED=%" PRIu64 ": %s", trial->seed, what);
    if (header) {
        base_put_format(&disagreement->first, "\nh%zu sends ", host + 1);
        ofctl_format_header(header, &disagreement->first);
    }
    base_put_text(&disagreement->first, "\n");
    random_network_describe(&trial->network, &disagreement->first);
}

static struct header sent_by(const struct trial *trial, size_t host, size_t i)
{
    struct header header = trial->network.universe[i];
    header.in_port = trial->network.topology.hosts[host].port.port;
    return header;
}

static size_t copies_at(const struct simulated_fate *fate, size_t host)
{
    size_t n = 0;
    for (size_t i = 0; i < fate->n_arrivals; i++) {
        n += fate->arrivals[i].host == host;
    }
    return n;
}

static bool is_settled(const struct simulated_fate *fate)
{
    return !fate->unknown && !fate->loops && !fate->too_many && !fate->vague;
}

/* Of a host's headers: whether the fate of each is settled. */
static bool are_settled(const struct trial *trial, size_t from)
{
    bool settled = true;
    for (size_t i = 0; i < trial->network.n_universe && settled; i++) {
        settled = is_settled(&trial->fates[from][i]);
    }
    return settled;
}

/* ------------------------------------------------------------------------- prove */

static void claim_isolation(struct trial *trial)
{
    static char ids[CLAIMS][64];
    const struct topology *topology = &trial->network.topology;
    trial->expectation = (struct expectation){.file = "test",
                                              .topology = &trial->network.topology,
                                              .claims = trial->claims,
                                              .lists_switch = trial->lists};
    for (size_t from = 0; from < topology->n_hosts; from++) {
        for (size_t to = 0; to < topology->n_hosts; to++) {
            size_t n = trial->expectation.n_claims;
            if (from == to) {
                continue;
            }
            snprintf(ids[n], sizeof ids[n], "traffic/h%zu/isolated/h%zu", from + 1, to + 1);
            trial->claims[n] = (struct claim){.id = ids[n],
                                              .kind = CLAIM_ISOLATED,
                                              .from = from,
                                              .to = to,
                                              .group = from,
                                              .place = {.file = "test", .line = 1, .column = 1}};
            trial->expectation.n_claims++;
        }
    }
}

static const struct result *result_of(const struct report *report, const char *id)
{
    const struct result *found = NULL;
    for (size_t i = 0; i < report->n_results && !found; i++) {
        found = strcmp(report->results[i].id, id) == 0 ? &report->results[i] : NULL;
    }
    return found;
}

/* What becomes of the example of a result. */
static struct header run_example(const struct trial *trial, const struct result *result,
                                 size_t from, struct simulated_fate *fate)
{
    struct match exact;
    assert_non_null(result->example);
    assert_int_equal(ofctl_parse_match(result->example, &exact, NULL, NULL), 0);
    simulate(&trial->network, from, &exact.value, fate);
    return exact.value;
}

/* Entries of one rank compete for it: prove refutes what is false whichever of them takes it. */
static bool meets_rivals(const struct simulated_fate *fate)
{
    bool meets = false;
    for (size_t i = 0; i < fate->n_hops; i++) {
        meets |= !fate->hops[i].alone;
    }
    return meets;
}

static void ask_claim(const struct trial *trial, const struct claim *claim,
                      const struct result *result)
{
    static struct simulated_fate fate;
    disagreements[PROVE].n_asked++;
    if (!result) {
        disagree(trial, PROVE, claim->id, 0, NULL);
        return;
    }
    if (result->verdict == VERDICT_FAIL) {
        struct header header = run_example(trial, result, claim->from, &fate);
        if (copies_at(&fate, claim->to) == 0 && !meets_rivals(&fate)) {
            disagree(trial, PROVE, "refuted by a packet that does not arrive", claim->from,
                     &header);
        }
        return;
    }
    for (size_t i = 0; i < trial->network.n_universe; i++) {
        struct header header = sent_by(trial, claim->from, i);
        bool arrives = copies_at(&trial->fates[claim->from][i], claim->to) > 0;
        if (arrives && (result->verdict == VERDICT_PASS || are_settled(trial, claim->from))) {
            disagree(trial, PROVE, "not refuted, though a packet arrives", claim->from, &header);
        }
    }
}

static void ask_loop(const struct trial *trial, size_t from, const struct report *report)
{
    static struct simulated_fate fate;
    char id[64];
    snprintf(id, sizeof id, "traffic/h%zu/loop", from + 1);
    const struct result *result = result_of(report, id);
    disagreements[LOOPS].n_asked++;
    if (result && result->verdict == VERDICT_FAIL) {
        struct header header = run_example(trial, result, from, &fate);
        if (!fate.loops && !fate.too_many) {
            disagree(trial, LOOPS, "a loop that is none", from, &header);
        }
        return;
    }
    for (size_t i = 0; i < trial->network.n_universe; i++) {
        const struct simulated_fate *one = &trial->fates[from][i];
        struct header header = sent_by(trial, from, i);
        if (one->loops && !one->unknown && !one->too_many && !one->vague) {
            disagree(trial, LOOPS, "a loop that is not found", from, &header);
        }
    }
}

static void ask_prove(struct trial *trial)
{
    const struct prove_options options = {.budget = 2000000};
    struct report report = {0};
    claim_isolation(trial);
    assert_int_equal(prove_claims(&trial->expectation, trial->dumps, &options, &report, NULL, NULL),
                     0);
    for (size_t i = 0; i < trial->expectation.n_claims; i++) {
        ask_claim(trial, &trial->claims[i], result_of(&report, trial->claims[i].id));
    }
    for (size_t from = 0; trial->expectation.n_claims > 0 && from < trial->network.topology.n_hosts;
         from++) {
        ask_loop(trial, from, &report);
    }
    report_free(&report);
}

/* ------------------------------------------------------------------------- cover */

static bool is_exercised(const struct trial *trial, size_t sw, size_t entry)
{
    for (size_t host = 0; host < trial->network.topology.n_hosts; host++) {
        for (size_t i = 0; i < trial->network.n_universe; i++) {
            const struct simulated_fate *fate = &trial->fates[host][i];
            if (!fate->loops && !fate->too_many && simulated_exercises(fate, sw, entry)) {
                return true;
            }
        }
    }
    return false;
}

static const struct traffic_missed *missed(const struct traffic_cover *cover, size_t sw,
                                           size_t entry)
{
    const struct traffic_missed *found = NULL;
    for (size_t i = 0; i < cover->n_missed && !found; i++) {
        found =
            cover->missed[i].sw == sw && cover->missed[i].entry == entry ? &cover->missed[i] : NULL;
    }
    return found;
}

/* Whether a probe of the cover exercises the entry. */
static bool is_probed(const struct simulated_fate *fates, size_t n, size_t sw, size_t entry)
{
    bool probed = false;
    for (size_t i = 0; i < n && !probed; i++) {
        probed = simulated_exercises(&fates[i], sw, entry);
    }
    return probed;
}

static void ask_entry(const struct trial *trial, const struct traffic_cover *cover,
                      const struct simulated_fate *fates, size_t sw, size_t entry)
{
    char what[64];
    const struct traffic_missed *miss = missed(cover, sw, entry);
    bool probed = is_probed(fates, cover->n_probes, sw, entry);
    bool proved =
        miss && (miss->why == TRAFFIC_MISS_HIDDEN || miss->why == TRAFFIC_MISS_LOOP ||
                 miss->why == TRAFFIC_MISS_UNREACHABLE || miss->why == TRAFFIC_MISS_AMBIGUOUS);
    disagreements[COVER].n_asked++;
    snprintf(what, sizeof what, "s%zu, %zu: ", sw + 1, entry);
    if (probed == (miss != NULL)) {
        strcat(what, miss ? "missed, but exercised" : "not missed, and not exercised");
        disagree(trial, COVER, what, 0, NULL);
    } else if (proved && is_exercised(trial, sw, entry)) {
        strcat(what, "a packet exercises it");
        disagree(trial, COVER, what, 0, NULL);
    }
}

static void ask_cover(const struct trial *trial)
{
    static const struct traffic_cover_options options = {0};
    enum { PROBES = RANDOM_SWITCHES * RANDOM_ENTRIES };
    static struct simulated_fate fates[PROBES];
    const struct random_network *network = &trial->network;
    struct path_network index;
    struct traffic_cover cover;
    assert_int_equal(path_network_open_dumps(&index, &network->topology, network->read, NULL), 0);
    assert_int_equal(traffic_cover(&index, &options, &cover), 0);
    assert_true(cover.n_probes <= PROBES);
    for (size_t i = 0; i < cover.n_probes; i++) {
        simulate(network, cover.probes[i].from, &cover.probes[i].header, &fates[i]);
        if (fates[i].loops || fates[i].too_many) {
            disagree(trial, COVER, "a probe loops", cover.probes[i].from, &cover.probes[i].header);
        }
    }
    for (size_t sw = 0; sw < network->topology.n_switches; sw++) {
        for (size_t e = 0; network->read[sw] && e < network->read[sw]->flows.n_entries; e++) {
            ask_entry(trial, &cover, fates, sw, e);
        }
    }
    traffic_cover_free(&cover);
    path_network_close(&index);
}

/* ----------------------------------------------------------------------- explain */

static size_t explained_copies(const struct explanation *explanation, const char *host)
{
    size_t n = 0;
    for (size_t i = 0; i < explanation->n_hops; i++) {
        for (size_t j = 0; j < explanation->hops[i].n_outputs; j++) {
            const char *to = explanation->hops[i].outputs[j].to;
            n += to && strcmp(to, host) == 0;
        }
    }
    return n;
}

static void ask_explain(const struct trial *trial, size_t host, size_t i)
{
    const struct random_network *network = &trial->network;
    const struct simulated_fate *fate = &trial->fates[host][i];
    struct header header = sent_by(trial, host, i);
    struct explain_question question = {.expectation = &trial->expectation,
                                        .states = network->read,
                                        .in = network->topology.hosts[host].port};
    struct base_arena arena = {0};
    struct explanation explanation;
    if (fate->too_many || fate->vague) {
        return;
    }
    disagreements[EXPLAIN].n_asked++;
    assert_int_equal(explain_packet(&question, &header, NULL, 0, &arena, &explanation), 0);
    if (explanation.unknown == is_settled(fate)) {
        disagree(trial, EXPLAIN, explanation.unknown ? "not known" : "known", host, &header);
    }
    for (size_t to = 0; to < network->topology.n_hosts; to++) {
        /* Where it is not settled it is told what goes on beside what is not known; the simulator
         * stops there. */
        size_t told = explained_copies(&explanation, network->hosts[to].name);
        size_t least = copies_at(fate, to);
        if (is_settled(fate) ? told != least : told < least) {
            disagree(trial, EXPLAIN, "other arrivals", host, &header);
        }
    }
    base_arena_free(&arena);
}

/* -------------------------------------------------------------------------- diff */

/* 1: both do the same with the header; 0: they do not; -1: that is not known. */
static int do_alike(const struct switch_state *a, const struct switch_state *b,
                    const struct header *header)
{
    const struct switch_state *states[] = {a, b};
    static const struct flow_entry drop;
    const struct flow_entry *takers[2];
    struct simulated_sent sent[SIMULATOR_SENT];
    for (size_t i = 0; i < 2; i++) {
        bool alone;
        size_t taker = simulator_taker(states[i], header, &alone);
        takers[i] = taker == SIMULATOR_NONE ? &drop : &states[i]->flows.entries[taker];
        if (!alone || takers[i]->table_id != 0 || simulator_is_unsure(takers[i]) ||
            simulator_apply(states[i], takers[i], *header, sent) < 0) {
            return -1;
        }
    }
    return simulator_do_the_same(a, takers[0], takers[1], header);
}

/* The table of a switch, and the same without one of its entries. */
static void ask_diff(const struct trial *trial, size_t sw, size_t without)
{
    const struct switch_state *before = trial->network.read[sw];
    struct switch_state after = *before;
    struct flow_entry entries[RANDOM_ENTRIES];
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    disagreements[DIFF].n_asked++;
    memcpy(entries, before->flows.entries, before->flows.n_entries * sizeof *entries);
    after.flows.entries = entries;
    after.flows.n_entries--;
    entries[without] = entries[after.flows.n_entries];
    assert_int_equal(change_diff(before, &after, &budget, &diff), 0);
    for (size_t i = 0; i < diff.n_changes; i++) {
        const struct header *example = &diff.changes[i].where.example;
        if (!diff.changes[i].unknown && !diff.changes[i].others &&
            do_alike(before, &after, example) == 1) {
            disagree(trial, DIFF, "a difference that is none", 0, example);
        }
    }
    for (size_t i = 0; diff.n_changes == 0 && i < trial->network.n_universe * 6; i++) {
        struct header header = trial->network.universe[i / 6];
        header.in_port = (uint16_t)(1 + i % 6);
        if (do_alike(before, &after, &header) == 0) {
            disagree(trial, DIFF, "a difference that is not found", 0, &header);
        }
    }
    change_diff_free(&diff);
}

/* ---------------------------------------------------------------------------- all */

static void ask_all_diffs(struct trial *trial)
{
    /* Of entries of one priority diff takes the first; closed ports it does not compare. */
    for (size_t sw = 0; sw < trial->network.topology.n_switches; sw++) {
        const struct switch_state *state = trial->network.read[sw];
        if (state && state->flows.n_entries > 0 &&
            !(trial->network.features & (RANDOM_RIVALS | RANDOM_PORTS))) {
            ask_diff(trial, sw, roll(&trial->network.dice, (uint32_t)state->flows.n_entries));
        }
    }
}

static void try_one(struct trial *trial, uint64_t seed, unsigned features)
{
    trial->seed = seed;
    assert_true(random_network_make(&trial->network, seed, features));
    for (size_t sw = 0; sw < trial->network.topology.n_switches; sw++) {
        trial->dumps[sw] = (struct switch_dump){.dumped = trial->network.read[sw] != NULL,
                                                .reason = "the switch was not read",
                                                .state = trial->network.read[sw]};
    }
    for (size_t host = 0; host < trial->network.topology.n_hosts; host++) {
        for (size_t i = 0; i < trial->network.n_universe; i++) {
            struct header header = sent_by(trial, host, i);
            simulate(&trial->network, host, &header, &trial->fates[host][i]);
        }
    }
    ask_prove(trial);
    ask_cover(trial);
    for (int i = 0; i < 10; i++) {
        size_t host = roll(&trial->network.dice, (uint32_t)trial->network.topology.n_hosts);
        ask_explain(trial, host, roll(&trial->network.dice, (uint32_t)trial->network.n_universe));
    }
    ask_all_diffs(trial);
    random_network_free(&trial->network);
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 0) : otherwise;
}

/* Every other network has some of the features only. */
static int try_all(void **state)
{
    static struct trial trial;
    uint64_t seed = setting("SEED", 1);
    unsigned features = (unsigned)setting("FEATURES", RANDOM_EVERYTHING);
    (void)state;
    for (unsigned long n = setting("NETWORKS", 500); n > 0; n--, seed++) {
        unsigned some = (unsigned)(seed * 0x9e3779b97f4a7c15 >> 40);
        try_one(&trial, seed, seed % 2 ? features : features & some);
    }
    return 0;
}

static void verify(enum command command)
{
    struct disagreement *disagreement = &disagreements[command];
    assert_true(disagreement->n_asked > 0);
    if (disagreement->n_networks > 0) {
        printf("%s\n", base_buffer_text(&disagreement->first)); /* cmocka cuts long messages */
        fail_msg("asked %lu times, disagrees in %lu networks", disagreement->n_asked,
                 disagreement->n_networks);
    }
}

static void claims_are_proved_of_what_packets_do(void **state)
{
    (void)state;
    verify(PROVE);
}

static void loops_are_found(void **state)
{
    (void)state;
    verify(LOOPS);
}

static void probes_exercise_what_the_cover_says(void **state)
{
    (void)state;
    verify(COVER);
}

static void packets_are_explained_as_they_go(void **state)
{
    (void)state;
    verify(EXPLAIN);
}

static void tables_differ_where_packets_do(void **state)
{
    (void)state;
    verify(DIFF);
}

static int forget(void **state)
{
    (void)state;
    for (int i = 0; i < N_COMMANDS; i++) {
        base_buffer_free(&disagreements[i].first);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_are_proved_of_what_packets_do),
        cmocka_unit_test(loops_are_found),
        cmocka_unit_test(probes_exercise_what_the_cover_says),
        cmocka_unit_test(packets_are_explained_as_they_go),
        cmocka_unit_test(tables_differ_where_packets_do),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, try_all, forget);
}
