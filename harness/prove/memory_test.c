/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing is proved without memory: whichever allocation fails, proving says so, or it is noted
 * (base/memory.h); and nothing is left behind. */
#include "prove/whatif.h"

#include "base/memory.h"
#include "testing/failing.h"
#include "testing/random_proof.h"

/* h1 and h2 speak by claims, h4 only by ports; what c does is known or not. */
static void fill(struct small *small, bool is_read)
{
    small_init(small);
    small->switches[2].dumped = is_read;
    small_flow(small, 0, "in_port=1,tcp actions=output:3,output:4");
    small_flow(small, 0, "in_port=1 actions=output:3");
    small_flow(small, 0, "in_port=2 actions=mod_vlan_vid:1,output:1");
    small_flow(small, 1, "in_port=3 actions=output:1");
    small_flow(small, 2, "in_port=3 actions=output:1");
    small_flow(small, 2, "in_port=1 actions=output:3");
    small_expect(small, 0, 1, "output:3");
    small_expect(small, 2, 1, "output:3");
    small_claim(small, "c0", 0, 2, 1, "");
    small_claim(small, "c1", 0, 3, 0, "udp");
    small_claim(small, "c2", 1, 0, 1, "tcp");
}

static int prove(void *aux)
{
    struct small *small = aux;
    struct report report = {0};
    struct prove_findings findings = {0};
    struct base_error error = {""};
    base_memory_begin();
    int status =
        prove_claims(&small->expectation, small->switches, NULL, &report, &findings, &error);
    bool ran_out = base_memory_ran_out();
    assert_true(status == 0 || ran_out);
    prove_findings_free(&findings);
    report_free(&report);
    return status || ran_out;
}

static void claims_are_proved_or_memory_ran_out(void **state)
{
    (void)state;
    for (int is_read = 0; is_read < 2; is_read++) {
        struct small small;
        fill(&small, is_read);
        assert_true(failing_each(prove, &small) > 100);
        small_free(&small);
    }
}

struct changing {
    struct small small;
    struct flow_entry added;
};

static int change(void *aux)
{
    struct changing *changing = aux;
    struct prove_whatif *whatif;
    struct base_error error = {""};
    size_t row;
    base_memory_begin();
    int status = prove_whatif_open(&changing->small.expectation, changing->small.switches, NULL,
                                   &whatif, &error);
    if (status == 0) {
        status = prove_whatif_add(whatif, 0, &changing->added, &row) < 0 ||
                 prove_whatif_modify(whatif, 0, 1, NULL, 0) < 0 ||
                 prove_whatif_remove(whatif, 0, 0) < 0 || prove_whatif_undo(whatif) < 0;
    } else {
        assert_null(whatif);
    }
    bool ran_out = base_memory_ran_out();
    assert_true(status == 0 || ran_out);
    prove_whatif_free(whatif);
    return status || ran_out;
}

static void changes_are_judged_or_memory_ran_out(void **state)
{
    (void)state;
    for (int is_read = 0; is_read < 2; is_read++) {
        struct changing changing;
        struct action out = {.type = ACTION_OUTPUT, .port = 4};
        fill(&changing.small, is_read);
        changing.added = (struct flow_entry){.priority = 9, .actions = &out, .n_actions = 1};
        assert_true(failing_each(change, &changing) > 100);
        small_free(&changing.small);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(claims_are_proved_or_memory_ran_out),
    cmocka_unit_test(changes_are_judged_or_memory_ran_out),
};
TEST_MAIN(tests)
