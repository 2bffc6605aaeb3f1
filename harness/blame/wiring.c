/* SPDX-License-Identifier: Apache-2.0
 *
 * Between which ports is there a cable, by what they counted? */
#include "blame/wiring.h"

#include "base/memory.h"

#include <stdlib.h>

enum {
    SLACK = 2,    /* frames that are not ours, between the readings of two switches */
    CONFIRMS = 2, /* readings that must contradict the topology */
    WALKS_MAX = 200000,
};

static struct blame_ends *pair(const struct blame_wiring *wiring, size_t x, size_t y)
{
    return &wiring->pairs[x * wiring->n_ends + y];
}

/* The end at which the cable ends by the topology. */
static size_t declared(const struct blame_wiring *wiring, size_t end)
{
    return end < 2 * wiring->n_cables ? end ^ 1 : INDEX_NONE;
}

/* --------------------------------------------------------------------- ends */

static size_t add_spare_ports(struct blame_wiring *wiring, const struct switch_state *const *states,
                              struct blame_end *ends)
{
    size_t n = 0;
    for (size_t sw = 0; sw < wiring->topology->n_switches; sw++) {
        for (size_t i = 0; states[sw] && i < states[sw]->n_ports; i++) {
            struct port_ref port = {.sw = sw, .port = states[sw]->ports[i].number};
            if (port.port <= PORT_MAX && topology_peer(wiring->topology, port).kind == PEER_NONE) {
                if (ends) {
                    ends[n] = (struct blame_end){.kind = BLAME_END_SPARE, .port = port};
                }
                n++;
            }
        }
    }
    return n;
}

static void add_ends(struct blame_wiring *wiring)
{
    const struct topology *topology = wiring->topology;
    for (size_t i = 0; i < topology->n_links; i++) {
        wiring->ends[2 * i].port = topology->links[i].a;
        wiring->ends[2 * i + 1].port = topology->links[i].b;
    }
    for (size_t cable = topology->n_links; cable < wiring->n_cables; cable++) {
        size_t host = cable - topology->n_links;
        wiring->ends[2 * cable] = (struct blame_end){.kind = BLAME_END_HOST, .host = host};
        wiring->ends[2 * cable + 1] =
            (struct blame_end){.kind = BLAME_END_HOST_PORT, .port = topology->hosts[host].port};
    }
}

int blame_wiring_open(struct blame_wiring *wiring, const struct topology *topology,
                      const struct switch_state *const *states)
{
    size_t n_links = topology->n_links, n_all = n_links + topology->n_hosts;
    *wiring = (struct blame_wiring){.topology = topology,
                                    .n_cables = 2 * n_all > BLAME_ENDS_MAX ? n_links : n_all};
    size_t n_cables = wiring->n_cables, n_spare = add_spare_ports(wiring, states, NULL);
    n_spare = 2 * n_cables + n_spare > BLAME_ENDS_MAX ? 0 : n_spare;
    wiring->n_ends = 2 * n_cables > BLAME_ENDS_MAX ? 0 : 2 * n_cables + n_spare;
    wiring->ends = base_calloc(wiring->n_ends + 1, sizeof *wiring->ends);
    wiring->sums = base_calloc(wiring->n_ends + 1, sizeof *wiring->sums);
    wiring->pairs = base_calloc(wiring->n_ends * wiring->n_ends + 1, sizeof *wiring->pairs);
    wiring->crossed = base_calloc(n_cables + 1, sizeof *wiring->crossed);
    wiring->may_cross = base_calloc(n_cables + 1, sizeof *wiring->may_cross);
    wiring->wired = base_calloc(n_cables + 1, sizeof *wiring->wired);
    wiring->really = base_calloc(wiring->n_ends + 1, sizeof *wiring->really);
    wiring->elsewhere = base_calloc(n_cables + 1, sizeof *wiring->elsewhere);
    if (!wiring->ends || !wiring->sums || !wiring->pairs || !wiring->crossed ||
        !wiring->may_cross || !wiring->wired || !wiring->really || !wiring->elsewhere) {
        return -1;
    }
    for (size_t i = 0; i < n_cables; i++) {
        wiring->wired[i] = wiring->n_ends == 0 ? BLAME_WIRED_MANY : BLAME_WIRED_IDLE;
    }
    if (wiring->n_ends > 0) {
        add_ends(wiring);
    }
    if (n_spare > 0) {
        add_spare_ports(wiring, states, wiring->ends + 2 * n_cables);
    }
    return 0;
}

void blame_wiring_close(struct blame_wiring *wiring)
{
    free(wiring->ends);
    free(wiring->sums);
    free(wiring->pairs);
    free(wiring->crossed);
    free(wiring->may_cross);
    free(wiring->wired);
    free(wiring->really);
    free(wiring->elsewhere);
    *wiring = (struct blame_wiring){0};
}

/* ----------------------------------------------------------------- readings */

static long larger(long a, long b)
{
    return a > b ? a : b;
}

/* What surely left a port, or did by its counter, and may be ours. */
static long left_at(const struct blame_reading *reading, struct port_ref port)
{
    const struct traffic_port_count *ours =
        traffic_count_port(reading->count, reading->before, port);
    long tx = traffic_count_tx(reading->before, reading->after, port, NULL),
         most = ours ? (long)ours->most_tx : 0;
    return larger(tx < most ? tx : most, ours ? (long)ours->sure_tx : 0);
}

/* What surely came to a port, of ours: from the far end of its cable, or by what arrived. *left:
 * what should have come, by what the far end counted. */
static long sure_at(const struct topology *topology, const struct blame_reading *reading,
                    struct port_ref port, long *left)
{
    struct peer peer = topology_peer(topology, port);
    const struct traffic_port_count *ours =
                                        traffic_count_port(reading->count, reading->before, port),
                                    *theirs = peer.kind == PEER_SWITCH
                                                  ? traffic_count_port(reading->count,
                                                                       reading->before, peer.port)
                                                  : NULL;
    *left = theirs ? left_at(reading, peer.port) : 0;
    return larger(ours ? (long)ours->sure_rx : 0, theirs ? (long)theirs->sure_tx : 0);
}

/* A host's frames entered where they should. */
static bool came_in(const struct topology *topology, const struct blame_reading *reading,
                    struct port_ref port)
{
    struct peer peer = topology_peer(topology, port);
    long sent = peer.kind == PEER_HOST ? (long)reading->count->hosts[peer.host].sent : 0;
    return sent > 0 && traffic_count_rx(reading->before, reading->after, port, NULL) >= sent;
}

/* What a host has seen left where it should. */
static bool went_out(const struct topology *topology, const struct blame_reading *reading,
                     struct port_ref port)
{
    struct peer peer = topology_peer(topology, port);
    long arrived = peer.kind == PEER_HOST ? (long)reading->count->hosts[peer.host].arrived : 0;
    return arrived > 0 && traffic_count_tx(reading->before, reading->after, port, NULL) >= arrived;
}

/* Frames of ours moved a counter of the switch, or all of them together, at whichever ports they
 * came in: its counters are no standstill. */
static bool is_live(const struct topology *topology, const struct blame_reading *reading, size_t sw)
{
    const struct switch_state *state = reading->before[sw];
    long all = 0, sure_all = 0, left_all = 0, left;
    for (size_t i = 0; state && i < state->n_ports; i++) {
        struct port_ref port = {.sw = sw, .port = state->ports[i].number};
        const struct traffic_port_count *ours =
            traffic_count_port(reading->count, reading->before, port);
        long rx = traffic_count_rx(reading->before, reading->after, port, NULL);
        long tx = traffic_count_tx(reading->before, reading->after, port, NULL);
        long sure = sure_at(topology, reading, port, &left);
        if (came_in(topology, reading, port) || went_out(topology, reading, port) ||
            (sure > 0 && rx >= sure) || (left > 0 && rx >= left) ||
            (ours && ours->sure_tx > 0 && tx >= (long)ours->sure_tx)) {
            return true;
        }
        all += rx > 0 ? rx : 0;
        sure_all += sure;
        left_all += left;
    }
    return (sure_all > 0 && all >= sure_all) || (left_all > SLACK && all >= left_all);
}

/* Whether a cable of either end may end at the other one, whatever they count. */
static bool may_join(const struct blame_end *x, const struct blame_end *y)
{
    static const bool may[][4] = {
        [BLAME_END_LINK] = {[BLAME_END_LINK] = true, [BLAME_END_SPARE] = true},
        [BLAME_END_HOST] = {[BLAME_END_HOST_PORT] = true, [BLAME_END_SPARE] = true},
        [BLAME_END_HOST_PORT] = {[BLAME_END_HOST] = true},
        [BLAME_END_SPARE] = {
            [BLAME_END_LINK] = true, [BLAME_END_HOST] = true, [BLAME_END_SPARE] = true}};
    return may[x->kind][y->kind];
}

/* SHORT: some of it may have been lost. */
enum fit { OPEN, SHORT, FITS, SURPLUS, DEFICIT };

/* Whether as much left x as came to y, whosesoever it is. */
static bool is_alike(const struct blame_end *x, const struct blame_end *y)
{
    return may_join(x, y) && x->live && y->live && x->tx > SLACK && labs(x->tx - y->rx) <= SLACK;
}

/* Whether what left x may have come out at y. */
static enum fit fit(const struct blame_end *x, const struct blame_end *y)
{
    if (!may_join(x, y) || x->tx < x->sure || y->rx < 0) {
        return OPEN; /* not counted, or not yet */
    }
    long others = (x->tx - x->left) / 2, slack = others > SLACK ? others : SLACK;
    if (y->rx < x->sure || (x->sure == 0 && y->rx + slack < x->left)) {
        return y->live ? DEFICIT : OPEN;
    }
    if (y->rx > x->tx + slack && x->kind != BLAME_END_HOST) {
        return x->live ? SURPLUS : OPEN;
    }
    if (y->rx + slack < x->left) {
        return SHORT;
    }
    return x->sure > 0 || (x->left > SLACK && is_alike(x, y)) ? FITS : OPEN;
}

/* What left this end, n frames, will not be counted where it should come out. */
static bool is_uncounted(const struct blame_wiring *wiring, size_t x, long n)
{
    size_t to = declared(wiring, x);
    return n == 0 || wiring->ends[x].tx < 0 || to == INDEX_NONE || wiring->ends[to].rx < 0;
}

/* What surely left this end has come out somewhere, or will not be counted. */
static bool is_counted(const struct blame_wiring *wiring, size_t x)
{
    const struct blame_end *from = &wiring->ends[x];
    bool counted = is_uncounted(wiring, x, from->sure);
    for (size_t y = 0; y < wiring->n_ends && !counted; y++) {
        enum fit to = fit(from, &wiring->ends[y]);
        counted = x != y && (to == FITS || to == SHORT);
    }
    return counted;
}

/* The same of what should have left it by the tables. */
static bool is_passed(const struct blame_wiring *wiring, size_t x)
{
    const struct blame_end *from = &wiring->ends[x];
    bool passed = is_uncounted(wiring, x, from->ours);
    for (size_t y = 0; y < wiring->n_ends && !passed; y++) {
        passed = x != y && may_join(from, &wiring->ends[y]) && from->tx >= from->ours &&
                 wiring->ends[y].rx >= from->ours;
    }
    return passed;
}

/* What a counter that this end waits for may yet do. */
static enum blame_counted why_uncounted(const struct blame_wiring *wiring, size_t x)
{
    const struct blame_end *from = &wiring->ends[x];
    const struct blame_end *end = from->tx < from->sure ? from : &wiring->ends[declared(wiring, x)];
    return !end->moves ? BLAME_COUNTED_STILL
           : end->live ? BLAME_COUNTED_OTHERWISE
                       : BLAME_COUNTED_LATE;
}

/* What a host got is counted where it should have come: that says nothing of where it is. */
static void read_host(struct blame_end *end, const struct blame_reading *reading)
{
    end->tx = end->sure = end->left = end->ours = (long)reading->count->hosts[end->host].sent;
    end->rx = -1;
    end->live = end->moves = true;
}

static void read_port(struct blame_end *end, const struct blame_reading *reading)
{
    const struct traffic_port_count *ours =
        traffic_count_port(reading->count, reading->before, end->port);
    bool sends = ours && end->kind != BLAME_END_HOST_PORT;
    end->tx = traffic_count_tx(reading->before, reading->after, end->port, NULL);
    end->rx = traffic_count_rx(reading->before, reading->after, end->port, NULL);
    end->sure = sends ? (long)ours->sure_tx : 0;
    end->left = sends ? left_at(reading, end->port) : 0;
    end->ours = larger(sends ? (long)ours->tx : 0, end->left);
}

/* All that hosts sent has been counted, at whichever ports they are: what a port lacks will not
 * come any more. */
static void look_at_hosts(struct blame_wiring *wiring)
{
    long sent = 0, came = 0;
    for (size_t i = 0; i < wiring->n_ends; i++) {
        const struct blame_end *end = &wiring->ends[i];
        sent += end->kind == BLAME_END_HOST ? end->sure : 0;
        came += end->kind == BLAME_END_HOST_PORT && end->rx > 0 ? end->rx : 0;
    }
    for (size_t i = 0; i < wiring->n_ends && sent > 0 && came >= sent; i++) {
        wiring->ends[i].live |= wiring->ends[i].kind == BLAME_END_HOST_PORT;
    }
}

enum blame_counted blame_wiring_read(struct blame_wiring *wiring,
                                     const struct blame_reading *reading)
{
    enum blame_counted counted = BLAME_COUNTED;
    const struct blame_end *last = NULL; /* the last port: its switch is often the same */
    for (size_t i = 0; i < wiring->n_ends; i++) {
        struct blame_end *end = &wiring->ends[i];
        if (end->kind == BLAME_END_HOST) {
            read_host(end, reading);
            continue;
        }
        read_port(end, reading);
        bool again = last && end->port.sw == last->port.sw;
        end->live = again ? last->live : is_live(wiring->topology, reading, end->port.sw);
        end->moves = again ? last->moves
                           : traffic_count_ports_move(reading->before[end->port.sw],
                                                      reading->after[end->port.sw]);
        last = end;
    }
    look_at_hosts(wiring);
    for (size_t i = 0; i < wiring->n_ends; i++) {
        enum blame_counted why = !is_counted(wiring, i)  ? why_uncounted(wiring, i)
                                 : !is_passed(wiring, i) ? BLAME_COUNTED_OTHERWISE
                                                         : BLAME_COUNTED;
        counted = why > counted ? why : counted;
    }
    return counted;
}

static long add(long a, long b)
{
    return a < 0 || b < 0 ? -1 : a + b;
}

/* What is counted late in one reading, and so in the next one, is no more in both together. */
static void add_reading(struct blame_end *sum, const struct blame_end *end)
{
    struct blame_end before = *sum;
    *sum = *end;
    sum->tx = add(before.tx, end->tx);
    sum->rx = add(before.rx, end->rx);
    sum->sure += before.sure;
    sum->left += before.left;
    sum->live |= before.live;
}

void blame_wiring_note(struct blame_wiring *wiring)
{
    for (size_t x = 0; x < wiring->n_ends; x++) {
        const struct blame_end *end = &wiring->ends[x];
        add_reading(&wiring->sums[x], end);
        if (end->left > 0 && declared(wiring, x) != INDEX_NONE) {
            wiring->crossed[x / 2] = true;
        }
        for (size_t y = 0; y < x; y++) {
            enum fit to = fit(end, &wiring->ends[y]), back = fit(&wiring->ends[y], end);
            struct blame_ends *ends = pair(wiring, x, y);
            bool misfits = to >= SURPLUS || back >= SURPLUS;
            ends->misfits += misfits;
            ends->deficits += to == DEFICIT || back == DEFICIT;
            ends->fits += !misfits && (to == FITS || back == FITS);
            ends->alike +=
                !misfits && (is_alike(end, &wiring->ends[y]) || is_alike(&wiring->ends[y], end));
            *pair(wiring, y, x) = *ends;
        }
    }
}

/* ---------------------------------------------------------------- decisions */

static bool fits(const struct blame_wiring *wiring, size_t x, size_t y)
{
    const struct blame_ends *ends = pair(wiring, x, y);
    return ends->fits > 0 && ends->misfits == 0 && !ends->gone;
}

/* The only other end that fits; INDEX_NONE: none does, or several do. */
static size_t only_fit(const struct blame_wiring *wiring, size_t x)
{
    size_t found = INDEX_NONE;
    for (size_t y = 0; y < wiring->n_ends; y++) {
        if (fits(wiring, x, y)) {
            if (found != INDEX_NONE) {
                return INDEX_NONE;
            }
            found = y;
        }
    }
    return found;
}

/* A port has one cable. True: something else is known now. */
static bool remove_others(struct blame_wiring *wiring, size_t x, size_t y)
{
    bool removed = false;
    for (size_t z = 0; z < wiring->n_ends; z++) {
        if (z != x && fits(wiring, z, y)) {
            pair(wiring, z, y)->gone = pair(wiring, y, z)->gone = removed = true;
        }
    }
    return removed;
}

static void conclude(struct blame_wiring *wiring)
{
    for (size_t i = 0; i < wiring->n_ends * wiring->n_ends; i++) {
        wiring->pairs[i].gone = false;
    }
    for (bool again = true; again;) {
        again = false;
        for (size_t x = 0; x < wiring->n_ends; x++) {
            size_t y = only_fit(wiring, x);
            again |= y != INDEX_NONE && remove_others(wiring, x, y);
        }
    }
}

struct deciding {
    struct blame_wiring *wiring;
    const struct traffic_evidence *first;
    const struct blame_reading *reading;
    struct topology changed;
    size_t n_walks;
};

/* Whether a port counted what it must by another cabling, and no more than others may have added,
 * by the cabling of the topology. */
static bool counts_so(const struct deciding *deciding, const struct traffic_count *count,
                      struct port_ref port)
{
    const struct blame_reading *reading = deciding->reading;
    const struct traffic_port_count *so = traffic_count_port(count, reading->before, port);
    const struct traffic_port_count *was =
        traffic_count_port(reading->count, reading->before, port);
    long rx = traffic_count_rx(reading->before, reading->after, port, NULL);
    long tx = traffic_count_tx(reading->before, reading->after, port, NULL);
    if (!so || !was) {
        return true;
    }
    long more_rx = rx > (long)was->rx ? rx - (long)was->rx : 0;
    long more_tx = tx > (long)was->tx ? tx - (long)was->tx : 0;
    return (rx < 0 || rx <= (long)so->rx + more_rx + SLACK) &&
           (tx < 0 || tx <= (long)so->tx + more_tx + SLACK);
}

/* Whether the frames contradict that the far ends of two cables are exchanged: x - y and z - w
 * instead of x - z and y - w. -1 without memory. */
static int contradicts(struct deciding *deciding, size_t x, size_t y)
{
    struct blame_wiring *wiring = deciding->wiring;
    const struct traffic_evidence *first = deciding->first;
    size_t z = declared(wiring, x), w = declared(wiring, y);
    struct path_network recabled;
    struct traffic_count count = {0};
    struct topology_link *links = deciding->changed.links;
    links[x / 2] = (struct topology_link){.a = wiring->ends[x].port, .b = wiring->ends[y].port};
    links[y / 2] = (struct topology_link){.a = wiring->ends[z].port, .b = wiring->ends[w].port};
    int status = path_network_recable(first->tables, &deciding->changed, &recabled);
    if (status == 0) {
        status = traffic_count_init(&count, first->plan, first->round, &recabled,
                                    deciding->reading->before);
        size_t ends[] = {x, y, z, w};
        bool so = true;
        for (size_t i = 0; i < 4 && so && status == 0; i++) {
            so = counts_so(deciding, &count, wiring->ends[ends[i]].port);
        }
        so = so && (!traffic_round_follows(first->round, first->plan, first->tables) ||
                    traffic_round_follows(first->round, first->plan, &recabled));
        status = status < 0 ? -1 : !so;
        traffic_count_free(&count);
        path_network_close(&recabled);
    }
    links[x / 2] = wiring->topology->links[x / 2];
    links[y / 2] = wiring->topology->links[y / 2];
    return status;
}

/* Another end that fits as well. It is no rival if the frames would have gone otherwise. */
static int find_rivals(struct deciding *deciding, size_t x, bool *found)
{
    struct blame_wiring *wiring = deciding->wiring;
    for (size_t y = 0; y < wiring->n_ends; y++) {
        if (y == declared(wiring, x) || !fits(wiring, x, y)) {
            continue;
        }
        int status = 0;
        if (wiring->ends[x].kind == BLAME_END_LINK && wiring->ends[y].kind == BLAME_END_LINK &&
            x / 2 != y / 2 && deciding->n_walks < WALKS_MAX) {
            deciding->n_walks += 2 * deciding->first->plan->n_probes;
            status = contradicts(deciding, x, y);
        }
        if (status < 0) {
            return -1;
        }
        if (status > 0) {
            pair(wiring, x, y)->gone = pair(wiring, y, x)->gone = true;
        }
        *found |= status == 0;
    }
    return 0;
}

/* Two readings say that these are joined. A host may have sent more than ours, and any port that
 * carries much would fit: there it must be as much. */
static bool is_confirmed(const struct blame_wiring *wiring, size_t x, size_t y)
{
    const struct blame_ends *ends = pair(wiring, x, y);
    bool host = wiring->ends[x].kind == BLAME_END_HOST || wiring->ends[y].kind == BLAME_END_HOST;
    return fits(wiring, x, y) && (ends->alike >= CONFIRMS || (!host && ends->fits >= CONFIRMS));
}

/* The end where the cable of x really ends: the counters fit each time, and nothing that the
 * topology says of that end does. Returns how many there are. */
static size_t find_ends(const struct blame_wiring *wiring, size_t x, size_t *found)
{
    size_t n = 0;
    for (size_t y = 0; y < wiring->n_ends; y++) {
        size_t other = declared(wiring, y);
        const struct blame_ends *theirs = other == INDEX_NONE ? NULL : pair(wiring, y, other);
        bool free = !theirs || theirs->misfits >= CONFIRMS;
        bool sure =
            pair(wiring, x, declared(wiring, x))->deficits + (theirs ? theirs->deficits : 0) >=
            CONFIRMS;
        if (is_confirmed(wiring, x, y) && free && sure) {
            *found = y;
            n++;
        }
    }
    return n;
}

/* Of several ends it is the one that how the frames went does not contradict. -1 without memory. */
static int find_real(struct deciding *deciding, size_t x)
{
    struct blame_wiring *wiring = deciding->wiring;
    size_t y = INDEX_NONE, n = find_ends(wiring, x, &y);
    bool rivals = false;
    if (n > 1 && find_rivals(deciding, x, &rivals) < 0) {
        return -1;
    }
    n = n > 1 ? find_ends(wiring, x, &y) : n;
    wiring->really[x] = n == 1 ? y : INDEX_NONE;
    return 0;
}

static bool is_disputed(const struct blame_wiring *wiring, size_t cable)
{
    const struct blame_end *a = &wiring->sums[2 * cable], *b = a + 1;
    return pair(wiring, 2 * cable, 2 * cable + 1)->misfits >= CONFIRMS &&
           (fit(a, b) >= SURPLUS || fit(b, a) >= SURPLUS);
}

static enum blame_wired why_open(const struct blame_wiring *wiring, size_t cable)
{
    const struct blame_end *a = &wiring->ends[2 * cable], *b = a + 1;
    bool counted = (a->sure == 0 || (a->tx >= 0 && b->rx >= 0)) &&
                   (b->sure == 0 || (b->tx >= 0 && a->rx >= 0));
    return is_disputed(wiring, cable)                            ? BLAME_WIRED_DISPUTED
           : pair(wiring, 2 * cable, 2 * cable + 1)->misfits > 0 ? BLAME_WIRED_OTHERWISE
           : !wiring->crossed[cable] && wiring->may_cross[cable] ? BLAME_WIRED_OPEN
           : !wiring->crossed[cable]                             ? BLAME_WIRED_IDLE
           : !counted                                            ? BLAME_WIRED_UNCOUNTED
           : a->moves && b->moves                                ? BLAME_WIRED_LATE
                                                                 : BLAME_WIRED_STILL;
}

/* The cable that ends at this port, INDEX_NONE: none between switches. */
static size_t link_at(const struct topology *topology, struct port_ref port)
{
    for (size_t i = 0; i < topology->n_links; i++) {
        if (port_ref_equal(topology->links[i].a, port) ||
            port_ref_equal(topology->links[i].b, port)) {
            return i;
        }
    }
    return INDEX_NONE;
}

/* What no frame surely crossed, some may have crossed all the same, by NORMAL or what else is open.
 */
static void find_open(const struct deciding *deciding)
{
    static struct path_walk walk;
    const struct traffic_evidence *first = deciding->first;
    struct blame_wiring *wiring = deciding->wiring;
    for (size_t p = 0; p < first->plan->n_probes; p++) {
        const struct traffic_probe *probe = &first->plan->probes[p];
        struct path_touch touch;
        path_follow_from(first->tables, probe->from, &probe->header, &walk);
        if (first->round->sent[p] == 0 || walk.known) {
            continue;
        }
        path_follow_touch(first->tables, wiring->topology->hosts[probe->from].port, &probe->header,
                          NULL, &touch, &walk);
        for (size_t i = 1; i < walk.n_hops; i++) {
            size_t link = link_at(wiring->topology, walk.hops[i].in);
            if (link != INDEX_NONE) {
                wiring->may_cross[link] = true;
            }
        }
    }
}

static long most(const struct blame_end *end)
{
    return end->tx > end->rx ? end->tx : end->rx;
}

static void keep(struct blame_wiring *wiring, size_t cable)
{
    size_t a = 2 * cable, x = wiring->really[a] != INDEX_NONE ? a : a + 1;
    struct blame_elsewhere now = {.x = x,
                                  .real = wiring->really[x],
                                  .here = wiring->ends[x],
                                  .there = wiring->ends[wiring->really[x]],
                                  .other = wiring->ends[declared(wiring, x)]},
                           *last = &wiring->elsewhere[cable];
    if (last->x != x || last->real != now.real || most(&now.here) >= most(&last->here)) {
        *last = now;
    }
}

static int decide(struct deciding *deciding, size_t cable)
{
    struct blame_wiring *wiring = deciding->wiring;
    size_t a = 2 * cable, b = a + 1;
    const struct blame_ends *ends = pair(wiring, a, b);
    bool rivals = false;
    wiring->wired[cable] = why_open(wiring, cable);
    if (ends->fits > 0 && ends->misfits == 0) {
        if (find_rivals(deciding, a, &rivals) < 0 || find_rivals(deciding, b, &rivals) < 0) {
            return -1;
        }
        wiring->wired[cable] = rivals || ends->gone ? BLAME_WIRED_ALIKE : BLAME_WIRED_RIGHT;
    } else if (ends->misfits >= CONFIRMS) {
        if (find_real(deciding, a) < 0 || find_real(deciding, b) < 0) {
            return -1;
        }
        if (wiring->really[a] != INDEX_NONE || wiring->really[b] != INDEX_NONE) {
            wiring->wired[cable] = BLAME_WIRED_WRONG;
            keep(wiring, cable);
        }
    }
    return 0;
}

int blame_wiring_decide(struct blame_wiring *wiring, const struct traffic_evidence *first,
                        const struct blame_reading *reading)
{
    struct deciding deciding = {.wiring = wiring, .first = first, .reading = reading};
    size_t n_links = wiring->topology->n_links;
    deciding.changed = *wiring->topology;
    deciding.changed.links = base_calloc(n_links + 1, sizeof *deciding.changed.links);
    int status = deciding.changed.links ? 0 : -1;
    for (size_t i = 0; i < n_links && status == 0; i++) {
        deciding.changed.links[i] = wiring->topology->links[i];
    }
    for (size_t x = 0; x < wiring->n_ends; x++) {
        wiring->really[x] = INDEX_NONE;
    }
    conclude(wiring);
    if (!wiring->is_followed && wiring->n_ends > 0) {
        find_open(&deciding);
        wiring->is_followed = true;
    }
    for (size_t i = 0; i < wiring->n_cables && status == 0 && wiring->n_ends > 0; i++) {
        status = decide(&deciding, i);
    }
    free(deciding.changed.links);
    return status;
}
