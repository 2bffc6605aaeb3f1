/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports, entries, exceptions and the file as a whole; claims are in
 * traffic_test.c. */
#include "model/port.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

static const char topology_text[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                                    "hosts:\n"
                                    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
                                    "  h2: {mac: 00:00:00:00:00:02, port: s2:1}\n"
                                    "links: [[\"s1:2\", \"s2:2\"]]\n";

static const char flows_text[] = "# the flows of s1\n"
                                 "\n"
                                 "  priority=5,in_port=1 actions=output:2  # first\r\n"
                                 "cookie=0x7,hard_timeout=9,tcp actions=drop\n";

static const char bad_flows_text[] = "in_port=1 actions=output:2\n"
                                     "  in_port=x actions=drop # no\n"
                                     "priority=32768,in_port=1 actions=drop\n"
                                     "in_port=3\n";

/* Loads `text` as dir/x and compares the errors; NULL if there are any. */
static struct expectation *load(const char *text, const char *errors)
{
    struct memory_file files[] = {
        {"dir/x", text, 0},
        {"dir/../t", topology_text, 0},
        {"dir/bad", "name: [\n", 0},
        {"/abs/t", "name: x\nswitches: {s1: {}}\n", 0},
        {"dir/s1.flows", flows_text, 0},
        {"dir/bad.flows", bad_flows_text, 0},
        {"dir/pasted.flows",
         "OFPST_FLOW reply (OF1.0) (xid=0x2):\n cookie=0x0, in_port=1 actions=output:\"s1-eth2\"\n",
         0},
        {"dir/nul.flows", "in_port=1 actions=drop\nin\0port", 31},
        {0},
    };
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct expectation *x = NULL;
    int result = yaml_load_expectation(&from, "dir/x", &x, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), errors);
    assert_int_equal(result, *errors ? -1 : 0);
    assert_true(*errors ? x == NULL : x != NULL);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
    return x;
}

static void refuse(const char *text, const char *errors)
{
    assert_null(load(text, errors));
}

/* The same behind the line "topology: ../t". */
#define T "topology: ../t\n"

/* The port's cases as "MATCH -> ACTIONS; …". */
static const char *cases_text(const struct expectation *x, size_t sw, uint16_t number,
                              struct base_buffer *out)
{
    const struct expected_port *port = expectation_port(x, (struct port_ref){sw, number});
    out->n_bytes = 0;
    for (size_t i = 0; port && i < port->n_cases; i++) {
        base_put_text(out, i > 0 ? "; " : "");
        ofctl_format_match(&port->cases[i].match, out);
        base_put_text(out, " -> ");
        ofctl_format_actions(port->cases[i].actions, port->cases[i].n_actions, out);
    }
    return base_buffer_text(out);
}

static void reads_ports(void **state)
{
    (void)state;
    struct expectation *x = load(T "ports:\n"
                                   "  s2:\n"
                                   "    7-8: drop\n"
                                   "    9,11 - 12: {output: 3-5}\n"
                                   "    [1, 3-4]: {output: [2, in_port, \"LOCAL, 9\"]}\n"
                                   "    2:\n"
                                   "      - {match: \"in_port=2,tcp,tp_dst=80\", output: []}\n"
                                   "      - {match: arp, actions: drop}\n"
                                   "      - drop\n"
                                   "  s1: {}\n",
                                 "");
    struct base_buffer text = {0};
    assert_int_equal(x->n_ports, 9);
    assert_true(x->lists_switch[0]);
    assert_true(x->lists_switch[1]);
    assert_string_equal(cases_text(x, 1, 7, &text), "in_port=7 -> drop");
    assert_string_equal(cases_text(x, 1, 12, &text), "in_port=12 -> output:3,output:4,output:5");
    assert_string_equal(cases_text(x, 1, 4, &text), "in_port=4 -> output:2,IN_PORT,LOCAL,output:9");
    assert_string_equal(cases_text(x, 1, 2, &text),
                        "tcp,in_port=2,tp_dst=80 -> drop; arp,in_port=2 -> drop; in_port=2 -> "
                        "drop");
    assert_string_equal(cases_text(x, 1, 10, &text), "");
    assert_int_equal(expectation_port(x, (struct port_ref){1, 8})->place.line, 4);
    assert_int_equal(expectation_port(x, (struct port_ref){1, 2})->cases[1].place.line, 9);
    assert_string_equal(x->file, "dir/x");
    assert_string_equal(x->topology->file, "dir/../t");
    base_buffer_free(&text);
    expectation_free(x);
}

/* Rewrites come before the outputs, in the order of the file. */
static void reads_rewrites(void **state)
{
    (void)state;
    struct expectation *x =
        load(T "ports:\n"
               "  s1:\n"
               "    1: {output: [2, 3], mod_nw_tos: 32, mod_vlan_vid: 5, set_dl_src: "
               "\"00:00:00:00:00:09\"}\n"
               "    2: {strip_vlan: true, set_tp_dst: 53, mod_nw_dst: 10.0.0.9, output: 4}\n"
               "    3: {output: [controller, {port: controller, max_len: 64}], max_len: 128}\n"
               "    4: {output: {port: controller}}\n"
               "    5: {actions: \"mod_vlan_vid:7,2,mod_vlan_vid:8,output:3\"}\n",
             "");
    struct base_buffer text = {0};
    assert_string_equal(cases_text(x, 0, 1, &text),
                        "in_port=1 -> mod_nw_tos:32,mod_vlan_vid:5,mod_dl_src:00:00:00:00:00:09,"
                        "output:2,output:3");
    assert_string_equal(cases_text(x, 0, 2, &text),
                        "in_port=2 -> strip_vlan,mod_tp_dst:53,mod_nw_dst:10.0.0.9,output:4");
    assert_string_equal(cases_text(x, 0, 3, &text), "in_port=3 -> CONTROLLER:128,CONTROLLER:64");
    assert_string_equal(cases_text(x, 0, 4, &text), "in_port=4 -> CONTROLLER:65535");
    assert_string_equal(cases_text(x, 0, 5, &text),
                        "in_port=5 -> mod_vlan_vid:7,output:2,mod_vlan_vid:8,output:3");
    base_buffer_free(&text);
    expectation_free(x);
}

static void reads_the_rest(void **state)
{
    (void)state;
    struct expectation *x = load("expires: 2m\nunlisted: any\n" T "ports: {}\n"
                                 "ignore:\n"
                                 "  - {reason: ours, switch: s2, port: 3}\n"
                                 "  - {cookie: 0x1f/0xff, match: \"arp\", reason: \"x y\"}\n"
                                 "  - {cookie: 12, reason: z}\n",
                                 "");
    assert_int_equal(x->expires_sec, 120);
    assert_true(x->unlisted_any);
    assert_false(x->tables_exact);
    assert_false(x->lists_switch[0]);
    assert_int_equal(x->n_exceptions, 3);
    assert_int_equal(x->exceptions[0].sw, 1);
    assert_true(x->exceptions[0].has_port);
    assert_false(x->exceptions[0].has_cookie);
    assert_int_equal(x->exceptions[0].port, 3);
    assert_string_equal(x->exceptions[0].text, "switch s2, port 3");
    assert_string_equal(x->exceptions[0].reason, "ours");
    assert_true(x->exceptions[1].sw == SWITCH_ALL);
    assert_int_equal(x->exceptions[1].cookie, 0x1f);
    assert_int_equal(x->exceptions[1].cookie_mask, 0xff);
    assert_true(x->exceptions[1].has_match);
    assert_int_equal(x->exceptions[1].match.value.dl_type, DL_TYPE_ARP);
    assert_string_equal(x->exceptions[1].text, "cookie 0x1f/0xff, match arp");
    assert_int_equal(x->exceptions[2].cookie, 12);
    assert_true(x->exceptions[2].cookie_mask == UINT64_MAX);
    expectation_free(x);
    x = load(T "ports: {}\nexpires: 120s\nunlisted: drop\n", "");
    assert_int_equal(x->expires_sec, 120);
    assert_false(x->unlisted_any);
    expectation_free(x);
}

static void reads_entries(void **state)
{
    (void)state;
    struct expectation *x = load(T "tables: exact\n"
                                   "entries:\n"
                                   "  s2: [\"in_port=1 actions=2\"]\n"
                                   "  s1: {file: s1.flows}\n",
                                 "");
    assert_true(x->tables_exact);
    assert_true(x->exact_switch[0] && x->exact_switch[1]);
    assert_int_equal(x->n_entries, 3);
    static const struct {
        size_t sw, number;
        unsigned given;
        const char *file;
        int line, column;
        const char *text;
    } wanted[] = {
        {1, 1, 0, "dir/x", 4, 9, "in_port=1 actions=output:2"},
        {0, 1, FLOW_HAS_PRIORITY, "dir/s1.flows", 3, 3, "priority=5,in_port=1 actions=output:2"},
        {0, 2, FLOW_HAS_COOKIE | FLOW_HAS_HARD_TIMEOUT, "dir/s1.flows", 4, 1,
         "cookie=0x7, hard_timeout=9, tcp actions=drop"},
    };
    for (size_t i = 0; i < 3; i++) {
        const struct expected_entry *entry = &x->entries[i];
        struct base_buffer text = {0};
        assert_int_equal(entry->sw, wanted[i].sw);
        assert_int_equal(entry->number, wanted[i].number);
        assert_int_equal(entry->given, wanted[i].given);
        assert_string_equal(entry->place.file, wanted[i].file);
        assert_int_equal(entry->place.line, wanted[i].line);
        assert_int_equal(entry->place.column, wanted[i].column);
        ofctl_format_flow(&x->entry_flows.entries[entry->flow], FLOW_NO_STATS, &text);
        assert_string_equal(base_buffer_text(&text), wanted[i].text);
        base_buffer_free(&text);
    }
    expectation_free(x);
}

static void reads_lifetimes_of_cases(void **state)
{
    (void)state;
    struct expectation *x = load(T "ports:\n"
                                   "  s1:\n"
                                   "    1-2: {output: 3, expires: 2m}\n"
                                   "    3: [{match: arp, actions: drop, expires: never}, drop]\n"
                                   "expires: any\n",
                                 "");
    assert_int_equal(x->expires_sec, EXPECTATION_ANY_LIFETIME);
    const struct expected_case *second =
        expectation_port(x, (struct port_ref){.sw = 0, .port = 2})->cases;
    const struct expected_case *third =
        expectation_port(x, (struct port_ref){.sw = 0, .port = 3})->cases;
    assert_true(second->has_expires);
    assert_int_equal(second->expires_sec, 120);
    assert_true(third[0].has_expires);
    assert_int_equal(third[0].expires_sec, 0);
    assert_false(third[1].has_expires);
    expectation_free(x);
    refuse(
        T "ports: {s1: {1: {output: 3, expires: 0}, 2: {expires: 3s}}}\n",
        "dir/x:2:38: expected a time from 1 to 65535 seconds, as 120s or 2m, never or any, found "
        "\"0\"\n"
        "dir/x:2:45: what happens to these packets? expected \"output\", \"actions\" or drop\n");
}

static void exact_tables_are_those_of_the_switches_with_entries(void **state)
{
    (void)state;
    refuse(T "ports: {s1: {}}\ntables: exact\nentries: none\n",
           "dir/x:4:10: expected switches by name, found \"none\"\n");
    struct expectation *x = load(T "tables: exact\nports: {s2: {}}\nentries: {s2: []}\n", "");
    assert_true(x->exact_switch[1]);
    assert_false(x->exact_switch[0]); /* not listed: not judged */
    assert_int_equal(x->n_entries, 0);
    expectation_free(x);
    expectation_free(load(T "ports: {s1: {}}\nentries: {s2: []}\n", ""));
}

static void entries_of_two_tables_are_two(void **state)
{
    (void)state;
    struct expectation *x = load(T "entries:\n"
                                   "  s1: [\"in_port=1 actions=drop\", \"table=1,in_port=1 "
                                   "actions=drop\"]\n",
                                 "");
    assert_int_equal(x->n_entries, 2);
    expectation_free(x);
    x = load(T "entries: {s1: ['ip,nw_ttl=1 actions=drop', 'ip,nw_ttl=2 actions=drop', 'ip "
               "actions=drop']}\n",
             "");
    assert_int_equal(x->n_entries, 3); /* two that differ in such a condition, too */
    expectation_free(x);
    refuse(T "entries: {s1: ['ip,nw_ttl=1 actions=drop', 'ip,nw_ttl=1 actions=2']}\n",
           "dir/x:2:45: the same match and priority as in line 2, column 17: a switch keeps only "
           "one of them\n");
    refuse(
        T "entries:\n  s1: [\"in_port=1 actions=drop\", \"table=0,in_port=1 actions=drop\"]\n",
        "dir/x:3:35: the same match and priority as in line 3, column 9: a switch keeps only one "
        "of them\n");
}

static void reports_the_file(void **state)
{
    (void)state;
    refuse(T,
           "dir/x:1:1: nothing is expected; the file needs \"ports\", \"entries\", \"groups\" or "
           "\"traffic\"\n");
    refuse(T "port: {}\ntables: excat\nunlisted: none\nports: {}\n",
           "dir/x:2:1: unknown key \"port\" in an expectation; did you mean \"ports\"?\n"
           "dir/x:3:9: expected \"exact\", found \"excat\"\n"
           "dir/x:4:11: expected \"drop\" or \"any\", found \"none\"\n");
    static const char *const times[] = {"0",  "0s",    "65536", "1093m", "12h",
                                        "-1", "0x10s", "s",     "1.5m",  "120 s"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char text[100], errors[200];
        snprintf(text, sizeof text, T "ports: {}\nexpires: %s\n", times[i]);
        snprintf(errors, sizeof errors,
                 "dir/x:3:10: expected a time from 1 to 65535 seconds, as 120s or 2m, never or "
                 "any, found "
                 "\"%s\"\n",
                 times[i]);
        refuse(text, errors);
    }
}

/* One mistake is one error: what is missing is what was misspelt. */
static void reports_a_misspelt_key_once(void **state)
{
    (void)state;
    refuse("toplogy: ../t\nports: {}\n",
           "dir/x:1:1: unknown key \"toplogy\" in an expectation; did you mean \"topology\"?\n");
    refuse(T "trafic: []\n",
           "dir/x:2:1: unknown key \"trafic\" in an expectation; did you mean \"traffic\"?\n");
    refuse(T "tables: exact\nentires: {}\nports: {}\n",
           "dir/x:3:1: unknown key \"entires\" in an expectation; did you mean \"entries\"?\n");
    refuse(T "tables: yes\nports: {}\n", "dir/x:2:9: expected \"exact\", found \"yes\"\n");
    refuse(T "tables: exact\nports: {}\n",
           "dir/x:2:1: \"tables: exact\" needs the key \"entries\"\n");
    refuse(T "ports: {s1: {1: {ouput: 2}, 2: {atcions: drop}, 3: {macth: tcp}}}\n",
           "dir/x:2:18: unknown key \"ouput\" in what a port does; did you mean \"output\"?\n"
           "dir/x:2:33: unknown key \"atcions\" in what a port does; did you mean \"actions\"?\n"
           "dir/x:2:52: what happens to these packets? expected \"output\", \"actions\" or drop\n"
           "dir/x:2:53: unknown key \"macth\" in what a port does; did you mean \"match\"?\n");
}

#define QUOTE(key) ": quote the value of \"" key "\", it contains a comma\n"
#define NO_KEY     " in an exception; expected one of switch, port, cookie, table, match, reason\n"

/* In {...} a comma ends a text that has no quotes. */
static void reports_a_match_without_quotes(void **state)
{
    (void)state;
    refuse(T "ports:\n"
             "  s1:\n"
             "    1: {match: udp,tp_dst=53, output: 2}\n"
             "    2: {match: in_port=2,tcp,tp_dst=80, output: 2}\n"
             "    3: {actions: mod_vlan_vid:7,output:2}\n"
             "    4: {output: 2,3}\n"
             "ignore:\n"
             "  - {match: arp,arp_op=1, reason: x}\n",
           "dir/x:4:20: unknown key \"tp_dst=53\"" QUOTE(
               "match") "dir/x:5:26: unknown key "
                        "\"tcp\"" QUOTE(
                            "match") "dir/"
                                     "x:6:33: "
                                     "unknown "
                                     "key "
                                     "\"output:"
                                     "2\"" QUOTE("actions") "dir/x:7:19: unknown key \"3\"" QUOTE(
                                         "outpu"
                                         "t") "d"
                                              "i"
                                              "r"
                                              "/"
                                              "x"
                                              ":"
                                              "9"
                                              ":"
                                              "1"
                                              "7"
                                              ":"
                                              " "
                                              "u"
                                              "n"
                                              "k"
                                              "n"
                                              "o"
                                              "w"
                                              "n"
                                              " "
                                              "k"
                                              "e"
                                              "y"
                                              " "
                                              "\"arp_op=1\"" QUOTE("match"));
    /* These are keys. */
    refuse(T "ports: {}\n"
             "ignore:\n"
             "  - {match: udp, tp_dst=53: 2, reason: x}\n"
             "  - {match: \"udp\", tp_src=1, reason: x}\n"
             "  - {match: udp, tcp, reason: x}\n",
           "dir/x:4:18: unknown key \"tp_dst=53\"" NO_KEY
           "dir/x:5:20: unknown key \"tp_src=1\"" NO_KEY "dir/x:6:18: unknown key \"tcp\"" NO_KEY);
}

static void reports_another_kind_of_file(void **state)
{
    (void)state;
    refuse(topology_text, "dir/x:1:1: this is a topology; an expectation was expected (it has "
                          "topology:, ports:, traffic:)\n");
    refuse("switches: {s1: {openflow: x}}\n",
           "dir/x:1:1: this is a lab; an expectation was expected (it has topology:, ports:, "
           "traffic:)\n");
    refuse("topology: x\nports: {}\n", "dir/x:1:1: this is an expectation; a topology was expected "
                                       "(it has name:, switches:, hosts:, links:)\n");
    refuse(
        T "ports: {}\nlinks: []\n",
        "dir/x:3:1: unknown key \"links\" in an expectation; expected one of topology, ports, "
        "controller, tables, entries, groups, names, traffic, ignore, known, expires, unlisted\n");
}

static void reports_the_topology(void **state)
{
    (void)state;
    refuse("ports: {}\n", "dir/x:1:1: an expectation needs the key \"topology\"\n");
    refuse(
        "topology: none\nports: {s1: {1: drop}}\nx: 1\n",
        "dir/x:1:11: dir/none: no such file\n"
        "dir/x:3:1: unknown key \"x\" in an expectation; expected one of topology, ports, "
        "controller, tables, entries, groups, names, traffic, ignore, known, expires, unlisted\n");
    refuse("topology: bad\nports: {}\n",
           "dir/bad:2:1: not YAML: did not find expected node content while parsing a flow node "
           "that begins in line 2\n");
    refuse(
        "topology: /abs/t\nports: {}\nexpires: x\n",
        "/abs/t:2:16: a switch needs the key \"dpid\"\n"
        "dir/x:3:10: expected a time from 1 to 65535 seconds, as 120s or 2m, never or any, found "
        "\"x\"\n");
}

static void reports_ports(void **state)
{
    (void)state;
    refuse(T "ports:\n"
             "  s3: {}\n"
             "  s1:\n"
             "    0: drop\n"
             "    65281: drop\n"
             "    5-3: drop\n"
             "    1,: drop\n"
             "    local: drop\n"
             "    1-4: drop\n"
             "    3: drop\n"
             "    4,9: drop\n"
             "  s2: [1]\n",
           "dir/x:3:3: unknown switch \"s3\"; expected one of s1, s2\n"
           "dir/x:5:5: expected a port from 1 to 65280 or a range as 3-5, found \"0\"\n"
           "dir/x:6:5: expected a port from 1 to 65280 or a range as 3-5, found \"65281\"\n"
           "dir/x:7:5: expected a port from 1 to 65280 or a range as 3-5, found \"5-3\"\n"
           "dir/x:8:7: expected a port from 1 to 65280 or a range as 3-5, found \"\"\n"
           "dir/x:9:5: expected a port from 1 to 65280 or a range as 3-5, found \"local\"\n"
           "dir/x:10:5: port 1 of s1 is listed twice, first in line 8, column 5\n"
           "dir/x:11:5: port 3 of s1 is listed twice, first in line 10, column 5\n"
           "dir/x:12:5: port 4 of s1 is listed twice, first in line 10, column 5\n"
           "dir/x:13:7: expected ports and what they do, as 1: {output: [2]}, found a list\n");
    refuse(T "ports:\n  s1: {1-65280: drop, \"1-65280,1-2\": drop}\n",
           "dir/x:3:23: more ports than a switch can have\n"
           "dir/x:3:23: port 1 of s1 is listed twice, first in line 3, column 8\n");
}

static void reports_cases(void **state)
{
    (void)state;
    refuse(T "ports:\n"
             "  s1:\n"
             "    1: {match: tcp}\n"
             "    2: {output: 2, actions: drop}\n"
             "    3: {output: 2, max_len: 10}\n"
             "    4: {outputs: 2}\n"
             "    5: forward\n"
             "    6:\n"
             "    7: []\n"
             "    8: {output: [0, 70000, drop, table, none]}\n"
             "    9: {output: {port: 2, max_len: 9}}\n"
             "    10: {output: {max_len: 9}}\n"
             "    11: {output: controller, max_len: 65536}\n"
             "    12: {output: [[1]]}\n",
           "dir/x:4:8: what happens to these packets? expected \"output\", \"actions\" or drop\n"
           "dir/x:5:8: \"actions\" says all that is done; leave out \"output\", \"max_len\" and "
           "rewrites\n"
           "dir/x:6:8: \"max_len\" needs an output to the controller\n"
           "dir/x:7:9: unknown key \"outputs\" in what a port does; did you mean \"output\"?\n"
           "dir/x:8:8: expected drop, or a mapping as {output: [2, 6]}, found \"forward\"\n"
           "dir/x:9:7: expected drop, or a mapping as {output: [2, 6]}, found nothing\n"
           "dir/x:10:8: a list of cases needs at least one; expected drop or a case\n"
           "dir/x:11:18: expected a port from 1 to 65280, a range, in_port, local, controller, "
           "normal, flood or all, found \"0\"\n"
           "dir/x:11:21: expected a port from 1 to 65280, a range, in_port, local, controller, "
           "normal, flood or all, found \"70000\"\n"
           "dir/x:11:28: expected a port from 1 to 65280, a range, in_port, local, controller, "
           "normal, flood or all, found \"drop\"\n"
           "dir/x:11:34: expected a port from 1 to 65280, a range, in_port, local, controller, "
           "normal, flood or all, found \"table\"\n"
           "dir/x:11:41: expected a port from 1 to 65280, a range, in_port, local, controller, "
           "normal, flood or all, found \"none\"\n"
           "dir/x:12:17: \"max_len\" is for outputs to the controller only\n"
           "dir/x:13:18: an output needs the key \"port\"\n"
           "dir/x:14:39: expected a number of bytes from 0 to 65535, found \"65536\"\n"
           "dir/x:15:19: expected a port, a range, or {port: controller}, found a list\n");
}

static void reports_matches_and_actions(void **state)
{
    (void)state;
    struct memory_file files[] = {{"x",
                                   "topology: t\n"
                                   "ports:\n"
                                   "  s1:\n"
                                   "    1: {match: \"tcp,tp_dts=80\", output: 2}\n"
                                   "    2: {match: 'in_port=3', output: 2}\n"
                                   "    3: {actions: \"output:2,otput:3\"}\n"
                                   "    4: {output: 2, mod_vlan_vid: 4096}\n"
                                   "    5: {output: 2, mod_vlan_vid: \"5,output:3\"}\n"
                                   "    6: {output: 2, strip_vlan: false}\n"
                                   "    7: {output: 2, mod_nw_src: x}\n",
                                   0},
                                  {"t", topology_text, 0},
                                  {0}};
    /* The words of a match's or an action's error are the model's; its place is ours. */
    static const int places[][2] = {{4, 21}, {5, 16}, {6, 28}, {7, 34}, {8, 34}, {9, 32}, {10, 32}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *x = NULL;
    assert_int_equal(yaml_load_expectation(&from, "x", &x, &diagnostics), -1);
    assert_int_equal(diagnostics.n_items, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(diagnostics.items[i].place.line, places[i][0]);
        assert_int_equal(diagnostics.items[i].place.column, places[i][1]);
    }
    assert_string_equal(diagnostics.items[1].message,
                        "in_port=3 in what port 2 does; leave it out");
    assert_string_equal(diagnostics.items[4].message,
                        "expected one value for mod_vlan_vid, found \"5,output:3\"");
    assert_string_equal(diagnostics.items[5].message, "expected \"true\", found \"false\"");
    yaml_diagnostics_free(&diagnostics);
}

static void reports_hidden_cases(void **state)
{
    (void)state;
    refuse(T "ports:\n"
             "  s1:\n"
             "    1:\n"
             "      - {match: \"tcp\", output: 2}\n"
             "      - {match: \"tcp,tp_dst=80\", output: 3}\n"
             "      - {match: \"ip\", output: 4}\n"
             "      - {output: 5}\n"
             "      - {match: arp, output: 6}\n"
             "      - drop\n",
           "dir/x:6:9: this case is never reached: hidden by line 5, column 9, which takes all of "
           "its packets\n"
           "dir/x:9:9: this case is never reached: hidden by line 8, column 9, which takes all of "
           "its packets\n"
           "dir/x:10:9: this case is never reached: hidden by line 8, column 9, which takes all "
           "of its packets\n");
    expectation_free(load(T "ports: {s1: {1: [{match: \"tcp,tp_dst=80\", output: 3}, {match: tcp, "
                            "output: 2}, {match: udp, output: 2}, drop]}}\n",
                          ""));
    expectation_free(load(T "ports: {s1: {1: [{match: \"tcp,tp_dst=0\", output: 3}, {match: tcp, "
                            "output: 2}]}}\n",
                          ""));
}

static void reports_entries(void **state)
{
    (void)state;
    refuse(T "entries:\n"
             "  s1: {file: none}\n"
             "  s2: {fiel: s1.flows}\n"
             "  s3: []\n",
           "dir/x:3:14: dir/none: no such file\n"
           "dir/x:4:8: unknown key \"fiel\" in a flow file as {file: PATH}; did you mean "
           "\"file\"?\n"
           "dir/x:5:3: unknown switch \"s3\"; expected one of s1, s2\n");
    refuse(T "entries:\n"
             "  s1: [\"in_port=1 actions=2\", [], \"in_port=2 actions=drop\",\n"
             "    \"priority=32768,in_port=1,actions=3\"]\n"
             "  s2: in_port=1 actions=2\n",
           "dir/x:3:31: expected a flow in the syntax of ovs-ofctl, found a list\n"
           "dir/x:4:6: the same match and priority as in line 3, column 9: a switch keeps only one "
           "of them\n"
           "dir/x:5:7: expected a list of flows, or {file: PATH}, found \"in_port=1 actions=2\"\n");
    refuse(T "entries: {s1: {file: pasted.flows}, s2: ['NXST_FLOW reply (xid=0x4):']}\n",
           "dir/pasted.flows:1:1: the head line of a dump is no flow: delete this line\n"
           "dir/pasted.flows:2:32: bad action output \"\"s1-eth2\"\": expected a port, or "
           "CONTROLLER:BYTES; names of ports are unknown here, dump with ovs-ofctl --no-names\n"
           "dir/x:2:43: the head line of a dump is no flow: delete this line\n");
    refuse(T "entries: {s1: {file: nul.flows}}\n", "dir/nul.flows:2:1: not text: a byte of zero\n");
}

static void reports_flow_files_with_their_own_places(void **state)
{
    (void)state;
    struct memory_file files[] = {{"x", "topology: t\nentries: {s1: {file: f}}\n", 0},
                                  {"t", topology_text, 0},
                                  {"f", bad_flows_text, 0},
                                  {0}};
    static const int places[][2] = {{2, 11}, {3, 1}, {4, 10}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *x = NULL;
    assert_int_equal(yaml_load_expectation(&from, "x", &x, &diagnostics), -1);
    assert_int_equal(diagnostics.n_items, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(diagnostics.items[i].place.file, "f");
        assert_int_equal(diagnostics.items[i].place.line, places[i][0]);
        assert_int_equal(diagnostics.items[i].place.column, places[i][1]);
    }
    assert_string_equal(diagnostics.items[0].excerpt, "  in_port=x actions=drop # no");
    assert_string_equal(diagnostics.items[1].message,
                        "the same match and priority as in line 1, column 1: a switch keeps only "
                        "one of them");
    yaml_diagnostics_free(&diagnostics);
}

static void reports_exceptions(void **state)
{
    (void)state;
    refuse(T "ports: {}\n"
             "ignore:\n"
             "  - {reason: all}\n"
             "  - {switch: s1}\n"
             "  - {switch: s7, reason: x}\n"
             "  - {port: 0, reason: x}\n"
             "  - {cookie: 0x, reason: x}\n"
             "  - {cookie: 0x10/0xf, reason: x}\n"
             "  - {cookie: 1, reason: \" \"}\n"
             "  - {cookie: 1, reason: }\n"
             "  - x\n"
             "  - {cookie: 0x10000000000000000, reason: x}\n",
           "dir/x:4:5: this would leave out everything; expected at least one of \"switch\", "
           "\"port\", \"cookie\", \"table\" and \"match\"\n"
           "dir/x:5:5: an exception needs the key \"reason\"\n"
           "dir/x:6:14: unknown switch \"s7\"; expected one of s1, s2\n"
           "dir/x:7:12: expected a port from 1 to 65280, found \"0\"\n"
           "dir/x:8:14: expected a cookie as 0x1, or with a mask as 0x1/0xff, found \"0x\"\n"
           "dir/x:9:14: no cookie agrees with \"0x10/0xf\": 0x10 has bits outside the mask\n"
           "dir/x:10:25: expected a reason, found only blanks\n"
           "dir/x:11:25: expected a reason, found nothing\n"
           "dir/x:12:5: expected a mapping with the keys of an exception, found \"x\"\n"
           "dir/x:13:14: expected a cookie as 0x1, or with a mask as 0x1/0xff, found "
           "\"0x10000000000000000\"\n");
}

static void reads_groups_and_names(void **state)
{
    (void)state;
    struct expectation *x =
        load(T "groups:\n"
               "  s2: [\"group_id=7,type=ff,bucket=watch_port:1,actions=output:1\",\n"
               "       \"group_id=8,type=all,bucket=output:1\"]\n"
               "  s1: []\n"
               "names: {s2: {0: port_acl, 254: vlan}}\n"
               "ignore: [{table: 3, cookie: 0x5, reason: hosts}, {table: 0, reason: x}]\n",
             "");
    assert_int_equal(x->n_expected_groups, 2);
    assert_true(x->lists_groups[0] && x->lists_groups[1]);
    assert_int_equal(x->expected_groups[1].sw, 1);
    assert_int_equal(x->expected_groups[1].place.line, 4);
    const struct group *group = &x->groups.groups[x->expected_groups[0].group];
    assert_int_equal(group->id, 7);
    assert_int_equal(group->buckets[0].watch_port, 1);
    assert_string_equal(expectation_table_name(x, 1, 0), "port_acl");
    assert_string_equal(expectation_table_name(x, 1, 254), "vlan");
    assert_null(expectation_table_name(x, 1, 1));
    assert_null(expectation_table_name(x, 0, 0));
    assert_true(x->exceptions[0].has_table && x->exceptions[0].has_cookie);
    assert_int_equal(x->exceptions[0].table, 3);
    assert_string_equal(x->exceptions[0].text, "table 3, cookie 0x5");
    expectation_free(x);
}

static void reports_groups_and_names(void **state)
{
    (void)state;
    refuse(T "groups:\n"
             "  s1: [\"group_id=7,type=all\", \"group_id=7,type=ff\", \"group_id=1,typ=all\"]\n"
             "  s2: x\n"
             "  s3: []\n"
             "names: {s1: {255: x}, s2: [y]}\n"
             "ignore: [{table: 255, reason: x}]\n",
           "dir/x:3:32: group 7 of this switch is there twice, first in line 3, column 9\n"
           "dir/x:3:65: bad word \"typ\" of a group\n"
           "dir/x:4:7: expected a list of groups, or {file: PATH}, found \"x\"\n"
           "dir/x:5:3: unknown switch \"s3\"; expected one of s1, s2\n"
           "dir/x:6:14: expected a table from 0 to 254, found \"255\"\n"
           "dir/x:6:27: expected names by table, as {0: acl, 1: vlan}, found a list\n"
           "dir/x:7:18: expected a table from 0 to 254, found \"255\"\n");
}

static void reads_what_is_left_to_the_switch(void **state)
{
    (void)state;
    struct expectation *x =
        load(T "controller: any\n"
               "ports:\n"
               "  s1:\n"
               "    1: {one_of: [4, 5-6]}\n"
               "    2: {match: tcp, mod_vlan_vid: 5, output: [2], failover: [4, 3]}\n"
               "    3: {output: [2], may: [controller, 7, 3]}\n"
               "    4: {actions: drop, may: local}\n",
             "");
    struct base_buffer text = {0};
    assert_true(x->controller_any);
    assert_string_equal(cases_text(x, 0, 1, &text),
                        "in_port=1 -> one_of(output:4 or output:5 or output:6)");
    assert_string_equal(
        cases_text(x, 0, 2, &text),
        "tcp,in_port=2 -> mod_vlan_vid:5,output:2,failover(output:4 else output:3)");
    const struct expected_case *c = expectation_port(x, (struct port_ref){0, 3})->cases;
    assert_int_equal(c->n_may, 3);
    assert_int_equal(c->may[0], 3);
    assert_int_equal(c->may[1], 7);
    assert_int_equal(c->may[2], PORT_CONTROLLER);
    c = expectation_port(x, (struct port_ref){0, 4})->cases;
    assert_int_equal(c->n_actions, 0);
    assert_int_equal(c->may[0], PORT_LOCAL);
    expectation_free(x);
    x = load(T "ports: {s1: {1: drop}}\n", "");
    assert_false(x->controller_any);
    expectation_free(x);
    base_buffer_free(&text);
}

static void reports_what_is_left_to_the_switch(void **state)
{
    (void)state;
    refuse(T "controller: no\n"
             "ports:\n"
             "  s1:\n"
             "    1: {one_of: [4]}\n"
             "    2: {one_of: [4, 5], failover: [4, 5]}\n"
             "    3: {one_of: [4, 4]}\n"
             "    4: {output: [2], failover: [3, 2]}\n"
             "    5: {output: [2], may: [2]}\n"
             "    6: {output: [2], may: [flood]}\n"
             "    7: {may: [2]}\n"
             "    8: {actions: drop, one_of: [2, 3]}\n"
             "    9: {one_of: [4, controller]}\n",
           "dir/x:2:13: expected \"any\", found \"no\"\n"
           "dir/x:5:17: one_of: expected 2 to 64 ports, found 1\n"
           "dir/x:6:8: a case has \"one_of\" or \"failover\", not both\n"
           "dir/x:7:17: port 4 is there twice\n"
           "dir/x:8:32: port 2 is there twice\n"
           "dir/x:9:27: 2 is sent to anyway: it cannot be in \"may\", too\n"
           "dir/x:10:27: \"may\" has numbers of ports, controller and local only\n"
           "dir/x:11:8: what happens to these packets? expected \"output\", \"actions\" or drop\n"
           "dir/x:12:8: \"actions\" says all that is done; leave out \"one_of\", \"max_len\" and "
           "rewrites\n"
           "dir/x:13:21: expected a port from 1 to 65280 or a range as 3-5, found "
           "\"controller\"\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_what_is_left_to_the_switch),
    cmocka_unit_test(reports_what_is_left_to_the_switch),
    cmocka_unit_test(reads_groups_and_names),
    cmocka_unit_test(reports_groups_and_names),
    cmocka_unit_test(reads_ports),
    cmocka_unit_test(reads_rewrites),
    cmocka_unit_test(reads_the_rest),
    cmocka_unit_test(reads_entries),
    cmocka_unit_test(reads_lifetimes_of_cases),
    cmocka_unit_test(exact_tables_are_those_of_the_switches_with_entries),
    cmocka_unit_test(entries_of_two_tables_are_two),
    cmocka_unit_test(reports_the_file),
    cmocka_unit_test(reports_a_misspelt_key_once),
    cmocka_unit_test(reports_a_match_without_quotes),
    cmocka_unit_test(reports_another_kind_of_file),
    cmocka_unit_test(reports_the_topology),
    cmocka_unit_test(reports_ports),
    cmocka_unit_test(reports_cases),
    cmocka_unit_test(reports_matches_and_actions),
    cmocka_unit_test(reports_hidden_cases),
    cmocka_unit_test(reports_entries),
    cmocka_unit_test(reports_flow_files_with_their_own_places),
    cmocka_unit_test(reports_exceptions),
};

TEST_MAIN(tests)
