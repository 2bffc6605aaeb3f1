/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the tables prove the claims, and do frames confirm what the tables refute? */
#include "run/prove.h"

#include "base/memory.h"
#include "ofctl/match.h"
#include "run/claims.h"
#include "run/harmless.h"
#include "run/inside.h"
#include "run/probing.h"

#include <stdlib.h>

/* A frame may be lost once, and a switch lag behind its tables. */
enum { ROUNDS_MAX = 3 };

struct proving {
    const struct expectation *expectation;
    const struct topology *topology;
    struct run_source *source;
    const struct run_prove_options *options;
    struct report *report;
    struct base_error *error;
    struct path_declared declared; /* the expectation */
    struct path_network tables;    /* as the source has them */
    struct run_stations stations;
    struct traffic_harmless harmless;
    struct traffic_plan plan;
    struct run_probing probing;
    struct traffic_round round;
};

/* ----------------------------------------------------------------- the proof */

static bool is_interrupted(const void *world)
{
    return run_is_interrupted(world);
}

static int judge(struct proving *proving)
{
    const struct expectation *expectation = proving->expectation;
    size_t n;
    bool *selected = run_select_claims(expectation, &proving->options->run, &n);
    if (!selected) {
        return base_fail(proving->error, "out of memory");
    }
    proving->report->n_deselected = expectation->n_claims - n;
    struct prove_options options = {
        .selected = selected, .stops = is_interrupted, .aux = proving->options->run.world};
    int status = run_prove_claims(expectation, proving->source->states.switches, &options,
                                  proving->report, proving->error);
    if (status == 0 && proving->options->failover) {
        status = run_prove_failover(expectation, proving->source->states.switches, &options,
                                    proving->report, proving->error);
    }
    free(selected);
    return status;
}

/* Why, once a switch: the claims say only that it was not read. */
static void note_unread(const struct proving *proving)
{
    const struct run_states *states = &proving->source->states;
    for (size_t i = 0; i < proving->topology->n_switches; i++) {
        if (!states->by_switch[i]) {
            report_note(proving->report, "%s was not read: %s", proving->topology->switches[i].name,
                        states->reasons[i]);
        }
    }
    run_states_note(states, proving->topology, proving->report);
}

/* Everything that needs a privilege, and nothing that reads from the network. */
static int open_all(struct proving *proving)
{
    struct run_source *source = proving->source;
    if (source->saved) {
        return 0;
    }
    if (run_source_open(source, proving->options->run.timeout_ms, proving->error) < 0 ||
        (proving->options->confirm &&
         run_stations_open(&proving->stations, source->world, proving->topology, source->lab,
                           proving->error) < 0)) {
        return -1;
    }
    run_confine(source->world, proving->report);
    return 0;
}

static int read_and_judge(struct proving *proving)
{
    struct report_timing *timing = &proving->report->timing;
    const struct run_world *world = proving->source->world;
    uint64_t start_ns = world->now_ns(world);
    if (proving->source->saved) {
        report_note(proving->report, "the tables are those saved in %s",
                    proving->source->saved->file);
    }
    run_progress(&proving->options->run, "reading the switches");
    if (run_source_read(proving->source, CHANNEL_FLOWS, proving->error) < 0) {
        return -1;
    }
    if (run_states_distrust_others(&proving->source->states, proving->topology,
                                   &proving->report->arena) < 0) {
        return base_fail(proving->error, "out of memory");
    }
    note_unread(proving);
    timing->dump_ms = run_ms_since(world, start_ns);
    start_ns = world->now_ns(world);
    run_progress(&proving->options->run, "proving");
    int status = judge(proving);
    timing->compare_ms = run_ms_since(world, start_ns);
    if (run_is_interrupted(world)) {
        proving->report->interrupted = true;
        report_note(proving->report, RUN_INTERRUPTED_NOTE);
    }
    return status;
}

/* ------------------------------------------------------------------ confirmed */

/* The packet that refutes this claim; false: there is none that can be sent. */
static bool example_of(const struct proving *proving, const struct result *result,
                       struct traffic_extra *extra)
{
    struct match exact;
    bool endless = !result->is_count || result->observed_count < 0;
    if (result->kind != RESULT_TRAFFIC || result->verdict != VERDICT_FAIL || endless ||
        !result->example || ofctl_parse_match(result->example, &exact, NULL, NULL) < 0) {
        return false;
    }
    extra->kind = "example";
    extra->from = topology_find_host(proving->topology, result->from);
    extra->header = exact.value;
    extra->header.in_port = proving->topology->hosts[extra->from].port.port;
    return true;
}

static int plan_examples(struct proving *proving)
{
    const struct report *report = proving->report;
    struct traffic_extra *extras = base_calloc(report->n_results, sizeof *extras);
    struct traffic_plan_options options = {.sends = proving->stations.captures,
                                           .extras = extras,
                                           .extras_only = true,
                                           .harmless = &proving->harmless};
    if (!extras) {
        return base_fail(proving->error, "out of memory");
    }
    for (size_t i = 0; i < report->n_results; i++) {
        options.n_extras += example_of(proving, &report->results[i], &extras[options.n_extras]);
    }
    int status = traffic_plan(&proving->declared, &options, &proving->plan, proving->error);
    free(extras);
    return status == 0 &&
                   run_harmless_report(&proving->plan, proving->topology, proving->report) < 0
               ? base_fail(proving->error, "out of memory")
               : status;
}

/* Why the packet is not sent; NULL: it may be. */
static const char *why_withheld(const struct proving *proving, const struct traffic_extra *extra)
{
    for (size_t i = 0; i < proving->plan.n_withheld; i++) {
        const struct traffic_withheld *withheld = &proving->plan.withheld[i];
        if (withheld->from == extra->from && header_equal(&withheld->header, &extra->header)) {
            return withheld->reason;
        }
    }
    return NULL;
}

/* PROBE_NONE: it was not planned. */
static size_t probe_of(const struct proving *proving, const struct traffic_extra *extra)
{
    for (size_t p = 0; p < proving->plan.n_probes; p++) {
        const struct traffic_probe *probe = &proving->plan.probes[p];
        if (probe->from == extra->from &&
            memcmp(&probe->header, &extra->header, sizeof probe->header) == 0) {
            return p;
        }
    }
    return PROBE_NONE;
}

/* "h4 1, h11 1". `*as_advertised`: exactly what the tables say of this packet. */
static const char *what_arrived(struct proving *proving, size_t p, bool *as_advertised)
{
    const struct traffic_probe *probe = &proving->plan.probes[p];
    struct base_buffer text = {0};
    struct path_walk walk;
    size_t n_hosts = 0;
    path_follow_from(&proving->tables, probe->from, &probe->header, &walk);
    *as_advertised = walk.known;
    base_put_text(&text, "sent, it arrived ");
    for (size_t host = 0; host < proving->topology->n_hosts; host++) {
        unsigned n = traffic_seen_count(&proving->round, p, host);
        *as_advertised = *as_advertised && (n == path_walk_copies(&walk, host) ||
                                            proving->stations.problems[host] != NULL);
        if (n > 0) {
            base_put_format(&text, "%sat %s", n_hosts++ ? ", " : "",
                            proving->topology->hosts[host].name);
            if (n > 1) {
                base_put_format(&text, " %u times", n);
            }
        }
    }
    if (n_hosts == 0) {
        base_put_text(&text, "nowhere");
    }
    return base_arena_take(&proving->report->arena, &text);
}

static void confirm(struct proving *proving, struct result *result)
{
    struct base_arena *arena = &proving->report->arena;
    struct traffic_extra extra;
    if (result->verdict != VERDICT_FAIL || !result->example || result->kind != RESULT_TRAFFIC) {
        return;
    }
    if (!example_of(proving, result, &extra)) {
        result->says[SAYS_OBSERVED] = "not sent: it would go round endlessly";
        return;
    }
    size_t p = probe_of(proving, &extra);
    const char *problem = proving->stations.problems[extra.from];
    if (p != PROBE_NONE && proving->probing.loads[p] == 0) {
        result->says[SAYS_OBSERVED] = "not sent: it would go round endlessly";
        return;
    }
    const char *reason = why_withheld(proving, &extra);
    if (reason) {
        result->says[SAYS_OBSERVED] = base_arena_format(arena, "not sent: %s", reason);
        return;
    }
    if (p == PROBE_NONE || !proving->round.sent[p]) {
        result->says[SAYS_OBSERVED] = base_arena_format(
            arena, "could not be sent: %s", problem ? problem : "no such frame can be made");
        return;
    }
    bool as_advertised;
    const char *arrived = what_arrived(proving, p, &as_advertised);
    result->says[SAYS_OBSERVED] = base_arena_format(
        arena, as_advertised ? "confirmed: %s" : "%s: not what the tables say", arrived);
}

static int send_examples(struct proving *proving)
{
    bool explained = false;
    if (proving->plan.n_probes == 0) {
        return 0;
    }
    if (run_probing_init(&proving->probing, &proving->plan, proving->topology, &proving->stations,
                         proving->error) < 0) {
        return -1;
    }
    run_probing_limit(&proving->probing, proving->source->lab, proving->options->run.rate);
    run_probing_weigh(&proving->probing, &proving->tables, &proving->harmless);
    for (int i = 0; i < ROUNDS_MAX && !explained; i++) {
        traffic_round_free(&proving->round);
        if (traffic_round_init(&proving->round, &proving->plan, proving->stations.captures,
                               proving->topology->n_hosts) < 0) {
            return base_fail(proving->error, "out of memory");
        }
        run_probing_round(&proving->probing, &proving->round, 1);
        explained = traffic_round_follows(&proving->round, &proving->plan, &proving->tables);
    }
    proving->report->n_probes = proving->probing.n_sent;
    proving->report->n_arrivals = proving->probing.n_arrived;
    proving->report->timing.probe_ms = proving->probing.probe_ms;
    proving->report->timing.settle_ms = proving->probing.settle_ms;
    return 0;
}

static int confirm_all(struct proving *proving)
{
    run_progress(&proving->options->run, "sending the packets that refute");
    if (path_declared_open(&proving->declared, proving->expectation) < 0 ||
        path_network_open_dumps(&proving->tables, proving->topology,
                                proving->source->states.by_switch, NULL) < 0) {
        return base_fail(proving->error, "out of memory");
    }
    run_stations_start(&proving->stations, proving->topology, proving->report);
    if (run_harmless_open(&proving->harmless, &proving->tables, &proving->declared,
                          &proving->stations, &proving->options->run, proving->error) < 0 ||
        plan_examples(proving) < 0 || send_examples(proving) < 0) {
        return -1;
    }
    for (size_t i = 0; i < proving->report->n_results; i++) {
        confirm(proving, &proving->report->results[i]);
    }
    return 0;
}

int run_prove(const struct expectation *expectation, struct run_source *source,
              const struct run_prove_options *options, struct report *report,
              struct base_error *error)
{
    uint64_t start_ns = source->world->now_ns(source->world);
    struct proving proving = {.expectation = expectation,
                              .topology = expectation->topology,
                              .source = source,
                              .options = options,
                              .report = report,
                              .error = error};
    report->expectation = expectation->file;
    int status = open_all(&proving) < 0 ? -1 : read_and_judge(&proving);
    if (status == 0 && options->confirm && !report->interrupted &&
        report_count(report, VERDICT_FAIL) > 0) {
        status = confirm_all(&proving);
        traffic_round_free(&proving.round);
        run_probing_free(&proving.probing);
        traffic_plan_free(&proving.plan);
        traffic_harmless_close(&proving.harmless);
        path_network_close(&proving.tables);
        path_declared_close(&proving.declared);
    }
    run_stations_close(&proving.stations);
    if (status == 0 && run_known(expectation, source->world, RUN_KNOWN_OF_PROOF, report) < 0) {
        status = base_fail(error, "out of memory");
    }
    report->timing.total_ms = run_ms_since(source->world, start_ns);
    return status;
}
