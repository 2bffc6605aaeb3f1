/* SPDX-License-Identifier: Apache-2.0
 *
 * Which walks pass which entries: by hand, and random walks against counting
 * anew. */
#include "change/ledger.h"

#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/random_space.h"

enum { N_SWITCHES = 2, N_ROWS = 5, N_WALKS = 12, STEPS = 4000 };

static struct path_walk path;

static void begin_path(void)
{
    memset(&path, 0, sizeof path);
}

/* `form`: packets that differ. */
static void add_hop(size_t sw, size_t row, uint16_t form, bool is_taken)
{
    path.hops[path.n_hops++] = (struct path_hop){.in = {.sw = sw, .port = 1},
                                                 .header = {.in_port = 1, .tp_dst = form},
                                                 .entry = row,
                                                 .is_taken = is_taken};
}

static void begin(struct change_ledger *ledger)
{
    change_ledger_init(ledger, N_SWITCHES);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        assert_non_null(change_ledger_open(ledger, sw, N_ROWS - 1));
    }
}

static uint32_t enter(struct change_ledger *ledger, size_t sw, size_t row)
{
    uint32_t walk = change_ledger_walk(ledger, CHANGE_WALK_PROBE);
    begin_path();
    add_hop(sw, row, 1, true);
    change_ledger_enter(ledger, walk, &path);
    return walk;
}

static void rows_are_opened_once(void **state)
{
    (void)state;
    struct change_ledger ledger;
    change_ledger_init(&ledger, 1);
    struct change_row *row = change_ledger_open(&ledger, 0, 3);
    assert_int_equal(ledger.switches[0].n_rows, 4);
    assert_int_equal(row->visits, CHANGE_NOTHING);
    assert_int_equal(row->rejected, CHANGE_NOTHING);
    row->n_probes = 7;
    assert_int_equal(change_ledger_open(&ledger, 0, 3)->n_probes, 7);
    assert_int_equal(change_ledger_open(&ledger, 0, 1)->n_probes, 0);
    assert_int_equal(ledger.switches[0].n_rows, 4);
    change_ledger_free(&ledger);
}

/* The last probe of an entry, and the first that is not alone any more. */
static void lost_and_shared_are_listed(void **state)
{
    (void)state;
    struct change_ledger ledger;
    begin(&ledger);
    uint32_t a = enter(&ledger, 1, 2);
    assert_int_equal(ledger.shared.n, 0);
    assert_false(change_ledger_spares(&ledger, a));
    uint32_t b = enter(&ledger, 1, 2);
    assert_int_equal(ledger.shared.n, 1);
    assert_int_equal(ledger.shared.items[0], a);
    assert_true(change_ledger_spares(&ledger, a) && change_ledger_spares(&ledger, b));
    uint32_t c = enter(&ledger, 1, 2);
    assert_int_equal(ledger.shared.n, 1);
    change_ledger_drop(&ledger, c);
    change_ledger_drop(&ledger, a);
    assert_int_equal(ledger.lost.n, 0);
    assert_false(change_ledger_spares(&ledger, b));
    change_ledger_drop(&ledger, b);
    assert_int_equal(ledger.lost.n, 2);
    assert_int_equal(ledger.lost.items[0], 1);
    assert_int_equal(ledger.lost.items[1], 2);
    change_ledger_free(&ledger);
}

/* Of a walk that passes an entry twice, one visit counts. */
static void a_walk_counts_once(void **state)
{
    (void)state;
    struct change_ledger ledger;
    begin(&ledger);
    uint32_t walk = change_ledger_walk(&ledger, CHANGE_WALK_PROBE);
    begin_path();
    add_hop(0, 1, 1, true);
    add_hop(0, 1, 2, true);  /* another packet of it */
    add_hop(0, 1, 1, true);  /* the same again: no visit more */
    add_hop(0, 2, 1, false); /* of several that may take it */
    add_hop(1, ENTRY_NONE, 3, false);
    change_ledger_enter(&ledger, walk, &path);
    assert_int_equal(ledger.n_visits, 4);
    assert_int_equal(change_ledger_row(&ledger, 0, 1)->n_probes, 1);
    assert_int_equal(change_ledger_row(&ledger, 0, 2)->n_probes, 0);
    assert_int_not_equal(change_ledger_row(&ledger, 0, 2)->visits, CHANGE_NOTHING);
    assert_int_not_equal(ledger.switches[1].nobody, CHANGE_NOTHING);
    assert_int_equal(ledger.switches[0].nobody, CHANGE_NOTHING);
    change_ledger_pass(&ledger, walk, 1, 4); /* noted, and does not count */
    assert_int_equal(change_ledger_row(&ledger, 1, 4)->n_probes, 0);
    change_ledger_leave(&ledger, walk);
    assert_int_equal(change_ledger_row(&ledger, 0, 1)->n_probes, 0);
    assert_int_equal(ledger.switches[1].nobody, CHANGE_NOTHING);
    assert_int_equal(change_ledger_row(&ledger, 1, 4)->visits, CHANGE_NOTHING);
    change_ledger_free(&ledger);
}

static void places_are_used_again_unless_kept(void **state)
{
    (void)state;
    struct change_ledger ledger;
    begin(&ledger);
    uint32_t a = enter(&ledger, 0, 0), b = enter(&ledger, 0, 1);
    ledger.walks[b].is_kept = true;
    ledger.walks[b].host = 9;
    change_ledger_drop(&ledger, a);
    change_ledger_drop(&ledger, b);
    assert_int_equal(ledger.walks[b].kind, CHANGE_WALK_FREE);
    assert_int_equal(ledger.walks[b].host, 9);
    size_t n_visits = ledger.n_visits;
    assert_int_equal(enter(&ledger, 0, 2), a);
    assert_int_equal(enter(&ledger, 0, 2), b + 1);
    assert_int_equal(ledger.n_visits, n_visits); /* those, too */
    change_ledger_free(&ledger);
}

/* --------------------------------------------------------------------- random */

struct visit {
    size_t sw, row;
    uint16_t form;
    bool counts;
};

/* What is in the ledger, simply. */
struct oracle {
    struct {
        bool is_there;
        struct visit visits[8];
        size_t n_visits;
    } walks[N_WALKS + 1];
};

static bool is_alone(const struct oracle *oracle, uint32_t walk)
{
    for (size_t i = 0; i < oracle->walks[walk].n_visits; i++) {
        const struct visit *visit = &oracle->walks[walk].visits[i];
        size_t n = 0;
        for (size_t w = 0; visit->counts && w <= N_WALKS; w++) {
            bool passes = false;
            for (size_t j = 0; oracle->walks[w].is_there && j < oracle->walks[w].n_visits; j++) {
                const struct visit *other = &oracle->walks[w].visits[j];
                passes =
                    passes || (other->counts && other->sw == visit->sw && other->row == visit->row);
            }
            n += passes;
        }
        if (n == 1) {
            return true;
        }
    }
    return false;
}

static size_t listed(const struct change_ledger *ledger, size_t sw, size_t row, uint32_t walk,
                     uint16_t form)
{
    uint32_t at = row == ENTRY_NONE ? ledger->switches[sw].nobody
                                    : change_ledger_row(ledger, sw, row)->visits;
    uint32_t previous = CHANGE_NOTHING;
    size_t n = 0;
    for (; at != CHANGE_NOTHING; previous = at, at = ledger->visits[at].next) {
        assert_int_equal(ledger->visits[at].previous, previous);
        n += ledger->visits[at].walk == walk && ledger->visits[at].header.tp_dst == form;
    }
    return n;
}

static void check_all(const struct change_ledger *ledger, const struct oracle *oracle)
{
    uint32_t n_probes[N_SWITCHES][N_ROWS] = {{0}};
    for (uint32_t w = 0; w <= N_WALKS; w++) {
        bool seen[N_SWITCHES][N_ROWS] = {{false}};
        for (size_t i = 0; oracle->walks[w].is_there && i < oracle->walks[w].n_visits; i++) {
            const struct visit *visit = &oracle->walks[w].visits[i];
            assert_int_equal(listed(ledger, visit->sw, visit->row, w, visit->form), 1);
            if (visit->counts && !seen[visit->sw][visit->row]) {
                seen[visit->sw][visit->row] = true;
                n_probes[visit->sw][visit->row]++;
            }
        }
        if (oracle->walks[w].is_there) {
            assert_int_equal(change_ledger_spares(ledger, w), !is_alone(oracle, w));
        }
    }
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        for (size_t row = 0; row < N_ROWS; row++) {
            assert_int_equal(change_ledger_row(ledger, sw, row)->n_probes, n_probes[sw][row]);
        }
    }
}

static void enter_random(struct change_ledger *ledger, struct oracle *oracle)
{
    uint32_t walk = change_ledger_walk(ledger, CHANGE_WALK_PROBE);
    assert_true(walk <= N_WALKS && !oracle->walks[walk].is_there);
    oracle->walks[walk].is_there = true;
    oracle->walks[walk].n_visits = 0;
    begin_path();
    for (size_t n = 1 + random_below(7); n > 0; n--) {
        size_t sw = random_below(N_SWITCHES), row = random_below(N_ROWS + 1);
        uint16_t form = (uint16_t)random_below(3);
        bool taken = row < N_ROWS && random_below(4) > 0, again = false;
        row = row == N_ROWS ? ENTRY_NONE : row;
        add_hop(sw, row, form, taken);
        for (size_t i = 0; i < oracle->walks[walk].n_visits; i++) {
            const struct visit *visit = &oracle->walks[walk].visits[i];
            again = again || (visit->sw == sw && visit->row == row && visit->form == form);
        }
        if (!again) {
            oracle->walks[walk].visits[oracle->walks[walk].n_visits++] =
                (struct visit){sw, row, form, taken};
        }
    }
    change_ledger_enter(ledger, walk, &path);
}

static void random_walks_are_counted(void **state)
{
    (void)state;
    struct change_ledger ledger;
    struct oracle oracle = {0};
    size_t n = 0;
    begin(&ledger);
    for (int step = 0; step < STEPS; step++) {
        if (n < N_WALKS && random_below(2)) {
            enter_random(&ledger, &oracle);
            n++;
        } else if (n > 0) {
            uint32_t walk = random_below(N_WALKS + 1);
            if (oracle.walks[walk].is_there) {
                oracle.walks[walk].is_there = false;
                change_ledger_drop(&ledger, walk);
                n--;
            }
        }
        check_all(&ledger, &oracle);
    }
    assert_false(ledger.no_memory);
    change_ledger_free(&ledger);
}

/* Two numbers belong together: there is never one of them alone. */
static int push_pairs(void *aux)
{
    struct change_ledger ledger;
    (void)aux;
    change_ledger_init(&ledger, 1);
    for (uint32_t i = 0; i < 40; i++) {
        change_ledger_push(&ledger, &ledger.lost, 7);
        change_ledger_push(&ledger, &ledger.lost, i);
    }
    for (size_t i = 0; i < ledger.lost.n; i++) {
        assert_int_equal(ledger.lost.items[i], i % 2 ? i / 2 : 7);
    }
    assert_int_equal(ledger.lost.n == 80, !ledger.no_memory);
    int status = ledger.no_memory ? -1 : 0;
    change_ledger_free(&ledger);
    return status;
}

static void without_memory_nothing_is_appended(void **state)
{
    (void)state;
    assert_true(failing_each(push_pairs, NULL) > 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_are_opened_once),
    cmocka_unit_test(lost_and_shared_are_listed),
    cmocka_unit_test(a_walk_counts_once),
    cmocka_unit_test(places_are_used_again_unless_kept),
    cmocka_unit_test(random_walks_are_counted),
    cmocka_unit_test(without_memory_nothing_is_appended),
};

TEST_MAIN(tests)
