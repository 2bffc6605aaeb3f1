/* SPDX-License-Identifier: Apache-2.0
 *
 * What is learned from tables, written as YAML and loaded again, is what the
 * same tables are then found to do. */
#include "learn/learn.h"

#include "ofctl/flow.h"
#include "prove/prove.h"
#include "testing/random_space.h"
#include "testing/reference_network.h"
#include "yaml/write.h"

enum { N_SWITCHES = 3, ROUNDS = 150 };

struct learning {
    struct network network; /* for its topology and its states */
    struct switch_dump switches[N_SWITCHES];
    struct learn_draft draft;
    struct base_buffer text;
    struct expectation *loaded;
    struct report report;
};

static void load(struct learning *learning, const char *flows)
{
    *learning = (struct learning){0};
    network_load(&learning->network, "expected/demon/simulated.yaml", flows);
    for (size_t i = 0; i < N_SWITCHES; i++) {
        learning->switches[i] =
            (struct switch_dump){.dumped = true, .state = &learning->network.states[i]};
    }
}

static void learn(struct learning *learning)
{
    struct base_error error;
    assert_int_equal(learn_expectation(learning->network.expectation->topology, learning->switches,
                                       &(struct learn_options){0}, &learning->draft, &error),
                     0);
    yaml_write_expectation(&learning->draft.expectation, "topologies/demon.yaml", &learning->text);
}

/* The text is "learned.yaml"; everything else comes from the disk. */
static int read_text(void *context, const char *path, struct base_buffer *bytes,
                     struct base_error *error)
{
    const struct base_buffer *text = context;
    if (strcmp(path, "learned.yaml") != 0) {
        return yaml_disk.read(yaml_disk.context, path, bytes, error);
    }
    base_put_bytes(bytes, text->data, text->n_bytes);
    return 0;
}

static void learn_loaded(struct learning *learning)
{
    struct yaml_files files = {.context = &learning->text, .read = read_text};
    struct yaml_diagnostics diagnostics = {0};
    struct base_error error;
    if (yaml_load_expectation(&files, "learned.yaml", &learning->loaded, &diagnostics) < 0) {
        fail_msg("%s\n%s", diagnostics.items[0].message, base_buffer_text(&learning->text));
    }
    yaml_diagnostics_free(&diagnostics);
    assert_int_equal(
        state_judge(learning->loaded, learning->switches, NULL, &learning->report, &error), 0);
    assert_int_equal(
        prove_claims(learning->loaded, learning->switches, NULL, &learning->report, NULL, &error),
        0);
}

static void forget(struct learning *learning)
{
    report_free(&learning->report);
    expectation_free(learning->loaded);
    learn_draft_free(&learning->draft);
    learn_draft_free(&learning->draft); /* it is empty now */
    base_buffer_free(&learning->text);
    network_free(&learning->network);
}

static void expect_text(struct learning *learning, const char *part)
{
    if (!strstr(base_buffer_text(&learning->text), part)) {
        fail_msg("there is no\n%s\nin\n%s", part, base_buffer_text(&learning->text));
    }
}

static void expect_unclaimed(const struct learning *learning, const char *host, const char *why)
{
    size_t at = topology_find_host(learning->network.expectation->topology, host);
    assert_non_null(learning->draft.unclaimed[at]);
    assert_string_equal(learning->draft.unclaimed[at], why);
}

static size_t count_unclaimed(const struct learning *learning)
{
    size_t n = 0;
    for (size_t i = 0; i < learning->network.expectation->topology->n_hosts; i++) {
        n += learning->draft.unclaimed[i] != NULL;
    }
    return n;
}

static void add(struct learning *learning, size_t sw, const char *flow)
{
    struct base_error error;
    if (ofctl_parse_flow(flow, &learning->network.states[sw].flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", flow, error.text);
    }
}

/* ------------------------------------------------------------------- examples */

static void reference_network_is_as_written_by_hand(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    learn(&learning);
    assert_string_equal(base_buffer_text(&learning.text),
                        "topology: topologies/demon.yaml\n\n"
                        "ports:\n"
                        "  s1:\n"
                        "    1: {output: [2, 6]}\n"
                        "    2: {output: [1]}\n"
                        "    3: {output: [4]}\n"
                        "    4: {output: [3]}\n"
                        "    5-11: drop\n"
                        "  s2:\n"
                        "    1: {output: [2]}\n"
                        "    2: {output: [1, 7]}\n"
                        "    3-11: drop\n"
                        "  s3:\n"
                        "    1-10: {output: [11]}\n"
                        "    11: drop\n\n"
                        "traffic:\n"
                        "  - {from: h1, delivered: [h2], mirrored: [h11]}\n"
                        "  - {from: h2, delivered: [h1], isolated: [h11]}\n"
                        "  - {from: h3, delivered: [h4], isolated: [h11]}\n"
                        "  - {from: h4, delivered: [h3], isolated: [h11]}\n"
                        "  - {from: [h5, h8, h9, h10, h11], isolated: all}\n"
                        "  - {from: h6, delivered: [h7], isolated: [h11]}\n"
                        "  - {from: h7, delivered: [h6], mirrored: [h11]}\n");
    const struct claim *claim = &learning.draft.expectation.claims[0];
    assert_string_equal(claim->id, "traffic/h1/delivered/h2");
    assert_null(claim->match_text);
    assert_int_equal(count_unclaimed(&learning), 0);
    assert_int_equal(report_verdict(&learning.draft.judged), VERDICT_PASS);
    learn_loaded(&learning);
    assert_int_equal(report_verdict(&learning.report), VERDICT_PASS);
    forget(&learning);
}

static void matches_copies_and_lifetimes_are_said(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "copies-2");
    add(&learning, 0, "priority=40000,tcp,in_port=5,tp_dst=80 actions=output:8");
    add(&learning, 0, "priority=9,tcp,in_port=5,tp_dst=80 actions=output:9"); /* hidden */
    add(&learning, 1, "priority=1,in_port=3,hard_timeout=60 actions=mod_vlan_vid:7,output:8");
    add(&learning, 1, "priority=50000,in_port=3,arp actions=drop");
    learn(&learning);
    expect_text(&learning, "  - {from: h1, mirrored: [h11], copies: 2}\n");
    expect_text(&learning, "    5:\n      - {match: \"tcp,tp_dst=80\", output: [8]}\n");
    expect_text(&learning, "  - {from: h5, match: \"tcp,tp_dst=80\", mirrored: [h11]}\n");
    expect_text(&learning, "      - {match: \"arp\", actions: \"drop\"}\n"
                           "      - {actions: \"mod_vlan_vid:7,output:8\", expires: 60s}\n");
    expect_unclaimed(&learning, "h8", "what arrives would need more, or more complicated, matches");
    learn_loaded(&learning);
    assert_int_equal(report_count(&learning.report, VERDICT_FAIL), 0);
    forget(&learning);
}

/* `expires` is what all entries have, and nothing if they have not the same. */
static void one_lifetime_of_all_is_said_once(void **state)
{
    (void)state;
    static const struct {
        uint16_t first, rest, last, expires;
    } rows[] = {{60, 60, 60, 60}, {0, 60, 60, 0}, {60, 60, 0, 0}, {60, 60, 61, 0}, {0, 0, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct learning learning;
        load(&learning, "simulated");
        struct flow_table *last = &learning.network.states[N_SWITCHES - 1].flows;
        for (size_t sw = 0; sw < N_SWITCHES; sw++) {
            struct flow_table *flows = &learning.network.states[sw].flows;
            for (size_t j = 0; j < flows->n_entries; j++) {
                flows->entries[j].hard_timeout = rows[i].rest;
            }
        }
        learning.network.states[0].flows.entries[0].hard_timeout = rows[i].first;
        last->entries[last->n_entries - 1].hard_timeout = rows[i].last;
        learn(&learning);
        assert_int_equal(learning.draft.expectation.expires_sec, rows[i].expires);
        assert_int_equal(report_verdict(&learning.draft.judged), VERDICT_PASS);
        forget(&learning);
    }
}

/* By match, where not all frames arrive: each of them, and of the whole what arrives nowhere. */
/* Of no entry there is nothing to say; of exceptions, and of what an expectation expects to last,
 * it is what the expectation says. */
static void what_is_excepted_is_not_learned(void **state)
{
    (void)state;
    struct learning learning;
    struct base_error error;
    load(&learning, "simulated");
    add(&learning, 0, "priority=9,hard_timeout=77,in_port=6 actions=drop");
    struct expectation excepting = {.topology = learning.network.expectation->topology,
                                    .expires_sec = 77};
    struct exception exception = {.sw = SWITCH_ALL,
                                  .has_cookie = true,
                                  .cookie = 5,
                                  .cookie_mask = UINT64_MAX,
                                  .reason = "monitoring"};
    excepting.exceptions = &exception;
    for (size_t n = 0; n < 2; n++) {
        struct flow_table *flows = &learning.network.states[0].flows;
        const struct match *match = &flows->entries[1].match;
        const struct port_ref port = {0, match->value.in_port};
        for (size_t i = 0; i < flows->n_entries; i++) {
            flows->entries[i].cookie = i == 1 ? 5 : 6;
        }
        excepting.n_exceptions = n;
        assert_int_equal(learn_ports(&excepting, learning.switches, &learning.draft, &error), 0);
        assert_int_equal(learning.draft.expectation.expires_sec, 77);
        const struct expected_port *learned = expectation_port(&learning.draft.expectation, port);
        assert_int_equal(learned && learned->n_cases > 0, n == 0);
        learned = expectation_port(&learning.draft.expectation, (struct port_ref){0, 6});
        assert_true(learned && learned->n_cases == 0); /* what drops goes without saying */
        learn_draft_free(&learning.draft);
    }
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        learning.network.states[sw].flows.n_entries = 0;
    }
    learn(&learning);
    assert_int_equal(learning.draft.expectation.expires_sec, 0);
    forget(&learning);
}

static void several_matches_of_a_pair_are_said(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    add(&learning, 0, "priority=40000,in_port=5,tcp,tp_dst=80 actions=output:8");
    add(&learning, 0, "priority=40000,in_port=5,udp,tp_dst=53 actions=output:9");
    add(&learning, 0, "priority=40000,in_port=5,arp actions=output:8");
    for (unsigned port = 1; port <= 13; port++) {
        char flow[64];
        snprintf(flow, sizeof flow, "priority=40000,in_port=5,tcp,tp_dst=%u actions=output:8",
                 port);
        add(&learning, 0, flow);
    }
    learn(&learning);
    expect_text(&learning, "  - {from: h5, match: \"arp\", mirrored: [h11]}\n");
    expect_text(&learning, "  - {from: h5, match: \"tcp,tp_dst=80\", mirrored: [h11]}\n");
    expect_text(&learning, "  - {from: h5, match: \"udp,tp_dst=53\", mirrored: [h11]}\n");
    assert_int_equal(count_unclaimed(&learning), 0);
    learn_loaded(&learning);
    assert_int_equal(report_verdict(&learning.report), VERDICT_PASS);
    forget(&learning);
}

static void what_goes_round_is_not_claimed(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    add(&learning, 0, "priority=40000,in_port=5 actions=output:6");
    add(&learning, 0, "priority=40000,in_port=6 actions=in_port");
    add(&learning, 2, "priority=40000,in_port=1 actions=in_port");
    learn(&learning);
    expect_unclaimed(&learning, "h5", "some of its frames go round endlessly");
    learn_loaded(&learning);
    forget(&learning);
}

/* Without claims nothing is proved: it would be that nothing may arrive anywhere. */
static void without_claims_nothing_is_proved(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    for (size_t i = 0; i < N_SWITCHES; i++) {
        add(&learning, i, "priority=60000 actions=NORMAL");
    }
    learn(&learning);
    assert_int_equal(learning.draft.expectation.n_claims, 0);
    assert_int_equal(count_unclaimed(&learning), 11);
    for (size_t i = 0; i < learning.draft.judged.n_results; i++) {
        assert_int_not_equal(learning.draft.judged.results[i].kind, RESULT_TRAFFIC);
    }
    forget(&learning);
}

static void what_no_expectation_says_is_kept_apart(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    add(&learning, 0, "in_port=LOCAL actions=output:1");
    add(&learning, 0, "in_port=5 actions=NORMAL");
    add(&learning, 1, "in_port=5,idle_timeout=9 actions=output:6");
    learning.switches[2] = (struct switch_dump){.reason = "connection refused"};
    learn(&learning);
    expect_text(&learning, "  - {switch: s1, match: \"in_port=LOCAL\", reason: \"");
    expect_unclaimed(&learning, "h1", "a switch on its way was not read");
    bool idle = false;
    for (size_t i = 0; i < learning.draft.judged.n_results; i++) {
        const struct result *result = &learning.draft.judged.results[i];
        idle = idle || (strcmp(result->id, "state/s2/5") == 0 && result->verdict == VERDICT_FAIL);
    }
    assert_true(idle);
    learn_loaded(&learning);
    forget(&learning);
}

/* Without its condition the entry would take more than it does: the port is left out, unless the
 * entry is hidden from it. */
static void conditions_that_are_not_modelled_leave_the_port_out(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    add(&learning, 0, "priority=40000,ip,in_port=1,nw_ttl=64 actions=output:6");
    add(&learning, 0, "priority=7,ip,in_port=3,nw_ttl=64 actions=output:6");
    learn(&learning);
    const struct learn_draft *draft = &learning.draft;
    assert_int_equal(draft->n_unsaid, 1);
    assert_true(port_ref_equal(draft->unsaid[0].port, (struct port_ref){0, 1}));
    assert_non_null(strstr(draft->unsaid[0].entry, "nw_ttl=64"));
    assert_non_null(strstr(draft->unsaid[0].reason, "nw_ttl"));
    assert_null(expectation_port(&draft->expectation, draft->unsaid[0].port));
    assert_non_null(expectation_port(&draft->expectation, (struct port_ref){0, 3}));
    expect_text(&learning, "unlisted: any\n");
    learn_loaded(&learning);
    assert_int_equal(report_count(&learning.report, VERDICT_FAIL), 0);
    forget(&learning);
}

/* Which of two entries of one priority wins is not defined: what would be written need not hold. */
static void a_port_of_two_rivals_is_left_out(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    add(&learning, 0, "priority=40000,tcp,in_port=1 actions=output:6");
    add(&learning, 0, "priority=40000,in_port=1,dl_vlan=5 actions=output:2");
    add(&learning, 0, "priority=40000,in_port=3,tcp actions=output:4");
    add(&learning, 0, "priority=40000,in_port=3,dl_vlan=5 actions=output:4");
    learn(&learning);
    const struct learn_draft *draft = &learning.draft;
    assert_int_equal(draft->n_unsaid, 1);
    assert_true(port_ref_equal(draft->unsaid[0].port, (struct port_ref){0, 1}));
    assert_string_equal(draft->unsaid[0].entry,
                        "priority=40000,in_port=1,dl_vlan=5 actions=output:2 and "
                        "priority=40000,tcp,in_port=1 actions=output:6");
    assert_string_equal(draft->unsaid[0].reason, "two entries of the same priority take it");
    assert_null(expectation_port(&draft->expectation, draft->unsaid[0].port));
    assert_non_null(expectation_port(&draft->expectation, (struct port_ref){0, 3}));
    assert_int_equal(report_verdict(&draft->judged), VERDICT_PASS);
    expect_unclaimed(&learning, "h1", "two entries of the same priority take it");
    expect_text(&learning, "unlisted: any\n");
    learn_loaded(&learning);
    assert_int_equal(report_verdict(&learning.report), VERDICT_PASS);
    forget(&learning);
}

/* What is done otherwise later is found. */
static void later_state_deviates(void **state)
{
    (void)state;
    struct learning learning;
    load(&learning, "simulated");
    add(&learning, 1, "priority=7,in_port=3,dl_vlan=5 actions=output:9");
    learn(&learning);
    add(&learning, 1, "priority=8,in_port=3,dl_vlan=5,dl_vlan_pcp=1 actions=output:8");
    learn_loaded(&learning);
    assert_int_equal(report_verdict(&learning.report), VERDICT_FAIL);
    forget(&learning);
}

/* --------------------------------------------------------------------- random */

static void add_random(struct flow_table *flows, uint16_t priority)
{
    static const struct action lists[][3] = {{{.port = 1}},
                                             {{.port = 2}, {.port = 6}},
                                             {{.port = 7}, {.port = 8}},
                                             {{.type = ACTION_STRIP_VLAN}, {.port = 6}},
                                             {{.port = 11}}};
    static const uint16_t lengths[] = {1, 2, 2, 2, 1};
    struct flow_entry *entry = flow_table_add(flows);
    unsigned list = random_below(5);
    assert_non_null(entry);
    entry->match = random_below(3) ? random_match() : match_any();
    if (entry->match.mask.vlan_tci == VLAN_TAGGED) { /* no entry of OpenFlow 1.0 can ask that */
        entry->match.mask.vlan_tci = entry->match.value.vlan_tci = 0;
    }
    entry->match.mask.in_port = random_below(4) ? UINT16_MAX : 0;
    entry->match.value.in_port = entry->match.mask.in_port ? (uint16_t)(1 + random_below(11)) : 0;
    entry->priority = priority; /* its own: none competes with another */
    entry->actions = lists[list];
    entry->n_actions = random_below(6) ? lengths[list] : 0;
    entry->hard_timeout = random_below(4) ? 0 : 60;
}

static void random_tables_conform_to_what_is_learned(void **state)
{
    (void)state;
    size_t n_claims = 0, n_unclaimed = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct learning learning;
        load(&learning, "simulated");
        for (uint16_t n = (uint16_t)random_below(12); n > 0; n--) {
            add_random(&learning.network.states[random_below(2)].flows, (uint16_t)(40000 + n));
        }
        learn(&learning);
        learn_loaded(&learning);
        for (size_t i = 0; i < learning.report.n_results; i++) {
            const struct result *result = &learning.report.results[i];
            if (result->verdict != VERDICT_PASS) {
                fail_msg("round %u: %s: %s\n%s", round, result->id, result->detail,
                         base_buffer_text(&learning.text));
            }
        }
        n_claims += learning.loaded->n_claims;
        n_unclaimed += count_unclaimed(&learning);
        forget(&learning);
    }
    assert_true(n_claims > ROUNDS && n_unclaimed > 0); /* both occur */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reference_network_is_as_written_by_hand),
    cmocka_unit_test(matches_copies_and_lifetimes_are_said),
    cmocka_unit_test(one_lifetime_of_all_is_said_once),
    cmocka_unit_test(what_is_excepted_is_not_learned),
    cmocka_unit_test(several_matches_of_a_pair_are_said),
    cmocka_unit_test(what_goes_round_is_not_claimed),
    cmocka_unit_test(without_claims_nothing_is_proved),
    cmocka_unit_test(what_no_expectation_says_is_kept_apart),
    cmocka_unit_test(conditions_that_are_not_modelled_leave_the_port_out),
    cmocka_unit_test(a_port_of_two_rivals_is_left_out),
    cmocka_unit_test(later_state_deviates),
    cmocka_unit_test(random_tables_conform_to_what_is_learned),
};

TEST_MAIN(tests)
