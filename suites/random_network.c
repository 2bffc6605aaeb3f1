/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a random network: a topology without a cycle that frames could take,
 * and flow tables with overlapping matches and rewrites.
 *
 *   random_network SEED DIR      DIR/net.yaml, DIR/net/random/SWITCH.flows
 *
 * Every priority of a table is there once, so that what a table does is never
 * left open. Links lead from a switch to one of a higher number, and flows send
 * to hosts and along them only. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SWITCHES_MAX = 5, PORTS_MAX = 8 };

enum peer { NOTHING, HOST, UP, DOWN }; /* DOWN: to a switch of a higher number */

struct network {
    unsigned n_switches, n_hosts;
    enum peer ports[SWITCHES_MAX][PORTS_MAX + 1];
    unsigned n_ports[SWITCHES_MAX];
};

static unsigned below(unsigned n)
{
    static uint64_t state;
    if (n == 0) { /* seed: xorshift64* must not begin with 0 */
        state = 0x9e3779b97f4a7c15;
        return 0;
    }
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (unsigned)((state * 0x2545f4914f6cdd1d) >> 33) % n;
}

static unsigned take_port(struct network *network, unsigned sw, enum peer peer)
{
    unsigned port = ++network->n_ports[sw];
    network->ports[sw][port] = peer;
    return port;
}

static bool has_room(const struct network *network, unsigned sw)
{
    return network->n_ports[sw] < PORTS_MAX;
}

/* ------------------------------------------------------------------ topology */

static void write_hosts(struct network *network, FILE *out)
{
    fprintf(out, "hosts:\n");
    for (unsigned sw = 0; sw < network->n_switches; sw++) {
        for (unsigned n = 1 + below(3); n > 0; n--) {
            unsigned host = ++network->n_hosts;
            fprintf(out,
                    "  h%u: {mac: \"00:00:00:00:00:%02x\", ip: 10.0.0.%u, port: \"s%u:%u\"%s}\n",
                    host, host, host, sw + 1, take_port(network, sw, HOST),
                    below(4) ? "" : ", role: capture");
        }
    }
}

static void write_links(struct network *network, FILE *out)
{
    fprintf(out, "links:\n");
    for (unsigned b = 1; b < network->n_switches; b++) {
        for (unsigned n = 1 + below(2); n > 0; n--) {
            unsigned a = below(b);
            if (has_room(network, a) && has_room(network, b)) {
                unsigned down = take_port(network, a, DOWN), up = take_port(network, b, UP);
                fprintf(out, "  - [\"s%u:%u\", \"s%u:%u\"]\n", a + 1, down, b + 1, up);
            }
        }
    }
}

static int write_topology(struct network *network, const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/net.yaml", directory);
    FILE *out = fopen(path, "w");
    if (!out) {
        return -1;
    }
    network->n_switches = 1 + below(SWITCHES_MAX);
    fprintf(out, "name: net\nswitches:\n");
    for (unsigned sw = 1; sw <= network->n_switches; sw++) {
        fprintf(out, "  s%u: {dpid: %u}\n", sw, sw);
    }
    write_hosts(network, out);
    if (network->n_switches > 1) {
        write_links(network, out);
    } else {
        fprintf(out, "links: []\n");
    }
    return fclose(out);
}

/* --------------------------------------------------------------------- flows */

static void write_match(const struct network *network, unsigned sw, FILE *out)
{
    static const char *const fields[] = {
        "dl_vlan=0xffff",
        "dl_vlan=5",
        "dl_vlan=6",
        "dl_vlan_pcp=3",
        "dl_type=0x88b5",
        "arp",
        "ip",
        "ip,nw_tos=32",
        "tcp",
        "udp",
        "icmp",
        "tcp,tp_dst=80",
        "udp,tp_src=53",
        "ip,nw_src=10.0.0.1",
        "ip,nw_dst=10.0.0.0/30",
        "icmp,icmp_type=8",
        "arp,nw_dst=10.0.0.2",
        "ip,nw_src=10.0.0.0/31",
    };
    static const char *const addresses[] = {"dl_dst=ff:ff:ff:ff:ff:ff", "dl_dst=00:00:00:00:00:01",
                                            "dl_src=00:00:00:00:00:02", "dl_src=02:00:00:00:00:00"};
    if (below(5)) {
        fprintf(out, ",in_port=%u", 1 + below(network->n_ports[sw]));
    }
    if (below(2)) {
        fprintf(out, ",%s", fields[below(sizeof fields / sizeof *fields)]);
    }
    if (below(4) == 0) {
        fprintf(out, ",%s", addresses[below(sizeof addresses / sizeof *addresses)]);
    }
}

static const char *random_rewrite(void)
{
    static const char *const rewrites[] = {
        "mod_vlan_vid:5", "mod_vlan_vid:9",      "mod_vlan_pcp:3",
        "strip_vlan",     "mod_nw_tos:32",       "mod_dl_src:02:00:00:00:00:09",
        "mod_tp_src:53",  "mod_nw_src:10.0.0.9", "mod_dl_dst:00:00:00:00:00:01",
        "mod_tp_dst:808", "mod_nw_dst:10.0.0.2",
    };
    return rewrites[below(sizeof rewrites / sizeof *rewrites)];
}

static void write_actions(const struct network *network, unsigned sw, FILE *out)
{
    unsigned n_written = 0;
    fprintf(out, " actions=");
    for (unsigned n = below(4); n > 0; n--) {
        unsigned port = 1 + below(network->n_ports[sw]);
        if (network->ports[sw][port] == UP) {
            continue;
        }
        if (below(4) == 0) {
            fprintf(out, "%s%s", n_written++ > 0 ? "," : "", random_rewrite());
        }
        fprintf(out, "%soutput:%u", n_written++ > 0 ? "," : "", port);
    }
    fprintf(out, "%s\n", n_written > 0 ? "" : "drop");
}

static int write_flows(const struct network *network, unsigned sw, const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/net/random/s%u.flows", directory, sw + 1);
    FILE *out = fopen(path, "w");
    if (!out) {
        return -1;
    }
    for (unsigned n = 1 + below(3 * network->n_ports[sw]); n > 0; n--) {
        fprintf(out, "priority=%u", n * 10);
        write_match(network, sw, out);
        write_actions(network, sw, out);
    }
    return fclose(out);
}

static void make_directory(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    mkdir(path, 0777);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: random_network SEED DIR\n");
        return 2;
    }
    struct network network = {0};
    below(0);
    for (unsigned long seed = strtoul(argv[1], NULL, 10); seed > 0; seed--) {
        below(2);
    }
    make_directory(argv[2], ".");
    make_directory(argv[2], "net");
    make_directory(argv[2], "net/random");
    int status = write_topology(&network, argv[2]);
    for (unsigned sw = 0; sw < network.n_switches && status == 0; sw++) {
        status = write_flows(&network, sw, argv[2]);
    }
    if (status != 0) {
        perror(argv[2]);
    }
    return status == 0 ? 0 : 1;
}
