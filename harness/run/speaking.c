/* SPDX-License-Identifier: Apache-2.0
 *
 * What do hosts say before probes go through NORMAL, and was it heard where it was meant for? */
#include "run/inside.h"

#include <string.h>

enum {
    SPEECHES = 2,           /* of each: one may be lost */
    SPEECH_LEARNED_MS = 50, /* so long may a switch take to heed what it has heard: what a host says
                               to itself comes nowhere, and flows that it keeps in mind are older */
};

static const uint64_t ns_in_ms = 1000000;

/* False: it was not sent. */
static bool say(struct run_probing *probing, size_t number)
{
    bool is_sent = false;
    const struct traffic_speech *speech = &probing->plan->speeches[number];
    size_t station = probing->stations->station_of[speech->from];
    struct frame_mark mark = {
        .number = (uint32_t)number, .round = probing->round_number, .kind = FRAME_SPEECH};
    struct base_buffer frame = {0};
    run_probing_pace(probing);
    if (frame_build(&probing->run, &mark, &speech->header, &speech->header, &frame, NULL) == 0 &&
        probing->stations->world->station_send(probing->stations->set, station, frame.data,
                                               frame.n_bytes, NULL) == 0) {
        is_sent = true;
        probing->round->hosts[speech->from].n_spoken++;
        probing->round->hosts[speech->from].sent_bytes += frame.n_bytes;
    }
    base_buffer_free(&frame);
    return is_sent;
}

static bool is_to_itself(const struct traffic_speech *speech)
{
    return memcmp(speech->header.dl_src, speech->header.dl_dst, BASE_MAC_BYTES) == 0;
}

static bool may_say(const struct run_probing *probing, const struct traffic_speech *speech)
{
    return !traffic_harm(probing->harmless, speech->from, &speech->header, NULL);
}

static bool is_interrupted(const struct run_probing *probing)
{
    return run_is_interrupted(probing->stations->world);
}

/* What was heard of those that hosts said to themselves, or to others. */
static void recall(const struct run_probing *probing, const struct traffic_harmless *harmless,
                   bool to_itself)
{
    const struct traffic_plan *plan = probing->plan;
    for (size_t i = 0; i < plan->n_speeches; i++) {
        if (probing->heard[i] && is_to_itself(&plan->speeches[i]) == to_itself) {
            traffic_harmless_hear(harmless, &plan->speeches[i]);
        }
    }
}

/* Every host to itself, and then a moment for those frames. */
static void say_all(struct run_probing *probing)
{
    const struct traffic_plan *plan = probing->plan;
    for (size_t i = 0; i < SPEECHES * plan->n_speeches && !is_interrupted(probing); i++) {
        size_t number = i % plan->n_speeches;
        const struct traffic_speech *speech = &plan->speeches[number];
        if (is_to_itself(speech) && may_say(probing, speech)) {
            probing->heard[number] |= say(probing, number);
        }
    }
    run_probing_wait(probing, SPEECH_LEARNED_MS);
    recall(probing, probing->harmless, true);
}

static bool until_heard(void *aux, const struct station_arrival *arrival)
{
    const struct run_probing *probing = aux;
    return run_probing_arrival(aux, arrival) || probing->heard[probing->listens_for];
}

/* To another host: when it is heard, every switch on the way has learned. False: it is not. */
static bool say_until_heard(struct run_probing *probing, size_t number)
{
    probing->listens_for = number;
    for (unsigned n = 0; n < SPEECHES && !probing->heard[number] && !is_interrupted(probing); n++) {
        say(probing, number);
        run_probing_receive(probing, run_probing_now_ns(probing) + RUN_SETTLE_MS * ns_in_ms,
                            until_heard);
        if (!probing->heard[number]) {
            run_probing_wait(probing, 0);
        }
    }
    return probing->heard[number];
}

bool run_probing_speak(struct run_probing *probing)
{
    const struct traffic_plan *plan = probing->plan;
    bool more = false;
    traffic_harmless_listen(probing->harmless);
    memset(probing->heard, 0, plan->n_speeches * sizeof *probing->heard);
    if (plan->n_speeches == 0) {
        return false;
    }
    if (probing->spoke_ns == 0) {
        probing->spoke_ns = run_probing_now_ns(probing);
    }
    say_all(probing);
    for (size_t i = 0; i < plan->n_speeches && !is_interrupted(probing); i++) {
        const struct traffic_speech *speech = &plan->speeches[i];
        bool is_said = !is_to_itself(speech) && may_say(probing, speech);
        if (is_said && say_until_heard(probing, i)) {
            traffic_harmless_hear(probing->harmless, speech);
        }
        more |= is_said;
    }
    if (more) {
        run_probing_wait(probing, SPEECH_LEARNED_MS);
    }
    return true;
}

void run_probing_recall(const struct run_probing *probing, const struct traffic_harmless *harmless)
{
    traffic_harmless_listen(harmless);
    recall(probing, harmless, true);
    recall(probing, harmless, false);
}
