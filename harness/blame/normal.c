/* SPDX-License-Identifier: Apache-2.0
 *
 * Which switch or cable behind NORMAL keeps frames back, or sends them elsewhere? */
#include "blame/normal.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The frames of one failing probe, behind NORMAL. */
struct behind {
    const struct path_network *network; /* as expected, as far as that says */
    const struct blame_view *view;
    struct blame_view own;  /* its advertised walk is the flood by which its way was found */
    struct path_way way;    /* to the host where it fares otherwise */
    struct path_walk other; /* of another probe, or host: scratch */
    struct path_way other_way;
    size_t addressed; /* whose address it has; HOST_NONE: nobody's, or all */
};

static size_t host_of(const struct topology *topology, const struct header *header)
{
    size_t host = 0;
    while (host < topology->n_hosts &&
           memcmp(topology->hosts[host].mac, header->dl_dst, BASE_MAC_BYTES) != 0) {
        host++;
    }
    return host < topology->n_hosts ? host : HOST_NONE;
}

/* The one way by which NORMAL may send it there. */
static bool find_way(const struct path_network *network, size_t from, const struct header *header,
                     size_t to, struct path_walk *walk, struct path_way *way)
{
    struct path_touch touch;
    size_t n = 0;
    path_follow_touch(network, network->topology->hosts[from].port, header, NULL, &touch, walk);
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        if (walk->arrivals[i].host == to && walk->arrivals[i].doubt == PATH_NORMAL) {
            path_way_to(walk, walk->arrivals[i].hop, way);
            n++;
        }
    }
    return n == 1 && walk->ends;
}

static const char *in_text(const struct behind *behind, size_t hop)
{
    const struct blame_view *view = &behind->own;
    return topology_port_name(view->topology, blame_hop(view, &behind->way, hop)->in, view->arena);
}

static void blame_hop_at(const struct behind *behind, size_t hop, enum cause_kind kind,
                         const char *why, struct blame_place *place)
{
    place->suspect = place->cause = in_text(behind, hop);
    place->cause_kind = kind;
    place->why = why;
}

/* ----------------------------------------------------------------------------- tables */

/* Whether the table sends it on by the way. */
static bool goes_on(const struct behind *behind, size_t hop)
{
    struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    const struct path_hop *at = blame_hop(&behind->own, &behind->way, hop);
    uint16_t port = blame_out(&behind->own, &behind->way, hop).port;
    path_step(behind->view->tables, at->in.sw, &at->header, out, &step);
    bool on = step.open != NULL;
    for (size_t i = 0; i < step.n_sent && !on; i++) {
        on = out[i].port == port;
    }
    return on;
}

/* Ports and tables alone tell. */
static bool locate_table(const struct behind *behind, struct blame_place *place)
{
    for (size_t i = 0; i < behind->way.n_hops; i++) {
        struct port_ref out = blame_out(&behind->own, &behind->way, i);
        if (blame_closed(behind->view, blame_hop(&behind->own, &behind->way, i)->in, true, place) ||
            blame_closed(behind->view, out, false, place)) {
            return true;
        }
        if (!goes_on(behind, i)) {
            blame_hop_at(behind, i, CAUSE_TABLE,
                         base_arena_format(behind->own.arena,
                                           "by its table %s does not send it on by port %u",
                                           behind->own.topology->switches[out.sw].name, out.port),
                         place);
            return true;
        }
    }
    return false;
}

/* --------------------------------------------------------------------------- counters */

/* The port by which the i-th hop of the other way sends it on, in the end to the host `to`. */
static struct port_ref other_out(const struct behind *behind, size_t i, size_t to)
{
    const struct path_way *way = &behind->other_way;
    return (struct port_ref){.sw = behind->other.hops[way->hops[i]].in.sw,
                             .port = i + 1 < way->n_hops
                                         ? behind->other.hops[way->hops[i + 1]].out
                                         : behind->own.topology->hosts[to].port.port};
}

static int compare_left(const void *a, const void *b)
{
    const struct blame_left *x = a, *y = b;
    const size_t keys[][2] = {
        {x->port.sw, y->port.sw}, {x->port.port, y->port.port}, {x->from, y->from}, {x->to, y->to}};
    int order = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && order == 0; i++) {
        order = (keys[i][0] > keys[i][1]) - (keys[i][0] < keys[i][1]);
    }
    return order;
}

static void add_left(struct blame_leaving *leaving, struct blame_left left)
{
    if (left.n > 0 &&
        base_grow(&leaving->at, leaving->n, &leaving->capacity, sizeof *leaving->at) == 0) {
        leaving->at[leaving->n++] = left;
    }
}

/* Of one probe: what came, and what did not, by each port of its way. */
static void add_probe(struct behind *behind, size_t p, struct blame_leaving *leaving)
{
    const struct traffic_evidence *evidence = behind->view->evidence;
    const struct traffic_probe *probe = &evidence->plan->probes[p];
    size_t to = host_of(behind->own.topology, &probe->header);
    long sent = (long)evidence->round->sent[p];
    if (sent == 0 || to == HOST_NONE ||
        !find_way(behind->network, probe->from, &probe->header, to, &behind->other,
                  &behind->other_way)) {
        return;
    }
    long here = (long)traffic_round_seen(evidence->round, p, to)->copies;
    here = here < sent ? here : sent;
    for (size_t i = 0; i < behind->other_way.n_hops; i++) {
        struct port_ref port = other_out(behind, i, to);
        bool is_again = false;
        for (size_t before = 0; before < i && !is_again; before++) {
            is_again = port_ref_equal(port, other_out(behind, before, to));
        }
        if (!is_again) {
            add_left(leaving, (struct blame_left){port, HOST_NONE, HOST_NONE, here});
            add_left(leaving, (struct blame_left){port, probe->from, to, sent - here});
        }
    }
}

/* Each probe is followed once for all failures: sorted by port and hosts, with no two alike. */
static const struct blame_leaving *sum_leaving(struct behind *behind)
{
    struct blame_leaving *leaving =
        &behind->view->leaving[behind->network == behind->view->expected ? 0 : 1];
    if (leaving->is_known) {
        return leaving;
    }
    size_t n = 0;
    for (size_t p = 0; p < behind->view->evidence->plan->n_probes; p++) {
        add_probe(behind, p, leaving);
    }
    if (leaving->n > 0) {
        qsort(leaving->at, leaving->n, sizeof *leaving->at, compare_left);
    }
    for (size_t i = 0; i < leaving->n; i++) {
        if (n > 0 && compare_left(&leaving->at[n - 1], &leaving->at[i]) == 0) {
            leaving->at[n - 1].n += leaving->at[i].n;
        } else {
            leaving->at[n++] = leaving->at[i];
        }
    }
    leaving->n = n;
    leaving->is_known = true;
    return leaving;
}

static long find_left(const struct blame_leaving *leaving, struct port_ref port, size_t from,
                      size_t to)
{
    struct blame_left key = {port, from, to, 0};
    const struct blame_left *found =
        leaving->n > 0 ? bsearch(&key, leaving->at, leaving->n, sizeof *leaving->at, compare_left)
                       : NULL;
    return found ? found->n : 0;
}

/* How many frames must have left by this port: those that came to the host they are for, and
 * (*all) those that should have come from this sender to this host, too. */
static long must_leave(struct behind *behind, struct port_ref port, long *all)
{
    const struct blame_leaving *leaving = sum_leaving(behind);
    long came = find_left(leaving, port, HOST_NONE, HOST_NONE);
    *all = came + find_left(leaving, port, behind->own.from, behind->own.to);
    return came;
}

/* What lies between the hop where it surely came in and its receiver. */
static void name_between(const struct behind *behind, size_t first, struct blame_place *place)
{
    struct base_buffer text = {0};
    const struct blame_view *view = &behind->own;
    for (size_t i = first; i < behind->way.n_hops; i++) {
        struct port_ref out = blame_out(view, &behind->way, i);
        base_put_format(&text, "%s%s or %s", i > first ? " or " : "", in_text(behind, i),
                        topology_cable_name(view->topology, out, view->arena));
    }
    place->suspect = place->cause = base_arena_take(view->arena, &text);
    place->cause_kind = CAUSE_SWITCH;
    place->why = base_arena_format(
        view->arena, "NORMAL sends it on from %s, and no counter tells where it was lost behind",
        in_text(behind, first));
}

static void locate_by_counters(struct behind *behind, struct blame_place *place)
{
    const struct blame_view *view = &behind->own;
    size_t seen = 0; /* the last switch that it surely came to */
    for (size_t i = 0; i <= behind->way.n_hops; i++) {
        struct blame_cable cable = blame_cable_at(view, &behind->way, i);
        if (blame_cable_loses(view, &cable)) {
            blame_cable(view, &cable, blame_cable_counts(view, &cable), place);
            return;
        }
        if (i == behind->way.n_hops) {
            break;
        }
        struct port_ref out = blame_out(view, &behind->way, i);
        long all, came = must_leave(behind, out, &all);
        long sent = view->evidence->count ? blame_tx(view, out, NULL) : -1;
        if (sent >= came && sent < all) {
            blame_hop_at(behind, i, CAUSE_SWITCH,
                         base_arena_format(view->arena,
                                           "NORMAL of %s should have sent %ld frames by port %u; "
                                           "it sent %ld",
                                           view->topology->switches[out.sw].name, all, out.port,
                                           sent),
                         place);
            return;
        }
        seen = sent >= all && cable.rx >= 0 ? i + 1 : seen;
    }
    name_between(behind, seen < behind->way.n_hops ? seen : behind->way.n_hops - 1, place);
}

/* --------------------------------------------------------------------------- whom for */

static bool is_mirrored(const struct blame_view *view)
{
    const struct claim *claim = traffic_claim_for(view->evidence->expectation, view->from, view->to,
                                                  &view->advertised.hops[0].header);
    return claim && claim->kind == CLAIM_MIRRORED;
}

/* Of what is for another host NORMAL brings none: which claim says so, or what would. */
static const char *advice(const struct blame_view *view)
{
    const struct topology_host *hosts = view->topology->hosts;
    char mac[BASE_MAC_TEXT];
    return is_mirrored(view)
               ? base_arena_format(view->arena,
                                   "a copy comes to %s only where an entry sends one beside NORMAL "
                                   "(`output: [normal, PORT]`), and none does",
                                   hosts[view->to].name)
               : base_arena_format(
                     view->arena,
                     "of what is for %s the claim is {from: %s, match: \"dl_dst=%s\", "
                     "delivered: [%s]}",
                     hosts[view->to].name, hosts[view->from].name,
                     base_mac_format(hosts[view->to].mac, mac), hosts[view->to].name);
}

/* What NORMAL sends to the host whose address it has comes to no other one. */
static bool tell_addressed(const struct behind *behind, struct blame_place *place)
{
    const struct blame_view *view = behind->view;
    if (behind->addressed == HOST_NONE || behind->addressed == view->to) {
        return false;
    }
    place->suspect = place->cause = NULL;
    place->cause_kind = CAUSE_UNKNOWN;
    place->why = base_arena_format(view->arena, "it is for %s, and NORMAL sends it there alone; %s",
                                   view->topology->hosts[behind->addressed].name, advice(view));
    return true;
}

/* The last hop that its way has in common with that to another host; HOP_NONE: there is none. */
static size_t find_parting(struct behind *behind, size_t host)
{
    const struct blame_view *view = &behind->own;
    size_t i = 0;
    if (!find_way(behind->network, view->from, &behind->view->advertised.hops[0].header, host,
                  &behind->other, &behind->other_way)) {
        return HOP_NONE;
    }
    while (i + 1 < behind->way.n_hops && i + 1 < behind->other_way.n_hops &&
           port_ref_equal(blame_hop(view, &behind->way, i + 1)->in,
                          behind->other.hops[behind->other_way.hops[i + 1]].in)) {
        i++;
    }
    return i;
}

/* It came to the host, and is for another one: the switch where their ways part. Unless that is
 * where an action beside NORMAL sends it: then NORMAL has done nothing. */
static bool locate_flooding(struct behind *behind, struct blame_place *place)
{
    const struct blame_view *view = &behind->own;
    bool is_elsewhere = behind->addressed != HOST_NONE && behind->addressed != view->to &&
                        path_walk_copies(&behind->view->advertised, view->to) == 0;
    size_t hop = is_elsewhere ? find_parting(behind, behind->addressed) : HOP_NONE;
    if (hop == HOP_NONE) {
        return false;
    }
    size_t sw = blame_hop(view, &behind->way, hop)->in.sw;
    blame_hop_at(behind, hop, CAUSE_SWITCH,
                 base_arena_format(view->arena, "NORMAL of %s sends what is for %s there, too",
                                   view->topology->switches[sw].name,
                                   view->topology->hosts[behind->addressed].name),
                 place);
    return true;
}

/* It came to one other host alone, by NORMAL: the switch where their ways part. */
static bool locate_misled(struct behind *behind, struct blame_place *place)
{
    const struct blame_view *view = &behind->own;
    size_t found = HOST_NONE, n = 0;
    for (size_t host = 0; host < view->topology->n_hosts; host++) {
        bool came = host != view->to && host != view->from &&
                    traffic_seen_count(view->evidence->round, view->probe, host) > 0 &&
                    path_walk_copies(&behind->view->advertised, host) == 0;
        found = came ? host : found;
        n += came;
    }
    size_t hop = n == 1 ? find_parting(behind, found) : HOP_NONE;
    if (hop == HOP_NONE) {
        return false;
    }
    size_t sw = blame_hop(view, &behind->way, hop)->in.sw;
    blame_hop_at(behind, hop, CAUSE_SWITCH,
                 base_arena_format(view->arena, "NORMAL of %s sent it towards %s",
                                   view->topology->switches[sw].name,
                                   view->topology->hosts[found].name),
                 place);
    return true;
}

static bool locate(struct behind *behind, bool is_missing, struct blame_place *place)
{
    const struct blame_view *view = behind->view;
    const struct header *header = &view->advertised.hops[0].header;
    behind->addressed = host_of(view->topology, header);
    if (is_missing && tell_addressed(behind, place)) {
        return true;
    }
    behind->network = view->expected;
    if (!find_way(view->expected, view->from, header, view->to, &behind->own.advertised,
                  &behind->way)) {
        behind->network = view->tables;
        if (!find_way(view->tables, view->from, header, view->to, &behind->own.advertised,
                      &behind->way)) {
            return false;
        }
    }
    if (!is_missing) {
        return locate_flooding(behind, place);
    }
    if (!locate_table(behind, place) && !locate_misled(behind, place)) {
        locate_by_counters(behind, place);
    }
    return true;
}

bool blame_normal(const struct blame_view *view, bool is_missing, struct blame_place *place)
{
    struct behind *behind = base_calloc(1, sizeof *behind);
    bool located = false;
    if (behind) {
        behind->view = view;
        behind->own = *view;
        located = locate(behind, is_missing, place);
    }
    free(behind);
    return located;
}
