/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims that are kept decided while entries change: after every change they
 * stand as a proof from nothing has them. */
#include "prove/whatif.h"

#include "ofctl/action.h"
#include "testing/random_proof.h"

enum { ROWS_MAX = 64 };
enum { A, B, C };
enum { H1, H2, H3, H4, H5 };

struct tried {
    struct small small; /* the tables as they should be now: no rows that are gone */
    struct small begin; /* as they were */
    struct prove_whatif *whatif;
    struct flow_entry rows[N_SWITCHES][ROWS_MAX]; /* as whatif has them */
    bool gone[N_SWITCHES][ROWS_MAX];
    size_t n_rows[N_SWITCHES];
    struct tried_step {
        size_t sw, row;
        struct flow_entry was;
        bool was_gone, added;
    } steps[64];
    size_t n_steps;
};

static const char *const lists[] = {
    "output:1", "output:3", "output:4", "output:1,output:3",   "drop", "mod_vlan_vid:1,output:3",
    "in_port",  "normal",   "output:5", "strip_vlan,output:1", "flood"};

static void random_actions(struct small *small, struct flow_entry *entry)
{
    const struct action *list;
    size_t n;
    const char *text = lists[random_below(random_below(3) ? 7 : UNIVERSE_COUNT(lists))];
    assert_int_equal(ofctl_parse_actions(text, &small->arena, &list, &n, NULL, NULL), 0);
    entry->actions = list;
    entry->n_actions = (uint16_t)n;
}

static void random_expectation(struct small *small)
{
    static char ids[CLAIMS_MAX][8];
    for (size_t c = 0; c < CLAIMS_MAX; c++) {
        snprintf(ids[c], sizeof ids[c], "c%zu", c);
        small_claim(small, ids[c], random_below(3), random_below(N_HOSTS), random_below(3) == 0,
                    "");
        small->claims[c].match = random_match();
    }
    if (random_below(2)) { /* of h4 and h5 only ports speak */
        small_expect(small, 0, 1, "output:3");
        small_expect(small, 1, 5, random_below(2) ? "drop" : "output:4");
        small_expect(small, 2, 1, random_below(2) ? "drop" : "output:3");
        small_expect(small, 2, 4, "output:1");
    }
}

/* The tables without what is gone. */
static void compact(struct tried *tried)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        struct flow_table *flows = &tried->small.states[sw].flows;
        flows->n_entries = 0;
        for (size_t i = 0; i < tried->n_rows[sw]; i++) {
            if (!tried->gone[sw][i]) {
                *flow_table_add(flows) = tried->rows[sw][i];
            }
        }
    }
}

static enum verdict worst(const struct small *small, const char *prefix)
{
    enum verdict verdict = VERDICT_PASS;
    for (size_t i = 0; i < small->report.n_results; i++) {
        const struct result *result = &small->report.results[i];
        if (strncmp(result->id, prefix, strlen(prefix)) == 0 && verdict != VERDICT_FAIL &&
            result->verdict != VERDICT_PASS) {
            verdict = result->verdict;
        }
    }
    return verdict;
}

static size_t expect_standings(struct tried *tried)
{
    size_t n_failed = 0;
    size_t n;
    const struct prove_standing *standings = prove_whatif_standings(tried->whatif, &n);
    assert_int_equal(n, CLAIMS_MAX + 2 * N_HOSTS);
    compact(tried);
    small_prove(&tried->small, NULL);
    for (size_t i = 0; i < n; i++) {
        char id[32];
        size_t host = (i - CLAIMS_MAX) % N_HOSTS;
        bool stray = i < CLAIMS_MAX + N_HOSTS;
        enum verdict expected;
        if (i < CLAIMS_MAX) {
            snprintf(id, sizeof id, "c%zu", i);
            expected = small_result(&tried->small, id)->verdict;
        } else {
            snprintf(id, sizeof id, "traffic/%s/%s", small_hosts[host].name,
                     stray ? "stray" : "loop");
            expected = worst(&tried->small, id);
        }
        if (i >= CLAIMS_MAX && stray && expected != VERDICT_FAIL) {
            snprintf(id, sizeof id, "traffic/%s/delivered", small_hosts[host].name);
            enum verdict missing = worst(&tried->small, id);
            expected = missing != VERDICT_PASS ? missing : expected;
        }
        n_failed += expected == VERDICT_FAIL;
        if (standings[i].verdict != expected) {
            fail_msg("%s: %s instead of %s", id, verdict_name(standings[i].verdict),
                     verdict_name(expected));
        }
    }
    return n_failed;
}

static void change(struct tried *tried)
{
    size_t sw = random_below(tried->begin.switches[2].dumped ? N_SWITCHES : 2);
    size_t row = random_below((unsigned)tried->n_rows[sw]);
    unsigned kind = random_below(3);
    struct tried_step step = {.sw = sw, .row = row};
    if (kind == 0 && tried->n_rows[sw] < ROWS_MAX) {
        struct flow_entry entry = {.match = random_match(),
                                   .priority = (uint16_t)(8 + random_below(10))};
        random_actions(&tried->begin, &entry);
        assert_int_equal(prove_whatif_add(tried->whatif, sw, &entry, &step.row), 0);
        assert_int_equal(step.row, tried->n_rows[sw]++);
        step.added = step.was_gone = true;
        tried->rows[sw][step.row] = step.was = entry;
        tried->gone[sw][step.row] = false;
    } else if (tried->gone[sw][row]) {
        return;
    } else {
        struct flow_entry *entry = &tried->rows[sw][row];
        step.was = *entry;
        if (kind == 1) {
            random_actions(&tried->begin, entry);
            assert_int_equal(
                prove_whatif_modify(tried->whatif, sw, row, entry->actions, entry->n_actions), 0);
        } else {
            tried->gone[sw][row] = true;
            assert_int_equal(prove_whatif_remove(tried->whatif, sw, row), 0);
        }
    }
    tried->steps[tried->n_steps++] = step;
}

static void undo(struct tried *tried)
{
    const struct tried_step *step = &tried->steps[--tried->n_steps];
    assert_int_equal(prove_whatif_undo(tried->whatif), 0);
    tried->rows[step->sw][step->row] = step->was;
    tried->gone[step->sw][step->row] = step->was_gone;
    tried->n_rows[step->sw] -= step->added;
}

static void begin(struct tried *tried)
{
    *tried = (struct tried){0};
    random_network(&tried->begin);
    random_expectation(&tried->begin);
    if (random_below(6) == 0) {
        tried->begin.switches[2] = (struct switch_dump){.reason = "refused"};
    }
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        const struct flow_table *flows = &tried->begin.states[sw].flows;
        tried->n_rows[sw] = flows->n_entries;
        memcpy(tried->rows[sw], flows->entries, flows->n_entries * sizeof *flows->entries);
    }
    assert_int_equal(prove_whatif_open(&tried->begin.expectation, tried->begin.switches, NULL,
                                       &tried->whatif, NULL),
                     0);
    /* The same network, with tables of its own. */
    tried->small = tried->begin;
    tried->small.arena = (struct base_arena){0};
    tried->small.report = (struct report){0};
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        tried->small.states[sw].flows = (struct flow_table){0};
        if (tried->small.switches[sw].dumped) {
            tried->small.switches[sw].state = &tried->small.states[sw];
        }
    }
}

static void end(struct tried *tried)
{
    prove_whatif_free(tried->whatif);
    small_free(&tried->small);
    small_free(&tried->begin);
}

static void changes_are_followed(void **state)
{
    (void)state;
    struct tried *tried = calloc(1, sizeof *tried);
    size_t n_failed = 0, n_unread = 0;
    for (int network = 0; network < 150; network++) {
        begin(tried);
        n_unread += !tried->begin.switches[2].dumped;
        expect_standings(tried);
        for (int i = 0; i < 25; i++) {
            if (tried->n_steps > 0 && random_below(4) == 0) {
                undo(tried);
            } else {
                change(tried);
            }
            n_failed += expect_standings(tried);
        }
        while (tried->n_steps > 0) {
            undo(tried);
        }
        expect_standings(tried);
        end(tried);
    }
    assert_in_range(n_failed, 300, 30000);
    assert_in_range(n_unread, 5, 60);
    free(tried);
}

enum { IP, ARP, ISOLATED, TO_H3, STRAYS, LOOPS = STRAYS + N_HOSTS, N_STANDINGS = LOOPS + N_HOSTS };

static enum verdict known[N_STANDINGS]; /* pass, in the beginning */

/* IP and ARP of h1 reach h2, and nothing else arrives anywhere. */
static struct prove_whatif *small_whatif(struct small *small)
{
    struct prove_whatif *whatif;
    memset(known, 0, sizeof known);
    small_init(small);
    small_flow(small, A, "priority=5,in_port=1,ip actions=output:2");
    small_flow(small, A, "priority=5,in_port=1,arp actions=output:2");
    small_claim(small, "ip", H1, H2, 1, "ip");
    small_claim(small, "arp", H1, H2, 1, "arp");
    small_claim(small, "isolated", H2, H1, 0, "");
    small_claim(small, "to h3", H1, H3, 0, "");
    assert_int_equal(prove_whatif_open(&small->expectation, small->switches, NULL, &whatif, NULL),
                     0);
    return whatif;
}

static struct action output(uint16_t port)
{
    return (struct action){.type = ACTION_OUTPUT, .port = port};
}

/* How many verdicts are others than when this was last asked. */
static size_t n_turned(const struct prove_whatif *whatif)
{
    size_t n, n_others = 0;
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    assert_int_equal(n, N_STANDINGS);
    for (size_t i = 0; i < n; i++) {
        n_others += standings[i].verdict != known[i];
        known[i] = standings[i].verdict;
    }
    return n_others;
}

/* The last change turned this standing to fail, and no other. */
static void expect_turned(const struct prove_whatif *whatif, size_t what)
{
    size_t n;
    assert_int_equal(n_turned(whatif), 1);
    assert_int_equal(prove_whatif_standings(whatif, &n)[what].verdict, VERDICT_FAIL);
}

static void a_change_turns_what_it_concerns(void **state)
{
    (void)state;
    struct small small;
    struct prove_whatif *whatif = small_whatif(&small);
    size_t n, row;
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    for (size_t i = 0; i < N_STANDINGS; i++) {
        assert_int_equal(standings[i].verdict, VERDICT_PASS);
        assert_true(standings[i].to == HOST_NONE || i >= STRAYS);
    }
    const struct action drop = output(PORT_NONE), right = output(2);
    const struct flow_entry arp = {
        .match = {.value = {.dl_type = DL_TYPE_ARP, .in_port = 1},
                  .mask = {.dl_type = UINT16_MAX, .in_port = UINT16_MAX}},
        .priority = 6,
        .actions = &drop,
        .n_actions = 1};
    assert_int_equal(prove_whatif_add(whatif, A, &arp, &row), 0);
    assert_int_equal(row, 2);
    expect_turned(whatif, ARP);
    assert_int_equal(standings[ARP].to, H2);
    assert_int_equal(standings[ARP].example.dl_type, DL_TYPE_ARP);
    assert_int_equal(prove_whatif_modify(whatif, A, 2, &right, 1), 0);
    assert_int_equal(n_turned(whatif), 1);
    assert_int_equal(standings[ARP].verdict, VERDICT_PASS);
    assert_int_equal(prove_whatif_modify(whatif, A, 2, &right, 1), 0); /* the same again */
    assert_int_equal(n_turned(whatif), 0);
    assert_int_equal(prove_whatif_remove(whatif, A, 0), 0);
    expect_turned(whatif, IP);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(prove_whatif_undo(whatif), 0);
        assert_int_equal(standings[ARP].verdict, i == 2 ? VERDICT_FAIL : VERDICT_PASS);
        assert_int_equal(standings[IP].verdict, VERDICT_PASS);
    }
    assert_int_equal(prove_whatif_add(whatif, A, &arp, &row), 0);
    assert_int_equal(row, 2); /* anew */
    prove_whatif_free(whatif);
    small_free(&small);
}

/* However well others are decided. */
static void what_is_open_stays_open(void **state)
{
    (void)state;
    struct small small;
    struct prove_whatif *whatif = small_whatif(&small);
    size_t n, row;
    const struct action normal = output(PORT_NORMAL), right = output(2);
    struct flow_entry entry = {
        .match = {.value = {.dl_type = DL_TYPE_IP, .nw_proto = 17, .in_port = 1},
                  .mask = {.dl_type = UINT16_MAX, .nw_proto = UINT8_MAX, .in_port = UINT16_MAX}},
        .priority = 6,
        .actions = &normal,
        .n_actions = 1};
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    assert_int_equal(prove_whatif_add(whatif, A, &entry, &row), 0);
    assert_int_equal(standings[IP].verdict, VERDICT_INCONCLUSIVE);
    entry.match.value.nw_proto = 6;
    entry.actions = &right;
    assert_int_equal(prove_whatif_add(whatif, A, &entry, &row), 0);
    assert_int_equal(standings[IP].verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(prove_whatif_remove(whatif, A, 2), 0);
    assert_int_equal(standings[IP].verdict, VERDICT_PASS);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(prove_whatif_undo(whatif), 0);
        assert_int_equal(standings[IP].verdict, i < 2 ? VERDICT_INCONCLUSIVE : VERDICT_PASS);
    }
    prove_whatif_free(whatif);
    small_free(&small);
}

static void strays_and_loops_stand_behind_the_claims(void **state)
{
    (void)state;
    struct small small;
    struct prove_whatif *whatif = small_whatif(&small);
    size_t n;
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    const struct action stray[] = {output(2), output(4)};
    small_flow(&small, C, "in_port=3 actions=output:1");
    const struct flow_entry *at_c = &small.states[C].flows.entries[0];
    size_t row;
    assert_int_equal(prove_whatif_add(whatif, C, at_c, &row), 0);
    assert_int_equal(n_turned(whatif), 0);
    assert_int_equal(prove_whatif_modify(whatif, A, 0, stray, 2), 0);
    expect_turned(whatif, STRAYS + H1);
    assert_int_equal(standings[STRAYS + H1].to, H4);
    assert_false(standings[STRAYS + H1].unclear);
    /* What c does with it may be anything now. */
    const struct action normal = output(PORT_NORMAL), back = output(PORT_IN_PORT);
    assert_int_equal(prove_whatif_modify(whatif, C, row, &normal, 1), 0);
    assert_int_equal(standings[STRAYS + H1].verdict, VERDICT_INCONCLUSIVE);
    assert_true(standings[STRAYS + H1].unclear);
    assert_false(standings[STRAYS + H2].unclear);
    /* c sends it back, and a sends it to c again. */
    const struct flow_entry again = {.match = match_in_port(4), .actions = &back, .n_actions = 1};
    assert_int_equal(prove_whatif_modify(whatif, C, row, &back, 1), 0);
    assert_int_equal(standings[STRAYS + H1].verdict, VERDICT_PASS);
    assert_int_equal(n_turned(whatif), 1);
    assert_int_equal(prove_whatif_add(whatif, A, &again, &row), 0);
    expect_turned(whatif, LOOPS + H1);
    assert_true(standings[LOOPS + H1].to == HOST_NONE);
    assert_int_equal(standings[LOOPS + H1].example.in_port, 1);
    assert_int_equal(prove_whatif_undo(whatif), 0);
    assert_int_equal(standings[LOOPS + H1].verdict, VERDICT_PASS);
    prove_whatif_free(whatif);
    small_free(&small);
}

/* What a switch may rewrite since a change of its actions is looked for behind it, too. */
static void new_rewrites_are_followed(void **state)
{
    (void)state;
    struct small small;
    struct prove_whatif *whatif;
    size_t n, row;
    const struct action tagged[] = {output(2),
                                    {.type = ACTION_SET_VLAN_VID, .vlan_vid = 5},
                                    output(4)},
                        on = output(1);
    const struct flow_entry at_c = {
        .match = {.value = {.vlan_tci = VLAN_TAGGED | 5, .in_port = 3},
                  .mask = {.vlan_tci = VLAN_TAGGED | VLAN_VID, .in_port = UINT16_MAX}},
        .actions = &on,
        .n_actions = 1};
    small_init(&small);
    small_flow(&small, A, "in_port=1,dl_vlan=0xffff actions=output:2");
    small_claim(&small, "untagged", H1, H2, 1, "dl_vlan=0xffff");
    assert_int_equal(prove_whatif_open(&small.expectation, small.switches, NULL, &whatif, NULL), 0);
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    assert_int_equal(prove_whatif_modify(whatif, A, 0, tagged, 3), 0);
    assert_int_equal(standings[1 + H1].verdict, VERDICT_PASS);
    assert_int_equal(prove_whatif_add(whatif, C, &at_c, &row), 0);
    assert_int_equal(standings[1 + H1].verdict, VERDICT_FAIL);
    prove_whatif_free(whatif);
    small_free(&small);
}

/* In a hurry one failure is enough, and all of it is taken back. */
static void in_a_hurry_one_failure_is_enough(void **state)
{
    (void)state;
    struct small small;
    struct prove_whatif *whatif = small_whatif(&small);
    struct prove_standing before[N_STANDINGS];
    size_t n, row;
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    memcpy(before, standings, sizeof before);
    const struct action wrong[] = {output(1), output(3)};
    const struct flow_entry any = {.priority = 9, .actions = wrong, .n_actions = 2};
    for (int hurries = 1; hurries >= 0; hurries--) {
        size_t n_failed = 0;
        prove_whatif_hurry(whatif, hurries);
        assert_int_equal(prove_whatif_add(whatif, A, &any, &row), 0);
        for (size_t i = 0; i < N_STANDINGS; i++) {
            n_failed += standings[i].verdict == VERDICT_FAIL;
        }
        assert_int_equal(n_failed, hurries ? 2 : 3); /* of h1; and that of h2 */
        assert_int_equal(n_turned(whatif), n_failed);
        assert_int_equal(standings[ISOLATED].verdict == VERDICT_FAIL, !hurries);
        assert_int_equal(prove_whatif_undo(whatif), 0);
        assert_int_equal(n_turned(whatif), n_failed);
        assert_memory_equal(standings, before, sizeof before);
    }
    /* What it does well to h1 is not enough. */
    const struct action each[] = {output(1), output(2)};
    const struct flow_entry of_ip = {
        .match = small.claims[IP].match, .priority = 9, .actions = each, .n_actions = 2};
    prove_whatif_hurry(whatif, true);
    assert_int_equal(prove_whatif_add(whatif, A, &of_ip, &row), 0);
    expect_turned(whatif, ISOLATED);
    prove_whatif_free(whatif);
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_change_turns_what_it_concerns),
    cmocka_unit_test(what_is_open_stays_open),
    cmocka_unit_test(strays_and_loops_stand_behind_the_claims),
    cmocka_unit_test(new_rewrites_are_followed),
    cmocka_unit_test(in_a_hurry_one_failure_is_enough),
    cmocka_unit_test(changes_are_followed),
};

TEST_MAIN(tests)
