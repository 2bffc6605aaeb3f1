/* SPDX-License-Identifier: Apache-2.0
 *
 * What two states do differently: small cases, and random tables
 * against asking both tables about every header of a universe. */
#include "change/diff.h"

#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/naive.h"
#include "testing/random_space.h"

#include <stdio.h>
#include <string.h>

static void add_flow(struct switch_state *state, const char *text)
{
    struct base_error error;
    if (ofctl_parse_flow(text, &state->flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

/* Four ports; flows divided by "; ". */
static struct switch_state make_state(const char *flows)
{
    static struct port ports[] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
    struct switch_state state = {.ports = ports, .n_ports = 4};
    char text[512], *rest = text;
    strcpy(text, flows);
    for (char *flow; (flow = strsep(&rest, ";"));) {
        if (*flow) {
            add_flow(&state, flow);
        }
    }
    return state;
}

static void put_match(const struct match *match, const char *before, struct base_buffer *out)
{
    struct match rest = *match;
    rest.mask.in_port = rest.value.in_port = 0;
    base_put_text(out, before);
    ofctl_format_match(&rest, out);
}

/* Each set of headers as "PORT MATCH [except …]: ENTRY -> ENTRY" on a line; in
 * ENTRY is the index of an entry, or "none". */
static void assert_sets(const char *flows_a, const char *flows_b, const char *expected)
{
    struct switch_state a = make_state(flows_a), b = make_state(flows_b);
    struct base_buffer out = {0};
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(change_diff(&a, &b, &budget, &diff), 0);
    for (size_t i = 0; i < diff.n_changes; i++) {
        const struct change_difference *change = &diff.changes[i];
        base_put_format(&out, "%s%s%u ", change->where.is_whole ? "" : "part of ",
                        change->others ? "like " : "", change->in_port);
        put_match(&change->where.within, "", &out);
        for (size_t j = 0; j < change->n_except; j++) {
            put_match(&change->except[j], " except ", &out);
        }
        base_put_text(&out, ":");
        for (size_t side = 0; side < 2; side++) {
            if (change->entry[side] == ENTRY_NONE) {
                base_put_text(&out, " none");
            } else {
                base_put_format(&out, " %zu", change->entry[side]);
            }
        }
        base_put_format(&out, "%s%s\n", change->unknown ? ", unknown: " : "",
                        change->unknown ? change->unknown : "");
    }
    assert_string_equal(base_buffer_text(&out), expected);
    assert_false(diff.open);
    change_diff_free(&diff);
    static const struct change_diff empty;
    assert_memory_equal(&diff, &empty, sizeof diff);
    base_buffer_free(&out);
    flow_table_free(&a.flows);
    flow_table_free(&b.flows);
}

static void test_same(void **state)
{
    (void)state;
    assert_sets("", "", "");
    assert_sets("in_port=1 actions=2,3", "in_port=1 actions=3,2", "");
    assert_sets("priority=5,tcp actions=2;priority=4,tcp,tp_dst=1 actions=3",
                "priority=5,tcp actions=2", ""); /* hidden */
    assert_sets("ip actions=2", "ip,nw_dst=0.0.0.0/1 actions=2;ip,nw_dst=128.0.0.0/1 actions=2",
                "");
    assert_sets("in_port=1 actions=normal", "in_port=1 actions=normal", "");
    assert_sets("in_port=1 actions=3,normal", "in_port=1 actions=normal,3", "");
    assert_sets("in_port=1 actions=strip_vlan,normal", "in_port=1 actions=strip_vlan,normal", "");
    assert_sets("in_port=1 actions=1", "", ""); /* nothing returns to its port */
    assert_sets("dl_vlan=5 actions=mod_vlan_vid:5,2", "dl_vlan=5 actions=2", "");
}

static void test_sets(void **state)
{
    (void)state;
    assert_sets("in_port=1 actions=2,3", "in_port=1 actions=2", "1 : 0 0\n");
    assert_sets("in_port=1 actions=2", "", "1 : 0 none\n");
    assert_sets("priority=5,in_port=1,tcp actions=2;priority=1,in_port=1 actions=3",
                "priority=5,in_port=1,tcp,tp_dst=80 actions=2;priority=1,in_port=1 actions=3",
                "1 tcp except tcp,tp_dst=80: 0 1\n");
    assert_sets("in_port=1 actions=mod_nw_tos:4,2", "in_port=1 actions=2",
                "part of 1 ip: 0 0\npart of 1 ipv6: 0 0\n");
    assert_sets("in_port=1 actions=normal", "in_port=1 actions=2", "1 : 0 0\n");
    assert_sets("in_port=1 actions=normal,3", "in_port=1 actions=normal", "1 : 0 0\n");
    assert_sets("in_port=1 actions=normal", "", "1 : 0 none\n");
    assert_sets("in_port=1 actions=strip_vlan,normal", "in_port=1 actions=normal",
                "1 : 0 0, unknown: NORMAL after a rewrite\n");
    assert_sets("table=1,in_port=1 actions=2", "in_port=1 actions=2",
                "1 : 0 0, unknown: another table than 0 decides\n");
}

#define CONTESTED ", unknown: two entries of the same priority take it\n"

static void test_rivals(void **state)
{
    (void)state;
    /* One more of the same priority, and one less. */
    assert_sets("priority=9,in_port=1,icmp actions=2",
                "priority=9,in_port=1,icmp actions=2;"
                "priority=9,in_port=1,icmp,icmp_type=8 actions=2,3",
                "1 icmp,icmp_type=8: 0 0" CONTESTED);
    assert_sets("priority=9,in_port=1,icmp,icmp_type=8 actions=2,3;"
                "priority=9,in_port=1,icmp actions=2",
                "priority=9,in_port=1,icmp actions=2", "1 icmp,icmp_type=8: 0 0" CONTESTED);
    /* The same two, in another order, too. */
    assert_sets("priority=9,in_port=1,tcp actions=2;priority=9,in_port=1,dl_vlan=7 actions=3",
                "priority=9,in_port=1,dl_vlan=7 actions=3;priority=9,in_port=1,tcp actions=2", "");
    /* They do the same, or something above takes it, or they do not overlap. */
    assert_sets("priority=9,in_port=1,icmp actions=2",
                "priority=9,in_port=1,icmp actions=2;"
                "priority=9,in_port=1,icmp,icmp_type=8 actions=2,1",
                "");
    assert_sets("priority=10,in_port=1,dl_vlan=5 actions=4;priority=9,in_port=1,dl_vlan=5,ip "
                "actions=2",
                "priority=10,in_port=1,dl_vlan=5 actions=4;priority=9,in_port=1,dl_vlan=5,ip "
                "actions=2;priority=9,in_port=1,dl_vlan=5,tcp actions=3",
                "");
    assert_sets("priority=9,in_port=1,icmp actions=2",
                "priority=9,in_port=1,icmp actions=2;priority=9,in_port=1,tcp actions=3",
                "1 tcp: none 1\n");
    /* What was above them is gone. */
    assert_sets("priority=10,in_port=1,tcp,tp_dst=80 actions=2;priority=9,in_port=1,tcp actions=2;"
                "priority=9,in_port=1,ip actions=3",
                "priority=9,in_port=1,tcp actions=2;priority=9,in_port=1,ip actions=3",
                "1 tcp,tp_dst=80: 0 0" CONTESTED);
    /* Beside what is contested they differ for sure. */
    assert_sets("priority=9,in_port=1,ip actions=2",
                "priority=9,in_port=1,ip actions=4;priority=9,in_port=1,tcp actions=3",
                "1 ip except tcp: 0 0\n1 tcp: 0 0" CONTESTED);
    assert_sets("priority=9,in_port=1,ip actions=2",
                "priority=9,in_port=1,ip actions=4;priority=9,in_port=1,tcp actions=3;"
                "priority=9,in_port=1,udp actions=3",
                "1 ip except tcp except udp: 0 0\n1 tcp: 0 0" CONTESTED "1 udp: 0 0" CONTESTED);
    /* The entry of the other side is the one that takes it there. */
    assert_sets("priority=1,in_port=1,arp actions=4;priority=9,in_port=1,icmp actions=2",
                "priority=9,in_port=1,icmp actions=2;priority=1,in_port=1,arp actions=4;"
                "priority=9,in_port=1,icmp,icmp_type=8 actions=2,3",
                "1 icmp,icmp_type=8: 1 0" CONTESTED);
    /* Twins, of which a switch has only one, and rivals of which nothing is known. */
    assert_sets("in_port=1 actions=2", "in_port=1 actions=2;in_port=1 actions=3",
                "1 : 0 0" CONTESTED);
    assert_sets("in_port=1,ip actions=table", "in_port=1,ip actions=table;in_port=1,tcp actions=3",
                "1 tcp: 0 0" CONTESTED);
    assert_sets("in_port=1,ip actions=table",
                "in_port=1,ip actions=table;in_port=1,tcp actions=table", "");
}

static void test_ports(void **state)
{
    (void)state;
    assert_sets("tcp actions=9", "",
                "1 tcp: 0 none\n2 tcp: 0 none\n3 tcp: 0 none\n4 tcp: 0 none\n"
                "like 5 tcp: 0 none\n");
    /* Where it is sent is a port of its own, from which it is not sent back. */
    struct switch_state a = make_state("tcp actions=9"), b = make_state("");
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(change_diff(&a, &b, &budget, &diff), 0);
    assert_int_equal(diff.n_ports, 6);
    assert_int_equal(diff.ports[4], 9);
    change_diff_free(&diff);
    flow_table_free(&a.flows);
}

/* How many sets of headers two states differ in, of which the second has the port differently. */
static size_t n_changes_of(const char *flows, struct port first, struct port third)
{
    struct port ports[] = {first, {.number = 2}, third};
    struct switch_state a = make_state(flows), b = make_state(flows);
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    a.n_ports = b.n_ports = 3;
    b.ports = ports;
    assert_int_equal(change_diff(&a, &b, &budget, &diff), 0);
    size_t n = diff.n_changes;
    change_diff_free(&diff);
    flow_table_free(&a.flows);
    flow_table_free(&b.flows);
    return n;
}

static size_t n_changes(const char *flows, struct port third)
{
    return n_changes_of(flows, (struct port){.number = 1}, third);
}

/* The same entries flood by other ports. */
static void test_floods(void **state)
{
    (void)state;
    const struct port same = {.number = 3}, down = {.number = 3, .config = PORT_CONFIG_DOWN},
                      another = {.number = 4},
                      quiet = {.number = 3, .config = PORT_CONFIG_NO_FLOOD};
    assert_int_equal(n_changes("in_port=1 actions=flood", same), 0);
    assert_int_equal(n_changes("in_port=1 actions=flood", quiet), 1);
    assert_int_equal(n_changes("in_port=1 actions=flood", down), 0);
    assert_int_equal(n_changes("in_port=1 actions=flood", another), 1);
    assert_int_equal(n_changes("in_port=1 actions=all", another), 1);
    assert_int_equal(n_changes("in_port=1 actions=all", quiet), 0);
    assert_int_equal(n_changes("in_port=1 actions=2", another), 0);
    /* Rivals that are the same on both sides are no change, unless one of them floods otherwise. */
    static const char rivals[] = "in_port=1,tcp actions=flood;in_port=1,ip actions=2";
    assert_int_equal(n_changes(rivals, same), 0);
    assert_true(n_changes(rivals, another) > 0);
    const struct port quiet_first = {.number = 1, .config = PORT_CONFIG_NO_FLOOD};
    assert_int_equal(n_changes_of("in_port=2 actions=flood", quiet_first, same), 1);
}

/* An entry that is the same on both sides leaves open what it takes: the rest comes to others. */
static void test_behind_open(void **state)
{
    (void)state;
    static const char *const before[] = {"priority=9,in_port=1,ip,nw_ttl=5 actions=2;",
                                         ("priority=10,in_port=1,tcp actions=4;"
                                          "priority=9,in_port=1,ip,nw_ttl=5 actions=2;"),
                                         "priority=9,in_port=1,ip,nw_src=10.0.0.1 actions=2;", ""};
    for (size_t i = 0; i < 4; i++) {
        for (int same = 0; same < 2; same++) {
            char flows[2][160];
            snprintf(flows[0], sizeof flows[0], "%spriority=1,in_port=1,ip actions=2", before[i]);
            snprintf(flows[1], sizeof flows[1], "%spriority=1,in_port=1,ip actions=%d", before[i],
                     same ? 2 : 3);
            struct switch_state a = make_state(flows[0]), b = make_state(flows[1]);
            struct change_diff diff = {0};
            size_t budget = CHANGE_DIFF_BUDGET;
            assert_int_equal(change_diff(&a, &b, &budget, &diff), 0);
            assert_int_equal(diff.n_changes > 0, !same);
            assert_int_equal(diff.n_changes > 0 && diff.changes[0].unknown, !same && i < 2);
            change_diff_free(&diff);
            flow_table_free(&a.flows);
            flow_table_free(&b.flows);
        }
    }
}

/* A condition makes a difference for some of the packets of its entry: these alone are open. */
static void test_open_in_part(void **state)
{
    (void)state;
    static const char conditional[] = "priority=9,in_port=1,ip,nw_ttl=1 actions=2;"
                                      "priority=8,in_port=1,tcp actions=2;"
                                      "priority=7,in_port=1 actions=3";
    assert_sets(conditional,
                "priority=9,in_port=1,tcp actions=2;priority=8,in_port=1,udp actions=2;"
                "priority=7,in_port=1 actions=3",
                "1 ip except tcp except udp: 0 2, unknown: whether an entry takes it depends on "
                "nw_ttl\n"
                "1 udp: 0 1, unknown: whether an entry takes it depends on nw_ttl\n"
                "1 udp: 2 1, unknown: an entry before it may take it, or not\n");
}

static void test_budget(void **state)
{
    (void)state;
    struct switch_state a = make_state("tcp actions=2;udp actions=2"), b = make_state("");
    struct change_diff diff = {0};
    size_t budget = 3;
    assert_int_equal(change_diff(&a, &b, &budget, &diff), 0);
    assert_true(diff.open);
    change_diff_free(&diff);
    assert_true(!diff.open && !diff.changes && diff.n_ports == 0); /* it can be used again */
    flow_table_free(&a.flows);
}

/* ------------------------------------------------------------------ random */

static void add_random_entry(struct switch_state *state)
{
    static const char *const actions[] = {"drop",
                                          "2",
                                          "2,3",
                                          "mod_vlan_vid:1,2",
                                          "strip_vlan,2",
                                          "mod_nw_tos:32,3",
                                          "mod_tp_dst:80,2,3",
                                          "flood",
                                          "normal",
                                          "2,normal"};
    char text[64];
    struct match match = random_match();
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        if (match_equal(&match, &state->flows.entries[i].match)) {
            return; /* a switch holds one entry of a match and priority */
        }
    }
    /* No two of one priority: which of them wins is not defined. */
    snprintf(text, sizeof text, "priority=%u actions=%s",
             1 + (unsigned)state->flows.n_entries * 8 + random_below(8),
             actions[random_below(sizeof actions / sizeof *actions)]);
    add_flow(state, text);
    state->flows.entries[state->flows.n_entries - 1].match = match;
}

static void copy_entry(struct switch_state *to, const struct flow_entry *from)
{
    struct flow_entry *entry = flow_table_add(&to->flows);
    *entry = *from;
    entry->actions =
        base_arena_copy(&to->flows.arena, from->actions, from->n_actions * sizeof *from->actions);
}

/* Most of a, something else in place of the rest. */
static void make_pair(struct switch_state *a, struct switch_state *b)
{
    *a = make_state("");
    *b = make_state("");
    for (int i = 0; i < 6; i++) {
        add_random_entry(a);
    }
    for (size_t i = 0; i < a->flows.n_entries; i++) {
        if (random_below(4)) {
            copy_entry(b, &a->flows.entries[i]);
        } else {
            add_random_entry(b);
        }
    }
}

static bool do_the_same(const struct switch_state *const states[2], const struct header *header)
{
    struct space_emission out[2][16];
    int n[2];
    memset(out, 0, sizeof out);
    for (int i = 0; i < 2; i++) {
        const char *reason;
        size_t entry = naive_lookup(&states[i]->flows, header, NULL);
        const struct flow_entry *flow = &states[i]->flows.entries[entry];
        n[i] = entry == ENTRY_NONE ? 0
                                   : naive_apply(flow->actions, flow->n_actions, states[i]->ports,
                                                 states[i]->n_ports, header, out[i], 16, &reason);
        assert_true(n[i] >= 0);
    }
    /* One packet a port at most: the order is that of the ports. */
    bool same = n[0] == n[1];
    for (int i = 0; i < n[0] && same; i++) {
        same = out[0][i].port == out[1][i].port &&
               memcmp(&out[0][i].header, &out[1][i].header, sizeof out[0][i].header) == 0;
    }
    return same;
}

/* Whether the change speaks of this header; `*surely`: and says that it differs. */
static bool is_about(const struct change_difference *change, const struct header *header,
                     bool *surely)
{
    bool about = match_takes(&change->where.within, header);
    for (size_t i = 0; i < change->n_except && about; i++) {
        about = !match_takes(&change->except[i], header);
    }
    *surely = about && change->where.is_whole && change->n_except_more == 0;
    return about;
}

static void check_pair(const struct switch_state *const states[2], const struct universe *universe,
                       size_t *n_different)
{
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(change_diff(states[0], states[1], &budget, &diff), 0);
    assert_false(diff.open);
    for (size_t i = 0; i < diff.n_changes; i++) {
        assert_null(diff.changes[i].unknown);
        assert_false(do_the_same(states, &diff.changes[i].where.example));
    }
    for (size_t h = 0; h < universe->n_headers; h++) {
        const struct header *header = &universe->headers[h];
        bool told = false, sure = false;
        for (size_t i = 0; i < diff.n_changes; i++) {
            bool surely;
            told |= is_about(&diff.changes[i], header, &surely);
            sure |= surely;
        }
        bool same = do_the_same(states, header);
        *n_different += !same;
        assert_true(same || told);
        assert_true(!same || !sure);
    }
    change_diff_free(&diff);
}

static void test_random(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_different = 0;
    for (int i = 0; i < 150; i++) {
        struct switch_state a, b;
        make_pair(&a, &b);
        const struct switch_state *const states[] = {&a, &b};
        check_pair(states, &universe, &n_different);
        flow_table_free(&a.flows);
        flow_table_free(&b.flows);
    }
    assert_true(n_different > 1000); /* the tables do differ */
    free(universe.headers);
}

/* What the entries that may take a header do with it, each once. */
struct fates {
    struct space_emission out[6][16];
    int n_out[6];
    size_t n;
};

static void add_fate(struct fates *fates, const struct switch_state *side,
                     const struct flow_entry *flow, const struct header *header)
{
    const char *reason;
    struct space_emission *out = fates->out[fates->n];
    int n = flow ? naive_apply(flow->actions, flow->n_actions, side->ports, side->n_ports, header,
                               out, 16, &reason)
                 : 0;
    bool known = false;
    for (size_t i = 0; i < fates->n && !known; i++) {
        known = n == fates->n_out[i] && memcmp(out, fates->out[i], (size_t)n * sizeof *out) == 0;
    }
    fates->n_out[fates->n] = n;
    fates->n += !known;
}

static struct fates fates_of(const struct switch_state *side, const struct header *header)
{
    struct fates fates;
    size_t taker = naive_lookup(&side->flows, header, NULL);
    memset(&fates, 0, sizeof fates);
    if (taker == ENTRY_NONE) {
        add_fate(&fates, side, NULL, header);
    }
    for (size_t i = 0; i < side->flows.n_entries && taker != ENTRY_NONE; i++) {
        const struct flow_entry *flow = &side->flows.entries[i];
        if (flow->priority == side->flows.entries[taker].priority &&
            match_takes(&flow->match, header)) {
            add_fate(&fates, side, flow, header);
        }
    }
    return fates;
}

static bool same_fates(const struct fates *a, const struct fates *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = 0; j < b->n; j++) {
            n += a->n_out[i] == b->n_out[j] &&
                 memcmp(a->out[i], b->out[j], (size_t)a->n_out[i] * sizeof *a->out[i]) == 0;
        }
    }
    return a->n == b->n && n == a->n;
}

static void check_rivals(const struct switch_state *const states[2],
                         const struct universe *universe, size_t *n_contested)
{
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(change_diff(states[0], states[1], &budget, &diff), 0);
    for (size_t h = 0; h < universe->n_headers && !diff.open; h++) {
        const struct header *header = &universe->headers[h];
        struct fates a = fates_of(states[0], header), b = fates_of(states[1], header);
        bool told = false, sure = false, contested = a.n > 1 || b.n > 1;
        for (size_t i = 0; i < diff.n_changes; i++) {
            bool surely;
            told |= is_about(&diff.changes[i], header, &surely);
            sure |= surely && !diff.changes[i].unknown;
        }
        bool same = same_fates(&a, &b);
        *n_contested += contested && !same;
        assert_true(same || told);
        assert_true(contested || !same || !sure);
    }
    change_diff_free(&diff);
}

static void test_random_rivals(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_contested = 0;
    for (int i = 0; i < 100; i++) {
        struct switch_state a, b;
        make_pair(&a, &b);
        for (size_t j = 0; j < a.flows.n_entries; j++) {
            a.flows.entries[j].priority = (uint16_t)(1 + a.flows.entries[j].priority % 2);
        }
        for (size_t j = 0; j < b.flows.n_entries; j++) {
            b.flows.entries[j].priority = (uint16_t)(1 + b.flows.entries[j].priority % 2);
        }
        check_rivals((const struct switch_state *const[]){&a, &b}, &universe, &n_contested);
        flow_table_free(&a.flows);
        flow_table_free(&b.flows);
    }
    assert_true(n_contested > 1000);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_same),        cmocka_unit_test(test_sets),
    cmocka_unit_test(test_ports),       cmocka_unit_test(test_rivals),
    cmocka_unit_test(test_floods),      cmocka_unit_test(test_budget),
    cmocka_unit_test(test_behind_open), cmocka_unit_test(test_open_in_part),
    cmocka_unit_test(test_random),      cmocka_unit_test(test_random_rivals),
};

TEST_MAIN(tests)
