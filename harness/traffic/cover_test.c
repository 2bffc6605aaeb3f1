/* SPDX-License-Identifier: Apache-2.0
 *
 * Covers are complete, small and within their limits. */
#include "traffic/cover.h"

#include "ofctl/flow.h"
#include "path/backward.h"
#include "testing/backbone.h"
#include "testing/reference_network.h"
#include "testing/ring.h"

static void ring_cover(struct ring *ring, const struct traffic_cover_options *options,
                       struct traffic_cover *cover)
{
    assert_int_equal(
        path_network_open_dumps(&ring->network, &ring->topology, ring->by_switch, NULL), 0);
    assert_int_equal(traffic_cover(&ring->network, options, cover), 0);
}

static void ring_end(struct ring *ring)
{
    path_network_close(&ring->network);
    ring_free(ring);
}

static enum traffic_miss why(const struct traffic_cover *cover, size_t sw, uint32_t entry)
{
    for (size_t i = 0; i < cover->n_missed; i++) {
        if (cover->missed[i].sw == sw && cover->missed[i].entry == entry) {
            return cover->missed[i].why;
        }
    }
    return TRAFFIC_MISS_NONE;
}

static void one_probe_exercises_a_whole_way(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1,tcp,tp_dst=80 actions=mod_vlan_vid:7,output:3");
    ring_flow(&ring, 1, "in_port=4,dl_vlan=7 actions=strip_vlan,output:3");
    ring_flow(&ring, 2, "in_port=4,tcp,tp_dst=80 actions=output:1");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_exercised, 3);
    assert_int_equal(cover.n_probes, 1);
    assert_int_equal(cover.probes[0].from, 0);
    assert_int_equal(cover.probes[0].header.tp_dst, 80);
    traffic_cover_free(&cover);
    expect_empty(&cover, sizeof cover);
    ring_end(&ring);
}

/* Sources that are learned, then destinations. */
static void each_of_merged_rows_is_exercised(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,in_port=1,dl_src=02:00:00:00:00:01 actions=goto_table:1");
    ring_flow(&ring, 0, "priority=9,in_port=1,dl_src=02:00:00:00:00:02 actions=goto_table:1");
    ring_flow(&ring, 0, "priority=9,in_port=1,dl_src=02:00:00:00:00:03 actions=goto_table:1");
    ring_flow(&ring, 0, "priority=5,in_port=1,dl_src=02:00:00:00:00:02 actions=goto_table:1");
    ring_flow(&ring, 0, "priority=5,in_port=2,dl_src=02:00:00:00:00:02 actions=goto_table:1");
    ring_flow(&ring, 0, "table=1,dl_dst=02:00:00:00:00:07 actions=output:2");
    ring_flow(&ring, 0, "table=1,dl_dst=02:00:00:00:00:08 actions=output:1");
    ring_flow(&ring, 0, "table=1,dl_dst=02:00:00:00:00:09 actions=output:3");
    ring_cover(&ring, &options, &cover);
    assert_non_null(path_way(&ring.network, 0, 0));
    assert_int_equal(cover.n_missed, 1);
    assert_int_equal(why(&cover, 0, 3), TRAFFIC_MISS_HIDDEN);
    assert_int_equal(cover.missed[0].hidden_by, 1);
    assert_int_equal(cover.n_exercised, 7);
    assert_true(cover.n_probes <= 5);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

static void what_is_missed_has_its_reason(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,in_port=1,ip,nw_src=10.0.0.0/9 actions=drop");
    ring_flow(&ring, 0, "priority=8,in_port=1,ip,nw_src=10.128.0.0/9 actions=drop");
    ring_flow(&ring, 0, "priority=7,in_port=1,ip,nw_src=10.0.0.0/8 actions=output:2"); /* by both */
    ring_flow(&ring, 0, "priority=7,in_port=2,arp actions=output:3");
    ring_flow(&ring, 1, "in_port=4,udp actions=output:1"); /* only ARP comes */
    ring_flow(&ring, 1, "in_port=9 actions=output:1");     /* nothing is cabled to it */
    ring_flow(&ring, 2, "priority=5,in_port=1 actions=output:2");
    ring_flow(&ring, 2, "priority=5,in_port=1 actions=normal");
    ring_flow(&ring, 2, "priority=3,in_port=2 actions=drop");
    ring_flow(&ring, 2, "priority=9,in_port=2,udp actions=drop");
    ring_flow(&ring, 2, "priority=1,in_port=2,tcp actions=drop");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 2), TRAFFIC_MISS_HIDDEN);
    assert_int_equal(cover.missed[0].sw, 0);
    assert_int_equal(cover.missed[0].hidden_by, 0); /* or 1 */
    assert_int_equal(cover.missed[4].entry, 1);
    assert_int_equal(cover.missed[4].hidden_by, 0);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 1, 1), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_AMBIGUOUS);
    assert_int_equal(why(&cover, 2, 1), TRAFFIC_MISS_HIDDEN);
    assert_int_equal(why(&cover, 2, 4), TRAFFIC_MISS_HIDDEN);
    assert_int_equal(cover.missed[5].hidden_by, 2);
    assert_int_equal(cover.n_exercised, 5);
    assert_int_equal(cover.n_missed, 6);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

static void frames_that_loop_are_not_sent(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        ring_flow(&ring, sw, "actions=output:3");
    }
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_probes, 0);
    assert_int_equal(why(&cover, 0, 0), TRAFFIC_MISS_LOOP);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* Where an entry takes packets of one port, and a host is there, that host is tried first: no
 * search is needed, nor walks of other hosts. */
static void who_is_at_the_port_sends(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {.max_walks = 1, .budget = 1};
    ring_make(&ring);
    ring_flow(&ring, 2, "in_port=2,arp actions=output:1");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_missed, 0);
    assert_int_equal(cover.n_probes, 1);
    size_t from = cover.probes[0].from;
    assert_int_equal(ring.topology.hosts[from].port.sw, 2);
    assert_int_equal(ring.topology.hosts[from].port.port, 2);
    traffic_cover_free(&cover);
    assert_int_equal(cover.n_probes + cover.n_exercised + cover.n_entries, 0);
    assert_null(cover.probes);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* Frames whose port number is not 9 yet go round once; of these, some leave then. */
static void some_leave_a_loop(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {.max_walks = 1};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1,udp actions=output:3");
    ring_flow(&ring, 0, "in_port=4,udp actions=output:3");
    ring_flow(&ring, 1, "priority=9,in_port=4,udp,tp_src=5,tp_dst=9 actions=drop");
    ring_flow(&ring, 1, "priority=5,in_port=4,udp actions=output:3");
    ring_flow(&ring, 2, "in_port=4,udp actions=mod_tp_dst:9,output:3");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(cover.n_missed, 0);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

static void limits_are_kept_and_told(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    bool sends[2 * SWITCHES] = {true, true};
    struct traffic_cover_options options = {.max_probes = 1, .sends = sends};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=output:2");
    ring_flow(&ring, 0, "in_port=2 actions=output:1");
    ring_flow(&ring, 1, "in_port=1 actions=output:2"); /* its host may not send */
    ring_flow(&ring, 2, "in_port=4 actions=output:2");
    ring_flow(&ring, 1, "in_port=3 actions=normal");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_probes, 1);
    assert_int_equal(why(&cover, 0, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 0, 1), TRAFFIC_MISS_LIMIT);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_UNREACHABLE);
    traffic_cover_free(&cover);
    path_network_close(&ring.network);
    ring.by_switch[1] = NULL; /* not read: what it would send to s3 is not known, ... */
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_entries, 3);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_UNREACHABLE); /* ... but it gets nothing */
    traffic_cover_free(&cover);
    path_network_close(&ring.network);
    ring_flow(&ring, 0, "priority=60000,in_port=1,udp actions=output:3");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_OPEN);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* What one search has used the next one has no more. */
static void the_budget_is_for_all_searches(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,in_port=1,ip,nw_src=10.0.0.0/9 actions=drop");
    ring_flow(&ring, 0, "priority=8,in_port=1,ip,nw_src=10.128.0.0/9 actions=drop");
    ring_flow(&ring, 0, "priority=7,in_port=1,ip,nw_src=10.0.0.0/8 actions=output:2");
    ring_flow(&ring, 0, "priority=6,in_port=1,ip,nw_src=10.0.0.0/8 actions=output:2");
    bool enough = false;
    for (options.budget = 1; !enough; options.budget++) {
        ring_cover(&ring, &options, &cover);
        enough = why(&cover, 0, 2) == TRAFFIC_MISS_HIDDEN;
        assert_int_equal(why(&cover, 0, 3), TRAFFIC_MISS_OPEN);
        traffic_cover_free(&cover);
        path_network_close(&ring.network);
    }
    ring_free(&ring);
}

static void planned_probes_count(void **state)
{
    (void)state;
    struct network network;
    struct path_network tables;
    struct traffic_cover cover;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    struct traffic_cover_options options = {.plan = &network.plan};
    const struct topology *topology = network.expectation->topology;
    assert_int_equal(path_network_open_dumps(&tables, topology, network.before, NULL), 0);
    assert_int_equal(traffic_cover(&tables, &options, &cover), 0);
    assert_int_equal(cover.n_probes, 0);
    assert_int_equal(cover.n_exercised, 8);
    assert_int_equal(cover.n_entries, 16);
    traffic_cover_free(&cover);
    options.plan = NULL;
    assert_int_equal(traffic_cover(&tables, &options, &cover), 0);
    assert_int_equal(cover.n_probes, 6); /* of h1 to h4, h6 and h7 */
    assert_int_equal(cover.n_exercised, 8);
    traffic_cover_free(&cover);
    path_network_close(&tables);
    network_free(&network);
}

static void ports_that_are_down_lead_nowhere(void **state)
{
    (void)state;
    struct port deaf[] = {{.number = 1, .config = PORT_CONFIG_NO_RECV},
                          {.number = 2},
                          {.number = 3, .state = PORT_STATE_LINK_DOWN},
                          {.number = 4}};
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring.states[0].ports = deaf;
    ring_flow(&ring, 0, "in_port=1 actions=output:4");
    ring_flow(&ring, 0, "in_port=2 actions=output:3,output:4");
    ring_flow(&ring, 1, "in_port=4 actions=drop"); /* from s1, port 3 */
    ring_flow(&ring, 2, "in_port=3 actions=drop"); /* from s1, port 4 */
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 0), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 0, 1), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_NONE);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* No packet enters by a port without link, or one that the switch does not have; none leaves by one
 * that is closed, however it is told to. */
static void closed_ports_lead_nowhere_either(void **state)
{
    (void)state;
    struct port few[] = {{.number = 1},
                         {.number = 3, .config = PORT_CONFIG_NO_FWD},
                         {.number = 4, .state = PORT_STATE_LINK_DOWN}};
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring.states[0].ports = few;
    ring.states[0].n_ports = 3;
    ring_flow(&ring, 0, "in_port=2 actions=output:1");
    ring_flow(&ring, 0, "in_port=4 actions=output:1"); /* from s3, port 3 */
    ring_flow(&ring, 0, "in_port=3 actions=in_port");  /* from s2, port 4 */
    ring_flow(&ring, 0, "in_port=1 actions=flood");
    ring_flow(&ring, 1, "in_port=1 actions=output:4");
    ring_flow(&ring, 1, "in_port=4 actions=drop"); /* from s1, port 3 */
    ring_flow(&ring, 2, "in_port=1 actions=output:3");
    ring_flow(&ring, 2, "in_port=3 actions=drop"); /* from s1, port 4 */
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 0), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 0, 1), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 0, 2), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 0, 3), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 1, 1), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 2, 1), TRAFFIC_MISS_UNREACHABLE);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* An entry of another table is exercised by no probe, and what lies behind it is open. */
static void other_tables_are_left_open(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "table=1,in_port=1 actions=output:3");
    ring_flow(&ring, 0, "in_port=2 actions=output:1");
    ring_flow(&ring, 0, "table=1,in_port=2 actions=output:3"); /* resubmit may lead there */
    ring_flow(&ring, 1, "in_port=4 actions=drop");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 0), TRAFFIC_MISS_OPEN);
    assert_int_equal(why(&cover, 0, 1), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 0, 2), TRAFFIC_MISS_OPEN);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_OPEN);
    assert_int_equal(cover.n_probes, 1);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* NORMAL may send anything anywhere, if packets are left for it; what it does not take it does not
 * send. */
static void what_is_not_known_is_left_open(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,in_port=1,arp actions=drop");
    ring_flow(&ring, 0, "priority=8,arp actions=normal");
    ring_flow(&ring, 0, "priority=7,in_port=1,arp actions=normal"); /* hidden */
    ring_flow(&ring, 1, "in_port=4,arp actions=drop");
    ring_flow(&ring, 1, "in_port=4,udp actions=drop");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 1), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 0, 2), TRAFFIC_MISS_HIDDEN);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_OPEN);
    assert_int_equal(why(&cover, 1, 1), TRAFFIC_MISS_UNREACHABLE);
    traffic_cover_free(&cover);
    path_network_close(&ring.network);
    ring.states[0].flows.entries[1].match.mask.in_port = UINT16_MAX; /* now it is hidden, too */
    ring.states[0].flows.entries[1].match.value.in_port = 1;
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_UNREACHABLE);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

static void one_header_in_all_is_found(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover cover;
    struct traffic_cover_options options = {0};
    const uint32_t only = 0x0a010203;
    ring_make(&ring);
    for (int length = 1; length <= 32; length++) {
        char text[80];
        uint32_t other = only ^ UINT32_C(1) << (32 - length);
        snprintf(text, sizeof text, "priority=9,ip,nw_dst=%u.%u.%u.%u/%d actions=drop", other >> 24,
                 other >> 16 & 255, other >> 8 & 255, other & 255, length);
        ring_flow(&ring, 0, text);
    }
    ring_flow(&ring, 0, "priority=8,ip actions=mod_nw_dst:10.9.9.9,mod_vlan_vid:5,output:3");
    ring_flow(&ring, 1, "in_port=4,ip,nw_dst=10.9.9.9 actions=strip_vlan,output:3");
    ring_flow(&ring, 1, "priority=1,in_port=4,ip,nw_dst=10.1.2.3 actions=output:3");
    ring_flow(&ring, 2, "in_port=4,ip,nw_dst=10.9.9.9,dl_vlan=0xffff actions=drop");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 32), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 1, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(why(&cover, 1, 1), TRAFFIC_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 2, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(cover.n_missed, 1);
    traffic_cover_free(&cover);
    ring_end(&ring);
}

/* ---------------------------------------------------------- larger networks */

enum { MESH_MAX = 100, MESH_LINKS = 100 };

/* Switches with a host each, at port MESH_MAX. */
struct mesh {
    struct topology topology;
    struct topology_switch switches[MESH_MAX];
    struct topology_host hosts[MESH_MAX];
    struct topology_link links[MESH_LINKS];
    struct switch_state states[MESH_MAX];
    const struct switch_state *by_switch[MESH_MAX];
};

static struct mesh *mesh_make(size_t n)
{
    struct mesh *mesh = calloc(1, sizeof *mesh);
    assert_non_null(mesh);
    mesh->topology = (struct topology){.switches = mesh->switches,
                                       .n_switches = n,
                                       .hosts = mesh->hosts,
                                       .n_hosts = n,
                                       .links = mesh->links};
    for (size_t sw = 0; sw < n; sw++) {
        mesh->hosts[sw].port = (struct port_ref){sw, MESH_MAX};
        mesh->by_switch[sw] = &mesh->states[sw];
    }
    return mesh;
}

static void mesh_link(struct mesh *mesh, size_t a, uint16_t port_a, size_t b, uint16_t port_b)
{
    mesh->links[mesh->topology.n_links++] =
        (struct topology_link){.a = {a, port_a}, .b = {b, port_b}};
}

__attribute__((format(printf, 3, 4))) static void mesh_flow(struct mesh *mesh, size_t sw,
                                                            const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_int_equal(ofctl_parse_flow(text, &mesh->states[sw].flows, NULL, NULL, NULL), 0);
}

static void mesh_cover_by(struct mesh *mesh, struct traffic_cover_options options,
                          struct traffic_cover *cover)
{
    struct path_network tables;
    options.max_walks = 1;
    assert_int_equal(path_network_open_dumps(&tables, &mesh->topology, mesh->by_switch, NULL), 0);
    assert_int_equal(traffic_cover(&tables, &options, cover), 0);
    path_network_close(&tables);
}

static void mesh_cover(struct mesh *mesh, struct traffic_cover *cover)
{
    mesh_cover_by(mesh, (struct traffic_cover_options){0}, cover);
}

static void mesh_free(struct mesh *mesh)
{
    for (size_t sw = 0; sw < mesh->topology.n_switches; sw++) {
        flow_table_free(&mesh->states[sw].flows);
    }
    free(mesh);
}

/* A hundred switches in a row, each of which gives the frame the next VLAN. */
static void the_end_of_a_long_way_is_reached(void **state)
{
    (void)state;
    struct mesh *mesh = mesh_make(MESH_MAX);
    struct traffic_cover cover;
    for (size_t sw = 0; sw < MESH_MAX; sw++) {
        if (sw + 1 < MESH_MAX) {
            mesh_link(mesh, sw, 2, sw + 1, 1);
        }
        mesh_flow(mesh, sw,
                  sw == 0 ? "dl_vlan=0xffff actions=mod_vlan_vid:%zu,output:2"
                          : "in_port=1,dl_vlan=%zu actions=mod_vlan_vid:%zu,output:2",
                  sw == 0 ? sw + 1 : sw, sw + 1);
    }
    mesh_cover(mesh, &cover);
    assert_int_equal(cover.n_exercised, MESH_MAX);
    assert_int_equal(cover.n_probes, 1);
    traffic_cover_free(&cover);
    mesh_free(mesh);
}

/* A row of switches, only one host of which sends, to its neighbour: a search for what comes to the
 * entries of the others would cost many times the budget. */
static void what_nobody_reaches_is_not_searched_for(void **state)
{
    (void)state;
    bool sends[MESH_MAX] = {true};
    struct mesh *mesh = mesh_make(MESH_MAX);
    struct traffic_cover cover;
    for (size_t sw = 0; sw < MESH_MAX; sw++) {
        if (sw + 1 < MESH_MAX) {
            mesh_link(mesh, sw, 2, sw + 1, 1);
        }
        mesh_flow(mesh, sw, sw == 1 ? "in_port=1 actions=drop" : "in_port=1 actions=output:2");
        mesh_flow(mesh, sw, "in_port=%d actions=output:2", MESH_MAX);
    }
    mesh_cover_by(mesh, (struct traffic_cover_options){.sends = sends, .budget = 8000}, &cover);
    assert_int_equal(cover.n_exercised, 2);
    for (size_t i = 0; i < cover.n_missed; i++) {
        assert_int_equal(cover.missed[i].why, TRAFFIC_MISS_UNREACHABLE);
    }
    traffic_cover_free(&cover);
    mesh_free(mesh);
}

/* Each switch sends what it gets to all others, and tags it: very many ways, none of which a
 * search may take twice, and more copies than are followed. */
static void a_full_mesh_is_decided(void **state)
{
    (void)state;
    enum { N = 12 };
    struct mesh *mesh = mesh_make(N);
    struct traffic_cover cover;
    for (size_t a = 0; a < N; a++) {
        for (size_t b = a + 1; b < N; b++) {
            mesh_link(mesh, a, (uint16_t)(b + 1), b, (uint16_t)(a + 1));
        }
        char all[200];
        size_t n = (size_t)snprintf(all, sizeof all, "mod_dl_src:02:00:00:00:00:%02zx", a);
        for (size_t b = 0; b < N; b++) {
            n += b == a ? 0 : (size_t)snprintf(all + n, sizeof all - n, ",output:%zu", b + 1);
        }
        mesh_flow(mesh, a, "priority=9,in_port=%d,arp actions=%s", MESH_MAX, all);
        mesh_flow(mesh, a, "priority=8,in_port=%d actions=drop", MESH_MAX);
        mesh_flow(mesh, a, "priority=7,udp actions=%s", all);
        mesh_flow(mesh, a, "priority=6,arp actions=%s", all);
    }
    mesh_cover(mesh, &cover);
    for (size_t sw = 0; sw < N; sw++) {
        assert_int_equal(why(&cover, sw, 0), TRAFFIC_MISS_OPEN);
        assert_int_equal(why(&cover, sw, 1), TRAFFIC_MISS_NONE);
        assert_int_equal(why(&cover, sw, 2), TRAFFIC_MISS_UNREACHABLE);
        assert_int_equal(why(&cover, sw, 3), TRAFFIC_MISS_OPEN);
    }
    traffic_cover_free(&cover);
    mesh_free(mesh);
}

/* -------------------------------------------------------- against a dumb oracle */

/* Each host sends each header of the universe. What entries take them; and that
 * if none loops and nothing is ambiguous? */
static void brute_force(struct ring *ring, const struct universe *universe, bool (*passed)[32],
                        bool (*taken)[32])
{
    struct path_network tables;
    struct path_walk walk;
    assert_int_equal(path_network_open_dumps(&tables, &ring->topology, ring->by_switch, NULL), 0);
    for (size_t host = 0; host < ring->topology.n_hosts; host++) {
        for (size_t i = 0; i < universe->n_headers; i++) {
            path_follow_from(&tables, host, &universe->headers[i], &walk);
            for (size_t h = 0; h < walk.n_hops; h++) {
                if (walk.hops[h].entry != ENTRY_NONE) {
                    passed[walk.hops[h].in.sw][walk.hops[h].entry] = true;
                    taken[walk.hops[h].in.sw][walk.hops[h].entry] |= walk.known;
                }
            }
        }
    }
    path_network_close(&tables);
}

/* The probes exercise what is said. */
static void probes_do_it(struct ring *ring, const struct traffic_cover *cover, bool (*taken)[32])
{
    struct path_network tables;
    struct path_walk walk;
    assert_int_equal(path_network_open_dumps(&tables, &ring->topology, ring->by_switch, NULL), 0);
    for (size_t p = 0; p < cover->n_probes; p++) {
        path_follow_from(&tables, cover->probes[p].from, &cover->probes[p].header, &walk);
        for (size_t h = 0; h < walk.n_hops; h++) {
            if (walk.hops[h].entry != ENTRY_NONE) {
                taken[walk.hops[h].in.sw][walk.hops[h].entry] = true;
            }
        }
    }
    path_network_close(&tables);
}

/* Probes of the cover before a change stay in their order; what is exercised, and why the rest is
 * not, is as if all were planned anew. */
static void a_change_is_followed(struct ring *ring, struct traffic_cover_options options,
                                 const struct traffic_cover *before)
{
    struct traffic_cover anew, after;
    struct path_network tables;
    size_t sw = random_below(SWITCHES), n_kept = 0;
    struct flow_table *flows = &ring->states[sw].flows;
    bool taken[SWITCHES][32] = {0};
    size_t gone = random_below((unsigned)flows->n_entries);
    flows->entries[gone] = flows->entries[--flows->n_entries];
    ring_random_flow(ring, random_below(SWITCHES));
    assert_int_equal(path_network_open_dumps(&tables, &ring->topology, ring->by_switch, NULL), 0);
    assert_int_equal(traffic_cover(&tables, &options, &anew), 0);
    options.kept = before;
    assert_int_equal(traffic_cover(&tables, &options, &after), 0);
    probes_do_it(ring, &after, taken);
    for (sw = 0; sw < SWITCHES; sw++) {
        for (uint32_t i = 0; i < ring->states[sw].flows.n_entries; i++) {
            assert_int_equal(why(&after, sw, i), why(&anew, sw, i));
            assert_true(taken[sw][i] || why(&after, sw, i) != TRAFFIC_MISS_NONE);
        }
    }
    for (size_t i = 0; i < before->n_probes && n_kept < after.n_kept; i++) {
        n_kept += memcmp(&before->probes[i], &after.probes[n_kept], sizeof *before->probes) == 0;
    }
    assert_int_equal(n_kept, after.n_kept);
    traffic_cover_free(&anew);
    traffic_cover_free(&after);
    path_network_close(&tables);
}

static void probes_stay_come_and_go(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover before, after;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=output:3");
    ring_flow(&ring, 1, "in_port=4 actions=output:1");
    ring_flow(&ring, 2, "in_port=1 actions=drop");
    ring_flow(&ring, 2, "priority=65000,in_port=1,udp actions=drop");
    ring_cover(&ring, &options, &before);
    assert_int_equal(before.n_probes, 3);
    assert_int_equal(before.n_kept, 0);
    path_network_close(&ring.network);
    ring_flow(&ring, 0, "priority=65000,in_port=1,arp actions=drop");
    ring.states[2].flows.n_entries = 1; /* one of two that exercise the same now */
    options.kept = &before;
    ring_cover(&ring, &options, &after);
    assert_int_equal(after.n_probes, 3);
    assert_int_equal(after.n_kept, 2);
    assert_memory_equal(after.probes, before.probes, 2 * sizeof *before.probes);
    assert_int_equal(after.probes[2].from, 0);
    assert_int_equal(after.probes[2].header.dl_type, DL_TYPE_ARP);
    traffic_cover_free(&after);
    path_network_close(&ring.network);
    options.max_probes = 1;
    ring_cover(&ring, &options, &after);
    assert_int_equal(after.n_probes, 1);
    assert_int_equal(after.n_kept, 2);
    assert_int_equal(after.n_wanted, 3);
    assert_int_equal(why(&after, 2, 0), TRAFFIC_MISS_LIMIT);
    traffic_cover_free(&after);
    traffic_cover_free(&before);
    ring_end(&ring);
}

/* A probe that would go round after the change is not sent any more. */
static void what_loops_does_not_stay(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover before, after;
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=output:3");
    ring_flow(&ring, 1, "in_port=4 actions=output:3");
    ring_flow(&ring, 2, "in_port=4 actions=output:3");
    ring_cover(&ring, &options, &before);
    assert_int_equal(before.n_probes, 1);
    path_network_close(&ring.network);
    ring_flow(&ring, 0, "in_port=4 actions=output:3");
    options.kept = &before;
    ring_cover(&ring, &options, &after);
    assert_int_equal(after.n_kept, 0);
    assert_int_equal(why(&after, 0, 0), TRAFFIC_MISS_LOOP);
    traffic_cover_free(&after);
    traffic_cover_free(&before);
    ring_end(&ring);
}

static void covers_what_can_be_reached(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_exercised = 0, n_reached = 0;
    for (int round = 0; round < 60; round++) {
        struct ring ring;
        struct traffic_cover cover;
        /* Few walks: much is left to the exact search. */
        struct traffic_cover_options options = {.max_walks = round % 2 ? 1 : 0};
        bool passed[SWITCHES][32] = {0}, reached[SWITCHES][32] = {0}, taken[SWITCHES][32] = {0};
        ring_make(&ring);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            for (unsigned n = 4 + random_below(16); n > 0; n--) {
                ring_random_flow(&ring, sw);
            }
        }
        ring_cover(&ring, &options, &cover);
        brute_force(&ring, &universe, passed, reached);
        probes_do_it(&ring, &cover, taken);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            for (uint32_t i = 0; i < ring.states[sw].flows.n_entries; i++) {
                enum traffic_miss miss = why(&cover, sw, i);
                bool never = miss == TRAFFIC_MISS_HIDDEN || miss == TRAFFIC_MISS_UNREACHABLE;
                assert_true(miss != TRAFFIC_MISS_OPEN);
                /* Walks end at competitors: what is behind them was not passed. */
                assert_true(never != passed[sw][i] || miss == TRAFFIC_MISS_AMBIGUOUS);
                assert_true(taken[sw][i] || miss != TRAFFIC_MISS_NONE);
                if (reached[sw][i]) {
                    assert_int_equal(miss, TRAFFIC_MISS_NONE);
                }
                n_exercised += miss == TRAFFIC_MISS_NONE;
                n_reached += reached[sw][i];
            }
        }
        a_change_is_followed(&ring, options, &cover);
        traffic_cover_free(&cover);
        ring_end(&ring);
    }
    print_message("# %zu exercised, %zu by frames of which all copies are known\n", n_exercised,
                  n_reached);
    free(universe.headers);
}

static void backbone_is_covered(void **state)
{
    (void)state;
    struct backbone *backbone = malloc(sizeof *backbone);
    struct path_network tables;
    struct traffic_cover first, second;
    struct traffic_cover_options options = {0};
    assert_non_null(backbone);
    backbone_make(backbone, 9, 150);
    assert_int_equal(
        path_network_open_dumps(&tables, &backbone->topology, backbone->by_switch, NULL), 0);
    assert_int_equal(traffic_cover(&tables, &options, &first), 0);
    assert_int_equal(traffic_cover(&tables, &options, &second), 0);
    assert_int_equal(first.n_probes, second.n_probes);
    assert_memory_equal(first.probes, second.probes, first.n_probes * sizeof *first.probes);
    for (size_t i = 0; i < first.n_missed; i++) {
        assert_int_equal(first.missed[i].why, TRAFFIC_MISS_HIDDEN);
    }
    assert_true(first.n_exercised > 9 * 140);
    traffic_cover_free(&first);
    traffic_cover_free(&second);
    path_network_close(&tables);
    backbone_free(backbone);
    free(backbone);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_probe_exercises_a_whole_way),
    cmocka_unit_test(each_of_merged_rows_is_exercised),
    cmocka_unit_test(what_is_missed_has_its_reason),
    cmocka_unit_test(frames_that_loop_are_not_sent),
    cmocka_unit_test(who_is_at_the_port_sends),
    cmocka_unit_test(some_leave_a_loop),
    cmocka_unit_test(limits_are_kept_and_told),
    cmocka_unit_test(ports_that_are_down_lead_nowhere),
    cmocka_unit_test(closed_ports_lead_nowhere_either),
    cmocka_unit_test(other_tables_are_left_open),
    cmocka_unit_test(what_is_not_known_is_left_open),
    cmocka_unit_test(one_header_in_all_is_found),
    cmocka_unit_test(the_end_of_a_long_way_is_reached),
    cmocka_unit_test(what_nobody_reaches_is_not_searched_for),
    cmocka_unit_test(a_full_mesh_is_decided),
    cmocka_unit_test(the_budget_is_for_all_searches),
    cmocka_unit_test(planned_probes_count),
    cmocka_unit_test(probes_stay_come_and_go),
    cmocka_unit_test(what_loops_does_not_stay),
    cmocka_unit_test(covers_what_can_be_reached),
    cmocka_unit_test(backbone_is_covered),
};

TEST_MAIN(tests)
