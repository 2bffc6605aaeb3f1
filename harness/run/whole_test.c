/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole reports of checks and proofs of networks in memory, one for each thing that may be wrong
 * with them. */
#include "run/prove.h"

#include "ofctl/flow.h"
#include "report/flows.h"
#include "report/report.h"
#include "testing/fake_run.h"
#include "testing/whole.h"
#include "testing/yaml_memory.h"

#include <unistd.h>

enum { S1_6 = 0, S1_7 = 1 };     /* links of the topology */
enum { H1 = 0 };                 /* hosts */
enum { S1 = 0, S2 = 1, S3 = 2 }; /* switches */

/* Whether a line at the first level of JSON begins something that depends on how many probes
 * there are, or for how long they are waited for. */
static bool counts_frames(const char *line)
{
    static const char *const keys[] = {"timing_ms", "converge_ms", "frames",
                                       "not_tried", "deselected",  "coverage"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t n = strlen(keys[i]);
        if (strncmp(line, "  \"", 3) == 0 && strncmp(line + 3, keys[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/* Of the report's JSON all but the results that pass; and what the network was asked for. With
 * `counts` what depends on the number of frames, too. */
static void assert_report(struct fake_run *run, const char *name, bool counts)
{
    char path[256];
    struct base_buffer json = {0}, text = {0};
    bool kept = true;
    report_json(&run->report, "0.1", &json);
    for (const char *line = base_buffer_text(&json); *line; line += strcspn(line, "\n") + 1) {
        int n = (int)strcspn(line, "\n") + 1;
        const char *passes = strstr(line, "\"verdict\": \"pass\"");
        bool is_pass = strncmp(line, "    {\"id\"", 9) == 0 && passes && passes < line + n;
        kept = strncmp(line, "  \"", 3) == 0 ? counts || !counts_frames(line) : kept;
        base_put_format(&text, "%.*s", kept && !is_pass ? n : 0, line);
    }
    if (counts) {
        base_put_format(&text, "%u dumps, %u frames, %u packet-outs, %zu arrive within 50 ms\n",
                        run->network.n_dumps, run->network.n_sent, run->network.n_packet_outs,
                        run->network.most_in_flight);
    }
    snprintf(path, sizeof path, "harness/run/whole/%s.txt", name);
    assert_whole(base_buffer_text(&text), path);
    base_buffer_free(&json);
    base_buffer_free(&text);
}

/* ------------------------------------------------------------------- checks */

static void exchange_uplinks(struct fake_run *run)
{
    fake_network_exchange(&run->network, S1_6, S1_7);
}

static void exchange_hosts(struct fake_run *run)
{
    fake_network_exchange_hosts(&run->network, H1 + 1, H1 + 2);
}

static void close_ports(struct fake_run *run)
{
    run->network.states[S1].ports[1].state |= PORT_STATE_LINK_DOWN;
    run->network.states[S3].ports[0].config |= PORT_CONFIG_DOWN;
}

static void answer_as_another(struct fake_run *run)
{
    run->network.states[S2].datapath_id = 77;
}

static void change_meanwhile(struct fake_run *run)
{
    run->network.modifies = true;
    run->network.next_flows = "topologies/demon/simulated";
    run->network.next_after = 1;
    run->network.next_ms = 300;
}

static void end_at_once(struct fake_run *run)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    close(ends[1]);
    run->network.world.interrupt_fd = ends[0];
}

static void count_nothing(struct fake_run *run)
{
    run->network.counts = false;
}

static void have_no_endpoint(struct fake_run *run)
{
    run->switches[S2].openflow = NULL;
    run->hosts[H1].interface = NULL;
}

static void tell_a_controller(struct fake_run *run)
{
    assert_int_equal(ofctl_parse_flow("priority=50000,in_port=3,udp actions=output:4,controller",
                                      &run->network.states[S1].flows, NULL, NULL, NULL),
                     0);
}

static void be_thorough(struct fake_run *run)
{
    run->options.thorough = true;
    run->options.packet_out = true;
}

static void look_at_state_only(struct fake_run *run)
{
    run->options.no_traffic = true;
}

static void look_at_traffic_only(struct fake_run *run)
{
    run->options.no_state = true;
}

static void send_slowly(struct fake_run *run)
{
    static const char *const pattern = "traffic/h1/";
    run->lab.rate = 200;
    run->options.listen_ms = 3000;
    run->options.patterns = &pattern;
    run->options.n_patterns = 1;
}

static void checks(void **state)
{
    (void)state;
    static const struct {
        const char *name, *flows;
        struct fake_fault fault; /* none, unless it has a `from` or an `at` */
        void (*prepare)(struct fake_run *run);
        bool counts;
    } rows[] = {
        {.name = "good", .flows = "simulated", .counts = true},
        {.name = "no-mirror", .flows = "no-mirror"},
        {.name = "leak", .flows = "leak"},
        {.name = "no-delivery", .flows = "no-delivery"},
        {.name = "wrong-uplink", .flows = "wrong-uplink"},
        {.name = "lost-once",
         .flows = "simulated",
         .fault = {FAKE_LOSE, .from = "h1", .at = "h2", .n = 1}},
        {.name = "late",
         .flows = "simulated",
         .fault = {FAKE_LATE, .from = "h1", .at = "h2", .n = 1, .ms = 300},
         .counts = true},
        {.name = "altered", .flows = "simulated", .fault = {FAKE_ALTER, .from = "h3", .at = "h4"}},
        {.name = "no-station", .flows = "simulated", .fault = {FAKE_NO_STATION, .at = "h7"}},
        {.name = "refuses", .flows = "simulated", .fault = {FAKE_REFUSES, .at = "h7"}},
        {.name = "swallows",
         .flows = "simulated",
         .fault = {FAKE_SWALLOWS, .at = "h7", .n_bytes = 1000}},
        {.name = "drops-frames", .flows = "simulated", .fault = {FAKE_DROPS_FRAMES, .at = "h7"}},
        {.name = "unconfined", .flows = "simulated", .fault = {FAKE_UNCONFINED, .at = "h7"}},
        {.name = "adds-frames",
         .flows = "simulated",
         .fault = {FAKE_ADDS_FRAMES, .from = "h3", .at = "h4"}},
        {.name = "silent", .flows = "simulated", .fault = {FAKE_SILENT, .at = "s2"}},
        {.name = "odd", .flows = "simulated", .fault = {FAKE_ODD, .at = "s2"}},
        {.name = "uplinks", .flows = "simulated", .prepare = exchange_uplinks},
        {.name = "hosts", .flows = "simulated", .prepare = exchange_hosts},
        {.name = "ports", .flows = "simulated", .prepare = close_ports},
        {.name = "another", .flows = "simulated", .prepare = answer_as_another},
        {.name = "meanwhile", .flows = "no-mirror", .prepare = change_meanwhile, .counts = true},
        {.name = "ended", .flows = "simulated", .prepare = end_at_once, .counts = true},
        {.name = "uncounted", .flows = "simulated", .prepare = count_nothing, .counts = true},
        {.name = "no-endpoint", .flows = "simulated", .prepare = have_no_endpoint},
        {.name = "thorough", .flows = "no-delivery", .prepare = be_thorough, .counts = true},
        {.name = "controller", .flows = "simulated", .prepare = tell_a_controller, .counts = true},
        {.name = "state", .flows = "leak", .prepare = look_at_state_only},
        {.name = "traffic", .flows = "leak", .prepare = look_at_traffic_only},
        {.name = "slow", .flows = "no-mirror", .prepare = send_slowly, .counts = true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_run run;
        fake_run_open_demon(&run, rows[i].flows);
        if (rows[i].fault.from || rows[i].fault.at) {
            fake_run_fault(&run, rows[i].fault);
        }
        if (rows[i].prepare) {
            rows[i].prepare(&run);
        }
        fake_run_check(&run);
        assert_report(&run, rows[i].name, rows[i].counts);
        if (run.network.world.interrupt_fd > 0) {
            close(run.network.world.interrupt_fd);
        }
        fake_run_close(&run);
    }
}

/* ------------------------------------------------------------------- proofs */

static void proofs(void **state)
{
    (void)state;
    static const struct {
        const char *name, *flows;
        struct fake_fault fault;
        struct run_prove_options how;
        void (*prepare)(struct fake_run *run);
    } rows[] = {
        {.name = "proof", .flows = "no-delivery"},
        {"confirmed", "no-delivery", {0}, {.confirm = true}, NULL},
        {"leaks", "leak", {0}, {.confirm = true}, NULL},
        {"refuted", "leak", {FAKE_LOSE, .from = "h3", .at = "h11"}, {.confirm = true}, NULL},
        {"unsent", "leak", {FAKE_NO_STATION, .at = "h3"}, {.confirm = true}, NULL},
        {"unread", "leak", {FAKE_SILENT, .at = "s2"}, {.confirm = true, .failover = true}, NULL},
        {.name = "proof-another", .flows = "simulated", .prepare = answer_as_another},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_run run;
        struct base_error error;
        fake_run_open_demon(&run, rows[i].flows);
        if (rows[i].fault.from || rows[i].fault.at) {
            fake_run_fault(&run, rows[i].fault);
        }
        if (rows[i].prepare) {
            rows[i].prepare(&run);
        }
        struct run_source source = {
            .world = &run.network.world, .topology = run.expectation->topology, .lab = &run.lab};
        struct run_prove_options how = rows[i].how;
        how.run = run.options;
        assert_int_equal(run_prove(run.expectation, &source, &how, &run.report, &error), 0);
        assert_report(&run, rows[i].name, true);
        run_states_free(&source.states);
        fake_run_close(&run);
    }
}

/* -------------------------------------------------------------- saved states */

/* What the switches say, saved and loaded; the second was not read, of the third nothing is
 * saved. */
static struct yaml_state *save(struct fake_run *run)
{
    const struct report_flows_switch switches[] = {
        {.name = "s1", .state = &run->network.states[S1]}, {.name = "s2", .reason = "was busy"}};
    struct base_buffer text = {0};
    struct yaml_state *saved = NULL;
    struct yaml_diagnostics diagnostics = {0};
    report_flows(switches, 2, REPORT_FLOWS_YAML, false, &text);
    struct memory_file memory[] = {{"saved", base_buffer_text(&text), 0}, {0}};
    const struct yaml_files files = {memory, memory_read};
    assert_int_equal(yaml_load_state(&files, "saved", &saved, &diagnostics), 0);
    base_buffer_free(&text);
    return saved;
}

static void saved_states(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_error error;
    fake_run_open_demon(&run, "leak");
    run.options.saved = save(&run);
    run.options.no_traffic = true;
    fake_run_check(&run);
    assert_report(&run, "saved-check", true);
    struct run_source source = {
        .world = &run.network.world, .topology = run.expectation->topology, .saved = save(&run)};
    const struct run_prove_options how = {.run = run.options, .failover = true};
    report_free(&run.report);
    assert_int_equal(run_prove(run.expectation, &source, &how, &run.report, &error), 0);
    assert_report(&run, "saved-proof", true);
    run_source_close(&source);
    yaml_state_free((struct yaml_state *)run.options.saved);
    fake_run_close(&run);
}

/* --------------------------------------------------------------------- ids */

static void put_id(void *aux, const char *id)
{
    base_put_format(aux, "%s\n", id);
}

/* All that are told beforehand, in their order; each pattern selects some. */
static void ids(void **state)
{
    (void)state;
    static const char text[] =
        "topology: t.yaml\n"
        "ports:\n"
        "  s1: {1: {failover: [3, 2]}, 2: drop}\n"
        "  s2: {1: {failover: [2, 3]}}\n"
        "entries: {s2: ['in_port=1 actions=2', 'tcp actions=drop'], s1: ['udp actions=drop']}\n"
        "groups: {s1: ['group_id=7,type=all,bucket=output:1'], s2: ['group_id=8,type=all']}\n"
        "traffic:\n"
        "  - {from: a, delivered: [b]}\n"
        "  - {from: b, match: tcp, isolated: all}\n";
    static const char topology[] = "name: small\n"
                                   "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                                   "hosts:\n"
                                   "  a: {mac: \"00:00:00:00:00:01\", port: \"s1:1\"}\n"
                                   "  b: {mac: \"00:00:00:00:00:02\", port: \"s2:1\"}\n"
                                   "links: [[\"s1:2\", \"s2:2\"], [\"s1:3\", \"s2:3\"]]\n";
    static const char *const patterns[] = {"s1", "failover", "entry/s2", "group", "traffic/b"};
    struct memory_file memory[] = {{"e.yaml", text, 0}, {"t.yaml", topology, 0}, {0}};
    const struct yaml_files files = {memory, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *expectation;
    struct run_options options = {0};
    struct base_buffer out = {0};
    if (yaml_load_expectation(&files, "e.yaml", &expectation, &diagnostics) < 0) {
        fail_msg("%s", memory_errors(&diagnostics, &out));
    }
    for (size_t i = 0; i <= sizeof patterns / sizeof *patterns; i++) {
        options.patterns = i > 0 ? &patterns[i - 1] : NULL;
        options.n_patterns = i > 0;
        size_t n = run_list(expectation, &options, put_id, &out);
        n += run_list_cables(expectation->topology, &options, put_id, &out);
        base_put_format(&out, "%zu by %s\n", n, i > 0 ? patterns[i - 1] : "none");
    }
    options.n_patterns = 0;
    options.no_traffic = true;
    base_put_format(&out, "%zu of state, ", run_list(expectation, &options, NULL, NULL));
    options = (struct run_options){.no_state = true};
    base_put_format(&out, "%zu of traffic\n", run_list(expectation, &options, NULL, NULL));
    assert_whole(base_buffer_text(&out), "harness/run/whole/ids.txt");
    base_buffer_free(&out);
    expectation_free(expectation);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(checks),
    cmocka_unit_test(proofs),
    cmocka_unit_test(saved_states),
    cmocka_unit_test(ids),
};

TEST_MAIN(tests)
