/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the way that is told of a tap the one that its entries make? */
#include "tapd/plan/compile.h"

#include "tapd/plan/random_testing.h"
#include "testing/cmocka.h"

#define DEMON  "topology: topologies/demon.yaml\n"
#define FABRIC "topology: topologies/fabric.yaml\n"

/* A line a tap: "t0: f1:1>5 m1:1>9 d1:1>3." The point is where it leaves; "*" is shared; "#30" is
 * the tag. */
static void format_ways(const struct tapd_network *network, struct base_buffer *out)
{
    const struct topology *topology = network->policy->topology;
    for (size_t i = 0; i < network->n_ways; i++) {
        const struct tapd_way *way = &network->ways[i];
        base_put_format(out, "%s:", way->tap->name);
        for (size_t j = 0; j < way->n_hops; j++) {
            const struct tapd_hop *hop = &way->hops[j];
            bool is_next = j > 0 && hop->before == j - 1;
            assert_true(is_next || hop->before == TAPD_NO_HOP || hop->before < j);
            base_put_format(out, "%s%s:%u>%u", is_next || j == 0 ? " " : " / ",
                            topology->switches[hop->in.sw].name, hop->in.port, hop->out);
            if (hop->tag) {
                base_put_format(out, "#%u", hop->tag);
            }
            base_put_format(out, "%s%s", hop->shared ? "*" : "", hop->ends ? "." : "");
        }
        base_put_text(out, "\n");
    }
}

static struct tapd_policy *load(const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy = policy_of(text, &diagnostics);
    assert_non_null(policy);
    return policy;
}

static void assert_ways(const char *text, const char *ways)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer out = {0};
    struct tapd_network *network;
    struct tapd_policy *policy = load(text);
    assert_int_equal(tapd_compile(policy, NULL, 0, NULL, &network, &diagnostics), 0);
    format_ways(network, &out);
    assert_string_equal(base_buffer_text(&out), ways);
    base_buffer_free(&out);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

static void hop_by_hop(void **state)
{
    (void)state;
    assert_ways(FABRIC "taps: [{name: t, source: h11, uplink: f1:5, to: c1}]\n",
                "t: f1:1>5 m1:1>9 d1:1>3.\n");
    assert_ways(FABRIC "taps: [{name: t, source: h11, uplink: f1:5, to: c1, tag: 30}]\n",
                "t: f1:1>5 m1:1>9#30 d1:1>3#30.\n");
}

static void each_source_and_each_destination(void **state)
{
    (void)state;
    assert_ways(FABRIC "taps: [{name: t, source: [h21, h11], uplink: [f1:5, f2:5], to: c1}]\n",
                "t: f1:1>5 m1:1>9 d1:1>3. / f2:1>5 m1:2>9 d1:1>3.\n");
    assert_ways(FABRIC "taps: [{name: t, source: h11, uplink: f1:5, to: [c1, c3]}]\n",
                "t: f1:1>5 m1:1>9 d1:1>3. / m1:1>10 d2:1>3.\n");
    assert_ways(FABRIC "taps: [{name: t, source: h11, to: h12}]\n", "t: f1:1>2.\n");
}

static void what_taps_have_in_common(void **state)
{
    (void)state;
    assert_ways(FABRIC "taps:\n"
                       "  - {name: a, source: h11, uplink: f1:5, to: c1}\n"
                       "  - {name: b, source: h21, uplink: f2:5, to: c1}\n",
                "a: f1:1>5 m1:1>9 d1:1>3*.\n"
                "b: f2:1>5 m1:2>9 d1:1>3*.\n");
}

static void through_rules_of_always(void **state)
{
    (void)state;
    assert_ways(DEMON "taps: [{name: t, source: h1, uplink: s1:6, to: h11}]\n"
                      "always: [{from: \"s3:1-10\", to: \"s3:11\"}]\n",
                "t: s1:1>6 s3:1>11.\n");
}

/* Two of the policy and one on demand: in this order, whatever the order of the entries is. */
static void those_of_the_policy_are_first(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer out = {0};
    struct tapd_network *network;
    struct tapd_policy *policy = load(FABRIC "taps:\n"
                                             "  - {name: z, source: h12, to: h13}\n"
                                             "  - {name: y, source: h13, to: h12, for: 60s}\n"
                                             "  - {name: x, source: h11, to: h13}\n");
    struct tapd_active active = {policy->taps[1], 1, 60};
    assert_int_equal(tapd_compile(policy, &active, 1, NULL, &network, &diagnostics), 0);
    format_ways(network, &out);
    assert_string_equal(base_buffer_text(&out), "z: f1:2>3.\nx: f1:1>3.\ny: f1:3>2.\n");
    base_buffer_free(&out);
    tapd_network_free(network);
    tapd_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hop_by_hop),
        cmocka_unit_test(each_source_and_each_destination),
        cmocka_unit_test(what_taps_have_in_common),
        cmocka_unit_test(through_rules_of_always),
        cmocka_unit_test(those_of_the_policy_are_first),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
