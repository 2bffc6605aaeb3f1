/* SPDX-License-Identifier: Apache-2.0
 *
 * A switch for tests that does what no real one can be asked to do: it answers
 * late, cut, out of turn or not at all. It lives on a thread of its own with
 * blocking sockets, and its records are bytes that an Open vSwitch sent. No
 * part of the program. */
#ifndef TESTING_FAKE_SWITCH_H
#define TESTING_FAKE_SWITCH_H

#include "base/buffer.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Message types and stats kinds as OpenFlow 1.0 numbers them, in both versions; not taken from
 * the code that is tested. */
enum {
    FAKE_HELLO = 0,
    FAKE_ERROR = 1,
    FAKE_ECHO_REQUEST = 2,
    FAKE_ECHO_REPLY = 3,
    FAKE_VENDOR = 4,
    FAKE_FEATURES_REQUEST = 5,
    FAKE_FEATURES_REPLY = 6,
    FAKE_PACKET_IN = 10,
    FAKE_FLOW_REMOVED = 11,
    FAKE_PORT_STATUS = 12,
    FAKE_FLOW_MOD = 14,
    FAKE_STATS_REQUEST = 16,
    FAKE_STATS_REPLY = 17,
    FAKE_BARRIER_REQUEST = 18,
    FAKE_BARRIER_REPLY = 19,
    FAKE_SET_ASYNC = 26, /* in OpenFlow 1.3, where it is 28 */
    FAKE_FLOW = 1,
    FAKE_AGGREGATE = 2,
    FAKE_PORT = 4,
    FAKE_GROUP_DESC = 7, /* these in OpenFlow 1.3 */
    FAKE_METER = 9,
    FAKE_METER_CONFIG = 10,
    FAKE_PORT_DESC = 13,
    FAKE_FLOW_BYTES = 96, /* of a record; in OpenFlow 1.3 it has more */
    FAKE_FLOW_BYTES_13 = 120,
};

struct fake_switch {
    /* What it does; set before the start. All zero is the well-behaved one. */
    uint64_t dpid;
    uint8_t version;       /* 4: OpenFlow 1.3 with one whose HELLO has it, else 1.0; 0: 1.0 only */
    uint8_t hello_version; /* 0: 1, or 4 */
    size_t hello_bytes;    /* 0: 8 */
    uint8_t hello_list;    /* versions that it lists there: bit n is version n; 0: none are */
    const char *banner;    /* instead of all OpenFlow */
    bool mute;             /* accepts, and never says a word */
    bool hears_first;      /* its HELLO answers that of the other */
    bool hangs_up;         /* closes after the reply to each BARRIER */
    bool holds;            /* sends nothing before that reply, then all at once */
    bool has_groups;       /* OpenFlow 1.3: one, and a meter */
    size_t n_flows;
    size_t flows_a_part; /* 0: all in one */
    int n_wrong_counts;  /* so many AGGREGATE replies are 1 too high */
    uint8_t auxiliary;   /* OpenFlow 1.3: the auxiliary_id that it says */
    uint8_t table;       /* not 0: its only table has this number */
    uint16_t n_ports;    /* not 0: it has these, from 1 on */
    uint64_t no_link;    /* bit n: port n of those has no link */
    bool grows;          /* one entry more after each FLOW reply */
    bool no_barrier;     /* BARRIER is refused */
    unsigned no_stats;   /* bit n: STATS of kind n are refused */
    bool no_echo;        /* ECHO_REQUEST is not answered */
    bool one_a_read;     /* of what comes together only the first message is taken */
    size_t piece_bytes;  /* 0: each answer in one write */
    size_t close_after;  /* bytes sent to one connection; 0: never */
    /* Instead of fake_switch_answer, which it may call. `kind` is that of a
     * STATS_REQUEST. */
    void (*answer)(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind);
    uint16_t dial_port;        /* dials 127.0.0.1 there instead of listening */
    sem_t *before_dial;        /* waited for, if not NULL */
    sem_t *after_dial;         /* posted once it is connected, if not NULL */
    sem_t *after_dump;         /* posted with each reply to BARRIER, if not NULL */
    struct base_buffer *heard; /* gets what it is sent, a line a message, if not NULL */
    struct fake_switch *twin;  /* listens where this one does, which has been started; whoever is
                                  idle takes the next connection. Stop it first */

    char endpoint[128]; /* good after the start, if it listens */
    uint16_t port;      /* the same's */
    sem_t *wait_for;    /* for `answer`, as it likes */
    uint32_t memo;      /* for `answer`, as it likes */

    /* What came of it; read after the stop. */
    unsigned n_connections;
    unsigned n_dumps;     /* BARRIER requests */
    uint32_t types_seen;  /* bit n: a message of type n came */
    char echoed[64];      /* the body of the last ECHO_REPLY, as text */
    size_t n_sent;        /* bytes, by the last connection */
    _Atomic bool is_over; /* it dialled, and that connection is closed; may be read at any time */

    /* Its own. */
    struct base_buffer out;
    uint8_t speaks;     /* on this connection, on the wire; 0: 1.0 */
    uint32_t first_xid; /* of the last FEATURES_REQUEST */
    int listen_fd, fd;
    bool closing;
    pthread_t thread;
};

/* Starts the thread; it listens at 127.0.0.1 (`endpoint`), or dials. False if it
 * cannot listen. */
bool fake_switch_start(struct fake_switch *fake);

/* Ends the thread and waits for it. Close the channel before. */
void fake_switch_stop(struct fake_switch *fake);

/* Appends the right answer to a request to fake->out. */
void fake_switch_answer(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind);

/* Appends one whole message to fake->out. */
void fake_switch_put(struct fake_switch *fake, uint8_t type, uint32_t xid, const void *body,
                     size_t n_body);

/* Appends a FLOW reply with n records to fake->out. */
void fake_switch_put_flows(struct fake_switch *fake, uint32_t xid, size_t n, bool more);

/* The description of a port, as it is in FEATURES, PORT_DESC and PORT_STATUS. */
void fake_switch_put_port(const struct fake_switch *fake, uint16_t number, struct base_buffer *out);

#endif
