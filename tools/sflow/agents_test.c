/* SPDX-License-Identifier: Apache-2.0
 *
 * Agents come, change and are forgotten. */
#include "sflow/agents.h"

#include "testing/cmocka.h"

#include <string.h>

static struct topology_switch switches[] = {{.name = "s1", .dpid = 1}, {.name = "s2", .dpid = 2}};
static const struct topology topology = {.switches = switches, .n_switches = 2};

static struct sflow_datagram datagram_of(const char *address, uint32_t sub_agent, uint32_t sequence)
{
    struct sflow_datagram datagram = {.sub_agent = sub_agent, .sequence = sequence};
    assert_true(sflow_address_parse(address, &datagram.agent));
    return datagram;
}

static struct sflow_agent *hear(struct sflow_agents *agents, const char *address,
                                uint32_t sub_agent)
{
    struct sflow_datagram datagram = datagram_of(address, sub_agent, 7);
    return sflow_agents_hear(agents, &datagram, &(bool){false});
}

static void learn(struct sflow_agents *agents, struct sflow_agent *agent, uint32_t if_index,
                  uint64_t dpid, uint32_t port)
{
    const struct sflow_sample sample = {
        .kind = SFLOW_COUNTERS,
        .source_index = if_index,
        .counters = {.has_openflow = true, .dpid = dpid, .port = port},
    };
    sflow_agent_note(agents, agent, &sample);
}

static void assert_port(const struct sflow_agent *agent, uint32_t if_index, size_t sw,
                        uint16_t number)
{
    struct port_ref port;
    assert_true(sflow_agent_port(agent, if_index, &port));
    assert_int_equal(port.sw, sw);
    assert_int_equal(port.port, number);
}

static void assert_unknown(const struct sflow_agent *agent, uint32_t if_index)
{
    struct port_ref port;
    assert_false(sflow_agent_port(agent, if_index, &port));
}

/* As Open vSwitch does it: one address, a sub-agent a bridge, kernel's ifIndexes. */
static void ports_are_learned(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    struct sflow_agent *one = hear(agents, "127.0.0.1", 0);
    assert_unknown(one, 9);
    learn(agents, one, 9, 1, 3);
    learn(agents, one, 2, 1, 1);
    struct sflow_agent *two = hear(agents, "127.0.0.1", 2);
    assert_ptr_not_equal(one, two);
    learn(agents, two, 9, 2, 5);
    one = hear(agents, "127.0.0.1", 0);
    assert_port(one, 9, 0, 3);
    assert_port(one, 2, 0, 1);
    assert_unknown(one, 3);
    learn(agents, one, 9, 1, 4); /* renumbered */
    assert_port(one, 9, 0, 4);
    assert_port(hear(agents, "127.0.0.1", 2), 9, 1, 5);
    assert_int_equal(sflow_agents_n_heard(agents), 2);
    assert_int_equal(sflow_agents_n_learned(agents), 3);
    sflow_agents_free(agents);
}

/* A reload: the switches in another order, one of them gone; then an agent that is not declared. */
static void what_was_learned_is_kept(void **state)
{
    (void)state;
    static struct topology_switch others[] = {{.name = "s3", .dpid = 3}, {.name = "x", .dpid = 1}};
    static const struct topology changed = {.switches = others, .n_switches = 2};
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    struct sflow_agents *next = sflow_agents_new(&changed, NULL, 0);
    learn(agents, hear(agents, "127.0.0.1", 0), 9, 1, 3);
    learn(agents, hear(agents, "127.0.0.1", 2), 9, 2, 5);
    sflow_agents_inherit(next, agents);
    assert_int_equal(sflow_agents_n_heard(agents), 0);
    sflow_agents_free(agents);
    assert_int_equal(sflow_agents_n_heard(next), 2);
    assert_int_equal(sflow_agents_total(next).n_received, 2);
    assert_int_equal(sflow_agents_n_learned(next), 1);
    assert_port(hear(next, "127.0.0.1", 0), 9, 1, 3);
    assert_unknown(hear(next, "127.0.0.1", 2), 9);
    struct sflow_agent_declared declared = {.any_sub_agent = true, .sw = 0};
    assert_true(sflow_address_parse("127.0.0.1", &declared.address));
    learn(next, hear(next, "192.0.2.1", 0), 1, 3, 1);
    agents = sflow_agents_new(&changed, &declared, 1);
    sflow_agents_inherit(agents, next);
    assert_int_equal(sflow_agents_n_heard(next), 1);
    assert_int_equal(sflow_agents_n_heard(agents), 2);
    assert_unknown(hear(agents, "127.0.0.1", 0), 9); /* it is declared to be of s3 */
    sflow_agents_free(next);
    sflow_agents_free(agents);
}

static void nonsense_is_not_learned(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    struct sflow_agent *agent = hear(agents, "127.0.0.1", 0);
    learn(agents, agent, 9, 77, 3);
    learn(agents, agent, 9, 1, 0);
    learn(agents, agent, 9, 1, 0xfffe);
    assert_unknown(agent, 9);
    sflow_agents_free(agents);
}

/* Its interfaces may have other numbers then. */
static void an_agent_that_began_anew_is_learned_anew(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    struct sflow_datagram datagram = datagram_of("127.0.0.1", 0, 5000);
    learn(agents, sflow_agents_hear(agents, &datagram, &(bool){false}), 9, 1, 3);
    datagram.sequence = 5001;
    assert_port(sflow_agents_hear(agents, &datagram, &(bool){false}), 9, 0, 3);
    datagram.sequence = 1;
    assert_unknown(sflow_agents_hear(agents, &datagram, &(bool){false}), 9);
    assert_int_equal(sflow_agents_total(agents).n_restarts, 1);
    assert_int_equal(sflow_agents_total(agents).n_received, 3);
    sflow_agents_free(agents);
}

static void declared_agents_alone_are_heard(void **state)
{
    (void)state;
    static const struct sflow_port_number table[] = {{1001, 1}, {1002, 2}};
    struct sflow_agent_declared declared[] = {
        {.any_sub_agent = true, .sw = 0, .ports = SFLOW_PORTS_SAME},
        {.sub_agent = 4, .sw = 1, .ports = SFLOW_PORTS_TABLE, .table = table, .n_table = 2},
        {.any_sub_agent = true, .sw = 1, .ports = SFLOW_PORTS_LEARNED},
    };
    sflow_address_parse("192.0.2.1", &declared[0].address);
    sflow_address_parse("192.0.2.1", &declared[1].address);
    sflow_address_parse("2001:db8::1", &declared[2].address);
    struct sflow_agents *agents = sflow_agents_new(&topology, declared, 3);
    assert_null(hear(agents, "192.0.2.2", 0));
    const struct sflow_datagram nameless = {.sequence = 1};
    assert_null(sflow_agents_hear(agents, &nameless, &(bool){false}));
    assert_port(hear(agents, "192.0.2.1", 0), 7, 0, 7);
    assert_unknown(hear(agents, "192.0.2.1", 0), 0x10001);
    assert_port(hear(agents, "192.0.2.1", 4), 1002, 1, 2);
    assert_unknown(hear(agents, "192.0.2.1", 4), 2);
    struct sflow_agent *third = hear(agents, "2001:db8::1", 0);
    learn(agents, third, 3, 1, 1); /* another switch than declared */
    assert_unknown(third, 3);
    learn(agents, third, 3, 2, 1);
    assert_port(third, 3, 1, 1);
    assert_int_equal(sflow_agents_n_heard(agents), 3);
    sflow_agents_free(agents);
}

static void a_flood_of_agents_does_not_displace_a_known_one(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    learn(agents, hear(agents, "9.0.0.1", 0), 9, 1, 3); /* first of all, and last */
    learn(agents, hear(agents, "127.0.0.1", 0), 9, 1, 3);
    for (uint32_t i = 1; i <= 2 * SFLOW_AGENTS_MAX; i++) {
        assert_non_null(hear(agents, "10.0.0.1", i));
    }
    assert_int_equal(sflow_agents_n_heard(agents), SFLOW_AGENTS_MAX);
    assert_port(hear(agents, "9.0.0.1", 0), 9, 0, 3);
    assert_port(hear(agents, "127.0.0.1", 0), 9, 0, 3);
    assert_int_equal(sflow_agents_total(agents).n_received, 4 + 2 * SFLOW_AGENTS_MAX);
    sflow_agents_free(agents);
}

/* Lost, late, twice and begun anew, of one that made room and of one that did not. */
static void all_datagrams_are_in_the_total(void **state)
{
    (void)state;
    static const uint32_t sequences[] = {7, 12, 9, 9, 8, 1};
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
            struct sflow_datagram datagram = datagram_of("9.0.0.1", 0, sequences[i]);
            bool again = false;
            datagram.uptime_ms = i < 5 ? 9000 : 1;
            assert_non_null(sflow_agents_hear(agents, &datagram, &again));
            assert_int_equal(again, i == 3);
        }
        for (uint32_t i = 1; i <= SFLOW_AGENTS_MAX * (1 - round); i++) {
            assert_non_null(hear(agents, "10.0.0.1", i));
        }
        struct sflow_sequence total = sflow_agents_total(agents);
        assert_int_equal(total.n_received, SFLOW_AGENTS_MAX + 6 * (round + 1));
        assert_int_equal(total.n_lost, 2 * (round + 1));
        assert_int_equal(total.n_late, 3 * (round + 1));
        assert_int_equal(total.n_twice, round + 1);
        assert_int_equal(total.n_restarts, round + 1);
    }
    struct sflow_agents *next = sflow_agents_new(&topology, NULL, 0);
    sflow_agents_inherit(next, agents);
    assert_int_equal(sflow_agents_total(next).n_lost, 4);
    assert_int_equal(sflow_agents_total(next).n_received, SFLOW_AGENTS_MAX + 12);
    sflow_agents_free(agents);
    sflow_agents_free(next);
}

/* As many sources as there is room for, of all agents together. */
static void fill(struct sflow_agents *agents, struct sflow_agent *agent)
{
    for (uint32_t i = 1; i <= SFLOW_SOURCES_MAX + 1; i++) {
        learn(agents, agent, i, 1, 3);
    }
    assert_int_equal(sflow_agents_n_learned(agents), SFLOW_SOURCES_MAX);
}

/* Who forges ports, too, displaces who is silent; that one is back when it speaks. */
static void a_flood_of_learned_agents_locks_nobody_out(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    learn(agents, hear(agents, "127.0.0.1", 0), 9, 1, 3);
    learn(agents, hear(agents, "127.0.0.1", 1), 9, 1, 3);
    for (uint32_t i = 1; i <= 5000; i++) { /* 75,000 ports, of which 61,440 stay */
        for (uint32_t if_index = 1; if_index <= 15; if_index++) {
            learn(agents, hear(agents, "10.0.0.1", i), if_index, 1, 3);
        }
        assert_port(hear(agents, "127.0.0.1", 0), 9, 0, 3);
    }
    assert_unknown(hear(agents, "127.0.0.1", 1), 9);
    learn(agents, hear(agents, "127.0.0.1", 1), 9, 1, 4);
    assert_port(hear(agents, "127.0.0.1", 1), 9, 0, 4);
    fill(agents, hear(agents, "127.0.0.1", 1));
    assert_int_equal(sflow_agents_n_heard(agents), SFLOW_AGENTS_MAX);
    sflow_agents_free(agents);
}

static void a_flood_of_interfaces_is_bounded(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    struct sflow_agent *agent = hear(agents, "127.0.0.1", 0);
    fill(agents, agent);
    assert_port(agent, SFLOW_SOURCES_MAX, 0, 3);
    assert_unknown(agent, SFLOW_SOURCES_MAX + 1);
    struct sflow_agents *next = sflow_agents_new(&topology, NULL, 0);
    sflow_agents_inherit(next, agents);
    sflow_agents_free(agents);
    struct sflow_agent *other = hear(next, "127.0.0.1", 1);
    learn(next, other, 1, 2, 3);
    assert_unknown(other, 1);
    struct sflow_datagram anew = datagram_of("127.0.0.1", 0, 5000000);
    assert_int_equal(sflow_agents_n_learned(next), SFLOW_SOURCES_MAX);
    sflow_agents_hear(next, &anew, &(bool){false});
    learn(next, other, 1, 2, 3);
    assert_port(other, 1, 1, 3);
    fill(next, other);
    sflow_agents_free(next);
}

/* Of an agent that has told ports no one is missing: it may sample at others, too. */
static void an_agent_without_ports_is_complained_of_once(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    struct base_error why = {""};
    struct sflow_agent *one = hear(agents, "127.0.0.1", 0);
    const struct sflow_sample sample = {.kind = SFLOW_FLOW, .source_class = 2};
    learn(agents, one, 9, 1, 3);
    sflow_agent_note(agents, one, &sample);
    assert_false(sflow_agent_complain(one, 10, &why));
    assert_string_equal(why.text, "");
    struct sflow_agent *two = hear(agents, "2001:db8::1", 7);
    assert_true(sflow_agent_complain(two, 10, &why));
    assert_string_equal(
        why.text, "samples of agent [2001:db8::1], sub-agent 7, cannot be told to a port: it has "
                  "not sent OpenFlow port records of a switch of the topology yet; set polling in "
                  "its sFlow settings, or its `ports' under `sflow' in the policy");
    assert_false(sflow_agent_complain(two, 10, &why));
    sflow_agents_free(agents);
}

static void drop(struct sflow_agents *agents, uint32_t source_index, uint32_t total)
{
    const struct sflow_sample sample = {.kind = SFLOW_FLOW,
                                        .source_class = 2,
                                        .source_index = source_index,
                                        .flow = {.drops = total}};
    sflow_agent_note(agents, hear(agents, "127.0.0.1", 0), &sample);
}

/* The first total of a source tells nothing; from then on the difference counts. */
static void samples_that_agents_left_out_are_counted(void **state)
{
    (void)state;
    struct sflow_agents *agents = sflow_agents_new(&topology, NULL, 0);
    drop(agents, 1, 10); /* nothing is known of the agent */
    learn(agents, hear(agents, "127.0.0.1", 0), 9, 1, 3);
    drop(agents, 1, UINT32_MAX - 1);
    drop(agents, 2, 70);
    assert_int_equal(sflow_agents_n_drops(agents), 0);
    drop(agents, 1, 3);
    drop(agents, 2, 71);
    assert_int_equal(sflow_agents_n_drops(agents), 6);
    drop(agents, 2, 0);
    drop(agents, 2, 0);
    assert_int_equal(sflow_agents_n_drops(agents), 6);
    struct sflow_agents *next = sflow_agents_new(&topology, NULL, 0);
    sflow_agents_inherit(next, agents);
    assert_int_equal(sflow_agents_n_drops(next), 6);
    sflow_agents_free(next);
    sflow_agents_free(agents);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_are_learned),
    cmocka_unit_test(what_was_learned_is_kept),
    cmocka_unit_test(nonsense_is_not_learned),
    cmocka_unit_test(an_agent_that_began_anew_is_learned_anew),
    cmocka_unit_test(declared_agents_alone_are_heard),
    cmocka_unit_test(a_flood_of_agents_does_not_displace_a_known_one),
    cmocka_unit_test(all_datagrams_are_in_the_total),
    cmocka_unit_test(a_flood_of_learned_agents_locks_nobody_out),
    cmocka_unit_test(a_flood_of_interfaces_is_bounded),
    cmocka_unit_test(an_agent_without_ports_is_complained_of_once),
    cmocka_unit_test(samples_that_agents_left_out_are_counted),
};

TEST_MAIN(tests)
