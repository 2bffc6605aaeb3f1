/* SPDX-License-Identifier: Apache-2.0
 *
 * Which hosts may receive headers of which it is not known what a switch does
 * with them? */
#include "base/memory.h"
#include "prove/inside.h"

#include <stdlib.h>

/* It only narrows what is unknown: to follow it from each cable of a network as
 * far as a proof goes would take longer than all proofs. */
enum { SPREAD_SHARES = 16 };

/* Everything that may leave the switch, whatever it does, is followed from the
 * ports that its cables lead to. Over the budget any host may receive it. */
static int spread_from(struct prove_context *context, size_t sw, size_t *budget, bool *switches,
                       bool *hosts)
{
    int status = 0;
    size_t end = context->actual.begins[sw + 1];
    for (size_t i = context->actual.begins[sw]; i < end && status == 0; i++) {
        const struct path_cable *cable = &context->actual.cables[i];
        struct path_reach reach = {0};
        if (cable->peer.kind == PEER_HOST) {
            hosts[cable->peer.host] = true;
            continue;
        }
        status = path_reach(&context->actual, cable->peer.port, budget, &reach);
        for (size_t a = 0; a < reach.n_arrivals; a++) {
            hosts[reach.arrivals[a].host] = true;
        }
        for (size_t u = 0; u < reach.n_unknowns; u++) {
            switches[reach.unknowns[u].hop->in.sw] = true;
        }
        for (size_t h = 0; h < context->topology->n_hosts; h++) {
            hosts[h] = hosts[h] || reach.exhausted;
        }
        path_reach_free(&reach);
    }
    return status;
}

/* By host: whether it may receive what comes to this switch, if nothing is known
 * of that. NULL without memory. */
static bool *spread(struct prove_context *context, size_t sw)
{
    size_t n = context->topology->n_switches;
    bool *hosts = base_calloc(context->topology->n_hosts + 1, sizeof *hosts);
    bool *seen = base_calloc(2 * n + 1, sizeof *seen), *done = seen + n;
    size_t budget = context->budget / SPREAD_SHARES;
    int status = hosts && seen ? 0 : -1;
    if (status == 0) {
        seen[sw] = true;
    }
    for (size_t i = 0; i < n && status == 0;) {
        bool is_new = seen[i] && !done[i];
        if (is_new) {
            done[i] = true;
            status = spread_from(context, i, &budget, seen, hosts);
        }
        i = is_new ? 0 : i + 1; /* from the first again: there may be more */
    }
    free(seen);
    if (status < 0) {
        free(hosts);
        return NULL;
    }
    return hosts;
}

bool prove_may_reach(const struct prove_sender *sender, const struct path_unknown *unknown,
                     size_t to)
{
    size_t sw = unknown->hop->in.sw;
    bool **spreads = sender->context->spreads;
    if (!spreads[sw]) {
        spreads[sw] = spread(sender->context, sw);
    }
    return !spreads[sw] || spreads[sw][to];
}
