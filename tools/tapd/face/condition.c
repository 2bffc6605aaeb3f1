/* SPDX-License-Identifier: Apache-2.0
 *
 * What has become of each tap since it was looked at last? */
#include "tapd/face/condition.h"

#include "tapd/log.h"
#include "yaml/index.h"

#include <stdlib.h>
#include <string.h>

static bool is_bad(enum tapd_tap_state state)
{
    return state == TAPD_DOWN || state == TAPD_DEGRADED;
}

static void set_why(struct tapd_condition *condition, const char *why)
{
    if (strcmp(condition->why ? condition->why : "", why) != 0) {
        free(condition->why);
        condition->why = *why ? strdup(why) : NULL;
    }
}

/* Taps that come and go well are told where they are asked for. */
static void take_state(struct tapd_condition *condition, const struct tapd_standing *standing,
                       int64_t now_ms)
{
    bool is_told = is_bad(standing->state) || is_bad(condition->state);
    set_why(condition, standing->why.text);
    if (condition->state == standing->state) {
        return;
    }
    condition->state = standing->state;
    condition->since_ms = now_ms;
    if (is_told) {
        tapd_log("tap %s is %s%s%s", condition->name, tapd_tap_state_name(standing->state),
                 *standing->why.text ? ": " : "", standing->why.text);
    }
}

/* An entry that was made anew counts from 0. */
static uint64_t grown(uint64_t now, uint64_t before)
{
    return now >= before ? now - before : now;
}

static void take_count(struct tapd_tally *tally, const struct tapd_count *count, int64_t passed_ms)
{
    uint64_t n_packets = grown(count->n_packets, tally->last.n_packets);
    uint64_t n_bytes = grown(count->n_bytes, tally->last.n_bytes);
    tally->n_packets += n_packets;
    tally->n_bytes += n_bytes;
    tally->packets_per_sec = passed_ms > 0 ? (double)n_packets * 1000 / (double)passed_ms : 0;
    tally->bits_per_sec = passed_ms > 0 ? (double)n_bytes * 8000 / (double)passed_ms : 0;
    tally->exact = count->exact;
    tally->last = *count;
}

/* What it counted before the tap was there is none of it. */
static void take_first(struct tapd_tally *tally, const struct tapd_count *count, int64_t known_ms)
{
    if (count->since_ms < known_ms) {
        tally->last = *count;
    }
}

static void take_counts(struct tapd_condition *condition, const struct tapd_standing *standing)
{
    int64_t passed_ms = condition->read_ms ? standing->read_ms - condition->read_ms : 0;
    if (condition->read_ms == 0) {
        take_first(&condition->in, &standing->in, condition->known_ms);
        take_first(&condition->out, &standing->out, condition->known_ms);
    }
    take_count(&condition->in, &standing->in, passed_ms);
    take_count(&condition->out, &standing->out, passed_ms);
    condition->read_ms = standing->read_ms;
}

static void update(struct tapd_condition *condition, const struct tapd_way *way,
                   const struct tapd_installer *installer, int64_t now_ms)
{
    struct tapd_standing standing;
    tapd_installer_judge(installer, way, &standing);
    take_state(condition, &standing, now_ms);
    bool is_first = condition->read_ms == 0;
    bool is_there = standing.state != TAPD_PENDING && standing.read_ms >= condition->known_ms;
    if (standing.read_ms > condition->read_ms && (!is_first || is_there)) {
        take_counts(condition, &standing);
    }
}

void tapd_conditions_update(struct tapd_conditions *conditions,
                            const struct tapd_installer *installer, int64_t now_ms)
{
    for (size_t i = 0; i < conditions->n_items; i++) {
        update(&conditions->items[i], &conditions->network->ways[i], installer, now_ms);
    }
}

static void free_items(struct tapd_condition *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(items[i].name);
        free(items[i].why);
    }
    free(items);
}

int tapd_conditions_new(struct tapd_conditions *conditions, const struct tapd_network *network,
                        int64_t now_ms)
{
    struct tapd_condition *items = calloc(network->n_ways + 1, sizeof *items);
    bool failed = !items;
    for (size_t i = 0; items && i < network->n_ways; i++) {
        items[i] = (struct tapd_condition){.name = strdup(network->ways[i].tap->name),
                                           .since_ms = now_ms,
                                           .known_ms = tapd_monotonic_ms()};
        failed |= !items[i].name;
    }
    *conditions = (struct tapd_conditions){items, items ? network->n_ways : 0, network};
    return failed ? -1 : 0;
}

void tapd_conditions_inherit(struct tapd_conditions *conditions, struct tapd_conditions *former)
{
    struct yaml_index known = {0};
    for (size_t i = 0; i < former->n_items; i++) {
        const char *name = former->items[i].name;
        yaml_index_add(&known, name, strlen(name), i, (struct place){0});
    }
    for (size_t i = 0; i < conditions->n_items; i++) {
        struct tapd_condition fresh = conditions->items[i];
        const struct yaml_entry *at = yaml_index_find(&known, fresh.name, strlen(fresh.name));
        if (at) {
            conditions->items[i] = former->items[at->number];
            former->items[at->number] = fresh;
        }
    }
    yaml_index_free(&known);
    tapd_conditions_free(former);
}

void tapd_conditions_free(struct tapd_conditions *conditions)
{
    free_items(conditions->items, conditions->n_items);
    *conditions = (struct tapd_conditions){0};
}
