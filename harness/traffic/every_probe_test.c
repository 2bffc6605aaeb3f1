/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is planned for small networks: each probe with what must arrive of it, what is withheld
 * and said before; and what covers their tables. It stands in every_probe.txt, which
 *
 *   WRITE=1 build/harness/traffic/every_probe_test
 *
 * writes anew: look at what git says of it. Of many more expectations, each beside some tables, of
 * what is planned, counted and judged, sums stand in many_probes.txt; with SHOW the text itself
 * goes to stdout. */
#include "ofctl/match.h"
#include "testing/reference_network.h"
#include "testing/whole.h"
#include "testing/yaml_memory.h"
#include "traffic/cover.h"
#include "traffic/harmless.h"

static const char golden[] = "harness/traffic/every_probe.txt",
                  many[] = "harness/traffic/many_probes.txt";

/* a, b and cap at s1, c and d at s2. */
static const char network_yaml[] =
    "name: net\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
    "hosts:\n"
    "  a:   {mac: \"00:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  b:   {mac: \"00:00:00:00:00:0b\", ip: 10.0.0.2, port: \"s1:2\"}\n"
    "  c:   {mac: \"00:00:00:00:00:0c\", ip: 10.0.0.3, port: \"s2:2\"}\n"
    "  d:   {mac: \"00:00:00:00:00:0e\", ip: 10.0.0.4, port: \"s2:3\"}\n"
    "  cap: {mac: \"00:00:00:00:00:0d\", port: \"s1:3\", role: capture}\n"
    "links: [[\"s1:4\", \"s2:1\"]]\n";

enum { N_HOSTS = 5 };

struct asked {
    const char *name, *expectation;
    bool harmless, more; /* with what may not be sent; with what traffic looks like */
};

static const struct asked all_asked[] = {
    {"entries",
     "ports:\n"
     "  s1: {1: {output: [2, 3]}, 2: {output: [4]}, 3: drop, 4: {output: [2]}}\n"
     "  s2: {1: {output: [2]}, 2: {output: [1, 3]}, 3: drop}\n",
     false, false},
    {"NORMAL",
     "ports:\n"
     "  s1: {1: {output: [normal, 3]}, \"2,4\": {output: [normal]}, 3: drop}\n"
     "  s2: {1-3: {output: [normal]}}\n",
     false, false},
    {"NORMAL, what may be sent",
     "ports:\n"
     "  s1: {1: {output: [normal, 3]}, \"2,4\": {output: [normal]}, 3: drop}\n"
     "  s2: {1-3: {output: [normal]}}\n",
     true, false},
    {"NORMAL, what traffic looks like, what may be sent",
     "ports:\n"
     "  s1: {1: {output: [normal, 3]}, \"2,4\": {output: [normal]}, 3: drop}\n"
     "  s2: {1-3: {output: [normal]}}\n",
     true, true},
    {"claims",
     "traffic:\n"
     "  - {from: a, match: tcp, delivered: [b], mirrored: [cap]}\n"
     "  - {from: a, match: \"udp,tp_dst=53\", delivered: [c, d]}\n"
     "  - {from: b, isolated: all}\n"
     "  - {from: [c, d], delivered: [a], isolated: [cap]}\n",
     false, false},
    {"claims and NORMAL, what may be sent",
     "ports:\n"
     "  s1: {1-4: {output: [normal]}}\n"
     "  s2: {1-3: {output: [normal]}}\n"
     "traffic:\n"
     "  - {from: a, match: \"dl_dst=00:00:00:00:00:0c\", delivered: [c]}\n"
     "  - {from: c, match: \"dl_dst=00:00:00:00:00:0a\", delivered: [a], isolated: [cap]}\n",
     true, false},
    {"a switch that chooses",
     "ports:\n"
     "  s1: {1: {one_of: [2, 4]}, 2: {output: [1]}, 3-4: drop}\n"
     "  s2: {1: {one_of: [2, 3]}, 2-3: {output: [1]}}\n",
     true, false},
};

/* ---------------------------------------------------------------------- plans */

static void put_header(const struct header *header, struct base_buffer *out)
{
    struct base_arena arena = {0};
    base_put_text(out, ofctl_header_text(header, &arena));
    base_arena_free(&arena);
}

static void put_copies(unsigned least, unsigned more, struct base_buffer *out)
{
    base_put_format(out, " %u", least);
    if (more >= TRAFFIC_COPIES_ANY) {
        base_put_text(out, "..*");
    } else if (more > 0) {
        base_put_format(out, "..%u", least + more);
    }
}

static void put_probe(const struct traffic_probe *probe, const struct topology *topology,
                      struct base_buffer *out)
{
    base_put_format(out, "%s %s%s: ", topology->hosts[probe->from].name, probe->kind,
                    probe->sentinel ? ", last" : "");
    put_header(&probe->header, out);
    if (probe->shape.n_bytes > 0) {
        base_put_format(out, ", %u bytes", probe->shape.n_bytes);
    }
    base_put_text(out, probe->n_arrivals > 0 ? " ->" : " -> nobody");
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        const struct traffic_expected_arrival *arrival = &probe->arrivals[i];
        put_copies(arrival->copies, arrival->more, out);
        base_put_format(out, " %s", topology->hosts[arrival->host].name);
        for (size_t w = 0; w < probe->n_ways; w++) {
            put_copies(probe->ways[w].at[i].copies, probe->ways[w].at[i].more, out);
        }
        if (arrival->as) {
            base_put_format(out, " (%zu)", arrival->n_as);
        }
        for (size_t f = 0; f < arrival->n_as; f++) {
            struct header as = arrival->as[f];
            as.in_port = probe->header.in_port; /* by which it left the last switch */
            if (memcmp(&as, &probe->header, sizeof as) != 0) {
                base_put_text(out, " as ");
                put_header(&as, out);
            }
        }
    }
    base_put_text(out, "\n");
}

static void put_plan(const struct traffic_plan *plan, const struct topology *topology,
                     struct base_buffer *out)
{
    for (size_t i = 0; i < plan->n_speeches; i++) {
        base_put_format(out, "%s says: ", topology->hosts[plan->speeches[i].from].name);
        put_header(&plan->speeches[i].header, out);
        base_put_text(out, "\n");
    }
    for (size_t p = 0; p < plan->n_probes; p++) {
        put_probe(&plan->probes[p], topology, out);
    }
    for (size_t i = 0; i < plan->n_withheld; i++) {
        const struct traffic_withheld *withheld = &plan->withheld[i];
        base_put_format(out, "%s %s, withheld: ", topology->hosts[withheld->from].name,
                        withheld->kind);
        put_header(&withheld->header, out);
        base_put_format(out, ": %s\n", withheld->reason);
    }
    base_put_format(out, "cut: %zu; ", plan->n_cut);
    base_put_format(out, "repeats: %u\n", traffic_plan_repeats(plan, topology->n_hosts, 20));
}

static void put_asked(const struct asked *asked, struct base_buffer *out)
{
    static const bool all[N_HOSTS] = {true, true, true, true, true};
    static const unsigned mtus[N_HOSTS] = {1500, 1500, 900, 1500, 1500};
    char text[1024];
    struct yaml_diagnostics diagnostics = {0};
    struct memory_file files[] = {{"net.yaml", network_yaml, 0}, {"x", text, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    struct expectation *expectation;
    struct path_declared declared;
    struct path_network tables;
    struct traffic_harmless harmless;
    const struct switch_state *unread[2] = {NULL, NULL};
    struct traffic_plan plan;
    snprintf(text, sizeof text, "topology: net.yaml\n%s", asked->expectation);
    if (yaml_load_expectation(&from, "x", &expectation, &diagnostics) < 0) {
        fail_msg("%s: %s", asked->name, diagnostics.items[0].message);
    }
    assert_int_equal(path_declared_open(&declared, expectation), 0);
    assert_int_equal(path_network_open_dumps(&tables, expectation->topology, unread, NULL), 0);
    assert_int_equal(traffic_harmless_open(&harmless, &tables, &declared), 0);
    harmless.expectation = expectation;
    struct traffic_plan_options options = {.sends = all,
                                           .mtus = asked->more ? mtus : NULL,
                                           .fresh = 7,
                                           .harmless = asked->harmless ? &harmless : NULL};
    fill_garbage(&plan, sizeof plan);
    assert_int_equal(traffic_plan(&declared, &options, &plan, NULL), 0);
    base_put_format(out, "\n# %s\n", asked->name);
    put_plan(&plan, expectation->topology, out);
    traffic_plan_free(&plan);
    traffic_harmless_close(&harmless);
    path_network_close(&tables);
    path_declared_close(&declared);
    expectation_free(expectation);
}

/* --------------------------------------------------------------------- covers */

static void put_covered(const struct traffic_cover *cover, struct base_buffer *out)
{
    for (size_t i = 0; i < cover->n_wanted; i++) {
        base_put_format(out, "h%zu %s%s: ", cover->probes[i].from + 1, cover->probes[i].kind,
                        i < cover->n_probes ? "" : ", over the limit");
        put_header(&cover->probes[i].header, out);
        base_put_text(out, "\n");
    }
    for (size_t i = 0; i < cover->n_missed; i++) {
        const struct traffic_missed *missed = &cover->missed[i];
        base_put_format(out, "s%zu, entry %u: %d", missed->sw + 1, missed->entry, (int)missed->why);
        base_put_format(out, missed->why == TRAFFIC_MISS_HIDDEN ? " by %u\n" : "\n",
                        missed->hidden_by);
    }
    base_put_format(out, "%zu of %zu\n", cover->n_exercised, cover->n_entries);
}

static void put_cover(const char *flows, const struct traffic_cover_options *options,
                      struct base_buffer *out)
{
    struct network network;
    struct traffic_cover cover;
    network_load(&network, "expected/demon/simulated.yaml", flows);
    network_index(&network);
    fill_garbage(&cover, sizeof cover);
    assert_int_equal(traffic_cover(&network.tables, options, &cover), 0);
    base_put_format(out, "\n# cover of %s, at most %zu probes, %zu walks\n", flows,
                    options->max_probes, options->max_walks);
    put_covered(&cover, out);
    traffic_cover_free(&cover);
    network_free(&network);
}

/* --------------------------------------------------------------------- the text */

static void each_probe_is_as_written(void **state)
{
    (void)state;
    static const char *const flows[] = {"simulated", "leak", "copies-2"};
    static const struct traffic_cover_options options[] = {
        {.max_probes = 0}, {.max_probes = 3}, {.max_walks = 40}};
    struct base_buffer text = {0};
    base_put_text(&text, "# Written by every_probe_test: what is planned for small networks.\n");
    for (size_t i = 0; i < sizeof all_asked / sizeof *all_asked; i++) {
        put_asked(&all_asked[i], &text);
    }
    for (size_t i = 0; i < 9; i++) {
        put_cover(flows[i / 3], &options[i % 3], &text);
    }
    assert_whole(base_buffer_text(&text), golden);
    base_buffer_free(&text);
}

/* ------------------------------------------------------------------------ many */

static uint64_t draws = 3; /* of a sequence that is the same each time */

static size_t draw(size_t n)
{
    draws = draws * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(draws >> 33) % n;
}

#define ONE_OF(...)                                                                                \
    ((const char *const[]){                                                                        \
        __VA_ARGS__}[draw(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))])

enum { N_SWITCHES = 2, N_PORTS = 4 };

/* An expectation, tables, and a round in which frames mostly do what the tables say. */
struct trial {
    struct expectation *expectation;
    struct path_declared declared;
    struct path_network tables;
    struct traffic_harmless harmless;
    struct port ports[2][N_SWITCHES][N_PORTS];
    struct switch_state states[2][N_SWITCHES];
    const struct switch_state *before[N_SWITCHES], *after[N_SWITCHES];
    struct traffic_plan plan;
    struct traffic_round round;
    struct traffic_count count;
    bool sends[N_HOSTS], captures[N_HOSTS];
    const char *problems[N_HOSTS];
};

static void put_ports(struct base_buffer *text)
{
    base_put_text(text, "ports:\n");
    for (size_t i = 0; i < 7; i++) {
        base_put_text(text, i == 0 ? "  s1:\n" : i == 4 ? "  s2:\n" : "");
        base_put_format(text, "    %zu: ", i % 4 + 1);
        base_put_text(text, i < 4
                                ? ONE_OF("{output: [4]}", "{output: [2, 3]}", "{output: [normal]}",
                                         "{output: [normal]}", "{output: [normal, 3]}", "drop",
                                         "{one_of: [2, 4]}", "{output: [1]}")
                                : ONE_OF("{output: [1]}", "{output: [2, 3]}", "{output: [normal]}",
                                         "{output: [normal]}", "drop", "{one_of: [2, 3]}",
                                         "{output: [2]}"));
        base_put_text(text, "\n");
    }
}

static void put_claims(struct base_buffer *text)
{
    base_put_text(text, "traffic:\n");
    base_put_text(text,
                  ONE_OF("  - {from: a, match: tcp, delivered: [b], mirrored: [cap]}\n",
                         "  - {from: a, match: \"dl_dst=00:00:00:00:00:0c\", delivered: [c]}\n",
                         "  - {from: a, delivered: [b, c]}\n"));
    base_put_text(text, ONE_OF("", "  - {from: b, isolated: all}\n",
                               "  - {from: b, match: \"udp,tp_dst=53\", delivered: [c, d]}\n"));
    base_put_text(text, ONE_OF("", "  - {from: c, delivered: [a], isolated: [cap]}\n",
                               "  - {from: d, isolated: [cap, b]}\n"));
}

static const char *draw_flow(void)
{
    return ONE_OF("actions=NORMAL", "in_port=1 actions=output:4", "in_port=1 actions=output:2,3",
                  "in_port=4 actions=output:1,output:2", "priority=9,tcp actions=drop",
                  "in_port=2 actions=output:1", "priority=3,arp actions=flood",
                  "priority=7,udp,tp_dst=53 actions=mod_tp_dst:54,output:2,output:3",
                  "priority=7,dl_dst=00:00:00:00:00:0c actions=output:4,output:2",
                  "priority=2,in_port=3 actions=controller",
                  "priority=2,dl_vlan=5 actions=strip_vlan,1");
}

static bool trial_open(struct trial *trial)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer text = {0};
    base_put_text(&text, "topology: net.yaml\n");
    size_t how = draw(3);
    if (how != 1) {
        put_ports(&text);
    }
    if (how > 0) {
        put_claims(&text);
    }
    struct memory_file files[] = {
        {"net.yaml", network_yaml, 0}, {"x", base_buffer_text(&text), 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    *trial = (struct trial){0};
    bool loaded = yaml_load_expectation(&from, "x", &trial->expectation, &diagnostics) == 0;
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&text);
    for (size_t i = 0; i < 2 * N_SWITCHES && loaded; i++) {
        size_t sw = i / 2;
        struct switch_state *state = &trial->states[i % 2][sw];
        state->ports = trial->ports[i % 2][sw];
        state->n_ports = N_PORTS;
        for (uint16_t p = 0; p < N_PORTS; p++) {
            state->ports[p] = (struct port){.number = (uint16_t)(p + 1), .has_counters = true};
        }
        (i % 2 ? trial->after : trial->before)[sw] = state;
    }
    for (size_t i = 0; i < 8 && loaded; i++) {
        struct flow_table *flows = &trial->states[0][i % 2].flows;
        assert_int_equal(ofctl_parse_flow(draw_flow(), flows, NULL, NULL, NULL), 0);
    }
    if (draw(8) == 0) {
        trial->before[draw(2)] = NULL;
    }
    for (size_t host = 0; host < N_HOSTS; host++) {
        trial->sends[host] = draw(8) > 0;
        trial->captures[host] = draw(10) > 0;
        trial->problems[host] = draw(25) ? NULL : "its station is slow";
    }
    return loaded;
}

static void trial_plan(struct trial *trial, struct base_buffer *out)
{
    static const unsigned mtus[N_HOSTS] = {1500, 1500, 900, 1500, 0};
    const struct topology *topology = trial->expectation->topology;
    assert_int_equal(path_declared_open(&trial->declared, trial->expectation), 0);
    assert_int_equal(path_network_open_dumps(&trial->tables, topology, trial->before, NULL), 0);
    assert_int_equal(traffic_harmless_open(&trial->harmless, &trial->tables, &trial->declared), 0);
    trial->harmless.expectation = trial->expectation;
    struct traffic_plan_options options = {.sends = trial->sends, .fresh = 7};
    options.mtus = draw(3) ? NULL : mtus;
    options.harmless = draw(2) ? NULL : &trial->harmless;
    assert_int_equal(traffic_plan(&trial->declared, &options, &trial->plan, NULL), 0);
    put_plan(&trial->plan, topology, out);
    struct traffic_cover_options how = {.plan = draw(2) ? NULL : &trial->plan,
                                        .sends = trial->sends};
    struct traffic_cover cover;
    how.harmless = options.harmless;
    how.max_probes = draw(4) ? 0 : 2;
    how.max_walks = draw(6) ? 0 : 30;
    assert_int_equal(traffic_cover(&trial->tables, &how, &cover), 0);
    put_covered(&cover, out);
    traffic_cover_free(&cover);
}

/* Of each sending so many copies come as the tables say, or else. */
static void arrive(struct trial *trial, size_t p, size_t host, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (draw(60) == 0) {
            traffic_round_see_altered(&trial->round, p, host, "a byte");
        } else {
            traffic_round_see(&trial->round, p, host, 0);
        }
        if (draw(60) == 0) {
            traffic_round_see_late(&trial->round, p, host, 1000000);
        }
    }
}

static void count(struct trial *trial, struct port_ref port, bool rx, size_t n)
{
    struct port_counters *counters = &trial->ports[1][port.sw][port.port - 1].counters;
    *(rx ? &counters->rx_packets : &counters->tx_packets) += draw(200) ? n : 0;
}

static void send_probe(struct trial *trial, size_t p)
{
    static struct path_walk walk;
    const struct traffic_probe *probe = &trial->plan.probes[p];
    unsigned n = draw(12) ? 2 : (unsigned)draw(4);
    trial->round.sent[p] = n;
    path_follow_from(draw(4) ? &trial->declared.network : &trial->tables, probe->from,
                     &probe->header, &walk);
    for (size_t i = 0; i < walk.n_hops; i++) {
        const struct path_hop *hop = &walk.hops[i];
        if (hop->previous != HOP_NONE) {
            count(trial, (struct port_ref){walk.hops[hop->previous].in.sw, hop->out}, false, n);
        }
        count(trial, hop->in, true, n);
    }
    for (size_t i = 0; i < walk.n_arrivals; i++) {
        count(trial,
              (struct port_ref){walk.hops[walk.arrivals[i].hop].in.sw,
                                walk.arrivals[i].header.in_port},
              false, n);
        arrive(trial, p, walk.arrivals[i].host, draw(40) ? n : draw(4));
    }
    if (draw(60) == 0) {
        size_t host = draw(N_HOSTS);
        arrive(trial, p, host, 1 + draw(2));
    }
}

static void put_counts(struct trial *trial, struct base_buffer *out)
{
    const struct topology *topology = trial->expectation->topology;
    for (size_t i = 0; i < N_SWITCHES * N_PORTS; i++) {
        struct port_ref port = {i / N_PORTS, (uint16_t)(i % N_PORTS + 1)};
        const struct traffic_port_count *n = traffic_count_port(&trial->count, trial->before, port);
        base_put_format(out, "s%zu:%u", port.sw + 1, port.port);
        if (n) {
            base_put_format(out, " %u %u %u %u %u %u", n->rx, n->tx, n->sure_rx, n->sure_tx,
                            n->good, n->bad);
        }
        base_put_format(out, ", %ld %ld\n",
                        traffic_count_rx(trial->before, trial->after, port, NULL),
                        traffic_count_tx(trial->before, trial->after, port, NULL));
    }
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        for (size_t i = 0; trial->before[sw] && i < trial->states[0][sw].flows.n_entries; i++) {
            base_put_format(out, " %u", trial->count.packets[sw][i]);
        }
    }
    for (size_t host = 0; host < N_HOSTS; host++) {
        const struct traffic_host_count *n = &trial->count.hosts[host];
        base_put_format(out, "\n%zu: %u %u %u %u %u", host, n->sent, n->arrived, n->late, n->good,
                        n->bad);
    }
    base_put_format(out, "\nreached %d, surely %d, left %d\n",
                    traffic_count_reached(&trial->count, topology, trial->before, trial->after),
                    traffic_count_surely(&trial->count, topology, trial->before, trial->after),
                    traffic_count_left(&trial->count, topology, trial->before, trial->after));
}

static void put_round(struct trial *trial, struct base_buffer *out)
{
    const struct traffic_round *round = &trial->round;
    const struct traffic_plan *plan = &trial->plan;
    for (size_t p = 0; p < plan->n_probes; p++) {
        unsigned wanted = 0, came = 0;
        int fate =
            plan->probes[p].n_ways ? (int)traffic_ways_fate(round, plan, p, &wanted, &came) : -1;
        base_put_format(out, "%d%d:%u:%u ", traffic_probe_conforms(round, plan, p), fate, wanted,
                        came);
    }
    base_put_format(out, "conforms %d, came %d, misses %d, fails %d, follows %d\n",
                    traffic_round_conforms(round, plan), traffic_round_came(round, plan),
                    traffic_round_misses(round, plan), traffic_round_fails(round, plan),
                    traffic_round_follows(round, plan, &trial->tables));
}

static void put(struct base_buffer *out, const char *before, const char *text)
{
    if (text) {
        base_put_format(out, "%s%s", before, text);
    }
}

static void put_judged(struct trial *trial, struct base_buffer *out)
{
    struct report report = {0};
    struct traffic_failures failures = {0};
    struct traffic_evidence evidence = {.expectation = trial->expectation,
                                        .declared = &trial->declared,
                                        .tables = &trial->tables,
                                        .plan = &trial->plan,
                                        .round = &trial->round,
                                        .problems = trial->problems,
                                        .before = trial->before,
                                        .after = trial->after,
                                        .count = &trial->count};
    assert_int_equal(traffic_judge(&evidence, &report, &failures), 0);
    for (size_t i = 0; i < report.n_results; i++) {
        const struct result *result = &report.results[i];
        base_put_format(out, "%s %s %s %ld %ld", verdict_name(result->verdict), result->id,
                        result->source ? result->source : "-", result->expected_count,
                        result->observed_count);
        put(out, ", ", result->expected);
        put(out, ", ", result->observed);
        put(out, "; ", result->example);
        put(out, "; ", result->detail);
        for (size_t s = 0; s < N_STATEMENTS; s++) {
            put(out, "; ", result->says[s]);
        }
        base_put_text(out, "\n");
    }
    for (size_t i = 0; i < failures.n_items; i++) {
        const struct traffic_failure *item = &failures.items[i];
        base_put_format(out, "%zu %zu %zd %d %s\n", item->result, item->probe, (ssize_t)item->host,
                        item->came_less, item->alteration ? item->alteration : "");
    }
    traffic_failures_free(&failures);
    report_free(&report);
}

static void trial_close(struct trial *trial)
{
    traffic_count_free(&trial->count);
    traffic_round_free(&trial->round);
    traffic_plan_free(&trial->plan);
    traffic_harmless_close(&trial->harmless);
    path_network_close(&trial->tables);
    path_declared_close(&trial->declared);
    flow_table_free(&trial->states[0][0].flows);
    flow_table_free(&trial->states[0][1].flows);
    expectation_free(trial->expectation);
}

static void put_trial(struct base_buffer *out)
{
    static struct trial trial;
    if (!trial_open(&trial)) {
        base_put_text(out, "not loaded\n");
        return;
    }
    trial_plan(&trial, out);
    assert_int_equal(traffic_round_init(&trial.round, &trial.plan, trial.captures, N_HOSTS), 0);
    for (size_t p = 0; p < trial.plan.n_probes; p++) {
        send_probe(&trial, p);
    }
    assert_int_equal(
        traffic_count_init(&trial.count, &trial.plan, &trial.round, &trial.tables, trial.before),
        0);
    put_counts(&trial, out);
    put_round(&trial, out);
    put_judged(&trial, out);
    trial_close(&trial);
}

static void many_are_as_written(void **state)
{
    enum { TRIALS = 500 };
    struct base_buffer sums = {0};
    (void)state;
    for (size_t i = 0; i < TRIALS; i++) {
        struct base_buffer text = {0};
        put_trial(&text);
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        put_whole_sum(&sums, name, &text);
    }
    assert_whole(base_buffer_text(&sums), many);
    base_buffer_free(&sums);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_probe_is_as_written),
    cmocka_unit_test(many_are_as_written),
};

TEST_MAIN(tests)
