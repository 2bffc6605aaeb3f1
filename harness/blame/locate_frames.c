/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that would do it, and frames that did not. A way is cables and
 * switches in turn: the first cable out of which less comes than was sent into
 * it loses frames, the first switch that sends less than its table says keeps
 * them back. Where counters are equal, or are not known, what arrived elsewhere
 * over the same cables tells the good ones. */
#include "blame/inside.h"

#include "blame/cause.h"

/* One cable on a way, from one end to the other. */
struct cable {
    bool from_host, to_host;
    size_t host;         /* from_host, to_host */
    struct port_ref out; /* the end where frames go in, unless from_host */
    struct port_ref in;  /* ... where they come out, unless to_host */
    long tx, rx;         /* packets; -1: not known */
    long tx_bytes, rx_bytes;
    long others; /* to_host: frames that came and are not known for ours */
};

static const char *place_text(const struct blame_view *view, struct port_ref port)
{
    return topology_port_name(view->topology, port, view->arena);
}

static const char *host_text(const struct blame_view *view, size_t host)
{
    return view->topology->hosts[host].name;
}

static const char *from_text(const struct blame_view *view, const struct cable *cable)
{
    return cable->from_host ? host_text(view, cable->host) : place_text(view, cable->out);
}

static const char *to_text(const struct blame_view *view, const struct cable *cable)
{
    return cable->to_host ? host_text(view, cable->host) : place_text(view, cable->in);
}

static const char *cable_text(const struct blame_view *view, const struct cable *cable)
{
    return base_arena_format(view->arena, "%s -> %s", from_text(view, cable), to_text(view, cable));
}

static const char *cable_name(const struct blame_view *view, const struct cable *cable)
{
    return topology_cable_name(view->topology, cable->from_host ? cable->in : cable->out,
                               view->arena);
}

static const struct path_hop *hop_at(const struct blame_view *view, const struct blame_way *way,
                                     size_t i)
{
    return &view->advertised.hops[way->hops[i]];
}

/* The port by which the i-th switch of a way sends it on. */
static struct port_ref out_of(const struct blame_view *view, const struct blame_way *way, size_t i)
{
    uint16_t last = view->topology->hosts[view->to].port.port;
    return (struct port_ref){.sw = hop_at(view, way, i)->in.sw,
                             .port = i + 1 < way->n_hops ? hop_at(view, way, i + 1)->out : last};
}

static const struct traffic_host_count *host_count(const struct blame_view *view, size_t host)
{
    return view->evidence->count ? &view->evidence->count->hosts[host] : NULL;
}

static const struct traffic_port_count *port_count(const struct blame_view *view,
                                                   struct port_ref port)
{
    return view->evidence->count
               ? traffic_count_port(view->evidence->count, view->evidence->before, port)
               : NULL;
}

static long count_tx(const struct blame_view *view, struct port_ref port, long *bytes)
{
    return traffic_count_tx(view->evidence->before, view->evidence->after, port, bytes);
}

static long count_rx(const struct blame_view *view, struct port_ref port, long *bytes)
{
    return traffic_count_rx(view->evidence->before, view->evidence->after, port, bytes);
}

/* Bytes that a host sent, of our frames, or got; -1: not known. */
static long round_host(const struct blame_view *view, size_t host, bool sent)
{
    const struct traffic_round *round = view->evidence->round;
    return !round ? -1
                  : (long)(sent ? round->hosts[host].sent_bytes : round->hosts[host].arrived_bytes);
}

/* Ports of some switches are counted seconds late: a counter that has not even
 * counted what arrived well, from over this cable, says nothing. */
static void drop_late_counts(const struct blame_view *view, struct cable *cable)
{
    const struct traffic_port_count *port = cable->to_host ? NULL : port_count(view, cable->in);
    const struct traffic_host_count *host = cable->to_host ? host_count(view, cable->host) : NULL;
    long good = port ? (long)port->good : host ? (long)host->good : 0;
    cable->tx = cable->tx < good ? -1 : cable->tx;
    cable->rx = cable->rx < good ? -1 : cable->rx;
}

static struct cable counted_cable(const struct blame_view *view, const struct blame_way *way,
                                  size_t i)
{
    struct cable cable = {.tx = -1, .rx = -1, .tx_bytes = -1, .rx_bytes = -1};
    if (i == 0) {
        const struct traffic_host_count *host = host_count(view, view->from);
        cable.from_host = true;
        cable.host = view->from;
        cable.tx = host ? (long)host->sent : -1;
        cable.tx_bytes = round_host(view, view->from, true);
    } else {
        cable.out = out_of(view, way, i - 1);
        cable.tx = count_tx(view, cable.out, &cable.tx_bytes);
    }
    if (i < way->n_hops) {
        cable.in = hop_at(view, way, i)->in;
        cable.rx = count_rx(view, cable.in, &cable.rx_bytes);
        return cable;
    }
    const struct traffic_host_count *host = host_count(view, view->to);
    cable.to_host = true;
    cable.host = view->to;
    cable.rx = host ? (long)host->arrived : -1;
    cable.rx_bytes = round_host(view, view->to, false);
    cable.others =
        view->evidence->round ? (long)view->evidence->round->hosts[view->to].n_others : 0;
    return cable;
}

/* The i-th cable of a way of n switches, 0 to n. A host sends other things
 * too, and gets them: of its own cables only frames of ours count. */
static struct cable cable_at(const struct blame_view *view, const struct blame_way *way, size_t i)
{
    struct cable cable = counted_cable(view, way, i);
    drop_late_counts(view, &cable);
    return cable;
}

static void blame_cable(const struct blame_view *view, const struct cable *cable, const char *why,
                        struct blame_location *location)
{
    location->suspect = cable_text(view, cable);
    location->cause_kind = CAUSE_CABLE;
    location->cause = cable_name(view, cable);
    location->why = why;
}

static const char *cable_counts(const struct blame_view *view, const struct cable *cable)
{
    return base_arena_format(view->arena, "%ld frames left %s, %ld came to %s", cable->tx,
                             from_text(view, cable), cable->rx, to_text(view, cable));
}

/* What a switch does with packets that enter here is not what its table says. */
static void blame_switch(const struct blame_view *view, struct port_ref in, const char *why,
                         struct blame_location *location)
{
    location->suspect = place_text(view, in);
    location->cause_kind = CAUSE_SWITCH;
    location->cause = location->suspect;
    location->why = why;
}

/* Less came out than went in. To a host a switch sends what is not ours, too,
 * and what it gets and does not know may have been ours. */
static bool loses(const struct blame_view *view, const struct cable *cable)
{
    long tx = cable->tx, rx = cable->rx;
    if (cable->to_host) {
        const struct traffic_port_count *port = port_count(view, cable->out);
        tx = port && tx > (long)port->tx ? (long)port->tx : tx;
        rx += rx >= 0 ? cable->others : 0;
    }
    return tx >= 0 && rx >= 0 && rx < tx;
}

static bool locate_lossy_cable(const struct blame_view *view, const struct blame_way *way,
                               struct blame_location *location)
{
    for (size_t i = 0; i <= way->n_hops; i++) {
        struct cable cable = cable_at(view, way, i);
        if (loses(view, &cable)) {
            blame_cable(view, &cable, cable_counts(view, &cable), location);
            return true;
        }
    }
    return false;
}

static bool bytes_differ(const struct cable *cable)
{
    return cable->tx > 0 && cable->tx == cable->rx + cable->others && cable->tx_bytes >= 0 &&
           cable->rx_bytes >= 0 && cable->tx_bytes != cable->rx_bytes;
}

static bool locate_altering_cable(const struct blame_view *view, const struct blame_way *way,
                                  struct blame_location *location)
{
    for (size_t i = 0; i <= way->n_hops; i++) {
        struct cable cable = cable_at(view, way, i);
        if (bytes_differ(&cable)) {
            blame_cable(view, &cable,
                        base_arena_format(view->arena, "%ld bytes left %s, %ld came to %s",
                                          cable.tx_bytes, from_text(view, &cable), cable.rx_bytes,
                                          to_text(view, &cable)),
                        location);
            return true;
        }
    }
    return false;
}

static bool locate_keeping_switch(const struct blame_view *view, const struct blame_way *way,
                                  struct blame_location *location)
{
    for (size_t i = 0; i < way->n_hops; i++) {
        struct port_ref out = out_of(view, way, i), in = hop_at(view, way, i)->in;
        const struct traffic_port_count *wanted = port_count(view, out);
        long sent = cable_at(view, way, i + 1).tx;
        if (wanted && sent >= 0 && sent < (long)wanted->tx) {
            blame_switch(view, in,
                         base_arena_format(view->arena,
                                           "by its table %s sends %u frames by port %u; it sent "
                                           "%ld",
                                           view->topology->switches[in.sw].name, wanted->tx,
                                           out.port, sent),
                         location);
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------- what arrived elsewhere */

/* Of 1,000 copies over this cable so many did not arrive well; -1: none went. */
static long badness(const struct blame_view *view, const struct cable *cable)
{
    const struct traffic_host_count *host = cable->to_host ? host_count(view, cable->host) : NULL;
    const struct traffic_port_count *port = cable->to_host ? NULL : port_count(view, cable->in);
    unsigned long good = host ? host->good : port ? port->good : 0;
    unsigned long bad = host ? host->bad : port ? port->bad : 0;
    return good + bad == 0 ? -1 : (long)(1000 * bad / (good + bad));
}

/* What switches were told to send on this way: from behind the bad cable it
 * arrives well, from in front of it it does not. */
static bool locate_by_shots(const struct blame_view *view, const struct blame_way *way,
                            struct blame_location *location)
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
            struct cable cable = cable_at(view, way, n - shot->depth + 1);
            blame_cable(view, &cable,
                        base_arena_format(view->arena,
                                          "of %u frames that the switch was told to send there %u "
                                          "arrived well",
                                          shot->sent, shot->good),
                        location);
            return true;
        }
        good_from = n - shot->depth + 1;
    }
    if (good_from != 1) {
        return false;
    }
    struct cable cable = cable_at(view, way, 0);
    blame_cable(view, &cable, "what the first switch was told to send arrived well", location);
    return true;
}

/* The cables of the way over which the worst part came. Two that carry the same
 * frames and no others cannot be told apart by what hosts see: both are named. */
static void locate_by_company(const struct blame_view *view, const struct blame_way *way,
                              const char *why, struct blame_location *location)
{
    long worst = 0;
    if (locate_by_shots(view, way, location)) {
        return;
    }
    for (size_t i = 0; i <= way->n_hops; i++) {
        struct cable cable = cable_at(view, way, i);
        long bad = badness(view, &cable);
        worst = bad > worst ? bad : worst;
    }
    for (size_t i = 0; worst > 0 && i <= way->n_hops; i++) {
        struct cable cable = cable_at(view, way, i);
        if (badness(view, &cable) != worst) {
            continue;
        }
        const char *before = location->suspect, *cause = location->cause;
        blame_cable(view, &cable, why, location);
        if (before) {
            location->suspect =
                base_arena_format(view->arena, "%s or %s", before, location->suspect);
            location->cause = base_arena_format(view->arena, "%s or %s", cause, location->cause);
        }
    }
}

/* ------------------------------------------------------------ too many came */

static bool locate_doubling_cable(const struct blame_view *view, const struct blame_way *way,
                                  struct blame_location *location)
{
    /* The sender's own cable last: it may send other things. */
    for (size_t i = way->n_hops + 1; i-- > 0;) {
        struct cable cable = cable_at(view, way, i);
        if (cable.tx >= 0 && cable.rx > cable.tx) {
            blame_cable(view, &cable, cable_counts(view, &cable), location);
            return true;
        }
    }
    return false;
}

/* A host that got the frame sends more than it was told to. */
static bool locate_sending_station(const struct blame_view *view, struct blame_location *location)
{
    for (size_t host = 0; host < view->topology->n_hosts; host++) {
        const struct traffic_host_count *count = host_count(view, host);
        long entered = count_rx(view, view->topology->hosts[host].port, NULL);
        /* A cable that doubles could do as much to the sender's own frames. */
        long allowed = count ? (long)count->sent * (host == view->from ? 2 : 1) : 0;
        if (count && entered > allowed) {
            location->suspect = host_text(view, host);
            location->cause_kind = CAUSE_STATION;
            location->cause = location->suspect;
            location->why = base_arena_format(
                view->arena, "%s sent %u frames of ours, and %ld entered by its port",
                location->suspect, count->sent, entered);
            return true;
        }
    }
    return false;
}

/* The port of a switch that sent the most over what its table says. */
static long most_surplus(const struct blame_view *view, size_t sw, uint16_t *port)
{
    const struct switch_state *state = view->evidence->before[sw];
    long most = 0;
    for (size_t i = 0; state && i < state->n_ports; i++) {
        struct port_ref out = {.sw = sw, .port = state->ports[i].number};
        const struct traffic_port_count *wanted = port_count(view, out);
        long surplus = wanted ? count_tx(view, out, NULL) - (long)wanted->tx : 0;
        if (out.port <= PORT_MAX && surplus > most) {
            most = surplus;
            *port = out.port;
        }
    }
    return most;
}

static bool locate_leaking_switch(const struct blame_view *view, struct blame_location *location)
{
    for (size_t i = 0; i < view->advertised.n_hops; i++) {
        struct port_ref in = view->advertised.hops[i].in;
        uint16_t port = 0;
        long surplus = view->evidence->count ? most_surplus(view, in.sw, &port) : 0;
        if (surplus > 0) {
            blame_switch(view, in,
                         base_arena_format(view->arena,
                                           "%s sent %ld frames by port %u that its table does "
                                           "not send there",
                                           view->topology->switches[in.sw].name, surplus, port),
                         location);
            return true;
        }
    }
    return false;
}

/* Frames that no switch has sent come to a host. */
static void locate_host_cable(const struct blame_view *view, struct blame_location *location)
{
    struct cable cable = {
        .to_host = true, .host = view->to, .out = view->topology->hosts[view->to].port};
    cable.tx = count_tx(view, cable.out, NULL);
    const struct traffic_host_count *host = host_count(view, view->to);
    cable.rx = host ? (long)host->arrived : -1;
    bool counted = cable.tx >= 0 && cable.rx > cable.tx;
    blame_cable(view, &cable, counted ? cable_counts(view, &cable) : "no table sends it there",
                location);
}

/* --------------------------------------------------------- entries' counters */

/* Packets counted by the entry that takes the probe at this hop; -1: unknown. */
static long entry_delta(const struct blame_view *view, const struct path_hop *hop)
{
    const struct traffic_evidence *evidence = view->evidence;
    const struct switch_state *after = evidence->after ? evidence->after[hop->in.sw] : NULL;
    return traffic_count_since(evidence->before[hop->in.sw], hop->entry, after);
}

static void put_counted(const struct blame_view *view, const struct blame_way *way,
                        struct blame_location *location)
{
    struct base_buffer counted = {0};
    for (size_t i = 0; i < way->n_hops; i++) {
        const struct path_hop *hop = hop_at(view, way, i);
        long delta = entry_delta(view, hop);
        base_put_format(&counted, delta < 0 ? "%s%s not counted" : "%s%s +%ld packets",
                        i ? ", " : "", place_text(view, hop->in), delta);
    }
    location->counted = base_arena_take(view->arena, &counted);
}

/* The last hop whose entry counted something, and the cable behind it. */
static void locate_by_entries(const struct blame_view *view, const struct blame_way *way,
                              struct blame_location *location)
{
    size_t behind = 0;
    bool known = false;
    for (size_t i = 0; i < way->n_hops; i++) {
        long delta = entry_delta(view, hop_at(view, way, i));
        known = known || delta >= 0;
        behind = delta > 0 ? i + 1 : behind;
    }
    if (known) {
        struct cable cable = cable_at(view, way, behind);
        blame_cable(view, &cable,
                    behind == 0
                        ? "no entry on its way counted it"
                        : base_arena_format(view->arena,
                                            "the tables would deliver it; %s counted it last",
                                            place_text(view, hop_at(view, way, behind - 1)->in)),
                    location);
    }
}

/* -------------------------------------------------------------------- which */

typedef bool locate_fn(const struct blame_view *view, const struct blame_way *way,
                       struct blame_location *location);

/* Tries one way after another, if several copies should arrive. */
static bool locate_on_any_way(const struct blame_view *view, locate_fn *locate,
                              struct blame_location *location)
{
    const struct path_walk *walk = &view->advertised;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        struct blame_way way;
        if (walk->arrivals[i].host != view->to) {
            continue;
        }
        blame_way_to(walk, walk->arrivals[i].hop, &way);
        if (locate(view, &way, location)) {
            return true;
        }
    }
    return false;
}

static void locate_missing(const struct blame_view *view, const struct blame_way *way,
                           struct blame_location *location)
{
    if (locate_on_any_way(view, locate_lossy_cable, location) ||
        locate_on_any_way(view, locate_altering_cable, location) ||
        locate_on_any_way(view, locate_keeping_switch, location)) {
        return;
    }
    if (view->evidence->count) {
        locate_by_company(view, way, "of what went over it least arrived", location);
    }
    if (!location->suspect) {
        locate_by_entries(view, way, location);
    }
}

static void locate_surplus(const struct blame_view *view, struct blame_location *location)
{
    if (locate_sending_station(view, location) ||
        locate_on_any_way(view, locate_doubling_cable, location) ||
        locate_leaking_switch(view, location)) {
        return;
    }
    locate_host_cable(view, location);
}

static void locate_alteration(const struct blame_view *view, const struct blame_way *way,
                              struct blame_location *location)
{
    if (!locate_on_any_way(view, locate_altering_cable, location)) {
        locate_by_company(view, way, "the tables would deliver it unaltered", location);
    }
}

void blame_locate_frames(struct blame_view *view, struct blame_location *location)
{
    const struct path_walk *walk = &view->advertised;
    struct blame_way way = {0};
    for (size_t i = 0; i < walk->n_arrivals && way.n_hops == 0; i++) {
        if (walk->arrivals[i].host == view->to) {
            blame_way_to(walk, walk->arrivals[i].hop, &way);
        }
    }
    if (way.n_hops > 0) {
        put_counted(view, &way, location);
    }
    if (!walk->known) {
        location->suspect = place_text(view, walk->unknown_at);
        location->cause_kind = CAUSE_TABLE;
        location->cause = location->suspect;
        location->why = base_arena_format(view->arena, "what %s does with it is not known: %s",
                                          location->suspect, walk->reason);
    } else if (way.n_hops == 0 || view->observed > location->advertised * view->sent) {
        locate_surplus(view, location);
    } else if (view->altered) {
        locate_alteration(view, &way, location);
    } else {
        locate_missing(view, &way, location);
    }
}
