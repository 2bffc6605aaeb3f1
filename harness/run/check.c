/* SPDX-License-Identifier: Apache-2.0
 *
 * One check from the first dump to the last verdict. */
#include "blame/cause.h"
#include "blame/frames.h"
#include "blame/loops.h"
#include "blame/shots.h"
#include "blame/swap.h"
#include "blame/witness.h"
#include "ofctl/match.h"
#include "report/words.h"
#include "run/coverage.h"
#include "run/network.h"
#include "run/probing.h"
#include "run/run.h"
#include "run/source.h"
#include "state/state.h"
#include "traffic/contradict.h"
#include "traffic/count.h"
#include "traffic/endless.h"

#include <stdlib.h>

enum {
    EXTRAS_MAX = 256,
    /* Two rounds that agree with each other, so far apart, are the truth, even
     * if the tables say something else. */
    AGREE_MS = 500,
    /* Flow counters follow the packets by up to 300 ms on Open vSwitch. */
    COUNT_MS = 1000,
    COUNT_STEP_MS = 50,
    ROUNDS_MIN = 3, /* before frames and tables are said not to agree */
};

struct checking {
    const struct expectation *expectation;
    const struct topology *topology;
    const struct lab *lab;
    const struct run_options *options;
    const struct run_world *world;
    struct report *report;
    struct base_error *error;
    struct run_network network;
    unsigned reads;                  /* CHANNEL_*; port counters tell which frames came in */
    struct run_states states, later; /* before the last round; with later counters */
    struct path_declared declared;   /* the expectation */
    struct path_network tables;      /* of `states` */
    struct run_stations stations;
    struct traffic_plan plan;
    struct traffic_plan endless; /* probes that are not sent: by the tables they never stop */
    struct run_probing probing;
    struct traffic_round round, previous;
    struct traffic_shot *shots;
    size_t n_shots;
    struct traffic_count count; /* of `round` */
    bool counted;
    uint16_t round_number; /* of `round` */
    struct run_frames frames;
    bool *selected;      /* by claim */
    bool tables_deviate; /* from the expectation, when they were first read */
};

static uint64_t now_ns(const struct checking *checking)
{
    return checking->world->now_ns(checking->world);
}

static double ms_since(const struct checking *checking, uint64_t start_ns)
{
    return run_ms_since(checking->world, start_ns);
}

static void progress(const struct checking *checking, const char *text)
{
    if (checking->options->progress) {
        checking->options->progress(checking->options->progress_aux, text);
    }
}

/* Reads all switches; what was in `states` before is freed. */
static int read_switches(struct checking *checking, struct run_states *states)
{
    uint64_t start_ns = now_ns(checking);
    progress(checking, "reading the switches");
    if (run_network_read(&checking->network, checking->reads, checking->error) < 0) {
        return -1;
    }
    checking->report->timing.dump_ms += ms_since(checking, start_ns);
    return run_network_take(&checking->network, states, checking->error);
}

/* Claims that the patterns select; NULL, and all are, if there are none, or
 * if they select nothing that is known before the run. */
static bool select_claims(struct checking *checking)
{
    size_t n = checking->expectation->n_claims;
    bool any = false;
    if (checking->options->n_patterns == 0 ||
        run_list(checking->expectation, checking->options, NULL, NULL) == 0) {
        return true;
    }
    checking->selected = calloc(n + 1, sizeof *checking->selected);
    for (size_t i = 0; checking->selected && i < n; i++) {
        checking->selected[i] = run_selects(checking->options, checking->expectation->claims[i].id);
        any = any || checking->selected[i];
    }
    return any;
}

static int judge_tables(const struct checking *checking, struct report *report)
{
    struct state_options options = {0};
    if (state_judge(checking->expectation, checking->states.switches, &options, report,
                    checking->error) < 0) {
        return -1;
    }
    return report_words(report) < 0 ? base_fail(checking->error, "out of memory") : 0;
}

/* Of a part of the claims it would say nothing. */
static int judge_pairs(const struct checking *checking)
{
    return checking->options->n_patterns > 0
               ? 0
               : run_forbidden(&checking->declared, checking->states.switches,
                               checking->stations.captures, &checking->plan, checking->report,
                               checking->error);
}

/* Packets that the table treats otherwise than the expectation, where a host
 * can send them: what do the frames do? */
static size_t find_extras(const struct checking *checking, const struct report *report,
                          struct traffic_extra extras[EXTRAS_MAX])
{
    const struct topology *topology = checking->topology;
    size_t n = 0;
    for (size_t i = 0; i < report->n_results && n < EXTRAS_MAX; i++) {
        const struct result *result = &report->results[i];
        struct match exact;
        if (result->kind != RESULT_STATE || !result->example ||
            ofctl_parse_match(result->example, &exact, NULL, NULL) < 0) {
            continue;
        }
        struct port_ref port = {.sw = topology_find_switch(topology, result->switch_name),
                                .port = (uint16_t)result->port};
        struct peer peer = topology_peer(topology, port);
        if (peer.kind == PEER_HOST) {
            exact.value.in_port = port.port;
            extras[n++] = (struct traffic_extra){
                .from = peer.host, .header = exact.value, .kind = "difference"};
        }
    }
    return n;
}

/* Indexes the tables as they were read last. */
static int index_tables(struct checking *checking)
{
    path_network_close(&checking->tables);
    return path_network_open_dumps(&checking->tables, checking->topology, checking->states.right,
                                   NULL) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

static int judge_loops(struct checking *checking)
{
    struct traffic_failures failures = {0};
    int status =
        traffic_endless(&checking->endless, &checking->tables, checking->report, &failures);
    if (status == 0) {
        blame_loops(&checking->endless, &checking->tables, &failures, checking->report);
    }
    traffic_failures_free(&failures);
    return status;
}

static int make_plan(struct checking *checking)
{
    struct report differences = {0};
    struct traffic_extra extras[EXTRAS_MAX];
    int status = judge_tables(checking, &differences);
    struct traffic_plan_options options = {.sends = checking->stations.captures,
                                           .selected = checking->selected,
                                           .extras = extras,
                                           .n_extras = find_extras(checking, &differences, extras)};
    checking->tables_deviate = report_count(&differences, VERDICT_FAIL) > 0;
    report_free(&differences);
    if (status < 0 ||
        traffic_plan(&checking->declared, &options, &checking->plan, checking->error) < 0) {
        return -1;
    }
    traffic_contradictions(&checking->declared, &checking->plan, checking->report);
    if (traffic_endless_take(&checking->plan, &checking->tables, &checking->endless) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    /* Of a part of the claims it would say nothing. */
    return checking->options->n_patterns > 0
               ? 0
               : run_coverage(&checking->declared, &checking->tables, &options, &checking->plan,
                              checking->report, checking->error);
}

/* One round more; the one before is kept for comparison. */
static int next_round(struct checking *checking, unsigned repeats)
{
    traffic_round_free(&checking->previous);
    checking->previous = checking->round;
    checking->probing.previous = checking->report->timing.rounds++ ? &checking->previous : NULL;
    if (traffic_round_init(&checking->round, &checking->plan, checking->stations.captures,
                           checking->topology->n_hosts) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    run_probing_weigh(&checking->probing, &checking->tables);
    run_probing_round(&checking->probing, &checking->round, repeats);
    checking->round_number = checking->probing.round_number;
    return 0;
}

static bool tables_known(const struct checking *checking)
{
    for (size_t i = 0; i < checking->topology->n_switches; i++) {
        if (!checking->states.right[i]) {
            return false;
        }
    }
    return true;
}

/* Frames do what the tables say; where the tables are not known, what the
 * expectation says. */
static bool round_explained(const struct checking *checking)
{
    return traffic_round_follows(&checking->round, &checking->plan, &checking->tables) &&
           (tables_known(checking) || traffic_round_conforms(&checking->round, &checking->plan));
}

/* Nothing was the same twice: a round that deviated is worth more than one
 * that did not. */
static void give_up_settling(struct checking *checking)
{
    report_note(checking->report,
                "frames and tables did not come to agree within %u ms (%u rounds)",
                checking->options->converge_ms, checking->report->timing.rounds);
    if (traffic_round_conforms(&checking->round, &checking->plan)) {
        struct traffic_round last = checking->round;
        checking->round = checking->previous;
        checking->previous = last;
        checking->round_number--;
    }
}

/* A switch that was just changed may still forward by its old table although
 * it acknowledged the change. So a first round that the tables explain is
 * believed; after one that they do not explain, only two in a row that are
 * equal: if they are explained, or if they lie so far apart that no switch is
 * still changing. Those rounds send each probe often, so that a cable which
 * loses frames now and then is not taken for a switch that was changing. If
 * nothing comes to agree in time, the last round that deviated counts. */
static int probe_until_settled(struct checking *checking)
{
    uint64_t start_ns = now_ns(checking), equal_since_ns = start_ns;
    if (next_round(checking, RUN_REPEATS) < 0) {
        return -1;
    }
    if (round_explained(checking)) {
        return 0;
    }
    /* Time alone decides nothing: on a busy machine a round may take all of it. */
    while (ms_since(checking, start_ns) < checking->options->converge_ms ||
           checking->report->timing.rounds < ROUNDS_MIN) {
        uint64_t round_ns = now_ns(checking);
        progress(checking, "frames and tables disagree: looking again");
        if (read_switches(checking, &checking->states) < 0 || index_tables(checking) < 0 ||
            next_round(checking, RUN_REPEATS_CONFIRM) < 0) {
            return -1;
        }
        if (!traffic_round_equal(&checking->round, &checking->previous, &checking->plan)) {
            equal_since_ns = round_ns;
            continue;
        }
        bool explained = round_explained(checking);
        if (explained) {
            checking->report->timing.converge_ms = (double)(equal_since_ns - start_ns) / 1e6;
        }
        if (explained || ms_since(checking, equal_since_ns) >= AGREE_MS) {
            return 0;
        }
    }
    give_up_settling(checking);
    return 0;
}

static struct traffic_evidence evidence_of(const struct checking *checking)
{
    return (struct traffic_evidence){.expectation = checking->expectation,
                                     .declared = &checking->declared,
                                     .tables = &checking->tables,
                                     .plan = &checking->plan,
                                     .round = &checking->round,
                                     .problems = checking->stations.problems,
                                     .addresses = checking->stations.addresses,
                                     .before = checking->states.right,
                                     .after = checking->later.right,
                                     .count = checking->counted ? &checking->count : NULL,
                                     .shots = checking->shots,
                                     .n_shots = checking->n_shots,
                                     .selected = checking->selected};
}

/* Reads the counters, which follow the packets late, until they have counted
 * all probes of the last round, or a second is over. */
static int read_until_counted(struct checking *checking)
{
    uint64_t start_ns = now_ns(checking);
    for (;;) {
        if (read_switches(checking, &checking->later) < 0) {
            return -1;
        }
        if (ms_since(checking, start_ns) > COUNT_MS ||
            traffic_count_reached(&checking->count, checking->topology->n_switches,
                                  checking->states.right, checking->later.right)) {
            checking->report->timing.count_ms = ms_since(checking, start_ns);
            return 0;
        }
        run_probing_drain(&checking->probing, COUNT_STEP_MS);
    }
}

static int read_counters(struct checking *checking)
{
    progress(checking, "reading the counters");
    if (traffic_count_init(&checking->count, &checking->plan, &checking->round, &checking->tables,
                           checking->states.right) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    checking->counted = true;
    return read_until_counted(checking);
}

/* Where frames are altered hosts cannot always tell by which cable. */
static int shoot(struct checking *checking)
{
    struct traffic_evidence evidence = evidence_of(checking);
    progress(checking, "having switches send");
    checking->shots = calloc(BLAME_SHOTS_MAX, sizeof *checking->shots);
    if (!checking->shots) {
        return base_fail(checking->error, "out of memory");
    }
    checking->n_shots = blame_shots(&evidence, checking->shots);
    return run_probing_shoot(&checking->probing, &checking->network, checking->shots,
                             checking->n_shots, checking->error);
}

static int open_stations(struct checking *checking)
{
    uint64_t start_ns = now_ns(checking);
    progress(checking, "opening the captures");
    int status = run_stations_open(&checking->stations, checking->world, checking->topology,
                                   checking->lab, checking->error);
    checking->report->timing.open_ms = ms_since(checking, start_ns);
    return status;
}

static void note_frames(struct checking *checking)
{
    struct report *report = checking->report;
    const struct run_probing *probing = &checking->probing;
    report->n_probes = probing->n_sent;
    report->n_arrivals = probing->n_arrived;
    report->n_background = probing->n_background + probing->n_replies;
    report->timing.probe_ms = probing->probe_ms;
    report->timing.settle_ms = probing->settle_ms;
    if (probing->n_late > 0) {
        report_note(report, "%zu frames came later than the settling time of their round",
                    probing->n_late);
    }
}

/* Sends, receives and judges; what is found goes to `results`, behind the
 * state. */
static int check_traffic(struct checking *checking)
{
    progress(checking, "probing");
    if (make_plan(checking) < 0 ||
        run_probing_init(&checking->probing, &checking->plan, checking->topology,
                         &checking->stations, checking->error) < 0) {
        return -1;
    }
    checking->probing.frames = checking->options->pcapng ? &checking->frames : NULL;
    if (checking->plan.n_probes == 0) {
        /* Nobody can send: the problems of the stations say why. */
        return traffic_round_init(&checking->round, &checking->plan, checking->stations.captures,
                                  checking->topology->n_hosts);
    }
    if (probe_until_settled(checking) < 0) {
        return -1;
    }
    bool deviates =
        checking->tables_deviate || !traffic_round_conforms(&checking->round, &checking->plan);
    if (deviates && read_counters(checking) < 0) {
        return -1;
    }
    if (deviates && checking->options->packet_out && shoot(checking) < 0) {
        return -1;
    }
    note_frames(checking);
    if (checking->options->pcapng) {
        struct run_frames_of of = {.expectation = checking->expectation,
                                   .plan = &checking->plan,
                                   .round = &checking->round,
                                   .round_number = checking->round_number,
                                   .run = &checking->probing.run};
        run_frames_write(&checking->frames, &of, checking->options->pcapng);
    }
    return 0;
}

/* Verdicts on the frames, and whose fault it is where they fail. */
static int judge_frames(struct checking *checking)
{
    struct traffic_evidence evidence = evidence_of(checking);
    struct traffic_failures failures = {0};
    int status = traffic_judge(&evidence, checking->report, &failures);
    if (status == 0) {
        blame_frames(&evidence, &failures, checking->report);
    }
    traffic_failures_free(&failures);
    if (status < 0 || judge_loops(checking) < 0 || blame_swap(&evidence, checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    blame_witness(&evidence, checking->report);
    return 0;
}

static int judge_all(struct checking *checking, bool traffic)
{
    uint64_t start_ns = now_ns(checking);
    if (!checking->options->no_state && judge_tables(checking, checking->report) < 0) {
        return -1;
    }
    checking->report->timing.compare_ms += ms_since(checking, start_ns);
    return traffic && (judge_frames(checking) < 0 || judge_pairs(checking) < 0) ? -1 : 0;
}

static int get_states(struct checking *checking)
{
    if (checking->options->saved) {
        report_note(checking->report, "the tables are those saved in %s",
                    checking->options->saved->file);
        return run_states_saved(checking->options->saved, checking->topology, &checking->states,
                                checking->error);
    }
    if (run_network_open(&checking->network, checking->world, checking->topology, checking->lab,
                         checking->options->timeout_ms, checking->error) < 0) {
        return -1;
    }
    return read_switches(checking, &checking->states);
}

static int check_all(struct checking *checking)
{
    bool traffic = !checking->options->no_traffic && select_claims(checking);
    checking->reads = CHANNEL_FLOWS | (traffic ? CHANNEL_PORTS : 0);
    if (path_declared_open(&checking->declared, checking->expectation) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    if (get_states(checking) < 0 || index_tables(checking) < 0) {
        return -1;
    }
    if (traffic && (open_stations(checking) < 0 || check_traffic(checking) < 0)) {
        return -1;
    }
    if (judge_all(checking, traffic) < 0) {
        return -1;
    }
    run_select(checking->expectation, checking->options, checking->report);
    if (blame_causes(checking->report) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    if (checking->options->pcapng && checking->options->pcapng->n_bytes == 0) {
        report_pcapng(NULL, 0, NULL, 0, checking->options->pcapng);
    }
    return 0;
}

static void close_all(struct checking *checking)
{
    uint64_t start_ns = now_ns(checking);
    traffic_round_free(&checking->round);
    traffic_round_free(&checking->previous);
    traffic_count_free(&checking->count);
    run_frames_free(&checking->frames);
    run_probing_free(&checking->probing);
    traffic_plan_free(&checking->endless);
    traffic_plan_free(&checking->plan);
    run_stations_close(&checking->stations);
    path_network_close(&checking->tables);
    path_declared_close(&checking->declared);
    run_states_free(&checking->states);
    run_states_free(&checking->later);
    run_network_close(&checking->network);
    free(checking->shots);
    free(checking->selected);
    checking->report->timing.close_ms = ms_since(checking, start_ns);
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
    uint64_t start_ns = now_ns(&checking);
    report->expectation = expectation->file;
    int status = check_all(&checking);
    close_all(&checking);
    report->timing.total_ms = ms_since(&checking, start_ns);
    return status;
}
