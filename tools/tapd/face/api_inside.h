/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the requests over HTTP: api.c knows which there are, api_taps.c answers those about
 * taps. */
#ifndef TAPD_FACE_API_INSIDE_H
#define TAPD_FACE_API_INSIDE_H

#include "tapd/face/api.h"

/* Answers a request; `name` stands in the path in place of NAME, NULL where the path has none. */
typedef void tapd_api_answer(struct tapd_controller *controller, const char *name,
                             const struct tapd_http_request *request,
                             struct tapd_http_reply *reply);

tapd_api_answer tapd_api_get_taps, tapd_api_get_tap, tapd_api_add_tap, tapd_api_put_tap,
    tapd_api_extend_tap, tapd_api_remove_tap;

/* Whether If-Match and If-None-Match (RFC 9110, section 13.1) let a request to change this tap
 * through; else the reply is 412. */
bool tapd_api_is_wanted(const struct tapd_controller *controller, const char *name,
                        const struct tapd_http_request *request, struct tapd_http_reply *reply);

/* The reply to a change of which this came: the status `done` and the body if it is done; else why
 * not. Frees `why`, and takes the body. */
void tapd_api_outcome(enum tapd_outcome outcome, struct base_buffer *why, int done,
                      json_t *body_own, struct tapd_http_reply *reply);

#endif
