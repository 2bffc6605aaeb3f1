/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a run where an allocation fails: an error, or a note that it did, which leaves
 * the caller without a verdict. */
#include "base/memory.h"
#include "run/prove.h"
#include "testing/failing.h"
#include "testing/fake_run.h"
#include "testing/spared.h"
#include "testing/yaml_memory.h"

#include <unistd.h>

/* Two switches in a line, a host on each, two on the first; the second drops what is not TCP. */
static const struct memory_file files[] = {
    {.path = "topology.yaml",
     .text = "name: small\n"
             "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
             "hosts:\n"
             "  a: {mac: \"00:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
             "  b: {mac: \"00:00:00:00:00:02\", ip: 10.0.0.2, port: \"s2:1\"}\n"
             "  c: {mac: \"00:00:00:00:00:03\", ip: 10.0.0.3, port: \"s1:3\"}\n"
             "links: [[\"s1:2\", \"s2:2\"]]\n"},
    {.path = "expected.yaml",
     .text = "topology: topology.yaml\n"
             "ports:\n"
             "  s1: {1: {output: [2]}, 2: {output: [1]}, 3: drop}\n"
             "  s2: {1: {output: [2]}, 2: {output: [1]}}\n"
             "traffic:\n"
             "  - {from: a, delivered: [b]}\n"
             "  - {from: b, delivered: [a]}\n"
             "  - {from: c, isolated: all}\n"},
    {.path = NULL}};

static void write_flows(const char *directory, int sw, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/s%d.flows", directory, sw);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void open_small(struct fake_run *run)
{
    char directory[] = "/tmp/run-test-XXXXXX", path[64];
    const struct yaml_files in_memory = {(void *)files, memory_read};
    assert_non_null(mkdtemp(directory));
    write_flows(directory, 1, "in_port=1 actions=output:2\nin_port=2 actions=output:1\n");
    write_flows(directory, 2, "in_port=1,tcp actions=output:2\nin_port=2 actions=output:1\n");
    fake_run_open_from(run, &in_memory, "expected.yaml", directory);
    spare_network(&run->network.world);
    for (int sw = 1; sw <= 2; sw++) {
        snprintf(path, sizeof path, "%s/s%d.flows", directory, sw);
        unlink(path);
    }
    rmdir(directory);
}

/* -1: there is no verdict. */
static int ended(struct fake_run *run, int status, const struct base_error *error,
                 enum verdict wanted)
{
    if (status < 0) {
        assert_string_equal(error->text, "out of memory");
    } else if (!base_memory_ran_out()) {
        assert_int_equal(report_verdict(&run->report), wanted);
    }
    report_free(&run->report);
    return status < 0 || base_memory_ran_out() ? -1 : 0;
}

static int check(void *aux)
{
    struct fake_run *run = aux;
    struct base_error error = {""};
    base_memory_begin();
    int status = run_check(run->expectation, &run->lab, &run->options, &run->report, &error);
    return ended(run, status, &error, VERDICT_FAIL);
}

static void a_check_without_memory_has_no_verdict(void **state)
{
    (void)state;
    struct fake_run run;
    open_small(&run);
    assert_true(failing_each(check, &run) > 100);
    fake_run_close(&run);
}

static int prove(void *aux)
{
    struct fake_run *run = aux;
    struct run_source source = {
        .world = &run->network.world, .topology = run->expectation->topology, .lab = &run->lab};
    struct run_prove_options options = {.run = run->options, .confirm = true};
    struct base_error error = {""};
    base_memory_begin();
    int status = run_prove(run->expectation, &source, &options, &run->report, &error);
    run_network_close(&source.network);
    run_states_free(&source.states);
    return ended(run, status, &error, VERDICT_FAIL);
}

static void a_proof_without_memory_has_no_verdict(void **state)
{
    (void)state;
    struct fake_run run;
    open_small(&run);
    assert_true(failing_each_piece(prove, &run) > 300);
    fake_run_close(&run);
}

/* What was closed is empty. */
static void a_source_is_closed_twice(void **state)
{
    (void)state;
    static const struct run_source empty;
    struct fake_run run;
    struct yaml_diagnostics diagnostics = {0};
    struct base_error error;
    struct run_source source = {0};
    const struct yaml_files in_memory = {(void *)files, memory_read};
    open_small(&run);
    assert_int_equal(run_source_load(&source, &run.network.world, &in_memory,
                                     run.expectation->topology, NULL, NULL, &diagnostics),
                     0);
    assert_non_null(source.lab);
    assert_int_equal(run_source_open(&source, 0, &error), 0);
    run_source_close(&source);
    assert_memory_equal(&source, &empty, sizeof source);
    run_source_close(&source);
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_check_without_memory_has_no_verdict),
    cmocka_unit_test(a_proof_without_memory_has_no_verdict),
    cmocka_unit_test(a_source_is_closed_twice),
};

TEST_MAIN(tests)
