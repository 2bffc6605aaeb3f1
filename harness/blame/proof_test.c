/* SPDX-License-Identifier: Apache-2.0
 *
 * The place of what a proof found: the same as for frames. */
#include "blame/proof.h"

#include "path/declared.h"
#include "testing/random_proof.h"

enum { A, B, C };
enum { H1, H2, H3, H4, H5 };

static struct blame_place place; /* of what was asked for last */

static const struct result *blamed(struct small *small, const char *id)
{
    struct path_declared declared;
    struct path_network tables;
    small_prove(small, NULL);
    assert_int_equal(path_declared_open(&declared, &small->expectation), 0);
    assert_int_equal(path_network_open_dumps(&tables, &small->topology, small->by_switch, NULL), 0);
    for (size_t i = 0; i < small->findings.n_items; i++) {
        struct blame_view view = {.expected = &declared.network,
                                  .tables = &tables,
                                  .states = small->by_switch,
                                  .arena = &small->report.arena};
        struct blame_place found;
        blame_finding(&view, &small->findings.items[i], &small->report, &found);
        bool asked = strcmp(small->report.results[small->findings.items[i].result].id, id) == 0;
        place = asked ? found : place;
    }
    path_network_close(&tables);
    path_declared_close(&declared);
    return small_result(small, id);
}

static void expect(const struct result *result, enum cause_kind kind, const char *cause)
{
    assert_non_null(result->cause);
    assert_string_equal(result->cause, cause);
    assert_int_equal(result->cause_kind, kind);
    assert_non_null(result->suspect);
}

static void each_kind_has_its_place(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "priority=9,arp,in_port=1 actions=output:4");
    small_flow(&small, A, "priority=8,dl_type=0x88cc,in_port=1 actions=output:3");
    small_flow(&small, A, "in_port=4 actions=in_port");
    small_flow(&small, B, "in_port=3 actions=NORMAL");
    small_flow(&small, C, "in_port=3 actions=in_port");
    small_claim(&small, "missing", H1, H2, 1, "udp");
    small_claim(&small, "open", H1, H3, 0, "");
    expect(blamed(&small, "missing"), CAUSE_TABLE, "a:1");
    expect(small_result(&small, "traffic/h1/loop"), CAUSE_TABLE, "c:3");
    assert_int_equal(small_result(&small, "open")->verdict, VERDICT_INCONCLUSIVE);
    assert_null(small_result(&small, "open")->cause);
    assert_null(small_result(&small, "open")->suspect);
    small_free(&small);
}

/* The port that is off, and not the port by which the packet comes. */
static void a_closed_port_is_named_itself(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:2");
    small_claim(&small, "claim", H1, H2, 1, "");
    small_expect(&small, A, 1, "output:2");
    small.ports[A][1].config = PORT_CONFIG_DOWN;
    expect(blamed(&small, "claim"), CAUSE_PORT, "a:2");
    small.ports[A][1].config = 0;
    small.ports[A][1].state = PORT_STATE_LINK_DOWN;
    expect(blamed(&small, "claim"), CAUSE_CABLE, "h2 - a:2");
    small_free(&small);
}

/* A port that has no link since the other end of its cable is off: that one. */
static void the_end_that_is_off_is_named(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_claim(&small, "claim", H1, H3, 1, "");
    small_expect(&small, A, 1, "output:3");
    small_expect(&small, B, 3, "output:1");
    small.ports[A][2].state = PORT_STATE_LINK_DOWN;
    expect(blamed(&small, "claim"), CAUSE_CABLE, "a:3 - b:3");
    small.ports[B][2].config = PORT_CONFIG_DOWN;
    expect(blamed(&small, "claim"), CAUSE_PORT, "b:3");
    assert_string_equal(place.why, "b:3 is switched off");
    assert_int_equal(place.hop, 0);
    small_free(&small);
}

/* A port beside the way is not at fault. */
static void another_port_that_is_closed(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_claim(&small, "claim", H1, H2, 1, "");
    small_expect(&small, A, 1, "output:2,output:3");
    small.ports[A][2].config = PORT_CONFIG_DOWN;
    expect(blamed(&small, "claim"), CAUSE_TABLE, "a:1");
    small_free(&small);
}

/* How far the packet comes: to the hop where the tables leave the declared way. */
static void the_last_hop_is_known(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_claim(&small, "claim", H1, H3, 1, "");
    expect(blamed(&small, "claim"), CAUSE_TABLE, "b:3");
    assert_int_equal(place.hop, 1);
    assert_int_equal(place.advertised, 0);
    assert_string_equal(place.why, "b does not send it on: no entry takes it");
    small_expect(&small, A, 1, "output:3");
    small_expect(&small, B, 3, "output:1");
    expect(blamed(&small, "claim"), CAUSE_TABLE, "b:3");
    assert_int_equal(place.hop, 1);
    assert_string_equal(place.why, "b does not send it on as declared: no entry takes it");
    small.ports[B][2].config = PORT_CONFIG_NO_RECV;
    expect(blamed(&small, "claim"), CAUSE_PORT, "b:3");
    assert_int_equal(place.hop, 1);
    small_free(&small);
}

/* What arrives though it should not: the first hop that is not declared, and the
 * first that rewrites. */
static void what_should_not_arrive(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:2,output:3");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_claim(&small, "claim", H1, H3, 0, "");
    small_expect(&small, A, 1, "output:2,output:3");
    small_expect(&small, B, 3, "drop");
    expect(blamed(&small, "claim"), CAUSE_TABLE, "b:3");
    assert_int_equal(place.hop, 1);
    assert_int_equal(place.advertised, 1);
    assert_string_equal(place.why, "b sends it on: in_port=3 actions=output:1");
    small.expectation.n_ports = 0; /* nothing is declared: where it enters */
    small.lists[A] = small.lists[B] = false;
    expect(blamed(&small, "claim"), CAUSE_TABLE, "a:1");
    assert_int_equal(place.hop, 0);
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_has_its_place),      cmocka_unit_test(a_closed_port_is_named_itself),
    cmocka_unit_test(the_end_that_is_off_is_named), cmocka_unit_test(another_port_that_is_closed),
    cmocka_unit_test(the_last_hop_is_known),        cmocka_unit_test(what_should_not_arrive),
};

TEST_MAIN(tests)
