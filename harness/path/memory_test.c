/* SPDX-License-Identifier: Apache-2.0
 *
 * What does each function of this room answer where an allocation fails? */
#include "base/memory.h"
#include "path/affected.h"
#include "path/alike.h"
#include "path/backward.h"
#include "path/declared.h"
#include "path/entered.h"
#include "path/forward.h"
#include "testing/failing.h"
#include "testing/line.h"
#include "testing/random_network.h"

enum { PLENTY = 1000000 };

/* s1 sends TCP on to s2, c's port rewrites; UDP loops between the two. */
static void make(struct line *line)
{
    line_make(line);
    line_flow(line, 0, "priority=9,tcp,in_port=1 actions=mod_nw_tos:32,output:3");
    line_flow(line, 0, "priority=9,udp,in_port=1 actions=output:3,output:2");
    line_flow(line, 0, "priority=5,in_port=1 actions=output:2");
    line_flow(line, 0, "in_port=3 actions=in_port");
    line_flow(line, 1, "priority=9,udp actions=in_port");
    line_flow(line, 1, "priority=9,icmp,in_port=1 actions=output:2");
    line_flow(line, 1, "priority=5,in_port=1,nw_tos=32,ip actions=output:2");
    line_flow(line, 1, "in_port=2 actions=output:1");
}

static void release(struct line *line)
{
    for (size_t sw = 0; sw < LINE_SWITCHES; sw++) {
        flow_table_free(&line->states[sw].flows);
    }
}

static int open_line(struct line *line)
{
    return path_network_open_dumps(&line->network, &line->topology, line->by_switch, NULL);
}

static int open_and_recable(void *aux)
{
    struct line *line = aux;
    struct path_network other;
    if (open_line(line) < 0) {
        return -1;
    }
    int status = path_network_recable(&line->network, &line->topology, &other);
    if (status == 0) {
        path_network_close(&other);
    }
    path_network_close(&line->network);
    return status;
}

static void networks_are_opened(void **state)
{
    (void)state;
    struct line line;
    make(&line);
    assert_true(failing_each(open_and_recable, &line) > 10);
    release(&line);
}

static int open_declared(void *aux)
{
    struct path_declared declared;
    int status = path_declared_open(&declared, aux);
    if (status == 0) {
        path_declared_close(&declared);
    }
    return status;
}

static void expectations_are_compiled(void **state)
{
    (void)state;
    static const struct action to_2 = {.type = ACTION_OUTPUT, .port = 2};
    struct line line;
    bool lists[LINE_SWITCHES] = {true, false};
    line_make(&line);
    struct expected_case to = {.match = match_in_port(1), .actions = &to_2, .n_actions = 1};
    struct expected_port port = {.port = {0, 1}, .cases = &to, .n_cases = 1};
    struct expectation expectation = {
        .topology = &line.topology, .ports = &port, .n_ports = 1, .lists_switch = lists};
    assert_true(failing_each(open_declared, &expectation) > 5);
}

static int reach(void *aux)
{
    struct line *line = aux;
    struct path_reach reach;
    size_t budget = PLENTY;
    if (open_line(line) < 0) {
        return -1;
    }
    int status = path_reach(&line->network, (struct port_ref){0, 1}, &budget, &reach);
    if (status == 0 && reach.exhausted) {
        status = -1;
    } else if (status == 0) {
        assert_true(reach.n_arrivals > 0 && reach.n_loops > 0);
    }
    path_reach_free(&reach);
    path_network_close(&line->network);
    return status;
}

static void sets_of_packets_go_forward(void **state)
{
    (void)state;
    struct line line;
    make(&line);
    assert_true(failing_each(reach, &line) > 20);
    release(&line);
}

static int follow(void *aux)
{
    struct line *line = aux;
    static struct path_walk walk;
    struct header header = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP};
    if (open_line(line) < 0) {
        return -1;
    }
    path_follow_from(&line->network, LINE_A, &header, &walk);
    int status = walk.known ? 0 : -1;
    if (status < 0) {
        assert_string_equal(walk.reason, "out of memory");
    } else {
        assert_int_equal(walk.n_arrivals, 1);
    }
    path_network_close(&line->network);
    return status;
}

static void one_packet_is_followed(void **state)
{
    (void)state;
    struct line line;
    make(&line);
    assert_true(failing_each(follow, &line) > 20);
    release(&line);
}

struct traced {
    struct line line;
    enum space_answer answers[8]; /* by entry of s2, with enough memory */
};

static int go_back(void *aux)
{
    struct traced *traced = aux;
    struct line *line = &traced->line;
    size_t budget = PLENTY;
    if (open_line(line) < 0) {
        return -1;
    }
    base_memory_begin();
    for (size_t entry = 0; entry < line->states[1].flows.n_entries; entry++) {
        const struct path_target target = {.sw = 1, .entry = entry};
        struct path_origin origin = {0};
        enum space_answer answer =
            path_origin_of_entry(&line->network, NULL, &target, &budget, &origin);
        if (base_memory_ran_out()) {
            assert_true(answer == SPACE_OPEN || answer == traced->answers[entry]);
        } else {
            traced->answers[entry] = answer;
        }
    }
    path_network_close(&line->network);
    return base_memory_ran_out() ? -1 : 0;
}

static void entries_are_traced_back(void **state)
{
    (void)state;
    struct traced traced;
    make(&traced.line);
    assert_int_equal(go_back(&traced), 0);
    assert_int_equal(traced.answers[1], SPACE_FOUND); /* by way of s1, which sends it back */
    assert_true(failing_each(go_back, &traced) > 20);
    release(&traced.line);
}

static int find_affected(void *aux)
{
    struct line *line = aux;
    struct path_affected affected = {0};
    if (open_line(line) < 0) {
        return -1;
    }
    int status = 0;
    base_memory_begin();
    for (size_t entry = 0; entry < line->states[1].flows.n_entries && status == 0; entry++) {
        status = path_affected_find(&line->network, 1, entry, &affected);
    }
    path_affected_free(&affected);
    path_network_close(&line->network);
    return base_memory_ran_out() ? -1 : status; /* where it is short, too much may be named */
}

static void affected_headers_are_named(void **state)
{
    (void)state;
    struct line line;
    make(&line);
    assert_true(failing_each(find_affected, &line) > 20);
    release(&line);
}

enum { SENT = 4 };

struct kin {
    struct line line;
    struct path_alike alike[SENT]; /* with enough memory */
};

/* Without memory a header is like itself alone. */
static int find_alike(void *aux)
{
    static const struct header sent[SENT] = {
        {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP, .in_port = 1},
        {.dl_type = DL_TYPE_IP, .nw_proto = 9, .in_port = 1},
        {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP, .in_port = 1},
        {.dl_type = DL_TYPE_ARP, .in_port = 1},
    };
    static struct path_walk walk;
    static const struct path_watch stops = {.stops = true};
    struct kin *kin = aux;
    struct path_network *network = &kin->line.network;
    if (open_line(&kin->line) < 0) {
        return -1;
    }
    base_memory_begin();
    for (size_t i = 0; i < SENT; i++) {
        struct path_alike *alike = &kin->alike[i], short_of;
        const struct match alone = match_exactly(&sent[i]);
        size_t budget = PLENTY;
        path_follow(network, (struct port_ref){0, 1}, &sent[i], &stops, &walk);
        bool followed = !base_memory_ran_out();
        path_alike(network, &walk, &budget, &short_of);
        bool is_same = memcmp(&short_of.cube, &alike->cube, sizeof alone) == 0 &&
                       short_of.n_less == alike->n_less;
        assert_true(is_same || alike->cube.mask.in_port == 0 || !followed ||
                    (memcmp(&short_of.cube, &alone, sizeof alone) == 0 && short_of.n_less == 0));
        free(short_of.less);
        if (alike->cube.mask.in_port == 0) {
            *alike = (struct path_alike){.cube = short_of.cube, .n_less = short_of.n_less};
        }
    }
    path_network_close(network);
    return base_memory_ran_out() ? -1 : 0;
}

static void headers_are_alike(void **state)
{
    (void)state;
    struct kin kin = {0};
    struct line *line = &kin.line;
    line_make(line);
    line_flow(line, 0, "priority=9,tcp,in_port=1 actions=mod_nw_tos:32,output:3");
    line_flow(line, 0, "priority=9,in_port=1,nw_src=10.0.0.0/8,ip actions=mod_nw_tos:64,output:3");
    line_flow(line, 0, "priority=9,nw_src=0.0.0.0/1,ip actions=output:3,mod_nw_tos:64,output:3");
    line_flow(line, 0, "priority=5,in_port=1 actions=mod_tp_dst:9,mod_nw_tos:4,output:3");
    line_flow(line, 0, "in_port=3 actions=in_port");
    line_flow(line, 1, "priority=9,udp actions=mod_tp_src:7,in_port");
    line_flow(line, 1, "priority=5,in_port=1,nw_tos=32,ip actions=output:2");
    assert_int_equal(find_alike(&kin), 0);
    for (size_t i = 0; i < SENT; i++) {
        assert_true(kin.alike[i].cube.mask.in_port == UINT16_MAX);
        assert_true(kin.alike[i].cube.mask.tp_src == 0);
    }
    assert_true(kin.alike[1].n_less > 0 && kin.alike[3].n_less > 0);
    assert_true(failing_each(find_alike, &kin) > 20);
    release(line);
}

enum { N_ENTERED = 64, N_COMPARED = 12 };

/* A random network, and what was answered with enough memory: by switch, by entry. */
struct asked {
    struct random_network random;
    struct path_network network;
    failing_function *ask;
    enum space_answer answers[RANDOM_SWITCHES][RANDOM_ENTRIES];
    bool entered[RANDOM_HOSTS][N_ENTERED];
    bool alike[N_COMPARED][RANDOM_UNIVERSE];     /* by header, by another */
    size_t fates[RANDOM_HOSTS][RANDOM_UNIVERSE]; /* by host, by header: fate_of */
};

/* Short of memory more may be named, never less. */
static int enter_from_each(void *aux)
{
    struct asked *asked = aux;
    int status = 0;
    base_memory_begin();
    for (size_t host = 0; host < asked->random.topology.n_hosts && status == 0; host++) {
        bool entered[N_ENTERED] = {0}, *plenty = asked->entered[host];
        assert_true(asked->network.n_cables <= N_ENTERED);
        status = path_entered(&asked->network, asked->random.topology.hosts[host].port, entered);
        for (size_t i = 0; i < N_ENTERED && status == 0; i++) {
            plenty[i] = base_memory_ran_out() ? plenty[i] : entered[i];
            assert_true(entered[i] || !plenty[i]);
        }
    }
    return base_memory_ran_out() ? -1 : status;
}

/* To which hosts this header comes; SIZE_MAX: it is not known, or loops. */
static size_t fate_of(const struct path_reach *reach, const struct header *header)
{
    size_t hosts = 0;
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        hosts |= (size_t)space_region_has(&reach->arrivals[i].region, header)
                 << reach->arrivals[i].host;
    }
    for (size_t i = 0; i < reach->n_unknowns; i++) {
        hosts = space_region_has(&reach->unknowns[i].region, header) ? SIZE_MAX : hosts;
    }
    for (size_t i = 0; i < reach->n_loops; i++) {
        hosts = space_region_has(&reach->loops[i].region, header) ? SIZE_MAX : hosts;
    }
    return hosts;
}

/* What is short of memory, and does not say so, leaves open what it does not know. */
static int reach_from_each(void *aux)
{
    struct asked *asked = aux;
    int status = 0;
    base_memory_begin();
    for (size_t host = 0; host < asked->random.topology.n_hosts && status == 0; host++) {
        struct path_reach reach;
        size_t budget = PLENTY;
        struct port_ref in = asked->random.topology.hosts[host].port;
        status = path_reach(&asked->network, in, &budget, &reach);
        for (size_t i = 0; i < asked->random.n_universe && status == 0 && !reach.exhausted; i++) {
            struct header header = asked->random.universe[i];
            size_t *plenty = &asked->fates[host][i];
            header.in_port = in.port;
            size_t fate = fate_of(&reach, &header);
            *plenty = base_memory_ran_out() ? *plenty : fate;
            assert_true(fate == SIZE_MAX || fate == *plenty);
        }
        path_reach_free(&reach);
    }
    return base_memory_ran_out() ? -1 : status;
}

/* What is short of memory is open, and never another answer. */
static int trace_each(void *aux)
{
    struct asked *asked = aux;
    base_memory_begin();
    for (size_t sw = 0; sw < asked->random.topology.n_switches; sw++) {
        const struct switch_state *state = asked->random.read[sw];
        for (size_t entry = 0; state && entry < state->flows.n_entries; entry++) {
            const struct path_target target = {.sw = sw, .entry = entry};
            struct path_origin origin = {0};
            size_t budget = PLENTY;
            enum space_answer *plenty = &asked->answers[sw][entry];
            enum space_answer answer =
                path_origin_of_entry(&asked->network, NULL, &target, &budget, &origin);
            *plenty = base_memory_ran_out() ? *plenty : answer;
            assert_true(answer == SPACE_OPEN || answer == *plenty);
        }
    }
    return base_memory_ran_out() ? -1 : 0;
}

static int affect_each(void *aux)
{
    struct asked *asked = aux;
    int status = 0;
    base_memory_begin();
    for (size_t sw = 0; sw < asked->random.topology.n_switches; sw++) {
        const struct switch_state *state = asked->random.read[sw];
        for (size_t entry = 0; state && entry < state->flows.n_entries && status == 0; entry++) {
            struct path_affected affected = {0};
            status = path_affected_find(&asked->network, sw, entry, &affected);
            path_affected_free(&affected);
        }
    }
    return base_memory_ran_out() ? -1 : status;
}

/* Short of memory fewer are alike, never more. */
static int compare_each(void *aux)
{
    static struct path_walk walk;
    static const struct path_watch stops = {.stops = true};
    struct asked *asked = aux;
    const struct random_network *random = &asked->random;
    base_memory_begin();
    for (size_t i = 0; i < N_COMPARED; i++) {
        struct port_ref in = random->topology.hosts[i % random->topology.n_hosts].port;
        struct header header = random->universe[i * random->n_universe / N_COMPARED];
        struct path_alike alike;
        size_t budget = PLENTY;
        header.in_port = in.port;
        path_follow(&asked->network, in, &header, &stops, &walk);
        bool followed = !base_memory_ran_out();
        path_alike(&asked->network, &walk, &budget, &alike);
        for (size_t j = 0; j < random->n_universe && followed; j++) {
            struct header other = random->universe[j];
            bool *plenty = &asked->alike[i][j];
            other.in_port = in.port;
            bool is = match_takes(&alike.cube, &other);
            for (size_t k = 0; k < alike.n_less && is; k++) {
                is = !match_takes(&alike.less[k], &other);
            }
            *plenty = base_memory_ran_out() ? *plenty : is;
            assert_true(*plenty || !is);
        }
        free(alike.less);
    }
    return base_memory_ran_out() ? -1 : 0;
}

static int open_and_ask(void *aux)
{
    struct asked *asked = aux;
    if (path_network_open_dumps(&asked->network, &asked->random.topology, asked->random.read,
                                NULL) < 0) {
        return -1;
    }
    int status = asked->ask(asked);
    path_network_close(&asked->network);
    return status;
}

static void random_networks_are_asked(void **state)
{
    static failing_function *const functions[] = {enter_from_each, reach_from_each, trace_each,
                                                  affect_each, compare_each};
    static struct asked asked;
    (void)state;
    for (uint64_t seed = 101; seed < 105; seed++) {
        assert_true(random_network_make(&asked.random, seed, RANDOM_EVERYTHING & ~RANDOM_UNREAD));
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
            asked.ask = functions[i];
            assert_int_equal(open_and_ask(&asked), 0);
            failing_each_piece(open_and_ask, &asked);
        }
        random_network_free(&asked.random);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_networks_are_asked),  cmocka_unit_test(networks_are_opened),
    cmocka_unit_test(expectations_are_compiled),  cmocka_unit_test(sets_of_packets_go_forward),
    cmocka_unit_test(one_packet_is_followed),     cmocka_unit_test(entries_are_traced_back),
    cmocka_unit_test(affected_headers_are_named), cmocka_unit_test(headers_are_alike),
};

TEST_MAIN(tests)
