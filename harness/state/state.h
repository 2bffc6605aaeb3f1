/* SPDX-License-Identifier: Apache-2.0
 *
 * The expectation (declared) against the flow tables (advertised): does each
 * switch do what it should with all packets that enter a port? Decided for every
 * header that exists, by what entries do and not by how they are written. */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "base/error.h"
#include "model/expectation.h"
#include "model/result.h"
#include "model/state.h"

/* All zero: the defaults. */
struct state_options {
    size_t budget;   /* comparisons of two sets a port, and for each switch; 0: 4,000,000, and
                        1,000 for each entry of the table and case of the port */
    unsigned run_ms; /* how long the run will take: warn of entries that expire by then; 0: 5,000 */
};

/* Adds to the report, switch by switch in the order of the topology
 * (`switches` by index):
 *
 *   switch/SWITCH       its datapath id. Not dumped: inconclusive with the
 *                       reason, as all that follows; another id: fails, and all
 *                       that follows is inconclusive, since these are the tables
 *                       of another switch.
 *   state/SWITCH/PORT   each port that the expectation lists, ascending; and
 *                       of a listed switch ports that are not listed and do
 *                       not drop (unless `unlisted: any`): those up to PORT_MAX,
 *                       and any other that an entry names, LOCAL, CONTROLLER and
 *                       absent ones included, for the entries that name it. Fails
 *                       - where the table does something else for some header,
 *                         or no entry takes it and it should not be dropped;
 *                       - where entries of one priority take a header, do
 *                         different things with it, and none the right one;
 *                       - if an entry that can take a packet of this port has
 *                         not the lifetime that the packet's case should have,
 *                         nor the timeouts that `entries:` writes for it;
 *                       - if the port is absent; if it, being one that should
 *                         forward, lets nothing in; if a port that it should
 *                         send to is absent or lets nothing out (model/port.h):
 *                         by number, or, by FLOOD, ALL, IN_PORT, one that is
 *                         cabled.
 *                       Inconclusive where TABLE, a vendor action, another
 *                       table than 0 or, after rewrites, NORMAL decides; where
 *                       one of several entries of one priority does what it
 *                       should, and another one not: which wins is not defined;
 *                       or over the budget.
 *   entry/SWITCH/N      each entry of `entries:`: there, in its table, and as
 *                       written.
 *   entry/SWITCH/unexpected/[table=T,]priority=P,MATCH
 *                       `tables: exact`: what `entries:` does not name, and
 *                       what is there once more of what it names (the second
 *                       such entry of a match and priority ends in "/2", ...).
 *
 *   group/SWITCH/ID     each group of `groups:`, as it is written; and of a switch that
 *                       `groups:` has each that it does not name, which fails. Of a switch
 *                       that was read in OpenFlow 1.0 inconclusive.
 *
 *   failover/SWITCH/PORT
 *                       each port of which a case has `failover:`, judged again as if the first of
 *                       its ways were down, then the first two, to all, and as if each port were
 *                       down that a group of the switch watches. Fails by the first such state
 *                       where the table does something else; what would leave by a port that is
 *                       down is not compared.
 *
 * Exceptions (`ignore:`): entries that one takes are treated as if they were
 * not there, ports that one takes are skipped; report->ignored lists all.
 * Notes: entries hidden by another one, entries about to expire, ports that the
 * expectation names and the topology does not cable (if it cables any).
 *
 * Why something does not pass is in result->finding (state/finding.h); report/words.h
 * says it in words.
 *
 * 0, or -1 without memory. */
int state_judge(const struct expectation *expectation, const struct switch_dump *switches,
                const struct state_options *options, struct report *report,
                struct base_error *error);

/* The same of switch `sw` alone; `known`: what is known of it. 0, or -1 without memory. */
int state_judge_switch(const struct expectation *expectation, size_t sw,
                       const struct switch_dump *known, const struct state_options *options,
                       struct report *report, struct base_error *error);

/* Whether nothing can enter there now: no port of the switch, or a reserved one,
 * and not cabled either. Entries that name it are judged, and no others. */
bool state_port_is_nowhere(const struct topology *topology, const struct switch_state *state,
                           struct port_ref port);

/* The first exception (`ignore:`) of the expectation that takes this entry of
 * switch `sw`, or all of this port; NULL: none does. It is the expectation's. */
const struct exception *state_ignored_entry(const struct expectation *expectation, size_t sw,
                                            const struct flow_entry *entry);
const struct exception *state_ignored_port(const struct expectation *expectation,
                                           struct port_ref port);

#endif
