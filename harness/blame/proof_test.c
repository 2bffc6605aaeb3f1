/* SPDX-License-Identifier: Apache-2.0
 *
 * The place of what a proof found: the same as for frames. */
#include "blame/proof.h"

#include "path/declared.h"
#include "testing/random_proof.h"

enum { A, B, C };
enum { H1, H2, H3, H4, H5 };

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
        struct blame_place place;
        blame_finding(&view, &small->findings.items[i], &small->report, &place);
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_has_its_place),
    cmocka_unit_test(a_closed_port_is_named_itself),
    cmocka_unit_test(another_port_that_is_closed),
};

TEST_MAIN(tests)
