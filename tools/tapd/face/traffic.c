/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps that traffic asks for: from samples over thresholds to taps, extensions and reports. */
#include "tapd/face/traffic.h"

#include "tapd/log.h"
#include "yaml/value.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A tap that was asked for. */
struct asked {
    char *name;
    size_t rule;
    struct sflow_key key;
    bool granted;
};

struct tapd_traffic {
    const struct tapd_policy *policy;
    const struct tapd_traffic_ops *ops;
    void *owner;
    struct sflow_collector *collector;
    struct sflow_agents *agents;
    struct sflow_trigger *trigger; /* NULL: no memory for it */
    struct event *timer;
    const struct tapd_tap **rules; /* the policy's taps with `when`: thresholds of the trigger */
    size_t n_rules;
    struct asked *asked;
    size_t n_asked, asked_capacity;
    struct sflow_event *told; /* by the trigger, and not yet dealt with */
    size_t n_told, told_capacity;
};

static int listen_at(struct tapd_traffic *traffic, struct event_base *base, const char *where,
                     struct base_error *error);
static void drop_policy(struct tapd_traffic *traffic);
static int collect_rules(struct tapd_traffic *traffic, struct sflow_threshold **thresholds);
static void observe(void *context, const struct sflow_observation *observation);
static void complain(void *context, const char *text);
static void tell(void *context, const struct sflow_event *event);
static void on_timer(evutil_socket_t fd, short what, void *context);
static void deal(struct tapd_traffic *traffic);
static void drop_asked(struct tapd_traffic *traffic, size_t index);
static uint64_t now(const struct tapd_traffic *traffic);

struct tapd_traffic *tapd_traffic_new(struct event_base *base, const char *where,
                                      const struct tapd_policy *policy,
                                      const struct tapd_traffic_ops *ops, void *owner,
                                      struct base_error *error)
{
    struct tapd_traffic *traffic = calloc(1, sizeof *traffic);
    if (!traffic) {
        base_fail(error, "out of memory");
        return NULL;
    }
    traffic->ops = ops;
    traffic->owner = owner;
    traffic->timer = evtimer_new(base, on_timer, traffic);
    if (listen_at(traffic, base, where, error)) {
        tapd_traffic_free(traffic);
        return NULL;
    }
    if (!traffic->timer || tapd_traffic_use(traffic, policy)) {
        base_fail(error, "out of memory");
        tapd_traffic_free(traffic);
        return NULL;
    }
    return traffic;
}

void tapd_traffic_free(struct tapd_traffic *traffic)
{
    if (!traffic) {
        return;
    }
    sflow_collector_free(traffic->collector);
    drop_policy(traffic);
    if (traffic->timer) {
        event_free(traffic->timer);
    }
    free(traffic->asked);
    free(traffic->told);
    free(traffic);
}

int tapd_traffic_use(struct tapd_traffic *traffic, const struct tapd_policy *policy)
{
    uint8_t seed[16];
    struct sflow_threshold *thresholds = NULL;
    struct sflow_agents *former = traffic->agents;
    traffic->agents = NULL;
    drop_policy(traffic);
    traffic->policy = policy;
    traffic->agents = sflow_agents_new(policy->topology, policy->agents, policy->n_agents);
    if (traffic->agents && former) {
        sflow_agents_inherit(traffic->agents, former);
    }
    sflow_agents_free(former);
    sflow_collector_use(traffic->collector, traffic->agents);
    if (traffic->agents && getrandom(seed, sizeof seed, 0) == sizeof seed &&
        collect_rules(traffic, &thresholds) == 0) {
        traffic->trigger = sflow_trigger_new(thresholds, traffic->n_rules, SFLOW_KEYS_DEFAULT, seed,
                                             tell, traffic, NULL);
    }
    free(thresholds);
    return traffic->trigger ? 0 : -1;
}

void tapd_traffic_changed(struct tapd_traffic *traffic)
{
    for (size_t i = traffic->n_asked; i-- > 0;) {
        struct asked *asked = &traffic->asked[i];
        if (asked->granted && !traffic->ops->has(traffic->owner, asked->name)) {
            sflow_trigger_forget(traffic->trigger, asked->rule, &asked->key);
            drop_asked(traffic, i);
        }
    }
}

uint16_t tapd_traffic_port(const struct tapd_traffic *traffic)
{
    return sflow_collector_port(traffic->collector);
}

/* How much there is now of what taps were made for. */
static json_t *rates_of(const struct tapd_traffic *traffic)
{
    json_t *rates = json_array();
    for (size_t i = 0; i < traffic->n_asked; i++) {
        const struct asked *asked = &traffic->asked[i];
        const struct sflow_rate rate =
            sflow_trigger_rate(traffic->trigger, asked->rule, &asked->key, now(traffic));
        json_array_append_new(rates, json_pack("{s:s, s:I, s:I, s:I, s:f}", "tap", asked->name,
                                               "bits_per_s", (json_int_t)rate.bits_per_s,
                                               "packets_per_s", (json_int_t)rate.packets_per_s,
                                               "samples", (json_int_t)rate.n_samples,
                                               "error_percent", rate.error * 100));
    }
    return rates;
}

json_t *tapd_traffic_report(const struct tapd_traffic *traffic)
{
    struct sflow_collector_stats in = sflow_collector_stats(traffic->collector);
    struct sflow_trigger_stats out = {0};
    if (traffic->trigger) {
        out = sflow_trigger_stats(traffic->trigger);
    }
    const struct {
        const char *name;
        uint64_t number;
    } rows[] = {
        {"port", tapd_traffic_port(traffic)},
        {"receive_bytes", (uint64_t)in.receive_bytes},
        {"agents", in.n_agents},
        {"learned_ports", in.n_learned},
        {"datagrams", in.n_datagrams},
        {"refused", in.n_refused},
        {"strangers", in.n_strangers},
        {"lost", in.sequence.n_lost},
        {"late", in.sequence.n_late},
        {"twice", in.sequence.n_twice},
        {"restarts", in.sequence.n_restarts},
        {"kernel_drops", in.n_kernel_drops},
        {"agent_drops", in.n_agent_drops},
        {"flow_samples", in.n_flow_samples},
        {"counter_samples", in.n_counter_samples},
        {"other_samples", in.n_other_samples},
        {"broken", in.n_broken},
        {"unresolved", in.n_unresolved},
        {"headerless", in.n_headerless},
        {"egress", in.n_egress},
        {"rules", traffic->n_rules},
        {"matched", out.n_samples},
        {"keys", out.n_keys},
        {"evicted", out.n_evicted},
        {"taps", out.n_taps},
        {"added", out.n_added},
        {"extended", out.n_extended},
        {"ended", out.n_removed},
        {"over_max", out.n_refused},
    };
    json_t *report = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_object_set_new(report, rows[i].name, json_integer((json_int_t)rows[i].number));
    }
    json_object_set_new(report, "rates", rates_of(traffic));
    json_object_set_new(report, "last_refusal", json_string(in.last_refusal));
    json_object_set_new(report, "last_complaint", json_string(in.last_complaint.text));
    return report;
}

/* Setting up */

static int listen_at(struct tapd_traffic *traffic, struct event_base *base, const char *where,
                     struct base_error *error)
{
    static const char expected[] = "expected [ADDRESS:]PORT, as 6343 or [::1]:6343";
    char address[64] = "127.0.0.1";
    const char *colon = strrchr(where, ':');
    const char *number = colon ? colon + 1 : where;
    uint64_t port;
    if (!yaml_parse_number(number, strlen(number), &port) || port > UINT16_MAX) {
        return base_fail(error, "found `%s', %s", where, expected);
    }
    if (colon) {
        bool brackets = colon > where + 1 && where[0] == '[' && colon[-1] == ']';
        size_t n = (size_t)(colon - where) - (brackets ? 2 : 0);
        if (n == 0 || n >= sizeof address) {
            return base_fail(error, "found `%s', %s", where, expected);
        }
        memcpy(address, where + brackets, n);
        address[n] = '\0';
    }
    const struct sflow_collector_options options = {.address = address,
                                                    .port = (uint16_t)port,
                                                    .take = observe,
                                                    .complain = complain,
                                                    .context = traffic};
    traffic->collector = sflow_collector_new(base, &options, error);
    return traffic->collector ? 0 : -1;
}

static void drop_policy(struct tapd_traffic *traffic)
{
    while (traffic->n_asked > 0) {
        drop_asked(traffic, traffic->n_asked - 1);
    }
    traffic->n_told = 0;
    sflow_trigger_free(traffic->trigger);
    traffic->trigger = NULL;
    sflow_agents_free(traffic->agents);
    traffic->agents = NULL;
    free(traffic->rules);
    traffic->rules = NULL;
    traffic->n_rules = 0;
}

/* -1 without memory; the caller frees the thresholds in any case. */
static int collect_rules(struct tapd_traffic *traffic, struct sflow_threshold **thresholds)
{
    const struct tapd_policy *policy = traffic->policy;
    traffic->rules = calloc(policy->n_taps + 1, sizeof *traffic->rules);
    *thresholds = calloc(policy->n_taps + 1, sizeof **thresholds);
    if (!traffic->rules || !*thresholds) {
        return -1;
    }
    for (size_t i = 0; i < policy->n_taps; i++) {
        if (policy->taps[i]->when) {
            (*thresholds)[traffic->n_rules] = *policy->taps[i]->when;
            traffic->rules[traffic->n_rules++] = policy->taps[i];
        }
    }
    return 0;
}

/* Samples and time */

static uint64_t now(const struct tapd_traffic *traffic)
{
    return (uint64_t)traffic->ops->now_ms(traffic->owner);
}

static void observe(void *context, const struct sflow_observation *observation)
{
    struct tapd_traffic *traffic = context;
    if (traffic->trigger) {
        (observation->no_ethernet ? sflow_trigger_note_packet : sflow_trigger_note)(
            traffic->trigger, observation->sw, &observation->header, observation->n_bytes,
            observation->n_packets, now(traffic));
        deal(traffic);
    }
}

static void complain(void *context, const char *text)
{
    (void)context;
    tapd_log("warning: %s", text);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct tapd_traffic *traffic = context;
    if (traffic->trigger) {
        sflow_trigger_tick(traffic->trigger, now(traffic));
        deal(traffic);
    }
}

/* What is told is kept until the trigger has returned: what the owner does then
 * may come back to it. */
static void tell(void *context, const struct sflow_event *event)
{
    struct tapd_traffic *traffic = context;
    if (base_grow(&traffic->told, traffic->n_told, &traffic->told_capacity, sizeof *event)) {
        sflow_trigger_forget(traffic->trigger, event->threshold, &event->key);
        return;
    }
    traffic->told[traffic->n_told++] = *event;
}

/* Taps */

static struct asked *find_asked(const struct tapd_traffic *traffic, const struct sflow_event *event)
{
    for (size_t i = 0; i < traffic->n_asked; i++) {
        struct asked *asked = &traffic->asked[i];
        if (asked->rule == event->threshold &&
            memcmp(&asked->key, &event->key, sizeof asked->key) == 0) {
            return asked;
        }
    }
    return NULL;
}

static void drop_asked(struct tapd_traffic *traffic, size_t index)
{
    free(traffic->asked[index].name);
    traffic->asked[index] = traffic->asked[--traffic->n_asked];
}

static int remember(struct tapd_traffic *traffic, const struct sflow_event *event, const char *name)
{
    char *copy = strdup(name);
    if (!copy || base_grow(&traffic->asked, traffic->n_asked, &traffic->asked_capacity,
                           sizeof *traffic->asked)) {
        free(copy);
        return -1;
    }
    traffic->asked[traffic->n_asked++] =
        (struct asked){.name = copy, .rule = event->threshold, .key = event->key};
    return 0;
}

/* One that outlived a restart or a reload is there already; one that was refused
 * is asked for once more. */
static void ask(struct tapd_traffic *traffic, const struct sflow_event *event)
{
    const struct tapd_tap *rule = traffic->rules[event->threshold];
    struct tapd_tap *tap = tapd_tap_of_rule(traffic->policy, rule, &event->key);
    if (!tap || (!find_asked(traffic, event) && remember(traffic, event, tap->name))) {
        tapd_log("out of memory: no tap for %s", rule->name);
        sflow_trigger_forget(traffic->trigger, event->threshold, &event->key);
        tapd_tap_free(tap);
        return;
    }
    bool granted = traffic->ops->has(traffic->owner, tap->name);
    if (granted) {
        traffic->ops->extend(traffic->owner, tap->name);
        tapd_tap_free(tap);
    } else {
        granted = traffic->ops->add(traffic->owner, tap);
    }
    struct asked *asked = find_asked(traffic, event);
    if (asked) {
        asked->granted = granted;
    }
}

static void deal_with(struct tapd_traffic *traffic, const struct sflow_event *event)
{
    struct asked *asked = find_asked(traffic, event);
    switch (event->kind) {
    case SFLOW_TAP_ADD:
    case SFLOW_TAP_EXTEND:
        ask(traffic, event);
        break;
    case SFLOW_TAP_REMOVE: /* the owner ends it at the same time */
        if (asked) {
            drop_asked(traffic, (size_t)(asked - traffic->asked));
        }
        break;
    case SFLOW_TAP_REFUSED:
        tapd_log("%s: traffic asks for more than %zu taps", traffic->rules[event->threshold]->name,
                 traffic->rules[event->threshold]->when->max_taps);
        break;
    }
}

static void deal(struct tapd_traffic *traffic)
{
    for (size_t i = 0; i < traffic->n_told; i++) {
        struct sflow_event event = traffic->told[i];
        deal_with(traffic, &event);
    }
    if (traffic->n_told > 0) {
        traffic->n_told = 0;
        uint64_t next_ms = sflow_trigger_next_ms(traffic->trigger);
        uint64_t now_ms = now(traffic);
        uint64_t wait_ms = next_ms > now_ms ? next_ms - now_ms : 0;
        const struct timeval wait = {(time_t)(wait_ms / 1000),
                                     (suseconds_t)(wait_ms % 1000 * 1000)};
        if (next_ms != UINT64_MAX) {
            evtimer_add(traffic->timer, &wait);
        }
    }
}
