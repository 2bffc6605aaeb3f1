/* SPDX-License-Identifier: Apache-2.0
 *
 * An action of OpenFlow 1.0 (section 5.2.4) or 1.3 (1.3.5, section 7.2.5).
 * Actions are applied in the order of the list; an output sends the packet as it
 * is at that place. An empty list drops. */
#ifndef MODEL_ACTION_H
#define MODEL_ACTION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Up to ACTION_ENQUEUE the numbers are those of the wire in OpenFlow 1.0, OFPAT_*. */
enum action_type {
    ACTION_OUTPUT = 0,
    ACTION_SET_VLAN_VID = 1,
    ACTION_SET_VLAN_PCP = 2,
    ACTION_STRIP_VLAN = 3,
    ACTION_SET_DL_SRC = 4,
    ACTION_SET_DL_DST = 5,
    ACTION_SET_NW_SRC = 6,
    ACTION_SET_NW_DST = 7,
    ACTION_SET_NW_TOS = 8,
    ACTION_SET_TP_SRC = 9,
    ACTION_SET_TP_DST = 10,
    ACTION_ENQUEUE = 11,
    ACTION_GROUP,     /* OpenFlow 1.3 from here on */
    ACTION_SET_FIELD, /* whole, one value of field */
    ACTION_PUSH_VLAN, /* ethertype */
    ACTION_POP_VLAN,  /* as ACTION_STRIP_VLAN */
    ACTION_PUSH_MPLS, /* ethertype */
    ACTION_POP_MPLS,  /* ethertype: of what is below */
    ACTION_PUSH_PBB,  /* ethertype */
    ACTION_POP_PBB,
    ACTION_SET_QUEUE,  /* queue_id, for the outputs behind it */
    ACTION_SET_NW_TTL, /* ttl */
    ACTION_DEC_NW_TTL,
    ACTION_SET_MPLS_TTL, /* ttl */
    ACTION_DEC_MPLS_TTL,
    ACTION_COPY_TTL_OUT,
    ACTION_COPY_TTL_IN,
    /* No switch has these: what instructions and groups come to (space/pipeline.h). */
    ACTION_COPY,     /* what follows, up to its ACTION_COPY_END, happens to a copy of the packet */
    ACTION_COPY_END, /* the packet goes on as it was */
    ACTION_ONE_OF,   /* of the copies that follow, n_ways, one is made: which, the switch chooses */
    ACTION_FAILOVER, /* the first one whose port lets packets out; none, if there is none */
    ACTION_OPEN,     /* it is not known what happens from here on: reason */
    ACTION_UNKNOWN = 0xfffe, /* of a type that nothing here knows */
    ACTION_VENDOR = 0xffff,  /* and experimenter */
};

struct action {
    uint16_t type;       /* enum action_type */
    uint16_t port;       /* output, enqueue: number or PORT_* of model/port.h */
    uint16_t max_len;    /* output to the controller: bytes to send, 0 otherwise */
    uint16_t body_bytes; /* vendor, unknown */
    union {
        uint16_t vlan_vid; /* 0..4095 */
        uint8_t vlan_pcp;  /* 0..7 */
        uint8_t dl_addr[6];
        uint32_t nw_addr; /* host order */
        uint8_t nw_tos;   /* lower 2 bits 0 */
        uint16_t tp_port;
        uint32_t queue_id;
        uint32_t group_id;
        struct {
            uint32_t n_ways;
            uint32_t chosen_by; /* ONE_OF: 1 and the number of the group; 0: no group */
        };
        uint16_t ethertype;
        uint8_t ttl;
        const struct field_value *field;
        const uint8_t *body; /* vendor: from the vendor id on, a multiple of 8 plus 4 bytes;
                                unknown: all of it, type and length too */
        const char *reason;  /* open */
    };
};
_Static_assert(sizeof(struct action) == 16, "actions are copied by the hundred thousand");

/* Whether two actions do the same, and whether two lists do so action by action, in
 * the same order. Of vendors, and unknown: all bytes of the body. */
bool action_equal(const struct action *a, const struct action *b);
bool actions_equal(const struct action *a, size_t n_a, const struct action *b, size_t n_b);

/* The action as OpenFlow 1.0 has it, where that has one that does the same: SET_FIELD of a whole
 * field that struct action has a member for, POP_VLAN. Others are the same afterwards. What is set
 * must be there: set_field changes no packet that lacks the field. */
struct action action_plain(const struct action *action);

/* Whether the action sends the packet somewhere: OUTPUT and ENQUEUE do. */
static inline bool action_sends(const struct action *action)
{
    return action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE;
}

/* Whether of the copies that follow only one is made. */
static inline bool action_chooses(const struct action *action)
{
    return action->type == ACTION_ONE_OF || action->type == ACTION_FAILOVER;
}

/* Whether it only frames others: it does nothing to a packet itself. */
static inline bool action_frames(const struct action *action)
{
    return action->type == ACTION_COPY || action->type == ACTION_COPY_END || action_chooses(action);
}

/* Whether one of the actions sends by this port, under this very number. */
bool actions_send_to(const struct action *actions, size_t n_actions, uint16_t port);

/* Whether one of them hands packets to this group. */
bool actions_hand_to(const struct action *actions, size_t n_actions, uint32_t group_id);

#endif
