/* SPDX-License-Identifier: Apache-2.0
 *
 * Tens of thousands of prefixes that lie in each other, as a backbone has them:
 * everything is decided, with the budgets that there are; and one entry that is
 * wrong is found. */
#include "change/diff.h"
#include "ofctl/action.h"
#include "ofctl/match.h"
#include "state/state.h"
#include "testing/backbone.h"
#include "testing/naive.h"
#include "testing/random_proof.h"

enum { N = 20000, SMALL_PORT = 1 };

/* On switch a all prefixes, and what is left of IP, go where `actions` say. */
static void fill(struct small *small, const char *actions)
{
    static uint32_t prefixes[N];
    static uint8_t lengths[N];
    struct backbone backbone = {.random = 0x853c49e6748fea9b};
    struct flow_table *flows = &small->states[0].flows;
    backbone_prefixes(&backbone, prefixes, lengths, N);
    small_flow(small, 0, "priority=1,ip actions=drop");
    assert_int_equal(ofctl_parse_actions(actions, &small->arena, &flows->entries[0].actions,
                                         &(size_t){0}, NULL, NULL),
                     0);
    flows->entries[0].n_actions = 1;
    for (size_t i = 0; i < N; i++) {
        struct flow_entry entry = flows->entries[0];
        entry.match.value.nw_dst = prefixes[i];
        entry.match.mask.nw_dst = UINT32_MAX << (32 - lengths[i]);
        entry.priority = 100 + lengths[i];
        *flow_table_add(flows) = entry;
    }
}

/* An entry of this length that takes something. */
static size_t some_entry(const struct flow_table *flows, uint32_t mask)
{
    struct space_table table;
    size_t found = ENTRY_NONE;
    assert_int_equal(space_table_index(&table, flows, NULL), 0);
    for (size_t i = 1; i < flows->n_entries; i++) {
        size_t budget = 100000;
        enum space_answer answer =
            space_table_find(&table, i, &flows->entries[i].match, &budget, NULL);
        assert_true(answer != SPACE_OPEN);
        if (answer == SPACE_FOUND && flows->entries[i].match.mask.nw_dst == mask) {
            found = i;
        }
    }
    space_table_free(&table);
    assert_true(found != ENTRY_NONE);
    return found;
}

static bool takes(const struct flow_entry *entry, const char *example)
{
    struct match exact;
    assert_non_null(example);
    assert_int_equal(ofctl_parse_match(example, &exact, NULL, NULL), 0);
    return match_takes(&entry->match, &exact.value);
}

static void claims_are_decided(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    fill(&small, "output:2");
    small_claim(&small, "all", 0, 1, 1, "ip");
    small_claim(&small, "none", 0, 2, 0, "");
    small_prove(&small, NULL);
    assert_int_equal(small.report.n_results, 2);
    assert_int_equal(report_count(&small.report, VERDICT_PASS), 2);
    size_t wrong = some_entry(&small.states[0].flows, 0xfffff000);
    small.states[0].flows.entries[wrong].n_actions = 0;
    small_prove(&small, NULL);
    assert_int_equal(small_result(&small, "all")->verdict, VERDICT_FAIL);
    assert_true(takes(&small.states[0].flows.entries[wrong], small_result(&small, "all")->example));
    small_free(&small);
}

/* A case for each prefix, the longest first. */
static int compare_cases(const void *a, const void *b)
{
    const struct expected_case *x = a, *y = b;
    return __builtin_popcount(y->match.mask.nw_dst) - __builtin_popcount(x->match.mask.nw_dst);
}

static void expect_table(struct small *small, struct expected_case *cases)
{
    const struct flow_table *flows = &small->states[0].flows;
    for (size_t i = 0; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        cases[i] = (struct expected_case){
            .match = entry->match, .actions = entry->actions, .n_actions = entry->n_actions};
        cases[i].match.value.in_port = SMALL_PORT;
        cases[i].match.mask.in_port = UINT16_MAX;
    }
    qsort(cases, flows->n_entries, sizeof *cases, compare_cases);
    small->expected[0] = (struct expected_port){
        .port = {.sw = 0, .port = SMALL_PORT}, .cases = cases, .n_cases = flows->n_entries};
    small->expectation.n_ports = 1;
    small->expectation.unlisted_any = true;
    small->lists[0] = true;
}

static const struct result *change_port_1(struct small *small)
{
    static bool exact[N_SWITCHES];
    small->expectation.exact_switch = exact;
    small->switches[0].state = &small->states[0];
    small->states[0].datapath_id = 1;
    report_free(&small->report);
    small->report = (struct report){0};
    assert_int_equal(state_judge(&small->expectation, small->switches, NULL, &small->report, NULL),
                     0);
    return small_result(small, "state/a/1");
}

static void ports_are_decided(void **state)
{
    (void)state;
    struct small small;
    struct expected_case *cases = calloc(N + 1, sizeof *cases);
    static const struct action elsewhere = {.port = 4};
    small_init(&small);
    fill(&small, "output:2");
    for (size_t i = 0; i < N; i += 3) {
        small.states[0].flows.entries[i].actions = &elsewhere;
    }
    expect_table(&small, cases);
    assert_int_equal(change_port_1(&small)->verdict, VERDICT_PASS);
    size_t wrong = some_entry(&small.states[0].flows, 0xfffffc00);
    small.states[0].flows.entries[wrong].n_actions = 0;
    const struct result *result = change_port_1(&small);
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_true(takes(&small.states[0].flows.entries[wrong], result->example));
    small_free(&small);
    free(cases);
}

static void differences_are_decided(void **state)
{
    (void)state;
    struct small small;
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    small_init(&small);
    fill(&small, "output:2");
    struct switch_state other = small.states[0];
    other.flows = (struct flow_table){0};
    for (size_t i = 0; i < small.states[0].flows.n_entries; i++) {
        *flow_table_add(&other.flows) = small.states[0].flows.entries[i];
    }
    other.flows.entries[0].n_actions = 0; /* what is left of all others */
    assert_int_equal(change_diff(&small.states[0], &other, &budget, &diff), 0);
    assert_false(diff.open);
    assert_int_equal(diff.n_changes, diff.n_ports - 1); /* by port 2 nothing left before either */
    for (size_t i = 0; i < diff.n_changes; i++) {
        assert_int_equal(naive_lookup(&other.flows, &diff.changes[i].where.example, NULL), 0);
    }
    change_diff_free(&diff);
    flow_table_free(&other.flows);
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(claims_are_decided),
    cmocka_unit_test(ports_are_decided),
    cmocka_unit_test(differences_are_decided),
};

TEST_MAIN(tests)
