/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the one table that is composed do what the tables of the pipeline do? Random pipelines, and
 * of each some packets: testing/random_pipeline.h says what becomes of them.
 *
 *   PIPELINES=20000 build/harness/space/pipeline_test */
#include "space/pipeline.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "space/table.h"
#include "testing/cmocka.h"
#include "testing/random_pipeline.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIPELINES = 1500, PACKETS = 60, MAX_ENTRIES = 12 };

/* What the composed table does with a packet. */
struct treatment {
    const char *open;
    struct pipeline_sent sent[PIPELINE_SENT];
    size_t n_sent;
};

struct asking {
    const struct switch_state *state;
    struct space_table *table;
    uint16_t in_port;
};

static int compare_sent(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct pipeline_sent));
}

/* What one way sends of the packet. */
static void send(const struct space_behavior *way, const struct header *header,
                 struct treatment *out)
{
    assert_true(way->n_outputs <= PIPELINE_SENT || way->unknown);
    *out = (struct treatment){.open = way->unknown};
    for (size_t i = 0; i < way->n_outputs && !out->open; i++) {
        struct pipeline_sent *sent = &out->sent[out->n_sent++];
        memset(sent, 0, sizeof *sent);
        sent->port = way->outputs[i].port;
        sent->queued = way->outputs[i].queued;
        sent->queue_id = way->outputs[i].queue_id;
        sent->header = space_rewritten(&way->outputs[i].rewrite, header);
    }
    qsort(out->sent, out->n_sent, sizeof *out->sent, compare_sent);
}

static void behave(const struct asking *asking, size_t entry, const struct header *header,
                   struct base_arena *arena, struct space_behavior *out)
{
    const struct flow_entry *flow = &asking->table->flows->entries[entry];
    assert_int_equal(space_behavior(flow->actions, flow->n_actions, header->in_port,
                                    asking->state->ports, asking->state->n_ports, arena, out),
                     0);
}

static void treat(const struct asking *asking, size_t entry, const struct header *header,
                  struct treatment *out)
{
    struct base_arena arena = {0};
    struct space_behavior behavior;
    behave(asking, entry, header, &arena, &behavior);
    send(&behavior, header, out);
    base_arena_free(&arena);
}

static bool same_sent(const struct pipeline_sent *a, size_t n_a, const struct pipeline_sent *b,
                      size_t n_b)
{
    return n_a == n_b && memcmp(a, b, n_a * sizeof *a) == 0;
}

static bool do_the_same(void *aux, size_t a, size_t b, const struct header *header)
{
    struct treatment x, y;
    treat(aux, a, header, &x);
    treat(aux, b, header, &y);
    return !x.open && !y.open && same_sent(x.sent, x.n_sent, y.sent, y.n_sent);
}

static size_t treat_packet(struct asking *asking, const struct header *header,
                           struct treatment *out)
{
    bool ambiguous;
    *out = (struct treatment){0};
    size_t entry = space_table_lookup(asking->table, header, do_the_same, asking, &ambiguous);
    if (entry != ENTRY_NONE) {
        treat(asking, entry, header, out);
        out->open = ambiguous && !out->open ? SPACE_COMPETITION : out->open;
    }
    return entry;
}

static bool is_among(const struct pipeline_fates *fates, const struct treatment *treatment)
{
    bool found = false;
    for (size_t i = 0; i < fates->n_fates && !found; i++) {
        const struct pipeline_fate *fate = &fates->fates[i];
        found = !fate->unknown &&
                same_sent(fate->sent, fate->n_sent, treatment->sent, treatment->n_sent);
    }
    return found;
}

/* The ways of the taker are what may become of the packet, and nothing else. True: it has some, and
 * they were compared. */
static bool compare_choices(struct asking *asking, size_t taker, const struct header *header,
                            const struct pipeline_fates *fates)
{
    bool done[PIPELINE_FATES] = {false};
    struct base_arena arena = {0};
    struct space_behavior behavior;
    struct treatment treatment;
    behave(asking, taker, header, &arena, &behavior);
    for (size_t i = 0; i < behavior.n_ways && !fates->too_many; i++) {
        send(&behavior.ways[i], header, &treatment);
        assert_true(is_among(fates, &treatment));
        for (size_t f = 0; f < fates->n_fates; f++) {
            done[f] |= same_sent(fates->fates[f].sent, fates->fates[f].n_sent, treatment.sent,
                                 treatment.n_sent);
        }
    }
    bool compared = behavior.n_ways > 0 && !fates->too_many;
    for (size_t f = 0; f < fates->n_fates && compared; f++) {
        assert_true(done[f]);
    }
    base_arena_free(&arena);
    return compared;
}

struct tally {
    size_t n_leaves, n, n_known, n_open, n_in_vain, n_chosen;
};

static void compare(struct asking *asking, const struct header *header, struct tally *tally)
{
    static struct pipeline_fates fates;
    struct treatment treatment;
    pipeline_simulate(asking->state, header, &fates);
    size_t taker = treat_packet(asking, header, &treatment);
    bool known = true, one = true;
    for (size_t i = 0; i < fates.n_fates; i++) {
        const struct pipeline_fate *fate = &fates.fates[i];
        known &= !fate->unknown;
        one &= same_sent(fate->sent, fate->n_sent, fates.fates[0].sent, fates.fates[0].n_sent);
    }
    tally->n++;
    tally->n_open += treatment.open != NULL;
    if (!treatment.open) {
        assert_true(known && one);
        assert_true(same_sent(treatment.sent, treatment.n_sent, fates.fates[0].sent,
                              fates.fates[0].n_sent));
    }
    if (taker != ENTRY_NONE && treatment.open && strcmp(treatment.open, SPACE_ONE_OF) == 0) {
        tally->n_chosen += compare_choices(asking, taker, header, &fates);
    }
    tally->n_known += known && one;
    tally->n_in_vain += known && one && treatment.open;
}

/* Composes the tables, and asks what becomes of some packets. */
static void compare_some(const struct switch_state *state, bool merges,
                         const struct universe *universe, struct tally *tally)
{
    struct space_pipeline pipeline;
    struct space_table table;
    const struct space_composition how = {.merges = merges};
    assert_int_equal(space_pipeline_compose(state, &how, &pipeline), 0);
    assert_int_equal(space_pipeline_index(&pipeline, &table), 0);
    assert_int_equal(space_table_prepare(&table), 0);
    struct asking asking = {.state = state, .table = &table};
    for (int i = 0; i < PACKETS; i++) {
        struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
        header.in_port = (uint16_t)(1 + random_below(3));
        compare(&asking, &header, tally);
    }
    tally->n_leaves += pipeline.flows.n_entries;
    space_table_free(&table);
    space_pipeline_free(&pipeline);
}

static void compare_pipelines(bool merges)
{
    struct universe universe = universe_make();
    const char *asked = getenv("PIPELINES");
    struct tally tally = {0};
    for (int round = 0; round < (asked ? atoi(asked) : PIPELINES); round++) {
        struct switch_state state = {0};
        random_pipeline(&state, MAX_ENTRIES);
        compare_some(&state, merges, &universe, &tally);
        switch_state_free(&state);
    }
    print_message("# %zu leaves; %zu packets, %zu known, %zu open, %zu of them in vain, %zu with "
                  "choices\n",
                  tally.n_leaves, tally.n, tally.n_known, tally.n_open, tally.n_in_vain,
                  tally.n_chosen);
    assert_true(tally.n_chosen > tally.n / 2000);
    assert_true(tally.n_known > tally.n / 2);
    assert_true(tally.n_in_vain < tally.n_known / 8);
    free(universe.headers);
}

static void a_composed_table_does_what_the_pipeline_does(void **unused)
{
    (void)unused;
    compare_pipelines(false);
    compare_pipelines(true);
}

/* An entry of which it is not known whether it takes a packet that came by another such entry
 * leaves it to those below. */
static void conditions_that_are_not_known_add_up(void **unused)
{
    static const char *const flows[] = {
        "table=0,priority=9,ip,nw_ttl=64 actions=goto_table:3",
        "table=3,priority=9,ip,nw_ttl=3 actions=drop",
        "table=3,priority=0 actions=output:2",
    };
    (void)unused;
    struct switch_state state = {0};
    struct space_pipeline pipeline;
    size_t n_sending = 0;
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
        assert_int_equal(ofctl_parse_flow(flows[i], &state.flows, NULL, NULL, NULL), 0);
    }
    assert_int_equal(space_pipeline_compose(&state, NULL, &pipeline), 0);
    for (size_t i = 0; i < pipeline.flows.n_entries; i++) {
        n_sending += pipeline.flows.entries[i].n_actions > 0;
    }
    assert_int_equal(n_sending, 1);
    space_pipeline_free(&pipeline);
    switch_state_free(&state);
}

/* A switch with these entries and groups, each list ended by NULL; ports 1 to 4, of which 4 has no
 * link. */
static void make_switch(struct switch_state *state, const char *const *flows,
                        const char *const *groups)
{
    *state = (struct switch_state){.version = 4, .n_ports = 4};
    state->ports = calloc(4, sizeof *state->ports);
    for (uint16_t i = 0; i < 4; i++) {
        state->ports[i].number = (uint16_t)(i + 1);
        state->ports[i].state = i == 3 ? PORT_STATE_LINK_DOWN : 0;
    }
    for (; *flows; flows++) {
        assert_int_equal(ofctl_parse_flow(*flows, &state->flows, NULL, NULL, NULL), 0);
    }
    for (; groups && *groups; groups++) {
        assert_int_equal(ofctl_parse_group(*groups, &state->groups, NULL, NULL), 0);
    }
}

/* The one leaf of such a switch. */
static void assert_leaf(const char *const *flows, const char *const *groups, const char *open,
                        size_t n_outputs)
{
    struct switch_state state;
    struct space_pipeline pipeline;
    struct base_arena arena = {0};
    struct space_behavior behavior;
    make_switch(&state, flows, groups);
    assert_true(space_pipeline_has(&state));
    assert_int_equal(space_pipeline_compose(&state, NULL, &pipeline), 0);
    assert_int_equal(pipeline.flows.n_entries, 1);
    const struct flow_entry *leaf = &pipeline.flows.entries[0];
    assert_int_equal(space_behavior(leaf->actions, leaf->n_actions, 1, state.ports, state.n_ports,
                                    &arena, &behavior),
                     0);
    assert_int_equal(behavior.unknown != NULL, open != NULL);
    if (open) {
        assert_string_equal(behavior.unknown, open);
    } else {
        assert_int_equal(behavior.n_outputs, n_outputs);
    }
    base_arena_free(&arena);
    space_pipeline_free(&pipeline);
    switch_state_free(&state);
}

static void what_is_not_known_has_a_name(void **unused)
{
    (void)unused;
    static const char *const one[] = {"actions=group:1", NULL};
    static const char *const seven[] = {
        "actions=group:1,group:2,group:3,group:4,group:5,group:6,group:7", NULL};
    static const char *const again[] = {"actions=group:1,group:1", NULL};
    static const char *const both[] = {"actions=group:1,group:2", NULL};
#define SELECTS(id) "group_id=" #id ",type=select,bucket=output:2,bucket=output:3"
    static const char *const selects[] = {SELECTS(1), SELECTS(2), SELECTS(3), SELECTS(4),
                                          SELECTS(5), SELECTS(6), SELECTS(7), NULL};
    static const char *const onward[] = {"group_id=1,type=select,bucket=group:3,bucket=group:3",
                                         SELECTS(3), NULL};
    static const char *const select[] = {"group_id=1,type=select,bucket=output:2,bucket=output:3",
                                         NULL};
    static const char *const open[] = {
        "group_id=1,type=select,bucket=dec_ttl,output:2,bucket=output:3", NULL};
    static const char *const late[] = {
        "group_id=1,type=select,bucket=output:3,bucket=dec_ttl,output:2", NULL};
    static const char *const circle[] = {"group_id=1,type=all,bucket=group:2",
                                         "group_id=2,type=all,bucket=group:1", NULL};
    static const char *const dec_ttl[] = {"actions=dec_ttl,group:9", NULL};
    static const char *const tagged[] = {"dl_vlan=5 actions=push_vlan:0x8100,output:2", NULL};
    static const char *const qinq[] = {"vlan_tci=0/0x1000 actions=push_vlan:0x88a8,output:2", NULL};
    static const char *const written[] = {"actions=write_actions(output:2),goto_table:1", NULL};
    assert_leaf(one, NULL, "a group that the switch does not have", 0);
    assert_leaf(one, circle, "groups that call each other in a circle", 0);
    assert_leaf(tagged, NULL, "push_vlan on a packet that has a tag", 0);
    assert_leaf(qinq, NULL, "push_vlan of another type than 0x8100", 0);
    assert_leaf(written, NULL, "written actions, and no entry of a further table takes it", 0);
    assert_leaf(dec_ttl, NULL, "dec_ttl", 0);
    assert_leaf(one, open, "dec_ttl", 0);
    assert_leaf(one, late, "dec_ttl", 0);
    assert_leaf(one, select, SPACE_ONE_OF, 0);
    assert_leaf(seven, selects, "more than 64 ways by choice of the switch", 0);
    assert_leaf(again, select, SPACE_CHOOSES_AGAIN, 0);
    assert_leaf(both, selects, SPACE_ONE_OF, 0);
    assert_leaf(one, onward, SPACE_ONE_OF, 0); /* by one bucket or by the other: once */
}

static void buckets_live_by_what_they_watch(void **unused)
{
    (void)unused;
    static const char *const one[] = {"actions=group:1", NULL};
    static const char *const cases[][4] = {
        {"group_id=1,type=ff,bucket=watch_port:4,output:2", NULL},
        {"group_id=1,type=ff,bucket=watch_port:9,output:2", NULL},
        {"group_id=1,type=ff,bucket=watch_port:3,output:2", NULL},
        {"group_id=1,type=ff,bucket=watch_group:7,output:2", NULL},
        {"group_id=1,type=ff,bucket=watch_group:2,output:2", "group_id=2,type=all", NULL},
        {"group_id=1,type=ff,bucket=watch_group:2,output:2",
         "group_id=2,type=ff,bucket=watch_port:4,output:3", NULL},
        {"group_id=1,type=ff,bucket=watch_group:2,output:2",
         "group_id=2,type=ff,bucket=watch_port:3,output:3", NULL},
        {"group_id=1,type=ff,bucket=watch_port:4,watch_group:2,output:2",
         "group_id=2,type=all,bucket=output:3", NULL},
        {"group_id=1,type=select,bucket=weight:0,output:2", NULL},
        {"group_id=1,type=ff,bucket=watch_group:1,output:2", NULL},
    };
    static const size_t lives[] = {0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
        assert_leaf(one, cases[i], NULL, lives[i]);
    }
}

/* Where ports say that they live, one that does not say so does not. */
static void the_live_bit_counts(void **unused)
{
    (void)unused;
    static const char *const one[] = {"actions=group:1", NULL};
    static const char *const group[] = {
        "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3", NULL};
    struct switch_state state;
    struct space_pipeline pipeline;
    make_switch(&state, one, group);
    state.ports[2].state = PORT_STATE_LIVE;
    assert_int_equal(space_pipeline_compose(&state, NULL, &pipeline), 0);
    assert_int_equal(pipeline.flows.n_entries, 1);
    assert_true(
        actions_send_to(pipeline.flows.entries[0].actions, pipeline.flows.entries[0].n_actions, 3));
    space_pipeline_free(&pipeline);
    switch_state_free(&state);
}

/* As many sources as destinations, and more ways than are followed. */
/* What is looked for behind a rewrite of the priority had no tag, or one of that VLAN. */
static void both_kinds_of_packets_that_may_come_do(void **unused)
{
    (void)unused;
    static const char *const flows[] = {"actions=mod_vlan_pcp:3,goto_table:1",
                                        "table=1,dl_vlan=0,actions=output:2", NULL};
    static const struct {
        uint16_t tci;
        size_t n_sent;
    } rows[] = {{0, 1}, {VLAN_TAGGED, 1}, {VLAN_TAGGED | 5 << 13, 1}, {VLAN_TAGGED | 7, 0}};
    struct switch_state state;
    struct space_pipeline pipeline;
    struct space_table table;
    make_switch(&state, flows, NULL);
    assert_int_equal(space_pipeline_compose(&state, NULL, &pipeline), 0);
    assert_int_equal(space_table_index(&table, &pipeline.flows, NULL), 0);
    assert_int_equal(space_table_prepare(&table), 0);
    struct asking asking = {.state = &state, .table = &table};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct header header = {.in_port = 1, .vlan_tci = rows[i].tci, .dl_type = 0x88b5};
        struct treatment treatment;
        treat_packet(&asking, &header, &treatment);
        assert_null(treatment.open);
        assert_int_equal(treatment.n_sent, rows[i].n_sent);
    }
    space_table_free(&table);
    space_pipeline_free(&pipeline);
    switch_state_free(&state);
}

static void what_is_too_large_is_open(void **unused)
{
    (void)unused;
    struct switch_state state = {.version = 4};
    struct space_pipeline pipeline;
    enum { HOSTS = 520 };
    char text[128];
    for (unsigned i = 0; i < 2 * HOSTS; i++) {
        snprintf(text, sizeof text, "table=%u,%s=02:00:00:00:%02x:%02x actions=%s", i / HOSTS,
                 i < HOSTS ? "dl_src" : "dl_dst", i % HOSTS / 256, i % 256,
                 i < HOSTS ? "goto_table:1" : "output:2");
        assert_int_equal(ofctl_parse_flow(text, &state.flows, NULL, NULL, NULL), 0);
    }
    assert_int_equal(space_pipeline_compose(&state, NULL, &pipeline), 0);
    assert_int_equal(pipeline.flows.n_entries, 1);
    assert_int_equal(pipeline.ways[0].n_rows, 0);
    assert_int_equal(pipeline.flows.entries[0].actions[0].type, ACTION_OPEN);
    space_pipeline_free(&pipeline);
    switch_state_free(&state);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_known_has_a_name),
    cmocka_unit_test(buckets_live_by_what_they_watch),
    cmocka_unit_test(the_live_bit_counts),
    cmocka_unit_test(both_kinds_of_packets_that_may_come_do),
    cmocka_unit_test(what_is_too_large_is_open),
    cmocka_unit_test(conditions_that_are_not_known_add_up),
    cmocka_unit_test(a_composed_table_does_what_the_pipeline_does),
};

TEST_MAIN(tests)
