/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside state/: one switch being judged, one port of it, and who does
 * what. Functions that return int return -1 without memory. */
#ifndef STATE_INSIDE_H
#define STATE_INSIDE_H

#include "space/table.h"
#include "space/whole.h"
#include "state/finding.h"
#include "state/state.h"

/* What `entries:` says of a switch, beside its table. */
struct state_listed {
    uint32_t *slots; /* index in expectation->entries + 1, by match and priority; 0: free */
    size_t n_slots;  /* a power of two */
    size_t *found;   /* by expected entry: index in the table, ENTRY_NONE: not there */
    uint8_t *given;  /* by entry: FLOW_HAS_* of the expected one; NULL: no `entries:` */
    bool *is_again;  /* by entry: another one is what `entries:` names by this match and priority */
    uint32_t *unexpected;
    size_t n_unexpected;
};

enum { MEETS_NOT_ASKED, MEETS_NONE, MEETS_ANOTHER };

struct state_run {
    const struct expectation *expectation;
    struct state_options options; /* with the defaults filled in */
    struct report *report;

    size_t sw;
    const char *name;
    const struct switch_state *state;
    const uint16_t *down; /* it is judged as if these ports were down: nothing leaves by them */
    size_t n_down;
    bool *left_out;               /* by row: an exception takes it */
    struct space_composition how; /* tables are composed */
    struct space_whole whole;
    struct space_table table; /* of whole.flows */
    struct state_listed listed;
    bool has_odd;         /* some row has a wrong lifetime, or will expire */
    bool *expiring;       /* by row: was noted (only if has_odd) */
    size_t n_expiring;    /* noted, or as good as */
    struct state_id *ids; /* by action id of the table */
    uint32_t *present;    /* action ids that the port's entries have */
    size_t n_present;
    struct state_priority *priorities; /* by priority; built when first needed */
    uint8_t *meets;                    /* by entry: whether another of its rank, which does
                                          something else, takes some of its packets, MEETS_* */
    size_t meets_budget;               /* for that */
};

/* What is known of one list of actions, for the port that is being judged. */
struct state_id {
    uint32_t stamp; /* port + 1: the following is of this port */
    uint32_t class; /* equal behaviour, equal class (but not the other way round) */
    bool agrees;    /* it does what every case of the port says */
    bool is_open;   /* flow_open of its entries: it never agrees */
    struct space_behavior behavior;
};

struct state_priority {
    uint32_t stamp;
    uint32_t class; /* of the first of its entries */
};

struct state_case {
    struct match match; /* fixes in_port */
    const struct action *actions;
    size_t n_actions;
    const uint16_t *unjudged; /* ports of which it is not judged what leaves by them: first those */
    size_t n_may;             /* that the expectation names, then those that are down */
    size_t n_unjudged;
    uint32_t expires_sec; /* as in struct expectation */
    struct space_behavior behavior;
};

/* A set of headers for which the port deviates. */
struct state_deviation {
    size_t expected; /* the case */
    size_t entry;    /* that takes them; ENTRY_NONE: none does */
    size_t rival;    /* an entry of the same priority which takes them too; ENTRY_NONE: none */
    struct space_difference where;
};

struct state_port {
    struct state_run *run;
    uint16_t number;
    const struct expected_port *expected; /* NULL: not listed, must drop */
    struct state_case *cases;             /* together they take every header */
    size_t n_cases;
    struct space_tree tree; /* of the cases, the first with the highest rank; if they are many */
    bool named_only; /* nothing is there: entries that name this port are judged, and no others */
    size_t budget;   /* what is left */
    struct state_deviation deviations[STATE_SETS_SHOWN]; /* the largest first */
    struct state_finding found; /* n_sets counts all deviations, n_late those of a wrong lifetime in
                                   any case, too; the sets follow in the end */
    size_t late_case;           /* of found.late */
    size_t troubles_capacity;
    struct base_arena arena;
};

/* result.c: of the rows that an entry stands for the last that takes this packet, which the entry
 * takes; NULL: there is none, or no memory. */
const struct flow_entry *state_last_row(const struct state_run *run, size_t entry,
                                        const struct header *header);

/* One result more. */
const char *state_port_id(struct state_run *run, uint16_t number); /* "state/SWITCH/PORT" */

/* The id may be NULL (no memory). NULL without memory. */
struct result *state_add_result(struct state_run *run, enum result_kind kind, const char *id,
                                struct place place);

/* Declared and advertised disagree. */
void state_fail_result(struct result *result, const char *declared, const char *advertised);

/* ignore.c: exceptions. */
int state_ignore_list(const struct expectation *expectation, struct report *report);
void state_ignore_entries(struct state_run *run);
const char *state_ignore_port(struct state_run *run, uint16_t port); /* the reason; NULL: no */

/* deviation.c */
void state_port_add(struct state_port *port, const struct state_deviation *deviation);

/* Something could not be decided: `reason` (NULL: over the budget), because of
 * this entry (ENTRY_NONE: none), which takes this packet. */
void state_port_open(struct state_port *port, const char *reason, size_t entry,
                     const struct header *header);

/* The same, as two entries of one rank take the deviation's example and one may be right. */
void state_port_contested(struct state_port *port, const struct state_deviation *deviation);

/* cases.c: fills in the cases. */
int state_port_prepare(struct state_port *port);

/* What of an observed behaviour is judged by case `c`: the behaviour, or what is left of it, in
 * `*scratch`; unknown without memory. */
const struct space_behavior *state_port_judged(struct state_port *port, size_t c,
                                               const struct space_behavior *observed,
                                               struct space_behavior *scratch);

/* Calls `visit` for each case that overlaps the cube, up to the `end`-th; in order
 * only if they are few. False: over the budget. */
bool state_port_cases(struct state_port *port, const struct match *cube, size_t end,
                      space_tree_visit *visit, void *aux);

/* The headers of case `c` (NULL: all, or those `within` this) that come to `entry`; ENTRY_NONE:
 * that no entry takes. SPACE_FOUND: it is in `region`, and may still be empty. */
enum space_answer state_port_region(struct state_port *port, size_t c, size_t entry,
                                    const struct match *within, struct space_region *region);

/* port_result.c: whether the entry (ENTRY_NONE: the lack of one) does something else with this
 * header than case `c` says: SPACE_FOUND; SPACE_OPEN: that is not known. */
enum space_answer state_port_differs(struct state_port *port, size_t c, size_t entry,
                                     const struct header *header);

/* overlap.c: entries of one priority that take the same header; and takes from the region, which
 * comes to the entry, what others of its priority may take and treat otherwise: as
 * space_table_exclude. */
int state_port_overlaps(struct state_port *port);
enum space_answer state_port_leave_rivals(struct state_port *port, size_t entry,
                                          struct space_region *region);

/* lifetime.c: timeouts. */
/* `given`: FLOW_HAS_* of what `entries:` says of it, and answers for. */
bool state_lifetime_wrong(const struct flow_entry *entry, uint32_t expires_sec, unsigned given);
bool state_lifetime_ends(const struct state_run *run, const struct flow_entry *entry);
void state_lifetime_note(struct state_run *run);
/* By row of the switch's: the kinds of struct space_composition. Free it; NULL without memory. */
uint8_t *state_lifetime_kinds(const struct state_run *run);
void state_port_lifetimes(struct state_port *port);

/* trouble.c: finds the troubles of the ports themselves. */
int state_port_trouble(struct state_port *port);

/* index.c: makes of the state what ports are decided by; and frees all of a run, which may be
 * incomplete. */
int state_run_index(struct state_run *run);
void state_run_free(struct state_run *run);

/* port.c: how many comparisons the table may take, with so many cases of a port. */
size_t state_budget_of(const struct state_run *run, size_t n_cases);

/* port.c: a port to be decided. */
struct state_port state_port_of(struct state_run *run, uint16_t number);

/* port.c: decides; then state_port_result says what came out. */
int state_port_decide(struct state_port *port);
void state_port_free(struct state_port *port);

/* port_result.c: adds the port's result, if there is something to say; and says it in a result that
 * was added. */
int state_port_result(struct state_port *port);
int state_port_fill(struct state_port *port, struct result *result);

/* entries.c: `entries:` and `tables: exact`. First what of it is there is
 * found, in run->listed, then there are results. */
int state_entries_find(struct state_run *run);
int state_entries_result(struct state_run *run);
void state_entries_free(struct state_run *run);

/* Why nothing of something is judged: a reason that is given, or a finding. */
struct state_unseen {
    const char *reason;
    const struct state_finding *finding;
};

/* result.c: says so in the result; and adds one of a port that says so. */
void state_excuse(const struct state_run *run, const struct state_unseen *unseen,
                  struct result *result);
int state_add_unseen(struct state_run *run, enum result_kind kind, const char *id,
                     const struct expected_port *port, enum verdict verdict,
                     const struct state_unseen *unseen);

/* groups.c: `groups:`; and the same of a switch whose groups are not known. */
int state_groups_result(struct state_run *run);
int state_groups_unseen(struct state_run *run, const struct state_unseen *unseen);

/* failover.c: a result for each port that fails over; and of a switch that is not known. */
int state_failover_result(struct state_run *run);
int state_failover_unseen(struct state_run *run, const struct state_unseen *unseen);

/* cabling.c: ports that the expectation names, and the topology does not. */
void state_cabling_note(struct state_run *run);

#endif
