/* SPDX-License-Identifier: Apache-2.0
 *
 * Which small mistakes are made, how they are called, and what an entry or a group becomes. */
#include "mutate/mutants.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/random_proof.h"

#include <string.h>

static int add_id(void *aux, const struct mutate_mutant *mutant)
{
    base_put_format(aux, "%s\n", mutant->id);
    return 0;
}

static void check_ids(const char *const *flows, size_t n, const char *expected)
{
    struct small small;
    struct space_table table;
    struct base_buffer ids = {0};
    small_init(&small);
    for (size_t i = 0; i < n; i++) {
        small_flow(&small, 0, flows[i]);
    }
    small.states[0].n_ports = 3;
    assert_int_equal(space_table_index(&table, &small.states[0].flows, NULL), 0);
    assert_int_equal(mutate_mutants_each("a", &small.states[0], &table, add_id, &ids), 0);
    assert_string_equal(base_buffer_text(&ids), expected);
    base_buffer_free(&ids);
    space_table_free(&table);
    small_free(&small);
}

static void each_kind_of_mistake_is_made(void **state)
{
    static const char *const one[] = {"in_port=1,dl_vlan=5,actions=strip_vlan,output:2,output:2"};
    static const char *const two[] = {"priority=9,tcp,tp_dst=80 hard_timeout=5 actions=drop",
                                      "priority=9,tcp actions=drop", "priority=7,ip actions=drop"};
    (void)state;
    check_ids(one, 1,
              "mutate/a/in_port=1,dl_vlan=5/removed\n"
              "mutate/a/in_port=1,dl_vlan=5/output-removed/2\n"
              "mutate/a/in_port=1,dl_vlan=5/output-moved/2/3\n"
              "mutate/a/in_port=1,dl_vlan=5/output-removed/2@2\n"
              "mutate/a/in_port=1,dl_vlan=5/output-moved/2@2/3\n"
              "mutate/a/in_port=1,dl_vlan=5/output-added/3\n"
              "mutate/a/in_port=1,dl_vlan=5/rewrite-dropped/strip_vlan\n"
              "mutate/a/in_port=1,dl_vlan=5/widened/in_port\n"
              "mutate/a/in_port=1,dl_vlan=5/widened/dl_vlan\n"
              "mutate/a/in_port=1,dl_vlan=5/narrowed/ip\n"
              "mutate/a/in_port=1,dl_vlan=5/narrowed/tcp\n"
              "mutate/a/in_port=1,dl_vlan=5/narrowed/tcp,tp_dst=80\n"
              "mutate/a/in_port=1,dl_vlan=5/narrowed/udp,tp_dst=53\n"
              "mutate/a/in_port=1,dl_vlan=5/timeout-added\n");
    /* The first cannot become the second, nor the second the first. */
    check_ids(two, 3,
              "mutate/a/priority=9,tcp,tp_dst=80/removed\n"
              "mutate/a/priority=9,tcp,tp_dst=80/widened/dl_type\n"
              "mutate/a/priority=9,tcp,tp_dst=80/widened/nw_proto\n"
              "mutate/a/priority=9,tcp,tp_dst=80/narrowed/dl_vlan=0xffff\n"
              "mutate/a/priority=9,tcp,tp_dst=80/narrowed/in_port=1\n"
              "mutate/a/priority=9,tcp,tp_dst=80/priority-swapped/priority=7,ip\n"
              "mutate/a/priority=9,tcp,tp_dst=80/timeout-dropped\n"
              "mutate/a/priority=9,tcp/removed\n"
              "mutate/a/priority=9,tcp/widened/dl_type\n"
              "mutate/a/priority=9,tcp/widened/nw_proto\n"
              "mutate/a/priority=9,tcp/narrowed/dl_vlan=0xffff\n"
              "mutate/a/priority=9,tcp/narrowed/in_port=1\n"
              "mutate/a/priority=9,tcp/priority-swapped/priority=7,ip\n"
              "mutate/a/priority=9,tcp/timeout-added\n"
              "mutate/a/priority=7,ip/removed\n"
              "mutate/a/priority=7,ip/widened/dl_type\n"
              "mutate/a/priority=7,ip/narrowed/tcp\n"
              "mutate/a/priority=7,ip/narrowed/dl_vlan=0xffff\n"
              "mutate/a/priority=7,ip/narrowed/tcp,tp_dst=80\n"
              "mutate/a/priority=7,ip/narrowed/udp,tp_dst=53\n"
              "mutate/a/priority=7,ip/narrowed/in_port=1\n"
              "mutate/a/priority=7,ip/timeout-added\n");
}

/* Two entries of one match in two tables have two names. */
static void entries_of_other_tables_are_named_with_them(void **state)
{
    (void)state;
    static const char *const other[] = {"table=2,arp,in_port=1,actions=drop"};
    check_ids(other, 1,
              "mutate/a/table=2,arp,in_port=1/removed\n"
              "mutate/a/table=2,arp,in_port=1/output-added/2\n"
              "mutate/a/table=2,arp,in_port=1/widened/in_port\n"
              "mutate/a/table=2,arp,in_port=1/widened/dl_type\n"
              "mutate/a/table=2,arp,in_port=1/narrowed/dl_vlan=0xffff\n"
              "mutate/a/table=2,arp,in_port=1/timeout-added\n");
}

static bool has_port(const struct match *match, uint16_t port)
{
    return match->mask.in_port == UINT16_MAX && match->value.in_port == port;
}

/* All that may be treated otherwise lies in the region, which is no more than a port if both
 * entries are of that. */
static int check_region(void *aux, const struct mutate_mutant *mutant)
{
    const struct small *small = aux;
    const struct flow_entry *entries = small->states[0].flows.entries;
    const struct match *before = &entries[mutant->row].match, *now = &mutant->now.match;
    assert_true(match_within(before, &mutant->region));
    assert_true(mutant->gone || match_within(now, &mutant->region));
    bool of_port = has_port(before, 1) && (mutant->gone || has_port(now, 1));
    if (mutant->other != ENTRY_NONE) {
        assert_true(match_within(&mutant->other_now.match, &mutant->region));
        of_port = of_port && has_port(&mutant->other_now.match, 1);
    }
    assert_int_equal(has_port(&mutant->region, 1), of_port);
    return 0;
}

static void the_region_is_where_something_changes(void **state)
{
    (void)state;
    struct small small;
    struct space_table table;
    small_init(&small);
    small_flow(&small, 0, "priority=9,in_port=1,tcp actions=output:2");
    small_flow(&small, 0, "priority=8,in_port=1 actions=output:3");
    small_flow(&small, 0, "priority=7 actions=output:3");
    assert_int_equal(space_table_index(&table, &small.states[0].flows, NULL), 0);
    assert_int_equal(mutate_mutants_each("a", &small.states[0], &table, check_region, &small), 0);
    space_table_free(&table);
    small_free(&small);
}

/* A switch, and what becomes of it: a line for each mutant of some kinds, "ID: what the entry is
 * then". */
struct listing {
    struct switch_state state;
    const char *const *kinds; /* parts of ids */
    struct base_buffer text;
};

static void put_flow(struct listing *listing, const struct flow_entry *entry)
{
    struct base_arena arena = {0};
    base_put_format(&listing->text, ": %s", ofctl_flow_text(entry, FLOW_NO_STATS, &arena));
    base_arena_free(&arena);
}

static int list(void *aux, const struct mutate_mutant *mutant)
{
    struct listing *listing = aux;
    bool listed = false;
    for (const char *const *kind = listing->kinds; *kind; kind++) {
        listed |= strstr(mutant->id, *kind) != NULL;
    }
    if (!listed) {
        return 0;
    }
    base_put_text(&listing->text, mutant->id + strlen("mutate/a/"));
    if (mutant->row == ENTRY_NONE) {
        base_put_text(&listing->text, ": ");
        ofctl_format_group(&mutant->group_now, &listing->text);
    } else if (!mutant->gone) {
        put_flow(listing, &mutant->now);
    }
    if (mutant->other != ENTRY_NONE) {
        put_flow(listing, &mutant->other_now);
    }
    base_put_text(&listing->text, mutant->is_lifetime ? " (lives)\n" : "\n");
    return 0;
}

static void check_all(const char *const *flows, const char *group, const char *const *kinds,
                      const char *expected)
{
    struct port ports[] = {
        {.number = 1}, {.number = 2}, {.number = 5}, {.number = 9}, {.number = PORT_LOCAL}};
    struct listing listing = {{.version = 4, .ports = ports, .n_ports = 5}, kinds, {0}};
    struct space_table table;
    for (; *flows; flows++) {
        assert_int_equal(ofctl_parse_flow(*flows, &listing.state.flows, NULL, NULL, NULL), 0);
    }
    if (group) {
        assert_int_equal(ofctl_parse_group(group, &listing.state.groups, NULL, NULL), 0);
    }
    assert_int_equal(space_table_index(&table, &listing.state.flows, NULL), 0);
    assert_int_equal(mutate_mutants_each("a", &listing.state, &table, list, &listing), 0);
    assert_string_equal(base_buffer_text(&listing.text), expected);
    base_buffer_free(&listing.text);
    space_table_free(&table);
    flow_table_free(&listing.state.flows);
    group_table_free(&listing.state.groups);
}

/* What would have the table, priority and match of another entry is left out. */
static void no_two_entries_are_alike(void **state)
{
    (void)state;
    static const char *const flows[] = {
        "priority=5,dl_vlan=5,arp actions=drop", "priority=4,dl_vlan=5 hard_timeout=7 actions=drop",
        "priority=5,dl_vlan=5 actions=output:1", "priority=3,dl_vlan=5,arp actions=drop",
        "priority=5,arp actions=drop",           NULL};
    static const char *const kinds[] = {"/priority-", "/widened", "/timeout-", NULL};
    check_all(
        flows, NULL, kinds,
        "priority=5,arp,dl_vlan=5/timeout-added: hard_timeout=60, priority=5,arp,dl_vlan=5 "
        "actions=drop (lives)\n"
        "priority=4,dl_vlan=5/widened/dl_vlan: hard_timeout=7, priority=4 actions=drop\n"
        "priority=4,dl_vlan=5/priority-swapped/priority=3,arp,dl_vlan=5: hard_timeout=7, "
        "priority=3,dl_vlan=5 actions=drop: priority=4,arp,dl_vlan=5 actions=drop\n"
        "priority=4,dl_vlan=5/timeout-dropped: priority=4,dl_vlan=5 actions=drop (lives)\n"
        "priority=5,dl_vlan=5/widened/dl_vlan: priority=5 actions=output:1\n"
        "priority=5,dl_vlan=5/priority-swapped/priority=4,dl_vlan=5: priority=4,dl_vlan=5 "
        "actions=output:1: hard_timeout=7, priority=5,dl_vlan=5 actions=drop\n"
        "priority=5,dl_vlan=5/timeout-added: hard_timeout=60, priority=5,dl_vlan=5 "
        "actions=output:1 (lives)\n"
        "priority=3,arp,dl_vlan=5/widened/dl_vlan: priority=3,arp actions=drop\n"
        "priority=3,arp,dl_vlan=5/widened/dl_type: priority=3,dl_vlan=5 actions=drop\n"
        "priority=3,arp,dl_vlan=5/timeout-added: hard_timeout=60, priority=3,arp,dl_vlan=5 "
        "actions=drop (lives)\n"
        "priority=5,arp/widened/dl_type: priority=5 actions=drop\n"
        "priority=5,arp/timeout-added: hard_timeout=60, priority=5,arp actions=drop (lives)\n");
}

static void outputs_move_to_the_ports_next_to_them(void **state)
{
    (void)state;
    static const char *const flows[] = {
        "in_port=2,tcp actions=output:5", "udp actions=output:5,strip_vlan,output:5",
        "in_port=2 actions=output:LOCAL,output:1", "icmp,actions=IN_PORT,output:9", NULL};
    static const char *const kinds[] = {"/output-", "/rewrite-", NULL};
    check_all(flows, NULL, kinds,
              "tcp,in_port=2/output-removed/5: tcp,in_port=2 actions=drop\n"
              "tcp,in_port=2/output-moved/5/1: tcp,in_port=2 actions=output:1\n"
              "tcp,in_port=2/output-moved/5/9: tcp,in_port=2 actions=output:9\n"
              "tcp,in_port=2/output-added/1: tcp,in_port=2 actions=output:5,output:1\n"
              "tcp,in_port=2/output-added/9: tcp,in_port=2 actions=output:5,output:9\n"
              "udp/output-removed/5: udp actions=strip_vlan,output:5\n"
              "udp/output-moved/5/2: udp actions=output:2,strip_vlan,output:5\n"
              "udp/output-moved/5/9: udp actions=output:9,strip_vlan,output:5\n"
              "udp/output-removed/5@2: udp actions=output:5,strip_vlan\n"
              "udp/output-moved/5@2/2: udp actions=output:5,strip_vlan,output:2\n"
              "udp/output-moved/5@2/9: udp actions=output:5,strip_vlan,output:9\n"
              "udp/output-added/2: udp actions=output:5,strip_vlan,output:5,output:2\n"
              "udp/output-added/9: udp actions=output:5,strip_vlan,output:5,output:9\n"
              "udp/rewrite-dropped/strip_vlan: udp actions=output:5,output:5\n"
              "in_port=2/output-removed/LOCAL: in_port=2 actions=output:1\n"
              "in_port=2/output-removed/1: in_port=2 actions=LOCAL\n"
              "in_port=2/output-moved/1/5: in_port=2 actions=LOCAL,output:5\n"
              "in_port=2/output-added/5: in_port=2 actions=LOCAL,output:1,output:5\n"
              "icmp/output-removed/IN_PORT: icmp actions=output:9\n"
              "icmp/output-removed/9: icmp actions=IN_PORT\n"
              "icmp/output-moved/9/5: icmp actions=IN_PORT,output:5\n"
              "icmp/output-added/5: icmp actions=IN_PORT,output:9,output:5\n");
}

/* With the best of one table that overlap behind it, if there is one. */
static void priorities_are_swapped(void **state)
{
    (void)state;
    static const char *const flows[] = {"priority=9,in_port=2,tcp actions=output:5",
                                        "priority=8,udp actions=drop",
                                        "priority=7,tcp actions=output:2",
                                        "priority=7,ip,in_port=2 actions=drop",
                                        "priority=5,arp actions=drop",
                                        "table=1,priority=3 actions=drop",
                                        "table=1,priority=2,arp actions=drop",
                                        "priority=0,ip actions=drop",
                                        NULL};
    static const char *const kinds[] = {"/priority-", NULL};
    check_all(flows, NULL, kinds,
              "priority=9,tcp,in_port=2/priority-swapped/priority=7,tcp: priority=7,tcp,in_port=2 "
              "actions=output:5: priority=9,tcp actions=output:2\n"
              "priority=8,udp/priority-swapped/priority=7,ip,in_port=2: priority=7,udp "
              "actions=drop: priority=8,ip,in_port=2 actions=drop\n"
              "priority=7,tcp/priority-swapped/priority=0,ip: priority=0,tcp actions=output:2: "
              "priority=7,ip actions=drop\n"
              "priority=7,ip,in_port=2/priority-swapped/priority=0,ip: priority=0,ip,in_port=2 "
              "actions=drop: priority=7,ip actions=drop\n"
              "table=1,priority=3/priority-swapped/table=1,priority=2,arp: table=1, priority=2 "
              "actions=drop: table=1, priority=3,arp actions=drop\n");
}

static void instructions_are_changed_one_by_one(void **state)
{
    (void)state;
    static const char *const flows[] = {
        "in_port=1 actions=mod_vlan_vid:2,write_actions(output:2,group:7),goto_table:3",
        "in_port=2 actions=meter:4,write_actions(output:5),write_metadata:0x6/0xe",
        "table=253 actions=goto_table:254",
        "table=252 actions=goto_table:253",
        "table=3,in_port=5 actions=strip_vlan,output:9,group:7",
        "table=3 actions=strip_vlan",
        NULL};
    static const char *const kinds[] = {"/rewrite-", "/goto-",  "/writ",   "/applied-",
                                        "/metadata", "/group-", "/meter-", NULL};
    check_all(
        flows, NULL, kinds,
        "in_port=1/rewrite-dropped/mod_vlan_vid:2: in_port=1 "
        "actions=write_actions(output:2,group:7),goto_table:3\n"
        "in_port=1/goto-dropped: in_port=1 actions=mod_vlan_vid:2,write_actions(output:2,group:7)\n"
        "in_port=1/goto-moved/4: in_port=1 "
        "actions=mod_vlan_vid:2,write_actions(output:2,group:7),goto_table:4\n"
        "in_port=1/written-dropped/output:2: in_port=1 "
        "actions=mod_vlan_vid:2,write_actions(group:7),goto_table:3\n"
        "in_port=1/written-dropped/group:7: in_port=1 "
        "actions=mod_vlan_vid:2,write_actions(output:2),goto_table:3\n"
        "in_port=2/written-dropped/output:5: in_port=2 "
        "actions=meter:4,write_actions(drop),write_metadata:0x6/0xe\n"
        "in_port=2/write-applied: in_port=2 actions=meter:4,output:5,write_metadata:0x6/0xe\n"
        "in_port=2/metadata-bit: in_port=2 "
        "actions=meter:4,write_actions(output:5),write_metadata:0x4/0xe\n"
        "in_port=2/meter-dropped: in_port=2 "
        "actions=write_actions(output:5),write_metadata:0x6/0xe\n"
        "table=253,priority=32768/goto-dropped: table=253, actions=drop\n"
        "table=252,priority=32768/goto-dropped: table=252, actions=drop\n"
        "table=252,priority=32768/goto-moved/254: table=252, actions=goto_table:254\n"
        "table=3,in_port=5/rewrite-dropped/strip_vlan: table=3, in_port=5 "
        "actions=output:9,group:7\n"
        "table=3,in_port=5/group-dropped/group:7: table=3, in_port=5 actions=strip_vlan,output:9\n"
        "table=3,in_port=5/applied-written: table=3, in_port=5 "
        "actions=write_actions(strip_vlan,output:9,group:7)\n"
        "table=3,priority=32768/rewrite-dropped/strip_vlan: table=3, actions=drop\n");
}

static void groups_have_mistakes_of_their_own(void **state)
{
    (void)state;
    static const char *const flows[] = {"actions=group:1", NULL}, *const none[] = {NULL};
    static const char *const kinds[] = {"group_id=", NULL};
    check_all(flows,
              "group_id=7,type=ff,bucket=watch_port:2,output:2,output:5,"
              "bucket=watch_port:5,strip_vlan,output:1",
              kinds,
              "group_id=7/bucket-dropped/1: "
              "group_id=7,type=ff,bucket=watch_port:5,actions=strip_vlan,output:1\n"
              "group_id=7/bucket-moved/1/1: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:1,output:5,bucket=watch_port:"
              "5,actions=strip_vlan,output:1\n"
              "group_id=7/bucket-moved/1/5: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:5,output:5,bucket=watch_port:"
              "5,actions=strip_vlan,output:1\n"
              "group_id=7/bucket-moved/1/2: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:2,output:2,bucket=watch_port:"
              "5,actions=strip_vlan,output:1\n"
              "group_id=7/bucket-moved/1/9: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:2,output:9,bucket=watch_port:"
              "5,actions=strip_vlan,output:1\n"
              "group_id=7/watch-moved/1/1: "
              "group_id=7,type=ff,bucket=watch_port:1,actions=output:2,output:5,bucket=watch_port:"
              "5,actions=strip_vlan,output:1\n"
              "group_id=7/watch-moved/1/5: "
              "group_id=7,type=ff,bucket=watch_port:5,actions=output:2,output:5,bucket=watch_port:"
              "5,actions=strip_vlan,output:1\n"
              "group_id=7/bucket-dropped/2: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:2,output:5\n"
              "group_id=7/bucket-moved/2/2: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:2,output:5,bucket=watch_port:"
              "5,actions=strip_vlan,output:2\n"
              "group_id=7/watch-moved/2/2: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:2,output:5,bucket=watch_port:"
              "2,actions=strip_vlan,output:1\n"
              "group_id=7/watch-moved/2/9: "
              "group_id=7,type=ff,bucket=watch_port:2,actions=output:2,output:5,bucket=watch_port:"
              "9,actions=strip_vlan,output:1\n"
              "group_id=7/order-swapped: "
              "group_id=7,type=ff,bucket=watch_port:5,actions=strip_vlan,output:1,bucket=watch_"
              "port:2,actions=output:2,output:5\n"
              "group_id=7/type-changed/select: "
              "group_id=7,type=select,bucket=watch_port:2,actions=output:2,output:5,bucket=watch_"
              "port:5,actions=strip_vlan,output:1\n");
    check_all(
        flows, "group_id=8,type=select,bucket=weight:7,output:9,bucket=weight:9,IN_PORT", kinds,
        "group_id=8/bucket-dropped/1: group_id=8,type=select,bucket=weight:9,actions=IN_PORT\n"
        "group_id=8/bucket-moved/1/5: "
        "group_id=8,type=select,bucket=weight:7,actions=output:5,bucket=weight:9,actions=IN_PORT\n"
        "group_id=8/bucket-dropped/2: group_id=8,type=select,bucket=weight:7,actions=output:9\n"
        "group_id=8/type-changed/all: "
        "group_id=8,type=all,bucket=actions=output:9,bucket=actions=IN_PORT\n");
    check_all(flows, "group_id=9,type=all,bucket=output:1,bucket=drop", kinds,
              "group_id=9/bucket-dropped/1: group_id=9,type=all,bucket=actions=drop\n"
              "group_id=9/bucket-moved/1/2: "
              "group_id=9,type=all,bucket=actions=output:2,bucket=actions=drop\n"
              "group_id=9/bucket-dropped/2: group_id=9,type=all,bucket=actions=output:1\n"
              "group_id=9/type-changed/select: "
              "group_id=9,type=select,bucket=actions=output:1,bucket=actions=drop\n");
    check_all(
        flows, "group_id=1,type=ff,bucket=watch_port:1,output:1", kinds,
        "group_id=1/bucket-dropped/1: group_id=1,type=ff\n"
        "group_id=1/bucket-moved/1/2: group_id=1,type=ff,bucket=watch_port:1,actions=output:2\n"
        "group_id=1/watch-moved/1/2: group_id=1,type=ff,bucket=watch_port:2,actions=output:1\n");
    check_all(flows, "group_id=1,type=indirect,bucket=output:LOCAL", kinds,
              "group_id=1/bucket-dropped/1: group_id=1,type=indirect\n");
    check_all(flows, "group_id=1,type=all", kinds, "");
    /* No entry leads to a group. */
    check_all(none, "group_id=1,type=all,bucket=output:1", kinds, "");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_of_mistake_is_made),
    cmocka_unit_test(entries_of_other_tables_are_named_with_them),
    cmocka_unit_test(the_region_is_where_something_changes),
    cmocka_unit_test(no_two_entries_are_alike),
    cmocka_unit_test(outputs_move_to_the_ports_next_to_them),
    cmocka_unit_test(priorities_are_swapped),
    cmocka_unit_test(instructions_are_changed_one_by_one),
    cmocka_unit_test(groups_have_mistakes_of_their_own),
};

TEST_MAIN(tests)
