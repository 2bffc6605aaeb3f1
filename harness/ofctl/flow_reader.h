/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a line of a flow: for ofctl_parse_flow, and for ofctl_parse_flow_mod, whose lines
 * have other keys with each command. Within this room only. */
#ifndef OFCTL_FLOW_READER_H
#define OFCTL_FLOW_READER_H

#include "model/flow.h"
#include "ofctl/match_reader.h"

/* What the line is for: an entry, or a command of a flow-mod. One bit each. */
enum flow_use {
    FLOW_OF_ENTRY = 1 << 0,
    FLOW_OF_ADD = 1 << 1,
    FLOW_OF_MODIFY = 1 << 2,
    FLOW_OF_DELETE = 1 << 3,
    FLOW_OF_DELETE_STRICT = 1 << 4,
    FLOW_OF_SWITCH = 1 << 5, /* an entry that a switch reported */
};

/* What is read off a line. Keys that nothing of OpenFlow 1.0's table keeps (ages,
 * send_flow_rem) are checked and forgotten. */
struct flow_reader {
    enum flow_use use;
    struct flow_entry entry;
    struct match_reader match;
    unsigned given;       /* FLOW_HAS_* */
    unsigned seen;        /* bit n: the n-th key */
    uint64_t cookie_mask; /* 0: no mask was written */
    uint16_t out_port;    /* PORT_NONE: not written */
    bool check_overlap;
};

/* Reads the line; its actions go into the arena. -1: as ofctl_parse_flow, and
 * `*column` is where in the text. */
int ofctl_read_flow(const char *text, enum flow_use use, struct flow_reader *reader,
                    struct base_arena *arena, size_t *column, struct base_error *error);

enum {
    ACTIONS_OF_SWITCH = 1 << 0, /* also outputs to ports that no flow-mod may name */
    ACTIONS_OF_13 = 1 << 1,     /* also actions that OpenFlow 1.0 does not have */
};

/* As ofctl_parse_actions; use: ACTIONS_OF_*. */
int ofctl_read_actions(const char *text, unsigned use, struct base_arena *arena,
                       const struct action **actions, size_t *n_actions, size_t *column,
                       struct base_error *error);

#endif
