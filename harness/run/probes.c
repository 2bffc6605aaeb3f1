/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes does a change of the tables make necessary, and which superfluous? */
#include "run/probes.h"

#include "base/memory.h"
#include "ofctl/match.h"
#include "run/coverage.h"

#include <stdlib.h>

/* The tables before the change, or after it, and the probes that exercise their entries. */
struct covered {
    struct path_network tables;
    struct traffic_cover cover;
};

static void free_covered(struct covered *covered)
{
    path_network_close(&covered->tables);
    traffic_cover_free(&covered->cover);
}

static int name_probe(const struct topology *topology, const struct traffic_extra *probe,
                      struct base_arena *arena, struct named_probe *named)
{
    *named = (struct named_probe){topology->hosts[probe->from].name,
                                  ofctl_header_text(&probe->header, arena)};
    return named->packet ? 0 : -1;
}

static bool is_same(const struct traffic_extra *a, const struct traffic_extra *b)
{
    return a->from == b->from && header_equal(&a->header, &b->header);
}

/* Those that stay are in both covers in one order, in the later one before all others. */
int run_probes_tell(const struct topology *topology, const struct traffic_cover *before,
                    const struct traffic_cover *after, struct base_arena *arena,
                    struct probe_difference *out)
{
    size_t n_kept = 0;
    int status = 0;
    out->added = base_arena_alloc(arena, after->n_probes * sizeof *out->added);
    out->dropped = base_arena_alloc(arena, before->n_probes * sizeof *out->dropped);
    if (!out->added || !out->dropped) {
        return -1;
    }
    for (size_t i = 0; i < before->n_wanted && status == 0; i++) {
        const struct traffic_extra *probe = &before->probes[i];
        bool stays = n_kept < after->n_kept && is_same(probe, &after->probes[n_kept]);
        bool was_sent = i < before->n_probes, is_sent = stays && n_kept < after->n_probes;
        n_kept += stays;
        if (was_sent && !is_sent) {
            status = name_probe(topology, probe, arena, &out->dropped[out->n_dropped++]);
        } else if (!was_sent && is_sent) {
            status = name_probe(topology, probe, arena, &out->added[out->n_added++]);
        }
    }
    for (size_t i = after->n_kept; i < after->n_probes && status == 0; i++) {
        status = name_probe(topology, &after->probes[i], arena, &out->added[out->n_added++]);
    }
    return status;
}

static int plan_probes(const struct expectation *expectation,
                       const struct traffic_plan_options *options, struct traffic_plan *plan)
{
    struct path_declared declared;
    if (path_declared_open(&declared, expectation) < 0) {
        return -1;
    }
    int status = traffic_plan(&declared, options, plan, NULL);
    path_declared_close(&declared);
    return status;
}

int run_probes_differ(const struct expectation *expectation,
                      const struct switch_state *const *before,
                      const struct switch_state *const *after, struct base_arena *arena,
                      struct probe_difference *difference, struct base_error *error)
{
    const struct topology *topology = expectation->topology;
    bool *sends = base_calloc(topology->n_hosts, sizeof *sends);
    struct traffic_plan_options options = {.sends = sends};
    struct traffic_plan plan = {0};
    struct covered old = {0}, new = {0};
    int status = sends ? 0 : base_fail(error, "out of memory");
    if (sends) {
        memset(sends, true, topology->n_hosts);
    }
    if (status == 0 &&
        (plan_probes(expectation, &options, &plan) < 0 ||
         path_network_open_dumps(&old.tables, topology, before, NULL) < 0 ||
         path_network_open_dumps(&new.tables, topology, after, NULL) < 0 ||
         run_coverage_find(expectation, &old.tables, &options, &plan, NULL, &old.cover) < 0 ||
         run_coverage_find(expectation, &new.tables, &options, &plan, &old.cover, &new.cover) < 0 ||
         run_probes_tell(topology, &old.cover, &new.cover, arena, difference) < 0 ||
         run_coverage_tell(&new.tables, &new.cover, arena, &difference->after) < 0)) {
        status = base_fail(error, "out of memory");
    }
    free_covered(&old);
    free_covered(&new);
    traffic_plan_free(&plan);
    free(sends);
    return status;
}
