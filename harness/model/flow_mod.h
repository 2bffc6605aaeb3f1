/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow-mod: a message that changes a flow table (OpenFlow 1.0.0, sections 4.6
 * and 5.3.3), in the text of ovs-ofctl(8), and a file of them. What one does to
 * a table stands in change/edit.h. */
#ifndef MODEL_FLOW_MOD_H
#define MODEL_FLOW_MOD_H

#include "model/flow.h"
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

/* One line of a file, for a switch of a topology. */
struct flow_change {
    size_t sw;
    struct flow_mod mod;
    const char *text; /* as written */
    struct place place;
};

struct flow_changes {
    const char *file;
    struct flow_change *items; /* in the order in which they are made */
    size_t n_items;
    size_t capacity;
    struct base_arena arena;
};

/* Frees the changes and all that is in them. NULL is legal. */
void flow_changes_free(struct flow_changes *changes);

#endif
