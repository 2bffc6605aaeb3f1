/* SPDX-License-Identifier: Apache-2.0
 *
 * What do lists of actions send, and do two send the same? Lists are short, so all is done by
 * looking through them. */
#include "tapd/install/action_set.h"

/* The same changes in the same order in front of two places of two lists. */
static bool same_changes(const struct tapd_actions *a, size_t at, const struct tapd_actions *b,
                         size_t bt)
{
    size_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < at && action_sends(&a->items[i])) {
            i++;
        }
        while (j < bt && action_sends(&b->items[j])) {
            j++;
        }
        if (i == at || j == bt) {
            return i == at && j == bt;
        }
        if (!action_equal(&a->items[i], &b->items[j])) {
            return false;
        }
    }
}

/* What an action changes in a frame, if nothing that other actions change has to do with it;
 * -1: the order matters. A tag that is set is one that is there from then on, so that its id
 * and its priority may be set in either order, but not around a tag that is taken off. */
static int changed_field(const struct action *action)
{
    switch (action->type) {
    case ACTION_SET_VLAN_VID:
    case ACTION_SET_VLAN_PCP:
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
    case ACTION_SET_NW_TOS:
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        return action->type;
    default:
        return -1;
    }
}

enum { N_FIELDS = ACTION_SET_TP_DST + 1 };

/* By field the last action that sets it in front of a place; false: the order matters. */
static bool find_fields(const struct tapd_actions *actions, size_t at,
                        const struct action *last[N_FIELDS])
{
    for (size_t i = 0; i < at; i++) {
        int field = changed_field(&actions->items[i]);
        if (action_sends(&actions->items[i])) {
            continue;
        }
        if (field < 0) {
            return false;
        }
        last[field] = &actions->items[i];
    }
    return true;
}

/* Whether the frame at `at` of the one list is that at `bt` of the other. (Two lists that change it
 * to the same by a tag taken off are not found equal unless they do it in the same order: that is
 * the safe side.) */
static bool same_frame(const struct tapd_actions *a, size_t at, const struct tapd_actions *b,
                       size_t bt)
{
    const struct action *of_a[N_FIELDS] = {0}, *of_b[N_FIELDS] = {0};
    if (same_changes(a, at, b, bt)) {
        return true;
    }
    if (!find_fields(a, at, of_a) || !find_fields(b, bt, of_b)) {
        return false;
    }
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (!of_a[i] != !of_b[i] || (of_a[i] && !action_equal(of_a[i], of_b[i]))) {
            return false;
        }
    }
    return true;
}

static bool same_output(const struct tapd_actions *a, size_t at, const struct tapd_actions *b,
                        size_t bt)
{
    return action_sends(&b->items[bt]) && action_equal(&a->items[at], &b->items[bt]) &&
           same_frame(a, at, b, bt);
}

bool tapd_sends(const struct tapd_actions *other, const struct tapd_actions *actions, size_t at)
{
    for (size_t i = 0; i < other->n; i++) {
        if (same_output(actions, at, other, i)) {
            return true;
        }
    }
    return false;
}

bool tapd_sends_within(const struct tapd_actions *actions, const struct tapd_actions *other)
{
    for (size_t i = 0; i < actions->n; i++) {
        if (action_sends(&actions->items[i]) && !tapd_sends(other, actions, i)) {
            return false;
        }
    }
    return true;
}

/* How many times `other` sends what `actions` sends at this place. */
static size_t count_sent(const struct tapd_actions *other, const struct tapd_actions *actions,
                         size_t at)
{
    size_t n = 0;
    for (size_t i = 0; i < other->n; i++) {
        n += same_output(actions, at, other, i);
    }
    return n;
}

static size_t count_outputs(const struct tapd_actions *actions)
{
    size_t n = 0;
    for (size_t i = 0; i < actions->n; i++) {
        n += action_sends(&actions->items[i]);
    }
    return n;
}

bool tapd_does_same(const struct tapd_actions *a, const struct tapd_actions *b)
{
    if (count_outputs(a) != count_outputs(b)) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (action_sends(&a->items[i]) && count_sent(a, a, i) != count_sent(b, a, i)) {
            return false;
        }
    }
    return true;
}

int tapd_filter(const struct tapd_actions *actions, tapd_keep *keep, const void *context,
                struct base_arena *arena, struct tapd_actions *out)
{
    struct action *items = base_arena_alloc(arena, actions->n * sizeof *items);
    size_t n = 0, n_needed = 0; /* what changes the frame behind the last output is not */
    if (!items) {
        return -1;
    }
    for (size_t i = 0; i < actions->n; i++) {
        bool output = action_sends(&actions->items[i]);
        if (!output || keep(context, actions, i)) {
            items[n++] = actions->items[i];
            n_needed = output ? n : n_needed;
        }
    }
    *out = (struct tapd_actions){items, n_needed};
    return 0;
}

static bool is_common(const void *context, const struct tapd_actions *actions, size_t at)
{
    return tapd_sends(context, actions, at);
}

int tapd_common(const struct tapd_actions *a, const struct tapd_actions *b,
                struct base_arena *arena, struct tapd_actions *out)
{
    return tapd_filter(a, is_common, b, arena, out);
}
