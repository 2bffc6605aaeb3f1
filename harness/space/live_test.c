/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that change, an entry at a time: every answer is compared with what a
 * start from nothing says, and with look-ups. */
#include "space/live.h"

#include "testing/cmocka.h"
#include "testing/random_space.h"

enum { ROWS = 40, CHANGES = 1500, PORTS = 4, SAMPLES = 60 };

static const struct action outputs[] = {{.type = ACTION_OUTPUT, .port = 2},
                                        {.type = ACTION_OUTPUT, .port = 3},
                                        {.type = ACTION_OUTPUT, .port = PORT_NORMAL}};
static const struct port ports[PORTS] = {
    {.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};

struct changing {
    struct space_live live;
    struct space_effect effect;
    struct flow_table before; /* the rows that were there, as they were */
    size_t rows[ROWS + CHANGES];
    struct universe universe; /* enters by port 1 */
};

static struct flow_entry random_entry(const struct changing *changing)
{
    const struct flow_table *flows = &changing->live.flows;
    struct flow_entry entry = {.match = random_match(), .priority = (uint16_t)random_below(5)};
    if (flows->n_entries > 0 && random_below(6) == 0) {
        entry.match = flows->entries[random_below((unsigned)flows->n_entries)].match;
    } else if (random_below(2)) {
        entry.match.mask.in_port = 0xffff;
        entry.match.value.in_port = (uint16_t)(1 + random_below(PORTS));
    }
    entry.table_id = random_below(12) == 0;
    entry.actions = outputs;
    entry.n_actions = (uint16_t)(random_below(9) ? random_below(3) : 3);
    return entry;
}

static void begin(struct changing *changing)
{
    struct flow_table flows = {0};
    for (size_t i = 0; i < ROWS; i++) {
        struct flow_entry *entry = flow_table_add(&flows);
        *entry = random_entry(changing);
    }
    assert_int_equal(space_live_open(&changing->live, &flows, NULL, 0), 0);
    flow_table_free(&flows);
}

static void remember(struct changing *changing)
{
    const struct space_live *live = &changing->live;
    flow_table_free(&changing->before);
    for (size_t i = 0; i < live->flows.n_entries; i++) {
        if (live->table.indexed[i]) {
            changing->rows[changing->before.n_entries] = i;
            *flow_table_add(&changing->before) = live->flows.entries[i];
        }
    }
}

static void change(struct changing *changing)
{
    struct space_live *live = &changing->live;
    size_t n = live->flows.n_entries, row = n ? random_below((unsigned)n) : 0;
    bool there = live->table.indexed[row];
    unsigned kind = random_below(4);
    if (kind == 0 && live->table.n_entries < ROWS) {
        struct flow_entry entry = random_entry(changing);
        assert_int_equal(space_live_add(live, &entry, &row, &changing->effect), 0);
    } else if (kind == 1 && there) {
        assert_int_equal(space_live_modify(live, row, outputs, random_below(4), &changing->effect),
                         0);
    } else if (there) {
        assert_int_equal(space_live_remove(live, row, &changing->effect), 0);
    } else {
        assert_int_equal(space_live_restore(live, row, &changing->effect), 0);
    }
    assert_int_equal(changing->effect.changed, row);
}

static struct header sample(const struct changing *changing, size_t i)
{
    struct header header = changing->universe.headers[i / PORTS];
    header.in_port = (uint16_t)(1 + i % PORTS);
    return header;
}

static size_t taker_before(const struct changing *changing, const struct header *header)
{
    size_t taker = space_lookup(&changing->before, header, NULL);
    return taker == SIZE_MAX ? SIZE_MAX : changing->rows[taker];
}

/* The pieces that the header is in, by their sets and not by their words. */
static const struct space_piece *piece_of(struct changing *changing, const struct header *header)
{
    const struct space_piece *found = NULL;
    for (size_t i = 0; i < changing->effect.n_pieces; i++) {
        const struct space_piece *piece = &changing->effect.pieces[i];
        struct space_region region;
        assert_false(piece->is_open);
        enum space_answer answer =
            space_live_region(&changing->live, &changing->effect, piece, &region);
        bool in = answer == SPACE_FOUND && match_takes(&region.cube, header);
        for (size_t k = 0; k < region.n_excluded && in; k++) {
            in = !match_takes(region.excluded[k], header);
        }
        assert_true(answer != SPACE_OPEN);
        assert_true(!in || !found);
        found = in ? piece : found;
        space_region_free(&region);
    }
    return found;
}

static void expect_piece(struct changing *changing, const struct header *header)
{
    size_t before = taker_before(changing, header);
    size_t after = space_table_lookup(&changing->live.table, header, NULL);
    const struct space_piece *piece = piece_of(changing, header);
    bool modified = before == after && before == changing->effect.changed;
    if (before == after && !modified) {
        assert_null(piece);
    } else {
        assert_non_null(piece);
        assert_true(piece->from == before && piece->to == after);
    }
}

static int emissions(const struct space_actions *list, const struct header *header,
                     struct space_emission out[8])
{
    const char *reason;
    return space_apply(list->actions, list->n_actions, ports, PORTS, header, out, 8, &reason);
}

/* Whether the packet is treated otherwise than before. */
static bool is_treated_otherwise(const struct changing *changing, const struct space_piece *piece,
                                 const struct header *header)
{
    const struct flow_entry *flows = changing->live.flows.entries;
    struct space_actions lists[2] = {{0}};
    struct space_emission before[8], after[8];
    for (int i = 0; i < 2; i++) {
        size_t row = i ? piece->to : piece->from;
        if (row != SIZE_MAX) {
            lists[i] = (struct space_actions){flows[row].actions, flows[row].n_actions};
        }
        if (i == 0 && row == changing->effect.changed) {
            lists[i] = changing->effect.was;
        }
    }
    int n = emissions(&lists[0], header, before);
    bool differ = n != emissions(&lists[1], header, after);
    for (int i = 0; i < n && !differ; i++) {
        differ = before[i].port != after[i].port;
    }
    return differ;
}

static void expect_differences(struct changing *changing)
{
    for (size_t i = 0; i < changing->effect.n_pieces; i++) {
        const struct space_piece *piece = &changing->effect.pieces[i];
        assert_true(piece_of(changing, &piece->example) == piece);
        for (uint16_t port = 1; port <= PORTS; port++) {
            struct space_difference where;
            enum space_answer answer = space_live_differs(&changing->live, &changing->effect, piece,
                                                          port, ports, PORTS, &where);
            if (answer == SPACE_FOUND) {
                assert_int_equal(where.example.in_port, port);
                assert_true(piece_of(changing, &where.example) == piece);
                assert_true(is_treated_otherwise(changing, piece, &where.example));
            }
            for (int k = 0; k < 20 && answer == SPACE_EMPTY; k++) {
                struct header header =
                    sample(changing, random_below((unsigned)changing->universe.n_headers));
                header.in_port = port;
                assert_true(piece_of(changing, &header) != piece ||
                            !is_treated_otherwise(changing, piece, &header));
            }
        }
    }
}

/* By a start from nothing. */
static void expect_same_answers(const struct changing *changing, bool *some_hidden)
{
    const struct space_live *live = &changing->live;
    struct space_live anew;
    bool left_out[ROWS + CHANGES] = {0};
    for (size_t i = 0; i < live->flows.n_entries; i++) {
        left_out[i] = !live->table.indexed[i];
    }
    assert_int_equal(space_live_open(&anew, &live->flows, left_out, 0), 0);
    assert_int_equal(space_table_prepare(&anew.table), 0);
    for (size_t i = 0; i < live->flows.n_entries; i++) {
        if (!left_out[i]) {
            assert_int_equal(live->known[i].answer, anew.known[i].answer);
            *some_hidden = *some_hidden || live->known[i].answer == SPACE_EMPTY;
            assert_true(live->known[i].answer != SPACE_FOUND ||
                        space_table_lookup(&anew.table, &live->known[i].example, NULL) == i);
        }
    }
    space_live_free(&anew);
}

static void follows_every_change(void **state)
{
    (void)state;
    struct changing *changing = calloc(1, sizeof *changing);
    changing->universe = universe_make();
    size_t n = PORTS * changing->universe.n_headers;
    for (int round = 0; round < 3; round++) {
        bool some_hidden = false;
        begin(changing);
        assert_int_equal(space_table_prepare(&changing->live.table), 0);
        for (int i = 0; i < CHANGES; i++) {
            remember(changing);
            change(changing);
            size_t step = i % 250 == 0 ? 1 : n / SAMPLES + random_below(9);
            for (size_t h = random_below(7); h < n; h += step) {
                struct header header = sample(changing, h);
                expect_piece(changing, &header);
            }
            expect_differences(changing);
            expect_same_answers(changing, &some_hidden);
        }
        assert_true(some_hidden);
        space_live_free(&changing->live);
    }
    flow_table_free(&changing->before);
    space_effect_free(&changing->effect);
    free(changing->universe.headers);
    free(changing);
}

/* Every row that has turned is told, and only those. */
static void what_turned_is_told(void **state)
{
    (void)state;
    struct changing *changing = calloc(1, sizeof *changing);
    size_t n_turned = 0;
    begin(changing);
    for (int i = 0; i < CHANGES; i++) {
        enum space_answer was[ROWS + CHANGES];
        size_t n = changing->live.flows.n_entries;
        for (size_t row = 0; row < n; row++) {
            was[row] = changing->live.known[row].answer;
        }
        change(changing);
        for (size_t k = 0; k < changing->effect.n_turned; k++) {
            uint32_t row = changing->effect.turned[k];
            assert_true(row < n && row != changing->effect.changed);
            assert_true(was[row] != changing->live.known[row].answer);
            was[row] = changing->live.known[row].answer;
            n_turned++;
        }
        for (size_t row = 0; row < n; row++) {
            assert_true(row == changing->effect.changed ||
                        was[row] == changing->live.known[row].answer);
        }
    }
    assert_in_range(n_turned, CHANGES / 10, 10 * CHANGES);
    space_live_free(&changing->live);
    space_effect_free(&changing->effect);
    free(changing);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(follows_every_change),
    cmocka_unit_test(what_turned_is_told),
};

TEST_MAIN(tests)
