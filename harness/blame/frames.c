/* SPDX-License-Identifier: Apache-2.0
 *
 * Where did the frames of a failing probe go wrong? Where the tables explain
 * what was observed, they are at fault (tables.c). Else a way is cables and
 * switches in turn: the first cable out of which less comes than was sent into
 * it loses frames, the first switch that sends less than its table says keeps
 * them back. Where counters are equal, or are not known, what arrived elsewhere
 * over the same cables rules out the good ones. */
#include "blame/frames.h"

#include "blame/among.h"
#include "blame/cable.h"
#include "blame/normal.h"

#include <limits.h>
#include <stdlib.h>

static const char *place_text(const struct blame_view *view, struct port_ref port)
{
    return topology_port_name(view->topology, port, view->arena);
}

static void blame_at(const char *where, enum cause_kind kind, const char *why,
                     struct blame_place *place)
{
    place->suspect = place->cause = where;
    place->cause_kind = kind;
    place->why = why;
}

static bool locate_lossy_cable(const struct blame_view *view, const struct path_way *way,
                               struct blame_place *place)
{
    for (size_t i = 0; i <= way->n_hops; i++) {
        struct blame_cable cable = blame_cable_at(view, way, i);
        if (blame_cable_loses(view, &cable)) {
            blame_cable(view, &cable, blame_cable_counts(view, &cable), place);
            place->n_lost = cable.tx - cable.rx;
            place->nth = i;
            return true;
        }
    }
    return false;
}

static bool locate_altering_cable(const struct blame_view *view, const struct path_way *way,
                                  struct blame_place *place)
{
    for (size_t i = 0; i <= way->n_hops; i++) {
        struct blame_cable cable = blame_cable_at(view, way, i);
        if (blame_cable_alters(&cable)) {
            blame_cable(view, &cable, blame_cable_bytes(view, &cable), place);
            return true;
        }
    }
    return false;
}

/* A switch that is told to drop fragments, or to keep them until all are there. */
static bool locate_fragments(const struct blame_view *view, const struct path_way *way,
                             struct blame_place *place)
{
    for (size_t i = 0; i < way->n_hops && view->fragments; i++) {
        size_t sw = blame_hop(view, way, i)->in.sw;
        unsigned does = view->states[sw] ? view->states[sw]->fragments : FRAGMENTS_UNKNOWN;
        if (does == FRAGMENTS_DROP || does == FRAGMENTS_REASSEMBLE) {
            const char *name = view->topology->switches[sw].name;
            blame_at(name, CAUSE_SWITCH,
                     base_arena_format(view->arena, "%s %s, says its configuration (GET_CONFIG)",
                                       name,
                                       does == FRAGMENTS_DROP ? "drops IP fragments"
                                                              : "reassembles IP fragments"),
                     place);
            return true;
        }
    }
    return false;
}

/* Whether a walk leaves the switch by this port on its way to the receiver. */
static bool passes(const struct blame_view *view, const struct path_walk *walk, struct port_ref out)
{
    bool passes = false;
    for (size_t a = 0; a < walk->n_arrivals && !passes; a++) {
        size_t hop = walk->arrivals[a].hop;
        passes = walk->arrivals[a].host == view->to && walk->hops[hop].in.sw == out.sw &&
                 walk->arrivals[a].header.in_port == out.port;
        for (; walk->arrivals[a].host == view->to && walk->hops[hop].previous != HOP_NONE;
             hop = walk->hops[hop].previous) {
            passes |= walk->hops[walk->hops[hop].previous].in.sw == out.sw &&
                      walk->hops[hop].out == out.port;
        }
    }
    return passes;
}

/* Whether of what is made to be long and goes by this port to the receiver nothing came from some
 * length on, and something of all that is shorter; then that length, else 0. Others say nothing: a
 * switch that cannot send one frame may drop those that it was to send with it. */
static unsigned first_kept_bytes(const struct blame_view *view, struct port_ref out)
{
    const struct traffic_plan *plan = view->evidence->plan;
    const struct traffic_round *round = view->evidence->round;
    unsigned longest = 0, shortest = UINT_MAX; /* that came; of which nothing did */
    struct path_walk walk;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        unsigned n_bytes = probe->shape.n_bytes;
        bool ours = n_bytes > 0 && probe->from == view->from && round->sent[p] > 0;
        if (ours) {
            path_follow_from(view->tables, probe->from, &probe->header, &walk);
        }
        if (!ours || !walk.known || !passes(view, &walk, out)) {
            continue;
        }
        if (traffic_seen_count(round, p, view->to) > 0) {
            longest = n_bytes > longest ? n_bytes : longest;
        } else {
            shortest = n_bytes < shortest ? n_bytes : shortest;
        }
    }
    return longest > 0 && shortest > longest && shortest < UINT_MAX ? shortest : 0;
}

static void blame_keeping(const struct blame_view *view, struct port_ref in, struct port_ref out,
                          unsigned wanted, long sent, struct blame_place *place)
{
    const char *sw = view->topology->switches[in.sw].name;
    const char *counts =
        base_arena_format(view->arena, "by its table %s sends %u frames by port %u; it sent %ld",
                          sw, wanted, out.port, sent);
    unsigned n_bytes = first_kept_bytes(view, out);
    if (n_bytes > 0) {
        blame_at(place_text(view, out), CAUSE_PORT,
                 base_arena_format(view->arena,
                                   "%s, and nothing of %u bytes and more, but of all that is "
                                   "shorter",
                                   counts, n_bytes),
                 place);
    } else {
        blame_at(place_text(view, in), CAUSE_SWITCH, counts, place);
    }
}

/* How many frames less than by the tables came into a switch, by all ports that count. */
static long missing_in(const struct blame_view *view, size_t sw)
{
    const struct switch_state *state = view->states[sw];
    long missing = 0;
    for (size_t i = 0; state && i < state->n_ports; i++) {
        struct port_ref at = {.sw = sw, .port = state->ports[i].number};
        const struct traffic_port_count *wanted = blame_port_count(view, at);
        long came = blame_rx(view, at, NULL);
        missing += wanted && came >= 0 && came < (long)wanted->rx ? (long)wanted->rx - came : 0;
    }
    return missing;
}

static bool locate_keeping_switch(const struct blame_view *view, const struct path_way *way,
                                  struct blame_place *place)
{
    for (size_t i = 0; i < way->n_hops; i++) {
        struct port_ref out = blame_out(view, way, i), in = blame_hop(view, way, i)->in;
        const struct traffic_port_count *wanted = blame_port_count(view, out);
        long sent = blame_cable_at(view, way, i + 1).tx,
             kept = wanted ? (long)wanted->tx - sent - missing_in(view, in.sw) : 0;
        if (sent >= 0 && kept > 0) {
            blame_keeping(view, in, out, wanted->tx, sent, place);
            place->n_lost = kept;
            place->nth = i;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------- what arrived elsewhere */

/* Whether the probe that was sent again failed like this one: that another one arrives well says
 * nothing, as a cable may spoil frames of one kind alone. */
static bool failed_alike(const struct blame_view *view, const struct traffic_shot *shot)
{
    const struct traffic_seen *seen =
        traffic_round_seen(view->evidence->round, shot->probe, shot->to);
    return view->late      ? seen->late > 0
           : view->altered ? seen->altered > 0
                           : seen->copies != view->evidence->round->sent[shot->probe];
}

/* What switches were told to send on this way: from behind the bad cable it
 * arrives well, from in front of it it does not. */
static bool locate_by_shots(const struct blame_view *view, const struct path_way *way,
                            struct blame_place *place)
{
    size_t good_from = HOP_NONE, n = way->n_hops;
    for (size_t i = 0; i < view->evidence->n_shots; i++) {
        const struct traffic_shot *shot = &view->evidence->shots[i];
        bool ours = view->evidence->plan->probes[shot->probe].from == view->from &&
                    shot->to == view->to && shot->depth <= n && shot->sent > 0;
        if (!ours) {
            continue;
        }
        if (shot->good < shot->sent) {
            struct blame_cable cable = blame_cable_at(view, way, n - shot->depth + 1);
            blame_cable(view, &cable,
                        base_arena_format(view->arena,
                                          "of %u frames that the switch was told to send there %u "
                                          "arrived well",
                                          shot->sent, shot->good),
                        place);
            return true;
        }
        good_from = failed_alike(view, shot) ? n - shot->depth + 1 : good_from;
    }
    if (good_from != 1) {
        return false;
    }
    struct blame_cable cable = blame_cable_at(view, way, 0);
    blame_cable(view, &cable, "what the first switch was told to send arrived well", place);
    return true;
}

static const char *either(const struct blame_view *view, const char *before, const char *place)
{
    return before ? base_arena_format(view->arena, "%s or %s", before, place) : place;
}

/* A cable, besides those that are named already; and the switch in front of it where no counter
 * says that it sent what is missing. */
static void name_also(const struct blame_view *view, const struct path_way *way, size_t i,
                      const struct blame_cable *cable, struct blame_place *place)
{
    struct blame_place named = {0};
    bool may_keep = i > 0 && !view->altered && cable->tx < 0;
    blame_cable(view, cable, NULL, &named);
    if (may_keep) {
        const char *in = place_text(view, blame_hop(view, way, i - 1)->in);
        place->suspect = either(view, place->suspect, in);
        place->cause = either(view, place->cause, in);
    }
    place->cause_kind = CAUSE_CABLE;
    place->suspect = either(view, place->suspect, named.suspect);
    place->cause = either(view, place->cause, named.cause);
}

/* The cables of the way over which the worst part came. Two that carry the same
 * frames and no others cannot be told apart by what hosts see: both are named. So is the switch in
 * front of one, if it is not counted what it sent. */
static void locate_by_company(const struct blame_view *view, const struct path_way *way,
                              const char *why, struct blame_place *place)
{
    long worst = 0;
    if (locate_by_shots(view, way, place)) {
        return;
    }
    for (size_t i = 0; i <= way->n_hops; i++) {
        struct blame_cable cable = blame_cable_at(view, way, i);
        long bad = blame_cable_badness(view, &cable);
        worst = bad > worst ? bad : worst;
    }
    for (size_t i = 0; worst > 0 && i <= way->n_hops; i++) {
        struct blame_cable cable = blame_cable_at(view, way, i);
        if (blame_cable_badness(view, &cable) == worst) {
            name_also(view, way, i, &cable, place);
            place->why = why;
        }
    }
}

/* ------------------------------------------------------------ too many came */

/* How many copies more than may came to the receiver, of all frames of the sender. */
static long surplus_of_sender(const struct blame_view *view)
{
    const struct traffic_evidence *evidence = view->evidence;
    long surplus = 0;
    for (size_t p = 0; p < evidence->plan->n_probes; p++) {
        const struct traffic_probe *probe = &evidence->plan->probes[p];
        long may = (long)traffic_plan_most(probe, view->to) * (long)evidence->round->sent[p];
        long came = (long)traffic_seen_count(evidence->round, p, view->to);
        surplus += probe->from == view->from && came > may ? came - may : 0;
    }
    return surplus;
}

static bool locate_doubling_cable(const struct blame_view *view, const struct path_way *way,
                                  struct blame_place *place)
{
    /* The sender's own cable last: it may send other things, which are not so many. */
    for (size_t i = way->n_hops + 1; i-- > 0;) {
        struct blame_cable cable = blame_cable_at(view, way, i);
        long more = cable.tx >= 0 && !view->evidence->lags ? cable.rx - cable.tx : 0;
        if (more > 0 && (!cable.from_host || more >= surplus_of_sender(view))) {
            blame_cable(view, &cable, blame_cable_counts(view, &cable), place);
            return true;
        }
    }
    return false;
}

/* Whether the frame comes there by the tables if that host sends it as it was sent first, or as it
 * arrives somewhere; or this is not known. */
static bool may_come_from(const struct blame_view *view, size_t host)
{
    const struct path_walk *first = &view->advertised;
    for (size_t i = 0; i <= first->n_arrivals; i++) {
        struct path_walk again;
        path_follow_sure(view->tables, host,
                         i == 0 ? &first->hops[0].header : &first->arrivals[i - 1].header, &again);
        if (!again.known || path_walk_copies(&again, view->to) > 0) {
            return true;
        }
    }
    return false;
}

/* A host sends more than it was told to, and what it sends may be this. All hosts send other
 * things, too. */
static bool locate_sending_station(const struct blame_view *view, struct blame_place *place)
{
    for (size_t host = 0; host < view->topology->n_hosts; host++) {
        const struct traffic_host_count *count = blame_host_count(view, host);
        long entered = blame_rx(view, view->topology->hosts[host].port, NULL);
        /* A cable that doubles could do as much to the sender's own frames. */
        long allowed = count ? (long)count->sent * (host == view->from ? 2 : 1) : 0;
        if (count && entered > allowed && may_come_from(view, host)) {
            const char *name = view->topology->hosts[host].name;
            blame_at(name, CAUSE_STATION,
                     base_arena_format(view->arena,
                                       "%s sent %u frames of ours, and %ld entered by its port",
                                       name, count->sent, entered),
                     place);
            return true;
        }
    }
    return false;
}

/* The port of a switch that sent the most over what its table says; 0: perhaps none did of itself,
 * as the table sends on by a port whatever more has come in. */
static long most_surplus(const struct blame_view *view, size_t sw, uint16_t *port)
{
    const struct switch_state *state = view->states[sw];
    long most = 0, fed = 0;
    for (size_t i = 0; state && i < state->n_ports; i++) {
        struct port_ref at = {.sw = sw, .port = state->ports[i].number};
        const struct traffic_port_count *wanted = blame_port_count(view, at);
        long surplus = wanted ? blame_tx(view, at, NULL) - (long)wanted->tx : 0;
        long more_in = wanted ? blame_rx(view, at, NULL) - (long)wanted->rx : 0;
        fed += more_in > 0 ? more_in : 0;
        if (at.port <= PORT_MAX && surplus > most) {
            most = surplus;
            *port = at.port;
        }
    }
    return most > fed ? most : 0;
}

/* The first switch on the way that sent what its table does not send. */
static bool locate_leaking_switch(const struct blame_view *view, struct blame_place *place)
{
    for (size_t i = 0; i < view->advertised.n_hops; i++) {
        struct port_ref in = view->advertised.hops[i].in;
        uint16_t port = 0;
        long surplus = view->evidence->count ? most_surplus(view, in.sw, &port) : 0;
        if (surplus > 0) {
            blame_at(place_text(view, in), CAUSE_SWITCH,
                     base_arena_format(view->arena,
                                       "%s sent %ld frames by port %u that its table does "
                                       "not send there",
                                       view->topology->switches[in.sw].name, surplus, port),
                     place);
            return true;
        }
    }
    return false;
}

/* Frames that no switch has sent come to a host. */
static void locate_host_cable(const struct blame_view *view, struct blame_place *place)
{
    struct blame_cable cable = {
        .to_host = true, .host = view->to, .out = view->topology->hosts[view->to].port};
    cable.tx = blame_tx(view, cable.out, NULL);
    const struct traffic_host_count *host = blame_host_count(view, view->to);
    const struct traffic_port_count *port = blame_port_count(view, cable.out);
    cable.rx = host ? (long)host->arrived : -1;
    bool is_late = port && cable.tx < (long)port->tx; /* it may yet count the others, too */
    if (cable.tx >= 0 && !is_late && cable.rx > cable.tx) {
        blame_cable(view, &cable, blame_cable_counts(view, &cable), place);
    } else {
        place->why = "no table sends it there, and no counter tells what does";
    }
}

/* --------------------------------------------------------- entries' counters */

/* Packets counted by the entry that takes the probe at this hop; -1: unknown. */
static long entry_delta(const struct blame_view *view, const struct path_hop *hop)
{
    const struct traffic_evidence *evidence = view->evidence;
    const struct switch_state *after = evidence->after ? evidence->after[hop->in.sw] : NULL;
    size_t row = path_last_row(view->tables, hop->in.sw, hop->entry, &hop->header);
    return traffic_count_since(evidence->before[hop->in.sw], row, after);
}

static void put_counted(const struct blame_view *view, const struct path_way *way,
                        struct blame_place *place)
{
    struct base_buffer counted = {0};
    for (size_t i = 0; i < way->n_hops; i++) {
        const struct path_hop *hop = blame_hop(view, way, i);
        long delta = entry_delta(view, hop);
        base_put_format(&counted, delta < 0 ? "%s%s not counted" : "%s%s +%ld packets",
                        i ? ", " : "", place_text(view, hop->in), delta);
    }
    place->counted = base_arena_take(view->arena, &counted);
}

/* The last hop whose entry counted something, and the cable behind it; unless the entries behind
 * that cable stand still, whatever comes. */
static void locate_by_entries(const struct blame_view *view, const struct path_way *way,
                              struct blame_place *place)
{
    const struct switch_state *const *after = view->evidence->after;
    size_t behind = 0;
    for (size_t i = 0; i < way->n_hops; i++) {
        behind = entry_delta(view, blame_hop(view, way, i)) > 0 ? i + 1 : behind;
    }
    size_t sw = behind < way->n_hops ? blame_hop(view, way, behind)->in.sw : SWITCH_NONE;
    if (sw == SWITCH_NONE ? behind == 0
                          : !after || !traffic_count_entries_move(view->states[sw], after[sw])) {
        return;
    }
    struct blame_cable cable = blame_cable_at(view, way, behind);
    blame_cable(view, &cable,
                behind == 0 ? "no entry on its way counted it"
                            : base_arena_format(
                                  view->arena, "the tables would deliver it; %s counted it last",
                                  place_text(view, blame_hop(view, way, behind - 1)->in)),
                place);
}

/* -------------------------------------------------------------------- which */

typedef bool locate_fn(const struct blame_view *view, const struct path_way *way,
                       struct blame_place *place);

/* Tries one way after another, if several copies should arrive. */
static bool locate_on_any_way(const struct blame_view *view, locate_fn *locate,
                              struct blame_place *place)
{
    const struct path_walk *walk = &view->advertised;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        struct path_way way;
        if (walk->arrivals[i].host != view->to) {
            continue;
        }
        path_way_to(walk, walk->arrivals[i].hop, &way);
        if (locate(view, &way, place)) {
            return true;
        }
    }
    return false;
}

/* Where it was when its round was over: what has not left a switch, or not come out of a cable, by
 * then, came late from there. */
static bool locate_late(const struct blame_view *view, struct blame_place *place)
{
    struct blame_view early = *view;
    early.early = true;
    if (!view->evidence->early || !(locate_on_any_way(&early, locate_lossy_cable, place) ||
                                    locate_on_any_way(&early, locate_keeping_switch, place))) {
        return false;
    }
    place->why = base_arena_format(view->arena, "when the round was over, %s", place->why);
    return true;
}

/* Where far more is kept back by a switch than a cable behind it loses, what the cable loses may
 * still be on its way, or not be ours. */
static bool locate_loss(const struct blame_view *view, struct blame_place *place)
{
    struct blame_place cable = *place, keeping = *place;
    enum { FAR_MORE = 4 };
    bool loses = locate_on_any_way(view, locate_lossy_cable, &cable),
         keeps = locate_on_any_way(view, locate_keeping_switch, &keeping);
    bool is_cable =
        loses && !(keeps && keeping.nth < cable.nth && keeping.n_lost > FAR_MORE * cable.n_lost);
    if (!is_cable && locate_on_any_way(view, locate_altering_cable, place)) {
        return true;
    }
    *place = is_cable ? cable : keeping;
    return loses || keeps;
}

static void locate_missing(const struct blame_view *view, const struct path_way *way,
                           struct blame_place *place)
{
    if (locate_on_any_way(view, locate_fragments, place) || locate_loss(view, place)) {
        return;
    }
    if (view->evidence->count) {
        locate_by_company(view, way, "of what went over it least arrived", place);
    }
    if (!place->suspect) {
        locate_by_entries(view, way, place);
    }
}

static void locate_surplus(const struct blame_view *view, struct blame_place *place)
{
    if (view->evidence->lags) {
        place->why = "ports count so late that they may mean what was sent before";
        return;
    }
    if (locate_sending_station(view, place) ||
        locate_on_any_way(view, locate_doubling_cable, place) ||
        locate_leaking_switch(view, place)) {
        return;
    }
    locate_host_cable(view, place);
}

static void locate_alteration(const struct blame_view *view, const struct path_way *way,
                              struct blame_place *place)
{
    if (!(view->late ? locate_late(view, place)
                     : locate_on_any_way(view, locate_altering_cable, place))) {
        locate_by_company(view, way, "the tables would deliver it unaltered", place);
    }
}

/* On the ways by which a copy surely comes though NORMAL may send others: what is lost there is no
 * fault of NORMAL, nor is what a cable on them is seen to do. */
static bool locate_beside_normal(const struct blame_view *view, const struct path_way *way,
                                 struct blame_place *place)
{
    long least = (long)path_walk_copies(&view->advertised, view->to) * view->sent;
    if (view->altered) {
        return locate_on_any_way(view, locate_altering_cable, place);
    }
    if (view->observed >= least) {
        return locate_on_any_way(view, locate_doubling_cable, place);
    }
    locate_missing(view, way, place);
    return true;
}

static void locate_by_frames(const struct blame_view *view, struct blame_place *place)
{
    const struct path_walk *walk = &view->advertised;
    struct path_way way = {0};
    for (size_t i = 0; i < walk->n_arrivals && way.n_hops == 0; i++) {
        if (walk->arrivals[i].host == view->to) {
            path_way_to(walk, walk->arrivals[i].hop, &way);
        }
    }
    if (way.n_hops > 0) {
        put_counted(view, &way, place);
    }
    if (!walk->known && way.n_hops > 0 && locate_beside_normal(view, &way, place)) {
        return;
    }
    if (path_is_normal(walk->reason) && !view->altered &&
        blame_normal(view, view->observed < view->wanted, place)) {
        return;
    }
    if (!walk->known) {
        const char *where = place_text(view, walk->unknown_at);
        blame_at(where, CAUSE_TABLE,
                 base_arena_format(view->arena, "what %s does with it is not known: %s", where,
                                   walk->reason),
                 place);
    } else if (way.n_hops == 0 || view->observed > place->advertised * view->sent) {
        locate_surplus(view, place);
    } else if (view->altered) {
        locate_alteration(view, &way, place);
    } else {
        locate_missing(view, &way, place);
    }
}

/* -------------------------------------------------------------------- results */

static const char *copies_text(struct base_arena *arena, long n, const char *how)
{
    return n < 0 ? NULL : base_arena_format(arena, n == 1 ? "%ld copy%s" : "%ld copies%s", n, how);
}

static void fill_result(const struct blame_place *place, bool altered, struct base_arena *arena,
                        struct result *result)
{
    bool by_tables = place->disagree[1] == SAYS_ADVERTISED;
    result->suspect = place->suspect;
    result->cause_kind = place->cause_kind;
    result->cause = place->cause;
    result->disagree[0] = place->disagree[0];
    result->disagree[1] = place->disagree[1];
    result->says[SAYS_ADVERTISED] =
        copies_text(arena, place->advertised, altered && by_tables ? ", altered" : "");
    result->says[SAYS_COUNTED] = place->counted;
    if (place->why) {
        result->detail = base_arena_format(arena, "%s; %s", result->detail, place->why);
    }
}

/* Of what a switch sends by one of several ways, that way by which it comes to the receiver. */
static void choose_way(const struct path_network *network, const struct traffic_probe *probe,
                       size_t to, struct path_walk *walk)
{
    struct port_ref in = network->topology->hosts[probe->from].port;
    struct space_choices choices = {0};
    bool found = walk->known;
    while (!found) {
        path_follow_chosen(network, in, &probe->header, NULL, &choices, walk);
        found = (walk->known && path_walk_copies(walk, to) > 0) || walk->reason == path_choices ||
                !space_choices_next(&choices);
    }
}

static bool misses_fragments_only(const struct traffic_evidence *evidence,
                                  const struct traffic_failure *failure)
{
    const struct traffic_plan *plan = evidence->plan;
    const struct traffic_round *round = evidence->round;
    bool only = plan->probes[failure->probe].shape.fragment != FRAME_WHOLE;
    for (size_t p = 0; p < plan->n_probes && only; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        only = probe->from != plan->probes[failure->probe].from ||
               probe->shape.fragment != FRAME_WHOLE ||
               traffic_seen_count(round, p, failure->host) >=
                   round->sent[p] * traffic_plan_copies(probe, failure->host);
    }
    return only;
}

static void blame_failure(const struct traffic_evidence *evidence,
                          const struct traffic_failure *failure, struct blame_leaving *leaving,
                          struct report *report)
{
    const struct traffic_probe *probe = &evidence->plan->probes[failure->probe];
    const struct traffic_seen *seen =
        traffic_round_seen(evidence->round, failure->probe, failure->host);
    struct blame_view view = {
        .expected = &evidence->declared->network,
        .tables = evidence->tables,
        .states = evidence->before,
        .altered = failure->alteration != NULL,
        .late = failure->alteration && seen->altered == 0,
        .fragments = misses_fragments_only(evidence, failure),
        .evidence = evidence,
        .leaving = leaving,
        .observed = (long)traffic_seen_count(evidence->round, failure->probe, failure->host),
        .sent = (long)evidence->round->sent[failure->probe],
        .probe = failure->probe,
        .wanted = (long)traffic_plan_copies(probe, failure->host) *
                  (long)evidence->round->sent[failure->probe],
        .arena = &report->arena};
    struct blame_place place;
    blame_open(&view, probe->from, &probe->header, failure->host, &place);
    if (probe->n_ways > 0 && view.altered) {
        choose_way(view.expected, probe, view.to, &view.declared);
        choose_way(view.tables, probe, view.to, &view.advertised);
        place.advertised =
            view.advertised.known ? (long)path_walk_copies(&view.advertised, view.to) : -1;
    }
    bool tables_explain = place.advertised * view.sent == view.observed;
    if (!tables_explain || !blame_tables(&view, &place)) {
        locate_by_frames(&view, &place);
    }
    fill_result(&place, view.altered, view.arena, &report->results[failure->result]);
}

void blame_frames(const struct traffic_evidence *evidence, const struct traffic_failures *failures,
                  struct report *report)
{
    struct blame_leaving leaving[2] = {0};
    for (size_t i = 0; i < failures->n_items; i++) {
        const struct traffic_failure *failure = &failures->items[i];
        struct blame_place place;
        if (failure->host == HOST_NONE) {
            blame_among(evidence, failure, &report->arena, &place);
            fill_result(&place, false, &report->arena, &report->results[failure->result]);
        } else {
            blame_failure(evidence, failure, leaving, report);
        }
    }
    free(leaving[0].at);
    free(leaving[1].at);
}
