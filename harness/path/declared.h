/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation as a network, so that what is declared and what is advertised are followed by the
 * same code: the cases of a port become entries, the first one with the highest priority. */
#ifndef PATH_DECLARED_H
#define PATH_DECLARED_H

#include "model/expectation.h"
#include "path/network.h"

/* What becomes of what `ports:` allow, but do not ask for. */
enum path_allowed {
    PATH_ALLOWED_OPEN,  /* it is open (path_several, SPACE_ONE_OF) */
    PATH_ALLOWED_LEAST, /* nothing leaves by `may`; otherwise as above */
    PATH_ALLOWED_MOST /* all of it happens: a copy by each port of `may`, each way of `one_of`, and
                         of `failover` where it is not known which ports are up. Open only where
                         `may` meets rewrites: in what form its copy leaves is not said */
};

struct path_declared {
    struct path_network network;
    const struct expectation *expectation;
    enum path_allowed allowed;
    const struct switch_state *const *states; /* by switch; NULL, and NULLs among them: not known */
    struct flow_table *flows;                 /* by switch */
    struct port *ports;                       /* as network.cables: what FLOOD and ALL mean */
    const struct expected_case **cases;       /* by switch, by entry */
    size_t *begins;                           /* by switch: its first in cases */
};

/* Compiles `ports:`. A port that is not listed drops, if its switch is listed; with `unlisted: any`
 * it is open ("the expectation does not list this port"). Of a switch that is not listed nothing is
 * known ("the expectation does not list this switch"). FLOOD and ALL mean the ports that the
 * topology cables. The expectation must outlive it. -1 without memory: then there is nothing to
 * free. */
int path_declared_open(struct path_declared *declared, const struct expectation *expectation);

/* The same where it is known which ports are up, and so by which of them `failover` sends. The
 * states must last until it returns. */
int path_declared_open_now(struct path_declared *declared, const struct expectation *expectation,
                           const struct switch_state *const *states);

/* The same, of the least or the most that is allowed (`states`: or NULL). What arrives by the
 * tables where nothing of the most does, is surely not allowed. */
int path_declared_open_allowed(struct path_declared *declared,
                               const struct expectation *expectation,
                               const struct switch_state *const *states, enum path_allowed allowed);
void path_declared_close(struct path_declared *declared);

/* The case that an entry was made of; NULL: ENTRY_NONE, or one that was not written. */
const struct expected_case *path_declared_case(const struct path_declared *declared, size_t sw,
                                               size_t entry);

#endif
