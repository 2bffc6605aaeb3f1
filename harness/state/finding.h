/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a result of this room does not pass, as data: result->finding. report/words.h
 * says it in words. A finding is in the arena of its report, and points into the
 * expectation and the tables that were judged, which must outlive it. */
#ifndef STATE_FINDING_H
#define STATE_FINDING_H

#include "model/expectation.h"
#include "model/result.h"
#include "model/state.h"
#include "space/behavior.h"

enum state_finding_kind {
    STATE_OTHER_SWITCH,   /* another datapath id answers: the switch, and all that depends on it */
    STATE_PORT,           /* a port */
    STATE_ENTRY_DIFFERS,  /* an entry of `entries:` is not as it is written */
    STATE_ENTRY_MISSING,  /* … is not in the table */
    STATE_ENTRY_UNLISTED, /* `tables: exact`, and no entry of `entries:` names it */
    STATE_ENTRY_AGAIN,   /* … one does, and the table has another one of its match and priority */
    STATE_GROUP_DIFFERS, /* a group of `groups:` is not as it is written */
    STATE_GROUP_MISSING, /* … is not there */
    STATE_GROUP_UNLISTED, /* `groups:` has the switch, and does not name this one */
};

enum { STATE_SETS_SHOWN = 4 };

/* A set of headers for which a port deviates. */
struct state_set {
    const struct action *expected; /* what should be done with them */
    size_t n_expected;
    const uint16_t *tolerated; /* what leaves by these ports is not judged */
    size_t n_tolerated;
    const struct flow_entry *entry; /* that takes them, of several tables the last; NULL: none does
                                     */
    const struct action *does;      /* what becomes of them there, */
    size_t n_does;                  /* instructions and groups resolved */
    const struct flow_entry *rival; /* of the same priority, which takes them too; NULL: none */
    const struct flow_entry *right; /* hidden by `entry`, would do what is expected; NULL: none */
    struct space_difference where;
};

/* A port that cannot do what is expected of it, whatever the table says. */
struct state_trouble {
    uint16_t port;
    bool is_egress;
    const char *why; /* "has no link": port_no_entry, port_no_exit of model/port.h */
};

struct state_finding {
    enum state_finding_kind kind;
    const struct switch_state *state; /* as it was read */

    /* STATE_OTHER_SWITCH */
    uint64_t datapath_id;                /* the declared one */
    const struct topology_switch *other; /* whose id answers; NULL: it is not in the topology */

    /* STATE_PORT. Everything that was found, and what could not be decided beside it. */
    uint16_t port;
    bool is_listed;       /* in `ports:` */
    const uint16_t *down; /* it is judged as if these ports were down */
    size_t n_down;
    struct state_set sets[STATE_SETS_SHOWN]; /* the largest first */
    size_t n_sets;                           /* all that were found */
    struct state_trouble *troubles;
    size_t n_troubles;
    const struct flow_entry *late;       /* one of the wrong lifetime, NULL: none */
    uint32_t late_expires_sec;           /* the lifetime that it should have; 0: none */
    size_t n_late;                       /* so many have a wrong one */
    bool is_open;                        /* not everything could be decided, */
    const char *open;                    /* for this reason; NULL: over the budget */
    const struct flow_entry *open_entry; /* because of this entry; NULL: none, */
    const struct flow_entry *open_rival; /* and this one of its priority; NULL: none */

    /* STATE_ENTRY_… */
    const struct flow_entry *expected, *observed;
    const char *table_name; /* of the table of `observed`, or of `expected`; NULL: it has none */
    unsigned given;         /* FLOW_HAS_* of the expected one (ofctl/flow.h): what is compared */

    /* STATE_GROUP_… */
    const struct group *expected_group, *observed_group;
};

#endif
