/* SPDX-License-Identifier: Apache-2.0
 *
 * A tap as JSON: the keys of a policy's, and besides "origin", "ends_in_s" of one that ends,
 * "state", "why", "since", "path", "in" and "out". */
#ifndef TAPD_FACE_TAP_JSON_H
#define TAPD_FACE_TAP_JSON_H

#include "tapd/face/controller.h"

#include <jansson.h>

/* The tap with this index (tapd_controller_tap), for the caller to free. */
json_t *tapd_tap_json(const struct tapd_controller *controller, size_t index);

/* The tap of this name; NULL if there is none. */
json_t *tapd_tap_find_json(const struct tapd_controller *controller, const char *name);

#endif
