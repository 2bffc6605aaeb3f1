/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of the installer share: installer.c has the switches and what
 * they say, round.c the rounds. Nobody else's. */
#ifndef TAPD_INSTALL_INSTALLER_INSIDE_H
#define TAPD_INSTALL_INSTALLER_INSIDE_H

#include "tapd/install/difference.h"
#include "tapd/install/installer.h"

enum {
    TAPD_AWAY_MS = 500,    /* a switch that is away for so long is not counted on */
    TAPD_COMING_MS = 5000, /* at the start */
};
enum { TAPD_FOREIGN_TOLD = 100 }; /* of a switch, by a report */

/* An entry of others that keeps one of ours from doing what it should. */
struct tapd_harm {
    struct flow_entry entry; /* its actions are in `texts` */
    const char *text;
};

/* One switch of the topology. */
struct tapd_target {
    struct tapd_installer *installer;
    char *name;
    struct tapd_session *session;    /* NULL: not owned */
    struct flow_table table;         /* as it was read last */
    const struct flow_entry **order; /* its entries by flow_compare_keys; NULL: not sorted yet */
    int64_t away_ms;                 /* when it was lost, tapd_monotonic_ms; or will have failed to
                                        come */
    int64_t read_ms;                 /* when that was, tapd_monotonic_ms */
    struct port *ports;              /* as they were told last, by number */
    size_t n_ports;
    bool known;                /* table is what is there, as far as can be known */
    bool stale;                /* to be read again before it is believed */
    bool compared;             /* a round has looked at the table since it was read */
    bool awaited;              /* the round waits for its answer */
    bool refuses;              /* left out until the next resync */
    unsigned n_rounds;         /* in a row that had something to send to it */
    struct base_error trouble; /* why it does not have all: "" */
    struct of_flow_mod *mods;  /* on their way to it */
    size_t n_mods, mods_capacity;
    struct base_arena actions; /* of mods */
    size_t n_own;
    size_t n_steps; /* of the last difference */
    struct tapd_lack lack;
    struct tapd_foreign_text foreign[TAPD_FOREIGN_TOLD];
    size_t n_foreign_told, n_foreign;
    uint64_t *seen; /* own entries of the last reading on this connection, hashed, ascending; NULL:
                       none was read yet */
    size_t n_seen;
    bool sent;               /* flow-mods, since then */
    struct tapd_harm *harms; /* all that block or hide */
    size_t n_harms, harms_capacity;
    struct base_arena texts; /* of foreign and harms */
};

enum tapd_round_stage {
    STAGE_RESTING,  /* until something is due */
    STAGE_READING,  /* awaits tables */
    STAGE_SETTLING, /* awaits that frames follow the tables, before the next wave */
    STAGE_WRITING,  /* awaits the barriers of a wave */
};

struct tapd_installer {
    struct event_base *base;
    struct tapd_installer_options options;
    const struct tapd_installer_ops *ops;
    void *owner;
    struct tapd_sessions *sessions;
    struct tapd_target *targets; /* by switch */
    size_t n_targets;
    const struct tapd_network *network; /* NULL: none yet */
    enum tapd_round_stage stage;
    bool due;       /* a round, when this one is over */
    bool starved;   /* memory ran out: not at once, but when `wakeup` says so */
    bool abandoned; /* the round: what is left of it is not sent */
    bool impatient; /* the round has waited long enough */
    size_t n_awaited;
    struct tapd_difference difference; /* STAGE_SETTLING, STAGE_WRITING */
    size_t wave;                       /* the next */
    const struct flow_table **actual;  /* by switch */
    uint8_t *versions;                 /* by switch: OpenFlow on the wire, where `actual` is */
    size_t n_sent;                     /* flow-mods since it was last settled */
    uint64_t n_mods;                   /* in all */
    unsigned n_contests;               /* readings with entries of ours that somebody else wrote */
    bool is_told_contests;             /* max_contests is an option */
    int64_t begun_ms;                  /* tapd_monotonic_ms */
    bool is_contested;                 /* this reading is one of them */
    int64_t contested_ms;              /* when that was seen last, tapd_monotonic_ms */
    bool yields;                       /* to another controller: nothing is sent any more */
    struct event *wakeup;              /* to go on */
    struct event *timer;               /* patience, settling */
    struct event *resync;
};

/* Left out until the next resync. The first reason is logged, once, and not with every attempt. */
void tapd_target_refuse(struct tapd_target *target, const struct base_error *why);

/* Whether the switch is known to have what is wanted, or is none of ours. */
bool tapd_target_is_right(const struct tapd_target *target);

/* Whether the entry has the cookie of the policy that is to be installed; false before there is
 * one. */
bool tapd_target_is_own(const struct tapd_target *target, const struct flow_entry *entry);

/* Its entry of ours with this match and priority, as it was read last; NULL: it has none, or there
 * is no memory to look for it. */
const struct flow_entry *tapd_target_find(struct tapd_target *target,
                                          const struct flow_entry *entry);

/* Takes the table that was just read into account: whether it has entries of ours which neither it
 * had when it was read before on this connection, nor were sent to it since. False without memory.
 */
bool tapd_target_is_contested(struct tapd_target *target);

/* What was read before does not count any more. */
void tapd_target_forget_seen(struct tapd_target *target);

/* The table is not known any more. */
void tapd_target_forget(struct tapd_target *target);

/* A port is other than it was, gone, or new. Without memory the list stays as it is. */
void tapd_target_take_port(struct tapd_target *target, const struct of_port_status *status);

/* A round is due, after so many ms. What is due already is not put off. */
void tapd_round_wake(struct tapd_installer *installer, unsigned after);

/* The round under way may go on. */
void tapd_round_poke(struct tapd_installer *installer);

/* The callbacks of `wakeup` and `timer`; arg is the installer. */
void tapd_round_on_wakeup(evutil_socket_t fd, short events, void *arg);
void tapd_round_on_timer(evutil_socket_t fd, short events, void *arg);

static inline struct timeval tapd_after_ms(unsigned ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

#endif
