/* SPDX-License-Identifier: Apache-2.0
 *
 * Mutants of switches with several tables and groups: which there are and what becomes of them, by
 * example; and at random, against the execution of packets (testing/random_pipeline.h).
 *
 *   ROUNDS=500 build/harness/mutate/pipeline_test */
#include "mutate/mutate.h"

#include "learn/learn.h"
#include "mutate/mutants.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"
#include "testing/random_pipeline.h"
#include "testing/yaml_memory.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 30, MAX_ENTRIES = 4, PACKETS = 25, DPID = 1 };

struct trying {
    struct switch_state state;
    struct switch_dump dump;
    struct topology *topology;
    struct learn_draft draft;
    struct mutations mutations;
};

/* Learns the ports of the state, and tries all mutants against them. */
static void try_all(struct trying *trying)
{
    struct memory_file files[] = {{"t.yaml",
                                   "name: t\nswitches: {s1: {dpid: 1}}\n"
                                   "hosts: {h1: {mac: '02:00:00:00:00:01', port: 's1:1'}}\n",
                                   0},
                                  {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_error error;
    trying->state.datapath_id = DPID;
    trying->dump = (struct switch_dump){.dumped = true, .state = &trying->state};
    assert_int_equal(yaml_load_topology(&from, "t.yaml", &trying->topology, &diagnostics), 0);
    assert_int_equal(learn_expectation(trying->topology, &trying->dump, &(struct learn_options){0},
                                       &trying->draft, &error),
                     0);
    assert_int_equal(mutate_expectation(&trying->draft.expectation, &trying->dump,
                                        &(struct mutate_options){0}, &trying->mutations, NULL,
                                        &error),
                     0);
}

static void forget(struct trying *trying)
{
    mutations_free(&trying->mutations);
    learn_draft_free(&trying->draft);
    topology_free(trying->topology);
}

static void make_state(struct switch_state *state, const char *const *flows, const char *group)
{
    static struct port ports[] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
    *state = (struct switch_state){.version = 4, .ports = ports, .n_ports = 4};
    for (; *flows; flows++) {
        assert_int_equal(ofctl_parse_flow(*flows, &state->flows, NULL, NULL, NULL), 0);
    }
    assert_int_equal(ofctl_parse_group(group, &state->groups, NULL, NULL), 0);
}

static void assert_fates(const char *const *flows, const char *group, const char *const *expected)
{
    struct trying trying = {.topology = NULL};
    make_state(&trying.state, flows, group);
    try_all(&trying);
    assert_int_equal(report_verdict(&trying.mutations.base), VERDICT_PASS);
    for (size_t i = 0; i < trying.mutations.n_items; i++) {
        const struct mutation *mutation = &trying.mutations.items[i];
        const char *of = strstr(mutation->id, "/group_id=") ? "group_id=" : "actions=";
        /* No line of `ports:` has a meter. */
        assert_true(!strstr(mutation->id, "meter-dropped") || mutation->line == INDEX_NONE);
        assert_int_equal(mutation->fate == MUTATION_UNDECIDED, mutation->open != NULL);
        assert_non_null(strstr(mutation->before, of));
        assert_true(mutation->after ? strstr(mutation->after, of) != NULL &&
                                          strcmp(mutation->after, mutation->before) != 0
                                    : strstr(mutation->id, "/removed") != NULL);
    }
    for (; *expected; expected += 2) {
        const struct mutation *found = NULL;
        for (size_t i = 0; i < trying.mutations.n_items && !found; i++) {
            const struct mutation *mutation = &trying.mutations.items[i];
            found = strcmp(mutation->id + strlen("mutate/s1/"), *expected) == 0 ? mutation : NULL;
        }
        if (!found || strcmp(mutation_fate_name(found->fate), expected[1]) != 0) {
            fail_msg("%s: %s", *expected, found ? mutation_fate_name(found->fate) : "none");
        }
    }
    forget(&trying);
    flow_table_free(&trying.state.flows);
    group_table_free(&trying.state.groups);
}

static void kinds_of_pipelines_by_example(void **state)
{
    (void)state;
    static const char *const flows[] = {
        "in_port=1 actions=write_metadata:0x6/0xe,goto_table:1",
        "in_port=2 actions=write_actions(set_field:02:00:00:00:00:07->eth_dst,output:3)",
        "in_port=3 actions=meter:1,output:2",
        "in_port=4 actions=pop_vlan,output:2",
        "table=1,metadata=0x6 actions=group:1",
        NULL};
    static const char *const fates[] = {
        "in_port=1/goto-dropped",
        "noticed",
        "in_port=1/goto-moved/2",
        "noticed",
        "in_port=1/metadata-bit",
        "noticed",
        "in_port=1/removed",
        "noticed",
        "in_port=2/written-dropped/output:3",
        "noticed",
        "in_port=2/written-dropped/set_field:02:00:00:00:00:07->eth_dst",
        "noticed",
        "in_port=2/write-applied",
        "equivalent",
        "in_port=3/applied-written",
        "equivalent",
        "in_port=3/meter-dropped",
        "unnoticed",
        "in_port=4/rewrite-dropped/strip_vlan",
        "noticed",
        "table=1,priority=32768/group-dropped/group:1",
        "noticed",
        "group_id=1/bucket-dropped/1",
        "noticed",
        "group_id=1/bucket-dropped/2",
        "noticed",
        "group_id=1/bucket-moved/1/1",
        "noticed",
        "group_id=1/bucket-moved/1/3",
        "noticed",
        "group_id=1/watch-moved/2/4",
        "undecided",
        "group_id=1/order-swapped",
        "noticed",
        "group_id=1/type-changed/select",
        "noticed",
        NULL};
    assert_fates(flows,
                 "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3",
                 fates);
    static const char *const to_group[] = {"in_port=1 actions=group:1", NULL};
    static const char *const of_select[] = {"group_id=1/type-changed/all", "noticed",
                                            "group_id=1/bucket-dropped/2", "noticed", NULL};
    static const char *const of_all[] = {"group_id=1/type-changed/select",
                                         "noticed",
                                         "group_id=1/bucket-moved/2/4",
                                         "noticed",
                                         "in_port=1/widened/in_port",
                                         "noticed",
                                         NULL};
    assert_fates(to_group, "group_id=1,type=select,bucket=output:2,bucket=output:3", of_select);
    assert_fates(to_group, "group_id=1,type=all,bucket=output:2,bucket=output:3", of_all);
}

/* --------------------------------------------------------------------- random */

struct oracle {
    const struct trying *trying;
    const struct universe *universe;
    size_t n, fates[N_MUTATION_FATES], n_differ;
};

static bool same_fates(const struct pipeline_fates *a, const struct pipeline_fates *b)
{
    bool same = a->n_fates == 1 && b->n_fates == 1;
    return same && a->fates[0].n_sent == b->fates[0].n_sent &&
           memcmp(a->fates[0].sent, b->fates[0].sent,
                  a->fates[0].n_sent * sizeof *a->fates[0].sent) == 0;
}

/* Whether it is known of some packet that it is treated otherwise. */
static bool differs(const struct oracle *oracle, const struct switch_state *changed)
{
    static struct pipeline_fates a, b;
    bool differs = false;
    for (int i = 0; i < PACKETS && !differs; i++) {
        struct header header =
            oracle->universe->headers[random_below((unsigned)oracle->universe->n_headers)];
        header.in_port = (uint16_t)(1 + random_below(4));
        pipeline_simulate(&oracle->trying->state, &header, &a);
        pipeline_simulate(changed, &header, &b);
        bool known = a.n_fates == 1 && b.n_fates == 1 && !a.fates[0].unknown && !b.fates[0].unknown;
        differs = known && !same_fates(&a, &b);
    }
    return differs;
}

static int check(void *aux, const struct mutate_mutant *mutant)
{
    struct oracle *oracle = aux;
    const struct switch_state *state = &oracle->trying->state;
    const struct mutation *told = &oracle->trying->mutations.items[oracle->n++];
    struct switch_state changed = *state;
    struct group *groups = calloc(state->groups.n_groups + 1, sizeof *groups);
    assert_string_equal(told->id, mutant->id);
    changed.flows = (struct flow_table){0};
    changed.groups.groups = groups;
    for (size_t i = 0; i < state->groups.n_groups; i++) {
        bool is_it = mutant->row == ENTRY_NONE && i == mutant->group;
        groups[i] = is_it ? mutant->group_now : state->groups.groups[i];
    }
    for (size_t row = 0; row < state->flows.n_entries; row++) {
        if (row != mutant->row || !mutant->gone) {
            *flow_table_add(&changed.flows) = row == mutant->row     ? mutant->now
                                              : row == mutant->other ? mutant->other_now
                                                                     : state->flows.entries[row];
        }
    }
    bool is_other = differs(oracle, &changed);
    oracle->n_differ += is_other;
    if (is_other && (told->fate == MUTATION_EQUIVALENT || told->fate == MUTATION_UNNOTICED)) {
        fail_msg("%s: %s", told->id, mutation_fate_name(told->fate));
    }
    oracle->fates[told->fate]++;
    flow_table_free(&changed.flows);
    free(groups);
    return 0;
}

/* Ports that are learned say all: what is known to differ is noticed, or perhaps. */
static void random_mutants_are_noticed_where_packets_differ(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    struct oracle oracle = {.universe = &universe};
    const char *asked = getenv("ROUNDS");
    for (int round = 0; round < (asked ? atoi(asked) : ROUNDS); round++) {
        struct trying trying = {.topology = NULL};
        random_pipeline(&trying.state, MAX_ENTRIES);
        for (size_t i = 0; i < trying.state.n_ports; i++) {
            trying.state.ports[i].state &= ~(uint32_t)PORT_STATE_LINK_DOWN;
        }
        try_all(&trying);
        if (report_verdict(&trying.mutations.base) == VERDICT_PASS && trying.draft.n_unsaid == 0) {
            struct space_table table;
            oracle.trying = &trying;
            oracle.n = 0;
            assert_int_equal(space_table_index(&table, &trying.state.flows, NULL), 0);
            assert_int_equal(mutate_mutants_each("s1", &trying.state, &table, check, &oracle), 0);
            assert_int_equal(oracle.n, trying.mutations.n_items);
            space_table_free(&table);
        }
        forget(&trying);
        switch_state_free(&trying.state);
    }
    print_message("# %zu noticed, %zu unnoticed, %zu equivalent, %zu undecided; %zu differ\n",
                  oracle.fates[MUTATION_NOTICED], oracle.fates[MUTATION_UNNOTICED],
                  oracle.fates[MUTATION_EQUIVALENT], oracle.fates[MUTATION_UNDECIDED],
                  oracle.n_differ);
    assert_true(oracle.n_differ > 20);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(kinds_of_pipelines_by_example),
    cmocka_unit_test(random_mutants_are_noticed_where_packets_differ),
};

TEST_MAIN(tests)
