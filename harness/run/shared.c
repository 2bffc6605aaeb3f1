/* SPDX-License-Identifier: Apache-2.0
 *
 * Which sessions and stations are open already, for the next of several runs? */
#include "run/shared.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "run/network.h"
#include "run/stations.h"

#include <stdlib.h>
#include <string.h>

/* Sessions, or a set of stations, and what was asked for when they were opened. */
struct run_shared_item {
    struct base_buffer key;
    struct channel *channel;
    struct station_set *stations;
};

/* Which one it is: no two texts, one behind the other, are as long as two others. */
static void put_key(struct base_buffer *key, const char *text)
{
    base_put_format(key, text ? "%zu:%s " : "- ", text ? strlen(text) : 0, text);
}

static struct run_shared_item *find(struct run_shared_item *items, size_t n,
                                    struct base_buffer *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(base_buffer_text(&items[i].key), base_buffer_text(key)) == 0) {
            return &items[i];
        }
    }
    return NULL;
}

/* The item of this key, which it takes over: an old one, or a new one of zeros. NULL without
 * memory. */
static struct run_shared_item *intern(struct run_shared_item **items, size_t *n, size_t *capacity,
                                      struct base_buffer *key, struct base_error *error)
{
    struct run_shared_item *item = key->failed ? NULL : find(*items, *n, key);
    if (!item && !key->failed && base_grow(items, *n, capacity, sizeof **items) == 0) {
        item = &(*items)[(*n)++];
        *item = (struct run_shared_item){.key = *key};
        *key = (struct base_buffer){0};
    }
    base_buffer_free(key);
    if (!item) {
        base_fail(error, "out of memory");
    }
    return item;
}

static int open_channel(const struct run_world *world, const struct channel_target *targets,
                        size_t n_targets, const struct channel_options *options,
                        struct channel **channel, struct base_error *error)
{
    struct run_shared *shared = (struct run_shared *)(uintptr_t)world;
    struct base_buffer key = {0};
    base_put_format(&key, "%u ", options ? options->timeout_ms : 0);
    for (size_t i = 0; i < n_targets; i++) {
        const struct channel_target *target = &targets[i];
        put_key(&key, target->name);
        put_key(&key, target->endpoint);
        put_key(&key, target->tls.key);
        put_key(&key, target->tls.certificate);
        put_key(&key, target->tls.ca);
        for (size_t j = 0; j < ENDPOINT_FINGERPRINT_BYTES; j++) {
            base_put_format(&key, "%02x", target->tls.fingerprint[j]);
        }
        base_put_format(&key, " %llx %u %d ", (unsigned long long)target->dpid, target->version,
                        target->any_dpid);
    }
    struct run_shared_item *item =
        intern(&shared->channels, &shared->n_channels, &shared->channels_capacity, &key, error);
    if (!item || (!item->channel && shared->under->channel_open(shared->under, targets, n_targets,
                                                                options, &item->channel, error))) {
        return -1;
    }
    *channel = item->channel;
    return 0;
}

static int open_stations(const struct run_world *world, const struct station_spec *specs,
                         size_t n_specs, struct station_set **set, struct base_error *error)
{
    struct run_shared *shared = (struct run_shared *)(uintptr_t)world;
    struct base_buffer key = {0};
    for (size_t i = 0; i < n_specs; i++) {
        put_key(&key, specs[i].name);
        put_key(&key, specs[i].netns);
        put_key(&key, specs[i].interface);
        put_key(&key, specs[i].exec);
    }
    struct run_shared_item *item =
        intern(&shared->stations, &shared->n_stations, &shared->stations_capacity, &key, error);
    if (!item || (!item->stations && shared->under->station_open(shared->under, specs, n_specs,
                                                                 &item->stations, error))) {
        return -1;
    }
    *set = item->stations;
    return 0;
}

/* Other runs need them. */
static void keep_channel(struct channel *channel)
{
    (void)channel;
}

static void keep_stations(struct station_set *set)
{
    (void)set;
}

/* Each run asks for it, and is told what was missing. */
static int confine(const struct run_world *world, struct base_error *missing)
{
    struct run_shared *shared = (struct run_shared *)(uintptr_t)world;
    if (!shared->confined) {
        shared->confined = true;
        shared->under->confine(shared->under, &shared->missing);
    }
    return shared->missing.text[0] ? base_fail(missing, "%s", shared->missing.text) : 0;
}

void run_shared_open(struct run_shared *shared, const struct run_world *under)
{
    *shared = (struct run_shared){.world = *under, .under = under};
    shared->world.confine = confine;
    shared->world.channel_open = open_channel;
    shared->world.channel_close = keep_channel;
    shared->world.station_open = open_stations;
    shared->world.station_close = keep_stations;
}

int run_shared_prepare(struct run_shared *shared, const struct topology *topology,
                       const struct lab *lab, bool stations, unsigned timeout_ms,
                       struct base_error *error)
{
    struct run_network network = {0};
    struct run_stations hosts = {0};
    int status = run_network_open(&network, &shared->world, topology, lab, timeout_ms, error);
    run_network_close(&network);
    if (status == 0 && stations) {
        status = run_stations_open(&hosts, &shared->world, topology, lab, error);
        run_stations_close(&hosts);
    }
    return status;
}

void run_shared_close(struct run_shared *shared)
{
    for (size_t i = 0; i < shared->n_channels; i++) {
        if (shared->channels[i].channel) {
            shared->under->channel_close(shared->channels[i].channel);
        }
        base_buffer_free(&shared->channels[i].key);
    }
    for (size_t i = 0; i < shared->n_stations; i++) {
        if (shared->stations[i].stations) {
            shared->under->station_close(shared->stations[i].stations);
        }
        base_buffer_free(&shared->stations[i].key);
    }
    free(shared->channels);
    free(shared->stations);
    *shared = (struct run_shared){0};
}
