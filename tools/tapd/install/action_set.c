/* SPDX-License-Identifier: Apache-2.0
 *
 * What do lists of actions send, and do two send the same? Lists are short, so all is done by
 * looking through them. */
#include "tapd/install/action_set.h"

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

/* Changes between *at and `end` up to the first around which the order matters, which is returned
 * (NULL: there is none) and passed: by field the last that sets it. */
static const struct action *take_run(const struct tapd_actions *actions, size_t *at, size_t end,
                                     struct action last[N_FIELDS])
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        last[i] = (struct action){.type = ACTION_VENDOR};
    }
    while (*at < end) {
        const struct action *action = &actions->items[(*at)++];
        struct action plain = action_plain(action);
        int field = changed_field(&plain);
        if (tapd_action_sends(action)) {
            continue;
        }
        if (field < 0) {
            return action;
        }
        last[field] = plain;
    }
    return NULL;
}

/* Whether the frame at `at` of the one list is that at `bt` of the other. (Two lists that change it
 * to the same by tags put on and taken off are not found equal unless they do it in the same order:
 * that is the safe side.) */
static bool same_frame(const struct tapd_actions *a, size_t at, const struct tapd_actions *b,
                       size_t bt)
{
    const struct action *x, *y;
    size_t i = 0, j = 0;
    bool same = true;
    do {
        struct action of_a[N_FIELDS], of_b[N_FIELDS];
        x = take_run(a, &i, at, of_a);
        y = take_run(b, &j, bt, of_b);
        for (size_t k = 0; same && k < N_FIELDS; k++) {
            same = action_equal(&of_a[k], &of_b[k]);
        }
        same = same && !x == !y && (!x || action_equal(x, y));
    } while (same && x);
    return same;
}

static bool same_output(const struct tapd_actions *a, size_t at, const struct tapd_actions *b,
                        size_t bt)
{
    return tapd_action_sends(&b->items[bt]) && action_equal(&a->items[at], &b->items[bt]) &&
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
        if (tapd_action_sends(&actions->items[i]) && !tapd_sends(other, actions, i)) {
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
        n += tapd_action_sends(&actions->items[i]);
    }
    return n;
}

bool tapd_does_same(const struct tapd_actions *a, const struct tapd_actions *b)
{
    if (count_outputs(a) != count_outputs(b)) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (tapd_action_sends(&a->items[i]) && count_sent(a, a, i) != count_sent(b, a, i)) {
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
        bool output = tapd_action_sends(&actions->items[i]);
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
