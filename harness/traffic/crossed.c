/* SPDX-License-Identifier: Apache-2.0
 *
 * Which cables did the frames of a sender cross, of which classes and kinds? */
#include "traffic/crossed.h"

#include "base/memory.h"

#include <stdlib.h>

/* The cable's index, n_cables without memory. */
static size_t cable_of(struct traffic_crossed *crossed, struct port_ref at, bool to_host)
{
    for (size_t i = 0; i < crossed->n_cables; i++) {
        const struct traffic_cable *cable = &crossed->cables[i];
        if (cable->at.sw == at.sw && cable->at.port == at.port && cable->to_host == to_host) {
            return i;
        }
    }
    if (base_grow(&crossed->cables, crossed->n_cables, &crossed->cables_capacity,
                  sizeof *crossed->cables) < 0) {
        return crossed->n_cables;
    }
    crossed->cables[crossed->n_cables] = (struct traffic_cable){.at = at, .to_host = to_host};
    return crossed->n_cables++;
}

static bool is_known(const struct traffic_crossed *crossed, size_t cable, size_t class)
{
    bool is = false; /* those of one class stand together, the newest last */
    for (size_t i = crossed->n_crossings; i > 0 && !is && crossed->crossings[i - 1].class == class;
         i--) {
        is = crossed->crossings[i - 1].cable == cable;
    }
    return is;
}

static int cross(struct traffic_crossed *crossed, size_t cable, size_t class, uint32_t kinds)
{
    if (cable == crossed->n_cables) {
        return -1;
    }
    crossed->cables[cable].kinds |= kinds;
    if (is_known(crossed, cable, class)) {
        return 0;
    }
    if (base_grow(&crossed->crossings, crossed->n_crossings, &crossed->crossings_capacity,
                  sizeof *crossed->crossings) < 0) {
        return -1;
    }
    crossed->crossings[crossed->n_crossings++] = (struct traffic_crossing){cable, class};
    return 0;
}

int traffic_crossed_add(struct traffic_crossed *crossed, const struct path_walk *walk, size_t class,
                        uint32_t kinds)
{
    int status = 0;
    for (size_t i = 0; i < walk->n_arrivals && status == 0; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        if (arrival->doubt != PATH_SURE) {
            continue;
        }
        struct port_ref last = {walk->hops[arrival->hop].in.sw, arrival->header.in_port};
        status = cross(crossed, cable_of(crossed, last, true), class, kinds);
        for (size_t hop = arrival->hop; status == 0 && hop != HOP_NONE;
             hop = walk->hops[hop].previous) {
            status = cross(crossed, cable_of(crossed, walk->hops[hop].in, false), class, kinds);
        }
    }
    return status;
}

void traffic_crossed_clear(struct traffic_crossed *crossed)
{
    crossed->n_cables = crossed->n_crossings = 0;
}

void traffic_crossed_free(struct traffic_crossed *crossed)
{
    free(crossed->cables);
    free(crossed->crossings);
    *crossed = (struct traffic_crossed){0};
}
