/* SPDX-License-Identifier: Apache-2.0
 *
 * What did frames do in rounds that are excused, before the network had converged? */
#include "run/inside.h"

static struct run_transient *get(struct checking *checking, size_t from, size_t to)
{
    for (size_t i = checking->n_transients; i-- > 0;) {
        if (checking->transients[i].from == from && checking->transients[i].to == to) {
            return &checking->transients[i];
        }
    }
    if (base_grow(&checking->transients, checking->n_transients, &checking->transients_capacity,
                  sizeof *checking->transients) < 0) {
        return NULL;
    }
    struct run_transient *transient = &checking->transients[checking->n_transients++];
    *transient = (struct run_transient){.from = from, .to = to};
    return transient;
}

static int add(struct checking *checking, const struct traffic_round *round, size_t p, size_t host)
{
    const struct traffic_probe *probe = &checking->plan.probes[p];
    const struct traffic_seen *seen = traffic_round_seen(round, p, host);
    if (traffic_seen_conforms(round, &checking->plan, p, host)) {
        return 0;
    }
    struct run_transient *transient = get(checking, probe->from, host);
    if (!transient) {
        return base_fail(checking->error, "out of memory");
    }
    transient->first = transient->first ? transient->first : round->number;
    transient->last = round->number;
    transient->excuse = transient->excuse ? transient->excuse : round->excuses[p];
    transient->wanted += traffic_plan_copies(probe, host) * round->sent[p];
    transient->came += seen->copies + seen->altered;
    transient->altered += seen->altered;
    transient->late += seen->late;
    return 0;
}

int run_transient_find(struct checking *checking)
{
    const struct traffic_round *last = checking->rounds[checking->n_rounds - 1];
    int status = 0;
    for (size_t i = 0; i < checking->n_rounds * checking->plan.n_probes; i++) {
        const struct traffic_round *round = checking->rounds[i / checking->plan.n_probes];
        size_t p = i % checking->plan.n_probes;
        bool passed = round->excuses[p] && traffic_probe_conforms(last, &checking->plan, p);
        for (size_t host = 0; passed && host < checking->topology->n_hosts && status == 0; host++) {
            status = add(checking, round, p, host);
        }
    }
    return status;
}

static const char *text_of(const struct checking *checking, const struct run_transient *transient,
                           struct base_arena *arena)
{
    struct base_buffer text = {0};
    base_put_format(&text, "in round %u", transient->first);
    if (transient->last != transient->first) {
        base_put_format(&text, " to %u", transient->last);
    }
    base_put_format(&text, " of %zu, %u copies came instead of %u", checking->n_rounds,
                    transient->came, transient->wanted);
    if (transient->altered > 0) {
        base_put_format(&text, ", %u of them altered", transient->altered);
    }
    if (transient->late > 0) {
        base_put_format(&text, ", %u of them late", transient->late);
    }
    base_put_format(&text, ", while %s", transient->excuse);
    return base_arena_take(arena, &text);
}

int run_transient_report(const struct checking *checking)
{
    const struct topology_host *hosts = checking->topology->hosts;
    struct base_arena *arena = &checking->report->arena;
    for (size_t i = 0; i < checking->n_transients; i++) {
        const struct run_transient *transient = &checking->transients[i];
        const char *from = hosts[transient->from].name, *to = hosts[transient->to].name;
        const char *id = base_arena_format(arena, "transient/%s/%s", from, to);
        struct result *result = id ? report_add(checking->report, RESULT_TRANSIENT, id) : NULL;
        if (!result) {
            return base_fail(checking->error, "out of memory");
        }
        result->from = from;
        result->to = to;
        result->detail = text_of(checking, transient, arena);
    }
    return 0;
}
