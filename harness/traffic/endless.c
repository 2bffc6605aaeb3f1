/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes would go round endlessly? */
#include "traffic/endless.h"

#include "base/memory.h"
#include "ofctl/match.h"

#include <stdlib.h>
#include <string.h>

int traffic_endless_take(struct traffic_plan *plan, const struct path_network *tables,
                         struct traffic_plan *endless)
{
    size_t n = 0;
    endless->probes = base_calloc(plan->n_probes + 1, sizeof *endless->probes);
    if (!endless->probes) {
        return -1;
    }
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        struct path_walk walk;
        path_follow_from(tables, probe->from, &probe->header, &walk);
        if (!walk.ends) {
            endless->probes[endless->n_probes++] = *probe;
        } else {
            plan->probes[n++] = *probe;
        }
    }
    plan->n_probes = n;
    return 0;
}

static void put_port(const struct topology *topology, struct port_ref port, struct base_buffer *out)
{
    base_put_format(out, "%s:%u", topology->switches[port.sw].name, port.port);
}

/* "s1:2 -> s2:3 -> s2:2 -> s1:2": the ports of the circle. */
static void put_circle(const struct topology *topology, const struct path_walk *walk,
                       struct base_buffer *out)
{
    size_t circle[PATH_DEPTH], n = 0;
    for (size_t i = walk->loop_last; i != walk->loop_first; i = walk->hops[i].previous) {
        circle[n++] = i;
    }
    put_port(topology, walk->hops[walk->loop_first].in, out);
    while (n-- > 0) {
        base_put_text(out, " -> ");
        put_port(topology, walk->hops[circle[n]].in, out);
    }
    base_put_text(out, " -> ");
    put_port(topology, walk->hops[walk->loop_first].in, out);
}

/* Not sent, because it loops, or may well do so: it could not be followed to its end. */
static int add_result(const struct traffic_probe *probe, const struct topology *topology,
                      const struct path_walk *walk, size_t n_endless, struct report *report)
{
    struct base_arena *arena = &report->arena;
    const char *were = n_endless == 1 ? "was" : "were", *from = topology->hosts[probe->from].name;
    const char *id = base_arena_format(arena, "traffic/%s/loop", from);
    struct result *result = id ? report_add(report, RESULT_TRAFFIC, id) : NULL;
    if (!result) {
        return -1;
    }
    result->by_tables = true;
    result->from = from;
    result->example = ofctl_header_text(&probe->header, arena);
    if (walk->loops) {
        struct base_buffer circle = {0};
        put_circle(topology, walk, &circle);
        result->verdict = VERDICT_FAIL;
        result->detail = base_arena_format(
            arena, "%zu of its probes would go round endlessly, and %s not sent: %s", n_endless,
            were, base_buffer_text(&circle));
        base_buffer_free(&circle);
        result->expected = result->says[SAYS_DECLARED] = "no loop";
        result->observed = result->says[SAYS_ADVERTISED] = "a loop";
        result->disagrees = true;
        result->disagree[0] = SAYS_DECLARED;
        result->disagree[1] = SAYS_ADVERTISED;
    } else {
        result->verdict = VERDICT_INCONCLUSIVE;
        result->detail = base_arena_format(arena, "%zu of its probes %s not sent: %s", n_endless,
                                           were, walk->cut);
    }
    return result->detail && result->example ? 0 : -1;
}

/* Of the n probes of one sender, the first that loops, or else the first. */
static size_t choose(const struct traffic_probe *probes, size_t n,
                     const struct path_network *tables, struct path_walk *walk)
{
    for (size_t i = 0; i < n; i++) {
        path_follow_from(tables, probes[i].from, &probes[i].header, walk);
        if (walk->loops) {
            return i;
        }
    }
    path_follow_from(tables, probes[0].from, &probes[0].header, walk);
    return 0;
}

int traffic_endless(const struct traffic_plan *endless, const struct path_network *tables,
                    struct report *report, struct traffic_failures *failures)
{
    int status = 0;
    for (size_t p = 0, n; p < endless->n_probes && status == 0; p += n) {
        const struct traffic_probe *first = &endless->probes[p];
        struct path_walk walk;
        for (n = 1; p + n < endless->n_probes && first[n].from == first->from; n++) {
        }
        size_t chosen = choose(first, n, tables, &walk);
        struct traffic_failure failure = {.result = report->n_results, .probe = p + chosen};
        status = add_result(&first[chosen], tables->topology, &walk, n, report);
        if (status == 0 && walk.loops) {
            status = traffic_failures_add(failures, &failure);
        }
    }
    return status;
}
