/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of the controller share: controller.c puts a state of things into force,
 * requests.c changes which taps there are. Nobody else's. */
#ifndef TAPD_FACE_CONTROLLER_INSIDE_H
#define TAPD_FACE_CONTROLLER_INSIDE_H

#include "tapd/face/condition.h"
#include "tapd/face/controller.h"
#include "tapd/face/outage.h"
#include "tapd/face/roster.h"

struct tapd_controller {
    struct event_base *base;
    const struct tapd_controller_options *options;
    void (*settled)(void *owner);
    void *owner;
    struct tapd_store *store; /* NULL: nothing is kept */
    bool unsaved;             /* the roster has ended taps that the store still has */
    struct tapd_policy *policy;
    struct lab *lab;
    struct tapd_roster roster;
    struct tapd_network *network;
    struct tapd_conditions conditions; /* of the taps in it */
    struct tapd_installer *installer;
    struct tapd_outage outage; /* of the links between its switches */
    struct event *look;        /* at them, again */
    bool is_looking_soon;
    struct tapd_watch *watches;
    struct tapd_watch *next_watch; /* while they are told */
    const struct tapd_installer_ops *installer_ops;
    char *fabric; /* of the installer, as text: what is cabled to what, and reached where */
    struct event *expiry;
    int64_t epoch_ms; /* what the wall clock said when it was started, less CLOCK_BOOTTIME */
    struct tapd_traffic *traffic; /* NULL: none is listened for */
};

/* What is to be in force. tapd_force_drop frees what is there. */
struct tapd_proposal {
    struct tapd_policy *policy;
    struct lab *lab;
    struct tapd_roster roster;
    struct tapd_network *network;
    struct tapd_conditions conditions;
};

/* force.c: */

/* The policy, lab and taps on demand (`file`: where the records come from, for messages; NULL: no
 * file) as a proposal that could be put into force. -1 and why it cannot be. Free it in either
 * case. */
int tapd_force_load(struct tapd_controller *controller, const struct tapd_records *records,
                    const char *file, struct tapd_proposal *proposal, struct base_buffer *why);
void tapd_force_drop(struct tapd_proposal *proposal);

/* Saves the taps of a policy, if anything is saved. -1 and why it could not be done. */
int tapd_force_save(struct tapd_controller *controller, const struct tapd_policy *policy,
                    const struct tapd_roster *roster, struct base_buffer *why);

/* Puts a proposal into force, which takes all that it has. Cannot fail. */
void tapd_force_enforce(struct tapd_controller *controller, struct tapd_proposal *proposal);

/* Other taps under the same policy, compiled, saved and put into force: takes the
 * roster, and frees it if it fails. Where it need not be saved, it is put into force even if that
 * fails. */
enum tapd_outcome tapd_force_change(struct tapd_controller *controller, struct tapd_roster *roster,
                                    bool must_save, struct base_buffer *why);

/* As tapd_force_change, and it must be saved. */
enum tapd_outcome tapd_controller_change(struct tapd_controller *controller,
                                         struct tapd_roster *roster, struct base_buffer *why);

/* Looks at all taps again, and tells who watches. */
void tapd_force_update(struct tapd_controller *controller);

/* The same taps by other links, if those have changed that are to be gone around. */
void tapd_force_reroute(struct tapd_controller *controller);

/* Reads the wall clock, once: time goes on from there by itself (tapd_now_ms). */
void tapd_force_set_clock(struct tapd_controller *controller);

/* Sets the timer of expiry: to so many ms from now, or to the next end of a tap. */
void tapd_force_wait(struct tapd_controller *controller, int64_t ms);
void tapd_force_await_expiry(struct tapd_controller *controller);

/* Diagnostics as text, and none left; -1. */
int tapd_controller_explain(struct yaml_diagnostics *diagnostics, struct base_buffer *why);

/* fabric.c: */

/* Connects to the switches of the proposal, unless they are those that are connected to already.
 * -1 and why it cannot be done: then the former connections are made again. */
int tapd_fabric_use(struct tapd_controller *controller, const struct tapd_proposal *proposal,
                    struct base_buffer *why);

/* What identifies the switches and their cabling, as text, to be freed; NULL without memory. */
char *tapd_fabric_describe(const struct tapd_policy *policy, const struct lab *lab);

/* requests.c: */

/* One tap more; it is the roster's, or freed. */
enum tapd_outcome tapd_controller_put(struct tapd_controller *controller, struct tapd_tap *tap,
                                      enum tapd_origin origin, struct base_buffer *why);

#endif
