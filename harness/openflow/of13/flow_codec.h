/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow entries that a switch reports in OpenFlow 1.3 (1.3.5, section 7.3.5.2), with their
 * instructions (section 7.2.4). */
#ifndef OPENFLOW_OF13_FLOW_CODEC_H
#define OPENFLOW_OF13_FLOW_CODEC_H

#include "base/buffer.h"
#include "base/reader.h"
#include "model/flow.h"

/* Appends every record that is left in `body` to the table, as of_decode_flow_stats does; counters
 * that the entry's flags say are not kept are UINT64_MAX. An experimenter's instruction is passed
 * over by its length, and its id kept. */
int of13_decode_flow_stats(struct base_reader *body, struct flow_table *table, size_t max_entries,
                           struct base_error *error);

/* Appends the instructions of the entry, its actions first of all that are not a meter. Fails,
 * having written nothing, as of13_encode_actions. */
int of13_encode_instructions(struct base_buffer *out, const struct flow_entry *entry,
                             struct base_error *error);

#endif
