/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenFlow 1.0 sessions to all switches at once: what does each say of itself
 * now? One event loop, one thread; nothing on a switch is ever changed.
 *
 * A dump is HELLO (on a new session), FEATURES, FLOW, AGGREGATE and PORT stats
 * and a BARRIER, all sent together. It counts only if AGGREGATE says as many
 * entries as FLOW listed, or if two in a row list the same; otherwise the table changed
 * meanwhile, and the switch is asked again. A switch that fails costs only its own dump; what
 * one cannot do (CHANNEL_ODD_*) is done without and told.
 *
 *   channel_open(targets, n, NULL, &channel, &error)
 *   channel_dump(channel, CHANNEL_FLOWS | CHANNEL_PORTS, dumps, &error)   as often as wanted
 *   channel_close(channel)
 *
 * Neighbours: connection.h (a socket that speaks messages), progress.h (the
 * requests and replies of one dump), socket.h (endpoints), tls.h (keys), listener.h
 * (switches that dial us). */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/endpoint.h"
#include "model/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;

struct channel_target {
    const char *name;        /* of the switch, for messages */
    const char *endpoint;    /* model/endpoint.h */
    struct endpoint_tls tls; /* for ssl:, pssl: */
    /* ptcp:, pssl: which of the switches that dial there; targets may share an endpoint.
     * Otherwise ignored: the caller compares state.datapath_id. */
    uint64_t dpid;
    uint8_t version; /* on the wire: 1, 4; 0: 1.0, or 1.3 of a switch that has no 1.0, or whose
                        entries are not told as they are in 1.0. Where switches dial, those of all
                        targets of the endpoint together, and 1.0 of one that has both */
    bool any_dpid;   /* ptcp: the first that no other target of the endpoint names */
};

/* 0 everywhere: the default. */
struct channel_options {
    unsigned timeout_ms; /* for one call of channel_dump; 10,000 */
    /* What one switch may send in a dump, all repeats together, before it is
     * given up. Decoded it is at most about twice the bytes. */
    size_t max_bytes;     /* 512 MiB */
    size_t max_sum_bytes; /* of all switches together; the one that sent most is given up then.
                             As much as there is */
    size_t max_messages;  /* 1,000,000 */
    size_t max_entries;   /* in its table; 2,000,000 */
    int interrupt_fd;     /* as soon as it can be read, dumps end: what has not answered by then
                             was "interrupted"; borrowed, not read from; none */
    bool helped;          /* unix: sockets are dialled by a helper (base/helper.h), with the
                             privileges of now; each time anew */
    bool plain;           /* entries are never asked for with NXST_FLOW, but with OFPST_FLOW */
};

/* CONFIG: what it does with fragments. Of a switch that does not say it, that is not known. */
enum { CHANNEL_FLOWS = 1 << 0, CHANNEL_PORTS = 1 << 1, CHANNEL_CONFIG = 1 << 2 };

/* What a switch does in its own way; remembered for later dumps. */
enum {
    CHANNEL_ODD_NO_BARRIER = 1 << 0,      /* refuses BARRIER */
    CHANNEL_ODD_NO_AGGREGATE = 1 << 1,    /* refuses AGGREGATE stats */
    CHANNEL_ODD_COUNT = 1 << 2,           /* AGGREGATE counts others than FLOW lists */
    CHANNEL_ODD_NO_PORT_STATS = 1 << 3,   /* refuses PORT stats: ports have no counters */
    CHANNEL_ODD_ONE_BY_ONE = 1 << 4,      /* answers only the first of several requests */
    CHANNEL_ODD_TABLE = 1 << 5,           /* its only table has another number than 0 */
    CHANNEL_ODD_NO_GROUPS = 1 << 6,       /* refuses GROUP_DESC: it has no groups */
    CHANNEL_ODD_NO_METERS = 1 << 7,       /* refuses METER_CONFIG: it has no meters */
    CHANNEL_ODD_UNTOLD = 1 << 8,          /* speaks 1.3, too, and cannot be asked in it */
    CHANNEL_ODD_INSISTED = 1 << 9,        /* ... and was not: the target asks for 1.0 */
    CHANNEL_ODD_NO_CONFIG = 1 << 10,      /* refuses GET_CONFIG */
    CHANNEL_ODD_NO_METER_STATS = 1 << 11, /* refuses METER stats: its meters have no counters */
};

struct channel_dump {
    bool ok;
    char reason[512];          /* why not, beginning with the endpoint; "" if ok */
    struct switch_state state; /* if ok; the caller frees it (switch_state_free) in any case */
    double ms;                 /* from the call to the last answer, or to giving up */
    double first_byte_ms;      /* from the call to the first answer; 0: there was none */
    unsigned repeats;          /* tables were listed so many times without being taken */
    unsigned odd;              /* CHANNEL_ODD_*; if ok */
    int64_t surplus;           /* CHANNEL_ODD_COUNT: so many more */
    uint8_t table;             /* CHANNEL_ODD_TABLE: this; in `state` it is table 0 */
    size_t n_bytes;            /* OpenFlow messages received for this dump */
    size_t n_strays;           /* replies to requests that were not made; ignored */
};

/* Resolves names, reads the files that TLS needs (no later call opens a file) and listens at
 * ptcp: and pssl: endpoints; nothing is dialled yet. `options` may be NULL. The targets are copied.
 * Fails on an endpoint that can not be parsed, naming the target, with too few file descriptors,
 * and without memory. A host name that can not be resolved, an address that cannot be listened at,
 * or a key or certificate that is no good, is the reason of the dump. */
int channel_open(const struct channel_target *targets, size_t n_targets,
                 const struct channel_options *options, struct channel **channel,
                 struct base_error *error);

/* Asks every switch; `what` is CHANNEL_*, 0: features only. dumps[i] belongs to
 * targets[i] and is overwritten. Returns when every switch has answered or
 * failed, at the latest after timeout_ms.
 *
 * Sessions stay open for the next call, which first answers the echo requests
 * that came meanwhile. One that was closed meanwhile is dialled again (ptcp:
 * waited for). One that failed is closed, and dialled again by the next call.
 *
 * A switch that answered nothing before it timed out, or failed later than
 * after 250 ms, is given 250 ms in the next call to begin to answer, so that a
 * dead one costs the timeout once and not in each dump: "tcp:192.0.2.1:6653:
 * did not answer before (10 s), nor now: no connection". With its first answer
 * it has all of timeout_ms again.
 *
 * One that says nothing for a second or a quarter of timeout_ms is asked for ECHO; if it answers
 * that alone, it has passed over the rest, and is asked one by one from then on.
 *
 * Two switches that dial with one datapath id (ptcp:) are both named in the reason, of this dump
 * and of each later one. One that dials anew while its former connection still answers counts as
 * two.
 *
 * Fails only if the event loop can not run. */
int channel_dump(struct channel *channel, unsigned what, struct channel_dump *dumps,
                 struct base_error *error);

/* Appends what is odd about the switch of a dump, for people: "refuses BARRIER: read without it;
 * refuses PORT stats: ports are not counted". Nothing if nothing is. */
void channel_format_odd(const struct channel_dump *dump, struct base_buffer *out);

/* Makes a switch send a frame by one of its ports (PACKET_OUT). The message goes
 * out with the next channel_dump, before its requests. The frame does not pass
 * the table, and nothing changes on the switch. Fails if there is no session
 * with the switch (no dump was answered yet), and on a frame that is too long
 * for a message. */
int channel_packet_out(struct channel *channel, size_t target, uint16_t port, const void *frame,
                       size_t n_bytes, struct base_error *error);

/* Closes every session and frees the channel. NULL is legal. */
void channel_close(struct channel *channel);

#endif
