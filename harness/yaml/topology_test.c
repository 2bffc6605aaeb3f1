/* SPDX-License-Identifier: Apache-2.0
 *
 * Topology files: what is read, and each error at its place. */
#include "model/port.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

/* Loads `text` as a topology and compares the errors; NULL if there are any. */
static struct topology *load(const char *text, const char *errors)
{
    struct memory_file files[] = {{"t", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct topology *topology = NULL;
    int result = yaml_load_topology(&from, "t", &topology, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), errors);
    assert_int_equal(result, *errors ? -1 : 0);
    assert_true(*errors ? topology == NULL : topology != NULL);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
    return topology;
}

static void refuse(const char *text, const char *errors)
{
    assert_null(load(text, errors));
}

static const char two_switches[] = "name: two\n"
                                   "links: [[\"s1:3\", \"s2:3\"]]\n"
                                   "hosts:\n"
                                   "  h1: {mac: 00:00:00:00:00:01, ip: 10.0.0.1, port: s1:1}\n"
                                   "  h2: {mac: \"02:00:00:00:00:0A\", port: \"s2:65280\", "
                                   "role: capture, interface: eth0,\n"
                                   "       netns: /run/netns/h2, exec: ssh root@h2}\n"
                                   "switches:\n"
                                   "  s1: {dpid: 10, openflow: \"tcp:127.0.0.1:6634\"}\n"
                                   "  s2: {dpid: 0x1f}\n"
                                   "  s3: {dpid: \"0000000000000010\"}\n"
                                   "  s4: {dpid: 00:00:00:00:00:00:00:11}\n";

static void reads_a_topology(void **state)
{
    (void)state;
    struct topology *t = load(two_switches, "");
    assert_string_equal(t->file, "t");
    assert_string_equal(t->name, "two");
    static const uint64_t dpids[] = {10, 0x1f, 0x10, 0x11};
    assert_int_equal(t->n_switches, 4);
    for (size_t i = 0; i < t->n_switches; i++) {
        assert_int_equal(t->switches[i].dpid, dpids[i]);
    }
    assert_string_equal(t->switches[0].openflow, "tcp:127.0.0.1:6634");
    assert_null(t->switches[1].openflow);
    assert_int_equal(t->switches[1].place.line, 9);
    assert_int_equal(t->switches[1].place.column, 3);
    assert_int_equal(t->n_hosts, 2);
    assert_true(t->hosts[0].has_ip);
    assert_int_equal(t->hosts[0].ip, 0x0a000001);
    assert_false(t->hosts[0].capture);
    assert_null(t->hosts[0].station.interface);
    assert_memory_equal(t->hosts[1].mac, "\x02\0\0\0\0\x0a", 6);
    assert_false(t->hosts[1].has_ip);
    assert_true(t->hosts[1].capture);
    assert_int_equal(t->hosts[1].port.sw, 1);
    assert_int_equal(t->hosts[1].port.port, PORT_MAX);
    assert_string_equal(t->hosts[1].station.netns, "/run/netns/h2");
    assert_int_equal(t->n_links, 1);
    assert_int_equal(t->links[0].a.sw, 0);
    assert_int_equal(t->links[0].b.sw, 1);
    assert_int_equal(t->links[0].b.port, 3);
    assert_string_equal(t->links[0].place.file, "t");
    topology_free(t);
}

static void reports_shapes_and_keys(void **state)
{
    (void)state;
    refuse("- a\n", "t:1:1: expected a mapping (\"key: value\" lines), found a list\n");
    refuse("<html>\n", "t:1:1: expected a mapping (\"key: value\" lines), found \"<html>\"\n");
    refuse("name: x\nhost: {}\n",
           "t:1:1: a topology needs the key \"switches\"\n"
           "t:2:1: unknown key \"host\" in a topology; did you mean \"hosts\"?\n");
    refuse("name: [x]\nswitches: {}\nhosts: [h1]\nlinks: {}\nwhatever: 1\n",
           "t:1:7: expected a name of letters, digits, '.', '_' and '-', found a list\n"
           "t:2:11: expected at least one switch, found none\n"
           "t:3:8: expected hosts by name, found a list\n"
           "t:4:8: expected a list of links, found a mapping\n"
           "t:5:1: unknown key \"whatever\" in a topology; expected one of name, protocols, "
           "switches, hosts, "
           "links\n");
    refuse("name: x\nswitches:\n  s1:\n  s2: {dpdi: 1}\n",
           "t:3:6: expected a mapping with the keys of a switch, found nothing\n"
           "t:4:8: unknown key \"dpdi\" in a switch; did you mean \"dpid\"?\n");
}

static void reports_another_kind_of_file(void **state)
{
    (void)state;
    refuse("topology: t\nports: {}\n", "t:1:1: this is an expectation; a topology was expected (it "
                                       "has name:, switches:, hosts:, links:)\n");
    /* In doubt it is what was expected. */
    refuse("switches: {s1: {dpid: 1}}\nports: {}\n",
           "t:1:1: a topology needs the key \"name\"\n"
           "t:2:1: unknown key \"ports\" in a topology; expected one of name, protocols, switches, "
           "hosts, "
           "links\n");
}

static void reports_a_misspelt_key_once(void **state)
{
    (void)state;
    refuse("name: x\nswitches: {s1: {dpd: 0x12}}\nhosts:\n"
           "  h1: {mca: \"00:00:00:00:00:01\", prot: \"s1:1\"}\n"
           "  h2: {mac: \"00:00:00:00:00:02\", port: \"s1:2\", exec: ssh h2, intreface: eth0}\n",
           "t:2:17: unknown key \"dpd\" in a switch; did you mean \"dpid\"?\n"
           "t:4:8: unknown key \"mca\" in a host; did you mean \"mac\"?\n"
           "t:4:34: unknown key \"prot\" in a host; did you mean \"port\"?\n"
           "t:5:62: unknown key \"intreface\" in a host; did you mean \"interface\"?\n");
    /* Two mistakes stay two. */
    refuse("name: x\nswitches: {s1: {color: red}, s2: {dpid: 2, dpd: 3}}\n",
           "t:2:16: a switch needs the key \"dpid\"\n"
           "t:2:17: unknown key \"color\" in a switch; expected one of dpid, openflow, "
           "protocols\n"
           "t:2:44: unknown key \"dpd\" in a switch; did you mean \"dpid\"?\n");
}

static void reports_bad_values(void **state)
{
    (void)state;
    refuse("name: x\nswitches:\n  s1: {dpid: 010}\n  s2: {dpid: -1}\n  s3: {dpid: "
           "18446744073709551616}\n  s4: {dpid: 0x}\n",
           "t:3:14: expected a datapath id: a number, 0x..., sixteen hexadecimal digits, or eight "
           "bytes with colons, found \"010\"\n"
           "t:4:14: expected a datapath id: a number, 0x..., sixteen hexadecimal digits, or eight "
           "bytes with colons, found \"-1\"\n"
           "t:5:14: expected a datapath id: a number, 0x..., sixteen hexadecimal digits, or eight "
           "bytes with colons, found \"18446744073709551616\"\n"
           "t:6:14: expected a datapath id: a number, 0x..., sixteen hexadecimal digits, or eight "
           "bytes with colons, found \"0x\"\n");
    refuse("name: x\nswitches:\n  s1: {dpid: \"00:00:00:00:00:00:00-01\"}\n",
           "t:3:14: expected a datapath id: a number, 0x..., sixteen hexadecimal digits, or eight "
           "bytes with colons, found \"00:00:00:00:00:00:00-01\"\n");
    refuse("name: x\nswitches: {s1: {dpid: 1}}\nhosts:\n"
           "  h1: {mac: 1, ip: 10.0.0.256, port: \"s1:1\", role: tap}\n"
           "  h2: {mac: \"01:00:00:00:00:00\", port: \"s1:2\"}\n"
           "  h3: {mac: \"00:00:00:00:00:00\", port: \"s1:3\", exec: ssh h3}\n"
           "  h4: {mac: \"00:00:00:00:00:04\", port: \"s1:4\", interface: a/b}\n",
           "t:4:13: expected a MAC address as 00:00:00:00:00:01, found \"1\"\n"
           "t:4:20: expected an IPv4 address as 10.0.0.1, found \"10.0.0.256\"\n"
           "t:4:52: expected \"host\" or \"capture\", found \"tap\"\n"
           "t:5:13: expected the MAC address of one host, found \"01:00:00:00:00:00\"\n"
           "t:6:7: a host with \"netns\" or \"exec\" needs the key \"interface\"\n"
           "t:6:13: expected the MAC address of one host, found \"00:00:00:00:00:00\"\n"
           "t:7:59: expected an interface's name (at most 15 characters, no '/', ':' or blank), "
           "found \"a/b\"\n");
    refuse("name: a b\nswitches: {\"s:1\": {dpid: 1}, s2: {dpid: 2}, all: {dpid: 3}}\n"
           "hosts:\n  all: {mac: 00:00:00:00:00:01, port: s2:1}\n"
           "  s2: {mac: 00:00:00:00:00:02, port: s2:2}\n",
           "t:1:8: expected a name of letters, digits, '.', '_' and '-', at most 64, found \"a "
           "b\"\n"
           "t:2:14: expected a name of letters, digits, '.', '_' and '-', at most 64, found "
           "\"s:1\"\n"
           "t:4:3: the name \"all\" is used twice, first for the switch in line 2, column 45\n"
           "t:4:3: \"all\" cannot be a host's name: expectations use it for all\n"
           "t:5:3: the name \"s2\" is used twice, first for the switch in line 2, column 30\n");
}

static void reads_ipv6_and_protocols(void **state)
{
    (void)state;
    static const uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
    struct topology *t =
        load("name: x\nprotocols: [OpenFlow10, OpenFlow13]\n"
             "switches: {s1: {dpid: 1, protocols: [OpenFlow13]}}\n"
             "hosts:\n  h1: {mac: 00:00:00:00:00:01, ipv6: \"2001:db8::7\", port: s1:1}\n"
             "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n",
             "");
    assert_true(t->hosts[0].has_ipv6);
    assert_memory_equal(t->hosts[0].ipv6, address, sizeof address);
    assert_false(t->hosts[1].has_ipv6);
    topology_free(t);
    refuse("name: x\nprotocols: OpenFlow13\n"
           "switches: {s1: {dpid: 1, protocols: [OpenFlow14]}, s2: {dpid: 2, protocols: []}}\n"
           "hosts:\n  h1: {mac: 00:00:00:00:00:01, ipv6: \"ff02::1\", port: s1:1}\n"
           "  h2: {mac: 00:00:00:00:00:02, ipv6: \"::\", port: s1:2}\n"
           "  h3: {mac: 00:00:00:00:00:03, ipv6: 10.0.0.1, port: s1:3}\n",
           "t:2:12: expected a list of OpenFlow10 and OpenFlow13, found \"OpenFlow13\"\n"
           "t:3:38: expected OpenFlow10 or OpenFlow13, found \"OpenFlow14\"\n"
           "t:3:77: expected at least one protocol, found none\n"
           "t:5:38: expected the IPv6 address of one host as 2001:db8::1, found \"ff02::1\"\n"
           "t:6:38: expected the IPv6 address of one host as 2001:db8::1, found \"::\"\n"
           "t:7:38: expected the IPv6 address of one host as 2001:db8::1, found \"10.0.0.1\"\n");
}

static void reports_bad_ports(void **state)
{
    (void)state;
    refuse("name: x\nswitches: {s1: {dpid: 1}}\n"
           "hosts: {\"h 1\": {mac: 00:00:00:00:00:01, port: s1:1}}\n",
           "t:3:11: expected a name of letters, digits, '.', '_' and '-', at most 64, found "
           "\"h 1\"\n");
    refuse("name: x\nswitches: {s1: {dpid: 1}, s2: {dpid: 2}}\nhosts:\n"
           "  h1: {mac: \"00:00:00:00:00:01\", port: \"s1:0\"}\n"
           "  h2: {mac: \"00:00:00:00:00:02\", port: \"s1:65281\"}\n"
           "  h3: {mac: \"00:00:00:00:00:03\", port: s1}\n"
           "  h4: {mac: \"00:00:00:00:00:04\", port: s22:1}\n"
           "  h5: {mac: \"00:00:00:00:00:05\", port: r:1}\n"
           "  h6: {mac: \"00:00:00:00:00:06\", port: \"s1:+1\"}\n",
           "t:4:44: expected a port from 1 to 65280, found \"0\"\n"
           "t:5:44: expected a port from 1 to 65280, found \"65281\"\n"
           "t:6:40: expected a port as \"SWITCH:NUMBER\", found \"s1\"\n"
           "t:7:40: unknown switch \"s22\"; did you mean \"s2\"?\n"
           "t:8:40: unknown switch \"r\"; expected one of s1, s2\n"
           "t:9:44: expected a port from 1 to 65280, found \"+1\"\n");
    refuse("name: x\nswitches: {s1: {dpid: 1}, s2: {dpid: 2}}\nlinks:\n"
           "  - [s1:1]\n  - s1:1\n  - [\"s1:1\", \"s1:1\"]\n  - [\"s1:2\", \"s1:3\"]\n"
           "  - [\"s2:3\", \"s1:3\"]\n",
           "t:4:5: a link has two ends, found 1\n"
           "t:5:5: expected a link as [\"s1:6\", \"s3:1\"], found \"s1:1\"\n"
           "t:6:14: the port \"s1:1\" is used twice, first in line 6, column 6\n"
           "t:8:14: the port \"s1:3\" is used twice, first in line 7, column 14\n");
}

static void reports_what_is_there_twice(void **state)
{
    (void)state;
    refuse("name: x\nswitches:\n  s1: {dpid: 1}\n  s2: {dpid: 0x1}\nhosts:\n"
           "  h1: {mac: \"00:00:00:00:00:0a\", port: \"s1:1\"}\n"
           "  h2: {mac: \"00:00:00:00:00:0A\", port: \"s1:1\"}\n"
           "  h2: {mac: \"00:00:00:00:00:0B\", port: \"s1:2\"}\n",
           "t:4:14: the datapath id \"0x1\" is used twice, first in line 3, column 14\n"
           "t:7:13: the MAC address \"00:00:00:00:00:0A\" is used twice, first in line 6, column "
           "13\n"
           "t:7:40: the port \"s1:1\" is used twice, first in line 6, column 40\n"
           "t:8:3: the key \"h2\" is there twice, first in line 7, column 3\n");
}

static struct lab *load_lab(const struct topology *topology, const char *text, const char *errors)
{
    struct memory_file files[] = {{"l", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct lab *lab = NULL;
    int result = yaml_load_lab(&from, text ? "l" : NULL, topology, &lab, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), errors);
    assert_int_equal(result, *errors ? -1 : 0);
    assert_true(*errors ? lab == NULL : lab != NULL);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
    return lab;
}

static void reads_a_lab_over_the_topology(void **state)
{
    (void)state;
    struct topology *t = load(two_switches, "");
    struct lab *own = load_lab(t, NULL, "");
    struct lab *lab = load_lab(t,
                               "switches: {s2: {openflow: \"unix:/run/s2.mgmt\"}}\n"
                               "hosts:\n  h1: {netns: /proc/4711/ns/net, interface: h1-eth0}\n",
                               "");
    struct lab *other = load_lab(t, "hosts: {h2: {interface: ens4}}\n", "");
    topology_free(t); /* a lab need not be outlived by it */
    assert_null(own->file);
    assert_string_equal(own->switches[0].openflow, "tcp:127.0.0.1:6634");
    assert_null(own->hosts[0].interface);
    assert_string_equal(own->hosts[0].place.file, "t");
    assert_true(own->hosts[0].place.line > 0);
    assert_string_equal(own->hosts[1].exec, "ssh root@h2");
    assert_string_equal(lab->file, "l");
    assert_string_equal(lab->switches[0].openflow, "tcp:127.0.0.1:6634");
    assert_string_equal(lab->switches[1].openflow, "unix:/run/s2.mgmt");
    assert_string_equal(lab->hosts[0].netns, "/proc/4711/ns/net");
    assert_string_equal(lab->hosts[0].interface, "h1-eth0");
    assert_int_equal(lab->hosts[0].place.line, 3);
    assert_string_equal(lab->hosts[1].interface, "eth0");
    /* A host of the lab file is taken from there as a whole. */
    assert_string_equal(other->hosts[1].interface, "ens4");
    assert_null(other->hosts[1].exec);
    lab_free(own);
    lab_free(lab);
    lab_free(other);
}

static void reads_keys_of_a_lab(void **state)
{
    (void)state;
    struct topology *t = load(two_switches, "");
    struct lab *lab =
        load_lab(t,
                 "switches:\n"
                 "  s1: {openflow: \"ssl:h\", tls: {fingerprint: \""
                 "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\"}}\n"
                 "  s2: {openflow: \"pssl:\", tls: {key: /k2, certificate: c2, ca: /a2}}\n"
                 "tls: {key: /k, certificate: /c, ca: /a}\n",
                 "");
    topology_free(t);
    assert_string_equal(lab->switches[0].tls.key, "/k");
    assert_string_equal(lab->switches[0].tls.certificate, "/c");
    assert_string_equal(lab->switches[0].tls.ca, "/a");
    assert_true(lab->switches[0].tls.has_fingerprint);
    assert_int_equal(lab->switches[0].tls.fingerprint[31], 0x20);
    assert_string_equal(lab->switches[1].tls.key, "/k2");
    assert_string_equal(lab->switches[1].tls.certificate, "c2");
    assert_string_equal(lab->switches[1].tls.ca, "/a2");
    assert_false(lab->switches[1].tls.has_fingerprint);
    assert_string_equal(lab->switches[2].tls.ca, "/a"); /* whose endpoint the topology may say */
    assert_string_equal(lab->tls.ca, "/a");
    lab_free(lab);
}

static void reads_versions_of_a_lab(void **state)
{
    (void)state;
    struct topology *t = load(two_switches, "");
    struct lab *lab = load_lab(t,
                               "switches:\n  s1: {openflow: \"tcp:h\", version: 1.3}\n"
                               "  s2: {openflow: \"tcp:h\", version: 1.0}\n",
                               "");
    assert_int_equal(lab->switches[0].version, 4);
    assert_int_equal(lab->switches[1].version, 1);
    assert_int_equal(lab->switches[2].version, 0);
    lab_free(lab);
    load_lab(t, "switches: {s1: {openflow: \"tcp:h\", version: 1.4}}\n",
             "l:1:45: expected a version of OpenFlow: 1.0 or 1.3, found \"1.4\"\n");
    topology_free(t);
}

static void reports_keys_that_are_none(void **state)
{
    (void)state;
    struct topology *t = load(two_switches, "");
    load_lab(
        t,
        "tls: {key: /k, fingerprint: \"01:02\"}\n"
        "switches: {s1: {openflow: \"ssl:h\", tls: {cert: /c}}}\n",
        "l:1:6: expected \"key\" and \"certificate\" together\n"
        "l:1:29: expected the SHA-256 of a certificate, 64 hexadecimal digits, as `openssl x509 "
        "-fingerprint -sha256` prints it, found \"01:02\"\n"
        "l:2:42: unknown key \"cert\" in TLS; did you mean \"certificate\"?\n");
    topology_free(t);
}

static void reports_what_a_lab_cannot_have(void **state)
{
    (void)state;
    struct topology *t = load(two_switches, "");
    load_lab(t,
             "switches:\n  s9: {openflow: \"tcp:127.0.0.1:1\"}\n  s1: {}\n"
             "  s2: {openflow: \"http://x\"}\n"
             "hosts:\n  g1: {interface: x}\n  h1: {netns: /x}\n  h2: {intreface: x}\n",
             "l:2:3: unknown switch \"s9\"; expected one of s1, s2, s3, s4\n"
             "l:3:7: a switch of a lab needs the key \"openflow\"\n"
             "l:4:18: endpoint \"http://x\": expected tcp:HOST[:PORT], unix:PATH, "
             "ptcp:[PORT][:HOST], or over TLS ssl:HOST[:PORT], pssl:[PORT][:HOST]\n"
             "l:6:3: unknown host \"g1\"; expected one of h1, h2\n"
             "l:7:7: a host of a lab needs the key \"interface\"\n"
             "l:8:8: unknown key \"intreface\" in a host of a lab; did you mean \"interface\"?\n");
    load_lab(t, "", "l:0:0: the file is empty\n");
    load_lab(t, two_switches,
             "l:1:1: this is a topology; a lab was expected (it has switches:, hosts:)\n");
    load_lab(t, "topology: t\nports: {}\n",
             "l:1:1: this is an expectation; a lab was expected (it has switches:, hosts:)\n");
    load_lab(t, "tapproof-state: 1\nswitches: []\n",
             "l:1:1: this is a saved state; a lab was expected (it has switches:, hosts:)\n");
    topology_free(t);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_a_topology),
    cmocka_unit_test(reports_shapes_and_keys),
    cmocka_unit_test(reports_another_kind_of_file),
    cmocka_unit_test(reports_a_misspelt_key_once),
    cmocka_unit_test(reports_bad_values),
    cmocka_unit_test(reads_ipv6_and_protocols),
    cmocka_unit_test(reports_bad_ports),
    cmocka_unit_test(reports_what_is_there_twice),
    cmocka_unit_test(reads_a_lab_over_the_topology),
    cmocka_unit_test(reads_keys_of_a_lab),
    cmocka_unit_test(reads_versions_of_a_lab),
    cmocka_unit_test(reports_keys_that_are_none),
    cmocka_unit_test(reports_what_a_lab_cannot_have),
};

TEST_MAIN(tests)
