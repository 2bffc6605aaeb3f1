/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a cable on the way of a probe deliver what is sent into it? */
#include "blame/cable.h"

const struct path_hop *blame_hop(const struct blame_view *view, const struct path_way *way,
                                 size_t i)
{
    return &view->advertised.hops[way->hops[i]];
}

struct port_ref blame_out(const struct blame_view *view, const struct path_way *way, size_t i)
{
    uint16_t last = view->topology->hosts[view->to].port.port;
    return (struct port_ref){.sw = blame_hop(view, way, i)->in.sw,
                             .port = i + 1 < way->n_hops ? blame_hop(view, way, i + 1)->out : last};
}

/* ----------------------------------------------------------------- counters */

const struct traffic_host_count *blame_host_count(const struct blame_view *view, size_t host)
{
    return view->evidence->count ? &view->evidence->count->hosts[host] : NULL;
}

const struct traffic_port_count *blame_port_count(const struct blame_view *view,
                                                  struct port_ref port)
{
    return view->evidence->count ? traffic_count_port(view->evidence->count, view->states, port)
                                 : NULL;
}

static const struct switch_state *const *later(const struct blame_view *view)
{
    return view->early ? view->evidence->early : view->evidence->after;
}

/* Nothing was counted at this switch, neither this nor anything else. */
static bool stands_still(const struct blame_view *view, size_t sw)
{
    const struct switch_state *const *after = later(view);
    return !traffic_count_ports_move(view->states[sw], after ? after[sw] : NULL);
}

long blame_tx(const struct blame_view *view, struct port_ref port, long *bytes)
{
    if (stands_still(view, port.sw)) {
        return -1;
    }
    return traffic_count_tx(view->states, later(view), port, bytes);
}

long blame_rx(const struct blame_view *view, struct port_ref port, long *bytes)
{
    if (stands_still(view, port.sw)) {
        return -1;
    }
    return traffic_count_rx(view->states, later(view), port, bytes);
}

/* How the copies fared that came, or should have come, out of the cable here. */
static void fates(const struct blame_view *view, const struct blame_cable *cable, long *good,
                  long *bad)
{
    const struct traffic_host_count *host =
        cable->to_host ? blame_host_count(view, cable->host) : NULL;
    const struct traffic_port_count *port =
        cable->to_host ? NULL : blame_port_count(view, cable->in);
    *good = host ? host->good : port ? port->good : 0;
    *bad = host ? host->bad : port ? port->bad : 0;
}

/* Ports of some switches are counted seconds late. What surely left one end of a cable surely came
 * to the other. */
static void drop_late_counts(const struct blame_view *view, struct blame_cable *cable)
{
    const struct traffic_port_count *port =
        blame_port_count(view, cable->to_host ? cable->out : cable->in);
    long sure = !port ? 0 : cable->to_host ? (long)port->sure_tx : (long)port->sure_rx;
    cable->tx = cable->tx < sure ? -1 : cable->tx;
    cable->rx = cable->rx < sure ? -1 : cable->rx;
}

struct blame_cable blame_cable_at(const struct blame_view *view, const struct path_way *way,
                                  size_t i)
{
    const struct traffic_round_host *hosts = view->evidence->round->hosts;
    struct blame_cable cable = {.tx = -1, .rx = -1, .tx_bytes = -1, .rx_bytes = -1};
    if (i == 0) {
        const struct traffic_host_count *count = blame_host_count(view, view->from);
        cable.from_host = true;
        cable.host = view->from;
        cable.tx = count ? (long)count->sent : -1;
        cable.tx_bytes = (long)hosts[view->from].sent_bytes;
    } else {
        cable.out = blame_out(view, way, i - 1);
        cable.tx = blame_tx(view, cable.out, &cable.tx_bytes);
    }
    if (i < way->n_hops) {
        cable.in = blame_hop(view, way, i)->in;
        cable.rx = blame_rx(view, cable.in, &cable.rx_bytes);
    } else {
        const struct traffic_host_count *count = blame_host_count(view, view->to);
        cable.to_host = true;
        cable.host = view->to;
        cable.rx = count ? (long)(count->arrived - (view->early ? count->late : 0)) : -1;
        /* Of what came late it is not known how long it was. */
        cable.rx_bytes =
            count && count->late + count->overtaken > 0 ? -1 : (long)hosts[view->to].arrived_bytes;
        cable.others = (long)hosts[view->to].n_others;
    }
    drop_late_counts(view, &cable);
    return cable;
}

/* To a host a switch sends what is not ours, too, and what the host gets and
 * does not know may have been ours. What counts late, counts what was sent before, too. */
bool blame_cable_loses(const struct blame_view *view, const struct blame_cable *cable)
{
    long tx = cable->tx, rx = cable->rx;
    if (cable->to_host || (view->evidence->lags && !cable->from_host)) {
        const struct traffic_port_count *port = blame_port_count(view, cable->out);
        tx = port && tx > (long)port->tx ? (long)port->tx : tx;
        rx += cable->to_host && rx >= 0 ? cable->others : 0;
    }
    return tx >= 0 && rx >= 0 && rx < tx;
}

bool blame_cable_alters(const struct blame_cable *cable)
{
    return cable->tx > 0 && cable->tx == cable->rx + cable->others && cable->tx_bytes >= 0 &&
           cable->rx_bytes >= 0 && cable->tx_bytes != cable->rx_bytes;
}

long blame_cable_badness(const struct blame_view *view, const struct blame_cable *cable)
{
    long good, bad;
    fates(view, cable, &good, &bad);
    return good + bad == 0 ? -1 : 1000 * bad / (good + bad);
}

/* -------------------------------------------------------------------- words */

static const char *from_text(const struct blame_view *view, const struct blame_cable *cable)
{
    return cable->from_host ? view->topology->hosts[cable->host].name
                            : topology_port_name(view->topology, cable->out, view->arena);
}

static const char *to_text(const struct blame_view *view, const struct blame_cable *cable)
{
    return cable->to_host ? view->topology->hosts[cable->host].name
                          : topology_port_name(view->topology, cable->in, view->arena);
}

const char *blame_cable_counts(const struct blame_view *view, const struct blame_cable *cable)
{
    return base_arena_format(view->arena, "%ld frames left %s, %ld came to %s", cable->tx,
                             from_text(view, cable), cable->rx, to_text(view, cable));
}

const char *blame_cable_bytes(const struct blame_view *view, const struct blame_cable *cable)
{
    return base_arena_format(view->arena, "%ld bytes left %s, %ld came to %s", cable->tx_bytes,
                             from_text(view, cable), cable->rx_bytes, to_text(view, cable));
}

void blame_cable(const struct blame_view *view, const struct blame_cable *cable, const char *why,
                 struct blame_place *place)
{
    place->suspect =
        base_arena_format(view->arena, "%s -> %s", from_text(view, cable), to_text(view, cable));
    place->cause_kind = CAUSE_CABLE;
    place->cause =
        topology_cable_name(view->topology, cable->from_host ? cable->in : cable->out, view->arena);
    place->why = why;
}
