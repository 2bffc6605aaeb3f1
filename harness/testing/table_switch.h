/* SPDX-License-Identifier: Apache-2.0
 *
 * A switch for tests of a controller: it keeps a flow table, as OpenFlow 1.0 has it (or 1.3, with
 * `answers.version` 4), and does wrong what it is told to. It lives on the event loop of the test,
 * so that nothing depends on threads or time. One that does not keep to the protocol:
 * fake_switch.h. */
#ifndef TESTING_TABLE_SWITCH_H
#define TESTING_TABLE_SWITCH_H

#include "testing/fake_switch.h"

#include "base/buffer.h"
#include "model/flow.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

struct table_switch {
    /* What it does; all zero is the well-behaved one. May be changed at any time. */
    uint64_t dpid;
    bool away;                 /* closes each connection at once */
    bool slow;                 /* answers no BARRIER */
    bool restarts;             /* its table is empty when a connection is up (SET_CONFIG) */
    bool forgetful;            /* confirms flow-mods, and does nothing */
    bool reorders;             /* lists the actions of an entry from the last to the first */
    unsigned hides;            /* entries that AGGREGATE counts and FLOW does not list */
    const char *refuses;       /* flow-mods whose line (see `heard`) contains it; NULL: none */
    struct base_buffer *heard; /* a line a message, "7 add FLOW", "7 barrier", where 7 is the
                                  dpid; NULL: none is kept; switches may share one */

    /* What came of it. */
    char endpoint[64];       /* after table_switch_open */
    struct flow_table table; /* entries; those that were deleted are gone */
    unsigned n_connections, n_mods, n_reads, n_refused;

    /* Its own. */
    struct evconnlistener *listener;
    struct bufferevent *peer;   /* NULL: no controller is connected */
    struct fake_switch answers; /* what it refuses, how it reads and numbers its table may be set */
};

/* Listens at 127.0.0.1; fails the test if it cannot. */
void table_switch_open(struct table_switch *sw, struct event_base *base);

/* Dials 127.0.0.1 there, beside table_switch_open or instead of it; what it said before is no
 * longer heard. Fails the test without memory. */
void table_switch_dial(struct table_switch *sw, struct event_base *base, uint16_t port);

/* Hangs up; the table stays. */
void table_switch_hang_up(struct table_switch *sw);

/* Adds an entry, in ovs-ofctl's syntax, of which no controller knows. */
void table_switch_put(struct table_switch *sw, const char *flow);

/* The entry goes, and the controller is told so; reason: enum of_flow_removed_reason. */
void table_switch_lose(struct table_switch *sw, size_t index, uint8_t reason);

/* The port of answers.n_ports has a link, or has none, and the controller is told so. */
void table_switch_link(struct table_switch *sw, uint16_t number, bool is_up);

/* The table as text, a line an entry in its order, without counters; until the next call. */
const char *table_switch_text(const struct table_switch *sw);

/* Hangs up, and frees what it has. */
void table_switch_close(struct table_switch *sw);

#endif
