/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists are short, so all is done by looking through them. */
#include "tapd/install/action_set.h"

static bool is_output(const struct action *action)
{
    return action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE;
}

/* Whether the frame at `at` of the one list is that at `bt` of the other: the
 * same changes in front. (Two lists that change it to the same by other actions
 * are not found equal: that is the safe side.) */
static bool same_frame(const struct tapd_actions *a, size_t at, const struct tapd_actions *b,
                       size_t bt)
{
    size_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < at && is_output(&a->items[i])) {
            i++;
        }
        while (j < bt && is_output(&b->items[j])) {
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

bool tapd_sends(const struct tapd_actions *other, const struct tapd_actions *actions, size_t at)
{
    for (size_t i = 0; i < other->n; i++) {
        if (is_output(&other->items[i]) && action_equal(&other->items[i], &actions->items[at]) &&
            same_frame(other, i, actions, at)) {
            return true;
        }
    }
    return false;
}

bool tapd_sends_within(const struct tapd_actions *actions, const struct tapd_actions *other)
{
    for (size_t i = 0; i < actions->n; i++) {
        if (is_output(&actions->items[i]) && !tapd_sends(other, actions, i)) {
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
        bool output = is_output(&actions->items[i]);
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
