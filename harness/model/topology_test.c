/* SPDX-License-Identifier: Apache-2.0
 *
 * Topologies: what is at the other end of a port, and how places are named. */
#include "model/topology.h"

#include "testing/cmocka.h"

#include <stdlib.h>

/* h1 - s1:1, s1:6 - s2:1, s2:7 - s1:7, s2:2 - h2 */
static struct topology_switch switches[] = {{.name = "s1"}, {.name = "s2"}};
static struct topology_host hosts[] = {{.name = "h1", .port = {0, 1}},
                                       {.name = "web1", .port = {1, 2}}};
static struct topology_link links[] = {{.a = {0, 6}, .b = {1, 1}}, {.a = {1, 7}, .b = {0, 7}}};
static const struct topology topology = {.switches = switches,
                                         .n_switches = 2,
                                         .hosts = hosts,
                                         .n_hosts = 2,
                                         .links = links,
                                         .n_links = 2};

static void ports_are_compared(void **state)
{
    (void)state;
    const struct port_ref ports[] = {{0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 65535}, {5, 0}};
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            int order = port_ref_compare(ports[i], ports[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(port_ref_equal(ports[i], ports[j]), i == j);
        }
    }
}

static void the_other_end_of_a_port(void **state)
{
    (void)state;
    struct peer peer = topology_peer(&topology, (struct port_ref){0, 1});
    assert_int_equal(peer.kind, PEER_HOST);
    assert_int_equal(peer.host, 0);
    peer = topology_peer(&topology, (struct port_ref){1, 2});
    assert_int_equal(peer.kind, PEER_HOST);
    assert_int_equal(peer.host, 1);
    peer = topology_peer(&topology, (struct port_ref){0, 6});
    assert_int_equal(peer.kind, PEER_SWITCH);
    assert_true(port_ref_equal(peer.port, (struct port_ref){1, 1}));
    peer = topology_peer(&topology, (struct port_ref){0, 7}); /* the second end of its link */
    assert_int_equal(peer.kind, PEER_SWITCH);
    assert_true(port_ref_equal(peer.port, (struct port_ref){1, 7}));
    assert_int_equal(topology_peer(&topology, (struct port_ref){1, 6}).kind, PEER_NONE);
    assert_int_equal(topology_peer(&topology, (struct port_ref){0, 2}).kind, PEER_NONE);
}

static void places_have_names(void **state)
{
    (void)state;
    static const struct {
        struct port_ref port;
        const char *name, *cable;
    } rows[] = {
        {{0, 1}, "s1:1", "h1 - s1:1"},      {{0, 6}, "s1:6", "s1:6 - s2:1"},
        {{1, 1}, "s2:1", "s1:6 - s2:1"},    {{0, 7}, "s1:7", "s2:7 - s1:7"},
        {{1, 7}, "s2:7", "s2:7 - s1:7"},    {{1, 2}, "s2:2", "web1 - s2:2"},
        {{1, 9}, "s2:9", "s2:9 - nothing"}, {{0, 0xfffe}, "s1:LOCAL", "s1:LOCAL - nothing"},
    };
    struct base_arena arena = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(topology_port_name(&topology, rows[i].port, &arena), rows[i].name);
        assert_string_equal(topology_cable_name(&topology, rows[i].port, &arena), rows[i].cable);
    }
    base_arena_free(&arena);
}

static void names_are_found(void **state)
{
    (void)state;
    assert_int_equal(topology_find_switch(&topology, "s1"), 0);
    assert_int_equal(topology_find_switch(&topology, "s2"), 1);
    assert_true(topology_find_switch(&topology, "h1") == SWITCH_NONE);
    assert_int_equal(topology_find_host(&topology, "h1"), 0);
    assert_int_equal(topology_find_host(&topology, "web1"), 1);
    assert_true(topology_find_host(&topology, "s1") == HOST_NONE);
    assert_string_equal(topology_nearest_host(&topology, "web2"), "web1");
    assert_null(topology_nearest_host(&topology, "storage"));
    assert_null(topology_nearest_host(&(struct topology){0}, "h1"));
}

/* Under AddressSanitizer: nothing leaks. */
static void topologies_and_labs_are_freed(void **state)
{
    (void)state;
    struct topology *empty = calloc(1, sizeof *empty);
    struct lab *lab = calloc(1, sizeof *lab);
    assert_true(empty && lab);
    empty->name = base_arena_text(&empty->arena, "empty");
    lab->file = base_arena_text(&lab->arena, "lab.yaml");
    topology_free(empty);
    lab_free(lab);
    topology_free(NULL);
    lab_free(NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_are_compared),
    cmocka_unit_test(the_other_end_of_a_port),
    cmocka_unit_test(places_have_names),
    cmocka_unit_test(names_are_found),
    cmocka_unit_test(topologies_and_labs_are_freed),
};

TEST_MAIN(tests)
