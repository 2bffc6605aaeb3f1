/* SPDX-License-Identifier: Apache-2.0
 *
 * Could a frame that was not sent have contradicted a claim? */
#include "traffic/unsent.h"

#include "traffic/harmless.h"

void traffic_unsent_follow(const struct path_network *tables, const struct path_declared *declared,
                           size_t from, const struct header *header, const char *reason,
                           struct traffic_unsent *unsent)
{
    struct port_ref in = tables->topology->hosts[from].port;
    struct path_touch touch;
    path_follow_touch(&declared->network, in, header, NULL, &touch, &unsent->walk);
    unsent->is_normal = touch.normal;
    unsent->would_flood = traffic_harm_is_flood(reason);
    path_follow_touch(tables, in, header, NULL, &touch, &unsent->walk);
}

enum traffic_unsent_answer traffic_unsent_at(const struct traffic_unsent *unsent, size_t host,
                                             unsigned wanted, unsigned *copies)
{
    const struct path_walk *walk = &unsent->walk;
    unsigned all = path_walk_copies(walk, host);
    *copies = 0;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        *copies += walk->arrivals[i].host == host && walk->arrivals[i].doubt == PATH_SURE;
    }
    if (unsent->is_normal && (wanted > 0 || !unsent->would_flood)) {
        return TRAFFIC_UNSENT_HOLDS;
    }
    if (*copies > wanted || (walk->ends && all < wanted)) {
        return TRAFFIC_UNSENT_REFUTES;
    }
    return all > *copies || !walk->ends ? TRAFFIC_UNSENT_OPEN : TRAFFIC_UNSENT_HOLDS;
}
