/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes tell cables apart that have counted alike, if they are sent in different numbers? */
#include "base/memory.h"
#include "blame/wiring.h"

#include <stdlib.h>

enum {
    STEP = 4,   /* between two numbers of frames: more than may come from elsewhere */
    DIGITS = 16 /* so many numbers at least: cables that are more get several, one a burst */
};

/* Digits to a base that is so large that two of them tell all. */
unsigned blame_wiring_number(size_t k, size_t n, unsigned nth)
{
    size_t base = DIGITS;
    while (base * base < n) {
        base++;
    }
    /* Of few cables the second number is as good as the first, but another. */
    size_t digit = nth % 2 == 0 ? k % base : n <= base ? base - 1 - k : k / base;
    return STEP * (unsigned)(digit + 1);
}

/* A probe of each cable, by link; SIZE_MAX: none. */
struct aiming {
    const struct blame_wiring *wiring;
    const struct traffic_evidence *evidence;
    size_t *probes;
    struct path_walk walk;
};

static bool is_wanted(const struct blame_wiring *wiring, size_t link)
{
    enum blame_wired wired = wiring->wired[link];
    return wired == BLAME_WIRED_ALIKE || wired == BLAME_WIRED_OTHERWISE;
}

/* A contradiction wants another reading to confirm it. */
static bool is_contradicted(const struct blame_wiring *wiring)
{
    bool found = false;
    for (size_t i = 0; i < wiring->topology->n_links; i++) {
        found |= wiring->wired[i] == BLAME_WIRED_OTHERWISE;
    }
    return found;
}

/* The link between a switch and the one before it on the way. */
static size_t link_at(const struct aiming *aiming, size_t hop)
{
    const struct topology *topology = aiming->wiring->topology;
    struct port_ref in = aiming->walk.hops[hop].in;
    for (size_t i = 0; i < topology->n_links; i++) {
        if (port_ref_equal(topology->links[i].a, in) || port_ref_equal(topology->links[i].b, in)) {
            return i;
        }
    }
    return INDEX_NONE;
}

/* A probe whose copies all arrived is the one of the first cable on its ways that has none. */
static void aim(struct aiming *aiming, size_t p)
{
    const struct path_walk *walk = &aiming->walk;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        for (size_t hop = walk->arrivals[i].hop; walk->hops[hop].previous != HOP_NONE;
             hop = walk->hops[hop].previous) {
            size_t link = aiming->evidence->round->captures[walk->arrivals[i].host]
                              ? link_at(aiming, hop)
                              : INDEX_NONE;
            if (link != INDEX_NONE && aiming->probes[link] == INDEX_NONE &&
                is_wanted(aiming->wiring, link)) {
                aiming->probes[link] = p;
                return;
            }
        }
    }
}

static size_t aim_all(struct aiming *aiming)
{
    const struct traffic_evidence *evidence = aiming->evidence;
    size_t n = 0, n_links = aiming->wiring->topology->n_links;
    for (size_t i = 0; i < n_links; i++) {
        aiming->probes[i] = INDEX_NONE;
    }
    for (size_t p = 0; p < evidence->plan->n_probes; p++) {
        const struct traffic_probe *probe = &evidence->plan->probes[p];
        path_follow_from(evidence->tables, probe->from, &probe->header, &aiming->walk);
        if (evidence->round->sent[p] > 0 && aiming->walk.known &&
            traffic_probe_follows(evidence->round, p, &aiming->walk)) {
            aim(aiming, p);
        }
    }
    for (size_t i = 0; i < n_links; i++) {
        n += aiming->probes[i] != INDEX_NONE;
    }
    return n;
}

bool blame_wiring_aim(const struct blame_wiring *wiring, const struct traffic_evidence *evidence,
                      unsigned nth, unsigned *times)
{
    struct aiming *aiming = base_calloc(1, sizeof *aiming);
    size_t n_links = wiring->topology->n_links, n = 0, k = 0;
    if (aiming) {
        *aiming = (struct aiming){.wiring = wiring, .evidence = evidence};
        aiming->probes = base_calloc(n_links + 1, sizeof *aiming->probes);
        n = aiming->probes ? aim_all(aiming) : 0;
    }
    bool helps = n > 0 && (nth == 0 || (nth == 1 && n > DIGITS) || is_contradicted(wiring));
    for (size_t i = 0; i < n_links && helps; i++) {
        if (aiming->probes[i] != INDEX_NONE) {
            times[aiming->probes[i]] += blame_wiring_number(k++, n, nth);
        }
    }
    free(aiming ? aiming->probes : NULL);
    free(aiming);
    return helps;
}
