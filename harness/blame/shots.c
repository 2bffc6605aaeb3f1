/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames should switches send themselves, to show which cable of a way is bad? */
#include "blame/shots.h"

#include "path/part.h"

struct aiming {
    const struct traffic_evidence *evidence;
    struct traffic_shot *shots;
    size_t n_shots, capacity;
    bool no_memory;
    struct path_walk walk;
};

static bool is_aimed_at(const struct aiming *aiming, size_t from, size_t to)
{
    for (size_t i = 0; i < aiming->n_shots; i++) {
        const struct traffic_shot *shot = &aiming->shots[i];
        if (aiming->evidence->plan->probes[shot->probe].from == from && shot->to == to) {
            return true;
        }
    }
    return false;
}

static void aim_along(struct aiming *aiming, size_t p, const struct path_walk_arrival *arrival)
{
    const struct path_walk *walk = &aiming->walk;
    struct path_way way;
    path_way_to(walk, arrival->hop, &way);
    for (size_t depth = 1; depth <= way.n_hops; depth++) {
        if (base_grow(&aiming->shots, aiming->n_shots, &aiming->capacity, sizeof *aiming->shots) <
            0) {
            aiming->no_memory = true;
            return;
        }
        size_t i = way.n_hops - depth;
        const struct path_hop *next = depth > 1 ? &walk->hops[way.hops[i + 1]] : NULL;
        aiming->shots[aiming->n_shots++] =
            (struct traffic_shot){.probe = p,
                                  .to = arrival->host,
                                  .depth = (unsigned)depth,
                                  .by = {.sw = walk->hops[way.hops[i]].in.sw,
                                         .port = next ? next->out : arrival->header.in_port},
                                  .header = next ? next->header : arrival->header};
    }
}

static void aim(struct aiming *aiming, size_t p)
{
    const struct traffic_evidence *evidence = aiming->evidence;
    const struct path_walk *walk = &aiming->walk;
    size_t from = evidence->plan->probes[p].from;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        size_t to = walk->arrivals[i].host;
        const struct traffic_seen *seen = traffic_round_seen(evidence->round, p, to);
        /* Of a probe that arrives twice the two copies cannot be told apart. */
        bool once = path_walk_copies(walk, to) == 1;
        if (once && evidence->round->captures[to] &&
            (seen->altered > 0 || seen->copies != evidence->round->sent[p]) &&
            !is_aimed_at(aiming, from, to)) {
            aim_along(aiming, p, &walk->arrivals[i]);
        }
    }
}

int blame_shots(const struct traffic_evidence *evidence, struct traffic_shot **shots,
                size_t *n_shots)
{
    struct aiming aiming = {.evidence = evidence};
    for (size_t p = 0; p < evidence->plan->n_probes && !aiming.no_memory; p++) {
        const struct traffic_probe *probe = &evidence->plan->probes[p];
        if (evidence->round->sent[p] &&
            !traffic_probe_conforms(evidence->round, evidence->plan, p)) {
            path_follow_from(evidence->tables, probe->from, &probe->header, &aiming.walk);
            aim(&aiming, p);
        }
    }
    *shots = aiming.shots;
    *n_shots = aiming.n_shots;
    return aiming.no_memory ? -1 : 0;
}
