/* SPDX-License-Identifier: Apache-2.0
 *
 * Do all that follow packets agree? Random networks (testing/random_network.h),
 * and of each every host and every header of a small universe: the
 * simulator of testing/simulator.h says what becomes of the packet, and everything else
 * must say the same.
 *
 *   NETWORKS=20000 SEED=1 FEATURES=0xff build/harness/path/agreement_test
 */
#include "path/affected.h"

#include "ofctl/match.h"
#include "path/alike.h"
#include "path/backward.h"
#include "path/forward.h"
#include "testing/cmocka.h"
#include "testing/simulator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ================================================== what may become of a packet */

/* Each entry that may take a packet that starts here: what is not known may
 * send it on as it is. Entries are bits, RANDOM_ENTRIES a switch. */
struct maybe {
    struct simulated_hop seen[2048];
    size_t n_seen;
    uint64_t entries;
    bool too_many;
};

static uint64_t bit_of(size_t sw, size_t entry)
{
    return UINT64_C(1) << (sw * RANDOM_ENTRIES + entry);
}

static void maybe_enter(struct maybe *maybe, size_t sw, uint16_t port, struct header header)
{
    header.in_port = port;
    for (size_t i = 0; i < maybe->n_seen; i++) {
        if (maybe->seen[i].sw == sw &&
            memcmp(&maybe->seen[i].header, &header, sizeof header) == 0) {
            return;
        }
    }
    if (maybe->n_seen == sizeof maybe->seen / sizeof *maybe->seen) {
        maybe->too_many = true;
        return;
    }
    maybe->seen[maybe->n_seen++] = (struct simulated_hop){.header = header, .sw = (uint8_t)sw};
}

static void maybe_leave(const struct random_network *network, struct maybe *maybe, size_t sw,
                        uint16_t port, const struct header *header)
{
    struct port_ref to;
    size_t host;
    if (simulator_cabled_to(&network->topology, sw, port, &to, &host) && host == SIZE_MAX) {
        maybe_enter(maybe, to.sw, to.port, *header);
    }
}

static void maybe_send_anywhere(const struct random_network *network, struct maybe *maybe,
                                size_t sw, const struct header *header)
{
    const struct switch_state *state = network->read[sw];
    for (uint16_t port = 1; port <= 6; port++) {
        if (!state || simulator_port_is_up(state, port, PORT_CONFIG_NO_FWD)) {
            maybe_leave(network, maybe, sw, port, header);
        }
    }
}

static void maybe_pass(const struct random_network *network, struct maybe *maybe, size_t at)
{
    struct simulated_hop hop = maybe->seen[at];
    const struct switch_state *state = network->read[hop.sw];
    uint32_t best = 0;
    if (!state) {
        maybe_send_anywhere(network, maybe, hop.sw, &hop.header);
        return;
    }
    if (!simulator_port_is_up(state, hop.header.in_port, PORT_CONFIG_NO_RECV)) {
        return;
    }
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < state->flows.n_entries; i++) {
            const struct flow_entry *entry = &state->flows.entries[i];
            struct simulated_sent sent[SIMULATOR_SENT];
            if (!simulator_takes(entry, &hop.header)) {
                continue;
            }
            best = pass == 0 && simulator_rank(entry) > best ? simulator_rank(entry) : best;
            if (pass == 0 || simulator_rank(entry) < best) {
                continue;
            }
            maybe->entries |= bit_of(hop.sw, i);
            if (!simulator_is_alone(state, i, &hop.header)) {
                continue; /* what becomes of it is open already */
            }
            int n = simulator_apply(state, entry, hop.header, sent);
            if (n < 0 || entry->table_id != 0 || simulator_is_unsure(entry)) {
                maybe_send_anywhere(network, maybe, hop.sw, &hop.header);
            }
            for (int j = 0; j < n; j++) {
                maybe_leave(network, maybe, hop.sw, sent[j].port, &sent[j].header);
            }
        }
    }
}

static void what_may_become(const struct random_network *network, struct port_ref in,
                            const struct header *header, struct maybe *maybe)
{
    maybe->n_seen = 0;
    maybe->entries = 0;
    maybe->too_many = false;
    maybe_enter(maybe, in.sw, in.port, *header);
    for (size_t i = 0; i < maybe->n_seen; i++) {
        maybe_pass(network, maybe, i);
    }
}

/* ========================================================================= trials */

/* What is compared with the simulator. */
enum question { FOLLOW, FORWARD, BACKWARD, AFFECTED, ALIKE, N_QUESTIONS };

struct disagreement {
    unsigned long n_asked, n_networks;
    uint64_t last_seed;
    struct base_buffer first; /* what and where, of the first */
};

/* One network, indexed, and what becomes of each header of each host. */
struct trial {
    struct random_network network;
    struct path_network index;
    struct simulated_fate fates[RANDOM_HOSTS][RANDOM_UNIVERSE];
    uint64_t seed;
    bool has_unknown; /* something in it is not known */
};

static struct disagreement disagreements[N_QUESTIONS];
static unsigned long n_exhausted; /* hosts whose packets are too many to be followed as sets */
static unsigned long n_too_many;  /* packets that have too many copies for the simulator */
static unsigned long n_coarse;    /* headers of sets of which less is known than of each header */

static void disagree(const struct trial *trial, enum question question, const char *what,
                     size_t host, const struct header *header)
{
    struct disagreement *disagreement = &disagreements[question];
    if (disagreement->n_networks > 0 && disagreement->last_seed == trial->seed) {
        return;
    }
    disagreement->last_seed = trial->seed;
    if (disagreement->n_networks++ > 0) {
        return;
    }
    base_put_format(&disagreement->first, "SEED=%" PRIu64 ": %s", trial->seed, what);
    if (header) {
        base_put_format(&disagreement->first, "\nh%zu sends ", host + 1);
        ofctl_format_header(header, &disagreement->first);
    }
    base_put_text(&disagreement->first, "\n");
    random_network_describe(&trial->network, &disagreement->first);
}

static struct header sent_by(const struct trial *trial, size_t host, size_t i)
{
    struct header header = trial->network.universe[i];
    header.in_port = trial->network.topology.hosts[host].port.port;
    return header;
}

static bool same_arrivals(const struct simulated_fate *fate, struct simulated_arrival *arrivals,
                          size_t n)
{
    qsort(arrivals, n, sizeof *arrivals, simulated_compare);
    return n == fate->n_arrivals && memcmp(arrivals, fate->arrivals, n * sizeof *arrivals) == 0;
}

/* Rows of its flow table; 0: it was not read. */
static size_t n_entries(const struct random_network *network, size_t sw)
{
    return network->read[sw] ? network->read[sw]->flows.n_entries : 0;
}

/* ------------------------------------------------------------------ one packet */

static void ask_exercises(const struct trial *trial, const struct path_walk *walk, size_t host,
                          const struct header *header, const struct simulated_fate *fate)
{
    for (size_t sw = 0; sw < trial->network.topology.n_switches; sw++) {
        for (size_t e = 0; e < n_entries(&trial->network, sw); e++) {
            if (path_walk_exercises(walk, sw, e, NULL) != simulated_exercises(fate, sw, e)) {
                disagree(trial, FOLLOW, "exercises other entries", host, header);
            }
        }
    }
}

static void ask_follow(const struct trial *trial, size_t host, const struct header *header,
                       const struct simulated_fate *fate)
{
    static struct path_walk walk;
    static struct simulated_arrival arrivals[PATH_ARRIVALS];
    disagreements[FOLLOW].n_asked++;
    path_follow_from(&trial->index, host, header, &walk);
    if (fate->too_many || fate->vague) {
        n_too_many += fate->too_many;
        return;
    }
    memset(arrivals, 0, sizeof arrivals);
    for (size_t i = 0; i < walk.n_arrivals; i++) {
        arrivals[i].host = walk.arrivals[i].host;
        arrivals[i].header = walk.arrivals[i].header;
    }
    if (walk.known != !(fate->unknown || fate->loops)) {
        disagree(trial, FOLLOW, walk.known ? "known" : walk.reason, host, header);
    } else if (walk.loops != fate->loops || walk.ends == fate->loops) {
        disagree(trial, FOLLOW, walk.loops ? "a loop" : "no loop", host, header);
    } else if (!same_arrivals(fate, arrivals, walk.n_arrivals)) {
        disagree(trial, FOLLOW, "other arrivals", host, header);
    }
    ask_exercises(trial, &walk, host, header, fate);
}

/* -------------------------------------------------------------------- forward */

static void ask_region(struct trial *trial, const struct path_reach *reach, size_t host,
                       const struct header *header, const struct simulated_fate *fate)
{
    static struct simulated_arrival arrivals[1024];
    bool unknown = false, loops = false;
    size_t n = 0;
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        const struct path_arrival *arrival = &reach->arrivals[i];
        if (space_region_has(&arrival->region, header) && n < 1024) {
            memset(&arrivals[n], 0, sizeof arrivals[n]);
            arrivals[n].host = arrival->host;
            arrivals[n].header = space_rewritten(&arrival->rewrite, header);
            arrivals[n++].header.in_port = arrival->out;
        }
    }
    for (size_t i = 0; i < reach->n_unknowns; i++) {
        unknown = unknown || space_region_has(&reach->unknowns[i].region, header);
    }
    for (size_t i = 0; i < reach->n_loops; i++) {
        loops = loops || space_region_has(&reach->loops[i].region, header);
    }
    if (fate->too_many || fate->vague) {
        return;
    }
    if (unknown && fate->idle) {
        n_coarse++; /* what is so of one header need not be told of the set that it is in */
    } else if (unknown != fate->unknown) {
        disagree(trial, FORWARD, unknown ? "not known" : "known", host, header);
    } else if (loops != fate->loops) {
        disagree(trial, FORWARD, loops ? "a loop" : "no loop", host, header);
    } else if (!same_arrivals(fate, arrivals, n)) {
        disagree(trial, FORWARD, "other arrivals", host, header);
    }
}

static void ask_example(struct trial *trial, const struct path_reach *reach, size_t host,
                        const struct space_region *region, const struct header *example)
{
    static struct simulated_fate fate;
    if (!space_region_has(region, example)) {
        disagree(trial, FORWARD, "an example that is not in its region", host, example);
    }
    simulate(&trial->network, host, example, &fate);
    ask_region(trial, reach, host, example, &fate);
}

static void ask_forward(struct trial *trial, size_t host)
{
    enum { EXAMPLES = 16 };
    struct path_reach reach;
    size_t budget = 2000000;
    const struct topology *topology = &trial->network.topology;
    assert_int_equal(path_reach(&trial->index, topology->hosts[host].port, &budget, &reach), 0);
    for (size_t i = 0; i < trial->network.n_universe && !reach.exhausted; i++) {
        struct header header = sent_by(trial, host, i);
        disagreements[FORWARD].n_asked++;
        ask_region(trial, &reach, host, &header, &trial->fates[host][i]);
    }
    for (size_t i = 0; i < EXAMPLES && !reach.exhausted; i++) {
        if (i < reach.n_arrivals) {
            ask_example(trial, &reach, host, &reach.arrivals[i].region, &reach.arrivals[i].example);
        }
        if (i < reach.n_loops) {
            ask_example(trial, &reach, host, &reach.loops[i].region, &reach.loops[i].example);
        }
        if (i < reach.n_unknowns) {
            ask_example(trial, &reach, host, &reach.unknowns[i].region, &reach.unknowns[i].example);
        }
    }
    n_exhausted += reach.exhausted;
    path_reach_free(&reach);
}

/* ------------------------------------------------------------------- backward */

/* What frames of the universe do with an entry. */
struct coming {
    bool exercise, loop, compete; /* it, past a loop, past rivals */
    size_t host;
    struct header header;
};

static struct coming who_comes(const struct trial *trial, size_t sw, size_t entry)
{
    struct coming coming = {0};
    for (size_t host = 0; host < trial->network.topology.n_hosts; host++) {
        for (size_t i = 0; i < trial->network.n_universe && !coming.exercise; i++) {
            const struct simulated_fate *fate = &trial->fates[host][i];
            bool does = simulated_exercises(fate, sw, entry),
                 ends = !fate->loops && !fate->too_many;
            if (does && ends) {
                coming.host = host;
                coming.header = sent_by(trial, host, i);
            }
            coming.exercise = does && ends;
            coming.loop = coming.loop || (does && !ends);
        }
        if (coming.exercise) {
            break;
        }
    }
    return coming;
}

static void ask_backward(const struct trial *trial, size_t sw, size_t entry)
{
    static struct simulated_fate fate;
    struct path_origin origin;
    const struct path_target target = {.sw = sw, .entry = entry};
    size_t budget = 20000000;
    struct coming coming = who_comes(trial, sw, entry);
    enum space_answer answer = path_origin_of_entry(&trial->index, NULL, &target, &budget, &origin);
    char what[128];
    disagreements[BACKWARD].n_asked++;
    if (answer == SPACE_FOUND) {
        simulate(&trial->network, origin.host, &origin.header, &fate);
        if (!simulated_exercises(&fate, sw, entry) || fate.loops || fate.too_many) {
            snprintf(what, sizeof what, "s%zu, %zu is not exercised", sw + 1, entry);
            disagree(trial, BACKWARD, what, origin.host, &origin.header);
        }
    } else if (coming.exercise && (answer == SPACE_EMPTY || !trial->has_unknown)) {
        snprintf(what, sizeof what, "s%zu, %zu is exercised, answer %d", sw + 1, entry, answer);
        disagree(trial, BACKWARD, what, coming.host, &coming.header);
    } else if (answer == SPACE_OPEN && !trial->has_unknown) {
        snprintf(what, sizeof what, "s%zu, %zu is left open", sw + 1, entry);
        disagree(trial, BACKWARD, what, 0, NULL);
    } else if (answer == SPACE_EMPTY && coming.loop && !origin.loops && !origin.competes) {
        snprintf(what, sizeof what, "s%zu, %zu: a loop that is not reported", sw + 1, entry);
        disagree(trial, BACKWARD, what, 0, NULL);
    }
}

/* ------------------------------------------------------------- coarse, both ways */

static void ask_affected(struct trial *trial)
{
    static struct maybe maybe;
    const struct random_network *network = &trial->network;
    struct path_affected affected[RANDOM_SWITCHES][RANDOM_ENTRIES] = {0};
    for (size_t sw = 0; sw < network->topology.n_switches; sw++) {
        for (size_t e = 0; e < n_entries(network, sw); e++) {
            assert_int_equal(path_affected_find(&trial->index, sw, e, &affected[sw][e]), 0);
        }
    }
    for (size_t host = 0; host < network->topology.n_hosts; host++) {
        for (size_t i = 0; i < network->n_universe; i++) {
            struct header header = sent_by(trial, host, i);
            disagreements[AFFECTED].n_asked++;
            what_may_become(network, network->topology.hosts[host].port, &header, &maybe);
            for (size_t sw = 0; sw < network->topology.n_switches; sw++) {
                for (size_t e = 0; e < n_entries(network, sw); e++) {
                    bool found = !(maybe.entries & bit_of(sw, e));
                    for (size_t h = 0; h < affected[sw][e].n_headers && !found; h++) {
                        found = affected[sw][e].headers[h].host == host &&
                                match_takes(&affected[sw][e].headers[h].cube, &header);
                    }
                    if (!found) {
                        char what[128];
                        snprintf(what, sizeof what, "it may come to s%zu, %zu", sw + 1, e);
                        disagree(trial, AFFECTED, what, host, &header);
                    }
                }
            }
        }
    }
    for (size_t i = 0; i < RANDOM_SWITCHES * RANDOM_ENTRIES; i++) {
        path_affected_free(&affected[i / RANDOM_ENTRIES][i % RANDOM_ENTRIES]);
    }
}

/* ---------------------------------------------------------------- one like others */

static bool is_alike(const struct path_alike *alike, const struct header *header)
{
    bool is = match_takes(&alike->cube, header);
    for (size_t i = 0; i < alike->n_less && is; i++) {
        is = !match_takes(&alike->less[i], header);
    }
    return is;
}

/* A hop without its headers. */
static uint64_t place_of(const struct simulated_fate *fate, const struct simulated_hop *hop)
{
    uint64_t depth = 0;
    for (size_t i = hop->previous; i != SIMULATOR_HOPS; i = fate->hops[i].previous) {
        depth++;
    }
    return depth << 40 | (uint64_t)hop->sw << 32 | (uint64_t)hop->header.in_port << 16 |
           (uint64_t)hop->entry << 8 | hop->alone;
}

static int compare_places(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool same_ways(const struct simulated_fate *a, const struct simulated_fate *b)
{
    uint64_t x[SIMULATOR_HOPS], y[SIMULATOR_HOPS];
    bool a_ends = !a->loops && !a->too_many, b_ends = !b->loops && !b->too_many;
    if (!a_ends || !b_ends) {
        return a_ends == b_ends; /* it was not followed any further */
    }
    for (size_t i = 0; i < a->n_hops && a->n_hops == b->n_hops; i++) {
        x[i] = place_of(a, &a->hops[i]);
        y[i] = place_of(b, &b->hops[i]);
    }
    qsort(x, a->n_hops, sizeof *x, compare_places);
    qsort(y, b->n_hops, sizeof *y, compare_places);
    return a->n_hops == b->n_hops && memcmp(x, y, a->n_hops * sizeof *x) == 0;
}

static void ask_alike(struct trial *trial, size_t host, size_t i)
{
    static struct path_walk walk;
    static const struct path_watch stops = {.stops = true};
    const struct simulated_fate *fate = &trial->fates[host][i];
    struct header header = sent_by(trial, host, i);
    struct path_alike alike;
    size_t budget = 20000000;
    disagreements[ALIKE].n_asked++;
    path_follow(&trial->index, trial->network.topology.hosts[host].port, &header, &stops, &walk);
    path_alike(&trial->index, &walk, &budget, &alike);
    if (!is_alike(&alike, &header)) {
        disagree(trial, ALIKE, "it is not like itself", host, &header);
    }
    for (size_t j = 0; j < trial->network.n_universe; j++) {
        const struct simulated_fate *other = &trial->fates[host][j];
        struct header like = sent_by(trial, host, j);
        if (is_alike(&alike, &like) && other->hops[0].entry == fate->hops[0].entry &&
            !same_ways(fate, other)) {
            disagree(trial, ALIKE, "another that is like it goes elsewhere", host, &header);
        }
    }
    free(alike.less);
}

/* -------------------------------------------------------------------------- all */

static bool is_unknown(const struct random_network *network, size_t sw)
{
    const struct switch_state *state = network->read[sw];
    bool unknown = !state;
    for (size_t i = 0; state && i < state->flows.n_entries; i++) {
        const struct flow_entry *entry = &state->flows.entries[i];
        struct simulated_sent sent[SIMULATOR_SENT];
        unknown = unknown || entry->table_id != 0 || simulator_is_unsure(entry) ||
                  simulator_apply(state, entry, (struct header){0}, sent) < 0;
    }
    return unknown;
}

static void index_trial(struct trial *trial)
{
    const struct random_network *network = &trial->network;
    trial->has_unknown = false;
    for (size_t sw = 0; sw < network->topology.n_switches; sw++) {
        trial->has_unknown = trial->has_unknown || is_unknown(network, sw);
    }
    assert_int_equal(
        path_network_open_dumps(&trial->index, &network->topology, network->read, NULL), 0);
}

static void ask_packets(struct trial *trial, size_t host)
{
    for (size_t i = 0; i < trial->network.n_universe; i++) {
        struct header header = sent_by(trial, host, i);
        struct simulated_fate *fate = &trial->fates[host][i];
        simulate(&trial->network, host, &header, fate);
        ask_follow(trial, host, &header, fate);
    }
    for (int i = 0; i < 8; i++) {
        ask_alike(trial, host, roll(&trial->network.dice, (uint32_t)trial->network.n_universe));
    }
}

static void try_one(struct trial *trial, uint64_t seed, unsigned features)
{
    trial->seed = seed;
    assert_true(random_network_make(&trial->network, seed, features));
    index_trial(trial);
    for (size_t host = 0; host < trial->network.topology.n_hosts; host++) {
        ask_packets(trial, host);
        ask_forward(trial, host);
    }
    for (size_t sw = 0; sw < trial->network.topology.n_switches; sw++) {
        for (size_t e = 0; e < n_entries(&trial->network, sw); e++) {
            if (!flow_never_takes(&trial->network.read[sw]->flows.entries[e])) {
                ask_backward(trial, sw, e);
            }
        }
    }
    ask_affected(trial);
    path_network_close(&trial->index);
    random_network_free(&trial->network);
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 0) : otherwise;
}

/* Every other network has some of the features only. */
static int try_all(void **state)
{
    static struct trial trial;
    uint64_t seed = setting("SEED", 1);
    unsigned features = (unsigned)setting("FEATURES", RANDOM_EVERYTHING);
    (void)state;
    for (unsigned long n = setting("NETWORKS", 2000); n > 0; n--, seed++) {
        unsigned some = (unsigned)(seed * 0x9e3779b97f4a7c15 >> 40);
        try_one(&trial, seed, seed % 2 ? features : features & some);
    }
    return 0;
}

static void verify(enum question question)
{
    struct disagreement *disagreement = &disagreements[question];
    assert_true(disagreement->n_asked > 0);
    if (disagreement->n_networks > 0) {
        /* cmocka cuts long messages. */
        printf("%s\n", base_buffer_text(&disagreement->first));
        fail_msg("asked %lu times, disagrees in %lu networks", disagreement->n_asked,
                 disagreement->n_networks);
    }
}

static void packets_are_followed(void **state)
{
    (void)state;
    verify(FOLLOW);
    assert_true(n_too_many < disagreements[FOLLOW].n_asked / 20);
    assert_true(n_coarse < disagreements[FORWARD].n_asked / 100);
}

static void sets_go_where_their_headers_go(void **state)
{
    (void)state;
    verify(FORWARD);
}

static void entries_are_reached_by_whom_backward_names(void **state)
{
    (void)state;
    verify(BACKWARD);
}

static void affected_misses_no_header(void **state)
{
    (void)state;
    verify(AFFECTED);
}

static void headers_that_are_alike_share_their_fate(void **state)
{
    (void)state;
    verify(ALIKE);
}

static int forget(void **state)
{
    (void)state;
    for (int i = 0; i < N_QUESTIONS; i++) {
        base_buffer_free(&disagreements[i].first);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_followed),
        cmocka_unit_test(sets_go_where_their_headers_go),
        cmocka_unit_test(entries_are_reached_by_whom_backward_names),
        cmocka_unit_test(affected_misses_no_header),
        cmocka_unit_test(headers_that_are_alike_share_their_fate),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, try_all, forget);
}
