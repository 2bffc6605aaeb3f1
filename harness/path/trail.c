/* SPDX-License-Identifier: Apache-2.0 */
#include "path/trail.h"

/* The visit of its own way that this one repeats; PATH_NOBODY: none. */
static uint32_t repeated(const struct path_trail *trail, const struct path_visit *visit)
{
    uint32_t i = visit->previous;
    while (i != PATH_NOBODY &&
           (trail->visits[i].sw != visit->sw ||
            memcmp(&trail->visits[i].header, &visit->header, sizeof visit->header) != 0)) {
        i = trail->visits[i].previous;
    }
    return i;
}

/* A copy enters a switch. */
static void enter(struct path_trail *trail, struct port_ref in, const struct header *header,
                  uint32_t previous)
{
    struct path_visit visit = {
        .header = *header, .sw = (uint32_t)in.sw, .entry = PATH_NOBODY, .previous = previous};
    visit.header.in_port = in.port;
    trail->first = repeated(trail, &visit);
    if (trail->first != PATH_NOBODY || trail->n_visits == PATH_TRAIL_MAX) {
        trail->again = visit;
        trail->ends = false;
        return;
    }
    trail->visits[trail->n_visits++] = visit;
}

/* What one copy does at one switch. */
static void forward(const struct path_tables *tables, struct path_trail *trail, uint32_t index)
{
    struct space_emission out[PATH_TRAIL_MAX];
    struct path_visit *visit = &trail->visits[index];
    const struct switch_state *state = tables->states[visit->sw];
    const char *reason;
    if (!state || !switch_state_receives(state, visit->header.in_port)) {
        return;
    }
    size_t entry =
        space_table_lookup(&tables->tables[visit->sw], &visit->header, &visit->ambiguous);
    visit->entry = entry == SIZE_MAX ? PATH_NOBODY : (uint32_t)entry;
    int n = path_apply_entry(state, entry, visit->ambiguous, &visit->header, out, PATH_TRAIL_MAX,
                             &reason);
    for (int i = 0; i < n && trail->ends; i++) {
        struct port_ref port = {.sw = visit->sw, .port = out[i].port};
        struct peer peer = path_tables_peer(tables, port);
        if (peer.kind == PEER_SWITCH) {
            enter(trail, peer.port, &out[i].header, index);
        }
    }
}

void path_trail_follow(const struct path_tables *tables, struct port_ref in,
                       const struct header *header, struct path_trail *trail)
{
    trail->n_visits = 0;
    trail->ends = true;
    enter(trail, in, header, PATH_NOBODY);
    uint32_t n_followed = 0;
    while (n_followed < trail->n_visits && trail->ends) {
        forward(tables, trail, n_followed++);
    }
    trail->n_visits = n_followed;
}

bool path_trail_exercises(const struct path_trail *trail, size_t sw, size_t entry)
{
    for (size_t i = 0; i < trail->n_visits; i++) {
        const struct path_visit *visit = &trail->visits[i];
        if (visit->sw == sw && visit->entry == entry && !visit->ambiguous) {
            return true;
        }
    }
    return false;
}
