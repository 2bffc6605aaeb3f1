/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries and pairs of hosts do the probes exercise, and which more would they need? */
#include "run/coverage.h"

#include "base/memory.h"
#include "ofctl/match.h"
#include "prove/prove.h"
#include "report/proof.h"
#include "traffic/count.h"
#include "traffic/cover.h"
#include "traffic/forbidden.h"

#include <stdlib.h>
#include <string.h>

static const char not_decided[] = "not decided", counted[] = "not decided, but counted";

static const char *const reasons[] = {
    [TRAFFIC_MISS_NONE] = "",
    [TRAFFIC_MISS_HIDDEN] = "hidden",
    [TRAFFIC_MISS_UNREACHABLE] = "unreachable from every host that sends",
    [TRAFFIC_MISS_LOOP] = "only frames that loop were found to reach it",
    [TRAFFIC_MISS_AMBIGUOUS] = "found only past entries of one priority that compete",
    [TRAFFIC_MISS_NEVER] = "no packet meets its conditions",
    [TRAFFIC_MISS_HARM] = "only frames that may not be sent were found to reach it",
    [TRAFFIC_MISS_LIMIT] = "over the limit of probes",
    [TRAFFIC_MISS_OPEN] = not_decided,
};

/* "s3 in_port=2": as ovs-ofctl would write it, without what it does. */
static const char *name_entry(struct base_arena *arena, const char *sw,
                              const struct flow_entry *entry)
{
    struct base_buffer text = {0};
    struct match any = match_any();
    bool is_any = match_equal(&entry->match, &any) && entry->n_extras == 0;
    base_put_format(&text, "%s%s", sw, *sw ? " " : "");
    if (entry->table_id != 0) {
        base_put_format(&text, "table=%u,", entry->table_id);
    }
    if (entry->priority != FLOW_PRIORITY_DEFAULT || is_any) {
        base_put_format(&text, "priority=%u%s", entry->priority, is_any ? "" : ",");
    }
    ofctl_format_conditions(entry, &text);
    return base_arena_take(arena, &text);
}

int run_coverage_tell(const struct path_network *tables, const struct traffic_cover *cover,
                      struct base_arena *arena, struct report_coverage *coverage)
{
    coverage->missed = base_arena_alloc(arena, cover->n_missed * sizeof *coverage->missed);
    if (!coverage->missed) {
        return -1;
    }
    for (size_t i = 0; i < cover->n_missed; i++) {
        const struct traffic_missed *missed = &cover->missed[i];
        struct missed *told = &coverage->missed[coverage->n_missed++];
        const char *sw = tables->topology->switches[missed->sw].name;
        told->what = name_entry(arena, sw, path_row_entry(tables, missed->sw, missed->entry));
        told->reason = reasons[missed->why];
        told->sw = missed->sw;
        told->row = missed->entry;
        if (missed->why == TRAFFIC_MISS_HIDDEN) {
            told->by = name_entry(arena, "", path_row_entry(tables, missed->sw, missed->hidden_by));
        }
        if (!told->what || (missed->why == TRAFFIC_MISS_HIDDEN && !told->by)) {
            return -1;
        }
    }
    coverage->n_entries = cover->n_entries;
    coverage->n_exercised = cover->n_exercised;
    coverage->is_known = true;
    return 0;
}

int run_coverage_count(const struct topology *topology, const struct switch_state *const *before,
                       const struct switch_state *const *after, struct report *report)
{
    struct report_coverage *coverage = &report->coverage;
    for (size_t i = 0; i < coverage->n_missed; i++) {
        struct missed *missed = &coverage->missed[i];
        const struct flow_table *flows = before[missed->sw] ? &before[missed->sw]->flows : NULL;
        if (missed->reason != not_decided || !flows || missed->row >= flows->n_entries ||
            traffic_count_since(before[missed->sw], missed->row, after[missed->sw]) <= 0) {
            continue;
        }
        const char *what = name_entry(&report->arena, topology->switches[missed->sw].name,
                                      &flows->entries[missed->row]);
        if (!what) {
            return -1;
        }
        missed->reason = strcmp(what, missed->what) == 0 ? counted : missed->reason;
    }
    return 0;
}

static int tell_pairs(const struct topology *topology, const struct traffic_forbidden *forbidden,
                      size_t n_left, struct report *report)
{
    struct report_coverage *coverage = &report->coverage;
    const struct topology_host *hosts = topology->hosts;
    coverage->n_pairs = forbidden->n_pairs;
    coverage->n_pairs_probed = forbidden->n_probed;
    coverage->n_pairs_proved = forbidden->n_unprobed - n_left;
    coverage->unprobed = base_arena_alloc(&report->arena, n_left * sizeof *coverage->unprobed);
    if (!coverage->unprobed) {
        return -1;
    }
    for (size_t i = 0; i < n_left; i++) {
        const struct unprobed_pair *pair = &forbidden->unprobed[i];
        coverage->unprobed[coverage->n_unprobed++] = (struct missed_pair){
            .from = hosts[pair->from].name, .to = hosts[pair->to].name, .reason = pair->reason};
    }
    return 0;
}

/* The plan with the probes of the cover besides those that were asked for. */
static int plan_again(const struct path_declared *declared,
                      const struct traffic_plan_options *options, const struct traffic_cover *cover,
                      struct traffic_plan *plan, struct base_error *error)
{
    size_t n = options->n_extras + cover->n_probes;
    struct traffic_extra *extras = base_calloc(n, sizeof *extras);
    struct traffic_plan_options more = *options;
    if (!extras) {
        return base_fail(error, "out of memory");
    }
    if (options->n_extras > 0) {
        memcpy(extras, options->extras, options->n_extras * sizeof *extras);
    }
    memcpy(extras + options->n_extras, cover->probes, cover->n_probes * sizeof *extras);
    more.extras = extras;
    more.n_extras = n;
    traffic_plan_free(plan);
    int status = traffic_plan(declared, &more, plan, error);
    free(extras);
    return status;
}

int run_coverage_find(const struct expectation *expectation, const struct path_network *tables,
                      const struct traffic_plan_options *options, const struct traffic_plan *plan,
                      const struct traffic_cover *kept, struct traffic_cover *cover)
{
    size_t n_hosts = expectation->topology->n_hosts;
    bool *sends = base_calloc(n_hosts, sizeof *sends);
    struct traffic_cover_options how = {
        .sends = sends, .plan = plan, .kept = kept, .harmless = options->harmless};
    for (size_t host = 0; sends && host < n_hosts; host++) {
        sends[host] = traffic_plan_sends(expectation, options, host);
    }
    int status = sends ? traffic_cover(tables, &how, cover) : -1;
    free(sends);
    return status;
}

int run_coverage(const struct path_declared *declared, const struct path_network *tables,
                 const struct traffic_plan_options *options, struct traffic_plan *plan,
                 struct report *report, struct base_error *error)
{
    struct traffic_cover found = {0};
    if (run_coverage_find(declared->expectation, tables, options, plan, NULL, &found) < 0) {
        return base_fail(error, "out of memory");
    }
    int status = found.n_probes > 0 ? plan_again(declared, options, &found, plan, error) : 0;
    if (status == 0 && run_coverage_tell(tables, &found, &report->arena, &report->coverage) < 0) {
        status = base_fail(error, "out of memory");
    }
    traffic_cover_free(&found);
    return status;
}

int run_forbidden(const struct path_declared *declared, const struct switch_dump *switches,
                  const bool *captures, const struct traffic_plan *plan, struct report *report,
                  struct base_error *error)
{
    struct traffic_forbidden forbidden;
    if (traffic_forbidden(declared, plan, captures, &forbidden) < 0) {
        return base_fail(error, "out of memory");
    }
    struct prove_findings findings = {0};
    size_t n_left = forbidden.n_unprobed;
    int status = prove_forbidden(declared->expectation, switches, NULL, forbidden.unprobed, &n_left,
                                 report, &findings, error);
    if (status == 0 &&
        (report_proofs(declared->expectation, switches, &findings, report) < 0 ||
         tell_pairs(declared->expectation->topology, &forbidden, n_left, report) < 0)) {
        status = base_fail(error, "out of memory");
    }
    prove_findings_free(&findings);
    traffic_forbidden_free(&forbidden);
    return status;
}
