/* SPDX-License-Identifier: Apache-2.0
 *
 * Do frames do what they do because cables are in wrong places? */
#include "blame/swap.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Pairs that are looked at: beyond it a network is too large to guess in. */
enum { CABLES_MAX = 512 };

struct end {
    bool is_host;
    size_t host;
    struct port_ref port;
};

struct cable {
    struct end ends[2];
};

/* How two cables may be laid wrongly: which end of the second one the first
 * end of the first one is joined to, and whether the other two ends are joined. */
static const struct {
    int first, second;
    bool both;
} exchanges[] = {{0, 1, true},  {0, 0, true},  {0, 1, false},
                 {0, 0, false}, {1, 1, false}, {1, 0, false}};
enum { N_EXCHANGES = sizeof exchanges / sizeof *exchanges };

struct guess {
    size_t a, b;
    int exchange;
};

struct guessing {
    const struct traffic_evidence *evidence;
    const struct blame_wiring *wiring; /* NULL: nothing is told */
    const struct topology *topology;
    struct cable *cables;
    size_t n_cables;
    size_t *odd;  /* probes that do other than the tables say */
    bool *is_odd; /* by probe */
    size_t n_odd;
    struct topology changed;      /* its hosts and links are our own */
    struct path_network recabled; /* like this */
    bool no_memory;
    struct path_walk walk;
};

static void list_cables(struct guessing *guessing)
{
    const struct topology *topology = guessing->topology;
    for (size_t i = 0; i < topology->n_hosts; i++) {
        guessing->cables[guessing->n_cables++] =
            (struct cable){{{.port = topology->hosts[i].port}, {.is_host = true, .host = i}}};
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        guessing->cables[guessing->n_cables++] =
            (struct cable){{{.port = topology->links[i].a}, {.port = topology->links[i].b}}};
    }
}

/* `unknown`: the answer where it is not known what a switch does with the probe. */
static bool follows(struct guessing *guessing, const struct path_network *network, size_t p,
                    bool unknown)
{
    const struct traffic_probe *probe = &guessing->evidence->plan->probes[p];
    if (!guessing->evidence->round->sent[p]) {
        return true;
    }
    path_follow_from(network, probe->from, &probe->header, &guessing->walk);
    return guessing->walk.known
               ? traffic_probe_follows(guessing->evidence->round, p, &guessing->walk)
               : unknown;
}

static void find_odd(struct guessing *guessing)
{
    for (size_t p = 0; p < guessing->evidence->plan->n_probes; p++) {
        if (!follows(guessing, guessing->evidence->tables, p, true)) {
            guessing->odd[guessing->n_odd++] = p;
            guessing->is_odd[p] = true;
        }
    }
}

/* -------------------------------------------------------- another topology */

static void unplug(struct guessing *guessing, size_t cable)
{
    static const struct port_ref nowhere = {.port = PORT_NONE};
    size_t n_hosts = guessing->topology->n_hosts;
    if (cable < n_hosts) {
        guessing->changed.hosts[cable].port = nowhere;
    } else {
        struct topology_link *link = &guessing->changed.links[cable - n_hosts];
        link->a = link->b = nowhere;
    }
}

/* A cable between these ends, where the model has room for it: a host's, or
 * that of one of the two. False: two hosts, which no switch joins. */
static bool plug(struct guessing *guessing, const struct guess *guess, const struct end *x,
                 const struct end *y, bool first)
{
    size_t n_hosts = guessing->topology->n_hosts;
    if (x->is_host || y->is_host) {
        const struct end *host = x->is_host ? x : y, *port = x->is_host ? y : x;
        guessing->changed.hosts[host->host].port = port->port;
        return !port->is_host;
    }
    /* Of a host's cable and a link only one may become the link. */
    size_t cable = guess->a < n_hosts            ? guess->b
                   : guess->b < n_hosts || first ? guess->a
                                                 : guess->b;
    if (cable < n_hosts) {
        return false;
    }
    guessing->changed.links[cable - n_hosts].a = x->port;
    guessing->changed.links[cable - n_hosts].b = y->port;
    return true;
}

static bool exchange(struct guessing *guessing, const struct guess *guess)
{
    const struct cable *a = &guessing->cables[guess->a], *b = &guessing->cables[guess->b];
    int first = exchanges[guess->exchange].first, second = exchanges[guess->exchange].second;
    unplug(guessing, guess->a);
    unplug(guessing, guess->b);
    return plug(guessing, guess, &a->ends[first], &b->ends[second], true) &&
           (!exchanges[guess->exchange].both ||
            plug(guessing, guess, &a->ends[!first], &b->ends[!second], false));
}

static void put_back(struct guessing *guessing, size_t cable)
{
    size_t n_hosts = guessing->topology->n_hosts;
    if (cable < n_hosts) {
        guessing->changed.hosts[cable] = guessing->topology->hosts[cable];
    } else {
        guessing->changed.links[cable - n_hosts] = guessing->topology->links[cable - n_hosts];
    }
}

/* The network with the cables exchanged; false: that cannot be, or there is no memory. To be taken
 * back. */
static bool lay(struct guessing *guessing, const struct guess *guess)
{
    if (!exchange(guessing, guess)) {
        return false;
    }
    bool laid = path_network_recable(guessing->evidence->tables, &guessing->changed,
                                     &guessing->recabled) == 0;
    guessing->no_memory |= !laid;
    return laid;
}

static void take_back(struct guessing *guessing, const struct guess *guess)
{
    path_network_close(&guessing->recabled);
    put_back(guessing, guess->a);
    put_back(guessing, guess->b);
}

/* What a switch was told to send arrives where it should, or does not, as it
 * would in this network. */
static bool explains_shot(struct guessing *guessing, const struct traffic_shot *shot)
{
    struct peer peer = path_network_peer(&guessing->recabled, shot->by);
    bool arrives = peer.kind == PEER_HOST && peer.host == shot->to;
    if (peer.kind == PEER_SWITCH) {
        path_follow(&guessing->recabled, peer.port, &shot->header, NULL, &guessing->walk);
        arrives = path_walk_copies(&guessing->walk, shot->to) > 0;
    }
    return shot->sent == 0 || arrives == (shot->good > 0);
}

/* How many of the odd probes it leaves unexplained, `enough` for as many or
 * more, or if a shot or what was as it should be speaks against it. */
static size_t unexplained(struct guessing *guessing, size_t enough)
{
    size_t n = 0;
    for (size_t i = 0; i < guessing->n_odd && n < enough; i++) {
        n += !follows(guessing, &guessing->recabled, guessing->odd[i], false);
    }
    for (size_t i = 0; i < guessing->evidence->n_shots && n < enough; i++) {
        n = explains_shot(guessing, &guessing->evidence->shots[i]) ? n : enough;
    }
    for (size_t p = 0; p < guessing->evidence->plan->n_probes && n < enough; p++) {
        n = guessing->is_odd[p] || follows(guessing, &guessing->recabled, p, true) ? n : enough;
    }
    return n;
}

/* ----------------------------------------------------------------- counters */

static bool moves(const struct traffic_evidence *evidence, size_t sw)
{
    return traffic_count_ports_move(evidence->before[sw],
                                    evidence->after ? evidence->after[sw] : NULL);
}

/* What went into a cable at this end, or came out of it; -1: not known. */
static long count_in(const struct guessing *guessing, const struct end *end)
{
    const struct traffic_evidence *evidence = guessing->evidence;
    if (end->is_host) {
        return evidence->count ? (long)evidence->count->hosts[end->host].sent : -1;
    }
    return moves(evidence, end->port.sw)
               ? traffic_count_tx(evidence->before, evidence->after, end->port, NULL)
               : -1;
}

static long count_out(const struct guessing *guessing, const struct end *end)
{
    const struct traffic_evidence *evidence = guessing->evidence;
    if (end->is_host) {
        return evidence->count ? (long)(evidence->count->hosts[end->host].arrived +
                                        evidence->round->hosts[end->host].n_others)
                               : -1;
    }
    return moves(evidence, end->port.sw)
               ? traffic_count_rx(evidence->before, evidence->after, end->port, NULL)
               : -1;
}

/* What goes in at one end comes out at the other; some may be of others. */
static bool agree(long in, long out)
{
    enum { SLACK = 4 };
    long slack = in / 8 + SLACK;
    return in < 0 || out < 0 || (out >= in - slack && in >= out - slack);
}

static bool counters_agree(const struct guessing *guessing, const struct end *x,
                           const struct end *y)
{
    return agree(count_in(guessing, x), count_out(guessing, y)) &&
           agree(count_in(guessing, y), count_out(guessing, x));
}

/* Whether the counters at these ends are known. */
static bool are_counted(const struct guessing *guessing, const struct end *x, const struct end *y)
{
    return count_in(guessing, x) >= 0 && count_out(guessing, y) >= 0 &&
           count_in(guessing, y) >= 0 && count_out(guessing, x) >= 0;
}

/* The counters at the ends that a guess joins do not contradict it: of frames
 * that are lost nearly every exchange is an explanation. One end alone in a wrong place does the
 * same as a switch that sends by a wrong port: counters must tell them apart. */
static bool counted_so(const struct guessing *guessing, const struct guess *guess)
{
    const struct cable *a = &guessing->cables[guess->a], *b = &guessing->cables[guess->b];
    int first = exchanges[guess->exchange].first, second = exchanges[guess->exchange].second;
    return (exchanges[guess->exchange].both ||
            are_counted(guessing, &a->ends[first], &b->ends[second])) &&
           counters_agree(guessing, &a->ends[first], &b->ends[second]) &&
           (!exchanges[guess->exchange].both ||
            counters_agree(guessing, &a->ends[!first], &b->ends[!second]));
}

/* ------------------------------------------------------------------ telling */

static const char *end_text(const struct guessing *guessing, const struct end *end,
                            struct base_arena *arena)
{
    return end->is_host ? guessing->topology->hosts[end->host].name
                        : topology_port_name(guessing->topology, end->port, arena);
}

/* Whether the cables as they are laid now explain what a host sent; *odd: a probe of its that does
 * other than the tables say. */
static bool explains(struct guessing *guessing, const char *from, size_t *odd)
{
    bool open = false;
    *odd = INDEX_NONE;
    for (size_t i = 0; i < guessing->n_odd && !open; i++) {
        size_t sender = guessing->evidence->plan->probes[guessing->odd[i]].from;
        if (strcmp(guessing->topology->hosts[sender].name, from) == 0) {
            *odd = guessing->odd[i];
            open = !follows(guessing, &guessing->recabled, *odd, false);
        }
    }
    return !open && *odd != INDEX_NONE;
}

/* Whether a switch says of itself what this result blames its table for. */
static bool is_admitted(const struct report *report, const struct result *result)
{
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *other = &report->results[i];
        if (other->kind != RESULT_TRAFFIC && other->verdict != VERDICT_PASS && other->cause &&
            result->cause && strcmp(other->cause, result->cause) == 0) {
            return true;
        }
    }
    return false;
}

/* What is the matter with a probe. */
struct reason {
    enum cause_kind kind;
    const char *cause, *why;
};

typedef bool reason_fn(struct guessing *guessing, size_t odd, struct base_arena *arena,
                       struct reason *reason);

/* `given`: of all; or what finds it for each. */
static void tell(struct guessing *guessing, reason_fn *find, const struct reason *given,
                 struct report *report)
{
    for (size_t i = 0; i < report->n_results; i++) {
        struct result *result = &report->results[i];
        struct reason reason = given ? *given : (struct reason){0};
        size_t odd;
        if (result->kind == RESULT_TRAFFIC && result->verdict == VERDICT_FAIL &&
            !is_admitted(report, result) && explains(guessing, result->from, &odd) &&
            (!find || find(guessing, odd, &report->arena, &reason))) {
            result->cause_kind = reason.kind;
            result->cause = result->suspect = reason.cause;
            result->detail =
                base_arena_format(&report->arena, "%s; %s", result->detail, reason.why);
        }
    }
}

static void tell_guess(struct guessing *guessing, const struct guess *guess, struct report *report)
{
    struct base_arena *arena = &report->arena;
    const struct cable *a = &guessing->cables[guess->a], *b = &guessing->cables[guess->b];
    int first = exchanges[guess->exchange].first, second = exchanges[guess->exchange].second;
    const char *cause = base_arena_format(
        arena, "%s, %s", topology_cable_name(guessing->topology, a->ends[0].port, arena),
        topology_cable_name(guessing->topology, b->ends[0].port, arena));
    const char *x = end_text(guessing, &a->ends[first], arena);
    const char *y = end_text(guessing, &b->ends[second], arena);
    const char *why =
        exchanges[guess->exchange].both
            ? base_arena_format(arena, "%s and %s are swapped: %s is cabled to %s, and %s to %s", x,
                                end_text(guessing, &b->ends[!second], arena), x, y,
                                end_text(guessing, &b->ends[!second], arena),
                                end_text(guessing, &a->ends[!first], arena))
            : base_arena_format(arena, "%s is cabled to %s, not to %s", x, y,
                                end_text(guessing, &a->ends[!first], arena));
    if (lay(guessing, guess)) {
        tell(guessing, NULL, &(struct reason){CAUSE_SWAP, cause, why}, report);
    }
    take_back(guessing, guess);
}

/* Whether counters say that one of the two cables is where it should be. */
static bool is_right(const struct guessing *guessing, size_t a, size_t b)
{
    const struct blame_wiring *wiring = guessing->wiring;
    size_t n_hosts = guessing->topology->n_hosts, n_links = guessing->topology->n_links;
    bool right = false;
    for (size_t i = 0; i < 2 && wiring; i++) {
        size_t cable = i ? b : a;
        cable = cable < n_hosts ? n_links + cable : cable - n_hosts;
        right |= cable < wiring->n_cables && wiring->wired[cable] == BLAME_WIRED_RIGHT;
    }
    return right;
}

/* The only guess that explains the most, and that is the greater part: there may
 * be another fault besides. False: there is none, or there are two. */
static bool find_guess(struct guessing *guessing, struct guess *found)
{
    size_t best = guessing->n_odd / 2 + 1, n_found = 0;
    for (struct guess guess = {0}; guess.a < guessing->n_cables; guess.a++) {
        for (guess.b = guess.a + 1; guess.b < guessing->n_cables; guess.b++) {
            bool found_here = false, right = is_right(guessing, guess.a, guess.b);
            for (guess.exchange = 0; guess.exchange < N_EXCHANGES && !right; guess.exchange++) {
                size_t n = best + 1;
                if (counted_so(guessing, &guess) && lay(guessing, &guess)) {
                    n = unexplained(guessing, best + 1);
                }
                take_back(guessing, &guess);
                if (n < best || (n == best && n_found > 0 && !found_here)) {
                    n_found = n < best ? 1 : n_found + 1;
                    best = n;
                    *found = guess;
                    found_here = true;
                }
            }
        }
    }
    return n_found == 1;
}

static int make_room(struct guessing *guessing)
{
    const struct topology *topology = guessing->topology;
    size_t n_cables = topology->n_hosts + topology->n_links;
    guessing->cables = base_calloc(n_cables + 1, sizeof *guessing->cables);
    guessing->odd = base_calloc(guessing->evidence->plan->n_probes + 1, sizeof *guessing->odd);
    guessing->is_odd =
        base_calloc(guessing->evidence->plan->n_probes + 1, sizeof *guessing->is_odd);
    guessing->changed = *topology;
    guessing->changed.hosts = base_calloc(topology->n_hosts + 1, sizeof *topology->hosts);
    guessing->changed.links = base_calloc(topology->n_links + 1, sizeof *topology->links);
    if (!guessing->cables || !guessing->odd || !guessing->is_odd || !guessing->changed.hosts ||
        !guessing->changed.links) {
        return -1;
    }
    for (size_t i = 0; i < n_cables; i++) {
        put_back(guessing, i);
    }
    return 0;
}

/* ---------------------------------------------------------- what counters tell */

static bool is_elsewhere(const struct blame_wiring *wiring, size_t cable)
{
    return cable < wiring->n_cables && wiring->wired[cable] == BLAME_WIRED_WRONG;
}

/* Into the place of one of those that are elsewhere. */
static void plug_between(struct guessing *guessing, const struct blame_end *x,
                         const struct blame_end *y, size_t *n_free)
{
    while (*n_free < guessing->topology->n_links && !is_elsewhere(guessing->wiring, *n_free)) {
        ++*n_free;
    }
    if (x->kind == BLAME_END_HOST || y->kind == BLAME_END_HOST) {
        const struct blame_end *host = x->kind == BLAME_END_HOST ? x : y, *port = host == x ? y : x;
        guessing->changed.hosts[host->host].port = port->port;
    } else if (*n_free < guessing->topology->n_links) {
        guessing->changed.links[*n_free] = (struct topology_link){.a = x->port, .b = y->port};
        ++*n_free;
    }
}

/* The network with all cables that are elsewhere where counters tell them to be; false: none is. */
static bool lay_as_told(struct guessing *guessing)
{
    const struct blame_wiring *wiring = guessing->wiring;
    size_t n_links = guessing->topology->n_links, n_free = 0;
    bool any = false;
    for (size_t i = 0; wiring && i < wiring->n_cables; i++) {
        if (is_elsewhere(wiring, i)) {
            unplug(guessing, i < n_links ? guessing->topology->n_hosts + i : i - n_links);
            any = true;
        }
    }
    for (size_t x = 0; any && x < wiring->n_ends; x++) {
        size_t y = wiring->really[x];
        bool again = y != INDEX_NONE && y < x && wiring->really[y] == x;
        if (y != INDEX_NONE && !again) {
            plug_between(guessing, &wiring->ends[x], &wiring->ends[y], &n_free);
        }
    }
    bool laid = any && path_network_recable(guessing->evidence->tables, &guessing->changed,
                                            &guessing->recabled) == 0;
    guessing->no_memory |= any && !laid;
    return laid;
}

static size_t elsewhere_at(const struct guessing *guessing, struct port_ref port)
{
    const struct blame_wiring *wiring = guessing->wiring;
    size_t cable = INDEX_NONE;
    for (size_t end = 0; end < 2 * wiring->n_cables && cable == INDEX_NONE; end++) {
        bool here = wiring->ends[end].kind != BLAME_END_HOST &&
                    port_ref_equal(wiring->ends[end].port, port);
        cable = here && is_elsewhere(wiring, end / 2) ? end / 2 : INDEX_NONE;
    }
    return cable;
}

/* The first cable on the way of a probe that is elsewhere. */
static bool find_elsewhere(struct guessing *guessing, size_t odd, struct base_arena *arena,
                           struct reason *reason)
{
    const struct traffic_probe *probe = &guessing->evidence->plan->probes[odd];
    const struct path_network *ways[] = {guessing->evidence->tables, &guessing->recabled};
    size_t cable = INDEX_NONE;
    for (size_t w = 0; w < 2 && cable == INDEX_NONE; w++) {
        path_follow_from(ways[w], probe->from, &probe->header, &guessing->walk);
        for (size_t i = 0; i < guessing->walk.n_hops && cable == INDEX_NONE; i++) {
            cable = elsewhere_at(guessing, guessing->walk.hops[i].in);
        }
        for (size_t i = 0; i < guessing->walk.n_arrivals && cable == INDEX_NONE; i++) {
            const struct path_walk_arrival *arrival = &guessing->walk.arrivals[i];
            struct port_ref out = {.sw = guessing->walk.hops[arrival->hop].in.sw,
                                   .port = arrival->header.in_port};
            cable = elsewhere_at(guessing, out);
        }
    }
    if (cable != INDEX_NONE) {
        reason->cause = blame_wiring_cause(guessing->wiring, cable, arena, &reason->kind);
        reason->why = blame_wiring_text(guessing->wiring, cable, arena);
    }
    return cable != INDEX_NONE;
}

int blame_swap(const struct traffic_evidence *evidence, const struct blame_wiring *wiring,
               struct report *report)
{
    const struct topology *topology = evidence->expectation->topology;
    struct guessing *guessing = base_calloc(1, sizeof *guessing);
    if (!guessing) {
        return -1;
    }
    guessing->evidence = evidence;
    guessing->topology = topology;
    guessing->wiring = wiring && wiring->topology ? wiring : NULL;
    int status = make_room(guessing);
    if (status == 0) {
        struct guess guess;
        list_cables(guessing);
        find_odd(guessing);
        if (lay_as_told(guessing)) {
            tell(guessing, find_elsewhere, NULL, report);
            path_network_close(&guessing->recabled);
        } else if (guessing->n_odd > 0 && guessing->n_cables > CABLES_MAX) {
            report_note(report,
                        "whether cables are swapped was not looked for: there are %zu of them",
                        guessing->n_cables);
        } else if (guessing->n_odd > 0 && find_guess(guessing, &guess)) {
            tell_guess(guessing, &guess, report);
        }
    }
    status = guessing->no_memory ? -1 : status;
    free(guessing->cables);
    free(guessing->odd);
    free(guessing->is_odd);
    free(guessing->changed.hosts);
    free(guessing->changed.links);
    free(guessing);
    return status;
}
