/* SPDX-License-Identifier: Apache-2.0
 *
 * A tap as JSON: the keys of a policy's, and besides "origin", "ends_in_s" of one that ends,
 * "state", "why", "since", "path", "in" and "out". */
#ifndef TAPD_FACE_TAP_JSON_H
#define TAPD_FACE_TAP_JSON_H

#include "tapd/face/controller.h"
#include "tapd/face/http.h"

#include <jansson.h>

/* The tap as it is now, for the caller to free; NULL without memory. */
json_t *tapd_tap_json(const struct tapd_controller *controller, const struct tapd_tap_now *now);

/* Replies with this status, the tap of this name as it is now, and its ETag; without memory there
 * is no body: what was asked for is done all the same. False, and no reply, if there is none. */
bool tapd_tap_tell(const struct tapd_controller *controller, const char *name, int status,
                   struct tapd_http_reply *reply);

/* RFC 3339, section 5.6, in UTC, of ms since 1970-01-01. */
json_t *tapd_time_json(int64_t ms);

/* An entity tag (RFC 9110, section 8.8.3) of what was asked for, which is another one as soon as
 * that is: not of how the tap is, nor what it carried. */
enum { TAPD_ETAG_SIZE = 19 };
void tapd_tap_etag(const struct tapd_controller *controller, const struct tapd_tap_now *now,
                   char etag[TAPD_ETAG_SIZE]);

#endif
