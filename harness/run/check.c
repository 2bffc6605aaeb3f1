/* SPDX-License-Identifier: Apache-2.0
 *
 * One check from the first reading to the last verdict. */
#include "base/memory.h"
#include "blame/cause.h"
#include "blame/frames.h"
#include "blame/loops.h"
#include "blame/swap.h"
#include "blame/witness.h"
#include "report/words.h"
#include "run/coverage.h"
#include "run/inside.h"
#include "run/source.h"
#include "traffic/endless.h"

#include <stdlib.h>

/* Of a part of the claims it would say nothing. */
static int judge_pairs(const struct checking *checking)
{
    return checking->options->n_patterns > 0
               ? 0
               : run_forbidden(&checking->declared, checking->now.states.switches,
                               checking->stations.captures, &checking->plan, checking->report,
                               checking->error);
}

static int judge_loops(struct checking *checking)
{
    struct traffic_failures failures = {0};
    int status =
        traffic_endless(&checking->endless, &checking->now.tables, checking->report, &failures);
    if (status == 0) {
        blame_loops(&checking->endless, &checking->now.tables, &failures, checking->report);
    }
    traffic_failures_free(&failures);
    return status;
}

static int open_stations(struct checking *checking)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    run_progress(checking->options, "opening the captures");
    int status = run_stations_open(&checking->stations, checking->world, checking->topology,
                                   checking->lab, checking->error);
    checking->report->timing.open_ms = run_checking_ms_since(checking, start_ns);
    return status;
}

static void start_stations(struct checking *checking)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    if (run_is_interrupted(checking->world)) {
        run_stations_distrust(&checking->stations, RUN_INTERRUPTED);
    } else {
        run_stations_start(&checking->stations, checking->topology, checking->report);
    }
    checking->report->timing.open_ms += run_checking_ms_since(checking, start_ns);
}

/* Everything that needs a privilege, and nothing that reads from the network. */
static int open_all(struct checking *checking, bool traffic)
{
    if (checking->options->saved) {
        return 0;
    }
    if (run_network_open(&checking->network, checking->world, checking->topology, checking->lab,
                         checking->options->timeout_ms, checking->error) < 0 ||
        (traffic && open_stations(checking) < 0)) {
        return -1;
    }
    run_confine(checking->world, checking->report);
    return 0;
}

static void note_frames(struct checking *checking)
{
    struct report *report = checking->report;
    const struct run_probing *probing = &checking->probing;
    report->n_probes = probing->n_sent;
    report->n_arrivals = probing->n_arrived;
    report->n_background = probing->n_background + probing->n_replies;
    report->n_to_controller = probing->n_told;
    report->timing.probe_ms = probing->probe_ms;
    report->timing.settle_ms = probing->settle_ms;
    run_stations_note_swallowed(probing->stations, checking->topology, report);
    if (probing->n_told > 0) {
        report_note(report, "%zu of the frames sent went to a controller", probing->n_told);
    }
    if (probing->storms) {
        report_note(report,
                    "stopped sending: %zu copies came of %zu frames; something sends them on and "
                    "on",
                    probing->n_arrived, probing->n_sent);
    }
    if (probing->n_late > 0) {
        report_note(report, "%zu frames came later than the settling time of their round",
                    probing->n_late);
    }
}

/* What a controller saw it may have answered by changing tables: they are read again, unless they
 * were, for their counters. */
static int look_for_changes(struct checking *checking)
{
    struct run_states again = {0};
    const struct run_states *after = &checking->now.later;
    int status = 0;
    if (checking->probing.n_told + checking->probing.n_missed == 0) {
        return 0;
    }
    if (!after->right) {
        status = run_checking_read(checking, checking->reads, &again);
        after = &again;
    }
    if (status == 0) {
        run_excuse_note_changes(checking, &checking->now.states, after);
    }
    run_states_free(&again);
    for (size_t i = 0; i < checking->topology->n_switches; i++) {
        if (checking->changed_ns[i]) {
            report_note(checking->report, "the table of %s changed while probes were sent",
                        checking->topology->switches[i].name);
        }
    }
    return status;
}

/* Sends, receives and judges; what is found goes to `results`, behind the
 * state. */
static int check_traffic(struct checking *checking)
{
    start_stations(checking);
    run_progress(checking->options, "probing");
    if (run_checking_plan(checking) < 0 ||
        run_probing_init(&checking->probing, &checking->plan, checking->topology,
                         &checking->stations, checking->error) < 0) {
        return -1;
    }
    run_probing_limit(&checking->probing, checking->lab, checking->options->rate);
    checking->probing.frames = checking->options->pcapng ? &checking->frames : NULL;
    if (checking->plan.n_probes == 0) {
        /* Nobody can send: the problems of the stations say why. */
        return run_checking_add_round(checking);
    }
    if (run_checking_settle(checking) < 0) {
        return -1;
    }
    bool deviates = !checking->report->interrupted &&
                    (checking->tables_deviate ||
                     !traffic_round_conforms(checking->judged->round, &checking->plan));
    if (deviates && checking->options->packet_out && run_checking_shoot(checking) < 0) {
        return -1;
    }
    note_frames(checking);
    struct traffic_evidence evidence = run_checking_evidence(checking);
    if (evidence.after && run_coverage_count(checking->topology, evidence.before, evidence.after,
                                             checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    if (run_checking_untried(checking) < 0 || look_for_changes(checking) < 0) {
        return -1;
    }
    if (checking->options->pcapng) {
        struct run_frames_of of = {.expectation = checking->expectation,
                                   .plan = &checking->plan,
                                   .round = checking->judged->round,
                                   .round_number = checking->judged->round->number,
                                   .run = &checking->probing.run};
        run_frames_write(&checking->frames, &of, checking->options->pcapng);
    }
    return 0;
}

/* Verdicts on the frames, and whose fault it is where they fail. */
static int judge_frames(struct checking *checking, bool *rest)
{
    struct traffic_evidence evidence = run_checking_evidence(checking);
    struct traffic_failures failures = {0};
    int status = run_withheld_prove(checking, rest);
    evidence.selected = rest;
    if (status == 0) {
        status = traffic_judge(&evidence, checking->report, &failures);
    }
    if (status == 0) {
        blame_frames(&evidence, &failures, checking->report);
    }
    traffic_failures_free(&failures);
    if (status < 0 || judge_loops(checking) < 0 ||
        blame_swap(&evidence, &checking->wiring, checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    blame_witness(&evidence, checking->report);
    if (checking->wiring.topology &&
        blame_wiring_report(&checking->wiring, checking->expectation, checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    return run_transient_report(checking);
}

static int judge_traffic(struct checking *checking)
{
    bool *rest = base_calloc(checking->expectation->n_claims, sizeof *rest);
    int status = rest ? judge_frames(checking, rest) : base_fail(checking->error, "out of memory");
    status = status < 0 || judge_pairs(checking) < 0 ? -1 : run_withheld_judge(checking, rest);
    free(rest);
    return status;
}

static int judge_all(struct checking *checking, bool traffic)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    if (!checking->options->no_state && run_checking_judge_tables(checking, checking->report) < 0) {
        return -1;
    }
    if (report_words(checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    checking->report->timing.compare_ms += run_checking_ms_since(checking, start_ns);
    return traffic ? judge_traffic(checking) : 0;
}

static int get_states(struct checking *checking)
{
    if (checking->options->saved) {
        report_note(checking->report, "the tables are those saved in %s",
                    checking->options->saved->file);
        return run_states_saved(checking->options->saved, checking->topology, &checking->now.states,
                                checking->error);
    }
    if (run_checking_read(checking, checking->reads, &checking->now.states) < 0) {
        return -1;
    }
    run_states_note(&checking->now.states, checking->topology, checking->report);
    return 0;
}

/* What comes after this is not looked at any more. */
static void note_interrupt(struct checking *checking)
{
    checking->report->interrupted |= run_is_interrupted(checking->world);
}

static enum run_known_of known_of(const struct run_options *options)
{
    bool part = options->n_patterns > 0 || options->no_state || options->no_traffic;
    return part ? RUN_KNOWN_OF_PART : RUN_KNOWN_OF_ALL;
}

static int check_all(struct checking *checking)
{
    bool traffic = !checking->options->no_traffic && run_checking_select(checking);
    checking->reads = CHANNEL_FLOWS | (traffic ? CHANNEL_PORTS | CHANNEL_CONFIG : 0);
    if (open_all(checking, traffic) < 0 || get_states(checking) < 0) {
        return -1;
    }
    if (path_declared_open_now(&checking->declared, checking->expectation,
                               checking->now.states.by_switch) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    if (run_checking_index(checking) < 0) {
        return -1;
    }
    note_interrupt(checking);
    if (traffic && check_traffic(checking) < 0) {
        return -1;
    }
    if (judge_all(checking, traffic) < 0) {
        return -1;
    }
    if (checking->report->interrupted) {
        report_note(checking->report, RUN_INTERRUPTED_NOTE);
    }
    run_select(checking->expectation, checking->options, checking->report);
    if (run_known(checking->expectation, checking->world, known_of(checking->options),
                  checking->report) < 0 ||
        blame_causes(checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    if (checking->options->pcapng && checking->options->pcapng->n_bytes == 0) {
        report_pcapng(NULL, 0, NULL, 0, checking->options->pcapng);
    }
    return 0;
}

static void close_all(struct checking *checking)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    for (size_t i = 0; i < checking->n_rounds; i++) {
        traffic_round_free(checking->rounds[i]);
        free(checking->rounds[i]);
    }
    free(checking->rounds);
    free(checking->changed_ns);
    free(checking->transients);
    run_frames_free(&checking->frames);
    run_probing_free(&checking->probing);
    traffic_plan_free(&checking->endless);
    traffic_plan_free(&checking->plan);
    run_stations_close(&checking->stations);
    path_declared_close(&checking->declared);
    run_look_free(&checking->now);
    run_look_free(&checking->first);
    run_network_close(&checking->network);
    blame_wiring_close(&checking->wiring);
    free(checking->shots);
    free(checking->selected);
    checking->report->timing.close_ms = run_checking_ms_since(checking, start_ns);
}

int run_check(const struct expectation *expectation, const struct lab *lab,
              const struct run_options *options, struct report *report, struct base_error *error)
{
    struct checking checking = {.expectation = expectation,
                                .topology = expectation->topology,
                                .lab = lab,
                                .options = options,
                                .world = options->world,
                                .report = report,
                                .error = error};
    uint64_t start_ns = run_checking_now_ns(&checking);
    report->expectation = expectation->file;
    int status = check_all(&checking);
    close_all(&checking);
    report->timing.total_ms = run_checking_ms_since(&checking, start_ns);
    return status;
}
