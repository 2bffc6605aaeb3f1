/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a run where switches cannot be read any more (no event loop)? An error, whichever
 * reading it is. */
#include "run/prove.h"
#include "testing/fake_run.h"

static int check(struct fake_run *run, struct base_error *error)
{
    return run_check(run->expectation, &run->lab, &run->options, &run->report, error);
}

static int prove(struct fake_run *run, struct base_error *error)
{
    struct run_source source = {
        .world = &run->network.world, .topology = run->expectation->topology, .lab = &run->lab};
    struct run_prove_options options = {.run = run->options, .confirm = true};
    int status = run_prove(run->expectation, &source, &options, &run->report, error);
    run_network_close(&source.network);
    run_states_free(&source.states);
    return status;
}

/* Runs it with the n-th reading broken, from the first to the last; returns how many there are. */
static unsigned break_each(struct fake_run *run,
                           int (*call)(struct fake_run *, struct base_error *))
{
    struct fake_fault *broken = &run->network.faults[run->network.n_faults];
    fake_run_fault(run, (struct fake_fault){.kind = FAKE_BROKEN});
    for (unsigned n = 0;; n++) {
        struct base_error error = {""};
        for (size_t i = 0; i < run->network.n_faults; i++) {
            run->network.faults[i].n_met = 0;
        }
        *broken = (struct fake_fault){FAKE_BROKEN, .first = n, .n = 1};
        int status = call(run, &error);
        report_free(&run->report);
        if (broken->n_met <= n) {
            assert_int_equal(status, 0);
            return n;
        }
        if (status == 0) {
            fail_msg("reading %u cannot be done, and the run goes on", n + 1);
        }
        assert_string_equal(error.text, "no event loop");
    }
}

static void a_check_ends_where_switches_cannot_be_read(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    assert_true(break_each(&run, check) > 5); /* the first round is judged */
    fake_run_close(&run);
    fake_run_open_demon(&run, "simulated");
    run.options.packet_out = true;
    run.options.listen_ms = 300;
    fake_run_fault(&run, (struct fake_fault){FAKE_ALTER, .from = "h1", .at = "h2"});
    assert_true(break_each(&run, check) > 10); /* switches send frames */
    fake_run_close(&run);
}

static void a_proof_ends_where_switches_cannot_be_read(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    assert_true(break_each(&run, prove) >= 1);
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_check_ends_where_switches_cannot_be_read),
    cmocka_unit_test(a_proof_ends_where_switches_cannot_be_read),
};

TEST_MAIN(tests)
