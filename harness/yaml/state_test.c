/* SPDX-License-Identifier: Apache-2.0
 *
 * Saved states: what is read, and what is refused where. That what report_flows
 * writes is read back: report/saved_test.c. */
#include "yaml/state.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <stdlib.h>
#include <unistd.h>

static struct yaml_state *load(const char *text, struct yaml_diagnostics *diagnostics)
{
    const struct memory_file files[] = {{"s.yaml", text, 0}, {0}};
    const struct yaml_files memory = {(void *)files, memory_read};
    struct yaml_state *state;
    int status = yaml_load_state(&memory, "s.yaml", &state, diagnostics);
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
    assert_true(switch_state_port(&sw->state, PORT_LOCAL)->counters.rx_packets == 0);
    assert_int_equal(sw->state.flows.n_entries, 2);
    assert_int_equal(sw->state.flows.entries[0].table_id, 2);
    assert_true(sw->state.flows.entries[0].n_packets == UINT64_MAX);
    yaml_state_free(state);
    yaml_diagnostics_free(&diagnostics);
}

/* Every number of a switch and of a port goes where it belongs. */
static void test_numbers(void **unused)
{
    (void)unused;
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_state *state = load(
        "# saved\n" HEAD "  - name: s1\n"
        "    dpid: 1\n"
        "    n_buffers: 256\n"
        "    n_tables: 3\n"
        "    capabilities: \"0xc7\"\n"
        "    actions: \"0xfff\"\n"
        "    ports:\n"
        "      - {number: 1, mac: \"02:00:00:00:00:0a\", curr: 1, advertised: 2,\n"
        "         supported: 3, peer: 4, rx_packets: 11, tx_packets: 12, rx_bytes: 13,\n"
        "         tx_bytes: 14, rx_dropped: 15, tx_dropped: 16, rx_errors: 17,\n"
        "         tx_errors: 18, rx_frame_errors: 19, rx_over_errors: 20,\n"
        "         rx_crc_errors: 21, collisions: 22}\n"
        "      - {number: 2, collisions: 0}\n"
        "    flows:\n"
        "      - {text: 'cookie=0x5,table=2,priority=7,idle_timeout=8,hard_timeout=9,n_packets=3,"
        "n_bytes=4,in_port=1 actions=output:2', table: 2, priority: 7, cookie: \"0x5\",\n"
        "         match: in_port=1, actions: 'output:2', idle_timeout: 8, hard_timeout: 9,\n"
        "         duration: 1.5, n_packets: 3, n_bytes: 4}\n",
        &diagnostics);
    assert_non_null(state);
    const struct switch_state *sw = &yaml_state_find(state, "s1")->state;
    assert_int_equal(sw->n_buffers, 256);
    assert_int_equal(sw->n_tables, 3);
    assert_int_equal(sw->capabilities, 0xc7);
    assert_int_equal(sw->supported_actions, 0xfff);
    const struct port *port = switch_state_port(sw, 1);
    assert_memory_equal(port->dl_addr, "\x02\0\0\0\0\x0a", 6);
    assert_int_equal(port->curr, 1);
    assert_int_equal(port->advertised, 2);
    assert_int_equal(port->supported, 3);
    assert_int_equal(port->peer, 4);
    const struct port_counters *n = &port->counters;
    const uint64_t counters[] = {n->rx_packets,     n->tx_packets,    n->rx_bytes,
                                 n->tx_bytes,       n->rx_dropped,    n->tx_dropped,
                                 n->rx_errors,      n->tx_errors,     n->rx_frame_errors,
                                 n->rx_over_errors, n->rx_crc_errors, n->collisions};
    for (uint64_t i = 0; i < 12; i++) {
        assert_true(counters[i] == 11 + i);
    }
    assert_true(switch_state_port(sw, 2)->has_counters);
    assert_true(switch_state_port(sw, 2)->counters.rx_packets == UINT64_MAX);
    assert_int_equal(sw->flows.n_entries, 1);
    yaml_state_free(state);
    yaml_diagnostics_free(&diagnostics);
}

/* `match` may have the conditions beyond struct header, as it is written now, or lack them, as it
 * was written once; it may not say anything else. */
static void test_a_match_with_further_conditions(void **unused)
{
    (void)unused;
    static const char entry[] = HEAD "  - name: s1\n    dpid: 1\n    ports: []\n    flows:\n"
                                     "      - {text: 'ip,nw_ttl=64 actions=drop', match: '%s'}\n";
    static const struct {
        const char *match;
        bool right;
    } rows[] = {{"ip,nw_ttl=64", true}, {"ip", true}, {"tcp", false}, {"dl_type=0x0800", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct yaml_diagnostics diagnostics = {0};
        char text[300];
        snprintf(text, sizeof text, entry, rows[i].match);
        struct yaml_state *state = load(text, &diagnostics);
        assert_int_equal(state != NULL, rows[i].right);
        yaml_state_free(state);
        yaml_diagnostics_free(&diagnostics);
    }
}

static void test_groups(void **unused)
{
    (void)unused;
    static const char head[] = "tapproof-state: 2\nswitches:\n  - name: s1\n    dpid: 1\n"
                               "    ports: [{number: 1}]\n    flows: []\n";
    struct yaml_diagnostics diagnostics = {0};
    char text[500];
    snprintf(text, sizeof text,
             "%s    openflow: \"1.3\"\n"
             "    groups: ['group_id=3,type=all,bucket=output:1', 'group_id=4,type=ff']\n"
             "    meters: ['meter=1 kbps bands= type=drop rate=5']\n",
             head);
    struct yaml_state *state = load(text, &diagnostics);
    assert_non_null(state);
    const struct switch_state *sw = &state->switches[0].state;
    assert_true(switch_state_tells_groups(sw));
    assert_true(sw->ports[0].flood_untold);
    assert_int_equal(sw->groups.n_groups, 2);
    assert_int_equal(sw->groups.groups[1].id, 4);
    assert_int_equal(sw->groups.meters[0].bands[0].rate, 5);
    yaml_state_free(state);
    state = load(head, &diagnostics);
    assert_false(switch_state_tells_groups(&state->switches[0].state));
    assert_false(state->switches[0].state.ports[0].flood_untold);
    yaml_state_free(state);
    snprintf(text, sizeof text, "%s    openflow: 2\n    groups: ['group_id=3']\n    meters: x\n",
             head);
    assert_refused(text, "s.yaml:7:15: expected \"1.0\" or \"1.3\", found \"2\"\n"
                         "s.yaml:8:15: a group needs type=\n"
                         "s.yaml:9:13: expected a list of texts, found \"x\"\n");
    yaml_diagnostics_free(&diagnostics);
}

static void test_a_saved_state_is_known_by_its_first_key(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool is_state;
    } rows[] = {{"tapproof-state: 1\n", true},
                {"# saved\n\n# twice\ntapproof-state: 1\n", true},
                {"#", false},
                {"name: demon\n", false},
                {" tapproof-state: 1\n", false},
                {"", false}};
    char path[] = "/tmp/tapproof-state-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].text);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, rows[i].text, n, 0), n);
        assert_int_equal(yaml_is_state(&yaml_disk, path), rows[i].is_state);
    }
    close(fd);
    unlink(path);
    assert_false(yaml_is_state(&yaml_disk, path));
}

/* An entry whose text says one thing and a field of it another. */
static void test_each_field_of_a_flow_is_compared(void **unused)
{
    (void)unused;
    static const char *const keys[] = {"table",        "priority",  "cookie", "idle_timeout",
                                       "hard_timeout", "n_packets", "n_bytes"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char text[400], errors[200];
        snprintf(text, sizeof text,
                 HEAD "  - name: s1\n    dpid: 1\n    ports: []\n    flows:\n"
                      "      - {%s: 99, text: 'in_port=1 actions=2'}\n",
                 keys[i]);
        snprintf(errors, sizeof errors,
                 "s.yaml:7:%zu: %s is \"99\", but the entry's \"text\" says something else\n",
                 strlen(keys[i]) + 12, keys[i]);
        assert_refused(text, errors);
    }
    assert_refused(HEAD "  - {name: s1, dpid: 1, flows: [], ports: [{number: 65536}]}\n",
                   "s.yaml:3:53: expected a port, found \"65536\"\n");
    assert_refused(HEAD "  - name: s1\n    dpid: 1\n    ports: [{number: x, mac: y}]\n"
                        "    flows: [{text: 'actions=2', actions: 'outpt:2', n_bytes: z}]\n",
                   "s.yaml:5:22: expected a port, found \"x\"\n"
                   "s.yaml:5:30: expected a MAC address, found \"y\"\n"
                   "s.yaml:6:43: unknown action \"outpt\" (did you mean output?)\n"
                   "s.yaml:6:62: expected a number of 64 bits, found \"z\"\n");
}

static void test_refused_files(void **unused)
{
    (void)unused;
    assert_refused("tapproof-state: 3\nswitches: []\n",
                   "s.yaml:1:17: a saved state of version 3; this program reads versions 1 to 2\n");
    assert_refused("switches: []\n",
                   "s.yaml:1:1: a saved state needs the key \"tapproof-state\"\n");
    assert_refused("topology: t\nports: {}\n",
                   "s.yaml:1:1: this is an expectation; a saved state was expected (it begins with "
                   "tapproof-state:)\n");
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
    cmocka_unit_test(test_groups),
    cmocka_unit_test(test_a_match_with_further_conditions),
    cmocka_unit_test(test_switches),
    cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_a_saved_state_is_known_by_its_first_key),
    cmocka_unit_test(test_each_field_of_a_flow_is_compared),
    cmocka_unit_test(test_refused_files),
    cmocka_unit_test(test_refused_ports),
    cmocka_unit_test(test_refused_flows),
};

TEST_MAIN(tests)
