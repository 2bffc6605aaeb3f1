/* SPDX-License-Identifier: Apache-2.0
 *
 * Brings the switches to the tables that are wanted, and keeps them there.
 *
 * It works in rounds. A round reads the tables that may have changed, makes the
 * difference (difference.h) and sends its waves, each to all switches at once; the next
 * wave goes out when every switch has confirmed the last one by BARRIER. A round
 * that had something to send is followed by another that reads what came of it,
 * until one has nothing to send. If anything goes otherwise (a switch is lost, refuses
 * an entry, does not answer in time, or other tables are wanted) what is left of the round is
 * thrown away, and a new one begins from what is there then. So every point at
 * which a round can end is one from which it goes on.
 *
 * A switch that is away or slow takes no part; what would send into a link to
 * it waits (difference.h), everything else does not. Rounds begin when a switch
 * connects, an entry of ours goes, other tables are wanted, and every resync_ms.
 *
 * Neighbours: session.h (one switch), difference.h (what to send). */
#ifndef TAPD_INSTALL_INSTALLER_H
#define TAPD_INSTALL_INSTALLER_H

#include "tapd/install/session.h"
#include "tapd/plan/compile.h"

struct tapd_installer;

/* Called from the event loop; any may call tapd_installer_set. */
struct tapd_installer_ops {
    /* A round had nothing to send: what can be done is done. */
    void (*settled)(void *owner);
    /* An entry with this id in its cookie has reached the end of its lifetime,
     * by the clock of the switch. */
    void (*expired)(void *owner, uint32_t id);
    /* A switch came, was lost or told of a port. NULL is legal. */
    void (*changed)(void *owner);
};

/* 0 everywhere: the default. */
struct tapd_installer_options {
    bool own_tables;       /* foreign entries are removed */
    unsigned resync_ms;    /* 10,000 */
    unsigned settle_ms;    /* between waves that shrink and waves that grow; 20 */
    unsigned patience_ms;  /* for a switch that does not answer, before a round goes on
                              without it; 2,000 */
    unsigned max_contests; /* times that it is put right what another controller writes, before this
                              one stops; 2, and in the first minute some more, by chance */
    struct tapd_session_options session;
};

/* Copies what it needs of the topology and its lab (endpoints). A switch without an endpoint is
 * awaited where tapd_installer_listen says. owns: by switch; the others are left to another
 * controller. Nothing is sent before tapd_installer_set. NULL, with an error: a bad endpoint, no
 * memory. */
struct tapd_installer *tapd_installer_new(struct event_base *base, const struct topology *topology,
                                          const struct lab *lab, const bool *owns,
                                          const struct tapd_installer_options *options,
                                          const struct tapd_installer_ops *ops, void *owner,
                                          struct base_error *error);

/* ptcp:[PORT][:HOST], pssl:[PORT][:HOST]; before tapd_installer_start. */
int tapd_installer_listen(struct tapd_installer *installer, const char *endpoint,
                          struct base_error *error);

/* Dials and accepts. */
void tapd_installer_start(struct tapd_installer *installer);

/* These tables are wanted from now on, what ends in them for as long as it has left. The network
 * must live until the next call. Here and below NULL is a legal installer: one that could not be
 * made. */
void tapd_installer_set(struct tapd_installer *installer, const struct tapd_network *network);

/* Where another controller writes entries with the cookie of this one, that is put right some times
 * (max_contests), and then this one stops, until tapd_installer_go_on. Of two the one that has
 * run for longer gives in first; of two that have just been started, chance decides. */
void tapd_installer_go_on(struct tapd_installer *installer);

/* Reads everything and makes good what is not as it should be, now. */
void tapd_installer_resync(struct tapd_installer *installer);

/* Every owned switch is up and has exactly what is wanted. */
bool tapd_installer_is_installed(const struct tapd_installer *installer);

/* Flow-mods that were sent since it was made. */
uint64_t tapd_installer_n_mods(const struct tapd_installer *installer);

/* An entry that is not ours, as text. */
struct tapd_foreign_text {
    const char *entry; /* ovs-ofctl's syntax */
    const char *words; /* what it does to ours */
};

/* All text is good until the event loop runs again. */
struct tapd_switch_report {
    bool owned, up;
    const struct of_protocol *protocol; /* spoken with it, or was last; NULL: it never was up */
    bool installed;                     /* has what is wanted, by the last round */
    const char *trouble;                /* "" if there is none */
    size_t n_wanted, n_own;
    const struct tapd_foreign_text *foreign; /* the first of them */
    size_t n_foreign_told, n_foreign;        /* here, and in all */
};
struct tapd_switch_report tapd_installer_report(const struct tapd_installer *installer, size_t sw);

/* Why no frame gets from one switch to the other by a link: a port, or a switch that has been away
 * for a while or says nothing. Of a switch that has not come yet after the start that is not known
 * for some seconds. NULL: frames get through, as far as is known. */
const char *tapd_installer_no_passage(const struct tapd_installer *installer, struct port_ref from,
                                      struct port_ref to);

/* Hangs up; the entries stay. NULL is legal. */
void tapd_installer_free(struct tapd_installer *installer);

#endif
