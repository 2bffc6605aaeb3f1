/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: policies and requests, from their text to the steps. The
 * first byte says which: p, a policy; r, a request. Beyond crashes: what is
 * refused is told why, what loads and compiles takes steps to get there and then
 * none, and a tap that was read is the same when it is written and read again. */
#include "tapd/install/difference.h"
#include "testing/yaml_memory.h"

#include <stdint.h>
#include <stdlib.h>

static const char good_topology[] =
    "name: t\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}, s4: {dpid: 4}}\n"
    "hosts:\n"
    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
    "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"
    "  h3: {mac: 00:00:00:00:00:03, port: s2:1}\n"
    "  c1: {mac: 00:00:00:00:00:c1, port: s4:1, role: capture}\n"
    "  c2: {mac: 00:00:00:00:00:c2, port: s4:2, role: capture}\n"
    "links: [[s1:3, s3:1], [s1:4, s3:2], [s2:3, s3:3], [s3:4, s4:3], [s3:5, s4:4]]\n";
enum { N_SWITCHES = 4, N_TAPS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_result(int result, const void *made, struct yaml_diagnostics *diagnostics)
{
    struct base_buffer shown = {0};
    size_t n = diagnostics->n_items + diagnostics->n_more;
    must((result == 0) == (n == 0) && (result == 0) == (made != NULL));
    yaml_format_diagnostics(diagnostics, &shown);
    base_buffer_free(&shown);
    yaml_diagnostics_free(diagnostics);
}

/* From empty tables, and from those that are wanted. */
static void take_steps(const struct tapd_network *network)
{
    static const struct flow_table empty;
    const struct flow_table *actual[N_SWITCHES];
    struct tapd_difference difference;
    size_t n_entries = 0;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        n_entries += network->tables[sw].n_entries;
        actual[sw] = &empty;
    }
    must(tapd_difference_make(network, 0, actual, NULL, false, &difference) == 0);
    must(difference.n_steps == n_entries);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        must(difference.lacks[sw].n_held == 0);
    }
    tapd_difference_free(&difference);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        actual[sw] = &network->tables[sw];
    }
    must(tapd_difference_make(network, 0, actual, NULL, false, &difference) == 0);
    must(difference.n_steps == 0);
    tapd_difference_free(&difference);
}

static void compile(const struct tapd_policy *policy)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_active active[N_TAPS_MAX];
    struct tapd_network *network;
    size_t n = 0;
    for (size_t i = 0; i < policy->n_taps && n < N_TAPS_MAX; i++) {
        const struct tapd_tap *tap = policy->taps[i];
        if (tap->lifetime_sec > 0) {
            active[n++] = (struct tapd_active){tap, (uint32_t)i + 1, tap->lifetime_sec};
        }
    }
    int result = tapd_compile(policy, active, n, NULL, &network, &diagnostics);
    check_result(result, network, &diagnostics);
    if (network) {
        take_steps(network);
    }
    tapd_network_free(network);
}

static void read_again(const struct tapd_policy *policy, const struct tapd_tap *tap)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer once = {0}, twice = {0};
    struct tapd_tap *again;
    tapd_tap_format(policy, tap, &once);
    must(tapd_tap_read(policy, "again", base_buffer_text(&once), once.n_bytes, &again,
                       &diagnostics) == 0);
    tapd_tap_format(policy, again, &twice);
    must(strcmp(base_buffer_text(&once), base_buffer_text(&twice)) == 0);
    tapd_tap_free(again);
    base_buffer_free(&once);
    base_buffer_free(&twice);
}

static void read_request(const struct tapd_policy *policy, const char *text, size_t n_bytes)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_tap *tap;
    int result = tapd_tap_read(policy, "r", text, n_bytes, &tap, &diagnostics);
    check_result(result, tap, &diagnostics);
    if (tap) {
        read_again(policy, tap);
    }
    tapd_tap_free(tap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    bool is_policy = n_bytes > 1 && data[0] == 'p';
    if (!is_policy && (n_bytes < 2 || data[0] != 'r')) {
        return -1;
    }
    struct memory_file files[] = {
        {"t", good_topology, 0},
        {"p", is_policy ? (const char *)data + 1 : "topology: t\n", is_policy ? n_bytes - 1 : 0},
        {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    int result = tapd_policy_load_from(&from, "p", &policy, &diagnostics);
    check_result(result, policy, &diagnostics);
    if (policy && is_policy && policy->topology->n_switches == N_SWITCHES) {
        compile(policy);
        for (size_t i = 0; i < policy->n_taps; i++) {
            read_again(policy, policy->taps[i]);
        }
    } else if (policy && !is_policy) {
        read_request(policy, (const char *)data + 1, n_bytes - 1);
    }
    tapd_policy_free(policy);
    return 0;
}
