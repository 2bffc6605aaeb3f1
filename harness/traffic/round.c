/* SPDX-License-Identifier: Apache-2.0
 *
 * What arrived in a round, and does it conform to the expectation, the tables, another round? */
#include "traffic/round.h"

#include "traffic/ways.h"

#include <string.h>

int traffic_round_init(struct traffic_round *round, const struct traffic_plan *plan,
                       const bool *captures, size_t n_hosts)
{
    *round = (struct traffic_round){.captures = captures, .n_hosts = n_hosts};
    size_t n = plan->n_probes ? plan->n_probes : 1;
    round->seen = base_arena_alloc(&round->arena, n * sizeof(struct traffic_seen *));
    round->sent = base_arena_alloc(&round->arena, n * sizeof *round->sent);
    round->sent_ns = base_arena_alloc(&round->arena, n * sizeof *round->sent_ns);
    round->excuses = base_arena_alloc(&round->arena, n * sizeof *round->excuses);
    round->hosts = base_arena_alloc(&round->arena, (n_hosts + 1) * sizeof *round->hosts);
    return round->seen && round->sent && round->sent_ns && round->excuses && round->hosts ? 0 : -1;
}

void traffic_round_free(struct traffic_round *round)
{
    base_arena_free(&round->arena);
    *round = (struct traffic_round){0};
}

static struct traffic_seen *find_seen(const struct traffic_round *round, size_t probe, size_t host)
{
    struct traffic_seen *seen = round->seen[probe];
    while (seen && seen->host != host) {
        seen = seen->next;
    }
    return seen;
}

static struct traffic_seen *get_seen(struct traffic_round *round, size_t probe, size_t host)
{
    struct traffic_seen *seen = find_seen(round, probe, host);
    if (!seen && (seen = base_arena_alloc(&round->arena, sizeof *seen))) {
        *seen = (struct traffic_seen){.next = round->seen[probe], .host = host};
        round->seen[probe] = seen;
    }
    return seen;
}

void traffic_round_see(struct traffic_round *round, size_t probe, size_t host, size_t form)
{
    struct traffic_seen *seen = get_seen(round, probe, host);
    if (seen) {
        seen->copies++;
        seen->forms[form < TRAFFIC_FORMS_MAX ? form : TRAFFIC_FORMS_MAX - 1]++;
    }
}

void traffic_round_see_altered(struct traffic_round *round, size_t probe, size_t host,
                               const char *alteration)
{
    struct traffic_seen *seen = get_seen(round, probe, host);
    if (seen && seen->altered++ == 0) {
        seen->alteration = base_arena_text(&round->arena, alteration);
    }
}

void traffic_round_see_late(struct traffic_round *round, size_t probe, size_t host, uint64_t ns)
{
    struct traffic_seen *seen = find_seen(round, probe, host);
    if (seen) {
        seen->late++;
        seen->late_ns = ns > seen->late_ns ? ns : seen->late_ns;
    }
}

void traffic_round_see_time(struct traffic_round *round, size_t probe, size_t host,
                            uint64_t time_ns)
{
    struct traffic_seen *seen = find_seen(round, probe, host);
    if (seen && time_ns > seen->last_ns) {
        seen->last_ns = time_ns;
    }
}

static unsigned most_sent(const struct traffic_round *round, const struct traffic_plan *plan)
{
    unsigned most = 0;
    for (size_t p = 0; p < plan->n_probes; p++) {
        most = round->sent[p] > most ? round->sent[p] : most;
    }
    return most;
}

/* By when all copies of a probe had come to a host, with them that of the last sending; UINT64_MAX:
 * some did not, or more. */
static uint64_t complete_ns(const struct traffic_round *round, const struct traffic_plan *plan,
                            size_t probe, const struct traffic_seen *seen)
{
    unsigned wanted = traffic_plan_copies(&plan->probes[probe], seen->host) * round->sent[probe];
    return seen->last_ns > 0 && wanted > 0 && seen->copies == wanted ? seen->last_ns : UINT64_MAX;
}

void traffic_round_find_overtaken(struct traffic_round *round, const struct traffic_plan *plan,
                                  uint64_t least_ns)
{
    /* When the first arrived of those that were sent later: as often as any, and so the last time,
     * too. */
    uint64_t first_ns = UINT64_MAX;
    unsigned most = most_sent(round, plan);
    for (size_t p = plan->n_probes; p-- > 0;) {
        uint64_t own_ns = UINT64_MAX;
        for (struct traffic_seen *seen = round->seen[p]; seen; seen = seen->next) {
            uint64_t ns = complete_ns(round, plan, p, seen);
            own_ns = ns < own_ns ? ns : own_ns;
            if (seen->last_ns > first_ns && seen->last_ns - first_ns >= least_ns) {
                seen->overtaken++;
                traffic_round_see_late(round, p, seen->host, seen->last_ns - round->sent_ns[p]);
            }
        }
        first_ns = round->sent[p] == most && own_ns < first_ns ? own_ns : first_ns;
    }
}

const struct traffic_seen *traffic_round_seen(const struct traffic_round *round, size_t probe,
                                              size_t host)
{
    static const struct traffic_seen nothing = {0};
    const struct traffic_seen *seen = find_seen(round, probe, host);
    return seen ? seen : &nothing;
}

unsigned traffic_seen_count(const struct traffic_round *round, size_t probe, size_t host)
{
    const struct traffic_seen *seen = traffic_round_seen(round, probe, host);
    return seen->copies + seen->altered;
}

size_t traffic_round_wrong_form(const struct traffic_round *round, const struct traffic_plan *plan,
                                size_t probe, size_t host)
{
    const struct traffic_expected_arrival *expected =
        traffic_plan_arrival(&plan->probes[probe], host);
    const struct traffic_seen *seen = traffic_round_seen(round, probe, host);
    /* Where claims and ports do not agree on the number, forms say nothing. */
    if (!expected || expected->more > 0 || expected->n_as != expected->copies ||
        expected->n_as > TRAFFIC_FORMS_MAX) {
        return FORM_NONE;
    }
    for (size_t form = 0; form < expected->n_as; form++) {
        if (seen->forms[form] > round->sent[probe]) {
            return form;
        }
    }
    return FORM_NONE;
}

/* Where it depends on the way. */
struct sum {
    unsigned least, most;    /* copies of each sending */
    unsigned missing, extra; /* of this one */
};

static struct sum sum_of(const struct traffic_round *round, const struct traffic_probe *probe,
                         size_t p, const struct traffic_way *way)
{
    struct sum sum = {0};
    for (size_t a = 0; a < probe->n_arrivals; a++) {
        unsigned came = traffic_seen_count(round, p, probe->arrivals[a].host);
        unsigned least = way->at[a].copies, most = least + way->at[a].more;
        if (traffic_ways_differ(probe, a)) {
            sum.least += least;
            sum.most += most;
            sum.missing += came < least ? least - came : 0;
            sum.extra += came > most ? came - most : 0;
        }
    }
    return sum;
}

/* What came to hosts where it depends on the way. False: one of them does not capture. */
static bool count_all(const struct traffic_round *round, const struct traffic_probe *probe,
                      size_t p, unsigned *came)
{
    bool all = true;
    *came = 0;
    for (size_t a = 0; a < probe->n_arrivals; a++) {
        if (traffic_ways_differ(probe, a)) {
            *came += traffic_seen_count(round, p, probe->arrivals[a].host);
            all &= round->captures[probe->arrivals[a].host];
        }
    }
    return all;
}

enum traffic_ways_fate traffic_ways_fate(const struct traffic_round *round,
                                         const struct traffic_plan *plan, size_t p,
                                         unsigned *wanted, unsigned *came)
{
    const struct traffic_probe *probe = &plan->probes[p];
    unsigned n = round->sent[p], least = UINT32_MAX, most = 0;
    struct sum nearest = {.missing = UINT32_MAX / 2};
    bool all = count_all(round, probe, p, came);
    for (size_t w = 0; w < probe->n_ways; w++) {
        struct sum sum = sum_of(round, probe, p, &probe->ways[w]);
        least = sum.least < least ? sum.least : least;
        most = sum.most > most ? sum.most : most;
        nearest = sum.missing + sum.extra < nearest.missing + nearest.extra ? sum : nearest;
    }
    *wanted = *came > most * n ? most : least;
    if (!all || n == 0 || probe->n_ways == 0) {
        return TRAFFIC_WAYS_TAKEN;
    }
    if (*came < least * n) {
        return TRAFFIC_WAYS_LOST;
    }
    if (*came > most * n) {
        return TRAFFIC_WAYS_EXTRA;
    }
    bool taken = n > 1 || nearest.missing + nearest.extra == 0;
    return taken                             ? TRAFFIC_WAYS_TAKEN
           : nearest.missing > nearest.extra ? TRAFFIC_WAYS_LOST
                                             : TRAFFIC_WAYS_EXTRA;
}

/* Whether a probe that has ways came by none, and one of them would bring it here. */
static bool is_off_its_ways(const struct traffic_round *round, const struct traffic_plan *plan,
                            size_t p, size_t host)
{
    unsigned wanted, came;
    return traffic_ways_concern(&plan->probes[p], host) &&
           traffic_ways_fate(round, plan, p, &wanted, &came) != TRAFFIC_WAYS_TAKEN;
}

/* Whether it conforms, if so many copies may be late. */
static bool seen_conforms(const struct traffic_round *round, const struct traffic_plan *plan,
                          size_t probe, size_t host, unsigned n_late)
{
    const struct traffic_seen *seen = traffic_round_seen(round, probe, host);
    unsigned n = round->sent[probe];
    return !n || !round->captures[host] ||
           (seen->altered == 0 && seen->late <= n_late &&
            seen->copies >= traffic_plan_copies(&plan->probes[probe], host) * n &&
            seen->copies <= traffic_plan_most(&plan->probes[probe], host) * n &&
            traffic_round_wrong_form(round, plan, probe, host) == FORM_NONE &&
            !is_off_its_ways(round, plan, probe, host));
}

bool traffic_seen_conforms(const struct traffic_round *round, const struct traffic_plan *plan,
                           size_t probe, size_t host)
{
    return seen_conforms(round, plan, probe, host, 0);
}

bool traffic_round_came(const struct traffic_round *round, const struct traffic_plan *plan)
{
    for (size_t i = 0; i < plan->n_probes * round->n_hosts; i++) {
        size_t probe = i / round->n_hosts, host = i % round->n_hosts;
        unsigned overtaken = traffic_round_seen(round, probe, host)->overtaken;
        if (!seen_conforms(round, plan, probe, host, overtaken)) {
            return false;
        }
    }
    return true;
}

bool traffic_probe_conforms(const struct traffic_round *round, const struct traffic_plan *plan,
                            size_t probe)
{
    bool conforms = true;
    for (size_t host = 0; host < round->n_hosts && conforms; host++) {
        conforms = traffic_seen_conforms(round, plan, probe, host);
    }
    return conforms;
}

bool traffic_round_conforms(const struct traffic_round *round, const struct traffic_plan *plan)
{
    for (size_t p = 0; p < plan->n_probes; p++) {
        if (!traffic_probe_conforms(round, plan, p)) {
            return false;
        }
    }
    return true;
}

bool traffic_round_misses(const struct traffic_round *round, const struct traffic_plan *plan)
{
    unsigned wanted, came;
    bool misses = false;
    for (size_t p = 0; p < plan->n_probes && !misses; p++) {
        misses = traffic_ways_fate(round, plan, p, &wanted, &came) == TRAFFIC_WAYS_LOST;
    }
    return misses;
}

bool traffic_round_fails(const struct traffic_round *round, const struct traffic_plan *plan)
{
    for (size_t p = 0; p < plan->n_probes; p++) {
        if (!round->excuses[p] && !traffic_probe_conforms(round, plan, p)) {
            return true;
        }
    }
    return false;
}

/* Compared by number of copies; their form is the expectation's business. */
bool traffic_probe_follows(const struct traffic_round *round, size_t probe,
                           const struct path_walk *walk)
{
    for (size_t host = 0; host < round->n_hosts; host++) {
        if (round->captures[host] && traffic_seen_count(round, probe, host) !=
                                         path_walk_copies(walk, host) * round->sent[probe]) {
            return false;
        }
    }
    return true;
}

bool traffic_round_follows(const struct traffic_round *round, const struct traffic_plan *plan,
                           const struct path_network *tables)
{
    struct path_walk walk;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        path_follow_from(tables, probe->from, &probe->header, &walk);
        if (round->sent[p] && walk.known && !traffic_probe_follows(round, p, &walk)) {
            return false;
        }
    }
    return true;
}

bool traffic_round_equal(const struct traffic_round *a, const struct traffic_round *b,
                         const struct traffic_plan *plan)
{
    for (size_t p = 0; p < plan->n_probes; p++) {
        for (size_t host = 0; host < a->n_hosts; host++) {
            const struct traffic_seen *x = traffic_round_seen(a, p, host);
            const struct traffic_seen *y = traffic_round_seen(b, p, host);
            if (x->copies * b->sent[p] != y->copies * a->sent[p] ||
                x->altered * b->sent[p] != y->altered * a->sent[p]) {
                return false;
            }
        }
    }
    return true;
}
