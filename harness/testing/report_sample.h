/* SPDX-License-Identifier: Apache-2.0
 *
 * A report made by hand, for the tests of this room: two failures, a switch
 * that was not read and hides three results, one skip, three passes. */
#ifndef TESTING_REPORT_SAMPLE_H
#define TESTING_REPORT_SAMPLE_H

#include "model/result.h"

static inline void sample_failures(struct report *report)
{
    struct result *state = report_add(report, RESULT_STATE, "state/s1/2");
    state->verdict = VERDICT_FAIL;
    state->switch_name = "s1";
    state->port = 2;
    state->expected = "output:1";
    state->observed = "output:1,output:6";
    state->example = "in_port=2,dl_type=0x88b5";
    state->source = "expected/demon/simulated.yaml:9:8";
    state->suspect = "s1 priority=32768,in_port=2 actions=output:1,output:6";
    state->detail = "s1 sends to port 6 too what enters port 2";
    state->says[SAYS_DECLARED] = "output:1";
    state->says[SAYS_ADVERTISED] = "output:1,output:6";
    state->says[SAYS_COUNTED] = "3 packets";
    state->disagrees = true;
    state->disagree[0] = SAYS_DECLARED;
    state->disagree[1] = SAYS_ADVERTISED;
    struct result *traffic = report_add(report, RESULT_TRAFFIC, "traffic/h2/isolated/h11");
    traffic->verdict = VERDICT_FAIL;
    traffic->from = "h2";
    traffic->to = "h11";
    traffic->is_count = true;
    traffic->observed_count = 1;
    traffic->source = "expected/demon/simulated.yaml:24:5";
    traffic->detail = "a frame of h2 arrived at h11";
    traffic->disagrees = true;
    traffic->disagree[0] = SAYS_DECLARED;
    traffic->disagree[1] = SAYS_OBSERVED;
}

static inline void sample_add(struct report *report, enum result_kind kind, const char *id,
                              enum verdict verdict, const char *detail)
{
    struct result *result = report_add(report, kind, id);
    result->verdict = verdict;
    result->detail = detail;
}

static inline struct report sample_report(void)
{
    static const char reason[] = "s2 does not answer: connect to 127.0.0.1:6635: refused";
    static struct ignored ignored = {.text = "cookie=0x2a/-1",
                                     .reason = "installed by the monitor",
                                     .source = "expected/demon/simulated.yaml:30:5",
                                     .n_entries = 3};
    struct report report = {.expectation = "expected/demon/simulated.yaml"};
    struct result *pass = report_add(&report, RESULT_STATE, "state/s1/1");
    pass->switch_name = "s1";
    pass->port = 1;
    pass->expected = pass->observed = "output:2,output:6";
    pass->source = "expected/demon/simulated.yaml:8:8";
    sample_add(&report, RESULT_SWITCH, "switch/s1", VERDICT_PASS, NULL);
    sample_failures(&report);
    sample_add(&report, RESULT_SWITCH, "switch/s2", VERDICT_INCONCLUSIVE, reason);
    sample_add(&report, RESULT_STATE, "state/s2/1", VERDICT_INCONCLUSIVE, reason);
    sample_add(&report, RESULT_STATE, "state/s2/2", VERDICT_INCONCLUSIVE, reason);
    sample_add(&report, RESULT_TRAFFIC, "traffic/h5/isolated/all", VERDICT_SKIP,
               "h5 has no station");
    sample_add(&report, RESULT_TRAFFIC, "traffic/h1/delivered/h2", VERDICT_PASS, NULL);
    report_note(&report, "an entry of s1 expires in 8 s");
    report.ignored = &ignored;
    report.n_ignored = 1;
    report.n_deselected = 2;
    report.n_probes = 77;
    report.n_arrivals = 75;
    report.n_background = 4;
    report.timing = (struct report_timing){
        .dump_ms = 1.25, .compare_ms = 0.1, .probe_ms = 9.8, .total_ms = 181.4, .rounds = 1};
    return report;
}

#endif
