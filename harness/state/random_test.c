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

static bool is_right_for(const struct world *world, const struct header *header)
{
    const struct flow_table *flows = &world->state.flows;
    const struct expected_port *port = &world->expected[0];
    struct space_emission want[MAX_SENT], have[MAX_SENT];
    size_t n_want = 0, n_have = 0, c = 0;
    bool ambiguous;
    size_t taker = naive_lookup(flows, header, &ambiguous);
    while (c < port->n_cases && !match_takes(&port->cases[c].match, header)) {
        c++;
    }
    if (c < port->n_cases) {
        n_want = send(port->cases[c].actions, port->cases[c].n_actions, header, want);
    }
    if (taker != ENTRY_NONE) {
        const struct flow_entry *entry = &flows->entries[taker];
        n_have = send(entry->actions, entry->n_actions, header, have);
    }
    bool same = n_want == n_have && !ambiguous;
    for (size_t i = 0; i < n_want && same; i++) {
        same = compare_emissions(&want[i], &have[i]) == 0;
    }
    return same;
}

static void verdict_is_that_of_every_header(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_pass = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct world world;
        bool right = true;
        random_world(&world);
        for (size_t i = 0; i < universe.n_headers && right; i++) {
            right = is_right_for(&world, &universe.headers[i]);
        }
        judge(&world);
        check_result(&world, "state/s1/1", right ? VERDICT_PASS : VERDICT_FAIL);
        if (!right) { /* its example must be one */
            struct match match;
            const char *example = get_result(&world, "state/s1/1")->example;
            assert_int_equal(ofctl_parse_match(example, &match, NULL, NULL), 0);
            assert_false(is_right_for(&world, &match.value));
        }
        n_pass += right;
        free_world(&world);
    }
    assert_in_range(n_pass, ROUNDS / 20, ROUNDS * 19 / 20); /* both happened */
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(verdict_is_that_of_every_header),
};

TEST_MAIN(tests)
