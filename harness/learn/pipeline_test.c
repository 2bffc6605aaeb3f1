/* SPDX-License-Identifier: Apache-2.0
 *
 * What is learned of switches with several tables and groups is a file that can be read, and that
 * their tables conform to; by example and at random. */
#include "learn/learn.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "state/finding.h"
#include "testing/cmocka.h"
#include "testing/random_pipeline.h"
#include "testing/yaml_memory.h"
#include "yaml/write.h"

#include <stdlib.h>

enum { ROUNDS = 300, MAX_ENTRIES = 12, DPID = 1 };

static const char topology_text[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}}\n"
                                    "hosts: {h1: {mac: '02:00:00:00:00:01', port: 's1:1'}}\n";

struct learning {
    struct switch_state state;
    struct topology *topology;
    struct switch_dump dump;
    struct learn_draft draft;
    struct base_buffer text;
    struct expectation *loaded;
    struct report report;
};

static struct yaml_files files_of(struct memory_file files[3], const char *text)
{
    files[0] = (struct memory_file){"x.yaml", text, 0};
    files[1] = (struct memory_file){"t.yaml", topology_text, 0};
    files[2] = (struct memory_file){0};
    return (struct yaml_files){files, memory_read};
}

/* Learns the state, writes it, loads that, and judges by it. */
static void learn(struct learning *learning)
{
    struct memory_file files[3];
    struct yaml_diagnostics diagnostics = {0};
    struct base_error error;
    struct yaml_files from = files_of(files, "");
    learning->state.datapath_id = DPID;
    learning->dump = (struct switch_dump){.dumped = true, .state = &learning->state};
    assert_int_equal(yaml_load_topology(&from, "t.yaml", &learning->topology, &diagnostics), 0);
    assert_int_equal(learn_expectation(learning->topology, &learning->dump,
                                       &(struct learn_options){0}, &learning->draft, &error),
                     0);
    yaml_write_expectation(&learning->draft.expectation, "t.yaml", &learning->text);
    from = files_of(files, base_buffer_text(&learning->text));
    if (yaml_load_expectation(&from, "x.yaml", &learning->loaded, &diagnostics) < 0) {
        fail_msg("%s\n%s", diagnostics.items[0].message, base_buffer_text(&learning->text));
    }
    yaml_diagnostics_free(&diagnostics);
    assert_int_equal(
        state_judge(learning->loaded, &learning->dump, NULL, &learning->report, &error), 0);
}

static void forget(struct learning *learning)
{
    report_free(&learning->report);
    expectation_free(learning->loaded);
    learn_draft_free(&learning->draft);
    topology_free(learning->topology);
    base_buffer_free(&learning->text);
    switch_state_free(&learning->state);
}

static void add(struct learning *learning, const char *text)
{
    struct base_error error = {""};
    struct switch_state *state = &learning->state;
    bool is_group = strncmp(text, "group_id", 8) == 0;
    if (is_group ? ofctl_parse_group(text, &state->groups, NULL, &error) < 0
                 : ofctl_parse_flow(text, &state->flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

static bool passes(const struct report *report, const char *id)
{
    bool passes = false;
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        passes |= strcmp(result->id, id) == 0 && result->verdict == VERDICT_PASS;
    }
    return passes;
}

static void learned_by_example(void **state)
{
    (void)state;
    static const struct {
        const char *texts[4];
        const char *line; /* of port 1; NULL: it is left out */
        const char *why;
    } rows[] = {
        {{"in_port=1 actions=output:2,goto_table:1", "table=1,actions=output:3"},
         "    1: {output: [2, 3]}\n",
         NULL},
        {{"in_port=1 actions=output:2,group:1",
          "group_id=1,type=select,bucket=output:4,bucket=output:3"},
         "    1: {output: [2], one_of: [4, 3]}\n",
         NULL},
        {{"in_port=1 actions=group:1", "group_id=1,type=all,bucket=output:4,bucket=output:3"},
         "    1: {output: [4, 3]}\n",
         NULL},
        {{"in_port=1 actions=set_field:02:00:00:00:00:07->eth_dst,pop_vlan,output:4"},
         "    1: {actions: \"mod_dl_dst:02:00:00:00:00:07,strip_vlan,output:4\"}\n",
         NULL},
        {{"in_port=1 actions=output:2,group:1",
          "group_id=1,type=select,bucket=output:4,bucket=output:3,output:2"},
         NULL,
         "a group of type select whose buckets"},
        {{"in_port=1 actions=output:3,group:1",
          "group_id=1,type=select,bucket=output:4,bucket=output:3"},
         NULL,
         "a group of type select whose buckets"},
        {{"in_port=1 actions=output:2,group:1",
          "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:3,output:3"},
         "    1: {output: [2], failover: [4, 3]}\n",
         NULL},
        {{"in_port=1 actions=output:2,group:1",
          "group_id=1,type=ff,bucket=watch_port:4,output:3,bucket=watch_port:3,output:4"},
         "    1: {output: [2, 3]}\n",
         NULL},
        {{"in_port=1 actions=output:3,group:1",
          "group_id=1,type=all,bucket=mod_vlan_vid:5,output:4,bucket=output:2"},
         NULL,
         "a rewrite of some copies only"},
        {{"in_port=1 actions=goto_table:1", "table=1,hard_timeout=60,actions=output:3"},
         "    1: {output: [3], expires: any}\n",
         NULL},
        {{"in_port=1,ipv6 actions=goto_table:1",
          "table=1,ipv6 actions=set_field:2001:db8::1->ipv6_dst,output:3"},
         "      - {match: \"ipv6\", actions: \"set_field:2001:db8::1->ipv6_dst,output:3\"}\n",
         NULL},
        {{"in_port=1,ipv6 actions=set_field:2001:db8::/32->ipv6_src,output:3"},
         "      - {match: \"ipv6\", actions: \"set_field:2001:db8::/32->ipv6_src,output:3\"}\n",
         NULL},
        {{"in_port=1,arp actions=set_field:2->arp_op,output:3"}, NULL, "set_field"},
        {{"in_port=1 actions=dec_ttl,output:3"}, NULL, "dec_ttl"},
        {{"in_port=1 actions=group:9"}, NULL, "a group that the switch does not have"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct learning learning = {.state = {.version = 4, .n_ports = 4}};
        learning.state.ports = calloc(4, sizeof *learning.state.ports);
        for (uint16_t port = 0; port < 4; port++) {
            learning.state.ports[port].number = (uint16_t)(port + 1);
        }
        for (size_t j = 0; j < 4 && rows[i].texts[j]; j++) {
            add(&learning, rows[i].texts[j]);
        }
        learn(&learning);
        const char *text = base_buffer_text(&learning.text);
        if (rows[i].line ? !strstr(text, rows[i].line) : learning.draft.n_unsaid != 1) {
            fail_msg("%s: %s", rows[i].texts[0], text);
        }
        if (rows[i].line && !passes(&learning.report, "state/s1/1")) {
            fail_msg("%s: the port does not do that", rows[i].texts[0]);
        }
        if (rows[i].why && !strstr(learning.draft.unsaid[0].reason, rows[i].why)) {
            fail_msg("%s: %s", rows[i].texts[0], learning.draft.unsaid[0].reason);
        }
        forget(&learning);
    }
}

/* A port that is down, and entries of one priority, fail whatever is expected. */
static bool is_excused(const struct result *result)
{
    const struct state_finding *found = result->finding;
    bool rivals = found && found->n_sets > 0;
    for (size_t i = 0; rivals && i < found->n_sets && i < STATE_SETS_SHOWN; i++) {
        rivals = found->sets[i].rival != NULL;
    }
    return result->verdict == VERDICT_INCONCLUSIVE || rivals ||
           (found && found->n_sets == 0 && found->n_troubles > 0);
}

static void random_pipelines_conform_to_what_is_learned(void **state)
{
    (void)state;
    size_t n_passed = 0, n_ways = 0, n_failover = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct learning learning = {.state = {.version = 4}};
        random_pipeline(&learning.state, MAX_ENTRIES);
        if (round % 2) { /* such a group is rarely drawn */
            add(&learning, "group_id=9,type=select,bucket=output:2,bucket=output:3");
            add(&learning, "priority=65000,in_port=1,udp actions=group:9");
            add(&learning, "group_id=8,type=ff,bucket=watch_port:2,output:2,"
                           "bucket=watch_port:3,output:3");
            add(&learning, "priority=65000,in_port=1,tcp actions=group:8");
        }
        learn(&learning);
        for (size_t i = 0; i < learning.report.n_results; i++) {
            const struct result *result = &learning.report.results[i];
            n_passed += result->kind == RESULT_STATE && result->verdict == VERDICT_PASS;
            if (result->verdict != VERDICT_PASS && !is_excused(result)) {
                fail_msg("round %u: %s: %s instead of %s\n%s", round, result->id, result->observed,
                         result->expected, base_buffer_text(&learning.text));
            }
        }
        n_failover += strstr(base_buffer_text(&learning.text), "failover") != NULL;
        n_ways += strstr(base_buffer_text(&learning.text), "one_of") != NULL;
        forget(&learning);
    }
    print_message("# %zu ports pass, %zu files have one_of\n", n_passed, n_ways);
    assert_true(n_passed > ROUNDS / 2 && n_ways > 0 && n_failover > 0); /* all occur */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(learned_by_example),
    cmocka_unit_test(random_pipelines_conform_to_what_is_learned),
};

TEST_MAIN(tests)
