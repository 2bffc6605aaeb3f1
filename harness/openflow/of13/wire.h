/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of OpenFlow 1.3 (1.3.5, wire version 0x04) that differ from those of 1.0. All sizes
 * are in bytes. */
#ifndef OPENFLOW_OF13_WIRE_H
#define OPENFLOW_OF13_WIRE_H

#include <stdint.h>

enum {
    OF13_VERSION = 0x04,
};
#define OF13_ANY        UINT32_MAX /* OFPP_ANY, OFPG_ANY, OFPM_ALL: whichever */
#define OF13_ALL_TABLES 0xff

/* Section 7.2.4, enum ofp_instruction_type. */
enum of13_instruction {
    OF13_GOTO_TABLE = 1,
    OF13_WRITE_METADATA = 2,
    OF13_WRITE_ACTIONS = 3,
    OF13_APPLY_ACTIONS = 4,
    OF13_CLEAR_ACTIONS = 5,
    OF13_METER = 6,
    OF13_EXPERIMENTER = 0xffff,
};

/* Section 7.2.5, enum ofp_action_type. */
enum of13_action {
    OF13_OUTPUT = 0,
    OF13_COPY_TTL_OUT = 11,
    OF13_COPY_TTL_IN = 12,
    OF13_SET_MPLS_TTL = 15,
    OF13_DEC_MPLS_TTL = 16,
    OF13_PUSH_VLAN = 17,
    OF13_POP_VLAN = 18,
    OF13_PUSH_MPLS = 19,
    OF13_POP_MPLS = 20,
    OF13_SET_QUEUE = 21,
    OF13_GROUP = 22,
    OF13_SET_NW_TTL = 23,
    OF13_DEC_NW_TTL = 24,
    OF13_SET_FIELD = 25,
    OF13_PUSH_PBB = 26,
    OF13_POP_PBB = 27,
};

enum { OF13_MATCH_OXM = 1 }; /* section 7.2.3.1 */

enum {
    OF13_MULTIPART_HEADER_BYTES = 16,
    OF13_FLOW_STATS_MIN_BYTES = 56, /* with an empty match and no instruction */
    OF13_PORT_BYTES = 64,
    OF13_PORT_STATS_BYTES = 112,
    OF13_AGGREGATE_BYTES = 24,
    OF13_TABLE_STATS_BYTES = 24,
    OF13_QUEUE_STATS_BYTES = 40,
    OF13_BUCKET_MIN_BYTES = 16,
    OF13_GROUP_DESC_MIN_BYTES = 8,
    OF13_METER_CONFIG_MIN_BYTES = 8,
    OF13_BAND_BYTES = 16,
    OF13_METER_STATS_MIN_BYTES = 40, /* without bands */
    OF13_BAND_STATS_BYTES = 16,
};

#endif
