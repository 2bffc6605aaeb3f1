/* SPDX-License-Identifier: Apache-2.0
 *
 * A channel and its sessions, between channel.c and explain.c. */
#ifndef CHANNEL_CHANNEL_INSIDE_H
#define CHANNEL_CHANNEL_INSIDE_H

#include "channel/channel.h"
#include "channel/connection.h"
#include "channel/dialler.h"
#include "channel/listener.h"
#include "channel/progress.h"

/* One target, as long as the channel is open; connections come and go. */
struct session {
    struct channel *channel;
    char *text; /* the endpoint, for reasons */
    struct endpoint endpoint;
    uint64_t dpid;
    bool any_dpid;
    struct channel_tls *tls;           /* of the channel's pool; NULL: plain */
    struct endpoint_tls peer;          /* pssl: the fingerprint, no files */
    struct base_error unusable;        /* why it can never be reached, or "" */
    struct channel_address *addresses; /* tcp, unix */
    size_t n_addresses;
    size_t n_tried; /* of the addresses, in this dump */
    const struct of_protocol *protocol;
    bool insists;                      /* on this version */
    bool takes_one;                    /* connection, and is silent on a second */
    struct channel_conn *kept;         /* of 1.0, while the switch is asked in 1.3; NULL */
    struct channel_habits kept_habits; /* in 1.0 */
    struct channel_listener *listener; /* ptcp; shared */
    struct channel_conn *conn;         /* NULL: closed */
    struct channel_conn *rival;        /* ptcp: another that says it is the same switch; NULL */
    bool reused;                       /* conn is of an earlier dump, and has not answered yet */
    bool running;                      /* a dump is under way */
    double silent_ms; /* how long it did not answer; 0: it has answered since, or at once */
    bool heard;       /* since the last tick of `silence` */
    bool echo_due;    /* an ECHO_REQUEST was sent behind all requests, and nothing has come since */
    uint32_t echo_xid;
    uint32_t next_xid;
    uint32_t first_xid; /* of this dump */
    struct channel_progress progress;
};

struct channel {
    struct event_base *base;
    struct event *deadline, *grace, *silence;
    struct event *interrupt; /* NULL: there is none */
    struct channel_options options;
    struct session *sessions;
    size_t n_sessions;
    struct channel_tls_pool tls;
    struct channel_listener **listeners;
    size_t n_listeners, listeners_capacity;
    unsigned what;
    uint64_t started_ns; /* this dump */
    size_t n_running;
    size_t n_bytes; /* of all switches in this dump, but those that were given up for it */
    bool interrupted;
    struct base_helper dialler; /* of unix: sockets; none: they are dialled here */
};

/* For a switch that has not answered before: a round trip to any that is alive
 * again. A dead one must not cost the whole timeout once more. */
enum { CHANNEL_GRACE_MS = 250 };
/* For one that is asked in 1.3 beside 1.0, and may take one connection only: once. */
enum { CHANNEL_BESIDE_MS = 1000 };

/* (loop.c) Runs until no session does, or the time is over; `grace_ms` after the start what has
 * been silent before is given up. Fails only if the event loop cannot run. */
int channel_loop_run(struct channel *channel, unsigned grace_ms, struct base_error *error);

/* (loop.c) For the events of the channel: its time is over (arg: the event base); the process was
 * interrupted (arg: the channel). */
void channel_loop_end(evutil_socket_t fd, short events, void *arg);
void channel_loop_interrupt(evutil_socket_t fd, short events, void *arg);

/* (explain.c) Appends how far a session came, for the reason of a dump that failed. */
void channel_session_explain(const struct session *session, struct base_buffer *out);

#endif
