/* SPDX-License-Identifier: Apache-2.0
 *
 * How long is waited, for frames and between them? */
#include "run/inside.h"

static const uint64_t ns_in_ms = 1000000;

bool run_probing_receive(struct run_probing *probing, uint64_t deadline_ns,
                         station_on_arrival *handler)
{
    return probing->stations->world->station_receive(probing->stations->set, (int64_t)deadline_ns,
                                                     handler, probing, NULL) >= 0;
}

/* Stations behind a command have sent what they were given, and reported what they
 * saw: then nothing is on the way but in the network. */
void run_probing_synchronize(struct run_probing *probing)
{
    probing->stations->world->station_sync(
        probing->stations->set, (int64_t)(run_probing_now_ns(probing) + RUN_SYNC_MS * ns_in_ms),
        run_probing_arrival, probing, NULL);
}

void run_probing_wait(struct run_probing *probing, unsigned ms)
{
    run_probing_synchronize(probing);
    run_probing_receive(probing, run_probing_now_ns(probing) + ms * ns_in_ms, run_probing_arrival);
}

void run_probing_pace(struct run_probing *probing)
{
    if (probing->gap_ns > 0) {
        run_probing_receive(probing, probing->next_ns, run_probing_arrival);
        uint64_t now = run_probing_now_ns(probing);
        probing->next_ns = (now > probing->next_ns ? now : probing->next_ns) + probing->gap_ns;
    }
}

static uint64_t settle_ns(const struct run_probing *probing)
{
    uint64_t ns = 4 * probing->slowest_ns;
    ns = ns > RUN_SETTLE_MS * ns_in_ms ? ns : RUN_SETTLE_MS * ns_in_ms;
    return ns < RUN_SETTLE_MAX_MS * ns_in_ms ? ns : RUN_SETTLE_MAX_MS * ns_in_ms;
}

/* Until nothing of ours has come for one settling time; bounded, in case that
 * somebody sends our own frames back endlessly. */
void run_probing_settle(struct run_probing *probing)
{
    uint64_t bound = run_probing_now_ns(probing) + 4 * RUN_SETTLE_MAX_MS * ns_in_ms;
    uint64_t deadline = probing->last_ns + settle_ns(probing);
    while (run_probing_now_ns(probing) < deadline && run_probing_now_ns(probing) < bound &&
           run_probing_receive(probing, deadline < bound ? deadline : bound, run_probing_arrival)) {
        deadline = probing->last_ns + settle_ns(probing);
    }
    /* What came before the deadline may still be unread. */
    run_probing_receive(probing, 0, run_probing_arrival);
}

void run_probing_drain(struct run_probing *probing, unsigned ms)
{
    run_probing_receive(probing, run_probing_now_ns(probing) + ms * ns_in_ms, run_probing_arrival);
    run_probing_synchronize(probing);
}
