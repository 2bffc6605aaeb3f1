/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the tables prove the claims: as they are, and if one port is down that something watches, a
 * group of its switch or `failover:` of the expectation? */
#include "run/claims.h"

#include "base/memory.h"
#include "report/proof.h"

#include <stdlib.h>

int run_prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                     const struct prove_options *options, struct report *report,
                     struct base_error *error)
{
    struct prove_findings findings = {0};
    int status = prove_claims(expectation, switches, options, report, &findings, error);
    if (status == 0 && report_proofs(expectation, switches, &findings, report) < 0) {
        status = base_fail(error, "out of memory");
    }
    prove_findings_free(&findings);
    return status;
}

/* ------------------------------------------------------------------------ failover */

struct outage {
    const struct expectation *expectation;
    struct switch_dump *switches; /* as they would be then */
    struct report *report;
    struct port_ref port;
    struct peer peer; /* at the other end of its cable */
};

/* Whether a case of the switch fails over to the port, or from it. */
static bool is_way(const struct expectation *expectation, struct port_ref port)
{
    bool is = false;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        const struct expected_port *expected = &expectation->ports[i];
        for (size_t c = 0; c < expected->n_cases && expected->port.sw == port.sw; c++) {
            const struct expected_case *of = &expected->cases[c];
            size_t begin = expected_case_action(of, ACTION_FAILOVER);
            is |= begin < of->n_actions &&
                  actions_send_to(of->actions + begin, of->n_actions - begin, port.port);
        }
    }
    return is;
}

static int take_down(struct outage *outage, struct port_ref port)
{
    struct switch_dump *dump = &outage->switches[port.sw];
    dump->state = dump->dumped
                      ? switch_state_without(dump->state, &port.port, 1, &outage->report->arena)
                      : NULL;
    return dump->dumped && !dump->state ? -1 : 0;
}

/* Whether the result is about a host that is cut off. */
static bool is_about(const struct outage *outage, const struct result *result)
{
    const char *name = outage->peer.kind == PEER_HOST
                           ? outage->expectation->topology->hosts[outage->peer.host].name
                           : "";
    return strcmp(result->from, name) == 0 || (result->to && strcmp(result->to, name) == 0);
}

/* The results from `first` on are of this outage. -1 without memory. */
static int name_results(const struct outage *outage, size_t first)
{
    struct report *report = outage->report;
    const char *down =
        topology_port_name(outage->expectation->topology, outage->port, &report->arena);
    size_t n = first;
    for (size_t i = first; i < report->n_results; i++) {
        struct result result = report->results[i];
        if (is_about(outage, &result)) {
            continue;
        }
        result.kind = RESULT_FAILOVER;
        result.id = base_arena_format(&report->arena, "failover/%s/%s", down, result.id);
        result.detail = result.detail ? base_arena_format(&report->arena, "with %s down: %s", down,
                                                          result.detail)
                                      : NULL;
        if (result.cause_kind == CAUSE_PORT) { /* that it is down is no fault here */
            result.cause_kind = CAUSE_UNKNOWN;
            result.cause = result.suspect = NULL;
        }
        report->results[n++] = result;
    }
    report->n_results = n;
    return report->arena.failed ? -1 : 0;
}

static int prove(struct outage *outage, const struct switch_dump *switches,
                 const struct prove_options *options, struct base_error *error)
{
    const struct topology *topology = outage->expectation->topology;
    size_t first = outage->report->n_results;
    outage->peer = topology_peer(topology, outage->port);
    memcpy(outage->switches, switches, topology->n_switches * sizeof *switches);
    if (take_down(outage, outage->port) < 0 ||
        (outage->peer.kind == PEER_SWITCH && take_down(outage, outage->peer.port) < 0)) {
        return base_fail(error, "out of memory");
    }
    int status =
        run_prove_claims(outage->expectation, outage->switches, options, outage->report, error);
    return status == 0 && name_results(outage, first) < 0 ? base_fail(error, "out of memory")
                                                          : status;
}

int run_prove_failover(const struct expectation *expectation, const struct switch_dump *switches,
                       const struct prove_options *options, struct report *report,
                       struct base_error *error)
{
    size_t n = expectation->topology->n_switches, n_outages = 0;
    struct outage outage = {.expectation = expectation, .report = report};
    outage.switches = base_calloc(n, sizeof *outage.switches);
    int status = outage.switches ? 0 : base_fail(error, "out of memory");
    for (size_t sw = 0; sw < n && status == 0; sw++) {
        const struct switch_state *state = switches[sw].dumped ? switches[sw].state : NULL;
        for (size_t i = 0; state && i < state->n_ports && status == 0; i++) {
            outage.port = (struct port_ref){.sw = sw, .port = state->ports[i].number};
            bool is_up = !port_no_exit(state->ports, state->n_ports, outage.port.port);
            if (is_up && (group_table_watches(&state->groups, outage.port.port) ||
                          is_way(expectation, outage.port))) {
                n_outages++;
                status = prove(&outage, switches, options, error);
            }
        }
    }
    if (n_outages == 0) {
        report_note(report, "no port is watched by a group, nor is one of a `failover:`");
    }
    free(outage.switches);
    return status;
}
