/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/round.h"

#include <string.h>

int judge_round_init(struct judge_round *round, const struct judge_plan *plan, const bool *captures,
                     size_t n_hosts)
{
    *round = (struct judge_round){.captures = captures, .n_hosts = n_hosts};
    size_t n = plan->n_probes ? plan->n_probes : 1;
    round->seen = base_arena_alloc(&round->arena, n * sizeof(struct judge_seen *));
    round->sent = base_arena_alloc(&round->arena, n * sizeof *round->sent);
    round->hosts = base_arena_alloc(&round->arena, (n_hosts + 1) * sizeof *round->hosts);
    return round->seen && round->sent && round->hosts ? 0 : -1;
}

void judge_round_free(struct judge_round *round)
{
    base_arena_free(&round->arena);
    *round = (struct judge_round){0};
}

static struct judge_seen *find_seen(const struct judge_round *round, size_t probe, size_t host)
{
    struct judge_seen *seen = round->seen[probe];
    while (seen && seen->host != host) {
        seen = seen->next;
    }
    return seen;
}

static struct judge_seen *get_seen(struct judge_round *round, size_t probe, size_t host)
{
    struct judge_seen *seen = find_seen(round, probe, host);
    if (!seen && (seen = base_arena_alloc(&round->arena, sizeof *seen))) {
        *seen = (struct judge_seen){.next = round->seen[probe], .host = host};
        round->seen[probe] = seen;
    }
    return seen;
}

void judge_round_see(struct judge_round *round, size_t probe, size_t host, size_t form)
{
    struct judge_seen *seen = get_seen(round, probe, host);
    if (seen) {
        seen->copies++;
        seen->forms[form < JUDGE_FORMS_MAX ? form : JUDGE_FORMS_MAX - 1]++;
    }
}

void judge_round_see_altered(struct judge_round *round, size_t probe, size_t host,
                             const char *alteration)
{
    struct judge_seen *seen = get_seen(round, probe, host);
    if (seen && seen->altered++ == 0) {
        seen->alteration = base_arena_text(&round->arena, alteration);
    }
}

const struct judge_seen *judge_round_seen(const struct judge_round *round, size_t probe,
                                          size_t host)
{
    static const struct judge_seen nothing = {0};
    const struct judge_seen *seen = find_seen(round, probe, host);
    return seen ? seen : &nothing;
}

unsigned judge_seen_count(const struct judge_round *round, size_t probe, size_t host)
{
    const struct judge_seen *seen = judge_round_seen(round, probe, host);
    return seen->copies + seen->altered;
}

static const struct judge_expected_arrival *expected_at(const struct judge_probe *probe,
                                                        size_t host)
{
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        if (probe->arrivals[i].host == host) {
            return &probe->arrivals[i];
        }
    }
    return NULL;
}

size_t judge_round_wrong_form(const struct judge_round *round, const struct judge_plan *plan,
                              size_t probe, size_t host)
{
    const struct judge_expected_arrival *expected = expected_at(&plan->probes[probe], host);
    const struct judge_seen *seen = judge_round_seen(round, probe, host);
    /* Where claims and ports do not agree on the number, forms say nothing. */
    if (!expected || expected->n_as != expected->copies || expected->n_as > JUDGE_FORMS_MAX) {
        return SIZE_MAX;
    }
    for (size_t form = 0; form < expected->n_as; form++) {
        if (seen->forms[form] > round->sent[probe]) {
            return form;
        }
    }
    return SIZE_MAX;
}

bool judge_probe_conforms(const struct judge_round *round, const struct judge_plan *plan,
                          size_t probe)
{
    for (size_t host = 0; round->sent[probe] && host < round->n_hosts; host++) {
        const struct judge_seen *seen = judge_round_seen(round, probe, host);
        unsigned want = judge_plan_copies(&plan->probes[probe], host) * round->sent[probe];
        if (round->captures[host] &&
            (seen->altered > 0 || seen->copies != want ||
             judge_round_wrong_form(round, plan, probe, host) != SIZE_MAX)) {
            return false;
        }
    }
    return true;
}

bool judge_round_conforms(const struct judge_round *round, const struct judge_plan *plan)
{
    for (size_t p = 0; p < plan->n_probes; p++) {
        if (!judge_probe_conforms(round, plan, p)) {
            return false;
        }
    }
    return true;
}

/* Compared by number of copies; their form is the expectation's business. */
bool judge_probe_follows(const struct judge_round *round, size_t probe,
                         const struct judge_walk *walk)
{
    for (size_t host = 0; host < round->n_hosts; host++) {
        if (round->captures[host] && judge_seen_count(round, probe, host) !=
                                         judge_walk_copies(walk, host) * round->sent[probe]) {
            return false;
        }
    }
    return true;
}

bool judge_round_follows(const struct judge_round *round, const struct judge_plan *plan,
                         const struct topology *topology, const struct judge_forwarding *advertised)
{
    struct judge_walk walk;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct judge_probe *probe = &plan->probes[p];
        judge_walk_from(topology, advertised, probe->from, &probe->header, &walk);
        if (round->sent[p] && walk.known && !judge_probe_follows(round, p, &walk)) {
            return false;
        }
    }
    return true;
}

bool judge_round_equal(const struct judge_round *a, const struct judge_round *b,
                       const struct judge_plan *plan)
{
    for (size_t p = 0; p < plan->n_probes; p++) {
        for (size_t host = 0; host < a->n_hosts; host++) {
            const struct judge_seen *x = judge_round_seen(a, p, host);
            const struct judge_seen *y = judge_round_seen(b, p, host);
            if (x->copies * b->sent[p] != y->copies * a->sent[p] ||
                x->altered * b->sent[p] != y->altered * a->sent[p]) {
                return false;
            }
        }
    }
    return true;
}
