/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes tried on the reference network in memory before they are made. */
#include "run/plan.h"

#include "ofctl/flow.h"
#include "run/source.h"
#include "testing/fake_run.h"
#include "testing/yaml_memory.h"
#include "yaml/change.h"

struct planned {
    struct fake_run run;
    struct run_source source;
    struct flow_changes *changes;
    struct run_plan plan;
};

static void plan(struct planned *planned, const char *change)
{
    struct fake_run *run = &planned->run;
    struct memory_file files[] = {{"change", change, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    struct yaml_diagnostics diagnostics = {0};
    struct base_error error;
    planned->source = (struct run_source){
        .world = &run->network.world, .topology = run->expectation->topology, .lab = &run->lab};
    assert_int_equal(yaml_load_change(&from, "change", run->expectation->topology, false,
                                      &planned->changes, &diagnostics),
                     0);
    assert_int_equal(run_source_open(&planned->source, 0, &error), 0);
    run_confine(&run->network.world, NULL);
    assert_int_equal(run_source_read(&planned->source, CHANNEL_FLOWS, &error), 0);
    assert_int_equal(run_plan_make(&planned->plan, run->expectation, &planned->source.states,
                                   planned->changes, &run->options, &error),
                     0);
}

static void free_plan(struct planned *planned)
{
    run_plan_free(&planned->plan);
    flow_changes_free(planned->changes);
    run_states_free(&planned->source.states);
    fake_run_close(&planned->run);
}

static enum verdict verdict_of(const struct report *report, const char *id)
{
    for (size_t i = 0; i < report->n_results; i++) {
        if (strcmp(report->results[i].id, id) == 0) {
            return report->results[i].verdict;
        }
    }
    fail_msg("no result %s", id);
    return VERDICT_SKIP;
}

static void a_change_that_breaks_something_fails_after_it(void **state)
{
    (void)state;
    struct planned planned = {0};
    fake_run_open_demon(&planned.run, "simulated");
    plan(&planned, "s1:\n  modify in_port=1 actions=output:2\n");
    assert_int_equal(report_verdict(&planned.plan.before), VERDICT_PASS);
    assert_int_equal(report_verdict(&planned.plan.after), VERDICT_FAIL);
    assert_int_equal(verdict_of(&planned.plan.after, "traffic/h1/mirrored/h11"), VERDICT_FAIL);
    assert_int_equal(verdict_of(&planned.plan.after, "state/s1/1"), VERDICT_FAIL);
    assert_int_equal(report_count(&planned.plan.after, VERDICT_FAIL), 2);
    assert_string_equal(planned.plan.after.expectation, "expected/demon/simulated.yaml");
    assert_int_equal(planned.plan.n_switches, 3);
    assert_string_equal(planned.plan.switches[0].name, "s1");
    assert_int_equal(planned.plan.switches[0].n_items, 1);
    assert_int_equal(planned.plan.switches[0].n_entries, 1);
    assert_int_equal(planned.plan.switches[1].n_items, 0);
    assert_null(planned.plan.switches[1].not_compared);
    assert_true(planned.plan.probes.after.is_known);
    assert_int_equal(planned.run.network.n_sent, 0);
    free_plan(&planned);
}

static void a_change_that_mends_something_passes_after_it(void **state)
{
    (void)state;
    struct planned planned = {0};
    fake_run_open_demon(&planned.run, "no-mirror");
    plan(&planned, "s1:\n  modify in_port=1 actions=output:2,output:6\n");
    assert_int_equal(report_verdict(&planned.plan.before), VERDICT_FAIL);
    assert_int_equal(report_verdict(&planned.plan.after), VERDICT_PASS);
    free_plan(&planned);
}

/* A new entry needs a probe of its own; without it the probe has no more to say. */
static void probes_come_and_go_with_entries(void **state)
{
    (void)state;
    struct planned planned = {0};
    fake_run_open_demon(&planned.run, "simulated");
    plan(&planned, "s1:\n  add priority=40000,tcp,in_port=1,tp_dst=7777 actions=output:2,output:6\n"
                   "  delete_strict in_port=4\n");
    const struct probe_difference *probes = &planned.plan.probes;
    assert_int_equal(probes->n_added, 1);
    assert_string_equal(probes->added[0].from, "h1");
    assert_non_null(strstr(probes->added[0].packet, "tp_dst=7777"));
    assert_int_equal(probes->n_dropped, 0); /* h4 sends for its claim anyway */
    assert_int_equal(probes->after.n_entries, 16);
    assert_int_equal(probes->after.n_missed, 8);
    assert_int_equal(probes->after.n_exercised, 8);
    assert_string_equal(probes->after.missed[0].what, "s3 in_port=2");
    free_plan(&planned);
    planned = (struct planned){0};
    fake_run_open_demon(&planned.run, "simulated");
    plan(&planned, "s1:\n  add in_port=6 actions=drop\n");
    assert_int_equal(planned.plan.probes.n_added, 0);
    assert_int_equal(planned.plan.probes.after.n_missed, 9);
    free_plan(&planned);
}

static void an_entry_that_goes_takes_its_probe_with_it(void **state)
{
    (void)state;
    struct planned planned = {0};
    fake_run_open_demon(&planned.run, "simulated");
    struct flow_table *flows = &planned.run.network.states[0].flows;
    assert_int_equal(ofctl_parse_flow("priority=40000,udp,in_port=2,tp_dst=7777 actions=output:1",
                                      flows, NULL, NULL, NULL),
                     0);
    plan(&planned, "s1:\n  delete udp,in_port=2\n");
    assert_int_equal(planned.plan.probes.n_added, 0);
    assert_int_equal(planned.plan.probes.n_dropped, 1);
    assert_string_equal(planned.plan.probes.dropped[0].from, "h2");
    free_plan(&planned);
}

/* Of a part of the claims the probes say nothing. */
static void patterns_select_what_is_judged(void **state)
{
    (void)state;
    struct planned planned = {0};
    const char *const pattern = "traffic/h1/*";
    fake_run_open_demon(&planned.run, "simulated");
    planned.run.options.patterns = &pattern;
    planned.run.options.n_patterns = 1;
    plan(&planned, "s1:\n  delete in_port=1\n");
    assert_int_equal(planned.plan.after.n_results, 2);
    assert_int_equal(report_count(&planned.plan.after, VERDICT_FAIL), 2);
    assert_false(planned.plan.probes.after.is_known);
    free_plan(&planned);
}

/* Whatever is selected: what comes after a change that is refused is not what was planned. */
static void what_is_refused_fails(void **state)
{
    (void)state;
    struct planned planned = {0};
    const char *const pattern = "traffic/h1/*";
    fake_run_open_demon(&planned.run, "simulated");
    planned.run.options.patterns = &pattern;
    planned.run.options.n_patterns = 1;
    plan(&planned, "s1:\n  check_overlap,tcp actions=drop\n  delete_strict priority=7,in_port=1\n");
    assert_int_equal(planned.plan.after.n_results, 3);
    assert_int_equal(report_verdict(&planned.plan.after), VERDICT_FAIL);
    assert_int_equal(verdict_of(&planned.plan.after, "change/s1/2"), VERDICT_FAIL);
    assert_int_equal(planned.plan.after.n_notes, 1);
    assert_int_equal(planned.plan.before.n_results, 2);
    free_plan(&planned);
}

static void a_switch_that_was_not_read_is_inconclusive_in_both(void **state)
{
    (void)state;
    struct planned planned = {0};
    fake_run_open_demon(&planned.run, "simulated");
    fake_run_fault(&planned.run, (struct fake_fault){FAKE_SILENT, .at = "s2"});
    plan(&planned, "s1:\n  add in_port=6 actions=drop\n");
    assert_int_equal(verdict_of(&planned.plan.before, "switch/s2"), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of(&planned.plan.after, "switch/s2"), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of(&planned.plan.after, "state/s1/1"), VERDICT_PASS);
    assert_string_equal(planned.plan.switches[1].not_compared, "fake:s2: did not answer");
    free_plan(&planned);
}

static int memory_or_disk(void *context, const char *path, struct base_buffer *bytes,
                          struct base_error *error)
{
    return memory_read(context, path, bytes, error) == 0
               ? 0
               : yaml_disk.read(yaml_disk.context, path, bytes, error);
}

/* h5 enters s1 by port 5, where tables do NORMAL, and so it is declared. */
static void plan_with_normal(struct planned *planned, const char *change)
{
    static const char text[] = "topology: topologies/demon.yaml\n"
                               "ports: {s1: {1: {output: [2, 6]}, 2: {output: [1]},\n"
                               "  3: {output: [4]}, 4: {output: [3]}, 5: {output: [normal]}}}\n"
                               "traffic: [{from: h5, isolated: [h1]}]\n";
    struct memory_file files[] = {{"normal.yaml", text, 0}, {0}};
    struct yaml_files from = {.read = memory_or_disk, .context = files};
    *planned = (struct planned){0};
    fake_run_open_from(&planned->run, &from, "normal.yaml", "topologies/demon/simulated");
    assert_int_equal(ofctl_parse_flow("in_port=5 actions=NORMAL",
                                      &planned->run.network.states[0].flows, NULL, NULL, NULL),
                     0);
    plan(planned, change);
}

/* What NORMAL does is known neither before nor after: no matter, where nothing of it changes. */
static void what_cannot_be_judged_and_is_not_touched_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *change;
        enum verdict verdict;
    } cases[] = {
        {"s1:\n  add in_port=5 actions=NORMAL\n", VERDICT_PASS},
        {"s2:\n  delete_strict in_port=1\n", VERDICT_PASS}, /* h5's may come to s3, and not on */
        {"s1:\n  add in_port=6 actions=NORMAL\n", VERDICT_FAIL}, /* not listed; it must drop */
        {"s3:\n  add in_port=1 actions=output:12\n", VERDICT_INCONCLUSIVE},
        {"s1:\n  add priority=40000,tcp,in_port=5 actions=NORMAL,output:6\n", VERDICT_FAIL},
        {"s1:\n  add priority=40000,tcp,in_port=5,tp_dst=1 actions=mod_vlan_vid:5,NORMAL\n",
         VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned planned;
        plan_with_normal(&planned, cases[i].change);
        const struct report *after = &planned.plan.after;
        assert_int_equal(report_verdict(&planned.plan.before), VERDICT_INCONCLUSIVE);
        if (report_verdict(after) != cases[i].verdict) {
            fail_msg("%s: %s", cases[i].change, verdict_name(report_verdict(after)));
        }
        if (cases[i].verdict == VERDICT_PASS) {
            assert_int_equal(verdict_of(after, "traffic/h5/isolated/h1"), VERDICT_SKIP);
            assert_int_equal(verdict_of(after, "change/untouched"), VERDICT_PASS);
        } else if (cases[i].verdict == VERDICT_INCONCLUSIVE) {
            assert_int_equal(verdict_of(after, "traffic/h5/isolated/h1"), VERDICT_INCONCLUSIVE);
        }
        free_plan(&planned);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_cannot_be_judged_and_is_not_touched_is_left_out),
    cmocka_unit_test(a_change_that_breaks_something_fails_after_it),
    cmocka_unit_test(a_change_that_mends_something_passes_after_it),
    cmocka_unit_test(probes_come_and_go_with_entries),
    cmocka_unit_test(an_entry_that_goes_takes_its_probe_with_it),
    cmocka_unit_test(patterns_select_what_is_judged),
    cmocka_unit_test(what_is_refused_fails),
    cmocka_unit_test(a_switch_that_was_not_read_is_inconclusive_in_both),
};

TEST_MAIN(tests)
