/* SPDX-License-Identifier: Apache-2.0
 *
 * Random tables against random expectations, by state_judge and by asking what
 * becomes of each header of a universe in which every header has a counterpart. */

#include "ofctl/match.h"
#include "space/table.h"
#include "testing/naive.h"
#include "testing/random_space.h"
#include "testing/state_of.h"

enum { ROUNDS = 600, MAX_SENT = 8 };

/* Few, so that tables are often right. */
static const struct action lists[][3] = {
    {{.port = 2}, {.port = 3}},
    {{.port = 3}, {.port = 2}},
    {{.type = ACTION_SET_VLAN_VID, .vlan_vid = 1}, {.port = 2}, {.port = 3}},
    {{.port = 2}, {.type = ACTION_SET_NW_TOS, .nw_tos = 0x20}, {.port = 3}},
};
static const uint16_t list_lengths[] = {2, 2, 3, 3};

/* Mostly the same one, by one of its two spellings. */
static unsigned random_list(void)
{
    return random_below(8) ? random_below(2) : random_below(4);
}

static void random_world(struct world *world)
{
    make_world(world);
    world->expectation.unlisted_any = true;
    for (unsigned n = 1 + random_below(8); n > 0; n--) {
        struct flow_entry *entry = flow_table_add(&world->state.flows);
        unsigned list = random_list();
        entry->match = random_below(3) ? random_match() : match_any();
        if (random_below(2)) {
            entry->match.mask.in_port = 0xffff;
            entry->match.value.in_port = 1;
        }
        entry->priority = (uint16_t)random_below(6);
        entry->actions = lists[list];
        entry->n_actions = random_below(10) ? list_lengths[list] : 0;
    }
    expect(world, 1, "", "drop");
    struct expected_port *port = &world->expected[0];
    port->n_cases = 1 + random_below(3);
    for (size_t i = 0; i < port->n_cases; i++) {
        struct expected_case *expected = &port->cases[i];
        unsigned list = random_list();
        expected->match =
            i + 1 < port->n_cases || random_below(8) == 0 ? random_match() : match_any();
        expected->match.mask.in_port = 0xffff;
        expected->match.value.in_port = 1;
        expected->actions = lists[list];
        expected->n_actions = list_lengths[list];
    }
}

static int compare_emissions(const void *a, const void *b)
{
    const struct space_emission *x = a, *y = b;
    return x->port != y->port ? x->port - y->port
                              : memcmp(&x->header, &y->header, sizeof x->header);
}

static size_t send(const struct action *actions, size_t n_actions, const struct header *header,
                   struct space_emission *out)
{
    const char *reason;
    int n = naive_apply(actions, n_actions, NULL, 0, header, out, MAX_SENT, &reason);
    assert_in_range(n, 0, MAX_SENT);
    qsort(out, (size_t)n, sizeof *out, compare_emissions);
    return (size_t)n;
}

/* What the case that judges the header makes of it. */
static size_t wanted(const struct world *world, const struct header *header,
                     struct space_emission out[MAX_SENT])
{
    const struct expected_port *port = &world->expected[0];
    size_t c = 0;
    while (c < port->n_cases && !match_takes(&port->cases[c].match, header)) {
        c++;
    }
    return c < port->n_cases ? send(port->cases[c].actions, port->cases[c].n_actions, header, out)
                             : 0;
}

static bool same_emissions(const struct space_emission *a, size_t n_a,
                           const struct space_emission *b, size_t n_b)
{
    bool same = n_a == n_b;
    for (size_t i = 0; i < n_a && same; i++) {
        same = compare_emissions(&a[i], &b[i]) == 0;
    }
    return same;
}

enum treatment {
    RIGHT,
    WRONG,      /* who may win do the same, */
    BOTH_WRONG, /* or different things, none of them what should be done */
    UNDEFINED   /* one of them does what should be done, and another one does not */
};

static enum treatment treatment_of(const struct world *world, const struct header *header)
{
    const struct flow_table *flows = &world->state.flows;
    struct space_emission want[MAX_SENT], first[MAX_SENT], have[MAX_SENT];
    bool ambiguous, any_right = false, any_wrong = false, differ = false;
    size_t taker = naive_lookup(flows, header, &ambiguous);
    size_t n_want = wanted(world, header, want), n_first = 0;
    if (taker == ENTRY_NONE) {
        return n_want == 0 ? RIGHT : WRONG;
    }
    for (size_t i = taker; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        if (entry->priority != flows->entries[taker].priority ||
            !match_takes(&entry->match, header)) {
            continue;
        }
        size_t n_have = send(entry->actions, entry->n_actions, header, have);
        bool is_right = same_emissions(want, n_want, have, n_have);
        if (i == taker) {
            n_first = n_have;
            memcpy(first, have, n_have * sizeof *have);
        }
        differ = differ || !same_emissions(first, n_first, have, n_have);
        any_right = any_right || is_right;
        any_wrong = any_wrong || !is_right;
    }
    return !any_wrong ? RIGHT : any_right ? UNDEFINED : differ ? BOTH_WRONG : WRONG;
}

/* Of those that are never right in different ways only some headers are looked at. */
static void check_verdict(const struct world *world, const size_t n[])
{
    enum verdict verdict = get_result(world, "state/s1/1")->verdict;
    if (n[WRONG] > 0) {
        assert_int_equal(verdict, VERDICT_FAIL);
    } else if (n[BOTH_WRONG] > 0) {
        assert_true(verdict == VERDICT_FAIL || (verdict == VERDICT_INCONCLUSIVE && n[UNDEFINED]));
    } else {
        assert_int_equal(verdict, n[UNDEFINED] > 0 ? VERDICT_INCONCLUSIVE : VERDICT_PASS);
    }
}

static void verdict_is_that_of_every_header(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t verdicts[4] = {0}, n_both = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct world world;
        size_t n[4] = {0};
        random_world(&world);
        for (size_t i = 0; i < universe.n_headers; i++) {
            n[treatment_of(&world, &universe.headers[i])]++;
        }
        judge(&world);
        check_verdict(&world, n);
        const struct result *result = get_result(&world, "state/s1/1");
        if (result->verdict == VERDICT_FAIL) { /* its example must be one */
            struct match match;
            assert_int_equal(ofctl_parse_match(result->example, &match, NULL, NULL), 0);
            enum treatment of = treatment_of(&world, &match.value);
            assert_true(of == WRONG || of == BOTH_WRONG);
            n_both += of == BOTH_WRONG;
        }
        verdicts[result->verdict]++;
        free_world(&world);
    }
    assert_true(verdicts[VERDICT_PASS] > ROUNDS / 20 && verdicts[VERDICT_FAIL] > ROUNDS / 20);
    assert_true(verdicts[VERDICT_INCONCLUSIVE] > 0 && n_both > 0); /* all of it happened */
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(verdict_is_that_of_every_header),
};

TEST_MAIN(tests)
