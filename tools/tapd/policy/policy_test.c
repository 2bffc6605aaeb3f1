/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read from a policy, and which errors are reported, each at its place? */
#include "tapd/policy/policy.h"

#include "ofctl/match.h"
#include "tapd/policy/graph.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#define TOPOLOGY                                                                                   \
    "name: t\n"                                                                                    \
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\n"                                    \
    "hosts:\n"                                                                                     \
    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"                                                 \
    "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"                                                 \
    "  h3: {mac: 00:00:00:00:00:03, port: s2:1}\n"                                                 \
    "  c1: {mac: 00:00:00:00:00:c1, port: s3:9, role: capture}\n"                                  \
    "links: [[s1:5, s3:1], [s1:6, s3:2], [s2:5, s3:3]]\n"

#define HEAD "topology: t\n"

static struct tapd_policy *load(const char *text, struct yaml_diagnostics *diagnostics)
{
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct tapd_policy *policy;
    int result = tapd_policy_load_from(&from, "p", &policy, diagnostics);
    assert_int_equal(result, policy ? 0 : -1);
    return policy;
}

static struct tapd_policy *load_good(const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    struct tapd_policy *policy = load(text, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &words), "");
    assert_non_null(policy);
    base_buffer_free(&words);
    return policy;
}

static void assert_refused(const char *text, const char *errors)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    assert_null(load(text, &diagnostics));
    assert_string_equal(memory_errors(&diagnostics, &words), errors);
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
}

static void test_everything(void **unused)
{
    (void)unused;
    struct tapd_policy *policy =
        load_good(HEAD "switches: [s1, s3]\n"
                       "pairs:\n  - [h1, s1:2]\n  - {between: [h2, h3], via: s1:6}\n"
                       "taps:\n"
                       "  - {name: web, source: [h1, \"s2:1\"], match: \"tcp,tp_dst=80\",\n"
                       "     uplink: [s1:5, s1:6], to: c1, copies: 2, tag: 30, strip: true}\n"
                       "  - {name: some, source: \"s1:1-2\", to: \"s3:9\", tag: port, for: 2m}\n"
                       "always: [{from: \"s3:1,3\", to: c1}]\n"
                       "timeouts: {idle: 0, hard: 120}\ncookie: 0xabcd\n");
    assert_int_equal(policy->n_pairs, 2);
    assert_int_equal(policy->pairs[1].via[0].port, 6);
    assert_true(policy->owns[0] && !policy->owns[1] && policy->owns[2]);
    const struct tapd_tap *web = tapd_policy_find(policy, "web");
    assert_int_equal(web->n_sources, 2);
    assert_int_equal(web->sources[1].sw, 1);
    assert_int_equal(web->n_uplinks, 2);
    assert_int_equal(web->to[0].port, 9);
    assert_int_equal(web->copies, 2);
    assert_int_equal(web->tag, 30);
    assert_true(web->strip);
    assert_int_equal(web->matches->value.tp_dst, 80);
    const struct tapd_tap *some = tapd_policy_find(policy, "some");
    assert_int_equal(some->n_sources, 2);
    assert_int_equal(some->tag, TAPD_TAG_PORT);
    assert_int_equal(some->lifetime_sec, 120);
    assert_null(tapd_policy_find(policy, "none"));
    assert_int_equal(policy->n_always, 2);
    assert_int_equal(policy->always[1].from.port, 3);
    assert_int_equal(policy->hard_timeout_sec, 120);
    assert_int_equal(policy->cookie, 0xabcd);
    tapd_policy_free(policy);
}

static void test_when(void **unused)
{
    (void)unused;
    struct tapd_policy *policy =
        load_good(HEAD "taps:\n"
                       "  - {name: a, source: [h1, h2], match: ip, to: c1, for: 60s,\n"
                       "     pairs: [[h1, h2]], when: {above: 10Mbps, over: 500ms}}\n"
                       "  - {name: b, source: h1, to: c1, for: 60s, pairs: [[h1, h2]],\n"
                       "     when: {match: tcp, at: [\"s1:1-2\"], above: 100pps, below: 0pps,\n"
                       "            per: tap, samples: 3, max: 5}}\n");
    const struct sflow_threshold *a = policy->taps[0]->when, *b = policy->taps[1]->when;
    assert_int_equal(a->n_ports, 2);
    assert_int_equal(a->match.value.dl_type, DL_TYPE_IP);
    assert_int_equal(a->above, 10000000);
    assert_int_equal(a->below, 5000000);
    assert_int_equal(a->over_ms, 500);
    assert_int_equal(a->lifetime_ms, 60000);
    assert_int_equal(a->per, SFLOW_PER_PORT);
    assert_int_equal(b->n_ports, 2);
    assert_int_equal(b->unit, SFLOW_PACKETS_PER_S);
    assert_int_equal(b->below, 0);
    assert_int_equal(b->per, SFLOW_PER_THRESHOLD);
    assert_int_equal(b->min_samples, 3);
    assert_int_equal(b->max_taps, 5);
    tapd_policy_free(policy);
}

static void test_refused_file(void **unused)
{
    (void)unused;
    assert_refused("pairs: []\n", "p:1:1: a policy needs the key \"topology\"\n");
    assert_refused("topology: x\n", "p:1:11: x: no such file\n");
    assert_refused(HEAD "tap: []\n",
                   "p:2:1: unknown key \"tap\" in a policy; did you mean \"taps\"?\n");
    assert_refused("topology: t\nports: {}\n",
                   "p:1:1: this is an expectation; a policy was expected (it has topology:, "
                   "pairs:, taps:, always:)\n");
    assert_refused(HEAD "switches: [s1, s9, s1]\n",
                   "p:2:16: unknown switch \"s9\"; expected one of s1, s2, s3\n"
                   "p:2:20: \"s1\" is listed twice\n");
    assert_refused(HEAD "switches: []\n",
                   "p:2:11: expected at least one switch, found an empty list\n");
    assert_refused(HEAD "timeouts: {idle: x}\ncookie: 0\n",
                   "p:2:18: expected a time from 1 to 65535 seconds, as 120s or 2m, or never, "
                   "found \"x\"\n"
                   "p:3:9: expected a number of 32 bits other than 0, found \"0\"\n");
}

static void test_refused_ports(void **unused)
{
    (void)unused;
    assert_refused(HEAD "pairs: [[h1, h9], [h1, \"s1:7\"], [h1, \"s1:5\"], [h1, s1:1], [h1]]\n",
                   "p:2:14: unknown host \"h9\"; expected one of h1, h2, h3, c1\n"
                   "p:2:25: unknown port s1:7; the topology uses of s1: 1-2, 5-6\n"
                   "p:2:39: expected a port where a host is, found s1:5, an end of a link\n"
                   "p:2:52: s1:1 is its own partner\n"
                   "p:2:59: a pair has two ends, found 1\n");
    assert_refused(HEAD "pairs: [[h1, h2], [h2, h1], {between: [h1, h3], via: h1}]\n",
                   "p:2:19: s1:2 and s1:1 are a pair already\n"
                   "p:2:54: expected an end of a link, found s1:1, where a host is\n");
    assert_refused(HEAD
                   "always: [{from: \"s3:1-4\", to: c1}, {from: h1, to: c1}, {from: c1, to: c1}]\n",
                   "p:2:21: unknown port s3:4; the topology uses of s3: 1-3, 9\n"
                   "p:2:36: s1:1 and s3:9 are not on one switch\n"
                   "p:2:56: s3:9 cannot send to itself\n");
}

static void test_refused_taps(void **unused)
{
    (void)unused;
    assert_refused(HEAD "taps:\n"
                        "  - {name: a, source: h1}\n"
                        "  - {name: a, source: [h1, h1], to: h1}\n"
                        "  - {name: \"a b\", source: h1, to: s3:1, match: \"in_port=1\"}\n",
                   "p:3:5: a tap needs the key \"to\"\n"
                   "p:4:12: the name \"a\" is used twice, first in line 3, column 12\n"
                   "p:4:28: s1:1 is listed twice\n"
                   "p:4:37: s1:1 is a source of this tap\n"
                   "p:5:14: expected a name of letters, digits, '.', '_', '-', '@' and ':', at "
                   "most 200, found \"a b\"\n"
                   "p:5:35: expected a port where a host is, found s3:1, an end of a link\n"
                   "p:5:48: \"source\" says the port, not the match\n");
    assert_refused(HEAD
                   "taps:\n"
                   "  - {name: a, source: h1, to: c1, copies: 0, tag: 4095, strip: yes}\n"
                   "  - {name: b, source: h1, to: c1, strip: true, match: \"tcp,tp_dts=80\"}\n",
                   "p:3:43: expected a number of copies from 1 to 16, found \"0\"\n"
                   "p:3:51: expected a VLAN id from 1 to 4094, or \"port\", found \"4095\"\n"
                   "p:3:64: expected \"true\" or \"false\", found \"yes\"\n"
                   "p:4:35: \"strip\" needs \"tag\": other tags are not touched\n"
                   "p:4:60: unknown field \"tp_dts\" (did you mean tp_dst?)\n");
    assert_refused(HEAD "taps:\n"
                        "  - {name: a, source: h1, to: c1, uplink: s2:5}\n"
                        "  - {name: b, source: h1, to: c1, uplink: [s1:5, s1:6]}\n"
                        "  - {name: c, source: h1, to: c1, uplink: s1:5, copies: 2}\n",
                   "p:3:43: uplink s2:5 is not on the switch of a source\n"
                   "p:4:43: 2 uplinks of s1, but only 1 copies: \"copies\" says how many there "
                   "should be\n"
                   "p:5:43: 2 copies need as many uplinks of s1, found 1\n");
}

static void test_refused_when(void **unused)
{
    (void)unused;
    assert_refused(HEAD "taps:\n"
                        "  - {name: a, source: h1, to: c1, when: {above: 1Mbps}}\n"
                        "  - {name: b, source: h1, to: c1, for: never, when: {above: 1Mbps}}\n"
                        "  - {name: c, source: h1, to: c1, for: 5s, when: {over: 1s}}\n"
                        "  - {name: d, source: h1, to: c1, for: 4s, when: {above: 1Mbps}}\n",
                   "p:3:35: a tap with \"when\" needs \"for\": how long it stays\n"
                   "p:4:40: a tap with \"when\" must end\n"
                   "p:5:50: \"when\" needs the key \"above\"\n"
                   "p:6:40: a tap with \"when\" needs at least 5s: samples may come a second late, "
                   "too late to extend it\n");
    assert_refused(
        HEAD "taps:\n"
             "  - {name: a, source: h1, to: c1, for: 5s,\n"
             "     when: {above: 1Mbps, below: 2Mbps, over: 10ms, per: host, at: h2}}\n"
             "  - {name: b, source: h1, to: c1, for: 5s, when: {above: 1Mbps, below: 1pps}}\n",
        "p:4:34: \"below\" is more than \"above\"\n"
        "p:4:47: expected a time from 100ms to 60m, as 500ms, 2s or 1m, found \"10ms\"\n"
        "p:4:58: expected \"port\", \"flow\" or \"tap\", found \"host\"\n"
        "p:4:64: \"at\" needs \"per: tap\": a tap for each port or flow is of the "
        "sources\n"
        "p:5:72: \"below\" and \"above\" must be of one unit\n");
    assert_refused(
        HEAD "taps:\n"
             "  - {name: a, source: h1, to: c1, for: 5s, when: {above: 1parsec}}\n"
             "  - {name: b, source: h1, to: c1, for: 5s,\n"
             "     when: {above: 1pps, match: \"tcp,in_port=1\"}}\n"
             "  - {name: c, source: h1, to: c1, match: [tcp, udp], for: 5s, when: {above: 1pps}}\n"
             "  - {name: d, source: h1, to: c1, not: tcp, for: 5s, when: {above: 1pps}}\n"
             "  - {name: e, source: h1, to: [], for: 5s, when: {above: 1pps}}\n",
        "p:3:58: found `1parsec', expected a rate: 10Mbps, 1000pps\n"
        "p:5:33: \"at\" says the port, not the match\n"
        "p:6:63: a tap with \"when\" has one match, and no \"not\"\n"
        "p:7:54: a tap with \"when\" has one match, and no \"not\"\n"
        "p:8:31: expected at least one port, found an empty list\n");
}

/* ------------------------------------------------------------- on demand */

static struct tapd_tap *read_tap(const struct tapd_policy *policy, const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_tap *tap = NULL;
    assert_int_equal(tapd_tap_read(policy, "request", text, strlen(text), &tap, &diagnostics), 0);
    assert_int_equal(diagnostics.n_items, 0);
    return tap;
}

static void assert_rewritten(const struct tapd_policy *policy, const char *text)
{
    struct base_buffer once = {0}, twice = {0};
    struct tapd_tap *tap = read_tap(policy, text);
    tapd_tap_format(policy, tap, &once);
    struct tapd_tap *again = read_tap(policy, base_buffer_text(&once));
    tapd_tap_format(policy, again, &twice);
    assert_string_equal(base_buffer_text(&once), base_buffer_text(&twice));
    assert_true(match_equal(tap->matches, again->matches));
    base_buffer_free(&once);
    base_buffer_free(&twice);
    tapd_tap_free(tap);
    tapd_tap_free(again);
}

static void assert_sources(const struct tapd_policy *policy, const char *text, const char *sources)
{
    struct base_buffer got = {0};
    struct tapd_tap *tap = read_tap(policy, text);
    tapd_tap_format(policy, tap, &got);
    if (!strstr(base_buffer_text(&got), sources)) {
        fail_msg("expected %s in %s", sources, base_buffer_text(&got));
    }
    base_buffer_free(&got);
    tapd_tap_free(tap);
}

static void test_on_demand(void **unused)
{
    (void)unused;
    struct tapd_policy *policy = load_good(HEAD);
    struct base_buffer text = {0};
    struct tapd_tap *tap = read_tap(policy, "{\"name\": \"x\", \"source\": [\"h1\"], \"match\": "
                                            "\"tcp,tp_dst=80\", \"to\": \"c1\", \"for\": 120}");
    assert_int_equal(tap->lifetime_sec, 120);
    tapd_tap_format(policy, tap, &text);
    assert_string_equal(base_buffer_text(&text),
                        "{\"name\": \"x\", \"source\": [\"s1:1\"], \"match\": \"tcp,tp_dst=80\", "
                        "\"to\": [\"s3:9\"], \"for\": \"120s\"}");
    base_buffer_free(&text);
    tapd_tap_free(tap);
    assert_rewritten(policy,
                     "{name: y, source: [h1, h3], to: c1, uplink: [s1:5, s1:6], copies: 2}");
    assert_rewritten(policy, "{name: \"r@s1:1.0f\", source: h1, to: c1, tag: 7, strip: true,\n"
                             "pairs: [[h1, h2], {between: [h2, h3], via: s1:5}]}");
    assert_rewritten(policy, "{name: u, source: h1, to: c1, until: \"2030-02-28T23:59:59Z\"}");
    assert_sources(policy, "{name: u, source: h1, to: c1, until: \"2030-02-28T23:59:59Z\"}",
                   "\"until\": \"2030-02-28T23:59:59Z\"");
    assert_rewritten(policy, "{name: z, source: h1, to: c1, tag: port, match: arp, for: 2m}");
    tapd_policy_free(policy);
}

/* Both directions: the port of a host, and those that forward to it, wherever the policy says so.
 */
static void test_of(void **unused)
{
    (void)unused;
    struct tapd_policy *policy = load_good(HEAD "taps: [{name: a, of: h1, to: c1}]\n"
                                                "pairs: [[h2, h1], [h1, h3]]\n"
                                                "always: [{from: \"s3:1\", to: \"s3:9\"}]\n");
    assert_int_equal(policy->taps[0]->n_sources, 3);
    assert_sources(policy, "{name: x, of: h1, to: c1}",
                   "\"source\": [\"s1:1\", \"s1:2\", \"s2:1\"]");
    assert_sources(policy, "{name: x, of: [h2, h1], to: c1}",
                   "\"source\": [\"s1:2\", \"s1:1\", \"s2:1\"]");
    assert_sources(policy, "{name: x, of: h2, to: c1, pairs: [[h2, h3]]}",
                   "\"source\": [\"s1:2\", \"s1:1\", \"s2:1\"]");
    assert_sources(policy, "{name: x, of: c1, to: h3}", "\"source\": [\"s3:9\", \"s3:1\"]");
    tapd_policy_free(policy);
    assert_refused(HEAD "taps:\n"
                        "  - {name: a, to: c1}\n"
                        "  - {name: b, source: h1, of: h2, to: c1}\n"
                        "  - {name: c, of: h9, to: c1}\n",
                   "p:3:5: a tap needs the key \"source\" (or \"of\")\n"
                   "p:4:27: either \"source\" or \"of\" says where frames enter\n"
                   "p:5:19: unknown host \"h9\"; expected one of h1, h2, h3, c1\n");
}

static void test_refused_dates(void **unused)
{
    (void)unused;
    assert_refused(
        HEAD "taps:\n"
             "  - {name: a, source: h1, to: c1, until: 2030-01-01}\n"
             "  - {name: b, source: h1, to: c1, until: \"2030-13-01T00:00:00Z\"}\n"
             "  - {name: c, source: h1, to: c1, for: 9s, until: \"2030-01-01T00:00:00Z\"}\n"
             "  - {name: d, source: h1, to: c1, until: \"2030-01-01T00:00:00+01:00\"}\n"
             "  - {name: e, source: h1, to: c1, until: \"2027-02-31T00:00:00Z\"}\n"
             "  - {name: f, source: h1, to: c1, until: \"2027-1- 1T0:0:61Z\"}\n",
        "p:3:42: expected a time as 2027-01-01T00:00:00Z, found \"2030-01-01\"\n"
        "p:4:42: expected a time as 2027-01-01T00:00:00Z, found \"2030-13-01T00:00:00Z\"\n"
        "p:5:44: a tap with \"for\" ends without \"until\"\n"
        "p:6:42: expected a time as 2027-01-01T00:00:00Z, found "
        "\"2030-01-01T00:00:00+01:00\"\n"
        "p:7:42: expected a time as 2027-01-01T00:00:00Z, found \"2027-02-31T00:00:00Z\"\n"
        "p:8:42: expected a time as 2027-01-01T00:00:00Z, found \"2027-1- 1T0:0:61Z\"\n");
}

static void test_notes(void **unused)
{
    (void)unused;
    struct tapd_policy *policy = load_good(HEAD);
    static const char text[] = "{\"name\": \"x\", \"source\": \"h1\", \"to\": \"c1\", "
                               "\"note\": \"\u00fc \\\"q\\\" \\\\\", \"owner\": \"ann\"}";
    struct tapd_tap *tap = read_tap(policy, text);
    assert_string_equal(tap->note, "\u00fc \"q\" \\");
    assert_string_equal(tap->owner, "ann");
    tapd_tap_free(tap);
    assert_rewritten(policy, text);
    assert_sources(policy, text, "\"note\": \"\u00fc \\\"q\\\" \\\\\", \"owner\": \"ann\"}");
    tapd_policy_free(policy);
    assert_refused(HEAD "taps: [{name: a, source: h1, to: c1, note: \"a\\nb\"}]\n",
                   "p:2:44: expected a line of text of at most 500 bytes\n");
}

static void test_refused_on_demand(void **unused)
{
    (void)unused;
    static const char text[] =
        "{\"name\": \"x\", \"source\": \"h7\",\n \"to\": \"c1\", \"when\": {}}";
    struct tapd_policy *policy = load_good(HEAD);
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_tap *tap;
    struct base_buffer words = {0};
    assert_int_equal(tapd_tap_read(policy, "request", text, sizeof text - 1, &tap, &diagnostics),
                     -1);
    assert_null(tap);
    assert_string_equal(
        memory_errors(&diagnostics, &words),
        "request:1:25: unknown host \"h7\"; expected one of h1, h2, h3, c1\n"
        "request:2:14: unknown key \"when\" in a tap; expected one of name, source, "
        "of, match, not, uplink, to, copies, tag, strip, pairs, for, until, note, owner\n");
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
    tapd_policy_free(policy);
}

static struct tapd_tap *crossed(const struct tapd_policy *policy, const char *rule)
{
    struct sflow_key key = {.sw = 0,
                            .flow = {.in_port = 2,
                                     .dl_type = DL_TYPE_IP,
                                     .nw_proto = NW_PROTO_TCP,
                                     .tp_src = 4000,
                                     .tp_dst = 80,
                                     .nw_src = 0x0a000001,
                                     .nw_dst = 0x0a000002,
                                     .dl_src = {2}}};
    struct tapd_tap *tap = tapd_tap_of_rule(policy, tapd_policy_find(policy, rule), &key);
    assert_non_null(tap);
    assert_null(tap->when);
    return tap;
}

static void test_of_rule(void **unused)
{
    (void)unused;
    struct base_buffer text = {0};
    struct tapd_policy *policy = load_good(
        HEAD "taps:\n"
             "  - {name: p, source: [h1, h2, h3], to: c1, for: 9s, uplink: [s1:5, s2:5],\n"
             "     when: {above: 1Mbps}}\n"
             "  - {name: f, source: [h1, h2], to: c1, for: 9s, match: tcp,\n"
             "     when: {above: 1Mbps, per: flow}}\n"
             "  - {name: s, source: h1, to: c1, for: 9s, match: ipv6,\n"
             "     when: {above: 1Mbps, per: flow}}\n"
             "  - {name: t, source: h1, to: c1, for: 9s,\n"
             "     when: {above: 1Mbps, per: tap, at: h2}}\n");
    /* Of IPv6, OpenFlow 1.0 has no ports. */
    struct sflow_key key = {.flow = {.in_port = 1,
                                     .dl_type = DL_TYPE_IPV6,
                                     .nw_proto = NW_PROTO_TCP,
                                     .tp_src = 4000,
                                     .tp_dst = 80}};
    struct tapd_tap *six = tapd_tap_of_rule(policy, tapd_policy_find(policy, "s"), &key);
    assert_non_null(six);
    ofctl_format_match(six->matches, &text);
    assert_string_equal(base_buffer_text(&text), "ipv6");
    base_buffer_free(&text);
    tapd_tap_free(six);
    struct tapd_tap *p = crossed(policy, "p"), *f = crossed(policy, "f"), *t = crossed(policy, "t");
    assert_string_equal(p->name, "p@s1:2");
    assert_int_equal(p->n_sources, 1);
    assert_int_equal(p->sources[0].port, 2);
    assert_int_equal(p->n_uplinks, 1);
    assert_memory_equal(f->name, "f@s1:2.", 7);
    ofctl_format_match(f->matches, &text);
    assert_string_equal(base_buffer_text(&text),
                        "tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=4000,tp_dst=80");
    assert_string_equal(t->name, "t");
    assert_int_equal(t->sources[0].port, 1);
    base_buffer_free(&text);
    tapd_tap_free(p);
    tapd_tap_free(f);
    tapd_tap_free(t);
    tapd_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_refused_file),
        cmocka_unit_test(test_refused_ports),
        cmocka_unit_test(test_refused_taps),
        cmocka_unit_test(test_refused_when),
        cmocka_unit_test(test_on_demand),
        cmocka_unit_test(test_refused_on_demand),
        cmocka_unit_test(test_of),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_refused_dates),
        cmocka_unit_test(test_of_rule),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
