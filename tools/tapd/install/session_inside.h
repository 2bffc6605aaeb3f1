/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of a session share: session.c has its life (connections,
 * the timer), session_talk.c what is said on a connection. Nobody else's. */
#ifndef TAPD_INSTALL_SESSION_INSIDE_H
#define TAPD_INSTALL_SESSION_INSIDE_H

#include "channel/connection.h"
#include "channel/listener.h"
#include "channel/progress.h"
#include "channel/socket.h"
#include "tapd/install/session.h"

enum tapd_stage {
    STAGE_AWAY,     /* no connection; dialled again when the timer ends */
    STAGE_GREETING, /* connecting, or FEATURES has not come */
    STAGE_IDLE,     /* up */
    STAGE_READING,
    STAGE_SENDING,
};

struct tapd_session {
    struct tapd_sessions *sessions;
    const struct tapd_session_ops *ops;
    void *owner;
    char *name;
    char *text; /* the endpoint; NULL: the switch dials */
    uint64_t dpid;
    uint8_t version; /* on the wire, as the lab says; 0: it does not */
    struct endpoint endpoint;
    struct channel_tls *tls;           /* ssl:; NULL: plain */
    struct endpoint_tls peer;          /* pssl: the fingerprint, no files */
    struct channel_address *addresses; /* resolved once */
    size_t n_addresses;
    size_t n_tried; /* of the addresses, in this round */
    enum tapd_stage stage;
    struct channel_conn *conn;          /* NULL: STAGE_AWAY */
    const struct of_protocol *protocol; /* of the last connection that was up; NULL: none was */
    const struct of_control *control;   /* of the same version */
    struct event *timer;                /* what is due in this stage if nothing else happens */
    bool heard;                         /* since the timer was set: what counts in this stage */
    unsigned silent_ms;                 /* it has said nothing that counts for so long */
    bool echo_due;                      /* an ECHO_REQUEST has not been answered */
    uint32_t echo_xid;
    int64_t up_since_ms; /* tapd_monotonic_ms */
    unsigned n_failures; /* connections in vain since one that lasted, or took flow-mods */
    uint32_t next_xid;
    uint32_t features_xid;            /* the first of n_greetings */
    unsigned n_greetings;             /* 0: its HELLO is waited for */
    struct channel_progress progress; /* STAGE_READING */
    struct channel_dump dump;
    const struct of_flow_mod *mods; /* STAGE_SENDING */
    size_t n_mods;
    size_t part_begin, part_end; /* of mods: sent, their barrier has not been answered */
    uint32_t part_xid;           /* of mods[part_begin] */
    uint32_t barrier_xid;        /* the first of n_barriers, of which the last counts */
    unsigned n_barriers;
    bool one_by_one;   /* of flow-mods that come together it takes the first */
    unsigned pause_ms; /* behind a message that is not answered, for one that reads one by one */
    bool confirming;   /* the part, by its table: the switch refuses BARRIER */
    bool resting;      /* until the timer says tapd_session_go_on */
    bool part_refused; /* some of it */
    unsigned n_confirmings; /* of the part: times that the table was read */
    unsigned odd_told;      /* CHANNEL_ODD_* */
    struct base_error trouble;
    struct base_buffer awaited; /* trouble, and who dialled instead */
};

enum { TAPD_STRANGERS_TOLD = 256 };

struct tapd_sessions {
    struct event_base *base;
    struct tapd_session_options options;
    struct tapd_session **items;
    size_t n_items, capacity;
    struct channel_tls_pool tls;
    struct channel_listener **listeners;
    size_t n_listeners, listeners_capacity;
    uint64_t strangers[TAPD_STRANGERS_TOLD]; /* datapath ids that were told, each once */
    size_t n_strangers;
    bool started;
};

/* Every change of the stage: its timer begins. */
void tapd_session_enter(struct tapd_session *session, enum tapd_stage stage);

/* Sets the timer of the stage anew, to so many ms from now. */
void tapd_session_set_timer(struct tapd_session *session, unsigned ms);

/* How often one without a request is looked at. */
unsigned tapd_session_step_ms(const struct tapd_session *session);

/* The next n transaction ids, in order; the first of them. */
uint32_t tapd_session_take_xids(struct tapd_session *session, size_t n);

/* STAGE_AWAY, and why. The owner hears of it if the session was up. */
void tapd_session_lose(struct tapd_session *session, const struct base_error *why);

/* On a new connection: STAGE_GREETING. FEATURES is asked for at once, or, where the version is to
 * be agreed upon, when the switch has said HELLO: tapd_session_ask_features. */
void tapd_session_greet(struct tapd_session *session);
void tapd_session_ask_features(struct tapd_session *session);

/* The switch is the right one: STAGE_IDLE. */
void tapd_session_go_up(struct tapd_session *session);

/* After a rest: asks for the table, in STAGE_READING and to confirm flow-mods, or for BARRIER. */
void tapd_session_go_on(struct tapd_session *session);

/* The stage goes on although nothing came for a while; false when that was long enough to give it
 * up. Sets the timer. */
bool tapd_session_is_patient(struct tapd_session *session);

/* The switch may have passed over what it was asked: FEATURES and BARRIER are asked for again, and
 * for ECHO while a table is read. A switch answers in order; what it passed over is known by what
 * it answers now. */
void tapd_session_ask_again(struct tapd_session *session);

/* Sends ECHO_REQUEST. */
void tapd_session_ask_for_echo(struct tapd_session *session);

/* One message; as channel_conn_ops.message. */
int tapd_session_take(struct tapd_session *session, const struct of_header *header,
                      struct base_reader *body, struct base_error *error);

#endif
