/* SPDX-License-Identifier: Apache-2.0
 *
 * For each sender: where its headers go (space/reach.h), once by the tables
 * and once by the expectation; then each of its claims is a question about how
 * the regions that arrive at a host overlap (space/atoms.h). */
#include "judge/prove_inside.h"

#include "space/atoms.h"

#include <stdlib.h>

enum { BUDGET = 20000000 };

/* -------------------------------------------------------------------- copies */

/* The question: a header that arrives more often than `wanted`, or less often
 * although it is known what becomes of it. */
struct counting {
    size_t n_arrivals; /* of the regions; those behind them are unknown */
    size_t wanted;
    size_t *budget;
    struct header example;
};

static enum space_answer count_copies(void *aux, const struct space_atom *atom, bool *leave_out)
{
    struct counting *counting = aux;
    size_t n = atom->n_inside;
    bool unknown = n > 0 && atom->inside[n - 1] >= counting->n_arrivals;
    n -= unknown;
    /* Regions are taken in order: whoever is in an unknown one is in no further arrival. */
    *leave_out = unknown || n > counting->wanted;
    if (n > counting->wanted || (atom->is_whole && !unknown && n < counting->wanted)) {
        return space_find(&atom->set.cube, atom->set.excluded, atom->set.n_excluded,
                          counting->budget, &counting->example);
    }
    return SPACE_EMPTY;
}

static size_t gather_regions(struct judge_prover *prover, size_t to)
{
    size_t n = 0;
    for (size_t i = prover->first[to]; i < prover->first[to + 1]; i++) {
        prover->regions[n++] = &prover->sorted[i]->region;
    }
    for (size_t i = 0; i < prover->actual.n_unknowns; i++) {
        prover->regions[n++] = &prover->actual.unknowns[i].region;
    }
    return n;
}

static long copies_of(const struct judge_prover *prover, const struct header *header, size_t to,
                      const struct space_arrival **last)
{
    long n = 0;
    for (size_t i = prover->first[to]; i < prover->first[to + 1]; i++) {
        if (space_region_has(&prover->sorted[i]->region, header)) {
            *last = prover->sorted[i];
            n++;
        }
    }
    return n;
}

static enum space_answer judge_copies(struct judge_prover *prover, const struct space_region *set,
                                      size_t to, size_t *budget,
                                      struct judge_refutation *refutation)
{
    size_t n_arrivals = prover->first[to + 1] - prover->first[to];
    struct counting counting = {
        .n_arrivals = n_arrivals, .wanted = (size_t)refutation->expected, .budget = budget};
    if (n_arrivals == 0 && counting.wanted == 0) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = space_atoms(set, prover->regions, gather_regions(prover, to), budget,
                                           count_copies, &counting);
    if (answer == SPACE_FOUND) {
        refutation->to = to;
        refutation->example = counting.example;
        refutation->copies = copies_of(prover, &counting.example, to, &refutation->arrival);
        if (refutation->copies < refutation->expected) {
            refutation->arrival = NULL;
        }
    }
    return answer;
}

/* -------------------------------------------------------------------- endless */

/* A header of the set that is in both regions. */
static enum space_answer find_in_both(const struct space_region *set, const struct space_region *a,
                                      const struct space_region *b, size_t *budget,
                                      struct header *example)
{
    const struct space_region *const regions[] = {set, a, b};
    struct match cube;
    if (!space_intersect(&set->cube, &a->cube, &cube) || !space_intersect(&cube, &b->cube, &cube)) {
        return SPACE_EMPTY;
    }
    struct space_region both = {.cube = cube};
    enum space_answer answer = SPACE_EMPTY;
    for (int r = 0; r < 3; r++) {
        for (size_t i = 0; i < regions[r]->n_excluded && answer == SPACE_EMPTY; i++) {
            answer = space_exclude(&both, regions[r]->excluded[i]) < 0 ? SPACE_OPEN : SPACE_EMPTY;
        }
    }
    if (answer == SPACE_EMPTY) {
        answer = space_find(&cube, both.excluded, both.n_excluded, budget, example);
    }
    space_region_free(&both);
    return answer;
}

/* Copies that leave a loop come again and again. */
static enum space_answer judge_endless(struct judge_prover *prover, const struct space_region *set,
                                       size_t to, size_t *budget,
                                       struct judge_refutation *refutation)
{
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < prover->actual.n_loops; i++) {
        const struct space_loop *loop = &prover->actual.loops[i];
        for (size_t j = prover->first[to]; j < prover->first[to + 1]; j++) {
            const struct space_arrival *arrival = prover->sorted[j];
            if (!space_hop_leads(loop->first, arrival->hop)) {
                continue;
            }
            answer =
                find_in_both(set, &loop->region, &arrival->region, budget, &refutation->example);
            if (answer != SPACE_EMPTY) {
                refutation->to = to;
                refutation->copies = -1;
                refutation->arrival = arrival;
                refutation->loop = loop;
                return answer;
            }
        }
    }
    return answer;
}

/* -------------------------------------------------------------------- altered */

/* The question: a header of one arrival that has another form than each of
 * those that are declared for it. */
struct comparing {
    const struct space_rewrite *rewrite;
    const struct space_arrival *const *declared;
    const struct space_rewrite **forms;
    size_t *budget;
    struct header example;
};

static enum space_answer compare_forms(void *aux, const struct space_atom *atom, bool *leave_out)
{
    static const struct space_rewrite as_sent;
    struct comparing *comparing = aux;
    size_t n = 0;
    for (size_t i = 0; i < atom->n_inside; i++) {
        const struct space_rewrite *form = &comparing->declared[atom->inside[i]]->rewrite;
        *leave_out |= memcmp(form, comparing->rewrite, sizeof *form) == 0;
        comparing->forms[n++] = form;
    }
    if (*leave_out || !atom->is_whole) {
        return SPACE_EMPTY;
    }
    if (n == 0) {
        comparing->forms[n++] = &as_sent;
    }
    return space_differs_from_all(&atom->set, comparing->rewrite, comparing->forms, n,
                                  comparing->budget, &comparing->example);
}

/* The headers of the arrival that are in the set. */
static enum space_answer compare_arrival(const struct space_region *set,
                                         const struct space_arrival *arrival,
                                         const struct space_region *const *regions, size_t n,
                                         struct comparing *comparing)
{
    struct space_region both = {0};
    if (!space_intersect(&set->cube, &arrival->region.cube, &both.cube)) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < set->n_excluded && answer == SPACE_EMPTY; i++) {
        answer = space_exclude(&both, set->excluded[i]) < 0 ? SPACE_OPEN : SPACE_EMPTY;
    }
    for (size_t i = 0; i < arrival->region.n_excluded && answer == SPACE_EMPTY; i++) {
        answer = space_exclude(&both, arrival->region.excluded[i]) < 0 ? SPACE_OPEN : SPACE_EMPTY;
    }
    comparing->rewrite = &arrival->rewrite;
    if (answer == SPACE_EMPTY) {
        answer = space_atoms(&both, regions, n, comparing->budget, compare_forms, comparing);
    }
    space_region_free(&both);
    return answer;
}

static enum space_answer judge_forms(struct judge_prover *prover, const struct space_region *set,
                                     size_t to, size_t *budget, struct judge_refutation *refutation)
{
    size_t max = prover->declared.n_arrivals, n = 0;
    const struct space_arrival **declared = calloc(max + 1, sizeof(*declared));
    const struct space_region **regions = calloc(max + 1, sizeof(*regions));
    struct comparing comparing = {.declared = declared, .budget = budget};
    comparing.forms = calloc(max + 1, sizeof(*comparing.forms));
    enum space_answer answer = declared && regions && comparing.forms ? SPACE_EMPTY : SPACE_OPEN;
    for (size_t i = 0; i < max && answer == SPACE_EMPTY; i++) {
        if (prover->declared.arrivals[i].host == to) {
            declared[n] = &prover->declared.arrivals[i];
            regions[n++] = &prover->declared.arrivals[i].region;
        }
    }
    for (size_t i = prover->first[to]; i < prover->first[to + 1] && answer == SPACE_EMPTY; i++) {
        answer = compare_arrival(set, prover->sorted[i], regions, n, &comparing);
        if (answer == SPACE_FOUND) {
            refutation->to = to;
            refutation->example = comparing.example;
            refutation->altered = true;
            refutation->copies = copies_of(prover, &comparing.example, to, &refutation->arrival);
            refutation->arrival = prover->sorted[i];
        }
    }
    free(declared);
    free(regions);
    free(comparing.forms);
    return answer;
}

/* --------------------------------------------------------------------- claims */

static enum space_answer judge_host(struct judge_prover *prover, const struct space_region *set,
                                    size_t to, size_t *budget, struct judge_refutation *refutation)
{
    enum space_answer answer = judge_endless(prover, set, to, budget, refutation);
    if (answer == SPACE_EMPTY) {
        answer = judge_copies(prover, set, to, budget, refutation);
    }
    if (answer == SPACE_EMPTY && refutation->expected > 0) {
        answer = judge_forms(prover, set, to, budget, refutation);
    }
    return answer;
}

/* A place where headers of the set come, and it is not known what becomes of
 * them; NULL: there is none. `*answer`: SPACE_OPEN if that was not decided. */
static const struct space_unknown *find_unknown(const struct judge_prover *prover,
                                                const struct space_region *set, size_t *budget,
                                                enum space_answer *answer)
{
    for (size_t i = 0; i < prover->actual.n_unknowns; i++) {
        const struct space_unknown *unknown = &prover->actual.unknowns[i];
        struct header example;
        *answer = find_in_both(set, &unknown->region, set, budget, &example);
        if (*answer != SPACE_EMPTY) {
            return *answer == SPACE_FOUND ? unknown : NULL;
        }
    }
    return NULL;
}

/* `answer`: what was found so far. Nothing refutes it: is it proved? */
static void settle(struct judge_prover *prover, const struct space_region *set, size_t *budget,
                   enum space_answer answer, struct result *result)
{
    const struct space_unknown *unknown = NULL;
    if (answer == SPACE_EMPTY) {
        unknown = find_unknown(prover, set, budget, &answer);
    }
    if (unknown || answer == SPACE_OPEN || prover->actual.exhausted) {
        judge_leave_open(prover, unknown, result);
    }
}

/* Whether a claim speaks of this receiver. */
static bool names(const struct expectation *expectation, const struct claim *claim, size_t host)
{
    if (claim->to != SIZE_MAX) {
        return claim->to == host;
    }
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *other = &expectation->claims[i];
        if (other->group == claim->group && other->from == claim->from && other->to == host) {
            return false;
        }
    }
    return host != claim->from;
}

static struct match from_port(const struct judge_prover *prover, const struct match *match)
{
    struct match cube = *match;
    cube.value.in_port = prover->proof->topology->hosts[prover->from].port.port;
    cube.mask.in_port = UINT16_MAX;
    return cube;
}

static void prove_claim(struct judge_prover *prover, const struct claim *claim,
                        struct result *result)
{
    struct judge_proof *proof = prover->proof;
    struct space_region set = {.cube = from_port(prover, &claim->match)};
    struct judge_refutation refutation = {.expected = (long)claim->copies};
    size_t budget = proof->budget;
    bool open = false;
    for (size_t to = 0; to < proof->topology->n_hosts; to++) {
        bool arrives = prover->first[to + 1] > prover->first[to];
        if ((arrives || claim->copies > 0) && names(proof->expectation, claim, to)) {
            enum space_answer answer = judge_host(prover, &set, to, &budget, &refutation);
            /* What is missing may be in what was not looked at any more. */
            bool sure = refutation.altered ? !prover->declared.exhausted
                                           : !prover->actual.exhausted || refutation.arrival;
            if (answer == SPACE_FOUND && sure) {
                judge_refute(prover, &refutation, result);
                return;
            }
            open = open || answer != SPACE_EMPTY;
        }
    }
    settle(prover, &set, &budget, open ? SPACE_OPEN : SPACE_EMPTY, result);
}

static struct result *add_result(const struct judge_prover *prover, const char *kind, size_t to)
{
    struct report *report = prover->proof->report;
    const struct topology_host *hosts = prover->proof->topology->hosts;
    const char *name = to == SIZE_MAX ? "all" : hosts[to].name;
    const char *id = base_arena_format(
        &report->arena, strcmp(kind, "loop") == 0 ? "traffic/%s/%s" : "traffic/%s/%s/%s",
        hosts[prover->from].name, kind, name);
    struct result *result = id ? report_add(report, RESULT_TRAFFIC, id) : NULL;
    if (result) {
        result->from = hosts[prover->from].name;
        result->to = name;
        result->is_count = true;
        result->source = prover->proof->expectation->file;
    }
    return result;
}

/* ---------------------------------------------------------------------- strays */

/* The headers of which no claim of the sender says anything at `to`; SIZE_MAX:
 * no claim at all. -1 without memory. */
static int unclaimed(const struct judge_prover *prover, size_t to, struct space_region *set)
{
    const struct expectation *expectation = prover->proof->expectation;
    *set = (struct space_region){
        .cube = match_in_port(prover->proof->topology->hosts[prover->from].port.port)};
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        bool speaks =
            to == SIZE_MAX || claim->to == to || (claim->to == SIZE_MAX && to != prover->from);
        if (claim->from == prover->from && speaks && space_exclude(set, &claim->match) < 0) {
            return -1;
        }
    }
    return 0;
}

static int prove_no_stray(struct judge_prover *prover, size_t to, bool *open)
{
    struct space_region set;
    struct judge_refutation refutation = {0};
    size_t budget = prover->proof->budget;
    if (unclaimed(prover, to, &set) < 0) {
        return -1;
    }
    enum space_answer answer = judge_host(prover, &set, to, &budget, &refutation);
    space_region_free(&set);
    *open = *open || answer == SPACE_OPEN;
    if (answer == SPACE_FOUND) {
        struct result *result = add_result(prover, "stray", to);
        if (!result) {
            return -1;
        }
        judge_refute(prover, &refutation, result);
    }
    return 0;
}

static int prove_no_strays(struct judge_prover *prover)
{
    struct space_region set;
    struct result result = {0};
    size_t budget = prover->proof->budget;
    bool open = false;
    for (size_t to = 0; to < prover->proof->topology->n_hosts; to++) {
        if (prover->first[to + 1] > prover->first[to] && prove_no_stray(prover, to, &open) < 0) {
            return -1;
        }
    }
    if (unclaimed(prover, SIZE_MAX, &set) < 0) {
        return -1;
    }
    settle(prover, &set, &budget, open ? SPACE_OPEN : SPACE_EMPTY, &result);
    space_region_free(&set);
    if (result.verdict == VERDICT_PASS) {
        return 0;
    }
    struct result *added = add_result(prover, "stray", SIZE_MAX);
    if (added) {
        added->verdict = result.verdict;
        added->detail = result.detail;
        added->observed_count = -1;
    }
    return added ? 0 : -1;
}

/* --------------------------------------------------------------------- senders */

/* By host, in the order in which they were found. */
static int sort_arrivals(struct judge_prover *prover)
{
    const struct space_reach *reach = &prover->actual;
    size_t n_hosts = prover->proof->topology->n_hosts;
    prover->first = calloc(n_hosts + 2, sizeof *prover->first);
    prover->sorted = calloc(reach->n_arrivals + 1, sizeof(*prover->sorted));
    prover->regions = calloc(reach->n_arrivals + reach->n_unknowns + 1, sizeof(*prover->regions));
    if (!prover->first || !prover->sorted || !prover->regions) {
        return -1;
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        prover->first[reach->arrivals[i].host + 1]++;
    }
    for (size_t host = 0; host < n_hosts; host++) {
        prover->first[host + 1] += prover->first[host];
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        prover->sorted[prover->first[reach->arrivals[i].host]++] = &reach->arrivals[i];
    }
    for (size_t host = n_hosts; host > 0; host--) {
        prover->first[host] = prover->first[host - 1];
    }
    prover->first[0] = 0;
    return 0;
}

static int reach_all(struct judge_prover *prover)
{
    struct judge_proof *proof = prover->proof;
    struct port_ref port = proof->topology->hosts[prover->from].port;
    size_t budget = proof->budget, declared_budget = proof->budget;
    return space_reach(&proof->actual, port, &budget, &prover->actual) < 0 ||
                   space_reach(&proof->declared, port, &declared_budget, &prover->declared) < 0 ||
                   sort_arrivals(prover) < 0
               ? -1
               : 0;
}

static bool is_selected(const struct judge_prove_options *options, size_t claim)
{
    return !options || !options->selected || options->selected[claim];
}

/* `at`: by claim, the number of its result. */
static int prove_all_of(struct judge_prover *prover, const struct judge_prove_options *options,
                        const size_t *at)
{
    const struct expectation *expectation = prover->proof->expectation;
    struct report *report = prover->proof->report;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == prover->from && is_selected(options, i)) {
            prove_claim(prover, &expectation->claims[i], &report->results[at[i]]);
        }
    }
    if (prover->actual.n_loops > 0) {
        struct result *result = add_result(prover, "loop", SIZE_MAX);
        if (!result) {
            return -1;
        }
        judge_refute_loop(prover, &prover->actual.loops[0], result);
    }
    return prove_no_strays(prover);
}

static int prove_sender(struct judge_proof *proof, size_t from,
                        const struct judge_prove_options *options, const size_t *at)
{
    struct judge_prover prover = {.proof = proof, .from = from};
    int status = reach_all(&prover) < 0 || prove_all_of(&prover, options, at) < 0 ? -1 : 0;
    space_reach_free(&prover.actual);
    space_reach_free(&prover.declared);
    free(prover.first);
    free(prover.sorted);
    free(prover.regions);
    return status;
}

/* ---------------------------------------------------------------------- public */

/* One result a claim, in the order of the expectation; which senders have any. */
static int add_claims(struct judge_proof *proof, const struct judge_prove_options *options,
                      size_t *at, bool *sends)
{
    for (size_t i = 0; i < proof->expectation->n_claims; i++) {
        const struct claim *claim = &proof->expectation->claims[i];
        if (!is_selected(options, i)) {
            continue;
        }
        at[i] = proof->report->n_results;
        struct result *result = report_add(proof->report, RESULT_TRAFFIC, claim->id);
        if (!result) {
            return -1;
        }
        sends[claim->from] = true;
        result->from = proof->topology->hosts[claim->from].name;
        result->to = claim->to == SIZE_MAX ? "all" : proof->topology->hosts[claim->to].name;
        result->is_count = true;
        result->expected_count = result->observed_count = (long)claim->copies;
        result->source = base_arena_format(&proof->report->arena, "%s:%d:%d", claim->place.file,
                                           claim->place.line, claim->place.column);
    }
    return 0;
}

static int open_proof(struct judge_proof *proof, const struct judge_switch *switches)
{
    size_t n = proof->topology->n_switches;
    struct space_network_switch *tables = calloc(n + 1, sizeof *tables);
    proof->states = calloc(n + 1, sizeof(*proof->states));
    int status = tables && proof->states ? 0 : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        const struct switch_state *state = switches[i].dumped ? switches[i].state : NULL;
        proof->states[i] = state;
        tables[i].unknown = base_arena_format(&proof->report->arena, "the switch was not read: %s",
                                              switches[i].reason ? switches[i].reason : "unknown");
        if (state) {
            tables[i].flows = &state->flows;
            tables[i].ports = state->ports;
            tables[i].n_ports = state->n_ports;
        }
    }
    if (status == 0) {
        status = space_network_init(&proof->actual, proof->topology, tables);
    }
    free(tables);
    return status < 0 ? -1 : judge_proof_declare(proof);
}

static void close_proof(struct judge_proof *proof)
{
    space_network_free(&proof->actual);
    space_network_free(&proof->declared);
    for (size_t i = 0; i < proof->topology->n_switches; i++) {
        if (proof->declared_flows) {
            flow_table_free(&proof->declared_flows[i]);
        }
        free(proof->cabled ? proof->cabled[i] : NULL);
    }
    free(proof->declared_flows);
    free(proof->cabled);
    free(proof->states);
}

int judge_prove(const struct expectation *expectation, const struct judge_switch *switches,
                const struct judge_prove_options *options, struct report *report,
                struct base_error *error)
{
    struct judge_proof proof = {.expectation = expectation,
                                .topology = expectation->topology,
                                .budget = options && options->budget ? options->budget : BUDGET,
                                .report = report};
    size_t n_hosts = proof.topology->n_hosts;
    size_t *at = calloc(expectation->n_claims + 1, sizeof *at);
    bool *sends = calloc(n_hosts + 1, sizeof *sends);
    int status = at && sends && open_proof(&proof, switches) == 0 ? 0 : -1;
    if (status == 0) {
        status = add_claims(&proof, options, at, sends);
    }
    for (size_t from = 0; from < n_hosts && status == 0; from++) {
        if (sends[from]) {
            status = prove_sender(&proof, from, options, at);
        }
    }
    close_proof(&proof);
    free(at);
    free(sends);
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
