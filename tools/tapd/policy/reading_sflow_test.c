/* SPDX-License-Identifier: Apache-2.0
 *
 * `sflow` of a policy: what is read, and the places of what is wrong. */
#include "tapd/policy/policy.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

static const char topology_text[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                                    "hosts: {h1: {mac: '00:00:00:00:00:01', port: 's1:1'}}\n";

/* NULL with the errors in `errors`. */
static struct tapd_policy *load(const char *sflow, struct base_buffer *errors)
{
    struct base_buffer text = {0};
    base_put_format(&text, "topology: t.yaml\nsflow:\n%s", sflow);
    struct memory_file files[] = {{.path = "t.yaml", .text = topology_text},
                                  {.path = "p.yaml", .text = base_buffer_text(&text)},
                                  {0}};
    struct yaml_files memory = {.context = files, .read = memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    tapd_policy_load_from(&memory, "p.yaml", &policy, &diagnostics);
    memory_errors(&diagnostics, errors);
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&text);
    return policy;
}

static void agents_are_read(void **state)
{
    (void)state;
    struct base_buffer errors = {0};
    struct tapd_policy *policy =
        load("  - {agent: 192.0.2.1, switch: s1}\n"
             "  - {agent: '2001:db8::1', sub_agent: 7, switch: s2, ports: {1001: 1, 1002: 2}}\n"
             "  - {agent: 192.0.2.1, sub_agent: 0, switch: s2, ports: same}\n",
             &errors);
    assert_string_equal(base_buffer_text(&errors), "");
    assert_int_equal(policy->n_agents, 3);
    const struct sflow_agent_declared *agents = policy->agents;
    assert_int_equal(agents[0].address.n_bytes, 4);
    assert_true(agents[0].any_sub_agent);
    assert_int_equal(agents[0].ports, SFLOW_PORTS_LEARNED);
    assert_int_equal(agents[1].address.n_bytes, 16);
    assert_false(agents[1].any_sub_agent);
    assert_int_equal(agents[1].sub_agent, 7);
    assert_int_equal(agents[1].sw, 1);
    assert_int_equal(agents[1].ports, SFLOW_PORTS_TABLE);
    assert_int_equal(agents[1].n_table, 2);
    assert_int_equal(agents[1].table[1].if_index, 1002);
    assert_int_equal(agents[1].table[1].port, 2);
    assert_false(agents[2].any_sub_agent);
    assert_int_equal(agents[2].ports, SFLOW_PORTS_SAME);
    tapd_policy_free(policy);
    base_buffer_free(&errors);
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *sflow, *error;
    } rows[] = {
        {"  {agent: 192.0.2.1}\n", "p.yaml:3:3: expected a list of agents, found a mapping\n"},
        {"  - {agent: switch1, switch: s1}\n",
         "p.yaml:3:13: expected an IPv4 or IPv6 address, found \"switch1\"\n"},
        {"  - {agent: 192.0.2.1, switch: s3}\n", "p.yaml:3:32: unknown switch"},
        {"  - {agent: 192.0.2.1}\n", "p.yaml:3:5: "},
        {"  - {agent: 192.0.2.1, switch: s1, port: same}\n", "did you mean \"ports\"?"},
        {"  - {agent: 192.0.2.1, switch: s1, ports: none}\n",
         "p.yaml:3:43: expected \"same\", or a mapping from ifIndex to port, found \"none\"\n"},
        {"  - {agent: 192.0.2.1, switch: s1, ports: {0: 1}}\n", "p.yaml:3:44: "},
        {"  - {agent: 192.0.2.1, switch: s1, ports: {7: 0}}\n",
         "p.yaml:3:47: expected a port number, found \"0\"\n"},
        {"  - {agent: 192.0.2.1, sub_agent: -1, switch: s1}\n", "p.yaml:3:35: "},
        {"  - {agent: 192.0.2.1, switch: s1}\n  - {agent: 192.0.2.1, switch: s2}\n",
         "p.yaml:4:5: this agent is listed twice\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_buffer errors = {0};
        assert_null(load(rows[i].sflow, &errors));
        if (!strstr(base_buffer_text(&errors), rows[i].error)) {
            assert_string_equal(base_buffer_text(&errors), rows[i].error);
        }
        base_buffer_free(&errors);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(agents_are_read),
    cmocka_unit_test(mistakes_are_told_with_their_place),
};

TEST_MAIN(tests)
