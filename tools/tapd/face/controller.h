/* SPDX-License-Identifier: Apache-2.0
 *
 * The controller as a whole: the policy in force, the taps that are there now,
 * and what the switches therefore have. Whatever changes comes in here: a
 * reload, a request, traffic, time. A change is compiled first, then saved, then
 * put into force; one that fails changes nothing and says why.
 *
 * Neighbours: plan/compile.h (what it means), store.h (what is kept),
 * install/installer.h (the switches), traffic.h (samples), api.h (requests). */
#ifndef TAPD_FACE_CONTROLLER_H
#define TAPD_FACE_CONTROLLER_H

#include "tapd/face/condition.h"
#include "tapd/face/store.h"
#include "tapd/face/traffic.h"
#include "tapd/install/installer.h"

struct tapd_controller;

struct tapd_controller_options {
    const char *policy;        /* path */
    const char *lab;           /* path; NULL: endpoints of the topology */
    const char *const *listen; /* ptcp: endpoints */
    size_t n_listen;
    const char *state; /* path; NULL: taps on demand end with the program */
    const char *sflow; /* where agents send to: tapd_traffic_new; NULL: no tap comes by itself */
    struct tapd_installer_options installer;
};

/* What went wrong, and whose fault it is. */
enum tapd_outcome {
    TAPD_DONE,
    TAPD_BAD,       /* the request, or the policy file */
    TAPD_NOT_FOUND, /* no such tap */
    TAPD_CONFLICT,  /* with what is there: a name in use, a tap of the policy */
    TAPD_FAILED,    /* the state can not be saved, no memory */
};

/* Loads policy, lab and state, and begins to dial and listen; `settled`, if not
 * NULL, is called when what can be installed is. The options, and what they point to,
 * must outlive it. NULL, with the reason appended to `why`: lines as a compiler's. */
struct tapd_controller *tapd_controller_new(struct event_base *base,
                                            const struct tapd_controller_options *options,
                                            void (*settled)(void *owner), void *owner,
                                            struct base_buffer *why);

/* Appends the tables that the policy asks for (tapd_network_format), those of a switch for which
 * the lab file has a version as that says them; nothing is sent anywhere. -1: as
 * tapd_controller_new. */
int tapd_controller_format(const struct tapd_controller_options *options, struct base_buffer *out,
                           struct base_buffer *why);

/* The entries stay on the switches. NULL is legal. */
void tapd_controller_free(struct tapd_controller *controller);

/* Reads the policy file again. */
enum tapd_outcome tapd_controller_reload(struct tapd_controller *controller,
                                         struct base_buffer *why);

/* A tap on demand, as JSON; the text of tapd_tap_read. */
enum tapd_outcome tapd_controller_add(struct tapd_controller *controller, const char *json,
                                      struct base_buffer *why);

/* The same, in the place of the tap of that name if one was asked for on demand, which goes without
 * a gap where both want the same entries. TAPD_CONFLICT: the tap of that name is one of the policy,
 * or came by itself. */
enum tapd_outcome tapd_controller_replace(struct tapd_controller *controller, const char *json,
                                          struct base_buffer *why);

/* A tap of the policy that has no end stays: TAPD_CONFLICT. */
enum tapd_outcome tapd_controller_remove(struct tapd_controller *controller, const char *name,
                                         struct base_buffer *why);

/* Its lifetime begins anew: that of the tap, or, if `lifetime` is not NULL, another
 * ("120s"), which is that of a tap on demand from then on. TAPD_CONFLICT for a tap without a
 * lifetime. */
enum tapd_outcome tapd_controller_extend(struct tapd_controller *controller, const char *name,
                                         const char *lifetime, struct base_buffer *why);

/* A tap that is there now. */
struct tapd_tap_now {
    const struct tapd_tap *tap;
    size_t index; /* of its condition */
    enum tapd_origin origin;
    uint32_t id;        /* 0: it stays */
    int64_t expires_ms; /* since 1970-01-01 UTC, if it has an id */
    size_t at;          /* tapd_controller_next's */
};
size_t tapd_controller_n_taps(const struct tapd_controller *controller);

/* The tap behind *now, or the first one if that is zeros. False: there is no other. */
bool tapd_controller_next(const struct tapd_controller *controller, struct tapd_tap_now *now);

/* False: there is no tap of this name now. */
bool tapd_controller_find(const struct tapd_controller *controller, const char *name,
                          struct tapd_tap_now *now);

/* How those taps are, in the same order, and their ways (`network`); until they change. Since_ms is
 * as expires_ms. */
const struct tapd_conditions *tapd_controller_conditions(const struct tapd_controller *controller);

/* Who wants to know whenever something may have changed in that. */
struct tapd_watch {
    void (*changed)(struct tapd_watch *watch); /* may end the watch */
    void (*ended)(struct tapd_watch *watch);   /* with the controller; may be NULL */
    struct tapd_watch *next;                   /* the controller's */
};
void tapd_controller_watch(struct tapd_controller *controller, struct tapd_watch *watch);

/* One that does not watch is legal. */
void tapd_controller_unwatch(struct tapd_controller *controller, struct tapd_watch *watch);

/* The event loop that it runs on. */
struct event_base *tapd_controller_base(const struct tapd_controller *controller);

/* The policy in force, until the next reload; the installer, as long as the controller. */
const struct tapd_policy *tapd_controller_policy(const struct tapd_controller *controller);
const struct tapd_installer *tapd_controller_installer(const struct tapd_controller *controller);

/* NULL: no samples are listened for. */
const struct tapd_traffic *tapd_controller_traffic(const struct tapd_controller *controller);

/* In ms since 1970-01-01 UTC, by the wall clock of when the controller was made: whoever sets that
 * later moves no end of a tap. */
int64_t tapd_now_ms(const struct tapd_controller *controller);

#endif
