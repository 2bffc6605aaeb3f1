/* SPDX-License-Identifier: Apache-2.0
 *
 * Mutants of random networks: what is said of each is what judging the whole
 * network again says, and what asking about each header says. */
#include "mutate/mutate.h"

#include "learn/learn.h"
#include "mutate/mutants.h"
#include "ofctl/flow.h"
#include "testing/naive.h"
#include "testing/random_proof.h"

enum { NETWORKS = 40, MAX_SENT = 16 };

static void init(struct small *small)
{
    static bool no_entries[N_SWITCHES];
    small_init(small);
    small->expectation.exact_switch = no_entries;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        small->states[sw].datapath_id = small_switches[sw].dpid;
    }
}

/* --------------------------------------------------------------------- oracle */

struct oracle {
    struct small *small;
    const struct mutations *mutations;
    const struct universe *universe;
    size_t sw, n, n_lines;
    size_t fates[N_MUTATION_FATES], senses[N_MUTATION_SENSES];
};

static struct flow_table apply(const struct flow_table *flows, const struct mutate_mutant *mutant,
                               bool expires)
{
    struct flow_table changed = {0};
    for (size_t row = 0; row < flows->n_entries; row++) {
        bool is_row = row == mutant->row;
        if (!is_row || !(mutant->gone || (expires && mutant->is_lifetime))) {
            *flow_table_add(&changed) = is_row                 ? mutant->now
                                        : row == mutant->other ? mutant->other_now
                                                               : flows->entries[row];
        }
    }
    return changed;
}

static int compare_emissions(const void *a, const void *b)
{
    const struct space_emission *x = a, *y = b;
    return x->port != y->port ? x->port - y->port
                              : memcmp(&x->header, &y->header, sizeof x->header);
}

static size_t emit(const struct switch_state *state, const struct flow_table *flows,
                   const struct header *header, struct space_emission *out, bool *ambiguous)
{
    const char *reason;
    size_t taker = naive_lookup(flows, header, ambiguous);
    memset(out, 0, MAX_SENT * sizeof *out);
    int n = taker == ENTRY_NONE
                ? 0
                : naive_apply(flows->entries[taker].actions, flows->entries[taker].n_actions,
                              state->ports, state->n_ports, header, out, MAX_SENT, &reason);
    assert_in_range(n, 0, MAX_SENT);
    qsort(out, (size_t)n, sizeof *out, compare_emissions);
    return (size_t)n;
}

/* How many entries of the taker's priority take the header. */
static size_t count_takers(const struct flow_table *flows, const struct header *header)
{
    size_t taker = naive_lookup(flows, header, NULL), n = 0;
    for (size_t i = 0; i < flows->n_entries && taker != ENTRY_NONE; i++) {
        n += flows->entries[i].priority == flows->entries[taker].priority &&
             match_takes(&flows->entries[i].match, header);
    }
    return n;
}

/* Whether this entry is one of several that take it. */
static bool is_rival(const struct flow_table *flows, const struct flow_entry *entry,
                     const struct header *header)
{
    size_t taker = naive_lookup(flows, header, NULL);
    return taker != ENTRY_NONE && flows->entries[taker].priority == entry->priority &&
           match_takes(&entry->match, header) && count_takers(flows, header) > 1;
}

/* Whether some header of the universe is treated otherwise, at some port: unnoticed; or perhaps,
 * as which of several entries takes it is not defined: undecided. */
static enum mutation_fate seen(const struct oracle *oracle, const struct mutate_mutant *mutant,
                               const struct flow_table *before, const struct flow_table *after)
{
    const struct switch_state *state = &oracle->small->states[oracle->sw];
    uint16_t n_ports = (uint16_t)state->n_ports;
    struct space_emission sent[2][MAX_SENT];
    enum mutation_fate fate = MUTATION_EQUIVALENT;
    for (size_t i = 0; i < oracle->universe->n_headers; i++) {
        struct header header = oracle->universe->headers[i];
        for (header.in_port = 1; header.in_port <= n_ports; header.in_port++) {
            bool open[2];
            size_t n = emit(state, before, &header, sent[0], &open[0]);
            bool same = n == emit(state, after, &header, sent[1], &open[1]);
            for (size_t k = 0; k < n && same; k++) {
                same = compare_emissions(&sent[0][k], &sent[1][k]) == 0;
            }
            if (!same && !open[0] && !open[1]) {
                return MUTATION_UNNOTICED;
            }
            if ((open[0] && is_rival(before, &before->entries[mutant->row], &header)) ||
                (open[1] && !mutant->gone && is_rival(after, &mutant->now, &header)) ||
                open[0] != open[1]) {
                fate = MUTATION_UNDECIDED;
            }
        }
    }
    return fate;
}

/* The whole network with this change, from nothing. */
static void mutate_whole(const struct oracle *oracle, const struct flow_table *flows,
                         bool sensed[N_MUTATION_SENSES], bool *open)
{
    struct small *small = oracle->small;
    struct switch_dump switches[N_SWITCHES];
    struct switch_state state = small->states[oracle->sw];
    struct report report = {0};
    memcpy(switches, small->switches, sizeof switches);
    state.flows = *flows;
    switches[oracle->sw].state = &state;
    assert_int_equal(state_judge(&small->expectation, switches, NULL, &report, NULL), 0);
    assert_int_equal(prove_claims(&small->expectation, switches, NULL, &report, NULL, NULL), 0);
    for (size_t i = 0; i < report.n_results; i++) {
        const struct result *result = &report.results[i];
        enum mutation_sense by = result->kind == RESULT_ENTRY     ? SENSED_BY_ENTRIES
                                 : result->kind == RESULT_TRAFFIC ? SENSED_BY_TRAFFIC
                                                                  : SENSED_BY_PORTS;
        sensed[by] |= result->verdict == VERDICT_FAIL;
        *open |= result->verdict == VERDICT_INCONCLUSIVE;
    }
    report_free(&report);
}

static int check_mutant(void *aux, const struct mutate_mutant *mutant)
{
    struct oracle *oracle = aux;
    const struct mutation *told = &oracle->mutations->items[oracle->n++];
    const struct flow_table *before = &oracle->small->states[oracle->sw].flows;
    struct flow_table after = apply(before, mutant, false), gone = apply(before, mutant, true);
    bool sensed[N_MUTATION_SENSES] = {false}, open = false, noticed = false;
    assert_string_equal(told->id, mutant->id);
    mutate_whole(oracle, &after, sensed, &open);
    for (size_t by = 0; by < N_MUTATION_SENSES; by++) {
        if (sensed[by] != (told->sensed[by] != NULL)) {
            fail_msg("%s: %s by %s", told->id, sensed[by] ? "not noticed" : "noticed",
                     mutation_sense_name(by));
        }
        noticed |= sensed[by];
        oracle->senses[by] += sensed[by];
    }
    enum mutation_fate fate = noticed ? MUTATION_NOTICED
                              : open  ? MUTATION_UNDECIDED
                                      : seen(oracle, mutant, before, &gone);
    if (told->fate != fate) {
        fail_msg("%s: %s instead of %s", told->id, mutation_fate_name(told->fate),
                 mutation_fate_name(fate));
    }
    oracle->fates[fate]++;
    flow_table_free(&after);
    flow_table_free(&gone);
    return 0;
}

static void check_all(struct oracle *oracle)
{
    oracle->n = 0;
    for (oracle->sw = 0; oracle->sw < N_SWITCHES; oracle->sw++) {
        const struct switch_state *state = &oracle->small->states[oracle->sw];
        struct space_table table;
        assert_int_equal(space_table_index(&table, &state->flows, NULL), 0);
        assert_int_equal(mutate_mutants_each(small_switches[oracle->sw].name, state, &table,
                                             check_mutant, oracle),
                         0);
        space_table_free(&table);
    }
    assert_int_equal(oracle->n, oracle->mutations->n_items);
}

/* --------------------------------------------------------------------- random */

/* Few entries, so that networks are right now and then. */
static void random_tables(struct small *small)
{
    init(small);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        small->states[sw].n_ports -= sw != 1 && random_below(4) == 0; /* of a and c: port 5 */
        for (unsigned i = random_below(6); i > 0; i--) {
            random_flow(small, sw, 10 + i - (random_below(6) == 0));
            if (random_below(8) == 0) {
                small->states[sw]
                    .flows.entries[small->states[sw].flows.n_entries - 1]
                    .hard_timeout = 30;
            }
        }
    }
}

/* What was learned, less some of it. */
static void forget(struct expectation *expectation)
{
    size_t n = 0;
    expectation->unlisted_any = random_below(2);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        expectation->lists_switch[sw] = random_below(3) > 0;
    }
    for (size_t i = 0; i < expectation->n_ports; i++) {
        const struct expected_port *port = &expectation->ports[i];
        bool drops = expectation->unlisted_any && random_below(2);
        if (expectation->lists_switch[port->port.sw] && !drops) {
            expectation->ports[n++] = *port;
        }
    }
    expectation->n_ports = n;
    expectation->n_claims = random_below((unsigned)expectation->n_claims + 1);
}

/* `entries:` of one switch, as they are. */
static void list_entries(struct small *small, struct expectation *expectation,
                         struct expected_entry *entries)
{
    size_t sw = random_below(N_SWITCHES), n = small->states[sw].flows.n_entries;
    expectation->exact_switch[sw] = true;
    expectation->tables_exact = random_below(2);
    expectation->entry_flows = small->states[sw].flows;
    expectation->entries = entries;
    expectation->n_entries = n - (n > 0 && !expectation->tables_exact);
    for (size_t i = 0; i < n; i++) {
        entries[i] = (struct expected_entry){.sw = sw, .number = i + 1, .flow = i};
        entries[i].given = random_below(2) ? FLOW_HAS_HARD_TIMEOUT : 0;
    }
}

static struct exception random_exception(void)
{
    struct exception exception = {.sw = random_below(N_SWITCHES),
                                  .reason = "a test",
                                  .has_port = random_below(3) == 0,
                                  .port = (uint16_t)(1 + random_below(N_PORTS))};
    exception.has_match = !exception.has_port;
    exception.match = random_below(2) ? match_in_port(exception.port) : random_match();
    return exception;
}

/* What the entries do that the exception (NULL: none) leaves; without claims if it
 * leaves some out, as frames know of no exception. */
static void learn(const struct small *small, const struct exception *exception,
                  struct learn_draft *learned)
{
    struct switch_state states[N_SWITCHES];
    struct switch_dump switches[N_SWITCHES];
    size_t n_left_out = 0;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        const struct flow_table *flows = &small->states[sw].flows;
        states[sw] = small->states[sw];
        states[sw].flows = (struct flow_table){0};
        switches[sw] = (struct switch_dump){.dumped = true, .state = &states[sw]};
        for (size_t i = 0; i < flows->n_entries; i++) {
            if (exception && exception->sw == sw && exception->has_match &&
                match_within(&flows->entries[i].match, &exception->match)) {
                n_left_out++;
            } else {
                *flow_table_add(&states[sw].flows) = flows->entries[i];
            }
        }
    }
    assert_int_equal(
        learn_expectation(&small->topology, switches, &(struct learn_options){0}, learned, NULL),
        0);
    learned->expectation.n_claims = n_left_out > 0 ? 0 : learned->expectation.n_claims;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        flow_table_free(&states[sw].flows);
    }
}

/* With its lines the expectation notices all. */
static bool check_lines(struct small *small, struct mutations *mutations)
{
    struct expectation *expectation = &small->expectation;
    size_t n = expectation->n_ports + mutations->n_lines;
    struct expected_port *ports = calloc(n + 1, sizeof *ports);
    struct mutations again;
    size_t a = 0, b = 0;
    bool listed[N_SWITCHES];
    memcpy(listed, expectation->lists_switch, sizeof listed);
    for (size_t i = 0; i < n; i++) {
        const struct port_ref *x = a < expectation->n_ports ? &expectation->ports[a].port : NULL;
        const struct port_ref *y = b < mutations->n_lines ? &mutations->lines[b].port : NULL;
        bool first = !y || (x && (x->sw != y->sw ? x->sw < y->sw : x->port < y->port));
        ports[i] = first ? expectation->ports[a++] : mutations->lines[b++];
        listed[ports[i].port.sw] = true;
    }
    struct expectation whole = *expectation;
    whole.ports = ports;
    whole.n_ports = n;
    whole.lists_switch = listed;
    assert_int_equal(mutate_expectation(&whole, small->switches, &(struct mutate_options){0},
                                        &again, NULL, NULL),
                     0);
    /* What was not looked at before may be wrong: two entries of one priority. */
    bool passes = report_verdict(&again.base) == VERDICT_PASS;
    assert_int_equal(again.n_items, passes ? mutations->n_items : 0);
    assert_int_equal(mutations_count(&again, MUTATION_UNNOTICED), 0);
    mutations_free(&again);
    free(ports);
    return passes;
}

static bool try_network(struct oracle *oracle)
{
    struct small small;
    struct learn_draft learned;
    struct expected_entry entries[8];
    struct exception exception = random_exception();
    bool ignores = random_below(2);
    struct mutations mutations;
    random_tables(&small);
    learn(&small, ignores ? &exception : NULL, &learned);
    small.expectation = learned.expectation;
    small.expectation.file = "test";
    forget(&small.expectation);
    if (random_below(3) == 0) {
        list_entries(&small, &small.expectation, entries);
    }
    small.expectation.exceptions = &exception;
    small.expectation.n_exceptions = ignores;
    assert_int_equal(mutate_expectation(&small.expectation, small.switches,
                                        &(struct mutate_options){0}, &mutations, NULL, NULL),
                     0);
    bool passes = report_verdict(&mutations.base) == VERDICT_PASS;
    if (passes) {
        oracle->small = &small;
        oracle->mutations = &mutations;
        check_all(oracle);
        if (small.expectation.n_exceptions == 0) {
            oracle->n_lines += check_lines(&small, &mutations);
        }
    }
    mutations_free(&mutations);
    learn_draft_free(&learned);
    small_free(&small);
    return passes;
}

static void it_is_what_the_judges_say(void **state)
{
    struct universe universe = universe_make();
    struct oracle oracle = {.universe = &universe};
    size_t n_passed = 0;
    (void)state;
    for (int i = 0; i < NETWORKS; i++) {
        n_passed += try_network(&oracle);
    }
    assert_in_range(n_passed, NETWORKS / 3, NETWORKS - 1);
    assert_in_range(oracle.n_lines, NETWORKS / 8, NETWORKS / 2); /* others have an exception */
    for (size_t i = 0; i < N_MUTATION_SENSES; i++) {
        assert_in_range(oracle.senses[i], 100, 10000);
    }
    for (size_t i = 0; i < MUTATION_UNDECIDED; i++) {
        assert_in_range(oracle.fates[i], 100, 10000);
    }
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_what_the_judges_say),
};

TEST_MAIN(tests)
