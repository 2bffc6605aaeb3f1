/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes does a change of the tables make necessary, and which superfluous? */
#include "run/probes.h"

#include "base/memory.h"
#include "change/diff.h"
#include "change/replan.h"
#include "ofctl/match.h"
#include "run/coverage.h"

#include <stdlib.h>

/* Entries of `from` that `to` does not have, or has with other actions. */
static int for_each_change(const struct flow_table *from, const struct flow_table *to,
                           struct change_replan *replan, size_t sw,
                           int (*each)(struct change_replan *replan, size_t sw,
                                       const struct flow_entry *flow, bool is_in_both))
{
    size_t *counterparts = change_diff_counterparts(from, to);
    int status = counterparts ? 0 : -1;
    for (size_t i = 0; i < from->n_entries && status == 0; i++) {
        const struct flow_entry *flow = &from->entries[i];
        const struct flow_entry *other =
            counterparts[i] == ENTRY_NONE ? NULL : &to->entries[counterparts[i]];
        if (!other ||
            !actions_equal(flow->actions, flow->n_actions, other->actions, other->n_actions)) {
            status = each(replan, sw, flow, other != NULL);
        }
    }
    free(counterparts);
    return status;
}

static int remove_entry(struct change_replan *replan, size_t sw, const struct flow_entry *flow,
                        bool is_in_both)
{
    return is_in_both || change_replan_remove(replan, sw, flow) >= 0 ? 0 : -1;
}

static int put_entry(struct change_replan *replan, size_t sw, const struct flow_entry *flow,
                     bool is_in_both)
{
    (void)is_in_both;
    return change_replan_put(replan, sw, flow) < 0 ? -1 : 0;
}

static int change_all(struct change_replan *replan, size_t n_switches,
                      const struct switch_state *const *before,
                      const struct switch_state *const *after)
{
    int status = 0;
    for (size_t sw = 0; sw < n_switches && status == 0; sw++) {
        if (before[sw] && after[sw]) {
            const struct flow_table *old = &before[sw]->flows, *new = &after[sw]->flows;
            status = for_each_change(old, new, replan, sw, remove_entry);
            status = status < 0 ? -1 : for_each_change(new, old, replan, sw, put_entry);
        }
    }
    return status;
}

static int name_probes(const struct topology *topology, const struct traffic_extra *probes,
                       size_t n, struct base_arena *arena, struct named_probe **out)
{
    struct named_probe *named = base_arena_alloc(arena, (n + 1) * sizeof *named);
    *out = named;
    for (size_t i = 0; named && i < n; i++) {
        named[i] = (struct named_probe){topology->hosts[probes[i].from].name,
                                        ofctl_header_text(&probes[i].header, arena)};
        if (!named[i].packet) {
            return -1;
        }
    }
    return named ? 0 : -1;
}

static const struct flow_entry *entry_of(const void *replan, size_t sw, size_t row)
{
    return change_replan_entry(replan, sw, row);
}

static int tell(const struct topology *topology, const struct change_replan *replan,
                struct base_arena *arena, struct probe_difference *out)
{
    struct traffic_cover cover = {0};
    struct change_replan_difference probes = {0};
    int status = change_replan_differ(replan, &probes);
    if (status == 0) {
        status = change_replan_tell(replan, &cover);
    }
    if (status == 0) {
        out->n_added = probes.n_added;
        out->n_dropped = probes.n_dropped;
        status =
            name_probes(topology, probes.added, probes.n_added, arena, &out->added) < 0 ||
                    name_probes(topology, probes.dropped, probes.n_dropped, arena, &out->dropped) <
                        0 ||
                    run_coverage_tell(topology, &cover, entry_of, replan, arena, &out->after) < 0
                ? -1
                : 0;
    }
    traffic_cover_free(&cover);
    free(probes.added);
    free(probes.dropped);
    return status;
}

/* Who sends, and what is sent anyway. */
struct planned {
    bool *sends;
    struct traffic_plan plan;
};

static int plan_probes(const struct expectation *expectation, struct planned *planned,
                       struct base_error *error)
{
    size_t n_hosts = expectation->topology->n_hosts;
    planned->sends = base_malloc((n_hosts + 1) * sizeof *planned->sends);
    if (!planned->sends) {
        return base_fail(error, "out of memory");
    }
    memset(planned->sends, true, n_hosts + 1);
    struct traffic_plan_options options = {.sends = planned->sends};
    struct path_declared declared;
    if (path_declared_open(&declared, expectation) < 0) {
        return base_fail(error, "out of memory");
    }
    int status = traffic_plan(&declared, &options, &planned->plan, error);
    path_declared_close(&declared);
    if (status < 0) {
        return -1;
    }
    bool *sends = planned->sends;
    for (size_t host = 0; host < n_hosts; host++) {
        sends[host] = traffic_plan_sends(expectation, &options, host);
    }
    return 0;
}

int run_probes_differ(const struct expectation *expectation,
                      const struct switch_state *const *before,
                      const struct switch_state *const *after, struct base_arena *arena,
                      struct probe_difference *difference, struct base_error *error)
{
    const struct topology *topology = expectation->topology;
    struct planned planned = {0};
    int status = plan_probes(expectation, &planned, error);
    if (status == 0) {
        struct traffic_cover_options options = {.sends = planned.sends, .plan = &planned.plan};
        struct change_replan *replan = change_replan_begin(topology, before, &options);
        if (!replan || change_all(replan, topology->n_switches, before, after) < 0 ||
            tell(topology, replan, arena, difference) < 0) {
            status = base_fail(error, "out of memory");
        }
        change_replan_free(replan);
    }
    traffic_plan_free(&planned.plan);
    free(planned.sends);
    return status;
}
