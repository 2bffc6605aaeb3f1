/* SPDX-License-Identifier: Apache-2.0
 *
 * Which copies of which frames have arrived where? */
#include "tapping/tally.h"

#include <stdlib.h>

struct tapping_sent {
    uint64_t now_ns, wall_ns;
    size_t n_missing; /* places where it must come, and has not */
    bool landed;      /* not in flight, though not complete */
};

static size_t slot_of(uint64_t number)
{
    return (size_t)(number & (TAPPING_KEPT_FRAMES - 1));
}

/* Memory that is not touched is not taken: calloc, and not one page more. */
int tapping_tally_init(struct tapping_tally *tally, struct tapping_place *places, size_t n_places,
                       struct base_error *error)
{
    *tally = (struct tapping_tally){.places = places, .n_places = n_places};
    tally->sent = calloc(TAPPING_KEPT_FRAMES, sizeof *tally->sent);
    bool failed = !tally->sent;
    for (size_t i = 0; i < n_places; i++) {
        tally->n_must += (places[i].role & TAPPING_MUST_COME) != 0;
        places[i].seen = calloc(TAPPING_KEPT_FRAMES, sizeof *places[i].seen);
        failed |= !places[i].seen;
    }
    if (failed) {
        tapping_tally_free(tally);
        return base_fail(error, "no memory to keep %d frames at %zu places", TAPPING_KEPT_FRAMES,
                         n_places);
    }
    return 0;
}

static void begin_outage(const struct tapping_tally *tally, struct tapping_place *place,
                         uint64_t number)
{
    if (place->n_outages < TAPPING_OUTAGES_MAX) {
        uint64_t begin_ns = tally->sent[slot_of(number)].now_ns - tally->start_ns;
        place->outages[place->n_outages] =
            (struct tapping_outage){.first = number, .begin_ns = begin_ns};
    }
    place->n_outages++;
}

static void decide_at(const struct tapping_tally *tally, struct tapping_place *place,
                      uint64_t number)
{
    bool lost = !place->seen[slot_of(number)];
    if (lost && !place->out) {
        begin_outage(tally, place, number);
    }
    if ((lost || place->out) && place->n_outages <= TAPPING_OUTAGES_MAX) {
        struct tapping_outage *outage = &place->outages[place->n_outages - 1];
        outage->n_frames += lost;
        outage->end_ns = tally->sent[slot_of(number)].now_ns - tally->start_ns;
    }
    place->n_lost += lost;
    place->out = lost;
}

static void decide(struct tapping_tally *tally, uint64_t number)
{
    for (size_t i = 0; i < tally->n_places; i++) {
        if (tally->places[i].role & TAPPING_MUST_COME) {
            decide_at(tally, &tally->places[i], number);
        }
        tally->places[i].seen[slot_of(number)] = 0;
    }
    tally->n_decided = number + 1;
}

void tapping_tally_send(struct tapping_tally *tally, uint64_t now_ns, uint64_t wall_ns)
{
    if (tally->n_sent == 0) {
        tally->start_ns = now_ns;
    }
    if (tally->n_sent - tally->n_decided == TAPPING_KEPT_FRAMES) {
        decide(tally, tally->n_decided);
    }
    tally->sent[slot_of(tally->n_sent)] =
        (struct tapping_sent){.now_ns = now_ns, .wall_ns = wall_ns, .n_missing = tally->n_must};
    tally->n_sent++;
    tally->n_flying++;
}

static bool is_complete(const struct tapping_tally *tally, const struct tapping_sent *sent)
{
    return tally->n_must > 0 && sent->n_missing == 0;
}

void tapping_tally_land(struct tapping_tally *tally, uint64_t before_ns)
{
    for (; tally->n_landed < tally->n_sent; tally->n_landed++) {
        struct tapping_sent *sent = &tally->sent[slot_of(tally->n_landed)];
        if (is_complete(tally, sent)) {
            continue;
        }
        if (sent->now_ns >= before_ns) {
            return;
        }
        sent->landed = true;
        tally->n_flying--;
    }
}

/* The first time at a place where it must come. */
static void count_missing(struct tapping_tally *tally, struct tapping_sent *sent)
{
    if (--sent->n_missing == 0) {
        tally->n_complete++;
        tally->n_flying -= !sent->landed;
    }
}

static enum tapping_sight count_first(struct tapping_tally *tally, struct tapping_place *place,
                                      uint64_t number, uint64_t wall_ns, uint64_t *latency_ns)
{
    struct tapping_sent *sent = &tally->sent[slot_of(number)];
    bool reordered = number < place->next;
    *latency_ns = wall_ns > sent->wall_ns ? wall_ns - sent->wall_ns : 0;
    tapping_latency_add(&place->latency, *latency_ns);
    place->n_came++;
    place->n_reordered += reordered;
    place->next = reordered ? place->next : number + 1;
    if (place->role & TAPPING_MUST_COME) {
        count_missing(tally, sent);
    }
    return reordered ? TAPPING_REORDERED : TAPPING_FIRST;
}

enum tapping_sight tapping_tally_arrive(struct tapping_tally *tally, size_t place_index,
                                        uint64_t number, uint64_t wall_ns, bool altered,
                                        uint64_t *latency_ns)
{
    struct tapping_place *place = &tally->places[place_index];
    *latency_ns = 0;
    if (number >= tally->n_sent) {
        return TAPPING_UNSENT;
    }
    place->n_arrived++;
    place->n_altered += altered;
    if (number < tally->n_decided) {
        place->n_late++;
        return TAPPING_LATE;
    }
    uint8_t *seen = &place->seen[slot_of(number)];
    *seen += *seen < UINT8_MAX;
    if (*seen == 1) {
        return count_first(tally, place, number, wall_ns, latency_ns);
    }
    place->n_duplicates++;
    return TAPPING_DUPLICATE;
}

void tapping_tally_end(struct tapping_tally *tally)
{
    while (tally->n_decided < tally->n_sent) {
        decide(tally, tally->n_decided);
    }
}

void tapping_tally_free(struct tapping_tally *tally)
{
    free(tally->sent);
    tally->sent = NULL;
    for (size_t i = 0; i < tally->n_places; i++) {
        free(tally->places[i].seen);
        tally->places[i].seen = NULL;
    }
}
