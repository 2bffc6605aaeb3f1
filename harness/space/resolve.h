/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions as they come to be executed, inside the room: a list or an action set of OpenFlow 1.3,
 * with its groups, as a list of actions that space_behavior knows. */
#ifndef SPACE_RESOLVE_H
#define SPACE_RESOLVE_H

#include "model/state.h"
#include "space/rewrite.h"

/* Groups of groups are followed so deep. */
enum { SPACE_GROUPS_DEEP = 16 };

/* A list of actions that grows; free(actions). */
struct space_list_of_actions {
    struct action *actions;
    size_t n, capacity;
};

/* Packets on their way through the tables of a switch. */
struct space_resolving {
    const struct switch_state *state;
    struct match cube;            /* as they entered the switch */
    uint32_t without;             /* bits: none of them is of this class */
    struct space_rewrite rewrite; /* what happened to them since */
    uint64_t metadata;
    uint32_t queue_id; /* of outputs from here on, */
    bool queued;       /* if there was a set_queue */
    uint32_t groups[SPACE_GROUPS_DEEP];
    size_t n_groups; /* those that are being executed */
    /* What came of it: */
    struct space_list_of_actions *out;
    const char *open; /* why it is not known what happens to them; NULL: it is */
    bool needs_tag;   /* it depends on whether there is a tag, and in the cube some have one */
    enum field_needs needs_protocol; /* it depends on whether they are of this; 0: it does not */
    bool is_exhausted;               /* no memory */
};

/* Appends what a list of actions comes to. It ends where `open`, `needs_tag` or `is_exhausted` is
 * set. */
void space_resolve_list(struct space_resolving *resolving, const struct action *actions,
                        size_t n_actions);

/* The same for an action set (OpenFlow 1.3.5, section 5.10) that these were written into, one after
 * another. */
void space_resolve_set(struct space_resolving *resolving, const struct action *written,
                       size_t n_written);

#endif
