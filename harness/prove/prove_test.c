/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims that hold for every header, and headers that refute the others; against walks of
 * single packets on random networks. */
#include "prove/prove.h"

#include "ofctl/match.h"
#include "testing/random_proof.h"
#include "testing/random_space.h"

enum { A, B, C };
enum { H1, H2, H3, H4, H5 };

static void assert_verdict(const struct small *small, const char *id, enum verdict verdict)
{
    const struct result *result = small_result(small, id);
    if (result->verdict != verdict) {
        fail_msg("%s: %s instead of %s: %s", id, verdict_name(result->verdict),
                 verdict_name(verdict), result->detail ? result->detail : "");
    }
}

static void assert_says(const char *text, const char *part)
{
    if (!text || !strstr(text, part)) {
        fail_msg("'%s' is not in: %s", part, text ? text : "NULL");
    }
}

static const struct prove_finding *finding_of(const struct small *small, const char *id)
{
    for (size_t i = 0; i < small->findings.n_items; i++) {
        const struct prove_finding *finding = &small->findings.items[i];
        if (strcmp(small->report.results[finding->result].id, id) == 0) {
            return finding;
        }
    }
    fail_msg("no finding of %s", id);
    return NULL;
}

static void test_words_for_copies(void **state)
{
    (void)state;
    static const struct {
        unsigned expected;
        const char *actions, *detail; /* NULL: it holds */
    } rows[] = {
        {0, "output:2", NULL},
        {0, "output:3", "it arrives at h3"},
        {0, "output:3,output:3", "it arrives at h3 2 times instead of 0"},
        {1, "output:2", "it does not arrive at h3"},
        {1, "output:3", NULL},
        {1, "output:3,output:2,output:3", "it arrives at h3 2 times instead of 1"},
        {2, "output:3", "it arrives at h3 1 time instead of 2"},
        {2, "output:3,output:3,output:3", "it arrives at h3 3 times instead of 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct small small;
        char flow[100];
        small_init(&small);
        snprintf(flow, sizeof flow, "in_port=1 actions=%s", rows[i].actions);
        small_flow(&small, A, flow);
        small_flow(&small, B, "in_port=3 actions=output:1");
        small_claim(&small, "claim", H1, H3, rows[i].expected, "");
        small_prove(&small, NULL);
        assert_verdict(&small, "claim", rows[i].detail ? VERDICT_FAIL : VERDICT_PASS);
        if (rows[i].detail) {
            assert_string_equal(small_result(&small, "claim")->detail, rows[i].detail);
        }
        small_free(&small);
    }
}

/* One of 2^32 destinations gets through: that one is found. */
static void test_one_bad_header(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "priority=9,ip,in_port=1,nw_dst=10.77.3.99 actions=output:2,output:3");
    small_flow(&small, A, "priority=8,in_port=1 actions=output:2");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_claim(&small, "delivered", H1, H2, 1, "");
    small_claim(&small, "isolated", H1, H3, 0, "");
    small_claim(&small, "quiet", H1, H3, 0, "tcp");
    small_claim(&small, "other", H1, H3, 0, "arp");
    small_expect(&small, A, 1, "output:2");
    small_prove(&small, NULL);
    assert_verdict(&small, "delivered", VERDICT_PASS);
    assert_verdict(&small, "isolated", VERDICT_FAIL);
    assert_verdict(&small, "quiet", VERDICT_FAIL);
    assert_verdict(&small, "other", VERDICT_PASS);
    const struct result *result = small_result(&small, "isolated");
    assert_says(result->example, "nw_dst=10.77.3.99");
    assert_string_equal(result->detail, "it arrives at h3");
    assert_true(result->disagrees);
    assert_int_equal(result->disagree[0], SAYS_DECLARED);
    assert_int_equal(result->disagree[1], SAYS_ADVERTISED);
    assert_string_equal(result->says[SAYS_DECLARED], "0 copies");
    assert_string_equal(result->says[SAYS_ADVERTISED], "1 copy");
    assert_string_equal(result->says[SAYS_OBSERVED], "not looked for");
    assert_string_equal(result->source, "test:1:1");
    const struct prove_finding *finding = finding_of(&small, "isolated");
    assert_int_equal(finding->kind, PROVE_REFUTED);
    assert_int_equal(finding->from, H1);
    assert_int_equal(finding->to, H3);
    assert_int_equal(finding->copies, 1);
    assert_int_equal(finding->example.nw_dst, 0x0a4d0363);
    assert_false(finding->altered);
    assert_says(small_result(&small, "quiet")->example, "tcp");
    /* The one hidden by another entry is not. */
    small_flow(&small, A, "priority=10,ip,in_port=1,nw_dst=10.77.0.0/16 actions=output:2");
    small_prove(&small, NULL);
    assert_int_equal(report_count(&small.report, VERDICT_PASS), 4 + 1); /* h2 sends nothing */
    small_free(&small);
}

/* Halves of a prefix by two entries deliver all of it; without one they do not. */
static void test_several_entries_together(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "ip,in_port=1,nw_dst=10.0.0.0/9 actions=output:3");
    small_flow(&small, A, "ip,in_port=1,nw_dst=10.128.0.0/10 actions=output:3");
    small_flow(&small, A, "ip,in_port=1,nw_dst=10.192.0.0/10 actions=output:4");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_flow(&small, C, "in_port=3 actions=output:4");
    small_flow(&small, B, "in_port=4 actions=output:1");
    small_claim(&small, "all", H1, H3, 1, "ip,nw_dst=10.0.0.0/8");
    small_prove(&small, NULL);
    assert_verdict(&small, "all", VERDICT_PASS);
    assert_int_equal(small.report.n_results, 1);
    small.states[A].flows.n_entries = 2;
    small_prove(&small, NULL);
    assert_verdict(&small, "all", VERDICT_FAIL);
    const struct result *result = small_result(&small, "all");
    assert_says(result->example, "nw_dst=10.2");
    assert_says(result->detail, "it does not arrive at h3");
    small.states[A].flows.n_entries = 3;
    small_free(&small);
}

static void test_copies(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3,output:4");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_flow(&small, C, "in_port=3 actions=output:4");
    small_flow(&small, B, "in_port=4 actions=output:1");
    small_claim(&small, "twice", H1, H3, 2, "");
    small_claim(&small, "once", H1, H3, 1, "");
    small_claim(&small, "thrice", H1, H3, 3, "");
    small_expect(&small, A, 1, "output:3,output:4");
    small_expect(&small, B, 3, "output:1");
    small_expect(&small, B, 4, "output:1");
    small_expect(&small, C, 3, "output:4");
    small_prove(&small, NULL);
    assert_verdict(&small, "twice", VERDICT_PASS);
    assert_true(small_result(&small, "twice")->by_tables);
    assert_string_equal(small_result(&small, "twice")->says[SAYS_ADVERTISED], "2 copies");
    assert_verdict(&small, "once", VERDICT_FAIL);
    assert_verdict(&small, "thrice", VERDICT_FAIL);
    assert_int_equal(small_result(&small, "once")->observed_count, 2);
    assert_int_equal(small_result(&small, "thrice")->observed_count, 2);
    /* One of the two ways ends: a port that is switched off. */
    small.ports[C][3].config = PORT_CONFIG_DOWN;
    small_prove(&small, NULL);
    assert_verdict(&small, "once", VERDICT_PASS);
    assert_verdict(&small, "twice", VERDICT_FAIL);
    small_free(&small);
}

static void test_many_copies(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3,output:3,output:3,output:3,output:3");
    small_flow(&small, B, "in_port=3 actions=output:1,output:1");
    small_claim(&small, "once", H1, H3, 1, "");
    small_prove(&small, NULL);
    assert_verdict(&small, "once", VERDICT_FAIL);
    assert_int_equal(small_result(&small, "once")->observed_count, 10);
    small_free(&small);
}

/* A tag that one switch sets and the next one strips; forgotten, it is found. */
static void test_vlan_on_the_way(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=mod_vlan_vid:7,output:3");
    small_flow(&small, B, "in_port=3,dl_vlan=7 actions=strip_vlan,output:1");
    small_claim(&small, "claim", H1, H3, 1, "vlan_tci=0/0x1000");
    small_prove(&small, NULL);
    assert_verdict(&small, "claim", VERDICT_PASS);
    small_flow(&small, B, "priority=40000,in_port=3,dl_vlan=7,dl_type=0x88cc actions=output:1");
    small_prove(&small, NULL);
    assert_verdict(&small, "claim", VERDICT_FAIL);
    assert_says(small_result(&small, "claim")->example, "dl_type=0x88cc");
    assert_says(small_result(&small, "claim")->detail, "it arrives at h3 altered: ");
    const struct prove_finding *finding = finding_of(&small, "claim");
    assert_int_equal(finding->to, H3);
    assert_int_equal(finding->copies, 1);
    assert_true(finding->altered);
    assert_int_equal(finding->arrives.vlan_tci & VLAN_VID, 7);
    assert_int_equal(finding->arrives.in_port, 1);
    assert_says(small_result(&small, "claim")->says[SAYS_ADVERTISED], "1 copy, altered: in_port=");
    /* Where the ports say so, it is as it should be; and the other way is not. */
    small_expect(&small, A, 1, "mod_vlan_vid:7,output:3");
    small_expect(&small, B, 3, "output:1");
    small_prove(&small, NULL);
    assert_verdict(&small, "claim", VERDICT_FAIL);
    small_free(&small);
}

static void test_stray(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:2,output:4");
    small_flow(&small, C, "udp,in_port=3,tp_dst=4789 actions=output:1");
    small_claim(&small, "claim", H1, H2, 1, "");
    small_prove(&small, NULL);
    assert_verdict(&small, "claim", VERDICT_PASS);
    assert_verdict(&small, "traffic/h1/stray/h4", VERDICT_FAIL);
    assert_says(small_result(&small, "traffic/h1/stray/h4")->example, "tp_dst=4789");
    small_claim(&small, "allowed", H1, H4, 1, "udp,tp_dst=4789");
    small_prove(&small, NULL);
    assert_int_equal(report_count(&small.report, VERDICT_PASS), 2);
    assert_int_equal(small.report.n_results, 2);
    small_free(&small);
}

/* Of h1 no claim speaks: what its ports declare may arrive, and nothing else;
 * where they declare nothing, anything. */
static void test_stray_beyond_ports(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_expect(&small, A, 1, "output:2,output:3");
    small_expect(&small, B, 3, "output:1");
    small_flow(
        &small, A,
        "priority=9,udp,in_port=1,tp_dst=4789 actions=output:2,mod_nw_tos:32,output:2,output:3");
    small_flow(&small, A, "priority=8,arp,in_port=1 actions=output:2,output:4");
    small_flow(&small, A, "priority=7,in_port=1 actions=output:2,output:3");
    small_flow(&small, B, "priority=9,tcp,in_port=3,nw_dst=10.77.3.99 actions=output:1,output:5");
    small_flow(&small, B, "priority=8,in_port=3 actions=output:1");
    small_flow(&small, C, "in_port=3 actions=output:1");
    small_prove(&small, NULL);
    assert_int_equal(small.report.n_results, 3 + 4); /* a and b drop what others send */
    assert_verdict(&small, "traffic/h1/delivered/h3", VERDICT_FAIL); /* it should be, too */
    assert_says(small_result(&small, "traffic/h1/delivered/h3")->example, "arp");
    assert_verdict(&small, "traffic/h2/stray/all", VERDICT_PASS);
    assert_verdict(&small, "traffic/h1/stray/h5", VERDICT_FAIL); /* one header in 2^32 */
    assert_says(small_result(&small, "traffic/h1/stray/h5")->example, "nw_dst=10.77.3.99");
    assert_verdict(&small, "traffic/h1/stray/h4", VERDICT_FAIL);
    assert_says(small_result(&small, "traffic/h1/stray/h4")->example, "arp");
    assert_verdict(&small, "traffic/h1/stray/h2", VERDICT_FAIL); /* twice, and once is declared */
    assert_says(small_result(&small, "traffic/h1/stray/h2")->example, "tp_dst=4789");
    assert_int_equal(small_result(&small, "traffic/h1/stray/h2")->expected_count, 1);
    assert_int_equal(small_result(&small, "traffic/h1/stray/h2")->observed_count, 2);
    /* A switch that was not read may send anything. */
    small.switches[B] = (struct switch_dump){.reason = "refused"};
    small_prove(&small, NULL);
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_INCONCLUSIVE);
    /* Nothing is declared of b, where all of it goes. */
    small.lists[B] = false;
    small_prove(&small, NULL);
    assert_int_equal(report_count(&small.report, VERDICT_PASS), small.report.n_results);
    small.lists[B] = true;
    small.expectation.ports[1].port.port = 4; /* b:3 is not listed; b:4 is */
    small.cases[1].match = match_in_port(4);
    small_prove(&small, NULL);
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_INCONCLUSIVE);
    small.expectation.unlisted_any = true;
    small_prove(&small, NULL);
    assert_int_equal(report_count(&small.report, VERDICT_PASS), small.report.n_results);
    small_free(&small);
}

/* Senders without a claim are judged by their ports, but not beside a selection. */
static void test_selection(void **state)
{
    (void)state;
    struct small small;
    const bool second[] = {false, true}, none[] = {false, false}, both[] = {true, true};
    struct prove_options options = {.selected = second};
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:2");
    small_claim(&small, "first", H1, H2, 1, "");
    small_claim(&small, "second", H2, H1, 0, "");
    small_expect(&small, A, 1, "output:2");
    small_expect(&small, A, 2, "drop");
    small_prove(&small, &options);
    assert_int_equal(small.report.n_results, 1);
    assert_verdict(&small, "second", VERDICT_PASS);
    options.selected = none;
    small_prove(&small, &options);
    assert_int_equal(small.report.n_results, 0);
    options.selected = both;
    small_prove(&small, &options);
    size_t n = small.report.n_results;
    small_prove(&small, NULL);
    assert_int_equal(small.report.n_results, n);
    small_free(&small);
}

/* Round and round: and what leaves on the way leaves without end. */
static void test_loop(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_flow(&small, B, "in_port=3,dl_type=0x88cc actions=output:1,output:4");
    small_flow(&small, B, "priority=1,in_port=3 actions=output:1");
    small_flow(&small, C, "in_port=4 actions=output:3");
    small_flow(&small, A, "in_port=4 actions=output:3");
    small_claim(&small, "claim", H1, H3, 1, "");
    small_claim(&small, "ip", H1, H3, 1, "ip");
    small_prove(&small, NULL);
    assert_verdict(&small, "ip", VERDICT_PASS);
    assert_verdict(&small, "claim", VERDICT_FAIL);
    assert_int_equal(small_result(&small, "claim")->observed_count, -1);
    const struct result *loop = small_result(&small, "traffic/h1/loop");
    assert_int_equal(loop->verdict, VERDICT_FAIL);
    assert_says(loop->example, "dl_type=0x88cc");
    assert_int_equal(finding_of(&small, "traffic/h1/loop")->kind, PROVE_LOOPS);
    assert_int_equal(finding_of(&small, "claim")->copies, -1);
    assert_string_equal(loop->expected, "no packet goes round endlessly");
    assert_string_equal(loop->says[SAYS_ADVERTISED], "1 loop");
    assert_null(loop->says[SAYS_DECLARED]);
    assert_string_equal(small_result(&small, "claim")->observed, "copies without end");
    assert_string_equal(small_result(&small, "claim")->expected, "1 copy");
    small_free(&small);
}

/* Twice through the same port is no loop, if the header is another one. */
static void test_hairpin(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1 actions=output:3");
    small_flow(&small, B, "priority=9,in_port=3,dl_vlan=5 actions=strip_vlan,output:1");
    small_flow(&small, B, "priority=1,in_port=3 actions=mod_vlan_vid:5,in_port");
    small_flow(&small, A, "in_port=3 actions=in_port");
    small_claim(&small, "untagged", H1, H3, 1, "vlan_tci=0/0x1000");
    small_prove(&small, NULL);
    assert_verdict(&small, "untagged", VERDICT_PASS);
    /* What had the tag from the first is no more than one loop, the rest another. */
    small_claim(&small, "lldp", H1, H3, 1, "dl_type=0x88cc,vlan_tci=0/0x1000");
    small_flow(&small, B, "priority=10,in_port=3,dl_vlan=5,dl_type=0x88cc actions=strip_vlan,1");
    small.states[B].flows.entries[0].priority = 0;
    small_prove(&small, NULL);
    assert_verdict(&small, "lldp", VERDICT_PASS);
    assert_verdict(&small, "untagged", VERDICT_FAIL);
    assert_string_equal(small_result(&small, "traffic/h1/loop")->observed, "2 loops");
    small_free(&small);
}

static void test_unknown(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "priority=2,arp,in_port=1 actions=NORMAL");
    small_flow(&small, A, "priority=1,in_port=1 actions=output:2");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_claim(&small, "all", H1, H3, 0, "");
    small_claim(&small, "far", H1, H4, 0, ""); /* where nothing that leaves a can go */
    small_claim(&small, "ip", H1, H3, 0, "ip");
    small_claim(&small, "delivered", H1, H2, 1, "");
    small_prove(&small, NULL);
    assert_verdict(&small, "all", VERDICT_INCONCLUSIVE);
    assert_verdict(&small, "delivered", VERDICT_INCONCLUSIVE);
    assert_verdict(&small, "ip", VERDICT_PASS);
    assert_verdict(&small, "far", VERDICT_PASS);
    assert_says(small_result(&small, "all")->detail, "a:1 does with some of these headers: NORMAL");
    assert_says(small_result(&small, "all")->example, "arp");
    assert_int_equal(finding_of(&small, "all")->kind, PROVE_OPEN);
    assert_null(small_result(&small, "all")->says[SAYS_ADVERTISED]);
    assert_int_equal(small_result(&small, "all")->observed_count, -1);
    assert_int_equal(finding_of(&small, "all")->at.sw, A);
    assert_int_equal(finding_of(&small, "all")->at.port, 1);
    /* A switch that was not read costs only what goes through it. */
    small_flow(&small, A, "priority=3,udp,in_port=1 actions=output:3");
    small.switches[B] = (struct switch_dump){.reason = "connection refused"};
    small_prove(&small, NULL);
    assert_says(small_result(&small, "ip")->detail, "headers: b was not read");
    assert_verdict(&small, "delivered", VERDICT_FAIL); /* UDP, whatever b does with it */
    small_flow(&small, A, "in_port=3 actions=output:2");
    small_prove(&small, NULL);
    assert_verdict(&small, "delivered", VERDICT_INCONCLUSIVE); /* b may send it back */
    small.states[A].flows.n_entries = 2;
    small_prove(&small, NULL);
    assert_verdict(&small, "ip", VERDICT_PASS);
    small.states[A].flows.n_entries = 4;
    small_free(&small);
}

/* Where it could not be followed within the budget what may leave b, any host may receive it. */
static void test_unknown_over_budget(void **state)
{
    (void)state;
    struct small small;
    struct prove_options options = {0};
    size_t n_open = 0;
    small_init(&small);
    small_flow(&small, A, "in_port=2 actions=output:3");
    small_flow(&small, A, "in_port=3,ip actions=output:2");
    small_claim(&small, "first", H2, H1, 0, "");
    small_claim(&small, "other", H2, H4, 0, "");
    small.switches[B] = (struct switch_dump){.reason = "refused"};
    do {
        options.budget++;
        small_prove(&small, &options);
        enum verdict verdict = small_result(&small, "other")->verdict;
        assert_verdict(&small, "first", verdict);
        const char *detail = small_result(&small, "first")->detail;
        n_open += detail && strstr(detail, "b was not read");
    } while (small_result(&small, "first")->verdict != VERDICT_PASS);
    assert_true(n_open > 0);
    small_free(&small);
}

static void test_ambiguous(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "in_port=1,dl_type=0x0800 actions=output:2");
    small_flow(&small, A, "in_port=1,dl_dst=02:00:00:00:00:09 actions=output:3");
    small_flow(&small, B, "in_port=3 actions=output:1");
    small_claim(&small, "both", H1, H3, 0, "ip,dl_dst=02:00:00:00:00:09");
    small_claim(&small, "one", H1, H3, 0, "ip,dl_dst=02:00:00:00:00:08");
    small_prove(&small, NULL);
    assert_verdict(&small, "both", VERDICT_INCONCLUSIVE);
    assert_verdict(&small, "one", VERDICT_PASS);
    assert_says(small_result(&small, "both")->detail, "two entries of the same priority");
    /* Where neither sends anything it does not matter which one it is. */
    small.ports[A][1].config = small.ports[A][2].config = PORT_CONFIG_NO_FWD;
    small_prove(&small, NULL);
    assert_verdict(&small, "both", VERDICT_PASS);
    small_free(&small);
}

/* Thousands of overlapping prefixes of two fields: an answer, or none, soon. */
static void test_budget(void **state)
{
    (void)state;
    struct small small;
    char flow[128];
    small_init(&small);
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(
            flow, sizeof flow, "priority=%u,ip,nw_src=%u.%u.0.0/%u,nw_dst=%u.%u.0.0/%u actions=%u",
            1 + random_below(60000), random_below(256), random_below(256), 1 + random_below(16),
            random_below(256), random_below(256), 1 + random_below(16), 2 + random_below(3));
        small_flow(&small, A, flow);
        small_flow(&small, B, flow);
    }
    small_claim(&small, "claim", H1, H3, 1, "ip");
    struct prove_options options = {.budget = 300000};
    small_prove(&small, &options);
    assert_verdict(&small, "claim", VERDICT_INCONCLUSIVE);
    assert_says(small_result(&small, "claim")->detail, "not decided within the budget");
    small_free(&small);
}

/* ------------------------------------------------------------------ properties */

/* Whether this header refutes the claim; -1: its way is not known. */
static int refutes(const struct path_network *tables, const struct claim *claim,
                   const struct header *header)
{
    struct path_walk walk;
    path_follow_from(tables, claim->from, header, &walk);
    if (!walk.known) {
        return -1;
    }
    bool wrong = path_walk_copies(&walk, claim->to) != claim->copies;
    for (size_t i = 0; i < walk.n_arrivals && claim->copies > 0; i++) {
        struct header arrived = walk.arrivals[i].header;
        arrived.in_port = header->in_port;
        wrong |=
            walk.arrivals[i].host == claim->to && memcmp(&arrived, header, sizeof arrived) != 0;
    }
    return wrong;
}

struct tally {
    unsigned proved, refuted, open;
};

/* The proof of one claim against walks of single headers. */
static void check_claim(const struct small *small, const struct path_network *tables,
                        const struct claim *claim, const struct universe *universe,
                        struct tally *tally)
{
    const struct result *result = small_result(small, claim->id);
    struct match exact;
    uint16_t in_port = small_hosts[claim->from].port.port;
    tally->proved += result->verdict == VERDICT_PASS;
    tally->open += result->verdict == VERDICT_INCONCLUSIVE;
    if (result->verdict == VERDICT_FAIL) {
        tally->refuted++;
        assert_int_equal(ofctl_parse_match(result->example, &exact, NULL, NULL), 0);
        assert_true(match_takes(&claim->match, &exact.value));
        /* -1: a walk gives up where only another branch is open, or loops. */
        assert_int_not_equal(refutes(tables, claim, &exact.value), 0);
        return;
    }
    bool open = result->verdict == VERDICT_INCONCLUSIVE && !small->switches[C].dumped;
    for (size_t i = 0; i < 2000 && !open; i++) {
        struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
        header.in_port = in_port;
        if (match_takes(&claim->match, &header) && refutes(tables, claim, &header) == 1) {
            struct base_buffer text = {0};
            ofctl_format_header(&header, &text);
            fail_msg("%s, but %s refutes it", verdict_name(result->verdict),
                     base_buffer_text(&text));
        }
    }
}

static void test_against_walks(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    struct tally tally = {0};
    static char ids[CLAIMS_MAX][8];
    for (unsigned n = 0; n < 400; n++) {
        struct small small;
        random_network(&small);
        for (size_t c = 0; c < CLAIMS_MAX; c++) {
            snprintf(ids[c], sizeof ids[c], "c%zu", c);
            small_claim(&small, ids[c], random_below(N_HOSTS), random_below(N_HOSTS),
                        random_below(3), "");
            small.claims[c].match = random_match();
        }
        if (random_below(3) == 0) { /* whatever c does, and it does something */
            small.switches[C] = (struct switch_dump){.reason = "refused"};
        }
        small_prove(&small, NULL);
        struct path_network tables;
        assert_int_equal(path_network_open_dumps(&tables, &small.topology, small.by_switch, NULL),
                         0);
        for (size_t c = 0; c < CLAIMS_MAX; c++) {
            check_claim(&small, &tables, &small.claims[c], &universe, &tally);
        }
        path_network_close(&tables);
        small_free(&small);
    }
    print_message("# %u proved, %u refuted, %u open\n", tally.proved, tally.refuted, tally.open);
    assert_true(tally.proved > 300 && tally.refuted > 300 && tally.open > 30);
    free(universe.headers);
}

/* What is proved or refuted within a small budget is so within a large one, too. */
static void compare_budgets(const struct small *less, const struct small *more)
{
    for (size_t i = 0; i < less->report.n_results; i++) {
        const struct result *result = &less->report.results[i];
        bool some = strstr(result->id, "/stray/all") != NULL; /* nothing strays, or is missing */
        size_t length = strlen(result->id) - (some ? strlen("stray/all") : 0), n = 0;
        for (size_t j = 0; j < more->report.n_results; j++) {
            const struct result *other = &more->report.results[j];
            bool meant =
                some ? strncmp(other->id, result->id, length) == 0 && !strstr(other->id, "/loop")
                     : strcmp(other->id, result->id) == 0;
            n += meant && other->verdict == VERDICT_FAIL;
        }
        if ((result->verdict == VERDICT_PASS && n > 0) ||
            (result->verdict == VERDICT_FAIL && n == 0)) {
            fail_msg("%s: %s within the small budget", result->id, verdict_name(result->verdict));
        }
    }
}

static void test_less_budget_leaves_more_open(void **state)
{
    (void)state;
    size_t n_open = 0, n_decided = 0;
    for (unsigned n = 0; n < 60; n++) {
        struct small small, less;
        random_network(&small);
        small_claim(&small, "c0", H1, random_below(N_HOSTS), random_below(3), "");
        small_claim(&small, "c1", H1, HOST_ALL, random_below(2), "ip");
        small_expect(&small, A, 2, random_below(2) ? "output:3" : "drop");
        small_expect(&small, B, 3, "output:1");
        small_expect(&small, B, 5, random_below(2) ? "drop" : "output:4");
        small_expect(&small, C, 1, random_below(2) ? "output:4" : "output:3");
        small_expect(&small, C, 4, "output:1");
        small_prove(&small, NULL);
        less = small;
        less.report = (struct report){0};
        less.findings = (struct prove_findings){0};
        for (size_t budget = 1; budget < 4000; budget += 1 + budget / 5) {
            struct prove_options options = {.budget = budget};
            small_prove(&less, &options);
            compare_budgets(&less, &small);
            n_open += report_count(&less.report, VERDICT_INCONCLUSIVE) >
                      report_count(&small.report, VERDICT_INCONCLUSIVE);
            n_decided += report_count(&less.report, VERDICT_FAIL) > 0;
        }
        report_free(&less.report);
        prove_findings_free(&less.findings);
        small_free(&small);
    }
    assert_true(n_open > 100 && n_decided > 100);
}

/* h1 has no claims: to h3 by b, and by `how` to h4 by c; a does this with its frames. */
static void prove_allowed(struct small *small, void (*how)(struct expected_case *),
                          const char *flow)
{
    small_init(small);
    small_expect(small, A, 1, "output:3");
    small_expect(small, B, 3, "output:1");
    small_expect(small, C, 3, "output:1");
    how(&small->cases[0]);
    small_flow(small, A, flow);
    small_flow(small, B, "in_port=3 actions=output:1");
    small_flow(small, C, "in_port=3 actions=output:1");
    small_prove(small, NULL);
}

static void may_go_to_c(struct expected_case *c)
{
    static const uint16_t may[] = {4};
    c->may = may;
    c->n_may = 1;
}

static void test_what_may_leave_besides_is_bounded(void **state)
{
    (void)state;
    struct small small;
    prove_allowed(&small, may_go_to_c, "in_port=1 actions=output:3");
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_PASS);
    small_free(&small);
    prove_allowed(&small, may_go_to_c, "in_port=1 actions=output:3,output:4");
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_PASS);
    small_free(&small);
    prove_allowed(&small, may_go_to_c, "in_port=1 actions=output:3,output:4,output:2");
    assert_verdict(&small, "traffic/h1/stray/h2", VERDICT_FAIL);
    assert_int_equal(report_count(&small.report, VERDICT_FAIL), 1);
    small_free(&small);
    prove_allowed(&small, may_go_to_c, "in_port=1 actions=output:4");
    assert_verdict(&small, "traffic/h1/delivered/h3", VERDICT_FAIL);
    assert_int_equal(report_count(&small.report, VERDICT_FAIL), 1);
    small_free(&small);
}

static void one_of_b_and_c(struct expected_case *c)
{
    static const struct action choice[] = {{.type = ACTION_ONE_OF, .n_ways = 2},
                                           {.type = ACTION_COPY},
                                           {.port = 3},
                                           {.type = ACTION_COPY_END},
                                           {.type = ACTION_COPY},
                                           {.port = 4},
                                           {.type = ACTION_COPY_END}};
    c->actions = choice;
    c->n_actions = 7;
}

/* That one of the ways is taken is not proved; that no other is, is. */
static void test_a_choice_is_no_pass(void **state)
{
    (void)state;
    struct small small;
    prove_allowed(&small, one_of_b_and_c, "in_port=1 actions=output:3");
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_INCONCLUSIVE);
    assert_says(small_result(&small, "traffic/h1/stray/all")->detail,
                "a:1 does with some of these headers: which of several ways");
    assert_int_equal(report_count(&small.report, VERDICT_FAIL), 0);
    const struct prove_options elsewhere = {.skips_choices = true};
    small_prove(&small, &elsewhere);
    assert_int_equal(report_count(&small.report, VERDICT_INCONCLUSIVE), 0);
    small_free(&small);
    prove_allowed(&small, one_of_b_and_c, "in_port=1 actions=output:3,output:2");
    assert_verdict(&small, "traffic/h1/stray/h2", VERDICT_FAIL);
    assert_int_equal(report_count(&small.report, VERDICT_FAIL), 1);
    small_free(&small);
}

/* Both hand it to NORMAL: that is as it should be, but nobody knows where it goes. */
static void test_normal_is_no_pass(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_expect(&small, A, 1, "normal");
    small_flow(&small, A, "in_port=1 actions=NORMAL");
    small_prove(&small, NULL);
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_INCONCLUSIVE);
    assert_says(small_result(&small, "traffic/h1/stray/all")->detail,
                "a:1 does with some of these headers: NORMAL");
    assert_verdict(&small, "traffic/h2/stray/all", VERDICT_PASS);
    /* Of a port that may do anything nothing is asked. */
    small.expectation.ports[0].port.port = 5;
    small.cases[0].match = match_in_port(5);
    small.expectation.unlisted_any = true;
    small_prove(&small, NULL);
    assert_int_equal(report_count(&small.report, VERDICT_INCONCLUSIVE), 0);
    small_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_bad_header),
        cmocka_unit_test(test_words_for_copies),
        cmocka_unit_test(test_several_entries_together),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_many_copies),
        cmocka_unit_test(test_vlan_on_the_way),
        cmocka_unit_test(test_stray),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_stray_beyond_ports),
        cmocka_unit_test(test_hairpin),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_ambiguous),
        cmocka_unit_test(test_unknown_over_budget),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_less_budget_leaves_more_open),
        cmocka_unit_test(test_normal_is_no_pass),
        cmocka_unit_test(test_what_may_leave_besides_is_bounded),
        cmocka_unit_test(test_a_choice_is_no_pass),
        cmocka_unit_test(test_against_walks),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
