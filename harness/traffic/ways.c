/* SPDX-License-Identifier: Apache-2.0
 *
 * By which ways may a probe go that switches choose between, and what arrives by each? */
#include "traffic/ways.h"

/* What arrives by the way that was followed. NULL: no memory. */
static const struct traffic_way_copies *
count_way(const struct path_walk *walk, const struct traffic_probe *probe, struct base_arena *arena)
{
    struct traffic_way_copies *at = base_arena_alloc(arena, (probe->n_arrivals + 1) * sizeof *at);
    for (size_t a = 0; at && a < probe->n_arrivals; a++) {
        for (size_t i = 0; i < walk->n_arrivals; i++) {
            bool is_here = walk->arrivals[i].host == probe->arrivals[a].host;
            at[a].copies += is_here && walk->arrivals[i].doubt == PATH_SURE;
            at[a].more += is_here && walk->arrivals[i].doubt != PATH_SURE;
        }
    }
    return at;
}

int traffic_ways_add(const struct path_declared *declared, size_t to, struct path_walk *scratch,
                     struct base_arena *arena, struct traffic_probe *probe)
{
    const struct path_network *network = &declared->network;
    struct port_ref in = network->topology->hosts[probe->from].port;
    struct space_choices choices = {0};
    struct path_place place;
    struct path_places places = path_place_of(network->topology, to, &probe->header, &place);
    struct traffic_way *ways = base_arena_alloc(arena, TRAFFIC_WAYS_MAX * sizeof *ways);
    probe->ways = ways;
    do {
        path_follow_chosen(network, in, &probe->header, &places, &choices, scratch);
        struct traffic_way way = {count_way(scratch, probe, arena)};
        if (!ways || !way.at) {
            return -1;
        }
        if (probe->n_ways == TRAFFIC_WAYS_MAX || scratch->reason == path_choices) {
            return 1;
        }
        ways[probe->n_ways++] = way;
    } while (space_choices_next(&choices));
    return 0;
}

bool traffic_ways_differ(const struct traffic_probe *probe, size_t arrival)
{
    bool differ = false;
    for (size_t w = 1; w < probe->n_ways && !differ; w++) {
        const struct traffic_way_copies *a = &probe->ways[0].at[arrival],
                                        *b = &probe->ways[w].at[arrival];
        differ = a->copies != b->copies || a->more != b->more;
    }
    return differ;
}

bool traffic_ways_concern(const struct traffic_probe *probe, size_t host)
{
    size_t a = 0;
    while (a < probe->n_arrivals && probe->arrivals[a].host != host) {
        a++;
    }
    return a < probe->n_arrivals && traffic_ways_differ(probe, a);
}
