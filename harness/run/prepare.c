/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes does a check send? */
#include "base/memory.h"
#include "ofctl/match.h"
#include "run/coverage.h"
#include "run/inside.h"
#include "traffic/endless.h"

#include <stdlib.h>
#include <sys/random.h>

bool run_checking_select(struct checking *checking)
{
    size_t n;
    if (checking->options->n_patterns == 0 ||
        run_list(checking->expectation, checking->options, NULL, NULL) == 0 ||
        run_list_cables(checking->topology, checking->options, NULL, NULL) > 0) {
        return true;
    }
    checking->selected = run_select_claims(checking->expectation, checking->options, &n);
    return n > 0;
}

/* Packets that the table treats otherwise than the expectation, where a host
 * can send them: what do the frames do? `extras` has room for one a result. */
static size_t find_extras(const struct checking *checking, const struct report *report,
                          struct traffic_extra *extras)
{
    const struct topology *topology = checking->topology;
    size_t n = 0;
    for (size_t i = 0; i < report->n_results; i++) {
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

static bool is_any_read(const struct checking *checking)
{
    bool any = false;
    for (size_t i = 0; i < checking->topology->n_switches && !any; i++) {
        any = checking->now.states.right[i] != NULL;
    }
    return any;
}

static int plan_with(struct checking *checking, const struct traffic_plan_options *options)
{
    if (traffic_plan(&checking->declared, options, &checking->plan, checking->error) < 0) {
        return -1;
    }
    if (traffic_endless_take(&checking->plan, &checking->now.tables, &checking->endless) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    /* Of a part of the claims, or of no table, it would say nothing. */
    return checking->options->n_patterns > 0 || !is_any_read(checking)
               ? 0
               : run_coverage(&checking->declared, &checking->now.tables, options, &checking->plan,
                              checking->report, checking->error);
}

static int plan(struct checking *checking, const struct traffic_harmless *harmless)
{
    struct report differences = {0};
    int status = run_checking_judge_tables(checking, &differences);
    struct traffic_extra *extras = base_calloc(differences.n_results, sizeof *extras);
    struct traffic_plan_options options = {.sends = checking->stations.captures,
                                           .selected = checking->selected,
                                           .extras = extras,
                                           .harmless = harmless,
                                           .mtus = checking->stations.mtus};
    checking->tables_deviate = report_count(&differences, VERDICT_FAIL) +
                                   report_count(&differences, VERDICT_INCONCLUSIVE) >
                               0;
    if (!extras) {
        status = base_fail(checking->error, "out of memory");
    } else if (status == 0) {
        options.n_extras = find_extras(checking, &differences, extras);
        status = getrandom(&options.fresh, sizeof options.fresh, 0) == sizeof options.fresh
                     ? plan_with(checking, &options)
                     : base_fail(checking->error, "no random numbers for fresh frames");
    }
    report_free(&differences);
    free(extras);
    return status;
}

int run_checking_plan(struct checking *checking)
{
    struct traffic_harmless harmless;
    if (run_checking_harmless(checking, &harmless) < 0) {
        return -1;
    }
    int status = plan(checking, &harmless);
    traffic_harmless_close(&harmless);
    return status == 0 &&
                   run_harmless_report(&checking->plan, checking->topology, checking->report) < 0
               ? base_fail(checking->error, "out of memory")
               : status;
}
