/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and meters that a switch reports (OpenFlow 1.3.5, sections 7.3.5.10 to 7.3.5.13). */
#ifndef OPENFLOW_OF13_GROUP_CODEC_H
#define OPENFLOW_OF13_GROUP_CODEC_H

#include "base/buffer.h"
#include "base/reader.h"
#include "model/group.h"

/* Append every record of a reply to GROUP_DESC, or METER_CONFIG, to the table. Fail, naming the
 * record (from 1), on a length that does not fit, as of13_decode_actions, and without memory; the
 * records before it are in the table then. */
int of13_decode_groups(struct base_reader *body, struct group_table *table,
                       struct base_error *error);
int of13_decode_meters(struct base_reader *body, struct group_table *table,
                       struct base_error *error);

/* Puts the counters of a reply to METER stats (section 7.3.5.12) into the meters of the table;
 * those of others are passed over, and a meter whose counters the switch does not have (all bits
 * are 1), or whose bands are others, stays uncounted. Fails, naming the record, on a length that
 * does not fit. */
int of13_decode_meter_stats(struct base_reader *body, struct group_table *table,
                            struct base_error *error);

#endif
