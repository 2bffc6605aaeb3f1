/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow-mod: a message that changes a flow table (OpenFlow 1.0.0, sections 4.6
 * and 5.3.3), and those that change groups and meters (1.3.5, sections 7.3.4.2 and 7.3.4.4), in the
 * text of ovs-ofctl(8), and a file of them. What one does to a switch stands in change/edit.h and
 * change/group_edit.h. */
#ifndef MODEL_FLOW_MOD_H
#define MODEL_FLOW_MOD_H

#include "model/flow.h"
#include "model/group.h"
#include "model/place.h"
#include "model/port.h"

/* The numbers are those of the wire, OFPFC_*. */
enum flow_command {
    FLOW_ADD = 0,
    FLOW_MODIFY = 1,
    FLOW_MODIFY_STRICT = 2,
    FLOW_DELETE = 3,
    FLOW_DELETE_STRICT = 4,
};
/* As ovs-ofctl writes it: "add", "modify_strict"… */
const char *flow_command_name(enum flow_command command);

struct flow_mod {
    enum flow_command command;
    struct flow_entry flow; /* match, priority; actions, cookie, timeouts to give */
    uint64_t cookie_mask;   /* 0: all; else only entries whose cookie agrees in these bits */
    uint16_t out_port;      /* delete: only entries that send to this port; PORT_NONE: all */
    bool any_table;         /* modify, delete: in every table; add goes to flow.table_id */
    bool check_overlap;     /* OFPFF_CHECK_OVERLAP */
};

/* Of one group, or meter; delete: or of all. */
struct group_mod {
    enum flow_command command; /* FLOW_ADD, FLOW_MODIFY or FLOW_DELETE */
    bool adds_too;             /* a modify that adds what is not there */
    bool of_meters;
    bool all;
    size_t nth; /* not all: which of a table of groups, or meters; of a delete only the number
                   counts */
};

/* One line of a file, for a switch of a topology. */
struct flow_change {
    size_t sw;
    bool of_groups; /* `group_mod` counts, else `mod` */
    struct flow_mod mod;
    struct group_mod group_mod;
    const char *text; /* as written */
    struct place place;
};

struct flow_changes {
    const char *file;
    struct flow_change *items; /* in the order in which they are made */
    size_t n_items;
    size_t capacity;
    struct group_table groups; /* of the group-mods */
    struct base_arena arena;
};

/* Frees the changes and all that is in them. NULL is legal. */
void flow_changes_free(struct flow_changes *changes);

#endif
