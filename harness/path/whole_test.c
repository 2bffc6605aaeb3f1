/* SPDX-License-Identifier: Apache-2.0
 *
 * Is all that this room says of some random networks what harness/path/whole says? The agreement
 * test knows what is right of each packet; here stands how it is told: hops, places, reasons,
 * regions. WRITE=1 writes the files. */
#include "path/affected.h"
#include "path/alike.h"
#include "path/backward.h"
#include "path/declared.h"
#include "path/entered.h"
#include "path/forward.h"

#include "ofctl/match.h"
#include "testing/random_network.h"
#include "testing/random_pipeline.h"
#include "testing/ring.h"
#include "testing/whole.h"

enum { PLENTY = 1000000, FEW = 3, MORE = 12 /* packets of a host */ };

static struct base_buffer out;

/* A network, and some packets of its hosts. */
struct subject {
    const struct topology *topology;
    const struct header *headers;
    size_t n_headers, n_asked;
    struct path_network network;
};

static void put_hop(const char *what, const struct path_hop *hop)
{
    base_put_format(
        &out, "  %s s%zu:%u after %zd by %u, %u, deep %u, entry %zd%s doubt %u%s%s%s%s; ", what,
        hop->in.sw + 1, hop->in.port, (ssize_t)hop->previous, hop->out, hop->nth, hop->depth,
        (ssize_t)hop->entry, hop->is_taken ? " alone" : "", hop->doubt, hop->refused ? ", " : "",
        hop->refused ? hop->refused : "", hop->open ? ", open: " : "", hop->open ? hop->open : "");
    ofctl_format_header(&hop->header, &out);
    base_put_text(&out, "\n");
}

static void put_walk(const struct path_walk *walk)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        put_hop("hop", &walk->hops[i]);
    }
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        base_put_format(&out, "  at h%zu, hop %zu, doubt %u: ", arrival->host + 1, arrival->hop,
                        arrival->doubt);
        ofctl_format_header(&arrival->header, &out);
        base_put_text(&out, "\n");
    }
    if (!walk->known) {
        base_put_format(&out, "  not known at s%zu:%u: %s\n", walk->unknown_at.sw + 1,
                        walk->unknown_at.port, walk->reason);
    }
    if (walk->loops) {
        base_put_format(&out, "  loop %zu..%zu\n", walk->loop_first, walk->loop_last);
        put_hop("again", &walk->again);
    }
    base_put_format(&out, "  %s, %s, load %u\n", walk->ends ? "ends" : "endless",
                    walk->cut ? walk->cut : "not cut", path_walk_load(walk));
}

/* The walk, unless the last one put was the same. */
static void put_other_walk(const struct path_walk *walk)
{
    static char last[65536];
    size_t begin = out.n_bytes;
    put_walk(walk);
    if (strncmp(last, base_buffer_text(&out) + begin, sizeof last) == 0) {
        out.n_bytes = begin;
        base_put_text(&out, "  as before\n");
    } else {
        snprintf(last, sizeof last, "%s", base_buffer_text(&out) + begin);
    }
}

static void put_match(const char *before, const struct match *match)
{
    base_put_text(&out, before);
    ofctl_format_match(match, &out);
}

static void put_region(const struct space_region *region)
{
    put_match("[", &region->cube);
    for (size_t i = 0; i < region->n_excluded; i++) {
        put_match("] less [", region->excluded[i]);
    }
    for (size_t i = 0; i < region->n_cuts; i++) {
        put_match("] but for holes less [", region->cuts[i].cube);
        for (const struct space_holes *h = region->cuts[i].holes; h; h = h->next) {
            for (size_t j = 0; j < h->n_cubes; j++) {
                put_match(" hole ", &h->cubes[j]);
            }
        }
    }
    base_put_text(&out, "]");
}

static void put_rewrite(const struct space_rewrite *rewrite)
{
    const struct match changed = {.value = rewrite->value, .mask = rewrite->mask};
    put_match(" rewritten ", &changed);
}

static void put_ways(const struct path_reach_hop *hop)
{
    for (; hop; hop = hop->previous) {
        base_put_format(&out, " <- s%zu:%u by %u, entry %zd", hop->in.sw + 1, hop->in.port,
                        hop->out, (ssize_t)hop->entry);
        if (hop->either) {
            base_put_format(&out, " or %u", hop->rival);
        }
    }
    base_put_text(&out, "\n");
}

static void put_example(const struct header *example)
{
    base_put_text(&out, "\n    ");
    ofctl_format_header(example, &out);
}

static void put_reach(const struct path_reach *reach)
{
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        const struct path_arrival *arrival = &reach->arrivals[i];
        base_put_format(&out, "  h%zu by %u: ", arrival->host + 1, arrival->out);
        put_region(&arrival->region);
        put_rewrite(&arrival->rewrite);
        put_example(&arrival->example);
        put_ways(arrival->hop);
    }
    for (size_t i = 0; i < reach->n_loops; i++) {
        base_put_text(&out, "  loop: ");
        put_region(&reach->loops[i].region);
        put_example(&reach->loops[i].example);
        put_ways(reach->loops[i].again);
    }
    for (size_t i = 0; i < reach->n_unknowns; i++) {
        base_put_format(&out, "  not known, %s: ", reach->unknowns[i].reason);
        put_region(&reach->unknowns[i].region);
        put_example(&reach->unknowns[i].example);
        put_ways(reach->unknowns[i].hop);
    }
}

/* Hops that exclude each other, hops that lead to others, and what each pair of arrivals says. */
static void put_pairs(const struct path_reach *reach)
{
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        base_put_text(&out, "  pairs ");
        for (size_t j = 0; j < reach->n_arrivals; j++) {
            const struct path_reach_hop *a = reach->arrivals[i].hop, *b = reach->arrivals[j].hop;
            base_put_text(&out, path_hops_exclude(a, b) ? "x" : path_hop_leads(a, b) ? "l" : ".");
        }
        base_put_text(&out, "\n");
    }
}

static void put_touch(const struct path_touch *touch)
{
    base_put_format(&out, "  touches%s%s%s%s%s %s\n", touch->normal ? " normal" : "",
                    touch->floods ? " floods" : "", touch->leaks ? " leaks" : "",
                    touch->controller ? " controller" : "", touch->missed ? " missed" : "",
                    touch->open ? touch->open : "");
}

static void put_alike(const struct path_network *network, const struct path_walk *walk)
{
    struct path_alike alike;
    size_t budget = PLENTY;
    path_alike(network, walk, &budget, &alike);
    put_match("  alike: ", &alike.cube);
    for (size_t i = 0; i < alike.n_less; i++) {
        put_match(" less ", &alike.less[i]);
    }
    base_put_text(&out, "\n");
    free(alike.less);
}

/* Every way that choices of switches leave open, one after another. */
static void put_choices(const struct subject *subject, struct port_ref in,
                        const struct header *header, bool rivals)
{
    static struct path_walk walk;
    struct space_choices choices = {.rivals = rivals};
    for (int i = 0; i < 6; i++) {
        choices.n_met = 0;
        path_follow_chosen(&subject->network, in, header, NULL, &choices, &walk);
        base_put_format(&out, " chosen%s, %zu met\n", rivals ? ", rivals too" : "", choices.n_met);
        put_other_walk(&walk);
        if (!space_choices_next(&choices)) {
            break;
        }
    }
}

/* One packet of a host, followed in each way there is. */
static void put_packet(const struct subject *subject, size_t host, size_t nth)
{
    static struct path_walk walk;
    static const struct path_watch watches[] = {
        {.stops = true}, {.tells = true}, {.every_way = true}};
    const struct topology *topology = subject->topology;
    struct header header = subject->headers[(nth * subject->n_headers + host) / subject->n_asked];
    struct port_ref in = topology->hosts[host].port;
    struct path_touch touch = {0};
    struct path_place place;
    header.in_port = in.port;
    for (size_t i = 0; i < sizeof watches / sizeof *watches; i++) {
        path_follow(&subject->network, in, &header, &watches[i], &walk);
        base_put_format(&out, " h%zu sends, watch %zu\n", host + 1, i);
        put_other_walk(&walk);
        if (i == 0) {
            put_alike(&subject->network, &walk);
        }
    }
    const struct path_places places =
        path_place_of(topology, (host + 1) % topology->n_hosts, &header, &place);
    path_follow_touch(&subject->network, in, &header, &places, &touch, &walk);
    base_put_format(&out, " it may, NORMAL knowing %zu\n", places.n);
    put_other_walk(&walk);
    put_touch(&touch);
    put_choices(subject, in, &header, false);
    put_choices(subject, in, &header, true);
}

static void put_host(const struct subject *subject, size_t host)
{
    const struct path_network *network = &subject->network;
    struct port_ref in = subject->topology->hosts[host].port;
    struct path_reach reach;
    size_t budget = PLENTY, n_cables = network->begins[subject->topology->n_switches];
    bool *entered = calloc(n_cables + 1, sizeof *entered);
    assert_int_equal(path_entered(network, in, entered), 0);
    base_put_format(&out, " h%zu enters", host + 1);
    for (size_t i = 0; i < n_cables; i++) {
        base_put_text(&out, entered[i] ? "+" : "-");
    }
    free(entered);
    assert_int_equal(path_reach(network, in, &budget, &reach), 0);
    base_put_format(&out, ", reaches%s\n", reach.exhausted ? " no more" : "");
    put_reach(&reach);
    put_pairs(&reach);
    path_reach_free(&reach);
    for (size_t i = 0; i < subject->n_asked; i++) {
        put_packet(subject, host, i);
    }
}

static void put_origin(enum space_answer answer, const struct path_origin *origin)
{
    base_put_format(&out, " answer %d%s%s%s", answer, origin->loops ? " loops" : "",
                    origin->competes ? " competes" : "", origin->too_far ? " too far" : "");
    if (origin->is_hidden) {
        base_put_format(&out, " hidden by %zu", origin->hidden_by);
    }
    if (answer == SPACE_FOUND) {
        base_put_format(&out, " h%zu ", origin->host + 1);
        ofctl_format_header(&origin->header, &out);
    }
}

static void put_entry(struct path_network *network, size_t sw, size_t entry)
{
    const struct path_target target = {.sw = sw, .entry = entry};
    struct path_origin origin = {0};
    struct path_affected affected = {0};
    size_t budget = PLENTY;
    base_put_format(&out, " s%zu entry %zu:", sw + 1, entry);
    enum space_answer answer = path_origin_of_entry(network, NULL, &target, &budget, &origin);
    put_origin(answer, &origin);
    if (answer == SPACE_EMPTY) {
        origin = (struct path_origin){0};
        answer = path_origin_none(network, &target, &budget, &origin);
        base_put_text(&out, "; none:");
        put_origin(answer, &origin);
    }
    base_put_text(&out, "\n");
    assert_int_equal(path_affected_find(network, sw, entry, &affected), 0);
    for (size_t i = 0; i < affected.n_headers; i++) {
        base_put_format(&out, "  affected h%zu", affected.headers[i].host + 1);
        put_match(" [", &affected.headers[i].cube);
        base_put_text(&out, "]\n");
    }
    path_affected_free(&affected);
}

/* The same of some of what the entry takes: what another entry of the switch takes, less what a
 * third does. */
static void put_entry_within(struct path_network *network, size_t sw, size_t entry)
{
    const struct flow_table *flows = network->switches[sw].flows;
    const struct match *less = &flows->entries[(entry + 2) % flows->n_entries].match;
    struct space_region within = {.cube = flows->entries[(entry + 1) % flows->n_entries].match,
                                  .excluded = &less,
                                  .n_excluded = 1};
    const struct path_target target = {.sw = sw, .entry = entry, .within = &within};
    struct path_origin origin = {0};
    size_t budget = PLENTY;
    base_put_format(&out, " s%zu entry %zu within:", sw + 1, entry);
    enum space_answer answer = path_origin_of_entry(network, NULL, &target, &budget, &origin);
    put_origin(answer, &origin);
    base_put_text(&out, "\n");
}

static void put_subject(struct subject *subject, const struct switch_state *const *read)
{
    assert_int_equal(path_network_open_dumps(&subject->network, subject->topology, read, NULL), 0);
    for (size_t host = 0; host < subject->topology->n_hosts; host++) {
        put_host(subject, host);
    }
    for (size_t sw = 0; sw < subject->topology->n_switches; sw++) {
        const struct flow_table *flows = subject->network.switches[sw].flows; /* composed */
        for (size_t i = 0; flows && i < flows->n_entries && i < 12; i++) {
            put_entry(&subject->network, sw, i);
            put_entry_within(&subject->network, sw, i);
        }
    }
    path_network_close(&subject->network);
}

static void put_network(uint64_t seed, unsigned features, size_t n_asked)
{
    static struct random_network random;
    assert_true(random_network_make(&random, seed, features));
    struct subject subject = {.topology = &random.topology,
                              .headers = random.universe,
                              .n_headers = random.n_universe,
                              .n_asked = n_asked};
    base_put_format(&out, "network %zu, features %#x\n", (size_t)seed, features);
    random_network_describe(&random, &out);
    put_subject(&subject, random.read);
    random_network_free(&random);
}

/* A ring of three switches with several tables, groups and meters. */
static void put_ring(size_t nth, const struct universe *universe)
{
    struct ring ring;
    ring_make(&ring);
    struct subject subject = {.topology = &ring.topology,
                              .headers = universe->headers,
                              .n_headers = universe->n_headers,
                              .n_asked = MORE};
    base_put_format(&out, "ring %zu\n", nth);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        random_pipeline(&ring.states[sw], 8);
    }
    put_subject(&subject, ring.by_switch);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        switch_state_free(&ring.states[sw]);
    }
}

static unsigned features_of(uint64_t seed)
{
    return seed % 2 ? RANDOM_EVERYTHING : 1U << seed / 2 % 9;
}

static void all_that_is_said_of_some_networks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 16; seed++) {
        put_network(seed, features_of(seed), FEW);
    }
    assert_whole(base_buffer_text(&out), "harness/path/whole/networks.txt");
    base_buffer_free(&out);
}

/* A line of `sums` for what was put, named by its first line. */
static void put_sum(struct base_buffer *sums)
{
    char name[64];
    const char *text = base_buffer_text(&out);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "\n"), text);
    put_whole_sum(sums, name, &out);
}

static void what_is_said_of_many_more(void **state)
{
    struct base_buffer sums = {0};
    struct universe universe = universe_make();
    (void)state;
    for (uint64_t seed = 17; seed <= 300; seed++) {
        put_network(seed, (unsigned)(seed * 0x9e3779b97f4a7c15 >> 40) & RANDOM_EVERYTHING, MORE);
        put_sum(&sums);
    }
    for (size_t i = 1; i <= 120; i++) {
        put_ring(i, &universe);
        put_sum(&sums);
    }
    assert_whole(base_buffer_text(&sums), "harness/path/whole/sums.txt");
    base_buffer_free(&sums);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_is_said_of_some_networks),
    cmocka_unit_test(what_is_said_of_many_more),
};

TEST_MAIN(tests)
