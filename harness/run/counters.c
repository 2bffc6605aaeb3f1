/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the switches say of the frames, by their counters, and by frames that
 * they send themselves? */
#include "base/memory.h"
#include "blame/shots.h"
#include "run/inside.h"

#include <stdlib.h>

/* Flow counters follow the packets by up to 400 ms on Open vSwitch. */
enum {
    COUNT_STEP_MS = 50,
    LEFT_MS = 200,
    STILL_MS = 1000,
    REFRESH_MS = 10000, /* the shortest interval that is published of counters which lag more */
};

void run_checking_be_patient(struct checking *checking)
{
    checking->patient_ns =
        run_checking_now_ns(checking) + checking->options->converge_ms * UINT64_C(1000000);
}

bool run_checking_has_stood_still(struct checking *checking, uint64_t since_ns)
{
    bool is_worth_it = checking->options->converge_ms >= REFRESH_MS;
    checking->stood_still |= !is_worth_it && run_checking_ms_since(checking, since_ns) >= STILL_MS;
    return checking->stood_still;
}

/* Whether they have counted what they must; what leaked, too, unless that takes too long. */
static bool is_counted(const struct checking *checking, uint64_t start_ns)
{
    const struct run_look *now = &checking->now;
    return traffic_count_reached(&now->count, checking->topology, now->states.right,
                                 now->later.right) &&
           (run_checking_ms_since(checking, start_ns) >= LEFT_MS ||
            traffic_count_left(&now->count, checking->topology, now->states.right,
                               now->later.right));
}

/* How many frames the host has sent in rounds before the last one, since the first that was kept.
 */
static long count_earlier(const struct checking *checking, size_t host)
{
    long n = 0;
    for (size_t i = checking->first.round->number - 1u; i + 1 < checking->n_rounds; i++) {
        const struct traffic_round *round = checking->rounds[i];
        n += (long)round->hosts[host].n_spoken;
        for (size_t p = 0; p < checking->plan.n_probes; p++) {
            n += checking->plan.probes[p].from == host ? (long)round->sent[p] : 0;
        }
    }
    return n;
}

/* Whether a port had not yet counted what entered it in earlier rounds when the last one began. */
static bool begins_late(const struct checking *checking)
{
    bool late = false;
    for (size_t host = 0; host < checking->topology->n_hosts && !late; host++) {
        long rx = traffic_count_rx(checking->first.states.right, checking->now.states.right,
                                   checking->topology->hosts[host].port, NULL);
        late = rx >= 0 && rx < count_earlier(checking, host);
    }
    return late;
}

/* Whether what ports have counted since the round began may be what was sent before it: what they
 * count a second late, unless it is known that they had counted all. */
static bool lags(const struct checking *checking, uint64_t start_ns)
{
    const struct run_look *now = &checking->now;
    if (!traffic_count_surely(&now->count, checking->topology, now->states.right,
                              now->later.right)) {
        return true;
    }
    return checking->first.round ? begins_late(checking)
                                 : run_checking_ms_since(checking, start_ns) >= STILL_MS;
}

/* Reads the counters, which follow the packets late, until they have counted
 * all probes of the last round, or time is over. */
static int read_until_counted(struct checking *checking)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    struct run_look *now = &checking->now;
    now->lags = true;
    for (;;) {
        if (run_checking_read(checking, checking->reads, &now->later) < 0) {
            return -1;
        }
        now->lags = now->lags && lags(checking, start_ns);
        if (run_checking_now_ns(checking) >= checking->patient_ns ||
            is_counted(checking, start_ns)) {
            checking->report->timing.count_ms = run_checking_ms_since(checking, start_ns);
            return 0;
        }
        run_probing_drain(&checking->probing, COUNT_STEP_MS);
    }
}

int run_checking_count_early(struct checking *checking)
{
    return run_checking_read(checking, CHANNEL_PORTS, &checking->now.early);
}

int run_checking_expect_counts(struct checking *checking, struct run_look *look)
{
    traffic_count_free(&look->count);
    look->counted = true;
    return traffic_count_init(&look->count, &checking->plan, look->round, &look->tables,
                              look->states.right) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

int run_checking_count(struct checking *checking)
{
    run_progress(checking->options, "reading the counters");
    return run_checking_expect_counts(checking, &checking->now) < 0 ? -1
                                                                    : read_until_counted(checking);
}

/* A shot is the rest of a probe's way, but by the tables as they are by now. */
static int leave_out_harm(struct checking *checking)
{
    struct traffic_harmless harmless;
    size_t n = 0;
    if (run_checking_harmless(checking, &harmless) < 0) {
        return -1;
    }
    run_probing_recall(&checking->probing, &harmless);
    for (size_t i = 0; i < checking->n_shots; i++) {
        const struct traffic_shot *shot = &checking->shots[i];
        struct peer peer = topology_peer(checking->topology, shot->by);
        size_t from = checking->plan.probes[shot->probe].from;
        if (peer.kind != PEER_SWITCH ||
            !traffic_harm_at(&harmless, from, peer.port, &shot->header, NULL)) {
            checking->shots[n++] = *shot;
        }
    }
    checking->n_shots = n;
    traffic_harmless_close(&harmless);
    return 0;
}

/* Where frames are altered hosts cannot always tell by which cable. */
int run_checking_shoot(struct checking *checking)
{
    struct traffic_evidence evidence = run_checking_evidence(checking);
    run_progress(checking->options, "having switches send");
    if (blame_shots(&evidence, &checking->shots, &checking->n_shots) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    if (leave_out_harm(checking) < 0) {
        return -1;
    }
    return run_probing_shoot(&checking->probing, &checking->network, checking->shots,
                             checking->n_shots, checking->error);
}
