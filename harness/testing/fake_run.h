/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of whole runs: an expectation from a file, a lab that gives every
 * host and switch of it a place, and a network in memory; and what is asserted
 * of the report. */
#ifndef TESTING_FAKE_RUN_H
#define TESTING_FAKE_RUN_H

#include "run/run.h"
#include "testing/cmocka.h"
#include "testing/fake_stations.h"
#include "yaml/load.h"

#include <stdio.h>
#include <string.h>

enum { FAKE_HOSTS = 32 };

struct fake_run {
    struct expectation *expectation;
    struct fake_network network;
    struct lab_switch switches[FAKE_SWITCHES];
    struct lab_host hosts[FAKE_HOSTS];
    struct lab lab;
    struct run_options options;
    struct report report;
};

/* The expectation file among `files`, beside a network whose tables come from `flows`. */
static inline void fake_run_open_from(struct fake_run *run, const struct yaml_files *files,
                                      const char *expected, const char *flows)
{
    struct yaml_diagnostics diagnostics = {0};
    *run = (struct fake_run){0};
    assert_int_equal(yaml_load_expectation(files, expected, &run->expectation, &diagnostics), 0);
    yaml_diagnostics_free(&diagnostics);
    const struct topology *topology = run->expectation->topology;
    assert_true(topology->n_hosts <= FAKE_HOSTS);
    fake_network_open(&run->network, topology, flows);
    fake_stations_attach(&run->network);
    run->lab =
        (struct lab){.switches = run->switches, .hosts = run->hosts, .rate = LAB_RATE_UNLIMITED};
    for (size_t i = 0; i < topology->n_switches; i++) {
        run->switches[i].openflow = "fake";
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        run->hosts[i].interface = "fake";
    }
    run->options =
        (struct run_options){.world = &run->network.world, .converge_ms = RUN_CONVERGE_MS};
}

/* The same of a file of this machine. */
static inline void fake_run_open(struct fake_run *run, const char *expected, const char *flows)
{
    fake_run_open_from(run, &yaml_disk, expected, flows);
}

/* The reference network: "simulated" of expected/demon, and what its tables are. */
static inline void fake_run_open_demon(struct fake_run *run, const char *flows)
{
    char path[128];
    snprintf(path, sizeof path, "topologies/demon/%s", flows);
    fake_run_open(run, "expected/demon/simulated.yaml", path);
}

static inline void fake_run_fault(struct fake_run *run, struct fake_fault fault)
{
    fake_network_fault(&run->network, fault);
}

static inline void fake_run_check(struct fake_run *run)
{
    struct base_error error;
    report_free(&run->report);
    if (run_check(run->expectation, &run->lab, &run->options, &run->report, &error) < 0) {
        fail_msg("%s", error.text);
    }
}

static inline const struct result *fake_run_result(const struct fake_run *run, const char *id)
{
    for (size_t i = 0; i < run->report.n_results; i++) {
        if (strcmp(run->report.results[i].id, id) == 0) {
            return &run->report.results[i];
        }
    }
    fail_msg("no result %s", id);
    return NULL;
}

static inline void fake_run_assert(const struct fake_run *run, const char *id, enum verdict verdict)
{
    const struct result *result = fake_run_result(run, id);
    if (result->verdict != verdict) {
        fail_msg("%s: %s (%s) instead of %s", id, verdict_name(result->verdict),
                 result->detail ? result->detail : "", verdict_name(verdict));
    }
}

/* The results that are not a pass, as lines "VERDICT ID". */
static inline void fake_run_assert_deviations(const struct fake_run *run, const char *expected)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < run->report.n_results; i++) {
        const struct result *result = &run->report.results[i];
        if (result->verdict != VERDICT_PASS) {
            base_put_format(&text, "%s %s\n", verdict_name(result->verdict), result->id);
        }
    }
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

/* Whether a note of the report has these words. */
static inline bool fake_run_has_note(const struct fake_run *run, const char *words)
{
    for (size_t i = 0; i < run->report.n_notes; i++) {
        if (strstr(run->report.notes[i], words)) {
            return true;
        }
    }
    return false;
}

static inline void fake_run_close(struct fake_run *run)
{
    report_free(&run->report);
    fake_network_close(&run->network);
    expectation_free(run->expectation);
}

#endif
