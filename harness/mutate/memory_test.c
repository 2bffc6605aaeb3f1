/* SPDX-License-Identifier: Apache-2.0
 *
 * Mistakes that memory was too short for are no score: whichever allocation fails, it is said, or
 * noted (base/memory.h). */
#include "mutate/mutate.h"

#include "base/memory.h"
#include "testing/failing.h"
#include "testing/random_proof.h"

#include <string.h>

struct mutating {
    struct small small;
    size_t n_items; /* with enough memory */
};

static int mutate(void *aux)
{
    struct mutating *mutating = aux;
    struct mutations mutations = {0};
    struct base_error error = {""};
    base_memory_begin();
    int status = mutate_expectation(&mutating->small.expectation, mutating->small.switches,
                                    &(struct mutate_options){0}, &mutations, NULL, &error);
    bool ran_out = base_memory_ran_out();
    assert_true(status == 0 || ran_out);
    if (!ran_out) {
        mutating->n_items = mutations.n_items;
    }
    mutations_free(&mutations);
    return status || ran_out;
}

static void all_are_judged_or_none(void **state)
{
    (void)state;
    static bool no_entries[N_SWITCHES];
    struct mutating mutating = {.n_items = 0};
    small_init(&mutating.small);
    mutating.small.expectation.exact_switch = no_entries;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        mutating.small.states[sw].datapath_id = small_switches[sw].dpid;
    }
    small_flow(&mutating.small, 0, "in_port=1 actions=output:2,output:5");
    small_flow(&mutating.small, 0, "in_port=2 actions=output:1");
    small_expect(&mutating.small, 0, 1, "output:2,output:5");
    small_expect(&mutating.small, 0, 2, "output:1");
    small_claim(&mutating.small, "traffic/h1/delivered/h2", 0, 1, 1, "");
    assert_true(failing_each(mutate, &mutating) > 100);
    assert_true(mutating.n_items > 10);
    small_free(&mutating.small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_are_judged_or_none),
};
TEST_MAIN(tests)
