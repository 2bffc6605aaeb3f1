/* SPDX-License-Identifier: Apache-2.0
 *
 * An explanation that memory cut short is not given: whichever allocation fails, that is said, or
 * noted (base/memory.h). */
#include "explain/explain.h"

#include "base/memory.h"
#include "ofctl/flow.h"
#include "testing/failing.h"
#include "testing/reference_network.h"

struct asking {
    struct network network;
    size_t n; /* hops, or classes, with enough memory */
};

static struct explain_question question_of(const struct asking *asking, const char *const *reasons)
{
    return (struct explain_question){.expectation = asking->network.expectation,
                                     .states = asking->network.before,
                                     .reasons = reasons,
                                     .in = {.sw = 0, .port = 1}};
}

static int ask_packet(void *aux)
{
    struct asking *asking = aux;
    const char *const reasons[3] = {NULL};
    const struct explain_question question = question_of(asking, reasons);
    static const uint8_t frame[60] = {[12] = 0x88, 0xb5};
    const struct header header = {.in_port = 1, .dl_type = 0x88b5};
    struct base_arena arena = {0};
    struct explanation answer = {0};
    base_memory_begin();
    int status = explain_packet(&question, &header, frame, sizeof frame, &arena, &answer);
    bool ran_out = base_memory_ran_out();
    asking->n = answer.n_hops;
    assert_true(status == 0 || ran_out);
    assert_true(ran_out || (answer.hops[0].entry && answer.hops[0].expected));
    base_arena_free(&arena);
    return status || ran_out;
}

static int ask_port(void *aux)
{
    struct asking *asking = aux;
    const char *const reasons[3] = {NULL};
    const struct explain_question question = question_of(asking, reasons);
    struct base_arena arena = {0};
    struct explanation answer = {0};
    size_t budget = EXPLAIN_BUDGET;
    base_memory_begin();
    int status = explain_port(&question, &budget, &arena, &answer);
    bool ran_out = base_memory_ran_out();
    asking->n = answer.n_classes;
    assert_true(status == 0 || ran_out);
    for (size_t i = 0; !ran_out && i < answer.n_classes; i++) {
        assert_false(answer.classes[i].open);
        assert_non_null(answer.classes[i].actions);
    }
    base_arena_free(&arena);
    return status || ran_out;
}

static void explanations_are_whole_or_not_given(void **state)
{
    (void)state;
    struct asking asking = {.n = 0};
    network_load(&asking.network, "expected/demon/simulated.yaml", "simulated");
    struct flow_table *table = &asking.network.states[0].flows;
    static const char *const flows[] = {
        "priority=40000,in_port=1,udp actions=mod_nw_tos:4,output:2,output:6",
        "priority=40000,in_port=1,tcp,tp_dst=80 actions=output:6,output:2,output:9",
        "priority=40000,in_port=1,tcp,tp_src=80 actions=output:6",
        "priority=40000,in_port=1,udp,nw_tos=0 actions=drop",
    };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ofctl_parse_flow(flows[i], table, NULL, NULL, NULL), 0);
    }
    assert_true(failing_each(ask_packet, &asking) > 20);
    assert_true(asking.n > 1);
    assert_true(failing_each(ask_port, &asking) > 20);
    assert_true(asking.n > 4);
    network_free(&asking.network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(explanations_are_whole_or_not_given),
};
TEST_MAIN(tests)
