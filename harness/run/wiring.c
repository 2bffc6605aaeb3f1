/* SPDX-License-Identifier: Apache-2.0
 *
 * Where do the counters of ports say that the cables are? */
#include "base/memory.h"
#include "run/inside.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEP_MS = 2,
    STEP_MAX_MS = 50,
    ON_THE_WAY_MS = 100,
    BURSTS_MAX = 3,
    HOST_BURSTS_MAX = 6, /* by two digits for many; then two that contradict each of two hosts */
    SHOTS_MAX = 3,
    DEPTH_MAX = 7
};

/* Readings, each of what was sent since the one before. */
struct wiring {
    struct checking *checking;
    struct run_states states[3];        /* the first, which is kept, and the last two */
    size_t n_states;                    /* that were read */
    struct traffic_count count, counts; /* of the first round; of the last sendings */
    struct blame_reading first;
};

static struct run_states *nth_states(struct wiring *wiring, size_t n)
{
    return &wiring->states[n == 0 ? 0 : 1 + n % 2];
}

static bool is_enough(struct checking *checking, enum blame_counted counted, uint64_t start_ns)
{
    return counted == BLAME_COUNTED ||
           (counted == BLAME_COUNTED_OTHERWISE &&
            run_checking_ms_since(checking, start_ns) > ON_THE_WAY_MS) ||
           (counted == BLAME_COUNTED_STILL && run_checking_has_stood_still(checking, start_ns)) ||
           run_checking_now_ns(checking) >= checking->patient_ns ||
           run_is_interrupted(checking->world);
}

/* Reads ports until they have counted what `count` says, or time is over. */
static int measure(struct wiring *wiring, const struct switch_state *const *before,
                   const struct traffic_count *count, struct blame_reading *reading)
{
    struct checking *checking = wiring->checking;
    struct run_states *after = nth_states(wiring, wiring->n_states++);
    uint64_t start_ns = run_checking_now_ns(checking);
    for (unsigned ms = STEP_MS;; ms = 2 * ms < STEP_MAX_MS ? 2 * ms : STEP_MAX_MS) {
        if (run_checking_read(checking, CHANNEL_PORTS, after) < 0) {
            return -1;
        }
        *reading = (struct blame_reading){.before = before, .after = after->right, .count = count};
        if (is_enough(checking, blame_wiring_read(&checking->wiring, reading), start_ns)) {
            blame_wiring_note(&checking->wiring);
            return 0;
        }
        run_probing_drain(&checking->probing, ms);
    }
}

static int decide(struct wiring *wiring)
{
    struct checking *checking = wiring->checking;
    struct traffic_evidence evidence = run_checking_evidence(checking);
    return blame_wiring_decide(&checking->wiring, &evidence, &wiring->first) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

/* What the last reading said, before the next one. */
static const struct switch_state *const *before(struct wiring *wiring)
{
    return nth_states(wiring, wiring->n_states - 1)->right;
}

static int count_round(struct wiring *wiring, const struct traffic_round *round,
                       const struct switch_state *const *states, struct traffic_count *count)
{
    struct checking *checking = wiring->checking;
    traffic_count_free(count);
    return traffic_count_init(count, &checking->plan, round, &checking->now.tables, states) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

/* Probes of the last round once more, each so often that cables differ. */
static int send_burst(struct wiring *wiring, const unsigned *times)
{
    struct checking *checking = wiring->checking;
    struct traffic_round round, *last = checking->probing.round;
    struct blame_reading reading;
    if (traffic_round_init(&round, &checking->plan, checking->stations.captures,
                           checking->topology->n_hosts) < 0) {
        traffic_round_free(&round);
        return base_fail(checking->error, "out of memory");
    }
    run_probing_burst(&checking->probing, &round, times);
    checking->probing.round = last;
    int status = count_round(wiring, &round, before(wiring), &wiring->counts) < 0 ||
                         measure(wiring, before(wiring), &wiring->counts, &reading) < 0
                     ? -1
                     : decide(wiring);
    traffic_round_free(&round);
    return status;
}

typedef bool aim(const struct blame_wiring *wiring, const struct traffic_evidence *evidence,
                 unsigned nth, unsigned *times);

static int send_bursts(struct wiring *wiring, aim *aims, unsigned most)
{
    struct checking *checking = wiring->checking;
    struct traffic_evidence evidence = run_checking_evidence(checking);
    unsigned *times = base_calloc(checking->plan.n_probes, sizeof *times);
    int status = times ? 0 : base_fail(checking->error, "out of memory");
    for (unsigned nth = 0; nth < most && status == 0 && !run_is_interrupted(checking->world);
         nth++) {
        memset(times, 0, checking->plan.n_probes * sizeof *times);
        if (!aims(&checking->wiring, &evidence, nth, times)) {
            break;
        }
        status = send_burst(wiring, times);
    }
    free(times);
    return status;
}

/* What was sent between the reading before the round and the one behind it. */
static int measure_round(struct wiring *wiring)
{
    struct checking *checking = wiring->checking;
    if (count_round(wiring, checking->now.round, checking->now.states.right, &wiring->count) < 0 ||
        measure(wiring, checking->now.states.right, &wiring->count, &wiring->first) < 0) {
        return -1;
    }
    return decide(wiring);
}

/* -------------------------------------------------------- frames of switches */

/* What a switch may send by a port: from that port's own address to that of the far end, so that
 * a switch that learns from it learns nothing wrong. */
static struct header header_of(const struct checking *checking, struct port_ref from,
                               struct port_ref to)
{
    static const uint8_t nobody[2][6] = {{0x02, 0, 0, 0, 0, 1}, {0x02, 0, 0, 0, 0, 2}}, none[6];
    struct header header = {.in_port = to.port, .dl_type = DL_TYPE_PROBE};
    const struct port_ref ends[] = {from, to};
    uint8_t *addresses[] = {header.dl_src, header.dl_dst};
    for (size_t i = 0; i < 2; i++) {
        const struct switch_state *state = checking->now.states.right[ends[i].sw];
        const struct port *port = state ? switch_state_port(state, ends[i].port) : NULL;
        bool known = port && memcmp(port->dl_addr, none, sizeof none) != 0;
        memcpy(addresses[i], known ? port->dl_addr : nobody[i], sizeof none);
    }
    return header;
}

/* How frames may be sent over a cable. */
struct shot {
    struct port_ref from, to;
    int depth; /* switches that they go on to, one behind the other; -1: they might do harm */
};

/* No harm is done by what comes neither to NORMAL nor to a controller, and does not go round.
 * may_miss: nor where no entry takes it, which a controller may be told. */
static void look_behind(const struct checking *checking, struct shot *shot, bool may_miss)
{
    static struct path_walk walk;
    struct header header = header_of(checking, shot->from, shot->to);
    struct path_touch touch;
    path_follow_touch(&checking->now.tables, shot->to, &header, NULL, &touch, &walk);
    bool harmless = checking->now.states.right[shot->from.sw] && walk.ends && !touch.normal &&
                    !touch.controller && !touch.open && (may_miss || !touch.missed);
    shot->depth = harmless ? 0 : -1;
    for (size_t i = 0; i < walk.n_hops && harmless; i++) {
        shot->depth = walk.hops[i].depth > shot->depth ? walk.hops[i].depth : shot->depth;
    }
}

/* From the end behind which they go least far. */
static struct shot choose_shot(const struct checking *checking, const struct topology_link *link)
{
    struct shot best = {.depth = -1};
    for (int may_miss = 0; may_miss < 2 && best.depth < 0; may_miss++) {
        struct shot shots[] = {{.from = link->a, .to = link->b}, {.from = link->b, .to = link->a}};
        for (size_t i = 0; i < 2; i++) {
            look_behind(checking, &shots[i], may_miss);
            if (shots[i].depth >= 0 && (best.depth < 0 || shots[i].depth < best.depth)) {
                best = shots[i];
            }
        }
    }
    return best;
}

/* By the tables so many frames go on over other cables. */
static void count_behind(struct wiring *wiring, const struct shot *shot,
                         const struct header *header, unsigned n)
{
    static struct path_walk walk;
    path_follow(&wiring->checking->now.tables, shot->to, header, NULL, &walk);
    for (size_t i = 1; i < walk.n_hops; i++) {
        const struct path_hop *hop = &walk.hops[i];
        struct port_ref out = {.sw = walk.hops[hop->previous].in.sw, .port = hop->out};
        struct traffic_port_count *count = traffic_count_port(&wiring->counts, before(wiring), out);
        if (count) {
            count->tx += n;
        }
    }
}

/* n frames over one cable. -1 as run_checking_read. */
static int shoot(struct wiring *wiring, const struct shot *shot, unsigned n)
{
    struct checking *checking = wiring->checking;
    struct frame_mark mark = {
        .number = FRAME_NO_SPEECH, .round = checking->probing.round_number, .kind = FRAME_SPEECH};
    struct base_buffer frame = {0};
    struct header header = header_of(checking, shot->from, shot->to);
    struct traffic_port_count *count =
        traffic_count_port(&wiring->counts, before(wiring), shot->from);
    int status = frame_build(&checking->probing.run, &mark, &header, &header, &frame, NULL);
    count_behind(wiring, shot, &header, n);
    for (unsigned i = 0; i < n && status == 0 && count; i++) {
        count->sure_tx +=
            run_network_send(&checking->network, shot->from, frame.data, frame.n_bytes, NULL) == 0;
    }
    base_buffer_free(&frame);
    return run_network_flush(&checking->network, checking->error);
}

/* Of cables that are told wrong a second reading is wanted. */
static bool wants_shots(const struct blame_wiring *wiring, size_t link)
{
    return wiring->wired[link] > BLAME_WIRED_WRONG && wiring->wired[link] != BLAME_WIRED_UNCOUNTED;
}

/* Frames over each cable that is not told, over each another number; those alone of one depth,
 * whose frames do not go on over each other's cables, where they would count, too. */
static int shoot_at(struct wiring *wiring, const struct shot *shots, int depth, unsigned nth)
{
    struct checking *checking = wiring->checking;
    struct traffic_round round, *last = checking->probing.round;
    struct blame_reading reading;
    size_t n = 0, k = 0, n_links = checking->topology->n_links;
    for (size_t i = 0; i < n_links; i++) {
        n += shots[i].depth == depth && wants_shots(&checking->wiring, i);
    }
    if (n == 0) {
        return 0;
    }
    int status = traffic_round_init(&round, &checking->plan, checking->stations.captures,
                                    checking->topology->n_hosts);
    status = status < 0 ? base_fail(checking->error, "out of memory")
                        : count_round(wiring, &round, before(wiring), &wiring->counts);
    run_probing_begin(&checking->probing, &round);
    for (size_t i = 0; i < n_links && status == 0; i++) {
        if (shots[i].depth == depth && wants_shots(&checking->wiring, i)) {
            status = shoot(wiring, &shots[i], blame_wiring_number(k++, n, nth));
        }
    }
    if (status == 0) {
        status = measure(wiring, before(wiring), &wiring->counts, &reading);
    }
    checking->probing.round = last;
    traffic_round_free(&round);
    return status < 0 ? -1 : decide(wiring);
}

static int shoot_all(struct wiring *wiring, const struct shot *shots)
{
    const struct run_world *world = wiring->checking->world;
    int status = 0;
    for (unsigned nth = 0; nth < SHOTS_MAX; nth++) {
        for (int depth = 0; depth <= DEPTH_MAX && status == 0 && !run_is_interrupted(world);
             depth++) {
            status = shoot_at(wiring, shots, depth, nth);
        }
    }
    return status;
}

static int have_switches_send(struct wiring *wiring)
{
    struct checking *checking = wiring->checking;
    size_t n_links = checking->topology->n_links;
    struct shot *shots = base_calloc(n_links, sizeof *shots);
    if (!shots) {
        return base_fail(checking->error, "out of memory");
    }
    for (size_t i = 0; i < n_links; i++) {
        shots[i] = choose_shot(checking, &checking->topology->links[i]);
        shots[i].depth = shots[i].depth < DEPTH_MAX ? shots[i].depth : DEPTH_MAX;
    }
    run_checking_be_patient(checking);
    int status = shoot_all(wiring, shots);
    for (size_t i = 0; i < n_links && status == 0; i++) {
        if (checking->wiring.wired[i] == BLAME_WIRED_IDLE && shots[i].depth < 0) {
            checking->wiring.wired[i] = BLAME_WIRED_SPARED;
        }
    }
    free(shots);
    return status;
}

int run_checking_wire(struct checking *checking)
{
    if (run_list_cables(checking->topology, checking->options, NULL, NULL) == 0) {
        return 0;
    }
    if (blame_wiring_open(&checking->wiring, checking->topology, checking->now.states.right) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    struct wiring wiring = {.checking = checking};
    uint64_t start_ns = run_checking_now_ns(checking);
    run_progress(checking->options, "looking at the cables");
    int status =
        measure_round(&wiring) < 0 || send_bursts(&wiring, blame_wiring_aim, BURSTS_MAX) < 0 ? -1
                                                                                             : 0;
    if (status == 0) {
        run_checking_be_patient(checking);
        status = send_bursts(&wiring, blame_wiring_aim_hosts, HOST_BURSTS_MAX);
    }
    if (status == 0 && checking->options->packet_out) {
        status = have_switches_send(&wiring);
    }
    checking->report->timing.count_ms += run_checking_ms_since(checking, start_ns);
    for (size_t i = 0; i < sizeof wiring.states / sizeof *wiring.states; i++) {
        run_states_free(&wiring.states[i]);
    }
    traffic_count_free(&wiring.count);
    traffic_count_free(&wiring.counts);
    return status;
}
