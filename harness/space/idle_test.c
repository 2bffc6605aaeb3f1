/* SPDX-License-Identifier: Apache-2.0
 *
 * Does it matter whether an entry takes packets of which that is not known? By tables written out,
 * and against a look at every header there is. */
#include "base/none.h"
#include "model/extra.h"
#include "ofctl/flow.h"
#include "space/table.h"
#include "testing/cmocka.h"
#include "testing/naive.h"
#include "testing/random_space.h"

#include <stdio.h>
#include <string.h>

enum { N_TABLES = 300, ENTRIES_MAX = 6 };

static void add(struct flow_table *flows, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, flows, NULL, NULL, NULL), 0);
}

/* Of the first entry, and packets that enter by port 1. */
static void it_makes_a_difference_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *flows[4];
        bool is_known;
    } rows[] = {
        {{"ip,nw_ttl=1 actions=drop"}, true},
        {{"ip,nw_ttl=1 actions=output:1"}, true}, /* nothing leaves by the port of entry */
        {{"ip,nw_ttl=1 actions=output:2"}, false},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8 actions=output:2"}, true},
        {{"priority=9,ip,nw_ttl=1 actions=output:2,output:3",
          "priority=8 actions=output:3,output:2"},
         true},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,ip actions=output:2"}, true},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,tcp actions=output:2"}, false},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,in_port=1 actions=output:2"},
         true},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,in_port=2 actions=output:2"},
         false},
        /* Of one priority either may win. */
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=9,tcp actions=output:3",
          "priority=8 actions=output:2"},
         false},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=9,tcp actions=output:3",
          "priority=10,tcp actions=output:4", "priority=8 actions=output:2"},
         true},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,tcp actions=output:3",
          "priority=8,ip actions=output:2"},
         false},
        /* Below it one of which that is not known, either. */
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,ip,nw_ecn=1 actions=output:2",
          "priority=7 actions=output:2"},
         true},
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=8,ip,nw_ecn=1 actions=output:3",
          "priority=7 actions=output:2"},
         false},
        /* Above it one that may leave it some. */
        {{"priority=9,ip,nw_ttl=1 actions=output:2", "priority=10,tcp,nw_ecn=1 actions=drop",
          "priority=8,tcp actions=drop", "priority=7 actions=output:2"},
         false},
        /* What it writes is there already. */
        {{"priority=9,ip,dl_vlan=5,nw_ttl=1 actions=mod_vlan_vid:5,output:2",
          "priority=8 actions=output:2"},
         true},
        {{"priority=9,ip,nw_ttl=1 actions=mod_vlan_vid:5,output:2", "priority=8 actions=output:2"},
         false},
        {{"priority=9,ip,nw_ttl=1 actions=NORMAL", "priority=8 actions=NORMAL"}, true},
        {{"priority=9,ip,nw_ttl=1 actions=NORMAL", "priority=8 actions=flood"}, false},
        /* Nothing is left for one of which it is open what it does. */
        {{"priority=9,ip,nw_ttl=1 actions=drop", "priority=8,ip actions=drop",
          "priority=7 actions=mod_tp_dst:80,NORMAL"},
         true},
        {{"priority=9,ip,nw_ttl=1 actions=drop", "priority=8,tcp actions=drop",
          "priority=7 actions=mod_tp_dst:80,NORMAL"},
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow_table flows = {0};
        struct space_table table;
        for (size_t j = 0; j < 4 && rows[i].flows[j]; j++) {
            add(&flows, rows[i].flows[j]);
        }
        assert_int_equal(space_table_index(&table, &flows, NULL), 0);
        struct match within = match_in_port(1);
        const char *open = space_table_open(&table, 0, &within);
        if ((open == NULL) != rows[i].is_known) {
            fail_msg("%s: %s", rows[i].flows[0], open ? open : "known");
        }
        assert_true(!open || strstr(open, "nw_ttl"));
        space_table_free(&table);
        flow_table_free(&flows);
    }
}

/* Another table is entered by nobody knows whom. */
static void another_table_stays_open(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    add(&flows, "table=1,ip,nw_ttl=1 actions=drop");
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    struct match within = match_in_port(1);
    assert_string_equal(space_table_open(&table, 0, &within), "another table than 0 decides");
    space_table_free(&table);
    flow_table_free(&flows);
}

static const struct flow_entry drop;

/* Whether what may take the header besides this entry does the same with it: each of the highest
 * rank, and so on down to those of which one surely takes it. */
static bool others_do_the_same(const struct flow_table *flows, size_t entry,
                               const struct header *header)
{
    struct flow_entry stripped[ENTRIES_MAX + 1];
    bool same = true, taken = false;
    for (size_t i = 0; i < flows->n_entries; i++) {
        stripped[i] = flows->entries[i];
        stripped[i].n_extras = 0;
    }
    for (uint32_t rank = space_rank(&flows->entries[entry]) + 1; rank-- > 0xff0000 && !taken;) {
        for (size_t i = 0; i < flows->n_entries; i++) {
            const struct flow_entry *other = &flows->entries[i];
            if (i != entry && space_rank(other) == rank && match_takes(&other->match, header)) {
                same = same && naive_same(&stripped[entry], &stripped[i], header);
                taken = taken || !flow_open(other);
            }
        }
    }
    return same && (taken || naive_same(&stripped[entry], &drop, header));
}

static bool surely_comes_before(const struct flow_table *flows, size_t entry,
                                const struct header *header)
{
    bool before = false;
    for (size_t i = 0; i < flows->n_entries && !before; i++) {
        const struct flow_entry *other = &flows->entries[i];
        before = space_rank(other) > space_rank(&flows->entries[entry]) && !flow_open(other) &&
                 match_takes(&other->match, header);
    }
    return before;
}

static void fill(struct flow_table *flows)
{
    static const char *const actions[] = {"drop", "output:2", "output:1", "output:2,output:3",
                                          "mod_vlan_pcp:1,output:2"};
    static const struct field_value condition = {
        .id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {0xff}};
    size_t n = 2 + random_below(ENTRIES_MAX - 1);
    for (size_t i = 0; i < n; i++) {
        char text[64];
        snprintf(text, sizeof text, "actions=%s", actions[random_below(UNIVERSE_COUNT(actions))]);
        add(flows, text);
        struct flow_entry *entry = &flows->entries[i];
        entry->match = random_below(4) == 0 ? match_any() : random_match();
        entry->priority = (uint16_t)random_below(4);
        entry->extras = &condition;
        entry->n_extras = random_below(2) == 0;
    }
}

/* By every header there is in `within`. */
static bool is_known(const struct universe *universe, const struct flow_table *flows, size_t entry,
                     const struct match *within)
{
    bool known = true;
    for (size_t i = 0; i < universe->n_headers && known; i++) {
        struct header header = universe->headers[i];
        header.in_port = within->value.in_port;
        known =
            !match_takes(within, &header) || !match_takes(&flows->entries[entry].match, &header) ||
            surely_comes_before(flows, entry, &header) || others_do_the_same(flows, entry, &header);
    }
    return known;
}

static void a_look_at_every_header_says_the_same(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_idle = 0, n_open = 0;
    for (size_t t = 0; t < N_TABLES; t++) {
        struct flow_table flows = {0};
        struct space_table table;
        fill(&flows);
        assert_int_equal(space_table_index(&table, &flows, NULL), 0);
        for (size_t i = 0; i < flows.n_entries; i++) {
            uint16_t port = flows.entries[i].match.mask.in_port
                                ? flows.entries[i].match.value.in_port
                                : (uint16_t)(1 + random_below(2));
            struct match within = match_in_port(port), part = random_match();
            if (random_below(2) == 0) {
                part.value.in_port = port;
                part.mask.in_port = UINT16_MAX;
                within = part;
            }
            bool open = space_table_open(&table, i, &within) != NULL;
            assert_int_equal(!open, !flow_open(&flows.entries[i]) ||
                                        is_known(&universe, &flows, i, &within));
            n_idle += !open && flow_open(&flows.entries[i]);
            n_open += open;
        }
        space_table_free(&table);
        flow_table_free(&flows);
    }
    assert_true(n_idle > 50);
    assert_true(n_open > 50);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_makes_a_difference_or_none),
    cmocka_unit_test(another_table_stays_open),
    cmocka_unit_test(a_look_at_every_header_says_the_same),
};

TEST_MAIN(tests)
