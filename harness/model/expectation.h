/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation: the "declared" statement. What each port must do with
 * whatever enters it, which entries must be there, and which sentences about
 * traffic must be true. It comes from YAML (yaml/load.h). */
#ifndef MODEL_EXPECTATION_H
#define MODEL_EXPECTATION_H

#include "model/flow.h"
#include "model/group.h"
#include "model/place.h"
#include "model/topology.h"

/* In place of seconds: how long an entry lives is not judged. */
enum { EXPECTATION_ANY_LIFETIME = 1 << 16 };

/* One case of a port: the first one that takes a header says what to do. */
struct expected_case {
    struct match match;           /* in_port included */
    const struct action *actions; /* rewrites, outputs; at the end ACTION_ONE_OF or _FAILOVER with a
                                     copy for each way */
    size_t n_actions;             /* 0: drop */
    const uint16_t *may; /* ports by which packets may leave besides, PORT_CONTROLLER and _LOCAL
                            included; ascending */
    size_t n_may;
    bool has_expires;
    uint32_t expires_sec; /* of its entries, instead of the expectation's */
    struct place place;
};

struct expected_port {
    struct port_ref port;
    struct expected_case *cases; /* a header that no case takes must be dropped */
    size_t n_cases;
    struct place place;
};

/* An entry that must be there as written (`entries:`). Fields that were not
 * written (FLOW_HAS_*) are not compared, but priority and table always are. Of
 * an entry that it means the timeouts that were written are expected. */
struct expected_entry {
    size_t sw;
    size_t number; /* from 1, within its switch: entry/SWITCH/NUMBER */
    size_t flow;   /* index in expectation.entry_flows.entries */
    unsigned given;
    struct place place;
};

enum claim_kind { CLAIM_DELIVERED, CLAIM_MIRRORED, CLAIM_ISOLATED };
const char *claim_kind_name(enum claim_kind kind); /* as in the file: "delivered"… */

/* One sentence about traffic, of one sender and one receiver. */
struct claim {
    const char *id; /* "traffic/h1/mirrored/h11", with "/MATCH" behind it if it has a match */
    enum claim_kind kind;
    size_t from;
    size_t to;          /* host; HOST_ALL: all others that the same written claim does not name */
    unsigned copies;    /* delivered, mirrored: how often, at least 1; isolated: 0 */
    struct match match; /* without in_port; everything if none was written */
    const char *match_text; /* as written, NULL: none */
    size_t group; /* claims written as one entry of `traffic:` share it; those of one sender are
                     neighbours */
    struct place place;
};

/* A group that a switch must have as written (`groups:`). */
struct expected_group {
    size_t sw;
    size_t group; /* index in expectation.groups.groups */
    struct place place;
};

/* What a table is called in reports (`names:`). */
struct table_name {
    size_t sw;
    uint8_t table;
    const char *name;
};

/* A result that deviates, as everybody knows. */
struct known_failure {
    const char *id;     /* of the result */
    const char *reason; /* never NULL or empty */
    uint64_t until;     /* the first second, since 1970 in UTC, in which it is no more excused */
    const char *day;    /* the last day, as written: "2027-01-31" */
    struct place place;
};

/* What a run leaves out. An entry is hidden if every condition that was
 * written holds for it; a port exception leaves out the port's result. */
struct exception {
    size_t sw;     /* SWITCH_ALL: every switch */
    bool has_port; /* leaves out state/SWITCH/PORT */
    uint16_t port;
    bool has_cookie;
    uint64_t cookie, cookie_mask;
    bool has_table; /* entries of this table */
    uint8_t table;
    bool has_match; /* entries whose match lies within this one */
    struct match match;
    const char *text;   /* the condition as written, for the report */
    const char *reason; /* never NULL or empty */
    struct place place;
};

struct expectation {
    const char *file;
    struct topology *topology;   /* owned */
    struct expected_port *ports; /* ascending by switch, then port */
    size_t n_ports;
    bool *
        lists_switch; /* by switch: `ports:` has it, so ports of it that are not listed must drop */
    bool unlisted_any;   /* `unlisted: any`: they may do anything instead */
    bool controller_any; /* `controller: any`: what goes to the controller is not judged */
    bool tables_exact;   /* `tables: exact` */
    bool *exact_switch;  /* by switch: `entries:` has it */
    struct expected_entry *entries;
    size_t n_entries;
    struct flow_table entry_flows;
    bool *lists_groups; /* by switch: `groups:` has it, and it must have no others; NULL: of none */
    struct expected_group *expected_groups;
    size_t n_expected_groups;
    struct group_table groups;
    struct table_name *table_names;
    size_t n_table_names;
    struct claim *claims;
    size_t n_claims;
    struct exception *exceptions;
    size_t n_exceptions;
    struct known_failure *known;
    size_t n_known;
    uint32_t expires_sec; /* entries must have this hard_timeout; 0: they must be permanent;
                             EXPECTATION_ANY_LIFETIME */
    struct base_arena arena;
};

/* What `ports:` says of this port; NULL if it does not list it. */
const struct expected_port *expectation_port(const struct expectation *expectation,
                                             struct port_ref port);

/* Whether a claim of this sender says who gets the packet as its receiver, or what of it comes to
 * the host `to`. */
bool expectation_speaks_of(const struct expectation *expectation, size_t from, size_t to,
                           const struct header *header);

/* The first action of the case of this type; n_actions: it has none. */
size_t expected_case_action(const struct expected_case *c, enum action_type type);

/* The ports by which packets of a case (NULL: of none) may leave without being judged: those of
 * `may:`, and of `controller: any`. Into `ports`, of expectation_max_may. Their number. */
size_t expectation_unjudged(const struct expectation *expectation, const struct expected_case *c,
                            uint16_t *ports);
static inline size_t expectation_max_may(const struct expected_case *c)
{
    return (c ? c->n_may : 0) + 1;
}

/* Whether a case of the port has `failover:`. */
bool expected_port_fails_over(const struct expected_port *port);

/* What a table of a switch is called; NULL: it has no name. */
const char *expectation_table_name(const struct expectation *expectation, size_t sw, uint8_t table);

/* Whether a claim of the expectation is about this receiver: a claim about all is about
 * every host but its sender and the receivers of other claims of its group. */
bool expectation_claim_names(const struct expectation *expectation, const struct claim *claim,
                             size_t host);

/* Frees the expectation, its topology and all that is in both. NULL is legal. */
void expectation_free(struct expectation *expectation);

#endif
