/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps of one switch from table to table, by way of the one in between. */
#include "tapd/install/transition.h"

#include "tapd/install/action_set.h"
#include "tapd/install/difference.h"

#include <stdlib.h>

struct transition {
    size_t sw;
    struct tapd_rows rows;
    const struct tapd_held *held;
    struct tapd_ready *ready;
    struct base_arena *arena;
    size_t *below; /* scratch: old rows that win below a row */
    size_t n_held;
    tapd_tell_mod *tell;
    void *context;
};

static struct tapd_actions old_actions(const struct tapd_row *row)
{
    struct tapd_actions none = {0};
    return row->old ? (struct tapd_actions){row->old->actions, row->old->n_actions} : none;
}

/* ------------------------------------------------------------------ held */

/* Whether one of the first n of `below` takes all that both matches take. */
static bool is_hidden(const struct transition *t, size_t n, const struct match *both)
{
    for (size_t i = 0; i < n; i++) {
        if (match_within(both, &t->rows.items[t->below[i]].match)) {
            return true;
        }
    }
    return false;
}

/* The old rows that may take headers of a new one: how many, in t->below. 0 if
 * they leave some. */
static size_t find_below(struct transition *t, const struct tapd_row *row)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct tapd_row *below = &t->rows.items[i];
        struct match both;
        if (below->old && below->priority <= row->priority &&
            match_intersect(&below->match, &row->match, &both) && !is_hidden(t, n, &both)) {
            t->below[n++] = i;
            if (match_equal(&both, &row->match)) {
                return n;
            }
        }
    }
    return 0;
}

/* What is sent already of all headers of a row. */
static int find_sent(struct transition *t, const struct tapd_row *row, struct tapd_actions *sent)
{
    size_t n = row->old ? 0 : find_below(t, row);
    *sent = n > 0 ? old_actions(&t->rows.items[t->below[0]]) : old_actions(row);
    for (size_t i = 1; i < n; i++) {
        struct tapd_actions next = old_actions(&t->rows.items[t->below[i]]);
        if (tapd_common(sent, &next, t->arena, sent) < 0) {
            return -1;
        }
    }
    return 0;
}

struct holding {
    const struct tapd_held *held;
    struct port_ref in;
    struct tapd_actions sent;
};

static bool may_send(const void *context, const struct tapd_actions *actions, size_t at)
{
    const struct holding *holding = context;
    return !tapd_is_held(holding->held, holding->in, actions->items[at].port) ||
           tapd_sends(&holding->sent, actions, at);
}

static int hold_back(struct transition *t)
{
    for (size_t i = 0; i < t->rows.n; i++) {
        struct tapd_row *row = &t->rows.items[i];
        if (!row->wanted) {
            continue;
        }
        struct tapd_actions wanted = {row->wanted->actions, row->wanted->n_actions};
        struct holding holding = {t->held, {t->sw, row->match.value.in_port}, {0}};
        row->then = wanted;
        if (!t->held->ahead) {
            continue; /* all switches are known */
        }
        if (find_sent(t, row, &holding.sent) < 0 ||
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
    int64_t left_ms =
        (old->hard_timeout - (int64_t)old->duration_sec) * 1000 - old->duration_nsec / 1000000;
    int64_t late_ms = left_ms - wanted->hard_timeout * INT64_C(1000);
    return -TAPD_EARLY_TOLERANCE_MS <= late_ms && late_ms <= TAPD_LATE_TOLERANCE_MS;
}

/* What there is becomes the wanted entry; `there` has its cookie and timeouts, which only an entry
 * that is added gets (a cookie in OpenFlow 1.3, section 6.4). */
static void tell_wanted(const struct transition *t, const struct tapd_row *row,
                        enum tapd_phase phase)
{
    const struct flow_entry *fresh = row->is_between ? row->wanted : NULL;
    const struct flow_entry *there = row->old ? row->old : fresh;
    struct tapd_actions now = row->is_between ? row->between : old_actions(row);
    if (!there || there->cookie != row->wanted->cookie ||
        (there != row->wanted && !same_end(there, row->wanted))) {
        struct flow_mod mod = make_mod(FLOW_ADD, row->wanted, &row->then);
        t->tell(t->context, phase, &mod);
    } else if (instructions_open(there->instructions) || !tapd_does_same(&now, &row->then)) {
        struct flow_mod mod = make_mod(FLOW_MODIFY_STRICT, row->wanted, &row->then);
        t->tell(t->context, phase, &mod);
    }
}

/* An entry that is neither old nor wanted, for a moment. Its cookie is ours, so that
 * it is removed if nobody comes to do it then. */
static struct flow_entry make_entry(const struct transition *t, const struct tapd_row *row)
{
    return (struct flow_entry){.match = row->match,
                               .priority = row->priority,
                               .cookie = (uint64_t)t->held->network->policy->cookie << 32};
}

static void tell_between(const struct transition *t)
{
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct tapd_row *row = &t->rows.items[i];
        if (row->is_between) {
            struct flow_entry entry = make_entry(t, row);
            const struct flow_entry *like = row->wanted ? row->wanted : &entry;
            struct flow_mod mod = row->old ? make_mod(FLOW_MODIFY_STRICT, row->old, &row->between)
                                           : make_mod(FLOW_ADD, like, &row->between);
            t->tell(t->context, TAPD_SHRINK, &mod);
        }
    }
}

static void tell_all(const struct transition *t, enum tapd_phase phase)
{
    const struct tapd_actions none = {0};
    for (size_t i = 0; i < t->rows.n; i++) {
        if (t->rows.items[i].wanted) {
            tell_wanted(t, &t->rows.items[i], phase);
        }
    }
    for (size_t i = t->rows.n; i-- > 0;) {
        const struct tapd_row *row = &t->rows.items[i];
        if (!row->wanted) {
            struct flow_entry entry = make_entry(t, row);
            struct flow_mod mod = make_mod(FLOW_DELETE_STRICT, row->old ? row->old : &entry, &none);
            t->tell(t->context, phase, &mod);
        }
    }
}

/* Whether no header of these rows comes yet. */
static bool is_idle(const struct transition *t)
{
    bool idle = t->ready != NULL;
    for (size_t i = 0; idle && i < t->rows.n; i++) {
        const struct match *match = &t->rows.items[i].match;
        idle = match->mask.in_port == UINT16_MAX &&
               tapd_is_idle(t->ready, (struct port_ref){t->sw, match->value.in_port});
    }
    return idle;
}

/* Whether frames of these rows come from a host, and all that will be sent goes where all is ready
 * for it: then each frame goes the one way or the other, at once. (Of two switches on its way that
 * change one after the other, it may meet one as it was and one as it will be.) */
static bool moves(const struct transition *t)
{
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct tapd_row *row = &t->rows.items[i];
        if (!tapd_is_edge(t->ready, (struct port_ref){t->sw, row->match.value.in_port})) {
            return false;
        }
        for (size_t k = 0; row->wanted && k < row->then.n; k++) {
            const struct action *action = &row->then.items[k];
            if (tapd_action_sends(action) &&
                !tapd_is_ready(t->ready, (struct port_ref){t->sw, action->port})) {
                return false;
            }
        }
    }
    return true;
}

/* Tells all as it is, although something is neither only added nor only taken away. */
static void tell_moves(struct transition *t, const struct tapd_rows *rows)
{
    t->rows = *rows;
    for (size_t i = 0; i < t->rows.n; i++) {
        t->rows.items[i].is_between = false;
    }
    tell_all(t, TAPD_MOVE);
}

/* Tells all, by way of what is in between if need be. */
static int tell(struct transition *t, bool *pauses)
{
    struct tapd_between between;
    struct tapd_rows rows = t->rows;
    if (is_idle(t)) {
        tell_all(t, TAPD_PREPARE);
        return 0;
    }
    bool in_place = t->ready && moves(t);
    if (tapd_between_find(&t->rows, t->arena, &between) < 0) {
        return -1;
    }
    if (between.from_old || between.to_wanted) {
        tell_all(t, between.from_old ? TAPD_GROW : TAPD_SHRINK);
    } else if (in_place) {
        tell_moves(t, &rows);
    } else {
        tell_between(t);
        tell_all(t, TAPD_GROW);
        *pauses = true;
    }
    return 0;
}

int tapd_transition(size_t sw, const struct tapd_rows *rows, const struct tapd_around *around,
                    tapd_tell_mod *tell_mod, void *context, struct base_arena *arena,
                    size_t *n_held, bool *pauses)
{
    struct transition t = {
        .sw = sw,
        .rows = *rows,
        .held = around->held,
        .ready = around->ready,
        .arena = arena,
        .below = calloc(rows->n + 1, sizeof *t.below),
        .tell = tell_mod,
        .context = context,
    };
    bool done = t.below && hold_back(&t) == 0 && tell(&t, pauses) == 0;
    *n_held = t.n_held;
    free(t.below);
    return done ? 0 : -1;
}
