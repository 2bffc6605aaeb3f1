/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes tell cables apart that have counted alike, if they are sent in different numbers? */
#include "base/memory.h"
#include "blame/wiring.h"

#include <stdlib.h>

enum {
    STEP = 4,       /* between two numbers of frames: more than may come from elsewhere */
    DIGITS = 16,    /* so many numbers at least: cables that are more get several, one a burst */
    AGAIN_MAX = 128 /* of what has contradicted the topology so many frames are sent again */
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

/* A probe of each end of a cable, which comes out there: that of link->a at twice the index of the
 * link, that of b behind it; INDEX_NONE: none. */
struct aiming {
    const struct blame_wiring *wiring;
    const struct traffic_evidence *evidence;
    size_t *probes;
    size_t *n_sent; /* by host: for so many cables */
    struct path_walk walk;
};

static bool is_contradicted(const struct blame_wiring *wiring, size_t cable)
{
    return wiring->wired[cable] == BLAME_WIRED_OTHERWISE ||
           wiring->wired[cable] == BLAME_WIRED_DISPUTED;
}

static bool is_wanted(const struct blame_wiring *wiring, size_t cable)
{
    return wiring->wired[cable] == BLAME_WIRED_ALIKE || is_contradicted(wiring, cable);
}

/* Whether another burst for n cables may tell more of those in [first, end): a contradiction wants
 * another reading to confirm it. */
static bool helps(const struct blame_wiring *wiring, size_t first, size_t end, size_t n,
                  unsigned nth)
{
    bool contradicted = false;
    for (size_t i = first; i < end; i++) {
        contradicted |= is_contradicted(wiring, i);
    }
    return n > 0 && (nth == 0 || (nth == 1 && n > DIGITS) || contradicted);
}

/* The end at which it came to this switch. */
static size_t end_at(const struct aiming *aiming, size_t hop)
{
    size_t n = 2 * aiming->wiring->topology->n_links;
    for (size_t i = 0; i < n; i++) {
        const struct topology_link *link = &aiming->wiring->topology->links[i / 2];
        if (port_ref_equal(i % 2 ? link->b : link->a, aiming->walk.hops[hop].in)) {
            return i;
        }
    }
    return INDEX_NONE;
}

/* A probe that went this way is the one of the first cable on it that has none in this direction.
 * arrived: its copies all did, and it is seen where they do; else it is for what contradicts. */
static void aim(struct aiming *aiming, size_t p, bool arrived)
{
    const struct path_walk *walk = &aiming->walk;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        for (size_t hop = walk->arrivals[i].hop; walk->hops[hop].previous != HOP_NONE;
             hop = walk->hops[hop].previous) {
            bool seen = !arrived || aiming->evidence->round->captures[walk->arrivals[i].host];
            size_t end = seen ? end_at(aiming, hop) : INDEX_NONE;
            if (end != INDEX_NONE && aiming->probes[end] == INDEX_NONE &&
                is_wanted(aiming->wiring, end / 2) &&
                (arrived || is_contradicted(aiming->wiring, end / 2))) {
                aiming->probes[end] = p;
                return;
            }
        }
    }
}

/* By the way that it took, of those that switches choose between. */
static void aim_by_ways(struct aiming *aiming, size_t p, bool arrived)
{
    const struct traffic_evidence *evidence = aiming->evidence;
    const struct traffic_probe *probe = &evidence->plan->probes[p];
    struct port_ref in = aiming->wiring->topology->hosts[probe->from].port;
    struct space_choices choices = {0};
    do {
        path_follow_chosen(evidence->tables, in, &probe->header, NULL, &choices, &aiming->walk);
        if (aiming->walk.known &&
            (!arrived || traffic_probe_follows(evidence->round, p, &aiming->walk))) {
            aim(aiming, p, arrived);
        }
    } while (aiming->walk.reason != path_choices && space_choices_next(&choices));
}

static void aim_all(struct aiming *aiming)
{
    const struct traffic_evidence *evidence = aiming->evidence;
    for (size_t i = 0; i < 2 * aiming->wiring->topology->n_links; i++) {
        aiming->probes[i] = INDEX_NONE;
    }
    for (size_t i = 0; i < 2 * evidence->plan->n_probes; i++) {
        size_t p = i % evidence->plan->n_probes;
        if (evidence->round->sent[p] > 0) {
            aim_by_ways(aiming, p, i == p);
        }
    }
}

/* The probe that is sent again for each cable, now by link; returns for how many. Of what crosses a
 * cable one way and the other it is that of the host which sends for fewer cables so far: cables
 * that follow each other carry the same, but where a switch between them has its ends exchanged
 * that goes the wrong way. */
static size_t choose_all(struct aiming *aiming)
{
    size_t n = 0;
    for (size_t i = 0; i < aiming->wiring->topology->n_links; i++) {
        const struct traffic_probe *probes = aiming->evidence->plan->probes;
        size_t there = aiming->probes[2 * i], back = aiming->probes[2 * i + 1];
        bool turns = there == INDEX_NONE ||
                     (back != INDEX_NONE &&
                      aiming->n_sent[probes[back].from] < aiming->n_sent[probes[there].from]);
        aiming->probes[i] = turns ? back : there;
        if (aiming->probes[i] != INDEX_NONE) {
            aiming->n_sent[probes[aiming->probes[i]].from]++;
            n++;
        }
    }
    return n;
}

/* How much a probe does besides entering its switch: the less the better. INDEX_NONE: it goes
 * to a controller. */
static size_t effect_of(struct aiming *aiming, const struct traffic_probe *probe)
{
    const struct topology *topology = aiming->wiring->topology;
    struct path_walk *walk = &aiming->walk;
    struct path_touch touch;
    path_follow_touch(aiming->evidence->tables, topology->hosts[probe->from].port, &probe->header,
                      NULL, &touch, walk);
    /* What no entry takes may be told to a controller, too. */
    return touch.controller ? INDEX_NONE
                            : walk->n_hops + walk->n_arrivals + (touch.missed ? PATH_HOPS : 0);
}

/* That probe of a host which has the least effect; INDEX_NONE: none. */
static size_t choose_of_host(struct aiming *aiming, size_t host)
{
    const struct traffic_evidence *evidence = aiming->evidence;
    size_t best = INDEX_NONE, least = INDEX_NONE;
    for (size_t p = 0; p < evidence->plan->n_probes && least > 1; p++) {
        const struct traffic_probe *probe = &evidence->plan->probes[p];
        size_t effect = probe->from == host && evidence->round->sent[p] > 0
                            ? effect_of(aiming, probe)
                            : INDEX_NONE;
        if (effect < least) {
            best = p;
            least = effect;
        }
    }
    return best;
}

/* What shows in so many frames, and not in a few. */
static unsigned again(const struct blame_wiring *wiring)
{
    long most = 0;
    for (size_t i = 0; i < 2 * wiring->topology->n_links; i++) {
        long left = is_contradicted(wiring, i / 2) ? wiring->ends[i].left : 0;
        most = left > most ? left : most;
    }
    return most < AGAIN_MAX ? (unsigned)most : AGAIN_MAX;
}

bool blame_wiring_aim(const struct blame_wiring *wiring, const struct traffic_evidence *evidence,
                      unsigned nth, unsigned *times)
{
    struct aiming *aiming = base_calloc(1, sizeof *aiming);
    size_t n_links = wiring->topology->n_links, n = 0, k = 0;
    if (aiming) {
        *aiming = (struct aiming){.wiring = wiring, .evidence = evidence};
        aiming->probes = base_calloc(2 * n_links + 1, sizeof *aiming->probes);
        aiming->n_sent = base_calloc(wiring->topology->n_hosts + 1, sizeof *aiming->n_sent);
    }
    if (aiming && aiming->probes && aiming->n_sent) {
        aim_all(aiming);
        n = choose_all(aiming);
    }
    bool more = helps(wiring, 0, n_links, n, nth);
    for (size_t i = 0; i < n_links && more; i++) {
        if (aiming->probes[i] != INDEX_NONE) {
            times[aiming->probes[i]] += blame_wiring_number(k++, n, nth) + again(wiring);
        }
    }
    if (aiming) {
        free(aiming->probes);
        free(aiming->n_sent);
    }
    free(aiming);
    return more;
}

bool blame_wiring_aim_hosts(const struct blame_wiring *wiring,
                            const struct traffic_evidence *evidence, unsigned nth, unsigned *times)
{
    size_t n_links = wiring->topology->n_links, n = 0, k = 0;
    size_t *probes = base_calloc(wiring->n_cables - n_links + 1, sizeof *probes);
    struct aiming *aiming = base_calloc(1, sizeof *aiming);
    if (aiming) {
        aiming->wiring = wiring;
        aiming->evidence = evidence;
    }
    for (size_t cable = n_links; cable < wiring->n_cables && aiming && probes; cable++) {
        size_t host = cable - n_links;
        probes[host] = is_wanted(wiring, cable) ? choose_of_host(aiming, host) : INDEX_NONE;
        n += probes[host] != INDEX_NONE;
    }
    bool more = helps(wiring, n_links, wiring->n_cables, n, nth);
    for (size_t host = 0; host < wiring->n_cables - n_links && more; host++) {
        if (probes[host] != INDEX_NONE) {
            times[probes[host]] = blame_wiring_number(k++, n, nth);
        }
    }
    free(aiming);
    free(probes);
    return more;
}
