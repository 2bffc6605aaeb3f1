/* SPDX-License-Identifier: Apache-2.0
 *
 * Do all that follow packets agree where switches have several tables? Three switches in a ring
 * with random pipelines (testing/random_pipeline.h), and some headers of each host: hop by hop,
 * executed word by word, and by path.
 *
 *   NETWORKS=2000 build/harness/path/pipeline_test */
#include "path/backward.h"
#include "path/follow.h"
#include "path/forward.h"
#include "testing/random_pipeline.h"
#include "testing/ring.h"

#include <stdlib.h>

enum { NETWORKS = 120, HEADERS = 25, MAX_ENTRIES = 8, ARRIVALS = 512, DEEP = 40 };

/* What becomes of one packet, executed. */
struct arrival {
    size_t host;
    struct header header;
};
struct fate {
    struct arrival arrivals[ARRIVALS];
    size_t n_arrivals, n_hops;
    bool unknown, loops;
};

/* A copy that enters a switch. */
struct copy {
    const struct copy *previous;
    struct port_ref in;
    struct header header;
    int depth;
};

static int compare_arrivals(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct arrival));
}

static void add_arrival(struct arrival *arrivals, size_t *n, size_t host,
                        const struct header *header, uint16_t out)
{
    assert_true(*n < ARRIVALS);
    memset(&arrivals[*n], 0, sizeof *arrivals);
    arrivals[*n].host = host;
    arrivals[*n].header = *header;
    arrivals[(*n)++].header.in_port = out;
}

static bool same_arrivals(struct arrival *a, size_t n_a, const struct arrival *b, size_t n_b)
{
    qsort(a, n_a, sizeof *a, compare_arrivals);
    return n_a == n_b && memcmp(a, b, n_a * sizeof *a) == 0;
}

static bool is_down(const struct ring *ring, struct port_ref port)
{
    return ring->states[port.sw].ports[port.port - 1].state != 0;
}

/* Without what does not leave the switch. */
static void keep_leaving(const struct ring *ring, size_t sw, struct pipeline_fate *fate)
{
    size_t n = fate->n_sent;
    fate->n_sent = 0;
    for (size_t i = 0; i < n; i++) {
        struct port_ref out = {sw, fate->sent[i].port};
        if (out.port > PORTS || !is_down(ring, out)) {
            fate->sent[fate->n_sent++] = fate->sent[i];
        }
    }
}

static void enter(const struct ring *ring, struct copy copy, struct fate *fate);

static void leave(const struct ring *ring, const struct copy *copy,
                  const struct pipeline_sent *sent, struct fate *fate)
{
    size_t sw = copy->in.sw;
    if (sent->port > PORTS) {
        return;
    }
    if (sent->port <= 2) {
        if (fate->n_arrivals == ARRIVALS) {
            fate->unknown = true;
            return;
        }
        add_arrival(fate->arrivals, &fate->n_arrivals, sw * 2 + sent->port - 1, &sent->header,
                    sent->port);
        return;
    }
    struct copy next = {.previous = copy, .header = sent->header, .depth = copy->depth + 1};
    next.in = sent->port == 3 ? (struct port_ref){(sw + 1) % SWITCHES, 4}
                              : (struct port_ref){(sw + SWITCHES - 1) % SWITCHES, 3};
    next.header.in_port = next.in.port;
    enter(ring, next, fate);
}

static void enter(const struct ring *ring, struct copy copy, struct fate *fate)
{
    struct pipeline_fates *fates = malloc(sizeof *fates);
    for (const struct copy *at = copy.previous; at; at = at->previous) {
        fate->loops |= at->in.sw == copy.in.sw && header_equal(&at->header, &copy.header);
    }
    fate->unknown |= copy.depth > DEEP || fate->n_hops++ > 400;
    if (fate->loops || fate->unknown || is_down(ring, copy.in)) {
        free(fates);
        return;
    }
    pipeline_simulate(&ring->states[copy.in.sw], &copy.header, fates);
    const struct pipeline_fate *first = &fates->fates[0];
    for (size_t i = 0; i < fates->n_fates; i++) {
        struct pipeline_fate *other = &fates->fates[i];
        keep_leaving(ring, copy.in.sw, other);
        fate->unknown |= other->unknown || other->n_sent != first->n_sent ||
                         memcmp(other->sent, first->sent, first->n_sent * sizeof *first->sent) != 0;
    }
    for (size_t i = 0; i < first->n_sent && !fate->unknown; i++) {
        leave(ring, &copy, &first->sent[i], fate);
    }
    free(fates);
}

struct tally {
    size_t n, n_known, n_arrivals, n_origins, n_refuted, n_excluding;
};

/* One packet by itself. True: it is known what becomes of it, and it does not loop. */
static bool ask_follow(const struct ring *ring, struct port_ref in, const struct header *header,
                       struct fate *fate, struct tally *tally)
{
    static struct path_walk walk;
    static struct arrival arrivals[PATH_ARRIVALS];
    size_t n = 0;
    *fate = (struct fate){0};
    enter(ring, (struct copy){.in = in, .header = *header}, fate);
    qsort(fate->arrivals, fate->n_arrivals, sizeof *fate->arrivals, compare_arrivals);
    path_follow(&ring->network, in, header, NULL, &walk);
    tally->n++;
    if (!walk.known) {
        return false;
    }
    assert_false(fate->unknown || fate->loops);
    for (size_t i = 0; i < walk.n_arrivals; i++) {
        add_arrival(arrivals, &n, walk.arrivals[i].host, &walk.arrivals[i].header,
                    walk.arrivals[i].header.in_port);
    }
    assert_true(same_arrivals(arrivals, n, fate->arrivals, fate->n_arrivals));
    tally->n_known++;
    tally->n_arrivals += n;
    return true;
}

/* The same packet among all. */
static void ask_reach(const struct path_reach *reach, const struct header *header,
                      const struct fate *fate)
{
    static struct arrival arrivals[ARRIVALS];
    const struct path_reach_hop *hops[ARRIVALS]; /* the last, by arrival */
    size_t n = 0;
    for (size_t i = 0; i < reach->n_unknowns; i++) {
        assert_false(space_region_has(&reach->unknowns[i].region, header));
    }
    for (size_t i = 0; i < reach->n_loops; i++) {
        assert_false(space_region_has(&reach->loops[i].region, header));
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        const struct path_arrival *arrival = &reach->arrivals[i];
        if (space_region_has(&arrival->region, header)) {
            struct header as = space_rewritten(&arrival->rewrite, header);
            for (size_t j = 0; j < n; j++) {
                assert_false(path_hops_exclude(arrival->hop, hops[j]));
            }
            hops[n] = arrival->hop;
            add_arrival(arrivals, &n, arrival->host, &as, arrival->out);
        }
    }
    assert_true(same_arrivals(arrivals, n, fate->arrivals, fate->n_arrivals));
}

/* Each entry of a switch: whether a frame of a host exercises it. */
static void ask_origins(struct ring *ring, const struct universe *universe, struct tally *tally)
{
    static struct path_walk walk;
    size_t sw = random_below(SWITCHES);
    const struct flow_table *flows = ring->network.switches[sw].flows;
    for (size_t entry = 0; entry < flows->n_entries && entry < 12; entry++) {
        const struct path_target target = {.sw = sw, .entry = entry};
        struct path_origin origin = {0};
        size_t budget = 1 << 22;
        enum space_answer answer =
            path_origin_of_entry(&ring->network, NULL, &target, &budget, &origin);
        if (answer == SPACE_FOUND) {
            struct port_ref in = ring->hosts[origin.host].port;
            path_follow(&ring->network, in, &origin.header, NULL, &walk);
            assert_true(path_walk_exercises(&walk, sw, entry, NULL));
            tally->n_origins++;
        }
        for (int i = 0; i < 40 && answer == SPACE_EMPTY && !origin.loops; i++) {
            size_t host = random_below(2 * SWITCHES);
            struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
            header.in_port = ring->hosts[host].port.port;
            path_follow(&ring->network, ring->hosts[host].port, &header, NULL, &walk);
            assert_false(walk.known && path_walk_exercises(&walk, sw, entry, NULL));
            tally->n_refuted++;
        }
    }
}

static void ask_network(struct ring *ring, const struct universe *universe, struct tally *tally)
{
    static struct fate fate;
    assert_int_equal(
        path_network_open_dumps(&ring->network, &ring->topology, ring->by_switch, NULL), 0);
    for (size_t host = 0; host < 2 * SWITCHES; host++) {
        struct port_ref in = ring->hosts[host].port;
        struct path_reach reach;
        size_t budget = 1 << 24;
        assert_int_equal(path_reach(&ring->network, in, &budget, &reach), 0);
        for (size_t i = 1; i < reach.n_arrivals; i++) {
            tally->n_excluding +=
                path_hops_exclude(reach.arrivals[i - 1].hop, reach.arrivals[i].hop);
        }
        for (int i = 0; i < HEADERS && !reach.exhausted; i++) {
            struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
            header.in_port = in.port;
            if (ask_follow(ring, in, &header, &fate, tally)) {
                ask_reach(&reach, &header, &fate);
            }
        }
        path_reach_free(&reach);
    }
    ask_origins(ring, universe, tally);
    path_network_close(&ring->network);
}

static void all_agree_on_pipelines(void **unused)
{
    (void)unused;
    struct universe universe = universe_make();
    const char *asked = getenv("NETWORKS");
    struct tally tally = {0};
    for (int i = 0; i < (asked ? atoi(asked) : NETWORKS); i++) {
        struct ring ring;
        ring_make(&ring);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            random_pipeline(&ring.states[sw], MAX_ENTRIES);
        }
        ask_network(&ring, &universe, &tally);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            switch_state_free(&ring.states[sw]);
        }
    }
    print_message("# %zu packets, %zu known, %zu arrivals; %zu entries exercised, %zu times not\n",
                  tally.n, tally.n_known, tally.n_arrivals, tally.n_origins, tally.n_refuted);
    assert_true(tally.n_known > tally.n / 4 && tally.n_arrivals > tally.n / 40);
    assert_true(tally.n_origins > 0 && tally.n_refuted > 0 && tally.n_excluding > 0);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_agree_on_pipelines),
};

TEST_MAIN(tests)
