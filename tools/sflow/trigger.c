/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a rate above its threshold, and for how long? */
#include "sflow/trigger.h"

#include <stdlib.h>
#include <string.h>

struct tap {
    struct sflow_key key;
    struct port_ref port;
    uint64_t expires_ms;
};

/* One threshold and what it has seen. */
struct watch {
    struct sflow_threshold threshold; /* its ports are owned, and sorted */
    struct sflow_rates *rates;
    struct tap *taps; /* sorted by key */
    size_t n_taps, capacity;
    bool refused; /* told since the last tap went */
};

struct sflow_trigger {
    struct watch *watches;
    size_t n_watches;
    sflow_trigger_tell *tell;
    void *context;
    struct sflow_trigger_stats stats;
};

static int start_watch(struct watch *watch, const struct sflow_threshold *threshold,
                       size_t max_keys, const uint8_t seed[16], struct base_error *error);
static void note(struct sflow_trigger *trigger, struct watch *watch, size_t sw,
                 const struct header *header, uint64_t n_bytes, uint64_t n_packets,
                 uint64_t now_ms);
static void tick(struct sflow_trigger *trigger, struct watch *watch, uint64_t now_ms);
static size_t place_of(const struct watch *watch, const struct sflow_key *key, bool *there);
static struct tap *insert_tap(struct watch *watch, size_t at, const struct tap *tap);
static void remove_tap(struct watch *watch, size_t at);

struct sflow_trigger *sflow_trigger_new(const struct sflow_threshold *thresholds,
                                        size_t n_thresholds, size_t max_keys,
                                        const uint8_t seed[16], sflow_trigger_tell *tell,
                                        void *context, struct base_error *error)
{
    struct sflow_trigger *trigger = calloc(1, sizeof *trigger);
    struct watch *watches = trigger ? calloc(n_thresholds + 1, sizeof *watches) : NULL;
    if (!watches) {
        free(trigger);
        base_fail(error, "out of memory");
        return NULL;
    }
    *trigger = (struct sflow_trigger){.watches = watches, .tell = tell, .context = context};
    for (size_t i = 0; i < n_thresholds; i++) {
        trigger->n_watches++;
        if (start_watch(&watches[i], &thresholds[i], max_keys, seed, error)) {
            base_fail_in(error, "threshold %zu", i + 1);
            sflow_trigger_free(trigger);
            return NULL;
        }
    }
    return trigger;
}

void sflow_trigger_free(struct sflow_trigger *trigger)
{
    if (!trigger) {
        return;
    }
    for (size_t i = 0; i < trigger->n_watches; i++) {
        sflow_rates_free(trigger->watches[i].rates);
        free((void *)trigger->watches[i].threshold.ports);
        free(trigger->watches[i].taps);
    }
    free(trigger->watches);
    free(trigger);
}

void sflow_trigger_note(struct sflow_trigger *trigger, size_t sw, const struct header *header,
                        uint64_t n_bytes, uint64_t n_packets, uint64_t now_ms)
{
    for (size_t i = 0; i < trigger->n_watches; i++) {
        note(trigger, &trigger->watches[i], sw, header, n_bytes, n_packets, now_ms);
    }
}

/* Whether a match asks what only the Ethernet header of an IP packet says. */
static bool needs_ethernet(const struct match *match)
{
    static const uint8_t any[6];
    return match->mask.vlan_tci != 0 || memcmp(match->mask.dl_src, any, sizeof any) != 0 ||
           memcmp(match->mask.dl_dst, any, sizeof any) != 0;
}

void sflow_trigger_note_packet(struct sflow_trigger *trigger, size_t sw,
                               const struct header *header, uint64_t n_bytes, uint64_t n_packets,
                               uint64_t now_ms)
{
    for (size_t i = 0; i < trigger->n_watches; i++) {
        if (!needs_ethernet(&trigger->watches[i].threshold.match)) {
            note(trigger, &trigger->watches[i], sw, header, n_bytes, n_packets, now_ms);
        }
    }
}

void sflow_trigger_tick(struct sflow_trigger *trigger, uint64_t now_ms)
{
    for (size_t i = 0; i < trigger->n_watches; i++) {
        tick(trigger, &trigger->watches[i], now_ms);
    }
}

uint64_t sflow_trigger_next_ms(const struct sflow_trigger *trigger)
{
    uint64_t next_ms = SFLOW_NO_TAP;
    for (size_t i = 0; i < trigger->n_watches; i++) {
        const struct watch *watch = &trigger->watches[i];
        for (size_t k = 0; k < watch->n_taps; k++) {
            uint64_t expires_ms = watch->taps[k].expires_ms;
            next_ms = expires_ms < next_ms ? expires_ms : next_ms;
        }
    }
    return next_ms;
}

void sflow_trigger_forget(struct sflow_trigger *trigger, size_t threshold,
                          const struct sflow_key *key)
{
    if (threshold < trigger->n_watches) {
        bool there;
        size_t at = place_of(&trigger->watches[threshold], key, &there);
        if (there) {
            remove_tap(&trigger->watches[threshold], at);
        }
    }
}

struct sflow_rate sflow_trigger_rate(const struct sflow_trigger *trigger, size_t threshold,
                                     const struct sflow_key *key, uint64_t now_ms)
{
    return threshold < trigger->n_watches
               ? sflow_rates_get(trigger->watches[threshold].rates, key, now_ms)
               : (struct sflow_rate){0};
}

struct sflow_trigger_stats sflow_trigger_stats(const struct sflow_trigger *trigger)
{
    struct sflow_trigger_stats stats = trigger->stats;
    for (size_t i = 0; i < trigger->n_watches; i++) {
        stats.n_evicted += sflow_rates_n_evicted(trigger->watches[i].rates);
        stats.n_keys += sflow_rates_n_keys(trigger->watches[i].rates);
        stats.n_taps += trigger->watches[i].n_taps;
    }
    return stats;
}

/* "k", "M", "G" or "T" of a unit; 1 if there is none of them. */
static double scale_of(const char **text)
{
    static const char prefixes[] = "kMGT";
    const char *prefix = **text ? strchr(prefixes, **text) : NULL;
    double scale = 1;
    if (prefix) {
        (*text)++;
        for (const char *at = prefixes; at <= prefix; at++) {
            scale *= 1000;
        }
    }
    return scale;
}

int sflow_threshold_parse(const char *text, uint64_t *value, enum sflow_unit *unit,
                          struct base_error *error)
{
    const char *digits = "0123456789";
    size_t n = strspn(text, digits);
    size_t n_decimals = text[n] == '.' ? strspn(text + n + 1, digits) : 0;
    const char *rest = text + n + (n_decimals ? n_decimals + 1 : 0);
    double scaled = strtod(text, NULL) * scale_of(&rest);
    bool bits = strcmp(rest, "bps") == 0;
    if (n == 0 || (!bits && strcmp(rest, "pps") != 0)) {
        return base_fail(error, "found `%s', expected a rate: 10Mbps, 1000pps", text);
    }
    if (scaled > 1e15) {
        return base_fail(error, "found `%s', expected at most 1000Tbps", text);
    }
    *value = (uint64_t)(scaled + 0.5);
    *unit = bits ? SFLOW_BITS_PER_S : SFLOW_PACKETS_PER_S;
    return 0;
}

/* One threshold */

static int compare_ports(const void *a, const void *b)
{
    const struct port_ref *one = a, *two = b;
    if (one->sw != two->sw) {
        return one->sw < two->sw ? -1 : 1;
    }
    return (one->port > two->port) - (one->port < two->port);
}

static int check(const struct sflow_threshold *threshold, struct base_error *error)
{
    if (threshold->over_ms < SFLOW_WINDOW_MIN_MS) {
        return base_fail(error, "a window of %u ms, expected at least %d", threshold->over_ms,
                         SFLOW_WINDOW_MIN_MS);
    }
    if (threshold->below > threshold->above) {
        return base_fail(error, "`below' is more than `above'");
    }
    return threshold->lifetime_ms == 0 || threshold->max_taps == 0
               ? base_fail(error, "no lifetime, or no tap at all")
               : 0;
}

static int start_watch(struct watch *watch, const struct sflow_threshold *threshold,
                       size_t max_keys, const uint8_t seed[16], struct base_error *error)
{
    if (check(threshold, error)) {
        return -1;
    }
    struct port_ref *ports = malloc((threshold->n_ports + 1) * sizeof *ports);
    watch->threshold = *threshold;
    watch->threshold.ports = ports;
    watch->rates = sflow_rates_new(threshold->over_ms, max_keys, seed);
    if (!ports || !watch->rates) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < threshold->n_ports; i++) {
        ports[i] = threshold->ports[i];
    }
    qsort(ports, threshold->n_ports, sizeof *ports, compare_ports);
    return 0;
}

static bool takes(const struct sflow_threshold *threshold, struct port_ref port,
                  const struct header *header)
{
    return (threshold->n_ports == 0 ||
            bsearch(&port, threshold->ports, threshold->n_ports, sizeof port, compare_ports)) &&
           match_takes(&threshold->match, header);
}

static struct sflow_key key_of(enum sflow_per per, struct port_ref port,
                               const struct header *header)
{
    struct sflow_key key = {0};
    if (per == SFLOW_PER_THRESHOLD) {
        return key;
    }
    key.sw = (uint32_t)port.sw;
    key.flow.in_port = port.port;
    if (per == SFLOW_PER_FLOW) {
        key.flow.dl_type = header->dl_type;
        key.flow.nw_proto = header->nw_proto;
        key.flow.nw_src = header->nw_src;
        key.flow.nw_dst = header->nw_dst;
        key.flow.tp_src = header->tp_src;
        key.flow.tp_dst = header->tp_dst;
    }
    return key;
}

static uint64_t in_unit(const struct sflow_threshold *threshold, const struct sflow_rate *rate)
{
    return threshold->unit == SFLOW_BITS_PER_S ? rate->bits_per_s : rate->packets_per_s;
}

/* A few samples of which each stands for thousands may be chance. */
static bool is_sure(const struct sflow_threshold *threshold, const struct sflow_rate *rate)
{
    double least = (double)in_unit(threshold, rate) * (1 - rate->error);
    return rate->n_samples >= 2 && least >= (double)threshold->below;
}

static bool is_above(const struct sflow_threshold *threshold, const struct sflow_rate *rate)
{
    if (threshold->above == 0) {
        return rate->n_samples > 0 && rate->n_samples >= threshold->min_samples;
    }
    return in_unit(threshold, rate) > threshold->above &&
           (threshold->min_samples > 0 ? rate->n_samples >= threshold->min_samples
                                       : is_sure(threshold, rate));
}

static bool stays(const struct sflow_threshold *threshold, const struct sflow_rate *rate)
{
    return rate->n_samples > 0 && in_unit(threshold, rate) >= threshold->below;
}

static void tell(struct sflow_trigger *trigger, enum sflow_event_kind kind,
                 const struct watch *watch, const struct tap *tap, struct sflow_rate rate)
{
    const struct sflow_event event = {.kind = kind,
                                      .threshold = (size_t)(watch - trigger->watches),
                                      .key = tap->key,
                                      .port = tap->port,
                                      .rate = rate,
                                      .expires_ms = tap->expires_ms};
    trigger->tell(trigger->context, &event);
}

static void extend(struct sflow_trigger *trigger, struct watch *watch, struct tap *tap,
                   struct sflow_rate rate, uint64_t now_ms)
{
    tap->expires_ms = now_ms + watch->threshold.lifetime_ms;
    trigger->stats.n_extended++;
    tell(trigger, SFLOW_TAP_EXTEND, watch, tap, rate);
}

static void add(struct sflow_trigger *trigger, struct watch *watch, size_t at, struct tap tap,
                struct sflow_rate rate)
{
    if (watch->n_taps < watch->threshold.max_taps && insert_tap(watch, at, &tap)) {
        trigger->stats.n_added++;
        tell(trigger, SFLOW_TAP_ADD, watch, &tap, rate);
        return;
    }
    trigger->stats.n_refused++;
    if (!watch->refused) {
        watch->refused = true;
        tell(trigger, SFLOW_TAP_REFUSED, watch, &tap, rate);
    }
}

static void note(struct sflow_trigger *trigger, struct watch *watch, size_t sw,
                 const struct header *header, uint64_t n_bytes, uint64_t n_packets, uint64_t now_ms)
{
    const struct sflow_threshold *threshold = &watch->threshold;
    struct port_ref port = {sw, header->in_port};
    if (!takes(threshold, port, header)) {
        return;
    }
    trigger->stats.n_samples++;
    struct sflow_key key = key_of(threshold->per, port, header);
    struct sflow_rate rate = sflow_rates_note(watch->rates, &key, n_bytes, n_packets, now_ms);
    if (!stays(threshold, &rate)) {
        return;
    }
    bool there;
    size_t at = place_of(watch, &key, &there);
    if (!there && is_above(threshold, &rate)) {
        add(trigger, watch, at, (struct tap){key, port, now_ms + threshold->lifetime_ms}, rate);
    } else if (there && watch->taps[at].expires_ms <
                            now_ms + threshold->lifetime_ms - threshold->lifetime_ms / 4) {
        extend(trigger, watch, &watch->taps[at], rate, now_ms);
    }
}

static void tick(struct sflow_trigger *trigger, struct watch *watch, uint64_t now_ms)
{
    for (size_t i = watch->n_taps; i-- > 0;) {
        struct tap tap = watch->taps[i];
        if (now_ms < tap.expires_ms) {
            continue;
        }
        struct sflow_rate rate = sflow_rates_get(watch->rates, &tap.key, now_ms);
        if (stays(&watch->threshold, &rate)) {
            extend(trigger, watch, &watch->taps[i], rate, now_ms);
        } else {
            remove_tap(watch, i);
            trigger->stats.n_removed++;
            tell(trigger, SFLOW_TAP_REMOVE, watch, &tap, rate);
        }
    }
}

/* Its taps */

/* Where the tap of a key is, or would be. */
static size_t place_of(const struct watch *watch, const struct sflow_key *key, bool *there)
{
    size_t low = 0, high = watch->n_taps;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(&watch->taps[middle].key, key, sizeof *key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *there = low < watch->n_taps && memcmp(&watch->taps[low].key, key, sizeof *key) == 0;
    return low;
}

/* NULL without memory. */
static struct tap *insert_tap(struct watch *watch, size_t at, const struct tap *tap)
{
    if (base_grow(&watch->taps, watch->n_taps, &watch->capacity, sizeof *tap)) {
        return NULL;
    }
    memmove(&watch->taps[at + 1], &watch->taps[at], (watch->n_taps - at) * sizeof *tap);
    watch->taps[at] = *tap;
    watch->n_taps++;
    return &watch->taps[at];
}

static void remove_tap(struct watch *watch, size_t at)
{
    watch->n_taps--;
    memmove(&watch->taps[at], &watch->taps[at + 1], (watch->n_taps - at) * sizeof watch->taps[at]);
    watch->refused = false;
}
