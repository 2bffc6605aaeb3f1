/* SPDX-License-Identifier: Apache-2.0
 *
 * What is cabled to what: switches, hosts and links of a topology file. */
#include "base/address.h"
#include "yaml/lab.h"
#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct yaml_reader reader; /* first: a reader is a reading */
    struct yaml_index dpids, macs, ports;
};

static struct reading *reading_of(struct yaml_reader *reader)
{
    return (struct reading *)reader;
}

/* Reports a key that has been used before; `what` is the thing used. */
static void use_once(struct yaml_reader *reader, struct yaml_index *index, uint64_t key,
                     const struct yaml_node *node, const char *what)
{
    const struct yaml_entry *first =
        yaml_index_add(index, &key, sizeof key, 0, yaml_place(reader, node));
    if (first) {
        yaml_error(reader, node, "%s %s is used twice, first in %s", what, yaml_found(node).text,
                   yaml_where(reader->source.file, first->place).text);
    }
}

static bool parse_hex(const char *text, uint64_t *number)
{
    size_t n = strlen(text);
    if (n == 0 || n > 16 || strspn(text, "0123456789abcdefABCDEF") != n) {
        return false;
    }
    *number = strtoull(text, NULL, 16);
    return true;
}

/* "00:00:00:00:00:00:00:01" */
static bool parse_colons(const char *text, uint64_t *number)
{
    enum { DPID_BYTES = 8 };
    char digits[2 * DPID_BYTES + 1];
    if (strlen(text) != 3 * DPID_BYTES - 1) {
        return false;
    }
    for (size_t i = 0; i < DPID_BYTES; i++) {
        if (i > 0 && text[3 * i - 1] != ':') {
            return false;
        }
        memcpy(digits + 2 * i, text + 3 * i, 2);
    }
    digits[2 * DPID_BYTES] = 0;
    return parse_hex(digits, number);
}

/* Sixteen digits are hexadecimal, as Open vSwitch prints a datapath id. */
static bool parse_dpid(const char *text, uint64_t *dpid)
{
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        return parse_hex(text + 2, dpid);
    }
    if (strlen(text) == 16 && parse_hex(text, dpid)) {
        return true;
    }
    return parse_colons(text, dpid) || yaml_parse_number(text, strlen(text), dpid);
}

static void read_dpid(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] =
        "a datapath id: a number, 0x..., sixteen hexadecimal digits, or eight bytes with colons";
    struct topology_switch *sw = into;
    const char *text = yaml_text(reader, node, expected);
    if (text && !parse_dpid(text, &sw->dpid)) {
        yaml_refuse(reader, node, expected);
    } else if (text) {
        use_once(reader, &reading_of(reader)->dpids, sw->dpid, node, "the datapath id");
    }
}

/* What a lab's switches speak; who reads switches asks them. */
static void read_protocols(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "a list of OpenFlow10 and OpenFlow13";
    (void)into;
    if (!yaml_expect(reader, node, YAML_SEQUENCE, expected)) {
        return;
    }
    if (node->n_children == 0) {
        yaml_error(reader, node, "expected at least one protocol, found none");
    }
    for (const struct yaml_node *at = node->child; at; at = at->next) {
        yaml_choice(reader, at, "OpenFlow13", "OpenFlow10", "OpenFlow10 or OpenFlow13");
    }
}

static const struct yaml_field switch_fields[] = {
    {.name = "dpid", .read = read_dpid, .required = true},
    {.name = "openflow",
     .read = yaml_read_endpoint,
     .at = offsetof(struct topology_switch, openflow)},
    {.name = "protocols", .read = read_protocols},
};

static void read_switches(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct topology *topology = into;
    if (!yaml_expect(reader, node, YAML_MAPPING, "switches by name")) {
        return;
    }
    topology->switches = yaml_alloc(reader, node->n_children * sizeof *topology->switches);
    for (const struct yaml_node *at = node->child; at && topology->switches; at = at->next) {
        struct topology_switch sw = {.place = yaml_place(reader, at->key),
                                     .name = yaml_name(reader, at->key)};
        yaml_read_fields(reader, at, "a switch", YAML_FIELDS(switch_fields), &sw);
        if (sw.name) {
            yaml_index_add(&reader->switches, sw.name, strlen(sw.name), topology->n_switches,
                           sw.place);
            topology->switches[topology->n_switches++] = sw;
        }
    }
    if (node->n_children == 0) {
        yaml_error(reader, node, "expected at least one switch, found none");
    }
}

static void read_mac(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "a MAC address as 00:00:00:00:00:01";
    struct topology_host *host = into;
    const char *text = yaml_text(reader, node, expected);
    uint64_t key = 0;
    if (!text) {
        return;
    }
    if (!base_mac_parse(text, host->mac)) {
        yaml_refuse(reader, node, expected);
        return;
    }
    memcpy(&key, host->mac, sizeof host->mac);
    if (host->mac[0] & 1 || key == 0) {
        yaml_refuse(reader, node, "the MAC address of one host");
        return;
    }
    use_once(reader, &reading_of(reader)->macs, key, node, "the MAC address");
}

static void read_ip(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "an IPv4 address as 10.0.0.1";
    struct topology_host *host = into;
    const char *text = yaml_text(reader, node, expected);
    host->has_ip = text && base_ip_parse(text, &host->ip);
    if (text && !host->has_ip) {
        yaml_refuse(reader, node, expected);
    }
}

static void read_ipv6(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "the IPv6 address of one host as 2001:db8::1";
    static const uint8_t none[sizeof((struct topology_host *)into)->ipv6];
    struct topology_host *host = into;
    const char *text = yaml_text(reader, node, expected);
    host->has_ipv6 = text && base_ipv6_parse(text, host->ipv6) && host->ipv6[0] != 0xff &&
                     memcmp(host->ipv6, none, sizeof none) != 0;
    if (text && !host->has_ipv6) {
        yaml_refuse(reader, node, expected);
    }
}

static void read_port(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct port_ref *port = into;
    if (yaml_port(reader, node, port)) {
        use_once(reader, &reading_of(reader)->ports, (uint64_t)port->sw << 16 | port->port, node,
                 "the port");
    }
}

static void read_role(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct topology_host *host = into;
    host->capture = yaml_choice(reader, node, "capture", "host", "\"host\" or \"capture\"");
}

#define AT(member) .at = offsetof(struct topology_host, member)
static const struct yaml_field host_fields[] = {
    {.name = "mac", .read = read_mac, .required = true},
    {.name = "ip", .read = read_ip},
    {.name = "ipv6", .read = read_ipv6},
    {.name = "port", .read = read_port, AT(port), .required = true},
    {.name = "role", .read = read_role},
    {.name = "netns", .read = yaml_read_netns, AT(station)},
    {.name = "interface", .read = yaml_read_interface, AT(station)},
    {.name = "exec", .read = yaml_read_exec, AT(station)},
};

/* Hosts and switches share one name space: both are nodes of the network. */
static void check_host_name(struct yaml_reader *reader, const struct yaml_node *key,
                            const char *name)
{
    const struct yaml_entry *sw = yaml_index_find(&reader->switches, name, strlen(name));
    if (sw) {
        yaml_error(reader, key, "the name \"%s\" is used twice, first for the switch in %s", name,
                   yaml_where(reader->source.file, sw->place).text);
    }
    if (strcmp(name, "all") == 0) {
        yaml_error(reader, key, "\"all\" cannot be a host's name: expectations use it for all");
    }
}

static void read_hosts(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct topology *topology = into;
    if (!yaml_expect(reader, node, YAML_MAPPING, "hosts by name")) {
        return;
    }
    topology->hosts = yaml_alloc(reader, node->n_children * sizeof *topology->hosts);
    for (const struct yaml_node *at = node->child; at && topology->hosts; at = at->next) {
        struct topology_host host = {.place = yaml_place(reader, at->key),
                                     .name = yaml_name(reader, at->key)};
        yaml_read_fields(reader, at, "a host", YAML_FIELDS(host_fields), &host);
        yaml_check_station(reader, at, &host.station);
        if (host.name) {
            check_host_name(reader, at->key, host.name);
            topology->hosts[topology->n_hosts++] = host;
        }
    }
}

static void read_link(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct topology *topology = into;
    struct topology_link link = {.place = yaml_place(reader, node)};
    if (!yaml_expect(reader, node, YAML_SEQUENCE, "a link as [\"s1:6\", \"s3:1\"]")) {
        return;
    }
    if (node->n_children != 2) {
        yaml_error(reader, node, "a link has two ends, found %u", node->n_children);
        return;
    }
    read_port(reader, node->child, &link.a);
    read_port(reader, node->child->next, &link.b);
    topology->links[topology->n_links++] = link; /* not loaded if an end was reported */
}

static void read_links(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct topology *topology = into;
    if (!yaml_expect(reader, node, YAML_SEQUENCE, "a list of links")) {
        return;
    }
    topology->links = yaml_alloc(reader, node->n_children * sizeof *topology->links);
    for (const struct yaml_node *at = node->child; at && topology->links; at = at->next) {
        read_link(reader, at, topology);
    }
}

static const struct yaml_field topology_fields[] = {
    {.name = "name",
     .read = yaml_read_name,
     .at = offsetof(struct topology, name),
     .required = true},
    {.name = "protocols", .read = read_protocols},
    {.name = "switches", .read = read_switches, .required = true, .first = true},
    {.name = "hosts", .read = read_hosts},
    {.name = "links", .read = read_links},
};

static const struct yaml_format format = {YAML_TOPOLOGY, "a topology", YAML_FIELDS(topology_fields),
                                          NULL};

struct topology *yaml_read_topology(const struct yaml_files *files, const char *path,
                                    const struct yaml_reader *from, const struct yaml_node *where,
                                    struct yaml_diagnostics *diagnostics)
{
    struct reading reading = {.reader = {.from = from, .where = where}};
    struct topology *topology = yaml_begin(&reading.reader, files, path, diagnostics,
                                           sizeof *topology, offsetof(struct topology, arena));
    reading.reader.topology = topology;
    if (topology) {
        yaml_read_file(&reading.reader, &format, &topology->file, topology);
    }
    yaml_index_free(&reading.dpids);
    yaml_index_free(&reading.macs);
    yaml_index_free(&reading.ports);
    if (!yaml_end(&reading.reader)) {
        topology_free(topology);
        return NULL;
    }
    return topology;
}

int yaml_load_topology(const struct yaml_files *files, const char *path, struct topology **topology,
                       struct yaml_diagnostics *diagnostics)
{
    *topology = yaml_read_topology(files, path, NULL, NULL, diagnostics);
    return *topology ? 0 : -1;
}
