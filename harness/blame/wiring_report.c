/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of each cable? */
#include "blame/wiring.h"

#include "state/state.h"

#include <stdlib.h>
#include <string.h>

static const char *const reasons[] = {
    [BLAME_WIRED_IDLE] = "no frame is known to have crossed it",
    [BLAME_WIRED_OPEN] = "the way of the frames that may have crossed it is not known",
    [BLAME_WIRED_SPARED] = "no frame is known to have crossed it, and one might do harm behind it",
    [BLAME_WIRED_UNCOUNTED] = "a port does not count",
    [BLAME_WIRED_LATE] = "a port has not counted in time",
    [BLAME_WIRED_ALIKE] = "it counts as another cable does",
    [BLAME_WIRED_OTHERWISE] = "its ports do not count alike",
    [BLAME_WIRED_STILL] = "the port counters of a switch at its ends do not move",
    [BLAME_WIRED_DISPUTED] = "its ports do not count alike",
    [BLAME_WIRED_MANY] = "more than 2,048 ports are not compared",
};

struct telling {
    const struct blame_wiring *wiring;
    const struct expectation *expectation;
    const struct topology *topology;
    struct base_arena *arena;
};

static const char *name(const struct telling *telling, const struct blame_end *at)
{
    return at->kind == BLAME_END_HOST
               ? telling->topology->hosts[at->host].name
               : topology_port_name(telling->topology, at->port, telling->arena);
}

/* The host of a cable; NULL: it is a link. */
static const struct topology_host *host_of(const struct telling *telling, size_t cable)
{
    size_t n_links = telling->topology->n_links;
    return cable < n_links ? NULL : &telling->topology->hosts[cable - n_links];
}

static const char *name_cable(const struct telling *telling, size_t cable)
{
    const struct topology_host *host = host_of(telling, cable);
    return topology_cable_name(
        telling->topology, host ? host->port : telling->topology->links[cable].a, telling->arena);
}

/* The far end of the cable that begins here by the topology. */
static size_t far(const struct blame_wiring *wiring, size_t end)
{
    return end < 2 * wiring->n_cables ? end ^ 1 : INDEX_NONE;
}

/* Whether the other cable at `real` leads to where x should: these two are exchanged, as far as is
 * known. */
static bool is_exchanged(const struct blame_wiring *wiring, size_t x, size_t real)
{
    size_t z = far(wiring, x), w = far(wiring, real);
    return w != INDEX_NONE && (wiring->really[z] == INDEX_NONE || wiring->really[z] == w) &&
           (wiring->really[w] == INDEX_NONE || wiring->really[w] == z);
}

/* Named as blame_swap names it: in the order of the topology. */
const char *blame_wiring_cause(const struct blame_wiring *wiring, size_t cable,
                               struct base_arena *arena, enum cause_kind *kind)
{
    struct telling telling = {.wiring = wiring, .topology = wiring->topology, .arena = arena};
    size_t x = wiring->elsewhere[cable].x, real = wiring->elsewhere[cable].real;
    *kind = is_exchanged(wiring, x, real) ? CAUSE_SWAP : CAUSE_CABLE;
    if (*kind == CAUSE_CABLE) {
        return name_cable(&telling, x / 2);
    }
    size_t first = x < real ? x / 2 : real / 2, second = x < real ? real / 2 : x / 2;
    return base_arena_format(arena, "%s, %s", name_cable(&telling, first),
                             name_cable(&telling, second));
}

const char *blame_wiring_text(const struct blame_wiring *wiring, size_t cable,
                              struct base_arena *arena)
{
    struct telling telling = {.wiring = wiring, .topology = wiring->topology, .arena = arena};
    const struct blame_elsewhere *elsewhere = &wiring->elsewhere[cable];
    return base_arena_format(arena, "%s is cabled to %s, not to %s",
                             name(&telling, &elsewhere->here), name(&telling, &elsewhere->there),
                             name(&telling, &elsewhere->other));
}

static void tell_wrong(const struct telling *telling, size_t cable, struct result *result)
{
    const struct blame_elsewhere *elsewhere = &telling->wiring->elsewhere[cable];
    const struct blame_end *here = &elsewhere->here, *there = &elsewhere->there,
                           *other = &elsewhere->other;
    const char *at = name(telling, here), *to = name(telling, there),
               *not_to = name(telling, other);
    result->verdict = VERDICT_FAIL;
    result->expected = base_arena_format(telling->arena, "%s - %s", at, not_to);
    result->observed = base_arena_format(telling->arena, "%s - %s", at, to);
    result->says[SAYS_DECLARED] = result->expected;
    result->says[SAYS_COUNTED] =
        here->left > 0
            ? base_arena_format(telling->arena, "%ld frames left %s, %ld came to %s, %ld to %s",
                                here->tx, at, there->rx, to, other->rx, not_to)
            : base_arena_format(telling->arena, "%ld frames came to %s, %ld left %s, %ld left %s",
                                here->rx, at, there->tx, to, other->tx, not_to);
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_COUNTED;
    result->detail = blame_wiring_text(telling->wiring, cable, telling->arena);
    result->cause = result->suspect =
        blame_wiring_cause(telling->wiring, cable, telling->arena, &result->cause_kind);
}

/* More came out of one end than went in at the other one, or less. */
static void tell_disputed(const struct telling *telling, size_t cable, struct result *result)
{
    const struct blame_end *a = &telling->wiring->sums[2 * cable], *b = a + 1;
    long there = labs(a->tx - b->rx), back = labs(b->tx - a->rx);
    const struct blame_end *from = b->rx < 0 || (a->rx >= 0 && back > there) ? b : a,
                           *to = from == a ? b : a;
    result->verdict = VERDICT_INCONCLUSIVE;
    result->cause_kind = CAUSE_CABLE;
    result->cause = result->suspect = name_cable(telling, cable);
    result->says[SAYS_COUNTED] =
        base_arena_format(telling->arena, "%ld frames left %s, %ld came to %s", from->tx,
                          name(telling, from), to->rx, name(telling, to));
    result->detail =
        base_arena_format(telling->arena, "its ports do not count alike, again and again: %s",
                          result->says[SAYS_COUNTED]);
}

/* Whether a switch says of itself what this result blames it for. */
static bool is_admitted(const struct report *report, const struct result *result)
{
    bool admitted = false;
    for (size_t i = 0; i < report->n_results && !admitted; i++) {
        const struct result *other = &report->results[i];
        admitted = other->kind != RESULT_TRAFFIC && other->kind != RESULT_WIRING &&
                   other->verdict != VERDICT_PASS && other->cause && result->cause &&
                   strcmp(other->cause, result->cause) == 0;
    }
    return admitted;
}

/* What fails of a host that is elsewhere fails for that, unless a table is wrong, too. */
static void take_over(const struct topology_host *host, const struct result *told,
                      struct report *report)
{
    for (size_t i = 0; i < report->n_results; i++) {
        struct result *result = &report->results[i];
        bool its = (result->from && strcmp(result->from, host->name) == 0) ||
                   (result->to && strcmp(result->to, host->name) == 0);
        if (result->kind == RESULT_TRAFFIC && result->verdict == VERDICT_FAIL && its &&
            !is_admitted(report, result)) {
            result->cause_kind = told->cause_kind;
            result->cause = result->suspect = told->cause;
        }
    }
}

/* What is being rewired, say, is not judged. NULL: it is judged. */
static const struct exception *ignored(const struct telling *telling, size_t cable)
{
    const struct exception *found = NULL;
    for (size_t i = 2 * cable; i < 2 * cable + 2 && telling->expectation && !found; i++) {
        const struct blame_end *end = &telling->wiring->ends[i];
        found = end->kind == BLAME_END_HOST ? NULL
                                            : state_ignored_port(telling->expectation, end->port);
    }
    return found;
}

static int tell(const struct telling *telling, size_t cable, struct report *report)
{
    const struct blame_wiring *wiring = telling->wiring;
    const struct topology_host *host = host_of(telling, cable);
    const char *id = base_arena_format(telling->arena, "wiring/%s", name_cable(telling, cable));
    struct result *result = id ? report_add(report, RESULT_WIRING, id) : NULL;
    if (!result) {
        return -1;
    }
    result->source =
        place_source(host ? host->place : telling->topology->links[cable].place, telling->arena);
    const struct exception *exception = ignored(telling, cable);
    if (exception) {
        result->verdict = VERDICT_SKIP;
        result->detail = exception->reason;
    } else if (wiring->wired[cable] == BLAME_WIRED_DISPUTED) {
        tell_disputed(telling, cable, result);
    } else if (wiring->wired[cable] == BLAME_WIRED_WRONG) {
        tell_wrong(telling, cable, result);
        if (host) {
            take_over(host,
                      &(struct result){.cause_kind = result->cause_kind, .cause = result->cause},
                      report);
        }
    }
    return 0;
}

int blame_wiring_report(const struct blame_wiring *wiring, const struct expectation *expectation,
                        struct report *report)
{
    struct telling telling = {wiring, expectation, wiring->topology, &report->arena};
    struct report_coverage *coverage = &report->coverage;
    coverage->untold =
        base_arena_alloc(&report->arena, (wiring->n_cables + 1) * sizeof *coverage->untold);
    if (!coverage->untold) {
        return -1;
    }
    for (size_t i = 0; i < wiring->n_cables; i++) {
        if (host_of(&telling, i) && wiring->wired[i] == BLAME_WIRED_IDLE) {
            continue;
        }
        coverage->n_cables++;
        bool told = wiring->wired[i] <= BLAME_WIRED_WRONG;
        if (!told) {
            coverage->untold[coverage->n_untold++] = (struct missed){
                .what = name_cable(&telling, i), .reason = reasons[wiring->wired[i]]};
        }
        if ((told || wiring->wired[i] == BLAME_WIRED_DISPUTED) && tell(&telling, i, report) < 0) {
            return -1;
        }
    }
    return 0;
}
