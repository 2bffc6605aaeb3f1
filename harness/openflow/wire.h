/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of OpenFlow 1.0.0 (wire version 0x01), under the names of the
 * specification: message types, sizes, flags, wildcards. Ports and actions have
 * their numbers in model/port.h and model/action.h. All sizes are in bytes. */
#ifndef OPENFLOW_WIRE_H
#define OPENFLOW_WIRE_H

#include <stdint.h>

enum {
    OFP_VERSION = 0x01,
    OFP_MAX_MESSAGE_BYTES = 65535, /* header included: the length field has 16 bits */
    OFP_VLAN_NONE = 0xffff,        /* in ofp_match.dl_vlan: untagged */
    OFP_ALL_TABLES = 0xff          /* in stats requests; 0xfe: emergency table */
};
#define OFP_NO_BUFFER UINT32_MAX /* buffer_id: the packet is in the message */

/* Section 5.1, enum ofp_type. */
enum of_type {
    OFPT_HELLO,
    OFPT_ERROR,
    OFPT_ECHO_REQUEST,
    OFPT_ECHO_REPLY,
    OFPT_VENDOR,
    OFPT_FEATURES_REQUEST,
    OFPT_FEATURES_REPLY,
    OFPT_GET_CONFIG_REQUEST,
    OFPT_GET_CONFIG_REPLY,
    OFPT_SET_CONFIG,
    OFPT_PACKET_IN,
    OFPT_FLOW_REMOVED,
    OFPT_PORT_STATUS,
    OFPT_PACKET_OUT,
    OFPT_FLOW_MOD,
    OFPT_PORT_MOD,
    OFPT_STATS_REQUEST,
    OFPT_STATS_REPLY,
    OFPT_BARRIER_REQUEST,
    OFPT_BARRIER_REPLY,
    OFPT_QUEUE_GET_CONFIG_REQUEST,
    OFPT_QUEUE_GET_CONFIG_REPLY,
    OF_N_TYPES
};

/* Section 5.3.2, enum ofp_config_flags: what is done with fragments. */
enum { OFPC_FRAG_MASK = 3 };

/* Section 5.3.5, enum ofp_stats_types; from OFPST_GROUP on OpenFlow 1.3.5, section 7.3.5, enum
 * ofp_multipart_type. */
enum of_stats_kind {
    OFPST_DESC,
    OFPST_FLOW,
    OFPST_AGGREGATE,
    OFPST_TABLE,
    OFPST_PORT,
    OFPST_QUEUE,
    OFPST_GROUP,
    OFPST_GROUP_DESC,
    OFPST_METER = 9,
    OFPST_METER_CONFIG = 10,
    OFPST_PORT_DESC = 13,
    OFPST_VENDOR = 0xffff
};

enum { OFPSF_REPLY_MORE = 1 << 0 };

/* Section 5.2.3, enum ofp_flow_wildcards: 1 means "does not matter". */
enum of_wildcards {
    OFPFW_IN_PORT = 1 << 0,
    OFPFW_DL_VLAN = 1 << 1,
    OFPFW_DL_SRC = 1 << 2,
    OFPFW_DL_DST = 1 << 3,
    OFPFW_DL_TYPE = 1 << 4,
    OFPFW_NW_PROTO = 1 << 5,
    OFPFW_TP_SRC = 1 << 6,
    OFPFW_TP_DST = 1 << 7,
    OFPFW_NW_SRC_SHIFT = 8, /* 6 bits: how many low bits do not matter, 32 and more: none does */
    OFPFW_NW_DST_SHIFT = 14,
    OFPFW_NW_BITS = 0x3f,
    OFPFW_DL_VLAN_PCP = 1 << 20,
    OFPFW_NW_TOS = 1 << 21,
    OFPFW_ALL = (1 << 22) - 1
};

/* Section 5.3.3, enum ofp_flow_mod_command and _flags. */
enum of_flow_command {
    OFPFC_ADD,
    OFPFC_MODIFY,
    OFPFC_MODIFY_STRICT,
    OFPFC_DELETE,
    OFPFC_DELETE_STRICT
};
enum { OFPFF_SEND_FLOW_REM = 1 << 0, OFPFF_CHECK_OVERLAP = 1 << 1, OFPFF_EMERG = 1 << 2 };

enum of_flow_removed_reason { OFPRR_IDLE_TIMEOUT, OFPRR_HARD_TIMEOUT, OFPRR_DELETE }; /* 5.4.3 */
enum of_port_reason { OFPPR_ADD, OFPPR_DELETE, OFPPR_MODIFY };                        /* 5.4.3 */

/* Section 5.4.4, enum ofp_error_type; the codes have names in error.h. */
enum of_error_type {
    OFPET_HELLO_FAILED,
    OFPET_BAD_REQUEST,
    OFPET_BAD_ACTION,
    OFPET_FLOW_MOD_FAILED,
    OFPET_PORT_MOD_FAILED,
    OFPET_QUEUE_OP_FAILED
};

/* OFP_ASSERT sizes of the specification. */
enum {
    OF_HEADER_BYTES = 8,
    OF_STATS_HEADER_BYTES = 12, /* message header, kind, flags */
    OF_MATCH_BYTES = 40,
    OF_PORT_BYTES = 48,
    OF_ACTION_MIN_BYTES = 8,
    OF_FLOW_STATS_MIN_BYTES = 88, /* and the actions */
    OF_TABLE_STATS_BYTES = 64,
    OF_PORT_STATS_BYTES = 104,
    OF_QUEUE_STATS_BYTES = 32,
    OF_AGGREGATE_BYTES = 24,
    OF_DESC_BYTES = 1056
};

#endif
