/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan: a probe in every class of headers, of every kind that the class
 * has, what must arrive of it and in which form, and sentinels behind them. */
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"
#include "traffic/classes.h"
#include "traffic/plan.h"
#include "yaml/load.h"

#include <stdlib.h>
#include <string.h>

struct planned {
    struct expectation *expectation;
    struct traffic_plan plan;
};

static struct planned plan_of(const char *path, const struct traffic_extra *extras, size_t n_extras)
{
    static const bool all[64] = {[0 ... 63] = true};
    struct planned planned = {0};
    struct yaml_diagnostics diagnostics = {0};
    assert_int_equal(yaml_load_expectation(&yaml_disk, path, &planned.expectation, &diagnostics),
                     0);
    yaml_diagnostics_free(&diagnostics);
    struct traffic_plan_options options = {.sends = all, .extras = extras, .n_extras = n_extras};
    struct path_declared declared;
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
    path_declared_close(&declared);
    return planned;
}

/* The kinds of what traffic looks like are sent once a sender, each as its header's claims and
 * ports say, and only if the interfaces are known. */
static void each_sender_sends_what_traffic_looks_like(void **state)
{
    (void)state;
    static const bool all[64] = {[0 ... 63] = true};
    static const char *const names[] = {"multicast",
                                        "vlan-priority",
                                        "two-tags",
                                        "arp-reply",
                                        "ipv6",
                                        "tcp-syn",
                                        "tcp-data",
                                        "first-fragment",
                                        "later-fragment",
                                        "200-bytes",
                                        "600-bytes",
                                        "1100-bytes",
                                        "full-size",
                                        "fresh",
                                        "sctp",
                                        "neighbour-solicitation",
                                        "neighbour-advertisement"};
    unsigned mtus[64];
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    size_t n_before = planned.plan.n_probes;
    traffic_plan_free(&planned.plan);
    for (size_t i = 0; i < 64; i++) {
        mtus[i] = i == 3 ? 1000 : 1500;
    }
    struct traffic_plan_options options = {.sends = all, .mtus = mtus, .fresh = 5};
    struct path_declared declared;
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
    size_t n_senders = planned.expectation->topology->n_hosts;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        size_t n = 0;
        for (size_t p = 0; p < planned.plan.n_probes; p++) {
            const struct traffic_probe *probe = &planned.plan.probes[p];
            bool is = strcmp(probe->kind, names[k]) == 0;
            n += is && !probe->sentinel;
            unsigned full_size = probe->from == 2 || probe->from == 3 ? 1014 : 1514;
            assert_true(!is || probe->shape.n_bytes <= full_size);
            assert_true(!is || strcmp(names[k], "full-size") != 0 ||
                        probe->shape.n_bytes == full_size);
            if (is && probe->from == 0) { /* h1: to h2, and copied to h11 */
                assert_int_equal(traffic_plan_copies(probe, 1), 1);
                assert_int_equal(traffic_plan_copies(probe, 10), 1);
            }
        }
        assert_int_equal(n, strcmp(names[k], "1100-bytes") == 0 ? n_senders - 2 : n_senders);
    }
    assert_true(planned.plan.n_probes >= n_before + 13 * n_senders);
    assert_int_equal(planned.plan.n_withheld, 2); /* of h3 and h4 */
    assert_string_equal(planned.plan.withheld[0].reason,
                        "it is longer than the MTU of an interface");
    assert_string_equal(planned.plan.withheld[0].kind, "1100-bytes");
    path_declared_close(&declared);
    traffic_plan_free(&planned.plan);
    expectation_free(planned.expectation);
}

/* Full size is that of the interfaces which a frame leaves and comes to, however long others are: a
 * capture host takes its copies, too. */
static void full_size_is_that_of_sender_and_receivers(void **state)
{
    (void)state;
    static const bool all[64] = {[0 ... 63] = true};
    const struct {
        unsigned h1, h2, h11, n_bytes;
    } rows[] = {
        {1500, 9000, 9000, 1514}, {9000, 9000, 9000, 9014},  {9000, 4000, 9000, 4014},
        {9000, 9000, 2000, 2014}, {65535, 9001, 9001, 9014}, {1400, 9000, 9000, 1414},
        {9000, 0, 9000, 1514},    {0, 9000, 9000, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned mtus[64];
        for (size_t host = 0; host < 64; host++) {
            mtus[host] = 1500;
        }
        mtus[0] = rows[i].h1;
        mtus[1] = rows[i].h2;
        mtus[10] = rows[i].h11;
        struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
        traffic_plan_free(&planned.plan);
        struct traffic_plan_options options = {.sends = all, .mtus = mtus};
        struct path_declared declared;
        assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
        assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
        unsigned n_bytes = 0;
        for (size_t p = 0; p < planned.plan.n_probes; p++) {
            const struct traffic_probe *probe = &planned.plan.probes[p];
            bool is = probe->from == 0 && strcmp(probe->kind, "full-size") == 0;
            n_bytes = is ? probe->shape.n_bytes : n_bytes;
        }
        assert_int_equal(n_bytes, rows[i].n_bytes);
        if (n_bytes == 0) {
            assert_string_equal(planned.plan.withheld[0].reason,
                                "the MTU of the interfaces is not known");
        }
        path_declared_close(&declared);
        traffic_plan_free(&planned.plan);
        expectation_free(planned.expectation);
    }
}

/* Behind strip_vlan a frame with two tags has no header of OpenFlow 1.0. */
static void what_cannot_be_told_is_not_sent(void **state)
{
    (void)state;
    static const bool all[64] = {[0 ... 63] = true};
    unsigned mtus[64];
    size_t n_sent = 0, n_withheld = 0;
    struct planned planned = plan_of("expected/fabric/taps.yaml", NULL, 0);
    traffic_plan_free(&planned.plan);
    for (size_t i = 0; i < 64; i++) {
        mtus[i] = 1500;
    }
    struct traffic_plan_options options = {.sends = all, .mtus = mtus};
    struct path_declared declared;
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
    for (size_t p = 0; p < planned.plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned.plan.probes[p];
        for (size_t i = 0; i < probe->n_arrivals && probe->shape.inner_tci; i++) {
            for (size_t form = 0; form < probe->arrivals[i].n_as; form++) {
                assert_true(probe->arrivals[i].as[form].vlan_tci & VLAN_TAGGED);
            }
        }
        n_sent += probe->shape.inner_tci != 0;
    }
    for (size_t i = 0; i < planned.plan.n_withheld; i++) {
        n_withheld += strcmp(planned.plan.withheld[i].kind, "two-tags") == 0;
    }
    assert_true(n_sent > 0);
    assert_true(n_withheld > 0);
    path_declared_close(&declared);
    traffic_plan_free(&planned.plan);
    expectation_free(planned.expectation);
}

static bool is_sent_to(const struct traffic_plan *plan, size_t from, size_t to, const char *kind)
{
    bool is = false;
    for (size_t p = 0; p < plan->n_probes && !is; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        is = probe->from == from && traffic_plan_copies(probe, to) > 0 &&
             (!kind || strcmp(probe->kind, kind) == 0);
    }
    return is;
}

/* Also where a class of its own is the only one that goes: web requests of h11 to c1, name
 * requests of h43 to c1. Segments too, of the same class. */
static void whoever_gets_frames_gets_each_size(void **state)
{
    (void)state;
    static const bool all[64] = {[0 ... 63] = true};
    static const char *const sizes[] = {"200-bytes", "600-bytes", "1100-bytes", "full-size"};
    unsigned mtus[64];
    struct planned planned = plan_of("expected/fabric/taps.yaml", NULL, 0);
    const struct topology *topology = planned.expectation->topology;
    size_t n_pairs = 0, h11 = topology_find_host(topology, "h11"),
           c1 = topology_find_host(topology, "c1");
    for (size_t i = 0; i < 64; i++) {
        mtus[i] = 1500;
    }
    traffic_plan_free(&planned.plan);
    struct traffic_plan_options options = {.sends = all, .mtus = mtus};
    struct path_declared declared;
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
    for (size_t from = 0; from < topology->n_hosts; from++) {
        for (size_t to = 0; to < topology->n_hosts; to++) {
            bool is = is_sent_to(&planned.plan, from, to, NULL);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                assert_int_equal(is_sent_to(&planned.plan, from, to, sizes[i]), is);
            }
            n_pairs += is;
        }
    }
    assert_true(n_pairs > 8);
    assert_true(is_sent_to(&planned.plan, h11, c1, "tcp-syn"));
    assert_false(is_sent_to(&planned.plan, h11, c1, "ipv6"));
    path_declared_close(&declared);
    traffic_plan_free(&planned.plan);
    expectation_free(planned.expectation);
}

static size_t count_kind(const struct traffic_plan *plan, const char *kind)
{
    size_t n = 0;
    for (size_t p = 0; p < plan->n_probes; p++) {
        n += strcmp(plan->probes[p].kind, kind) == 0;
    }
    return n;
}

/* What becomes of fragments on one switch between a and b, which does this with what enters. */
struct fragments {
    const char *declared, *does;
    bool is_sent;
};

static void check_fragments(const struct fragments *row)
{
    static const char topology[] = "name: x\nswitches: {s1: {dpid: 1}}\nhosts:\n"
                                   "  a: {mac: \"00:00:00:00:00:01\", port: \"s1:1\"}\n"
                                   "  b: {mac: \"00:00:00:00:00:02\", port: \"s1:2\"}\n";
    static const bool all[2] = {true, true};
    static const unsigned mtus[2] = {1500, 1500};
    static const struct action vendor = {.type = ACTION_VENDOR};
    char text[200];
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *expectation;
    struct path_declared declared;
    struct path_network network;
    struct traffic_harmless harmless;
    struct traffic_plan plan;
    struct port ports[2] = {{.number = 1}, {.number = 2}};
    struct switch_state state = {.ports = ports, .n_ports = 2, .version = 4};
    const struct switch_state *states[] = {&state};
    snprintf(text, sizeof text, "topology: t\nports: {s1: {1: {actions: \"%s\"}, 2: drop}}\n",
             row->declared);
    struct memory_file files[] = {{"t", topology, 0}, {"x", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    assert_int_equal(yaml_load_expectation(&from, "x", &expectation, &diagnostics), 0);
    assert_int_equal(ofctl_parse_group("group_id=1,type=select,bucket=output:1,bucket=output:2",
                                       &state.groups, NULL, NULL),
                     0);
    assert_int_equal(
        ofctl_parse_flow(row->does ? row->does : "actions=drop", &state.flows, NULL, NULL, NULL),
        0);
    if (!row->does) {
        state.flows.entries[0].actions = &vendor;
        state.flows.entries[0].n_actions = 1;
    }
    assert_int_equal(path_declared_open(&declared, expectation), 0);
    assert_int_equal(path_network_open_dumps(&network, expectation->topology, states, NULL), 0);
    assert_int_equal(traffic_harmless_open(&harmless, &network, &declared), 0);
    struct traffic_plan_options options = {.sends = all, .mtus = mtus, .harmless = &harmless};
    assert_int_equal(traffic_plan(&declared, &options, &plan, NULL), 0);
    /* b's frames are dropped where they enter: in all cases. */
    assert_true(count_kind(&plan, "ipv6") > 0);
    assert_int_equal(count_kind(&plan, "first-fragment") > 0, row->is_sent);
    assert_true(count_kind(&plan, "full-size") > 0);
    traffic_plan_free(&plan);
    traffic_harmless_close(&harmless);
    path_network_close(&network);
    path_declared_close(&declared);
    flow_table_free(&state.flows);
    group_table_free(&state.groups);
    expectation_free(expectation);
    yaml_diagnostics_free(&diagnostics);
}

/* A switch that rewrites a port rewrites it in what is no header, too: in fragments. One that does
 * what is not known (connection tracking is such an action) may keep them until all are there. */
static void no_fragment_is_sent_where_it_may_be_lost(void **state)
{
    (void)state;
    static const struct fragments rows[] = {
        {"output:2", "actions=output:2", true},
        {"mod_tp_dst:80,output:2", "actions=output:2", false},
        {"mod_nw_tos:4,output:2", "actions=output:2", false},
        {"mod_dl_src:2:2:2:2:2:2,output:2", "actions=output:2", true},
        {"output:2", NULL, false},
        {"output:2", "actions=group:1", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_fragments(&rows[i]);
    }
}

static void planned_free(struct planned *planned)
{
    traffic_plan_free(&planned->plan);
    expectation_free(planned->expectation);
}

static size_t host(const struct planned *planned, const char *name)
{
    size_t found = topology_find_host(planned->expectation->topology, name);
    assert_true(found != HOST_NONE);
    return found;
}

/* How many probes of `from` lie in the match, and have so many arrivals at `to`. */
static size_t count(const struct planned *planned, const char *from, const char *text,
                    const char *to, unsigned copies)
{
    struct match match;
    size_t n = 0;
    assert_int_equal(ofctl_parse_match(text, &match, NULL, NULL), 0);
    for (size_t p = 0; p < planned->plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned->plan.probes[p];
        n += probe->from == host(planned, from) && match_takes(&match, &probe->header) &&
             traffic_plan_copies(probe, host(planned, to)) == copies;
    }
    return n;
}

static void every_claim_has_a_probe(void **state)
{
    static const char *const paths[] = {
        "expected/demon/simulated.yaml", "expected/demon/always-forward.yaml",
        "expected/patch-panel/patched.yaml", "expected/fabric/taps.yaml"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct planned planned = plan_of(paths[i], NULL, 0);
        for (size_t c = 0; c < planned.expectation->n_claims; c++) {
            const struct claim *claim = &planned.expectation->claims[c];
            size_t n = 0;
            for (size_t p = 0; p < planned.plan.n_probes; p++) {
                const struct traffic_probe *probe = &planned.plan.probes[p];
                n += probe->from == claim->from && match_takes(&claim->match, &probe->header);
                if (claim->to != HOST_ALL && probe->from == claim->from &&
                    match_takes(&claim->match, &probe->header)) {
                    assert_int_equal(traffic_plan_copies(probe, claim->to), claim->copies);
                }
            }
            assert_true(n > 0);
        }
        planned_free(&planned);
    }
}

/* A claim without a match is about all frames: one of each kind. */
static void every_kind_is_tried(void **state)
{
    static const char *const kinds[] = {"dl_type=0x88b5,dl_vlan=65535",
                                        "dl_dst=ff:ff:ff:ff:ff:ff",
                                        "dl_vlan=2049",
                                        "arp",
                                        "udp",
                                        "tcp",
                                        "icmp"};
    (void)state;
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_true(count(&planned, "h1", kinds[i], "h11", 1) > 0);
        assert_true(count(&planned, "h5", kinds[i], "h11", 0) > 0);
    }
    planned_free(&planned);
}

/* Both sides of each case are probed, and expected to differ. */
static void cases_divide_the_headers(void **state)
{
    (void)state;
    struct planned planned = plan_of("expected/fabric/taps.yaml", NULL, 0);
    assert_true(count(&planned, "h43", "udp,tp_dst=53", "c1", 1) > 0);
    assert_int_equal(count(&planned, "h43", "udp,tp_dst=53", "c1", 0), 0);
    assert_true(count(&planned, "h43", "udp", "c1", 0) > 0);
    assert_true(count(&planned, "h43", "tcp", "c1", 0) > 0);
    assert_true(count(&planned, "h11", "tcp,tp_dst=80", "c1", 1) > 0);
    assert_true(count(&planned, "h11", "tcp", "c1", 0) > 0);
    assert_true(count(&planned, "h24", "arp", "c2", 1) > 0);
    planned_free(&planned);
}

/* c3 gets h31's frames as sent, c4 gets h32's with VLAN 32. */
static void rewrites_are_expected(void **state)
{
    (void)state;
    struct planned planned = plan_of("expected/fabric/taps.yaml", NULL, 0);
    for (size_t p = 0; p < planned.plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned.plan.probes[p];
        for (size_t i = 0; i < probe->n_arrivals; i++) {
            const struct traffic_expected_arrival *arrival = &probe->arrivals[i];
            assert_int_equal(arrival->n_as, arrival->copies);
            if (arrival->host == host(&planned, "c4") && probe->from == host(&planned, "h32")) {
                assert_int_equal(arrival->as[0].vlan_tci & (VLAN_TAGGED | VLAN_VID),
                                 VLAN_TAGGED | 32);
            }
            if (arrival->host == host(&planned, "c3")) {
                assert_int_equal(arrival->as[0].vlan_tci, 0);
            }
        }
    }
    planned_free(&planned);
}

static void sentinels_are_last(void **state)
{
    (void)state;
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    size_t n = 0;
    for (size_t p = 0; p < planned.plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned.plan.probes[p];
        bool ends = p + 1 == planned.plan.n_probes || probe[1].from != probe->from;
        assert_true(!probe->sentinel || probe->n_arrivals > 0);
        if (ends && probe->sentinel) {
            n++;
        }
        if (!ends) {
            assert_true(!probe->sentinel || probe[1].sentinel);
        }
    }
    assert_int_equal(n, 6); /* h1..h4, h6, h7; what the others send must not arrive */
    planned_free(&planned);
}

static void differences_are_probed_too(void **state)
{
    (void)state;
    struct header header = {.in_port = 5, .dl_type = DL_TYPE_IP, .nw_proto = 47, .nw_dst = 7};
    struct traffic_extra extra = {.from = 4, .header = header};
    struct planned planned = plan_of("expected/demon/simulated.yaml", &extra, 1);
    assert_int_equal(count(&planned, "h5", "ip,nw_proto=47,nw_dst=0.0.0.7", "h11", 0), 1);
    planned_free(&planned);
}

/* What nothing fixes is ordinary; what a class fixes is left, and only that is not. */
static void frames_are_ordinary(void **state)
{
#define BY_H1  "in_port=1,vlan_tci=0x0000,dl_src=00:00:00:00:00:01,"
#define FIXED  "in_port=1,vlan_tci=0x0000,dl_src=02:00:00:00:00:99,"
#define TO_H2  "dl_dst=00:00:00:00:00:02"
#define TO_ALL "dl_dst=ff:ff:ff:ff:ff:ff"
#define TAGGED "in_port=1,dl_vlan=2049,dl_vlan_pcp=0,"
#define IP     ",nw_src=10.0.0.1,nw_dst=198.51.100.2"
    static const struct {
        const char *kind, *header;
    } expected[] = {
        {"unicast", BY_H1 TO_H2 ",dl_type=0x88b5"},
        {"broadcast", BY_H1 TO_ALL ",dl_type=0x88b5"},
        {"vlan", TAGGED "dl_src=00:00:00:00:00:01," TO_H2 ",dl_type=0x88b5"},
        {"arp", "arp," BY_H1 TO_H2 ",arp_spa=10.0.0.1,arp_tpa=198.51.100.2,arp_op=1"},
        {"udp", "udp," BY_H1 TO_H2 IP ",nw_tos=0,tp_src=9,tp_dst=9"},
        {"tcp", "tcp," BY_H1 TO_H2 IP ",nw_tos=0,tp_src=9,tp_dst=9"},
        {"icmp", "icmp," BY_H1 TO_H2 IP ",nw_tos=0,icmp_type=0,icmp_code=0"},
        {"unicast", "ip," FIXED TO_H2 IP ",nw_proto=253,nw_tos=4"},
        {"broadcast", "ip," FIXED TO_ALL IP ",nw_proto=253,nw_tos=4"},
        {"vlan", "ip," TAGGED "dl_src=02:00:00:00:00:99," TO_H2 IP ",nw_proto=253,nw_tos=4"},
        {"udp", "udp," FIXED TO_H2 IP ",nw_tos=4,tp_src=9,tp_dst=9"},
        {"tcp", "tcp," FIXED TO_H2 IP ",nw_tos=4,tp_src=9,tp_dst=9"},
        {"icmp", "icmp," FIXED TO_H2 IP ",nw_tos=4,icmp_type=0,icmp_code=0"},
        {"unicast", BY_H1 TO_H2 ",dl_type=0x88b5"},
        {"unicast", "ip," FIXED TO_H2 IP ",nw_proto=253,nw_tos=4"}};
    (void)state;
    struct base_arena arena = {0};
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    struct path_declared declared;
    struct claim *claim = &planned.expectation->claims[0];
    bool sends[16];
    struct traffic_plan_options options = {.sends = sends};
    struct traffic_plan plan;
    memset(sends, true, sizeof sends);
    assert_int_equal(
        ofctl_parse_match("dl_src=2:0:0:0:0:99,nw_tos=4,ip", &claim->match, NULL, NULL), 0);
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &plan, NULL), 0);
    for (size_t p = 0; p < sizeof expected / sizeof *expected; p++) {
        const struct traffic_probe *probe = &plan.probes[p];
        assert_string_equal(probe->kind, expected[p].kind);
        assert_string_equal(ofctl_header_text(&probe->header, &arena), expected[p].header);
        assert_int_equal(probe->sentinel, p >= 13); /* again, for each set of receivers */
    }
    traffic_plan_free(&plan);
    path_declared_close(&declared);
    base_arena_free(&arena);
    planned_free(&planned);
}

/* Who has more classes than are probed is counted. */
static void what_has_too_many_classes_is_counted(void **state)
{
    (void)state;
    static struct claim claims[TRAFFIC_CLASSES_MAX];
    static const bool all[64] = {[0 ... 63] = true};
    struct traffic_plan_options options = {.sends = all};
    struct path_declared declared;
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    struct claim *own = planned.expectation->claims;
    size_t n_own = planned.expectation->n_claims;
    assert_int_equal(planned.plan.n_cut, 0);
    traffic_plan_free(&planned.plan);
    for (size_t i = 0; i < TRAFFIC_CLASSES_MAX; i++) {
        claims[i] = (struct claim){.from = 1, .match.mask.dl_type = UINT16_MAX};
        claims[i].match.value.dl_type = (uint16_t)(i + 1);
    }
    planned.expectation->claims = claims;
    planned.expectation->n_claims = TRAFFIC_CLASSES_MAX;
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
    assert_int_equal(planned.plan.n_cut, 1);
    path_declared_close(&declared);
    planned.expectation->claims = own;
    planned.expectation->n_claims = n_own;
    planned_free(&planned);
}

/* Whose probes are planned: claims speak of h1, ports of h2; of h3 nothing speaks but that all
 * ports of its switch would be listed. */
static void who_sends(void **state)
{
    (void)state;
    struct topology_host hosts[] = {
        {.port = {0, 1}}, {.port = {0, 2}}, {.port = {0, 3}}, {.port = {1, 1}}};
    struct topology topology = {.hosts = hosts, .n_hosts = 4, .n_switches = 2};
    struct claim claims[] = {{.from = 0, .to = 1}, {.from = 0, .to = 2}};
    struct expected_port port = {.port = {0, 2}};
    bool lists[] = {true, false};
    struct expectation expectation = {.topology = &topology,
                                      .claims = claims,
                                      .n_claims = 2,
                                      .ports = &port,
                                      .n_ports = 1,
                                      .lists_switch = lists};
    bool sends[] = {true, true, true, true}, none[] = {false, false}, second[] = {false, true};
    static const struct {
        bool any, extras_only, is_selected, selects_one, expected[4];
    } cases[] = {
        {.expected = {true, true, true, false}},
        {.any = true, .expected = {true, true, false, false}},
        {.extras_only = true, .expected = {true, true, true, true}},
        {.is_selected = true, .expected = {false, false, false, false}},
        {.is_selected = true, .selects_one = true, .expected = {true, false, false, false}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct traffic_plan_options options = {.sends = sends, .extras_only = cases[i].extras_only};
        options.selected = !cases[i].is_selected ? NULL : cases[i].selects_one ? second : none;
        expectation.unlisted_any = cases[i].any;
        for (size_t host = 0; host < 4; host++) {
            assert_int_equal(traffic_plan_sends(&expectation, &options, host),
                             cases[i].expected[host]);
            sends[host] = false;
            assert_false(traffic_plan_sends(&expectation, &options, host));
            sends[host] = true;
        }
    }
}

/* The claim that names the receiver, before the one of all others; and the first of two such. */
static void a_claim_of_all_is_for_those_that_none_names(void **state)
{
    (void)state;
    enum { H1, H2, H3 };
    struct claim claims[] = {
        {.from = H1, .to = HOST_ALL, .match = {{.dl_type = DL_TYPE_IP}, {.dl_type = 0xffff}}},
        {.from = H1, .to = H2},
        {.from = H2, .to = HOST_ALL},
        {.from = H3, .to = H1},
        {.from = H3, .to = H1},
    };
    const struct expectation expectation = {.claims = claims, .n_claims = 5};
    const struct header ip = {.dl_type = DL_TYPE_IP}, arp = {.dl_type = DL_TYPE_ARP};
    assert_ptr_equal(traffic_claim_for(&expectation, H1, H2, &ip), &claims[1]);
    assert_ptr_equal(traffic_claim_for(&expectation, H1, H3, &ip), &claims[0]);
    assert_null(traffic_claim_for(&expectation, H1, H3, &arp));
    assert_null(traffic_claim_for(&expectation, H1, H1, &ip)); /* to itself */
    assert_ptr_equal(traffic_claim_for(&expectation, H2, H1, &arp), &claims[2]);
    assert_ptr_equal(traffic_claim_for(&expectation, H3, H1, &arp), &claims[3]);
    assert_null(traffic_claim_for(&expectation, H3, H2, &arp));
}

/* So many frames from each host to each other one, by what one round of the plan brings there. */
static void plans_are_repeated_until_enough_frames_went(void **state)
{
    (void)state;
    static const struct traffic_expected_arrival to_1[] = {{.host = 1, .copies = 1}},
                                                 to_both[] = {{.host = 1, .copies = 2},
                                                              {.host = 2, .copies = 1}},
                                                 to_none[] = {{.host = 2, .copies = 0}};
    struct traffic_probe probes[] = {
        {.from = 0, .arrivals = to_both, .n_arrivals = 2},
        {.from = 0, .arrivals = to_1, .n_arrivals = 1},
        {.from = 0, .arrivals = to_1, .n_arrivals = 1},
        {.from = 1, .arrivals = to_none, .n_arrivals = 1},
        {.from = 2, .arrivals = to_1, .n_arrivals = 1},
        {.from = 2, .arrivals = to_1, .n_arrivals = 1},
    };
    struct traffic_plan plan = {.probes = probes, .n_probes = 6};
    static const struct {
        unsigned n_frames, repeats;
    } all[] = {{0, 1}, {1, 1}, {2, 2}, {10, 10}},
      without_first[] = {{1, 1}, {2, 1}, {3, 2}, {4, 2}};
    for (size_t i = 0; i < 4; i++) {
        plan.probes = probes;
        plan.n_probes = 6;
        assert_int_equal(traffic_plan_repeats(&plan, 3, all[i].n_frames), all[i].repeats);
        plan.probes = &probes[1];
        plan.n_probes = 5;
        assert_int_equal(traffic_plan_repeats(&plan, 3, without_first[i].n_frames),
                         without_first[i].repeats);
    }
    plan.n_probes = 0;
    assert_int_equal(traffic_plan_repeats(&plan, 3, 100), 1);
    static const struct traffic_expected_arrival to_one_of[] = {{.host = 1, .more = 1},
                                                                {.host = 2, .more = 1}};
    struct traffic_probe chosen = {.n_ways = 2, .arrivals = to_one_of, .n_arrivals = 2};
    plan = (struct traffic_plan){.probes = &chosen, .n_probes = 1};
    assert_int_equal(traffic_plan_repeats(&plan, 3, 7), 7);
    chosen.n_ways = 0;
    assert_int_equal(traffic_plan_repeats(&plan, 3, 7), 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_fragment_is_sent_where_it_may_be_lost),
    cmocka_unit_test(full_size_is_that_of_sender_and_receivers),
    cmocka_unit_test(what_cannot_be_told_is_not_sent),
    cmocka_unit_test(whoever_gets_frames_gets_each_size),
    cmocka_unit_test(each_sender_sends_what_traffic_looks_like),
    cmocka_unit_test(every_claim_has_a_probe),
    cmocka_unit_test(every_kind_is_tried),
    cmocka_unit_test(cases_divide_the_headers),
    cmocka_unit_test(rewrites_are_expected),
    cmocka_unit_test(sentinels_are_last),
    cmocka_unit_test(differences_are_probed_too),
    cmocka_unit_test(what_has_too_many_classes_is_counted),
    cmocka_unit_test(who_sends),
    cmocka_unit_test(a_claim_of_all_is_for_those_that_none_names),
    cmocka_unit_test(plans_are_repeated_until_enough_frames_went),
    cmocka_unit_test(frames_are_ordinary),
};

TEST_MAIN(tests)
