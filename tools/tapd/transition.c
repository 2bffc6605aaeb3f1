/* SPDX-License-Identifier: Apache-2.0
 *
 * Old and new table are called sides. On the rows of both together each header
 * has one winner, the uppermost row that takes it; if that row is of one side
 * only, the other side's winner is further down. */
#include "tapd/transition.h"

#include "tapd/action_set.h"
#include "tapd/cube.h"
#include "tapd/difference.h"

#include <stdlib.h>

struct transition {
    struct tapd_rows *rows;
    size_t sw;
    const struct tapd_held *held;
    struct base_arena *arena;
    size_t *below;         /* scratch: rows of one side that win below a row */
    bool from_old, to_new; /* `between` is the old table; the new one */
    size_t n_held;
};

enum side { OLD, NEW };

/* ---------------------------------------------------------- what is below */

static bool has(const struct tapd_row *row, enum side side)
{
    return side == OLD ? row->old != NULL : row->wanted != NULL;
}

static struct tapd_actions actions_of(const struct tapd_row *row, enum side side)
{
    return side == OLD ? (struct tapd_actions){row->old->actions, row->old->n_actions} : row->then;
}

/* Whether one of the first n of `below` takes all that both matches take. */
static bool is_hidden(const struct transition *t, size_t n, const struct match *both)
{
    for (size_t i = 0; i < n; i++) {
        if (tapd_contains(&t->rows->items[t->below[i]].match, both)) {
            return true;
        }
    }
    return false;
}

/* The rows of a side that may take headers which `row`, that the side does not
 * have, would win: how many, in t->below. *whole: together they leave none. */
static size_t find_below(struct transition *t, size_t row, enum side side, bool *whole)
{
    const struct tapd_row *items = t->rows->items;
    size_t n = 0, first = row;
    while (first > 0 && items[first - 1].priority == items[row].priority) {
        first--; /* of two of the same priority either may win */
    }
    *whole = false;
    for (size_t i = first; i < t->rows->n && !*whole; i++) {
        struct match both;
        if (i != row && has(&items[i], side) &&
            tapd_intersect(&items[i].match, &items[row].match, &both) && !is_hidden(t, n, &both)) {
            t->below[n++] = i;
            *whole =
                match_equal(&both, &items[row].match) && items[i].priority < items[row].priority;
        }
    }
    return n;
}

/* What a side does at least with all headers that the row wins. */
static int least(struct transition *t, size_t row, enum side side, struct tapd_actions *actions)
{
    const struct tapd_row *items = t->rows->items;
    bool whole;
    if (has(&items[row], side)) {
        *actions = actions_of(&items[row], side);
        return 0;
    }
    size_t n = find_below(t, row, side, &whole);
    *actions = whole ? actions_of(&items[t->below[0]], side) : (struct tapd_actions){0};
    for (size_t i = 1; whole && i < n; i++) {
        struct tapd_actions next = actions_of(&items[t->below[i]], side);
        if (tapd_common(actions, &next, t->arena, actions) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Whether a side does exactly this with all headers that the row wins. */
static bool does_just(struct transition *t, size_t row, enum side side,
                      const struct tapd_actions *actions)
{
    const struct tapd_row *items = t->rows->items;
    bool whole = true, just = true;
    size_t n = 1;
    if (has(&items[row], side)) {
        t->below[0] = row;
    } else {
        n = find_below(t, row, side, &whole);
    }
    for (size_t i = 0; i < n && just; i++) {
        struct tapd_actions its = actions_of(&items[t->below[i]], side);
        just = tapd_sends_same(&its, actions);
    }
    struct tapd_actions none = {0};
    return just && (whole || tapd_sends_within(actions, &none));
}

/* ------------------------------------------------------------------ held */

struct holding {
    const struct tapd_held *held;
    struct port_ref in;
    struct tapd_actions before;
};

static bool may_send(const void *context, const struct tapd_actions *actions, size_t at)
{
    const struct holding *holding = context;
    return !tapd_is_held(holding->held, holding->in, actions->items[at].port) ||
           tapd_sends(&holding->before, actions, at);
}

static int hold_back(struct transition *t)
{
    for (size_t i = 0; i < t->rows->n; i++) {
        struct tapd_row *row = &t->rows->items[i];
        if (!row->wanted) {
            continue;
        }
        struct tapd_actions wanted = {row->wanted->actions, row->wanted->n_actions};
        struct holding holding = {t->held, {t->sw, row->match.value.in_port}, {0}};
        if (least(t, i, OLD, &holding.before) < 0 ||
            tapd_filter(&wanted, may_send, &holding, t->arena, &row->then) < 0) {
            return -1;
        }
        if (tapd_sends_within(&wanted, &row->then)) {
            row->then = wanted;
        } else {
            t->n_held++;
        }
    }
    return 0;
}

/* --------------------------------------------------------------- between */

static int find_between(struct transition *t)
{
    t->from_old = t->to_new = true;
    for (size_t i = 0; i < t->rows->n; i++) {
        struct tapd_actions old, new;
        struct tapd_row *row = &t->rows->items[i];
        if (least(t, i, OLD, &old) < 0 || least(t, i, NEW, &new) < 0 ||
            tapd_common(&old, &new, t->arena, &row->between) < 0) {
            return -1;
        }
        bool whole;
        row->fresh = !row->old && find_below(t, i, OLD, &whole) == 0;
        t->from_old = t->from_old && does_just(t, i, OLD, &row->between);
        t->to_new = t->to_new && does_just(t, i, NEW, &row->between);
    }
    return 0;
}

/* -------------------------------------------------------------- flow-mods */

static struct flow_mod make_mod(enum flow_command command, const struct flow_entry *like,
                                const struct tapd_actions *actions)
{
    struct flow_mod mod = {
        .command = command, .flow = *like, .out_port = PORT_NONE, .any_table = command != FLOW_ADD};
    mod.flow.actions = actions->items;
    mod.flow.n_actions = (uint16_t)actions->n;
    mod.flow.n_packets = mod.flow.n_bytes = UINT64_MAX;
    mod.flow.duration_sec = mod.flow.duration_nsec = 0;
    return mod;
}

/* Whether the old entry ends when the wanted one should. */
static bool same_end(const struct flow_entry *old, const struct flow_entry *wanted)
{
    if (old->idle_timeout != wanted->idle_timeout) {
        return false;
    }
    if ((uint32_t)wanted->cookie == 0 || old->hard_timeout == 0) {
        return old->hard_timeout == wanted->hard_timeout;
    }
    int64_t left = (int64_t)old->hard_timeout - old->duration_sec;
    return llabs(left - wanted->hard_timeout) <= TAPD_LEFT_TOLERANCE_SEC;
}

static bool same_list(const struct tapd_actions *a, const struct tapd_actions *b)
{
    return actions_equal(a->items, a->n, b->items, b->n);
}

/* An entry that is there with `now` becomes the wanted one. */
static void tell_wanted(const struct tapd_row *row, const struct flow_entry *there,
                        const struct tapd_actions *now, enum tapd_phase phase, tapd_tell_mod *tell,
                        void *context)
{
    bool stays = there && (there == row->wanted || same_end(there, row->wanted));
    if (!stays) {
        struct flow_mod mod = make_mod(FLOW_ADD, row->wanted, &row->then);
        tell(context, phase, &mod);
    } else if (there->cookie != row->wanted->cookie || !same_list(now, &row->then)) {
        struct flow_mod mod = make_mod(FLOW_MODIFY_STRICT, row->wanted, &row->then);
        tell(context, phase, &mod);
    }
}

/* The old entry, or a new one, does only what it does in between. */
static void tell_between(const struct tapd_row *row, tapd_tell_mod *tell, void *context)
{
    struct tapd_actions old = {0};
    if (row->old) {
        old = actions_of(row, OLD);
    }
    if (!row->fresh && (!row->old || !tapd_sends_same(&old, &row->between))) {
        struct flow_mod mod = row->old ? make_mod(FLOW_MODIFY_STRICT, row->old, &row->between)
                                       : make_mod(FLOW_ADD, row->wanted, &row->between);
        tell(context, TAPD_SHRINK, &mod);
    }
}

static void tell_deletes(const struct tapd_rows *rows, enum tapd_phase phase, tapd_tell_mod *tell,
                         void *context)
{
    const struct tapd_actions none = {0};
    for (size_t i = rows->n; i-- > 0;) {
        if (!rows->items[i].wanted) {
            struct flow_mod mod = make_mod(FLOW_DELETE_STRICT, rows->items[i].old, &none);
            tell(context, phase, &mod);
        }
    }
}

static void tell_at_once(const struct tapd_rows *rows, enum tapd_phase phase, tapd_tell_mod *tell,
                         void *context)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct tapd_row *row = &rows->items[i];
        if (row->wanted) {
            struct tapd_actions now = {0};
            if (row->old) {
                now = actions_of(row, OLD);
            }
            tell_wanted(row, row->old, &now, phase, tell, context);
        }
    }
    tell_deletes(rows, phase, tell, context);
}

static void tell_by_way(const struct tapd_rows *rows, tapd_tell_mod *tell, void *context)
{
    for (size_t i = 0; i < rows->n; i++) {
        tell_between(&rows->items[i], tell, context);
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct tapd_row *row = &rows->items[i];
        if (row->wanted) {
            struct tapd_actions now = row->between;
            if (row->old) {
                struct tapd_actions old = actions_of(row, OLD);
                now = tapd_sends_same(&old, &now) ? old : now;
            }
            const struct flow_entry *there = row->fresh ? NULL : row->wanted;
            tell_wanted(row, row->old ? row->old : there, &now, TAPD_GROW, tell, context);
        }
    }
    tell_deletes(rows, TAPD_GROW, tell, context);
}

int tapd_transition(size_t sw, struct tapd_rows *rows, const struct tapd_held *held,
                    tapd_tell_mod *tell, void *context, struct base_arena *arena, size_t *n_held)
{
    struct transition t = {
        .rows = rows,
        .sw = sw,
        .held = held,
        .arena = arena,
        .below = calloc(rows->n + 1, sizeof *t.below),
    };
    bool done = t.below && hold_back(&t) == 0 && find_between(&t) == 0;
    if (done && t.from_old) {
        tell_at_once(rows, TAPD_GROW, tell, context);
    } else if (done && t.to_new) {
        tell_at_once(rows, TAPD_SHRINK, tell, context);
    } else if (done) {
        tell_by_way(rows, tell, context);
    }
    *n_held = t.n_held;
    free(t.below);
    return done ? 0 : -1;
}

int tapd_compare_rows(const void *a, const void *b)
{
    const struct tapd_row *x = a, *y = b;
    return x->priority != y->priority ? y->priority - x->priority
                                      : memcmp(&x->match, &y->match, sizeof x->match);
}
