/* SPDX-License-Identifier: Apache-2.0
 *
 * Where do the counters of ports say that the cables are? */
#include "base/memory.h"
#include "run/inside.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 2, STEP_MAX_MS = 50, BURSTS_MAX = 3 };

/* Readings, each of what was sent since the one before. */
struct wiring {
    struct checking *checking;
    struct run_states states[2 + BURSTS_MAX]; /* [0] is not used: the first is that of the check */
    size_t n_states;
    struct traffic_count count, counts; /* of the first round; of the last sendings */
    struct blame_reading first;
};

/* Reads ports until they have counted what `count` says, or time is over. */
static int measure(struct wiring *wiring, const struct switch_state *const *before,
                   const struct traffic_count *count, struct blame_reading *reading)
{
    struct checking *checking = wiring->checking;
    struct run_states *after = &wiring->states[wiring->n_states++];
    for (unsigned ms = STEP_MS;; ms = 2 * ms < STEP_MAX_MS ? 2 * ms : STEP_MAX_MS) {
        if (run_checking_read(checking, CHANNEL_PORTS, after) < 0) {
            return -1;
        }
        *reading = (struct blame_reading){.before = before, .after = after->right, .count = count};
        if (blame_wiring_read(&checking->wiring, reading) ||
            run_checking_now_ns(checking) >= checking->patient_ns ||
            run_is_interrupted(checking->world)) {
            blame_wiring_note(&checking->wiring);
            return 0;
        }
        run_probing_drain(&checking->probing, ms);
    }
}

static int decide(struct wiring *wiring)
{
    struct checking *checking = wiring->checking;
    struct traffic_evidence evidence = run_checking_evidence(checking);
    return blame_wiring_decide(&checking->wiring, &evidence, &wiring->first) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

/* What the last reading said, before the next one. */
static const struct switch_state *const *before(const struct wiring *wiring)
{
    return wiring->states[wiring->n_states - 1].right;
}

static int count_round(struct wiring *wiring, const struct traffic_round *round,
                       const struct switch_state *const *states, struct traffic_count *count)
{
    struct checking *checking = wiring->checking;
    traffic_count_free(count);
    return traffic_count_init(count, &checking->plan, round, &checking->now.tables, states) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

/* Probes of the last round once more, each so often that cables differ. */
static int send_burst(struct wiring *wiring, const unsigned *times)
{
    struct checking *checking = wiring->checking;
    struct traffic_round round, *last = checking->probing.round;
    struct blame_reading reading;
    if (traffic_round_init(&round, &checking->plan, checking->stations.captures,
                           checking->topology->n_hosts) < 0) {
        traffic_round_free(&round);
        return base_fail(checking->error, "out of memory");
    }
    run_probing_burst(&checking->probing, &round, times);
    checking->probing.round = last;
    int status = count_round(wiring, &round, before(wiring), &wiring->counts) < 0 ||
                         measure(wiring, before(wiring), &wiring->counts, &reading) < 0
                     ? -1
                     : decide(wiring);
    traffic_round_free(&round);
    return status;
}

static int send_bursts(struct wiring *wiring)
{
    struct checking *checking = wiring->checking;
    struct traffic_evidence evidence = run_checking_evidence(checking);
    unsigned *times = base_calloc(checking->plan.n_probes + 1, sizeof *times);
    int status = times ? 0 : base_fail(checking->error, "out of memory");
    for (unsigned nth = 0; nth < BURSTS_MAX && status == 0 && !run_is_interrupted(checking->world);
         nth++) {
        memset(times, 0, checking->plan.n_probes * sizeof *times);
        if (!blame_wiring_aim(&checking->wiring, &evidence, nth, times)) {
            break;
        }
        status = send_burst(wiring, times);
    }
    free(times);
    return status;
}

/* What was sent between the reading before the round and the one behind it. */
static int measure_round(struct wiring *wiring)
{
    struct checking *checking = wiring->checking;
    if (count_round(wiring, checking->now.round, checking->now.states.right, &wiring->count) < 0 ||
        measure(wiring, checking->now.states.right, &wiring->count, &wiring->first) < 0) {
        return -1;
    }
    return decide(wiring);
}

int run_checking_wire(struct checking *checking)
{
    if (!run_selects_cables(checking->options, checking->topology)) {
        return 0;
    }
    if (blame_wiring_open(&checking->wiring, checking->topology, checking->now.states.right) < 0) {
        blame_wiring_close(&checking->wiring);
        return 0; /* too many ports */
    }
    struct wiring wiring = {.checking = checking, .n_states = 1};
    uint64_t start_ns = run_checking_now_ns(checking);
    run_progress(checking->options, "looking at the cables");
    int status = measure_round(&wiring) < 0 ? -1 : send_bursts(&wiring);
    checking->report->timing.count_ms += run_checking_ms_since(checking, start_ns);
    for (size_t i = 0; i < wiring.n_states; i++) {
        run_states_free(&wiring.states[i]);
    }
    traffic_count_free(&wiring.count);
    traffic_count_free(&wiring.counts);
    return status;
}
