/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and meters in the syntax of ovs-ofctl(8), both ways:
 * "group_id=3,type=ff,bucket=watch_port:1,actions=output:1". */
#ifndef OFCTL_GROUP_H
#define OFCTL_GROUP_H

#include "model/group.h"

/* Appends the group as `ovs-ofctl -O OpenFlow13 dump-groups` prints it, without leading blank and
 * newline. */
void ofctl_format_group(const struct group *group, struct base_buffer *out);

/* The same of a meter, in two lines or more, as dump-meters prints it; without a newline at its
 * end. */
void ofctl_format_meter(const struct meter *meter, struct base_buffer *out);

/* Parses what dump-groups prints and add-group reads: group_id=N, type=…, then buckets:
 * bucket=[bucket_id:N,][weight:N,][watch_port:P,][watch_group:N,][actions=]ACTIONS. Adds it to the
 * table, which owns all of it. -1, with `*column` as in ofctl_parse_flow: a bad or an unknown word,
 * no number or no type, actions as ofctl_parse_flow refuses them, no memory; nothing is added
 * then. */
int ofctl_parse_group(const char *text, struct group_table *table, size_t *column,
                      struct base_error *error);

/* The same of a meter: what dump-meters prints, on one line or more, and what add-meter reads. */
int ofctl_parse_meter(const char *text, struct group_table *table, size_t *column,
                      struct base_error *error);

#endif
