/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/shots.h"

#include "judge/locate_inside.h"

struct aiming {
    const struct judge_evidence *evidence;
    struct judge_shot *shots;
    size_t n_shots;
    struct judge_walk walk;
};

static bool is_aimed_at(const struct aiming *aiming, size_t from, size_t to)
{
    for (size_t i = 0; i < aiming->n_shots; i++) {
        const struct judge_shot *shot = &aiming->shots[i];
        if (aiming->evidence->plan->probes[shot->probe].from == from && shot->to == to) {
            return true;
        }
    }
    return false;
}

static void aim_along(struct aiming *aiming, size_t p, const struct judge_walk_arrival *arrival)
{
    const struct judge_walk *walk = &aiming->walk;
    struct judge_way way;
    judge_way_to(walk, arrival->hop, &way);
    for (size_t depth = 1; depth <= way.n_hops && aiming->n_shots < JUDGE_SHOTS_MAX; depth++) {
        size_t i = way.n_hops - depth;
        const struct judge_hop *next = depth > 1 ? &walk->hops[way.hops[i + 1]] : NULL;
        aiming->shots[aiming->n_shots++] =
            (struct judge_shot){.probe = p,
                                .to = arrival->host,
                                .depth = (unsigned)depth,
                                .by = {.sw = walk->hops[way.hops[i]].in.sw,
                                       .port = next ? next->out : arrival->header.in_port},
                                .header = next ? next->header : arrival->header};
    }
}

static void aim(struct aiming *aiming, size_t p)
{
    const struct judge_evidence *evidence = aiming->evidence;
    const struct judge_walk *walk = &aiming->walk;
    size_t from = evidence->plan->probes[p].from;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        size_t to = walk->arrivals[i].host;
        const struct judge_seen *seen = judge_round_seen(evidence->round, p, to);
        /* Of one that arrives twice nobody could tell which of the two it is. */
        bool once = judge_walk_copies(walk, to) == 1;
        if (once && evidence->round->captures[to] &&
            (seen->altered > 0 || seen->copies != evidence->round->sent[p]) &&
            !is_aimed_at(aiming, from, to)) {
            aim_along(aiming, p, &walk->arrivals[i]);
        }
    }
}

size_t judge_shots(const struct judge_evidence *evidence, struct judge_shot shots[JUDGE_SHOTS_MAX])
{
    struct aiming aiming = {.evidence = evidence, .shots = shots};
    struct judge_forwarding advertised = judge_advertised_by(evidence->before);
    for (size_t p = 0; p < evidence->plan->n_probes; p++) {
        const struct judge_probe *probe = &evidence->plan->probes[p];
        if (evidence->round->sent[p] && !judge_probe_conforms(evidence->round, evidence->plan, p)) {
            judge_walk_from(evidence->expectation->topology, &advertised, probe->from,
                            &probe->header, &aiming.walk);
            aim(&aiming, p);
        }
    }
    return aiming.n_shots;
}
