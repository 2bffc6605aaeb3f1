/* SPDX-License-Identifier: Apache-2.0
 *
 * What two states of OpenFlow 1.3 do differently: small cases, and random pipelines against the
 * execution of packets, word by word (testing/random_pipeline.h).
 *
 *   PIPELINES=9000 build/harness/change/pipeline_test */
#include "change/diff.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/random_pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "FLOW;FLOW": groups begin with group_id, meters with meter; one of 1.0 begins with "1.0;". */
static struct switch_state make_13(const char *texts)
{
    static struct port ports[] = {
        {.number = 1}, {.number = 2}, {.number = 3}, {.number = 4, .state = PORT_STATE_LINK_DOWN}};
    struct switch_state state = {.ports = ports, .n_ports = 4, .version = 4};
    char copy[512], *rest = copy;
    strcpy(copy, texts);
    for (char *text; (text = strsep(&rest, ";"));) {
        int status =
            strncmp(text, "group_id", 8) == 0 ? ofctl_parse_group(text, &state.groups, NULL, NULL)
            : strncmp(text, "meter", 5) == 0  ? ofctl_parse_meter(text, &state.groups, NULL, NULL)
            : strcmp(text, "1.0") == 0        ? 0
                                       : ofctl_parse_flow(text, &state.flows, NULL, NULL, NULL);
        assert_int_equal(status, 0);
        state.version = strcmp(text, "1.0") == 0 ? 1 : state.version;
    }
    return state;
}

enum outcome { SAME, DIFFERENT, BY_METERS, UNKNOWN };

/* Of the packets that enter by port 1. */
static enum outcome outcome_of(const char *of_a, const char *of_b)
{
    struct switch_state a = make_13(of_a), b = make_13(of_b);
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    enum outcome outcome = SAME;
    assert_int_equal(change_diff(&a, &b, &budget, &diff), 0);
    assert_false(diff.open);
    for (size_t i = 0; i < diff.n_changes; i++) {
        const struct change_difference *change = &diff.changes[i];
        enum outcome found = change->unknown ? UNKNOWN : change->by_meters ? BY_METERS : DIFFERENT;
        outcome = change->in_port == 1 && found > outcome ? found : outcome;
    }
    change_diff_free(&diff);
    flow_table_free(&a.flows);
    flow_table_free(&b.flows);
    group_table_free(&a.groups);
    group_table_free(&b.groups);
    return outcome;
}

#define TO_1  "in_port=1 actions=goto_table:1;"
#define FF(A) "in_port=1 actions=group:1;group_id=1,type=ff,bucket=watch_port:" A
#define METER "meter=1 kbps bands=type=drop rate=1000"

/* What tables, groups and meters do is compared, not how they say it. */
static void test_pipelines(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        enum outcome outcome;
    } rows[] = {
        {TO_1 "table=1,actions=2", TO_1 "table=1,actions=2", SAME},
        {TO_1 "table=1,actions=2", TO_1 "table=1,actions=3", DIFFERENT},
        {TO_1 "table=1,actions=2", "in_port=1 actions=goto_table:1", DIFFERENT},
        {"in_port=1 actions=goto_table:1", TO_1 "table=2,actions=2", SAME},
        {TO_1 "table=1,actions=2", "in_port=1 actions=goto_table:2;table=2,actions=2", SAME},
        {TO_1 "table=1,actions=2", "1.0;in_port=1 actions=2", SAME},
        {"1.0;in_port=1 actions=2", TO_1 "table=1,actions=3", DIFFERENT},
        {TO_1 "table=1,ip actions=2;table=1,arp actions=2",
         "1.0;in_port=1,arp actions=2;in_port=1,ip actions=2", SAME},
        {"in_port=1 actions=write_metadata:5,goto_table:1;table=1,metadata=5 actions=2",
         "in_port=1 actions=write_metadata:6,goto_table:1;table=1,metadata=6 actions=2", SAME},
        {"in_port=1 actions=write_metadata:5,goto_table:1;table=1,metadata=5 actions=2",
         "in_port=1 actions=write_metadata:4,goto_table:1;table=1,metadata=5 actions=2", DIFFERENT},
        {"in_port=1 actions=write_actions(output:2)", "1.0;in_port=1 actions=2", SAME},
        {"in_port=1 actions=group:1;group_id=1,type=all,bucket=2,bucket=3",
         "1.0;in_port=1 actions=3,2", SAME},
        {"in_port=1 actions=group:1;group_id=1,type=all,bucket=2,bucket=3",
         "in_port=1 actions=group:1;group_id=1,type=all,bucket=2", DIFFERENT},
        {"in_port=1 actions=group:1;group_id=1,type=select,bucket=2,bucket=3",
         "in_port=1 actions=group:7;group_id=7,type=select,bucket=3,bucket=2", SAME},
        {"in_port=1 actions=group:1;group_id=1,type=select,bucket=2,bucket=3",
         "1.0;in_port=1 actions=2", DIFFERENT},
        {"in_port=1 actions=group:1;group_id=1,type=select,bucket=2,bucket=3",
         "in_port=1 actions=group:1;group_id=1,type=select,bucket=2,bucket=weight:0,3", DIFFERENT},
        {FF("4,2,bucket=watch_port:3,3"), "1.0;in_port=1 actions=3", SAME},
        {FF("2,2,bucket=watch_port:3,3"), FF("3,3,bucket=watch_port:2,2"), DIFFERENT},
        /* What is not known is the same only where the same words say it. */
        {"in_port=1 actions=dec_ttl,2", "in_port=1 actions=dec_ttl,2", SAME},
        {"in_port=1 actions=dec_ttl,2", "in_port=1 actions=dec_ttl,3", UNKNOWN},
        {"in_port=1 actions=dec_ttl,2", "priority=9,in_port=1 actions=dec_ttl,2", SAME},
        {"in_port=1 actions=dec_ttl,group:1;group_id=1,type=all,bucket=2",
         "in_port=1 actions=dec_ttl,group:1;group_id=1,type=all,bucket=2", SAME},
        {"in_port=1 actions=dec_ttl,group:1;group_id=1,type=all,bucket=2",
         "in_port=1 actions=dec_ttl,group:1;group_id=1,type=all,bucket=3", UNKNOWN},
        {"in_port=1 actions=dec_ttl,group:1;group_id=1,type=all,bucket=2",
         "in_port=1 actions=dec_ttl,group:1", UNKNOWN},
        {"in_port=1 actions=dec_ttl,group:1",
         "in_port=1 actions=dec_ttl,group:1;group_id=1,type=all,bucket=2", UNKNOWN},
        {TO_1 "table=1,actions=dec_ttl,2", TO_1 "table=1,actions=dec_ttl,2;in_port=2 actions=3",
         SAME},
        {"in_port=1 actions=2,goto_table:1;table=1,actions=dec_ttl",
         "in_port=1 actions=3,goto_table:1;table=1,actions=dec_ttl", UNKNOWN},
        {"in_port=1 actions=dec_ttl,goto_table:1;table=1,actions=2",
         "in_port=1 actions=dec_ttl,goto_table:1;table=1,actions=3", UNKNOWN},
        {"in_port=1 actions=group:9", "in_port=1 actions=group:9", SAME},
        {"in_port=1 actions=group:1;group_id=1,type=all,bucket=dec_ttl,2",
         "in_port=1 actions=group:1;group_id=1,type=all,bucket=dec_ttl,3", UNKNOWN},
        {TO_1 "table=1,ip,nw_ttl=3 actions=2", TO_1 "table=1,ip,nw_ttl=3 actions=2", SAME},
        {TO_1 "table=1,ip,nw_ttl=3 actions=2", TO_1 "table=1,ip,nw_ttl=4 actions=2", UNKNOWN},
        {"in_port=1,ip,nw_ttl=3 actions=goto_table:1;table=1,ip,nw_ttl=4 actions=2",
         "in_port=1,ip,nw_ttl=3 actions=goto_table:1;table=1,ip,nw_ttl=5 actions=2", UNKNOWN},
        {TO_1 "table=1,ip actions=goto_table:2;table=1,icmp actions=2;table=2,actions=3",
         TO_1 "table=1,ip actions=goto_table:2;table=1,icmp actions=2;table=2,actions=3", SAME},
        {TO_1 "table=1,ip actions=goto_table:2;table=1,icmp actions=2;table=2,actions=3",
         TO_1 "table=1,ip actions=goto_table:2;table=1,icmp actions=4;table=2,actions=3", UNKNOWN},
        /* Meters. */
        {"in_port=1 actions=meter:1,2;" METER, "in_port=1 actions=meter:1,2;" METER, SAME},
        {"in_port=1 actions=meter:1,2;" METER, "1.0;in_port=1 actions=2", BY_METERS},
        {"in_port=1 actions=meter:1,2;" METER,
         "in_port=1 actions=meter:7,2;meter=7 kbps bands=type=drop rate=1000", SAME},
        {"in_port=1 actions=meter:1,2;" METER,
         "in_port=1 actions=meter:1,2;meter=1 kbps bands=type=drop rate=1001", BY_METERS},
        {"in_port=1 actions=meter:1,goto_table:1;table=1,actions=2;" METER,
         TO_1 "table=1,actions=meter:1,2;" METER, SAME},
        {"in_port=1 actions=meter:1,goto_table:1;table=1,actions=meter:1,2;" METER,
         TO_1 "table=1,actions=meter:1,2;" METER, BY_METERS},
        {"in_port=1 actions=meter:1;" METER, "1.0;in_port=1 actions=drop", SAME},
        {"in_port=1 actions=meter:1,2", "in_port=1 actions=meter:1,2", SAME},
        {"in_port=1 actions=meter:1,2", "in_port=1 actions=meter:2,2", BY_METERS},
        {"in_port=1 actions=meter:1,2", "in_port=1 actions=meter:1,2;" METER, BY_METERS},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        const char *a = i % 2 ? rows[i / 2].b : rows[i / 2].a;
        const char *b = i % 2 ? rows[i / 2].a : rows[i / 2].b;
        enum outcome outcome = outcome_of(a, b);
        if (outcome != rows[i / 2].outcome) {
            fail_msg("%s and %s: %d", a, b, (int)outcome);
        }
    }
}

/* 400 hosts, learned in two tables: one that moves is found, and nothing else. */
static void learned_hosts_are_compared(void **state)
{
    (void)state;
    enum { HOSTS = 400, LEARNED_PORTS = 4 };
    struct switch_state states[2] = {{.version = 4}, {.version = 4}};
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    for (size_t s = 0; s < 2; s++) {
        for (unsigned h = 0; h < HOSTS; h++) {
            unsigned port = h % LEARNED_PORTS + 1, to = s == 1 && h == 7 ? port % 4 + 1 : port;
            char text[128];
            snprintf(text, sizeof text,
                     "in_port=%u,dl_src=02:00:00:00:%02x:%02x actions=goto_table:1", port, h >> 8,
                     h & 0xff);
            assert_int_equal(ofctl_parse_flow(text, &states[s].flows, NULL, NULL, NULL), 0);
            snprintf(text, sizeof text, "table=1,dl_dst=02:00:00:00:%02x:%02x actions=output:%u",
                     h >> 8, h & 0xff, to);
            assert_int_equal(ofctl_parse_flow(text, &states[s].flows, NULL, NULL, NULL), 0);
        }
    }
    assert_int_equal(change_diff(&states[0], &states[1], &budget, &diff), 0);
    assert_false(diff.open);
    assert_in_range(diff.wholes[0].flows->n_entries, 1, 2 * HOSTS); /* 160,000 row by row */
    assert_int_equal(diff.n_changes, LEARNED_PORTS);
    for (size_t i = 0; i < diff.n_changes; i++) {
        assert_null(diff.changes[i].unknown);
        assert_int_equal(diff.changes[i].where.example.dl_dst[5], 7);
    }
    change_diff_free(&diff);
    switch_state_free(&states[0]);
    switch_state_free(&states[1]);
}

/* -------------------------------------------------------------- random pipelines */

enum { PIPELINES = 40, PIPELINE_ENTRIES = 8 };

static void add_flow(struct switch_state *state, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &state->flows, NULL, NULL, NULL), 0);
}

static void copy_flow(const struct flow_entry *flow, struct switch_state *to)
{
    struct base_buffer text = {0};
    ofctl_format_flow(flow, FLOW_NO_STATS, &text);
    add_flow(to, base_buffer_text(&text));
    base_buffer_free(&text);
}

static void copy_group(const struct group *group, struct switch_state *to)
{
    struct base_buffer text = {0};
    ofctl_format_group(group, &text);
    assert_int_equal(ofctl_parse_group(base_buffer_text(&text), &to->groups, NULL, NULL), 0);
    base_buffer_free(&text);
}

static void add_select(struct switch_state *state, const char *buckets)
{
    char text[96];
    snprintf(text, sizeof text, "group_id=9,type=select,bucket=output:%s", buckets);
    assert_int_equal(ofctl_parse_group(text, &state->groups, NULL, NULL), 0);
}

/* Of a each entry and group, or that of c in its place. One priority an entry: else which of two
 * wins is not defined. */
static void make_pipelines(struct switch_state *a, struct switch_state *b)
{
    struct switch_state c = {0};
    random_pipeline(a, PIPELINE_ENTRIES);
    random_pipeline(&c, PIPELINE_ENTRIES);
    if (random_below(2)) { /* such groups are rarely drawn */
        static const char *const buckets[] = {"2,bucket=output:3", "3,bucket=output:2",
                                              "2,bucket=drop"};
        add_select(a, buckets[random_below(3)]);
        add_select(&c, buckets[random_below(3)]);
        add_flow(a, "in_port=1,ip actions=group:9");
    }
    *b = (struct switch_state){.version = 4, .ports = a->ports, .n_ports = a->n_ports};
    for (size_t i = 0; i < a->flows.n_entries; i++) {
        bool other = random_below(3) == 0;
        a->flows.entries[i].priority = (uint16_t)(100 * (i * 7 % 11) + i);
        if (!other || i >= c.flows.n_entries) {
            copy_flow(&a->flows.entries[i], b);
        } else {
            c.flows.entries[i].priority = a->flows.entries[i].priority;
            copy_flow(&c.flows.entries[i], b);
        }
    }
    for (size_t i = 0; i < a->groups.n_groups; i++) {
        const struct group *other = group_find(&c.groups, a->groups.groups[i].id);
        copy_group(other && random_below(2) == 0 ? other : &a->groups.groups[i], b);
    }
    switch_state_free(&c);
}

/* The same rows in another order make no difference. */
static void check_another_order(const struct switch_state *a)
{
    struct switch_state b = {.version = 4, .ports = a->ports, .n_ports = a->n_ports};
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    for (size_t i = a->flows.n_entries; i-- > 0;) {
        copy_flow(&a->flows.entries[i], &b);
    }
    for (size_t i = a->groups.n_groups; i-- > 0;) {
        copy_group(&a->groups.groups[i], &b);
    }
    assert_int_equal(change_diff(a, &b, &budget, &diff), 0);
    assert_int_equal(diff.n_changes, 0);
    change_diff_free(&diff);
    b.ports = NULL;
    switch_state_free(&b);
}

static bool has_fate(const struct pipeline_fates *fates, const struct pipeline_fate *fate)
{
    bool has = false;
    for (size_t i = 0; i < fates->n_fates && !has; i++) {
        has = fates->fates[i].n_sent == fate->n_sent &&
              memcmp(fates->fates[i].sent, fate->sent, fate->n_sent * sizeof *fate->sent) == 0;
    }
    return has;
}

static bool is_known(const struct pipeline_fates *fates)
{
    bool known = !fates->too_many;
    for (size_t i = 0; i < fates->n_fates && known; i++) {
        known = !fates->fates[i].unknown;
    }
    return known;
}

static bool do_all(const struct pipeline_fates *fates, const struct pipeline_fates *others)
{
    bool all = true;
    for (size_t i = 0; i < fates->n_fates && all; i++) {
        all = has_fate(others, &fates->fates[i]);
    }
    return all;
}

/* Says of which states and packet, as ovs-ofctl takes them. */
static void fail_with(const struct switch_state *const states[2], const struct header *header)
{
    struct base_buffer text = {0};
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < states[s]->flows.n_entries; i++) {
            base_put_text(&text, "\n");
            ofctl_format_flow(&states[s]->flows.entries[i], FLOW_NO_STATS, &text);
        }
        for (size_t i = 0; i < states[s]->groups.n_groups; i++) {
            base_put_text(&text, "\n");
            ofctl_format_group(&states[s]->groups.groups[i], &text);
        }
        base_put_text(&text, "\n--");
    }
    ofctl_format_header(header, &text);
    fputs(base_buffer_text(&text), stderr); /* cmocka cuts what is long */
    fail();
}

/* Whether the change speaks of this header; `*surely`: and says that it does differ. */
static bool is_about(const struct change_difference *change, const struct header *header,
                     bool *surely)
{
    bool about = match_takes(&change->where.within, header);
    for (size_t i = 0; i < change->n_except && about; i++) {
        about = !match_takes(&change->except[i], header);
    }
    *surely = about && change->where.is_whole && change->n_except_more == 0 && !change->unknown &&
              !change->by_meters;
    return about;
}

struct counted {
    size_t same, different, in_vain, chosen, open;
};

static void check_pipelines(const struct switch_state *const states[2],
                            const struct universe *universe, struct counted *counted)
{
    static struct pipeline_fates a, b;
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    assert_int_equal(change_diff(states[0], states[1], &budget, &diff), 0);
    counted->open += diff.open;
    for (int h = 0; h < 60 && !diff.open; h++) {
        struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
        bool told = false, sure = false;
        header.in_port = (uint16_t)(1 + random_below(3));
        for (size_t i = 0; i < diff.n_changes; i++) {
            bool surely;
            told |= is_about(&diff.changes[i], &header, &surely);
            sure |= surely;
        }
        pipeline_simulate(states[0], &header, &a);
        pipeline_simulate(states[1], &header, &b);
        if (is_known(&a) && is_known(&b)) {
            bool same = do_all(&a, &b) && do_all(&b, &a);
            if ((!same && !told) || (same && sure)) {
                fail_with(states, &header);
            }
            counted->same += same;
            counted->different += !same && sure;
            counted->in_vain += same && told;
            counted->chosen += !same && (a.n_fates > 1 || b.n_fates > 1);
        }
    }
    change_diff_free(&diff);
}

static void test_random_pipelines(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    struct counted counted = {0};
    const char *asked = getenv("PIPELINES");
    for (int i = 0; i < (asked ? atoi(asked) : PIPELINES); i++) {
        struct switch_state a = {0}, b;
        make_pipelines(&a, &b);
        check_pipelines((const struct switch_state *const[]){&a, &b}, &universe, &counted);
        check_another_order(&a);
        b.ports = NULL;
        switch_state_free(&a);
        switch_state_free(&b);
    }
    print_message("# %zu packets are treated alike, %zu otherwise, %zu with choices, %zu told in "
                  "vain; %zu pairs open\n",
                  counted.same, counted.different, counted.chosen, counted.in_vain, counted.open);
    assert_true(counted.different > PIPELINES && counted.same > PIPELINES);
    assert_true(counted.chosen > 0 && counted.open < PIPELINES / 10);
    assert_true(counted.in_vain < (counted.same + counted.different) / 8);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pipelines),
    cmocka_unit_test(learned_hosts_are_compared),
    cmocka_unit_test(test_random_pipelines),
};

TEST_MAIN(tests)
