/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: where frames go wrong that NORMAL forwards. */
#ifndef BLAME_NORMAL_H
#define BLAME_NORMAL_H

#include "blame/cable.h"

/* Of frames whose way NORMAL decides: follows them to their receiver, by the one way that cables
 * leave, and finds the first switch whose table does not send them on, the first cable that loses
 * them by its counters, the first switch that sent less than came well or should have come; or,
 * where they are at hosts that they are not for, the switch where that way parts from theirs. Where
 * no counter tells, everything between is named. False: there is no such way, or several.
 * `is_missing`: less came than should have. */
bool blame_normal(const struct blame_view *view, bool is_missing, struct blame_place *place);

#endif
