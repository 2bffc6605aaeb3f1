/* SPDX-License-Identifier: Apache-2.0
 *
 * Switch states as `tapproof flows` prints and saves them. Pure: appends to a
 * buffer, fails only by the buffer's `failed`. */
#ifndef REPORT_FLOWS_H
#define REPORT_FLOWS_H

#include "base/buffer.h"
#include "model/state.h"

#include <stdbool.h>
#include <stddef.h>

struct report_flows_switch {
    const char *name;
    const struct switch_state *state; /* NULL: could not be read */
    const char *reason;               /* why not; NULL if it was read */
};

enum report_flows_format { REPORT_FLOWS_TEXT, REPORT_FLOWS_YAML, REPORT_FLOWS_JSON };

/* TEXT: a line "SWITCH:" and then the entries exactly as ovs-ofctl prints them,
 * with the blank that it puts in front of each: what `-F openflow10 dump-flows
 * --no-names` says, or, with no_stats, `dump-flows --no-stats --no-names`. A
 * switch that was not read: "SWITCH: not read: REASON".
 *
 * YAML and JSON: what was read, as a map with "tapproof-state: 1" first and
 * "switches", a list of maps in the order given:
 *
 *   name           as given
 *   not_read       the reason; then nothing else follows
 *   dpid           "0x" and 16 hexadecimal digits
 *   n_buffers, n_tables, capabilities (OFPC_*), actions (bit n: OFPAT n)
 *   ports          ascending: number (1 or "LOCAL", as ovs-ofctl says), name,
 *                  mac, config and state (lists of names such as NO_FLOOD, as
 *                  ovs-ofctl says; a bit without a name as "0x…"), curr,
 *                  advertised, supported, peer (OFPPF_*), and the counters
 *   flows          in the switch's order: table, priority, match and actions
 *                  in ovs-ofctl's syntax, cookie, idle_timeout, hard_timeout,
 *                  duration (seconds), n_packets, n_bytes, and text: the
 *                  line that TEXT prints
 *
 *   openflow       "1.3", where it was read in that; then groups and meters follow, lists of
 *                  lines as dump-groups and dump-meters print them, a meter on one line, and
 *                  "tapproof-state" is 2
 *
 * Bit sets and cookies are strings "0x…", since JSON's readers round numbers
 * above 2^53. no_stats leaves out counters and durations, so that two saved
 * states differ only where the switches do; so does a counter that the switch
 * does not keep. The YAML is the saved state (`--save FILE`): ofctl/flow.h's
 * ofctl_parse_reported_flow reads `text` back. */
void report_flows(const struct report_flows_switch *switches, size_t n_switches,
                  enum report_flows_format format, bool no_stats, struct base_buffer *out);

enum report_groups_kind { REPORT_NO_GROUPS, REPORT_GROUPS, REPORT_METERS };

/* As TEXT above, but groups as dump-groups prints them, or meters as dump-meters does. A switch
 * that was read in OpenFlow 1.0: "SWITCH: OpenFlow 1.0 has no groups" (or meters). */
void report_groups(const struct report_flows_switch *switches, size_t n_switches,
                   enum report_groups_kind kind, struct base_buffer *out);

#endif
