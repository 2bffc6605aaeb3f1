/* SPDX-License-Identifier: Apache-2.0
 *
 * For each sender: where its headers go (space/reach.h), once by the tables
 * and once by the expectation; then each of its claims is a question about how
 * the regions that arrive at a host overlap (space/atoms.h). */
#include "judge/prove.h"

#include "judge/prove_inside.h"
#include "space/atoms.h"

#include <stdlib.h>

enum { BUDGET = 20000000 };

/* ------------------------------------------------------------------- unknown */

/* Everything that may leave the switch, whatever it does, is followed from the
 * ports that its cables lead to. */
static int spread_from(struct judge_proof *proof, size_t sw, bool *switches, bool *hosts)
{
    int status = 0;
    for (size_t i = 0; i < proof->actual.n_cables && status == 0; i++) {
        const struct space_cable *cable = &proof->actual.cables[i];
        struct space_reach reach = {0};
        size_t budget = proof->budget;
        if (cable->port.sw != sw) {
            continue;
        }
        if (cable->peer.kind == PEER_HOST) {
            hosts[cable->peer.host] = true;
            continue;
        }
        status = space_reach(&proof->actual, cable->peer.port, &budget, &reach);
        for (size_t a = 0; a < reach.n_arrivals; a++) {
            hosts[reach.arrivals[a].host] = true;
        }
        for (size_t u = 0; u < reach.n_unknowns; u++) {
            switches[reach.unknowns[u].hop->in.sw] = true;
        }
        for (size_t h = 0; h < proof->topology->n_hosts; h++) {
            hosts[h] = hosts[h] || reach.exhausted;
        }
        space_reach_free(&reach);
    }
    return status;
}

/* By host: whether it may receive what comes to this switch, if nothing is known
 * of that. NULL without memory. */
static bool *spread(struct judge_proof *proof, size_t sw)
{
    size_t n = proof->topology->n_switches;
    bool *hosts = calloc(proof->topology->n_hosts + 1, sizeof *hosts);
    bool *seen = calloc(2 * n + 1, sizeof *seen), *done = seen + n;
    int status = hosts && seen ? 0 : -1;
    if (status == 0) {
        seen[sw] = true;
    }
    for (size_t i = 0; i < n && status == 0; i++) {
        if (seen[i] && !done[i]) {
            done[i] = true;
            status = spread_from(proof, i, seen, hosts);
            i = SIZE_MAX; /* from the first again: there may be new ones */
        }
    }
    free(seen);
    if (status < 0) {
        free(hosts);
        return NULL;
    }
    return hosts;
}

/* Whether what is unknown may arrive at the host. In doubt it may. */
static bool may_reach(const struct judge_prover *prover, const struct space_unknown *unknown,
                      size_t to)
{
    size_t sw = unknown->hop->in.sw;
    bool **spreads = prover->proof->spreads;
    if (!spreads[sw]) {
        spreads[sw] = spread(prover->proof, sw);
    }
    return !spreads[sw] || spreads[sw][to];
}

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
    for (size_t i = prover->arrivals.first[to]; i < prover->arrivals.first[to + 1]; i++) {
        prover->regions[n++] = &prover->arrivals.all[i]->region;
    }
    for (size_t i = 0; i < prover->actual.n_unknowns; i++) {
        if (may_reach(prover, &prover->actual.unknowns[i], to)) {
            prover->regions[n++] = &prover->actual.unknowns[i].region;
        }
    }
    return n;
}

static long copies_of(const struct judge_prover *prover, const struct header *header, size_t to,
                      const struct space_arrival **last)
{
    long n = 0;
    for (size_t i = prover->arrivals.first[to]; i < prover->arrivals.first[to + 1]; i++) {
        if (space_region_has(&prover->arrivals.all[i]->region, header)) {
            *last = prover->arrivals.all[i];
            n++;
        }
    }
    return n;
}

static enum space_answer judge_copies(struct judge_prover *prover, const struct space_region *set,
                                      size_t to, size_t *budget,
                                      struct judge_refutation *refutation)
{
    size_t n_arrivals = prover->arrivals.first[to + 1] - prover->arrivals.first[to];
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

/* The set and the region; the caller frees `out`. SPACE_EMPTY: their cubes have
 * nothing in common; SPACE_OPEN: no memory. */
static enum space_answer intersect(const struct space_region *set,
                                   const struct space_region *region, struct space_region *out)
{
    const struct space_region *const both[] = {set, region};
    if (!space_intersect(&set->cube, &region->cube, &out->cube)) {
        return SPACE_EMPTY;
    }
    for (int b = 0; b < 2; b++) {
        for (size_t i = 0; i < both[b]->n_excluded; i++) {
            if (space_exclude(out, both[b]->excluded[i]) < 0) {
                return SPACE_OPEN;
            }
        }
    }
    return SPACE_FOUND;
}

/* A header of the set that is in the region, and in `also` (NULL: anything). */
static enum space_answer find_in(const struct space_region *set, const struct space_region *region,
                                 const struct space_region *also, size_t *budget,
                                 struct header *example)
{
    struct space_region two = {0}, three = {0};
    const struct space_region *all = also ? &three : &two;
    enum space_answer answer = intersect(set, region, &two);
    if (answer == SPACE_FOUND && also) {
        answer = intersect(&two, also, &three);
    }
    if (answer == SPACE_FOUND) {
        answer = space_find(&all->cube, all->excluded, all->n_excluded, budget, example);
    }
    space_region_free(&two);
    space_region_free(&three);
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
        for (size_t j = prover->arrivals.first[to]; j < prover->arrivals.first[to + 1]; j++) {
            const struct space_arrival *arrival = prover->arrivals.all[j];
            if (!space_hop_leads(loop->first, arrival->hop)) {
                continue;
            }
            answer = find_in(set, &loop->region, &arrival->region, budget, &refutation->example);
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
    size_t n_declared;
    const struct space_region **regions; /* of these */
    const struct space_rewrite **forms;  /* scratch */
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
                                         struct comparing *comparing)
{
    struct space_region both = {0};
    enum space_answer answer = intersect(set, &arrival->region, &both);
    comparing->rewrite = &arrival->rewrite;
    if (answer == SPACE_FOUND) {
        answer = space_atoms(&both, comparing->regions, comparing->n_declared, comparing->budget,
                             compare_forms, comparing);
    }
    space_region_free(&both);
    return answer;
}

/* What is declared to arrive at the host; the forms that a header may have. */
static bool open_comparing(const struct judge_prover *prover, size_t to,
                           struct comparing *comparing)
{
    size_t begin = prover->expected.first[to], n = prover->expected.first[to + 1] - begin;
    comparing->declared = prover->expected.all + begin;
    comparing->n_declared = n;
    comparing->regions = calloc(n + 1, sizeof(*comparing->regions));
    comparing->forms = calloc(n + 1, sizeof(*comparing->forms));
    for (size_t i = 0; comparing->regions && i < n; i++) {
        comparing->regions[i] = &comparing->declared[i]->region;
    }
    return comparing->regions && comparing->forms;
}

static enum space_answer judge_forms(struct judge_prover *prover, const struct space_region *set,
                                     size_t to, size_t *budget, struct judge_refutation *refutation)
{
    struct comparing comparing = {.budget = budget};
    enum space_answer answer = open_comparing(prover, to, &comparing) ? SPACE_EMPTY : SPACE_OPEN;
    for (size_t i = prover->arrivals.first[to];
         i < prover->arrivals.first[to + 1] && answer == SPACE_EMPTY; i++) {
        answer = compare_arrival(set, prover->arrivals.all[i], &comparing);
        if (answer == SPACE_FOUND) {
            refutation->to = to;
            refutation->example = comparing.example;
            refutation->altered = true;
            refutation->copies = copies_of(prover, &comparing.example, to, &refutation->arrival);
            refutation->arrival = prover->arrivals.all[i];
        }
    }
    free(comparing.regions);
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

/* What keeps a claim from being proved although nothing refutes it. */
struct opening {
    bool open;                           /* over the budget */
    const struct space_unknown *unknown; /* or this place */
};

/* Whether headers of the set come to a place where it is not known what becomes
 * of them, but they might arrive at `to`. */
static void look_for_unknown(const struct judge_prover *prover, const struct space_region *set,
                             size_t to, size_t *budget, struct opening *opening)
{
    for (size_t i = 0; i < prover->actual.n_unknowns && !opening->unknown; i++) {
        const struct space_unknown *unknown = &prover->actual.unknowns[i];
        struct header example;
        enum space_answer answer = may_reach(prover, unknown, to)
                                       ? find_in(set, &unknown->region, NULL, budget, &example)
                                       : SPACE_EMPTY;
        opening->open = opening->open || answer == SPACE_OPEN;
        opening->unknown = answer == SPACE_FOUND ? unknown : NULL;
    }
}

/* SPACE_FOUND: the refutation is sure. */
static enum space_answer judge_at(struct judge_prover *prover, const struct space_region *set,
                                  size_t to, size_t *budget, struct judge_refutation *refutation,
                                  struct opening *opening)
{
    enum space_answer answer = judge_host(prover, set, to, budget, refutation);
    /* What is missing may be in what was not looked at any more. */
    bool sure = refutation->altered ? !prover->declared.exhausted
                                    : !prover->actual.exhausted || refutation->arrival;
    if (answer == SPACE_FOUND && sure) {
        return SPACE_FOUND;
    }
    opening->open = opening->open || answer != SPACE_EMPTY || prover->actual.exhausted;
    look_for_unknown(prover, set, to, budget, opening);
    return SPACE_EMPTY;
}

/* Whether a claim speaks of this receiver. */
static bool names(const struct judge_prover *prover, const struct claim *claim, size_t host)
{
    const struct claim *claims = prover->proof->expectation->claims;
    if (claim->to != SIZE_MAX) {
        return claim->to == host;
    }
    for (size_t i = 0; i < prover->n_claims; i++) {
        const struct claim *other = &claims[prover->claims[i]];
        if (other->group == claim->group && other->to == host) {
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

static bool nothing_comes(const struct judge_prover *prover, size_t to)
{
    return prover->arrivals.first[to + 1] == prover->arrivals.first[to] &&
           prover->actual.n_unknowns == 0 && !prover->actual.exhausted;
}

static void prove_claim(struct judge_prover *prover, const struct claim *claim,
                        struct result *result)
{
    struct judge_proof *proof = prover->proof;
    struct space_region set = {.cube = from_port(prover, &claim->match)};
    struct opening opening = {0};
    size_t budget = proof->budget;
    for (size_t to = 0; to < proof->topology->n_hosts; to++) {
        struct judge_refutation refutation = {.expected = (long)claim->copies};
        if ((claim->copies == 0 && nothing_comes(prover, to)) || !names(prover, claim, to)) {
            continue;
        }
        if (judge_at(prover, &set, to, &budget, &refutation, &opening) == SPACE_FOUND) {
            judge_refute(prover, &refutation, result);
            return;
        }
    }
    if (opening.open || opening.unknown) {
        judge_leave_open(prover, opening.unknown, result);
    }
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

/* The headers of which no claim of the sender says anything at `to`. -1 without
 * memory. */
static int unclaimed(const struct judge_prover *prover, size_t to, struct space_region *set)
{
    const struct match all = match_any();
    *set = (struct space_region){.cube = from_port(prover, &all)};
    for (size_t i = 0; i < prover->n_claims; i++) {
        const struct claim *claim = &prover->proof->expectation->claims[prover->claims[i]];
        bool speaks = claim->to == to || (claim->to == SIZE_MAX && to != prover->from);
        if (speaks && space_exclude(set, &claim->match) < 0) {
            return -1;
        }
    }
    return 0;
}

static int prove_no_stray(struct judge_prover *prover, size_t to, struct opening *opening)
{
    struct space_region set;
    struct judge_refutation refutation = {0};
    size_t budget = prover->proof->budget;
    if (unclaimed(prover, to, &set) < 0) {
        return -1;
    }
    enum space_answer answer = judge_at(prover, &set, to, &budget, &refutation, opening);
    space_region_free(&set);
    struct result *result = answer == SPACE_FOUND ? add_result(prover, "stray", to) : NULL;
    if (result) {
        judge_refute(prover, &refutation, result);
    }
    return answer == SPACE_FOUND && !result ? -1 : 0;
}

static int prove_no_strays(struct judge_prover *prover)
{
    struct opening opening = {0};
    for (size_t to = 0; to < prover->proof->topology->n_hosts; to++) {
        if (!nothing_comes(prover, to) && prove_no_stray(prover, to, &opening) < 0) {
            return -1;
        }
    }
    if (opening.open || opening.unknown) {
        struct result *result = add_result(prover, "stray", SIZE_MAX);
        if (!result) {
            return -1;
        }
        judge_leave_open(prover, opening.unknown, result);
    }
    return 0;
}

/* --------------------------------------------------------------------- senders */

/* By host, in the order in which they were found. */
static int sort_arrivals(const struct space_reach *reach, size_t n_hosts,
                         struct judge_arrivals *arrivals)
{
    size_t *first = calloc(n_hosts + 1, sizeof *first);
    arrivals->first = first;
    arrivals->all = calloc(reach->n_arrivals + 1, sizeof(*arrivals->all));
    if (!first || !arrivals->all) {
        return -1;
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        first[reach->arrivals[i].host + 1]++;
    }
    for (size_t host = 0; host < n_hosts; host++) {
        first[host + 1] += first[host];
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        arrivals->all[first[reach->arrivals[i].host]++] = &reach->arrivals[i];
    }
    memmove(first + 1, first, n_hosts * sizeof *first);
    first[0] = 0;
    return 0;
}

static int reach_all(struct judge_prover *prover)
{
    struct judge_proof *proof = prover->proof;
    struct port_ref port = proof->topology->hosts[prover->from].port;
    size_t n_hosts = proof->topology->n_hosts;
    size_t budget = proof->budget, declared_budget = proof->budget;
    if (space_reach(&proof->actual, port, &budget, &prover->actual) < 0 ||
        space_reach(&proof->declared, port, &declared_budget, &prover->declared) < 0 ||
        sort_arrivals(&prover->actual, n_hosts, &prover->arrivals) < 0 ||
        sort_arrivals(&prover->declared, n_hosts, &prover->expected) < 0) {
        return -1;
    }
    size_t max = prover->actual.n_arrivals + prover->actual.n_unknowns;
    prover->regions = calloc(max + 1, sizeof(*prover->regions));
    return prover->regions ? 0 : -1;
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
    for (size_t i = 0; i < prover->n_claims; i++) {
        size_t claim = prover->claims[i];
        if (is_selected(options, claim)) {
            prove_claim(prover, &expectation->claims[claim], &report->results[at[claim]]);
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

static int prove_sender(struct judge_proof *proof, size_t from, const size_t *claims,
                        size_t n_claims, const struct judge_prove_options *options,
                        const size_t *at)
{
    struct judge_prover prover = {
        .proof = proof, .from = from, .claims = claims, .n_claims = n_claims};
    int status = reach_all(&prover) < 0 || prove_all_of(&prover, options, at) < 0 ? -1 : 0;
    space_reach_free(&prover.actual);
    space_reach_free(&prover.declared);
    free(prover.arrivals.first);
    free(prover.arrivals.all);
    free(prover.expected.first);
    free(prover.expected.all);
    free(prover.regions);
    return status;
}

/* Each sender that has a selected claim. `claims`: room for all numbers. */
static int prove_senders(struct judge_proof *proof, const struct judge_prove_options *options,
                         const size_t *at, size_t *claims)
{
    const struct expectation *expectation = proof->expectation;
    int status = 0;
    for (size_t from = 0; from < proof->topology->n_hosts && status == 0; from++) {
        size_t n = 0;
        bool any = false;
        for (size_t i = 0; i < expectation->n_claims; i++) {
            if (expectation->claims[i].from == from) {
                claims[n++] = i;
                any = any || is_selected(options, i);
            }
        }
        status = any ? prove_sender(proof, from, claims, n, options, at) : 0;
    }
    return status;
}

/* ---------------------------------------------------------------------- public */

/* One result a claim, in the order of the expectation. */
static int add_claims(struct judge_proof *proof, const struct judge_prove_options *options,
                      size_t *at)
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
    proof->spreads = calloc(n + 1, sizeof(*proof->spreads));
    int status = tables && proof->states && proof->spreads ? 0 : -1;
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
        free(proof->spreads ? proof->spreads[i] : NULL);
    }
    free(proof->declared_flows);
    free(proof->cabled);
    free(proof->spreads);
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
    size_t *at = calloc(expectation->n_claims + 1, sizeof *at);
    size_t *claims = calloc(expectation->n_claims + 1, sizeof *claims);
    int status = at && claims && open_proof(&proof, switches) == 0 ? 0 : -1;
    status = status == 0 ? add_claims(&proof, options, at) : -1;
    status = status == 0 ? prove_senders(&proof, options, at, claims) : -1;
    close_proof(&proof);
    free(at);
    free(claims);
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
