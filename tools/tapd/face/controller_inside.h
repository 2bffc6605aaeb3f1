/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of the controller share: controller.c puts a state of things into force,
 * requests.c changes which taps there are. Nobody else's. */
#ifndef TAPD_FACE_CONTROLLER_INSIDE_H
#define TAPD_FACE_CONTROLLER_INSIDE_H

#include "tapd/face/controller.h"
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
    struct tapd_installer *installer;
    char *fabric; /* of the installer, as text: what is cabled to what, and reached where */
    struct event *expiry;
    struct tapd_traffic *traffic; /* NULL: none is listened for */
};

/* Other taps under the same policy, compiled, saved and put into force: takes the
 * roster, and frees it if it fails. */
enum tapd_outcome tapd_controller_change(struct tapd_controller *controller,
                                         struct tapd_roster *roster, struct base_buffer *why);

/* One tap more; it is the roster's, or freed. */
enum tapd_outcome tapd_controller_put(struct tapd_controller *controller, struct tapd_tap *tap,
                                      enum tapd_origin origin, struct base_buffer *why);

/* Diagnostics as text, and none left; -1. */
int tapd_controller_explain(struct yaml_diagnostics *diagnostics, struct base_buffer *why);

#endif
