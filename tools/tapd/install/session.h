/* SPDX-License-Identifier: Apache-2.0
 *
 * The controller's side of OpenFlow, 1.3 with each switch that has it and else 1.0, for many
 * switches on one event loop.
 * A session is one switch for as long as the controller runs; connections come
 * and go underneath: dialled again and again (tcp:, ssl:, unix:), or made by the switch
 * (ptcp:, pssl:). HELLO, FEATURES, SET_CONFIG and ECHO in both directions are done
 * here. What is asked of a switch is one of two things at a time: read its
 * table, or take flow-mods and say by BARRIER that it has.
 *
 * Neighbours: channel/connection.h and channel/listener.h (the sockets),
 * channel/progress.h (reading a table), installer.h (who asks, and why). */
#ifndef TAPD_INSTALL_SESSION_H
#define TAPD_INSTALL_SESSION_H

#include "base/error.h"
#include "model/endpoint.h"
#include "model/state.h"
#include "model/topology.h"
#include "openflow/control.h"
#include "openflow/protocol.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tapd_sessions; /* all of them */
struct tapd_session;  /* one switch */

/* Who owns a session. All are called from the event loop only; read,
 * acknowledged, up and down may begin the next request. */
struct tapd_session_ops {
    /* A connection is up: the datapath id is the right one, SET_CONFIG is sent. */
    void (*up)(void *owner);
    /* The answer to tapd_session_read: ports and flows, whole. Good until this returns;
     * may be moved away (and zeroed). */
    void (*read)(void *owner, struct switch_state *state);
    /* The switch refused mods[index] of the tapd_session_send under way, or
     * its OpenFlow can not say it. */
    void (*refused)(void *owner, size_t index, const char *why);
    /* The switch has processed all of the flow-mods, those refused too: so says BARRIER, or, of a
     * switch that refuses BARRIER, its table. */
    void (*acknowledged)(void *owner);
    /* An entry has gone: expired, or deleted by whomever. */
    void (*removed)(void *owner, const struct of_flow_removed *removed);
    void (*port_changed)(void *owner, const struct of_port_status *status);
    /* The connection is gone, and with it the request under way; `up` follows when
     * there is another. */
    void (*down)(void *owner, const char *why);
};

/* 0 everywhere: the default. */
struct tapd_session_options {
    unsigned handshake_ms;   /* until FEATURES has come; 5,000 */
    unsigned idle_ms;        /* of silence before it is given up, or a quarter more; it is asked for
                                ECHO before; 4,000 */
    unsigned request_ms;     /* of silence while a request is under way; 30,000 */
    unsigned backoff_min_ms; /* before the first redial; 100 */
    unsigned backoff_max_ms; /* doubled until then; each time half of it is chance; 5,000 */
    size_t max_sum_bytes;    /* of the tables of all switches together; the one that sent most is
                                given up then; 0: no limit */
    struct endpoint_tls tls; /* where a switch has none of its own; paths outlive the sessions */
};

/* NULL without memory. `options` may be NULL. */
struct tapd_sessions *tapd_sessions_new(struct event_base *base,
                                        const struct tapd_session_options *options);

/* One switch more; it is not dialled before tapd_sessions_start. Its endpoint `at`
 * (model/endpoint.h): tcp:, ssl: and unix: are dialled, with ptcp: and pssl: the switch is awaited
 * there, and NULL: wherever the controller listens. Of its version no other is spoken; 0: the
 * highest that both have. Its TLS, of which what is missing is that of the
 * options, is read now. Name and endpoint are copied. Fails on a bad endpoint, if nobody can listen
 * there, on a bad key or certificate, and without memory. */
int tapd_sessions_add(struct tapd_sessions *sessions, const char *name, uint64_t dpid,
                      const struct lab_switch *at, const struct tapd_session_ops *ops, void *owner,
                      struct tapd_session **session, struct base_error *error);

/* Listens at ptcp:[PORT][:HOST] or pssl:[PORT][:HOST] for all of them. A second time at the same
 * place is no error. */
int tapd_sessions_listen(struct tapd_sessions *sessions, const char *endpoint,
                         struct base_error *error);

/* Dials and accepts from now on. */
void tapd_sessions_start(struct tapd_sessions *sessions);

/* Hangs up; nobody is told. NULL is legal. */
void tapd_sessions_free(struct tapd_sessions *sessions);

/* Asks for ports and flows. The session must be up and no request under way. */
void tapd_session_read(struct tapd_session *session);

/* Sends the flow-mods in order and, behind them, a BARRIER. They stay the
 * caller's, unchanged until `acknowledged` or `down`. The session must be up and no
 * request under way. Very many go in parts, each with its BARRIER; to a switch that
 * was found to take only the first of what comes together, each on its own. */
void tapd_session_send(struct tapd_session *session, const struct of_flow_mod *mods, size_t n_mods);

/* Whether the switch is connected and has answered the handshake. */
bool tapd_session_is_up(const struct tapd_session *session);

/* It has said nothing for idle_ms, though a request is under way: it may be dead. */
bool tapd_session_is_silent(const struct tapd_session *session);

/* No request is under way. */
bool tapd_session_is_idle(const struct tapd_session *session);

/* The OpenFlow that is spoken with it, or was the last time that it was up; NULL: it never was. */
const struct of_protocol *tapd_session_protocol(const struct tapd_session *session);

/* Why it is not up, for people: "tcp:127.0.0.1:6634: can not connect: Connection refused", of one
 * that dials also who did instead; "" while it is up. Until the next call. */
const char *tapd_session_trouble(struct tapd_session *session);

/* CLOCK_MONOTONIC, in ms. */
int64_t tapd_monotonic_ms(void);

#endif
