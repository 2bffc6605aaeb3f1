/* SPDX-License-Identifier: Apache-2.0
 *
 * What a proof found, in words: the way of the packet, and whose fault it is. */
#include "report/proof.h"

#include "testing/random_proof.h"

enum { A, B, C };
enum { H1, H2, H3, H4, H5 };

static const struct result *told(struct small *small, const char *id)
{
    small_prove(small, NULL);
    assert_int_equal(
        report_proofs(&small->expectation, small->switches, &small->findings, &small->report), 0);
    return small_result(small, id);
}

/* Exactly this, of a packet whose example is not looked at. */
static void expect(const struct result *result, const char *suspect, enum cause_kind kind,
                   const char *detail)
{
    assert_string_equal(result->detail, detail);
    assert_string_equal(result->suspect, suspect);
    assert_int_equal(result->cause_kind, kind);
}

static void a_leak(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "priority=9,arp,in_port=1 actions=output:2,output:3");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_claim(&small, "isolated", H1, H3, 0, "");
    small_expect(&small, A, 1, "output:2");
    expect(told(&small, "isolated"), "a:1", CAUSE_TABLE,
           "it arrives at h3\n"
           "h1 -> a:1  priority=9,arp,in_port=1 actions=output:2,output:3\n"
           "a:3 -> b:3  in_port=3 actions=output:1\n"
           "b:1 -> h3");
    small_free(&small);
}

static void nothing_takes_it(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_claim(&small, "claim", H1, H3, 1, "");
    expect(told(&small, "claim"), "b:3", CAUSE_TABLE,
           "it does not arrive at h3\n"
           "h1 -> a:1  in_port=1 actions=output:3\n"
           "a:3 -> b:3  no entry takes it");
    /* With the way declared, too; and where it is left. */
    small_expect(&small, A, 1, "output:4");
    small_expect(&small, B, 4, "output:1");
    small_expect(&small, C, 3, "output:4");
    expect(told(&small, "claim"), "a:1", CAUSE_TABLE,
           "it does not arrive at h3\n"
           "h1 -> a:1  in_port=1 actions=output:3");
    small_free(&small);
}

/* The port that is closed is at fault, and not the port by which the packet comes. */
static void a_port_is_switched_off(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:2,output:3");
    small_claim(&small, "claim", H1, H2, 1, "");
    small_expect(&small, A, 1, "output:2,output:3");
    small.ports[A][1].config = PORT_CONFIG_DOWN;
    expect(told(&small, "claim"), "a:2", CAUSE_PORT,
           "it does not arrive at h2\n"
           "h1 -> a:1  in_port=1 actions=output:2,output:3\n"
           "a:2 is switched off");
    small.ports[A][1].config = 0;
    small.ports[A][1].state = PORT_STATE_LINK_DOWN;
    const struct result *result = told(&small, "claim");
    expect(result, "a:2", CAUSE_CABLE,
           "it does not arrive at h2\n"
           "h1 -> a:1  in_port=1 actions=output:2,output:3\n"
           "a:2 has no link");
    assert_string_equal(result->cause, "h2 - a:2");
    small.ports[A][1].state = 0;
    small.ports[A][0].config = PORT_CONFIG_NO_RECV;
    assert_string_equal(told(&small, "claim")->suspect, "a:1");
    assert_non_null(strstr(small_result(&small, "claim")->detail, "a:1 does not receive"));
    /* Nothing is declared: it is lost at the port that the entry names. */
    small.ports[A][0].config = 0;
    small.ports[A][1].config = PORT_CONFIG_NO_FWD;
    small.states[A].flows.n_entries = 0;
    small_flow(&small, A, "in_port=1 actions=output:2");
    small.expectation.n_ports = 0;
    small.lists[A] = false;
    expect(told(&small, "claim"), "a:2", CAUSE_PORT,
           "it does not arrive at h2\n"
           "h1 -> a:1  in_port=1 actions=output:2\n"
           "a:2 does not send");
    small_free(&small);
}

/* One of two ways ends at a port that is switched off: the other is shown, too. */
static void one_of_two_copies(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3,output:4");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_flow(&small, C, "in_port=3 actions=output:4");
    small_flow(&small, B, "in_port=4 actions=output:1");
    small_claim(&small, "twice", H1, H3, 2, "");
    small_expect(&small, A, 1, "output:3,output:4");
    small_expect(&small, B, 3, "output:1");
    small_expect(&small, B, 4, "output:1");
    small_expect(&small, C, 3, "output:4");
    small.ports[C][3].config = PORT_CONFIG_DOWN;
    expect(told(&small, "twice"), "c:4", CAUSE_PORT,
           "it arrives at h3 1 time instead of 2\n"
           "h1 -> a:1  in_port=1 actions=output:3,output:4\n"
           "a:3 -> b:3  in_port=3 actions=output:1\n"
           "b:1 -> h3\n"
           "h1 -> a:1  in_port=1 actions=output:3,output:4\n"
           "a:4 -> c:3  in_port=3 actions=output:4\n"
           "c:4 is switched off");
    small_free(&small);
}

/* The cause of what is missing is found although another copy's fate is not known. */
static void another_branch_is_not_known(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_claim(&small, "claim", H1, H2, 1, "");
    small_expect(&small, A, 1, "output:2,output:3");
    small.switches[B] = (struct switch_dump){.reason = "refused"};
    small.ports[A][2].config = PORT_CONFIG_NO_RECV; /* nothing comes back */
    expect(told(&small, "claim"), "a:1", CAUSE_TABLE,
           "it does not arrive at h2\n"
           "h1 -> a:1  in_port=1 actions=output:3");
    small_free(&small);
}

static void many_ways(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3,output:3,output:3,output:3,output:3");
    small_flow(&small, B, "in_port=3 actions=output:1,output:1");
    small_claim(&small, "once", H1, H3, 1, "");
    const struct result *result = told(&small, "once");
    size_t n = 0;
    for (const char *at = result->detail; (at = strstr(at, "b:1 -> h3")); at++) {
        n++;
    }
    assert_int_equal(n, 8);
    assert_non_null(strstr(result->detail, "\nand by 2 more ways"));
    small_free(&small);
}

/* A tag that one switch sets, and the next one strips, but not always. */
static void altered(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=mod_vlan_vid:7,output:3");
    small_flow(&small, B, "priority=9,in_port=3,dl_type=0x88cc actions=output:1");
    small_flow(&small, B, "in_port=3,dl_vlan=7 actions=strip_vlan,output:1");
    small.states[B].flows.entries[1].priority = 1;
    small_claim(&small, "claim", H1, H3, 1, "vlan_tci=0/0x1000");
    const struct result *result = told(&small, "claim");
    assert_string_equal(result->suspect, "a:1");
    assert_non_null(strstr(result->detail, "altered: "));
    assert_non_null(strstr(result->detail,
                           "\nh1 -> a:1  in_port=1 actions=mod_vlan_vid:7,output:3\n"
                           "a:3 -> b:3  priority=9,in_port=3,dl_type=0x88cc actions=output:1\n"
                           "b:1 -> h3"));
    /* Where `ports:` say that it stays tagged, it is the strip that is wrong. */
    small_expect(&small, A, 1, "mod_vlan_vid:7,output:3");
    small_expect(&small, B, 3, "output:1");
    assert_string_equal(told(&small, "claim")->suspect, "b:3");
    small_free(&small);
}

static void round_and_round(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_flow(&small, B, "in_port=3 actions=output:1,output:4");
    small_flow(&small, C, "in_port=4 actions=output:3");
    small_flow(&small, A, "in_port=4 actions=output:3");
    small_claim(&small, "claim", H1, H3, 1, "");
    static const char way[] = "\nh1 -> a:1  in_port=1 actions=output:3\n"
                              "a:3 -> b:3  in_port=3 actions=output:1,output:4\n"
                              "b:4 -> c:4  in_port=4 actions=output:3\n"
                              "c:3 -> a:4  in_port=4 actions=output:3\n"
                              "a:3 -> b:3  where it came before, in the same form";
    char text[512];
    snprintf(text, sizeof text, "it goes round endlessly%s", way);
    expect(told(&small, "traffic/h1/loop"), "b:3", CAUSE_TABLE, text);
    snprintf(text, sizeof text, "it goes round endlessly, and arrives at h3 each time%s", way);
    expect(small_result(&small, "claim"), "b:3", CAUSE_TABLE, text);
    small_free(&small);
}

static void what_is_left_open(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_flow(&small, B, "in_port=3 actions=NORMAL");
    small_claim(&small, "claim", H1, H3, 1, "");
    const struct result *result = told(&small, "claim");
    assert_int_equal(result->verdict, VERDICT_INCONCLUSIVE);
    assert_string_equal(result->detail,
                        "it is not known what b:3 does with some of these headers: NORMAL\n"
                        "h1 -> a:1  in_port=1 actions=output:3\n"
                        "a:3 -> b:3  in_port=3 actions=NORMAL");
    assert_null(result->suspect);
    small.switches[B] = (struct switch_dump){.reason = "refused"};
    result = told(&small, "claim");
    assert_non_null(strstr(result->detail, "a:3 -> b:3  not read"));
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_leak),
    cmocka_unit_test(nothing_takes_it),
    cmocka_unit_test(a_port_is_switched_off),
    cmocka_unit_test(one_of_two_copies),
    cmocka_unit_test(another_branch_is_not_known),
    cmocka_unit_test(many_ways),
    cmocka_unit_test(altered),
    cmocka_unit_test(round_and_round),
    cmocka_unit_test(what_is_left_open),
};

TEST_MAIN(tests)
