/* SPDX-License-Identifier: Apache-2.0
 *
 * The value of an index that points to nothing. Switches, hosts, entries and the
 * like are known by their index in an array; a field, parameter or result that
 * may be without one says so in its comment, by the name below. All names have
 * the same value; they tell the reader what is missing. */
#ifndef BASE_NONE_H
#define BASE_NONE_H

#include <stdint.h>

#define INDEX_NONE   SIZE_MAX /* of anything not listed here */
#define SWITCH_NONE  SIZE_MAX
#define HOST_NONE    SIZE_MAX
#define STATION_NONE SIZE_MAX
#define ENTRY_NONE   SIZE_MAX /* a flow entry, by its index in the table */
#define PROBE_NONE   SIZE_MAX
#define FORM_NONE    SIZE_MAX /* one of the rewritten forms in which a probe may arrive */
#define HOP_NONE     SIZE_MAX /* a step on the way of a packet, by its index in the walk */

/* Every one instead of none: only in the fields whose comments say so. */
#define SWITCH_ALL SIZE_MAX
#define HOST_ALL   SIZE_MAX

/* Of a budget of steps: never used up. */
#define BUDGET_UNLIMITED SIZE_MAX

#endif
