/* SPDX-License-Identifier: Apache-2.0
 *
 * 256 switches and 10,000 taps: reading the policy, compiling it, the steps from
 * empty tables, and those that one tap more takes.
 *
 *   compile_bench [TAPS] */
#include "tapd/install/difference.h"
#include "testing/yaml_memory.h"

#include <stdlib.h>
#include <time.h>

enum { FILTERS = 240, PORTS = 48, UPLINKS = 4, MUXES = 15, CAPTURES = 4 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Filter switches of 48 ports and 4 uplinks, 16 of them to a mux switch, all of
 * which lead to one delivery switch with four capture hosts. */
static void put_topology(struct base_buffer *out)
{
    base_put_text(out, "name: big\nswitches:\n");
    for (int f = 0; f < FILTERS; f++) {
        base_put_format(out, "  f%d: {dpid: %d}\n", f, f + 1);
    }
    for (int m = 0; m < MUXES; m++) {
        base_put_format(out, "  m%d: {dpid: %d}\n", m, 1000 + m);
    }
    base_put_text(out, "  d: {dpid: 2000}\nhosts:\n");
    for (int i = 0; i < FILTERS * PORTS; i++) {
        base_put_format(out, "  h%d: {mac: 02:00:00:00:%02x:%02x, port: \"f%d:%d\"}\n", i, i >> 8,
                        i & 255, i / PORTS, i % PORTS + 1);
    }
    for (int c = 0; c < CAPTURES; c++) {
        base_put_format(out, "  c%d: {mac: 02:00:00:01:00:%02x, port: \"d:%d\", role: capture}\n",
                        c, c, c + 1);
    }
    base_put_text(out, "links:\n");
    for (int f = 0; f < FILTERS; f++) {
        for (int u = 0; u < UPLINKS; u++) {
            base_put_format(out, "  - [\"f%d:%d\", \"m%d:%d\"]\n", f, PORTS + 1 + u, f % MUXES,
                            f / MUXES * UPLINKS + u + 1);
        }
    }
    for (int m = 0; m < MUXES; m++) {
        for (int c = 0; c < CAPTURES; c++) {
            base_put_format(out, "  - [\"m%d:%d\", \"d:%d\"]\n", m, 101 + c,
                            101 + m * CAPTURES + c);
        }
    }
}

static void put_policy(struct base_buffer *out, int n_taps)
{
    base_put_text(out, "topology: t\npairs:\n");
    for (int i = 0; i + 1 < FILTERS * PORTS; i += 2) {
        base_put_format(out, "  - [h%d, h%d]\n", i, i + 1);
    }
    base_put_text(out, "taps:\n");
    for (int i = 0; i < n_taps; i++) {
        base_put_format(out, "  - {name: t%d, source: h%d, match: \"%s\", to: c%d}\n", i,
                        i * 7 % (FILTERS * PORTS), i % 3 == 0 ? "tcp,tp_dst=80" : "", i % CAPTURES);
    }
}

/* The time since the last call. */
static void told(const char *what, double *since)
{
    double now = now_ms();
    printf("  %-34s %9.1f ms\n", what, now - *since);
    *since = now_ms();
}

static void or_fail(int result, const struct yaml_diagnostics *diagnostics)
{
    struct base_buffer out = {0};
    if (result < 0) {
        yaml_format_diagnostics(diagnostics, &out);
        fputs(base_buffer_text(&out), stderr);
        exit(1);
    }
}

static void measure_difference(const struct tapd_network *network, const struct flow_table *actual)
{
    size_t n = network->policy->topology->n_switches;
    const struct flow_table **tables = calloc(n, sizeof(const struct flow_table *));
    struct tapd_difference difference;
    double since = now_ms();
    for (size_t sw = 0; tables && sw < n; sw++) {
        tables[sw] = &actual[sw];
    }
    if (!tables || tapd_difference_make(network, 0, tables, NULL, false, &difference) < 0) {
        exit(1);
    }
    char what[60];
    snprintf(what, sizeof what, "%zu steps in %zu waves", difference.n_steps, difference.n_waves);
    told(what, &since);
    tapd_difference_free(&difference);
    free(tables);
}

int main(int argc, char **argv)
{
    static const char one_more[] = "{name: more, source: h5, match: arp, to: c1, for: 60s}";
    struct base_buffer topology = {0}, text = {0};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    struct tapd_network *network, *next;
    struct tapd_tap *tap;
    put_topology(&topology);
    put_policy(&text, argc > 1 ? atoi(argv[1]) : 10000);
    struct memory_file files[] = {
        {"t", base_buffer_text(&topology), 0}, {"p", base_buffer_text(&text), 0}, {0}};
    struct yaml_files from = {files, memory_read};
    double since = now_ms();
    or_fail(tapd_policy_load_from(&from, "p", &policy, &diagnostics), &diagnostics);
    told("policy and topology read", &since);
    or_fail(tapd_compile(policy, NULL, 0, NULL, &network, &diagnostics), &diagnostics);
    told("compiled", &since);
    struct flow_table *empty = calloc(policy->topology->n_switches, sizeof *empty);
    measure_difference(network, empty);
    since = now_ms();
    or_fail(tapd_tap_read(policy, "request", one_more, sizeof one_more - 1, &tap, &diagnostics),
            &diagnostics);
    told("one tap more read", &since);
    struct tapd_active active = {tap, 1, 60};
    or_fail(tapd_compile(policy, &active, 1, network, &next, &diagnostics), &diagnostics);
    told("compiled", &since);
    measure_difference(next, network->tables);
    tapd_network_free(next);
    tapd_network_free(network);
    tapd_tap_free(tap);
    tapd_policy_free(policy);
    base_buffer_free(&topology);
    base_buffer_free(&text);
    free(empty);
    return 0;
}
