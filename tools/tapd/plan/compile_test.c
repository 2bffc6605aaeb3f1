/* SPDX-License-Identifier: Apache-2.0
 *
 * Policies by example; whatever can be told by frames is in compile_random_test.c. */
#include "tapd/plan/compile.h"

#include "ofctl/flow.h"
#include "tapd/plan/random_testing.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#define DEMON  "topology: topologies/demon.yaml\n"
#define FABRIC "topology: topologies/fabric.yaml\n"
#define PANEL  "topology: topologies/patch-panel.yaml\n"

/* A policy and what it compiles to. */
struct compiled {
    struct tapd_policy *policy;
    struct tapd_network *network;
};

static struct tapd_policy *load(const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    struct tapd_policy *policy = policy_of(text, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &words), "");
    base_buffer_free(&words);
    return policy;
}

static struct tapd_network *compile(const struct tapd_policy *policy,
                                    const struct tapd_active *active, size_t n,
                                    const struct tapd_network *before)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    struct tapd_network *network;
    tapd_compile(policy, active, n, before, &network, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &words), "");
    base_buffer_free(&words);
    return network;
}

/* The entries of one switch, without cookies. */
static void assert_table(const struct tapd_network *network, const char *sw, const char *entries)
{
    struct base_buffer out = {0};
    size_t index = topology_find_switch(network->policy->topology, sw);
    const struct flow_table *table = &network->tables[index];
    for (size_t i = 0; i < table->n_entries; i++) {
        struct flow_entry entry = table->entries[i];
        assert_true(tapd_is_own(network->policy, entry.cookie));
        entry.cookie = 0;
        ofctl_format_flow(&entry, FLOW_NO_STATS, &out);
        base_put_u8(&out, '\n');
    }
    assert_string_equal(base_buffer_text(&out), entries);
    base_buffer_free(&out);
}

static void assert_tables(const char *text, const char *sw, const char *entries)
{
    struct tapd_policy *policy = load(text);
    struct tapd_network *network = compile(policy, NULL, 0, NULL);
    assert_table(network, sw, entries);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

static void assert_not_compiled(struct tapd_policy *policy, const char *errors)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    assert_non_null(policy);
    assert_int_equal(tapd_compile_check(policy, &diagnostics), -1);
    assert_string_equal(memory_errors(&diagnostics, &words), errors);
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
    tapd_policy_free(policy);
}

static void assert_refused(const char *text, const char *errors)
{
    struct yaml_diagnostics diagnostics = {0};
    assert_not_compiled(policy_of(text, &diagnostics), errors);
    yaml_diagnostics_free(&diagnostics);
}

/* A tag of the port's number, where that is a VLAN id. */
static void test_large_ports(void **unused)
{
    (void)unused;
    static const char *const TAPS[] = {"[{name: a, source: h1, to: c1, tag: port}]",
                                       "[{name: a, source: [h1, h2], to: c1, tag: port}]"};
    for (size_t i = 0; i < 2; i++) {
        char text[128];
        struct memory_file files[] = {
            {"t",
             "name: t\n"
             "switches: {s1: {dpid: 1}}\n"
             "hosts:\n"
             "  h1: {mac: '02:00:00:00:00:01', port: 's1:4094'}\n"
             "  h2: {mac: '02:00:00:00:00:02', port: 's1:4095'}\n"
             "  c1: {mac: '02:00:00:00:00:c1', port: 's1:9', role: capture}\n",
             0},
            {"p", text, 0},
            {0}};
        struct yaml_files from = {files, memory_read};
        struct yaml_diagnostics diagnostics = {0};
        struct tapd_policy *policy;
        snprintf(text, sizeof text, "topology: t\ntaps: %s\n", TAPS[i]);
        assert_int_equal(tapd_policy_load_from(&from, "p", &policy, &diagnostics), 0);
        if (i == 1) {
            assert_not_compiled(
                policy, "p:2:8: the number of s1:4095 is no VLAN id: the last one is 4094\n");
        } else {
            assert_int_equal(tapd_compile_check(policy, &diagnostics), 0);
            tapd_policy_free(policy);
        }
    }
}

static void test_chosen_uplinks(void **unused)
{
    (void)unused;
    assert_tables(DEMON "pairs: [[h1, h2]]\n"
                        "taps:\n  - {name: a, source: h1, to: h11}\n"
                        "  - {name: b, source: [h2, h5], to: h11}\n",
                  "s1",
                  "in_port=1 actions=output:2,output:6\n"
                  "in_port=2 actions=output:1,output:7\n"
                  "in_port=5 actions=output:10\n");
    assert_tables(DEMON "taps:\n  - {name: a, source: h2, to: h11, copies: 3}\n", "s1",
                  "in_port=2 actions=output:7,output:8,output:9\n");
    /* each capture host has ways of its own, as far as there are enough */
    assert_tables(FABRIC "taps:\n  - {name: a, source: [h11, h12], to: [c1, c2, c3]}\n", "f1",
                  "in_port=1 actions=output:5,output:6,output:7\n"
                  "in_port=2 actions=output:5,output:6,output:7\n");
}

/* The links between the layers are few: d1 has one of each mux. */
static void test_shared_ways(void **unused)
{
    (void)unused;
    assert_tables(FABRIC "taps:\n  - {name: a, source: h21, to: c1, uplink: f2:6}\n"
                         "  - {name: b, source: h11, to: c1}\n"
                         "  - {name: c, source: h12, to: c2}\n",
                  "f1", "in_port=1 actions=output:6\nin_port=2 actions=output:5\n");
}

static void test_merging(void **unused)
{
    (void)unused;
    /* the second tap asks for nothing new; the third for a second destination */
    assert_tables(FABRIC "pairs: [[h11, h12]]\n"
                         "taps:\n  - {name: a, source: h11, to: c1}\n"
                         "  - {name: b, source: h11, match: tcp, to: c1, uplink: f1:6}\n"
                         "  - {name: c, source: h11, match: arp, to: c3}\n",
                  "f1",
                  "priority=32784,arp,in_port=1 actions=output:2,output:6,output:7\n"
                  "in_port=1 actions=output:2,output:6\n"
                  "in_port=2 actions=output:1\n");
    /* two that overlap: the entry for both is above both */
    assert_tables(FABRIC "taps:\n  - {name: a, source: h11, match: \"tcp,tp_dst=80\", to: c1}\n"
                         "  - {name: b, source: h11, match: \"ip,nw_src=10.0.0.0/8\", to: c2}\n",
                  "f1",
                  "priority=32816,tcp,in_port=1,nw_src=10.0.0.0/8,tp_dst=80 "
                  "actions=output:5,output:6\n"
                  "priority=32808,tcp,in_port=1,tp_dst=80 actions=output:5\n"
                  "priority=32792,ip,in_port=1,nw_src=10.0.0.0/8 actions=output:6\n");
}

/* Ranges and several matches of a tap are an entry each, what it excepts one more, however they
 * overlap. */
static void test_matches(void **unused)
{
    (void)unused;
    assert_tables(
        FABRIC "pairs: [[h11, h12]]\n"
               "taps:\n"
               "  - {name: a, source: h11, to: c1, uplink: f1:5,\n"
               "     match: [tcp, \"udp,tp_dst=52-53\"], not: \"ip,nw_src=10.0.0.1\"}\n",
        "f1",
        "priority=32839,udp,in_port=1,nw_src=10.0.0.1,tp_dst=0x34/0xfffe actions=output:2\n"
        "priority=32824,tcp,in_port=1,nw_src=10.0.0.1 actions=output:2\n"
        "priority=32807,udp,in_port=1,tp_dst=0x34/0xfffe actions=output:2,output:5\n"
        "priority=32792,tcp,in_port=1 actions=output:2,output:5\n"
        "in_port=1 actions=output:2\n"
        "in_port=2 actions=output:1\n");
}

/* A match without a wildcard has the highest priority, whatever is asked for. */
static void test_exact(void **unused)
{
    (void)unused;
    static const char match[] = "tcp,dl_vlan=5,dl_vlan_pcp=3,dl_src=02:00:00:00:00:01,"
                                "dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,"
                                "nw_tos=0,tp_src=1,tp_dst=2";
    char text[700];
    snprintf(text, sizeof text,
             DEMON "pairs: [[h1, h2]]\ntaps:\n"
                   "  - {name: a, source: h1, match: \"%s\", to: h11}\n"
                   "  - {name: b, source: h1, match: \"tcp\", to: h11, tag: 9, for: 60s}\n",
             match);
    struct tapd_policy *policy = load(text);
    struct tapd_active active = {policy->taps[1], 1, 60};
    struct tapd_network *network = compile(policy, &active, 1, NULL);
    const struct flow_table *table = &network->tables[0];
    assert_int_equal(table->n_entries, 4);
    assert_int_equal(table->entries[0].priority, 65535);
    assert_int_equal(table->entries[0].n_actions, 5); /* the tag is on the copy of b only */
    assert_int_equal(table->entries[0].hard_timeout, 60);
    assert_int_equal(table->entries[1].priority, 32768 + 256 + 24);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

static void test_tags(void **unused)
{
    (void)unused;
    struct tapd_policy *policy =
        load(FABRIC "pairs: [[h31, h32]]\n"
                    "taps:\n"
                    "  - {name: a, source: h31, to: c3, tag: 30, uplink: f3:5, strip: true}\n"
                    "  - {name: b, source: [h31, h32], to: c4, tag: port, uplink: f3:5}\n"
                    "  - {name: c, source: h31, to: c1, uplink: f3:6}\n");
    struct tapd_network *network = compile(policy, NULL, 0, NULL);
    assert_table(
        network, "f3",
        "in_port=1 "
        "actions=output:2,output:6,push_vlan:0x8100,mod_vlan_vid:1,output:5,mod_vlan_vid:30,"
        "output:5\n"
        "in_port=2 actions=output:1,push_vlan:0x8100,mod_vlan_vid:2,output:5\n");
    assert_table(network, "m1",
                 "priority=32781,in_port=3,dl_vlan=1 actions=output:10\n"
                 "priority=32781,in_port=3,dl_vlan=2 actions=output:10\n"
                 "priority=32781,in_port=3,dl_vlan=30 actions=output:10\n");
    assert_table(network, "d2",
                 "priority=32781,in_port=1,dl_vlan=1 actions=output:4\n"
                 "priority=32781,in_port=1,dl_vlan=2 actions=output:4\n"
                 "priority=32781,in_port=1,dl_vlan=30 actions=pop_vlan,output:3\n");
    tapd_network_free(network);
    tapd_policy_free(policy);
}

/* Filters for one destination, any two of which overlap, need one entry each; besides, those of
 * another destination one for each pair. */
static void test_many_filters(void **unused)
{
    (void)unused;
    enum { N = 300 };
    for (int others = 0; others <= 2; others++) {
        struct base_buffer text = {0};
        base_put_text(&text, FABRIC "taps:\n");
        for (int i = 0; i < N; i++) {
            base_put_format(&text, "  - {name: a%d, source: h11, match: \"%s=%d\", to: c1}\n", i,
                            i % 2 ? "tcp,tp_dst" : "tcp,tp_src", 1 + i);
        }
        for (int i = 0; i < others; i++) {
            base_put_format(
                &text, "  - {name: b%d, source: h11, match: \"tcp,nw_dst=10.0.0.%d\", to: c3}\n", i,
                i);
        }
        struct tapd_policy *policy = load(base_buffer_text(&text));
        struct tapd_network *network = compile(policy, NULL, 0, NULL);
        size_t f1 = topology_find_switch(policy->topology, "f1");
        assert_int_equal(network->tables[f1].n_entries, N + others * (N + 1));
        tapd_network_free(network);
        tapd_policy_free(policy);
        base_buffer_free(&text);
    }
}

static void test_few_uplinks(void **unused)
{
    (void)unused;
    /* f1 has three uplinks: four capture hosts share one, in the end by its mux */
    assert_tables(FABRIC "taps:\n  - {name: a, source: h11, to: [c1, c2, c3, c4], uplink: f1:6}\n",
                  "m2", "in_port=1 actions=output:9,output:10\n");
    assert_tables(FABRIC "taps:\n  - {name: a, source: h11, to: [c1, c2, c3, c4]}\n", "f1",
                  "in_port=1 actions=output:5\n");
}

static void test_pairs(void **unused)
{
    (void)unused;
    struct tapd_policy *policy = load(PANEL "pairs:\n  - [h1, h33]\n  - [\"s1:2\", \"s2:9\"]\n"
                                            "  - {between: [h3, h4], via: s1:40}\n"
                                            "  - {between: [h5, h34], via: s2:40}\n");
    tapd_policy_free(policy);
    policy = load(PANEL "pairs:\n  - [h1, h33]\n  - [\"s1:2\", \"s2:9\"]\n"
                        "  - {between: [h5, h34], via: s2:40}\n  - [h6, h7]\n");
    struct tapd_network *network = compile(policy, NULL, 0, NULL);
    assert_table(network, "s1",
                 "in_port=1 actions=output:33\nin_port=2 actions=output:34\n"
                 "in_port=5 actions=output:40\nin_port=6 actions=output:7\n"
                 "in_port=7 actions=output:6\nin_port=33 actions=output:1\n"
                 "in_port=34 actions=output:2\nin_port=40 actions=output:5\n");
    assert_table(network, "s2",
                 "in_port=1 actions=output:33\nin_port=2 actions=output:40\n"
                 "in_port=9 actions=output:34\nin_port=33 actions=output:1\n"
                 "in_port=34 actions=output:9\nin_port=40 actions=output:2\n");
    tapd_network_free(network);
    tapd_policy_free(policy);
}

/* A tap that ends is above what is there without it. */
static void test_ending(void **unused)
{
    (void)unused;
    struct tapd_policy *policy =
        load(DEMON "pairs: [[h1, h2]]\n"
                   "taps:\n"
                   "  - {name: a, source: h1, match: tcp, to: h11, for: 100s}\n"
                   "  - {name: b, source: h1, to: h11, uplink: s1:7, for: 50s, pairs: [[h3, h4]]}\n"
                   "timeouts: {hard: 300}\n");
    struct tapd_active active[] = {{policy->taps[0], 7, 90}, {policy->taps[1], 8, 50}};
    struct tapd_network *network = compile(policy, active, 2, NULL);
    assert_table(network, "s1",
                 "hard_timeout=50, priority=33280,in_port=1 actions=output:2,output:7\n"
                 "hard_timeout=90, priority=33048,tcp,in_port=1 actions=output:2,output:7\n"
                 "hard_timeout=300, in_port=1 actions=output:2\n"
                 "hard_timeout=300, in_port=2 actions=output:1\n"
                 "hard_timeout=50, priority=33024,in_port=3 actions=output:4\n"
                 "hard_timeout=50, priority=33024,in_port=4 actions=output:3\n");
    assert_int_equal((uint32_t)network->tables[0].entries[0].cookie, 8);
    assert_int_equal((uint32_t)network->tables[0].entries[1].cookie, 7);
    assert_int_equal((uint32_t)network->tables[0].entries[2].cookie, 0);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

/* Of two that end in the same second the later one is below: it ends later. */
static void test_same_second(void **unused)
{
    (void)unused;
    struct tapd_policy *policy =
        load(DEMON "taps:\n  - {name: a, source: h1, match: tcp, to: h11, tag: 3, for: 60s}\n"
                   "  - {name: b, source: h1, to: h11, for: 60s}\n");
    struct tapd_active active[] = {{policy->taps[0], 1, 50}, {policy->taps[1], 2, 50}};
    struct tapd_network *network = compile(policy, active, 2, NULL);
    assert_table(network, "s1",
                 "hard_timeout=50, priority=33304,tcp,in_port=1 "
                 "actions=output:6,push_vlan:0x8100,mod_vlan_vid:3,output:6\n"
                 "hard_timeout=50, priority=33024,in_port=1 actions=output:6\n");
    tapd_network_free(network);
    tapd_policy_free(policy);
}

/* Taps that come and go move no other. */
static void test_stable(void **unused)
{
    (void)unused;
    struct tapd_policy *policy = load(FABRIC "taps:\n  - {name: a, source: h11, to: c1, for: 9s}\n"
                                             "  - {name: b, source: h12, to: c4, for: 9s}\n");
    struct tapd_active both[] = {{policy->taps[0], 1, 9}, {policy->taps[1], 2, 9}};
    struct tapd_network *two = compile(policy, both, 2, NULL);
    struct tapd_network *one = compile(policy, both + 1, 1, two);
    struct tapd_network *anew = compile(policy, both + 1, 1, NULL);
    assert_table(two, "f1",
                 "hard_timeout=9, priority=33024,in_port=1 actions=output:5\n"
                 "hard_timeout=9, priority=33024,in_port=2 actions=output:6\n");
    assert_table(one, "f1", "hard_timeout=9, priority=33024,in_port=2 actions=output:6\n");
    assert_table(anew, "f1", "hard_timeout=9, priority=33024,in_port=2 actions=output:5\n");
    assert_int_equal(one->n_uplinks, 1);
    assert_int_equal(one->uplinks[0].uplink.port, 6);
    assert_int_equal(one->uplinks[0].source.port, 2);
    tapd_network_free(two);
    tapd_network_free(one);
    tapd_network_free(anew);
    tapd_policy_free(policy);
}

static void test_two_controllers(void **unused)
{
    (void)unused;
    static const char rest[] = "taps: [{name: a, source: h1, to: h11}]\n";
    char text[200];
    snprintf(text, sizeof text, "%sswitches: [s1]\n%s", DEMON, rest);
    assert_tables(text, "s1", "in_port=1 actions=output:6\n");
    assert_tables(text, "s3", "");
    snprintf(text, sizeof text, "%sswitches: [s2, s3]\n%s", DEMON, rest);
    assert_tables(text, "s1", "");
    assert_tables(text, "s3", "in_port=1 actions=output:11\n");
}

static void test_format(void **unused)
{
    (void)unused;
    struct base_buffer out = {0};
    struct tapd_policy *policy = load(DEMON "switches: [s1, s2]\npairs: [[h1, h2]]\ncookie: 1\n");
    struct tapd_network *network = compile(policy, NULL, 0, NULL);
    tapd_network_format(network, &out);
    assert_string_equal(base_buffer_text(&out),
                        "s1:\ncookie=0x100000000, in_port=1 actions=output:2\n"
                        "cookie=0x100000000, in_port=2 actions=output:1\ns2:\n");
    base_buffer_free(&out);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

static void test_layers(void **unused)
{
    (void)unused;
    struct tapd_policy *policy = load(FABRIC);
    struct tapd_network *network = compile(policy, NULL, 0, NULL);
    assert_int_equal(network->layers[topology_find_switch(policy->topology, "f1")], 2);
    assert_int_equal(network->layers[topology_find_switch(policy->topology, "m2")], 1);
    assert_int_equal(network->layers[topology_find_switch(policy->topology, "d1")], 0);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

static void test_refused(void **unused)
{
    (void)unused;
    assert_refused(DEMON "always: [{from: \"s3:1-2\", to: h11}]\n"
                         "taps: [{name: a, source: h1, to: h6, uplink: s1:6}]\n",
                   "p:3:8: copies from s1:1 cannot reach s2:1: s1:6 carries frames for s3:11 "
                   "already, those of line 2, column 10; another uplink, or a \"tag\" on both, "
                   "would tell them apart\n");
    assert_refused(FABRIC "taps:\n  - {name: a, source: h11, to: c1, uplink: f1:5}\n"
                          "  - {name: b, source: h12, to: c2, uplink: f1:5}\n",
                   "p:4:5: copies from f1:2 cannot reach d1:4: f1:5 carries frames for d1:3 "
                   "already, those of tap \"a\"; another uplink, or a \"tag\" on both, would tell "
                   "them apart\n");
    /* what overlaps would arrive twice at c1, or not at c2 and c3 */
    assert_refused(FABRIC "taps:\n  - {name: a, source: h11, to: [c1, c2], uplink: f1:6}\n"
                          "  - {name: b, source: h11, to: [c1, c3], match: arp, uplink: f1:5}\n",
                   "p:4:5: frames that it and another tap of the same port take cannot reach d1:3 "
                   "as often as asked for: the uplinks lead to other destinations too\n");
    assert_refused(DEMON "taps:\n  - {name: a, source: h11, to: h1, tag: port, copies: 2}\n"
                         "  - {name: b, source: \"s3:1\", to: h11, copies: 2}\n",
                   "p:4:5: s3:11 is on the switch of s3:1: there is one way to it, for one copy\n");
    assert_refused(DEMON "taps: [{name: a, source: h1, to: h11, copies: 6}]\n",
                   "p:2:8: copies from s1:1 cannot reach s3:11: there is no path\n");
    assert_refused(PANEL "pairs: [{between: [h3, h4], via: s1:40}, "
                         "{between: [h1, h33], via: s1:40}, {between: [h2, h34], via: s1:40}]\n",
                   "p:2:76: s1:2 cannot reach s2:2: s1:40 carries frames for s2:1 already, those "
                   "of line 2, column 42\n");
    /* a rule is checked although nothing has crossed its threshold */
    assert_refused(DEMON "always: [{from: \"s3:1-5\", to: h11}]\n"
                         "taps: [{name: a, source: h1, to: h6, for: 9s, when: {above: 1pps}}]\n",
                   "p:3:8: copies from s1:1 cannot reach s2:1: s1:6 carries frames for s3:11 "
                   "already, those of line 2, column 10; another uplink, or a \"tag\" on both, "
                   "would tell them apart\n");
    assert_refused(FABRIC "pairs: [{between: [h11, h31], via: f2:5}]\n",
                   "p:2:9: no way between f1:1 and f3:1 takes a link of \"via\"\n");
}

static void test_always(void **unused)
{
    (void)unused;
    assert_tables(FABRIC "always:\n  - {from: \"m1:1-4\", to: \"m1:9\"}\n"
                         "  - {from: \"d1:1\", to: [c1, c2]}\n"
                         "taps: [{name: a, source: h11, to: [c1, c2], uplink: f1:5}]\n",
                  "d1", "in_port=1 actions=output:3,output:4\n");
    assert_refused(FABRIC "always:\n  - {from: \"m1:1\", to: \"m1:9\"}\n"
                          "  - {from: \"d1:1\", to: \"d1:2\"}\n  - {from: \"m2:9\", to: \"m2:1\"}\n"
                          "  - {from: \"f1:6\", to: \"f1:5\"}\n",
                   "p:3:5: a loop: what enters d1:1 comes back to it by this and other rules\n");
    /* what is behind is not known */
    assert_refused(FABRIC "always: [{from: \"m1:1\", to: \"m1:9\"}]\n"
                          "taps: [{name: a, source: h11, to: c1, uplink: f1:5}]\n",
                   "p:3:8: copies from f1:1 cannot reach d1:3: f1:5 carries frames for d1:1 "
                   "already, those of line 2, column 10; another uplink, or a \"tag\" on both, "
                   "would tell them apart\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chosen_uplinks),  cmocka_unit_test(test_shared_ways),
        cmocka_unit_test(test_merging),         cmocka_unit_test(test_matches),
        cmocka_unit_test(test_exact),           cmocka_unit_test(test_tags),
        cmocka_unit_test(test_many_filters),    cmocka_unit_test(test_few_uplinks),
        cmocka_unit_test(test_pairs),           cmocka_unit_test(test_ending),
        cmocka_unit_test(test_same_second),     cmocka_unit_test(test_stable),
        cmocka_unit_test(test_two_controllers), cmocka_unit_test(test_format),
        cmocka_unit_test(test_layers),          cmocka_unit_test(test_refused),
        cmocka_unit_test(test_large_ports),     cmocka_unit_test(test_always),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
