/* SPDX-License-Identifier: Apache-2.0
 *
 * What would be noticed, and what not: one by one in small networks, and in random
 * ones against state_judge and prove_claims of the whole mutated network. */
#include "mutate/mutate.h"

#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/random_proof.h"

static void init(struct small *small)
{
    static bool no_entries[N_SWITCHES];
    small_init(small);
    small->expectation.exact_switch = no_entries;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        small->states[sw].datapath_id = small_switches[sw].dpid;
    }
}

static void mutate_with(struct small *small, const struct mutate_options *options,
                        struct mutations *mutations)
{
    assert_int_equal(
        mutate_expectation(&small->expectation, small->switches, options, mutations, NULL, NULL),
        0);
}

static void mutate(struct small *small, struct mutations *mutations)
{
    mutate_with(small, &(struct mutate_options){0}, mutations);
}

static const struct mutation *find(const struct mutations *mutations, const char *id)
{
    for (size_t i = 0; i < mutations->n_items; i++) {
        if (strcmp(mutations->items[i].id, id) == 0) {
            return &mutations->items[i];
        }
    }
    fail_msg("no mutation %s", id);
    return NULL;
}

static void check_fate(const struct mutations *mutations, const char *id, enum mutation_fate fate)
{
    const struct mutation *mutation = find(mutations, id);
    if (mutation->fate != fate) {
        fail_msg("%s: %s instead of %s", id, mutation_fate_name(mutation->fate),
                 mutation_fate_name(fate));
    }
}

/* ---------------------------------------------------------------------- fates */

/* a sends what h1 says to h2 and to port 5, where nothing is cabled. */
static void tapped(struct small *small)
{
    init(small);
    small_flow(small, 0, "in_port=1 actions=output:2,output:5");
    small_flow(small, 0, "priority=5,in_port=1 actions=output:3"); /* hidden */
    small_claim(small, "traffic/h1/delivered/h2", 0, 1, 1, "");
}

static void claims_see_arrivals_only(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    tapped(&small);
    mutate(&small, &mutations);
    check_fate(&mutations, "mutate/a/in_port=1/output-removed/2", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/in_port=1/output-removed/5", MUTATION_UNNOTICED);
    check_fate(&mutations, "mutate/a/in_port=1/output-added/4", MUTATION_UNNOTICED);
    check_fate(&mutations, "mutate/a/priority=5,in_port=1/removed", MUTATION_EQUIVALENT);
    check_fate(&mutations, "mutate/a/priority=5,in_port=1/timeout-added", MUTATION_EQUIVALENT);
    check_fate(&mutations, "mutate/a/in_port=1/timeout-added", MUTATION_UNNOTICED);
    const struct mutation *noticed = find(&mutations, "mutate/a/in_port=1/output-removed/2");
    const struct mutation *gone = find(&mutations, "mutate/a/priority=5,in_port=1/removed");
    assert_string_equal(noticed->before, "in_port=1 actions=output:2,output:5");
    assert_string_equal(noticed->after, "in_port=1 actions=output:5");
    assert_non_null(strstr(gone->before, "priority=5,in_port=1 actions="));
    assert_null(gone->after);
    assert_string_equal(noticed->sensed[SENSED_BY_TRAFFIC], "traffic/h1/delivered/h2");
    assert_null(noticed->sensed[SENSED_BY_PORTS]);
    /* a was not listed: all its ports are needed. */
    assert_int_equal(mutations.n_lines, N_PORTS);
    const struct mutation *unnoticed = find(&mutations, "mutate/a/in_port=1/output-removed/5");
    const struct expected_port *line = &mutations.lines[unnoticed->line];
    assert_int_equal(line->port.port, 1);
    assert_int_equal(line->cases[0].n_actions, 2);
    mutations_free(&mutations);
    small_free(&small);
}

/* What NORMAL does with h1's frames no table tells: what only a claim about them could notice is
 * not decided. Everything else is. */
static void normal_leaves_open_what_it_decides(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    init(&small);
    small_flow(&small, 0, "in_port=1 actions=NORMAL,output:5");
    small_flow(&small, 0, "in_port=2 actions=output:5");
    small_flow(&small, 0, "priority=5,in_port=1 actions=output:3"); /* hidden */
    small_flow(&small, 1, "in_port=1 actions=output:5");
    small_claim(&small, "traffic/h1/delivered/h2", 0, 1, 1, "");
    small_claim(&small, "traffic/h3/delivered/h5", 2, 4, 1, "");
    mutate(&small, &mutations);
    assert_false(mutations.untried);
    assert_int_equal(mutations.n_open, 2); /* h1 to h2, and to others */
    check_fate(&mutations, "mutate/b/in_port=1/removed", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/in_port=1/output-removed/NORMAL", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/in_port=1/output-removed/5", MUTATION_UNDECIDED);
    check_fate(&mutations, "mutate/a/in_port=2/output-removed/5", MUTATION_UNNOTICED); /* h2's */
    check_fate(&mutations, "mutate/a/priority=5,in_port=1/removed", MUTATION_EQUIVALENT);
    const struct mutation *undecided = find(&mutations, "mutate/a/in_port=1/output-removed/5");
    assert_string_equal(undecided->open, "traffic/h1/delivered/h2 is inconclusive");
    assert_int_equal(undecided->line, INDEX_NONE);
    mutations_free(&mutations);
    /* What is not known for another reason leaves no ground to stand on. */
    small_flow(&small, 1, "in_port=1,tcp actions=output:2");
    mutate(&small, &mutations);
    assert_true(mutations.untried);
    assert_int_equal(mutations.n_items, 0);
    mutations_free(&mutations);
    small_free(&small);
}

/* Nor which way a switch chooses: what the proofs cannot notice, ports and entries may. */
static void choices_leave_open_what_they_decide(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    init(&small);
    small.states[0].version = 4;
    small_flow(&small, 0, "in_port=1 actions=group:1");
    small_flow(&small, 1, "in_port=1 actions=output:5");
    assert_int_equal(ofctl_parse_group("group_id=1,type=select,bucket=output:2,bucket=output:5",
                                       &small.states[0].groups, NULL, NULL),
                     0);
    small_claim(&small, "traffic/h1/delivered/h2", 0, 1, 1, "");
    small_claim(&small, "traffic/h3/delivered/h5", 2, 4, 1, "");
    mutate(&small, &mutations);
    assert_false(mutations.untried);
    assert_int_equal(mutations.n_chosen, 2);
    assert_int_equal(mutations.n_open, 2);
    check_fate(&mutations, "mutate/b/in_port=1/removed", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/group_id=1/bucket-dropped/1", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/group_id=1/bucket-moved/2/4", MUTATION_UNDECIDED);
    assert_true(mutations_score(&mutations) > 0);
    mutations_free(&mutations);
    group_table_free(&small.states[0].groups);
    small.states[0].groups = (struct group_table){0};
    small_free(&small);
}

/* Where ports that are not listed may do anything, one line does not call for others. */
static void a_line_is_enough_where_the_rest_is_open(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    tapped(&small);
    small.expectation.unlisted_any = true;
    mutate(&small, &mutations);
    check_fate(&mutations, "mutate/a/in_port=1/output-removed/5", MUTATION_UNNOTICED);
    assert_int_equal(mutations.n_lines, 2); /* the other for what a wider match takes */
    assert_int_equal(mutations.lines[0].port.port, 1);
    assert_int_equal(mutations.lines[1].port.port, 2);
    mutations_free(&mutations);
    small_free(&small);
}

static void ports_see_all(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    tapped(&small);
    small_expect(&small, 0, 1, "output:2,output:5");
    mutate(&small, &mutations);
    assert_int_equal(mutations_count(&mutations, MUTATION_UNNOTICED), 0);
    assert_true(mutations_score(&mutations) == 100);
    assert_string_equal(
        find(&mutations, "mutate/a/in_port=1/output-removed/5")->sensed[SENSED_BY_PORTS],
        "state/a/1");
    mutations_free(&mutations);
    small_free(&small);
}

static void an_exception_is_told(void **state)
{
    struct small small;
    struct mutations mutations;
    struct exception exception = {.sw = 0,
                                  .has_port = true,
                                  .port = 1,
                                  .reason = "a test",
                                  .place = {.file = "test", .line = 7, .column = 5}};
    (void)state;
    tapped(&small);
    small_expect(&small, 0, 1, "output:2,output:5");
    small.expectation.exceptions = &exception;
    small.expectation.n_exceptions = 1;
    mutate(&small, &mutations);
    const struct mutation *unnoticed = find(&mutations, "mutate/a/in_port=1/output-removed/5");
    assert_int_equal(unnoticed->fate, MUTATION_UNNOTICED);
    assert_string_equal(unnoticed->ignore, "test:7:5");
    assert_true(unnoticed->line == INDEX_NONE);
    assert_int_equal(mutations.n_lines, 0);
    mutations_free(&mutations);
    small_free(&small);
}

/* The line is that of the entries that count. */
static void an_entry_that_is_ignored_has_no_line(void **state)
{
    struct small small;
    struct mutations mutations;
    struct exception exception = {
        .sw = 0, .has_match = true, .reason = "a test", .place = {.file = "test", .line = 7}};
    (void)state;
    tapped(&small);
    small_flow(&small, 0, "priority=50000,tcp,in_port=1 actions=output:2,output:4");
    assert_int_equal(ofctl_parse_match("tcp", &exception.match, NULL, NULL), 0);
    small.lists[0] = small.expectation.unlisted_any = true;
    small.expectation.exceptions = &exception;
    small.expectation.n_exceptions = 1;
    mutate(&small, &mutations);
    const char *ignored = "mutate/a/priority=50000,tcp,in_port=1/output-removed/4";
    assert_string_equal(find(&mutations, ignored)->ignore, "test:7:0");
    const char *gone = "mutate/a/priority=50000,tcp,in_port=1/removed";
    assert_string_equal(find(&mutations, gone)->ignore, "test:7:0");
    check_fate(&mutations, "mutate/a/in_port=1/output-removed/5", MUTATION_UNNOTICED);
    assert_int_equal(mutations.lines[0].port.port, 1);
    assert_int_equal(mutations.lines[0].n_cases, 1);
    mutations_free(&mutations);
    small_free(&small);
}

/* Nor has one that changes places with an ignored one. */
static void what_changes_places_with_an_ignored_entry_has_no_line(void **state)
{
    struct small small;
    struct mutations mutations;
    struct exception exception = {
        .sw = 0, .has_match = true, .reason = "a test", .place = {.file = "test", .line = 7}};
    (void)state;
    tapped(&small);
    small_flow(&small, 0, "priority=50000,tcp,in_port=1 actions=output:2,output:4");
    small_flow(&small, 0, "priority=60000,ip,in_port=1,nw_tos=4 actions=output:2");
    assert_int_equal(ofctl_parse_match("tcp", &exception.match, NULL, NULL), 0);
    small.lists[0] = small.expectation.unlisted_any = true;
    small.expectation.exceptions = &exception;
    small.expectation.n_exceptions = 1;
    mutate(&small, &mutations);
    const char *swapped = "mutate/a/priority=60000,ip,in_port=1,nw_tos=4/priority-swapped/"
                          "priority=50000,tcp,in_port=1";
    assert_string_equal(find(&mutations, swapped)->ignore, "test:7:0");
    mutations_free(&mutations);
    small_free(&small);
}

/* Of a port that is not there only entries that name it count, and no packet. */
static void an_absent_port_has_no_packets(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    init(&small);
    small.states[0].n_ports = 4;
    small_flow(&small, 0, "in_port=5 actions=drop");
    small_flow(&small, 0, "priority=5 actions=output:2");
    for (uint16_t port = 1; port <= 4; port++) {
        small_expect(&small, 0, port, "output:2");
    }
    mutate(&small, &mutations);
    check_fate(&mutations, "mutate/a/in_port=5/removed", MUTATION_EQUIVALENT);
    check_fate(&mutations, "mutate/a/in_port=5/output-added/4", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/priority=5/removed", MUTATION_NOTICED);
    mutations_free(&mutations);
    small_free(&small);
}

static void a_switch_without_ports_has_mistakes(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    init(&small);
    small.states[0].ports = NULL;
    small.states[0].n_ports = 0;
    small_flow(&small, 0, "priority=5 actions=output:2");
    mutate(&small, &mutations);
    check_fate(&mutations, "mutate/a/priority=5/removed", MUTATION_EQUIVALENT);
    mutations_free(&mutations);
    small_free(&small);
}

/* Where two entries compete at one port, and a change is certain at another, it is certain. */
static void a_change_at_one_port_is_enough(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    tapped(&small);
    small_flow(&small, 2, "priority=9,in_port=1 actions=output:2");
    small_flow(&small, 2, "priority=9 actions=output:5");
    mutate(&small, &mutations);
    const struct mutation *gone = find(&mutations, "mutate/c/priority=9/removed");
    assert_int_equal(gone->fate, MUTATION_UNNOTICED);
    assert_null(gone->open);
    assert_int_equal(mutations.lines[gone->line].port.port, 2);
    gone = find(&mutations, "mutate/c/priority=9,in_port=1/removed");
    assert_int_equal(gone->fate, MUTATION_UNDECIDED);
    assert_non_null(gone->open);
    mutations_free(&mutations);
    small_free(&small);
}

/* By tables that call others, on one switch or another. */
static void claims_across_switches_see_pipelines(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    init(&small);
    small.states[0].version = 4;
    small_flow(&small, 0, "in_port=1 actions=goto_table:1");
    small_flow(&small, 0, "table=1,in_port=1 actions=output:3");
    small_flow(&small, 1, "in_port=3 actions=output:1");
    small_claim(&small, "traffic/h1/delivered/h3", 0, 2, 1, "");
    mutate(&small, &mutations);
    assert_int_equal(report_verdict(&mutations.base), VERDICT_PASS);
    static const char *const noticed[] = {
        "mutate/a/in_port=1/removed", "mutate/a/in_port=1/goto-dropped",
        "mutate/a/table=1,in_port=1/output-removed/3", "mutate/b/in_port=3/output-removed/1"};
    for (size_t i = 0; i < sizeof noticed / sizeof *noticed; i++) {
        const struct mutation *mutation = find(&mutations, noticed[i]);
        assert_int_equal(mutation->fate, MUTATION_NOTICED);
        assert_string_equal(mutation->sensed[SENSED_BY_TRAFFIC], "traffic/h1/delivered/h3");
    }
    check_fate(&mutations, "mutate/a/table=1,in_port=1/output-added/2", MUTATION_NOTICED);
    check_fate(&mutations, "mutate/a/in_port=1/widened/in_port", MUTATION_EQUIVALENT);
    check_fate(&mutations, "mutate/b/in_port=3/output-added/2", MUTATION_UNNOTICED);
    mutations_free(&mutations);
    small_free(&small);
}

static void a_wrong_network_has_no_score(void **state)
{
    struct small small;
    struct mutations mutations;
    (void)state;
    tapped(&small);
    small_expect(&small, 0, 1, "output:2");
    mutate(&small, &mutations);
    assert_int_equal(report_verdict(&mutations.base), VERDICT_FAIL);
    assert_int_equal(mutations.n_items, 0);
    mutations_free(&mutations);
    small_free(&small);
}

static bool has_moved(void *aux, const char *id)
{
    (void)aux;
    return strstr(id, "output-") != NULL;
}

static void some_are_chosen(void **state)
{
    struct small small;
    static const char *const of_seed_3[] = {
        "mutate/a/in_port=1/output-moved/2/3", "mutate/a/in_port=1/narrowed/ip",
        "mutate/a/in_port=1/narrowed/dl_vlan=0xffff",
        "mutate/a/priority=5,in_port=1/narrowed/dl_vlan=0xffff"};
    struct mutations all, some, again, other;
    bool differ = false;
    (void)state;
    tapped(&small);
    mutate(&small, &all);
    mutate_with(&small, &(struct mutate_options){.limit = 4, .seed = 3}, &some);
    mutate_with(&small, &(struct mutate_options){.limit = 4, .seed = 3}, &again);
    mutate_with(&small, &(struct mutate_options){.limit = 3, .selects = has_moved}, &other);
    assert_int_equal(some.n_items, 4);
    assert_int_equal(some.n_unsampled, all.n_items - 4);
    for (size_t i = 0; i < some.n_items; i++) {
        assert_string_equal(some.items[i].id, again.items[i].id);
        assert_int_equal(some.items[i].fate, find(&all, some.items[i].id)->fate);
        differ |= strcmp(some.items[i].id, all.items[i].id) != 0;
    }
    assert_true(differ);
    /* A seed is noted down, and means the same in each version. */
    for (size_t i = 0; i < some.n_items; i++) {
        assert_string_equal(some.items[i].id, of_seed_3[i]);
    }
    assert_int_equal(other.n_items, 3);
    assert_int_equal(other.n_items + other.n_unsampled + other.n_deselected, all.n_items);
    mutations_free(&all);
    mutations_free(&some);
    mutations_free(&again);
    mutations_free(&other);
    small_free(&small);
}

/* -------------------------------------------------------------------- the end */

static bool has_asked_enough(const void *aux)
{
    return --*(int *)(uintptr_t)aux < 0;
}

static void what_is_left_is_counted(void **state)
{
    struct small small;
    struct mutations all, some;
    (void)state;
    tapped(&small);
    mutate(&small, &all);
    assert_false(all.base.interrupted);
    for (int n_asked = 0; n_asked < 6; n_asked++) {
        int left = n_asked;
        mutate_with(&small, &(struct mutate_options){.stops = has_asked_enough, .aux = &left},
                    &some);
        assert_true(some.base.interrupted);
        assert_true(some.n_items < all.n_items && some.n_items < 6);
        if (report_verdict(&some.base) == VERDICT_PASS) {
            assert_int_equal(some.n_items + some.n_unsampled, all.n_items);
        }
        for (size_t i = 0; i < some.n_items; i++) {
            assert_string_equal(some.items[i].id, all.items[i].id);
            assert_int_equal(some.items[i].fate, all.items[i].fate);
        }
        assert_non_null(strstr(some.base.notes[some.base.n_notes - 1], "interrupted"));
        mutations_free(&some);
    }
    mutations_free(&all);
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(claims_see_arrivals_only),
    cmocka_unit_test(a_line_is_enough_where_the_rest_is_open),
    cmocka_unit_test(normal_leaves_open_what_it_decides),
    cmocka_unit_test(choices_leave_open_what_they_decide),
    cmocka_unit_test(ports_see_all),
    cmocka_unit_test(an_exception_is_told),
    cmocka_unit_test(an_entry_that_is_ignored_has_no_line),
    cmocka_unit_test(what_changes_places_with_an_ignored_entry_has_no_line),
    cmocka_unit_test(an_absent_port_has_no_packets),
    cmocka_unit_test(a_switch_without_ports_has_mistakes),
    cmocka_unit_test(a_change_at_one_port_is_enough),
    cmocka_unit_test(claims_across_switches_see_pipelines),
    cmocka_unit_test(a_wrong_network_has_no_score),
    cmocka_unit_test(some_are_chosen),
    cmocka_unit_test(what_is_left_is_counted),
};

TEST_MAIN(tests)
