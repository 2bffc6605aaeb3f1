/* SPDX-License-Identifier: Apache-2.0
 *
 * A draft that memory cut short is no draft: whichever allocation fails, learning says so, or it is
 * noted (base/memory.h). */
#include "learn/learn.h"

#include "base/memory.h"
#include "testing/failing.h"
#include "testing/random_proof.h"

#include <string.h>

struct learning {
    struct small small;
    bool ports_only;
    size_t n_ports, n_claims; /* of the draft that was not cut short */
};

static int learn(void *aux)
{
    struct learning *learning = aux;
    struct learn_draft draft = {0};
    struct base_error error = {""};
    const struct expectation *expectation = &learning->small.expectation;
    base_memory_begin();
    int status = learning->ports_only
                     ? learn_ports(expectation, learning->small.switches, &draft, &error)
                     : learn_expectation(expectation->topology, learning->small.switches,
                                         &(struct learn_options){0}, &draft, &error);
    bool ran_out = base_memory_ran_out();
    if (status == 0 && !ran_out) {
        learning->n_ports = draft.expectation.n_ports;
        learning->n_claims = draft.expectation.n_claims;
    } else if (status) {
        assert_true(ran_out);
        assert_string_equal(error.text, "out of memory");
    }
    learn_draft_free(&draft);
    return status || ran_out;
}

static void fill(struct learning *learning)
{
    *learning = (struct learning){0};
    small_init(&learning->small);
    small_flow(&learning->small, 0, "in_port=1,tcp,tp_dst=80 actions=output:2,output:3");
    small_flow(&learning->small, 0, "priority=5,in_port=1 actions=output:2");
    small_flow(&learning->small, 0, "in_port=2 actions=output:1");
    small_flow(&learning->small, 1, "hard_timeout=60,udp actions=mod_nw_tos:32,output:1");
}

static void a_draft_is_whole_or_there_is_none(void **state)
{
    (void)state;
    struct learning learning;
    fill(&learning);
    assert_true(failing_each(learn, &learning) > 100);
    assert_true(learning.n_ports > 0 && learning.n_claims > 0);
    learning.ports_only = true;
    assert_true(failing_each(learn, &learning) > 20);
    assert_true(learning.n_ports > 0);
    assert_int_equal(learning.n_claims, 0);
    small_free(&learning.small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_draft_is_whole_or_there_is_none),
};
TEST_MAIN(tests)
