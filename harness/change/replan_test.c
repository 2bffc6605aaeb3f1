/* SPDX-License-Identifier: Apache-2.0
 *
 * A cover that follows random changes is as good as one that is made anew. */
#include "change/replan.h"

#include "ofctl/flow.h"
#include "testing/replan.h"
#include "testing/ring.h"

enum { ROWS_MAX = 512 };

/* By switch and row. */
typedef bool taken_rows[SWITCHES][ROWS_MAX];

static enum traffic_miss why_row(const struct traffic_cover *cover, size_t sw, uint32_t row,
                                 uint32_t *hidden_by)
{
    for (size_t i = 0; i < cover->n_missed; i++) {
        if (cover->missed[i].sw == sw && cover->missed[i].entry == row) {
            *hidden_by = cover->missed[i].hidden_by;
            return cover->missed[i].why;
        }
    }
    return TRAFFIC_MISS_NONE;
}

/* What the probes exercise. Each has one entry, at least, that no other has. */
static void walk_probes(const struct anew *anew, const struct traffic_cover *kept, taken_rows taken)
{
    static uint32_t n_probes[SWITCHES][ROWS_MAX], alone[SWITCHES][ROWS_MAX];
    static bool needed[4096];
    struct path_walk walk;
    memset(n_probes, 0, sizeof n_probes);
    memset(needed, 0, sizeof needed);
    assert_true(kept->n_probes < 4096);
    for (size_t p = 0; p < kept->n_probes; p++) {
        path_follow_from(&anew->network, kept->probes[p].from, &kept->probes[p].header, &walk);
        for (size_t h = 0; h < walk.n_hops; h++) {
            size_t sw = walk.hops[h].in.sw, entry = walk.hops[h].entry;
            if (!walk.hops[h].is_taken) {
                continue;
            }
            uint32_t row = anew->rows[sw][entry];
            if (alone[sw][row] != p + 1) {
                n_probes[sw][row]++;
                alone[sw][row] = (uint32_t)p + 1;
                taken[sw][row] = true;
            }
        }
    }
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        for (size_t row = 0; row < ROWS_MAX; row++) {
            if (n_probes[sw][row] == 1) {
                needed[alone[sw][row] - 1] = true;
            }
            alone[sw][row] = 0;
        }
    }
    for (size_t p = 0; p < kept->n_probes; p++) {
        assert_true(needed[p]);
    }
}

/* One of those that hide the entry; one that does it alone, if there is such a one. */
static void hider_hides(const struct change_replan *replan, size_t sw, uint32_t row, uint32_t by)
{
    const struct flow_entry *hidden = change_replan_entry(replan, sw, row);
    const struct flow_entry *hider = change_replan_entry(replan, sw, by);
    bool alone = false;
    assert_non_null(hider);
    assert_true(match_overlaps(&hider->match, &hidden->match));
    for (uint32_t i = 0; i < change_replan_n_rows(replan, sw); i++) {
        const struct flow_entry *other = change_replan_entry(replan, sw, i);
        bool precedes = other && (space_rank(other) > space_rank(hidden) ||
                                  (space_rank(other) == space_rank(hidden) && i < row));
        alone = alone || (precedes && match_within(&hidden->match, &other->match));
        assert_true(i != by || precedes);
    }
    assert_true(!alone || match_within(&hidden->match, &hider->match));
}

/* The cover that was kept is one that a new cover of the same tables could be. */
static size_t check(const struct ring *ring, const struct change_replan *replan,
                    const struct traffic_cover_options *options)
{
    struct anew anew;
    struct traffic_cover kept;
    static taken_rows taken;
    size_t n_open = 0;
    memset(taken, 0, sizeof taken);
    anew_make(&anew, replan, &ring->topology, ring->by_switch, options);
    assert_int_equal(change_replan_tell(replan, &kept), 0);
    assert_int_equal(kept.n_probes, change_replan_n_probes(replan));
    assert_int_equal(kept.n_entries, anew.cover.n_entries);
    walk_probes(&anew, &kept, taken);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        size_t n = anew.states[sw] ? anew.states[sw]->flows.n_entries : 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t row = anew.rows[sw][i], by_kept = 0, by = 0;
            enum traffic_miss miss = why_row(&kept, sw, row, &by_kept);
            enum traffic_miss fresh = why_row(&anew.cover, sw, i, &by);
            n_open += miss == TRAFFIC_MISS_OPEN;
            if (miss != fresh) {
                print_message("# s%zu row %u: kept %d, anew %d\n", sw, row, miss, fresh);
            }
            assert_int_equal(miss, fresh);
            assert_int_equal(miss == TRAFFIC_MISS_NONE, taken[sw][row]);
            if (miss == TRAFFIC_MISS_HIDDEN) {
                hider_hides(replan, sw, row, by_kept);
            }
        }
    }
    traffic_cover_free(&kept);
    anew_free(&anew);
    return n_open;
}

/* No two entries of a switch have the same table, priority and match. */
static void fill_at_random(struct ring *ring, size_t sw)
{
    struct flow_table *flows = &ring->states[sw].flows;
    for (unsigned n = random_below(12); n > 0; n--) {
        ring_random_flow(ring, sw);
        const struct flow_entry *last = &flows->entries[flows->n_entries - 1];
        bool is_twin = false;
        for (size_t i = 0; i + 1 < flows->n_entries; i++) {
            is_twin |= flows->entries[i].priority == last->priority &&
                       match_equal(&flows->entries[i].match, &last->match);
        }
        flows->n_entries -= is_twin;
    }
}

/* An entry goes, comes, or comes with other actions. */
static void change_at_random(struct ring *ring, struct change_replan *replan)
{
    size_t sw = random_below(SWITCHES);
    size_t n_rows = change_replan_n_rows(replan, sw);
    const struct flow_entry *there =
        n_rows ? change_replan_entry(replan, sw, random_below((unsigned)n_rows)) : NULL;
    unsigned kind = random_below(4);
    if (!ring->by_switch[sw]) {
        return;
    }
    if (there && kind < 2) {
        struct flow_entry key = *there;
        assert_int_equal(change_replan_remove(replan, sw, &key), 0);
        assert_int_equal(change_replan_remove(replan, sw, &key), 1);
        return;
    }
    ring_random_flow(ring, sw); /* its table keeps the actions */
    struct flow_table *flows = &ring->states[sw].flows;
    struct flow_entry flow = flows->entries[flows->n_entries - 1];
    if (there && kind == 2) {
        flow.match = there->match;
        flow.priority = there->priority;
    }
    assert_int_equal(change_replan_put(replan, sw, &flow), 0);
}

static void random_changes_are_followed(void **state)
{
    (void)state;
    enum { ROUNDS = 200, CHANGES = 40 };
    size_t n_open = 0, n_checked = 0;
    for (int round = 0; round < ROUNDS; round++) {
        static struct port some_down[] = {{.number = 1},
                                          {.number = 2, .config = PORT_CONFIG_NO_RECV},
                                          {.number = 3},
                                          {.number = 4, .config = PORT_CONFIG_NO_FWD}};
        struct ring ring;
        bool sends[2 * SWITCHES] = {true, false, true, true, false, true};
        struct traffic_cover_options options = {.sends = round % 3 == 1 ? sends : NULL};
        ring_make(&ring);
        ring.with_normal = round % 4 == 3;
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            fill_at_random(&ring, sw);
        }
        if (round % 5 == 4) {
            ring.states[1].ports = some_down;
        }
        if (round % 7 == 6) {
            ring.by_switch[2] = NULL;
        }
        struct change_replan *replan =
            change_replan_begin(&ring.topology, ring.by_switch, &options);
        assert_non_null(replan);
        n_open += check(&ring, replan, &options);
        for (int i = 0; i < CHANGES; i++, n_checked++) {
            change_at_random(&ring, replan);
            n_open += check(&ring, replan, &options);
        }
        change_replan_free(replan);
        ring_free(&ring);
    }
    print_message("# %zu changes, %zu times an entry was left open\n", n_checked, n_open);
}

static struct flow_entry parse(struct flow_table *flows, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, flows, NULL, NULL, NULL), 0);
    return flows->entries[flows->n_entries - 1];
}

static enum traffic_miss why_now(const struct change_replan *replan, size_t sw, uint32_t row)
{
    struct traffic_cover cover;
    uint32_t by;
    assert_int_equal(change_replan_tell(replan, &cover), 0);
    enum traffic_miss miss = why_row(&cover, sw, row, &by);
    traffic_cover_free(&cover);
    return miss;
}

/* The entry that comes has the lowest rank; what it sends comes back, and to one of a higher. */
static void what_comes_back_is_followed(void **state)
{
    (void)state;
    struct ring ring;
    struct flow_table more = {0};
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,in_port=4,udp actions=output:1");
    ring_flow(&ring, 0, "priority=8,in_port=4 actions=drop");
    ring_flow(&ring, 0, "priority=7,in_port=1,arp actions=output:3");
    ring_flow(&ring, 1, "in_port=4 actions=output:3");
    ring_flow(&ring, 2, "in_port=4 actions=output:3");
    struct change_replan *replan = change_replan_begin(&ring.topology, ring.by_switch, &options);
    assert_non_null(replan);
    assert_int_equal(why_now(replan, 0, 0), TRAFFIC_MISS_UNREACHABLE);
    struct flow_entry flow = parse(&more, "priority=1 actions=output:3");
    assert_int_equal(change_replan_put(replan, 0, &flow), 0);
    assert_int_equal(why_now(replan, 0, 0), TRAFFIC_MISS_NONE);
    check(&ring, replan, &options);
    change_replan_free(replan);
    flow_table_free(&more);
    ring_free(&ring);
}

static void probes_stay_come_and_go(void **state)
{
    (void)state;
    struct ring ring;
    struct flow_table more = {0};
    struct traffic_cover_options options = {0};
    struct change_replan_difference difference;
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=output:3");
    ring_flow(&ring, 1, "in_port=4 actions=output:1");
    ring_flow(&ring, 2, "in_port=1 actions=drop");
    struct change_replan *replan = change_replan_begin(&ring.topology, ring.by_switch, &options);
    assert_non_null(replan);
    assert_int_equal(change_replan_n_probes(replan), 2);
    struct flow_entry flow = parse(&more, "priority=65000,in_port=1,arp actions=drop");
    assert_int_equal(change_replan_put(replan, 0, &flow), 0);
    struct flow_entry key = parse(&more, "in_port=1 actions=drop");
    assert_int_equal(change_replan_remove(replan, 2, &key), 0);
    assert_int_equal(change_replan_differ(replan, &difference), 0);
    assert_int_equal(difference.n_added, 1);
    assert_int_equal(difference.added[0].from, 0);
    assert_int_equal(difference.added[0].header.dl_type, DL_TYPE_ARP);
    assert_int_equal(difference.n_dropped, 1);
    assert_int_equal(difference.dropped[0].from, 4);
    assert_int_equal(change_replan_n_probes(replan), 2);
    free(difference.added);
    free(difference.dropped);
    change_replan_free(replan);
    flow_table_free(&more);
    ring_free(&ring);
}

/* A probe that becomes free is given to an entry that had none. */
static void the_limit_is_kept(void **state)
{
    (void)state;
    struct ring ring;
    struct traffic_cover_options options = {.max_probes = 1};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=drop");
    ring_flow(&ring, 0, "in_port=2 actions=drop");
    struct change_replan *replan = change_replan_begin(&ring.topology, ring.by_switch, &options);
    assert_non_null(replan);
    assert_int_equal(why_now(replan, 0, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(why_now(replan, 0, 1), TRAFFIC_MISS_LIMIT);
    struct flow_entry key = ring.states[0].flows.entries[0];
    assert_int_equal(change_replan_remove(replan, 0, &key), 0);
    assert_int_equal(why_now(replan, 0, 1), TRAFFIC_MISS_NONE);
    assert_int_equal(change_replan_put(replan, 0, &key), 0);
    assert_int_equal(why_now(replan, 0, 0), TRAFFIC_MISS_LIMIT);
    assert_int_equal(change_replan_n_probes(replan), 1);
    change_replan_free(replan);
    ring_free(&ring);
}

/* What comes out of the new entry looks like what another one takes before it. */
static void what_is_rewritten_is_followed(void **state)
{
    (void)state;
    struct ring ring;
    struct flow_table more = {0};
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,ip,nw_dst=10.9.9.9 actions=drop");
    ring_flow(&ring, 1, "in_port=4,ip,nw_dst=10.9.9.9 actions=drop");
    struct change_replan *replan = change_replan_begin(&ring.topology, ring.by_switch, &options);
    assert_non_null(replan);
    assert_int_equal(why_now(replan, 1, 0), TRAFFIC_MISS_UNREACHABLE);
    struct flow_entry flow = parse(&more, "priority=1 actions=mod_nw_dst:10.9.9.9,output:3");
    assert_int_equal(change_replan_put(replan, 0, &flow), 0);
    assert_int_equal(why_now(replan, 1, 0), TRAFFIC_MISS_NONE);
    check(&ring, replan, &options);
    change_replan_free(replan);
    flow_table_free(&more);
    ring_free(&ring);
}

/* The place of a removed entry is not given to one that would then go before its rival. */
static void rivals_keep_their_order(void **state)
{
    (void)state;
    struct ring ring;
    struct flow_table more = {0};
    struct traffic_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=2 actions=drop");
    ring_flow(&ring, 0, "in_port=1 actions=output:3");
    struct change_replan *replan = change_replan_begin(&ring.topology, ring.by_switch, &options);
    assert_non_null(replan);
    struct flow_entry first = ring.states[0].flows.entries[0];
    struct flow_entry rival = parse(&more, "tcp actions=drop"),
                      other = parse(&more, "in_port=2 actions=output:1");
    assert_int_equal(change_replan_remove(replan, 0, &first), 0);
    assert_int_equal(change_replan_put(replan, 0, &rival), 0);
    assert_null(change_replan_entry(replan, 0, 0));
    assert_int_equal(change_replan_n_rows(replan, 0), 3);
    assert_int_equal(change_replan_remove(replan, 0, &rival), 0);
    assert_int_equal(change_replan_put(replan, 0, &other), 0);
    assert_int_equal(change_replan_n_rows(replan, 0), 3);
    check(&ring, replan, &options);
    change_replan_free(replan);
    flow_table_free(&more);
    ring_free(&ring);
}

/* Planned probes exercise what they do, stay, and need no others beside them. */
static void planned_probes_stay(void **state)
{
    (void)state;
    struct ring ring;
    struct flow_table more = {0};
    struct traffic_probe probe = {.from = 0, .header = {.in_port = 1, .dl_type = DL_TYPE_ARP}};
    struct traffic_plan plan = {.probes = &probe, .n_probes = 1};
    struct traffic_cover_options options = {.plan = &plan};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=drop");
    struct change_replan *replan = change_replan_begin(&ring.topology, ring.by_switch, &options);
    assert_non_null(replan);
    assert_int_equal(change_replan_n_probes(replan), 0);
    struct flow_entry flow = parse(&more, "priority=65000,in_port=1,arp actions=output:3");
    assert_int_equal(change_replan_put(replan, 0, &flow), 0);
    assert_int_equal(change_replan_n_probes(replan), 1);
    assert_int_equal(why_now(replan, 0, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(why_now(replan, 0, 1), TRAFFIC_MISS_NONE);
    struct flow_entry round = parse(&more, "in_port=4 actions=output:3");
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        assert_int_equal(change_replan_put(replan, sw, &round),
                         0); /* it is sent even if it loops */
        assert_int_equal(why_now(replan, 0, 1), TRAFFIC_MISS_NONE);
    }
    assert_int_equal(change_replan_remove(replan, 0, &flow), 0);
    assert_int_equal(why_now(replan, 0, 0), TRAFFIC_MISS_NONE);
    assert_int_equal(change_replan_n_probes(replan), 0);
    change_replan_free(replan);
    flow_table_free(&more);
    ring_free(&ring);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(probes_stay_come_and_go),     cmocka_unit_test(what_comes_back_is_followed),
    cmocka_unit_test(the_limit_is_kept),           cmocka_unit_test(what_is_rewritten_is_followed),
    cmocka_unit_test(rivals_keep_their_order),     cmocka_unit_test(planned_probes_stay),
    cmocka_unit_test(random_changes_are_followed),
};

TEST_MAIN(tests)
