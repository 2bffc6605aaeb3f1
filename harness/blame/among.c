/* SPDX-License-Identifier: Apache-2.0
 *
 * Where did a frame go wrong that switches hand to one of several hosts? By which way it went
 * nobody says: a cable of any of them whose ends count differently is at fault. */
#include "blame/among.h"

#include "blame/cable.h"

/* Whether less, or more, came out of the cable than went in. */
static bool is_bad(const struct blame_cable *cable, bool came_less)
{
    bool counted = cable->tx >= 0 && cable->rx >= 0;
    return counted && (came_less ? cable->rx + cable->others < cable->tx : cable->rx > cable->tx);
}

/* What a port of the way keeps back: none that is closed lets a frame through. */
static bool find_closed(const struct blame_view *view, const struct path_way *way,
                        struct blame_place *place)
{
    bool found = false;
    for (size_t i = 0; i < way->n_hops && !found; i++) {
        found = blame_closed(view, blame_hop(view, way, i)->in, true, place) ||
                blame_closed(view, blame_out(view, way, i), false, place);
    }
    return found;
}

static bool find_cable(const struct blame_view *view, const struct path_way *way, bool came_less,
                       struct blame_place *place)
{
    bool found = false;
    for (size_t i = 0; i <= way->n_hops && !found; i++) {
        struct blame_cable cable = blame_cable_at(view, way, i);
        found = is_bad(&cable, came_less);
        if (found) {
            blame_cable(view, &cable, blame_cable_counts(view, &cable), place);
        }
    }
    if (found && view->early) {
        place->why = base_arena_format(view->arena, "when the round was over, %s", place->why);
    }
    return found;
}

/* On the ways of view->advertised. */
static bool find_place(struct blame_view *view, const struct traffic_failure *failure, bool closed,
                       struct blame_place *place)
{
    const struct path_walk *walk = &view->advertised;
    for (size_t a = 0; a < walk->n_arrivals; a++) {
        struct path_way way;
        path_way_to(walk, walk->arrivals[a].hop, &way);
        view->to = walk->arrivals[a].host;
        if (closed ? find_closed(view, &way, place)
                   : find_cable(view, &way, failure->came_less, place)) {
            return true;
        }
    }
    return false;
}

/* On the ways of each choice. */
static bool find_on_any(struct blame_view *view, const struct traffic_failure *failure, bool closed,
                        struct blame_place *place)
{
    const struct traffic_probe *probe = &view->evidence->plan->probes[failure->probe];
    struct port_ref in = view->topology->hosts[probe->from].port;
    struct space_choices choices = {0};
    bool found = false;
    do {
        path_follow_chosen(view->expected, in, &probe->header, NULL, &choices, &view->advertised);
        found = find_place(view, failure, closed, place);
    } while (!found && space_choices_next(&choices));
    return found;
}

/* Whether the tables know no choice, and bring as many copies as came to its receivers. */
static bool tables_explain(const struct blame_view *view, const struct traffic_probe *probe,
                           size_t p)
{
    const struct traffic_round *round = view->evidence->round;
    bool explain = view->advertised.known;
    for (size_t a = 0; a < probe->n_arrivals && explain; a++) {
        size_t host = probe->arrivals[a].host;
        explain = traffic_seen_count(round, p, host) ==
                  path_walk_copies(&view->advertised, host) * round->sent[p];
    }
    return explain;
}

static void locate(struct blame_view *view, const struct traffic_failure *failure,
                   struct blame_place *place)
{
    const struct traffic_probe *probe = &view->evidence->plan->probes[failure->probe];
    const char *chooser =
        topology_port_name(view->topology, view->declared.unknown_at, view->arena);
    if (!failure->alteration && tables_explain(view, probe, failure->probe)) {
        place->suspect = place->cause = chooser;
        place->cause_kind = CAUSE_TABLE;
        place->disagree[0] = SAYS_DECLARED;
        place->disagree[1] = SAYS_ADVERTISED;
        place->why = "so its table says";
        return;
    }
    bool is_missing = failure->came_less && !failure->alteration;
    bool found = (is_missing && find_on_any(view, failure, true, place)) ||
                 find_on_any(view, failure, false, place);
    if (!found) {
        place->why = base_arena_format(
            view->arena, "which way it took from %s on is not known, and no counter tells",
            chooser);
    }
}

void blame_among(const struct traffic_evidence *evidence, const struct traffic_failure *failure,
                 struct base_arena *arena, struct blame_place *place)
{
    const struct traffic_probe *probe = &evidence->plan->probes[failure->probe];
    struct blame_view view = {.expected = &evidence->declared->network,
                              .tables = evidence->tables,
                              .states = evidence->before,
                              .evidence = evidence,
                              .early = failure->alteration && evidence->early,
                              .arena = arena};
    blame_open(&view, probe->from, &probe->header, probe->arrivals[0].host, place);
    place->disagree[0] = SAYS_DECLARED;
    place->disagree[1] = SAYS_OBSERVED;
    place->advertised = -1;
    locate(&view, failure, place);
}
