/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions as sets of what they send: an output, with the changes that
 * were made to the frame in front of it. */
#ifndef TAPD_INSTALL_ACTION_SET_H
#define TAPD_INSTALL_ACTION_SET_H

#include "tapd/plan/unite.h"

/* Whether the action sends the frame somewhere, or may: a group does, and who knows what an action
 * of a vendor does. */
static inline bool tapd_action_sends(const struct action *action)
{
    return action_sends(action) || action->type == ACTION_GROUP || action->type == ACTION_VENDOR;
}

/* Whether `other` sends everything that `actions` sends. */
bool tapd_sends_within(const struct tapd_actions *actions, const struct tapd_actions *other);

static inline bool tapd_sends_same(const struct tapd_actions *a, const struct tapd_actions *b)
{
    return tapd_sends_within(a, b) && tapd_sends_within(b, a);
}

/* Whether two lists send the same, each frame as often, in whatever order: switches tell outputs
 * in an order of their own. */
bool tapd_does_same(const struct tapd_actions *a, const struct tapd_actions *b);

/* Of `actions` what `keep` says yes to, output by output. -1 without memory. */
typedef bool tapd_keep(const void *context, const struct tapd_actions *actions, size_t at);
int tapd_filter(const struct tapd_actions *actions, tapd_keep *keep, const void *context,
                struct base_arena *arena, struct tapd_actions *out);

/* What both send. -1 without memory. */
int tapd_common(const struct tapd_actions *a, const struct tapd_actions *b,
                struct base_arena *arena, struct tapd_actions *out);

/* Whether `other` sends what `actions` sends at this place (an output). */
bool tapd_sends(const struct tapd_actions *other, const struct tapd_actions *actions, size_t at);

#endif
