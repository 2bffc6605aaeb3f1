/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: the half of OpenFlow 1.0 that the program does not speak, and some of that of 1.3. A
 * peer writes what only switches send, and reads the FLOW_MODs of a controller. */
#ifndef TESTING_OPENFLOW_PEER_H
#define TESTING_OPENFLOW_PEER_H

#include "openflow/control.h"
#include "openflow/error.h"
#include "openflow/of10/control.h"
#include "openflow/of10/flow_codec.h"
#include "openflow/of10/port_codec.h"
#include "openflow/of10/stats.h"

/* Each appends one whole message, as of_encode_* do (openflow/message.h). */
void peer_put_error(struct base_buffer *out, uint32_t xid, const struct of_error *of_error);
void peer_put_features(struct base_buffer *out, uint32_t xid, const struct switch_state *state);
void peer_put_port_status(struct base_buffer *out, uint32_t xid,
                          const struct of_port_status *status);
void peer_put_flow_removed(struct base_buffer *out, uint32_t xid,
                           const struct of_flow_removed *removed);

/* Begins a STATS_REPLY; records follow, then of_end. */
size_t peer_begin_stats(struct base_buffer *out, uint32_t xid, uint16_t kind, bool more);

/* One record each. Matches and actions that OpenFlow 1.0 does not have fail the
 * test. */
void peer_put_flow_stats(struct base_buffer *out, const struct flow_entry *entry);
void peer_put_aggregate(struct base_buffer *out, const struct of_aggregate *aggregate);
void peer_put_port_stats(struct base_buffer *out, uint16_t port,
                         const struct port_counters *counters);

/* The body of a FLOW_MOD; actions are in the arena. Fails as of_decode_match,
 * of_decode_actions do, and on an unknown command. */
int peer_read_flow_mod(struct base_reader *body, struct base_arena *arena, struct of_flow_mod *mod,
                       struct base_error *error);

/* The same of OpenFlow 1.3. The entry of a FLOW_MOD is read into a table, as its last. */
size_t peer13_begin_stats(struct base_buffer *out, uint32_t xid, uint16_t kind, bool more);
void peer13_put_flow_stats(struct base_buffer *out, const struct flow_entry *entry);
void peer13_put_flow_removed(struct base_buffer *out, uint32_t xid,
                             const struct of_flow_removed *removed);
int peer13_read_flow_mod(struct base_reader *body, struct flow_table *table,
                         struct of_flow_mod *mod, struct base_error *error);

/* Decodes one whole message and writes what was understood to `out`, which is
 * empty. Types that the program never reads are written as they were. 0; -1 and
 * why it was refused; 1 for a type that OpenFlow 1.0 does not have. */
int recode(const void *bytes, size_t n_bytes, struct base_buffer *out, struct base_error *error);

/* Appends the buckets of a group, as a GROUP_DESC record of OpenFlow 1.3 has them. Fails, having
 * written nothing, as of13_encode_actions. */
int peer_put_buckets(struct base_buffer *out, const struct group *group, struct base_error *error);

#endif
