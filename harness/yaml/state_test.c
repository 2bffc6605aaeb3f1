/* SPDX-License-Identifier: Apache-2.0
 *
 * Saved states: what is read, and what is refused where. That what report_flows
 * writes is read back: report/saved_test.c. */
#include "yaml/state.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

static struct yaml_state *load(const char *text, struct yaml_diagnostics *diagnostics)
{
    const struct memory_file files[] = {{"s.yaml", text, 0}, {0}};
    const struct yaml_files memory = {(void *)files, memory_read};
    struct yaml_state *state;
    int status = yaml_load_state_from(&memory, "s.yaml", &state, diagnostics);
    assert_int_equal(status, state ? 0 : -1);
    return state;
}

static void assert_refused(const char *text, const char *errors)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    assert_null(load(text, &diagnostics));
    assert_string_equal(memory_errors(&diagnostics, &words), errors);
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
}

#define HEAD "tapproof-state: 1\nswitches:\n"

static void test_switches(void **unused)
{
    (void)unused;
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_state *state =
        load(HEAD "  - {name: s2, not_read: 'connect: refused'}\n"
                  "  - name: s1\n"
                  "    dpid: \"0x00000000000000ff\"\n"
                  "    n_tables: 254\n"
                  "    ports:\n"
                  "      - {number: 3, name: eth3, config: [NO_FLOOD, \"0x80000000\"],"
                  " state: [LINK_DOWN], curr: \"0x40\", rx_packets: 7}\n"
                  "      - {number: LOCAL}\n"
                  "    flows:\n"
                  "      - {text: \"cookie=0x1, table=2, priority=7,in_port=1 actions=output:2\"}\n"
                  "      - {match: 'tcp', text: 'tcp actions=drop'}\n",
             &diagnostics);
    assert_non_null(state);
    assert_int_equal(state->n_switches, 2);
    assert_string_equal(yaml_state_find(state, "s2")->not_read, "connect: refused");
    assert_null(yaml_state_find(state, "s3"));
    const struct yaml_state_switch *sw = yaml_state_find(state, "s1");
    assert_null(sw->not_read);
    assert_int_equal(sw->state.datapath_id, 0xff);
    assert_int_equal(sw->state.n_tables, 254);
    assert_int_equal(sw->state.n_ports, 2);
    const struct port *port = switch_state_port(&sw->state, 3);
    assert_string_equal(port->name, "eth3");
    assert_int_equal(port->config, PORT_CONFIG_NO_FLOOD | 0x80000000);
    assert_int_equal(port->state, PORT_STATE_LINK_DOWN);
    assert_int_equal(port->curr, 0x40);
    assert_true(port->has_counters);
    assert_int_equal(port->counters.rx_packets, 7);
    assert_true(port->counters.tx_packets == UINT64_MAX);
    assert_false(switch_state_port(&sw->state, PORT_LOCAL)->has_counters);
    assert_int_equal(sw->state.flows.n_entries, 2);
    assert_int_equal(sw->state.flows.entries[0].table_id, 2);
    assert_true(sw->state.flows.entries[0].n_packets == UINT64_MAX);
    yaml_state_free(state);
    yaml_diagnostics_free(&diagnostics);
}

static void test_refused_files(void **unused)
{
    (void)unused;
    assert_refused("tapproof-state: 2\nswitches: []\n",
                   "s.yaml:1:17: a saved state of version 2; this program reads version 1\n");
    assert_refused("switches: []\n",
                   "s.yaml:1:1: a saved state needs the key \"tapproof-state\"\n");
    assert_refused(HEAD "  - {name: s1, dpid: 1, flows: []}\n"
                        "  - {name: s1, not_read: x, flows: []}\n",
                   "s.yaml:3:5: a switch of a saved state needs the key \"ports\"\n"
                   "s.yaml:4:5: a switch that was not read cannot have the key \"flows\"\n"
                   "s.yaml:4:12: the switch \"s1\" is there twice, first in line 3, column 12\n");
}

static void test_refused_ports(void **unused)
{
    (void)unused;
    assert_refused(HEAD "  - name: s1\n"
                        "    dpid: x\n"
                        "    ports:\n"
                        "      - {number: 2, config: [NO_FLOD]}\n"
                        "      - {number: 2, curr: \"0x100000000\"}\n"
                        "    flows: []\n",
                   "s.yaml:4:11: expected a number of 64 bits, found \"x\"\n"
                   "s.yaml:6:30: unknown name \"NO_FLOD\"; did you mean \"NO_FLOOD\"?\n"
                   "s.yaml:7:9: port 2 does not stand behind a smaller one\n"
                   "s.yaml:7:27: expected a number of 32 bits, found \"0x100000000\"\n");
}

/* Whoever edits one field of an entry and not the other is told. */
static void test_refused_flows(void **unused)
{
    (void)unused;
    assert_refused(HEAD "  - name: s1\n"
                        "    dpid: 1\n"
                        "    ports: []\n"
                        "    flows:\n"
                        "      - {match: in_port=2, priority: 32768, text: 'in_port=1 actions=2'}\n"
                        "      - {actions: 'output:3', text: 'in_port=1 actions=2', cookie: 5}\n"
                        "      - {text: 'in_prt=1 actions=2'}\n"
                        "      - {txt: 'in_port=1 actions=2'}\n",
                   "s.yaml:7:17: match is \"in_port=2\", but the entry's \"text\" says something "
                   "else\n"
                   "s.yaml:8:19: actions is \"output:3\", but the entry's \"text\" says something "
                   "else\n"
                   "s.yaml:8:68: cookie is \"5\", but the entry's \"text\" says something else\n"
                   "s.yaml:9:17: unknown field \"in_prt\" (did you mean in_port?)\n"
                   "s.yaml:10:10: unknown key \"txt\" in a flow; did you mean \"text\"?\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_switches),
    cmocka_unit_test(test_refused_files),
    cmocka_unit_test(test_refused_ports),
    cmocka_unit_test(test_refused_flows),
};

TEST_MAIN(tests)
