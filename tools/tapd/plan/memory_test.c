/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a policy, from its text to the tables, when an allocation fails? */
#include "base/memory.h"
#include "tapd/plan/compile.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/yaml_memory.h"

static struct memory_file files[] = {
    {.path = "t",
     .text = "name: t\n"
             "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\n"
             "hosts:\n"
             "  h1: {mac: '02:00:00:00:00:01', ip: 10.0.0.1, port: 's1:1'}\n"
             "  h2: {mac: '02:00:00:00:00:02', ip: 10.0.0.2, port: 's1:2'}\n"
             "  h3: {mac: '02:00:00:00:00:03', port: 's2:1'}\n"
             "  c1: {mac: '02:00:00:00:00:c1', port: 's2:9', role: capture}\n"
             "  c2: {mac: '02:00:00:00:00:c2', port: 's3:9', role: capture}\n"
             "links: [['s1:5', 's2:5'], ['s1:6', 's2:6'], ['s1:7', 's3:7'], "
             "['s2:8', 's3:8'], ['s2:7', 's3:5']]\n"},
    {.path = "p",
     .text = "topology: t\n"
             "pairs: [[h1, h2], [h2, h3]]\n"
             "taps:\n"
             "  - {name: a, source: h1, to: c1, uplink: 's1:5'}\n"
             "  - {name: b, source: [h1, h3], match: tcp, to: c1}\n"
             "  - {name: tagged, source: h2, to: c2, tag: 30, strip: true}\n"
             "  - {name: ends, source: h3, match: arp, to: c2, for: 60s}\n"
             "  - {name: busy, source: h2, to: c1, for: 60s,\n"
             "     when: {match: udp, above: 1Mbps}}\n"},
    {0},
};

/* Whether what it says is of memory; or it is noted that memory ran out: whoever asked looks there.
 */
static bool is_told(struct yaml_diagnostics *diagnostics)
{
    bool told = base_memory_ran_out();
    for (size_t i = 0; i < diagnostics->n_items; i++) {
        const char *message = diagnostics->items[i].message;
        told = told || !message || strstr(message, "memory");
        print_message("%s", told ? "" : message);
    }
    yaml_diagnostics_free(diagnostics);
    return told;
}

/* Anew, and over what was compiled before. */
static int compile(const struct tapd_policy *policy, struct yaml_diagnostics *diagnostics)
{
    struct tapd_network *network, *again;
    if (tapd_compile(policy, NULL, 0, NULL, &network, diagnostics)) {
        assert_null(network);
        return -1;
    }
    const struct tapd_active active = {policy->taps[3], 7, 60};
    int status = tapd_compile(policy, &active, 1, network, &again, diagnostics);
    tapd_network_free(network);
    tapd_network_free(again);
    return status || tapd_compile_check(policy, diagnostics) ? -1 : 0;
}

static int load_and_compile(void *aux)
{
    (void)aux;
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    base_memory_begin();
    int status = tapd_policy_load_from(&from, "p", &policy, &diagnostics);
    status = status == 0 ? compile(policy, &diagnostics) : status;
    tapd_policy_free(policy);
    bool told = is_told(&diagnostics);
    return (status && told) || base_memory_ran_out() ? -1 : 0;
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    assert_true(failing_each(load_and_compile, NULL) > 20);
    assert_true(failing_each_piece(load_and_compile, NULL) > 20);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lack_of_memory_is_told),
};
TEST_MAIN(tests)
