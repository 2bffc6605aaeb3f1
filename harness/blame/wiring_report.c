/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of each cable between two switches? */
#include "blame/wiring.h"

static const char *const reasons[] = {
    [BLAME_WIRED_IDLE] = "no frame crossed it",
    [BLAME_WIRED_OPEN] = "the way of the frames that may have crossed it is not known",
    [BLAME_WIRED_SPARED] = "no frame crossed it, and one might do harm behind it",
    [BLAME_WIRED_UNCOUNTED] = "a port does not count",
    [BLAME_WIRED_LATE] = "a port has not counted in time",
    [BLAME_WIRED_ALIKE] = "it counts as another cable does",
    [BLAME_WIRED_OTHERWISE] = "its ports do not count alike",
    [BLAME_WIRED_STILL] = "the port counters of a switch at its ends do not move",
    [BLAME_WIRED_MANY] = "more than 2,048 ports are not compared",
};

struct telling {
    const struct blame_wiring *wiring;
    const struct topology *topology;
    struct base_arena *arena;
};

static const char *name(const struct telling *telling, size_t end)
{
    return topology_port_name(telling->topology, telling->wiring->ends[end].port, telling->arena);
}

static const char *cable(const struct telling *telling, size_t link)
{
    return topology_cable_name(telling->topology, telling->topology->links[link].a, telling->arena);
}

/* The far end of the cable that begins here by the topology. */
static size_t far(const struct blame_wiring *wiring, size_t end)
{
    return end < 2 * wiring->topology->n_links ? end ^ 1 : INDEX_NONE;
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
static void blame(const struct telling *telling, size_t x, size_t real, struct result *result)
{
    const struct blame_wiring *wiring = telling->wiring;
    result->cause_kind = is_exchanged(wiring, x, real) ? CAUSE_SWAP : CAUSE_CABLE;
    result->cause = cable(telling, x / 2);
    if (result->cause_kind == CAUSE_SWAP) {
        size_t first = x < real ? x / 2 : real / 2, second = x < real ? real / 2 : x / 2;
        result->cause = base_arena_format(telling->arena, "%s, %s", cable(telling, first),
                                          cable(telling, second));
    }
    result->suspect = result->cause;
}

/* x should be cabled to `far`, and is cabled to `real`. */
static void tell_wrong(const struct telling *telling, size_t x, struct result *result)
{
    const struct blame_wiring *wiring = telling->wiring;
    size_t z = far(wiring, x), real = wiring->really[x];
    const struct blame_end *here = &wiring->ends[x], *there = &wiring->ends[real],
                           *other = &wiring->ends[z];
    const char *at = name(telling, x), *to = name(telling, real), *not_to = name(telling, z);
    result->verdict = VERDICT_FAIL;
    result->expected = base_arena_format(telling->arena, "%s - %s", at, not_to);
    result->observed = base_arena_format(telling->arena, "%s - %s", at, to);
    result->says[SAYS_DECLARED] = result->expected;
    result->says[SAYS_COUNTED] =
        here->sure > 0
            ? base_arena_format(telling->arena, "%ld frames left %s, %ld came to %s, %ld to %s",
                                here->tx, at, there->rx, to, other->rx, not_to)
            : base_arena_format(telling->arena, "%ld frames came to %s, %ld left %s, %ld left %s",
                                here->rx, at, there->tx, to, other->tx, not_to);
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_COUNTED;
    result->detail =
        base_arena_format(telling->arena, "%s is cabled to %s, not to %s", at, to, not_to);
    blame(telling, x, real, result);
}

static int tell(const struct telling *telling, size_t link, struct report *report)
{
    const struct blame_wiring *wiring = telling->wiring;
    const char *id = base_arena_format(telling->arena, "wiring/%s", cable(telling, link));
    struct result *result = id ? report_add(report, RESULT_WIRING, id) : NULL;
    if (!result) {
        return -1;
    }
    result->source = place_source(telling->topology->links[link].place, telling->arena);
    if (wiring->wired[link] == BLAME_WIRED_WRONG) {
        size_t a = 2 * link;
        tell_wrong(telling, wiring->really[a] != INDEX_NONE ? a : a + 1, result);
    }
    return 0;
}

int blame_wiring_report(const struct blame_wiring *wiring, struct report *report)
{
    struct telling telling = {wiring, wiring->topology, &report->arena};
    struct report_coverage *coverage = &report->coverage;
    size_t n_links = wiring->topology->n_links;
    coverage->untold = base_arena_alloc(&report->arena, (n_links + 1) * sizeof *coverage->untold);
    if (!coverage->untold) {
        return -1;
    }
    coverage->n_cables = n_links;
    for (size_t i = 0; i < n_links; i++) {
        if (wiring->wired[i] > BLAME_WIRED_WRONG) {
            coverage->untold[coverage->n_untold++] =
                (struct missed){.what = cable(&telling, i), .reason = reasons[wiring->wired[i]]};
        } else if (tell(&telling, i, report) < 0) {
            return -1;
        }
    }
    return 0;
}
