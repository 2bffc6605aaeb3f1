/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is planned for small networks: each probe with what must arrive of it, what is withheld
 * and said before; and what covers their tables. It stands in every_probe.txt, which
 *
 *   WRITE=1 build/harness/traffic/every_probe_test
 *
 * writes anew: look at what git says of it. */
#include "ofctl/match.h"
#include "testing/reference_network.h"
#include "testing/whole.h"
#include "testing/yaml_memory.h"
#include "traffic/cover.h"
#include "traffic/harmless.h"

static const char golden[] = "harness/traffic/every_probe.txt";

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
    for (size_t i = 0; i < cover.n_wanted; i++) {
        base_put_format(out, "h%zu %s%s: ", cover.probes[i].from + 1, cover.probes[i].kind,
                        i < cover.n_probes ? "" : ", over the limit");
        put_header(&cover.probes[i].header, out);
        base_put_text(out, "\n");
    }
    for (size_t i = 0; i < cover.n_missed; i++) {
        const struct traffic_missed *missed = &cover.missed[i];
        base_put_format(out, "s%zu, entry %u: %d", missed->sw + 1, missed->entry, (int)missed->why);
        base_put_format(out, missed->why == TRAFFIC_MISS_HIDDEN ? " by %u\n" : "\n",
                        missed->hidden_by);
    }
    base_put_format(out, "%zu of %zu\n", cover.n_exercised, cover.n_entries);
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_probe_is_as_written),
};

TEST_MAIN(tests)
