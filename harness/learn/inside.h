/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of learn. */
#ifndef LEARN_INSIDE_H
#define LEARN_INSIDE_H

#include "learn/learn.h"
#include "space/table.h"

struct learn_run {
    const struct topology *topology;
    const struct switch_dump *switches;  /* by index */
    const struct expectation *excepting; /* entries that it ignores are not there; NULL: none */
    size_t budget;
    struct learn_draft *draft;
};

/* ports.c: begins the draft: the ports of all switches, for a file that expects this
 * lifetime. -1 only without memory. */
int learn_switches(struct learn_run *run, uint16_t expires_sec);

/* ports.c: says in the draft that the port is not in it, because of this entry (NULL: no memory).
 * Both texts must live as long as the draft. -1 without memory. */
int learn_leave_out(struct learn_run *run, struct port_ref port, const char *entry,
                    const char *reason);

/* What an expectation says of what an entry does. */
struct learn_actions {
    struct action *actions;
    size_t n_actions;
    const char *unsaid; /* not NULL: why it has no words for it */
};

/* actions.c: of an entry, composed or not. Actions live in the arena. -1 without memory. */
int learn_say(const struct flow_entry *flow, struct base_arena *arena, struct learn_actions *out);

/* claims.c: claims, once the ports are there. -1 only without memory. */
int learn_claims(struct learn_run *run, struct base_error *error);

#endif
