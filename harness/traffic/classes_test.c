/* SPDX-License-Identifier: Apache-2.0
 *
 * Into which classes an expectation divides what a host sends. */
#include "traffic/classes.h"

#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

enum { SWITCHES = 40 };

/* A chain: the host on port 1 of the first switch, each port 2 cabled to port 3 of the next. The
 * switches after the first tell one EtherType each from the others. */
struct chain {
    struct topology topology;
    struct topology_switch switches[SWITCHES];
    struct topology_host host;
    struct topology_link links[SWITCHES];
    bool lists[SWITCHES];
    struct expected_case cases[SWITCHES][2];
    struct expected_port ports[SWITCHES];
    struct expectation expectation;
    struct traffic_classes classes;
};

static const struct action on = {.type = ACTION_OUTPUT, .port = 2};
static const struct action flood = {.type = ACTION_OUTPUT, .port = PORT_FLOOD};

static struct chain *make(const struct action *action)
{
    struct chain *chain = calloc(1, sizeof *chain);
    assert_non_null(chain);
    chain->host.port = (struct port_ref){0, 1};
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        uint16_t in = sw == 0 ? 1 : 3;
        chain->links[sw] = (struct topology_link){.a = {sw, 2}, .b = {(sw + 1) % SWITCHES, 3}};
        chain->lists[sw] = true;
        struct expected_case *cases = chain->cases[sw];
        cases[0].match = match_in_port(in);
        cases[0].match.value.dl_type = (uint16_t)(0x8800 + sw);
        cases[0].match.mask.dl_type = UINT16_MAX;
        cases[1].match = match_in_port(in);
        cases[1].actions = action;
        cases[1].n_actions = 1;
        chain->ports[sw] = (struct expected_port){.port = {sw, in}, .cases = cases, .n_cases = 2};
    }
    chain->topology = (struct topology){.switches = chain->switches,
                                        .n_switches = SWITCHES,
                                        .hosts = &chain->host,
                                        .n_hosts = 1,
                                        .links = chain->links,
                                        .n_links = SWITCHES - 1};
    chain->expectation = (struct expectation){.topology = &chain->topology,
                                              .ports = chain->ports,
                                              .n_ports = SWITCHES,
                                              .lists_switch = chain->lists};
    return chain;
}

static void find(struct chain *chain)
{
    struct path_declared declared;
    assert_int_equal(path_declared_open(&declared, &chain->expectation), 0);
    assert_int_equal(traffic_classes_of(&declared, 0, &chain->classes), 0);
    path_declared_close(&declared);
}

static bool has(const struct chain *chain, uint16_t dl_type)
{
    for (size_t i = 0; i < chain->classes.n_cubes; i++) {
        const struct match *cube = &chain->classes.cubes[i];
        if (cube->mask.dl_type && cube->value.dl_type == dl_type) {
            assert_int_equal(cube->value.in_port, 1);
            return true;
        }
    }
    return false;
}

static void check_all(const struct action *action)
{
    struct chain *chain = make(action);
    find(chain);
    find(chain); /* what is left of the first time makes no difference */
    assert_false(chain->classes.cut);
    assert_int_equal(chain->classes.n_cubes, SWITCHES + 1);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        assert_true(has(chain, (uint16_t)(0x8800 + sw)));
    }
    free(chain);
}

static void ways_of_any_length_are_followed(void **state)
{
    (void)state;
    check_all(&on);
}

static void a_declared_flood_is_followed(void **state)
{
    (void)state;
    check_all(&flood);
}

/* The chain is closed to a ring: it is followed once. */
static void a_circle_ends(void **state)
{
    (void)state;
    struct chain *chain = make(&on);
    chain->topology.n_links = SWITCHES;
    chain->cases[0][0].match.mask.in_port = UINT16_MAX;
    chain->ports[0].port.port = 3;
    for (int i = 0; i < 2; i++) {
        chain->cases[0][i].match.value.in_port = 3;
    }
    chain->host.port = (struct port_ref){1, 1};
    chain->ports[1].port.port = 1;
    for (int i = 0; i < 2; i++) {
        chain->cases[1][i].match.value.in_port = 1;
    }
    find(chain);
    assert_false(chain->classes.cut);
    assert_true(has(chain, 0x8800) && has(chain, 0x8800 + SWITCHES - 1));
    free(chain);
}

static void claims_are_classes(void **state)
{
    (void)state;
    struct chain *chain = make(&on);
    struct claim claims[2] = {{.from = 0, .match = match_any()}, {.from = 1}};
    claims[0].match.value.dl_type = 0x0806;
    claims[0].match.mask.dl_type = UINT16_MAX;
    claims[1].match = claims[0].match;
    claims[1].match.value.dl_type = 0x1234;
    chain->expectation.claims = claims;
    chain->expectation.n_claims = 2;
    find(chain);
    assert_true(has(chain, 0x0806));
    assert_false(has(chain, 0x1234));
    free(chain);
}

/* Of two classes that overlap what is in both is one more. */
static void what_two_have_in_common_is_a_class(void **state)
{
    (void)state;
    struct chain *chain = make(&on);
    struct claim claims[3] = {{.from = 0}, {.from = 0}, {.from = 0}};
    claims[0].match.value.dl_type = 0x0806;
    claims[0].match.mask.dl_type = UINT16_MAX;
    claims[1].match.value.vlan_tci = VLAN_TAGGED | 5;
    claims[1].match.mask.vlan_tci = VLAN_TAGGED | VLAN_VID;
    claims[2].match = claims[0].match; /* again: no class more */
    chain->expectation.n_ports = 0;
    chain->expectation.claims = claims;
    chain->expectation.n_claims = 3;
    memset(chain->lists, 0, sizeof chain->lists);
    find(chain);
    assert_int_equal(chain->classes.n_cubes, 4);
    const struct match *both = &chain->classes.cubes[3];
    assert_int_equal(both->value.dl_type, 0x0806);
    assert_int_equal(both->value.vlan_tci, VLAN_TAGGED | 5);
    assert_int_equal(both->value.in_port, 1);
    free(chain);
}

static void too_many_classes_are_cut(void **state)
{
    (void)state;
    struct chain *chain = make(&on);
    static struct claim claims[TRAFFIC_CLASSES_MAX];
    for (size_t i = 0; i < TRAFFIC_CLASSES_MAX; i++) {
        claims[i].match.value.dl_type = (uint16_t)(i + 1);
        claims[i].match.mask.dl_type = UINT16_MAX;
    }
    chain->expectation.n_ports = 0;
    chain->expectation.claims = claims;
    memset(chain->lists, 0, sizeof chain->lists);
    for (size_t more = 0; more < 2; more++) {
        chain->expectation.n_claims = TRAFFIC_CLASSES_MAX - 1 + more;
        find(chain);
        assert_int_equal(chain->classes.n_cubes, TRAFFIC_CLASSES_MAX);
        assert_int_equal(chain->classes.cut, more);
    }
    free(chain);
}

static void rewrites_are_carried_back(void **state)
{
    (void)state;
    struct chain *chain = make(&on);
    const struct action tagged[] = {{.type = ACTION_SET_VLAN_VID, .vlan_vid = 5}, on};
    chain->cases[0][1].actions = tagged;
    chain->cases[0][1].n_actions = 2;
    chain->cases[1][0].match = match_in_port(3);
    chain->cases[1][0].match.value.vlan_tci = VLAN_TAGGED | 5;
    chain->cases[1][0].match.mask.vlan_tci = VLAN_TAGGED | VLAN_VID;
    find(chain);
    /* All are tagged 5 there: the case is no class of its own, and nothing is left for others. */
    assert_int_equal(chain->classes.cubes[0].mask.vlan_tci, 0);
    for (size_t i = 0; i < chain->classes.n_cubes; i++) {
        assert_int_equal(chain->classes.cubes[i].mask.vlan_tci, 0);
    }
    free(chain);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ways_of_any_length_are_followed),
    cmocka_unit_test(a_declared_flood_is_followed),
    cmocka_unit_test(a_circle_ends),
    cmocka_unit_test(claims_are_classes),
    cmocka_unit_test(what_two_have_in_common_is_a_class),
    cmocka_unit_test(too_many_classes_are_cut),
    cmocka_unit_test(rewrites_are_carried_back),
};

TEST_MAIN(tests)
