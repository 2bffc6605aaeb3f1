/* SPDX-License-Identifier: Apache-2.0
 *
 * Three switches in a line that do NORMAL: whose fault is it that frames do not come, or come
 * elsewhere? */
#include "blame/frames.h"
#include "testing/cmocka.h"
#include "testing/whole.h"
#include "testing/yaml_memory.h"

#include "ofctl/flow.h"

#include <string.h>

static const char topology[] = "name: net\n"
                               "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\n"
                               "hosts:\n"
                               "  a: {mac: \"00:00:00:00:00:0a\", port: \"s1:1\"}\n"
                               "  b: {mac: \"00:00:00:00:00:0b\", port: \"s2:1\"}\n"
                               "  c: {mac: \"00:00:00:00:00:0c\", port: \"s3:1\"}\n"
                               "  e: {mac: \"00:00:00:00:00:0e\", port: \"s1:2\"}\n"
                               "links: [[\"s1:3\", \"s2:3\"], [\"s2:4\", \"s3:4\"]]\n";

static const char expected[] = "topology: net.yaml\n"
                               "ports:\n"
                               "  s1: {1-3: {output: [normal]}}\n"
                               "  s2: {\"1,3-4\": {output: [normal]}}\n"
                               "  s3: {\"1,4\": {output: [normal]}}\n"
                               "traffic:\n";

enum { A, B, C, E, HOSTS, SWITCHES = 3, PORTS = 4, SENT = 3 };

/* Probes are sent thrice; what arrives, and is counted, the test says. */
struct hybrid {
    struct expectation *expectation;
    struct path_declared declared;
    struct path_network tables;
    struct traffic_plan plan;
    struct traffic_round round;
    struct traffic_count count;
    struct port ports[2][SWITCHES][PORTS];
    struct switch_state states[2][SWITCHES];
    const struct switch_state *before[SWITCHES], *after[SWITCHES];
    struct report report;
};

static void make(struct hybrid *hybrid, const char *claims)
{
    static const bool all[HOSTS] = {true, true, true, true};
    char text[2048];
    struct yaml_diagnostics diagnostics = {0};
    struct memory_file files[] = {{"net.yaml", topology, 0}, {"x", text, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    struct traffic_plan_options options = {.sends = all};
    *hybrid = (struct hybrid){0};
    snprintf(text, sizeof text, "%s%s", expected, claims);
    assert_int_equal(yaml_load_expectation(&from, "x", &hybrid->expectation, &diagnostics), 0);
    assert_int_equal(path_declared_open(&hybrid->declared, hybrid->expectation), 0);
    assert_int_equal(traffic_plan(&hybrid->declared, &options, &hybrid->plan, NULL), 0);
    assert_int_equal(traffic_round_init(&hybrid->round, &hybrid->plan, all, HOSTS), 0);
    hybrid->round.captures = all;
    for (size_t i = 0; i < 2 * SWITCHES; i++) {
        size_t sw = i / 2;
        struct switch_state *state = &hybrid->states[i % 2][sw];
        struct port *ports = hybrid->ports[i % 2][sw];
        for (uint16_t p = 0; p < PORTS; p++) {
            ports[p] = (struct port){.number = (uint16_t)(p + 1), .has_counters = true};
        }
        *state = (struct switch_state){.ports = ports, .n_ports = PORTS};
        (i % 2 ? hybrid->after : hybrid->before)[sw] = state;
    }
}

static void flow(struct hybrid *hybrid, size_t sw, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &hybrid->states[0][sw].flows, NULL, NULL, NULL), 0);
}

/* All probes of this host are sent, and those that `comes` come to `at`. */
static void send(struct hybrid *hybrid, size_t from, size_t at, bool comes)
{
    for (size_t p = 0; p < hybrid->plan.n_probes; p++) {
        bool is_unicast = !(hybrid->plan.probes[p].header.dl_dst[0] & 1);
        if (hybrid->plan.probes[p].from == from && is_unicast) {
            hybrid->round.sent[p] = SENT;
            for (unsigned n = 0; n < SENT && comes; n++) {
                traffic_round_see(&hybrid->round, p, at, 0);
            }
        }
    }
}

/* How often a probe was followed wherever NORMAL may send it: that is what blame costs. The linker
 * leads its calls here (Makefile). */
static size_t n_followed;

void __real_path_follow_touch(const struct path_network *network, struct port_ref in,
                              const struct header *header, const struct path_places *places,
                              struct path_touch *touch, struct path_walk *walk);
void __wrap_path_follow_touch(const struct path_network *network, struct port_ref in,
                              const struct header *header, const struct path_places *places,
                              struct path_touch *touch, struct path_walk *walk);

void __wrap_path_follow_touch(const struct path_network *network, struct port_ref in,
                              const struct header *header, const struct path_places *places,
                              struct path_touch *touch, struct path_walk *walk)
{
    n_followed++;
    __real_path_follow_touch(network, in, header, places, touch, walk);
}

/* What a port has counted since: frames of so many probes. */
static void counted(struct hybrid *hybrid, size_t sw, uint16_t port, long rx, long tx)
{
    struct port_counters *counters = &hybrid->ports[1][sw][port - 1].counters;
    counters->rx_packets = (uint64_t)rx;
    counters->tx_packets = (uint64_t)tx;
}

static long n_sent(const struct hybrid *hybrid)
{
    long n = 0;
    for (size_t p = 0; p < hybrid->plan.n_probes; p++) {
        n += hybrid->round.sent[p];
    }
    return n;
}

static void judge(struct hybrid *hybrid)
{
    static const char *const problems[HOSTS];
    struct traffic_failures failures = {0};
    assert_int_equal(path_network_open_dumps(&hybrid->tables, hybrid->expectation->topology,
                                             hybrid->before, NULL),
                     0);
    assert_int_equal(traffic_count_init(&hybrid->count, &hybrid->plan, &hybrid->round,
                                        &hybrid->tables, hybrid->before),
                     0);
    struct traffic_evidence evidence = {.expectation = hybrid->expectation,
                                        .declared = &hybrid->declared,
                                        .tables = &hybrid->tables,
                                        .plan = &hybrid->plan,
                                        .round = &hybrid->round,
                                        .problems = problems,
                                        .before = hybrid->before,
                                        .after = hybrid->after,
                                        .count = &hybrid->count};
    assert_int_equal(traffic_judge(&evidence, &hybrid->report, &failures), 0);
    n_followed = 0;
    blame_frames(&evidence, &failures, &hybrid->report);
    traffic_failures_free(&failures);
}

static void release(struct hybrid *hybrid)
{
    report_free(&hybrid->report);
    traffic_count_free(&hybrid->count);
    path_network_close(&hybrid->tables);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow_table_free(&hybrid->states[0][sw].flows);
    }
    traffic_round_free(&hybrid->round);
    traffic_plan_free(&hybrid->plan);
    path_declared_close(&hybrid->declared);
    expectation_free(hybrid->expectation);
}

/* Where the result fails, and why, in part. */
static void expect(struct hybrid *hybrid, const char *id, const char *suspect, const char *why)
{
    judge(hybrid);
    const struct result *found = NULL;
    for (size_t i = 0; i < hybrid->report.n_results; i++) {
        found = strcmp(hybrid->report.results[i].id, id) == 0 ? &hybrid->report.results[i] : found;
    }
    assert_non_null(found);
    assert_int_equal(found->verdict, VERDICT_FAIL);
    assert_string_equal(found->suspect ? found->suspect : "nobody", suspect);
    if (!strstr(found->detail, why)) {
        fail_msg("%s", found->detail);
    }
    release(hybrid);
}

#define A_TO_C "  - {from: a, match: \"dl_dst=00:00:00:00:00:0c\", delivered: [c]}\n"
#define TO_C   "traffic/a/delivered/c/dl_dst=00:00:00:00:00:0c"

/* s1 and s2 do NORMAL, and s3 what is said. */
static void make_line(struct hybrid *hybrid, const char *s2)
{
    make(hybrid, A_TO_C);
    flow(hybrid, 0, "actions=NORMAL");
    flow(hybrid, 1, s2);
    flow(hybrid, 2, "actions=NORMAL");
    send(hybrid, A, C, false);
}

static void the_first_table_that_does_not_send_it_on_is_named(void **state)
{
    (void)state;
    struct hybrid hybrid;
    make_line(&hybrid, "priority=9,in_port=3 actions=output:1");
    expect(&hybrid, TO_C, "s2:3", "by its table s2 does not send it on by port 4");
    make_line(&hybrid, "actions=NORMAL");
    hybrid.ports[0][1][3].config = PORT_CONFIG_NO_FWD;
    expect(&hybrid, TO_C, "s2:4", "s2:4 does not send");
    make_line(&hybrid, "actions=NORMAL");
    hybrid.ports[0][2][3].config = PORT_CONFIG_NO_RECV;
    expect(&hybrid, TO_C, "s3:4", "s3:4 does not receive");
}

static void counters_tell_which_switch_kept_it_back(void **state)
{
    (void)state;
    struct hybrid hybrid;
    for (int kept = 0; kept < 2; kept++) {
        make_line(&hybrid, "actions=NORMAL");
        long n = n_sent(&hybrid);
        counted(&hybrid, 0, 1, n, 0);
        counted(&hybrid, 0, 3, 0, n);
        counted(&hybrid, 1, 3, n, 0);
        counted(&hybrid, 1, 4, 0, kept ? n : 1);
        counted(&hybrid, 2, 4, kept ? n : 1, 0);
        counted(&hybrid, 2, 1, 0, 2);
        expect(&hybrid, TO_C, kept ? "s3:4" : "s2:3",
               kept ? "by port 1; it sent 2" : "by port 4; it sent 1");
    }
}

static void counters_tell_which_cable_lost_it(void **state)
{
    (void)state;
    struct hybrid hybrid;
    make_line(&hybrid, "actions=NORMAL");
    long n = n_sent(&hybrid);
    counted(&hybrid, 0, 1, n, 0);
    counted(&hybrid, 0, 3, 0, n);
    counted(&hybrid, 1, 3, n, 0);
    counted(&hybrid, 1, 4, 0, n);
    counted(&hybrid, 2, 4, 1, 0);
    expect(&hybrid, TO_C, "s2:4 -> s3:4", "1 came to s3:4");
}

/* s2 counts nothing: what was lost may have been lost there, or behind. */
static void what_lies_behind_the_last_count_is_named(void **state)
{
    (void)state;
    struct hybrid hybrid;
    make_line(&hybrid, "actions=NORMAL");
    long n = n_sent(&hybrid);
    counted(&hybrid, 0, 1, n, 0);
    counted(&hybrid, 0, 3, 0, n);
    expect(&hybrid, TO_C, "s2:3 or s2:4 - s3:4 or s3:4 or c - s3:1", "no counter tells");
    make_line(&hybrid, "actions=NORMAL");
    expect(&hybrid, TO_C, "s1:1 or s1:3 - s2:3 or s2:3 or s2:4 - s3:4 or s3:4 or c - s3:1",
           "no counter tells");
}

static void what_comes_elsewhere_was_sent_there(void **state)
{
    (void)state;
    struct hybrid hybrid;
    make_line(&hybrid, "actions=NORMAL");
    send(&hybrid, A, B, true);
    expect(&hybrid, TO_C, "s2:3", "NORMAL of s2 sent it towards b");
    make(&hybrid, A_TO_C "  - {from: a, isolated: [e]}\n");
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow(&hybrid, sw, "actions=NORMAL");
    }
    send(&hybrid, A, C, true);
    send(&hybrid, A, E, true);
    expect(&hybrid, "traffic/a/isolated/e", "s1:1", "NORMAL of s1 sends what is for c there, too");
}

/* Nobody is to blame for what the claim asks of NORMAL. */
static void a_frame_for_one_host_comes_to_no_other(void **state)
{
    (void)state;
    struct hybrid hybrid;
    make(&hybrid, "  - {from: a, delivered: [c, b]}\n");
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow(&hybrid, sw, "actions=NORMAL");
    }
    send(&hybrid, A, C, true);
    expect(&hybrid, "traffic/a/delivered/b", "nobody",
           "it is for c, and NORMAL sends it there alone; of what is for b the claim is {from: a, "
           "match: \"dl_dst=00:00:00:00:00:0b\", delivered: [b]}");
}

/* Nor for a copy that no entry sends: another claim would not bring it. */
static void a_copy_needs_an_action_beside_normal(void **state)
{
    (void)state;
    struct hybrid hybrid;
    make(&hybrid, "  - {from: a, delivered: [c], mirrored: [b]}\n");
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow(&hybrid, sw, "actions=NORMAL");
    }
    send(&hybrid, A, C, true);
    expect(&hybrid, "traffic/a/mirrored/b", "nobody",
           "it is for c, and NORMAL sends it there alone; a copy comes to b only where an entry "
           "sends one beside NORMAL (`output: [normal, PORT]`), and none does");
}

/* However many fail, each probe is followed once: not once for each failure. */
static void all_failures_share_what_is_followed(void **state)
{
    (void)state;
    struct hybrid hybrid;
    char claims[2048] = "";
    size_t n_failures = 0;
    for (const char *from = "abce"; *from; from++) {
        for (const char *to = "abce"; *to; to++) {
            n_failures += from[0] != to[0];
            if (from[0] != to[0]) {
                snprintf(claims + strlen(claims), sizeof claims - strlen(claims),
                         "  - {from: %c, match: \"dl_dst=00:00:00:00:00:0%c\", delivered: [%c]}\n",
                         *from, *to, *to);
            }
        }
    }
    make(&hybrid, claims);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow(&hybrid, sw, "actions=NORMAL");
    }
    for (size_t from = 0; from < HOSTS; from++) {
        send(&hybrid, from, HOSTS, false);
    }
    size_t n_probes = hybrid.plan.n_probes;
    assert_true(n_probes > 4 * n_failures);
    expect(&hybrid, TO_C, "s1:1 or s1:3 - s2:3 or s2:3 or s2:4 - s3:4 or s3:4 or c - s3:1",
           "no counter tells");
    assert_in_range(n_followed, n_probes / 2, n_probes + 2 * n_failures);
}

/* -------------------------------------------------------------------- many */

static uint64_t draws = 5; /* of a sequence that is the same each time */

static size_t draw(size_t n)
{
    draws = draws * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(draws >> 33) % n;
}

/* Of what one host sends each probe comes to some hosts, more often than not to its own. */
static void send_somewhere(struct hybrid *hybrid, size_t from, size_t loses)
{
    for (size_t p = 0; p < hybrid->plan.n_probes; p++) {
        const struct traffic_probe *probe = &hybrid->plan.probes[p];
        if (probe->from != from || (probe->header.dl_dst[0] & 1)) {
            continue;
        }
        hybrid->round.sent[p] = SENT;
        for (size_t host = 0; host < HOSTS; host++) {
            bool is_its = memcmp(hybrid->expectation->topology->hosts[host].mac,
                                 probe->header.dl_dst, 6) == 0;
            size_t comes = is_its ? (loses > 1 ? 0 : SENT - loses) : draw(12) ? 0 : SENT;
            for (size_t n = 0; n < comes; n++) {
                traffic_round_see(&hybrid->round, p, host, 0);
            }
        }
    }
}

/* Ports count all, or less than that, or nothing; some are closed. */
static void count_somehow(struct hybrid *hybrid)
{
    long n = n_sent(hybrid);
    for (size_t i = 0; i < SWITCHES * PORTS; i++) {
        struct port *port = &hybrid->ports[0][i / PORTS][i % PORTS];
        long rx = draw(8) ? n : (long)draw((size_t)n + 2),
             tx = draw(8) ? n : (long)draw((size_t)n + 2);
        if (draw(12) > 0) {
            counted(hybrid, i / PORTS, (uint16_t)(i % PORTS + 1), rx, tx);
        }
        port->config = draw(50) ? 0 : draw(2) ? PORT_CONFIG_NO_FWD : PORT_CONFIG_NO_RECV;
    }
}

static void put_failures(const struct report *report, struct base_buffer *out)
{
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict != VERDICT_PASS) {
            base_put_format(out, "%s %s: %s", verdict_name(result->verdict), result->id,
                            result->suspect ? result->suspect : "nobody");
            base_put_format(out, ", %s %s; %s\n", cause_kind_name(result->cause_kind),
                            result->cause ? result->cause : "-",
                            result->detail ? result->detail : "-");
        }
    }
}

static void all_that_is_said_of_many(void **state)
{
    static const char *const claims[] = {
        A_TO_C, A_TO_C "  - {from: a, isolated: [e]}\n",
        A_TO_C "  - {from: e, match: \"dl_dst=00:00:00:00:00:0b\", delivered: [b]}\n",
        "  - {from: a, delivered: [c, b]}\n", "  - {from: b, delivered: [c], mirrored: [a]}\n"};
    static const char *const flows[] = {"actions=NORMAL", "actions=NORMAL", "actions=NORMAL",
                                        "priority=9,in_port=3 actions=output:1",
                                        "in_port=3 actions=output:4,NORMAL"};
    enum { N_CLAIMS = sizeof claims / sizeof *claims, MANY = 300 };
    struct base_buffer sums = {0};
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        struct hybrid hybrid;
        struct base_buffer text = {0};
        size_t loses = draw(3);
        make(&hybrid, claims[i % N_CLAIMS]);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            flow(&hybrid, sw, flows[draw(sizeof flows / sizeof *flows)]);
        }
        send_somewhere(&hybrid, i % N_CLAIMS == 4 ? B : A, loses);
        send_somewhere(&hybrid, E, draw(2));
        count_somehow(&hybrid);
        judge(&hybrid);
        put_failures(&hybrid.report, &text);
        release(&hybrid);
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        put_whole_sum(&sums, name, &text);
    }
    assert_whole(base_buffer_text(&sums), "harness/blame/many_normal.txt");
    base_buffer_free(&sums);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_is_said_of_many),
    cmocka_unit_test(the_first_table_that_does_not_send_it_on_is_named),
    cmocka_unit_test(counters_tell_which_switch_kept_it_back),
    cmocka_unit_test(counters_tell_which_cable_lost_it),
    cmocka_unit_test(what_lies_behind_the_last_count_is_named),
    cmocka_unit_test(what_comes_elsewhere_was_sent_there),
    cmocka_unit_test(a_frame_for_one_host_comes_to_no_other),
    cmocka_unit_test(a_copy_needs_an_action_beside_normal),
    cmocka_unit_test(all_failures_share_what_is_followed),
};

TEST_MAIN(tests)
